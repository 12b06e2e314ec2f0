package exchange

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

// A settled message is one the peer gave an attestation for.
type settled struct {
	w     *waiting
	s     statement
	proof []byte
	index int64
}

// settle checks what a peer answered to a batch and writes it down: a receipt
// or a refusal for each message, or why it must come again.
func (x *Exchange) settle(ctx context.Context, peer landbridge.PartyID, lane Lane, rows []waiting, raw []byte) error {
	a, err := parseAnswer(raw)
	if err != nil {
		return fail.New(fail.Invalid, "%s answers in a form this release does not know: %s", peer, fail.Safe(err))
	}
	switch a.Status {
	case statusRewound:
		x.alarm(ctx, peer, alarmReused, "this node's own numbering: "+a.Reason, nil)
		return fail.New(fail.Conflict, "%s", a.Reason)
	case statusGap:
		return x.rewind(ctx, peer, lane, a)
	}
	done, later, err := x.match(ctx, peer, peer, rows, a)
	if err != nil {
		return err
	}
	if err := x.keep(ctx, peer, lane, rows, done, a); err != nil {
		return err
	}
	if later != nil {
		return later
	}
	return nil
}

// openHead checks a checkpoint of a party's log and returns who has cosigned it.
func (x *Exchange) openHead(ctx context.Context, p landbridge.PartyID, text []byte) (ledger.Checkpoint, []note.Signature, error) {
	v, err := x.c.Directory.View(ctx)
	if err != nil {
		return ledger.Checkpoint{}, nil, err
	}
	pol, err := v.Policy(p, 0)
	if err != nil {
		return ledger.Checkpoint{}, nil, err
	}
	c, sigs, err := ledger.OpenCheckpoint(text, pol.Log, pol.Witnesses...)
	if err != nil {
		return c, nil, fail.New(fail.Unsigned, "the log head of %s does not hold: %v", p, err)
	}
	return c, sigs, nil
}

// match pairs the outcomes with the messages they are about. by is whose
// attestations they are; to is the recipient.
func (x *Exchange) match(ctx context.Context, to, by landbridge.PartyID, rows []waiting, a *answer) (done []settled, later error, err error) {
	head, _, err := x.openHead(ctx, by, a.Checkpoint)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range a.Items {
		i := slices.IndexFunc(rows, func(w waiting) bool { return w.Seq == o.Seq })
		if i < 0 {
			return nil, nil, fail.New(fail.Invalid, "%s answers about a message %d that it was not sent", by, o.Seq)
		}
		if o.Proof == nil {
			if later == nil {
				later = fail.New(o.Kind, "%s says: %s", by, o.Reason)
			}
			continue
		}
		s, err := o.Proof.check(head)
		if err != nil {
			return nil, nil, fail.New(fail.Unsigned, "%s gave a receipt that does not hold: %s", by, fail.Safe(err))
		}
		w := &rows[i]
		if err := x.fits(&s, w, to, by); err != nil {
			return nil, nil, err
		}
		done = append(done, settled{w, s, o.Proof.append(nil), o.Proof.Index})
	}
	return done, later, nil
}

// fits checks that a statement is about the message that was sent.
func (x *Exchange) fits(s *statement, w *waiting, to, by landbridge.PartyID) error {
	about := s.Envelope == w.digest && s.From == x.me
	if s.Rung == Refused && s.ID == nilID {
		about = s.Envelope == landbridge.Sum(w.Envelope) // refused as bytes, for what they claim to be is in doubt
	}
	mayState := s.Rung == Delivered || s.Rung == Refused
	if by != to {
		mayState = s.Rung == Relayed // a relay's word goes no further
	}
	if !about || !mayState || s.To != to || s.By != by {
		return fail.New(fail.Unsigned, "%s gave a receipt for another message than the one it was sent", by)
	}
	return nil
}

// keep writes the receipts of a batch, in one transaction.
func (x *Exchange) keep(ctx context.Context, peer landbridge.PartyID, lane Lane, rows []waiting, done []settled, a *answer) error {
	if len(done) == 0 {
		return nil
	}
	head, sigs, err := x.openHead(ctx, peer, a.Checkpoint)
	if err != nil {
		return err
	}
	fork := false
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		if fork, err = x.keepHead(tx, peer, head, a.Checkpoint); err != nil {
			return err
		}
		for i := range done {
			if err := x.keepStep(tx, peer, &done[i], head.Size, countParties(sigs)); err != nil {
				return err
			}
		}
		if err := x.finish(tx, peer, lane, rows, done); err != nil {
			return err
		}
		// Not the peer's own cursor: it may have taken more than it told us.
		last := done[len(done)-1].w.Seq
		_, err := tx.Exec(`UPDATE exchange_lane SET acked = $1 WHERE party = $2 AND lane = $3 AND acked < $1`, last, string(peer), string(lane))
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping receipts of %s: %w", peer, err)
	}
	if fork {
		x.alarm(ctx, peer, alarmFork, fmt.Sprintf("%s has signed two different logs of size %d; both heads are kept as evidence", peer, head.Size), a.Checkpoint)
	}
	for _, d := range done {
		x.c.Changed(d.w.caseID)
	}
	return nil
}

