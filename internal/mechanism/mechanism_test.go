package mechanism

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/contentline"
	"landbridge.example/internal/fail"
)

func meeting(title string) *Event {
	return &Event{Title: title, Place: "Port Merrow, hall 2; north", Start: start.Add(240 * time.Hour), End: start.Add(248 * time.Hour), Note: "Agenda follows."}
}

// TestTwoMembers: joining is told to all, the calendar to members; a newcomer
// learns what was said before; both nodes show the same.
func TestTwoMembers(t *testing.T) {
	two(t, func(t *testing.T, a, b *testNode) {
		both := func() {
			t.Helper()
			for range 3 {
				if r := append(a.deliver(b), b.deliver(a)...); len(r) > 0 {
					t.Fatal(r)
				}
			}
		}
		if err := a.Say(t.Context(), a.people["officer"], "pipeline", Saying{Kind: Joined}); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer speaks for the state: %v", err)
		}
		if err := a.Say(t.Context(), a.people["lawyer"], "pipeline", Saying{Kind: Joined, Desk: "nowhere"}); !fail.Is(err, fail.Invalid) {
			t.Errorf("a desk the record does not name: %v", err)
		}
		if err := a.Say(t.Context(), a.people["lawyer"], "pipeline", Saying{Kind: Scheduled, Event: meeting("too early")}); !fail.Is(err, fail.Conflict) {
			t.Errorf("a stranger schedules: %v", err)
		}
		a.say(Saying{Kind: Joined, Desk: "desk"})
		a.say(Saying{Kind: Scheduled, Event: meeting("Yearly meeting")})
		both()
		if s := b.state(); len(s.State.Members) != 1 || len(s.State.Calendar) != 0 || s.In {
			t.Errorf("who is no member sees who is, and no calendar: %+v", s.State)
		}
		b.at = b.at.Add(time.Hour)
		b.say(Saying{Kind: Joined})
		both()
		s := b.state()
		if len(s.State.Members) != 2 || len(s.State.Calendar) != 1 || s.State.Calendar[0].Status != "proposed" || s.State.Members[0].Desk != "desk" {
			t.Fatalf("the newcomer was not told: %+v", s.State)
		}
		e := s.State.Calendar[0].ID
		if err := b.Say(t.Context(), b.people["lawyer"], "pipeline", Saying{Kind: Cancelled, Of: e}); !fail.Is(err, fail.Denied) {
			t.Errorf("another party cancels: %v", err)
		}
		b.say(Saying{Kind: Agreed, Of: e, Note: "We host dinner."})
		both()
		if x, y := a.state().State, b.state().State; !reflect.DeepEqual(x, y) || x.Calendar[0].Status != Agreed {
			t.Errorf("%+v\n%+v", x, y)
		}
		a.at = b.at.Add(time.Hour)
		a.say(Saying{Kind: Cancelled, Of: e})
		both()
		if x, y := a.state().State, b.state().State; !reflect.DeepEqual(x, y) || x.Calendar[0].Status != Cancelled {
			t.Errorf("%+v\n%+v", x, y)
		}
		b.at = a.at.Add(time.Hour)
		b.say(Saying{Kind: Left, Note: "Until spring."})
		both()
		if s := a.state().State; s.Member("XB") || !s.Member("XA") || len(s.Members) != 2 {
			t.Errorf("%+v", s.Members)
		}
		facts, err := b.log.Facts(t.Context(), 0, 100)
		must(t, err)
		n := 0
		for _, f := range facts {
			if strings.HasPrefix(f.Kind, "mechanism.") {
				n++
			}
		}
		if n != 6 {
			t.Errorf("%d facts of six statements are in XB's log", n)
		}
	})
}

// TestTakeRefuses: nobody speaks for another, nor in the future; a replay changes nothing.
func TestTakeRefuses(t *testing.T) {
	two(t, func(t *testing.T, a, b *testNode) {
		id, err := landbridge.NewID(start, a.c.Random)
		must(t, err)
		st := &Statement{Format: format, ID: id, Kind: Joined, Mechanism: "pipeline", Party: "XA", Made: start}
		take := func(from landbridge.PartyID, kind string) error {
			body, err := canon.Encode(st)
			must(t, err)
			return writes(b, from, kind, body)
		}
		if err := take("XF", Joined); !fail.Is(err, fail.Denied) {
			t.Errorf("XF speaks for XA: %v", err)
		}
		if err := take("XA", Left); !fail.Is(err, fail.Denied) {
			t.Errorf("another kind outside than inside: %v", err)
		}
		must(t, take("XA", Joined))
		must(t, take("XA", Joined))
		if s := b.state().State; len(s.Members) != 1 {
			t.Errorf("%+v", s)
		}
		st.Party = "XF"
		if err := take("XF", Joined); !fail.Is(err, fail.Conflict) {
			t.Errorf("what comes under the id of another's statement is passed over in silence: %v", err)
		}
		st.Party, st.Made = "XA", start.Add(time.Hour)
		if err := take("XA", Joined); !fail.Is(err, fail.Invalid) {
			t.Errorf("from the future: %v", err)
		}
		if err := writes(b, "XA", Joined, []byte(`{"format":"landbridge-mechanism/1" }`)); !fail.Is(err, fail.Invalid) {
			t.Errorf("another form: %v", err)
		}
	})
}

