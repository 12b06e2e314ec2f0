package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"filippo.io/mldsa"
	"golang.org/x/mod/sumdb/note"
)

// Signature types of C2SP signed-note and tlog-cosignature.
const (
	typeEd25519     = 0x01 // a log's own signature
	typeCosignature = 0x04 // a timestamped Ed25519 cosignature
	typeMLDSA       = 0x06 // a timestamped ML-DSA-44 cosignature
)

const witnessPrefix = "LANDBRIDGE-WITNESS-SECRET-1:"

// NewLogKey makes the key with which a log signs its checkpoints, in the text
// forms of sumdb/note: the secret one and the one to publish.
func NewLogKey(origin string, random io.Reader) (secret, public string, err error) {
	if !validName(origin) {
		return "", "", refuse(BadKey, "a log is named in at most %d plain characters without spaces or plus signs", maxOrigin)
	}
	return note.GenerateKey(random, origin)
}

// keyHash is the short name of a key in a signature line.
func keyHash(name string, typ byte, pub []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name))
	h.Write([]byte{'\n', typ})
	h.Write(pub)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// verifierText returns the text form of a public key ("vkey").
func verifierText(name string, typ byte, pub []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, keyHash(name, typ, pub), base64.StdEncoding.EncodeToString(append([]byte{typ}, pub...)))
}

// A Cosigner is a witness's pair of keys: Ed25519, which every verifier knows,
// and ML-DSA-44, which still holds when quantum computers break the other.
type Cosigner struct {
	name string
	ed   ed25519.PrivateKey
	ml   *mldsa.PrivateKey
}

// NewCosigner makes the keys of the witness called name.
func NewCosigner(name string, random io.Reader) (*Cosigner, error) {
	seeds := make([]byte, ed25519.SeedSize+mldsa.PrivateKeySize)
	if _, err := io.ReadFull(random, seeds); err != nil {
		return nil, fmt.Errorf("reading randomness for a witness key: %w", err)
	}
	return newCosigner(name, seeds)
}

func newCosigner(name string, seeds []byte) (*Cosigner, error) {
	if !validName(name) || len(seeds) != ed25519.SeedSize+mldsa.PrivateKeySize {
		return nil, refuse(BadKey, "a witness is named in at most %d plain characters, and has two seeds of 32 bytes", maxOrigin)
	}
	ml, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), seeds[ed25519.SeedSize:])
	if err != nil {
		return nil, fmt.Errorf("making an ML-DSA key: %w", err)
	}
	return &Cosigner{name, ed25519.NewKeyFromSeed(seeds[:ed25519.SeedSize]), ml}, nil
}

// ParseCosigner reads what Secret wrote.
func ParseCosigner(text string) (*Cosigner, error) {
	rest, ok := strings.CutPrefix(text, witnessPrefix)
	name, seeds, ok2 := strings.Cut(rest, "+")
	b, err := hex.DecodeString(seeds)
	if !ok || !ok2 || err != nil || strings.ToLower(seeds) != seeds {
		return nil, refuse(BadKey, "a secret witness key is %q, a name, a plus sign and 128 lower-case hex digits", witnessPrefix)
	}
	return newCosigner(name, b)
}

// Secret returns the text form of the keys. Who has it can cosign as this witness.
func (c *Cosigner) Secret() string {
	return witnessPrefix + c.name + "+" + hex.EncodeToString(c.ed.Seed()) + hex.EncodeToString(c.ml.Bytes())
}

// String returns the name of the witness, never the keys.
func (c *Cosigner) String() string { return "witness " + c.name }

// Name returns the name under which the witness signs.
func (c *Cosigner) Name() string { return c.name }

// VerifierTexts returns the public keys in text form, Ed25519 first.
func (c *Cosigner) VerifierTexts() []string {
	return []string{
		verifierText(c.name, typeCosignature, c.ed.Public().(ed25519.PublicKey)),
		verifierText(c.name, typeMLDSA, c.ml.PublicKey().Bytes()),
	}
}

// Cosign returns the two signature lines that say: at this moment this is the
// largest view of that log I have seen, and it contains all I saw before. Call
// it only with what [Judge] returned, and after having stored it.
func (c *Cosigner) Cosign(cp Checkpoint, now time.Time) ([]byte, error) {
	if now.Unix() <= 0 {
		return nil, fmt.Errorf("cosigning: the clock stands before 1970")
	}
	t := uint64(now.Unix())
	edSig := ed25519.Sign(c.ed, edMessage(t, cp.Text()))
	msg, err := mlMessage(c.name, t, cp)
	if err != nil {
		return nil, err
	}
	mlSig, err := c.ml.SignDeterministic(msg, &mldsa.Options{})
	if err != nil {
		return nil, fmt.Errorf("cosigning with ML-DSA: %w", err)
	}
	lines := c.line(typeCosignature, c.ed.Public().(ed25519.PublicKey), t, edSig)
	lines += c.line(typeMLDSA, c.ml.PublicKey().Bytes(), t, mlSig)
	return []byte(lines), nil
}

