package web

import (
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
)

// A CallDates is how a call stands to the days of its edition, and the form
// that changes its deadline.
type CallDates struct {
	Moved, Late string // sentences, or ""
	Offer       string // what the form holds, if the edition moved
	Closes      string // of the form
	Open        bool   // the form is shown at once
}

// minutes is how a form writes a moment, in UTC.
const minutes = "2006-01-02T15:04"

// callDates fills in how the deadline of a call stands to its edition.
func (s *site) callDates(v *visit, view *CallView, c call.Call) error {
	dates, err := s.Calls.Dates(v.Context(), c.Edition)
	if err != nil {
		return err
	}
	x, t, d := c.Course(dates, s.Clock()), v.t, &view.Deadline
	if x.Moved {
		first, last := s.editionDay(v, x.First), s.editionDay(v, x.Last)
		d.Moved, d.Open = t.T("calls.moved.text", first, last, t.Date(c.Ends.AddDate(0, 0, c.KeepDays))), true
		d.Offer = t.T("calls.moved.same")
		if !x.Offer.Equal(c.Closes) {
			d.Offer = t.T("calls.moved.offer")
		}
	}
	if x.Late {
		d.Late = t.T("calls.late.text", t.DateTime(x.Starts))
	}
	if d.Closes == "" {
		d.Closes = x.Offer.UTC().Format(minutes)
	} else {
		d.Open = true // what was written stays
	}
	return nil
}

// editionDay writes a day of an edition, or its month where no day is known.
func (s *site) editionDay(v *visit, day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return v.t.Date(at)
}

// callCourse marks a call of the list whose deadline does not fit its edition.
func (s *site) callCourse(v *visit, c call.Call, row *CallRow) error {
	dates, err := s.Calls.Dates(v.Context(), c.Edition)
	if err != nil {
		return err
	}
	x := c.Course(dates, s.Clock())
	row.Moved, row.Late = x.Moved, x.Late
	return nil
}

// callsAstray counts the calls of an edition whose deadlines do not fit it, for
// who may mend them.
func (s *site) callsAstray(v *visit, edition string) (n int, err error) {
	if !s.may(v, access.WriteForum) {
		return 0, nil
	}
	all, err := s.Calls.Calls(v.Context(), edition)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	dates, err := s.Calls.Dates(v.Context(), edition)
	if err != nil {
		return 0, err
	}
	for i := range all {
		if x := all[i].Course(dates, s.Clock()); x.Moved || x.Late && all[i].IsOpen(s.Clock()) {
			n++
		}
	}
	return n, nil
}

// rescheduleCall sets the deadline that a form holds, and takes over the days
// of the edition. A deadline is kept to the minute: one that the form did not
// change stays as it is.
func (s *site) rescheduleCall(v *visit, id landbridge.ID, view *CallView) error {
	view.Deadline.Closes = strings.TrimSpace(v.FormValue("closes"))
	closes, err := formTime(view.Deadline.Closes)
	if err != nil {
		return fail.New(fail.Invalid, "say until when the call is open, as a date with a time in UTC")
	}
	c, err := s.Calls.Call(v.Context(), id)
	if err != nil {
		return err
	}
	if c.Closes.UTC().Format(minutes) == closes.UTC().Format(minutes) {
		closes = c.Closes
	}
	return s.Calls.Reschedule(v.Context(), v.me(), id, closes)
}
