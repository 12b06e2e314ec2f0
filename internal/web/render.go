package web

import (
	"embed"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"landbridge.example/internal/access"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
)

//go:embed page
var pageFiles embed.FS

// show renders a page and sends it.
func (s *site) show(v *visit, status int, name string, view any) error {
	b, err := s.pages.Render(name, view)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Language", v.t.Code)
	v.send(status, "text/html; charset=utf-8", b)
	return nil
}

// An ErrorView is page/error.
type ErrorView struct {
	Frame
	Status    int
	Heading   string
	Sentence  string // in English, as modules say it
	Rule      string
	RuleText  string
	Reference string
	Roles     string // who may, when the person may not
	SignIn    string // where to sign in, when that would help
}

// refuse answers with the error: its sentence when it has one to show, a
// reference number when it has not.
func (s *site) refuse(v *visit, err error) {
	kind := fail.KindOf(err)
	view := ErrorView{Status: face.Status(kind), Heading: v.t.T("fail." + kind.String()), Sentence: sentence(fail.Safe(err))}
	if kind == fail.Internal {
		view.Reference = face.Reference(s.Random)
		view.Sentence = ""
		s.Report(view.Reference, fmt.Errorf("%s %s: %w", v.Method, v.URL.Path, err))
	}
	if kind == fail.Expired && !v.in {
		view.SignIn = "/sign-in"
	}
	s.failed(v, view)
}

// sentence gives what a module says its capital letter.
func sentence(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[n:]
}

// deny answers someone whose roles do not allow the action, with the rule.
func (s *site) deny(v *visit, a access.Action, d access.Decision) {
	s.failed(v, ErrorView{
		Status: http.StatusForbidden, Heading: v.t.T("fail.denied"), Rule: d.Rule,
		RuleText: v.t.Or(d.Why, "access."+string(a)), Roles: s.roleNames(v.t, s.access.Roles(a)),
	})
}

func (s *site) failed(v *visit, view ErrorView) {
	if wantsJSON(v.Request) {
		text := view.Sentence
		if text == "" {
			text = view.RuleText
		}
		if text == "" {
			text = v.t.T("error.internal", view.Reference)
		}
		_ = v.answer(view.Status, map[string]string{"error": text, "reference": view.Reference}) // the answer is the last thing we can do
		return
	}
	view.Frame = s.frame(v, view.Heading)
	view.Live = false
	if err := s.show(v, view.Status, "error", view); err != nil {
		s.Report(view.Reference, err)
		http.Error(v.w, strings.TrimSpace("internal error "+view.Reference), http.StatusInternalServerError)
	}
}

// nothing is every address that is none of ours.
func (s *site) nothing(v *visit) error {
	return fail.New(fail.Missing, "there is no page at this address; the way in is the desk")
}
