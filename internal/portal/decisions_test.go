package portal

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/pace"
)

// decided are an outcome by vote with a reservation and a translation, and
// commitments in every state, with hostile texts.
type decided struct{}

func (decided) file() *decision.File {
	text := &kernel.Text{ID: "declaration", Language: "en", Title: "Declaration <em>x", Paragraphs: []kernel.Paragraph{{ID: "h", Body: "Preamble <script>"}, {ID: "p1", Level: 1, Body: "They answer."}}}
	m := &kernel.Matter{ID: conferenceID(1), Keeper: "XF", Subject: kernel.AboutOutcome, Title: "Declaration <em>x", Text: text.Digest(), Session: "2026.main", Method: kernel.Vote,
		Opens: conferenceDay().Add(-2 * time.Hour), Closes: conferenceDay().Add(-time.Hour), Delegations: []landbridge.PartyID{"XA", "XB"}, Quorum: 1,
		Majority: kernel.Majority{More: true, Num: 1, Den: 2, Of: kernel.OfCast}}
	act := func(n int, kind string, p landbridge.PartyID, after time.Duration) *kernel.Act {
		return &kernel.Act{ID: conferenceID(n), Kind: kind, Party: p, Made: m.Opens.Add(after), Matter: m.Digest(), Text: m.Text}
	}
	yes, no, reserved := act(2, kernel.Voted, "XA", time.Minute), act(3, kernel.Voted, "XB", time.Minute), act(4, kernel.Reserved, "XB", time.Minute)
	yes.Choice, no.Choice, reserved.Note, reserved.Paragraphs = kernel.Yes, kernel.Abstain, "As far as <b>notice allows", []string{"p1", "h"}
	closed := act(5, kernel.Closed, "XF", time.Hour)
	closed.Text, closed.Acts = landbridge.Digest{}, []landbridge.Digest{yes.Digest(), no.Digest()}
	if string(closed.Acts[0][:]) > string(closed.Acts[1][:]) {
		closed.Acts[0], closed.Acts[1] = closed.Acts[1], closed.Acts[0]
	}
	r := kernel.Fold(m, []*kernel.Act{yes, no, reserved, closed})
	o, err := kernel.OutcomeOf(r)
	if err != nil {
		panic(err)
	}
	signed := act(6, kernel.Subscribed, "XA", 2*time.Hour)
	return &decision.File{Result: r, Digest: m.Digest(), Text: text, Outcome: o, Signers: map[landbridge.PartyID]*kernel.Act{"XA": signed}}
}

func (d decided) Outcomes(context.Context) ([]*decision.File, error) {
	return []*decision.File{d.file()}, nil
}

func (d decided) Outcome(_ context.Context, x landbridge.Digest) (*decision.File, error) {
	if f := d.file(); f.Digest == x {
		return f, nil
	}
	return nil, fail.New(fail.Missing, "there is no such outcome")
}

func (d decided) Translations(_ context.Context, f *decision.File) (map[string]kernel.Translation, error) {
	t := &kernel.Text{ID: "declaration", Language: "ar", Title: "إعلان", Original: f.Text.Digest(), Paragraphs: []kernel.Paragraph{{ID: "h", Body: "مقدمة"}, {ID: "p1", Level: 1, Body: "يجيبون"}}}
	return map[string]kernel.Translation{"ar": {By: "XA", Text: t}}, nil
}

func (d decided) Bundle(_ context.Context, x landbridge.Digest) ([]byte, error) {
	return []byte(`{"format":"` + decision.BundleFormat + `"}`), nil
}

func (d decided) Commitments(context.Context) ([]*kernel.Commitment, error) {
	var all []*kernel.Commitment
	for i, x := range []struct{ due, state, day string }{{"2026-12-31", "", ""}, {"2026-06-30", "", ""}, {"2026-05-31", kernel.Kept, "2026-05-01"}, {"2026-03-31", kernel.Kept, "2026-05-01"},
		{"2026-02-28", kernel.Abandon, "2026-02-01"}} {
		c := &kernel.Commitment{Act: landbridge.Sum([]byte{byte(i)}), Party: "XA", At: time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC), Promise: &kernel.Promise{Title: "Train <t>", What: "Two\ncourses <u>CC",
			Due: x.due, Indicator: "officers <s>", Target: "40", Session: "2025", Milestones: []kernel.Milestone{{ID: "half", Due: "2026-01-31", Title: "Half <m>"}}}}
		if x.state != "" {
			r := &kernel.Report{State: x.state, Day: x.day, Value: "44", Text: "Said <i>1", Evidence: []kernel.Evidence{{Ref: "https://xa.example/report", Title: "Report <a>"}}}
			c.Reports = append(c.Reports, kernel.Given{Report: r, At: c.At.Add(time.Hour)})
		}
		all = append(all, c)
	}
	all[0].Matter = d.file().Digest
	return all, nil
}

