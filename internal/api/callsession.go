package api

import (
	"cmp"
	"context"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// scheduleSubmission makes a session of an accepted entry.
func (a *API) scheduleSubmission(ctx context.Context, c *call, in client.SubmissionPlacement) (client.ForumApplied, error) {
	none := client.ForumApplied{}
	id, err := parseID("entry", in.Entry)
	if err != nil {
		return none, err
	}
	entry, err := a.c.Forum.Opened(ctx, c.person, id)
	if err != nil {
		return none, err
	}
	edition, err := a.c.Forum.Known(ctx, entry.Edition)
	if err != nil {
		return none, err
	}
	r := &forumReader{zone: edition.Zone}
	s, err := r.placed(entry, edition, in)
	if err != nil {
		return none, err
	}
	people := in.People
	if len(people) == 0 && !in.Nobody {
		people = each(entry.People, func(x forum.Named) string { return x.Name })
	}
	done, err := a.c.Forum.PlaceEntry(ctx, c.person, edition.ID, forum.Placement{Entry: id, Session: s, People: people})
	if err != nil {
		return none, err
	}
	return client.ForumApplied{Applied: len(done.Conflicts) == 0, Speakers: texts(done.Speakers), Sessions: texts(done.Sessions),
		Conflicts: each(done.Conflicts, clashView), Notes: r.notes}, nil
}

// placed is the session as the entry says it, with what the organiser chose.
func (r *forumReader) placed(entry *forum.Entry, edition *forum.Edition, in client.SubmissionPlacement) (s forum.Session, err error) {
	s = entry.Session(edition, in.Written)
	long := s.End.Sub(s.Start)
	if s.Start, err = r.at(entry.Title, edition.Zone, in.Start); err != nil {
		return s, err
	}
	s.End = s.Start.Add(long)
	if in.End != "" {
		if s.End, err = r.at(entry.Title, edition.Zone, in.End); err != nil {
			return s, err
		}
	}
	s.Room, s.Part, s.Track, s.Link, s.Language = in.Room, in.Part, in.Track, in.Link, in.Language
	s.Kind, s.Mode, s.Status, s.Capacity = cmp.Or(in.Kind, s.Kind), cmp.Or(in.Mode, s.Mode), cmp.Or(in.Status, s.Status), cmp.Or(in.Capacity, s.Capacity)
	if len(in.Title) > 0 {
		s.Title = in.Title
	}
	if len(in.About) > 0 {
		s.About = in.About
	}
	return s, nil
}

// sessionOf finds what an entry became in the draft of its edition; nil where
// it is no session, or this node keeps no such draft.
func (a *API) sessionOf(ctx context.Context, c *call, edition string, entry landbridge.ID) (*client.SubmissionSession, error) {
	d, err := a.c.Forum.Draft(ctx, c.person, edition)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Conflict) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x := d.OfEntry(entry)
	if x == nil {
		return nil, nil
	}
	return &client.SubmissionSession{ID: string(x.ID), Number: x.Number, Start: stamp(x.Start, d.Location(x)), Room: x.Room, Status: x.Status}, nil
}

func (a *API) callDates(ctx context.Context, _ *call, in client.ByCallFor) (client.CallDates, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.CallDates{}, err
	}
	x, err := a.c.Calls.Call(ctx, id)
	if err != nil {
		return client.CallDates{}, err
	}
	dates, err := a.c.Calls.Dates(ctx, x.Edition)
	c := x.Course(dates, a.c.Clock())
	return client.CallDates{Call: in.Call, Closes: x.Closes, Ends: x.Ends, First: c.First, Last: c.Last, Moved: c.Moved, Late: c.Late, Offer: c.Offer}, err
}

func (a *API) rescheduleCall(ctx context.Context, c *call, in client.Rescheduling) (client.CallDates, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.CallDates{}, err
	}
	if err := a.c.Calls.Reschedule(ctx, c.person, id, in.Closes); err != nil {
		return client.CallDates{}, err
	}
	return a.callDates(ctx, c, client.ByCallFor{Call: in.Call})
}
