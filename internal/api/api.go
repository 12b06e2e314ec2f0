// Package api is the JSON face of one node: everything a page can do, under
// /api/v1, for programs and for the command line.
//
// Requests and answers are the types of package client; the OpenAPI text is
// made from the same types, so the three cannot drift apart. Every write takes
// an Idempotency-Key and is answered the same when it is sent again; every
// record carries an ETag; every error is problem+json with a kind and a sentence.
//
// Trust: the API decides nothing about cases. It finds out who is asking, asks
// package access whether such a person may do such a thing at all, and hands
// the rest to the modules, which check again. A fault here can refuse too much,
// or show an officer of this node what a colleague may see; it cannot speak for
// another state.
//
// Limits: JSON bodies up to [MaxBody], files up to [Config.MaxFile],
// [maxFeeds] live feeds at a time.
package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/agreement"
	callfor "landbridge.example/internal/call"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/mechanism"
	"landbridge.example/internal/news"
	"landbridge.example/internal/notice"
	"landbridge.example/internal/pace"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/rights"
	"landbridge.example/internal/screening"
	"landbridge.example/internal/staff"
	"landbridge.example/internal/visit"

	"landbridge.example/internal/exchange"
	"landbridge.example/match"
	"landbridge.example/match/substance"
)

// Bounds of one call.
const (
	MaxBody       = 1 << 20 // bytes of a JSON body
	maxFeeds      = 256     // open live feeds
	minKey        = 8       // characters of an Idempotency-Key
	maxKey        = 128
	defaultPage   = 100
	maxPage       = 500
	keyHeader     = "Idempotency-Key"
	referenceSize = 5 // bytes of an error's reference number
)

// SessionCookie is the name of the cookie in which the staff pages keep a session.
const SessionCookie = "landbridge_session"

// Config is what an API needs.
type Config struct {
	Party     landbridge.PartyID
	Staff     *staff.Staff
	Casework  *casework.Casework
	Screening *screening.Screening
	Notice    *notice.Register
	Rights    *rights.Desk
	Calls     *callfor.Desk
	Gate      *pace.Gate // of calls that need no account
	Agreement *agreement.Register
	Mechanism *mechanism.Groups
	Visit     *visit.Register
	Decision  *decision.Chamber
	News      *news.Desk
	Agenda    *agenda.Agendas
	Guests    *delegation.Office
	Lang      *lang.Book
	Exchange  *exchange.Exchange
	Directory *party.Directory
	Log       *record.Log
	Index     *gpsi.Register
	Forum     *forum.Register
	Public    string // origin of the public pages, which feeds name, such as https://forum.example
	Answers   Answers
	Health    func(context.Context) client.Health
	Enter     func(ctx context.Context, statement []byte) (client.Entered, error) // a signed statement for the directory
	Changed   func() (<-chan struct{}, func())                                    // wakes live feeds; nil: they look every second
	Cookie    string                                                              // name of the session cookie; empty: SessionCookie
	MaxFile   int64                                                               // bytes of one file
	Clock     func() time.Time
	Machine   func() time.Time // the machine's own clock, by which its connections end
	Random    io.Reader
	Logger    *slog.Logger

	Substances func() *substance.Register // of controlled substances, built when first asked for
}

// An API answers under /api/v1/.
type API struct {
	c     Config
	mux   *http.ServeMux
	done  map[string]bool // routes that have a handler
	feeds atomic.Int64

	repeats repeats // of those who have no account
}

// New returns the API over the given modules. It panics when a route of
// package client has no handler: a test builds it.
func New(c Config) *API {
	if c.Machine == nil {
		c.Machine = c.Clock
	}
	if c.Cookie == "" {
		c.Cookie = SessionCookie
	}
	if c.Substances == nil {
		c.Substances = sync.OnceValue(func() *substance.Register { return substance.New(match.New()) })
	}
	a := &API{c: c, mux: http.NewServeMux(), done: map[string]bool{}}
	a.people()
	a.casesRoutes()
	a.draftRoutes()
	a.networkRoutes()
	a.agreementRoutes()
	a.mechanismRoutes()
	a.decisionRoutes()
	a.delegationRoutes()
	a.indexRoutes()
	a.forumRoutes()
	a.logRoutes()
	a.screeningRoutes()
	a.substanceRoutes()
	a.noticeRoutes()
	a.rightsRoutes()
	a.visitRoutes()
	a.callRoutes()
	a.openCallRoutes()
	a.newsRoutes()
	for _, r := range client.Routes() {
		if !a.done[r.Name] {
			panic("api: no handler for " + r.Name)
		}
	}
	a.docs()
	return a
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, pattern := a.mux.Handler(r)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
	if pattern == "" {
		a.unknown(w, r)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// unknown tells a caller with a wrong address or method what there is.
func (a *API) unknown(w http.ResponseWriter, r *http.Request) {
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = m
		if _, pattern := a.mux.Handler(probe); pattern != "" {
			w.Header().Add("Allow", m)
		}
	}
	if allow := w.Header().Values("Allow"); len(allow) > 0 {
		a.send(w, client.Problem{
			Type: client.Prefix + "/docs#problem-invalid", Title: "Wrong method", Status: http.StatusMethodNotAllowed, Kind: fail.Invalid.String(),
			Detail: "this address takes " + strings.Join(allow, " or ") + "; see " + client.Prefix + "/docs",
		}, http.StatusMethodNotAllowed)
		return
	}
	a.problem(w, r, fail.New(fail.Missing, "there is nothing at this address; see %s/docs", client.Prefix))
}

// A call is one request by a known person.
type call struct {
	person staff.Person
	token  *staff.Token // nil for a session
	w      http.ResponseWriter
	r      *http.Request
	status int    // overrides the route's when set
	etag   string // overrides the digest of the answer when set
}

// may asks the table of package access, and the token's scopes.
func (c *call) may(action access.Action) error {
	if c.token != nil && !c.token.May(action) {
		return fail.New(fail.Denied, "this token may not do %s; make one that may on your account page", action)
	}
	return access.Allow(c.person.Roles, action).Err()
}

// who finds out who is asking: by token, or by the session of the pages.
func (a *API) who(r *http.Request) (staff.Person, *staff.Token, error) {
	if text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		t, err := a.c.Staff.Token(r.Context(), text)
		return t.Person, &t, err
	}
	if r.Header.Get("Authorization") != "" {
		return staff.Person{}, nil, fail.New(fail.Denied, "send the token as \"Authorization: Bearer …\"")
	}
	cookie, err := r.Cookie(a.c.Cookie)
	if err != nil {
		return staff.Person{}, nil, fail.New(fail.Denied, "say who you are: send an API token as \"Authorization: Bearer …\", or sign in on the pages")
	}
	s, err := a.c.Staff.Session(r.Context(), cookie.Value)
	return s.Person, nil, err
}

