package decision

import (
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
)

// TestFloor: points of order first, replies last, who has not spoken before who
// has, languages in turn; turns are limited, and a closed list takes replies alone.
func TestFloor(t *testing.T) {
	r := FloorRules{Turn: 180, ReplyTurn: 60, Turns: 2, FreshFirst: true, Alternate: true}
	at := start
	var all []Event
	do := func(kind string, p landbridge.PartyID, as, language string) *Floor {
		at = at.Add(time.Second)
		all = append(all, Event{Kind: kind, Item: "one", Party: p, As: as, Language: language, At: at})
		return FoldFloor(r, all)
	}
	next := func(f *Floor) string {
		var out []string
		for _, q := range f.Next {
			out = append(out, string(q.Party)+q.As)
		}
		return strings.Join(out, " ")
	}
	if f := do(Asked, "XA", ToSpeak, "en"); len(f.Next) != 0 {
		t.Error("before the item is open")
	}
	do(ItemOpened, "", "", "")
	do(Asked, "XA", ToSpeak, "en")
	do(Asked, "XA", ToSpeak, "en") // twice
	do(Asked, "XB", ToSpeak, "en")
	do(Asked, "XC", ToSpeak, "ru")
	do(Asked, "XD", Reply, "en")
	if f := do(Asked, "XE", Point, "en"); next(f) != "XEpoint XC XA XB XDreply" {
		t.Error(next(f))
	}
	if f := do(Called, "", "", ""); f.Now.Party != "XE" || f.Now.Ends.Sub(f.Now.Began) != time.Minute {
		t.Errorf("%+v", f.Now)
	}
	f := do(Called, "", "", "")
	if f.Now.Party != "XC" || f.Now.Over(at.Add(180*time.Second)) || !f.Now.Over(at.Add(181*time.Second)) {
		t.Errorf("after English, Russian: %+v", f.Now)
	}
	do(Asked, "XC", ToSpeak, "ru")
	if f := do(Ended, "", "", ""); f.Now != nil || len(f.Spoken) != 2 || next(f) != "XA XB XC XDreply" {
		t.Errorf("who has spoken goes after those who have not: %s", next(f))
	}
	do(Called, "XC", ToSpeak, "")
	if f := do(Asked, "XC", ToSpeak, "ru"); strings.Contains(next(f), "XC") {
		t.Errorf("a third turn: %s", next(f))
	}
	do(ListClosed, "", "", "")
	do(Asked, "XE", ToSpeak, "fr")
	if f := do(Asked, "XB", Reply, "en"); next(f) != "XA XB XDreply XBreply" {
		t.Error(next(f))
	}
	if f := do(TookBack, "XA", ToSpeak, ""); next(f) != "XB XDreply XBreply" {
		t.Error(next(f))
	}
}

func conference() Meeting {
	return Meeting{Kind: AtConference, Title: "Plenary", Session: "2027.main", Start: start.Add(time.Hour), End: start.Add(3 * time.Hour), Parties: []landbridge.PartyID{"XA", "XB"},
		Rules: FloorRules{Turn: 180, ReplyTurn: 60}, Agenda: []Item{{ID: "one", Title: "Opening", Minutes: 20,
			Documents: []Document{{Title: "Programme", In: map[string]string{"en": "https://xf.example/en", "zh": "https://xf.example/zh"}}}}}}
}

