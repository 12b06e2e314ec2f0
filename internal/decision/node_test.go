package decision

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/blob"
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

// A world is three nodes and one clock. Its bag stands for the network.
type world struct {
	t     *testing.T
	clock *exchangetest.Clock
	bag   exchangetest.Bag
	nodes []*testNode
}

type testNode struct {
	*Chamber
	w      *world
	keys   *party.Keys
	db     *db.DB
	log    *record.Log
	people map[string]staff.Person
	soft   map[string]*softkey.Key
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
	n := &testNode{w: w, keys: x.Keys, db: x.DB, log: x.Log, people: map[string]staff.Person{}, soft: map[string]*softkey.Key{}}
	n.Chamber = New(Config{DB: x.DB, Log: x.Log, Exchange: &w.bag, Directory: x.Directory, Keys: x.Keys, Vault: blob.NewVault([32]byte{9}), Clock: w.clock.Now,
		Random: rand.Reader, Verify: x.Staff.VerifyApproval})
	for login, role := range map[string]landbridge.Role{"liaison": landbridge.Liaison, "lawyer": landbridge.CentralAuthority, "officer": landbridge.Officer,
		"minister": landbridge.Minister, "secretary": landbridge.Secretariat} {
		n.people[login], n.soft[login] = x.Hire(w.t, login, role)
	}
	w.nodes = append(w.nodes, n)
}

// approve has the minister approve what somebody proposed.
func (n *testNode) approve(d Done, err error) landbridge.Digest {
	t := n.w.t
	t.Helper()
	must(t, err)
	if d.Proposal == "" || !d.Act.IsZero() {
		t.Fatalf("one person alone committed %s: %+v", n.me, d)
	}
	done, err := n.Approve(t.Context(), n.people["minister"], d.Proposal, n.sign("minister", d.Proposal))
	must(t, err)
	return done.Act
}

// sign is what the person's key says about the proposal.
func (n *testNode) sign(login string, id landbridge.ID) []byte {
	n.w.t.Helper()
	p, err := n.proposal(n.reading(n.w.t.Context()), id)
	must(n.w.t, err)
	challenge := staff.Challenge(p.Digest)
	b, err := n.soft[login].Sign(challenge[:])
	must(n.w.t, err)
	return b
}

func (n *testNode) say(about landbridge.Digest, s Saying) (Done, error) {
	return n.Say(n.w.t.Context(), n.people["liaison"], about, s)
}

// deliver hands over everything that waits, until nothing does, as the exchange
// would. What lose says of an envelope and its recipient is lost.
func (w *world) deliver(lose func(kind string, to landbridge.PartyID) bool) (refused []error) {
	var all []*db.DB
	for _, n := range w.nodes {
		all = append(all, n.db)
	}
	for range 10 {
		for _, e := range w.bag.Take(w.t, all...) {
			for _, n := range w.nodes {
				o, err := seal.Open(e, n.me, n.keys.Sealing...)
				if err != nil || lose != nil && lose(e.Header.Kind, n.me) {
					continue // for somebody else
				}
				if err := n.hand(e.Header.From, e.Header.Kind, o.Body); err != nil {
					refused = append(refused, err)
				}
			}
		}
	}
	return refused
}

// hand gives a node one message.
func (n *testNode) hand(from landbridge.PartyID, kind string, body []byte) error {
	return n.db.Write(n.w.t.Context(), func(tx *db.Tx) error {
		switch kind {
		case kindShare:
			return n.takeShare(tx, from, body, n.now())
		case kindMeeting:
			return n.takeMeeting(tx, from, body, n.now())
		case kindWish:
			return n.takeWish(tx, from, body, n.now())
		case kindMissed:
			return n.takeMissed(tx, from, body, n.now())
		}
		return n.take(tx, strings.TrimPrefix(kind, "decision."), body, n.now())
	})
}

func (w *world) all() {
	w.t.Helper()
	if r := w.deliver(nil); len(r) > 0 {
		w.t.Fatal(r)
	}
}

// is checks that all nodes see the matter in the same state.
func (w *world) is(about landbridge.Digest, want kernel.State) *File {
	w.t.Helper()
	var last *File
	for _, n := range w.nodes {
		f, err := n.Matter(w.t.Context(), n.people["officer"], about)
		must(w.t, err)
		if f.State != want {
			w.t.Fatalf("%s sees %s, want %s: %+v", n.me, f.State, want, f.Result)
		}
		last = f
	}
	return last
}
