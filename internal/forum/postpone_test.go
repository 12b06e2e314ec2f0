package forum

import (
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/fail"
)

// TestMoveEdition: an edition that is postponed takes its sessions along, at the
// same hour of the place; what would clash then changes nothing.
func TestMoveEdition(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		ada, bo := ready(t, d)
		ids := d.apply(t, talk(t, "Opening", "hall-a", "09:00", "10:30", ada), talk(t, "Ports", "hall-b", "11:00", "12:00", bo))
		_, err := d.Publish(ctx, secretary, "2026", "")
		must(t, err)
		moved := func() *Edition {
			e := edition()
			e.First, e.Last, e.City, e.Zone = "2026-10-28", "2026-10-30", Text{"en": "Haldvik"}, "Europe/Oslo" // where clocks were set back on the 25th
			return e
		}
		err = d.SaveEdition(ctx, secretary, moved(), 1)
		if !fail.Is(err, fail.Conflict) || !strings.Contains(err.Error(), "let the sessions move along") {
			t.Errorf("days alone: %v", err)
		}
		if err := d.MoveEdition(ctx, officer, moved(), 1); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer moves an edition: %v", err)
		}
		if err := d.MoveEdition(ctx, secretary, moved(), 7); !fail.Is(err, fail.Conflict) {
			t.Errorf("over somebody else's change: %v", err)
		}
		err = d.MoveEdition(ctx, secretary, moved(), 1)
		if !fail.Is(err, fail.Conflict) || !strings.Contains(err.Error(), "Ada Merel is not available") {
			t.Errorf("a speaker who can come on the old days alone: %v", err)
		}
		draft, err := d.Draft(ctx, officer, "2026")
		must(t, err)
		if draft.Edition.First != "2026-09-16" || draft.Session(ids[0]).Start.Day() != 16 {
			t.Fatalf("a refused move changed %+v", draft.Edition)
		}
		who := *draft.Speaker(ada)
		who.Available = append(who.Available, Window{local(t, "Europe/Oslo", "2026-10-28T08:00"), local(t, "Europe/Oslo", "2026-10-28T12:00")})
		_, err = d.Apply(ctx, secretary, "2026", Changes{Speakers: []Speaker{who}})
		must(t, err)
		must(t, d.MoveEdition(ctx, secretary, moved(), 1))
		draft, err = d.Draft(ctx, officer, "2026")
		must(t, err)
		for i, want := range []string{"2026-10-28T09:00", "2026-10-28T11:00"} {
			s := draft.Session(ids[i])
			if !s.Start.Equal(local(t, "Europe/Oslo", want)) || s.Number != int64(i+1) || s.Status != Confirmed {
				t.Errorf("%s begins %s", s.Title["en"], s.Start)
			}
		}
		if s := draft.Session(ids[0]); s.End.Sub(s.Start) != 90*time.Minute || draft.Edition.City["en"] != "Haldvik" {
			t.Errorf("%+v in %v", s, draft.Edition.City)
		}
		p, err := d.Publish(ctx, secretary, "2026", "Postponed.")
		must(t, err)
		diff, err := d.Changes(ctx, "2026")
		must(t, err)
		if p.Number != 2 || len(diff) == 0 || len(diff[0].Changes) != 2 {
			t.Errorf("the feed says %+v", diff)
		}
		// The last day alone moves no session.
		longer := moved()
		longer.Last = "2026-10-31"
		must(t, d.MoveEdition(ctx, secretary, longer, 2))
		draft, err = d.Draft(ctx, officer, "2026")
		must(t, err)
		if s := draft.Session(ids[0]); !s.Start.Equal(local(t, "Europe/Oslo", "2026-10-28T09:00")) {
			t.Errorf("moved by the last day: %s", s.Start)
		}
	})
}
