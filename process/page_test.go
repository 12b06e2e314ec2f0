package process_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"landbridge.example/process"
)

// proofs proves the catalogue, by name.
func proofs(t testing.TB) (all []process.Report) {
	t.Helper()
	for name, text := range catalogueFiles(t) {
		d, err := process.Parse([]byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		all = append(all, process.Prove(d))
	}
	slices.SortFunc(all, func(a, b process.Report) int { return strings.Compare(a.Process.Name(), b.Process.Name()) })
	return all
}

// TestCatalogueIsProved: no definition of the catalogue has anything against it,
// and no required cell of the table is empty.
func TestCatalogueIsProved(t *testing.T) {
	everyDefinition(t, func(t *testing.T, d *process.Definition) {
		r := process.Prove(d)
		for _, f := range append(process.Lint(d), r.Findings...) {
			t.Errorf("%s %s: %s", f.Rule, f.Where, f.Text)
		}
		for i, c := range r.Cells {
			if c.Rule != process.Safeguards()[i][0] || c.Kept == process.MissingThere || c.Kept == "" || c.Note == "" {
				t.Errorf("%s: %s %q", c.Rule, c.Kept, c.Note)
			}
		}
		if r.Missing() || r.Explored < 100 {
			t.Errorf("%d configurations, missing %v", r.Explored, r.Missing())
		}
	})
}

// TestSafeguardsPage holds docs/safeguards.md to what is proved. Run with
// -update after a definition changed.
func TestSafeguardsPage(t *testing.T) {
	path := filepath.Join("..", "docs", "safeguards.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	head, rest, ok := strings.Cut(page, "<!-- table -->\n")
	_, tail, ok2 := strings.Cut(rest, "<!-- /table -->")
	if !ok || !ok2 {
		t.Fatal("the page has no place for the table")
	}
	want := head + "<!-- table -->\n" + process.TableMarkdown(proofs(t)) + "<!-- /table -->" + tail
	if *update && want != page {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != page {
		t.Error("docs/safeguards.md is not what is proved; run go generate ./process")
	}
}

// TestPlatformTestsExist: a cell that a test of the program holds names one
// that is there.
func TestPlatformTestsExist(t *testing.T) {
	name := regexp.MustCompile(`^([a-z/]+)\.(Test\w+)$`)
	for _, r := range proofs(t)[:1] {
		for _, c := range r.Cells {
			if c.Kept != process.ByPlatform {
				continue
			}
			m := name.FindStringSubmatch(c.Note)
			if m == nil {
				t.Errorf("%s: %q names no test", c.Rule, c.Note)
				continue
			}
			found := false
			files, _ := filepath.Glob(filepath.Join("..", m[1], "*_test.go"))
			for _, f := range files {
				b, _ := os.ReadFile(f)
				found = found || strings.Contains(string(b), "func "+m[2]+"(")
			}
			if !found {
				t.Errorf("%s: there is no test %s", c.Rule, c.Note)
			}
		}
	}
}

// TestProveFinds: what the prover says of a few wrong definitions, in words an
// author can act on.
func TestProveFinds(t *testing.T) {
	for name, tt := range map[string]struct{ file, from, to, rule, say string }{
		"arrest without a review": {"provisional-arrest.v1.yaml", "S2.rights_reviewed, S5.risk_assessed, S6.no_private_bar, S8", "S5.risk_assessed, S6.no_private_bar, S8",
			"S2", "a person is held although nobody outside the chain reviewed"},
		"answer whatever is known here alone": {"information-request.v1.yaml", "guards: [S6.no_private_bar, S7.assured", "guards: [S7.assured",
			"S6", "send → receive → acknowledge → answer"},
		"evidence without consent": {"information-request.v1.yaml", "guards: [S16.evidence_released]", "guards: []", "S16", "without the giver's consent"},
		"no bulk limit":            {"information-request.v1.yaml", "S4.persons_bounded, ", "", "S4", "more persons may be named"},
	} {
		text := catalogueFiles(t)[tt.file]
		changed := strings.Replace(text, tt.from, tt.to, 1)
		if changed == text {
			t.Errorf("%s: %s has no %q", name, tt.file, tt.from)
			continue
		}
		d, err := process.Parse([]byte(changed))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r := process.Prove(d)
		if !slices.ContainsFunc(r.Findings, func(f process.Finding) bool { return f.Rule == tt.rule && strings.Contains(f.Text, tt.say) }) {
			t.Errorf("%s: %+v", name, r.Findings)
		}
		if !r.Missing() {
			t.Errorf("%s: the table has no missing cell", name)
		}
	}
}

// TestUnknownProcess: a definition this release does not know owes what its
// effects ask for.
func TestUnknownProcess(t *testing.T) {
	text := strings.Replace(catalogueFiles(t)["provisional-arrest.v1.yaml"], "id: provisional-arrest", "id: something-new", 1)
	d, err := process.Parse([]byte(strings.Replace(text, "S5.risk_assessed, ", "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if r := process.Prove(d); !slices.ContainsFunc(r.Findings, func(f process.Finding) bool { return f.Rule == "S5" }) {
		t.Errorf("an arrest without an assessment of risk: %+v", r.Findings)
	}
}

// BenchmarkCheckSurrender checks the act with the most guards of the catalogue,
// in a case of a dozen acts.
func BenchmarkCheckSurrender(b *testing.B) {
	d, err := process.Parse([]byte(catalogueFiles(b)["extradition.v1.yaml"]))
	if err != nil {
		b.Fatal(err)
	}
	_, acts := chain(b, d, "XA request", "XB receive", "XB check_form", "XB review_rights", "XB assess_risk", "XB order_detention", "XB inform_person",
		"XB open_hearing", "XB declare_admissible", "XB grant", "XB make_final", "XB arrange_surrender")
	for i := range acts {
		if acts[i].Transition == "review_rights" { // by somebody who did nothing else
			acts[i].Person = "XB-reviewer"
		}
	}
	c := process.Fold(d, acts)
	a := act(d, 99, "XB", "surrender", acts[len(acts)-1].ID)
	if why := c.Check(&a, nil); why != nil {
		b.Fatal(why.Text, dump(c))
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Check(&a, nil)
	}
}

func BenchmarkProveCatalogue(b *testing.B) {
	var all []*process.Definition
	for name, text := range catalogueFiles(b) {
		d, err := process.Parse([]byte(text))
		if err != nil {
			b.Fatal(name, err)
		}
		all = append(all, d)
	}
	explored := 0
	for b.Loop() {
		explored = 0
		for _, d := range all {
			process.Lint(d)
			explored += process.Prove(d).Explored
		}
	}
	b.ReportMetric(float64(explored), "configurations/op")
	b.ReportMetric(float64(len(all)), "definitions/op")
}
