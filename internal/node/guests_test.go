package node

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/party"
	"landbridge.example/internal/staff"
)

// guestsNode is a node of its own whose forum has an edition 2027, and a way to
// speak to it in each role.
func guestsNode(t *testing.T) (*Node, func(login string) *client.Client) {
	t.Helper()
	c := Defaults(filepath.Join(t.TempDir(), "xf"))
	c.Party, c.Name, c.Listen, c.PeerListen = "XF", "Forum Secretariat", "127.0.0.1:18480", "127.0.0.1:18481"
	var people []NewPerson
	for _, r := range []struct {
		login string
		role  landbridge.Role
	}{{"desk", landbridge.Secretariat}, {"second", landbridge.Secretariat}, {"officer", landbridge.Officer}, {"dpo", landbridge.DataProtection}} {
		people = append(people, NewPerson{Name: "Person " + r.login, Login: r.login, Roles: []landbridge.Role{r.role}, Soft: true})
	}
	_, err := Init(t.Context(), c, Beginning{Kind: party.Forum, People: people}, quietDeps())
	must(t, err)
	n, err := Open(t.Context(), c, quietDeps())
	must(t, err)
	t.Cleanup(func() { must(t, n.Close()) })
	server := httptest.NewServer(n.Handler())
	t.Cleanup(server.Close)
	return n, func(login string) *client.Client {
		token, err := os.ReadFile(filepath.Join(c.PeopleDir(), login+".token"))
		must(t, err)
		x, err := client.New(server.URL, strings.TrimSpace(string(token)))
		must(t, err)
		return x
	}
}

func saveEdition(t *testing.T, n *Node, from, to string, seen int64) {
	t.Helper()
	e := &forum.Edition{ID: "2027", Name: forum.Text{"en": "2027 Conference"}, City: forum.Text{"en": "Lianyungang"}, Mode: forum.OnSite, Zone: "Asia/Shanghai", First: from, Last: to}
	must(t, n.Forum.SaveEdition(t.Context(), staff.Person{Pseudonym: "0011223344556677", Roles: []landbridge.Role{landbridge.Secretariat}}, e, seen))
}

// TestEditionDates: the days of an edition have one source, the forum; what
// delegations know of it follows in the same transaction.
func TestEditionDates(t *testing.T) {
	n, as := guestsNode(t)
	desk := as("desk")
	year := time.Now().Year() + 1
	day := func(d int) string { return time.Date(year, 9, d, 0, 0, 0, 0, time.UTC).Format(forum.DayLayout) }
	saveEdition(t, n, day(14), day(16), 0)
	set := client.SetDelegationEdition{Edition: "2027", Title: "Something else", Host: "Forum Secretariat", Closes: time.Date(year, 8, 1, 0, 0, 0, 0, time.UTC), KeepDays: 30}
	e, err := desk.SetDelegationEdition(t.Context(), set)
	must(t, err)
	shanghai := time.FixedZone("", 8*3600)
	if e.Zone != "Asia/Shanghai" || e.Title != "2027 Conference" || e.Place != "Lianyungang" || !e.Starts.Equal(time.Date(year, 9, 14, 0, 0, 0, 0, shanghai)) ||
		!e.Ends.Equal(time.Date(year, 9, 17, 0, 0, 0, 0, shanghai)) {
		t.Errorf("not the forum's word: %+v", e)
	}
	saveEdition(t, n, day(21), day(22), 1)
	all, err := desk.DelegationEditions(t.Context())
	must(t, err)
	if len(all.Editions) != 1 || !all.Editions[0].Starts.Equal(time.Date(year, 9, 21, 0, 0, 0, 0, shanghai)) || !all.Editions[0].Closes.Equal(set.Closes) {
		t.Errorf("the change did not follow: %+v", all)
	}
}