// TestFoldAnyOrder: the state does not depend on the order in which statements came.
func TestFoldAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	parties := []landbridge.PartyID{"XA", "XB", "XC"}
	for range 300 {
		var all []*Statement
		var entries []landbridge.ID
		for k := range 20 {
			id := landbridge.ID(strings.Repeat("0", 2) + string(rune('a'+k)))
			st := &Statement{ID: id, Kind: Kinds()[r.IntN(6)], Party: parties[r.IntN(3)], Made: start.Add(time.Duration(r.IntN(10)) * time.Second)}
			switch st.Kind {
			case Scheduled:
				st.Event = meeting(string(id))
				entries = append(entries, id)
			case Agreed, Declined, Cancelled:
				if len(entries) == 0 {
					st.Kind = Joined
				} else {
					st.Of = entries[r.IntN(len(entries))]
				}
			}
			all = append(all, st)
		}
		want := Fold(all)
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if got := Fold(all); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	}
}

// TestCalendar reads back what a calendar program would.
func TestCalendar(t *testing.T) {
	s := Fold([]*Statement{
		{ID: "a", Kind: Joined, Party: "XA", Made: start}, {ID: "b", Kind: Joined, Party: "XB", Made: start},
		{ID: "e", Kind: Scheduled, Party: "XA", Made: start, Event: meeting("年会；公共安全\nEND:VEVENT")}, {ID: "f", Kind: Agreed, Party: "XB", Made: start, Of: "e"},
	})
	text := (&Group{Charter: Charters()[8], State: s}).Calendar("Pipelines, security")
	lines, err := contentline.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ends := 0
	for _, l := range lines {
		found[l.Name] = contentline.Plain(l.Value)
		if l.Name == "END" {
			ends++
		}
	}
	if found["UID"] != "e@landbridge.example" || found["STATUS"] != "CONFIRMED" || found["DTSTART"] != "20261202T120000Z" || found["SUMMARY"] != "年会；公共安全\nEND:VEVENT" ||
		found["LOCATION"] != "Port Merrow, hall 2; north" || ends != 2 || !strings.HasPrefix(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") {
		t.Errorf("%v\n%s", found, text)
	}
}

func TestCharters(t *testing.T) {
	count := map[string]int{}
	seen := map[string]bool{}
	for _, c := range Charters() {
		count[c.Kind]++
		if seen[c.ID] || !landbridge.ValidName(c.ID, 48) || c.Name == "" || c.Purpose == "" || len(c.Processes) == 0 {
			t.Errorf("%+v", c)
		}
		seen[c.ID] = true
	}
	if count[PlatformKind] != 5 || count[MechanismKind] != 5 {
		t.Errorf("%v", count)
	}
}

func FuzzParseStatement(f *testing.F) {
	id := landbridge.ID("01960000-0000-7000-8000-000000000000")
	for _, st := range []*Statement{
		{Format: format, ID: id, Kind: Joined, Mechanism: "pipeline", Party: "XA", Made: start, Desk: "desk"},
		{Format: format, ID: id, Kind: Scheduled, Mechanism: "pipeline", Party: "XA", Made: start, Event: meeting("x")},
		{Format: format, ID: id, Kind: Agreed, Mechanism: "pipeline", Party: "XA", Made: start, Of: id},
	} {
		b, err := canon.Encode(st)
		if err != nil {
			f.Fatal(err)
		}
		if _, err := ParseStatement(b); err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		st, err := ParseStatement(b)
		if err != nil {
			return
		}
		again, err := canon.Encode(st)
		if err != nil || string(again) != string(b) {
			t.Fatalf("two forms: %q %q", b, again)
		}
		Fold([]*Statement{st})
	})
}
