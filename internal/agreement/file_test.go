package agreement

import (
	"strings"
	"testing"

	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
)

func unknown(...string) (map[string]*Instrument, error) { return nil, nil }

func rowsOf(all []*Instrument) (rows []Row) {
	for _, i := range all {
		rows = append(rows, Row{Instrument: i})
	}
	return rows
}

func holding(all []*Instrument) func(...string) (map[string]*Instrument, error) {
	return func(ids ...string) (map[string]*Instrument, error) {
		out := map[string]*Instrument{}
		for _, i := range all {
			for _, id := range ids {
				if i.ID == id {
					out[id] = i
				}
			}
		}
		return out, nil
	}
}

// TestFilesRoundTrip: what was written is read as the same; a table that is
// read into the register it came from changes nothing.
func TestFilesRoundTrip(t *testing.T) {
	all := Fictional([]string{"information-request", "extradition"}, "XA", "XB", "XC")
	ref, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, ref...)
	b, err := WriteJSON(rowsOf(all))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Read(b, unknown)
	if err != nil || r.New != len(all) || r.Wrong != 0 {
		t.Fatalf("%+v %v", r, err)
	}
	for k, i := range r.Instruments {
		if lines, err := Compare(all[k], i); err != nil || len(lines) > 0 {
			t.Errorf("%s: %v %v", i.ID, lines, err)
		}
	}
	table, err := WriteCSV(rowsOf(all))
	if err != nil {
		t.Fatal(err)
	}
	if r, err = Read(table, holding(all)); err != nil || r.Same != len(all) {
		t.Errorf("%+v %v", r, err)
	}
	if r, err = Read(append([]byte("\uFEFF"), table...), unknown); err != nil || r.New != len(all) {
		t.Errorf("into an empty register: %+v %v", r, err)
	}
}

// TestImportReport: each thing that is wrong is said with its line and what to do.
func TestImportReport(t *testing.T) {
	head := "id,kind,title,subjects,in_force,party,party_in_force,processes,article,data_transfer\n"
	good := "a-b,bilateral,An agreement,police,2020-01-01,XA,,information-request,3,safeguards\na-b,,,,,XB,,,,\n"
	for name, c := range map[string]struct{ text, says string }{
		"date":     {strings.Replace(good, "2020-01-01", "1 Jan 2020", 1), "in_force is a date such as"},
		"subject":  {strings.Replace(good, ",police,", ",weather,", 1), `there is no "weather"`},
		"party":    {strings.Replace(good, ",XB,", ",Borealis,", 1), "line 3: party"},
		"one side": {strings.SplitAfter(good, "\n")[0], "two parties"},
		"id":       {strings.ReplaceAll(good, "a-b", "A B"), "lower-case letters"},
		"transfer": {strings.Replace(good, "safeguards", "trust", 1), "adequacy, safeguards, derogation"},
		"process":  {strings.Replace(good, "information-request", "Information", 1), "names its process"},
	} {
		r, err := Read([]byte(head+c.text), unknown)
		if err != nil || r.Wrong != 1 || !strings.Contains(r.Lines[0].Text, c.says) {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
	for name, c := range map[string]struct{ text, says string }{
		"semicolons": {"id;kind;title\n", "semicolons"},
		"column":     {"id,colour\n", `"colour"`},
		"no id":      {"kind,title\n", "no column id"},
		"cells":      {head + "a-b,bilateral\n", "line 2 has 2 cells"},
		"latin":      {"id,title\na-b,caf\xe9\n", "UTF-8"},
		"json":       {`{"format":"landbridge-agreements/1","instruments":[],"more":1}`, "unknown field"},
		"form":       {`{"format":"other/1","instruments":[]}`, "landbridge-agreements/1"},
		"large":      {strings.Repeat("x", MaxImport+1), "parts"},
	} {
		if _, err := Read([]byte(c.text), unknown); err == nil || !strings.Contains(fail.Safe(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := Read([]byte(head+good), unknown)
	if err != nil || r.New != 1 || !Build(r.Instruments, query("2026-11-22")).OK() {
		t.Errorf("a small table makes a profile: %+v %v", r, err)
	}
	known := r.Instruments[0]
	r, err = Read([]byte("id,party,denounced\na-b,XB,2026-06-30\n"), holding([]*Instrument{known}))
	if err != nil || r.Changed != 1 || Build(r.Instruments, query("2026-11-22")).OK() {
		t.Errorf("an empty column says nothing, a filled one changes: %+v %v", r, err)
	}
}

func FuzzRead(f *testing.F) {
	b, err := WriteCSV(rowsOf(Fictional([]string{"information-request"}, "XA", "XB")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	j, err := WriteJSON(rowsOf(Fictional([]string{"information-request"}, "XA", "XB")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(j)
	f.Add([]byte("id\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(b, unknown)
		if err != nil {
			if fail.KindOf(err) == fail.Internal {
				t.Fatal(err)
			}
			return
		}
		for _, i := range r.Instruments { // what was accepted can be written and read again
			if err := i.Check(); err != nil {
				t.Fatal(err)
			}
			text, err := i.Shared()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Parse(text); err != nil {
				t.Fatal(err)
			}
			Build([]*Instrument{i}, query("2026-11-22"))
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, i := range Fictional([]string{"information-request"}, "XA", "XB") {
		b, err := canon.Encode(i)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		i, err := Parse(b)
		if err != nil {
			return
		}
		once, err := canon.Encode(i)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if twice, _ := canon.Encode(again); string(twice) != string(once) {
			t.Fatalf("two forms:\n%s\n%s", once, twice)
		}
	})
}

func FuzzParseShown(f *testing.F) {
	text, err := Fictional([]string{"information-request"}, "XA", "XB")[1].Shared()
	if err != nil {
		f.Fatal(err)
	}
	b, err := canon.Encode(shown{formShown, text})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		i, d, err := ParseShown(b)
		if err != nil {
			return
		}
		if got, err := i.Digest(); err != nil || got != d {
			t.Fatal(got, d, err)
		}
	})
}

// TestFold: what a person types finds what stands there, in every script.
func TestFold(t *testing.T) {
	for typed, written := range map[string]string{
		"cooperacion":  "Acuerdo de COOPERACIÓN policial",
		"strasse":      "Vertrag über die Straße",
		"договор":      "ДОГОВОР о правовой помощи",
		"елка":         "Ёлка",
		"الاتفاقيه":    "الاتِّفاقيّة",
		"刑事司法":         "关于刑事司法协助的条约",
		"halfwidth":    "Ｈａｌｆｗｉｄｔｈ",
		"συνθηκη":      "ΣΥΝΘΉΚΗ",
		"no 185":       "CETS No. 185",
		"xa xb police": "xa-xb-police-1992",
	} {
		for _, w := range strings.Fields(Fold(typed)) {
			if !strings.Contains(Fold(written), strings.TrimSuffix(w, ".")) {
				t.Errorf("%q is not found in %q: %q in %q", typed, written, Fold(typed), Fold(written))
			}
		}
	}
}
