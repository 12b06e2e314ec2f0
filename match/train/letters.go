package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"landbridge.example/match"
)

// readLetters reads how each character is written in ASCII, and the Mandarin
// reading of Han characters: the reading list of the standard characters goes
// before the general table, which knows the traditional ones too.
func (t *trainer) readLetters() error {
	t.roman, t.pinyin, t.standard = map[rune]string{}, map[rune]string{}, map[rune]bool{}
	text, err := open(t.data, "anyascii.tsv.gz")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		char, ascii, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		r := first(char)
		if !ok || string(r) != char || r < 0x80 {
			continue
		}
		low := azOnly(ascii)
		if match.ScriptOf(r) == match.Han {
			if low != "" {
				t.pinyin[r] = low
			}
		} else if low != "" && (unicode.IsLetter(r) || unicode.IsMark(r)) {
			t.roman[r] = low
		}
	}
	text, err = open(t.data, "kMandarin_8105.txt.gz")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		var r rune
		var reading string
		if n, _ := fmt.Sscanf(line, "U+%X: %s", &r, &reading); n == 2 {
			if low := t.fold(reading); low != "" {
				t.pinyin[r] = low
				t.standard[r] = true
			}
		}
	}
	t.ours()
	return nil
}

// ours overrides what a general table gets wrong for names.
func (t *trainer) ours() {
	for char, roman := range map[string]string{
		"χ": "ch", "ξ": "x", "υ": "y", "ύ": "y", "η": "i", "ή": "i", "ω": "o", "ώ": "o", "φ": "f", "θ": "th", "β": "v", "ψ": "ps",
		"ə": "a", "ı": "i", "đ": "dj", "ð": "dh", "þ": "th", "ł": "l", "ø": "o", "ß": "ss", "ŋ": "ng",
	} {
		t.roman[first(char)] = roman
	}
}

func azOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(s))
}

// writeLetters writes both tables, one line for each reading.
func (t *trainer) writeLetters() error {
	used := func(r rune) bool { // what names are written in, and only in lower case
		s := match.ScriptOf(r)
		return r <= 0xffff && unicode.ToLower(r) == r && (s == match.Latin || s == match.Other) && !(r >= 0xa000 && r <= 0xa4cf)
	}
	roman, han := map[string][]rune{}, map[string][]rune{}
	for r, s := range t.roman {
		if used(r) {
			roman[s] = append(roman[s], r)
		}
	}
	for r, s := range t.pinyin {
		if r <= 0xffff && len(s) <= 6 {
			han[s] = append(han[s], r)
		}
	}
	head := "# Readings of letters in a-z. From the AnyAscii table (ISC licence, see match/train/data/anyascii_LICENSE), cut to letters of names.\n"
	if err := t.write("letters.txt", byReading(head, roman)); err != nil {
		return err
	}
	head = "# Mandarin readings. From pinyin-data kMandarin_8105 (MIT licence) for the standard characters, AnyAscii (ISC) for the others.\n"
	return t.write("pinyin.txt", byReading(head, han))
}

func byReading(head string, table map[string][]rune) []byte {
	var keys []string
	for k := range table {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b := bytes.NewBufferString(head)
	for _, k := range keys {
		slices.Sort(table[k])
		fmt.Fprintf(b, "%s\t%s\n", k, string(table[k]))
	}
	return b.Bytes()
}
