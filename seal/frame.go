package seal

import (
	"crypto/ed25519"
	"encoding/binary"
)

// The frame that carries an envelope from node to node.
const (
	frameMagic   = "LBE1"
	formDetached = 0 // the payload travels by itself
	formInline   = 1 // the payload follows, as many bytes as the header says
)

// Marshal returns the bytes that travel.
func (e *Envelope) Marshal() ([]byte, error) {
	text, err := e.Header.Text()
	if err != nil {
		return nil, err
	}
	if err := e.checkParts(); err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(frameMagic)+4+len(text)+len(e.Signature)+1+len(e.Payload))
	b = append(b, frameMagic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
	b = append(b, text...)
	b = append(b, e.Signature...)
	if e.Payload == nil {
		return append(b, formDetached), nil
	}
	b = append(b, formInline)
	return append(b, e.Payload...), nil
}

// checkParts compares what is here with what the header says is here.
func (e *Envelope) checkParts() error {
	if len(e.Signature) != ed25519.SignatureSize {
		return refuse(Malformed, "the signature has %d bytes; it has %d", len(e.Signature), ed25519.SignatureSize)
	}
	if e.Payload == nil {
		return nil
	}
	if len(e.Payload) > MaxInline {
		return refuse(TooLarge, "the payload has %d bytes; more than %d travel detached", len(e.Payload), MaxInline)
	}
	if int64(len(e.Payload)) != e.Header.PayloadSize {
		return refuse(WrongPayload, "the payload has %d bytes, the header says %d", len(e.Payload), e.Header.PayloadSize)
	}
	return nil
}

// Parse reads one envelope, and nothing after it. It keeps b as the payload.
// The signature is not checked yet; see [Envelope.Verify].
func Parse(b []byte) (*Envelope, error) {
	if len(b) > MaxEnvelope {
		return nil, refuse(TooLarge, "the envelope has %d bytes; the limit is %d", len(b), MaxEnvelope)
	}
	const fixed = len(frameMagic) + 4
	if len(b) < fixed || string(b[:len(frameMagic)]) != frameMagic {
		return nil, refuse(Malformed, "these bytes do not begin like an envelope (%q)", frameMagic)
	}
	n := int64(binary.BigEndian.Uint32(b[len(frameMagic):]))
	b = b[fixed:]
	if n > MaxHeader {
		return nil, refuse(TooLarge, "the header has %d bytes; the limit is %d", n, MaxHeader)
	}
	if int64(len(b)) < n+ed25519.SignatureSize+1 {
		return nil, refuse(Malformed, "the envelope is cut short")
	}
	h, err := ParseHeader(b[:n])
	if err != nil {
		return nil, err
	}
	b = b[n:]
	e := &Envelope{Header: h, Signature: b[:ed25519.SignatureSize:ed25519.SignatureSize]}
	form, payload := b[ed25519.SignatureSize], b[ed25519.SignatureSize+1:]
	switch form {
	case formDetached:
		if len(payload) != 0 {
			return nil, refuse(Malformed, "bytes follow an envelope whose payload travels by itself")
		}
	case formInline:
		e.Payload = payload
	default:
		return nil, refuse(Malformed, "the form %d of an envelope is not known", form)
	}
	return e, e.checkParts()
}
