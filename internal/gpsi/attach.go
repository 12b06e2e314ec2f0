package gpsi

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// The files that stand beside a specification in a release (spec/index.md, 13).
const (
	provenanceFile  = "provenance.csv"
	dissentsFile    = "dissents.csv"
	correctionsFile = "corrections.csv"
	methodsFile     = "methods.csv"
	noteFile        = "RELEASE.md"
)

const maxAttached = 500_000 // rows of a file that stands beside

func provenanceHead() []string {
	return []string{"unit", "column", "year", "of", "source", "licence", "method", "note"}
}

func dissentsHead() []string { return []string{"party", "about", "language", "at", "text"} }

func correctionsHead() []string {
	return []string{"party", "unit", "column", "year", "was", "wanted", "source", "text", "accepted", "answer", "at", "answered"}
}

func methodsHead() []string {
	return []string{"version", "edition", "specification", "decision", "decided_text", "note", "at"}
}

// rows reads a table with exactly this header. No file is no rows.
func rows(name string, data []byte, head []string) ([][]string, error) {
	if len(data) == 0 {
		return nil, nil
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = len(head)
	all, err := r.ReadAll()
	switch {
	case err != nil:
		return nil, fail.New(fail.Invalid, "%s: %v", name, err)
	case len(all) == 0:
		return nil, nil
	case !slices.Equal(all[0], head):
		return nil, fail.New(fail.Invalid, "%s: its first line is not %v", name, head)
	case len(all) > maxAttached:
		return nil, fail.New(fail.TooLarge, "%s has more than %d rows", name, maxAttached)
	}
	return all[1:], nil
}

func table(head []string, body [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(append([][]string{head}, body...)) // a buffer takes everything
	return b.Bytes()
}

// A Provenance says of every cell where it comes from.
type Provenance struct{ rows map[cellKey]Origin }

// An Origin is where one value comes from.
type Origin struct {
	Source, Licence, Method, Note string
	Year                          string // of the value, as its source gives it: "2016", "2010-2019"
}

type cellKey struct {
	unit, column string
	year         int
}

// ParseProvenance reads a file that says where cells come from: a row without
// unit or year speaks of all, and what a cell's own row leaves empty is as the
// row of its column says.
func ParseProvenance(data []byte) (Provenance, error) {
	p := Provenance{rows: map[cellKey]Origin{}}
	all, err := rows(provenanceFile, data, provenanceHead())
	if err != nil {
		return p, err
	}
	for i, r := range all {
		year, err := yearOf(r[2])
		if err != nil || r[1] == "" {
			return p, fail.New(fail.Invalid, "%s, row %d: a row names a column, and its year is a number or empty", provenanceFile, i+2)
		}
		p.rows[cellKey{r[0], r[1], year}] = Origin{Year: r[3], Source: r[4], Licence: r[5], Method: r[6], Note: r[7]}
	}
	return p, nil
}

func yearOf(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	return strconv.Atoi(s)
}

// Of returns the origin of a cell of a data column. year is 0 where the index
// has no years.
func (p Provenance) Of(unit, column string, year int) (o Origin, ok bool) {
	for _, k := range []cellKey{{"", column, 0}, {"", column, year}, {unit, column, 0}, {unit, column, year}} {
		own, there := p.rows[k]
		if !there {
			continue
		}
		ok = true
		o = Origin{Source: cmp.Or(own.Source, o.Source), Licence: cmp.Or(own.Licence, o.Licence), Method: cmp.Or(own.Method, o.Method),
			Note: own.Note, Year: cmp.Or(own.Year, o.Year)}
	}
	return o, ok
}

// set replaces the origin of a cell or, without a unit, of a column.
func (p *Provenance) set(k cellKey, o Origin) {
	if p.rows == nil {
		p.rows = map[cellKey]Origin{}
	}
	p.rows[k] = o
}

// forget drops what was said about a column, cells and all.
func (p *Provenance) forget(column string) {
	for k := range p.rows {
		if k.column == column {
			delete(p.rows, k)
		}
	}
}

// format writes the file, in an order that does not depend on chance.
func (p Provenance) format() []byte {
	keys := make([]cellKey, 0, len(p.rows))
	for k := range p.rows {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b cellKey) int {
		return cmp.Or(cmp.Compare(a.unit, b.unit), cmp.Compare(a.column, b.column), cmp.Compare(a.year, b.year))
	})
	body := make([][]string, len(keys))
	for i, k := range keys {
		o := p.rows[k]
		year := ""
		if k.year != 0 {
			year = strconv.Itoa(k.year)
		}
		body[i] = []string{k.unit, k.column, year, o.Year, o.Source, o.Licence, o.Method, o.Note}
	}
	return table(provenanceHead(), body)
}

// ParseDissents reads the dissents of a release.
func ParseDissents(data []byte) ([]Dissent, error) {
	all, err := rows(dissentsFile, data, dissentsHead())
	if err != nil {
		return nil, err
	}
	out := make([]Dissent, len(all))
	for i, r := range all {
		at, err := time.Parse(time.RFC3339, r[3])
		p, err2 := landbridge.ParsePartyID(r[0])
		if err != nil || err2 != nil {
			return nil, fail.New(fail.Invalid, "%s, row %d: a dissent has a party and a time", dissentsFile, i+2)
		}
		out[i] = Dissent{Party: p, About: r[1], Language: r[2], At: at.UTC(), Text: r[4]}
	}
	return out, nil
}

func formatDissents(all []Dissent) []byte {
	var body [][]string
	for _, d := range all {
		body = append(body, []string{string(d.Party), d.About, d.Language, d.At.UTC().Format(time.RFC3339), d.Text})
	}
	return table(dissentsHead(), body)
}

// ParseCorrections reads the corrections of a release and what became of them.
func ParseCorrections(data []byte) ([]Settled, error) {
	all, err := rows(correctionsFile, data, correctionsHead())
	if err != nil {
		return nil, err
	}
	out := make([]Settled, len(all))
	for i, r := range all {
		s := Settled{Unit: r[1], Column: r[2], Was: r[4], Wanted: r[5], Source: r[6], Text: r[7], Accepted: r[8] == "yes", Answer: r[9]}
		var errs [4]error
		s.Party, errs[0] = landbridge.ParsePartyID(r[0])
		s.Year, errs[1] = yearOf(r[3])
		s.At, errs[2] = time.Parse(time.RFC3339, r[10])
		s.AnsweredAt, errs[3] = time.Parse(time.RFC3339, r[11])
		for _, err := range errs {
			if err != nil {
				return nil, fail.New(fail.Invalid, "%s, row %d: a correction has a party, a year or none, and two times", correctionsFile, i+2)
			}
		}
		out[i] = s
	}
	return out, nil
}

func formatCorrections(all []Settled) []byte {
	var body [][]string
	for _, s := range all {
		year := ""
		if s.Year != 0 {
			year = strconv.Itoa(s.Year)
		}
		word := "no"
		if s.Accepted {
			word = "yes"
		}
		body = append(body, []string{string(s.Party), s.Unit, s.Column, year, s.Was, s.Wanted, s.Source, s.Text, word, s.Answer,
			s.At.UTC().Format(time.RFC3339), s.AnsweredAt.UTC().Format(time.RFC3339)})
	}
	return table(correctionsHead(), body)
}

func formatMethods(all []Method) []byte {
	var body [][]string
	for _, m := range all {
		body = append(body, []string{strconv.FormatInt(m.Version, 10), m.Label, m.Spec, m.Decision, m.DecisionDigest, m.Note, m.At.UTC().Format(time.RFC3339)})
	}
	return table(methodsHead(), body)
}

// ParseMethods reads the versions of the method that a release rests on.
func ParseMethods(data []byte) ([]Method, error) {
	all, err := rows(methodsFile, data, methodsHead())
	if err != nil {
		return nil, err
	}
	out := make([]Method, len(all))
	for i, r := range all {
		n, err := strconv.ParseInt(r[0], 10, 64)
		at, err2 := time.Parse(time.RFC3339, r[6])
		if err != nil || err2 != nil {
			return nil, fail.New(fail.Invalid, "%s, row %d: a method has a number and a time", methodsFile, i+2)
		}
		out[i] = Method{Version: n, Label: r[1], Spec: r[2], Decision: r[3], DecisionDigest: r[4], Note: r[5], At: at.UTC()}
	}
	return out, nil
}

// releaseNote is the part of a bundle that people read first.
func releaseNote(r *Release, methods []Method) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s, %s, release %d\n\n", r.Title, r.Edition, r.Revision)
	if r.Demonstration {
		b.WriteString("**A demonstration of method. This is not the Global Public Security Index of the forum.**\n\n")
	}
	if r.Notice != "" {
		fmt.Fprintf(&b, "%s\n\n", r.Notice)
	}
	fmt.Fprintf(&b, "Published by %s as %s.\n\n", r.Publisher, r.ID)
	if r.Revises != "" {
		fmt.Fprintf(&b, "It puts right %s, which stays where it is.\n\n", r.Revises)
	}
	if r.Note != "" {
		fmt.Fprintf(&b, "%s\n\n", r.Note)
	}
	if len(methods) > 0 {
		m := methods[len(methods)-1]
		fmt.Fprintf(&b, "The method is version %d. It rests on: %s\n\n", m.Version, cmp.Or(m.Decision, "no decision"))
	}
	b.WriteString("Calculate it again: landbridge index verify THIS-FILE.zip\n")
	return b.Bytes()
}
