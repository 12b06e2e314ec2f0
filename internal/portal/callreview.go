package portal

import (
	"net/http"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
)

// A ReviewView is page/callreview: the desk of a reviewer or juror, who has a
// secret and no account.
type ReviewView struct {
	Frame
	Secret  string // of this desk, once it is open
	Fresh   bool   // the secret was told just now
	Code    string // as written, where it was refused
	Wrote   string // a secret that is none
	Problem string
	Said    string
	Tasks   []TaskLine
	Reading *ReadingView
}

// A TaskLine is one entry that a reviewer was given.
type TaskLine struct {
	Entry, Number, State, Class string
	MaySay, MayRead, Open       bool
}

// A ReadingView is an entry that a reviewer reads and judges.
type ReadingView struct {
	Entry, Number string
	EntryText
	Authors   []call.Author
	Anonymous bool
	MayFile   bool
	File      string
	Open      bool
	Criteria  []CriterionRow
	Comment   string
	Note      string
}

// A CriterionRow is one thing to be scored.
type CriterionRow struct {
	ID, Name, Weight, Score string
}

func (s *site) review(v *visit) error {
	return s.show(v, "callreview", ReviewView{Frame: s.frame(v, v.t.T("public.calls.review"))})
}

// doReview is one act at a reviewer's desk.
func (s *site) doReview(v *visit) error {
	if err := s.Gate.Form(v.RemoteAddr); err != nil {
		return err
	}
	f, err := s.longForm(v)
	if err != nil {
		return err
	}
	v.w.Header().Set("Cache-Control", "no-store")
	view := ReviewView{Frame: s.frame(v, v.t.T("public.calls.review")), Secret: strings.TrimSpace(f.Get("secret"))}
	view.Here = callsPath + "review"
	entry := landbridge.ID(f.Get("entry"))
	switch f.Get("do") {
	case "accept":
		secret, e := s.Calls.Accept(v.Context(), f.Get("code"))
		if err = e; err != nil {
			view.Secret, view.Code = "", typed(strings.TrimSpace(f.Get("code")))
		} else {
			view.Secret, view.Fresh = secret, true
		}
	case "none", "conflict":
		err = s.Calls.Declare(v.Context(), view.Secret, entry, f.Get("do") == "conflict")
		if err == nil && f.Get("do") == "none" {
			view.Reading, err = s.reading(v, view.Secret, entry)
		}
	case "read":
		view.Reading, err = s.reading(v, view.Secret, entry)
	case "file":
		return s.reviewFile(v, view.Secret, entry)
	case "judge":
		if err = s.judge(v, &view, entry); err == nil {
			view.Said, view.Reading = v.t.T("public.calls.said.judged"), nil
		}
	}
	return s.showReview(v, view, err)
}

func (s *site) showReview(v *visit, view ReviewView, problem error) error {
	status := http.StatusOK
	if problem != nil {
		if !onPage(problem) {
			return problem
		}
		view.Problem, status = capital(fail.Safe(problem)), http.StatusUnprocessableEntity
	}
	if view.Secret == "" && view.Problem != "" || view.Reading != nil {
		return s.showAs(v, status, "callreview", view)
	}
	all, err := s.Calls.Tasks(v.Context(), view.Secret)
	if fail.Is(err, fail.Missing) {
		view.Secret, view.Wrote, view.Problem = "", typed(view.Secret), capital(fail.Safe(err))
		return s.showAs(v, http.StatusNotFound, "callreview", view)
	}
	if err != nil {
		return err
	}
	class := map[string]string{call.Assigned: "amber", call.Free: "teal", call.Done: "green", call.Conflict: ""}
	for _, t := range all {
		view.Tasks = append(view.Tasks, TaskLine{Entry: string(t.Entry), Number: strconv.Itoa(t.Number), State: v.t.T("public.calls.review." + t.State),
			Class: class[t.State], MaySay: t.State == call.Assigned && t.Open, MayRead: t.State == call.Free || t.State == call.Done, Open: t.Open})
	}
	return s.showAs(v, status, "callreview", view)
}

// reading opens an entry for its reviewer.
func (s *site) reading(v *visit, secret string, entry landbridge.ID) (*ReadingView, error) {
	e, err := s.Calls.Read(v.Context(), secret, entry)
	if err != nil {
		return nil, err
	}
	out := &ReadingView{Entry: string(e.ID), Number: strconv.Itoa(e.Number), EntryText: entryText(v, e.Content), Authors: e.Authors, Anonymous: e.Call.Anonymous,
		MayFile: e.File > 0, File: v.t.Bytes(e.File), Open: e.State == call.Sent || e.State == call.Revise}
	for i, c := range e.Call.Criteria {
		out.Criteria = append(out.Criteria, CriterionRow{ID: "score-" + strconv.Itoa(i), Name: c.Name, Weight: strconv.Itoa(c.Weight)})
	}
	return out, nil
}

// judge gives a review; what is wrong leaves what was written on the page.
func (s *site) judge(v *visit, view *ReviewView, entry landbridge.ID) error {
	r, err := s.reading(v, view.Secret, entry)
	if err != nil {
		return err
	}
	view.Reading = r
	r.Comment, r.Note = strings.ReplaceAll(v.FormValue("comment"), "\r\n", "\n"), strings.ReplaceAll(v.FormValue("note"), "\r\n", "\n")
	x := call.Review{Scores: map[string]int{}, Comment: r.Comment, Note: r.Note}
	for i := range r.Criteria {
		c := &r.Criteria[i]
		c.Score = strings.TrimSpace(v.FormValue(c.ID))
		n, err := strconv.Atoi(c.Score)
		if err != nil {
			return fail.New(fail.Invalid, "give %q a score from 0 to %d", c.Name, call.MaxScore)
		}
		x.Scores[c.Name] = n
	}
	return s.Calls.Judge(v.Context(), view.Secret, entry, x)
}

func (s *site) reviewFile(v *visit, secret string, entry landbridge.ID) error {
	b, err := s.Calls.ReviewFile(v.Context(), secret, entry)
	if err != nil {
		return err
	}
	v.download("entry.pdf", b)
	return nil
}

// download sends a stranger's file: kept by the browser, shown by no page.
func (v *visit) download(name string, body []byte) {
	v.w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	v.save(name, "application/pdf", body)
}
