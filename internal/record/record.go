// Package record keeps this node's log: what happened here, entered in the same
// commit as the rows it is about, under a signed checkpoint that other states
// cosign. It also is the witness of their logs.
//
// Every fact is one entry of package ledger: kind, time, the pseudonym of who
// acted, and a salted commitment. The salt, the digest it hides and the matter
// it belongs to are kept beside it and can be erased; the log stays valid (S15).
//
// Crash: an index is final once [Log.Append] has returned, but only if the
// commit it stands in succeeds; entry, tiles and checkpoint are written just
// before that commit, so there is no moment when one exists without the other.
// A checkpoint leaves the node only after its commit, because it is read from
// committed rows.
//
// Trust: the database is trusted for availability alone. Who changes an entry in
// it is found by [Log.Verify] and by any monitor; who puts an old copy in place
// is found by the witnesses, and the log then refuses to sign. Who holds the
// log's key and the database can lie about what happens from now on.
//
// Limits: one chain of facts per matter, read from the newest backwards; at most
// [MaxPerCommit] facts in one commit; several nodes on one PostgreSQL take turns.
package record

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "record", Files: schema} }

// Bounds of the log.
const (
	MaxPerCommit = 16_384 // facts in one group commit
	MaxAbout     = 128    // bytes of a local reference
	MaxNote      = 512    // bytes of a local note
	MaxPage      = 500    // facts in one answer
	MaxEvidence  = 1_000  // requests kept against one peer
	maxRounds    = 256    // checkpoints kept with their cosignatures
	maxHeads     = 8_192  // matters whose last fact is remembered
	defaultHold  = 2 * time.Second
)

// Origin returns the name of a party's log.
func Origin(p landbridge.PartyID) string { return "landbridge.example/" + string(p) }

// WitnessName returns the name under which a party cosigns.
func WitnessName(p landbridge.PartyID) string { return Origin(p) + "/witness" }

// A Fact is something that happened here and is to be provable.
type Fact struct {
	Kind   string            // plain name, such as "message.delivered"
	Actor  string            // pseudonym of 16 hex digits, or "node"
	Digest landbridge.Digest // of what happened; only its salted commitment is public
	About  string            // local reference such as a case id; never public
	Note   string            // local, short, not personal
}

// Config is what a log needs from its node.
type Config struct {
	Party    landbridge.PartyID
	Signer   note.Signer      // of this log's checkpoints; its name is Origin(Party)
	Verifier note.Verifier    // the public half of Signer
	Witness  *ledger.Cosigner // for the logs of others
	Quorum   int              // cosignatures that make a round complete; 0 means one; see SetQuorum
	Hold     time.Duration    // how long a round waits for them before the next begins; 0 means 2 s
	Clock    func() time.Time
	Random   io.Reader
}

// An Entered is a fact as it stands in the log, with what is known of it here.
type Entered struct {
	Index     int64
	Kind      string
	Time      time.Time
	Actor     string
	About     string
	Note      string
	Erased    bool                 // salt, digest, about and note are gone
	Cosigners []landbridge.PartyID // whose witness has seen it
}

// A Disclosure lets an outsider check what an entry is about.
type Disclosure struct {
	Index  int64
	Entry  []byte
	Kind   string
	Salt   [32]byte
	Digest landbridge.Digest
}

// A Log is this node's log and its memory as a witness.
type Log struct {
	d      *db.DB
	c      Config
	quorum atomic.Int64
	w      writer
}

// Open reads the head of the log and takes part in every later commit of d. It
// signs the empty log when there is none. It must be called before the first
// fact is appended, and once for a database handle.
func Open(ctx context.Context, d *db.DB, c Config) (*Log, error) {
	if c.Signer == nil || c.Verifier == nil || c.Witness == nil || c.Clock == nil || c.Random == nil {
		return nil, errors.New("opening the log: a key, the clock or the source of randomness is missing")
	}
	if c.Signer.Name() != c.Verifier.Name() || c.Signer.KeyHash() != c.Verifier.KeyHash() {
		return nil, errors.New("opening the log: its signing key and its public key are not a pair")
	}
	if c.Signer.Name() != Origin(c.Party) || c.Witness.Name() != WitnessName(c.Party) {
		return nil, fmt.Errorf("opening the log: the keys are of %q and %q, not of the party %s", c.Signer.Name(), c.Witness.Name(), c.Party)
	}
	if c.Hold <= 0 {
		c.Hold = defaultHold
	}
	l := &Log{d: d, c: c}
	l.SetQuorum(c.Quorum)
	if err := d.Write(ctx, l.begin); err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	l.w.init(l)
	d.Attach(&l.w)
	// Reading the edge once now finds a damaged head before the first fact. A
	// log that the guard has stopped opens all the same, to be read and explained.
	if err := d.Write(ctx, l.w.takeHead); err != nil && !fail.Is(err, fail.Conflict) {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	return l, nil
}

// SetQuorum changes how many cosignatures make a round complete, because the
// number of parties has changed (ledger.Quorum). Fewer than one means one.
func (l *Log) SetQuorum(n int) { l.quorum.Store(int64(max(n, 1))) }

// begin signs the empty log, once.
func (l *Log) begin(tx *db.Tx) error {
	empty, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: l.c.Signer.Name(), Root: ledger.NewEdge().Root()}, l.c.Signer)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO record_head (id, size, note, claimed, claimed_by, overridden)
		VALUES (1, 0, $1, 0, '', 0) ON CONFLICT DO NOTHING`, empty)
	return err
}
