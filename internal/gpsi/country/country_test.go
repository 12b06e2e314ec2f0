package country

import "testing"

func TestFind(t *testing.T) {
	l, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if len(l.All()) < 240 {
		t.Fatalf("%d countries", len(l.All()))
	}
	for text, want := range map[string][2]string{
		"FRA": {"FRA", ByAlpha3}, " fra ": {"FRA", ByAlpha3}, "fr": {"FRA", ByAlpha2}, "250": {"FRA", ByM49}, "4": {"AFG", ByM49},
		"France": {"FRA", ByName}, "Türkiye": {"TUR", ByName}, "COTE D'IVOIRE": {"CIV", ByName}, "Viet Nam": {"VNM", ByName},
		"Congo, Dem. Rep.": {"COD", ByName}, "Bosnia & Herzegovina": {"BIH", ByName},
	} {
		if c, by, ok := l.Find(text); !ok || c.Code != want[0] || by != want[1] {
			t.Errorf("%q is %s by %s, want %v", text, c.Code, by, want)
		}
	}
	for _, text := range []string{"", "XXX", "World", "0", "1000", "Frnace", "Total"} {
		if c, _, ok := l.Find(text); ok {
			t.Errorf("%q is found as %s", text, c.Code)
		}
	}
	if c, ok := l.Nearest("Frnace"); !ok || c.Code != "FRA" {
		t.Errorf("nearest to Frnace is %v %v", c, ok)
	}
	if c, ok := l.Nearest("Sum of all rows"); ok {
		t.Errorf("%s is near to nothing", c.Code)
	}
	for _, c := range l.All() {
		if got, _, ok := l.Find(c.Name); !ok || got.Code != c.Code {
			t.Errorf("the name of %s (%s) finds %s", c.Code, c.Name, got.Code)
		}
	}
}
