package feed

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"landbridge.example"
	"landbridge.example/internal/contentline"
	"landbridge.example/internal/forum"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var made = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func options() Options {
	return Options{Base: "https://forum.example/public/forum/2026/", Host: "xf.landbridge", Language: "en", Name: "Landbridge"}
}

func id(n int) landbridge.ID { return landbridge.ID(fmt.Sprintf("01960000-0000-7000-8000-%012d", n)) }

func at(t testing.TB, zone, s string) time.Time {
	t.Helper()
	x, _, err := forum.At(zone, s)
	must(t, err)
	return x
}

// programme is a version with what makes feeds go wrong: several scripts, long
// texts, texts that look like formulas or lines, two zones, a cancellation.
func programme(t testing.TB) *forum.Programme {
	p := &forum.Programme{Format: "landbridge-programme/1", Version: 3, Made: made,
		Edition:  &forum.Edition{ID: "2026", Name: forum.Text{"en": "2026 Conference"}, Mode: forum.Hybrid, Zone: "Europe/Paris", First: "2026-10-24", Last: "2026-10-26", Shown: true},
		Venues:   []forum.Venue{{ID: "v", Name: forum.Text{"en": "Centre; north, wing"}}},
		Rooms:    []forum.Room{{ID: "a", Venue: "v", Name: forum.Text{"en": "Hall"}, Capacity: 100}, {ID: "b", Venue: "v", Name: forum.Text{"en": "Hall"}, Capacity: 50}},
		Parts:    []forum.Part{{ID: "main", Name: forum.Text{"en": "Main forum"}, Main: true}},
		Tracks:   []forum.Track{{ID: "ports", Name: forum.Text{"en": "Ports"}}},
		Speakers: []forum.Speaker{{ID: id(91), Name: "Ada Merel"}},
		Sessions: []forum.Session{
			{ID: id(1), Number: 1, Edition: "2026", Kind: forum.Plenary, Part: "main", Track: "ports", Mode: forum.OnSite, Room: "a", Status: forum.Confirmed, Language: "en",
				Title: forum.Text{"en": "Opening; BEGIN:VEVENT", "zh": "开幕式"}, About: forum.Text{"en": "One\nEND:VEVENT\n" + strings.Repeat("分论坛：数据安全 الأمن ", 20) + "."},
				Start: at(t, "Europe/Paris", "2026-10-24T09:00"), End: at(t, "Europe/Paris", "2026-10-24T10:30"), People: []forum.Seat{{Speaker: id(91), Role: forum.Speaks}}, Changed: made},
			{ID: id(2), Number: 2, Edition: "2026", Kind: forum.Talk, Mode: forum.Online, Link: "https://rooms.example/7", Zone: "Asia/Shanghai", Status: forum.Confirmed,
				Title: forum.Text{"en": "=1+1"}, Start: at(t, "Asia/Shanghai", "2026-10-25T18:00"), End: at(t, "Asia/Shanghai", "2026-10-25T19:00"), Sequence: 2, Changed: made},
			{ID: id(3), Number: 3, Edition: "2026", Kind: forum.Talk, Mode: forum.OnSite, Room: "b", Status: forum.Cancelled, Reason: forum.Text{"en": "Storm."},
				Title: forum.Text{"en": "Ships"}, Start: at(t, "Europe/Paris", "2026-10-26T09:00"), End: at(t, "Europe/Paris", "2026-10-26T10:00"), Sequence: 1, Changed: made},
		}}
	must(t, p.Edition.Check())
	for _, c := range p.Conflicts() {
		t.Fatal(c.Text)
	}
	return p
}

