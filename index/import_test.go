package index

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
)

const plainHead = `landbridge-index: 1
id: t
title: T
data: [{file: d.csv, unit: u%s}]
indicators: [{code: a, parent: I}, {code: b, parent: I}]
groups: [I]
`

const plainSteps = "steps: [normalise, aggregate]\n"

// attempt compiles and runs a specification over some files.
func attempt(text string, files map[string]string) (*Model, *Result, problem.List) {
	s, list := spec.Parse("s.yaml", []byte(text))
	if list.Refused() {
		return nil, nil, list
	}
	m, list := Compile(s, func(name string) ([]byte, error) {
		if d, ok := files[name]; ok {
			return []byte(d), nil
		}
		return nil, errors.New("there is no such file")
	})
	if list.Refused() {
		return nil, nil, list
	}
	res, list := m.Run()
	if list.Refused() {
		return m, nil, list
	}
	return m, res, res.Warnings
}

func has(list problem.List, rule, file string, line int, unit, column, says string) bool {
	return slices.ContainsFunc(list, func(p problem.Problem) bool {
		return p.Rule == rule && p.File == file && p.Line == line && p.Unit == unit && p.Column == column && strings.Contains(p.Text, says)
	})
}

// TestImportReport: what people's tables have wrong is reported with file,
// line, unit and column, in words a person can act on.
func TestImportReport(t *testing.T) {
	for name, tt := range map[string]struct {
		more, data, rule string
		line             int
		unit, column     string
		says             string
	}{
		"merged cells in the units":  {"", "u,a,b\nA,1,2\n,3,4\n", "no-unit", 3, "", "u", "merged cell"},
		"a merged header":            {"", "u,a,\nA,1,2\nB,1,3\n", "unknown-column", 0, "", "b", "no data file has this column"},
		"a line with a cell more":    {"", "u,a,b\nA,1,2\nB,3,4,5\n", "ragged-row", 3, "", "", "the header has 3"},
		"thousands separators":       {"", "u,a,b\nA,1,2\nB,\"1,234\",4\n", "not-a-number", 3, "B", "a", "thousands"},
		"a decimal comma":            {"", "u;a;b\nA;1,5;2\nB;3;4\n", "not-a-number", 2, "A", "a", `decimal: ","`},
		"an undeclared missing code": {"", "u,a,b\nA,1,2\nB,n/a,4\n", "not-a-number", 3, "B", "a", "add it to missing"},
		"a footnote":                 {"", "u,a,b\nA,1,2\nB,3*,4\n", "not-a-number", 3, "B", "a", `"3*"`},
		"a percent sign":             {"", "u,a,b\nA,1,2\nB,3%,4\n", "not-a-number", 3, "B", "a", "percent"},
		"a country twice":            {"", "u,a,b\nA,1,2\nB,3,4\nA,5,6\n", "unit-twice", 4, "A", "", "first on line 2"},
		"a country and year twice":   {", year: y", "u,y,a,b\nA,2019,1,2\nA,2020,1,2\nA,2020,5,6\n", "unit-twice", 4, "A", "", "year 2020"},
		"two year columns":           {", year: year", "u,year,year,a,b\nA,2019,2020,1,2\n", "unknown-column", 1, "", "", "stands twice"},
		"a year that is none":        {", year: y", "u,y,a,b\nA,2019/20,1,2\n", "bad-year", 2, "A", "y", "not a year"},
		"a column misspelt":          {"", "u,A,b\nX,1,2\nY,2,3\n", "unknown-column", 0, "", "a", "no data file"},
		"an indicator twice":         {"", "u,a,a,b\nX,1,2,3\nY,2,3,4\n", "unknown-column", 1, "", "", "stands twice"},
		"the unit's column misspelt": {"", "uu,a,b\nX,1,2\n", "unknown-column", 1, "", "", `no column "u"`},
		"no line at all":             {"", "u,a,b\n", "no-units", 0, "", "", "no unit is left"},
		"not a table":                {"", "", "empty-table", 0, "", "", "empty"},
		"a wrong encoding":           {"", "u,a,b\nC\xf4te,1,2\n", "not-utf8", 2, "", "", "UTF-8"},
	} {
		_, _, list := attempt(fmt.Sprintf(plainHead, tt.more)+plainSteps, map[string]string{"d.csv": tt.data})
		file := "d.csv"
		if tt.line == 0 && tt.rule != "empty-table" {
			file = "s.yaml"
		}
		if !list.Refused() || !has(list, tt.rule, file, tt.line, tt.unit, tt.column, tt.says) {
			t.Errorf("%s: want %s in %s:%d unit %q column %q with %q, got:\n%v", name, tt.rule, file, tt.line, tt.unit, tt.column, tt.says, list)
		}
	}
	_, _, list := attempt(fmt.Sprintf(plainHead, "")+plainSteps, nil)
	if !has(list, "no-file", "s.yaml", 4, "", "", "no such file") {
		t.Errorf("a missing file: %v", list)
	}
}

