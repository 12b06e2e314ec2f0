package forum

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"landbridge.example/internal/fail"
)

// A Text is words in one or more languages, by language code.
type Text map[string]string

// Languages lists the languages a text may have, in the order in which one
// stands in for another.
func Languages() []string { return []string{"en", "zh", "ar", "ru", "fr", "es"} }

// In returns the text in a language and that language, or what stands in for it.
func (t Text) In(language string) (text, in string) {
	if s := t[language]; s != "" {
		return s, language
	}
	for _, l := range Languages() {
		if t[l] != "" {
			return t[l], l
		}
	}
	return "", cmp.Or(language, "en")
}

// String returns the text in the first language it has.
func (t Text) String() string {
	s, _ := t.In("en")
	return s
}

// Names is what the editions are called in a language, by their ids.
func Names(all []*Edition, language string) map[string]string {
	names := make(map[string]string, len(all))
	for _, e := range all {
		names[e.ID], _ = e.Name.In(language)
	}
	return names
}

// check refuses what no page should show. most is in bytes of one language.
func (t Text) check(what string, most int, required bool) error {
	if required && t.String() == "" {
		return fail.New(fail.Invalid, "%s is missing; give it in at least one language", what)
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		if !slices.Contains(Languages(), l) {
			return fail.New(fail.Invalid, "%s: %q is no language of the forum; use %s", what, clip(l), strings.Join(Languages(), ", "))
		}
		if strings.TrimSpace(t[l]) == "" {
			return fail.New(fail.Invalid, "%s is empty in %s; leave the language out", what, l)
		}
		if err := checkText(what, t[l], most); err != nil {
			return err
		}
	}
	return nil
}

// checkText refuses text that is too long or holds characters that are no text:
// control characters, and marks that turn the direction of what follows them.
func checkText(what, s string, most int) error {
	if len(s) > most {
		return fail.New(fail.TooLarge, "%s has more than %d bytes; shorten it", what, most)
	}
	if !utf8.ValidString(s) {
		return fail.New(fail.Invalid, "%s is not UTF-8 text", what)
	}
	if i := strings.IndexFunc(s, notText); i >= 0 {
		return fail.New(fail.Invalid, "%s holds a control character after %q; take it out", what, clip(s[:i]))
	}
	if most <= maxLine && strings.ContainsAny(s, "\n\t") {
		return fail.New(fail.Invalid, "%s holds a line break or a tab; write it on one line", what)
	}
	return nil
}

func notText(r rune) bool {
	turns := r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
	return unicode.IsControl(r) && r != '\n' && r != '\t' || turns || r == '\ufeff'
}

// Clean takes out of a stranger's text what [Text] refuses, and cuts it to most
// bytes. It says whether anything was taken out.
func Clean(s string, most int) (string, bool) {
	c := strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	c = strings.Map(func(r rune) rune {
		if notText(r) {
			return -1
		}
		return r
	}, c)
	if len(c) > most {
		c = strings.ToValidUTF8(c[:most], "")
	}
	c = strings.TrimSpace(c)
	return c, c != strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

// checkLink refuses an address that is not a web address over TLS.
func checkLink(what, s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(s) > maxLink || strings.ContainsFunc(s, notText) {
		return fail.New(fail.Invalid, "%s is not an address that begins with https:// and has no user name in it", what)
	}
	return nil
}

func clip(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
