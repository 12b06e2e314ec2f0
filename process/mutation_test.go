package process

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A tally counts what became of the mutants.
type tally struct {
	mu            sync.Mutex
	harmful, seen int
	missed        []string
	classes       map[string][3]int // harmful, noticed of them, harmless and unnoticed
}

func (x *tally) add(d *Definition, m mutant) {
	noticed := m.noticed(d)
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.classes[m.class]
	switch {
	case m.harmful && noticed:
		c[0]++
		c[1]++
		x.harmful, x.seen = x.harmful+1, x.seen+1
	case m.harmful:
		c[0]++
		x.harmful++
		x.missed = append(x.missed, d.Ref.ID+": "+m.what)
	case !noticed:
		c[2]++
	}
	x.classes[m.class] = c
}

// TestMutants changes every definition of the catalogue for the worse in every
// way there is, one at a time, and wants Lint or the prover to notice. Quick
// runs take a part of the mutants, another one of each definition; the whole is
// written down in docs/safeguards.md.
func TestMutants(t *testing.T) {
	step := 83
	if os.Getenv("LANDBRIDGE_FULL") != "" {
		step = 1
	}
	x := &tally{classes: map[string][3]int{}}
	var work sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	names, _ := filepath.Glob("catalogue/*.yaml")
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
			t.Errorf("%s has findings of its own; its mutants say nothing", d.Ref.Name())
			continue
		}
		all := mutants(d)
		for j := i % step; j < len(all); j += step {
			free <- struct{}{}
			work.Go(func() { x.add(d, all[j]); <-free })
		}
	}
	work.Wait()
	slices.Sort(x.missed)
	t.Logf("%d of %d harmful mutants noticed", x.seen, x.harmful)
	if 1000*x.seen < 990*x.harmful && step == 1 || x.harmful < 30 {
		t.Errorf("only %d of %d harmful mutants were noticed", x.seen, x.harmful)
	}
	x.page(t, step == 1)
}

// page holds docs/safeguards.md to the tally: the list of what is not noticed,
// and in full runs the numbers.
func (x *tally) page(t *testing.T, whole bool) {
	path := filepath.Join("..", "docs", "safeguards.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(b), "<!-- mutants -->\n")
	block, tail, ok := strings.Cut(rest, "<!-- /mutants -->")
	if !ok {
		t.Fatal("the page has no place for the mutants")
	}
	for _, m := range x.missed {
		if !whole && !strings.Contains(block, "`"+m+"`") {
			t.Errorf("not noticed, and not on the page: %s", m)
		}
	}
	if !whole {
		return
	}
	want := head + "<!-- mutants -->\n" + x.markdown() + "<!-- /mutants -->" + tail
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(b) {
		t.Error("docs/safeguards.md is not what the mutants say; run LANDBRIDGE_FULL=1 go test ./process -run TestMutants -update")
	}
}

func (x *tally) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Of %d harmful changes in this release %d are noticed (%.2f %%).\n\n", x.harmful, x.seen, 100*float64(x.seen)/float64(x.harmful))
	b.WriteString("| change | harmful | noticed | harmless and unnoticed |\n| --- | --: | --: | --: |\n")
	for _, class := range slices.Sorted(maps.Keys(x.classes)) {
		c := x.classes[class]
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", class, c[0], c[1], c[2])
	}
	b.WriteString("\nNot noticed:\n\n")
	for _, m := range x.missed {
		fmt.Fprintf(&b, "- `%s`\n", m)
	}
	if len(x.missed) == 0 {
		b.WriteString("- nothing\n")
	}
	b.WriteString("\n")
	return b.String()
}
