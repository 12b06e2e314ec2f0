package process

import (
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
)

// A Finding is one thing Lint has against a definition.
type Finding struct {
	Rule  string // safeguard, or "0.4" for the skeleton every process keeps
	Where string // "transition refuse"
	Text  string
}

// Lint proves of a well-formed definition what can be proved by looking at it:
// that no state is dead or out of reach, that nothing coercive starts by
// itself, that every case can be withdrawn from, stopped by oversight and
// refused only with a reason. A definition with findings is not put in force.
func Lint(d *Definition) []Finding {
	l := &linter{d: d}
	for _, check := range []func(){l.reach, l.coercion, l.withdrawal, l.oversight, l.refusals, l.clocks, l.guards,
		l.sides, l.words, l.keeping, l.crossings, l.exculpatory, l.meanings} {
		check()
	}
	return l.found
}

type linter struct {
	d     *Definition
	found []Finding
}

func (l *linter) add(rule, where, format string, args ...any) {
	l.found = append(l.found, Finding{rule, where, fmt.Sprintf(format, args...)})
}

// to returns the states a transition can lead to.
func (l *linter) to(t *Transition) []string {
	switch t.To {
	case Same:
		return nil
	case Back:
		var live []string
		for _, s := range l.d.States {
			if s.Kind == Live {
				live = append(live, s.Name)
			}
		}
		return live
	}
	return []string{t.To}
}

// reach: every state is reached from the start, and from every state that is
// not an end there is a way to an end.
func (l *linter) reach() {
	forward, backward := map[string]bool{l.d.start: true}, map[string]bool{}
	for _, s := range l.d.States {
		if s.Kind == End {
			backward[s.Name] = true
		}
	}
	for range l.d.States {
		for i := range l.d.Transitions {
			t := &l.d.Transitions[i]
			for _, from := range l.d.froms(t) {
				for _, to := range l.to(t) {
					if forward[from] && (t.To != Back || forward[to]) {
						forward[to] = true
					}
					if backward[to] {
						backward[from] = true
					}
				}
			}
		}
	}
	for _, s := range l.d.States {
		if !forward[s.Name] {
			l.add("0.4", "state "+s.Name, "no act leads to it")
		}
		if !backward[s.Name] {
			l.add("0.4", "state "+s.Name, "no way leads from it to an end")
		}
	}
}

// coercion: the system and clocks release, end and tell; they never coerce
// (S24, 0.4 rule 6). What touches liberty or property has a judge, and a way out.
func (l *linter) coercion() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		where := "transition " + t.Name
		if t.Auto() && len(t.By) > 1 {
			l.add("S24", where, "an act of the system is the system's alone; people have acts of their own")
		}
		for _, to := range l.to(t) {
			if !l.d.State(to).Coercive {
				continue
			}
			if t.Auto() {
				l.add("S24", where, "the system may not lead into the coercive state %s", to)
			}
			judge := slices.Contains(t.By, landbridge.Judge) || slices.ContainsFunc(t.Approvals, func(a string) bool { return a == string(landbridge.Judge) })
			if !judge {
				l.add("S24", where, "it leads into the coercive state %s without a judge", to)
			}
			if !slices.ContainsFunc(t.Guards, func(g string) bool { return strings.HasPrefix(g, "S1.") }) {
				l.add("S1", where, "it leads into the coercive state %s without a guard of S1", to)
			}
		}
	}
	l.custody()
	for _, s := range l.d.States {
		if s.Coercive && !l.leaves(s.Name, func(t *Transition) bool {
			return slices.Contains(t.By, landbridge.Oversight) && t.To != Same && !l.coerces(t)
		}) {
			l.add("S20", "state "+s.Name, "oversight cannot end this coercive state")
		}
	}
}

