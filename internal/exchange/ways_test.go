package exchange_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/peer"
	"landbridge.example/ledger"
	"landbridge.example/seal"
)

// sealFile seals a large body beside its envelope and stores the payload.
func (n *node) sealFile(body []byte, change func(*seal.Draft), to ...*node) (*seal.Envelope, *blob.Ref) {
	n.t.Helper()
	now := n.clock.now().UTC().Truncate(time.Microsecond)
	id, err := landbridge.NewID(now, rand.Reader)
	if err != nil {
		n.t.Fatal(err)
	}
	d := seal.Draft{ID: id, From: n.id, Created: now, Expires: now.Add(time.Hour), Kind: "case.exhibit"}
	for _, r := range to {
		d.Recipients = append(d.Recipients, seal.Recipient{Party: r.id, Key: r.keys.Sealing[0].PublicText()})
	}
	if change != nil {
		change(&d)
	}
	var sealed bytes.Buffer
	e, _, err := seal.SealStream(d, bytes.NewReader(body), int64(len(body)), n.keys.Signing, rand.Reader, &sealed)
	if err != nil {
		n.t.Fatal(err)
	}
	ref, err := n.blobs.Put(&sealed, 1<<30)
	if err != nil {
		n.t.Fatal(err)
	}
	return e, &ref
}

func (n *node) submitFile(e *seal.Envelope, ref *blob.Ref, lane exchange.Lane) {
	n.t.Helper()
	err := n.db.Write(n.t.Context(), func(tx *db.Tx) error { return n.x.Submit(tx, e, ref, lane) })
	if err != nil {
		n.t.Fatal(err)
	}
}

// files counts the stored files of a node.
func (n *node) files() (count int) {
	filepath.Walk(filepath.Join(n.dir, "blobs"), func(_ string, info os.FileInfo, err error) error { //nolint:errcheck // a test
		if err == nil && !info.IsDir() {
			count++
		}
		return nil
	})
	return count
}

func random(t testing.TB, n int) []byte {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(rand.Reader, b); err != nil {
		t.Fatal(err)
	}
	return b
}

// read opens every incoming body as a stream and keeps it.
func (n *node) readBodies() *atomic.Pointer[[]byte] {
	var got atomic.Pointer[[]byte]
	n.handle = func(_ *db.Tx, in *exchange.Incoming) error {
		r, _, err := in.OpenStream()
		if err != nil {
			return err
		}
		defer r.Close()
		b, err := io.ReadAll(r)
		got.Store(&b)
		return err
	}
	return &got
}

// TestPayload brings a file of several leaves beside its envelope, through a
// link that breaks in the middle, and checks that only what lacks is sent again.
func TestPayload(t *testing.T) {
	w := newWorld(t, setup{timing: quick(), dead: tenth(3 * slowness(t))}) // a leaf that is late goes again, and is counted
	a, b := w.nodes["XA"], w.nodes["XB"]
	listed := b.addr
	b.addr = freeAddr(t)
	p := newDropper(t, listed, b.addr)
	got := b.readBodies()
	for _, n := range w.all {
		n.start()
	}
	body := random(t, 9<<20+123)
	e, ref := a.sealFile(body, nil, b)
	before := p.carried.Load()
	a.submitFile(e, ref, exchange.Bulk)
	eventually(t, patience, "nothing moves", func() bool { return p.carried.Load()-before > 3<<20 })
	p.drop.Store(true)
	time.Sleep(300 * time.Millisecond)
	p.drop.Store(false)
	eventually(t, patience, "the file does not arrive", func() bool { return got.Load() != nil })
	if !bytes.Equal(*got.Load(), body) {
		t.Error("the file arrived changed")
	}
	if moved := p.carried.Load() - before; moved > int64(len(body))*14/10 {
		t.Errorf("%d bytes moved for a file of %d: whole leaves were sent again", moved, len(body))
	}
	eventually(t, patience, "leaves are left over", func() bool { return b.files() == 1 })
	if err := b.db.Write(t.Context(), func(tx *db.Tx) error { return b.x.Forget(tx, e.Digest()) }); err != nil {
		t.Fatal(err)
	}
	if b.files() != 0 {
		t.Error("a forgotten message leaves its file")
	}
	if _, err := a.x.Receipt(t.Context(), e.Header.ID, "XB"); err != nil {
		t.Errorf("the receipt goes with the content: %v", err)
	}
}

