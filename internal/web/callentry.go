package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
)

// An EntryView is page/callentry: one entry of a call, opened whole.
type EntryView struct {
	Frame
	ID, Number, CallName, CallHref, Kind, Sent string
	State                                      Pill
	Name, Abstract, Text                       string
	Keywords                                   []string
	Facts                                      []NameValue
	Products                                   []NameValue
	Authors                                    []NameValue
	File                                       string
	Problem, Reason                            string
	Mean, Missing                              string
	Reviews                                    []ReviewRow
	Panel                                      []PanelRow
	Decision, Decided, Published, Stand        string
	Reviewed, MayAssign, MayDecide, MayConfirm bool
	IsAward, MayRetract                        bool
	Session                                    *EntrySession
	Place                                      string // the form that makes a session of it, or ""
}

// A ReviewRow is one review of an entry.
type ReviewRow struct {
	Who, Score, Comment, Note string
	State                     Pill
	Scores                    []NameValue
}

// A PanelRow is a reviewer who may be given the entry.
type PanelRow struct {
	ID, Name, Organisation, Work string
	Near, Given                  bool
	State                        Pill
}

func entryID(v *visit) (landbridge.ID, error) {
	id, err := landbridge.ParseID(v.PathValue("entry"))
	if err != nil {
		return "", fail.New(fail.Missing, "there is no such entry; the list of the call shows those there are")
	}
	return id, nil
}

func (s *site) entryPage(v *visit) error {
	id, err := entryID(v)
	if err != nil {
		return err
	}
	return s.showEntry(v, http.StatusOK, id, "", "")
}

func (s *site) showEntry(v *visit, status int, id landbridge.ID, problem, reason string) error {
	x, err := s.Calls.Show(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	t, c := v.t, x.Call
	view := EntryView{Frame: s.frame(v, x.Content.Title), ID: string(id), Number: strconv.Itoa(x.Number), CallName: c.Title, CallHref: "/calls/" + string(c.ID),
		Kind: t.T("public.calls.kind." + c.Kind), Sent: t.DateTime(x.Sent), State: entryState(v, x.State), Name: x.Content.Title, Abstract: x.Content.Abstract,
		Text: x.Content.Text, Keywords: x.Content.Keywords, Problem: problem, Reason: reason, Stand: x.Stand, Reviewed: c.MinReviews > 0,
		IsAward: c.Kind == call.Award}
	view.Live = false
	view.Facts, view.Products = entryFacts(v, x.Content)
	for _, a := range x.Authors {
		view.Authors = append(view.Authors, NameValue{a.Name, strings.Trim(a.Organisation+" · "+a.Email, " ·")})
	}
	if x.File > 0 {
		view.File = t.Bytes(x.File)
	}
	if !x.Published.IsZero() {
		view.Published, view.MayRetract = t.Date(x.Published), s.may(v, access.PublishForum)
	}
	if d := x.Decision; d.Way != "" {
		view.Decision, view.Decided = d.Reason, t.Date(d.At)
	}
	s.entryReviews(v, &view, x)
	view.MayAssign = view.Reviewed && (x.State == call.Sent || x.State == call.Revise)
	view.MayDecide = x.State == call.Sent && x.Count >= c.MinReviews
	view.MayConfirm = x.State == call.Proposed
	if x.State == call.Sent && x.Count < c.MinReviews {
		view.Missing = t.T("calls.missing", c.MinReviews, x.Count)
	}
	if err := s.entryPlace(v, &view, x); err != nil {
		return err
	}
	return s.show(v, status, "callentry", view)
}

// entryFacts lays out what entries of a kind say beside the text.
func entryFacts(v *visit, x call.Content) (facts, products []NameValue) {
	add := func(name, text string) {
		if text != "" {
			facts = append(facts, NameValue{name, text})
		}
	}
	t := v.t
	if e := x.Event; e != nil {
		add(t.T("public.calls.format"), t.T("public.calls.format."+e.Format))
		add(t.T("public.calls.minutes"), fmt.Sprint(e.Minutes))
		add(t.T("public.calls.seats"), fmt.Sprint(e.Seats))
		add(t.T("public.calls.wishes"), e.Wishes)
	}
	if e := x.Exhibitor; e != nil {
		add(t.T("public.calls.exhibitor"), e.Organisation)
		add(t.T("public.calls.site"), e.Site)
		for _, p := range e.Products {
			products = append(products, NameValue{p.Name, p.Text})
		}
	}
	if e := x.Project; e != nil {
		add(t.T("public.calls.carried"), e.Organisation)
		add(t.T("public.calls.country"), e.Country)
		add(t.T("public.calls.period"), e.Period)
		add(t.T("public.calls.results.field"), e.Results)
	}
	return facts, products
}

func (s *site) entryReviews(v *visit, view *EntryView, x *call.Dossier) {
	t := v.t
	class := map[string]string{call.Assigned: "amber", call.Free: "teal", call.Done: "green", call.Conflict: "red"}
	for _, g := range x.Reviews {
		r := ReviewRow{Who: g.Name, Comment: g.Comment, Note: g.Note, State: Pill{class[g.State], t.T("public.calls.review." + g.State)}}
		if r.Who == "" {
			r.Who = t.T("calls.former")
		}
		if g.State == call.Done {
			r.Score = t.Decimal(g.Score, 1)
			for _, k := range x.Call.Criteria {
				r.Scores = append(r.Scores, NameValue{k.Name, strconv.Itoa(g.Scores[k.Name])})
			}
		}
		view.Reviews = append(view.Reviews, r)
	}
	if x.Count > 0 {
		view.Mean = t.T("public.calls.score", t.Decimal(x.Mean, 2), x.Count)
	}
	for _, p := range x.Panel {
		row := PanelRow{ID: string(p.ID), Name: p.Name, Organisation: p.Organisation, Work: t.T("calls.work", p.Done, p.Panelist.Given), Near: p.Near,
			Given: p.State != ""}
		if row.Given {
			row.State = Pill{class[p.State], t.T("public.calls.review." + p.State)}
		}
		view.Panel = append(view.Panel, row)
	}
}

// changeEntry does one thing to an entry.
func (s *site) changeEntry(v *visit) error {
	id, err := entryID(v)
	if err != nil {
		return err
	}
	ctx, me, reason := v.Context(), v.me(), lines(v.FormValue("reason"))
	switch do := v.FormValue("do"); do {
	case "assign":
		err = s.Calls.Assign(ctx, me, id, landbridge.ID(v.FormValue("reviewer")))
	case call.Accepted, call.Declined, call.Revise:
		err = s.Calls.Decide(ctx, me, id, do, reason)
	case "confirm":
		err = s.Calls.Confirm(ctx, me, id)
	case "return":
		err = s.Calls.Return(ctx, me, id)
	case "retract":
		if !s.may(v, access.PublishForum) {
			return fail.New(fail.Denied, "what is public is taken back by the secretariat")
		}
		err = s.Calls.Retract(ctx, me, id)
	default:
		err = fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	if onCallPage(err) {
		return s.showEntry(v, http.StatusUnprocessableEntity, id, sentence(fail.Safe(err)), reason)
	}
	if err != nil {
		return err
	}
	return v.to("/submissions/"+string(id), "done")
}

func (s *site) entryFile(v *visit) error {
	id, err := entryID(v)
	if err != nil {
		return err
	}
	b, err := s.Calls.File(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="paper.pdf"`)
	v.w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	v.send(http.StatusOK, "application/pdf", b)
	return nil
}
