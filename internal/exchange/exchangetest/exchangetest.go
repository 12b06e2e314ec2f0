// Package exchangetest makes nodes for the tests of modules that speak to other
// parties: real databases, logs, directories and people, and a [Bag] in the
// place of the network. It is for tests alone and is trusted with nothing.
package exchangetest

import (
	"crypto/rand"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/staff/softkey"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A Clock stands still, or moves on with every look.
type Clock struct {
	mu   sync.Mutex
	at   time.Time
	tick time.Duration
}

// NewClock returns a clock that shows at, and a tick more with every look.
func NewClock(at time.Time, tick time.Duration) *Clock { return &Clock{at: at, tick: tick} }

// Now returns the time.
func (c *Clock) Now() time.Time { return c.Pass(c.tick) }

// Pass lets time go by, and returns the time then.
func (c *Clock) Pass(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	return c.at
}

// Set puts the clock to a time.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// A Bag stands for the network: it holds what was sent until a test takes it.
type Bag struct {
	mu  sync.Mutex
	out []*seal.Envelope
}

// Submit holds an envelope back when the transaction commits.
func (b *Bag) Submit(tx *db.Tx, e *seal.Envelope, _ *blob.Ref, _ exchange.Lane) error {
	tx.OnCommit(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.out = append(b.out, e)
	})
	return nil
}

// Take empties the bag of what the given databases have committed.
func (b *Bag) Take(t testing.TB, all ...*db.DB) []*seal.Envelope {
	t.Helper()
	for _, d := range all { // what a commit calls has run after this one
		must(t, d.Write(t.Context(), func(*db.Tx) error { return nil }))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.out
	b.out = nil
	return out
}

// Len returns how many envelopes wait.
func (b *Bag) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.out)
}

// Found makes parties that know each other, an hour before at: their keys, and
// the entries of their directory. XF is the secretariat.
func Found(t testing.TB, at time.Time, parties ...landbridge.PartyID) ([]*party.Keys, [][]byte) {
	t.Helper()
	at = at.Add(-time.Hour)
	var keys []*party.Keys
	var members []party.Member
	for _, p := range parties {
		k, err := party.NewKeys(p, at, rand.Reader)
		must(t, err)
		kind := party.State
		if p == "XF" {
			kind = party.Forum
		}
		r, err := k.Record(kind, 1, landbridge.Digest{}, at)
		must(t, err)
		r.Name, r.Languages, r.Addresses = party.Text{"en": string(p)}, []string{"en"}, []string{"https://x.example:8443"}
		r.Contacts = []party.Contact{{ID: "desk", Name: party.Text{"en": "Desk"}, Hours: "24/7"}}
		keys, members = append(keys, k), append(members, party.Member{Keys: k, Record: r})
	}
	entries, err := party.Found(members, at)
	must(t, err)
	return keys, entries
}

// A Node is what the modules of one party stand on.
type Node struct {
	Keys      *party.Keys
	DB        *db.DB
	Log       *record.Log
	Directory *party.Directory
	Staff     *staff.Staff
	Clock     *Clock
}

// Schemas are the tables of a node with one module.
func Schemas(module db.Schema) []db.Schema {
	return []db.Schema{blob.Schema(), record.Schema(), party.Schema(), staff.Schema(), module}
}

// Open makes a node on a database of [Schemas], with the directory of [Found].
func Open(t testing.TB, k *party.Keys, d *db.DB, entries [][]byte, clock *Clock) *Node {
	t.Helper()
	verifier, err := ledger.ParseVerifier(k.Log.Public())
	must(t, err)
	log, err := record.Open(t.Context(), d, record.Config{Party: k.Party, Signer: k.Log.Signer(), Verifier: verifier, Witness: k.Witness,
		Clock: clock.Now, Random: rand.Reader})
	must(t, err)
	dir := party.New(d, log, clock.Now)
	for _, e := range entries {
		must(t, dir.Add(t.Context(), e))
	}
	people, err := staff.New(staff.Config{DB: d, Record: log.Append, Clock: clock.Now, Random: rand.Reader, Party: k.Party, Secret: [32]byte{7},
		RPID: "localhost", Origins: []string{"http://localhost:8301"}, SoftKeys: true})
	must(t, err)
	return &Node{Keys: k, DB: d, Log: log, Directory: dir, Staff: people, Clock: clock}
}

// Hire gives a person an account with one role, and a key to approve with.
func (n *Node) Hire(t testing.TB, login string, role landbridge.Role) (staff.Person, *softkey.Key) {
	t.Helper()
	p, err := n.Staff.Add(t.Context(), staff.Node(), staff.NewPerson{Name: login, Login: login, Grants: []staff.Grant{{Role: role}}})
	must(t, err)
	key, err := softkey.New("localhost", rand.Reader)
	must(t, err)
	must(t, n.Staff.Enrol(t.Context(), p.Account, "test key", key))
	return p, key
}

// A World says what nodes a test needs.
type World struct {
	Module  db.Schema
	Parties []landbridge.PartyID
	Start   time.Time
	Tick    time.Duration // see [NewClock]
}

// Each runs f on every engine, with a node for each party, on databases of
// their own and with one clock.
func (w World) Each(t *testing.T, f func(t *testing.T, nodes []*Node)) {
	schemas := Schemas(w.Module)
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		clock := NewClock(w.Start, w.Tick)
		keys, entries := Found(t, w.Start, w.Parties...)
		var nodes []*Node
		for i, k := range keys {
			switch {
			case i > 0 && d.Postgres():
				d = dbtest.Open(t, dbtest.Postgres(t), schemas...)
			case i > 0:
				d = dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), schemas...)
			}
			nodes = append(nodes, Open(t, k, d, entries, clock))
		}
		f(t, nodes)
	})
}
