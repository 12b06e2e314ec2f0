// Package softkey is a passkey in software: it registers and signs like an
// authenticator, with a real ES256 key that lies in a file or in memory.
//
// It serves the demo, officers who sign on the command line with a key file,
// and tests. It cannot be taken for a hardware key: it names its own model
// ([Model]) when it registers, and [Origin] in every signature it makes, a
// value no browser writes. Pages and receipts show it as "demo key".
//
// Trust: whoever reads the file can sign as its owner. A node accepts such
// keys only when its configuration says so.
//
// Limits: one site per key; ES256 alone; the signature counter stays zero,
// because a copied file could not keep it honest.
package softkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Origin stands where a browser names the page it was on.
const Origin = "landbridge:software-key"

// Model is the AAGUID every software key gives: 16 bytes that read as a name.
const Model = "landbridge-soft!"

const (
	magic       = "landbridge-software-key/v1"
	idBytes     = 32
	scalarBytes = 32
	maxFile     = 1 << 12
	maxOptions  = 1 << 16
	maxUser     = 64 // bytes of a user handle, by the WebAuthn standard
)

// Flags of the authenticator data (WebAuthn level 2, section 6.1).
const (
	flagPresent  = 0x01
	flagVerified = 0x04
	flagAttested = 0x40
)

// A Key is one passkey. Register changes it; Sign and String only read it.
type Key struct {
	site string
	id   []byte
	user []byte // whose it is: given by the site at registration
	key  *ecdsa.PrivateKey
}

// New makes a key for the given site (relying party id) from random.
func New(site string, random io.Reader) (*Key, error) {
	if !plain(site) {
		return nil, errors.New("a key belongs to a site such as localhost or xa.example")
	}
	k := &Key{site: site, id: make([]byte, idBytes)}
	if _, err := io.ReadFull(random, k.id); err != nil {
		return nil, fmt.Errorf("reading randomness for a software key: %w", err)
	}
	scalar := make([]byte, scalarBytes)
	for {
		if _, err := io.ReadFull(random, scalar); err != nil {
			return nil, fmt.Errorf("reading randomness for a software key: %w", err)
		}
		// A value outside the order of the curve comes once in 2^32 times.
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
		if err == nil {
			k.key = key
			return k, nil
		}
	}
}

