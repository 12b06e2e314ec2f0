package bundle

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	landbridge "landbridge.example"
	"landbridge.example/index/problem"
)

func tiny(t testing.TB, attach Contents) (Contents, problem.List) {
	t.Helper()
	text := "landbridge-index: 1\nid: tiny\ntitle: Tiny\ndata:\n  - {file: a.csv, unit: u, licence: CC0}\nindicators:\n  - {code: A, parent: I}\ngroups: [{code: I}]\nsteps:\n  - normalise: {method: minmax}\n  - aggregate\n"
	return Make("tiny.yaml", []byte(text), func(string) ([]byte, error) { return []byte("u,A\nXA,1\nXB,2\n"), nil }, Options{Attach: attach})
}

func signer() (string, func([]byte) []byte) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	return "landbridge-sign-1:" + hex.EncodeToString(key.Public().(ed25519.PublicKey)), func(b []byte) []byte { return ed25519.Sign(key, b) }
}

func TestSignature(t *testing.T) {
	c, list := tiny(t, Contents{"dissents.csv": []byte("party,text\nXB,no\n")})
	if list.Refused() {
		t.Fatal(list)
	}
	digest := c.Digest()
	key, sign := signer()
	s := Signature{ID: "xf-tiny-2026-1", Party: "XF", At: time.Date(2026, 11, 22, 9, 0, 0, 5, time.UTC), Key: key}
	if err := c.Sign(s, sign); err != nil {
		t.Fatal(err)
	}
	if c.Digest() != digest {
		t.Error("signing a release gives it another name")
	}
	r := Verify(c, Options{})
	if !r.Holds() || r.Signed == nil || r.Signed.Party != "XF" || r.Signed.ID != "xf-tiny-2026-1" || r.Signed.Key != key {
		t.Fatalf("%+v", r)
	}
	text := string(c[SignatureFile])
	for what, changed := range map[string]string{
		"another party":  strings.Replace(text, "party XF", "party XB", 1),
		"another time":   strings.Replace(text, "at 2026", "at 2025", 1),
		"another name":   strings.Replace(text, "id xf", "id xx", 1),
		"another digest": strings.Replace(text, digest.String(), landbridge.Sum([]byte("x")).String(), 1),
		"a space":        strings.Replace(text, "party XF", "party  XF", 1),
		"more":           text + "\n",
		"nothing":        "",
	} {
		c[SignatureFile] = []byte(changed)
		if r := Verify(c, Options{}); r.Holds() || r.Signed != nil {
			t.Errorf("%s: it holds: %+v", what, r)
		}
	}
	c[SignatureFile] = []byte(text)
	c["dissents.csv"] = []byte("party,text\nXB,yes\n")
	if Verify(c, Options{}).Holds() {
		t.Error("a changed dissent is not seen")
	}
	delete(c, "dissents.csv")
	if Verify(c, Options{}).Holds() {
		t.Error("a dissent that was taken out is not seen")
	}
	for _, path := range []string{"tiny.yaml", "a.csv", Manifest, SignatureFile, "outputs/x.csv", "../x"} {
		if _, list := tiny(t, Contents{path: []byte("x")}); !list.Refused() {
			t.Errorf("%s may be attached", path)
		}
	}
}

// FuzzParseSignature checks that what is read is written back the same.
func FuzzParseSignature(f *testing.F) {
	key, sign := signer()
	c := Contents{Manifest: []byte("x")}
	if err := c.Sign(Signature{ID: "a", Party: "XF", At: time.Unix(0, 0), Key: key}, sign); err != nil {
		f.Fatal(err)
	}
	f.Add(c[SignatureFile])
	f.Add([]byte("landbridge-index-release/1\nrelease x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := ParseSignature(data); err == nil && !bytes.Equal(s.Format(), data) {
			t.Errorf("read %q, written %q", data, s.Format())
		}
	})
}
