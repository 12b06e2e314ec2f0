package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/forum/fiction"
)

// A conference is the edition of the forum that the demo runs whole, a year ago,
// and what the chapters about it hand on to each other.
type conference struct {
	edition string    // id
	coming  string    // id of the edition a year later
	first   time.Time // midnight, UTC, of the first day
	plan    *fiction.Edition
	chain   *fiction.Chain

	sessions map[string]client.ForumSession // by English title
	speakers map[string]string              // id by key
	calls    map[string]string              // by kind
	groups   map[string]string              // delegations by name
	meeting  string
	draft    string // of the text
	matter   string // that was adopted
	promises map[string]string
}

// How long ago the conference began at least, and how far before it the story
// of it begins. Guests are erased a year after the last day: not yet.
const (
	conferenceAgo   = 354 * 24 * time.Hour
	conferenceLeads = 50
)

// newConference places the invented edition on the Tuesday of about a year ago,
// so that the next one, a year after it, begins within days.
func newConference(now time.Time) (*conference, error) {
	c := &conference{sessions: map[string]client.ForumSession{}, speakers: map[string]string{}, calls: map[string]string{},
		groups: map[string]string{}, promises: map[string]string{}}
	c.first = now.UTC().Truncate(24 * time.Hour).Add(-conferenceAgo)
	for c.first.Weekday() != time.Tuesday {
		c.first = c.first.AddDate(0, 0, -1)
	}
	c.edition, c.coming = "merrow-"+c.first.Format("2006"), "haldvik-"+c.first.AddDate(1, 0, 0).Format("2006")
	var err error
	if c.plan, err = fiction.Merrow(); err != nil {
		return nil, err
	}
	c.chain, err = fiction.Around()
	return c, err
}

// begins is where the demo's clocks stand at first: before anything of the conference.
func (c *conference) begins() time.Time { return c.first.AddDate(0, 0, -conferenceLeads) }

// day returns the day that lies so many days after the conference.
func (c *conference) after(days int) string {
	return c.first.AddDate(0, 0, c.plan.Days-1+days).Format(time.DateOnly)
}

// travel sets the clocks to an hour (UTC) of a day of the conference, once
// everything is delivered that is on its way.
func (s *story) travel(ctx context.Context, day int, hour time.Duration) error {
	if err := s.settled(ctx); err != nil {
		return err
	}
	return s.f.set(ctx, s.c.first.AddDate(0, 0, day-1).Add(hour).Sub(s.a.now()))
}