// TestManyProblems: all problems are found in one go, and long lists are cut
// with a count.
func TestManyProblems(t *testing.T) {
	var b strings.Builder
	b.WriteString("u,a,b\n")
	for n := range 60 {
		fmt.Fprintf(&b, "U%d,x,y\n", n)
	}
	_, _, list := attempt(fmt.Sprintf(plainHead, "")+plainSteps, map[string]string{"d.csv": b.String()})
	if len(list) != 120 || !strings.Contains(list.Error(), "and 95 more of this kind") || strings.Count(list.Error(), "\n") != problem.Most {
		t.Errorf("%d problems, shown as\n%s", len(list), list.Error())
	}
}

// TestShapes reads one small table in every shape, and gets the same index.
func TestShapes(t *testing.T) {
	want := map[string][2]float64{"A2019": {1, 10}, "A2020": {2, 20}, "B2019": {3, math.NaN()}, "B2020": {4, 40}}
	for name, tt := range map[string]struct {
		data  string
		files map[string]string
	}{
		"wide": {"[{file: d.csv, unit: u, year: y}]", map[string]string{"d.csv": "u,y,a,b\nA,2019,1,10\nA,2020,2,20\nB,2019,3,\nB,2020,4,40\n"}},
		"long": {"[{file: d.csv, shape: long, unit: u, year: y, variable: v, value: x, columns: {a: Alpha}}]", map[string]string{
			"d.csv": "u,y,v,x\nA,2019,Alpha,1\nA,2020,Alpha,2\nB,2019,Alpha,3\nB,2020,Alpha,4\nA,2019,b,10\nA,2020,b,20\nB,2020,b,40\nB,2020,unused,nonsense\n"}},
		"years": {"[{file: a.csv, shape: years, unit: u, code: a, pattern: 'a_{year}'}, {file: b.csv, shape: years, unit: u, code: b}]", map[string]string{
			"a.csv": "u,a_2019,a_2020,note\nA,1,2,x\nB,3,4,y\n", "b.csv": "u,2019,2020\nA,10,20\nB,,40\n"}},
		"joined": {"[{file: a.csv, unit: u, year: y}, {file: b.csv, unit: code, year: t, columns: {b: 'B value'}, missing: [..]}]", map[string]string{
			"a.csv": "u,y,a\nA,2019,1\nA,2020,2\nB,2019,3\nB,2020,4\n", "b.csv": "code;t;B value\nA;2019;10\nA;2020;20\nB;2019;..\nB;2020;40\n"}},
		"a year's file alone": {"[{file: a.csv, unit: u, year: y}, {file: b.csv, shape: long, unit: u, year: y, code: b, value: x, where: \"kind == 'total' and y > 2000\"}]", map[string]string{
			"a.csv": "u,y,a\nA,2019,1\nA,2020,2\nB,2019,3\nB,2020,4\n",
			"b.csv": "u,y,kind,x\nA,2019,total,10\nA,2019,male,99\nA,2020,total,20\nB,2020,total,40\nB,1999,total,7\n"}},
	} {
		text := "landbridge-index: 1\nid: t\ntitle: T\ndata: " + tt.data + "\nindicators: [{code: a, parent: I}, {code: b, parent: I}]\ngroups: [I]\n" + "steps: [{normalise: {over: panel}}, aggregate]\n"
		_, res, list := attempt(text, tt.files)
		if list.Refused() {
			t.Errorf("%s: %v", name, list)
			continue
		}
		if len(res.Rows) != 4 {
			t.Errorf("%s: %d rows", name, len(res.Rows))
		}
		for r, row := range res.Rows {
			w := want[fmt.Sprintf("%s%d", row.Code, row.Year)]
			if !same(res.Raw[res.Column("a")][r], w[0]) || !same(res.Raw[res.Column("b")][r], w[1]) {
				t.Errorf("%s: %+v is %v and %v, want %v", name, row, res.Raw[res.Column("a")][r], res.Raw[res.Column("b")][r], w)
			}
		}
	}
}

