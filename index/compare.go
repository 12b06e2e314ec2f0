package index

import (
	"math"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
)

// comparisonSlack forgives the last bits of binary numbers in a comparison
// that asks for equality.
const comparisonSlack = 1e-9

// A Compared says how a result agrees with published values.
type Compared struct {
	Column   string      `json:"column"` // of the data
	With     string      `json:"with"`
	What     string      `json:"what"` // score or rank
	Year     int         `json:"year,omitempty"`
	Equal    int         `json:"equal"`
	Compared int         `json:"compared"`
	Only     int         `json:"only_published"` // published, and not calculated
	Greatest float64     `json:"greatest_difference"`
	Apart    []Different `json:"apart,omitempty"` // the first that differ
}

// A Different is one value that differs from the published one. Got is nil
// where nothing was calculated.
type Different struct {
	Unit      string   `json:"unit"`
	Year      int      `json:"year,omitempty"`
	Published float64  `json:"published"`
	Got       *float64 `json:"got"`
}

const mostApart = 20

// compare checks the result against the columns that compare: names.
func (m *Model) compare(res *Result, s *state) (list problem.List) {
	for _, c := range m.spec.Compare {
		n, ok := m.tree.at[c.With]
		if !ok {
			list.Add(problem.Problem{Rule: "unknown-code", File: m.spec.File, Line: c.Line, Column: c.With,
				Text: "compare: there is no such column" + problem.Nearest(c.With, m.tree.codes())})
			continue
		}
		if s.col[n] == nil {
			list.Add(problem.Problem{Rule: "missing-step", File: m.spec.File, Line: c.Line, Column: c.With, Text: "compare: no step makes this column"})
			continue
		}
		got := s.col[n]
		if c.Rank {
			got = m.ranks(s, n)
		}
		var where []float64
		if c.Where != nil {
			var err error
			if where, err = c.Where.Eval(m.columns(s, 0, len(s.row), nil)); err != nil {
				list.Add(problem.Problem{Rule: "bad-formula", File: m.spec.File, Line: c.Line, Text: "compare: where: " + err.Error()})
				continue
			}
		}
		res.Compared = append(res.Compared, m.against(c, s, got, where))
	}
	return list
}

func (m *Model) against(c spec.Compare, s *state, got, where []float64) Compared {
	out := Compared{Column: c.Column, With: c.With, What: "score", Year: c.Year}
	if c.Rank {
		out.What = "rank"
	}
	published := m.gather(s, c.Column)
	for r, want := range published {
		year := m.frame.years[s.row[r]]
		if want != want || c.Year != 0 && year != c.Year || where != nil && !(where[r] == where[r] && where[r] != 0) {
			continue
		}
		out.Compared++
		d := Different{Unit: m.unit(s, r).Code, Year: year, Published: want}
		if v := got[r]; v == v {
			diff := math.Abs(v - want)
			out.Greatest = max(out.Greatest, diff)
			if diff <= c.Tolerance+comparisonSlack {
				out.Equal++
				continue
			}
			d.Got = &v
		} else {
			out.Only++
		}
		if len(out.Apart) < mostApart {
			out.Apart = append(out.Apart, d)
		}
	}
	return out
}
