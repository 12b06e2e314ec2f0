package index

import (
	"math"
	"slices"

	"landbridge.example/index/problem"
	"landbridge.example/index/stat"
)

// A Column describes one column of a result.
type Column struct {
	Code      string   `json:"code"`
	Name      string   `json:"name,omitempty"`
	Unit      string   `json:"unit,omitempty"`
	Level     int      `json:"level"`
	Parent    string   `json:"parent,omitempty"`
	Children  []string `json:"children,omitempty"`
	Indicator bool     `json:"indicator,omitempty"`
	Weight    float64  `json:"weight"`    // as used, before it is shared out
	Share     float64  `json:"share"`     // of the parent: the weights of one group sum to 1
	Effective float64  `json:"effective"` // of the index: the product of the shares above; 0 beside it
	Direction float64  `json:"direction,omitempty"`
	Data      string   `json:"data,omitempty"`    // the file it comes from
	Source    string   `json:"source,omitempty"`  // who made the data
	Licence   string   `json:"licence,omitempty"` // of the data
}

// A Row describes one row of a result.
type Row struct {
	Unit
	Year      int     `json:"year,omitempty"`
	Ranked    bool    `json:"ranked"`
	Available float64 `json:"available"` // share of indicators that came with a value
	Imputed   float64 `json:"imputed"`   // share of indicators a step filled
}

// A Stage is the table after one step, for those who check each step.
type Stage struct {
	Name    string
	Kind    string
	Columns []Column
	Rows    []Row
	Col     [][]float64 // by Columns; nil where not made yet
}

// A Result is what a specification gives.
type Result struct {
	Columns   []Column // highest level first
	Rows      []Row    // by year and unit code
	Score     [][]float64
	Rank      [][]float64
	Flag      [][]Flag
	Raw       [][]float64 // indicators as they came, in the rows of the result; nil for groups
	DataYear  [][]int     // the year each raw value speaks of
	Stages    []Stage
	Treatment []Treatment
	Compared  []Compared
	Within    []GroupRanks
	Warnings  problem.List
}

// GroupRanks are ranks inside the groups of a column, such as regions.
type GroupRanks struct {
	Column string
	Group  []string    // of each row
	Rank   [][]float64 // by column and row
}

// Run carries out the steps. The problems are those that stopped it; what did
// not stop it is in Warnings.
func (m *Model) Run() (*Result, problem.List) {
	list := problem.List{}
	b := newBench(&list, true)
	s := m.start
	res := &Result{}
	for _, n := range m.output {
		res.Columns = append(res.Columns, m.describe(n))
	}
	res.Stages = append(res.Stages, m.stage("data", "data", s, res.Columns))
	for _, st := range m.steps {
		if st.run == nil {
			continue
		}
		s = s.fork()
		st.run(b, s)
		if list.Refused() {
			return nil, sorted(list)
		}
		res.Stages = append(res.Stages, m.stage(st.name, st.kind, s, res.Columns))
	}
	if len(s.row) == 0 {
		list.Add(problem.Problem{Rule: "no-units", File: m.spec.File, Text: "no unit is left after screening"})
		return nil, list
	}
	if s.col[m.index] == nil {
		list.Add(problem.Problem{Rule: "missing-step", File: m.spec.File, Column: m.Index(), Text: "no step makes the index; add aggregate"})
		return nil, list
	}
	m.finish(res, s)
	res.Treatment = b.notes
	list = append(list, m.compare(res, s)...)
	if list.Refused() {
		return nil, sorted(list)
	}
	res.Warnings = sorted(append(slices.Clone(m.warn), list...))
	return res, nil
}

// last runs the steps without keeping notes and returns the final state.
func (m *Model) last(b *bench) *state {
	s := m.start
	for _, st := range m.steps {
		if st.run != nil {
			s = s.fork()
			st.run(b, s)
		}
	}
	return s
}

func (m *Model) stage(name, kind string, s *state, cols []Column) Stage {
	g := Stage{Name: name, Kind: kind, Columns: cols, Rows: m.rows(s)}
	for _, n := range m.output {
		g.Col = append(g.Col, s.col[n])
	}
	return g
}

// counted are the indicators that a row's data quality is counted over: those
// under the index, or all if the index is made by a formula of its own.
func (m *Model) counted() []int {
	if u := m.tree.under(m.index); len(u) > 0 {
		return u
	}
	return m.tree.onLevel(1)
}

// rows describes the rows of a state.
func (m *Model) rows(s *state) []Row {
	out := make([]Row, len(s.row))
	inds := m.counted()
	for r, fr := range s.row {
		missing, imputed := 0, 0
		for _, i := range inds {
			if f := s.flag[i]; f != nil {
				if f[r]&FlagMissing != 0 {
					missing++
				}
				if f[r]&FlagImputed != 0 {
					imputed++
				}
			}
		}
		n := float64(len(inds))
		out[r] = Row{Unit: m.frame.units[m.frame.unit[fr]], Year: m.frame.years[fr], Ranked: s.ranked[r],
			Available: 1 - float64(missing)/n, Imputed: float64(imputed) / n}
	}
	return out
}

