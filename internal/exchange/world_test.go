package exchange_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/party"
	"landbridge.example/internal/peer"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// A clock that a test can set apart from the true one.
type clock struct {
	mu  sync.Mutex
	off time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.off)
}

func (c *clock) shift(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off += d
}

// A node of a test: real database, log, keys, TLS and exchange.
type node struct {
	t      testing.TB
	id     landbridge.PartyID
	dsn    string
	dir    string
	keys   *party.Keys
	record party.Record
	clock  *clock
	addr   string // where it listens
	timing exchange.Timing
	limits exchange.Limits
	faults func(string) error
	before func(*http.Request) // called with every request, before it is read

	db     *db.DB
	log    *record.Log
	dirs   *party.Directory
	blobs  *blob.Store
	x      *exchange.Exchange
	server *http.Server
	stop   context.CancelFunc
	done   chan struct{}
	dead   peer.Deadlines

	mu     sync.Mutex
	got    []landbridge.MessageID
	bodies map[landbridge.MessageID]string
	handle func(tx *db.Tx, in *exchange.Incoming) error
	errs   []error
}

// A world is some nodes that know each other.
type world struct {
	t     testing.TB
	nodes map[landbridge.PartyID]*node
	all   []*node
	entry [][]byte
}

type setup struct {
	parties []landbridge.PartyID
	timing  exchange.Timing
	limits  exchange.Limits
	dead    peer.Deadlines
	dsn     func(p landbridge.PartyID) string
	change  func(r *party.Record)
}

// quick are timings for tests: everything a tenth of what it is.
func quick() exchange.Timing {
	return exchange.Timing{RetryFirst: 20 * time.Millisecond, RetryCap: 300 * time.Millisecond, Request: 5 * time.Second, Still: time.Second,
		Heartbeat: 500 * time.Millisecond, Debounce: 10 * time.Millisecond, Upgrade: 50 * time.Millisecond, PullWait: 300 * time.Millisecond,
		RelayAfter: 200 * time.Millisecond, Sweep: 50 * time.Millisecond, Again: 300 * time.Millisecond}
}

