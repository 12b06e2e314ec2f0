package decision

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
)

// adopted has the delegations adopt the declaration by consensus and sign it.
func (w *world) adopted(a, b, s *testNode) landbridge.Digest {
	t := w.t
	t.Helper()
	about := w.begin(s, func(m *kernel.Matter) { *m = w.matter(kernel.Consensus, m.Text) })
	for _, n := range []*testNode{a, b} {
		n.approve(n.say(about, Saying{Kind: kernel.Agreed}))
	}
	w.all()
	_, err := s.Close(t.Context(), s.people["secretary"], about, "")
	must(t, err)
	w.all()
	for _, n := range []*testNode{a, b} {
		n.approve(n.Sign(t.Context(), n.people["liaison"], about))
	}
	w.all()
	return about
}

// TestBundle: the file of an outcome holds without any node, and does not when
// anything in it was changed.
func TestBundle(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		about := w.adopted(a, b, s)
		text, err := a.Bundle(ctx, about)
		must(t, err)
		view, err := a.c.Directory.View(ctx)
		must(t, err)
		f, err := ParseBundle(text)
		must(t, err)
		found, err := f.Verify(view, 0)
		must(t, err)
		if found.Outcome.Matter != about || !slices.Equal(found.Signed, []landbridge.PartyID{"XA", "XB"}) || found.Logged != 4 ||
			!slices.Equal(found.Logs, []landbridge.PartyID{"XA"}) {
			t.Errorf("%+v", found)
		}
		forge := func(name string, change func(*Bundle)) {
			var x Bundle
			must(t, json.Unmarshal(text, &x))
			change(&x)
			if _, err := x.Verify(view, 0); err == nil {
				t.Errorf("it holds although %s", name)
			}
		}
		forge("the text is another", func(x *Bundle) { x.Text = strings.Replace(x.Text, "a day", "a week", 1) })
		forge("an agreement is gone", func(x *Bundle) {
			x.Acts = slices.DeleteFunc(x.Acts, func(s string) bool { return strings.Contains(s, "kind agreed") })
		})
		forge("the outcome names another party", func(x *Bundle) { x.Outcome = strings.Replace(x.Outcome, "adopting XB\n", "", 1) })
		forge("an act was changed", func(x *Bundle) { x.Acts[1] = strings.Replace(x.Acts[1], "party X", "party Y", 1) })
		forge("a proof is about another act", func(x *Bundle) { x.Log[0].Act, x.Log[1].Act = x.Log[1].Act, x.Log[0].Act })
		forge("a proof names another log", func(x *Bundle) { x.Log[0].Party = "XB" })
		forge("the salt is another", func(x *Bundle) { x.Log[0].Salt = strings.Repeat("00", 32) })

		promise := a.approve(a.Commit(ctx, a.people["liaison"], about, &kernel.Promise{Title: "Train", What: "It.", Due: "2027-06-30", Indicator: "done"}))
		_, err = a.Report(ctx, a.people["liaison"], promise, &kernel.Report{State: kernel.Running, Day: "2027-01-01", Text: "begun"})
		must(t, err)
		text, err = a.Bundle(ctx, promise)
		must(t, err)
		f, err = ParseBundle(text)
		must(t, err)
		if found, err = f.Verify(view, 0); err != nil || len(found.Commitments) != 1 || len(found.Commitments[0].Reports) != 1 || found.Logged != 2 {
			t.Errorf("%+v %v", found, err)
		}
		open := w.begin(s, func(m *kernel.Matter) { *m = w.matter(kernel.Silence, m.Text) })
		if _, err := a.Bundle(ctx, open); !fail.Is(err, fail.Missing) {
			t.Errorf("a matter that is not adopted is given out: %v", err)
		}
		for _, bad := range []string{"", "{}", `{"format":"landbridge-decision-file/1","acts":[],"log":[]}`, string(text) + "{}", `{"x":1}`} {
			if _, err := ParseBundle([]byte(bad)); err == nil {
				t.Errorf("%.40q is read", bad)
			}
		}
	})
}

