package party_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example/internal/contentline"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

func office() party.Contact {
	return party.Contact{ID: "liaison", Name: party.Text{"en": "Office of the Director, International Cooperation", "zh": "国际合作局"}, Phone: "+000 11 0101",
		Hours: "office hours", Languages: []string{"en", "zh"}, Processes: []string{"extradition"}, Function: "directors_liaison", Zone: "Asia/Shanghai",
		Duty:     []party.Watch{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "08:30", To: "17:30"}, {Days: []string{"fri"}, From: "22:00", To: "06:00"}},
		Channels: []party.Channel{{Kind: "hotline", Value: "+000 11 9999", Note: "threats to life; \"only\""}, {Kind: "url", Value: "https://xa.example/a?b=1,2"}},
		Powers:   []party.Power{{Process: "extradition", Measure: "provisional arrest", May: []string{"send", "receive"}}}}
}

// TestPresent computes who is there, in the far party's own time zone, across
// midnight, the end of the week and a change of the clocks.
func TestPresent(t *testing.T) {
	berlin := party.Contact{Zone: "Europe/Berlin", Duty: []party.Watch{{Days: []string{"sat", "sun"}, From: "22:00", To: "06:00"}}}
	round := party.Contact{Zone: "Africa/Nairobi", Duty: []party.Watch{{Days: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, From: "00:00", To: "24:00"}}}
	for name, c := range map[string]struct {
		contact party.Contact
		at      string
		known   bool
		now     bool
		until   string
	}{
		"morning there":     {office(), "2026-11-23T01:00:00Z", true, true, "2026-11-23T09:30:00Z"},
		"evening there":     {office(), "2026-11-23T10:00:00Z", true, false, "2026-11-24T00:30:00Z"},
		"at the last":       {office(), "2026-11-23T09:30:00Z", true, false, "2026-11-24T00:30:00Z"},
		"past midnight":     {office(), "2026-11-27T19:00:00Z", true, true, "2026-11-27T22:00:00Z"},
		"weekend":           {office(), "2026-11-28T05:00:00Z", true, false, "2026-11-30T00:30:00Z"},
		"clocks go back":    {berlin, "2026-10-25T00:30:00Z", true, true, "2026-10-25T05:00:00Z"},
		"clocks go forward": {berlin, "2026-03-29T00:30:00Z", true, true, "2026-03-29T04:00:00Z"},
		"24/7 in words":     {party.Contact{Hours: "24/7"}, "2026-11-23T01:00:00Z", true, true, ""},
		"words alone":       {party.Contact{Hours: "mornings"}, "2026-11-23T01:00:00Z", false, false, ""},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		p := c.contact.Present(at)
		until := ""
		if !p.Until.IsZero() {
			until = p.Until.UTC().Format(time.RFC3339)
		}
		if p.Known != c.known || p.Now != c.now || until != c.until {
			t.Errorf("%s: %+v until %s", name, p, until)
		}
	}
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	if p := round.Present(at); !p.Now || p.Until.Sub(at) < 6*24*time.Hour || p.Local.Hour() != 15 {
		t.Errorf("watches that meet are one: %+v", p)
	}
}

