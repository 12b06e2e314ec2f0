package match

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// remarks are words in brackets that say something about a name and are none.
var remarks = regexp.MustCompile(`(?i)^(?:birth name|combat name|third|original script|original script:.*|previously listed as|formerly listed as|` +
	`formerly|previously|deceased|ngo|unknown|also|and|branch .*|false identity .*|.*passport.*|.*document.*|[A-Z]{2}[eip]\.\d+)$`)

// letter marks one of several names in a field: a) ... b) ...
var letter = regexp.MustCompile(`(?:^|\s)[a-z]\)\s`)

// Split takes one name field apart: several names divided by semicolons or
// by a) b) c), names in brackets after the same name in another script, and
// short names in brackets. What stands in another script than Latin becomes an
// original name; the short name of a long one becomes a weak alias.
func Split(field string, q Quality) (all []Name) {
	field = letter.ReplaceAllString(oneLine(field), "; ")
	outer, inner := brackets(field)
	add := func(text string, q Quality) {
		text = strings.Trim(oneLine(text), " ,;-")
		text = strings.TrimSpace(strings.TrimPrefix(text, "original script:"))
		if text == "" || remarks.MatchString(text) {
			return
		}
		if !inLatin(text) {
			q = Original
		}
		all = append(all, Name{Text: text, Quality: q})
	}
	for text := range strings.SplitSeq(outer, ";") {
		if head, _, ok := strings.Cut(text, ", born "); ok {
			text = head
		}
		add(text, q)
	}
	for _, in := range inner {
		in = strings.ReplaceAll(in, "- sub-unit name", "")
		several := strings.Contains(in, ";")
		for text := range strings.SplitSeq(in, ";") {
			switch text = oneLine(text); {
			case several, !inLatin(text), !inLatin(outer):
				add(text, q)
			case brief(text):
				add(text, Weak)
			}
		}
	}
	return all
}

// brackets parts the text outside of brackets from the texts inside; brackets
// within brackets are taken out of them. A bracket within a word of a name in
// Han characters stays.
func brackets(s string) (outer string, inner []string) {
	var out, in strings.Builder
	depth := 0
	for _, r := range s {
		switch {
		case r == '(':
			if depth == 0 {
				out.WriteByte(' ')
			}
			depth++
		case r == ')' && depth > 0:
			depth--
			if depth == 0 {
				inner = append(inner, in.String())
				in.Reset()
			}
		case depth == 0:
			out.WriteRune(r)
		case depth == 1:
			in.WriteRune(r)
		}
	}
	if in.Len() > 0 {
		inner = append(inner, in.String())
	}
	return oneLine(out.String()), inner
}

// inLatin reports whether all letters of a text are Latin.
func inLatin(s string) bool {
	for _, r := range s {
		if k := ScriptOf(r); k != Latin && k != Digits && k != NoScript {
			return false
		}
	}
	return true
}

// brief reports a short name such as FDLR: one word of capitals.
func brief(s string) bool {
	return len(s) >= 2 && len(s) <= 10 && !strings.Contains(s, " ") && strings.ToUpper(s[:2]) == s[:2]
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Bounds of what is looked for in one field.
const (
	maxField = 4096 // bytes of a field that is taken apart
	maxTexts = 16   // names of one field
)

// Texts returns the names that a field of somebody's file may hold: the text as it
// stands and, where there are several in it or it is written in two scripts, each.
// Short names in brackets are left out, for by themselves they identify nobody.
func Texts(field string) []string {
	all := []string{field}
	add := func(text string) {
		if text != "" && text != field && len(all) < maxTexts {
			all = append(all, text)
		}
	}
	if len(field) > maxField {
		return all // nobody's name: what is read of it is its beginning
	}
	split := all
	if parts := aliased(field); parts != nil {
		for _, text := range parts {
			add(strings.Trim(oneLine(text), " ,;-()"))
		}
	}
	if strings.ContainsAny(field, ";()") {
		split = nil
		for _, n := range Split(field, Good) {
			if n.Quality != Weak {
				add(n.Text)
				split = append(split, n.Text)
			}
		}
	}
	for _, text := range split {
		ours, other := scripts(text)
		if ours != "" && other != "" {
			add(ours)
			add(other)
		}
	}
	return all
}

// scripts parts the words in Latin letters from those in another script.
func scripts(text string) (ours, other string) {
	if ascii(text) {
		return text, ""
	}
	var a, b []string
	for word := range strings.FieldsSeq(text) {
		if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(word, "'\"‘’“(")); ScriptOf(r) == Latin || ScriptOf(r) == NoScript || ScriptOf(r) == Digits {
			a = append(a, word)
		} else {
			b = append(b, word)
		}
	}
	return strings.Join(a, " "), strings.Join(b, " ")
}