// custody: whatever leads out of a coercive state says what became of the
// person. A withdrawal that merely ends the case would leave someone detained
// with nobody responsible.
func (l *linter) custody() {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		out := slices.ContainsFunc(l.d.froms(t), func(s string) bool { return l.d.State(s).Coercive })
		if !out || t.To == Same || l.coerces(t) || t.Means == Liberation {
			continue
		}
		for _, to := range l.to(t) {
			if s := l.d.State(to); s.Outcome != Released && s.Outcome != HandedOn {
				l.add("0.4", "transition "+t.Name, "it leads out of a coercive state, and %s does not say that the person is released or handed on", to)
			}
		}
	}
}

func (l *linter) coerces(t *Transition) bool {
	return slices.ContainsFunc(l.to(t), func(s string) bool { return l.d.State(s).Coercive })
}

// leaves reports whether a transition that fits may be done in the state.
func (l *linter) leaves(state string, fits func(*Transition) bool) bool {
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if slices.Contains(l.d.froms(t), state) && fits(t) {
			return true
		}
	}
	return false
}

// withdrawal: the side that opened a case can take it back until the other
// side has decided, and a withdrawal never leaves a person in custody.
func (l *linter) withdrawal() {
	for _, s := range l.d.States {
		if s.Kind != Live && s.Kind != Suspended || s.Outcome != "" {
			continue
		}
		ok := l.leaves(s.Name, func(t *Transition) bool { return t.Means == Withdrawal && (t.Side == l.d.Opens || t.Side == Each) })
		if !ok {
			l.add("0.4", "state "+s.Name, "the side that opened the case cannot withdraw from it")
		}
	}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if t.Means == Withdrawal && l.coerces(t) {
			l.add("0.4", "transition "+t.Name, "a withdrawal leads into a coercive state")
		}
	}
}

// oversight can stop every live state, at every side (S20).
func (l *linter) oversight() {
	for _, s := range l.d.States {
		if s.Kind != Live || s.Coercive { // the way out of a coercive state is its end, see coercion
			continue
		}
		for _, side := range l.d.Sides {
			if !l.leaves(s.Name, func(t *Transition) bool {
				return t.Means == Suspension && (t.Side == side.Name || t.Side == Each) &&
					slices.Contains(t.By, landbridge.Oversight) && len(t.Approvals) == 0 && len(t.Guards) == 0
			}) {
				l.add("S20", "state "+s.Name, "oversight of the %s side cannot suspend it", side.Name)
			}
		}
	}
}

// refusals have a coded ground and a reason (0.4 rule 2).
func (l *linter) refusals() {
	refusing := false
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		into := slices.ContainsFunc(l.to(t), func(s string) bool { return l.d.State(s).Outcome == "refused" })
		if into && t.To != Back && t.Means != Refusal {
			l.add("0.4", "transition "+t.Name, "it leads to a refusal without meaning one")
		}
		if t.Means != Refusal && t.Means != ReleaseRefused {
			continue
		}
		refusing = true
		if !t.NeedsIt(NeedGround) || !t.NeedsIt(NeedReason) {
			l.add("0.4", "transition "+t.Name, "a refusal needs a coded ground and a reason in words")
		}
		if t.Auto() {
			l.add("S24", "transition "+t.Name, "a refusal is a person's decision")
		}
	}
	if refusing && len(l.d.Grounds) == 0 {
		l.add("0.4", "grounds", "there are refusals and no grounds")
	}
}

// clocks notify, escalate, or let the system end what nobody takes further.
func (l *linter) clocks() {
	for i := range l.d.Clocks {
		c := &l.d.Clocks[i]
		where := "clock " + c.Name
		if len(c.Notify)+len(c.Escalate) == 0 && c.Do == "" {
			l.add("A18", where, "nothing happens when it runs out")
		}
		if c.Do == "" {
			continue
		}
		t := l.d.Transition(c.Do)
		if !t.Auto() || t.Side != c.Side && !slices.ContainsFunc(l.d.Sides, func(s Side) bool { return s.Name == t.Side }) {
			l.add("0.4", where, "%s is not an act of one side's system", c.Do)
		}
		for _, to := range l.to(t) {
			if s := l.d.State(to); s.Coercive || s.Kind != End && t.Means != Liberation {
				l.add("0.4", where, "a clock may only end a case or release; %s does neither", c.Do)
			}
		}
		if len(l.d.froms(t)) == 0 || t.To == Same {
			l.add("0.4", where, "%s changes nothing", c.Do)
		}
	}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		if !t.Auto() || slices.ContainsFunc(l.d.Clocks, func(c Clock) bool { return c.Do == t.Name }) {
			continue
		}
		if !l.notes(t) {
			l.add("S24", "transition "+t.Name, "the system does it although no clock calls for it")
		}
	}
}

