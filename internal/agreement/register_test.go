package agreement

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// TestS21FourEyes: a change needs two persons; the author cannot enter it, nor
// can who holds no role; the signature is over this proposal and no other.
func TestS21FourEyes(t *testing.T) {
	two(t, func(t *testing.T, a, _ *testNode) {
		ctx, one := t.Context(), pair(t)
		if _, err := a.Propose(ctx, a.people["officer"], []*Instrument{one}, "new"); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer proposes: %v", err)
		}
		id, err := a.Propose(ctx, a.people["lawyer"], []*Instrument{one}, "the agreement of 2020")
		must(t, err)
		if err := a.Enter(ctx, a.people["lawyer"], id, landbridge.CentralAuthority, a.sign("lawyer", id)); !fail.Is(err, fail.Denied) {
			t.Errorf("the author enters it: %v", err)
		}
		if err := a.Enter(ctx, a.people["officer"], id, "", a.sign("officer", id)); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer enters it: %v", err)
		}
		if b, err := a.Basis(ctx, query("2026-11-22")); err != nil || b.OK() {
			t.Errorf("a proposal counts before it is entered: %v %v", b, err)
		}
		two := *one
		two.ID = "other"
		second, err := a.Propose(ctx, a.people["lawyer"], []*Instrument{&two}, "another")
		must(t, err)
		if err := a.Enter(ctx, a.people["judge"], id, "", a.sign("judge", second)); !fail.Is(err, fail.Unsigned) {
			t.Errorf("a signature over another proposal enters it: %v", err)
		}
		must(t, a.Enter(ctx, a.people["judge"], id, "", a.sign("judge", id)))
		if err := a.Enter(ctx, a.people["minister"], id, "", a.sign("minister", id)); !fail.Is(err, fail.Conflict) {
			t.Errorf("it is entered twice: %v", err)
		}
		if b, err := a.Basis(ctx, query("2026-11-22")); err != nil || !b.OK() {
			t.Errorf("%v %v", b, err)
		}
		must(t, a.Return(ctx, a.people["judge"], second, "it is the same agreement"))
		if all, err := a.Proposals(ctx, a.people["officer"]); err != nil || len(all) != 0 {
			t.Errorf("%v %v", all, err)
		}
		facts, err := a.log.Facts(ctx, 0, 100)
		must(t, err)
		count := map[string]int{}
		for _, f := range facts {
			count[f.Kind]++
		}
		if count[factProposed] != 2 || count[factEntered] != 1 || count[factReturned] != 1 {
			t.Errorf("in the log: %v", count)
		}
	})
}

// TestHistory: every revision is kept, and a proposal made on an older one is refused.
func TestHistory(t *testing.T) {
	two(t, func(t *testing.T, a, _ *testNode) {
		ctx := t.Context()
		a.put("new", pair(t))
		if _, err := a.Propose(ctx, a.people["lawyer"], []*Instrument{pair(t)}, "again"); !fail.Is(err, fail.Conflict) {
			t.Errorf("the same again: %v", err)
		}
		stale := pair(t)
		stale.Note = "older"
		old, err := a.Propose(ctx, a.people["lawyer"], []*Instrument{stale}, "a note")
		must(t, err)
		changed := pair(t)
		changed.Members[1].Denounced = "2026-12-01"
		a.put("XB has denounced it", changed)
		if err := a.Enter(ctx, a.people["judge"], old, "", a.sign("judge", old)); !fail.Is(err, fail.Conflict) {
			t.Errorf("a proposal on an older revision is entered: %v", err)
		}
		f, err := a.Show(ctx, a.people["officer"], changed.ID)
		must(t, err)
		if len(f.History) != 2 || f.History[0].Number != 2 || f.History[0].Author != "lawyer" || f.History[0].Approver != "judge" || f.Revision != 2 {
			t.Errorf("%+v", f.History)
		}
		was, err := a.Revision(ctx, a.people["officer"], changed.ID, 1)
		must(t, err)
		if was.Members[1].Denounced != "" {
			t.Error("the first revision changed")
		}
		if err := a.Begin(ctx, nil); !fail.Is(err, fail.Conflict) {
			t.Errorf("a register that holds something begins again: %v", err)
		}
	})
}

