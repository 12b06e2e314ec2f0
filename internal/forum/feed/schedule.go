package feed

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"landbridge.example/internal/forum"
)

// ScheduleURL is the schema that schedule.json follows.
const ScheduleURL = "https://c3voc.de/schedule/schema.json"

// OnlineRoom is the room under which schedule files show what is online alone.
const OnlineRoom = "Online"

// The JSON of frab and pretalx. Field names are theirs.
type scheduleFile struct {
	Schema    string    `json:"$schema"`
	Generator generator `json:"generator"`
	Schedule  schedule  `json:"schedule"`
}

type generator struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type schedule struct {
	Version    string     `json:"version"`
	BaseURL    string     `json:"base_url,omitempty"`
	Conference conference `json:"conference"`
}

type conference struct {
	Acronym  string          `json:"acronym"`
	Title    string          `json:"title"`
	Start    string          `json:"start"`
	End      string          `json:"end"`
	Days     int             `json:"daysCount"`
	Slot     string          `json:"timeslot_duration"`
	Zone     string          `json:"time_zone_name,omitempty"`
	URL      string          `json:"url,omitempty"`
	Tracks   []scheduleTrack `json:"tracks"`
	Rooms    []scheduleRoom  `json:"rooms"`
	Schedule []day           `json:"days"`
}

type scheduleTrack struct {
	Name string `json:"name"`
	Slug string `json:"slug"`
}

type scheduleRoom struct {
	Name     string `json:"name"`
	Slug     string `json:"slug"`
	GUID     string `json:"guid"`
	Capacity int64  `json:"capacity,omitempty"`
}

type day struct {
	Index int                        `json:"index"`
	Date  string                     `json:"date"`
	Start string                     `json:"day_start"`
	End   string                     `json:"day_end"`
	Rooms map[string][]scheduleEvent `json:"rooms"`
	order []string                   // of the rooms, for XML
}

type scheduleEvent struct {
	GUID        string      `json:"guid"`
	ID          int64       `json:"id"`
	Date        string      `json:"date"`
	Start       string      `json:"start"`
	End         string      `json:"end"`
	Duration    string      `json:"duration"`
	Room        string      `json:"room"`
	Slug        string      `json:"slug"`
	URL         string      `json:"url"`
	Title       string      `json:"title"`
	Subtitle    string      `json:"subtitle"`
	Track       *string     `json:"track"`
	Type        string      `json:"type"`
	Language    *string     `json:"language"`
	Abstract    string      `json:"abstract"`
	Description string      `json:"description"`
	Persons     []person    `json:"persons"`
	Links       []reference `json:"links"`
	Attachments []reference `json:"attachments"`
}

type person struct {
	GUID string `json:"guid"`
	Name string `json:"name"`
}

type reference struct {
	URL   string `json:"url"`
	Title string `json:"title,omitempty"`
	Type  string `json:"type,omitempty"`
}

// ScheduleJSON writes a published programme as schedule.json. Cancelled
// sessions are left out: the format has no word for them.
func ScheduleJSON(p *forum.Programme, o Options) ([]byte, error) {
	b, err := json.MarshalIndent(scheduleFile{ScheduleURL, generator{Name: o.Name}, makeSchedule(p, o)}, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing a schedule: %w", err)
	}
	return append(b, '\n'), nil
}

func makeSchedule(p *forum.Programme, o Options) schedule {
	e := p.Edition
	s := schedule{Version: fmt.Sprint(p.Version), BaseURL: o.Base, Conference: conference{
		Acronym: acronym(e.ID), Title: o.text(e.Name), Start: e.First, End: e.Last, Slot: "00:05", Zone: e.Zone, URL: o.Base,
		Tracks: []scheduleTrack{}, Rooms: []scheduleRoom{}, Schedule: []day{},
	}}
	c := &s.Conference
	for _, t := range p.Tracks {
		c.Tracks = append(c.Tracks, scheduleTrack{o.text(t.Name), slug("track", t.ID)})
	}
	for _, r := range p.Rooms {
		c.Rooms = append(c.Rooms, scheduleRoom{o.roomName(p, &r), slug("room", r.ID), uuid("room", e.ID, r.ID), r.Capacity})
	}
	online := false
	for i, date := range e.Days() {
		d := makeDay(p, o, i+1, date)
		_, some := d.Rooms[OnlineRoom]
		online = online || some
		c.Schedule = append(c.Schedule, d)
	}
	if online {
		c.Rooms = append(c.Rooms, scheduleRoom{OnlineRoom, "room-online", uuid("online", e.ID), 0})
	}
	c.Days = len(c.Schedule)
	return s
}