// TestGuestsWholeWay runs one edition's people through the API: invite, bulk
// nomination with a bad row, approval, refusal by two, letters, badges, doors.
func TestGuestsWholeWay(t *testing.T) {
	n, as := guestsNode(t)
	ctx, desk := t.Context(), as("desk")
	year := time.Now().Year() + 1
	saveEdition(t, n, time.Date(year, 9, 14, 0, 0, 0, 0, time.UTC).Format(forum.DayLayout), time.Date(year, 9, 16, 0, 0, 0, 0, time.UTC).Format(forum.DayLayout), 0)
	_, err := desk.SetDelegationEdition(ctx, client.SetDelegationEdition{Edition: "2027", Host: "Forum Secretariat", Closes: time.Date(year, 8, 1, 0, 0, 0, 0, time.UTC), KeepDays: 30})
	must(t, err)
	d, err := desk.NewDelegation(ctx, client.NewDelegation{Edition: "2027", Kind: "ngo", Name: "Watch on Corridors", Members: 3, Observers: 1})
	must(t, err)
	table := "part;latin;title;nation;born;passport;expires;mission\nhead;Mara Ilven;'=Director;XA;1980-02-29;P1;2035-01-01;Embassy\ndeputy;Ela Brand;;;;;;\nmember;Ivo Tannen;;;;;;\n"
	bad := table + "member;張偉;;;;;;\nmember;Ivo Tannen;;;;;;\nguest;Ola;;;;;;\n"
	rep, err := desk.NominateTable(ctx, client.NominationTable{Delegation: d.ID}, strings.NewReader(bad))
	must(t, err)
	if len(rep.Entered) != 0 || len(rep.Problems) != 3 || rep.Problems[0].Row != 5 || rep.Problems[1].Row != 6 || rep.Problems[2].Row != 7 {
		t.Errorf("%+v", rep)
	}
	rep, err = desk.NominateTable(ctx, client.NominationTable{Delegation: d.ID}, strings.NewReader(table+"member;Nil One;;;;;;\nmember;Nil Two;;;;;;\n"))
	must(t, err)
	if len(rep.Entered) != 0 || len(rep.Problems) != 1 || rep.Problems[0].Row != 6 || !strings.Contains(rep.Problems[0].Text, "quota") {
		t.Errorf("over the quota: %+v", rep)
	}
	for _, check := range []bool{true, false} {
		rep, err = desk.NominateTable(ctx, client.NominationTable{Delegation: d.ID, Check: check}, strings.NewReader(table))
		must(t, err)
		if len(rep.Problems) != 0 || (len(rep.Entered) == 3) == check {
			t.Errorf("check %v: %+v", check, rep)
		}
	}
	head, deputy, member := rep.Entered[0], rep.Entered[1], rep.Entered[2]
	if _, err := as("officer").Guest(ctx, head); err == nil {
		t.Error("an officer reads data on guests")
	}
	_, err = desk.RefuseGuest(ctx, client.GuestRefusal{Guest: member, Ground: "duplicate", Reason: "Comes with another delegation."})
	must(t, err)
	if _, err := desk.DecideGuestRefusal(ctx, client.GuestRefusalDecision{Guest: member, Confirm: true}); err == nil {
		t.Error("one person refused alone (S21)")
	}
	done, err := desk.ApproveGuests(ctx, client.ApproveGuests{Guests: []string{head, deputy, member}})
	must(t, err)
	if len(done.Approved) != 2 || len(done.Skipped) != 1 || done.Skipped[0].ID != member {
		t.Errorf("%+v", done)
	}
	g, err := as("second").DecideGuestRefusal(ctx, client.GuestRefusalDecision{Guest: member, Confirm: true})
	must(t, err)
	if g.State != "refused" || g.Reason == "" {
		t.Errorf("%+v", g)
	}
	guestPapers(t, n, desk, head, deputy)
	must(t, as("dpo").ForgetGuest(ctx, head))
	if g, err := desk.Guest(ctx, head); err == nil {
		t.Errorf("still there: %+v", g)
	}
}

func guestPapers(t *testing.T, n *Node, desk *client.Client, head, deputy string) {
	ctx := t.Context()
	read := func(r io.ReadCloser, err error) []byte {
		t.Helper()
		must(t, err)
		defer r.Close()
		b, err := io.ReadAll(r)
		must(t, err)
		return b
	}
	letter := read(desk.GuestLetter(ctx, client.GuestLetter{Guest: head, Kind: "visa"}))
	l, err := desk.CheckLetter(ctx, bytes.NewReader(letter))
	must(t, err)
	all, err := desk.SearchGuests(ctx, client.GuestQuery{Edition: "2027", Text: "ilven director"})
	must(t, err)
	if l.Kind != "visa" || !l.Stands || all.Total != 1 || all.Guests[0].Number == 0 || all.Guests[0].Title != "=Director" {
		t.Errorf("%+v %+v", l, all)
	}
	csv := read(desk.GuestTable(ctx, client.GuestTable{GuestQuery: client.GuestQuery{Edition: "2027"}, Form: "csv", Language: "fr"}))
	if !bytes.Contains(csv, []byte("'=Director")) || !bytes.Contains(csv, []byte("Délégation")) || bytes.Count(csv, []byte("\r\n")) != 4 {
		t.Errorf("%s", csv)
	}
	if x := read(desk.GuestTable(ctx, client.GuestTable{GuestQuery: client.GuestQuery{Edition: "2027"}, Form: "xlsx"})); !bytes.HasPrefix(x, []byte("PK")) {
		t.Error("not a workbook")
	}
	for _, pdf := range [][]byte{read(desk.GuestBadge(ctx, head)), read(desk.Badges(ctx, client.BadgeSheet{Edition: "2027"}))} {
		if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Error("not a PDF")
		}
	}
	again, err := desk.ReissueBadge(ctx, deputy)
	must(t, err)
	keys, err := n.Guests.BadgeKeys(ctx)
	must(t, err)
	text, err := desk.RevokedBadges(ctx, "2027")
	must(t, err)
	revoked, err := badge.ParseRevocations(text, keys)
	must(t, err)
	b, err := badge.Verify(again.Badge, "2027", keys, revoked, time.Now())
	must(t, err)
	if b.Number != 3 || len(revoked.Numbers) != 1 {
		t.Errorf("%+v %+v", b, revoked)
	}
	if door := read(desk.DoorPage(ctx, client.DoorPage{Edition: "2027", Language: "ar"})); !bytes.Contains(door, []byte(`dir="rtl"`)) {
		t.Error("the page for doors is not in Arabic")
	}
	now := time.Now().UnixMicro()
	file := "landbridge-scans/1 2027\n" + line("door-1", 1, 3, now) + line("door-1", 1, 1, now+5) + line("door-2", 1, 3, now) + line("door-2", 2, 77, now)
	for _, want := range []int{4, 0} {
		s, err := desk.TakeScans(ctx, "2027", strings.NewReader(file))
		must(t, err)
		if s.Scans != 4 || s.New != want || len(s.Clashes) != 1 || len(s.Unknown) != 1 || len(s.Clocks) != 2 || s.Clocks[0].Why != "early" {
			t.Errorf("%+v", s)
		}
	}
	s, err := desk.Scans(ctx, "2027")
	must(t, err)
	whole := read(desk.ScanFile(ctx, "2027"))
	if s.Inside != 3 || len(s.Doors) != 2 || strings.Count(string(whole), "\n") != 5 {
		t.Errorf("%+v %s", s, whole)
	}
}

