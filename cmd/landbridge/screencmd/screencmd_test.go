package screencmd

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const lists = "../../../match/testdata/"

const unList = lists + "un_consolidated_2026-02-27.xml.gz"

// call runs the command line on an input and returns exit code, standard output and error.
func call(t *testing.T, in string, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := Run(t.Context(), args, strings.NewReader(in), &out, &errs)
	return code, out.String(), errs.String()
}

// file writes a file of a test.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// line is what a reader of the output reads.
type line struct {
	Line       int
	ID, Query  string
	Note       string
	Candidates []struct {
		List, ID, Reference, Name, Quality string
		Version                            string  `json:"list_version"`
		Score                              float64 `json:"score"`
		ByName                             float64 `json:"name_score"`
		Reasons                            []struct{ Query, Listed, Role, How string }
		Evidence                           []struct{ What, State, Missing string }
	}
}

func linesOf(t *testing.T, out string) (all []line) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(out))
	for d.More() {
		var l line
		if err := d.Decode(&l); err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		all = append(all, l)
	}
	if n := strings.Count(out, "\n"); n != len(all) {
		t.Errorf("%d lines for %d answers", n, len(all))
	}
	return all
}

const national = "id,kind,name,alias,original,birth,nationality\n" +
	"A-1,person,Anara Tesselova,Ana Tesselova,Анара Тесселова,1971-05-02,Azuria\n" +
	"A-2,organisation,Nowhere Shipping LLC,,,,\n" +
	"A-3,person,Borealan Nobody,,,1950,\n"

// TestBatch holds the shape of the output: what a program that reads it relies on.
func TestBatch(t *testing.T) {
	code, out, errs := call(t, "id,name,birth\nq1,TESSELOVA Anara,1971-05-02\nq2,Somebody Else,\nq3,,\n", "batch", "--list", "XA="+file(t, "list.csv", national), "--in", "-", "--json")
	if code != 0 || errs != "" {
		t.Fatal(code, errs)
	}
	all := linesOf(t, out)
	if len(all) != 3 || all[0].ID != "q1" || all[0].Line != 2 || all[2].Note != "the row has no name" || len(all[1].Candidates) != 0 {
		t.Fatalf("%+v", all)
	}
	if !strings.Contains(out, `"candidates":[]`) {
		t.Error("no candidates are not an empty list")
	}
	c := all[0].Candidates[0]
	if c.List != "XA" || c.ID != "A-1" || c.Quality != "primary" || len(c.Version) != 64 || c.Score <= 0.97 || c.ByName <= 0.85 {
		t.Errorf("%+v", c)
	}
	if len(c.Reasons) != 2 || c.Reasons[0].Query != "tesselova" || c.Reasons[0].How != "same" {
		t.Errorf("reasons: %+v", c.Reasons)
	}
	states := map[string]string{}
	for _, e := range c.Evidence {
		states[e.What] = e.State
	}
	if states["birth"] != "agrees" || states["nationality"] != "missing" {
		t.Errorf("evidence: %v", states)
	}
}

func TestHideOriginalScript(t *testing.T) {
	path := file(t, "list.csv", national)
	for _, c := range []struct {
		args []string
		want string
	}{{nil, "original"}, {[]string{"--hide-original-script"}, "primary"}} {
		code, out, errs := call(t, "name\nАнара Тесселова\n", append([]string{"batch", "--list", path, "--in", "-", "--kind", "person"}, c.args...)...)
		if code != 0 {
			t.Fatal(errs)
		}
		all := linesOf(t, out)
		if len(all[0].Candidates) == 0 || all[0].Candidates[0].ID != "A-1" || all[0].Candidates[0].Quality != c.want {
			t.Errorf("%v: %+v", c.args, all[0])
		}
	}
}

