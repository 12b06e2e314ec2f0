package exchange_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

const epochOne = landbridge.ID("01960000-0000-7000-8000-000000000001")
const epochTwo = landbridge.ID("01960000-0000-7000-8000-000000000002")

// order puts a statement into the directory of every node.
func (w *world) order(statement []byte, except ...*node) {
	w.t.Helper()
	f := w.nodes["XF"]
	e, err := f.dirs.Order(context.Background(), statement, f.keys.Directory.Signer())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, n := range w.all {
		if n != f && (len(except) == 0 || n != except[0]) {
			if err := n.dirs.Add(context.Background(), e); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// publish changes a party's record.
func (w *world) publish(p landbridge.PartyID, change func(*party.Record), except ...*node) {
	w.t.Helper()
	f := w.nodes["XF"]
	h, err := f.dirs.History(context.Background(), p)
	if err != nil {
		w.t.Fatal(err)
	}
	last := h[len(h)-1]
	r := last.Record
	r.Version, r.Previous, r.Date = r.Version+1, last.Digest, time.Now()
	change(&r)
	s, err := party.SignRecord(r, w.nodes[p].keys.Identity.Signer())
	if err != nil {
		w.t.Fatal(err)
	}
	w.order(s, except...)
}

func marshal(t testing.TB, e *seal.Envelope) []byte {
	t.Helper()
	b, err := e.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// one hands a single message in and returns the verdict.
func (n *node) one(from landbridge.PartyID, seq int64, envelope []byte) exchange.VerdictForTest {
	n.t.Helper()
	raw, err := n.x.Accept(context.Background(), from, exchange.BatchForTest(epochOne, exchange.Normal, seq-1, seq, envelope))
	if err != nil {
		return exchange.VerdictForTest{Kind: fail.KindOf(err), Reason: fail.Safe(err)}
	}
	status, reason, _, vs, err := exchange.AnswerForTest(raw)
	if err != nil {
		n.t.Fatal(err)
	}
	if status != "ok" {
		return exchange.VerdictForTest{Reason: status + ": " + reason}
	}
	return vs[0]
}

// TestRefusals holds the sentence for everything that is refused.
func TestRefusals(t *testing.T) {
	engines(t, func(t *testing.T, dsn func(landbridge.PartyID) string) {
		w := newWorld(t, setup{parties: []landbridge.PartyID{"XA", "XB", "XC", "XD", "XF"}, dsn: dsn, limits: exchange.Limits{Payload: 4 << 20}})
		a, b, c, d := w.nodes["XA"], w.nodes["XB"], w.nodes["XC"], w.nodes["XD"]
		good := func() []byte { return marshal(t, a.seal("hello", nil, b)) }
		flip := func(raw []byte, at int) []byte {
			raw = bytes.Clone(raw)
			raw[at] ^= 1
			return raw
		}
		draft := func(change func(*seal.Draft)) []byte { return marshal(t, a.seal("hello", change, b)) }
		stolen := *a.keys
		stolen.Signing, _ = seal.NewSigningKey(rand.Reader)

		w.publish("XC", func(r *party.Record) {
			r.Revoked = []party.Revocation{{Key: c.keys.Signing.ID(), Since: time.Now(), Reason: "a laptop was stolen"}}
			r.SigningKeys = append(r.SigningKeys, party.SigningKey{Key: stolen.Signing.PublicText(), From: time.Now()})
		})
		m, err := party.SignMotion(party.FormSuspension, party.Motion{Date: time.Now(), Party: "XD", Reason: "decision 7"}, w.nodes["XF"].keys.Identity.Signer())
		for _, by := range []note.Signer{a.keys.Identity.Signer(), b.keys.Identity.Signer()} {
			if err == nil {
				m, err = party.Countersign(m, by)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		w.order(m)

		for _, tt := range []struct {
			name string
			from landbridge.PartyID
			raw  []byte
			kind fail.Kind
			want string
		}{
			{"not an envelope", "XA", []byte("hello"), fail.Invalid, "do not begin like an envelope"},
			{"envelope too large", "XA", bytes.Repeat([]byte("x"), seal.MaxEnvelope+1), fail.TooLarge, "the limit is"},
			{"expired", "XA", draft(func(d *seal.Draft) { d.Created, d.Expires = d.Created.Add(-2*time.Hour), d.Created.Add(-time.Hour) }),
				fail.Unsigned, "valid from"}, // older than the key: that is said first
			{"expired lately", "XA", draft(func(d *seal.Draft) {
				d.Created, d.Expires = d.Created.Add(-30*time.Minute), d.Created.Add(-time.Minute)
			}),
				fail.Expired, "make a new one if it is still needed"},
			{"from the future", "XA", draft(func(d *seal.Draft) { d.Created, d.Expires = d.Created.Add(time.Hour), d.Created.Add(2*time.Hour) }),
				fail.Invalid, "one of the two clocks is wrong"},
			{"unknown sender", "XZ", good(), fail.Missing, "there is no party XZ in the directory"},
			{"suspended sender", "XD", marshal(t, d.seal("hello", nil, b)), fail.Denied, "XD is suspended from the network: decision 7"},
			{"another's message", "XF", good(), fail.Denied, "XF brings a message of XA, but the record of XB names no relay XF"},
			{"wrong recipient", "XA", marshal(t, a.seal("hello", nil, c)), fail.Denied, "not addressed to XB; send it to one of the parties it names"},
			{"key given up", "XA", marshal(t, a.seal("hello", func(d *seal.Draft) { d.Recipients[0].Key = c.keys.Sealing[0].PublicText() }, b)),
				fail.Unsigned, "seal it again to the key in force"},
			{"forged signature", "XA", func() []byte { raw := good(); return flip(raw, 8+int(binary.BigEndian.Uint32(raw[4:]))) }(), fail.Unsigned, "signature"},
			{"changed payload", "XA", flip(good(), len(good())-1), fail.Unsigned, "payload"},
			{"revoked key", "XC", marshal(t, c.seal("hello", nil, b)), fail.Unsigned, "XC revoked its signing key"},
			{"unknown key", "XA", func() []byte {
				was := a.keys.Signing
				defer func() { a.keys.Signing = was }()
				a.keys.Signing = stolen.Signing
				return good()
			}(), fail.Unsigned, "it must publish the key before it signs with it"},
			{"unknown kind", "XA", draft(func(d *seal.Draft) { d.Kind = "case.dance" }), fail.Invalid, "takes in no messages of kind case.dance"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				var seq int64
				if err := b.db.QueryRow(t.Context(), `SELECT coalesce(max(seq), 0) + 1 FROM exchange_cursor WHERE party = $1`, string(tt.from)).Scan(&seq); err != nil {
					t.Fatal(err)
				}
				got := b.one(tt.from, seq, tt.raw)
				if got.Kind != tt.kind || !strings.Contains(got.Reason, tt.want) {
					t.Errorf("%s %v %q; want %v with %q", got.Rung, got.Kind, got.Reason, tt.kind, tt.want)
				}
				if got.Rung == exchange.Refused { // asked again, it says the same, and nothing new is recorded
					size, _ := b.log.Size(t.Context())
					if again := b.one(tt.from, seq, tt.raw); again != got {
						t.Errorf("asked again: %+v; first: %+v", again, got)
					}
					if now, _ := b.log.Size(t.Context()); now != size {
						t.Errorf("asked again, the log grew by %d", now-size)
					}
				}
			})
		}
		if n := len(b.received()); n != 0 {
			t.Errorf("%d messages were taken in", n)
		}
	})
}

// TestLater checks what is neither taken nor refused, and comes again.
func TestLater(t *testing.T) {
	w := newWorld(t, setup{limits: exchange.Limits{InboxDepth: 1}})
	a, b := w.nodes["XA"], w.nodes["XB"]
	ahead := marshal(t, a.seal("x", func(d *seal.Draft) { d.Directory = 99 }, b))
	if v := b.one("XA", 1, ahead); v.Rung != "" || v.Kind != fail.Unavailable || !strings.Contains(v.Reason, "relies on position 99") {
		t.Errorf("directory ahead: %+v", v)
	}
	if v := b.one("XA", 1, marshal(t, a.seal("x", nil, b))); v.Rung != exchange.Delivered {
		t.Errorf("first: %+v", v)
	}
	if v := b.one("XA", 2, marshal(t, a.seal("x", nil, b))); v.Rung != "" || v.Kind != fail.Unavailable || !strings.Contains(v.Reason, "takes no more for now") {
		t.Errorf("full inbox: %+v", v)
	}
}

// TestReplay checks that a repetition gets the old receipt, that an id is used
// once, and that numbers are not used again.
func TestReplay(t *testing.T) {
	engines(t, func(t *testing.T, dsn func(landbridge.PartyID) string) {
		w := newWorld(t, setup{dsn: dsn})
		a, b := w.nodes["XA"], w.nodes["XB"]
		e := a.seal("hello", nil, b)
		raw := marshal(t, e)
		first := b.one("XA", 1, raw)
		if first.Rung != exchange.Delivered {
			t.Fatalf("%+v", first)
		}
		b.clock.shift(48 * time.Hour) // expired meanwhile: the receipt stands all the same
		if again := b.one("XA", 1, raw); again != first {
			t.Errorf("the replay gets %+v, not %+v", again, first)
		}
		b.clock.shift(-48 * time.Hour)
		if again := b.one("XA", 2, raw); again != first {
			t.Errorf("the replay under another number gets %+v, not %+v", again, first)
		}
		other := marshal(t, a.seal("other", func(d *seal.Draft) { d.ID = e.Header.ID }, b))
		v := b.one("XA", 3, other)
		if v.Rung != exchange.Refused || v.Kind != fail.Conflict || !strings.Contains(v.Reason, "an id names one message for ever") {
			t.Errorf("same id, other content: %+v", v)
		}
		if again := b.one("XA", 3, other); again != v {
			t.Errorf("asked again: %+v, not %+v", again, v)
		}
		// A sender restored from a backup: number 2 names another message now.
		v = b.one("XA", 2, marshal(t, a.seal("after the restore", nil, b)))
		if !strings.Contains(v.Reason, "rewound") || !strings.Contains(v.Reason, "restored from a backup") {
			t.Errorf("reused number: %+v", v)
		}
		if al := b.peer("XA").Alarms; len(al) != 1 || !strings.Contains(al[0].Text, "restored from a backup") {
			t.Errorf("alarms: %+v", al)
		}
		answer, err := b.x.Accept(t.Context(), "XA", exchange.BatchForTest(epochTwo, exchange.Normal, 0, 1, marshal(t, a.seal("new epoch", nil, b))))
		if err != nil {
			t.Fatal(err)
		}
		if status, _, cursor, vs, _ := exchange.AnswerForTest(answer); status != "ok" || cursor != 1 || vs[0].Rung != exchange.Delivered {
			t.Errorf("new epoch: %s %d %+v", status, cursor, vs)
		}
		if v := b.one("XA", 4, marshal(t, a.seal("old epoch", nil, b))); !strings.Contains(v.Reason, "numbering it had given up") {
			t.Errorf("old epoch: %+v", v)
		}
		answer, err = b.x.Accept(t.Context(), "XA", exchange.BatchForTest(epochTwo, exchange.Normal, 5, 6, marshal(t, a.seal("gap", nil, b))))
		if err != nil {
			t.Fatal(err)
		}
		if status, reason, cursor, _, _ := exchange.AnswerForTest(answer); status != "gap" || cursor != 1 {
			t.Errorf("gap: %s %q %d", status, reason, cursor)
		}
	})
}

// TestSubmitRefusals holds what is said before a message leaves.
func TestSubmitRefusals(t *testing.T) {
	w := newWorld(t, setup{})
	a, b := w.nodes["XA"], w.nodes["XB"]
	for _, tt := range []struct {
		name string
		e    *seal.Envelope
		lane exchange.Lane
		want string
	}{
		{"another's", b.seal("x", nil, a), exchange.Normal, "this node sends for XA, not for XB"},
		{"no lane", a.seal("x", nil, b), "fast", "there is no lane"},
		{"to itself", a.seal("x", nil, a), exchange.Normal, "does not send messages to itself"},
		{"no payload", func() *seal.Envelope { e := a.seal("x", nil, b); e.Payload = nil; return e }(), exchange.Normal, "names the stored file"},
		{"expired", a.seal("x", func(d *seal.Draft) { d.Created, d.Expires = d.Created.Add(-time.Hour), d.Created.Add(-time.Minute) }, b), exchange.Normal, "expired"},
		{"old key", a.seal("x", func(d *seal.Draft) { d.Recipients[0].Key = a.keys.Sealing[0].PublicText() }, b), exchange.Normal, "seal it again with the key in force"},
	} {
		if err := a.submit(tt.e, tt.lane); err == nil || !strings.Contains(fail.Safe(err), tt.want) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
	}
	e := a.seal("x", nil, b)
	for range 2 { // the second does nothing
		if err := a.submit(e, exchange.Normal); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	if err := a.db.QueryRow(t.Context(), `SELECT count(*) FROM exchange_outbox`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows in the outbox, %v", n, err)
	}
	other := a.seal("y", func(d *seal.Draft) { d.ID = e.Header.ID }, b)
	if err := a.submit(other, exchange.Normal); !fail.Is(err, fail.Conflict) {
		t.Errorf("same id, other content: %v", err)
	}
}

func TestSealCodes(t *testing.T) {
	for _, c := range seal.Codes() {
		if k := exchange.FromSealForTest(c); k == fail.Internal {
			t.Errorf("%s becomes %v: the other side would be told nothing", c, k)
		}
	}
}

// TestRefusalBound checks that a peer cannot fill our log with refusals.
func TestRefusalBound(t *testing.T) {
	w := newWorld(t, setup{limits: exchange.Limits{Refusals: 3}})
	b := w.nodes["XB"]
	for i := range 5 {
		v := b.one("XA", int64(min(i, 3)+1), []byte{byte(i)})
		if i < 3 && v.Rung != exchange.Refused || i >= 3 && (v.Rung != "" || !strings.Contains(v.Reason, "when the hour is over")) {
			t.Errorf("message %d: %+v", i, v)
		}
	}
	b.clock.shift(2 * time.Hour)
	if v := b.one("XA", 4, []byte("later")); v.Rung != exchange.Refused {
		t.Errorf("after the hour: %+v", v)
	}
}
