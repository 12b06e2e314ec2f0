package list

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example/match"
)

// data reads a packed file of match/testdata.
func data(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func un(t testing.TB) *List {
	l, err := ParseUN(bytes.NewReader(data(t, "un_consolidated_2026-02-27.xml.gz")))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func ofac(t testing.TB) *List {
	l, err := ParseOFAC(OFAC{
		Names: bytes.NewReader(data(t, "ofac_sdn.csv.gz")), Aliases: bytes.NewReader(data(t, "ofac_alt.csv.gz")),
		Addresses: bytes.NewReader(data(t, "ofac_add.csv.gz")), Remarks: bytes.NewReader(data(t, "ofac_sdn_comments.csv.gz")),
	}, "2021")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func find(t testing.TB, l *List, reference string) match.Record {
	t.Helper()
	for _, r := range l.Records {
		if r.Reference == reference {
			return r
		}
	}
	t.Fatalf("no record %s", reference)
	return match.Record{}
}

func texts(r match.Record, q match.Quality) (all []string) {
	for _, n := range r.Names {
		if n.Quality == q {
			all = append(all, n.Text)
		}
	}
	return all
}

func TestUN(t *testing.T) {
	l := un(t)
	kinds, qualities, births := map[match.Kind]int{}, map[match.Quality]int{}, map[string]int{}
	for _, r := range l.Records {
		kinds[r.Kind]++
		for _, n := range r.Names {
			qualities[n.Quality]++
			if strings.ContainsAny(n.Text, ";") {
				t.Errorf("%s: %q holds two names", r.Reference, n.Text)
			}
		}
		for _, b := range r.Births {
			switch {
			case b.From != b.To:
				births["range"]++
			case b.About:
				births["about"]++
			case b.From.Day != 0:
				births["day"]++
			default:
				births["year"]++
			}
		}
	}
	if kinds[match.Person] != 730 || kinds[match.Organisation] != 273 || l.Version != "2026-02-27T00:00:09.554Z" {
		t.Errorf("read %v of %s", kinds, l.Version)
	}
	if got := find(t, l, "QDi.144"); got.ID == "" {
		t.Error("no number")
	}
	if births["range"] != 31 || births["day"] < 400 || births["about"] < 100 {
		t.Errorf("dates of birth: %v", births)
	}
	if qualities[match.Original] < 378 || qualities[match.Weak] < 600 || qualities[match.Good] < 1500 {
		t.Errorf("names: %v", qualities)
	}
}

func TestOFAC(t *testing.T) {
	l := ofac(t)
	kinds, numbers := map[match.Kind]int{}, map[string]int{}
	for _, r := range l.Records {
		kinds[r.Kind]++
		for _, d := range r.Documents {
			numbers[d.Type]++
		}
	}
	if len(l.Records) != 8976 || kinds[match.Vessel] != 406 || kinds[match.Aircraft] != 277 {
		t.Errorf("%d records, %v", len(l.Records), kinds)
	}
	if numbers["imo"] < 300 || numbers["passport"] < 1000 {
		t.Errorf("numbers: %v", numbers)
	}
	r := find(t, l, "2674")
	want := match.Birth{From: match.Day{Year: 1948, Month: 12, Day: 10}, To: match.Day{Year: 1948, Month: 12, Day: 10}}
	if r.Kind != match.Person || r.Names[0].Text != "ABBAS, Abu" || !slices.Contains(texts(r, match.Good), "ZAYDAN, Muhammad") || len(r.Births) != 1 || r.Births[0] != want {
		t.Errorf("record 2674: %+v", r)
	}
}

func TestPlain(t *testing.T) {
	const text = "id,kind,name,alias,birth,document,nationality\n" +
		"A-1,person,Anara Example,\"Anna Example | Anara Exampel\",~1971|1970-02..1972,passport:X0000001@XA | imo:1234567,Azuria\n" +
		"A-2,vessel,MV Nowhere,,,imo:0000000,\n"
	l, err := ParseCSV(strings.NewReader(text), "XA")
	if err != nil {
		t.Fatal(err)
	}
	want := match.Record{
		List: "XA", ID: "A-1", Kind: match.Person,
		Names: []match.Name{{Text: "Anara Example", Quality: match.Primary}, {Text: "Anna Example", Quality: match.Good}, {Text: "Anara Exampel", Quality: match.Good}},
		Births: []match.Birth{{From: match.Day{Year: 1971}, To: match.Day{Year: 1971}, About: true},
			{From: match.Day{Year: 1970, Month: 2}, To: match.Day{Year: 1972}}},
		Documents:     []match.Document{{Type: "passport", Number: "X0000001", Country: "XA"}, {Type: "imo", Number: "1234567"}},
		Nationalities: []string{"Azuria"},
	}
	if !reflect.DeepEqual(l.Records[0], want) {
		t.Errorf("got %+v", l.Records[0])
	}
	again, err := ParseJSON(strings.NewReader(`{"source":"XA","version":"1","records":[{"id":"A-1","kind":"person","names":[{"text":"Anara Example"},{"text":"Anna Example"},{"text":"Anara Exampel"}],
		"births":[{"from":{"year":1971},"to":{"year":1971},"about":true},{"from":{"year":1970,"month":2},"to":{"year":1972}}],
		"documents":[{"type":"passport","number":"X0000001","country":"XA"},{"type":"imo","number":"1234567"}],"nationalities":["Azuria"]}]}`), "")
	if err != nil {
		t.Fatal(err)
	}
	if Hash(again.Records[0]) != Hash(want) || again.Source != "XA" || again.Version != "1" {
		t.Errorf("JSON says something else: %+v", again.Records[0])
	}
}

// TestRefused feeds every kind of broken file; each must be refused with its
// code and a sentence.
func TestRefused(t *testing.T) {
	whole := data(t, "un_consolidated_2026-02-27.xml.gz")
	one := `<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="2026-01-01"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>A B</FIRST_NAME></INDIVIDUAL>%s</INDIVIDUALS></CONSOLIDATED_LIST>`
	bomb := `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><CONSOLIDATED_LIST>&b;</CONSOLIDATED_LIST>`
	fromUN := func(text string) func() error {
		return func() error { _, err := ParseUN(strings.NewReader(text)); return err }
	}
	fromCSV := func(text string) func() error {
		return func() error { _, err := ParseCSV(strings.NewReader(text), "XA"); return err }
	}
	fromJSON := func(text string) func() error {
		return func() error { _, err := ParseJSON(strings.NewReader(text), "XA"); return err }
	}
	fromOFAC := func(names, aliases string) func() error {
		return func() error {
			_, err := ParseOFAC(OFAC{Names: strings.NewReader(names), Aliases: strings.NewReader(aliases)}, "")
			return err
		}
	}
	row := `1,"A, B","individual","X",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0-` + "\n"
	for _, c := range []struct {
		name, code string
		parse      func() error
	}{
		{"UN, cut in the middle", "truncated", fromUN(string(whole[:len(whole)/2]))},
		{"UN, cut between records", "truncated", fromUN(string(whole[:bytes.LastIndex(whole, []byte("<ENTITIES>"))]))},
		{"UN, last tag missing", "truncated", fromUN(strings.TrimSuffix(strings.TrimSpace(string(whole)), "</CONSOLIDATED_LIST>"))},
		{"entity bomb", "entities", fromUN(bomb)},
		{"entity without declaration", "entities", fromUN(strings.Replace(fmt.Sprintf(one, ""), "A B", "A &b; B", 1))},
		{"UTF-16", "encoding", fromUN("\xff\xfe<\x00?\x00")},
		{"Latin-1", "encoding", fromUN(strings.Replace(fmt.Sprintf(one, ""), "A B", "Andr\xe9", 1))},
		{"declared as Latin-1", "encoding", fromUN(strings.Replace(fmt.Sprintf(one, ""), `version="1.0"`, `version="1.0" encoding="ISO-8859-1"`, 1))},
		{"UN, number twice", "duplicate", fromUN(fmt.Sprintf(one, `<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>C</FIRST_NAME></INDIVIDUAL>`))},
		{"UN, no number", "format", fromUN(fmt.Sprintf(one, `<INDIVIDUAL><FIRST_NAME>C</FIRST_NAME></INDIVIDUAL>`))},
		{"UN, no name", "format", fromUN(fmt.Sprintf(one, `<INDIVIDUAL><DATAID>2</DATAID></INDIVIDUAL>`))},
		{"another XML", "format", fromUN(`<rss><item/></rss>`)},
		{"a web page", "format", fromUN(`<html><body><p>not found<br></body></html>`)},
		{"nothing", "format", fromUN(``)},
		{"a list without records", "empty", fromUN(`<CONSOLIDATED_LIST dateGenerated="2026-01-01"></CONSOLIDATED_LIST>`)},
		{"tags nested without end", "truncated", fromUN(`<CONSOLIDATED_LIST dateGenerated="x"><INDIVIDUAL>` + strings.Repeat("<A>", 200_000))},
		{"OFAC, cut in a line", "truncated", fromOFAC(row+`2,"C`, "")},
		{"OFAC, number twice", "duplicate", fromOFAC(row+row, "")},
		{"OFAC, alias of nobody", "truncated", fromOFAC(row, `7,1,"aka","X",-0-`+"\n")},
		{"OFAC, Latin-1", "encoding", fromOFAC(strings.Replace(row, "A, B", "Andr\xe9", 1), "")},
		{"CSV, unknown column", "format", fromCSV("id,name,colour\n1,a,b\n")},
		{"CSV, no name column", "format", fromCSV("id\n1\n")},
		{"CSV, cut", "truncated", fromCSV("id,name,alias\n1,A,B\n2,C\n")},
		{"CSV, number twice", "duplicate", fromCSV("id,name\n1,A\n1,B\n")},
		{"CSV, no date", "format", fromCSV("id,name,birth\n1,A,31.12.1970\n")},
		{"CSV, unknown kind", "format", fromCSV("id,kind,name\n1,ghost,A\n")},
		{"CSV, empty", "empty", fromCSV("")},
		{"CSV, header only", "empty", fromCSV("id,name\n")},
		{"JSON, cut", "truncated", fromJSON(`{"records":[{"id":"1","names":[{"te`)},
		{"JSON, unknown field", "format", fromJSON(`{"records":[],"colour":1}`)},
		{"JSON, two values", "format", fromJSON(`{"records":[{"id":"1","names":[{"text":"A"}]}]} {}`)},
		{"JSON, number twice", "duplicate", fromJSON(`{"records":[{"id":"1","names":[{"text":"A"}]},{"id":"1","names":[{"text":"A"}]}]}`)},
	} {
		started := time.Now()
		err := c.parse()
		r, ok := IsRefusal(err)
		if !ok || r.Code != c.code || len(r.Text) < 20 {
			t.Errorf("%s: got %v, want a refusal %q", c.name, err, c.code)
		}
		if d := time.Since(started); d > 5*time.Second {
			t.Errorf("%s took %v", c.name, d)
		}
	}
}

func TestChanges(t *testing.T) {
	old := un(t)
	if c := Compare(old, old); len(c.Added)+len(c.Changed)+len(c.Removed) != 0 {
		t.Errorf("a list differs from itself: %v", c)
	}
	next := un(t)
	next.Records[3].Nationalities = append(next.Records[3].Nationalities, "Azuria")
	next.Records[5].Names = append(next.Records[5].Names, match.Name{Text: "Another Name", Quality: match.Weak})
	next.Records[5].Comment = "changed"
	gone, added := next.Records[7], next.Records[8]
	added.ID = "99999999"
	next.Records[7] = added
	c := Compare(old, next)
	want := Changes{Added: []string{"99999999"}, Removed: []string{gone.ID}, Changed: []Change{
		{next.Records[3].ID, []string{"nationalities"}}, {next.Records[5].ID, []string{"comment", "names"}}}}
	slices.SortFunc(want.Changed, func(a, b Change) int { return byNumber(a.ID, b.ID) })
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v\nwant %+v", c, want)
	}
	if err := Plausible(old, next); err != nil {
		t.Errorf("a list with one record less is refused: %v", err)
	}
	next.Records = next.Records[:len(next.Records)/2-1]
	if r, ok := IsRefusal(Plausible(old, next)); !ok || r.Code != "loss" {
		t.Errorf("half a list is taken: %v", r)
	}
	if all := Compare(nil, old); len(all.Added) != 1003 {
		t.Errorf("a first list adds %d records", len(all.Added))
	}
}

// TestHash holds that the hash of a record depends on each of its fields.
func TestHash(t *testing.T) {
	base := match.Record{ID: "1"}
	v := reflect.ValueOf(&base).Elem()
	seen := map[string]string{Hash(base).String(): "nothing"}
	for i := range v.NumField() {
		was := reflect.New(v.Field(i).Type()).Elem()
		was.Set(v.Field(i))
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x" + v.Type().Field(i).Name)
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		default:
			t.Fatalf("field %s is of a kind this test does not know", v.Type().Field(i).Name)
		}
		h := Hash(base).String()
		if other, ok := seen[h]; ok {
			t.Errorf("%s and %s change nothing in the hash", v.Type().Field(i).Name, other)
		}
		seen[h] = v.Type().Field(i).Name
		v.Field(i).Set(was)
	}
}

func FuzzParseUN(f *testing.F) {
	f.Add([]byte(`<CONSOLIDATED_LIST dateGenerated="x"><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>A (B; C)</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>`))
	f.Add([]byte(`<CONSOLIDATED_LIST><INDIVIDUAL><DATAID>1</DATAID><INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1970</FROM_YEAR>`))
	f.Add([]byte("\xff\xfe"))
	f.Fuzz(func(t *testing.T, text []byte) {
		whole(t, func() (*List, error) { return ParseUN(bytes.NewReader(text)) })
	})
}

func FuzzParseOFAC(f *testing.F) {
	f.Add([]byte(`1,"A, B","individual","X",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 10 Dec 1948; a.k.a. 'C'; Passport A1 (Cuba)."`), []byte(`1,1,"aka","D",-0-`))
	f.Add([]byte("1,\"\n"), []byte("\x1a"))
	f.Fuzz(func(t *testing.T, names, aliases []byte) {
		whole(t, func() (*List, error) {
			return ParseOFAC(OFAC{Names: bytes.NewReader(names), Aliases: bytes.NewReader(aliases)}, "")
		})
	})
}

func FuzzParseCSV(f *testing.F) {
	f.Add([]byte("id,name,birth,document\n1,A|B,~1970..1972,passport:1@X\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		whole(t, func() (*List, error) { return ParseCSV(bytes.NewReader(text), "XA") })
	})
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"source":"XA","records":[{"id":"1","names":[{"text":"A"}],"births":[{"from":{"year":1970},"to":{"year":1971}}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		whole(t, func() (*List, error) { return ParseJSON(bytes.NewReader(text), "") })
	})
}

func FuzzParseBirth(f *testing.F) {
	for _, s := range []string{"1970", "~1970-02", "1970-02-03..1971", "..", "~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if b, ok := ParseBirth(s); ok && (b.From.Year < 1800 || b.To.Year < b.From.Year) {
			t.Errorf("%q is read as %+v", s, b)
		}
	})
}

// whole holds that a list is read whole or refused with a sentence, and twice the same.
func whole(t *testing.T, parse func() (*List, error)) {
	l, err := parse()
	again, _ := parse()
	if err != nil {
		if r, ok := IsRefusal(err); !ok || r.Text == "" {
			t.Fatalf("an error without a sentence: %v", err)
		}
		return
	}
	if !reflect.DeepEqual(l, again) {
		t.Fatal("read twice, two lists")
	}
	for _, r := range l.Records {
		if r.ID == "" || len(r.Names) == 0 {
			t.Fatalf("a record without number or name: %+v", r)
		}
	}
}
