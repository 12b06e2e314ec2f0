package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/party"
)

// A link is all this node does with one peer: three lanes, what it hands on as
// a relay, what it asks for, and one worker for everything else.
type link struct {
	x     *Exchange
	peer  landbridge.PartyID
	wakes map[Lane]waker
	pulls map[Lane]signal // wake a question for mail that is held open

	mu       sync.Mutex
	health   health
	failing  map[Lane]failure
	offset   time.Duration                             // the peer's clock minus ours
	position int64                                     // of the peer's directory
	address  int                                       // which of its addresses to try
	knocked  time.Time                                 // when the control worker last knocked
	called   bool                                      // the control worker has a reason to knock
	poked    time.Time                                 // when a sign of life last woke the lanes
	hashed   map[landbridge.Digest][]landbridge.Digest // leaves of the payload under way
}

// health is what is kept over restarts.
type health struct {
	up      bool
	since   time.Time
	ok      time.Time
	problem string
	at      time.Time // of the problem
}

// A failure is why a lane does not work now.
type failure struct {
	since   time.Time
	next    time.Time // when it is tried again
	problem string
	at      time.Time // of the last try
}

// worst returns the problem to show: that of the first lane, in the order in
// which a user would ask, that has one.
func (l *link) worst() (string, time.Time) {
	for _, lane := range []Lane{Urgent, Normal, Bulk, controlLane, relayLane, upgradeLane, witnessLane} {
		if f, ok := l.failing[lane]; ok {
			return f.problem, f.at
		}
	}
	return "", time.Time{}
}

// Lanes of the workers that carry no mail; they name where a failure happened.
const (
	controlLane Lane = "control"
	witnessLane Lane = "witness"
	upgradeLane Lane = "upgrade"
)

// A waker wakes one worker: rows when there may be work, poke when a failure
// may be over.
type waker struct{ rows, poke signal }

// wait returns when either fired or d has passed, and false when ctx ended.
func (w waker) wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-w.rows:
	case <-w.poke:
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// link returns the link to a peer, and makes it on first use.
func (x *Exchange) link(ctx context.Context, p landbridge.PartyID) (*link, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if l := x.links[p]; l != nil {
		return l, nil
	}
	l := &link{x: x, peer: p, called: true, failing: map[Lane]failure{}, wakes: map[Lane]waker{},
		pulls: map[Lane]signal{}, hashed: map[landbridge.Digest][]landbridge.Digest{}}
	for _, lane := range []Lane{Urgent, Normal, Bulk, relayLane, controlLane, witnessLane, upgradeLane} {
		l.wakes[lane], l.pulls[lane] = waker{newSignal(), newSignal()}, newSignal()
	}
	if err := l.load(ctx); err != nil {
		return nil, err
	}
	x.links[p] = l
	return l, nil
}

func (l *link) load(ctx context.Context) error {
	var up, since, ok, at int64
	err := l.x.c.DB.QueryRow(ctx, `SELECT up, since_us, ok_us, error, error_us FROM exchange_peer WHERE party = $1`, string(l.peer)).
		Scan(&up, &since, &ok, &l.health.problem, &at)
	if errors.Is(err, sql.ErrNoRows) {
		l.health.since = l.x.now()
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading how it stands with %s: %w", l.peer, err)
	}
	l.health.up, l.health.since, l.health.ok, l.health.at = up != 0, fromMicro(since), db.Moment(ok), db.Moment(at)
	return nil
}

