package exchange_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/peer"
)

// TestPeerDown checks that what is sent to a peer that is down arrives when it
// is back: everything, once, in order; and that other peers do not wait.
func TestPeerDown(t *testing.T) {
	w := newWorld(t, setup{timing: quick(), parties: []landbridge.PartyID{"XA", "XB", "XC", "XF"}})
	a, b, c := w.nodes["XA"], w.nodes["XB"], w.nodes["XC"]
	for _, n := range w.all {
		if n != b {
			n.start()
		}
	}
	var ids []landbridge.MessageID
	for i := range 300 { // more than one batch
		ids = append(ids, a.send(fmt.Sprint(i), exchange.Normal, b))
	}
	began := time.Now()
	a.send("to another", exchange.Normal, c)
	eventually(t, patience, "a dead peer holds up another", func() bool { return len(c.received()) == 1 })
	t.Logf("the other peer got its message after %v", time.Since(began))
	eventually(t, patience, "the desk does not say why", func() bool {
		p := a.peer("XB")
		return !p.Up && p.Queue[exchange.Normal] == 300 && strings.Contains(p.LastError, "XB refuses connections") && !p.NextTry.IsZero() && !p.Oldest.IsZero()
	})
	b.start()
	eventually(t, patience, "not everything arrived", func() bool { return len(b.received()) >= len(ids) })
	time.Sleep(50 * time.Millisecond)
	if got := b.received(); !sameOnce(got, ids) {
		t.Errorf("%d messages arrived, not each once", len(got))
	}
	if got := inbox(t, b); !slices.Equal(got, ids) {
		t.Error("the inbox is not in the order of sending")
	}
	eventually(t, patience, "the desk does not say that it is over", func() bool {
		p := a.peer("XB")
		return p.Up && p.LastError == "" && p.Queue[exchange.Normal] == 0
	})
}

