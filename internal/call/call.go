// Package call keeps the calls of an edition of the forum: for papers, side
// events, exhibitors and nominations for awards. Anyone enters without an
// account and comes back with a secret; reviewers and jurors, who need none
// either, read with a secret of their own.
//
// In an anonymous call a reviewer sees no author and an author no reviewer, and
// a text that names its author is not taken. Before reading, a reviewer says
// whether they have a conflict of interest; who shares an organisation with an
// author has one without being asked. Reviews of conflicted reviewers do not
// count. A decision needs the reviews that the call promised; a commendation
// needs a second person as well (S21).
//
// Trust: call is trusted to keep authors and reviewers apart. Who holds its
// database and the node's key-encryption key learns who wrote what; who holds
// the database alone reads numbers, states and what was published.
//
// Limits: [MaxEntries] entries of one call, [MaxText] bytes of a text, and one
// PDF file of [MaxFile] bytes beside it; texts are plain text. What a PDF says
// in packed parts is not read here, so reviewers of an anonymous call do not get
// it. Entries are erased with the call (S15); what was published stays, without
// addresses.
package call

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "call", Files: schema} }

// Bounds of calls.
const (
	MaxEntries   = 5000 // of one call
	MaxText      = 200_000
	MaxAbstract  = 5000
	MaxAuthors   = 20
	MaxProducts  = 50
	MaxReviewers = 500 // of one call
	MaxFile      = 10 << 20
	MaxCriteria  = 10
	MaxScore     = 10
	maxCalls     = 200 // of one edition
	maxLine      = 200
	maxNote      = 5000 // bytes of a comment or reason
	maxKeywords  = 12
	maxKeepDays  = 730
	minReason    = 10
	secretBytes  = 20
)

// Kinds of calls.
const (
	Paper     = "paper"
	SideEvent = "side-event"
	Expo      = "expo"
	Award     = "award"
)

// Kinds lists the kinds of calls.
func Kinds() []string { return []string{Paper, SideEvent, Expo, Award} }

// States of an entry.
const (
	Sent      = "sent"
	Revise    = "revise"   // the author is asked to change it
	Proposed  = "proposed" // a commendation waits for a second person
	Accepted  = "accepted" // of an award: commended
	Declined  = "declined"
	Withdrawn = "withdrawn"
	Erased    = "erased"
)

// Kinds of facts; they hold no word of an entry.
const (
	factOpened    = "call.opened"
	factDates     = "call.dates-changed"
	factSent      = "call.entry-sent"
	factChanged   = "call.entry-changed"
	factWithdrawn = "call.entry-withdrawn"
	factReviewer  = "call.reviewer-named"
	factAccepted  = "call.reviewer-came"
	factRemoved   = "call.reviewer-removed"
	factFile      = "call.file-kept"
	factAssigned  = "call.review-assigned"
	factConflict  = "call.conflict-declared"
	factReviewed  = "call.reviewed"
	factProposed  = "call.commendation-proposed"
	factDecided   = "call.decided"
	factRead      = "call.entry-read"
	factPublished = "call.published"
	factPlaced    = "call.stand-given"
	factShared    = "call.contact-shared"
	factTakenBack = "call.contact-taken-back"
	factErased    = "call.erased"
)

// Config is what a Desk needs.
type Config struct {
	DB     *db.DB
	Log    *record.Log
	Vault  *blob.Vault
	Blobs  *blob.Store // for files of papers; nil: none are taken
	Clock  func() time.Time
	Random io.Reader

	// Dates says when an edition takes place, for an edition that the forum of
	// this node knows; a refusal of kind missing for others. May be nil.
	Dates func(ctx context.Context, edition string) (Dates, error)
}

// A Desk keeps the calls of one node. It is safe for use by many goroutines.
type Desk struct{ c Config }

// New returns the desk kept in c.DB.
func New(c Config) *Desk {
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return &Desk{c}
}

// A Criterion is one thing that reviewers score from 0 to [MaxScore].
type Criterion struct {
	Name   string `json:"name"`
	Weight int    `json:"weight"` // 1 to 100
}

// A Call asks for entries.
type Call struct {
	ID         landbridge.ID `json:"id"`
	Edition    string        `json:"edition"` // the text id that the forum gives it
	Kind       string        `json:"kind"`
	Title      string        `json:"title"`
	Text       string        `json:"text"`
	Closes     time.Time     `json:"closes"`
	Anonymous  bool          `json:"anonymous"`   // reviewers do not see authors
	MinReviews int           `json:"min_reviews"` // before a decision
	Criteria   []Criterion   `json:"criteria,omitempty"`
	Ends       time.Time     `json:"ends"`      // of the edition
	KeepDays   int           `json:"keep_days"` // after Ends; then entries are erased

	// The days of the edition for which the call was made, as the forum wrote
	// them; empty where it did not know the edition.
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
}

