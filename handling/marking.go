// Package handling holds the markings that travel with information and the one
// pure function that says who may do what with it, and which rule decides.
//
// Three axes that do not replace each other: TLP 2.0 says who may see it
// (audience), PAP says what may be done about it (action), and the Europol
// handling codes say whether it may go on or become evidence (judicial use).
// Beside them stands the 4x4 grade of a source and its information. The exact
// values are in spec/handling.md.
//
// Trust: this package decides and does nothing. It has no clock, no I/O and no
// memory; the caller is trusted to hand it true facts. A fault here can show
// sealed content to the wrong reader, so it stays small and is tested by its
// algebra: merging is commutative, associative, idempotent and monotone.
//
// Limits: a marking binds people, it does not stop a camera. What a recipient
// does after reading is outside.
package handling

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of the text form.
const (
	MaxText        = 4 << 10 // bytes of one marking
	MaxRestriction = 240     // bytes of one H3 restriction
	// SealedText stands for the H3 restrictions where only the header of a
	// message is visible: their words may tell what the case is about.
	SealedText = "see the sealed text"
)

// A TLP says how far information may travel (FIRST, version 2.0).
type TLP uint8

// The labels, from the least to the most strict.
const (
	TLPClear TLP = iota
	TLPGreen
	TLPAmber
	TLPAmberStrict
	TLPRed
	numTLP
)

// A PAP says which action is permitted (Permissible Actions Protocol).
type PAP uint8

// The labels, from the least to the most strict.
const (
	PAPClear PAP = iota
	PAPGreen
	PAPAmber
	PAPRed
	numPAP
)

// String returns the label, such as "TLP:AMBER+STRICT".
func (t TLP) String() string {
	return [numTLP]string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}[min(t, TLPRed)]
}

// String returns the label, such as "PAP:AMBER".
func (p PAP) String() string {
	return [numPAP]string{"PAP:CLEAR", "PAP:GREEN", "PAP:AMBER", "PAP:RED"}[min(p, PAPRed)]
}

// ParseTLP reads a label. TLP:WHITE, the name before version 2.0, is taken as
// TLP:CLEAR; labels that FIRST never defined are refused.
func ParseTLP(s string) (TLP, error) {
	for t := range numTLP {
		if s == t.String() {
			return t, nil
		}
	}
	if s == "TLP:WHITE" {
		return TLPClear, nil
	}
	return 0, fmt.Errorf("%q is no TLP 2.0 label; use TLP:RED, TLP:AMBER+STRICT, TLP:AMBER, TLP:GREEN or TLP:CLEAR", clip(s))
}

// ParsePAP reads a label. PAP:WHITE, an older name, is taken as PAP:CLEAR.
func ParsePAP(s string) (PAP, error) {
	for p := range numPAP {
		if s == p.String() {
			return p, nil
		}
	}
	if s == "PAP:WHITE" {
		return PAPClear, nil
	}
	return 0, fmt.Errorf("%q is no PAP label; use PAP:RED, PAP:AMBER, PAP:GREEN or PAP:CLEAR", clip(s))
}

// A Marking is what stands on a piece of information. The zero value is the
// least strict marking. H0 (only for preventing and combating crime) always
// applies and is not written.
type Marking struct {
	TLP TLP
	PAP PAP
	H1  bool // not evidence in court without the originator's permission
	H2  bool // not passed on without the originator's permission
	H3  []string
}

// Parse reads the text form, such as
//
//	TLP:AMBER PAP:GREEN H1 H2 H3:not to be shown to the account holder | oral use only
//
// TLP comes first and is required; PAP is PAP:CLEAR when left out. H3 takes the
// rest of the line, its restrictions divided by " | ".
func Parse(s string) (Marking, error) {
	var m Marking
	if len(s) > MaxText || !utf8.ValidString(s) {
		return m, fmt.Errorf("a marking is at most %d bytes of text", MaxText)
	}
	head, rest, hasH3 := s, "", false
	if i := strings.Index(s, "H3:"); i >= 0 && (i == 0 || s[i-1] == ' ') {
		head, rest, hasH3 = strings.TrimSuffix(s[:i], " "), s[i+len("H3:"):], true
	}
	words := strings.Split(head, " ")
	var err error
	if m.TLP, err = ParseTLP(words[0]); err != nil {
		return Marking{}, err
	}
	words = words[1:]
	if len(words) > 0 && strings.HasPrefix(words[0], "PAP:") {
		if m.PAP, err = ParsePAP(words[0]); err != nil {
			return Marking{}, err
		}
		words = words[1:]
	}
	for _, code := range []struct {
		name string
		set  *bool
	}{{"H1", &m.H1}, {"H2", &m.H2}} {
		if len(words) > 0 && words[0] == code.name {
			*code.set, words = true, words[1:]
		}
	}
	if len(words) > 0 {
		return Marking{}, fmt.Errorf("%q does not belong in a marking here; write it like TLP:AMBER PAP:GREEN H1 H2 H3:text", clip(words[0]))
	}
	if hasH3 {
		if m.H3, err = parseRestrictions(rest); err != nil {
			return Marking{}, err
		}
	}
	return m, nil
}

const divider = " | "

func parseRestrictions(s string) ([]string, error) {
	all := strings.Split(s, divider)
	for _, r := range all {
		if err := ValidRestriction(r); err != nil {
			return nil, err
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// ValidRestriction reports what is wrong with one H3 restriction, if anything.
func ValidRestriction(r string) error {
	if r == "" || r != strings.TrimSpace(r) || len(r) > MaxRestriction {
		return fmt.Errorf("H3 needs its restriction in words, 1 to %d bytes", MaxRestriction)
	}
	if strings.ContainsFunc(r, func(c rune) bool { return unicode.IsControl(c) || c == '|' || c == utf8.RuneError }) {
		return errors.New("a restriction after H3 is one line of text without the sign |")
	}
	return nil
}

// String returns the text form that Parse reads.
func (m Marking) String() string {
	s := m.TLP.String() + " " + m.PAP.String()
	if m.H1 {
		s += " H1"
	}
	if m.H2 {
		s += " H2"
	}
	if len(m.H3) > 0 {
		s += " H3:" + strings.Join(m.H3, divider)
	}
	return s
}

// Outside returns the marking as the header of a sealed message shows it: the
// same codes, with the words of H3 kept for those who can open it.
func (m Marking) Outside() Marking {
	if len(m.H3) > 0 {
		m.H3 = []string{SealedText}
	}
	return m
}

// Equal reports whether both markings say the same.
func (m Marking) Equal(o Marking) bool {
	return m.TLP == o.TLP && m.PAP == o.PAP && m.H1 == o.H1 && m.H2 == o.H2 && slices.Equal(m.H3, o.H3)
}

// Covers reports whether m is at least as strict as o on every axis.
func (m Marking) Covers(o Marking) bool { return Strictest(m, o).Equal(m) }

// Strictest returns the strictest of every axis of its arguments: what a
// record made from all of them must carry (S35).
func Strictest(first Marking, more ...Marking) Marking {
	r := first
	r.H3 = slices.Clone(first.H3)
	for _, m := range more {
		r.TLP, r.PAP = max(r.TLP, m.TLP), max(r.PAP, m.PAP)
		r.H1, r.H2 = r.H1 || m.H1, r.H2 || m.H2
		r.H3 = append(r.H3, m.H3...)
	}
	slices.Sort(r.H3)
	r.H3 = slices.Compact(r.H3)
	if len(r.H3) == 0 {
		r.H3 = nil
	}
	return r
}

// clip shortens a stranger's text for an error sentence.
func clip(s string) string {
	const limit = 40
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
