package web_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/face/facetest"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff/softkey"
	"landbridge.example/internal/web"
)

// oneNode is the pages of a whole node, alone in the world.
func oneNode(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	c := node.Defaults(filepath.Join(t.TempDir(), "xa"))
	c.Party, c.Name, c.Demo, c.LogLevel = "XA", "Azuria", true, "error"
	c.Listen = server.Listener.Addr().String()
	_, port, _ := strings.Cut(c.Listen, ":")
	c.URL = "http://localhost:" + port
	deps := node.Dependencies{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	_, err := node.Init(t.Context(), c, node.Beginning{Kind: party.State, People: []node.NewPerson{
		{Name: "Davit Oru", Login: "d.oru", Roles: []landbridge.Role{landbridge.Officer}, Soft: true},
		{Name: "Sanna Ivers", Login: "s.ivers", Roles: []landbridge.Role{landbridge.Operator}, Soft: true},
		{Name: "Tessa Lund", Login: "t.lund", Roles: []landbridge.Role{landbridge.Secretariat}, Soft: true},
		{Name: "Pell Anse", Login: "p.anse", Roles: []landbridge.Role{landbridge.DataProtection, landbridge.Oversight}, Soft: true},
	}}, deps)
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(t.Context(), c, deps)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = n.Handler()
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	server.URL = c.URL
	return server
}

// A reader is a browser without script.
type reader struct {
	t    *testing.T
	site string
	http *http.Client
	lang string
}

func newReader(t *testing.T, site, lang string) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t, site, &http.Client{Jar: jar}, lang}
}

// say asks for a page, or sends a form, and returns what came: a whole page, with
// the code and the words that are wanted.
func say(r *reader, want int, method, path string, form url.Values, words ...string) string {
	r.t.Helper()
	code, page, _ := r.do(method, path, form, "text/html")
	if code != want {
		r.t.Fatalf("%s %s: %d, want %d\n%.2000s", method, path, code, want, page)
	}
	for _, w := range words {
		if !strings.Contains(page, w) {
			r.t.Errorf("%s %s does not say %q", method, path, w)
		}
	}
	for _, f := range facetest.Check(page) {
		r.t.Errorf("%s %s: %s", method, path, f)
	}
	return page
}

func (r *reader) do(method, path string, form url.Values, accept string) (int, string, http.Header) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.site+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept-Language", r.lang)
	req.Header.Set("Accept", accept)
	res, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

func (r *reader) get(path string) (int, string, http.Header) {
	r.t.Helper()
	return r.do("GET", path, nil, "text/html")
}

func (r *reader) post(path string, form url.Values) (int, string, http.Header) {
	r.t.Helper()
	return r.do("POST", path, form, "text/html")
}

// signIn presses the demo's button that shows the name.
func (r *reader) signIn(name string) {
	r.t.Helper()
	_, page, _ := r.get("/sign-in")
	m := regexp.MustCompile(`value="([0-9a-f-]{36})"><span><bdi>` + name).FindStringSubmatch(page)
	if m == nil {
		r.t.Fatalf("%s is not on the sign-in page", name)
	}
	if code, page, _ := r.post("/sign-in/demo", url.Values{"account": {m[1]}}); code != 200 || !strings.Contains(page, name) {
		r.t.Fatalf("signing in as %s: %d", name, code)
	}
}

// TestEveryPage asks a whole node for every address, as everyone, with what
// belongs there and with what does not. Nothing is an internal error, and
// everything that is a page is a good one.
func TestEveryPage(t *testing.T) {
	server := oneNode(t)
	wild := []string{"", "x", "01960000-0000-7000-8000-000000000000", strings.Repeat("ab", 32), "XB", "1"}
	everyone, languages := []string{"", "Davit Oru", "Sanna Ivers", "Pell Anse"}, []string{"en", "ar"}
	readers := map[string]*reader{} // all sign in first: what follows closes the place
	for _, who := range everyone {
		for _, lang := range languages {
			r := newReader(t, server.URL, lang)
			if readers[who+lang] = r; who != "" {
				r.signIn(who)
			}
		}
	}
	for _, who := range everyone {
		for i, lang := range languages {
			r := readers[who+lang]
			for _, pattern := range web.Patterns() {
				method, path, _ := strings.Cut(pattern, " ")
				if path == "/live" || path == "/sign-out" || path == "/sign-in/demo" || method == "POST" && i > 0 {
					continue
				}
				for _, w := range wild {
					at := strings.ReplaceAll(regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, w), "{$}", "")
					code, body, head := r.do(method, at, nil, "text/html")
					if code >= 500 && code != http.StatusServiceUnavailable { // 503: too many bad links from here
						t.Errorf("%s as %q: %s %s answers %d", lang, who, method, at, code)
					}
					if strings.HasPrefix(head.Get("Content-Type"), "text/html") {
						for _, f := range facetest.Check(body) {
							t.Errorf("%s as %q: %s: %s", lang, who, at, f)
						}
					}
					if !strings.Contains(path, "{") {
						break
					}
				}
			}
		}
	}
}

