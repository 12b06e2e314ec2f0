package index

import (
	"fmt"
	"math"
	"testing"
)

// TestGoalsShape is the shape of the SDG index: fixed worst and best values
// from a table, the mean inside each goal, one goal published by others for
// some countries, a missing goal filled with the mean of the region's ranked
// countries, and the mean of the goals. Countries with too little data have
// scores and no rank.
func TestGoalsShape(t *testing.T) {
	spec := `
landbridge-index: 1
id: goals
title: Goals
data:
  - {file: raw.csv, unit: iso3, name: country, columns: {published8: goal 8 score}}
framework:
  file: bounds.csv
  columns: {code: indicator, parent: goal}
groups:
  - {code: G1, parent: Index}
  - {code: G8, parent: Index}
  - {code: G14, parent: Index}
  - {code: Index}
steps:
  - screen: {available: 0.8, action: unrank}
  - normalise: {method: goalposts}
  - aggregate:
      levels: [2]
      groups:
        G8: {formula: "if(OECD == 'yes', published8, children)"}
  - impute: {on: level 2, method: group-mean, group: region, among: ranked}
  - aggregate
rank: {digits: 4}
`
	files := map[string]string{
		"bounds.csv": "indicator,goal,worst,best\npoverty,G1,50,0\nhunger,G1,40,5\njobs,G8,20,100\npay,G8,0,10\nfish,G14,0,80\n",
		"raw.csv": `iso3,country,region,OECD,goal 8 score,poverty,hunger,jobs,pay,fish
AAA,Aland,North,yes,77.5,0,5,90,9,40
BBB,Borland,North,no,,25,10,60,5,
CCC,Corland,North,no,,60,12,60,,
DDD,Dorland,South,no,,10,30,40,2,100
`}
	m, res, list := attempt(spec, files)
	if list.Refused() {
		t.Fatal(list)
	}
	clip := func(v float64) float64 { return 100 * max(0, min(1, v)) }
	g1 := func(p, h float64) float64 { return (clip((p-50)/(0-50)) + clip((h-40)/(5-40))) / 2 }
	g8 := func(j, p float64) float64 {
		if p != p {
			return clip((j - 20) / 80)
		}
		return (clip((j-20)/80) + clip(p/10)) / 2
	}
	want := map[string]float64{}
	fishA, fishD := clip(40.0/80), 100.0
	want["AAA"] = (g1(0, 5) + 77.5 + fishA) / 3
	want["BBB"] = (g1(25, 10) + g8(60, 5) + fishA) / 3 // the only ranked country of its region with the goal
	want["CCC"] = (g1(60, 12) + g8(60, math.NaN()) + fishA) / 3
	want["DDD"] = (g1(10, 30) + g8(40, 2) + fishD) / 3
	for r, row := range res.Rows {
		if !same(res.Score[0][r], want[row.Code]) {
			t.Errorf("%s: %v, want %v", row.Code, res.Score[0][r], want[row.Code])
		}
		if ranked := res.Rank[0][r] == res.Rank[0][r]; ranked != (row.Code != "CCC") || row.Ranked != ranked {
			t.Errorf("%s: rank %v", row.Code, res.Rank[0][r])
		}
	}
	if f := res.Flag[res.Column("G14")]; f[1]&FlagAggregated == 0 || f[0]&FlagAggregated != 0 {
		t.Errorf("the filled goal is not flagged: %v", f)
	}
	if m.Index() != "Index" || res.Columns[0].Code != "Index" {
		t.Error("the index is not first")
	}
}

