package process

import (
	"slices"

	"landbridge.example"
)

// personGuards are the safeguards of a person whose liberty, goods or name are
// at stake (S2, S5, S8 to S11, S25, S32, S36, S37).
func personGuards() []guard {
	return []guard{
		{name: "S2.rights_reviewed", reads: []string{"rights_result"},
			why:   "nobody outside the chain looked at the person's rights, or found them in the way, or the same persons did both",
			holds: rightsReviewed},
		{name: "S2.outside_the_chain",
			why:   "a rights review is made by persons who took no other part in the case",
			holds: outsideTheChain},
		{name: "S5.risk_assessed", reads: []string{"risk_level", "risk_date"},
			why:   "the risk of torture or persecution is not assessed, is red, is amber without an assurance, or was assessed more than six months ago",
			holds: riskAssessed},
		{name: "S8.dual_criminality", reads: []string{"dual_criminality"},
			why:   "the conduct is not shown to be punishable on both sides",
			holds: func(q question) bool { return q.set("dual_criminality", "met", "listed") }},
		{name: "S9.no_final_decision", reads: []string{"final_decision"},
			why:   "there is a final decision on the same facts, or nobody looked",
			holds: func(q question) bool { return q.set("final_decision", No) }},
		{name: "S10.consent_asked",
			why: "nobody asked for consent to another offence",
			holds: func(q question) bool {
				return q.c.Meant[SpecialtyAsked] > q.c.Meant[SpecialtyGranted]+q.c.Meant[SpecialtyRefused]
			}},
		{name: "S10.consented",
			why:   "another offence may be prosecuted only with the consent of the state that handed over",
			holds: func(q question) bool { return q.c.Meant[SpecialtyGranted] > q.c.guarded("S10.consented") }},
		{name: "S11.fair_trial", reads: []string{"in_absence", "summoned", "retrial"},
			why: "the judgment was given in absence, without a summons in person, a lawyer, or a new trial",
			holds: func(q question) bool {
				return q.set("in_absence", No) || q.set("summoned", "in_person", "represented") || q.set("retrial", Yes)
			}},
		{name: "S25.person_informed",
			why:   "the person was not told of the reasons and of their rights in a language they understand",
			holds: func(q question) bool { return q.c.happened(PersonInformed) }},
		{name: "S25.counsel", reads: []string{"counsel"},
			why:   "no lawyer was told, and the person did not waive one",
			holds: func(q question) bool { return q.set("counsel", "informed", "waived") }},
		{name: "S25.consul", reads: []string{"consul"},
			why:   "the person's consul was not told, and the person did not decline it",
			holds: func(q question) bool { return q.set("consul", "informed", "declined", "not_foreign") }},
		{name: "S32.no_victim", typed: PersonType,
			why:   "a victim is not pursued; if the category is wrong, correct it with a judge",
			holds: noVictim},
		{name: "S36.understood", reads: []string{"understood"},
			why:   "it is not confirmed that the person understood, in a translation made by a person",
			holds: func(q question) bool { return q.set("understood", Yes) }},
		{name: "S37.no_extradition_pending", local: true, reads: []string{"extradition_state"},
			why: "an extradition of the same person is open or was refused: nobody is returned by another door",
			holds: func(q question) bool {
				return q.set("extradition_state", "none") && (q.l == nil || !q.l.Disguised)
			}},
	}
}

// guarded counts the applied acts that carry a guard.
func (c *Case) guarded(name string) (n int) {
	for _, s := range c.Steps {
		if slices.Contains(c.Def.Transition(s.Act.Transition).Guards, name) {
			n++
		}
	}
	return n
}

// signers returns the author and the approvers of an act.
func signers(a *Act) []string {
	all := []string{a.Person}
	for _, p := range a.Approvals {
		all = append(all, p.Person)
	}
	return all
}

// shares reports whether someone signed both acts. Pseudonyms are unique at a
// party, so the acts of two parties share nobody.
func shares(a, b *Act) bool {
	return a.Party == b.Party && slices.ContainsFunc(signers(a), func(p string) bool {
		return p != "" && slices.Contains(signers(b), p)
	})
}

// rightsReviewed holds when the last review let the case go on, and none of
// those who sign now made one: nobody checks their own act (S2).
func rightsReviewed(q question) bool {
	if !q.c.happened(RightsReview) || !q.set("rights_result", "clear", "conditions") {
		return false
	}
	return q.a == nil || !slices.ContainsFunc(q.c.Steps, func(s Step) bool {
		return q.c.Def.Transition(s.Act.Transition).Means == RightsReview && shares(s.Act, q.a)
	})
}

// outsideTheChain holds when none of the signers signed anything else in the
// case, reviews and the settling of objections apart.
func outsideTheChain(q question) bool {
	return q.a == nil || !slices.ContainsFunc(q.c.Steps, func(s Step) bool {
		means := q.c.Def.Transition(s.Act.Transition).Means
		return means != RightsReview && means != ObjectionSettled && shares(s.Act, q.a)
	})
}

// riskMonths is how old an assessment of risk may be (S5).
const riskMonths = 6

