package list

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"landbridge.example/match"
)

// ParseCSV reads the plain CSV of spec/matching.md: a header line, one record a
// line, several values of one field divided by a bar. Source is the list's code.
func ParseCSV(r io.Reader, source string) (*List, error) {
	text, err := slurp(r, "the list")
	if err != nil {
		return nil, err
	}
	c := csv.NewReader(bytes.NewReader(text))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, refuse("empty", "the list has no header line; the first line names the columns, id and name at least")
	}
	columns := map[string]int{}
	for i, h := range head {
		h = strings.ToLower(clean(h))
		if _, known := plainFields()[h]; !known && h != "id" && h != "kind" {
			return nil, refuse("format", "the list has a column %q that is not known; spec/matching.md names the columns", h)
		}
		if _, twice := columns[h]; twice {
			return nil, refuse("format", "the list has two columns %q", h)
		}
		columns[h] = i
	}
	for _, need := range []string{"id", "name"} {
		if _, ok := columns[need]; !ok {
			return nil, refuse("format", "the list has no column %q", need)
		}
	}
	l := &List{Source: source}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return finish(l, text)
		}
		if err != nil {
			return nil, refuse("format", "the list is not CSV: %.100v", err)
		}
		line, _ := c.FieldPos(0)
		if len(row) != len(head) {
			return nil, refuse("truncated", "line %d has %d fields where the header has %d", line, len(row), len(head))
		}
		rec, err := plainRecord(row, columns, source, line)
		if err != nil {
			return nil, err
		}
		l.Records = append(l.Records, rec)
	}
}

// plainFields says how each column is read.
func plainFields() map[string]func(r *match.Record, value string) bool {
	name := func(q match.Quality) func(*match.Record, string) bool {
		return func(r *match.Record, v string) bool { addName(r, v, q); return true }
	}
	text := func(at func(r *match.Record) *string) func(*match.Record, string) bool {
		return func(r *match.Record, v string) bool { *at(r) = v; return true }
	}
	many := func(at func(r *match.Record) *[]string) func(*match.Record, string) bool {
		return func(r *match.Record, v string) bool { *at(r) = appendText(*at(r), v); return true }
	}
	return map[string]func(*match.Record, string) bool{
		"name": name(match.Primary), "alias": name(match.Good), "weak_alias": name(match.Weak), "original": name(match.Original),
		"reference":  text(func(r *match.Record) *string { return &r.Reference }),
		"programme":  text(func(r *match.Record) *string { return &r.Programme }),
		"listed_on":  text(func(r *match.Record) *string { return &r.ListedOn }),
		"updated_on": text(func(r *match.Record) *string { return &r.UpdatedOn }),
		"comment":    text(func(r *match.Record) *string { return &r.Comment }),
		"gender": func(r *match.Record, v string) bool {
			r.Gender = strings.ToLower(v)
			return r.Gender == "male" || r.Gender == "female"
		},
		"nationality": many(func(r *match.Record) *[]string { return &r.Nationalities }),
		"birth_place": many(func(r *match.Record) *[]string { return &r.BirthPlaces }),
		"position":    many(func(r *match.Record) *[]string { return &r.Positions }),
		"address":     many(func(r *match.Record) *[]string { return &r.Addresses }),
		"birth": func(r *match.Record, v string) bool {
			b, ok := ParseBirth(v)
			r.Births = append(r.Births, b)
			return ok
		},
		"document": func(r *match.Record, v string) bool {
			d, ok := plainDocument(v)
			r.Documents = append(r.Documents, d)
			return ok
		},
	}
}

func plainRecord(row []string, columns map[string]int, source string, line int) (match.Record, error) {
	r := match.Record{List: source, ID: clean(row[columns["id"]]), Kind: match.Person}
	if i, ok := columns["kind"]; ok && clean(row[i]) != "" {
		r.Kind = match.Kind(clean(row[i]))
		if !knownKind(r.Kind) {
			return r, refuse("format", "line %d: %q is no kind; write person, organisation, vessel, aircraft or substance", line, r.Kind)
		}
	}
	fields := plainFields()
	for _, column := range []string{"name", "alias", "weak_alias", "original", "reference", "programme", "listed_on", "updated_on", "comment",
		"gender", "nationality", "birth_place", "position", "address", "birth", "document"} {
		i, ok := columns[column]
		if !ok {
			continue
		}
		for v := range strings.SplitSeq(row[i], "|") {
			if v = clean(v); v != "" && !fields[column](&r, v) {
				return r, refuse("format", "line %d: %q is not how %s is written; see spec/matching.md", line, v, column)
			}
		}
	}
	return r, nil
}

