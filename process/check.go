package process

import (
	"fmt"
	"maps"
	"slices"
)

// A Problem is one thing to put right in a form.
type Problem struct {
	Field string
	Row   int    // of a compound field, from 0
	Part  string // of a row
	Rule  string // "form", "profile", or a safeguard
	Code  string // names the sentence in the language catalogues
	Args  []string
	Text  string // the sentence in English
}

// Shown reports whether a form asks for the field now: its condition holds for
// the values entered and those the case has.
func (d *Definition) Shown(f *Field, known, entered Values) bool {
	for name, want := range f.When {
		v := entered[name]
		if v.IsZero() {
			v = known[name]
		}
		if !v.has(want) {
			return false
		}
	}
	return true
}

// CheckFields holds what was entered for a transition against the definition
// and, if given, the recipient's profile. known are the fields of the case so
// far. It returns everything that is wrong, in the order of the form.
func (d *Definition) CheckFields(t *Transition, known, entered Values, p *Profile) []Problem {
	var all []Problem
	for _, name := range t.Asks {
		f := d.Field(name)
		v := entered[name]
		shown := d.Shown(f, known, entered)
		byProfile := p != nil && slices.Contains(p.Required, name)
		switch {
		case !shown && v.IsZero():
		case !shown:
			all = append(all, problem(f, "not_asked", "it is not asked here; leave it empty"))
		case v.IsZero() && f.Required:
			all = append(all, problem(f, "required", "it is needed"))
		case v.IsZero() && byProfile:
			pr := problem(f, "required_there", "the other side requires it")
			pr.Rule = "profile"
			all = append(all, pr)
		case !v.IsZero():
			all = append(all, d.checkValue(f, v)...)
		}
	}
	for _, name := range entered.Names() {
		if !slices.Contains(t.Asks, name) {
			all = append(all, Problem{Field: clip(name), Rule: "form", Code: "unknown_field", Text: "this act does not ask for it; take it away"})
		}
	}
	if p != nil {
		all = append(all, d.checkProfile(t, entered, p)...)
	}
	return all
}

func problem(f *Field, code, text string, args ...string) Problem {
	return Problem{Field: f.Name, Rule: "form", Code: code, Args: args, Text: text}
}

// checkValue holds a value against its field.
func (d *Definition) checkValue(f *Field, v Value) []Problem {
	switch {
	case f.Type.Compound():
		if v.Text != "" || len(v.Items) > 0 {
			return []Problem{problem(f, "rows", "it has parts with their names; write them as rows")}
		}
		return checkRows(f, v.Rows)
	case f.Type == EnumsType:
		if len(v.Rows) > 0 {
			return []Problem{problem(f, "items", "it is a list of texts")}
		}
		items := v.Items
		if v.Text != "" { // one choice, written without a list
			items = []string{v.Text}
		}
		return checkItems(f, items)
	case len(v.Items) > 0 || len(v.Rows) > 0:
		return []Problem{problem(f, "one_text", "it is one text")}
	}
	if code, text := f.checkText(v.Text); code != "" {
		return []Problem{problem(f, code, text)}
	}
	return nil
}

func checkItems(f *Field, items []string) (all []Problem) {
	for i, s := range items {
		if code, text := f.checkText(s); code != "" {
			pr := problem(f, code, text)
			pr.Row = i
			all = append(all, pr)
		}
	}
	return all
}

func checkRows(f *Field, rows []Row) (all []Problem) {
	if limit := max(1, f.Many); len(rows) > limit {
		return []Problem{problem(f, "too_many", fmt.Sprintf("it has at most %d rows", limit), fmt.Sprint(limit))}
	}
	parts := partSet[f.Type]
	for i, r := range rows {
		at := func(part, code, text string) {
			pr := problem(f, code, text)
			pr.Row, pr.Part = i, part
			all = append(all, pr)
		}
		for j := range parts {
			part := &parts[j]
			s := r[part.Name]
			if s == "" {
				if part.Required {
					at(part.Name, "required", "it is needed")
				}
				continue
			}
			if code, text := part.checkText(s); code != "" {
				at(part.Name, code, text)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(r)) {
			if !slices.ContainsFunc(parts, func(p Field) bool { return p.Name == name }) {
				at(clip(name), "unknown_part", "there is no such part; take it away")
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Problem) int { return a.Row - b.Row })
	return all
}

// checkProfile holds what was entered against the recipient's own bounds.
func (d *Definition) checkProfile(t *Transition, entered Values, p *Profile) (all []Problem) {
	theirs := func(field, code, text string, args ...string) {
		all = append(all, Problem{Field: field, Rule: "profile", Code: code, Args: args, Text: text})
	}
	if n := len(entered["persons"].Rows); p.MaxPersons > 0 && n > p.MaxPersons {
		theirs("persons", "max_persons", fmt.Sprintf("the other side takes at most %d persons in one request; split it", p.MaxPersons),
			fmt.Sprint(p.MaxPersons))
	}
	if lang := entered["language"].Text; lang != "" && len(p.Languages) > 0 && !slices.Contains(p.Languages, lang) {
		theirs("language", "language", fmt.Sprintf("the other side answers in %s", joined(p.Languages)), joined(p.Languages))
	}
	for i, r := range entered["offences"].Rows {
		if slices.Contains(p.Excluded, r["code"]) {
			theirs("offences", "excluded", "the other side never helps with this kind of offence")
			all[len(all)-1].Row, all[len(all)-1].Part = i, "code"
		}
		if sp, err := ParseSpan(r["max_penalty"]); err == nil && sp.Months() < p.MinPenaltyMonths {
			theirs("offences", "min_penalty", fmt.Sprintf("the other side helps from a highest penalty of %d months", p.MinPenaltyMonths),
				fmt.Sprint(p.MinPenaltyMonths))
			all[len(all)-1].Row, all[len(all)-1].Part = i, "max_penalty"
		}
	}
	return all
}

func joined(list []string) string {
	s := ""
	for i, x := range list {
		if i > 0 {
			s += ", "
		}
		s += x
	}
	return s
}