// decisionAddresses are the pages of outcomes and commitments.
func decisionAddresses() []string {
	d := decided{}.file().Digest.String()
	return []string{outcomesPath, outcomesPath + d, outcomesPath + d + "?in=ar", outcomesPath + "history", commitmentsPath, commitmentsPath + "?year=2025", commitmentsPath + "?year=2026",
		commitmentsPath + landbridge.Sum([]byte{0}).String(), commitmentsPath + landbridge.Sum([]byte{4}).String()}
}

// TestFollowUp: the page of a year says what is kept, late and dropped and why,
// and nothing of a matter that was not adopted is given out.
func TestFollowUp(t *testing.T) {
	h := newPortal(t)
	page := get(t, h, commitmentsPath+"?year=2026", "Accept-Language", "en").Body.String()
	for _, want := range []string{"Follow-up 2026", ">kept late<", ">late<", ">dropped<", ">running<", "44 · Said &lt;i&gt;1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the follow-up does not say %q", want)
		}
	}
	for address, want := range map[string]int{commitmentsPath + "?year=1999": 404, outcomesPath + strings.Repeat("0", 64): 404, outcomesPath + "x": 404, commitmentsPath + strings.Repeat("0", 64): 404} {
		if got := get(t, h, address).Code; got != want {
			t.Errorf("%s: %d, want %d", address, got, want)
		}
	}
	var list struct {
		Commitments []commitmentJSON `json:"commitments"`
	}
	if err := json.Unmarshal(get(t, h, commitmentsPath+"commitments.json").Body.Bytes(), &list); err != nil || len(list.Commitments) != 5 || list.Commitments[4].Status != kernel.Abandon {
		t.Errorf("%+v %v", list, err)
	}
	var out struct {
		Outcomes []outcomeJSON `json:"outcomes"`
	}
	if err := json.Unmarshal(get(t, h, outcomesPath+"outcomes.json").Body.Bytes(), &out); err != nil || len(out.Outcomes) != 1 || len(out.Outcomes[0].Signed) != 1 {
		t.Errorf("%+v %v", out, err)
	}
	file := get(t, h, outcomesPath+decided{}.file().Digest.String()+"/proof.decision")
	if !strings.Contains(file.Header().Get("Content-Disposition"), ".decision") || file.Code != 200 {
		t.Error(file.Header())
	}
}

// TestProofPace: a proof is work, so one address gets only so many in a minute;
// the page itself stays open.
func TestProofPace(t *testing.T) {
	h := newPortal(t)
	page := outcomesPath + decided{}.file().Digest.String()
	for i := range pace.FilesPerMinute {
		if got := get(t, h, page+"/proof.decision").Code; got != 200 {
			t.Fatalf("proof %d: %d", i+1, got)
		}
	}
	if proof, read := get(t, h, page+"/proof.decision").Code, get(t, h, page).Code; proof != 503 || read != 200 {
		t.Errorf("one more: %d and %d, want 503 and 200", proof, read)
	}
}

// TestDecisionWords: every word a decision can hold has a text.
func TestDecisionWords(t *testing.T) {
	en := book(t).In(lang.Fallback)
	for prefix, all := range map[string][]string{"outcomes.subject.": kernel.Subjects(), "outcomes.how.": kernel.Methods(), "outcomes.kind.": decision.PastKinds(),
		"outcomes.remark.":    {kernel.Reserved, kernel.Dissented, kernel.Explained},
		"commitments.status.": {kernel.Running, kernel.Kept, kernel.KeptLate, kernel.Late, kernel.Abandon}, "commitments.about.": {kernel.Running, kernel.Kept, kernel.KeptLate, kernel.Late, kernel.Abandon}} {
		for _, x := range all {
			if !en.Has("public." + prefix + x) {
				t.Errorf("public.%s%s has no text", prefix, x)
			}
		}
	}
}
