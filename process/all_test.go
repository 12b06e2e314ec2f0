package process_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/process"
)

// catalogueFiles returns the definitions this release ships, by file name.
func catalogueFiles(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("catalogue/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no definitions", err)
	}
	all := map[string]string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = string(b)
	}
	return all
}

// everyDefinition runs a test for every definition of the catalogue.
func everyDefinition(t *testing.T, f func(t *testing.T, d *process.Definition)) {
	for name, text := range catalogueFiles(t) {
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			t.Parallel()
			d, err := process.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			f(t, d)
		})
	}
}

// full reports whether the long runs are wanted.
func full() bool { return os.Getenv("LANDBRIDGE_FULL") != "" }

// A world is the parties of one case: each makes acts from what it knows.
type world struct {
	d       *process.Definition
	r       *rand.Rand
	parties []*side
	all     []process.Act
	now     time.Time
}

// tell lets a random case run: mostly lawful acts, as each party sees them,
// some spoilt, some heard of late, with jumps in time so that clocks run out.
func tell(d *process.Definition, r *rand.Rand, length int) []process.Act {
	w := &world{d: d, r: r, now: base}
	first := act(d, 1, "XA", d.Opening()[r.IntN(len(d.Opening()))].Name)
	first.Fields["retention_until"] = process.Text("2026-12-10") // some may be kept for a month alone
	w.all = append(w.all, first)
	for _, s := range d.Sides {
		for _, p := range first.Sides[s.Name] {
			w.parties = append(w.parties, &side{party: p, known: []process.Act{first}})
		}
	}
	w.parties[slices.IndexFunc(w.parties, func(s *side) bool { return s.party == "XA" })].last = first.ID
	for n := 2; n < length; n++ {
		if r.IntN(6) == 0 {
			w.now = w.now.Add(time.Duration(r.IntN(400*24)) * time.Hour)
		}
		w.step(n)
	}
	return w.all
}

// step lets one party do something.
func (w *world) step(n int) {
	s := w.parties[w.r.IntN(len(w.parties))]
	c := process.Fold(w.d, s.known)
	t := &w.d.Transitions[w.r.IntN(len(w.d.Transitions))]
	lawful := w.r.IntN(4) > 0
	if lawful {
		if t = w.choose(c, s); t == nil {
			return
		}
	}
	a := act(w.d, n, s.party, t.Name, s.heads()...)
	a.Sides, a.Time = nil, w.now.Add(time.Duration(n)*time.Minute)
	if !t.Auto() { // the persons of a party differ by role, so that a reviewer is outside the chain
		a.Role = t.By[w.r.IntN(len(t.By))]
		a.Person = string(s.party) + "-" + string(a.Role)
	}
	for _, roles := range process.Missing(c.Needed(&a), a.Person, a.Approvals) {
		a.Approvals = append(a.Approvals, process.Approval{Role: roles[0], Person: string(s.party) + "-2-" + string(roles[0])})
	}
	w.vary(&a)
	if !s.last.IsZero() && !slices.Contains(a.Parents, s.last) {
		a.Parents = append(a.Parents, s.last)
	}
	if !lawful {
		spoil(w.r, &a)
	}
	if c.Check(&a, nil) != nil && w.r.IntN(4) > 0 {
		return
	}
	w.all = append(w.all, a)
	s.known, s.last = append(s.known, a), a.ID
	for _, other := range w.parties {
		for _, a := range s.known { // mostly the others hear of it, with what came before
			if other != s && w.r.IntN(4) > 0 && !slices.ContainsFunc(other.known, func(k process.Act) bool { return k.ID == a.ID }) {
				other.known = append(other.known, a)
			}
		}
	}
}

