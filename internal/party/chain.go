package party

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// An Entry is one link of the directory's chain: a position, the digest of the
// link before it, and the statement that stands there. The secretariat's
// directory key signs the link; who may sign the statement is another matter.
type Entry struct {
	Position  int64 // 1 is the founding
	Previous  landbridge.Digest
	Time      time.Time
	Statement *Statement
	head      landbridge.Digest
	link      []byte // the signed note above the statement
}

const (
	linkForm  = "landbridge-directory-entry/v1"
	cutLine   = "\n---\n" // between the link and the statement
	fileLine  = "\n===\n" // between the entries of a directory file
	maxLink   = 2 << 10
	timeForm  = "2006-01-02T15:04:05.000000Z"
	maxExport = MaxParties * MaxStatement
)

// Digest returns the head of the chain after this entry.
func (e *Entry) Digest() landbridge.Digest { return e.head }

// Bytes returns the entry as it travels.
func (e *Entry) Bytes() []byte {
	return bytes.Join([][]byte{e.link, e.Statement.raw}, []byte(cutLine[1:]))
}

func linkText(position int64, previous landbridge.Digest, at time.Time, statement landbridge.Digest) string {
	return fmt.Sprintf("%s\nposition %d\nprevious %s\ntime %s\nstatement %s\n", linkForm, position, previous, at.UTC().Format(timeForm), statement)
}

// Order makes the entry that puts a statement at the next position of v. It
// does not keep it anywhere; [Directory.Order] does both.
func (v *View) Order(s *Statement, at time.Time, key note.Signer) ([]byte, error) {
	if _, err := v.Check(s); err != nil {
		return nil, err
	}
	e, err := order(v.position+1, v.head, at, s, key)
	if err != nil {
		return nil, err
	}
	return e.Bytes(), nil
}

// order makes the entry that puts a statement at a position.
func order(position int64, previous landbridge.Digest, at time.Time, s *Statement, key note.Signer) (*Entry, error) {
	link, err := note.Sign(&note.Note{Text: linkText(position, previous, at, s.Digest())}, key)
	if err != nil {
		return nil, fmt.Errorf("signing a directory entry: %w", err)
	}
	return ParseEntry(append(append(link, cutLine[1:]...), s.raw...))
}

// ParseEntry reads an entry without checking who signed it; [View.Apply] does.
func ParseEntry(b []byte) (*Entry, error) {
	bad := fail.New(fail.Invalid, "this is not an entry of a directory: five lines and a signature, a line of three dashes, and a statement")
	if len(b) > MaxStatement+maxLink {
		return nil, fail.New(fail.TooLarge, "a directory entry has at most %d bytes", MaxStatement+maxLink)
	}
	link, rest, ok := bytes.Cut(b, []byte(cutLine))
	if !ok || len(link) > maxLink {
		return nil, bad
	}
	link = append(bytes.Clone(link), '\n')
	n, err := openUnverified(link)
	if err != nil {
		return nil, err
	}
	s, err := ParseStatement(rest)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(rest, []byte(fileLine)) {
		return nil, fail.New(fail.Invalid, "a statement does not hold a line of three equal signs; that line ends an entry in a directory file")
	}
	e := &Entry{Statement: s, link: link, head: digestText(domainEntry, n.Text)}
	f := strings.Split(n.Text, "\n")
	if len(f) != 6 {
		return nil, bad
	}
	pos, err1 := strconv.ParseInt(strings.TrimPrefix(f[1], "position "), 10, 64)
	prev, err2 := landbridge.ParseDigest(strings.TrimPrefix(f[2], "previous "))
	at, err3 := time.Parse(timeForm, strings.TrimPrefix(f[3], "time "))
	if errors.Join(err1, err2, err3) != nil || pos < 1 {
		return nil, bad
	}
	e.Position, e.Previous, e.Time = pos, prev, at.UTC()
	// Writing it again must give the same bytes: there is one way to write an entry.
	if linkText(pos, prev, at, s.Digest()) != n.Text {
		return nil, fail.New(fail.Unsigned, "the entry at position %d names another statement than the one it carries; fetch the directory again", pos)
	}
	return e, nil
}

// orderedBy checks the signature of the link.
func (e *Entry) orderedBy(key string) error {
	v, err := note.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("reading the directory key: %w", err)
	}
	n, err := note.Open(e.link, note.VerifierList(v))
	if err != nil || len(n.UnverifiedSigs) > 0 {
		return fail.New(fail.Unsigned, "position %d is not signed by the secretariat's directory key in force; fetch the directory from the secretariat", e.Position)
	}
	return nil
}

// FormatFile returns the entries as one text that a verifier keeps beside its
// receipts and that `landbridge verify` reads.
func FormatFile(entries [][]byte) []byte { return bytes.Join(entries, []byte(fileLine[1:])) }

// SplitFile returns the entries of a directory file, unread.
func SplitFile(b []byte) [][]byte {
	parts := bytes.Split(b, []byte(fileLine))
	for i, p := range parts {
		if !bytes.HasSuffix(p, []byte("\n")) {
			parts[i] = append(bytes.Clone(p), '\n')
		}
	}
	return parts
}

// ParseFile reads and checks a whole directory from its first entry on.
// founding, unless zero, is the digest of the founding statement the reader
// trusts; without it the file vouches for itself alone.
func ParseFile(b []byte, founding landbridge.Digest) (*View, error) {
	if len(b) > maxExport {
		return nil, fail.New(fail.TooLarge, "a directory file has at most %d bytes", maxExport)
	}
	v := NewView()
	for i, part := range SplitFile(b) {
		e, err := ParseEntry(part)
		if err != nil {
			return nil, fail.New(fail.KindOf(err), "entry %d of the directory file: %s", i+1, fail.Safe(err))
		}
		if v, err = v.Apply(e); err != nil {
			return nil, fail.New(fail.KindOf(err), "entry %d of the directory file: %s", i+1, fail.Safe(err))
		}
	}
	if !founding.IsZero() && v.Founding() != founding {
		return nil, fail.New(fail.Unsigned, "this is another directory: its founding is %s, not the one you trust", v.Founding())
	}
	return v, nil
}