// TestTake makes one value of several years, and remembers which year it is of.
func TestTake(t *testing.T) {
	data := "u,y,a,b\nA,2015,5,1\nA,2018,8,\nA,2020,20,2\nB,2016,6,3\nB,2017,,4\nC,2010,1,5\n"
	for how, want := range map[string][2]float64{"latest": {8, 6}, "mean": {6.5, 6}, "sum": {13, 6}, "min": {5, 6}, "max": {8, 6}, "median": {6.5, 6}} {
		_, res, list := attempt(fmt.Sprintf(plainHead, ", year: y, take: "+how+", from: 2011, to: 2019")+plainSteps, map[string]string{"d.csv": data})
		if list.Refused() {
			t.Errorf("%s: %v", how, list)
			continue
		}
		k := res.Column("a")
		if len(res.Rows) != 3 || res.Raw[k][0] != want[0] || res.Raw[k][1] != want[1] || res.Raw[k][2] == res.Raw[k][2] {
			t.Errorf("%s: %v", how, res.Raw[k])
		}
		if res.DataYear[k][0] != 2018 || res.DataYear[k][1] != 2016 || res.Rows[0].Year != 0 {
			t.Errorf("%s: years %v", how, res.DataYear[k])
		}
	}
}

// TestUnits filters, renames and excludes.
func TestUnits(t *testing.T) {
	files := map[string]string{
		"d.csv": "u,y,a,b\nROM,2019,1,2\nROM,2020,1,2\nFRA,2019,3,4\nFRA,2020,5,6\nUSA,2019,9,9\nUSA,2020,8,8\nDEU,2019,7,7\nDEU,2020,7,8\n",
		"r.csv": "iso,region\nROU,Europe\nFRA,Europe\nUSA,America\nDEU,Europe\nXXX,Europe\n",
	}
	text := `landbridge-index: 1
id: t
title: T
data: [{file: d.csv, unit: u, year: y}, {file: r.csv, unit: iso}]
units:
  rename: {ROM: ROU}
  where: region == 'Europe'
  exclude: [{unit: DEU, years: 2020, why: a break in the series}]
indicators: [{code: a, parent: I}, {code: b, parent: I}]
groups: [I]
steps: [normalise, aggregate]
`
	_, res, list := attempt(text, files)
	if list.Refused() {
		t.Fatal(list)
	}
	got := ""
	for _, r := range res.Rows {
		got += fmt.Sprintf("%s%d ", r.Code, r.Year)
	}
	if got != "DEU2019 FRA2019 ROU2019 FRA2020 ROU2020 " {
		t.Errorf("rows %s", got)
	}
}