// TestCalendar reads what is written with the general reader of lines, and with
// our own reader of calendars.
func TestCalendar(t *testing.T) {
	p := programme(t)
	b := Calendar(p, p.Select(forum.Filter{}), options())
	for _, line := range strings.SplitAfter(string(b), "\r\n") {
		if len(line) > 77 || strings.Contains(strings.TrimSuffix(line, "\r\n"), "\n") {
			t.Errorf("a line of %d bytes, or without CR: %q", len(line), line)
		}
	}
	lines, err := contentline.Parse(string(b))
	must(t, err)
	count, zones := map[string]int{}, map[string]bool{}
	for _, l := range lines {
		count[l.Name+":"+l.Value]++
		if l.Name == "TZID" {
			zones[l.Value] = true
		}
	}
	for want, n := range map[string]int{"BEGIN:VEVENT": 3, "END:VEVENT": 3, "STATUS:CANCELLED": 1, "SEQUENCE:2": 1, "UID:" + string(id(1)) + "@xf.landbridge": 1,
		`SUMMARY:Opening\; BEGIN:VEVENT`: 1, "TZOFFSETTO:+0100": 2, "TZOFFSETTO:+0200": 2, "TZOFFSETTO:+0800": 1, "DTSTART:20261025T030000": 1} {
		if count[want] != n {
			t.Errorf("%d of %s, want %d", count[want], want, n)
		}
	}
	for _, l := range lines {
		for _, x := range l.Params {
			if x.Name == "TZID" && !zones[x.Value] {
				t.Errorf("zone %s is named and not described", x.Value)
			}
		}
	}
	f, err := ParseCalendar(b, "UTC")
	must(t, err)
	if len(f.Events) != 3 || len(f.Notes) != 0 {
		t.Fatalf("%+v", f)
	}
	for i, e := range f.Events {
		if s := p.Sessions[i]; !e.Start.Equal(s.Start) || !e.End.Equal(s.End) || e.Cancelled != (s.Status == forum.Cancelled) {
			t.Errorf("%+v is read as %+v", s, e)
		}
	}
}

// TestZone holds a described zone against the zone itself, hour by hour.
func TestZone(t *testing.T) {
	for _, name := range []string{"Europe/Paris", "Asia/Shanghai", "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata", "Africa/Casablanca"} {
		z, err := forum.Zone(name)
		must(t, err)
		from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		w := new(contentline.Writer)
		Zone(w, name, z, from, to)
		lines, err := contentline.Parse(w.String())
		must(t, err)
		type rule struct {
			begins time.Time
			to     int
		}
		var rules []rule
		var local string
		var before int
		for _, l := range lines {
			switch l.Name {
			case "DTSTART":
				local = l.Value
			case "TZOFFSETFROM":
				before = seconds(t, l.Value)
			case "TZOFFSETTO":
				begins, err := time.ParseInLocation(icalLocal, local, time.FixedZone("", before))
				must(t, err)
				rules = append(rules, rule{begins, seconds(t, l.Value)})
			}
		}
		for x := from; x.Before(to); x = x.Add(time.Hour) {
			_, want := x.In(z).Zone()
			got := -1
			for _, r := range rules {
				if !r.begins.After(x) {
					got = r.to
				}
			}
			if got != want {
				t.Errorf("%s at %s: %d, want %d", name, x, got, want)
				break
			}
		}
	}
}

func seconds(t testing.TB, s string) int {
	x, err := time.Parse("-0700", s)
	must(t, err)
	_, n := x.Zone()
	return n
}

// TestCalendarZones: a time that names no zone is never shifted in silence.
func TestCalendarZones(t *testing.T) {
	text := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Floating\r\nDTSTART:20260916T090000\r\nDURATION:PT1H30M\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:b\r\nSUMMARY:Foreign\r\nDTSTART;TZID=China Standard Time:20260916T090000\r\nDTEND;TZID=Asia/Shanghai:20260916T100000\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:c\r\nSUMMARY:Gap\r\nDTSTART;TZID=Europe/Paris:20260329T023000\r\nDTEND:20260329T043000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	f, err := ParseCalendar([]byte(text), "Asia/Shanghai")
	must(t, err)
	want := at(t, "Asia/Shanghai", "2026-09-16T09:00")
	if !f.Events[0].Start.Equal(want) || f.Events[0].End.Sub(want) != 90*time.Minute || !f.Events[1].Start.Equal(want) || !f.Events[2].Start.IsZero() {
		t.Errorf("%+v", f.Events)
	}
	all := fmt.Sprint(f.Notes)
	for _, words := range []string{"at a time without a zone", "that has no IANA name", "put forward", "repeats"} {
		if !strings.Contains(all, words) {
			t.Errorf("the report does not say %q: %s", words, all)
		}
	}
}

