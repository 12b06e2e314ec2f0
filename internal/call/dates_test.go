package call

import (
	"context"
	"testing"
	"time"

	"landbridge.example/internal/fail"
)

// TestPostponed: a call does not move with its edition by itself; how it stands
// is said, its deadline is offered moved by as much, and entries are then kept
// after the new end.
func TestPostponed(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		day := func(s string) time.Time {
			at, err := time.Parse(time.DateOnly, s)
			must(t, err)
			return at
		}
		dates := Dates{"2026-09-16", "2026-09-18", day("2026-09-16"), day("2026-09-19")}
		d.c.Dates = func(_ context.Context, edition string) (Dates, error) {
			if edition != "2026" {
				return Dates{}, fail.New(fail.Missing, "no such edition")
			}
			return dates, nil
		}
		id := d.open(SideEvent)
		course := func() (Call, Course) {
			t.Helper()
			c, err := d.Call(ctx, id)
			must(t, err)
			now, err := d.Dates(ctx, c.Edition)
			must(t, err)
			return c, c.Course(now, d.now0())
		}
		c, x := course()
		if !c.Ends.Equal(dates.Ends) || c.First != dates.First || x.Moved || x.Late || !x.Offer.Equal(c.Closes) {
			t.Errorf("opened: %+v %+v", c, x)
		}
		_, err := d.Submit(ctx, id, Content{Title: "A", Abstract: "B", Event: &Event{Format: "site", Minutes: 30}}, authors)
		must(t, err)

		dates = Dates{"2026-10-07", "2026-10-09", day("2026-10-07"), day("2026-10-10")}
		was, x := course()
		if !x.Moved || x.Late || !x.Offer.Equal(was.Closes.AddDate(0, 0, 21)) || !was.Ends.Equal(day("2026-09-19")) {
			t.Errorf("postponed by three weeks: %+v %+v", was, x)
		}
		refused(t, d.Reschedule(ctx, police, id, x.Offer), fail.Denied, "secretariat")
		refused(t, d.Reschedule(ctx, chair, id, d.now0().Add(-time.Hour)), fail.Invalid, "still to come")
		refused(t, d.Reschedule(ctx, chair, id, dates.Ends.Add(time.Hour)), fail.Invalid, "before the edition ends, on 10 October 2026")
		must(t, d.Reschedule(ctx, chair, id, x.Offer))
		c, x = course()
		if x.Moved || !c.Closes.Equal(was.Closes.AddDate(0, 0, 21)) || !c.Ends.Equal(dates.Ends) {
			t.Errorf("followed: %+v %+v", c, x)
		}
		must(t, d.Reschedule(ctx, chair, id, dates.Starts.Add(time.Hour)))
		if _, x = course(); !x.Late {
			t.Error("a deadline after the beginning is not pointed out")
		}
		d.stays(t, was, dates)

		// What is closed is not opened again unasked, and can take the days over.
		d.now = dates.Starts.Add(2 * time.Hour)
		dates = Dates{"2027-03-01", "2027-03-02", day("2027-03-01"), day("2027-03-03")}
		c, x = course()
		if !x.Moved || !x.Offer.Equal(c.Closes) {
			t.Errorf("a closed call: %+v", x)
		}
		must(t, d.Reschedule(ctx, chair, id, c.Closes))
		if after, x := course(); x.Moved || after.IsOpen(d.now) || !after.Ends.Equal(dates.Ends) {
			t.Errorf("a closed call that followed: %+v", x)
		}
		dates = Dates{"2026-01-05", "2026-01-06", day("2026-01-05"), day("2026-01-07")}
		d.now = day("2026-12-24")
		refused(t, d.Reschedule(ctx, chair, id, c.Closes), fail.Invalid, "before the edition ends")
	})
}

func (d *desk) now0() time.Time { return d.now }

// stays: what was sent in is kept after the new end of the edition, not the old one.
func (d *desk) stays(t *testing.T, was Call, dates Dates) {
	t.Helper()
	back := d.now
	d.now = was.Ends.AddDate(0, 0, was.KeepDays).Add(time.Hour)
	must(t, d.Sweep(t.Context()))
	all, err := d.List(t.Context(), chair, was.ID)
	must(t, err)
	if len(all) != 1 || !d.now.Before(dates.Ends.AddDate(0, 0, was.KeepDays)) {
		t.Error("an entry was erased by the days that the edition had before")
	}
	d.now = back
}

// TestCourseOfTypedEnds: a call that was made before the forum knew the edition
// has an end that somebody typed: as the last day, or as the moment after it.
func TestCourseOfTypedEnds(t *testing.T) {
	now := &Dates{"2026-09-16", "2026-09-18", time.Date(2026, 9, 15, 16, 0, 0, 0, time.UTC), time.Date(2026, 9, 18, 16, 0, 0, 0, time.UTC)}
	for text, moved := range map[string]bool{"2026-09-18T00:00:00Z": false, "2026-09-19T00:00:00Z": false, "2026-09-18T16:00:00Z": false,
		"2026-09-16T00:00:00Z": true, "2026-09-20T00:00:00Z": true} {
		ends, err := time.Parse(time.RFC3339, text)
		must(t, err)
		c := Call{Closes: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), Ends: ends}
		if x := c.Course(now, start); x.Moved != moved {
			t.Errorf("an end typed as %s: moved %v", text, x.Moved)
		}
	}
	c := Call{Closes: start.AddDate(0, 1, 0)}
	if x := c.Course(nil, start); x.Moved || x.Late || !x.Offer.Equal(c.Closes) {
		t.Errorf("of an edition that nobody knows: %+v", x)
	}
}
