package api

import (
	"cmp"
	"context"
	"net/http"

	"landbridge.example"
	"landbridge.example/client"
	callfor "landbridge.example/internal/call"
)

// openCallRoutes are the calls of authors, reviewers, exhibitors and readers.
func (a *API) openCallRoutes() {
	openTo(a, "callsFor", a.callsFor)
	openTo(a, "callFor", a.callFor)
	openTo(a, "submit", a.submit)
	openTo(a, "lookAtSubmission", a.lookAtSubmission)
	openTo(a, "changeSubmission", a.changeSubmission)
	openTo(a, "withdrawSubmission", func(ctx context.Context, _ *http.Request, in client.SubmissionSecret) (struct{}, error) {
		return struct{}{}, a.c.Calls.Withdraw(ctx, in.Secret)
	})
	openTo(a, "setPaperFile", a.setPaperFile)
	openTo(a, "contactsShared", a.contactsShared)
	openTo(a, "shareContact", a.shareContact)
	openTo(a, "takeContactBack", func(ctx context.Context, _ *http.Request, in client.SubmissionSecret) (struct{}, error) {
		return struct{}{}, a.c.Calls.TakeBack(ctx, in.Secret)
	})
	openTo(a, "proceedings", a.proceedings)
	openTo(a, "publication", a.publication)
	openFile(a, "publishedFile", a.publishedFile)
	openTo(a, "expoPlan", func(ctx context.Context, _ *http.Request, in client.ByCallFor) (client.ExpoPlan, error) {
		id, err := parseID("call", in.Call)
		if err != nil {
			return client.ExpoPlan{}, err
		}
		return a.planView(ctx, id)
	})
	openTo(a, "acceptReview", a.acceptReview)
	openTo(a, "reviewTasks", a.reviewTasks)
	openTo(a, "declareConflict", func(ctx context.Context, _ *http.Request, in client.ConflictSaid) (struct{}, error) {
		return struct{}{}, a.c.Calls.Declare(ctx, in.Secret, landbridge.ID(in.Entry), in.Conflict)
	})
	openTo(a, "readForReview", a.readForReview)
	openTo(a, "reviewFile", func(ctx context.Context, _ *http.Request, in client.ReviewOf) (client.PaperFile, error) {
		b, err := a.c.Calls.ReviewFile(ctx, in.Secret, landbridge.ID(in.Entry))
		return client.PaperFile{Data: b}, err
	})
	openTo(a, "judge", func(ctx context.Context, _ *http.Request, in client.NewReview) (struct{}, error) {
		return struct{}{}, a.c.Calls.Judge(ctx, in.Secret, landbridge.ID(in.Entry), callfor.Review{Scores: in.Scores, Comment: in.Comment, Note: in.Note})
	})
}

func (a *API) callsFor(ctx context.Context, _ *http.Request, q client.CallsQuery) (client.CallsFor, error) {
	all, err := a.c.Calls.Calls(ctx, q.Edition)
	return client.CallsFor{Calls: each(all, a.callView)}, err
}

func (a *API) callFor(ctx context.Context, _ *http.Request, in client.ByCallFor) (client.CallFor, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.CallFor{}, err
	}
	c, err := a.c.Calls.Call(ctx, id)
	return a.callView(c), err
}

func (a *API) submit(ctx context.Context, r *http.Request, in client.NewSubmission) (client.SubmissionReceipt, error) {
	id, err := parseID("call", in.Call)
	if err != nil {
		return client.SubmissionReceipt{}, err
	}
	if err := a.c.Gate.Fresh(r.RemoteAddr); err != nil {
		return client.SubmissionReceipt{}, err
	}
	authors := each(in.Authors, func(x client.SubmissionAuthor) callfor.Author { return callfor.Author(x) })
	got, err := a.c.Calls.Submit(ctx, id, contentOf(in.Content), authors)
	if err != nil {
		return client.SubmissionReceipt{}, err
	}
	return client.SubmissionReceipt{Number: got.Number, Secret: got.Secret}, nil
}

func (a *API) look(ctx context.Context, secret string) (client.Submission, error) {
	e, comments, err := a.c.Calls.Look(ctx, secret)
	if err != nil {
		return client.Submission{}, err
	}
	out := entryView(e)
	out.Comments = comments
	return out, nil
}

func (a *API) lookAtSubmission(ctx context.Context, _ *http.Request, in client.SubmissionSecret) (client.Submission, error) {
	return a.look(ctx, in.Secret)
}

func (a *API) changeSubmission(ctx context.Context, _ *http.Request, in client.ChangedSubmission) (client.Submission, error) {
	if err := a.c.Calls.Change(ctx, in.Secret, contentOf(in.Content)); err != nil {
		return client.Submission{}, err
	}
	return a.look(ctx, in.Secret)
}

