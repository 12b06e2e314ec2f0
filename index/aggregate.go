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
	w := make([]float64, len(a.kids))
	for n, k := range a.kids {
		w[n] = b.weight(s, k)
	}
	out := b.column(len(s.row))
	for _, sp := range s.span {
		a.make(b, s, sp, w, out)
	}
	a.finish(b, s, w, out)
	s.col[a.i] = out
	if b.record {
		s.flag[a.i] = a.flags(s, w, out)
	}
	if a.fill != nil {
		a.fill(b, s)
	}
}

// make fills the rows of one year.
func (a *aggregator) make(b *bench, s *state, sp span, w, out []float64) {
	switch a.rule.Method {
	case "arithmetic":
		a.arithmetic(s, sp, w, out)
	case "geometric", "hdi":
		a.geometric(b, s, sp, w, out)
	case "copeland":
		a.copeland(s, sp, w, out)
	case "benefit-of-doubt":
		a.benefit(b, s, sp, w, out)
	case "formula":
		a.formula(b, s, sp, out)
	default:
		x, v := make([]float64, 0, len(a.kids)), make([]float64, 0, len(a.kids))
		for r := sp.from; r < sp.to; r++ {
			x, v = x[:0], v[:0]
			for n, k := range a.kids {
				if y := s.col[k][r]; y == y && w[n] != 0 {
					x, v = append(x, y), append(v, w[n])
				}
			}
			out[r] = a.row(b, s, r, x, v)
		}
	}
}

