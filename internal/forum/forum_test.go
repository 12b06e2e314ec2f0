package forum

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

var start = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type desk struct {
	*Register
	log *record.Log
	at  time.Time
}

var (
	secretary = staff.Person{Pseudonym: "0123456789abcdef", Roles: []landbridge.Role{landbridge.Secretariat}}
	officer   = staff.Person{Pseudonym: "fedcba9876543210", Roles: []landbridge.Role{landbridge.Officer}}
)

func each(t *testing.T, f func(*testing.T, *desk)) {
	dbtest.Each(t, []db.Schema{record.Schema(), Schema()}, func(t *testing.T, d *db.DB) {
		keys, err := party.NewKeys("XF", start, rand.Reader)
		must(t, err)
		verifier, err := ledger.ParseVerifier(keys.Log.Public())
		must(t, err)
		x := &desk{at: start}
		clock := func() time.Time { return x.at }
		x.log, err = record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: clock, Random: rand.Reader})
		must(t, err)
		x.Register, err = New(Config{DB: d, Log: x.log, Clock: clock, Random: rand.Reader})
		must(t, err)
		f(t, x)
	})
}

func edition() *Edition {
	return &Edition{ID: "2026", Name: Text{"en": "2026 Conference", "zh": "2026年大会"}, Mode: Hybrid, City: Text{"en": "Port Merrow"}, Zone: "Asia/Shanghai",
		First: "2026-09-16", Last: "2026-09-18", Languages: []string{"en", "zh"}, Organiser: "XF", Shown: true}
}

func local(t testing.TB, zone, s string) time.Time {
	t.Helper()
	at, _, err := At(zone, s)
	must(t, err)
	return at
}

func talk(t testing.TB, title, room, from, to string, people ...landbridge.ID) Session {
	s := Session{Kind: Talk, Title: Text{"en": title}, Mode: OnSite, Room: room, Status: Confirmed, Language: "en",
		Start: local(t, "Asia/Shanghai", "2026-09-16T"+from), End: local(t, "Asia/Shanghai", "2026-09-16T"+to)}
	for _, p := range people {
		s.People = append(s.People, Seat{p, Speaks})
	}
	return s
}

// ready is an edition with a venue, two rooms and two speakers.
func ready(t *testing.T, d *desk) (ada, bo landbridge.ID) {
	t.Helper()
	must(t, d.SaveEdition(t.Context(), secretary, edition(), 0))
	a, err := d.Apply(t.Context(), secretary, "2026", Changes{
		Venues: []Venue{{ID: "centre", Name: Text{"en": "Conference Centre"}}},
		Rooms:  []Room{{ID: "hall-a", Venue: "centre", Name: Text{"en": "Hall A"}, Capacity: 300}, {ID: "hall-b", Venue: "centre", Name: Text{"en": "Hall B"}, Capacity: 50}},
		Parts:  []Part{{ID: "main", Name: Text{"en": "Main forum"}, Main: true}},
		Speakers: []Speaker{{Name: "Ada Merel", Available: []Window{{local(t, "Asia/Shanghai", "2026-09-16T08:00"), local(t, "Asia/Shanghai", "2026-09-16T12:00")}}},
			{Name: "Bo Tarn"}},
	})
	must(t, err)
	if len(a.Conflicts) > 0 || len(a.Speakers) != 2 {
		t.Fatalf("%+v", a)
	}
	return a.Speakers[0], a.Speakers[1]
}

func (d *desk) apply(t *testing.T, s ...Session) []landbridge.ID {
	t.Helper()
	a, err := d.Apply(t.Context(), secretary, "2026", Changes{Sessions: s})
	must(t, err)
	for _, c := range a.Conflicts {
		t.Fatal(c.Text)
	}
	return a.Sessions
}

