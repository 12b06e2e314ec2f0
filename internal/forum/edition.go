package forum

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
)

//go:embed edition
var editions embed.FS

// How an edition or a session is held.
const (
	OnSite = "onsite"
	Online = "online"
	Hybrid = "hybrid"
)

// Modes lists how an edition or a session is held.
func Modes() []string { return []string{OnSite, Online, Hybrid} }

// An Edition is one conference of the forum.
type Edition struct {
	ID         string    `yaml:"id" json:"id"` // plain name, such as 2025 or 2022-roundtable
	Name       Text      `yaml:"name" json:"name"`
	Theme      Text      `yaml:"theme,omitempty" json:"theme,omitempty"`
	About      Text      `yaml:"about,omitempty" json:"about,omitempty"`
	Mode       string    `yaml:"mode" json:"mode"` // one of Modes
	City       Text      `yaml:"city,omitempty" json:"city,omitempty"`
	Zone       string    `yaml:"zone" json:"zone"`   // IANA name
	First      string    `yaml:"first" json:"first"` // day 2006-01-02, or month 2006-01 where no day is known
	Last       string    `yaml:"last" json:"last"`
	Languages  []string  `yaml:"languages,omitempty,flow" json:"languages,omitempty"`
	Organiser  string    `yaml:"organiser,omitempty" json:"organiser,omitempty"` // party code, of an edition run on this system
	Shown      bool      `yaml:"shown" json:"shown"`                             // to the public, also before a programme is
	Attendance []Figure  `yaml:"attendance,omitempty" json:"attendance,omitempty"`
	Held       []Text    `yaml:"held,omitempty" json:"held,omitempty"` // what took place in or beside it
	Outcomes   []Outcome `yaml:"outcomes,omitempty" json:"outcomes,omitempty"`
	Sources    []Source  `yaml:"sources,omitempty" json:"sources,omitempty"`

	location *time.Location // of Zone, found by Check
}

// What a figure counts.
const (
	CountGuests        = "guests"
	CountCountries     = "countries"
	CountOrganisations = "organisations"
	CountParties       = "parties" // countries, regions and organisations together
	CountCities        = "cities"
	CountSubForums     = "subforums"
)

// Counted lists what figures count.
func Counted() []string {
	return []string{CountGuests, CountCountries, CountOrganisations, CountParties, CountCities, CountSubForums}
}

// How exact a figure is, as its document says it.
const (
	Exact = "exact"
	Over  = "over"
	About = "about"
)

// A Figure is one number as one document gives it. Two figures of one kind
// stand side by side where documents differ.
type Figure struct {
	Of     string `yaml:"of" json:"of"` // one of Counted
	Number int64  `yaml:"number" json:"number"`
	How    string `yaml:"how" json:"how"` // exact, over, about
	Source string `yaml:"source" json:"source"`
	Note   Text   `yaml:"note,omitempty" json:"note,omitempty"`
}

// An Outcome is something an edition brought about.
type Outcome struct {
	ID     string `yaml:"id" json:"id"` // plain name, unique in the edition
	Title  Text   `yaml:"title" json:"title"`
	Items  []Text `yaml:"items,omitempty" json:"items,omitempty"`
	Source string `yaml:"source" json:"source"`
}

// A Source is a document that figures and outcomes name.
type Source struct {
	ID    string `yaml:"id" json:"id"`
	Title string `yaml:"title" json:"title"`
	Link  string `yaml:"link,omitempty" json:"link,omitempty"`
}

