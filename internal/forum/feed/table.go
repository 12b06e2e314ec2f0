package feed

import (
	"math"
	"strconv"
	"strings"

	"landbridge.example/internal/forum"
	"landbridge.example/internal/table"
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

// CSV writes rows for spreadsheets.
func CSV(rows [][]string) ([]byte, error) { return table.CSV(cleaned(rows, math.MaxInt)) }

// XLSX writes rows as a workbook of one sheet.
func XLSX(sheet string, rows [][]string) ([]byte, error) {
	return table.XLSX(sheet, cleaned(rows, table.MaxCell))
}

// cleaned takes out of each text what hides from a reader, and cuts it.
func cleaned(rows [][]string, most int) [][]string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		all[i] = make([]string, len(row))
		for k, text := range row {
			all[i][k], _ = forum.Clean(text, most)
		}
	}
	return all
}
