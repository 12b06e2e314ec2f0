package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"filippo.io/age"

	"landbridge.example"
)

//go:generate go test -run ^TestVectors$ -update .

var update = flag.Bool("update", false, "write spec/vectors/envelope anew")

const vectorDir = "../spec/vectors/envelope"

// A vector is one file of spec/vectors/envelope. spec/envelope.md says what its
// fields mean.
type vector struct {
	Name     string             `json:"name"`
	About    string             `json:"about"`
	Expect   Code               `json:"expect"` // "ok" or the code of the refusal
	Stage    string             `json:"stage"`  // parse, verify, time or open: where the refusal comes
	Signer   string             `json:"signer"`
	Party    landbridge.PartyID `json:"party"`
	Key      string             `json:"key"`
	Now      time.Time          `json:"now"`
	Envelope []byte             `json:"envelope"`
	Payload  []byte             `json:"payload,omitempty"` // when it travels detached
	Digest   string             `json:"digest,omitempty"`
	Salt     string             `json:"salt,omitempty"`
	Body     []byte             `json:"body,omitempty"`
}

const (
	vectorSkew = 5 * time.Minute
	expectOK   = Code("ok")
)

// run does with a vector what a recipient does, and returns where it ended.
func (v *vector) run() (stage string, o Opening, digest landbridge.Digest, err error) {
	pub, err := ParsePublic(v.Signer)
	if err != nil {
		return "keys", o, digest, err
	}
	key, err := ParseSealingKey(v.Key)
	if err != nil {
		return "keys", o, digest, err
	}
	e, err := Parse(v.Envelope)
	if err != nil {
		return "parse", o, digest, err
	}
	if err := e.Verify(pub); err != nil {
		return "verify", o, digest, err
	}
	if err := e.CheckTime(v.Now, vectorSkew); err != nil {
		return "time", o, digest, err
	}
	if e.Payload != nil {
		o, err = Open(e, v.Party, key)
		return "open", o, e.Digest(), err
	}
	r, salt, err := OpenStream(e.Header, bytes.NewReader(v.Payload), v.Party, key)
	if err == nil {
		o.Salt = salt
		o.Body, err = io.ReadAll(r)
	}
	return "open", o, e.Digest(), err
}

func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	files, err := filepath.Glob(vectorDir + "/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d vectors found (%v); write them with go generate ./seal", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(&v); err != nil || v.Name+".json" != filepath.Base(file) {
			t.Fatalf("%s: %v", file, err)
		}
		stage, o, digest, err := v.run()
		if v.Expect == expectOK {
			if err != nil || !bytes.Equal(o.Body, v.Body) || hex.EncodeToString(o.Salt[:]) != v.Salt || digest.String() != v.Digest {
				t.Errorf("%s: %v at %s, digest %v", v.Name, err, stage, digest)
			}
		} else if CodeOf(err) != v.Expect || stage != v.Stage {
			t.Errorf("%s: got %q at %s (%v), want %q at %s", v.Name, CodeOf(err), stage, err, v.Expect, v.Stage)
		}
	}
}

// A maker writes vectors.
type maker struct {
	*forger
	other SealingKey // of XC
	thief SigningKey
	all   []*vector
}

