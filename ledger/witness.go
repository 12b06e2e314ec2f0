package ledger

import (
	"encoding/base64"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// maxProof is the most hashes a proof can have in a tree of 2^63 leaves.
const maxProof = 63

// MaxWitnessRequest is the largest request to a witness, in bytes.
const MaxWitnessRequest = MaxNote + 4096

// A WitnessRequest asks a witness to cosign a checkpoint, with a proof that it
// contains all the witness saw before (C2SP tlog-witness, add-checkpoint).
type WitnessRequest struct {
	Old        int64 // the size the witness is thought to know
	Proof      []tlog.Hash
	Checkpoint []byte // a signed note
}

// Format returns the text that travels.
func (r WitnessRequest) Format() []byte {
	var b strings.Builder
	b.WriteString("old ")
	b.WriteString(sizeText(r.Old))
	b.WriteByte('\n')
	writeHashes(&b, r.Proof)
	b.WriteByte('\n')
	b.Write(r.Checkpoint)
	return []byte(b.String())
}

func writeHashes(b *strings.Builder, hashes []tlog.Hash) {
	for _, h := range hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]))
		b.WriteByte('\n')
	}
}

// ParseWitnessRequest reads a request. The checkpoint in it is not verified
// yet; see [Judge].
func ParseWitnessRequest(b []byte) (r WitnessRequest, err error) {
	if len(b) > MaxWitnessRequest {
		return r, refuse(BadRequest, "the request has %d bytes; the limit is %d", len(b), MaxWitnessRequest)
	}
	head, cp, ok := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	old, ok2 := strings.CutPrefix(lines[0], "old ")
	if !ok || !ok2 {
		return r, refuse(BadRequest, "a request to a witness is a line with the old size, proof lines, an empty line and a checkpoint")
	}
	if r.Old, err = parseSize(old); err != nil {
		return WitnessRequest{}, refuse(BadRequest, "the old size is wrong: %v", err)
	}
	if r.Proof, err = parseHashes(lines[1:], BadRequest); err != nil {
		return WitnessRequest{}, err
	}
	r.Checkpoint = []byte(cp)
	return r, nil
}

func parseHashes(lines []string, code Code) ([]tlog.Hash, error) {
	if len(lines) > maxProof {
		return nil, refuse(code, "a proof has at most %d hashes, this one has %d", maxProof, len(lines))
	}
	var hashes []tlog.Hash
	for _, l := range lines {
		h, err := parseHash(l)
		if err != nil {
			return nil, refuse(code, "a line of the proof is wrong: %v", err)
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}

// Judge decides whether a witness that knows the log as known (zero: never
// seen) may cosign what it is asked to. It returns the checkpoint to store and
// then to cosign, or a refusal. [Forked] is evidence against the log's owner;
// [Shrunk] and [BadProof] may be, or may be a late or broken request: all three
// are worth keeping. [Stale] only means that the owner must begin at the size
// the witness knows.
func Judge(known Checkpoint, r WitnessRequest, log note.Verifier) (Checkpoint, error) {
	c, _, err := OpenCheckpoint(r.Checkpoint, log)
	if err != nil {
		return Checkpoint{}, err
	}
	if !known.IsZero() && known.Origin != c.Origin {
		return Checkpoint{}, refuse(UnknownLog, "this is a checkpoint of %q, the one known here is of %q", c.Origin, known.Origin)
	}
	switch {
	case r.Old > c.Size:
		return Checkpoint{}, refuse(BadRequest, "the old size %d is larger than the checkpoint's size %d", r.Old, c.Size)
	case c.Size == known.Size && known.Size > 0 && c.Root != known.Root:
		return Checkpoint{}, refuse(Forked, "two different logs of size %d carry the signature of %q: it has two histories, and this one is not cosigned",
			c.Size, c.Origin)
	case c.Size < known.Size:
		return Checkpoint{}, refuseAt(known.Size, Shrunk,
			"the log %q had %d entries when it was last cosigned and has %d now; if its database was restored from an old backup, restore a newer one",
			c.Origin, known.Size, c.Size)
	case r.Old != known.Size:
		return Checkpoint{}, refuseAt(known.Size, Stale, "the proof begins at size %d, but the size known here is %d; begin there", r.Old, known.Size)
	}
	if (known.Size == 0 || known.Size == c.Size) && len(r.Proof) > 0 {
		return Checkpoint{}, refuse(BadRequest, "there is nothing to prove between size %d and size %d; leave the proof out", known.Size, c.Size)
	}
	if CheckConsistency(r.Proof, c, known) != nil {
		return Checkpoint{}, refuse(BadProof, "the proof does not show that the log %q of size %d contains the log of size %d known here: "+
			"it was made wrongly, or the log has two histories", c.Origin, c.Size, known.Size)
	}
	return c, nil
}

// CheckConsistency checks that the log as it is now contains the log as it was
// (RFC 6962, section 2.1.2). An empty log is contained in every log.
func CheckConsistency(proof []tlog.Hash, now, old Checkpoint) error {
	bad := refuse(BadProof, "the proof does not show that the log at size %d contains the log at size %d", now.Size, old.Size)
	switch {
	case now.Size < old.Size, !old.IsZero() && now.Origin != old.Origin:
		return bad
	case old.Size == 0 || old.Size == now.Size:
		if len(proof) != 0 || old.Size > 0 && old.Root != now.Root {
			return bad
		}
		return nil
	}
	if tlog.CheckTree(slices.Clone(proof), now.Size, now.Root, old.Size, old.Root) != nil {
		return bad
	}
	return nil
}
