package casework

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example/internal/exchange"
	"landbridge.example/process"
)

// TestStory plays the good end: asked, approved, received, acknowledged,
// clarified, answered with two files, used, reported and closed. Both sides
// show the same case at every step.
func TestStory(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a, b := w.nodes["XA"], w.nodes["XB"]
		big := bytes.Repeat([]byte("movement of the account\n"), 60_000) // beyond what a row holds
		id := w.send(t, request(), NewFile{Name: "statement.pdf", Title: "Statement of the victim's bank", Content: strings.NewReader("%PDF canary-file")})
		if got := a.view("officer", id).State; got != "sent" {
			t.Errorf("at XA before delivery: %s", got)
		}
		w.settle(t)
		for _, n := range w.nodes {
			v := n.view("duty", id)
			if v.State != "received" || v.Number != "XA-2026-0001" || v.Title != request().Title {
				t.Fatalf("%s shows %s %q %q", n.party, v.State, v.Number, v.Title)
			}
			if len(v.Clocks) == 0 || v.Clock == nil || v.Clock.Name != "info.urgent.direct" && v.Clock.Name != "info.acknowledge" {
				t.Errorf("%s: clocks %+v", n.party, v.Clocks)
			}
		}
		b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
		b.act("duty", id, "ask", process.Values{"question": process.Text("Which of the two transfers is meant?")})
		w.settle(t)
		v := a.view("officer", id)
		if v.State != "clarification" || v.Question == "" {
			t.Fatalf("XA sees %s, question %q", v.State, v.Question)
		}
		i := slices.IndexFunc(v.Clocks, func(k ClockView) bool { return k.Name == "info.urgent.direct" })
		if i < 0 || v.Clocks[i].Status != "paused" {
			t.Errorf("the clock to answer does not rest: %+v", v.Clocks)
		}
		w.clock.Add(20 * time.Hour) // far beyond 8 h, but the clock rests
		a.act("officer", id, "reply", process.Values{"reply_text": process.Text("The one of 48,500 EUR.")})
		w.settle(t)
		d, err := b.NewDraft(t.Context(), b.people["duty"], NewDraft{Case: id, Transition: "answer", Input: Input{Fields: answer()}})
		must(t, err)
		for name, content := range map[string][]byte{"holder.pdf": []byte("%PDF holder"), "movements.csv": big} {
			_, err := b.Attach(t.Context(), b.people["duty"], d.ID, NewFile{Name: name, Content: bytes.NewReader(content)})
			must(t, err)
		}
		done, err := b.Propose(t.Context(), b.people["duty"], d.ID)
		must(t, err)
		if done.Act.IsZero() {
			t.Fatalf("the answer did not leave: %+v", done)
		}
		w.settle(t)
		v = a.view("officer", id)
		if v.State != "answered" || len(v.Files) != 3 {
			t.Fatalf("XA sees %s with %d files", v.State, len(v.Files))
		}
		for _, f := range v.Files {
			if f.State != "here" && f.State != "sent" {
				t.Fatalf("file %s is %s", f.Name, f.State)
			}
			if f.Name != "movements.csv" {
				continue
			}
			_, r, err := a.OpenFile(t.Context(), a.people["officer"], Reading{Case: id}, f.ID)
			must(t, err)
			got, err := io.ReadAll(r)
			r.Close()
			if err != nil || !bytes.Equal(got, big) {
				t.Errorf("movements.csv: %d bytes, %v", len(got), err)
			}
		}
		a.act("officer", id, "report_outcome", process.Values{"outcome_use": process.Text("as_stated"), "outcome_helped": process.Text("decisive"), "outcome_text": process.Text("Account frozen by the court there."),
			"outcome_harm": process.Text("no"), "used_as_evidence": process.Text("no"), "exculpatory_found": process.Text("no")})
		a.act("officer", id, "close", nil)
		w.settle(t)
		va, vb := a.view("officer", id), b.view("duty", id)
		if va.State != "closed" || vb.State != "closed" || !va.Ended || len(va.Timeline) != len(vb.Timeline) {
			t.Errorf("XA %s (%d acts), XB %s (%d acts)", va.State, len(va.Timeline), vb.State, len(vb.Timeline))
		}
		for _, act := range va.Timeline {
			if !act.Applied {
				t.Errorf("%s had no effect: %+v", act.Transition, act.Why)
			}
		}
		opening := va.Timeline[len(va.Timeline)-1]
		if there := vb.Timeline[len(vb.Timeline)-1]; opening.Digest != there.Digest || opening.Digest.IsZero() {
			t.Errorf("the screens show %s and %s", opening.Digest, there.Digest)
		}
		if len(opening.Approvals) != 1 || !opening.Approvals[0].Valid || opening.Approvals[0].Name == "" {
			t.Errorf("approvals of the request: %+v", opening.Approvals)
		}
		if r := a.bag.rungs[opening.ID]; !slices.Contains(r, exchange.Acknowledged) || !slices.Contains(r, exchange.Decided) {
			t.Errorf("the ladder of the request: %v", r)
		}
		if !b.bag.retrieved[opening.ID] {
			t.Error("XB opened the request and its sender was not told")
		}
	})
}
