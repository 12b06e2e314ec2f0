package process

import (
	"fmt"
	"slices"

	"landbridge.example"
)

// A Reason says why an act is not open, or why it was not applied. Code names
// the sentence in the language catalogues ("process.why." and the code).
type Reason struct {
	Rule string   // "S4", or "form", "state", "side", "role" for the definition itself
	Code string   // "persons_bounded"
	Args []string // for the sentence
	Text string   // the sentence in English
}

// Local is what one side alone knows when it judges an act of its own. It is
// nil when the set of acts is judged, which must come out the same everywhere.
type Local struct {
	Profile *Profile // of the other side; nil: none is published
	Barred  bool     // a node-private fact bars giving anything (S5, S6); it never leaves
}

// A question is what a guard answers: may this act be done in this case? Its
// act is nil when only the case is asked, before a form is filled.
type question struct {
	c *Case
	a *Act
	t *Transition
	l *Local
}

// value returns a field as it would stand after the act.
func (q question) value(name string) Value {
	if q.a != nil {
		if v, ok := q.a.Fields[name]; ok && !v.IsZero() {
			return v
		}
	}
	return q.c.Fields[name]
}

// approved reports whether someone signed in the role.
func (q question) approved(r landbridge.Role) bool {
	return slices.ContainsFunc(q.a.Approvals, func(a Approval) bool { return a.Role == r })
}

// A guard is one safeguard as a pure predicate. The list is closed.
type guard struct {
	name string
	// needsAct says that the guard looks at the act itself, so it is asked
	// when the form is filled and not before.
	needsAct bool
	// local says that the guard also looks at what this side alone knows.
	local bool
	reads []string // fields it looks at; Lint checks that they are asked
	why   string
	holds func(q question) bool
	// approval names a role whose signature makes the guard hold, and demands
	// says when it is needed.
	approval landbridge.Role
	demands  func(q question) bool
}

// guards returns the closed set. A definition can name no other.
func guards() []guard {
	return []guard{
		{name: "S1.declared", needsAct: true, reads: []string{"neutrality_declaration"},
			why:   "the sentence on neutrality is not declared",
			holds: func(q question) bool { return q.value("neutrality_declaration").Text == Yes }},
		{name: "S1.no_sensitive_offence", needsAct: true, reads: []string{"offences"},
			why: "an offence of political, military, religious or racial character is never pursued here",
			holds: func(q question) bool {
				return !slices.ContainsFunc(q.value("offences").Rows, func(r Row) bool {
					o, ok := findOffence(r["code"])
					return ok && o.Sensitive
				})
			}},
		{name: "S3.legal_basis", needsAct: true, local: true, reads: []string{"legal_basis"},
			why: "no legal basis is named, or the other side publishes no requirements for this process",
			holds: func(q question) bool {
				return len(q.value("legal_basis").Rows) > 0 && (q.l == nil || q.l.Profile != nil)
			}},
		{name: "S3.purpose_stated", needsAct: true, reads: []string{"purpose"},
			why:   "no purpose is stated",
			holds: func(q question) bool { return q.value("purpose").Text != "" }},
		{name: "S4.persons_bounded", needsAct: true, local: true, reads: []string{"persons"},
			why:      "it names more persons than one request may",
			holds:    personsBounded,
			approval: landbridge.DataProtection, demands: manyPersons},
		{name: "S6.no_private_bar", local: true,
			why:   "this side may not give the information; refusing on the ground of rights or essential interests is open",
			holds: func(q question) bool { return q.l == nil || !q.l.Barred }},
		{name: "S7.assured", reads: []string{"death_penalty_possible"},
			why: "the offence may be punished by death there: nothing is given until an assurance was accepted",
			holds: func(q question) bool {
				return q.value("death_penalty_possible").Text == No || q.c.Meant[AssuranceAccepted] > 0
			}},
		{name: "S7.assurance_given",
			why:   "no assurance was given that could be accepted",
			holds: func(q question) bool { return q.c.Meant[AssuranceGiven] > q.c.Meant[AssuranceAccepted] }},
		{name: "S12.untainted", needsAct: true, reads: []string{"obtained_under_duress"},
			why:   "what is alleged to have been obtained by torture or duress is not sent",
			holds: func(q question) bool { v := q.value("obtained_under_duress").Text; return v == No || v == "unknown" }},
		{name: "S14.special_data", needsAct: true,
			why:      "special categories of data, or data on a minor, need the data-protection officer's approval",
			holds:    func(q question) bool { return !specialData(q) || q.approved(landbridge.DataProtection) },
			approval: landbridge.DataProtection, demands: specialData},
		{name: "S15.retention_set", needsAct: true, reads: []string{"retention_until"},
			why:   "the day until which it is kept is missing, past, or later than the process allows",
			holds: retentionSet},
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
		{name: "S23.protected_function", needsAct: true, reads: []string{"persons"},
			why:      "a request about a person with a protected function needs a judge's approval",
			holds:    func(q question) bool { return !protectedFunction(q) || q.approved(landbridge.Judge) },
			approval: landbridge.Judge, demands: protectedFunction},
		{name: "S33.exculpatory_asked", needsAct: true, reads: []string{"exculpatory"},
			why:   "the question whether anything speaks for the person is not answered",
			holds: func(q question) bool { v := q.value("exculpatory").Text; return v == Yes || v == No }},
	}
}

