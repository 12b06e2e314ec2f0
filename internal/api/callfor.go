package api

import (
	"context"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	callfor "landbridge.example/internal/call"
)

// callRoutes are the calls of the secretariat; the module asks again who runs them.
func (a *API) callRoutes() {
	handle(a, "newCallFor", access.WriteForum, a.newCallFor)
	handle(a, "callDates", access.WriteForum, a.callDates)
	handle(a, "rescheduleCall", access.WriteForum, a.rescheduleCall)
	handle(a, "submissions", access.WriteForum, a.submissions)
	stream(a, "submissionsTable", access.WriteForum, a.submissionsTable)
	handle(a, "submission", access.WriteForum, a.submission)
	stream(a, "submissionFile", access.WriteForum, a.submissionFile)
	handle(a, "assignReview", access.WriteForum, a.assignReview)
	handle(a, "decideSubmission", access.WriteForum, a.decideSubmission)
	handle(a, "confirmCommendation", access.WriteForum, a.confirmCommendation)
	handle(a, "scheduleSubmission", access.WriteForum, a.scheduleSubmission)
	handle(a, "retractSubmission", access.PublishForum, a.retractSubmission)
	handle(a, "panel", access.WriteForum, a.panel)
	handle(a, "inviteReviewer", access.WriteForum, a.inviteReviewer)
	handle(a, "removeReviewer", access.WriteForum, a.removeReviewer)
	handle(a, "publishCall", access.PublishForum, a.publishCall)
	handle(a, "setExpoPlan", access.WriteForum, a.setExpoPlan)
	handle(a, "placeExhibitor", access.WriteForum, a.placeExhibitor)
}

func (a *API) callView(c callfor.Call) client.CallFor {
	return client.CallFor{ID: string(c.ID), Edition: c.Edition, Kind: c.Kind, Title: c.Title, Text: c.Text, Closes: c.Closes, Open: c.IsOpen(a.c.Clock()),
		Anonymous: c.Anonymous, MinReviews: c.MinReviews, Criteria: criteria(c), Ends: c.Ends, KeepDays: c.KeepDays}
}

func criteria(c callfor.Call) []client.Criterion {
	return each(c.Criteria, func(x callfor.Criterion) client.Criterion { return client.Criterion(x) })
}

func (a *API) newCallFor(ctx context.Context, c *call, in client.NewCallFor) (client.CallFor, error) {
	id, err := a.c.Calls.Open(ctx, c.person, callfor.Call{Edition: in.Edition, Kind: in.Kind, Title: in.Title, Text: in.Text, Closes: in.Closes.UTC(),
		Anonymous: in.Anonymous, MinReviews: in.MinReviews, Ends: in.Ends.UTC(), KeepDays: in.KeepDays,
		Criteria: each(in.Criteria, func(x client.Criterion) callfor.Criterion { return callfor.Criterion(x) })})
	if err != nil {
		return client.CallFor{}, err
	}
	x, err := a.c.Calls.Call(ctx, id)
	return a.callView(x), err
}

func contentView(x callfor.Content) client.Submitted {
	out := client.Submitted{Title: x.Title, Abstract: x.Abstract, Keywords: x.Keywords, Text: x.Text}
	if e := x.Event; e != nil {
		out.Event = &client.SubmittedEvent{Format: e.Format, Minutes: e.Minutes, Seats: e.Seats, Wishes: e.Wishes}
	}
	if e := x.Exhibitor; e != nil {
		out.Exhibitor = &client.SubmittedExhibitor{Organisation: e.Organisation, Site: e.Site,
			Products: each(e.Products, func(p callfor.Product) client.SubmittedProduct { return client.SubmittedProduct(p) })}
	}
	if e := x.Project; e != nil {
		out.Project = &client.SubmittedProject{Organisation: e.Organisation, Country: e.Country, Period: e.Period, Results: e.Results}
	}
	return out
}

