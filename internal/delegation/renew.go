package delegation

import (
	"context"
	"database/sql"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A badge says the end of its edition. When the edition moves, the badges that
// were printed still say the old one: they are not good for the days that were
// added, and nothing on the paper changes by itself. So the node keeps which
// badges say another end, offers to sign them again, and a door says of an old
// one that it is to be printed again.

// leaveEnds notes what end the badges in force say, before the edition has
// another one.
func (o *Office) leaveEnds(tx *db.Tx, was, now *Edition) error {
	if was.Ends.Equal(now.Ends) {
		return nil
	}
	if _, err := tx.Exec(`UPDATE delegation_badge SET until_us = $1 WHERE edition = $2 AND revoked_us = 0 AND until_us = 0`,
		db.Micros(was.Ends), was.ID); err != nil {
		return fmt.Errorf("noting the end of badges: %w", err)
	}
	return nil
}

const outdated = ` FROM delegation_badge b JOIN delegation_person p ON p.id = b.person AND p.number = b.number AND p.edition = b.edition
	WHERE b.edition = $1 AND b.revoked_us = 0 AND b.until_us <> 0 AND b.until_us <> $2 AND p.state = $3`

// Outdated counts the badges of approved people that say another end than the
// edition has now.
func (o *Office) Outdated(ctx context.Context, p staff.Person, edition string) (n int, err error) {
	if err := sees(p); err != nil {
		return 0, err
	}
	e, host, err := readEdition(o.c.DB.QueryRow(ctx, selectEdition, edition))
	if err != nil || host != o.me {
		return 0, err
	}
	err = o.c.DB.QueryRow(ctx, `SELECT count(*)`+outdated, edition, db.Micros(e.Ends), Approved).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting badges: %w", err)
	}
	return n, nil
}

// Renew signs the badges of an edition again that say another end than it has
// now, each under its own number, and tells the parties whose people they are.
// It signs at most [MaxAtOnce] in a commit and goes on until none is left; if we
// crash in between, those that were signed stay so. What was printed is to be
// printed again: no number is revoked, and an earlier end says itself.
func (o *Office) Renew(ctx context.Context, p staff.Person, edition string) (renewed int, err error) {
	if err := runs(p); err != nil {
		return 0, err
	}
	if err := o.Runs(ctx, edition); err != nil {
		return 0, err
	}
	for {
		n := 0
		err := o.c.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = o.renewSome(tx, p, edition)
			return err
		})
		if renewed += n; err != nil || n < MaxAtOnce {
			return renewed, err
		}
	}
}

func (o *Office) renewSome(tx *db.Tx, p staff.Person, edition string) (int, error) {
	e, _, err := readEdition(tx.QueryRow(selectEdition+tx.ForUpdate(), edition))
	if err != nil {
		return 0, err
	}
	if !e.Ends.After(o.now()) {
		return 0, fail.New(fail.Expired, "this edition is over; its badges are not made again")
	}
	var ids []landbridge.ID
	err = tx.Each(func(rows *sql.Rows) error {
		var id landbridge.ID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT p.id`+outdated+` ORDER BY p.id LIMIT $4`, edition, db.Micros(e.Ends), Approved, MaxAtOnce)
	if err != nil {
		return 0, fmt.Errorf("listing badges: %w", err)
	}
	tell := told{}
	for _, id := range ids {
		err := o.stepIn(tx, id, Approved, func(tx *db.Tx, r *row, d *Delegation, e *Edition) error {
			said, err := o.renew(tx, r, d, e, p.Pseudonym)
			if err != nil {
				return err
			}
			tell.add(d, r, said)
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return len(ids), o.tellAll(tx, tell)
}

// renew signs the badge of a person again, under its number.
func (o *Office) renew(tx *db.Tx, r *row, d *Delegation, e *Edition, by string) (*Decision, error) {
	if _, err := tx.Exec(`UPDATE delegation_badge SET issued_us = $1, until_us = $2 WHERE edition = $3 AND number = $4`, db.Micros(o.now()),
		db.Micros(e.Ends), e.ID, r.number); err != nil {
		return nil, fmt.Errorf("entering a badge: %w", err)
	}
	return o.hand(tx, r, d, e, r.number, by)
}
