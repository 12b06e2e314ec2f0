package casework

import (
	"testing"

	"landbridge.example/process"
)

// BenchmarkRequest measures a request from the empty form to the outbox: draft,
// proposal, approval by passkey, seal, rows, log. Every step is its own commit.
func BenchmarkRequest(b *testing.B) {
	w := newWorld(b, openSQLite(b))
	for b.Loop() {
		w.send(b, request())
	}
}

// BenchmarkTakeIn measures taking in a request: opening, checking, folding, the
// node's own receipt sealed and queued, in one commit.
func BenchmarkTakeIn(b *testing.B) {
	w := newWorld(b, openSQLite(b))
	for b.Loop() {
		b.StopTimer()
		w.send(b, request())
		parcels := w.nodes["XA"].take()
		b.StartTimer()
		for _, p := range parcels {
			must(b, w.nodes["XB"].hand(p))
		}
	}
}

// BenchmarkCasePage measures what a case page asks for, with five acts.
func BenchmarkCasePage(b *testing.B) {
	w := newWorld(b, openSQLite(b))
	id := w.send(b, request())
	w.settle(b)
	x := w.nodes["XB"]
	x.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
	x.act("duty", id, "answer", answer())
	w.settle(b)
	for b.Loop() {
		x.view("duty", id)
	}
}
