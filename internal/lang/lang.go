// Package lang speaks the six languages of the pages: English, Chinese,
// Arabic, Russian, French and Spanish.
//
// Every text has a key; the texts stand in catalogue/<language>/*.txt, one line
// each, in a form translators can edit without knowing the program (see
// catalogue/README.md). Plural rules and number forms come from the Unicode
// data in golang.org/x/text; names of months and orders of dates stand in the
// catalogues, because that module does not publish them.
//
// Trust: a wrong translation can mislead a reader, so what has legal effect is
// never decided by words: codes travel, words are shown. Whoever changes a
// catalogue changes what officers read, and the file's history shows it.
//
// Limits: catalogues are part of the program; content that officers write is
// shown in the language it was written in.
package lang

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed catalogue
var files embed.FS

// Fallback is the language whose catalogue all others are held against.
const Fallback = "en"

// A Language is one of the languages of the pages.
type Language struct {
	Code string // "ar", as in the lang attribute
	Name string // in the language itself
	RTL  bool   // written from right to left
}

// Languages lists the languages in the order in which pages offer them.
func Languages() []Language {
	return []Language{
		{"en", "English", false}, {"zh", "中文", false}, {"ar", "العربية", true},
		{"ru", "Русский", false}, {"fr", "Français", false}, {"es", "Español", false},
	}
}

// A Book holds the catalogues of all languages.
type Book struct {
	texts   map[string]*Texts
	matcher language.Matcher
}

// A Texts is the catalogue of one language. It is safe for use by many goroutines.
type Texts struct {
	Language
	tag     language.Tag
	printer *message.Printer
	lines   map[string]string            // key → text
	plurals map[string]map[string]string // key → form → text
	english *Texts                       // where a key is missing; nil for English itself
}

// New reads the catalogues.
func New() (*Book, error) { return read(files) }

func read(files fs.FS) (*Book, error) {
	b := &Book{texts: map[string]*Texts{}}
	var tags []language.Tag
	for _, l := range Languages() {
		t, err := readLanguage(files, l)
		if err != nil {
			return nil, err
		}
		t.english = b.texts[Fallback]
		b.texts[l.Code] = t
		tags = append(tags, t.tag)
	}
	b.matcher = language.NewMatcher(tags)
	return b, nil
}

