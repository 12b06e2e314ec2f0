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
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "exchange", Files: schema} }

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

// A Handler takes in one message, inside the transaction that marks it done.
// An error made with fail.New, other than Internal and Unavailable, refuses
// the message: the refusal is recorded and answered to the sender, signed.
// Any other error is tried again, and after some tries the message is set
// aside for an operator.
type Handler func(tx *db.Tx, in *Incoming) error

// An Exchange is the mail room of one node.
type Exchange struct {
	c        Config
	me       landbridge.PartyID
	handlers map[string]Handler

	epoch  atomic.Pointer[landbridge.ID] // of this database's numbering
	depth  atomic.Int64                  // messages that wait to be taken in, about
	random lockedReader

	inbox   signal // something came in
	moved   signal // the directory or the set of peers changed
	log     signal // the log grew
	joins   signal // a payload has all its leaves
	mu      sync.Mutex
	links   map[landbridge.PartyID]*link
	refused map[landbridge.PartyID]tally
}

// New returns an exchange over a migrated database. It accepts at once, and
// carries when it is run.
func New(c Config) (*Exchange, error) {
	c.Timing, c.Limits = c.Timing.orDefault(), c.Limits.orDefault()
	if c.Report == nil {
		c.Report = func(error) {}
	}
	if c.Changed == nil {
		c.Changed = func(landbridge.CaseID) {}
	}
	if c.DB == nil || c.Log == nil || c.Directory == nil || c.Keys == nil || c.Blobs == nil || c.Clock == nil || c.Random == nil || c.Client == nil {
		return nil, errors.New("an exchange needs all of its parts")
	}
	x := &Exchange{c: c, me: c.Keys.Party, handlers: map[string]Handler{}, links: map[landbridge.PartyID]*link{},
		refused: map[landbridge.PartyID]tally{},
		inbox:   newSignal(), moved: newSignal(), log: newSignal(), joins: newSignal(), random: lockedReader{r: c.Random}}
	x.handlers[noteKind] = x.takeNote
	ctx := context.Background()
	if err := x.loadEpoch(ctx); err != nil {
		return nil, err
	}
	var n int64
	if err := c.DB.QueryRow(ctx, `SELECT count(*) FROM exchange_inbox WHERE state = 'new'`).Scan(&n); err != nil {
		return nil, fmt.Errorf("reading the inbox: %w", err)
	}
	x.depth.Store(n)
	c.Directory.OnChange(x.moved.fire)
	return x, nil
}

// Handle says who takes in messages of a kind. Call it before Run.
func (x *Exchange) Handle(kind string, h Handler) { x.handlers[kind] = h }

// Now returns the time by this node's clock.
func (x *Exchange) Now() time.Time { return x.now() }

// now is the time as it is written: to the microsecond.
func (x *Exchange) now() time.Time { return x.c.Clock().UTC().Truncate(time.Microsecond) }

// report passes on an error unless it only says that the node is stopping.
func (x *Exchange) report(ctx context.Context, doing string, err error) {
	if err != nil && ctx.Err() == nil {
		x.c.Report(fmt.Errorf("exchange: %s: %w", doing, err))
	}
}

// Run carries mail until ctx ends, and returns when every worker has ended.
func (x *Exchange) Run(ctx context.Context) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	workers.Go(func() { x.runInbox(ctx) })
	workers.Go(func() { x.runSweep(ctx) })
	workers.Go(func() { x.runJoin(ctx) })
	workers.Go(func() { x.runLog(ctx) })
	running := map[landbridge.PartyID]context.CancelFunc{}
	for {
		if err := x.adjust(ctx, &workers, running); err != nil {
			x.report(ctx, "reading the directory", err)
		}
		if !x.moved.wait(ctx, x.c.Timing.Heartbeat) {
			return nil
		}
	}
}

// adjust starts the workers of peers that have come and stops those of peers
// that have gone.
func (x *Exchange) adjust(ctx context.Context, workers *sync.WaitGroup, running map[landbridge.PartyID]context.CancelFunc) error {
	v, err := x.c.Directory.Reload(ctx)
	if err != nil {
		return err
	}
	now := map[landbridge.PartyID]bool{}
	for _, p := range v.Peers(x.me) {
		now[p] = true
		l, err := x.link(ctx, p)
		if err != nil {
			return err
		}
		if v.Secretariat() == x.me {
			l.offer(v.Position())
		}
		if running[p] != nil {
			continue
		}
		peerCtx, cancel := context.WithCancel(ctx)
		running[p] = cancel
		for _, work := range l.workers() {
			workers.Go(func() { work(peerCtx) })
		}
	}
	x.c.Log.SetQuorum(min(len(now), ledger.Quorum(len(now)+1)))
	for p, cancel := range running {
		if !now[p] {
			cancel()
			delete(running, p)
		}
	}
	return nil
}

// A signal wakes one waiter; firing it often before it is waited for is firing
// it once.
type signal chan struct{}

func newSignal() signal { return make(signal, 1) }

func (s signal) fire() {
	select {
	case s <- struct{}{}:
	default:
	}
}

// wait returns when s fired or d has passed, and false when ctx ended.
func (s signal) wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-s:
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// A lockedReader lets workers share one source of randomness.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

// Read implements io.Reader.
func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return io.ReadFull(l.r, p)
}
