// Package agreement is the register of instruments: treaties, agreements and
// arrangements, bilateral and multilateral, with the dates of every party, their
// articles, texts, reservations and declarations; and the legal profiles that
// follow from them for two parties, a process and a day.
//
// A profile is made by one pure function: the terms of every instrument in force
// between the two, and what the requested party publishes, merged so that the
// strictest value wins (S35). Every value says which instrument and article it
// comes from. Where no instrument covers the process there is no profile, and
// the process does not start (S3); nor does it where no instrument says on which
// basis personal data may cross the border (S17).
//
// The register is this node's own. A change is proposed by one person and
// entered by another, whose passkey signs its digest (S21); every revision is
// kept. Two parties compare what they hold by digest, and show their text.
//
// Trust: agreement is trusted to say what binds this state. Someone who controls
// its tables can let a request leave that the law forbids, or hold one back that
// it allows; not unnoticed, for every change is a fact in the log, and the other
// side judges by its own register. Whether an entry says what the treaty says
// is for the two people who enter it.
//
// Limits: [MaxInstruments] instruments of [MaxInstrument] bytes, [MaxBatch] in
// one proposal. Titles and texts rest unsealed: the register holds no personal
// data, and a secret instrument does not belong into it.
package agreement

import (
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"io"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "agreement", Files: schema} }

// Bounds of the register.
const (
	MaxInstruments = 10_000    // in one register
	MaxInstrument  = 512 << 10 // bytes of one instrument
	MaxBatch       = 1000      // instruments in one proposal
	MaxImport      = 16 << 20  // bytes of one file
	MaxPage        = 200       // rows of one page of the list
	maxWaiting     = 200       // proposals that wait for a second person
	maxHistory     = 500       // revisions shown of one instrument
	maxLine        = 300       // bytes of a title, a heading, a name
	maxNote        = 2000      // bytes of a note
	maxText        = 256 << 10 // bytes of one text of an instrument
	maxMembers     = 250       // parties of one instrument
	maxParts       = 500       // articles, terms, texts or reservations of one
	maxWords       = 64        // words of one list
	maxSearch      = 64 << 10  // bytes of an instrument that are searched
	messageLife    = 30 * 24 * time.Hour
)

// Config is what a Register needs.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Exchange  exchange.Outbox
	Directory *party.Directory
	Keys      *party.Keys
	Clock     func() time.Time
	Random    io.Reader

	// Verify checks a fresh passkey assertion over digest. It is staff's VerifyApproval.
	Verify func(ctx context.Context, p staff.Person, role landbridge.Role, digest landbridge.Digest, assertion []byte) (staff.Approval, error)
	// Names returns the names behind pseudonyms of this node. It is staff's Named.
	Names func(ctx context.Context, pseudonyms ...string) (map[string]string, error)
}

// A Register is the instruments of one node.
type Register struct {
	c      Config
	me     landbridge.PartyID
	access *access.Table
}

// New returns the register kept in c.DB.
func New(c Config) *Register { return &Register{c: c, me: c.Keys.Party, access: access.New()} }

// Handlers returns who takes in messages, by kind, for [exchange.Exchange.Handle].
func (g *Register) Handlers() map[string]exchange.Handler {
	return map[string]exchange.Handler{kindShown: opened(g.takeShown), kindCompared: opened(g.takeCompared)}
}

// opened hands a handler what a message says and who says it.
func opened(take func(tx *db.Tx, from landbridge.PartyID, body []byte, at time.Time) error) exchange.Handler {
	return func(tx *db.Tx, in *exchange.Incoming) error {
		o, err := in.Open()
		if err != nil {
			return err
		}
		return take(tx, in.From, o.Body, in.Received)
	}
}

func (g *Register) now() time.Time { return g.c.Clock().UTC().Truncate(time.Microsecond) }

// may asks the table of roles and actions.
func (g *Register) may(p staff.Person, a access.Action) error {
	return g.access.Allow(p.Roles, a).Err()
}

func (g *Register) fact(tx *db.Tx, kind, actor string, digest landbridge.Digest, about, note string) (int64, error) {
	n, err := g.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: digest, About: about, Note: note})
	if err != nil {
		return 0, fmt.Errorf("recording %s: %w", kind, err)
	}
	return n, nil
}

// sum hashes a text under one of the strings of domain.go.
func sum(domain string, parts ...[]byte) landbridge.Digest {
	h := sha256.New()
	io.WriteString(h, domain) //nolint:errcheck // a hash takes everything
	for _, p := range parts {
		h.Write(p)
	}
	return landbridge.Digest(h.Sum(nil))
}
