package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

// KindOverridden is the kind of the fact that the operator set the guard aside.
const KindOverridden = "log.guard-overridden"

// A round is one checkpoint that is offered to all witnesses. They answer at
// different times; without rounds each would sign another size, and no
// checkpoint would ever gather a quorum.
type round struct {
	head
	made  time.Time
	count int64
}

// WitnessRequest returns what to send to the witness of a peer (the body of
// add-checkpoint in C2SP tlog-witness), or nil when there is nothing to ask it now.
func (l *Log) WitnessRequest(ctx context.Context, peer landbridge.PartyID) ([]byte, error) {
	known, cosigned, err := l.witness(ctx, peer)
	if err != nil {
		return nil, err
	}
	r, err := l.round(ctx, max(known, cosigned))
	if err != nil || r.size == 0 || r.size == cosigned || r.size < known {
		return nil, err
	}
	req := ledger.WitnessRequest{Old: known, Checkpoint: r.note}
	if known > 0 && known < r.size {
		hashes, err := l.hashes(ctx, r.head)
		if err != nil {
			return nil, err
		}
		if req.Proof, err = tlog.ProveTree(r.size, known, hashes); err != nil {
			return nil, fmt.Errorf("proving the log from size %d to %d: %w", known, r.size, err)
		}
	}
	return req.Format(), nil
}

// witness returns what a peer's witness knows of our log and what it cosigned.
func (l *Log) witness(ctx context.Context, peer landbridge.PartyID) (known, cosigned int64, err error) {
	err = l.d.QueryRow(ctx, `SELECT known, cosigned FROM record_witness WHERE party = $1`, string(peer)).Scan(&known, &cosigned)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, 0, fmt.Errorf("reading what the witness of %s knows: %w", peer, err)
	}
	return known, cosigned, nil
}

// round returns the checkpoint to offer to a witness that has seen the log up
// to seen: the present round, or a new one if the present one is of no more
// use to it and has either enough cosignatures or waited long enough.
func (l *Log) round(ctx context.Context, seen int64) (r round, err error) {
	h, err := l.head(ctx)
	if err != nil {
		return r, err
	}
	var us int64
	err = l.d.QueryRow(ctx, `SELECT size, note, made_us, (SELECT count(*) FROM record_cosignature c WHERE c.size = r.size)
		FROM record_round r ORDER BY size DESC LIMIT 1`).Scan(&r.size, &r.note, &us, &r.count)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("reading the present round: %w", err)
	}
	now := l.c.Clock()
	over := r.count >= l.quorum.Load() || now.Sub(time.UnixMicro(us)) >= l.c.Hold || us > now.UnixMicro()
	if h.size == r.size || r.size > 0 && r.size > seen || r.size > 0 && !over {
		return r, nil
	}
	return round{head: h, made: now}, l.openRound(ctx, h, now)
}

// openRound pins a checkpoint for all witnesses, and lets go of the oldest.
func (l *Log) openRound(ctx context.Context, h head, now time.Time) error {
	err := l.d.Write(ctx, func(tx *db.Tx) error {
		if err := l.refuseBehind(tx); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO record_round (size, note, made_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, h.size, h.note, now.UnixMicro())
		if err != nil {
			return err
		}
		var oldest int64
		err = tx.QueryRow(`SELECT size FROM record_round ORDER BY size DESC LIMIT 1 OFFSET $1`, int64(maxRounds)).Scan(&oldest)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM record_cosignature WHERE size <= $1`, oldest); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM record_round WHERE size <= $1`, oldest)
		return err
	})
	if err != nil && fail.KindOf(err) == fail.Internal {
		return fmt.Errorf("beginning a round of cosignatures: %w", err)
	}
	return err
}

// AddCosignature keeps what a peer's witness answered to a WitnessRequest.
// Lines of keys that are not the peer's are left out.
func (l *Log) AddCosignature(ctx context.Context, peer landbridge.PartyID, keys []note.Verifier, lines []byte) error {
	if len(lines) > ledger.MaxNote {
		return fail.New(fail.TooLarge, "the witness of %s answered with %d bytes; the limit is %d", peer, len(lines), ledger.MaxNote)
	}
	var rounds []head
	err := l.d.Each(ctx, func(r *sql.Rows) error {
		var h head
		err := r.Scan(&h.size, &h.note)
		rounds = append(rounds, h)
		return err
	}, `SELECT size, note FROM record_round ORDER BY size DESC LIMIT 4`) // an answer is late by one round, rarely two
	if err != nil {
		return fmt.Errorf("reading the present round: %w", err)
	}
	for _, h := range rounds {
		both, err := ledger.AddSignatures(h.note, lines, keys...)
		if err != nil {
			continue
		}
		return l.addLines(ctx, peer, h.size, both[len(h.note):])
	}
	return fail.New(fail.Unsigned,
		"what the witness of %s answered is not its signature under a checkpoint it was asked about; compare its keys with the directory", peer)
}

