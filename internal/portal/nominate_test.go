package portal

import (
	"bytes"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"landbridge.example/internal/delegation"
	"landbridge.example/internal/face/facetest"
	"landbridge.example/internal/fail"
)

// A lobby stands for the office of the forum's guests: it knows one secret.
type lobby struct{}

func (lobby) Look(_ context.Context, secret string) (*delegation.Standing, error) {
	if secret != "GOOD" {
		return nil, fail.New(fail.Missing, "this link does not work or is over; ask the secretariat for another")
	}
	s := &delegation.Standing{Title: "2026 Conference", Closes: conferenceDay().AddDate(0, 1, 0)}
	s.Name, s.Members, s.Observers, s.Count = `Watch "on" <Corridors>`, 8, 2, map[string]int{delegation.Nominated: 3}
	return s, nil
}

func (lobby) Submit(_ context.Context, _ string, all []delegation.Nominee) error {
	if len(all) != 1 || all[0].Part != delegation.Head || all[0].Person.Latin != "Mara Ilven" {
		return fail.New(fail.Invalid, "write the name in Latin letters, as the passport has it")
	}
	return nil
}

func (lobby) CheckLetter(context.Context, []byte) (*delegation.Given, error) {
	return nil, fail.New(fail.Missing, "this node gave no such letter; a file that was changed or printed and scanned is not recognised")
}

func postForm(t *testing.T, h http.Handler, address, language string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, address+"?lang="+language, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestNominate: the form opens to who has the secret, says what is wrong, and
// the secret stands in no address.
func TestNominate(t *testing.T) {
	h := newPortal(t)
	for _, l := range pageLanguages() {
		for _, c := range []struct {
			form url.Values
			code int
			has  string
		}{
			{url.Values{"secret": {"BAD"}, "do": {"look"}}, http.StatusNotFound, "alert"},
			{url.Values{"secret": {"GOOD"}, "do": {"look"}}, http.StatusOK, "latin-11"},
			{url.Values{"secret": {"GOOD"}, "do": {"send"}, "latin-0": {"<b>"}}, http.StatusUnprocessableEntity, "&lt;b&gt;"},
			{url.Values{"secret": {"GOOD"}, "do": {"send"}, "latin-0": {" Mara Ilven "}}, http.StatusOK, "status"},
		} {
			w := postForm(t, h, Prefix+"nominate", l.Code, c.form)
			page := w.Body.String()
			if w.Code != c.code || !strings.Contains(page, c.has) {
				t.Errorf("%s %v: %d", l.Code, c.form, w.Code)
			}
			if strings.Contains(page, "secret=") || w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s %v: the secret may leave the page", l.Code, c.form)
			}
			for _, f := range facetest.Check(page) {
				t.Errorf("%s %v: %s", l.Code, c.form, f)
			}
			if len(page) > 70_000 {
				t.Errorf("%s: %d bytes", l.Code, len(page))
			}
		}
	}
}

// TestNominatePace: secrets are not tried by the thousand from one address.
func TestNominatePace(t *testing.T) {
	h, last := newPortal(t), 0
	for range 200 {
		last = postForm(t, h, Prefix+"nominate", "en", url.Values{"secret": {"BAD"}}).Code
	}
	if last != http.StatusServiceUnavailable {
		t.Errorf("the last of 200 secrets in a row was answered with %d", last)
	}
}

// TestLetterFiles: what is no letter of ours is told from no file at all; a file
// larger than every letter is none of ours.
func TestLetterFiles(t *testing.T) {
	h := newPortal(t)
	for name, c := range map[string]struct {
		file []byte
		code int
		key  string
	}{"other": {[]byte("%PDF other"), http.StatusNotFound, "missing"}, "empty": {nil, http.StatusUnprocessableEntity, "nofile"},
		"large": {make([]byte, delegation.MaxLetter+2*MaxForm), http.StatusNotFound, "missing"}} {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		part, err := m.CreateFormFile("letter", "letter.pdf")
		if err == nil {
			_, err = part.Write(c.file)
		}
		if err = errors.Join(err, m.Close()); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, Prefix+"letters", &body)
		r.Header.Set("Content-Type", m.FormDataContentType())
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if want := book(t).In("en").T("public.letter." + c.key); w.Code != c.code || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, %.200s", name, w.Code, w.Body)
		}
		for _, f := range facetest.Check(w.Body.String()) {
			t.Errorf("%s: %s", name, f)
		}
	}
}
