package dav

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	opening = landbridge.ID("01960000-0000-7000-8000-000000000001")
	panel   = landbridge.ID("01960000-0000-7000-8000-000000000002")
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A world is one node's calendars, with a programme that a test changes.
type world struct {
	t         testing.TB
	h         http.Handler
	agendas   *agenda.Agendas
	me        staff.Person
	programme *forum.Programme
}

func (w *world) Programme(context.Context, string, int64) (*forum.Programme, error) {
	if w.programme == nil {
		return nil, fail.New(fail.Missing, "none")
	}
	return w.programme, nil
}

func newWorld(t testing.TB, secure bool) *world {
	d := dbtest.Open(t, t.TempDir()+"/node.db", record.Schema(), party.Schema(), agenda.Schema())
	keys, err := party.NewKeys("XF", start.Add(-time.Hour), rand.Reader)
	must(t, err)
	verifier, err := ledger.ParseVerifier(keys.Log.Public())
	must(t, err)
	clock := func() time.Time { return start }
	log, err := record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: clock, Random: rand.Reader})
	must(t, err)
	directory := party.New(d, log, clock)
	r, err := keys.Record(party.Forum, 1, landbridge.Digest{}, start.Add(-time.Hour))
	must(t, err)
	r.Name, r.Languages, r.Addresses = party.Text{"en": "Secretariat"}, []string{"en"}, []string{"https://x.example:8443"}
	r.Contacts = []party.Contact{{ID: "desk", Name: party.Text{"en": "Liaison; desk"}, Phone: "+000 1", Hours: "24/7"}}
	other, err := party.NewKeys("XA", start.Add(-time.Hour), rand.Reader)
	must(t, err)
	r2, err := other.Record(party.State, 1, landbridge.Digest{}, start.Add(-time.Hour))
	must(t, err)
	r2.Name, r2.Languages, r2.Addresses = party.Text{"en": "Azuria"}, []string{"en"}, []string{"https://x.example:8443"}
	entries, err := party.Found([]party.Member{{Keys: keys, Record: r}, {Keys: other, Record: r2}}, start.Add(-time.Hour))
	must(t, err)
	for _, e := range entries {
		must(t, directory.Add(t.Context(), e))
	}
	w := &world{t: t, me: staff.Person{ID: "p", Account: "a", Active: true, Pseudonym: "0123456789abcdef", Roles: []landbridge.Role{landbridge.Secretariat}}}
	e := &forum.Edition{ID: "2026", Name: forum.Text{"en": "2026 Conference"}, Mode: forum.Hybrid, City: forum.Text{"en": "Port Merrow"}, Zone: "Asia/Shanghai",
		First: "2026-12-01", Last: "2026-12-02", Shown: true}
	must(t, e.Check())
	session := func(id landbridge.ID, n int64, title string, hour int) forum.Session {
		at := time.Date(2026, 12, 1, hour, 0, 0, 0, time.UTC)
		return forum.Session{ID: id, Edition: "2026", Number: n, Kind: forum.Talk, Title: forum.Text{"en": title}, Mode: forum.OnSite, Room: "a", Start: at, End: at.Add(time.Hour),
			Status: forum.Confirmed, Changed: start}
	}
	w.programme = &forum.Programme{Edition: e, Version: 1, Made: start, Rooms: []forum.Room{{ID: "a", Venue: "v", Name: forum.Text{"en": "Hall A"}, Capacity: 10}},
		Venues:   []forum.Venue{{ID: "v", Name: forum.Text{"en": "Centre"}}},
		Sessions: []forum.Session{session(opening, 1, "Opening of a long conference, with a title that is far too long for one line of a calendar; and more", 1), session(panel, 2, "Panel", 3)}}
	w.agendas = agenda.New(agenda.Config{DB: d, Log: log, Clock: clock, Random: rand.Reader,
		Session: func(context.Context, landbridge.ID) (string, error) { return "2026", nil },
		Account: func(context.Context, landbridge.ID) (staff.Person, error) { return w.me, nil }})
	w.h = New(Config{Party: "XF", Agenda: w.agendas, Forum: w, Directory: directory, Origin: "https://forum.example", Secure: secure, Report: func(err error) { t.Error(err) }})
	return w
}

func (w *world) ask(method, path, body string, a *agenda.Address, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if a != nil {
		r.SetBasicAuth(a.ID, a.Secret)
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	out := httptest.NewRecorder()
	w.h.ServeHTTP(out, r)
	if out.Code == http.StatusMultiStatus {
		if err := xml.Unmarshal(out.Body.Bytes(), new(struct{})); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, out.Body)
		}
	}
	return out
}

func has(t *testing.T, out *httptest.ResponseRecorder, code int, want ...string) {
	t.Helper()
	if out.Code != code {
		t.Fatalf("answers %d, not %d: %s", out.Code, code, out.Body)
	}
	for _, x := range want {
		if !strings.Contains(out.Body.String(), x) {
			t.Errorf("%q is not in %s", x, out.Body)
		}
	}
}

