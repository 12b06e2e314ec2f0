package exchange

import (
	"context"
	"database/sql"
	"fmt"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

const sweepPage = 200 // rows settled in one transaction

// runSweep ends what has lasted too long: messages that expired on the way,
// payloads that were never finished, envelopes nobody fetched.
func (x *Exchange) runSweep(ctx context.Context) {
	never, again := newSignal(), x.now().Add(x.c.Timing.Again)
	for never.wait(ctx, x.c.Timing.Sweep) {
		if now := x.now(); !now.Before(again) {
			again = now.Add(x.c.Timing.Again)
			x.report(ctx, "trying again what was set aside", x.tryHeldAgain(ctx))
		}
		x.report(ctx, "ending expired messages", x.expire(ctx))
		x.report(ctx, "ending expired payloads", x.expirePayloads(ctx))
		x.report(ctx, "ending what was held for others", x.expireHeld(ctx))
	}
}

// tryHeldAgain releases the outgoing messages that were set aside because a
// peer failed over them. What failed may have been the peer's disk and not the
// message, and nobody should have to release by hand what a mended disk takes.
func (x *Exchange) tryHeldAgain(ctx context.Context) error {
	all, err := x.Stuck(ctx)
	if err != nil {
		return err
	}
	for _, s := range all[:min(len(all), sweepPage)] {
		if !s.Outgoing {
			continue
		}
		if err := x.Release(ctx, s.Message, s.Peer); err != nil && !fail.Is(err, fail.Missing) {
			return err
		}
	}
	return nil
}

// expire writes "undeliverable" for what was not delivered in time. The
// statement stands in this node's own log: nobody else saw the message.
func (x *Exchange) expire(ctx context.Context) error {
	for {
		var rows []waiting
		var to []landbridge.PartyID
		err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
			var w waiting
			var digest string
			var p landbridge.PartyID
			err := r.Scan(&digest, &p, &w.kind, &w.caseID, &w.Envelope)
			if err != nil {
				return err
			}
			w.digest, err = landbridge.ParseDigest(digest)
			rows, to = append(rows, w), append(to, p)
			return err
		}, `SELECT o.digest, o.party, s.kind, s.case_id, s.envelope FROM exchange_outbox o JOIN exchange_sent s ON s.digest = o.digest
			WHERE o.state = 'waiting' AND o.expires_us <= $1 ORDER BY o.expires_us LIMIT $2`, x.now().UnixMicro(), int64(sweepPage))
		if err != nil || len(rows) == 0 {
			return err
		}
		err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
			for i := range rows {
				if err := x.undeliverable(tx, &rows[i], to[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, w := range rows {
			x.c.Changed(w.caseID)
		}
	}
}

func (x *Exchange) undeliverable(tx *db.Tx, w *waiting, to landbridge.PartyID) error {
	res, err := tx.Exec(`UPDATE exchange_outbox SET state = 'done', reason = 'expired' WHERE digest = $1 AND party = $2 AND state = 'waiting'`,
		w.digest.String(), string(to))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 || w.kind == noteKind {
		return err
	}
	e, err := seal.Parse(w.Envelope)
	if err != nil {
		return fmt.Errorf("reading a message of the outbox: %w", err)
	}
	s := x.about(&e.Header, w.digest, Undeliverable, to)
	st, err := x.state(tx, &s, w.digest, to, w.caseID)
	if err != nil {
		return err
	}
	claim := attestation{Statement: st.text, Index: st.index}
	_, err = tx.Exec(`INSERT INTO exchange_step (digest, party, rung, by_party, at_us, kind, reason, act, proof, head, cosigned, ask_us)
		VALUES ($1, $2, $3, $4, $5, '', '', '', $6, 0, 0, 0) ON CONFLICT (digest, party, rung) DO NOTHING`,
		w.digest.String(), string(to), string(Undeliverable), string(x.me), s.At.UnixMicro(), claim.append(nil))
	return err
}

// expirePayloads lets go of payloads that were begun and never finished, or
// whose message never came.
func (x *Exchange) expirePayloads(ctx context.Context) error {
	var old []landbridge.Digest
	err := x.c.DB.Each(ctx, func(r *sql.Rows) error {
		var s string
		if err := r.Scan(&s); err != nil {
			return err
		}
		d, err := landbridge.ParseDigest(s)
		old = append(old, d)
		return err
	}, `SELECT digest FROM exchange_payload WHERE expires_us <= $1 LIMIT $2`, x.now().UnixMicro(), int64(sweepPage))
	if err != nil {
		return err
	}
	for _, d := range old {
		have, err := x.leavesHere(ctx, d)
		if err != nil {
			return err
		}
		err = x.c.DB.Write(ctx, func(tx *db.Tx) error {
			var file string
			if err := tx.QueryRow(`SELECT blob FROM exchange_payload WHERE digest = $1`, d.String()).Scan(&file); err != nil {
				return err
			}
			if _, err := tx.Exec(`DELETE FROM exchange_payload WHERE digest = $1`, d.String()); err != nil {
				return err
			}
			return x.dropFile(tx, file)
		})
		if err != nil {
			return err
		}
		if err := x.dropLeaves(ctx, d, "", have); err != nil {
			return err
		}
	}
	return nil
}

// expireHeld lets go of envelopes whose recipient did not come for them.
func (x *Exchange) expireHeld(ctx context.Context) error {
	return x.c.DB.Write(ctx, func(tx *db.Tx) error {
		var files []string
		err := tx.Each(func(r *sql.Rows) error {
			var f string
			err := r.Scan(&f)
			files = append(files, f)
			return err
		}, `SELECT blob FROM exchange_relay WHERE state = 'waiting' AND expires_us <= $1`, x.now().UnixMicro())
		if err != nil || len(files) == 0 {
			return err
		}
		_, err = tx.Exec(`UPDATE exchange_relay SET state = 'expired', envelope = $1, blob = '' WHERE state = 'waiting' AND expires_us <= $2`,
			[]byte{}, x.now().UnixMicro())
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := x.dropFile(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
}