func contentOf(x client.Submitted) callfor.Content {
	out := callfor.Content{Title: x.Title, Abstract: x.Abstract, Keywords: x.Keywords, Text: x.Text}
	if e := x.Event; e != nil {
		out.Event = &callfor.Event{Format: e.Format, Minutes: e.Minutes, Seats: e.Seats, Wishes: e.Wishes}
	}
	if e := x.Exhibitor; e != nil {
		out.Exhibitor = &callfor.Exhibitor{Organisation: e.Organisation, Site: e.Site,
			Products: each(e.Products, func(p client.SubmittedProduct) callfor.Product { return callfor.Product(p) })}
	}
	if e := x.Project; e != nil {
		out.Project = &callfor.Project{Organisation: e.Organisation, Country: e.Country, Period: e.Period, Results: e.Results}
	}
	return out
}

func authorsView(all []callfor.Author) []client.SubmissionAuthor {
	return each(all, func(x callfor.Author) client.SubmissionAuthor { return client.SubmissionAuthor(x) })
}

func entryView(e *callfor.Entry) client.Submission {
	out := client.Submission{ID: string(e.ID), Call: string(e.Call.ID), CallTitle: e.Call.Title, Edition: e.Call.Edition, Kind: e.Call.Kind, Number: e.Number,
		State: e.State, Sent: e.Sent, Content: contentView(e.Content), Authors: authorsView(e.Authors), File: e.File,
		Published: moment(e.Published), Stand: e.Stand}
	if d := e.Decision; d.Way != "" {
		out.Decision = &client.EntryDecision{Way: d.Way, Reason: d.Reason, Mean: d.Mean, Count: d.Count, At: moment(d.At)}
	}
	return out
}

func standingView(s callfor.Standing) client.Submission {
	out := entryView(s.Entry)
	out.Mean, out.Count = s.Mean, s.Count
	out.Reviews = each(s.Reviews, func(g callfor.Given) client.SubmissionReview {
		return client.SubmissionReview{Reviewer: string(g.Reviewer), Name: g.Name, State: g.State, Scores: g.Scores, Comment: g.Comment, Note: g.Note, Score: g.Score}
	})
	return out
}

func panelist(p callfor.Panelist) client.Panelist {
	return client.Panelist{ID: string(p.ID), Name: p.Name, Organisation: p.Organisation, Email: p.Email, Came: moment(p.Came),
		Assigned: p.Given, Done: p.Done, Conflicts: p.Conflicts}
}

func (a *API) submissions(ctx context.Context, c *call, in client.ByCallFor) (client.Submissions, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.Submissions{}, err
	}
	all, err := a.c.Calls.List(ctx, c.person, id)
	return client.Submissions{Submissions: each(all, standingView)}, err
}

func (a *API) submissionsTable(ctx context.Context, c *call, in client.ByCallFor) error {
	id, err := parseID("call", in.Call)
	if err != nil {
		return err
	}
	all, err := a.c.Calls.List(ctx, c.person, id)
	if err != nil {
		return err
	}
	b, err := callfor.CSV(nil, all)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Disposition", `attachment; filename="submissions.csv"`)
	return c.bytes("text/csv; charset=utf-8", b)
}

func (a *API) submission(ctx context.Context, c *call, in client.BySubmission) (client.Submission, error) {
	id, err := parseID("entry", in.Entry)
	if err != nil {
		return client.Submission{}, err
	}
	x, err := a.c.Calls.Show(ctx, c.person, id)
	if err != nil {
		return client.Submission{}, err
	}
	out := standingView(x.Standing)
	out.Panel = each(x.Panel, func(p callfor.Candidate) client.Panelist {
		v := panelist(p.Panelist)
		v.Near, v.State = p.Near, p.State
		return v
	})
	out.Session, err = a.sessionOf(ctx, c, x.Call.Edition, id)
	return out, err
}

func (a *API) submissionFile(ctx context.Context, c *call, in client.BySubmission) error {
	id, err := parseID("entry", in.Entry)
	if err != nil {
		return err
	}
	b, err := a.c.Calls.File(ctx, c.person, id)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Disposition", `attachment; filename="paper.pdf"`)
	return c.bytes("application/octet-stream", b)
}

