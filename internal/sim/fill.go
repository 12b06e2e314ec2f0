package sim

import (
	"maps"
	"time"

	"landbridge.example"
	"landbridge.example/internal/casework"
	"landbridge.example/process"
)

// Canary is a word that stands in every text a run writes: it must be seen at
// the sides of a case and nowhere else.
const Canary = "quetzalcanary"

// Fill writes something lawful into every field a transition asks for, from
// the definition alone, so that a process that is added later is tried without
// a line of code here.
func Fill(d *process.Definition, t *process.Transition, v *casework.CaseView, now time.Time) casework.Input {
	return FillAround(d, t, v, now, nil)
}

// FillAround is Fill with some fields given.
func FillAround(d *process.Definition, t *process.Transition, v *casework.CaseView, now time.Time, given process.Values) casework.Input {
	in := casework.Input{Title: "Matter of " + Canary, Fields: process.Values{}}
	for _, name := range t.Asks {
		if f := d.Field(name); f != nil {
			in.Fields[name] = value(*f, v, now)
		}
	}
	maps.Copy(in.Fields, given)
	// Fields that are asked only under a condition stay out while it is not met.
	for changed := true; changed; {
		changed = false
		for _, name := range t.Asks {
			if f := d.Field(name); f != nil && given[name].IsZero() && !d.Shown(f, known(v), in.Fields) {
				if _, there := in.Fields[name]; there {
					delete(in.Fields, name)
					changed = true
				}
			}
		}
	}
	if t.NeedsIt("ground") && len(d.Grounds) > 0 {
		in.Ground = d.Grounds[0].Code
	}
	if t.NeedsIt("reason") {
		in.Reason = "Because " + Canary + " says so."
	}
	return in
}

func known(v *casework.CaseView) process.Values {
	all := process.Values{}
	if v == nil {
		return all
	}
	for _, g := range v.Groups {
		for _, f := range g.Fields {
			all[f.Field.Name] = f.Value
		}
	}
	return all
}

// lawful holds the answers that keep a case going where the first choice would
// stop it, by field name.
func lawful(name string) (string, bool) {
	s, ok := map[string]string{
		"neutrality_declaration": process.Yes,
		"death_penalty_possible": process.No,
		"special_data":           process.No,
		"obtained_under_duress":  process.No,
		"exculpatory":            process.No,
		"special_data_in_answer": process.No,
		"used_as_evidence":       process.No,
		"minor":                  process.No,
		"protected_function":     process.No,
		"code":                   "fraud",
		"rights_result":          "clear",
		"risk_level":             "green",
		"dual_criminality":       "met",
		"final_decision":         process.No,
		"in_absence":             process.No,
		"summoned":               "in_person",
		"integrity":              "equal",
		"transfer_basis":         "safeguards",
		"privileged":             process.No,
		"counsel":                "informed",
		"consul":                 "informed",
		"understood":             process.Yes,
		"extradition_state":      "none",
		"category":               "suspect",
		"duress":                 process.No,
		"language":               "en",
	}[name]
	return s, ok
}

func value(f process.Field, v *casework.CaseView, now time.Time) process.Value {
	if f.Type.Compound() {
		row := process.Row{}
		for _, part := range process.Parts(f.Type) {
			if part.Required {
				row[part.Name] = text(part, v, now)
			}
		}
		return process.Value{Rows: []process.Row{row}}
	}
	if f.Type == process.EnumsType {
		items := []string{f.Options[0].Code}
		if len(f.Options) > 1 { // two of them: one identifier proves nobody's identity (S31)
			items = append(items, f.Options[1].Code)
		}
		return process.Value{Items: items}
	}
	return process.Text(text(f, v, now))
}

func text(f process.Field, v *casework.CaseView, now time.Time) string {
	if s, ok := lawful(f.Name); ok {
		return s
	}
	switch f.Type {
	case process.CaseType:
		return "01960000-0000-7000-8000-000000000000"
	case process.BoolType:
		return process.Yes
	case process.EnumType:
		return f.Options[0].Code
	case process.DateType:
		if f.Name == "risk_date" { // made before it is relied on (S5)
			return now.AddDate(0, 0, -1).Format("2006-01-02")
		}
		return now.AddDate(0, 6, 0).Format("2006-01-02")
	case process.DatetimeType:
		return now.Add(48 * time.Hour).UTC().Format("2006-01-02T15:04Z")
	case process.NumberType:
		return "12"
	case process.MoneyType:
		return "48500.00 EUR"
	case process.SpanType:
		return "5y"
	case process.LanguageType:
		return "en"
	case process.PartyType:
		return "XB"
	case process.GradeType:
		return "A1"
	case process.DigestType:
		return object(v).String()
	}
	if f.Max > 0 && f.Max < len(words) {
		return words[:f.Max]
	}
	return words
}

// words stand in every text.
const words = Canary + ": words about it."

// object returns the newest act that gave information, for fields that name one.
func object(v *casework.CaseView) landbridge.Digest {
	if v != nil {
		for _, a := range v.Timeline {
			if a.Transition == "answer" || a.Transition == "disclose" || a.Transition == "transmit" {
				return a.ID
			}
		}
	}
	return landbridge.Sum([]byte(Canary))
}
