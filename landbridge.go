// Package landbridge holds the words every part of the platform shares: the
// names of parties, cases, messages and processes, and how they are written.
// It has types and their parsing and nothing else: no I/O, no clock, no SQL.
//
// Trust: nothing here is secret and nothing here decides. A fault in this
// package can at most let a malformed name through; every name is therefore
// parsed where it enters and never built by concatenation.
package landbridge

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Limits of names. They are part of the wire formats in spec/.
const (
	MaxPartyID     = 16 // bytes of a PartyID
	MaxKind        = 48 // bytes of a message or fact kind
	MaxProcessID   = 48 // bytes of the name in a ProcessRef
	maxVersion     = 1_000_000
	digestPrefix   = "sha256:"
	idTimeBits     = 48
	idVersionSeven = 0x70
)

// A PartyID names a cooperating party: a state by its ISO 3166-1 alpha-2 code
// ("XA"), or an organisation or agency by a code of its own ("XF", "XA-FIU").
type PartyID string

// ParsePartyID returns s as a PartyID, or an error that says what is wrong.
func ParsePartyID(s string) (PartyID, error) {
	if len(s) < 2 || len(s) > MaxPartyID {
		return "", fmt.Errorf("a party code has 2 to %d characters, such as XA", MaxPartyID)
	}
	for i, r := range []byte(s) {
		upper := r >= 'A' && r <= 'Z'
		tail := i >= 2 && (r >= '0' && r <= '9' || r == '-')
		if !upper && !tail {
			return "", errors.New("a party code is two capital letters, then capital letters, digits or hyphens, such as XA or XA-FIU")
		}
	}
	if strings.HasSuffix(s, "-") {
		return "", errors.New("a party code does not end in a hyphen")
	}
	return PartyID(s), nil
}

// A Role is what a person may be on their own side, such as "officer" or
// "supervisor". The list is in [Roles]; each is described in spec/words.md.
type Role string

// The roles of people. Their names travel in signed acts: append, never rename.
const (
	Officer          Role = "officer"
	Supervisor       Role = "supervisor"
	ContactPoint     Role = "contact_point"
	CentralAuthority Role = "central_authority"
	Judge            Role = "judge"
	Minister         Role = "minister"
	DataProtection   Role = "dpo"
	Oversight        Role = "oversight"
	Defence          Role = "defence"
	Subject          Role = "subject"
	ListOfficer      Role = "list_officer"
	Liaison          Role = "liaison"
	Secretariat      Role = "secretariat"
	Operator         Role = "operator"
	Analyst          Role = "analyst"
	Reviewer         Role = "reviewer" // outside the chain: rights review, panels, risk, vetting
	System           Role = "system"   // the node itself; never for a coercive act (S24)
)

// Roles lists every role, in the order in which pages show them.
func Roles() []Role {
	return []Role{Officer, Supervisor, ContactPoint, CentralAuthority, Judge, Minister, DataProtection,
		Oversight, Reviewer, Defence, Subject, ListOfficer, Liaison, Secretariat, Operator, Analyst, System}
}

// An ID is a UUID of version 7 (RFC 9562) in its canonical text form. IDs made
// later sort later, to the millisecond.
type ID string

// A CaseID names a case, the same at every side of it.
type CaseID = ID

// A MessageID names one sealed message. It is never used twice.
type MessageID = ID

// NewID makes an ID from the given time and 10 bytes of randomness.
func NewID(now time.Time, random io.Reader) (ID, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		return "", fmt.Errorf("reading randomness for an id: %w", err)
	}
	ms := uint64(now.UnixMilli())
	if now.UnixMilli() < 0 || ms >= 1<<idTimeBits {
		return "", errors.New("the clock is outside the range an id can hold")
	}
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | idVersionSeven
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return ID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]), nil
}

// ParseID returns s as an ID, or an error if it is not a lower-case UUID of version 7.
func ParseID(s string) (ID, error) {
	bad := errors.New("an id is a lower-case UUID of version 7, such as 01960000-0000-7000-8000-000000000000")
	if len(s) != 36 || s[14] != '7' || !strings.ContainsRune("89ab", rune(s[19])) {
		return "", bad
	}
	for i, r := range []byte(s) {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if r != '-' {
				return "", bad
			}
		case !(r >= '0' && r <= '9' || r >= 'a' && r <= 'f'):
			return "", bad
		}
	}
	return ID(s), nil
}

// Time returns the moment an ID was made, to the millisecond. It is what the
// maker claimed: never use it where a signed time is at hand.
func (id ID) Time() time.Time {
	if len(id) < 13 {
		return time.Time{}
	}
	ms, err := strconv.ParseInt(string(id[:8]+id[9:13]), 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// A Digest is a SHA-256 value. Its text form is 64 lower-case hex digits.
type Digest [sha256.Size]byte

// ParseDigest reads the text form, with or without the prefix "sha256:".
func ParseDigest(s string) (d Digest, err error) {
	s = strings.TrimPrefix(s, digestPrefix)
	if len(s) != 2*len(d) || strings.ToLower(s) != s {
		return d, errors.New("a digest is 64 lower-case hex digits")
	}
	if _, err := hex.Decode(d[:], []byte(s)); err != nil {
		return Digest{}, errors.New("a digest is 64 lower-case hex digits")
	}
	return d, nil
}

// Sum returns the digest of b.
func Sum(b []byte) Digest { return sha256.Sum256(b) }

// IsZero reports whether d is unset. No known text has the zero digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns the 64 hex digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText lets a Digest stand in JSON and YAML.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the inverse of MarshalText; empty text is the zero digest.
func (d *Digest) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Digest{}
		return nil
	}
	*d, err = ParseDigest(string(b))
	return err
}

// A ProcessRef names one exact text of a process definition. Its text form is
// "information-request@1 sha256:…".
type ProcessRef struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Hash    Digest `json:"hash"` // of the definition file's bytes
}

// ParseProcessRef reads the text form of a ProcessRef.
func ParseProcessRef(s string) (ProcessRef, error) {
	bad := errors.New("a process is named like information-request@1 sha256:…")
	name, hash, ok := strings.Cut(s, " "+digestPrefix)
	id, ver, ok2 := strings.Cut(name, "@")
	if !ok || !ok2 || !ValidName(id, MaxProcessID) {
		return ProcessRef{}, bad
	}
	v, err := strconv.Atoi(ver)
	if err != nil || v < 1 || v > maxVersion || strconv.Itoa(v) != ver {
		return ProcessRef{}, bad
	}
	d, err := ParseDigest(hash)
	if err != nil {
		return ProcessRef{}, bad
	}
	return ProcessRef{id, v, d}, nil
}

// Name returns the part people read, "information-request@1".
func (p ProcessRef) Name() string { return p.ID + "@" + strconv.Itoa(p.Version) }

// String returns the text form.
func (p ProcessRef) String() string { return p.Name() + " " + digestPrefix + p.Hash.String() }

// IsZero reports whether p names no process.
func (p ProcessRef) IsZero() bool { return p == ProcessRef{} }

// ValidName reports whether s is a plain name: 1 to max bytes of lower-case
// letters, digits, and single '-', '_' or '.' between them.
func ValidName(s string, max int) bool {
	if len(s) == 0 || len(s) > max {
		return false
	}
	joined := true // true where a separator may not stand
	for _, r := range []byte(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			joined = false
		case (r == '-' || r == '_' || r == '.') && !joined:
			joined = true
		default:
			return false
		}
	}
	return !joined
}
