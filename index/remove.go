package index

import (
	"math"
	"slices"
	"strings"

	"landbridge.example/index/problem"
	"landbridge.example/index/stat"
)

// A Removal says what becomes of the index without one element.
type Removal struct {
	Code   string
	Score  []float64 // of the index, by row of the result
	Rank   []float64
	Shift  float64   // mean absolute change of rank
	Change []float64 // of score, by row: how much the element gives (or costs) the row
}

// Remove leaves out the elements of a level, one at a time.
func (m *Model) Remove(level int) ([]Removal, problem.List) {
	return m.RemoveCodes(m.codesOn(level))
}

func (m *Model) codesOn(level int) (out []string) {
	for _, i := range m.tree.onLevel(level) {
		out = append(out, m.tree.node[i].code)
	}
	return out
}

// RemoveCodes leaves out some elements, one at a time.
func (m *Model) RemoveCodes(codes []string) ([]Removal, problem.List) {
	w, list := m.WhatIf()
	if list.Refused() {
		return nil, list
	}
	whole, nominal := w.score, w.rank
	var out []Removal
	for _, code := range codes {
		i, ok := m.tree.at[code]
		if !ok {
			list.Add(problem.Problem{Rule: "unknown-code", Column: code, Text: "there is no such indicator or group" + problem.Nearest(code, m.tree.codes())})
			return nil, list
		}
		s, list := w.after(i, nil)
		if list.Refused() {
			return nil, sorted(list)
		}
		r := Removal{Code: code, Score: s.col[m.index], Rank: m.ranks(s, m.index)}
		r.Shift = shift(r.Rank, nominal)
		for k, v := range r.Score {
			r.Change = append(r.Change, whole[k]-v)
		}
		out = append(out, r)
	}
	return out, nil
}

// A Standing is one indicator of a row, with its rank.
type Standing struct {
	Code, Name, Group string
	Rank              float64
	Value             float64
	Unit              string
}

// Strengths returns a row's best and worst indicators: those with the best and
// the worst ranks at a stage, turned by direction if the stage is not
// normalised. Indicators in which the row shares the last rank are left out, as
// are those without a value. group names the level whose codes are shown.
func (m *Model) Strengths(g *Stage, row, best, worst, group int) (strong, weak []Standing) {
	var all []Standing
	for k, c := range g.Columns {
		if !c.Indicator || g.Col[k] == nil || g.Col[k][row] != g.Col[k][row] {
			continue
		}
		i := m.tree.at[c.Code]
		x := slices.Clone(g.Col[k])
		if !slices.Contains([]string{"normalise", "aggregate"}, g.Kind) {
			for r := range x {
				x[r] *= m.tree.node[i].dir
			}
		}
		for r := range x {
			if g.Rows[r].Year != g.Rows[row].Year {
				x[r] = math.NaN()
			}
		}
		rank := stat.Rank(x, true, stat.TiesMin)
		if _, last := stat.Range(rank); rank[row] == last {
			continue
		}
		s := Standing{Code: c.Code, Name: c.Name, Rank: rank[row], Value: g.Col[k][row], Unit: c.Unit}
		if a := m.tree.ancestor(i, group); a >= 0 {
			s.Group = m.tree.node[a].code
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b Standing) int { return int(a.Rank - b.Rank) })
	n := len(all)
	return all[:min(best, n)], all[max(0, n-worst):]
}

// DenominatorCorrelations correlates the raw indicators with data columns by
// which they might be divided.
func (m *Model) DenominatorCorrelations(kind stat.Kind, columns []string) ([][]float64, []string, problem.List) {
	s := m.start
	var out [][]float64
	var codes []string
	for i, nd := range m.tree.node {
		if nd.ind == nil {
			continue
		}
		var row []float64
		for _, c := range columns {
			if m.frame.number(c) == nil {
				return nil, nil, problem.List{{Rule: "unknown-column", Column: c, Text: "the run reads no such column of numbers"}}
			}
			row = append(row, stat.Correlation(kind, s.col[i], m.gather(s, c)))
		}
		codes, out = append(codes, nd.code), append(out, row)
	}
	return out, codes, nil
}

// A Trend is how one unit's column changed over the years. More is more: the
// direction of an indicator is not applied.
type Trend struct {
	Unit, Code    string
	Growth        float64 // compound, per year
	Percent       float64 // of the first year's fitted value, per period
	Share         float64 // of years with a value
	First, Latest int     // years with a value; 0 below two
}

// Trends returns the change of columns over time at a stage. per is the length
// of the period of Percent, in years.
func (m *Model) Trends(g *Stage, codes []string, per float64) (out []Trend) {
	rows := map[string][]int{}
	var units []string
	for r, row := range g.Rows { // rows are by year already
		if rows[row.Code] == nil {
			units = append(units, row.Code)
		}
		rows[row.Code] = append(rows[row.Code], r)
	}
	slices.SortFunc(units, strings.Compare)
	for _, u := range units {
		for _, code := range codes {
			x := g.Code(code)
			if x == nil {
				continue
			}
			out = append(out, trend(u, code, g, rows[u], x, per))
		}
	}
	return out
}

func trend(unit, code string, g *Stage, rows []int, x []float64, per float64) Trend {
	t := Trend{Unit: unit, Code: code, Growth: math.NaN(), Percent: math.NaN()}
	var years, y []float64
	for _, r := range rows {
		if x[r] == x[r] {
			years, y = append(years, float64(g.Rows[r].Year)), append(y, x[r])
		}
	}
	n := len(y)
	t.Share = float64(n) / float64(len(rows))
	if n < 2 {
		return t
	}
	t.First, t.Latest = int(years[0]), int(years[n-1])
	span := years[n-1] - years[0]
	if y[n-1] == y[0] {
		t.Growth = 0
	} else {
		t.Growth = math.Pow(y[n-1]/y[0], 1/span) - 1
	}
	low, high := stat.Range(y)
	switch {
	case low == high:
		t.Percent = 0
	case n == 2:
		t.Percent = (y[1] - y[0]) * 100 / y[0] * per / span
	default:
		slope := stat.Covariance(years, y) / stat.Variance(years)
		start := stat.Mean(y) + slope*(years[0]-stat.Mean(years))
		t.Percent = slope * per / start * 100
	}
	return t
}
