package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"sync"

	"landbridge.example"
	"landbridge.example/client"
	callfor "landbridge.example/internal/call"
	"landbridge.example/internal/fail"
)

// Bounds of calls that need no account.
const (
	maxRepeats    = 2000                   // answers kept for a repetition
	maxKeptAnswer = 4 << 10                // bytes of one of them; what is longer may be asked for again
	maxOpenBody   = callfor.MaxFile*2 + 64 // a PDF in base64, and what stands around it
)

// openTo attaches f to a route that needs no account: a secret in the body
// opens what is not public. Its answers hold secrets, so they are remembered
// for a repetition in memory alone, and nothing of them is written to disk.
func openTo[In, Out any](a *API, name string, f func(context.Context, *http.Request, In) (Out, error)) {
	rt := a.route(name)
	if reflect.TypeOf(rt.In) != reflect.TypeFor[In]() || rt.Out != nil && reflect.TypeOf(rt.Out) != reflect.TypeFor[Out]() || !rt.Open {
		panic("api: the handler of " + name + " has other types than its route")
	}
	a.mux.HandleFunc(rt.Method+" "+client.Prefix+rt.Path, func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r, status: max(rt.Status, http.StatusOK)}
		do := func() (any, error) {
			var in In
			if err := bindUpTo(w, r, &in, maxOpenBody); err != nil {
				return nil, err
			}
			return f(r.Context(), r, in)
		}
		var ans Answer
		var err error
		if rt.Method == http.MethodGet {
			ans, err = perform(c, do)
		} else {
			ans, err = a.onceOpen(c, do)
		}
		if err != nil {
			a.problem(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		if len(ans.Body) > 0 {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(ans.Status)
		w.Write(ans.Body) // the caller is gone when this fails; what was done stands
	})
}

// onceOpen does a write of someone without an account under its key.
func (a *API) onceOpen(c *call, do func() (any, error)) (Answer, error) {
	if err := a.c.Gate.Form(c.r.RemoteAddr); err != nil {
		return Answer{}, err
	}
	key := c.r.Header.Get(keyHeader)
	if len(key) < minKey || len(key) > maxKey {
		return Answer{}, fail.New(fail.Invalid, "send an %s of %d to %d characters with every write, new for each; use the same to repeat this one",
			keyHeader, minKey, maxKey)
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxOpenBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return Answer{}, fail.New(fail.TooLarge, "the body is over %d bytes", maxOpenBody)
	}
	if err != nil {
		return Answer{}, fail.Because(err, fail.Unavailable, "the body did not arrive whole; send it again")
	}
	c.r.Body = io.NopCloser(bytes.NewReader(body))
	digest := landbridge.Sum(append([]byte(c.r.Method+" "+c.r.URL.RequestURI()+"\n"), body...))
	kept, claim, err := a.repeats.begin(key, digest)
	switch {
	case err != nil:
		return Answer{}, err
	case claim == Answered:
		c.w.Header().Set("Idempotency-Replayed", "true")
		return kept, nil
	case claim == Busy:
		c.w.Header().Set("Retry-After", "1")
		return Answer{}, fail.New(fail.Unavailable, "this request is being worked on already; ask again in a moment with the same key")
	}
	ans, err := perform(c, do)
	a.repeats.end(key, ans, err == nil && len(ans.Body) <= maxKeptAnswer)
	return ans, err
}

// repeats remembers the newest small answers, in memory.
type repeats struct {
	mu    sync.Mutex
	kept  map[string]*repeat
	order []string
}

type repeat struct {
	digest landbridge.Digest
	done   bool
	answer Answer
}

func (m *repeats) begin(key string, digest landbridge.Digest) (Answer, Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if x := m.kept[key]; x != nil {
		switch {
		case x.digest != digest:
			return Answer{}, Fresh, fail.New(fail.Conflict, "this %s was used for another request; choose a new one", keyHeader)
		case !x.done:
			return Answer{}, Busy, nil
		}
		return x.answer, Answered, nil
	}
	if m.kept == nil {
		m.kept = map[string]*repeat{}
	}
	if len(m.order) >= maxRepeats {
		delete(m.kept, m.order[0])
		m.order = m.order[1:]
	}
	m.kept[key], m.order = &repeat{digest: digest}, append(m.order, key)
	return Answer{}, Fresh, nil
}

func (m *repeats) end(key string, a Answer, keep bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if x := m.kept[key]; x != nil && keep {
		x.done, x.answer = true, a
		return
	}
	delete(m.kept, key) // its place in the order goes with time
}

// openFile attaches f, which answers with a file, to a public route.
func openFile[In any](a *API, name string, f func(context.Context, In) ([]byte, error)) {
	rt := a.route(name)
	if reflect.TypeOf(rt.In) != reflect.TypeFor[In]() || !rt.Open {
		panic("api: the handler of " + name + " has another type than its route")
	}
	a.mux.HandleFunc(rt.Method+" "+client.Prefix+rt.Path, func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := bindUpTo(w, r, &in, 0)
		var b []byte
		if err == nil {
			b, err = f(r.Context(), in)
		}
		if err != nil {
			a.problem(w, r, err)
			return
		}
		w.Header().Set("Content-Disposition", "attachment")
		_ = (&call{w: w, r: r}).bytes(rt.Answer, b) // it has no error to give
	})
}
