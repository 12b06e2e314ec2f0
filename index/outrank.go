package index

import (
	"math"
	"slices"

	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

const outrankTolerance = 1e-12

// copeland counts, for each unit, the units it beats less those that beat it:
// one unit beats another where the weights of the children in which it is
// higher, and half of those in which both are equal, pass one half.
func (g *making) copeland(sp span) {
	for r := sp.from; r < sp.to; r++ {
		g.out[r] = math.NaN()
		if g.any(r) {
			g.out[r] = 0
		}
	}
	for r := sp.from; r < sp.to; r++ {
		for q := sp.from; q < r; q++ {
			wins, total := 0.0, 0.0
			for n, k := range g.kids {
				x, y := g.s.col[k][r], g.s.col[k][q]
				if g.w[n] == 0 || x != x || y != y {
					continue
				}
				total += g.w[n]
				switch {
				case x > y:
					wins += g.w[n]
				case x == y:
					wins += g.w[n] / 2
				}
			}
			switch o := wins / total; {
			case o > 0.5+outrankTolerance:
				g.out[r]++
				g.out[q]--
			case o < 0.5-outrankTolerance:
				g.out[r]--
				g.out[q]++
			}
		}
	}
}

func (g *making) any(r int) bool {
	for n, k := range g.kids {
		if g.w[n] != 0 && g.s.col[k][r] == g.s.col[k][r] {
			return true
		}
	}
	return false
}

// benefit gives each unit the weights that suit it best, as long as no unit
// with these weights passes 1 (Melyn and Moesen 1991). Units with a missing
// child are judged on, and against, the children they have.
func (g *making) benefit(sp span) {
	scale := g.rule.Scale
	if scale == 0 {
		scale = 1
	}
	for r := sp.from; r < sp.to; r++ {
		var kids []int
		for n, k := range g.kids {
			if v := g.s.col[k][r]; v == v && g.w[n] != 0 {
				if v < 0 {
					g.notPositive(k, r, v)
					return
				}
				kids = append(kids, k)
			}
		}
		g.out[r] = math.NaN()
		if len(kids) == 0 {
			continue
		}
		own := valuesOf(g.s, kids, r)
		var limits [][]float64
		var tops []float64
		for q := sp.from; q < sp.to; q++ {
			if peer := valuesOf(g.s, kids, q); !slices.ContainsFunc(peer, math.IsNaN) {
				limits, tops = append(limits, peer), append(tops, 1)
			}
		}
		if sh := g.rule.Shares; sh != nil {
			if !(sh[0]*float64(len(kids)) <= 1 && sh[1]*float64(len(kids)) >= 1) {
				g.c.conflict(g.b, g.s, "bad-shares", g.i, r, "no weights give each of %d children a share from %v to %v", len(kids), sh[0], sh[1])
				return
			}
			for n := range kids {
				limits, tops = append(limits, shareLimit(own, n, sh[0], true), shareLimit(own, n, sh[1], false)), append(tops, 0, 0)
			}
		}
		_, v, err := stat.Maximise(own, limits, tops)
		if err != nil {
			g.c.conflict(g.b, g.s, "no-weights", g.i, r, "no best weights: %v", err)
			return
		}
		g.out[r] = v * scale
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

// formula makes a group by its own formula. In it, children is the weighted
// arithmetic mean of the group's children, and a child left out is missing.
func (g *making) formula(sp span) {
	cols := g.c.m.columns(g.s, sp.from, sp.to, nil)
	number, gone := cols.Number, ""
	if g.b.drop >= 0 {
		gone = g.c.m.tree.node[g.b.drop].code
	}
	cols.Number = func(name string) []float64 {
		if name == spec.Children {
			g.arithmetic(sp)
			return slices.Clone(g.out[sp.from:sp.to])
		}
		v := number(name)
		if name == gone && v != nil {
			v = make([]float64, len(v))
			fillNaN(v)
		}
		return v
	}
	v, err := g.rule.Formula.Eval(cols)
	if err != nil {
		g.c.conflict(g.b, g.s, "bad-formula", g.i, -1, "%v", err)
		return
	}
	copy(g.out[sp.from:sp.to], v)
}