func TestLists(t *testing.T) {
	r := newReader(t, oneNode(t).URL, "en")
	r.signIn("Davit Oru")
	code, text, head := r.get("/cases.csv?state=all")
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if code != 200 || err != nil || len(lines) != 1 || lines[0][0] != "number" || !strings.Contains(head.Get("Content-Disposition"), "attachment") {
		t.Errorf("CSV: %d, %v, %v", code, err, lines)
	}
	code, text, _ = r.get("/cases.json?state=all")
	var list struct{ Cases []any }
	if err := json.Unmarshal([]byte(text), &list); code != 200 || err != nil {
		t.Errorf("JSON: %d, %v", code, err)
	}
	code, proof, _ := r.get("/record/0/proof")
	if code != 200 || !strings.Contains(proof, "c2sp.org/tlog-proof") || !strings.Contains(proof, "landbridge.example/XA") {
		t.Errorf("proof: %d, %.300s", code, proof)
	}
}

// TestSetupLink: the operator adds a person, who registers a passkey with the
// link, once, and is signed in by it.
func TestSetupLink(t *testing.T) {
	server := oneNode(t)
	operator, newcomer := newReader(t, server.URL, "en"), newReader(t, server.URL, "en")
	operator.signIn("Sanna Ivers")
	code, page, _ := operator.post("/people", url.Values{"do": {"add"}, "name": {"Mirre Haldor"}, "login": {"m.haldor"}, "role": {"supervisor"}})
	link := regexp.MustCompile(`/setup/[A-Za-z0-9_-]+`).FindString(page)
	if code != 200 || link == "" {
		t.Fatalf("no setup link: %d", code)
	}
	if code, page, _ := newcomer.get(link); code != 200 || !strings.Contains(page, "Mirre Haldor") {
		t.Fatalf("the link: %d", code)
	}
	register := func() (int, string) {
		code, text, _ := newcomer.do("POST", link+"/begin", nil, "application/json")
		if code != 200 {
			return code, text
		}
		var c struct {
			Name    string
			Options json.RawMessage
		}
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		key, err := softkey.New("localhost", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := key.Register(c.Options)
		if err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(map[string]any{"name": c.Name, "label": "blue key", "answer": json.RawMessage(answer)})
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), "POST", server.URL+link+"/finish", strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", "application/json")
		res, err := newcomer.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		out, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(out)
	}
	if code, out := register(); code != 200 || !strings.Contains(out, "welcome") {
		t.Fatalf("registering: %d %s", code, out)
	}
	if code, page, _ := newcomer.get("/account"); code != 200 || !strings.Contains(page, "blue key") || !strings.Contains(page, "demo key") {
		t.Errorf("the newcomer is not signed in: %d", code)
	}
	if code, out := register(); code != http.StatusGone {
		t.Errorf("the link works twice: %d %s", code, out)
	}
}

// TestTokenShownOnce: a token's text is on the page that made it and on no other.
func TestTokenShownOnce(t *testing.T) {
	r := newReader(t, oneNode(t).URL, "en")
	r.signIn("Davit Oru")
	code, page, _ := r.post("/account", url.Values{"do": {"new-token"}, "name": {"script"}, "until": {"2026-12-31"}, "scope": {"case.list"}})
	if code == http.StatusUnprocessableEntity { // the clock of this machine is past that day
		t.Skip("the day in this test is over")
	}
	if code != 200 || !strings.Contains(page, "landbridge_") {
		t.Fatalf("no token: %d", code)
	}
	if _, again, _ := r.get("/account"); strings.Contains(again, "landbridge_") || !strings.Contains(again, "script") {
		t.Error("the token is shown again, or not listed")
	}
}

// TestLive: an open page is told that something changed, and not what.
func TestLive(t *testing.T) {
	server := oneNode(t)
	r := newReader(t, server.URL, "en")
	r.signIn("Davit Oru")
	req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	line, err := bufio.NewReader(res.Body).ReadString('\n')
	if err != nil || res.Header.Get("Content-Type") != "text/event-stream" || !strings.HasPrefix(line, "retry:") {
		t.Errorf("%q, %v, %v", line, err, res.Header)
	}
}

