package visit

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// TestRecord runs a visit between two nodes: proposed, corrected by the other,
// agreed, followed by its results, released by both, withheld again.
func TestRecord(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		id, err := a.Propose(t.Context(), a.people["i.sol"], visitOf("Visit of the minister"))
		must(t, err)
		w.deliver()
		mine, theirs := a.show(id), b.show(id)
		if mine.Newest.Status != StatusProposed || mine.Waits || !theirs.Waits || theirs.Newest.Digest != mine.Newest.Digest {
			t.Fatalf("%+v %+v", mine.Newest, theirs.Newest)
		}
		if _, err := s.Show(t.Context(), s.people["i.sol"], id); !fail.Is(err, fail.Missing) {
			t.Errorf("who takes no part knows of it: %v", err)
		}
		better := visitOf("Visit of the minister of the interior")
		better.Visit.Last = "2026-11-26"
		must(t, b.Correct(t.Context(), b.people["i.sol"], id, theirs.Newest.Digest, better, "one day longer"))
		if err := a.Say(t.Context(), a.people["i.sol"], Released, id, mine.Newest.Digest, ""); !fail.Is(err, fail.Conflict) {
			t.Errorf("released before all agreed: %v", err)
		}
		w.deliver()
		mine = a.show(id)
		if !mine.Waits || mine.Newest.Number != 2 || mine.Newest.Note != "one day longer" || mine.Standing != nil {
			t.Fatalf("%+v", mine.Newest)
		}
		must(t, a.Say(t.Context(), a.people["i.sol"], Agreed, id, mine.Newest.Digest, ""))
		w.deliver()
		if x := b.show(id); x.Standing == nil || x.Newest.Status != StatusAgreed || x.Standing.Number != 2 {
			t.Fatalf("%+v", x.Newest)
		}
		if err := b.Say(t.Context(), b.people["i.sol"], Withdrawn, id, mine.Newest.Digest, ""); !fail.Is(err, fail.Conflict) {
			t.Errorf("what all agreed to was withdrawn: %v", err)
		}
		held := visitOf(better.Title)
		held.Visit.Last, held.Results = better.Visit.Last, []string{"A joint working group begins."}
		must(t, a.Correct(t.Context(), a.people["i.sol"], id, mine.Newest.Digest, held, "results"))
		w.deliver()
		third := b.show(id).Newest.Digest
		must(t, b.Say(t.Context(), b.people["i.sol"], Agreed, id, third, ""))
		w.deliver()
		must(t, b.Say(t.Context(), b.people["i.sol"], Released, id, third, ""))
		if _, err := a.PublishedRecord(t.Context(), id); !fail.Is(err, fail.Missing) {
			t.Errorf("public by one party's word: %v", err)
		}
		must(t, a.Say(t.Context(), a.people["i.sol"], Released, id, third, ""))
		w.deliver()
		publicEverywhere(t, id, third, a, b)
		must(t, b.Say(t.Context(), b.people["i.sol"], Withheld, id, third, ""))
		w.deliver()
		for _, n := range []*testNode{a, b} {
			all, err := n.Published(t.Context())
			must(t, err)
			if len(all) != 0 {
				t.Errorf("%s shows what was withheld", n.me)
			}
		}
		must(t, b.Say(t.Context(), b.people["i.sol"], Released, id, third, ""))
		w.deliver()
		publicEverywhere(t, id, third, a, b)
	})
}

func publicEverywhere(t *testing.T, id landbridge.ID, version landbridge.Digest, nodes ...*testNode) {
	t.Helper()
	for _, n := range nodes {
		all, err := n.Published(t.Context())
		must(t, err)
		if len(all) != 1 || all[0].Version.Digest != version || len(all[0].Version.Content.Results) != 1 {
			t.Fatalf("%s: %+v", n.me, all)
		}
		text, err := n.Evidence(t.Context(), id)
		must(t, err)
		said, err := ParseEvidence(text)
		must(t, err)
		view, err := n.c.Directory.View(t.Context())
		must(t, err)
		kinds := map[string]int{}
		for _, st := range said {
			must(t, Verify(view, st))
			kinds[st.Kind]++
		}
		if kinds[Corrected] != 1 || kinds[Agreed] != 1 || kinds[Released] < 2 {
			t.Errorf("%s: evidence %v", n.me, kinds)
		}
		if _, err := n.Entry(t.Context(), version); err != nil {
			t.Error(err)
		}
	}
}

