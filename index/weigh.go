package index

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
	"landbridge.example/index/table"
)

// weigh sets the weights of nodes.
func (c *compiler) weigh(d *spec.Weigh) func(b *bench, s *state) {
	var on []int
	if d.Level > 0 {
		if on = c.m.tree.onLevel(d.Level); len(on) == 0 {
			c.refuse("unknown-level", "", "nothing is on level %d", d.Level)
		}
	}
	switch d.Method {
	case "values":
		return c.fixedWeights(d.Values)
	case "equal":
		values := map[string]float64{}
		for _, i := range on {
			values[c.m.tree.node[i].code] = 1
		}
		return c.fixedWeights(values)
	case "budget":
		return c.fixedWeights(c.budget(d))
	case "pca":
		return c.components(d, on)
	case "optimise":
		return c.optimise(d, on)
	}
	return nil
}

func (c *compiler) fixedWeights(values map[string]float64) func(b *bench, s *state) {
	weight := map[int]float64{}
	for _, code := range slices.Sorted(mapKeys(values)) {
		v := values[code]
		if i, ok := c.node(code); ok {
			weight[i] = v
		}
		if v < 0 {
			c.refuse("negative-weight", code, "a weight is not below 0")
		}
	}
	return func(b *bench, s *state) {
		s.weight = slices.Clone(s.weight)
		for i, v := range weight {
			s.weight[i] = v
		}
	}
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// budget reads how members spread points over the children of each group and
// takes the mean or median of their shares.
func (c *compiler) budget(d *spec.Weigh) map[string]float64 {
	data, err := c.m.files(d.File)
	if err != nil {
		c.refuse("no-file", "", "%s cannot be read: %v", d.File, err)
		return nil
	}
	t, problems := table.Parse(d.File, data)
	*c.list = append(*c.list, problems...)
	if t == nil {
		return nil
	}
	var at [3]int
	for k, name := range []string{d.Member, d.Code, d.Points} {
		if at[k], err = t.Column(name); err != nil {
			c.refuse("unknown-column", "", "%s: %v", d.File, err)
			return nil
		}
	}
	points := map[string]map[string]float64{} // member, code
	refuse := func(rule string, line int, column, format string, args ...any) {
		c.list.Add(problem.Problem{Rule: rule, File: d.File, Line: line, Column: column, Text: fmt.Sprintf(format, args...)})
	}
	for _, row := range t.Rows {
		member, code := strings.TrimSpace(row.Cell[at[0]]), strings.TrimSpace(row.Cell[at[1]])
		v, err := table.Numbers{}.Read(row.Cell[at[2]])
		if _, known := c.m.tree.at[code]; !known || member == "" {
			refuse("unknown-code", row.Line, code, "there is no such indicator or group, or no member%s", problem.Nearest(code, c.m.tree.codes()))
			continue
		}
		if err != nil || !(v >= 0) {
			refuse("bad-points", row.Line, code, "member %s: points are a number of at least 0", member)
			continue
		}
		if points[member] == nil {
			points[member] = map[string]float64{}
		}
		if _, twice := points[member][code]; twice {
			refuse("bad-points", row.Line, code, "member %s gives points twice", member)
		}
		points[member][code] = v
	}
	return c.combine(d, points, refuse)
}

// combine checks that each member spread the whole budget in each group it
// speaks of, and combines the members' shares.
func (c *compiler) combine(d *spec.Weigh, points map[string]map[string]float64,
	refuse func(rule string, line int, column, format string, args ...any)) map[string]float64 {
	share := map[string][]float64{}
	for _, member := range slices.Sorted(mapKeys(points)) {
		own, sums := points[member], map[int]float64{}
		for code, v := range own {
			sums[c.m.tree.node[c.m.tree.at[code]].parent] += v
		}
		for _, g := range sortedInts(sums) {
			if math.Abs(sums[g]-d.Total) > 1e-9*d.Total {
				name := "the top"
				if g >= 0 {
					name = c.m.tree.node[g].code
				}
				refuse("bad-points", 0, name, "member %s spread %v points here, not %v", member, sums[g], d.Total)
				continue
			}
			if g < 0 {
				continue
			}
			for _, k := range c.m.tree.node[g].children { // a child left out got nothing
				code := c.m.tree.node[k].code
				share[code] = append(share[code], own[code]/sums[g])
			}
		}
	}
	out := map[string]float64{}
	for code, v := range share {
		if out[code] = stat.Mean(v); d.Combine == "median" {
			out[code] = stat.Median(v)
		}
	}
	return out
}

func sortedInts(m map[int]float64) (out []int) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// families sorts nodes by their parent.
func (c *compiler) families(on []int) (out [][]int) {
	byParent := map[int][]int{}
	for _, i := range on {
		p := c.m.tree.node[i].parent
		byParent[p] = append(byParent[p], i)
	}
	for _, f := range byParent {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// components takes as weights the loadings of the first principal component,
// in each group alone or over the whole level.
func (c *compiler) components(d *spec.Weigh, on []int) func(b *bench, s *state) {
	families := c.families(on)
	if d.Overall {
		families = [][]int{on}
	}
	return func(b *bench, s *state) {
		s.weight = slices.Clone(s.weight)
		for _, f := range families {
			if len(f) == 1 {
				s.weight[f[0]] = 1
				continue
			}
			var x [][]float64
			for _, i := range f {
				if !c.ready(b, s, i) {
					return
				}
				x = append(x, s.col[i])
			}
			p, err := stat.PCA(x)
			if err != nil {
				c.conflict(b, s, "no-components", f[0], -1, "no principal components of its group: %v", err)
				return
			}
			for n, v := range p.Loading[0] {
				if v < 0 && d.Mixed == "refuse" {
					c.conflict(b, s, "mixed-signs", f[n], -1, "its loading is %.3f while others in its group load the other way, so it would count backwards; "+
						"turn it, leave it out, or say mixed-signs: absolute, squared or keep", v)
				}
				switch d.Mixed {
				case "absolute":
					v = math.Abs(v)
				case "squared":
					v *= v
				}
				s.weight[f[n]] = v
			}
		}
	}
}

const (
	optimiseTolerance = 1e-6
	optimiseRounds    = 400
)

// optimise looks for weights, none below 0, with which the correlations of the
// nodes with the index are as asked (balance) or as strong as can be (infomax).
func (c *compiler) optimise(d *spec.Weigh, on []int) func(b *bench, s *state) {
	target := make([]float64, len(on))
	for n, i := range on {
		target[n] = 1
		if v, ok := d.Importance[c.m.tree.node[i].code]; ok {
			target[n] = v
		}
	}
	for code := range d.Importance {
		if i, ok := c.node(code); ok && !slices.Contains(on, i) {
			c.refuse("unknown-code", code, "it is not on level %d", d.Level)
		}
	}
	sum := 0.0
	for _, v := range target {
		sum += v
	}
	for n := range target {
		target[n] /= sum
	}
	later := c.laterAggregate()
	if later == nil {
		c.refuse("missing-step", "", "optimise needs an aggregate step after it, whose rule it optimises for")
		return nil
	}
	if d.Least*float64(len(on)) >= 1 {
		c.refuse("bad-value", "", "least: %d weights of at least %v each pass 1", len(on), d.Least)
	}
	return func(b *bench, s *state) {
		o := &optimiser{c: c, d: d, on: on, target: target, b: b, s: s, run: c.m.compileQuiet(*later)}
		found := stat.OnSimplex(func(w []float64) float64 { return o.objective(lifted(w, d.Least)) }, target, optimiseTolerance, optimiseRounds)
		found.X = lifted(found.X, d.Least)
		if !found.Settled {
			c.warn(b, "not-settled", on[0], 0, "the search for weights stopped after %d rounds without settling", optimiseRounds)
		}
		s.weight = slices.Clone(s.weight)
		for n, i := range on {
			s.weight[i] = found.X[n]
		}
	}
}

// lifted raises weights that sum to 1 so that each is at least a share, and
// they still sum to 1.
func lifted(w []float64, least float64) []float64 {
	out := make([]float64, len(w))
	for i, v := range w {
		out[i] = least + v*(1-least*float64(len(w)))
	}
	return out
}

// laterAggregate finds the next aggregate step after this one.
func (c *compiler) laterAggregate() *spec.Step {
	past := false
	for k := range c.m.spec.Steps {
		st := &c.m.spec.Steps[k]
		if past && st.Kind == "aggregate" {
			return st
		}
		past = past || st.Line == c.st.Line
	}
	return nil
}

// compileQuiet compiles a step whose problems are reported elsewhere.
func (m *Model) compileQuiet(st spec.Step) step {
	var list problem.List
	return m.compile(0, st, &list)
}

type optimiser struct {
	c      *compiler
	d      *spec.Weigh
	on     []int
	target []float64
	b      *bench
	s      *state
	run    step
	last   []float64 // the correlations of the last look, as shares or as they are
}

// correlations aggregates with the given weights and correlates the nodes with the index.
func (o *optimiser) correlations(w []float64) []float64 {
	s := o.s.fork()
	s.weight, s.dir = slices.Clone(s.weight), slices.Clone(s.dir)
	for n, i := range o.on {
		s.weight[i] = w[n]
	}
	level := o.d.Level
	for i, nd := range o.c.m.tree.node {
		if nd.ind == nil && nd.level > level {
			s.col[i] = nil // made anew with these weights
		}
	}
	quiet := newBench(&problem.List{}, false)
	o.run.run(quiet, s)
	if quiet.list.Refused() {
		return nil
	}
	kind := map[string]stat.Kind{"pearson": stat.Pearson, "spearman": stat.Spearman, "kendall": stat.Kendall}[o.d.Kind]
	out := make([]float64, len(o.on))
	for n, i := range o.on {
		out[n] = stat.Correlation(kind, s.col[i], s.col[o.c.m.index])
	}
	return out
}

func (o *optimiser) objective(w []float64) float64 {
	r := o.correlations(w)
	if r == nil {
		return math.Inf(1)
	}
	sum := 0.0
	for _, v := range r {
		sum += v
	}
	if o.d.Objective == "infomax" {
		o.last = r
		return -sum
	}
	o.last = make([]float64, len(r))
	square := 0.0
	for n, v := range r {
		o.last[n] = v / sum
		square += (o.target[n] - v/sum) * (o.target[n] - v/sum)
	}
	return square / float64(len(r))
}
