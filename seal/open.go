package seal

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"filippo.io/age"

	"landbridge.example"
)

// The parts of an age header that anyone can check without a key.
const (
	ageIntro     = "age-encryption.org/v1\n"
	hybridStanza = "-> mlkem768x25519 "
	maxAgeHeader = 256 + MaxRecipients*1700
)

// Verify checks everything that can be checked without opening: that the holder
// of pub signed this header, and, when the payload is here, that it is the one
// the header names and is sealed to as many post-quantum keys as it has
// recipients. The caller must know pub to be the key of the header's sender.
func (e *Envelope) Verify(pub ed25519.PublicKey) error {
	text, err := e.Header.Text()
	if err != nil {
		return err
	}
	if err := e.checkParts(); err != nil {
		return err
	}
	if len(pub) != ed25519.PublicKeySize || KeyIDOf(PublicText(pub)) != e.Header.Signer {
		return refuse(WrongSigner, "the header names the signing key %s, not this one; update the party directory", e.Header.Signer)
	}
	if !ed25519.Verify(pub, append([]byte(domainEnvelope), text...), e.Signature) {
		return refuse(BadSignature, "the signature does not hold: the message was changed on its way or was not made by %s", e.Header.From)
	}
	if e.Payload == nil {
		return nil
	}
	if rootOf(e.Payload) != e.Header.PayloadRoot {
		return refuse(WrongPayload, "the payload is not the one the header names; ask for it again")
	}
	_, err = stanzas(e.Payload, len(e.Header.To))
	return err
}

// stanzas checks that an age header seals to exactly n post-quantum keys, in
// which case nobody else was named and nothing weaker was mixed in. It returns
// the length of that header.
func stanzas(b []byte, n int) (int, error) {
	bad := refuse(NotSealed, "the payload is not sealed to exactly the %d recipients of the header with post-quantum keys", n)
	if !bytes.HasPrefix(b, []byte(ageIntro)) {
		return 0, bad
	}
	at := len(ageIntro)
	for {
		end := bytes.IndexByte(b[at:min(len(b), maxAgeHeader)], '\n')
		if end < 0 {
			return 0, bad
		}
		l := b[at : at+end]
		at += end + 1
		switch {
		case bytes.HasPrefix(l, []byte("--- ")):
			if n != 0 {
				return 0, bad
			}
			return at, nil
		case bytes.HasPrefix(l, []byte("-> ")):
			n--
			if n < 0 || !bytes.HasPrefix(l, []byte(hybridStanza)) {
				return 0, bad
			}
		}
	}
}

// A place is one recipient's key and where its stanza stands. Stanzas stand in
// the order of the header's recipients, so opening costs the same for the last.
type place struct {
	key *age.HybridIdentity
	at  int
}

// Unwrap tries the one stanza that is ours.
func (p place) Unwrap(all []*age.Stanza) ([]byte, error) {
	if p.at >= len(all) {
		return nil, age.ErrIncorrectIdentity
	}
	return p.key.Unwrap(all[p.at : p.at+1])
}

// choose finds the key that the header says opens it for me.
func (h *Header) choose(me landbridge.PartyID, keys []SealingKey) (place, error) {
	for i, a := range h.To {
		if a.Party != me {
			continue
		}
		for _, k := range keys {
			if k.id == a.Key && !k.IsZero() {
				return place{k.identity, i}, nil
			}
		}
		return place{}, refuse(WrongKey, "this message is sealed to the key %s of %s, which is not here; ask the sender to seal it to the present key", a.Key, me)
	}
	return place{}, refuse(WrongRecipient, "this message is addressed to %s, not to %s; it is not for this node to open", h.addressees(), me)
}

func (h *Header) addressees() string {
	var names []string
	for i, a := range h.To {
		if i == 3 {
			names = append(names, "others")
			break
		}
		names = append(names, string(a.Party))
	}
	return strings.Join(names, ", ")
}

// Open returns what the envelope says, for the recipient me. It checks neither
// the signature nor the payload's root: call [Envelope.Verify] first, with a key
// known to be the sender's. It does check that the content belongs to this header.
func Open(e *Envelope, me landbridge.PartyID, keys ...SealingKey) (Opening, error) {
	if e.Payload == nil {
		return Opening{}, refuse(NoPayload, "the payload travels by itself and is not here yet; fetch it, then open it as a stream")
	}
	if err := e.checkParts(); err != nil {
		return Opening{}, err
	}
	p, err := e.Header.choose(me, keys)
	if err != nil {
		return Opening{}, err
	}
	if _, err := stanzas(e.Payload, len(e.Header.To)); err != nil {
		return Opening{}, err
	}
	r, err := age.Decrypt(bytes.NewReader(e.Payload), p)
	if err != nil {
		return Opening{}, cannotOpen()
	}
	var plain bytes.Buffer
	plain.Grow(len(e.Payload))
	if _, err := plain.ReadFrom(r); err != nil {
		return Opening{}, cannotOpen()
	}
	return e.Header.take(plain.Bytes())
}

func cannotOpen() error {
	return refuse(CannotOpen, "the payload does not open with the key the header names; ask the sender to seal it again")
}

// take reads the sealed content of an inline payload.
func (h *Header) take(b []byte) (o Opening, err error) {
	if len(b) < prefixSize {
		return o, refuse(WrongPadding, "the sealed content is too short to be one")
	}
	size, err := h.takePrefix(b[:prefixSize], &o.Salt)
	if err != nil {
		return o, err
	}
	b = b[prefixSize:]
	if size > int64(len(b)) || int64(len(b)) != Padme(size+int64(prefixSize))-int64(prefixSize) || !blank(b[size:]) {
		return o, badPadding()
	}
	o.Body = b[:size:size]
	return o, CheckOpening(*h, o)
}

