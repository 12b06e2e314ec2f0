package api

import (
	"context"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
)

func (a *API) meetingRoutes() {
	handle(a, "meetings", access.SeeDecisions, a.meetings)
	handle(a, "saveMeeting", access.PrepareDecisions, a.saveMeeting)
	handle(a, "meeting", access.SeeDecisions, a.meeting)
	handle(a, "floorEvent", access.PrepareDecisions, a.floorEvent)
	handle(a, "askFloor", access.SpeakInDecisions, a.askFloor)
}

func (a *API) commitmentRoutes() {
	handle(a, "outcomes", access.SeeDecisions, a.outcomes)
	stream(a, "outcomeFile", access.SeeDecisions, a.outcomeFile)
	stream(a, "decisionProof", access.SeeDecisions, a.decisionProof)
	handle(a, "commitments", access.SeeDecisions, a.commitments)
	handle(a, "commit", access.SpeakInDecisions, a.commit)
	handle(a, "commitment", access.SeeDecisions, a.commitment)
	handle(a, "reportOn", access.SpeakInDecisions, a.reportOn)
	handle(a, "followUp", access.SeeDecisions, a.followUp)
	handle(a, "pastOutcomes", access.SeeDecisions, a.pastOutcomes)
	handle(a, "reminders", access.SeeDecisions, a.reminders)
}

func (a *API) meetings(ctx context.Context, c *call, _ client.None) (client.Meetings, error) {
	out := client.Meetings{Meetings: []client.Meeting{}}
	all, err := a.c.Decision.Meetings(ctx, c.person)
	if err != nil {
		return out, err
	}
	for _, m := range all {
		v, err := through[client.Meeting](m)
		if err != nil {
			return out, err
		}
		out.Meetings = append(out.Meetings, v)
	}
	return out, nil
}

func (a *API) saveMeeting(ctx context.Context, c *call, in client.Meeting) (client.MeetingFile, error) {
	m, err := through[decision.Meeting](in)
	if err != nil {
		return client.MeetingFile{}, fail.Because(err, fail.Invalid, "a draft, a matter or a commitment of the meeting is named by its digest: 64 hex digits")
	}
	id, err := a.c.Decision.SaveMeeting(ctx, c.person, m)
	if err != nil {
		return client.MeetingFile{}, err
	}
	return a.meeting(ctx, c, client.ByMeeting{Meeting: string(id)})
}

func (a *API) meeting(ctx context.Context, c *call, in client.ByMeeting) (client.MeetingFile, error) {
	id, err := parseID("meeting", in.Meeting)
	if err != nil {
		return client.MeetingFile{}, err
	}
	m, f, err := a.c.Decision.Floor(ctx, c.person, id)
	if err != nil {
		return client.MeetingFile{}, err
	}
	v, err := through[client.Meeting](m)
	return client.MeetingFile{Meeting: v, Floor: a.floorView(f)}, err
}

func (a *API) floorView(f *decision.Floor) client.Floor {
	turn := func(t decision.Turn) client.FloorTurn {
		return client.FloorTurn{Party: string(t.Party), As: t.As, Language: t.Language, Began: t.Began, Ends: t.Ends, Ended: moment(t.Ended)}
	}
	out := client.Floor{At: a.c.Clock().UTC(), Item: f.Item, Closed: f.Closed, Spoken: each(f.Spoken, turn),
		Next: each(f.Next, func(q decision.Request) client.FloorRequest {
			return client.FloorRequest{Party: string(q.Party), As: q.As, Language: q.Language, At: q.At}
		})}
	if f.Now != nil {
		t := turn(*f.Now)
		out.Now = &t
	}
	return out
}

