package call

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

var (
	samplePDF = []byte("%PDF-1.7\n1 0 obj\n<</Author (Mara Ilven)>>\nendobj\n%%EOF\n")
	everyone  = []byte("Ilven")
)

// TestOneTimeCode: an invitation opens once, says so the second time, and its
// code is not the secret with which a reviewer works.
func TestOneTimeCode(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Paper)
		id, code, err := d.AddReviewer(ctx, chair, call, Reviewer{Name: "Ela Brand", Organisation: "Port Academy", Email: "e@port.example"})
		must(t, err)
		_, err = d.Tasks(ctx, code)
		refused(t, err, fail.Missing, "no reviewer")
		secret, err := d.Accept(ctx, strings.ToLower(code))
		must(t, err)
		_, err = d.Accept(ctx, code)
		refused(t, err, fail.Conflict, "opens only once; if that was not you, tell the secretariat")
		_, err = d.Accept(ctx, "AAAA")
		refused(t, err, fail.Missing, "no invitation")
		_, err = d.Tasks(ctx, secret)
		must(t, err)
		all, err := d.Reviewers(ctx, chair, call)
		must(t, err)
		if len(all) != 1 || all[0].ID != id || all[0].Name != "Ela Brand" || !all[0].Came.Equal(start) {
			t.Errorf("%+v", all)
		}
		_, err = d.Reviewers(ctx, police, call)
		refused(t, err, fail.Denied, "secretariat")
	})
}

// TestRemoveReviewer: who is removed opens nothing any more and is erased; what
// they judged stays or is discarded, as it was said.
func TestRemoveReviewer(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Paper)
		_, err := d.Submit(ctx, call, paper, authors)
		must(t, err)
		entry := d.only(call).ID
		secrets := d.judged(call, entry, 9, 5)
		all, err := d.Reviewers(ctx, chair, call)
		must(t, err)
		keep, drop := all[0].ID, all[1].ID
		refused(t, d.RemoveReviewer(ctx, police, keep, false), fail.Denied, "secretariat")
		must(t, d.RemoveReviewer(ctx, chair, keep, false))
		if s := d.only(call); s.Count != 2 {
			t.Errorf("%d reviews count after a removal that keeps them", s.Count)
		}
		must(t, d.RemoveReviewer(ctx, chair, drop, true))
		if s := d.only(call); s.Count != 1 {
			t.Errorf("%d reviews count after one was discarded", s.Count)
		}
		refused(t, d.RemoveReviewer(ctx, chair, drop, true), fail.Missing, "already")
		for _, x := range secrets {
			_, err := d.Tasks(ctx, x)
			refused(t, err, fail.Missing, "no reviewer")
		}
		refused(t, d.Decide(ctx, chair, entry, Accepted, ""), fail.Conflict, "promises 2")
		x, err := d.Show(ctx, chair, entry)
		must(t, err)
		if len(x.Reviews) != 1 || x.Reviews[0].Name != "" || len(x.Panel) != 0 {
			t.Errorf("%+v", x.Reviews)
		}
	})
}

// TestShow: a list holds no long text; an entry that is opened does, with who
// stands too near to it.
func TestShow(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Paper)
		_, err := d.Submit(ctx, call, paper, authors)
		must(t, err)
		d.reviewer(call, "Near", "azur UNIVERSITY")
		far, _ := d.reviewer(call, "Far", "Elsewhere")
		s := d.only(call)
		if s.Content.Text != "" || s.Content.Title != paper.Title || s.Content.Abstract != paper.Abstract {
			t.Errorf("the list opens %+v", s.Content)
		}
		must(t, d.Assign(ctx, chair, s.ID, far))
		x, err := d.Show(ctx, chair, s.ID)
		must(t, err)
		if x.Content.Text != paper.Text || len(x.Panel) != 2 || x.Panel[0].Near || !x.Panel[1].Near || x.Panel[0].State != Assigned || x.Reviews[0].Name != "Far" {
			t.Errorf("%+v", x)
		}
		_, err = d.Show(ctx, police, s.ID)
		refused(t, err, fail.Denied, "secretariat")
		var long []byte
		must(t, d.db.QueryRow(ctx, `SELECT long FROM call_entry WHERE id = $1`, s.ID).Scan(&long))
		if len(long) == 0 || bytes.Contains(long, []byte(paper.Text)) {
			t.Error("the text does not lie sealed")
		}
	})
}

