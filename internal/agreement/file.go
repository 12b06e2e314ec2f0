package agreement

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/table"
)

// FileFormat is the first key of a JSON file of instruments.
const FileFormat = "landbridge-agreements/1"

// A file is a JSON file of instruments.
type file struct {
	Format      string            `json:"format"`
	Instruments []json.RawMessage `json:"instruments"`
}

// maxRows bounds the lines of a CSV file: one for each party of an instrument.
const maxRows = 40_000

// Columns are the columns of a CSV file, in order. A file may leave columns out
// and have them in any order; id is needed. One line stands for one party of
// one instrument, or for an instrument without parties; what describes the
// instrument stands in its first line and may be left empty in the others.
func Columns() []string {
	return []string{"id", "kind", "short", "title", "language", "subjects", "adopted", "place", "in_force", "ended", "registration", "depositary",
		"party", "signed", "ratified", "party_in_force", "denounced", "processes", "article", "data_transfer", "note"}
}

// A Line is what a file says about one instrument.
type Line struct {
	Row  int    `json:"row"` // line of a CSV file, position in a JSON file
	ID   string `json:"id"`
	Kind string `json:"kind"` // new, changed, same, wrong
	Text string `json:"text,omitempty"`
}

// A Report says what a file would change, line by line.
type Report struct {
	Lines   []Line `json:"lines"`
	New     int    `json:"new"`
	Changed int    `json:"changed"`
	Same    int    `json:"same"`
	Wrong   int    `json:"wrong"`

	Instruments []*Instrument `json:"-"` // new and changed ones
}

func (r *Report) wrong(row int, id string, err error) {
	r.Wrong++
	r.Lines = append(r.Lines, Line{row, clip(id), "wrong", fail.Safe(err)})
}

// judge says what an instrument of the file is to the register.
func (r *Report) judge(row int, i, known *Instrument) error {
	i.normalise()
	if err := i.Check(); err != nil {
		r.wrong(row, i.ID, err)
		return nil
	}
	kind := "new"
	if known != nil {
		lines, err := Compare(known, i)
		if err != nil {
			return err
		}
		kind = "changed"
		if len(lines) == 0 {
			kind = "same"
		}
	}
	switch kind {
	case "new":
		r.New++
	case "changed":
		r.Changed++
	default:
		r.Same++
	}
	r.Lines = append(r.Lines, Line{Row: row, ID: i.ID, Kind: kind})
	if kind != "same" {
		r.Instruments = append(r.Instruments, i)
	}
	return nil
}

// Read reads a file of instruments, JSON or CSV, whichever it is, and says
// what it would change in a register that holds known. An error means that the
// file as a whole cannot be read; what is wrong with one instrument stands in
// the report.
func Read(b []byte, known func(ids ...string) (map[string]*Instrument, error)) (*Report, error) {
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	switch {
	case len(b) > MaxImport:
		return nil, fail.New(fail.TooLarge, "a file of instruments has at most %d bytes; send it in parts", MaxImport)
	case !utf8.Valid(b):
		return nil, fail.New(fail.Invalid, "the file is not UTF-8 text; save it as UTF-8")
	case bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")):
		return readJSON(b, known)
	}
	return readCSV(b, known)
}

