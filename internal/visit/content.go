package visit

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// The kinds of records.
const (
	VisitKind  = "visit"
	LetterKind = "letter"
	GroupKind  = "group"
)

// RecordKinds lists the kinds of records.
func RecordKinds() []string { return []string{VisitKind, LetterKind, GroupKind} }

// Levels lists at which level a visit is, the highest first.
func Levels() []string {
	return []string{"head_of_state", "head_of_government", "minister", "deputy_minister", "head_of_service", "director", "expert"}
}

// Roles of the offices that take part.
const (
	Heads = "head"
	Takes = "member"
	Signs = "signatory"
)

// SeatRoles lists what an office is in a record.
func SeatRoles() []string { return []string{Heads, Takes, Signs} }

// A Content is what one version of a record says. Offices take part, not
// persons: no name of a person is needed, so none has a field.
type Content struct {
	Kind      string               `json:"kind"`
	Language  string               `json:"language"` // the texts are in
	Title     string               `json:"title"`    // of a letter: its subject
	Parties   []landbridge.PartyID `json:"parties"`  // between whom, in order
	Note      string               `json:"note,omitempty"`
	Visit     *Visit               `json:"visit,omitempty"`
	Letter    *Letter              `json:"letter,omitempty"`
	Group     *Group               `json:"group,omitempty"`
	People    []Seat               `json:"people,omitempty"`
	Results   []string             `json:"results,omitempty"`
	Documents []Document           `json:"documents,omitempty"`
}

// A Visit says when and where parties meet.
type Visit struct {
	Host      landbridge.PartyID `json:"host"`
	Level     string             `json:"level"`
	Place     string             `json:"place"`
	Zone      string             `json:"zone"`  // IANA name of the time zone there
	First     string             `json:"first"` // day, as 2026-11-24
	Last      string             `json:"last"`
	Agenda    []Item             `json:"agenda,omitempty"`
	CalledOff string             `json:"called_off,omitempty"` // why it did not take place
}

// An Item is one point of an agenda.
type Item struct {
	Start time.Time `json:"start,omitzero"` // to the minute; zero: no time is set
	Title string    `json:"title"`
}

// A Letter is one letter of an exchange. Its text is a document, by digest.
type Letter struct {
	From      landbridge.PartyID   `json:"from"`
	To        []landbridge.PartyID `json:"to"`
	Sent      string               `json:"sent"` // day
	Reference string               `json:"reference,omitempty"`
	Answers   landbridge.ID        `json:"answers,omitempty"` // the record of the letter it answers
}

// A Group is a working group of the parties.
type Group struct {
	Chair    landbridge.PartyID `json:"chair,omitempty"`
	Mandate  string             `json:"mandate"`
	Founded  string             `json:"founded"`         // day
	Ended    string             `json:"ended,omitempty"` // day
	Meetings []Meeting          `json:"meetings,omitempty"`
}

// A Meeting is one meeting of a group.
type Meeting struct {
	Day     string   `json:"day"`
	Place   string   `json:"place,omitempty"`
	Title   string   `json:"title"`
	Results []string `json:"results,omitempty"`
}

// A Seat is one office that takes part.
type Seat struct {
	Party  landbridge.PartyID `json:"party"`
	Office string             `json:"office"`
	Role   string             `json:"role"`
}

// A Document names a text by its digest, and perhaps where it is public.
type Document struct {
	Title  string            `json:"title"`
	Digest landbridge.Digest `json:"digest"`
	Link   string            `json:"link,omitempty"`
}

// Day is the day by which a record stands in lists.
func (c *Content) Day() string {
	switch {
	case c.Visit != nil:
		return c.Visit.First
	case c.Letter != nil:
		return c.Letter.Sent
	}
	day := c.Group.Founded
	for _, m := range c.Group.Meetings {
		day = max(day, m.Day)
	}
	return day
}

// Over reports whether a visit's or group's last day has passed.
func (c *Content) Over(today string) bool {
	switch {
	case c.Visit != nil:
		return c.Visit.Last < today
	case c.Group != nil:
		return c.Group.Ended != "" && c.Group.Ended < today
	}
	return true
}

