package process

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestMutants changes every definition of the catalogue for the worse in every
// way there is, one at a time, and wants Lint or the prover to notice. Quick
// runs take a part of the mutants, another one for each definition.
func TestMutants(t *testing.T) {
	names, _ := filepath.Glob("catalogue/*.yaml")
	step := 23
	if os.Getenv("LANDBRIDGE_FULL") != "" {
		step = 1
	}
	harmful, seen := 0, 0
	var missed []string
	byClass := map[string][2]int{}
	for i, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		if r := Prove(d); len(r.Findings) > 0 || len(Lint(d)) > 0 {
			t.Logf("%s has findings of its own; its mutants say nothing", d.Ref.Name())
			continue
		}
		all := mutants(d)
		for j := i % step; j < len(all); j += step {
			m := all[j]
			noticed := m.noticed(d)
			c := byClass[m.class]
			switch {
			case m.harmful:
				harmful++
				if noticed {
					seen++
				} else {
					missed = append(missed, d.Ref.ID+" "+m.what)
				}
				c[0]++
			case !noticed:
				c[1]++
			}
			byClass[m.class] = c
		}
	}
	slices.Sort(missed)
	for _, m := range missed {
		t.Log("MISSED ", m)
	}
	t.Logf("%d of %d harmful mutants noticed", seen, harmful)
	for c, n := range byClass {
		t.Logf("%-22s %4d harmful, %4d harmless unnoticed", c, n[0], n[1])
	}
}
