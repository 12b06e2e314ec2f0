package full

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// patience is how long a person waits for a page that must come: much longer
// than it takes, because a test shares its machine.
const patience = 2 * time.Minute

// shots is where the walk leaves pictures of the pages, when it is set.
const shots = "LANDBRIDGE_SHOTS"

// TestBrowser walks one request from end to end by hand, in Chromium, with
// passkeys of the browser's own virtual authenticator: four people, two states.
func TestBrowser(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("no Chromium here: the pages are walked in the full tier")
	}
	at := demo(t)
	b := browser(t)
	officer := b.person(t, at["XA"], "Davit Oru", desktop)
	supervisor := b.person(t, at["XA"], "Mirre Haldor", desktop)
	contact := b.person(t, at["XB"], "Kaia Lenn", desktop)

	officer.passkey("blue key")
	number := officer.ask()
	supervisor.passkey("work phone")
	supervisor.approve(number)
	contact.takeUp(number)
	officer.reply(number)
	contact.answer(number)
	officer.finish(number)

	// Without script: the same forms, a demo key instead of a passkey.
	plain := b.person(t, at["XA"], "Davit Oru", desktop)
	plain.noScript()
	number2 := plain.ask()
	second := b.person(t, at["XA"], "Mirre Haldor", desktop)
	second.noScript()
	second.open("/")
	second.see("#items", number2)
	second.goOn("Holder of a number used for threats")
	second.goOn("Approve with the demo key")
	second.see("#timeline", "Request sent")
	second.see("#timeline", "demo key")

	phone(t, b, at, number)
	for _, p := range b.people {
		p.quiet()
	}
}

// demo builds the program and runs its four nodes; it returns where each is.
func demo(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "landbridge")
	build := exec.Command("go", "build", "-o", program, "./cmd/landbridge")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	run := exec.Command(program, "demo", "--dir", filepath.Join(dir, "data"))
	out, err := run.StdoutPipe()
	must(t, err)
	run.Stderr = run.Stdout
	must(t, run.Start())
	t.Cleanup(func() {
		_ = run.Process.Signal(syscall.SIGINT)
		_ = run.Wait()
	})
	at, ready := map[string]string{}, make(chan string, 1)
	go func() {
		lines, all := bufio.NewScanner(out), ""
		for lines.Scan() {
			all += lines.Text() + "\n"
			if m := regexp.MustCompile(`^(X[A-Z]) .*(http://localhost:[0-9]+)/sign-in`).FindStringSubmatch(lines.Text()); m != nil {
				at[m[1]] = m[2]
			}
			if strings.HasPrefix(lines.Text(), "The nodes run until") {
				ready <- ""
			}
		}
		ready <- all
	}()
	select {
	case failed := <-ready:
		if failed != "" || at["XA"] == "" || at["XB"] == "" {
			t.Fatalf("the demo did not come up:\n%s", failed)
		}
	case <-time.After(5 * time.Minute):
		t.Fatal("the demo is not up after five minutes")
	}
	return at
}

type chrome struct {
	ctx    context.Context
	people []*visitor
}

func browser(t *testing.T) *chrome {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	must(t, chromedp.Do(ctx)) // starts the browser
	return &chrome{ctx: ctx}
}

type screen struct {
	width, height int64
	theme, lang   string
}

var desktop = screen{1360, 900, "light", "en"}

// A visitor is one person at a browser of their own, with an authenticator of
// their own.
type visitor struct {
	t    *testing.T
	ctx  context.Context
	site string
	name string
	// plain says that the page's scripts are off.
	plain bool
	mu    sync.Mutex
	said  []string // what the browser complained about
}

func (b *chrome) person(t *testing.T, site, name string, s screen) *visitor {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	must(t, chromedp.Do(ctx))
	p := &visitor{t: t, ctx: ctx, site: site, name: name}
	b.people = append(b.people, p)
	go listen(p, chromedp.Events(ctx, log.EntryAdded), func(e log.EventEntryAdded) string {
		if e.Entry.Level != log.EntryLevelError {
			return ""
		}
		return e.Entry.Text + " " + e.Entry.URL
	})
	go listen(p, chromedp.Events(ctx, runtime.ExceptionThrown), func(e runtime.EventExceptionThrown) string {
		return "exception: " + e.ExceptionDetails.Text
	})
	must(t, chromedp.Do(ctx, p.prepare(s)))
	p.open("/sign-in")
	p.goOn(name)
	p.wait("the navigation", `return document.querySelector(".side") ? "yes" : "";`)
	return p
}