func readLanguage(files fs.FS, l Language) (*Texts, error) {
	// Digits stay Latin in every language: case numbers, accounts and digests
	// are written with them, and one page should not mix two kinds.
	tag, err := language.Parse(l.Code + "-u-nu-latn")
	if err != nil {
		return nil, fmt.Errorf("language %s: %w", l.Code, err)
	}
	t := &Texts{Language: l, tag: tag, printer: message.NewPrinter(tag), lines: map[string]string{}, plurals: map[string]map[string]string{}}
	names, err := fs.Glob(files, path.Join("catalogue", l.Code, "*.txt"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("language %s has no catalogue", l.Code)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading a catalogue: %w", err)
		}
		if err := t.add(string(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return t, nil
}

// add reads one catalogue file: lines "key = text" and "key[form] = text";
// empty lines and lines that begin with # are for people.
func (t *Texts) add(text string) error {
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, " = ")
		if key = strings.TrimSpace(key); !ok || key == "" || strings.TrimSpace(value) == "" {
			return fmt.Errorf("line %d is not of the form: key = text", n+1)
		}
		if err := t.put(key, strings.TrimSpace(value)); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return nil
}

func (t *Texts) put(key, value string) error {
	name, form, isPlural := strings.Cut(strings.TrimSuffix(key, "]"), "[")
	if !isPlural {
		if _, ok := t.lines[key]; ok {
			return fmt.Errorf("%s stands here twice", key)
		}
		t.lines[key] = value
		return nil
	}
	if !slices.Contains(forms, form) {
		return fmt.Errorf("%s: %q is no plural form; the forms are %s", name, form, strings.Join(forms, ", "))
	}
	if t.plurals[name] == nil {
		t.plurals[name] = map[string]string{}
	}
	if _, ok := t.plurals[name][form]; ok {
		return fmt.Errorf("%s stands here twice", key)
	}
	t.plurals[name][form] = value
	return nil
}

// forms are the plural forms of Unicode, in the order of plural.Form's use below.
var forms = []string{"zero", "one", "two", "few", "many", "other"}

func (t *Texts) form(n int64) string {
	if n < 0 {
		n = -n
	}
	switch plural.Cardinal.MatchPlural(t.tag, int(n%1_000_000), 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

// In returns the catalogue of a language, or of English if there is none.
func (b *Book) In(code string) *Texts {
	if t, ok := b.texts[code]; ok {
		return t
	}
	return b.texts[Fallback]
}

// Match returns the language to use for someone who wants these, best first:
// codes or Accept-Language headers, empty ones skipped.
func (b *Book) Match(wanted ...string) *Texts {
	for _, w := range wanted {
		if t, ok := b.texts[w]; ok {
			return t
		}
		tags, _, err := language.ParseAcceptLanguage(w)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := b.matcher.Match(tags...); confidence > language.No {
			return b.texts[Languages()[i].Code]
		}
	}
	return b.texts[Fallback]
}

// Has reports whether the catalogue has the key itself.
func (t *Texts) Has(key string) bool {
	_, line := t.lines[key]
	return line || t.plurals[key] != nil
}

// Keys returns every key, sorted.
func (t *Texts) Keys() []string {
	var all []string
	for k := range t.lines {
		all = append(all, k)
	}
	for k := range t.plurals {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// T returns the text of key with {1}, {2} … replaced by the arguments. Of a key
// with plural forms the first argument is the count that chooses. A key nobody
// wrote shows as itself, so that it is seen and not silently empty.
func (t *Texts) T(key string, args ...any) string {
	if line, ok := t.lines[key]; ok {
		return t.fill(line, args)
	}
	if byForm, ok := t.plurals[key]; ok && len(args) > 0 {
		line, ok := byForm[t.form(count(args[0]))]
		if !ok {
			line = byForm["other"]
		}
		return t.fill(line, args)
	}
	if t.english != nil {
		return t.english.T(key, args...)
	}
	return key
}

// Or returns the text of key, or else what is said in this language for the
// English words given by who knows the key.
func (t *Texts) Or(english, key string, args ...any) string {
	if t.Has(key) || t.english != nil && t.english.Has(key) {
		return t.T(key, args...)
	}
	return t.Said(english)
}

// Said returns the translation of an English text that comes from data and not
// from the program: the words of process definitions, most of which stand in
// many of them and are translated once. Without one it is the English.
func (t *Texts) Said(english string) string {
	if t.english == nil || english == "" {
		return english
	}
	if line, ok := t.lines[SaidKey(english)]; ok {
		return line
	}
	return english
}

// SaidKey is the key of an English text in the catalogues: its own digest, so
// that a text that changes asks for a new translation.
func SaidKey(english string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(english), " ")))
	return "said." + hex.EncodeToString(sum[:5])
}

func count(v any) int64 {
	switch n := v.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	}
	return 0
}

// Direction marks around what is put into a text: a case number inside Arabic
// must not turn the sentence round (Unicode TR 9, isolates).
const (
	isolate    = "\u2068"
	endIsolate = "\u2069"
)

func (t *Texts) fill(line string, args []any) string {
	if len(args) == 0 || !strings.Contains(line, "{") {
		return line
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		s := t.show(a)
		if t.RTL {
			s = isolate + s + endIsolate
		}
		pairs = append(pairs, fmt.Sprintf("{%d}", i+1), s)
	}
	return strings.NewReplacer(pairs...).Replace(line)
}

// show writes one argument: numbers in the way of the language.
func (t *Texts) show(a any) string {
	switch v := a.(type) {
	case string:
		return v
	case int:
		return t.Number(int64(v))
	case int64:
		return t.Number(v)
	}
	return fmt.Sprint(a)
}

// Number writes n with the language's grouping: 12,345 or 12 345.
func (t *Texts) Number(n int64) string { return t.printer.Sprintf("%d", n) }
