package process_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/process"
)

func TestGoodEnd(t *testing.T) {
	d := load(t)
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge", "XB route", "XB ask", "XA reply", "XB answer", "XA report_outcome", "XA close")
	if c.State != "closed" || len(c.Steps) != len(acts) {
		t.Fatalf("%s", dump(c))
	}
	for i, want := range []string{"sent", "received", "acknowledged", "assessing", "clarification", "assessing", "answered", "outcome_reported", "closed"} {
		if c.Steps[i].State != want {
			t.Errorf("step %d: %s, want %s", i, c.Steps[i].State, want)
		}
	}
}

// A side makes acts from what it knows.
type side struct {
	party landbridge.PartyID
	known []process.Act
	last  landbridge.Digest
}

// heads returns the acts that nobody known to the side follows.
func (s *side) heads() []landbridge.Digest {
	followed := map[landbridge.Digest]bool{}
	for _, a := range s.known {
		for _, p := range a.Parents {
			followed[p] = true
		}
	}
	var all []landbridge.Digest
	for _, a := range s.known {
		if !followed[a.ID] {
			all = append(all, a.ID)
		}
	}
	return all
}

// story lets two or three sides act at random, legally or not, and hear of each
// other late or never. It returns every act that was made.
func story(d *process.Definition, r *rand.Rand, length int) []process.Act {
	sides := []*side{{party: "XA"}, {party: "XB"}}
	var all []process.Act
	first := act(d, 1, "XA", d.Opening()[0].Name)
	all = append(all, first)
	for _, s := range sides {
		s.known = append(s.known, first)
	}
	sides[0].last = first.ID
	for n := 2; n < length; n++ {
		s := sides[r.IntN(len(sides))]
		t := d.Transitions[r.IntN(len(d.Transitions))]
		a := act(d, n, s.party, t.Name, s.heads()...)
		if !s.last.IsZero() && !slices.Contains(a.Parents, s.last) {
			a.Parents = append(a.Parents, s.last)
		}
		spoil(r, &a)
		if r.IntN(3) > 0 { // mostly what is allowed, as seen from here
			if c := process.Fold(d, s.known); c.Check(&a, nil) != nil {
				continue
			}
		}
		all = append(all, a)
		s.known, s.last = append(s.known, a), a.ID
		for _, other := range sides {
			if other == s {
				continue
			}
			for _, a := range s.known { // sometimes the others hear of it, with what came before
				if r.IntN(3) > 0 && !slices.ContainsFunc(other.known, func(k process.Act) bool { return k.ID == a.ID }) {
					other.known = append(other.known, a)
				}
			}
		}
	}
	return all
}

// spoil makes some acts wrong in ways a fold has to withstand.
func spoil(r *rand.Rand, a *process.Act) {
	switch r.IntN(24) {
	case 0:
		a.Party = "XC" // no side of the case
	case 1:
		a.Role = landbridge.Secretariat
	case 2:
		a.Approvals = nil
	case 3:
		a.Fields = process.Values{"invented": process.Text("x")}
	case 4:
		a.Parents = nil // another act that pretends to be the first
	case 5:
		a.Parents = append(a.Parents, id(1_000_000+r.IntN(5))) // follows what never comes
	case 6:
		a.Parents = append(a.Parents, a.Parents...)
	case 7:
		a.Ground = "no_such_ground"
	case 8:
		a.Time = a.Time.Add(-1000 * time.Hour) // a clock that runs wrong
	case 9:
		a.Transition = "no-such-act"
	}
}

// TestAnyOrder checks the heart of it: the same set of acts gives the same case,
// whatever the order, the duplicates, and the losses that were made good.
func TestAnyOrder(t *testing.T) {
	d := load(t)
	runs := 400
	if testing.Short() {
		runs = 50
	}
	refused, waiting, crossed := 0, 0, 0
	for seed := range runs {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		acts := story(d, r, 30)
		want := dump(process.Fold(d, acts))
		c := process.Fold(d, acts)
		if n := len(c.Steps) + len(c.Refused) + len(c.Waiting); n != len(acts) {
			t.Fatalf("seed %d: %d acts came out of %d", seed, n, len(acts))
		}
		refused, waiting = refused+len(c.Refused), waiting+len(c.Waiting)
		for _, n := range c.Refused {
			if n.Why.Text == "" || n.Why.Rule == "" {
				t.Fatalf("seed %d: refused without a reason", seed)
			}
			if n.Why.Code == "crossed" {
				crossed++
			}
		}
		for range 4 {
			shuffled := slices.Clone(acts)
			shuffled = append(shuffled, acts[r.IntN(len(acts))], acts[r.IntN(len(acts))])
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			half := shuffled[:len(shuffled)/2]
			process.Fold(d, half) // what one side thought while the rest was lost must leave no trace
			if got := dump(process.Fold(d, shuffled)); got != want {
				t.Fatalf("seed %d: another order gives another case:\n%s\nnot\n%s", seed, got, want)
			}
		}
	}
	if refused == 0 || waiting == 0 || crossed == 0 {
		t.Errorf("the stories are too tame: %d refused, %d waiting, %d crossed", refused, waiting, crossed)
	}
}