// TestPayloadRefusals holds what is said about leaves that do not fit.
func TestPayloadRefusals(t *testing.T) {
	w := newWorld(t, setup{limits: exchange.Limits{Payload: 8 << 20, PeerUpload: 6 << 20}})
	a, b, f := w.nodes["XA"], w.nodes["XB"], w.nodes["XF"]
	announce := func(from landbridge.PartyID, e *seal.Envelope, leaves []landbridge.Digest) error {
		_, err := b.x.Announce(t.Context(), from, exchange.AnnounceForTest(marshal(t, e), leaves))
		return err
	}
	leavesOf := func(ref *blob.Ref) (all []landbridge.Digest, parts [][]byte) {
		r, err := a.blobs.Open(ref.Digest)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		for part := range slices.Chunk(raw, seal.LeafSize) {
			all, parts = append(all, seal.LeafHash(part)), append(parts, part)
		}
		return all, parts
	}
	want := func(err error, kind fail.Kind, text string) {
		t.Helper()
		if fail.KindOf(err) != kind || err == nil || !strings.Contains(fail.Safe(err), text) {
			t.Errorf("%v; want %v with %q", err, kind, text)
		}
	}
	e, ref := a.sealFile(random(t, 3<<20), nil, b)
	leaves, parts := leavesOf(ref)
	want(b.x.PutLeaf(t.Context(), "XA", e.Digest(), 0, bytes.NewReader(parts[0])), fail.Missing, "announce it first")
	want(announce("XF", e, leaves), fail.Denied, "XF may not bring this payload")
	want(announce("XA", e, leaves[1:]), fail.Unsigned, "not those the envelope names")
	if v := b.one("XA", 1, marshal(t, e)); v.Rung != "" || !strings.Contains(v.Reason, "not complete here yet") {
		t.Errorf("an envelope before its payload: %+v", v)
	}
	if err := announce("XA", e, leaves); err != nil {
		t.Fatal(err)
	}
	want(b.x.PutLeaf(t.Context(), "XA", e.Digest(), 99, bytes.NewReader(parts[0])), fail.Invalid, "none numbered 99")
	want(b.x.PutLeaf(t.Context(), "XA", e.Digest(), 1, bytes.NewReader(parts[0])), fail.Unsigned, "not the one that was announced")
	for range 2 { // the second time is the same
		for i, p := range parts {
			if err := b.x.PutLeaf(t.Context(), "XA", e.Digest(), int64(i), bytes.NewReader(p)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if v := b.one("XA", 1, marshal(t, e)); v.Rung != exchange.Delivered {
		t.Errorf("with its payload: %+v", v)
	}
	big, bigRef := a.sealFile(random(t, 9<<20), nil, b)
	bigLeaves, _ := leavesOf(bigRef)
	want(announce("XA", big, bigLeaves), fail.TooLarge, "takes at most 8388608; send it in parts")
	for i := range 2 {
		e, ref := a.sealFile(random(t, 4<<20), nil, b)
		leaves, _ := leavesOf(ref)
		err := announce("XA", e, leaves)
		if i == 0 && err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			want(err, fail.TooLarge, "finish some of them first")
		}
	}
	_ = f
}

// TestRelay leaves messages for a party that only a relay reaches, large ones
// too, and checks what the relay sees and what comes back.
func TestRelay(t *testing.T) {
	w := newWorld(t, setup{timing: quick(), parties: []landbridge.PartyID{"XA", "XB", "XC", "XF"}, change: func(r *party.Record) {
		if r.Party == "XB" {
			r.Reach, r.Relays = party.Relay, []landbridge.PartyID{"XF"}
		}
	}})
	a, b, f := w.nodes["XA"], w.nodes["XB"], w.nodes["XF"]
	for _, n := range w.all {
		if n == b {
			continue
		}
		n.start()
	}
	small := a.send("canary in a small cage", exchange.Normal, b)
	e, ref := a.sealFile(append([]byte("canary in a large cage"), random(t, 3<<20)...), nil, b)
	a.submitFile(e, ref, exchange.Bulk)
	for _, id := range []landbridge.MessageID{small, e.Header.ID} {
		eventually(t, patience, "not left with the relay", func() bool {
			s, ok := a.reached(id, "XB", exchange.Relayed)
			return ok && s.By == "XF" && s.Proved
		})
	}
	got := b.readBodies()
	b.run() // without a server: nobody reaches it
	eventually(t, patience, "nothing was fetched", func() bool { return len(inbox(t, b)) == 2 })
	for _, id := range []landbridge.MessageID{small, e.Header.ID} {
		eventually(t, patience, "no receipt comes back", func() bool {
			s, ok := a.reached(id, "XB", exchange.Delivered)
			return ok && s.By == "XB" && s.Proved
		})
	}
	file, err := a.x.Receipt(t.Context(), e.Header.ID, "XB")
	if err != nil {
		t.Fatal(err)
	}
	view, _ := a.dirs.View(t.Context())
	if rep, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: view}); err != nil || rep.By != "XB" {
		t.Errorf("%+v, %v", rep, err)
	}
	eventually(t, patience, "not opened", func() bool { return got.Load() != nil && bytes.HasPrefix(*got.Load(), []byte("canary in a")) })
	eventually(t, patience, "the relay keeps what it handed on", func() bool { return f.files() == 0 })
	f.close()
	raw, err := os.ReadFile(f.dsn)
	if err != nil || bytes.Contains(raw, []byte("canary")) {
		t.Errorf("the relay's database holds the content, or cannot be read: %v", err)
	}
}

