package exchange

import (
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// A Lane is one of three ways between two nodes that never wait for each other.
type Lane string

// The lanes, the fastest first.
const (
	Urgent Lane = "urgent"
	Normal Lane = "normal"
	Bulk   Lane = "bulk" // large exhibits
)

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

// height orders the rungs of one recipient that bear the same time.
func (r Rung) height() int {
	for i, x := range []Rung{Submitted, Relayed, Delivered, Retrieved, Acknowledged, Decided, Refused, Undeliverable} {
		if r == x {
			return i
		}
	}
	return -1
}

// A Step is one rung that a message reached on its way to one recipient.
type Step struct {
	Rung      Rung
	To        landbridge.PartyID // the recipient; empty for submitted
	By        landbridge.PartyID // whose log holds it
	At        time.Time          // by the clock of By
	Kind      fail.Kind          // of a refusal
	Reason    string             // of a refusal: one sentence
	LogIndex  int64              // in the log of By; -1 when it is not known
	Proved    bool               // a proof from the log of By is held
	Cosigners int64              // how many other parties have signed the log that holds it
	Act       landbridge.Digest  // the act that proves it, for acknowledged and decided
}

// Timing says how long things take. The zero value of a field is its default.
type Timing struct {
	RetryFirst time.Duration // wait after a first failure; grows while the peer is down
	RetryCap   time.Duration // the longest wait
	Request    time.Duration // the longest one request to a peer may take
	Still      time.Duration // how long an answer that has begun may stand still
	Heartbeat  time.Duration // how often a silent peer is asked whether it is there
	Debounce   time.Duration // how long new log heads are gathered before they are pushed to witnesses
	Upgrade    time.Duration // how often receipts are exchanged for cosigned ones
	PullWait   time.Duration // how long a peer's question for mail is held open
	RelayAfter time.Duration // how long a peer is down before its relay is used
	Sweep      time.Duration // how often expired messages are looked for
	Again      time.Duration // how often messages that were set aside for a peer's own fault are tried again
	Skew       time.Duration // how far a sender's clock may be ahead
}

// idle is how long a worker with nothing to do waits before it looks by
// itself. It is woken when there is work; a look finds what another instance
// on the same database wrote.
func (t Timing) idle(l Lane) time.Duration {
	if l == controlLane || l == witnessLane {
		return t.Heartbeat
	}
	return 4 * t.Heartbeat
}

func (t Timing) orDefault() Timing {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.RetryFirst, 500 * time.Millisecond}, {&t.RetryCap, time.Minute}, {&t.Request, time.Minute}, {&t.Still, 5 * time.Second},
		{&t.Heartbeat, 30 * time.Second}, {&t.Debounce, 250 * time.Millisecond}, {&t.Upgrade, 2 * time.Second},
		{&t.PullWait, 3 * time.Second}, {&t.RelayAfter, 30 * time.Second}, {&t.Sweep, 20 * time.Second}, {&t.Skew, 5 * time.Minute},
		{&t.Again, 10 * time.Minute},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return t
}

// Limits bounds what others can make this node hold. The zero value of a field
// is its default.
type Limits struct {
	InboxDepth   int64 // messages that wait to be taken in
	Payload      int64 // bytes of one detached payload
	PeerUpload   int64 // bytes of unfinished payloads of one peer
	RelayBytes   int64 // bytes held for others, for each sender
	RelayCount   int64 // messages held for others, for each sender
	Refusals     int64 // messages of one peer that are refused, and recorded, within an hour
	HandlerTries int   // before a message is set aside
	PoisonTries  int   // internal errors of a peer about one message before it is held
}

func (l Limits) orDefault() Limits {
	for _, n := range []struct {
		field *int64
		value int64
	}{
		{&l.InboxDepth, 100_000}, {&l.Payload, 16 << 30}, {&l.PeerUpload, 64 << 30}, {&l.RelayBytes, 256 << 20}, {&l.RelayCount, 10_000}, {&l.Refusals, 1000},
	} {
		if *n.field <= 0 {
			*n.field = n.value
		}
	}
	if l.HandlerTries <= 0 {
		l.HandlerTries = 8
	}
	if l.PoisonTries <= 0 {
		l.PoisonTries = 4
	}
	return l
}
