package api

import (
	"encoding/json"
	"net/http"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// A status is how one kind of failure looks in HTTP.
type status struct {
	code  int
	title string
}

// statuses maps every kind of failure; a test refuses a kind that is missing.
func statuses() map[fail.Kind]status {
	return map[fail.Kind]status{
		fail.Internal:    {http.StatusInternalServerError, "Internal error"},
		fail.Invalid:     {http.StatusBadRequest, "The input is wrong"},
		fail.Denied:      {http.StatusForbidden, "Not allowed"},
		fail.Missing:     {http.StatusNotFound, "No such thing"},
		fail.Conflict:    {http.StatusConflict, "It clashes with what is there"},
		fail.Unavailable: {http.StatusServiceUnavailable, "Not available now"},
		fail.TooLarge:    {http.StatusRequestEntityTooLarge, "Too large"},
		fail.Expired:     {http.StatusGone, "Its time is over"},
		fail.Unsigned:    {http.StatusUnprocessableEntity, "A signature, key or proof does not hold"},
	}
}

const problemType = "application/problem+json"

// problem answers with err. What is not safe to show goes to this node's own
// log under a reference that the answer carries.
func (a *API) problem(w http.ResponseWriter, r *http.Request, err error) {
	kind := fail.KindOf(err)
	st := statuses()[kind]
	p := client.Problem{
		Type: client.Prefix + "/docs#problem-" + kind.String(), Title: st.title, Status: st.code,
		Detail: fail.Safe(err), Kind: kind.String(), Problems: fieldProblems(err),
	}
	if kind == fail.Internal {
		p.Reference = a.reference()
		p.Detail = "internal error; the operator finds it in the node's log under " + p.Reference
		a.c.Logger.ErrorContext(r.Context(), "internal error", "reference", p.Reference, "method", r.Method, "path", r.URL.Path, "err", err)
	}
	a.send(w, p, st.code)
}

// unsignedIn answers a caller who did not say who they are.
func (a *API) unsignedIn(w http.ResponseWriter, why string) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="landbridge"`)
	a.send(w, client.Problem{
		Type: client.Prefix + "/docs#problem-denied", Title: "Who are you?", Status: http.StatusUnauthorized,
		Detail: why, Kind: fail.Denied.String(),
	}, http.StatusUnauthorized)
}

func (a *API) send(w http.ResponseWriter, p client.Problem, code int) {
	b, err := json.Marshal(p)
	if err != nil {
		panic("api: a problem does not marshal: " + err.Error())
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Del("ETag")
	w.WriteHeader(code)
	w.Write(append(b, '\n'))
}
