package delegation

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"landbridge.example"
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
	Clocks  []Odd // doors whose clock is far off
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
		e, _, err := readEdition(tx.QueryRow(selectEdition, edition))
		if err != nil {
			return err
		}
		t.Clocks = odd(lines(book), &e, o.now())
		var held int
		if err := tx.QueryRow(`SELECT count(*) FROM delegation_scan WHERE edition = $1`, edition).Scan(&held); err != nil {
			return err
		}
		for _, s := range book.Scans {
			res, err := tx.Exec(`INSERT INTO delegation_scan (edition, badge, at_us, door, sequence, taken_us) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				edition, s.Badge, db.Micros(s.At), s.Door, s.Sequence, db.Micros(o.now()))
			if err != nil {
				return fmt.Errorf("keeping a scan: %w", err)
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			t.New += int(n)
		}
		// What is known already counts once: a file may be brought again. More than
		// this no book holds, so no report could tell what is kept.
		if held+t.New > door.MaxScans {
			return fail.New(fail.TooLarge, "an edition keeps at most %d scans", door.MaxScans)
		}
		if t.Unknown, t.Revoked, err = judge(tx.Each, book); err != nil || t.New == 0 {
			return err
		}
		return o.fact(tx, factScanned, p.Pseudonym, "delegation-edition/"+edition, fmt.Sprintf("%d scans", t.New))
	})
	return t, err
}

// each reads rows, in a transaction or outside.
type each func(scan func(*sql.Rows) error, q string, args ...any) error

// judge finds badges that were never given, or scanned after their end.
func judge(read each, book *door.Book) (unknown, late []int, err error) {
	given := map[int]time.Time{}
	err = read(func(rows *sql.Rows) error {
		var n int
		var revoked int64
		err := rows.Scan(&n, &revoked)
		given[n] = db.Moment(revoked)
		return err
	}, `SELECT number, revoked_us FROM delegation_badge WHERE edition = $1`, book.Edition)
	if err != nil {
		return nil, nil, fmt.Errorf("reading badges: %w", err)
	}
	last := map[int]time.Time{}
	for _, s := range book.Scans {
		last[s.Badge] = s.At // the latest, as scans are in the order of time
	}
	for n, when := range last {
		revoked, ok := given[n]
		switch {
		case !ok:
			unknown = append(unknown, n)
		case !revoked.IsZero() && !when.Before(revoked):
			late = append(late, n)
		}
	}
	slices.Sort(unknown)
	slices.Sort(late)
	return unknown, late, nil
}

// A DoorLine is what one door noted.
type DoorLine struct {
	Door        string
	Scans       int
	First, Last time.Time
}

func lines(book *door.Book) []DoorLine {
	place := map[string]int{}
	var all []DoorLine
	for _, s := range book.Scans { // in the order of time
		i, ok := place[s.Door]
		if !ok {
			i = len(all)
			place[s.Door], all = i, append(all, DoorLine{Door: s.Door, First: s.At})
		}
		all[i].Scans++
		all[i].Last = s.At
	}
	slices.SortFunc(all, func(a, b DoorLine) int { return strings.Compare(a.Door, b.Door) })
	return all
}

// Ways in which the clock of a door can be seen to be off.
const (
	Ahead = "ahead" // scans later than the moment they were brought
	Early = "early" // before the days of the edition
	Late  = "late"  // after them
)

const (
	clockSlack = 2 * time.Minute
	daySlack   = 48 * time.Hour // doors open before the first day, and close after the last
)

// An Odd is a door whose scans lie outside the time they can have. It moves
// the time of an entry, never a count; someone should look at that device.
type Odd struct {
	DoorLine
	Why string
}

func odd(all []DoorLine, e *Edition, now time.Time) []Odd {
	var out []Odd
	for _, l := range all {
		switch {
		case l.Last.After(now.Add(clockSlack)):
			out = append(out, Odd{l, Ahead})
		case l.First.Before(e.Starts.Add(-daySlack)):
			out = append(out, Odd{l, Early})
		case l.Last.After(e.Ends.Add(daySlack)):
			out = append(out, Odd{l, Late})
		}
	}
	return out
}

// A ScanReport is what the doors of an edition noted, and what is odd about it.
type ScanReport struct {
	Book    *door.Book
	Entries []door.Entry
	Doors   []DoorLine
	Clashes []door.Clash
	Clocks  []Odd
	Unknown []int
	Revoked []int
}

// Report reads everything the doors noted together.
func (o *Office) Report(ctx context.Context, p staff.Person, edition string) (*ScanReport, error) {
	book, err := o.Scans(ctx, p, edition)
	if err != nil {
		return nil, err
	}
	e, err := o.Edition(ctx, edition)
	if err != nil {
		return nil, err
	}
	r := &ScanReport{Book: book, Entries: book.Entries(), Doors: lines(book), Clashes: book.Clashes()}
	r.Clocks = odd(r.Doors, &e, o.now())
	r.Unknown, r.Revoked, err = judge(func(scan func(*sql.Rows) error, q string, args ...any) error {
		return o.c.DB.Each(ctx, scan, q, args...)
	}, book)
	return r, err
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
		s.At = db.Moment(when)
		all = append(all, s)
		return err
	}, `SELECT door, sequence, badge, at_us FROM delegation_scan WHERE edition = $1 LIMIT $2`, edition, door.MaxScans+1) // one too many is refused below
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
	}, `SELECT number FROM delegation_badge WHERE edition = $1 AND revoked_us > 0 ORDER BY number LIMIT $2`, edition, badge.MaxRevoked+1)
	if err != nil {
		return nil, fmt.Errorf("reading revoked badges: %w", err)
	}
	if len(r.Numbers) > badge.MaxRevoked { // a list cut short would let the last ones in
		return nil, fail.New(fail.TooLarge, "a list of revoked badges holds at most %d of them", badge.MaxRevoked)
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

// Runs refuses what only the node that runs an edition can give.
func (o *Office) Runs(ctx context.Context, edition string) error {
	_, host, err := readEdition(o.c.DB.QueryRow(ctx, selectEdition, edition))
	if err == nil && host != o.me {
		err = fail.New(fail.Denied, "badges and doors of edition %s are the matter of %s, which runs it", edition, host)
	}
	return err
}

// DoorPage writes the page with which a door works without network: this node's
// key and the revocations of this moment are inside.
func (o *Office) DoorPage(ctx context.Context, w io.Writer, edition string, words badge.Words) error {
	e, err := o.Edition(ctx, edition)
	if err == nil {
		err = o.Runs(ctx, edition)
	}
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
	return badge.Page(w, badge.Setup{Edition: edition, Title: e.Title, Ends: e.Ends, Keys: keys, Revoked: *r, Words: words})
}

// BadgeKeys returns the keys that badges of this node may be signed with: the
// one in use, and those of before, as the directory has them, so that a badge
// outlives a rotation. A key that the party revoked is not among them.
func (o *Office) BadgeKeys(ctx context.Context) ([]ed25519.PublicKey, error) {
	view, err := o.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	before, err := KeysOf(view, o.me)
	if err != nil && !fail.Is(err, fail.Missing) { // a node that was not admitted yet has its own key
		return nil, err
	}
	keys := []ed25519.PublicKey{o.c.Keys.Signing.Public()}
	for _, k := range before {
		if !keys[0].Equal(k) && len(keys) < maxKeys {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// KeysOf returns the keys that badges of a party may be signed with, as a
// directory has them: of all its records, the newest first, but none that was revoked.
func KeysOf(view *party.View, of landbridge.PartyID) ([]ed25519.PublicKey, error) {
	all, err := view.History(of)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	revoked := all[len(all)-1].Record.Revoked
	var keys []ed25519.PublicKey
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
