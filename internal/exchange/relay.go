package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

// Hold takes envelopes for another party that names this node as its relay. It
// sees headers and sizes and nothing else. It answers each with a signed
// "relayed", or says why it cannot hold it.
func (x *Exchange) Hold(ctx context.Context, peer, to landbridge.PartyID, raw []byte) ([]byte, error) {
	b, err := parseBatch(raw)
	if err != nil {
		return nil, err
	}
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	r, err := v.Lookup(to)
	if err != nil {
		return nil, err
	}
	if b.Lane != relayLane || !contains(r.Relays, x.me) {
		return nil, fail.New(fail.Denied, "%s holds nothing for %s: its record does not name %s as a relay", x.me, to, x.me)
	}
	arrivals := make([]arrival, len(b.Items))
	for i := range b.Items {
		arrivals[i] = arrival{item: b.Items[i], index: -1}
		x.examineRelayed(ctx, v, peer, to, &arrivals[i])
	}
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		for i := range arrivals {
			m := &arrivals[i]
			m.index, m.text = -1, nil
			if m.later != nil {
				continue
			}
			if err := x.hold(tx, peer, to, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	x.wake(to, relayLane)
	a := answer{Status: statusOK}
	if err := x.answerAll(ctx, arrivals, &a); err != nil {
		return nil, err
	}
	return a.marshal(), nil
}

// examineRelayed checks what a relay can check without any key of its own.
func (x *Exchange) examineRelayed(ctx context.Context, v *party.View, peer, to landbridge.PartyID, m *arrival) {
	e, err := seal.Parse(m.Envelope)
	if err != nil {
		m.later = fromSeal(err)
		return
	}
	h := &e.Header
	m.env, m.digest, m.bytes = e, e.Digest(), landbridge.Sum(m.Envelope)
	addressed := false
	for _, a := range h.To {
		addressed = addressed || a.Party == to
	}
	if h.From != peer || !addressed {
		m.later = fail.New(fail.Denied, "a relay takes a message from its sender, for one of its recipients; this one is from %s", h.From)
		return
	}
	if h.Directory > v.Position() { // its recipient could not take it in either
		x.wakeControl(peer)
		m.later = fail.New(fail.Unavailable, "%s holds the directory up to position %d and the message relies on position %d", x.me, v.Position(), h.Directory)
		return
	}
	pub, err := v.SigningKey(h.From, h.Signer, h.Created)
	if err == nil {
		err = fromSealOrNil(e.Verify(pub))
	}
	if err == nil {
		err = fromSealOrNil(e.CheckTime(x.now(), x.c.Timing.Skew))
	}
	if err == nil && e.Payload == nil {
		m.stored, err = x.payloadOf(ctx, m.digest)
	}
	m.later = err
}

// hold writes one envelope down for its recipient, within the sender's quota.
func (x *Exchange) hold(tx *db.Tx, peer, to landbridge.PartyID, m *arrival) error {
	known, err := x.stated(tx, m.digest, to, Relayed)
	if err != nil {
		return err
	}
	if known != nil {
		m.index, m.text = known.index, known.text
		return nil
	}
	var n, size int64
	err = tx.QueryRow(`SELECT count(*), coalesce(sum(size), 0) FROM exchange_relay WHERE sender = $1 AND state = 'waiting'`, string(peer)).Scan(&n, &size)
	if err != nil {
		return fmt.Errorf("reading what is held: %w", err)
	}
	size += m.env.Header.PayloadSize
	if n >= x.c.Limits.RelayCount || size > x.c.Limits.RelayBytes {
		m.later = fail.New(fail.TooLarge, "%s holds %d messages from %s already and takes no more until some are fetched", x.me, n, peer)
		return nil
	}
	s := x.about(&m.env.Header, m.digest, Relayed, to)
	st, err := x.state(tx, &s, m.digest, to, "")
	if err != nil {
		return err
	}
	var number int64
	if err := tx.QueryRow(`SELECT coalesce(max(number), 0) + 1 FROM exchange_relay WHERE party = $1`, string(to)).Scan(&number); err != nil {
		return fmt.Errorf("numbering what is held: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO exchange_relay (digest, party, sender, number, size, expires_us, state, blob, proof, head, envelope)
		VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9, $10)`,
		m.digest.String(), string(to), string(peer), number, m.env.Header.PayloadSize, m.env.Header.Expires.UnixMicro(), m.stored, []byte{}, []byte{}, m.Envelope)
	if err != nil {
		return fmt.Errorf("holding a message: %w", err)
	}
	m.index, m.text = st.index, st.text
	return handOver(tx, m)
}

// runRelay does what a relay is for, on both sides: it hands to the peer what
// others left here for it, and leaves with the peer what others cannot be
// brought directly.
func (l *link) runRelay(ctx context.Context) {
	l.loop(ctx, relayLane, func() (bool, error) {
		how, err := l.way(ctx)
		if err != nil || how != party.Push {
			return false, err
		}
		n, err := l.handOn(ctx)
		if err != nil {
			return false, err
		}
		m, err := l.leave(ctx)
		return n+m > 0, err
	})
}

// held reads what waits here for a party.
func (x *Exchange) held(ctx context.Context, to landbridge.PartyID) (*batch, []waiting, error) {
	b := &batch{Lane: relayLane}
	var rows []waiting
	total := 0
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		if total >= fillBatch {
			return errFull
		}
		var w waiting
		var digest string
		err := r.Scan(&w.Seq, &digest, &w.blob, &w.Envelope)
		if err != nil {
			return err
		}
		w.digest, err = landbridge.ParseDigest(digest)
		total += len(w.Envelope)
		rows, b.Items = append(rows, w), append(b.Items, w.item)
		return err
	}, `SELECT number, digest, blob, envelope FROM exchange_relay WHERE party = $1 AND state = 'waiting' ORDER BY number LIMIT $2`, string(to), int64(MaxItems))
	if err != nil && !errors.Is(err, errFull) {
		return nil, nil, fmt.Errorf("reading what is held: %w", err)
	}
	return b, rows, nil
}

// handOn brings the peer what others left here for it.
func (l *link) handOn(ctx context.Context) (int, error) {
	b, rows, err := l.x.held(ctx, l.peer)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	for i := range rows {
		if rows[i].blob != "" {
			if err := l.upload(ctx, &rows[i]); err != nil {
				return 0, err
			}
		}
	}
	raw, err := l.post(ctx, PathEnvelopes, b.marshal(), MaxAnswer)
	if err != nil {
		return 0, err
	}
	if err := l.x.handedOn(ctx, l.peer, rows, raw); err != nil {
		return 0, err
	}
	l.succeeded(ctx, relayLane)
	return len(rows), nil
}

// handedOn keeps what the recipient answered, for the senders to ask for.
func (x *Exchange) handedOn(ctx context.Context, to landbridge.PartyID, rows []waiting, raw []byte) error {
	a, err := parseAnswer(raw)
	if err != nil {
		return err
	}
	var later error
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		for _, o := range a.Items {
			if o.Proof == nil {
				later = fail.New(o.Kind, "%s says: %s", to, o.Reason)
				continue
			}
			i := slices.IndexFunc(rows, func(w waiting) bool { return w.Seq == o.Seq })
			if i < 0 {
				return fail.New(fail.Invalid, "%s answers about a message %d that it was not sent", to, o.Seq)
			}
			_, err := tx.Exec(`UPDATE exchange_relay SET state = 'done', proof = $1, head = $2, envelope = $3, blob = '' WHERE party = $4 AND number = $5`,
				o.Proof.append(nil), a.Checkpoint, []byte{}, string(to), o.Seq)
			if err != nil {
				return fmt.Errorf("handing on: %w", err)
			}
			if err := x.dropFile(tx, rows[i].blob); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return later
}

// relayedProof tells a sender what the recipient answered, once it has.
func (x *Exchange) relayedProof(ctx context.Context, sender landbridge.PartyID, q question) (*proof, error) {
	var raw, head []byte
	err := x.c.DB.QueryRow(ctx, `SELECT proof, head FROM exchange_relay WHERE digest = $1 AND party = $2 AND sender = $3 AND state = 'done'`,
		q.Digest.String(), string(q.Recipient), string(sender)).Scan(&raw, &head)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what was handed on: %w", err)
	}
	a, err := parseAttestation(raw)
	return &proof{q.Recipient, head, a}, err
}

// leave gives the peer, as a relay, what cannot be brought to others directly.
func (l *link) leave(ctx context.Context) (int, error) {
	v, err := l.x.c.Directory.View(ctx)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, p := range v.Peers(l.x.me) {
		r, err := v.Lookup(p)
		if err != nil || p == l.peer || !contains(r.Relays, l.peer) || !l.x.needsRelay(p, r) {
			continue
		}
		n, err := l.leaveFor(ctx, p)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// needsRelay reports whether a party is reached by relay only, or has been
// down for so long that its relay may be sooner.
func (x *Exchange) needsRelay(p landbridge.PartyID, r *party.Record) bool {
	if r.Reach == party.Relay {
		return true
	}
	x.mu.Lock()
	other := x.links[p]
	x.mu.Unlock()
	if other == nil || r.Reach != party.Push {
		return false
	}
	other.mu.Lock()
	defer other.mu.Unlock()
	return !other.health.up && len(other.failing) > 0 && x.now().Sub(other.health.since) >= x.c.Timing.RelayAfter
}

// leaveFor leaves with the peer what waits for one party.
func (l *link) leaveFor(ctx context.Context, to landbridge.PartyID) (int, error) {
	b := &batch{Lane: relayLane}
	var rows []waiting
	total := 0
	err := l.x.c.DB.Each(ctx, func(r *sql.Rows) error {
		if total >= fillBatch {
			return errFull
		}
		var w waiting
		var digest string
		err := r.Scan(&digest, &w.blob, &w.kind, &w.caseID, &w.Envelope)
		if err != nil {
			return err
		}
		w.digest, err = landbridge.ParseDigest(digest)
		w.Seq = int64(len(rows) + 1)
		total += len(w.Envelope)
		rows, b.Items = append(rows, w), append(b.Items, w.item)
		return err
	}, `SELECT o.digest, s.blob, s.kind, s.case_id, s.envelope FROM exchange_outbox o JOIN exchange_sent s ON s.digest = o.digest
		WHERE o.party = $1 AND o.state = 'waiting' AND o.relay = '' ORDER BY s.submitted_us LIMIT $2`, string(to), int64(maxLeave))
	if err != nil && !errors.Is(err, errFull) {
		return 0, fmt.Errorf("reading the outbox: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	for i := range rows {
		if rows[i].blob != "" {
			if err := l.upload(ctx, &rows[i]); err != nil {
				return 0, err
			}
		}
	}
	raw, err := l.post(ctx, PathRelay+"/"+string(to), b.marshal(), MaxAnswer)
	if err != nil {
		return 0, err
	}
	return len(rows), l.left(ctx, to, rows, raw)
}

// maxLeave bounds how many messages are left with a relay at once.
const maxLeave = 32

// left writes down what the relay holds now. The messages still wait: only the
// recipient's own receipt ends that.
func (l *link) left(ctx context.Context, to landbridge.PartyID, rows []waiting, raw []byte) error {
	a, err := parseAnswer(raw)
	if err != nil {
		return fail.New(fail.Invalid, "%s answers in a form this release does not know: %s", l.peer, fail.Safe(err))
	}
	done, later, err := l.x.match(ctx, to, l.peer, rows, a)
	if err != nil {
		return err
	}
	head, sigs, err := l.x.openHead(ctx, l.peer, a.Checkpoint)
	if err != nil {
		return err
	}
	err = l.x.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := l.x.keepHead(tx, l.peer, head, a.Checkpoint); err != nil {
			return err
		}
		for i := range done {
			if err := l.x.keepStep(tx, to, &done[i], head.Size, countParties(sigs)); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE exchange_outbox SET relay = $1 WHERE digest = $2 AND party = $3`, string(l.peer), done[i].w.digest.String(), string(to))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping receipts of the relay %s: %w", l.peer, err)
	}
	l.succeeded(ctx, relayLane)
	l.wakes[upgradeLane].rows.fire()
	for _, d := range done {
		l.x.c.Changed(d.w.caseID)
	}
	return later
}

// leftWith reads the messages a relay can be asked about.
func (x *Exchange) leftWith(ctx context.Context, relay landbridge.PartyID, limit int) ([]pendingProof, error) {
	var all []pendingProof
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		var p pendingProof
		var digest string
		err := r.Scan(&digest, &p.to, &p.w.kind, &p.w.caseID, &p.w.Envelope)
		if err != nil {
			return err
		}
		p.message, err = landbridge.ParseDigest(digest)
		p.question = question{Digest: p.message, Recipient: p.to}
		p.w.digest = p.message
		all = append(all, p)
		return err
	}, `SELECT o.digest, o.party, s.kind, s.case_id, s.envelope FROM exchange_outbox o JOIN exchange_sent s ON s.digest = o.digest
		WHERE o.relay = $1 AND o.relay <> '' AND o.state = 'waiting' ORDER BY s.submitted_us LIMIT $2`, string(relay), int64(limit))
	if err != nil {
		return nil, fmt.Errorf("reading what was left with a relay: %w", err)
	}
	return all, nil
}

// keepRelayed takes a recipient's receipt that a relay brings back.
func (x *Exchange) keepRelayed(ctx context.Context, t *pendingProof, p *proof) error {
	if p.By != t.to {
		return fail.New(fail.Unsigned, "a relay brings a receipt of %s for a message to %s", p.By, t.to)
	}
	head, sigs, err := x.openHead(ctx, p.By, p.Head)
	if err != nil {
		return err
	}
	s, err := p.Att.check(head)
	if err != nil {
		return err
	}
	if err := x.fits(&s, &t.w, t.to, t.to); err != nil {
		return err
	}
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := x.keepHead(tx, p.By, head, p.Head); err != nil {
			return err
		}
		if err := x.keepStep(tx, t.to, &settled{&t.w, s, p.Att.append(nil), p.Att.Index}, head.Size, countParties(sigs)); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE exchange_outbox SET state = 'done' WHERE digest = $1 AND party = $2`, t.message.String(), string(t.to))
		return err
	})
	if err == nil {
		x.c.Changed(t.w.caseID)
	}
	return err
}
