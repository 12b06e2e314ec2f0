package web_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestForumPages runs an edition through its forms, as somebody without script
// would: what is wrong is said beside the form and what was written is kept.
func TestForumPages(t *testing.T) {
	server := oneNode(t)
	desk, officer := newReader(t, server.URL, "en"), newReader(t, server.URL, "en")
	desk.signIn("Tessa Lund")
	officer.signIn("Davit Oru")
	edition := url.Values{"id": {"2027"}, "name.en": {"2027 <b>Conference"}, "mode": {"hybrid"}, "zone": {"Europe/Paris"}, "first": {"2027-03-27"}, "last": {"2027-03-26"}}
	say(desk, 422, "POST", "/forum/new", edition, "An edition ends after it begins", "2027 &lt;b&gt;Conference")
	say(officer, 403, "POST", "/forum/new", edition, "secretariat")
	edition.Set("last", "2027-03-29")
	say(desk, 200, "POST", "/forum/new", edition, "Saved.", "The public does not see this edition yet", "There is no session yet")
	say(desk, 200, "GET", "/", nil, "2027 &lt;b&gt;Conference", "There is no session yet", `href="/forum/2027"`)

	const e = "/forum/2027"
	say(desk, 200, "POST", e+"/places/venue/new", url.Values{"id": {"centre"}, "name.en": {"Centre"}, "do": {"save"}}, "Saved.", "Centre")
	say(desk, 422, "POST", e+"/places/venue/new", url.Values{"id": {"centre"}, "name.en": {"Again"}, "do": {"save"}}, "There is a centre already", "Again")
	say(desk, 422, "POST", e+"/places/room/new", url.Values{"id": {"hall-a"}, "name.en": {"Hall A"}, "venue": {"centre"}, "capacity": {"many"}, "do": {"save"}}, "say how many")
	say(desk, 200, "POST", e+"/places/room/new", url.Values{"id": {"hall-a"}, "name.en": {"Hall A"}, "venue": {"centre"}, "capacity": {"300"}, "do": {"save"}}, "300 people")
	say(desk, 200, "POST", e+"/speakers/new", url.Values{"name": {"Ada Merel"}, "party": {"xa"}, "from.0": {"2027-03-27T08:00"}, "to.0": {"2027-03-27T12:00"}, "do": {"save"}}, "Ada Merel", "08:00–12:00")

	session := url.Values{"title.en": {"Opening"}, "kind": {"plenary"}, "mode": {"onsite"}, "status": {"confirmed"}, "room": {"hall-a"},
		"start": {"2027-03-27T09:00"}, "end": {"2027-03-27T10:00"}, "who.0": {"Ada Merel"}, "role.0": {"chair"}, "do": {"save"}}
	with := func(changes ...string) url.Values {
		q := url.Values{}
		for k, v := range session {
			q[k] = v
		}
		for i := 0; i < len(changes); i += 2 {
			q.Set(changes[i], changes[i+1])
		}
		return q
	}
	at := e + "/sessions/new"
	say(desk, 422, "POST", at, with("start", "2027-03-28T02:30", "end", "2027-03-28T03:30"), "the clocks are put forward over it", `value="Opening"`)
	say(desk, 422, "POST", at, with("who.0", "Nobody"), "There is no speaker called Nobody", `value="Nobody"`)
	say(desk, 422, "POST", at, with("start", "2027-03-27T13:00", "end", "2027-03-27T14:00"), "Ada Merel is not available")
	say(desk, 422, "POST", at, with("title.en", "a\u202eb"), "control character")
	say(desk, 422, "POST", at, with("mode", "hybrid", "link", "javascript:alert(1)"), "begins with https://")
	page := say(desk, 200, "POST", at, session, "Saved.", "Opening", "Hall A")
	say(desk, 422, "POST", at, with("title.en", "Second", "who.0", ""), "Room Hall A is taken by “Opening”")
	say(officer, 403, "POST", at, session)
	one := regexp.MustCompile(e + `/sessions/[0-9a-f-]{36}`).FindString(page)
	revision := regexp.MustCompile(`name="revision" value="(\d+)"`).FindStringSubmatch(say(desk, 200, "GET", one, nil, "Session 1", "Never published"))[1]
	say(desk, 200, "POST", one, with("title.en", "Opening of all", "revision", revision), "Opening of all")
	say(desk, 422, "POST", one, with("title.en", "Overwritten", "revision", revision), "was changed by somebody else")

	file := `{"schedule":{"conference":{"title":"Other","days":[{"rooms":{"Hall B":[{"guid":"g","title":"<script>x</script>","date":"2027-03-27T15:00:00+01:00","duration":"01:00"}]}}]}}}`
	fields := map[string]string{"venue": "centre", "capacity": "80", "language": "en", "status": "confirmed", "do": "report"}
	upload(t, desk, e+"/import", "schedule.json", file, fields, 200, "New sessions")
	upload(t, desk, e+"/import", "x.exe", "MZ", fields, 422, "none of schedule.json")
	say(desk, 200, "GET", e+"/programme", nil, "1 session")
	fields["do"] = "apply"
	upload(t, desk, e+"/import", "schedule.json", file, fields, 200, "The schedule was taken in.")
	say(desk, 200, "GET", e+"/programme", nil, "2 sessions", "&lt;script&gt;")

	say(desk, 422, "POST", e+"/publish", url.Values{"note": {"First"}}, "not shown to the public yet; show it first")
	edition.Set("shown", "yes")
	revision = regexp.MustCompile(`name="revision" value="(\d+)"`).FindStringSubmatch(say(desk, 200, "GET", e+"/edit", nil, "Europe/Paris"))[1]
	edition.Set("revision", revision)
	say(desk, 200, "POST", e+"/edit", edition, "Saved.")
	say(officer, 403, "POST", e+"/publish", nil)
	say(desk, 200, "POST", e+"/publish", url.Values{"note": {"First <announcement>"}}, "Published.", "First &lt;announcement&gt;")
	say(desk, 422, "POST", one, url.Values{"do": {"remove"}}, "cancel it with a reason")
	say(desk, 200, "GET", one, nil, "Published: it can be changed or cancelled")
	say(desk, 200, "POST", one, with("title.en", "Opening", "start", "2027-03-27T10:00", "end", "2027-03-27T11:00"), "Saved.")
	say(desk, 200, "GET", e+"/publish", nil, "New time", "09:00–10:00", "10:00–11:00")
	say(desk, 200, "GET", e, nil, "1 session differs from what is published")
	for _, f := range []string{"csv", "xlsx"} {
		if code, body, _ := desk.get(e + "/programme." + f); code != 200 || len(body) < 100 {
			t.Errorf("%s: %d", f, code)
		}
	}
	facts := url.Values{"sid.0": {"report"}, "stitle.0": {"Report <1>"}, "of.0": {"guests"}, "number.0": {"many"}, "how.0": {"over"}, "fsource.0": {"report"},
		"oid.0": {"plan"}, "otitle.0": {"A plan"}, "osource.0": {"report"}, "oitems.0": {"First part\r\nSecond part"}}
	facts.Set("revision", regexp.MustCompile(`name="revision" value="(\d+)"`).FindStringSubmatch(say(desk, 200, "GET", e+"/facts", nil))[1])
	say(desk, 422, "POST", e+"/facts", facts, "a whole number", "Report &lt;1&gt;")
	facts.Set("number.0", "300")
	say(desk, 200, "POST", e+"/facts", facts, "Saved.")
	say(desk, 200, "GET", e+"/facts", nil, `value="300"`, "First part\nSecond part", `value="plan"`)
	say(desk, 422, "POST", e+"/facts", facts, "changed by somebody else")
	say(officer, 403, "GET", e+"/facts", nil)
	if code, page, _ := desk.get("/public/forum/2027/"); code != 200 || !strings.Contains(page, "more than 300") || !strings.Contains(page, "Second part") {
		t.Errorf("the public does not see what was entered: %d", code)
	}
	say(officer, 200, "GET", "/forum", nil, "2027 &lt;b&gt;Conference")
	say(officer, 200, "GET", "/forum/2024", nil, "This edition is history")
}

