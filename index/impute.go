package index

import (
	"math"
	"slices"
	"strings"

	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// impute fills missing cells of the given columns and flags each.
func (c *compiler) impute(d *spec.Impute, on []int) func(b *bench, s *state) {
	var from []int
	for _, code := range d.From {
		if i, ok := c.node(code); ok {
			from = append(from, i)
		}
	}
	parts := [][]int{on}
	if d.Within > 0 {
		parts = c.within(on, d.Within)
	}
	var g grouping
	if d.Group != "" {
		g.id, g.count = c.groups(d.Group)
	}
	return func(b *bench, s *state) {
		for _, i := range slices.Concat(on, from) {
			if !c.ready(b, s, i) {
				return
			}
		}
		filled := map[int][]float64{}
		switch d.Method {
		case "row-mean", "row-median":
			for _, p := range parts {
				for _, sp := range s.spans(d.Over) {
					c.fillRows(d, s, p, sp, filled)
				}
			}
		case "em":
			for _, p := range parts {
				c.fillJoint(d, b, s, p, filled)
			}
		default:
			for _, i := range on {
				if !slices.ContainsFunc(s.col[i], math.IsNaN) {
					continue
				}
				filled[i] = c.fillColumn(d, b, s, i, from, g)
			}
		}
		for _, i := range on {
			if filled[i] != nil {
				c.settle(d, b, s, i, filled[i])
			}
		}
	}
}

// settle puts the filled column in place, flags its new cells, and deals with
// cells for which the method found nothing.
func (c *compiler) settle(d *spec.Impute, b *bench, s *state, i int, out []float64) {
	old := s.col[i]
	if !slices.ContainsFunc(old, math.IsNaN) {
		return
	}
	if d.Else == "mean" {
		for _, sp := range s.spans(d.Over) {
			mean := stat.Mean(s.base(old, sp, d.Over, d.Among == "ranked"))
			for r := sp.from; r < sp.to; r++ {
				if out[r] != out[r] {
					out[r] = mean
				}
			}
		}
	}
	flag, left := FlagImputed, 0
	if c.m.tree.node[i].ind == nil {
		flag = FlagAggregated
	}
	var f []Flag
	if b.record {
		f = s.own(i)
	}
	for r := range out {
		switch {
		case old[r] == old[r]:
		case out[r] != out[r]:
			left++
			if d.Else == "refuse" {
				c.conflict(b, s, "not-imputed", i, r, "the value is missing and %s finds none to put there", d.Method)
			}
		case f != nil:
			f[r] |= flag
		}
	}
	if left > 0 && d.Else == "leave" {
		c.warn(b, "not-imputed", i, 0, "%d cells are missing still; %s finds no value for them", left, d.Method)
	}
	s.col[i] = out
}

// fillColumn fills one column from itself, or from others by regression.
func (c *compiler) fillColumn(d *spec.Impute, b *bench, s *state, i int, from []int, g grouping) []float64 {
	x := s.col[i]
	out := slices.Clone(x)
	switch d.Method {
	case "latest", "carry", "linear", "linear-or-constant":
		c.fillTime(d, s, x, out)
		return out
	}
	for _, sp := range s.spans(d.Over) {
		base := s.base(x, sp, d.Over, d.Among == "ranked")
		value := func(int) float64 { return math.NaN() }
		switch d.Method {
		case "mean", "median":
			v := average(d.Method, base)
			value = func(int) float64 { return v }
		case "constant":
			value = func(int) float64 { return d.Value }
		case "group-mean", "group-median":
			value = byGroup(d, g, s, sp, base)
		case "regression":
			value = c.byRegression(b, s, sp, i, base, from)
		}
		for r := sp.from; r < sp.to; r++ {
			if out[r] != out[r] {
				out[r] = value(r)
			}
		}
	}
	return out
}

func average(method string, x []float64) float64 {
	if strings.HasSuffix(method, "median") {
		return stat.Median(x)
	}
	return stat.Mean(x)
}

// groups numbers the groups of a text column, by row of the frame; -1 is none.
func (c *compiler) groups(column string) (id []int, count int) {
	place := map[string]int{}
	for _, g := range c.m.frame.text(column) {
		if g == "" {
			id = append(id, -1)
			continue
		}
		if _, ok := place[g]; !ok {
			place[g] = len(place)
		}
		id = append(id, place[g])
	}
	return id, len(place)
}

// byGroup averages inside the unit's group. A unit without a group gets nothing.
func byGroup(d *spec.Impute, g grouping, s *state, sp span, base []float64) func(int) float64 {
	members := make([][]float64, g.count)
	for k, v := range base {
		if id := g.id[s.row[sp.from+k]]; id >= 0 && v == v {
			members[id] = append(members[id], v)
		}
	}
	value := make([]float64, g.count)
	for id, v := range members {
		value[id] = average(d.Method, v)
	}
	return func(r int) float64 {
		if id := g.id[s.row[r]]; id >= 0 {
			return value[id]
		}
		return math.NaN()
	}
}

// A grouping is a text column as numbers.
type grouping struct {
	id    []int
	count int
}

func (c *compiler) byRegression(b *bench, s *state, sp span, i int, base []float64, from []int) func(int) float64 {
	var x [][]float64
	for _, p := range from {
		x = append(x, s.col[p][sp.from:sp.to])
	}
	beta, err := stat.Regress(base, x)
	if err != nil {
		c.conflict(b, s, "no-regression", i, -1, "%v", err)
		return func(int) float64 { return math.NaN() }
	}
	return func(r int) float64 {
		v := beta[0]
		for k, p := range from {
			v += float64(beta[k+1] * s.col[p][r])
		}
		return v
	}
}

// fillTime fills each unit's series from its own other years.
func (c *compiler) fillTime(d *spec.Impute, s *state, x, out []float64) {
	series := make([][]int, len(c.m.frame.units)) // rows of each unit, by year
	for r, row := range s.row {
		u := c.m.frame.unit[row]
		series[u] = append(series[u], r)
	}
	for _, rows := range series {
		seen := 0
		for _, r := range rows {
			if x[r] == x[r] {
				seen++
			}
		}
		for n, r := range rows {
			if x[r] == x[r] || seen == 0 {
				continue
			}
			before, after := -1, -1
			for k := n - 1; k >= 0 && before < 0; k-- {
				if x[rows[k]] == x[rows[k]] {
					before = rows[k]
				}
			}
			for k := n + 1; k < len(rows) && after < 0; k++ {
				if x[rows[k]] == x[rows[k]] {
					after = rows[k]
				}
			}
			out[r] = c.between(d, s, x, r, before, after, seen)
		}
	}
}

// between is the value of a series at row r, from the nearest rows with a
// value before and after it (-1 where there is none).
func (c *compiler) between(d *spec.Impute, s *state, x []float64, r, before, after, seen int) float64 {
	year := func(r int) float64 { return float64(c.m.frame.years[s.row[r]]) }
	if d.Method == "latest" {
		if before < 0 || d.MaxYears > 0 && year(r)-year(before) > float64(d.MaxYears) {
			return math.NaN()
		}
		return x[before]
	}
	if d.Method == "linear" && seen < 2 {
		return math.NaN() // one value has no slope; linear-or-constant takes it as it is
	}
	switch {
	case before < 0:
		return x[after]
	case after < 0 || d.Method == "carry":
		return x[before]
	}
	t := (year(r) - year(before)) / (year(after) - year(before))
	return x[before] + float64((x[after]-x[before])*t)
}

// fillRows fills a row from its other columns, each turned and brought to 0..1
// first if the step says so.
func (c *compiler) fillRows(d *spec.Impute, s *state, cols []int, sp span, filled map[int][]float64) {
	n := sp.to - sp.from
	scaled := make([][]float64, len(cols))
	low, width := make([]float64, len(cols)), make([]float64, len(cols))
	for k, i := range cols {
		if filled[i] == nil {
			filled[i] = slices.Clone(s.col[i])
		}
		scaled[k] = make([]float64, n)
		for r := range n {
			scaled[k][r] = s.col[i][sp.from+r] * s.dir[i]
		}
		low[k], width[k] = 0, 1
		if d.Rescale {
			lo, hi := stat.Range(scaled[k])
			low[k], width[k] = lo, hi-lo
		}
		for r := range n {
			if width[k] == 0 {
				if scaled[k][r] == scaled[k][r] {
					scaled[k][r] = math.NaN() // it does not vary and says nothing of the row
				}
				continue
			}
			scaled[k][r] = (scaled[k][r] - low[k]) / width[k]
		}
	}
	row := make([]float64, len(cols))
	for r := range n {
		for k := range cols {
			row[k] = scaled[k][r]
		}
		v := average(d.Method, row)
		for k, i := range cols {
			if at := sp.from + r; s.col[i][at] != s.col[i][at] {
				filled[i][at] = (float64(v*width[k]) + low[k]) * s.dir[i]
			}
		}
	}
}

// fillJoint fills the columns of a part from each other (see stat.Expect).
func (c *compiler) fillJoint(d *spec.Impute, b *bench, s *state, cols []int, filled map[int][]float64) {
	for _, i := range cols {
		filled[i] = slices.Clone(s.col[i])
	}
	for _, sp := range s.spans(d.Over) {
		var x [][]float64
		for _, i := range cols {
			x = append(x, s.col[i][sp.from:sp.to])
		}
		out, err := stat.Expect(x)
		if err != nil {
			c.conflict(b, s, "no-regression", cols[0], -1, "%v", err)
			return
		}
		for k, i := range cols {
			copy(filled[i][sp.from:sp.to], out[k])
		}
	}
}