// TestConflicts: what clashes is refused with a sentence, and changes nothing.
func TestConflicts(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ada, bo := ready(t, d)
		first := d.apply(t, talk(t, "Opening", "hall-a", "09:00", "10:30", ada))[0]
		online := talk(t, "Remote", "", "11:00", "12:00")
		online.Mode, online.Link = Online, "https://rooms.example/7"
		d.apply(t, online, talk(t, "Right after", "hall-a", "10:30", "11:00", ada, bo))
		wrong := func(change func(*Session)) Session {
			s := talk(t, "Second", "hall-b", "13:00", "14:00")
			change(&s)
			return s
		}
		for name, c := range map[string]struct {
			s     Session
			kind  string
			words string
		}{
			"room":       {talk(t, "Second", "hall-a", "10:00", "11:00"), ClashRoom, "room Hall A is taken by “Opening” (2026-09-16 09:00–10:30 Asia/Shanghai)"},
			"covered":    {talk(t, "Second", "hall-a", "08:00", "12:00"), ClashRoom, "choose another room or time"},
			"speaker":    {talk(t, "Second", "hall-b", "10:00", "11:00", ada), ClashSpeaker, "Ada Merel is in “Opening”"},
			"absent":     {talk(t, "Second", "hall-b", "11:30", "12:30", ada), ClashAbsent, "Ada Merel is not available for “Second”"},
			"outside":    {wrong(func(s *Session) { s.Start, s.End = s.Start.AddDate(0, 0, 3), s.End.AddDate(0, 0, 3) }), ClashOutside, "lies outside the edition, which lasts from 2026-09-16 to 2026-09-18"},
			"capacity":   {wrong(func(s *Session) { s.Capacity = 51 }), ClashCapacity, "is for 51 persons and room Hall B takes 50"},
			"no room":    {wrong(func(s *Session) { s.Room = "" }), ClashMode, "has no room"},
			"two places": {wrong(func(s *Session) { s.Mode = Online }), ClashMode, "is online and has a room"},
			"link":       {wrong(func(s *Session) { s.Mode, s.Link = Hybrid, "javascript:alert(1)" }), ClashForm, "begins with https://"},
			"control":    {wrong(func(s *Session) { s.Title = Text{"en": "a\x07b"} }), ClashForm, "control character"},
			"two lines":  {wrong(func(s *Session) { s.Title = Text{"en": "a\nb"} }), ClashForm, "on one line"},
			"turned":     {wrong(func(s *Session) { s.Title = Text{"en": "a\u202eb"} }), ClashForm, "control character"},
			"backwards":  {wrong(func(s *Session) { s.End = s.Start }), ClashForm, "ends after it begins"},
			"nowhere":    {wrong(func(s *Session) { s.Room = "hall-z" }), ClashMissing, "not in the programme"},
			"nobody":     {wrong(func(s *Session) { s.People = []Seat{{"01960000-0000-7000-8000-000000000000", Speaks}} }), ClashMissing, "names a speaker"},
		} {
			a, err := d.Apply(t.Context(), secretary, "2026", Changes{Sessions: []Session{c.s}})
			must(t, err)
			if len(a.Conflicts) == 0 || a.Conflicts[0].Kind != c.kind || !strings.Contains(a.Conflicts[0].Text, c.words) {
				t.Errorf("%s: %+v", name, a.Conflicts)
			}
			now, err := d.Draft(t.Context(), officer, "2026")
			must(t, err)
			c.s.ID, c.s.Edition = "01960000-0000-7000-8000-000000000099", "2026"
			if _, bad := now.Adding(Changes{Sessions: []Session{c.s}}); len(bad) == 0 || bad[0].Kind != c.kind { // the same, asked by an importer
				t.Errorf("%s, adding: %+v", name, bad)
			}
		}
		draft, err := d.Draft(t.Context(), officer, "2026")
		must(t, err)
		if len(draft.Sessions) != 3 {
			t.Errorf("a refused change left %d sessions", len(draft.Sessions))
		}
		// Both move in one change, into each other's place; and a cancelled session gives its room free.
		s, o := *draft.Session(first), *draft.Session(draft.Sessions[1].ID)
		s.Room, o.Room = "hall-b", "hall-b"
		d.apply(t, s, o)
		s.Status, s.Reason = Cancelled, Text{"en": "The speaker is ill."}
		d.apply(t, s)
		d.apply(t, talk(t, "Instead", "hall-b", "09:00", "10:30", ada))
		short := edition()
		short.First = "2026-09-17"
		if err := d.SaveEdition(t.Context(), secretary, short, 1); !fail.Is(err, fail.Conflict) || !strings.Contains(err.Error(), "outside") {
			t.Errorf("sessions fell out of the edition: %v", err)
		}
	})
}