// ParseEdition reads an edition from its YAML file, and refuses what it does
// not know.
func ParseEdition(b []byte) (*Edition, error) {
	if len(b) > maxEdition {
		return nil, fail.New(fail.TooLarge, "the file of an edition has at most %d bytes", maxEdition)
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	e := new(Edition)
	if err := d.Decode(e); err != nil {
		return nil, fail.Because(err, fail.Invalid, "this is not the YAML of an edition: %v", err)
	}
	if err := d.Decode(new(Edition)); err != io.EOF {
		return nil, fail.New(fail.Invalid, "there is something after the edition; a file holds one")
	}
	return e, e.Check()
}

// Check refuses an edition that is not whole, and finds its time zone.
func (e *Edition) Check() error {
	if !landbridge.ValidName(e.ID, maxName) {
		return fail.New(fail.Invalid, "an edition has an id of lower-case letters, digits and hyphens, such as 2026")
	}
	for _, t := range []struct {
		what     string
		text     Text
		most     int
		required bool
	}{{"the name", e.Name, maxLine, true}, {"the theme", e.Theme, maxLine, false}, {"the description", e.About, maxText, false},
		{"the city", e.City, maxLine, false}} {
		if err := t.text.check(t.what, t.most, t.required); err != nil {
			return err
		}
	}
	if !slices.Contains(Modes(), e.Mode) {
		return fail.New(fail.Invalid, "an edition is held %s", strings.Join(Modes(), ", "))
	}
	if e.Organiser != "" {
		if _, err := landbridge.ParsePartyID(e.Organiser); err != nil {
			return fail.New(fail.Invalid, "the organiser: %v", err)
		}
	}
	for _, l := range e.Languages {
		if !slices.Contains(Languages(), l) {
			return fail.New(fail.Invalid, "%q is no language of the forum; use %s", clip(l), strings.Join(Languages(), ", "))
		}
	}
	if err := e.checkDays(); err != nil {
		return err
	}
	return e.checkFacts()
}

func (e *Edition) checkDays() error {
	var err error
	if e.location, err = zone(e.Zone); err != nil {
		return err
	}
	first, err1 := parseDay(e.First)
	last, err2 := parseDay(e.Last)
	if err1 != nil || err2 != nil || len(e.First) != len(e.Last) {
		return fail.New(fail.Invalid, "first and last are days such as 2026-09-16, or both months such as 2022-11")
	}
	if last.Before(first) || last.Sub(first) > maxDays*24*time.Hour {
		return fail.New(fail.Invalid, "an edition ends after it begins and lasts at most %d days", maxDays)
	}
	return nil
}

func (e *Edition) checkFacts() error {
	sources := map[string]bool{}
	for _, s := range e.Sources {
		if !landbridge.ValidName(s.ID, maxName) || sources[s.ID] || s.Title == "" {
			return fail.New(fail.Invalid, "a source has an id of its own and a title; look at %q", clip(s.ID))
		}
		sources[s.ID] = true
		if err := checkText("the title of a source", s.Title, maxLine); err != nil {
			return err
		}
		if err := checkLink("the link of a source", s.Link); err != nil {
			return err
		}
	}
	for _, f := range e.Attendance {
		if !slices.Contains(Counted(), f.Of) || f.Number < 0 || !slices.Contains([]string{Exact, Over, About}, f.How) || !sources[f.Source] {
			return fail.New(fail.Invalid, "a figure counts one of %s, says exact, over or about, and names a source of the edition", strings.Join(Counted(), ", "))
		}
		if err := f.Note.check("the note of a figure", maxNote, false); err != nil {
			return err
		}
	}
	outcomes := map[string]bool{}
	for _, o := range e.Outcomes {
		if !landbridge.ValidName(o.ID, maxName) || outcomes[o.ID] || !sources[o.Source] {
			return fail.New(fail.Invalid, "an outcome has an id of its own and names a source of the edition; look at %q", clip(o.ID))
		}
		outcomes[o.ID] = true
		for _, t := range append([]Text{o.Title}, o.Items...) {
			if err := t.check("an outcome", maxNote, true); err != nil {
				return err
			}
		}
	}
	for _, t := range e.Held {
		if err := t.check("what took place", maxNote, true); err != nil {
			return err
		}
	}
	return nil
}

// DayLayout is how a day is written in data and in addresses.
const DayLayout = "2006-01-02"

const monthLayout = "2006-01"

func parseDay(s string) (time.Time, error) {
	if len(s) == len(monthLayout) {
		return time.Parse(monthLayout, s)
	}
	return time.Parse(DayLayout, s)
}

// Dated reports whether the days of the edition are known, not only its month.
func (e *Edition) Dated() bool {
	return len(e.First) == len(DayLayout) && len(e.Last) == len(DayLayout)
}

// Span returns the moments at which the first day begins and the last one ends,
// in the edition's time zone. Of an edition known by month it is the month.
func (e *Edition) Span() (from, to time.Time) {
	z := e.Location()
	first, err1 := parseDay(e.First)
	last, err2 := parseDay(e.Last)
	if err1 != nil || err2 != nil {
		return time.Time{}, time.Time{} // not after Check
	}
	from = time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, z)
	if e.Dated() {
		return from, time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, z)
	}
	return from, time.Date(last.Year(), last.Month()+1, 1, 0, 0, 0, 0, z)
}

// Days lists the days of the edition, as days.
func (e *Edition) Days() []string {
	if !e.Dated() {
		return nil
	}
	from, to := e.Span()
	var all []string
	for d := from; d.Before(to) && len(all) <= maxDays; d = time.Date(d.Year(), d.Month(), d.Day()+1, 0, 0, 0, 0, d.Location()) {
		all = append(all, d.Format(DayLayout))
	}
	return all
}

// Location returns the edition's time zone.
func (e *Edition) Location() *time.Location {
	if e.location == nil {
		return time.UTC // not after Check
	}
	return e.location
}

// When an edition stands to the clock.
const (
	Coming = "coming"
	Now    = "now"
	Past   = "past"
)

// Phase says how the edition stands to the clock.
func (e *Edition) Phase(now time.Time) string {
	from, to := e.Span()
	switch {
	case now.Before(from):
		return Coming
	case now.Before(to):
		return Now
	}
	return Past
}

// Source returns the source with this id.
func (e *Edition) Source(id string) Source {
	for _, s := range e.Sources {
		if s.ID == id {
			return s
		}
	}
	return Source{ID: id, Title: id}
}

// History returns the editions that ship as data, the oldest first.
func History() ([]*Edition, error) {
	files, err := editions.ReadDir("edition")
	if err != nil {
		return nil, fmt.Errorf("listing the editions: %w", err)
	}
	var all []*Edition
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".yaml") {
			continue
		}
		b, err := editions.ReadFile("edition/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("reading an edition: %w", err)
		}
		e, err := ParseEdition(b)
		if err != nil {
			return nil, fmt.Errorf("edition/%s: %w", f.Name(), err)
		}
		all = append(all, e)
	}
	order(all)
	return all, nil
}

func order(all []*Edition) {
	slices.SortStableFunc(all, func(a, b *Edition) int {
		x, _ := a.Span()
		y, _ := b.Span()
		return x.Compare(y)
	})
}

// decode reads what [canon.Encode] wrote. What is kept was checked before it was.
func decode(b []byte, v any) error {
	if err := canon.Decode(b, v); err != nil {
		return fmt.Errorf("reading it from JSON: %w", err)
	}
	return nil
}

// DaysUntil returns how many days lie between now and the first day, as the
// calendar counts where the edition takes place; 0 when it has begun.
func (e *Edition) DaysUntil(now time.Time) int {
	from, _ := e.Span()
	y, m, d := now.In(e.Location()).Date()
	fy, fm, fd := from.In(e.Location()).Date()
	days := time.Date(fy, fm, fd, 0, 0, 0, 0, time.UTC).Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour)
	return max(int(days), 0)
}
