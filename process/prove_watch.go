package process

import (
	"slices"

	"landbridge.example"
)

// The values of a watched answer.
const (
	unsaid uint64 = iota
	good          // as the safeguard wants it
	bad
)

// watches returns what the prover can follow, by name. Each says in code what
// has to have happened, apart from which guard a definition lists: a guard only
// narrows what an act can do to the value.
func watches() map[string]watch {
	strict := func(guard string, fields ...string) watch {
		return answer3{guard: guard, fields: fields, strict: true}.watch()
	}
	return map[string]watch{
		"declared":    strict("S1.declared", "neutrality_declaration"),
		"harmless":    answer3{guard: "S1.no_sensitive_offence", typ: OffenceType}.watch(),
		"objection":   {step: objectionStep},
		"review":      {step: reviewStep},
		"independent": {step: independentStep},
		"basis":       {step: basisStep},
		"purpose":     strict("S3.purpose_stated", "purpose"),
		"few":         answer3{guard: "S4.persons_bounded", typ: PersonType, approval: true}.watch(),
		"serious":     answer3{guard: "S4.serious", typ: OffenceType, fields: []string{"remaining_sentence"}, strict: true, some: true}.watch(),
		"risk":        {start: []uint64{assure(0, 0)}, step: riskStep},
		"bar":         {step: barStep("S6.no_private_bar")},
		"death":       {start: []uint64{assure(0, 0)}, step: deathStep},
		"breach":      {start: []uint64{assure(unsaid, 0)}, step: breachStep},
		"dual":        strict("S8.dual_criminality", "dual_criminality"),
		"final":       strict("S9.no_final_decision", "final_decision"),
		"consent":     {step: consentStep},
		"trial":       strict("S11.fair_trial", "in_absence", "summoned", "retrial"),
		"untainted":   answer3{guard: "S12.untainted", typ: ItemType, fields: []string{"obtained_under_duress"}, strict: true}.watch(),
		"integrity":   strict("S13.integrity", "integrity"),
		"special": answer3{guard: "S14.special_data", typ: PersonType, fields: []string{"special_data", "special_data_in_answer"},
			approval: true, fresh: true}.watch(),
		"retention":   strict("S15.retention_set", "retention_until"),
		"use":         {step: useStep},
		"transfer":    strict("S17.transfer_basis", "transfer_basis"),
		"protected":   answer3{guard: "S23.protected_function", typ: PersonType, approval: true}.watch(),
		"privilege":   answer3{guard: "S23.privilege", typ: ItemType, fields: []string{"privileged"}, approval: true}.watch(),
		"informed":    {step: meantStep(PersonInformed, "S25.person_informed")},
		"counsel":     strict("S25.counsel", "counsel"),
		"consul":      strict("S25.consul", "consul"),
		"afterwards":  {step: afterwardsStep},
		"identified":  strict("S31.two_identifiers", "identifiers"),
		"no_victim":   answer3{guard: "S32.no_victim", typ: PersonType, fields: []string{"notice_kind"}}.watch(),
		"exculpatory": strict("S33.exculpatory_asked", "exculpatory"),
		"understood":  strict("S36.understood", "understood"),
		"undisguised": {step: barStep("S37.no_extradition_pending")},
		"no_other":    strict("S37.no_extradition_pending", "extradition_state"),
		"hands":       {step: handsStep},
	}
}

// An answer3 is an answer that is unsaid, good or bad: in fields, or in fields
// of a type. An act that asks for it may leave it good or bad; one with the
// guard leaves nothing bad, and if it is strict, nothing unsaid.
type answer3 struct {
	guard    string
	typ      Type
	fields   []string
	strict   bool
	approval bool // a signature the guard demands makes it good
	fresh    bool // the guard looks at the act alone, not at what was said before
	some     bool // one of several is enough: what the first act said stands beside what later fields say
}

// stands is a good answer of the first act that no later act can overwrite.
const stands = 3

func (a answer3) watch() watch { return watch{step: a.step} }

