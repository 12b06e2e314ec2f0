package process_test

import (
	"os"
	"testing"

	"landbridge.example/process"
)

// load reads the definition this release ships.
func load(t testing.TB) *process.Definition {
	t.Helper()
	text, err := os.ReadFile("catalogue/information-request.v1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := process.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestLoad(t *testing.T) {
	d := load(t)
	if d.Ref.Name() != "information-request@1" {
		t.Errorf("ref %v", d.Ref)
	}
}

func TestCatalogueIsClean(t *testing.T) {
	for _, f := range process.Lint(load(t)) {
		t.Errorf("%s %s: %s", f.Rule, f.Where, f.Text)
	}
}
