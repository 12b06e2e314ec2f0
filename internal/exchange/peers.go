package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

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
	NextTry   time.Time      // the soonest of the lanes that failed
	Offset    time.Duration  // its clock minus ours, when last asked
	Position  int64          // of its directory, when last asked
	Alarms    []Alarm        // what must not be overlooked
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

// warnOffset is the difference of clocks that is said aloud.
const warnOffset = 30 * time.Second

// Peers returns how it stands with every other party of the directory.
func (x *Exchange) Peers(ctx context.Context) ([]PeerState, error) {
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	alarms, err := x.alarms(ctx)
	if err != nil {
		return nil, err
	}
	var all []PeerState
	at := map[landbridge.PartyID]int{}
	for _, listing := range v.All() {
		if listing.Party == x.me {
			continue
		}
		s := PeerState{Party: listing.Party, Reach: listing.Record.Reach, Suspended: listing.Suspended, Queue: map[Lane]int64{}, Alarms: alarms[listing.Party]}
		l, err := x.link(ctx, listing.Party)
		if err != nil {
			return nil, err
		}
		l.describe(&s)
		x.describeWay(&s, listing.Record.Relays)
		at[s.Party] = len(all)
		all = append(all, s)
	}
	return all, x.countQueues(ctx, all, at)
}

// describe fills in what the link knows.
func (l *link) describe(s *PeerState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.health
	s.Up, s.Since, s.LastOK, s.LastError, s.LastErrAt = h.up, h.since, h.ok, h.problem, h.at
	s.Offset, s.Position = l.offset, l.position
	for _, f := range l.failing {
		if s.NextTry.IsZero() || f.next.Before(s.NextTry) {
			s.NextTry = f.next
		}
	}
	if s.LastError == "" && l.offset.Abs() > warnOffset {
		s.LastError = fmt.Sprintf("the clock of %s is %s %s ours; one of the two is wrong", l.peer, l.offset.Abs().Round(time.Second), aheadOf(l.offset))
	}
}

// describeWay corrects the picture of peers this node does not call: one that
// fetches its mail is there while it asks, one behind relays while a relay is.
func (x *Exchange) describeWay(s *PeerState, relays []landbridge.PartyID) {
	quiet := 3 * (x.c.Timing.PullWait + x.c.Timing.Heartbeat)
	switch {
	case s.Reach == party.Pull && s.Up && x.now().Sub(s.LastOK) > quiet:
		s.Up, s.Since = false, s.LastOK
		s.LastError = fmt.Sprintf("%s fetches its mail by itself and has not asked for it since %s", s.Party, s.LastOK.Format("2 January 15:04:05 UTC"))
	case s.Reach == party.Relay:
		x.mu.Lock()
		defer x.mu.Unlock()
		for _, r := range relays {
			if l := x.links[r]; l != nil && l.isUp() || r == x.me {
				s.Up, s.LastError = true, ""
			}
		}
	}
}

func (l *link) isUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.health.up
}

func aheadOf(d time.Duration) string {
	if d < 0 {
		return "behind"
	}
	return "ahead of"
}

func (x *Exchange) countQueues(ctx context.Context, all []PeerState, at map[landbridge.PartyID]int) error {
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		var p landbridge.PartyID
		var lane Lane
		var n, oldest int64
		if err := r.Scan(&p, &lane, &n, &oldest); err != nil {
			return err
		}
		i, ok := at[p]
		if !ok {
			return nil
		}
		s := &all[i]
		s.Queue[lane] = n
		if t := fromMicro(oldest); s.Oldest.IsZero() || t.Before(s.Oldest) {
			s.Oldest = t
		}
		return nil
	}, `SELECT o.party, o.lane, count(*), min(s.submitted_us) FROM exchange_outbox o JOIN exchange_sent s ON s.digest = o.digest
		WHERE o.state = 'waiting' GROUP BY o.party, o.lane`)
	if err != nil {
		return fmt.Errorf("counting what waits: %w", err)
	}
	err = x.c.DB.Each(ctx, func(r *sql.Rows) error {
		var p landbridge.PartyID
		var n int64
		err := r.Scan(&p, &n)
		if i, ok := at[p]; ok {
			all[i].Held = n
		}
		return err
	}, `SELECT party, count(*) FROM exchange_outbox WHERE state = 'held' GROUP BY party`)
	if err != nil {
		return fmt.Errorf("counting what waits: %w", err)
	}
	return nil
}

// A Stuck message needs an operator: a handler or a peer kept failing over it.
type Stuck struct {
	Message  landbridge.Digest
	ID       landbridge.MessageID
	Peer     landbridge.PartyID
	Outgoing bool
	Case     landbridge.CaseID
	Tries    int64
	Reason   string
}

// Stuck returns the messages that were set aside, sent and received.
func (x *Exchange) Stuck(ctx context.Context) ([]Stuck, error) {
	var all []Stuck
	scan := func(outgoing bool) func(*sql.Rows) error {
		return func(r *sql.Rows) error {
			s := Stuck{Outgoing: outgoing}
			var digest string
			err := r.Scan(&digest, &s.ID, &s.Peer, &s.Case, &s.Tries, &s.Reason)
			if err != nil {
				return err
			}
			s.Message, err = landbridge.ParseDigest(digest)
			all = append(all, s)
			return err
		}
	}
	err := x.c.DB.Each(ctx, scan(true), `SELECT o.digest, s.id, o.party, s.case_id, o.tries, o.reason FROM exchange_outbox o
		JOIN exchange_sent s ON s.digest = o.digest WHERE o.state = 'held' ORDER BY s.submitted_us`)
	if err == nil {
		err = x.c.DB.Each(ctx, scan(false), `SELECT digest, id, sender, case_id, tries, reason FROM exchange_inbox WHERE state = 'aside' ORDER BY log_index`)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was set aside: %w", err)
	}
	return all, nil
}

// Release tries a message again that was set aside, after its cause was mended.
// peer is the recipient of an outgoing message, and ignored for a received one.
func (x *Exchange) Release(ctx context.Context, message landbridge.Digest, peer landbridge.PartyID) error {
	var lane Lane
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(`UPDATE exchange_inbox SET state = 'new', tries = 0, due_us = 0, reason = '' WHERE digest = $1 AND state = 'aside'`, message.String())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			tx.OnCommit(x.arrived)
			return err
		}
		err = tx.QueryRow(`SELECT lane FROM exchange_outbox WHERE digest = $1 AND party = $2 AND state = 'held'`, message.String(), string(peer)).Scan(&lane)
		if errors.Is(err, sql.ErrNoRows) {
			return fail.New(fail.Missing, "message %s is not set aside for %s", message, peer)
		}
		if err != nil {
			return err
		}
		seq, err := nextSeq(tx, peer, lane) // its old number was passed by
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE exchange_outbox SET state = 'waiting', tries = 0, reason = '', epoch = $1, seq = $2 WHERE digest = $3 AND party = $4`,
			string(*x.epoch.Load()), seq, message.String(), string(peer))
		return err
	})
	if err != nil {
		return fmt.Errorf("releasing a message: %w", err)
	}
	if lane != "" {
		x.wake(peer, lane)
	}
	return nil
}
