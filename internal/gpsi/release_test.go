package gpsi

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"landbridge.example/index/bundle"
	"landbridge.example/internal/fail"
)

// TestDemonstration: the demonstration is released once, verifies from its own
// bundle, and gives the scores that COINr gave from the same data.
func TestDemonstration(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		n := w.nodes["XF"]
		for range 2 {
			must(t, n.Demonstrate(t.Context()))
		}
		all, err := n.Releases(t.Context())
		must(t, err)
		if len(all) != 2 || all[0].ID != "xf-gpsi-demo-2018-1" || all[1].ID != "xf-gpsi-demo-years-2012-2016-1" || !all[1].Demonstration || !all[0].Demonstration || !strings.Contains(all[0].Notice, "not the Global Public Security Index") {
			t.Fatalf("%+v", all)
		}
		o, err := n.Open(t.Context(), all[0].ID)
		must(t, err)
		if len(o.Result.Rows) != 148 || len(o.Intervals) != 148 || o.Replications != 1000 || len(o.Sensitivity) != 5 || len(o.Units) != 148 ||
			len(o.Dissents) != 1 || len(o.Corrections) != 1 || len(o.Licences) != 5 || len(o.Methods) != 1 || o.Signature == nil {
			t.Errorf("%d rows, %d intervals, %d runs, %d assumptions, %d units, %d dissents, %d corrections, %d licences, %d methods", len(o.Result.Rows), len(o.Intervals),
				o.Replications, len(o.Sensitivity), len(o.Units), len(o.Dissents), len(o.Corrections), len(o.Licences), len(o.Methods))
		}
		if p, ok := o.Provenance.Of("AUS", "Homicide", 0); !ok || p.Year == "" || !strings.Contains(p.Source, "UN Statistics") || p.Licence == "" {
			t.Errorf("the homicide rate of Australia comes from %+v", p)
		}
		for path, data := range o.Contents {
			if strings.HasSuffix(path, ".md") && !strings.Contains(strings.ToLower(string(data)), "demonstration") {
				t.Errorf("%s does not say that this is a demonstration", path)
			}
		}
		years, err := n.Open(t.Context(), all[1].ID)
		must(t, err)
		if len(years.Result.Rows) != 5*148 || len(years.Intervals) != 5*148 || years.Replications != 200 || years.Result.Rows[0].Year != 2012 {
			t.Errorf("the years have %d rows, %d intervals", len(years.Result.Rows), len(years.Intervals))
		}
		again, err := n.Open(t.Context(), all[0].ID)
		must(t, err)
		if again != o {
			t.Error("opened twice, it is calculated twice")
		}
		zip, err := n.Bundle(t.Context(), all[0].ID)
		must(t, err)
		c, err := bundle.ParseZip(zip)
		must(t, err)
		r := bundle.Verify(c, bundle.Options{})
		if !r.Holds() || !r.Identical || r.Signed == nil || r.Signed.Party != "XF" || r.Digest != all[0].Digest.String() {
			t.Errorf("%+v", r)
		}
		proof, err := n.Proof(t.Context(), all[0].ID)
		if err != nil || !strings.Contains(string(proof), all[0].Digest.String()) || !strings.Contains(string(proof), "index.released") {
			t.Errorf("the proof is %s, %v", proof, err)
		}
		if _, err := n.Open(t.Context(), "xf-nothing-1"); !fail.Is(err, fail.Missing) {
			t.Errorf("opening nothing: %v", err)
		}
		reference(t, o)
	})
}

// reference compares with COINr's results for the same data and method.
func reference(t *testing.T, o *Opened) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "index", "testdata", "gpsi_demo", "reference", "Aggregated.csv"))
	must(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	column := func(name string) int {
		for i, h := range rows[0] {
			if h == name {
				return i
			}
		}
		t.Fatalf("no column %s", name)
		return 0
	}
	at, n := o.places(), 0
	for _, code := range []string{"Index", "PubOrder", "OrgCrime", "Justice", "Conflict", "Safety"} {
		k := o.Result.Column(code)
		for _, row := range rows[1:] {
			want, err := strconv.ParseFloat(row[column(code)], 64)
			must(t, err)
			got := o.Result.Score[k][at[rowKey{row[column("uCode")], 0}]]
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("%s %s: %v, COINr %v", row[column("uCode")], code, got, want)
			}
			n++
		}
	}
	if n != 6*148 {
		t.Errorf("%d values compared", n)
	}
}
