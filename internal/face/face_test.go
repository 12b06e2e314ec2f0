package face

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

func TestStatusForEveryKind(t *testing.T) {
	book, err := lang.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range fail.Kinds() {
		if Status(k) == 0 {
			t.Errorf("kind %s has no status", k)
		}
		if !book.In("en").Has("fail." + k.String()) {
			t.Errorf("kind %s has no words", k)
		}
	}
}

// TestLogical: the stylesheet knows no left and right, so that it serves both directions.
func TestLogical(t *testing.T) {
	css, err := fs.ReadFile(shared, "asset/look.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"margin-left", "margin-right", "padding-left", "padding-right", "border-left", "border-right", "text-align:left", "text-align:right", "float:", " left:", " right:"} {
		if strings.Contains(string(css), bad) {
			t.Errorf("the stylesheet says %s; use the logical property", bad)
		}
	}
}

func TestAssets(t *testing.T) {
	a, err := LoadAssets("/x/", fstest.MapFS{"asset/own.js": {Data: []byte("1")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Names()) != 4 || !strings.HasPrefix(a.Href("own.js"), "/x/own.") {
		t.Fatal(a.Names(), a.Href("own.js"))
	}
	w := httptest.NewRecorder()
	if err := a.Serve(w, strings.TrimPrefix(a.Href("own.js"), "/x/")); err != nil || w.Body.String() != "1" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Error(err, w.Body, w.Header())
	}
	if err := a.Serve(w, "own.js"); fail.KindOf(err) != fail.Missing {
		t.Error("served a name without its hash:", err)
	}
}

func TestPages(t *testing.T) {
	files := fstest.MapFS{
		"page/base.html": {Data: []byte(`<b>{{template "main" .}}</b>`)}, "page/part/p.html": {Data: []byte(`{{define "p"}}p{{end}}`)},
		"page/a/a.html": {Data: []byte(`{{define "main"}}{{.X}}{{template "p"}}{{end}}`)},
	}
	p, err := LoadPages(files)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := p.Render("a", struct{ X string }{"<"}); err != nil || !bytes.Equal(b, []byte("<b>&lt;p</b>")) {
		t.Errorf("%s %v", b, err)
	}
	if _, err := p.Render("a", struct{}{}); err == nil {
		t.Error("rendered half a page")
	}
	if _, err := p.Render("b", nil); err == nil {
		t.Error("rendered a page that is not there")
	}
}

func TestPreferences(t *testing.T) {
	book, err := lang.New()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	Keep(w, "ar", "dark", true)
	Keep(w, "tlh", "<b>", true)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", "fr")
	if x := Texts(book, r); x.Code != "fr" || Direction(x) != "ltr" {
		t.Error(x.Code)
	}
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	if len(r.Cookies()) != 2 || Texts(book, r).Code != "ar" || Theme(r) != "dark" || Direction(Texts(book, r)) != "rtl" {
		t.Error(r.Cookies())
	}
}

func TestLocal(t *testing.T) {
	for next, want := range map[string]string{"/a?b=c": "/a?b=c", "//evil": "/h", "https://evil": "/h", `/\evil`: "/h", "": "/h", "a": "/h"} {
		if got := Local(next, "/h"); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}
