package full

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/delegation/door"
	nodes "landbridge.example/internal/node"
	"landbridge.example/internal/party"
)

// An event is an edition at a node of its own, with one approved person whose
// name needs every accent there is, and one whose badge was revoked.
type event struct {
	desk    *client.Client
	node    *nodes.Node
	guest   client.Guest
	revoked client.Guest
	dir     string
}

func host(t *testing.T) *event {
	t.Helper()
	c := nodes.Defaults(filepath.Join(t.TempDir(), "xf"))
	c.Party, c.Name, c.Listen, c.PeerListen = "XF", "Forum Secretariat", "127.0.0.1:18490", "127.0.0.1:18491"
	deps := nodes.Dependencies{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	_, err := nodes.Init(t.Context(), c, nodes.Beginning{Kind: party.Forum, People: []nodes.NewPerson{{Name: "Desk", Login: "desk", Roles: []landbridge.Role{landbridge.Secretariat}, Soft: true}}}, deps)
	must(t, err)
	n, err := nodes.Open(t.Context(), c, deps)
	must(t, err)
	t.Cleanup(func() { must(t, n.Close()) })
	server := httptest.NewServer(n.Handler())
	t.Cleanup(server.Close)
	token, err := os.ReadFile(filepath.Join(c.PeopleDir(), "desk.token"))
	must(t, err)
	e := &event{node: n, dir: t.TempDir()}
	e.desk, err = client.New(server.URL, strings.TrimSpace(string(token)))
	must(t, err)
	ctx, now := t.Context(), time.Now().UTC()
	_, err = e.desk.SetDelegationEdition(ctx, client.SetDelegationEdition{Edition: "2031", Title: "2031 Conference", Place: "Lianyungang", Host: "Forum Secretariat",
		Starts: now.Add(24 * time.Hour), Ends: now.Add(72 * time.Hour), Closes: now.Add(12 * time.Hour), KeepDays: 30})
	must(t, err)
	d, err := e.desk.NewDelegation(ctx, client.NewDelegation{Edition: "2031", Kind: "organisation", Name: "Órgão de Cooperação", Members: 4})
	must(t, err)
	rep, err := e.desk.Nominate(ctx, client.Nomination{Delegation: d.ID, People: []client.GuestPerson{
		{Part: "head", Latin: "Zoë Ångström-Núñez", Name: "Зоя", Title: "Director", Nation: "XA",
			Visa: &client.GuestVisa{Born: "1980-02-29", Passport: "P1234567", Expires: "2035-01-01", Mission: "Embassy in Azur City"}},
		{Part: "member", Latin: "Ela Brand"}}})
	must(t, err)
	e.guest, err = e.desk.ApproveGuest(ctx, rep.Entered[0])
	must(t, err)
	e.revoked, err = e.desk.ApproveGuest(ctx, rep.Entered[1])
	must(t, err)
	_, err = e.desk.WithdrawGuest(ctx, rep.Entered[1])
	must(t, err)
	return e
}

// keep writes what the node streams into a file.
func (e *event) keep(t *testing.T, name string) func(io.ReadCloser, error) string {
	return func(r io.ReadCloser, err error) string {
		t.Helper()
		must(t, err)
		defer r.Close()
		b, err := io.ReadAll(r)
		must(t, err)
		path := filepath.Join(e.dir, name)
		must(t, os.WriteFile(path, b, 0o600))
		return path
	}
}

// TestBadgeCode: zbarimg reads from the printed card exactly the text that the
// node signed, also from a poor print.
func TestBadgeCode(t *testing.T) {
	zbar, ppm := foreign(t, "zbarimg", "Debian's zbar-tools"), foreign(t, "pdftoppm", "Debian's poppler-utils")
	e := host(t)
	card := e.keep(t, "badge.pdf")(e.desk.GuestBadge(t.Context(), e.guest.ID))
	keys, err := e.node.Guests.BadgeKeys(t.Context())
	must(t, err)
	for _, dpi := range []string{"300", "100"} {
		picture := filepath.Join(e.dir, "badge-"+dpi)
		out, err := exec.CommandContext(t.Context(), ppm, "-r", dpi, "-png", "-singlefile", card, picture).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		code, err := exec.CommandContext(t.Context(), zbar, "--raw", "-q", picture+".png").Output()
		if err != nil {
			t.Fatalf("at %s dots per inch: %v", dpi, err)
		}
		text := strings.TrimSuffix(string(code), "\n")
		if text != e.guest.Badge {
			t.Errorf("at %s dots per inch the code says %q, not %q", dpi, text, e.guest.Badge)
		}
		if b, err := badge.Verify(text, "2031", keys, nil, time.Now()); err != nil || b.Name != "Zoë Ångström-Núñez" {
			t.Errorf("%+v %v", b, err)
		}
	}
}

// TestPapersText: pdftotext reads the letters and the card, accents and all,
// and a letter names nothing that its reader does not need.
func TestPapersText(t *testing.T) {
	tool := foreign(t, "pdftotext", "Debian's poppler-utils")
	e := host(t)
	read := func(file string) string {
		out, err := exec.CommandContext(t.Context(), tool, "-layout", file, "-").Output()
		must(t, err)
		return string(out)
	}
	ctx := t.Context()
	invitation := read(e.keep(t, "i.pdf")(e.desk.GuestLetter(ctx, client.GuestLetter{Guest: e.guest.ID, Kind: "invitation"})))
	visa := read(e.keep(t, "v.pdf")(e.desk.GuestLetter(ctx, client.GuestLetter{Guest: e.guest.ID, Kind: "visa"})))
	card := read(e.keep(t, "b.pdf")(e.desk.Badges(ctx, client.BadgeSheet{Edition: "2031"})))
	for _, c := range []struct {
		what, text string
		has, not   []string
	}{
		{"invitation", invitation, []string{"Dear Zoë Ångström-Núñez, Director,", "Órgão de Cooperação", "2031 Conference", "Lianyungang", "2031-I-", "/public/letters"}, []string{"P1234567", "1980"}},
		{"visa letter", visa, []string{"Zoë Ångström-Núñez", "P1234567", "1980-02-29", "Embassy in Azur City", "2031-V-"}, []string{"@"}},
		{"card", card, []string{"Zoë", "Ångström-Núñez", "Órgão de Cooperação", "ORGANISATION"}, []string{"P1234567", "Ela Brand", "1980"}},
	} {
		for _, want := range c.has {
			if !strings.Contains(c.text, want) {
				t.Errorf("the %s does not say %q:\n%s", c.what, want, c.text)
			}
		}
		for _, bad := range c.not {
			if strings.Contains(c.text, bad) {
				t.Errorf("the %s says %q:\n%s", c.what, bad, c.text)
			}
		}
	}
}

// TestDoor opens the page for doors in Chromium as a file, without network:
// badges are judged, scanned twice, saved, read at another door and merged.
func TestDoor(t *testing.T) {
	foreign(t, "chromium", "Debian's chromium")
	e := host(t)
	page := e.keep(t, "door.html")(e.desk.DoorPage(t.Context(), client.DoorPage{Edition: "2031", Language: "en"}))
	b := browser(t)
	first, second := b.door(t, page, "door-1"), b.door(t, page, "door-2")
	first.scan(e.guest.Badge, "good", "Come in", "Zoë Ångström-Núñez", "International organisation")
	first.scan(e.guest.Badge, "warn", "Was here before")
	first.scan(e.revoked.Badge, "bad", "revoked")
	broken := strings.Replace(e.guest.Badge, e.guest.Badge[60:61], map[bool]string{true: "A", false: "B"}[e.guest.Badge[60] != 'A'], 1)
	first.scan(broken, "bad", "")
	first.scan("https://elsewhere.example/", "bad", "no badge")
	file := first.save()
	book, err := door.Parse(strings.NewReader(file))
	must(t, err)
	if len(book.Scans) != 2 || len(book.Entries()) != 1 || book.Scans[0].Door != "door-1" {
		t.Errorf("%+v", book)
	}
	name := filepath.Join(e.dir, "door-1.scans")
	must(t, os.WriteFile(name, []byte(file), 0o600))
	ctx, stop := context.WithTimeout(second.ctx, patience)
	defer stop()
	must(t, chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS("#load"), []string{name})))
	second.see("#answer", "Badges seen at other doors")
	second.scan(e.guest.Badge, "warn", "Was here before")
	all := second.save()
	for _, want := range []int{2, 1, 0} { // both files, and the second again
		taken, err := e.desk.TakeScans(t.Context(), "2031", strings.NewReader(map[int]string{2: file, 1: all, 0: all}[want]))
		must(t, err)
		if taken.New != want || len(taken.Clashes) != 0 {
			t.Errorf("%d new scans, want %d: %+v", taken.New, want, taken)
		}
	}
	s, err := e.desk.Scans(t.Context(), "2031")
	must(t, err)
	if s.Inside != 1 || s.Scans != 3 || s.Entries[0].Again != 2 {
		t.Errorf("%+v", s)
	}
	first.quiet()
	second.quiet()
	first.picture("door")
}