// TestList searches in several scripts, filters, and pages through all.
func TestList(t *testing.T) {
	two(t, func(t *testing.T, a, _ *testNode) {
		ctx, who := t.Context(), a.people["officer"]
		titles := map[string]string{"ru": "Договор о правовой помощи", "zh": "关于刑事司法协助的条约", "ar": "اتفاقية التعاون الأمني", "es": "Acuerdo de cooperación policial"}
		var all []*Instrument
		for k := range 25 {
			i := pair(t)
			i.ID, i.Title["en"] = fmt.Sprintf("n-%02d", k), fmt.Sprintf("Agreement number %02d", k)
			all = append(all, i)
		}
		for l, s := range titles {
			all[len(l)].Title[l] = s // all on one instrument
		}
		all[7].Subjects, all[7].Ended = []string{"border"}, "2021-01-01"
		all[9].Title["en"] = "100% of what_is said"
		must(t, a.Begin(ctx, all))
		for q, n := range map[string]int{"": 25, "number 03": 1, "правовой ПОМОЩИ": 1, "司法协助": 1, "التعاون": 1, "cooperacion": 1, "100% what_is": 1, "%": 0, "_": 0,
			"no such words": 0, "eight persons": 25, "n-04": 1} {
			p, err := a.List(ctx, who, Filter{Text: q})
			if q == "%" || q == "_" {
				n = 25 // signs alone are no words: nothing is asked
			}
			if err != nil || p.Total != n {
				t.Errorf("%q: %d, want %d (%v)", q, p.Total, n, err)
			}
		}
		for name, c := range map[string]struct {
			f Filter
			n int
		}{"subject": {Filter{Subject: "border"}, 1}, "status": {Filter{Status: "ended"}, 1}, "party": {Filter{Party: "XC"}, 0}, "both": {Filter{Party: "XA", With: "XB"}, 25},
			"process": {Filter{Process: "information-request"}, 25}, "none": {Filter{Process: "extradition"}, 0}, "kind": {Filter{Kind: Multilateral}, 0}} {
			if p, err := a.List(ctx, who, c.f); err != nil || p.Total != c.n {
				t.Errorf("%s: %d, want %d (%v)", name, p.Total, c.n, err)
			}
		}
		seen := map[string]bool{}
		for after := ""; ; {
			p, err := a.List(ctx, who, Filter{Limit: 10, After: after})
			must(t, err)
			for _, r := range p.Rows {
				if seen[r.ID] {
					t.Errorf("%s stands on two pages", r.ID)
				}
				seen[r.ID] = true
			}
			if after = p.Next; after == "" {
				break
			}
		}
		if len(seen) != 25 {
			t.Errorf("%d of 25", len(seen))
		}
		if _, err := a.List(ctx, who, Filter{After: "x"}); !fail.Is(err, fail.Invalid) {
			t.Errorf("a made-up cursor: %v", err)
		}
		if _, err := a.List(ctx, staff.Person{}, Filter{}); !fail.Is(err, fail.Denied) {
			t.Errorf("nobody lists: %v", err)
		}
	})
}

// TestTwoRegisters: one party shows its text, both know whether they hold the
// same, where they differ, and the other can take it over.
func TestTwoRegisters(t *testing.T) {
	two(t, func(t *testing.T, a, b *testNode) {
		ctx := t.Context()
		a.put("new", pair(t))
		id := pair(t).ID
		state := func(n *testNode, other landbridge.PartyID) Copy {
			t.Helper()
			f, err := n.Show(ctx, n.people["officer"], id)
			must(t, err)
			for _, c := range f.Copies {
				if c.Party == other {
					return c
				}
			}
			return Copy{}
		}
		if c := state(a, "XB"); c.State != "unasked" {
			t.Errorf("%+v", c)
		}
		show := func(n, to *testNode) {
			t.Helper()
			must(t, n.Send(ctx, n.people["lawyer"], id, to.me))
			if r := n.deliver(to); len(r) > 0 {
				t.Fatal(r)
			}
			if r := to.deliver(n); len(r) > 0 {
				t.Fatal(r)
			}
		}
		show(a, b)
		if c := state(a, "XB"); c.State != "absent" {
			t.Errorf("XB holds nothing: %+v", c)
		}
		offered, err := b.Offered(ctx, b.people["officer"])
		if err != nil || len(offered) != 1 || offered[0].Party != "XA" {
			t.Fatalf("%+v %v", offered, err)
		}
		prop, err := b.Adopt(ctx, b.people["lawyer"], id, "XA")
		must(t, err)
		must(t, b.Enter(ctx, b.people["judge"], prop, "", b.sign("judge", prop)))
		show(a, b)
		if x, y := state(a, "XB"), state(b, "XA"); x.State != "same" || y.State != "same" {
			t.Errorf("%q %q", x.State, y.State)
		}
		own := pair(t)
		own.Note, own.Source, own.Confidence = "our notes", "gazette", "read"
		a.put("a source", own)
		if c := state(a, "XB"); c.State != "same" {
			t.Errorf("own notes are not compared: %+v", c)
		}
		changed := pair(t)
		changed.Members[1].Reservations = []Reservation{{Kind: DeclarationKind, Made: "2026-11-01", Text: "Two persons.",
			Terms: []Term{{Process: "information-request", Article: "5", MaxPersons: 2}}}}
		b.put("our declaration", changed)
		show(b, a)
		c := state(a, "XB")
		if c.State != "different" || len(c.Lines) == 0 || !strings.HasPrefix(c.Lines[0].Where, "parties/XB/reservations") {
			t.Errorf("%+v", c)
		}
		if c := state(b, "XA"); c.State != "different" {
			t.Errorf("XB knows too: %+v", c)
		}
	})
}

