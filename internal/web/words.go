package web

import (
	"fmt"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/lang"
	"landbridge.example/process"
)

// This file turns what modules say into the finished text of views: in the
// reader's language, with a class for its colour where colour helps. No
// meaning is left to colour alone.

// A Pill is a short label.
type Pill struct{ Class, Text string }

// A Clock is a deadline as pages show it.
type Clock struct {
	Left   string // "6 h 08 min"
	Class  string // "", "amber", "red", "still"
	Used   int    // share of the time used, 0 to 100
	Label  string
	Note   string // "of 8 h; yours to keep"
	Source string // where the deadline comes from
	Due    string
	DueISO string
	Status string
}

// A Who is a person as a case shows them.
type Who struct{ Name, Role, Party string }

func (s *site) roleName(t *lang.Texts, r landbridge.Role) string { return t.T("role." + string(r)) }

func (s *site) roleNames(t *lang.Texts, roles []landbridge.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = s.roleName(t, r)
	}
	return t.List(names)
}

// say is a sentence of casework in the reader's language. What casework puts
// into a sentence are codes or English labels; they are put in words first.
func (s *site) say(v *visit, ref landbridge.ProcessRef, x casework.Text) string {
	t := v.t
	if x.Key == "" || t.Code == lang.Fallback && len(x.Args) == 0 {
		return x.English // says more than the catalogue where it holds a number
	}
	if x.Key == "case.demand" {
		return s.demand(v, x.English)
	}
	args := make([]any, len(x.Args))
	for i, a := range x.Args {
		args[i] = a
		if code, ok := a.(string); ok {
			args[i] = s.codeWords(v, ref, code)
		}
	}
	if x.Key == "process.why.from" { // as many states as there are
		names := make([]string, len(args))
		for i, a := range args {
			names[i] = fmt.Sprint(a)
		}
		args = []any{t.List(names)}
	}
	return t.Or(x.English, x.Key, args...)
}

// titled returns the title of the newest definition of a process, or its id
// where this node does not know it.
func (s *site) titled(t *lang.Texts, id string) string {
	title := id
	if s.Casework != nil {
		for _, d := range s.Casework.Processes() {
			if d.Ref.ID == id {
				title = d.Title
			}
		}
	}
	return t.Or(title, "process."+id+".title")
}

// fieldName returns the label of a field of a process, by its name.
func (s *site) fieldName(t *lang.Texts, process, field string) string {
	label := field
	if s.Casework != nil {
		for _, d := range s.Casework.Processes() {
			if f := d.Field(field); d.Ref.ID == process && f != nil {
				label = f.Label
			}
		}
	}
	return t.Or(label, "process."+process+".field."+field+".label")
}

// codeWords puts a code that stands in a sentence in words: roles joined by
// "or", a state, an act, a clock or a side of the process, a purpose. What is
// none of these is text already.
func (s *site) codeWords(v *visit, ref landbridge.ProcessRef, code string) string {
	roles := strings.Split(code, " or ")
	for i, r := range roles {
		if !v.t.Has("role." + r) {
			roles = nil
			break
		}
		roles[i] = v.t.T("role." + r)
	}
	if len(roles) > 0 {
		return v.t.Choices(roles)
	}
	for _, kind := range []string{"state.", "side.", "field.purpose.option."} {
		if key := processKey(ref) + kind + code; v.t.Has(key) {
			return v.t.T(key)
		}
	}
	if s.Casework == nil {
		return code
	}
	d, err := s.Casework.Definition(ref)
	if err != nil {
		return code
	}
	for i := range d.Transitions {
		if tr := &d.Transitions[i]; tr.Name == code || tr.Label == code {
			return actLabel(v.t, ref, tr)
		}
	}
	for _, c := range d.Clocks {
		if c.Label == code {
			return v.t.Or(c.Label, processKey(ref)+"clock."+c.Name)
		}
	}
	return code
}

// demand is a recipient's own requirement: in the reader's language, if the
// recipient published it so.
func (s *site) demand(v *visit, english string) string {
	if s.Directory == nil {
		return english
	}
	all, err := s.Directory.All(v.Context())
	if err != nil {
		return english // the English is at hand, and this is one line of a page
	}
	for _, l := range all {
		for _, p := range l.Record.Profiles {
			for _, d := range p.Demands {
				if d.Text["en"] == english {
					return d.Text.In(v.t.Code)
				}
			}
		}
	}
	return english
}

// processKey begins the keys of a definition's texts in the catalogues.
func processKey(ref landbridge.ProcessRef) string { return "process." + ref.ID + "." }

func processTitle(t *lang.Texts, ref landbridge.ProcessRef, english string) string {
	return t.Or(english, processKey(ref)+"title")
}

