package call

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// States of a review.
const (
	Assigned = "assigned" // the reviewer has not said yet whether there is a conflict
	Free     = "free"     // said that there is none; may read
	Conflict = "conflict" // does not read, and does not count
	Done     = "done"
)

// A Reviewer reads papers or sits on a jury.
type Reviewer struct {
	ID           landbridge.ID `json:"-"`
	Name         string        `json:"name"`
	Organisation string        `json:"organisation"`
	Email        string        `json:"email"`
}

// AddReviewer names a reviewer of a call and returns the code of their
// invitation. It opens once: [Desk.Accept] gives the secret with which they read
// and review, so that whoever sent the code cannot judge in their name unseen.
func (d *Desk) AddReviewer(ctx context.Context, p staff.Person, call landbridge.ID, r Reviewer) (landbridge.ID, string, error) {
	if err := runs(p); err != nil {
		return "", "", err
	}
	if !line(r.Name) || !line(r.Organisation) || !address(r.Email) {
		return "", "", fail.New(fail.Invalid, "a reviewer has a name, an organisation and a mail address")
	}
	code, err := d.secret()
	if err != nil {
		return "", "", err
	}
	err = d.c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if _, err := readCall(tx.QueryRow(selectCall+tx.ForUpdate(), call)); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(`SELECT count(*) FROM call_reviewer WHERE of_call = $1`, call).Scan(&n); err != nil {
			return err
		}
		if n >= MaxReviewers {
			return fail.New(fail.TooLarge, "a call has at most %d reviewers", MaxReviewers)
		}
		if r.ID, err = landbridge.NewID(d.now(), d.c.Random); err != nil {
			return err
		}
		key, err := d.c.Vault.Create(tx, owner(r.ID))
		if err != nil {
			return err
		}
		body, err := seals(key, r, "reviewer", r.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO call_reviewer (id, of_call, token, code, body, taken_us) VALUES ($1, $2, $3, $4, $5, 0)`,
			r.ID, call, []byte{}, token(code), body); err != nil {
			return fmt.Errorf("naming a reviewer: %w", err)
		}
		return d.fact(tx, factReviewer, p.Pseudonym, r.ID)
	})
	return r.ID, code, err
}

// Accept takes the code of an invitation once and returns the reviewer's
// secret, which is told once too. Who finds the code used tells the secretariat:
// someone else may have it.
func (d *Desk) Accept(ctx context.Context, code string) (string, error) {
	secret, err := d.secret()
	if err != nil {
		return "", err
	}
	err = d.c.DB.Write(ctx, func(tx *db.Tx) error {
		var id landbridge.ID
		var taken int64
		err := tx.QueryRow(`SELECT id, taken_us FROM call_reviewer WHERE code = $1`+tx.ForUpdate(), token(code)).Scan(&id, &taken)
		if errors.Is(err, sql.ErrNoRows) {
			return fail.New(fail.Missing, "no invitation has this code; check it, or ask the secretariat for a new one")
		}
		if err != nil {
			return fmt.Errorf("reading an invitation: %w", err)
		}
		if taken > 0 {
			return fail.New(fail.Conflict,
				"this code was used on %s and opens only once; if that was not you, tell the secretariat, which removes it and invites you again",
				db.Moment(taken).Format("2 January 2006 15:04 MST"))
		}
		if _, err := tx.Exec(`UPDATE call_reviewer SET token = $1, taken_us = $2 WHERE id = $3`, token(secret), db.Micros(d.now()), id); err != nil {
			return fmt.Errorf("taking an invitation: %w", err)
		}
		return d.fact(tx, factAccepted, "node", id)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Assign gives an entry to a reviewer of its call. Who shares an organisation
// with an author, or with the nominated project, is refused: that is a conflict
// of interest whatever they say.
func (d *Desk) Assign(ctx context.Context, p staff.Person, entry, reviewer landbridge.ID) error {
	if err := runs(p); err != nil {
		return err
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := readRow(tx.QueryRow(selectEntry+`id = $1`+tx.ForUpdate(), entry), noEntry)
		if err != nil {
			return err
		}
		if r.state != Sent && r.state != Revise {
			return fail.New(fail.Conflict, "this entry is decided; it is not reviewed any more")
		}
		c, err := readCall(tx.QueryRow(selectCall, r.call))
		if err != nil {
			return err
		}
		v, err := d.reviewerTx(tx, reviewer, r.call)
		if err != nil {
			return err
		}
		key, err := d.c.Vault.KeyTx(tx, owner(entry))
		if err != nil {
			return err
		}
		e, err := r.open(key, c, true)
		if err != nil {
			return err
		}
		if e.touches(v) {
			return fail.New(fail.Denied, "this reviewer has a conflict of interest: the same person or organisation stands behind the entry; choose another")
		}
		if _, err := tx.Exec(`INSERT INTO call_review (entry, reviewer, state, body, at_us) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			entry, reviewer, Assigned, []byte{}, db.Micros(d.now())); err != nil {
			return fmt.Errorf("assigning a review: %w", err)
		}
		return d.fact(tx, factAssigned, p.Pseudonym, entry)
	})
}

