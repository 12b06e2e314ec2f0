package lang

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"
)

func book(t testing.TB) *Book {
	t.Helper()
	b, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var placeholder = regexp.MustCompile(`\{[0-9]+\}`)

// places lists the placeholders of a text, each once.
func places(text string) []string {
	all := placeholder.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// needed are the plural forms a language uses for whole numbers.
func needed(t *Texts) []string {
	all := []string{"other"}
	for n := range int64(1000) {
		if f := t.form(n); !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	slices.Sort(all)
	return all
}

// TestCatalogues holds every language against English: the same keys, the same
// placeholders, the plural forms the language has, and real words.
func TestCatalogues(t *testing.T) {
	b := book(t)
	en := b.In("en")
	for _, l := range Languages() {
		x := b.In(l.Code)
		for _, k := range en.Keys() {
			if !x.Has(k) {
				t.Errorf("%s: %s is missing", l.Code, k)
			}
		}
		for _, k := range x.Keys() {
			if !en.Has(k) {
				t.Errorf("%s: %s is not in English", l.Code, k)
				continue
			}
			if (en.plurals[k] == nil) != (x.plurals[k] == nil) {
				t.Errorf("%s: %s has plural forms in one language and none in the other", l.Code, k)
				continue
			}
			if x.plurals[k] == nil && !slices.Equal(places(en.lines[k]), places(x.lines[k])) {
				t.Errorf("%s: %s has %v, English has %v", l.Code, k, places(x.lines[k]), places(en.lines[k]))
			}
			checkPlurals(t, en, x, k)
		}
	}
}

func checkPlurals(t *testing.T, en, x *Texts, key string) {
	t.Helper()
	if x.plurals[key] == nil {
		return
	}
	var have []string
	for form, line := range x.plurals[key] {
		have = append(have, form)
		// The exact forms may write the number as a word; all others show it.
		want := places(en.plurals[key]["other"])
		if form == "zero" || form == "one" || form == "two" {
			want = slices.DeleteFunc(want, func(p string) bool { return p == "{1}" && !strings.Contains(line, p) })
		}
		if !slices.Equal(places(line), want) {
			t.Errorf("%s: %s[%s] has %v, want %v", x.Code, key, form, places(line), want)
		}
	}
	slices.Sort(have)
	if !slices.Equal(have, needed(x)) {
		t.Errorf("%s: %s has the forms %v; the language has %v", x.Code, key, have, needed(x))
	}
}

// TestTranslated: no text of two words or more is English in another language.
func TestTranslated(t *testing.T) {
	b := book(t)
	en := b.In("en")
	for _, l := range Languages() {
		if l.Code == Fallback {
			continue
		}
		for k, line := range b.In(l.Code).lines {
			plain := placeholder.ReplaceAllString(line, "")
			words := strings.FieldsFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) })
			if line == en.lines[k] && len(words) > 1 && !strings.HasPrefix(k, "span.") {
				t.Errorf("%s: %s is not translated: %q", l.Code, k, line)
			}
		}
	}
}

// TestScripts: a text of a language that has a script of its own is written in it.
func TestScripts(t *testing.T) {
	b := book(t)
	for code, script := range map[string]*unicode.RangeTable{"zh": unicode.Han, "ar": unicode.Arabic, "ru": unicode.Cyrillic} {
		for k, line := range b.In(code).lines {
			plain := placeholder.ReplaceAllString(line, "")
			if strings.IndexFunc(plain, unicode.IsLetter) >= 0 && strings.IndexFunc(plain, func(r rune) bool { return unicode.Is(script, r) }) < 0 && len(strings.Fields(plain)) > 2 {
				t.Errorf("%s: %s has no letter of the script: %q", code, k, line)
			}
		}
	}
}

func TestPlural(t *testing.T) {
	b := book(t)
	for code, forms := range map[string]map[int64]string{
		"en": {0: "other", 1: "one", 2: "other"},
		"ru": {0: "many", 1: "one", 2: "few", 5: "many", 11: "many", 21: "one", 22: "few"},
		"ar": {0: "zero", 1: "one", 2: "two", 3: "few", 11: "many", 100: "other"},
		"zh": {0: "other", 1: "other"},
		"fr": {0: "one", 1: "one", 2: "other"},
		"es": {0: "other", 1: "one", 2: "other"},
	} {
		for n, want := range forms {
			if got := b.In(code).form(n); got != want {
				t.Errorf("%s %d: %s, want %s", code, n, got, want)
			}
		}
	}
	if got := b.In("en").T("cases.total", 1); got != "1 case" {
		t.Error(got)
	}
	if got := b.In("en").T("cases.total", 12345); got != "12,345 cases" {
		t.Error(got)
	}
}

