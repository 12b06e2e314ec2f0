package gpsi

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
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

func schemas() []db.Schema {
	return []db.Schema{blob.Schema(), record.Schema(), party.Schema(), exchange.Schema(), Schema()}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A bag holds what was sent until the test hands it over. It stands for the
// network alone.
type bag struct {
	mu  sync.Mutex
	out []*seal.Envelope
}

func (b *bag) Submit(tx *db.Tx, e *seal.Envelope, _ *blob.Ref, _ exchange.Lane) error {
	tx.OnCommit(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.out = append(b.out, e)
	})
	return nil
}

func (b *bag) Forget(*db.Tx, landbridge.Digest) error { return nil }

func (b *bag) take() []*seal.Envelope {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.out
	b.out = nil
	return out
}

type testNode struct {
	*Register
	keys   *party.Keys
	db     *db.DB
	bag    *bag
	people map[landbridge.Role]staff.Person
}

type world struct {
	clock *clock
	nodes map[landbridge.PartyID]*testNode
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		f(t, newWorld(t, func(p landbridge.PartyID) string { return filepath.Join(dir, string(p)+".db") }))
	})
	t.Run("postgres", func(t *testing.T) {
		dbtest.Postgres(t) // skips when there is none
		f(t, newWorld(t, func(landbridge.PartyID) string { return dbtest.Postgres(t) }))
	})
}

func newWorld(t testing.TB, dsn func(landbridge.PartyID) string) *world {
	t.Helper()
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w := &world{clock: &clock{now: start}, nodes: map[landbridge.PartyID]*testNode{}}
	var members []party.Member
	for _, p := range []landbridge.PartyID{"XA", "XB", "XF"} {
		k, err := party.NewKeys(p, start.Add(-24*time.Hour), rand.Reader)
		must(t, err)
		kind := party.State
		if p == "XF" {
			kind = party.Forum
		}
		r, err := k.Record(kind, 1, landbridge.Digest{}, start.Add(-24*time.Hour))
		must(t, err)
		r.Name, r.Languages, r.Addresses = party.Text{"en": "Party " + string(p)}, []string{"en"}, []string{"https://" + lower(p) + ".example:8443"}
		members = append(members, party.Member{Keys: k, Record: r})
	}
	entries, err := party.Found(members, start.Add(-24*time.Hour))
	must(t, err)
	for _, m := range members {
		n := &testNode{keys: m.Keys, bag: &bag{}, people: map[landbridge.Role]staff.Person{}, db: dbtest.Open(t, dsn(m.Keys.Party), schemas()...)}
		verifier, err := ledger.ParseVerifier(m.Keys.Log.Public())
		must(t, err)
		log, err := record.Open(t.Context(), n.db, record.Config{Party: m.Keys.Party, Signer: m.Keys.Log.Signer(), Verifier: verifier, Witness: m.Keys.Witness,
			Clock: w.clock.Now, Random: rand.Reader})
		must(t, err)
		dir := party.New(n.db, log, w.clock.Now)
		for _, e := range entries {
			must(t, dir.Add(t.Context(), e))
		}
		blobs, err := blob.NewStore(filepath.Join(t.TempDir(), "blobs"))
		must(t, err)
		n.Register, err = New(Config{DB: n.db, Log: log, Exchange: n.bag, Directory: dir, Keys: m.Keys, Blobs: blobs, Clock: w.clock.Now, Random: rand.Reader})
		must(t, err)
		for i, r := range []landbridge.Role{landbridge.Analyst, landbridge.Secretariat, landbridge.CentralAuthority, landbridge.Officer} {
			n.people[r] = staff.Person{Name: string(r), Pseudonym: "00000000000000" + lower(m.Keys.Party)[1:] + string(rune('0'+i)), Roles: []landbridge.Role{r}, Active: true}
		}
		w.nodes[m.Keys.Party] = n
	}
	return w
}
