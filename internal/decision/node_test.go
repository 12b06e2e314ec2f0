package decision

import (
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
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

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
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
	schemas := []db.Schema{blob.Schema(), record.Schema(), party.Schema(), staff.Schema(), Schema()}
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
	n := &testNode{w: w, keys: k, db: d, log: log, people: map[string]staff.Person{}, soft: map[string]*softkey.Key{}}
	n.Chamber = New(Config{DB: d, Log: log, Exchange: w, Directory: dir, Keys: k, Vault: blob.NewVault([32]byte{9}), Clock: w.clock, Random: rand.Reader, Verify: people.VerifyApproval})
	for login, role := range map[string]landbridge.Role{"liaison": landbridge.Liaison, "lawyer": landbridge.CentralAuthority, "officer": landbridge.Officer,
		"minister": landbridge.Minister, "secretary": landbridge.Secretariat} {
		p, err := people.Add(t.Context(), staff.Node(), staff.NewPerson{Name: login, Login: login, Grants: []staff.Grant{{Role: role}}})
		must(t, err)
		key, err := softkey.New("localhost", rand.Reader)
		must(t, err)
		must(t, people.Enrol(t.Context(), p.Account, "test key", key))
		n.people[login], n.soft[login] = p, key
	}
	w.nodes = append(w.nodes, n)
	return n
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
	for range 10 {
		for _, n := range w.nodes { // what a commit calls has run after this one
			must(w.t, n.db.Write(w.t.Context(), func(*db.Tx) error { return nil }))
		}
		w.mu.Lock()
		out := w.bag
		w.bag = nil
		w.mu.Unlock()
		for _, e := range out {
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
