package index

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// A world is a small random table, from which specifications are written.
type world struct {
	src   stat.Source
	units int
	cols  int
	value [][]float64 // by column and unit; NaN where missing
	down  []bool
	group []int // of each column: 0, 1 or 2
}

func newWorld(seed uint64) *world {
	w := &world{src: stat.NewSource(seed, 99), units: 12, cols: 7}
	for c := range w.cols {
		col := make([]float64, w.units)
		for u := range col {
			col[u] = math.Round(1e4*(1+9*w.src.Float(uint64(c), uint64(u)))) / 1e4
			if w.src.Float(uint64(100+c), uint64(u)) < 0.05 {
				col[u] = math.NaN()
			}
		}
		w.value = append(w.value, col)
		w.down = append(w.down, c%3 == 1)
		w.group = append(w.group, c%3)
	}
	return w
}

func (w *world) clone() *world {
	out := *w
	out.value = nil
	for _, c := range w.value {
		out.value = append(out.value, slices.Clone(c))
	}
	out.down = slices.Clone(w.down)
	return &out
}

// csv writes the table with its rows and columns in a given order.
func (w *world) csv(rows, cols []int) string {
	var b strings.Builder
	b.WriteString("u")
	for _, c := range cols {
		fmt.Fprintf(&b, ",c%d", c)
	}
	b.WriteString("\n")
	for _, u := range rows {
		fmt.Fprintf(&b, "U%02d", u)
		for _, c := range cols {
			b.WriteString("," + Number(w.value[c][u]))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// spec writes the specification for some columns. more goes into a column's line.
func (w *world) spec(cols []int, more map[int]string, steps string) string {
	var b strings.Builder
	b.WriteString("landbridge-index: 1\nid: w\ntitle: W\ndata: [{file: d.csv, unit: u}]\nindicators:\n")
	groups := map[int]bool{}
	for _, c := range cols {
		dir := "up"
		if w.down[c] {
			dir = "down"
		}
		fmt.Fprintf(&b, "  - {code: c%d, parent: G%d, direction: %s%s}\n", c, w.group[c], dir, more[c])
		groups[w.group[c]] = true
	}
	b.WriteString("groups:\n")
	for g := range 3 {
		if groups[g] {
			fmt.Fprintf(&b, "  - {code: G%d, parent: Top}\n", g)
		}
	}
	return b.String() + "  - {code: Top}\nsteps:\n" + steps
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// modelOf compiles a specification over one table.
func modelOf(t testing.TB, text, table string) *Model {
	t.Helper()
	s, list := spec.Parse("w.yaml", []byte(text))
	if list.Refused() {
		t.Fatal(list)
	}
	m, list := Compile(s, func(string) ([]byte, error) { return []byte(table), nil })
	if list.Refused() {
		t.Fatal(list)
	}
	return m
}

func runWorld(t testing.TB, text, table string) *Result {
	t.Helper()
	return run(t, modelOf(t, text, table))
}

func (w *world) shuffled(n int, seed uint64) []int {
	p := upTo(n)
	for i := n - 1; i > 0; i-- {
		j := int(w.src.Float(seed, uint64(i)) * float64(i+1))
		p[i], p[j] = p[j], p[i]
	}
	return p
}

const scale1to100 = "  - normalise: {method: minmax, to: [1, 100]}\n"

// methods are steps that together use every way of aggregation.
func methods() []string {
	var out []string
	for _, m := range spec.AggMethods() {
		switch m {
		case "formula":
			out = append(out, scale1to100+"  - aggregate: {groups: {Top: {formula: children}}}\n")
		case "generalised":
			out = append(out, scale1to100+"  - aggregate: {method: generalised, power: 0.5}\n")
		case "inform":
			out = append(out, "  - normalise: {to: [0, 10]}\n  - aggregate: {method: inform}\n")
		default:
			out = append(out, scale1to100+"  - aggregate: {method: "+m+"}\n")
		}
	}
	return append(out, "  - impute: {method: mean}\n  - treat: {winsorise: 3}\n  - normalise: {method: z-score, mean: 100, sd: 10}\n  - aggregate: {method: mazziotta-pareto}\n",
		"  - impute: {method: em}\n  - normalise: {method: percentile-rank}\n  - aggregate\n",
		"  - screen: {available: 0.8, action: unrank}\n  - normalise: {method: rank}\n  - aggregate: {minimum: 0.5}\n")
}

// TestOrderOfUnits: the order of lines changes nothing, to the last byte.
func TestOrderOfUnits(t *testing.T) {
	for k, steps := range methods() {
		w := newWorld(uint64(k))
		text := w.spec(upTo(w.cols), nil, steps)
		a := runWorld(t, text, w.csv(upTo(w.units), upTo(w.cols)))
		b := runWorld(t, text, w.csv(w.shuffled(w.units, 7), upTo(w.cols)))
		for i, s := range a.Sheets() {
			if s.Name != "warnings.csv" && !bytes.Equal(s.CSV(), b.Sheets()[i].CSV()) {
				t.Errorf("%s: %s depends on the order of lines", steps, s.Name)
			}
		}
	}
}

// TestOrderOfIndicators: the order of indicators changes sums in the last bits
// at most, and no rank.
func TestOrderOfIndicators(t *testing.T) {
	for k, steps := range methods() {
		if strings.Contains(steps, "first") {
			continue // its result is the first child, by intent
		}
		w := newWorld(uint64(k))
		a := runWorld(t, w.spec(upTo(w.cols), nil, steps), w.csv(upTo(w.units), upTo(w.cols)))
		p := w.shuffled(w.cols, 8)
		b := runWorld(t, w.spec(p, nil, steps), w.csv(upTo(w.units), p))
		for r := range a.Rows {
			if !same(a.Score[0][r], b.Score[0][r]) || !same(a.Rank[0][r], b.Rank[0][r]) {
				t.Errorf("%s: %s: %v rank %v, in another order %v rank %v", steps, a.Rows[r].Code, a.Score[0][r], a.Rank[0][r], b.Score[0][r], b.Rank[0][r])
			}
		}
	}
}

// TestScale: the unit of measurement of an indicator changes nothing after
// min-max, z-scores or ranks.
func TestScale(t *testing.T) {
	for _, method := range []string{"minmax", "z-score", "rank", "percentile-rank", "distance-to-max"} {
		w := newWorld(3)
		steps := "  - normalise: {method: " + method + "}\n  - aggregate\n"
		a := runWorld(t, w.spec(upTo(w.cols), nil, steps), w.csv(upTo(w.units), upTo(w.cols)))
		v := w.clone()
		for u := range v.value[1] {
			v.value[1][u] = 1000*v.value[1][u] - 77
		}
		b := runWorld(t, v.spec(upTo(w.cols), nil, steps), v.csv(upTo(w.units), upTo(w.cols)))
		for r := range a.Rows {
			if !same(a.Score[0][r], b.Score[0][r]) {
				t.Errorf("%s: %s: %v and %v", method, a.Rows[r].Code, a.Score[0][r], b.Score[0][r])
			}
		}
	}
}

// TestMonotone: a unit whose indicator improves, inside the range of the
// column, does not fall, and nobody else moves.
func TestMonotone(t *testing.T) {
	for k, steps := range methods() {
		skip := false
		for _, m := range []string{"mazziotta", "copeland", "benefit", "rank", "em"} { // these compare units, or punish imbalance
			skip = skip || strings.Contains(steps, m)
		}
		if skip {
			continue
		}
		for c := range 7 {
			w := newWorld(uint64(k))
			a := runWorld(t, w.spec(upTo(w.cols), nil, steps), w.csv(upTo(w.units), upTo(w.cols)))
			low, high := stat.Range(w.value[c])
			u := slices.IndexFunc(w.value[c], func(v float64) bool { return v == v && v != low && v != high })
			v := w.clone()
			best := high
			if w.down[c] {
				best = low
			}
			v.value[c][u] += (best - v.value[c][u]) / 2
			b := runWorld(t, v.spec(upTo(w.cols), nil, steps), v.csv(upTo(w.units), upTo(w.cols)))
			for r := range a.Rows {
				switch {
				case a.Rows[r].Code != fmt.Sprintf("U%02d", u):
					if !same(a.Score[0][r], b.Score[0][r]) {
						t.Errorf("%s: %s moved when another improved", steps, a.Rows[r].Code)
					}
				case b.Score[0][r] < a.Score[0][r]-1e-12:
					t.Errorf("%s: c%d improved and the score fell from %v to %v", steps, c, a.Score[0][r], b.Score[0][r])
				}
			}
		}
	}
}

// TestFlip: an indicator turned over, with its direction turned too, is the
// same indicator.
func TestFlip(t *testing.T) {
	for _, steps := range methods() {
		w := newWorld(5)
		a := runWorld(t, w.spec(upTo(w.cols), nil, steps), w.csv(upTo(w.units), upTo(w.cols)))
		v := w.clone()
		for u := range v.value[2] {
			v.value[2][u] = -v.value[2][u]
		}
		v.down[2] = !v.down[2]
		b := runWorld(t, v.spec(upTo(w.cols), nil, steps), v.csv(upTo(w.units), upTo(w.cols)))
		for r := range a.Rows {
			if !same(a.Score[0][r], b.Score[0][r]) {
				t.Errorf("%s: %s: %v and %v", steps, a.Rows[r].Code, a.Score[0][r], b.Score[0][r])
			}
		}
	}
}

// TestZeroWeight: an indicator of weight 0 counts as if it were not there,
// and leaving it out in an audit says the same.
func TestZeroWeight(t *testing.T) {
	for _, steps := range methods() {
		if strings.Contains(steps, "em}") || strings.Contains(steps, "screen") {
			continue // these use every indicator for other units' sake
		}
		w := newWorld(6)
		zero := runWorld(t, w.spec(upTo(w.cols), map[int]string{3: ", weight: 0"}, steps), w.csv(upTo(w.units), upTo(w.cols)))
		rest := slices.DeleteFunc(upTo(w.cols), func(c int) bool { return c == 3 })
		gone := runWorld(t, w.spec(rest, nil, steps), w.csv(upTo(w.units), upTo(w.cols)))
		m := modelOf(t, w.spec(upTo(w.cols), nil, steps), w.csv(upTo(w.units), upTo(w.cols)))
		removed, list := m.RemoveCodes([]string{"c3"})
		if list.Refused() {
			t.Fatal(list)
		}
		for r := range zero.Rows {
			if z, g, x := zero.Score[0][r], gone.Score[0][r], removed[0].Score[r]; !same(z, g) || !same(x, g) {
				t.Errorf("%s: %s: weight 0 gives %v, removal %v, without it %v", steps, zero.Rows[r].Code, z, x, g)
			}
		}
	}
}

// TestEqualScores: units with equal data have equal scores and equal ranks.
func TestEqualScores(t *testing.T) {
	for _, steps := range methods() {
		w := newWorld(9)
		for c := range w.value {
			w.value[c][4] = w.value[c][8]
		}
		res := runWorld(t, w.spec(upTo(w.cols), nil, steps), w.csv(upTo(w.units), upTo(w.cols)))
		if a, b := res.Score[0][4], res.Score[0][8]; a != b && !(a != a && b != b) {
			t.Errorf("%s: %v and %v", steps, a, b)
		}
		if a, b := res.Rank[0][4], res.Rank[0][8]; a != b && !(a != a && b != b) {
			t.Errorf("%s: ranks %v and %v", steps, a, b)
		}
	}
}

// TestWorkers: the same seed gives the same bytes for any number of workers,
// on every run, with and without a stop rule.
func TestWorkers(t *testing.T) {
	for _, stop := range []string{"", "  stop: {width: 2, every: 128}\n"} {
		w := newWorld(11)
		text := w.spec(upTo(w.cols), nil, "  - impute: {method: mean}\n  - treat\n  - normalise: {to: [1, 100]}\n  - aggregate\n") + `
uncertainty:
  seed: 5
  replications: 1500
` + stop + `
  sensitivity: {base: 64, bootstrap: 30}
  vary:
    - {name: scale, step: normalise, choices: [as written, {method: rank}, {method: percentile-rank, to: [0, 1]}]}
    - {name: outliers, step: treat, set: winsorise, choices: [1, 3]}
    - {name: weights, weights: {noise: 0.3, levels: [1, 2]}}
    - {name: missing cells, data: {noise: 1, cells: imputed}}
    - {name: one less, drop: {level: 1}}
`
		m := modelOf(t, text, w.csv(upTo(w.units), upTo(w.cols)))
		var first []byte
		for _, workers := range []int{1, 2, 3, 8, 1} {
			u := uncertain(t, m)
			mc, list := u.MonteCarlo(context.Background(), Options{Workers: workers, Scores: true})
			if list.Refused() {
				t.Fatal(list)
			}
			sa, list := u.Sensitivity(context.Background(), Options{Workers: workers})
			if list.Refused() {
				t.Fatal(list)
			}
			var all []byte
			for _, sh := range append(append(mc.Sheets(), mc.DesignSheet(), mc.ScoreSheet()), sa.Sheets()...) {
				all = append(all, sh.CSV()...)
			}
			if first == nil {
				first = all
			}
			if !bytes.Equal(first, all) {
				t.Errorf("%d workers give other bytes", workers)
			}
			if settled := stop != ""; mc.Settled != settled || settled == (mc.Replications == 1500) {
				t.Errorf("settled %v after %d replications", mc.Settled, mc.Replications)
			}
		}
	}
}
