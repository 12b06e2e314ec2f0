package index

import (
	"math"
	"slices"
	"strings"
	"testing"

	"landbridge.example/index/stat"
)

// upToSign reports whether two vectors are equal, one perhaps turned over.
func upToSign(a, b []float64) bool {
	plus, minus := len(a) == len(b), len(a) == len(b)
	for i := range b {
		plus = plus && same(a[i], b[i])
		minus = minus && same(a[i], -b[i])
	}
	return plus || minus
}

func TestComponents(t *testing.T) {
	_, res := asem(t)
	g := res.Stage("normalise")
	eigen, load := readReference(t, analysis+"pca_eigen_L1.csv"), readReference(t, analysis+"pca_loadings_L1.csv")
	for _, group := range g.Columns {
		if group.Level != 2 {
			continue
		}
		var codes []string // in COINr's order
		for _, row := range load.row {
			if row[0] == group.Code && row[2] == "1" {
				codes = append(codes, row[1])
			}
		}
		p, err := g.Components(codes)
		if err != nil {
			t.Fatal(err)
		}
		sum, k := 0.0, 0
		for n, row := range eigen.row {
			if row[0] != group.Code {
				continue
			}
			sum += p.Share(k)
			if !same(p.SD[k], eigen.num(t, n, "sdev")) || !same(p.SD[k]*p.SD[k], eigen.num(t, n, "eigenvalue")) ||
				!same(p.Share(k), eigen.num(t, n, "prop")) || !same(sum, eigen.num(t, n, "cum")) {
				t.Errorf("%s: %v: %v", eigen.name, row, p.SD[k])
			}
			var want []float64
			for _, l := range load.row {
				if l[0] == group.Code && l[2] == row[1] {
					want = append(want, number(t, l[3]))
				}
			}
			if !upToSign(p.Loading[k], want) {
				t.Errorf("%s: %s component %s: %v, want %v", load.name, group.Code, row[1], p.Loading[k], want)
			}
			k++
		}
		if k != len(codes) {
			t.Errorf("%s: %d components", group.Code, k)
		}
	}
	all, err := g.Components(g.Codes(1))
	if err != nil {
		t.Fatal(err)
	}
	ref := readReference(t, analysis+"pca_eigen_nogroups.csv")
	for n := range ref.row {
		if !same(all.SD[n], ref.num(t, n, "sdev")) || !same(all.Share(n), ref.num(t, n, "prop")) {
			t.Errorf("%s: component %d: %v", ref.name, n+1, all.SD[n])
		}
	}
}

// TestComponentWeights: the weights of the weigh step are COINr's, up to the
// sign of each group.
func TestComponentWeights(t *testing.T) {
	for file, steps := range map[string]string{
		"pca_weights_L1_normalised": "  - weigh: {level: 1, method: pca, mixed-signs: keep}\n  - aggregate\n",
		"pca_weights_L1_nogroups":   "  - weigh: {level: 1, method: pca, overall: yes, mixed-signs: keep}\n  - aggregate\n",
		"pca_weights_L2_aggregated": "  - aggregate: {levels: [2]}\n  - weigh: {level: 2, method: pca, mixed-signs: keep}\n  - aggregate\n",
	} {
		res := asemWith(t, asemTreated+"  - normalise\n"+steps)
		ref := readReference(t, analysis+file+".csv")
		got, want := map[string][]float64{}, map[string][]float64{}
		for n, row := range ref.row {
			c := res.Columns[res.Column(row[0])]
			group := c.Parent
			if strings.Contains(file, "nogroups") && c.Indicator {
				group = "all"
			}
			got[group], want[group] = append(got[group], c.Weight), append(want[group], ref.num(t, n, "Weight"))
		}
		for group := range want {
			if !upToSign(got[group], want[group]) {
				t.Errorf("%s: %s: %v, want %v", file, group, got[group], want[group])
			}
		}
	}
}

// TestMixedSigns: weights that would count an indicator backwards are refused
// unless the specification asks for them.
func TestMixedSigns(t *testing.T) {
	m := compileText(t, "asem", []byte(asemHead(t)+"steps:\n"+asemTreated+"  - normalise\n  - weigh: {level: 1, method: pca}\n  - aggregate\n"))
	_, list := m.Run()
	groups := map[string]bool{}
	for _, p := range list {
		if p.Rule == "mixed-signs" {
			groups[m.tree.node[m.tree.node[m.tree.at[p.Column]].parent].code] = true
		}
	}
	for _, g := range []string{"Environ", "Instit", "SusEcFin"} {
		if !groups[g] {
			t.Errorf("the mixed signs of %s were not refused: %v", g, groups)
		}
	}
	for how, least := range map[string]float64{"absolute": 0, "squared": 0} {
		res := asemWith(t, asemTreated+"  - normalise\n  - weigh: {level: 1, method: pca, mixed-signs: "+how+"}\n  - aggregate\n")
		for _, c := range res.Columns {
			if c.Weight < least {
				t.Errorf("%s: %s has weight %v", how, c.Code, c.Weight)
			}
		}
	}
}

