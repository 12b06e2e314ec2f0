package catalogue_test

import (
	"testing"

	"landbridge.example/process"
	"landbridge.example/process/catalogue"
)

// TestList: a file's name says what the file says, and nothing is in force that
// Lint has something against.
func TestList(t *testing.T) {
	all, err := catalogue.List()
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	for i, f := range all {
		d, err := process.Parse(f.Text)
		if err != nil {
			t.Errorf("%s: %v", f.Ref.Name(), err)
			continue
		}
		if d.Ref != f.Ref {
			t.Errorf("the file of %s holds %s", f.Ref, d.Ref)
		}
		for _, found := range process.Lint(d) {
			t.Errorf("%s: %s %s: %s", f.Ref.Name(), found.Rule, found.Where, found.Text)
		}
		if i > 0 && all[i-1].Ref.Name() >= f.Ref.Name() && all[i-1].Ref.ID >= f.Ref.ID && all[i-1].Ref.Version >= f.Ref.Version {
			t.Errorf("%s stands after %s", f.Ref.Name(), all[i-1].Ref.Name())
		}
	}
}
