package portal

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/call"
	"landbridge.example/internal/db"
	"landbridge.example/internal/db/dbtest"
	"landbridge.example/internal/face/facetest"
	"landbridge.example/internal/pace"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/ledger"
)

const hostile = "<script>alert(1)</script> **x** [y](javascript:alert(1)) <img src=x onerror=\"z\">"

// A desk is a real one, whose calls closed yet or not by the clock of the tests.
type deskOf struct {
	*call.Desk
	t                         testing.TB
	paper, expo, award, event landbridge.ID
	published                 []landbridge.ID // one of each kind: paper, exhibitor, project, event
	secrets                   []string
	codes                     []string // of two reviewers of the papers; the second is not used
	waiting                   string   // secret of a paper that is not decided
	waitingID                 landbridge.ID
}

func chair() staff.Person {
	return staff.Person{Pseudonym: "1111111111111111", Roles: []landbridge.Role{landbridge.Secretariat}}
}

func newDesk(t testing.TB) *deskOf {
	t.Helper()
	d := dbtest.Open(t, filepath.Join(t.TempDir(), "node.db"), []db.Schema{blob.Schema(), record.Schema(), call.Schema()}...)
	keys, err := party.NewKeys("XF", conferenceDay(), rand.Reader)
	ok(t, err)
	verifier, err := ledger.ParseVerifier(keys.Log.Public())
	ok(t, err)
	log, err := record.Open(t.Context(), d, record.Config{Party: "XF", Signer: keys.Log.Signer(), Verifier: verifier, Witness: keys.Witness, Clock: conferenceDay, Random: rand.Reader})
	ok(t, err)
	blobs, err := blob.NewStore(t.TempDir())
	ok(t, err)
	return &deskOf{t: t, Desk: call.New(call.Config{DB: d, Log: log, Vault: blob.NewVault(keys.KEK), Blobs: blobs, Clock: conferenceDay, Random: rand.Reader})}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *deskOf) open(kind string) landbridge.ID {
	c := call.Call{Edition: "2026", Kind: kind, Title: "Call <b>notice</b> for " + kind, Text: hostile, Closes: conferenceDay().AddDate(0, 1, 0), Ends: conferenceDay().AddDate(0, 2, 0), KeepDays: 90}
	if kind == call.Paper || kind == call.Award {
		c.Anonymous, c.MinReviews, c.Criteria = kind == call.Paper, 2, []call.Criterion{{Name: "Use <u>CC", Weight: 1}}
	}
	id, err := d.Open(d.t.Context(), chair(), c)
	ok(d.t, err)
	return id
}

func (d *deskOf) enter(of landbridge.ID, x call.Content) string {
	r, err := d.Submit(d.t.Context(), of, x, []call.Author{{Name: "Ada <m>Merel", Organisation: "Port <s>Academy", Email: "a@x.example"}})
	ok(d.t, err)
	return r.Secret
}