func (a *API) setPaperFile(ctx context.Context, r *http.Request, in client.PaperFile) (client.Submission, error) {
	if err := a.c.Gate.Fresh(r.RemoteAddr); err != nil {
		return client.Submission{}, err
	}
	if err := a.c.Calls.SetFile(ctx, in.Secret, in.Data); err != nil {
		return client.Submission{}, err
	}
	return a.look(ctx, in.Secret)
}

func (a *API) contactsShared(ctx context.Context, _ *http.Request, in client.SubmissionSecret) (client.ContactsShared, error) {
	all, err := a.c.Calls.Cards(ctx, in.Secret)
	return client.ContactsShared{Cards: each(all, func(x callfor.Card) client.ContactCard {
		return client.ContactCard{Name: x.Name, Organisation: x.Organisation, Email: x.Email, Note: x.Note, Consent: true, At: moment(x.At)}
	})}, err
}

func (a *API) shareContact(ctx context.Context, r *http.Request, in client.ContactCard) (client.SubmissionSecret, error) {
	id, err := parseID("exhibitor", in.Entry)
	if err != nil {
		return client.SubmissionSecret{}, err
	}
	if err := a.c.Gate.Card(r.RemoteAddr); err != nil {
		return client.SubmissionSecret{}, err
	}
	secret, err := a.c.Calls.Share(ctx, id, callfor.Card{Name: in.Name, Organisation: in.Organisation, Email: in.Email, Note: in.Note}, in.Consent)
	return client.SubmissionSecret{Secret: secret}, err
}

func publishedView(x callfor.Published) client.PublishedEntry {
	return client.PublishedEntry{ID: string(x.Entry), Call: string(x.OfCall), Title: x.Call, Edition: x.Edition, Kind: x.Kind, Number: x.Number,
		Content: contentView(x.Content), Authors: authorsView(x.Authors), Reason: x.Reason, At: x.At, File: x.File}
}

func (a *API) proceedings(ctx context.Context, _ *http.Request, q client.ProceedingsQuery) (client.Proceedings, error) {
	if err := oneOf("kind", q.Kind, callfor.Kinds()...); err != nil {
		return client.Proceedings{}, err
	}
	all, err := a.c.Calls.Public(ctx, q.Edition, cmp.Or(q.Kind, callfor.Paper))
	return client.Proceedings{Entries: each(all, publishedView)}, err
}

func (a *API) publication(ctx context.Context, _ *http.Request, in client.BySubmission) (client.PublishedEntry, error) {
	id, err := parseID("entry", in.Entry)
	if err != nil {
		return client.PublishedEntry{}, err
	}
	x, err := a.c.Calls.Publication(ctx, id)
	if err != nil {
		return client.PublishedEntry{}, err
	}
	return publishedView(*x), nil
}

func (a *API) publishedFile(ctx context.Context, in client.BySubmission) ([]byte, error) {
	id, err := parseID("entry", in.Entry)
	if err != nil {
		return nil, err
	}
	return a.c.Calls.PublishedFile(ctx, id)
}

func (a *API) planView(ctx context.Context, id landbridge.ID) (client.ExpoPlan, error) {
	all, err := a.c.Calls.Plan(ctx, id)
	return client.ExpoPlan{Stands: each(all, func(s callfor.Stand) client.Stand {
		out := client.Stand{Code: s.Code, Hall: s.Hall, Left: s.Left, Top: s.Top, Wide: s.Wide, Deep: s.Deep, Taken: s.Entry != "", Exhibitor: s.Exhibitor}
		if s.Exhibitor != "" { // another's stand is only taken
			out.Entry = string(s.Entry)
		}
		return out
	})}, err
}

func (a *API) acceptReview(ctx context.Context, _ *http.Request, in client.ReviewerCode) (client.SubmissionSecret, error) {
	secret, err := a.c.Calls.Accept(ctx, in.Code)
	return client.SubmissionSecret{Secret: secret}, err
}

func (a *API) reviewTasks(ctx context.Context, _ *http.Request, in client.SubmissionSecret) (client.ReviewTasks, error) {
	all, err := a.c.Calls.Tasks(ctx, in.Secret)
	return client.ReviewTasks{Tasks: each(all, func(t callfor.Task) client.ReviewTask {
		return client.ReviewTask{Entry: string(t.Entry), Number: t.Number, State: t.State, Open: t.Open}
	})}, err
}

func (a *API) readForReview(ctx context.Context, _ *http.Request, in client.ReviewOf) (client.Submission, error) {
	e, err := a.c.Calls.Read(ctx, in.Secret, landbridge.ID(in.Entry))
	if err != nil {
		return client.Submission{}, err
	}
	out := entryView(e)
	out.Decision, out.Criteria = nil, criteria(e.Call)
	return out, nil
}
