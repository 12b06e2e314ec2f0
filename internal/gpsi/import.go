package gpsi

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/index"
	"landbridge.example/index/problem"
	"landbridge.example/index/spec"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi/sheet"
	"landbridge.example/internal/staff"
)

// Reading says how a table is read and where its values come from.
type Reading struct {
	sheet.Options
	Source  string `json:"source,omitempty"` // of all columns; empty: as the specification says of the file
	Licence string `json:"licence,omitempty"`
	Method  string `json:"method,omitempty"`
	Of      string `json:"of,omitempty"` // the year or years that values speak of
}

// An Upload is a table for one file of an edition.
type Upload struct {
	Path    string // the file as the specification names it
	Name    string // as the person's computer names it
	Data    []byte
	Reading Reading
}

// An Import is a table that was sent in, with all that was found in it.
type Import struct {
	ID      landbridge.ID
	Edition landbridge.ID
	Path    string
	Name    string
	State   string // checked, taken
	Author  string
	At      time.Time
	Reading Reading

	Report   *sheet.Report
	Problems problem.List // what the engine says of the index with this table
	Changes  Changes      // against the table that is there
	Ready    bool         // nothing stands in the way of taking it over
	table    *sheet.Table
}

// Changes compare a table with the one it replaces.
type Changes struct {
	Before, After  int // values
	Same, Changed  int
	Gained, Lost   int      // values where there was none; values that are gone
	NewRows, Gone  []string // countries
	Largest        []Change // the values that changed most
	FirstOfAll     bool     // there was no table
	NewColumns     []string
	ColumnsMissing []string
}

// A Change is one value that is another now.
type Change struct {
	Unit, Year, Column, Was, Is string
	ratio                       float64
}

const maxChanges = 20

// Upload keeps a table that was sent in and says what must be put right. The
// edition does not change yet.
func (g *Register) Upload(ctx context.Context, by staff.Person, id landbridge.ID, u Upload) (*Import, error) {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return nil, err
	}
	if len(u.Data) == 0 || len(u.Data) > sheet.MaxBytes {
		return nil, fail.New(fail.TooLarge, "a table has 1 byte to %d MiB", sheet.MaxBytes>>20)
	}
	name, err := line("file name", path.Base(strings.ReplaceAll(u.Name, "\\", "/")), true)
	if err != nil {
		return nil, err
	}
	imp := &Import{Edition: id, Path: u.Path, Name: name, State: "checked", Author: by.Pseudonym, At: g.now(), Reading: u.Reading}
	if imp.ID, err = g.newID(); err != nil {
		return nil, err
	}
	if err := g.check(ctx, imp, u.Data); err != nil {
		return nil, err
	}
	err = g.write(ctx, "keeping a table", func(tx *db.Tx) error {
		if _, _, err := g.own(tx, id); err != nil {
			return err
		}
		raw, err := put(tx, u.Data)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO gpsi_import (id, edition, path, name, raw, options, state, author, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			string(imp.ID), string(id), imp.Path, imp.Name, raw.String(), toJSON(imp.Reading), imp.State, imp.Author, db.Micros(imp.At))
		if err != nil {
			return fmt.Errorf("writing an import: %w", err)
		}
		_, err = g.fact(tx, factChecked, by.Pseudonym, raw, string(id), imp.Path)
		return err
	})
	return imp, err
}

