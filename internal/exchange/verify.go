package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// A Report is what a receipt file proves.
type Report struct {
	Rung      Rung
	Header    seal.Header // of the message
	Message   landbridge.Digest
	To        landbridge.PartyID
	By        landbridge.PartyID // whose log holds the step
	At        time.Time          // by that party's clock
	LogIndex  int64
	LogSize   int64
	Cosigners []landbridge.PartyID // who saw that log
	Kind      fail.Kind            // of a refusal
	Reason    string               // of a refusal
}

// Trust is what a verifier believes without the file: a directory, and how
// many parties other than the log's own must have cosigned. A negative quorum
// is the network's rule, ⌈n/3⌉+1.
type Trust struct {
	Directory *party.View
	Quorum    int
}

// MaxReceipt is the largest receipt file, in bytes.
const MaxReceipt = 1 << 20

const receiptForm = "landbridge-receipt/v1"

// The sections of a receipt file, in their order.
const (
	partStatement = iota
	partHeader
	partSignature
	partEntry
	partSalt
	partProof
	numParts
)

func partNames() [numParts]string {
	return [numParts]string{"statement", "header", "signature", "entry", "salt", "proof"}
}

// A receipt is a receipt file taken apart.
type receipt struct {
	statement []byte
	header    []byte
	signature []byte
	entry     []byte
	salt      [32]byte
	proof     []byte
}

func (r *receipt) format() []byte {
	var b bytes.Buffer
	b.WriteString(receiptForm + "\n")
	parts := [numParts][]byte{r.statement, r.header, []byte(base64.StdEncoding.EncodeToString(r.signature) + "\n"), r.entry,
		[]byte(hex.EncodeToString(r.salt[:]) + "\n"), r.proof}
	for i, name := range partNames() {
		fmt.Fprintf(&b, "\n== %s\n%s", name, parts[i])
	}
	return b.Bytes()
}

// parseReceipt reads a receipt file; there is one way to write each.
func parseReceipt(file []byte) (*receipt, error) {
	bad := func(what string) error {
		return fail.New(fail.Invalid, "this is not a receipt file, or it was changed: %s", what)
	}
	if len(file) > MaxReceipt {
		return nil, fail.New(fail.TooLarge, "a receipt file has at most %d bytes", MaxReceipt)
	}
	rest, ok := bytes.CutPrefix(file, []byte(receiptForm+"\n"))
	if !ok {
		return nil, bad("it does not begin with " + receiptForm)
	}
	var parts [numParts][]byte
	names := partNames()
	for i := range names {
		if rest, ok = bytes.CutPrefix(rest, []byte("\n== "+names[i]+"\n")); !ok {
			return nil, bad("the section " + names[i] + " is not where it should be")
		}
		if i == numParts-1 {
			parts[i] = rest
			break
		}
		end := bytes.Index(rest, []byte("\n== "+names[i+1]+"\n"))
		if end < 0 {
			return nil, bad("the section " + names[i+1] + " is missing")
		}
		parts[i], rest = rest[:end], rest[end:]
	}
	r := &receipt{statement: parts[partStatement], header: parts[partHeader], entry: parts[partEntry], proof: parts[partProof]}
	var err, err2 error
	r.signature, err = base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(string(parts[partSignature]), "\n"))
	salt, err2 := hex.DecodeString(strings.TrimSuffix(string(parts[partSalt]), "\n"))
	if errors.Join(err, err2) != nil || len(salt) != len(r.salt) {
		return nil, bad("the signature or the salt cannot be read")
	}
	copy(r.salt[:], salt)
	if !bytes.Equal(r.format(), file) {
		return nil, bad("it is not written as spec/delivery.md says")
	}
	return r, nil
}

// VerifyReceipt checks a receipt file against the keys in a directory. It needs
// no node, no network and no clock. Every byte of the file is under some
// signature, hash or canonical form: a file with one changed bit is refused.
func VerifyReceipt(file []byte, trust Trust) (Report, error) {
	r, err := parseReceipt(file)
	if err != nil {
		return Report{}, err
	}
	s, err := parseStatement(r.statement)
	if err != nil {
		return Report{}, err
	}
	h, err := r.checkMessage(trust.Directory, &s)
	if err != nil {
		return Report{}, err
	}
	rep := Report{Rung: s.Rung, Header: h, Message: s.Envelope, To: s.To, By: s.By, Kind: s.Kind, Reason: s.Reason}
	return rep, r.checkLog(trust, &s, &rep)
}

