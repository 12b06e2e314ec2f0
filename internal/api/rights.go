package api

import (
	"context"

	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/rights"
)

func (a *API) rightsRoutes() {
	handle(a, "rightsRequests", access.AnswerRights, a.rightsRequests)
	handle(a, "rightsRequest", access.AnswerRights, a.rightsRequest)
	handle(a, "answerRights", access.AnswerRights, a.answerRights)
	handle(a, "decideRights", access.AnswerRights, a.decideRights)
}

func (a *API) rightsRequests(ctx context.Context, c *call, _ client.None) (client.RightsRequests, error) {
	all, err := a.c.Rights.List(ctx, c.person)
	return client.RightsRequests{Requests: each(all, rightsLine)}, err
}

func rightsLine(l rights.Line) client.RightsRequest {
	return client.RightsRequest{ID: string(l.ID), Number: l.Number, Kind: l.Kind, State: l.State, Received: l.Received, Due: l.Due, Overdue: l.Overdue,
		Answered: moment(l.Answered)}
}

func (a *API) rightsRequest(ctx context.Context, c *call, in client.ByRightsRequest) (client.RightsRequest, error) {
	id, err := parseID("request", in.Request)
	if err != nil {
		return client.RightsRequest{}, err
	}
	v, err := a.c.Rights.Open(ctx, c.person, id)
	if err != nil {
		return client.RightsRequest{}, err
	}
	out := rightsLine(v.Line)
	out.About, out.Contact, out.Language, out.Way, out.Text = v.About, v.Contact, v.Lang, v.Answer.Way, v.Answer.Text
	out.MayDraft, out.MayDecide = v.MayDraft, v.MaySign
	return out, nil
}

func (a *API) answerRights(ctx context.Context, c *call, in client.RightsAnswer) (client.RightsRequest, error) {
	id, err := parseID("request", in.Request)
	if err != nil {
		return client.RightsRequest{}, err
	}
	if err := a.c.Rights.Draft(ctx, c.person, id, rights.Answer{Way: in.Way, Text: in.Text}); err != nil {
		return client.RightsRequest{}, err
	}
	return a.rightsRequest(ctx, c, client.ByRightsRequest{Request: in.Request})
}

func (a *API) decideRights(ctx context.Context, c *call, in client.RightsDecision) (client.RightsRequest, error) {
	id, err := parseID("request", in.Request)
	if err != nil {
		return client.RightsRequest{}, err
	}
	if in.Confirm {
		err = a.c.Rights.Confirm(ctx, c.person, id)
	} else {
		err = a.c.Rights.Return(ctx, c.person, id)
	}
	if err != nil {
		return client.RightsRequest{}, err
	}
	return a.rightsRequest(ctx, c, client.ByRightsRequest{Request: in.Request})
}
