package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/process"
)

var update = flag.Bool("update", false, "write testdata/openapi.json")

func testAPI(log io.Writer) *API {
	return New(Config{Random: bytes.NewReader(make([]byte, 1000)), Logger: slog.New(slog.NewTextHandler(log, nil)), MaxFile: 1 << 20})
}

func TestOpenAPIGolden(t *testing.T) {
	const name = "testdata/openapi.json"
	got := OpenAPI()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the types of package client changed what the API says; if that is meant, run go test ./internal/api -update and show the difference in the review")
	}
}

// TestOpenAPIRefersToWhatIsThere checks that every reference has its target
// and that every write asks for an idempotency key.
func TestOpenAPIRefersToWhatIsThere(t *testing.T) {
	text := string(OpenAPI())
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if doc.Components.Schemas[m[1]] == nil {
			t.Errorf("there is no schema %s", m[1])
		}
	}
	n := 0
	for path, item := range doc.Paths {
		for method, op := range item {
			n++
			if asks := bytes.Contains(op, []byte(keyHeader)); asks != (method != "get") {
				t.Errorf("%s %s: asks for a key: %v", method, path, asks)
			}
		}
	}
	if n != len(client.Routes()) {
		t.Errorf("%d operations for %d routes", n, len(client.Routes()))
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	seen := map[int]fail.Kind{}
	for _, k := range fail.Kinds() {
		st, ok := statuses()[k]
		if !ok || st.title == "" || st.code < 400 {
			t.Errorf("%s has no status", k)
		}
		if other, twice := seen[st.code]; twice {
			t.Errorf("%s and %s have the same status", k, other)
		}
		seen[st.code] = k
		w := httptest.NewRecorder()
		var log bytes.Buffer
		testAPI(&log).problem(w, httptest.NewRequest("GET", "/x", nil), fail.New(k, "do this"))
		var p client.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if w.Code != st.code || p.Kind != k.String() || w.Header().Get("Content-Type") != problemType {
			t.Errorf("%s: %d %+v", k, w.Code, p)
		}
		if k != fail.Internal && p.Detail != "do this" {
			t.Errorf("%s: %q", k, p.Detail)
		}
	}
}

// TestInternalErrorStaysInside checks that the caller gets a number and the
// node's log gets the cause under the same number.
func TestInternalErrorStaysInside(t *testing.T) {
	var log bytes.Buffer
	w := httptest.NewRecorder()
	testAPI(&log).problem(w, httptest.NewRequest("GET", "/x", nil), errors.New("pq: password wrong"))
	if strings.Contains(w.Body.String(), "password") {
		t.Error("the caller sees the cause")
	}
	var p client.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Reference == "" ||
		!strings.Contains(log.String(), p.Reference) || !strings.Contains(log.String(), "password") {
		t.Errorf("reference %q, log %q, %v", p.Reference, log.String(), err)
	}
}

func TestStrangers(t *testing.T) {
	a := testAPI(io.Discard)
	for _, tt := range []struct {
		method, path, auth string
		code               int
		want               string
	}{
		{"GET", "/api/v1/cases", "", 401, "say who you are"},
		{"GET", "/api/v1/cases", "Basic xyz", 401, "Bearer"},
		{"POST", "/api/v1/cases", "", 405, "takes GET"},
		{"GET", "/api/v1/nothing", "", 404, "docs"},
		{"GET", "/api/v1/openapi.json", "", 200, `"openapi": "3.1.0"`},
		{"GET", "/api/v1/docs", "", 200, "Landbridge API"},
	} {
		r := httptest.NewRequest(tt.method, tt.path, nil)
		if tt.auth != "" {
			r.Header.Set("Authorization", tt.auth)
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != tt.code || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s %s: %d %.200s", tt.method, tt.path, w.Code, w.Body)
		}
	}
}

// TestEveryRouteAsksWho: what is not open by its own declaration is closed to
// who does not say who they are, before anything else is looked at.
func TestEveryRouteAsksWho(t *testing.T) {
	a, open := testAPI(io.Discard), 0
	for _, rt := range client.Routes() {
		if rt.Open || rt.Name == "health" {
			open++
			continue
		}
		path := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(rt.Path, "x")
		r := httptest.NewRequest(rt.Method, client.Prefix+path+"?nosuch=1", strings.NewReader("not JSON"))
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "say who you are") {
			t.Errorf("%s: %d %.200s", rt.Name, w.Code, w.Body)
		}
	}
	if open != 21 {
		t.Errorf("%d routes are open; each is a decision of its own, and changes this number", open)
	}
}

