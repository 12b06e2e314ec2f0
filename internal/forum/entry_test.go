package forum

import (
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

const entryID = landbridge.ID("01960000-0000-7000-8000-0000000000e1")

// TestPlaceEntry: an accepted entry becomes one session, with its people; what
// clashes is refused and changes nothing, and a second time is refused.
func TestPlaceEntry(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ada, _ := ready(t, d)
		ctx := t.Context()
		entry := &Entry{ID: entryID, Edition: "2026", Title: "Corridors\nand trust", About: "How trains\r\nare guarded.\x07", Minutes: 45, Seats: 40,
			People: []Named{{"ada  merel", "Azur University"}, {"Cy Orel", "Line Institute"}}, Event: true, Mode: Hybrid}
		var no error
		d.c.Entry = func(_ *db.Tx, _ staff.Person, id landbridge.ID) (*Entry, error) {
			if id != entryID {
				return nil, fail.New(fail.Missing, "there is no such entry")
			}
			return entry, no
		}
		d.apply(t, talk(t, "Opening", "hall-a", "09:00", "10:30"))

		e, err := d.Opened(ctx, secretary, entryID)
		must(t, err)
		s := e.Session(edition(), "")
		if s.Title["en"] != "Corridors and trust" || s.About["en"] != "How trains\nare guarded." || s.Kind != Panel || s.Mode != Hybrid || s.Capacity != 40 ||
			s.End.Sub(s.Start).Minutes() != 45 || s.Status != Planned || s.check() == nil {
			t.Errorf("prefilled: %+v", s)
		}
		place := func(who staff.Person, of, room, from, to string, people ...string) (*Applied, error) {
			s.Room, s.Start, s.End = room, local(t, "Asia/Shanghai", "2026-09-16T"+from), local(t, "Asia/Shanghai", "2026-09-16T"+to)
			return d.PlaceEntry(ctx, who, of, Placement{Entry: entryID, Session: s, People: people})
		}
		if _, err := place(officer, "2026", "hall-a", "11:00", "12:00"); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer placed an entry: %v", err)
		}
		if _, err := place(secretary, "2025", "hall-a", "11:00", "12:00"); !fail.Is(err, fail.Invalid) || !strings.Contains(err.Error(), "belongs to edition 2026") {
			t.Errorf("into another edition: %v", err)
		}
		if _, err := place(secretary, "2026", "hall-a", "11:00", "12:00", "Nobody"); !fail.Is(err, fail.Invalid) || !strings.Contains(err.Error(), "names nobody called Nobody") {
			t.Errorf("a name that the entry does not have: %v", err)
		}
		no = fail.New(fail.Conflict, "this entry is not decided")
		if _, err := place(secretary, "2026", "hall-a", "11:00", "12:00"); !fail.Is(err, fail.Conflict) {
			t.Errorf("before it was decided: %v", err)
		}
		no = nil

		a, err := place(secretary, "2026", "hall-a", "10:00", "11:00", "ada  merel", "Cy Orel")
		must(t, err)
		if len(a.Conflicts) != 1 || a.Conflicts[0].Kind != ClashRoom || len(a.Sessions) > 0 {
			t.Errorf("into a room that is taken: %+v", a)
		}
		draft, err := d.Draft(ctx, secretary, "2026")
		must(t, err)
		if len(draft.Speakers) != 2 || draft.OfEntry(entryID) != nil {
			t.Error("a refusal left something behind")
		}

		a, err = place(secretary, "2026", "hall-b", "11:00", "11:45", "ada  merel", "Cy Orel")
		must(t, err)
		if len(a.Conflicts) > 0 || len(a.Sessions) != 1 || len(a.Speakers) != 1 {
			t.Fatalf("%+v", a)
		}
		draft, err = d.Draft(ctx, secretary, "2026")
		must(t, err)
		x := draft.OfEntry(entryID)
		if x == nil || x.ID != a.Sessions[0] || len(x.People) != 2 || x.People[0].Speaker != ada || x.Number != 2 {
			t.Fatalf("placed: %+v", x)
		}
		if cy := draft.Speaker(x.People[1].Speaker); cy.Name != "Cy Orel" || cy.Organisation["en"] != "Line Institute" {
			t.Errorf("its speaker: %+v", cy)
		}
		if _, err := place(secretary, "2026", "hall-a", "13:00", "14:00"); !fail.Is(err, fail.Conflict) || !strings.Contains(err.Error(), "is session 2 of the programme already") {
			t.Errorf("a second time: %v", err)
		}
		d.keepsEntry(t, *x)
	})
}