// TestScreeningPages: the operator imports a list by the page, an officer
// screens a name without script, keeps a watch, and dismisses a candidate.
func TestScreeningPages(t *testing.T) {
	server := oneNode(t)
	operator, officer, overseer := newReader(t, server.URL, "en"), newReader(t, server.URL, "en"), newReader(t, server.URL, "en")
	operator.signIn("Sanna Ivers")
	officer.signIn("Davit Oru")
	overseer.signIn("Pell Anse")
	say(officer, 200, "GET", "/screening", nil, "no list on this node yet")
	say(operator, 422, "POST", "/screening/lists", url.Values{}, "Choose a file first")
	upload(t, operator, "/screening/lists", "list.csv", "id,name,birth\n1,Ishkar Morvane,1971-05-02\n", map[string]string{"code": "UN", "origin": "national", "authority": "XA", "name": "A list"}, 422, "S31")
	upload(t, operator, "/screening/lists", "list.csv", "id,name,birth\n1,Ishkar Morvane,1971-05-02\n", map[string]string{"code": "XA-1", "origin": "national", "authority": "XA", "name": "A list"}, 200, "XA-1 is now version 1")
	upload(t, operator, "/screening/lists", "list.csv", "id,name,birth\n1,Ishkar", map[string]string{"code": "XA-1"}, 422, "nothing was changed")
	say(operator, 403, "POST", "/screening", url.Values{"name": {"Ishkar Morvane"}, "purpose": {"investigation"}})
	say(officer, 422, "POST", "/screening", url.Values{"name": {"Ishkar Morvane"}}, "choose a purpose")
	page := say(officer, 200, "POST", "/screening", url.Values{"name": {"Ишкар Морване"}, "purpose": {"investigation"}}, "National list: XA", "other script", "candidate only", "not given on our side")
	if strings.Contains(page, "United Nations") {
		t.Error("a national entry is shown with the United Nations")
	}
	say(officer, 200, "GET", "/screening/lists/XA-1/entries/1", nil, "Ishkar Morvane", "1971-05-02")
	say(officer, 200, "GET", "/screening/lists/XA-1/versions/1", nil, "added")
	say(officer, 422, "POST", "/screening/watches", url.Values{"title": {"Suppliers"}, "basis": {"Act"}, "purpose": {"detection"}, "until": {"2001-01-01"}}, "within the next year", "Suppliers")
	until := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	page = say(officer, 200, "POST", "/screening/watches", url.Values{"title": {"Suppliers"}, "basis": {"Act s. 4"}, "purpose": {"detection"}, "until": {until}}, "Suppliers", "Act s. 4")
	watch := regexp.MustCompile(`/screening/watches/[0-9a-f-]{36}`).FindString(page)
	say(officer, 422, "POST", watch, url.Values{"do": {"add"}, "name": {"Ishkar Morvane"}, "birth": {"yesterday"}}, "no date of birth")
	page = say(officer, 200, "POST", watch, url.Values{"do": {"add"}, "name": {"Ishkar Morvane"}, "kind": {"person"}}, "Candidate")
	hit := regexp.MustCompile(`/screening/hits/[0-9a-f-]{36}`).FindString(page)
	say(officer, 200, "GET", "/", nil, "look at a candidate", hit)
	say(officer, 200, "GET", hit, nil, "Side by side", "Propose a match")
	say(officer, 422, "POST", hit, url.Values{"do": {"propose"}, "reason": {"It is him."}, "identifier": {"birth"}, "note-birth": {"the same"}}, "two independent identifiers")
	say(officer, 403, "POST", hit+"/confirm", url.Values{"do": {"confirm"}})
	say(overseer, 200, "GET", hit, nil, "Side by side")
	say(overseer, 403, "POST", hit, url.Values{"do": {"dismiss"}, "reason": {"no no"}})
	say(officer, 422, "POST", hit, url.Values{"do": {"dismiss"}, "reason": {""}}, "Say why", "Side by side")
	say(officer, 200, "POST", hit, url.Values{"do": {"dismiss"}, "reason": {"Born in 1990."}}, "False positive", "Stands until")
	say(officer, 200, "GET", "/screening/review?state=dismissed", nil, hit)
	upload(t, officer, "/screening/files", "names.csv", "name\nIshkar Morvane\n", map[string]string{"purpose": "detection"}, 200, "names.csv")
	say(officer, 200, "GET", "/screening/files", nil, "names.csv")
	if code, _, _ := operator.get(hit); code != http.StatusForbidden {
		t.Errorf("the operator sees a candidate: %d", code)
	}
}

// upload sends a form with a file, as a browser does.
func upload(t *testing.T, r *reader, path, name, content string, fields map[string]string, want int, part string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	w, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(w, content)
	}
	if err = errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", r.site+path, &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("Accept-Language", r.lang)
	res, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != want || !strings.Contains(string(page), part) {
		t.Errorf("%s with %s: %d, want %d with %q", path, name, res.StatusCode, want, part)
	}
}
