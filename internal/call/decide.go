package call

import (
	"context"
	"fmt"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A Decision is what became of an entry.
type Decision struct {
	Way    string  `json:"way,omitempty"` // accepted, declined, revise
	Reason string  `json:"reason,omitempty"`
	Mean   float64 `json:"mean,omitempty"` // of the reviews that counted
	Count  int     `json:"count,omitempty"`

	At time.Time `json:"at,omitzero"`
}

// A Standing is an entry in the list of those who decide.
type Standing struct {
	*Entry
	Reviews []Given
	Mean    float64
	Count   int // reviews that count
}

func standing(e *Entry, reviews []Given) Standing {
	s := Standing{Entry: e, Reviews: reviews}
	for i := range s.Reviews {
		g := &s.Reviews[i]
		if g.State != Done {
			continue
		}
		g.Score = e.Call.Score(g.Review)
		s.Mean, s.Count = s.Mean+g.Score, s.Count+1
	}
	if s.Count > 0 {
		s.Mean /= float64(s.Count)
	}
	return s
}

// Decide accepts, declines or sends an entry back to be revised, once the
// promised reviews are there. A commendation waits for [Desk.Confirm].
func (d *Desk) Decide(ctx context.Context, p staff.Person, entry landbridge.ID, way, reason string) error {
	reason = strings.TrimSpace(reason)
	if way != Accepted && way != Declined && way != Revise {
		return fail.New(fail.Invalid, "choose whether the entry is accepted, declined or sent back")
	}
	if !words(reason, maxNote) || way != Accepted && len(reason) < minReason {
		return fail.New(fail.Invalid, "say why in a sentence; the author reads it")
	}
	if err := runs(p); err != nil {
		return err
	}
	return d.step(ctx, entry, Sent, func(tx *db.Tx, r *row, c *Call, key blob.Key) error {
		reviews, err := readReviews(tx.Each, key, entry)
		if err != nil {
			return err
		}
		s := standing(&Entry{Call: *c}, reviews)
		if s.Count < c.MinReviews {
			return fail.New(fail.Conflict, "this call promises %d reviews without conflict of interest, and %d are there", c.MinReviews, s.Count)
		}
		state, kind := way, factDecided
		if c.Kind == Award && way == Accepted {
			state, kind = Proposed, factProposed
		}
		decision, err := seals(key, Decision{Way: way, Reason: reason, Mean: s.Mean, Count: s.Count, At: d.now()}, "decision", entry)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE call_entry SET state = $1, decision = $2, decided_by = $3 WHERE id = $4`, state, decision, p.Pseudonym,
			entry); err != nil {
			return fmt.Errorf("deciding: %w", err)
		}
		return d.fact(tx, kind, p.Pseudonym, entry)
	})
}

// Confirm makes a commendation final; it takes another person than the one who
// proposed it (S21).
func (d *Desk) Confirm(ctx context.Context, p staff.Person, entry landbridge.ID) error {
	return d.second(ctx, p, entry, Accepted)
}

// Return takes a proposed commendation back.
func (d *Desk) Return(ctx context.Context, p staff.Person, entry landbridge.ID) error {
	return d.second(ctx, p, entry, Sent)
}

func (d *Desk) second(ctx context.Context, p staff.Person, entry landbridge.ID, state string) error {
	if err := runs(p); err != nil {
		return err
	}
	return d.step(ctx, entry, Proposed, func(tx *db.Tx, r *row, _ *Call, _ blob.Key) error {
		if state == Accepted && r.decidedBy == p.Pseudonym {
			return fail.New(fail.Denied, "you proposed this commendation; another person confirms it (S21)")
		}
		if state == Sent {
			if err := undecide(tx, entry); err != nil {
				return err
			}
		} else if _, err := tx.Exec(`UPDATE call_entry SET state = $1 WHERE id = $2`, state, entry); err != nil {
			return fmt.Errorf("confirming: %w", err)
		}
		return d.fact(tx, factDecided, p.Pseudonym, entry)
	})
}

// undecide has an entry wait for a decision again: what was decided is not told
// to its author any more. An entry that was erased stays so.
func undecide(tx *db.Tx, entry landbridge.ID) error {
	_, err := tx.Exec(`UPDATE call_entry SET state = $1, decision = $2, decided_by = '' WHERE id = $3 AND state IN ($4, $5)`,
		Sent, []byte{}, entry, Proposed, Accepted)
	if err != nil {
		return fmt.Errorf("taking a decision back: %w", err)
	}
	return nil
}

// step changes an entry that is in a given state.
func (d *Desk) step(ctx context.Context, entry landbridge.ID, state string, do func(*db.Tx, *row, *Call, blob.Key) error) error {
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := readRow(tx.QueryRow(selectEntry+`id = $1`+tx.ForUpdate(), entry), noEntry)
		if err != nil {
			return err
		}
		if r.state != state {
			return fail.New(fail.Conflict, "someone has taken this entry further in the meantime; look at it again")
		}
		c, err := readCall(tx.QueryRow(selectCall, r.call))
		if err != nil {
			return err
		}
		key, err := d.c.Vault.KeyTx(tx, owner(entry))
		if err != nil {
			return err
		}
		return do(tx, r, &c, key)
	})
}