// plain reports whether site may stand on a line of a key file.
func plain(site string) bool {
	return site != "" && len(site) <= 253 && !strings.ContainsFunc(site, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Site returns the relying party id the key is bound to.
func (k *Key) Site() string { return k.site }

// ID returns the credential id.
func (k *Key) ID() []byte { return k.id }

// String returns the text form of a key file. It is the secret itself.
func (k *Key) String() string {
	scalar, err := k.key.Bytes()
	if err != nil {
		panic("softkey: a key of New or Parse has its scalar: " + err.Error())
	}
	return fmt.Sprintf("%s\nsite %s\nid %s\nuser %s\nkey %s\n", magic, k.site, encode(k.id), encode(k.user), encode(scalar))
}

// Parse reads the text form of a key file.
func Parse(text string) (*Key, error) {
	bad := errors.New("this is not a software key file; make one with the command that enrols officers")
	lines := strings.Split(text, "\n")
	if len(text) > maxFile || len(lines) != 6 || lines[0] != magic || lines[5] != "" {
		return nil, bad
	}
	var value [4]string
	for i, name := range []string{"site ", "id ", "user ", "key "} {
		v, ok := strings.CutPrefix(lines[i+1], name)
		if !ok {
			return nil, bad
		}
		value[i] = v
	}
	id, err1 := decode(value[1])
	user, err2 := decode(value[2])
	scalar, err3 := decode(value[3])
	if err1 != nil || err2 != nil || err3 != nil || !plain(value[0]) || len(id) != idBytes || len(user) > maxUser {
		return nil, bad
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		return nil, bad
	}
	return &Key{site: value[0], id: id, user: user, key: key}, nil
}

// Register answers registration options, the JSON that a browser would hand to
// navigator.credentials.create, and remembers whose key it now is.
func (k *Key) Register(options []byte) ([]byte, error) {
	var o struct {
		PublicKey struct {
			Challenge string `json:"challenge"`
			RP        struct {
				ID string `json:"id"`
			} `json:"rp"`
			User struct {
				ID string `json:"id"`
			} `json:"user"`
		} `json:"publicKey"`
	}
	if len(options) > maxOptions || json.Unmarshal(options, &o) != nil {
		return nil, errors.New("these are not registration options")
	}
	user, err := decode(o.PublicKey.User.ID)
	if err != nil || len(user) == 0 || len(user) > maxUser {
		return nil, errors.New("the registration options name no user")
	}
	if o.PublicKey.RP.ID != k.site {
		return nil, fmt.Errorf("this key belongs to %s and cannot be registered at %s", k.site, o.PublicKey.RP.ID)
	}
	k.user = user
	client := clientData("webauthn.create", o.PublicKey.Challenge)
	data := k.authData(flagPresent|flagVerified|flagAttested, k.attested())
	return json.Marshal(answer{
		ID: encode(k.id), RawID: encode(k.id), Type: "public-key", Attachment: "cross-platform",
		Extensions: struct{}{},
		Response: response{
			ClientData:  encode(client),
			Attestation: encode(attestation(data)),
			Transports:  []string{"internal"},
		},
	})
}

// Sign answers a challenge, as a browser would after a touch and a PIN.
func (k *Key) Sign(challenge []byte) ([]byte, error) {
	client := clientData("webauthn.get", encode(challenge))
	data := k.authData(flagPresent|flagVerified, nil)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, k.key, signed[:])
	if err != nil {
		return nil, fmt.Errorf("signing with a software key: %w", err)
	}
	return json.Marshal(answer{
		ID: encode(k.id), RawID: encode(k.id), Type: "public-key", Attachment: "cross-platform",
		Extensions: struct{}{},
		Response: response{
			ClientData: encode(client), AuthData: encode(data), Signature: encode(sig), User: encode(k.user),
		},
	})
}

// An answer is what a browser's credential.toJSON() gives.
type answer struct {
	ID         string   `json:"id"`
	RawID      string   `json:"rawId"`
	Type       string   `json:"type"`
	Attachment string   `json:"authenticatorAttachment"`
	Extensions struct{} `json:"clientExtensionResults"`
	Response   response `json:"response"`
}

type response struct {
	ClientData  string   `json:"clientDataJSON"`
	Attestation string   `json:"attestationObject,omitempty"`
	Transports  []string `json:"transports,omitempty"`
	AuthData    string   `json:"authenticatorData,omitempty"`
	Signature   string   `json:"signature,omitempty"`
	User        string   `json:"userHandle,omitempty"`
}

func clientData(kind, challenge string) []byte {
	b, err := json.Marshal(struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
		Origin    string `json:"origin"`
		Cross     bool   `json:"crossOrigin"`
	}{kind, challenge, Origin, false})
	if err != nil {
		panic("softkey: three strings and a bool are JSON: " + err.Error())
	}
	return b
}

func (k *Key) authData(flags byte, attested []byte) []byte {
	site := sha256.Sum256([]byte(k.site))
	b := append(site[:], flags)
	b = binary.BigEndian.AppendUint32(b, 0) // the counter; see the package comment
	return append(b, attested...)
}

// attested names the model, the credential and its public key (section 6.5.1).
func (k *Key) attested() []byte {
	b := append([]byte(Model), byte(len(k.id)>>8), byte(len(k.id)))
	b = append(b, k.id...)
	return append(b, k.PublicKey()...)
}

// PublicKey returns the COSE form of the public key: a CBOR map of key type
// EC2, algorithm ES256, curve P-256, x and y, written by hand because it is
// these 77 bytes and never others.
func (k *Key) PublicKey() []byte {
	point, err := k.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic("softkey: a P-256 key has its point: " + err.Error())
	}
	b := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}
	b = append(b, point[1:33]...)
	b = append(b, 0x22, 0x58, 0x20)
	return append(b, point[33:]...)
}

// attestation wraps authenticator data as {fmt: "none", attStmt: {}, authData: …} in CBOR.
func attestation(data []byte) []byte {
	b := []byte{0xa3, 0x63, 'f', 'm', 't', 0x64, 'n', 'o', 'n', 'e'}
	b = append(b, 0x67, 'a', 't', 't', 'S', 't', 'm', 't', 0xa0)
	b = append(b, 0x68, 'a', 'u', 't', 'h', 'D', 'a', 't', 'a', 0x59, byte(len(data)>>8), byte(len(data)))
	return append(b, data...)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(s string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(s) }