func stateLabel(t *lang.Texts, ref landbridge.ProcessRef, state, english string) string {
	return t.Or(english, processKey(ref)+"state."+state)
}

func actLabel(t *lang.Texts, ref landbridge.ProcessRef, tr *process.Transition) string {
	return t.Or(tr.Label, processKey(ref)+"act."+tr.Name+".label")
}

func actDone(t *lang.Texts, ref landbridge.ProcessRef, name, english string) string {
	return t.Or(english, processKey(ref)+"act."+name+".done")
}

func actEffect(t *lang.Texts, ref landbridge.ProcessRef, tr *process.Transition) string {
	if tr.Effect == "" {
		return ""
	}
	return t.Or(tr.Effect, processKey(ref)+"act."+tr.Name+".effect")
}

func groundLabel(t *lang.Texts, ref landbridge.ProcessRef, g process.Ground) string {
	return t.Or(g.Label, processKey(ref)+"ground."+g.Code)
}

func sideLabel(t *lang.Texts, ref landbridge.ProcessRef, side, english string) string {
	return t.Or(english, processKey(ref)+"side."+side)
}

// groupKey is the key of a group of fields: its English words, joined.
func groupKey(ref landbridge.ProcessRef, group string) string {
	return processKey(ref) + "group." + strings.ReplaceAll(strings.ToLower(group), " ", "_")
}

// who shows a person: the name where this node knows it, else the role alone.
func (s *site) who(v *visit, p casework.PersonView) Who {
	w := Who{Name: p.Name, Role: s.roleName(v.t, p.Role), Party: string(p.Party)}
	if p.Role == "" {
		w.Role = ""
	}
	if p.Role == landbridge.System {
		w.Name = v.t.T("who.node", string(p.Party))
		w.Role = ""
	}
	return w
}

// clock shows one deadline of a case of the given process.
func (s *site) clock(v *visit, ref landbridge.ProcessRef, c *casework.ClockView) *Clock {
	if c == nil {
		return nil
	}
	k := &Clock{
		Left: v.t.Duration(c.Left), Used: percent(c.Share), Label: v.t.Or(c.Label, processKey(ref)+"clock."+c.Name),
		Due: v.t.DateTime(c.Due), DueISO: c.Due.UTC().Format(time.RFC3339), Status: c.Status,
	}
	switch c.Status {
	case "overdue":
		k.Class, k.Used = "red", 100
		k.Left = v.t.T("clock.over", k.Left)
	case "paused", "stopped":
		k.Class = "still"
	case "running":
		switch {
		case c.Share >= 0.75 || c.Left < time.Hour:
			k.Class = "red"
		case c.Ours && (c.Share >= 0.5 || c.Left < 24*time.Hour):
			k.Class = "amber"
		case c.Ours:
			k.Class = "teal"
		}
	}
	whose := "clock.theirs"
	if c.Ours {
		whose = "clock.ours"
	}
	k.Note = v.t.T("clock.of", s.span(v.t, c.For)) + " · " + v.t.T(whose)
	if c.Status == "paused" {
		k.Note += " · " + v.t.T("clock.paused")
	}
	k.Source = c.Source
	switch {
	case c.Force == "policy" && c.Confidence == string(process.Design):
		k.Source = v.t.T("clock.policy")
	case c.Force == "policy":
		k.Source += " · " + v.t.T("clock.policy")
	case c.Confidence == string(process.Memory):
		k.Source += " · " + v.t.T("clock.unchecked")
	}
	return k
}

// span writes 8h, 3d, 10wd, 6m, 5y in words.
func (s *site) span(t *lang.Texts, span string) string {
	n, unit := 0, ""
	for i, r := range span {
		if r < '0' || r > '9' {
			unit = span[i:]
			break
		}
		n = 10*n + int(r-'0')
	}
	key := "span.words." + unit
	if !t.Has(key) {
		return span
	}
	return t.T(key, n)
}

func percent(share float64) int { return int(100*min(max(share, 0), 1) + 0.5) }

// codes joins party codes with their names: "XB · Borealis".
func (s *site) codes(v *visit, all []landbridge.PartyID) string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = s.partyName(v, p)
		if names[i] != string(p) {
			names[i] = string(p) + " · " + names[i]
		}
	}
	return v.t.List(names)
}

func plain(all []landbridge.PartyID) string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

// iso is a moment for a <time> element and for exports.
func iso(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// short shows the beginning of a digest or key, enough to compare by eye where
// the whole is one click away.
func short(digest string) string {
	if len(digest) > 16 {
		return digest[:16] + "…"
	}
	return digest
}

// inFours breaks a digest so that two people can read it to each other.
func inFours(digest string) []string {
	var all []string
	for len(digest) > 4 {
		all, digest = append(all, digest[:4]), digest[4:]
	}
	return append(all, digest)
}