// TestOtherShapes checks ways of making an index that published ones use and
// the reference files do not.
func TestOtherShapes(t *testing.T) {
	data := "u,a,b,c,year\nA,1,10,5,1\nB,2,20,,1\nC,4,40,1,1\nD,3,10,3,1\n"
	for name, tt := range map[string]struct {
		steps string
		want  [4]float64
	}{
		"a sum of scores":     {"[{aggregate: {method: sum}}]", [4]float64{16, 22, 45, 16}},
		"the worst counts":    {"[{aggregate: {method: min}}]", [4]float64{1, 2, 1, 3}},
		"the best counts":     {"[{aggregate: {method: max}}]", [4]float64{10, 20, 40, 10}},
		"the middle counts":   {"[{aggregate: {method: median}}]", [4]float64{5, 11, 4, 3}},
		"a product":           {"[{aggregate: {method: product}}]", [4]float64{50, 40, 160, 90}},
		"the first there is":  {"[{aggregate: {method: first}}]", [4]float64{1, 2, 4, 3}},
		"all must be there":   {"[{aggregate: {minimum: 1}}]", [4]float64{16.0 / 3, math.NaN(), 15, 16.0 / 3}},
		"two must be there":   {"[{aggregate: {at-least: 3}}]", [4]float64{16.0 / 3, math.NaN(), 15, 16.0 / 3}},
		"rounded half up":     {"[{aggregate: {round: 0}}]", [4]float64{5, 11, 15, 5}},
		"half to even":        {"[{aggregate: {formula: a + 0.5, round: 0, half: even}}]", [4]float64{2, 2, 4, 4}},
		"a formula":           {"[{aggregate: {formula: 'coalesce(c, 9) + if(a > 2, 100, 0)'}}]", [4]float64{5, 9, 101, 103}},
		"a penalty":           {"[{aggregate: {method: mazziotta-pareto}}]", [4]float64{16.0/3 - (366.0/27)/(16.0/3), 11 - 81.0/11, 15 - 942.0/45, 16.0/3 - (98.0/9)/(16.0/3)}},
		"bands by thresholds": {"[{normalise: {method: bands, thresholds: [2, 4], on: [a]}}, {aggregate: {formula: a}}]", [4]float64{1, 2, 3, 2}},
		"bands of a range":    {"[{normalise: {method: bands, bands: 3, on: [a]}}, {aggregate: {formula: a}}]", [4]float64{1, 2, 3, 3}},
		"bands of bounds":     {"[{normalise: {method: bands, bands: 5, bounds: [0, 10], on: [a]}}, {aggregate: {formula: a}}]", [4]float64{1, 2, 3, 2}},
		"logarithms":          {"[{transform: {on: [a], formula: 'log2(x)'}}, {aggregate: {formula: a}}]", [4]float64{0, 1, 2, math.Log2(3)}},
		"shares of the total": {"[{transform: {on: [a], formula: 'x / total(x)'}}, {aggregate: {formula: a}}]", [4]float64{0.1, 0.2, 0.4, 0.3}},
		"a derived column":    {"[{derive: {code: d, formula: a * b}}, {aggregate: {formula: d}}]", [4]float64{10, 40, 160, 30}},
		"clipped":             {"[{clip: {on: [b], low: 15, high: 30}}, {aggregate: {formula: b}}]", [4]float64{15, 20, 30, 15}},
		"rounded to tens":     {"[{transform: {on: [b], formula: x + 5}}, {round: {on: [b], digits: -1}}, {aggregate: {formula: b}}]", [4]float64{20, 30, 50, 20}},
		"groups normalised":   {"[{aggregate: {formula: a}}, {normalise: {on: [I], to: [0, 1]}}]", [4]float64{0, 1.0 / 3, 1, 2.0 / 3}},
		"a constant":          {"[{impute: {on: [c], method: constant, value: 7}}, {aggregate: {formula: c}}]", [4]float64{5, 7, 1, 3}},
	} {
		text := "landbridge-index: 1\nid: t\ntitle: T\ndata: [{file: d.csv, unit: u}]\n" +
			"indicators: [{code: a, parent: I}, {code: b, parent: I}, {code: c, parent: I}]\ngroups: [I]\nsteps: " + tt.steps + "\n"
		_, res, list := attempt(text, map[string]string{"d.csv": data})
		if list.Refused() {
			t.Errorf("%s: %v", name, list)
			continue
		}
		for r, want := range tt.want {
			if !same(res.Score[0][r], want) {
				t.Errorf("%s: %s is %v, want %v", name, res.Rows[r].Code, res.Score[0][r], want)
			}
		}
	}
}

// TestBenefitOfDoubt: each unit has the weights that suit it; the best have 1,
// and bounds on the shares can only lower a score.
func TestBenefitOfDoubt(t *testing.T) {
	head := "landbridge-index: 1\nid: t\ntitle: T\ndata: [{file: d.csv, unit: u}]\nindicators: [{code: a, parent: I}, {code: b, parent: I}]\ngroups: [I]\nsteps: "
	files := map[string]string{"d.csv": "u,a,b\nA,4,1\nB,1,4\nC,2,2\nD,1,1\n"}
	_, free, list := attempt(head+"[{aggregate: {method: benefit-of-doubt}}]\n", files)
	if list.Refused() {
		t.Fatal(list)
	}
	for r, want := range []float64{1, 1, 0.8, 0.4} {
		if !same(free.Score[0][r], want) {
			t.Errorf("%s: %v, want %v", free.Rows[r].Code, free.Score[0][r], want)
		}
	}
	_, bound, list := attempt(head+"[{aggregate: {method: benefit-of-doubt, shares: [0.4, 0.6], scale: 100}}]\n", files)
	if list.Refused() {
		t.Fatal(list)
	}
	for r := range bound.Rows {
		if bound.Score[0][r] > 100*free.Score[0][r]+1e-9 || bound.Score[0][r] <= 0 {
			t.Errorf("%s: %v with bounds, %v without", bound.Rows[r].Code, bound.Score[0][r], free.Score[0][r])
		}
	}
}

