package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(s.URL, "a-token\n")
	if err != nil {
		t.Fatal(err)
	}
	c.wait = noWait
	return c
}

// TestEveryRouteHasACall calls every method of Client and checks that together
// they ask for every route, each with the right method, token and key.
func TestEveryRouteHasACall(t *testing.T) {
	mux := http.NewServeMux()
	asked := map[string]bool{}
	for _, r := range Routes() {
		mux.HandleFunc(r.Method+" "+Prefix+r.Path, func(w http.ResponseWriter, req *http.Request) {
			asked[r.Name] = true
			if got := req.Header.Get("Authorization"); got != "Bearer a-token" {
				t.Errorf("%s: token %q", r.Name, got)
			}
			if key := req.Header.Get("Idempotency-Key"); (key != "") != (r.Method != http.MethodGet) {
				t.Errorf("%s %s: idempotency key %q", r.Method, r.Path, key)
			}
			if r.Answer != "" {
				w.Header().Set("Content-Type", r.Answer)
				fmt.Fprint(w, "id: 7\ndata: {\"position\":7}\n\n")
				return
			}
			w.Header().Set("ETag", `"v1"`)
			fmt.Fprint(w, "{}")
		})
	}
	c := serve(t, mux.ServeHTTP)
	stop := errors.New("enough")
	v := reflect.ValueOf(c)
	for i := range v.NumMethod() {
		name, m := v.Type().Method(i).Name, v.Method(i)
		if m.Type().NumIn() == 0 {
			continue // Base, NewKey
		}
		args := []reflect.Value{reflect.ValueOf(t.Context())}
		for j := 1; j < m.Type().NumIn(); j++ {
			args = append(args, argument(m.Type().In(j), stop))
		}
		out := m.Call(args)
		if err, _ := out[len(out)-1].Interface().(error); err != nil && !errors.Is(err, stop) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, r := range Routes() {
		if !asked[r.Name] {
			t.Errorf("no method of Client asks for %s", r.Name)
		}
	}
}

// argument makes a value that fills every path of a request.
func argument(t reflect.Type, stop error) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("x y/z")
	case reflect.Struct:
		for i := range t.NumField() {
			if v.Field(i).Kind() == reflect.String {
				v.Field(i).SetString("x")
			}
		}
	case reflect.Interface:
		return reflect.ValueOf(strings.NewReader("file"))
	case reflect.Slice:
		v.SetBytes([]byte(`{}`))
	case reflect.Func:
		return reflect.ValueOf(func(Event) error { return stop })
	}
	return v
}

func TestLostAnswerIsAskedForAgainUnderTheSameKey(t *testing.T) {
	var keys, bodies []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		b.ReadFrom(r.Body)
		keys, bodies = append(keys, r.Header.Get("Idempotency-Key")), append(bodies, b.String())
		if len(keys) == 1 {
			panic(http.ErrAbortHandler) // the node was killed after it wrote
		}
		if len(keys) == 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if len(keys) == 3 {
			w.Header().Set("Content-Length", "100") // the answer breaks off
			fmt.Fprint(w, `{"case":`)
			return
		}
		fmt.Fprint(w, `{"case":"c"}`)
	})
	d, err := c.Act(t.Context(), ActRequest{Case: "c", Transition: "acknowledge"})
	if err != nil || d.Case != "c" {
		t.Fatalf("%+v, %v", d, err)
	}
	if len(keys) != 4 || keys[0] == "" || keys[0] != keys[1] || keys[1] != keys[2] || keys[2] != keys[3] {
		t.Errorf("keys %q", keys)
	}
	if bodies[0] != bodies[2] || !strings.Contains(bodies[2], "acknowledge") {
		t.Errorf("bodies %q", bodies)
	}
	if _, err := c.Act(t.Context(), ActRequest{Case: "c", Transition: "acknowledge"}); err != nil {
		t.Fatal(err)
	}
	if keys[4] == keys[0] {
		t.Error("another write has the same key")
	}
}

func TestProblem(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		json.NewEncoder(w).Encode(Problem{Detail: "a supervisor must do it (S21)", Kind: "denied", Problems: []FieldProblem{{Field: "purpose"}}})
	})
	_, err := c.Me(t.Context())
	p := new(Problem)
	if !errors.As(err, &p) || p.Kind != "denied" || p.Status != http.StatusForbidden || len(p.Problems) != 1 || err.Error() != "a supervisor must do it (S21)" {
		t.Errorf("got %#v", err)
	}
}

func TestNotANode(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) })
	if _, err := c.Me(t.Context()); err == nil || !strings.Contains(err.Error(), "check --node") {
		t.Errorf("got %v", err)
	}
	c = serve(t, nil)
	c.base = "http://127.0.0.1:1"
	var u *Unreachable
	if _, err := c.Me(t.Context()); !errors.As(err, &u) {
		t.Errorf("got %v", err)
	}
	for _, base := range []string{"", "localhost:8480", "ftp://x", "http://"} {
		if _, err := New(base, ""); err == nil {
			t.Errorf("%q is taken for an address", base)
		}
	}
}

func TestEmptyNameIsRefusedBeforeItIsSent(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { t.Error("asked for " + r.URL.Path) })
	for _, name := range []string{"", ".", ".."} {
		if _, err := c.Case(t.Context(), name); err == nil {
			t.Errorf("%q names a case", name)
		}
	}
}

// TestEventsGoOn checks that a feed that breaks goes on after the last
// position it gave, without a gap and without a repetition.
func TestEventsGoOn(t *testing.T) {
	var starts []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		starts = append(starts, r.URL.Query().Get("after"))
		for p := 3; p < 6; p++ { // each connection begins too early, as a proxy might
			fmt.Fprintf(w, ": beat\n\nid: %d\ndata: {\"position\":%d}\n\n", p+len(starts), p+len(starts))
		}
	})
	var got []int64
	enough := errors.New("enough")
	err := c.Events(t.Context(), 4, func(e Event) error {
		if got = append(got, e.Position); len(got) == 4 {
			return enough
		}
		return nil
	})
	if err != enough || fmt.Sprint(got) != "[5 6 7 8]" || fmt.Sprint(starts[:3]) != "[4 6 7]" {
		t.Errorf("err %v, events %v, starts %v", err, got, starts)
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add("id: 7\ndata: {\"position\":7,\"kind\":\"case.act-sent\"}\n\n", int64(3))
	f.Add(": beat\n\ndata: {\"position\":1}\n\ndata: {", int64(0))
	f.Fuzz(func(t *testing.T, text string, after int64) {
		last := after
		end, _ := readEvents(strings.NewReader(text), after, func(e Event) error { // what cannot be read ends the feed
			if e.Position <= last {
				t.Errorf("position %d came after %d", e.Position, last)
			}
			last = e.Position
			return nil
		})
		if end != last {
			t.Errorf("goes on from %d, saw %d", end, last)
		}
	})
}
