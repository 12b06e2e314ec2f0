package index

import (
	"context"
	"slices"
	"strings"
	"testing"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/index/stat"
)

// FuzzRun checks that any specification over any table gives a result or a
// reason, and never a crash.
func FuzzRun(f *testing.F) {
	w := newWorld(1)
	table := w.csv(upTo(w.units), upTo(w.cols))
	for _, steps := range methods() {
		f.Add(w.spec(upTo(w.cols), nil, steps), table)
	}
	f.Add(w.spec(upTo(w.cols), nil, "  - impute: {method: row-mean, within: 2}\n  - treat: {winsorise: any, force: no, choose: best}\n  - normalise: {method: bands, bands: 4}\n  - weigh: {level: 1, method: pca, mixed-signs: absolute}\n  - aggregate\n")+
		"rank: {within: [c0], digits: 2, ties: dense}\ncompare: [{column: c1, with: Top}]\nuncertainty:\n  replications: 20\n  vary: [{name: n, weights: {noise: 0.1, levels: [1]}}, {name: d, drop: {level: 1}}, {name: s, step: aggregate, set: method, choices: [arithmetic, max]}]\n", table)
	f.Add("landbridge-index: 1\nid: p\ntitle: P\ndata: [{file: d.csv, unit: u, year: y}]\nindicators: [{code: a, parent: I, low: 0, high: 9}]\ngroups: [I]\nsteps: [{impute: {method: linear}}, {normalise: {method: goalposts, over: panel}}, aggregate]\ntrends: {columns: [I]}\n",
		"u,y,a\nA,2019,1\nA,2020,\nA,2021,3\nB,2019,4\nB,2021,9\n")
	f.Fuzz(func(t *testing.T, text, table string) {
		if len(text) > 4000 || len(table) > 4000 || strings.Count(table, "\n") > 60 {
			return // slow tables teach nothing more
		}
		s, list := spec.Parse("s.yaml", []byte(text))
		if list.Refused() {
			return
		}
		if s.Uncertain != nil {
			s.Uncertain.Replications = min(s.Uncertain.Replications, 50)
			s.Uncertain.Sobol = spec.SobolPlan{Base: 4, Bootstrap: 3}
		}
		m, list := Compile(s, func(string) ([]byte, error) { return []byte(table), nil })
		if (m == nil) != list.Refused() {
			t.Fatalf("model %v with problems %v", m != nil, list)
		}
		if m == nil {
			return
		}
		res, list := m.Run()
		if (res == nil) != list.Refused() {
			t.Fatalf("result %v with problems %v", res != nil, list)
		}
		if res == nil {
			return
		}
		exercise(t, m, res)
	})
}

// exercise calls everything that can be asked of a result.
func exercise(t *testing.T, m *Model, res *Result) {
	t.Helper()
	for _, sh := range append(res.Sheets(), res.StageSheets()...) {
		sh.CSV()
	}
	if _, list := m.AuditSheets(res); list.Refused() {
		return
	}
	if _, list := m.Explain(res, res.Rows[0].Code, 0); list.Refused() {
		return
	}
	if u, list := m.Uncertain(); !list.Refused() {
		if mc, list := u.MonteCarlo(context.Background(), Options{Workers: 2}); !list.Refused() {
			mc.DesignSheet()
		}
		if sa, list := u.Sensitivity(context.Background(), Options{}); !list.Refused() {
			sa.Sheets()
		}
	}
}