// finish applies what holds for every method: how many children must be there,
// and rounding.
func (a *aggregator) finish(b *bench, s *state, w, out []float64) {
	least, total := a.rule.AtLeast, 0
	for _, v := range w {
		if v != 0 {
			total++
		}
	}
	if a.rule.Method == "hdi" {
		least = total
	}
	for r := range out {
		if least > 1 || a.rule.Minimum > 0 {
			here := 0
			for n, k := range a.kids {
				if w[n] != 0 && s.col[k][r] == s.col[k][r] {
					here++
				}
			}
			if here < least || float64(here)/float64(total) < a.rule.Minimum {
				out[r] = math.NaN()
			}
		}
		if a.rule.Round != nil {
			out[r] = rounded(out[r], *a.rule.Round, a.rule.Even)
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

func (a *aggregator) arithmetic(s *state, sp span, w, out []float64) {
	for r := sp.from; r < sp.to; r++ {
		sum, weights := 0.0, 0.0
		for n, k := range a.kids {
			if v := s.col[k][r]; v == v && w[n] != 0 {
				sum += float64(w[n] * v)
				weights += w[n]
			}
		}
		out[r] = sum / weights // nothing there: 0/0 is missing
	}
}

func (a *aggregator) geometric(b *bench, s *state, sp span, w, out []float64) {
	for r := sp.from; r < sp.to; r++ {
		sum, weights, zero := 0.0, 0.0, false
		for n, k := range a.kids {
			v := s.col[k][r]
			if v != v || w[n] == 0 {
				continue
			}
			if v <= 0 {
				if v < 0 || !a.rule.Zero {
					a.notPositive(b, s, k, r, v)
				}
				zero = true
				continue
			}
			sum += float64(w[n] * math.Log(v))
			weights += w[n]
		}
		out[r] = math.Exp(sum / weights)
		if zero {
			out[r] = 0
		}
	}
}

func (a *aggregator) notPositive(b *bench, s *state, kid, r int, v float64) {
	a.c.conflict(b, s, "not-positive", kid, r,
		"the value %v cannot go into the %s mean of %s, which takes values above 0 only; normalise to a scale above 0, such as to: [1, 100]",
		v, a.rule.Method, a.c.m.tree.node[a.i].code)
}

// row makes one value from the present children x and their weights w.
func (a *aggregator) row(b *bench, s *state, r int, x, w []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	switch a.rule.Method {
	case "harmonic":
		return a.power(b, s, r, x, w, -1)
	case "generalised":
		return a.power(b, s, r, x, w, a.rule.Power)
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
		return a.penalised(x, w)
	case "inform":
		return a.inform(b, s, r, x, w)
	}
	return math.NaN()
}

// power is the weighted power mean (sum(w x^p)/sum(w))^(1/p).
func (a *aggregator) power(b *bench, s *state, r int, x, w []float64, p float64) float64 {
	sum, weights := 0.0, 0.0
	for n, v := range x {
		if v < 0 || v == 0 && p < 0 {
			if v == 0 && a.rule.Zero {
				return 0
			}
			a.notPositive(b, s, a.kidWith(s, r, v), r, v)
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
func (a *aggregator) kidWith(s *state, r int, v float64) int {
	for _, k := range a.kids {
		if s.col[k][r] == v {
			return k
		}
	}
	return a.i
}

// penalised is the mean less (or plus) the spread times the coefficient of
// variation: units with unbalanced children lose (Mazziotta and Pareto 2016).
func (a *aggregator) penalised(x, w []float64) float64 {
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
	if a.rule.Plus {
		return mean + variance/mean
	}
	return mean - variance/mean
}

// inform is the rule of the INFORM risk index: the geometric mean of how far
// values stay below the top of the scale, so that one high hazard counts.
func (a *aggregator) inform(b *bench, s *state, r int, x, w []float64) float64 {
	scale := a.rule.Scale
	if scale == 0 {
		scale = 10
	}
	sum, weights := 0.0, 0.0
	for n, v := range x {
		inner := (scale-v)/scale*9 + 1
		if inner <= 0 {
			a.notPositive(b, s, a.kidWith(s, r, v), r, v)
			return math.NaN()
		}
		sum += float64(w[n] * math.Log(inner))
		weights += w[n]
	}
	return (10 - math.Exp(sum/weights)) / 9 * scale
}

const outrankTolerance = 1e-12

// copeland counts, for each unit, the units it beats less those that beat it:
// one unit beats another where the weights of the children in which it is
// higher, and half of those in which both are equal, pass one half.
func (a *aggregator) copeland(s *state, sp span, w, out []float64) {
	for r := sp.from; r < sp.to; r++ {
		out[r] = math.NaN()
		if a.any(s, r, w) {
			out[r] = 0
		}
	}
	for r := sp.from; r < sp.to; r++ {
		for q := sp.from; q < r; q++ {
			wins, total := 0.0, 0.0
			for n, k := range a.kids {
				x, y := s.col[k][r], s.col[k][q]
				if w[n] == 0 || x != x || y != y {
					continue
				}
				total += w[n]
				switch {
				case x > y:
					wins += w[n]
				case x == y:
					wins += w[n] / 2
				}
			}
			switch o := wins / total; {
			case o > 0.5+outrankTolerance:
				out[r]++
				out[q]--
			case o < 0.5-outrankTolerance:
				out[r]--
				out[q]++
			}
		}
	}
}

func (a *aggregator) any(s *state, r int, w []float64) bool {
	for n, k := range a.kids {
		if w[n] != 0 && s.col[k][r] == s.col[k][r] {
			return true
		}
	}
	return false
}

// benefit gives each unit the weights that suit it best, as long as no unit
// with these weights passes 1 (Melyn and Moesen 1991). Units with a missing
// child are judged on, and against, the children they have.
func (a *aggregator) benefit(b *bench, s *state, sp span, w, out []float64) {
	scale := a.rule.Scale
	if scale == 0 {
		scale = 1
	}
	for r := sp.from; r < sp.to; r++ {
		var kids []int
		for n, k := range a.kids {
			if v := s.col[k][r]; v == v && w[n] != 0 {
				if v < 0 {
					a.notPositive(b, s, k, r, v)
					return
				}
				kids = append(kids, k)
			}
		}
		out[r] = math.NaN()
		if len(kids) == 0 {
			continue
		}
		own := valuesOf(s, kids, r)
		var limits [][]float64
		var tops []float64
		for q := sp.from; q < sp.to; q++ {
			if peer := valuesOf(s, kids, q); !slices.ContainsFunc(peer, math.IsNaN) {
				limits, tops = append(limits, peer), append(tops, 1)
			}
		}
		if sh := a.rule.Shares; sh != nil {
			if !(sh[0]*float64(len(kids)) <= 1 && sh[1]*float64(len(kids)) >= 1) {
				a.c.conflict(b, s, "bad-shares", a.i, r, "no weights give each of %d children a share from %v to %v", len(kids), sh[0], sh[1])
				return
			}
			for n := range kids {
				limits, tops = append(limits, shareLimit(own, n, sh[0], true), shareLimit(own, n, sh[1], false)), append(tops, 0, 0)
			}
		}
		_, v, err := stat.Maximise(own, limits, tops)
		if err != nil {
			a.c.conflict(b, s, "no-weights", a.i, r, "no best weights: %v", err)
			return
		}
		out[r] = v * scale
	}
}

func valuesOf(s *state, kids []int, r int) []float64 {
	out := make([]float64, len(kids))
	for n, k := range kids {
		out[n] = s.col[k][r]
	}
	return out
}

// shareLimit writes "the share of child n is at least (at most) p of the unit's
// whole score" as a row of a linear programme.
func shareLimit(own []float64, n int, p float64, least bool) []float64 {
	row := make([]float64, len(own))
	for k, v := range own {
		row[k] = p * v
		if k == n {
			row[k] -= v
		}
		if !least {
			row[k] = -row[k]
		}
	}
	return row
}

func (a *aggregator) formula(b *bench, s *state, sp span, out []float64) {
	cols := a.c.m.columns(s, sp.from, sp.to, nil)
	if b.drop >= 0 {
		number, code := cols.Number, a.c.m.tree.node[b.drop].code
		cols.Number = func(name string) []float64 {
			v := number(name)
			if name == code && v != nil {
				v = make([]float64, len(v))
				fillNaN(v)
			}
			return v
		}
	}
	v, err := a.rule.Formula.Eval(cols)
	if err != nil {
		a.c.conflict(b, s, "bad-formula", a.i, -1, "%v", err)
		return
	}
	copy(out[sp.from:sp.to], v)
}
