package record_test

import (
	"crypto/rand"
	"io"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
)

// A clock that tests move by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A party is the keys of one node's log and witness.
type party struct {
	id      landbridge.PartyID
	signer  note.Signer
	log     note.Verifier
	witness *ledger.Cosigner
	keys    []note.Verifier // of the witness
	clock   *clock
}

func newParty(t testing.TB, id landbridge.PartyID) *party {
	t.Helper()
	secret, public, err := ledger.NewLogKey(record.Origin(id), rand.Reader)
	must(t, err)
	p := &party{id: id, clock: newClock()}
	p.signer, err = note.NewSigner(secret)
	must(t, err)
	p.log, err = ledger.ParseVerifier(public)
	must(t, err)
	p.witness, err = ledger.NewCosigner(record.WitnessName(id), rand.Reader)
	must(t, err)
	for _, text := range p.witness.VerifierTexts() {
		v, err := ledger.ParseVerifier(text)
		must(t, err)
		p.keys = append(p.keys, v)
	}
	return p
}

func (p *party) config() record.Config {
	return record.Config{Party: p.id, Signer: p.signer, Verifier: p.log, Witness: p.witness, Clock: p.clock.Now, Random: io.Reader(rand.Reader)}
}

func openLog(t testing.TB, d *db.DB, p *party) *record.Log {
	t.Helper()
	l, err := record.Open(t.Context(), d, p.config())
	must(t, err)
	return l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
