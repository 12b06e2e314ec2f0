package ledger

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Bounds of a signed checkpoint. A post-quantum cosignature takes 3.3 kB of text.
const (
	MaxNote       = 512 << 10 // bytes of a note with all its signatures
	MaxSignatures = 100       // lines under a note; readers of sumdb/note take no more
	maxOrigin     = 128       // bytes
)

// A Checkpoint is what a log's owner says about the whole log at one moment.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// IsZero reports whether c is unset, which stands for a log never seen.
func (c Checkpoint) IsZero() bool { return c == Checkpoint{} }

// Text returns the note text that is signed.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) + "\n"
}

// ParseCheckpoint reads the text of a note. It refuses extension lines: nobody
// could audit them.
func ParseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return c, refuse(BadCheckpoint, "a checkpoint has three lines: the log, its size, its root hash")
	}
	c.Origin = lines[0]
	if !validName(c.Origin) {
		return Checkpoint{}, refuse(BadCheckpoint, "the first line of a checkpoint names the log in at most %d bytes, without spaces or plus signs", maxOrigin)
	}
	if c.Size, err = parseSize(lines[1]); err != nil {
		return Checkpoint{}, refuse(BadCheckpoint, "the size of the log is wrong: %v", err)
	}
	if c.Root, err = parseHash(lines[2]); err != nil {
		return Checkpoint{}, refuse(BadCheckpoint, "the root hash of the log is wrong: %v", err)
	}
	return c, nil
}

// validName reports whether s can name a log or a witness in a note.
func validName(s string) bool {
	if s == "" || len(s) > maxOrigin {
		return false
	}
	for _, r := range []byte(s) {
		if r <= ' ' || r == '+' || r >= 0x7f {
			return false
		}
	}
	return true
}

func parseSize(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return 0, errors.New("it is a plain decimal number without leading zeros")
	}
	return n, nil
}

func parseHash(s string) (h tlog.Hash, err error) {
	if len(s) == base64.StdEncoding.EncodedLen(len(h)) && !strings.ContainsAny(s, "\r\n") {
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err == nil && len(b) == len(h) {
			return tlog.Hash(b), nil
		}
	}
	return h, errors.New("it is 32 bytes in standard base64")
}

// SignCheckpoint returns c as a note signed by the log's key.
func SignCheckpoint(c Checkpoint, signer note.Signer) ([]byte, error) {
	if _, err := ParseCheckpoint(c.Text()); err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: c.Text()}, signer)
}

// OpenCheckpoint checks that msg is a checkpoint of the log whose key is
// given, and says which of the witnesses have cosigned it. Signatures of
// unknown keys are ignored; one of a known key that does not hold spoils the
// whole, as the signed-note specification advises.
func OpenCheckpoint(msg []byte, log note.Verifier, witnesses ...note.Verifier) (Checkpoint, []note.Signature, error) {
	c, n, err := openNote(msg, log, witnesses)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	var cosigned []note.Signature
	for _, s := range n.Sigs {
		if s.Name != log.Name() || s.Hash != log.KeyHash() {
			cosigned = append(cosigned, s)
		}
	}
	return c, cosigned, nil
}

func openNote(msg []byte, log note.Verifier, witnesses []note.Verifier) (c Checkpoint, n *note.Note, err error) {
	if len(msg) > MaxNote {
		return c, nil, refuse(BadCheckpoint, "the checkpoint has %d bytes; the limit is %d", len(msg), MaxNote)
	}
	n, err = note.Open(msg, note.VerifierList(append([]note.Verifier{log}, witnesses...)...))
	if err != nil {
		return c, nil, openError(err, msg, log)
	}
	if c, err = ParseCheckpoint(n.Text); err != nil {
		return Checkpoint{}, nil, err
	}
	if c.Origin != log.Name() {
		return Checkpoint{}, nil, refuse(UnknownLog, "this is a checkpoint of %q, not of %q", c.Origin, log.Name())
	}
	signed := false
	for _, s := range n.Sigs {
		// Package note forgives the unused bits of the last character; a copy
		// with a flipped bit must not pass for the original.
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Checkpoint{}, nil, refuse(BadSignature, "the signature of %q under this checkpoint is not in canonical base64", s.Name)
		}
		signed = signed || s.Name == log.Name() && s.Hash == log.KeyHash()
	}
	if !signed {
		return Checkpoint{}, nil, refuse(BadSignature, "the checkpoint is not signed by the key of %q that is known here", log.Name())
	}
	return c, n, nil
}