func writeVectors(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // the same files every time
	m := &maker{forger: newForger(t)}
	var err error
	if m.other, err = NewSealingKey(); err != nil {
		t.Fatal(err)
	}
	if m.thief, err = NewSigningKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	m.good()
	m.badFrames()
	m.badSignatures()
	m.badContent()
	old, err := filepath.Glob(vectorDir + "/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(vectorDir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, v := range m.all {
		b, err := json.MarshalIndent(v, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(vectorDir, v.Name+".json"), append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (m *maker) add(name, about string, expect Code, stage string, frame []byte) *vector {
	v := &vector{Name: name, About: about, Expect: expect, Stage: stage, Signer: m.key.PublicText(), Party: "XB", Key: m.open.Secret(),
		Now: m.h.Created.Add(time.Second), Envelope: frame}
	m.all = append(m.all, v)
	return v
}

func (m *maker) frame(e *Envelope) []byte {
	m.t.Helper()
	b, err := e.Marshal()
	if err != nil {
		m.t.Fatal(err)
	}
	return b
}

// raw frames a header text that need not be one, with a signature that holds for it.
func (m *maker) raw(text string, payload []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte(frameMagic), uint32(len(text)))
	b = append(b, text...)
	b = append(b, m.key.Sign([]byte(domainEnvelope+text))...)
	return append(append(b, formInline), payload...)
}

func (m *maker) good() {
	recipients := []Recipient{{Party: "XB", Key: m.open.PublicText()}, {Party: "XC", Key: m.other.PublicText()}}
	d := Draft{ID: m.h.ID, From: "XA", Created: m.h.Created, Expires: m.h.Expires, Kind: "case.act", Handling: "TLP:AMBER PAP:GREEN H1",
		Case: "01960000-0000-7000-8000-0000000000ca", Directory: 12, Previous: landbridge.Sum([]byte("previous")),
		Process:    landbridge.ProcessRef{ID: "information-request", Version: 1, Hash: landbridge.Sum([]byte("definition"))},
		Recipients: recipients[:1]}
	m.goodInline("good-one-recipient", "one recipient, every field set", d, []byte("Who holds the account?\n"))
	d.Recipients = recipients
	m.goodInline("good-two-recipients", "two recipients; the same file opens with the key of XB", d, []byte("Who holds the account?\n"))
	d.Case, d.Process, d.Handling, d.Directory, d.Previous = "", landbridge.ProcessRef{}, "", 0, landbridge.Digest{}
	m.goodInline("good-empty", "no optional field and an empty body", d, nil)
	m.goodInline("good-class-border", "content of exactly one size class: no padding", d, bytes.Repeat([]byte("x"), minClass-prefixSize))
	m.goodInline("good-next-class", "one byte more: the next size class", d, bytes.Repeat([]byte("x"), minClass-prefixSize+1))

	var payload bytes.Buffer
	body := []byte("an exhibit that travels by itself")
	e, salt, err := SealStream(d, bytes.NewReader(body), int64(len(body)), m.key, rand.Reader, &payload)
	if err != nil {
		m.t.Fatal(err)
	}
	v := m.add("good-detached", "the payload travels by itself", expectOK, "", m.frame(e))
	v.Payload, v.Body, v.Salt, v.Digest = payload.Bytes(), body, hex.EncodeToString(salt[:]), e.Digest().String()
	cut := m.add("bad-detached-cut", "the detached payload ends early", WrongPayload, "open", m.frame(e))
	cut.Payload = payload.Bytes()[:payload.Len()-1]
}

func (m *maker) goodInline(name, about string, d Draft, body []byte) {
	m.t.Helper()
	e, o, err := Seal(d, body, m.key, rand.Reader)
	if err != nil {
		m.t.Fatal(err)
	}
	v := m.add(name, about, expectOK, "", m.frame(e))
	v.Body, v.Salt, v.Digest = body, hex.EncodeToString(o.Salt[:]), e.Digest().String()
}

func (m *maker) badFrames() {
	e := m.seal(m.content("body"), "body", m.to...)
	b := m.frame(e)
	m.add("bad-magic", "the frame begins with other bytes", Malformed, "parse", append([]byte("LBE2"), b[4:]...))
	m.add("bad-cut", "the last byte is missing", WrongPayload, "parse", b[:len(b)-1])
	m.add("bad-trailing", "one byte follows", WrongPayload, "parse", append(bytes.Clone(b), 0))
	long := bytes.Clone(b)
	binary.BigEndian.PutUint32(long[4:], MaxHeader+1)
	m.add("bad-header-length", "the header claims more bytes than a header may have", TooLarge, "parse", long)
	text, err := e.Header.Text()
	if err != nil {
		m.t.Fatal(err)
	}
	to := "to XB " + string(m.open.ID()) + "\n"
	for _, tt := range []struct{ name, about, old, new string }{
		{"version", "the first line names another version", "envelope/v1", "envelope/v2"},
		{"order", "two lines stand in the wrong order", "kind case.act\ncase -\n", "case -\nkind case.act\n"},
		{"twice", "a line stands twice", "kind case.act\n", "kind case.act\nkind case.act\n"},
		{"missing", "a line is missing", "directory 0\n", ""},
		{"unsorted", "recipients are not sorted", to, to + "to XA " + string(m.open.ID()) + "\n"},
		{"recipient-twice", "a recipient stands twice", to, to + to},
		{"time", "a time without microseconds", "T12:00:00.000000Z", "T12:00:00Z"},
		{"time-zone", "a time with a zone", "T12:00:00.000000Z", "T12:00:00.000000+00:00"},
		{"number", "a number with a leading zero", "directory 0\n", "directory 00\n"},
		{"carriage-return", "lines end in carriage return and line feed", "\n", "\r\n"},
		{"kind", "the kind is not a plain name", "kind case.act", "kind Case.Act"},
		{"direction", "the marking turns the direction of writing", "TLP:AMBER", "TLP:\u202eREBMA"},
		{"lifetime", "it expires after more than 366 days", "expires 2027", "expires 2029"},
		{"digest", "a digest in upper case", "commitment ", "commitment F"},
	} {
		m.add("bad-header-"+tt.name, tt.about, BadHeader, "parse", m.raw(strings.ReplaceAll(string(text), tt.old, tt.new), e.Payload))
	}
}

func (m *maker) badSignatures() {
	e := m.seal(m.content("body"), "body", m.to...)
	flip := *e
	flip.Signature = bytes.Clone(e.Signature)
	flip.Signature[10] ^= 1
	m.add("bad-signature", "one bit of the signature is flipped", BadSignature, "verify", m.frame(&flip))
	flip.Header.Kind, flip.Signature = "case.exhibit", e.Signature
	m.add("bad-signature-header", "a header field was changed after signing", BadSignature, "verify", m.frame(&flip))
	plain := *e
	text, err := e.Header.Text()
	if err != nil {
		m.t.Fatal(err)
	}
	plain.Signature = m.key.Sign(text)
	m.add("bad-signature-domain", "the signature is over the header without its domain", BadSignature, "verify", m.frame(&plain))
	m.add("bad-signer", "the header names another signing key", WrongSigner, "verify", m.frame(e)).Signer = m.thief.PublicText()
	flip = *e
	flip.Payload = bytes.Clone(e.Payload)
	flip.Payload[len(flip.Payload)-1] ^= 1
	m.add("bad-payload", "one bit of the payload is flipped", WrongPayload, "verify", m.frame(&flip))
	hidden := m.seal(m.content("body"), "body", append(m.to, m.other.identity.Recipient())...)
	m.add("bad-hidden-recipient", "the payload is also sealed to a key that the header does not name", NotSealed, "verify", m.frame(hidden))
	weak, err := age.GenerateX25519Identity()
	if err != nil {
		m.t.Fatal(err)
	}
	m.add("bad-weak-recipient", "the payload is sealed to an X25519 key", NotSealed, "verify", m.frame(m.seal(m.content("body"), "body", weak.Recipient())))
	m.add("bad-not-sealed", "the payload is not sealed at all", NotSealed, "verify", m.frame(m.wrap(m.content("body"), "body")))
	m.add("bad-early", "it was made ten minutes in the future", TooEarly, "time", m.frame(e)).Now = m.h.Created.Add(-10 * time.Minute)
	m.add("bad-expired", "it has expired this moment", Expired, "time", m.frame(e)).Now = m.h.Expires
}

func (m *maker) badContent() {
	good := m.content("body")
	e := m.seal(good, "body", m.to...)
	m.add("bad-recipient", "it is addressed to another party", WrongRecipient, "open", m.frame(e)).Party = "XC"
	m.add("bad-key", "it is sealed to another key of this party", WrongKey, "open", m.frame(e)).Key = m.other.Secret()
	m.add("bad-sealed-to-other", "the header names this key, the payload is sealed to another", CannotOpen, "open",
		m.frame(m.seal(good, "body", m.other.identity.Recipient())))
	stolen := *e
	stolen.Header.From, stolen.Header.Signer = "XC", m.thief.ID()
	text, err := stolen.Header.Text()
	if err != nil {
		m.t.Fatal(err)
	}
	stolen.Signature = m.thief.Sign([]byte(domainEnvelope + string(text)))
	m.add("bad-rewrapped", "another party put the sealed payload into an envelope of its own", Rewrapped, "open", m.frame(&stolen)).Signer = m.thief.PublicText()
	m.add("bad-commitment", "the body is not what the header commits to", WrongContent, "open", m.frame(m.seal(good, "bodx", m.to...)))
	hidden := bytes.Clone(good)
	hidden[len(hidden)-1] = 1
	m.add("bad-padding", "the padding hides a byte", WrongPadding, "open", m.frame(m.seal(hidden, "body", m.to...)))
	m.add("bad-class", "the content is not padded to its class", WrongPadding, "open", m.frame(m.seal(good[:len(good)-8], "body", m.to...)))
}
