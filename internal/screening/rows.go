package screening

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"landbridge.example/internal/fail"
	"landbridge.example/match"
	"landbridge.example/match/list"
)

// A Row is one line of a file of names.
type Row struct {
	Line   int          `json:"line"`
	ID     string       `json:"id,omitempty"` // as the file names it
	Person match.Record `json:"person"`
	Note   string       `json:"note,omitempty"` // what could not be read of it
}

const maxCell = 4096 // bytes of one cell

// ParseNames reads a file of names: CSV with a header line that has a column
// name (or query, full_name), and if it likes id, kind, birth, nationality,
// gender and document; or without a header, one name on each line. A row whose
// name cannot be screened is returned with a note; a file that is no CSV, not
// in UTF-8 or too long is refused whole.
func ParseNames(r io.Reader, kind match.Kind, limit int) ([]Row, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxListFile+1))
	if err != nil {
		return nil, fail.Because(err, fail.Unavailable, "the file did not arrive whole; send it again")
	}
	if len(text) > MaxListFile {
		return nil, fail.New(fail.TooLarge, "a file of names has at most %d MiB; cut it in parts", MaxListFile>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, fail.New(fail.Invalid, "the file is not in UTF-8; save it as CSV in UTF-8 and send it again")
	}
	c := csv.NewReader(bytes.NewReader(text))
	c.FieldsPerRecord = -1
	var all []Row
	columns := map[string]int{}
	for first := true; ; first = false {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fail.New(fail.Invalid, "the file is no CSV: %.120v", err)
		}
		line, _ := c.FieldPos(0)
		if first {
			if columns = header(cells); len(columns) > 0 {
				continue
			}
			columns = map[string]int{"name": 0}
		}
		if len(all) >= limit {
			return nil, fail.New(fail.TooLarge, "the file has more than %d names; cut it in parts", limit)
		}
		all = append(all, row(cells, columns, line, kind))
	}
	if len(all) == 0 {
		return nil, fail.New(fail.Invalid, "the file holds no names; a line has one, or the header has a column name")
	}
	return all, nil
}

// header reads the names of the columns; it is empty when the line is none.
func header(cells []string) map[string]int {
	known := map[string]string{"name": "name", "query": "name", "full_name": "name", "id": "id", "kind": "kind", "type": "kind", "birth": "birth",
		"birth_date":    "birth",
		"date_of_birth": "birth", "dob": "birth", "nationality": "nationality", "country": "nationality", "gender": "gender", "sex": "gender",
		"document": "document", "documents": "document", "alias": "alias", "aliases": "alias"}
	columns := map[string]int{}
	for i, cell := range cells {
		if k, ok := known[strings.ToLower(strings.TrimSpace(cell))]; ok {
			if _, twice := columns[k]; !twice {
				columns[k] = i
			}
		}
	}
	if _, ok := columns["name"]; !ok {
		return nil
	}
	return columns
}

func row(cells []string, columns map[string]int, line int, kind match.Kind) Row {
	cell := func(name string) string {
		i, ok := columns[name]
		if !ok || i >= len(cells) {
			return ""
		}
		return strings.ToValidUTF8(cells[i][:min(len(cells[i]), maxCell)], "")
	}
	r := Row{Line: line, ID: strings.TrimSpace(cell("id"))}
	var notes []string
	r.Person, notes = Person(Fields{Name: cell("name"), Aliases: cell("alias"), Kind: cell("kind"), Birth: cell("birth"), Nationality: cell("nationality"),
		Gender: cell("gender"), Document: cell("document")})
	if r.Person.Kind == "" {
		r.Person.Kind = kind
	}
	if err := checkPerson(&r.Person); err != nil {
		notes = append(notes, fail.Safe(err))
		r.Person.Names = nil
	}
	r.Note = strings.Join(notes, "; ")
	return r
}

// Fields are what a form or a row says of a person, as people write it. Several
// values of one field are divided by a bar.
type Fields struct {
	Name, Aliases, Kind, Birth, Nationality, Gender, Document string
}

// Person makes a record of fields. What cannot be read of the evidence is left
// out, and said.
func Person(f Fields) (match.Record, []string) {
	r := match.Record{Kind: match.Kind(strings.ToLower(strings.TrimSpace(f.Kind)))}
	var notes []string
	each := func(text string, use func(string)) {
		for v := range strings.SplitSeq(text, "|") {
			if v = strings.TrimSpace(v); v != "" {
				use(v)
			}
		}
	}
	each(f.Name, func(v string) { r.Names = append(r.Names, match.Name{Text: v, Quality: match.Primary}) })
	each(f.Aliases, func(v string) { r.Names = append(r.Names, match.Name{Text: v, Quality: match.Good}) })
	each(f.Birth, func(v string) {
		if b, ok := list.ParseBirth(v); ok {
			r.Births = append(r.Births, b)
		} else {
			notes = append(notes, fmt.Sprintf("%q is no date of birth; write 1971-05-02, 1971 or ~1971", clip(v)))
		}
	})
	each(f.Nationality, func(v string) { r.Nationalities = append(r.Nationalities, v) })
	each(f.Document, func(v string) {
		kind, number, ok := strings.Cut(v, ":")
		if !ok {
			kind, number = "", v
		}
		number, country, _ := strings.Cut(number, "@")
		r.Documents = append(r.Documents, match.Document{Type: strings.ToLower(strings.TrimSpace(kind)), Number: strings.TrimSpace(number),
			Country: strings.TrimSpace(country)})
	})
	switch strings.ToLower(strings.TrimSpace(f.Gender)) {
	case "m", "male":
		r.Gender = "male"
	case "f", "female":
		r.Gender = "female"
	}
	return r, notes
}
