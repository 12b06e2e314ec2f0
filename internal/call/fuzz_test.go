package call

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

// FuzzParsePlan: a plan that is read can be written and read again.
func FuzzParsePlan(f *testing.F) {
	for _, s := range []string{"A1, Hall 1, 0, 0, 300, 300\n", "code,hall,left,top,width,depth\n\"A,1\",\"=cmd\",1,2,50,50\n# note\n", "A1,1,x,0,1,1", "\ufeffA1,1,0,0,99999999,50", "", "\"", "A\x00,1,0,0,300,300"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ParsePlan(text)
		if err != nil {
			return
		}
		again, err := ParsePlan(WritePlan(all))
		if err != nil || !slices.Equal(all, again) {
			t.Fatalf("%q becomes %q: %v", text, WritePlan(all), err)
		}
	})
}

// FuzzCheckPDF: whatever comes, it is judged without a panic, and what passes is
// a PDF by its first bytes.
func FuzzCheckPDF(f *testing.F) {
	for _, s := range []string{"%PDF-1.7\n%%EOF", "%PDF-1.4 /JavaScript %%EOF", "", "%%EOF", "%PDF-"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if CheckPDF(b) == nil && !strings.HasPrefix(string(b), "%PDF-") {
			t.Fatalf("%q passes", b)
		}
	})
}

// FuzzHarmless: no cell of a table begins like a formula, and the table is read
// back with as many cells as were written.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"=1+1", "\t=1", "\u200b=cmd|' /C calc'!A0", "＝1", "@SUM(A1)", "-2", "plain", "\r\n+1", "a\"b\nc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := []Standing{{Entry: &Entry{Number: 1, Content: Content{Title: text, Abstract: text}, Authors: []Author{{Name: text, Organisation: text, Email: text}}}}}
		b, err := CSV(nil, all)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != len(Columns()) {
			t.Fatalf("%q: %v", b, err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsRune("=+-@|%＝＋－＠\t\r", []rune(cell)[0]) {
				t.Fatalf("%q becomes %q", text, cell)
			}
		}
	})
}