func pdf() []byte { return []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n") }

// seeded fills a desk with one published entry of each kind, all of it hostile.
func seeded(t testing.TB) *deskOf {
	t.Helper()
	d := newDesk(t)
	ctx := t.Context()
	d.paper, d.expo, d.award, d.event = d.open(call.Paper), d.open(call.Expo), d.open(call.Award), d.open(call.SideEvent)
	text := call.Content{Title: "Title " + hostile, Abstract: hostile, Text: hostile, Keywords: []string{"<q>rail"}}
	exhibit, project, event := text, text, text
	exhibit.Exhibitor = &call.Exhibitor{Organisation: "Rail <i>1 Works", Site: "https://rail.example", Products: []call.Product{{Name: "Seal <em>", Text: hostile}}}
	project.Project = &call.Project{Organisation: "Rail <i>1 Works", Country: "Caldera", Period: "2024", Results: hostile}
	event.Event = &call.Event{Format: "hybrid", Minutes: 60, Seats: 10, Wishes: hostile}
	d.secrets = []string{d.enter(d.paper, text), d.enter(d.expo, exhibit), d.enter(d.award, project), d.enter(d.event, event)}
	ok(t, d.SetFile(ctx, d.secrets[0], pdf()))
	d.waiting = d.enter(d.paper, text)
	for i, of := range []landbridge.ID{d.paper, d.expo, d.award, d.event} {
		e, _, err := d.Look(ctx, d.secrets[i])
		ok(t, err)
		d.published = append(d.published, e.ID)
		if i%2 == 0 {
			d.judge(of, e.ID)
		}
		ok(t, d.Decide(ctx, chair(), e.ID, call.Accepted, "Because <h6>"+hostile))
		if i == 2 {
			second := chair()
			second.Pseudonym = "2222222222222222"
			ok(t, d.Confirm(ctx, second, e.ID))
		}
		_, err = d.Publish(ctx, chair(), of)
		ok(t, err)
	}
	ok(t, d.SetPlan(ctx, chair(), d.expo, []call.Stand{{Code: "A1", Hall: "Hall <t>", Wide: 400, Deep: 300}, {Code: "A2", Hall: "Hall <t>", Left: 500, Wide: 400, Deep: 300}}))
	ok(t, d.Place(ctx, chair(), d.expo, "A1", d.published[1]))
	e, _, err := d.Look(ctx, d.waiting)
	ok(t, err)
	d.waitingID = e.ID
	for i := range 2 {
		id, code, err := d.AddReviewer(ctx, chair(), d.paper, call.Reviewer{Name: fmt.Sprint("Late ", i), Organisation: "Far", Email: "r@far.example"})
		ok(t, err)
		ok(t, d.Assign(ctx, chair(), e.ID, id))
		d.codes = append(d.codes, code)
	}
	return d
}

func (d *deskOf) judge(of, entry landbridge.ID) {
	ctx := d.t.Context()
	for i := range 2 {
		id, code, err := d.AddReviewer(ctx, chair(), of, call.Reviewer{Name: fmt.Sprint("Reader ", i), Organisation: fmt.Sprint("Academy ", i), Email: "r@far.example"})
		ok(d.t, err)
		secret, err := d.Accept(ctx, code)
		ok(d.t, err)
		ok(d.t, d.Assign(ctx, chair(), entry, id))
		ok(d.t, d.Declare(ctx, secret, entry, false))
		ok(d.t, d.Judge(ctx, secret, entry, call.Review{Scores: map[string]int{"Use <u>CC": 8}, Comment: hostile}))
	}
}

func callPortal(t testing.TB, d *deskOf, gate *pace.Gate) http.Handler {
	t.Helper()
	h, err := New(Config{Party: "XF", Index: releases(t), Processes: lawbook{}, Statistics: lawbook{}, Notices: extracts{}, Rights: lawbook{}, Forum: conferences{}, Calls: d.Desk, Gate: gate,
		Clock: conferenceDay, Origin: "https://forum.example", Lang: book(t), Random: rand.Reader,
		Report: func(reference string, err error) { t.Errorf("internal error %s: %v", reference, err) }})
	ok(t, err)
	return h
}

func send(t testing.TB, h http.Handler, address string, f url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "en")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func strict(t testing.TB, where, page string) {
	t.Helper()
	for _, f := range facetest.Check(page) {
		t.Errorf("%s: %s", where, f)
	}
	for _, bad := range []*regexp.Regexp{broken, attacked} {
		if m := bad.FindString(page); m != "" {
			t.Errorf("%s shows %q", where, m)
		}
	}
}

// TestCallPages reads every page of the calls in every language, over entries
// full of markup: none of it is taken for more than text.
func TestCallPages(t *testing.T) {
	d := seeded(t)
	h := callPortal(t, d, nil)
	var all []string
	for _, p := range []string{"", "mine", "review", "take-back", "of/2026/paper", "of/2026/paper?q=script", "of/2026/expo", "of/2026/award", "of/2026/side-event", "of/2031/paper?q=none"} {
		all = append(all, callsPath+p)
	}
	for _, id := range []landbridge.ID{d.paper, d.expo, d.award, d.event} {
		all = append(all, callsPath+string(id))
	}
	for _, id := range d.published {
		all = append(all, callsPath+"entry/"+string(id))
	}
	for _, l := range pageLanguages() {
		for _, a := range all {
			w := get(t, h, a, "Accept-Language", l.Code)
			if w.Code != http.StatusOK || w.Body.Len() > 60_000 {
				t.Fatalf("%s in %s: %d, %d bytes", a, l.Code, w.Code, w.Body.Len())
			}
			strict(t, a+" in "+l.Code, w.Body.String())
		}
	}
	if page := get(t, h, callsPath+"of/2026/expo").Body.String(); !strings.Contains(page, `<rect class="named"`) || !strings.Contains(page, `<rect class="free"`) ||
		strings.Count(page, "/entry/"+string(d.published[1])) < 3 {
		t.Error("the plan does not show who stands where, with a list beside it")
	}
}

// TestSubmitByForm follows an author by forms alone: what is wrong stands on the
// page with what was written; the secret stands on one answer, in no address.
func TestSubmitByForm(t *testing.T) {
	d := seeded(t)
	h := callPortal(t, d, nil)
	at := callsPath + string(d.paper)
	f := url.Values{"title": {"Ports"}, "abstract": {"Short."}, "text": {"Ada Lorne has shown:\r\n=1 and 1"}, "keywords": {"rail, port"}, "name-1": {"Ada Lorne"}, "of-1": {"Academy"}, "mail-1": {"a@x.example"}}
	w := send(t, h, at, f)
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "The text names Ada Lorne") || !strings.Contains(w.Body.String(), "has shown:\n=1 and") {
		t.Fatalf("%d", w.Code)
	}
	strict(t, "refused form", w.Body.String())
	for what, x := range map[string]string{"control characters": "a\x00b", "at most": strings.Repeat("x", call.MaxText+1)} {
		bad := url.Values{}
		for k, v := range f {
			bad[k] = v
		}
		bad.Set("text", x)
		if w := send(t, h, at, bad); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), what) {
			t.Errorf("%s: %d", what, w.Code)
		}
	}
	f.Set("text", "It is shown.")
	w = send(t, h, at, f)
	m := regexp.MustCompile(`<code class="secret">([A-Z2-7]{32})</code>`).FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusOK || m == nil || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	mine := callsPath + "mine"
	w = send(t, h, mine, url.Values{"secret": {m[1]}, "do": {"look"}})
	if !strings.Contains(w.Body.String(), "It is shown.") || w.Header().Get("Cache-Control") != "no-store" || strings.Contains(w.Body.String(), "?secret") {
		t.Errorf("%d", w.Code)
	}
	strict(t, "my entry", w.Body.String())
	f.Set("secret", m[1])
	f.Set("do", "change")
	f.Set("kind", call.Paper)
	f.Set("title", "Ports again")
	if w = send(t, h, mine, f); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Ports again") {
		t.Errorf("%d", w.Code)
	}
	d.file(h, m[1])
	if w = send(t, h, mine, url.Values{"secret": {m[1]}, "do": {"withdraw"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Tick") {
		t.Errorf("%d", w.Code)
	}
	if w = send(t, h, mine, url.Values{"secret": {m[1]}, "do": {"withdraw"}, "sure": {"yes"}}); w.Code != http.StatusOK {
		t.Errorf("%d", w.Code)
	}
	if w = send(t, h, mine, url.Values{"secret": {m[1]}, "do": {"look"}}); w.Code != http.StatusNotFound {
		t.Errorf("a withdrawn entry: %d", w.Code)
	}
	w = send(t, h, mine, url.Values{"secret": {d.secrets[0]}, "do": {"look"}})
	for _, want := range []string{"Accepted", "Published on", "Comments of the reviewers"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the author is not told %q", want)
		}
	}
	strict(t, "decided entry", w.Body.String())
}

