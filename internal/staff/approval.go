package staff

import (
	"crypto/sha256"
	"encoding/json"

	"landbridge.example"
)

// An Approval is a person's passkey assertion over one act, in the form in
// which it travels inside the act. It holds no name: the person is a pseudonym
// that their own state can resolve.
type Approval struct {
	Person    string          `json:"person"`             // pseudonym, 16 hex digits
	Role      landbridge.Role `json:"role"`               // the role in which they approved; the node vouches for it
	Key       []byte          `json:"key"`                // COSE public key of the passkey
	Site      string          `json:"site"`               // the domain the passkey is bound to (relying party id)
	Assertion json.RawMessage `json:"assertion"`          // the browser's answer, as it came
	Software  bool            `json:"software,omitempty"` // made by a software key, which anyone with the file can use
}

// Challenge returns what a passkey signs to approve the act named by digest.
func Challenge(digest landbridge.Digest) [32]byte {
	return sha256.Sum256(append([]byte(domainApproval), digest[:]...))
}

// CheckApproval checks, with nothing but its arguments, that a was made over
// the act named by digest by the holder of a.Key who was verified at the time.
// Whose key it is, the envelope's signature vouches for.
func CheckApproval(a Approval, digest landbridge.Digest) error { return todo() }
