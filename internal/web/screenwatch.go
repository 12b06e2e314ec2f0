package web

import (
	"bytes"
	"net/http"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/screening"
	"landbridge.example/match"
)

// A ScreenWatchesView is page/screenwatches: who is watched, why, until when.
type ScreenWatchesView struct {
	Frame
	Tabs2                           []NavItem
	Watches                         []WatchLine
	MayKeep                         bool
	Purposes                        []Choice
	Problem                         string
	FormTitle, FormBasis, FormUntil string // what was written, when something was wrong
	Last                            string // the last day a watch may end
}

// A WatchLine is one watch.
type WatchLine struct {
	Href, Name, For, Until, By string
	Subjects, Open             int
	State                      Pill
}

func (s *site) watches(v *visit) error { return s.showWatches(v, http.StatusOK, "") }

func (s *site) showWatches(v *visit, code int, problem string) error {
	t := v.t
	all, err := s.Screening.Watches(v.Context(), v.me())
	if err != nil {
		return err
	}
	view := ScreenWatchesView{Frame: s.frame(v, t.T("screen.watches.title")), Tabs2: s.screenTabs(v, "/screening/watches"), MayKeep: s.may(v, access.KeepWatch),
		Purposes: purposeChoices(t, v.FormValue("purpose"),
			false), Problem: problem, FormTitle: v.FormValue("title"), FormBasis: v.FormValue("basis"), FormUntil: v.FormValue("until"), Last: s.Clock().AddDate(1, 0,
			0).Format(time.DateOnly)}
	for i := range all {
		view.Watches = append(view.Watches, s.watchLine(v, &all[i]))
	}
	view.Live = !view.MayKeep
	return s.show(v, code, "screenwatches", view)
}

func (s *site) watchLine(v *visit, w *screening.Watch) WatchLine {
	t := v.t
	l := WatchLine{Href: "/screening/watches/" + string(w.ID), Name: w.Title, For: t.T("purpose." + string(w.Purpose)), Until: t.Date(w.Until),
		By: w.By, Subjects: w.Subjects, Open: w.Hits,
		State: Pill{Class: "green", Text: t.T("screen.watch.live")}}
	if w.Number != "" {
		l.For = w.Number
	}
	if l.Name == "" {
		l.Name = t.T("screen.erased")
	}
	if !w.Live(s.Clock()) {
		l.State = Pill{Text: t.T("screen.watch.over")}
	}
	return l
}