// TestLargeDraft: a draft of 500 sessions opens on one day and stays a page
// that a phone can hold.
func TestLargeDraft(t *testing.T) {
	server := oneNode(t)
	desk := newReader(t, server.URL, "en")
	desk.signIn("Tessa Lund")
	if code, _, _ := desk.post("/forum/new", url.Values{"id": {"2027"}, "name.en": {"2027"}, "mode": {"onsite"}, "zone": {"UTC"}, "first": {"2027-03-27"}, "last": {"2027-03-30"}}); code != 200 {
		t.Fatal(code)
	}
	desk.post("/forum/2027/places/venue/new", url.Values{"id": {"centre"}, "name.en": {"Centre"}})
	var events []string
	for i := range 500 {
		events = append(events, fmt.Sprintf(`{"guid":"g%d","title":"A session with an ordinary title %d","date":"2027-03-%dT%02d:00:00Z","duration":"01:00"}`, i, i, 27+i%4, 8+i/4%10))
	}
	var rooms []string
	for r := range 13 {
		var in []string
		for i := r * 40; i < min(r*40+40, 500); i++ {
			in = append(in, events[i])
		}
		rooms = append(rooms, fmt.Sprintf(`"Room %d":[%s]`, r, strings.Join(in, ",")))
	}
	file := `{"schedule":{"conference":{"title":"Large","days":[{"rooms":{` + strings.Join(rooms, ",") + `}}]}}}`
	upload(t, desk, "/forum/2027/import", "schedule.json", file, map[string]string{"venue": "centre", "capacity": "80", "language": "en", "status": "confirmed", "do": "apply"}, 200, "The schedule was taken in.")
	_, page, _ := desk.get("/forum/2027/programme")
	if n := strings.Count(page, "/sessions/"); n < 120 || n > 130 || len(page) > 70_000 {
		t.Errorf("%d sessions, %d bytes", n, len(page))
	}
}
