// Package rights takes in what a person asks of a state about data on them:
// what is held, that it be put right or erased, or that something was done
// wrongly (S19). Anyone can ask, at any node, without an account, and comes
// back with a number and a secret for the answer.
//
// A data-protection officer writes the answer and the overseer confirms it
// before the person sees it; an answer that neither confirms nor denies is told
// to rest on that check. Nothing is looked up when a request comes in: what the
// node says then is the same for everyone, whatever it holds.
//
// Trust: who controls this package learns who asked. It therefore knows no
// other state: it imports nothing that could send a message, and a test of the
// house keeps it so.
//
// Limits: [MaxAbout] bytes of text; [maxOpen] requests wait at once; answers are
// kept [keepAnswered], then the key of the request is destroyed (S15).
package rights

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"embed"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "rights", Files: schema} }

// Bounds of requests.
const (
	MaxAbout     = 4000 // bytes of what is asked
	MaxContact   = 300  // bytes of how to reach the person
	MaxAnswer    = 8000 // bytes of an answer's own words
	minAbout     = 10
	maxOpen      = 10_000
	firstAnswer  = 30 * 24 * time.Hour // policy of this product; the law of many states allows months
	keepAnswered = 365 * 24 * time.Hour
	secretBytes  = 15
	listed       = 500 // requests shown at once
)

// Kinds of requests.
const (
	Access     = "access"     // what is held on me
	Correction = "correction" // put it right
	Deletion   = "deletion"   // erase it
	Complaint  = "complaint"  // something was done wrongly
)

// Kinds lists the kinds of requests.
func Kinds() []string { return []string{Access, Correction, Deletion, Complaint} }

// Ways of answering.
const (
	Neither = "neither" // neither confirmed nor denied; the overseer checked that it is lawful
	Done    = "done"    // what was asked was done
	Given   = "given"   // what is held is told in the answer's own words
	Refused = "refused" // not done, for the reason given
)

// Ways lists the ways of answering.
func Ways() []string { return []string{Neither, Done, Given, Refused} }

// States of requests.
const (
	Received = "received"
	Drafted  = "drafted" // an answer waits for the overseer
	Answered = "answered"
)

// Kinds of facts; they hold no word of the request.
const (
	factAsked    = "rights.asked"
	factRead     = "rights.read"
	factDrafted  = "rights.answer-drafted"
	factReturned = "rights.answer-returned"
	factAnswered = "rights.answered"
	factErased   = "rights.erased"
)

const (
	domainToken = "landbridge/rights-token/v1\x00"
	domainFact  = "landbridge/rights-fact/v1\x00"
)

// Config is what a Desk needs.
type Config struct {
	DB     *db.DB
	Log    *record.Log
	Vault  *blob.Vault
	Party  landbridge.PartyID
	Clock  func() time.Time
	Random io.Reader
}

// A Desk keeps the requests of one node. It is safe for use by many goroutines.
type Desk struct{ c Config }

// New returns the desk kept in c.DB.
func New(c Config) *Desk {
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return &Desk{c}
}

func (d *Desk) now() time.Time { return d.c.Clock().UTC().Truncate(time.Microsecond) }

// A Request is what a person asks.
type Request struct {
	Kind    string `json:"kind"`
	About   string `json:"about"`
	Contact string `json:"contact,omitempty"` // how to reach them; may be empty
	Lang    string `json:"lang,omitempty"`
}

// A Receipt lets the person come back. The secret is told once and kept nowhere.
type Receipt struct {
	Number, Secret string
	Due            time.Time
}

func (r *Request) check() error {
	r.About, r.Contact = strings.TrimSpace(r.About), strings.TrimSpace(r.Contact)
	switch {
	case !slices.Contains(Kinds(), r.Kind):
		return fail.New(fail.Invalid, "choose what you ask for")
	case len(r.About) < minAbout:
		return fail.New(fail.Invalid, "say in a sentence or two what it is about")
	case len(r.About) > MaxAbout || len(r.Contact) > MaxContact:
		return fail.New(fail.TooLarge, "at most %d bytes of text and %d of contact; shorten it", MaxAbout, MaxContact)
	case !utf8.ValidString(r.About) || !utf8.ValidString(r.Contact):
		return fail.New(fail.Invalid, "the text holds characters that cannot be read")
	}
	return nil
}

