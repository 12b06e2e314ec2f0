package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"landbridge.example/internal/agreement"
	"landbridge.example/internal/delegation/door"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum/feed"
	"landbridge.example/internal/gpsi/sheet"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/screening"
	"landbridge.example/internal/staff"
)

// A visit is one request, with who makes it and in which language.
type visit struct {
	*http.Request
	w       http.ResponseWriter
	t       *lang.Texts
	session staff.Session
	in      bool // signed in

	editions map[string]string // their names, once a page has asked
}

// me is who makes the request.
func (v *visit) me() staff.Person { return v.session.Person }

// place is where the request comes from.
func (v *visit) place() staff.Place {
	host, _, err := net.SplitHostPort(v.RemoteAddr)
	if err != nil {
		host = v.RemoteAddr
	}
	return staff.Place{Address: host, Device: v.UserAgent()}
}

// guard sets the headers every answer has, and refuses forms that another
// site's page sends in the name of someone who is signed in here.
func (s *site) guard(h http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(s.visit(w, r), fail.New(fail.Denied, "this form came from another site; open the page here and send it again"))
	}))
	h = cross.Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		face.Headers(head, s.Secure)
		head.Set("Cache-Control", "no-store") // sealed content does not stay in a browser's cache
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // the sentinel is compared as net/http does
				s.refuse(s.visit(w, r), fmt.Errorf("panic at %s: %v", r.Pattern, p))
			}
		}()
		h.ServeHTTP(w, r)
	})
}

// handle turns a route into a handler: who is it, may they, and then the page.
func (s *site) handle(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		limit := int64(MaxForm)
		switch r.pattern {
		case "POST /drafts/{draft}":
			limit += s.MaxFile
		case "POST /screening/lists", "POST /screening/files":
			limit += screening.MaxListFile
		case "POST /indices/editions/{edition}/tables":
			limit += sheet.MaxBytes
		case "POST /forum/{edition}/import":
			limit += feed.MaxFile
		}
		if r.pattern == "POST /delegations/{edition}/doors" {
			limit += 4 * door.MaxFile
		}
		if r.pattern == "POST /agreement-import" {
			limit += agreement.MaxImport
		}
		req.Body = http.MaxBytesReader(w, req.Body, limit)
		v := s.visit(w, req)
		if err := s.recognise(v); err != nil {
			s.refuse(v, err)
			return
		}
		if !r.open && !v.in {
			s.askToSignIn(v)
			return
		}
		if r.action != "" {
			if d := s.access.Allow(v.me().Roles, r.action); !d.Allow {
				s.deny(v, r.action, d)
				return
			}
		}
		if err := r.do(s, v); err != nil {
			s.refuse(v, err)
		}
	})
}

func (s *site) visit(w http.ResponseWriter, r *http.Request) *visit {
	return &visit{Request: r, w: w, t: face.Texts(s.Lang, r)}
}

// cookieName is the node's own: the demo's nodes share one host, and cookies
// do not know about ports.
func (s *site) cookieName() string {
	name := "landbridge-" + strings.ToLower(string(s.Party))
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

// recognise finds the session, if the browser has one that still holds.
func (s *site) recognise(v *visit) error {
	c, err := v.Cookie(s.cookieName())
	if err != nil {
		return nil //nolint:nilerr // no cookie: not signed in
	}
	n, err := s.Staff.Session(v.Context(), c.Value)
	if fail.Is(err, fail.Expired) {
		return nil
	}
	if err != nil {
		return err
	}
	v.session, v.in = n, true
	return nil
}

// welcome gives the browser its session.
func (s *site) welcome(v *visit, n staff.Session) {
	http.SetCookie(v.w, &http.Cookie{
		Name: s.cookieName(), Value: n.Token, Path: "/", Expires: n.Ends,
		HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
	})
}

func (s *site) askToSignIn(v *visit) {
	if v.Method != http.MethodGet || wantsJSON(v.Request) {
		s.refuse(v, fail.New(fail.Expired, "your session is over; sign in again"))
		return
	}
	http.Redirect(v.w, v.Request, "/sign-in?next="+url.QueryEscape(v.URL.RequestURI()), http.StatusSeeOther)
}

// local returns where to go after signing in: a page of ours, or the desk.
func local(next string) string { return face.Local(next, "/") }

func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

// to sends the browser on after a form, with a word about what was done.
func (v *visit) to(path, said string) error {
	path, spot, _ := strings.Cut(path, "#")
	if said != "" {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		path += sep + "said=" + said
	}
	if spot != "" {
		path += "#" + spot
	}
	http.Redirect(v.w, v.Request, path, http.StatusSeeOther)
	return nil
}

// answer writes v as JSON, for our own script.
func (v *visit) answer(status int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("writing an answer: %w", err)
	}
	v.send(status, "application/json", text)
	return nil
}

// send writes the answer. A browser that went away is no error of ours: nobody
// is left to tell.
func (v *visit) send(status int, contentType string, body []byte) {
	v.w.Header().Set("Content-Type", contentType)
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body)
}

// body reads what our script sent.
func (v *visit) body(into any) error {
	d := json.NewDecoder(v.Body)
	if err := d.Decode(into); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return fail.New(fail.TooLarge, "this is more than %d bytes", MaxForm)
		}
		return fail.Because(err, fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	return nil
}
