package api

import (
	"context"
	"errors"
	"net/http"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
)

func (a *API) draftRoutes() {
	handle(a, "drafts", access.DraftRequest, a.drafts)
	handle(a, "newDraft", access.ProposeAct, a.newDraft)
	handle(a, "draft", access.ProposeAct, a.draft)
	handle(a, "saveDraft", access.ProposeAct, a.saveDraft)
	handle(a, "dropDraft", access.ProposeAct, a.dropDraft)
	handle(a, "attachToDraft", access.ProposeAct, a.attach)
	handle(a, "detach", access.ProposeAct, a.detach)
	handle(a, "propose", access.ProposeAct, a.propose)
}

func (c *call) draft(d *casework.DraftView, err error) (client.Draft, error) {
	if err != nil {
		return client.Draft{}, err
	}
	c.etag = draftTag(d.Version)
	return draftView(d), nil
}

func (a *API) drafts(ctx context.Context, c *call, _ client.None) (client.Drafts, error) {
	desk, err := a.c.Casework.Desk(ctx, c.person)
	if err != nil {
		return client.Drafts{}, err
	}
	out := client.Drafts{Drafts: []client.Draft{}}
	for _, i := range desk.Items {
		if i.Draft == "" {
			continue
		}
		d, err := a.c.Casework.Draft(ctx, c.person, i.Draft)
		if fail.Is(err, fail.Missing) || fail.Is(err, fail.Denied) {
			continue // dropped since, or a colleague's
		}
		if err != nil {
			return out, err
		}
		out.Drafts = append(out.Drafts, draftView(d))
	}
	return out, nil
}

func (a *API) newDraft(ctx context.Context, c *call, in client.NewDraft) (client.Draft, error) {
	n := casework.NewDraft{Process: in.Process, To: landbridge.PartyID(in.To), Transition: in.Transition}
	var err error
	if n.Input, err = input(in.Input); err != nil {
		return client.Draft{}, err
	}
	if in.Case != "" {
		if n.Case, err = a.caseID(ctx, c, in.Case); err != nil {
			return client.Draft{}, err
		}
	} else {
		// A new case is more than an act in one: other roles may begin it.
		if err := c.may(access.DraftRequest); err != nil {
			return client.Draft{}, err
		}
		if len(in.Sides) > 0 {
			n.Sides = map[string][]landbridge.PartyID{}
			for name, parties := range in.Sides {
				for _, p := range parties {
					n.Sides[name] = append(n.Sides[name], landbridge.PartyID(p)) // casework parses them
				}
			}
		} else if _, err := landbridge.ParsePartyID(in.To); err != nil {
			return client.Draft{}, fail.New(fail.Invalid, "say to whom: %v", err)
		}
	}
	return c.draft(a.c.Casework.NewDraft(ctx, c.person, n))
}

func (a *API) draft(ctx context.Context, c *call, in client.ByDraft) (client.Draft, error) {
	id, err := parseID("draft", in.Draft)
	if err != nil {
		return client.Draft{}, err
	}
	return c.draft(a.c.Casework.Draft(ctx, c.person, id))
}

func (a *API) saveDraft(ctx context.Context, c *call, in client.SaveDraft) (client.Draft, error) {
	id, err := parseID("draft", in.Draft)
	if err != nil {
		return client.Draft{}, err
	}
	v, err := version(in.Match)
	if err != nil {
		return client.Draft{}, err
	}
	content, err := input(in.Input)
	if err != nil {
		return client.Draft{}, err
	}
	return c.draft(a.c.Casework.SaveDraft(ctx, c.person, id, v, content))
}

func (a *API) dropDraft(ctx context.Context, c *call, in client.ByDraft) (struct{}, error) {
	id, err := parseID("draft", in.Draft)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, a.c.Casework.DropDraft(ctx, c.person, id)
}

func (a *API) attach(ctx context.Context, c *call, in client.DraftFile) (client.File, error) {
	id, err := parseID("draft", in.Draft)
	if err != nil {
		return client.File{}, err
	}
	if in.Name == "" {
		return client.File{}, fail.New(fail.Invalid, "say the file's name: ?name=statement.pdf")
	}
	body := http.MaxBytesReader(c.w, c.r.Body, a.c.MaxFile)
	f, err := a.c.Casework.Attach(ctx, c.person, id, casework.NewFile{Name: in.Name, MediaType: in.Type, Title: in.Title, Content: body})
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return client.File{}, fail.New(fail.TooLarge, "%s is larger than this node takes (%d MiB)", clip(in.Name), a.c.MaxFile>>20)
	}
	if err != nil {
		return client.File{}, err
	}
	return file(*f), nil
}

func (a *API) detach(ctx context.Context, c *call, in client.ByDraftFile) (struct{}, error) {
	id, err := parseID("draft", in.Draft)
	if err != nil {
		return struct{}{}, err
	}
	f, err := parseID("file", in.File)
	if err != nil {
		return struct{}{}, err
	}
	return struct{}{}, a.c.Casework.Detach(ctx, c.person, id, f)
}

func (a *API) propose(ctx context.Context, c *call, in client.ByDraft) (client.Done, error) {
	id, err := parseID("draft", in.Draft)
	if err != nil {
		return client.Done{}, err
	}
	d, err := a.c.Casework.Propose(ctx, c.person, id)
	if fail.Is(err, fail.Invalid) {
		err = a.unfinished(ctx, c, id, err)
	}
	return c.outcome(d, err)
}

// unfinished adds to err what is wrong field by field.
func (a *API) unfinished(ctx context.Context, c *call, id landbridge.ID, err error) error {
	all, e := a.c.Casework.CheckDraft(ctx, c.person, id)
	if e != nil {
		return err // the sentence has to do
	}
	return &incomplete{err, all}
}

// An incomplete is a refusal with what is wrong field by field.
type incomplete struct {
	error
	fields []casework.Problem
}

func (i *incomplete) Unwrap() error { return i.error }
