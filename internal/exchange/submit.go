package exchange

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// Submit puts a sealed envelope into the outbox, for each of its recipients.
// It is on its way when the transaction commits, and not before. A large
// payload is given as a stored file, and the envelope then carries none.
// Submitting the same envelope again does nothing.
func (x *Exchange) Submit(tx *db.Tx, e *seal.Envelope, detached *blob.Ref, lane Lane) error {
	if lane != Urgent && lane != Normal && lane != Bulk {
		return fail.New(fail.Invalid, "there is no lane %q; it is urgent, normal or bulk", lane)
	}
	if err := x.checkOutgoing(e, detached); err != nil {
		return err
	}
	raw, err := e.Marshal()
	if err != nil {
		return fail.New(fail.Invalid, "%v", err)
	}
	d := e.Digest()
	known, err := submitted(tx, e.Header.ID, d)
	if known || err != nil {
		return err
	}
	index := int64(-1)
	if e.Header.Kind != noteKind { // a note is the echo of a fact that stands already
		index, err = x.c.Log.Append(tx, record.Fact{Kind: factSubmitted, Actor: ledger.NodeActor, Digest: d, About: string(e.Header.Case)})
		if err != nil {
			return err
		}
	}
	file := ""
	if detached != nil {
		file = detached.Digest.String()
	}
	_, err = tx.Exec(`INSERT INTO exchange_sent (digest, id, kind, case_id, lane, expires_us, submitted_us, log_index, blob, envelope)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		d.String(), string(e.Header.ID), e.Header.Kind, string(e.Header.Case), string(lane), e.Header.Expires.UnixMicro(),
		x.now().UnixMicro(), index, file, raw)
	if err != nil {
		return fmt.Errorf("writing a sent message: %w", err)
	}
	for _, to := range e.Header.To {
		if err := x.queue(tx, to.Party, lane, d, e.Header.Expires.UnixMicro()); err != nil {
			return err
		}
	}
	tx.OnCommit(func() {
		for _, to := range e.Header.To {
			x.wake(to.Party, lane)
		}
		x.grown(e.Header.Case)
	})
	return nil
}

// queue gives a message the next number in a lane.
func (x *Exchange) queue(tx *db.Tx, to landbridge.PartyID, lane Lane, d landbridge.Digest, expires int64) error {
	seq, err := nextSeq(tx, to, lane)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO exchange_outbox (party, lane, epoch, seq, digest, state, relay, expires_us, tries, reason)
		VALUES ($1, $2, $3, $4, $5, 'waiting', '', $6, 0, '')`, string(to), string(lane), string(*x.epoch.Load()), seq, d.String(), expires)
	if err != nil {
		return fmt.Errorf("writing the outbox: %w", err)
	}
	return nil
}

func nextSeq(tx *db.Tx, to landbridge.PartyID, lane Lane) (seq int64, err error) {
	err = tx.QueryRow(`INSERT INTO exchange_lane (party, lane, seq, acked) VALUES ($1, $2, 1, 0)
		ON CONFLICT (party, lane) DO UPDATE SET seq = exchange_lane.seq + 1 RETURNING seq`, string(to), string(lane)).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("numbering a message: %w", err)
	}
	return seq, nil
}

// submitted reports whether the message is in the outbox already. The same id
// with another content is refused: an id is never used twice.
func submitted(tx *db.Tx, id landbridge.MessageID, d landbridge.Digest) (bool, error) {
	var was string
	err := tx.QueryRow(`SELECT digest FROM exchange_sent WHERE id = $1`, string(id)).Scan(&was)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading sent messages: %w", err)
	}
	if was != d.String() {
		return false, fail.New(fail.Conflict, "message %s was sent before with another content; make the message anew with an id of its own", id)
	}
	return true, nil
}

