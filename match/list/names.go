package list

import (
	"regexp"
	"strings"

	"landbridge.example/match"
)

// remarks are words in brackets that say something about a name and are none.
var remarks = regexp.MustCompile(`(?i)^(?:birth name|combat name|third|original script|original script:.*|previously listed as|formerly listed as|` +
	`formerly|previously|deceased|ngo|unknown|also|and|branch .*|false identity .*|.*passport.*|.*document.*|[A-Z]{2}[eip]\.\d+)$`)

// letter marks one of several names in a field: a) ... b) ...
var letter = regexp.MustCompile(`(?:^|\s)[a-z]\)\s`)

// splitNames takes one name field apart: several names divided by semicolons or
// by a) b) c), names in brackets after the same name in another script, and
// short names in brackets. What stands in another script than Latin becomes an
// original name; the short name of a long one becomes a weak alias.
func splitNames(field string, q match.Quality) (all []match.Name) {
	field = letter.ReplaceAllString(clean(field), "; ")
	outer, inner := brackets(field)
	add := func(text string, q match.Quality) {
		text = strings.Trim(clean(text), " ,;-")
		text = strings.TrimSpace(strings.TrimPrefix(text, "original script:"))
		if text == "" || remarks.MatchString(text) {
			return
		}
		if !latin(text) {
			q = match.Original
		}
		all = append(all, match.Name{Text: text, Quality: q})
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
			switch text = clean(text); {
			case several, !latin(text), !latin(outer):
				add(text, q)
			case short(text):
				add(text, match.Weak)
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
	return clean(out.String()), inner
}

// latin reports whether all letters of a text are Latin.
func latin(s string) bool {
	for _, r := range s {
		if k := match.ScriptOf(r); k != match.Latin && k != match.Digits && k != match.NoScript {
			return false
		}
	}
	return true
}

// short reports a short name such as FDLR: one word of capitals.
func short(s string) bool {
	return len(s) >= 2 && len(s) <= 10 && !strings.Contains(s, " ") && strings.ToUpper(s[:2]) == s[:2]
}