// TestRandomSpecifications strings steps together at random, over tables with
// holes, flat columns and few units: each gives a result or a reason.
func TestRandomSpecifications(t *testing.T) {
	snippets := []string{"denominate: {by: c6, on: [c0, c1]}", "impute: {method: mean}", "impute: {method: group-median, group: g}", "impute: {method: row-median, within: 2}",
		"impute: {method: em, within: 2}", "impute: {method: regression, on: [c0], from: [c1, c2]}", "impute: {method: latest}", "impute: {method: linear, over: panel}",
		"impute: {method: constant, value: 3, else: refuse}", "screen: {available: 0.9}", "screen: {available: 0.95, within: 2, action: unrank}", "screen: {where: c0 > 3}",
		"screen: {nonzero: 0.5, exclude: [U01]}", "treat", "treat: {winsorise: any, then: keep-winsorised}", "treat: {winsorise: 2, force: yes, except: [c1]}",
		"treat: {winsorise: 1, then: box-cox, lambda: 2, combine: yes, choose: best}", "treat: {then: log-gii, over: panel}", "normalise", "normalise: {to: [1, 10]}",
		"normalise: {method: z-score, over: panel, among: ranked}", "normalise: {method: rank}", "normalise: {method: percentile-rank}", "normalise: {method: borda}",
		"normalise: {method: goalposts, percentiles: [0.1, 0.9], except: {c2: none}}", "normalise: {method: goalposts, bounds: [0, 5], clip: low}", "normalise: {method: scaled, bounds: [1, 9]}",
		"normalise: {method: bands, bands: 3}", "normalise: {method: bands, thresholds: [2, 4, 6]}", "normalise: {method: distance-to-max}",
		"normalise: {method: distance-to-reference, reference: U02, cap: yes}", "normalise: {method: distance-to-target, target: 5}", "normalise: {method: fraction-of-max}",
		"normalise: {over: 2001}", "normalise: {method: none}", "weigh: {level: 1, method: pca, mixed-signs: keep}", "weigh: {level: 1, method: equal}", "weigh: {method: values, values: {c0: 2, G1: 0}}",
		"aggregate", "aggregate: {method: geometric, zero: zero}", "aggregate: {method: harmonic, minimum: 0.6}", "aggregate: {method: copeland}", "aggregate: {method: inform}",
		"aggregate: {method: benefit-of-doubt}", "aggregate: {method: mazziotta-pareto, penalty: plus}", "aggregate: {method: generalised, power: 2, round: 1}", "aggregate: {levels: [2], method: median}",
		"aggregate: {method: first, fill: {method: mean}}", "aggregate: {formula: 'children + count(c0, c1)'}", "aggregate: {by-level: {3: hdi}}", "derive: {code: d, formula: c0 / c1}",
		"transform: {on: [c3], formula: ln(x)}", "transform: {formula: 'x - average(x)', over: panel}", "clip: {low: 0}", "round: {digits: 1, half: even}",
		"impute: {on: level 2, method: median}", "normalise: {on: level 2}", "round: {on: level 3, digits: 0}"}
	src := stat.NewSource(77, 0)
	results, reasons := 0, map[string]int{}
	for n := range uint64(2000) {
		w := newWorld(n % 50)
		w.units = 1 + int(src.Float(n, 0)*12)
		if src.Float(n, 1) < 0.2 {
			fillNaN(w.value[2])
		}
		if src.Float(n, 2) < 0.2 {
			for u := range w.value[4] {
				w.value[4][u] = 3
			}
		}
		steps := ""
		for k := range 1 + uint64(src.Float(n, 3)*5) {
			steps += "  - " + snippets[int(src.Float(n, 10+k)*float64(len(snippets)))] + "\n"
		}
		if src.Float(n, 4) < 0.8 {
			steps += "  - normalise: {to: [1, 100]}\n  - aggregate\n"
		}
		text := w.spec(upTo(w.cols), nil, steps)
		table := strings.Replace(w.csv(upTo(w.units), upTo(w.cols)), "\n", ",g,y\n", 1)
		lines := strings.Split(strings.TrimSpace(table), "\n")
		for i := range lines[1:] {
			lines[i+1] += ",g" + string(rune('0'+i%3)) + ",200" + string(rune('0'+i%2))
		}
		if src.Float(n, 5) < 0.5 {
			text = strings.Replace(text, "unit: u", "unit: u, year: y", 1)
		}
		if src.Float(n, 6) < 0.3 {
			text += "uncertainty:\n  replications: 12\n  sensitivity: {base: 3, bootstrap: 2}\n  vary: [{name: n, weights: {noise: 0.1, levels: [1, 2]}}, {name: d, drop: {level: 1}}, {name: c, data: {noise: 0.1, cells: imputed}}]\n"
		}
		s, list := spec.Parse("s.yaml", []byte(text))
		if list.Refused() {
			t.Fatalf("%s\n%v", text, list)
		}
		m, res, list := attemptSpec(s, strings.Join(lines, "\n")+"\n")
		if res == nil {
			if !list.Refused() {
				t.Fatalf("no result and no reason:\n%s", text)
			}
			reasons[list[slices.IndexFunc(list, func(p problem.Problem) bool { return !p.Warning })].Rule]++
			continue
		}
		results++
		exercise(t, m, res)
	}
	if results < 300 || len(reasons) < 8 {
		t.Errorf("%d results, reasons %v", results, reasons)
	}
}

func attemptSpec(s *spec.Spec, table string) (*Model, *Result, problem.List) {
	m, list := Compile(s, func(string) ([]byte, error) { return []byte(table), nil })
	if m == nil {
		return nil, nil, list
	}
	res, list := m.Run()
	return m, res, list
}