// choose picks an act that looks open to the party.
func (w *world) choose(c *process.Case, s *side) *process.Transition {
	var open []*process.Transition
	for _, m := range c.Moves(process.Viewer{Party: s.party, Roles: landbridge.Roles()}, nil) {
		if len(m.Why) == 0 {
			open = append(open, m.Transition)
			if m.Transition.To != process.Same { // what leads on is tried more often
				open = append(open, m.Transition, m.Transition)
			}
		}
	}
	for i := range w.d.Transitions {
		if t := &w.d.Transitions[i]; t.Auto() && (t.Side == c.SideOf(s.party)) {
			open = append(open, t)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return open[w.r.IntN(len(open))]
}

// vary gives some answers another value, good or bad.
func (w *world) vary(a *process.Act) {
	for _, name := range a.Fields.Names() {
		f := w.d.Field(name)
		if f == nil || w.r.IntN(12) > 0 {
			continue
		}
		switch f.Type {
		case process.EnumType:
			a.Fields[name] = process.Text(f.Options[w.r.IntN(len(f.Options))].Code)
		case process.BoolType:
			a.Fields[name] = process.Text([]string{"yes", "no"}[w.r.IntN(2)])
		}
	}
}

// TestEveryOrder: of every process, the same set of acts gives the same case,
// whatever the order, the duplicates, and what crossed; and no act that has an
// effect breaks what a definition promises.
func TestEveryOrder(t *testing.T) {
	runs, orders := 100, 2
	switch {
	case full():
		runs, orders = 10_000, 1
	case testing.Short():
		runs = 10
	}
	everyDefinition(t, func(t *testing.T, d *process.Definition) {
		reached, applied, refused := map[string]bool{}, 0, 0
		for seed := range runs {
			r := rand.New(rand.NewPCG(uint64(seed), 17))
			acts := tell(d, r, 24)
			c := process.Fold(d, acts)
			want := dump(c)
			if n := len(c.Steps) + len(c.Refused) + len(c.Waiting); n != len(acts) {
				t.Fatalf("seed %d: %d acts came out of %d", seed, n, len(acts))
			}
			for range orders {
				shuffled := append(slices.Clone(acts), acts[r.IntN(len(acts))])
				r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
				if got := dump(process.Fold(d, shuffled)); got != want {
					t.Fatalf("seed %d: another order gives another case:\n%s\nnot\n%s", seed, got, want)
				}
			}
			promises(t, d, c, seed)
			for _, s := range c.Steps {
				reached[s.State] = true
			}
			applied, refused = applied+len(c.Steps), refused+len(c.Refused)
		}
		t.Logf("%d acts applied, %d refused, %d of %d states", applied, refused, len(reached), len(d.States))
		if refused == 0 || len(reached) < len(d.States)/4 {
			t.Errorf("the stories are too tame: %d acts applied, %d refused, %d of %d states", applied, refused, len(reached), len(d.States))
		}
	})
}

// promises checks what every applied act has to keep.
func promises(t *testing.T, d *process.Definition, c *process.Case, seed int) {
	t.Helper()
	state := d.State(d.Start())
	for _, s := range c.Steps {
		tr, next := d.Transition(s.Act.Transition), d.State(s.State)
		if tr.Side != process.Each && tr.Side != c.SideOf(s.Act.Party) {
			t.Fatalf("seed %d: %s was done by the wrong side", seed, tr.Name)
		}
		if tr.Auto() && next.Coercive != "" && next.Coercive != state.Coercive {
			t.Fatalf("seed %d: the system led into %s", seed, next.Name)
		}
		if !tr.Auto() && s.Act.Person == "" {
			t.Fatalf("seed %d: nobody did %s", seed, tr.Name)
		}
		out := state.Coercive != "" && next.Coercive != state.Coercive
		if out && !slices.Contains([]string{process.Released, process.HandedOn, process.Surrendered, process.Given}, next.Outcome) {
			t.Fatalf("seed %d: %s led out of %s to %s", seed, tr.Name, state.Name, next.Name)
		}
		if state.Kind == process.End && next.Kind != process.End {
			t.Fatalf("seed %d: %s after the end", seed, tr.Name)
		}
		for _, p := range s.Act.Approvals {
			if p.Person == s.Act.Person {
				t.Fatalf("seed %d: %s approved by its author", seed, tr.Name)
			}
		}
		state = next
	}
}

// TestWalkHoldsEveryCase: what random cases do, the prover has walked. A state
// that a case comes to and no walk does would mean that it overlooks some.
func TestWalkHoldsEveryCase(t *testing.T) {
	runs := 30
	if full() {
		runs = 2_000
	}
	everyDefinition(t, func(t *testing.T, d *process.Definition) {
		for seed := range runs {
			c := process.Fold(d, tell(d, rand.New(rand.NewPCG(uint64(seed), 23)), 24))
			for _, what := range process.Overlooked(c) {
				t.Fatalf("seed %d: %s\n%s", seed, what, dump(c))
			}
		}
	})
}
