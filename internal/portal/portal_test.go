package portal

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jba/templatecheck"
	"github.com/xuri/excelize/v2"

	"landbridge.example/index"
	"landbridge.example/index/spec"
	"landbridge.example/internal/call"
	"landbridge.example/internal/face"
	"landbridge.example/internal/face/facetest"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/pace"
)

// views are the views of all pages, for the type check.
func views() map[string]any {
	return map[string]any{
		"home": HomeView{}, "releases": ReleasesView{}, "ranking": RankingView{}, "map": MapView{}, "profile": ProfileView{}, "compare": CompareView{},
		"whatif": WhatIfView{}, "time": TimeView{}, "relations": RelationsView{}, "sensitivity": SensitivityView{}, "method": MethodView{},
		"quality": QualityView{}, "statements": StatementsView{}, "downloads": DownloadsView{}, "error": ErrorView{},
		"processes": ProcessesView{}, "process": ProcessView{}, "safeguards": SafeguardsView{}, "statistics": StatisticsView{}, "notices": NoticesView{}, "rights": RightsView{},
		"forum": ForumView{}, "programme": ProgrammeView{}, "session": SessionView{}, "speakers": SpeakersView{}, "programmechanges": ProgrammeChangesView{}, "editions": EditionsView{},
		"nominate": NominateView{}, "letters": LettersView{}, "news": NewsView{}, "newsitem": NewsItemView{}, "visits": VisitsView{}, "visitrecord": VisitRecordView{}, "guestagenda": GuestView{},
		"calls": CallsView{}, "callform": CallFormView{}, "callmine": MineView{}, "callreview": ReviewView{}, "proceedings": ProceedingsView{}, "publication": PublicationView{}, "takeback": TakeBackView{},
		"outcomes": OutcomesView{}, "outcome": OutcomeView{}, "followup": FollowUpView{}, "commitment": CommitmentView{}, "pastoutcomes": PastView{},
	}
}

