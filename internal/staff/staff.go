// Package staff keeps the people of one node: who they are, which roles they
// hold and until when, the passkeys they sign with, their sessions and tokens.
//
// A person is a human being; an account is what they sign in to. Roles belong
// to accounts and have a start and, where set, an end. Two-person rules compare
// persons, so one person with two accounts is still one (S21). In the log a
// person is a pseudonym; the name stays here.
//
// A passkey is used for two things: to sign in, and to approve one act. For an
// approval the challenge is made from the act's digest alone, so the assertion
// can be carried inside the act and checked by another state's node with
// [CheckApproval], years later and without this node.
//
// Trust: staff is trusted to say who sits at the screen. Someone who controls
// its tables can give themselves an account, but not unnoticed (every change is
// a fact in the log) and cannot make an approval of a passkey they do not hold.
//
// Limits: sessions end after [Config.Idle] without use and [Config.Absolute]
// in any case; setup links work once; ten failed sign-ins from one place close
// it for five minutes.
package staff

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/record"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "staff", Files: schema} }

// Limits of this package.
const (
	MaxPeople   = 10_000 // accounts a list shows
	MaxKeys     = 10     // passkeys of one account
	MaxTokens   = 20     // live API tokens of one account
	MaxAnswer   = 1 << 16
	maxName     = 120 // characters of a name, a label or a device
	defaultIdle = time.Hour
	defaultEnd  = 12 * time.Hour
	SetupLife   = 48 * time.Hour       // how long a setup link works
	TokenLife   = 366 * 24 * time.Hour // the longest life of an API token
	ceremony    = 5 * time.Minute      // how long a browser may take to answer
	secretBytes = 32
	seenEvery   = time.Minute // how exactly the last use of a session is known
)

// A Person is a member of staff, acting through one account.
type Person struct {
	ID        landbridge.ID // the human being: what two-person rules compare (S21)
	Account   landbridge.ID // the account they act with
	Login     string        // short name of the account, such as d.oru
	Name      string
	Roles     []landbridge.Role // in force now
	Pseudonym string            // 16 hex digits: the person's name in the log and in acts
	Active    bool
}

// Is reports whether p holds role r now.
func (p Person) Is(r landbridge.Role) bool { return slices.Contains(p.Roles, r) }

// Node is the node itself as the author of a change: at set-up, before there
// is a person, and for what clocks do. It holds no role that decides (S24).
func Node() Person {
	return Person{Name: "node", Pseudonym: "node", Roles: []landbridge.Role{landbridge.System}, Active: true}
}

// Config is what a Staff needs.
type Config struct {
	DB     *db.DB
	Record func(tx *db.Tx, f record.Fact) (int64, error) // the node's log: (*record.Log).Append
	Clock  func() time.Time
	Random io.Reader
	Party  landbridge.PartyID
	Secret [32]byte // keys pseudonyms; derived from the node's own secrets, the same for ever

	Site    string   // the name a browser shows beside the passkey, such as "Landbridge XA"
	RPID    string   // the domain passkeys are bound to, such as "localhost"
	Origins []string // the addresses of the pages, such as "http://localhost:8301"

	SoftKeys bool // accept keys of internal/staff/softkey: the demo, and officers who sign with a key file

	// TokenLife is the longest life of an API token; zero is the constant. Only
	// a demo, whose clocks run through years in seconds, needs another.
	TokenLife time.Duration
	Idle      time.Duration // a session unused this long is over; 0 is one hour
	Absolute  time.Duration // a session this old is over; 0 is twelve hours
}

// A Staff is the people of one node.
type Staff struct {
	c    Config
	keys *webauthn.WebAuthn
}

// New returns the staff kept in c.DB.
func New(c Config) (*Staff, error) {
	if c.DB == nil || c.Record == nil || c.Clock == nil || c.Random == nil {
		return nil, errors.New("staff needs a database, a log, a clock and randomness")
	}
	if c.Idle <= 0 {
		c.Idle = defaultIdle
	}
	if c.Absolute <= 0 {
		c.Absolute = defaultEnd
	}
	if c.Site == "" {
		c.Site = "Landbridge " + string(c.Party)
	}
	origins := slices.Clone(c.Origins)
	if c.SoftKeys {
		origins = append(origins, SoftwareOrigin)
	}
	keys, err := webauthn.New(&webauthn.Config{
		RPID: c.RPID, RPDisplayName: c.Site, RPOrigins: origins,
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey:        protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification:   protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("setting up passkeys for %s: %w", c.RPID, err)
	}
	return &Staff{c, keys}, nil
}

// now is the present moment as it stands in tables.
func (s *Staff) now() int64 { return s.c.Clock().UnixMicro() }

// pseudonym is how the log names a person. Without the node's secret nobody
// can tell whose it is, nor test a guess.
func (s *Staff) pseudonym(person landbridge.ID) string {
	return hex.EncodeToString(s.keyed(domainPseudonym, string(person))[:8])
}

func (s *Staff) keyed(domain, text string) []byte {
	m := hmac.New(sha256.New, s.c.Secret[:])
	m.Write([]byte(domain + text))
	return m.Sum(nil)
}

// secret makes a random secret for someone to hold, and the hash we keep.
func (s *Staff) secret(domain string) (text string, hash []byte, err error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(s.c.Random, b); err != nil {
		return "", nil, fmt.Errorf("reading randomness for a secret: %w", err)
	}
	text = base64.RawURLEncoding.EncodeToString(b)
	return text, hashed(domain, text), nil
}

// hashed is how a secret stands in a table. It needs no salt and no slow hash:
// the secrets are 256 random bits.
func hashed(domain, text string) []byte {
	h := sha256.Sum256([]byte(domain + text))
	return h[:]
}

// fact records that something happened to the staff. The digest stands for the
// details, which stay in this package's tables; they are joined by line feeds,
// which none of them may contain.
func (s *Staff) fact(tx *db.Tx, kind string, by Person, details ...string) error {
	digest := landbridge.Sum([]byte(strings.Join(details, "\n")))
	if _, err := s.c.Record(tx, record.Fact{Kind: kind, Actor: by.Pseudonym, Digest: digest, About: "staff"}); err != nil {
		return fmt.Errorf("recording %s: %w", kind, err)
	}
	return nil
}

// changed reports whether the statement changed a row.
func changed(tx *db.Tx, q string, args ...any) (bool, error) {
	res, err := tx.Exec(q, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// write runs one use case.
func (s *Staff) write(ctx context.Context, what string, f func(tx *db.Tx) error) error {
	if err := s.c.DB.Write(ctx, f); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
