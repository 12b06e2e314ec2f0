package list

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/match"
)

// unElement reads what begins at one start tag.
func (l *List) unElement(d *xml.Decoder, t xml.StartElement) error {
	kind := match.Person
	switch t.Name.Local {
	case "CONSOLIDATED_LIST":
		for _, a := range t.Attr {
			if a.Name.Local == "dateGenerated" {
				l.Version = clean(a.Value)
			}
		}
		return nil
	case "INDIVIDUAL":
	case "ENTITY":
		kind = match.Organisation
	default:
		return nil
	}
	if len(l.Records) >= MaxRecords {
		return refuse("size", "the UN list holds more than %d records", MaxRecords)
	}
	var u unRecord
	if err := d.DecodeElement(&u, &t); err != nil {
		return unFault(err)
	}
	l.Records = append(l.Records, u.record(kind))
	return nil
}

// unFault says in a sentence what is wrong with the XML.
func unFault(err error) error {
	var fault *xml.SyntaxError
	switch text := err.Error(); {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &fault) && strings.Contains(fault.Msg, "unexpected EOF"):
		return refuse("truncated", "the UN list ends in the middle; fetch it again")
	case strings.Contains(text, "CharsetReader"), strings.Contains(text, "invalid UTF-8"):
		return refuse("encoding", "the UN list is not in UTF-8; save it as UTF-8 and import it again")
	case strings.Contains(text, "invalid character entity"):
		return refuse("entities", "the file uses entities of its own, which the UN list never does; do not use it")
	default:
		return refuse("format", "this is not well-formed XML (%.80s); fetch the list again", text)
	}
}

// record turns an element into a record.
func (u *unRecord) record(kind match.Kind) match.Record {
	r := match.Record{
		List: "UN", ID: clean(u.ID), Reference: clean(u.Reference), Kind: kind, Programme: clean(u.Regime),
		ListedOn: clean(u.Listed), Comment: clean(u.Comment), Gender: strings.ToLower(clean(u.Gender)),
	}
	if len(u.Updated) > 0 {
		r.UpdatedOn = clean(slices.Max(u.Updated))
	}
	primary := strings.Join([]string{u.First, u.Second, u.Third, u.Fourth}, " ")
	for _, n := range match.Split(clean(primary), match.Primary) {
		addName(&r, n.Text, n.Quality)
	}
	for _, n := range match.Split(clean(u.Original), match.Original) {
		addName(&r, n.Text, match.Original)
	}
	for _, a := range slices.Concat(u.Aliases, u.Others) {
		q := match.Good
		if strings.EqualFold(clean(a.Quality), "low") {
			q = match.Weak
		}
		for _, n := range match.Split(clean(a.Name), q) {
			addName(&r, n.Text, n.Quality)
		}
	}
	for _, b := range u.Births {
		if birth, ok := b.birth(); ok {
			r.Births = append(r.Births, birth)
		}
	}
	for _, p := range u.Places {
		r.BirthPlaces = appendText(r.BirthPlaces, p.line())
	}
	for _, p := range slices.Concat(u.Addresses, u.Seats) {
		r.Addresses = appendText(r.Addresses, p.line())
	}
	for _, n := range u.Nations {
		r.Nationalities = appendText(r.Nationalities, n)
	}
	for _, p := range slices.Concat(u.Titles, u.Positions) {
		r.Positions = appendText(r.Positions, p)
	}
	for _, doc := range u.Documents {
		r.Documents = append(r.Documents, doc.documents()...)
	}
	return r
}

func (p unPlace) line() string {
	var parts []string
	for _, s := range []string{p.Street, p.City, p.Province, p.Zip, p.Country} {
		parts = appendText(parts, s)
	}
	line := strings.Join(parts, ", ")
	if note := clean(p.Note); note != "" && line != "" {
		line += " (" + note + ")"
	}
	return line
}

// birth reads one date of birth.
func (b unBirth) birth() (match.Birth, bool) {
	about := strings.EqualFold(clean(b.Type), "approximately")
	if strings.EqualFold(clean(b.Type), "between") || clean(b.From) != "" {
		from, to := year(b.From), year(b.To)
		if from == 0 {
			from = to
		}
		if to == 0 {
			to = from
		}
		return match.Birth{From: match.Day{Year: from}, To: match.Day{Year: to}, About: about}, from != 0 && from <= to
	}
	if day, ok := isoDay(clean(b.Date)); ok {
		return match.Birth{From: day, To: day, About: about}, true
	}
	y := year(b.Year)
	return match.Birth{From: match.Day{Year: y}, To: match.Day{Year: y}, About: about}, y != 0
}

// year reads a year between 1800 and 2200, or 0.
func year(s string) int {
	n, err := strconv.Atoi(clean(s))
	if err != nil || n < 1800 || n > 2200 {
		return 0
	}
	return n
}

// isoDay reads YYYY-MM-DD, YYYY-MM or YYYY; what follows a T is not read.
func isoDay(s string) (match.Day, bool) {
	s, _, _ = strings.Cut(s, "T")
	f := strings.Split(s, "-")
	d := match.Day{Year: year(f[0])}
	if d.Year == 0 || len(f) > 3 {
		return d, false
	}
	for i, limit := range []int{12, 31} {
		if len(f) < i+2 {
			break
		}
		n, err := strconv.Atoi(f[i+1])
		if err != nil || n < 1 || n > limit {
			return d, false
		}
		if i == 0 {
			d.Month = n
		} else {
			d.Day = n
		}
	}
	return d, true
}

// documents returns the numbers of one document field; a field may name several.
func (p unPassage) documents() (all []match.Document) {
	kind := clean(p.Type)
	if kind == "" {
		kind = clean(p.Type2)
	}
	country := clean(p.Country)
	if country == "" {
		country = clean(p.Place)
	}
	for number := range strings.SplitSeq(p.Number, ";") {
		if number = clean(number); number != "" {
			all = append(all, match.Document{Type: documentType(kind), Number: number, Country: country})
		}
	}
	return all
}

// documentType writes the common types in one way; lists write them in three
// languages.
func documentType(s string) string {
	low := strings.ToLower(s)
	for _, k := range []struct{ part, is string }{
		{"passport", "passport"}, {"passeport", "passport"}, {"pasaporte", "passport"},
		{"imo", "imo"}, {"tazkira", "national id"}, {"national id", "national id"}, {"nacional de ident", "national id"}, {"nationale d", "national id"},
		{"identification card", "national id"}, {"identity card", "national id"}, {"cedula", "national id"}, {"national no", "national id"},
		{"tax", "tax number"}, {"fiscal", "tax number"},
	} {
		if strings.Contains(low, k.part) {
			return k.is
		}
	}
	return low
}
