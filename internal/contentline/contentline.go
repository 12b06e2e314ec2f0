// Package contentline writes and reads the lines of vCard 4.0 (RFC 6350) and
// iCalendar (RFC 5545): NAME;PARAM=value:value, folded at 75 bytes, with the
// escapes of text values.
//
// Trust: what stands in a value cannot begin a line of its own; otherwise a
// name in a record could put a property into somebody's address book.
//
// Limits: [MaxLines] lines of [MaxLine] bytes when reading; parameters have one
// value each.
package contentline

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds when reading.
const (
	MaxLines = 100_000
	MaxLine  = 64 << 10 // bytes of one unfolded line
	foldAt   = 75       // bytes of a physical line, without its end
)

// A Param is one parameter of a line.
type Param struct{ Name, Value string }

// A Line is one content line. Value is as it stands: text values go through
// [Text] first.
type Line struct {
	Name   string
	Params []Param
	Value  string
}

// A Writer gathers lines.
type Writer struct{ b strings.Builder }

// Add writes one line, folded.
func (w *Writer) Add(name, value string, params ...Param) {
	var l strings.Builder
	l.WriteString(name)
	for _, p := range params {
		l.WriteString(";" + p.Name + "=" + param(p.Value))
	}
	l.WriteString(":" + oneLine(value))
	w.b.WriteString(fold(l.String()))
}

// Text writes a line whose value is text, unless the text is empty.
func (w *Writer) Text(name, text string, params ...Param) {
	if text = strings.TrimSpace(text); text != "" {
		w.Add(name, Text(text), params...)
	}
}

// String returns what was written.
func (w *Writer) String() string { return w.b.String() }

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// Text escapes a text value. Control characters other than a line break are dropped.
func Text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return escapes.Replace(s)
}

// Plain undoes Text.
func Plain(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if s[i] == 'n' || s[i] == 'N' {
			b.WriteByte('\n')
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// oneLine keeps a value that is not text, such as an address, to its line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// param writes a parameter's value. A quotation mark cannot stand in one.
func param(v string) string {
	v = strings.ReplaceAll(oneLine(v), `"`, "'")
	if strings.ContainsAny(v, ":;,") {
		return `"` + v + `"`
	}
	return v
}

// fold breaks a line after at most 75 bytes, never inside a character.
func fold(l string) string {
	var b strings.Builder
	room := foldAt
	for len(l) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(l[cut]) {
			cut--
		}
		b.WriteString(l[:cut] + "\r\n ")
		l, room = l[cut:], foldAt-1 // the space counts
	}
	b.WriteString(l + "\r\n")
	return b.String()
}

// Parse reads lines and undoes the folding.
func Parse(s string) ([]Line, error) {
	if !utf8.ValidString(s) {
		return nil, errors.New("content lines are UTF-8")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\n ", ""), "\n\t", "")
	var all []Line
	for n, text := range strings.Split(s, "\n") {
		if text == "" {
			continue
		}
		if len(all) == MaxLines || len(text) > MaxLine {
			return nil, fmt.Errorf("more than %d lines, or a line of more than %d bytes", MaxLines, MaxLine)
		}
		l, err := parseLine(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		all = append(all, l)
	}
	return all, nil
}

func parseLine(s string) (Line, error) {
	head, value, ok := cutOutside(s, ':')
	if !ok {
		return Line{}, errors.New("there is no colon")
	}
	l := Line{Value: value}
	for first := true; ; first = false {
		part, rest, more := cutOutside(head, ';')
		if first {
			l.Name = part
		} else {
			name, v, ok := strings.Cut(part, "=")
			if !ok || !isName(name) {
				return Line{}, fmt.Errorf("%q is no parameter with its value", part)
			}
			l.Params = append(l.Params, Param{name, strings.Trim(v, `"`)})
		}
		if head = rest; !more {
			break
		}
	}
	if !isName(strings.ReplaceAll(l.Name, ".", "")) { // a vCard may group lines: item1.TEL
		return Line{}, fmt.Errorf("%q is no name", l.Name)
	}
	return l, nil
}

// isName reports whether s is a name of RFC 5545 and 6350: letters, digits and
// hyphens. Anything else could be taken for the end of a name when it is written.
func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	})
}

// cutOutside cuts at the first sep that stands outside quotation marks.
func cutOutside(s string, sep byte) (before, after string, ok bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}