// TestDoorOfMovedEdition: of a badge that was made before the edition was moved
// to later days the page for doors says that, and the badge made again opens.
func TestDoorOfMovedEdition(t *testing.T) {
	foreign(t, "chromium", "Debian's chromium")
	e := host(t)
	ctx, now := t.Context(), time.Now().UTC()
	lasts := func(from, to time.Duration) {
		t.Helper()
		_, err := e.desk.SetDelegationEdition(ctx, client.SetDelegationEdition{Edition: "2031", Title: "2031 Conference", Place: "Lianyungang", Host: "Forum Secretariat",
			Starts: now.Add(from), Ends: now.Add(to), Closes: now.Add(from), KeepDays: 30})
		must(t, err)
	}
	lasts(-48*time.Hour, -2*time.Hour) // its end has come
	old, err := e.desk.ReissueBadge(ctx, e.guest.ID)
	must(t, err)
	over := e.keep(t, "over.html")(e.desk.DoorPage(ctx, client.DoorPage{Edition: "2031", Language: "en"}))
	lasts(24*time.Hour, 72*time.Hour)
	moved := e.keep(t, "moved.html")(e.desk.DoorPage(ctx, client.DoorPage{Edition: "2031", Language: "en"}))
	n, err := e.desk.RenewBadges(ctx, "2031")
	must(t, err)
	if n.Renewed != 1 {
		t.Errorf("%d badges were made again", n.Renewed)
	}
	again, err := e.desk.Guest(ctx, e.guest.ID)
	must(t, err)
	b := browser(t)
	first, second := b.door(t, over, "door-1"), b.door(t, moved, "door-2")
	first.scan(old.Badge, "bad", "has ended")
	second.scan(old.Badge, "bad", "made for the earlier dates")
	second.scan(again.Badge, "good", "Come in")
	first.quiet()
	second.quiet()
}

