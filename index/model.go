package index

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"landbridge.example/index/formula"
	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
)

// A Model is a specification joined with its data, ready to run. It never
// changes, so any number of runs may use it at once.
type Model struct {
	spec   *spec.Spec
	files  Files
	frame  *frame
	tree   *tree
	index  int // the node that is the index
	start  *state
	steps  []step
	output []int // nodes that results show, in order: highest level first
	warn   problem.List
}

// Compile reads the data a specification names and prepares the run. The
// problems say everything that is wrong, and warnings even when it succeeds.
func Compile(s *spec.Spec, files Files) (*Model, problem.List) {
	own := *s
	m := &Model{spec: &own, files: files}
	var list problem.List
	withFramework(m.spec, files, &list)
	m.tree = growTree(m.spec, &list)
	m.derive(&list)
	if list.Refused() {
		return nil, sorted(list)
	}
	m.frame = readFrame(m.spec, m.needs(), files, &list)
	if m.frame == nil || list.Refused() {
		return nil, sorted(list)
	}
	m.frame = m.frame.filter(m.spec.Units.Where, m.spec, &list)
	m.findIndex(&list)
	m.knowTrends(&list)
	m.start = m.first(&list)
	if list.Refused() {
		return nil, sorted(list)
	}
	for i, st := range m.spec.Steps {
		m.steps = append(m.steps, m.compile(i, st, &list))
	}
	m.order()
	if list.Refused() {
		return nil, sorted(list)
	}
	m.warn = sorted(list)
	return m, m.warn
}

func sorted(l problem.List) problem.List {
	slices.SortStableFunc(l, func(a, b problem.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Year, b.Year), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Column, b.Column))
	})
	return l
}

// Spec returns the specification with what its framework table added. It must
// not be changed.
func (m *Model) Spec() *spec.Spec { return m.spec }

// Index returns the code of the column that is the index.
func (m *Model) Index() string { return m.tree.node[m.index].code }

// Units returns the units of the index, by code.
func (m *Model) Units() []Unit { return m.frame.units }

// derive adds the columns that steps make to the tree.
func (m *Model) derive(list *problem.List) {
	for _, st := range m.spec.Steps {
		d, ok := st.Do.(*spec.Derive)
		if !ok {
			continue
		}
		if _, twice := m.tree.at[d.Code]; twice {
			list.Add(problem.Problem{Rule: "code-twice", File: m.spec.File, Line: st.Line, Column: d.Code, Text: "derive: this code stands twice"})
			continue
		}
		m.tree.at[d.Code] = len(m.tree.node)
		m.tree.node = append(m.tree.node, node{code: d.Code, name: d.Name, parent: -1, weight: 1, dir: 1, line: st.Line})
	}
}

// needs lists the data columns someone uses, and how.
func (m *Model) needs() map[string]use {
	need := map[string]use{}
	names := func(f *formula.Formula) {
		if f == nil {
			return
		}
		for _, n := range f.Names() {
			if _, ours := m.tree.at[n]; !ours && n != spec.Self && n != spec.Children {
				need[n] |= useEither
			}
		}
	}
	for i := range m.spec.Indicators {
		d := &m.spec.Indicators[i]
		if c := columnOf(*d); c != "" {
			need[c] |= useNumber
		} else {
			for _, n := range d.Formula.Names() { // of raw columns, never of other indicators
				need[n] |= useEither
			}
		}
		if d.Denominator != "" {
			need[d.Denominator] |= useNumber
		}
	}
	if w := m.spec.Units.Where; w != nil {
		for _, n := range w.Names() {
			need[n] |= useEither
		}
	}
	for _, w := range m.spec.Rank.Within {
		need[w] |= useText
	}
	for _, c := range m.spec.Compare {
		need[c.Column] |= useNumber
		names(c.Where)
	}
	steps := slices.Clone(m.spec.Steps)
	if u := m.spec.Uncertain; u != nil {
		for _, v := range u.Vary {
			steps = append(steps, v.Choices...)
		}
	}
	for _, st := range steps {
		stepNeeds(st, need, names)
	}
	return need
}

