package call

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A Published entry is public: in the proceedings, among the side events, the
// exhibitors or the commended projects.
type Published struct {
	Entry   landbridge.ID `json:"entry"`
	OfCall  landbridge.ID `json:"of_call"`
	Edition string        `json:"edition"`
	Call    string        `json:"call"` // its title
	Kind    string        `json:"kind"`
	Number  int           `json:"number"`
	Content Content       `json:"content"`
	Authors []Author      `json:"authors"` // without addresses
	Reason  string        `json:"reason,omitempty"`
	At      time.Time     `json:"-"`
	File    int64         `json:"-"` // bytes of its file; 0: none
}

// A ready entry is what publishing writes.
type ready struct {
	out  Published
	body []byte
	long string
	file blob.Ref
	size int
}

// Publish makes the accepted entries of a call public: what was written, and by
// whom, without addresses and without what was asked of the secretariat. It may
// be repeated when more were accepted.
func (d *Desk) Publish(ctx context.Context, p staff.Person, call landbridge.ID) (published int, err error) {
	all, err := d.List(ctx, p, call)
	if err != nil {
		return 0, err
	}
	var out []*ready
	for _, s := range all {
		if s.State != Accepted {
			continue
		}
		var n int
		if err := d.c.DB.QueryRow(ctx, `SELECT count(*) FROM call_published WHERE entry = $1`, s.ID).Scan(&n); err != nil {
			return 0, fmt.Errorf("publishing: %w", err)
		}
		if n > 0 {
			continue
		}
		r, err := d.ready(ctx, s)
		if err != nil {
			return 0, err
		}
		out = append(out, r)
	}
	err = d.c.DB.Write(ctx, func(tx *db.Tx) error {
		published = 0
		for _, r := range out {
			n, err := d.publish(tx, r)
			if err != nil {
				return err
			}
			published += n
		}
		return d.fact(tx, factPublished, p.Pseudonym, call)
	})
	return published, err
}

// ready opens what will be public. The open file is stored before the row that
// names it; a crash in between leaves a file of an accepted paper unnamed.
func (d *Desk) ready(ctx context.Context, s Standing) (*ready, error) {
	row, err := readRow(d.c.DB.QueryRow(ctx, selectEntry+`id = $1`, s.ID), noEntry)
	if err != nil {
		return nil, err
	}
	e, err := d.entry(ctx, row, true)
	if err != nil {
		return nil, err
	}
	r := &ready{out: Published{Entry: e.ID, OfCall: e.Call.ID, Edition: e.Call.Edition, Call: e.Call.Title, Kind: e.Call.Kind, Number: e.Number,
		Content: e.public(), Authors: e.named()}}
	if e.Call.Kind == Award {
		r.out.Reason = e.Decision.Reason // why it is commended
	}
	r.long, r.out.Content.Text = r.out.Content.Text, "" // kept beside it, so that a list stays small
	if r.body, err = json.Marshal(r.out); err != nil || e.File == 0 {
		return r, err
	}
	data, err := d.file(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	r.size = len(data)
	r.file, err = d.c.Blobs.Put(bytes.NewReader(data), MaxFile)
	return r, err
}

func (d *Desk) publish(tx *db.Tx, r *ready) (int, error) {
	file := ""
	if r.size > 0 {
		file = r.file.Digest.String()
	}
	// Who withdrew or was sent back since the list was read is not published.
	var state string
	if err := tx.QueryRow(`SELECT state FROM call_entry WHERE id = $1`+tx.ForUpdate(), r.out.Entry).Scan(&state); err != nil {
		return 0, err
	}
	if state != Accepted {
		if file == "" {
			return 0, nil
		}
		return 0, d.dropOpenFile(tx, file)
	}
	res, err := tx.Exec(`INSERT INTO call_published (entry, edition, kind, number, body, long, file, file_size, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`, r.out.Entry, r.out.Edition, r.out.Kind, r.out.Number, r.body, r.long, file, r.size, db.Micros(d.now()))
	if err != nil {
		return 0, fmt.Errorf("publishing: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// Publication returns one published entry with its text, for everyone.
func (d *Desk) Publication(ctx context.Context, entry landbridge.ID) (*Published, error) {
	var long string
	x, err := readPublished(d.c.DB.QueryRow(ctx, `SELECT body, file_size, at_us, long FROM call_published WHERE entry = $1`, entry), &long)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "nothing is published under this number")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a publication: %w", err)
	}
	x.Content.Text = long
	return &x, nil
}

func readPublished(row scanner, more ...any) (x Published, err error) {
	var body []byte
	var size, when int64
	if err := row.Scan(append([]any{&body, &size, &when}, more...)...); err != nil {
		return x, err
	}
	err = json.Unmarshal(body, &x)
	x.File, x.At = size, db.Moment(when)
	return x, err
}

// Public lists what was published of one kind in an edition, for everyone,
// without the long texts.
func (d *Desk) Public(ctx context.Context, edition, kind string) ([]Published, error) {
	var all []Published
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		x, err := readPublished(rows)
		all = append(all, x)
		return err
	}, `SELECT body, file_size, at_us FROM call_published WHERE edition = $1 AND kind = $2 ORDER BY number, entry LIMIT $3`, edition, kind, MaxEntries)
	if err != nil {
		return nil, fmt.Errorf("listing what was published: %w", err)
	}
	return all, nil
}

// A Collection is what was published of one kind in an edition.
type Collection struct {
	Edition, Kind string
	Count         int
}

// Collections lists what there is to read, the newest first, for everyone.
func (d *Desk) Collections(ctx context.Context) ([]Collection, error) {
	var all []Collection
	err := d.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var x Collection
		err := rows.Scan(&x.Edition, &x.Kind, &x.Count)
		all = append(all, x)
		return err
	}, `SELECT edition, kind, count(*) FROM call_published GROUP BY edition, kind ORDER BY max(at_us) DESC, edition, kind LIMIT $1`, maxCalls)
	if err != nil {
		return nil, fmt.Errorf("listing what was published: %w", err)
	}
	return all, nil
}

// Retract takes a published entry back, with everything that says what it was.
// It waits for a decision again: the next [Desk.Publish] must not bring it back
// because nobody thought of it.
func (d *Desk) Retract(ctx context.Context, p staff.Person, entry landbridge.ID) error {
	if err := runs(p); err != nil {
		return err
	}
	return d.c.DB.Write(ctx, func(tx *db.Tx) error {
		var file string
		err := tx.QueryRow(`DELETE FROM call_published WHERE entry = $1 RETURNING file`, entry).Scan(&file)
		if errors.Is(err, sql.ErrNoRows) {
			return fail.New(fail.Missing, "nothing is published under this number")
		}
		if err != nil {
			return fmt.Errorf("retracting: %w", err)
		}
		if file != "" {
			if err := d.dropOpenFile(tx, file); err != nil {
				return err
			}
		}
		if err := undecide(tx, entry); err != nil {
			return err
		}
		return d.fact(tx, factPublished, p.Pseudonym, entry)
	})
}

// dropOpenFile deletes published bytes that no other publication names.
func (d *Desk) dropOpenFile(tx *db.Tx, name string) error {
	var n int
	if err := tx.QueryRow(`SELECT count(*) FROM call_published WHERE file = $1`, name).Scan(&n); err != nil || n > 0 {
		return err
	}
	return d.deleteAfter(tx, name)
}
