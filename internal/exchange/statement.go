package exchange

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// A statement is what one party says about one message and one recipient. Its
// text is what the party's log entry commits to.
type statement struct {
	Rung     Rung
	ID       landbridge.MessageID
	Envelope landbridge.Digest
	From, To landbridge.PartyID // of the message
	By       landbridge.PartyID // who states it
	At       time.Time
	Kind     fail.Kind // of a refusal
	Reason   string    // of a refusal
}

const (
	statementForm = "landbridge-step/v1"
	timeForm      = "2006-01-02T15:04:05.000000Z"
	maxReason     = 600
	maxStatement  = 1200 // bytes of the text
)

// stated lists the rungs that a log entry can prove.
func stated() []Rung {
	return []Rung{Submitted, Relayed, Delivered, Retrieved, Refused, Undeliverable}
}

// about begins a statement of this node about a message.
func (x *Exchange) about(h *seal.Header, d landbridge.Digest, rung Rung, to landbridge.PartyID) statement {
	return statement{Rung: rung, ID: h.ID, Envelope: d, From: h.From, To: to, By: x.me, At: x.now()}
}

// text returns the canonical text.
func (s *statement) text() []byte {
	kind, reason := "-", "-"
	if s.Rung == Refused {
		kind, reason = s.Kind.String(), oneLine(s.Reason)
	}
	return fmt.Appendf(make([]byte, 0, 360), "%s\nstep %s\nmessage %s\nenvelope %s\nfrom %s\nto %s\nby %s\nat %s\nkind %s\nreason %s\n",
		statementForm, s.Rung, s.ID, s.Envelope, s.From, s.To, s.By, s.At.UTC().Format(timeForm), kind, reason)
}

// oneLine makes a sentence fit one line of text.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "?")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
	for len(s) > maxReason {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	if s = strings.TrimSpace(s); s == "" {
		return "-"
	}
	return s
}

func digestOf(text []byte) landbridge.Digest {
	h := sha256.New()
	h.Write([]byte(domainStep))
	h.Write(text)
	return landbridge.Digest(h.Sum(nil))
}

// fact returns what the log is told.
func (s *statement) fact(about landbridge.CaseID) record.Fact {
	return record.Fact{Kind: factPrefix + string(s.Rung), Actor: ledger.NodeActor, Digest: digestOf(s.text()), About: string(about)}
}

// parseStatement reads the canonical text and nothing else.
func parseStatement(text []byte) (s statement, err error) {
	bad := fail.New(fail.Invalid, "this is not a statement about a message: ten lines in the order of spec/delivery.md")
	lines := strings.Split(string(text), "\n")
	if len(text) > maxStatement || !utf8.Valid(text) || len(lines) != 11 || lines[0] != statementForm {
		return s, bad
	}
	var v [9]string
	for i, name := range []string{"step", "message", "envelope", "from", "to", "by", "at", "kind", "reason"} {
		value, ok := strings.CutPrefix(lines[i+1], name+" ")
		if !ok {
			return s, bad
		}
		v[i] = value
	}
	s.Rung, s.Reason = Rung(v[0]), v[8]
	var errs [6]error
	s.ID, errs[0] = landbridge.ParseID(v[1])
	s.Envelope, errs[1] = landbridge.ParseDigest(v[2])
	s.From, errs[2] = landbridge.ParsePartyID(v[3])
	s.To, errs[3] = landbridge.ParsePartyID(v[4])
	s.By, errs[4] = landbridge.ParsePartyID(v[5])
	s.At, errs[5] = time.Parse(timeForm, v[6])
	s.At, s.Kind = s.At.UTC(), fail.ParseKind(v[7])
	if s.Rung != Refused {
		s.Kind, s.Reason = 0, ""
	}
	for _, e := range errs {
		if e != nil {
			return statement{}, bad
		}
	}
	if !slices.Contains(stated(), s.Rung) || !bytes.Equal(s.text(), text) {
		return statement{}, bad
	}
	return s, nil
}

// An attestation is a statement with the proof that it stands in a log. The
// checkpoint it proves towards travels beside it, once for many.
type attestation struct {
	Statement []byte
	Salt      [32]byte
	Entry     []byte
	Index     int64
	Hashes    []tlog.Hash
}

// check proves that the statement stands in the log with checkpoint c, and
// returns it.
func (a *attestation) check(c ledger.Checkpoint) (statement, error) {
	s, err := parseStatement(a.Statement)
	if err != nil {
		return s, err
	}
	e, err := ledger.ParseEntry(a.Entry)
	if err != nil {
		return s, fail.New(fail.Unsigned, "the log entry of the receipt cannot be read: %v", err)
	}
	if e.Kind != factPrefix+string(s.Rung) || e.Commitment != ledger.Commit(e.Kind, a.Salt, digestOf(a.Statement)) {
		return s, fail.New(fail.Unsigned, "the log entry of the receipt is about something else than its statement")
	}
	if a.Index < 0 || a.Index >= c.Size {
		return s, fail.New(fail.Unsigned, "entry %d does not stand in a log of %d entries", a.Index, c.Size)
	}
	if err := tlog.CheckRecord(slices.Clone(a.Hashes), c.Size, tlog.Hash(c.Root), a.Index, ledger.LeafHash(a.Entry)); err != nil {
		return s, fail.New(fail.Unsigned, "the proof does not lead from entry %d to the signed head of the log", a.Index)
	}
	return s, nil
}