// TestPaperFile: a PDF rests sealed, reaches no reviewer of an anonymous call,
// becomes public with the paper, and goes when it is replaced, retracted or erased.
func TestPaperFile(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(Paper)
		r, err := d.Submit(ctx, call, paper, authors)
		must(t, err)
		for words, data := range map[string][]byte{
			"not a whole PDF": []byte("<html>"), "runs programs": []byte("%PDF-1.7 /JavaScript (x) %%EOF"),
		} {
			refused(t, d.SetFile(ctx, r.Secret, data), fail.Invalid, words)
		}
		refused(t, d.SetFile(ctx, r.Secret, append(bytes.Repeat([]byte("%PDF-"), MaxFile/5), "more%%EOF"...)), fail.TooLarge, "at most 10 MiB")
		refused(t, d.SetFile(ctx, "AAAA", samplePDF), fail.Missing, "secret")
		must(t, d.SetFile(ctx, r.Secret, samplePDF))
		must(t, d.SetFile(ctx, r.Secret, samplePDF)) // in the place of the first
		if n, open := d.lying(t); n != 1 || open {
			t.Errorf("%d files lie there, open: %v", n, open)
		}
		entry := d.only(call)
		if entry.File != int64(len(samplePDF)) {
			t.Errorf("%d bytes", entry.File)
		}
		secrets := d.judged(call, entry.ID, 8, 8)
		e, err := d.Read(ctx, secrets[0], entry.ID)
		must(t, err)
		_, err = d.ReviewFile(ctx, secrets[0], entry.ID)
		refused(t, err, fail.Denied, "without names")
		if e.File != 0 {
			t.Error("a reviewer is told of a file they may not see")
		}
		_, err = d.PublishedFile(ctx, entry.ID)
		refused(t, err, fail.Missing, "no file")
		b, err := d.File(ctx, chair, entry.ID)
		must(t, err)
		if !bytes.Equal(b, samplePDF) {
			t.Error("the file came back as another")
		}
		_, err = d.File(ctx, police, entry.ID)
		refused(t, err, fail.Denied, "secretariat")
		must(t, d.Decide(ctx, chair, entry.ID, Accepted, ""))
		refused(t, d.SetFile(ctx, r.Secret, samplePDF), fail.Expired, "no longer")
		_, err = d.Publish(ctx, chair, call)
		must(t, err)
		if b, err = d.PublishedFile(ctx, entry.ID); err != nil || !bytes.Equal(b, samplePDF) {
			t.Errorf("the public file: %v", err)
		}
		x, _, err := d.Look(ctx, r.Secret)
		must(t, err)
		if !x.Published.Equal(start) || !x.Decision.At.Equal(start) {
			t.Errorf("the author is told %v, %v", x.Published, x.Decision.At)
		}
		d.now = start.AddDate(0, 7, 90)
		must(t, d.Sweep(ctx))
		if n, open := d.lying(t); n != 1 || !open { // the published one stays
			t.Errorf("after the sweep %d files lie there, open: %v", n, open)
		}
		must(t, d.Retract(ctx, chair, entry.ID))
		if n, _ := d.lying(t); n != 0 {
			t.Errorf("after the retraction %d files lie there", n)
		}
	})
}

// lying counts the files of the store, and says whether any of them is open.
func (d *desk) lying(t *testing.T) (n int, open bool) {
	t.Helper()
	must(t, filepath.WalkDir(d.blobs, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		n, open = n+1, open || bytes.Contains(b, everyone)
		return err
	}))
	return n, open
}

// TestCSVIsHarmless: what a stranger wrote runs in no spreadsheet.
func TestCSVIsHarmless(t *testing.T) {
	e := &Entry{Number: 7, State: Sent, Content: Content{Title: "=HYPERLINK(\"http://x.example\")", Abstract: "\u200b \t@SUM(1)\nline", Keywords: []string{"+1"}},
		Authors: []Author{{"-2+3", "|calc", "a@x.example"}}}
	b, err := CSV(nil, []Standing{{Entry: e}})
	must(t, err)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
	must(t, err)
	want := []string{"7", "sent", "'=HYPERLINK(\"http://x.example\")", "'-2+3", "'|calc", "a@x.example", "'+1"}
	for i, w := range want {
		if rows[1][i] != w {
			t.Errorf("%s is %q", rows[0][i], rows[1][i])
		}
	}
	if last := rows[1][len(rows[1])-1]; last != "'@SUM(1) line" {
		t.Errorf("summary is %q", last)
	}
}

