package contentline

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFoldAndEscape(t *testing.T) {
	var w Writer
	long := strings.Repeat("Ünïcödé 公共安全 الأمن ", 12)
	w.Text("NOTE", long+"; a, b\\c\nsecond line\r\nthird")
	w.Text("EMPTY", "  ")
	w.Add("TEL", "tel:+000\r\nINJECTED:yes", Param{"TYPE", "voice"}, Param{"LABEL", `Duty; "night", all:day`})
	out := w.String()
	for i, l := range strings.Split(strings.TrimSuffix(out, "\r\n"), "\r\n") {
		if len(l) > 75 || !utf8.ValidString(l) {
			t.Errorf("line %d has %d bytes, or breaks a character: %q", i+1, len(l), l)
		}
	}
	if strings.Contains(out, "EMPTY") || strings.Contains(out, "\nINJECTED") {
		t.Errorf("%s", out)
	}
	lines, err := Parse(out)
	if err != nil || len(lines) != 2 {
		t.Fatal(lines, err)
	}
	if got, want := Plain(lines[0].Value), long+"; a, b\\c\nsecond line\nthird"; got != want {
		t.Errorf("%q\n%q", got, want)
	}
	if !reflect.DeepEqual(lines[1].Params, []Param{{"TYPE", "voice"}, {"LABEL", "Duty; 'night', all:day"}}) {
		t.Errorf("%+v", lines[1].Params)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"no colon", ":value", "A;B:c", "A B:c", "X\xff:y"} {
		if _, err := Parse(s); err == nil {
			t.Errorf("%q is read", s)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("BEGIN:VCARD\r\nFN;LANGUAGE=en:Duty\\, desk\r\n and more\r\nEND:VCARD\r\n")
	f.Add("A;B=\"x:y\":z")
	f.Add("A;\"=x:")
	f.Add("item1.TEL;TYPE=voice:+1")
	f.Fuzz(func(t *testing.T, s string) {
		lines, err := Parse(s)
		if err != nil {
			return
		}
		var w Writer
		for _, l := range lines {
			w.Add(l.Name, l.Value, l.Params...)
		}
		if _, err := Parse(w.String()); err != nil {
			t.Fatalf("what was read cannot be written: %v\n%q", err, w.String())
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("a;b,c\\d\ne")
	f.Fuzz(func(t *testing.T, s string) {
		var w Writer
		w.Text("X", s)
		lines, err := Parse(w.String())
		if err != nil || len(lines) > 1 {
			t.Fatal(lines, err)
		}
		clean := strings.ToValidUTF8(s, "\uFFFD")
		if len(lines) == 0 || strings.ContainsFunc(clean, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return
		}
		if got := Plain(lines[0].Value); got != strings.TrimSpace(clean) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}