// file puts a PDF beside an entry by form, and something else that is refused.
func (d *deskOf) file(h http.Handler, secret string) {
	t := d.t
	for content, want := range map[string]int{string(pdf()): http.StatusOK, "<html><script>": http.StatusUnprocessableEntity, "%PDF-1.7 /JavaScript %%EOF": http.StatusUnprocessableEntity} {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		ok(t, m.WriteField("secret", secret))
		w, err := m.CreateFormFile("file", "../../paper.pdf")
		ok(t, err)
		_, err = w.Write([]byte(content))
		ok(t, err)
		ok(t, m.Close())
		r := httptest.NewRequest(http.MethodPost, callsPath+"mine/file", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		a := httptest.NewRecorder()
		h.ServeHTTP(a, r)
		if a.Code != want {
			t.Errorf("%.20q: %d %s", content, a.Code, a.Body)
		}
	}
}

// TestPaperFile: a published file is a download that no browser shows or runs.
func TestPaperFile(t *testing.T) {
	d := seeded(t)
	h := callPortal(t, d, nil)
	w := get(t, h, callsPath+"entry/"+string(d.published[0])+"/paper.pdf")
	head := w.Header()
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), pdf()) || !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") ||
		head.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(head.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", w.Code, head)
	}
	if w := get(t, h, callsPath+"entry/"+string(d.published[1])+"/paper.pdf"); w.Code != http.StatusNotFound {
		t.Errorf("no file: %d", w.Code)
	}
}

