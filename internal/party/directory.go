package party

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// FactRecorded is the kind of the log entry for each entry of the directory
// that this node accepted.
const FactRecorded = "directory.recorded"

// maxSince bounds how many entries one answer to a peer holds.
const maxSince = 64

// A Directory is the directory as one node keeps it.
type Directory struct {
	db    *db.DB
	log   *record.Log
	clock func() time.Time
	view  atomic.Pointer[View]
	fresh atomic.Bool // false until the rows were read once
	grow  sync.Mutex  // one entry is added at a time
	fired []func()
}

// New returns the directory kept in d. Every accepted entry is a fact in log.
func New(d *db.DB, log *record.Log, clock func() time.Time) *Directory {
	x := &Directory{db: d, log: log, clock: clock}
	x.view.Store(NewView())
	return x
}

// OnChange calls f after every accepted entry. Set it before the node runs.
func (x *Directory) OnChange(f func()) { x.fired = append(x.fired, f) }

// View returns the directory as it stands now. The view does not change while
// it is held.
func (x *Directory) View(ctx context.Context) (*View, error) {
	if x.fresh.Load() {
		return x.view.Load(), nil
	}
	return x.Reload(ctx)
}

// Reload reads what was added since the view was made, perhaps by another
// instance on the same database.
func (x *Directory) Reload(ctx context.Context) (*View, error) {
	x.grow.Lock()
	defer x.grow.Unlock()
	return x.reload(ctx)
}

func (x *Directory) reload(ctx context.Context) (*View, error) {
	v := x.view.Load()
	err := x.db.Each(ctx, func(rows *sql.Rows) error {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		e, err := ParseEntry(b)
		if err != nil {
			return err
		}
		v, err = v.Apply(e)
		return err
	}, `SELECT bytes FROM party_entry WHERE position > $1 ORDER BY position`, v.Position())
	if err != nil {
		return nil, fmt.Errorf("reading the directory: %w", err)
	}
	x.view.Store(v)
	x.fresh.Store(true)
	return v, nil
}

// Add checks an entry that the secretariat has ordered and keeps it. An entry
// that is already held is accepted again silently; a different one at the same
// position is refused loudly.
func (x *Directory) Add(ctx context.Context, entry []byte) error {
	e, err := ParseEntry(entry)
	if err != nil {
		return err
	}
	x.grow.Lock()
	defer x.grow.Unlock()
	return x.add(ctx, e)
}

