package full

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/dav"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

// A davWorld is one node's personal addresses, with a programme that changes.
type davWorld struct {
	mu        sync.Mutex
	programme *forum.Programme
	agendas   *agenda.Agendas
	me        staff.Person
}

func (w *davWorld) Programme(context.Context, string, int64) (*forum.Programme, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.programme, nil
}

// publish makes the next version of the programme.
func (w *davWorld) publish(change func(s *forum.Session)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	next := *w.programme
	next.Version++
	next.Sessions = append([]forum.Session{}, next.Sessions...)
	change(&next.Sessions[0])
	next.Sessions[0].Sequence++
	w.programme = &next
}

const (
	davOpening = landbridge.ID("01960000-0000-7000-8000-000000000001")
	davPanel   = landbridge.ID("01960000-0000-7000-8000-000000000002")
)

func newDavWorld(t *testing.T) (*davWorld, string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	at := time.Now().UTC().Truncate(time.Second)
	d := dbtest.Open(t, t.TempDir()+"/node.db", record.Schema(), party.Schema(), agenda.Schema())
	var members []party.Member
	for _, p := range []landbridge.PartyID{"XF", "XA"} {
		k, err := party.NewKeys(p, at.Add(-time.Hour), rand.Reader)
		must(err)
		kind := party.State
		if p == "XF" {
			kind = party.Forum
		}
		r, err := k.Record(kind, 1, landbridge.Digest{}, at.Add(-time.Hour))
		must(err)
		r.Name, r.Languages, r.Addresses = party.Text{"en": string(p)}, []string{"en"}, []string{"https://x.example:8443"}
		r.Contacts = []party.Contact{{ID: "desk", Name: party.Text{"en": "Liaison; desk, " + string(p)}, Phone: "+000 1", Hours: "24/7"}}
		members = append(members, party.Member{Keys: k, Record: r})
	}
	keys := members[0].Keys
	verifier, err := ledger.ParseVerifier(keys.Log.Public())
	must(err)
	log, err := record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: time.Now, Random: rand.Reader})
	must(err)
	directory := party.New(d, log, time.Now)
	entries, err := party.Found(members, at.Add(-time.Hour))
	must(err)
	for _, e := range entries {
		must(directory.Add(t.Context(), e))
	}
	w := &davWorld{me: staff.Person{ID: "p", Account: "a", Active: true, Pseudonym: "0123456789abcdef", Roles: []landbridge.Role{landbridge.Secretariat}}}
	e := &forum.Edition{ID: "2026", Name: forum.Text{"en": "2026 Conference"}, Mode: forum.Hybrid, City: forum.Text{"en": "Port Merrow"}, Zone: "Asia/Shanghai",
		First: "2026-12-01", Last: "2026-12-02", Shown: true}
	must(e.Check())
	session := func(id landbridge.ID, n int64, title, zone string, hour int) forum.Session {
		begin := time.Date(2026, 12, 1, hour, 0, 0, 0, time.UTC)
		return forum.Session{ID: id, Edition: "2026", Number: n, Kind: forum.Talk, Title: forum.Text{"en": title}, Mode: forum.OnSite, Room: "a", Zone: zone,
			Start: begin, End: begin.Add(time.Hour), Status: forum.Confirmed, Changed: at}
	}
	w.programme = &forum.Programme{Edition: e, Version: 1, Made: at, Rooms: []forum.Room{{ID: "a", Venue: "v", Name: forum.Text{"en": "Hall A"}, Capacity: 10}},
		Venues: []forum.Venue{{ID: "v", Name: forum.Text{"en": "Centre"}}}, Sessions: []forum.Session{
			session(davOpening, 1, "Opening; with a comma, a semicolon and a title that is far too long for one line of any calendar", "", 1),
			session(davPanel, 2, "小组讨论 حلقة نقاش", "Europe/Paris", 9)}}
	w.agendas = agenda.New(agenda.Config{DB: d, Log: log, Clock: time.Now, Random: rand.Reader,
		Session: func(context.Context, landbridge.ID) (string, error) { return "2026", nil },
		Account: func(context.Context, landbridge.ID) (staff.Person, error) { return w.me, nil }})
	server := httptest.NewServer(dav.New(dav.Config{Party: "XF", Agenda: w.agendas, Forum: w, Directory: directory, Origin: "https://forum.example",
		Report: func(err error) { t.Error(err) }}))
	t.Cleanup(server.Close)
	return w, server.URL
}