// notes reports whether a transition does no more than note that the opening
// act arrived, which is all the system may do without a clock.
func (l *linter) notes(t *Transition) bool {
	first := func(state string) bool {
		return slices.ContainsFunc(l.d.Opening(), func(o *Transition) bool { return o.To == state })
	}
	s := l.d.State(t.To)
	return t.Side != l.d.Opens && t.Side != Each && len(t.Asks)+len(t.Needs)+len(t.Guards)+len(t.Approvals) == 0 &&
		!slices.ContainsFunc(l.d.froms(t), func(from string) bool { return !first(from) }) && s != nil && s.Kind == Live && s.Outcome == "" && !s.Coercive
}

// meanings: what one act waits for, another can give; and what became of the
// information is asked of those who got it (0.4 rule 4).
func (l *linter) meanings() {
	means := map[string]bool{}
	guarded := map[string]bool{}
	for i := range l.d.Transitions {
		means[l.d.Transitions[i].Means] = true
		for _, g := range l.d.Transitions[i].Guards {
			guarded[g] = true
		}
	}
	for _, need := range [][2]string{{"S7.assured", AssuranceGiven}, {"S7.assured", AssuranceAccepted}, {"S7.assurance_given", AssuranceGiven},
		{"S16.release_asked", ReleaseAsked}, {"S16.evidence_released", ReleaseAsked}, {"S16.evidence_released", ReleaseGranted},
		{"S16.evidence_released", ReleaseRefused}} {
		if guarded[need[0]] && !means[need[1]] {
			rule, _ := splitGuard(need[0])
			l.add(rule, "transitions", "the guard %s can never be met: no act means %s", need[0], need[1])
		}
	}
	if answered := slices.ContainsFunc(l.d.States, func(s State) bool { return s.Outcome == "answered" }); answered && !means[Outcome] {
		l.add("0.4", "transitions", "nobody reports what became of what was given")
	}
}

