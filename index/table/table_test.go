package table

import (
	"math"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	tab, list := Parse("a.csv", []byte("\xef\xbb\xbfiso3; name ;value\nFRA;\"Fran;ce\";1,5\n;;\nDEU;Germany;2\n"))
	if list.Refused() {
		t.Fatal(list)
	}
	if got := strings.Join(tab.Header, "|"); got != "iso3|name|value" {
		t.Errorf("header %q", got)
	}
	if len(tab.Rows) != 2 || tab.Rows[0].Cell[1] != "Fran;ce" || tab.Rows[1].Line != 4 {
		t.Errorf("rows %v", tab.Rows)
	}
	if _, err := tab.Column("valeu"); err == nil || !strings.Contains(err.Error(), `did you mean "value"`) {
		t.Errorf("no hint: %v", err)
	}
}

func TestParseAfter(t *testing.T) {
	tab, list := ParseAfter("a.csv", []byte("\"Title, with a comma\"\n\niso3,value\nFRA,1\n"), 2)
	if list.Refused() || tab.Header[0] != "iso3" || len(tab.Rows) != 1 || tab.Rows[0].Line != 4 {
		t.Errorf("%v %v", tab, list)
	}
	if _, list := ParseAfter("a.csv", []byte("a\nb\n"), 5); !list.Refused() {
		t.Error("a file without a header was read")
	}
}

func TestParseRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, rule, place string }{
		"empty":    {"", "empty-table", ""},
		"ragged":   {"a,b\n1,2\n1,2,3\n", "ragged-row", "f.csv:3"},
		"quotes":   {"a,b\n\"x,2\n", "bad-csv", "f.csv:"},
		"latin-1":  {"a,b\n1,2\nC\xf4te,3\n", "not-utf8", "f.csv:3"},
		"too wide": {strings.Repeat("a,", MaxColumns+1) + "\n", "too-large", ""},
	} {
		_, list := Parse("f.csv", []byte(tt.text))
		if !list.Refused() || list[0].Rule != tt.rule || !strings.Contains(list.Error(), tt.place) {
			t.Errorf("%s: %v", name, list)
		}
	}
	tab, _ := Parse("f.csv", []byte("year,year\n1,2\n"))
	if _, err := tab.Column("year"); err == nil || !strings.Contains(err.Error(), "stands twice") {
		t.Errorf("a header that stands twice: %v", err)
	}
}

func TestNumbers(t *testing.T) {
	na := math.NaN()
	for _, tt := range []struct {
		n    Numbers
		cell string
		want float64
		part string // of the error
	}{
		{Numbers{}, " 1.5 ", 1.5, ""},
		{Numbers{}, "-3e-2", -0.03, ""},
		{Numbers{}, "\u22127", -7, ""},
		{Numbers{}, "", na, ""},
		{Numbers{Missing: []string{"x", ".."}}, "..", na, ""},
		{Numbers{Decimal: ","}, "1,5", 1.5, ""},
		{Numbers{Thousands: ","}, "1,234,567.5", 1234567.5, ""},
		{Numbers{Thousands: ".", Decimal: ","}, "1.234,5", 1234.5, ""},
		{Numbers{Thousands: " "}, "1 234", 1234, ""},
		{Numbers{Thousands: ","}, "12,34", 0, "groups of three"},
		{Numbers{Decimal: ","}, "1.5", 0, "has a point"},
		{Numbers{}, "1,234", 0, "has a comma"},
		{Numbers{}, "1 234", 0, "between its digits"},
		{Numbers{}, "12%", 0, "percent"},
		{Numbers{}, "n/a", 0, "add it to missing"},
		{Numbers{}, "NaN", 0, "not a number"},
		{Numbers{}, "Inf", 0, "not a number"},
		{Numbers{}, "0x10", 0, "not a number"},
		{Numbers{}, "1_000", 0, "not a number"},
		{Numbers{}, "1e999", 0, "not a number"},
	} {
		got, err := tt.n.Read(tt.cell)
		switch {
		case tt.part != "":
			if err == nil || !strings.Contains(err.Error(), tt.part) {
				t.Errorf("%q: %v, want an error with %q", tt.cell, err, tt.part)
			}
		case err != nil || got != tt.want && !(math.IsNaN(got) && math.IsNaN(tt.want)):
			t.Errorf("%q: %v %v, want %v", tt.cell, got, err, tt.want)
		}
	}
}

// FuzzParse checks that any bytes give a rectangular table or a problem.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\n1,5;x\n", "\"a\nb\"\t2\n", "a,b\n1,2,3\n", "\xff", "year,2018,2018\nFRA,1,2\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tab, list := Parse("f.csv", data)
		if (tab == nil) != list.Refused() {
			t.Fatalf("table %v and problems %v", tab, list)
		}
		if tab == nil {
			return
		}
		for _, r := range tab.Rows {
			if len(r.Cell) != len(tab.Header) {
				t.Errorf("line %d has %d cells of %d", r.Line, len(r.Cell), len(tab.Header))
			}
			for _, c := range r.Cell {
				if v, err := (Numbers{Thousands: ",", Missing: []string{"x"}}).Read(c); err == nil && math.IsInf(v, 0) {
					t.Errorf("%q became infinite", c)
				}
			}
		}
	})
}
