// Package ledger is the tamper-evident log of a node: entries, the Merkle tree
// over them, signed checkpoints, cosignatures of witnesses, and proofs that an
// outsider can check years later without asking anyone.
//
// The formats are those of C2SP (tlog-tiles, signed-note, tlog-checkpoint,
// tlog-cosignature, tlog-witness, tlog-proof), so that other people's tools can
// verify our logs; spec/ledger.md says what we choose within them. The hashing
// and the notes are those of golang.org/x/mod/sumdb.
//
// Trust: a log's owner is trusted to say what happened at its own node, once. It
// can lie when it writes, but it cannot take back or change what it wrote
// without showing, as long as a quorum of witnesses is honest. A witness learns
// sizes and hashes and nothing else. This package has no clock, no files and no
// network; durability and one-time signing are the business of its user.
package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
)

// Bounds of the format.
const (
	MaxEntry = 1 << 10 // bytes of one entry
	Width    = 256     // hashes in a full tile, and entries in a full bundle
	height   = 8       // of a tile: Width = 2^height
)

// NodeActor stands in an entry when no person acted.
const NodeActor = "node"

const (
	entryLine = "landbridge-entry/v1"
	timeForm  = "2006-01-02T15:04:05.000000Z"
)

// An Entry is one fact in a log. It never holds personal data: the actor is a
// pseudonym, and the content is behind a salt that can be destroyed (S15).
type Entry struct {
	Kind       string    // such as "message.delivered"
	Time       time.Time // to the microsecond, UTC
	Actor      string    // 16 hex digits, or "node"
	Commitment landbridge.Digest
}

// Commit returns the commitment that stands in an entry: it binds the node to
// a digest without telling it.
func Commit(kind string, salt [32]byte, digest landbridge.Digest) landbridge.Digest {
	b := make([]byte, 0, len(domainCommit)+len(kind)+64)
	b = append(b, domainCommit...)
	b = append(b, kind...)
	b = append(b, salt[:]...)
	b = append(b, digest[:]...)
	return landbridge.Sum(b)
}

// Marshal returns the text of e, or the reason why e is not an entry.
func (e *Entry) Marshal() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	return e.append(make([]byte, 0, 224)), nil
}

func (e *Entry) append(b []byte) []byte {
	b = append(b, entryLine+"\nkind "...)
	b = append(b, e.Kind...)
	b = append(b, "\ntime "...)
	b = e.Time.UTC().AppendFormat(b, timeForm)
	b = append(b, "\nactor "...)
	b = append(b, e.Actor...)
	b = append(b, "\ncommitment "...)
	b = append(b, e.Commitment.String()...)
	return append(b, '\n')
}

func (e *Entry) check() error {
	switch {
	case !landbridge.ValidName(e.Kind, landbridge.MaxKind):
		return refuse(BadEntry, "the kind %.60q of an entry is not a plain name of at most %d bytes", e.Kind, landbridge.MaxKind)
	case e.Time.Year() < 2000 || e.Time.Year() > 9999 || !e.Time.Equal(e.Time.Truncate(time.Microsecond)):
		return refuse(BadEntry, "the time of an entry lies between the years 2000 and 9999 and is exact to the microsecond")
	case !ValidActor(e.Actor):
		return refuse(BadEntry, "the actor of an entry is 16 lower-case hex digits or %q", NodeActor)
	case e.Commitment.IsZero():
		return refuse(BadEntry, "the commitment of an entry is not set")
	}
	return nil
}

// ValidActor reports whether s may stand as the actor of an entry.
func ValidActor(s string) bool {
	if s == NodeActor {
		return true
	}
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

// ParseEntry reads what Marshal wrote and nothing else.
func ParseEntry(text []byte) (e Entry, err error) {
	bad := func(err error) (Entry, error) {
		return Entry{}, refuse(BadEntry, "this is not an entry of a log: %v", err)
	}
	if len(text) > MaxEntry {
		return bad(fmt.Errorf("it has %d bytes, the limit is %d", len(text), MaxEntry))
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) != 6 || lines[0] != entryLine || lines[5] != "" {
		return bad(fmt.Errorf("it has five lines, the first is %q", entryLine))
	}
	var values [4]string
	for i, name := range []string{"kind ", "time ", "actor ", "commitment "} {
		v, ok := strings.CutPrefix(lines[i+1], name)
		if !ok {
			return bad(fmt.Errorf("line %d begins with %q", i+2, name))
		}
		values[i] = v
	}
	e.Kind, e.Actor = values[0], values[2]
	if e.Time, err = time.Parse(timeForm, values[1]); err != nil {
		return bad(errors.New("a time is written like 2027-01-02T15:04:05.000000Z"))
	}
	if e.Commitment, err = landbridge.ParseDigest(values[3]); err != nil {
		return bad(err)
	}
	if err := e.check(); err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(e.append(nil), text) {
		return bad(errors.New("it is not in canonical form"))
	}
	return e, nil
}

// LeafHash returns the hash under which an entry stands in the tree.
func LeafHash(entry []byte) tlog.Hash { return tlog.RecordHash(entry) }
