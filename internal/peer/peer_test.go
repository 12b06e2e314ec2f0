package peer

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/ledger"
)

func openLog(t *testing.T) (*db.DB, *record.Log) {
	t.Helper()
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), record.Schema())
	k, err := party.NewKeys("XA", time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ledger.ParseVerifier(k.Log.Public())
	if err != nil {
		t.Fatal(err)
	}
	l, err := record.Open(t.Context(), d, record.Config{Party: "XA", Signer: k.Log.Signer(), Verifier: v, Witness: k.Witness, Clock: time.Now, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return d, l
}

// TestPublicLog reads the log as a monitor would.
func TestPublicLog(t *testing.T) {
	d, l := openLog(t)
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := l.Append(tx, record.Fact{Kind: "test.done", Actor: ledger.NodeActor, Digest: landbridge.Sum([]byte("x"))})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h := http.StripPrefix("/log", Log(l))
	for _, tt := range []struct {
		method, path string
		code         int
		body, cache  string
	}{
		{"GET", "/log/checkpoint", 200, "landbridge.example/XA\n1\n", "no-cache"},
		{"HEAD", "/log/checkpoint", 200, "", "no-cache"},
		{"GET", "/log/tile/entries/000.p/1", 200, "kind test.done", "immutable"},
		{"GET", "/log/tile/0/000.p/1", 200, "", "immutable"},
		{"GET", "/log/tile/0/000.p/2", 404, "not as long", ""},
		{"GET", "/log/tile/0/../../keys", 404, "nothing of the log", ""},
		{"GET", "/log/", 404, "nothing of the log", ""},
		{"POST", "/log/checkpoint", 405, "read with GET", ""},
	} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(tt.method, tt.path, nil))
		if rec.Code != tt.code || !strings.Contains(rec.Body.String(), tt.body) || !strings.Contains(rec.Header().Get("Cache-Control"), tt.cache) {
			t.Errorf("%s %s: %d %q %q", tt.method, tt.path, rec.Code, rec.Body, rec.Header())
		}
	}
}

// TestStatus checks that every kind of failure has a status, and that a peer
// reads back the kind it was sent.
func TestStatus(t *testing.T) {
	e := &edge{Config: Config{Party: "XB", Report: func(error) {}}}
	for _, k := range fail.Kinds() {
		rec := httptest.NewRecorder()
		err := fail.New(k, "a sentence")
		if k == fail.Internal {
			err = errors.New("a secret")
		}
		e.refuse(rec, httptest.NewRequest("POST", "/x", nil), err)
		if rec.Code < 400 || fail.ParseKind(rec.Header().Get(exchange.HeaderKind)) != k || strings.Contains(rec.Body.String(), "secret") {
			t.Errorf("%v: %d %q %q", k, rec.Code, rec.Header(), rec.Body)
		}
		if (rec.Code == 500) != (k == fail.Internal) {
			t.Errorf("%v: status %d", k, rec.Code)
		}
	}
	for _, c := range ledger.Codes() {
		rec := httptest.NewRecorder()
		e.refuse(rec, httptest.NewRequest("POST", "/x", nil), &ledger.Error{Code: c, Text: "a sentence", Known: 7})
		known := c == ledger.Stale || c == ledger.Shrunk
		if (rec.Code == 409) != known || known && (rec.Body.String() != "7\n" || rec.Header().Get("Content-Type") != "text/x.tlog.size") {
			t.Errorf("%v: %d %q", c, rec.Code, rec.Body)
		}
	}
}

// TestBounds checks that one peer cannot hold more than its share of places,
// and that a body that is too long is refused before it is read.
func TestBounds(t *testing.T) {
	e := &edge{Config: Config{Party: "XB", Report: func(error) {}}, busy: map[landbridge.PartyID]int{}}
	for range maxAtOnce {
		if err := e.enter("XA"); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.enter("XA"); !fail.Is(err, fail.Unavailable) {
		t.Errorf("one more: %v", err)
	}
	if err := e.enter("XC"); err != nil {
		t.Errorf("another peer waits for the first: %v", err)
	}
	e.leave("XA")
	if err := e.enter("XA"); err != nil {
		t.Error(err)
	}
	rec := httptest.NewRecorder()
	_, err := io.ReadAll(http.MaxBytesReader(rec, io.NopCloser(strings.NewReader("too long")), 3))
	e.refuse(rec, httptest.NewRequest("POST", "/x", nil), err)
	if rec.Code != 413 {
		t.Errorf("too long: %d %q", rec.Code, rec.Body)
	}
}
