package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/rights"
)

// Rights is where persons ask about data on them (S19): a rights.Desk.
type Rights interface {
	Ask(ctx context.Context, r rights.Request) (*rights.Receipt, error)
	Look(ctx context.Context, number, secret string) (*rights.Reply, error)
}

// A RightsView is page/rights: the form to ask, the one to come back with, and
// what came of either.
type RightsView struct {
	Frame
	Kinds          []face.Choice
	About, Contact string
	Problem        string
	Number, Secret string // of a request that was just taken in
	Due            string
	Reply          *ReplyLine
}

// A ReplyLine is how a request stands.
type ReplyLine struct {
	Number, Kind, Received, Due string
	Answered, Way, Text         string
}

func (s *site) rights(v *visit) error { return s.showRights(v, http.StatusOK, rights.Request{}, "") }

func (s *site) showRights(v *visit, status int, r rights.Request, problem string) error {
	view := s.rightsView(v, r)
	view.Problem = problem
	return s.showAs(v, status, "rights", view)
}

func (s *site) rightsView(v *visit, r rights.Request) RightsView {
	view := RightsView{Frame: s.frame(v, v.t.T("public.rights.title")), About: r.About, Contact: r.Contact}
	view.Here = Prefix + "rights" // a form's answer has no address of its own
	for _, k := range rights.Kinds() {
		view.Kinds = append(view.Kinds, face.Choice{Value: k, Name: v.t.T("public.rights.kind." + k), Chosen: k == r.Kind})
	}
	return view
}

// form reads what a page sent, bounded.
func (s *site) form(v *visit) (url.Values, error) {
	v.Body = http.MaxBytesReader(v.w, v.Body, MaxForm)
	if err := v.ParseForm(); err != nil {
		return nil, fail.Because(err, fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	return v.PostForm, nil
}

// ask takes a request in. The secret stands on the answer alone, in no address.
func (s *site) ask(v *visit) error {
	f, err := s.form(v)
	if err != nil {
		return err
	}
	r := rights.Request{Kind: f.Get("kind"), About: f.Get("about"), Contact: f.Get("contact"), Lang: v.t.Code}
	receipt, err := s.Rights.Ask(v.Context(), r)
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) {
		return s.showRights(v, http.StatusUnprocessableEntity, r, fail.Safe(err))
	}
	if err != nil {
		return err
	}
	view := s.rightsView(v, rights.Request{})
	view.Number, view.Secret, view.Due = receipt.Number, receipt.Secret, v.t.Date(receipt.Due)
	v.w.Header().Set("Cache-Control", "no-store")
	return s.showAs(v, http.StatusOK, "rights", view)
}

// look shows how a request stands to who knows its number and secret.
func (s *site) look(v *visit) error {
	f, err := s.form(v)
	if err != nil {
		return err
	}
	r, err := s.Rights.Look(v.Context(), f.Get("number"), f.Get("secret"))
	if fail.Is(err, fail.Missing) {
		return s.showRights(v, http.StatusNotFound, rights.Request{}, fail.Safe(err))
	}
	if err != nil {
		return err
	}
	view := s.rightsView(v, rights.Request{})
	view.Reply = &ReplyLine{Number: r.Number, Kind: v.t.T("public.rights.kind." + r.Kind), Received: v.t.Date(r.Received), Due: v.t.Date(r.Due)}
	if r.State == rights.Answered && slices.Contains(rights.Ways(), r.Way) {
		view.Reply.Answered, view.Reply.Way, view.Reply.Text = v.t.Date(r.Answered), v.t.T("public.rights.way."+r.Way), r.Text
	}
	v.w.Header().Set("Cache-Control", "no-store")
	return s.showAs(v, http.StatusOK, "rights", view)
}
