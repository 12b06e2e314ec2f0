package portal

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"landbridge.example/index/bundle"
)

// Limits of the workbook: what does not fit is left to the CSV files, and the
// first sheet says so.
const (
	maxBookRows  = 20_000 // of one sheet
	maxSheetName = 31     // characters, a limit of the format
)

// workbookFile sends the results of the release as one workbook: a first sheet
// that says what this is, then a sheet for each results file of the bundle.
func (s *site) workbookFile(v *visit) error {
	o, err := s.open(v)
	if err != nil {
		return err
	}
	b, err := o.workbook()
	if err != nil {
		return fmt.Errorf("writing the workbook: %w", err)
	}
	v.save(o.stamp("results.xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b)
	return nil
}

func (o *opened) workbook() (_ []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	const first = "About"
	if err := f.SetSheetName("Sheet1", first); err != nil {
		return nil, err
	}
	about := [][]string{{"Title", o.Title}, {"Edition", o.Edition}, {"Released by", string(o.Publisher)}, {"Release", o.ID}, {"Digest", o.Digest.String()}}
	if o.Demonstration {
		about = append(about, []string{"Notice", demoNotice})
	}
	if o.Notice != "" {
		about = append(about, []string{"Notice", o.Notice})
	}
	about = append(about, []string{"Calculate it again", "landbridge index verify " + o.bundleName()})
	for _, name := range slices.Sorted(maps.Keys(o.Contents)) {
		if !strings.HasPrefix(name, bundle.Outputs) || path.Ext(name) != ".csv" {
			continue
		}
		rows, whole, err := readSome(o.Contents[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if !whole {
			about = append(about, []string{name, "cut after " + strconv.Itoa(maxBookRows) + " rows; the CSV file in the bundle has all"})
		}
		title := strings.TrimSuffix(path.Base(name), ".csv")
		if _, err := f.NewSheet(title[:min(len(title), maxSheetName)]); err != nil {
			return nil, err
		}
		if err := fill(f, title[:min(len(title), maxSheetName)], rows, true); err != nil {
			return nil, err
		}
	}
	if err := fill(f, first, about, false); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// readSome reads the rows of a results file, as many as a sheet takes.
func readSome(data []byte) (rows [][]string, whole bool, err error) {
	in := csv.NewReader(bytes.NewReader(data))
	for len(rows) <= maxBookRows {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		rows = append(rows, row)
	}
	return rows, false, nil
}

// fill writes rows. Text stays text, so that nothing in it is taken for a
// formula; a number is one only if it is written as the engine writes it, so
// that a code such as 012 keeps its zero.
func fill(f *excelize.File, sheet string, rows [][]string, head bool) error {
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if head {
		if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for k, text := range row {
			cells[k] = text
			if v, err := strconv.ParseFloat(text, 64); err == nil && strconv.FormatFloat(v, 'g', -1, 64) == text {
				cells[k] = v
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}
