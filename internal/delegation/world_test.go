package delegation

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

var (
	start  = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	desk   = staff.Person{Pseudonym: "1111111111111111", Roles: []landbridge.Role{landbridge.Secretariat}}
	second = staff.Person{Pseudonym: "2222222222222222", Roles: []landbridge.Role{landbridge.Secretariat}}
	focal  = staff.Person{Pseudonym: "3333333333333333", Roles: []landbridge.Role{landbridge.ContactPoint}}
	police = staff.Person{Pseudonym: "4444444444444444", Roles: []landbridge.Role{landbridge.Officer}}
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, kind fail.Kind, words string) {
	t.Helper()
	if !fail.Is(err, kind) || !strings.Contains(fail.Safe(err), words) {
		t.Errorf("want a refusal of kind %s that says %q, got: %v", kind, words, err)
	}
}

// A bag stands for the network: it holds what was sent until the test hands it over.
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

type testNode struct {
	*Office
	t    testing.TB
	keys *party.Keys
	db   *db.DB
	bag  *bag
	now  *time.Time
}

// forum makes the secretariat XF and the party XA, which know each other.
func forum(t *testing.T, f func(t *testing.T, xf, xa *testNode)) {
	schemas := []db.Schema{blob.Schema(), record.Schema(), party.Schema(), Schema()}
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		other := d
		if d.Postgres() {
			other = dbtest.Open(t, dbtest.Postgres(t), schemas...)
		} else {
			other = dbtest.Open(t, t.TempDir()+"/other.db", schemas...)
		}
		keys, entries := founded(t, "XF", "XA", "XB")
		now := start
		f(t, newNode(t, keys["XF"], d, entries, &now), newNode(t, keys["XA"], other, entries, &now))
	})
}

func founded(t testing.TB, parties ...landbridge.PartyID) (map[landbridge.PartyID]*party.Keys, [][]byte) {
	keys := map[landbridge.PartyID]*party.Keys{}
	var members []party.Member
	for _, p := range parties {
		k, err := party.NewKeys(p, start.Add(-time.Hour), rand.Reader)
		must(t, err)
		kind := party.State
		if p == "XF" {
			kind = party.Forum
		}
		r, err := k.Record(kind, 1, landbridge.Digest{}, start.Add(-time.Hour))
		must(t, err)
		r.Name, r.Languages, r.Addresses = party.Text{"en": string(p)}, []string{"en"}, []string{"https://x.example:8443"}
		keys[p], members = k, append(members, party.Member{Keys: k, Record: r})
	}
	entries, err := party.Found(members, start.Add(-time.Hour))
	must(t, err)
	return keys, entries
}

func newNode(t testing.TB, k *party.Keys, d *db.DB, entries [][]byte, now *time.Time) *testNode {
	clock := func() time.Time { return *now }
	verifier, err := ledger.ParseVerifier(k.Log.Public())
	must(t, err)
	log, err := record.Open(t.Context(), d, record.Config{Party: k.Party, Signer: k.Log.Signer(), Verifier: verifier, Witness: k.Witness, Clock: clock, Random: rand.Reader})
	must(t, err)
	dir := party.New(d, log, clock)
	for _, e := range entries {
		must(t, dir.Add(t.Context(), e))
	}
	n := &testNode{t: t, keys: k, db: d, bag: &bag{}, now: now}
	n.Office = New(Config{DB: d, Log: log, Vault: blob.NewVault(k.KEK), Exchange: n.bag, Directory: dir, Keys: k, Clock: clock, Random: rand.Reader})
	return n
}

// deliver hands everything that waits in n's bag to another node, as the exchange would.
func (n *testNode) deliver(to *testNode) (refused []error) {
	n.t.Helper()
	must(n.t, n.db.Write(n.t.Context(), func(*db.Tx) error { return nil })) // what a commit calls has run after this one
	n.bag.mu.Lock()
	out := n.bag.out
	n.bag.out = nil
	n.bag.mu.Unlock()
	for _, e := range out {
		opening, err := seal.Open(e, to.me, to.keys.Sealing...)
		must(n.t, err)
		take := to.takers()[e.Header.Kind]
		if err := to.db.Write(n.t.Context(), func(tx *db.Tx) error { return take(tx, e.Header.From, opening.Body) }); err != nil {
			refused = append(refused, err)
		}
	}
	return refused
}

var edition = Edition{ID: "2026", Title: "Conference 2026", Place: "Lianyungang", Host: "Forum Secretariat", Starts: start.AddDate(0, 4, 12), Ends: start.AddDate(0, 4, 14),
	Closes: start.AddDate(0, 3, 0), KeepDays: 30}

func (n *testNode) invite(d Delegation) landbridge.ID {
	n.t.Helper()
	must(n.t, n.SetEdition(n.t.Context(), desk, edition))
	d.Edition = edition.ID
	id, err := n.Invite(n.t.Context(), desk, d)
	must(n.t, err)
	return id
}

func (n *testNode) state(id landbridge.ID) string {
	n.t.Helper()
	v, err := n.Office.Open(n.t.Context(), desk, id)
	must(n.t, err)
	return v.State
}

var mara = Person{Name: "Мара Ильвен", Latin: "Mara Ilven", Title: "Director", Nation: "XA", Visa: &Visa{Born: "1980-02-29", Passport: "P1234567", Expires: "2031-01-01", Mission: "Embassy in Azur City"}}
