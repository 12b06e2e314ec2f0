package process_test

import (
	"os"
	"testing"

	"landbridge.example/process"
	"landbridge.example/process/catalogue"
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

// TestCatalogueIsClean: nothing is shipped that Lint has anything against.
func TestCatalogueIsClean(t *testing.T) {
	files, err := catalogue.Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		d, err := process.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, f := range process.Lint(d) {
			t.Errorf("%s: %s %s: %s", name, f.Rule, f.Where, f.Text)
		}
	}
}
