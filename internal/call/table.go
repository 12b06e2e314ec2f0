package call

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/table"
)

// Columns names the columns of [CSV], in their order.
func Columns() []string {
	return []string{"number", "state", "title", "authors", "organisations", "email", "keywords", "sent", "reviews", "mean", "decision", "reason", "summary"}
}

// CSV writes the entries of a call as a table, with a byte order mark, as
// spreadsheets want it to see that it is UTF-8. head names the columns of
// [Columns] in the reader's language; nil: as they are.
func CSV(head []string, all []Standing) ([]byte, error) {
	if len(head) != len(Columns()) {
		head = Columns()
	}
	rows := [][]string{head}
	for _, s := range all {
		var names, organisations []string
		email := ""
		for i, a := range s.Authors {
			names, organisations = append(names, a.Name), append(organisations, a.Organisation)
			if i == 0 {
				email = a.Email
			}
		}
		mean := ""
		if s.Count > 0 {
			mean = strconv.FormatFloat(s.Mean, 'f', 2, 64)
		}
		rows = append(rows, []string{strconv.Itoa(s.Number), s.State, s.Content.Title, strings.Join(names, "; "), strings.Join(organisations, "; "), email,
			strings.Join(s.Content.Keywords, "; "), s.Sent.UTC().Format(time.RFC3339), strconv.Itoa(s.Count), mean, s.Decision.Way, s.Decision.Reason,
			s.Content.Abstract})
	}
	for _, row := range rows[1:] {
		for i := range row {
			row[i] = plain(row[i])
		}
	}
	return table.CSV(rows)
}

// plain takes out of a text what hides from a reader, or breaks lines.
func plain(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text))
}

// ParsePlan reads the stands of an expo from lines of "code, hall, left, top,
// width, depth" in centimetres from the corner of the hall. Empty lines, lines
// that begin with # and a heading that begins with "code" are passed over.
// What it returns was not yet checked for overlaps: [Desk.SetPlan] does that.
func ParsePlan(text string) ([]Stand, error) {
	const columns = 6
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comment, r.TrimLeadingSpace, r.FieldsPerRecord = '#', true, -1
	var all []Stand
	for n := 1; ; n++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil || len(row) != columns {
			return nil, fail.New(fail.Invalid, "row %d of the plan is not \"code, hall, left, top, width, depth\"", n)
		}
		if n == 1 && strings.EqualFold(strings.TrimSpace(row[0]), "code") {
			continue
		}
		if len(all) >= MaxStands {
			return nil, fail.New(fail.TooLarge, "a plan has at most %d stands", MaxStands)
		}
		s := Stand{Code: strings.TrimSpace(row[0]), Hall: strings.TrimSpace(row[1])}
		for i, into := range []*int{&s.Left, &s.Top, &s.Wide, &s.Deep} {
			if *into, err = strconv.Atoi(strings.TrimSpace(row[2+i])); err != nil {
				return nil, fail.New(fail.Invalid, "row %d of the plan: a measure is a whole number of centimetres", n)
			}
		}
		if err := s.check(); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
}

// WritePlan writes stands as [ParsePlan] reads them.
func WritePlan(all []Stand) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"code", "hall", "left", "top", "width", "depth"})
	for _, s := range all {
		_ = w.Write([]string{s.Code, s.Hall, strconv.Itoa(s.Left), strconv.Itoa(s.Top), strconv.Itoa(s.Wide), strconv.Itoa(s.Deep)}) // to memory: no error
	}
	w.Flush()
	return b.String()
}
