package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestAgain: of the many forms on the page of a meeting, the one that was refused
// keeps what was written, stands open and says what is wrong; the others are as
// they were. Minutes that somebody typed for an hour are not lost to a conflict,
// and a button of the floor that is pressed twice does one thing.
func TestAgain(t *testing.T) {
	desk := newReader(t, oneNode(t).URL, "en")
	desk.signIn("Tessa Lund")
	post := func(path string, want int, form url.Values, words ...string) string {
		t.Helper()
		code, page, _ := desk.post(path, form)
		if code != want {
			t.Fatalf("%s %v: %d, want %d", path, form, code, want)
		}
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("%s %v does not say %q", path, form, w)
			}
		}
		return page
	}
	meeting := url.Values{"title": {"Plenary"}, "kind": {"conference"}, "start": {"2027-02-30T10:00"}, "end": {"2027-03-01T12:00"}, "party": {"XA"},
		"reply": {"45"}, "alternate": {"1"}, "agenda": {"Opening\nText"}}
	post("/meetings", 422, meeting, "Give beginning and end", `name="reply" inputmode="numeric" maxlength="4" placeholder="60" value="45"`,
		`name="alternate" value="1" checked`, `name="fresh" value="1">`)
	meeting.Set("start", "2027-03-01T10:00")
	page := post("/meetings", 200, meeting, "Opening")
	find := func(pattern string) string {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("%s is not on the page", pattern)
		}
		return m[1]
	}
	path := find(`action="(/meetings/[0-9a-f-]+)"`)
	item := find(`name="item" value="([^"]+)"`)
	old := find(`name="revision" value="([^"]+)"`)
	post(path, 200, url.Values{"do": {"minutes"}, "item": {item}, "revision": {old}, "record": {"First."}}, "First.")
	page = post(path, 422, url.Values{"do": {"minutes"}, "item": {item}, "revision": {old}, "record": {"An hour <of> work."}},
		`dir="auto">An hour &lt;of&gt; work.</textarea><p class="problem"`, "First.")
	if n := strings.Count(page, "<details open>"); n != 1 || strings.Count(page, "An hour") != 1 {
		t.Errorf("%d forms stand open, and the words stand in more than theirs", n)
	}

	turn := func(page string) string {
		m := regexp.MustCompile(`name="turn" value="([^"]+)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatal("the page does not say which turn it shows")
		}
		return m[1]
	}
	page = post(path, 200, url.Values{"do": {"item-opened"}, "item": {item}})
	page = post(path, 200, url.Values{"do": {"asked"}, "party": {"XA"}})
	call := url.Values{"do": {"called"}, "turn": {turn(page)}}
	page = post(path, 200, call, `role="timer"`)
	post(path, 422, call, "The floor has moved on", `role="timer"`)
	post(path, 200, url.Values{"do": {"ended"}, "turn": {turn(page)}}, "Nobody has the floor")
	post(path, 422, url.Values{"do": {"task"}, "revision": {old}, "what": {"Send <it>"}, "party": {"XA"}, "due": {"2027-02-30"}}, `value="Send &lt;it&gt;"`, `value="2027-02-30"`)
}
