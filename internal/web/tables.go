package web

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/gpsi/sheet"
)

// A TableView is page/table: a table that was sent in, with what was found in it.
type TableView struct {
	Frame
	ID, Edition, Path, Name string
	Taken, Ready            bool
	Summary                 []NameValue
	Findings                []FindingRow
	Engine                  []FindingRow
	Changes                 *ChangeCard
	Form                    TableForm
	Proposed                bool // there is something to take over from the proposals
	Columns                 []NameValue
}

// A FindingRow is one finding.
type FindingRow struct {
	Bad                                      bool
	Line, Column, Unit, Cell, Text, Proposal string
	Rule                                     string // its name, in the reader's language
}

// A ChangeCard says what the table would change.
type ChangeCard struct {
	Lines         []NameValue
	New, Gone     string
	Columns, Lost string
	Largest       []gpsi.Change
}

// A TableForm is the choices of how a table is read.
type TableForm struct {
	Sheets, Decimal, Thousands, Percent, Footnotes, Merged, Duplicates []Choice
	Header, Unit, Year, Variable, Missing, Countries                   string
	Source, Licence, Method, Of                                        string
}

// uploadTable takes in a table for one file of an edition.
func (s *site) uploadTable(v *visit) error {
	id, err := editionID(v)
	if err != nil {
		return err
	}
	f, err := v.submission()
	if err != nil {
		return err
	}
	if f.file == nil {
		return fail.New(fail.Invalid, "choose a file: CSV, or a workbook in XLSX")
	}
	name := f.file.FileName()
	data, err := f.read(sheet.MaxBytes)
	if err != nil {
		return err
	}
	u := gpsi.Upload{Path: f.get("path"), Name: name, Data: data}
	imp, err := s.Index.Upload(v.Context(), v.me(), id, u)
	if err != nil {
		return err
	}
	return v.to("/indices/tables/"+string(imp.ID), "")
}

func tableID(v *visit) (landbridge.ID, error) {
	id, err := landbridge.ParseID(v.PathValue("table"))
	if err != nil {
		return id, fail.New(fail.Missing, "there is no table at this address; the page of the edition lists those that were sent in")
	}
	return id, nil
}

func (s *site) table(v *visit) error {
	id, err := tableID(v)
	if err != nil {
		return err
	}
	imp, err := s.Index.Import(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	return s.showTable(v, imp)
}

func (s *site) changeTable(v *visit) error {
	id, err := tableID(v)
	if err != nil {
		return err
	}
	switch v.FormValue("do") {
	case "read":
		r, err := readingOf(v)
		if err != nil {
			return err
		}
		if _, err := s.Index.Reread(v.Context(), v.me(), id, r); err != nil {
			return err
		}
	case "propose":
		imp, err := s.Index.Import(v.Context(), v.me(), id)
		if err != nil {
			return err
		}
		r := imp.Reading
		r.Options = imp.Report.Proposed
		if _, err := s.Index.Reread(v.Context(), v.me(), id, r); err != nil {
			return err
		}
	case "take":
		e, err := s.Index.TakeOver(v.Context(), v.me(), id)
		if err != nil {
			return err
		}
		return v.to("/indices/editions/"+string(e.ID), "saved")
	default:
		return fail.New(fail.Invalid, "the form asks for nothing this page can do; load it again")
	}
	return v.to("/indices/tables/"+string(id), "saved")
}

// readingOf reads the choices of the form.
func readingOf(v *visit) (r gpsi.Reading, err error) {
	get := func(name string) string { return strings.TrimSpace(v.FormValue(name)) }
	r.Options = sheet.Options{Sheet: v.FormValue("sheet"), Unit: get("unit"), Year: get("year"), Variable: get("variable"), Decimal: get("decimal"),
		Percent: get("percent"), Footnotes: get("footnotes"), Merged: get("merged"), Duplicates: get("duplicates")}
	r.Thousands = map[string]string{"comma": ",", "point": ".", "space": " ", "quote": "'"}[get("thousands")]
	r.Source, r.Licence, r.Method, r.Of = get("source"), get("licence"), get("method"), get("of")
	if h := get("header"); h != "" {
		if r.Header, err = strconv.Atoi(h); err != nil || r.Header < 0 {
			return r, fail.New(fail.Invalid, "the line of the header is a number")
		}
	}
	for line := range strings.Lines(v.FormValue("missing")) {
		if word := strings.TrimSpace(line); word != "" {
			r.Missing = append(r.Missing, word)
		}
	}
	for line := range strings.Lines(v.FormValue("countries")) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		i := strings.LastIndex(line, "=")
		if i < 0 {
			return r, fail.New(fail.Invalid, "write one spelling on each line, such as: Germny = DEU")
		}
		if r.Countries == nil {
			r.Countries = map[string]string{}
		}
		r.Countries[strings.TrimSpace(line[:i])] = strings.TrimSpace(line[i+1:])
	}
	return r, nil
}