// guardSet is the closed set by name. It is never changed after it is made.
var guardSet = func() map[string]guard {
	m := make(map[string]guard)
	for _, g := range guards() {
		m[g.name] = g
	}
	return m
}()

func guardNamed(name string) (guard, bool) {
	g, ok := guardSet[name]
	return g, ok
}

// Guards lists the names of all guards of this release.
func Guards() []string {
	var names []string
	for _, g := range guards() {
		names = append(names, g.name)
	}
	return names
}

// reason returns why the guard does not hold.
func (g guard) reason() *Reason {
	rule, code := splitGuard(g.name)
	return &Reason{Rule: rule, Code: code, Text: g.why}
}

// splitGuard takes "S4.persons_bounded" apart.
func splitGuard(name string) (rule, code string) {
	for i := range len(name) {
		if name[i] == '.' {
			return name[:i], name[i+1:]
		}
	}
	return name, name
}

// manyPersons reports whether the definition's bound is passed, which only the
// data-protection officer may allow.
func manyPersons(q question) bool { return len(q.value("persons").Rows) > q.c.Def.Limits.Persons }

// personsBounded holds the definition's bound, and the recipient's own, which
// nobody on this side can lift.
func personsBounded(q question) bool {
	if manyPersons(q) && !q.approved(landbridge.DataProtection) {
		return false
	}
	if q.l != nil && q.l.Profile != nil && q.l.Profile.MaxPersons > 0 {
		return len(q.value("persons").Rows) <= q.l.Profile.MaxPersons
	}
	return true
}

// specialData looks at the act's own fields: what an earlier act said of its
// own content says nothing of this one.
func specialData(q question) bool {
	if q.a == nil {
		return false
	}
	return q.a.Fields["special_data"].Text == Yes || q.a.Fields["special_data_in_answer"].Text == Yes ||
		slices.ContainsFunc(q.a.Fields["persons"].Rows, func(r Row) bool { return r["minor"] == Yes })
}

func protectedFunction(q question) bool {
	return slices.ContainsFunc(q.value("persons").Rows, func(r Row) bool { return r["protected_function"] == Yes })
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

// Needed lists the approvals the act needs in this case: those of the
// definition, and those a guard demands because of what the act says. Each
// entry is one signature, by any of its roles.
func (c *Case) Needed(a *Act) [][]landbridge.Role {
	t := c.Def.Transition(a.Transition)
	if t == nil {
		return nil
	}
	var all [][]landbridge.Role
	for _, s := range t.Approvals {
		all = append(all, Roles(s))
	}
	for _, name := range t.Guards {
		g, ok := guardNamed(name)
		if !ok || g.demands == nil || !g.demands(question{c: c, a: a, t: t}) {
			continue
		}
		has := slices.ContainsFunc(all, func(r []landbridge.Role) bool { return len(r) == 1 && r[0] == g.approval })
		if !has {
			all = append(all, []landbridge.Role{g.approval})
		}
	}
	return all
}

// Missing lists the approvals of needed that the given ones do not fill. One
// signature fills one entry, and a person signs once (S21).
func Missing(needed [][]landbridge.Role, author string, given []Approval) [][]landbridge.Role {
	var left []Approval
	seen := map[string]bool{author: true}
	for _, a := range given {
		if !seen[a.Person] {
			seen[a.Person] = true
			left = append(left, a)
		}
	}
	var missing [][]landbridge.Role
	// The pickier entries choose first, so that a judge is not spent on an
	// entry a supervisor could have filled.
	order := slices.Clone(needed)
	slices.SortStableFunc(order, func(a, b []landbridge.Role) int { return len(a) - len(b) })
	for _, roles := range order {
		i := slices.IndexFunc(left, func(a Approval) bool { return slices.Contains(roles, a.Role) })
		if i < 0 {
			missing = append(missing, roles)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	return missing
}

// checkApprovals says why the act's approvals do not do, if they do not (S21).
func checkApprovals(q question) *Reason {
	if slices.ContainsFunc(q.a.Approvals, func(a Approval) bool { return a.Person == q.a.Person }) {
		return &Reason{"S21", "own_approval", nil, "its author approved it; approvals come from other persons"}
	}
	missing := Missing(q.c.Needed(q.a), q.a.Person, q.a.Approvals)
	if len(missing) == 0 {
		return nil
	}
	return &Reason{"S21", "needs_approval", []string{RoleList(missing[0])},
		fmt.Sprintf("it needs the approval of %s, who is not its author", RoleList(missing[0]))}
}

// RoleList writes roles as "supervisor or judge".
func RoleList(roles []landbridge.Role) string {
	s := ""
	for i, r := range roles {
		if i > 0 {
			s += " or "
		}
		s += string(r)
	}
	return s
}
