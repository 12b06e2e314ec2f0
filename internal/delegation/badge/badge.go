// Package badge writes and checks the badges of an edition: a short payload
// signed by the node that runs it, so small that it prints as a QR code of one
// glance, and enough for a door without network to say who may come in.
//
// It is pure: no tables, no clock, no network. A badge says edition, number,
// name, category and end; nothing else about a person is in it.
//
// Trust: who holds the node's signing key can make badges. Who copies a badge
// has it, until its number is revoked: the name on it is for the person at the
// door to compare. A door that was not given the newest list of revocations
// lets in what was revoked since, and says of which time its list is.
//
// Limits: [MaxText] characters of a badge, [MaxEdition] and [MaxName] bytes in
// it, [MaxRevoked] numbers in one list.
package badge

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// Bounds of a badge. They are part of its format.
const (
	MaxText    = 200     // characters of a badge as it stands in the QR code
	MaxEdition = 16      // bytes of an edition's id
	MaxName    = 40      // bytes of the name; a longer one is cut at a letter
	MaxNumber  = 999_999 // badges of one edition
	prefix     = "LB1:"
	version    = 1
)

// The string under which badges are signed.
const domainBadge = "landbridge/badge/v1\x00"

// Categories lists what a badge may say about its holder. The place in the
// list travels in badges: append, never reorder.
func Categories() []string {
	return []string{"party", "organisation", "ngo", "scholar", "industry", "media", "secretariat"}
}

// A Badge is what a badge says.
type Badge struct {
	Edition  string
	Number   int
	Name     string // in Latin letters, as in the passport
	Category string // one of [Categories]
	Until    time.Time
}

// A Signer makes Ed25519 signatures; the node's signing key is one.
type Signer interface{ Sign(message []byte) []byte }

// Sign returns the text of a badge. The end is kept to the hour, rounded up.
func Sign(b Badge, key Signer) (string, error) {
	b.Name = cut(b.Name)
	payload, err := b.payload()
	if err != nil {
		return "", err
	}
	return prefix + encode45(append(payload, key.Sign(append([]byte(domainBadge), payload...))...)), nil
}

// cut shortens a name to what fits, at the end of a letter.
func cut(name string) string {
	name = strings.TrimSpace(name)
	for len(name) > MaxName {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return strings.TrimSpace(name)
}

func (b Badge) payload() ([]byte, error) {
	category := slices.Index(Categories(), b.Category)
	hours := (b.Until.Unix() + 3599) / 3600
	switch {
	case !landbridge.ValidName(b.Edition, MaxEdition):
		return nil, fail.New(fail.Invalid, "the id of an edition is 1 to %d lower-case letters, digits, '-', '_' or '.'", MaxEdition)
	case b.Number < 1 || b.Number > MaxNumber:
		return nil, fail.New(fail.Invalid, "a badge has a number from 1 to %d", MaxNumber)
	case category < 0:
		return nil, fail.New(fail.Invalid, "choose the category of the badge")
	case b.Name == "" || len(b.Name) > MaxName || !utf8.ValidString(b.Name) || strings.ContainsFunc(b.Name, control):
		return nil, fail.New(fail.Invalid, "a badge carries a name of 1 to %d bytes without control characters", MaxName)
	case hours < 1 || hours >= 1<<21:
		return nil, fail.New(fail.Invalid, "a badge ends between the years 1970 and 2209")
	}
	out := []byte{version, byte(len(b.Edition))}
	out = append(out, b.Edition...)
	out = binary.AppendUvarint(out, uint64(b.Number))
	out = append(out, byte(category))
	out = binary.AppendUvarint(out, uint64(hours))
	out = append(out, byte(len(b.Name)))
	return append(out, b.Name...), nil
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

// unreadable is the one answer to everything that is not a badge: a door has no
// use for the reason.
func unreadable() error {
	return fail.New(fail.Invalid, "this is not a badge; hold the code flat and scan it again")
}

// Parse reads the text of a badge without checking its signature. There is one
// text for each badge and signature: any other is refused.
func Parse(text string) (*Badge, error) {
	b, _, _, err := parse(text)
	return b, err
}

func parse(text string) (b *Badge, payload, signature []byte, err error) {
	rest, ok := strings.CutPrefix(text, prefix)
	raw, good := decode45(rest)
	if !ok || !good || len(text) > MaxText || len(raw) <= ed25519.SignatureSize {
		return nil, nil, nil, unreadable()
	}
	payload, signature = raw[:len(raw)-ed25519.SignatureSize], raw[len(raw)-ed25519.SignatureSize:]
	r := reader{payload}
	first := r.byte()
	b = &Badge{Edition: r.text()}
	b.Number = int(min(r.uvarint(), MaxNumber+1))
	category := int(r.byte())
	hours := r.uvarint()
	b.Name = r.text()
	if first != version || category >= len(Categories()) || hours >= 1<<21 {
		return nil, nil, nil, unreadable()
	}
	b.Category, b.Until = Categories()[category], time.Unix(int64(hours)*3600, 0).UTC()
	again, err := b.payload()
	if err != nil || !bytes.Equal(again, payload) {
		return nil, nil, nil, unreadable()
	}
	return b, payload, signature, nil
}

// A reader takes a payload apart. What is missing reads as zero; the comparison
// with the badge's one form refuses it afterwards.
type reader struct{ rest []byte }

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.rest = nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) text() string {
	n := min(int(r.byte()), len(r.rest))
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

// Verify returns what a badge says if one of the keys signed it, it is of this
// edition, not over at the given time and not revoked. The keys are those the
// node of the edition has used since its first badge.
func Verify(text, edition string, keys []ed25519.PublicKey, revoked *Revocations, at time.Time) (*Badge, error) {
	b, payload, signature, err := parse(strings.Trim(text, "\r\n\t")) // a space may be the last letter of a badge
	if err != nil {
		return nil, err
	}
	message := append([]byte(domainBadge), payload...)
	signed := func(k ed25519.PublicKey) bool {
		return len(k) == ed25519.PublicKeySize && ed25519.Verify(k, message, signature)
	}
	switch {
	case !slices.ContainsFunc(keys, signed):
		return nil, fail.New(fail.Unsigned, "this badge was not made by the organiser; ask the person to come to the desk")
	case b.Edition != edition:
		return nil, fail.New(fail.Invalid, "this badge is of another edition, %s; ask the person to come to the desk", b.Edition)
	case !at.Before(b.Until):
		return nil, fail.New(fail.Expired, "this badge ended on %s; ask the person to come to the desk, where it is printed again if the edition was moved since",
			b.Until.Format("2 January 2006 15:04 MST"))
	case revoked != nil && revoked.Has(b.Number):
		return nil, fail.New(fail.Denied, "badge %d was revoked; ask the person to come to the desk", b.Number)
	}
	return b, nil
}
