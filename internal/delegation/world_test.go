package delegation

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange/exchangetest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
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

type testNode struct {
	*Office
	t     testing.TB
	keys  *party.Keys
	db    *db.DB
	bag   exchangetest.Bag
	clock *exchangetest.Clock
}

// forum makes the secretariat XF and the party XA, which know each other.
func forum(t *testing.T, f func(t *testing.T, xf, xa *testNode)) {
	parties := exchangetest.World{Module: Schema(), Parties: []landbridge.PartyID{"XF", "XA", "XB"}, Start: start}
	parties.Each(t, func(t *testing.T, nodes []*exchangetest.Node) { f(t, newNode(t, nodes[0]), newNode(t, nodes[1])) })
}

func newNode(t testing.TB, x *exchangetest.Node) *testNode {
	n := &testNode{t: t, keys: x.Keys, db: x.DB, clock: x.Clock}
	n.Office = New(Config{DB: x.DB, Log: x.Log, Vault: blob.NewVault(x.Keys.KEK), Exchange: &n.bag, Directory: x.Directory, Keys: x.Keys, Clock: x.Clock.Now,
		Random: rand.Reader})
	return n
}

// deliver hands everything that waits in n's bag to another node, as the exchange would.
func (n *testNode) deliver(to *testNode) (refused []error) {
	n.t.Helper()
	for _, e := range n.bag.Take(n.t, n.db) {
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