func line(door string, sequence, badge, at int64) string {
	return fmt.Sprintf("%s %d %d %d\n", door, sequence, badge, at)
}

// TestNominationLink: a focal point without an account nominates once on the
// public pages, and follows how many are approved; a letter is checked there.
func TestNominationLink(t *testing.T) {
	n, as := guestsNode(t)
	ctx, desk := t.Context(), as("desk")
	year := time.Now().Year() + 1
	saveEdition(t, n, fmt.Sprintf("%d-09-14", year), fmt.Sprintf("%d-09-16", year), 0)
	_, err := desk.SetDelegationEdition(ctx, client.SetDelegationEdition{Edition: "2027", Host: "Forum Secretariat", Closes: time.Date(year, 8, 1, 0, 0, 0, 0, time.UTC), KeepDays: 30})
	must(t, err)
	d, err := desk.NewDelegation(ctx, client.NewDelegation{Edition: "2027", Kind: "media", Name: "Corridor Daily", Members: 2})
	must(t, err)
	l, err := desk.NewDelegationLink(ctx, client.NewLink{Delegation: d.ID, Days: 3})
	must(t, err)
	send := func(path string, fields map[string]string, file []byte) (int, string) {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for k, v := range fields {
			must(t, w.WriteField(k, v))
		}
		if file != nil {
			f, err := w.CreateFormFile("letter", "letter.pdf")
			must(t, err)
			_, err = f.Write(file)
			must(t, err)
		}
		must(t, w.Close())
		r := httptest.NewRequest("POST", path, &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		rec := httptest.NewRecorder()
		n.PublicHandler().ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	list := map[string]string{"secret": " " + strings.ToLower(l.Secret), "do": "send", "part-0": "head", "latin-0": "Layla Haddad", "part-4": "observer", "latin-4": "Ivo Tannen"}
	if code, page := send(l.Page, list, nil); code != 422 || !strings.Contains(page, "quota") || !strings.Contains(page, "Ivo Tannen") {
		t.Errorf("over the quota: %d", code)
	}
	list["part-4"] = "member"
	for _, want := range []string{"People: 2", "This link was used"} {
		if code, page := send(l.Page, list, nil); code != 200 || !strings.Contains(page, want) {
			t.Errorf("%s: %d", want, code)
		}
	}
	all, err := desk.SearchGuests(ctx, client.GuestQuery{Edition: "2027", Text: "haddad"})
	must(t, err)
	if all.Total != 1 || all.Guests[0].Part != "head" {
		t.Fatalf("%+v", all)
	}
	_, err = desk.ApproveGuest(ctx, all.Guests[0].ID)
	must(t, err)
	body, err := desk.GuestLetter(ctx, client.GuestLetter{Guest: all.Guests[0].ID, Kind: "invitation"})
	must(t, err)
	letter, err := io.ReadAll(body)
	must(t, err)
	if code, page := send("/public/letters", nil, letter); code != 200 || !strings.Contains(page, "This letter is real") {
		t.Errorf("%d", code)
	}
	if code, _ := send("/public/letters", nil, append(letter, '\n')); code != 404 {
		t.Errorf("a changed letter: %d", code)
	}
}
