package visit

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

// A world is three nodes and one clock. Its bag stands for the network: it
// holds what was sent until the test hands it over.
type world struct {
	t     *testing.T
	mu    sync.Mutex
	at    time.Time
	bag   []*seal.Envelope
	nodes []*testNode
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(time.Millisecond)
	return w.at
}

// Submit holds an envelope back until the test delivers it.
func (w *world) Submit(tx *db.Tx, e *seal.Envelope, _ *blob.Ref, _ exchange.Lane) error {
	tx.OnCommit(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.bag = append(w.bag, e)
	})
	return nil
}

type testNode struct {
	*Register
	w      *world
	keys   *party.Keys
	db     *db.DB
	log    *record.Log
	people map[string]staff.Person
}

// three makes nodes of XA, XB and XF that know each other, each on a database of the engine.
func three(t *testing.T, f func(t *testing.T, w *world, a, b, s *testNode)) {
	schemas := []db.Schema{record.Schema(), party.Schema(), staff.Schema(), Schema()}
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		w := &world{t: t, at: start}
		open := func(name string) *db.DB {
			if d.Postgres() {
				return dbtest.Open(t, dbtest.Postgres(t), schemas...)
			}
			return dbtest.Open(t, t.TempDir()+"/"+name, schemas...)
		}
		var members []party.Member
		var keys []*party.Keys
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
			keys, members = append(keys, k), append(members, party.Member{Keys: k, Record: r})
		}
		entries, err := party.Found(members, start.Add(-time.Hour))
		must(t, err)
		a, b, s := w.node(keys[0], d, entries), w.node(keys[1], open("b.db"), entries), w.node(keys[2], open("s.db"), entries)
		f(t, w, a, b, s)
	})
}

func (w *world) node(k *party.Keys, d *db.DB, entries [][]byte) *testNode {
	t := w.t
	verifier, err := ledger.ParseVerifier(k.Log.Public())
	must(t, err)
	log, err := record.Open(t.Context(), d, record.Config{Party: k.Party, Signer: k.Log.Signer(), Verifier: verifier, Witness: k.Witness, Clock: w.clock, Random: rand.Reader})
	must(t, err)
	dir := party.New(d, log, w.clock)
	for _, e := range entries {
		must(t, dir.Add(t.Context(), e))
	}
	people, err := staff.New(staff.Config{DB: d, Record: log.Append, Clock: w.clock, Random: rand.Reader, Party: k.Party, Secret: [32]byte{7}, RPID: "localhost",
		Origins: []string{"http://localhost:8301"}, SoftKeys: true})
	must(t, err)
	n := &testNode{w: w, keys: k, db: d, log: log, people: map[string]staff.Person{}}
	n.Register = New(Config{DB: d, Log: log, Exchange: w, Directory: dir, Keys: k, Clock: w.clock, Random: rand.Reader})
	for login, role := range map[string]landbridge.Role{"i.sol": landbridge.CentralAuthority, "d.oru": landbridge.Officer, "k.lenn": landbridge.ContactPoint} {
		p, err := people.Add(t.Context(), staff.Node(), staff.NewPerson{Name: login, Login: login, Grants: []staff.Grant{{Role: role}}})
		must(t, err)
		n.people[login] = p
	}
	w.nodes = append(w.nodes, n)
	return n
}

// deliver hands over everything that waits, as the exchange would.
func (w *world) deliver() {
	w.t.Helper()
	for _, n := range w.nodes { // what a commit calls has run after this one
		must(w.t, n.db.Write(w.t.Context(), func(*db.Tx) error { return nil }))
	}
	w.mu.Lock()
	out := w.bag
	w.bag = nil
	w.mu.Unlock()
	for _, e := range out {
		for _, n := range w.nodes {
			if o, err := seal.Open(e, n.me, n.keys.Sealing...); err == nil { // else it is for somebody else
				must(w.t, n.taken(strings.TrimPrefix(e.Header.Kind, "visit."), o.Body))
			}
		}
	}
}

// taken gives a node one message.
func (n *testNode) taken(kind string, body []byte) error {
	return n.db.Write(n.w.t.Context(), func(tx *db.Tx) error { return n.take(tx, kind, body, n.now()) })
}

func (n *testNode) show(id landbridge.ID) *File {
	n.w.t.Helper()
	f, err := n.Show(n.w.t.Context(), n.people["i.sol"], id)
	must(n.w.t, err)
	return f
}

// signedAt has a node's key sign what it may not say.
func signedAt(t *testing.T, n *testNode, st *Statement) *Signed {
	t.Helper()
	st.Made = st.Made.Truncate(time.Microsecond)
	s, err := sign(st, n.keys.Signing.Sign)
	must(t, err)
	return s
}