// settled waits until no node has mail that waits.
func (s *story) settled(ctx context.Context) error {
	for _, who := range []doer{{"XA", "i.sol"}, {"XB", "l.orsin"}, {"XC", "y.benn"}, {"XF", "e.marsh"}} {
		c, err := s.as(who.party, who.login)
		if err != nil {
			return err
		}
		if err := s.quiet(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) marsh() (*client.Client, error) { return s.as("XF", "e.marsh") }

// prepares enters the edition, and its calls.
func (s *story) prepares(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	p := s.c.plan
	if err := saveEdition(ctx, marsh, s.c.edition, s.c.first, p); err != nil {
		return err
	}
	s.tell("XF e.marsh", "a year ago (the nodes' clocks are set back): entered the coming conference, "+p.Name["en"]+": "+p.Theme["en"], s.c.edition, began)
	return s.opensCalls(ctx, marsh)
}

func saveEdition(ctx context.Context, c *client.Client, id string, first time.Time, p *fiction.Edition) error {
	_, err := c.SaveForumEdition(ctx, client.SaveForumEdition{Edition: id, ForumEditionText: client.ForumEditionText{
		Name: p.Name, Theme: p.Theme, About: p.About, City: p.City, Mode: forum.Hybrid, Zone: p.Zone,
		First: fiction.Day(first, 1), Last: fiction.Day(first, p.Days), Languages: p.Languages, Organiser: "XF", Shown: true}})
	return err
}

// programme writes the draft, is stopped by a clash, and publishes.
func (s *story) programme(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	draft := drafted(s.c.plan, s.c.edition, s.c.first)
	done, err := applied(ctx, marsh, draft)
	if err != nil {
		return err
	}
	for i, x := range draft.Sessions {
		x.ID = done.Sessions[i]
		s.c.sessions[x.Title["en"]] = x
	}
	clash := draft.Sessions[1]
	clash.ID, clash.Room, clash.Mode, clash.Link, clash.Origin = "", "tide", forum.OnSite, "", ""
	stopped, err := marsh.ChangeForumDraft(ctx, client.ForumChanges{Edition: s.c.edition, Sessions: []client.ForumSession{clash}})
	if err != nil {
		return err
	}
	if stopped.Applied || len(stopped.Conflicts) == 0 {
		return broken("a chair could be put into two rooms at one time: %+v", stopped)
	}
	placed, err := s.placed(ctx, marsh)
	if err != nil {
		return err
	}
	v, err := marsh.PublishForum(ctx, client.PublishForum{Edition: s.c.edition, Note: "First version"})
	if err != nil {
		return err
	}
	s.tell("XF e.marsh", fmt.Sprintf("published the programme: %d sessions in %d rooms and two time zones, %d of them made of entries that were accepted; "+
		"a clash was refused as it was written: %s", v.Sessions, len(draft.Rooms), placed, stopped.Conflicts[0].Text),
		fmt.Sprintf("version 1, log entry %d", v.LogIndex), began)
	return nil
}

// placed puts accepted entries into the programme: each once.
func (s *story) placed(ctx context.Context, marsh *client.Client) (n int, err error) {
	for _, id := range s.c.calls {
		sent, err := marsh.Submissions(ctx, id)
		if err != nil {
			return n, err
		}
		for _, e := range sent.Submissions {
			x, err := s.c.entry(e.Content.Title)
			if err != nil {
				return n, err
			}
			if x.Slot == nil {
				continue
			}
			p := client.SubmissionPlacement{Entry: e.ID, Start: fiction.Local(s.c.first, x.Slot.Day, x.Slot.From), Room: x.Slot.Room, Part: x.Slot.Part,
				Status: forum.Confirmed, Language: "en"}
			done, err := marsh.ScheduleSubmission(ctx, p)
			if err != nil {
				return n, err
			}
			if !done.Applied {
				return n, broken("an accepted entry was refused: %+v", done.Conflicts)
			}
			if _, err := marsh.ScheduleSubmission(ctx, p); !refusedAs(err, fail.Conflict) {
				return n, broken("an entry became two sessions: %v", err)
			}
			n++
		}
	}
	return n, nil
}

// reprogramme publishes a second version weeks later; what changed is calculated.
func (s *story) reprogramme(ctx context.Context) error {
	if err := s.travel(ctx, -6, 10*time.Hour); err != nil {
		return err
	}
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	changes := client.ForumChanges{Edition: s.c.edition}
	for _, c := range s.c.plan.Changes {
		x := s.c.sessions[c.Title]
		if len(c.Cancelled) > 0 {
			x.Status, x.Reason = forum.Cancelled, c.Cancelled
		} else {
			x.Room, x.Start, x.End = c.Room, x.Start[:11]+c.From, x.End[:11]+c.To
		}
		changes.Sessions = append(changes.Sessions, x)
	}
	if _, err := applied(ctx, marsh, changes); err != nil {
		return err
	}
	v, err := marsh.PublishForum(ctx, client.PublishForum{Edition: s.c.edition, Note: "One session moves, one is cancelled"})
	if err != nil {
		return err
	}
	diffs, err := marsh.ForumChanges(ctx, s.c.edition)
	if err != nil {
		return err
	}
	if len(diffs.Versions) != 2 || len(diffs.Versions[0].Changes) != len(s.c.plan.Changes) {
		return broken("the change feed says something else than the versions: %+v", diffs)
	}
	s.tell("XF e.marsh", "published a second version; calendars hear that one session moves and one is cancelled",
		fmt.Sprintf("version 2, log entry %d", v.LogIndex), began)
	return nil
}

// applied changes a draft that must not clash.
func applied(ctx context.Context, c *client.Client, changes client.ForumChanges) (client.ForumApplied, error) {
	done, err := c.ChangeForumDraft(ctx, changes)
	if err == nil && !done.Applied {
		err = broken("the draft was refused: %+v", done.Conflicts)
	}
	return done, err
}

// drafted is the whole draft of an invented edition.
func drafted(p *fiction.Edition, edition string, first time.Time) client.ForumChanges {
	d := client.ForumChanges{Edition: edition}
	for _, x := range p.Venues {
		d.Venues = append(d.Venues, client.ForumVenue{ID: x.ID, Name: x.Name, Address: x.Address})
	}
	for _, x := range p.Rooms {
		d.Rooms = append(d.Rooms, client.ForumRoom{ID: x.ID, Venue: x.Venue, Name: x.Name, Capacity: x.Capacity, Access: x.Access})
	}
	for _, x := range p.Parts {
		d.Parts = append(d.Parts, client.ForumPart{ID: x.ID, Name: x.Name, About: x.About, Main: x.Main})
	}
	for _, x := range p.Tracks {
		d.Tracks = append(d.Tracks, client.ForumTrack{ID: x.ID, Name: x.Name})
	}
	for _, x := range p.Speakers {
		d.Speakers = append(d.Speakers, client.ForumSpeaker{Name: x.Name, Original: x.Original, Title: x.Title, Organisation: x.Organisation, Party: x.Party,
			About: x.About, Origin: x.Key, Available: available(x, p, first)})
	}
	for _, x := range p.Sessions {
		y := client.ForumSession{Part: x.Part, Track: x.Track, Kind: x.Kind, Title: x.Title, About: x.About, Language: x.Language, Interpreted: x.Interpreted,
			Mode: cmp.Or(x.Mode, forum.OnSite), Room: x.Room, Link: x.Link, Zone: x.Zone, Status: forum.Confirmed,
			Start: fiction.Local(first, x.Day, x.From), End: fiction.Local(first, x.Day, x.To)}
		for _, key := range slices.Sorted(maps.Keys(x.People)) {
			y.People = append(y.People, client.ForumSeat{Speaker: key, Role: x.People[key]})
		}
		d.Sessions = append(d.Sessions, y)
	}
	return d
}

// available is the time around what a speaker cannot do.
func available(x fiction.Speaker, p *fiction.Edition, first time.Time) (all []client.ForumWindow) {
	from := fiction.Local(first, 0, "00:00")
	for _, w := range x.Absent {
		all = append(all, client.ForumWindow{From: from, To: fiction.Local(first, w.Day, w.From)})
		from = fiction.Local(first, w.Day, w.To)
	}
	if len(all) > 0 {
		all = append(all, client.ForumWindow{From: from, To: fiction.Local(first, p.Days+2, "00:00")})
	}
	return all
}
