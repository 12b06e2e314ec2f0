package index

import (
	"context"
	"math"
	"slices"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// A SensitivityIndex says how much of what moves in the ranks comes from one
// assumption: alone (First), and with everything it acts through (Total).
// First can fall below 0 by chance. The intervals hold 95 % of bootstrap resamples.
type SensitivityIndex struct {
	Assumption string  `json:"assumption"`
	First      float64 `json:"first"`
	FirstLow   float64 `json:"first_low"`
	FirstHigh  float64 `json:"first_high"`
	Total      float64 `json:"total"`
	TotalLow   float64 `json:"total_low"`
	TotalHigh  float64 `json:"total_high"`
}

// A UnitSensitivity says which assumptions move the rank of one row.
type UnitSensitivity struct {
	Row
	Variance float64   `json:"variance"` // of its rank
	Total    []float64 `json:"total"`    // by assumption; NaN where the rank does not move
}

// A Sensitivity is the result of the sensitivity analysis: what is explained
// is the mean absolute change of rank.
type Sensitivity struct {
	Seed     uint64
	Base     int // points
	Runs     int
	Settled  bool
	Variance float64
	Index    []SensitivityIndex
	Units    []UnitSensitivity
	Ranks    *MonteCarlo // intervals from the runs that are plain samples
	Shift    []float64   // of each run: first all of A, then B, then A with one column from B, by assumption
}

// maxKept bounds the ranks kept for the sensitivity of units.
const maxKept = 200_000_000

// Sensitivity runs the design of Saltelli: points A and B, and for each
// assumption A with its column from B. With a stop rule the points double
// until every total index is known closely enough.
func (u *Uncertain) Sensitivity(ctx context.Context, o Options) (*Sensitivity, problem.List) {
	d := len(u.ass)
	if d < 2 {
		return nil, problem.List{{Rule: "bad-design", Text: "sensitivity needs two or more assumptions"}}
	}
	plan := u.plan.Sobol
	base, most := plan.Base, plan.Base
	if plan.Until > 0 {
		most = max(plan.Base, plan.Most)
	}
	if most*(d+2)*len(u.rows) > maxKept {
		return nil, problem.List{{Rule: "too-large", Text: "the ranks of so many runs are too many to keep; take fewer points or years"}}
	}
	point, err := u.pairs(d)
	if err != nil {
		return nil, problem.List{{Rule: "bad-design", Text: err.Error()}}
	}
	runs := &sobolRuns{u: u, d: d, point: point, o: o, tally: u.newTally(), progress: newProgress(o.Progress, base*(d+2))}
	for {
		if list := runs.grow(ctx, base); list.Refused() {
			return nil, list
		}
		res := runs.result(plan)
		if plan.Until == 0 || res.Settled || base >= most {
			return res, nil
		}
		base = min(most, 2*base)
		runs.progress.total = base * (d + 2)
	}
}

// pairs returns the function that gives coordinate i of point n of A (side 0) or B (side 1).
func (u *Uncertain) pairs(d int) (func(n, side, i int) float64, error) {
	if u.plan.Design == "sobol" {
		q, err := stat.NewSobol(2*d, u.plan.Seed)
		if err != nil {
			return nil, err
		}
		return func(n, side, i int) float64 { return q.Point(uint32(n), side*d+i) }, nil
	}
	src := stat.NewSource(u.plan.Seed, useDesign)
	return func(n, side, i int) float64 { return src.Float(uint64(n), uint64(side*d+i)) }, nil
}

// sobolRuns holds what was run so far. Run (n, k) is point n of A (k = 0), of
// B (k = 1), or of A with column k-2 from B.
type sobolRuns struct {
	u        *Uncertain
	d        int
	point    func(n, side, i int) float64
	o        Options
	base     int
	shift    [][]float64 // by k and n
	ranks    [][]float32 // by k: rows of point 0, of point 1, …
	tally    *tally
	progress *progress
}

// grow runs the points from what there is up to base.
func (s *sobolRuns) grow(ctx context.Context, base int) problem.List {
	width := s.d + 2
	rows := len(s.u.rows)
	if s.shift == nil {
		s.shift, s.ranks = make([][]float64, width), make([][]float32, width)
	}
	for k := range width {
		s.shift[k] = append(s.shift[k], make([]float64, base-s.base)...)
		s.ranks[k] = append(s.ranks[k], make([]float32, (base-s.base)*rows)...)
	}
	workers := max(1, s.o.Workers)
	part := make([]*tally, workers)
	for w := range part {
		part[w] = s.u.newTally()
	}
	from := s.base
	list := s.u.each(ctx, 0, (base-from)*width, workers, func(run int, p []float64) []int {
		n, k := from+run/width, run%width
		for i := range p {
			side := 0
			if k == 1 || k == i+2 {
				side = 1
			}
			p[i] = s.point(n, side, i)
		}
		return nil
	}, func(w, run int, ranks, _ []float64) {
		n, k := from+run/width, run%width
		s.shift[k][n] = shift(ranks, s.u.nominal)
		for r, v := range ranks {
			s.ranks[k][n*rows+r] = float32(v)
		}
		if k < 2 {
			part[w].add(ranks)
		}
		s.progress.step()
	}, false)
	for _, p := range part {
		s.tally.join(p)
	}
	s.base = base
	return list
}

func (s *sobolRuns) result(plan spec.SobolPlan) *Sensitivity {
	u := s.u
	res := &Sensitivity{Seed: u.plan.Seed, Base: s.base, Runs: s.base * (s.d + 2)}
	first, all, variance := sobolIndices(s.shift)
	res.Variance = variance
	lows, highs := s.bootstrap(plan.Bootstrap)
	for i, name := range u.names() {
		x := SensitivityIndex{name, first[i], lows[0][i], highs[0][i], all[i], lows[1][i], highs[1][i]}
		res.Index = append(res.Index, x)
	}
	res.Settled = plan.Until > 0 && plan.Bootstrap > 0
	for _, x := range res.Index {
		res.Settled = res.Settled && x.TotalHigh-x.TotalLow <= plan.Until
	}
	for _, y := range s.shift {
		res.Shift = append(res.Shift, y...)
	}
	res.Ranks = &MonteCarlo{Seed: u.plan.Seed, Assumptions: u.names(), Replications: 2 * s.base}
	u.intervals(res.Ranks, s.tally)
	rows := len(u.rows)
	for r, row := range u.rows {
		if u.nominal[r] != u.nominal[r] {
			continue
		}
		y := make([][]float64, len(s.ranks))
		for k := range y {
			for n := range s.base {
				y[k] = append(y[k], float64(s.ranks[k][n*rows+r]))
			}
		}
		_, t, v := sobolIndices(y)
		res.Units = append(res.Units, UnitSensitivity{row, v, t})
	}
	return res
}

// sobolIndices estimates first-order (Saltelli 2010) and total (Jansen 1999)
// indices from the runs y[0] = A, y[1] = B, y[2+i] = A with column i from B.
func sobolIndices(y [][]float64) (first, all []float64, variance float64) {
	n := float64(len(y[0]))
	variance = stat.Variance(slices.Concat(y[0], y[1]))
	for _, ab := range y[2:] {
		s, t := 0.0, 0.0
		for k := range ab {
			s += float64(y[1][k] * (ab[k] - y[0][k]))
			t += float64((y[0][k] - ab[k]) * (y[0][k] - ab[k]))
		}
		if variance == 0 {
			first, all = append(first, math.NaN()), append(all, math.NaN())
			continue
		}
		first, all = append(first, s/n/variance), append(all, t/(2*n*variance))
	}
	return first, all, variance
}

// bootstrap resamples points and returns the 2.5 % and 97.5 % ends of the
// first-order and total indices.
func (s *sobolRuns) bootstrap(times int) (lows, highs [2][]float64) {
	src := stat.NewSource(s.u.plan.Seed, useBootstrap)
	draw := [2][][]float64{make([][]float64, s.d), make([][]float64, s.d)}
	y := make([][]float64, len(s.shift))
	for k := range y {
		y[k] = make([]float64, s.base)
	}
	for t := range times {
		for n := range s.base {
			from := int(src.Float(uint64(t), uint64(n)) * float64(s.base))
			for k := range y {
				y[k][n] = s.shift[k][from]
			}
		}
		first, all, _ := sobolIndices(y)
		for i := range s.d {
			draw[0][i], draw[1][i] = append(draw[0][i], first[i]), append(draw[1][i], all[i])
		}
	}
	for side := range draw {
		for i := range s.d {
			lows[side] = append(lows[side], stat.Quantile(draw[side][i], 0.025))
			highs[side] = append(highs[side], stat.Quantile(draw[side][i], 0.975))
		}
	}
	return lows, highs
}
