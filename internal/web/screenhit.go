package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/screening"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

func pathEscape(s string) string { return url.PathEscape(s) }

// A ScreenReviewView is page/screenreview: candidates that wait for somebody.
type ScreenReviewView struct {
	Frame
	Tabs2  []NavItem
	States []NavItem
	Hits   []HitBrief
	Next   string
	State  string
}

func (s *site) review(v *visit) error {
	t, state := v.t, v.URL.Query().Get("state")
	page, err := s.Screening.Hits(v.Context(), v.me(), screening.Filter{State: screening.State(state), After: v.URL.Query().Get("after"), Limit: 50})
	if err != nil {
		return err
	}
	view := ScreenReviewView{Frame: s.frame(v, t.T("screen.review.title")), Tabs2: s.screenTabs(v, "/screening/review"), State: state}
	view.States = []NavItem{{Href: "/screening/review", Name: t.T("screen.state.waiting"), Current: state == ""}}
	for _, st := range screening.States() {
		view.States = append(view.States, NavItem{Href: "/screening/review?state=" + string(st), Name: t.T("screen.state." + string(st)),
			Current: state == string(st)})
	}
	for _, l := range page.Hits {
		view.Hits = append(view.Hits, s.hitBrief(v, l))
	}
	if page.Next != "" {
		view.Next = with("/screening/review", v.URL.Query(), "after", page.Next)
	}
	return s.show(v, http.StatusOK, "screenreview", view)
}

// A ScreenHitView is page/screenhit: a candidate and an entry side by side.
type ScreenHitView struct {
	Frame
	HitBrief
	ID                     string
	ByName, Quality        string
	Words                  []WordLine
	Evidence               []EvidenceLine
	Rows                   []SideRow
	EntryHref, SubjectHref string
	Purpose                string
	Delisted, Changed      bool
	Reason, Second         string
	Identifiers            []NameValue
	Proposer, Decider      string
	Decided, WhiteUntil    string
	Software               bool
	Kinds                  []Choice // identifiers that may be named
	Tasks                  []TaskLine
	CanDecide, CanPropose  bool
	CanConfirm, CanReturn  bool
	CanRevoke, Mine        bool
	Waiting                bool
	Role, RoleName         string
	Digest                 string
	Fours                  []string
	DemoKey                bool
	Problem                string
	WhiteMax, WhiteDefault string
}

// A SideRow is one field of subject and entry, side by side.
type SideRow struct {
	Name          string
	Query, Listed []string
	ListOnly      bool // a subject never states it
}

// A TaskLine is a task with its clock, and what can be said about it.
type TaskLine struct {
	ID, Kind, What, Answer, By, Done string
	Clock                            *Clock
	State                            Pill
	Open, Late                       bool
}

func (s *site) hitID(v *visit) (landbridge.ID, error) {
	id, err := landbridge.ParseID(v.PathValue("hit"))
	if err != nil {
		return "", fail.New(fail.Missing, "there is no candidate at this address; the review page lists those you can see")
	}
	return id, nil
}

func (s *site) screenHit(v *visit) error {
	id, err := s.hitID(v)
	if err != nil {
		return err
	}
	return s.showHit(v, http.StatusOK, id, "")
}

