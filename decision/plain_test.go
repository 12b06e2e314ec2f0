package decision

import (
	"slices"
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	in := "Preamble line\n\n# A heading\n\n1. The delegations\nmet in\tthe port.\n\n1.1 They answer.\r\n\r\n{keep} 2 They train.\n\n- Not numbered."
	got, err := ReadPlain(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []Paragraph{{"", 0, "Preamble line"}, {"", 0, "A heading"}, {"", 1, "The delegations met in the port."}, {"", 2, "They answer."},
		{"keep", 1, "They train."}, {"", 0, "Not numbered."}}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v", got)
	}
	text := &Text{ID: "d", Language: "en", Title: "T", Paragraphs: Named(got, "")}
	if err := text.Check(); err != nil {
		t.Fatal(err)
	}
	again, err := ReadPlain(text.Plain())
	if err != nil || !slices.Equal(again, text.Paragraphs) {
		t.Fatalf("%+v %v", again, err)
	}
	a, b := Named(got, "XA"), Named(got, "XB")
	if a[0].ID == b[0].ID || a[0].ID == a[1].ID || a[4].ID != "keep" {
		t.Errorf("%v %v", a, b)
	}
	for _, bad := range []string{"", " \n ", "{p1}", "a\x07b", strings.Repeat("x", MaxBody+1)} {
		if _, err := ReadPlain(bad); err == nil {
			t.Errorf("%.20q is read", bad)
		}
	}
}

// FuzzPlain: what is read can be written and read again, and is the same.
func FuzzPlain(f *testing.F) {
	f.Add("1. one\n\n{a} 1.1 two\n\n# three")
	f.Add("{a} {b} x")
	f.Add("- - 1. 1")
	f.Fuzz(func(t *testing.T, s string) {
		all, err := ReadPlain(s)
		if err != nil {
			return
		}
		text := &Text{ID: "d", Language: "en", Title: "T", Paragraphs: Named(all, "seed")}
		if text.Check() != nil {
			return // an id that stands twice, for example
		}
		again, err := ReadPlain(text.Plain())
		if err != nil || !slices.Equal(again, text.Paragraphs) {
			t.Fatalf("%+v became %+v (%v)", text.Paragraphs, again, err)
		}
	})
}
