// Package table reads tables of countries and indicators from CSV and says,
// with file, line and column, what a person must put right.
//
// Trust: input is taken from strangers. Nothing is guessed silently: a cell
// that is neither a number nor a declared code for "no value" is a problem,
// a comma inside a number too. Sizes are bounded.
package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"landbridge.example/index/problem"
)

// Limits of one table.
const (
	MaxBytes   = 64 << 20
	MaxRows    = 1_000_000
	MaxColumns = 5_000
)

// A Table is a CSV file: a header and rows of text.
type Table struct {
	Name   string
	Header []string
	Rows   []Row
}

// A Row is one line of a table. It has as many cells as the header.
type Row struct {
	Line int
	Cell []string
}

// Parse reads a CSV file whose header is its first line.
func Parse(name string, data []byte) (*Table, problem.List) { return ParseAfter(name, data, 0) }

// ParseAfter reads a CSV file whose header comes after some lines of another
// kind, such as a title. Its separator (comma, semicolon or tab) is the one
// the header has most of. Rows of another length than the header, text
// that is not UTF-8 and tables beyond the limits are problems.
func ParseAfter(name string, data []byte, skip int) (*Table, problem.List) {
	var list problem.List
	refuse := func(rule string, line int, format string, args ...any) {
		list.Add(problem.Problem{Rule: rule, File: name, Line: line, Text: fmt.Sprintf(format, args...)})
	}
	if len(data) > MaxBytes {
		refuse("too-large", 0, "the file has more than %d MiB", MaxBytes>>20)
		return nil, list
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if line, ok := firstNotUTF8(data); ok {
		refuse("not-utf8", line, "this line is not UTF-8 text; save the file as “CSV UTF-8”")
		return nil, list
	}
	for range skip {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = separator(data)
	r.FieldsPerRecord = -1
	r.ReuseRecord = false
	t := &Table{Name: name}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			if pe, ok := errors.AsType[*csv.ParseError](err); ok {
				line = pe.Line + skip
			}
			refuse("bad-csv", line, "the quotation marks of this line do not match")
			return nil, list
		}
		line, _ := r.FieldPos(0)
		line += skip
		switch {
		case t.Header == nil:
			t.Header = header(cells)
		case blank(cells):
		case len(cells) != len(t.Header):
			refuse("ragged-row", line, "this line has %d cells, the header has %d; a cell was merged, lost or holds an unquoted separator",
				len(cells), len(t.Header))
		default:
			t.Rows = append(t.Rows, Row{line, cells})
		}
		if len(t.Rows) > MaxRows || len(t.Header) > MaxColumns {
			refuse("too-large", line, "a table has at most %d rows and %d columns", MaxRows, MaxColumns)
			return nil, list
		}
	}
	if len(t.Header) == 0 {
		refuse("empty-table", 0, "the file is empty")
		return nil, list
	}
	if list.Refused() {
		return nil, list
	}
	return t, list
}

func header(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.TrimSpace(c)
	}
	return out
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func firstNotUTF8(data []byte) (line int, found bool) {
	if utf8.Valid(data) {
		return 0, false
	}
	n := 1
	for l := range bytes.Lines(data) {
		if !utf8.Valid(l) {
			return n, true
		}
		n++
	}
	return n, true
}

// separator is the candidate the first line has most of, outside quotes.
func separator(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	count, quoted := map[byte]int{}, false
	for _, b := range first {
		if b == '"' {
			quoted = !quoted
		}
		if !quoted {
			count[b]++
		}
	}
	best := ','
	for _, c := range ";\t" {
		if count[byte(c)] > count[byte(best)] {
			best = c
		}
	}
	return best
}

// Column returns the place of a header. A header that stands twice is found
// only to be refused by name.
func (t *Table) Column(name string) (int, error) {
	at := -1
	for i, h := range t.Header {
		if h != name {
			continue
		}
		if at >= 0 {
			return -1, fmt.Errorf("the column %q stands twice, as number %d and %d", name, at+1, i+1)
		}
		at = i
	}
	if at < 0 {
		return -1, fmt.Errorf("there is no column %q%s", name, problem.Nearest(name, t.Header))
	}
	return at, nil
}