func (s *site) beginWatch(v *visit) error {
	until, err := formDay(v.FormValue("until"))
	var w *screening.Watch
	if err == nil {
		w, err = s.Screening.Begin(v.Context(), v.me(), screening.NewWatch{Title: v.FormValue("title"), Basis: v.FormValue("basis"),
			Purpose: handling.Purpose(v.FormValue("purpose")), Until: until})
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) {
		return s.showWatches(v, face.Status(fail.KindOf(err)), sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/screening/watches/"+string(w.ID), "screen-watch")
}

// A ScreenWatchView is page/screenwatch: one watch with its subjects.
type ScreenWatchView struct {
	Frame
	WatchLine
	ID, Basis, Made string
	CaseHref        string
	Kinds           []Choice
	Entries         []SubjectLine
	MayAdd, MayEnd  bool
	Problem         string
	More            int
}

// A SubjectLine is one subject with its candidates.
type SubjectLine struct {
	ID, Name, Role, Also string
	Hits                 []HitBrief
}

func (s *site) watchID(v *visit) (landbridge.ID, error) {
	id, err := landbridge.ParseID(v.PathValue("watch"))
	if err != nil {
		return "", fail.New(fail.Missing, "there is no watch at this address; the page of watches lists those you can see")
	}
	return id, nil
}

func (s *site) screenWatch(v *visit) error {
	id, err := s.watchID(v)
	if err != nil {
		return err
	}
	return s.showWatch(v, http.StatusOK, id, "")
}

func (s *site) showWatch(v *visit, code int, id landbridge.ID, problem string) error {
	w, all, err := s.Screening.Watch(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	t := v.t
	mine := w.Owner == v.me().Pseudonym
	live := w.Live(s.Clock())
	view := ScreenWatchView{Frame: s.frame(v, t.T("screen.watch.title")), WatchLine: s.watchLine(v, w), ID: string(id), Basis: w.Basis,
		Made: t.DateTime(w.Made), Problem: problem,
		Kinds: kindChoices(t, "person"), MayAdd: live && s.may(v, access.KeepWatch) && mine && w.Case == "", MayEnd: w.Ended.IsZero() && (mine || s.may(v,
			access.ConfirmHit) || s.checks(v)),
		More: w.Subjects - len(all)}
	if w.Case != "" {
		view.CaseHref = "/cases/" + string(w.Case)
	}
	for _, u := range all {
		view.Entries = append(view.Entries, s.subjectLine(v, &u))
	}
	view.Live = !view.MayAdd
	return s.show(v, code, "screenwatch", view)
}

func (s *site) subjectLine(v *visit, u *screening.Subject) SubjectLine {
	l := SubjectLine{ID: string(u.ID), Role: u.Role}
	if u.Role != "" {
		l.Role = v.t.Or(u.Role, "part.person.category.option."+u.Role)
	}
	var also []string
	for i, n := range u.Person.Names {
		if i == 0 {
			l.Name = n.Text
		} else {
			also = append(also, n.Text)
		}
	}
	for _, b := range u.Person.Births {
		also = append(also, b.String())
	}
	l.Also = v.t.List(also)
	for _, h := range u.Hits {
		l.Hits = append(l.Hits, s.hitBrief(v, h))
	}
	return l
}

// changeWatch adds a subject to a watch or ends it.
func (s *site) changeWatch(v *visit) error {
	id, err := s.watchID(v)
	if err != nil {
		return err
	}
	said := "screen-added"
	if v.FormValue("do") == "end" {
		said = "screen-ended"
		err = s.Screening.End(v.Context(), v.me(), id, v.FormValue("reason"))
	} else {
		person, notes := screenFields(v)
		if len(notes) > 0 {
			return s.showWatch(v, http.StatusUnprocessableEntity, id, sentence(notes[0]))
		}
		_, err = s.Screening.Add(v.Context(), v.me(), id, []match.Record{person})
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.Denied) || fail.Is(err, fail.Conflict) || fail.Is(err, fail.Expired) {
		return s.showWatch(v, face.Status(fail.KindOf(err)), id, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/screening/watches/"+string(id), said)
}

// A ScreenPanel is what a case page shows of its watchlist.
type ScreenPanel struct {
	Href     string // of the watch; empty when the case has none
	Subjects []SubjectLine
	MayWatch bool
}

// screenPanel is the watchlist of a case, for those who may see it.
func (s *site) screenPanel(v *visit, id landbridge.CaseID, ended bool) (*ScreenPanel, error) {
	if s.Screening == nil || !s.may(v, access.SeeScreening) {
		return nil, nil
	}
	w, all, err := s.Screening.OfCase(v.Context(), v.me(), id)
	if err != nil {
		return nil, err
	}
	p := &ScreenPanel{MayWatch: !ended && s.may(v, access.KeepWatch)}
	if w != nil {
		p.Href = "/screening/watches/" + string(w.ID)
	}
	for _, u := range all {
		p.Subjects = append(p.Subjects, s.subjectLine(v, &u))
	}
	if w == nil && !p.MayWatch {
		return nil, nil
	}
	return p, nil
}

// watchCase puts the persons of a case on its watchlist.
func (s *site) watchCase(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("case"))
	if err != nil {
		return fail.New(fail.Missing, "there is no case at this address; the list of cases shows those you can see")
	}
	if _, err := s.Screening.WatchCase(v.Context(), v.me(), id, v.FormValue("all") == "yes"); err != nil {
		return err
	}
	return v.to("/cases/"+string(id)+"?said=screen-watched#screening", "")
}

// A ScreenFilesView is page/screenfiles: files of names, with how far they are.
type ScreenFilesView struct {
	Frame
	Tabs2           []NavItem
	Files           []BatchLine
	MayScreen       bool
	Purposes, Kinds []Choice
	Problem         string
}

// A BatchLine is one file of names.
type BatchLine struct {
	ID, Name, For, By, Made, Until string
	Done, Total, Found, Unread     string
	Percent                        int
	Finished                       bool
	Href                           string
}

func (s *site) files(v *visit) error { return s.showFiles(v, http.StatusOK, "") }

func (s *site) showFiles(v *visit, code int, problem string) error {
	t := v.t
	all, err := s.Screening.Batches(v.Context(), v.me())
	if err != nil {
		return err
	}
	view := ScreenFilesView{Frame: s.frame(v, t.T("screen.files.title")), Tabs2: s.screenTabs(v, "/screening/files"), MayScreen: s.may(v, access.ScreenNames),
		Purposes: purposeChoices(t, v.FormValue("purpose"), s.checks(v)), Kinds: kindChoices(t, v.FormValue("kind")), Problem: problem}
	for _, b := range all {
		n := func(i int) string { return t.Number(int64(i)) }
		l := BatchLine{ID: string(b.ID), Name: b.Name, For: t.T("purpose." + string(b.Purpose)), By: b.By, Made: t.When(b.Made, s.Clock()),
			Until: t.Date(b.Until), Done: n(b.Done), Total: n(b.Total),
			Found: n(b.Found), Unread: n(b.Unread), Finished: !b.Finished.IsZero(), Href: "/screening/files/" + string(b.ID) + "/answers"}
		if b.Unread == 0 {
			l.Unread = ""
		}
		if b.Total > 0 {
			l.Percent = b.Done * 100 / b.Total
		}
		if l.Name == "" {
			l.Name = t.T("screen.erased")
		}
		view.Files = append(view.Files, l)
	}
	return s.show(v, code, "screenfiles", view)
}

// uploadFile takes a file of names in.
func (s *site) uploadFile(v *visit) error {
	file, head, err := v.FormFile("file")
	if err != nil {
		return s.showFiles(v, http.StatusUnprocessableEntity, v.t.T("screen.import.nofile"))
	}
	defer file.Close()
	_, err = s.Screening.NewBatch(v.Context(), v.me(), screening.NewBatch{Name: head.Filename, Purpose: handling.Purpose(v.FormValue("purpose")),
		Kind: match.Kind(v.FormValue("kind")), File: file})
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Conflict) {
		return s.showFiles(v, face.Status(fail.KindOf(err)), sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/screening/files", "screen-file")
}

// fileAnswers sends the answers to a file, one line of JSON for each name.
func (s *site) fileAnswers(v *visit) error {
	id, err := landbridge.ParseID(v.PathValue("file"))
	if err != nil {
		return fail.New(fail.Missing, "there is no such file of names, or it is not yours to see")
	}
	var b bytes.Buffer
	if err := s.Screening.Results(v.Context(), v.me(), id, &b); err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="answers.jsonl"`)
	v.send(http.StatusOK, "application/jsonl", b.Bytes())
	return nil
}