// A gate is one device with the page for doors.
type gate struct{ *visitor }

func (b *chrome) door(t *testing.T, page, name string) *gate {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext()) // storage of its own, as another device
	t.Cleanup(stop)
	must(t, chromedp.Do(ctx))
	g := &gate{&visitor{t: t, ctx: ctx, site: "file://", name: name}}
	go listen(g.visitor, chromedp.Events(ctx, runtime.ExceptionThrown), func(e runtime.EventExceptionThrown) string {
		return "exception: " + e.ExceptionDetails.Text
	})
	go listen(g.visitor, chromedp.Events(ctx, log.EntryAdded), func(e log.EventEntryAdded) string {
		if e.Entry.Level != log.EntryLevelError {
			return ""
		}
		return e.Entry.Text
	})
	must(t, chromedp.Do(ctx, g.prepare(screen{390, 844, "light", "en"})))
	g.open(page)
	g.eval(`document.getElementById("door").value = ` + quoted(name) + `;
		URL.createObjectURL = (b) => { b.text().then((t) => { self.savedText = t; }); return "#saved"; };`)
	return g
}

// scan types a badge as a reader of codes does, and reads the answer.
func (g *gate) scan(text, kind string, says ...string) {
	g.t.Helper()
	g.eval(`const c = document.getElementById("code"), a = document.getElementById("answer");
		a.textContent = ""; c.value = ` + quoted(text) + `; c.dispatchEvent(new Event("change"));`)
	got := g.wait("an answer", `const a = document.getElementById("answer"); return a.textContent ? a.className + "\n" + a.innerText : "";`)
	if !strings.HasPrefix(got, kind+"\n") {
		g.t.Errorf("%s says %q, which is not %s", g.name, got, kind)
	}
	for _, want := range says {
		if !strings.Contains(got, want) {
			g.t.Errorf("%s says %q and not %q", g.name, got, want)
		}
	}
}

func (g *gate) save() string {
	g.t.Helper()
	g.eval(`self.savedText = ""; document.getElementById("save").click();`)
	return g.wait("the saved file", `return self.savedText;`)
}
