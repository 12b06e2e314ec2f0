package agreement

import (
	"crypto/rand"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange/exchangetest"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/staff/softkey"
	"landbridge.example/seal"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type testNode struct {
	*Register
	t      testing.TB
	keys   *party.Keys
	db     *db.DB
	log    *record.Log
	bag    exchangetest.Bag
	people map[string]staff.Person
	soft   map[string]*softkey.Key
}

// two makes nodes of XA and XB that know each other, each on a database of the engine.
func two(t *testing.T, f func(t *testing.T, a, b *testNode)) {
	parties := exchangetest.World{Module: Schema(), Parties: []landbridge.PartyID{"XA", "XB", "XF"}, Start: start}
	parties.Each(t, func(t *testing.T, nodes []*exchangetest.Node) { f(t, newNode(t, nodes[0]), newNode(t, nodes[1])) })
}

func newNode(t *testing.T, x *exchangetest.Node) *testNode {
	n := &testNode{t: t, keys: x.Keys, db: x.DB, log: x.Log, people: map[string]staff.Person{}, soft: map[string]*softkey.Key{}}
	n.Register = New(Config{DB: x.DB, Log: x.Log, Exchange: &n.bag, Directory: x.Directory, Keys: x.Keys, Clock: x.Clock.Now, Random: rand.Reader,
		Verify: x.Staff.VerifyApproval, Names: x.Staff.Named})
	for login, role := range map[string]landbridge.Role{"lawyer": landbridge.CentralAuthority, "judge": landbridge.Judge, "officer": landbridge.Officer,
		"minister": landbridge.Minister} {
		n.people[login], n.soft[login] = x.Hire(t, login, role)
	}
	return n
}

// sign is what the person's key says about the proposal.
func (n *testNode) sign(login string, id landbridge.ID) []byte {
	n.t.Helper()
	p, err := n.Proposal(n.t.Context(), n.people[login], id)
	must(n.t, err)
	challenge := staff.Challenge(p.Digest)
	b, err := n.soft[login].Sign(challenge[:])
	must(n.t, err)
	return b
}

// put has the lawyer propose and the judge enter.
func (n *testNode) put(note string, all ...*Instrument) {
	n.t.Helper()
	id, err := n.Propose(n.t.Context(), n.people["lawyer"], all, note)
	must(n.t, err)
	must(n.t, n.Enter(n.t.Context(), n.people["judge"], id, "", n.sign("judge", id)))
}

// deliver hands everything that waits in from's bag to to, as the exchange would.
func (n *testNode) deliver(to *testNode) (refused []error) {
	n.t.Helper()
	for _, e := range n.bag.Take(n.t, n.db) {
		o, err := seal.Open(e, to.me, to.keys.Sealing...)
		must(n.t, err)
		take := map[string]func(*db.Tx, landbridge.PartyID, []byte, time.Time) error{kindShown: to.takeShown, kindCompared: to.takeCompared}[e.Header.Kind]
		if err := to.db.Write(n.t.Context(), func(tx *db.Tx) error { return take(tx, e.Header.From, o.Body, start) }); err != nil {
			refused = append(refused, err)
		}
	}
	return refused
}