// TestDocsNeedNothingFromElsewhere reads the page as a browser would.
func TestDocsNeedNothingFromElsewhere(t *testing.T) {
	w := httptest.NewRecorder()
	testAPI(io.Discard).ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/docs", nil))
	page := w.Body.String()
	for _, bad := range []string{"http://", "https://", "<script", "<img", "<link", "url(", "@import", "style="} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "'sha256-"+styleHash(page)+"'") {
		t.Errorf("the policy does not let the page's own style through: %s", csp)
	}
	for _, r := range client.Routes() {
		if !strings.Contains(page, `id="`+r.Name+`"`) {
			t.Errorf("%s is not described", r.Name)
		}
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("there is no place %s on the page", m[1])
		}
	}
}

func TestBindRefusals(t *testing.T) {
	for name, tt := range map[string]struct {
		url, body, kind string
		want            string
		fail            fail.Kind
	}{
		"unknown parameter": {"/x?limitt=3", "", "", `no parameter "limitt"`, fail.Invalid},
		"bad number":        {"/x?limit=many", "", "", "whole number", fail.Invalid},
		"negative number":   {"/x?limit=-1", "", "", "whole number", fail.Invalid},
		"bad truth":         {"/x?mine=perhaps", "", "", "true or false", fail.Invalid},
		"body not wanted":   {"/x", "{}", "application/json", "takes no body", fail.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", tt.url, strings.NewReader(tt.body))
			err := bind(httptest.NewRecorder(), r, &client.CaseQuery{}, false)
			if !fail.Is(err, tt.fail) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	for name, tt := range map[string]struct {
		body, kind, want string
		fail             fail.Kind
	}{
		"not json":      {"transition=ask", "application/x-www-form-urlencoded", "application/json", fail.Invalid},
		"bad json":      {"{", "application/json", "not the JSON", fail.Invalid},
		"unknown field": {`{"transitoin":"ask"}`, "application/json", "transitoin", fail.Invalid},
		"wrong type":    {`{"transition":3}`, "application/json", "expected: transition is a text, not a number", fail.Invalid},
		"no body":       {"", "application/json", "expected: it is empty", fail.Invalid},
		"not UTF-8":     {"{\"transition\":\"a\xff\"}", "application/json", "UTF-8", fail.Invalid},
		"two values":    {`{} {}`, "application/json; charset=utf-8", "after the JSON", fail.Invalid},
		"too large":     {`{"reason":"` + strings.Repeat("x", MaxBody) + `"}`, "application/json", "attach", fail.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/x", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			err := bind(httptest.NewRecorder(), r, &client.ActRequest{}, false)
			if !fail.Is(err, tt.fail) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestValues(t *testing.T) {
	var in client.Fields
	text := `{"purpose":"investigation","special_data":false,"count":3,"data_kinds":["account_holder","identity"],
		"persons":[{"name":"A","minor":true}],"one":{"iban":"XB00"},"empty":null}`
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		t.Fatal(err)
	}
	v, err := values(in)
	if err != nil {
		t.Fatal(err)
	}
	if v["purpose"].Text != "investigation" || v["special_data"].Text != "no" || v["count"].Text != "3" || len(v["data_kinds"].Items) != 2 ||
		v["persons"].Rows[0]["minor"] != "yes" || v["one"].Rows[0]["iban"] != "XB00" {
		t.Errorf("got %+v", v)
	}
	back := valuesOf(v)
	if back["purpose"] != "investigation" || back["empty"] != nil {
		t.Errorf("back: %+v", back)
	}
	for _, bad := range []string{`{"Bad Name":"x"}`, `{"a":["x",{"y":"z"}]}`, `{"a":[["x"]]}`, `{"a":[{"b":["c"]}]}`} {
		var in client.Fields
		if err := json.Unmarshal([]byte(bad), &in); err != nil {
			t.Fatal(err)
		}
		if _, err := values(in); !fail.Is(err, fail.Invalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	many := client.Fields{}
	for i := range maxFields + 1 {
		many[strings.Repeat("a", i%40+1)+string(rune('a'+i%26))+strings.Repeat("b", i/40)] = "x"
	}
	if _, err := values(many); len(many) > maxFields && !fail.Is(err, fail.TooLarge) {
		t.Errorf("%d fields: %v", len(many), err)
	}
	if value(process.Value{}) != nil {
		t.Error("an empty value stands in JSON")
	}
}

func TestIdempotencyKeyIsAskedFor(t *testing.T) {
	a := testAPI(io.Discard)
	for _, key := range []string{"", "short", strings.Repeat("x", maxKey+1)} {
		r := httptest.NewRequest("POST", "/x", strings.NewReader("{}"))
		r.Header.Set(keyHeader, key)
		_, err := a.once(client.Route{Method: "POST", Name: "act"}, &call{r: r, w: httptest.NewRecorder()}, nil)
		if !fail.Is(err, fail.Invalid) || !strings.Contains(err.Error(), keyHeader) {
			t.Errorf("key of %d characters: %v", len(key), err)
		}
	}
}

// TestWhatIsMadeAnewIsNotDoneAgain: the client repeats a write whose answer was
// lost; when the node died over it, what would stand there twice needs a look.
func TestWhatIsMadeAnewIsNotDoneAgain(t *testing.T) {
	writes := map[string]bool{}
	for _, r := range client.Routes() {
		writes[r.Name] = r.Method != http.MethodGet
	}
	for _, name := range []string{"act", "attachToDraft", "newDelegation", "nominate", "inviteReviewer", "sayInMechanism",
		"tableText", "translateText", "amendText", "onAmendment", "openMatter", "actInMatter", "commit", "reportOn", "saveMeeting", "floorEvent",
		"proposeVisit", "writeNews", "newAgendaAddress", "newAgendaCode", "proposeAgreements", "importAgreements", "commentOnIndex"} {
		if !writes[name] || repeatable(name) {
			t.Errorf("%s: a write: %v, done again: %v", name, writes[name], repeatable(name))
		}
	}
	for _, name := range []string{"saveDraft", "pickSession", "dropSession", "endAgendaAddress", "publishForum"} {
		if !writes[name] || !repeatable(name) {
			t.Errorf("%s: a write: %v, done again: %v", name, writes[name], repeatable(name))
		}
	}
}

func TestRequestDigestTellsRequestsApart(t *testing.T) {
	seen := map[string]string{}
	for _, tt := range [][4]string{{"POST", "/a", "{}", ""}, {"PUT", "/a", "{}", ""}, {"POST", "/b", "{}", ""},
		{"POST", "/a", "{ }", ""}, {"POST", "/a", "{}", "v1"}} {
		r := httptest.NewRequest(tt[0], tt[1], strings.NewReader(tt[2]))
		r.Header.Set("If-Match", tt[3])
		c := &call{r: r, w: httptest.NewRecorder()}
		d, err := requestDigest(client.Route{Method: tt[0]}, c)
		if err != nil {
			t.Fatal(err)
		}
		if was, ok := seen[d.String()]; ok {
			t.Errorf("%v and %v look the same", tt, was)
		}
		seen[d.String()] = strings.Join(tt[:], " ")
		if b, err := io.ReadAll(r.Body); err != nil || string(b) != tt[2] {
			t.Errorf("the body is gone: %q %v", b, err)
		}
	}
}

func FuzzValues(f *testing.F) {
	f.Add(`{"a":"b","c":["d"],"e":[{"f":"g"}],"h":true,"i":1.5,"j":null}`)
	f.Add(`{"a":{"b":[1]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var in client.Fields
		if json.Unmarshal([]byte(text), &in) != nil {
			return
		}
		v, err := values(in)
		if err != nil {
			if fail.KindOf(err) == fail.Internal {
				t.Errorf("%s: %v", text, err)
			}
			return
		}
		b, err := json.Marshal(valuesOf(v))
		if err != nil {
			t.Fatal(err)
		}
		var again client.Fields
		if err := json.Unmarshal(b, &again); err != nil {
			t.Fatal(err)
		}
		if _, err := values(again); err != nil {
			t.Errorf("%s comes back as %s: %v", text, b, err)
		}
	})
}

// TestHandlersMatchRoutes is New itself: it panics when a route has no handler
// or a handler has other types than its route.
func TestHandlersMatchRoutes(t *testing.T) {
	testAPI(io.Discard)
	_ = http.StatusOK
}
