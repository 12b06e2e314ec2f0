// Package list reads lists of names: the consolidated list of the United
// Nations Security Council (XML), the lists of OFAC (CSV), and the plain CSV and
// JSON that spec/matching.md describes for national lists. It gives every record
// a hash, and says what changed between two versions of a list.
//
// Trust: it is trusted to lose nothing silently. A file that is cut off, in an
// unknown encoding, with two records of one number, or built to exhaust memory
// is refused whole, with a sentence, and the list in use stays in use. Whoever
// writes the file decides what the list says; this package cannot know better.
//
// Limits: a file has at most [MaxBytes], a list [MaxRecords], a record
// [MaxNames], a text [MaxText] bytes.
package list

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/match"
)

// Limits of what is read.
const (
	MaxBytes   = 256 << 20
	MaxRecords = 2_000_000
	MaxNames   = 500
	MaxText    = 16 << 10
)

const hashDomain = "landbridge/listrecord/v1\x00"

// A List is one version of one list.
type List struct {
	Source  string // UN, OFAC, or the code of the party whose list it is
	Version string // as the file says: a date, or empty
	Digest  landbridge.Digest
	Records []match.Record
	Notes   []string // what was read with a doubt, for the person who imports
}

// A Refusal says why a file is not taken as a list. Its sentence says what to do.
type Refusal struct {
	Code string // truncated, encoding, duplicate, entities, empty, format, size, loss
	Text string
}

// Error returns the sentence.
func (r *Refusal) Error() string { return r.Text }

func refuse(code, format string, args ...any) error {
	return &Refusal{Code: code, Text: fmt.Sprintf(format, args...)}
}

// Hash returns the hash of a record: of its canonical JSON. Two records with
// the same hash say the same.
func Hash(r match.Record) landbridge.Digest {
	text, err := json.Marshal(r)
	if err != nil { // a record holds only strings and numbers
		panic("list: encoding a record: " + err.Error())
	}
	h := sha256.New()
	h.Write([]byte(hashDomain))
	h.Write(text)
	var d landbridge.Digest
	h.Sum(d[:0])
	return d
}

// slurp reads a whole file, bounded, and refuses what is not UTF-8.
func slurp(r io.Reader, what string) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", what, err)
	}
	if len(text) > MaxBytes {
		return nil, refuse("size", "%s has more than %d MiB; it is no list this node reads", what, MaxBytes>>20)
	}
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		return nil, refuse("encoding", "%s is in UTF-16; save it as UTF-8 and import it again", what)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if at := invalidUTF8(text); at >= 0 {
		return nil, refuse("encoding", "%s is not in UTF-8 (first at byte %d); save it as UTF-8 and import it again", what, at)
	}
	return text, nil
}

// invalidUTF8 returns where text stops being UTF-8, or -1.
func invalidUTF8(text []byte) int {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// finish checks a list as a whole and gives it its digest.
func finish(l *List, text ...[]byte) (*List, error) {
	if len(l.Records) == 0 {
		return nil, refuse("empty", "the file holds no records; the list in use is kept")
	}
	if len(l.Records) > MaxRecords {
		return nil, refuse("size", "the file holds more than %d records", MaxRecords)
	}
	seen := make(map[string]bool, len(l.Records))
	for i := range l.Records {
		r := &l.Records[i]
		if r.ID == "" {
			return nil, refuse("format", "record %d has no number of its own; every record of a list needs one", i+1)
		}
		if seen[r.ID] {
			return nil, refuse("duplicate", "the number %s stands on two records; ask the publisher which one holds", r.ID)
		}
		seen[r.ID] = true
		if len(r.Names) == 0 {
			return nil, refuse("format", "record %s has no name", r.ID)
		}
		if len(r.Names) > MaxNames {
			return nil, refuse("size", "record %s has more than %d names", r.ID, MaxNames)
		}
	}
	h := sha256.New()
	for _, t := range text {
		h.Write(t)
	}
	h.Sum(l.Digest[:0])
	return l, nil
}

// addName appends a name unless the record has it already.
func addName(r *match.Record, text string, q match.Quality) {
	text = clean(text)
	if text == "" || !strings.ContainsFunc(text, isLetterOrDigit) {
		return
	}
	for _, n := range r.Names {
		if n.Text == text {
			return
		}
	}
	r.Names = append(r.Names, match.Name{Text: text, Quality: q})
}

func isLetterOrDigit(r rune) bool { return match.ScriptOf(r) != match.NoScript }

// clean makes one line of a text and bounds it.
func clean(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > MaxText {
		cut := MaxText
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut]
	}
	return s
}

// appendText appends a text that is not empty and not there yet.
func appendText(all []string, s string) []string {
	s = clean(s)
	if s == "" {
		return all
	}
	for _, a := range all {
		if a == s {
			return all
		}
	}
	return append(all, s)
}

// IsRefusal returns the refusal behind an error, if there is one.
func IsRefusal(err error) (*Refusal, bool) {
	var r *Refusal
	return r, errors.As(err, &r)
}