// TestSchedule checks schedule.json against what its schema demands, and takes
// both files back in: nothing is different.
func TestSchedule(t *testing.T) {
	p := programme(t)
	j, err := ScheduleJSON(p, options())
	must(t, err)
	x, err := ScheduleXML(p, options())
	must(t, err)
	var s scheduleFile
	d := json.NewDecoder(bytes.NewReader(j))
	d.DisallowUnknownFields()
	must(t, d.Decode(&s))
	c := s.Schedule.Conference
	if !regexp.MustCompile(`^[a-z0-9_-][a-z0-9_]{3,}(-2[0-9]{3}-[a-z]+)?$`).MatchString(c.Acronym) || c.Days != 3 || len(c.Schedule) != 3 || len(c.Rooms) != 3 {
		t.Errorf("%+v", c)
	}
	n := 0
	for _, day := range c.Schedule {
		for name, all := range day.Rooms {
			for _, e := range all {
				n++
				if e.Room != name || !regexp.MustCompile(`^[a-z0-9_]{4,}-[a-z0-9\-_]{4,}$`).MatchString(e.Slug) || e.Persons == nil || e.Links == nil || e.ID < 1 {
					t.Errorf("%+v", e)
				}
			}
		}
	}
	if n != 2 {
		t.Errorf("%d sessions of two that take place", n)
	}
	for _, b := range [][]byte{j, x} {
		f, err := ParseSchedule(b)
		must(t, err)
		changes, report, err := Plan(f, p, taking())
		must(t, err)
		if report.Same != 2 || report.New != 0 || report.Changed != 0 || report.LeftOut != 0 || len(changes.Sessions) != 0 {
			t.Errorf("our own %s changes something: %+v %+v", f.Kind, report, changes)
		}
	}
}

func taking() Import {
	return Import{Venue: "v", Capacity: 80, Language: "en", Status: forum.Planned, Now: made, Random: rand.Reader}
}

func draft(t testing.TB) *forum.Programme {
	e := &forum.Edition{ID: "2026", Name: forum.Text{"en": "2026 Conference"}, Mode: forum.OnSite, Zone: "Asia/Shanghai", First: "2026-09-16", Last: "2026-09-18"}
	must(t, e.Check())
	return &forum.Programme{Edition: e, Venues: []forum.Venue{{ID: "v", Name: forum.Text{"en": "Centre"}}}}
}

// TestImport: another system's file comes in, what cannot stand is left out
// with its reason, and the same file again changes nothing.
func TestImport(t *testing.T) {
	b, err := os.ReadFile("testdata/other.json")
	must(t, err)
	f, err := ParseSchedule(b)
	must(t, err)
	d := draft(t)
	changes, report, err := Plan(f, d, taking())
	must(t, err)
	if report.New != 2 || report.LeftOut != 3 || len(changes.Rooms) != 2 || len(changes.Tracks) != 1 || len(changes.Speakers) != 2 {
		t.Errorf("%+v\n%+v", report, changes)
	}
	all := fmt.Sprint(report.Lines)
	for _, words := range []string{"room Quay Room is taken by “Reading a manifest”", "no title or no time", "lies outside the edition", "held control characters", "is a new room"} {
		if !strings.Contains(all, words) {
			t.Errorf("the report does not say %q: %s", words, all)
		}
	}
	next := d.With(*changes)
	if bad := next.Conflicts(); len(bad) > 0 {
		t.Error(bad[0].Text)
	}
	for _, name := range []string{"testdata/other.json", "testdata/other.xml"} {
		b, err := os.ReadFile(name)
		must(t, err)
		f, err := ParseSchedule(b)
		must(t, err)
		again, report, err := Plan(f, next, taking())
		must(t, err)
		if report.New != 0 || report.Changed != 0 || report.Same == 0 || len(again.Speakers) > 0 {
			t.Errorf("%s again: %+v", name, report)
		}
	}
}