func listen[E any](p *visitor, events func(func(E, error) bool), text func(E) string) {
	for e, err := range events {
		if err != nil {
			return
		}
		if line := text(e); line != "" {
			p.mu.Lock()
			p.said = append(p.said, line)
			p.mu.Unlock()
		}
	}
}

// prepare sets the screen and gives the browser a passkey device that
// confirms by itself.
func (p *visitor) prepare(s screen) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: s.width, Height: s.height, DeviceScaleFactor: 1, Mobile: s.width < 600})
		if err != nil {
			return none, err
		}
		_, err = cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.theme}}})
		if err != nil {
			return none, err
		}
		_, err = cdp.Call(ctx, t, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": s.lang}})
		if err != nil {
			return none, err
		}
		if _, err = cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return none, err
		}
		_, err = cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return none, err
	}
}

// noScript turns the page's own scripts off.
func (p *visitor) noScript() {
	p.t.Helper()
	p.plain = true
	must(p.t, chromedp.Do(p.ctx, func(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return none, err
	}))
	p.open("/")
}

// eval runs a script in the page.
func (p *visitor) eval(script string) string {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { `+script+` })() ?? ""`))
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.name, script, err)
	}
	return out
}

func (p *visitor) open(path string) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	must(p.t, chromedp.Do(ctx, chromedp.Navigate(p.site+path)))
}

// quoted is a Go string as a script writes it.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// press clicks the first button or link that shows the words, and waits until
// its page is left.
func (p *visitor) press(words string) {
	p.t.Helper()
	p.wait("something to press called "+words, `
		const all = [...document.querySelectorAll("main button, main a, main summary, .bar button")];
		return all.some(e => e.checkVisibility() && e.innerText.includes(`+quoted(words)+`)) ? "yes" : "";`)
	p.eval(`window.stays = true;
		[...document.querySelectorAll("main button, main a, main summary, .bar button")].find(e => e.checkVisibility() && e.innerText.includes(` + quoted(words) + `)).click();`)
}

// go presses and waits for the next page.
func (p *visitor) goOn(words string) {
	p.t.Helper()
	p.press(words)
	p.wait("the page after "+words, `return !window.stays && document.readyState === "complete" ? "yes" : "";`)
}

// wait polls until the script gives something.
func (p *visitor) wait(what, script string) string {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(60 * time.Millisecond) {
		ctx, stop := context.WithTimeout(p.ctx, 20*time.Second)
		out, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => { `+script+` })() ?? ""`))
		stop()
		if err == nil && out != "" {
			return out
		}
	}
	p.t.Fatalf("%s waited in vain for %s; the page %s says:\n%s", p.name, what, p.eval(`return location.href`), p.eval(`return document.querySelector("main")?.innerText.slice(0, 3000)`))
	return ""
}

// see waits until the element shows the words.
func (p *visitor) see(selector, words string) {
	p.t.Helper()
	p.wait(selector+" to say "+words, `return [...document.querySelectorAll(`+quoted(selector)+`)].some(e => e.innerText.includes(`+quoted(words)+`)) ? "yes" : "";`)
}

// fill writes into the form as a person does: the page is told of every input.
func (p *visitor) fill(values map[string]string) {
	p.t.Helper()
	for name, value := range values {
		got := p.eval(`
			const all = [...document.getElementsByName(` + quoted(name) + `)];
			if (!all.length) return "missing";
			const e = all[0], v = ` + quoted(value) + `;
			if (e.type === "radio" || e.type === "checkbox") {
				const one = all.find(x => x.value === v);
				if (!one) return "no choice " + v;
				if (!one.checked) one.click();
			} else { e.value = v; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); }
			return e.type === "select-one" && e.value !== v ? "no option " + v : "";`)
		if got != "" {
			p.t.Fatalf("%s: field %s: %s", p.name, name, got)
		}
	}
}

func (p *visitor) attach(name, content string) {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), name)
	must(p.t, os.WriteFile(file, []byte(content), 0o600))
	must(p.t, chromedp.Do(p.ctx, chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file})))
	p.goOn("Attach")
	p.see("#files", name)
}

// quiet checks that the browser had nothing to complain about.
func (p *visitor) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.said {
		p.t.Errorf("%s's browser says: %s", p.name, line)
	}
}

// passkey registers one on the account page and signs in with it.
func (p *visitor) passkey(label string) {
	p.t.Helper()
	p.open("/account")
	p.fill(map[string]string{"label": label})
	p.goOn("Add a passkey")
	p.see("main", "The passkey was added")
	p.see("main", label)
	p.eval(`document.querySelector("form[action='/sign-out'] button").click()`)
	p.see("h1", "Sign in to")
	p.goOn("Sign in with a passkey")
	p.see("h1", "What needs you")
	p.picture("desk-" + strings.ToLower(strings.Fields(p.name)[0]))
}

