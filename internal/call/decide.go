package call

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// List returns the entries of a call with their reviews, the best first.
func (d *Desk) List(ctx context.Context, p staff.Person, call landbridge.ID) ([]Standing, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	if err := d.Sweep(ctx); err != nil {
		return nil, err
	}
	var rows []*row
	err := d.c.DB.Each(ctx, func(r *sql.Rows) error {
		x, err := readRow(r, noEntry)
		rows = append(rows, x)
		return err
	}, selectEntry+`of_call = $1 AND state NOT IN ($2, $3) ORDER BY number LIMIT $4`, call, Withdrawn, Erased, MaxEntries)
	if err != nil {
		return nil, err
	}
	var all []Standing
	for _, r := range rows {
		e, err := d.entry(ctx, r, true)
		if err != nil {
			return nil, err
		}
		reviews, err := d.reviews(ctx, r.id)
		if err != nil {
			return nil, err
		}
		all = append(all, standing(e, reviews))
	}
	slices.SortStableFunc(all, func(a, b Standing) int { return cmp.Compare(b.Mean, a.Mean) })
	return all, d.c.DB.Write(ctx, func(tx *db.Tx) error { return d.fact(tx, factRead, p.Pseudonym, call) })
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
	reviews, err := d.reviews(ctx, entry)
	if err != nil {
		return err
	}
	return d.step(ctx, entry, Sent, func(tx *db.Tx, r *row, c *Call, key blob.Key) error {
		s := standing(&Entry{Call: *c}, reviews)
		if err := d.unchanged(tx, entry, reviews); err != nil {
			return err
		}
		if s.Count < c.MinReviews {
			return fail.New(fail.Conflict, "this call promises %d reviews without conflict of interest, and %d are there", c.MinReviews, s.Count)
		}
		state, kind := way, factDecided
		if c.Kind == Award && way == Accepted {
			state, kind = Proposed, factProposed
		}
		decision, err := seals(key, Decision{Way: way, Reason: reason, Mean: s.Mean, Count: s.Count}, "decision", entry)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE call_entry SET state = $1, decision = $2, decided_by = $3 WHERE id = $4`, state, decision, p.Pseudonym, entry); err != nil {
			return fmt.Errorf("deciding: %w", err)
		}
		return d.fact(tx, kind, p.Pseudonym, entry)
	})
}

// unchanged refuses to decide on reviews that moved since they were read.
func (d *Desk) unchanged(tx *db.Tx, entry landbridge.ID, reviews []Given) error {
	states := map[landbridge.ID]string{}
	for _, g := range reviews {
		states[g.Reviewer] = g.State
	}
	same := true
	err := tx.Each(func(rows *sql.Rows) error {
		var id landbridge.ID
		var state string
		err := rows.Scan(&id, &state)
		same = same && states[id] == state
		return err
	}, `SELECT reviewer, state FROM call_review WHERE entry = $1`, entry)
	if err == nil && !same {
		err = fail.New(fail.Conflict, "a review came in in the meantime; look at the entry again")
	}
	return err
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
		if _, err := tx.Exec(`UPDATE call_entry SET state = $1 WHERE id = $2`, state, entry); err != nil {
			return fmt.Errorf("confirming: %w", err)
		}
		return d.fact(tx, factDecided, p.Pseudonym, entry)
	})
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

// A Published entry is public: in the proceedings, among the side events, the
// exhibitors or the commended projects.
type Published struct {
	Entry   landbridge.ID `json:"entry"`
	Call    string        `json:"call"` // its title
	Kind    string        `json:"kind"`
	Number  int           `json:"number"`
	Content Content       `json:"content"`
	Authors []Author      `json:"authors"` // without addresses
	Reason  string        `json:"reason,omitempty"`
}

// Publish makes the accepted entries of a call public: what was written, and by
// whom, without addresses. It may be repeated when more were accepted.
func (d *Desk) Publish(ctx context.Context, p staff.Person, call landbridge.ID) (published int, err error) {
	all, err := d.List(ctx, p, call)
	if err != nil {
		return 0, err
	}
	err = d.c.DB.Write(ctx, func(tx *db.Tx) error {
		published = 0
		for _, s := range all {
			if s.State != Accepted {
				continue
			}
			out := Published{Entry: s.ID, Call: s.Call.Title, Kind: s.Call.Kind, Number: s.Number, Content: s.Content}
			for _, a := range s.Authors {
				out.Authors = append(out.Authors, Author{Name: a.Name, Organisation: a.Organisation})
			}
			if s.Call.Kind == Award {
				out.Reason = s.Decision.Reason // why it is commended
				out.Authors = nil              // who nominated is not published
			}
			long := out.Content.Text
			out.Content.Text = "" // kept beside it, so that a list stays small
			body, err := json.Marshal(out)
			if err != nil {
				return err
			}
			res, err := tx.Exec(`INSERT INTO call_published (entry, edition, kind, number, body, long, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT DO NOTHING`, s.ID, s.Call.Edition, s.Call.Kind, s.Number, body, long, us(d.now()))
			if err != nil {
				return fmt.Errorf("publishing: %w", err)
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			published += int(n)
		}
		return d.fact(tx, factPublished, p.Pseudonym, call)
	})
	return published, err
}

// Publication returns one published entry with its text, for everyone.
func (d *Desk) Publication(ctx context.Context, entry landbridge.ID) (*Published, error) {
	var body []byte
	var long string
	err := d.c.DB.QueryRow(ctx, `SELECT body, long FROM call_published WHERE entry = $1`, entry).Scan(&body, &long)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, noEntry)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a publication: %w", err)
	}
	x := &Published{}
	if err := json.Unmarshal(body, x); err != nil {
		return nil, err
	}
	x.Content.Text = long
	return x, nil
}

// Public lists what was published of one kind in an edition, for everyone,
// without the long texts.
func (d *Desk) Public(ctx context.Context, edition, kind string) ([]Published, error) {
	var all []Published
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var x Published
		err := json.Unmarshal(body, &x)
		all = append(all, x)
		return err
	}, `SELECT body FROM call_published WHERE edition = $1 AND kind = $2 ORDER BY number, entry LIMIT $3`, edition, kind, MaxEntries)
	if err != nil {
		return nil, fmt.Errorf("listing what was published: %w", err)
	}
	return all, nil
}

// Retract takes a published entry back, with everything that says what it was.
func (d *Desk) Retract(ctx context.Context, p staff.Person, entry landbridge.ID) error {
	if err := runs(p); err != nil {
		return err
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(`DELETE FROM call_published WHERE entry = $1`, entry)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, fail.New(fail.Missing, noEntry))
		}
		return d.fact(tx, factPublished, p.Pseudonym, entry)
	})
}
