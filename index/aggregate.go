package index

import (
	"math"
	"slices"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// aggregate makes groups from their children, from the lowest level up.
func (c *compiler) aggregate(d *spec.Aggregate) func(b *bench, s *state) {
	for code := range d.Groups {
		if i, ok := c.node(code); ok && c.m.tree.node[i].ind != nil {
			c.refuse("unknown-code", code, "this is an indicator, not a group")
		}
	}
	for l := range d.ByLevel {
		if l > c.m.tree.top {
			c.refuse("unknown-level", "", "nothing is on level %d; levels run to %d", l, c.m.tree.top)
		}
	}
	var work []*aggregator
	for i, nd := range c.m.tree.node {
		if nd.ind != nil || nd.level < 2 || len(d.Levels) > 0 && !slices.Contains(d.Levels, nd.level) {
			continue
		}
		rule := &d.Rule
		if r := d.ByLevel[nd.level]; r != nil {
			rule = r
		}
		if r := d.Groups[nd.code]; r != nil {
			rule = r
		}
		a := &aggregator{c: c, i: i, rule: rule, kids: nd.children}
		if rule.Fill != nil {
			a.fill = c.impute(rule.Fill, []int{i})
		}
		work = append(work, a)
	}
	if len(work) == 0 {
		c.refuse("unknown-level", "", "there is no group to make on these levels")
	}
	all := len(d.Levels) == 0
	return func(b *bench, s *state) {
		for _, a := range work {
			if all && s.col[a.i] != nil {
				continue // an earlier step made it
			}
			a.run(b, s)
		}
	}
}

// An aggregator makes one group.
type aggregator struct {
	c    *compiler
	i    int
	rule *spec.AggRule
	kids []int
	fill func(b *bench, s *state)
}

func (a *aggregator) run(b *bench, s *state) {
	for _, k := range a.kids {
		if !a.c.ready(b, s, k) {
			return
		}
		if s.dir[k] < 0 && a.rule.Method != "formula" {
			b.refuse(problem.Problem{Rule: "not-normalised", File: a.c.m.spec.File, Line: a.c.st.Line, Column: a.c.m.tree.node[k].code,
				Text: a.c.st.Name + ": its direction is down, and no step has turned it; put a normalise step before"})
			return
		}
	}
	w, sum := make([]float64, len(a.kids)), 0.0
	for n, k := range a.kids {
		w[n] = b.weight(s, k)
		sum += w[n]
	}
	if sum == 0 && b.drop < 0 && a.rule.Method != "formula" {
		a.c.conflict(b, s, "no-weight", a.i, -1, "the weights of its children sum to 0")
		return
	}
	out := b.column(len(s.row))
	g := &making{aggregator: a, b: b, s: s, w: w, out: out, short: a.short(s, w)}
	for _, sp := range s.span {
		g.make(sp)
	}
	g.finish()
	s.col[a.i] = out
	if b.record {
		s.flag[a.i] = a.flags(s, w, out)
	}
	if a.fill != nil {
		a.fill(b, s)
	}
}

// A making is one group in one run.
type making struct {
	*aggregator
	b     *bench
	s     *state
	w     []float64 // of the children
	out   []float64
	short []bool // rows with too few children; nil if none can be
}

// make fills the rows of one year.
func (g *making) make(sp span) {
	switch g.rule.Method {
	case "arithmetic":
		g.arithmetic(sp)
	case "geometric", "hdi":
		g.geometric(sp)
	case "copeland":
		g.copeland(sp)
	case "benefit-of-doubt":
		g.benefit(sp)
	case "formula":
		g.formula(sp)
	default:
		x, v := make([]float64, 0, len(g.kids)), make([]float64, 0, len(g.kids))
		for r := sp.from; r < sp.to; r++ {
			x, v = x[:0], v[:0]
			for n, k := range g.kids {
				if y := g.s.col[k][r]; y == y && g.w[n] != 0 {
					x, v = append(x, y), append(v, g.w[n])
				}
			}
			g.out[r] = math.NaN()
			if len(x) > 0 && !g.lacks(r) {
				g.out[r] = g.row(r, x, v)
			}
		}
	}
}

func (g *making) lacks(r int) bool { return g.short != nil && g.short[r] }

// short finds the rows in which too few children are there to make the group.
func (a *aggregator) short(s *state, w []float64) []bool {
	least, total := a.rule.AtLeast, 0
	for _, v := range w {
		if v != 0 {
			total++
		}
	}
	if a.rule.Method == "hdi" {
		least = total
	}
	if least <= 1 && a.rule.Minimum == 0 {
		return nil
	}
	out := make([]bool, len(s.row))
	for r := range out {
		here := 0
		for n, k := range a.kids {
			if w[n] != 0 && s.col[k][r] == s.col[k][r] {
				here++
			}
		}
		out[r] = here < least || float64(here)/float64(total) < a.rule.Minimum
	}
	return out
}

// finish applies what holds for every method: rows with too few children are
// missing, and the rest is rounded.
func (g *making) finish() {
	for r := range g.out {
		if g.lacks(r) {
			g.out[r] = math.NaN()
		}
		if d := g.rule.Round; d != nil {
			g.out[r] = rounded(g.out[r], *d, g.rule.Even)
		}
	}
}

// flags marks groups that are made of only some of their children.
func (a *aggregator) flags(s *state, w, out []float64) []Flag {
	f := make([]Flag, len(out))
	for r, v := range out {
		if v != v {
			f[r] = FlagMissing
			continue
		}
		for n, k := range a.kids {
			if w[n] != 0 && s.col[k][r] != s.col[k][r] {
				f[r] |= FlagPartial
			}
		}
	}
	return f
}

func (g *making) arithmetic(sp span) {
	for r := sp.from; r < sp.to; r++ {
		sum, weights := 0.0, 0.0
		for n, k := range g.kids {
			if v := g.s.col[k][r]; v == v && g.w[n] != 0 {
				sum += float64(g.w[n] * v)
				weights += g.w[n]
			}
		}
		g.out[r] = sum / weights // nothing there: 0/0 is missing
	}
}

func (g *making) geometric(sp span) {
	for r := sp.from; r < sp.to; r++ {
		if g.lacks(r) {
			continue
		}
		sum, weights, zero, bad := 0.0, 0.0, false, false
		for n, k := range g.kids {
			v := g.s.col[k][r]
			switch {
			case v != v || g.w[n] == 0:
			case v > 0:
				sum += float64(g.w[n] * math.Log(v))
				weights += g.w[n]
			case v == 0 && g.rule.Zero:
				zero = true
			default:
				g.notPositive(k, r, v)
				bad = true
			}
		}
		switch {
		case bad:
			g.out[r] = math.NaN()
		case zero:
			g.out[r] = 0
		default:
			g.out[r] = math.Exp(sum / weights)
		}
	}
}

func (g *making) notPositive(kid, r int, v float64) {
	g.c.conflict(g.b, g.s, "not-positive", kid, r,
		"the value %v cannot go into the %s mean of %s, which takes values above 0 only; normalise to a scale above 0, such as to: [1, 100]",
		v, g.rule.Method, g.c.m.tree.node[g.i].code)
}

// row makes one value from the present children x and their weights w.
func (g *making) row(r int, x, w []float64) float64 {
	switch g.rule.Method {
	case "harmonic":
		return g.power(r, x, w, -1)
	case "generalised":
		return g.power(r, x, w, g.rule.Power)
	case "sum":
		sum := 0.0
		for n, v := range x {
			sum += float64(w[n] * v)
		}
		return sum
	case "product":
		p := 1.0
		for n, v := range x {
			p *= math.Pow(v, w[n])
		}
		return p
	case "median":
		return stat.Median(x)
	case "min":
		low, _ := stat.Range(x)
		return low
	case "max":
		_, high := stat.Range(x)
		return high
	case "first":
		return x[0]
	case "mazziotta-pareto":
		return g.penalised(x, w)
	case "inform":
		return g.inform(r, x, w)
	}
	return math.NaN()
}

// power is the weighted power mean (sum(w x^p)/sum(w))^(1/p).
func (g *making) power(r int, x, w []float64, p float64) float64 {
	sum, weights := 0.0, 0.0
	for n, v := range x {
		if v < 0 || v == 0 && p < 0 {
			if v == 0 && g.rule.Zero {
				return 0
			}
			g.notPositive(g.kidWith(r, v), r, v)
			return math.NaN()
		}
		switch p {
		case -1:
			sum += w[n] / v
		case 1:
			sum += float64(w[n] * v)
		default:
			sum += float64(w[n] * math.Pow(v, p))
		}
		weights += w[n]
	}
	if p == -1 {
		return weights / sum
	}
	return math.Pow(sum/weights, 1/p)
}

// kidWith finds the child whose value a problem is about.
func (g *making) kidWith(r int, v float64) int {
	for _, k := range g.kids {
		if g.s.col[k][r] == v {
			return k
		}
	}
	return g.i
}

// penalised is the mean less (or plus) the spread times the coefficient of
// variation: units with unbalanced children lose (Mazziotta and Pareto 2016).
func (g *making) penalised(x, w []float64) float64 {
	sum, weights := 0.0, 0.0
	for n, v := range x {
		sum += float64(w[n] * v)
		weights += w[n]
	}
	mean, variance := sum/weights, 0.0
	for n, v := range x {
		variance += float64(w[n] * (v - mean) * (v - mean))
	}
	variance /= weights
	if mean == 0 {
		return 0
	}
	if g.rule.Plus {
		return mean + variance/mean
	}
	return mean - variance/mean
}

// inform is the rule of the INFORM risk index: the geometric mean of how far
// values stay below the top of the scale, so that one high hazard counts.
func (g *making) inform(r int, x, w []float64) float64 {
	scale := g.rule.Scale
	if scale == 0 {
		scale = 10
	}
	sum, weights := 0.0, 0.0
	for n, v := range x {
		inner := (scale-v)/scale*9 + 1
		if inner <= 0 {
			g.notPositive(g.kidWith(r, v), r, v)
			return math.NaN()
		}
		sum += float64(w[n] * math.Log(inner))
		weights += w[n]
	}
	return (10 - math.Exp(sum/weights)) / 9 * scale
}