func (a answer3) step(h hop, v uint64) []uint64 {
	asked, always := h.asksType(a.typ)
	for _, f := range a.fields {
		one, sure := h.asks(f)
		asked, always = asked || one, always || sure
	}
	switch {
	case a.fresh:
		v = unsaid
	case a.some && v == stands && !overwrites(h):
		return []uint64{v}
	}
	next := []uint64{v}
	switch {
	case always:
		next = []uint64{good, bad}
	case asked:
		next = []uint64{v, good, bad}
	}
	var kept []uint64
	for _, n := range next {
		if h.guarded(a.guard) && n == bad && a.approval {
			n = good
		}
		if h.guarded(a.guard) && (n == bad || n == unsaid && a.strict) {
			continue
		}
		if a.some && n == good && h.opens() {
			n = stands
		}
		kept = append(kept, n)
	}
	return kept
}

// overwrites reports whether the act asks again for what an opening act asked.
func overwrites(h hop) bool {
	return slices.ContainsFunc(h.t.Asks, func(name string) bool {
		return slices.ContainsFunc(h.d.Opening(), func(o *Transition) bool { return slices.Contains(o.Asks, name) })
	})
}

// meantStep follows whether an act with the meaning was applied.
func meantStep(meaning, guard string) func(hop, uint64) []uint64 {
	return func(h hop, v uint64) []uint64 {
		if h.guarded(guard) && v != good {
			return nil
		}
		if h.t.Means == meaning && !h.part {
			v = good
		}
		return []uint64{v}
	}
}

// barStep follows a fact that only one side knows and that bars the act: it may
// come to be known at any moment, also between a decision and its execution, and
// never goes away.
func barStep(guard string) func(hop, uint64) []uint64 {
	return func(h hop, v uint64) []uint64 {
		if h.guarded(guard) && v == bad {
			return nil
		}
		return []uint64{v, bad}
	}
}

// objectionStep counts open objections; two stand for any number.
func objectionStep(h hop, v uint64) []uint64 {
	if h.guarded("S1.no_open_objection") && v > 0 || h.t.Means == ObjectionSettled && v == 0 {
		return nil
	}
	switch {
	case h.part:
		return []uint64{v}
	case h.t.Means == Objection:
		return []uint64{min(v+1, 2)}
	case h.t.Means == ObjectionSettled && v == 2:
		return []uint64{1, 2}
	case h.t.Means == ObjectionSettled:
		return []uint64{v - 1}
	}
	return []uint64{v}
}

// reviewStep follows the rights review: bit 2 says that one was made, the rest
// is its last result.
func reviewStep(h hop, v uint64) (all []uint64) {
	const made = 4
	results := []uint64{v &^ made}
	if asked, always := h.asks("rights_result"); asked {
		results = append(results, good, bad)
		if always {
			results = results[1:]
		}
	}
	for _, r := range results {
		n := v&made | r
		if h.guarded("S2.rights_reviewed") && n != made|good {
			continue
		}
		if h.t.Means == RightsReview && !h.part {
			n |= made
		}
		all = append(all, n)
	}
	return all
}

// The bits of independentStep: what one and the same person did.
const (
	workedOn = 1 << iota // anything that is no review
	reviewed             // a review
	conflict             // a review after working on the case, or an act on the strength of the own review
)

// independentStep follows one person who is at the side that reviews, has every
// role and does as much as the guards let them: who reviews took no other part,
// and who acts on a review did not make it (S2).
func independentStep(h hop, v uint64) []uint64 {
	all := []uint64{v} // somebody else did it
	review := h.t.Means == RightsReview
	if h.t.Auto() || h.guarded("S2.outside_the_chain") && v&workedOn != 0 || h.guarded("S2.rights_reviewed") && v&reviewed != 0 {
		return all
	}
	n := v
	switch {
	case review && v&workedOn != 0:
		n |= reviewed | conflict
	case review:
		n |= reviewed
	case h.t.Means != ObjectionSettled:
		n |= workedOn
		if v&reviewed != 0 && h.grave() {
			n |= conflict
		}
	}
	return append(all, n)
}

