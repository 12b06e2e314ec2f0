package api

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/blob"
	callfor "landbridge.example/internal/call"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/pace"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

// openDesk is an API over a real desk of calls, and an open call for side events.
func openDesk(t *testing.T) (*API, landbridge.ID) {
	t.Helper()
	now := time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), blob.Schema(), record.Schema(), callfor.Schema())
	keys, err := party.NewKeys("XF", now, rand.Reader)
	must(err)
	verifier, err := ledger.ParseVerifier(keys.Log.Public())
	must(err)
	log, err := record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: clock, Random: rand.Reader})
	must(err)
	desk := callfor.New(callfor.Config{DB: d, Log: log, Vault: blob.NewVault(keys.KEK), Clock: clock, Random: rand.Reader})
	chair := staff.Person{Pseudonym: "1111111111111111", Roles: []landbridge.Role{landbridge.Secretariat}}
	id, err := desk.Open(t.Context(), chair, callfor.Call{Edition: "2026", Kind: callfor.SideEvent, Title: "x", Text: "y", Closes: now.AddDate(0, 1, 0), Ends: now.AddDate(0, 2, 0), KeepDays: 1})
	must(err)
	return New(Config{Random: rand.Reader, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: clock, Calls: desk, Gate: pace.New(clock)}), id
}

func ask(a *API, method, path, key, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, client.Prefix+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set(keyHeader, key)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

// TestOpenCalls: who has no account enters, comes back by a secret in the body,
// and is answered the same when the answer was lost; what is the staff's stays closed.
func TestOpenCalls(t *testing.T) {
	a, id := openDesk(t)
	const entry = `{"content":{"title":"<b>=1+1","abstract":"y","event":{"format":"site","minutes":60,"seats":5}},"authors":[{"name":"Ada Lorne","organisation":"Academy","email":"a@x.example"}]}`
	to := "/calls/" + string(id) + "/submissions"
	if w := ask(a, "POST", to, "", entry); w.Code != http.StatusBadRequest {
		t.Errorf("without a key: %d", w.Code)
	}
	first, again := ask(a, "POST", to, "key-key-1", entry), ask(a, "POST", to, "key-key-1", entry)
	if first.Code != http.StatusCreated || first.Body.String() != again.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" ||
		first.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s, %d %s", first.Code, first.Body, again.Code, again.Body)
	}
	if w := ask(a, "POST", to, "key-key-1", strings.Replace(entry, "60", "61", 1)); w.Code != http.StatusConflict {
		t.Errorf("one key for two requests: %d", w.Code)
	}
	var got client.SubmissionReceipt
	if err := json.Unmarshal(first.Body.Bytes(), &got); err != nil || got.Number != 1 {
		t.Fatal(err, got)
	}
	w := ask(a, "POST", "/submissions/look", "key-key-2", `{"secret":"`+got.Secret+`"}`)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"state":"sent"`) || strings.Contains(w.Body.String(), "<b>") {
		t.Errorf("%d %s", w.Code, w.Body) // JSON escapes markup
	}
	for path, want := range map[string]int{to: http.StatusUnauthorized, to + ".csv": http.StatusUnauthorized, "/calls/" + string(id): http.StatusOK,
		"/calls?edition=2026": http.StatusOK, "/proceedings?edition=2026": http.StatusOK, "/calls?secret=x": http.StatusBadRequest} {
		if w := ask(a, "GET", path, "", ""); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	for range pace.FormsPerMinute {
		ask(a, "POST", "/submissions/look", "key-key-3", `{"secret":"x"}`)
	}
	if w := ask(a, "POST", "/submissions/look", "key-key-4", `{"secret":"x"}`); w.Code != http.StatusServiceUnavailable {
		t.Errorf("too many: %d", w.Code)
	}
}

// TestRepeats: memory of answers is bounded, and the oldest goes first.
func TestRepeats(t *testing.T) {
	var m repeats
	digest := landbridge.Sum([]byte("x"))
	for i := range maxRepeats + 1 {
		key := strings.Repeat("k", 8) + string(rune('a'+i%26)) + strings.Repeat("i", i/26)
		if _, claim, err := m.begin(key, digest); err != nil || claim != Fresh {
			t.Fatal(i, claim, err)
		}
		m.end(key, Answer{Status: i}, true)
	}
	if len(m.kept) != maxRepeats {
		t.Errorf("%d answers are kept", len(m.kept))
	}
	if _, claim, _ := m.begin("kkkkkkkka", digest); claim != Fresh {
		t.Error("the oldest is still known")
	}
}
