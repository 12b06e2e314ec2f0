package rights

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// An Answer is what a person is told.
type Answer struct {
	Way  string `json:"way"`
	Text string `json:"text,omitempty"`
}

// A Line is one request in the list of those who answer.
type Line struct {
	ID                  landbridge.ID
	Number, Kind, State string
	Received, Due       time.Time
	Answered            time.Time
	Overdue             bool
}

// A View is one request, opened.
type View struct {
	Line
	Request
	Answer    Answer // drafted or given
	DraftedBy string
	MayDraft  bool
	MaySign   bool
	Erased    bool
}

// may reports whether the person answers requests: those who check, and nobody
// who works on cases.
func may(p staff.Person) error {
	if p.Is(landbridge.DataProtection) || p.Is(landbridge.Oversight) {
		return nil
	}
	return fail.New(fail.Denied, "requests of persons are seen by the data-protection officer and the overseer alone (S19)")
}

// List returns what waits, the nearest deadline first, then what was answered.
func (d *Desk) List(ctx context.Context, p staff.Person) ([]Line, error) {
	if err := may(p); err != nil {
		return nil, err
	}
	now := d.now()
	var all []Line
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var l Line
		var received, due, answered int64
		if err := rows.Scan(&l.ID, &l.Number, &l.Kind, &l.State, &received, &due, &answered); err != nil {
			return err
		}
		l.Received, l.Due, l.Answered = db.Moment(received), db.Moment(due), db.Moment(answered)
		l.Overdue = l.State != Answered && l.Due.Before(now)
		all = append(all, l)
		return nil
	}, `SELECT id, number, kind, state, received_us, due_us, answered_us FROM rights_request
		ORDER BY CASE WHEN state = $1 THEN 1 ELSE 0 END, due_us, id LIMIT $2`, Answered, listed)
	if err != nil {
		return nil, fmt.Errorf("listing requests: %w", err)
	}
	return all, nil
}

// Open returns one request to who answers it, and records that it was read (S18).
func (d *Desk) Open(ctx context.Context, p staff.Person, id landbridge.ID) (*View, error) {
	if err := may(p); err != nil {
		return nil, err
	}
	r, err := d.load(ctx, `id = $1`, id)
	if err != nil {
		return nil, err
	}
	v := &View{Line: Line{ID: r.ID, Number: r.Number, Kind: r.Kind, State: r.State, Received: r.Received, Due: r.Due, Answered: r.Answered,
		Overdue: r.State != Answered && r.Due.Before(d.now())}, DraftedBy: r.DraftedBy}
	if len(r.body) == 0 {
		v.Erased = true
		return v, nil
	}
	key, err := d.c.Vault.Key(ctx, d.c.DB, owner(id))
	if err != nil {
		return nil, err
	}
	text, err := key.Open(r.body, aboutBody(id))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &v.Request); err != nil {
		return nil, fmt.Errorf("reading a request: %w", err)
	}
	if len(r.sealed) > 0 {
		if v.Answer, err = d.answer(ctx, r); err != nil {
			return nil, err
		}
	}
	v.MayDraft = r.State == Received && p.Is(landbridge.DataProtection)
	v.MaySign = r.State == Drafted && p.Is(landbridge.Oversight) && p.Pseudonym != r.DraftedBy
	return v, d.c.DB.Write(ctx, func(tx *db.Tx) error { return d.fact(tx, factRead, p.Pseudonym, id) })
}

func (d *Desk) answer(ctx context.Context, r *row) (a Answer, err error) {
	if len(r.sealed) == 0 {
		return a, nil
	}
	key, err := d.c.Vault.Key(ctx, d.c.DB, owner(r.ID))
	if err != nil {
		return a, err
	}
	text, err := key.Open(r.sealed, aboutAnswer(r.ID))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(text, &a)
}

