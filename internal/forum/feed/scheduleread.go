package feed

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// ParseSchedule reads schedule.json or schedule.xml of another system, by what
// the file begins with. Fields that are missing or of another type than the
// schema says are noted, not refused: such files differ from system to system.
func ParseSchedule(b []byte) (*File, error) {
	if len(b) > MaxFile {
		return nil, fail.New(fail.TooLarge, "a schedule has at most %d bytes", MaxFile)
	}
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))
	switch {
	case bytes.HasPrefix(b, []byte("{")):
		return parseJSON(b)
	case bytes.HasPrefix(b, []byte("<")):
		return parseXML(b)
	}
	return nil, fail.New(fail.Invalid, "this is none of schedule.json, schedule.xml and iCalendar; export the schedule again")
}

// loose is a value that one system writes as text, another as number or null.
type loose string

// UnmarshalJSON takes text, a number, true, false or null; of anything else nothing.
func (l *loose) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case json.Unmarshal(b, &s) == nil:
		*l = loose(s)
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9' || b[0] == 't' || b[0] == 'f'):
		*l = loose(b)
	}
	return nil
}

type looseSchedule struct {
	Schedule *struct {
		Conference struct {
			Title loose `json:"title"`
			Zone  loose `json:"time_zone_name"`
			Days  []struct {
				Rooms map[string][]looseEvent `json:"rooms"`
			} `json:"days"`
		} `json:"conference"`
	} `json:"schedule"`
}

type looseEvent struct {
	GUID        loose `json:"guid"`
	Code        loose `json:"code"`
	ID          loose `json:"id"`
	Date        loose `json:"date"`
	End         loose `json:"end"`
	Duration    loose `json:"duration"`
	Title       loose `json:"title"`
	Subtitle    loose `json:"subtitle"`
	Track       loose `json:"track"`
	Type        loose `json:"type"`
	Language    loose `json:"language"`
	Abstract    loose `json:"abstract"`
	Description loose `json:"description"`
	Persons     []struct {
		GUID      loose `json:"guid"`
		Code      loose `json:"code"`
		ID        loose `json:"id"`
		Name      loose `json:"name"`
		Public    loose `json:"public_name"`
		Biography loose `json:"biography"`
	} `json:"persons"`
}

func parseJSON(b []byte) (*File, error) {
	var x looseSchedule
	if err := json.Unmarshal(b, &x); err != nil {
		return nil, fail.Because(err, fail.Invalid, "this is not schedule.json: %v", err)
	}
	if x.Schedule == nil {
		return nil, fail.New(fail.Invalid, "the file has no schedule in it; export the schedule again")
	}
	c := x.Schedule.Conference
	f := &File{Kind: "schedule.json"}
	f.head(string(c.Title), string(c.Zone))
	for _, d := range c.Days {
		for _, room := range slices.Sorted(maps.Keys(d.Rooms)) {
			for _, e := range d.Rooms[room] {
				if err := f.take(room, e); err != nil {
					return nil, err
				}
			}
		}
	}
	return f, nil
}

func (f *File) take(room string, x looseEvent) error {
	e := Event{Key: cmp.Or(string(x.GUID), string(x.Code), string(x.ID)), Room: room, Title: string(x.Title), Subtitle: string(x.Subtitle),
		Track: string(x.Track), Kind: string(x.Type),
		Language: string(x.Language), About: joined(string(x.Abstract), string(x.Description))}
	for _, p := range x.Persons {
		name := cmp.Or(string(p.Name), string(p.Public))
		e.People = append(e.People, Person{cmp.Or(string(p.GUID), string(p.Code), string(p.ID), name), name, string(p.Biography)})
	}
	f.times(&e, string(x.Date), string(x.End), string(x.Duration))
	return f.add(e)
}

// head takes the title and the zone of a file.
func (f *File) head(title, zone string) {
	f.Title, _ = forum.Clean(title, maxTitle)
	if _, err := forum.Zone(zone); err == nil {
		f.Zone = zone
	} else if zone != "" {
		f.note("", "The file names a time zone %q that has no IANA name; its times hold their own offset.", clip(zone))
	}
}

// times reads when an event is. Its end is what the file says, else its start
// and duration.
func (f *File) times(e *Event, date, end, lasts string) {
	var err error
	if e.Start, err = time.Parse(time.RFC3339, date); err != nil {
		f.note(e.name(), "begins at %q, which is no time with an offset", clip(date))
		return
	}
	if end != "" {
		if e.End, err = time.Parse(time.RFC3339, end); err == nil {
			return
		}
	}
	d, ok := clock(lasts)
	if !ok {
		f.note(e.name(), "lasts %q, which is no duration such as 01:30", clip(lasts))
		return
	}
	e.End = e.Start.Add(d)
}

// clock reads 01:30, 01:30:00, and days before the hours: 1:02:30:00.
func clock(s string) (time.Duration, bool) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 4 {
		return 0, false
	}
	units := []time.Duration{time.Hour, time.Minute, time.Second}
	if len(parts) == 4 {
		units = append([]time.Duration{24 * time.Hour}, units...)
	}
	var sum time.Duration
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 12)
		if err != nil {
			return 0, false
		}
		sum += time.Duration(n) * units[i] //nolint:gosec // twelve bits
	}
	return sum, true
}

func parseXML(b []byte) (*File, error) {
	var x xmlSchedule
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the file is written in %q; save it as UTF-8", clip(charset))
	}
	if err := d.Decode(&x); err != nil {
		return nil, fail.Because(err, fail.Invalid, "this is not schedule.xml: %v", err)
	}
	f := &File{Kind: "schedule.xml"}
	f.head(x.Title, x.Zone)
	for _, d := range x.Days {
		for _, r := range d.Rooms {
			for _, e := range r.Events {
				if err := f.takeXML(cmp.Or(r.Name, e.Room), e); err != nil {
					return nil, err
				}
			}
		}
	}
	return f, nil
}

func (f *File) takeXML(room string, x xmlEvent) error {
	e := Event{Key: cmp.Or(x.GUID, x.ID), Room: room, Title: x.Title, Subtitle: x.Subtitle, Track: x.Track, Kind: x.Type, Language: x.Language,
		About: joined(x.Abstract, x.Description)}
	for _, p := range x.Persons {
		e.People = append(e.People, Person{Key: cmp.Or(p.GUID, p.ID, p.Name), Name: p.Name})
	}
	f.times(&e, x.Date, "", x.Duration)
	return f.add(e)
}

// joined puts texts under each other, each once.
func joined(texts ...string) string {
	var all []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return strings.Join(all, "\n\n")
}