// TestRelayQuota holds what a relay says when it will not hold something.
func TestRelayQuota(t *testing.T) {
	w := newWorld(t, setup{limits: exchange.Limits{RelayCount: 1}, change: func(r *party.Record) {
		if r.Party == "XB" {
			r.Relays = []landbridge.PartyID{"XF"}
		}
	}})
	a, b, f := w.nodes["XA"], w.nodes["XB"], w.nodes["XF"]
	hold := func(to landbridge.PartyID, raw []byte) exchange.VerdictForTest {
		answer, err := f.x.Hold(t.Context(), "XA", to, exchange.BatchForTest("", exchange.RelayLane, 0, 1, raw))
		if err != nil {
			return exchange.VerdictForTest{Kind: fail.KindOf(err), Reason: fail.Safe(err)}
		}
		_, _, _, vs, err := exchange.AnswerForTest(answer)
		if err != nil {
			t.Fatal(err)
		}
		return vs[0]
	}
	first := marshal(t, a.seal("1", nil, b))
	for _, tt := range []struct {
		to   landbridge.PartyID
		raw  []byte
		rung exchange.Rung
		want string
	}{
		{"XA", first, "", "does not name XF as a relay"},
		{"XB", first, exchange.Relayed, ""},
		{"XB", first, exchange.Relayed, ""}, // the same once more is no second
		{"XB", marshal(t, b.seal("x", nil, a)), "", "a relay takes a message from its sender"},
		{"XB", marshal(t, a.seal("2", nil, b)), "", "holds 1 messages from XA already"},
		{"XB", []byte("garbage"), "", "do not begin like an envelope"},
	} {
		if v := hold(tt.to, tt.raw); v.Rung != tt.rung || !strings.Contains(v.Reason, tt.want) {
			t.Errorf("%+v; want %q with %q", v, tt.rung, tt.want)
		}
	}
}