// coinrSearch repeats COINr's search for weights of level 2: the simplex of
// Nelder and Mead with no bounds, from equal weights.
func coinrSearch(t *testing.T, objective string, tolerance float64, calls int) (*optimiser, stat.Found) {
	t.Helper()
	steps := asemTreated + "  - normalise\n  - aggregate: {levels: [2]}\n  - weigh: {level: 2, method: optimise, objective: " + objective + "}\n  - aggregate\n"
	m := compileText(t, "asem", []byte(asemHead(t)+"steps:\n"+steps))
	s := m.start
	b := newBench(nil, false)
	for _, st := range m.steps[:len(m.steps)-2] {
		s = s.fork()
		st.run(b, s)
	}
	o := m.searcher(t, s)
	start := slices.Clone(o.target)
	if objective == "infomax" {
		for i := range start {
			start[i] = 1 // the weights as given
		}
	}
	return o, stat.Descend(func(w []float64) float64 {
		x := slices.Clone(w)
		sum := 0.0
		for _, v := range x {
			sum += v
		}
		for i := range x {
			x[i] /= sum
		}
		v := o.objective(x)
		if objective == "balance" {
			v = math.Log(v)
		}
		return v
	}, start, tolerance, calls)
}

// TestSearch: COINr's unbounded search, with its tolerance of 1e-8, ends at the
// same weights after the same number of evaluations. It is not what the weigh
// step does, because it goes below zero.
func TestSearch(t *testing.T) {
	for file, objective := range map[string]string{"opt_weights_equal_L2": "balance", "opt_weights_infomax_L2": "infomax"} {
		o, f := coinrSearch(t, objective, 1e-8, 20_000)
		sum := 0.0
		for _, v := range f.X {
			sum += v
		}
		var codes []string
		for _, i := range o.on {
			codes = append(codes, o.c.m.tree.node[i].code)
		}
		ref := readReference(t, analysis+file+".csv")
		inOrder := slices.Sorted(slices.Values(codes)) // COINr sorts the correlations, and not the weights
		for n := range ref.row {
			if got := f.X[n] / sum; !same(got, ref.num(t, n, "OptWeight")) {
				t.Errorf("%s: weight %d is %v, want %v", file, n+1, got, ref.num(t, n, "OptWeight"))
			}
			if got := o.last[slices.Index(codes, inOrder[n])]; !same(got, ref.num(t, n, "Obtained")) {
				t.Errorf("%s: correlation of %s is %v, want %v", file, inOrder[n], got, ref.num(t, n, "Obtained"))
			}
			if objective == "balance" && !same(o.target[n], ref.num(t, n, "Desired")) {
				t.Errorf("%s: target %d", file, n)
			}
		}
		if objective == "infomax" {
			continue
		}
		fit := readReference(t, analysis+"opt_weights_equal_L2_fit.csv")
		if !same(f.Value, fit.num(t, 0, "objective")) || float64(f.Calls) != fit.num(t, 0, "evals") || f.Settled != (fit.num(t, 0, "conv") == 0) {
			t.Errorf("%s: %v after %d evaluations", fit.name, f.Value, f.Calls)
		}
		full := readReference(t, analysis+"opt_weights_equal_L2_full.csv")
		for n, row := range full.row {
			want := 1.0
			if k := slices.Index(codes, row[0]); k >= 0 {
				want = f.X[k] / sum
			}
			if !same(want, full.num(t, n, "Weight")) {
				t.Errorf("%s: %v", full.name, row)
			}
		}
	}
}

// TestOptimise: the weigh step keeps weights at 0 or above, sums them to 1, and
// does better than equal weights.
func TestOptimise(t *testing.T) {
	for _, objective := range []string{"balance", "infomax"} {
		res := asemWith(t, asemTreated+"  - normalise\n  - aggregate: {levels: [2]}\n  - weigh: {level: 2, method: optimise, objective: "+objective+"}\n  - aggregate\n")
		o, _ := coinrSearch(t, objective, 1, 1)
		var w []float64
		sum := 0.0
		for _, i := range o.on {
			v := res.Columns[res.Column(o.c.m.tree.node[i].code)].Weight
			w, sum = append(w, v), sum+v
			if v < 0 {
				t.Errorf("%s: %s has the weight %v", objective, o.c.m.tree.node[i].code, v)
			}
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("%s: the weights sum to %v", objective, sum)
		}
		if got, equal := o.objective(w), o.objective(o.target); !(got < equal) {
			t.Errorf("%s: %v is no better than equal weights, %v", objective, got, equal)
		}
		t.Logf("%s: %.4f, objective %.3g", objective, w, o.objective(w))
	}
}