func (m *Model) describe(n int) Column {
	nd := m.tree.node[n]
	c := Column{Code: nd.code, Name: nd.name, Unit: nd.unit, Level: nd.level, Indicator: nd.ind != nil, Weight: nd.weight}
	if nd.parent >= 0 {
		c.Parent = m.tree.node[nd.parent].code
	}
	for _, k := range nd.children {
		c.Children = append(c.Children, m.tree.node[k].code)
	}
	if nd.ind == nil {
		return c
	}
	c.Direction = nd.dir
	if raw := m.rawOf(nd); raw != nil {
		src := m.spec.Sources[raw.source]
		c.Data, c.Source, c.Licence = src.File, src.Source, src.Licence
	}
	return c
}

// rawOf returns the raw column behind an indicator; of a formula, the first it reads.
func (m *Model) rawOf(nd node) *rawColumn {
	if nd.ind == nil {
		return nil
	}
	if c := columnOf(*nd.ind); c != "" {
		return m.frame.col[c]
	}
	for _, name := range nd.ind.Formula.Names() {
		if c := m.frame.col[name]; c != nil {
			return c
		}
	}
	return nil
}

// finish fills the scores, ranks, flags and weights of a result.
func (m *Model) finish(res *Result, s *state) {
	res.Rows = m.rows(s)
	share := m.shares(s)
	for k, n := range m.output {
		res.Columns[k].Weight, res.Columns[k].Share = s.weight[n], share[n]
		res.Columns[k].Effective = m.effective(share, n)
		res.Score = append(res.Score, s.col[n])
		res.Rank = append(res.Rank, m.ranks(s, n))
		res.Flag = append(res.Flag, s.flag[n])
		var raw []float64
		var years []int
		if nd := m.tree.node[n]; nd.ind != nil {
			c := m.rawOf(nd)
			for _, fr := range s.row {
				raw = append(raw, m.start.col[n][fr])
				if c != nil {
					years = append(years, c.year[fr])
				} else {
					years = append(years, 0)
				}
			}
		}
		res.Raw, res.DataYear = append(res.Raw, raw), append(res.DataYear, years)
	}
	for _, c := range m.spec.Rank.Within {
		res.Within = append(res.Within, m.within(s, c))
	}
}

// shares returns each node's weight as a share of its group.
func (m *Model) shares(s *state) []float64 {
	out := make([]float64, len(m.tree.node))
	for i, nd := range m.tree.node {
		if nd.parent < 0 {
			out[i] = 1
			continue
		}
		sum := 0.0
		for _, k := range m.tree.node[nd.parent].children {
			sum += s.weight[k]
		}
		if sum != 0 {
			out[i] = s.weight[i] / sum
		}
	}
	return out
}

func (m *Model) effective(share []float64, n int) float64 {
	e := 1.0
	for n != m.index {
		e *= share[n]
		if n = m.tree.node[n].parent; n < 0 {
			return 0
		}
	}
	return e
}

// ranks ranks a column inside each year, among the ranked rows.
func (m *Model) ranks(s *state, n int) []float64 {
	out := make([]float64, len(s.row))
	fillNaN(out)
	if s.col[n] == nil {
		return out
	}
	ties := map[string]stat.Ties{"min": stat.TiesMin, "average": stat.TiesAverage, "dense": stat.TiesDense}[m.spec.Rank.Ties]
	x := m.rankable(s, n)
	for _, sp := range s.span {
		copy(out[sp.from:sp.to], stat.Rank(x[sp.from:sp.to], !m.spec.Rank.Ascending, ties))
	}
	return out
}

// within ranks every column inside the groups of a text column, year by year.
func (m *Model) within(s *state, column string) GroupRanks {
	g := GroupRanks{Column: column}
	text := m.frame.text(column)
	for _, fr := range s.row {
		g.Group = append(g.Group, text[fr])
	}
	groups := slices.Compact(slices.Sorted(slices.Values(g.Group)))
	for _, n := range m.output {
		out := make([]float64, len(s.row))
		fillNaN(out)
		for _, name := range groups {
			if name == "" || s.col[n] == nil {
				continue
			}
			part := s.fork()
			part.ranked = slices.Clone(s.ranked)
			for r := range part.ranked {
				part.ranked[r] = part.ranked[r] && g.Group[r] == name
			}
			for r, v := range m.ranks(part, n) {
				if v == v {
					out[r] = v
				}
			}
		}
		g.Rank = append(g.Rank, out)
	}
	return g
}

// rankable returns a column as ranks see it: rounded if the specification says
// so, and missing where a row is not ranked.
func (m *Model) rankable(s *state, n int) []float64 {
	x := slices.Clone(s.col[n])
	for r := range x {
		if !s.ranked[r] {
			x[r] = math.NaN()
		}
		if d := m.spec.Rank.Digits; d != nil {
			x[r] = rounded(x[r], *d, false)
		}
	}
	return x
}

// Column returns the place of a code in Columns, or -1.
func (r *Result) Column(code string) int {
	return slices.IndexFunc(r.Columns, func(c Column) bool { return c.Code == code })
}

// Stage returns the first stage of a step name, or nil.
func (r *Result) Stage(name string) *Stage {
	for i := range r.Stages {
		if r.Stages[i].Name == name {
			return &r.Stages[i]
		}
	}
	return nil
}