func FuzzParseBundle(f *testing.F) {
	f.Add([]byte(`{"format":"landbridge-decision-file/1","outcome":"x","text":"y","acts":["z"],"log":[{"party":"XA","act":"","kind":"","salt":"","entry":"","proof":""}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := ParseBundle(b)
		if err != nil {
			return
		}
		again, err := canon.Encode(x)
		if err != nil {
			t.Fatal(err)
		}
		if y, err := ParseBundle(again); err != nil || len(y.Acts) != len(x.Acts) {
			t.Fatalf("%v", err)
		}
	})
}

// TestMemory: what is kept in memory is given out again, and an act makes it new.
func TestMemory(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		about := w.begin(s, func(m *kernel.Matter) { *m = w.matter(kernel.Consensus, m.Text) })
		read := func() *File {
			all, err := a.Matters(ctx, a.people["officer"])
			must(t, err)
			if len(all) != 1 {
				t.Fatal(len(all))
			}
			return all[0]
		}
		one, two := read(), read()
		if one.Result != two.Result || one.Due {
			t.Error("it was folded again although nothing happened")
		}
		_, err := a.say(about, Saying{Kind: kernel.Objected, Note: "no"})
		must(t, err)
		if three := read(); three.Objected != 1 || one.Objected != 0 {
			t.Error("an act is not seen")
		}
		w.clock.Pass(72 * time.Hour)
		if !read().Due {
			t.Error("the clock ended and nobody says so")
		}
		drafts, err := a.Drafts(ctx, a.people["officer"])
		must(t, err)
		again, err := a.Drafts(ctx, a.people["officer"])
		must(t, err)
		if drafts[0] != again[0] {
			t.Error("a draft was folded again although nothing happened")
		}
	})
}

// TestOptions: what is offered can be done, and what is refused says why.
func TestOptions(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		about := w.begin(s, func(m *kernel.Matter) { *m = w.matter(kernel.Silence, m.Text) })
		offered := func(n *testNode, who string) map[string]string {
			f, err := n.Matter(ctx, n.people[who], about)
			must(t, err)
			all, err := n.Options(ctx, n.people[who], f)
			must(t, err)
			out := map[string]string{}
			for _, o := range all {
				out[o.Kind] = o.Why
				if o.Why != "" && !slices.Contains(Whys(), o.Why) {
					t.Errorf("%q is no reason", o.Why)
				}
			}
			return out
		}
		for _, c := range []struct {
			n              *testNode
			who, kind, why string
		}{
			{a, "liaison", kernel.Objected, ""}, {a, "officer", kernel.Objected, NoRole}, {s, "secretary", kernel.Objected, NoDelegation},
			{a, "secretary", kernel.Objected, NoRole}, {a, "liaison", kernel.Closed, NotKeeper}, {s, "secretary", kernel.Closed, ClockRuns},
			{s, "secretary", kernel.Extended, ""}, {a, "liaison", kernel.Subscribed, NotAdopted}, {s, "secretary", kernel.Dropped, ""},
		} {
			if why, ok := offered(c.n, c.who)[c.kind]; !ok || why != c.why {
				t.Errorf("%s %s %s: %q, want %q", c.n.me, c.who, c.kind, why, c.why)
			}
		}
		if _, ok := offered(a, "liaison")[kernel.Agreed]; ok {
			t.Error("nobody agrees under silence")
		}
		w.clock.Pass(72 * time.Hour)
		_, err := s.Close(ctx, s.people["secretary"], about, "")
		must(t, err)
		w.all()
		if o := offered(a, "liaison"); o[kernel.Objected] != Over || o[kernel.Subscribed] != "" {
			t.Errorf("%v", o)
		}
		// The secretariat's own node signs too, and nowhere else does that role speak.
		d, err := s.Sign(ctx, s.people["secretary"], about)
		if err != nil || d.Proposal == "" {
			t.Errorf("the keeper cannot sign: %v", err)
		}
		if _, err := s.Approve(ctx, s.people["secretary"], d.Proposal, s.sign("secretary", d.Proposal)); !fail.Is(err, fail.Denied) {
			t.Errorf("one person alone signs for the secretariat: %v", err)
		}
		s.approve(d, nil)
		if _, err := a.Sign(ctx, a.people["secretary"], about); !fail.Is(err, fail.Denied) {
			t.Errorf("a secretary signs for a state: %v", err)
		}
	})
}

// TestAmendTo: people edit the whole text, and the difference is found.
func TestAmendTo(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		tabled, err := s.Table(ctx, s.people["secretary"], declaration())
		must(t, err)
		w.all()
		plain := strings.Replace(declaration().Plain(), "within a day", "within an hour", 1) + "\n\n2. They train."
		all, err := kernel.ReadPlain(plain)
		must(t, err)
		d, err := a.AmendTo(ctx, a.people["liaison"], tabled.Act, declaration().Digest(), all, "faster")
		must(t, err)
		if _, err := a.AmendTo(ctx, a.people["liaison"], tabled.Act, landbridge.Digest{1}, all, ""); !fail.Is(err, fail.Conflict) {
			t.Errorf("on a version that does not stand: %v", err)
		}
		draft, err := a.Draft(ctx, a.people["officer"], tabled.Act)
		must(t, err)
		x, err := Version(draft, d.Act)
		must(t, err)
		if len(draft.Standing()) != 1 || len(draft.Standing()[0].Amendment.Changes) != 2 || !strings.Contains(x.Plain(), "an hour") {
			t.Errorf("%+v", draft.Standing()[0].Amendment)
		}
		if _, err := Version(draft, landbridge.Digest{1}); !fail.Is(err, fail.Missing) {
			t.Error(err)
		}
	})
}

func BenchmarkMatters(b *testing.B) {
	mem := newMemory()
	m, acts := benchMatter(b)
	b.Run("fold", func(b *testing.B) {
		for b.Loop() {
			kernel.Fold(m, acts)
		}
	})
	b.Run("recall", func(b *testing.B) {
		for b.Loop() {
			_, err := recall(mem, mem.files, m.Digest(), 1, func() (*File, bool, error) { return &File{Result: kernel.Fold(m, acts)}, true, nil })
			must(b, err)
		}
	})
}

// benchMatter is a secret vote of fifty delegations before two tellers.
func benchMatter(b *testing.B) (*kernel.Matter, []*kernel.Act) {
	id := landbridge.ID("01960000-0000-7000-8000-000000000000")
	m := &kernel.Matter{ID: id, Keeper: "XF", Subject: kernel.AboutOutcome, Title: "T", Text: landbridge.Digest{1}, Method: kernel.Vote, Opens: start,
		Closes: start.Add(time.Hour), Quorum: 1, Majority: kernel.Majority{More: true, Num: 1, Den: 2, Of: kernel.OfCast}, Tellers: []landbridge.PartyID{"XA", "XF"}}
	for i := range 50 {
		m.Delegations = append(m.Delegations, landbridge.PartyID([]byte{'A' + byte(i/26), 'A' + byte(i%26)}))
	}
	var acts []*kernel.Act
	for _, p := range m.Delegations {
		ballot, _, err := kernel.NewBallot(m, p, kernel.Yes, bytes.NewReader(bytes.Repeat([]byte{7}, 1<<16)))
		must(b, err)
		acts = append(acts, &kernel.Act{ID: id, Kind: kernel.Cast, Party: p, Made: start.Add(time.Minute), Matter: m.Digest(), Text: m.Text, Body: string(ballot.Encode())})
	}
	return m, acts
}