// TestTables: a formula is text in both tables, and a byte order mark stands first.
func TestTables(t *testing.T) {
	p := programme(t)
	rows := Table(p, p.Select(forum.Filter{}), options())
	b, err := CSV(rows)
	must(t, err)
	if !bytes.HasPrefix(b, []byte("\ufeff")) {
		t.Error("no byte order mark")
	}
	back, err := csv.NewReader(bytes.NewReader(b[3:])).ReadAll()
	must(t, err)
	if len(back) != 4 || back[2][7] != "'=1+1" {
		t.Errorf("%q", back[2][7])
	}
	for _, evil := range []string{"=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\x00=1", "＝1", "|calc"} {
		b, err := CSV([][]string{{evil}})
		must(t, err)
		if got := string(b); !strings.HasPrefix(got, "\ufeff'") {
			t.Errorf("%q stays %q", evil, got)
		}
	}
	w, err := XLSX("Programme", rows)
	must(t, err)
	x, err := excelize.OpenReader(bytes.NewReader(w))
	must(t, err)
	defer x.Close()
	value, err := x.GetCellValue("Programme", "H3")
	must(t, err)
	formula, err := x.GetCellFormula("Programme", "H3")
	must(t, err)
	if value != "=1+1" || formula != "" {
		t.Errorf("%q %q", value, formula)
	}
}

// TestAtom: the feed is well formed, and its ids are there once.
func TestAtom(t *testing.T) {
	p := programme(t)
	before := *p
	before.Sessions = nil
	before.Sessions = append(before.Sessions, p.Sessions[1:]...)
	before.Sessions[0].Title = forum.Text{"en": "Earlier \x0b name"}
	diffs := []forum.Diff{{Version: forum.Version{Number: 3, At: made}, From: &before, To: p, Changes: forum.Compare(&before, p)},
		{Version: forum.Version{Number: 2, At: made.Add(-time.Hour), Sessions: 2}, To: &before, Changes: forum.Compare(nil, &before)}}
	b, err := Atom(p.Edition, diffs, options(), Words{Title: "Changes", Author: "XF", Kind: func(k string) string { return "<" + k + ">" },
		First: func(v, n int64) string { return fmt.Sprintf("Version %d: %d sessions", v, n) },
		When:  func(p *forum.Programme, s *forum.Session) string { return p.ZoneName(s) }})
	must(t, err)
	var f Feed
	must(t, xml.Unmarshal(b, &f))
	ids := map[string]bool{}
	for _, e := range f.Entries {
		if ids[e.ID] {
			t.Errorf("%s twice", e.ID)
		}
		ids[e.ID] = true
	}
	if len(f.Entries) != 3 || f.Entries[0].Title != "<added>: Opening; BEGIN:VEVENT" || f.Entries[1].Title != "<renamed>: =1+1" || f.Entries[2].Title != "Version 2: 2 sessions" {
		t.Errorf("%+v", f.Entries)
	}
}

func FuzzParseCalendar(f *testing.F) {
	p := programme(f)
	f.Add(Calendar(p, p.Select(forum.Filter{}), options()))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nDURATION:P1DT99999999999999H\nEND:VEVENT\nEND:VCALENDAR"))
	d := draft(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := ParseCalendar(b, "Asia/Shanghai")
		if err == nil {
			planned(t, file, d)
		}
	})
}

func FuzzParseSchedule(f *testing.F) {
	for _, name := range []string{"testdata/other.json", "testdata/other.xml"} {
		b, err := os.ReadFile(name)
		must(f, err)
		f.Add(b)
	}
	d := draft(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := ParseSchedule(b)
		if err == nil {
			planned(t, file, d)
		}
	})
}

// planned checks that whatever a file says, what is taken of it stands.
func planned(t *testing.T, f *File, d *forum.Programme) {
	changes, _, err := Plan(f, d, taking())
	must(t, err)
	if bad := d.With(*changes).Conflicts(); len(bad) > 0 {
		t.Error(bad[0].Text)
	}
}
