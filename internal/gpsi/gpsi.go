// Package gpsi keeps public security indices on a node: frameworks and their
// methods, data with its sources, editions from draft through the preview of
// the members to release, corrections, dissents, the members' budgets of
// weights, and releases for ever.
//
// A release is one signed bundle (package index/bundle): specification, data,
// licences, results, dissents. Its digest is a fact in the log of the node that
// made it. Nothing is overwritten: a release that is put right is followed by a
// revision that names it, and both stay.
//
// No value of an index decides any cooperation: no module imports this one, and
// a test holds that.
//
// Trust: gpsi is trusted to show members what will be released before it is,
// and to publish what they said about it. Who controls it can publish wrong
// data, and not unnoticed: everyone can calculate a release again from its own
// bundle, sources are named for every cell, and members saw it before.
//
// Limits: [MaxFile] bytes of one table, [MaxFiles] files and [MaxBundle] bytes
// of an edition, [MaxComments] comments of one party on an edition,
// [MaxEditions] editions a party may show us at a time.
package gpsi

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi/country"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/seal"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "gpsi", Files: schema} }

// Limits of an edition.
const (
	MaxFile     = 16 << 20 // bytes of one table as it is kept
	MaxFiles    = 64       // files of an edition
	MaxBundle   = 32 << 20 // bytes of a bundle as a zip file
	MaxUnpacked = 128 << 20
	MaxComments = 500 // corrections and dissents of one party on one edition
	MaxEditions = 64  // of one other party that are not released
	MaxList     = 500 // rows of a list
	maxVersions = 1_000
	MaxSpec     = 1 << 20 // bytes of a specification
	maxText     = 8 << 10 // bytes of a comment
	maxLine     = 300     // characters of a one-line text
)

// A Mail is what the register needs of the exchange.
type Mail interface {
	Submit(tx *db.Tx, e *seal.Envelope, detached *blob.Ref, lane exchange.Lane) error
	Forget(tx *db.Tx, message landbridge.Digest) error
}

// Config is what a Register needs.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Exchange  Mail // *exchange.Exchange
	Directory *party.Directory
	Keys      *party.Keys
	Blobs     *blob.Store
	Clock     func() time.Time
	Random    io.Reader
	Workers   int // processors a calculation may use; 0 is 1

	// Decided refuses a digest under which the members adopted no method. It is
	// the decisions' own; nil: a digest is believed.
	Decided func(ctx context.Context, digest landbridge.Digest) error
}

// A Register is the indices of one node: those it prepares, those it was shown
// before their release, and all releases it knows.
type Register struct {
	c         Config
	me        landbridge.PartyID
	access    *access.Table
	countries *country.List
	kept      *shelf
}

// New returns the register kept in c.DB.
func New(c Config) (*Register, error) {
	if c.DB == nil || c.Log == nil || c.Directory == nil || c.Keys == nil || c.Clock == nil || c.Random == nil {
		return nil, errors.New("gpsi needs a database, a log, a directory, keys, a clock and randomness")
	}
	countries, err := country.New()
	if err != nil {
		return nil, err
	}
	c.Workers = max(1, c.Workers)
	return &Register{c: c, me: c.Keys.Party, access: access.New(), countries: countries, kept: &shelf{}}, nil
}

// Countries returns the table of countries that codes are checked against.
func (g *Register) Countries() *country.List { return g.countries }

// may asks the table of roles and actions. Pages and the API ask it too; here it
// holds for whoever comes by another way.
func (g *Register) may(p staff.Person, a access.Action) error {
	return g.access.Allow(p.Roles, a).Err()
}

// now is the time to the microsecond, as rows hold it.
func (g *Register) now() time.Time { return g.c.Clock().UTC().Truncate(time.Microsecond) }

func (g *Register) newID() (landbridge.ID, error) { return landbridge.NewID(g.now(), g.c.Random) }

// fact records something about an edition or a release in this node's log.
func (g *Register) fact(tx *db.Tx, kind, actor string, digest landbridge.Digest, about, note string) (int64, error) {
	if digest.IsZero() {
		digest = landbridge.Sum([]byte(domainFact + kind + "\x00" + about + "\x00" + note))
	}
	n, err := g.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: digest, About: about, Note: note})
	if err != nil {
		return 0, fmt.Errorf("recording %s: %w", kind, err)
	}
	return n, nil
}

const nodeActor = "node"

// write runs one use case.
func (g *Register) write(ctx context.Context, what string, f func(tx *db.Tx) error) error {
	if err := g.c.DB.Write(ctx, f); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// line returns a text of one line that people wrote, fit to show.
func line(what, text string, needed bool) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" && needed {
		return "", fail.New(fail.Invalid, "say the %s", what)
	}
	if utf8.RuneCountInString(text) > maxLine || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", fail.New(fail.Invalid, "the %s is one line of at most %d characters", what, maxLine)
	}
	return text, nil
}

// paragraph returns a longer text that people wrote.
func paragraph(what, text string, needed bool) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" && needed {
		return "", fail.New(fail.Invalid, "write the %s", what)
	}
	bad := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if len(text) > maxText || !utf8.ValidString(text) || strings.ContainsFunc(text, bad) {
		return "", fail.New(fail.Invalid, "the %s is text of at most %d bytes", what, maxText)
	}
	return text, nil
}

// toJSON is for values of our own that always marshal.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("gpsi: " + err.Error())
	}
	return string(b)
}

// A source reads rows, inside a transaction or outside.
type source interface {
	row(q string, args ...any) scanner
	each(scan func(*sql.Rows) error, q string, args ...any) error
}

type scanner interface{ Scan(dest ...any) error }

type inside struct{ tx *db.Tx }

func (s inside) row(q string, args ...any) scanner { return s.tx.QueryRow(q, args...) }
func (s inside) each(scan func(*sql.Rows) error, q string, args ...any) error {
	return s.tx.Each(scan, q, args...)
}

type outside struct {
	ctx context.Context
	d   *db.DB
}

func (s outside) row(q string, args ...any) scanner { return s.d.QueryRow(s.ctx, q, args...) }
func (s outside) each(scan func(*sql.Rows) error, q string, args ...any) error {
	return s.d.Each(s.ctx, scan, q, args...)
}

func (g *Register) reading(ctx context.Context) source { return outside{ctx, g.c.DB} }