// ask drafts a request, is told what is missing, completes it and hands it over.
func (p *visitor) ask() string {
	p.t.Helper()
	p.goOn("New request")
	p.picture("new")
	p.goOn("Information request")
	p.fill(map[string]string{"side.requested": "XB", "title": "Holder of a number used for threats"})
	p.goOn("Start the draft")
	number := regexp.MustCompile(`XA-\d+-\d+`).FindString(p.eval(`return document.querySelector("main").innerText`))
	p.goOn("Check")
	p.see("#check", "to put right")
	p.picture("draft-problems")
	p.fill(map[string]string{
		"f.requesting_authority.0.name": "National Police of Azuria", "f.requesting_authority.0.function": "Officer in charge of the file",
		"f.requesting_authority.0.contact": "duty@police.xa.example", "f.legal_basis.0.instrument": "UNTOC", "f.legal_basis.0.article": "27",
		"f.purpose": "investigation", "f.purpose_text": "To find out who threatened the witness.", "f.urgency": "urgent",
		"f.urgent_reason": "information_losing_relevance", "f.urgency_text": "The number may be given up at any moment.", "f.answer_by": "2027-01-15T08:00",
		"f.facts_summary":   "A witness was threatened by telephone on three days.\nThe number belongs to a provider in Borealis.",
		"f.offences.0.code": "obstruction", "f.offences.0.national_provision": "Criminal Code of Azuria s. 339", "f.offences.0.max_penalty": "5y",
		"f.data_kinds": "subscriber", "f.data_requested": "Name and address of the subscriber.", "f.link_person_to_purpose": "The calls came from this number.",
		"f.why_available_there": "The provider has its seat in Borealis.", "f.alternatives_considered": "The witness does not know the voice.",
		"f.special_data": "no", "f.death_penalty_possible": "no", "f.neutrality_declaration": "yes", "f.language": "en",
		"f.retention_until": p.eval(`return new Date(Date.now() + 300 * 864e5).toISOString().slice(0, 10)`),
	})
	if p.plain {
		p.goOn("Check")
	} else {
		p.wait("the draft to save itself", `return /Saved/.test(document.querySelector("[data-saved]").innerText) && !document.querySelector("#draft").dataset.dirty ? "yes" : "";`)
	}
	p.goOn("Add another: Transfers")
	p.fill(map[string]string{"f.transfers.0.date": "2026-11-12", "f.transfers.0.amount": "0.00 AZD", "f.transfers.0.from_account": "none", "f.transfers.0.to_account": "none"})
	p.attach("calls.csv", "date,time\n2026-11-12,09:42\n")
	p.goOn("Check")
	p.see("#check", "Nothing is missing")
	p.picture("draft")
	p.goOn("Hand over for approval")
	p.see("main", "waits for approval")
	p.see("main", "another person approves it") // S21: not the author
	return number
}

// approve signs what the officer proposed, with the passkey.
func (p *visitor) approve(number string) {
	p.t.Helper()
	p.open("/")
	p.see("#items", number)
	p.goOn("Holder of a number used for threats")
	p.see("main", "Digest")
	p.picture("approval")
	p.goOn("Approve with your passkey")
	p.see("main", "signed and on its way")
	p.see("#timeline", "Request sent")
	p.see("#timeline", "passkey")
}

func (p *visitor) openCase(number string) {
	p.t.Helper()
	p.open("/cases?q=" + number)
	p.see("h1", "Holder of a number")
}

// takeUp acknowledges the request and asks one question.
func (p *visitor) takeUp(number string) {
	p.t.Helper()
	p.open("/")
	p.see("main", "Holder of a number used for threats") // it comes by itself
	p.openCase(number)
	p.goOn("Acknowledge")
	p.fill(map[string]string{"f.directly_accessible": "yes", "f.handled_by": "Duty desk"})
	p.goOn("Acknowledge")
	p.see("#timeline", "Acknowledged")
	p.goOn("Ask for clarification")
	p.fill(map[string]string{"f.question": "Which of the three days matters most?"})
	p.goOn("Ask for clarification")
	p.see("#timeline", "Clarification asked")
}

func (p *visitor) reply(number string) {
	p.t.Helper()
	p.openCase(number)
	p.see("#turn", "Which of the three days")
	p.picture("case-question")
	p.goOn("Answer the question")
	p.fill(map[string]string{"f.reply_text": "The first one, 12 November."})
	p.goOn("Answer the question")
	p.see("#timeline", "Question answered")
}

