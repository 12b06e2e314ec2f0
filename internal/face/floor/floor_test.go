package floor

import (
	"slices"
	"strings"
	"testing"
)

// TestHalls: stands keep their places and stay inside the picture; halls come
// by name, and a code is written only where it fits.
func TestHalls(t *testing.T) {
	all := Halls([]Stand{
		{Code: "B1", Hall: "2", Wide: 100, Deep: 100}, {Code: "A2", Hall: "1", Left: 300, Wide: 300, Deep: 200}, {Code: "A1", Hall: "1", Wide: 300, Deep: 200},
		{Code: "A-very-long-code", Hall: "1", Top: 300, Wide: 50, Deep: 50},
	})
	if len(all) != 2 || all[0].Name != "1" || all[1].Name != "2" || len(all[0].Stands) != 3 {
		t.Fatalf("%+v", all)
	}
	for _, h := range all {
		for _, s := range h.Stands {
			if s.X < 0 || s.Y < 0 || s.X+s.W > h.Width || s.Y+s.H > h.Height || s.W < 1 || s.H < 1 {
				t.Errorf("%s lies outside: %+v", s.Code, s)
			}
		}
	}
	first, long, second := all[0].Stands[1], all[0].Stands[0], all[0].Stands[2]
	if first.Code != "A1" || first.X+first.W != second.X || first.Label != "A1" || long.Label != "" {
		t.Errorf("%+v", all[0].Stands)
	}
	if Halls(nil) != nil {
		t.Error("no stands, and a hall")
	}
}

// TestNames: no name vanishes from a stand that has room for a line: it is
// broken between words, then within them, and what is too long is cut.
func TestNames(t *testing.T) {
	for name, want := range map[string][]string{
		"":                      nil,
		"Short":                 {"Short"},
		"Long Line Pipelines":   {"Long Line", "Pipelines"},
		"Donaudampfschifffahrt": {"Donaudampfsch", "ifffahrt"},
		"东方安全设备有限公司":            {"东方安全设备有", "限公司"},
		"One two three four five six seven eight nine ten eleven twelve": {"One two three", "four five six", "seven eight", "nine ten…"},
	} {
		s := Spot{Stand: Stand{Name: name}, W: 100, H: 6 * line, MidY: 50}
		s.name(s.W-letter, s.H/line-2)
		var got []string
		for _, r := range s.Under {
			got = append(got, r.Text)
			if r.Y > 50+s.H/2 || s.MidY < 50-s.H/2 {
				t.Errorf("%q leaves its stand: %+v", name, s)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
	small := Halls([]Stand{{Code: "A", Hall: "1", Wide: 10, Deep: 10, Name: "Name"}, {Code: "B", Hall: "1", Left: 1000, Wide: 1000, Deep: 10, Name: strings.Repeat("n", 500)}})
	if x := small[0].Stands[0]; x.Under != nil || x.Label != "" {
		t.Errorf("a stand without room is written on: %+v", x)
	}
}
