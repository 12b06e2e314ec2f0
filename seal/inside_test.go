package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"landbridge.example"
)

func TestDomains(t *testing.T) {
	all := []string{domainEnvelope, domainCore, domainCommitment, domainKey, payloadMagic, headerLine}
	for i, a := range all {
		for j, b := range all {
			if i != j && strings.HasPrefix(a, b) {
				t.Errorf("%q begins with %q", a, b)
			}
		}
	}
}

// A forger has all keys and writes what the package would never write.
type forger struct {
	t    testing.TB
	key  SigningKey
	open SealingKey
	h    Header
	to   []age.Recipient
}

func newForger(t testing.TB) *forger {
	t.Helper()
	f := &forger{t: t}
	var err error
	if f.key, err = NewSigningKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	if f.open, err = NewSealingKey(); err != nil {
		t.Fatal(err)
	}
	f.draft("XB")
	return f
}

func (f *forger) draft(to landbridge.PartyID) {
	f.t.Helper()
	now := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)
	d := Draft{ID: "01960000-0000-7000-8000-000000000001", From: "XA", Created: now, Expires: now.AddDate(0, 0, 3), Kind: "case.act", Handling: "TLP:AMBER",
		Recipients: []Recipient{{Party: to, Key: f.open.PublicText()}}}
	var err error
	if f.h, f.to, err = d.start(f.key); err != nil {
		f.t.Fatal(err)
	}
}

// content returns well-formed sealed content of body.
func (f *forger) content(body string) []byte {
	b := append(f.h.prefix([32]byte{1}, int64(len(body))), body...)
	return append(b, make([]byte, Padme(int64(len(b)))-int64(len(b)))...)
}

// seal seals plain as it is, to whoever is given, and signs it.
func (f *forger) seal(plain []byte, body string, to ...age.Recipient) *Envelope {
	f.t.Helper()
	var sealed bytes.Buffer
	if err := encrypt(&sealed, to, plain); err != nil {
		f.t.Fatal(err)
	}
	return f.wrap(sealed.Bytes(), body)
}

func (f *forger) wrap(sealed []byte, body string) *Envelope {
	f.t.Helper()
	h := f.h
	h.Commitment = Commit([32]byte{1}, landbridge.Sum([]byte(body)))
	h.PayloadSize, h.PayloadRoot = int64(len(sealed)), rootOf(sealed)
	e, err := sign(h, sealed, f.key)
	if err != nil {
		f.t.Fatal(err)
	}
	return e
}

// check opens e in both ways and wants the same refusal from both.
func (f *forger) check(name string, e *Envelope, want Code) {
	f.t.Helper()
	_, err := Open(e, "XB", f.open)
	if CodeOf(err) != want {
		f.t.Errorf("%s: Open says %q: %v", name, CodeOf(err), err)
	}
	r, _, err := OpenStream(e.Header, bytes.NewReader(e.Payload), "XB", f.open)
	if err == nil {
		_, err = new(bytes.Buffer).ReadFrom(r)
	}
	if CodeOf(err) != want {
		f.t.Errorf("%s: OpenStream says %q: %v", name, CodeOf(err), err)
	}
}

// TestForgedContent is what a recipient sees of a sender whose software is
// wrong or hostile, with all signatures in order.
func TestForgedContent(t *testing.T) {
	f := newForger(t)
	good := f.content("body")
	f.check("good", f.seal(good, "body", f.to...), "")
	for _, tt := range []struct {
		name   string
		want   Code
		change func(b []byte) []byte
	}{
		{"magic", Rewrapped, func(b []byte) []byte { b[0] ^= 1; return b }},
		{"core", Rewrapped, func(b []byte) []byte { b[len(payloadMagic)] ^= 1; return b }},
		{"salt", WrongContent, func(b []byte) []byte { b[len(payloadMagic)+32] ^= 1; return b }},
		{"body", WrongContent, func(b []byte) []byte { b[prefixSize] ^= 1; return b }},
		{"longer body", WrongContent, func(b []byte) []byte { b[prefixSize-1]++; return b }},
		{"hidden byte", WrongPadding, func(b []byte) []byte { b[len(b)-1] = 1; return b }},
		{"hidden early", WrongPadding, func(b []byte) []byte { b[prefixSize+4] = 1; return b }},
		{"padding short", WrongPadding, func(b []byte) []byte { return b[:len(b)-1] }},
		{"padding long", WrongPadding, func(b []byte) []byte { return append(b, 0) }},
		{"no padding", WrongPadding, func(b []byte) []byte { return b[:prefixSize+4] }},
		{"length beyond", WrongPadding, func(b []byte) []byte { binary.BigEndian.PutUint64(b[prefixSize-8:], 4000); return b }},
		{"length huge", WrongPadding, func(b []byte) []byte { binary.BigEndian.PutUint64(b[prefixSize-8:], 1<<63); return b }},
		{"length most", WrongPadding, func(b []byte) []byte { binary.BigEndian.PutUint64(b[prefixSize-8:], MaxPayload); return b }},
	} {
		f.check(tt.name, f.seal(tt.change(bytes.Clone(good)), "body", f.to...), tt.want)
	}
	short := f.seal(good[:10], "body", f.to...)
	if _, err := Open(short, "XB", f.open); !Is(err, WrongPadding) {
		t.Errorf("ten bytes of content: %v", err)
	}
	f.check("another body", f.seal(good, "bodx", f.to...), WrongContent)
}