func stepNeeds(st spec.Step, need map[string]use, names func(*formula.Formula)) {
	switch d := st.Do.(type) {
	case *spec.Denominate:
		if d.By != "" {
			need[d.By] |= useNumber
		}
	case *spec.Impute:
		if d.Group != "" {
			need[d.Group] |= useText
		}
	case *spec.Screen:
		names(d.Where)
	case *spec.Derive:
		names(d.Formula)
	case *spec.Transform:
		names(d.Formula)
	case *spec.Aggregate:
		rules := []*spec.AggRule{&d.Rule}
		for _, r := range d.ByLevel {
			rules = append(rules, r)
		}
		for _, r := range d.Groups {
			rules = append(rules, r)
		}
		for _, r := range rules {
			names(r.Formula)
			if r.Fill != nil && r.Fill.Group != "" {
				need[r.Fill.Group] |= useText
			}
		}
	}
}

// findIndex finds the column that is the index.
func (m *Model) findIndex(list *problem.List) {
	if code := m.spec.Index; code != "" {
		i, ok := m.tree.at[code]
		if !ok {
			list.Add(problem.Problem{Rule: "no-index", File: m.spec.File, Column: code, Text: "index: there is no such column" + problem.Nearest(code, m.tree.codes())})
		}
		m.index = i
		return
	}
	m.index = -1
	for i, n := range m.tree.node {
		if n.parent >= 0 || n.ind != nil || n.level == 0 {
			continue
		}
		if m.index >= 0 {
			list.Add(problem.Problem{Rule: "no-index", File: m.spec.File,
				Text: fmt.Sprintf("both %s and %s have no parent; say index: which column is the index", m.tree.node[m.index].code, n.code)})
			return
		}
		m.index = i
	}
	if m.index < 0 {
		list.Add(problem.Problem{Rule: "no-index", File: m.spec.File, Text: "no group is above all others; say index: which column is the index"})
	}
}

func (m *Model) knowTrends(list *problem.List) {
	if m.spec.Trends == nil {
		return
	}
	for _, code := range m.spec.Trends.Codes {
		if _, ok := m.tree.at[code]; !ok {
			list.Add(problem.Problem{Rule: "unknown-code", File: m.spec.File, Column: code,
				Text: "trends: there is no such indicator or group" + problem.Nearest(code, m.tree.codes())})
		}
	}
}

// first makes the state before the first step: the raw columns.
func (m *Model) first(list *problem.List) *state {
	n := len(m.frame.unit)
	s := &state{row: make([]int32, n), col: make([][]float64, len(m.tree.node)), flag: make([][]Flag, len(m.tree.node)), ranked: make([]bool, n)}
	for i := range n {
		s.row[i], s.ranked[i] = int32(i), true
	}
	s.split(m.frame)
	for _, nd := range m.tree.node {
		s.weight, s.dir = append(s.weight, nd.weight), append(s.dir, nd.dir)
	}
	for i, nd := range m.tree.node {
		if nd.ind == nil {
			continue
		}
		if f := nd.ind.Formula; f != nil {
			v, err := f.Eval(formula.Columns{Rows: n, Number: m.frame.number, Text: m.frame.text})
			if err != nil {
				list.Add(problem.Problem{Rule: "bad-formula", File: m.spec.File, Line: nd.line, Column: nd.code, Text: err.Error()})
			}
			s.col[i] = slices.Clone(v)
		} else {
			s.col[i] = m.frame.number(columnOf(*nd.ind))
		}
		s.flag[i] = make([]Flag, n)
		none := true
		for r, v := range s.col[i] {
			if v != v {
				s.flag[i][r] = FlagMissing
			} else {
				none = false
			}
		}
		if none {
			list.Add(problem.Problem{Rule: "empty-column", Warning: true, File: m.spec.File, Line: nd.line, Column: nd.code, Text: "no unit has a value"})
		}
	}
	return s
}

