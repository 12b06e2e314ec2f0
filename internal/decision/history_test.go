package decision

import (
	"reflect"
	"testing"
)

// TestHistory: every edition that produced something is there, in order, and
// nothing has more than the documents say.
func TestHistory(t *testing.T) {
	all, err := History()
	must(t, err)
	count, undertakings, seen := map[string]int{}, 0, 0
	last := ""
	for _, p := range all {
		if p.Edition[:4] < last {
			t.Errorf("%s stands after %s", p.Edition, last)
		}
		last = p.Edition[:4]
		count[p.Edition]++
		for _, u := range p.Undertakings {
			undertakings++
			if u.Seen != nil {
				seen++
			}
		}
		if p.Source == "" || p.Language != "en" {
			t.Errorf("%s %s has no source or language", p.Edition, p.ID)
		}
	}
	want := map[string]int{"2015": 1, "2016": 1, "2017": 3, "2018": 3, "2020": 2, "2022-roundtable": 2, "2023": 5, "2024": 2}
	if !reflect.DeepEqual(count, want) || undertakings != 10 || seen != 5 {
		t.Errorf("%v, %d undertakings, %d seen", count, undertakings, seen)
	}
}

func FuzzParseHistory(f *testing.F) {
	b, err := data.ReadFile("data/history.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"source":"a","language":"en","outcomes":[{"edition":"2016","id":"x","kind":"plan","title":"t","undertakings":[{"id":"u","what":"w","seen":{"edition":"2015","what":"v"}}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := ParseHistory(b)
		if err != nil {
			return
		}
		for _, p := range all {
			if p.Source == "" || p.check() != nil {
				t.Fatalf("%+v", p)
			}
		}
	})
}