func newWorld(t testing.TB, s setup) *world {
	t.Helper()
	if s.parties == nil {
		s.parties = []landbridge.PartyID{"XA", "XB", "XF"}
	}
	w := &world{t: t, nodes: map[landbridge.PartyID]*node{}}
	var members []party.Member
	for _, p := range s.parties {
		n := &node{t: t, id: p, dir: t.TempDir(), clock: &clock{}, timing: s.timing, limits: s.limits, dead: s.dead, bodies: map[landbridge.MessageID]string{}}
		n.dsn = filepath.Join(n.dir, "node.db")
		if s.dsn != nil {
			n.dsn = s.dsn(p)
		}
		var err error
		if n.keys, err = party.NewKeys(p, time.Now(), rand.Reader); err != nil {
			t.Fatal(err)
		}
		kind := party.State
		if p == "XF" {
			kind = party.Forum
		}
		if n.record, err = n.keys.Record(kind, 1, landbridge.Digest{}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		n.addr = freeAddr(t)
		n.record.Name, n.record.Languages, n.record.Addresses = party.Text{"en": string(p)}, []string{"en"}, []string{"https://" + n.addr}
		if s.change != nil {
			s.change(&n.record)
		}
		w.nodes[p] = n
		w.all = append(w.all, n)
		members = append(members, party.Member{Keys: n.keys, Record: n.record})
	}
	var err error
	if w.entry, err = party.Found(members, time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, n := range w.all {
		n.open()
		for _, e := range w.entry {
			if err := n.dirs.Add(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
	}
	return w
}

// freeAddr returns an address that is free now and that nobody else takes while
// its node is down: a host of its own in 127.0.0.0/8 where the system has them
// all, or else 127.0.0.1, below the ports from which systems choose the near end
// of outgoing connections (32768 and up on Linux).
func freeAddr(t testing.TB) string {
	t.Helper()
	const first, last, tries = 12_000, 32_000, 50
	for i := range tries {
		host := "127.0.0.1"
		if i%2 == 0 {
			host = fmt.Sprintf("127.%d.%d.%d", 1+mathrand.IntN(254), mathrand.IntN(256), 1+mathrand.IntN(254))
		}
		l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", host, first+mathrand.IntN(last-first)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no port is free")
	return ""
}

// slowness is how many times longer this machine takes now than a quiet one for
// what most of a delivery is made of: handshakes with keys of a node, both ends.
// It is at least 1. The deadlines of a test are multiplied by it.
func slowness(t testing.TB) time.Duration {
	t.Helper()
	const rounds, quiet = 50, 100 * time.Millisecond // so many at once show what others take of the machine
	keys, err := party.NewKeys("XA", time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range rounds {
		near, far := net.Pipe()
		server := tls.Server(far, peer.TLSConfig(keys))
		done := make(chan error, 1)
		go func() { done <- server.Handshake() }()
		client := tls.Client(near, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{keys.TLS}, NextProtos: []string{"http/1.1"}})
		go io.Copy(io.Discard, client) //nolint:errcheck // what the server says after the handshake
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		near.Close()
		far.Close()
	}
	return max(1, (time.Since(began)+quiet-1)/quiet)
}

// open opens the database and builds everything on it.
func (n *node) open() {
	n.t.Helper()
	ctx := context.Background()
	var err error
	check := func() {
		n.t.Helper()
		if err != nil {
			n.t.Fatalf("%s: %v", n.id, err)
		}
	}
	n.db, err = db.Open(n.dsn, db.Options{Faults: func(p string) error {
		if n.faults != nil {
			return n.faults(p)
		}
		return nil
	}})
	check()
	err = n.db.Migrate(ctx, blob.Schema(), record.Schema(), party.Schema(), exchange.Schema())
	check()
	verifier, err2 := ledger.ParseVerifier(n.keys.Log.Public())
	err = err2
	check()
	n.log, err = record.Open(ctx, n.db, record.Config{Party: n.id, Signer: n.keys.Log.Signer(), Verifier: verifier, Witness: n.keys.Witness,
		Hold: 100 * time.Millisecond, Clock: n.clock.now, Random: rand.Reader})
	check()
	n.dirs = party.New(n.db, n.log, n.clock.now)
	n.blobs, err = blob.NewStore(filepath.Join(n.dir, "blobs"))
	check()
	clients := peer.ClientsWith(n.keys, n.dirs, n.dead)
	n.x, err = exchange.New(exchange.Config{DB: n.db, Log: n.log, Directory: n.dirs, Keys: n.keys, Blobs: n.blobs, Clock: n.clock.now, Random: rand.Reader,
		Client: clients, Timing: n.timing, Limits: n.limits, Report: n.report})
	check()
	n.x.Handle("case.act", n.take)
	n.x.Handle("case.exhibit", n.take)
	n.t.Cleanup(n.close)
}

func (n *node) report(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.errs = append(n.errs, err)
}

// take is the handler of a test: it notes what came, in order.
func (n *node) take(tx *db.Tx, in *exchange.Incoming) error {
	if n.handle != nil {
		if err := n.handle(tx, in); err != nil {
			return err
		}
	}
	id, body := in.Envelope.Header.ID, ""
	if in.Envelope.Payload != nil {
		o, err := in.Open()
		if err != nil {
			return err
		}
		body = string(o.Body)
	}
	tx.OnCommit(func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.got = append(n.got, id)
		n.bodies[id] = body
	})
	return nil
}

func (n *node) body(id landbridge.MessageID) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.bodies[id]
}

// forget lets the test forget what came so far.
func (n *node) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.got = nil
}

func (n *node) received() []landbridge.MessageID {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]landbridge.MessageID(nil), n.got...)
}

// serve makes the node reachable.
func (n *node) serve() {
	n.t.Helper()
	l, err := net.Listen("tcp", n.addr)
	if err != nil {
		n.t.Fatal(err)
	}
	n.serveOn(l)
}

