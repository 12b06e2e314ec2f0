package process

import (
	"slices"
	"strings"

	"landbridge.example"
)

// opening: what leaves the opening side carries the safeguards every case
// needs. Where a life is in danger, the emergency stands in place of the legal
// basis and of the second person; the review afterwards is not optional then.
func (l *linter) opening() {
	for _, t := range l.d.Opening() {
		where := "transition " + t.Name
		urgent := slices.Contains(t.Guards, "S26.emergency_stated")
		for _, want := range []string{"S1.declared", "S3.legal_basis", "S3.purpose_stated", "S15.retention_set"} {
			if !slices.Contains(t.Guards, want) && !(urgent && want == "S3.legal_basis") {
				rule, _ := splitGuard(want)
				l.add(rule, where, "a case opens without the guard %s", want)
			}
		}
		if len(t.Approvals) == 0 && !urgent {
			l.add("S21", where, "a case opens without a second person: give it approvals")
		}
	}
}

// emergency: what began without a legal basis or a second person is looked at
// before it ends, whenever something was given (S26).
func (l *linter) emergency() {
	if !l.guarded("S26.emergency_stated") {
		return
	}
	if !l.means(AfterReview) {
		l.add("S26", "transitions", "a case can open as an emergency, and no act means after_review")
	}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		after := slices.ContainsFunc(l.d.froms(t), func(s string) bool { return gave(l.d.State(s)) })
		s := l.d.State(t.To)
		if after && s != nil && s.Kind == End && !slices.Contains(t.Guards, "S26.reviewed") {
			l.add("S26", "transition "+t.Name, "it ends a case in which something was given in an emergency, without the guard S26.reviewed")
		}
	}
}

// gave reports whether something was given by the time the case is in the state.
func gave(s *State) bool { return s.Outcome == Answered || s.Outcome == Given }

func (l *linter) means(meaning string) bool {
	return slices.ContainsFunc(l.d.Transitions, func(t Transition) bool { return t.Means == meaning })
}

func (l *linter) guarded(guard string) bool {
	return slices.ContainsFunc(l.d.Transitions, func(t Transition) bool { return slices.Contains(t.Guards, guard) })
}

// guards: each act carries the guards it owes for what it does, a guard's
// fields are asked for somewhere, and no field stands there unasked.
func (l *linter) guards() {
	asked, typed := map[string]bool{}, map[Type]bool{}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		for _, name := range t.Asks {
			asked[name], typed[l.d.Field(name).Type] = true, true
		}
		for _, want := range l.owed(t) {
			if rule, _ := splitGuard(want); !slices.Contains(t.Guards, want) {
				l.add(rule, "transition "+t.Name, "it does what it does without the guard %s", want)
			}
		}
	}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		for _, name := range t.Guards {
			g, _ := guardNamed(name)
			if g.typed != "" && typed[g.typed] {
				continue
			}
			if g.typed != "" && len(g.reads) == 0 {
				l.add("0.1", "transition "+t.Name, "the guard %s looks at fields of the type %s, and nobody is asked for one", name, g.typed)
			}
			for _, f := range g.reads {
				if !asked[f] {
					l.add("0.1", "transition "+t.Name, "the guard %s looks at %s, which nobody is asked for", name, f)
				}
			}
		}
	}
	for _, f := range l.d.Fields {
		if !asked[f.Name] {
			l.add("0.1", "field "+f.Name, "no act asks for it")
		}
	}
	if l.guarded("S4.serious") && l.d.Limits.Penalty.N == 0 && l.d.Limits.Remaining.N == 0 {
		l.add("S4", "limits", "the guard S4.serious needs limits: penalty, remaining or both")
	}
}

// asks reports whether the transition asks for a field of one of the types.
func (l *linter) asks(t *Transition, types ...Type) bool {
	return slices.ContainsFunc(t.Asks, func(name string) bool { return slices.Contains(types, l.d.Field(name).Type) })
}

// gives reports whether the act hands over information or evidence.
func (l *linter) gives(t *Transition) bool {
	s := l.d.State(t.To)
	return s != nil && gave(s) && (s.Outcome == Given || t.Side != l.d.Opens) &&
		slices.ContainsFunc(l.d.froms(t), func(from string) bool { return !gave(l.d.State(from)) })
}

// concerns reports whether the process is about somebody at all. A notification
// of a shipment names no person, and has nobody to protect.
func (l *linter) concerns() bool {
	return slices.ContainsFunc(l.d.Fields, func(f Field) bool {
		return slices.Contains([]Type{PersonType, OffenceType, AccountType, ItemType}, f.Type)
	})
}

