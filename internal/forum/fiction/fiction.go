// Package fiction is an edition of the forum that never takes place, as data:
// its programme, what is sent in to its calls, two thousand guests, a text with
// its amendments, and what was promised; and the edition that follows it.
// Demos and simulations run it through real nodes, so that every step of a year
// of the forum is tried with the same material.
//
// Trust: it holds nothing but invented states, places and people, and does nothing.
//
// Limits: days are relative; whoever runs the edition says when it begins.
package fiction

import (
	"bytes"
	"embed"
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed *.yaml
var files embed.FS

// A Text is words in one or more languages, by language code.
type Text = map[string]string

// An Edition is an invented conference with its programme.
type Edition struct {
	Name      Text      `yaml:"name"`
	Theme     Text      `yaml:"theme"`
	About     Text      `yaml:"about"`
	City      Text      `yaml:"city"`
	Zone      string    `yaml:"zone"`
	Days      int       `yaml:"days"`
	Languages []string  `yaml:"languages"`
	Venues    []Place   `yaml:"venues"`
	Rooms     []Place   `yaml:"rooms"`
	Parts     []Part    `yaml:"parts"`
	Tracks    []Part    `yaml:"tracks"`
	Speakers  []Speaker `yaml:"speakers"`
	Sessions  []Session `yaml:"sessions"`
	Changes   []Change  `yaml:"changes"`
}

// A Place is a venue, or a room of one.
type Place struct {
	ID       string `yaml:"id"`
	Venue    string `yaml:"venue"`
	Name     Text   `yaml:"name"`
	Address  Text   `yaml:"address"`
	Capacity int64  `yaml:"capacity"`
	Access   Text   `yaml:"access"`
}

// A Part is the main forum, a sub-forum, or a track.
type Part struct {
	ID    string `yaml:"id"`
	Main  bool   `yaml:"main"`
	Name  Text   `yaml:"name"`
	About Text   `yaml:"about"`
}

// A Speaker is somebody who speaks. Absent says when they cannot.
type Speaker struct {
	Key          string `yaml:"key"`
	Name         string `yaml:"name"`
	Original     string `yaml:"original"`
	Party        string `yaml:"party"`
	Title        Text   `yaml:"title"`
	Organisation Text   `yaml:"organisation"`
	About        Text   `yaml:"about"`
	Absent       []When `yaml:"absent"`
}

// A When is a stretch of time within one day of an edition.
type When struct {
	Day  int    `yaml:"day"` // from 1
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// A Session is one entry of the programme.
type Session struct {
	When        `yaml:",inline"`
	Zone        string            `yaml:"zone"`
	Part        string            `yaml:"part"`
	Track       string            `yaml:"track"`
	Kind        string            `yaml:"kind"`
	Mode        string            `yaml:"mode"` // empty: on site
	Room        string            `yaml:"room"`
	Link        string            `yaml:"link"`
	Language    string            `yaml:"language"`
	Interpreted []string          `yaml:"interpreted"`
	Title       Text              `yaml:"title"`
	About       Text              `yaml:"about"`
	People      map[string]string `yaml:"people"` // role by speaker
}

// A Change is what becomes of a session, named by its English title, between
// the first version of the programme and the second.
type Change struct {
	Title     string `yaml:"title"`
	Room      string `yaml:"room"`
	From      string `yaml:"from"`
	To        string `yaml:"to"`
	Cancelled Text   `yaml:"cancelled"`
}

// Merrow returns the edition that is run whole.
func Merrow() (*Edition, error) { return edition("edition.yaml") }

// Haldvik returns the edition a year after it.
func Haldvik() (*Edition, error) { return edition("coming.yaml") }

func edition(name string) (*Edition, error) {
	e := new(Edition)
	return e, read(name, e)
}

func read(name string, into any) error {
	b, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("reading the invented edition: %w", err)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}

// Local writes a time of the edition as its clock on the wall shows it, such as
// 2026-09-16T09:30, for an edition that begins on first.
func Local(first time.Time, day int, clock string) string {
	return first.AddDate(0, 0, day-1).Format(time.DateOnly) + "T" + clock
}

// Day returns the day of the edition as it is written in data.
func Day(first time.Time, day int) string { return first.AddDate(0, 0, day-1).Format(time.DateOnly) }