// TestRecordV2: what is new in a contact point makes the record a v2, and
// nothing else does; the form and the content must agree.
func TestRecordV2(t *testing.T) {
	w := newWorld(t)
	r := w.next("XA")
	r.Profiles = nil
	r.Contacts = []party.Contact{{ID: "duty", Name: party.Text{"en": "Duty"}, Hours: "24/7"}}
	plain, err := party.SignRecord(r, w.identity("XA"))
	if err != nil || !strings.HasPrefix(string(plain), "# landbridge-directory record/v1\n") {
		t.Errorf("%.60q %v", plain, err)
	}
	r.Contacts = append(r.Contacts, office())
	full, err := party.SignRecord(r, w.identity("XA"))
	if err != nil || !strings.HasPrefix(string(full), "# landbridge-directory record/v2\n") {
		t.Fatalf("%.60q %v", full, err)
	}
	if err := w.order(full); err != nil {
		t.Errorf("the directory refuses it: %v", err)
	}
	s, err := party.ParseStatement(full)
	if err != nil || s.Form != party.FormRecord || s.Record.Contacts[1].Zone != "Asia/Shanghai" {
		t.Errorf("%+v %v", s, err)
	}
	for _, b := range []string{strings.Replace(string(full), "record/v2", "record/v1", 1), strings.Replace(string(plain), "record/v1", "record/v2", 1)} {
		signed, err := note.Sign(&note.Note{Text: b[:strings.Index(b, "\n\n")+1]}, w.identity("XA"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = party.ParseStatement(signed)
		refused(t, err, fail.Invalid, "begins with")
	}
	for name, change := range map[string]func(*party.Contact){
		"function": func(c *party.Contact) { c.Function = "spy" }, "zone": func(c *party.Contact) { c.Zone = "Mars/Olympus" },
		"local": func(c *party.Contact) { c.Zone = "Local" }, "no zone": func(c *party.Contact) { c.Zone = "" },
		"day": func(c *party.Contact) { c.Duty[0].Days = []string{"monday"} }, "time": func(c *party.Contact) { c.Duty[0].From = "8:30" },
		"25h": func(c *party.Contact) { c.Duty[0].To = "25:00" }, "channel": func(c *party.Contact) { c.Channels[0].Kind = "pigeon" },
		"two lines": func(c *party.Contact) { c.Channels[0].Value = "1\nEND:VCARD" }, "may": func(c *party.Contact) { c.Powers[0].May = []string{"arrest"} },
	} {
		c := office()
		change(&c)
		r.Contacts = []party.Contact{c}
		if _, err := party.SignRecord(r, w.identity("XA")); !fail.Is(err, fail.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func desk() party.Desk {
	return party.Desk{Party: "XA", Name: party.Text{"en": "Azuria; the Republic, of"}, Date: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Contact: office()}
}

// TestVCard reads back what an address book would.
func TestVCard(t *testing.T) {
	text := party.VCard([]party.Desk{desk(), desk()}, "en")
	lines, err := contentline.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	has := func(name, value string) {
		t.Helper()
		if !slices.ContainsFunc(lines, func(l contentline.Line) bool { return l.Name == name && contentline.Plain(l.Value) == value }) {
			t.Errorf("no %s %q in\n%s", name, value, text)
		}
	}
	has("VERSION", "4.0")
	has("FN", "XA · Office of the Director, International Cooperation")
	has("NICKNAME", "国际合作局")
	has("UID", "xa.liaison@landbridge.example")
	has("TEL", "+000 11 9999")
	has("URL", "https://xa.example/a?b=1,2")
	has("TZ", "Asia/Shanghai")
	if n := strings.Count(text, "BEGIN:VCARD\r\n"); n != 2 || !strings.HasPrefix(text, "BEGIN:VCARD\r\nVERSION:4.0\r\n") || !strings.Contains(text, `Azuria\; the Republic\, of;Office`) {
		t.Errorf("%s", text)
	}
}

func FuzzVCard(f *testing.F) {
	f.Add("Duty desk", "+000 1", "24/7")
	f.Add("a\r\nEND:VCARD", ";,\\", "\n")
	f.Fuzz(func(t *testing.T, name, phone, hours string) {
		d := desk()
		d.Contact.Name, d.Phone, d.Hours = party.Text{"en": name}, phone, hours
		lines, err := contentline.Parse(party.VCard([]party.Desk{d}, "en"))
		if err != nil {
			t.Fatal(err)
		}
		ends := 0
		for _, l := range lines {
			if l.Name == "END" || l.Name == "BEGIN" {
				ends++
			}
		}
		if ends != 2 {
			t.Fatalf("%d lines begin or end a card", ends)
		}
	})
}