// riskAssessed knows no role that could override red: there is none (S5).
func riskAssessed(q question) bool {
	if !q.set("risk_level", "green") && !(q.set("risk_level", "green", "amber") && q.c.assured()) {
		return false
	}
	dates := q.lastWords("risk_date")
	return len(dates) > 0 && !slices.ContainsFunc(dates, func(date string) bool {
		made, err := ParseTime(date)
		return err != nil || q.a != nil && (made.After(q.a.Time) || q.a.Time.After(made.AddDate(0, riskMonths, 0)))
	})
}

// noVictim looks at who is pursued: everybody named, but for a notice that
// seeks no suspect, such as one about a missing person (S32).
func noVictim(q question) bool {
	if kind := q.value("notice_kind").Text; kind != "" && kind != "wanted" {
		return true
	}
	return !slices.ContainsFunc(q.rowsOf(PersonType), func(r Row) bool { return r["category"] == "victim" })
}

// dataGuards are the safeguards of what is given (S6, S12 to S14, S16, S31, S33).
func dataGuards() []guard {
	return []guard{
		{name: "S6.no_private_bar", local: true,
			why:   "this side may not give the information; refusing on the ground of rights or essential interests is open",
			holds: func(q question) bool { return q.l == nil || !q.l.Barred }},
		{name: "S12.untainted", needsAct: true, reads: []string{"obtained_under_duress"}, typed: ItemType,
			why:   "what is alleged to have been obtained by torture or duress is not sent",
			holds: untainted},
		{name: "S13.integrity", reads: []string{"integrity"},
			why:   "what arrived is not what was sent: the digests differ, or nobody compared them; it can only be sent again",
			holds: func(q question) bool { return q.set("integrity", "equal") }},
		{name: "S14.special_data", needsAct: true,
			why:      "special categories of data, or data on a minor, need the data-protection officer's approval",
			holds:    func(q question) bool { return !specialData(q) || q.approved(landbridge.DataProtection) },
			approval: landbridge.DataProtection, demands: specialData},
		{name: "S16.release_asked",
			why: "nobody asked for this consent",
			holds: func(q question) bool {
				return q.c.Meant[ReleaseAsked] > q.c.Meant[ReleaseGranted]+q.c.Meant[ReleaseRefused]
			}},
		{name: "S16.evidence_released", needsAct: true, reads: []string{"used_as_evidence"},
			why: "use as evidence needs the consent of the side that gave the information",
			holds: func(q question) bool {
				return q.value("used_as_evidence").Text != Yes || q.c.Meant[ReleaseGranted] > 0 || q.value("evidence_use_allowed").Text == Yes
			}},
		{name: "S31.two_identifiers", reads: []string{"identifiers"},
			why: "a name alone proves nobody's identity: two independent identifiers are needed",
			holds: func(q question) bool {
				v := q.value("identifiers")
				return max(len(v.Items), len(v.Rows)) >= 2
			}},
		{name: "S33.exculpatory_asked", needsAct: true, reads: []string{"exculpatory"},
			why:   "the question whether anything speaks for the person is not answered",
			holds: func(q question) bool { v := q.value("exculpatory").Text; return v == Yes || v == No }},
	}
}

// untainted looks at the answer as a whole and at each item of evidence. One of
// the two must have been asked: silence is not "no" (S12).
func untainted(q question) bool {
	items := q.rowsOf(ItemType)
	if slices.ContainsFunc(items, func(r Row) bool { return r["duress"] != No && r["duress"] != "unknown" }) {
		return false
	}
	v := q.value("obtained_under_duress").Text
	return v == No || v == "unknown" || v == "" && len(items) > 0
}

// specialData looks at the act's own fields: what an earlier act said of its
// own content says nothing of this one.
func specialData(q question) bool {
	if q.a == nil {
		return false
	}
	if q.a.Fields["special_data"].Text == Yes || q.a.Fields["special_data_in_answer"].Text == Yes {
		return true
	}
	for name, v := range q.a.Fields {
		if f := q.c.Def.Field(name); f != nil && f.Type == PersonType && slices.ContainsFunc(v.Rows, func(r Row) bool { return r["minor"] == Yes }) {
			return true
		}
	}
	return false
}

// conductGuards are the safeguards of promises (S7).
func conductGuards() []guard {
	return []guard{
		{name: "S7.assured", reads: []string{"death_penalty_possible"},
			why: "the offence may be punished by death there: nothing is given until an assurance was accepted",
			holds: func(q question) bool {
				return q.set("death_penalty_possible", No) || q.c.assured()
			}},
		{name: "S7.assurance_given",
			why:   "no assurance was given that could be accepted",
			holds: assuranceGiven},
		{name: "S7.no_fresh_breach", local: true,
			why: "the other side broke an assurance: nothing is given until a new one was accepted in this case",
			holds: func(q question) bool {
				broken := q.c.happened(AssuranceBreached) || q.l != nil && q.l.Breach
				return !broken || q.c.assured()
			}},
	}
}

// assuranceGiven holds when another party gave more than this one accepted:
// nobody relies on a promise of their own.
func assuranceGiven(q question) bool {
	open := 0
	for _, s := range q.c.Steps {
		switch means := q.c.Def.Transition(s.Act.Transition).Means; {
		case means == AssuranceGiven && s.Act.Party != q.by:
			open++
		case means == AssuranceAccepted && s.Act.Party == q.by:
			open--
		}
	}
	return open > 0
}

// assured reports whether an assurance stands: accepted, and not broken since.
func (c *Case) assured() bool { return c.Meant[AssuranceAccepted] > c.Meant[AssuranceBreached] }