// checkMessage checks that the statement is about the message in the file, and
// that its sender signed that.
func (r *receipt) checkMessage(v *party.View, s *statement) (seal.Header, error) {
	h, err := seal.ParseHeader(r.header)
	if err != nil {
		return h, fail.New(fail.Unsigned, "the header of the message does not hold: %v", err)
	}
	addressed := s.Rung == Submitted && s.To == s.From
	for _, to := range h.To {
		addressed = addressed || to.Party == s.To
	}
	if s.Envelope != landbridge.Sum(r.header) || s.ID != h.ID || s.From != h.From || !addressed {
		return h, fail.New(fail.Unsigned, "the statement is about another message than the one in this file")
	}
	pub, err := v.SigningKeyAt(h.From, h.Signer, h.Created)
	if err != nil {
		return h, err
	}
	e := seal.Envelope{Header: h, Signature: r.signature}
	if err := e.Verify(pub); err != nil {
		return h, fail.New(fail.Unsigned, "the signature of %s under the message does not hold: %v", h.From, err)
	}
	return h, nil
}

// checkLog checks that the statement stands in the log of the one who makes it.
func (r *receipt) checkLog(trust Trust, s *statement, rep *Report) error {
	mayState := s.By == s.To && (s.Rung == Delivered || s.Rung == Retrieved || s.Rung == Refused) ||
		s.By == s.From && s.Rung == Undeliverable || s.Rung == Relayed && s.By != s.To && s.By != s.From
	if !mayState {
		return fail.New(fail.Unsigned, "%s cannot state that a message from %s to %s was %s", s.By, s.From, s.To, s.Rung)
	}
	p, err := ledger.ParseProof(r.proof)
	if err != nil {
		return fail.New(fail.Unsigned, "the proof cannot be read: %v", err)
	}
	if !bytes.Equal(p.Format(), r.proof) || len(p.Extra) > 0 {
		return fail.New(fail.Unsigned, "the proof is not in the form in which it was made")
	}
	pols, err := trust.Directory.Policies(s.By, trust.Quorum)
	if err != nil {
		return err
	}
	var refusal error
	for i, pol := range pols { // the newest key first; a log that is years old had another
		c, names, err := p.Verify(r.entry, pol)
		if err != nil {
			if i == 0 || !ledger.Is(err, ledger.BadSignature) {
				refusal = err
			}
			continue
		}
		if err := allKnown(p.Checkpoint, pol); err != nil {
			return err
		}
		return r.report(s, &p, c, names, rep)
	}
	return fail.New(fail.Unsigned, "%v", refusal)
}

func (r *receipt) report(s *statement, p *ledger.Proof, c ledger.Checkpoint, names []string, rep *Report) error {
	a := attestation{Statement: r.statement, Salt: r.salt, Entry: r.entry, Index: p.Index, Hashes: p.Hashes}
	if _, err := a.check(c); err != nil {
		return err
	}
	e, err := ledger.ParseEntry(r.entry)
	if err != nil {
		return fail.New(fail.Unsigned, "the log entry cannot be read: %v", err)
	}
	rep.At, rep.LogIndex, rep.LogSize = e.Time, p.Index, c.Size
	for _, n := range names {
		who, err := party.PartyOf(n)
		if err != nil {
			return fail.New(fail.Unsigned, "%v", err)
		}
		rep.Cosigners = append(rep.Cosigners, who)
	}
	return nil
}

// allKnown refuses signature lines nobody can check: what cannot be checked
// does not belong in evidence.
func allKnown(checkpoint []byte, pol ledger.Policy) error {
	n, err := note.Open(checkpoint, note.VerifierList(append([]note.Verifier{pol.Log}, pol.Witnesses...)...))
	if err != nil {
		return fail.New(fail.Unsigned, "the log head does not hold: %v", err)
	}
	if len(n.UnverifiedSigs) > 0 {
		return fail.New(fail.Unsigned, "the log head bears a signature of %s with a key that is not in the directory you gave; use a newer directory",
			n.UnverifiedSigs[0].Name)
	}
	if !bytes.Equal(formatNote(n), checkpoint) {
		return fail.New(fail.Unsigned, "the log head is not in the form in which it was made")
	}
	return nil
}

// formatNote writes a note with the signatures that were verified, each in its
// one canonical form.
func formatNote(n *note.Note) []byte {
	var b strings.Builder
	b.WriteString(n.Text + "\n")
	for _, s := range n.Sigs {
		raw, err := base64.StdEncoding.DecodeString(s.Base64)
		if err != nil {
			continue
		}
		fmt.Fprintf(&b, "— %s %s\n", s.Name, base64.StdEncoding.EncodeToString(raw))
	}
	return []byte(b.String())
}
