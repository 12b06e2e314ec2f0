package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// workbook reads one sheet of an XLSX file.
func (r *reading) workbook(data []byte) (g *grid) {
	broken := Finding{Rule: "bad-workbook", Text: "the workbook cannot be read; open it in a spreadsheet program and save it anew as XLSX, or as CSV UTF-8"}
	// The library that unpacks workbooks is not ours, and files come from
	// strangers: should it stumble, that is a finding and not the end of the node.
	defer func() {
		if recover() != nil {
			r.bad(broken)
			g = nil
		}
	}()
	if !fits(data) {
		r.bad(Finding{Rule: "too-large", Text: fmt.Sprintf("a workbook has at most %d MiB unpacked; send fewer sheets, or CSV", MaxUnpacked>>20)})
		return nil
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: MaxUnpacked, UnzipXMLSizeLimit: MaxUnpacked})
	if err != nil {
		r.bad(broken)
		return nil
	}
	defer f.Close() //nolint:errcheck // it was only read
	name, ok := r.chooseSheet(f)
	if !ok {
		return nil
	}
	r.rep.Sheet = name
	if g = r.cells(f, name); g == nil {
		return nil
	}
	if !r.merged(f, name, g) {
		return nil
	}
	return g
}

// fits checks what a workbook says of its size before anything is unpacked.
func fits(data []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return true // the library says what is wrong
	}
	var total uint64
	for _, f := range z.File {
		if f.UncompressedSize64 > MaxUnpacked {
			return false
		}
		total += f.UncompressedSize64
	}
	return total <= MaxUnpacked && len(z.File) <= maxParts
}

// chooseSheet finds the sheet to read. Where several hold something, a person
// chooses.
func (r *reading) chooseSheet(f *excelize.File) (string, bool) {
	var filled []string
	for _, name := range f.GetSheetList() {
		rows, err := f.Rows(name)
		if err != nil {
			continue // a chart has no rows
		}
		if n := 0; true {
			for rows.Next() && n < 2 {
				n++
			}
			if n >= 2 {
				filled = append(filled, name)
			}
		}
		rows.Close() //nolint:errcheck // it was only read
	}
	r.rep.Sheets = filled
	switch {
	case r.o.Sheet != "":
		for _, name := range filled {
			if name == r.o.Sheet {
				return name, true
			}
		}
		r.bad(Finding{Rule: "no-sheet", Cell: r.o.Sheet,
			Text: "there is no such sheet, or it is empty; the workbook has " + strings.Join(filled, ", "), Option: "sheet"})
		return "", false
	case len(filled) == 0:
		r.bad(Finding{Rule: "no-table", Text: "no sheet of the workbook holds a table"})
		return "", false
	case len(filled) > 1:
		r.bad(Finding{Rule: "several-sheets",
			Text: "several sheets hold something; choose one of " + strings.Join(filled, ", "), Option: "sheet", Value: filled[0]})
		r.rep.Proposed.Sheet = filled[0]
		return "", false
	}
	return filled[0], true
}

// cells reads a sheet twice at once: what is stored, and what is shown.
func (r *reading) cells(f *excelize.File, name string) *grid {
	stored, err := f.Rows(name)
	if err != nil {
		r.bad(Finding{Rule: "bad-workbook", Text: "the sheet cannot be read; save the workbook anew"})
		return nil
	}
	defer stored.Close() //nolint:errcheck // it was only read
	shown, err := f.Rows(name)
	if err != nil {
		r.bad(Finding{Rule: "bad-workbook", Text: "the sheet cannot be read; save the workbook anew"})
		return nil
	}
	defer shown.Close() //nolint:errcheck // it was only read
	g := &grid{}
	cells := 0
	for line := 1; stored.Next() && shown.Next(); line++ {
		a, err1 := stored.Columns(excelize.Options{RawCellValue: true})
		b, err2 := shown.Columns()
		if err1 != nil || err2 != nil {
			r.bad(Finding{Rule: "bad-workbook", Line: line, Text: "this line cannot be read; save the workbook anew"})
			return nil
		}
		if cells += len(a); line > MaxRows || len(a) > MaxColumns || cells > MaxCells {
			r.tooLarge()
			return nil
		}
		row := make([]cell, len(a))
		for i, s := range a {
			row[i].text = trim(s)
			if i < len(b) && b[i] != s {
				row[i].shown = trim(b[i])
			}
		}
		g.rows, g.line = append(g.rows, row), append(g.line, line)
	}
	r.formulas(f, name, g)
	return g
}

// maxFormulas is in how many empty cells a formula is looked for.
const maxFormulas = 20_000

// formulas marks cells that are empty because nobody calculated them.
func (r *reading) formulas(f *excelize.File, name string, g *grid) {
	left := maxFormulas
	for i, row := range g.rows {
		for k := range row {
			if row[k].text != "" || left == 0 {
				continue
			}
			left--
			at, err := excelize.CoordinatesToCellName(k+1, g.line[i])
			if err != nil {
				continue
			}
			if text, err := f.GetCellFormula(name, at); err == nil && text != "" {
				row[k].state = hollow
			}
		}
	}
}

// merged finds blocks of merged cells. Only the first cell of a block holds a
// value, and what the others mean is for a person to say.
func (r *reading) merged(f *excelize.File, name string, g *grid) bool {
	blocks, err := f.GetMergeCells(name)
	if err != nil {
		r.bad(Finding{Rule: "bad-workbook", Text: "the merged cells cannot be read; save the workbook anew"})
		return false
	}
	row := map[int]int{}
	for i, line := range g.line {
		row[line] = i
	}
	cells := 0
	for _, b := range blocks {
		c1, l1, err1 := excelize.CellNameToCoordinates(b.GetStartAxis())
		c2, l2, err2 := excelize.CellNameToCoordinates(b.GetEndAxis())
		if err1 != nil || err2 != nil || c2 < c1 || l2 < l1 {
			continue
		}
		c2, l2 = min(c2, MaxColumns), min(l2, l1+MaxRows)
		if cells += (c2 - c1 + 1) * (l2 - l1 + 1); cells > MaxCells {
			r.tooLarge()
			return false
		}
		value := trim(b.GetCellValue())
		for line := l1; line <= l2; line++ {
			i, ok := row[line]
			if !ok {
				continue
			}
			for k := c1 - 1; k < c2; k++ {
				if line == l1 && k == c1-1 {
					continue
				}
				for len(g.rows[i]) <= k {
					g.rows[i] = append(g.rows[i], cell{})
				}
				g.rows[i][k] = cell{state: covered, shown: value}
			}
		}
	}
	return true
}
