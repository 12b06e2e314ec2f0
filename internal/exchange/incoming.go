package exchange

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

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

	x      *Exchange
	stored string
	once   func() (seal.Opening, error)
	tries  int64
}

// Open returns what the message says. A body that travelled detached is read
// with OpenStream instead.
func (in *Incoming) Open() (seal.Opening, error) { return in.once() }

func (in *Incoming) open() (seal.Opening, error) {
	o, err := seal.Open(in.Envelope, in.x.me, in.x.c.Keys.Sealing...)
	return o, fromSealOrNil(err)
}

// OpenStream returns the body as a stream, wherever it lies, and the salt of
// its commitment. Nothing may be done with the body before io.EOF proved it.
func (in *Incoming) OpenStream() (io.ReadCloser, [32]byte, error) {
	var payload io.ReadCloser = io.NopCloser(bytes.NewReader(in.Envelope.Payload))
	if in.stored != "" {
		d, err := landbridge.ParseDigest(in.stored)
		if err != nil {
			return nil, [32]byte{}, fmt.Errorf("reading the name of a stored payload: %w", err)
		}
		f, err := in.x.c.Blobs.Open(d)
		if err != nil {
			return nil, [32]byte{}, err
		}
		payload = f
	}
	body, salt, err := seal.OpenStream(in.Envelope.Header, payload, in.x.me, in.x.c.Keys.Sealing...)
	if err != nil {
		payload.Close()
		return nil, salt, fromSeal(err)
	}
	return struct {
		io.Reader
		io.Closer
	}{body, payload}, salt, nil
}

// Stored returns the stored file of a payload that travelled detached. It is
// sealed to this party's key and stays until [Exchange.Forget].
func (in *Incoming) Stored() (blob.Ref, bool) {
	d, err := landbridge.ParseDigest(in.stored)
	return blob.Ref{Digest: d, Size: in.Envelope.Header.PayloadSize}, err == nil && in.stored != ""
}

// Bounds of the work on the inbox.
const (
	inboxPage    = 256      // messages read at once
	inboxBytes   = 16 << 20 // bytes of envelopes read at once, but one message at least
	inboxWorkers = 32       // groups that are taken in side by side, sharing commits
	firstRetry   = time.Second
	lastRetry    = 5 * time.Minute
)

// runInbox takes messages in until ctx ends: the urgent first, then in the
// order of the log. Messages of one sender and case go one after another;
// different ones side by side, so that they share commits.
func (x *Exchange) runInbox(ctx context.Context) {
	for {
		n, next, err := x.takeIn(ctx)
		x.report(ctx, "taking in messages", err)
		wait := x.c.Timing.Heartbeat
		switch {
		case err != nil:
			wait = firstRetry
		case n > 0:
			continue
		case next > 0:
			wait = next
		}
		if !x.inbox.wait(ctx, wait) {
			return
		}
	}
}

// takeIn takes in one page of messages. It returns how many it tried and, if
// it tried none, after what time the first failed one is due.
func (x *Exchange) takeIn(ctx context.Context) (int, time.Duration, error) {
	now := x.now()
	page, err := x.readInbox(ctx, `SELECT `+inboxColumns+` FROM exchange_inbox WHERE state = 'new' AND due_us <= $1 ORDER BY pace, log_index LIMIT $2`,
		now.UnixMicro(), int64(inboxPage))
	if err != nil {
		return 0, 0, err
	}
	if len(page) == 0 {
		var n, due int64
		err := x.c.DB.QueryRow(ctx, `SELECT count(*), coalesce(min(due_us), 0) FROM exchange_inbox WHERE state = 'new'`).Scan(&n, &due)
		if err != nil || n == 0 {
			return 0, 0, err
		}
		x.depth.Store(n) // the count in memory drifts when commits fail half-way
		return 0, max(time.Millisecond, fromMicro(due).Sub(now)), nil
	}
	var groups [][]*Incoming
	at := map[string]int{}
	for _, in := range page {
		key := string(in.From) + " " + string(in.Envelope.Header.Case)
		i, ok := at[key]
		if !ok || in.Envelope.Header.Case == "" {
			i = len(groups)
			groups = append(groups, nil)
			at[key] = i
		}
		groups[i] = append(groups[i], in)
	}
	return len(page), 0, x.workGroups(ctx, groups)
}

// workGroups works through the groups side by side. It returns an error when it
// could not even be written down how a message ended: the database does not
// take writes, and to go on at once would be to try the same for ever.
func (x *Exchange) workGroups(ctx context.Context, groups [][]*Incoming) error {
	next := make(chan []*Incoming)
	var work sync.WaitGroup
	var lost atomic.Pointer[error]
	for range min(inboxWorkers, len(groups)) {
		work.Go(func() {
			for g := range next {
				for _, in := range g {
					if ctx.Err() != nil {
						continue
					}
					if err := x.handle(ctx, in); err != nil {
						err = fmt.Errorf("message %s: %w", in.Envelope.Header.ID, err)
						lost.Store(&err)
					}
				}
			}
		})
	}
	for _, g := range groups {
		next <- g
	}
	close(next)
	work.Wait()
	if err := lost.Load(); err != nil {
		return *err
	}
	return nil
}