func TestT(t *testing.T) {
	files := fstest.MapFS{}
	for _, l := range Languages() {
		files["catalogue/"+l.Code+"/x.txt"] = &fstest.MapFile{Data: []byte("# words\nboth = {2} then {1} " + l.Code + "\n")}
	}
	files["catalogue/en/y.txt"] = &fstest.MapFile{Data: []byte("only = english {1}\nn[one] = one\nn[other] = {1} many\n")}
	b, err := read(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		code, key string
		args      []any
		want      string
	}{
		{"en", "both", []any{"a", "b"}, "b then a en"},
		{"fr", "both", []any{"{2}", "b"}, "b then {2} fr"}, // what is put in is not read again
		{"ar", "both", []any{"XA-1", "b"}, "\u2068b\u2069 then \u2068XA-1\u2069 ar"},
		{"fr", "only", []any{1200}, "english 1,200"},
		{"en", "n", []any{1}, "one"},
		{"en", "n", []any{int64(2)}, "2 many"},
		{"en", "none.such", nil, "none.such"},
	} {
		if got := b.In(tt.code).T(tt.key, tt.args...); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.code, tt.key, got, tt.want)
		}
	}
	if got := b.In("ru").Or("the words", "no.key"); got != "the words" {
		t.Error(got)
	}
}

func TestRead(t *testing.T) {
	for _, bad := range []string{"no equals sign", "a = 1\na = 2", "a[lots] = x", "a[one] = x\na[one] = y", "a = ", " = b"} {
		files := fstest.MapFS{}
		for _, l := range Languages() {
			files["catalogue/"+l.Code+"/x.txt"] = &fstest.MapFile{Data: []byte(bad)}
		}
		if _, err := read(files); err == nil {
			t.Errorf("read %q", bad)
		}
	}
	if _, err := read(fstest.MapFS{}); err == nil {
		t.Error("read no catalogue at all")
	}
}

func TestMatch(t *testing.T) {
	b := book(t)
	for _, tt := range []struct {
		wanted []string
		code   string
	}{
		{[]string{"ar", "en"}, "ar"}, {[]string{"", "fr-CA,fr;q=0.9,en;q=0.5"}, "fr"}, {[]string{"xx", "zh-Hant-TW"}, "zh"},
		{[]string{"", ""}, "en"}, {[]string{"<script>", "de"}, "en"}, {nil, "en"}, {[]string{"", "es-419, *;q=0.1"}, "es"},
	} {
		if got := b.Match(tt.wanted...).Code; got != tt.code {
			t.Errorf("%v: %s, want %s", tt.wanted, got, tt.code)
		}
	}
}

func TestFormats(t *testing.T) {
	en := book(t).In("en")
	at := time.Date(2026, 11, 22, 14, 32, 5, 0, time.UTC)
	for got, want := range map[string]string{
		en.Date(at): "22 November 2026", en.DateTime(at): "22 November 2026, 14:32 UTC", en.Date(time.Time{}): "–",
		en.When(at, at.Add(time.Hour)): "14:32:05", en.When(at, at.Add(24*time.Hour)): "22 Nov 2026, 14:32",
		en.Duration(6*time.Hour + 8*time.Minute): "6 h 08 min", en.Duration(74 * time.Hour): "3 d 2 h", en.Duration(-38 * time.Minute): "38 min",
		en.Duration(1800 * time.Millisecond): "1.8 s", en.Duration(47 * time.Millisecond): "47 ms", en.Duration(0): "0 s", en.Duration(41 * time.Second): "41 s", en.Duration(8 * time.Hour): "8 h", en.Duration(27 * 24 * time.Hour): "27 d",
		en.Bytes(999): "999 B", en.Bytes(1100): "1.1 kB", en.Bytes(999_999): "1.0 MB", en.Bytes(2_400_000_000): "2.4 GB", en.Bytes(182_000): "182 kB",
		en.List([]string{"XA", "XB", "XC"}): "XA, XB, XC", en.List(nil): "", en.Number(20417): "20,417",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := book(t).In("ar").Number(20417); got != "20,417" { // Latin digits everywhere
		t.Error(got)
	}
}

func FuzzCatalogue(f *testing.F) {
	f.Add("a = b\n# c\nd[one] = e\n")
	f.Add("[one] = x")
	f.Fuzz(func(t *testing.T, text string) {
		x := &Texts{lines: map[string]string{}, plurals: map[string]map[string]string{}}
		if x.add(text) != nil {
			return
		}
		for k, line := range x.lines {
			if k == "" || line == "" {
				t.Errorf("kept an empty %q = %q", k, line)
			}
		}
	})
}
