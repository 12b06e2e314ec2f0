package delegation

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/table"
)

// Bounds of a table of nominations.
const (
	MaxTable = 1 << 20 // bytes
	MaxRows  = 1000    // people
)

// TableColumns lists the columns of a table of nominations. part and latin are
// needed; the last four ask for a letter for the visa, all or none.
func TableColumns() []string {
	return []string{"part", "latin", "name", "title", "nation", "email", "lang", "born", "passport", "expires", "mission"}
}

// A Finding says what is wrong with one row of a table.
type Finding struct {
	Row     int // as a spreadsheet counts: the head is row 1
	Name    string
	Problem string
}

// A Report says what came of a table: either every row was entered, or none.
type Report struct {
	Rows     int
	Findings []Finding
	IDs      []landbridge.ID // of those entered, in the order of the rows
}

// A Table is the people of a table, with the row each stands in.
type Table struct {
	People   []Nominee
	Rows     []int
	Findings []Finding // rows that cannot stand
}

// ParseTable reads a table of nominations as CSV, with commas, semicolons or
// tabs. Rows that cannot stand are findings; a file that is no table is an error.
func ParseTable(b []byte) (*Table, error) {
	if len(b) > MaxTable {
		return nil, fail.New(fail.TooLarge, "a table of people has at most %d bytes and %d rows; send it in parts", MaxTable, MaxRows)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = separator(b), -1, true
	head, err := r.Read()
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "the table is empty or no CSV; its first row names the columns: %s", strings.Join(TableColumns(), ","))
	}
	for i, name := range head {
		head[i] = strings.ToLower(strings.TrimSpace(name))
		if !oneOf(TableColumns(), head[i]) {
			return nil, fail.New(fail.Invalid, "there is no column %q in a table of people; there is %s", plain(clip(name)), strings.Join(TableColumns(), ", "))
		}
	}
	if !oneOf(head, "part") || !oneOf(head, "latin") {
		return nil, fail.New(fail.Invalid, "the table needs the columns part and latin: who comes as what, with the name as in the passport")
	}
	t := &Table{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fail.Because(err, fail.Invalid, "the table cannot be read to its end: %v", err)
		}
		if len(t.People) >= MaxRows {
			return nil, fail.New(fail.TooLarge, "a table of people has at most %d rows; send it in parts", MaxRows)
		}
		line, _ := r.FieldPos(0)
		n := nomineeOf(head, row)
		if len(row) > len(head) {
			t.Findings = append(t.Findings, Finding{line, plain(n.Person.Latin), "this row has more cells than the table has columns"})
		} else if err := n.check(); err != nil {
			t.Findings = append(t.Findings, Finding{line, plain(n.Person.Latin), fail.Safe(err)})
		}
		t.People, t.Rows = append(t.People, n), append(t.Rows, line)
	}
}

// separator is what most stands between the cells of the first row.
func separator(b []byte) rune {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, c := range []rune{';', '\t'} {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

func nomineeOf(head, row []string) Nominee {
	cells := map[string]string{}
	for i := range min(len(head), len(row)) {
		cells[head[i]] = strings.TrimSpace(table.Unguard(strings.TrimSpace(row[i])))
	}
	n := Nominee{Part: strings.ToLower(cells["part"]), Person: Person{Name: cells["name"], Latin: cells["latin"], Title: cells["title"], Nation: cells["nation"],
		Email: cells["email"], Lang: cells["lang"]}}
	if v := (Visa{Born: cells["born"], Passport: cells["passport"], Expires: cells["expires"], Mission: cells["mission"]}); v != (Visa{}) {
		n.Person.Visa = &v
	}
	return n
}

// errNothing takes back what a nomination entered before a row was refused.
var errNothing = errors.New("nothing is entered")

// NominateTable enters the people of a table on their behalf: all, or, if
// anything is wrong with one row, nobody, and the report says what is wrong
// with which. With check nothing is entered in any case.
func (o *Office) NominateTable(ctx context.Context, p staff.Person, group landbridge.ID, table []byte, check bool) (*Report, error) {
	if err := nominates(p); err != nil {
		return nil, err
	}
	t, err := ParseTable(table)
	if err != nil {
		return nil, err
	}
	if len(t.People) == 0 {
		return nil, fail.New(fail.Invalid, "the table names nobody; write one person in each row below the head")
	}
	rep := &Report{Rows: len(t.People), Findings: append(t.Findings, t.Twice()...)}
	slices.SortStableFunc(rep.Findings, func(a, b Finding) int { return cmp.Compare(a.Row, b.Row) })
	if len(rep.Findings) > 0 {
		return rep, nil
	}
	err = o.c.DB.Write(ctx, func(tx *db.Tx) error {
		ids, over, err := o.nominate(tx, p, group, t.People)
		for i := range over {
			over[i].Row = t.Rows[over[i].Row]
		}
		if rep.IDs, rep.Findings = ids, over; err == nil && (check || len(over) > 0) {
			return errNothing
		}
		return err
	})
	if errors.Is(err, errNothing) {
		rep.IDs = nil
		return rep, nil
	}
	if err != nil {
		return nil, err
	}
	return rep, nil
}

// Twice finds people who stand in a table two times.
func (t *Table) Twice() []Finding {
	type who struct{ name, nation, born string }
	seen := map[who]int{}
	var bad []Finding
	for i, n := range t.People {
		w := who{fold(n.Person.Latin), n.Person.Nation, ""}
		if n.Person.Visa != nil {
			w.born = n.Person.Visa.Born
		}
		if first, ok := seen[w]; ok && w.name != "" {
			bad = append(bad, Finding{t.Rows[i], plain(n.Person.Latin), fail.Safe(fail.New(fail.Invalid, "this person stands in row %d already", first))})
			continue
		}
		seen[w] = t.Rows[i]
	}
	return bad
}

// clip shortens what somebody sent before it is said back.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
