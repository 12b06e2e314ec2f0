package ledger

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofLine = "c2sp.org/tlog-proof@v1"
	maxExtra  = 64 << 10
)

// MaxProof is the largest proof, in bytes of text.
const MaxProof = MaxNote + 2*maxExtra

// A Proof shows offline, years later, that an entry stands in a log that
// witnesses saw (C2SP tlog-proof).
type Proof struct {
	Extra      []byte // not covered by anything: trust it only for what it proves itself
	Index      int64
	Hashes     []tlog.Hash
	Checkpoint []byte // a signed note
}

func sizeText(n int64) string { return strconv.FormatInt(n, 10) }

// Format returns the text of the proof, to be kept in a .tlog-proof file.
func (p Proof) Format() []byte {
	var b strings.Builder
	b.WriteString(proofLine + "\n")
	if len(p.Extra) > 0 {
		b.WriteString("extra " + base64.StdEncoding.EncodeToString(p.Extra) + "\n")
	}
	b.WriteString("index " + sizeText(p.Index) + "\n")
	writeHashes(&b, p.Hashes)
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return []byte(b.String())
}

// ParseProof reads a proof. Nothing in it is verified yet; see [Proof.Verify].
func ParseProof(text []byte) (p Proof, err error) {
	if len(text) > MaxProof {
		return p, refuse(BadProof, "the proof has %d bytes; the limit is %d", len(text), MaxProof)
	}
	head, cp, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || lines[0] != proofLine {
		return p, refuse(BadProof, "a proof begins with the line %q and has a checkpoint after an empty line", proofLine)
	}
	lines = lines[1:]
	if len(lines) > 0 {
		if extra, ok := strings.CutPrefix(lines[0], "extra "); ok {
			p.Extra, err = base64.StdEncoding.Strict().DecodeString(extra)
			if err != nil || len(p.Extra) == 0 || len(p.Extra) > maxExtra || strings.ContainsAny(extra, "\r") {
				return Proof{}, refuse(BadProof, "the extra line of the proof is not base64 of 1 to %d bytes", maxExtra)
			}
			lines = lines[1:]
		}
	}
	if len(lines) == 0 {
		return Proof{}, refuse(BadProof, "the proof has no index line")
	}
	index, ok := strings.CutPrefix(lines[0], "index ")
	if p.Index, err = parseSize(index); !ok || err != nil {
		return Proof{}, refuse(BadProof, "the index line of the proof is wrong: %q and a plain decimal number", "index")
	}
	if p.Hashes, err = parseHashes(lines[1:], BadProof); err != nil {
		return Proof{}, err
	}
	p.Checkpoint = []byte(cp)
	return p, nil
}

// Verify checks that the entry stands at the proof's index in the log of the
// policy, and that enough witnesses saw the log. It returns the checkpoint and
// the names of those witnesses.
func (p Proof) Verify(entry []byte, policy Policy) (Checkpoint, []string, error) {
	c, names, err := policy.Check(p.Checkpoint)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if p.Index >= c.Size {
		return Checkpoint{}, nil, refuse(BadProof, "the entry %d is not in a log of size %d", p.Index, c.Size)
	}
	if err := tlog.CheckRecord(slices.Clone(p.Hashes), c.Size, c.Root, p.Index, LeafHash(entry)); err != nil {
		return Checkpoint{}, nil, refuse(BadProof, "the proof does not hold: this entry is not number %d of the log %q", p.Index, c.Origin)
	}
	return c, names, nil
}