// TestForgedSealing checks whom a payload is sealed to, which a relay can see.
func TestForgedSealing(t *testing.T) {
	f := newForger(t)
	plain := f.content("body")
	other, err := NewSealingKey()
	if err != nil {
		t.Fatal(err)
	}
	hidden := other.identity.Recipient()
	good := f.seal(plain, "body", f.to...)
	weak, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	head := bytes.Index(good.Payload, []byte("\n--- ")) + 1
	for name, e := range map[string]*Envelope{
		"hidden recipient": f.seal(plain, "body", append(f.to, hidden)...),
		"weak key":         f.seal(plain, "body", weak.Recipient()),
		"plain text":       f.wrap(plain, "body"),
		"nothing":          f.wrap([]byte("x"), "body"),
		"no end":           f.wrap(good.Payload[:head], "body"),
		"no stanza":        f.wrap([]byte(ageIntro+"--- AAAA\n"), "body"),
		"grease":           f.wrap(bytes.Replace(good.Payload, []byte("\n--- "), []byte("\n-> x-grease y\n\n--- "), 1), "body"),
		"endless":          f.wrap([]byte(ageIntro+hybridStanza+strings.Repeat("A", 2*maxAgeHeader)), "body"),
	} {
		if err := e.Verify(f.key.Public()); !Is(err, NotSealed) {
			t.Errorf("%s: Verify says %v", name, err)
		}
		f.check(name, e, NotSealed)
	}
	// Sealed to one key while the header names another: only opening shows it.
	lie := f.seal(plain, "body", hidden)
	if err := lie.Verify(f.key.Public()); err != nil {
		t.Errorf("a relay cannot know: %v", err)
	}
	f.check("another's key", lie, CannotOpen)
	broken := bytes.Clone(good.Payload)
	broken[len(broken)-1] ^= 1
	f.check("broken seal", f.wrap(broken, "body"), CannotOpen)
	mac := bytes.Clone(good.Payload)
	mac[head+6] ^= 1
	f.check("broken mac", f.wrap(mac, "body"), CannotOpen)
	p := place{f.open.identity, 3}
	if _, err := p.Unwrap(nil); err == nil {
		t.Error("opened a stanza that is not there")
	}
}

// TestStanzaOrder seals to two parties in the wrong order: each finds another's
// stanza in its place, and cannot open.
func TestStanzaOrder(t *testing.T) {
	f := newForger(t)
	other, err := NewSealingKey()
	if err != nil {
		t.Fatal(err)
	}
	f.h.To = []Address{{"XB", f.open.ID()}, {"XC", other.ID()}}
	plain := f.content("body")
	f.check("in order", f.seal(plain, "body", f.open.identity.Recipient(), other.identity.Recipient()), "")
	f.check("out of order", f.seal(plain, "body", other.identity.Recipient(), f.open.identity.Recipient()), CannotOpen)
}

// TestEmergency opens a payload with nothing but the age library, as the stock
// tool would, and finds the body where the specification says it is.
func TestEmergency(t *testing.T) {
	f := newForger(t)
	e, _, err := Seal(Draft{ID: f.h.ID, From: "XA", Created: f.h.Created, Expires: f.h.Expires, Kind: "case.act",
		Recipients: []Recipient{{Party: "XB", Key: f.open.PublicText()}}}, []byte("the body"), f.key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := age.ParseIdentities(strings.NewReader("# key of XB\n" + f.open.Secret() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(e.Payload), ids...)
	if err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	b := plain.Bytes()
	n := binary.BigEndian.Uint64(b[86:94])
	if string(b[:22]) != "landbridge/payload/v1\n" || string(b[94:94+n]) != "the body" {
		t.Errorf("the content begins %q", b[:100])
	}
	if !ed25519.Verify(f.key.Public(), append([]byte("landbridge/envelope/v1\x00"), func() []byte { t, _ := e.Header.Text(); return t }()...), e.Signature) {
		t.Error("the signature is not the one of the specification")
	}
}

// FuzzContent gives the parsers of sealed content anything at all.
func FuzzContent(f *testing.F) {
	forge := newForger(f)
	good := forge.content("body")
	f.Add(good)
	f.Add(good[:prefixSize])
	f.Add([]byte{})
	h := forge.h
	h.Commitment = Commit([32]byte{1}, landbridge.Sum([]byte("body")))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := h.take(bytes.Clone(b))
		if err == nil && (string(o.Body) != "body" || !bytes.Equal(b, good)) {
			t.Errorf("%q was taken for the content", b)
		}
		if err != nil && CodeOf(err) == "" {
			t.Errorf("a foreign error: %v", err)
		}
	})
}

// FuzzStanzas gives the check of the age header anything at all.
func FuzzStanzas(f *testing.F) {
	forge := newForger(f)
	good := forge.seal(forge.content("body"), "body", forge.to...).Payload
	f.Add(good, 1)
	f.Add([]byte(ageIntro+"--- \n"), 0)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		at, err := stanzas(b, n)
		if err == nil && (at > len(b) || bytes.Count(b[:at], []byte("\n-> ")) != n) {
			t.Errorf("%d recipients were seen in %q", n, b[:at])
		}
	})
}
