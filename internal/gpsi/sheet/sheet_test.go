package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"landbridge.example/internal/gpsi/country"
)

func countries(t testing.TB) *country.List {
	t.Helper()
	l, err := country.New()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// found returns the first finding of a rule.
func found(r *Report, rule string) (Finding, bool) {
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Rule == rule })
	if i < 0 {
		return Finding{}, false
	}
	return r.Findings[i], true
}

func flat(t *Table) string {
	if t == nil {
		return "nothing"
	}
	lines := []string{strings.Join(t.Header, ",")}
	for _, r := range t.Rows {
		lines = append(lines, strings.Join(r, ","))
	}
	return strings.Join(lines, "\n")
}

// TestFindings: what people send, what they are told, and what comes out once
// they chose what was proposed.
func TestFindings(t *testing.T) {
	l := countries(t)
	for _, c := range []struct {
		what, in, rule string
		line           int
		after          string // read with what is proposed; empty: a person must mend the file
	}{
		{"plain", "iso3,A\nFRA,1\nDEU,2.5\n", "", 0, "iso3,A\nFRA,1\nDEU,2.5"},
		{"semicolons and decimal commas", "Land;A\nFRA;1,5\nDEU;2,25\n", numberComma, 2, "Land,A\nFRA,1.5\nDEU,2.25"},
		{"thousands", "iso3,A\nFRA,\"1,234,567\"\nDEU,12\n", numberGroups, 2, "iso3,A\nFRA,1234567\nDEU,12"},
		{"thousands by spaces", "iso3,A\nFRA,1 234\nDEU,12 345.5\n", numberGroups, 2, "iso3,A\nFRA,1234\nDEU,12345.5"},
		{"points and commas", "iso3;A\nFRA;1.234,5\nDEU;2,5\n", numberGroups, 2, "iso3,A\nFRA,1234.5\nDEU,2.5"},
		{"either", "iso3;A\nFRA;1,234\nDEU;2\n", numberEither, 2, "iso3,A\nFRA,1234\nDEU,2"},
		{"two minds", "iso3;A\nFRA;1,5\nDEU;2.5\n", "two-decimal-signs", 0, ""},
		{"percent", "iso3,A\nFRA,12.5%\nDEU,3%\n", numberPercent, 2, "iso3,A\nFRA,12.5\nDEU,3"},
		{"missing words", "iso3,A\nFRA,..\nDEU,3\nITA,n/a\nESP,4\n", numberMissing, 2, "iso3,A\nFRA,\nDEU,3\nITA,\nESP,4"},
		{"footnotes", "iso3,A\nFRA,12.5*\nDEU,3 a\nITA,4\n", numberNote, 2, "iso3,A\nFRA,12.5\nDEU,3\nITA,4"},
		{"text", "iso3,A\nFRA,12\nDEU,about three\nITA,4\n", numberText, 3, ""},
		{"bounds", "iso3,A\nFRA,<5\nDEU,3\nITA,4\n", numberBound, 2, ""},
		{"errors", "iso3,A\nFRA,#DIV/0!\nDEU,3\n", numberError, 2, "iso3,A\nFRA,\nDEU,3"},
		{"dates", "iso3,A\nFRA,2020-01-02\nDEU,3\nITA,5\n", numberDate, 2, ""},
		{"unknown country", "country,A\nFrance,1\nGermny,2\nWorld,3\nItaly,4\n", "unknown-country", 3, "country,A\nFRA,1\nDEU,2\nITA,4"},
		{"no country", "iso3,name,A\nFRA,France,1\n,Germany,2\n", "no-country", 3, ""},
		{"row twice", "iso3,A\nFRA,1\nDEU,2\nFRA,3\n", "row-twice", 4, ""},
		{"the same row twice", "iso3,A\nFRA,1\nDEU,2\nFRA,1\n", "row-twice", 4, "iso3,A\nFRA,1\nDEU,2"},
		{"two codes of one country", "code,A\nFRA,1\nFR,2\nDEU,4\n", "row-twice", 3, ""},
		{"two years", "iso3,year,data year,A\nFRA,2020,2018,1\nDEU,2020,2019,2\n", "two-years", 0, "iso3,year,data year,A\nFRA,2020,2018,1\nDEU,2020,2019,2"},
		{"bad year", "iso3,year,A\nFRA,2020,1\nDEU,20,2\n", "", 0, "iso3,year,A\nFRA,2020,1\nDEU,20,2"},
		{"title above, footer below", "Deaths by country\n\niso3,A\nFRA,1\nDEU,2\nSource: somebody\n", "footer", 6, "iso3,A\nFRA,1\nDEU,2"},
		{"column twice", "iso3,A,A\nFRA,1,2\nDEU,2,3\n", "column-twice", 1, ""},
		{"no name", "iso3,A,\nFRA,1,2\nDEU,2,3\n", "no-name", 1, ""},
		{"no countries", "x,A\nfoo,1\nbar,2\n", "no-countries", 0, ""},
		{"nothing", "", "no-table", 0, ""},
		{"not text", "iso3,A\nC\xf4te,1\n", "not-utf8", 0, ""},
		{"old workbook", "\xd0\xcf\x11\xe0\x00", "old-workbook", 0, ""},
		{"open quotation", "iso3,A\nFRA,\"1\nDEU,2\n", "bad-csv", 2, ""},
		{"byte order mark", "\xef\xbb\xbfiso3,A\nFRA,1\n", "", 0, "iso3,A\nFRA,1"},
		{"sixteen bits", "\xff\xfei\x00s\x00o\x003\x00,\x00A\x00\n\x00F\x00R\x00A\x00,\x001\x00\n\x00", "", 0, "iso3,A\nFRA,1"},
		{"numbers of areas", "M49,A\n250,4\n276,8\n", "", 0, "M49,A\nFRA,4\nDEU,8"},
		{"numbers are no areas", "iso3,A\nFRA,4\nDEU,8\n", "", 0, "iso3,A\nFRA,4\nDEU,8"},
		{"other digits", "iso3,A\nFRA,١٢\nDEU,−4\n", "", 0, "iso3,A\nFRA,12\nDEU,-4"},
		{"long", "iso3,year,indicator,value\nFRA,2020,A,1\nFRA,2020,B,2\nFRA,2021,A,3\n", "long-table", 0, "iso3,year,indicator,value\nFRA,2020,A,1\nFRA,2020,B,2\nFRA,2021,A,3"},
		{"mixed scale", "iso3,A\nFRA,0.5\nDEU,0.6\nITA,0.7\nESP,0.4\nPRT,0.3\nGRC,50\nBEL,60\nNLD,70\nAUT,40\nCHE,30\n", "mixed-scale", 0, "-"},
	} {
		t.Run(c.what, func(t *testing.T) {
			tab, rep := Read("table.csv", []byte(c.in), Options{}, l)
			f, ok := found(rep, c.rule)
			if c.rule != "" && (!ok || f.Line != c.line || f.Text == "") {
				t.Errorf("%s is not found in line %d: %+v", c.rule, c.line, rep.Findings)
			}
			if c.rule == "" && rep.Bad() {
				t.Errorf("%+v", rep.Findings)
			}
			for _, f := range rep.Findings {
				if !slices.Contains(Rules(), f.Rule) {
					t.Errorf("the rule %s is not in the list", f.Rule)
				}
			}
			if rep.Bad() != (tab == nil) {
				t.Errorf("bad %v, table %v", rep.Bad(), tab)
			}
			if c.after == "-" {
				return
			}
			tab, rep = Read("table.csv", []byte(c.in), rep.Proposed, l)
			if c.after == "" {
				if tab != nil {
					t.Errorf("it is taken over as\n%s", flat(tab))
				}
			} else if got := flat(tab); got != c.after {
				t.Errorf("got\n%s\nwant\n%s\n%+v", got, c.after, rep.Findings)
			}
		})
	}
}