// finish takes what was settled out of the outbox. A batch is a run of all
// that waited, so when all of it was settled one statement does it.
func (x *Exchange) finish(tx *db.Tx, peer landbridge.PartyID, lane Lane, rows []waiting, done []settled) error {
	if len(done) == len(rows) && len(rows) > 0 {
		_, err := tx.Exec(`UPDATE exchange_outbox SET state = 'done'
			WHERE party = $1 AND lane = $2 AND epoch = $3 AND seq >= $4 AND seq <= $5 AND state = 'waiting'`,
			string(peer), string(lane), string(rows[0].epoch), rows[0].Seq, rows[len(rows)-1].Seq)
		return err
	}
	for _, d := range done {
		_, err := tx.Exec(`UPDATE exchange_outbox SET state = 'done' WHERE digest = $1 AND party = $2`, d.w.digest.String(), string(peer))
		if err != nil {
			return err
		}
	}
	return nil
}

// keepStep writes one rung with its proof. The first receipt stays: a second
// for the same step says the same.
func (x *Exchange) keepStep(tx *db.Tx, to landbridge.PartyID, d *settled, head int64, cosigned int64) error {
	ask := x.now().Add(x.c.Timing.Upgrade).UnixMicro()
	if d.w.kind == noteKind {
		ask = 0 // nobody asks for the proof of an echo
	}
	kind, reason := "", ""
	if d.s.Rung == Refused {
		kind, reason = d.s.Kind.String(), d.s.Reason
	}
	_, err := tx.Exec(`INSERT INTO exchange_step (digest, party, rung, by_party, at_us, kind, reason, act, proof, head, cosigned, ask_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $11) ON CONFLICT (digest, party, rung) DO NOTHING`,
		d.w.digest.String(), string(to), string(d.s.Rung), string(d.s.By), d.s.At.UnixMicro(), kind, reason, d.proof, head, cosigned, ask)
	if err != nil {
		return fmt.Errorf("writing a step: %w", err)
	}
	return nil
}

// keepHead stores a checkpoint of a peer's log that receipts lead to. Two of
// one size with different roots are a fork, and the proof of it.
func (x *Exchange) keepHead(tx *db.Tx, p landbridge.PartyID, head ledger.Checkpoint, text []byte) (fork bool, err error) {
	res, err := tx.Exec(`INSERT INTO exchange_head (party, size, note) VALUES ($1, $2, $3) ON CONFLICT (party, size) DO NOTHING`, string(p), head.Size, text)
	if err != nil {
		return false, fmt.Errorf("writing a log head: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return false, err
	}
	var was []byte
	if err := tx.QueryRow(`SELECT note FROM exchange_head WHERE party = $1 AND size = $2`, string(p), head.Size).Scan(&was); err != nil {
		return false, err
	}
	old, err := ledger.PeekCheckpoint(was)
	if err != nil {
		return false, err
	}
	if old.Root != head.Root {
		return true, nil
	}
	if len(text) > len(was) { // more cosignatures
		_, err = tx.Exec(`UPDATE exchange_head SET note = $1 WHERE party = $2 AND size = $3`, text, string(p), head.Size)
	}
	return false, err
}

// countParties returns how many different witnesses stand under a checkpoint.
func countParties(sigs []note.Signature) int64 {
	seen := map[string]bool{}
	for _, s := range sigs {
		seen[s.Name] = true
	}
	return int64(len(seen))
}

// rewind sends again what a peer no longer has: its database was restored from
// a backup, or made anew. What has expired is not sent again.
func (x *Exchange) rewind(ctx context.Context, peer landbridge.PartyID, lane Lane, a *answer) error {
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE exchange_lane SET acked = $1 WHERE party = $2 AND lane = $3 AND acked > $1`, a.Cursor, string(peer), string(lane))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE exchange_outbox SET state = 'waiting'
			WHERE party = $1 AND lane = $2 AND epoch = $3 AND seq > $4 AND state = 'done' AND expires_us > $5 AND reason <> 'forgotten'`,
			string(peer), string(lane), string(*x.epoch.Load()), a.Cursor, x.now().UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("sending again to %s: %w", peer, err)
	}
	x.alarm(ctx, peer, alarmGap, fmt.Sprintf("%s lacks messages it gave receipts for (%s); they are sent again, "+
		"and its operator should be told that its database is an old copy", peer, a.Reason), nil)
	return nil
}

// stumble counts an internal error of the peer about one message, and sets the
// message aside when there were too many, so that the others pass.
func (x *Exchange) stumble(ctx context.Context, peer landbridge.PartyID, w *waiting, cause error) error {
	if w.tries+1 < int64(x.c.Limits.PoisonTries) {
		err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE exchange_outbox SET tries = tries + 1 WHERE digest = $1 AND party = $2`, w.digest.String(), string(peer))
			return err
		})
		if err != nil {
			return err
		}
		return cause
	}
	why := fmt.Sprintf("%s failed %d times over this message with an error of its own; ask its operator, then release the message", peer, w.tries+1)
	err := x.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE exchange_outbox SET state = 'held', tries = tries + 1, reason = $1 WHERE digest = $2 AND party = $3`,
			why, w.digest.String(), string(peer))
		return err
	})
	if err != nil {
		return err
	}
	x.c.Changed(w.caseID)
	return nil
}
