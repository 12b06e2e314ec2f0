package index

import (
	"fmt"
	"math"
	"slices"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// A step is one compiled act: run changes a state that was forked for it.
type step struct {
	name, kind string
	line       int
	run        func(b *bench, s *state) // nil: the step is left out
}

// A bench is what one run works with: where problems go, how far weights are
// moved in this replication, and memory that the next replication uses again.
type bench struct {
	list   *problem.List
	record bool // keep flags and notes
	notes  []Treatment
	scale  []float64 // factor on the weight of each node; nil is 1
	fixed  []float64 // weights in place of given ones, NaN where none; nil is none
	drop   int       // the node left out, -1 if none
	arena  []float64
	used   int
	order  []int32
	cells  *cellNoise
	choice []int
}

func newBench(list *problem.List, record bool) *bench {
	return &bench{list: list, record: record, drop: -1}
}

// column returns fresh memory for one column. It is not cleared.
func (b *bench) column(n int) []float64 {
	if b.arena == nil {
		return make([]float64, n)
	}
	if b.used+n > len(b.arena) {
		b.arena, b.used = make([]float64, max(2*len(b.arena), n)), 0
	}
	out := b.arena[b.used : b.used+n : b.used+n]
	b.used += n
	return out
}

func (b *bench) refuse(p problem.Problem) { b.list.Add(p) }

func (b *bench) warn(p problem.Problem) {
	if b.record {
		p.Warning = true
		b.list.Add(p)
	}
}

// weight returns the weight of a child in this run. A weight of 0 leaves it out.
func (b *bench) weight(s *state, i int) float64 {
	w := s.weight[i]
	switch {
	case i == b.drop:
		return 0
	case b.fixed != nil && b.fixed[i] == b.fixed[i]:
		w = b.fixed[i]
	}
	if b.scale != nil {
		w *= b.scale[i]
	}
	return w
}

// setFlag adds a flag to a cell; the column of flags must be the state's own.
func (s *state) own(i int) []Flag {
	s.flag[i] = slices.Clone(s.flag[i])
	if s.flag[i] == nil {
		s.flag[i] = make([]Flag, len(s.row))
	}
	return s.flag[i]
}

// compile makes a step ready to run.
func (m *Model) compile(at int, st spec.Step, list *problem.List) step {
	c := &compiler{m: m, st: st, list: list}
	out := step{name: st.Name, kind: st.Kind, line: st.Line}
	switch d := st.Do.(type) {
	case *spec.Denominate:
		out.run = c.denominate(d)
	case *spec.Impute:
		out.run = c.impute(d, c.select_(d.On))
	case *spec.Screen:
		out.run = c.screen(d)
	case *spec.Treat:
		out.run = c.treat(d)
	case *spec.Normalise:
		out.run = c.normalise(d)
	case *spec.Weigh:
		out.run = c.weigh(d)
	case *spec.Aggregate:
		out.run = c.aggregate(d)
	case *spec.Derive:
		out.run = c.derive(d)
	case *spec.Transform:
		out.run = c.transform(d)
	case *spec.Clip:
		out.run = c.clip(d)
	case *spec.Rounding:
		out.run = c.round(d)
	}
	return out
}

// A compiler turns one step of a specification into a step of the model.
type compiler struct {
	m    *Model
	st   spec.Step
	list *problem.List
}

func (c *compiler) refuse(rule, column, format string, args ...any) {
	c.list.Add(problem.Problem{Rule: rule, File: c.m.spec.File, Line: c.st.Line, Column: column, Text: c.st.Name + ": " + fmt.Sprintf(format, args...)})
}

// select_ finds the columns a step works on; all indicators unless it says.
func (c *compiler) select_(on spec.On) []int {
	if !on.Set {
		return c.m.tree.onLevel(1)
	}
	if on.Level > 0 {
		out := c.m.tree.onLevel(on.Level)
		if len(out) == 0 {
			c.refuse("unknown-level", "", "nothing is on level %d; levels run from 1 to %d", on.Level, c.m.tree.top)
		}
		return out
	}
	var out []int
	for _, code := range on.Codes {
		if i, ok := c.node(code); ok {
			out = append(out, i)
		}
	}
	return out
}

func (c *compiler) node(code string) (int, bool) {
	i, ok := c.m.tree.at[code]
	if !ok {
		c.refuse("unknown-code", code, "there is no such indicator or group%s", problem.Nearest(code, c.m.tree.codes()))
	}
	return i, ok
}

// ready refuses, while running, a column that no earlier step has made.
func (c *compiler) ready(b *bench, s *state, i int) bool {
	if s.col[i] != nil {
		return true
	}
	b.refuse(problem.Problem{Rule: "missing-step", File: c.m.spec.File, Line: c.st.Line, Column: c.m.tree.node[i].code,
		Text: fmt.Sprintf("%s: this column has no values yet; put the step that makes it before", c.st.Name)})
	return false
}

// conflict refuses, while running, a value a step cannot work with.
func (c *compiler) conflict(b *bench, s *state, rule string, node, row int, format string, args ...any) {
	p := problem.Problem{Rule: rule, File: c.m.spec.File, Line: c.st.Line, Column: c.m.tree.node[node].code,
		Text: c.st.Name + ": " + fmt.Sprintf(format, args...)}
	if row >= 0 {
		p.Unit, p.Year = c.m.unit(s, row).Code, c.m.frame.years[s.row[row]]
	}
	b.refuse(p)
}

func (c *compiler) warn(b *bench, rule string, node, year int, format string, args ...any) {
	b.warn(problem.Problem{Rule: rule, File: c.m.spec.File, Line: c.st.Line, Column: c.m.tree.node[node].code, Year: year,
		Text: c.st.Name + ": " + fmt.Sprintf(format, args...)})
}

func (m *Model) unit(s *state, row int) Unit { return m.frame.units[m.frame.unit[s.row[row]]] }

// gather returns a raw data column in the order of a state's rows.
func (m *Model) gather(s *state, name string) []float64 {
	raw := m.frame.number(name)
	out := make([]float64, len(s.row))
	for i, r := range s.row {
		out[i] = raw[r]
	}
	return out
}

func (c *compiler) denominate(d *spec.Denominate) func(b *bench, s *state) {
	on := c.select_(d.On)
	return func(b *bench, s *state) {
		for _, i := range on {
			name, scale := d.By, d.Scale
			if ind := c.m.tree.node[i].ind; ind != nil {
				if name == "" {
					name = ind.Denominator
				}
				if scale == 0 {
					scale = ind.Scale
				}
			}
			if name == "" || !c.ready(b, s, i) {
				continue
			}
			if scale == 0 {
				scale = 1
			}
			den, out := c.m.gather(s, name), b.column(len(s.row))
			for r, v := range s.col[i] {
				out[r] = v / (den[r] / scale)
				if v == v && den[r] == 0 {
					c.conflict(b, s, "zero-denominator", i, r, "the denominator %s is 0", name)
				}
				if v == v && den[r] != den[r] && b.record {
					b.warn(problem.Problem{Rule: "no-denominator", File: c.m.spec.File, Line: c.st.Line, Column: c.m.tree.node[i].code,
						Unit: c.m.unit(s, r).Code, Year: c.m.frame.years[s.row[r]],
						Text: fmt.Sprintf("%s: the value is lost, because the denominator %s is missing", c.st.Name, name)})
					s.own(i)[r] |= FlagMissing
				}
			}
			s.col[i] = out
		}
	}
}

func (c *compiler) transform(d *spec.Transform) func(b *bench, s *state) {
	on := c.select_(d.On)
	return func(b *bench, s *state) {
		for _, i := range on {
			if !c.ready(b, s, i) {
				continue
			}
			out := b.column(len(s.row))
			for _, sp := range s.spans(d.Over) {
				v, err := d.Formula.Eval(c.m.columns(s, sp.from, sp.to, s.col[i]))
				if err != nil {
					c.conflict(b, s, "bad-formula", i, -1, "%v", err)
					return
				}
				copy(out[sp.from:sp.to], v)
			}
			if b.record {
				c.lost(b, s, i, s.col[i], out)
				f := s.own(i)
				for r := range f {
					if out[r] == out[r] && out[r] != s.col[i][r] {
						f[r] |= FlagFormula
					}
				}
			}
			s.col[i] = out
		}
	}
}

// lost warns of cells that had a value and have none after a formula.
func (c *compiler) lost(b *bench, s *state, i int, before, after []float64) {
	for r := range after {
		if before[r] == before[r] && after[r] != after[r] {
			b.warn(problem.Problem{Rule: "value-lost", File: c.m.spec.File, Line: c.st.Line, Column: c.m.tree.node[i].code,
				Unit: c.m.unit(s, r).Code, Year: c.m.frame.years[s.row[r]],
				Text: fmt.Sprintf("%s: %v has no result, such as the logarithm of a number below zero", c.st.Name, before[r])})
		}
	}
}

func (c *compiler) derive(d *spec.Derive) func(b *bench, s *state) {
	i := c.m.tree.at[d.Code]
	return func(b *bench, s *state) {
		out := b.column(len(s.row))
		for _, sp := range s.span {
			v, err := d.Formula.Eval(c.m.columns(s, sp.from, sp.to, nil))
			if err != nil {
				c.conflict(b, s, "bad-formula", i, -1, "%v", err)
				return
			}
			copy(out[sp.from:sp.to], v)
		}
		s.col[i] = out
		if b.record {
			s.own(i)
		}
	}
}

func (c *compiler) clip(d *spec.Clip) func(b *bench, s *state) {
	on := c.select_(d.On)
	return func(b *bench, s *state) {
		for _, i := range on {
			if !c.ready(b, s, i) {
				continue
			}
			out, f := b.column(len(s.row)), []Flag(nil)
			if b.record {
				f = s.own(i)
			}
			for r, v := range s.col[i] {
				out[r] = v
				if d.Low != nil && v < *d.Low {
					out[r] = *d.Low
				}
				if d.High != nil && v > *d.High {
					out[r] = *d.High
				}
				if f != nil && v == v && out[r] != v {
					f[r] |= FlagClipped
				}
			}
			s.col[i] = out
		}
	}
}

func (c *compiler) round(d *spec.Rounding) func(b *bench, s *state) {
	on := c.select_(d.On)
	return func(b *bench, s *state) {
		for _, i := range on {
			if !c.ready(b, s, i) {
				continue
			}
			out := b.column(len(s.row))
			for r, v := range s.col[i] {
				out[r] = rounded(v, d.Digits, d.Even)
			}
			s.col[i] = out
		}
	}
}

func rounded(v float64, digits int, even bool) float64 {
	if v != v || math.IsInf(v, 0) {
		return v
	}
	if even {
		return stat.RoundEven(v, digits)
	}
	return stat.Round(v, digits)
}

func (c *compiler) screen(d *spec.Screen) func(b *bench, s *state) {
	on := c.select_(d.On)
	parts := [][]int{on}
	if d.Within > 0 {
		parts = c.within(on, d.Within)
	}
	for _, code := range slices.Concat(d.Include, d.Exclude) {
		if !slices.ContainsFunc(c.m.frame.units, func(u Unit) bool { return u.Code == code }) {
			c.refuse("unknown-unit", "", "there is no unit %s", code)
		}
	}
	return func(b *bench, s *state) {
		for _, i := range on {
			if !c.ready(b, s, i) {
				return
			}
		}
		keep := make([]bool, len(s.row))
		for r := range keep {
			keep[r] = c.stays(d, s, r, parts)
		}
		if d.Where != nil {
			v, err := d.Where.Eval(c.m.columns(s, 0, len(s.row), nil))
			if err != nil {
				c.refuse("bad-formula", "", "where: %v", err)
				b.refuse(problem.Problem{Rule: "bad-formula", File: c.m.spec.File, Line: c.st.Line, Text: c.st.Name + ": where: " + err.Error()})
				return
			}
			for r := range keep {
				keep[r] = keep[r] && v[r] == v[r] && v[r] != 0
			}
		}
		for r := range keep {
			code := c.m.unit(s, r).Code
			keep[r] = (keep[r] || slices.Contains(d.Include, code)) && !slices.Contains(d.Exclude, code)
		}
		if d.Drop {
			s.pick(c.m.frame, keep)
			return
		}
		s.ranked = slices.Clone(s.ranked)
		for r := range keep {
			s.ranked[r] = s.ranked[r] && keep[r]
		}
	}
}

// stays applies the shares of a screen to one row.
func (c *compiler) stays(d *spec.Screen, s *state, r int, parts [][]int) bool {
	for _, p := range parts {
		here, nonzero := 0, 0
		for _, i := range p {
			if v := s.col[i][r]; v == v {
				here++
				if v != 0 {
					nonzero++
				}
			}
		}
		if d.Available != nil && float64(here)/float64(len(p)) < *d.Available {
			return false
		}
		if d.Nonzero != nil && !(float64(nonzero)/float64(here) >= *d.Nonzero) {
			return false
		}
	}
	return true
}

// within sorts columns by the group of a level they belong to.
func (c *compiler) within(on []int, level int) (parts [][]int) {
	place := map[int]int{}
	for _, i := range on {
		g := c.m.tree.ancestor(i, level)
		if g < 0 {
			c.refuse("unknown-level", c.m.tree.node[i].code, "it has no group on level %d", level)
			continue
		}
		at, ok := place[g]
		if !ok {
			at = len(parts)
			place[g] = at
			parts = append(parts, nil)
		}
		parts[at] = append(parts[at], i)
	}
	return parts
}

// pick keeps some rows.
func (s *state) pick(f *frame, keep []bool) {
	var rows []int
	for r, k := range keep {
		if k {
			rows = append(rows, r)
		}
	}
	old := *s.fork()
	s.row, s.ranked = make([]int32, len(rows)), make([]bool, len(rows))
	for n, r := range rows {
		s.row[n], s.ranked[n] = old.row[r], old.ranked[r]
	}
	for i := range s.col {
		if old.col[i] != nil {
			s.col[i] = make([]float64, len(rows))
			for n, r := range rows {
				s.col[i][n] = old.col[i][r]
			}
		}
		if old.flag[i] != nil {
			s.flag[i] = make([]Flag, len(rows))
			for n, r := range rows {
				s.flag[i][n] = old.flag[i][r]
			}
		}
	}
	s.split(f)
}
