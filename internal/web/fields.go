package web

import (
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/lang"
	"landbridge.example/process"
)

// This file makes the controls of a form out of a process definition, and
// reads them back. Names in the form are f.<field> for simple fields and
// f.<field>.<row>.<part> for compound ones.

// A GroupForm is a group of controls under a heading.
type GroupForm struct {
	Name   string
	Fields []FieldControl
}

// A FieldControl is one field as a control, with its help and its problems.
type FieldControl struct {
	Name, ID, Kind      string // kind: line, long, date, datetime, radio, select, checks, rows
	Label, Help         string
	Example, Unit, Law  string
	Demand              string
	Value               string
	Required, Shown     bool
	When                string // "urgency=urgent,…": shown while it holds
	Choices             []Choice
	Rows                []RowControl
	More                bool // another row may be added
	Problems            []string
	Max                 int
	Describes           string // ids of help and problems, for screen readers
	InputMode, Complete string
	List                string // id of a list to choose from while one writes
	Fixed               bool   // of a select: its choices are all there is, none is not one
}

// A RowControl is one row of a compound field.
type RowControl struct {
	Index  int
	Number int
	Parts  []FieldControl
	Remove string // what the button says when pressed
}

// A fieldForm builds the controls of one draft.
type fieldForm struct {
	s        *site
	v        *visit
	ref      landbridge.ProcessRef
	problems []casework.Problem
	checked  bool
	more     string // a field that gets one more empty row
	parties  []Choice
	acts     []Choice
}

// prepare asks for what choices are made of: parties, and acts to refer to.
func (f *fieldForm) prepare(d *casework.DraftView) error {
	all, err := f.s.Directory.All(f.v.Context())
	if err != nil {
		return err
	}
	for _, l := range all {
		f.parties = append(f.parties, Choice{Value: string(l.Party), Name: string(l.Party) + " · " + l.Record.Name.In(f.v.t.Code)})
	}
	for _, g := range d.Groups {
		for _, x := range g.Fields {
			if x.Field.Type == process.DigestType && f.acts == nil {
				return f.listActs(d)
			}
		}
	}
	return nil
}

func (f *fieldForm) listActs(d *casework.DraftView) error {
	c, err := f.s.Casework.Case(f.v.Context(), f.v.me(), casework.Reading{Case: d.Case})
	if err != nil {
		return err
	}
	for _, a := range c.Timeline {
		f.acts = append(f.acts, Choice{Value: a.ID.String(),
			Name: string(a.Party) + ": " + actDone(f.v.t, c.Process, a.Transition, a.Label) + ", " + f.v.t.DateTime(a.Signed)})
	}
	return nil
}

func (f *fieldForm) group(g casework.GroupView) GroupForm {
	form := GroupForm{Name: f.v.t.Or(g.Name, groupKey(f.ref, g.Name))}
	for _, x := range g.Fields {
		form.Fields = append(form.Fields, f.field(x))
	}
	return form
}

func (f *fieldForm) field(x casework.FieldView) FieldControl {
	key := processKey(f.ref) + "field." + x.Field.Name
	c := f.control(x.Field, key, "f."+x.Field.Name, x.Value.Text)
	c.Required, c.Shown, c.Demand, c.When = x.Required, x.Shown, x.Demand, when(x.Field.When)
	c.Problems = f.about(x.Field.Name, 0, "")
	if x.Field.Type == process.EnumsType {
		c.Kind = "checks"
		for i := range c.Choices {
			for _, item := range x.Value.Items {
				c.Choices[i].Chosen = c.Choices[i].Chosen || c.Choices[i].Value == item
			}
		}
	}
	if x.Field.Type.Compound() {
		c.Kind = "rows"
		f.rows(&c, x)
	} else if x.Field.Many > 1 && x.Field.Type != process.EnumsType {
		c.Kind, c.Value = "long", strings.Join(x.Value.Items, "\n")
	}
	c.describe()
	return c
}

// rows makes a row of controls for every row there is, and an empty one where
// one is asked for or none is there.
func (f *fieldForm) rows(c *FieldControl, x casework.FieldView) {
	many := max(x.Field.Many, 1)
	rows := x.Value.Rows
	if len(rows) < many && (len(rows) == 0 && (x.Required || many == 1) || f.more == x.Field.Name) {
		rows = append(rows[:len(rows):len(rows)], process.Row{})
	}
	for i, r := range rows {
		row := RowControl{Index: i, Number: i + 1, Remove: "remove:" + x.Field.Name + ":" + strconv.Itoa(i)}
		if many == 1 {
			row.Number, row.Remove = 0, ""
		}
		for _, p := range process.Parts(x.Field.Type) {
			part := f.control(&p, "part."+string(x.Field.Type)+"."+p.Name, "f."+x.Field.Name+"."+strconv.Itoa(i)+"."+p.Name, r[p.Name])
			part.Required, part.Shown = p.Required, true
			part.Problems = f.about(x.Field.Name, i, p.Name)
			part.describe()
			row.Parts = append(row.Parts, part)
		}
		c.Rows = append(c.Rows, row)
	}
	c.More = many > 1 && len(rows) < many
}

