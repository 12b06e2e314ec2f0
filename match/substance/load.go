package substance

import (
	"bytes"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"landbridge.example/match"
)

//go:embed data
var data embed.FS

// New reads the built-in register and makes it ready to be searched. The data
// are part of the program, so a fault in them is a fault of the build and New
// panics.
func New(e *match.Engine) *Register {
	r, err := load(e)
	if err != nil {
		panic("substance: the built-in register is broken: " + err.Error())
	}
	return r
}

func load(e *match.Engine) (*Register, error) {
	r := &Register{at: map[string]int{}, cas: map[string][]int{}}
	for name, row := range map[string]func(map[string]string) error{"sources.csv": r.addSource, "schedules.csv": r.addSchedule} {
		if err := eachRow(name, row); err != nil {
			return nil, err
		}
	}
	if err := eachRow("register.csv", r.addSubstance); err != nil {
		return nil, err
	}
	text, err := data.ReadFile("data/classes.json")
	if err != nil {
		return nil, fmt.Errorf("reading classes.json: %w", err)
	}
	if err := json.Unmarshal(text, &r.classes); err != nil {
		return nil, fmt.Errorf("classes.json: %w", err)
	}
	r.names = e.NewRegister(r.records(), match.RegisterOptions{})
	return r, nil
}

// eachRow calls do with every row of a file, by the names of its columns.
func eachRow(name string, do func(map[string]string) error) error {
	text, err := data.ReadFile("data/" + name)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, row := range rows[1:] {
		m := make(map[string]string, len(row))
		for k, v := range row {
			m[rows[0][k]] = v
		}
		if err := do(m); err != nil {
			return fmt.Errorf("%s, row %d: %w", name, i+2, err)
		}
	}
	return nil
}

func (r *Register) addSource(m map[string]string) error {
	r.sources = append(r.sources, Source{Code: m["code"], Title: m["title"], Where: m["where"], Read: m["read"]})
	return nil
}

func (r *Register) addSchedule(m map[string]string) error {
	r.schedules = append(r.schedules, Schedule{Code: m["code"], Convention: m["convention"], Name: m["name"], What: m["what"], CompleteTo: m["complete_to"]})
	return nil
}

func (r *Register) addSubstance(m map[string]string) error {
	s := Substance{ID: m["id"], Name: m["name"], INN: m["inn"] == "yes", Names: parts(m["names"]), CAS: parts(m["cas"]), CASSource: m["cas_source"],
		Chemical: m["chemical"], Schedules: parts(m["schedules"]), Sources: parts(m["sources"]), Note: m["note"], Check: Unchecked}
	switch len(s.Sources) {
	case 0:
	case 1:
		s.Check = Single
	default:
		s.Check = Checked
	}
	if _, twice := r.at[s.ID]; twice || s.ID == "" || s.Name == "" || len(s.Schedules) == 0 {
		return fmt.Errorf("%q is not a whole row, or stands there twice", s.ID)
	}
	for _, c := range s.Schedules {
		if _, ok := r.Schedule(c); !ok {
			return fmt.Errorf("%s: there is no schedule %s", s.ID, c)
		}
	}
	for _, c := range append(slices.Clone(s.Sources), parts(s.CASSource)...) {
		if _, ok := r.Source(c); !ok {
			return fmt.Errorf("%s: there is no source %s", s.ID, c)
		}
	}
	r.at[s.ID] = len(r.substances)
	for _, c := range s.CAS {
		if !ValidCAS(c) {
			return fmt.Errorf("%s: the check digit of %s is wrong", s.ID, c)
		}
		r.cas[c] = append(r.cas[c], len(r.substances))
	}
	r.substances = append(r.substances, s)
	return nil
}

// parts cuts a cell at its bars.
func parts(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// records turns the rows into what the engine searches.
func (r *Register) records() []match.Record {
	all := make([]match.Record, 0, len(r.substances))
	for i := range r.substances {
		s := &r.substances[i]
		rec := match.Record{ID: s.ID, Kind: match.Substance, Names: []match.Name{{Text: plain(s.Name), Quality: match.Primary}}}
		for _, n := range s.Names {
			rec.Names = append(rec.Names, match.Name{Text: plain(n), Quality: match.Good})
		}
		if s.Chemical != "" {
			rec.Names = append(rec.Names, match.Name{Text: plain(s.Chemical), Quality: match.Weak})
		}
		all = append(all, rec)
	}
	return all
}
