package process

import (
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
// Nothing of it ever stands in a message.
type Local struct {
	Profile   *Profile // of the other side; nil: none is published
	Barred    bool     // a node-private fact bars giving anything (S5, S6)
	Disguised bool     // an extradition of the same person is open or was refused here (S37)
	Breach    bool     // the other side broke an assurance, and that is not settled (S7)
}

// A question is what a guard answers: may this act be done in this case? Its
// act is nil when only the case is asked, before a form is filled.
type question struct {
	c  *Case
	a  *Act
	t  *Transition
	l  *Local
	by landbridge.PartyID // who does it or wants to
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
	typed Type     // it looks at every field of this type; one of them stands in place of reads
	why   string
	holds func(q question) bool
	// approval names a role whose signature makes the guard hold, and demands
	// says when it is needed.
	approval landbridge.Role
	demands  func(q question) bool
}

// guards returns the closed set. A definition can name no other.
func guards() []guard {
	return slices.Concat(requestGuards(), personGuards(), dataGuards(), conductGuards())
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

// rowsOf returns the rows of every field of the type, as they would stand after
// the act. A definition may ask for persons in more than one field.
func (q question) rowsOf(t Type) (all []Row) {
	for i := range q.c.Def.Fields {
		if f := &q.c.Def.Fields[i]; f.Type == t {
			all = append(all, q.value(f.Name).Rows...)
		}
	}
	return all
}

// set reports whether the field has one of the wanted values. Where several
// parties have said it, the last word of each must be one of them: the "red" of
// one is not undone by the "green" of another.
func (q question) set(name string, want ...string) bool {
	said := q.lastWords(name)
	return len(said) > 0 && !slices.ContainsFunc(said, func(v string) bool { return !slices.Contains(want, v) })
}

// lastWords returns what each party last said in the field, the act included.
func (q question) lastWords(name string) (all []string) {
	var heard []landbridge.PartyID
	hear := func(a *Act) {
		if v := a.Fields[name]; v.Text != "" && !slices.Contains(heard, a.Party) {
			heard, all = append(heard, a.Party), append(all, v.Text)
		}
	}
	if q.a != nil {
		hear(q.a)
	}
	for i := len(q.c.Steps) - 1; i >= 0; i-- {
		hear(q.c.Steps[i].Act)
	}
	return all
}

// happened reports whether an act with the meaning was applied.
func (c *Case) happened(meaning string) bool { return c.Meant[meaning] > 0 }

// asksFor reports whether the act itself brings something the guard looks at,
// so that it can be judged only when the form is filled.
func (g guard) asksFor(d *Definition, t *Transition) bool {
	return slices.ContainsFunc(t.Asks, func(name string) bool {
		return slices.Contains(g.reads, name) || g.typed != "" && d.Field(name).Type == g.typed
	})
}
