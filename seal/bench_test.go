package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"filippo.io/age"

	"landbridge.example"
	"landbridge.example/seal"
)

// The anchor is what a careful newcomer would write: age with the same
// post-quantum recipient and one Ed25519 signature over what is sent.

func sizes(b *testing.B, f func(b *testing.B, body []byte)) {
	for _, n := range []int{2 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("%dKiB", n>>10), func(b *testing.B) {
			body := make([]byte, n)
			rand.Read(body)
			b.SetBytes(int64(n))
			f(b, body)
		})
	}
}

func benchDraft(b *testing.B, from, to side) seal.Draft {
	d := draft(from)
	r, err := seal.NewRecipient(to.id, to.sealing.PublicText())
	must(b, err)
	d.Recipients = []seal.Recipient{r}
	return d
}

func BenchmarkSealSign(b *testing.B) {
	xa, xb := newSide(b, "XA"), newSide(b, "XB")
	d := benchDraft(b, xa, xb)
	sizes(b, func(b *testing.B, body []byte) {
		for b.Loop() {
			_, _, err := seal.Seal(d, body, xa.signing, rand.Reader)
			must(b, err)
		}
	})
}

func BenchmarkVerifyOpen(b *testing.B) {
	xa, xb := newSide(b, "XA"), newSide(b, "XB")
	d := benchDraft(b, xa, xb)
	pub := xa.signing.Public()
	sizes(b, func(b *testing.B, body []byte) {
		e, _, err := seal.Seal(d, body, xa.signing, rand.Reader)
		must(b, err)
		wire, err := e.Marshal()
		must(b, err)
		for b.Loop() {
			e, err := seal.Parse(wire)
			must(b, err)
			must(b, e.Verify(pub))
			_, err = seal.Open(e, "XB", xb.sealing)
			must(b, err)
		}
	})
}

func plainAge(b *testing.B) (*age.HybridIdentity, ed25519.PublicKey, ed25519.PrivateKey) {
	id, err := age.GenerateHybridIdentity()
	must(b, err)
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	must(b, err)
	return id, pub, priv
}

func plainSeal(b *testing.B, to age.Recipient, priv ed25519.PrivateKey, body []byte) (sealed, sig []byte) {
	var buf bytes.Buffer
	w, err := age.Encrypt(&buf, to)
	must(b, err)
	_, err = w.Write(body)
	must(b, err)
	must(b, w.Close())
	digest := landbridge.Sum(buf.Bytes())
	return buf.Bytes(), ed25519.Sign(priv, digest[:])
}

func BenchmarkPlainAgeSign(b *testing.B) {
	id, _, priv := plainAge(b)
	to := id.Recipient()
	sizes(b, func(b *testing.B, body []byte) {
		for b.Loop() {
			plainSeal(b, to, priv, body)
		}
	})
}

func BenchmarkPlainAgeVerify(b *testing.B) {
	id, pub, priv := plainAge(b)
	sizes(b, func(b *testing.B, body []byte) {
		sealed, sig := plainSeal(b, id.Recipient(), priv, body)
		for b.Loop() {
			plainOpen(b, id, pub, sealed, sig)
		}
	})
}

// BenchmarkStream is the rate at which an exhibit is sealed.
func BenchmarkStream(b *testing.B) {
	xa, xb := newSide(b, "XA"), newSide(b, "XB")
	d := benchDraft(b, xa, xb)
	body := make([]byte, 16<<20)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		_, _, err := seal.SealStream(d, bytes.NewReader(body), int64(len(body)), xa.signing, rand.Reader, io.Discard)
		must(b, err)
	}
}

// BenchmarkRatio alternates our work with the anchor's and compares medians, so
// that a busy machine slows both alike. 1.00 is plain age with one signature.
func BenchmarkRatio(b *testing.B) {
	xa, xb := newSide(b, "XA"), newSide(b, "XB")
	d := benchDraft(b, xa, xb)
	pub := xa.signing.Public()
	id, plainPub, priv := plainAge(b)
	to := id.Recipient()
	sizes(b, func(b *testing.B, body []byte) {
		var ours, plain [2][]time.Duration
		clock := func(into *[]time.Duration, f func()) {
			start := time.Now()
			f()
			*into = append(*into, time.Since(start))
		}
		for b.Loop() {
			var sealed, sig []byte
			var e *seal.Envelope
			clock(&ours[0], func() {
				var err error
				e, _, err = seal.Seal(d, body, xa.signing, rand.Reader)
				must(b, err)
			})
			wire, err := e.Marshal() // the anchor has no form to travel in
			must(b, err)
			clock(&plain[0], func() { sealed, sig = plainSeal(b, to, priv, body) })
			clock(&ours[1], func() {
				e, err := seal.Parse(wire)
				must(b, err)
				must(b, e.Verify(pub))
				_, err = seal.Open(e, "XB", xb.sealing)
				must(b, err)
			})
			clock(&plain[1], func() { plainOpen(b, id, plainPub, sealed, sig) })
		}
		for i, name := range []string{"seal", "open"} {
			b.ReportMetric(float64(median(ours[i]))/float64(median(plain[i])), name+"-ratio")
		}
	})
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func plainOpen(b *testing.B, id age.Identity, pub ed25519.PublicKey, sealed, sig []byte) {
	digest := landbridge.Sum(sealed)
	if !ed25519.Verify(pub, digest[:], sig) {
		b.Fatal("the signature does not hold")
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	must(b, err)
	_, err = io.ReadAll(r)
	must(b, err)
}