// onEntry does something to an entry and returns how it stands then.
func (a *API) onEntry(ctx context.Context, c *call, entry string, do func(landbridge.ID) error) (client.Submission, error) {
	id, err := parseID("entry", entry)
	if err != nil {
		return client.Submission{}, err
	}
	if err := do(id); err != nil {
		return client.Submission{}, err
	}
	return a.submission(ctx, c, client.BySubmission{Entry: entry})
}

func (a *API) assignReview(ctx context.Context, c *call, in client.Assignment) (client.Submission, error) {
	return a.onEntry(ctx, c, in.Entry, func(id landbridge.ID) error {
		return a.c.Calls.Assign(ctx, c.person, id, landbridge.ID(in.Reviewer))
	})
}

func (a *API) decideSubmission(ctx context.Context, c *call, in client.SubmissionDecision) (client.Submission, error) {
	return a.onEntry(ctx, c, in.Entry, func(id landbridge.ID) error {
		return a.c.Calls.Decide(ctx, c.person, id, in.Way, in.Reason)
	})
}

func (a *API) confirmCommendation(ctx context.Context, c *call, in client.Commendation) (client.Submission, error) {
	return a.onEntry(ctx, c, in.Entry, func(id landbridge.ID) error {
		if in.Confirm {
			return a.c.Calls.Confirm(ctx, c.person, id)
		}
		return a.c.Calls.Return(ctx, c.person, id)
	})
}

func (a *API) retractSubmission(ctx context.Context, c *call, in client.BySubmission) (struct{}, error) {
	id, err := parseID("entry", in.Entry)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, a.c.Calls.Retract(ctx, c.person, id)
}

func (a *API) panel(ctx context.Context, c *call, in client.ByCallFor) (client.Panelists, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.Panelists{}, err
	}
	all, err := a.c.Calls.Reviewers(ctx, c.person, id)
	return client.Panelists{Reviewers: each(all, panelist)}, err
}

func (a *API) inviteReviewer(ctx context.Context, c *call, in client.NewPanelist) (client.Invited, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.Invited{}, err
	}
	who, code, err := a.c.Calls.AddReviewer(ctx, c.person, id, callfor.Reviewer{Name: in.Name, Organisation: in.Organisation, Email: in.Email})
	return client.Invited{ID: string(who), Code: code}, err
}

func (a *API) removeReviewer(ctx context.Context, c *call, in client.PanelistRemoval) (struct{}, error) {
	id, err := parseID("reviewer", in.Reviewer)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, a.c.Calls.RemoveReviewer(ctx, c.person, id, in.Discard)
}

func (a *API) publishCall(ctx context.Context, c *call, in client.ByCallFor) (client.PublishedCount, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.PublishedCount{}, err
	}
	n, err := a.c.Calls.Publish(ctx, c.person, id)
	return client.PublishedCount{Published: n}, err
}

func (a *API) setExpoPlan(ctx context.Context, c *call, in client.ExpoPlan) (client.ExpoPlan, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.ExpoPlan{}, err
	}
	all := each(in.Stands, func(s client.Stand) callfor.Stand {
		return callfor.Stand{Code: s.Code, Hall: s.Hall, Left: s.Left, Top: s.Top, Wide: s.Wide, Deep: s.Deep}
	})
	if err := a.c.Calls.SetPlan(ctx, c.person, id, all); err != nil {
		return client.ExpoPlan{}, err
	}
	return a.planView(ctx, id)
}

func (a *API) placeExhibitor(ctx context.Context, c *call, in client.Placement) (client.ExpoPlan, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.ExpoPlan{}, err
	}
	if err := a.c.Calls.Place(ctx, c.person, id, in.Code, landbridge.ID(in.Entry)); err != nil {
		return client.ExpoPlan{}, err
	}
	return a.planView(ctx, id)
}
