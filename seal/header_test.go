package seal_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"landbridge.example/seal"
)

const goodHeader = `landbridge-envelope/v1
id 01960000-0000-7000-8000-000000000001
from XA
signer 00112233445566aa
to XB 00112233445566bb
to XC 00112233445566cc
created 2027-03-01T12:00:00.000000Z
expires 2027-03-04T12:00:00.000000Z
kind case.act
case 01960000-0000-7000-8000-0000000000ca
process information-request@1 sha256:3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8551
handling TLP:AMBER PAP:GREEN H3:الرجاء السؤال
directory 7
previous e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
commitment f3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
payload 4096 03b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
`

// badHeaders names each way in which a header can be wrong: what to replace in
// the good one, by what, and what the refusal says.
var badHeaders = []struct{ name, old, new, says string }{
	{"version", "envelope/v1", "envelope/v2", "speaks no other version"},
	{"no first line", "landbridge-envelope/v1\n", "", "speaks no other version"},
	{"bom", "landbridge-envelope", "\ufefflandbridge-envelope", "speaks no other version"},
	{"no id", "id 01960000-0000-7000-8000-000000000001\n", "", `needs a line "id"`},
	{"id twice", "from XA", "id 01960000-0000-7000-8000-000000000001\nfrom XA", `needs a line "from"`},
	{"id upper", "01960000-0000-7000-8000-000000000001", "0196000A-0000-7000-8000-000000000001", `"id" is wrong`},
	{"id version", "01960000-0000-7000-8000-000000000001", "01960000-0000-4000-8000-000000000001", `"id" is wrong`},
	{"from", "from XA", "from xa", `"from" is wrong`},
	{"two spaces", "from XA", "from  XA", `"from" is wrong`},
	{"tab", "from XA", "from\tXA", `needs a line "from"`},
	{"trailing space", "from XA", "from XA ", `"from" is wrong`},
	{"carriage return", "from XA\n", "from XA\r\n", `"from" is wrong`},
	{"signer", "signer 00112233445566aa", "signer 00112233445566AA", `"signer" is wrong`},
	{"nobody", "to XB 00112233445566bb\nto XC 00112233445566cc\n", "", `needs a line "to"`},
	{"to without key", "to XB 00112233445566bb", "to XB", `"to" is wrong`},
	{"to key", "to XB 00112233445566bb", "to XB 0011", `"to" is wrong`},
	{"to unsorted", "to XB 00112233445566bb\nto XC 00112233445566cc", "to XC 00112233445566cc\nto XB 00112233445566bb", "XB does not"},
	{"to twice", "to XB 00112233445566bb", "to XB 00112233445566bb\nto XB 00112233445566bb", "XB does not"},
	{"party with two keys", "to XB 00112233445566bb", "to XB 00112233445566bb\nto XB 00112233445566bc", "XB does not"},
	{"created short", "created 2027-03-01T12:00:00.000000Z", "created 2027-03-01T12:00:00Z", "is wrong: a time is written"},
	{"created comma", "created 2027-03-01T12:00:00.000000Z", "created 2027-03-01T12:00:00,000000Z", "canonical"},
	{"created zone", "created 2027-03-01T12:00:00.000000Z", "created 2027-03-01T12:00:00.000000+00:00", "is wrong: a time is written"},
	{"created impossible", "created 2027-03-01", "created 2027-02-29", "is wrong: a time is written"},
	{"created early", "created 2027-03-01", "created 1999-03-01", "between the years"},
	{"order of times", "created 2027-03-01T12:00:00.000000Z\nexpires 2027-03-04T12:00:00.000000Z", "expires 2027-03-04T12:00:00.000000Z\ncreated 2027-03-01T12:00:00.000000Z", `needs a line "created"`},
	{"expired before created", "expires 2027-03-04", "expires 2027-02-04", "expires after it was created"},
	{"lives too long", "expires 2027-03-04", "expires 2028-03-04", "within 366 days"},
	{"kind", "kind case.act", "kind case..act", "not a plain name"},
	{"kind absent", "kind case.act", "kind -", "not a plain name"},
	{"kind long", "kind case.act", "kind " + strings.Repeat("a", 49), "at most 48 bytes"},
	{"case", "case 0196", "case x196", `"case" is wrong`},
	{"case empty", "case 01960000-0000-7000-8000-0000000000ca", "case ", `"case" is wrong`},
	{"process", "process information-request@1", "process information-request@01", `"process" is wrong`},
	{"handling direction", "TLP:AMBER", "TLP:\u202eREBMA", "marks of writing direction"},
	{"handling empty", "handling TLP:AMBER PAP:GREEN H3:الرجاء السؤال", "handling ", "canonical"},
	{"handling long", "TLP:AMBER", strings.Repeat("x", 250), "at most 256 bytes"},
	{"not utf-8", "TLP:AMBER", "TLP:\xff", "not UTF-8"},
	{"directory plus", "directory 7", "directory +7", "canonical"},
	{"directory zero", "directory 7", "directory 07", "canonical"},
	{"directory negative", "directory 7", "directory -7", "negative"},
	{"directory huge", "directory 7", "directory 9223372036854775808", `"directory" is wrong`},
	{"previous upper", "previous e3b0", "previous E3b0", `"previous" is wrong`},
	{"previous prefix", "previous e3b0", "previous sha256:e3b0", `"previous" is wrong`},
	{"previous zero", "previous e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "previous " + zero64, "canonical"},
	{"commitment absent", "commitment f3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "commitment -", `"commitment" is wrong`},
	{"commitment zero", "commitment f3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "commitment " + zero64, "is not set"},
	{"payload alone", "payload 4096 03b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "payload 4096", `"payload" is wrong`},
	{"payload empty", "payload 4096", "payload 0", "at least 1"},
	{"payload huge", "payload 4096", "payload 2199023255553", "at most 2199023255552"},
	{"payload zeros", "payload 4096", "payload 04096", "canonical"},
	{"more lines", "7852b855\n\x00", "7852b855\nmore x\n", "goes on after"},
	{"no last newline", "7852b855\n\x00", "7852b855", `needs a line "payload"`},
	{"empty line", "from XA\n", "from XA\n\n", `needs a line "signer"`},
	{"too long", "TLP:AMBER", strings.Repeat("x", seal.MaxHeader), "the limit is"},
}

const zero64 = "0000000000000000000000000000000000000000000000000000000000000000"

// badHeader applies one replacement. "\x00" stands for the end of the text.
func badHeader(t testing.TB, old, new string) string {
	t.Helper()
	text := goodHeader + "\x00"
	if !strings.Contains(text, old) {
		t.Fatalf("%q is not in the good header", old)
	}
	return strings.TrimSuffix(strings.Replace(text, old, new, 1), "\x00")
}

func TestHeader(t *testing.T) {
	h, err := seal.ParseHeader([]byte(goodHeader))
	must(t, err)
	if string(mustText(t, h)) != goodHeader {
		t.Error("the good header does not come back")
	}
	for _, tt := range badHeaders {
		_, err := seal.ParseHeader([]byte(badHeader(t, tt.old, tt.new)))
		code := seal.CodeOf(err)
		if code != seal.BadHeader && code != seal.TooLarge || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.says)
		}
	}
}

// TestFrame names each way in which the bytes around a header can be wrong.
func TestFrame(t *testing.T) {
	xa, xb := newSide(t, "XA"), newSide(t, "XB")
	e, _, err := seal.Seal(draft(xa, xb), []byte("x"), xa.signing, rand.Reader)
	must(t, err)
	inline, err := e.Marshal()
	must(t, err)
	bare := *e
	bare.Payload = nil
	detached, err := bare.Marshal()
	must(t, err)
	form := len(detached) - 1
	cut := func(b []byte, at int, new ...byte) []byte {
		return append(append([]byte{}, b[:at]...), append(new, b[at+len(new):]...)...)
	}
	for _, tt := range []struct {
		name string
		b    []byte
		code seal.Code
		says string
	}{
		{"nothing", nil, seal.Malformed, "do not begin"},
		{"magic", cut(inline, 0, 'l'), seal.Malformed, "do not begin"},
		{"json", []byte(`{"header":1}`), seal.Malformed, "do not begin"},
		{"header length", cut(inline, 4, 0xff, 0xff, 0xff, 0xff), seal.TooLarge, "the limit is 8192"},
		{"header length small", cut(inline, 4, 0, 0, 0, 9), seal.BadHeader, "no other version"},
		{"cut in signature", inline[:form-3], seal.Malformed, "cut short"},
		{"no form", inline[:form], seal.Malformed, "cut short"},
		{"unknown form", cut(inline, form, 2), seal.Malformed, "form 2"},
		{"detached with bytes", append(append([]byte{}, detached...), 0), seal.Malformed, "bytes follow"},
		{"inline called detached", cut(inline, form, 0), seal.Malformed, "bytes follow"},
		{"detached called inline", cut(detached, form, 1), seal.WrongPayload, "has 0 bytes"},
		{"a byte more", append(append([]byte{}, inline...), 0), seal.WrongPayload, "the header says"},
		{"a byte less", inline[:len(inline)-1], seal.WrongPayload, "the header says"},
		{"huge", make([]byte, seal.MaxEnvelope+1), seal.TooLarge, "the limit is"},
	} {
		_, err := seal.Parse(tt.b)
		if !seal.Is(err, tt.code) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %q: %v", tt.name, seal.CodeOf(err), err)
		}
	}
	e.Signature = e.Signature[:63]
	_, err = e.Marshal()
	refused(t, err, seal.Malformed)
	big := *e
	big.Signature = make([]byte, 64)
	big.Payload = make([]byte, seal.MaxInline+1)
	_, err = big.Marshal()
	refused(t, err, seal.TooLarge)
	_, err = (&seal.Envelope{}).Marshal()
	refused(t, err, seal.BadHeader)
}

func FuzzParseHeader(f *testing.F) {
	f.Add(goodHeader)
	for _, tt := range badHeaders {
		if len(tt.new) < 1000 {
			f.Add(badHeader(f, tt.old, tt.new))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := seal.ParseHeader([]byte(text))
		if err != nil {
			if seal.CodeOf(err) == "" {
				t.Errorf("a foreign error: %v", err)
			}
			return
		}
		if string(mustText(t, h)) != text {
			t.Error("two texts for one header")
		}
	})
}

func FuzzParse(f *testing.F) {
	xa, xb := newSide(f, "XA"), newSide(f, "XB")
	e, _, err := seal.Seal(draft(xa, xb), []byte("body"), xa.signing, rand.Reader)
	must(f, err)
	b, err := e.Marshal()
	must(f, err)
	f.Add(b)
	f.Add(b[:100])
	e.Payload = nil
	b, err = e.Marshal()
	must(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := seal.Parse(b)
		if err != nil {
			if seal.CodeOf(err) == "" {
				t.Errorf("a foreign error: %v", err)
			}
			return
		}
		back, err := e.Marshal()
		if err != nil || string(back) != string(b) {
			t.Errorf("two forms of one envelope: %v", err)
		}
		_ = e.Verify(xa.signing.Public()) // must not panic
		if _, err := seal.Open(e, "XB", xb.sealing); err != nil && seal.CodeOf(err) == "" {
			t.Errorf("a foreign error: %v", err)
		}
	})
}

func FuzzKeys(f *testing.F) {
	s := newSide(f, "XA")
	for _, text := range []string{s.signing.Secret(), s.signing.PublicText(), s.sealing.Secret(), s.sealing.PublicText(), string(s.signing.ID()), ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := seal.ParseSigningKey(text); err == nil && k.Secret() != text {
			t.Error("two texts for one signing key")
		}
		if k, err := seal.ParsePublic(text); err == nil && seal.PublicText(k) != text {
			t.Error("two texts for one public key")
		}
		if k, err := seal.ParseSealingKey(text); err == nil && k.Secret() != text {
			t.Error("two texts for one sealing key")
		}
		if _, err := seal.NewRecipient("XA", text); err != nil && seal.CodeOf(err) == "" {
			t.Errorf("a foreign error: %v", err)
		}
		if id, err := seal.ParseKeyID(text); err == nil && string(id) != text {
			t.Error("two texts for one name of a key")
		}
	})
}
