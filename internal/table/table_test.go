package table_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"landbridge.example/internal/table"
)

func TestGuard(t *testing.T) {
	for text, guarded := range map[string]bool{
		"": false, "Port Merrow": false, "5-3": false, "'quoted": false, " plain": false,
		"=SUM(1)": true, "+1": true, "-1": true, "@x": true, "|calc": true, "%x": true, "＝1": true, "＠x": true,
		" =1": true, "\t=1": true, "\r\n=1": true, "\u200b=1": true, "\u202e=1": true, "\x00=1": true, "\u00a0+1": true,
	} {
		got := table.Guard(text)
		if guarded != (got == "'"+text) || !guarded && got != text {
			t.Errorf("%q becomes %q", text, got)
		}
		if back := table.Unguard(got); back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
	}
	if got := table.Unguard("'Abd Rahman"); got != "'Abd Rahman" {
		t.Errorf("a name lost its apostrophe: %q", got)
	}
}

func TestBook(t *testing.T) {
	rows := [][]string{{"name", "title"}, {"Mara Ilven", "=1+1"}}
	b, err := table.XLSX("People", rows)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	if v, err := f.GetCellValue("People", "B2"); err != nil || v != "=1+1" {
		t.Errorf("%q, %v", v, err)
	}
	if x, err := f.GetCellFormula("People", "B2"); err != nil || x != "" {
		t.Errorf("a formula: %q, %v", x, err)
	}
}

// FuzzCSV checks that every cell comes back, and that none begins a formula.
func FuzzCSV(f *testing.F) {
	f.Add("=1", " \t＝cmd|'/c'!A0", "a\"b\r\nc,d")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		text, err := table.CSV([][]string{{a, b, c, "end"}})
		if err != nil {
			t.Fatal(err)
		}
		row, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff"))).Read()
		if err != nil || len(row) != 4 {
			t.Fatalf("%v, %q", err, row)
		}
		for i, was := range []string{a, b, c} {
			if table.Guard(row[i]) != row[i] {
				t.Errorf("%q begins a formula", row[i])
			}
			if lines := strings.NewReplacer("\r\n", "\n"); lines.Replace(table.Unguard(row[i])) != lines.Replace(was) && !strings.Contains(was, "\r") {
				t.Errorf("%q comes back as %q", was, row[i])
			}
		}
	})
}