// save keeps what changed. It is for the desk after a restart; losing it costs
// nothing else.
func (l *link) save(ctx context.Context, h health) {
	up := int64(0)
	if h.up {
		up = 1
	}
	err := l.x.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO exchange_peer (party, up, since_us, ok_us, error, error_us) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (party) DO UPDATE SET up = excluded.up, since_us = excluded.since_us, ok_us = excluded.ok_us,
			error = excluded.error, error_us = excluded.error_us`,
			string(l.peer), up, db.Micros(h.since), db.Micros(h.ok), h.problem, db.Micros(h.at))
		return err
	})
	l.x.report(ctx, "keeping how it stands with "+string(l.peer), err)
	l.x.c.Changed("")
}

// workers returns everything that runs for this peer.
func (l *link) workers() []func(context.Context) {
	return []func(context.Context){
		func(ctx context.Context) { l.runLane(ctx, Urgent) },
		func(ctx context.Context) { l.runLane(ctx, Normal) },
		func(ctx context.Context) { l.runLane(ctx, Bulk) },
		l.runRelay, l.runControl, l.runWitness, l.runUpgrade, l.runPull,
	}
}

// way says how the peer is reached now.
func (l *link) way(ctx context.Context) (party.Reach, error) {
	r, err := l.x.c.Directory.Lookup(ctx, l.peer)
	if err != nil {
		return "", err
	}
	return r.Reach, nil
}

// succeeded notes that the peer did what it was asked in a lane.
func (l *link) succeeded(ctx context.Context, lane Lane) {
	l.mu.Lock()
	was := l.health
	l.health.ok = l.x.now()
	if !was.up {
		l.health.up, l.health.since = true, l.health.ok
	}
	delete(l.failing, lane)
	l.health.problem, l.health.at = l.worst()
	now := l.health
	l.mu.Unlock()
	if was.up != now.up || was.problem != now.problem {
		l.save(ctx, now)
	}
	if !was.up {
		l.wakeAll() // the other lanes need not wait out their time
	}
}

// failed notes why something did not work and returns how long to wait.
func (l *link) failed(ctx context.Context, lane Lane, err error) time.Duration {
	if ctx.Err() != nil {
		return 0
	}
	problem, reached := l.explain(err)
	if isOurs(err) {
		l.x.report(ctx, fmt.Sprintf("%s lane to %s", lane, l.peer), err)
	}
	now := l.x.now()
	l.mu.Lock()
	was := l.health
	f := l.failing[lane]
	if f.since.IsZero() {
		f.since = now
	}
	wait := l.x.backoff(now.Sub(f.since))
	if !reached && lane != controlLane {
		wait = max(wait, l.x.c.Timing.RetryCap) // the control worker finds out when it is back, and wakes the others
	}
	f.next, f.problem, f.at = now.Add(wait), problem, now
	l.failing[lane] = f
	l.health.problem, l.health.at = l.worst()
	if !reached {
		l.address++ // the next try goes to its next address
		if was.up || was.ok.IsZero() && was.problem == "" {
			l.health.up, l.health.since = false, now
		}
	}
	h := l.health
	l.mu.Unlock()
	if was.up != h.up || was.problem != h.problem {
		l.save(ctx, h)
	}
	if !reached && lane != controlLane {
		l.wakes[controlLane].rows.fire()
	}
	return wait
}

// wakeAll lets every worker of the link try now.
func (l *link) wakeAll() {
	for _, w := range l.wakes {
		w.poke.fire()
	}
}

// wakeMail is wakeAll without our own knock: to answer every knock with a
// knock would keep two idle nodes talking for ever.
func (l *link) wakeMail() {
	for lane, w := range l.wakes {
		if lane != controlLane {
			w.poke.fire()
		}
	}
}

// idle notes that a lane has nothing to do, whatever went wrong before.
func (l *link) idle(ctx context.Context, lane Lane) {
	l.mu.Lock()
	_, was := l.failing[lane]
	delete(l.failing, lane)
	l.health.problem, l.health.at = l.worst()
	l.mu.Unlock()
	if was {
		l.x.c.Changed("")
	}
}

// wake lets a lane to a peer look at its rows.
func (x *Exchange) wake(p landbridge.PartyID, lane Lane) {
	x.mu.Lock()
	l := x.links[p]
	x.mu.Unlock()
	if l != nil {
		l.wakes[lane].rows.fire()
		l.pulls[lane].fire()
	}
}

func (x *Exchange) wakeAll() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, l := range x.links {
		l.wakeAll()
	}
}

func (x *Exchange) wakeControl(p landbridge.PartyID) {
	x.mu.Lock()
	l := x.links[p]
	x.mu.Unlock()
	if l != nil {
		l.call()
	}
}

// call lets the control worker knock now.
func (l *link) call() {
	l.mu.Lock()
	l.called = true
	l.mu.Unlock()
	l.wakes[controlLane].rows.fire()
}

// heard is called when a peer shows a sign of life: if it was thought to be
// down, what waits for it is tried at once, but not at its every word.
func (x *Exchange) heard(p landbridge.PartyID) {
	x.mu.Lock()
	l := x.links[p]
	x.mu.Unlock()
	if l == nil {
		return
	}
	now := x.now()
	l.mu.Lock()
	poke := len(l.failing) > 0 && now.Sub(l.poked) >= x.c.Timing.RetryFirst
	if poke {
		l.poked = now
	}
	l.mu.Unlock()
	if poke {
		l.wakeAll()
	}
}

// grown says that the log and a case have changed.
func (x *Exchange) grown(c landbridge.CaseID) {
	x.log.fire()
	x.c.Changed(c)
}
