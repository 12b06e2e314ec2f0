package call

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// maxReviews bounds the reviews of one call that a list reads.
const maxReviews = 50_000

// List returns the entries of a call with their reviews, the best first, and
// without their long texts: those are opened one by one, with [Desk.Show].
func (d *Desk) List(ctx context.Context, p staff.Person, call landbridge.ID) ([]Standing, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	if err := d.Sweep(ctx); err != nil {
		return nil, err
	}
	c, err := d.Call(ctx, call)
	if err != nil {
		return nil, err
	}
	var rows []*row
	var owners []string
	err = d.c.DB.Each(ctx, func(r *sql.Rows) error {
		x, err := readRow(r, noEntry)
		if err == nil {
			rows, owners = append(rows, x), append(owners, owner(x.id))
		}
		return err
	}, selectEntry+`of_call = $1 AND state NOT IN ($2, $3) ORDER BY number LIMIT $4`, call, Withdrawn, Erased, MaxEntries)
	if err != nil {
		return nil, fmt.Errorf("listing entries: %w", err)
	}
	keys, err := d.c.Vault.Keys(ctx, d.c.DB, owners)
	if err != nil {
		return nil, err
	}
	reviews, err := d.allReviews(ctx, call, keys)
	if err != nil {
		return nil, err
	}
	files, err := d.files(ctx, call)
	if err != nil {
		return nil, err
	}
	var all []Standing
	for _, r := range rows {
		key, ok := keys[owner(r.id)]
		if !ok {
			continue // withdrawn since the rows were read
		}
		e, err := r.open(key, c, true)
		if err != nil {
			return nil, err
		}
		e.File = files[r.id]
		all = append(all, standing(e, reviews[r.id]))
	}
	slices.SortStableFunc(all, func(a, b Standing) int { return cmp.Compare(b.Mean, a.Mean) })
	return all, d.c.DB.Write(ctx, func(tx *db.Tx) error { return d.fact(tx, factRead, p.Pseudonym, call) })
}

// allReviews reads the reviews of a call with one question.
func (d *Desk) allReviews(ctx context.Context, call landbridge.ID, keys map[string]blob.Key) (map[landbridge.ID][]Given, error) {
	all := map[landbridge.ID][]Given{}
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var entry landbridge.ID
		var g Given
		var body []byte
		if err := rows.Scan(&entry, &g.Reviewer, &g.State, &body); err != nil {
			return err
		}
		key, ok := keys[owner(entry)]
		if !ok {
			return nil
		}
		err := unseals(key, body, &g.Review, "review", g.Reviewer)
		all[entry] = append(all[entry], g)
		return err
	}, `SELECT r.entry, r.reviewer, r.state, r.body FROM call_review r JOIN call_entry e ON e.id = r.entry
		WHERE e.of_call = $1 ORDER BY r.entry, r.reviewer LIMIT $2`, call, maxReviews)
	if err != nil {
		return nil, fmt.Errorf("listing reviews: %w", err)
	}
	return all, nil
}

func (d *Desk) files(ctx context.Context, call landbridge.ID) (map[landbridge.ID]int64, error) {
	all := map[landbridge.ID]int64{}
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id landbridge.ID
		var size int64
		err := rows.Scan(&id, &size)
		all[id] = size
		return err
	}, `SELECT f.entry, f.size FROM call_file f JOIN call_entry e ON e.id = f.entry WHERE e.of_call = $1 LIMIT $2`, call, MaxEntries)
	if err != nil {
		return nil, fmt.Errorf("listing files: %w", err)
	}
	return all, nil
}

// A Panelist is a reviewer as the secretariat sees them.
type Panelist struct {
	Reviewer
	Came      time.Time // when they took their invitation; zero: not yet
	Given     int       // entries assigned
	Done      int       // of them judged
	Conflicts int       // of them with a conflict of interest
}

