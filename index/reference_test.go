package index

import (
	"testing"
)

func TestDemonstration(t *testing.T) {
	res := run(t, load(t, "gpsi_demo", "gpsi-demo.yaml"))
	for stage, file := range map[string]string{
		"data": "Raw", "denominate": "Denominated", "impute": "Imputed", "treat": "Treated", "normalise": "Normalised", "aggregate": "Aggregated",
	} {
		matchStage(t, res, stage, "gpsi_demo/reference/"+file+".csv")
	}
	matchStage(t, res, "aggregate", "gpsi_demo/reference/results.csv")
	matchRanks(t, res, "gpsi_demo/reference/results.csv", "Index", "Rank")
	matchTreatment(t, res, "gpsi_demo/reference/treat_details.csv")
	warned := map[string]bool{}
	for _, w := range res.Warnings {
		if w.Rule == "still-skewed" {
			warned[w.Column] = true
		}
	}
	if !warned["ConfDeath"] || !warned["DisDeath"] || len(warned) != 2 {
		t.Errorf("the columns that stay skewed are ConfDeath and DisDeath, warned of %v", warned)
	}
}

// matchRanks compares the ranks of a code with a column of a reference table.
func matchRanks(t *testing.T, res *Result, file, code, column string) {
	t.Helper()
	ref := readReference(t, file)
	k := res.Column(code)
	at := map[string]int{}
	for i, r := range res.Rows {
		at[r.Code] = i
	}
	for n, row := range ref.row {
		if got, want := res.Rank[k][at[row[ref.at["uCode"]]]], ref.num(t, n, column); !same(got, want) {
			t.Errorf("%s: rank of %s in %s is %v, want %v", file, row[ref.at["uCode"]], code, got, want)
		}
	}
}

// matchTreatment compares the notes of treatment with COINr's table.
func matchTreatment(t *testing.T, res *Result, file string) {
	t.Helper()
	ref := readReference(t, file)
	note := map[string]Treatment{}
	for _, n := range res.Treatment {
		note[n.Code] = n
	}
	truth := func(s string) bool { return s == "TRUE" }
	for n, row := range ref.row {
		code := row[ref.at["iCode"]]
		got := note[code]
		cell := func(h string) string {
			if at, ok := ref.at[h]; ok {
				return row[at]
			}
			return ""
		}
		if got.Pass != truth(cell("check_SkewKurt0.Pass")) || !same(got.Skew, ref.num(t, n, "check_SkewKurt0.Skew")) || !same(got.Kurtosis, ref.num(t, n, "check_SkewKurt0.Kurt")) {
			t.Errorf("%s: %s before: %+v", file, code, got)
		}
		if cell("winsorise.nwin") != "" && (float64(got.Winsorised) != ref.num(t, n, "winsorise.nwin") || got.Pass1 != truth(cell("check_SkewKurt1.Pass")) ||
			!same(got.Skew1, ref.num(t, n, "check_SkewKurt1.Skew")) || !same(got.Kurtosis1, ref.num(t, n, "check_SkewKurt1.Kurt"))) {
			t.Errorf("%s: %s winsorised: %+v", file, code, got)
		}
		if cell("check_SkewKurt2.Pass") != "" && (got.Pass2 != truth(cell("check_SkewKurt2.Pass")) ||
			!same(got.Skew2, ref.num(t, n, "check_SkewKurt2.Skew")) || !same(got.Kurtosis2, ref.num(t, n, "check_SkewKurt2.Kurt"))) {
			t.Errorf("%s: %s transformed: %+v", file, code, got)
		}
		if (cell("check_SkewKurt2.Pass") != "") != (got.Then != "") || (cell("winsorise.nwin") != "") != (got.Winsorised > 0) {
			t.Errorf("%s: %s went another way: %+v", file, code, got)
		}
	}
}

func TestPanel(t *testing.T) {
	res := run(t, load(t, "asem", "panel.yaml"))
	matchStage(t, res, "treat", "asem/panel/Treated.csv")
	matchStage(t, res, "normalise", "asem/panel/Normalised.csv")
	matchStage(t, res, "aggregate", "asem/panel/Aggregated.csv")
}

// TestPanelImputation fills two columns of a panel from their own other years.
func TestPanelImputation(t *testing.T) {
	head := `
landbridge-index: 1
id: t
title: t
data: [{file: panel/impute_panel_input.csv, unit: uCode, year: Time}]
indicators: [{code: LPI, parent: I}, {code: Flights, parent: I}]
groups: [I]
steps:
  - impute: `
	for file, step := range map[string]string{
		"latest":          "{method: latest}",
		"constant":        "{method: carry}",
		"linear":          "{method: linear}",
		"linear-constant": "{method: linear-or-constant}",
	} {
		res := run(t, compileText(t, "asem", []byte(head+step+"\n  - normalise\n  - aggregate\n")))
		matchStage(t, res, "impute", "asem/panel/impute_panel_"+file+".csv")
	}
}

// TestPublished: two published indices, written as plain specifications, give
// the published values and ranks in every country and year.
func TestPublished(t *testing.T) {
	for _, tt := range []struct {
		dir, file string
		want      []int // values compared, per comparison
	}{
		{"hdi", "hdi.yaml", []int{5571, 191}},
		{"inform", "inform.yaml", []int{191, 191, 191, 191, 191, 191}},
	} {
		res := run(t, load(t, tt.dir, tt.file))
		if len(res.Compared) != len(tt.want) {
			t.Fatalf("%s: %d comparisons", tt.file, len(res.Compared))
		}
		for k, c := range res.Compared {
			if c.Compared != tt.want[k] || c.Equal != c.Compared {
				t.Errorf("%s: %s: %d of %d equal, want %d: %+v", tt.file, c.Column, c.Equal, c.Compared, tt.want[k], c.Apart)
			}
		}
	}
}
