package full

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/forum/feed"
)

// foreign finds somebody else's program. In the full tier it must be there.
func foreign(t *testing.T, name, from string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("LANDBRIDGE_FULL") != "" {
		t.Fatalf("the full tier needs %s; it is in %s", name, from)
	}
	t.Skipf("%s is not on this machine (it is in %s), and this is not the full tier", name, from)
	return ""
}

// nodeModule says that a package of npm can be loaded, by NODE_PATH.
func nodeModule(t *testing.T, name string) string {
	t.Helper()
	node := foreign(t, "node", "Debian's nodejs")
	if out, err := exec.CommandContext(t.Context(), node, "-e", "require('"+name+"')").CombinedOutput(); err != nil {
		if os.Getenv("LANDBRIDGE_FULL") != "" {
			t.Fatalf("the full tier needs %s; install it with npm and set NODE_PATH: %s", name, out)
		}
		t.Skipf("%s is not on this machine (npm install %s, then set NODE_PATH), and this is not the full tier", name, name)
	}
	return node
}

func sessionID(n int) landbridge.ID {
	return landbridge.ID(fmt.Sprintf("01960000-0000-7000-8000-%012d", n))
}

// conference is an edition in Shanghai with sessions in three zones, one of
// them in the night in which clocks are put back, titles that formats must
// escape, and one session that was cancelled.
func conference(t *testing.T, version int64) *forum.Programme {
	t.Helper()
	e := &forum.Edition{ID: "2026", Name: forum.Text{"en": "2026 Conference"}, Mode: forum.Hybrid, City: forum.Text{"en": "Port Merrow"}, Zone: "Asia/Shanghai",
		First: "2026-10-24", Last: "2026-10-26", Shown: true}
	must(t, e.Check())
	at := func(zone, local string) time.Time {
		when, _, err := forum.At(zone, local)
		must(t, err)
		return when
	}
	p := &forum.Programme{Edition: e, Version: version, Made: time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC),
		Venues:   []forum.Venue{{ID: "centre", Name: forum.Text{"en": "Centre"}, Address: forum.Text{"en": "1 Quay Street, Port Merrow"}}},
		Rooms:    []forum.Room{{ID: "a", Venue: "centre", Name: forum.Text{"en": "Hall A"}, Capacity: 300}, {ID: "b", Venue: "centre", Name: forum.Text{"en": "Hall <B> & C"}, Capacity: 50}},
		Parts:    []forum.Part{{ID: "main", Name: forum.Text{"en": "Main forum"}, Main: true}},
		Tracks:   []forum.Track{{ID: "ports", Name: forum.Text{"en": "Port-city security"}}},
		Speakers: []forum.Speaker{{ID: sessionID(90), Name: "Ada Merel", Original: "阿达", Party: "XA"}, {ID: sessionID(91), Name: "Bo \"B\" Tarn"}},
		Sessions: []forum.Session{
			{ID: sessionID(1), Number: 1, Kind: forum.Plenary, Part: "main", Track: "ports", Mode: forum.OnSite, Room: "a", Status: forum.Confirmed, Language: "en",
				Title: forum.Text{"en": "Opening; of ports, lines and 港口城市 – أمن"}, About: forum.Text{"en": "First line\nsecond, line; with \\ and <b>markup</b>\n" + strings.TrimSpace(strings.Repeat("a long line of an abstract ", 20))},
				Start: at("Asia/Shanghai", "2026-10-24T09:00"), End: at("Asia/Shanghai", "2026-10-24T10:30"), People: []forum.Seat{{Speaker: sessionID(90), Role: forum.Chairs}, {Speaker: sessionID(91), Role: forum.Speaks}}},
			{ID: sessionID(2), Number: 2, Kind: forum.Talk, Mode: forum.Online, Link: "https://rooms.example/7?a=1&b=2", Zone: "America/New_York", Status: forum.Confirmed,
				Title: forum.Text{"en": "Across the sea"}, Start: at("America/New_York", "2026-10-24T20:00"), End: at("America/New_York", "2026-10-24T21:00")},
			{ID: sessionID(3), Number: 3, Kind: forum.Workshop, Mode: forum.OnSite, Room: "b", Zone: "Europe/Paris", Status: forum.Confirmed,
				Title: forum.Text{"en": "The night of the clocks"}, Start: at("Europe/Paris", "2026-10-25T01:30"), End: at("Europe/Paris", "2026-10-25T03:30")},
			{ID: sessionID(4), Number: 4, Kind: forum.Talk, Mode: forum.OnSite, Room: "b", Status: forum.Cancelled, Reason: forum.Text{"en": "Storm"},
				Title: forum.Text{"en": "Ships"}, Start: at("Asia/Shanghai", "2026-10-26T09:00"), End: at("Asia/Shanghai", "2026-10-26T10:00")},
		}}
	for i := range p.Sessions {
		p.Sessions[i].Edition, p.Sessions[i].Changed = "2026", p.Made
	}
	return p
}

