package exchange

import (
	"errors"
	"io"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

var errLater = errors.New("not built yet")

// A Rung is one step of the evidence ladder.
type Rung string

// The rungs, upwards, and then the two that end the climb.
const (
	Submitted     Rung = "submitted"     // in the sender's outbox and log
	Relayed       Rung = "relayed"       // held, sealed, by a relay
	Delivered     Rung = "delivered"     // in the recipient's inbox and log
	Retrieved     Rung = "retrieved"     // opened by a person there
	Acknowledged  Rung = "acknowledged"  // by an act of the recipient
	Decided       Rung = "decided"       // by an act of the recipient
	Refused       Rung = "refused"       // by the recipient's node, with a reason
	Undeliverable Rung = "undeliverable" // it expired on the way
)

// A Step is one rung that a message reached on its way to one recipient.
type Step struct {
	Rung      Rung
	To        landbridge.PartyID // the recipient; empty for submitted
	By        landbridge.PartyID // whose log holds it
	At        time.Time          // by the clock of By
	Kind      fail.Kind          // of a refusal
	Reason    string             // of a refusal: one sentence
	LogIndex  int64              // in the log of By
	Cosigners []landbridge.PartyID
	Act       landbridge.Digest // the act that proves it, for acknowledged and decided
}

// A PeerState says how it stands with one peer: is it there, and if something
// has not arrived, why not.
type PeerState struct {
	Party     landbridge.PartyID
	Reach     party.Reach
	Suspended bool
	Up        bool
	Since     time.Time // up or down since
	LastOK    time.Time
	LastError string // one plain sentence
	LastErrAt time.Time
	Queue     map[Lane]int64 // messages that wait for it
	Held      int64          // messages set aside for an operator
	Oldest    time.Time      // submission of the oldest that waits
	NextTry   time.Time
	Offset    time.Duration // its clock minus ours
	Position  int64         // of its directory
	Alarms    []Alarm       // what must not be overlooked
}

// An Alarm is something about a peer that does not heal by itself: a forked
// log, a second directory, a sender that reuses numbers.
type Alarm struct {
	Kind  string
	Text  string
	First time.Time
	Last  time.Time
	Count int64
}

// Incoming is one message as a handler gets it: its signature, time and
// recipients are checked, and it stands in the log.
type Incoming struct {
	Envelope *seal.Envelope // without payload when that travelled detached
	Digest   landbridge.Digest
	From     landbridge.PartyID
	Via      landbridge.PartyID // the relay it came by, if any
	Lane     Lane
	Received time.Time
	LogIndex int64
}

// Open returns what the message says. A body that travelled detached is read
// with OpenStream instead.
func (in *Incoming) Open() (seal.Opening, error) { return seal.Opening{}, errLater }

// OpenStream returns the body as a stream, wherever it lies, and the salt of
// its commitment. Nothing may be done with the body before io.EOF proved it.
func (in *Incoming) OpenStream() (io.ReadCloser, [32]byte, error) { return nil, [32]byte{}, errLater }

// Stored returns the stored file of a payload that travelled detached. It is
// sealed to this party's key and stays until [Exchange.Forget].
func (in *Incoming) Stored() (blob.Ref, bool) { return blob.Ref{}, false }

// Timing says how long things take. The zero value of a field is its default.
type Timing struct {
	RetryFirst time.Duration // wait after a first failure; grows while the peer is down
	RetryCap   time.Duration // the longest wait
	Request    time.Duration // the longest one request to a peer may take
	Heartbeat  time.Duration // how often a silent peer is asked whether it is there
	Debounce   time.Duration // how long new checkpoints are gathered before they are pushed
	Upgrade    time.Duration // how often receipts are exchanged for cosigned ones
	PullWait   time.Duration // how long a peer's question for mail is held open
	RelayAfter time.Duration // how long a peer is down before its relay is used
	Sweep      time.Duration // how often expired messages are looked for
	Skew       time.Duration // how far a sender's clock may be ahead
}

func (t Timing) orDefault() Timing { return t }

// Limits bounds what others can make this node hold. The zero value of a field
// is its default.
type Limits struct {
	InboxDepth   int64 // messages that wait to be taken in
	Payload      int64 // bytes of one detached payload
	PeerUpload   int64 // bytes of unfinished payloads of one peer
	RelayBytes   int64 // bytes held for others, for each sender
	RelayCount   int64 // messages held for others, for each sender
	HandlerTries int   // before a message is set aside
	PoisonTries  int   // internal errors of a peer about one message before it is held
}

func (l Limits) orDefault() Limits { return l }
