package gpsi

import (
	"bytes"
	"maps"
	"testing"
)

// FuzzParseProvenance checks that any table is read or refused, and that what
// is read is written so that it reads the same.
func FuzzParseProvenance(f *testing.F) {
	f.Add([]byte("unit,column,year,of,source,licence,method,note\n,A,,2018,S,CC0,m,\nXA,A,2016,2016,,,,n\n"))
	f.Add([]byte("unit,column,year,of,source,licence,method,note\n,,x,,,,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseProvenance(data)
		if err != nil {
			return
		}
		again, err := ParseProvenance(p.format())
		if err != nil || len(again.rows) != len(p.rows) {
			t.Errorf("%q is written as %q: %v", data, p.format(), err)
		}
	})
}

// FuzzParseAttached checks the other tables that stand beside a specification.
func FuzzParseAttached(f *testing.F) {
	f.Add([]byte("party,about,language,at,text\nXB,,en,2026-11-22T10:00:00Z,no\n"))
	f.Add([]byte("party,unit,column,year,was,wanted,source,text,accepted,answer,at,answered\nXB,FRA,A,,1,2,s,t,yes,,2026-11-22T10:00:00Z,2026-11-22T10:00:00Z\n"))
	f.Add([]byte("version,edition,specification,decision,decided_text,note,at\n1,2018,abc,none,,,2026-11-22T10:00:00Z\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if all, err := ParseDissents(data); err == nil {
			again, err := ParseDissents(formatDissents(all))
			if err != nil || len(again) != len(all) {
				t.Errorf("dissents: %v", err)
			}
		}
		if all, err := ParseCorrections(data); err == nil {
			again, err := ParseCorrections(formatCorrections(all))
			if err != nil || len(again) != len(all) {
				t.Errorf("corrections: %v", err)
			}
		}
		if all, err := ParseMethods(data); err == nil {
			again, err := ParseMethods(formatMethods(all))
			if err != nil || len(again) != len(all) {
				t.Errorf("methods: %v", err)
			}
		}
	})
}

// FuzzParseMessage checks that any bytes from another node are read or refused,
// and that what is read is sent on the same.
func FuzzParseMessage(f *testing.F) {
	b, err := (&head{Framework: "a", Points: map[string]float64{"A": 40}}).encode([]byte("file"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(messageFirst + "{}\n"))
	f.Add([]byte(messageFirst + `{"x":1}` + "\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		h, file, err := parseMessage(body)
		if err != nil {
			return
		}
		out, err := h.encode(file)
		if err != nil {
			return // a time that JSON cannot write
		}
		h2, file2, err := parseMessage(out)
		if err != nil || !bytes.Equal(file, file2) || !maps.Equal(h.Points, h2.Points) {
			t.Errorf("%q is sent on as %q: %v", body, out, err)
		}
	})
}