// Reviewers lists the reviewers of a call, by name.
func (d *Desk) Reviewers(ctx context.Context, p staff.Person, call landbridge.ID) ([]Panelist, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	if _, err := d.Call(ctx, call); err != nil {
		return nil, err
	}
	var all []Panelist
	var bodies [][]byte
	var owners []string
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var x Panelist
		var body []byte
		var came int64
		err := rows.Scan(&x.ID, &body, &came, &x.Given, &x.Done, &x.Conflicts)
		x.Came = db.Moment(came)
		all, bodies, owners = append(all, x), append(bodies, body), append(owners, owner(x.ID))
		return err
	}, `SELECT v.id, v.body, v.taken_us, count(r.entry), count(r.entry) FILTER (WHERE r.state = $2), count(r.entry) FILTER (WHERE r.state = $3)
		FROM call_reviewer v LEFT JOIN call_review r ON r.reviewer = v.id WHERE v.of_call = $1 GROUP BY v.id, v.body, v.taken_us ORDER BY v.id LIMIT $4`,
		call, Done, Conflict, MaxReviewers)
	if err != nil {
		return nil, fmt.Errorf("listing reviewers: %w", err)
	}
	keys, err := d.c.Vault.Keys(ctx, d.c.DB, owners)
	if err != nil {
		return nil, err
	}
	for i := range all {
		key, ok := keys[owners[i]]
		if !ok {
			continue // erased since the rows were read: the row without a name
		}
		if err := unseals(key, bodies[i], &all[i].Reviewer, "reviewer", all[i].ID); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(a, b Panelist) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// A Candidate is a reviewer beside one entry.
type Candidate struct {
	Panelist
	Near  bool   // stands too near to the entry, by what is known
	State string // of the review; empty: not assigned
}

// A Dossier is one entry opened whole, with who may judge it.
type Dossier struct {
	Standing
	Panel []Candidate
}

// Show opens one entry with its text, for those who decide; that is recorded.
func (d *Desk) Show(ctx context.Context, p staff.Person, entry landbridge.ID) (*Dossier, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	r, err := readRow(d.c.DB.QueryRow(ctx, selectEntry+`id = $1`, entry), noEntry)
	if err != nil {
		return nil, err
	}
	e, err := d.entry(ctx, r, true)
	if err != nil {
		return nil, err
	}
	if err := d.news(ctx, e); err != nil {
		return nil, err
	}
	reviews, err := d.reviews(ctx, entry)
	if err != nil {
		return nil, err
	}
	panel, err := d.Reviewers(ctx, p, r.call)
	if err != nil {
		return nil, err
	}
	out := &Dossier{Standing: standing(e, reviews)}
	for _, x := range panel {
		c := Candidate{Panelist: x, Near: e.touches(&x.Reviewer)}
		for i := range out.Reviews {
			if g := &out.Reviews[i]; g.Reviewer == x.ID {
				g.Name, c.State = x.Name, g.State
			}
		}
		out.Panel = append(out.Panel, c)
	}
	return out, d.c.DB.Write(ctx, func(tx *db.Tx) error { return d.fact(tx, factRead, p.Pseudonym, entry) })
}

// RemoveReviewer takes a reviewer out of a call: their secret opens nothing any
// more, and who they were is erased. What they have judged stays, unless it is
// discarded; then it no longer counts for entries that are not decided.
func (d *Desk) RemoveReviewer(ctx context.Context, p staff.Person, id landbridge.ID, discard bool) error {
	if err := runs(p); err != nil {
		return err
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRow(`SELECT count(*) FROM call_reviewer WHERE id = $1`, id).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fail.New(fail.Missing, "there is no such reviewer; perhaps they were removed already")
		}
		if _, err := tx.Exec(`DELETE FROM call_review WHERE reviewer = $1 AND (state <> $2 OR $3)
			AND entry IN (SELECT id FROM call_entry WHERE state IN ($4, $5))`, id, Done, discard, Sent, Revise); err != nil {
			return fmt.Errorf("removing reviews: %w", err)
		}
		if err := d.fact(tx, factRemoved, p.Pseudonym, id); err != nil {
			return err
		}
		return d.eraseReviewer(tx, id)
	})
}