// TestVersions: every version stays, the feed is what differs, and calendars
// are told by a number that rises only for what changed.
func TestVersions(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ada, bo := ready(t, d)
		if _, err := d.Publish(t.Context(), secretary, "2026", ""); !fail.Is(err, fail.Conflict) {
			t.Errorf("an empty programme: %v", err)
		}
		plan := talk(t, "Perhaps", "hall-b", "14:00", "15:00")
		plan.Status = Planned
		ids := d.apply(t, talk(t, "Opening", "hall-a", "09:00", "10:00", ada), talk(t, "Ports", "hall-a", "11:00", "12:00"), plan)
		if _, err := d.Publish(t.Context(), officer, "2026", ""); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer publishes: %v", err)
		}
		if _, err := d.Session(t.Context(), ids[0]); !fail.Is(err, fail.Missing) {
			t.Errorf("a draft is public: %v", err)
		}
		v, err := d.Publish(t.Context(), secretary, "2026", "First programme")
		must(t, err)
		if _, err := d.Publish(t.Context(), secretary, "2026", "Again"); !fail.Is(err, fail.Conflict) {
			t.Errorf("a version that says nothing new: %v", err)
		}
		one, err := d.Programme(t.Context(), "2026", 0)
		must(t, err)
		if v.Number != 1 || v.Sessions != 2 || len(one.Sessions) != 2 || len(one.Speakers) != 1 || one.Speakers[0].Available != nil {
			t.Errorf("%+v holds what is not for the public: %+v", v, one.Speakers)
		}
		if one.Session(ids[2]) != nil || one.Speaker(bo) != nil {
			t.Error("a plan, or a speaker of no session, is public")
		}
		d.at = start.Add(time.Hour)
		moved := *one.Session(ids[1])
		moved.Room, moved.Start, moved.End = "hall-b", moved.Start.Add(time.Hour), moved.End.Add(time.Hour)
		back := *one.Session(ids[0])
		back.Status = Planned
		if _, err := d.Apply(t.Context(), secretary, "2026", Changes{Sessions: []Session{back}}); !fail.Is(err, fail.Conflict) {
			t.Errorf("a published session is a plan again: %v", err)
		}
		if _, err := d.Apply(t.Context(), secretary, "2026", Changes{Remove: []Ref{{KindSession, string(ids[0])}}}); !fail.Is(err, fail.Conflict) {
			t.Errorf("a published session vanishes: %v", err)
		}
		d.apply(t, moved)
		_, err = d.Publish(t.Context(), secretary, "2026", "Ports moved")
		must(t, err)
		d.at = start.Add(2 * time.Hour)
		moved.Status, moved.Reason = Cancelled, Text{"en": "Storm."}
		d.apply(t, moved)
		_, err = d.Publish(t.Context(), secretary, "2026", "")
		must(t, err)
		d.checkFeed(t, ids)
	})
}

