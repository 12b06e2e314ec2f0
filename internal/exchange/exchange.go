// Package exchange carries sealed envelopes between nodes, durably and with
// proof: outbox, delivery, inbox, receipts, and the ladder of evidence that
// says for each recipient how far a message came and what stopped it.
//
// Everything that must happen is a row written with the change that calls for
// it. Workers only carry rows across: what they lose when they die they do
// again, and the other side answers a repetition with the receipt it gave the
// first time. A receipt is an entry in the receiver's log with a proof of
// inclusion; it can be checked years later without either node.
//
// Trust: exchange holds sealed envelopes, keys to open what is addressed to
// this party, and nobody else's. A peer can refuse, delay, or lie about its
// own steps; it cannot make a message look sent that was not, deny one it gave
// a receipt for, or replay one. A relay sees who writes to whom, when, and how
// much by size class, and can drop, which shows as a missing receipt. Whoever
// controls this node's database can lose its mail, not unnoticed.
//
// Limits: named in [Limits] and [Timing]. Order is kept for each sender, peer
// and lane, except past messages that were set aside; across lanes and relays
// the "previous" links of envelopes give it.
package exchange

import (
	"context"
	"embed"
	"io"
	"net/http"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/seal"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "exchange", Files: schema} }

// A Lane is one of three ways between two nodes that never wait for each other.
type Lane string

// The lanes, the fastest first.
const (
	Urgent Lane = "urgent"
	Normal Lane = "normal"
	Bulk   Lane = "bulk" // large exhibits
)

// A Handler takes in one message, inside the transaction that marks it done.
// An error made with fail.New, other than Internal and Unavailable, refuses
// the message: the refusal is recorded and answered to the sender, signed.
// Any other error is tried again, and after some tries the message is set
// aside for an operator.
type Handler func(tx *db.Tx, in *Incoming) error

// Config is what an Exchange is made of.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Directory *party.Directory
	Keys      *party.Keys
	Blobs     *blob.Store
	Clock     func() time.Time
	Random    io.Reader
	// Client returns the client for one peer: mutual TLS, pinned by directory.
	Client func(landbridge.PartyID) *http.Client
	// Report is told errors that no caller can be given.
	Report func(error)
	// Changed is called after something an officer may be looking at has
	// changed: the ladder of a message in the case, or, with an empty case,
	// the state of a peer. It must not block.
	Changed func(landbridge.CaseID)
	Timing  Timing
	Limits  Limits
}

// An Exchange is the mail room of one node.
type Exchange struct {
	c        Config
	me       landbridge.PartyID
	handlers map[string]Handler
}

// New returns an exchange. It does nothing until it is run, except to accept.
func New(c Config) (*Exchange, error) {
	c.Timing, c.Limits = c.Timing.orDefault(), c.Limits.orDefault()
	return &Exchange{c: c, me: c.Keys.Party, handlers: map[string]Handler{}}, nil
}

// Handle says who takes in messages of a kind. Call it before Run.
func (x *Exchange) Handle(kind string, h Handler) { x.handlers[kind] = h }

// Submit puts a sealed envelope into the outbox, for each of its recipients.
// It is on its way when the transaction commits, and not before. A large
// payload is given as a stored file, and the envelope then carries none.
// Submitting the same envelope again does nothing.
func (x *Exchange) Submit(tx *db.Tx, e *seal.Envelope, detached *blob.Ref, lane Lane) error {
	return errLater
}

// Run carries mail until ctx ends.
func (x *Exchange) Run(ctx context.Context) error { return errLater }

// Accept takes in a batch that a peer sends and returns the answer: for every
// message a receipt, a refusal, or "later". When it returns nil, everything
// the answer says was accepted is on disk.
func (x *Exchange) Accept(ctx context.Context, peer landbridge.PartyID, batch []byte) ([]byte, error) {
	return nil, errLater
}

// Ladder returns the steps of a message this node sent, for each recipient, in
// the order in which they were taken.
func (x *Exchange) Ladder(ctx context.Context, id landbridge.MessageID) ([]Step, error) {
	return nil, errLater
}

// Receipt returns the receipt file for a message this node sent and one of its
// recipients: what [VerifyReceipt] checks without any node.
func (x *Exchange) Receipt(ctx context.Context, id landbridge.MessageID, to landbridge.PartyID) ([]byte, error) {
	return nil, errLater
}

// Peers returns how it stands with every other party of the directory.
func (x *Exchange) Peers(ctx context.Context) ([]PeerState, error) { return nil, errLater }

// Retrieved records that a person here opened the message with the given
// digest, and tells its sender. A second time does nothing.
func (x *Exchange) Retrieved(tx *db.Tx, message landbridge.Digest) error { return errLater }

// Advance records a step that a later act of the recipient proves:
// acknowledged or decided. The proof is the act's own envelope.
func (x *Exchange) Advance(tx *db.Tx, message landbridge.Digest, by landbridge.PartyID, rung Rung, act landbridge.Digest) error {
	return errLater
}

// Forget destroys the sealed payload of a message, sent or received, with its
// stored file. Header, receipt and log entries stay (S15).
func (x *Exchange) Forget(tx *db.Tx, message landbridge.Digest) error { return errLater }
