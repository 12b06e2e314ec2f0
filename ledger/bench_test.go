package ledger_test

import (
	"testing"

	"landbridge.example/ledger"
)

func BenchmarkEdgeAdd(b *testing.B) {
	e := ledger.NewEdge()
	text := entry(1)
	for b.Loop() {
		e.Add(ledger.LeafHash(text))
		if e.Size()%256 == 0 {
			e.Settle()
		}
	}
}

func BenchmarkCosign(b *testing.B) {
	w := newWitness(b, "landbridge.example/XB/witness")
	c := ledger.Checkpoint{Origin: "landbridge.example/XA", Size: 42}
	for b.Loop() {
		_, err := w.Cosign(c, noon)
		must(b, err)
	}
}

func BenchmarkJudge(b *testing.B) {
	w := newTree(b, "landbridge.example/XA")
	w.grow(1000)
	old := w.checkpoint()
	w.grow(1000)
	r := w.request(b, 1000)
	for b.Loop() {
		_, err := ledger.Judge(old, r, w.log)
		must(b, err)
	}
}

// BenchmarkVerifyProof is what an outsider does with a receipt that two
// witnesses cosigned with both kinds of key.
func BenchmarkVerifyProof(b *testing.B) {
	w := newTree(b, "landbridge.example/XA")
	w.grow(2000)
	x, y := newWitness(b, "landbridge.example/XB/witness"), newWitness(b, "landbridge.example/XC/witness")
	one, err := x.Cosign(w.checkpoint(), noon)
	must(b, err)
	two, err := y.Cosign(w.checkpoint(), noon)
	must(b, err)
	text := w.prove(b, 700, one, two).Format()
	policy := ledger.Policy{Log: w.log, Witnesses: append(x.keys, y.keys...), Quorum: 2, Strict: true}
	b.ReportMetric(float64(len(text)), "B-of-proof")
	for b.Loop() {
		p, err := ledger.ParseProof(text)
		must(b, err)
		_, _, err = p.Verify(w.entries[700], policy)
		must(b, err)
	}
}
