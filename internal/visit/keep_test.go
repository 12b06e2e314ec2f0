package visit

import (
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// TestS15Erased: a record that never stood is erased a year after the last word
// about it, one that stood ten years after its day; what is public stays, and
// what arrives about an erased record begins nothing.
func TestS15Erased(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, _ *testNode) {
		ctx, sol := t.Context(), a.people["i.sol"]
		propose := func(title string) landbridge.ID {
			t.Helper()
			id, err := a.Propose(ctx, sol, visitOf(title))
			must(t, err)
			w.deliver()
			return id
		}
		say := func(n *testNode, kind string, id landbridge.ID) {
			t.Helper()
			must(t, n.Say(ctx, n.people["i.sol"], kind, id, n.show(id).Newest.Digest, map[string]string{Declined: "not now"}[kind]))
			w.deliver()
		}
		declined, held, public := propose("Declined"), propose("Held"), propose("Public")
		say(b, Declined, declined)
		say(b, Agreed, held)
		say(b, Agreed, public)
		say(a, Released, public)
		say(b, Released, public)
		late := a.show(declined).Said[1]

		year := a.show(declined).Kept()
		if !year.Equal(a.show(declined).Said[1].Made.AddDate(KeepUnagreed, 0, 0)) || !year.Equal(b.show(declined).Kept()) {
			t.Errorf("what was declined is kept until %s", year)
		}
		day, err := time.Parse(time.DateOnly, visitOf("Held").Visit.Last)
		must(t, err)
		decade := a.show(held).Kept()
		if decade.Before(day.AddDate(KeepAgreed, 0, 0)) || !decade.Equal(b.show(held).Kept()) {
			t.Errorf("what was agreed is kept until %s", decade)
		}
		if !a.show(public).Kept().IsZero() {
			t.Error("what is public has an end")
		}
		gone := func(id landbridge.ID) bool {
			t.Helper()
			_, err := a.Show(ctx, sol, id)
			if err != nil && !fail.Is(err, fail.Missing) {
				t.Fatal(err)
			}
			var n int
			must(t, a.db.QueryRow(ctx, `SELECT count(*) FROM visit_statement WHERE record = $1`, string(id)).Scan(&n))
			there, e := a.Knows(ctx, id)
			must(t, e)
			if (err != nil) != (n == 0) || there == (n == 0) {
				t.Errorf("shown: %v, %d statements, known: %v", err, n, there)
			}
			return err != nil
		}
		must(t, a.Sweep(ctx))
		w.clock.Set(year.Add(-time.Hour))
		must(t, a.Sweep(ctx))
		if gone(declined) || gone(held) || gone(public) {
			t.Error("erased before its time")
		}
		w.clock.Set(year)
		must(t, a.Sweep(ctx))
		if !gone(declined) || gone(held) || gone(public) {
			t.Error("not what was to be erased")
		}
		must(t, a.taken(late.Kind, late.Encode()))
		if !gone(declined) {
			t.Error("what arrived late brought the record back")
		}
		all, err := a.List(ctx, sol, Query{})
		must(t, err)
		if len(all) != 2 {
			t.Errorf("%d records are listed", len(all))
		}
		w.clock.Set(decade)
		must(t, a.Sweep(ctx))
		if !gone(held) || gone(public) {
			t.Error("after ten years")
		}
		must(t, b.Say(ctx, b.people["i.sol"], Withheld, public, b.show(public).Newest.Digest, ""))
		w.deliver()
		if a.show(public).Kept().IsZero() {
			t.Error("what is not public any more is kept for ever")
		}
	})
}

// TestKeptBefore: rows written before records had an end are reckoned, and a
// statement about a record that never began here does not stay for ever.
func TestKeptBefore(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, _ *testNode) {
		ctx, sol := t.Context(), a.people["i.sol"]
		id, err := a.Propose(ctx, sol, visitOf("Visit"))
		must(t, err)
		w.deliver()
		must(t, a.db.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE visit_record SET erase_us = -1`)
			return err
		}))
		must(t, b.db.Write(ctx, func(tx *db.Tx) error { // its beginning is lost
			_, err := tx.Exec(`DELETE FROM visit_record`)
			return err
		}))
		must(t, a.Sweep(ctx))
		var at int64
		must(t, a.db.QueryRow(ctx, `SELECT erase_us FROM visit_record WHERE id = $1`, string(id)).Scan(&at))
		if at != a.show(id).Kept().UnixMicro() {
			t.Errorf("kept until %d", at)
		}
		w.clock.Set(w.clock.Now().AddDate(KeepUnagreed, 0, 1))
		must(t, b.Sweep(ctx))
		var n int
		must(t, b.db.QueryRow(ctx, `SELECT count(*) FROM visit_statement`).Scan(&n))
		if n != 0 {
			t.Errorf("%d statements about nothing", n)
		}
	})
}

// TestKeptGroup: a working group is kept as long as it works.
func TestKeptGroup(t *testing.T) {
	c := &Content{Kind: GroupKind, Group: &Group{Founded: "2026-01-01"}}
	s := &State{Standing: &Version{Content: c}}
	if !kept(s, nil).IsZero() {
		t.Error("a group that works has an end")
	}
	c.Group.Ended = "2030-05-06"
	if got := kept(s, nil).Format(time.DateOnly); got != "2040-05-06" {
		t.Error(got)
	}
}
