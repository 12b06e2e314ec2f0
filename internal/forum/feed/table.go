package feed

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"landbridge.example/internal/forum"
)

// XLSXType is the content type of a workbook.
const XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Table writes sessions as rows below a row of names. The names are the same in
// every language, so that a program can rely on them.
func Table(p *forum.Programme, sessions []*forum.Session, o Options) [][]string {
	rows := [][]string{{"number", "id", "status", "day", "start", "end", "zone", "title", "kind", "part", "track", "room", "mode", "language", "interpreted",
		"people", "places", "link", "about", "reason", "sequence"}}
	for _, s := range sessions {
		z := p.Location(s)
		row := []string{strconv.FormatInt(s.Number, 10), string(s.ID), s.Status, s.Start.In(z).Format(forum.DayLayout), s.Start.In(z).Format("15:04"),
			s.End.In(z).Format("15:04"), p.ZoneName(s), o.text(s.Title), s.Kind, "", "", o.room(p, s), s.Mode, s.Language, strings.Join(s.Interpreted, " "),
			strings.Join(people(p, s), "; "), "", s.Link, o.text(s.About), o.text(s.Reason), strconv.FormatInt(s.Sequence, 10)}
		if x := p.Part(s.Part); x != nil {
			row[9] = o.text(x.Name)
		}
		if x := p.Track(s.Track); x != nil {
			row[10] = o.text(x.Name)
		}
		if n := p.Places(s); n > 0 {
			row[16] = strconv.FormatInt(n, 10)
		}
		rows = append(rows, row)
	}
	return rows
}

// CSV writes rows with a byte order mark, as spreadsheets want it to see that
// it is UTF-8. A text that begins like a formula gets an apostrophe in front.
func CSV(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		out := make([]string, len(row))
		for i, text := range row {
			out[i] = cell(text)
		}
		if err := w.Write(out); err != nil {
			return nil, fmt.Errorf("writing a table: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("writing a table: %w", err)
	}
	return b.Bytes(), nil
}

// cell makes a text harmless in a spreadsheet. Blanks and control characters
// before the sign do not help an attacker: the first character that is seen counts.
func cell(text string) string {
	text, _ = forum.Clean(text, len(text))
	if text != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}

// XLSX writes rows as a workbook of one sheet. Every cell is text, so that
// nothing in it is taken for a formula.
func XLSX(sheet string, rows [][]string) (_ []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return nil, fmt.Errorf("naming a sheet: %w", err)
	}
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return nil, fmt.Errorf("writing a workbook: %w", err)
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, fmt.Errorf("writing a workbook: %w", err)
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for k, text := range row {
			cells[k], _ = forum.Clean(text, excelize.TotalCellChars)
		}
		if err := w.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return nil, fmt.Errorf("writing a workbook: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("writing a workbook: %w", err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, fmt.Errorf("writing a workbook: %w", err)
	}
	return b.Bytes(), nil
}