// Local reads a time as people write it in a time zone, such as "2026-11-24
// 09:30". A time that a change of clocks skips is refused.
func Local(zone, text string) (time.Time, error) {
	z, err := location(zone)
	if err != nil {
		return time.Time{}, err
	}
	const layout = "2006-01-02 15:04"
	text = strings.Replace(strings.TrimSpace(text), "T", " ", 1)
	at, err := time.ParseInLocation(layout, text, z)
	if err != nil {
		return time.Time{}, fail.New(fail.Invalid, "%q is no time such as 2026-11-24 09:30", clip(text))
	}
	if at.Format(layout) != text {
		return time.Time{}, fail.New(fail.Invalid, "%s does not exist in %s: the clocks skip it", clip(text), zone)
	}
	return at.UTC(), nil
}

func location(zone string) (*time.Location, error) {
	if zone == "" || zone == "Local" {
		return nil, fail.New(fail.Invalid, "zone is the IANA name of a time zone, such as Asia/Shanghai")
	}
	z, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "zone is the IANA name of a time zone, such as Asia/Shanghai; %q is none", clip(zone))
	}
	return z, nil
}

// Check checks all that a content can say by itself.
func (c *Content) Check() error {
	parts := 0
	for _, there := range []bool{c.Visit != nil && c.Kind == VisitKind, c.Letter != nil && c.Kind == LetterKind, c.Group != nil && c.Kind == GroupKind} {
		if there {
			parts++
		}
	}
	all := 0
	for _, there := range []bool{c.Visit != nil, c.Letter != nil, c.Group != nil} {
		if there {
			all++
		}
	}
	if parts != 1 || all != 1 {
		return fail.New(fail.Invalid, "a record is a visit, a letter or a group, and holds the part of its kind and no other")
	}
	if !slices.Contains([]string{"en", "zh", "ar", "ru", "fr", "es"}, c.Language) {
		return fail.New(fail.Invalid, "say in which language the texts are: en, zh, ar, ru, fr or es")
	}
	if err := c.checkParties(); err != nil {
		return err
	}
	if err := text("title", c.Title, maxLine, true); err != nil {
		return err
	}
	if err := text("note", c.Note, maxText, false); err != nil {
		return err
	}
	if err := c.checkLists(); err != nil {
		return err
	}
	switch {
	case c.Visit != nil:
		return c.Visit.check(c)
	case c.Letter != nil:
		return c.Letter.check(c)
	}
	return c.Group.check(c)
}

func (c *Content) checkParties() error {
	if len(c.Parties) < 2 || len(c.Parties) > MaxParties {
		return fail.New(fail.Invalid, "a record is between 2 to %d parties; name them all, your own too", MaxParties)
	}
	if !slices.IsSorted(c.Parties) || len(slices.Compact(slices.Clone(c.Parties))) != len(c.Parties) {
		return fail.New(fail.Invalid, "name each party once, in the order of their codes")
	}
	for _, p := range c.Parties {
		if _, err := landbridge.ParsePartyID(string(p)); err != nil {
			return fail.New(fail.Invalid, "a party of the record: %v", err)
		}
	}
	return nil
}

func (c *Content) party(what string, p landbridge.PartyID) error {
	if !slices.Contains(c.Parties, p) {
		return fail.New(fail.Invalid, "%s is one of the parties of the record; %q is none", what, clip(string(p)))
	}
	return nil
}

func (c *Content) checkLists() error {
	if max(len(c.People), len(c.Results), len(c.Documents)) > MaxEntries {
		return fail.New(fail.TooLarge, "a record has at most %d participants, results and documents each", MaxEntries)
	}
	for _, s := range c.People {
		if err := c.party("the party of a participant", s.Party); err != nil {
			return err
		}
		if err := text("office", s.Office, maxLine, true); err != nil {
			return err
		}
		if !slices.Contains(SeatRoles(), s.Role) {
			return fail.New(fail.Invalid, "a participant is %s", strings.Join(SeatRoles(), ", "))
		}
	}
	for _, r := range c.Results {
		if err := text("result", r, maxText, true); err != nil {
			return err
		}
	}
	for _, d := range c.Documents {
		if err := text("title of a document", d.Title, maxLine, true); err != nil {
			return err
		}
		if d.Digest.IsZero() {
			return fail.New(fail.Invalid, "a document is named by its SHA-256 digest, so that nobody can exchange it")
		}
		if err := link(d.Link); err != nil {
			return err
		}
	}
	return nil
}