func sameOnce(a, b []landbridge.MessageID) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// inbox returns the ids of the case messages in the inbox, in the order of the log.
func inbox(t *testing.T, n *node) []landbridge.MessageID {
	t.Helper()
	var all []landbridge.MessageID
	rows, err := n.db.Query(t.Context(), `SELECT id FROM exchange_inbox WHERE kind <> 'exchange.note' ORDER BY log_index`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id landbridge.MessageID
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	return all
}

// A dropper is a proxy that can swallow everything without closing anything,
// as a network does that loses packets.
type dropper struct {
	l       net.Listener
	to      string
	drop    atomic.Bool
	carried atomic.Int64
	mu      sync.Mutex
	conns   []net.Conn
}

func newDropper(t *testing.T, listen, to string) *dropper {
	t.Helper()
	l, err := net.Listen("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	p := &dropper{l: l, to: to}
	go p.accept()
	t.Cleanup(func() {
		l.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, c := range p.conns {
			c.Close()
		}
	})
	return p
}

func (p *dropper) accept() {
	for {
		c, err := p.l.Accept()
		if err != nil {
			return
		}
		s, err := net.Dial("tcp", p.to)
		if err != nil {
			c.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, c, s)
		p.mu.Unlock()
		go p.pipe(s, c)
		go p.pipe(c, s)
	}
}

func (p *dropper) pipe(dst, src net.Conn) {
	buf := make([]byte, 32<<10)
	lost := false // a connection that lost bytes cannot go on
	for {
		n, err := src.Read(buf)
		if err != nil {
			if !p.drop.Load() && !lost {
				dst.Close()
			}
			return
		}
		if lost = lost || p.drop.Load(); lost {
			continue // swallowed; nobody is told
		}
		p.carried.Add(int64(n))
		if _, err := dst.Write(buf[:n]); err != nil && !errors.Is(err, io.EOF) {
			return
		}
	}
}

// TestBlackHole checks that a peer that vanishes without closing its
// connections is in use again soon after it is back: with a tenth of all times
// in the quick tier, and as it is, for 47 seconds, in the full tier.
func TestBlackHole(t *testing.T) {
	slow := slowness(t)
	s, gone, limit := setup{timing: quick(), dead: tenth(slow)}, slow*2*time.Second, 5*time.Second
	if os.Getenv("LANDBRIDGE_FULL") != "" {
		s, gone, limit = setup{}, 47*time.Second, 10*time.Second
	}
	w := newWorld(t, s)
	a, b := w.nodes["XA"], w.nodes["XB"]
	listed := b.addr
	b.addr = freeAddr(t)
	p := newDropper(t, listed, b.addr)
	for _, n := range w.all {
		n.start()
	}
	a.send("before", exchange.Normal, b)
	eventually(t, patience, "the first message did not arrive", func() bool { return len(b.received()) == 1 })
	p.drop.Store(true)
	began := time.Now()
	sent := 1
	for time.Since(began) < gone {
		a.send("during", exchange.Normal, b)
		sent++
		time.Sleep(gone / 20)
	}
	if got := len(b.received()); got != 1 {
		t.Fatalf("%d messages came through the hole", got)
	}
	eventually(t, patience, "while it is gone the desk does not say so", func() bool {
		state := a.peer("XB")
		return !state.Up && strings.Contains(state.LastError, "XB does not answer in time")
	})
	p.drop.Store(false)
	healed := time.Now()
	eventually(t, patience, "not in use again", func() bool { return len(b.received()) > 1 })
	again := time.Since(healed)
	eventually(t, patience, "not everything arrived", func() bool { return len(b.received()) == sent })
	all := time.Since(healed)
	slow = max(slow, slowness(t)) // others may have begun to work meanwhile
	t.Logf("gone for %v, in use again after %v, everything there after %v, on a machine %d times slower than a quiet one", gone, again, all, slow)
	if again > slow*limit || all > slow*3*limit {
		t.Errorf("in use again only after %v, everything there after %v", again, all)
	}
	if got := inbox(t, b); len(got) != sent {
		t.Errorf("%d rows in the inbox, want %d", len(got), sent)
	}
}

// tenth are a tenth of the deadlines of a node, on a machine that is slow so
// many times (see [slowness]).
func tenth(slow time.Duration) peer.Deadlines {
	return peer.Deadlines{Dial: slow * 300 * time.Millisecond, Shake: slow * 400 * time.Millisecond, Answer: slow * 600 * time.Millisecond,
		Move: slow * 500 * time.Millisecond, Idle: slow * 6 * time.Second}
}

// TestCrashes lets commits of both nodes fail at random points, among them the
// one where everything is on disk and nobody was told, and checks that nothing
// that was submitted is lost or taken in twice.
func TestCrashes(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	var mu sync.Mutex
	var crashes atomic.Int64
	var calm atomic.Bool
	crash := func(string) error {
		mu.Lock()
		defer mu.Unlock()
		if !calm.Load() && rnd.IntN(6) == 0 {
			crashes.Add(1)
			return errors.New("the power went")
		}
		return nil
	}
	calm.Store(true)
	a.faults, b.faults = crash, crash // before anything runs that asks for them
	for _, n := range w.all {
		n.start()
	}
	calm.Store(false)
	want := map[landbridge.MessageID]bool{}
	for i := range 60 {
		e := a.seal(fmt.Sprint(i), nil, b)
		want[e.Header.ID] = true
		for a.submit(e, exchange.Normal) != nil { // the caller does not know: it submits again
		}
	}
	time.Sleep(300 * time.Millisecond)
	calm.Store(true)
	count := func(n *node, q string) (c int) {
		if err := n.db.QueryRow(t.Context(), q).Scan(&c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	eventually(t, patience, "not all receipts came", func() bool {
		return count(a, `SELECT count(*) FROM exchange_step WHERE rung = 'delivered'`) == len(want)
	})
	eventually(t, patience, "not all were taken in", func() bool {
		return count(b, `SELECT count(*) FROM exchange_inbox WHERE state = 'done' AND kind = 'case.act'`) == len(want)
	})
	got := inbox(t, b)
	for _, id := range got {
		if !want[id] {
			t.Errorf("%s was never sent, or came twice", id)
		}
		delete(want, id)
	}
	if len(want) > 0 {
		t.Errorf("%d messages were lost", len(want))
	}
	if n := count(a, `SELECT count(*) FROM exchange_outbox WHERE state <> 'done'`); n != 0 {
		t.Errorf("%d rows still wait", n)
	}
	for _, n := range []*node{a, b} {
		if err := n.log.Verify(t.Context()); err != nil {
			t.Errorf("the log of %s: %v", n.id, err)
		}
	}
	t.Logf("%d crashes", crashes.Load())
}

// TestRestart closes and opens both nodes in the middle.
func TestRestart(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	a.start()
	var ids []landbridge.MessageID
	for i := range 10 {
		ids = append(ids, a.send(fmt.Sprint(i), exchange.Normal, b))
	}
	a.close()
	b.close()
	b.open()
	b.start()
	a.open()
	a.start()
	eventually(t, patience, "not everything arrived after the restart", func() bool { return len(b.received()) == len(ids) })
	ids = append(ids, a.send("last", exchange.Normal, b))
	eventually(t, patience, "the last did not arrive", func() bool { return slices.Equal(inbox(t, b), ids) })
}

// copyFile keeps a database as a backup would.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(from + suffix)
		if errors.Is(err, os.ErrNotExist) {
			os.Remove(to + suffix)
			continue
		}
		if err == nil {
			err = os.WriteFile(to+suffix, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	os.Remove(to + "-shm")
}

// TestRestoredSender checks that a node whose database was restored from a
// backup is stopped twice: its log is guarded by its witnesses, and its
// numbers are refused by its peers until it begins a new epoch.
func TestRestoredSender(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	for _, n := range w.all {
		n.start()
	}
	a.send("one", exchange.Normal, b)
	eventually(t, patience, "one", func() bool { return len(b.received()) == 1 })
	a.close()
	backup := filepath.Join(t.TempDir(), "backup.db")
	copyFile(t, a.dsn, backup)
	a.open()
	a.start()
	a.send("two", exchange.Normal, b)
	a.send("three", exchange.Normal, b)
	eventually(t, patience, "three", func() bool { return len(b.received()) == 3 })
	size, _ := a.log.Size(t.Context())
	eventually(t, patience, "not cosigned", func() bool {
		sights, err := a.log.Witnesses(t.Context())
		return err == nil && len(sights) == 2 && sights[0].Size >= size && sights[1].Size >= size
	})
	a.close()
	copyFile(t, backup, a.dsn)
	a.open()
	a.start()
	eventually(t, patience, "the log goes on although witnesses have seen more of it", func() bool {
		why, err := a.log.Stopped(t.Context())
		return err == nil && strings.Contains(why, "this database is an old copy") && len(a.peer("XB").Alarms) > 0
	})
	if err := a.submit(a.seal("four", nil, b), exchange.Normal); !fail.Is(err, fail.Conflict) {
		t.Errorf("a stopped log lets a message out: %v", err)
	}
	if err := a.log.Override(t.Context(), "node", "the newer database is lost"); err != nil {
		t.Fatal(err)
	}
	id := a.send("four", exchange.Normal, b)
	eventually(t, patience, "used numbers are not noticed", func() bool {
		return slices.ContainsFunc(a.peer("XB").Alarms, func(al exchange.Alarm) bool { return strings.Contains(al.Text, "restored from a backup") })
	})
	if err := a.x.NewEpoch(t.Context(), "restored from a backup"); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "four does not arrive in the new epoch", func() bool { return b.body(id) == "four" })
}

// TestRestoredReceiver checks that what a receiver lost with its newer
// database is sent to it again.
func TestRestoredReceiver(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	a.start()
	b.start()
	a.send("one", exchange.Normal, b)
	eventually(t, patience, "one", func() bool { return len(b.received()) == 1 })
	b.close()
	backup := filepath.Join(t.TempDir(), "backup.db")
	copyFile(t, b.dsn, backup)
	b.open()
	b.start()
	ids := []landbridge.MessageID{a.send("two", exchange.Normal, b), a.send("three", exchange.Normal, b)}
	eventually(t, patience, "three", func() bool { return len(b.received()) == 3 })
	size, _ := b.log.Size(t.Context())
	eventually(t, patience, "not cosigned", func() bool {
		sights, err := b.log.Witnesses(t.Context())
		return err == nil && len(sights) == 1 && sights[0].Size >= size
	})
	b.close()
	copyFile(t, backup, b.dsn)
	b.forget()
	b.open()
	b.start()
	// Its log was cosigned further than it now is, so it is stopped until the
	// operator decides; then its mail comes again.
	eventually(t, patience, "not stopped", func() bool { why, _ := b.log.Stopped(t.Context()); return why != "" })
	if err := b.log.Override(t.Context(), "node", "the newer database is lost"); err != nil {
		t.Fatal(err)
	}
	ids = append(ids, a.send("four", exchange.Normal, b))
	eventually(t, patience, "what was lost does not come again", func() bool { return sameOnce(b.received(), ids) })
	if !slices.ContainsFunc(a.peer("XB").Alarms, func(al exchange.Alarm) bool { return strings.Contains(al.Text, "lacks messages it gave receipts for") }) {
		t.Errorf("nobody is told: %+v", a.peer("XB").Alarms)
	}
}

// TestLanes checks that an urgent message does not wait behind bulk: XB reads
// none of the bulk before the urgent one is on its way.
func TestLanes(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	for range 20 { // a batch takes five
		a.send(strings.Repeat("x", 900<<10), exchange.Bulk, b)
	}
	urgent := make(chan struct{})
	submitted := sync.OnceFunc(func() { close(urgent) })
	defer submitted()
	b.before = func(r *http.Request) {
		if r.ContentLength > 500<<10 {
			<-urgent
		}
	}
	for _, n := range w.all {
		n.start()
	}
	id := a.send("now", exchange.Urgent, b)
	submitted()
	eventually(t, patience, "urgent", func() bool { _, ok := a.reached(id, "XB", exchange.Delivered); return ok })
	eventually(t, patience, "bulk", func() bool { return len(b.received()) == 21 })
	if got := slices.Index(inbox(t, b), id); got > 15 {
		t.Errorf("the urgent message came after %d of 20 bulk ones", got)
	}
}

// TestUndeliverable checks that a message that expires on the way ends with a
// signed negative in the sender's own log.
func TestUndeliverable(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	a.start()
	w.nodes["XF"].start()
	id := a.send("too late", exchange.Normal, b)
	eventually(t, patience, "no try", func() bool { return a.peer("XB").LastError != "" })
	a.clock.shift(2 * time.Hour)
	eventually(t, patience, "not given up", func() bool { _, ok := a.reached(id, "XB", exchange.Undeliverable); return ok })
	file, err := a.x.ReceiptOf(t.Context(), id, "XB", exchange.Undeliverable)
	if err != nil {
		t.Fatal(err)
	}
	view, _ := a.dirs.View(t.Context())
	if rep, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: view}); err != nil || rep.Rung != exchange.Undeliverable || rep.By != "XA" {
		t.Errorf("%+v, %v", rep, err)
	}
	if q := a.peer("XB").Queue[exchange.Normal]; q != 0 {
		t.Errorf("%d messages still wait", q)
	}
}

// TestHandler checks the three ends of a message at its handler.
func TestHandler(t *testing.T) {
	w := newWorld(t, setup{timing: quick(), limits: exchange.Limits{HandlerTries: 2}})
	a, b := w.nodes["XA"], w.nodes["XB"]
	var broken atomic.Bool
	broken.Store(true)
	b.handle = func(_ *db.Tx, in *exchange.Incoming) error {
		o, err := in.Open()
		switch {
		case err != nil:
			return err
		case string(o.Body) == "refuse":
			return fail.New(fail.Denied, "not under this process; S4")
		case string(o.Body) == "break" && broken.Load():
			return errors.New("a fault of ours")
		}
		return nil
	}
	for _, n := range w.all {
		n.start()
	}
	refused := a.send("refuse", exchange.Normal, b)
	stuck := a.send("break", exchange.Normal, b)
	a.send("fine", exchange.Normal, b)
	eventually(t, patience, "a poison message holds up the next", func() bool { return len(b.received()) == 1 })
	eventually(t, patience, "the refusal does not come back", func() bool {
		s, ok := a.reached(refused, "XB", exchange.Refused)
		return ok && s.Kind == fail.Denied && s.Reason == "not under this process; S4" && s.Proved
	})
	file, err := a.x.ReceiptOf(t.Context(), refused, "XB", exchange.Refused)
	if err != nil {
		t.Fatal(err)
	}
	view, _ := a.dirs.View(t.Context())
	if rep, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: view}); err != nil || rep.Reason != "not under this process; S4" {
		t.Errorf("%+v, %v", rep, err)
	}
	var s []exchange.Stuck
	eventually(t, patience, "the message is not set aside", func() bool { s, err = b.x.Stuck(t.Context()); return err == nil && len(s) == 1 })
	if s[0].ID != stuck || s[0].Outgoing || s[0].Tries != 2 {
		t.Errorf("set aside: %+v", s[0])
	}
	broken.Store(false)
	if err := b.x.Release(t.Context(), s[0].Message, ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "released, and not taken in", func() bool { return len(b.received()) == 2 })
}

var _ = party.Push
