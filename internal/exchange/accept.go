package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

// nilID stands for the id of bytes that are no message.
const nilID landbridge.MessageID = "00000000-0000-7000-8000-000000000000"

// An arrival is one message of a batch on its way through [Exchange.Accept].
type arrival struct {
	item
	env    *seal.Envelope // nil when the bytes are none
	digest landbridge.Digest
	bytes  landbridge.Digest // of everything, signature and payload included
	stored string            // the stored file of a detached payload

	refusal error // lawful: recorded, answered, never tried again
	later   error // try again
	forged  bool  // the refusal is about bytes that may not be the sender's

	index int64  // of the log entry that settles it, -1 when none does
	text  []byte // of the statement it commits to
}

// Accept takes in a batch that a peer sends and returns the answer: for every
// message a receipt, a refusal, or "later". When it returns nil, everything
// the answer says was accepted is on disk, in one commit with its log entry.
func (x *Exchange) Accept(ctx context.Context, peer landbridge.PartyID, raw []byte) ([]byte, error) {
	b, err := parseBatch(raw)
	if err != nil {
		return nil, err
	}
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := v.Lookup(peer); err != nil {
		return nil, err
	}
	arrivals := make([]arrival, len(b.Items))
	x.examineAll(ctx, v, peer, b, arrivals)
	a := answer{Status: statusOK}
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		a = answer{Status: statusOK}
		if b.Lane == relayLane {
			return x.takeAll(tx, peer, b, arrivals)
		}
		return x.takeNumbered(tx, peer, b, arrivals, &a)
	})
	if err != nil {
		return nil, err
	}
	x.heard(peer)
	if a.Status == statusRewound {
		x.alarm(ctx, peer, alarmRewound, a.Reason, raw[:min(len(raw), maxEvidence)])
	}
	if a.Status == statusOK {
		if err := x.answerAll(ctx, arrivals, &a); err != nil {
			return nil, err
		}
	}
	return a.marshal(), nil
}

// examineAll looks at every message before the transaction, for that is where
// the time goes: reading, hashing, checking signatures.
func (x *Exchange) examineAll(ctx context.Context, v *party.View, peer landbridge.PartyID, b *batch, arrivals []arrival) {
	var work sync.WaitGroup
	n := min(runtime.GOMAXPROCS(0), len(b.Items))
	for w := range n {
		work.Go(func() {
			for i := w; i < len(b.Items); i += n {
				arrivals[i] = arrival{item: b.Items[i], index: -1}
				x.examine(ctx, v, peer, b.Lane, &arrivals[i])
			}
		})
	}
	work.Wait()
}

// examine decides about one message as far as it can be decided without the
// inbox. Its order is that of spec/delivery.md.
func (x *Exchange) examine(ctx context.Context, v *party.View, peer landbridge.PartyID, lane Lane, a *arrival) {
	a.bytes = landbridge.Sum(a.Envelope)
	e, err := seal.Parse(a.Envelope)
	if err != nil {
		a.refusal, a.forged = fromSeal(err), true
		return
	}
	a.env, a.digest = e, e.Digest()
	h := &e.Header
	if err := x.checkWay(v, peer, lane, h); err != nil {
		a.refusal, a.forged = err, true
		return
	}
	if h.Directory > v.Position() {
		a.later = fail.New(fail.Unavailable, "this node holds the directory up to position %d and the message relies on position %d; it fetches the rest now",
			v.Position(), h.Directory)
		x.wakeControl(peer)
		return
	}
	pub, err := v.SigningKey(h.From, h.Signer, h.Created)
	if err == nil {
		err = fromSealOrNil(e.Verify(pub))
	}
	if err != nil {
		a.refusal, a.forged = err, true
		return
	}
	if err := x.checkContent(h); err != nil {
		a.refusal = err
		return
	}
	if e.Payload == nil {
		a.stored, a.later = x.payloadOf(ctx, a.digest)
	}
}