// TestMeeting: the host keeps agenda, floor, minutes and tasks; the parties get
// them as they stand, and nobody else can change them.
func TestMeeting(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx, secretary := t.Context(), s.people["secretary"]
		if _, err := s.SaveMeeting(ctx, s.people["officer"], conference()); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer prepares a meeting: %v", err)
		}
		id, err := s.SaveMeeting(ctx, secretary, conference())
		must(t, err)
		for _, e := range []Event{{Kind: ItemOpened, Item: "one"}, {Kind: Asked, Party: "XA", Language: "en"}, {Kind: Called}} {
			_, err := s.Happen(ctx, secretary, id, e)
			must(t, err)
		}
		for name, e := range map[string]Event{"no item": {Kind: ItemOpened, Item: "two"}, "a stranger": {Kind: Asked, Party: "XQ"}, "nobody listed": {Kind: Called},
			"no such thing": {Kind: "sang"}} {
			if _, err := s.Happen(ctx, secretary, id, e); err == nil {
				t.Errorf("%s is let through", name)
			}
		}
		m, f, err := s.Floor(ctx, s.people["officer"], id)
		must(t, err)
		if f.Now == nil || f.Now.Party != "XA" {
			t.Errorf("%+v", f)
		}
		old := *m
		m.Agenda[0].Record = "XA spoke of its ports.\nNobody objected."
		m.Tasks = []Task{{ID: "t1", Item: "one", What: "Send the list of ports", Party: "XA", Due: "2026-12-24"}}
		_, err = s.SaveMeeting(ctx, secretary, *m)
		must(t, err)
		if _, err := s.SaveMeeting(ctx, secretary, old); !fail.Is(err, fail.Conflict) {
			t.Errorf("an older record replaces a newer: %v", err)
		}
		w.all()
		got, _, err := b.Floor(ctx, b.people["officer"], id)
		must(t, err)
		if got.Revision != 2 || len(got.Tasks) != 1 || got.Agenda[0].Record == "" {
			t.Errorf("%+v", got)
		}
		if _, err := b.SaveMeeting(ctx, b.people["liaison"], *got); !fail.Is(err, fail.Conflict) {
			t.Errorf("XB changes a record of XF: %v", err)
		}
		if _, err := b.Happen(ctx, b.people["liaison"], id, Event{Kind: Asked, Party: "XB"}); !fail.Is(err, fail.Denied) {
			t.Errorf("XB keeps the floor of XF: %v", err)
		}
		must(t, b.AskFloor(ctx, b.people["liaison"], id, Asked, Reply, "fr")) // from its own node
		if err := b.AskFloor(ctx, b.people["officer"], id, Asked, ToSpeak, "fr"); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer asks for the floor: %v", err)
		}
		w.all()
		if _, f, err := s.Floor(ctx, secretary, id); err != nil || len(f.Next) != 1 || f.Next[0].Party != "XB" || f.Next[0].As != Reply {
			t.Errorf("%+v %v", f, err)
		}
		got.Revision++
		body, err := canon.Encode(got)
		must(t, err)
		if err := b.hand("XA", kindMeeting, body); !fail.Is(err, fail.Denied) {
			t.Errorf("XA sends a record of XF: %v", err)
		}
	})
}

func FuzzParseMeeting(f *testing.F) {
	m := conference()
	m.ID, m.Host = "01960000-0000-7000-8000-000000000000", "XF"
	b, err := canon.Encode(&m)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := ParseMeeting(b); err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMeeting(b)
		if err != nil {
			return
		}
		again, err := canon.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseMeeting(again); err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
	})
}

// TestMeetingSaysWhatIsWrong: a result that is too long is no wrong title.
func TestMeetingSaysWhatIsWrong(t *testing.T) {
	for words, change := range map[string]func(*Meeting){
		"a title of 1 to":                        func(m *Meeting) { m.Title = "" },
		"the place of a meeting has at most":     func(m *Meeting) { m.Place = strings.Repeat("x", maxLineSize+1) },
		"the result of a meeting has at most":    func(m *Meeting) { m.Result = strings.Repeat("x", maxMinutes+1) },
		"without control characters or spaces a": func(m *Meeting) { m.Result = "It was agreed. " },
	} {
		m := conference()
		m.ID, m.Host = "01960000-0000-7000-8000-000000000000", "XF"
		if err := m.check(); err != nil {
			t.Fatal(err)
		}
		change(&m)
		if err := m.check(); !fail.Is(err, fail.Invalid) || !strings.Contains(err.Error(), words) {
			t.Errorf("want a sentence with %q, got: %v", words, err)
		}
	}
}
