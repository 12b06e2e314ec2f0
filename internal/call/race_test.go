package call

import (
	"testing"

	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// TestDecideCounts: a decision counts the reviews that are there when it is
// made, not those that were there when somebody looked.
func TestDecideCounts(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Paper)
		_, err := d.Submit(ctx, call, paper, authors)
		must(t, err)
		entry := d.only(call).ID
		d.judged(call, entry, 9, 7)
		inside, decided := make(chan struct{}), make(chan error, 1)
		removed := make(chan error, 1)
		go func() {
			removed <- d.db.Write(ctx, func(tx *db.Tx) error {
				close(inside)
				for range 100 { // time to look, for a decision that looks before its turn
					var n int
					if err := d.db.QueryRow(ctx, `SELECT count(*) FROM call_review`).Scan(&n); err != nil {
						return err
					}
				}
				_, err := tx.Exec(`DELETE FROM call_review WHERE reviewer IN (SELECT max(reviewer) FROM call_review)`)
				return err
			})
		}()
		<-inside
		go func() { decided <- d.Decide(ctx, chair, entry, Accepted, "") }()
		must(t, <-removed)
		refused(t, <-decided, fail.Conflict, "promises 2 reviews")
	})
}

// TestWithdrawnWhilePublished: the open file of a paper that its author
// withdraws while it is being published does not stay behind.
func TestWithdrawnWhilePublished(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Paper)
		r, err := d.Submit(ctx, call, paper, authors)
		must(t, err)
		must(t, d.SetFile(ctx, r.Secret, samplePDF))
		entry := d.only(call).ID
		d.judged(call, entry, 9, 7)
		must(t, d.Decide(ctx, chair, entry, Accepted, ""))
		out, err := d.ready(ctx, d.only(call))
		must(t, err)
		must(t, d.Withdraw(ctx, r.Secret))
		must(t, d.db.Write(ctx, func(tx *db.Tx) error {
			n, err := d.publish(tx, out)
			if n != 0 {
				t.Errorf("%d published", n)
			}
			return err
		}))
		must(t, d.db.Write(ctx, func(*db.Tx) error { return nil })) // what a commit calls has run after this one
		if n, open := d.lying(t); n != 0 {
			t.Errorf("%d files lie there, open: %v", n, open)
		}
	})
}
