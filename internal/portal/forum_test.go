package portal

import (
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

func conferenceDay() time.Time { return time.Date(2026, 10, 25, 10, 45, 0, 0, time.UTC) }

// conferences are the editions of the history, and one with a programme of two
// versions whose texts are hostile.
type conferences struct{}

func (conferences) Editions(context.Context) ([]*forum.Edition, error) {
	all, err := forum.History()
	return append(all, conference(3).Edition), err
}

func (c conferences) Programme(_ context.Context, edition string, version int64) (*forum.Programme, error) {
	switch {
	case edition == "2026" && version == 1:
		p := conference(3)
		p.Version, p.Sessions = 1, p.Sessions[1:]
		p.Sessions[0].Title = forum.Text{"en": "Before"}
		p.Sessions[1].Status, p.Sessions[1].Start = forum.Confirmed, p.Sessions[1].Start.Add(-time.Hour)
		return p, nil
	case edition == "2026":
		return conference(3), nil
	}
	return nil, fail.New(fail.Missing, "none")
}

func (conferences) Versions(context.Context, string) ([]forum.Version, error) {
	return []forum.Version{{Edition: "2026", Number: 2, Note: "<b>notice", Sessions: 3, At: conferenceDay()}, {Edition: "2026", Number: 1, Sessions: 2, At: conferenceDay().Add(-time.Hour)}}, nil
}

func (c conferences) Changes(ctx context.Context, edition string) ([]forum.Diff, error) {
	all, err := c.Versions(ctx, edition)
	if err != nil {
		return nil, err
	}
	first, err := c.Programme(ctx, edition, 1)
	if err != nil {
		return nil, err
	}
	now := conference(3)
	return []forum.Diff{{Version: all[0], From: first, To: now, Changes: forum.Compare(first, now)}, {Version: all[1], To: first, Changes: forum.Compare(nil, first)}}, nil
}

func conferenceID(n int) landbridge.ID {
	return landbridge.ID(fmt.Sprintf("01960000-0000-7000-8000-%012d", n))
}

// conference is a programme of n sessions: the first three by hand, the others alike.
func conference(n int) *forum.Programme {
	e := &forum.Edition{ID: "2026", Name: forum.Text{"en": "2026 Conference", "ar": "مؤتمر 2026"}, Theme: forum.Text{"en": "<script>alert(1)</script>"}, Mode: forum.Hybrid,
		City: forum.Text{"en": "Port Merrow"}, Zone: "Europe/Paris", First: "2026-10-24", Last: "2026-10-26", Shown: true}
	if err := e.Check(); err != nil {
		panic(err)
	}
	day := func(hour, minute int) time.Time { return time.Date(2026, 10, 24, hour, minute, 0, 0, time.UTC) }
	p := &forum.Programme{Edition: e, Version: 2, Made: conferenceDay(),
		Venues: []forum.Venue{{ID: "v", Name: forum.Text{"en": "Centre"}, Address: forum.Text{"en": "1 Quay <em>Street"}}},
		Rooms:  []forum.Room{{ID: "a", Venue: "v", Name: forum.Text{"en": "Hall A"}, Capacity: 1200}, {ID: "b", Venue: "v", Name: forum.Text{"en": "Hall <img src=x>"}, Capacity: 50}},
		Parts:  []forum.Part{{ID: "main", Name: forum.Text{"en": "Main forum"}, Main: true}, {ID: "ports", Name: forum.Text{"en": "Ports"}}},
		Tracks: []forum.Track{{ID: "x", Name: forum.Text{"en": "Port-city security"}}, {ID: "y", Name: forum.Text{"en": "Freight trains"}}},
		Speakers: []forum.Speaker{{ID: conferenceID(90), Name: "Ada Merel", Original: "阿达", Title: forum.Text{"en": "Director"}, Organisation: forum.Text{"en": "Azuria"}, Party: "XA"},
			{ID: conferenceID(91), Name: "<b>notice</b>", About: forum.Text{"en": "<h6>"}}},
		Sessions: []forum.Session{
			{ID: conferenceID(1), Edition: "2026", Number: 1, Kind: forum.Plenary, Part: "main", Track: "x", Mode: forum.OnSite, Room: "a", Status: forum.Confirmed, Language: "en",
				Interpreted: []string{"zh", "ar"}, Title: forum.Text{"en": "Opening of the ports", "fr": "Ouverture"}, About: forum.Text{"en": "One\n\n<script>two"},
				Start: day(7, 0), End: day(8, 30), People: []forum.Seat{{Speaker: conferenceID(90), Role: forum.Chairs}, {Speaker: conferenceID(91), Role: forum.Speaks}}, Changed: conferenceDay()},
			{ID: conferenceID(2), Edition: "2026", Number: 2, Kind: forum.Talk, Part: "ports", Mode: forum.Online, Link: "https://rooms.example/7", Zone: "Asia/Shanghai",
				Status: forum.Confirmed, Title: forum.Text{"en": "=HYPERLINK(1) <u>CC"}, Start: day(35, 0), End: day(36, 0), Sequence: 1, Changed: conferenceDay()},
			{ID: conferenceID(3), Edition: "2026", Number: 3, Kind: forum.Workshop, Part: "ports", Track: "y", Mode: forum.OnSite, Room: "b", Status: forum.Cancelled,
				Reason: forum.Text{"en": "Storm <i>1"}, Title: forum.Text{"en": "Ships"}, Start: day(56, 0), End: day(57, 0), Changed: conferenceDay()},
		}}
	for i := 3; i < n; i++ {
		s := p.Sessions[0]
		s.ID, s.Number, s.Title, s.Kind = conferenceID(100+i), int64(i+1), forum.Text{"en": fmt.Sprintf("Session %d: %x", i, sha256.Sum256([]byte{byte(i), byte(i >> 8)}))[:60]}, forum.Talk
		s.Start, s.End = day(7+24*(i%3), i%600), day(8+24*(i%3), i%600)
		p.Sessions = append(p.Sessions, s)
	}
	return p
}

// TestForum: the pages say what is so, and the files are what they claim.
func TestForum(t *testing.T) {
	h := newPortal(t)
	for address, want := range map[string][]string{
		"2025/":                         {"more than 800", "176", "in one document alone", "A single public document on this edition"},
		"2022/":                         {"November 2022"},
		"editions":                      {"Three Ones", "Security of cross-border freight trains", "No figures are documented."},
		"2026/programme?day=2026-10-24": {"09:00–10:30", "1 session ", "Ada Merel"},
		"2026/programme?day=2026-10-24&zone=Asia/Shanghai":  {"15:00–16:30", "Times as in Asia/Shanghai"},
		"2026/session/1?zone=America/New_York":              {"24 October 2026, 09:00–10:30", "24 October 2026, 03:00–04:30", "1,200"},
		"2026/session/01960000-0000-7000-8000-000000000002": {"19:00–20:00", "Asia/Shanghai", "to rooms.example"},
		"2026/session/3":              {"Cancelled", "Storm"},
		"2026/changes":                {"New title", "Cancelled, New time", "<del>26 October 2026, 08:00–10:00"},
		"2026/calendar.ics":           {"BEGIN:VTIMEZONE", "STATUS:CANCELLED", "SEQUENCE:1", "@xf.landbridge"},
		"2026/calendar.ics?part=main": {"SUMMARY;LANGUAGE=en:Opening of the ports"},
		"2026/programme.csv":          {"\ufeffnumber,id,", `'=HYPERLINK(1)`},
		"2026/schedule.json":          {`"acronym": "gpscfl2026"`, `"url": "https://forum.example/public/forum/2026/session/01960000`},
		"2026/changes.atom?lang=fr":   {"Ouverture", `xml:lang="fr"`},
	} {
		w := get(t, h, forumPath+address, "Accept-Language", "en")
		if w.Code != http.StatusOK {
			t.Errorf("%s answers %d", address, w.Code)
		}
		for _, words := range want {
			if !strings.Contains(w.Body.String(), words) {
				t.Errorf("%s does not say %q", address, words)
			}
		}
	}
	var any struct{ XMLName xml.Name }
	for _, f := range []string{"schedule.xml", "changes.atom"} {
		if err := xml.Unmarshal(get(t, h, forumPath+"2026/"+f).Body.Bytes(), &any); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
	for address, want := range map[string]int{"2026/session/99": 404, "2014/": 404, "2025/programme": 404, "2026/session/2/join": 303, "2026/session/1/join": 404, "2026/session/3/join": 404} {
		w := get(t, h, forumPath+address)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", address, w.Code, want)
		}
	}
	if to := get(t, h, forumPath+"2026/session/2/join").Header().Get("Location"); to != "https://rooms.example/7" {
		t.Error(to)
	}
	if page := get(t, h, forumPath).Body.String(); !strings.Contains(page, "<h1>2026 Conference") {
		t.Error("the way in does not show the current edition")
	}
}

// BenchmarkProgramme renders a programme of 500 sessions whole, and says how many bytes leave.
func BenchmarkProgramme(b *testing.B) {
	p := conference(500)
	h := largePortal(b, p)
	for b.Loop() {
		w := get(b, h, forumPath+"2026/programme?day=all", "Accept-Encoding", "gzip")
		b.ReportMetric(float64(w.Body.Len()), "bytes")
	}
}

type fixed struct {
	conferences
	p *forum.Programme
}

func (f fixed) Programme(context.Context, string, int64) (*forum.Programme, error) { return f.p, nil }

func largePortal(t testing.TB, p *forum.Programme) http.Handler {
	t.Helper()
	return portalWith(t, fixed{p: p})
}

// TestLargeProgramme: all of 500 sessions in one page is under 100 kB, unpacked;
// without a choice, the page opens on one day.
func TestLargeProgramme(t *testing.T) {
	h := largePortal(t, conference(500))
	all := get(t, h, forumPath+"2026/programme?day=all", "Accept-Encoding", "gzip").Body.Len()
	whole := get(t, h, forumPath+"2026/programme?day=all").Body
	t.Logf("500 sessions: %d bytes, %d as sent", whole.Len(), all)
	if strings.Count(whole.String(), "<li><b>") != 500 || whole.Len() > 100_000 {
		t.Errorf("%d sessions, %d bytes", strings.Count(whole.String(), "<li><b>"), whole.Len())
	}
	one := get(t, h, forumPath+"2026/programme").Body
	if n := strings.Count(one.String(), "<li><b>"); n > 170 || n < 100 || one.Len() > 100_000 {
		t.Errorf("the first day: %d sessions, %d bytes", n, one.Len())
	}
}