func (s *site) showHit(v *visit, code int, id landbridge.ID, problem string) error {
	h, err := s.Screening.Hit(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	t := v.t
	view := ScreenHitView{Frame: s.frame(v, t.T("screen.hit.title")), HitBrief: s.hitBrief(v, h.HitLine), ID: string(id), ByName: percentOf(h.ByName),
		Problem: problem,
		Words:   wordLines(t, h.Words), Evidence: evidenceLines(t, h.Evidence), EntryHref: entryHref(h.Source.Code(),
			h.Entry), SubjectHref: "/screening/watches/" + string(h.Watch),
		Purpose: t.Or(h.Purpose, "purpose."+h.Purpose), Delisted: h.EntryNow.Delisted, Changed: !h.EntrySame && !h.EntryNow.Delisted,
		Reason: h.Reason, Second: h.Second, Proposer: h.Proposer, Decider: h.Decider, Decided: t.DateTime(h.Decided), Software: h.Software, Mine: h.Mine,
		Rows: sideRows(t, &h.Subject.Person, &h.EntryNow.Record)}
	view.Reference = reference(&h.EntryNow.Record)
	if h.Name.Quality != "" {
		view.Quality = t.T("screen.quality." + string(h.Name.Quality))
	}
	if !h.White.IsZero() && h.State == screening.FalsePositive {
		view.WhiteUntil = t.Date(h.White)
	}
	for _, i := range h.Identifiers {
		view.Identifiers = append(view.Identifiers, NameValue{t.T("screen.id." + i.Kind), i.Note})
	}
	for _, k := range h.Kinds {
		view.Kinds = append(view.Kinds, Choice{Value: k, Name: t.T("screen.id." + k)})
	}
	for _, task := range h.Tasks {
		view.Tasks = append(view.Tasks, s.taskLine(v, task))
	}
	s.hitActs(v, &view, h)
	return s.show(v, code, "screenhit", view)
}

// hitActs says what this person can do with the candidate now.
func (s *site) hitActs(v *visit, view *ScreenHitView, h *screening.HitView) {
	now := s.Clock()
	view.Waiting = h.State == screening.Proposed
	view.CanDecide = h.MayDecide && (h.State == screening.Open || h.State == screening.Proposed)
	view.CanPropose = h.MayDecide && h.State == screening.Open && !h.EntryNow.Delisted
	view.CanConfirm = h.MayConfirm && h.State == screening.Proposed && !h.Mine
	view.CanReturn = h.MayConfirm && h.State == screening.Proposed
	view.CanRevoke = h.MayConfirm && h.State == screening.Matched
	view.WhiteMax, view.WhiteDefault = now.AddDate(0, 0, 90).Format(time.DateOnly), now.AddDate(0, 0, 90).Format(time.DateOnly)
	if view.CanConfirm {
		for _, r := range s.access.Roles(access.ConfirmHit) {
			if v.me().Is(r) {
				view.Role, view.RoleName = string(r), s.roleName(v.t, r)
				break
			}
		}
		view.Digest, view.Fours = h.Digest.String(), inFours(h.Digest.String())
		_, view.DemoKey = s.demoKey(v.me().Account)
	}
	view.Live = !view.CanDecide && !view.CanConfirm
}

func (s *site) taskLine(v *visit, task screening.Task) TaskLine {
	l := TaskLine{ID: string(task.ID), Kind: string(task.Kind), What: v.t.T("screen.task." + string(task.Kind)), Answer: task.Answer, By: task.By,
		Open: task.State == "open" || task.State == "late",
		Late: task.State == "late", State: Pill{Text: v.t.T("screen.taskstate." + task.State)}}
	switch {
	case l.Open:
		l.Clock, l.State.Class = s.taskClock(v, task), "amber"
		if l.Late {
			l.State.Class = "red"
		}
	case task.State == "done":
		l.State.Class, l.Done = "green", v.t.DateTime(task.Done)
	}
	return l
}

// sideRows puts what is known of both side by side, field by field; a field
// that neither states is left out, one that only one states shows the gap.
func sideRows(t *lang.Texts, q, e *match.Record) []SideRow {
	names := func(r *match.Record) (all []string) {
		for _, n := range r.Names {
			all = append(all, n.Text)
		}
		return all
	}
	births := func(r *match.Record) (all []string) {
		for _, b := range r.Births {
			all = append(all, b.String())
		}
		return all
	}
	documents := func(r *match.Record) (all []string) {
		for _, d := range r.Documents {
			all = append(all, strings.TrimSpace(d.Type+" "+d.Number+" "+d.Country))
		}
		return all
	}
	one := func(s string) []string { return slices.DeleteFunc([]string{s}, func(s string) bool { return s == "" }) }
	var rows []SideRow
	for _, r := range []struct {
		field         string
		query, listed []string
	}{
		{"names", names(q), names(e)}, {"births", births(q), births(e)}, {"birth_places", q.BirthPlaces, e.BirthPlaces}, {"nationalities", q.Nationalities,
			e.Nationalities},
		{"gender", one(q.Gender), one(e.Gender)}, {"documents", documents(q), documents(e)}, {"addresses", q.Addresses, e.Addresses}, {"positions",
			q.Positions, e.Positions},
		{"programme", nil, one(e.Programme)}, {"listed_on", nil, one(e.ListedOn)}, {"updated_on", nil, one(e.UpdatedOn)}, {"comment", nil, one(e.Comment)},
	} {
		if len(r.query)+len(r.listed) > 0 {
			rows = append(rows, SideRow{t.T("screen.field." + r.field), r.query, r.listed, slices.Contains([]string{"programme", "listed_on", "updated_on",
				"comment"}, r.field)})
		}
	}
	return rows
}

// decideHit takes the forms of the page of a candidate.
func (s *site) decideHit(v *visit) error {
	id, err := s.hitID(v)
	if err != nil {
		return err
	}
	said := "screen-decided"
	ctx, me, reason := v.Context(), v.me(), v.FormValue("reason")
	switch v.FormValue("do") {
	case "dismiss":
		var until time.Time
		if until, err = formDay(v.FormValue("until")); err == nil {
			err = s.Screening.Dismiss(ctx, me, id, reason, until)
		}
	case "propose":
		said = "screen-proposed"
		err = s.Screening.Propose(ctx, me, id, formIdentifiers(v), reason)
	case "return":
		err = s.Screening.Return(ctx, me, id, reason)
	case "revoke":
		err = s.Screening.Revoke(ctx, me, id, reason)
	case "confirm", "demo":
		said = "screen-confirmed"
		err = s.confirmHit(v, id)
	case "task":
		err = s.taskForm(v)
	default:
		return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	switch {
	case err == nil:
		return v.to("/screening/hits/"+string(id), said)
	case fail.Is(err, fail.Invalid), fail.Is(err, fail.Denied), fail.Is(err, fail.Conflict), fail.Is(err, fail.Unsigned):
		return s.showHit(v, face.Status(fail.KindOf(err)), id, sentence(fail.Safe(err)))
	}
	return err
}

func (s *site) confirmHit(v *visit, id landbridge.ID) error {
	assertion := []byte(v.FormValue("assertion"))
	if v.FormValue("do") == "demo" {
		sign, ok := s.demoKey(v.me().Account)
		if !ok {
			return fail.New(fail.Denied, "this node holds no demo key for you; sign with your passkey")
		}
		d, err := s.Screening.Digest(v.Context(), v.me(), id)
		if err != nil {
			return err
		}
		challenge := staff.Challenge(d)
		if assertion, err = sign(v.Context(), challenge[:]); err != nil {
			return err
		}
	}
	if !json.Valid(assertion) {
		return fail.New(fail.Unsigned, "no passkey signed this; press the button and touch your key")
	}
	return s.Screening.Confirm(v.Context(), v.me(), id, landbridge.Role(v.FormValue("role")), assertion)
}

// hitOptions asks the person's passkey for a touch over a proposed match.
func (s *site) hitOptions(v *visit) error {
	id, err := s.hitID(v)
	if err != nil {
		return err
	}
	d, err := s.Screening.Digest(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	options, err := s.Staff.ApprovalOptions(v.Context(), v.me(), d)
	if err != nil {
		return err
	}
	return v.answer(http.StatusOK, staff.Ceremony{Options: options})
}

// formIdentifiers reads the identifiers that have a note: a note without a tick
// was not meant, a tick without a note is refused by the module.
func formIdentifiers(v *visit) (all []screening.Identifier) {
	for _, k := range v.Form["identifier"] {
		all = append(all, screening.Identifier{Kind: k, Note: v.FormValue("note-" + k)})
	}
	return all
}

func (s *site) taskForm(v *visit) error {
	task, err := landbridge.ParseID(v.FormValue("task"))
	if err != nil {
		return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	if v.FormValue("answer") == "why" {
		return s.Screening.WhyNot(v.Context(), v.me(), task, v.FormValue("text"))
	}
	return s.Screening.Done(v.Context(), v.me(), task, v.FormValue("text"))
}

// formDay reads a day of a form, which counts to its end; empty is no day.
func formDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, fail.New(fail.Invalid, "write a day as 2027-03-01")
	}
	return t.Add(24*time.Hour - time.Second), nil
}
