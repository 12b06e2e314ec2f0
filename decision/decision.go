// Package decision computes what a set of delegations decided, from what each
// of them signed.
//
// A [Text] has paragraphs with ids that never change; an [Amendment] is a
// difference on those ids; [Consolidate] makes the text that a set of
// amendments comes to. A [Matter] puts one exact text to a list of delegations
// by consensus, by silence or by vote; [Fold] computes the result and
// [FoldDraft] the state of a text under negotiation. Both are pure functions of
// a set of signed acts: the same set gives the same result at every party,
// whatever the order in which the acts came. One delegation has one voice.
// Forms and rules are specified in spec/decision.md.
//
// Trust: this package has no clock, no keys and no memory. It believes the
// caller that an act was signed by the party it names ([Signed.Verify] checks
// it) and that acts bear the time at which they were made. Who runs a matter
// cannot drop an objection or slip one in unseen: an act made in time that the
// closing does not name makes the result contested. In a secret vote one honest
// teller keeps every vote secret, and no number of tellers can change the count.
//
// Limits: who backdates an act makes a result contested at most; who lacks an
// act knows from the closing that it is missing, not what it says.
package decision

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
)

// Bounds of the forms.
const (
	MaxText        = 512 << 10 // bytes of a text
	MaxAmendment   = 256 << 10
	MaxAct         = 768 << 10
	MaxParagraphs  = 2000
	MaxBody        = 16 << 10 // bytes of one paragraph
	MaxChanges     = 500      // of one amendment
	MaxDelegations = 300
	MaxTellers     = 8
	MaxNamed       = 5000 // acts that one closing names
	MaxActs        = 20_000
	maxLine        = 300
	maxNote        = 8000
	maxID          = 48
)

// Strings under which this package hashes and signs. Declared once, never
// reused, none the beginning of another.
const (
	domainText      = "landbridge/decision-text/v1\x00"
	domainAmendment = "landbridge/decision-amendment/v1\x00"
	domainMatter    = "landbridge/decision-matter/v1\x00"
	domainAct       = "landbridge/decision-act/v1\x00"
	domainSignature = "landbridge/decision-signature/v1\x00"
	domainOutcome   = "landbridge/decision-outcome/v1\x00"
	domainBallot    = "landbridge/decision-ballot/v1\x00"
	domainBase      = "landbridge/decision-second-base/v1\x00"
)

const timeForm = "2006-01-02T15:04:05.000000Z"

func sum(domain string, b []byte) landbridge.Digest {
	return landbridge.Sum(append([]byte(domain), b...))
}

// plain reports whether s may stand in a form: UTF-8 that one can see, no
// blank at either end. A text of several lines has line feeds and no other
// control character.
func plain(s string, most int, lines bool) bool {
	if len(s) > most || !utf8.ValidString(s) || strings.TrimSpace(s) != s {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		if r == '\n' {
			return !lines
		}
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
	}) < 0
}

// A form is written as lines "key value"; its first line names it. Empty
// values are left out.
type form struct{ b bytes.Buffer }

func newForm(name string) *form {
	f := new(form)
	f.b.WriteString(name + "\n")
	return f
}

func (f *form) put(key string, values ...string) {
	for _, v := range values {
		if v == "" {
			continue
		}
		v = strings.ReplaceAll(strings.ReplaceAll(v, `\`, `\\`), "\n", `\n`)
		f.b.WriteString(key + " " + v + "\n")
	}
}

func (f *form) time(key string, t time.Time) {
	if !t.IsZero() {
		f.put(key, t.UTC().Format(timeForm))
	}
}

func (f *form) digest(key string, all ...landbridge.Digest) {
	for _, d := range all {
		if !d.IsZero() {
			f.put(key, d.String())
		}
	}
}

func (f *form) party(key string, all ...landbridge.PartyID) {
	for _, p := range all {
		f.put(key, string(p))
	}
}

func (f *form) bytes() []byte { return f.b.Bytes() }

// A cursor reads a form line by line, in the one order in which it is written.
// It keeps the first error.
type cursor struct {
	lines []string
	err   error
}

// read begins with a form of the given name.
func read(b []byte, name string, most int) (*cursor, error) {
	if len(b) > most {
		return nil, fmt.Errorf("it has %d bytes; at most %d are read", len(b), most)
	}
	text, ok := strings.CutPrefix(string(b), name+"\n")
	if !ok || !strings.HasSuffix(string(b), "\n") || !utf8.Valid(b) {
		return nil, fmt.Errorf("its first line is %q, and every line ends", name)
	}
	return &cursor{lines: strings.Split(text, "\n")[:strings.Count(text, "\n")]}, nil
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// all takes the lines with this key that come next.
func (c *cursor) all(key string, most int) []string {
	var out []string
	for len(c.lines) > 0 && strings.HasPrefix(c.lines[0], key+" ") {
		if len(out) == most {
			c.fail("there are more than %d lines %q", most, key)
			return out
		}
		v, err := unescape(c.lines[0][len(key)+1:])
		if err != nil || v == "" {
			c.fail("the line %q is not written as it should be", key)
		}
		out, c.lines = append(out, v), c.lines[1:]
	}
	return out
}

func (c *cursor) maybe(key string) string {
	if v := c.all(key, 1); len(v) == 1 {
		return v[0]
	}
	return ""
}

func (c *cursor) one(key string) string {
	v := c.maybe(key)
	if v == "" {
		c.fail("the line %q is missing, or stands at another place", key)
	}
	return v
}

func (c *cursor) time(key string) time.Time {
	v := c.maybe(key)
	if v == "" {
		return time.Time{}
	}
	t, err := time.Parse(timeForm, v)
	if err != nil || t.Year() < 2000 || t.Year() > 9000 {
		c.fail("%s is a time in UTC such as %s", key, timeForm)
	}
	return t
}

func (c *cursor) digest(key string) (d landbridge.Digest) {
	if all := c.digests(key, 1); len(all) == 1 {
		return all[0]
	}
	return d
}

func (c *cursor) digests(key string, most int) []landbridge.Digest {
	var out []landbridge.Digest
	for _, v := range c.all(key, most) {
		d, err := landbridge.ParseDigest(v)
		if err != nil {
			c.fail("%s: %w", key, err)
		}
		out = append(out, d)
	}
	return out
}

func (c *cursor) party(key string) landbridge.PartyID {
	if all := c.parties(key, 1); len(all) == 1 {
		return all[0]
	}
	return ""
}

func (c *cursor) parties(key string, most int) []landbridge.PartyID {
	var out []landbridge.PartyID
	for _, v := range c.all(key, most) {
		p, err := landbridge.ParsePartyID(v)
		if err != nil {
			c.fail("%s: %w", key, err)
		}
		out = append(out, p)
	}
	return out
}

// end checks that nothing is left over and that the form is the one form of
// what was read.
func (c *cursor) end(b, again []byte) error {
	if len(c.lines) > 0 {
		c.fail("the line %.40q does not belong here", c.lines[0])
	}
	if c.err == nil && !bytes.Equal(b, again) {
		return errors.New("it is not in its one form")
	}
	return c.err
}

func unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) || s[i] != '\\' && s[i] != 'n' {
			return "", errors.New("a lone backslash")
		}
		if s[i] == 'n' {
			b.WriteByte('\n')
		} else {
			b.WriteByte('\\')
		}
	}
	return b.String(), nil
}
