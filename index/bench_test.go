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
