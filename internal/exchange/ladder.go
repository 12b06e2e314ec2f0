package exchange

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// Ladder returns the steps of a message this node sent, for each recipient, in
// the order in which they were taken.
func (x *Exchange) Ladder(ctx context.Context, id landbridge.MessageID) ([]Step, error) {
	var digest string
	var at, index int64
	err := x.c.DB.QueryRow(ctx, `SELECT digest, submitted_us, log_index FROM exchange_sent WHERE id = $1`, string(id)).Scan(&digest, &at, &index)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "this node sent no message %s", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a sent message: %w", err)
	}
	steps := []Step{{Rung: Submitted, By: x.me, At: fromMicro(at), LogIndex: index, Proved: true}}
	err = x.c.DB.Each(ctx, func(r *sql.Rows) error {
		s := Step{LogIndex: -1}
		var kind, act string
		var proof []byte
		var at int64
		err := r.Scan(&s.Rung, &s.To, &s.By, &at, &kind, &s.Reason, &act, &proof, &s.Cosigners)
		if err != nil {
			return err
		}
		s.At, s.Kind = fromMicro(at), fail.ParseKind(kind)
		if err := s.Act.UnmarshalText([]byte(act)); err != nil {
			return err
		}
		if len(proof) > 0 {
			a, err := parseAttestation(proof)
			if err != nil {
				return err
			}
			s.LogIndex, s.Proved = a.Index, len(a.Entry) > 0
		}
		steps = append(steps, s)
		return nil
	}, `SELECT rung, party, by_party, at_us, kind, reason, act, proof, cosigned FROM exchange_step WHERE digest = $1`, digest)
	if err != nil {
		return nil, fmt.Errorf("reading the ladder: %w", err)
	}
	slices.SortStableFunc(steps, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.Rung.height(), b.Rung.height()), a.At.Compare(b.At))
	})
	return steps, nil
}

// LadderOf is Ladder for a message known by its digest.
func (x *Exchange) LadderOf(ctx context.Context, message landbridge.Digest) ([]Step, error) {
	var id string
	err := x.c.DB.QueryRow(ctx, `SELECT id FROM exchange_sent WHERE digest = $1`, message.String()).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "this node sent no message %s", message)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a sent message: %w", err)
	}
	return x.Ladder(ctx, landbridge.MessageID(id))
}

// Forget destroys the sealed payload of a message, sent or received, with its
// stored file. Header, receipt and log entries stay (S15).
func (x *Exchange) Forget(tx *db.Tx, message landbridge.Digest) error {
	found := false
	for _, table := range []struct{ read, write string }{
		{`SELECT envelope, blob FROM exchange_sent WHERE digest = $1`, `UPDATE exchange_sent SET envelope = $1, blob = '' WHERE digest = $2`},
		{`SELECT envelope, blob FROM exchange_inbox WHERE digest = $1`, `UPDATE exchange_inbox SET envelope = $1, blob = '' WHERE digest = $2`},
	} {
		var raw []byte
		var file string
		err := tx.QueryRow(table.read, message.String()).Scan(&raw, &file)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return fmt.Errorf("reading a message to forget: %w", err)
		}
		e, err := seal.Parse(raw)
		if err != nil {
			return fmt.Errorf("reading a message to forget: %w", err)
		}
		found, e.Payload = true, nil
		if raw, err = e.Marshal(); err != nil {
			return err
		}
		if _, err := tx.Exec(table.write, raw, message.String()); err != nil {
			return fmt.Errorf("forgetting a message: %w", err)
		}
		if err := x.dropFile(tx, file); err != nil {
			return err
		}
	}
	if !found {
		return fail.New(fail.Missing, "there is no message %s here", message)
	}
	// What was not delivered cannot be any more, nor sent again; what was not taken in neither.
	if _, err := tx.Exec(`UPDATE exchange_outbox SET state = 'done', reason = 'forgotten' WHERE digest = $1`, message.String()); err != nil {
		return fmt.Errorf("forgetting a message: %w", err)
	}
	_, err := tx.Exec(`UPDATE exchange_inbox SET state = 'done', reason = 'forgotten' WHERE digest = $1 AND state IN ('new', 'aside')`, message.String())
	if err != nil {
		return fmt.Errorf("forgetting a message: %w", err)
	}
	if _, err := tx.Exec(`DELETE FROM exchange_payload WHERE digest = $1`, message.String()); err != nil {
		return fmt.Errorf("forgetting a payload: %w", err)
	}
	return nil
}

// dropFile deletes a stored file after the commit, unless another row names it.
// If we crash in between, a file stays that nobody names.
func (x *Exchange) dropFile(tx *db.Tx, file string) error {
	if file == "" {
		return nil
	}
	var n int64
	err := tx.QueryRow(`SELECT (SELECT count(*) FROM exchange_sent WHERE blob = $1) + (SELECT count(*) FROM exchange_inbox WHERE blob = $1)
		+ (SELECT count(*) FROM exchange_relay WHERE blob = $1) + (SELECT count(*) FROM exchange_payload WHERE blob = $1)`, file).Scan(&n)
	if err != nil {
		return fmt.Errorf("looking for other uses of a stored file: %w", err)
	}
	d, err := landbridge.ParseDigest(file)
	if n > 0 || err != nil {
		return err
	}
	tx.OnCommit(func() { x.report(context.Background(), "deleting a stored file", x.c.Blobs.Delete(d)) })
	return nil
}