// Named actions of routes that ask no table.
const (
	open   access.Action = "" // whoever reaches the address
	anyone access.Action = "*"
)

// handle attaches f to the route called name. In and Out must be the route's.
func handle[In, Out any](a *API, name string, action access.Action, f func(context.Context, *call, In) (Out, error)) {
	rt := a.route(name)
	if reflect.TypeOf(rt.In) != reflect.TypeFor[In]() || rt.Out != nil && reflect.TypeOf(rt.Out) != reflect.TypeFor[Out]() {
		panic("api: the handler of " + name + " has other types than its route")
	}
	a.mux.HandleFunc(rt.Method+" "+client.Prefix+rt.Path, func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r, status: max(rt.Status, http.StatusOK)}
		if err := a.enter(c, action); err != nil {
			a.refuse(w, r, err)
			return
		}
		a.answer(rt, c, func() (any, error) {
			var in In
			if err := bind(w, r, &in, rt.Body != ""); err != nil {
				return nil, err
			}
			return f(r.Context(), c, in)
		})
	})
}

// stream attaches f, which writes its own answer, to the route called name.
func stream[In any](a *API, name string, action access.Action, f func(context.Context, *call, In) error) {
	rt := a.route(name)
	if reflect.TypeOf(rt.In) != reflect.TypeFor[In]() {
		panic("api: the handler of " + name + " has another type than its route")
	}
	a.mux.HandleFunc(rt.Method+" "+client.Prefix+rt.Path, func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r}
		err := a.enter(c, action)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		var in In
		if err = bind(w, r, &in, false); err == nil {
			err = f(r.Context(), c, in)
		}
		if err != nil {
			a.problem(w, r, err)
		}
	})
}

func (a *API) route(name string) client.Route {
	for _, rt := range client.Routes() {
		if rt.Name == name {
			a.done[name] = true
			return rt
		}
	}
	panic("api: package client has no route called " + name)
}

// errWho marks that the caller is not known, as opposed to not allowed.
type errWho struct{ error }

func (e errWho) Unwrap() error { return e.error }

func (a *API) enter(c *call, action access.Action) (err error) {
	if action == open {
		return nil
	}
	if c.person, c.token, err = a.who(c.r); err != nil {
		if fail.Is(err, fail.Denied) || fail.Is(err, fail.Expired) || fail.Is(err, fail.Missing) {
			return errWho{err}
		}
		return err
	}
	if action == anyone {
		return nil
	}
	return c.may(action)
}

func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if _, ok := err.(errWho); ok {
		a.unsignedIn(w, fail.Safe(err))
		return
	}
	a.problem(w, r, err)
}

// answer runs do and writes what it returns. Writes go through the memory of
// answers, so that a repetition changes nothing.
func (a *API) answer(rt client.Route, c *call, do func() (any, error)) {
	var ans Answer
	var err error
	if rt.Method == http.MethodGet {
		ans, err = perform(c, do)
	} else {
		ans, err = a.once(rt, c, do)
	}
	if err != nil {
		a.problem(c.w, c.r, err)
		return
	}
	h := c.w.Header()
	h.Set("Cache-Control", "no-store")
	if ans.ETag != "" {
		h.Set("ETag", ans.ETag)
		if rt.Method == http.MethodGet && c.r.Header.Get("If-None-Match") == ans.ETag {
			c.w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if len(ans.Body) > 0 {
		h.Set("Content-Type", "application/json")
	}
	c.w.WriteHeader(ans.Status)
	c.w.Write(ans.Body) // the caller is gone when this fails; what was done stands
}

// perform runs do and renders its answer.
func perform(c *call, do func() (any, error)) (Answer, error) {
	v, err := do()
	if err != nil {
		return Answer{}, err
	}
	if c.status == http.StatusNoContent {
		return Answer{Status: c.status}, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return Answer{}, err
	}
	sum := sha256.Sum256(b)
	tag := c.etag
	if tag == "" {
		tag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	}
	return Answer{Status: c.status, ETag: tag, Body: append(b, '\n')}, nil
}

// reference makes the number under which an internal error is found.
func (a *API) reference() string {
	b := make([]byte, referenceSize)
	if _, err := io.ReadFull(a.c.Random, b); err != nil {
		return "none"
	}
	return hex.EncodeToString(b)
}