// owed lists the guards a transition must carry for what it does.
func (l *linter) owed(t *Transition) (all []string) {
	if l.asks(t, PersonType) {
		all = append(all, "S4.persons_bounded", "S14.special_data", "S23.protected_function")
	}
	if l.asks(t, OffenceType) {
		all = append(all, "S1.no_sensitive_offence")
	}
	if l.gives(t) {
		all = append(all, "S6.no_private_bar")
		if l.concerns() {
			all = append(all, "S7.assured", "S12.untainted", "S14.special_data", "S33.exculpatory_asked")
		}
		if slices.ContainsFunc(l.d.Fields, func(f Field) bool { return f.Type == ItemType }) {
			all = append(all, "S23.privilege")
		}
	}
	if s := l.d.State(t.To); s != nil && s.Outcome == Surrendered &&
		slices.ContainsFunc(l.d.froms(t), func(from string) bool { return l.d.State(from).Outcome != Surrendered }) {
		all = append(all, "S1.no_open_objection")
	}
	switch t.Means {
	case AssuranceAccepted:
		all = append(all, "S7.assurance_given")
	case ReleaseGranted, ReleaseRefused:
		all = append(all, "S16.release_asked")
	case SpecialtyGranted, SpecialtyRefused:
		all = append(all, "S10.consent_asked")
	case RightsReview:
		all = append(all, "S2.outside_the_chain")
	case Outcome:
		if slices.ContainsFunc(l.d.States, func(s State) bool { return gave(&s) }) {
			all = append(all, "S16.evidence_released")
		}
	}
	return all
}

// An answer is what a guard looks at: the types its field may have, and the
// choices it must offer, so that the guard can hold and can fail.
type answer struct {
	field string
	types []Type
	codes []string
}

func answers(guard string) []answer {
	enum, yesNo := []Type{EnumType}, []Type{BoolType}
	return map[string][]answer{
		"S2.rights_reviewed":         {{"rights_result", enum, []string{"clear", "conditions"}}},
		"S4.serious":                 {{"remaining_sentence", []Type{SpanType}, nil}},
		"S5.risk_assessed":           {{"risk_level", enum, []string{"green", "amber", "red"}}, {"risk_date", []Type{DateType}, nil}},
		"S8.dual_criminality":        {{"dual_criminality", enum, []string{"met", "listed", "not_met"}}},
		"S9.no_final_decision":       {{"final_decision", yesNo, nil}},
		"S11.fair_trial":             {{"in_absence", yesNo, nil}, {"summoned", enum, []string{"in_person", "represented"}}, {"retrial", yesNo, nil}},
		"S13.integrity":              {{"integrity", enum, []string{"equal"}}},
		"S17.transfer_basis":         {{"transfer_basis", enum, []string{"adequacy", "safeguards"}}},
		"S23.privilege":              {{"privileged", yesNo, nil}},
		"S25.counsel":                {{"counsel", enum, []string{"informed", "waived"}}},
		"S25.consul":                 {{"consul", enum, []string{"informed", "declined", "not_foreign"}}},
		"S31.two_identifiers":        {{"identifiers", []Type{EnumsType}, nil}},
		"S36.understood":             {{"understood", yesNo, nil}},
		"S37.no_extradition_pending": {{"extradition_state", enum, []string{"none"}}},
	}[guard]
}

// answers: a guard can hold and can fail, whatever a form offers. A choice that
// is written another way would close the act for ever, or open it always.
func (l *linter) answers() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		for _, name := range t.Guards {
			for _, a := range answers(name) {
				l.answer(t, name, a)
			}
		}
	}
}

func (l *linter) answer(t *Transition, guard string, a answer) {
	f := l.d.Field(a.field)
	if f == nil {
		return // said by guards, unless another field stands in its place
	}
	rule, _ := splitGuard(guard)
	if !slices.Contains(a.types, f.Type) {
		l.add(rule, "field "+f.Name, "the guard %s needs it to be of the type %s", guard, a.types[0])
		return
	}
	for _, code := range a.codes {
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Code == code }) {
			l.add(rule, "field "+f.Name, "the guard %s looks for the option %q, which is not there", guard, code)
		}
	}
	if f.Type == EnumType && !slices.ContainsFunc(f.Options, func(o Option) bool { return !slices.Contains(a.codes, o.Code) }) &&
		guard != "S5.risk_assessed" && guard != "S8.dual_criminality" && guard != "S17.transfer_basis" {
		l.add(rule, "field "+f.Name, "every option satisfies the guard %s: offer the answer that does not", guard)
	}
	if guard == "S17.transfer_basis" && l.d.Field("derogation_reason") == nil &&
		slices.ContainsFunc(f.Options, func(o Option) bool { return o.Code == "derogation" }) {
		l.add(rule, "field "+f.Name, "a derogation needs its reason: ask for derogation_reason")
	}
}

