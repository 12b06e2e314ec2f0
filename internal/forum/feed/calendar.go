package feed

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example/internal/contentline"
	"landbridge.example/internal/forum"
)

// CalendarType is the content type of a calendar.
const CalendarType = "text/calendar; charset=utf-8"

const (
	icalLocal = "20060102T150405"
	icalUTC   = "20060102T150405Z"
)

// Calendar writes sessions of a published programme as iCalendar. A session
// keeps its UID for ever and counts its changes in SEQUENCE; a cancelled one
// stays, as STATUS:CANCELLED. Every time zone that is named is described, so
// that no reader takes a time for floating.
func Calendar(p *forum.Programme, sessions []*forum.Session, o Options) []byte {
	w := new(contentline.Writer)
	w.Add("BEGIN", "VCALENDAR")
	w.Add("VERSION", "2.0")
	w.Text("PRODID", "-//"+o.Name+"//EN")
	w.Add("CALSCALE", "GREGORIAN")
	w.Add("METHOD", "PUBLISH")
	w.Text("NAME", o.text(p.Edition.Name))
	w.Text("X-WR-CALNAME", o.text(p.Edition.Name))
	w.Text("X-WR-TIMEZONE", p.Edition.Zone)
	w.Add("REFRESH-INTERVAL", "PT1H", contentline.Param{Name: "VALUE", Value: "DURATION"})
	w.Add("X-PUBLISHED-TTL", "PT1H")
	zones(w, p, sessions)
	for _, s := range sessions {
		event(w, p, s, o)
	}
	w.Add("END", "VCALENDAR")
	return []byte(w.String())
}

func event(w *contentline.Writer, p *forum.Programme, s *forum.Session, o Options) {
	w.Add("BEGIN", "VEVENT")
	w.Text("UID", string(s.ID)+"@"+o.Host)
	w.Add("DTSTAMP", p.Made.UTC().Format(icalUTC))
	w.Add("LAST-MODIFIED", s.Changed.UTC().Format(icalUTC))
	w.Add("SEQUENCE", strconv.FormatInt(s.Sequence, 10))
	moment(w, "DTSTART", s.Start, p.Location(s), p.ZoneName(s))
	moment(w, "DTEND", s.End, p.Location(s), p.ZoneName(s))
	title, in := s.Title.In(o.Language)
	w.Text("SUMMARY", title, contentline.Param{Name: "LANGUAGE", Value: in})
	var about []string
	if r := o.text(s.Reason); r != "" {
		about = append(about, r)
	}
	if all := people(p, s); len(all) > 0 {
		about = append(about, strings.Join(all, ", "))
	}
	if a := o.text(s.About); a != "" {
		about = append(about, a)
	}
	w.Text("DESCRIPTION", strings.Join(about, "\n\n"))
	w.Text("LOCATION", o.room(p, s))
	if t := p.Track(s.Track); t != nil {
		w.Text("CATEGORIES", o.text(t.Name))
	}
	status := "CONFIRMED"
	if s.Status == forum.Cancelled {
		status = "CANCELLED"
	}
	w.Add("STATUS", status)
	if s.Link != "" && s.Status != forum.Cancelled {
		w.Add("CONFERENCE", s.Link, contentline.Param{Name: "VALUE", Value: "URI"}, contentline.Param{Name: "FEATURE", Value: "VIDEO"})
	}
	w.Add("URL", o.session(s))
	w.Add("END", "VEVENT")
}

func moment(w *contentline.Writer, name string, at time.Time, z *time.Location, zone string) {
	if zone == "UTC" {
		w.Add(name, at.UTC().Format(icalUTC))
		return
	}
	w.Add(name, at.In(z).Format(icalLocal), contentline.Param{Name: "TZID", Value: zone})
}

// zones describes each time zone that the sessions are in.
func zones(w *contentline.Writer, p *forum.Programme, sessions []*forum.Session) {
	type span struct{ from, to time.Time }
	spans := map[string]span{}
	var names []string
	for _, s := range sessions {
		name := p.ZoneName(s)
		x, ok := spans[name]
		if !ok {
			names = append(names, name)
			x = span{s.Start, s.End}
		}
		if s.Start.Before(x.from) {
			x.from = s.Start
		}
		if s.End.After(x.to) {
			x.to = s.End
		}
		spans[name] = x
	}
	slices.Sort(names)
	for _, name := range names {
		if z, err := forum.Zone(name); err == nil && name != "UTC" {
			Zone(w, name, z, spans[name].from, spans[name].to)
		}
	}
}

const maxPeriods = 64 // of a time zone's rules in one calendar

// Zone describes a time zone as it is from one moment to another: a component
// for each stretch of one offset, and one before and after, so that a reader
// who looks a little further is right as well.
func Zone(w *contentline.Writer, name string, z *time.Location, from, to time.Time) {
	w.Add("BEGIN", "VTIMEZONE")
	w.Add("TZID", name)
	at := from.In(z)
	if begin, _ := at.ZoneBounds(); !begin.IsZero() {
		at = begin.Add(-time.Second)
	}
	for range maxPeriods {
		begin, end := at.ZoneBounds()
		period(w, at, begin)
		if end.IsZero() || begin.After(to) {
			break
		}
		at = end
	}
	w.Add("END", "VTIMEZONE")
}

// period writes one stretch of one offset. What begins before all rules begins
// in 1970 here: nothing in a programme is older.
func period(w *contentline.Writer, at, begin time.Time) {
	kind := "STANDARD"
	if at.IsDST() {
		kind = "DAYLIGHT"
	}
	name, offset := at.Zone()
	before := offset
	begins := "19700101T000000"
	if !begin.IsZero() {
		_, before = begin.Add(-time.Second).Zone()
		begins = begin.In(time.FixedZone("", before)).Format(icalLocal)
	}
	w.Add("BEGIN", kind)
	w.Add("DTSTART", begins)
	w.Add("TZOFFSETFROM", offsetText(before))
	w.Add("TZOFFSETTO", offsetText(offset))
	w.Text("TZNAME", name)
	w.Add("END", kind)
}

func offsetText(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	s := fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds%3600/60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}
