// Package forum keeps the forum's conferences: its editions from 2015 on, and
// of an edition that is being prepared the programme, with its sub-forums,
// venues, rooms, tracks, speakers and sessions.
//
// A programme has a draft, which the secretariat works on, and versions. A
// version is the draft as it stood when it was published; it is kept for ever,
// its digest is a fact in the log, and what changed between two versions is
// calculated from the two, so the change feed cannot say something else than
// the versions do. What clashes is refused when it is written into the draft,
// not when it is published: a room or a speaker is never in two places.
//
// The editions before this software are data ([History]), with the source of
// every figure; where documents differ, each figure stands.
//
// Trust: who controls this package can show a wrong programme. Whoever keeps
// the log of the node sees that a version was published and can compare its
// digest with what is shown; no case, person or message is reached from here.
//
// Limits: [MaxSessions], [MaxSpeakers] and [MaxVersions] of an edition; a
// version is one document, read whole. An edition without a known day holds no
// sessions. Crash: a change of the draft, or a version with its fact, is one
// transaction; after a crash it is there whole or not at all.
package forum

import (
	"context"
	"database/sql"
	"embed"
	"io"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "forum", Files: schema} }

// Bounds of an edition and its programme.
const (
	MaxEditions = 200
	MaxSessions = 2000
	MaxSpeakers = 5000
	MaxPlaces   = 300 // venues, rooms, tracks or sub-forums, each
	MaxVersions = 1000
	MaxChanges  = 2500    // things in one change of a draft
	MaxBody     = 8 << 20 // bytes of a version
	maxEdition  = 256 << 10
	maxName     = 60 // bytes of an id that is a plain name
	maxLine     = 300
	maxText     = 8000
	maxNote     = 2000
	maxLink     = 500
	maxPeople   = 40 // speakers of one session
	maxWindows  = 60 // of one speaker's availability
	maxSpan     = 24 * time.Hour
	maxDays     = 31
	maxPlaces   = 100_000 // capacity of a room
	maxKept     = 8       // published programmes kept in memory
)

// Config is what the Register needs.
type Config struct {
	DB     *db.DB
	Log    *record.Log
	Clock  func() time.Time
	Random io.Reader

	// Changed is told of every edition that is saved, in the transaction that
	// saves it; its error takes the change back. May be nil.
	Changed func(tx *db.Tx, e *Edition) error

	// Entry opens an accepted entry of a call for somebody who puts it into the
	// programme, and holds it for the transaction. What was not accepted it
	// refuses. May be nil: then there are no calls.
	Entry func(tx *db.Tx, p staff.Person, id landbridge.ID) (*Entry, error)
}

// A Register is the editions of the forum and their programmes, as one node
// keeps them. It is safe for use by many goroutines.
type Register struct {
	c       Config
	access  *access.Table
	history []*Edition

	mu   sync.Mutex
	kept map[string]*Programme // published versions, by digest
}

// New returns the register kept in c.DB.
func New(c Config) (*Register, error) {
	all, err := History()
	if err != nil {
		return nil, err
	}
	return &Register{c: c, access: access.New(), history: all, kept: map[string]*Programme{}}, nil
}

func (g *Register) now() time.Time { return g.c.Clock().UTC().Truncate(time.Microsecond) }

func (g *Register) may(p staff.Person, a access.Action) error {
	return g.access.Allow(p.Roles, a).Err()
}

// reader is what reads go through, inside a transaction and outside.
type reader interface {
	Each(scan func(*sql.Rows) error, q string, args ...any) error
}

type outside struct {
	ctx context.Context
	db  *db.DB
}

func (o outside) Each(scan func(*sql.Rows) error, q string, args ...any) error {
	return o.db.Each(o.ctx, scan, q, args...)
}

func (g *Register) reading(ctx context.Context) reader { return outside{ctx, g.c.DB} }

// one reads at most one row and says whether there was one.
func one(r reader, scan func(*sql.Rows) error, q string, args ...any) (found bool, err error) {
	err = r.Each(func(rows *sql.Rows) error {
		found = true
		return scan(rows)
	}, q, args...)
	return found, err
}