func readJSON(b []byte, known func(ids ...string) (map[string]*Instrument, error)) (*Report, error) {
	var f file
	if err := decode(b, &f); err != nil {
		return nil, err
	}
	if f.Format != FileFormat {
		return nil, fail.New(fail.Invalid, "the file's format is %q; this node reads %s", clip(f.Format), FileFormat)
	}
	if len(f.Instruments) > MaxBatch {
		return nil, fail.New(fail.TooLarge, "a file holds at most %d instruments; send it in parts", MaxBatch)
	}
	r := &Report{}
	seen := map[string]bool{}
	for k, raw := range f.Instruments {
		i, err := Parse(raw)
		if err != nil {
			id := ""
			if i != nil {
				id = i.ID
			}
			r.wrong(k+1, id, err)
			continue
		}
		if seen[i.ID] {
			r.wrong(k+1, i.ID, fail.New(fail.Invalid, "it stands twice in the file"))
			continue
		}
		seen[i.ID] = true
		was, err := known(i.ID)
		if err != nil {
			return nil, err
		}
		if err := r.judge(k+1, i, was[i.ID]); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// A csvRow is one line by the names of its columns.
type csvRow struct {
	line  int
	cells map[string]string
}

func (c csvRow) list(name string) []string {
	return strings.FieldsFunc(c.cells[name], func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
}

func readCSV(b []byte, known func(ids ...string) (map[string]*Instrument, error)) (*Report, error) {
	rows, err := csvRows(b)
	if err != nil {
		return nil, err
	}
	r := &Report{}
	var order []string
	by := map[string][]csvRow{}
	for _, row := range rows {
		id := row.cells["id"]
		if len(by[id]) == 0 {
			order = append(order, id)
		}
		by[id] = append(by[id], row)
	}
	if len(order) > MaxBatch {
		return nil, fail.New(fail.TooLarge, "a file holds at most %d instruments; send it in parts", MaxBatch)
	}
	for _, id := range order {
		was, err := known(id)
		if err != nil {
			return nil, err
		}
		i, err := fromRows(id, by[id], was[id])
		if err != nil {
			r.wrong(by[id][0].line, id, err)
			continue
		}
		if err := r.judge(by[id][0].line, i, was[id]); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func csvRows(b []byte) ([]csvRow, error) {
	c := csv.NewReader(bytes.NewReader(b))
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "the file has no line of column names; it begins with %s", strings.Join(Columns()[:4], ","))
	}
	if len(head) == 1 && strings.Contains(head[0], ";") {
		return nil, fail.New(fail.Invalid, "the columns are divided by semicolons; save the file with commas")
	}
	for k := range head {
		head[k] = strings.ToLower(strings.TrimSpace(head[k]))
		if !slices.Contains(Columns(), head[k]) || slices.Index(head, head[k]) != k {
			return nil, fail.New(fail.Invalid, "the column %q is not one of %s, or stands twice", clip(head[k]), strings.Join(Columns(), ", "))
		}
	}
	if !slices.Contains(head, "id") {
		return nil, fail.New(fail.Invalid, "there is no column id; it names the instrument in each line")
	}
	var rows []csvRow
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		line, _ := c.FieldPos(0)
		if err != nil {
			return nil, fail.Because(err, fail.Invalid, "the file cannot be read as CSV: %v", err)
		}
		if len(cells) != len(head) {
			return nil, fail.New(fail.Invalid, "line %d has %d cells, the first line names %d columns", line, len(cells), len(head))
		}
		if len(rows) == maxRows {
			return nil, fail.New(fail.TooLarge, "the file has more than %d lines; send it in parts", maxRows)
		}
		row := csvRow{line, map[string]string{}}
		for k, name := range head {
			row.cells[name] = strings.TrimSpace(table.Unguard(strings.TrimSpace(cells[k])))
		}
		rows = append(rows, row)
	}
}

// fromRows makes an instrument of its lines. What a table cannot say, such as
// articles, texts and reservations, stays as the register has it.
func fromRows(id string, rows []csvRow, known *Instrument) (*Instrument, error) {
	i := &Instrument{ID: id, Title: party.Text{}}
	if known != nil {
		c, err := copyOf(known)
		if err != nil {
			return nil, err
		}
		i = c
	}
	for _, row := range rows {
		for name, field := range map[string]*string{"kind": &i.Kind, "short": &i.Short, "place": &i.Place, "registration": &i.Registration,
			"depositary": &i.Depositary, "note": &i.Note} {
			set(field, row.cells[name])
		}
		for name, field := range map[string]*Day{"adopted": &i.Adopted, "in_force": &i.InForce, "ended": &i.Ended} {
			set(field, Day(row.cells[name]))
		}
		if t := row.cells["title"]; t != "" {
			l := row.cells["language"]
			if l == "" {
				l = "en"
			}
			i.Title[l] = t
		}
		if s := row.list("subjects"); len(s) > 0 {
			i.Subjects = s
		}
		if err := i.member(row); err != nil {
			return nil, err
		}
		i.covers(row)
	}
	return i, nil
}

// set takes a cell over unless it is empty: an empty cell says nothing.
func set[T ~string](field *T, v T) {
	if v != "" {
		*field = v
	}
}

func (i *Instrument) member(row csvRow) error {
	code := row.cells["party"]
	if code == "" {
		return nil
	}
	p, err := landbridge.ParsePartyID(code)
	if err != nil {
		return fail.New(fail.Invalid, "line %d: party: %v", row.line, err)
	}
	m, ok := i.Member(p)
	if !ok {
		i.Members = append(i.Members, Member{Party: p})
		m = &i.Members[len(i.Members)-1]
	}
	set(&m.Signed, Day(row.cells["signed"]))
	set(&m.Ratified, Day(row.cells["ratified"]))
	set(&m.InForce, Day(row.cells["party_in_force"]))
	set(&m.Denounced, Day(row.cells["denounced"]))
	return nil
}

// covers adds a term for each process a line names that has none yet.
func (i *Instrument) covers(row csvRow) {
	have := i.Processes()
	for _, p := range row.list("processes") {
		if !slices.Contains(have, p) {
			i.Terms = append(i.Terms, Term{Process: p, Article: row.cells["article"], Transfer: row.cells["data_transfer"]})
		}
	}
}

func copyOf(i *Instrument) (*Instrument, error) {
	b, err := canon.Encode(i)
	if err != nil {
		return nil, err
	}
	return Parse(b)
}

// WriteJSON writes instruments as a file that Read takes.
func WriteJSON(all []Row) ([]byte, error) {
	f := struct {
		Format      string        `json:"format"`
		Instruments []*Instrument `json:"instruments"`
	}{FileFormat, []*Instrument{}}
	for _, r := range all {
		f.Instruments = append(f.Instruments, r.Instrument)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		return nil, fmt.Errorf("writing instruments: %w", err)
	}
	return b.Bytes(), nil
}

// WriteCSV writes instruments as a table that Read takes: the parties with
// their dates, without articles, texts and reservations.
func WriteCSV(all []Row) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	lines := [][]string{Columns()}
	for _, r := range all {
		lines = append(lines, r.lines()...)
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("writing instruments: %w", err)
	}
	return b.Bytes(), nil
}

func (i *Instrument) lines() [][]string {
	lang := "en"
	if _, ok := i.Title[lang]; !ok {
		for l, s := range i.Title {
			if s == i.Title.In() {
				lang = l
			}
		}
	}
	article, transfer := "", ""
	if len(i.Terms) > 0 {
		article, transfer = i.Terms[0].Article, i.Terms[0].Transfer
	}
	members := i.Members
	if len(members) == 0 {
		members = []Member{{}}
	}
	var out [][]string
	for _, m := range members {
		line := []string{i.ID, i.Kind, i.Short, i.Title[lang], lang, strings.Join(i.Subjects, ";"), string(i.Adopted), i.Place, string(i.InForce),
			string(i.Ended), i.Registration, i.Depositary, string(m.Party), string(m.Signed), string(m.Ratified), string(m.InForce), string(m.Denounced),
			strings.Join(i.Processes(), ";"), article, transfer, i.Note}
		for k, cell := range line { // a spreadsheet must not run a title as a formula
			line[k] = table.Guard(cell)
		}
		out = append(out, line)
	}
	return out
}

// Import reads a file and proposes what it changes, when nothing in it is
// wrong and dry is false. The report says what was found either way.
func (g *Register) Import(ctx context.Context, p staff.Person, b []byte, note string, dry bool) (*Report, landbridge.ID, error) {
	if err := g.may(p, access.WriteAgreements); err != nil {
		return nil, "", err
	}
	r, err := Read(b, func(ids ...string) (map[string]*Instrument, error) { return g.Known(ctx, ids...) })
	if err != nil {
		return nil, "", err
	}
	if dry || r.Wrong > 0 || len(r.Instruments) == 0 {
		return r, "", nil
	}
	id, err := g.Propose(ctx, p, r.Instruments, note)
	return r, id, err
}