// TestGroupGrows: a party that joins a group by a correction learns everything
// that was said, and its agreement is needed.
func TestGroupGrows(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		c := &Content{Kind: GroupKind, Language: "en", Title: "Working group on pipelines", Parties: []landbridge.PartyID{"XA", "XB"},
			Group: &Group{Chair: "XA", Mandate: "Compare notes.", Founded: "2026-10-01"}}
		id, err := a.Propose(t.Context(), a.people["i.sol"], c)
		must(t, err)
		w.deliver()
		must(t, b.Say(t.Context(), b.people["i.sol"], Agreed, id, b.show(id).Newest.Digest, ""))
		w.deliver()
		bigger := *c
		bigger.Parties = []landbridge.PartyID{"XA", "XB", "XF"}
		bigger.Group = &Group{Chair: "XB", Mandate: "Compare notes.", Founded: "2026-10-01", Meetings: []Meeting{{Day: "2026-11-01", Title: "First meeting", Results: []string{"Met."}}}}
		must(t, b.Correct(t.Context(), b.people["i.sol"], id, b.show(id).Newest.Digest, &bigger, ""))
		w.deliver()
		x := s.show(id)
		if len(x.Said) != 3 || len(x.Versions) != 2 || !x.Waits || x.Standing == nil || x.Standing.Number != 1 {
			t.Fatalf("%d said, %d versions, waits %v", len(x.Said), len(x.Versions), x.Waits)
		}
		must(t, s.Say(t.Context(), s.people["i.sol"], Declined, id, x.Newest.Digest, "not this year"))
		w.deliver()
		if y := a.show(id); y.Newest.Status != StatusDeclined || y.Standing.Number != 1 {
			t.Errorf("%+v", y.Newest)
		}
		must(t, s.Say(t.Context(), s.people["i.sol"], Agreed, id, x.Newest.Digest, ""))
		must(t, a.Say(t.Context(), a.people["i.sol"], Agreed, id, x.Newest.Digest, ""))
		w.deliver()
		for _, n := range []*testNode{a, b, s} {
			if y := n.show(id); y.Standing.Number != 2 {
				t.Errorf("%s: %+v", n.me, y.Newest)
			}
		}
		all, err := s.List(t.Context(), s.people["i.sol"], Query{Kind: GroupKind, Status: StatusAgreed})
		must(t, err)
		if len(all) != 1 {
			t.Errorf("%d in the list", len(all))
		}
	})
}

// TestAnswer: a letter names the one it answers, and that one shows it.
func TestAnswer(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, _ *testNode) {
		letter := func(from, to landbridge.PartyID, answers landbridge.ID) *Content {
			return &Content{Kind: LetterKind, Language: "en", Title: "On the hotline", Parties: []landbridge.PartyID{"XA", "XB"},
				Letter:    &Letter{From: from, To: []landbridge.PartyID{to}, Sent: "2026-11-20", Answers: answers},
				Documents: []Document{{Title: "Letter", Digest: landbridge.Sum([]byte("letter"))}}}
		}
		first, err := a.Propose(t.Context(), a.people["i.sol"], letter("XA", "XB", ""))
		must(t, err)
		w.deliver()
		second, err := b.Propose(t.Context(), b.people["i.sol"], letter("XB", "XA", first))
		must(t, err)
		w.deliver()
		if x := a.show(first); !slices.Equal(x.Answered, []landbridge.ID{second}) {
			t.Errorf("%v", x.Answered)
		}
	})
}

