package ledger_test

import (
	"bytes"
	"testing"

	"landbridge.example/ledger"
)

func ours(t *testing.T, err error) {
	t.Helper()
	if err != nil && ledger.CodeOf(err) == "" {
		t.Errorf("a foreign error: %v", err)
	}
}

func FuzzEntry(f *testing.F) {
	f.Add([]byte(goodEntry))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ledger.ParseEntry(b)
		ours(t, err)
		if err == nil {
			if back, err := e.Marshal(); err != nil || !bytes.Equal(back, b) {
				t.Errorf("two texts for one entry: %v", err)
			}
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	w := newTree(f, "landbridge.example/XA")
	w.grow(5)
	f.Add(w.signed(f))
	f.Add([]byte(w.checkpoint().Text()))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ledger.ParseCheckpoint(string(b))
		ours(t, err)
		if err == nil && c.Text() != string(b) {
			t.Error("two texts for one checkpoint")
		}
		c, _, err = ledger.OpenCheckpoint(b, w.log)
		ours(t, err)
		if err == nil && c != w.checkpoint() {
			t.Error("a checkpoint that was never signed")
		}
		_, err = ledger.PeekCheckpoint(b)
		ours(t, err)
		_, err = ledger.AddSignatures(w.signed(t), b, w.log)
		ours(t, err)
	})
}

func FuzzWitnessRequest(f *testing.F) {
	w := newTree(f, "landbridge.example/XA")
	w.grow(5)
	f.Add(w.request(f, 0).Format())
	f.Add(w.request(f, 3).Format())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ledger.ParseWitnessRequest(b)
		ours(t, err)
		if err != nil {
			return
		}
		if !bytes.Equal(r.Format(), b) {
			t.Error("two texts for one request")
		}
		_, err = ledger.Judge(ledger.Checkpoint{}, r, w.log)
		ours(t, err)
	})
}

func FuzzProof(f *testing.F) {
	w := newTree(f, "landbridge.example/XA")
	w.grow(5)
	p := w.prove(f, 2)
	f.Add(p.Format())
	p.Extra = []byte("x")
	f.Add(p.Format())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ledger.ParseProof(b)
		ours(t, err)
		if err != nil {
			return
		}
		if !bytes.Equal(p.Format(), b) {
			t.Error("two texts for one proof")
		}
		_, _, err = p.Verify(entry(4), ledger.Policy{Log: w.log})
		ours(t, err)
		if err == nil && p.Index != 4 {
			t.Error("a proof that was never made")
		}
	})
}

func FuzzKeys(f *testing.F) {
	w := newWitness(f, "landbridge.example/XB/witness")
	f.Add(w.Secret())
	for _, v := range w.VerifierTexts() {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := ledger.ParseVerifier(text)
		ours(t, err)
		c, err := ledger.ParseCosigner(text)
		ours(t, err)
		if err == nil && c.Secret() != text {
			t.Error("two texts for one witness key")
		}
	})
}

func FuzzTiles(f *testing.F) {
	f.Add("tile/0/x001/067.p/5", ledger.AppendBundled(nil, entry(1)))
	f.Add("tile/entries/000", []byte{0, 0})
	f.Fuzz(func(t *testing.T, path string, bundle []byte) {
		p, err := ledger.ParseTilePath(path)
		ours(t, err)
		if err == nil && (p.String() != path || p.Index < 0 || p.Width < 1 || p.Width > ledger.Width) {
			t.Errorf("%q was read as %+v", path, p)
		}
		entries, err := ledger.ParseBundle(bundle)
		ours(t, err)
		if err == nil {
			var back []byte
			for _, e := range entries {
				back = ledger.AppendBundled(back, e)
			}
			if !bytes.Equal(back, bundle) {
				t.Error("two forms of one bundle")
			}
		}
	})
}