func (a *API) floorEvent(ctx context.Context, c *call, in client.FloorEvent) (client.MeetingFile, error) {
	id, err := parseID("meeting", in.Meeting)
	if err != nil {
		return client.MeetingFile{}, err
	}
	_, err = a.c.Decision.Happen(ctx, c.person, id,
		decision.Event{Kind: in.Kind, Item: in.Item, Party: landbridge.PartyID(in.Party), As: in.As, Language: in.Language})
	if err != nil {
		return client.MeetingFile{}, err
	}
	return a.meeting(ctx, c, client.ByMeeting{Meeting: in.Meeting})
}

func (a *API) askFloor(ctx context.Context, c *call, in client.FloorWish) (client.MeetingFile, error) {
	id, err := parseID("meeting", in.Meeting)
	if err != nil {
		return client.MeetingFile{}, err
	}
	// The host refuses another word too, but it is elsewhere and does not answer.
	if !slices.Contains([]string{decision.ToSpeak, decision.Point, decision.Reply}, in.As) {
		return client.MeetingFile{}, fail.New(fail.Invalid, "a delegation asks to speak (empty), for a point of order (point) or to reply (reply), not for %q",
			clip(in.As))
	}
	if err := a.c.Decision.AskFloor(ctx, c.person, id, in.Kind, in.As, in.Language); err != nil {
		return client.MeetingFile{}, err
	}
	return a.meeting(ctx, c, client.ByMeeting{Meeting: in.Meeting})
}

func promiseView(p *kernel.Promise) client.Promise {
	return client.Promise{Title: p.Title, What: p.What, Due: p.Due, Indicator: p.Indicator, Target: p.Target, Session: p.Session,
		Milestones: each(p.Milestones, func(m kernel.Milestone) client.PromiseMilestone {
			return client.PromiseMilestone{ID: m.ID, Due: m.Due, Title: m.Title}
		})}
}

func commitmentView(c *kernel.Commitment, day string) client.Commitment {
	out := client.Commitment{Commitment: c.Act.String(), Party: string(c.Party), At: c.At, Matter: digest(c.Matter), Status: c.Status(day),
		Promise: promiseView(c.Promise),
		Reports: each(c.Reports, func(g kernel.Given) client.GivenReport {
			return client.GivenReport{Act: g.Act.String(), At: g.At, ProgressReport: client.ProgressReport{State: g.State, Day: g.Day, Milestone: g.Milestone,
				Value: g.Value, Text: g.Text, Evidence: each(g.Evidence, func(e kernel.Evidence) client.ReportEvidence { return client.ReportEvidence(e) })}}
		})}
	for i, m := range c.Promise.Milestones {
		out.Promise.Milestones[i].Status = c.MilestoneStatus(m, day)
	}
	return out
}

// day reads a day; without one it is today by the node's clock.
func (a *API) day(s string) (string, error) {
	if s == "" {
		return a.c.Clock().UTC().Format(time.DateOnly), nil
	}
	return s, dayOrNone(s)
}

// dayOrNone refuses what is no day of the calendar.
func dayOrNone(s string) error {
	if _, err := time.Parse(time.DateOnly, s); s != "" && err != nil {
		return fail.New(fail.Invalid, "a day is written like 2027-09-30, not %q", clip(s))
	}
	return nil
}

func (a *API) commitments(ctx context.Context, _ *call, in client.CommitmentQuery) (client.Commitments, error) {
	day, err := a.day(in.Day)
	if err != nil {
		return client.Commitments{}, err
	}
	if err := oneOf("status", in.Status, kernel.Running, kernel.Kept, kernel.KeptLate, kernel.Late, kernel.Abandon); err != nil {
		return client.Commitments{}, err
	}
	all, err := a.c.Decision.Commitments(ctx)
	all = slices.DeleteFunc(all, func(c *kernel.Commitment) bool {
		return in.Party != "" && string(c.Party) != in.Party || in.Status != "" && c.Status(day) != in.Status
	})
	return client.Commitments{Day: day, Commitments: each(all, func(c *kernel.Commitment) client.Commitment { return commitmentView(c, day) })}, err
}