func (c *Cosigner) line(typ byte, pub []byte, t uint64, sig []byte) string {
	b := binary.BigEndian.AppendUint32(nil, keyHash(c.name, typ, pub))
	b = binary.BigEndian.AppendUint64(b, t)
	return "— " + c.name + " " + base64.StdEncoding.EncodeToString(append(b, sig...)) + "\n"
}

// edMessage is the signed message of a cosignature/v1.
func edMessage(t uint64, text string) []byte {
	return []byte("cosignature/v1\ntime " + strconv.FormatUint(t, 10) + "\n" + text)
}

// mlMessage is the cosigned_message structure of C2SP tlog-cosignature.
func mlMessage(name string, t uint64, cp Checkpoint) ([]byte, error) {
	if len(name) > 255 || len(cp.Origin) > 255 {
		return nil, refuse(BadCheckpoint, "the name of a log or a witness is too long to be cosigned")
	}
	b := []byte("subtree/v1\n\x00")
	b = append(append(b, byte(len(name))), name...)
	b = binary.BigEndian.AppendUint64(b, t)
	b = append(append(b, byte(len(cp.Origin))), cp.Origin...)
	b = binary.BigEndian.AppendUint64(b, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(cp.Size))
	return append(b, cp.Root[:]...), nil
}

// A verifier checks timestamped cosignatures of one key.
type verifier struct {
	name string
	hash uint32
	ed   ed25519.PublicKey
	ml   *mldsa.PublicKey
}

// Name implements note.Verifier.
func (v *verifier) Name() string { return v.name }

// KeyHash implements note.Verifier.
func (v *verifier) KeyHash() uint32 { return v.hash }

// Verify implements note.Verifier for the text of a checkpoint.
func (v *verifier) Verify(msg, sig []byte) bool {
	if len(sig) < 8 {
		return false
	}
	t, sig := binary.BigEndian.Uint64(sig), sig[8:]
	if t > 1<<63-1 {
		return false
	}
	if v.ed != nil {
		return len(sig) == ed25519.SignatureSize && ed25519.Verify(v.ed, edMessage(t, string(msg)), sig)
	}
	cp, err := ParseCheckpoint(string(msg))
	if err != nil {
		return false
	}
	m, err := mlMessage(v.name, t, cp)
	return err == nil && mldsa.Verify(v.ml, m, sig, nil) == nil
}

// ParseVerifier reads the text form of a public key ("vkey") of a log
// (Ed25519) or of a witness (timestamped Ed25519 or ML-DSA-44).
func ParseVerifier(text string) (note.Verifier, error) {
	bad := refuse(BadKey, "a public key is a name, a plus sign, 8 hex digits, a plus sign and base64, as C2SP signed-note says")
	name, rest, _ := strings.Cut(text, "+")
	hash, data, ok := strings.Cut(rest, "+")
	b, err := base64.StdEncoding.Strict().DecodeString(data)
	if !ok || err != nil || len(b) < 1 || !validName(name) || strings.ContainsAny(data, "\r\n") {
		return nil, bad
	}
	typ, pub := b[0], b[1:]
	want := keyHash(name, typ, pub)
	if fmt.Sprintf("%08x", want) != hash {
		return nil, refuse(BadKey, "the key of %q does not have the name it claims; copy it again", name)
	}
	switch {
	case typ == typeEd25519 && len(pub) == ed25519.PublicKeySize:
		return note.NewVerifier(text)
	case typ == typeCosignature && len(pub) == ed25519.PublicKeySize:
		return &verifier{name: name, hash: want, ed: pub}, nil
	case typ == typeMLDSA:
		ml, err := mldsa.NewPublicKey(mldsa.MLDSA44(), pub)
		if err != nil {
			return nil, bad
		}
		return &verifier{name: name, hash: want, ml: ml}, nil
	}
	return nil, refuse(BadKey, "the key of %q is of a kind that is not known here", name)
}

// CosignedAt returns when a witness cosigned, from its signature in a note.
func CosignedAt(s note.Signature) (time.Time, bool) {
	b, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(b) != 4+8+ed25519.SignatureSize && len(b) != 4+8+mldsa.MLDSA44SignatureSize {
		return time.Time{}, false
	}
	t := binary.BigEndian.Uint64(b[4:])
	if t > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(int64(t), 0).UTC(), true
}