// TestRelayForDown checks that a peer's relay is used when the peer is down
// for a while, and that it then gets everything once.
func TestRelayForDown(t *testing.T) {
	w := newWorld(t, setup{timing: quick(), change: func(r *party.Record) {
		if r.Party == "XB" {
			r.Relays = []landbridge.PartyID{"XF"}
		}
	}})
	a, b := w.nodes["XA"], w.nodes["XB"]
	a.start()
	w.nodes["XF"].start()
	id := a.send("meanwhile", exchange.Normal, b)
	eventually(t, patience, "not left with the relay", func() bool { _, ok := a.reached(id, "XB", exchange.Relayed); return ok })
	b.start()
	eventually(t, patience, "no receipt", func() bool { _, ok := a.reached(id, "XB", exchange.Delivered); return ok })
	last := a.send("directly", exchange.Normal, b)
	eventually(t, patience, "not delivered directly", func() bool { _, ok := a.reached(last, "XB", exchange.Delivered); return ok })
	if got := inbox(t, b); !slices.Equal(got, []landbridge.MessageID{id, last}) {
		t.Errorf("the inbox holds %v", got)
	}
}

// TestPull checks a node that cannot be reached and fetches its mail.
func TestPull(t *testing.T) {
	w := newWorld(t, setup{timing: quick(), change: func(r *party.Record) {
		if r.Party == "XB" {
			r.Reach, r.Addresses = party.Pull, nil
		}
	}})
	a, b := w.nodes["XA"], w.nodes["XB"]
	a.start()
	w.nodes["XF"].start()
	var ids []landbridge.MessageID
	for range 5 {
		ids = append(ids, a.send("come and get it", exchange.Normal, b))
	}
	e, ref := a.sealFile(random(t, 2<<20), nil, b)
	a.submitFile(e, ref, exchange.Bulk)
	b.run()
	eventually(t, patience, "not all mail was fetched", func() bool { return len(inbox(t, b)) == 6 })
	for _, id := range append(ids, e.Header.ID) {
		eventually(t, patience, "no receipt", func() bool { _, ok := a.reached(id, "XB", exchange.Delivered); return ok })
	}
	began := time.Now()
	urgent := a.send("now", exchange.Urgent, b)
	eventually(t, patience, "urgent", func() bool { _, ok := a.reached(urgent, "XB", exchange.Delivered); return ok })
	t.Logf("an urgent message was fetched and answered in %v", time.Since(began))
	back := b.send("and back", exchange.Normal, a)
	eventually(t, patience, "the other direction", func() bool { _, ok := b.reached(back, "XA", exchange.Delivered); return ok })
	eventually(t, patience, "the desk does not say that it fetches", func() bool { p := a.peer("XB"); return p.Up && p.LastError == "" })
}

// TestPoison checks that a message over which the peer keeps failing is set
// aside, visibly, and that the others pass.
func TestPoison(t *testing.T) {
	timing := quick()
	timing.Again = time.Hour // a person releases here; left alone, the sweep would be quicker at times
	w := newWorld(t, setup{timing: timing})
	a, b := w.nodes["XA"], w.nodes["XB"]
	var ids []landbridge.MessageID
	for range 9 {
		ids = append(ids, a.send("x", exchange.Normal, b))
	}
	var broken atomic.Bool
	broken.Store(true)
	inner := peer.New(peer.Config{Party: b.id, Exchange: b.x, Directory: b.dirs, Log: b.log})
	b.server = peer.Server(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || broken.Load() && bytes.Contains(body, []byte(ids[4])) {
			rw.Header().Set(exchange.HeaderKind, fail.Internal.String())
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		inner.ServeHTTP(rw, r)
	}))
	l, err := net.Listen("tcp", b.addr)
	if err != nil {
		t.Fatal(err)
	}
	go b.server.Serve(tls.NewListener(l, peer.TLSConfig(b.keys))) //nolint:errcheck // closed with the test
	b.run()
	a.start()
	eventually(t, patience, "the poison message blocks the others", func() bool { return len(inbox(t, b)) == 8 })
	var s []exchange.Stuck
	eventually(t, patience, "it is not shown", func() bool {
		s, err = a.x.Stuck(t.Context())
		return err == nil && len(s) == 1 && a.peer("XB").Held == 1
	})
	if s[0].ID != ids[4] || !s[0].Outgoing || s[0].Peer != "XB" || !strings.Contains(s[0].Reason, "ask its operator, then release the message") {
		t.Errorf("set aside: %+v", s[0])
	}
	broken.Store(false)
	if err := a.x.Release(t.Context(), s[0].Message, "XB"); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "released, and not delivered", func() bool { _, ok := a.reached(ids[4], "XB", exchange.Delivered); return ok })
}