func fromSealOrNil(err error) error {
	if err == nil {
		return nil
	}
	return fromSeal(err)
}

// checkWay checks that the message may come from this peer and is for us.
func (x *Exchange) checkWay(v *party.View, peer landbridge.PartyID, lane Lane, h *seal.Header) error {
	if h.From != peer {
		mine, err := v.Lookup(x.me)
		if err != nil {
			return err
		}
		if lane != relayLane || !contains(mine.Relays, peer) {
			return fail.New(fail.Denied, "%s brings a message of %s, but the record of %s names no relay %s; send it directly", peer, h.From, x.me, peer)
		}
	} else if lane == relayLane {
		return fail.New(fail.Denied, "%s cannot be its own relay; send the message in a lane", peer)
	}
	for _, to := range h.To {
		if to.Party != x.me {
			continue
		}
		for _, k := range x.c.Keys.Sealing {
			if k.ID() == to.Key {
				return nil
			}
		}
		return fail.New(fail.Unsigned,
			"the message is sealed to the key %s, which %s does not have; fetch the directory, then seal it again to the key in force", to.Key, x.me)
	}
	return fail.New(fail.Denied, "the message is not addressed to %s; send it to one of the parties it names", x.me)
}

// checkContent checks what the header says about the message itself.
func (x *Exchange) checkContent(h *seal.Header) error {
	e := seal.Envelope{Header: *h}
	if err := e.CheckTime(x.now(), x.c.Timing.Skew); err != nil {
		return fromSeal(err)
	}
	if x.handlers[h.Kind] == nil {
		return fail.New(fail.Invalid, "%s takes in no messages of kind %s; ask it which release it runs", x.me, h.Kind)
	}
	if h.PayloadSize > x.c.Limits.Payload {
		return fail.New(fail.TooLarge, "the payload has %d bytes, and %s takes at most %d; send it in parts", h.PayloadSize, x.me, x.c.Limits.Payload)
	}
	return nil
}

func contains[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// takeNumbered takes in a sender's own batch: numbers go up without gap.
func (x *Exchange) takeNumbered(tx *db.Tx, peer landbridge.PartyID, b *batch, arrivals []arrival, a *answer) error {
	cursor, err := x.cursor(tx, peer, b, a)
	if err != nil || a.Status != statusOK {
		return err
	}
	for i := range arrivals {
		m := &arrivals[i]
		stop, err := x.takeOne(tx, peer, b.Lane, m, m.Seq > cursor)
		if err != nil {
			return err
		}
		if stop {
			if m.Seq <= cursor {
				a.Status, a.Cursor = statusRewound, cursor
				a.Reason = fmt.Sprintf("%s numbers a message %d in lane %s that has this number for another one already: "+
					"its database was probably restored from a backup; its operator must begin a new numbering before anything more is taken", peer, m.Seq, b.Lane)
				return nil // nothing was taken: stop comes before any row of a used number
			}
			for j := i + 1; j < len(arrivals); j++ {
				arrivals[j].later = fail.New(fail.Unavailable, "waits for the message before it")
			}
			break
		}
		cursor = max(cursor, m.Seq)
	}
	a.Cursor = cursor
	_, err = tx.Exec(`INSERT INTO exchange_cursor (party, lane, epoch, seq) VALUES ($1, $2, $3, $4)
		ON CONFLICT (party, lane) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq`, string(peer), string(b.Lane), string(b.Epoch), cursor)
	if err != nil {
		return fmt.Errorf("moving the cursor: %w", err)
	}
	return nil
}

// cursor returns how far the peer's numbering was taken, and sets the status
// of the answer when the batch does not continue it.
func (x *Exchange) cursor(tx *db.Tx, peer landbridge.PartyID, b *batch, a *answer) (int64, error) {
	var epoch string
	var seq int64
	err := tx.QueryRow(`SELECT epoch, seq FROM exchange_cursor WHERE party = $1 AND lane = $2`+tx.ForUpdate(), string(peer), string(b.Lane)).Scan(&epoch, &seq)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("reading the cursor: %w", err)
	}
	switch {
	case string(b.Epoch) < epoch:
		a.Status, a.Cursor = statusRewound, seq
		a.Reason = fmt.Sprintf("%s sends under a numbering it had given up: its database was probably restored from a backup; "+
			"its operator must begin a new numbering before anything more is taken", peer)
		return seq, nil
	case string(b.Epoch) > epoch:
		seq = 0
	}
	if b.After > seq {
		a.Status, a.Cursor = statusGap, seq
		a.Reason = fmt.Sprintf("%s has taken in messages of lane %s up to %d, and the sender counts from %d", x.me, b.Lane, seq, b.After)
	}
	return seq, nil
}