// meanings: what one act waits for, another can give; and what became of the
// information is asked of those who got it (0.4 rule 4).
func (l *linter) meanings() {
	for _, need := range [][]string{{"S7.assured", AssuranceGiven, AssuranceAccepted}, {"S7.assurance_given", AssuranceGiven},
		{"S7.no_fresh_breach", AssuranceGiven, AssuranceAccepted},
		{"S16.release_asked", ReleaseAsked}, {"S16.evidence_released", ReleaseAsked, ReleaseGranted, ReleaseRefused},
		{"S1.no_open_objection", Objection, ObjectionSettled}, {"S2.rights_reviewed", RightsReview},
		{"S25.person_informed", PersonInformed}, {"S26.reviewed", AfterReview},
		{"S10.consent_asked", SpecialtyAsked}, {"S10.consented", SpecialtyAsked, SpecialtyGranted, SpecialtyRefused}} {
		for _, m := range need[1:] {
			if l.guarded(need[0]) && !l.means(m) {
				rule, _ := splitGuard(need[0])
				l.add(rule, "transitions", "the guard %s can never be met: no act means %s", need[0], m)
			}
		}
	}
	if l.means(Correction) && !l.means(Acknowledged) {
		l.add("S27", "transitions", "a correction is sent, and no act means acknowledged: those who hold the wrong version say that they corrected it")
	}
	if l.means(AssuranceBreached) && !l.means(AssuranceAccepted) {
		l.add("S7", "transitions", "an assurance can be reported broken, and none can be accepted")
	}
	if slices.ContainsFunc(l.d.States, func(s State) bool { return gave(&s) }) && !l.means(Outcome) {
		l.add("0.4", "transitions", "nobody reports what became of what was given: no act means outcome")
	}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if t.Means == RightsReview && slices.ContainsFunc(t.By, func(r landbridge.Role) bool { return r != landbridge.Reviewer }) {
			l.add("S2", "transition "+t.Name, "a rights review is a reviewer's: by is [reviewer]")
		}
	}
}

// objections: where an act waits while an objection is open, every side can
// object, and people can settle it (S1).
func (l *linter) objections() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if !slices.Contains(t.Guards, "S1.no_open_objection") {
			continue
		}
		for _, from := range l.d.froms(t) {
			if from == l.d.start {
				l.add("S1", "transition "+t.Name, "nobody can object before the first act, so that S1.no_open_objection says nothing there; "+
					"begin with a state in which sides can object")
				continue
			}
			for _, s := range l.d.Sides {
				if !l.leaves(from, func(u *Transition) bool {
					return u.Means == Objection && (u.Side == s.Name || u.Side == Each) && !u.Auto() && !u.Every &&
						len(u.Guards)+len(u.Approvals) == 0
				}) {
					l.add("S1", "state "+from, "the %s side cannot object in it, although %s waits while an objection is open", s.Name, t.Name)
				}
			}
			if !l.leaves(from, func(u *Transition) bool {
				return u.Means == ObjectionSettled && !u.Auto() && !u.Every && (u.Side != l.d.Opens || l.d.Side(u.Side).Parties > 1)
			}) {
				l.add("S1", "state "+from, "an objection cannot be settled in it by another party than the one that opened the case, "+
					"and %s would wait for ever", t.Name)
			}
		}
	}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if t.Means == ObjectionSettled && len(t.Approvals) == 0 {
			l.add("S1", "transition "+t.Name, "an objection is settled by two persons: give it approvals")
		}
		if (t.Means == ObjectionSettled || t.Means == Objection) && !t.NeedsIt(NeedReason) && len(t.Asks) == 0 {
			l.add("S1", "transition "+t.Name, "an objection, and the settling of one, are given with a reason")
		}
	}
}

// effects: an act that changes someone's position says so in one sentence
// before it is done.
func (l *linter) effects() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		legal := len(t.Approvals) > 0 || t.Means == Refusal || t.Means == Withdrawal || l.gives(t)
		for _, kind := range []Coercion{Liberty, Property, Publicity} {
			legal = legal || l.enters(t, kind)
		}
		if s := l.d.State(t.To); s != nil && s.Outcome == Surrendered {
			legal = true
		}
		if legal && strings.TrimSpace(t.Effect) == "" {
			l.add("0.1", "transition "+t.Name, "it has legal effect: say in effect, in one sentence, what it does")
		}
	}
}

// parties: what every party of a side has to do can be done by several, one
// alone can stop and speak, and a side of several has something all must agree to.
func (l *linter) parties() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if !t.Every {
			continue
		}
		where := "transition " + t.Name
		if t.Side != Each && l.d.Side(t.Side).Parties == 1 {
			l.add("0.1", where, "every says that all parties of the side do it, and the %s side has one; take every away or raise parties", t.Side)
		}
		if t.Auto() || slices.Contains(t.By, landbridge.Oversight) ||
			slices.Contains([]string{Withdrawal, Suspension, Exculpatory, Objection, AssuranceBreached}, t.Means) {
			l.add("S20", where, "one party alone must be able to do this: take every away")
		}
		if slices.Contains(l.d.froms(t), l.d.start) {
			l.add("0.1", where, "a case is opened by one party; let the others sign in a state of its own")
		}
	}
	for _, s := range l.d.Sides {
		if s.Parties > 1 && !slices.ContainsFunc(l.d.Transitions, func(t Transition) bool {
			return t.Every && (t.Side == s.Name || t.Side == Each)
		}) {
			l.add("0.1", "side "+s.Name, "it may have %d parties, and nothing has to be done by every one of them", s.Parties)
		}
	}
}