// Ask takes a request in. When it returns, the request is on disk.
func (d *Desk) Ask(ctx context.Context, r Request) (*Receipt, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	raw := make([]byte, secretBytes)
	if _, err := io.ReadFull(d.c.Random, raw); err != nil {
		return nil, fmt.Errorf("making a secret: %w", err)
	}
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	now := d.now()
	receipt := &Receipt{Secret: secret, Due: now.Add(firstAnswer)}
	err = d.c.DB.Write(ctx, func(tx *db.Tx) error {
		var open, n int64
		if err := tx.QueryRow(`SELECT count(*) FILTER (WHERE state <> $1), count(*) FROM rights_request`, Answered).Scan(&open, &n); err != nil {
			return err
		}
		if open >= maxOpen {
			return fail.New(fail.Unavailable, "too many requests wait here; write to the overseer instead, whose address is on the about page")
		}
		id, err := landbridge.NewID(now, d.c.Random)
		if err != nil {
			return err
		}
		receipt.Number = fmt.Sprintf("%s-R-%04d-%05d", d.c.Party, now.Year(), n+1)
		key, err := d.c.Vault.Create(tx, owner(id))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO rights_request (id, number, kind, state, token, body, answer, drafted_by, received_us, due_us, answered_us, keep_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, 0, 0)`,
			id, receipt.Number, r.Kind, Received, token(secret), key.Seal(text, aboutBody(id)), []byte{}, db.Micros(now), db.Micros(receipt.Due)); err != nil {
			return fmt.Errorf("entering a request: %w", err)
		}
		return d.fact(tx, factAsked, "node", id)
	})
	if err != nil {
		return nil, err
	}
	return receipt, nil
}

// A Reply is what the person sees who comes back.
type Reply struct {
	Number, Kind, State string
	Received, Due       time.Time
	Answered            time.Time
	Way, Text           string
}

// Look returns how a request stands, to who knows its number and secret. A wrong
// number and a wrong secret are answered with the same words.
func (d *Desk) Look(ctx context.Context, number, secret string) (*Reply, error) {
	r, err := d.load(ctx, `number = $1`, strings.ToUpper(strings.TrimSpace(number)))
	known := err == nil
	if err != nil && !fail.Is(err, fail.Missing) {
		return nil, err
	}
	want := make([]byte, sha256.Size)
	if known {
		want = r.token
	}
	if subtle.ConstantTimeCompare(token(strings.ToUpper(strings.TrimSpace(secret))), want) != 1 || !known {
		return nil, fail.New(fail.Missing, "there is no request with this number and secret; check both, or ask again")
	}
	out := &Reply{Number: r.Number, Kind: r.Kind, State: Received, Received: r.Received, Due: r.Due}
	if r.State != Answered { // that an answer is being written is not told
		return out, nil
	}
	out.State, out.Answered = Answered, r.Answered
	a, err := d.answer(ctx, r)
	if err != nil {
		return nil, err
	}
	out.Way, out.Text = a.Way, a.Text
	return out, nil
}

// A row is a request as stored.
type row struct {
	ID                              landbridge.ID
	Number, Kind, State, DraftedBy  string
	token, body, sealed             []byte
	Received, Due, Answered, keepAt time.Time
}

func (d *Desk) load(ctx context.Context, where string, arg any) (*row, error) {
	var r row
	var received, due, answered, keep int64
	err := d.c.DB.QueryRow(ctx, `SELECT id, number, kind, state, token, body, answer, drafted_by, received_us, due_us, answered_us, keep_us
		FROM rights_request WHERE `+where, arg).
		Scan(&r.ID, &r.Number, &r.Kind, &r.State, &r.token, &r.body, &r.sealed, &r.DraftedBy, &received, &due, &answered, &keep)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "there is no such request")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a request: %w", err)
	}
	r.Received, r.Due, r.Answered, r.keepAt = db.Moment(received), db.Moment(due), db.Moment(answered), db.Moment(keep)
	return &r, nil
}

func (d *Desk) fact(tx *db.Tx, kind, actor string, id landbridge.ID) error {
	digest := landbridge.Sum([]byte(domainFact + kind + "\x00" + string(id)))
	_, err := d.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: digest, About: owner(id)})
	return err
}

func token(secret string) []byte {
	sum := sha256.Sum256([]byte(domainToken + secret))
	return sum[:]
}

func owner(id landbridge.ID) string       { return "rights/" + string(id) }
func aboutBody(id landbridge.ID) string   { return "rights body " + string(id) }
func aboutAnswer(id landbridge.ID) string { return "rights answer " + string(id) }