func badPadding() error {
	return refuse(WrongPadding, "the sealed content is not padded with zeros to its size class; the sender's software is at fault")
}

// takePrefix checks what stands before the body and returns the body's size.
func (h *Header) takePrefix(b []byte, salt *[32]byte) (int64, error) {
	b, ok := bytes.CutPrefix(b, []byte(payloadMagic))
	core := h.core()
	if !ok || !bytes.Equal(b[:32], core[:]) {
		return 0, refuse(Rewrapped, "this content was sealed for another envelope and put into this one; do not rely on it")
	}
	copy(salt[:], b[32:])
	size := binary.BigEndian.Uint64(b[64:])
	if size > MaxPayload {
		return 0, badPadding()
	}
	return int64(size), nil
}

func blank(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// OpenStream opens a detached payload for the recipient me. The reader it
// returns yields the body; only when it has returned io.EOF is the whole
// proved to be what the sender signed, so nothing may be done with the body
// before. The header must have been verified.
func OpenStream(h Header, payload io.Reader, me landbridge.PartyID, keys ...SealingKey) (io.Reader, [32]byte, error) {
	var salt [32]byte
	p, err := h.choose(me, keys)
	if err != nil {
		return nil, salt, err
	}
	tree := NewTree()
	src := &source{r: io.TeeReader(io.LimitReader(payload, h.PayloadSize+1), tree), tree: tree, size: h.PayloadSize}
	buf := bufio.NewReaderSize(src, 64<<10)
	front, err := ageHeader(buf, len(h.To))
	if err != nil {
		return nil, salt, src.blame(err)
	}
	plain, err := age.Decrypt(io.MultiReader(bytes.NewReader(front), buf), p)
	if err != nil {
		return nil, salt, src.blame(cannotOpen())
	}
	prefix := make([]byte, prefixSize)
	if _, err := io.ReadFull(plain, prefix); err != nil {
		return nil, salt, src.blame(cannotOpen())
	}
	size, err := h.takePrefix(prefix, &salt)
	if err != nil {
		return nil, salt, err
	}
	return &stream{h: h, salt: salt, plain: plain, src: src, raw: buf, tree: tree, sum: sha256.New(), size: size, left: size}, salt, nil
}

// A source remembers how reading ended, so that a broken disk or a payload cut
// short is not taken for a broken seal.
type source struct {
	r     io.Reader
	tree  *Tree // sees what was read
	size  int64 // that the header names
	ended bool
	err   error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if errors.Is(err, io.EOF) {
		s.ended = true
	} else if err != nil {
		s.err = err
	}
	return n, err
}

func (s *source) blame(err error) error {
	switch {
	case s.err != nil:
		return fmt.Errorf("reading a payload: %w", s.err)
	case s.ended && s.tree.Size() < s.size:
		return refuse(WrongPayload, "the payload ends after %d bytes, the header says %d; fetch it again", s.tree.Size(), s.size)
	}
	return err
}

// ageHeader reads the age header from r and checks it.
func ageHeader(r *bufio.Reader, n int) ([]byte, error) {
	var front []byte
	for len(front) < maxAgeHeader {
		l, err := r.ReadSlice('\n')
		front = append(front, l...)
		if err != nil || bytes.HasPrefix(l, []byte("--- ")) {
			break
		}
	}
	_, err := stanzas(front, n)
	return front, err
}

// A stream yields a body and withholds io.EOF until everything was checked.
type stream struct {
	h     Header
	salt  [32]byte
	plain io.Reader // decrypted
	src   *source
	raw   io.Reader // what is left of the payload
	tree  *Tree     // over the payload
	sum   hash.Hash // over the body
	size  int64     // of the body
	left  int64
	done  error
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	if s.done != nil {
		return 0, s.done
	}
	if s.left == 0 {
		s.done = s.finish()
		return 0, s.done
	}
	n, err := s.plain.Read(p[:min(int64(len(p)), s.left)])
	s.sum.Write(p[:n])
	s.left -= int64(n)
	switch {
	case err == nil, errors.Is(err, io.EOF) && s.left == 0:
		return n, nil
	case errors.Is(err, io.EOF):
		s.done = badPadding()
	default:
		s.done = s.src.blame(cannotOpen())
	}
	return n, s.done
}

// finish checks the padding, the payload and the commitment. It returns io.EOF
// when all is well.
func (s *stream) finish() error {
	padding := Padme(s.size+int64(prefixSize)) - s.size - int64(prefixSize)
	buf := make([]byte, 32<<10)
	for {
		n, err := s.plain.Read(buf)
		if padding -= int64(n); padding < 0 || !blank(buf[:n]) {
			return badPadding()
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s.src.blame(cannotOpen())
		}
	}
	if padding != 0 {
		return badPadding()
	}
	if _, err := io.Copy(io.Discard, s.raw); err != nil {
		return fmt.Errorf("reading a payload: %w", err)
	}
	if s.tree.Size() != s.h.PayloadSize || s.tree.Root() != s.h.PayloadRoot {
		return refuse(WrongPayload, "the payload is not the one the header names; fetch it again")
	}
	if Commit(s.salt, landbridge.Digest(s.sum.Sum(nil))) != s.h.Commitment {
		return refuse(WrongContent, "this content is not what the sender committed to; ask for it again")
	}
	return io.EOF
}
