package delegation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/delegation/door"
	"landbridge.example/internal/fail"
)

// fill writes a row for each number i from 1 to many with one statement.
func (n *testNode) fill(many int, into, values string) {
	n.t.Helper()
	must(n.t, n.db.Write(n.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO %s SELECT %s FROM n`, many, into, values))
		return err
	}))
}

// TestFull: at its bounds a node goes on with what it holds, and what it cannot
// hold it says. Nothing that a door relies on is cut without a word.
func TestFull(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		must(t, xf.SetEdition(ctx, desk, edition))
		xf.fill(maxEditions-1, "delegation_edition (id, host, body, closes_us, erase_us)",
			`'e' || i, 'XF', (SELECT body FROM delegation_edition WHERE id = '2026'), 0, (SELECT erase_us FROM delegation_edition WHERE id = '2026')`)
		later := edition
		later.Closes = later.Closes.Add(time.Hour)
		must(t, xf.SetEdition(ctx, desk, later))
		later.ID = "2027"
		refused(t, xf.SetEdition(ctx, desk, later), fail.TooLarge, "at most")

		badges := "delegation_badge (edition, number, person, issued_us, revoked_us)"
		xf.fill(badge.MaxRevoked, badges, `'2026', i, '', 1, 2`)
		r, err := xf.Revoked(ctx, "2026")
		must(t, err)
		if len(r.Numbers) != badge.MaxRevoked {
			t.Errorf("%d revoked badges", len(r.Numbers))
		}
		xf.fill(1, badges, fmt.Sprintf(`'2026', %d, '', 1, 2`, badge.MaxRevoked+1))
		_, err = xf.RevokedText(ctx, "2026")
		refused(t, err, fail.TooLarge, "revoked")

	})
}

// TestFullOfScans: as many scans are taken in as a report can hold; what is
// known already does not count again.
func TestFullOfScans(t *testing.T) {
	forum(t, func(t *testing.T, xf, _ *testNode) {
		ctx := t.Context()
		must(t, xf.SetEdition(ctx, desk, edition))
		xf.fill(door.MaxScans-1, "delegation_scan (edition, badge, at_us, door, sequence, taken_us)",
			fmt.Sprintf(`'2026', 1, %d, 'north', i, 1`, db.Micros(edition.Starts)))
		file := func(door string) string {
			return fmt.Sprintf("landbridge-scans/1 2026\n%s 1 1 %d\n", door, db.Micros(edition.Starts))
		}
		for range 2 { // the same file may be brought again
			_, err := xf.TakeScans(ctx, desk, "2026", strings.NewReader(file("south")))
			must(t, err)
		}
		r, err := xf.Report(ctx, desk, "2026")
		must(t, err)
		if len(r.Doors) != 2 {
			t.Errorf("%d doors", len(r.Doors))
		}
		_, err = xf.TakeScans(ctx, desk, "2026", strings.NewReader(file("east")))
		refused(t, err, fail.TooLarge, "at most 200000 scans")
		_, err = xf.Report(ctx, desk, "2026")
		must(t, err)
	})
}

// TestPostponed: data on people of a party are kept there as long as at the
// secretariat, also when the edition takes place later than was thought; and
// days that would erase everyone at once are not entered by a slip of the hand.
func TestPostponed(t *testing.T) {
	forum(t, func(t *testing.T, xf, xa *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: KindParty, Party: "XA", Name: "Azuria", Members: 1})
		xf.deliver(xa)
		ids, err := xa.Nominate(ctx, focal, group, []Nominee{{Head, mara}})
		must(t, err)
		xa.deliver(xf)
		must(t, xf.Approve(ctx, desk, ids[0]))
		xf.deliver(xa)

		later := edition
		later.Starts, later.Ends = edition.Starts.AddDate(1, 0, 0), edition.Ends.AddDate(1, 0, 0)
		must(t, xf.SetEdition(ctx, desk, later))
		xf.deliver(xa)
		xa.clock.Set(edition.erases())
		for _, n := range []*testNode{xf, xa} {
			must(t, n.Sweep(ctx))
			if s := n.state(ids[0]); s != Approved {
				t.Errorf("at %s the person is %s", n.me, s)
			}
		}
		slip := later
		slip.Starts, slip.Ends, slip.Closes = edition.Starts.AddDate(-1, 0, 0), edition.Ends.AddDate(-1, 0, 0), edition.Closes.AddDate(-1, 0, 0)
		refused(t, xf.SetEdition(ctx, desk, slip), fail.Conflict, "erased at once")
		err = xf.db.Write(ctx, func(tx *db.Tx) error {
			return xf.Follow(tx, Dates{ID: "2026", Title: edition.Title, Place: edition.Place, Starts: slip.Starts, Ends: slip.Ends, Zone: "UTC"})
		})
		refused(t, err, fail.Conflict, "erased at once")
		must(t, xf.Forget(ctx, desk, ids[0]))
		must(t, xf.SetEdition(ctx, desk, slip))

		xa.clock.Set(later.erases())
		must(t, xa.Sweep(ctx))
		_, err = xa.Office.Open(ctx, desk, ids[0])
		refused(t, err, fail.Missing, "erased")
	})
}

// TestOneDelegation: what one delegation nominates over its quota does not use
// up the room of the edition.
func TestOneDelegation(t *testing.T) {
	forum(t, func(t *testing.T, xf, xa *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: KindParty, Party: "XA", Name: "Azuria", Members: 1})
		other, err := xf.Invite(ctx, desk, Delegation{Edition: "2026", Kind: "ngo", Name: "Watch on Corridors", Members: 1})
		must(t, err)
		xf.deliver(xa)
		xf.fill(maxOfGroup, "delegation_person (id, edition, delegation, part, state, number, body, decision, nominated_by, proposed_by, revision, nominated_us, erase_us)",
			"'p' || i, '2026', '"+string(group)+"', 'member', 'refused', 0, '', '', 'node', '', 1, 0, 0")
		_, err = xa.Nominate(ctx, focal, group, []Nominee{{Head, mara}})
		must(t, err)
		if errs := xa.deliver(xf); len(errs) != 1 || !fail.Is(errs[0], fail.TooLarge) {
			t.Errorf("the delegation nominates on: %v", errs)
		}
		_, err = xf.Nominate(ctx, desk, other, []Nominee{{Head, mara}})
		must(t, err)
	})
}