// TestVdirsyncer syncs a personal agenda and the contact points with a stock
// client, through a change, a cancellation and a pick that was taken back; khal
// reads what came.
func TestVdirsyncer(t *testing.T) {
	sync := foreign(t, "vdirsyncer", "Debian")
	w, url := newDavWorld(t)
	a, err := w.agendas.NewAddress(t.Context(), w.me, "vdirsyncer", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []landbridge.ID{davOpening, davPanel} {
		if err := w.agendas.Pick(t.Context(), w.me, id); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	config := fmt.Sprintf(`[general]
status_path = "%[1]s/status"
[pair agenda]
a = "files"
b = "agenda_there"
collections = ["from b"]
conflict_resolution = "b wins"
[storage files]
type = "filesystem"
path = "%[1]s/calendars"
fileext = ".ics"
[storage agenda_there]
type = "caldav"
url = "%[2]s/"
username = "%[3]s"
password = "%[4]s"
read_only = true
[pair contacts]
a = "cards"
b = "contacts_there"
collections = ["from b"]
[storage cards]
type = "filesystem"
path = "%[1]s/cards"
fileext = ".vcf"
[storage contacts_there]
type = "carddav"
url = "%[2]s/"
username = "%[3]s"
password = "%[4]s"
read_only = true
`, dir, url, a.ID, a.Secret)
	if err := os.WriteFile(dir+"/config", []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		t.Helper()
		c := exec.Command(sync, append([]string{"-c", dir + "/config"}, args...)...)
		c.Stdin = strings.NewReader(strings.Repeat("y\n", 20))
		c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "LANG=C.UTF-8", "HOME="+dir)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("vdirsyncer %v: %v\n%s", args, err, out)
		}
	}
	files := func(glob string) map[string]string {
		t.Helper()
		names, err := filepath.Glob(dir + glob)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{} // by the first word of the UID
		uid := regexp.MustCompile(`(?m)^UID[^:]*:([^@\r]+)`)
		for _, n := range names {
			b, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			m := uid.FindSubmatch(b)
			if m == nil {
				t.Fatalf("no UID in %s", b)
			}
			all[string(m[1])] = string(b)
		}
		return all
	}
	run("discover")
	run("sync")
	got := files("/calendars/agenda/*.ics")
	if len(got) != 2 || !strings.Contains(got[string(davOpening)], "BEGIN:VTIMEZONE") || !strings.Contains(got[string(davOpening)], "STATUS:CONFIRMED") {
		t.Fatalf("after the first sync: %v", got)
	}
	if cards := files("/cards/contacts/*.vcf"); len(cards) != 2 || !strings.Contains(cards["xa.desk"], `Liaison\; desk\, XA`) {
		t.Fatalf("cards: %v", cards)
	}
	khal(t, dir, "09:00-10:00 Opening", "17:00-18:00 小组讨论")

	w.publish(func(s *forum.Session) { s.Start, s.End = s.Start.Add(time.Hour), s.End.Add(time.Hour) })
	run("sync")
	if x := files("/calendars/agenda/*.ics")[string(davOpening)]; !strings.Contains(x, "20261201T100000") || !strings.Contains(x, "SEQUENCE:1") {
		t.Fatalf("a session that moved: %s", x)
	}
	khal(t, dir, "10:00-11:00 Opening")

	w.publish(func(s *forum.Session) { s.Status, s.Reason = forum.Cancelled, forum.Text{"en": "Storm"} })
	run("sync")
	if x := files("/calendars/agenda/*.ics")[string(davOpening)]; !strings.Contains(x, "STATUS:CANCELLED") || !strings.Contains(x, "SEQUENCE:2") {
		t.Fatalf("a session that was cancelled: %s", x)
	}
	if err := w.agendas.Drop(t.Context(), w.me, davPanel); err != nil {
		t.Fatal(err)
	}
	run("sync")
	if left := files("/calendars/agenda/*.ics"); len(left) != 1 {
		t.Fatalf("a session that was taken out is still there: %v", left)
	}
	if err := w.agendas.End(t.Context(), w.me, a.ID); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(sync, "-c", dir+"/config", "sync")
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+dir)
	if out, err := c.CombinedOutput(); err == nil {
		t.Fatalf("an ended address still syncs: %s", out)
	}
}

// khal reads the synced files as a person in Shanghai would.
func khal(t *testing.T, dir string, want ...string) {
	t.Helper()
	reader := foreign(t, "khal", "Debian")
	config := "[calendars]\n[[agenda]]\npath = " + dir + "/calendars/agenda\n[locale]\nlocal_timezone = Asia/Shanghai\ndefault_timezone = Asia/Shanghai\n" +
		"timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n" +
		"[sqlite]\npath = " + dir + "/khal.db\n"
	if err := os.WriteFile(dir+"/khal.conf", []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(reader, "-c", dir+"/khal.conf", "list", "--format", "{start-time}-{end-time} {title}", "2026-12-01", "2d")
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "LANG=C.UTF-8", "HOME="+dir)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("khal: %v\n%s", err, out)
	}
	for _, x := range want {
		if !strings.Contains(string(out), x) {
			t.Errorf("khal does not show %q: %s", x, out)
		}
	}
}
