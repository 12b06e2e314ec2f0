package bundle

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	landbridge "landbridge.example"
)

// SignatureFile is the file that holds the signature of a release. The manifest
// does not list it, for it is about the manifest.
const SignatureFile = "bundle.sig"

const (
	signatureFirst  = "landbridge-index-release/1"
	domainRelease   = "landbridge/index-release/v1\x00"
	maxSignature    = 4 << 10 // bytes of a signature file
	maxReleaseID    = 200     // bytes of a release's name
	signatureLength = 2 * ed25519.SignatureSize
)

// A Signature is a party's word for a release: that this bundle is what it
// published, under this name and at this time.
type Signature struct {
	Release landbridge.Digest // of the manifest
	ID      string            // name of the release, one word
	Party   landbridge.PartyID
	At      time.Time // UTC, to the second
	Key     string    // the signer's public key: a form, a colon, and an Ed25519 key in hex
	Value   []byte
}

// text is what is signed, after the domain.
func (s Signature) text() []byte {
	return fmt.Appendf(nil, "%s\nrelease %s\nid %s\nparty %s\nat %s\nkey %s\n", signatureFirst, s.Release, s.ID, s.Party,
		s.At.UTC().Format(time.RFC3339), s.Key)
}

// Signed returns the bytes that the key signs.
func (s Signature) Signed() []byte { return append([]byte(domainRelease), s.text()...) }

// Format returns the signature file.
func (s Signature) Format() []byte {
	return fmt.Appendf(s.text(), "signature %s\n", hex.EncodeToString(s.Value))
}

// ParseSignature reads a signature file. It does not say whether it holds.
func ParseSignature(data []byte) (s Signature, err error) {
	bad := func(what string) (Signature, error) {
		return Signature{}, fmt.Errorf("%s is not a signature of a release: %s", SignatureFile, what)
	}
	lines := strings.Split(string(data), "\n")
	if len(data) > maxSignature || len(lines) != 8 || lines[0] != signatureFirst || lines[7] != "" {
		return bad(fmt.Sprintf("it begins with %q and has seven lines", signatureFirst))
	}
	value := make([]string, 6)
	for i, name := range []string{"release ", "id ", "party ", "at ", "key ", "signature "} {
		v, ok := strings.CutPrefix(lines[i+1], name)
		if !ok || v == "" || strings.ContainsAny(v, " \t\r") {
			return bad(fmt.Sprintf("line %d says %s and one word", i+2, strings.TrimSpace(name)))
		}
		value[i] = v
	}
	s.ID, s.Key = value[1], value[4]
	if s.Release, err = landbridge.ParseDigest(value[0]); err != nil {
		return bad("the digest is not one")
	}
	if s.Party, err = landbridge.ParsePartyID(value[2]); err != nil {
		return bad(err.Error())
	}
	if s.At, err = time.Parse(time.RFC3339, value[3]); err != nil || s.At.UTC().Format(time.RFC3339) != value[3] {
		return bad("the time is not one of UTC to the second")
	}
	if s.Value, err = hex.DecodeString(value[5]); err != nil || len(value[5]) != signatureLength || len(s.ID) > maxReleaseID {
		return bad("the signature has 128 hex digits, the id at most 200 bytes")
	}
	if !bytes.Equal(s.Format(), data) {
		return bad("it is not written as this format has it")
	}
	return s, nil
}

// Check says whether the signature was made with the key it names, over the
// release with this digest. Whose key it is, the party's record says.
func (s Signature) Check(release landbridge.Digest) error {
	if s.Release != release {
		return errors.New("it signs another release")
	}
	key, err := hex.DecodeString(s.Key[strings.LastIndex(s.Key, ":")+1:])
	if err != nil || len(key) != ed25519.PublicKeySize {
		return errors.New("its key is not an Ed25519 key in hex")
	}
	if !ed25519.Verify(key, s.Signed(), s.Value) {
		return errors.New("it does not hold: the text, the key or the signature was changed")
	}
	return nil
}

// Sign adds a signature to a bundle. sign makes an Ed25519 signature with the
// secret half of s.Key; the other fields but Release and Value are the caller's.
func (c Contents) Sign(s Signature, sign func(text []byte) []byte) error {
	s.Release, s.At = c.Digest(), s.At.UTC().Truncate(time.Second)
	s.Value = sign(s.Signed())
	if _, err := ParseSignature(s.Format()); err != nil {
		return err
	}
	if err := s.Check(s.Release); err != nil {
		return err
	}
	c[SignatureFile] = s.Format()
	return nil
}

// checkSignature looks at the signature of a bundle, if it has one.
func (r *Report) checkSignature(c Contents) {
	data, ok := c[SignatureFile]
	if !ok {
		return
	}
	s, err := ParseSignature(data)
	if err == nil {
		err = s.Check(c.Digest())
	}
	if err != nil {
		r.Hashes = false
		r.Findings = append(r.Findings, Finding{SignatureFile, true, err.Error()})
		return
	}
	r.Signed = &SignedBy{ID: s.ID, Party: string(s.Party), At: s.At, Key: s.Key}
	r.Findings = append(r.Findings, Finding{SignatureFile, false, fmt.Sprintf(
		"signed as %s by %s on %s; compare the key with the record of %s", s.ID, s.Party, s.At.Format(time.DateOnly), s.Party)})
}

// A SignedBy says who signed a release, if the key is theirs.
type SignedBy struct {
	ID    string    `json:"id"`
	Party string    `json:"party"`
	At    time.Time `json:"at"`
	Key   string    `json:"key"`
}
