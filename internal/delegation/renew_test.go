package delegation

import (
	"crypto/ed25519"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/fail"
)

// TestMovedBadges: when an edition moves, the badges that were given say the
// old end; the node says how many, signs them again under their own numbers,
// and the party whose people they are has them too.
func TestMovedBadges(t *testing.T) {
	forum(t, func(t *testing.T, xf, xa *testNode) {
		ctx := t.Context()
		group := xf.invite(Delegation{Kind: KindParty, Party: "XA", Name: "Azuria", Members: 4})
		xf.deliver(xa)
		ids, err := xa.Nominate(ctx, focal, group, []Nominee{{Head, mara}, {Member, Person{Latin: "Ivo Tannen"}}, {Member, Person{Latin: "Bo Tarn"}}})
		must(t, err)
		xa.deliver(xf)
		for _, id := range ids {
			must(t, xf.Approve(ctx, desk, id))
		}
		must(t, xf.Withdraw(ctx, desk, ids[2]))
		xf.deliver(xa)
		outdated := func(want int) {
			t.Helper()
			n, err := xf.Outdated(ctx, desk, "2026")
			must(t, err)
			all, err := xf.Editions(ctx, desk)
			must(t, err)
			if n != want || all[0].Outdated != want {
				t.Errorf("%d badges say another end, %d in the list; want %d", n, all[0].Outdated, want)
			}
		}
		outdated(0)
		moved := edition
		moved.Starts, moved.Ends = edition.Starts.AddDate(0, 0, 21), edition.Ends.AddDate(0, 0, 21)
		must(t, xf.db.Write(ctx, func(tx *db.Tx) error {
			return xf.Follow(tx, Dates{ID: "2026", Title: moved.Title, Place: moved.Place, Starts: moved.Starts, Ends: moved.Ends, Zone: "UTC"})
		}))
		outdated(2)
		keys := []ed25519.PublicKey{xf.keys.Signing.Public()}
		text := func(n *testNode, id landbridge.ID) string {
			t.Helper()
			v, err := n.Office.Open(ctx, desk, id)
			must(t, err)
			return v.Decision.Badge
		}
		old := text(xf, ids[0])
		_, err = badge.Verify(old, "2026", keys, nil, moved.Starts)
		refused(t, err, fail.Expired, "printed again if the edition was moved")

		_, err = xf.Renew(ctx, focal, "2026")
		refused(t, err, fail.Denied, "secretariat")
		_, err = xa.Renew(ctx, desk, "2026")
		refused(t, err, fail.Denied, "which runs it")
		n, err := xf.Renew(ctx, desk, "2026")
		must(t, err)
		if n != 2 {
			t.Errorf("%d badges were made again", n)
		}
		outdated(0)
		xf.deliver(xa)
		for _, at := range []*testNode{xf, xa} {
			b, err := badge.Verify(text(at, ids[0]), "2026", keys, nil, moved.Starts)
			if err != nil || b.Number != 1 || !b.Until.Equal(moved.Ends) {
				t.Errorf("the badge after the move: %+v %v", b, err)
			}
		}
		r, err := xf.Revoked(ctx, "2026")
		must(t, err)
		if len(r.Numbers) != 1 || r.Has(1) {
			t.Errorf("revoked: %v", r.Numbers)
		}
		if n, err := xf.Renew(ctx, desk, "2026"); err != nil || n != 0 {
			t.Errorf("a second time: %d, %v", n, err)
		}
		must(t, xf.SetEdition(ctx, desk, edition)) // back again
		outdated(2)
		var page strings.Builder
		must(t, xf.DoorPage(ctx, &page, "2026", badge.Words{Lang: "en", Dir: "ltr", Earlier: "earlier dates"}))
		if !strings.Contains(page.String(), `"ends":`) || !strings.Contains(page.String(), "earlier dates") {
			t.Error("the page for doors does not know the end of the edition")
		}
		xf.clock.Set(edition.Ends.AddDate(0, 0, 1))
		_, err = xf.Renew(ctx, desk, "2026")
		refused(t, err, fail.Expired, "is over")
	})
}

// TestFoot: a letter names the page that says whether it is real.
func TestFoot(t *testing.T) {
	if got := foot("Forum Secretariat", "https://forum.example"); !strings.Contains(got, "https://forum.example/public/letters ") || !latin(got) {
		t.Error(got)
	}
	if got := foot("Forum Secretariat", ""); !strings.Contains(got, "the pages of Forum Secretariat") {
		t.Error(got)
	}
}
