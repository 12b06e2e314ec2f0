// Package sheet reads the tables that people send, as CSV or XLSX, and says
// what must be put right before they are data.
//
// A table is read with [Options], and the answer is a [Report]: every finding
// names its line, column and cell, says what to do, and where a choice of how to
// read would settle it, proposes that choice. Read again with the choices, the
// table comes out in one plain form: codes of countries as ISO 3166 alpha-3,
// numbers with a decimal point, an empty cell for no value.
//
// Trust: files come from strangers. Nothing is guessed: a cell that could mean
// two things is a finding, and a person chooses. A fault here can take one value
// for another; the report therefore counts what was read, and what changed.
//
// Limits: [MaxBytes] of a file, [MaxUnpacked] bytes of a workbook unpacked,
// [MaxRows], [MaxColumns], [MaxCells]. A workbook is read as its last program
// saved it: formulas are not calculated.
package sheet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"landbridge.example/internal/gpsi/country"
)

// Limits of one table.
const (
	MaxBytes    = 16 << 20
	MaxUnpacked = 64 << 20
	MaxRows     = 100_000
	MaxColumns  = 2_000
	MaxCells    = 2_000_000
	MaxFindings = 20 // of one rule and column that are listed; the rest are counted
	maxCell     = 200
	maxParts    = 2_000 // files in a workbook
	headerRows  = 40    // how far down a header is looked for
)

// Options are a person's choices of how a table is to be read. The zero value
// chooses nothing.
type Options struct {
	Sheet      string            `json:"sheet,omitempty"`      // of a workbook; empty: the only one with a table
	Header     int               `json:"header,omitempty"`     // line of the header; 0: found
	Unit       string            `json:"unit,omitempty"`       // header of the column of countries; empty: found
	Year       string            `json:"year,omitempty"`       // header of the year; empty: found; None: there is none
	Variable   string            `json:"variable,omitempty"`   // header of the variable, in a long table
	Decimal    string            `json:"decimal,omitempty"`    // "." or ","
	Thousands  string            `json:"thousands,omitempty"`  // ",", ".", "'", or " " for any space
	Missing    []string          `json:"missing,omitempty"`    // words for "no value"
	Percent    string            `json:"percent,omitempty"`    // what 12.5 % is: "number" 12.5, or "share" 0.125
	Footnotes  string            `json:"footnotes,omitempty"`  // "drop" the marks behind numbers
	Merged     string            `json:"merged,omitempty"`     // "repeat" the value in each cell of the block, or "first" cell only
	Duplicates string            `json:"duplicates,omitempty"` // keep the "first" or the "last" of two rows of one country
	Countries  map[string]string `json:"countries,omitempty"`  // spelling: code, or None to leave the row out
}

// None stands in options for "there is none" and "leave it out".
const None = "-"

// A Finding is one thing to be put right, or to be known.
type Finding struct {
	Rule    string `json:"rule"`
	Bad     bool   `json:"bad"` // nothing is taken over until it is settled
	Line    int    `json:"line,omitempty"`
	Column  string `json:"column,omitempty"`
	Cell    string `json:"cell,omitempty"` // as it was found
	Unit    string `json:"unit,omitempty"`
	Text    string `json:"text"`
	Option  string `json:"option,omitempty"` // the choice that would settle it
	Value   string `json:"value,omitempty"`  // and what is proposed for it
	Further int    `json:"further,omitempty"`
}

// String returns the finding as one line.
func (f Finding) String() string {
	var at []string
	if f.Line > 0 {
		at = append(at, fmt.Sprintf("line %d", f.Line))
	}
	for _, s := range []string{f.Unit, f.Column} {
		if s != "" {
			at = append(at, s)
		}
	}
	s := f.Text
	if len(at) > 0 {
		s = strings.Join(at, ", ") + ": " + s
	}
	if f.Further > 0 {
		s += fmt.Sprintf(" (and %d more)", f.Further)
	}
	return s
}

// Rules lists the rules that findings name.
func Rules() []string {
	return []string{
		"bad-csv", "bad-workbook", "bad-year", "bound", "by-name", "column-twice", "comma-or-thousands", "date", "decimal-comma",
		"empty-column", "error-cell", "footer", "footnote", "formula", "lines-above", "long-table", "merged", "merged-header",
		"missing-word", "mixed-scale", "no-countries", "no-country", "no-header", "no-name", "no-rows", "no-sheet", "no-table",
		"not-a-number", "not-utf8", "old-workbook", "percent", "point-among-commas", "row-twice", "several-sheets", "thousands",
		"too-large", "two-decimal-signs", "two-years", "unknown-column", "unknown-country",
	}
}