// checkOutgoing refuses what the other side would refuse, while the one who
// sends can still mend it.
func (x *Exchange) checkOutgoing(e *seal.Envelope, detached *blob.Ref) error {
	h := &e.Header
	if h.From != x.me {
		return fail.New(fail.Denied, "this node sends for %s, not for %s", x.me, h.From)
	}
	if (e.Payload == nil) != (detached != nil) {
		return fail.New(fail.Invalid, "a message carries its payload or names the stored file that holds it, not both")
	}
	if detached != nil && detached.Size != h.PayloadSize {
		return fail.New(fail.Invalid, "the stored file has %d bytes, the envelope says %d; seal the file again", detached.Size, h.PayloadSize)
	}
	if err := e.CheckTime(x.now(), x.c.Timing.Skew); err != nil {
		return fromSeal(err)
	}
	v, err := x.c.Directory.View(context.Background())
	if err != nil {
		return err
	}
	for _, to := range h.To {
		if to.Party == x.me {
			return fail.New(fail.Invalid, "a party does not send messages to itself")
		}
		r, err := v.Lookup(to.Party)
		if err != nil {
			return err
		}
		if !r.HasSealingKey(to.Key) {
			return fail.New(fail.Unsigned, "the message is sealed to a key that %s has given up; seal it again with the key in force", to.Party)
		}
	}
	return nil
}

// fromSeal turns a refusal of package seal into one that may cross a border.
func fromSeal(err error) error {
	switch seal.CodeOf(err) {
	case "":
		return err
	case seal.TooLarge:
		return fail.New(fail.TooLarge, "%v", err)
	case seal.Expired:
		return fail.New(fail.Expired, "%v", err)
	case seal.BadSignature, seal.WrongSigner, seal.BadKey, seal.WrongPayload, seal.WrongContent, seal.Rewrapped, seal.NotSealed, seal.CannotOpen, seal.WrongKey:
		return fail.New(fail.Unsigned, "%v", err)
	case seal.WrongRecipient:
		return fail.New(fail.Denied, "%v", err)
	default: // malformed, bad header, no payload, wrong padding, too early
		return fail.New(fail.Invalid, "%v", err)
	}
}

// loadEpoch reads the numbering of this database, or begins the first one.
func (x *Exchange) loadEpoch(ctx context.Context) error {
	var epoch string
	err := x.c.DB.QueryRow(ctx, `SELECT epoch FROM exchange_epoch ORDER BY epoch DESC LIMIT 1`).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return x.NewEpoch(ctx, "the first one of this database")
	}
	if err != nil {
		return fmt.Errorf("reading the epoch: %w", err)
	}
	x.epoch.Store((*landbridge.ID)(&epoch))
	return nil
}

// NewEpoch begins a new numbering of what this node sends. An operator calls
// it after the database was restored from a backup: peers then refuse the old
// numbers, because they have seen them used for other messages.
func (x *Exchange) NewEpoch(ctx context.Context, why string) error {
	id, err := landbridge.NewID(x.now(), &x.random)
	if err != nil {
		return err
	}
	was := x.epoch.Load()
	err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO exchange_epoch (epoch, began_us) VALUES ($1, $2)`, string(id), x.now().UnixMicro()); err != nil {
			return err
		}
		if err := x.renumber(tx, id); err != nil {
			return fmt.Errorf("numbering the outbox anew: %w", err)
		}
		_, err := x.c.Log.Append(tx, record.Fact{Kind: factEpoch, Actor: ledger.NodeActor, Digest: landbridge.Sum([]byte(id)), Note: why})
		if err != nil {
			return err
		}
		tx.OnCommit(x.wakeAll)
		x.epoch.Store(&id) // for whoever shares this commit and comes after us
		return nil
	})
	if err != nil {
		x.epoch.Store(was)
		return fmt.Errorf("beginning a new numbering: %w", err)
	}
	return nil
}

// renumber gives everything that waits a place in the new epoch, in order.
func (x *Exchange) renumber(tx *db.Tx, epoch landbridge.ID) error {
	type row struct {
		party, lane, epoch string
		seq                int64
	}
	var rows []row
	err := tx.Each(func(r *sql.Rows) error {
		var w row
		if err := r.Scan(&w.party, &w.lane, &w.epoch, &w.seq); err != nil {
			return err
		}
		rows = append(rows, w)
		return nil
	}, `SELECT party, lane, epoch, seq FROM exchange_outbox WHERE state <> 'done' ORDER BY party, lane, seq`)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE exchange_lane SET seq = 0, acked = 0`); err != nil {
		return err
	}
	for _, w := range rows {
		seq, err := nextSeq(tx, landbridge.PartyID(w.party), Lane(w.lane))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE exchange_outbox SET epoch = $1, seq = $2 WHERE party = $3 AND lane = $4 AND epoch = $5 AND seq = $6`,
			string(epoch), seq, w.party, w.lane, w.epoch, w.seq)
		if err != nil {
			return err
		}
	}
	return nil
}