func TestRefused(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		id, err := a.Propose(t.Context(), a.people["i.sol"], visitOf("A visit"))
		must(t, err)
		w.deliver()
		v := a.show(id).Newest.Digest
		for name, err := range map[string]error{
			"an officer writes":         second(a.Propose(t.Context(), a.people["d.oru"], visitOf("x"))),
			"own agreement twice":       a.Say(t.Context(), a.people["i.sol"], Agreed, id, v, ""),
			"withdrawn by another":      b.Say(t.Context(), b.people["i.sol"], Withdrawn, id, v, ""),
			"declined without a reason": b.Say(t.Context(), b.people["i.sol"], Declined, id, v, ""),
			"an unknown version":        b.Say(t.Context(), b.people["i.sol"], Agreed, id, landbridge.Sum([]byte("x")), ""),
			"an unknown record":         s.Say(t.Context(), s.people["i.sol"], Agreed, id, v, ""),
			"an unknown word":           b.Say(t.Context(), b.people["i.sol"], "blessed", id, v, ""),
			"released by who may not":   b.Say(t.Context(), b.people["k.lenn"], Released, id, v, ""),
			"another kind": b.Correct(t.Context(), b.people["i.sol"], id, v, &Content{Kind: LetterKind, Language: "en", Title: "x", Parties: []landbridge.PartyID{"XA", "XB"},
				Letter: &Letter{From: "XA", To: []landbridge.PartyID{"XB"}, Sent: "2026-11-20"}}, ""),
		} {
			if k := fail.KindOf(err); err == nil || k == fail.Internal {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, a.Say(t.Context(), a.people["i.sol"], Withdrawn, id, v, "another day"))
		w.deliver()
		if x := b.show(id); x.Newest.Status != StatusWithdrawn || x.Waits {
			t.Errorf("%+v", x.Newest)
		}
		forged := signedAt(t, b, &Statement{Format: format, ID: id, Kind: Proposed, Record: id, Party: "XA", Made: w.clock.Now(), Content: visitOf("forged")})
		if err := b.taken(Proposed, forged.Encode()); !fail.Is(err, fail.Unsigned) {
			t.Errorf("a statement in another's name: %v", err)
		}
		late := signedAt(t, a, &Statement{Format: format, ID: "01960000-0000-7000-8000-00000000000b", Kind: Released, Record: id, Party: "XA", Made: w.clock.Now().Add(time.Hour), Version: v})
		if err := b.taken(Released, late.Encode()); !fail.Is(err, fail.Invalid) {
			t.Errorf("a statement from the future: %v", err)
		}
		good := signedAt(t, a, &Statement{Format: format, ID: "01960000-0000-7000-8000-00000000000a", Kind: Released, Record: id, Party: "XA", Made: w.clock.Now(), Version: v})
		must(t, b.taken(Released, good.Encode()))
		n := len(b.show(id).Said)
		must(t, b.taken(Released, good.Encode()))
		if len(b.show(id).Said) != n {
			t.Error("a statement that came twice counts twice")
		}
		if err := b.taken(Withheld, good.Encode()); !fail.Is(err, fail.Denied) {
			t.Errorf("a message of another kind than its statement: %v", err)
		}
	})
}

// TestBegunOnce: who learns the id of a record, which a public one shows, cannot
// begin another under it, whatever time they write on it.
func TestBegunOnce(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		id, err := a.Propose(t.Context(), a.people["i.sol"], visitOf("A visit"))
		must(t, err)
		w.deliver()
		v := a.show(id).Newest.Digest
		must(t, b.Say(t.Context(), b.people["i.sol"], Agreed, id, v, ""))
		w.deliver()
		for _, n := range []*testNode{a, b} {
			must(t, n.Say(t.Context(), n.people["i.sol"], Released, id, v, ""))
			w.deliver()
		}
		other := visitOf("Another visit")
		other.Parties, other.Visit.Host, other.People = []landbridge.PartyID{"XA", "XF"}, "XF", nil
		early := signedAt(t, s, &Statement{Format: format, ID: id, Kind: Proposed, Record: id, Party: "XF", Made: start.Add(-30 * time.Minute), Content: other})
		for _, n := range []*testNode{a, b} {
			if err := n.taken(Proposed, early.Encode()); !fail.Is(err, fail.Conflict) {
				t.Errorf("at %s another record begins under the id: %v", n.me, err)
			}
			p, err := n.PublishedRecord(t.Context(), id)
			must(t, err)
			if p.Version.Digest != v {
				t.Errorf("at %s the public record is %q by %s", n.me, p.Version.Content.Title, p.Version.By)
			}
		}
	})
}