// TestSeveralLists holds that every candidate says whose list it is from, and
// that two lists of one name are refused.
func TestSeveralLists(t *testing.T) {
	path := file(t, "list.csv", national)
	code, out, errs := call(t, "name\nSaddam Hussein Al-Tikriti\nAnara Tesselova\n", "batch", "--list", unList+",XA="+path, "--in", "-")
	if code != 0 {
		t.Fatal(errs)
	}
	all := linesOf(t, out)
	if len(all[0].Candidates) == 0 || all[0].Candidates[0].List != "UN" || all[0].Candidates[0].Version != "2026-02-27T00:00:09.554Z" || all[0].Candidates[0].Reference == "" {
		t.Errorf("%+v", all[0])
	}
	if len(all[1].Candidates) == 0 || all[1].Candidates[0].List != "XA" {
		t.Errorf("%+v", all[1])
	}
	if code, _, errs := call(t, "name\nx\n", "batch", "--list", "XA="+path+",XA="+path, "--in", "-"); code != 2 || !strings.Contains(errs, "two lists") {
		t.Errorf("two lists of one name: %d %s", code, errs)
	}
}

// TestFormats reads the same names with and without header, divided by commas
// and tabs, quoted, packed.
func TestFormats(t *testing.T) {
	path := file(t, "list.csv", national)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(national)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{
		"header": "full_name\nAnara Tesselova\n", "no header": "Anara Tesselova\n", "tabs": "id\tname\n1\tAnara Tesselova\n", "quoted": "name\n\"Tesselova, Anara\"\n",
		"mark": "\xef\xbb\xbfname\r\nAnara Tesselova\r\n", "no last end": "name\nAnara Tesselova",
	} {
		for _, p := range []string{path, file(t, "list.csv.gz", packed.String())} {
			code, out, errs := call(t, in, "batch", "--list", p, "--in", "-")
			if code != 0 {
				t.Errorf("%s: %s", name, errs)
				continue
			}
			if all := linesOf(t, out); len(all) != 1 || len(all[0].Candidates) == 0 || all[0].Candidates[0].ID != "A-1" {
				t.Errorf("%s: %s", name, out)
			}
		}
	}
}

// TestRefusedCalls holds exit codes and that a refused call answers nothing.
func TestRefusedCalls(t *testing.T) {
	list := file(t, "list.csv", national)
	long := "name\n" + strings.Repeat("x", MaxLine+1) + "\n"
	for _, c := range []struct {
		name, in string
		args     []string
		code     int
		say      string
	}{
		{"nothing", "", nil, 2, "batch, compare or substance"},
		{"no substance", "", []string{"substance"}, 2, "CAS number"},
		{"top of substances", "", []string{"substance", "--top", "0", "x"}, 2, "--top"},
		{"unknown verb", "", []string{"frobnicate"}, 2, "frobnicate"},
		{"unknown flag", "", []string{"batch", "--lists", "x"}, 2, "lists"},
		{"stray word", "", []string{"batch", "--list", list, "--in", "-", "Anara"}, 2, "stands alone"},
		{"no list", "name\nx\n", []string{"batch", "--in", "-"}, 2, "--list"},
		{"no input", "", []string{"batch", "--list", list}, 2, "--in"},
		{"no such list", "name\nx\n", []string{"batch", "--list", list + "x", "--in", "-"}, 4, "no such file"},
		{"a folder", "", []string{"batch", "--list", list, "--in", t.TempDir()}, 2, "is a folder; name a file in it"},
		{"no such input", "", []string{"batch", "--list", list, "--in", list + "x"}, 4, "no such file"},
		{"top", "", []string{"batch", "--list", list, "--in", "-", "--top", "0"}, 2, "--top"},
		{"min", "", []string{"batch", "--list", list, "--in", "-", "--min", "NaN"}, 2, "--min"},
		{"kind", "", []string{"batch", "--list", list, "--in", "-", "--kind", "ghost"}, 2, "ghost"},
		{"kind in a row", "name,kind\nx,ghost\n", []string{"batch", "--list", list, "--in", "-"}, 2, "line 2"},
		{"not UTF-8", "name\nJos\xe9\n", []string{"batch", "--list", list, "--in", "-"}, 2, "line 2 is not in UTF-8"},
		{"long line", long, []string{"batch", "--list", list, "--in", "-"}, 2, "longer than"},
		{"one of a pair", "name1,name2\nx\n", []string{"compare", "--in", "-"}, 2, "line 2"},
	} {
		code, out, errs := call(t, c.in, c.args...)
		if code != c.code || !strings.Contains(errs, c.say) || strings.Contains(out, "candidates") {
			t.Errorf("%s: exit %d, want %d: %s%s", c.name, code, c.code, errs, out)
		}
	}
	if code, out, _ := call(t, "", "batch", "--help"); code != 0 || !strings.Contains(out, "--hide-original-script") {
		t.Errorf("help: %d %s", code, out)
	}
}