// TestProposal: a finding names the country that was meant, and the choice.
func TestProposal(t *testing.T) {
	_, rep := Read("a.csv", []byte("iso3,name,A\nFRA,France,1\nDUE,Germany,2\n"), Options{}, countries(t))
	f, ok := found(rep, "unknown-country")
	if !ok || f.Line != 3 || f.Cell != "DUE" || f.Option != "countries" {
		t.Fatalf("%+v", rep.Findings)
	}
	_, rep = Read("a.csv", []byte("iso3,A\nFRA,1\nFRA,2\n"), Options{Duplicates: "last"}, countries(t))
	if rep.Bad() || rep.Rows != 1 {
		t.Errorf("%+v", rep)
	}
	tab, rep := Read("a.csv", []byte("iso3,A,A_source,A_source_year\nFRA,1,Office,2019\nDEU,2,,\n"), Options{}, countries(t))
	if tab == nil || len(tab.Origins) != 1 || tab.Origins[0] != (Origin{Unit: "FRA", Column: "A", Source: "Office", Of: "2019"}) || flat(tab) != "iso3,A\nFRA,1\nDEU,2" {
		t.Errorf("%+v %+v", tab, rep.Findings)
	}
}

func book(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t testing.TB, f *excelize.File, sheet string, rows ...[]any) {
	t.Helper()
	for i, r := range rows {
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWorkbook: what only workbooks have.
func TestWorkbook(t *testing.T) {
	l := countries(t)
	data := book(t, func(f *excelize.File) {
		set(t, f, "Sheet1", []any{"iso3", "A", "B", "C", "D"}, []any{"FRA", 1234.5, 0.125, nil, 5}, []any{"DEU", 7, 0.5, 3, 43831}, []any{"ITA", 8, 0.25, 4, 6})
		percent, _ := f.NewStyle(&excelize.Style{NumFmt: 10})
		date, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
		for _, err := range []error{f.SetCellStyle("Sheet1", "C2", "C4", percent), f.SetCellStyle("Sheet1", "E3", "E3", date),
			f.SetCellFormula("Sheet1", "D2", "B2*2"), f.MergeCell("Sheet1", "B3", "B4")} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	tab, rep := Read("x.xlsx", data, Options{}, l)
	if tab != nil || rep.Format != "xlsx" || rep.Sheet != "Sheet1" {
		t.Fatalf("%+v", rep)
	}
	for rule, line := range map[string]int{numberPercent: 2, numberDate: 3, "formula": 2, "merged": 4} {
		if f, ok := found(rep, rule); !ok || f.Line != line {
			t.Errorf("%s in line %d: %+v", rule, line, rep.Findings)
		}
	}
	good := book(t, func(f *excelize.File) {
		set(t, f, "Sheet1", []any{"Title"}, []any{}, []any{"iso3", "A", "B"}, []any{"FRA", 1234.5, 0.125}, []any{"DEU", 7, 0.5}, []any{nil, 9, 1})
		percent, _ := f.NewStyle(&excelize.Style{NumFmt: 10})
		for _, err := range []error{f.SetCellStyle("Sheet1", "C4", "C6", percent), f.MergeCell("Sheet1", "A5", "A6")} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	tab, rep = Read("x.xlsx", good, Options{Percent: "number", Merged: "first"}, l)
	if f, ok := found(rep, "merged"); tab != nil || !ok || f.Cell != "DEU" {
		t.Errorf("a merged country: %+v", rep.Findings)
	}
	two := book(t, func(f *excelize.File) {
		set(t, f, "Sheet1", []any{"iso3", "A"}, []any{"FRA", 1})
		if _, err := f.NewSheet("Other"); err != nil {
			t.Fatal(err)
		}
		set(t, f, "Other", []any{"iso3", "B"}, []any{"DEU", 2})
	})
	tab, rep = Read("x.xlsx", two, Options{}, l)
	if _, ok := found(rep, "several-sheets"); tab != nil || !ok {
		t.Errorf("%+v", rep.Findings)
	}
	if tab, rep = Read("x.xlsx", two, Options{Sheet: "Other"}, l); flat(tab) != "iso3,B\nDEU,2" {
		t.Errorf("%s %+v", flat(tab), rep.Findings)
	}
}

// TestBomb: a small file that unpacks to a large one is refused unopened.
func TestBomb(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 3 {
		w, err := z.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", i))
		if err != nil {
			t.Fatal(err)
		}
		for range MaxUnpacked / 2 >> 20 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 1<<20 {
		t.Fatalf("the bomb has %d bytes", b.Len())
	}
	_, rep := Read("x.xlsx", b.Bytes(), Options{}, countries(t))
	if _, ok := found(rep, "too-large"); !ok {
		t.Errorf("%+v", rep.Findings)
	}
	wide := book(t, func(f *excelize.File) {
		set(t, f, "Sheet1", []any{"iso3", "A"}, []any{"FRA", 1})
		if err := f.SetCellValue("Sheet1", "XFD3", 1); err != nil {
			t.Fatal(err)
		}
	})
	if _, rep := Read("x.xlsx", wide, Options{}, countries(t)); !rep.Bad() {
		t.Error("a sheet of 16,384 columns is read")
	}
}

// FuzzRead checks that any bytes are read or refused, that what is refused says
// why, and that what is taken over is plain.
func FuzzRead(f *testing.F) {
	l := countries(f)
	f.Add([]byte("iso3,A\nFRA,\"1,234\"\nDEU,12%\n"), ",", ".", "number")
	f.Add([]byte("Land;2019;2020\nFrankreich;1,5;..\nDEU;2;3*\n"), ",", "", "")
	f.Add([]byte("PK\x03\x04nothing"), "", "", "")
	f.Add(book(f, func(b *excelize.File) {
		set(f, b, "Sheet1", []any{"iso3", "A"}, []any{"FRA", 1}, []any{"DEU", "x"})
	}), "", "", "")
	p := newPatterns()
	f.Fuzz(func(t *testing.T, data []byte, decimal, thousands, percent string) {
		o := Options{Decimal: decimal, Thousands: thousands, Percent: percent, Footnotes: "drop", Merged: "repeat", Duplicates: "last", Missing: []string{".."}}
		tab, rep := Read("x", data, o, l)
		for _, f := range rep.Findings {
			if !slices.Contains(Rules(), f.Rule) {
				t.Fatalf("the rule %s is not in the list", f.Rule)
			}
		}
		if (tab == nil) != rep.Bad() {
			t.Fatalf("table %v, %+v", tab, rep.Findings)
		}
		if tab == nil {
			return
		}
		for _, row := range tab.Rows {
			if len(row) != len(tab.Header) {
				t.Fatalf("%v under %v", row, tab.Header)
			}
			for k, text := range row {
				c := slices.IndexFunc(rep.Columns, func(c Column) bool { return c.Name == tab.Header[k] })
				if rep.Columns[c].Kind == "number" && text != "" && !p.plain.MatchString(text) {
					t.Fatalf("%q is taken for a number", text)
				}
			}
		}
	})
}