const (
	homes = `<propfind xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><current-user-principal/><c:calendar-home-set/><x:nothing xmlns:x="urn:&lt;x"/></prop></propfind>`
	query = `<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name="VCALENDAR">` +
		`<c:comp-filter name="VEVENT"><c:time-range start="20261201T023000Z" end="20261201T100000Z"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>`
)

func multiget(paths ...string) string {
	var b strings.Builder
	b.WriteString(`<c:calendar-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>`)
	for _, p := range paths {
		b.WriteString("<d:href>" + p + "</d:href>")
	}
	return b.String() + `</c:calendar-multiget>`
}

// TestSync asks as calendar programs do, through a change and a cancellation.
func TestSync(t *testing.T) {
	w := newWorld(t, true)
	a, err := w.agendas.NewAddress(t.Context(), w.me, "phone", true)
	must(t, err)
	must(t, w.agendas.Pick(t.Context(), w.me, opening))
	must(t, w.agendas.Pick(t.Context(), w.me, panel))
	home := Prefix + a.ID + "/"
	has(t, w.ask("PROPFIND", "/.well-known/caldav", "", a), http.StatusMovedPermanently)
	has(t, w.ask("PROPFIND", Prefix, homes, a, "Depth", "0"), http.StatusMultiStatus, "<d:current-user-principal><d:href>"+home, "404 Not Found", `xmlns:x="urn:&lt;x"`)
	has(t, w.ask("PROPFIND", home, homes, a, "Depth", "0"), http.StatusMultiStatus, "<c:calendar-home-set><d:href>"+home)
	has(t, w.ask("PROPFIND", home, "", a, "Depth", "1"), http.StatusMultiStatus, "<c:calendar/>", "<r:addressbook/>", home+"agenda/", home+"contacts/")
	before := w.ask("PROPFIND", home+"agenda/", "", a, "Depth", "0").Body.String()
	has(t, w.ask("PROPFIND", home+"agenda/", "", a, "Depth", "1"), http.StatusMultiStatus, string(opening)+".ics", string(panel)+".ics", "getetag")
	q := w.ask("REPORT", home+"agenda/", query, a, "Depth", "1")
	has(t, q, http.StatusMultiStatus, string(panel)+".ics")
	if strings.Contains(q.Body.String(), string(opening)) {
		t.Error("the time range is not applied")
	}
	one := home + "agenda/" + string(opening) + ".ics"
	got := w.ask("REPORT", home+"agenda/", multiget(one, home+"agenda/other.ics"), a)
	has(t, got, http.StatusMultiStatus, "BEGIN:VTIMEZONE", "TZID=Asia/Shanghai", "&#xD;", "404 Not Found")
	file := w.ask("GET", one, "", a)
	has(t, file, http.StatusOK, "STATUS:CONFIRMED", "DTSTART;TZID=Asia/Shanghai:20261201T090000")
	if strings.Contains(file.Body.String(), "METHOD:") {
		t.Error("a calendar object holds METHOD")
	}
	for line := range strings.SplitSeq(file.Body.String(), "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	has(t, w.ask("GET", one, "", a, "If-None-Match", file.Header().Get("ETag")), http.StatusNotModified)

	next := *w.programme
	next.Version, next.Sessions = 2, append([]forum.Session{}, w.programme.Sessions...)
	next.Sessions[0].Status, next.Sessions[0].Reason, next.Sessions[0].Sequence = forum.Cancelled, forum.Text{"en": "Storm"}, 1
	w.programme = &next
	after := w.ask("GET", one, "", a, "If-None-Match", file.Header().Get("ETag"))
	has(t, after, http.StatusOK, "STATUS:CANCELLED", "SEQUENCE:1", "Storm")
	if now := w.ask("PROPFIND", home+"agenda/", "", a, "Depth", "0").Body.String(); now == before {
		t.Error("the collection's tag did not change")
	}
	must(t, w.agendas.Drop(t.Context(), w.me, opening))
	has(t, w.ask("GET", one, "", a), http.StatusNotFound)
	has(t, w.ask("GET", home+"contacts/xf.desk.vcf", "", a), http.StatusOK, "BEGIN:VCARD", `Liaison\; desk`)
	book := `<r:addressbook-multiget xmlns:d="DAV:" xmlns:r="urn:ietf:params:xml:ns:carddav"><d:prop><r:address-data/></d:prop><d:href>` + home + `contacts/xf.desk.vcf</d:href></r:addressbook-multiget>`
	has(t, w.ask("REPORT", home+"contacts/", book, a), http.StatusMultiStatus, "BEGIN:VCARD")
}

// TestShut: no secret, a wrong one, an ended address, another's address, a
// change, a connection in the clear: nothing is given out.
func TestShut(t *testing.T) {
	w := newWorld(t, true)
	a, err := w.agendas.NewAddress(t.Context(), w.me, "phone", false)
	must(t, err)
	b, err := w.agendas.NewAddress(t.Context(), w.me, "tablet", false)
	must(t, err)
	home := Prefix + a.ID + "/"
	has(t, w.ask("OPTIONS", home, "", nil), http.StatusOK)
	has(t, w.ask("PROPFIND", home, "", nil), http.StatusUnauthorized)
	has(t, w.ask("PROPFIND", home, "", &agenda.Address{ID: a.ID, Secret: "wrong"}), http.StatusUnauthorized)
	has(t, w.ask("PROPFIND", home, "", b), http.StatusForbidden)
	has(t, w.ask("GET", home+"contacts/xf.desk.vcf", "", a), http.StatusNotFound)
	has(t, w.ask("PUT", home+"agenda/x.ics", "BEGIN:VCALENDAR", a), http.StatusForbidden, "read only")
	has(t, w.ask("DELETE", home+"agenda/", "", a), http.StatusForbidden)
	has(t, w.ask("TRACE", home, "", a), http.StatusMethodNotAllowed)
	has(t, w.ask("GET", home, "", a), http.StatusMethodNotAllowed)
	has(t, w.ask("REPORT", home+"agenda/", `<sync-collection xmlns="DAV:"/>`, a), http.StatusForbidden)
	has(t, w.ask("PROPFIND", home, "<a><b>", a), http.StatusBadRequest)
	has(t, w.ask("PROPFIND", home, strings.Repeat("<a>", maxDepth+1), a), http.StatusRequestEntityTooLarge)
	has(t, w.ask("PROPFIND", home, "<a>"+strings.Repeat(" ", MaxBody)+"</a>", a), http.StatusRequestEntityTooLarge)
	must(t, w.agendas.End(t.Context(), w.me, a.ID))
	has(t, w.ask("PROPFIND", home, "", a), http.StatusUnauthorized)

	clear := newWorld(t, false)
	c, err := clear.agendas.NewAddress(t.Context(), clear.me, "phone", false)
	must(t, err)
	has(t, clear.ask("PROPFIND", Prefix, "", c), http.StatusForbidden, "TLS only")
}

// TestOnce: an answer holds each thing once, however often it is asked for, and
// does not repeat a long name for everything it holds.
func TestOnce(t *testing.T) {
	w := newWorld(t, true)
	a, err := w.agendas.NewAddress(t.Context(), w.me, "phone", false)
	must(t, err)
	must(t, w.agendas.Pick(t.Context(), w.me, opening))
	home := Prefix + a.ID + "/"
	one := home + "agenda/" + string(opening) + ".ics"
	many := strings.Replace(multiget(slices.Repeat([]string{one}, 100)...), "<c:calendar-data/>", strings.Repeat("<c:calendar-data/>", 100), 1)
	got := w.ask("REPORT", home+"agenda/", many, a)
	has(t, got, http.StatusMultiStatus, "BEGIN:VEVENT")
	if n := strings.Count(got.Body.String(), "BEGIN:VEVENT"); n != 1 {
		t.Errorf("one session is given out %d times", n)
	}
	long := `<propfind xmlns="DAV:"><prop><x:nothing xmlns:x="` + strings.Repeat("x", maxName) + `"/></prop></propfind>`
	has(t, w.ask("PROPFIND", home+"agenda/", long, a, "Depth", "1"), http.StatusRequestEntityTooLarge)
}

// BenchmarkSync fetches an agenda of as many sessions as one may hold.
func BenchmarkSync(b *testing.B) {
	w := newWorld(b, true)
	a, err := w.agendas.NewAddress(b.Context(), w.me, "phone", false)
	must(b, err)
	first := w.programme.Sessions[0]
	var paths []string
	for i := range agenda.MaxPicks {
		s := first
		s.ID = landbridge.ID(fmt.Sprintf("01960000-0000-7000-8000-%012d", i))
		w.programme.Sessions = append(w.programme.Sessions, s)
		must(b, w.agendas.Pick(b.Context(), w.me, s.ID))
		paths = append(paths, Prefix+a.ID+"/agenda/"+string(s.ID)+".ics")
	}
	body := multiget(paths...)
	b.ReportAllocs()
	for b.Loop() {
		if out := w.ask("REPORT", Prefix+a.ID+"/agenda/", body, a); out.Code != http.StatusMultiStatus {
			b.Fatal(out.Code, out.Body)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add(homes)
	f.Add(query)
	f.Add(multiget("/dav/a/agenda/b.ics", "%2e%2e"))
	f.Add("")
	f.Add(`<propfind xmlns="DAV:"><allprop/></propfind>`)
	f.Fuzz(func(t *testing.T, body string) {
		q, err := parseRequest(strings.NewReader(body))
		if err != nil {
			return
		}
		a := newAnswer(&agenda.Opened{Address: "a", Contacts: true})
		for _, kind := range []string{"root", "home", "calendar", "book", "event", "card"} {
			a.add(&resource{path: Prefix, kind: kind, name: "x", body: []byte("BEGIN\r\n"), etag: `"1"`}, q)
		}
		for _, href := range q.hrefs {
			a.missing(path(href))
		}
		out := httptest.NewRecorder()
		a.send(out)
		if err := xml.NewDecoder(bytes.NewReader(out.Body.Bytes())).Decode(new(struct{})); err != nil {
			t.Fatalf("%v in %s", err, out.Body)
		}
	})
}
