package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"landbridge.example"
	"landbridge.example/seal"
)

var noon = time.Date(2027, 3, 1, 12, 0, 0, 123456000, time.UTC)

// A side is one party with its keys.
type side struct {
	id      landbridge.PartyID
	signing seal.SigningKey
	sealing seal.SealingKey
}

func newSide(t testing.TB, id landbridge.PartyID) side {
	t.Helper()
	k, err := seal.NewSigningKey(rand.Reader)
	must(t, err)
	s, err := seal.NewSealingKey()
	must(t, err)
	return side{id, k, s}
}

func (s side) recipient() seal.Recipient {
	return seal.Recipient{Party: s.id, Key: s.sealing.PublicText()}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func draft(from side, to ...side) seal.Draft {
	d := seal.Draft{
		ID: "01960000-0000-7000-8000-000000000001", From: from.id, Created: noon, Expires: noon.Add(72 * time.Hour), Kind: "case.act",
		Case: "01960000-0000-7000-8000-0000000000ca", Handling: "TLP:AMBER PAP:GREEN", Directory: 7,
		Process:  landbridge.ProcessRef{ID: "information-request", Version: 1, Hash: landbridge.Sum([]byte("definition"))},
		Previous: landbridge.Sum([]byte("previous")),
	}
	for _, s := range to {
		d.Recipients = append(d.Recipients, s.recipient())
	}
	return d
}

func refused(t testing.TB, err error, want seal.Code) {
	t.Helper()
	if !seal.Is(err, want) {
		t.Fatalf("got %q (%v), want code %q", seal.CodeOf(err), err, want)
	}
}

// through sends an envelope over the wire and does all a recipient does.
func through(b []byte, from, to side, now time.Time) (*seal.Envelope, seal.Opening, error) {
	e, err := seal.Parse(b)
	if err != nil {
		return nil, seal.Opening{}, err
	}
	if err := e.Verify(from.signing.Public()); err != nil {
		return nil, seal.Opening{}, err
	}
	if err := e.CheckTime(now, time.Minute); err != nil {
		return nil, seal.Opening{}, err
	}
	o, err := seal.Open(e, to.id, to.sealing)
	return e, o, err
}

func TestRoundTrip(t *testing.T) {
	xa, xb, xc := newSide(t, "XA"), newSide(t, "XB"), newSide(t, "XC")
	classes := map[int64]bool{}
	for _, n := range []int{0, 1, 17, 929, 930, 931, 2048, 65_535, 65_536, 65_537, 1 << 18, seal.MaxBody} {
		body := make([]byte, n)
		rand.Read(body)
		e, sent, err := seal.Seal(draft(xa, xc, xb), body, xa.signing, rand.Reader)
		must(t, err)
		b, err := e.Marshal()
		must(t, err)
		if len(b) > seal.MaxEnvelope {
			t.Errorf("%d bytes make an envelope of %d", n, len(b))
		}
		classes[e.Header.PayloadSize] = true
		for _, to := range []side{xb, xc} {
			got, o, err := through(b, xa, to, noon)
			if err != nil {
				t.Fatalf("%d bytes to %s: %v", n, to.id, err)
			}
			if !bytes.Equal(o.Body, body) || o.Salt != sent.Salt || got.Digest() != e.Digest() {
				t.Errorf("%d bytes to %s do not come back", n, to.id)
			}
			must(t, seal.CheckOpening(got.Header, o))
			h, err := seal.ParseHeader(mustText(t, got.Header))
			must(t, err)
			if fmt.Sprint(h) != fmt.Sprint(got.Header) {
				t.Errorf("header %+v became %+v", got.Header, h)
			}
		}
	}
	if len(classes) > 8 {
		t.Errorf("twelve sizes show as %d classes", len(classes))
	}
}

func mustText(t testing.TB, h seal.Header) []byte {
	t.Helper()
	b, err := h.Text()
	must(t, err)
	return b
}

// TestDefaults checks a header with every optional field left out.
func TestDefaults(t *testing.T) {
	xa, xb := newSide(t, "XA"), newSide(t, "XB-FIU")
	d := seal.Draft{ID: "01960000-0000-7000-8000-000000000001", From: "XA", Created: noon.In(time.FixedZone("", 7200)), Expires: noon.Add(time.Microsecond), Kind: "ping",
		Recipients: []seal.Recipient{xb.recipient()}}
	e, _, err := seal.Seal(d, nil, xa.signing, rand.Reader)
	must(t, err)
	text := string(mustText(t, e.Header))
	for _, want := range []string{"\ncase -\nprocess -\nhandling -\ndirectory 0\nprevious -\ncommitment ", "\ncreated 2027-03-01T12:00:00.123456Z\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if _, err := seal.ParseHeader([]byte(text)); err != nil {
		t.Error(err)
	}
}

// TestFlippedBits flips every bit of a small envelope. Each flip is refused.
func TestFlippedBits(t *testing.T) {
	xa, xb := newSide(t, "XA"), newSide(t, "XB")
	e, _, err := seal.Seal(draft(xa, xb), []byte("who holds the account?"), xa.signing, rand.Reader)
	must(t, err)
	good, err := e.Marshal()
	must(t, err)
	codes := map[seal.Code]int{}
	for i := range good {
		for bit := range 8 {
			b := bytes.Clone(good)
			b[i] ^= 1 << bit
			_, _, err := through(b, xa, xb, noon)
			if err == nil {
				t.Fatalf("bit %d of byte %d (%q) can be flipped", bit, i, good[i])
			}
			if seal.CodeOf(err) == "" {
				t.Fatalf("bit %d of byte %d: %v is no refusal of ours", bit, i, err)
			}
			codes[seal.CodeOf(err)]++
		}
	}
	for _, c := range []seal.Code{seal.Malformed, seal.BadHeader, seal.BadSignature, seal.WrongPayload} {
		if codes[c] == 0 {
			t.Errorf("no flipped bit was refused as %s: %v", c, codes)
		}
	}
	for n := range len(good) {
		if _, _, err := through(good[:n], xa, xb, noon); err == nil {
			t.Fatalf("an envelope cut to %d bytes passed", n)
		}
	}
}

func TestWrongHands(t *testing.T) {
	xa, xb, xc := newSide(t, "XA"), newSide(t, "XB"), newSide(t, "XC")
	e, o, err := seal.Seal(draft(xa, xb), []byte("body"), xa.signing, rand.Reader)
	must(t, err)
	_, err = seal.Open(e, "XC", xc.sealing)
	refused(t, err, seal.WrongRecipient)
	_, err = seal.Open(e, "XB", xc.sealing)
	refused(t, err, seal.WrongKey)
	_, err = seal.Open(e, "XB")
	refused(t, err, seal.WrongKey)
	refused(t, e.Verify(xc.signing.Public()), seal.WrongSigner)
	refused(t, e.Verify(nil), seal.WrongSigner)
	if _, err := seal.Open(e, "XB", xc.sealing, seal.SealingKey{}, xb.sealing); err != nil {
		t.Errorf("the right key among others: %v", err)
	}
	o.Body = []byte("bodx")
	refused(t, seal.CheckOpening(e.Header, o), seal.WrongContent)
	detached := *e
	detached.Payload = nil
	must(t, detached.Verify(xa.signing.Public()))
	_, err = seal.Open(&detached, "XB", xb.sealing)
	refused(t, err, seal.NoPayload)
	if (&seal.Envelope{}).Digest() != (landbridge.Digest{}) {
		t.Error("an empty envelope has a name")
	}
}

// TestRewrapped takes a sealed payload out of one envelope and puts it into
// another that XC signs as its own, or that XA is made to seem to have sent to XC.
func TestRewrapped(t *testing.T) {
	xa, xb, xc := newSide(t, "XA"), newSide(t, "XB"), newSide(t, "XC")
	e, _, err := seal.Seal(draft(xa, xb), []byte("body"), xa.signing, rand.Reader)
	must(t, err)
	for name, change := range map[string]func(*seal.Header){
		"sender":  func(h *seal.Header) { h.From = "XC" },
		"id":      func(h *seal.Header) { h.ID = "01960000-0000-7000-8000-000000000002" },
		"expiry":  func(h *seal.Header) { h.Expires = h.Expires.Add(time.Hour) },
		"case":    func(h *seal.Header) { h.Case = "" },
		"marking": func(h *seal.Header) { h.Handling = "TLP:CLEAR" },
		"kind":    func(h *seal.Header) { h.Kind = "case.exhibit" },
	} {
		stolen := *e
		change(&stolen.Header)
		stolen.Header.Signer = xc.signing.ID()
		stolen.Signature = ed25519Sign(t, xc, stolen.Header)
		must(t, stolen.Verify(xc.signing.Public())) // XC can sign what it likes
		if _, err := seal.Open(&stolen, "XB", xb.sealing); !seal.Is(err, seal.Rewrapped) {
			t.Errorf("%s: %v", name, err)
		}
		_, _, err := seal.OpenStream(stolen.Header, bytes.NewReader(stolen.Payload), "XB", xb.sealing)
		refused(t, err, seal.Rewrapped)
	}
	forged := *e
	forged.Header.To = []seal.Address{{Party: "XC", Key: xc.sealing.ID()}}
	refused(t, forged.Verify(xa.signing.Public()), seal.BadSignature)
}

func ed25519Sign(t testing.TB, s side, h seal.Header) []byte {
	t.Helper()
	return s.signing.Sign(append([]byte("landbridge/envelope/v1\x00"), mustText(t, h)...))
}

func TestTime(t *testing.T) {
	xa, xb := newSide(t, "XA"), newSide(t, "XB")
	e, _, err := seal.Seal(draft(xa, xb), nil, xa.signing, rand.Reader)
	must(t, err)
	const skew = 2 * time.Minute
	for _, tt := range []struct {
		now  time.Time
		want seal.Code
	}{
		{noon, ""}, {noon.Add(-skew), ""}, {noon.Add(-skew - 1), seal.TooEarly}, {noon.Add(72*time.Hour - 1), ""}, {noon.Add(72 * time.Hour), seal.Expired},
		{noon.AddDate(10, 0, 0), seal.Expired},
	} {
		if err := e.CheckTime(tt.now, skew); seal.CodeOf(err) != tt.want || (err == nil) != (tt.want == "") {
			t.Errorf("at %v: %v, want %q", tt.now, err, tt.want)
		}
	}
}

func TestStream(t *testing.T) {
	xa, xb, xc := newSide(t, "XA"), newSide(t, "XB"), newSide(t, "XC")
	for _, n := range []int{0, 1, 1000, seal.LeafSize - 2000, 3*seal.LeafSize + 77} {
		body := make([]byte, n)
		rand.Read(body)
		var payload bytes.Buffer
		e, salt, err := seal.SealStream(draft(xa, xb, xc), iotest.HalfReader(bytes.NewReader(body)), int64(n), xa.signing, rand.Reader, &payload)
		must(t, err)
		must(t, e.Verify(xa.signing.Public()))
		b, err := e.Marshal()
		must(t, err)
		if e, err = seal.Parse(b); err != nil || e.Payload != nil {
			t.Fatalf("a detached envelope came back with %d bytes of payload (%v)", len(e.Payload), err)
		}
		for _, to := range []side{xb, xc} {
			r, _, err := seal.OpenStream(e.Header, iotest.OneByteReader(bytes.NewReader(payload.Bytes()[:min(n, 5000)])), to.id, to.sealing)
			if err == nil {
				_, err = io.Copy(io.Discard, r)
			}
			if err == nil {
				t.Fatal("a payload cut short passed")
			}
			r, got, err := seal.OpenStream(e.Header, bytes.NewReader(payload.Bytes()), to.id, to.sealing)
			must(t, err)
			all, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(all, body) || got != salt {
				t.Fatalf("%d bytes do not come back: %v", n, err)
			}
			must(t, seal.CheckOpening(e.Header, seal.Opening{Salt: got, Body: all}))
		}
		checkLeaves(t, e.Header, payload.Bytes())
		streamRefuses(t, e.Header, payload.Bytes(), xb)
	}
}

// checkLeaves checks that leaves that arrive one by one add up to the root.
func checkLeaves(t *testing.T, h seal.Header, payload []byte) {
	t.Helper()
	var leaves []landbridge.Digest
	for at := 0; at < len(payload); at += seal.LeafSize {
		leaves = append(leaves, seal.LeafHash(payload[at:min(at+seal.LeafSize, len(payload))]))
	}
	if int64(len(leaves)) != seal.LeafCount(h.PayloadSize) || seal.RootOfLeaves(leaves) != h.PayloadRoot {
		t.Errorf("%d leaves do not add up to the root", len(leaves))
	}
}

func streamRefuses(t *testing.T, h seal.Header, payload []byte, to side) {
	t.Helper()
	read := func(r io.Reader) error {
		s, _, err := seal.OpenStream(h, r, to.id, to.sealing)
		if err == nil {
			_, err = io.Copy(io.Discard, s)
		}
		return err
	}
	for _, at := range []int{0, 30, len(payload) / 2, len(payload) - 1} {
		b := bytes.Clone(payload)
		b[at] ^= 4
		if err := read(bytes.NewReader(b)); seal.CodeOf(err) == "" {
			t.Errorf("byte %d of %d flipped: %v", at, len(b), err)
		}
	}
	if err := read(bytes.NewReader(append(bytes.Clone(payload), 0))); seal.CodeOf(err) == "" {
		t.Errorf("a byte more: %v", err)
	}
	if err := read(bytes.NewReader(payload[:len(payload)-1])); seal.CodeOf(err) == "" {
		t.Errorf("a byte less: %v", err)
	}
	broken := errors.New("disk")
	if err := read(io.MultiReader(bytes.NewReader(payload[:len(payload)/2]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("a broken disk was taken for a broken seal: %v", err)
	}
	// A payload that opens but is not the one the header names.
	wrong := h
	wrong.PayloadRoot[0] ^= 1
	s, _, err := seal.OpenStream(wrong, bytes.NewReader(payload), to.id, to.sealing)
	must(t, err)
	_, err = io.Copy(io.Discard, s)
	refused(t, err, seal.WrongPayload)
	wrong = h
	wrong.Commitment[0] ^= 1
	s, _, err = seal.OpenStream(wrong, bytes.NewReader(payload), to.id, to.sealing)
	must(t, err)
	_, err = io.Copy(io.Discard, s)
	refused(t, err, seal.WrongContent)
}

func TestStreamSizes(t *testing.T) {
	xa, xb := newSide(t, "XA"), newSide(t, "XB")
	_, _, err := seal.SealStream(draft(xa, xb), strings.NewReader("four"), 5, xa.signing, rand.Reader, io.Discard)
	refused(t, err, seal.WrongContent)
	_, _, err = seal.SealStream(draft(xa, xb), strings.NewReader("four"), 3, xa.signing, rand.Reader, io.Discard)
	refused(t, err, seal.WrongContent)
	_, _, err = seal.SealStream(draft(xa, xb), strings.NewReader(""), -1, xa.signing, rand.Reader, io.Discard)
	refused(t, err, seal.TooLarge)
	_, _, err = seal.SealStream(draft(xa, xb), strings.NewReader(""), seal.MaxPayload, xa.signing, rand.Reader, io.Discard)
	refused(t, err, seal.TooLarge)
	broken := errors.New("disk")
	_, _, err = seal.SealStream(draft(xa, xb), iotest.ErrReader(broken), 3, xa.signing, rand.Reader, io.Discard)
	if !errors.Is(err, broken) {
		t.Errorf("a broken disk: %v", err)
	}
	_, _, err = seal.Seal(draft(xa, xb), make([]byte, seal.MaxBody+1), xa.signing, rand.Reader)
	refused(t, err, seal.TooLarge)
}

// TestBadDrafts names each thing a sender can get wrong.
func TestBadDrafts(t *testing.T) {
	xa, xb := newSide(t, "XA"), newSide(t, "XB")
	var all []side
	for i := range seal.MaxRecipients + 1 {
		s := xb
		s.id = landbridge.PartyID(fmt.Sprintf("XB-%d", i))
		all = append(all, s)
	}
	for _, tt := range []struct {
		name   string
		want   seal.Code
		text   string
		change func(*seal.Draft)
	}{
		{"id", seal.BadHeader, "message id", func(d *seal.Draft) { d.ID = "x" }},
		{"from", seal.BadHeader, "sender", func(d *seal.Draft) { d.From = "xa" }},
		{"nobody", seal.BadHeader, "1 to 64 recipients", func(d *seal.Draft) { d.Recipients = nil }},
		{"too many", seal.BadHeader, "1 to 64 recipients", func(d *seal.Draft) { d.Recipients = draft(xa, all...).Recipients }},
		{"twice", seal.BadHeader, "XB does not", func(d *seal.Draft) { d.Recipients = append(d.Recipients, d.Recipients[0]) }},
		{"recipient", seal.BadHeader, "not a party", func(d *seal.Draft) { d.Recipients[0].Party = "b" }},
		{"key", seal.BadKey, "age1pq1", func(d *seal.Draft) {
			d.Recipients[0].Key = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
		}},
		{"key case", seal.BadKey, "age1pq1", func(d *seal.Draft) { d.Recipients[0].Key = strings.ToUpper(d.Recipients[0].Key) }},
		{"no time", seal.BadHeader, "between the years", func(d *seal.Draft) { d.Created = time.Time{} }},
		{"nanoseconds", seal.BadHeader, "microsecond", func(d *seal.Draft) { d.Created = noon.Add(1) }},
		{"expires first", seal.BadHeader, "expires after", func(d *seal.Draft) { d.Expires = d.Created }},
		{"lives for ever", seal.BadHeader, "within 366 days", func(d *seal.Draft) { d.Expires = d.Created.Add(seal.MaxLifetime + time.Microsecond) }},
		{"kind", seal.BadHeader, "plain name", func(d *seal.Draft) { d.Kind = "Case Act" }},
		{"case", seal.BadHeader, "the case is wrong", func(d *seal.Draft) { d.Case = "7" }},
		{"process", seal.BadHeader, "the process is wrong", func(d *seal.Draft) { d.Process.Hash = landbridge.Digest{} }},
		{"process name", seal.BadHeader, "the process is wrong", func(d *seal.Draft) { d.Process.ID = "a b" }},
		{"marking lines", seal.BadHeader, "control characters", func(d *seal.Draft) { d.Handling = "TLP:RED\nkind case.act" }},
		{"marking direction", seal.BadHeader, "writing direction", func(d *seal.Draft) { d.Handling = "TLP:\u202eDER" }},
		{"marking spaces", seal.BadHeader, "without spaces around", func(d *seal.Draft) { d.Handling = " TLP:RED" }},
		{"marking dash", seal.BadHeader, "one line", func(d *seal.Draft) { d.Handling = "-" }},
		{"marking long", seal.BadHeader, "256 bytes", func(d *seal.Draft) { d.Handling = strings.Repeat("x", 257) }},
		{"marking bytes", seal.BadHeader, "256 bytes of text", func(d *seal.Draft) { d.Handling = "\xff" }},
		{"directory", seal.BadHeader, "negative", func(d *seal.Draft) { d.Directory = -1 }},
	} {
		d := draft(xa, xb)
		tt.change(&d)
		_, _, err := seal.Seal(d, nil, xa.signing, rand.Reader)
		if !seal.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: got %q: %v", tt.name, seal.CodeOf(err), err)
		}
		if _, _, err := seal.SealStream(d, strings.NewReader(""), 0, xa.signing, rand.Reader, io.Discard); !seal.Is(err, tt.want) {
			t.Errorf("%s as a stream: %v", tt.name, err)
		}
	}
	_, _, err := seal.Seal(draft(xa, xb), nil, seal.SigningKey{}, rand.Reader)
	refused(t, err, seal.BadKey)
	if _, _, err := seal.Seal(draft(xa, xb), nil, xa.signing, iotest.ErrReader(errors.New("dry"))); err == nil {
		t.Error("sealed without randomness")
	}
	if _, _, err := seal.Seal(draft(xa, all[:seal.MaxRecipients]...), make([]byte, seal.MaxBody), xa.signing, rand.Reader); err != nil {
		t.Errorf("the largest inline message: %v", err)
	}
}

func TestKeys(t *testing.T) {
	xa := newSide(t, "XA")
	k, err := seal.ParseSigningKey(xa.signing.Secret())
	must(t, err)
	s, err := seal.ParseSealingKey(xa.sealing.Secret())
	must(t, err)
	pub, err := seal.ParsePublic(xa.signing.PublicText())
	must(t, err)
	if k.ID() != xa.signing.ID() || s.ID() != xa.sealing.ID() || !pub.Equal(xa.signing.Public()) || seal.KeyIDOf(xa.sealing.PublicText()) != s.ID() {
		t.Error("keys do not come back from their text")
	}
	for _, text := range []string{xa.signing.String(), fmt.Sprint(xa.signing), fmt.Sprintf("%v", xa.sealing), xa.sealing.String()} {
		if strings.Contains(text, "SECRET") || len(text) > 40 {
			t.Errorf("a printed key shows %q", text)
		}
	}
	msg := []byte("landbridge/record/v1\x00hello")
	if !ed25519.Verify(pub, msg, k.Sign(msg)) {
		t.Error("a signature does not hold")
	}
	for _, bad := range []string{"", "x", xa.signing.PublicText() + "0", strings.ToUpper(xa.signing.PublicText()), xa.sealing.PublicText(), xa.sealing.Secret() + "\n", strings.ToLower(xa.sealing.Secret())} {
		_, err := seal.ParseSigningKey(bad)
		refused(t, err, seal.BadKey)
		_, err = seal.ParsePublic(bad)
		refused(t, err, seal.BadKey)
		_, err = seal.ParseSealingKey(bad)
		refused(t, err, seal.BadKey)
		_, err = seal.ParseKeyID(bad)
		refused(t, err, seal.BadKey)
	}
	if _, err := seal.NewSigningKey(strings.NewReader("short")); err == nil {
		t.Error("made a key from five bytes")
	}
	_, err = seal.NewRecipient("xb", xa.sealing.PublicText())
	refused(t, err, seal.BadHeader)
	r, err := seal.NewRecipient("XB", xa.sealing.PublicText())
	must(t, err)
	r.Key = newSide(t, "XC").sealing.PublicText() // a changed key is the one that counts
	e, _, err := seal.Seal(seal.Draft{ID: "01960000-0000-7000-8000-000000000001", From: "XA", Created: noon, Expires: noon.Add(1e9), Kind: "x", Recipients: []seal.Recipient{r}}, nil, xa.signing, rand.Reader)
	must(t, err)
	if e.Header.To[0].Key != seal.KeyIDOf(r.Key) {
		t.Error("sealed to a key that is no longer the recipient's")
	}
}

func TestPadme(t *testing.T) {
	last := int64(0)
	for n := int64(0); n < 3_000_000; n += 1 + n/1000 {
		c := seal.Padme(n)
		if c < n || c < last || n > 1024 && c > n+n/8 || seal.Padme(c) != c {
			t.Fatalf("class of %d is %d", n, c)
		}
		last = c
	}
	for n, want := range map[int64]int64{0: 1024, 1024: 1024, 1025: 1088, 2142: 2176, 65_630: 67_584, 1 << 20: 1 << 20, 1<<20 + 94: 1<<20 + 1<<15} {
		if got := seal.Padme(n); got != want {
			t.Errorf("class of %d is %d, want %d", n, got, want)
		}
	}
}

func TestCodes(t *testing.T) {
	seen := map[seal.Code]bool{"": true}
	for _, c := range seal.Codes() {
		if seen[c] {
			t.Errorf("code %q stands twice", c)
		}
		seen[c] = true
	}
	if seal.CodeOf(errors.New("x")) != "" || seal.Is(nil, "") {
		t.Error("a foreign error has a code")
	}
}