func (n *node) serveOn(l net.Listener) {
	edge := peer.New(peer.Config{Party: n.id, Exchange: n.x, Directory: n.dirs, Log: n.log, Report: n.report})
	n.server = peer.Server(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if n.before != nil {
			n.before(r)
		}
		edge.ServeHTTP(rw, r)
	}))
	server := n.server
	go server.Serve(tls.NewListener(l, peer.TLSConfig(n.keys))) //nolint:errcheck // closed with the test
}

// run starts the node's workers.
func (n *node) run() {
	ctx, cancel := context.WithCancel(context.Background())
	n.stop, n.done = cancel, make(chan struct{})
	go func() {
		defer close(n.done)
		if err := n.x.Run(ctx); err != nil {
			n.report(err)
		}
	}()
}

func (n *node) start() { n.serve(); n.run() }

// halt ends the workers and the server but keeps the database open.
func (n *node) halt() {
	if n.stop != nil {
		n.stop()
		<-n.done
		n.stop = nil
	}
	if n.server != nil {
		n.server.Close()
		n.server = nil
	}
}

func (n *node) close() {
	n.halt()
	if n.db != nil {
		n.db.Close()
		n.db = nil
	}
}

// seal makes an envelope from n to others.
func (n *node) seal(body string, change func(*seal.Draft), to ...*node) *seal.Envelope {
	n.t.Helper()
	now := n.clock.now().UTC().Truncate(time.Microsecond)
	id, err := landbridge.NewID(now, rand.Reader)
	if err != nil {
		n.t.Fatal(err)
	}
	position, err := n.dirs.Position(context.Background())
	if err != nil {
		n.t.Fatal(err)
	}
	d := seal.Draft{ID: id, From: n.id, Created: now, Expires: now.Add(time.Hour), Kind: "case.act", Directory: position}
	for _, r := range to {
		d.Recipients = append(d.Recipients, seal.Recipient{Party: r.id, Key: r.keys.Sealing[0].PublicText()})
	}
	if change != nil {
		change(&d)
	}
	e, _, err := seal.Seal(d, []byte(body), n.keys.Signing, rand.Reader)
	if err != nil {
		n.t.Fatal(err)
	}
	return e
}

func (n *node) submit(e *seal.Envelope, lane exchange.Lane) error {
	return n.db.Write(context.Background(), func(tx *db.Tx) error { return n.x.Submit(tx, e, nil, lane) })
}

// send seals and submits one message and returns its id.
func (n *node) send(body string, lane exchange.Lane, to ...*node) landbridge.MessageID {
	n.t.Helper()
	e := n.seal(body, nil, to...)
	if err := n.submit(e, lane); err != nil {
		n.t.Fatal(err)
	}
	return e.Header.ID
}

// patience is how long a test waits for what must happen: much longer than it
// takes, because a test shares its machine, and only a broken one waits it out.
const patience = 3 * time.Minute

// eventually waits until ok, and fails with what is missing after the limit.
func eventually(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	end := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(end) {
			t.Fatalf("after %v: %s", limit, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// reached reports whether a message climbed to a rung at a recipient.
func (n *node) reached(id landbridge.MessageID, to landbridge.PartyID, rung exchange.Rung) (exchange.Step, bool) {
	n.t.Helper()
	steps, err := n.x.Ladder(context.Background(), id)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, s := range steps {
		if s.Rung == rung && s.To == to {
			return s, true
		}
	}
	return exchange.Step{}, false
}

func (n *node) peer(p landbridge.PartyID) exchange.PeerState {
	n.t.Helper()
	all, err := n.x.Peers(context.Background())
	if err != nil {
		n.t.Fatal(err)
	}
	for _, s := range all {
		if s.Party == p {
			return s
		}
	}
	n.t.Fatal(fmt.Errorf("no peer %s", p))
	return exchange.PeerState{}
}

func (n *node) errors() []error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.errs
}

// sendLong sends a message that lives for a month.
func (n *node) sendLong(body string, to *node) landbridge.MessageID {
	n.t.Helper()
	e := n.seal(body, func(d *seal.Draft) { d.Expires = d.Created.Add(30 * 24 * time.Hour) }, to)
	if err := n.submit(e, exchange.Normal); err != nil {
		n.t.Fatal(err)
	}
	return e.Header.ID
}