// PeekCheckpoint reads a checkpoint without checking any signature. It is for
// what was checked before and has been kept since.
func PeekCheckpoint(msg []byte) (Checkpoint, error) {
	text, _, ok := splitNote(msg)
	if !ok || len(msg) > MaxNote {
		return Checkpoint{}, refuse(BadCheckpoint, "this is not a signed checkpoint")
	}
	return ParseCheckpoint(text)
}

// openError says in our words why a note did not open.
func openError(err error, msg []byte, log note.Verifier) error {
	if e, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return refuse(BadSignature, "the signature of %q under this checkpoint does not hold", e.Name)
	}
	if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		first, _, _ := strings.Cut(string(msg), "\n")
		if first != log.Name() {
			return refuse(UnknownLog, "this is a checkpoint of %.100q, not of %q", first, log.Name())
		}
		return refuse(BadSignature, "the checkpoint is not signed by the key of %q that is known here", log.Name())
	}
	return refuse(BadCheckpoint, "this is not a signed checkpoint: its form is that of a note with three lines of text")
}

// AddSignatures returns the note msg with more signature lines, each of which
// must verify under one of the verifiers over the same text.
func AddSignatures(msg, lines []byte, verifiers ...note.Verifier) ([]byte, error) {
	text, sigs, ok := splitNote(msg)
	if !ok {
		return nil, refuse(BadCheckpoint, "this is not a signed checkpoint")
	}
	joined := text + "\n" + string(lines)
	n, err := note.Open([]byte(joined), note.VerifierList(verifiers...))
	if err != nil || len(n.Sigs) == 0 {
		return nil, refuse(BadSignature, "none of these cosignatures holds for this checkpoint under a key that is known here")
	}
	out := text + "\n" + sigs
	for _, s := range n.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return nil, refuse(BadSignature, "the signature of %q is not in canonical base64", s.Name)
		}
		l := "— " + s.Name + " " + s.Base64 + "\n"
		if !strings.Contains(out, "\n"+l) {
			out += l
		}
	}
	return []byte(out), nil
}

// splitNote cuts a note into its text, with the last newline, and its signature lines.
func splitNote(msg []byte) (text, sigs string, ok bool) {
	s := string(msg)
	i := strings.LastIndex(s, "\n\n")
	if i < 0 {
		return "", "", false
	}
	return s[:i+1], s[i+2:], true
}

// A Policy says whose word is enough: the log's own key, and so many different
// witnesses. A witness that signs with several keys under one name counts once.
type Policy struct {
	Log       note.Verifier
	Witnesses []note.Verifier
	Quorum    int
	// Strict refuses signature lines of unknown keys, which are else ignored:
	// whoever knows all keys wants to hear of a line that was damaged.
	Strict bool
}

// Check returns the checkpoint in msg and the names of the witnesses that
// cosigned it, or the reason why it does not satisfy the policy.
func (p Policy) Check(msg []byte) (Checkpoint, []string, error) {
	c, n, err := openNote(msg, p.Log, p.Witnesses)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	if p.Strict && len(n.UnverifiedSigs) > 0 {
		return Checkpoint{}, nil, refuse(BadSignature,
			"the checkpoint carries a signature of %q that belongs to no key known here; it may be damaged", n.UnverifiedSigs[0].Name)
	}
	var names []string
	seen := map[string]bool{}
	for _, s := range n.Sigs {
		own := s.Name == p.Log.Name() && s.Hash == p.Log.KeyHash()
		if !own && !seen[s.Name] {
			seen[s.Name] = true
			names = append(names, s.Name)
		}
	}
	if len(names) < p.Quorum {
		return Checkpoint{}, nil, refuse(NoQuorum, "%d of the %d witnesses that are needed have cosigned this checkpoint; fetch the proof again later",
			len(names), p.Quorum)
	}
	return c, names, nil
}

// Quorum returns how many cosignatures from different parties are asked for
// among n parties: a third, rounded up, and one more.
func Quorum(n int) int { return (n+2)/3 + 1 }
