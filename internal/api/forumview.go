package api

import (
	"cmp"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

func forumEditionView(k forum.Kept, now time.Time, current bool) client.ForumEdition {
	e := k.Edition
	return client.ForumEdition{ID: e.ID, Phase: e.Phase(now), Current: current, Revision: k.Revision, Versions: k.Versions, Sessions: k.Sessions,
		Things: k.Things, ForumEditionText: client.ForumEditionText{Name: e.Name, Theme: e.Theme, About: e.About, Mode: e.Mode, City: e.City, Zone: e.Zone,
			First: e.First, Last: e.Last, Languages: e.Languages, Organiser: e.Organiser, Shown: e.Shown,
			Attendance: each(e.Attendance, func(f forum.Figure) client.ForumFigure {
				return client.ForumFigure{Of: f.Of, Number: f.Number, How: f.How, Source: f.Source, Note: f.Note}
			}),
			Held: each(e.Held, func(t forum.Text) client.ForumText { return t }),
			Outcomes: each(e.Outcomes, func(o forum.Outcome) client.ForumOutcome {
				return client.ForumOutcome{ID: o.ID, Title: o.Title, Source: o.Source, Items: each(o.Items, func(t forum.Text) client.ForumText { return t })}
			}),
			Sources: each(e.Sources, func(s forum.Source) client.ForumSource { return client.ForumSource(s) })}}
}

func editionFrom(in client.SaveForumEdition) *forum.Edition {
	text := func(t client.ForumText) forum.Text { return t }
	e := &forum.Edition{ID: in.Edition, Name: in.Name, Theme: in.Theme, About: in.About, Mode: in.Mode, City: in.City, Zone: in.Zone, First: in.First,
		Last: in.Last, Languages: in.Languages, Organiser: in.Organiser, Shown: in.Shown}
	for _, f := range in.Attendance {
		e.Attendance = append(e.Attendance, forum.Figure{Of: f.Of, Number: f.Number, How: f.How, Source: f.Source, Note: f.Note})
	}
	for _, o := range in.Outcomes {
		e.Outcomes = append(e.Outcomes, forum.Outcome{ID: o.ID, Title: o.Title, Source: o.Source, Items: each(o.Items, text)})
	}
	for _, t := range in.Held {
		e.Held = append(e.Held, t)
	}
	for _, s := range in.Sources {
		e.Sources = append(e.Sources, forum.Source(s))
	}
	return e
}

// stamp writes a moment with the offset of the zone in which it is meant.
func stamp(t time.Time, z *time.Location) string { return t.In(z).Format(time.RFC3339) }

func programmeView(p *forum.Programme, only []*forum.Session) client.ForumProgramme {
	seen := func(kind, id string) int64 { return p.Seen[forum.Ref{Kind: kind, ID: id}] }
	out := client.ForumProgramme{Edition: p.Edition.ID, Version: p.Version, Made: moment(p.Made), Zone: p.Edition.Zone,
		Venues: each(p.Venues, func(x forum.Venue) client.ForumVenue {
			return client.ForumVenue{ID: x.ID, Name: x.Name, Address: x.Address, Revision: seen(forum.KindVenue, x.ID)}
		}),
		Rooms: each(p.Rooms, func(x forum.Room) client.ForumRoom {
			return client.ForumRoom{ID: x.ID, Venue: x.Venue, Name: x.Name, Capacity: x.Capacity, Access: x.Access, Revision: seen(forum.KindRoom, x.ID)}
		}),
		Parts: each(p.Parts, func(x forum.Part) client.ForumPart {
			return client.ForumPart{ID: x.ID, Name: x.Name, About: x.About, Main: x.Main, Revision: seen(forum.KindPart, x.ID)}
		}),
		Tracks: each(p.Tracks, func(x forum.Track) client.ForumTrack {
			return client.ForumTrack{ID: x.ID, Name: x.Name, Revision: seen(forum.KindTrack, x.ID)}
		}),
		Speakers: each(p.Speakers, func(x forum.Speaker) client.ForumSpeaker {
			v := client.ForumSpeaker{ID: string(x.ID), Name: x.Name, Original: x.Original, Title: x.Title, Organisation: x.Organisation, Party: x.Party,
				About: x.About, Origin: x.Origin, Revision: seen(forum.KindSpeaker, string(x.ID))}
			for _, w := range x.Available {
				v.Available = append(v.Available, client.ForumWindow{From: stamp(w.From, p.Edition.Location()), To: stamp(w.To, p.Edition.Location())})
			}
			return v
		})}
	if only == nil && p.Version == 0 {
		out.Sessions = each(p.Sessions, func(s forum.Session) client.ForumSession { return *sessionView(p, &s) })
		return out
	}
	out.Sessions = each(only, func(s *forum.Session) client.ForumSession { return *sessionView(p, s) })
	return out
}

func sessionView(p *forum.Programme, s *forum.Session) *client.ForumSession {
	if s == nil {
		return nil
	}
	z := p.Location(s)
	v := &client.ForumSession{ID: string(s.ID), Number: s.Number, Part: s.Part, Track: s.Track, Kind: s.Kind, Title: s.Title, About: s.About,
		Language: s.Language, Interpreted: s.Interpreted,
		Mode: s.Mode, Room: s.Room, Link: s.Link, Start: stamp(s.Start, z), End: stamp(s.End, z), Zone: s.Zone, Capacity: s.Capacity,
		Status: s.Status, Reason: s.Reason, Origin: s.Origin, Entry: string(s.Entry), Sequence: s.Sequence, Changed: moment(s.Changed),
		Revision: p.Seen[forum.Ref{Kind: forum.KindSession, ID: string(s.ID)}]}
	for _, x := range s.People {
		v.People = append(v.People, client.ForumSeat{Speaker: string(x.Speaker), Role: x.Role})
	}
	return v
}

func refView(r forum.Ref) client.ForumRef { return client.ForumRef{Kind: r.Kind, ID: r.ID} }

func clashView(c forum.Conflict) client.ForumConflict {
	return client.ForumConflict{Kind: c.Kind, Thing: refView(c.Ref), With: refView(c.With), Text: c.Text}
}

func versionView(v forum.Version) client.ForumVersion {
	return client.ForumVersion{Version: v.Number, Published: v.At, Note: v.Note, Sessions: v.Sessions, Digest: v.Digest.String(), LogIndex: v.Entry}
}

func changeViews(from, to *forum.Programme, all []forum.Change) []client.ForumChange {
	return each(all, func(c forum.Change) client.ForumChange {
		return client.ForumChange{Session: string(c.Session), What: c.What, Before: sessionView(from, c.Before), After: sessionView(to, c.After)}
	})
}

// A forumReader turns what a caller sent into changes of a draft.
type forumReader struct {
	zone  string // of the edition
	seen  map[forum.Ref]int64
	notes []string
}

func (r *forumReader) saw(kind, id string, revision int64) {
	if revision > 0 {
		r.seen[forum.Ref{Kind: kind, ID: id}] = revision
	}
}

func (r *forumReader) changes(in client.ForumChanges) (c forum.Changes, err error) {
	for _, x := range in.Venues {
		r.saw(forum.KindVenue, x.ID, x.Revision)
		c.Venues = append(c.Venues, forum.Venue{ID: x.ID, Name: x.Name, Address: x.Address})
	}
	for _, x := range in.Rooms {
		r.saw(forum.KindRoom, x.ID, x.Revision)
		c.Rooms = append(c.Rooms, forum.Room{ID: x.ID, Venue: x.Venue, Name: x.Name, Capacity: x.Capacity, Access: x.Access})
	}
	for _, x := range in.Parts {
		r.saw(forum.KindPart, x.ID, x.Revision)
		c.Parts = append(c.Parts, forum.Part{ID: x.ID, Name: x.Name, About: x.About, Main: x.Main})
	}
	for _, x := range in.Tracks {
		r.saw(forum.KindTrack, x.ID, x.Revision)
		c.Tracks = append(c.Tracks, forum.Track{ID: x.ID, Name: x.Name})
	}
	for _, x := range in.Speakers {
		s, err := r.speaker(x)
		if err != nil {
			return c, err
		}
		c.Speakers = append(c.Speakers, s)
	}
	for _, x := range in.Sessions {
		s, err := r.session(x)
		if err != nil {
			return c, err
		}
		c.Sessions = append(c.Sessions, s)
	}
	for _, x := range in.Remove {
		r.saw(x.Kind, x.ID, x.Revision)
		c.Remove = append(c.Remove, forum.Ref{Kind: x.Kind, ID: x.ID})
	}
	c.Seen = r.seen
	return c, nil
}

func (r *forumReader) speaker(x client.ForumSpeaker) (forum.Speaker, error) {
	r.saw(forum.KindSpeaker, x.ID, x.Revision)
	s := forum.Speaker{ID: landbridge.ID(x.ID), Name: x.Name, Original: x.Original, Title: x.Title, Organisation: x.Organisation, Party: x.Party, About: x.About,
		Origin: x.Origin}
	for _, w := range x.Available {
		from, err := r.at(x.Name, r.zone, w.From)
		if err != nil {
			return s, err
		}
		to, err := r.at(x.Name, r.zone, w.To)
		if err != nil {
			return s, err
		}
		s.Available = append(s.Available, forum.Window{From: from, To: to})
	}
	return s, nil
}

func (r *forumReader) session(x client.ForumSession) (s forum.Session, err error) {
	r.saw(forum.KindSession, x.ID, x.Revision)
	s = forum.Session{ID: landbridge.ID(x.ID), Part: x.Part, Track: x.Track, Kind: x.Kind, Title: x.Title, About: x.About, Language: x.Language,
		Interpreted: x.Interpreted, Mode: x.Mode, Room: x.Room, Link: x.Link, Zone: x.Zone, Capacity: x.Capacity, Status: x.Status, Reason: x.Reason,
		Origin: x.Origin}
	name := forum.Text(x.Title).String()
	if s.Start, err = r.at(name, cmp.Or(x.Zone, r.zone), x.Start); err != nil {
		return s, err
	}
	if s.End, err = r.at(name, cmp.Or(x.Zone, r.zone), x.End); err != nil {
		return s, err
	}
	for _, p := range x.People {
		s.People = append(s.People, forum.Seat{Speaker: landbridge.ID(p.Speaker), Role: cmp.Or(p.Role, forum.Speaks)})
	}
	return s, nil
}

// at reads a moment, or what a clock on the wall of a zone shows.
func (r *forumReader) at(what, zone, text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	t, twice, err := forum.At(zone, text)
	if err != nil {
		return t, fail.Because(err, fail.Invalid, "%s: %s", clip(what), fail.Safe(err))
	}
	if twice {
		r.notes = append(r.notes, clip(what)+": the clocks of "+zone+" show "+text+" twice; the first is taken. Give the offset to choose the second.")
	}
	return t, nil
}