func makeDay(p *forum.Programme, o Options, index int, date string) day {
	z := p.Edition.Location()
	from, err := time.ParseInLocation(forum.DayLayout, date, z)
	if err != nil {
		from, _ = p.Edition.Span() // not after Check
	}
	to := time.Date(from.Year(), from.Month(), from.Day()+1, 0, 0, 0, 0, z)
	d := day{Index: index, Date: date, Start: from.Format(time.RFC3339), End: to.Format(time.RFC3339), Rooms: map[string][]scheduleEvent{}}
	for _, s := range p.Select(forum.Filter{Day: date}) {
		if s.Status == forum.Cancelled {
			continue
		}
		e := makeEvent(p, s, o)
		if d.Rooms[e.Room] == nil {
			d.order = append(d.order, e.Room)
		}
		d.Rooms[e.Room] = append(d.Rooms[e.Room], e)
	}
	return d
}

func makeEvent(p *forum.Programme, s *forum.Session, o Options) scheduleEvent {
	z := p.Edition.Location()
	e := scheduleEvent{
		GUID: string(s.ID), ID: s.Number, Date: s.Start.In(z).Format(time.RFC3339), Start: s.Start.In(z).Format("15:04"),
		End: s.End.In(z).Format(time.RFC3339), Duration: hours(s.End.Sub(s.Start)), Room: OnlineRoom,
		Slug: fmt.Sprintf("%s-session-%d", acronym(p.Edition.ID), s.Number), URL: o.session(s), Title: xmlText(o.text(s.Title)), Type: s.Kind,
		Abstract: xmlText(o.text(s.About)), Persons: []person{}, Links: []reference{}, Attachments: []reference{},
	}
	if r := p.Room(s.Room); r != nil {
		e.Room = o.roomName(p, r)
	}
	if x := p.Part(s.Part); x != nil {
		e.Subtitle = o.text(x.Name)
	}
	if t := p.Track(s.Track); t != nil {
		name := o.text(t.Name)
		e.Track = &name
	}
	if s.Language != "" {
		e.Language = &s.Language
	}
	for _, x := range s.People {
		if who := p.Speaker(x.Speaker); who != nil {
			e.Persons = append(e.Persons, person{string(who.ID), who.Name})
		}
	}
	if s.Link != "" {
		e.Links = append(e.Links, reference{URL: s.Link, Title: "Room", Type: "related"})
	}
	return e
}

// roomName is the name of a room that no other room of the programme has: the
// format knows rooms by name alone.
func (o Options) roomName(p *forum.Programme, r *forum.Room) string {
	name := o.text(r.Name)
	for _, other := range p.Rooms {
		if other.ID != r.ID && o.text(other.Name) == name {
			return name + " (" + r.ID + ")"
		}
	}
	if name == OnlineRoom {
		return name + " (" + r.ID + ")"
	}
	return name
}

// acronym makes what schedule files call a conference: four or more of a-z, 0-9, _.
func acronym(id string) string { return "gpscfl" + plain(id, '_') }

// slug makes a slug that begins with a letter and ends with none but letter or digit.
func slug(kind, id string) string {
	return kind + "-" + cmp.Or(strings.Trim(plain(id, '-'), "-"), "x")
}

// plain puts sep for everything but a-z and 0-9.
func plain(s string, sep rune) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return sep
	}, s)
}

// xmlText drops what XML 1.0 cannot hold.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
}