func (p *visitor) answer(number string) {
	p.t.Helper()
	p.openCase(number)
	p.see("#timeline", "Question answered") // the open page follows by itself
	p.goOn("Answer the request")
	p.fill(map[string]string{
		"f.answer_text": "The subscriber is Ostan Vrell, 4 Quay Street, Nordhavel.", "f.answer_complete": "yes", "f.source_grade": "A1",
		"f.obtained_under_duress": "no", "f.exculpatory": "no", "f.special_data_in_answer": "no", "f.evidence_use_allowed": "no",
	})
	p.attach("subscriber.txt", "Ostan Vrell\n")
	p.goOn("Answer the request")
	p.see("#timeline", "Answered")
}

// finish reads the answer, takes a file and a receipt, and reports the outcome.
func (p *visitor) finish(number string) {
	p.t.Helper()
	p.openCase(number)
	p.see("#timeline", "Answered")
	p.see("#files", "subscriber.txt")
	for what, selector := range map[string]string{"file": "#files a[download][href*='/files/']", "receipt": "#delivery a[download]", "act": "#timeline .proof a[download]"} {
		link := p.wait("the link to the "+what, `return document.querySelector(`+quoted(selector)+`)?.href`)
		p.wait("the "+what, fmt.Sprintf(`const x = new XMLHttpRequest(); x.open("GET", %s, false); x.send(); return x.status === 200 && x.responseText.length > 8 ? "yes" : "";`, quoted(link)))
	}
	// What came as intelligence is no evidence until its giver says so.
	p.eval(`document.querySelector("#use-action").value = "use_as_evidence"; window.stays = true; document.querySelector("#use form").requestSubmit()`)
	p.see("#use", "H1")
	p.openCase(number)
	p.goOn("Report the outcome")
	p.fill(map[string]string{
		"f.outcome_use": "as_stated", "f.outcome_helped": "decisive", "f.outcome_text": "The caller was found.", "f.outcome_harm": "no",
		"f.used_as_evidence": "no", "f.exculpatory_found": "no",
	})
	p.goOn("Report the outcome")
	p.see("#timeline", "Outcome reported")
	p.goOn("Close the case")
	p.see("#pills", "Closed")
	p.picture("case-closed")
}

// phone opens every page on a phone, in two directions and two themes, and
// finds none that scrolls sideways.
func phone(t *testing.T, b *chrome, at map[string]string, number string) {
	t.Helper()
	pages := map[string]string{"desk": "/", "cases": "/cases?state=all", "case": "/cases?q=" + number, "new": "/requests/new", "approvals": "/approvals",
		"network": "/network", "record": "/record", "parties": "/parties", "party": "/parties/XB", "account": "/account", "about": "/about",
		"choose": "/requests/new?process=joint-operation", "process": "/public/processes/extradition", "safeguards": "/public/processes/safeguards",
		"rights": "/public/rights", "statistics": "/public/statistics"}
	for _, s := range []screen{{390, 844, "light", "en"}, {390, 844, "dark", "ar"}, {1360, 900, "dark", "zh"}} {
		for site, name := range map[string]string{"XA": "Davit Oru", "XF": "Elin Marsh"} {
			p := b.person(t, at[site], name, s)
			for what, path := range pages {
				if site == "XF" && (strings.HasPrefix(path, "/cases") || strings.HasPrefix(path, "/requests/new") || path == "/approvals") {
					continue // closed to the secretariat (S28)
				}
				p.open(path)
				wide := p.eval(`const w = document.documentElement.scrollWidth; if (w <= innerWidth) return "";
					return w + ": " + [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map(e => e.outerHTML.slice(0, 120)).join(" | ");`)
				if wide != "" {
					t.Errorf("%s %s in %s at %d px scrolls sideways: %s", site, what, s.lang, s.width, wide)
				}
				if dir := p.eval(`return document.documentElement.dir`); (dir == "rtl") != (s.lang == "ar") {
					t.Errorf("%s in %s is written %s", what, s.lang, dir)
				}
				p.picture(fmt.Sprintf("%s-%s-%s-%d", strings.ToLower(site), what, s.lang, s.width))
			}
		}
	}
}

// picture keeps what the page looks like, when someone wants to see it.
func (p *visitor) picture(name string) {
	p.t.Helper()
	dir := os.Getenv(shots)
	if dir == "" {
		return
	}
	must(p.t, os.MkdirAll(dir, 0o755))
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	must(p.t, err)
	must(p.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}