// takeAll takes in what a relay hands on, in whatever order.
func (x *Exchange) takeAll(tx *db.Tx, peer landbridge.PartyID, b *batch, arrivals []arrival) error {
	for i := range arrivals {
		m := &arrivals[i]
		if _, err := x.takeOne(tx, peer, b.Lane, m, true); err != nil {
			return err
		}
	}
	return nil
}

// takeOne settles one message: with the old receipt when it is known, with a
// new one, or with a refusal. It returns true when it does none of these: the
// message must come later, or its number was used for another (fresh false).
func (x *Exchange) takeOne(tx *db.Tx, peer landbridge.PartyID, lane Lane, m *arrival, fresh bool) (stop bool, err error) {
	m.index, m.text = -1, nil
	if err := x.recall(tx, peer, m); err != nil || m.index >= 0 {
		return false, err
	}
	switch {
	case !fresh:
		return true, nil
	case m.refusal != nil && !x.mayRefuse(peer):
		m.later = fail.New(fail.Unavailable, "%s has sent more than %d messages within the hour that had to be refused; the next is looked at when the hour is over",
			peer, x.c.Limits.Refusals)
		return true, nil
	case m.refusal != nil:
		return false, x.refuse(tx, peer, m)
	case m.later != nil:
		return true, nil
	case x.depth.Load() >= x.c.Limits.InboxDepth:
		m.later = fail.New(fail.Unavailable, "%s has %d messages to take in and takes no more for now; it will be tried again by itself", x.me, x.depth.Load())
		return true, nil
	}
	return false, x.take(tx, peer, lane, m)
}

// recall settles m if it was settled before.
func (x *Exchange) recall(tx *db.Tx, peer landbridge.PartyID, m *arrival) error {
	if m.refusal != nil {
		known, err := x.stated(tx, m.bytes, peer, Refused)
		if err != nil || known != nil {
			if known != nil {
				m.index, m.text = known.index, known.text
			}
			return err
		}
	}
	if m.env == nil || m.forged {
		return nil
	}
	h := &m.env.Header
	var was string
	var index, received int64
	err := tx.QueryRow(`SELECT digest, log_index, received_us FROM exchange_inbox WHERE sender = $1 AND id = $2`, string(h.From), string(h.ID)).
		Scan(&was, &index, &received)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for a message: %w", err)
	}
	if was != m.digest.String() {
		m.refusal = fail.New(fail.Conflict, "%s has sent another message with the id %s; an id names one message for ever: make this one anew", h.From, h.ID)
		m.later = nil
		return x.recallConflict(tx, peer, m)
	}
	m.index, m.refusal, m.later = index, nil, nil
	m.text = x.delivered(h, m.digest, received).text()
	return nil
}

// recallConflict looks for the refusal of a message whose id was used before.
func (x *Exchange) recallConflict(tx *db.Tx, peer landbridge.PartyID, m *arrival) error {
	known, err := x.stated(tx, m.bytes, peer, Refused)
	if known != nil {
		m.index, m.text = known.index, known.text
	}
	return err
}

func (x *Exchange) delivered(h *seal.Header, d landbridge.Digest, receivedUS int64) *statement {
	return &statement{Rung: Delivered, ID: h.ID, Envelope: d, From: h.From, To: x.me, By: x.me, At: fromMicro(receivedUS)}
}

