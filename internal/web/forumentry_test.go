package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestEntryBecomesSession follows a side event by pages alone: sent in,
// accepted, put into the programme, published, and withdrawn by its author.
func TestEntryBecomesSession(t *testing.T) {
	server := oneNode(t)
	desk, author := newReader(t, server.URL, "en"), newReader(t, server.URL, "en")
	desk.signIn("Tessa Lund")
	find := func(page, expr string) string {
		t.Helper()
		m := regexp.MustCompile(expr).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("nothing like %s on the page", expr)
		}
		return m[1]
	}
	const e = "/forum/2027"
	say(desk, 200, "POST", "/forum/new", url.Values{"id": {"2027"}, "name.en": {"2027 Conference"}, "mode": {"hybrid"}, "zone": {"UTC"}, "first": {"2097-03-27"},
		"last": {"2097-03-29"}, "shown": {"yes"}})
	say(desk, 200, "POST", e+"/places/venue/new", url.Values{"id": {"centre"}, "name.en": {"Centre"}, "do": {"save"}})
	say(desk, 200, "POST", e+"/places/room/new", url.Values{"id": {"hall-a"}, "name.en": {"Hall A"}, "venue": {"centre"}, "capacity": {"300"}, "do": {"save"}})
	say(desk, 200, "POST", e+"/sessions/new", url.Values{"title.en": {"Opening"}, "kind": {"plenary"}, "mode": {"onsite"}, "status": {"confirmed"},
		"room": {"hall-a"}, "start": {"2097-03-27T09:00"}, "end": {"2097-03-27T10:00"}, "do": {"save"}}, "Saved.")
	page := say(desk, 200, "POST", "/calls", url.Values{"edition": {"2027"}, "kind": {"side-event"}, "title": {"Side events"}, "text": {"Send."},
		"closes": {"2096-12-01T12:00"}, "ends": {"2097-03-29"}, "keep": {"90"}, "reviews": {"0"}})
	call := find(page, `/calls/([0-9a-f-]{36})/entries`)
	days := url.Values{"id": {"2027"}, "name.en": {"2027 Conference"}, "mode": {"hybrid"}, "zone": {"UTC"}, "first": {"2097-03-27"}, "shown": {"yes"}}
	postpone := func(last string, words ...string) {
		t.Helper()
		days.Set("last", last)
		days.Set("revision", find(say(desk, 200, "GET", e+"/edit", nil), `name="revision" value="(\d+)"`))
		say(desk, 200, "POST", e+"/edit", days, words...)
	}
	days.Set("first", "2097-04-10")
	days.Set("last", "2097-04-12")
	days.Set("revision", find(say(desk, 200, "GET", e+"/edit", nil, "at the same hour of the place"), `name="revision" value="(\d+)"`))
	say(desk, 422, "POST", e+"/edit", days, "let the sessions move along with the edition", `value="2097-04-10"`)
	days.Set("along", "yes")
	say(desk, 200, "POST", e+"/edit", days, "Saved.")
	say(desk, 200, "GET", e+"/programme", nil, "10 April 2097", "09:00–10:00")
	days.Set("first", "2097-03-27")
	postpone("2097-03-29", "Saved.")
	days.Del("along")
	postpone("2097-03-30", "1 call does not fit the days of the edition")
	say(desk, 200, "GET", "/calls", nil, "made for other days")
	say(desk, 200, "GET", "/calls/"+call, nil, "The edition now takes place from 27 March 2097 to 30 March 2097", "The deadline stays unless you choose another", `value="2096-12-01T12:00"`)
	say(desk, 422, "POST", "/calls/"+call, url.Values{"do": {"dates"}, "closes": {"2098-01-01T12:00"}}, "A call closes before the edition ends", `value="2098-01-01T12:00"`)
	say(desk, 200, "POST", "/calls/"+call, url.Values{"do": {"dates"}, "closes": {"2097-03-28T12:00"}}, "Saved.", "when the edition has begun")
	say(desk, 200, "GET", "/calls", nil, "open after the edition begins")
	say(desk, 200, "POST", "/calls/"+call, url.Values{"do": {"dates"}, "closes": {"2096-12-01T12:00"}}, "Saved.")
	secret := find(say(author, 200, "POST", "/public/calls/"+call, url.Values{"title": {"Night <watch>"}, "abstract": {"How ports sleep."}, "format": {"site"},
		"minutes": {"90"}, "seats": {"40"}, "wishes": {"not on Friday"}, "name-1": {"Ada Lorne"}, "of-1": {"Line Institute"}, "mail-1": {"a@x.example"},
		"name-2": {"Bo Tarn"}, "of-2": {"Harbour School"}}), `<code class="secret">([A-Z2-7]{32})</code>`)
	entry := find(say(desk, 200, "GET", "/calls/"+call, nil, "Night &lt;watch&gt;"), `/submissions/([0-9a-f-]{36})`)
	form := e + "/sessions/new?entry=" + entry
	if page := say(desk, 200, "GET", "/submissions/"+entry, nil); strings.Contains(page, form) {
		t.Error("an entry that is not decided is offered to the programme")
	}
	say(desk, 409, "GET", form, nil, "is not decided")
	say(desk, 200, "POST", "/submissions/"+entry, url.Values{"do": {"accepted"}}, `href="`+form+`"`, "Put it into the programme")

	page = say(desk, 200, "GET", form, nil, "Night &lt;watch&gt;", "How ports sleep.", "Ada Lorne · Line Institute", "Bo Tarn · Harbour School", `value="2097-03-27T10:30"`)
	if strings.Contains(page, "not on Friday") || strings.Contains(page, "a@x.example") {
		t.Error("the form shows wishes or an address")
	}
	session := url.Values{"entry": {entry}, "title.en": {"Night <watch>"}, "about.en": {"How ports sleep."}, "kind": {"panel"}, "mode": {"onsite"},
		"status": {"confirmed"}, "room": {"hall-a"}, "start": {"2097-03-27T09:30"}, "end": {"2097-03-27T11:00"}, "capacity": {"40"},
		"named": {"Ada Lorne"}, "do": {"save"}}
	say(desk, 422, "POST", e+"/sessions/new", session, "Room Hall A is taken by “Opening”", `name="entry" value="`+entry+`"`, "Ada Lorne · Line Institute")
	session.Set("start", "2097-03-27T10:00")
	say(desk, 200, "POST", e+"/sessions/new", session, "Saved.", "Night &lt;watch&gt;", "Ada Lorne")
	say(desk, 422, "POST", e+"/sessions/new", session, "This entry is session 2 of the programme already")
	say(desk, 200, "GET", form, nil, "This entry is a session already", "Session 2", `href="/submissions/`+entry+`"`)
	say(desk, 200, "GET", "/calls/"+call, nil, "in the programme")
	at := find(say(desk, 200, "GET", "/submissions/"+entry, nil, "Session 2", "10:00–11:00", "Hall A"), `href="(/forum/2027/sessions/[0-9a-f-]{36})"`)

	say(desk, 200, "POST", e+"/publish", url.Values{})
	mine := url.Values{"secret": {secret}, "do": {"look"}}
	say(author, 200, "POST", "/public/calls/mine", mine, "In the programme", "10:00–11:00", "/public/forum/2027/session/2")
	if page := say(author, 200, "GET", "/public/forum/2027/session/2", nil, "Ada Lorne"); strings.Contains(page, "/public/calls/entry/") {
		t.Error("the session leads to an entry that is not public")
	}
	say(desk, 200, "POST", "/calls/"+call, url.Values{"do": {"publish"}})
	say(author, 200, "GET", "/public/forum/2027/session/2", nil, `href="/public/calls/entry/`+entry+`"`)
	say(author, 200, "GET", "/public/calls/entry/"+entry, nil, "In the programme", `href="/public/forum/2027/session/2"`)

	say(desk, 200, "POST", "/submissions/"+entry, url.Values{"do": {"retract"}})
	say(desk, 200, "GET", at, nil, "was taken back and waits for a decision again")
	say(desk, 200, "GET", e+"/publish", nil, "Sessions whose entry was taken back")
	say(author, 200, "POST", "/public/calls/mine", url.Values{"secret": {secret}, "do": {"withdraw"}, "sure": {"yes"}})
	say(desk, 200, "GET", at, nil, "was withdrawn by its author")
	say(desk, 200, "GET", e+"/programme", nil, "entry taken back")
}
