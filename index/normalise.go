package index

import (
	"fmt"
	"math"
	"slices"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// normalise brings columns to one scale and one direction.
func (c *compiler) normalise(d *spec.Normalise) func(b *bench, s *state) {
	on := c.select_(d.On)
	for code := range d.Except {
		c.node(code)
	}
	work := make([]normaliser, 0, len(on))
	for _, i := range on {
		rule, own := d.Except[c.m.tree.node[i].code]
		switch {
		case own && rule == nil:
			continue
		case !own:
			rule = &d.Rule
		}
		work = append(work, c.normaliser(i, rule))
	}
	return func(b *bench, s *state) {
		if d.Over.Year != 0 && !s.hasYear(d.Over.Year) {
			b.refuse(problem.Problem{Rule: "no-year", File: c.m.spec.File, Line: c.st.Line, Year: d.Over.Year, Text: c.st.Name + ": the data have no such base year"})
			return
		}
		s.dir = slices.Clone(s.dir)
		for k := range work {
			w := &work[k]
			if !c.ready(b, s, w.i) {
				continue
			}
			out := b.column(len(s.row))
			var f []Flag
			if b.record {
				f = s.own(w.i)
			}
			for _, sp := range s.spans(d.Over) {
				base := s.base(s.col[w.i], sp, d.Over, d.Among == "ranked")
				w.apply(b, s, sp, base, out, f)
			}
			s.col[w.i] = out
			s.dir[w.i] = 1
		}
	}
}

// A normaliser knows how one column is normalised.
type normaliser struct {
	c        *compiler
	i        int
	rule     *spec.NormRule
	low, top float64 // bounds on the turned scale, where the rule has bounds
	turn     bool    // the direction is in the bounds already
	ref      int     // the reference unit
}

func (c *compiler) normaliser(i int, rule *spec.NormRule) normaliser {
	n := normaliser{c: c, i: i, rule: rule, ref: -1}
	nd := c.m.tree.node[i]
	switch rule.Method {
	case "goalposts", "scaled":
		n.bounds(nd)
	case "bands":
		if rule.Bands > 0 && (rule.Bounds != nil || rule.WorstBest != nil || nd.ind != nil && (nd.ind.Low != nil || nd.ind.Worst != nil)) {
			n.bounds(nd)
		} else {
			n.low, n.top = math.NaN(), math.NaN()
		}
	case "distance-to-reference":
		n.ref = slices.IndexFunc(c.m.frame.units, func(u Unit) bool { return u.Code == rule.Reference })
		if n.ref < 0 {
			c.refuse("unknown-unit", nd.code, "the reference %s is no unit of the index", rule.Reference)
		}
	case "distance-to-target":
		if rule.Target == nil && (nd.ind == nil || nd.ind.Target == nil) {
			c.refuse("no-bounds", nd.code, "distance-to-target needs a target, in the step or with the indicator")
		}
	}
	return n
}

// bounds finds the bounds of a column: the step's, or the indicator's own.
func (n *normaliser) bounds(nd node) {
	r, ind := n.rule, nd.ind
	n.low, n.top = math.NaN(), math.NaN()
	switch {
	case r.Percentiles != nil: // found from the data when the step runs
		return
	case r.WorstBest != nil:
		n.low, n.top, n.turn = r.WorstBest[0], r.WorstBest[1], true
	case r.Bounds != nil:
		n.low, n.top = r.Bounds[0], r.Bounds[1]
	case ind != nil && ind.Worst != nil && ind.Best != nil:
		n.low, n.top, n.turn = *ind.Worst, *ind.Best, true
	case ind != nil && ind.Low != nil && ind.High != nil:
		n.low, n.top = *ind.Low, *ind.High
	default:
		n.c.refuse("no-bounds", nd.code, "%s needs bounds; give the indicator low and high, or worst and best, or say bounds: in the step", r.Method)
		return
	}
	if n.low == n.top || !n.turn && n.low > n.top {
		n.c.refuse("bad-bounds", nd.code, "the bounds %v and %v do not rise; for a worst and a best value say worst and best", n.low, n.top)
	}
	if n.turn && ind != nil && ind.Direction != 0 && (n.top > n.low) != (ind.Direction > 0) {
		n.c.refuse("bad-bounds", nd.code, "worst %v and best %v contradict the direction of the indicator", n.low, n.top)
	}
}

// apply normalises the rows of one span.
func (n *normaliser) apply(b *bench, s *state, sp span, base, out []float64, f []Flag) {
	x, dir := s.col[n.i], s.dir[n.i]
	if dir != 1 && !n.turn {
		y := b.column(len(x))
		for r, v := range x {
			y[r] = v * dir
		}
		turned := b.column(len(base))
		for k, v := range base {
			turned[k] = v * dir
		}
		x, base = y, turned
	}
	switch m := n.rule.Method; m {
	case "goalposts", "scaled", "bands":
		n.posts(b, s, sp, x, base, out, f, dir)
	case "rank", "percentile-rank", "borda":
		n.ranks(b, s, sp, x, out)
	default:
		scale, ok := n.linear(b, s, sp, base)
		if !ok {
			fillNaN(out[sp.from:sp.to])
			return
		}
		for r := sp.from; r < sp.to; r++ {
			out[r] = scale(x[r])
		}
	}
}

func fillNaN(x []float64) {
	for i := range x {
		x[i] = math.NaN()
	}
}

// linear returns the function of a method that needs only few statistics.
func (n *normaliser) linear(b *bench, s *state, sp span, base []float64) (func(float64) float64, bool) {
	r := n.rule
	low, high := stat.Range(base)
	switch r.Method {
	case "minmax":
		l, u := r.To[0], r.To[1]
		return func(v float64) float64 { return float64((v-low)/(high-low)*(u-l)) + l }, n.spread(b, s, sp, low, high)
	case "z-score":
		mean, sd := stat.Mean(base), stat.SD(base)
		return func(v float64) float64 { return float64((v-mean)/sd*r.SD) + r.Mean }, n.spread(b, s, sp, low, high)
	case "distance-to-max":
		return func(v float64) float64 { return 1 - (high-v)/(high-low) }, n.spread(b, s, sp, low, high)
	case "fraction-of-max":
		if high == 0 {
			n.c.conflict(b, s, "zero-range", n.i, -1, "the greatest value is 0 and cannot divide")
			return nil, false
		}
		return func(v float64) float64 { return v / high }, true
	case "distance-to-reference":
		ref := n.reference(s, sp, base)
		if ref != ref || ref == low {
			n.c.conflict(b, s, "zero-range", n.i, -1, "the reference %s has the lowest value or none%s", r.Reference, yearOf(sp))
			return nil, false
		}
		return capped(func(v float64) float64 { return 1 - (ref-v)/(ref-low) }, r.Cap), true
	case "distance-to-target":
		target := n.target() * s.dir[n.i]
		if target == low {
			n.c.conflict(b, s, "zero-range", n.i, -1, "the target is the lowest value%s", yearOf(sp))
			return nil, false
		}
		if target < low {
			n.c.warn(b, "target-below", n.i, sp.year, "the target is worse than every value, so scores run backwards")
		}
		return capped(func(v float64) float64 { return (v - low) / (target - low) }, r.Cap), true
	}
	return func(v float64) float64 { return v }, true // none
}

func yearOf(sp span) string {
	if sp.year == 0 {
		return ""
	}
	return fmt.Sprintf(" in %d", sp.year)
}

func capped(f func(float64) float64, on bool) func(float64) float64 {
	if !on {
		return f
	}
	return func(v float64) float64 {
		if y := f(v); y != y || y < 1 {
			return y
		}
		return 1
	}
}

func (n *normaliser) target() float64 {
	if n.rule.Target != nil {
		return *n.rule.Target
	}
	return *n.c.m.tree.node[n.i].ind.Target
}

// reference returns the reference unit's value in the span (the last, if the
// span has several years).
func (n *normaliser) reference(s *state, sp span, base []float64) float64 {
	v := math.NaN()
	for r := sp.from; r < sp.to && r-sp.from < len(base); r++ {
		if n.c.m.frame.unit[s.row[r]] == n.ref {
			v = base[r-sp.from]
		}
	}
	return v
}

// spread refuses a column that does not vary.
func (n *normaliser) spread(b *bench, s *state, sp span, low, high float64) bool {
	if high > low {
		return true
	}
	what := "no unit has a value"
	if low == low {
		what = fmt.Sprintf("every unit has the value %v", low)
	}
	n.c.conflict(b, s, "zero-range", n.i, -1, "%s%s, so %s has no scale; leave it out or give it bounds", what, yearOf(sp), n.rule.Method)
	return false
}

func (n *normaliser) ranks(b *bench, s *state, sp span, x, out []float64) {
	part := out[sp.from:sp.to]
	if cap(b.order) < len(part) {
		b.order = make([]int32, 0, len(part))
	}
	stat.RankInto(part, x[sp.from:sp.to], b.order[:0], false, stat.TiesMin)
	last := float64(stat.Count(part) - 1)
	if n.rule.Method == "percentile-rank" && last < 1 {
		n.c.conflict(b, s, "zero-range", n.i, -1, "fewer than two units have a value%s", yearOf(sp))
		return
	}
	for k := range part {
		switch n.rule.Method {
		case "borda":
			part[k]--
		case "percentile-rank":
			part[k] = (part[k] - 1) / last
		}
	}
}

// posts places values between two bounds. Bounds that are low and high turn
// with the column; a worst and a best value need no turning.
func (n *normaliser) posts(b *bench, s *state, sp span, x, base, out []float64, f []Flag, dir float64) {
	r := n.rule
	low, top := n.low, n.top
	switch {
	case r.Percentiles != nil:
		low, top = stat.Quantile(base, r.Percentiles[0]), stat.Quantile(base, r.Percentiles[1])
	case r.Method == "bands" && low != low:
		low, top = stat.Range(base)
	case !n.turn && dir < 0 && r.Method != "scaled": // scaled bounds speak of the turned column
		low, top = -top, -low
	}
	if low == top || low != low {
		if r.Method != "bands" || r.Thresholds == nil {
			n.c.conflict(b, s, "zero-range", n.i, -1, "both bounds are %v%s", low, yearOf(sp))
			return
		}
	}
	for k := sp.from; k < sp.to; k++ {
		v := x[k]
		if r.Method == "bands" {
			out[k] = n.band(v, low, top, dir)
			continue
		}
		y := (v - low) / (top - low)
		z := y
		if r.Method == "goalposts" {
			if y > 1 && (r.Clip == "both" || r.Clip == "high") {
				z = 1
			}
			if y < 0 && (r.Clip == "both" || r.Clip == "low") {
				z = 0
			}
		}
		if f != nil && z != y && y == y {
			f[k] |= FlagClipped
		}
		out[k] = float64(z*(r.To[1]-r.To[0])) + r.To[0]
	}
}

// band returns the number of the band a value lies in, from 1. Thresholds are
// on the scale of the data; with a turned column the bands count from the top.
func (n *normaliser) band(v, low, top, dir float64) float64 {
	if v != v {
		return v
	}
	if t := n.rule.Thresholds; t != nil {
		k := 0
		for k < len(t) && v*dir >= t[k] {
			k++
		}
		if dir < 0 {
			return float64(len(t) - k + 1)
		}
		return float64(k + 1)
	}
	k := math.Floor((v - low) / (top - low) * float64(n.rule.Bands))
	return max(1, min(float64(n.rule.Bands), k+1))
}