// Draft writes the answer that the overseer is asked to confirm.
func (d *Desk) Draft(ctx context.Context, p staff.Person, id landbridge.ID, a Answer) error {
	a.Text = strings.TrimSpace(a.Text)
	switch {
	case !p.Is(landbridge.DataProtection):
		return fail.New(fail.Denied, "the data-protection officer writes the answer (S19)")
	case !slices.Contains(Ways(), a.Way):
		return fail.New(fail.Invalid, "choose how it is answered")
	case len(a.Text) > MaxAnswer:
		return fail.New(fail.TooLarge, "an answer has at most %d bytes", MaxAnswer)
	case a.Text == "" && (a.Way == Given || a.Way == Refused):
		return fail.New(fail.Invalid, "say in words what is held, or why it is not done")
	case a.Text != "" && a.Way == Neither:
		return fail.New(fail.Invalid, "an answer that neither confirms nor denies has no words of its own: they could tell")
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return d.step(ctx, p, id, Received, factDrafted, func(tx *db.Tx, r *row) error {
		key, err := d.c.Vault.KeyTx(tx, owner(id))
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE rights_request SET state = $1, answer = $2, drafted_by = $3 WHERE id = $4`,
			Drafted, key.Seal(text, aboutAnswer(id)), p.Pseudonym, id)
		return err
	})
}

// Confirm lets the person see the answer. The overseer has checked it, and is
// another person than the one who wrote it (S21).
func (d *Desk) Confirm(ctx context.Context, p staff.Person, id landbridge.ID) error {
	return d.decide(ctx, p, id, factAnswered, func(tx *db.Tx) error {
		now := d.now()
		_, err := tx.Exec(`UPDATE rights_request SET state = $1, answered_us = $2, keep_us = $3 WHERE id = $4`,
			Answered, db.Micros(now), db.Micros(now.Add(keepAnswered)), id)
		return err
	})
}

// Return gives the draft back to be written anew.
func (d *Desk) Return(ctx context.Context, p staff.Person, id landbridge.ID) error {
	return d.decide(ctx, p, id, factReturned, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE rights_request SET state = $1, answer = $2, drafted_by = '' WHERE id = $3`, Received, []byte{}, id)
		return err
	})
}

func (d *Desk) decide(ctx context.Context, p staff.Person, id landbridge.ID, fact string, do func(*db.Tx) error) error {
	if !p.Is(landbridge.Oversight) {
		return fail.New(fail.Denied, "the overseer confirms or returns an answer (S19)")
	}
	return d.step(ctx, p, id, Drafted, fact, func(tx *db.Tx, r *row) error {
		if r.DraftedBy == p.Pseudonym {
			return fail.New(fail.Denied, "you wrote it; another person confirms it (S21)")
		}
		return do(tx)
	})
}

// step changes a request that is in the given state, and records it.
func (d *Desk) step(ctx context.Context, p staff.Person, id landbridge.ID, state, fact string, do func(*db.Tx, *row) error) error {
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		r := &row{ID: id}
		err := tx.QueryRow(`SELECT state, drafted_by FROM rights_request WHERE id = $1`+tx.ForUpdate(), id).Scan(&r.State, &r.DraftedBy)
		if err != nil {
			return fail.New(fail.Missing, "there is no such request")
		}
		if r.State != state {
			return fail.New(fail.Conflict, "someone has taken this request further in the meantime; look at it again")
		}
		if err := do(tx, r); err != nil {
			return err
		}
		return d.fact(tx, fact, p.Pseudonym, id)
	})
}

// Sweep destroys the keys of requests whose time of keeping is over (S15). The
// node calls it now and then; if we crash in between, the next call goes on.
func (d *Desk) Sweep(ctx context.Context) error {
	var due []landbridge.ID
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id landbridge.ID
		err := rows.Scan(&id)
		due = append(due, id)
		return err
	}, `SELECT id FROM rights_request WHERE keep_us > 0 AND keep_us <= $1 AND length(body) > 0 LIMIT $2`, db.Micros(d.now()), listed)
	if err != nil || len(due) == 0 {
		return err
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		for _, id := range due {
			if err := d.c.Vault.Destroy(tx, owner(id)); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE rights_request SET body = $1, answer = $1, token = $1 WHERE id = $2`, []byte{}, id); err != nil {
				return fmt.Errorf("erasing a request: %w", err)
			}
			if err := d.fact(tx, factErased, "node", id); err != nil {
				return err
			}
		}
		return nil
	})
}