func written() feed.Options {
	return feed.Options{Base: "https://forum.example/public/forum/2026/", Host: "xf.landbridge", Language: "en", Name: "Landbridge"}
}

func calendar(p *forum.Programme) []byte {
	var all []*forum.Session
	for i := range p.Sessions {
		all = append(all, &p.Sessions[i])
	}
	return feed.Calendar(p, all, written())
}

// run starts a foreign program in an empty home of its own.
func run(t *testing.T, home, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_DATA_HOME="+home+"/data", "XDG_CACHE_HOME="+home+"/cache", "LC_ALL=C.UTF-8", "TZ=Europe/Berlin")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestKhalShowsTheProgramme: a reader in Berlin sees each session at their own
// clock, with its room, and the cancelled one as cancelled.
func TestKhalShowsTheProgramme(t *testing.T) {
	khal := foreign(t, "khal", "Debian's khal")
	home := t.TempDir()
	must(t, os.MkdirAll(home+"/config/khal", 0o700))
	must(t, os.MkdirAll(home+"/cal", 0o700))
	must(t, os.WriteFile(home+"/config/khal/config", []byte("[calendars]\n[[forum]]\npath = "+home+"/cal\n[locale]\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\n"+
		"timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"), 0o600))
	must(t, os.WriteFile(home+"/2026.ics", calendar(conference(t, 1)), 0o600))
	run(t, home, khal, "import", "--batch", "-a", "forum", home+"/2026.ics")
	got := run(t, home, khal, "list", "--notstarted", "--format", "{start-date} {start-time}-{end-time} {title} @ {location} {status}", "--day-format", "", "2026-10-23", "6d")
	for _, want := range []string{
		"2026-10-24 03:00-04:30 Opening; of ports, lines and 港口城市 – أمن @ Hall A, Centre, 1 Quay Street, Port Merrow",
		"2026-10-25 02:00-02:00 Across the sea", // an hour, at whose end clocks in Berlin are put back
		"2026-10-25 01:30-03:30 The night of the clocks @ Hall <B> & C, Centre",
		"2026-10-26 02:00-03:00 Ships",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("khal does not show %q but\n%s", want, got)
		}
	}
	if !strings.Contains(got, "Ships @ Hall <B> & C, Centre, 1 Quay Street, Port Merrow CANCELLED") {
		t.Errorf("khal does not say that a session is cancelled:\n%s", got)
	}
}

// TestVdirsyncerFollowsTheProgramme: whoever subscribes to the address has each
// session once, and after the next version the changed ones anew.
func TestVdirsyncerFollowsTheProgramme(t *testing.T) {
	tool := foreign(t, "vdirsyncer", "Debian's vdirsyncer")
	second := conference(t, 2)
	second.Sessions[0].Start, second.Sessions[0].Sequence = second.Sessions[0].Start.Add(30*time.Minute), 1
	second.Sessions[1].Status, second.Sessions[1].Sequence, second.Sessions[1].Reason = forum.Cancelled, 1, forum.Text{"en": "Storm"}
	var now atomic.Pointer[[]byte]
	put := func(b []byte) { now.Store(&b) }
	put(calendar(conference(t, 1)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", feed.CalendarType)
		_, _ = w.Write(*now.Load())
	}))
	defer server.Close()
	home := t.TempDir()
	must(t, os.MkdirAll(home+"/cal", 0o700))
	config := home + "/vdirsyncer.conf"
	must(t, os.WriteFile(config, []byte("[general]\nstatus_path = \""+home+"/status\"\n[pair forum]\na = \"here\"\nb = \"there\"\ncollections = null\nconflict_resolution = \"b wins\"\n"+
		"[storage here]\ntype = \"filesystem\"\npath = \""+home+"/cal\"\nfileext = \".ics\"\n[storage there]\ntype = \"http\"\nurl = \""+server.URL+"/public/forum/2026/calendar.ics\"\n"), 0o600))
	sync := func() map[string]string {
		run(t, home, tool, "-c", config, "sync")
		files, err := filepath.Glob(home + "/cal/*.ics")
		must(t, err)
		all := map[string]string{}
		for _, f := range files {
			b, err := os.ReadFile(f)
			must(t, err)
			text := strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n ", "")
			for _, id := range []int{1, 2, 3, 4} { // by the address: of a web calendar this program makes the UIDs itself
				if strings.Contains(text, "URL:https://forum.example/public/forum/2026/session/"+string(sessionID(id))) {
					all[string(sessionID(id))] = text
				}
			}
		}
		if len(files) != 4 || len(all) != 4 {
			b, _ := os.ReadFile(files[0])
			t.Fatalf("%d files, %d sessions\n%s", len(files), len(all), b)
		}
		return all
	}
	run(t, home, tool, "-c", config, "discover")
	first := sync()
	put(calendar(second))
	next := sync()
	if !strings.Contains(next[string(sessionID(1))], "SEQUENCE:1") || !strings.Contains(next[string(sessionID(1))], "093000") || !strings.Contains(next[string(sessionID(1))], "BEGIN:VTIMEZONE") {
		t.Errorf("the moved session arrived as\n%s", next[string(sessionID(1))])
	}
	if !strings.Contains(next[string(sessionID(2))], "STATUS:CANCELLED") {
		t.Errorf("the cancelled session arrived as\n%s", next[string(sessionID(2))])
	}
	if first[string(sessionID(3))] != next[string(sessionID(3))] {
		t.Error("a session that did not change was sent anew")
	}
}

