package agreement

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folds are letters that one language writes apart and a searcher may not.
var folds = strings.NewReplacer("ß", "ss", "ı", "i", "ø", "o", "đ", "d", "ł", "l", "æ", "ae", "œ", "oe", "þ", "th", "ς", "σ",
	"ى", "ي", "ة", "ه", "ـ", "", "ؤ", "و", "ئ", "ي",
	"٠", "0", "١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8", "٩", "9")

// Fold takes away what a person who searches does not type: case, accents,
// vowel signs, width. Scripts without spaces are found by any part.
func Fold(s string) string {
	var b strings.Builder
	space := true
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '/':
			b.WriteRune(unicode.ToLower(r))
			space = false
		case !space:
			b.WriteByte(' ')
			space = true
		}
	}
	return strings.TrimSpace(folds.Replace(b.String()))
}

// searched returns the words by which an instrument is found.
func (i *Instrument) searched() string {
	parts := []string{i.ID, i.Short, i.Place, i.Registration, i.Depositary, i.Note}
	for _, s := range i.Title {
		parts = append(parts, s)
	}
	for _, m := range i.Members {
		parts = append(parts, string(m.Party))
		for _, r := range m.Reservations {
			parts = append(parts, r.Text)
		}
	}
	for _, a := range i.Articles {
		parts = append(parts, a.Number, a.Heading, a.Text)
	}
	for _, t := range i.Texts {
		parts = append(parts, t.Body)
	}
	s := Fold(strings.Join(parts, " "))
	if len(s) > maxSearch {
		s = strings.ToValidUTF8(s[:maxSearch], "")
	}
	return s
}