// TestTemplates type-checks every page against the view it is rendered from.
func TestTemplates(t *testing.T) {
	p, err := face.LoadPages(pageFiles)
	if err != nil {
		t.Fatal(err)
	}
	all := views()
	for _, name := range p.Names() {
		view, ok := all[name]
		if !ok {
			t.Errorf("page %s has no view", name)
			continue
		}
		x, err := p.Template(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := templatecheck.CheckHTML(x, view); err != nil {
			t.Errorf("page %s: %v", name, err)
		}
		delete(all, name)
	}
	for name := range all {
		t.Errorf("the view of %s has no page", name)
	}
}

// addresses are pages of every kind, with what readers ask of them.
func addresses() []string {
	var all []string
	for _, p := range []string{
		"", "?by=Justice", "?in=Region_group:america", "?q=land", "?q=nobody-at-all", "?sort=name", "?sort=span&down=yes", "?sort=data", "?view=chart",
		"/map", "/map?by=Conflict", "/country/BRA", "/country/FRA?peers=all", "/country/KEN?w.Justice=60&w.Conflict=0#what", "/country/FRA?w.Justice=nonsense",
		"/compare", "/compare?unit=FRA&unit=germany&unit=Kenya&unit=BRA&unit=CHN", "/compare?unit=Atlantis", "/what-if", "/what-if?w.Justice=60",
		"/what-if?of=Safety&w.Poison=80", "/what-if?w.Justice=-1", "/relations", "/relations?x=Homicide&y=Justice&unit=FRA", "/sensitivity", "/method",
		"/data", "/statements", "/downloads",
	} {
		all = append(all, Prefix+"index/demo"+p)
	}
	for _, p := range []string{"", "?year=1995", "/map?year=2000", "/time", "/time?unit=FRA&unit=NOR&what=rank&by=education", "/country/FRA", "/country/FRA?year=1999",
		"/compare?unit=FRA&year=1990", "/what-if", "/relations", "/method", "/data", "/statements", "/downloads"} {
		all = append(all, Prefix+"index/panel"+p)
	}
	for _, p := range []string{"", "?view=chart", "?in=region:%3Cbig%3E1", "/map", "/country/U%3C1%3E", "/country/U%3C3%3E", "/compare", "/compare?unit=" + url.QueryEscape(hostileName),
		"/what-if?w.P=80", "/what-if?of=P&w.A%3C=10", "/relations?unit=U%3C1%3E", "/sensitivity", "/method", "/data", "/statements", "/downloads"} {
		all = append(all, Prefix+"index/hostile"+p)
	}
	for _, p := range []string{"", "safeguards", "information-request", "extradition", "joint-operation", "notice"} {
		all = append(all, Prefix+"processes/"+p)
	}
	for _, p := range []string{"editions", "2015/", "2022/", "2025/", "2026/", "2026/programme", "2026/programme?day=2026-10-24", "2026/programme?by=track&zone=Asia/Shanghai",
		"2026/programme?by=room&q=ports", "2026/programme?q=nothing-like-it&zone=%3Cb%3E", "2026/session/1", "2026/session/2?zone=UTC", "2026/session/3", "2026/speakers", "2026/changes"} {
		all = append(all, forumPath+p)
	}
	all = append(all, newsPath, newsPath+string(conferenceID(1)), newsPath+string(conferenceID(2)), visitsPath, visitsPath+"?kind=letter", visitsPath+string(conferenceID(1)),
		visitsPath+string(conferenceID(2)), visitsPath+string(conferenceID(3)))
	all = append(all, decisionAddresses()...)
	return append(all, Prefix, Prefix+"index/", Prefix+"statistics", Prefix+"notices", Prefix+"rights", Prefix+"nominate", Prefix+"letters")
}

func get(t testing.TB, h http.Handler, address string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var (
	broken   = regexp.MustCompile(`&lt;nil&gt;|%!|map\[|ZgotmplZ|NaN|\bInf\b|[> "]public\.[a-z]`)
	attacked = regexp.MustCompile(`(?i)<script>|<img src=x|<em>|<h6>|<q>|<u>CC|<m>|<s>|<t>|<a>|<b>notice|<big>|<i>1|onload="|href="javascript`)
)

// pageLanguages are the languages the pages are looked at in: all of them, but
// under the race detector one for each direction of writing.
func pageLanguages() []lang.Language {
	all := lang.Languages()
	if facetest.UnderRace {
		all = slices.DeleteFunc(slices.Clone(all), func(l lang.Language) bool { return l.Code != "en" && l.Code != "ar" })
	}
	return all
}

// TestPages asks for every page in every language and reads it strictly: well
// formed, labelled, nothing inline, nothing from elsewhere, nothing of what
// strangers' data hold taken for markup.
func TestPages(t *testing.T) {
	h := newPortal(t)
	for _, l := range pageLanguages() {
		for _, a := range addresses() {
			w := get(t, h, a, "Accept-Language", l.Code)
			page := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(page, `<html lang="`+l.Code+`"`) {
				t.Errorf("%s in %s: status %d %.200s", a, l.Code, w.Code, page)
				continue
			}
			for _, f := range facetest.Check(page) {
				t.Errorf("%s in %s: %s", a, l.Code, f)
			}
			if m := broken.FindString(page); m != "" {
				t.Errorf("%s in %s shows %q", a, l.Code, m)
			}
			if m := attacked.FindString(page); m != "" {
				t.Errorf("%s in %s lets %q through", a, l.Code, m)
			}
			if strings.HasPrefix(a, Prefix+"index/demo") && !strings.Contains(page, `<div class="note amber stamp" role="note">`) {
				t.Errorf("%s in %s does not say that it is a demonstration", a, l.Code)
			}
			if t.Failed() && l.Code != "en" {
				return
			}
		}
	}
}

var (
	linked = regexp.MustCompile(`(?:href|src|action|data-live)="([^"]*)"`)
)

// TestLinks follows every link from the first page on: each leads somewhere.
func TestLinks(t *testing.T) {
	h := newPortal(t)
	seen, queue := map[string]bool{Prefix: true}, []string{Prefix}
	units := map[string]int{}
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		w := get(t, h, a)
		if w.Code != http.StatusOK {
			t.Errorf("%s answers %d", a, w.Code)
			continue
		}
		if !strings.Contains(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range linked.FindAllStringSubmatch(w.Body.String(), -1) {
			to, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
			if to != "" && to[0] != '/' && !strings.HasPrefix(to, "https://") { // below the page's own folder
				folder, _, _ := strings.Cut(a, "?")
				to = folder[:strings.LastIndex(folder, "/")+1] + to
			}
			if to == "" || seen[to] || strings.HasPrefix(to, "/log/") || strings.HasPrefix(to, "https://") || strings.Contains(to, "lang=") || strings.HasSuffix(to, "/preferences") || strings.HasSuffix(to, "/join") || strings.HasSuffix(to, "what-if.json") {
				continue
			}
			// Of the pages of units a few of each release are enough.
			if i := strings.Index(to, "/country/"); i > 0 {
				if units[to[:i]]++; units[to[:i]] > 8 {
					continue
				}
			}
			seen[to] = true
			queue = append(queue, to)
		}
	}
	if len(seen) < 120 {
		t.Errorf("only %d addresses are linked", len(seen))
	}
	for _, part := range []string{"/map", "/compare", "/what-if", "/sensitivity", "/method", "/data", "/statements", "/downloads", "/bundle.zip", "/results.xlsx", "/proof.txt", "/files/iData.csv", "/ranking.svg"} {
		if !seen[Prefix+"index/demo"+part] {
			t.Errorf("nothing leads to %s", part)
		}
	}
}

// TestBudget: a first view is at most 100 kB in all, with its stylesheets,
// script and icon, as every browser asks for it; and not much more even if
// nothing is packed on the way.
func TestBudget(t *testing.T) {
	h := newPortal(t)
	assets := 0
	for _, m := range linked.FindAllStringSubmatch(get(t, h, Prefix).Body.String(), -1) {
		if strings.HasPrefix(m[1], Prefix+"assets/") && !strings.Contains(m[1], "mark") {
			assets += get(t, h, m[1]).Body.Len()
		}
	}
	assets += get(t, h, regexp.MustCompile(Prefix+`assets/mark[^"]*`).FindString(get(t, h, Prefix).Body.String())).Body.Len()
	if assets < 20_000 || assets > 38_000 {
		t.Errorf("the assets have %d bytes", assets)
	}
	for _, l := range pageLanguages() {
		whole, packed, at := 0, 0, ""
		for _, a := range addresses() {
			p := get(t, h, a, "Accept-Language", l.Code, "Accept-Encoding", "gzip").Body.Len()
			packed = max(packed, p)
			if n := get(t, h, a, "Accept-Language", l.Code).Body.Len(); strings.HasPrefix(a, Prefix+"index/demo") && n > whole {
				whole, at = n, a
			}
		}
		t.Logf("%s: %s is the largest of the demonstration, %d bytes with assets; the largest page of all has %d when packed", l.Code, at, whole+assets, packed)
		if whole+assets > 110_000 {
			t.Errorf("%s: %s has %d bytes with its assets", l.Code, at, whole+assets)
		}
		if packed+assets > 60_000 {
			t.Errorf("%s: a page has %d bytes when packed, %d with assets", l.Code, packed, packed+assets)
		}
	}
}

func TestAnswers(t *testing.T) {
	h := newPortal(t)
	w := get(t, h, Prefix+"index/demo")
	head := w.Header()
	if csp := head.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Error(csp)
	}
	if head.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(head.Get("Vary"), "Cookie") || len(w.Result().Cookies()) != 0 {
		t.Error(head)
	}
	if again := get(t, h, Prefix+"index/demo", "If-None-Match", head.Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("asked again: %d with %d bytes", again.Code, again.Body.Len())
	}
	packed := get(t, h, Prefix+"index/demo", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || string(b) != w.Body.String() {
		t.Errorf("what was packed is not what was there: %v", err)
	}
	for address, want := range map[string]int{
		Prefix + "nowhere": 404, Prefix + "index/none": 404, Prefix + "index/demo/country/XXX": 404, Prefix + "index/demo/files/../../etc/passwd": 307,
		Prefix + "index/demo/files/none": 404, Prefix + "assets/look.css": 404, "/": 303, Prefix + "index/demo/what-if.json?unit=FRA&w.Justice=x": 422,
		Prefix + "index/demo/what-if.json": 404,
	} {
		if got := get(t, h, address).Code; got != want {
			t.Errorf("%s: %d, want %d", address, got, want)
		}
	}
	r := httptest.NewRequest(http.MethodPost, Prefix+"preferences", strings.NewReader("language=ar"))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w = httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("a form of another site: %d", w.Code)
	}
}

// TestLanguage: the address can name the language, which is then kept; the form
// overrules the address.
func TestLanguage(t *testing.T) {
	h := newPortal(t)
	w := get(t, h, Prefix+"index/demo?lang=ar", "Accept-Language", "fr")
	if !strings.Contains(w.Body.String(), `<html lang="ar" dir="rtl"`) || len(w.Result().Cookies()) != 1 || !strings.Contains(w.Header().Get("Cache-Control"), "private") {
		t.Error(w.Header())
	}
	if w := get(t, h, Prefix+"?lang=tlh", "Accept-Language", "fr"); !strings.Contains(w.Body.String(), `<html lang="fr"`) {
		t.Error("a language that is none of ours")
	}
	form := url.Values{"language": {"ru"}, "theme": {"dark"}, "here": {Prefix + "index/demo?by=Justice&lang=ar"}}
	r := httptest.NewRequest(http.MethodPost, Prefix+"preferences", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Header().Get("Location") != Prefix+"index/demo?by=Justice" || len(w.Result().Cookies()) != 2 {
		t.Error(w.Header())
	}
}

// TestRankingFiles: what is taken away is exactly what is shown, in its order.
func TestRankingFiles(t *testing.T) {
	h := newPortal(t)
	for _, q := range []string{"", "?by=Justice&sort=name", "?in=Region_group:america&sort=span&down=yes", "?q=an&sort=data"} {
		page := get(t, h, Prefix+"index/demo"+q).Body.String()
		var shown []string
		for _, m := range regexp.MustCompile(`<th scope="row"><a href="/public/index/demo/country/([A-Z]+)">`).FindAllStringSubmatch(page, -1) {
			shown = append(shown, m[1])
		}
		rows, err := csv.NewReader(get(t, h, Prefix+"index/demo/ranking.csv"+q).Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var file RankingFile
		if err := json.Unmarshal(get(t, h, Prefix+"index/demo/ranking.json"+q).Body.Bytes(), &file); err != nil {
			t.Fatal(err)
		}
		if len(shown) < 5 || len(rows) != len(shown)+1 || len(file.Units) != len(shown) || !file.Demonstration {
			t.Fatalf("%q: %d shown, %d rows, %d units", q, len(shown), len(rows), len(file.Units))
		}
		for i, code := range shown {
			if rows[i+1][0] != code || file.Units[i].Unit != code || !strings.Contains(rows[i+1][11], "not the forum's official index") {
				t.Fatalf("%q: row %d is %s on the page, %v in the file", q, i, code, rows[i+1])
			}
		}
	}
	w := get(t, h, Prefix+"index/demo/ranking.svg")
	if !strings.Contains(w.Header().Get("Content-Disposition"), "demonstration") || !strings.Contains(w.Body.String(), "xmlns=") || !strings.Contains(w.Body.String(), "official index") {
		t.Error(w.Header(), w.Body.String()[:300])
	}
}

// TestWhatIf: the answer is the engine's own, the published weights give the
// published ranks, and what is no weight is refused with a sentence.
func TestWhatIf(t *testing.T) {
	h := newPortal(t)
	o := releases(t)[0]
	ask := func(q string) (a WhatAnswer) {
		w := get(t, h, Prefix+"index/demo/what-if.json?"+q)
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %v %s", q, w.Code, err, w.Body)
		}
		return a
	}
	if a := ask("unit=FRA&w.Justice=20&w.Conflict=20"); a.Changed || a.Rank != a.WasRank || a.Score != a.Was || a.Shares["Justice"] != "20%" {
		t.Errorf("%+v", a)
	}
	_, rank, list := o.WhatIf.Weights(map[string]float64{"PubOrder": 20, "OrgCrime": 20, "Justice": 60, "Conflict": 0, "Safety": 20})
	if list.Refused() {
		t.Fatal(list)
	}
	a := ask("unit=FRA&w.Justice=60&w.Conflict=0")
	row := slices.IndexFunc(o.Result.Rows, func(x rowOf) bool { return x.Code == "FRA" })
	if want := strconv.Itoa(int(rank[row])); a.Rank != want || !a.Changed || a.Shares["Conflict"] != "0%" {
		t.Errorf("%+v, want rank %s", a, want)
	}
	for _, q := range []string{"w.Justice=x", "w.Justice=-3", "w.Justice=101", "w.Justice=NaN", "w.PubOrder=0&w.OrgCrime=0&w.Justice=0&w.Conflict=0&w.Safety=0"} {
		if w := get(t, h, Prefix+"index/demo/what-if.json?unit=FRA&"+q); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"error"`) {
			t.Errorf("%s: %d %s", q, w.Code, w.Body)
		}
	}
	// Without a script the same stands on the page.
	if page := get(t, h, Prefix+"index/demo/country/FRA?w.Justice=60&w.Conflict=0").Body.String(); !strings.Contains(page, `<b data-out="rank">`+a.Rank+`</b>`) {
		t.Error("the page does not say what the answer says")
	}
}

// TestStandings: strengths lie above the peers' average, weaknesses below, and
// what was filled in is neither.
func TestStandings(t *testing.T) {
	s, err := newSite(Config{Lang: book(t), Index: releases(t), Processes: lawbook{}, Statistics: lawbook{}, Notices: extracts{}, Rights: lawbook{}, Forum: conferences{}, Guests: lobby{}, Calls: newDesk(t).Desk, Gate: pace.New(conferenceDay), Clock: conferenceDay, Origin: "https://forum.example", Random: strings.NewReader("")})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, Prefix+"index/demo", nil)
	r.SetPathValue("id", "demo")
	o, err := s.open(s.visit(httptest.NewRecorder(), r))
	if err != nil {
		t.Fatal(err)
	}
	if len(o.groups) != 2 || o.groups[0].Name != "Region" || len(o.groups[0].Values) < 5 {
		t.Fatalf("groups %+v", o.groups)
	}
	for _, i := range o.rows {
		peers, key := o.peers(i, "")
		if key != "Region_group" || slices.Contains(peers, i) || len(peers) == 0 {
			t.Fatal(key, peers)
		}
		strong, weak := o.standings(i, peers)
		if len(strong)+len(weak) == 0 {
			t.Errorf("%s stands out in nothing", o.name(i))
		}
		for _, k := range o.under("Index") {
			named := func(x Standing) bool { return x.Name == o.title(k) }
			above := o.value(k, i) > o.mean(k, peers)
			if slices.ContainsFunc(strong, named) && (!above || o.filled(k, i)) || slices.ContainsFunc(weak, named) && (above || o.filled(k, i)) {
				t.Errorf("%s: %s is on the wrong side", o.name(i), o.title(k))
			}
		}
	}
}

func TestSteps(t *testing.T) {
	for of := 1; of <= 30; of++ {
		last := 0
		for n := 1; n <= of; n++ {
			s := step(n, of)
			if s < last || s > 7 || s < 1 {
				t.Errorf("band %d of %d has step %d after %d", n, of, s, last)
			}
			last = s
		}
	}
	if step(0, 5) != 0 {
		t.Error("no band has a colour")
	}
	for width, want := range map[float64]int{51.2: 1, 0.6: 3, 5: 2, 1500: 0, 0: 1, math.Inf(1): 1} {
		if got := digits(scaleOf(width)); got != want {
			t.Errorf("a width of %v: %d digits, want %d", width, got, want)
		}
	}
}

// TestWords: every kind of step, every method and every flag has words.
func TestWords(t *testing.T) {
	en := book(t).In("en")
	need := func(key string) {
		if !en.Has(key) {
			t.Errorf("%s has no text", key)
		}
	}
	for _, k := range spec.Kinds() {
		need("public.step." + k)
	}
	for _, m := range spec.NormMethods() {
		need("public.norm." + m)
		if _, ok := normFormulas()[m]; !ok {
			t.Errorf("%s has no formula", m)
		}
	}
	for _, m := range spec.AggMethods() {
		need("public.agg." + m)
		if _, ok := aggFormulas()[m]; !ok {
			t.Errorf("%s has no formula", m)
		}
	}
	for f := 0; f < 16; f++ {
		for _, w := range flagOf(f).Words() {
			need("public.flag." + w)
		}
	}
	for prefix, all := range map[string][]string{"count": forum.Counted(), "how": {forum.Exact, forum.Over, forum.About}, "kind": forum.SessionKinds(), "mode": forum.Modes(),
		"phase": {forum.Coming, forum.Now, forum.Past}, "role": {forum.Speaks, forum.Chairs, forum.Moderates}, "change": forum.ChangeKinds()} {
		for _, x := range all {
			need("public.forum." + prefix + "." + x)
		}
	}
	for _, k := range call.Kinds() {
		need("public.calls.kind." + k)
		need("public.calls.public." + k)
		need("public.calls.public." + k + ".about")
		need("public.calls.field.title." + k)
	}
	for _, k := range []string{call.Sent, call.Revise, call.Proposed, call.Accepted, call.Declined, call.Withdrawn, call.Erased} {
		need("public.calls.state." + k)
	}
	for _, k := range []string{call.Assigned, call.Free, call.Conflict, call.Done} {
		need("public.calls.review." + k)
	}
	for _, r := range rooms() {
		need(r.title)
		need(r.about)
	}
}

var textKey = regexp.MustCompile(`"(public\.[a-z][a-z0-9._-]*[a-z0-9])"`)

// TestTextKeys: every key the pages ask for is in the catalogue, and the
// catalogue has none of ours that nobody asks for.
func TestTextKeys(t *testing.T) {
	en, asked := book(t).In("en"), map[string]bool{}
	err := fsWalk(".", func(text string) {
		for _, m := range textKey.FindAllStringSubmatch(text, -1) {
			if asked[m[1]] = true; !en.Has(m[1]) {
				t.Errorf("%s has no text", m[1])
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	families := []string{"public.step.", "public.norm.", "public.agg.", "public.impute.", "public.weigh.", "public.flag.", "public.reliability.", "public.treated.",
		"public.process.may.", "public.process.force.", "public.process.from.", "public.kept.", "public.rights.kind.", "public.rights.way.", "public.rule.", "public.confidence.", "public.statistics.kind.", "public.statistics.opened.",
		"public.forum.count.", "public.forum.how.", "public.forum.kind.", "public.forum.mode.", "public.forum.phase.", "public.forum.page.", "public.forum.role.",
		"public.forum.filter.", "public.forum.change.", "public.letter.kind.", "public.visits.fact.", "public.visits.kind.", "public.visits.kinds.", "public.visits.level.", "public.visits.role.", "public.calls.kind.",
		"public.calls.public.", "public.calls.state.", "public.calls.review.", "public.calls.field.title.",
		"public.outcomes.subject.", "public.outcomes.how.", "public.outcomes.kind.", "public.outcomes.remark.", "public.commitments.status.", "public.commitments.about."}
	for _, k := range en.Keys() {
		if !strings.HasPrefix(k, "public.") || asked[k] || slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(k, f) }) {
			continue
		}
		t.Errorf("%s is in the catalogue and nobody asks for it", k)
	}
}

// TestLogical: the stylesheet knows no left and right, and the script fetches
// only from here.
func TestLogical(t *testing.T) {
	css, err := os.ReadFile("asset/portal.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"margin-left", "margin-right", "padding-left", "padding-right", "border-left", "border-right", "text-align:left", "text-align:right", "float:", " left:", " right:", "url("} {
		if strings.Contains(string(css), bad) {
			t.Errorf("the stylesheet says %s", bad)
		}
	}
	js, err := os.ReadFile("asset/portal.js")
	if err != nil || regexp.MustCompile(`https?:|innerHTML|eval\(`).Match(js) {
		t.Errorf("the script reaches outside or writes markup: %v", err)
	}
}

// TestTables: what the pages of comparison, years and weights give away is what
// they show, and no text in it is a formula.
func TestTables(t *testing.T) {
	h := newPortal(t)
	read := func(address string) [][]string {
		t.Helper()
		w := get(t, h, Prefix+"index/"+address)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s: %d %v", address, w.Code, err)
		}
		return rows
	}
	o := releases(t)[0]
	rows := read("demo/compare.csv?unit=FRA&unit=Kenya")
	if len(rows) != 23 || rows[0][3] != "FRA" || rows[0][5] != "KEN" || rows[0][7] != "notice" {
		t.Fatalf("%d rows, %v", len(rows), rows[0])
	}
	if at := o.Result.Column("Index"); rows[1][3] != index.Number(o.Result.Score[at][slices.IndexFunc(o.Result.Rows, func(x rowOf) bool { return x.Code == "FRA" })]) {
		t.Error(rows[1])
	}
	if rows := read("panel/time.csv?unit=FRA&unit=NOR"); len(rows) != 1+2*32 || rows[1][0] != "FRA" || rows[1][2] != "1990" || rows[1][4] == "" {
		t.Errorf("%d rows, %v", len(rows), rows[1])
	}
	rows = read("demo/what-if.csv?w.Justice=60")
	moved := 0
	for _, r := range rows[1:] {
		if r[3] != r[5] {
			moved++
		}
	}
	if len(rows) != 149 || moved < 50 {
		t.Errorf("%d rows, %d moved", len(rows), moved)
	}
	for text, want := range map[string]string{"=1+1": "'=1+1", "@x": "'@x", "-": "'-", "France": "France", "": ""} {
		if got := cell(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	var e ExplainedFile
	if err := json.Unmarshal(get(t, h, Prefix+"index/demo/country/FRA/explain.json").Body.Bytes(), &e); err != nil || e.Explanation.Code != "FRA" || !e.Demonstration || len(e.Explanation.Parts) < 20 {
		t.Errorf("%+v %v", e, err)
	}
	var list struct{ Releases []ReleaseFile }
	if err := json.Unmarshal(get(t, h, Prefix+"index/releases.json").Body.Bytes(), &list); err != nil || len(list.Releases) != 3 || list.Releases[0].Digest != o.Digest.String() {
		t.Errorf("%+v %v", list, err)
	}
}

// TestWorkbook: the workbook holds the results as released, says that it is a
// demonstration, and takes no text for a formula.
func TestWorkbook(t *testing.T) {
	h := newPortal(t)
	w := get(t, h, Prefix+"index/demo/results.xlsx")
	f, err := excelize.OpenReader(w.Body)
	if err != nil || !strings.Contains(w.Header().Get("Content-Disposition"), "demonstration") {
		t.Fatal(err, w.Header())
	}
	about, err := f.GetRows("About")
	if err != nil || !strings.Contains(fmt.Sprint(about), "not the forum's official index") || !strings.Contains(fmt.Sprint(about), "landbridge index verify") {
		t.Errorf("%v %v", about, err)
	}
	rows, err := f.GetRows("results", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	want, err := csv.NewReader(strings.NewReader(string(releases(t)[0].Contents["outputs/results.csv"]))).ReadAll()
	if err != nil || len(rows) != len(want) || len(rows) < 100 {
		t.Fatalf("%d rows, want %d: %v", len(rows), len(want), err)
	}
	for i := range want {
		if !slices.EqualFunc(rows[i], want[i], alike) {
			t.Fatalf("row %d is %v, want %v", i, rows[i], want[i])
		}
	}
	if rows, whole, err := readSome([]byte(strings.Repeat("=1+1,012\n", maxBookRows+5))); whole || err != nil || len(rows) != maxBookRows+1 {
		t.Error(len(rows), whole, err)
	}
	g := excelize.NewFile()
	defer g.Close()
	if err := fill(g, "Sheet1", [][]string{{"=1+1", "012", "12", "-0.5"}}, false); err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]excelize.CellType{"A1": excelize.CellTypeInlineString, "B1": excelize.CellTypeInlineString, "C1": excelize.CellTypeUnset, "D1": excelize.CellTypeUnset} {
		if got, err := g.GetCellType("Sheet1", cell); err != nil || got != want {
			t.Errorf("%s has type %v, %v", cell, got, err)
		}
		if formula, err := g.GetCellFormula("Sheet1", cell); err != nil || formula != "" {
			t.Errorf("%s has the formula %q, %v", cell, formula, err)
		}
	}
}

// alike compares cells: a number to the 15 digits a workbook keeps.
func alike(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return a == b || err1 == nil && err2 == nil && math.Abs(x-y) <= 1e-13*math.Abs(y)
}

// FuzzQuery asks every page of a release with whatever a stranger may write
// into an address: it answers, or refuses with a sentence.
func FuzzQuery(f *testing.F) {
	h := newPortal(f)
	pages := []string{"", "/ranking.csv", "/ranking.json", "/what-if.csv", "/compare.csv", "/map", "/country/FRA", "/compare", "/what-if", "/what-if.json", "/time", "/relations"}
	for _, q := range []string{"by=Justice&sort=name&down=yes", "in=Region_group:x&q=%00%ff", "w.Justice=1e309&unit=FRA", "w.Justice=60&of=Safety", "year=99999999999", "unit=&unit=%F0",
		"x=Homicide&y=Homicide", "lang=ar&view=chart", "peers=Income_group&w.PubOrder=0x1p-2", ";;=&&%zz"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, release := range []string{"demo", "hostile"} {
			for _, p := range pages {
				r := httptest.NewRequest(http.MethodGet, "/", nil)
				r.URL = &url.URL{Path: Prefix + "index/" + release + p, RawQuery: query}
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != http.StatusOK && w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusNotFound {
					t.Errorf("%s?%s: %d", p, query, w.Code)
				}
			}
		}
	})
}

// BenchmarkWhatIf is one move of a slider, from the request to the answer.
func BenchmarkWhatIf(b *testing.B) {
	h := newPortal(b)
	n := 0
	for b.Loop() {
		n++
		if w := get(b, h, fmt.Sprintf("%sindex/demo/what-if.json?unit=FRA&w.Justice=%d", Prefix, 21+n%79)); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}

// BenchmarkProfile is one country's whole page.
func BenchmarkProfile(b *testing.B) {
	h := newPortal(b)
	for b.Loop() {
		if w := get(b, h, Prefix+"index/demo/country/FRA"); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}

// BenchmarkRanking is the ranking of 148 with intervals.
func BenchmarkRanking(b *testing.B) {
	h := newPortal(b)
	for b.Loop() {
		if w := get(b, h, Prefix+"index/demo"); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