func (v *Visit) check(c *Content) error {
	if err := c.party("the host", v.Host); err != nil {
		return err
	}
	if !slices.Contains(Levels(), v.Level) {
		return fail.New(fail.Invalid, "the level of a visit is %s", strings.Join(Levels(), ", "))
	}
	if err := text("place", v.Place, maxLine, true); err != nil {
		return err
	}
	if err := text("reason it was called off", v.CalledOff, maxText, false); err != nil {
		return err
	}
	z, err := location(v.Zone)
	if err != nil {
		return err
	}
	first, err := day("first day", v.First)
	if err != nil {
		return err
	}
	last, err := day("last day", v.Last)
	if err != nil {
		return err
	}
	if last.Before(first) || last.Sub(first) > maxDays*24*time.Hour {
		return fail.New(fail.Invalid, "a visit ends on or after its first day and lasts at most %d days", maxDays)
	}
	if len(v.Agenda) > MaxEntries {
		return fail.New(fail.TooLarge, "an agenda has at most %d points", MaxEntries)
	}
	for _, i := range v.Agenda {
		if err := text("point of the agenda", i.Title, maxLine, true); err != nil {
			return err
		}
		if i.Start.IsZero() {
			continue
		}
		there := i.Start.In(z).Format(time.DateOnly)
		if !i.Start.Equal(i.Start.Truncate(time.Minute)) || there < v.First || there > v.Last {
			return fail.New(fail.Invalid, "“%s” is at a full minute on a day of the visit, in %s", clip(i.Title), v.Zone)
		}
	}
	return nil
}

func (l *Letter) check(c *Content) error {
	if err := c.party("the sender", l.From); err != nil {
		return err
	}
	if len(l.To) == 0 || slices.Contains(l.To, l.From) || !slices.IsSorted(l.To) || len(slices.Compact(slices.Clone(l.To))) != len(l.To) {
		return fail.New(fail.Invalid, "a letter goes to one or more other parties, each named once, in the order of their codes")
	}
	for _, p := range l.To {
		if err := c.party("the recipient", p); err != nil {
			return err
		}
	}
	if _, err := day("day of the letter", l.Sent); err != nil {
		return err
	}
	if l.Answers != "" {
		if _, err := landbridge.ParseID(string(l.Answers)); err != nil {
			return fail.New(fail.Invalid, "the letter it answers: %v", err)
		}
	}
	return text("reference", l.Reference, maxLine, false)
}

func (g *Group) check(c *Content) error {
	if g.Chair != "" {
		if err := c.party("the chair", g.Chair); err != nil {
			return err
		}
	}
	if err := text("mandate", g.Mandate, maxText, true); err != nil {
		return err
	}
	if _, err := day("day it was founded", g.Founded); err != nil {
		return err
	}
	if g.Ended != "" {
		if _, err := day("day it ended", g.Ended); err != nil || g.Ended < g.Founded {
			return fail.New(fail.Invalid, "a group ends on a day after it was founded")
		}
	}
	if len(g.Meetings) > MaxEntries {
		return fail.New(fail.TooLarge, "a group has at most %d meetings in its record; begin a new record for a new term", MaxEntries)
	}
	for _, m := range g.Meetings {
		if _, err := day("day of a meeting", m.Day); err != nil {
			return err
		}
		if len(m.Results) > MaxEntries {
			return fail.New(fail.TooLarge, "a meeting has at most %d results", MaxEntries)
		}
		if err := text("title of a meeting", m.Title, maxLine, true); err != nil {
			return err
		}
		if err := text("place of a meeting", m.Place, maxLine, false); err != nil {
			return err
		}
		for _, r := range m.Results {
			if err := text("result", r, maxText, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func day(what, s string) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil || at.Year() < 1900 || at.Year() > 9000 {
		return time.Time{}, fail.New(fail.Invalid, "the %s is a day such as 2026-11-24, not %q", what, clip(s))
	}
	return at, nil
}

// text refuses what a page, a terminal or a calendar would have to repair:
// control characters, and those that turn the text around them.
func text(what, s string, most int, must bool) error {
	if must && strings.TrimSpace(s) == "" {
		return fail.New(fail.Invalid, "the %s is missing", what)
	}
	if len(s) > most {
		return fail.New(fail.TooLarge, "the %s has at most %d bytes", what, most)
	}
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && (r != '\n' || most < maxText) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
	}) {
		return fail.New(fail.Invalid, "the %s holds a control character; write plain text", what)
	}
	return nil
}

func link(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || len(s) > maxLink || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsFunc(s, unicode.IsControl) {
		return fail.New(fail.Invalid, "a link to a document begins with https:// and has at most %d bytes", maxLink)
	}
	return nil
}

func clip(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
