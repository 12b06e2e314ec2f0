package feed

import (
	"encoding/xml"
	"fmt"

	"landbridge.example/internal/forum"
)

// The XML of frab and pretalx. Names are theirs; the order is the schema's.
type xmlSchedule struct {
	XMLName   xml.Name     `xml:"schedule"`
	Generator xmlGenerator `xml:"generator"`
	URL       string       `xml:"url,omitempty"`
	Version   string       `xml:"version"`
	Title     string       `xml:"conference>title"`
	Acronym   string       `xml:"conference>acronym"`
	Start     string       `xml:"conference>start"`
	End       string       `xml:"conference>end"`
	Count     int          `xml:"conference>days"`
	Slot      string       `xml:"conference>timeslot_duration"`
	Base      string       `xml:"conference>base_url,omitempty"`
	Zone      string       `xml:"conference>time_zone_name,omitempty"`
	Tracks    []xmlTrack   `xml:"conference>track"`
	Days      []xmlDay     `xml:"day"`
}

type xmlGenerator struct {
	Name string `xml:"name,attr"`
}

type xmlTrack struct {
	Name string `xml:"name,attr"`
	Slug string `xml:"slug,attr"`
}

type xmlDay struct {
	Index int       `xml:"index,attr"`
	Date  string    `xml:"date,attr"`
	Start string    `xml:"start,attr"`
	End   string    `xml:"end,attr"`
	Rooms []xmlRoom `xml:"room"`
}

type xmlRoom struct {
	Name   string     `xml:"name,attr"`
	GUID   string     `xml:"guid,attr,omitempty"`
	Events []xmlEvent `xml:"event"`
}

type xmlEvent struct {
	GUID        string      `xml:"guid,attr"`
	ID          string      `xml:"id,attr"`
	Room        string      `xml:"room"`
	Title       string      `xml:"title"`
	Subtitle    string      `xml:"subtitle"`
	Type        string      `xml:"type"`
	Date        string      `xml:"date"`
	Start       string      `xml:"start"`
	Duration    string      `xml:"duration"`
	Abstract    string      `xml:"abstract"`
	Slug        string      `xml:"slug,omitempty"`
	Track       string      `xml:"track"`
	Persons     []xmlPerson `xml:"persons>person"`
	Language    string      `xml:"language,omitempty"`
	Description string      `xml:"description,omitempty"`
	Links       []xmlLink   `xml:"links>link"`
	URL         string      `xml:"url,omitempty"`
}

type xmlPerson struct {
	GUID string `xml:"guid,attr,omitempty"`
	ID   string `xml:"id,attr,omitempty"`
	Name string `xml:",chardata"`
}

type xmlLink struct {
	Href string `xml:"href,attr"`
	Text string `xml:",chardata"`
}

// ScheduleXML writes a published programme as schedule.xml.
func ScheduleXML(p *forum.Programme, o Options) ([]byte, error) {
	s := makeSchedule(p, o)
	c := s.Conference
	x := xmlSchedule{Generator: xmlGenerator{o.Name}, URL: o.Base, Version: s.Version, Title: xmlText(c.Title), Acronym: c.Acronym, Start: c.Start, End: c.End,
		Count: c.Days, Slot: c.Slot, Base: o.Base, Zone: c.Zone}
	for _, t := range c.Tracks {
		x.Tracks = append(x.Tracks, xmlTrack{xmlText(t.Name), t.Slug})
	}
	rooms := map[string]string{}
	for _, r := range c.Rooms {
		rooms[r.Name] = r.GUID
	}
	for _, d := range c.Schedule {
		day := xmlDay{Index: d.Index, Date: d.Date, Start: d.Start, End: d.End}
		for _, name := range d.order {
			room := xmlRoom{Name: xmlText(name), GUID: rooms[name]}
			for _, e := range d.Rooms[name] {
				room.Events = append(room.Events, e.xml())
			}
			day.Rooms = append(day.Rooms, room)
		}
		x.Days = append(x.Days, day)
	}
	b, err := xml.MarshalIndent(x, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing a schedule: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

func (e scheduleEvent) xml() xmlEvent {
	x := xmlEvent{GUID: e.GUID, ID: fmt.Sprint(e.ID), Room: xmlText(e.Room), Title: e.Title, Subtitle: xmlText(e.Subtitle), Type: e.Type,
		Date: e.Date, Start: e.Start,
		Duration: e.Duration, Abstract: e.Abstract, Slug: e.Slug, URL: e.URL}
	if e.Track != nil {
		x.Track = xmlText(*e.Track)
	}
	if e.Language != nil {
		x.Language = *e.Language
	}
	for _, p := range e.Persons {
		x.Persons = append(x.Persons, xmlPerson{GUID: p.GUID, Name: xmlText(p.Name)})
	}
	for _, l := range e.Links {
		x.Links = append(x.Links, xmlLink{l.URL, l.Title})
	}
	return x
}
