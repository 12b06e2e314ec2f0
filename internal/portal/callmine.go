package portal

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
)

// A MineView is page/callmine: the way back to one's own entry.
type MineView struct {
	Frame
	Secret   string
	Wrote    string // a secret that opens nothing
	Problem  string
	Said     string
	Entry    *MineEntry
	Form     *EntryForm // as long as it may be changed
	MayFile  bool
	Withdraw bool
	Cards    []CardLine
	IsExpo   bool
	Session  *SessionLine
}

// A MineEntry is an entry as its author sees it.
type MineEntry struct {
	Number, Call, CallHref, Sent, State string
	Class                               string
	EntryText
	Authors   []call.Author
	Decided   string
	Reason    string
	Score     string
	Comments  []string
	Published string
	PublicAt  string
	Stand     string
	File      string
}

// A CardLine is a contact that a visitor shared.
type CardLine struct{ Name, Organisation, Email, Note, At string }

func (s *site) mine(v *visit) error {
	return s.show(v, "callmine", MineView{Frame: s.frame(v, v.t.T("public.calls.mine"))})
}

// changeMine does what the author asks with their secret, and shows the entry.
func (s *site) changeMine(v *visit) error {
	if err := s.Gate.Form(v.RemoteAddr); err != nil {
		return err
	}
	f, err := s.longForm(v)
	if err != nil {
		return err
	}
	secret, said := strings.TrimSpace(f.Get("secret")), ""
	var form *EntryForm
	switch f.Get("do") {
	case "change":
		x := readForm(f.Get("kind"), f)
		form = &x
		content, e := x.content()
		if err = e; err == nil {
			err = s.Calls.Change(v.Context(), secret, content)
		}
		said = "public.calls.said.changed"
	case "withdraw":
		if f.Get("sure") == "" {
			err = fail.New(fail.Invalid, "tick that you want to withdraw; it cannot be undone")
			break
		}
		if err = s.Calls.Withdraw(v.Context(), secret); err == nil {
			view := MineView{Frame: s.frame(v, v.t.T("public.calls.mine")), Said: v.t.T("public.calls.said.withdrawn")}
			v.w.Header().Set("Cache-Control", "no-store")
			return s.showAs(v, http.StatusOK, "callmine", view)
		}
	}
	return s.showMine(v, secret, said, form, err)
}

// fileOfMine takes the PDF of a paper.
func (s *site) fileOfMine(v *visit) error {
	if err := s.Gate.Fresh(v.RemoteAddr); err != nil {
		return err
	}
	v.Body = http.MaxBytesReader(v.w, v.Body, maxFileForm)
	r, err := v.MultipartReader()
	if err != nil {
		return fail.Because(err, fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	secret, data, err := fileForm(r)
	if err == nil {
		err = s.Calls.SetFile(v.Context(), secret, data)
	}
	return s.showMine(v, secret, "public.calls.said.file", nil, err)
}

// fileForm reads a secret and a file, in this order, into memory: both are bounded.
func fileForm(r *multipart.Reader) (secret string, data []byte, err error) {
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return secret, data, nil
		}
		if err != nil {
			return secret, nil, fail.Because(err, fail.TooLarge, "the file did not arrive whole; it has at most %d MiB", call.MaxFile>>20)
		}
		limit := int64(MaxForm)
		if p.FormName() == "file" {
			limit = call.MaxFile + 1
		}
		b, err := io.ReadAll(io.LimitReader(p, limit))
		if err != nil {
			return secret, nil, fail.Because(err, fail.TooLarge, "the file did not arrive whole; it has at most %d MiB", call.MaxFile>>20)
		}
		switch p.FormName() {
		case "secret":
			secret = strings.TrimSpace(string(b))
		case "file":
			data = b
		}
	}
}

// showMine shows an entry to its author, after what they did or tried.
func (s *site) showMine(v *visit, secret, said string, form *EntryForm, problem error) error {
	view := MineView{Frame: s.frame(v, v.t.T("public.calls.mine")), Secret: secret}
	view.Here = callsPath + "mine"
	v.w.Header().Set("Cache-Control", "no-store")
	status := http.StatusOK
	if problem != nil {
		if !onPage(problem) {
			return problem
		}
		view.Problem, status = capital(fail.Safe(problem)), http.StatusUnprocessableEntity
	} else if said != "" {
		view.Said = v.t.T(said)
	}
	e, comments, err := s.Calls.Look(v.Context(), secret)
	if fail.Is(err, fail.Missing) {
		view.Secret, view.Wrote, view.Problem = "", typed(secret), capital(fail.Safe(err))
		return s.showAs(v, http.StatusNotFound, "callmine", view)
	}
	if err != nil {
		return err
	}
	s.fillMine(v, &view, e, comments)
	if form != nil && problem != nil {
		view.Form = form // what was written stays
	}
	if view.IsExpo {
		cards, err := s.Calls.Cards(v.Context(), secret)
		if err != nil {
			return err
		}
		for _, c := range cards {
			view.Cards = append(view.Cards, CardLine{c.Name, c.Organisation, c.Email, c.Note, v.t.DateTime(c.At)})
		}
	}
	return s.showAs(v, status, "callmine", view)
}

func (s *site) fillMine(v *visit, view *MineView, e *call.Entry, comments []string) {
	view.Entry = &MineEntry{Number: strconv.Itoa(e.Number), Call: e.Call.Title, CallHref: callsPath + string(e.Call.ID), Sent: v.t.DateTime(e.Sent),
		State: v.t.T("public.calls.state." + e.State), Class: stateClass(e.State), EntryText: entryText(v, e.Content), Authors: e.Authors, Comments: comments,
		Stand: e.Stand, Reason: e.Decision.Reason}
	view.Session = s.sessionOf(v, e.Call.Edition, e.ID)
	m := view.Entry
	if e.Decision.Way != "" && e.State != call.Sent {
		m.Decided = v.t.Date(e.Decision.At)
		if e.Decision.Count > 0 {
			m.Score = v.t.T("public.calls.score", v.t.Decimal(e.Decision.Mean, 1), e.Decision.Count)
		}
	}
	if !e.Published.IsZero() {
		m.Published, m.PublicAt = v.t.Date(e.Published), callsPath+"entry/"+string(e.ID)
	}
	if e.File > 0 {
		m.File = v.t.Bytes(e.File)
	}
	open := e.State == call.Revise || e.State == call.Sent && e.Call.IsOpen(s.Clock())
	if open {
		f := formOf(e.Call.Kind, e.Content)
		f.Rows = nil // authors stay
		view.Form = &f
	}
	view.MayFile, view.Withdraw, view.IsExpo = open && e.Call.Kind == call.Paper, e.Published.IsZero(), e.Call.Kind == call.Expo
}

// stateClass is the colour of a state.
func stateClass(state string) string {
	switch state {
	case call.Accepted:
		return "green"
	case call.Revise, call.Proposed:
		return "amber"
	case call.Declined:
		return "red"
	}
	return ""
}
