package staff

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// maxKey bounds the COSE public key in an approval; the largest we expect, an
// ML-DSA key, has about two kilobytes.
const maxKey = 4 << 10

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

// ApprovalOptions returns what the browser of p hands to
// navigator.credentials.get for the act named by digest.
func (s *Staff) ApprovalOptions(ctx context.Context, p Person, digest landbridge.Digest) (json.RawMessage, error) {
	o, err := s.owner(ctx, p.Account)
	if err != nil {
		return nil, err
	}
	if len(o.keys) == 0 {
		return nil, fail.New(fail.Denied, "an approval is signed with a passkey, and this account has none; register one on your account page")
	}
	challenge := Challenge(digest)
	options, _, err := s.keys.BeginLogin(o, webauthn.WithChallenge(challenge[:]), webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, fmt.Errorf("asking for an approval: %w", err)
	}
	return json.Marshal(options)
}

// VerifyApproval checks a fresh passkey assertion of p, in the given role, over
// the act named by digest, and returns what the act carries. Which role an act
// needs, and that two persons are not one (S21), is for the caller to check.
func (s *Staff) VerifyApproval(ctx context.Context, p Person, role landbridge.Role, digest landbridge.Digest, assertion []byte) (Approval, error) {
	o, err := s.owner(ctx, p.Account)
	if err != nil {
		return Approval{}, err
	}
	if !o.Active {
		return Approval{}, fail.New(fail.Denied, "this account was ended and approves nothing")
	}
	if !o.Is(role) { // asked again here: the role may have ended since the page was made
		return Approval{}, fail.New(fail.Denied, "you do not hold the role %s now, so you cannot approve in it (S21)", role)
	}
	challenge := Challenge(digest)
	key, err := s.assert(o, challenge[:], assertion)
	if err != nil {
		return Approval{}, fail.Because(err, fail.Unsigned, "the passkey did not sign this act; open the act again and touch your key")
	}
	a := Approval{Person: o.Pseudonym, Role: role, Key: key.PublicKey, Site: s.c.RPID, Assertion: assertion, Software: software(key)}
	// What leaves this node must hold by the check every other node makes.
	if err := CheckApproval(a, digest); err != nil {
		return Approval{}, err
	}
	err = s.write(ctx, "noting the use of a passkey", func(tx *db.Tx) error { return s.used(tx, key) })
	return a, err
}

// CheckApproval checks, with nothing but its arguments, that a was made over
// the act named by digest by the holder of a.Key, who was verified at the time
// (PIN, face or finger). Whose key it is, the envelope's signature vouches for.
func CheckApproval(a Approval, digest landbridge.Digest) error {
	bad := func(what string) error { return fail.New(fail.Unsigned, "this approval does not hold: %s", what) }
	if p, err := hex.DecodeString(a.Person); err != nil || len(p) != 8 {
		return bad("it names no person")
	}
	if len(a.Key) == 0 || len(a.Key) > maxKey || len(a.Assertion) > MaxAnswer || a.Site == "" {
		return bad("a part is missing or too long")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(a.Assertion)
	if err != nil {
		return bad("its assertion cannot be read")
	}
	origin := parsed.Response.CollectedClientData.Origin
	if a.Software != (origin == SoftwareOrigin) {
		return bad("it hides that a software key made it")
	}
	if !a.Software && !belongs(origin, a.Site) {
		return bad("it was made on a page that may not use passkeys of its site")
	}
	challenge := Challenge(digest)
	err = parsed.Verify(base64.RawURLEncoding.EncodeToString(challenge[:]), a.Site, "", []string{origin}, nil, nil,
		protocol.TopOriginExplicitVerificationMode, false, true, true, a.Key, protocol.SignaturePolicy{})
	if err != nil {
		return fail.Because(err, fail.Unsigned, "this approval does not hold: the passkey signed something else, or the person was not verified")
	}
	return nil
}

// belongs reports whether origin is a page that may use passkeys of site: the
// host itself or a part of it, over TLS unless it is this machine.
func belongs(origin, site string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Path != "" || u.User != nil {
		return false
	}
	host := u.Hostname()
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return false
	}
	return host == site || strings.HasSuffix(host, "."+site)
}
