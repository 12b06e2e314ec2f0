package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
)

//go:embed page
var pageFiles embed.FS

// pages are the parsed templates, by name of their folder.
type pages struct{ by map[string]*template.Template }

// loadPages parses page/<name>/<name>.html, each together with the frame in
// page/base.html and the shared parts in page/part/*.html.
func loadPages() (*pages, error) {
	p := &pages{by: map[string]*template.Template{}}
	files, err := fs.Glob(pageFiles, "page/*/*.html")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name := path.Base(path.Dir(f))
		if name == "part" {
			continue
		}
		t, err := template.ParseFS(pageFiles, "page/base.html", "page/part/*.html", f)
		if err != nil {
			return nil, fmt.Errorf("parsing the page %s: %w", name, err)
		}
		p.by[name] = t
	}
	return p, nil
}

// show renders a page whole before its first byte leaves: a page that fails
// half-way becomes an error page, never half a page.
func (s *site) show(v *visit, status int, name string, view any) error {
	t, ok := s.pages.by[name]
	if !ok {
		return fmt.Errorf("there is no page %s", name)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "base.html", view); err != nil {
		return fmt.Errorf("rendering %s: %w", name, err)
	}
	v.w.Header().Set("Content-Language", v.t.Code)
	v.send(status, "text/html; charset=utf-8", b.Bytes())
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
	view := ErrorView{Status: status(kind), Heading: v.t.T("fail." + kind.String()), Sentence: sentence(fail.Safe(err))}
	if kind == fail.Internal {
		view.Reference = s.reference()
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
