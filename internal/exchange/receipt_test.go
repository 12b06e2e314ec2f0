package exchange_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

// receiptOf delivers one message and returns its receipt, cosigned by all.
func receiptOf(t testing.TB) (file []byte, w *world) {
	t.Helper()
	w = newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	for _, n := range w.all {
		n.start()
	}
	id := a.send("hello", exchange.Normal, b)
	eventually(t, patience, "no cosigned receipt", func() bool {
		s, ok := a.reached(id, "XB", exchange.Delivered)
		return ok && s.Cosigners == 2
	})
	file, err := a.x.Receipt(t.Context(), id, "XB")
	if err != nil {
		t.Fatal(err)
	}
	return file, w
}

// TestReceiptEveryBit flips one bit of every byte of a receipt: none may pass.
func TestReceiptEveryBit(t *testing.T) {
	file, w := receiptOf(t)
	view, err := w.nodes["XF"].dirs.View(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	trust := exchange.Trust{Directory: view, Quorum: -1}
	if _, err := exchange.VerifyReceipt(file, trust); err != nil {
		t.Fatal(err)
	}
	stride := 1
	if underRace { // all of them are flipped without the detector
		stride = 61
	}
	for i := 0; i < len(file); i += stride {
		bad := bytes.Clone(file)
		bad[i] ^= 1 << (i % 8)
		if rep, err := exchange.VerifyReceipt(bad, trust); err == nil {
			t.Fatalf("byte %d can be changed unnoticed, in %q: %+v", i, file[max(0, i-30):min(len(file), i+10)], rep)
		} else if fail.KindOf(err) == fail.Internal {
			t.Errorf("byte %d: no sentence: %v", i, err)
		}
	}
	for name, bad := range map[string][]byte{
		"empty":             {},
		"cut short":         file[:len(file)-100],
		"with a line more":  append(bytes.Clone(file), '\n'),
		"without cosigners": file[:bytes.Index(file, []byte("— landbridge.example/XA/witness"))],
		"Windows line ends": bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")),
	} {
		if _, err := exchange.VerifyReceipt(bad, trust); err == nil {
			t.Errorf("a receipt that is %s passes", name)
		}
	}
}

// TestReceiptTrust checks that a receipt is worth what the verifier's own
// directory says, and no more.
func TestReceiptTrust(t *testing.T) {
	file, w := receiptOf(t)
	other := newWorld(t, setup{})
	view, err := other.nodes["XA"].dirs.View(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: view}); err == nil {
		t.Error("a receipt of another network passes")
	}
	if _, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: party.NewView()}); !fail.Is(err, fail.Missing) {
		t.Errorf("with an empty directory: %v", err)
	}
	view, _ = w.nodes["XA"].dirs.View(t.Context())
	if _, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: view, Quorum: 3}); err == nil || !strings.Contains(fail.Safe(err), "2 of the 3") {
		t.Errorf("with too few witnesses: %v", err)
	}
	// The sender's key is revoked later: what was logged before stands.
	w.publish("XA", func(r *party.Record) {
		r.Revoked = []party.Revocation{{Key: w.nodes["XA"].keys.Signing.ID(), Since: time.Now(), Reason: "rotation after an incident"}}
	}, w.nodes["XA"])
	later, _ := w.nodes["XF"].dirs.View(t.Context())
	if _, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: later, Quorum: -1}); err != nil {
		t.Errorf("a revocation reaches back: %v", err)
	}
}

func FuzzParsers(f *testing.F) {
	file, w := receiptOf(f)
	a, b := w.nodes["XA"], w.nodes["XB"]
	batch := exchange.BatchForTest(epochOne, exchange.Urgent, 0, 1, marshal(f, a.seal("x", nil, b)))
	answer, err := b.x.Accept(f.Context(), "XA", batch)
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range w.all {
		n.close()
	}
	f.Add(file)
	f.Add(batch)
	f.Add(answer)
	for _, s := range []string{
		"landbridge-knock/v1\ndirectory 0 " + strings.Repeat("0", 64) + "\nseen 0\n\n",
		"landbridge-ask/v1\nentry 3 " + strings.Repeat("a", 64) + "\nrelayed " + strings.Repeat("b", 64) + " XB\n",
		"landbridge-pull/v1\nlane relay\nanswer 0\n\n",
		"landbridge-payload/v1\nenvelope 1\nleaves 1\n\nx" + strings.Repeat("y", 32),
		"landbridge-proofs/v1\nheads 1\nitems 1\n\n\x02XB\x00\x00\x00\x01n\x00",
		"landbridge-batch/v1\nepoch -\nlane relay\nafter 0\nitems 1\n\n\x00\x00\x00\x00\x00\x00\x00\x01\xff\xff\xff\xff",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for name, parse := range exchange.ParsersForTest {
			again, err := parse(raw)
			if err != nil {
				if fail.KindOf(err) == fail.Internal {
					t.Errorf("%s: no sentence: %v", name, err)
				}
				continue
			}
			if !bytes.Equal(again, raw) {
				t.Errorf("%s reads %q and writes %q", name, raw, again)
			}
		}
		exchange.ProofsForTest(raw) //nolint:errcheck // it must only not panic
	})
}

func TestDomains(t *testing.T) {
	for _, d := range exchange.DomainsForTest() {
		if !strings.HasPrefix(d, "landbridge/") || !strings.HasSuffix(d, "/v1\x00") {
			t.Errorf("%q is not a domain", d)
		}
	}
}

var _ landbridge.Digest