// A Column says what was found in one column.
type Column struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"` // country, name, year, variable, number, text, origin
	Values  int    `json:"values"`
	Missing int    `json:"missing"`
}

// A Report says how a table was read.
type Report struct {
	Format    string    `json:"format"` // csv or xlsx
	Sheet     string    `json:"sheet,omitempty"`
	Sheets    []string  `json:"sheets,omitempty"`
	Header    int       `json:"header"` // its line
	Unit      string    `json:"unit"`
	Year      string    `json:"year,omitempty"`
	Variable  string    `json:"variable,omitempty"`
	Rows      int       `json:"rows"`
	Countries int       `json:"countries"`
	Columns   []Column  `json:"columns"`
	Findings  []Finding `json:"findings"`
	Proposed  Options   `json:"proposed"` // the choices made, and those proposed
}

// Bad reports whether something must be settled before the table is taken over.
func (r *Report) Bad() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Bad })
}

// A Table is what was read, in plain form.
type Table struct {
	Unit, Year, Variable string // headers; Year and Variable may be empty
	Header               []string
	Rows                 [][]string
	Origins              []Origin
}

// An Origin is what a table says of where a value, or a column of values
// (without unit), comes from.
type Origin struct {
	Unit, Column, Year                string
	Of, Source, Licence, Method, Note string
}

// Read reads a table. It returns nil for the table if something in the report
// must be settled first. name says by its ending what the file is.
func Read(name string, data []byte, o Options, countries *country.List) (*Table, *Report) {
	r := &reading{o: o, countries: countries, rep: &Report{Proposed: o}, count: map[string]int{}}
	if len(data) > MaxBytes {
		r.bad(Finding{Rule: "too-large", Text: fmt.Sprintf("a table has at most %d MiB; send it in parts", MaxBytes>>20)})
		return nil, r.rep
	}
	var g *grid
	if strings.HasPrefix(string(data[:min(4, len(data))]), "PK\x03\x04") {
		r.rep.Format = "xlsx"
		g = r.workbook(data)
	} else {
		r.rep.Format = "csv"
		g = r.text(name, data)
	}
	if g == nil || !r.shape(g) {
		return nil, r.rep
	}
	t := r.table(g)
	if r.rep.Bad() {
		return nil, r.rep
	}
	return t, r.rep
}

// A reading is one table on its way.
type reading struct {
	o         Options
	countries *country.List
	rep       *Report
	count     map[string]int

	header   []string
	first    int // place in the grid of the first row of data
	unit     int // places of columns; -1: none
	name     int
	year     int
	variable int
}

// note adds a finding, or counts it behind the like of it.
func (r *reading) note(f Finding) {
	f.Cell = clip(f.Cell)
	key := f.Rule + "\x00" + f.Column
	r.count[key]++
	if r.count[key] <= MaxFindings {
		r.rep.Findings = append(r.rep.Findings, f)
		return
	}
	for i := len(r.rep.Findings) - 1; i >= 0; i-- {
		if x := &r.rep.Findings[i]; x.Rule == f.Rule && x.Column == f.Column {
			x.Further++
			return
		}
	}
}

func (r *reading) bad(f Finding) {
	f.Bad = true
	r.note(f)
}

func clip(s string) string {
	if len(s) > maxCell {
		return strings.ToValidUTF8(s[:maxCell], "") + "…"
	}
	return s
}

// A cell is one cell of a grid.
type cell struct {
	text  string
	shown string // as the program showed it, where that differs
	state byte
}

// States of a cell.
const (
	plain   byte = iota
	covered      // part of a merged block, not its first
	hollow       // a formula that no program has calculated
)

// A grid is a table before anything is known of it.
type grid struct {
	rows [][]cell
	line []int // of each row
}

func (g *grid) at(row, column int) cell {
	if column < len(g.rows[row]) {
		return g.rows[row][column]
	}
	return cell{}
}

// width is the number of columns.
func (g *grid) width() int {
	w := 0
	for _, row := range g.rows {
		w = max(w, len(row))
	}
	return w
}

// sortFindings puts what must be settled first, then goes down the table.
func (r *Report) sort() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		if a.Bad != b.Bad {
			if a.Bad {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
