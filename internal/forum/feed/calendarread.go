package feed

import (
	"bytes"
	"strings"
	"time"

	"landbridge.example/internal/contentline"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// ParseCalendar reads the events of a calendar. zone is that of times which
// name none, as the edition's.
func ParseCalendar(b []byte, zone string) (*File, error) {
	if len(b) > MaxFile {
		return nil, fail.New(fail.TooLarge, "a calendar has at most %d bytes", MaxFile)
	}
	lines, err := contentline.Parse(string(bytes.TrimPrefix(b, []byte("\ufeff"))))
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "this is not a calendar: %v", err)
	}
	if len(lines) == 0 || !strings.EqualFold(lines[0].Name, "BEGIN") || !strings.EqualFold(lines[0].Value, "VCALENDAR") {
		return nil, fail.New(fail.Invalid, "a calendar begins with BEGIN:VCALENDAR")
	}
	if _, err := forum.Zone(zone); err != nil {
		return nil, err
	}
	r := &calendarReader{file: &File{Kind: "iCalendar", Zone: zone}}
	for _, l := range lines {
		if err := r.line(l); err != nil {
			return nil, err
		}
	}
	if len(r.inside) > 0 {
		return nil, fail.New(fail.Invalid, "the calendar breaks off inside %s; fetch the file again", clip(r.inside[len(r.inside)-1]))
	}
	return r.file, nil
}

const maxDepth = 8 // of components inside components

type calendarReader struct {
	file   *File
	inside []string
	now    Event
	lasts  time.Duration
}

func (r *calendarReader) line(l contentline.Line) error {
	name, value := strings.ToUpper(l.Name), l.Value
	switch name {
	case "BEGIN":
		if len(r.inside) == maxDepth {
			return fail.New(fail.Invalid, "the calendar has components inside components deeper than %d", maxDepth)
		}
		r.inside = append(r.inside, strings.ToUpper(value))
		if len(r.inside) == 2 && r.inside[1] == "VEVENT" {
			r.now, r.lasts = Event{}, 0
		}
		return nil
	case "END":
		if len(r.inside) == 0 || r.inside[len(r.inside)-1] != strings.ToUpper(value) {
			return fail.New(fail.Invalid, "the calendar ends %s where it did not begin", clip(value))
		}
		ended := r.inside[len(r.inside)-1]
		r.inside = r.inside[:len(r.inside)-1]
		if ended == "VEVENT" && len(r.inside) == 1 {
			return r.end()
		}
		return nil
	}
	if len(r.inside) == 1 && (name == "X-WR-CALNAME" || name == "NAME") {
		r.file.Title, _ = forum.Clean(contentline.Plain(value), maxTitle)
	}
	if len(r.inside) == 2 && r.inside[1] == "VEVENT" {
		r.property(name, l)
	}
	return nil
}

func (r *calendarReader) property(name string, l contentline.Line) {
	e, plain := &r.now, contentline.Plain(l.Value)
	switch name {
	case "UID":
		e.Key, _ = forum.Clean(plain, maxTitle)
	case "SUMMARY":
		e.Title = plain
	case "DESCRIPTION":
		e.About = plain
	case "LOCATION":
		e.Room = plain
	case "CATEGORIES":
		e.Track = plain
	case "STATUS":
		e.Cancelled = strings.EqualFold(l.Value, "CANCELLED")
	case "CONFERENCE":
		e.Link = l.Value
	case "DTSTART":
		e.Start = r.moment(l, "begins")
	case "DTEND":
		e.End = r.moment(l, "ends")
	case "DURATION":
		d, ok := duration(l.Value)
		if !ok {
			r.file.note(e.name(), "has a duration %q that cannot be read", clip(l.Value))
		}
		r.lasts = d
	case "RRULE", "RDATE":
		r.file.note(e.name(), "repeats; the first occurrence alone is taken")
	case "RECURRENCE-ID":
		e.part = l.Value
	}
}

func (r *calendarReader) end() error {
	e := r.now
	if e.End.IsZero() && r.lasts > 0 {
		e.End = e.Start.Add(r.lasts)
	}
	if e.part != "" {
		e.Key += "#" + e.part
	}
	return r.file.add(e)
}

// moment reads a time. A zone that is no IANA name, and a time without one, are
// read in the edition's zone, and the report says so: a time must never be
// shifted in silence.
func (r *calendarReader) moment(l contentline.Line, what string) time.Time {
	zone := ""
	for _, p := range l.Params {
		if strings.EqualFold(p.Name, "TZID") {
			zone = strings.TrimPrefix(p.Value, "/")
		}
		if strings.EqualFold(p.Name, "VALUE") && strings.EqualFold(p.Value, "DATE") {
			r.file.note(r.now.name(), "%s on a day without a time; it is left out", what)
			return time.Time{}
		}
	}
	if at, err := time.Parse(icalUTC, l.Value); err == nil {
		return at
	}
	if _, err := forum.Zone(zone); err != nil {
		if zone == "" {
			r.file.note(r.now.name(), "%s at a time without a zone; it is taken for %s", what, r.file.Zone)
		} else {
			r.file.note(r.now.name(), "%s in a zone %q that has no IANA name; it is taken for %s", what, clip(zone), r.file.Zone)
		}
		zone = r.file.Zone
	}
	wall, err := time.Parse(icalLocal, l.Value)
	if err != nil {
		r.file.note(r.now.name(), "%s at %q, which is no time", what, clip(l.Value))
		return time.Time{}
	}
	at, _, err := forum.At(zone, wall.Format(forum.LocalLayout))
	if err != nil {
		r.file.note(r.now.name(), "%s", err)
		return time.Time{}
	}
	return at
}

// duration reads P1DT2H30M15S and its parts.
func duration(s string) (time.Duration, bool) {
	s, ok := strings.CutPrefix(strings.TrimPrefix(s, "+"), "P")
	if !ok || len(s) < 2 || len(s) > 20 {
		return 0, false
	}
	var sum time.Duration
	n := time.Duration(-1)
	units := map[rune]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			if n = max(n, 0)*10 + time.Duration(c-'0'); n > 100_000 {
				return 0, false
			}
		case c == 'T' && n < 0:
		case units[c] > 0 && n >= 0:
			sum += n * units[c]
			n = -1
		default:
			return 0, false
		}
	}
	return sum, n < 0
}
