package mechanism

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
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
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
	*Groups
	t      testing.TB
	keys   *party.Keys
	db     *db.DB
	log    *record.Log
	bag    *bag
	people map[string]staff.Person
	at     time.Time
}

// two makes nodes of XA and XB that know each other, each on a database of the engine.
func two(t *testing.T, f func(t *testing.T, a, b *testNode)) {
	schemas := []db.Schema{record.Schema(), party.Schema(), staff.Schema(), Schema()}
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		other := d
		if d.Postgres() {
			other = dbtest.Open(t, dbtest.Postgres(t), schemas...)
		} else {
			other = dbtest.Open(t, t.TempDir()+"/other.db", schemas...)
		}
		keys := map[landbridge.PartyID]*party.Keys{}
		var members []party.Member
		for _, p := range []landbridge.PartyID{"XA", "XB", "XF"} {
			k, err := party.NewKeys(p, start.Add(-time.Hour), rand.Reader)
			must(t, err)
			kind := party.State
			if p == "XF" {
				kind = party.Forum
			}
			r, err := k.Record(kind, 1, landbridge.Digest{}, start.Add(-time.Hour))
			must(t, err)
			r.Name, r.Languages, r.Addresses = party.Text{"en": string(p)}, []string{"en"}, []string{"https://x.example:8443"}
			r.Contacts = []party.Contact{{ID: "desk", Name: party.Text{"en": "Desk"}, Hours: "24/7"}}
			keys[p], members = k, append(members, party.Member{Keys: k, Record: r})
		}
		entries, err := party.Found(members, start.Add(-time.Hour))
		must(t, err)
		f(t, newNode(t, keys["XA"], d, entries), newNode(t, keys["XB"], other, entries))
	})
}

func newNode(t *testing.T, k *party.Keys, d *db.DB, entries [][]byte) *testNode {
	clock := func() time.Time { return start }
	verifier, err := ledger.ParseVerifier(k.Log.Public())
	must(t, err)
	log, err := record.Open(t.Context(), d, record.Config{Party: k.Party, Signer: k.Log.Signer(), Verifier: verifier, Witness: k.Witness, Clock: clock, Random: rand.Reader})
	must(t, err)
	dir := party.New(d, log, clock)
	for _, e := range entries {
		must(t, dir.Add(t.Context(), e))
	}
	people, err := staff.New(staff.Config{DB: d, Record: log.Append, Clock: clock, Random: rand.Reader, Party: k.Party, Secret: [32]byte{7}, RPID: "localhost",
		Origins: []string{"http://localhost:8301"}, SoftKeys: true})
	must(t, err)
	n := &testNode{t: t, keys: k, db: d, log: log, bag: &bag{}, people: map[string]staff.Person{}, at: start}
	n.Groups = New(Config{DB: d, Log: log, Exchange: n.bag, Directory: dir, Keys: k, Clock: n.clock, Random: rand.Reader})
	for login, role := range map[string]landbridge.Role{"lawyer": landbridge.CentralAuthority, "officer": landbridge.Officer} {
		p, err := people.Add(t.Context(), staff.Node(), staff.NewPerson{Name: login, Login: login, Grants: []staff.Grant{{Role: role}}})
		must(t, err)
		n.people[login] = p
	}
	return n
}

// clock moves a little with every look, as time does.
func (n *testNode) clock() time.Time {
	n.at = n.at.Add(time.Millisecond)
	return n.at
}

// say has the lawyer of the node say something.
func (n *testNode) say(s Saying) {
	n.t.Helper()
	must(n.t, n.Say(n.t.Context(), n.people["lawyer"], "pipeline", s))
}

func (n *testNode) state() *Group {
	n.t.Helper()
	g, err := n.Show(n.t.Context(), n.people["officer"], "pipeline")
	must(n.t, err)
	return g
}

// deliver hands everything that waits in from's bag to to, as the exchange would.
func (n *testNode) deliver(to *testNode) (refused []error) {
	n.t.Helper()
	must(n.t, n.db.Write(n.t.Context(), func(*db.Tx) error { return nil })) // what a commit calls has run after this one
	n.bag.mu.Lock()
	if to.at.Before(n.at) {
		to.at = n.at // one clock for both
	}
	out := n.bag.out
	n.bag.out = nil
	n.bag.mu.Unlock()
	for _, e := range out {
		o, err := seal.Open(e, to.me, to.keys.Sealing...)
		if err != nil {
			continue // for the secretariat or the third
		}
		if err := to.db.Write(n.t.Context(), func(tx *db.Tx) error {
			return to.take(tx, e.Header.From, strings.TrimPrefix(e.Header.Kind, "mechanism."), o.Body, to.at)
		}); err != nil {
			refused = append(refused, err)
		}
	}
	return refused
}

func writes(n *testNode, from landbridge.PartyID, kind string, body []byte) error {
	return n.db.Write(n.t.Context(), func(tx *db.Tx) error { return n.take(tx, from, kind, body, start) })
}
