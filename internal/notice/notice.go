// Package notice is the register of notices on this node: what is in force, for
// whom and until when. The acts of a notice are acts of a case under the process
// "notice"; the register is what they add up to, kept in the same transaction.
//
// A notice is shown to nobody's police before every member of a neutral panel
// has reviewed it and it was published: until then, and from the moment it is
// withheld or taken back, the register holds nothing of its content (S1, S27).
// It ends by itself when it is not confirmed within a year, and after five years
// (S15), also at a node that has heard nothing since. A search states its
// purpose and is a fact in the log, found or not (S3, S18).
//
// Trust: notice is trusted to show what is in force and to hide what is not. Who
// controls it can hide a notice from this node's officers or show one that was
// taken back; the acts in the case, which other states signed, show the truth.
// It decides nothing: a hit is a question to a person (S24), and a notice is not
// an arrest warrant.
//
// Limits: [MaxShown] notices in force are searched. There is no search of other
// states' nodes, and no list of persons. Photographs and fingerprints stay files
// of the case.
package notice

import (
	"context"
	"embed"
	"fmt"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "notice", Files: schema} }

// Process is the name of the process whose cases are notices.
const Process = "notice"

// Bounds of the register.
const (
	MaxShown = 20_000 // notices in force that one search looks through
	MaxHits  = 50     // of one search
	MaxQuery = 300    // bytes of a searched name or number
	minQuery = 3      // letters or digits of a name (S4: nobody browses)
	minDigit = 5      // letters or digits of a number
	pageSize = 500    // rows of a list
)

// Acknowledge is how long a party has to stand for it that a notice is gone (S27).
const Acknowledge = 24 * time.Hour

// soon is how long before its end a notice is shown as running out.
const soon = 30 * 24 * time.Hour

// heardWithin is how recently the issuing state must have been reached for its
// silence to mean that a notice stands: a withdrawal may be on its way.
const heardWithin = 24 * time.Hour

// Facts this package records.
const (
	factSearched = "notice.searched"
	factRead     = "notice.read"
)

// Kinds of notices. All but the first are options of the process.
const (
	Wanted        = "wanted"
	Missing       = "missing"
	Body          = "body"
	Property      = "property"
	ModusOperandi = "modus_operandi"
	Threat        = "threat"
	UNSpecial     = "un_special"
)

// Kinds lists what a notice is.
func Kinds() []string {
	return []string{Wanted, Missing, Body, Property, ModusOperandi, Threat, UNSpecial}
}

// States of the process that the register knows.
const (
	statePublished = "published"
	stateWithheld  = "withheld"
	stateErased    = "erased" // the case is erased; nothing but dates is left
)

// NotAWarrant stands on every page, answer and printout that shows a notice.
func NotAWarrant() casework.Text {
	return casework.Text{Key: "notice.not-a-warrant", English: "This is not an arrest warrant."}
}

// Config is what a Register needs.
type Config struct {
	DB    *db.DB
	Log   *record.Log
	Vault *blob.Vault
	Party landbridge.PartyID
	Clock func() time.Time

	// Engine returns the engine that compares names, built when first asked for.
	Engine func() *match.Engine
	// Heard returns when a party was last reached; zero: never, or not known.
	Heard func(ctx context.Context, p landbridge.PartyID) (time.Time, error)
}

// A Register is the notices of one node. It is safe for use by many goroutines.
type Register struct {
	c      Config
	access *access.Table

	mu    sync.Mutex
	stamp string // of the rows the index was made from
	index *index
}

// New returns the register kept in c.DB.
func New(c Config) (*Register, error) {
	if c.DB == nil || c.Log == nil || c.Vault == nil || c.Clock == nil || c.Engine == nil {
		return nil, fail.New(fail.Internal, "a register of notices needs a database, a log, a vault, a clock and an engine")
	}
	if c.Heard == nil {
		c.Heard = func(context.Context, landbridge.PartyID) (time.Time, error) { return time.Time{}, nil }
	}
	return &Register{c: c, access: access.New()}, nil
}

func (g *Register) now() time.Time { return g.c.Clock().UTC().Truncate(time.Microsecond) }

// may asks the table of roles and actions.
func (g *Register) may(p staff.Person, a access.Action) error {
	return g.access.Allow(p.Roles, a).Err()
}

func (g *Register) fact(tx *db.Tx, kind, actor string, digest landbridge.Digest, about, note string) error {
	if _, err := g.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: digest, About: about, Note: note}); err != nil {
		return fmt.Errorf("recording %s: %w", kind, err)
	}
	return nil
}

// owner names the data key of a case, as casework does: what is sealed under it
// goes when the case is erased (S15).
func owner(id string) string { return "case/" + id }
