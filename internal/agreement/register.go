package agreement

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A Filter says which instruments a list shows. Its zero value shows all.
type Filter struct {
	Text    string
	Party   landbridge.PartyID
	With    landbridge.PartyID // a second party: instruments between the two
	Subject string
	Process string
	Kind    string
	Status  string
	After   string // cursor of the page before
	Limit   int    // 0: MaxPage
}

// A Row is one instrument of a list.
type Row struct {
	*Instrument
	Revision int64
	Changed  time.Time
	Today    string // Status on the day it was asked
}

// A Page is one page of a list. Total counts what the filter lets through,
// Next is the cursor to go on after.
type Page struct {
	Rows  []Row
	Total int
	Next  string
}

// List returns the instruments that the filter lets through, by title.
func (g *Register) List(ctx context.Context, p staff.Person, f Filter) (*Page, error) {
	if err := g.may(p, access.SeeAgreements); err != nil {
		return nil, err
	}
	if f.Limit <= 0 || f.Limit > MaxPage {
		f.Limit = MaxPage
	}
	q, args := f.where()
	after, err := strconv.Atoi(cmp.Or(f.After, "0"))
	if err != nil || after < 0 {
		return nil, fail.New(fail.Invalid, "the cursor %q is not one this list gave out; begin at the first page", clip(f.After))
	}
	page, today := &Page{}, DayOf(g.now())
	err = g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var r Row
		var body []byte
		var changed int64
		if err := rows.Scan(&body, &r.Revision, &changed); err != nil {
			return err
		}
		i, err := Parse(body)
		if err != nil {
			return err
		}
		r.Instrument, r.Changed, r.Today = i, time.UnixMicro(changed).UTC(), i.Status(today)
		if f.Status != "" && r.Today != f.Status {
			return nil
		}
		page.Total++
		if page.Total <= after {
			return nil
		}
		if len(page.Rows) == f.Limit {
			page.Next = strconv.Itoa(after + f.Limit)
			return nil
		}
		page.Rows = append(page.Rows, r)
		return nil
	}, `SELECT body, revision, changed_us FROM agreement_instrument`+q+` ORDER BY sort, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("listing instruments: %w", err)
	}
	return page, nil
}

// where writes the filter as SQL. Every value is a parameter.
func (f Filter) where() (string, []any) {
	var parts []string
	var args []any
	arg := func(v string) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	for _, m := range []struct{ kind, value string }{{"party", string(f.Party)}, {"party", string(f.With)}, {"subject", f.Subject},
		{"process", f.Process}, {"kind", f.Kind}} {
		if m.value != "" {
			parts = append(parts, `id IN (SELECT instrument FROM agreement_mark WHERE kind = `+arg(m.kind)+` AND value = `+arg(m.value)+`)`)
		}
	}
	for k, w := range strings.Fields(Fold(f.Text)) {
		if k == maxWords {
			break
		}
		parts = append(parts, `search LIKE `+arg("%"+escape(w)+"%")+` ESCAPE '!'`) // both sides are folded: case plays no part
	}
	if len(parts) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(parts, " AND "), args
}

func escape(s string) string { return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s) }

// All returns every instrument that the filter lets through, for a file.
func (g *Register) All(ctx context.Context, p staff.Person, f Filter) ([]Row, error) {
	var all []Row
	f.Limit = MaxPage
	for f.After = ""; len(all) < MaxInstruments; {
		page, err := g.List(ctx, p, f)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Rows...)
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	return all, nil
}

// A Revision is one form an instrument had.
type Revision struct {
	Number   int64
	Digest   string
	Author   string
	Approver string
	Note     string
	At       time.Time
	Entry    int64 // in the log
}

// A File is one instrument with its history and what others hold.
type File struct {
	Row
	Digest  landbridge.Digest // of the shared part: what two nodes compare
	History []Revision        // the newest first
	Copies  []Copy
	Uses    int64 // cases that rest on it
}

// Show returns one instrument.
func (g *Register) Show(ctx context.Context, p staff.Person, id string) (*File, error) {
	if err := g.may(p, access.SeeAgreements); err != nil {
		return nil, err
	}
	r := g.reading(ctx)
	i, row, err := g.instrument(r, id)
	if err != nil {
		return nil, err
	}
	f := &File{Row: row}
	f.Today = i.Status(DayOf(g.now()))
	if f.Digest, err = i.Digest(); err != nil {
		return nil, err
	}
	err = r.Each(func(rows *sql.Rows) error {
		var v Revision
		var at int64
		if err := rows.Scan(&v.Number, &v.Digest, &v.Author, &v.Approver, &v.Note, &at, &v.Entry); err != nil {
			return err
		}
		v.At = time.UnixMicro(at).UTC()
		f.History = append(f.History, v)
		return nil
	}, `SELECT revision, digest, author, approver, note, at_us, log_index FROM agreement_revision WHERE instrument = $1 ORDER BY revision DESC LIMIT $2`,
		id, int64(maxHistory))
	if err != nil {
		return nil, fmt.Errorf("reading the history of an instrument: %w", err)
	}
	for k := range f.History {
		v := &f.History[k]
		v.Author, v.Approver = g.name(ctx, v.Author), g.name(ctx, v.Approver)
	}
	if f.Copies, err = g.copies(r, i); err != nil {
		return nil, err
	}
	f.Uses, err = g.uses(r, id)
	return f, err
}

// Revision returns an instrument as it stood in one revision.
func (g *Register) Revision(ctx context.Context, p staff.Person, id string, number int64) (*Instrument, error) {
	if err := g.may(p, access.SeeAgreements); err != nil {
		return nil, err
	}
	return g.revision(ctx, `SELECT body FROM agreement_revision WHERE instrument = $1 AND revision = $2`, id, number)
}

func (g *Register) revisionBy(ctx context.Context, id, digest string) (*Instrument, error) {
	return g.revision(ctx, `SELECT body FROM agreement_revision WHERE instrument = $1 AND digest = $2 ORDER BY revision DESC LIMIT 1`, id, digest)
}

func (g *Register) revision(ctx context.Context, q string, args ...any) (*Instrument, error) {
	var body []byte
	found, err := one(g.reading(ctx), func(rows *sql.Rows) error { return rows.Scan(&body) }, q, args...)
	if err != nil {
		return nil, fmt.Errorf("reading a revision: %w", err)
	}
	if !found {
		return nil, fail.New(fail.Missing, "there is no such revision; the instrument's page lists them")
	}
	return Parse(body)
}

func (g *Register) instrument(r reader, id string) (*Instrument, Row, error) {
	var row Row
	var body []byte
	var changed int64
	found, err := one(r, func(rows *sql.Rows) error { return rows.Scan(&body, &row.Revision, &changed) },
		`SELECT body, revision, changed_us FROM agreement_instrument WHERE id = $1`, id)
	if err != nil {
		return nil, row, fmt.Errorf("reading an instrument: %w", err)
	}
	if !found {
		return nil, row, fail.New(fail.Missing, "there is no instrument %q in the register; the list shows those there are", clip(id))
	}
	i, err := Parse(body)
	row.Instrument, row.Changed = i, time.UnixMicro(changed).UTC()
	return i, row, err
}

// Known returns the instruments held under these ids.
func (g *Register) Known(ctx context.Context, ids ...string) (map[string]*Instrument, error) {
	out := map[string]*Instrument{}
	for _, id := range ids {
		i, _, err := g.instrument(g.reading(ctx), id)
		if fail.Is(err, fail.Missing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[id] = i
	}
	return out, nil
}

// Basis returns the legal profile of (from, to, process) on a day. It is what
// casework asks before a process starts (S3).
func (g *Register) Basis(ctx context.Context, q Query) (*Basis, error) {
	return g.basis(g.reading(ctx), q)
}

func (g *Register) basis(r reader, q Query) (*Basis, error) {
	var all []*Instrument
	err := r.Each(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		i, err := Parse(body)
		all = append(all, i)
		return err
	}, `SELECT body FROM agreement_instrument WHERE id IN (SELECT instrument FROM agreement_mark WHERE kind = 'party' AND value = $1)
		AND id IN (SELECT instrument FROM agreement_mark WHERE kind = 'party' AND value = $2) ORDER BY id`, string(q.From), string(q.To))
	if err != nil {
		return nil, fmt.Errorf("reading the instruments between %s and %s: %w", q.From, q.To, err)
	}
	return Build(all, q), nil
}

// ProfileOf returns the legal profile with the requirements that the requested
// party publishes in its record now, for a person who looks at it.
func (g *Register) ProfileOf(ctx context.Context, p staff.Person, q Query) (*Basis, error) {
	if err := g.may(p, access.SeeAgreements); err != nil {
		return nil, err
	}
	if !q.Day.check() {
		return nil, fail.New(fail.Invalid, "the day is a date such as 2026-11-22")
	}
	rec, err := g.c.Directory.Lookup(ctx, q.To)
	if err != nil && !fail.Is(err, fail.Missing) && !fail.Is(err, fail.Denied) {
		return nil, err
	}
	if err == nil {
		if theirs, ok := rec.Profile(q.Process); ok {
			q.Published = &theirs
		}
	}
	return g.Basis(ctx, q)
}

// Began notes on which basis a case was opened. A transfer by derogation is a
// fact in the log of its own, to be counted by the overseer (S17).
func (g *Register) Began(tx *db.Tx, c landbridge.CaseID, actor string, b *Basis) error {
	var ids []string
	for _, s := range b.Instruments {
		if s.Counts {
			ids = append(ids, s.ID)
		}
	}
	_, err := tx.Exec(`INSERT INTO agreement_use (case_id, party, process, day, transfer, instruments, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (case_id, party) DO NOTHING`, string(c), string(b.To), b.Process, string(b.Day), b.Transfer(), " "+strings.Join(ids, " ")+" ",
		g.now().UnixMicro())
	if err != nil {
		return fmt.Errorf("noting the legal basis of a case: %w", err)
	}
	if b.Transfer() != "derogation" {
		return nil
	}
	_, err = g.fact(tx, factDerogate, actor, sum(domainFact, []byte(c), []byte(b.To)), string(c), b.Process+" "+string(b.To))
	return err
}

// Derogations counts the cases since a moment in which data crossed the border
// by derogation, by party (S17).
func (g *Register) Derogations(ctx context.Context, p staff.Person, since time.Time) (map[landbridge.PartyID]int64, error) {
	if err := g.may(p, access.SeeAgreements); err != nil {
		return nil, err
	}
	out := map[landbridge.PartyID]int64{}
	err := g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var who string
		var n int64
		err := rows.Scan(&who, &n)
		out[landbridge.PartyID(who)] = n
		return err
	}, `SELECT party, count(*) FROM agreement_use WHERE transfer = 'derogation' AND at_us >= $1 GROUP BY party`, since.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("counting derogations: %w", err)
	}
	return out, nil
}

func (g *Register) uses(r reader, id string) (n int64, err error) {
	_, err = one(r, func(rows *sql.Rows) error { return rows.Scan(&n) },
		`SELECT count(*) FROM agreement_use WHERE instruments LIKE $1 ESCAPE '!'`, "% "+escape(id)+" %")
	if err != nil {
		return 0, fmt.Errorf("counting the cases of an instrument: %w", err)
	}
	return n, nil
}
