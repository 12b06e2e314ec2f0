// Package seal puts a message into an envelope that only its recipients can
// open, that anyone can attribute, and that nobody can put into another
// envelope. spec/envelope.md is the same in words, for other implementations.
//
// An envelope is a header (text, canonical, signed with Ed25519) and a payload
// (the age format with its post-quantum hybrid recipients). The payload repeats
// a digest of the header, and the header names the payload by its Merkle root,
// so neither fits any other. A relay can check everything but the content
// without holding a key.
//
// Trust: a sender's signing key is trusted for what that sender says; who steals
// it can speak in that state's name until it is revoked, but cannot read. A
// sealing key is trusted to keep what was sent to it; who steals it can read
// what was captured, but cannot speak. This package has no clock, no files and
// no network, and remembers nothing: whoever uses it must refuse replays.
//
// Limits: there is no forward secrecy beyond the life of a sealing key; sizes
// and who-to-whom are visible to a relay (sizes only by class). Age and its
// file keys draw from the system's randomness, not from an argument.
package seal

import (
	"crypto/sha256"
	"time"

	"landbridge.example"
)

// Bounds of an envelope. They are part of the format: a larger one is refused.
const (
	MaxHeader     = 8 << 10                     // bytes of header text
	MaxRecipients = 64                          // "to" lines
	MaxHandling   = 256                         // bytes of marking text
	MaxBody       = 1 << 20                     // bytes of body that travel inline
	MaxInline     = 1<<20 + 256<<10             // bytes of sealed payload that travel inline
	MaxPayload    = 2 << 40                     // bytes of sealed payload at all
	MaxLifetime   = 366 * 24 * time.Hour        // from created to expires
	MaxEnvelope   = 128 + MaxHeader + MaxInline // bytes of a marshalled envelope
	LeafSize      = 1 << 20                     // bytes of payload under one leaf of its Merkle tree
)

// A Header is the public part of an envelope: what relays and logs may know.
// Its text form is canonical and is what the sender signs.
type Header struct {
	ID          landbridge.MessageID
	From        landbridge.PartyID
	Signer      KeyID // of the key that signed
	To          []Address
	Created     time.Time // to the microsecond, UTC
	Expires     time.Time // a node that gets it later refuses it
	Kind        string    // what it is, such as "case.act"
	Case        landbridge.CaseID
	Process     landbridge.ProcessRef
	Handling    string            // marking text, shown before anything is opened
	Directory   int64             // position of the party directory the sender relied on
	Previous    landbridge.Digest // digest of the sender's previous envelope in this case
	Commitment  landbridge.Digest // salted commitment to the body
	PayloadSize int64             // of the sealed payload, in bytes
	PayloadRoot landbridge.Digest // Merkle root of the sealed payload
}

// An Address is one recipient as it stands in a header.
type Address struct {
	Party landbridge.PartyID
	Key   KeyID // of the sealing key used
}

// An Envelope is one sealed message.
type Envelope struct {
	Header    Header
	Signature []byte // Ed25519, 64 bytes
	Payload   []byte // sealed; nil when it travels detached
}

// A Draft is what the sender chooses. The rest of the header is computed.
type Draft struct {
	ID         landbridge.MessageID
	From       landbridge.PartyID
	Recipients []Recipient
	Created    time.Time
	Expires    time.Time
	Kind       string
	Case       landbridge.CaseID
	Process    landbridge.ProcessRef
	Handling   string
	Directory  int64
	Previous   landbridge.Digest
}

// An Opening shows what an envelope says: whoever has it can check the body
// against the commitment in the signed header, without any key.
type Opening struct {
	Salt [32]byte
	Body []byte
}

// Digest returns the name of the message for ever: the SHA-256 of its header
// text, or the zero digest when the header is not one that can be sent.
func (e *Envelope) Digest() landbridge.Digest {
	text, err := e.Header.Text()
	if err != nil {
		return landbridge.Digest{}
	}
	return landbridge.Sum(text)
}

// Commit returns the commitment to a body: what stands in the header, and
// tells nothing about the body to who does not have the salt.
func Commit(salt [32]byte, body landbridge.Digest) landbridge.Digest {
	b := make([]byte, 0, len(domainCommitment)+64)
	b = append(b, domainCommitment...)
	b = append(b, salt[:]...)
	b = append(b, body[:]...)
	return sha256.Sum256(b)
}

// CheckOpening reports whether o is what the sender committed to in h.
func CheckOpening(h Header, o Opening) error {
	if Commit(o.Salt, landbridge.Sum(o.Body)) != h.Commitment {
		return refuse(WrongContent, "this content is not what the sender committed to; ask for it again")
	}
	return nil
}

// CheckTime refuses an envelope that has expired at now, or that was made more
// than skew in the future, which means that one of the two clocks is wrong.
func (e *Envelope) CheckTime(now time.Time, skew time.Duration) error {
	h := e.Header
	if ahead := h.Created.Sub(now); ahead > skew {
		return refuse(TooEarly, "this message was made %s in the future; one of the two clocks is wrong: correct it, then send again",
			ahead.Round(time.Second))
	}
	if !now.Before(h.Expires) {
		return refuse(Expired, "this message expired at %s; make a new one if it is still needed", h.Expires.UTC().Format(time.RFC3339))
	}
	return nil
}