func (x *Directory) add(ctx context.Context, e *Entry) error {
	v, err := x.reload(ctx)
	if err != nil {
		return err
	}
	if e.Position <= v.Position() {
		return x.held(ctx, e)
	}
	next, err := v.Apply(e)
	if err != nil {
		return err
	}
	who, what := e.Statement.about()
	err = x.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO party_entry (position, digest, party, form, received_us, bytes) VALUES ($1, $2, $3, $4, $5, $6)`,
			e.Position, e.Digest().String(), string(who), string(e.Statement.Form), x.clock().UnixMicro(), e.Bytes())
		if err != nil {
			return err
		}
		_, err = x.log.Append(tx, record.Fact{Kind: FactRecorded, Actor: ledger.NodeActor, Digest: e.Digest(),
			About: "party/" + string(who), Note: fmt.Sprintf("position %d: %s", e.Position, what)})
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping directory entry %d: %w", e.Position, err)
	}
	x.view.Store(next)
	for _, f := range x.fired {
		f()
	}
	return nil
}

// held compares an entry with the one that stands at its position.
func (x *Directory) held(ctx context.Context, e *Entry) error {
	var digest string
	err := x.db.QueryRow(ctx, `SELECT digest FROM party_entry WHERE position = $1`, e.Position).Scan(&digest)
	if err != nil {
		return fmt.Errorf("reading directory entry %d: %w", e.Position, err)
	}
	if digest != e.Digest().String() {
		return fail.New(fail.Conflict,
			"another entry stands at position %d here: the secretariat has shown two directories. Keep both and ask the other members which they hold", e.Position)
	}
	return nil
}

func (s *Statement) about() (landbridge.PartyID, string) {
	switch s.Form {
	case FormFounding:
		return s.Founding.Secretariat, "founding"
	case FormRecord:
		return s.Record.Party, fmt.Sprintf("record of %s, version %d", s.Record.Party, s.Record.Version)
	case FormAdmission:
		return s.Motion.Party, "admission of " + string(s.Motion.Party)
	case FormSuspension:
		return s.Motion.Party, "suspension of " + string(s.Motion.Party)
	case FormReinstatement:
		return s.Motion.Party, "reinstatement of " + string(s.Motion.Party)
	default:
		return s.Motion.Party, "new identity key of " + string(s.Motion.Party)
	}
}

// Order puts a signed statement at the next position: what the secretariat
// does with the statements that parties send it. It returns the entry. A
// statement that stands already is answered with the entry it stands in.
func (x *Directory) Order(ctx context.Context, statement []byte, key note.Signer) ([]byte, error) {
	s, err := ParseStatement(statement)
	if err != nil {
		return nil, err
	}
	x.grow.Lock()
	defer x.grow.Unlock()
	v, err := x.reload(ctx)
	if err != nil {
		return nil, err
	}
	if e, err := x.standing(ctx, s); e != nil || err != nil {
		return e, err
	}
	if _, err := v.Check(s); err != nil {
		return nil, err
	}
	now := x.clock().UTC().Truncate(time.Microsecond)
	if now.Before(v.time) {
		now = v.time // a clock that was set back must not stop the directory
	}
	e, err := order(v.Position()+1, v.Head(), now, s, key)
	if err != nil {
		return nil, err
	}
	if err := x.add(ctx, e); err != nil {
		return nil, err
	}
	return e.Bytes(), nil
}

// standing returns the entry that holds s, if the newest about its party does.
func (x *Directory) standing(ctx context.Context, s *Statement) ([]byte, error) {
	who, _ := s.about()
	var b []byte
	err := x.db.QueryRow(ctx, `SELECT bytes FROM party_entry WHERE party = $1 ORDER BY position DESC LIMIT 1`, string(who)).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the directory: %w", err)
	}
	e, err := ParseEntry(b)
	if err != nil || e.Statement.Digest() != s.Digest() {
		return nil, err
	}
	return b, nil
}

// Since returns up to 64 entries after a position, for a peer that asks.
func (x *Directory) Since(ctx context.Context, position int64) ([][]byte, error) {
	var all [][]byte
	err := x.db.Each(ctx, func(rows *sql.Rows) error {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		all = append(all, b)
		return nil
	}, `SELECT bytes FROM party_entry WHERE position > $1 ORDER BY position LIMIT $2`, position, maxSince)
	if err != nil {
		return nil, fmt.Errorf("reading the directory: %w", err)
	}
	return all, nil
}

// Export returns the whole directory as one file, for offline verifiers.
func (x *Directory) Export(ctx context.Context) ([]byte, error) {
	var all [][]byte
	for at := int64(0); ; at = int64(len(all)) { // positions are contiguous from 1
		part, err := x.Since(ctx, at)
		if err != nil {
			return nil, err
		}
		if len(part) == 0 {
			return FormatFile(all), nil
		}
		all = append(all, part...)
	}
}

// Position returns the position of the newest entry held.
func (x *Directory) Position(ctx context.Context) (int64, error) {
	v, err := x.View(ctx)
	if err != nil {
		return 0, err
	}
	return v.Position(), nil
}

// HeadAt returns the digest of the entry at a position, zero at position 0.
func (x *Directory) HeadAt(ctx context.Context, position int64) (landbridge.Digest, error) {
	v, err := x.View(ctx)
	if err != nil || position == 0 {
		return landbridge.Digest{}, err
	}
	if position == v.Position() {
		return v.Head(), nil
	}
	var digest string
	err = x.db.QueryRow(ctx, `SELECT digest FROM party_entry WHERE position = $1`, position).Scan(&digest)
	if errors.Is(err, sql.ErrNoRows) {
		return landbridge.Digest{}, fail.New(fail.Missing, "this directory ends at position %d", v.Position())
	}
	if err != nil {
		return landbridge.Digest{}, fmt.Errorf("reading directory entry %d: %w", position, err)
	}
	return landbridge.ParseDigest(digest)
}

// Lookup returns the record in force of a party in good standing.
func (x *Directory) Lookup(ctx context.Context, p landbridge.PartyID) (*Record, error) {
	v, err := x.View(ctx)
	if err != nil {
		return nil, err
	}
	return v.Lookup(p)
}

// At returns the version of a party's record in force at a position.
func (x *Directory) At(ctx context.Context, p landbridge.PartyID, position int64) (Version, error) {
	v, err := x.View(ctx)
	if err != nil {
		return Version{}, err
	}
	return v.At(p, position)
}

// All returns every party that has published a record.
func (x *Directory) All(ctx context.Context) ([]Listing, error) {
	v, err := x.View(ctx)
	if err != nil {
		return nil, err
	}
	return v.All(), nil
}

// History returns every version of a party's record, the oldest first.
func (x *Directory) History(ctx context.Context, p landbridge.PartyID) ([]Version, error) {
	v, err := x.View(ctx)
	if err != nil {
		return nil, err
	}
	return v.History(p)
}

// SigningKeyAt returns a key for something surely made at the given time; see
// [View.SigningKeyAt].
func (x *Directory) SigningKeyAt(ctx context.Context, p landbridge.PartyID, id seal.KeyID, when time.Time) (ed25519.PublicKey, error) {
	v, err := x.View(ctx)
	if err != nil {
		return nil, err
	}
	return v.SigningKeyAt(p, id, when)
}
