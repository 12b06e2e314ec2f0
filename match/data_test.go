package match_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"landbridge.example/match"
	"landbridge.example/match/list"
)

// full is the folder of the full measuring data, if this machine has it.
func full() string { return os.Getenv("LANDBRIDGE_SCREENING_DATA") }

// unpack reads a file of testdata, packed or not.
func unpack(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".gz") {
		return text
	}
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if text, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return text
}

// table reads CSV with a header line into maps.
func table(t testing.TB, text []byte) (rows []map[string]string) {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all[1:] {
		m := map[string]string{}
		for i, h := range all[0] {
			if i < len(row) {
				m[h] = row[i]
			}
		}
		rows = append(rows, m)
	}
	return rows
}

func parseUN(t testing.TB) *list.List {
	t.Helper()
	l, err := list.ParseUN(bytes.NewReader(unpack(t, "un_consolidated_2026-02-27.xml.gz")))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func parseOFAC(t testing.TB) *list.List {
	t.Helper()
	l, err := list.ParseOFAC(list.OFAC{
		Names: bytes.NewReader(unpack(t, "ofac_sdn.csv.gz")), Aliases: bytes.NewReader(unpack(t, "ofac_alt.csv.gz")),
		Addresses: bytes.NewReader(unpack(t, "ofac_add.csv.gz")), Remarks: bytes.NewReader(unpack(t, "ofac_sdn_comments.csv.gz")),
	}, "2021")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// persons returns the records of persons.
func persons(l *list.List) (all []match.Record) {
	for _, r := range l.Records {
		if r.Kind == match.Person {
			all = append(all, r)
		}
	}
	return all
}

// engine is shared by the tests: it never changes.
var engine = sync.OnceValue(match.New)

// negatives returns the names of synthetic people: all when the full data is
// there, else every fifth.
func negatives(t testing.TB) (names []string) {
	text := []byte(nil)
	if full() != "" {
		var err error
		if text, err = os.ReadFile(filepath.Join(full(), "negatives", "negatives_global.csv")); err != nil {
			t.Fatal(err)
		}
	} else {
		text = unpack(t, "negatives_global_sample.csv.gz")
	}
	for _, r := range table(t, text) {
		names = append(names, r["full_name"])
	}
	return names
}
