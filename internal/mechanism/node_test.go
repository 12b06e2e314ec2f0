package mechanism

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange/exchangetest"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
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

type testNode struct {
	*Groups
	t      testing.TB
	keys   *party.Keys
	db     *db.DB
	log    *record.Log
	bag    exchangetest.Bag
	people map[string]staff.Person
	at     time.Time
}

// two makes nodes of XA and XB that know each other, each on a database of the engine.
func two(t *testing.T, f func(t *testing.T, a, b *testNode)) {
	parties := exchangetest.World{Module: Schema(), Parties: []landbridge.PartyID{"XA", "XB", "XF"}, Start: start}
	parties.Each(t, func(t *testing.T, nodes []*exchangetest.Node) { f(t, newNode(t, nodes[0]), newNode(t, nodes[1])) })
}

func newNode(t *testing.T, x *exchangetest.Node) *testNode {
	n := &testNode{t: t, keys: x.Keys, db: x.DB, log: x.Log, people: map[string]staff.Person{}, at: start}
	n.Groups = New(Config{DB: x.DB, Log: x.Log, Exchange: &n.bag, Directory: x.Directory, Keys: x.Keys, Clock: n.clock, Random: rand.Reader})
	for login, role := range map[string]landbridge.Role{"lawyer": landbridge.CentralAuthority, "officer": landbridge.Officer} {
		n.people[login], _ = x.Hire(t, login, role)
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
	if to.at.Before(n.at) {
		to.at = n.at // one clock for both
	}
	for _, e := range n.bag.Take(n.t, n.db) {
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
