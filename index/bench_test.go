package index

import (
	"context"
	"strconv"
	"testing"
)

// BenchmarkRun is one whole index, with flags and notes.
func BenchmarkRun(b *testing.B) {
	m := load(b, "asem", "asem.yaml")
	for b.Loop() {
		run(b, m)
	}
}

// BenchmarkReplications is the reference uncertainty analysis: four
// assumptions, on the ASEM index.
func BenchmarkReplications(b *testing.B) {
	for _, tt := range []struct{ n, workers int }{{1_000, 1}, {100_000, 2}} {
		b.Run(strconv.Itoa(tt.n)+"x"+strconv.Itoa(tt.workers), func(b *testing.B) {
			m := load(b, "asem", "asem-uncertainty.yaml")
			m.spec.Uncertain.Replications = tt.n
			for b.Loop() {
				u := uncertain(b, m) // states kept between replications are part of the work
				if _, list := u.MonteCarlo(context.Background(), Options{Workers: tt.workers}); list.Refused() {
					b.Fatal(list)
				}
			}
		})
	}
}

// BenchmarkNothingKept is the same with an assumption about the raw data, so
// that every step runs in every replication.
func BenchmarkNothingKept(b *testing.B) {
	m := load(b, "asem", "asem-everything.yaml")
	for b.Loop() {
		u := uncertain(b, m)
		if _, list := u.MonteCarlo(context.Background(), Options{Workers: 1}); list.Refused() {
			b.Fatal(list)
		}
	}
}

// BenchmarkSobol is 6,000 runs: 1,000 points, four assumptions.
func BenchmarkSobol(b *testing.B) {
	m := load(b, "asem", "asem-uncertainty.yaml")
	m.spec.Uncertain.Sobol.Base = 1000
	for b.Loop() {
		u := uncertain(b, m)
		if _, list := u.Sensitivity(context.Background(), Options{Workers: 1}); list.Refused() {
			b.Fatal(list)
		}
	}
}

// BenchmarkWhatIf is one answer to moved weights, on 200 units and 60 indicators.
func BenchmarkWhatIf(b *testing.B) {
	w := newWorld(1)
	w.units, w.cols, w.value, w.down, w.group = 200, 60, nil, nil, nil
	for c := range w.cols {
		col := make([]float64, w.units)
		for u := range col {
			col[u] = 1 + w.src.Float(uint64(c), uint64(u))
		}
		w.value, w.down, w.group = append(w.value, col), append(w.down, false), append(w.group, c%3)
	}
	m := modelOf(b, w.spec(upTo(w.cols), nil, "  - treat\n"+scale1to100+"  - aggregate: {method: geometric}\n"), w.csv(upTo(w.units), upTo(w.cols)))
	what, list := m.WhatIf()
	if list.Refused() {
		b.Fatal(list)
	}
	for b.Loop() {
		if _, _, list := what.Weights(map[string]float64{"G0": 2, "c3": 0.5}); list.Refused() {
			b.Fatal(list)
		}
	}
}