// guards: what leaves the opening side carries the safeguards every request
// needs, and a guard's fields are asked for.
func (l *linter) guards() {
	for _, t := range l.d.Opening() {
		for _, want := range []string{"S1.declared", "S1.no_sensitive_offence", "S3.legal_basis", "S3.purpose_stated",
			"S4.persons_bounded", "S15.retention_set"} {
			if !slices.Contains(t.Guards, want) {
				rule, _ := splitGuard(want)
				l.add(rule, "transition "+t.Name, "a case opens without the guard %s", want)
			}
		}
		if len(t.Approvals) == 0 {
			l.add("S21", "transition "+t.Name, "a case opens without a second person")
		}
	}
	asked := map[string]bool{}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		for _, name := range t.Asks {
			asked[name] = true
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
}

// owed lists the guards a transition must carry for what it does.
func (l *linter) owed(t *Transition) (all []string) {
	if slices.ContainsFunc(t.Asks, func(name string) bool { return l.d.Field(name).Type == PersonType }) {
		all = append(all, "S4.persons_bounded", "S14.special_data", "S23.protected_function")
	}
	if s := l.d.State(t.To); s != nil && s.Outcome == "answered" && t.Means == "" && t.Side != l.d.Opens {
		all = append(all, "S6.no_private_bar", "S7.assured", "S12.untainted", "S14.special_data", "S33.exculpatory_asked")
	}
	switch t.Means {
	case AssuranceAccepted:
		all = append(all, "S7.assurance_given")
	case ReleaseGranted, ReleaseRefused:
		all = append(all, "S16.release_asked")
	case Outcome:
		all = append(all, "S16.evidence_released")
	}
	return all
}

// sides: roles are those of the side, and a field is given by one side.
func (l *linter) sides() {
	by := map[string]string{}
	for i := range l.d.Transitions {
		t := &l.d.Transitions[i]
		for _, s := range l.d.Sides {
			if t.Side != s.Name && t.Side != Each {
				continue
			}
			for _, r := range t.By {
				if r != landbridge.System && r != landbridge.Oversight && !slices.Contains(s.Roles, r) {
					l.add("0.1", "transition "+t.Name, "%s is no role of the %s side", r, s.Name)
				}
			}
		}
		if slices.Contains(t.By, landbridge.Secretariat) || slices.Contains(t.By, landbridge.Operator) {
			l.add("S28", "transition "+t.Name, "the secretariat and operators take no part in cases")
		}
		for _, name := range t.Asks {
			if other, ok := by[name]; ok && other != t.Side {
				l.add("0.1", "field "+name, "both %s and %s write it; one could overwrite the other's word", other, t.Side)
			}
			by[name] = t.Side
		}
	}
}

// forbidden are the stems of words no field or option may be named by (S22).
// The codes of offences are a closed list of the engine and not subject to it.
func forbidden() []string {
	return []string{"politic", "opinion", "protest", "petition", "diaspora", "ethnic", "race", "religi", "belief", "union",
		"activis", "ngo", "journalis", "dissident", "relative", "reward", "bounty", "risk_score", "trust_score", "location_track"}
}

// words: no field asks for opinions, beliefs or origin (S22, C2).
func (l *linter) words() {
	check := func(where, name string) {
		for _, stem := range forbidden() {
			if name == stem || strings.HasPrefix(name, stem) || strings.Contains(name, "_"+stem) {
				l.add("S22", where, "nothing may ask for %q", name)
			}
		}
	}
	for _, f := range l.d.Fields {
		check("field "+f.Name, f.Name)
		for _, o := range f.Options {
			check("field "+f.Name, o.Code)
		}
	}
}

// keeping: every side knows how long it keeps a case (S15), and what becomes
// public is suppressed where it is small (S34).
func (l *linter) keeping() {
	for _, s := range l.d.Sides {
		r := l.d.Kept(s.Name)
		if r == nil {
			l.add("S15", "side "+s.Name, "it is not said how long this side keeps a case")
			continue
		}
		if r.Review.Months() > 12 {
			l.add("S15", "side "+s.Name, "keeping is reviewed at least every year")
		}
	}
	if len(l.d.Public.Counts) > 0 && l.d.Public.MinCell < 10 {
		l.add("S34", "public", "counts below ten are suppressed")
	}
}

// crossings: where acts of two sides can meet in one state and both change it,
// the definition says which goes first.
func (l *linter) crossings() {
	for i := range l.d.Transitions {
		for j := range i {
			a, b := &l.d.Transitions[i], &l.d.Transitions[j]
			if a.Side == b.Side && a.Side != Each || a.To == Same || b.To == Same || a.To == b.To {
				continue
			}
			_, okA := l.d.rank[a.Name]
			_, okB := l.d.rank[b.Name]
			if okA || okB {
				continue
			}
			for _, s := range l.d.froms(a) {
				if slices.Contains(l.d.froms(b), s) && l.d.State(s).Kind == Live {
					l.add("0.4", "crossing", "%s and %s can cross in state %s, and it is not said which goes first", b.Name, a.Name, s)
					break
				}
			}
		}
	}
}

// exculpatory information is never held back (S33).
func (l *linter) exculpatory() {
	for _, s := range l.d.States {
		if s.Kind == Start {
			continue
		}
		for _, side := range l.d.Sides {
			if !l.leaves(s.Name, func(t *Transition) bool {
				return t.Means == Exculpatory && t.To == Same && (t.Side == side.Name || t.Side == Each) && len(t.Guards) == 0 && len(t.Approvals) == 0
			}) {
				l.add("S33", "state "+s.Name, "the %s side cannot send exculpatory information in it", side.Name)
			}
		}
	}
}