// TestMalformedLists holds that a list that is not whole answers nothing and
// says why.
func TestMalformedLists(t *testing.T) {
	person := func(id string) string {
		return "<INDIVIDUAL><DATAID>" + id + "</DATAID><FIRST_NAME>Anara</FIRST_NAME></INDIVIDUAL>"
	}
	const open, shut = `<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="2026-01-01"><INDIVIDUALS>`, `</INDIVIDUALS></CONSOLIDATED_LIST>`
	for name, c := range map[string]struct{ text, say string }{
		"cut off":             {open + person("1") + person("2")[:40], "ends in the middle"},
		"cut off between":     {open + person("1"), "ends in the middle"},
		"entity bomb":         {`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]><CONSOLIDATED_LIST>&b;</CONSOLIDATED_LIST>`, "entities"},
		"one number twice":    {open + person("1") + person("1") + shut, "stands on two records"},
		"Latin-1":             {strings.Replace(open, `"1.0"`, `"1.0" encoding="ISO-8859-1"`, 1) + strings.Replace(person("1"), "Anara", "Andr\xe9", 1) + shut, "not in UTF-8"},
		"Latin-1 without say": {open + strings.Replace(person("1"), "Anara", "Andr\xe9", 1) + shut, "not in UTF-8"},
		"UTF-16":              {"\xff\xfe<\x00C\x00", "UTF-16"},
		"empty":               {open + shut, "no records"},
		"a page":              {"<!doctype html><html><body>404</body></html>", ""},
		"an unknown column":   {"id,name,shoe_size\n1,Anara,44\n", "shoe_size"},
		"a short row":         {"id,name\n1,Anara\n2\n", "line 3"},
		"JSON cut off":        {`{"source":"XA","records":[{"id":"1","names":[{"text":"Anara"}]}`, "ends in the middle"},
		"two JSON records":    {`{"source":"XA","records":[{"id":"1","names":[{"text":"Anara"}]},{"id":"1","names":[{"text":"Bela"}]}]}`, "two records"},
	} {
		code, out, errs := call(t, "name\nAnara\n", "batch", "--list", file(t, "list.txt", c.text), "--in", "-")
		if code != 2 || out != "" || !strings.Contains(errs, c.say) {
			t.Errorf("%s: exit %d: %s%s", name, code, errs, out)
		}
	}
}

// TestStreams holds that the first answers are written before the input ends,
// in the order of the rows, and that a reader that goes away ends the run.
func TestStreams(t *testing.T) {
	list := file(t, "list.csv", national)
	in, feed := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan int, 1)
	go func() {
		var errs bytes.Buffer
		done <- Run(context.Background(), []string{"batch", "--list", list, "--in", "-"}, in, out, &errs)
	}()
	go func() {
		fmt.Fprintln(feed, "name")
		for i := range 5000 {
			fmt.Fprintf(feed, "Anara Tesselova %d\n", i)
		}
		// The input stays open: the answers read below must come all the same.
	}()
	d := json.NewDecoder(answers)
	for i := range 1000 {
		var l line
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("Anara Tesselova %d", i); l.Query != want || l.Line != i+2 {
			t.Fatalf("answer %d is %q of line %d", i, l.Query, l.Line)
		}
	}
	answers.CloseWithError(io.ErrClosedPipe)
	feed.Close()
	if code := <-done; code != 1 {
		t.Errorf("exit %d after the reader went away", code)
	}
}

