package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"landbridge.example"
)

// Text forms of signing keys. Sealing keys keep the text forms of age.
const (
	publicPrefix = "landbridge-sign-1:"
	secretPrefix = "LANDBRIDGE-SIGN-SECRET-1:"
	keyIDLen     = 16 // hex digits
)

// A KeyID is the short name of a public key, 16 hex digits. It finds a key; it
// does not prove one.
type KeyID string

// KeyIDOf returns the name of the public key written in text, be it a signing
// key or a sealing key.
func KeyIDOf(text string) KeyID {
	sum := sha256.Sum256([]byte(domainKey + text))
	return KeyID(hex.EncodeToString(sum[:keyIDLen/2]))
}

// ParseKeyID returns s as a KeyID.
func ParseKeyID(s string) (KeyID, error) {
	if len(s) != keyIDLen || !lowerHex(s) {
		return "", refuse(BadKey, "the name of a key is %d lower-case hex digits", keyIDLen)
	}
	return KeyID(s), nil
}

func lowerHex(s string) bool {
	for _, c := range []byte(s) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}

// PublicText returns the text form of a public signing key.
func PublicText(pub ed25519.PublicKey) string { return publicPrefix + hex.EncodeToString(pub) }

// ParsePublic reads the text form of a public signing key.
func ParsePublic(text string) (ed25519.PublicKey, error) {
	b, err := parseHexKey(text, publicPrefix)
	if err != nil {
		return nil, err
	}
	return ed25519.PublicKey(b), nil
}

func parseHexKey(text, prefix string) ([]byte, error) {
	digits, ok := strings.CutPrefix(text, prefix)
	if !ok || len(digits) != 64 || !lowerHex(digits) {
		return nil, refuse(BadKey, "a key of this kind is %q and 64 lower-case hex digits", prefix)
	}
	return hex.DecodeString(digits)
}

// A SigningKey speaks in the name of a party.
type SigningKey struct{ priv ed25519.PrivateKey }

// NewSigningKey makes a key from 32 bytes of randomness.
func NewSigningKey(random io.Reader) (SigningKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return SigningKey{}, fmt.Errorf("reading randomness for a signing key: %w", err)
	}
	return SigningKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// ParseSigningKey reads what Secret wrote.
func ParseSigningKey(text string) (SigningKey, error) {
	seed, err := parseHexKey(text, secretPrefix)
	if err != nil {
		return SigningKey{}, refuse(BadKey, "a secret signing key is %q and 64 lower-case hex digits", secretPrefix)
	}
	return SigningKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// Secret returns the text form of the key. Who has it can sign as this party.
func (k SigningKey) Secret() string { return secretPrefix + hex.EncodeToString(k.priv.Seed()) }

// String returns the name of the key, never the key, so that it can stand in a log.
func (k SigningKey) String() string { return "signing key " + string(k.ID()) }

// Public returns the public half.
func (k SigningKey) Public() ed25519.PublicKey { return k.priv.Public().(ed25519.PublicKey) }

// PublicText returns the text form of the public half.
func (k SigningKey) PublicText() string { return PublicText(k.Public()) }

// ID returns the name of the key.
func (k SigningKey) ID() KeyID { return KeyIDOf(k.PublicText()) }

// Sign signs a message that already begins with a domain of its own, such as a
// party record. Envelopes are signed by [Seal].
func (k SigningKey) Sign(message []byte) []byte { return ed25519.Sign(k.priv, message) }

// IsZero reports whether k holds no key.
func (k SigningKey) IsZero() bool { return len(k.priv) == 0 }

// A SealingKey opens what was sealed to a party. It is a hybrid post-quantum
// age identity, so the stock age tool with its text form opens payloads too.
type SealingKey struct {
	identity *age.HybridIdentity
	id       KeyID
}

// NewSealingKey makes a key. age draws it from the system's randomness.
func NewSealingKey() (SealingKey, error) {
	i, err := age.GenerateHybridIdentity()
	if err != nil {
		return SealingKey{}, fmt.Errorf("making a sealing key: %w", err)
	}
	return SealingKey{i, KeyIDOf(i.Recipient().String())}, nil
}

// ParseSealingKey reads what Secret wrote, or a line of an age key file.
func ParseSealingKey(text string) (SealingKey, error) {
	i, err := age.ParseHybridIdentity(text)
	if err != nil || i.String() != text {
		return SealingKey{}, refuse(BadKey, "a secret sealing key begins with AGE-SECRET-KEY-PQ-1")
	}
	return SealingKey{i, KeyIDOf(i.Recipient().String())}, nil
}

// Secret returns the text form of the key, as age writes it. Who has it can
// read everything that was sealed to this party.
func (k SealingKey) Secret() string { return k.identity.String() }

// String returns the name of the key, never the key.
func (k SealingKey) String() string { return "sealing key " + string(k.id) }

// PublicText returns the text form of the public half, age1pq1….
func (k SealingKey) PublicText() string { return k.identity.Recipient().String() }

// ID returns the name of the key.
func (k SealingKey) ID() KeyID { return k.id }

// IsZero reports whether k holds no key.
func (k SealingKey) IsZero() bool { return k.identity == nil }

// A Recipient is a party and the public sealing key to use for it.
type Recipient struct {
	Party landbridge.PartyID
	Key   string // age1pq1…

	parsed *age.HybridRecipient // of text, set by NewRecipient, which saves time when it is used often
	text   string
	id     KeyID
}

// NewRecipient checks the key and keeps it ready for many envelopes.
func NewRecipient(party landbridge.PartyID, key string) (Recipient, error) {
	return Recipient{Party: party, Key: key}.ready()
}

// ready returns r with its key parsed.
func (r Recipient) ready() (Recipient, error) {
	if r.parsed != nil && r.text == r.Key {
		return r, nil
	}
	if _, err := landbridge.ParsePartyID(string(r.Party)); err != nil {
		return r, refuse(BadHeader, "a recipient is not a party: %v", err)
	}
	k, err := age.ParseHybridRecipient(r.Key)
	if err != nil || k.String() != r.Key {
		return r, refuse(BadKey, "the sealing key of %s is not a post-quantum age recipient; it begins with age1pq1", r.Party)
	}
	r.parsed, r.text, r.id = k, r.Key, KeyIDOf(r.Key)
	return r, nil
}
