package sheet

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a CSV file.
func (r *reading) text(name string, data []byte) *grid {
	text, ok := decode(data)
	if !ok || bytes.IndexByte(text, 0) >= 0 {
		rule := "not-utf8"
		say := "the file is not text in UTF-8; save it as “CSV UTF-8”, or as XLSX, so that names keep their letters"
		if path.Ext(strings.ToLower(name)) == ".xls" || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
			rule, say = "old-workbook", "this is a workbook of the old kind (.xls); save it as XLSX or CSV UTF-8"
		}
		r.bad(Finding{Rule: rule, Text: say})
		return nil
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, in.FieldsPerRecord = separator(text), -1
	in.ReuseRecord = true
	g := &grid{}
	cells := 0
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			if p, ok := errors.AsType[*csv.ParseError](err); ok {
				line = p.StartLine
			}
			r.bad(Finding{Rule: "bad-csv", Line: line, Text: "a quotation mark is open or stands inside a cell; write it twice, or take it out"})
			return nil
		}
		if cells += len(row); len(g.rows) >= MaxRows || len(row) > MaxColumns || cells > MaxCells {
			r.tooLarge()
			return nil
		}
		line, _ := in.FieldPos(0)
		out := make([]cell, len(row))
		for i, s := range row {
			out[i].text = strings.Clone(trim(s))
		}
		g.rows, g.line = append(g.rows, out), append(g.line, line)
	}
	return g
}

func (r *reading) tooLarge() {
	r.bad(Finding{Rule: "too-large", Text: fmt.Sprintf("a table has at most %d rows, %d columns and %d cells; send it in parts", MaxRows, MaxColumns, MaxCells)})
}

// decode returns the text of a file: UTF-8, or UTF-16 that says so.
func decode(data []byte) ([]byte, bool) {
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		return rest, utf8.Valid(rest)
	}
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return data, utf8.Valid(data)
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units))), len(data)%2 == 0
}

// separator is the sign that the first lines have most of.
func separator(text []byte) rune {
	count := map[rune]int{}
	lines := 0
	for line := range bytes.Lines(text) {
		if lines++; lines > headerRows {
			break
		}
		for _, c := range []rune{',', ';', '\t'} {
			count[c] += bytes.Count(line, []byte(string(c)))
		}
	}
	best := ','
	for _, c := range []rune{';', '\t'} {
		if count[c] > count[best] || c == ';' && count[c] > 0 && count[c]*3 > count[best]*2 { // commas may be decimal ones
			best = c
		}
	}
	return best
}

// trim takes away what cannot be seen around a cell's text.
func trim(s string) string {
	return strings.Trim(strings.ToValidUTF8(s, "\ufffd"), " \t\r\n\u00a0\u2007\u202f\u200b\u200e\u200f\ufeff")
}