// basisStep follows the legal basis and, in the bits above, the emergency.
func basisStep(h hop, v uint64) (all []uint64) {
	basis := answer3{guard: "S3.legal_basis", fields: []string{"legal_basis"}, strict: true}.step(h, v&3)
	hurry := answer3{guard: "S26.emergency_stated", fields: []string{"emergency_why"}, strict: true}.step(h, v>>2)
	for _, e := range hurry {
		for _, b := range basis {
			all = append(all, b|e<<2)
		}
	}
	return all
}

// assure packs a watched answer and how many assurances stand, from -1 (more
// were broken than accepted) to 2 (two or more), and whether one is offered.
func assure(v uint64, stand int) uint64 { return v | uint64(stand+1)<<4 }

const offered = 1 << 8

func standing(v uint64) int { return int(v>>4&3) - 1 }

// assuranceStep follows assurances; answer and its guard are left alone.
func assuranceStep(h hop, v uint64) []uint64 {
	answer, stand := v&15, standing(v)
	if h.guarded("S7.assurance_given") && v&offered == 0 {
		return nil
	}
	if h.part {
		return []uint64{v}
	}
	switch h.t.Means {
	case AssuranceGiven:
		return []uint64{v | offered}
	case AssuranceAccepted:
		up := assure(answer, min(stand+1, 2))
		all := []uint64{up, up | offered}
		if stand == -1 {
			all = append(all, v)
		}
		return all
	case AssuranceBreached:
		down := assure(answer, max(stand-1, -1)) | v&offered
		if stand == 2 {
			return []uint64{down, v}
		}
		return []uint64{down}
	}
	return []uint64{v}
}

// answered combines what an act says with what stands after it.
func withAssurance(h hop, v uint64, answers []uint64, open func(answer uint64, assured bool) bool) (all []uint64) {
	for _, a := range answers {
		if !open(a, standing(v) > 0) {
			continue
		}
		all = append(all, assuranceStep(h, v&^15|a)...)
	}
	return all
}

// The levels of risk.
const (
	green = good
	red   = bad
	amber = 3
)

func riskStep(h hop, v uint64) []uint64 {
	answers := []uint64{v & 15}
	for _, f := range []string{"risk_level", "risk_date"} { // an old assessment is as good as red
		if asked, _ := h.asks(f); asked {
			answers = []uint64{v & 15, green, amber, red}
		}
	}
	return withAssurance(h, v, answers, func(a uint64, assured bool) bool {
		return !h.guarded("S5.risk_assessed") || a == green || a == amber && assured
	})
}

func deathStep(h hop, v uint64) []uint64 {
	answers := []uint64{v & 15}
	if asked, always := h.asks("death_penalty_possible"); always {
		answers = []uint64{good, bad}
	} else if asked {
		answers = []uint64{v & 15, good, bad}
	}
	return withAssurance(h, v, answers, func(a uint64, assured bool) bool {
		return !h.guarded("S7.assured") || a == good || assured
	})
}

// breachStep follows a broken assurance of another case, known here alone, which
// may come to be known at any moment and stays until a new one is accepted.
func breachStep(h hop, v uint64) (all []uint64) {
	if h.guarded("S7.no_fresh_breach") && v&15 == bad && standing(v) <= 0 {
		return nil
	}
	for _, n := range assuranceStep(h, v) {
		all = append(all, n, n&^15|bad)
	}
	return all
}

// consentStep follows consent to another offence: bit 0 asked, bits 1 and 2 how
// many were granted and not used up; two stand for any number.
func consentStep(h hop, v uint64) []uint64 {
	asked, unused := v&1, v>>1
	if h.guarded("S10.consent_asked") && asked == 0 || h.guarded("S10.consented") && unused == 0 {
		return nil
	}
	var spent []uint64
	switch {
	case !h.guarded("S10.consented"):
		spent = []uint64{unused}
	case unused == 2:
		spent = []uint64{1, 2}
	default:
		spent = []uint64{unused - 1}
	}
	var all []uint64
	for _, u := range spent {
		switch {
		case h.part:
			all = append(all, asked|u<<1)
		case h.t.Means == SpecialtyAsked:
			all = append(all, 1|u<<1)
		case h.t.Means == SpecialtyGranted:
			all = append(all, min(u+1, 2)<<1, 1|min(u+1, 2)<<1)
		case h.t.Means == SpecialtyRefused:
			all = append(all, u<<1, 1|u<<1)
		default:
			all = append(all, asked|u<<1)
		}
	}
	return all
}