// TestStepsAreLegal checks that what was applied is what the definition allows.
func TestStepsAreLegal(t *testing.T) {
	d := load(t)
	for seed := range 200 {
		r := rand.New(rand.NewPCG(uint64(seed), 11))
		c := process.Fold(d, story(d, r, 30))
		state := d.Start()
		for _, s := range c.Steps {
			tr := d.Transition(s.Act.Transition)
			if tr.Side != process.Each && tr.Side != c.SideOf(s.Act.Party) {
				t.Fatalf("seed %d: %s done by the wrong side", seed, tr.Name)
			}
			if tr.To != process.Same && tr.To != process.Back && s.State != tr.To {
				t.Fatalf("seed %d: %s led to %s", seed, tr.Name, s.State)
			}
			if d.State(state).Kind == process.End && tr.Means != process.Exculpatory {
				t.Fatalf("seed %d: %s after the end", seed, tr.Name)
			}
			state = s.State
		}
	}
}

// TestLateActBelongsBefore checks that an act which was lost is put where it
// belongs when it comes: what waited for it is applied after all.
func TestLateActBelongsBefore(t *testing.T) {
	d := load(t)
	whole, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge", "XB ask", "XA reply", "XB answer")
	without := slices.Delete(slices.Clone(acts), 3, 4)
	c := process.Fold(d, without)
	if c.State != "acknowledged" || len(c.Waiting) != 2 || c.Waiting[0].Why.Code != "waiting" {
		t.Errorf("with a hole: %s", dump(c))
	}
	missing := append(c.Waiting[0].Missing, c.Waiting[1].Missing...)
	if len(missing) != 1 || missing[0] != acts[3].ID {
		t.Errorf("it misses %v, want %v", missing, acts[3].ID)
	}
	if got := dump(process.Fold(d, acts)); got != dump(whole) {
		t.Errorf("after the repair: %s", got)
	}
}

// TestCrossing checks acts that meet: the definition's list decides, the same
// way at both sides, and the other act says which one it met.
func TestCrossing(t *testing.T) {
	d := load(t)
	_, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge")
	head := acts[2].ID
	for _, tt := range []struct{ a, b, state, refused string }{
		{"XA withdraw", "XB answer", "withdrawn", "answer"},
		{"XA withdraw", "XB refuse", "withdrawn", "refuse"},
		{"XA suspend", "XB answer", "suspended", "answer"},
		{"XB suspend", "XA withdraw", "withdrawn", ""}, // withdrawing is open from a suspension too
	} {
		pa, na, _ := strings.Cut(tt.a, " ")
		pb, nb, _ := strings.Cut(tt.b, " ")
		for _, swap := range []bool{false, true} {
			x, y := act(d, 10, landbridge.PartyID(pa), na, head), act(d, 11, landbridge.PartyID(pb), nb, head)
			if swap { // ids must not matter where the list speaks
				x.ID, y.ID = y.ID, x.ID
			}
			c := process.Fold(d, append(slices.Clone(acts), y, x))
			if c.State != tt.state {
				t.Errorf("%s meets %s: %s, want %s", tt.a, tt.b, c.State, tt.state)
			}
			if tt.refused == "" {
				continue
			}
			if len(c.Refused) != 1 || c.Refused[0].Act.Transition != tt.refused || c.Refused[0].Why.Code != "crossed" || c.Refused[0].Why.Args[0] != na {
				t.Errorf("%s meets %s: refused %+v", tt.a, tt.b, c.Refused)
			}
		}
	}
	// A withdrawal that crosses the receipt finds the case received first, so
	// that the receipt is not refused for coming a moment late.
	_, short := chain(t, d, "XA send")
	c := process.Fold(d, append(short, act(d, 5, "XA", "withdraw", short[0].ID), act(d, 6, "XB", "receive", short[0].ID)))
	if c.State != "withdrawn" || len(c.Refused) != 0 {
		t.Errorf("withdrawal meets receipt: %s", dump(c))
	}
}