func TestContent(t *testing.T) {
	for name, change := range map[string]func(*Content){
		"no title":               func(c *Content) { c.Title = " " },
		"a control character":    func(c *Content) { c.Title = "a\x1b[2J" },
		"a line in a title":      func(c *Content) { c.Title = "a\nb" },
		"text turned round":      func(c *Content) { c.Results = []string{"a\u202eb"} },
		"one party":              func(c *Content) { c.Parties = []landbridge.PartyID{"XA"} },
		"a party twice":          func(c *Content) { c.Parties = []landbridge.PartyID{"XA", "XA"} },
		"out of order":           func(c *Content) { c.Parties = []landbridge.PartyID{"XB", "XA"} },
		"a host who is no party": func(c *Content) { c.Visit.Host = "XC" },
		"a level":                func(c *Content) { c.Visit.Level = "king" },
		"a zone":                 func(c *Content) { c.Visit.Zone = "Local" },
		"days":                   func(c *Content) { c.Visit.Last = "2026-11-23" },
		"a day":                  func(c *Content) { c.Visit.First = "2026-02-30" },
		"agenda outside":         func(c *Content) { c.Visit.Agenda = []Item{{start.Add(30 * 24 * time.Hour), "x"}} },
		"no language":            func(c *Content) { c.Language = "tlh" },
		"two parts":              func(c *Content) { c.Group = &Group{} },
		"another part":           func(c *Content) { c.Kind = LetterKind },
		"no digest":              func(c *Content) { c.Documents = []Document{{Title: "x"}} },
		"a script link": func(c *Content) {
			c.Documents = []Document{{Title: "x", Digest: landbridge.Sum(nil), Link: "javascript:alert(1)"}}
		},
		"a participant of another party": func(c *Content) { c.People = []Seat{{"XC", "Minister", Heads}} },
		"too many results":               func(c *Content) { c.Results = slices.Repeat([]string{"x"}, MaxEntries+1) },
	} {
		c := visitOf("A visit")
		must(t, c.Check())
		change(c)
		if err := c.Check(); !fail.Is(err, fail.Invalid) && !fail.Is(err, fail.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if at, err := Local("Asia/Shanghai", "2026-11-24 09:30"); err != nil || !at.Equal(time.Date(2026, 11, 24, 1, 30, 0, 0, time.UTC)) {
		t.Errorf("%v %v", at, err)
	}
	if _, err := Local("Europe/Paris", "2026-03-29 02:30"); !fail.Is(err, fail.Invalid) {
		t.Errorf("a time that the clocks skip: %v", err)
	}
}

// TestFoldOrder: the state is a function of the set, not of the order.
func TestFoldOrder(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, _ *testNode) {
		id, err := a.Propose(t.Context(), a.people["i.sol"], visitOf("A visit"))
		must(t, err)
		w.deliver()
		v := a.show(id).Newest.Digest
		must(t, a.Correct(t.Context(), a.people["i.sol"], id, v, visitOf("A visit of A"), ""))
		must(t, b.Correct(t.Context(), b.people["i.sol"], id, v, visitOf("A visit of B"), "")) // the two cross
		w.deliver()
		x, y := a.show(id), b.show(id)
		if x.Newest.Digest != y.Newest.Digest || len(x.Versions) != 3 {
			t.Fatal("two nodes with the same statements show different versions")
		}
		n := a
		if x.Newest.By == "XA" {
			n = b
		}
		must(t, n.Say(t.Context(), n.people["i.sol"], Agreed, id, x.Newest.Digest, ""))
		w.deliver()
		said := a.show(id).Said
		want := a.show(id)
		for range 50 {
			rand.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
			s := Fold(append(slices.Clone(said), said[0]))
			if s.Newest.Digest != want.Newest.Digest || s.Standing.Digest != want.Standing.Digest || len(s.Versions) != 3 {
				t.Fatal("the order of statements matters")
			}
		}
	})
}

func FuzzParseSigned(f *testing.F) {
	id := landbridge.ID("01960000-0000-7000-8000-000000000000")
	for _, st := range []*Statement{
		{Format: format, ID: id, Kind: Proposed, Record: id, Party: "XA", Made: start, Content: visitOf("A visit")},
		{Format: format, ID: id, Kind: Agreed, Record: id, Party: "XB", Made: start, Version: landbridge.Sum(nil)},
	} {
		if st.Kind == Agreed {
			st.ID = "01960000-0000-7000-8000-000000000001"
		}
		s, err := sign(st, func([]byte) []byte { return make([]byte, 64) })
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSigned(b)
		if err != nil {
			return
		}
		if !bytes.Equal(s.Encode(), b) {
			t.Fatalf("two forms: %q", b)
		}
		if all, err := ParseEvidence(append(slices.Clone(b), b...)); err != nil || len(all) != 2 {
			t.Fatalf("%d %v", len(all), err)
		}
		Fold([]*Signed{s})
	})
}

func second[T any](_ T, err error) error { return err }

func visitOf(title string) *Content {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	return &Content{Kind: VisitKind, Language: "en", Title: title, Parties: []landbridge.PartyID{"XA", "XB"},
		Visit: &Visit{Host: "XB", Level: "minister", Place: "Harbour City", Zone: "Europe/Helsinki", First: "2026-11-24", Last: "2026-11-25",
			Agenda: []Item{{at, "Talks"}, {Title: strings.Repeat("Dinner ", 2)}}},
		People: []Seat{{"XA", "Minister of the Interior", Heads}, {"XB", "Minister of the Interior", Heads}}}
}