// take writes a message into the inbox and the log.
func (x *Exchange) take(tx *db.Tx, peer landbridge.PartyID, lane Lane, m *arrival) error {
	h := &m.env.Header
	now := x.now().UnixMicro()
	s := x.delivered(h, m.digest, now)
	index, err := x.c.Log.Append(tx, s.fact(h.Case))
	if err != nil {
		return err
	}
	via := ""
	if lane == relayLane {
		via, lane = string(peer), Normal
	}
	_, err = tx.Exec(`INSERT INTO exchange_inbox (log_index, sender, id, digest, kind, case_id, lane, via, received_us,
			state, pace, due_us, tries, reason, blob, envelope)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'new', $10, 0, 0, '', $11, $12)`,
		index, string(h.From), string(h.ID), m.digest.String(), h.Kind, string(h.Case), string(lane), via, now, pace(lane), m.stored, m.Envelope)
	if err != nil {
		return fmt.Errorf("writing the inbox: %w", err)
	}
	m.index, m.text = index, s.text()
	tx.OnCommit(x.arrived)
	return handOver(tx, m)
}

// handOver ends the taking in of a payload: another row names its file now.
func handOver(tx *db.Tx, m *arrival) error {
	if m.stored == "" {
		return nil
	}
	if _, err := tx.Exec(`DELETE FROM exchange_payload WHERE digest = $1`, m.digest.String()); err != nil {
		return fmt.Errorf("handing a payload over: %w", err)
	}
	return nil
}

func (x *Exchange) arrived() {
	x.depth.Add(1)
	x.inbox.fire()
	x.log.fire()
}

// pace orders the inbox: the urgent lane first.
func pace(l Lane) int64 {
	switch l {
	case Urgent:
		return 0
	case Normal:
		return 1
	default:
		return 2
	}
}

// refuse records that a message was refused, and why, so that the sender holds
// a signed negative and a repetition gets the same one.
func (x *Exchange) refuse(tx *db.Tx, peer landbridge.PartyID, m *arrival) error {
	s := &statement{Rung: Refused, ID: nilID, Envelope: m.bytes, From: peer, To: x.me, By: x.me, At: x.now(),
		Kind: fail.KindOf(m.refusal), Reason: fail.Safe(m.refusal)}
	about := landbridge.CaseID("")
	if !m.forged {
		// What may not be the sender's is named by its bytes alone: neither
		// a case nor the message it claims to be is touched by a forgery.
		h := &m.env.Header
		s.ID, s.Envelope, s.From, about = h.ID, m.digest, h.From, h.Case
	}
	st, err := x.state(tx, s, m.bytes, peer, about)
	if err != nil {
		return err
	}
	m.index, m.text = st.index, st.text
	return nil
}

// mayRefuse counts the refusals of one peer: each is an entry in our log, and
// nobody but us may fill that.
func (x *Exchange) mayRefuse(peer landbridge.PartyID) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.now()
	r := x.refused[peer]
	if now.Sub(r.since) >= time.Hour {
		r = tally{since: now}
	}
	r.n++
	x.refused[peer] = r
	return r.n <= x.c.Limits.Refusals
}

// A tally counts something since a time.
type tally struct {
	since time.Time
	n     int64
}

// answerAll turns what was settled into the answer, with one proof each.
func (x *Exchange) answerAll(ctx context.Context, arrivals []arrival, a *answer) error {
	p, err := x.newestProver(ctx)
	if err != nil {
		return err
	}
	a.Checkpoint = p.note
	for i := range arrivals {
		m := &arrivals[i]
		o := outcome{Seq: m.Seq}
		if m.index >= 0 {
			if o.Proof, err = p.attest(ctx, m.index, m.text); err != nil {
				return err
			}
		} else {
			o.Kind, o.Reason = fail.KindOf(m.later), fail.Safe(m.later)
		}
		a.Items = append(a.Items, o)
	}
	return nil
}
