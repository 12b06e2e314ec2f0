package visit

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
)

const format = "landbridge-visit/1"

// What a party says about a record. Append, never rename: the messages are called so.
const (
	Proposed  = "proposed"  // begins a record
	Corrected = "corrected" // proposes its next version
	Agreed    = "agreed"    // to a version
	Declined  = "declined"
	Withdrawn = "withdrawn" // by who proposed a version, before all agreed
	Released  = "released"  // a version may be public, as far as this party is concerned
	Withheld  = "withheld"  // nothing of the record may be public any more
)

// Kinds lists what can be said.
func Kinds() []string {
	return []string{Proposed, Corrected, Agreed, Declined, Withdrawn, Released, Withheld}
}

// A Statement is one thing a party said about a record.
type Statement struct {
	Format  string             `json:"format"`
	ID      landbridge.ID      `json:"id"` // of proposed: the record's
	Kind    string             `json:"kind"`
	Record  landbridge.ID      `json:"record"`
	Party   landbridge.PartyID `json:"party"`
	Made    time.Time          `json:"made"`
	Version landbridge.Digest  `json:"version,omitzero"` // which is meant; of corrected: which is corrected
	Content *Content           `json:"content,omitempty"`
	Note    string             `json:"note,omitempty"`
}

// Digest names the statement; a version is named by the statement that proposed it.
func (s *Statement) Digest() (landbridge.Digest, error) {
	b, err := s.encode()
	return landbridge.Sum(append([]byte(domainStatement), b...)), err
}

func (s *Statement) encode() ([]byte, error) {
	b, err := canon.Encode(s)
	return append(b, '\n'), err
}

func (s *Statement) versioned() bool { return s.Kind == Proposed || s.Kind == Corrected }

func (s *Statement) check() error {
	if s.Format != format || !slices.Contains(Kinds(), s.Kind) {
		return fail.New(fail.Invalid, "this node reads statements in the form %s: %s", format, strings.Join(Kinds(), ", "))
	}
	for _, id := range []landbridge.ID{s.ID, s.Record} {
		if _, err := landbridge.ParseID(string(id)); err != nil {
			return fail.New(fail.Invalid, "a statement and its record have ids: %v", err)
		}
	}
	if _, err := landbridge.ParsePartyID(string(s.Party)); err != nil {
		return fail.New(fail.Invalid, "a statement is a party's: %v", err)
	}
	if s.Made.IsZero() || !s.Made.Equal(s.Made.UTC().Truncate(time.Microsecond)) || s.Made.Year() > 9000 {
		return fail.New(fail.Invalid, "a statement bears the time at which it was made, to the microsecond")
	}
	if s.versioned() != (s.Content != nil) || (s.Kind == Proposed) != (s.ID == s.Record) || (s.Kind == Proposed) != s.Version.IsZero() {
		return fail.New(fail.Invalid, "a record begins with its content; a correction names the version it corrects; everything else names a version alone")
	}
	if err := text("note", s.Note, maxText, s.Kind == Declined); err != nil {
		return err
	}
	if s.Content == nil {
		return nil
	}
	if s.Kind == Proposed && !slices.Contains(s.Content.Parties, s.Party) {
		return fail.New(fail.Invalid, "a record is proposed by one of its parties")
	}
	return s.Content.Check()
}

// A Signed is a statement with its party's signature, as it travels and rests.
type Signed struct {
	*Statement
	Signature []byte
	Digest    landbridge.Digest
	body      []byte
}

const signatureLine = "signature "

// sign signs a statement with the party's signing key.
func sign(s *Statement, with func([]byte) []byte) (*Signed, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	b, err := s.encode()
	if err != nil {
		return nil, err
	}
	if len(b) > MaxBody {
		return nil, fail.New(fail.TooLarge, "a record has at most %d bytes; shorten its texts", MaxBody)
	}
	sig := with(append([]byte(domainSignature), b...))
	return &Signed{s, sig, landbridge.Sum(append([]byte(domainStatement), b...)), b}, nil
}

// Encode returns the statement's line followed by one with its signature.
func (s *Signed) Encode() []byte {
	return slices.Concat(s.body, []byte(signatureLine+hex.EncodeToString(s.Signature)+"\n"))
}

// Verify reports whether the signature is of key over this statement.
func (s *Signed) Verify(key ed25519.PublicKey) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, append([]byte(domainSignature), s.body...), s.Signature)
}

// ParseSigned reads a statement and checks all that it can say by itself. It
// accepts the one form in which statements are written. It does not check the
// signature: that needs the party's key.
func ParseSigned(b []byte) (*Signed, error) {
	const tail = len(signatureLine) + 2*ed25519.SignatureSize + 1
	if len(b) <= tail || len(b) > MaxBody+tail {
		return nil, fail.New(fail.TooLarge, "a signed statement ends in a line with its signature and has at most %d bytes", MaxBody+tail)
	}
	body, line := b[:len(b)-tail], string(b[len(b)-tail:])
	digits, ok := strings.CutPrefix(line, signatureLine)
	digits, ok2 := strings.CutSuffix(digits, "\n")
	signature, err := hex.DecodeString(digits)
	if !ok || !ok2 || err != nil || strings.ToLower(digits) != digits {
		return nil, fail.New(fail.Invalid, "a signed statement ends in a line with its signature")
	}
	s := new(Statement)
	switch err := canon.Decode(body, s); {
	case errors.Is(err, canon.ErrMore):
		return nil, fail.New(fail.Invalid, "there is something after the statement")
	case err != nil:
		return nil, fail.Because(err, fail.Invalid, "this is not the JSON of a statement")
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	if again, err := s.encode(); err != nil || !bytes.Equal(again, body) {
		return nil, fail.New(fail.Invalid, "the statement is not in its one form: times in UTC, no blanks, fields in order")
	}
	return &Signed{s, signature, landbridge.Sum(append([]byte(domainStatement), body...)), slices.Clone(body)}, nil
}