// TestAbandoned checks that a payload nobody finishes is let go of.
func TestAbandoned(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	e, ref := a.sealFile(random(t, 3<<20), nil, b)
	f, err := a.blobs.Open(ref.Digest)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	var leaves []landbridge.Digest
	for part := range slices.Chunk(raw, seal.LeafSize) {
		leaves = append(leaves, seal.LeafHash(part))
	}
	have, err := b.x.Announce(t.Context(), "XA", exchange.AnnounceForTest(marshal(t, e), leaves))
	if err != nil || have[0] != 0 {
		t.Fatalf("%08b, %v", have, err)
	}
	if err := b.x.PutLeaf(t.Context(), "XA", e.Digest(), 1, bytes.NewReader(raw[seal.LeafSize:2*seal.LeafSize])); err != nil {
		t.Fatal(err)
	}
	if have, err = b.x.Announce(t.Context(), "XA", exchange.AnnounceForTest(marshal(t, e), leaves)); err != nil || have[0] != 0b10 {
		t.Fatalf("%08b, %v", have, err)
	}
	b.run()
	b.clock.shift(15 * 24 * time.Hour)
	eventually(t, patience, "the leaf stays", func() bool {
		var n int
		err := b.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM exchange_payload) + (SELECT count(*) FROM exchange_leaf)`).Scan(&n)
		return err == nil && n == 0 && b.files() == 0
	})
}

// TestRotation changes every key of a node but its log's while messages wait.
func TestRotation(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b, f := w.nodes["XA"], w.nodes["XB"], w.nodes["XF"]
	a.start()
	f.start()
	before := a.send("sealed to the old key", exchange.Normal, b)
	late := b.seal("signed with the old key", nil, a)
	if err := b.keys.Rotate(time.Now(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	h, err := b.dirs.History(t.Context(), "XB")
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.keys.Succeed(h[0], time.Now(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	s, err := party.SignRecord(r, b.keys.Identity.Signer())
	if err != nil {
		t.Fatal(err)
	}
	// The old certificate still opens the door to the secretariat; here the
	// statement is carried there by hand.
	if _, err := f.x.Order(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	b.close()
	b.open()
	b.start()
	eventually(t, patience, "XA does not learn of the new keys", func() bool {
		r, err := a.dirs.Lookup(t.Context(), "XB")
		return err == nil && r.Version == 2
	})
	after := a.send("sealed to the new key", exchange.Normal, b)
	for _, id := range []landbridge.MessageID{before, after} {
		eventually(t, patience, "not delivered", func() bool { _, ok := a.reached(id, "XB", exchange.Delivered); return ok })
	}
	eventually(t, patience, "XB does not know itself", func() bool { p, err := b.dirs.Position(t.Context()); return err == nil && p == 5 })
	if err := b.submit(late, exchange.Normal); err != nil {
		t.Fatal(err)
	}
	for _, id := range []landbridge.MessageID{late.Header.ID, b.send("signed with the new key", exchange.Normal, a)} {
		eventually(t, patience, "not delivered", func() bool { _, ok := b.reached(id, "XA", exchange.Delivered); return ok })
	}
}

// TestDiagnosis holds the sentences that say why a peer is not reached.
func TestDiagnosis(t *testing.T) {
	w := newWorld(t, setup{timing: quick(), dead: tenth(slowness(t)), parties: []landbridge.PartyID{"XA", "XB", "XC", "XD", "XE", "XF", "XG"}, change: func(r *party.Record) {
		if r.Party == "XC" {
			r.Addresses = []string{"https://nowhere.invalid:8443"}
		}
	}})
	a := w.nodes["XA"]
	// XB refuses connections. XC has a name that does not resolve. XD shows
	// another key. XE does not know XA. XG takes connections and says nothing.
	d := w.nodes["XD"]
	other, err := party.NewCertificate("XD", time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d.keys.TLS = other
	d.serve()
	e := w.nodes["XE"]
	listener, err := net.Listen("tcp", e.addr)
	if err != nil {
		t.Fatal(err)
	}
	empty := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { http.Error(rw, "nginx", http.StatusNotFound) })}
	go empty.Serve(tls.NewListener(listener, peer.TLSConfig(e.keys))) //nolint:errcheck // closed with the test
	defer empty.Close()
	silent, err := net.Listen("tcp", w.nodes["XG"].addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	w.nodes["XF"].clock.shift(3 * time.Minute)
	w.nodes["XF"].serve()
	t.Cleanup(func() {
		if t.Failed() {
			all, err := a.x.Peers(context.Background())
			t.Logf("XA says %+v, %v", all, err)
		}
	})
	a.run()
	for p, want := range map[landbridge.PartyID]string{
		"XB": "XB refuses connections at 127.",
		"XC": "the name nowhere.invalid of XC cannot be resolved",
		"XD": "XD now shows a key that is not in the directory at position 8",
		"XE": "something that is not a Landbridge node answers at the address of XE (HTTP 404)",
		"XG": "XG does not answer in time",
		"XF": "the clock of XF is 3m0s ahead of ours",
	} {
		eventually(t, patience, fmt.Sprintf("%s: not %q", p, want), func() bool {
			s := a.peer(p)
			return strings.Contains(s.LastError, want) && s.Up == (p == "XF")
		})
	}
}

// TestStranger checks what a node says to who shows no key, or a wrong one.
func TestStranger(t *testing.T) {
	w := newWorld(t, setup{})
	b := w.nodes["XB"]
	b.serve()
	stranger, err := party.NewKeys("XZ", time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(certs []tls.Certificate, path string) (int, string) {
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: certs}}}
		defer c.CloseIdleConnections()
		res, err := c.Post("https://"+b.addr+path, "", strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(text)
	}
	for _, tt := range []struct {
		certs []tls.Certificate
		path  string
		code  int
		want  string
	}{
		{nil, exchange.PathKnock, 403, "people use the other address of XB"},
		{[]tls.Certificate{stranger.TLS}, exchange.PathKnock, 403, "is nobody's in the directory of XB at position 4"},
		{[]tls.Certificate{b.keys.TLS}, exchange.PathKnock, 403, "a node does not talk to itself"},
		{[]tls.Certificate{w.nodes["XA"].keys.TLS}, exchange.PathKnock, 400, "this is not landbridge-knock/v1"},
		{[]tls.Certificate{w.nodes["XA"].keys.TLS}, "/elsewhere", 404, "spec/delivery.md lists what there is"},
		{[]tls.Certificate{w.nodes["XA"].keys.TLS}, exchange.PathDirectory, 403, "does not order the directory; send the statement to XF"},
	} {
		if code, text := ask(tt.certs, tt.path); code != tt.code || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %d %q; want %d with %q", tt.path, code, text, tt.code, tt.want)
		}
	}
}

// TestForkedLog checks that a log with two histories is not cosigned, and that
// this is shown and kept.
func TestForkedLog(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	sign := func(size int64, root string) []byte {
		c := ledger.Checkpoint{Origin: party.Origin("XA"), Size: size, Root: tlog.Hash(landbridge.Sum([]byte(root)))}
		text, err := ledger.SignCheckpoint(c, a.keys.Log.Signer())
		if err != nil {
			t.Fatal(err)
		}
		return ledger.WitnessRequest{Old: 0, Checkpoint: text}.Format()
	}
	lines, err := b.x.Cosign(t.Context(), "XA", sign(10, "one"))
	if err != nil || !bytes.Contains(lines, []byte("landbridge.example/XB/witness")) {
		t.Fatalf("%s, %v", lines, err)
	}
	for _, tt := range []struct {
		req  []byte
		code ledger.Code
	}{{sign(10, "another"), ledger.Forked}, {sign(7, "shorter"), ledger.Shrunk}} {
		if _, err := b.x.Cosign(t.Context(), "XA", tt.req); ledger.CodeOf(err) != tt.code {
			t.Errorf("%v; want %s", err, tt.code)
		}
	}
	al := b.peer("XA").Alarms
	if len(al) != 1 || al[0].Count != 2 || !strings.Contains(al[0].Text, "does not cosign the log of XA") {
		t.Errorf("alarms: %+v", al)
	}
	if ev, err := b.log.Evidence(t.Context(), 10); err != nil || len(ev) != 2 {
		t.Errorf("%d pieces of evidence, %v", len(ev), err)
	}
	if err := b.x.Settle(t.Context(), "XA", al[0].Kind); err != nil || len(b.peer("XA").Alarms) != 0 {
		t.Errorf("not settled: %v", err)
	}
}

// TestDirectorySpreads publishes a record at the secretariat and checks that
// every node holds it soon, and that two directories are noticed.
func TestDirectorySpreads(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	for _, n := range w.all {
		n.start()
	}
	h, err := a.dirs.History(t.Context(), "XA")
	if err != nil {
		t.Fatal(err)
	}
	r := h[0].Record
	r.Version, r.Previous, r.Date = 2, h[0].Digest, time.Now()
	r.Languages = []string{"fr"}
	s, err := party.SignRecord(r, a.keys.Identity.Signer())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.x.Publish(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "XB does not learn of it", func() bool {
		r, err := b.dirs.Lookup(t.Context(), "XA")
		return err == nil && r.Version == 2
	})
	if err := a.x.Publish(t.Context(), s); err != nil {
		t.Errorf("published twice: %v", err)
	}
	r.Version = 7
	if s, err = party.SignRecord(r, a.keys.Identity.Signer()); err != nil {
		t.Fatal(err)
	}
	if err := a.x.Publish(t.Context(), s); !fail.Is(err, fail.Conflict) || !strings.Contains(fail.Safe(err), "sign version 3") {
		t.Errorf("a wrong version: %v", err)
	}
	// The secretariat shows XB one record at position 6 and the others another.
	for _, n := range w.all {
		n.halt()
	}
	f := w.nodes["XF"]
	r.Version, r.Previous = 3, func() landbridge.Digest { h, _ := a.dirs.History(t.Context(), "XA"); return h[1].Digest }()
	for _, lang := range []string{"es", "ru"} {
		r.Languages = []string{lang}
		if s, err = party.SignRecord(r, a.keys.Identity.Signer()); err != nil {
			t.Fatal(err)
		}
		st, err := party.ParseStatement(s)
		if err != nil {
			t.Fatal(err)
		}
		v, err := b.dirs.View(t.Context())
		if lang == "ru" {
			v, err = a.dirs.View(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		entry, err := v.Order(st, time.Now(), f.keys.Directory.Signer())
		if err != nil {
			t.Fatal(err)
		}
		to := b
		if lang == "ru" {
			to = a
		}
		if err := to.dirs.Add(t.Context(), entry); err != nil {
			t.Fatal(err)
		}
	}
	a.start()
	b.start()
	eventually(t, patience, "nobody notices", func() bool {
		return slices.ContainsFunc(a.peer("XB").Alarms, func(al exchange.Alarm) bool { return strings.Contains(al.Text, "the secretariat has shown two") })
	})
}