func (d *Desk) reviewerTx(tx *db.Tx, id, call landbridge.ID) (*Reviewer, error) {
	var body []byte
	err := tx.QueryRow(`SELECT body FROM call_reviewer WHERE id = $1 AND of_call = $2`, id, call).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "there is no such reviewer of this call")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a reviewer: %w", err)
	}
	key, err := d.c.Vault.KeyTx(tx, owner(id))
	if err != nil {
		return nil, err
	}
	v := &Reviewer{ID: id}
	return v, unseals(key, body, v, "reviewer", id)
}

// touches reports whether a reviewer stands too near to an entry to judge it.
func (e *Entry) touches(v *Reviewer) bool {
	same := func(a, b string) bool { return a != "" && fold(a) == fold(b) }
	for _, a := range e.Authors {
		if same(a.Organisation, v.Organisation) || same(a.Email, v.Email) || same(a.Name, v.Name) {
			return true
		}
	}
	return e.Content.Project != nil && same(e.Content.Project.Organisation, v.Organisation)
}

// A Task is one entry that a reviewer was given.
type Task struct {
	Entry  landbridge.ID
	Number int
	State  string // of the review
	Open   bool   // the entry still waits for a decision
}

func (d *Desk) reviewer(ctx context.Context, secret string) (id landbridge.ID, err error) {
	err = d.c.DB.QueryRow(ctx, `SELECT id FROM call_reviewer WHERE token = $1`, token(secret)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fail.New(fail.Missing, "no reviewer is known by this secret; check it or ask the secretariat")
	}
	if err != nil {
		return "", fmt.Errorf("reading a reviewer: %w", err)
	}
	return id, nil
}

// Tasks lists what a reviewer was given.
func (d *Desk) Tasks(ctx context.Context, secret string) ([]Task, error) {
	id, err := d.reviewer(ctx, secret)
	if err != nil {
		return nil, err
	}
	var all []Task
	return all, d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var t Task
		var state string
		err := rows.Scan(&t.Entry, &t.Number, &t.State, &state)
		t.Open = state == Sent || state == Revise
		all = append(all, t)
		return err
	}, `SELECT e.id, e.number, r.state, e.state FROM call_review r JOIN call_entry e ON e.id = r.entry
		WHERE r.reviewer = $1 ORDER BY e.number LIMIT $2`, id, MaxEntries)
}

// Declare says whether the reviewer has a conflict of interest with an entry.
// Only who has none reads it. A conflict can be declared at any time before the
// decision; a review given before then no longer counts.
func (d *Desk) Declare(ctx context.Context, secret string, entry landbridge.ID, conflict bool) error {
	return d.byReviewer(ctx, secret, entry, func(tx *db.Tx, id landbridge.ID, state string) error {
		to := Free
		if conflict {
			to = Conflict
		} else if state != Assigned {
			return fail.New(fail.Conflict, "you said this already")
		}
		if _, err := tx.Exec(`UPDATE call_review SET state = $1, body = $2, at_us = $3 WHERE entry = $4 AND reviewer = $5`,
			to, []byte{}, db.Micros(d.now()), entry, id); err != nil {
			return fmt.Errorf("declaring: %w", err)
		}
		if !conflict {
			return nil
		}
		return d.fact(tx, factConflict, "node", entry)
	})
}

// Read returns an entry to a reviewer who said that there is no conflict; of an
// anonymous call without its authors.
func (d *Desk) Read(ctx context.Context, secret string, entry landbridge.ID) (*Entry, error) {
	id, err := d.reviewer(ctx, secret)
	if err != nil {
		return nil, err
	}
	var state string
	err = d.c.DB.QueryRow(ctx, `SELECT state FROM call_review WHERE entry = $1 AND reviewer = $2`, entry, id).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, noEntry)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a review: %w", err)
	}
	if state != Free && state != Done {
		return nil, fail.New(fail.Denied, "say first that you have no conflict of interest with entry and authors")
	}
	r, err := readRow(d.c.DB.QueryRow(ctx, selectEntry+`id = $1`, entry), noEntry)
	if err != nil {
		return nil, err
	}
	e, err := d.entry(ctx, r, false)
	if err != nil || e.Call.Anonymous {
		return e, err
	}
	whole, err := d.entry(ctx, r, true)
	if err != nil {
		return nil, err
	}
	e.Authors = whole.Authors
	for i := range e.Authors {
		e.Authors[i].Email = "" // judging needs no address
	}
	return e, nil
}

