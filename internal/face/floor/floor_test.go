package floor

import "testing"

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
