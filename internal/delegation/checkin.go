package delegation

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/delegation/door"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
	"landbridge.example/seal"
)

// A Taken says what a file of scans brought.
type Taken struct {
	Scans   int // in the file
	New     int // not known before
	Unknown []int
	Revoked []int // badges scanned after they were revoked: the door's list was old
	Clashes []door.Clash
}

// TakeScans merges a file of scans into what is known of an edition. The same
// file can be brought any number of times, and by several people at once: a
// row is a whole scan, so it is there or it is not.
func (o *Office) TakeScans(ctx context.Context, p staff.Person, edition string, r io.Reader) (*Taken, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	book, err := door.Parse(r)
	if err != nil {
		return nil, err
	}
	if book.Edition != edition {
		return nil, fail.New(fail.Invalid, "these scans are of edition %s; bring them there", book.Edition)
	}
	var t *Taken
	err = o.c.DB.Write(ctx, func(tx *db.Tx) error {
		t = &Taken{Scans: len(book.Scans), Clashes: book.Clashes()} // from the start again if the commit is tried again
		if _, _, err := readEdition(tx.QueryRow(selectEdition, edition)); err != nil {
			return err
		}
		var held int
		if err := tx.QueryRow(`SELECT count(*) FROM delegation_scan WHERE edition = $1`, edition).Scan(&held); err != nil {
			return err
		}
		if held+len(book.Scans) > 2*door.MaxScans {
			return fail.New(fail.TooLarge, "an edition keeps at most %d scans", 2*door.MaxScans)
		}
		for _, s := range book.Scans {
			res, err := tx.Exec(`INSERT INTO delegation_scan (edition, badge, at_us, door, sequence, taken_us) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				edition, s.Badge, us(s.At), s.Door, s.Sequence, us(o.now()))
			if err != nil {
				return fmt.Errorf("keeping a scan: %w", err)
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			t.New += int(n)
		}
		if err := o.judge(tx, book, t); err != nil || t.New == 0 {
			return err
		}
		return o.fact(tx, factScanned, p.Pseudonym, "delegation-edition/"+edition, fmt.Sprintf("%d scans", t.New))
	})
	return t, err
}

// judge finds badges that were never given, or scanned after their end.
func (o *Office) judge(tx *db.Tx, book *door.Book, t *Taken) error {
	given := map[int]time.Time{}
	err := tx.Each(func(rows *sql.Rows) error {
		var n int
		var revoked int64
		err := rows.Scan(&n, &revoked)
		given[n] = at(revoked)
		return err
	}, `SELECT number, revoked_us FROM delegation_badge WHERE edition = $1`, book.Edition)
	if err != nil {
		return fmt.Errorf("reading badges: %w", err)
	}
	last := map[int]time.Time{}
	for _, s := range book.Scans {
		last[s.Badge] = s.At // the latest, as scans are in the order of time
	}
	for n, when := range last {
		revoked, ok := given[n]
		switch {
		case !ok:
			t.Unknown = append(t.Unknown, n)
		case !revoked.IsZero() && !when.Before(revoked):
			t.Revoked = append(t.Revoked, n)
		}
	}
	slices.Sort(t.Unknown)
	slices.Sort(t.Revoked)
	return nil
}

// Scans returns everything the doors of an edition noted, merged.
func (o *Office) Scans(ctx context.Context, p staff.Person, edition string) (*door.Book, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	var all []door.Scan
	err := o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var s door.Scan
		var when int64
		err := rows.Scan(&s.Door, &s.Sequence, &s.Badge, &when)
		s.At = at(when)
		all = append(all, s)
		return err
	}, `SELECT door, sequence, badge, at_us FROM delegation_scan WHERE edition = $1 LIMIT $2`, edition, door.MaxScans)
	if err != nil {
		return nil, fmt.Errorf("reading scans: %w", err)
	}
	return door.New(edition, all...)
}

// Revoked returns the badges of an edition that no longer count. It names nobody.
func (o *Office) Revoked(ctx context.Context, edition string) (*badge.Revocations, error) {
	r := &badge.Revocations{Edition: edition, Made: o.now().Truncate(time.Second)}
	err := o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var n int
		err := rows.Scan(&n)
		r.Numbers = append(r.Numbers, n)
		return err
	}, `SELECT number FROM delegation_badge WHERE edition = $1 AND revoked_us > 0 ORDER BY number LIMIT $2`, edition, badge.MaxRevoked)
	if err != nil {
		return nil, fmt.Errorf("reading revoked badges: %w", err)
	}
	return r, nil
}

// RevokedText is Revoked signed by this node, as it is published.
func (o *Office) RevokedText(ctx context.Context, edition string) (string, error) {
	r, err := o.Revoked(ctx, edition)
	if err != nil {
		return "", err
	}
	return r.Text(o.c.Keys.Signing)
}

// DoorPage writes the page with which a door works without network: this node's
// key and the revocations of this moment are inside.
func (o *Office) DoorPage(ctx context.Context, w io.Writer, edition string, words badge.Words) error {
	e, err := o.Edition(ctx, edition)
	if err != nil {
		return err
	}
	r, err := o.Revoked(ctx, edition)
	if err != nil {
		return err
	}
	keys, err := o.BadgeKeys(ctx)
	if err != nil {
		return err
	}
	return badge.Page(w, badge.Setup{Edition: edition, Title: e.Title, Keys: keys, Revoked: *r, Words: words})
}

// BadgeKeys returns the keys that badges of this node may be signed with: the
// one in use, and those of before, as the directory has them, so that a badge
// outlives a rotation. A key that the party revoked is not among them.
func (o *Office) BadgeKeys(ctx context.Context) ([]ed25519.PublicKey, error) {
	view, err := o.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	all, err := view.History(o.me)
	if err != nil {
		return nil, err
	}
	keys := []ed25519.PublicKey{o.c.Keys.Signing.Public()}
	if len(all) == 0 {
		return keys, nil
	}
	revoked := all[len(all)-1].Record.Revoked
	for _, v := range slices.Backward(all) {
		for _, k := range v.Record.SigningKeys {
			pub, err := seal.ParsePublic(k.Key)
			if err != nil {
				return nil, err
			}
			bad := slices.ContainsFunc(revoked, func(r party.Revocation) bool { return r.Key == seal.KeyIDOf(k.Key) })
			known := slices.ContainsFunc(keys, func(o ed25519.PublicKey) bool { return o.Equal(pub) })
			if !bad && !known && len(keys) < maxKeys {
				keys = append(keys, pub)
			}
		}
	}
	return keys, nil
}

const maxKeys = 8 // in one page for doors
