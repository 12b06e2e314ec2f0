package index

import (
	"math"
	"slices"

	"landbridge.example/index/problem"
	"landbridge.example/index/stat"
)

// Reliability thresholds: shares of indicators that came without a value.
const (
	GoodUpTo = 0.05
	FairUpTo = 0.20
)

// Reliability says in one word how far a row rests on data: good up to 5 % of
// its indicators without data, fair up to 20 %, weak beyond.
func (r Row) Reliability() string {
	switch gone := 1 - r.Available; {
	case gone <= GoodUpTo+1e-12:
		return "good"
	case gone <= FairUpTo+1e-12:
		return "fair"
	}
	return "weak"
}

// An Explanation says where one row's score comes from.
type Explanation struct {
	Row
	Reliability string   `json:"reliability"`
	Index       string   `json:"index"`
	Score       *float64 `json:"score"`
	Rank        *float64 `json:"rank"`
	Of          int      `json:"of"` // rows ranked that year
	Parts       []Part   `json:"parts"`
}

// A Part is one column of an explanation. A number that does not exist is nil.
type Part struct {
	Column
	Score   *float64    `json:"score"`
	Rank    *float64    `json:"rank"`
	Average *float64    `json:"average"`           // over the rows of that year
	Effect  *float64    `json:"effect"`            // of the index: with it less without it
	Without *float64    `json:"rank_without"`      // the row's rank if it were left out everywhere
	Raw     *float64    `json:"raw,omitempty"`     // an indicator as it came
	DataOf  int         `json:"data_of,omitempty"` // the year it speaks of
	Steps   []StepValue `json:"steps,omitempty"`   // what each step made of it
	Flags   []string    `json:"flags,omitempty"`
}

// A StepValue is an indicator's value after a step.
type StepValue struct {
	Step  string   `json:"step"`
	Value *float64 `json:"value"`
}

func maybe(v float64) *float64 {
	if v != v || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// Explain says where the score of a unit comes from. year 0 is the latest year
// in which the unit has a score.
func (m *Model) Explain(res *Result, unit string, year int) (*Explanation, problem.List) {
	row := -1
	for r, x := range res.Rows {
		if x.Code == unit && (x.Year == year || year == 0 && (row < 0 || res.Score[0][r] == res.Score[0][r])) {
			row = r
		}
	}
	if row < 0 {
		return nil, problem.List{{Rule: "unknown-unit", Unit: unit, Year: year, Text: m.noUnit(unit)}}
	}
	e := &Explanation{Row: res.Rows[row], Reliability: res.Rows[row].Reliability(), Index: res.Columns[0].Code,
		Score: maybe(res.Score[0][row]), Rank: maybe(res.Rank[0][row])}
	for r, x := range res.Rows {
		if x.Year == e.Year && res.Rank[0][r] == res.Rank[0][r] {
			e.Of++
		}
	}
	var codes []string
	for _, c := range res.Columns[1:] {
		if c.Effective != 0 {
			codes = append(codes, c.Code)
		}
	}
	removed, list := m.RemoveCodes(codes)
	if list.Refused() {
		return nil, list
	}
	without := map[string]Removal{}
	for _, r := range removed {
		without[r.Code] = r
	}
	for k := range res.Columns {
		p := m.part(res, k, row)
		if r, ok := without[p.Code]; ok {
			p.Effect, p.Without = maybe(r.Change[row]), maybe(r.Rank[row])
		}
		e.Parts = append(e.Parts, p)
	}
	return e, nil
}

// noUnit says why a unit is not in the result.
func (m *Model) noUnit(unit string) string {
	var codes []string
	for _, u := range m.frame.units {
		if u.Code == unit {
			return "the unit has data but was screened out, or has none in that year"
		}
		codes = append(codes, u.Code)
	}
	return "there is no such unit" + problem.Nearest(unit, codes)
}

func (m *Model) part(res *Result, k, row int) Part {
	p := Part{Column: res.Columns[k], Score: maybe(res.Score[k][row]), Rank: maybe(res.Rank[k][row])}
	if res.Score[k] != nil {
		var same []float64
		for r, x := range res.Rows {
			if x.Year == res.Rows[row].Year {
				same = append(same, res.Score[k][r])
			}
		}
		p.Average = maybe(stat.Mean(same))
	}
	if f := res.Flag[k]; f != nil {
		p.Flags = f[row].Words()
	}
	if !p.Indicator {
		return p
	}
	p.Raw, p.DataOf = maybe(res.Raw[k][row]), res.DataYear[k][row]
	last := math.NaN()
	for _, g := range res.Stages {
		at := slices.IndexFunc(g.Rows, func(x Row) bool { return x.Code == res.Rows[row].Code && x.Year == res.Rows[row].Year })
		if at < 0 || g.Col[k] == nil {
			continue
		}
		v := g.Col[k][at]
		if len(p.Steps) == 0 || v != last && !(v != v && last != last) {
			p.Steps = append(p.Steps, StepValue{g.Name, maybe(v)})
		}
		last = v
	}
	return p
}