func knownKind(k match.Kind) bool {
	switch k {
	case match.Person, match.Organisation, match.Vessel, match.Aircraft, match.Substance:
		return true
	}
	return false
}

// ParseBirth reads a date of birth as plain lists write it: 1971-05-02,
// 1971-05, 1971, ~1971 for about, 1968..1971 for a range.
func ParseBirth(s string) (match.Birth, bool) {
	s, about := strings.CutPrefix(clean(s), "~")
	from, to, ranged := strings.Cut(s, "..")
	a, ok := isoDay(from)
	if !ok || !ranged {
		return match.Birth{From: a, To: a, About: about}, ok
	}
	b, ok := isoDay(to)
	return match.Birth{From: a, To: b, About: about}, ok && !before(b, a)
}

func before(a, b match.Day) bool {
	if a.Year != b.Year {
		return a.Year < b.Year
	}
	if a.Month != b.Month {
		return a.Month != 0 && b.Month != 0 && a.Month < b.Month
	}
	return a.Day != 0 && b.Day != 0 && a.Day < b.Day
}

// plainDocument reads "type:number" or "type:number@country".
func plainDocument(s string) (match.Document, bool) {
	kind, rest, ok := strings.Cut(s, ":")
	number, country, _ := strings.Cut(rest, "@")
	d := match.Document{Type: strings.ToLower(clean(kind)), Number: clean(number), Country: clean(country)}
	return d, ok && d.Type != "" && d.Number != ""
}

// ParseJSON reads the plain JSON of spec/matching.md: an object with source,
// version and records, whose fields are those of [match.Record]. A source given
// by the caller goes before the file's.
func ParseJSON(r io.Reader, source string) (*List, error) {
	text, err := slurp(r, "the list")
	if err != nil {
		return nil, err
	}
	var file struct {
		Source  string         `json:"source"`
		Version string         `json:"version"`
		Records []match.Record `json:"records"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return nil, refuse("truncated", "the list ends in the middle; fetch it again")
		}
		return nil, refuse("format", "the list is not the JSON of spec/matching.md: %.100v", err)
	}
	if d.More() {
		return nil, refuse("format", "something follows the end of the list")
	}
	if source == "" {
		source = clean(file.Source)
	}
	l := &List{Source: source, Version: clean(file.Version), Records: file.Records}
	for i := range l.Records {
		if err := checkRecord(&l.Records[i], source); err != nil {
			return nil, err
		}
	}
	return finish(l, text)
}

// checkRecord brings a record from JSON into the form that all records have.
func checkRecord(r *match.Record, source string) error {
	r.List, r.ID = source, clean(r.ID)
	if r.Kind == "" {
		r.Kind = match.Person
	}
	if !knownKind(r.Kind) {
		return refuse("format", "record %s: %q is no kind; write person, organisation, vessel, aircraft or substance", r.ID, r.Kind)
	}
	names := r.Names
	r.Names = nil
	for _, n := range names {
		switch n.Quality {
		case "":
			n.Quality = match.Primary
			if len(r.Names) > 0 {
				n.Quality = match.Good
			}
		case match.Primary, match.Good, match.Weak, match.Original:
		default:
			return refuse("format", "record %s: %q is no quality of a name; write primary, good, weak or original", r.ID, n.Quality)
		}
		addName(r, n.Text, n.Quality)
	}
	for _, b := range r.Births {
		if year(itoa(b.From.Year)) == 0 || b.To.Year != 0 && before(b.To, b.From) {
			return refuse("format", "record %s: the date of birth is no date", r.ID)
		}
	}
	return nil
}
