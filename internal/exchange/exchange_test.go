package exchange_test

import (
	"fmt"
	"slices"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/party"
)

// engines runs a test on both engines, every node on a database of its own.
func engines(t *testing.T, f func(t *testing.T, dsn func(landbridge.PartyID) string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, nil) })
	t.Run("postgres", func(t *testing.T) {
		dbtest.Postgres(t) // skips when there is none
		f(t, func(landbridge.PartyID) string { return dbtest.Postgres(t) })
	})
}

// TestDelivery follows messages from one node to another, with real TLS, and
// the ladder up to a receipt that verifies offline.
func TestDelivery(t *testing.T) {
	engines(t, func(t *testing.T, dsn func(landbridge.PartyID) string) {
		w := newWorld(t, setup{timing: quick(), dsn: dsn})
		a, b := w.nodes["XA"], w.nodes["XB"]
		for _, n := range w.all {
			n.start()
		}
		var ids []landbridge.MessageID
		for i := range 20 {
			ids = append(ids, a.send(fmt.Sprint("message ", i), exchange.Normal, b))
		}
		eventually(t, patience, "not all messages arrived", func() bool { return len(b.received()) == len(ids) })
		for i, id := range ids {
			if b.body(id) != fmt.Sprint("message ", i) {
				t.Errorf("message %d says %q", i, b.body(id))
			}
		}
		step := exchange.Step{}
		eventually(t, patience, "no receipt with cosignatures", func() bool {
			s, ok := a.reached(ids[0], "XB", exchange.Delivered)
			step = s
			return ok && s.Cosigners == 2
		})
		if !step.Proved || step.By != "XB" {
			t.Errorf("the step is %+v", step)
		}
		file, err := a.x.Receipt(t.Context(), ids[0], "XB")
		if err != nil {
			t.Fatal(err)
		}
		view, err := a.dirs.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rep, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: view, Quorum: -1})
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if rep.Rung != exchange.Delivered || rep.By != "XB" || rep.Header.ID != ids[0] || !slices.Equal(rep.Cosigners, []landbridge.PartyID{"XA", "XF"}) {
			t.Errorf("the receipt proves %+v", rep)
		}
		for _, n := range w.all {
			for _, err := range n.errors() {
				t.Errorf("%s: %v", n.id, err)
			}
		}
	})
}

// TestRetrieved checks that opening a message reaches its sender, once.
func TestRetrieved(t *testing.T) {
	w := newWorld(t, setup{timing: quick()})
	a, b := w.nodes["XA"], w.nodes["XB"]
	for _, n := range w.all {
		n.start()
	}
	e := a.seal("look", nil, b)
	if err := a.submit(e, exchange.Urgent); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "not arrived", func() bool { return len(b.received()) == 1 })
	for range 2 {
		if err := b.db.Write(t.Context(), func(tx *db.Tx) error { return b.x.Retrieved(tx, e.Digest()) }); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, patience, "not proved to be retrieved", func() bool {
		s, ok := a.reached(e.Header.ID, "XB", exchange.Retrieved)
		return ok && s.Proved && s.Cosigners == 2
	})
	file, err := a.x.ReceiptOf(t.Context(), e.Header.ID, "XB", exchange.Retrieved)
	if err != nil {
		t.Fatal(err)
	}
	view, _ := a.dirs.View(t.Context())
	if rep, err := exchange.VerifyReceipt(file, exchange.Trust{Directory: view, Quorum: -1}); err != nil || rep.Rung != exchange.Retrieved {
		t.Errorf("%+v, %v", rep, err)
	}
	var notes int
	if err := a.db.QueryRow(t.Context(), `SELECT count(*) FROM exchange_inbox`).Scan(&notes); err != nil || notes != 1 {
		t.Errorf("the sender has %d notes, %v; want 1", notes, err)
	}
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM exchange_sent`).Scan(&notes); err != nil || notes != 1 {
		t.Errorf("the recipient sent %d notes, %v; want 1, and none about notes", notes, err)
	}
}

var _ party.Reach
