package main

import (
	"encoding/binary"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

func bundle(t testing.TB, n int) (b []byte) {
	for i := range n {
		e := ledger.Entry{Kind: "case.act-sent", Time: time.Date(2026, 11, 22, 12, 0, i, 0, time.UTC), Actor: ledger.NodeActor,
			Commitment: landbridge.Sum([]byte{byte(i)})}
		text, err := e.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		b = binary.BigEndian.AppendUint16(b, uint16(len(text)))
		b = append(b, text...)
	}
	return b
}

func TestAddBundle(t *testing.T) {
	b := bundle(t, 3)
	edge := ledger.NewEdge()
	if err := addBundle(edge, b, 0, 3); err != nil || edge.Size() != 3 {
		t.Errorf("%d entries, %v", edge.Size(), err)
	}
	for name, bad := range map[string][]byte{"empty": {}, "one byte": {0}, "cut": b[:len(b)-1], "length too long": append([]byte{0xff, 0xff}, b...)} {
		if err := addBundle(ledger.NewEdge(), bad, 0, 3); !fail.Is(err, fail.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzAddBundle(f *testing.F) {
	f.Add(bundle(f, 2), 2)
	f.Add([]byte{0, 1, 'x'}, 1)
	f.Fuzz(func(t *testing.T, b []byte, width int) {
		width = min(max(width, 0), ledger.Width)
		edge := ledger.NewEdge()
		if err := addBundle(edge, b, 0, width); err == nil && edge.Size() != int64(width) {
			t.Errorf("%d entries for a width of %d", edge.Size(), width)
		} else if err != nil && !fail.Is(err, fail.Invalid) {
			t.Errorf("no sentence: %v", err)
		}
	})
}