// TestCompare holds a score per pair, whatever the columns are called.
func TestCompare(t *testing.T) {
	for _, in := range []string{"name1,name2\nAnara Tesselova,Анара Тесселова\nAnara Tesselova,Somebody Else\n", "Anara Tesselova,Анара Тесселова\nAnara Tesselova,Somebody Else\n",
		"id,left,right\np1,Anara Tesselova,Анара Тесселова\np2,Anara Tesselova,Somebody Else\n"} {
		code, out, errs := call(t, in, "compare", "--in", "-", "--kind", "person", "--json")
		if code != 0 {
			t.Fatal(errs)
		}
		var got []struct {
			Name1, Name2 string
			Score        float64
			Reasons      []struct{ How string }
		}
		d := json.NewDecoder(strings.NewReader(out))
		for d.More() {
			got = append(got, struct {
				Name1, Name2 string
				Score        float64
				Reasons      []struct{ How string }
			}{})
			if err := d.Decode(&got[len(got)-1]); err != nil {
				t.Fatal(err)
			}
		}
		if len(got) != 2 || got[0].Score < 0.85 || got[1].Score > 0.5 || got[0].Reasons[0].How != "other script" || got[0].Name2 != "Анара Тесселова" {
			t.Errorf("%q: %s", in, out)
		}
	}
}

// TestSubstance looks substances up, with flags before and after the names.
func TestSubstance(t *testing.T) {
	code, out, errs := call(t, "", "substance", "фентанил", "437-38-7", "--top", "1", "ibuprofen")
	if code != 0 || errs != "" {
		t.Fatal(code, errs)
	}
	for _, want := range []string{"Schedule I of 1961 (checked) · CAS 437-38-7", "437-38-7: is 437-38-7, fentanyl", "a law of CN controls a whole class", "ibuprofen: not in the register", "source: Single Convention"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	_, out, _ = call(t, "", "substance", "--json", "heroin", "nothing of the kind")
	type answer struct {
		Query string
		Hits  []struct {
			Substance struct {
				ID        string
				Schedules []string
			}
		}
	}
	var lines []answer
	for l := range strings.Lines(out) {
		var one answer
		if err := json.Unmarshal([]byte(l), &one); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, one)
	}
	if len(lines) != 2 || len(lines[0].Hits) != 1 || lines[0].Hits[0].Substance.ID != "heroin" || len(lines[0].Hits[0].Substance.Schedules) != 2 || lines[1].Hits == nil || len(lines[1].Hits) != 0 {
		t.Errorf("%+v", lines)
	}
}

// TestSameBytes holds that the number of cores and repetition change nothing.
func TestSameBytes(t *testing.T) {
	var in strings.Builder
	in.WriteString("name\n")
	for i := range 300 {
		fmt.Fprintf(&in, "Anara Tesselowa %d\nNowhere Shiping\nТесселова\n", i)
	}
	args := []string{"batch", "--list", unList + ",XA=" + file(t, "list.csv", national), "--in", "-", "--min", "0.6"}
	_, first, _ := call(t, in.String(), args...)
	if _, second, _ := call(t, in.String(), args...); first == "" || first != second {
		t.Error("two runs differ")
	}
}

// FuzzInput feeds rows of any form: the run ends, and every line it writes is JSON.
func FuzzInput(f *testing.F) {
	for _, s := range []string{"name,birth\nAnara,1971\n", "Anara Tesselova\n\"a\nb\",c\n", "id\tname\n1\tx\n", "\xef\xbb\xbfquery\n\xff\n", "name1,name2\na,b\n", "name,document,nationality\nx,a:b@c|d,XA|\n"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	path := filepath.Join(f.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte(national), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string, pairs bool) {
		args := []string{"batch", "--list", path, "--in", "-"}
		if pairs {
			args = []string{"compare", "--in", "-"}
		}
		var out, errs bytes.Buffer
		code := Run(t.Context(), args, strings.NewReader(in), &out, &errs)
		if code != 0 && code != 2 || code == 0 != (errs.Len() == 0) {
			t.Fatalf("exit %d: %s", code, errs.String())
		}
		for l := range strings.Lines(out.String()) {
			if !json.Valid([]byte(l)) {
				t.Fatalf("%q is no JSON", l)
			}
		}
	})
}