// TestConflicts: what a step cannot work with is refused by rule, with the
// unit and the indicator.
func TestConflicts(t *testing.T) {
	data := "u,a,b,den,c\nA,1,-2,1,5\nB,3,4,0,5\nC,5,6,,5\nD,7,8,4,5\n"
	for name, tt := range map[string]struct{ steps, rule, unit, column, says string }{
		"geometric with 0":         {"[normalise, {aggregate: {method: geometric}}]", "not-positive", "A", "a", "the value 0 cannot go into the geometric mean of I"},
		"geometric with z-scores":  {"[{normalise: {method: z-score}}, {aggregate: {method: geometric}}]", "not-positive", "A", "b", "above 0"},
		"harmonic with 0":          {"[normalise, {aggregate: {method: harmonic}}]", "not-positive", "A", "a", "harmonic"},
		"a column that is flat":    {"[{derive: {code: f, formula: c}}, {normalise: {on: [a, f]}}, aggregate]", "zero-range", "", "f", "every unit has the value 5"},
		"a denominator of 0":       {"[{denominate: {by: den}}, normalise, aggregate]", "zero-denominator", "B", "a", "den is 0"},
		"no bounds":                {"[{normalise: {method: goalposts}}, aggregate]", "no-bounds", "", "a", "low and high"},
		"no target":                {"[{normalise: {method: distance-to-target}}, aggregate]", "no-bounds", "", "a", "target"},
		"an unknown reference":     {"[{normalise: {method: distance-to-reference, reference: Q}}, aggregate]", "unknown-unit", "", "a", "no unit"},
		"an unknown code":          {"[{normalise: {on: [aa]}}, aggregate]", "unknown-code", "", "aa", "did you mean"},
		"an unknown exception":     {"[{normalise: {except: {q: none}}}, aggregate]", "unknown-code", "", "q", "no such"},
		"a level too high":         {"[{round: {on: level 5}}, normalise, aggregate]", "unknown-level", "", "", "levels run from 1 to 2"},
		"a group before it exists": {"[{normalise: {on: [I]}}, aggregate]", "missing-step", "", "I", "put the step that makes it before"},
		"no aggregate":             {"[normalise]", "missing-step", "", "I", "add aggregate"},
		"an unknown name":          {"[normalise, {aggregate: {formula: a + q}}]", "unknown-column", "", "q", "no data file"},
		"shares that cannot be":    {"[{normalise: {to: [1, 2]}}, {aggregate: {method: benefit-of-doubt, shares: [0.1, 0.2]}}]", "bad-shares", "A", "I", "no weights"},
		"nothing to impute from":   {"[{denominate: {by: den, on: [a]}}, normalise, aggregate]", "zero-denominator", "B", "a", "0"},
		"a base year not there":    {"[{normalise: {over: 1999}}, aggregate]", "no-year", "", "", "no such base year"},
		"a screen of nobody":       {"[{screen: {exclude: [Q]}}, normalise, aggregate]", "unknown-unit", "", "", "no unit Q"},
	} {
		_, _, list := attempt(fmt.Sprintf(plainHead, "")+"steps: "+tt.steps+"\n", map[string]string{"d.csv": data})
		found := slices.ContainsFunc(list, func(p problem.Problem) bool {
			return p.Rule == tt.rule && p.Unit == tt.unit && p.Column == tt.column && strings.Contains(p.Text, tt.says) && !p.Warning
		})
		if !found {
			t.Errorf("%s: want %s for unit %q column %q with %q, got:\n%v", name, tt.rule, tt.unit, tt.column, tt.says, list)
		}
	}
	_, _, list := attempt(strings.Replace(fmt.Sprintf(plainHead, ""), "code: b,", "code: b, direction: down,", 1)+"steps: [aggregate]\n", map[string]string{"d.csv": data})
	if !slices.ContainsFunc(list, func(p problem.Problem) bool { return p.Rule == "not-normalised" && p.Column == "b" }) {
		t.Errorf("a direction nobody turned: %v", list)
	}
}

// TestConflictsOfChoices: combinations that cannot be calculated are refused
// before any replication, with the choices that make them.
func TestConflictsOfChoices(t *testing.T) {
	text := fmt.Sprintf(plainHead, "") + `steps: [{normalise: {to: [1, 100]}}, aggregate]
uncertainty:
  vary:
    - {name: scale, step: normalise, choices: [as written, {method: z-score}]}
    - {name: average, step: aggregate, set: method, choices: [arithmetic, geometric]}
`
	m, _, list := attempt(text, map[string]string{"d.csv": "u,a,b\nA,1,2\nB,3,4\nC,5,6\n"})
	if list.Refused() {
		t.Fatal(list)
	}
	_, list = m.Uncertain()
	if !slices.ContainsFunc(list, func(p problem.Problem) bool {
		return p.Rule == "not-positive" && p.Unit == "A" && p.Column == "a" && strings.Contains(p.Text, "scale = method: z-score; average = geometric")
	}) {
		t.Errorf("not refused: %v", list)
	}
	m, _, list = attempt(strings.Replace(text, "average, step: aggregate, set: method, choices: [arithmetic, geometric]", "average, step: normalise, set: sd, between: [1, 2]", 1),
		map[string]string{"d.csv": "u,a,b\nA,1,2\nB,3,4\nC,5,6\n"})
	if list.Refused() {
		t.Fatal(list)
	}
	if _, list = m.Uncertain(); !slices.ContainsFunc(list, func(p problem.Problem) bool { return p.Rule == "same-assumption" }) {
		t.Errorf("two assumptions about one step: %v", list)
	}
}