const inboxColumns = `log_index, sender, digest, lane, via, received_us, tries, blob, envelope`

func (x *Exchange) readInbox(ctx context.Context, q string, args ...any) ([]*Incoming, error) {
	var all []*Incoming
	total := 0
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		if total >= inboxBytes {
			return errFull
		}
		in := &Incoming{x: x}
		var digest string
		var received int64
		var raw []byte
		err := r.Scan(&in.LogIndex, &in.From, &digest, &in.Lane, &in.Via, &received, &in.tries, &in.stored, &raw)
		if err != nil {
			return err
		}
		if in.Envelope, err = seal.Parse(raw); err != nil {
			return fmt.Errorf("a message of the inbox is damaged: %w", err)
		}
		total += len(raw)
		in.Received = fromMicro(received)
		in.once = sync.OnceValues(in.open)
		in.Digest, err = landbridge.ParseDigest(digest)
		all = append(all, in)
		return err
	}, q, args...)
	if err != nil && !errors.Is(err, errFull) {
		return nil, fmt.Errorf("reading the inbox: %w", err)
	}
	return all, nil
}

// handle gives one message to its handler and writes down how that ended.
func (x *Exchange) handle(ctx context.Context, in *Incoming) error {
	h := x.handlers[in.Envelope.Header.Kind]
	if h == nil { // accepted by a release that knew the kind
		return x.notTaken(ctx, in, fail.New(fail.Unavailable, "no handler takes messages of kind %s", in.Envelope.Header.Kind))
	}
	if in.Envelope.Payload != nil {
		in.Open() //nolint:errcheck // opened here, outside the transaction, and kept; the handler gets the error
	}
	taken := false
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		taken = false
		res, err := tx.Exec(`UPDATE exchange_inbox SET state = 'done', reason = '' WHERE log_index = $1 AND state = 'new'`, in.LogIndex)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // another instance took it
		}
		taken = true
		return h(tx, in)
	})
	if err != nil {
		return x.notTaken(ctx, in, err)
	}
	if taken {
		x.depth.Add(-1)
		x.c.Changed(in.Envelope.Header.Case)
	}
	return nil
}

// notTaken records why a handler did not take a message: a refusal is answered
// to the sender, anything else is tried again and at last set aside.
func (x *Exchange) notTaken(ctx context.Context, in *Incoming, cause error) error {
	if ctx.Err() != nil {
		return nil
	}
	kind := fail.KindOf(cause)
	if kind != fail.Internal && kind != fail.Unavailable {
		return x.refuseTaken(ctx, in, cause)
	}
	tries := in.tries + 1
	state, wait := "new", min(lastRetry, firstRetry<<min(tries-1, 20))
	if tries >= int64(x.c.Limits.HandlerTries) {
		state = "aside"
	}
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		// Only if it still waits: a commit whose answer was lost may have taken it in.
		res, err := tx.Exec(`UPDATE exchange_inbox SET state = $1, tries = $2, due_us = $3, reason = $4 WHERE log_index = $5 AND state = 'new'`,
			state, tries, x.now().Add(wait).UnixMicro(), fail.Safe(cause), in.LogIndex)
		if err != nil || state == "new" {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = x.c.Log.Append(tx, record.Fact{Kind: factSetAside, Actor: ledger.NodeActor, Digest: in.Digest, About: string(in.Envelope.Header.Case),
			Note: "set aside after repeated failures; release it when the cause is mended"})
		return err
	})
	if err != nil {
		return err
	}
	if state == "aside" {
		x.depth.Add(-1)
		x.c.Changed(in.Envelope.Header.Case)
	}
	return cause
}

// refuseTaken records a handler's refusal and tells the sender, signed.
func (x *Exchange) refuseTaken(ctx context.Context, in *Incoming, cause error) error {
	h := &in.Envelope.Header
	s := x.about(h, in.Digest, Refused, x.me)
	s.Kind, s.Reason = fail.KindOf(cause), fail.Safe(cause)
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(`UPDATE exchange_inbox SET state = 'refused', reason = $1 WHERE log_index = $2 AND state = 'new'`, s.Reason, in.LogIndex)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		st, err := x.state(tx, &s, in.Digest, h.From, h.Case)
		if err != nil {
			return err
		}
		return x.tell(tx, in, st)
	})
	if err != nil {
		return fmt.Errorf("recording a refusal: %w", err)
	}
	x.depth.Add(-1)
	x.c.Changed(h.Case)
	return nil
}
