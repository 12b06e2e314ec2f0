package portal

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/notice"
	"landbridge.example/internal/rights"
	"landbridge.example/process"
	"landbridge.example/process/catalogue"
)

// A lawbook is the shipped catalogue, and some numbers as casework counts them.
type lawbook struct{}

func (lawbook) Processes() []*process.Definition { return definitions() }

// definitions reads the catalogue once for all tests.
var definitions = sync.OnceValue(func() (all []*process.Definition) {
	files, err := catalogue.List()
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		d, err := process.Parse(f.Text)
		if err != nil {
			panic(err)
		}
		all = append(all, d)
	}
	return all
})

func (lawbook) Text(ref landbridge.ProcessRef) ([]byte, error) {
	files, err := catalogue.List()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.Ref == ref {
			return f.Text, nil
		}
	}
	return nil, fail.New(fail.Missing, "there is no such process")
}

func (lawbook) Statistics(context.Context) ([]casework.Statistic, error) {
	return []casework.Statistic{{Process: "information-request", Year: 2026, Median: 3, Cells: []casework.Cell{
		{Kind: "opened", Code: "sent", N: 1234}, {Kind: "ground", Code: "not_available", Small: true}, {Kind: "late", Code: "info.normal", N: 11},
		{Kind: "reached", Code: "refused", N: 12}, {Kind: "stopped", Code: "S1", Small: true}}},
		{Process: "gone", Year: 2025, Median: -1, Cells: []casework.Cell{{Kind: "reached", Code: "x", N: 10}}}}, nil
}

// Ask and Look answer as a rights.Desk does; its own tests have a real one, and
// the node's test goes the whole way.
func (lawbook) Ask(_ context.Context, r rights.Request) (*rights.Receipt, error) {
	if r.Kind != rights.Access {
		return nil, fail.New(fail.Invalid, "choose what you ask for")
	}
	return &rights.Receipt{Number: "XF-R-2026-00001", Secret: "SECRETSECRETSECRETSECRET", Due: nowhere()}, nil
}

func (lawbook) Look(_ context.Context, number, _ string) (*rights.Reply, error) {
	if number == "" {
		return nil, fail.New(fail.Missing, "there is no request with this number and secret; check both, or ask again")
	}
	return &rights.Reply{Number: number, Kind: rights.Access, State: rights.Answered, Received: nowhere(), Due: nowhere(), Answered: nowhere(),
		Way: rights.Given, Text: "One <b>request</b>"}, nil
}

// TestRightsPage: a request is taken in with its secret on no address and in no
// cache; what is wrong stands on the page with what was entered.
func TestRightsPage(t *testing.T) {
	h := newPortal(t)
	post := func(path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := post(Prefix+"rights", "kind=access&about=What+is+held")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "SECRETSECRETSECRETSECRET") || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s", w.Code, w.Header())
	}
	w = post(Prefix+"rights", "kind=torture&about=My+own+words+stay")
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "My own words stay") || !strings.Contains(w.Body.String(), "choose") {
		t.Errorf("%d", w.Code)
	}
	w = post(Prefix+"rights/look", "number=XF-R-2026-00001&secret=x")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "One &lt;b&gt;request") || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s", w.Code, w.Header())
	}
	if w = post(Prefix+"rights/look", "number=&secret="); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
}

// TestProcessPage: a process is explained with its picture, its clocks, what
// was proved, and the very file.
func TestProcessPage(t *testing.T) {
	h := newPortal(t)
	page := get(t, h, Prefix+"processes/extradition").Body.String()
	for _, want := range []string{"<svg class=\"states\"", "Extradition", "S5", "sha256:", "proved", "minister"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	arabic := get(t, h, Prefix+"processes/information-request?lang=ar").Body.String()
	if !strings.Contains(arabic, "dir=\"rtl\"") || !strings.Contains(arabic, "<svg") {
		t.Error("the page in Arabic is not from right to left")
	}
	file := get(t, h, Prefix+"processes/extradition.yaml")
	d, err := process.Parse(file.Body.Bytes())
	if err != nil || !strings.Contains(page, d.Ref.Hash.String()) {
		t.Errorf("the file is not the one the page names: %v", err)
	}
	if w := get(t, h, Prefix+"processes/torture"); w.Code != http.StatusNotFound {
		t.Errorf("a process that is not there: %d", w.Code)
	}
	if page := get(t, h, Prefix+"processes/safeguards").Body.String(); strings.Count(page, "<tr>") != 38 {
		t.Errorf("the table of safeguards has %d rows, want 37 and a head", strings.Count(page, "<tr>"))
	}
}

// TestStatisticsPage: small numbers are told nowhere, in no form.
func TestStatisticsPage(t *testing.T) {
	h := newPortal(t)
	page := get(t, h, Prefix+"statistics?lang=en").Body.String()
	for _, want := range []string{"1,234", "fewer than 10", "Half of the decisions came within 3 days", "Information request", "2025"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	table := get(t, h, Prefix+"statistics.csv").Body.String()
	if !strings.Contains(table, "2026,information-request,ground,not_available,fewer than 10,3") {
		t.Errorf("the table: %s", table)
	}
	var all []struct{ Cells []struct{ Number int64 } }
	if err := json.Unmarshal(get(t, h, Prefix+"statistics.json").Body.Bytes(), &all); err != nil || len(all) != 2 {
		t.Fatal(err, all)
	}
	for _, s := range all {
		for _, c := range s.Cells {
			if c.Number > 0 && c.Number < 10 {
				t.Errorf("the small number %d is told", c.Number)
			}
		}
	}
}

// extracts are what one party may show the public.
type extracts struct{}

func (extracts) Extracts(context.Context) ([]notice.Extract, error) {
	day := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	return []notice.Extract{{Number: "XA-2026-0007", Issuer: "XA", Kind: notice.Missing, Text: "Who has seen her?\n<script>", Since: day, Until: day.AddDate(1, 0, 0)}}, nil
}

func (extracts) Lags(context.Context) ([]notice.Lag, error) {
	return []notice.Lag{{Party: "XB", Ordered: 14, InTime: 12, Late: 1, Open: 1, Longest: 51 * time.Hour}}, nil
}

// TestS27NoticesPage: what the public is shown says what it is not, no cache or
// archive is asked to keep it, and everybody sees how quickly parties take out
// what was taken back.
func TestS27NoticesPage(t *testing.T) {
	h := newPortal(t)
	if text := get(t, h, Prefix+"notices.json").Body.String(); !strings.Contains(text, `"longest_seconds": 183600`) || strings.Contains(text, `"longest":`) {
		t.Error(text)
	}
	for _, a := range []string{"notices?lang=en", "notices.json"} {
		w := get(t, h, Prefix+a)
		page := w.Body.String()
		if !strings.Contains(page, "This is not an arrest warrant.") || !strings.Contains(page, "Who has seen her?") || !strings.Contains(page, "XA-2026-0007") || !strings.Contains(page, "14") ||
			!strings.Contains(page, "XB") {
			t.Errorf("%s: %s", a, page)
		}
		if w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("X-Robots-Tag"), "noarchive") {
			t.Errorf("%s may be kept: %v", a, w.Header())
		}
	}
}

// nowhere is a moment for pages that show one.
func nowhere() time.Time { return time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC) }