// order fixes the order of columns in results: from the index downwards.
func (m *Model) order() {
	for i := range m.tree.node {
		m.output = append(m.output, i)
	}
	slices.SortStableFunc(m.output, func(a, b int) int { return m.tree.node[b].level - m.tree.node[a].level })
	if at := slices.Index(m.output, m.index); at > 0 {
		m.output = slices.Insert(slices.Delete(m.output, at, at+1), 0, m.index)
	}
}

// columns gives a formula the columns of a state: nodes first, then raw data.
// x, if given, is the column a transform works on.
func (m *Model) columns(s *state, from, to int, x []float64) formula.Columns {
	return formula.Columns{Rows: to - from,
		Number: func(name string) []float64 {
			if name == spec.Self && x != nil {
				return x[from:to]
			}
			if i, ok := m.tree.at[name]; ok {
				if s.col[i] == nil {
					return nil
				}
				return s.col[i][from:to]
			}
			raw := m.frame.number(name)
			if raw == nil {
				return nil
			}
			out := make([]float64, to-from)
			for i := range out {
				out[i] = raw[s.row[from+i]]
			}
			return out
		},
		Text: func(name string) []string {
			raw := m.frame.text(name)
			if raw == nil {
				return nil
			}
			out := make([]string, to-from)
			for i := range out {
				out[i] = raw[s.row[from+i]]
			}
			return out
		}}
}

// A Flag says what was done to a cell; several may hold.
type Flag uint16

// The flags of a cell.
const (
	FlagMissing    Flag = 1 << iota // it came without a value
	FlagImputed                     // a step filled it
	FlagHigh                        // winsorised from above
	FlagLow                         // winsorised from below
	FlagTransform                   // its column was transformed against outliers
	FlagClipped                     // it lay outside the bounds
	FlagPartial                     // a group made of only some of its children
	FlagFormula                     // changed by a transform step
	FlagAggregated                  // a group whose own value was filled
)

// Words returns the flags as words.
func (f Flag) Words() (out []string) {
	for i, w := range []string{"missing", "imputed", "winsorised-high", "winsorised-low", "transformed", "clipped", "partial", "formula", "filled"} {
		if f&(1<<i) != 0 {
			out = append(out, w)
		}
	}
	return out
}

// A state is the table between two steps. Columns are never changed in place,
// so states may share them.
type state struct {
	row    []int32 // the frame's row of each row
	span   []span  // the rows of each year
	col    [][]float64
	flag   [][]Flag // nil where a run keeps none
	ranked []bool
	weight []float64
	dir    []float64 // what is still to be turned; 1 after normalising
}

type span struct{ year, from, to int }

// split finds the rows of each year.
func (s *state) split(f *frame) {
	s.span = nil
	for i, r := range s.row {
		y := f.years[r]
		if n := len(s.span); n == 0 || s.span[n-1].year != y {
			s.span = append(s.span, span{y, i, i})
		}
		s.span[len(s.span)-1].to = i + 1
	}
}

// fork returns a copy whose columns may be replaced.
func (s *state) fork() *state {
	t := *s
	t.col, t.flag = slices.Clone(s.col), slices.Clone(s.flag)
	return &t
}

// spans returns the row ranges over which a step works: each year, or all.
func (s *state) spans(o spec.Over) []span {
	if o.Panel || o.Year != 0 {
		return []span{{o.Year, 0, len(s.row)}}
	}
	return s.span
}

// base returns the part of a column that statistics are taken from. Rows that
// do not take part are missing in it.
func (s *state) base(x []float64, sp span, o spec.Over, rankedOnly bool) []float64 {
	if o.Year != 0 {
		for _, y := range s.span {
			if y.year == o.Year {
				sp = y
			}
		}
	}
	part := x[sp.from:sp.to]
	if !rankedOnly {
		return part
	}
	out := slices.Clone(part)
	for i := range out {
		if !s.ranked[sp.from+i] {
			out[i] = math.NaN()
		}
	}
	return out
}

// hasYear reports whether the state has rows of a year.
func (s *state) hasYear(y int) bool {
	return slices.ContainsFunc(s.span, func(sp span) bool { return sp.year == y })
}
