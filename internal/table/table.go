// Package table writes tables for spreadsheets: CSV and XLSX in which no text of
// anybody's is taken for a formula.
//
// Trust: a fault here lets a text run as a formula on the machine of whoever
// opens the table. It knows nothing of what the tables say.
//
// Limits: a table is written whole, in memory; callers bound their rows.
package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// MaxCell is how many characters a cell of a workbook holds.
const MaxCell = excelize.TotalCellChars

// signs begin a formula, or a call to another program, in one spreadsheet or
// another; the wide ones are turned into the others by some.
const signs = "=+-@|%＝＋－＠"

// Guard puts an apostrophe before a text that a spreadsheet would take for a
// formula. Blanks and control characters before the sign do not help an
// attacker: the first character that is seen counts.
func Guard(text string) string {
	if runs(text) {
		return "'" + text
	}
	return text
}

// Unguard takes back what [Guard] put before a text.
func Unguard(text string) string {
	if rest, ok := strings.CutPrefix(text, "'"); ok && runs(rest) {
		return rest
	}
	return text
}

func runs(text string) bool {
	for _, r := range text {
		if !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) {
			return strings.ContainsRune(signs, r)
		}
	}
	return false
}

// CSV writes rows with a byte order mark, as spreadsheets want it to see that it
// is UTF-8, and every text under [Guard].
func CSV(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		line := make([]string, len(row))
		for i, text := range row {
			line[i] = Guard(text)
		}
		if err := w.Write(line); err != nil {
			return nil, fmt.Errorf("writing a table: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("writing a table: %w", err)
	}
	return b.Bytes(), nil
}

// XLSX writes rows as a workbook of one sheet, its first row always in sight.
// Every cell is text, so that nothing in it is taken for a formula.
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
			cells[k] = text
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