func (a *API) commitment(ctx context.Context, _ *call, in client.ByCommitment) (client.Commitment, error) {
	d, err := parseDigest("commitment", in.Commitment)
	if err != nil {
		return client.Commitment{}, err
	}
	day, err := a.day("")
	if err != nil {
		return client.Commitment{}, err
	}
	c, err := a.c.Decision.Commitment(ctx, d)
	if err != nil {
		return client.Commitment{}, err
	}
	return commitmentView(c, day), nil
}

func (a *API) commit(ctx context.Context, c *call, in client.NewCommitment) (client.DecisionDone, error) {
	var from landbridge.Digest
	if in.Matter != "" {
		var err error
		if from, err = parseDigest("matter", in.Matter); err != nil {
			return client.DecisionDone{}, err
		}
	}
	p := in.Promise
	if err := given("title", p.Title, "what", p.What, "due", p.Due, "indicator", p.Indicator); err != nil {
		return client.DecisionDone{}, err
	}
	return doneView(a.c.Decision.Commit(ctx, c.person, from, &kernel.Promise{Title: p.Title, What: p.What, Due: p.Due, Indicator: p.Indicator, Target: p.Target,
		Session: p.Session, Milestones: each(p.Milestones, func(m client.PromiseMilestone) kernel.Milestone {
			return kernel.Milestone{ID: m.ID, Due: m.Due, Title: m.Title}
		})}))
}

func (a *API) reportOn(ctx context.Context, c *call, in client.NewReport) (client.DecisionDone, error) {
	d, err := parseDigest("commitment", in.Commitment)
	if err != nil {
		return client.DecisionDone{}, err
	}
	return doneView(a.c.Decision.Report(ctx, c.person, d, &kernel.Report{State: in.State, Day: in.Day, Milestone: in.Milestone, Value: in.Value, Text: in.Text,
		Evidence: each(in.Evidence, func(e client.ReportEvidence) kernel.Evidence { return kernel.Evidence(e) })}))
}

func (a *API) followUp(ctx context.Context, _ *call, in client.FollowUpQuery) (client.FollowUp, error) {
	day, err := a.day(in.Day)
	if err != nil {
		return client.FollowUp{}, err
	}
	all, err := a.c.Decision.FollowUp(ctx, day)
	out := client.FollowUp{Day: day, Counts: map[string]int{},
		Commitments: each(all, func(c *kernel.Commitment) client.Commitment { return commitmentView(c, day) })}
	for _, c := range out.Commitments {
		out.Counts[c.Status]++
	}
	return out, err
}

func (a *API) pastOutcomes(context.Context, *call, client.None) (client.PastOutcomes, error) {
	all, err := decision.History()
	return client.PastOutcomes{Outcomes: each(all, func(p decision.Past) client.PastOutcome {
		return client.PastOutcome{Edition: p.Edition, ID: p.ID, Kind: p.Kind, Title: p.Title, Items: p.Items, Source: p.Source, Language: p.Language,
			Undertakings: each(p.Undertakings, func(u decision.Undertaking) client.PastUndertaking {
				x := client.PastUndertaking{ID: u.ID, What: u.What}
				if u.Seen != nil {
					x.SeenEdition, x.Seen = u.Seen.Edition, u.Seen.What
				}
				return x
			})}
	})}, err
}

func (a *API) reminders(ctx context.Context, c *call, in client.ReminderQuery) (client.Reminders, error) {
	n, err := days(in.Days, 30)
	if err != nil {
		return client.Reminders{}, err
	}
	all, err := a.c.Decision.Reminders(ctx, c.person, a.c.Clock().UTC().AddDate(0, 0, n))
	return client.Reminders{Reminders: each(all, func(r decision.Reminder) client.Reminder {
		return client.Reminder{Kind: r.Kind, About: r.Name(), Title: r.Title, At: r.At, Over: r.Over}
	})}, err
}