// TestBadPlan: what is not a plan is refused with its row.
func TestBadPlan(t *testing.T) {
	for text, words := range map[string]string{
		"A1,1,0,0,300":                           "row 1",
		"code,hall,left,top,width,depth\nA1,1,x": "row 2",
		"A1,1,0,0,300,3e2":                       "centimetres",
		"A1,1,-5,0,300,300":                      "at least 50",
	} {
		_, err := ParsePlan(text)
		refused(t, err, fail.Invalid, words)
	}
	_, err := ParsePlan(strings.Repeat("A1,1,0,0,300,300\n", MaxStands+1))
	refused(t, err, fail.TooLarge, "at most")
	all, err := ParsePlan("\ufeffCode, Hall, Left, Top, Width, Depth\n# a note\n\n\"A, 1\", Hall 1, 0, 10, 300, 400\n")
	must(t, err)
	if len(all) != 1 || all[0] != (Stand{Code: "A, 1", Hall: "Hall 1", Top: 10, Wide: 300, Deep: 400}) {
		t.Errorf("%+v", all)
	}
}

// BenchmarkList1000 lists a call of a thousand papers with two reviews each.
func BenchmarkList1000(b *testing.B) {
	d := benchDesk(b)
	for b.Loop() {
		all, err := d.List(b.Context(), chair, d.call)
		if err != nil || len(all) != 1000 {
			b.Fatal(len(all), err)
		}
	}
}

// BenchmarkShow opens one of a thousand papers.
func BenchmarkShow(b *testing.B) {
	d := benchDesk(b)
	for b.Loop() {
		if _, err := d.Show(b.Context(), chair, d.first); err != nil {
			b.Fatal(err)
		}
	}
}

type thousand struct {
	*Desk
	call, first landbridge.ID
}

func benchDesk(b *testing.B) *thousand {
	b.Helper()
	ctx := b.Context()
	d := &thousand{Desk: newBenchDesk(b)}
	call, err := d.Open(ctx, chair, Call{Edition: "2026", Kind: Paper, Title: "x", Text: "y", Closes: start.AddDate(0, 1, 0), Ends: start.AddDate(0, 2, 0), KeepDays: 1,
		Anonymous: true, MinReviews: 2, Criteria: []Criterion{{"Quality", 1}}})
	must(b, err)
	d.call = call
	var readers []landbridge.ID
	var secrets []string
	for i := range 2 {
		id, code, err := d.AddReviewer(ctx, chair, call, Reviewer{Name: fmt.Sprint("Reader ", i), Organisation: "Far", Email: "r@far.example"})
		must(b, err)
		secret, err := d.Accept(ctx, code)
		must(b, err)
		readers, secrets = append(readers, id), append(secrets, secret)
	}
	long := strings.Repeat("A sentence of a paper that says little. ", 1000) // 40 kB
	for i := range 1000 {
		r, err := d.Submit(ctx, call, Content{Title: fmt.Sprint("Paper ", i), Abstract: strings.Repeat("Summary. ", 150), Text: long}, authors)
		must(b, err)
		e, _, err := d.Look(ctx, r.Secret)
		must(b, err)
		if i == 0 {
			d.first = e.ID
		}
		for k := range readers {
			must(b, d.Assign(ctx, chair, e.ID, readers[k]))
			must(b, d.Declare(ctx, secrets[k], e.ID, false))
			must(b, d.Judge(ctx, secrets[k], e.ID, Review{Scores: map[string]int{"Quality": i % 11}, Comment: "Some words."}))
		}
	}
	return d
}

// TestWishesStay: what an organiser asks of the secretariat is not published
// with the side event.
func TestWishesStay(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		call := d.open(SideEvent)
		x := Content{Title: "Rails at night", Abstract: "A talk.", Event: &Event{Format: "site", Minutes: 60, Seats: 40, Wishes: "Not on Tuesday; our speaker is in hospital"}}
		r, err := d.Submit(ctx, call, x, authors)
		must(t, err)
		entry := d.only(call).ID
		must(t, d.Decide(ctx, chair, entry, Accepted, ""))
		_, err = d.Publish(ctx, chair, call)
		must(t, err)
		p, err := d.Publication(ctx, entry)
		must(t, err)
		if p.Content.Event == nil || p.Content.Event.Seats != 40 || p.Content.Event.Wishes != "" {
			t.Errorf("the public reads %+v", p.Content.Event)
		}
		if e, _, err := d.Look(ctx, r.Secret); err != nil || e.Content.Event.Wishes == "" {
			t.Errorf("the organiser reads %+v, %v", e, err)
		}
	})
}
