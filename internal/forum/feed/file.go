package feed

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// A File is the programme of another system, as its file says it.
type File struct {
	Kind   string // of the format
	Title  string
	Zone   string // IANA name, or "" where the file says none
	Events []Event
	Notes  []Line // what was noticed while reading
}

// Parse reads a schedule of another system: schedule.json, schedule.xml or
// iCalendar, by what the file begins with. zone is that of times which name none.
func Parse(b []byte, zone string) (*File, error) {
	const begin = "BEGIN:VCALENDAR"
	head := bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))
	if len(head) >= len(begin) && strings.EqualFold(string(head[:len(begin)]), begin) {
		return ParseCalendar(b, zone)
	}
	return ParseSchedule(b)
}

// An Event is one session of a [File]. Its texts are a stranger's.
type Event struct {
	Key       string // what the other system calls it, for ever
	Start     time.Time
	End       time.Time
	Room      string
	Title     string
	Subtitle  string
	Track     string
	Kind      string
	Language  string
	About     string
	Link      string
	People    []Person
	Cancelled bool

	part string // of a recurring event: which occurrence
}

// A Person is one speaker of a [File].
type Person struct{ Key, Name, About string }

// A Line is one line of a report.
type Line struct {
	What string `json:"what"` // the session or thing it is about
	Text string `json:"text"`
}

func (e *Event) name() string {
	if e.Title == "" {
		return clip(e.Key)
	}
	return clip(e.Title)
}

func (f *File) note(what, format string, args ...any) {
	switch {
	case len(f.Notes) < maxReport:
		f.Notes = append(f.Notes, Line{what, fmt.Sprintf(format, args...)})
	case len(f.Notes) == maxReport:
		f.Notes = append(f.Notes, Line{"", "There is more; the report ends here."})
	}
}

// add takes an event into the file, its texts made harmless.
func (f *File) add(e Event) error {
	if len(f.Events) == MaxEvents {
		return fail.New(fail.TooLarge, "the file has more than %d sessions; split it", MaxEvents)
	}
	dirty := false
	for _, t := range []struct {
		text *string
		most int
	}{{&e.Title, maxTitle}, {&e.Subtitle, maxTitle}, {&e.Room, maxTitle}, {&e.Track, maxTitle}, {&e.About, maxField},
		{&e.Key, maxTitle}, {&e.Kind, maxTitle}, {&e.Language, maxTitle}} {
		var changed bool
		*t.text, changed = forum.Clean(*t.text, t.most)
		if t.most == maxTitle { // one line
			*t.text = strings.Join(strings.Fields(*t.text), " ")
		}
		dirty = dirty || changed
	}
	for i := range e.People {
		p := &e.People[i]
		p.Name, _ = forum.Clean(strings.Join(strings.Fields(p.Name), " "), maxTitle)
		p.Key, _ = forum.Clean(p.Key, maxTitle)
		p.About, _ = forum.Clean(p.About, maxField)
	}
	if dirty {
		f.note(e.name(), "held control characters or more text than fits; they were taken out")
	}
	f.Events = append(f.Events, e)
	return nil
}

func clip(s string) string {
	const most = 60
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
