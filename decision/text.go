package decision

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
)

const textForm = "landbridge-text/1"

// MaxLevel is how deep paragraphs are numbered: 1, 1.1, 1.1.1.
const MaxLevel = 3

// A Paragraph is one piece of a text. Its id stays the same in every version;
// its number follows from where it stands.
type Paragraph struct {
	ID    string
	Level int // 0: a heading or an unnumbered line; 1 to MaxLevel: numbered
	Body  string
}

// A Text is one version of a text in one language. A translation is a text of
// its own that names its original.
type Text struct {
	ID         string // the same in all versions and languages
	Language   string // "en"
	Title      string
	Original   landbridge.Digest // of a translation: the text it translates
	Paragraphs []Paragraph
}

// Encode returns the one form of the text.
func (t *Text) Encode() []byte {
	f := newForm(textForm)
	f.put("id", t.ID)
	f.put("language", t.Language)
	f.put("title", t.Title)
	f.digest("original", t.Original)
	for _, p := range t.Paragraphs {
		f.put("paragraph", p.ID+" "+strconv.Itoa(p.Level)+" "+p.Body)
	}
	return f.bytes()
}

// Digest names this version for ever.
func (t *Text) Digest() landbridge.Digest { return sum(domainText, t.Encode()) }

// ParseText reads a text in its one form.
func ParseText(b []byte) (*Text, error) {
	c, err := read(b, textForm, MaxText)
	if err != nil {
		return nil, fmt.Errorf("reading a text: %w", err)
	}
	t := &Text{ID: c.one("id"), Language: c.one("language"), Title: c.one("title"), Original: c.digest("original")}
	for _, line := range c.all("paragraph", MaxParagraphs) {
		t.Paragraphs = append(t.Paragraphs, c.paragraph(line))
	}
	if err := c.end(b, t.Encode()); err != nil {
		return nil, fmt.Errorf("reading a text: %w", err)
	}
	return t, t.Check()
}

// paragraph reads "id level body".
func (c *cursor) paragraph(line string) (p Paragraph) {
	id, rest, _ := strings.Cut(line, " ")
	level, body, ok := strings.Cut(rest, " ")
	n, err := strconv.Atoi(level)
	if !ok || err != nil {
		c.fail("a paragraph is written as its id, its level and its words")
	}
	return Paragraph{id, n, body}
}

func (p Paragraph) check() error {
	if !landbridge.ValidName(p.ID, maxID) {
		return fmt.Errorf("%.60q is not the id of a paragraph: lower-case letters, digits, dashes and dots", p.ID)
	}
	if p.Level < 0 || p.Level > MaxLevel {
		return fmt.Errorf("paragraph %s: the level is 0 for a heading, or 1 to %d", p.ID, MaxLevel)
	}
	if p.Body == "" || !plain(p.Body, MaxBody, false) {
		return fmt.Errorf("paragraph %s: its words are one line of 1 to %d bytes without control characters", p.ID, MaxBody)
	}
	return nil
}

// Check refuses a text that has no one form.
func (t *Text) Check() error {
	if !landbridge.ValidName(t.ID, maxID) || !language(t.Language) {
		return errors.New("a text has an id of lower-case letters, digits and dashes, and a language such as en")
	}
	if t.Title == "" || !plain(t.Title, maxLine, false) {
		return fmt.Errorf("the title of a text is one line of 1 to %d bytes", maxLine)
	}
	if len(t.Paragraphs) == 0 || len(t.Paragraphs) > MaxParagraphs {
		return fmt.Errorf("a text has 1 to %d paragraphs", MaxParagraphs)
	}
	seen := map[string]bool{}
	for _, p := range t.Paragraphs {
		if err := p.check(); err != nil {
			return err
		}
		if seen[p.ID] {
			return fmt.Errorf("the paragraph id %s stands twice", p.ID)
		}
		seen[p.ID] = true
	}
	if len(t.Encode()) > MaxText {
		return fmt.Errorf("a text has at most %d bytes", MaxText)
	}
	return nil
}

// Translates refuses a translation whose paragraphs are not those of its original.
func (t *Text) Translates(original *Text) error {
	if t.Original != original.Digest() || t.ID != original.ID || t.Language == original.Language {
		return errors.New("a translation names the exact version it translates, under the same id, in another language")
	}
	same := slices.EqualFunc(t.Paragraphs, original.Paragraphs, func(a, b Paragraph) bool { return a.ID == b.ID && a.Level == b.Level })
	if !same {
		return errors.New("a translation has the paragraphs of its original, in the same order")
	}
	return nil
}

// language reports whether s is a language code: two or three letters, perhaps
// a script or region after a dash.
func language(s string) bool {
	first, rest, more := strings.Cut(s, "-")
	if len(first) < 2 || len(first) > 3 || strings.Trim(first, "abcdefghijklmnopqrstuvwxyz") != "" {
		return false
	}
	return !more || len(rest) >= 2 && len(rest) <= 8 && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// Numbers returns the number of each paragraph, in order: "1", "1.1", or ""
// for one that has none. A level that skips one counts from that skipped one's 1.
func (t *Text) Numbers() []string {
	out := make([]string, len(t.Paragraphs))
	var at [MaxLevel]int
	for i, p := range t.Paragraphs {
		if p.Level < 1 || p.Level > MaxLevel {
			continue
		}
		at[p.Level-1]++
		var parts []string
		for k := range p.Level {
			at[k] = max(at[k], 1)
			parts = append(parts, strconv.Itoa(at[k]))
		}
		for k := p.Level; k < MaxLevel; k++ {
			at[k] = 0
		}
		out[i] = strings.Join(parts, ".")
	}
	return out
}

func (t *Text) index(id string) int {
	return slices.IndexFunc(t.Paragraphs, func(p Paragraph) bool { return p.ID == id })
}