// TestShownRefused: only a party of the instrument is answered.
func TestShownRefused(t *testing.T) {
	two(t, func(t *testing.T, a, b *testNode) {
		ctx, i := t.Context(), pair(t)
		i.Members[1].Party = "XC"
		i.normalise()
		a.put("not with XB", i)
		if err := a.Send(ctx, a.people["lawyer"], i.ID, "XB"); !fail.Is(err, fail.Invalid) {
			t.Errorf("shown to a stranger: %v", err)
		}
		text, err := i.Shared()
		must(t, err)
		body, err := canon.Encode(shown{formShown, text})
		must(t, err)
		take := func(body []byte) error {
			return b.db.Write(ctx, func(tx *db.Tx) error { return b.takeShown(tx, "XA", body, start) })
		}
		if err := take(body); !fail.Is(err, fail.Denied) {
			t.Errorf("an instrument that does not concern us is taken in: %v", err)
		}
		if err := take([]byte(strings.Replace(string(body), `"kind":"bilateral"`, ` "kind":"bilateral"`, 1))); !fail.Is(err, fail.Invalid) {
			t.Errorf("another form: %v", err)
		}
	})
}

// TestS17Derogation: what crosses the border by derogation is counted and in the log.
func TestS17Derogation(t *testing.T) {
	two(t, func(t *testing.T, a, _ *testNode) {
		ctx, i := t.Context(), pair(t)
		for k := range i.Terms {
			if i.Terms[k].Transfer != "" {
				i.Terms[k].Transfer = "derogation"
			}
		}
		a.put("new", i)
		b, err := a.Basis(ctx, query("2026-11-22"))
		must(t, err)
		c, err := landbridge.NewID(start, a.c.Random)
		must(t, err)
		must(t, a.db.Write(ctx, func(tx *db.Tx) error { return a.Began(tx, c, "0123456789abcdef", b) }))
		n, err := a.Derogations(ctx, a.people["officer"], start.Add(-time.Hour))
		if err != nil || n["XB"] != 1 {
			t.Errorf("%v %v", n, err)
		}
		facts, err := a.log.FactsAbout(ctx, string(c), 10)
		if err != nil || len(facts) != 1 || facts[0].Kind != factDerogate {
			t.Errorf("%+v %v", facts, err)
		}
		f, err := a.Show(ctx, a.people["officer"], i.ID)
		if err != nil || f.Uses != 1 {
			t.Errorf("%d cases rest on it (%v)", f.Uses, err)
		}
	})
}

// TestImport proposes what a file changes, and nothing when a line of it is wrong.
func TestImport(t *testing.T) {
	two(t, func(t *testing.T, a, _ *testNode) {
		ctx, who := t.Context(), a.people["lawyer"]
		file, err := WriteJSON(rowsOf(Fictional([]string{"information-request"}, "XA", "XB")))
		must(t, err)
		r, id, err := a.Import(ctx, who, file, "what we have", true)
		if err != nil || id != "" || r.New != 2 {
			t.Errorf("a dry run: %+v %q %v", r, id, err)
		}
		bad := strings.Replace(string(file), `"kind": "bilateral"`, `"kind": "secret"`, 1)
		if r, id, err = a.Import(ctx, who, []byte(bad), "what we have", false); err != nil || id != "" || r.Wrong != 1 {
			t.Errorf("a wrong line: %+v %q %v", r, id, err)
		}
		_, id, err = a.Import(ctx, who, file, "what we have", false)
		must(t, err)
		must(t, a.Enter(ctx, a.people["minister"], id, landbridge.Minister, a.sign("minister", id)))
		if r, id, err = a.Import(ctx, who, file, "again", false); err != nil || id != "" || r.Same != 2 {
			t.Errorf("again: %+v %q %v", r, id, err)
		}
		if _, _, err := a.Import(ctx, a.people["officer"], file, "x", true); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer imports: %v", err)
		}
	})
}
