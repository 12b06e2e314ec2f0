package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"filippo.io/age"

	"landbridge.example"
)

// The sealed content: magic, digest of the header's core, salt, length of the
// body, the body, zeros up to the size class.
const (
	payloadMagic = "landbridge/payload/v1\n"
	prefixSize   = len(payloadMagic) + 32 + 32 + 8
	minClass     = 1024 // bytes: an acknowledgement looks like a short answer
)

// Padme returns the size class of n bytes of content: at most 12 % more, and
// few enough classes that a size says little (PURBs, section 4). It is exported
// so that a sender can tell beforehand what will be seen.
func Padme(n int64) int64 {
	if n <= minClass {
		return minClass
	}
	e := bits.Len64(uint64(n)) - 1
	mask := int64(1)<<(e-bits.Len64(uint64(e))) - 1
	return (n + mask) &^ mask
}

// start turns the draft into a header that lacks only what comes from the
// content, and finds its faults before any work is done.
func (d Draft) start(key SigningKey) (Header, []age.Recipient, error) {
	if key.IsZero() {
		return Header{}, nil, refuse(BadKey, "there is no signing key to seal with")
	}
	rs := make([]Recipient, len(d.Recipients))
	for i, r := range d.Recipients {
		var err error
		if rs[i], err = r.ready(); err != nil {
			return Header{}, nil, err
		}
	}
	sortTo(rs)
	h := Header{
		ID: d.ID, From: d.From, Signer: key.ID(), Created: d.Created.UTC(), Expires: d.Expires.UTC(), Kind: d.Kind, Case: d.Case,
		Process: d.Process, Handling: d.Handling, Directory: d.Directory, Previous: d.Previous,
	}
	to := make([]age.Recipient, len(rs))
	for i, r := range rs {
		h.To = append(h.To, Address{r.Party, r.id})
		to[i] = r.parsed // in the order of the header: a recipient finds its own stanza by its place
	}
	probe := h
	probe.Commitment, probe.PayloadSize, probe.PayloadRoot = landbridge.Sum(nil), 1, landbridge.Sum(nil)
	return h, to, probe.check()
}

// prefix returns what stands before the body.
func (h *Header) prefix(salt [32]byte, size int64) []byte {
	core := h.core()
	b := make([]byte, 0, prefixSize)
	b = append(b, payloadMagic...)
	b = append(b, core[:]...)
	b = append(b, salt[:]...)
	return binary.BigEndian.AppendUint64(b, uint64(size))
}

// sign completes the envelope.
func sign(h Header, payload []byte, key SigningKey) (*Envelope, error) {
	text, err := h.Text()
	if err != nil {
		return nil, err
	}
	return &Envelope{Header: h, Signature: key.Sign(append([]byte(domainEnvelope), text...)), Payload: payload}, nil
}

// Seal seals body to the draft's recipients and signs the result. The opening
// is what the sender keeps to prove what it said.
func Seal(d Draft, body []byte, key SigningKey, random io.Reader) (*Envelope, Opening, error) {
	if len(body) > MaxBody {
		return nil, Opening{}, refuse(TooLarge, "the content has %d bytes; more than %d travel detached, as an exhibit", len(body), MaxBody)
	}
	h, to, err := d.start(key)
	if err != nil {
		return nil, Opening{}, err
	}
	o := Opening{Body: body}
	if _, err := io.ReadFull(random, o.Salt[:]); err != nil {
		return nil, Opening{}, fmt.Errorf("reading randomness for a salt: %w", err)
	}
	size := prefixSize + len(body)
	class := int(Padme(int64(size)))
	var sealed bytes.Buffer
	sealed.Grow(class + 1700*len(to) + 1024)
	if err := encrypt(&sealed, to, h.prefix(o.Salt, int64(len(body))), body, make([]byte, class-size)); err != nil {
		return nil, Opening{}, err
	}
	h.Commitment = Commit(o.Salt, landbridge.Sum(body))
	h.PayloadSize = int64(sealed.Len())
	h.PayloadRoot = rootOf(sealed.Bytes())
	e, err := sign(h, sealed.Bytes(), key)
	return e, o, err
}

func encrypt(dst io.Writer, to []age.Recipient, parts ...[]byte) error {
	w, err := age.Encrypt(dst, to...)
	if err != nil {
		return fmt.Errorf("sealing: %w", err)
	}
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return fmt.Errorf("sealing: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("sealing: %w", err)
	}
	return nil
}

func rootOf(payload []byte) landbridge.Digest {
	t := NewTree()
	t.Write(payload) //nolint:errcheck // a Tree never fails
	return t.Root()
}

// SealStream seals exactly size bytes of body into w and returns the envelope
// that names them, without their payload, and the salt. Memory stays flat. When
// it returns an error, what was written to w is worthless: throw it away.
func SealStream(d Draft, body io.Reader, size int64, key SigningKey, random io.Reader, w io.Writer) (*Envelope, [32]byte, error) {
	var salt [32]byte
	if size < 0 || Padme(size+int64(prefixSize)) > MaxPayload-MaxPayload/64 {
		return nil, salt, refuse(TooLarge, "the content has %d bytes; one envelope carries less than %d", size, int64(MaxPayload))
	}
	h, to, err := d.start(key)
	if err != nil {
		return nil, salt, err
	}
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return nil, salt, fmt.Errorf("reading randomness for a salt: %w", err)
	}
	tree, sum := NewTree(), sha256.New()
	a, err := age.Encrypt(io.MultiWriter(w, tree), to...)
	if err != nil {
		return nil, salt, fmt.Errorf("sealing: %w", err)
	}
	if _, err := a.Write(h.prefix(salt, size)); err != nil {
		return nil, salt, fmt.Errorf("sealing: %w", err)
	}
	if err := copyExactly(io.MultiWriter(a, sum), body, size); err != nil {
		return nil, salt, err
	}
	total := size + int64(prefixSize)
	if _, err := io.CopyN(a, zeros{}, Padme(total)-total); err != nil {
		return nil, salt, fmt.Errorf("sealing: %w", err)
	}
	if err := a.Close(); err != nil {
		return nil, salt, fmt.Errorf("sealing: %w", err)
	}
	h.Commitment = Commit(salt, landbridge.Digest(sum.Sum(nil)))
	h.PayloadSize = tree.Size()
	h.PayloadRoot = tree.Root()
	e, err := sign(h, nil, key)
	return e, salt, err
}

// copyExactly copies size bytes and insists that there are no more.
func copyExactly(w io.Writer, r io.Reader, size int64) error {
	n, err := io.CopyN(w, r, size)
	if errors.Is(err, io.EOF) {
		return refuse(WrongContent, "the content ended after %d bytes; %d were announced", n, size)
	}
	if err != nil {
		return fmt.Errorf("sealing: %w", err)
	}
	var one [1]byte
	if n, err := io.ReadFull(r, one[:]); n != 0 {
		return refuse(WrongContent, "the content is longer than the %d bytes that were announced", size)
	} else if !errors.Is(err, io.EOF) {
		return fmt.Errorf("sealing: %w", err)
	}
	return nil
}

// zeros is a source of padding.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