// Reread reads a table that was sent in once more, with other choices.
func (g *Register) Reread(ctx context.Context, by staff.Person, id landbridge.ID, r Reading) (*Import, error) {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return nil, err
	}
	if len(toJSON(r)) > maxHead {
		return nil, fail.New(fail.TooLarge, "these are more choices than one table has")
	}
	imp, raw, err := g.imported(ctx, id)
	if err != nil {
		return nil, err
	}
	if imp.State != "checked" {
		return nil, fail.New(fail.Conflict, "this table was taken over already; send it again to read it otherwise")
	}
	imp.Reading = r
	if err := g.check(ctx, imp, raw); err != nil {
		return nil, err
	}
	return imp, g.write(ctx, "keeping the choices of a table", func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE gpsi_import SET options = $1 WHERE id = $2`, toJSON(r), string(id))
		return err
	})
}

// Import returns a table that was sent in, with what is found in it now.
func (g *Register) Import(ctx context.Context, by staff.Person, id landbridge.ID) (*Import, error) {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return nil, err
	}
	imp, raw, err := g.imported(ctx, id)
	if err != nil {
		return nil, err
	}
	return imp, g.check(ctx, imp, raw)
}

const importColumns = `id, edition, path, name, raw, options, state, author, at_us`

func scanImport(s scanner) (imp *Import, raw string, err error) {
	imp = &Import{}
	var options string
	var at int64
	if err = s.Scan(&imp.ID, &imp.Edition, &imp.Path, &imp.Name, &raw, &options, &imp.State, &imp.Author, &at); err != nil {
		return nil, "", err
	}
	imp.At = db.Moment(at)
	if err := json.Unmarshal([]byte(options), &imp.Reading); err != nil {
		return nil, "", fmt.Errorf("reading the choices of a table: %w", err)
	}
	return imp, raw, nil
}

func (g *Register) imported(ctx context.Context, id landbridge.ID) (*Import, []byte, error) {
	s := g.reading(ctx)
	imp, raw, err := scanImport(s.row(`SELECT `+importColumns+` FROM gpsi_import WHERE id = $1`, string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, fail.New(fail.Missing, "there is no such table; send it again")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading an import: %w", err)
	}
	data, err := content(s, raw)
	return imp, data, err
}

func imports(s source, id landbridge.ID) (all []*Import, err error) {
	err = s.each(func(rows *sql.Rows) error {
		imp, _, err := scanImport(rows)
		all = append(all, imp)
		return err
	}, `SELECT `+importColumns+` FROM gpsi_import WHERE edition = $1 ORDER BY at_us DESC, id DESC LIMIT $2`, string(id), MaxList)
	if err != nil {
		return nil, fmt.Errorf("reading imports: %w", err)
	}
	return all, nil
}

// check reads a table and holds it against the edition it is meant for.
func (g *Register) check(ctx context.Context, imp *Import, raw []byte) error {
	s := g.reading(ctx)
	e, err := edition(s, imp.Edition, "")
	if err != nil {
		return err
	}
	c, err := newest(s, e)
	if err != nil {
		return err
	}
	text, err := content(s, c.Spec)
	if err != nil {
		return err
	}
	sp, err := readSpec(text)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(sp.Sources, func(x spec.Source) bool { return x.File == imp.Path })
	if i < 0 {
		return fail.New(fail.Missing, "the specification names no data file %.100q", imp.Path)
	}
	imp.table, imp.Report = sheet.Read(imp.Name, raw, imp.Reading.Options, g.countries)
	if imp.table == nil {
		return nil
	}
	imp.fitTo(&sp.Sources[i])
	fresh := table(imp.table.Header, imp.table.Rows)
	if len(fresh) > MaxFile {
		return fail.New(fail.TooLarge, "the table has more than %d MiB", MaxFile>>20)
	}
	old := map[string][]byte{}
	for name, digest := range c.Files {
		if old[name], err = content(s, digest); err != nil {
			return err
		}
	}
	if name, equal := standIn(sp); name != "" && old[name] == nil {
		old[name] = equal
	}
	imp.compare(old[imp.Path])
	_, imp.Problems = index.Compile(sp, func(name string) ([]byte, error) {
		if name == imp.Path {
			return fresh, nil
		}
		if b, ok := old[name]; ok {
			return b, nil
		}
		return nil, errors.New("no table was imported for it yet")
	})
	imp.Problems = imp.Problems.Brief()
	own := func(p problem.Problem) bool { return !p.Warning && p.File == imp.Path }
	imp.Ready = !imp.Report.Bad() && !slices.ContainsFunc(imp.Problems, own) && imp.State == "checked"
	return nil
}

// fitTo gives the columns of country and year the names that the specification
// has for them.
func (imp *Import) fitTo(src *spec.Source) {
	t := imp.table
	rename := func(from *string, to string) {
		if *from == "" || to == "" || *from == to || slices.Contains(t.Header, to) {
			return
		}
		t.Header[slices.Index(t.Header, *from)] = to
		*from = to
	}
	rename(&t.Unit, src.Unit)
	rename(&t.Year, src.Year)
	rename(&t.Variable, src.Variable)
}

// compare holds the new table against the one that is there.
func (imp *Import) compare(old []byte) {
	c := &imp.Changes
	t := imp.table
	before := map[cellName]string{}
	units, columns := map[string]bool{}, map[string]bool{}
	if len(old) == 0 {
		c.FirstOfAll = true
	} else if all, err := csv.NewReader(bytes.NewReader(old)).ReadAll(); err == nil && len(all) > 0 {
		for _, h := range all[0] {
			columns[h] = true
		}
		imp.walk(all[0], all[1:], func(k cellName, v string) {
			before[k] = v
			units[k.unit] = true
		})
	}
	now := map[string]bool{}
	imp.walk(t.Header, t.Rows, func(k cellName, v string) {
		now[k.unit] = true
		was, there := before[k]
		delete(before, k)
		if was != "" {
			c.Before++
		}
		if v != "" {
			c.After++
		}
		switch {
		case was == v:
			c.Same++
		case !there || was == "":
			c.Gained++
		case v == "":
			c.Lost++
		default:
			c.Changed++
			c.Largest = append(c.Largest, Change{k.unit, k.year, k.column, was, v, ratio(was, v)})
		}
	})
	for _, v := range before {
		if v != "" {
			c.Before++
			c.Lost++
		}
	}
	if !c.FirstOfAll {
		c.NewRows, c.Gone = apart(now, units), apart(units, now)
		fresh := map[string]bool{}
		for _, h := range t.Header {
			fresh[h] = true
		}
		c.NewColumns, c.ColumnsMissing = apart(fresh, columns), apart(columns, fresh)
	}
	slices.SortStableFunc(c.Largest, func(a, b Change) int { return cmp.Compare(b.ratio, a.ratio) })
	c.Largest = c.Largest[:min(len(c.Largest), maxChanges)]
}

type cellName struct{ unit, year, variable, column string }

// walk visits the values of a table of the shape that the new one has.
func (imp *Import) walk(header []string, rows [][]string, visit func(cellName, string)) {
	t := imp.table
	u := slices.Index(header, t.Unit)
	y, v := -1, -1
	for k, h := range header {
		switch {
		case t.Year != "" && h == t.Year:
			y = k
		case t.Variable != "" && h == t.Variable:
			v = k
		}
	}
	if u < 0 {
		return
	}
	at := func(row []string, k int) string {
		if k < 0 {
			return ""
		}
		return row[k]
	}
	for _, row := range rows {
		for k, text := range row {
			if k != u && k != y && k != v {
				visit(cellName{row[u], at(row, y), at(row, v), header[k]}, text)
			}
		}
	}
}

func ratio(was, is string) float64 {
	a, err1 := strconv.ParseFloat(was, 64)
	b, err2 := strconv.ParseFloat(is, 64)
	if err1 != nil || err2 != nil {
		return math.Inf(1)
	}
	return math.Abs(a-b) / max(math.Abs(a), math.Abs(b))
}

// apart lists what is in one set and not in the other, in order.
func apart(in, notIn map[string]bool) (out []string) {
	for _, k := range sortedKeys(in) {
		if !notIn[k] {
			out = append(out, k)
		}
	}
	return out
}

// TakeOver makes a table that was sent in the edition's, in a new version, and
// notes where each value comes from.
func (g *Register) TakeOver(ctx context.Context, by staff.Person, id landbridge.ID) (e Edition, err error) {
	imp, err := g.Import(ctx, by, id)
	if err != nil {
		return e, err
	}
	if !imp.Ready {
		return e, fail.New(fail.Conflict, "something in this table must be settled first; the report says what")
	}
	err = g.write(ctx, "taking over a table", func(tx *db.Tx) error {
		var c Content
		if e, c, err = g.own(tx, imp.Edition); err != nil {
			return err
		}
		res, err := tx.Exec(`UPDATE gpsi_import SET state = 'taken' WHERE id = $1 AND state = 'checked'`, string(id))
		if err != nil {
			return fmt.Errorf("taking over a table: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fail.New(fail.Conflict, "this table was taken over already"))
		}
		d, err := put(tx, table(imp.table.Header, imp.table.Rows))
		if err != nil {
			return err
		}
		c.Files[imp.Path] = d.String()
		if err := g.noteOrigins(tx, &c, imp); err != nil {
			return err
		}
		c.What, c.Note, c.Author = "imported", imp.Path+" from "+imp.Name, by.Pseudonym
		if _, err := g.fact(tx, factImported, by.Pseudonym, d, string(e.ID), imp.Path); err != nil {
			return err
		}
		return g.change(tx, &e, c)
	})
	return e, err
}

// noteOrigins renews what is said of where the values of a table come from.
func (g *Register) noteOrigins(tx *db.Tx, c *Content, imp *Import) error {
	var old []byte
	if digest, ok := c.Files[provenanceFile]; ok {
		var err error
		if old, err = content(inside{tx}, digest); err != nil {
			return err
		}
	}
	p, err := ParseProvenance(old)
	if err != nil {
		return err
	}
	r := imp.Reading
	for _, column := range imp.valueColumns() {
		p.forget(column)
		if r.Source+r.Licence+r.Method+r.Of != "" {
			p.set(cellKey{column: column}, Origin{Source: clip(r.Source, maxText), Licence: clip(r.Licence, maxText),
				Method: clip(r.Method, maxText), Year: clip(r.Of, 40)})
		}
	}
	for _, o := range imp.table.Origins {
		year, err := yearOf(o.Year)
		if err != nil {
			continue
		}
		p.set(cellKey{o.Unit, o.Column, year}, Origin{Source: clip(o.Source, maxText), Licence: clip(o.Licence, maxText), Method: clip(o.Method, maxText),
			Note: clip(o.Note, maxText), Year: clip(o.Of, 40)})
	}
	d, err := put(tx, p.format())
	c.Files[provenanceFile] = d.String()
	return err
}

// valueColumns are the data columns that a table fills.
func (imp *Import) valueColumns() (all []string) {
	t := imp.table
	if t.Variable != "" {
		k := slices.IndexFunc(t.Header, func(h string) bool { return h == t.Variable })
		if k < 0 {
			return nil
		}
		seen := map[string]bool{}
		for _, row := range t.Rows {
			seen[row[k]] = true
		}
		return sortedKeys(seen)
	}
	for _, c := range imp.Report.Columns {
		if c.Kind == "number" {
			all = append(all, c.Name)
		}
	}
	return all
}
