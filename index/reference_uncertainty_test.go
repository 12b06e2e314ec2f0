package index

import (
	"context"
	"math"
	"slices"
	"strconv"
	"testing"

	"landbridge.example/index/stat"
)

func uncertain(t testing.TB, m *Model) *Uncertain {
	t.Helper()
	u, list := m.Uncertain()
	if list.Refused() {
		t.Fatal(list)
	}
	return u
}

// readDesign reads the choices of COINr's runs, which count from 1.
func readDesign(t testing.TB, name string, names []string) *Design {
	ref := readReference(t, name)
	d := &Design{}
	for n := range ref.row {
		var c []int
		for _, a := range names {
			c = append(c, int(ref.num(t, n, a+"_idx"))-1)
		}
		d.Choice = append(d.Choice, c)
	}
	return d
}

// TestReplay replays COINr's 700 replications from their designs.
func TestReplay(t *testing.T) {
	u := uncertain(t, load(t, "asem", "asem-uncertainty.yaml"))
	for _, run := range []string{"ua100", "sa100"} {
		d := readDesign(t, "asem/uncertainty/"+run+"_design.csv", u.names())
		res, list := u.MonteCarlo(context.Background(), Options{Workers: 2, Scores: true, Design: d})
		if list.Refused() {
			t.Fatal(list)
		}
		scores := readReference(t, "asem/uncertainty/"+run+"_scores.csv")
		at := rowsOf(res)
		for n, row := range scores.row {
			r := slices.IndexFunc(res.All, func(x Row) bool { return x.Code == row[0] })
			if !same(res.Rows[at[row[0]]].Score, scores.num(t, n, "Nominal")) {
				t.Errorf("%s: nominal score of %s", run, row[0])
			}
			for k := range d.Choice {
				if got, want := res.Scores[k][r], scores.num(t, n, "r_"+strconv.Itoa(k+1)); !same(got, want) {
					t.Fatalf("%s: replication %d of %s is %v, want %v", run, k+1, row[0], got, want)
				}
			}
		}
		if run == "sa100" {
			matchOutput(t, res)
			d = &Design{Choice: d.Choice[:200]} // COINr takes ranks from the plain samples only
			if res, list = u.MonteCarlo(context.Background(), Options{Design: d}); list.Refused() {
				t.Fatal(list)
			}
		}
		matchRankStats(t, res, "asem/uncertainty/"+run+"_rankstats.csv", tolerance)
	}
}

func rowsOf(res *MonteCarlo) map[string]int {
	at := map[string]int{}
	for i, r := range res.Rows {
		at[r.Code] = i
	}
	return at
}

func matchRankStats(t *testing.T, res *MonteCarlo, file string, within float64) {
	t.Helper()
	ref, at := readReference(t, file), rowsOf(res)
	for n, row := range ref.row {
		iv := res.Rows[at[row[0]]]
		for column, got := range map[string]float64{"Nominal": iv.Nominal, "Mean": iv.Mean, "Median": iv.Median, "Q5": iv.Low, "Q95": iv.High} {
			if math.Abs(got-ref.num(t, n, column)) > within {
				t.Errorf("%s: %s of %s is %v, want %v", file, column, row[0], got, ref.num(t, n, column))
			}
		}
	}
}

// matchOutput checks the 600 mean rank changes and the indices made of them.
func matchOutput(t *testing.T, res *MonteCarlo) {
	t.Helper()
	out := readReference(t, "asem/uncertainty/sa100_output.csv")
	y := make([][]float64, 6)
	for n := range out.row {
		if !same(res.Shift[n], out.num(t, n, "mean_abs_rank_change")) {
			t.Fatalf("%s: run %d is %v, want %v", out.name, n+1, res.Shift[n], out.num(t, n, "mean_abs_rank_change"))
		}
		y[n/100] = append(y[n/100], res.Shift[n])
	}
	first, all, _ := sobolIndices(y)
	ref := readReference(t, "asem/uncertainty/sa100_sensitivity.csv")
	for n, row := range ref.row {
		if row[0] != res.Assumptions[n] || !same(first[n], ref.num(t, n, "Si")) || !same(all[n], ref.num(t, n, "STi")) {
			t.Errorf("%s: %s is %v and %v, want %v", ref.name, row[0], first[n], all[n], row)
		}
	}
}

// TestOwnDraws compares a thousand replications of our own random numbers with
// a thousand of COINr's. They are other draws, so they agree only closely: the
// limits are those two samples of this size keep.
func TestOwnDraws(t *testing.T) {
	u := uncertain(t, load(t, "asem", "asem-uncertainty.yaml"))
	res, list := u.MonteCarlo(context.Background(), Options{})
	if list.Refused() {
		t.Fatal(list)
	}
	ref, at := readReference(t, "asem/uncertainty/ua1000_rankstats.csv"), rowsOf(res)
	for n, row := range ref.row {
		iv := res.Rows[at[row[0]]]
		if iv.Nominal != ref.num(t, n, "Nominal") || math.Abs(iv.Mean-ref.num(t, n, "Mean")) > 1 || math.Abs(iv.Median-ref.num(t, n, "Median")) > 1 ||
			math.Abs(iv.Low-ref.num(t, n, "Q5")) > 3 || math.Abs(iv.High-ref.num(t, n, "Q95")) > 3 {
			t.Errorf("%s: %s: %+v, COINr %v", ref.name, row[0], iv, row)
		}
	}
	if res.Width < 5 || res.Width > 7.5 {
		t.Errorf("mean width %v, COINr 6.1", res.Width)
	}
}

// TestNoisyWeights: the weight sets of the reference runs are what
// w * (1 + 0.25 * (2u - 1)) gives, and our own noise keeps to these limits.
func TestNoisyWeights(t *testing.T) {
	ref := readReference(t, "asem/uncertainty/noisy_weights.csv")
	for n := range ref.row {
		w, level := ref.num(t, n, "Weight"), ref.num(t, n, "Level")
		if level == 4 && w != 1 || w < 0.75 || w > 1.25 {
			t.Fatalf("%s: row %d: %v", ref.name, n, w)
		}
	}
	text := asemHead(t) + "steps:\n" + asemTreated + "  - normalise\n  - aggregate\nuncertainty:\n  vary:\n    - {name: w, weights: {noise: 0.25, levels: [2, 3]}}\n"
	u := uncertain(t, compileText(t, "asem", []byte(text)))
	b := newBench(nil, false)
	var all []float64
	for n := range 400 {
		u.setUp(b, []float64{stat.NewSource(1, 0).Float(uint64(n), 0)}, nil)
		for i, nd := range u.m.tree.node {
			f := b.scale[i]
			if (nd.level == 2 || nd.level == 3) != (f != 1) || f < 0.75 || f > 1.25 {
				t.Fatalf("%s: factor %v", nd.code, f)
			}
			if f != 1 {
				all = append(all, f)
			}
		}
	}
	if m, sd := stat.Mean(all), stat.SD(all); math.Abs(m-1) > 0.01 || math.Abs(sd-0.5/math.Sqrt(12)) > 0.01 {
		t.Errorf("the noise has mean %v and spread %v", m, sd)
	}
}
