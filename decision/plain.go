package decision

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"landbridge.example"
)

const maxPlain = 2 * MaxText

// markRE is what may stand before the words of a paragraph in the form that
// people edit: its id in braces, and "#" for a heading, its number, or "-" for
// a line without one.
var markRE = regexp.MustCompile(`^(?:\{([a-z0-9.-]{1,48})\}[ \t]*)?(?:(#{1,3}|-)[ \t]+|([0-9]{1,4}(?:\.[0-9]{1,4}){0,2})\.?[ \t]+)?`)

// Plain writes the paragraphs as people edit them: one block each, with a blank
// line between, "{p3} 1.2 The words". [ReadPlain] reads it back. The number only
// shows the level; where a paragraph stands decides what its number is.
func (t *Text) Plain() string {
	numbers := t.Numbers()
	var b strings.Builder
	for i, p := range t.Paragraphs {
		if i > 0 {
			b.WriteString("\n\n")
		}
		mark := numbers[i]
		if p.Level == 0 {
			mark = "#"
		}
		b.WriteString("{" + p.ID + "} " + mark + " " + p.Body)
	}
	return b.String()
}

// ReadPlain reads paragraphs in the form that people edit. Blocks stand apart
// by a blank line, and lines of one block are one paragraph. A block without an
// id is new: [Named] gives it one. A block without a mark is not numbered.
func ReadPlain(s string) ([]Paragraph, error) {
	if len(s) > maxPlain {
		return nil, fmt.Errorf("a text has at most %d bytes", maxPlain)
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ", "\ufeff", "").Replace(s)
	var out []Paragraph
	var block []string
	flush := func() {
		if len(block) > 0 {
			out = append(out, readBlock(strings.Join(block, " ")))
		}
		block = nil
	}
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			flush()
		} else {
			block = append(block, line)
		}
	}
	flush()
	if len(out) == 0 || len(out) > MaxParagraphs {
		return nil, fmt.Errorf("a text has 1 to %d paragraphs, with a blank line between them", MaxParagraphs)
	}
	for i, p := range out {
		if p.Body == "" || !plain(p.Body, MaxBody, false) {
			return nil, fmt.Errorf("paragraph %d has no words, or more than %d bytes, or control characters", i+1, MaxBody)
		}
	}
	return out, nil
}

func readBlock(s string) Paragraph {
	m := markRE.FindStringSubmatch(s)
	p := Paragraph{ID: m[1], Body: strings.TrimSpace(s[len(m[0]):])}
	if m[3] != "" {
		p.Level = strings.Count(m[3], ".") + 1
	}
	return p
}

// Named gives every paragraph without an id one that none of the others has.
// With an empty seed they are p1, p2 …, as in a new text; otherwise they follow
// from the seed and the words, so that two delegations who insert paragraphs
// do not meet under one id by chance.
func Named(all []Paragraph, seed string) []Paragraph {
	all = slices.Clone(all)
	taken := map[string]bool{}
	for _, p := range all {
		taken[p.ID] = true
	}
	n := 0
	for i := range all {
		for all[i].ID == "" {
			n++
			id := fmt.Sprintf("p%d", n)
			if seed != "" {
				d := landbridge.Sum(fmt.Appendf(nil, "%s\x00%d\x00%s", seed, n, all[i].Body))
				id = "n-" + hex.EncodeToString(d[:5])
			}
			if !taken[id] {
				all[i].ID, taken[id] = id, true
			}
		}
	}
	return all
}