// The bits of useStep.
const (
	usedIt = 1 << iota
	mayUse
	releaseAsked
)

// useStep follows use as evidence and the giver's consent to it.
func useStep(h hop, v uint64) []uint64 {
	all := []uint64{v}
	if asked, _ := h.asks("evidence_use_allowed"); asked {
		all = []uint64{v &^ mayUse, v | mayUse}
	}
	if h.guarded("S16.release_asked") && v&releaseAsked == 0 {
		return nil
	}
	switch {
	case h.part:
	case h.t.Means == ReleaseAsked:
		for i := range all {
			all[i] |= releaseAsked
		}
	case h.t.Means == ReleaseGranted:
		for i := range all {
			all[i] |= mayUse
		}
	}
	if asked, _ := h.asks("used_as_evidence"); asked {
		for _, x := range slices.Clone(all) {
			all = append(all, x|usedIt)
		}
	}
	if h.guarded("S16.evidence_released") {
		all = slices.DeleteFunc(all, func(x uint64) bool { return x&usedIt != 0 && x&mayUse == 0 })
	}
	return all
}

// The bits of afterwardsStep.
const (
	hurried = 1 << iota // opened without a legal basis or a second person
	gaveIt
	looked
)

// afterwardsStep follows the review of what was given in an emergency (S26).
func afterwardsStep(h hop, v uint64) []uint64 {
	if h.guarded("S26.reviewed") && v&looked == 0 {
		return nil
	}
	if h.opens() && (!h.guarded("S3.legal_basis") || len(h.t.Approvals) == 0) {
		v |= hurried
	}
	if h.gives() {
		v |= gaveIt
	}
	if h.t.Means == AfterReview && !h.part {
		v |= looked
	}
	return []uint64{v}
}

// The bits of handsStep, for one side. A role counts where nobody else could
// have signed in its place.
const (
	judgeSigned = 1 << iota
	ministerSigned
	supervisorSigned
	centralSigned
	reviewerSigned
	authoritySigned // one of them, the supervisor apart, whichever
	twoSigned       // two persons under one act
	sideBits        = iota
)

// handsStep follows who has signed so far, side by side.
func handsStep(h hop, v uint64) []uint64 {
	if h.part || h.t.Side == Each && !h.t.Every {
		return []uint64{v}
	}
	for i, s := range h.d.Sides {
		if h.t.Side == s.Name || h.t.Side == Each {
			v |= signs(h.t) << (sideBits * i)
		}
	}
	return []uint64{v}
}

// signedBy returns the bits of one side.
func signedBy(d *Definition, side string, v uint64) uint64 {
	if i, ok := d.sides[side]; ok {
		return v >> (sideBits * i) & (1<<sideBits - 1)
	}
	return 0
}

// signs returns the roles without which the act is not done.
func signs(t *Transition) (v uint64) {
	bits := map[landbridge.Role]uint64{landbridge.Judge: judgeSigned, landbridge.Minister: ministerSigned, landbridge.Supervisor: supervisorSigned,
		landbridge.CentralAuthority: centralSigned, landbridge.Reviewer: reviewerSigned}
	mark := func(list []landbridge.Role) {
		if len(list) == 1 {
			v |= bits[list[0]]
		}
		if !slices.ContainsFunc(list, func(r landbridge.Role) bool { return bits[r] == 0 || r == landbridge.Supervisor }) {
			v |= authoritySigned
		}
	}
	mark(t.By)
	for _, a := range t.Approvals {
		mark(Roles(a))
		v |= twoSigned
	}
	return v
}
