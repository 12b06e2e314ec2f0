package fiction

import (
	"testing"
	"time"
)

// TestWhole: the invented edition has what its stories need, and two thousand
// guests of different names.
func TestWhole(t *testing.T) {
	first := time.Date(2026, 9, 15, 0, 0, 0, 0, time.UTC)
	for name, load := range map[string]func() (*Edition, error){"merrow": Merrow, "haldvik": Haldvik} {
		e, err := load()
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, s := range e.Speakers {
			known[s.Key] = true
		}
		zones := map[string]bool{}
		for _, s := range e.Sessions {
			zones[s.Zone] = true
			if s.Day < 1 || s.Day > e.Days {
				t.Errorf("%s: %s is on day %d", name, s.Title["en"], s.Day)
			}
			for who := range s.People {
				if !known[who] {
					t.Errorf("%s: %s names %s, who is nobody", name, s.Title["en"], who)
				}
			}
		}
		if name == "merrow" && (len(e.Sessions) < 30 || len(e.Speakers) != 12 || len(zones) != 2) {
			t.Errorf("%d sessions, %d speakers, %d zones", len(e.Sessions), len(e.Speakers), len(zones))
		}
	}
	if got := Local(first, 2, "09:30"); got != "2026-09-16T09:30" {
		t.Error(got)
	}
	c, err := Around()
	if err != nil {
		t.Fatal(err)
	}
	seen, heads := map[string]bool{}, 0
	for _, d := range c.Delegations {
		for _, g := range c.Guests(d) {
			if seen[g.Name] {
				t.Fatalf("%s comes twice", g.Name)
			}
			seen[g.Name] = true
			if g.Part == "head" {
				heads++
			}
		}
	}
	if len(seen) != 2000 || c.Size() != 2000 || heads != len(c.Delegations) {
		t.Errorf("%d guests, %d heads", len(seen), heads)
	}
	if len(c.Amendments) != 3 || len(c.Commitments) != 2 || len(c.Text.French.Paragraphs) != len(c.Text.Paragraphs) {
		t.Error("the text is not the one of the story")
	}
}

// TestNoLostWords: a comma in a text that lacks its quotes makes a key without a value.
func TestNoLostWords(t *testing.T) {
	for _, name := range []string{"edition.yaml", "coming.yaml", "chain.yaml"} {
		var all any
		if err := read(name, &all); err != nil {
			t.Fatal(err)
		}
		var walk func(any)
		walk = func(v any) {
			switch v := v.(type) {
			case map[string]any:
				for k, x := range v {
					if x == nil {
						t.Errorf("%s: %q has no value", name, k)
					}
					walk(x)
				}
			case []any:
				for _, x := range v {
					walk(x)
				}
			}
		}
		walk(all)
	}
}