// TestReviewByForm: a code opens once, says so clearly the second time, and the
// desk behind it shows no author.
func TestReviewByForm(t *testing.T) {
	d := seeded(t)
	h := callPortal(t, d, nil)
	at := callsPath + "review"
	w := send(t, h, at, url.Values{"do": {"accept"}, "code": {d.codes[0]}})
	m := regexp.MustCompile(`<code class="secret">([A-Z2-7]{32})</code>`).FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusOK || m == nil || m[1] == d.codes[0] {
		t.Fatalf("%d", w.Code)
	}
	if w = send(t, h, at, url.Values{"do": {"accept"}, "code": {d.codes[0]}}); w.Code != http.StatusUnprocessableEntity ||
		!strings.Contains(w.Body.String(), "This code was used on 25 October 2026") || strings.Contains(w.Body.String(), m[1]) {
		t.Errorf("the second time: %d", w.Code)
	}
	strict(t, "used code", w.Body.String())
	secret, entry := m[1], string(d.waitingID)
	if w = send(t, h, at, url.Values{"do": {"read"}, "secret": {secret}, "entry": {entry}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("read before declaring: %d", w.Code)
	}
	w = send(t, h, at, url.Values{"do": {"none"}, "secret": {secret}, "entry": {entry}})
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Merel") || !strings.Contains(w.Body.String(), "score-0") {
		t.Errorf("the desk: %d", w.Code)
	}
	strict(t, "reading", w.Body.String())
	w = send(t, h, at, url.Values{"do": {"judge"}, "secret": {secret}, "entry": {entry}, "score-0": {"eleven"}, "comment": {"kept words"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "kept words") {
		t.Errorf("a wrong score: %d", w.Code)
	}
	w = send(t, h, at, url.Values{"do": {"judge"}, "secret": {secret}, "entry": {entry}, "score-0": {"7"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Your review is kept") {
		t.Errorf("judging: %d", w.Code)
	}
	strict(t, "tasks", w.Body.String())
}

// TestShareByForm: nothing is shared without the tick; what was shared can be
// taken back once.
func TestShareByForm(t *testing.T) {
	d := seeded(t)
	h := callPortal(t, d, nil)
	at := callsPath + "entry/" + string(d.published[1])
	f := url.Values{"name": {"Jaro <b>notice"}, "email": {"j@x.example"}}
	w := send(t, h, at, f)
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Nothing was shared") || !strings.Contains(w.Body.String(), "j@x.example") {
		t.Errorf("%d", w.Code)
	}
	strict(t, "without consent", w.Body.String())
	f.Set("consent", "yes")
	w = send(t, h, at, f)
	m := regexp.MustCompile(`<code class="secret">([A-Z2-7]{32})</code>`).FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("%d", w.Code)
	}
	w = send(t, h, callsPath+"mine", url.Values{"secret": {d.secrets[1]}})
	if !strings.Contains(w.Body.String(), "j@x.example") {
		t.Error("the exhibitor has no card")
	}
	strict(t, "cards", w.Body.String())
	for _, want := range []int{http.StatusOK, http.StatusNotFound} {
		w := send(t, h, callsPath+"take-back", url.Values{"secret": {m[1]}})
		if w.Code != want {
			t.Errorf("%d, want %d", w.Code, want)
		}
		strict(t, "take back", w.Body.String())
	}
}

// TestWrongSecret: a secret that opens nothing stays in its field, so that one
// letter can be mended; none at all is said to be none; a flood does not come back.
func TestWrongSecret(t *testing.T) {
	h := callPortal(t, seeded(t), nil)
	for _, c := range []struct{ page, field, do string }{{"mine", "secret", "look"}, {"review", "secret", "tasks"}, {"review", "code", "accept"}, {"take-back", "secret", ""}} {
		for wrote, kept := range map[string]string{"": "", `one "wrong`: "one &#34;wrong", strings.Repeat("x", maxTyped+1): ""} {
			w := send(t, h, callsPath+c.page, url.Values{c.field: {wrote}, "do": {c.do}})
			page := w.Body.String()
			if w.Code < 400 || !strings.Contains(page, `role="alert"`) || !strings.Contains(page, `name="`+c.field+`" required value="`+kept+`"`) {
				t.Errorf("%s %s %.20q: %d", c.page, c.field, wrote, w.Code)
			}
			strict(t, c.page, page)
		}
	}
}

// TestTooMany: each form asks its own allowance, and says what to do once it is
// used up. What the allowances are is the test of package pace.
func TestTooMany(t *testing.T) {
	d := seeded(t)
	for path, use := range map[string]struct {
		take func(*pace.Gate, string) error
		most int
	}{
		"mine": {(*pace.Gate).Form, pace.FormsPerMinute}, "review": {(*pace.Gate).Form, pace.FormsPerMinute}, "take-back": {(*pace.Gate).Form, pace.FormsPerMinute},
		string(d.paper): {(*pace.Gate).Fresh, pace.NewPerHour}, "mine/file": {(*pace.Gate).Fresh, pace.NewPerHour},
		"entry/" + string(d.published[1]): {(*pace.Gate).Card, pace.CardsPerHour},
	} {
		g := pace.New(conferenceDay)
		h := callPortal(t, d, g)
		for range use.most - 1 {
			ok(t, use.take(g, "192.0.2.1:7")) // the address httptest asks from
		}
		if w := send(t, h, callsPath+path, url.Values{"secret": {"x"}}); w.Code == http.StatusServiceUnavailable {
			t.Errorf("%s: the last one is refused", path)
		}
		w := send(t, h, callsPath+path, url.Values{"secret": {"x"}})
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "wait and send it again") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
