package client

import (
	"context"
	"net/http"
	"time"
)

// A RightsRequest is what a person asked about data on them, as those who
// answer see it (S19). The words are there when one is read by its id.
type RightsRequest struct {
	Tag
	ID        string     `json:"id"`
	Number    string     `json:"number"`
	Kind      string     `json:"kind" doc:"access, correction, deletion or complaint."`
	State     string     `json:"state" doc:"received, drafted or answered."`
	Received  time.Time  `json:"received"`
	Due       time.Time  `json:"due" doc:"First answer by."`
	Overdue   bool       `json:"overdue"`
	Answered  *time.Time `json:"answered,omitempty"`
	About     string     `json:"about,omitempty"`
	Contact   string     `json:"contact,omitempty"`
	Language  string     `json:"language,omitempty"`
	Way       string     `json:"way,omitempty" doc:"Of the answer: neither, done, given or refused."`
	Text      string     `json:"text,omitempty"`
	MayDraft  bool       `json:"may_draft"`
	MayDecide bool       `json:"may_decide"`
}

// RightsRequests lists them, the nearest deadline first.
type RightsRequests struct {
	Tag
	Requests []RightsRequest `json:"requests"`
}

// ByRightsRequest names one.
type ByRightsRequest struct {
	Request string `path:"request" json:"-"`
}

// A RightsAnswer drafts an answer.
type RightsAnswer struct {
	Request string `path:"request" json:"-"`
	Way     string `json:"way" doc:"neither, done, given or refused."`
	Text    string `json:"text,omitempty"`
}

// A RightsDecision confirms a drafted answer or gives it back.
type RightsDecision struct {
	Request string `path:"request" json:"-"`
	Confirm bool   `json:"confirm" doc:"false gives it back to be written anew."`
}

// rightsRoutes are the calls of those who answer persons.
func rightsRoutes() []Route {
	return []Route{
		{Name: "rightsRequests", Method: http.MethodGet, Path: "/rights", Summary: "What persons ask about data on them (S19)", In: None{}, Out: RightsRequests{}},
		{Name: "rightsRequest", Method: http.MethodGet, Path: "/rights/{request}", Summary: "One such request, opened; reading is a fact in the log",
			In: ByRightsRequest{}, Out: RightsRequest{}},
		{Name: "answerRights", Method: http.MethodPost, Path: "/rights/{request}/answer", Summary: "Draft the answer that the overseer confirms",
			In: RightsAnswer{}, Out: RightsRequest{}},
		{Name: "decideRights", Method: http.MethodPost, Path: "/rights/{request}/decision", Summary: "Confirm a drafted answer, or give it back (S21)",
			In: RightsDecision{}, Out: RightsRequest{}},
	}
}

// RightsRequests lists what persons asked about data on them.
func (c *Client) RightsRequests(ctx context.Context) (RightsRequests, error) {
	return call[RightsRequests](ctx, c, "rightsRequests", None{})
}

// RightsRequest opens one request.
func (c *Client) RightsRequest(ctx context.Context, id string) (RightsRequest, error) {
	return call[RightsRequest](ctx, c, "rightsRequest", ByRightsRequest{id})
}

// AnswerRights drafts an answer.
func (c *Client) AnswerRights(ctx context.Context, a RightsAnswer) (RightsRequest, error) {
	return call[RightsRequest](ctx, c, "answerRights", a)
}

// DecideRights confirms a drafted answer or gives it back.
func (c *Client) DecideRights(ctx context.Context, d RightsDecision) (RightsRequest, error) {
	return call[RightsRequest](ctx, c, "decideRights", d)
}