// TestBudget: weights are the mean of what members give, and a member who does
// not spend the whole budget is named.
func TestBudget(t *testing.T) {
	head := "landbridge-index: 1\nid: t\ntitle: T\ndata: [{file: d.csv, unit: u}]\nindicators: [{code: a, parent: I}, {code: b, parent: I}]\ngroups: [I]\nsteps:\n" +
		"  - weigh: {method: budget, file: w.csv, member: who, code: what, points: points}\n  - aggregate\n"
	files := map[string]string{"d.csv": "u,a,b\nA,4,1\nB,1,4\n", "w.csv": "who,what,points\nXA,a,60\nXA,b,40\nXB,a,100\nXC,a,20\nXC,b,80\n"}
	_, res, list := attempt(head, files)
	if list.Refused() {
		t.Fatal(list)
	}
	if a, b := res.Columns[res.Column("a")].Share, res.Columns[res.Column("b")].Share; !same(a, 0.6) || !same(b, 0.4) {
		t.Errorf("shares %v and %v", a, b)
	}
	files["w.csv"] = "who,what,points\nXA,a,60\nXA,b,30\n"
	if _, _, list = attempt(head, files); !has(list, "bad-points", "w.csv", 0, "", "I", "member XA spread 90 points here, not 100") {
		t.Errorf("%v", list)
	}
}

// TestBaseYear: scores of later years are on the scale of the base year.
func TestBaseYear(t *testing.T) {
	text := `
landbridge-index: 1
id: t
title: T
data: [{file: d.csv, unit: u, year: y}]
indicators: [{code: a, parent: I}]
groups: [I]
steps: [{normalise: {over: 2019, to: [0, 1]}}, aggregate]
`
	_, res, list := attempt(text, map[string]string{"d.csv": "u,y,a\nA,2019,10\nB,2019,20\nA,2020,15\nB,2020,30\n"})
	if list.Refused() {
		t.Fatal(list)
	}
	for r, want := range []float64{0, 1, 0.5, 2} {
		if !same(res.Score[0][r], want) {
			t.Errorf("%+v: %v, want %v", res.Rows[r], res.Score[0][r], want)
		}
	}
}

// TestImputations checks the ways to fill cells that COINr does not have.
func TestImputations(t *testing.T) {
	data := "u,a,b,g\n"
	for n := range 10 {
		b := fmt.Sprint(3 + 2*n)
		if n == 4 {
			b = ""
		}
		data += fmt.Sprintf("U%d,%d,%s,%c\n", n, n, b, 'x'+n%2)
	}
	for step, want := range map[string]float64{
		"{on: [b], method: regression, from: [a]}":               11,
		"{on: [a, b], method: em}":                               11,
		"{on: [b], method: constant, value: -1}":                 -1,
		"{on: [b], method: group-median, group: g, over: panel}": 11, // 3 7 15 19
		"{on: [a, b], method: row-mean}":                         3 + 18*4.0/9,
	} {
		text := "landbridge-index: 1\nid: t\ntitle: T\ndata: [{file: d.csv, unit: u}]\nindicators: [{code: a, parent: I}, {code: b, parent: I}]\ngroups: [I]\n" +
			"steps:\n  - impute: " + step + "\n  - aggregate: {formula: b}\n"
		_, res, list := attempt(text, map[string]string{"d.csv": data})
		if list.Refused() {
			t.Errorf("%s: %v", step, list)
			continue
		}
		if got := res.Score[0][4]; !(math.Abs(got-want) <= 1e-4) {
			t.Errorf("%s: %v, want %v", step, got, want)
		}
		for r, f := range res.Flag[res.Column("b")] {
			if imputed := f&FlagImputed != 0; imputed != (r == 4) {
				t.Errorf("%s: flags %v", step, f.Words())
			}
		}
		if res.Rows[4].Imputed != 0.5 || res.Rows[4].Available != 0.5 || res.Rows[4].Reliability() != "weak" || res.Rows[3].Reliability() != "good" {
			t.Errorf("%s: %+v", step, res.Rows[4])
		}
	}
}
