package visit

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange/exchangetest"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
	"landbridge.example/seal"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A world is three nodes and one clock. Its bag stands for the network.
type world struct {
	t     *testing.T
	clock *exchangetest.Clock
	bag   exchangetest.Bag
	nodes []*testNode
}

type testNode struct {
	*Register
	w      *world
	keys   *party.Keys
	db     *db.DB
	people map[string]staff.Person
}

// three makes nodes of XA, XB and XF that know each other, each on a database of the engine.
func three(t *testing.T, f func(t *testing.T, w *world, a, b, s *testNode)) {
	parties := exchangetest.World{Module: Schema(), Parties: []landbridge.PartyID{"XA", "XB", "XF"}, Start: start, Tick: time.Millisecond}
	parties.Each(t, func(t *testing.T, nodes []*exchangetest.Node) {
		w := &world{t: t, clock: nodes[0].Clock}
		for _, n := range nodes {
			w.node(n)
		}
		f(t, w, w.nodes[0], w.nodes[1], w.nodes[2])
	})
}

func (w *world) node(x *exchangetest.Node) {
	n := &testNode{w: w, keys: x.Keys, db: x.DB, people: map[string]staff.Person{}}
	n.Register = New(Config{DB: x.DB, Log: x.Log, Exchange: &w.bag, Directory: x.Directory, Keys: x.Keys, Clock: w.clock.Now, Random: rand.Reader})
	for login, role := range map[string]landbridge.Role{"i.sol": landbridge.CentralAuthority, "d.oru": landbridge.Officer, "k.lenn": landbridge.ContactPoint} {
		n.people[login], _ = x.Hire(w.t, login, role)
	}
	w.nodes = append(w.nodes, n)
}

// deliver hands over everything that waits, as the exchange would.
func (w *world) deliver() {
	w.t.Helper()
	var all []*db.DB
	for _, n := range w.nodes {
		all = append(all, n.db)
	}
	for _, e := range w.bag.Take(w.t, all...) {
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
