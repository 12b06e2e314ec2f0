package visit

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A File is a record as this node knows it.
type File struct {
	*State
	Waits    bool            // for this party's agreement
	Said     []*Signed       // everything said about it, oldest first
	Answered []landbridge.ID // of a letter: records of the letters that answer it
}

// A Query says which records are meant. The zero value means all.
type Query struct {
	Kind   string
	Status string // of the newest version
}

// List returns the records of this party, what changed last first.
func (g *Register) List(ctx context.Context, p staff.Person, q Query) ([]*File, error) {
	if err := g.may(p, access.SeeVisits); err != nil {
		return nil, err
	}
	return g.list(ctx, `mine = $1 AND ($2 = '' OR kind = $2) AND ($3 = '' OR status = $3)`, true, q.Kind, q.Status)
}

func (g *Register) list(ctx context.Context, where string, args ...any) ([]*File, error) {
	var order []landbridge.ID
	said := map[landbridge.ID][]*Signed{}
	err := g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var id string
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		if len(said[landbridge.ID(id)]) == 0 {
			order = append(order, landbridge.ID(id))
		}
		st, err := ParseSigned(body)
		said[landbridge.ID(id)] = append(said[landbridge.ID(id)], st)
		return err
	}, `SELECT s.record, s.body FROM visit_statement s JOIN (SELECT id, changed_us FROM visit_record WHERE `+where+
		fmt.Sprintf(` ORDER BY changed_us DESC, id LIMIT %d) r ON r.id = s.record ORDER BY r.changed_us DESC, s.record, s.made_us, s.digest`, MaxList), args...)
	if err != nil {
		return nil, fmt.Errorf("listing records: %w", err)
	}
	var all []*File
	for _, id := range order {
		all = append(all, g.file(said[id]))
	}
	return all, nil
}

func (g *Register) file(said []*Signed) *File {
	f := &File{State: Fold(said), Said: said}
	if x, ok := f.Newest.Voice(g.me); ok && f.Newest.Status == StatusProposed {
		f.Waits = x.Kind == ""
	}
	return f
}

// Show returns one record of this party.
func (g *Register) Show(ctx context.Context, p staff.Person, id landbridge.ID) (*File, error) {
	if err := g.may(p, access.SeeVisits); err != nil {
		return nil, err
	}
	said, err := statements(outside{ctx, g.c.DB}, id)
	if err != nil {
		return nil, err
	}
	if s := Fold(said); s == nil || !slices.Contains(s.Parties(), g.me) {
		return nil, fail.New(fail.Missing, "this node knows no record %q; the list shows those there are", clip(string(id)))
	}
	f := g.file(said)
	f.Answered, err = g.answered(ctx, id, false)
	return f, err
}

func (g *Register) answered(ctx context.Context, id landbridge.ID, public bool) (all []landbridge.ID, err error) {
	err = g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		all = append(all, landbridge.ID(s))
		return err
	}, fmt.Sprintf(`SELECT id FROM visit_record WHERE answers = $1 AND mine = $2 AND (public = $2 OR NOT $3) ORDER BY day, id LIMIT %d`, MaxEntries),
		string(id), true, public)
	if err != nil {
		return nil, fmt.Errorf("looking for answers: %w", err)
	}
	return all, nil
}

// A Published is a record as its parties released it.
type Published struct {
	ID       landbridge.ID
	Version  *Version
	Answered []landbridge.ID // public records of letters that answer it
}

// Published lists the records that all their parties released, those of the
// latest days first. They are public.
func (g *Register) Published(ctx context.Context) ([]Published, error) {
	files, err := g.list(ctx, `mine = $1 AND public = $1`, true)
	if err != nil {
		return nil, err
	}
	var all []Published
	for _, f := range files {
		if f.Public != nil {
			all = append(all, Published{ID: f.ID, Version: f.Public})
		}
	}
	slices.SortStableFunc(all, func(a, b Published) int { return strings.Compare(b.Version.Content.Day(), a.Version.Content.Day()) })
	return all, nil
}

// PublishedRecord returns one record that all its parties released.
func (g *Register) PublishedRecord(ctx context.Context, id landbridge.ID) (Published, error) {
	said, err := statements(outside{ctx, g.c.DB}, id)
	if err != nil {
		return Published{}, err
	}
	s := Fold(said)
	if s == nil || s.Public == nil || !slices.Contains(s.Parties(), g.me) {
		return Published{}, fail.New(fail.Missing, "there is no public record at this address; the list shows those there are")
	}
	p := Published{ID: id, Version: s.Public}
	p.Answered, err = g.answered(ctx, id, true)
	return p, err
}

// Evidence returns the signed statements by which a public record stands: the
// version, the agreement to it and its release by every party, each as two
// lines. Whoever has the directory checks them without this node. What was
// written to the version and to the agreements is in them, and so public: a
// signature covers all of a statement.
func (g *Register) Evidence(ctx context.Context, id landbridge.ID) ([]byte, error) {
	p, err := g.PublishedRecord(ctx, id)
	if err != nil {
		return nil, err
	}
	said, err := statements(outside{ctx, g.c.DB}, id)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, st := range said {
		if st.Digest == p.Version.Digest || st.Version == p.Version.Digest && (st.Kind == Agreed || st.Kind == Released) {
			b.Write(st.Encode())
		}
	}
	return b.Bytes(), nil
}

// ParseEvidence reads signed statements, one after another, as Evidence and
// [File.Encode] write them.
func ParseEvidence(b []byte) ([]*Signed, error) {
	var all []*Signed
	for len(b) > 0 {
		if len(all) >= MaxStatements*MaxParties {
			return nil, fail.New(fail.TooLarge, "these are more statements than a record has")
		}
		i := bytes.IndexByte(b, '\n')
		j := -1
		if i >= 0 {
			j = bytes.IndexByte(b[i+1:], '\n')
		}
		if j < 0 {
			return nil, fail.New(fail.Invalid, "the file is cut off: every statement is followed by a line with its signature")
		}
		st, err := ParseSigned(b[:i+j+2])
		if err != nil {
			return nil, err
		}
		all, b = append(all, st), b[i+j+2:]
	}
	if len(all) == 0 {
		return nil, fail.New(fail.Invalid, "there is no statement in this file")
	}
	return all, nil
}

// Encode returns everything said about a record, signed.
func (f *File) Encode() []byte {
	var b bytes.Buffer
	for _, st := range f.Said {
		b.Write(st.Encode())
	}
	return b.Bytes()
}

// Entry returns where a statement stands in this node's log.
func (g *Register) Entry(ctx context.Context, d landbridge.Digest) (index int64, err error) {
	err = g.c.DB.QueryRow(ctx, `SELECT log_index FROM visit_statement WHERE digest = $1`, d.String()).Scan(&index)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fail.New(fail.Missing, "this node knows no such statement")
	}
	if err != nil {
		return 0, fmt.Errorf("looking for a statement: %w", err)
	}
	return index, nil
}