func (l *Log) addLines(ctx context.Context, peer landbridge.PartyID, size int64, lines []byte) error {
	err := l.d.Write(ctx, func(tx *db.Tx) error {
		now := l.c.Clock().UnixMicro()
		_, err := tx.Exec(`INSERT INTO record_cosignature (size, party, lines, at_us) VALUES ($1, $2, $3, $4)
			ON CONFLICT (size, party) DO UPDATE SET lines = excluded.lines, at_us = excluded.at_us`, size, string(peer), lines, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO record_witness (party, known, cosigned, at_us) VALUES ($1, $2, $2, $3)
			ON CONFLICT (party) DO UPDATE SET known = excluded.known, cosigned = excluded.cosigned, at_us = excluded.at_us
			WHERE record_witness.cosigned <= excluded.cosigned`, string(peer), size, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping the cosignature of %s: %w", peer, err)
	}
	return nil
}

// Guard is told the size of our log that a peer's witness knows (a refusal
// with code Stale or Shrunk carries it), and what that peer showed for it: its
// answer to a request for [Log.PeerCheckpoint], or nil.
//
// If we have that many entries, the next request to it begins there. If we have
// fewer and shown is a checkpoint under our own signature, our database is an
// old copy: from then on nothing is signed or appended, until the newer
// database is back or the operator calls [Log.Override]. A claim without our
// signature stops nothing: no single peer can silence a log.
func (l *Log) Guard(ctx context.Context, known int64, from landbridge.PartyID, shown []byte) error {
	c, _, bad := ledger.OpenCheckpoint(shown, l.c.Verifier)
	if bad == nil {
		known = max(known, c.Size)
	}
	var verdict error
	err := l.d.Write(ctx, func(tx *db.Tx) error {
		var size, overridden int64
		err := tx.QueryRow(`SELECT size, overridden FROM record_head WHERE id = 1`+tx.ForUpdate()).Scan(&size, &overridden)
		if err != nil {
			return err
		}
		switch {
		case known > size && (bad != nil || c.Size <= size):
			verdict = fail.New(fail.Unsigned, "%s says it has cosigned %d entries of this log, which has %d, but shows no checkpoint with this log's signature; "+
				"it cannot be a witness until its operator explains", from, known, size)
			return nil
		case known > size && c.Size > overridden:
			verdict = errBehind(string(from), c.Size, size)
			_, err = tx.Exec(`UPDATE record_head SET claimed = $1, claimed_by = $2 WHERE id = 1 AND claimed < $1`, c.Size, string(from))
			return err
		}
		_, err = tx.Exec(`INSERT INTO record_witness (party, known, cosigned, at_us) VALUES ($1, $2, 0, $3)
			ON CONFLICT (party) DO UPDATE SET known = excluded.known`, string(from), known, l.c.Clock().UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("noting what the witness of %s knows: %w", from, err)
	}
	return verdict
}

func (l *Log) refuseBehind(tx *db.Tx) error {
	var size, claimed int64
	var by string
	err := tx.QueryRow(`SELECT size, claimed, claimed_by FROM record_head WHERE id = 1`).Scan(&size, &claimed, &by)
	if err == nil && claimed > size {
		return errBehind(by, claimed, size)
	}
	return err
}

// Override makes the log sign again although a witness has shown that it once
// had more entries. It is the operator's decision, enters a fact, and that
// witness will see a second history and keep it as evidence.
func (l *Log) Override(ctx context.Context, actor, reason string) error {
	return l.d.Write(ctx, func(tx *db.Tx) error {
		var size, claimed int64
		var by string
		err := tx.QueryRow(`SELECT size, claimed, claimed_by FROM record_head WHERE id = 1`+tx.ForUpdate()).Scan(&size, &claimed, &by)
		if err != nil {
			return fmt.Errorf("reading the head of the log: %w", err)
		}
		if claimed <= size {
			return fail.New(fail.Conflict, "the guard of this log has not stopped it; there is nothing to override")
		}
		if _, err := tx.Exec(`UPDATE record_head SET claimed = 0, claimed_by = '', overridden = $1 WHERE id = 1`, claimed); err != nil {
			return fmt.Errorf("overriding the guard: %w", err)
		}
		text := sentence(fmt.Sprintf("%s showed %d entries, this log has %d: %s", by, claimed, size, reason), MaxNote)
		_, err = l.Append(tx, Fact{Kind: KindOverridden, Actor: actor, Digest: landbridge.Sum([]byte(text)), About: "log", Note: text})
		return err
	})
}

// Stopped returns the sentence that says why the log does not sign, or "".
func (l *Log) Stopped(ctx context.Context) (string, error) {
	var size, claimed int64
	var by string
	err := l.d.QueryRow(ctx, `SELECT size, claimed, claimed_by FROM record_head WHERE id = 1`).Scan(&size, &claimed, &by)
	if err != nil {
		return "", fmt.Errorf("reading the head of the log: %w", err)
	}
	if claimed <= size {
		return "", nil
	}
	return fail.Safe(errBehind(by, claimed, size)), nil
}
