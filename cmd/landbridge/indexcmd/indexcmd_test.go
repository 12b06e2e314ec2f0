package indexcmd

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const data = "../../../index/testdata/"

// call runs the command line and returns exit code, standard output and error.
func call(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := Run(context.Background(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func rowsOf(t *testing.T, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestRunVerb(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := call(t, "run", data+"asem/asem.yaml", "--out", dir, "--steps", "--audit", "--top", "3")
	if code != 0 || errs != "" {
		t.Fatal(code, errs)
	}
	for _, want := range []string{"CHE   Switzerland", "and 48 more", "files are in"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	res := rowsOf(t, filepath.Join(dir, "results.csv"))
	if len(res) != 52 || strings.Join(res[1][:3], " ") != "1 CHE Switzerland" || !strings.HasPrefix(res[1][3], "68.38372423834171") {
		t.Errorf("results %v", res[:2])
	}
	scores, ranks := rowsOf(t, filepath.Join(dir, "scores.csv")), rowsOf(t, filepath.Join(dir, "ranks.csv"))
	if len(scores[0]) != 2+60 || strings.Join(scores[0], ",") != strings.Join(ranks[0], ",") || scores[0][2] != "Index" {
		t.Errorf("not every level: %v", scores[0])
	}
	for _, name := range []string{"columns.csv", "cells.csv", "treatment.csv", "warnings.csv", "steps/0-data.csv", "steps/6-aggregate.csv",
		"audit/statistics.csv", "audit/correlations.csv", "audit/alpha.csv", "audit/components.csv", "audit/removal.csv", "audit/importance.csv"} {
		if len(rowsOf(t, filepath.Join(dir, name))) < 2 {
			t.Errorf("%s is empty", name)
		}
	}
}

func TestPublishedVerbs(t *testing.T) {
	for _, path := range []string{"hdi/hdi.yaml", "inform/inform.yaml"} {
		code, out, errs := call(t, "run", data+path)
		if code != 0 || !strings.Contains(out, "191 of 191 equal") {
			t.Errorf("%s: %d\n%s%s", path, code, out, errs)
		}
	}
	code, out, _ := call(t, "run", data+"hdi/hdi.yaml", "--year", "1990", "--top", "1")
	if code != 0 || !strings.Contains(out, "1990") || strings.Contains(out, "2021  0.") {
		t.Errorf("%d\n%s", code, out)
	}
}

// small writes a specification with its data and returns its path.
func small(t *testing.T, more string) string {
	t.Helper()
	dir := t.TempDir()
	text := "landbridge-index: 1\nid: t\ntitle: Small\ndata: [{file: d.csv, unit: u, licence: CC0}]\n" +
		"indicators: [{code: a, parent: I}, {code: b, parent: I, direction: down}]\ngroups: [I]\nsteps: [{normalise: {to: [1, 100]}}, aggregate]\n" + more
	for name, body := range map[string]string{"t.yaml": text, "d.csv": "u,a,b,pub\nA,1,9,60\nB,5,3,80\nC,9,1,100\nD,2,2,50\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "t.yaml")
}

const assumptions = `uncertainty:
  seed: 3
  replications: 300
  vary:
    - {name: average, step: aggregate, set: method, choices: [arithmetic, geometric]}
    - {name: weights, weights: {noise: 0.4, levels: [1]}}
`

func TestExitCodes(t *testing.T) {
	bad := small(t, "titel: x\n")
	differs := small(t, "compare: [{column: pub, with: I}]\n")
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing":             {nil, 2, "say what to do"},
		"a wrong verb":        {[]string{"rum"}, 2, `did you mean "run"`},
		"a wrong flag":        {[]string{"run", "--nope", bad}, 2, "see landbridge index run --help"},
		"no file named":       {[]string{"run"}, 2, "this is written"},
		"no such file":        {[]string{"run", "none.yaml"}, 4, "no such file"},
		"a wrong key":         {[]string{"run", bad}, 2, "t.yaml:8"},
		"check of it":         {[]string{"check", bad}, 2, `did you mean "title"`},
		"a comparison":        {[]string{"run", differs}, 1, ""},
		"no such unit":        {[]string{"explain", small(t, ""), "E"}, 4, "no such unit"},
		"no assumptions":      {[]string{"uncertainty", small(t, "")}, 2, "no uncertainty: section"},
		"files without out":   {[]string{"run", small(t, ""), "--audit"}, 2, "--out"},
		"a bad seed":          {[]string{"uncertainty", small(t, assumptions), "--seed", "x"}, 2, "whole number"},
		"workers":             {[]string{"uncertainty", small(t, assumptions), "--workers", "0"}, 2, "workers"},
		"a bundle to nowhere": {[]string{"bundle", small(t, "")}, 2, "--out"},
		"no bundle":           {[]string{"verify", "none.zip"}, 4, "no such file"},
		"not a bundle":        {[]string{"verify", bad}, 2, "not a zip file"},
		"help":                {[]string{"--help"}, 0, ""},
		"a verb's help":       {[]string{"run", "--help"}, 0, ""},
	} {
		code, out, errs := call(t, tt.args...)
		if code != tt.code || !strings.Contains(errs, tt.says) {
			t.Errorf("%s: exit %d, want %d with %q:\n%s%s", name, code, tt.code, tt.says, out, errs)
		}
	}
}

func TestComparisonSays(t *testing.T) {
	code, out, _ := call(t, "run", small(t, "compare: [{column: pub, with: I, tolerance: 0.5}]\n"))
	if code != 1 || !strings.Contains(out, "I score against the published pub: 2 of 4 equal") || !strings.Contains(out, "(published 60, here 1)") {
		t.Errorf("%d\n%s", code, out)
	}
}

func TestJSON(t *testing.T) {
	var res struct {
		Index string
		Rows  []struct {
			Code   string
			Score  float64
			Rank   float64
			Ranks  map[string]float64
			Scores map[string]float64
		}
		Warnings []any
	}
	code, out, errs := call(t, "run", "--json", small(t, ""))
	if code != 0 || json.Unmarshal([]byte(out), &res) != nil {
		t.Fatal(code, out, errs)
	}
	if res.Index != "I" || len(res.Rows) != 4 || res.Rows[2].Code != "C" || res.Rows[2].Rank != 1 || res.Rows[2].Scores["a"] != 100 || res.Warnings == nil {
		t.Errorf("%+v", res)
	}
	for _, args := range [][]string{{"check"}, {"uncertainty"}, {"sensitivity", "--base", "16"}, {"explain"}} {
		args = append(args, "--json", small(t, assumptions))
		if args[0] == "explain" {
			args = append(args, "B")
		}
		code, out, errs := call(t, args...)
		if code != 0 || !json.Valid([]byte(out)) {
			t.Errorf("%v: %d %s %s", args, code, out, errs)
		}
	}
	var refused struct {
		OK       bool
		Problems []struct{ Rule, Text string }
	}
	code, out, _ = call(t, "check", "--json", small(t, "titel: x\n"))
	if code != 2 || json.Unmarshal([]byte(out), &refused) != nil || refused.OK || len(refused.Problems) != 1 || refused.Problems[0].Rule != "unknown-key" {
		t.Errorf("%d %s", code, out)
	}
}

func TestUncertaintyVerb(t *testing.T) {
	path, dir := small(t, assumptions), t.TempDir()
	code, first, errs := call(t, "uncertainty", path, "--workers", "1", "--out", dir, "--scores")
	if code != 0 || !strings.Contains(first, "300 replications of average, weights, seed 3") {
		t.Fatal(code, first, errs)
	}
	design := rowsOf(t, filepath.Join(dir, "design.csv"))
	if strings.Join(design[0], ",") != "replication,average,weights,average_idx,weights_idx,mean_rank_change" || len(design) != 301 {
		t.Errorf("%v", design[0])
	}
	if r := rowsOf(t, filepath.Join(dir, "replications.csv")); len(r) != 5 || len(r[0]) != 302 {
		t.Errorf("%d rows of %d", len(r), len(r[0]))
	}
	again := t.TempDir()
	code, second, errs := call(t, "uncertainty", path, "--workers", "3", "--out", again, "--scores", "--design", filepath.Join(dir, "design.csv"))
	if code != 0 {
		t.Fatal(code, errs)
	}
	for _, name := range []string{"intervals.csv", "replications.csv"} {
		a, err1 := os.ReadFile(filepath.Join(dir, name))
		b, err2 := os.ReadFile(filepath.Join(again, name))
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("replayed from its own design, %s is another", name)
		}
	}
	if strings.ReplaceAll(first, dir, "") != strings.ReplaceAll(second, again, "") {
		t.Error("replayed from its own design, it prints otherwise")
	}
	code, _, errs = call(t, "uncertainty", path, "--design", filepath.Join(dir, "intervals.csv"))
	if code != 2 || !strings.Contains(errs, "_idx") {
		t.Errorf("a table that is no design: %d %s", code, errs)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	if code := Run(ctx, []string{"uncertainty", small(t, assumptions)}, &out, &errs); code != exitAgain {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

func TestRelease(t *testing.T) {
	path := small(t, assumptions)
	zip := filepath.Join(t.TempDir(), "r.zip")
	code, out, errs := call(t, "bundle", path, "--out", zip)
	if code != 0 || !strings.Contains(out, "Its digest") {
		t.Fatal(code, out, errs)
	}
	code, out, errs = call(t, "verify", zip)
	if code != 0 || !strings.Contains(out, "the same to the last byte") {
		t.Errorf("%d\n%s%s", code, out, errs)
	}
	code, _, errs = call(t, "verify", "--key", "landbridge-sign-1:"+strings.Repeat("00", 32), zip)
	if code != 1 || !strings.Contains(errs, "not signed with the key") {
		t.Errorf("a release that nobody signed: %d %s", code, errs)
	}
	folder := filepath.Join(t.TempDir(), "r")
	if code, _, errs := call(t, "bundle", path, "--out", folder); code != 0 {
		t.Fatal(errs)
	}
	if code, out, _ := call(t, "verify", folder); code != 0 {
		t.Errorf("as a folder: %s", out)
	}
	if code, _, _ := call(t, "bundle", path, "--out", folder); code != 2 {
		t.Error("a folder that is not empty was written into")
	}
	file := filepath.Join(folder, "d.csv")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte("B,5"), []byte("B,6"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ = call(t, "verify", folder)
	if code != 1 || !strings.Contains(out, "BAD  d.csv: it was changed") || !strings.Contains(out, "It does not hold") {
		t.Errorf("%d\n%s", code, out)
	}
	code, out, _ = call(t, "verify", "--json", folder)
	var report struct{ Holds, Hashes_hold, Results_hold bool }
	if code != 1 || json.Unmarshal([]byte(out), &report) != nil || report.Holds || report.Results_hold {
		t.Errorf("%d %s", code, out)
	}
}

func TestExplainVerb(t *testing.T) {
	code, out, errs := call(t, "explain", data+"gpsi_demo/gpsi-demo.yaml", "AGO")
	if code != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{"not the Global Public Security Index", "Angola: Index 52.686, rank 134 of 148", "Homicide", "missing, imputed", "normalise 47.6049"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
