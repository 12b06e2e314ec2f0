package catalogue_test

import (
	"flag"
	"os"
	"testing"

	"landbridge.example"
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

var update = flag.Bool("update", false, "add definitions that are not released yet to released.txt")

// TestReleasedNeverChange: a definition that was released stands there with the
// bytes it was released with, and every definition of the catalogue is on the
// list. -update adds new ones; it changes no line that is there. Only a
// definition under which no case was ever opened may be taken off by hand.
func TestReleasedNeverChange(t *testing.T) {
	old, err := process.ParseList(catalogue.Released())
	if err != nil {
		t.Fatal(err)
	}
	all, err := catalogue.List()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]landbridge.ProcessRef{}
	for _, r := range old {
		listed[r.Name()] = r
	}
	refs := old
	for _, f := range all {
		was, ok := listed[f.Ref.Name()]
		switch {
		case ok && was != f.Ref:
			t.Errorf("%s was released as %s and is now %s: restore its bytes, and make the change a new version", f.Ref.Name(), was.Hash, f.Ref.Hash)
		case !ok && !*update:
			t.Errorf("%s is not on the list of released definitions; run go test ./process/catalogue -update", f.Ref.Name())
		case !ok:
			refs = append(refs, f.Ref)
		}
		delete(listed, f.Ref.Name())
	}
	for name := range listed {
		t.Errorf("%s was released and is gone: cases under it could not be read", name)
	}
	if *update {
		if err := os.WriteFile("released.txt", []byte(process.FormatList(refs)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
