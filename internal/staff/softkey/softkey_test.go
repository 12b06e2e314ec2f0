package softkey

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// An owner is the site's view of one account.
type owner struct{ keys []webauthn.Credential }

func (owner) WebAuthnID() []byte                           { return []byte("an account") }
func (owner) WebAuthnName() string                         { return "d.oru" }
func (owner) WebAuthnDisplayName() string                  { return "D. Oru" }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func site(t *testing.T, origins ...string) *webauthn.WebAuthn {
	t.Helper()
	w, err := webauthn.New(&webauthn.Config{
		RPID: "localhost", RPDisplayName: "a site", RPOrigins: origins,
		AuthenticatorSelection: protocol.AuthenticatorSelection{UserVerification: protocol.VerificationRequired},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// register takes a key through the real ceremony of the library sites use.
func register(t *testing.T, w *webauthn.WebAuthn, k *Key) (webauthn.Credential, error) {
	t.Helper()
	options, session, err := w.BeginRegistration(owner{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := k.Register(text)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.CreateCredential(owner{}, *session, parsed)
	if err != nil {
		return webauthn.Credential{}, err
	}
	return *c, nil
}

func newKey(t testing.TB) *Key {
	t.Helper()
	k, err := New("localhost", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestRegisterAndSign(t *testing.T) {
	w, k := site(t, Origin), newKey(t)
	c, err := register(t, w, k)
	if err != nil {
		t.Fatal(err)
	}
	if string(c.Authenticator.AAGUID) != Model || !c.Flags.UserVerified || !bytes.Equal(c.PublicKey, k.PublicKey()) {
		t.Errorf("registered as %q, verified %v", c.Authenticator.AAGUID, c.Flags.UserVerified)
	}
	// What a file keeps is enough to go on signing.
	k, err = Parse(k.String())
	if err != nil {
		t.Fatal(err)
	}
	_, session, err := w.BeginLogin(owner{[]webauthn.Credential{c}}, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		t.Fatal(err)
	}
	challenge, err := base64.RawURLEncoding.DecodeString(session.Challenge)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := k.Sign(challenge)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.ValidateLogin(owner{[]webauthn.Credential{c}}, *session, parsed); err != nil {
		t.Errorf("the library refuses the signature: %v", err)
	}
	if other, err := newKey(t).Sign(challenge); err == nil {
		forged, err := protocol.ParseCredentialRequestResponseBytes(other)
		if err != nil {
			t.Fatal(err)
		}
		forged.RawID = c.ID
		if _, err := w.ValidateLogin(owner{[]webauthn.Credential{c}}, *session, forged); err == nil {
			t.Error("another key's signature was taken")
		}
	}
}

// TestNoBrowserSite: a site that does not ask for software keys refuses them,
// because their origin is no page of its own.
func TestNoBrowserSite(t *testing.T) {
	if _, err := register(t, site(t, "https://localhost"), newKey(t)); err == nil {
		t.Error("a site took a software key for a browser's")
	}
}

func TestRegisterRefuses(t *testing.T) {
	k := newKey(t)
	for _, options := range []string{
		"", "{}", `{"publicKey":{"rp":{"id":"localhost"},"user":{"id":""}}}`,
		`{"publicKey":{"rp":{"id":"elsewhere"},"user":{"id":"YQ"}}}`,
		`{"publicKey":{"rp":{"id":"localhost"},"user":{"id":"!"}}}`, strings.Repeat(" ", maxOptions+1),
	} {
		if _, err := k.Register([]byte(options)); err == nil {
			t.Errorf("registered with %.60q", options)
		}
	}
	if _, err := New("two words", rand.Reader); err == nil {
		t.Error("a site with a space")
	}
	if _, err := New("localhost", bytes.NewReader(nil)); err == nil {
		t.Error("a key without randomness")
	}
}

func FuzzParse(f *testing.F) {
	k := newKey(f)
	f.Add(k.String())
	f.Add(strings.Replace(k.String(), "localhost", "a b", 1))
	f.Add(strings.TrimSuffix(k.String(), "\n"))
	f.Add(magic + "\nsite localhost\nid \nuser \nkey \n")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := Parse(text)
		if err != nil {
			return
		}
		if k.String() != text {
			t.Errorf("read %q, wrote %q", text, k.String())
		}
		if _, err := k.Sign([]byte("challenge")); err != nil {
			t.Error(err)
		}
	})
}
