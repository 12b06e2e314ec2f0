package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

// A waiting message is one row of the outbox with its envelope.
type waiting struct {
	item
	epoch  landbridge.ID
	digest landbridge.Digest
	blob   string
	kind   string
	caseID landbridge.CaseID
	tries  int64
}

// runLane carries one lane to one peer until ctx ends. A lane has one batch
// under way at a time; lanes and peers never wait for each other.
func (l *link) runLane(ctx context.Context, lane Lane) {
	size := MaxItems
	l.loop(ctx, lane, func() (bool, error) {
		n, err := l.carry(ctx, lane, size)
		if isFault(err) && n > 0 {
			size = max(1, n/2) // find the message the peer stumbles over
		} else if err == nil {
			size = min(MaxItems, 2*size)
		}
		return n > 0, err
	})
}

// loop does work again and again: at once while there is more, when it is
// woken or a heartbeat has passed while there is none, and after a failure
// when its time has come or the peer shows a sign of life. New mail does not
// shorten that wait: a peer that is down is not asked once for each message.
func (l *link) loop(ctx context.Context, lane Lane, work func() (more bool, err error)) {
	w := l.wakes[lane]
	for ctx.Err() == nil {
		more, err := work()
		switch {
		case err != nil:
			if !w.poke.wait(ctx, l.failed(ctx, lane, err)) {
				return
			}
		case !more:
			l.idle(ctx, lane)
			if !w.wait(ctx, l.x.c.Timing.idle(lane)) {
				return
			}
		}
	}
}

// carry sends one batch and settles the answer. It returns how many messages
// the batch had; zero means that nothing waits.
func (l *link) carry(ctx context.Context, lane Lane, size int) (int, error) {
	how, err := l.way(ctx)
	if err != nil || how != party.Push {
		return 0, err // the peer asks by itself, or its relay is given the mail
	}
	b, rows, err := l.x.nextBatch(ctx, l.peer, lane, size)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	for i := range rows {
		if rows[i].blob == "" {
			continue
		}
		if err := l.upload(ctx, &rows[i]); err != nil {
			return len(rows), err
		}
	}
	raw, err := l.post(ctx, PathEnvelopes, b.marshal(), MaxAnswer)
	if err != nil {
		if isFault(err) && len(rows) == 1 {
			return 1, l.x.stumble(ctx, l.peer, &rows[0], err)
		}
		return len(rows), err
	}
	if err := l.x.settle(ctx, l.peer, lane, rows, raw); err != nil {
		return len(rows), err
	}
	l.succeeded(ctx, lane)
	return len(rows), nil
}

// errFull ends the reading of a batch that is large enough.
var errFull = errors.New("the batch is full")

// nextBatch reads what waits in a lane, in order.
func (x *Exchange) nextBatch(ctx context.Context, to landbridge.PartyID, lane Lane, size int) (*batch, []waiting, error) {
	var rows []waiting
	total := 0
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		if total >= fillBatch {
			return errFull
		}
		var w waiting
		var digest string
		if err := r.Scan(&w.Seq, &w.epoch, &digest, &w.tries, &w.blob, &w.kind, &w.caseID, &w.Envelope); err != nil {
			return err
		}
		total += len(w.Envelope)
		var err error
		w.digest, err = landbridge.ParseDigest(digest)
		rows = append(rows, w)
		return err
	}, `SELECT o.seq, o.epoch, o.digest, o.tries, s.blob, s.kind, s.case_id, s.envelope FROM exchange_outbox o
		JOIN exchange_sent s ON s.digest = o.digest
		WHERE o.party = $1 AND o.lane = $2 AND o.state = 'waiting' ORDER BY o.seq LIMIT $3`, string(to), string(lane), int64(size))
	if err != nil && !errors.Is(err, errFull) {
		return nil, nil, fmt.Errorf("reading the outbox: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil, nil
	}
	b := &batch{Epoch: rows[0].epoch, Lane: lane}
	err = x.c.DB.QueryRow(ctx, `SELECT acked FROM exchange_lane WHERE party = $1 AND lane = $2`, string(to), string(lane)).Scan(&b.After)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the outbox: %w", err)
	}
	for i, w := range rows {
		if w.epoch != b.Epoch || w.Seq <= b.After {
			rows = rows[:i] // a new numbering began between the two reads
			break
		}
		b.Items = append(b.Items, w.item)
	}
	return b, rows, nil
}

// upload sends the payload that travels beside its envelope, as far as the
// peer does not have it.
func (l *link) upload(ctx context.Context, w *waiting) error {
	e, err := seal.Parse(w.Envelope)
	if err != nil {
		return fmt.Errorf("reading a message of the outbox: %w", err)
	}
	return l.sendPayload(ctx, w.Envelope, e, w.blob)
}

// backoff is how long to wait after a failure. It grows with the time the peer
// has been down: a short outage is over at once, and a peer that is down for
// days is asked once a minute. The jitter keeps nodes from asking in step.
func (x *Exchange) backoff(down time.Duration) time.Duration {
	t := x.c.Timing
	d := min(max(t.RetryFirst, down/16), t.RetryCap)
	var b [1]byte
	if _, err := x.random.Read(b[:]); err != nil {
		return d
	}
	return d/2 + d*time.Duration(b[0])/512
}
