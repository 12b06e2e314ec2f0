package portal

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/face/facetest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

// guests are agendas on a database of their own, and a code for one of them.
func guests(t *testing.T) (*agenda.Agendas, string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d := dbtest.Open(t, t.TempDir()+"/node.db", record.Schema(), agenda.Schema())
	keys, err := party.NewKeys("XF", conferenceDay(), rand.Reader)
	must(err)
	verifier, err := ledger.ParseVerifier(keys.Log.Public())
	must(err)
	log, err := record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: conferenceDay, Random: rand.Reader})
	must(err)
	agendas := agenda.New(agenda.Config{DB: d, Log: log, Clock: conferenceDay, Random: rand.Reader,
		Session: func(_ context.Context, id landbridge.ID) (string, error) {
			if conference(3).Session(id) == nil {
				return "", fail.New(fail.Missing, "none")
			}
			return "2026", nil
		},
		Account: func(context.Context, landbridge.ID) (staff.Person, error) {
			return staff.Person{}, fail.New(fail.Missing, "none")
		}})
	code, _, err := agendas.NewCode(t.Context(), staff.Person{Pseudonym: "0123456789abcdef", Roles: []landbridge.Role{landbridge.Secretariat}}, "")
	must(err)
	return agendas, code
}

// TestGuestAgenda: a guest turns a code into an agenda, once; picks and drops
// sessions, and ends it. Address and secret stand in no address of a page.
func TestGuestAgenda(t *testing.T) {
	agendas, code := guests(t)
	c := configuration(t)
	c.Agenda = agendas
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	post := func(want int, pairs ...string) string {
		t.Helper()
		form := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		r := httptest.NewRequest(http.MethodPost, guestPath, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Language", "en")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%v answers %d %s: %.300s", pairs, w.Code, w.Header(), w.Body)
		}
		for _, f := range facetest.Check(w.Body.String()) {
			t.Error(f)
		}
		return w.Body.String()
	}
	if page := get(t, h, guestPath, "Accept-Language", "ar"); page.Code != http.StatusOK || len(facetest.Check(page.Body.String())) > 0 {
		t.Error(page.Code, facetest.Check(page.Body.String()))
	}
	page := post(http.StatusOK, "do", "redeem", "code", code, "device", "phone")
	found := regexp.MustCompile(`https://forum.example/dav/([a-z0-9]+)/`).FindStringSubmatch(page)
	secret := regexp.MustCompile(`name="secret" value="([a-z0-9-]+)"`).FindStringSubmatch(page)
	if found == nil || secret == nil || !strings.Contains(page, "0 sessions picked") {
		t.Fatal(page)
	}
	page = post(http.StatusUnprocessableEntity, "do", "redeem", "code", code, "device", "my <phone>")
	if !strings.Contains(page, `value="my &lt;phone&gt;"`) || !strings.Contains(page, `value="`+code+`"`) {
		t.Error("a code that is refused, and what was written is gone:", page)
	}
	post(http.StatusUnprocessableEntity, "do", "open", "address", found[1], "secret", "wrong")
	me := []string{"address", found[1], "secret", secret[1]}
	if page = post(http.StatusOK, append(me, "do", "pick", "session", string(conferenceID(1)))...); !strings.Contains(page, "1 session picked") || !strings.Contains(page, "take out") {
		t.Error(page)
	}
	post(http.StatusUnprocessableEntity, append(me, "do", "pick", "session", string(conferenceID(77)))...)
	if page = post(http.StatusOK, append(me, "do", "drop", "session", string(conferenceID(1)))...); !strings.Contains(page, "0 sessions picked") {
		t.Error(page)
	}
	if strings.Contains(page, "?secret") || strings.Contains(page, "?address") {
		t.Error("a secret stands in an address")
	}
	post(http.StatusOK, append(me, "do", "end")...)
	post(http.StatusUnprocessableEntity, append(me, "do", "open")...)
}
