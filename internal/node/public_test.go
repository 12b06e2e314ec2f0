package node

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/pace"
)

// TestPublicListener: on its own listener nothing but the public pages and the
// public log answers, and the demonstration index of a secretariat is there.
func TestPublicListener(t *testing.T) {
	people, peers, address := freeListener(t), freeListener(t), freeAddress(t)
	c, _ := testInit(t, func(c *Config) {
		c.Listen, c.PeerListen, c.PublicListen, c.LogLevel = people.Addr().String(), peers.Addr().String(), address, "error"
		c.Demo, c.Fronts = true, "127.0.0.0/8"
	}, landbridge.Secretariat)
	n, err := Open(t.Context(), c, quietDeps())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- n.Serve(ctx, people, peers) }()
	ask := func(site, path string) (int, string) {
		resp, err := http.Get(site + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	if _, home := ask(c.StaffURL(), "/public/"); !strings.Contains(home, "/public/index/") { // waits until it serves
		t.Error("the public pages do not stand beside the staff pages")
	}
	for path, want := range map[string]int{"/": 200, "/public/": 200, "/public/index/": 200, "/log/checkpoint": 200, "/sign-in": 404, "/api/v1/health": 404, "/cases": 404} {
		if got, _ := ask("http://"+address, path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	all, err := n.Index.Releases(t.Context())
	if err != nil || len(all) == 0 || !all[0].Demonstration {
		t.Fatalf("releases %v, %v", all, err)
	}
	for _, page := range []string{"", "/map", "/country/FRA", "/sensitivity", "/method", "/data", "/statements", "/downloads", "/bundle.zip", "/proof.txt", "/ranking.csv"} {
		if got, body := ask("http://"+address, "/public/index/"+all[0].ID+page); got != http.StatusOK {
			t.Errorf("%s: %d %.300s", page, got, body)
		}
	}
	for i, site := range []string{c.StaffURL(), "http://" + address} {
		asker, other := fmt.Sprintf("203.0.113.%d", i), fmt.Sprintf("203.0.113.1%d", i)
		for range pace.FormsPerMinute {
			_ = n.Gate.Form(asker)
		}
		if got := askFrom(t, asker, site+"/public/nominate"); got != http.StatusServiceUnavailable {
			t.Errorf("%s: one form too many of one address gives %d", site, got)
		}
		if got := askFrom(t, other, site+"/public/nominate"); got != http.StatusNotFound {
			t.Errorf("%s: another address behind the same front gets %d", site, got)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}

// askFrom sends a form with a wrong secret, as the front of the node does for
// somebody.
func askFrom(t *testing.T, who, page string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", page, strings.NewReader("secret=wrong"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", who)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}