// A Review is what a reviewer says.
type Review struct {
	Scores  map[string]int `json:"scores"`            // by criterion, 0 to MaxScore
	Comment string         `json:"comment,omitempty"` // for the author
	Note    string         `json:"note,omitempty"`    // for the secretariat alone
}

func (v *Review) check(c *Call) error {
	v.Comment, v.Note = strings.TrimSpace(v.Comment), strings.TrimSpace(v.Note)
	if len(v.Scores) != len(c.Criteria) || !words(v.Comment, maxNote) || !words(v.Note, maxNote) {
		return fail.New(fail.Invalid, "give a score for each criterion, and comments of at most %d bytes", maxNote)
	}
	for _, x := range c.Criteria {
		if s, ok := v.Scores[x.Name]; !ok || s < 0 || s > MaxScore {
			return fail.New(fail.Invalid, "give %q a score from 0 to %d", x.Name, MaxScore)
		}
	}
	return nil
}

// Score returns the weighted mean of a review, from 0 to [MaxScore].
func (c *Call) Score(v Review) float64 {
	sum, weight := 0, 0
	for _, x := range c.Criteria {
		sum, weight = sum+x.Weight*v.Scores[x.Name], weight+x.Weight
	}
	if weight == 0 {
		return 0
	}
	return float64(sum) / float64(weight)
}

// Judge gives or replaces a review, until the entry is decided.
func (d *Desk) Judge(ctx context.Context, secret string, entry landbridge.ID, v Review) error {
	return d.byReviewer(ctx, secret, entry, func(tx *db.Tx, id landbridge.ID, state string) error {
		if state != Free && state != Done {
			return fail.New(fail.Denied, "say first that you have no conflict of interest with entry and authors")
		}
		var call landbridge.ID
		if err := tx.QueryRow(`SELECT of_call FROM call_entry WHERE id = $1`, entry).Scan(&call); err != nil {
			return err
		}
		c, err := readCall(tx.QueryRow(selectCall, call))
		if err != nil {
			return err
		}
		if err := v.check(&c); err != nil {
			return err
		}
		key, err := d.c.Vault.KeyTx(tx, owner(entry))
		if err != nil {
			return err
		}
		body, err := seals(key, v, "review", id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE call_review SET state = $1, body = $2, at_us = $3 WHERE entry = $4 AND reviewer = $5`,
			Done, body, db.Micros(d.now()), entry, id); err != nil {
			return fmt.Errorf("keeping a review: %w", err)
		}
		return d.fact(tx, factReviewed, "node", entry)
	})
}

// byReviewer is one act of a reviewer on an entry that waits for its decision.
func (d *Desk) byReviewer(ctx context.Context, secret string, entry landbridge.ID, do func(tx *db.Tx, reviewer landbridge.ID, state string) error) error {
	id, err := d.reviewer(ctx, secret)
	if err != nil {
		return err
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := readRow(tx.QueryRow(selectEntry+`id = $1`+tx.ForUpdate(), entry), noEntry)
		if err != nil {
			return err
		}
		var state string
		err = tx.QueryRow(`SELECT state FROM call_review WHERE entry = $1 AND reviewer = $2`, entry, id).Scan(&state)
		if errors.Is(err, sql.ErrNoRows) {
			return fail.New(fail.Missing, noEntry)
		}
		if err != nil {
			return err
		}
		if r.state != Sent && r.state != Revise {
			return fail.New(fail.Conflict, "this entry is decided; it is not reviewed any more")
		}
		return do(tx, id, state)
	})
}

// A Given is a review as the secretariat sees it.
type Given struct {
	Reviewer landbridge.ID
	Name     string // in a [Dossier]; empty: removed since
	State    string
	Review
	Score float64
}

func (d *Desk) reviews(ctx context.Context, entry landbridge.ID) ([]Given, error) {
	key, err := d.c.Vault.Key(ctx, d.c.DB, owner(entry))
	if err != nil {
		return nil, err
	}
	return readReviews(func(scan func(*sql.Rows) error, q string, args ...any) error {
		return d.c.DB.Each(ctx, scan, q, args...)
	}, key, entry)
}

// reads is how rows are read, in a transaction or outside.
type reads func(scan func(*sql.Rows) error, q string, args ...any) error

func readReviews(each reads, key blob.Key, entry landbridge.ID) ([]Given, error) {
	var all []Given
	err := each(func(rows *sql.Rows) error {
		var g Given
		var body []byte
		if err := rows.Scan(&g.Reviewer, &g.State, &body); err != nil {
			return err
		}
		err := unseals(key, body, &g.Review, "review", g.Reviewer)
		all = append(all, g)
		return err
	}, `SELECT reviewer, state, body FROM call_review WHERE entry = $1 ORDER BY reviewer LIMIT $2`, entry, MaxReviewers)
	if err != nil {
		return nil, fmt.Errorf("reading reviews: %w", err)
	}
	return all, nil
}