const icalScript = `
const m = require("ical.js"), ICAL = m.default || m, fs = require("fs");
const root = new ICAL.Component(ICAL.parse(fs.readFileSync(0, "utf8")));
for (const z of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(z);
const out = root.getAllSubcomponents("vevent").map(c => { const e = new ICAL.Event(c); return {
  uid: e.uid, title: e.summary, about: e.description || "", start: e.startDate.toUnixTime(), end: e.endDate.toUnixTime(),
  zone: e.startDate.zone.tzid, status: c.getFirstPropertyValue("status") }; });
console.log(JSON.stringify(out));
`

// TestIcalJSReadsTheProgramme: the parser of Thunderbird finds the moments that
// we meant, by the zones that the file itself describes, and the texts whole.
func TestIcalJSReadsTheProgramme(t *testing.T) {
	node := nodeModule(t, "ical.js")
	p := conference(t, 1)
	cmd := exec.CommandContext(t.Context(), node, "-e", icalScript)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(calendar(p)), os.Stderr
	b, err := cmd.Output()
	must(t, err)
	var got []struct {
		UID, Title, About, Zone, Status string
		Start, End                      int64
	}
	must(t, json.Unmarshal(b, &got))
	if len(got) != len(p.Sessions) {
		t.Fatalf("%d events", len(got))
	}
	for i, g := range got {
		s := p.Sessions[i]
		if !strings.HasPrefix(g.UID, string(s.ID)+"@") || g.Start != s.Start.Unix() || g.End != s.End.Unix() || g.Zone != p.ZoneName(&s) ||
			!strings.HasSuffix(g.Title, s.Title["en"]) || !strings.Contains(g.About, s.About["en"]) {
			t.Errorf("session %d was read as %+v; it begins at %d", i+1, g, s.Start.Unix())
		}
		if (g.Status == "CANCELLED") != (s.Status == forum.Cancelled) {
			t.Errorf("session %d is %s", i+1, g.Status)
		}
	}
}

const ajvScript = `
const Ajv = require("ajv"), fs = require("fs"), ajv = new (Ajv.default || Ajv)({strict: false, allErrors: true});
ajv.addMetaSchema(require("ajv/dist/refs/json-schema-draft-06.json"));
const formats = require("ajv-formats"); (formats.default || formats)(ajv);
const valid = ajv.compile(JSON.parse(fs.readFileSync(process.argv[1], "utf8")));
if (!valid(JSON.parse(fs.readFileSync(0, "utf8")))) { console.log(JSON.stringify(valid.errors, null, 1)); process.exit(1); }
`

// TestScheduleJSONIsValid holds schedule.json against its schema with ajv; and
// the schema against a file that is wrong, so that the check can fail.
func TestScheduleJSONIsValid(t *testing.T) {
	nodeModule(t, "ajv-formats")
	node := nodeModule(t, "ajv")
	b, err := feed.ScheduleJSON(conference(t, 1), written())
	must(t, err)
	check := func(b []byte) (string, error) {
		cmd := exec.CommandContext(t.Context(), node, "-e", ajvScript, "testdata/schedule/schema.json")
		cmd.Stdin = bytes.NewReader(b)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := check(b); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := check(bytes.Replace(b, []byte(`"guid"`), []byte(`"giud"`), 1)); err == nil || !strings.Contains(out, "guid") {
		t.Errorf("a wrong file passes: %v\n%s", err, out)
	}
}

// TestScheduleXMLIsValid holds schedule.xml against its schema with xmllint.
func TestScheduleXMLIsValid(t *testing.T) {
	tool := foreign(t, "xmllint", "Debian's libxml2-utils")
	b, err := feed.ScheduleXML(conference(t, 1), written())
	must(t, err)
	check := func(b []byte) (string, error) {
		cmd := exec.CommandContext(t.Context(), tool, "--noout", "--nonet", "--schema", "testdata/schedule/schedule.xml.xsd", "-")
		cmd.Stdin = bytes.NewReader(b)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := check(b); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, b)
	}
	if out, err := check(bytes.Replace(b, []byte("<duration>01:30"), []byte("<duration>an hour"), 1)); err == nil {
		t.Errorf("a wrong file passes: %s", out)
	}
}
