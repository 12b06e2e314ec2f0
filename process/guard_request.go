package process

import (
	"slices"

	"landbridge.example"
)

// requestGuards are the safeguards of asking: neutrality, legal basis,
// proportion, the time of keeping, protected persons (S1, S3, S4, S15, S17, S23, S26).
func requestGuards() []guard {
	return []guard{
		{name: "S1.declared", needsAct: true, reads: []string{"neutrality_declaration"},
			why:   "the sentence on neutrality is not declared",
			holds: func(q question) bool { return q.value("neutrality_declaration").Text == Yes }},
		{name: "S1.no_sensitive_offence", needsAct: true, typed: OffenceType,
			why: "an offence of political, military, religious or racial character is never pursued here",
			holds: func(q question) bool {
				return !slices.ContainsFunc(q.rowsOf(OffenceType), func(r Row) bool {
					o, ok := findOffence(r["code"])
					return ok && o.Sensitive
				})
			}},
		{name: "S1.no_open_objection",
			why:   "an objection on the ground of neutrality is open: nothing is done until it is settled by people",
			holds: func(q question) bool { return q.c.openObjections() == 0 }},
		{name: "S3.legal_basis", needsAct: true, local: true, reads: []string{"legal_basis"},
			why: "no legal basis is named, or the other side publishes no requirements for this process",
			holds: func(q question) bool {
				return len(q.value("legal_basis").Rows) > 0 && (q.l == nil || q.l.Profile != nil)
			}},
		{name: "S3.purpose_stated", needsAct: true, reads: []string{"purpose"},
			why:   "no purpose is stated",
			holds: func(q question) bool { return q.value("purpose").Text != "" }},
		{name: "S4.persons_bounded", needsAct: true, local: true, typed: PersonType,
			why:      "it names more persons than one request may",
			holds:    personsBounded,
			approval: landbridge.DataProtection, demands: manyPersons},
		{name: "S4.serious", typed: OffenceType, reads: []string{"remaining_sentence"},
			why:   "no offence weighs enough: neither its highest penalty nor what is left to serve reaches the limit of this process",
			holds: serious},
		{name: "S15.retention_set", needsAct: true, reads: []string{"retention_until"},
			why:   "the day until which it is kept is missing, past, or later than the process allows",
			holds: retentionSet},
		{name: "S17.transfer_basis", reads: []string{"transfer_basis"},
			why: "it is not said on what basis personal data are transferred; a derogation needs its reason",
			holds: func(q question) bool {
				return q.set("transfer_basis", "adequacy", "safeguards") ||
					q.set("transfer_basis", "derogation") && q.value("derogation_reason").Text != ""
			}},
		{name: "S23.protected_function", needsAct: true, typed: PersonType,
			why:      "a request about a person with a protected function needs a judge's approval",
			holds:    func(q question) bool { return !protectedFunction(q) || q.approved(landbridge.Judge) },
			approval: landbridge.Judge, demands: protectedFunction},
		{name: "S23.privilege", needsAct: true, reads: []string{"privileged"}, typed: ItemType,
			why:      "what may be privileged is taken or given only with a judge's approval",
			holds:    func(q question) bool { return !privileged(q) || q.approved(landbridge.Judge) },
			approval: landbridge.Judge, demands: privileged},
		{name: "S26.emergency_stated", needsAct: true, reads: []string{"emergency_why"},
			why:   "it is not said why a life is in danger now; without an emergency the ordinary way is open",
			holds: func(q question) bool { return saysSomething(q.value("emergency_why").Text) }},
		{name: "S26.reviewed",
			why:   "the use of the emergency way was not looked at afterwards",
			holds: func(q question) bool { return q.c.happened(AfterReview) }},
	}
}

// openObjections counts the objections that nobody settled (S1).
func (c *Case) openObjections() int { return c.Meant[Objection] - c.Meant[ObjectionSettled] }

// serious holds an offence, or what is left of a sentence, against the limits
// of the definition (S4). Without limits it never holds: a threshold nobody set
// is no safeguard.
func serious(q question) bool {
	l := q.c.Def.Limits
	if l.Remaining.N > 0 {
		if sp, err := ParseSpan(q.value("remaining_sentence").Text); err == nil && sp.Months() >= l.Remaining.Months() {
			return true
		}
	}
	return l.Penalty.N > 0 && slices.ContainsFunc(q.rowsOf(OffenceType), func(r Row) bool {
		sp, err := ParseSpan(r["max_penalty"])
		return err == nil && sp.Months() >= l.Penalty.Months()
	})
}

// manyPersons reports whether the definition's bound is passed, which only the
// data-protection officer may allow.
func manyPersons(q question) bool { return len(q.rowsOf(PersonType)) > q.c.Def.Limits.Persons }

// personsBounded holds the definition's bound, and the recipient's own, which
// nobody on this side can lift.
func personsBounded(q question) bool {
	if manyPersons(q) && !q.approved(landbridge.DataProtection) {
		return false
	}
	if q.l != nil && q.l.Profile != nil && q.l.Profile.MaxPersons > 0 {
		return len(q.rowsOf(PersonType)) <= q.l.Profile.MaxPersons
	}
	return true
}

func protectedFunction(q question) bool {
	return slices.ContainsFunc(q.rowsOf(PersonType), func(r Row) bool { return r["protected_function"] == Yes })
}

// privileged reports whether the act touches what may be privileged.
func privileged(q question) bool {
	return q.value("privileged").Text == Yes ||
		slices.ContainsFunc(q.rowsOf(ItemType), func(r Row) bool { return r["privileged"] == Yes })
}

// retentionSet measures from the time the act was signed, so that it comes out
// the same whenever it is asked.
func retentionSet(q question) bool {
	until, err := ParseTime(q.value("retention_until").Text)
	if err != nil || q.a == nil || !until.After(q.a.Time) {
		return false
	}
	kept := q.c.Def.Kept(q.c.Def.Opens)
	return kept == nil || !until.After(kept.Stop.After(q.a.Time))
}