// TestEveryIllegalAct tries every transition in every state, by every side: what
// is not in the definition has no effect.
func TestEveryIllegalAct(t *testing.T) {
	d := load(t)
	ways := map[string][]string{
		"sent":             {"XA send"},
		"received":         {"XA send", "XB receive"},
		"acknowledged":     {"XA send", "XB receive", "XB acknowledge"},
		"assessing":        {"XA send", "XB receive", "XB acknowledge", "XB route"},
		"clarification":    {"XA send", "XB receive", "XB acknowledge", "XB ask"},
		"authorisation":    {"XA send", "XB receive", "XB acknowledge", "XB seek_authorisation"},
		"answered":         {"XA send", "XB receive", "XB acknowledge", "XB answer"},
		"refused":          {"XA send", "XB receive", "XB refuse"},
		"outcome_reported": {"XA send", "XB receive", "XB acknowledge", "XB answer", "XA report_outcome"},
		"suspended":        {"XA send", "XB receive", "XB suspend"},
		"closed":           {"XA send", "XB receive", "XB refuse", "XA close"},
		"withdrawn":        {"XA send", "XA withdraw"},
	}
	for _, s := range d.States {
		steps, ok := ways[s.Name]
		if !ok {
			if s.Kind != process.Start && s.Name != "expired" { // expired needs a clock: TestClockEnds
				t.Errorf("no way to %s in this test", s.Name)
			}
			continue
		}
		c, acts := chain(t, d, steps...)
		if c.State != s.Name {
			t.Fatalf("on the way to %s: %s", s.Name, dump(c))
		}
		for i := range d.Transitions {
			tr := &d.Transitions[i]
			for _, party := range []landbridge.PartyID{"XA", "XB"} {
				a := act(d, 100, party, tr.Name, acts[len(acts)-1].ID)
				got := process.Fold(d, append(slices.Clone(acts), a))
				may := slices.Contains(tr.From, s.Name) || slices.Contains(tr.From, process.AnyState) || slices.Contains(tr.From, process.LiveStates) && s.Kind == process.Live
				mine := tr.Side == process.Each || tr.Side == c.SideOf(party)
				if applied := len(got.Refused) == 0; applied && (!may || !mine) {
					t.Errorf("%s by %s was applied in %s", tr.Name, party, s.Name)
				}
			}
		}
	}
}

func TestSuspendAndResume(t *testing.T) {
	d := load(t)
	c, acts := chain(t, d, "XA send", "XB receive", "XB acknowledge", "XA suspend", "XB resume")
	if c.State != "acknowledged" || c.Before != "" {
		t.Errorf("%s", dump(c))
	}
	// Suspending what is suspended is not open, so that back never loses its way.
	c = process.Fold(d, append(acts[:4:4], act(d, 50, "XB", "suspend", acts[3].ID)))
	if c.State != "suspended" || c.Before != "acknowledged" || len(c.Refused) != 1 {
		t.Errorf("%s", dump(c))
	}
}

func BenchmarkCheckAct(b *testing.B) {
	d := load(b)
	c, acts := chain(b, d, "XA send", "XB receive", "XB acknowledge", "XB route")
	a := act(d, 50, "XB", "answer", acts[3].ID)
	b.ReportAllocs()
	for b.Loop() {
		if why := c.Check(&a, nil); why != nil {
			b.Fatal(why.Text)
		}
	}
}

func BenchmarkCheckOpening(b *testing.B) {
	d := load(b)
	a := act(d, 1, "XA", "send")
	c := process.New(d)
	b.ReportAllocs()
	for b.Loop() {
		if why := c.Check(&a, nil); why != nil {
			b.Fatal(why.Text)
		}
	}
}

func BenchmarkFoldNineActs(b *testing.B) {
	d := load(b)
	_, acts := chain(b, d, "XA send", "XB receive", "XB acknowledge", "XB route", "XB ask", "XA reply", "XB answer", "XA report_outcome", "XA close")
	b.ReportAllocs()
	for b.Loop() {
		process.Fold(d, acts)
	}
}