func (c *Call) check(now time.Time) error {
	c.Title, c.Text = strings.TrimSpace(c.Title), strings.TrimSpace(c.Text)
	seen := map[string]bool{}
	for _, x := range c.Criteria {
		if !line(x.Name) || x.Weight < 1 || x.Weight > 100 || seen[x.Name] {
			return fail.New(fail.Invalid, "each criterion has a name of its own and a weight from 1 to 100")
		}
		seen[x.Name] = true
	}
	switch {
	case !slices.Contains(Kinds(), c.Kind):
		return fail.New(fail.Invalid, "choose what the call asks for")
	case !landbridge.ValidName(c.Edition, 16):
		return fail.New(fail.Invalid, "a call belongs to an edition, named by its id")
	case !line(c.Title) || !words(c.Text, maxNote):
		return fail.New(fail.Invalid, "a call has a title of at most %d bytes and a text of at most %d", maxLine, maxNote)
	case !c.Closes.After(now) || c.Ends.Before(c.Closes):
		return fail.New(fail.Invalid, "a call closes in the future, and before the edition ends")
	case c.KeepDays < 1 || c.KeepDays > maxKeepDays:
		return fail.New(fail.Invalid, "entries are kept 1 to %d days after the edition (S15)", maxKeepDays)
	case len(c.Criteria) > MaxCriteria || c.MinReviews < 0 || c.MinReviews > 10 || c.MinReviews > 0 && len(c.Criteria) == 0:
		return fail.New(fail.Invalid, "a call with reviews has 1 to %d criteria and asks for at most 10 reviews", MaxCriteria)
	case (c.Kind == Paper || c.Kind == Award) && c.MinReviews < 2:
		return fail.New(fail.Invalid, "papers and awards are judged by at least 2 people")
	}
	return nil
}

// Open opens a call. If the forum knows the edition, its end is the forum's,
// whatever is given.
func (d *Desk) Open(ctx context.Context, p staff.Person, c Call) (landbridge.ID, error) {
	if err := runs(p); err != nil {
		return "", err
	}
	dates, err := d.Dates(ctx, c.Edition)
	if err != nil {
		return "", err
	}
	c.follow(dates)
	if err := c.check(d.now()); err != nil {
		return "", err
	}
	err = d.c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		var n int
		if err := tx.QueryRow(`SELECT count(*) FROM call_call WHERE edition = $1`, c.Edition).Scan(&n); err != nil {
			return err
		}
		if n >= maxCalls {
			return fail.New(fail.TooLarge, "an edition has at most %d calls", maxCalls)
		}
		if c.ID, err = landbridge.NewID(d.now(), d.c.Random); err != nil {
			return err
		}
		body, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO call_call (id, edition, kind, body, closes_us, erase_us) VALUES ($1, $2, $3, $4, $5, $6)`,
			c.ID, c.Edition, c.Kind, body, db.Micros(c.Closes), db.Micros(c.erases())); err != nil {
			return fmt.Errorf("opening a call: %w", err)
		}
		return d.fact(tx, factOpened, p.Pseudonym, c.ID)
	})
	return c.ID, err
}

// Calls lists the calls of an edition, for everyone; without an edition the
// newest calls of all.
func (d *Desk) Calls(ctx context.Context, edition string) ([]Call, error) {
	var all []Call
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		c, err := readCall(rows)
		all = append(all, c)
		return err
	}, `SELECT body FROM call_call WHERE edition = $1 OR $1 = '' ORDER BY closes_us DESC, id LIMIT $2`, edition, maxCalls)
	if err != nil {
		return nil, fmt.Errorf("listing calls: %w", err)
	}
	return all, nil
}

// Call returns one call, for everyone.
func (d *Desk) Call(ctx context.Context, id landbridge.ID) (Call, error) {
	return readCall(d.c.DB.QueryRow(ctx, selectCall, id))
}

// IsOpen reports whether a call takes entries at a time.
func (c *Call) IsOpen(now time.Time) bool { return now.Before(c.Closes) }

// A scanner is one row of an answer.
type scanner interface{ Scan(...any) error }

const selectCall = `SELECT body FROM call_call WHERE id = $1`

func readCall(row scanner) (c Call, err error) {
	var body []byte
	switch err := row.Scan(&body); {
	case errors.Is(err, sql.ErrNoRows):
		return c, fail.New(fail.Missing, "there is no such call")
	case err != nil:
		return c, fmt.Errorf("reading a call: %w", err)
	}
	return c, json.Unmarshal(body, &c)
}

func runs(p staff.Person) error {
	if p.Is(landbridge.Secretariat) {
		return nil
	}
	return fail.New(fail.Denied, "calls are kept by the secretariat")
}

func (d *Desk) now() time.Time { return d.c.Clock().UTC().Truncate(time.Microsecond) }

func (d *Desk) fact(tx *db.Tx, kind, actor string, id landbridge.ID) error {
	digest := landbridge.Sum([]byte(domainFact + kind + "\x00" + string(id)))
	if _, err := d.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: digest, About: owner(id)}); err != nil {
		return fmt.Errorf("recording %s: %w", kind, err)
	}
	return nil
}

// secret makes a word that lets someone come back. It is told once.
func (d *Desk) secret() (string, error) {
	raw := make([]byte, secretBytes)
	if _, err := io.ReadFull(d.c.Random, raw); err != nil {
		return "", fmt.Errorf("making a secret: %w", err)
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw), nil
}

func token(secret string) []byte {
	sum := sha256.Sum256([]byte(domainToken + strings.ToUpper(strings.TrimSpace(secret))))
	return sum[:]
}

func owner(id landbridge.ID) string { return "call/" + string(id) }

func seals(key blob.Key, v any, about string, id landbridge.ID) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(text, "call "+about+" "+string(id)), nil
}

func unseals(key blob.Key, b []byte, v any, about string, id landbridge.ID) error {
	if len(b) == 0 {
		return nil
	}
	text, err := key.Open(b, "call "+about+" "+string(id))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// line reports whether s is one line of text that is not empty.
func line(s string) bool {
	return s != "" && len(s) <= maxLine && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// words reports whether s is text of at most max bytes, perhaps none.
func words(s string, max int) bool {
	return len(s) <= max && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}

func address(s string) bool {
	a, err := mail.ParseAddress(s)
	return line(s) && err == nil && a.Address == s
}

// fold brings text into the form in which names are compared.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	return strings.Join(strings.Fields(s), " ")
}
