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
	"io"
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
	Party   landbridge.PartyID
	Signer  note.Signer      // of this log's checkpoints; its name is Origin(Party)
	Witness *ledger.Cosigner // for the logs of others
	Quorum  int              // cosignatures that make a round complete; 0 means one
	Hold    time.Duration    // how long a round waits for them before the next begins; 0 means 2 s
	Clock   func() time.Time
	Random  io.Reader
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
	d *db.DB
	c Config
}

var errLater = errors.New("not built yet")

// Open reads the head of the log and takes part in every later commit of d.
func Open(ctx context.Context, d *db.DB, c Config) (*Log, error) { return &Log{d: d, c: c}, nil }

// Append enters a fact. Its index is final if the commit tx stands in succeeds.
func (l *Log) Append(tx *db.Tx, f Fact) (int64, error) {
	return 0, fail.Because(errLater, fail.Internal, "")
}

// Erase takes away what lets the fact at index be shown, and enters the fact
// "erased" with the ground as its note. The log stays valid (S15).
func (l *Log) Erase(tx *db.Tx, index int64, actor, ground string) (int64, error) { return 0, errLater }

// Checkpoint returns the newest signed checkpoint with the cosignatures held for it.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) { return nil, errLater }

// Size returns how many entries the log has.
func (l *Log) Size(ctx context.Context) (int64, error) { return 0, errLater }

// Prove returns a proof (the text of C2SP tlog-proof) that the entry it also
// returns stands at index, under the checkpoint that most witnesses cosigned.
func (l *Log) Prove(ctx context.Context, index int64) (proof, entry []byte, err error) {
	return nil, nil, errLater
}

// Disclose returns what the other side needs to check what an entry is about.
func (l *Log) Disclose(ctx context.Context, index int64) (Disclosure, error) {
	return Disclosure{}, errLater
}

// Facts returns up to limit facts from index after+1 on, oldest first. Begin with -1.
func (l *Log) Facts(ctx context.Context, after int64, limit int) ([]Entered, error) {
	return nil, errLater
}

// Newest returns the last limit facts before index before, newest first. A
// negative before begins at the end.
func (l *Log) Newest(ctx context.Context, before int64, limit int) ([]Entered, error) {
	return nil, errLater
}

// FactsAbout returns the last limit facts about one matter, oldest first.
func (l *Log) FactsAbout(ctx context.Context, about string, limit int) ([]Entered, error) {
	return nil, errLater
}

// Fact returns one fact.
func (l *Log) Fact(ctx context.Context, index int64) (Entered, error) { return Entered{}, errLater }

// Verify reads the whole log and says which entry, if any, is not what was signed.
func (l *Log) Verify(ctx context.Context) error { return errLater }

// A Resource is one file of the public log, ready to be served.
type Resource struct {
	Body      []byte
	Type      string // of the content
	Immutable bool   // may be cached for ever
}

// Resource returns what stands at path below the log's prefix: "checkpoint",
// "tile/0/000.p/5", "tile/entries/000". It fails with fail.Missing for all else.
func (l *Log) Resource(ctx context.Context, path string) (Resource, error) {
	return Resource{}, errLater
}

// ReadTile returns the first width hashes of a tile.
func (l *Log) ReadTile(ctx context.Context, level int, index int64, width int) ([]byte, error) {
	return nil, errLater
}

// ReadEntries returns the first width entries of a bundle, each behind its length.
func (l *Log) ReadEntries(ctx context.Context, index int64, width int) ([]byte, error) {
	return nil, errLater
}

// Cosign answers, as a witness, the request of a peer whose log has the given
// key. It remembers the new size before it answers. A refusal is a
// *ledger.Error whose Code says which HTTP status C2SP gives it and whose Known
// is the size we know; the evidence is kept.
func (l *Log) Cosign(ctx context.Context, from landbridge.PartyID, logKey note.Verifier, req []byte) ([]byte, error) {
	return nil, errLater
}

// WitnessRequest returns what to send to the witness of a peer, or nil when
// there is nothing to ask it now.
func (l *Log) WitnessRequest(ctx context.Context, peer landbridge.PartyID) ([]byte, error) {
	return nil, errLater
}

// AddCosignature keeps what a peer's witness answered to the last WitnessRequest.
func (l *Log) AddCosignature(ctx context.Context, peer landbridge.PartyID, keys []note.Verifier, lines []byte) error {
	return errLater
}

// Guard is told the size of our log that a peer's witness knows. The next
// request to it begins there. When it is more than we have, our database is an
// old copy: the log refuses to sign until [Log.Override] or until the newer
// database is back.
func (l *Log) Guard(ctx context.Context, known int64, from landbridge.PartyID) error { return errLater }

// Override makes the log sign again although a witness has seen more than it
// holds. It is the operator's decision, enters a fact, and will show to that
// witness as a second history.
func (l *Log) Override(ctx context.Context, actor, reason string) error { return errLater }

// A Sight is what one witness has seen of our log.
type Sight struct {
	Party landbridge.PartyID
	Size  int64
	Time  time.Time
}

// Witnesses returns what each witness has cosigned, by party.
func (l *Log) Witnesses(ctx context.Context) ([]Sight, error) { return nil, errLater }

// Cosigners returns the parties whose witness has seen the entry at index.
func (l *Log) Cosigners(ctx context.Context, index int64) ([]landbridge.PartyID, error) {
	return nil, errLater
}

// An Evidence is a signed request that did not fit what we know of a peer's log.
type Evidence struct {
	Party   landbridge.PartyID
	Code    ledger.Code
	Known   []byte // the checkpoint we had cosigned
	Request []byte // what was asked of us
	Time    time.Time
}

// Evidence returns what was kept against the logs of others, newest first.
func (l *Log) Evidence(ctx context.Context, limit int) ([]Evidence, error) { return nil, errLater }

// Peers returns what we have cosigned as a witness, by party.
func (l *Log) Peers(ctx context.Context) ([]Sight, error) { return nil, errLater }
