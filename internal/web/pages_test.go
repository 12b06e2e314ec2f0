package web

import (
	"bytes"
	"crypto/rand"
	"html/template"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/face"
	"landbridge.example/internal/face/facetest"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

func book(t testing.TB) *lang.Book {
	t.Helper()
	b, err := lang.New()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// page returns the template of a page.
func page(t testing.TB, p *face.Pages, name string) *template.Template {
	t.Helper()
	x, err := p.Template(name)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestTemplates type-checks every page against the view it is rendered from.
func TestTemplates(t *testing.T) {
	p, err := face.LoadPages(pageFiles)
	if err != nil {
		t.Fatal(err)
	}
	views := samples(book(t).In("en"))
	for _, name := range p.Names() {
		view, ok := views[name]
		if !ok {
			t.Errorf("page %s has no sample view", name)
			continue
		}
		if err := templatecheck.CheckHTML(page(t, p, name), view); err != nil {
			t.Errorf("page %s: %v", name, err)
		}
	}
	for name := range views {
		if _, err := p.Template(name); err != nil {
			t.Errorf("the view of %s has no page", name)
		}
	}
}

// pageLanguages are the languages the pages are looked at in: all of them, but
// under the race detector one for each direction of writing.
func pageLanguages() []lang.Language {
	all := lang.Languages()
	if facetest.UnderRace {
		all = slices.DeleteFunc(slices.Clone(all), func(l lang.Language) bool { return l.Code != "en" && l.Code != "ar" })
	}
	return all
}

// TestPages renders every page in every language and reads it strictly.
func TestPages(t *testing.T) {
	p, err := face.LoadPages(pageFiles)
	if err != nil {
		t.Fatal(err)
	}
	b := book(t)
	for _, l := range pageLanguages() {
		for name, view := range samples(b.In(l.Code)) {
			var out bytes.Buffer
			if err := page(t, p, name).Execute(&out, view); err != nil {
				t.Errorf("%s in %s: %v", name, l.Code, err)
				continue
			}
			for _, f := range facetest.Check(out.String()) {
				t.Errorf("%s in %s: %s", name, l.Code, f)
			}
			if m := regexp.MustCompile(`&lt;nil&gt;|%!|\[\]|map\[|ZgotmplZ`).FindString(out.String()); m != "" {
				t.Errorf("%s in %s shows %q", name, l.Code, m)
			}
			if out.Len() > 70_000 {
				t.Errorf("%s in %s has %d bytes; with style and script a page stays under 100 kB", name, l.Code, out.Len())
			}
		}
	}
}

// TestRoutes: every address is open on purpose or names the action it needs.
func TestRoutes(t *testing.T) {
	s := &site{}
	seen := map[string]bool{}
	for _, r := range s.routes() {
		if r.open == (r.action != "") || r.do == nil {
			t.Errorf("%s: open %v, action %q", r.pattern, r.open, r.action)
		}
		if r.action != "" && !slices.Contains(access.Actions(), r.action) {
			t.Errorf("%s needs %q, which is no action", r.pattern, r.action)
		}
		if seen[r.pattern] {
			t.Errorf("%s stands twice", r.pattern)
		}
		seen[r.pattern] = true
	}
}

func TestAssets(t *testing.T) {
	a, err := face.LoadAssets("/assets/", assetFiles)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range a.Names() {
		body := a.Body(name)
		total += len(body)
		if !regexp.MustCompile(`^[a-z]+\.[0-9a-f]{12}\.(css|js|svg)$`).MatchString(name) {
			t.Errorf("%s is not named by its hash", name)
		}
		if m := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9.-]+\.[a-z]+`).FindString(strings.ReplaceAll(string(body), "http://www.w3.org/2000/svg", "")); m != "" {
			t.Errorf("%s reaches outside: %s", name, m)
		}
	}
	if total > 40_000 {
		t.Errorf("assets have %d bytes; the first page stays under 100 kB in all", total)
	}
	for _, plain := range []string{"look.css", "page.js", "mark.svg"} {
		if a.Href(plain) == "/assets/" {
			t.Errorf("no %s", plain)
		}
	}
}

// bare is a site over real staff and a real database, without cases.
func bare(t *testing.T) (http.Handler, *staff.Staff) {
	t.Helper()
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), staff.Schema())
	clock := func() time.Time { return time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC) }
	people, err := staff.New(staff.Config{
		DB: d, Clock: clock, Random: rand.Reader, Party: "XA", RPID: "localhost", Origins: []string{"http://localhost:8301"}, SoftKeys: true,
		Record: func(*db.Tx, record.Fact) (int64, error) { return 1, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(Config{Party: "XA", Staff: people, Lang: book(t), Clock: clock, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return h, people
}

func TestHeaders(t *testing.T) {
	h, _ := bare(t)
	for _, path := range []string{"/sign-in", "/about", "/nowhere", "/", "/cases"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, w.Header())
		}
	}
}

// TestCrossSite: another site's page cannot send our forms.
func TestCrossSite(t *testing.T) {
	h, _ := bare(t)
	for _, r := range (&site{}).routes() {
		method, pattern, _ := strings.Cut(r.pattern, " ")
		if method != "POST" {
			continue
		}
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			req := httptest.NewRequest("POST", strings.NewReplacer("{", "", "}", "").Replace(pattern), strings.NewReader("a=b"))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(header, value)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "another site") {
				t.Errorf("%s with %s: %d", r.pattern, header, w.Code)
			}
		}
	}
}

// TestSignedOut: without a session every page but the open ones leads to the sign-in.
func TestSignedOut(t *testing.T) {
	h, _ := bare(t)
	for _, r := range (&site{}).routes() {
		method, pattern, _ := strings.Cut(r.pattern, " ")
		if r.open {
			continue
		}
		w := httptest.NewRecorder()
		req := httptest.NewRequest(method, strings.NewReplacer("{$}", "", "{", "", "}", "").Replace(pattern), nil)
		h.ServeHTTP(w, req)
		switch {
		case method == "GET" && (w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in?next=%2F")):
			t.Errorf("%s: %d to %s", r.pattern, w.Code, w.Header().Get("Location"))
		case method == "POST" && w.Code != http.StatusGone:
			t.Errorf("%s: %d", r.pattern, w.Code)
		}
	}
}

func TestLocal(t *testing.T) {
	for next, want := range map[string]string{
		"/cases?q=1": "/cases?q=1", "": "/", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/", "javascript:alert(1)": "/", "cases": "/",
	} {
		if got := local(next); got != want {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}

// TestInternalErrorsHide: what went wrong inside is logged under a number and
// never shown.
func TestInternalErrorsHide(t *testing.T) {
	h, _ := bare(t)
	var gotRef string
	var gotErr error
	s := &site{Config: Config{Party: "XA", Lang: book(t), Clock: time.Now, Random: rand.Reader, Report: func(r string, err error) { gotRef, gotErr = r, err }}, access: access.New()}
	var err error
	if s.pages, err = face.LoadPages(pageFiles); err != nil {
		t.Fatal(err)
	}
	if s.assets, err = face.LoadAssets("/assets/", assetFiles); err != nil {
		t.Fatal(err)
	}
	for _, do := range []func(*site, *visit) error{
		func(*site, *visit) error { return fs.ErrPermission },
		func(*site, *visit) error { panic("secret path /var/x") },
	} {
		w := httptest.NewRecorder()
		s.guard(s.handle(route{pattern: "GET /x", open: true, do: do})).ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
		body := w.Body.String()
		if w.Code != 500 || !strings.Contains(body, gotRef) || gotRef == "" || gotErr == nil || strings.Contains(body, "permission") || strings.Contains(body, "secret") {
			t.Errorf("%d, reference %q, %v", w.Code, gotRef, gotErr)
		}
	}
	_ = h
}

func TestMark(t *testing.T) {
	texts := book(t).In("en")
	for marking, class := range map[string]string{
		"TLP:AMBER PAP:GREEN H1": "tlp-amber", "TLP:AMBER+STRICT PAP:RED": "tlp-amber", "TLP:RED PAP:CLEAR": "tlp-red", "TLP:CLEAR PAP:CLEAR": "tlp-clear", "nonsense": "tlp-red", "": "tlp-red",
	} {
		if m := mark(texts, marking); m.Class != class {
			t.Errorf("%q: %+v", marking, m)
		}
	}
}

func TestEscapeName(t *testing.T) {
	if got := escapeName("a b\"\r\nü.pdf"); got != "a%20b%22%0D%0A%C3%BC.pdf" {
		t.Error(got)
	}
}

// TestNames keeps folder and file of a page together.
func TestNames(t *testing.T) {
	files, err := fs.Glob(pageFiles, "page/*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if dir := path.Base(path.Dir(f)); dir != "part" && path.Base(f) != dir+".html" {
			t.Errorf("%s is not named after its page", f)
		}
	}
}

func TestHub(t *testing.T) {
	h := NewHub()
	f, ok := h.follow()
	if !ok {
		t.Fatal("nobody may follow")
	}
	for range 100 { // more than a slow page can hold: it must not block
		h.Changed("a")
	}
	if got := <-f; got != landbridge.CaseID("a") {
		t.Error(got)
	}
	h.leave(f)
	h.Changed("b")
}

// TestCheckHTML: the strict reader finds what it is there to find.
func TestCheckHTML(t *testing.T) {
	frame := func(body string) string {
		return `<html lang="en" dir="ltr"><body><h1>a</h1>` + body + `</body></html>`
	}
	if got := facetest.Check(frame(`<p>a <b>b</b><br></p><label for="x">x</label><input id="x" name="x"><table><caption>c</caption></table>`)); len(got) > 0 {
		t.Errorf("a good page: %v", got)
	}
	for what, page := range map[string]string{
		"no language":    `<html><body><h1>a</h1></body></html>`,
		"inline style":   frame(`<p style="color:red">a</p>`),
		"inline handler": frame(`<p onclick="x()">a</p>`),
		"inline script":  frame(`<script>x()</script>`),
		"outside":        frame(`<a href="https://elsewhere.example/">a</a>`),
		"no label":       frame(`<input id="x" name="x">`),
		"same id twice":  frame(`<p id="a">a</p><p id="a">b</p>`),
		"never closed":   frame(`<div><p>a</p>`),
		"crossed":        frame(`<b><i>a</b></i>`),
		"block in p":     frame(`<p><div>a</div></p>`),
		"label for none": frame(`<label for="gone">x</label>`),
		"described":      frame(`<label for="x">x</label><input id="x" aria-describedby="gone">`),
		"no caption":     frame(`<table><tr><td>a</td></tr></table>`),
		"two headings":   frame(`<h1>b</h1>`),
		"unnamed bar":    frame(`<progress value="1" max="2"></progress>`),
	} {
		if len(facetest.Check(page)) == 0 {
			t.Errorf("%s is not found", what)
		}
	}
}