func (s *site) showTable(v *visit, imp *gpsi.Import) error {
	rep := imp.Report
	view := TableView{Frame: s.frame(v, imp.Name), ID: string(imp.ID), Edition: string(imp.Edition), Path: imp.Path, Name: imp.Name,
		Taken: imp.State == "taken", Ready: imp.Ready}
	view.Live = false
	n := func(x int) string { return v.t.Number(int64(x)) }
	add := func(key, value string) {
		if value != "" && value != "0" {
			view.Summary = append(view.Summary, NameValue{v.t.T(key), value})
		}
	}
	add("gpsi.table.sheet", rep.Sheet)
	add("gpsi.table.header", n(rep.Header))
	add("gpsi.table.unit", rep.Unit)
	add("gpsi.table.year", rep.Year)
	add("gpsi.table.variable", rep.Variable)
	add("gpsi.table.rows", n(rep.Rows))
	add("gpsi.table.countries", n(rep.Countries))
	for _, f := range rep.Findings {
		row := FindingRow{Bad: f.Bad, Column: f.Column, Unit: f.Unit, Cell: f.Cell, Text: sentence(f.Text), Rule: v.t.Or(f.Rule, "gpsi.rule."+f.Rule)}
		if f.Line > 0 {
			row.Line = n(f.Line)
		}
		if f.Value != "" {
			row.Proposal = f.Value
		}
		if f.Further > 0 {
			row.Text += " (+ " + n(f.Further) + ")"
		}
		view.Findings = append(view.Findings, row)
	}
	for _, p := range imp.Problems {
		view.Engine = append(view.Engine, FindingRow{Bad: !p.Warning && p.File == imp.Path, Unit: p.Unit, Column: p.Column, Cell: p.File, Text: sentence(p.Text)})
	}
	for _, c := range rep.Columns {
		view.Columns = append(view.Columns, NameValue{c.Name, v.t.T("gpsi.kind."+c.Kind) + " · " + v.t.T("gpsi.table.values", c.Values)})
	}
	if rep.Rows > 0 && !rep.Bad() {
		view.Changes = changeCard(v, &imp.Changes)
	}
	view.Form = tableForm(v, imp)
	view.Proposed = !view.Taken && rep.Bad() && !same(&imp.Reading.Options, &rep.Proposed)
	return s.show(v, http.StatusOK, "table", view)
}

func same(a, b *sheet.Options) bool {
	return a.Sheet == b.Sheet && a.Year == b.Year && a.Decimal == b.Decimal && a.Thousands == b.Thousands && slices.Equal(a.Missing, b.Missing) &&
		a.Percent == b.Percent && a.Footnotes == b.Footnotes && a.Merged == b.Merged && len(a.Countries) == len(b.Countries)
}

func changeCard(v *visit, c *gpsi.Changes) *ChangeCard {
	card := &ChangeCard{New: v.t.List(c.NewRows), Gone: v.t.List(c.Gone), Columns: v.t.List(c.NewColumns), Lost: v.t.List(c.ColumnsMissing), Largest: c.Largest}
	for _, l := range []struct {
		key string
		n   int
	}{{"gpsi.change.after", c.After}, {"gpsi.change.same", c.Same},
		{"gpsi.change.changed", c.Changed}, {"gpsi.change.gained", c.Gained}, {"gpsi.change.lost", c.Lost}} {
		card.Lines = append(card.Lines, NameValue{v.t.T(l.key), v.t.Number(int64(l.n))})
	}
	return card
}

// tableForm fills in the choices as they are now.
func tableForm(v *visit, imp *gpsi.Import) TableForm {
	r := imp.Reading
	choose := func(now string, values ...string) (all []Choice) {
		for i := 0; i+1 < len(values); i += 2 {
			all = append(all, Choice{Value: values[i], Name: values[i+1], Chosen: values[i] == now})
		}
		return all
	}
	t := v.t.T
	thousands := map[string]string{",": "comma", ".": "point", " ": "space", "'": "quote"}[r.Thousands]
	f := TableForm{Unit: r.Unit, Year: r.Year, Variable: r.Variable, Missing: strings.Join(r.Missing, "\n"), Source: r.Source, Licence: r.Licence,
		Method: r.Method, Of: r.Of,
		Decimal: choose(r.Decimal, "", t("gpsi.choose.none"), ".", t("gpsi.choose.point"), ",", t("gpsi.choose.comma")),
		Thousands: choose(thousands, "", t("gpsi.choose.none"), "comma", t("gpsi.choose.comma"), "point", t("gpsi.choose.point"),
			"space", t("gpsi.choose.space"), "quote", "’"),
		Percent:    choose(r.Percent, "", t("gpsi.choose.none"), "number", t("gpsi.choose.number"), "share", t("gpsi.choose.share")),
		Footnotes:  choose(r.Footnotes, "", t("gpsi.choose.none"), "drop", t("gpsi.choose.drop")),
		Merged:     choose(r.Merged, "", t("gpsi.choose.none"), "repeat", t("gpsi.choose.repeat"), "first", t("gpsi.choose.first")),
		Duplicates: choose(r.Duplicates, "", t("gpsi.choose.none"), "first", t("gpsi.choose.firstrow"), "last", t("gpsi.choose.lastrow"))}
	if r.Header > 0 {
		f.Header = strconv.Itoa(r.Header)
	}
	f.Sheets = choose(r.Sheet, "", "–")
	for _, name := range imp.Report.Sheets {
		f.Sheets = append(f.Sheets, Choice{Value: name, Name: name, Chosen: name == r.Sheet})
	}
	var lines []string
	for spelling, code := range r.Countries {
		lines = append(lines, spelling+" = "+code)
	}
	slices.Sort(lines)
	f.Countries = strings.Join(lines, "\n")
	return f
}

// editionFile gives out a data file of an edition of this node.
func (s *site) editionFile(v *visit) error {
	id, err := editionID(v)
	if err != nil {
		return err
	}
	path := v.PathValue("path")
	data, err := s.Index.File(v.Context(), v.me(), id, path)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", attachment(path[strings.LastIndex(path, "/")+1:]))
	v.send(http.StatusOK, "text/csv; charset=utf-8", bytes.Clone(data))
	return nil
}

// editionBundle gives out an edition before its release.
func (s *site) editionBundle(v *visit) error {
	id, err := editionID(v)
	if err != nil {
		return err
	}
	o, err := s.Index.Calculate(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	zip, err := o.Contents.Zip()
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", attachment(o.Framework+"-"+o.Edition+"-preview.zip"))
	v.send(http.StatusOK, "application/zip", zip)
	return nil
}
