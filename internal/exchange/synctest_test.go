package exchange_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"landbridge.example"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/peer"
)

// A wire carries requests between nodes of one process on a simulated clock.
type wire struct {
	w    *world
	from landbridge.PartyID
	to   landbridge.PartyID
	cut  *atomic.Bool
	hang *atomic.Bool
}

// RoundTrip implements http.RoundTripper.
func (r *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	n := r.w.nodes[r.to]
	if r.hang.Load() {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	if r.cut.Load() {
		return nil, errors.New("the cable is cut")
	}
	time.Sleep(30 * time.Millisecond) // there and back
	rec := httptest.NewRecorder()
	h := peer.New(peer.Config{Party: n.id, Exchange: n.x, Directory: n.dirs, Log: n.log, Report: n.report,
		Identify: func(*http.Request) (landbridge.PartyID, error) { return r.from, nil }})
	h.ServeHTTP(rec, req.Clone(req.Context()))
	return rec.Result(), nil
}

// TestSimulated runs whole nodes on a simulated clock: hours of outage pass in
// a moment, and nothing is left running at the end.
func TestSimulated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2027, 1, 2, 15, 4, 5, 0, time.UTC)))
		var cut, hang atomic.Bool
		w := newWorld(t, setup{})
		for _, n := range w.all {
			x, err := exchange.New(exchange.Config{DB: n.db, Log: n.log, Directory: n.dirs, Keys: n.keys, Blobs: n.blobs, Clock: time.Now, Random: rand.Reader,
				Client: func(p landbridge.PartyID) *http.Client {
					return &http.Client{Transport: &wire{w, n.id, p, &cut, &hang}}
				}, Report: n.report})
			if err != nil {
				t.Fatal(err)
			}
			n.x = x
			n.x.Handle("case.act", n.take)
		}
		// Only then: a node that runs reads the others' exchanges.
		for _, n := range w.all {
			n.run()
		}
		a, b := w.nodes["XA"], w.nodes["XB"]
		a.send("at once", exchange.Normal, b)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(b.received()) != 1 {
			t.Fatalf("%d messages after two seconds; %v", len(b.received()), a.errors())
		}
		hours := 10
		if underRace { // enough for the longest pause between tries
			hours = 2
		}
		for i, down := range []*atomic.Bool{&cut, &hang} {
			down.Store(true)
			for j := range hours {
				a.sendLong(fmt.Sprint(i, j), b)
				time.Sleep(time.Hour)
			}
			if p := a.peer("XB"); p.Up || p.Queue[exchange.Normal] != int64(hours) || time.Until(p.NextTry) > 2*time.Minute {
				t.Errorf("after hours of outage: %+v", p)
			}
			down.Store(false)
			time.Sleep(2*time.Minute + 10*time.Second)
			synctest.Wait()
			if want := 1 + hours*(i+1); len(b.received()) != want {
				t.Errorf("%d messages of %d; %+v", len(b.received()), want, a.peer("XB"))
			}
		}
		for _, n := range w.all {
			n.close()
		}
	})
}