// keepsEntry: whoever changes, publishes or cancels the session keeps what it
// came from; nobody can say by a change what a session came from.
func (d *desk) keepsEntry(t *testing.T, x Session) {
	t.Helper()
	ctx := t.Context()
	s := x
	s.Entry, s.Status = "", Confirmed
	d.apply(t, s)
	other := talk(t, "Other", "hall-a", "15:00", "16:00")
	other.Entry = entryID
	d.apply(t, other)
	_, err := d.Publish(ctx, secretary, "2026", "")
	must(t, err)
	p, err := d.Programme(ctx, "2026", 0)
	must(t, err)
	n := 0
	for i := range p.Sessions {
		if p.Sessions[i].Entry != "" {
			n++
		}
	}
	if n != 1 || p.OfEntry(entryID).ID != x.ID {
		t.Errorf("%d sessions come from an entry", n)
	}
	s.Status, s.Reason = Cancelled, Text{"en": "The speaker cannot come."}
	d.apply(t, s)
	_, err = d.PlaceEntry(ctx, secretary, "2026", Placement{Entry: entryID, Session: x})
	if !fail.Is(err, fail.Conflict) || !strings.Contains(err.Error(), "which is cancelled") {
		t.Errorf("an entry whose session is cancelled: %v", err)
	}
}

// TestRemovedMayBePlacedAgain: a session that nobody saw can be removed, and
// its entry put in again; its speakers are not entered twice.
func TestRemovedMayBePlacedAgain(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ready(t, d)
		entry := &Entry{ID: entryID, Edition: "2026", Title: "铁路安全", People: []Named{{"李明", "铁路学院"}}}
		d.c.Entry = func(*db.Tx, staff.Person, landbridge.ID) (*Entry, error) { return entry, nil }
		s := entry.Session(edition(), "")
		if s.Title["zh"] == "" {
			t.Errorf("Chinese words as %v", s.Title)
		}
		for range 2 {
			a, err := d.PlaceEntry(t.Context(), secretary, "2026", Placement{Entry: entryID, Session: s, People: []string{"李明"}})
			must(t, err)
			draft, err := d.Draft(t.Context(), secretary, "2026")
			must(t, err)
			if len(draft.Speakers) != 3 || len(draft.Sessions) != 1 {
				t.Fatalf("%d speakers, %d sessions", len(draft.Speakers), len(draft.Sessions))
			}
			_, err = d.Apply(t.Context(), secretary, "2026", Changes{Remove: []Ref{{KindSession, string(a.Sessions[0])}}})
			must(t, err)
		}
	})
}

// TestSamePerson: a name alone does not make two people one.
func TestSamePerson(t *testing.T) {
	p := &Programme{Speakers: []Speaker{{ID: "a", Name: "Wei Li", Organisation: Text{"en": "Port Academy"}}, {ID: "b", Name: "Ada Merel"},
		{ID: "c", Name: "Bo Tarn"}, {ID: "d", Name: "Bo Tarn"}, {ID: "e", Name: "X", Original: "李明", Organisation: Text{"zh": "铁路学院"}}}}
	for who, want := range map[Named]landbridge.ID{
		{"wei  li", "PORT academy"}: "a", {"Wei Li", "Harbour School"}: "", {"Ada Merel", "Azur"}: "b", {"Bo Tarn", "Azur"}: "", {"李明", "铁路学院"}: "e",
	} {
		got := p.same(who)
		if (got == nil) != (want == "") || got != nil && got.ID != want {
			t.Errorf("%v is %v", who, got)
		}
	}
}
