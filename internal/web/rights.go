package web

import (
	"net/http"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/rights"
)

// A RightsView is page/rights: what persons ask about data on them (S19).
type RightsView struct {
	Frame
	Items []RightLine
}

// A RightLine is one request in the list.
type RightLine struct {
	Href, Number, Kind, Received, Due string
	State                             Pill
}

// A RightView is page/right: one request, and its answer.
type RightView struct {
	Frame
	ID, Number, Kind, Received, Due   string
	State                             Pill
	About, Contact, Language          string
	Ways                              []Choice
	Way, Text                         string // of the answer that is drafted or given
	MayDraft, MaySign, Erased, Closed bool
	Problem                           string
}

func (s *site) rightsList(v *visit) error {
	all, err := s.Rights.List(v.Context(), v.me())
	if err != nil {
		return err
	}
	view := RightsView{Frame: s.frame(v, v.t.T("rights.title"))}
	for _, l := range all {
		view.Items = append(view.Items, RightLine{Href: "/rights/" + string(l.ID), Number: l.Number, Kind: v.t.T("public.rights.kind." + l.Kind),
			Received: v.t.Date(l.Received), Due: v.t.Date(l.Due), State: rightState(v, l)})
	}
	return s.show(v, http.StatusOK, "rights", view)
}

func rightState(v *visit, l rights.Line) Pill {
	switch {
	case l.Overdue:
		return Pill{"red", v.t.T("rights.state.overdue")}
	case l.State == rights.Answered:
		return Pill{"green", v.t.T("rights.state.answered")}
	}
	return Pill{"amber", v.t.T("rights.state." + l.State)}
}

func (s *site) right(v *visit) error { return s.showRight(v, http.StatusOK, rights.Answer{}, "") }

func (s *site) showRight(v *visit, status int, a rights.Answer, problem string) error {
	id, err := landbridge.ParseID(v.PathValue("id"))
	if err != nil {
		return fail.New(fail.Missing, "there is no such request; see the list")
	}
	r, err := s.Rights.Open(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	view := RightView{Frame: s.frame(v, r.Number), ID: string(id), Number: r.Number, Kind: v.t.T("public.rights.kind." + r.Line.Kind),
		Received: v.t.Date(r.Received), Due: v.t.Date(r.Due), State: rightState(v, r.Line), About: r.About, Contact: r.Contact,
		MayDraft: r.MayDraft, MaySign: r.MaySign, Erased: r.Erased, Closed: r.State == rights.Answered, Text: r.Answer.Text, Problem: problem}
	view.Live = false
	if r.Lang != "" {
		view.Language = languages(v.t, []string{r.Lang})
	}
	if r.Answer.Way != "" {
		view.Way = v.t.T("public.rights.way." + r.Answer.Way)
	}
	if problem != "" {
		view.Text = a.Text
	}
	for _, w := range rights.Ways() {
		view.Ways = append(view.Ways, Choice{w, v.t.T("public.rights.way." + w), w == a.Way})
	}
	return s.show(v, status, "right", view)
}

// answerRight drafts an answer, confirms it or gives it back.
func (s *site) answerRight(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("id"))
	if err != nil {
		return fail.New(fail.Missing, "there is no such request; see the list")
	}
	a := rights.Answer{Way: v.FormValue("way"), Text: v.FormValue("text")}
	switch v.FormValue("do") {
	case "draft":
		err = s.Rights.Draft(v.Context(), v.me(), id, a)
	case "confirm":
		err = s.Rights.Confirm(v.Context(), v.me(), id)
	case "return":
		err = s.Rights.Return(v.Context(), v.me(), id)
	default:
		err = fail.New(fail.Invalid, "choose what to do with the answer")
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) {
		return s.showRight(v, http.StatusUnprocessableEntity, a, fail.Safe(err))
	}
	if err != nil {
		return err
	}
	return v.to("/rights/"+string(id), "")
}
