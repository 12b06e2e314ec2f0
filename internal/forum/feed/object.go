package feed

import (
	"landbridge.example/internal/contentline"
	"landbridge.example/internal/forum"
)

// Object writes one session as a calendar object resource (RFC 4791): as
// [Calendar] does, but without METHOD, which may not stand in one, and without
// what belongs to a whole calendar.
func Object(p *forum.Programme, s *forum.Session, o Options) []byte {
	w := new(contentline.Writer)
	w.Add("BEGIN", "VCALENDAR")
	w.Add("VERSION", "2.0")
	w.Text("PRODID", "-//"+o.Name+"//EN")
	w.Add("CALSCALE", "GREGORIAN")
	zones(w, p, []*forum.Session{s})
	event(w, p, s, o)
	w.Add("END", "VCALENDAR")
	return []byte(w.String())
}