// control makes the control of one simple value.
func (f *fieldForm) control(x *process.Field, key, name, value string) FieldControl {
	t := f.v.t
	c := FieldControl{
		Name: name, ID: strings.ReplaceAll(name, ".", "-"), Value: value, Label: t.Or(x.Label, key+".label"), Example: x.Example,
		Law: x.Law, Max: x.Max, Kind: "line",
	}
	if x.Help != "" {
		c.Help = t.Or(x.Help, key+".help")
	}
	if x.Unit != "" {
		c.Unit = t.Or(x.Unit, key+".unit")
	}
	switch x.Type {
	case process.LongType:
		c.Kind = "long"
	case process.DateType:
		c.Kind = "date"
	case process.DatetimeType:
		c.Kind, c.Value = "datetime", strings.TrimSuffix(value, "Z")
	case process.BoolType:
		c.Kind = "radio"
		c.Choices = []Choice{{process.Yes, t.T("value.yes"), value == process.Yes}, {process.No, t.T("value.no"), value == process.No}}
	case process.EnumType, process.EnumsType:
		f.options(&c, x, key, value)
	case process.LanguageType:
		c.Kind, c.Choices = "select", languageChoices(t, value)
	case process.PartyType:
		c.Kind, c.Choices = "select", chosen(f.parties, value)
	case process.GradeType:
		c.Kind, c.Choices = "select", grades(t, value)
	case process.DigestType:
		if !strings.HasPrefix(key, "part.") { // of a field it names an act; in a row it is a file's own
			c.Kind, c.Choices = "select", chosen(f.acts, value)
		}
	case process.NumberType:
		c.InputMode = "decimal"
	}
	return c
}

func (f *fieldForm) options(c *FieldControl, x *process.Field, key, value string) {
	c.Kind = "select"
	if len(x.Options) <= 4 {
		c.Kind = "radio"
	}
	for _, o := range x.Options {
		c.Choices = append(c.Choices, Choice{o.Code, f.v.t.Or(o.Label, key+".option."+o.Code), o.Code == value})
	}
}

func chosen(all []Choice, value string) []Choice {
	n := make([]Choice, len(all))
	for i, c := range all {
		n[i] = Choice{c.Value, c.Name, c.Value == value}
	}
	return n
}

func languageChoices(t *lang.Texts, value string) []Choice {
	var all []Choice
	known := false
	for _, l := range lang.Languages() {
		all = append(all, Choice{l.Code, t.T("language." + l.Code), l.Code == value})
		known = known || l.Code == value
	}
	if value != "" && !known {
		all = append(all, Choice{value, value, true})
	}
	return all
}

// grades lists the sixteen grades, the best first, each in words.
func grades(t *lang.Texts, value string) []Choice {
	var all []Choice
	for _, source := range "ABCX" {
		for _, info := range "1234" {
			g := handling.Grade{Source: byte(source), Information: byte(info)}.String()
			all = append(all, Choice{g, g + " – " + t.T("grade.source."+string(source)) + "; " + t.T("grade.information."+string(info)), g == value})
		}
	}
	return all
}

// about returns what is wrong with one control, once the person asked.
func (f *fieldForm) about(field string, row int, part string) []string {
	if !f.checked {
		return nil
	}
	var all []string
	for _, p := range f.problems {
		if p.Block && p.Field == field && p.Part == part && (part == "" || p.Row == row) {
			line := f.s.say(f.v, f.ref, p.Text)
			if rule := shownRule(p.Rule); rule != "" {
				line += " (" + rule + ")"
			}
			all = append(all, line)
		}
	}
	return all
}

// describe ties help and problems to the control for those who cannot see them beside it.
func (c *FieldControl) describe() {
	var ids []string
	if c.Help != "" || c.Example != "" || c.Demand != "" {
		ids = append(ids, c.ID+"-help")
	}
	if len(c.Problems) > 0 {
		ids = append(ids, c.ID+"-problem")
	}
	c.Describes = strings.Join(ids, " ")
}

// when writes a condition for our script: "urgency=urgent|very_urgent;other=yes".
func when(all map[string][]string) string {
	var parts []string
	for field, values := range all {
		parts = append(parts, field+"="+strings.Join(values, "|"))
	}
	return strings.Join(parts, ";")
}

// readFields reads the controls back, for the fields the form had.
func readFields(form map[string][]string, all []casework.GroupView) process.Values {
	values := process.Values{}
	for _, g := range all {
		for _, x := range g.Fields {
			values[x.Field.Name] = readField(form, x.Field)
		}
	}
	return values.Clean()
}

func readField(form map[string][]string, f *process.Field) process.Value {
	name := "f." + f.Name
	if f.Type.Compound() {
		return readRows(form, f)
	}
	got := form[name]
	switch {
	case len(got) == 0:
		return process.Value{}
	case f.Type == process.EnumsType:
		return process.Value{Items: got}
	case f.Many > 1:
		return process.Value{Items: strings.Split(got[0], "\n")}
	case f.Type == process.DatetimeType && got[0] != "":
		return process.Value{Text: strings.TrimSuffix(got[0], "Z") + "Z"}
	}
	return process.Value{Text: strings.ReplaceAll(got[0], "\r\n", "\n")}
}

func readRows(form map[string][]string, f *process.Field) process.Value {
	var v process.Value
	parts := process.Parts(f.Type)
	for i := range max(f.Many, 1) {
		row := process.Row{}
		for _, p := range parts {
			if got := form["f."+f.Name+"."+strconv.Itoa(i)+"."+p.Name]; len(got) > 0 && strings.TrimSpace(got[0]) != "" {
				row[p.Name] = strings.ReplaceAll(got[0], "\r\n", "\n")
			}
		}
		if len(row) > 0 {
			v.Rows = append(v.Rows, row)
		}
	}
	return v
}
