package node

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/party"
)

// TestS19WholeWay: somebody without an account asks on the public page, the
// data-protection officer answers and the overseer confirms by the API, and the
// person reads the answer on the page. Whoever works on cases sees nothing.
func TestS19WholeWay(t *testing.T) {
	c := Defaults(filepath.Join(t.TempDir(), "xa"))
	c.Party, c.Name, c.Listen, c.PeerListen = "XA", "Azuria", "127.0.0.1:18480", "127.0.0.1:18481"
	var people []NewPerson
	for _, r := range []landbridge.Role{landbridge.Officer, landbridge.DataProtection, landbridge.Oversight} {
		people = append(people, NewPerson{Name: "Person " + string(r), Login: string(r), Roles: []landbridge.Role{r}, Soft: true})
	}
	_, err := Init(t.Context(), c, Beginning{Kind: party.State, People: people}, quietDeps())
	must(t, err)
	n, err := Open(t.Context(), c, quietDeps())
	must(t, err)
	t.Cleanup(func() { must(t, n.Close()) })
	post := func(path string, form url.Values) string {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		n.PublicHandler().ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	page := post("/public/rights", url.Values{"kind": {"access"}, "about": {"What do you hold on Jaro Quellwort?"}})
	codes := regexp.MustCompile(`<code>([^<]+)</code>`).FindAllStringSubmatch(page, -1)
	if len(codes) != 2 {
		t.Fatalf("number and secret are not on the page: %v", codes)
	}
	look := url.Values{"number": {codes[0][1]}, "secret": {codes[1][1]}}
	server := httptest.NewServer(n.Handler())
	defer server.Close()
	as := func(role landbridge.Role) *client.Client {
		token, err := os.ReadFile(filepath.Join(c.PeopleDir(), string(role)+".token"))
		must(t, err)
		x, err := client.New(server.URL, strings.TrimSpace(string(token)))
		must(t, err)
		return x
	}
	if _, err := as(landbridge.Officer).RightsRequests(t.Context()); err == nil {
		t.Error("an officer sees what persons ask")
	}
	dpo, overseer := as(landbridge.DataProtection), as(landbridge.Oversight)
	all, err := dpo.RightsRequests(t.Context())
	must(t, err)
	if len(all.Requests) != 1 || all.Requests[0].Number != codes[0][1] || all.Requests[0].About != "" {
		t.Fatalf("%+v", all)
	}
	one, err := dpo.AnswerRights(t.Context(), client.RightsAnswer{Request: all.Requests[0].ID, Way: "neither"})
	must(t, err)
	if one.State != "drafted" || one.About == "" || one.MayDecide {
		t.Errorf("%+v", one)
	}
	if page := post("/public/rights/look", look); strings.Contains(page, "neither confirmed") {
		t.Error("the person sees an answer nobody confirmed")
	}
	if _, err := overseer.DecideRights(t.Context(), client.RightsDecision{Request: one.ID, Confirm: true}); err != nil {
		t.Fatal(err)
	}
	if page := post("/public/rights/look", look); !strings.Contains(page, "neither confirmed nor denied") {
		t.Errorf("the person does not see the answer: %s", page)
	}
}