func (d *desk) checkFeed(t *testing.T, ids []landbridge.ID) {
	t.Helper()
	diffs, err := d.Changes(t.Context(), "2026")
	must(t, err)
	if len(diffs) != 3 || len(diffs[2].Changes) != 2 || diffs[2].Changes[0].What[0] != Added {
		t.Fatalf("%+v", diffs)
	}
	if c := diffs[1].Changes; len(c) != 1 || strings.Join(c[0].What, " ") != "moved placed form" || c[0].After.Sequence != 1 || !c[0].After.Changed.Equal(start.Add(time.Hour)) {
		t.Errorf("%+v", c[0])
	}
	if c := diffs[0].Changes; len(c) != 1 || strings.Join(c[0].What, " ") != Called || c[0].After.Sequence != 2 {
		t.Errorf("%+v", c)
	}
	s, err := d.Session(t.Context(), ids[0])
	must(t, err)
	if s.Sequence != 0 || !s.Changed.Equal(start) {
		t.Errorf("what did not change has a new number: %+v", s)
	}
	old, err := d.Programme(t.Context(), "2026", 1)
	must(t, err)
	if old.Session(ids[1]).Room != "hall-a" || old.Session(ids[1]).Status != Confirmed {
		t.Errorf("version 1 changed: %+v", old.Session(ids[1]))
	}
	facts, err := d.log.Facts(t.Context(), 0, 100)
	must(t, err)
	n := 0
	for _, f := range facts {
		if f.Kind == "forum.published" {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%d facts of three versions are in the log", n)
	}
}

// TestTamperedVersion: a version that is not what its digest says is not shown.
func TestTamperedVersion(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ready(t, d)
		d.apply(t, talk(t, "Opening", "hall-a", "09:00", "10:00"))
		_, err := d.Publish(t.Context(), secretary, "2026", "")
		must(t, err)
		must(t, d.c.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE forum_version SET body = $1`, []byte(`{}`))
			return err
		}))
		if _, err := d.Programme(t.Context(), "2026", 0); err == nil || fail.KindOf(err) != fail.Internal {
			t.Errorf("a changed version is shown: %v", err)
		}
	})
}

// TestSeen: nobody overwrites what somebody else changed meanwhile.
func TestSeen(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ready(t, d)
		id := d.apply(t, talk(t, "Opening", "hall-a", "09:00", "10:00"))[0]
		draft, err := d.Draft(t.Context(), secretary, "2026")
		must(t, err)
		ref := Ref{KindSession, string(id)}
		c := Changes{Sessions: []Session{*draft.Session(id)}, Seen: map[Ref]int64{ref: draft.Seen[ref]}}
		_, err = d.Apply(t.Context(), secretary, "2026", c)
		must(t, err)
		if _, err = d.Apply(t.Context(), secretary, "2026", c); !fail.Is(err, fail.Conflict) {
			t.Errorf("an older state overwrites a newer: %v", err)
		}
		if err := d.SaveEdition(t.Context(), secretary, edition(), 0); !fail.Is(err, fail.Conflict) {
			t.Errorf("an edition entered twice: %v", err)
		}
		if err := d.SaveEdition(t.Context(), secretary, &Edition{ID: "2017", Name: Text{"en": "x"}, Mode: Online, Zone: "UTC", First: "2017-01-01", Last: "2017-01-01"}, 0); !fail.Is(err, fail.Conflict) {
			t.Errorf("history is overwritten: %v", err)
		}
	})
}

// TestHistory holds the data of the editions against what is known of them.
func TestHistory(t *testing.T) {
	all, err := History()
	must(t, err)
	var ids []string
	outcomes := 0
	for _, e := range all {
		ids = append(ids, e.ID)
		outcomes += len(e.Outcomes)
		if !e.Shown || e.Phase(start) != Past {
			t.Errorf("%s: %+v", e.ID, e)
		}
	}
	if s := strings.Join(ids, " "); s != "2015 2016 2017 2018 2020 2022-roundtable 2022 2023 2024 2025" {
		t.Error(s)
	}
	if outcomes != 19 {
		t.Errorf("%d outcomes", outcomes)
	}
	if e := Current(all, start); e.ID != "2025" {
		t.Errorf("current: %s", e.ID)
	}
	if e := Current(append(all, edition()), start); e.ID != "2026" {
		t.Errorf("current: %s", e.ID)
	}
	for _, e := range all {
		if e.ID == "2022" && (e.Dated() || e.Days() != nil) {
			t.Error("2022 is known by its month alone")
		}
		if e.ID == "2025" && strings.Join(e.Days(), " ") != "2025-09-16 2025-09-17 2025-09-18" {
			t.Error(e.Days())
		}
	}
}

// TestLocalTime: a time that the clocks skip is refused, one that they show
// twice is the first.
func TestLocalTime(t *testing.T) {
	for _, c := range []struct{ zone, local, want string }{
		{"Asia/Shanghai", "2026-09-16T09:30", "2026-09-16T01:30:00Z"},
		{"Europe/Paris", "2026-03-29T02:30", "the clocks are put forward"},
		{"Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30:00Z twice"},
		{"Australia/Lord_Howe", "2026-10-04T02:15", "the clocks are put forward"},
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z twice"},
		{"Local", "2026-09-16T09:30", "a time zone has a name"},
		{"Mars/Olympus", "2026-09-16T09:30", "there is no time zone"},
		{"UTC", "yesterday", "is not a time such as"},
	} {
		at, twice, err := At(c.zone, c.local)
		got := at.Format(time.RFC3339)
		if twice {
			got += " twice"
		}
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %s", c.zone, c.local, got)
		}
	}
}

func FuzzParseEdition(f *testing.F) {
	b, err := editions.ReadFile("edition/2024.yaml")
	must(f, err)
	f.Add(b)
	f.Add([]byte("id: x\nfirst: 2022-11\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEdition(b)
		if err != nil {
			return
		}
		if from, to := e.Span(); !to.After(from) {
			t.Errorf("%v–%v", from, to)
		}
	})
}

func FuzzParseProgramme(f *testing.F) {
	b, err := canon.Encode(&Programme{Format: programmeFormat, Edition: edition(), Venues: []Venue{{ID: "v", Name: Text{"en": "V"}}}})
	must(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseProgramme(b)
		if err == nil && len(p.Conflicts()) > 0 {
			t.Errorf("%+v", p.Conflicts())
		}
	})
}

// TestDaysUntil: midnight of the place counts, not spans of 24 hours.
func TestDaysUntil(t *testing.T) {
	e := &Edition{ID: "haldvik", Name: Text{"en": "Haldvik"}, Mode: OnSite, Zone: "Europe/Helsinki", First: "2026-12-02", Last: "2026-12-04"}
	must(t, e.Check())
	for now, want := range map[string]int{"2026-11-22T21:59:00Z": 10, "2026-11-22T22:01:00Z": 9, "2026-12-01T21:59:00Z": 1, "2026-12-01T22:00:00Z": 0, "2027-01-01T00:00:00Z": 0} {
		at, err := time.Parse(time.RFC3339, now)
		must(t, err)
		if got := e.DaysUntil(at); got != want {
			t.Errorf("on %s: %d, want %d", now, got, want)
		}
	}
}
