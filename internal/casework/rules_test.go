package casework

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/process"
)

func sqliteWorld(t *testing.T) *world { return newWorld(t, openSQLite(t)) }

// TestS1StoppedBeforeItLeaves checks the second request of the story: a political
// offence code stops it, the attempt is a fact, nothing was sent, and the desk
// says what to do.
func TestS1StoppedBeforeItLeaves(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a := w.nodes["XA"]
		in := request().with("offences", process.Value{Rows: []process.Row{{"code": "insult_of_officials", "national_provision": "s. 301", "max_penalty": "3y"}}})
		d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: in})
		must(t, err)
		done, err := a.Propose(t.Context(), a.people["officer"], d.ID)
		must(t, err)
		if done.Stopped == nil || done.Stopped.Rule != "S1" || done.Stopped.Entry == 0 || done.Stopped.Advice.English == "" || !done.Act.IsZero() || done.Proposal != "" {
			t.Fatalf("%+v", done)
		}
		if out := a.take(); len(out) != 0 {
			t.Errorf("%d envelopes left", len(out))
		}
		if f := a.facts(d.Case); !slices.Contains(f, factStopped) {
			t.Errorf("facts: %v", f)
		}
		v := a.view("officer", d.Case)
		if v.Stopped == nil || v.Stopped.Rule != "S1" {
			t.Errorf("the case page does not show the stop: %+v", v.Stopped)
		}
		desk, err := a.Desk(t.Context(), a.people["officer"])
		must(t, err)
		if !slices.ContainsFunc(desk.Items, func(i DeskItem) bool { return i.Kind == "stopped" && i.Draft == d.ID }) {
			t.Errorf("the desk does not say it: %+v", desk.Items)
		}
		// Put right, it leaves.
		_, err = a.SaveDraft(t.Context(), a.people["officer"], d.ID, 0, request())
		must(t, err)
		done, err = a.Propose(t.Context(), a.people["officer"], d.ID)
		must(t, err)
		if done.Proposal == "" {
			t.Errorf("%+v", done)
		}
	})
}

// TestS3NoProfileNoCase checks that nothing begins with a party that publishes no
// requirements for the process.
func TestS3NoProfileNoCase(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	_, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XC", Input: request()})
	refused(t, err, fail.Conflict, "legal basis")
	_, err = a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XZ", Input: request()})
	refused(t, err, fail.Missing, "XZ")
	_, err = a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XA", Input: request()})
	refused(t, err, fail.Invalid, "another party")
	_, err = a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "torture-request", To: "XB", Input: request()})
	refused(t, err, fail.Invalid, "no process")
}

// TestS26EmergencyNeedsNoProfile: where a life is in danger one person may ask a
// party that publishes nothing, and no second signature is waited for. The same
// party is not asked for anything else.
func TestS26EmergencyNeedsNoProfile(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	call := Input{Title: "Child in danger", Handling: "TLP:AMBER PAP:GREEN", Fields: process.Values{
		"sending_authority":      {Rows: []process.Row{{"name": "Azuria Police, duty desk", "function": "officer on duty", "contact": "+999 0000 112"}}},
		"purpose":                process.Text("protect_life"),
		"emergency_why":          process.Text("The caller heard shots and a child crying; the phone went silent at 02:41."),
		"who_at_risk":            process.Text("A child of about six."),
		"minimum_asked":          process.Text("The address the telephone is registered at."),
		"call_back":              process.Text("+999 0000 112"),
		"death_penalty_possible": process.Text("no"),
		"neutrality_declaration": process.Text("yes"),
		"language":               process.Text("en"),
		"retention_until":        process.Text("2027-05-22"),
	}}
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "hotline-emergency", To: "XC", Input: call})
	must(t, err)
	done, err := a.Propose(t.Context(), a.people["officer"], d.ID)
	must(t, err)
	if done.Act.IsZero() || len(done.Needs) > 0 || done.Stopped != nil {
		t.Errorf("the call has not left at once: %+v", done)
	}
	_, err = a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "data-preservation", To: "XC"})
	refused(t, err, fail.Conflict, "legal basis")
}

// TestS3Purpose checks that a case is read for the purpose it was given for, and
// for no other.
func TestS3Purpose(t *testing.T) {
	w := sqliteWorld(t)
	id := w.send(t, request())
	w.settle(t)
	for _, n := range w.nodes {
		_, err := n.Case(t.Context(), n.people["officer"], Reading{Case: id, Purpose: handling.Prosecution})
		refused(t, err, fail.Denied, "another purpose")
		if _, err := n.Case(t.Context(), n.people["officer"], Reading{Case: id, Purpose: handling.Investigation}); err != nil {
			t.Error(err)
		}
	}
}

// TestS4BulkNeedsTheOfficer checks eleven persons: the data-protection officer
// has to sign beside the supervisor, and the recipient's own bound stands.
func TestS4BulkNeedsTheOfficer(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	person := process.Row{"category": "suspect", "family_name": "Invented", "minor": "no", "protected_function": "no", "reason": "received the money", "assertion": "assessment", "grade": "B2"}
	persons := func(n int) Input {
		rows := make([]process.Row, n)
		for i := range rows {
			rows[i] = person
		}
		return request().with("persons", process.Value{Rows: rows})
	}
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: persons(11)})
	must(t, err)
	done, err := a.Propose(t.Context(), a.people["officer"], d.ID)
	must(t, err)
	if len(done.Needs) != 2 {
		t.Fatalf("needs %+v", done.Needs)
	}
	done, err = a.Approve(t.Context(), a.people["supervisor"], done.Proposal, landbridge.Supervisor, a.assertion("supervisor", done.Digest))
	must(t, err)
	if !done.Act.IsZero() || len(done.Needs) != 1 {
		t.Fatalf("after the supervisor alone: %+v", done)
	}
	done, err = a.Approve(t.Context(), a.people["dpo"], done.Proposal, landbridge.DataProtection, a.assertion("dpo", done.Digest))
	must(t, err)
	if done.Act.IsZero() {
		t.Fatalf("after both: %+v", done)
	}
	w.settle(t)
	if v := w.nodes["XB"].view("duty", d.Case); v.State != "received" || len(v.Timeline[len(v.Timeline)-1].Approvals) != 2 {
		t.Errorf("at XB: %s", v.State)
	}
	d, err = a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: persons(13)})
	must(t, err)
	_, err = a.Propose(t.Context(), a.people["officer"], d.ID)
	refused(t, err, fail.Invalid, "at most 12 persons")
}

// TestS6NothingLeaves checks that a fact only XB knows closes its answer, leaves
// the generic ground, and appears in no byte that XA holds.
func TestS6NothingLeaves(t *testing.T) {
	w := sqliteWorld(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
	must(t, b.Bar(t.Context(), b.people["supervisor"], id, "asylum-canary: protected here since 2024"))
	refused(t, b.Bar(t.Context(), b.people["duty"], id, "x y z"), fail.Denied, "supervisor")
	_, err := b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "answer", Input: Input{Fields: answer()}})
	refused(t, err, fail.Conflict, "S6")
	done, err := b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "refuse", Input: Input{Ground: "rights_or_essential_interests", Reason: "Essential interests.",
		Fields: process.Values{"consultation": process.Text("not_possible")}}})
	must(t, err)
	if done.Act.IsZero() {
		t.Fatal("not refused")
	}
	w.settle(t)
	v := a.view("officer", id)
	if v.State != "refused" || v.Refusal == nil || v.Refusal.Ground.Code != "rights_or_essential_interests" || v.Refusal.By.Party != "XB" {
		t.Fatalf("XA sees %s %+v", v.State, v.Refusal)
	}
	whole, err := json.Marshal(v)
	must(t, err)
	f, err := a.whole(a.reading(t.Context()), id)
	must(t, err)
	for _, act := range f.acts {
		whole = append(whole, act.Text...)
	}
	if bytes.Contains(bytes.ToLower(whole), []byte("asylum")) {
		t.Error("the private fact reached XA")
	}
	notInFiles(t, b, "asylum-canary")
	if v := b.view("duty", id); !strings.Contains(fmt.Sprint(v.Facts), factBarred) {
		t.Error("noting it is no fact")
	}
}

// TestRefusal checks the third request of the story: refused with a coded ground
// that the requester sees as a value.
func TestRefusal(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a, b := w.nodes["XA"], w.nodes["XB"]
		id := w.send(t, request())
		w.settle(t)
		_, err := b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "refuse", Input: Input{Reason: "No.", Fields: process.Values{"consultation": process.Text("not_useful")}}})
		refused(t, err, fail.Invalid, "ground")
		_, err = b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "refuse", Input: Input{Ground: "disproportionate", Fields: process.Values{"consultation": process.Text("not_useful")}}})
		refused(t, err, fail.Invalid, "reason")
		_, err = b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "refuse", Input: Input{Ground: "disproportionate", Reason: "Twelve years of movements are asked for one transfer.", Fields: process.Values{"consultation": process.Text("not_useful")}}})
		must(t, err)
		w.settle(t)
		v := a.view("officer", id)
		if v.State != "refused" || v.Refusal == nil || v.Refusal.Ground.Label == "" || !strings.HasPrefix(v.Refusal.Reason, "Twelve") {
			t.Errorf("XA sees %s %+v", v.State, v.Refusal)
		}
		if !slices.ContainsFunc(v.Open, func(o OpenAct) bool { return o.Transition.Name == "close" }) {
			t.Errorf("closing is not open: %+v", v.Closed)
		}
		if v.Steps != v.Step {
			t.Errorf("a refused case has a way ahead: step %d of %d", v.Step, v.Steps)
		}
	})
}

// TestS7Assurance checks that an answer stays closed until an assurance given by
// a central authority was accepted by a judge.
func TestS7Assurance(t *testing.T) {
	w := sqliteWorld(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	id := w.send(t, request().with("death_penalty_possible", process.Text("unknown")))
	w.settle(t)
	b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
	_, err := b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "answer", Input: Input{Fields: answer()}})
	refused(t, err, fail.Conflict, "S7")
	w.settle(t)
	_, err = a.Act(t.Context(), a.people["officer"], ActInput{Case: id, Transition: "give_assurance"})
	refused(t, err, fail.Denied, "central_authority")
	a.act("central", id, "give_assurance", process.Values{"assurance_kind": process.Text("no_use_capital"), "assurance_text": process.Text("It will not be used so."), "assurance_giver": process.Text("Minister of Justice")})
	w.settle(t)
	b.act("judge", id, "accept_assurance", process.Values{"assurance_review": process.Text("Given by the minister, who can bind the courts' administration.")})
	b.act("duty", id, "answer", answer())
	w.settle(t)
	if v := a.view("officer", id); v.State != "answered" {
		t.Errorf("XA sees %s", v.State)
	}
}

// TestS14MinorNeedsTheOfficer checks an answer about a minor.
func TestS14MinorNeedsTheOfficer(t *testing.T) {
	w := sqliteWorld(t)
	b := w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
	fields := answer()
	fields["special_data_in_answer"] = process.Text("yes")
	done := b.act("duty", id, "answer", fields)
	if done.Proposal == "" || len(done.Needs) != 1 || done.Needs[0].Roles[0] != landbridge.DataProtection {
		t.Fatalf("%+v", done)
	}
	_, err := b.Approve(t.Context(), b.people["supervisor"], done.Proposal, landbridge.Supervisor, b.assertion("supervisor", done.Digest))
	refused(t, err, fail.Denied, "S21")
	done, err = b.Approve(t.Context(), b.people["dpo"], done.Proposal, landbridge.DataProtection, b.assertion("dpo", done.Digest))
	must(t, err)
	if done.Act.IsZero() {
		t.Errorf("%+v", done)
	}
}

// TestS16EvidenceUse checks the round trip: asked, consented with four eyes, and
// only then reported as used.
func TestS16EvidenceUse(t *testing.T) {
	w := sqliteWorld(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
	given := b.act("duty", id, "answer", answer())
	w.settle(t)
	report := process.Values{"outcome_use": process.Text("as_stated"), "outcome_helped": process.Text("decisive"), "outcome_text": process.Text("Shown to the court."),
		"outcome_harm": process.Text("no"), "used_as_evidence": process.Text("yes"), "exculpatory_found": process.Text("no")}
	_, err := a.Act(t.Context(), a.people["officer"], ActInput{Case: id, Transition: "report_outcome", Input: Input{Fields: report}})
	refused(t, err, fail.Invalid, "S16")
	a.act("officer", id, "ask_evidence_use", process.Values{"evidence_object": process.Text(given.Act.String()), "evidence_purpose": process.Text("prosecution"), "evidence_proceedings": process.Text("Court of Azuria, 12 K 1/26")})
	w.settle(t)
	desk, err := b.Desk(t.Context(), b.people["duty"])
	must(t, err)
	if !slices.ContainsFunc(desk.Items, func(i DeskItem) bool { return i.Case.ID == id && strings.Contains(i.Waits.Key, "grant_evidence_use") }) {
		t.Errorf("XB's desk does not show the question: %+v", desk.Items)
	}
	may := func(act landbridge.Digest, action handling.Action, purpose handling.Purpose) string {
		d, err := a.MayUse(t.Context(), a.people["officer"], Use{Case: id, Act: act, Action: action, Purpose: purpose, To: "XC"})
		must(t, err)
		return fmt.Sprint(d.Allow, " ", d.Rule)
	}
	if got := may(given.Act, handling.UseAsEvidence, ""); got != "false H1" {
		t.Errorf("before the consent: %s", got)
	}
	done := b.act("duty", id, "grant_evidence_use", nil)
	_, err = b.Approve(t.Context(), b.people["supervisor"], done.Proposal, landbridge.Supervisor, b.assertion("supervisor", done.Digest))
	must(t, err)
	w.settle(t)
	opening := a.view("officer", id).Timeline
	for name, tt := range map[string]struct {
		act     landbridge.Digest
		action  handling.Action
		purpose handling.Purpose
		want    string
	}{
		"as released":          {given.Act, handling.UseAsEvidence, handling.Prosecution, "true S16"},
		"for another purpose":  {given.Act, handling.UseAsEvidence, handling.AssetRecovery, "false S3"},
		"another act":          {opening[0].ID, handling.UseAsEvidence, handling.Prosecution, "false S3"},
		"forwarded":            {given.Act, handling.Forward, handling.Investigation, "false TLP:AMBER"},
		"shown to the subject": {given.Act, handling.ActOvertly, handling.Investigation, "true PAP:GREEN"},
	} {
		if got := may(tt.act, tt.action, tt.purpose); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	if f := a.facts(id); !slices.Contains(f, factUse) {
		t.Errorf("a use is no fact: %v", f)
	}
	a.act("officer", id, "report_outcome", report)
	w.settle(t)
	if va, vb := a.view("officer", id), b.view("duty", id); va.State != "outcome_reported" || vb.State != va.State {
		t.Errorf("XA %s, XB %s", va.State, vb.State)
	}
}

// TestS18ReadsAreFacts checks that every reading of a case or file, and looking at
// a list, is in the log with who and what for, and that it is said once.
func TestS18ReadsAreFacts(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a := w.nodes["XA"]
		id := w.send(t, request(), NewFile{Name: "a.txt", Content: strings.NewReader("x")})
		count := func(kind string) (n int) {
			for _, k := range a.facts(id) {
				if k == kind {
					n++
				}
			}
			return n
		}
		before := count(factRead)
		v := a.view("second", id)
		a.view("second", id)
		if n := count(factRead) - before; n != 1 {
			t.Errorf("two looks within minutes are %d facts", n)
		}
		w.clock.Add(readAgain + time.Second)
		a.view("second", id)
		_, err := a.Case(t.Context(), a.people["overseer"], Reading{Case: id})
		must(t, err)
		if n := count(factRead) - before; n != 3 {
			t.Errorf("three readings are %d facts", n)
		}
		facts, err := a.log.FactsAbout(t.Context(), string(id), 10)
		must(t, err)
		if f := facts[len(facts)-1]; f.Actor != a.people["overseer"].Pseudonym || f.Note != string(handling.Lawfulness) {
			t.Errorf("the last reading: %+v", f)
		}
		_, r, err := a.OpenFile(t.Context(), a.people["second"], Reading{Case: id}, v.Files[0].ID)
		must(t, err)
		r.Close()
		if count(factFileRead) != 1 {
			t.Error("reading a file is no fact")
		}
		size, err := a.log.Size(t.Context())
		must(t, err)
		_, err = a.Cases(t.Context(), a.people["judge"], Filter{})
		must(t, err)
		if now, _ := a.log.Size(t.Context()); now != size+1 {
			t.Errorf("looking at a list is %d facts", now-size)
		}
	})
}

// TestWhoMayRead checks that roles without casework see nothing, and that they
// cannot tell whether there is anything.
func TestWhoMayRead(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	id := w.send(t, request())
	_, err := a.Case(t.Context(), a.people["operator"], Reading{Case: id})
	refused(t, err, fail.Denied, "S28")
	_, err = a.Cases(t.Context(), a.people["operator"], Filter{})
	refused(t, err, fail.Denied, "S28")
	desk, err := a.Desk(t.Context(), a.people["operator"])
	must(t, err)
	if len(desk.Items)+len(desk.Arrivals)+desk.Running != 0 {
		t.Errorf("the operator's desk: %+v", desk)
	}
	_, err = a.Case(t.Context(), a.people["officer"], Reading{Case: "01960000-0000-7000-8000-000000000000"})
	refused(t, err, fail.Missing, "no such case")
}

// TestS21TwoPersons checks that approvals come from other persons, over exactly
// what is sent.
func TestS21TwoPersons(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	a.hire("both", landbridge.Officer, landbridge.Supervisor)
	d, err := a.NewDraft(t.Context(), a.people["both"], NewDraft{Process: "information-request", To: "XB", Input: request()})
	must(t, err)
	done, err := a.Propose(t.Context(), a.people["both"], d.ID)
	must(t, err)
	p := done.Proposal
	_, err = a.Approve(t.Context(), a.people["both"], p, landbridge.Supervisor, a.assertion("both", done.Digest))
	refused(t, err, fail.Denied, "author")
	_, err = a.Approve(t.Context(), a.people["officer"], p, landbridge.Supervisor, a.assertion("officer", done.Digest))
	refused(t, err, fail.Denied, "role")
	_, err = a.Approve(t.Context(), a.people["judge"], p, landbridge.Judge, a.assertion("judge", done.Digest))
	refused(t, err, fail.Denied, "does not need")
	other := done.Digest
	other[0] ^= 1
	_, err = a.Approve(t.Context(), a.people["supervisor"], p, landbridge.Supervisor, a.assertion("supervisor", other))
	refused(t, err, fail.Unsigned, "")
	_, err = a.Approve(t.Context(), a.people["supervisor"], p, landbridge.Supervisor, a.assertion("both", done.Digest))
	refused(t, err, fail.Unsigned, "")
	_, err = a.SaveDraft(t.Context(), a.people["both"], d.ID, 0, request().with("purpose_text", process.Text("another purpose, after it was proposed")))
	refused(t, err, fail.Conflict, "waits for approval")
	v, err := a.Proposal(t.Context(), a.people["supervisor"], p)
	must(t, err)
	if !v.CanSign || v.Digest != done.Digest || v.Marking == "" || len(v.Groups) == 0 || len(v.Checks) == 0 {
		t.Errorf("%+v", v)
	}
	if mine, err := a.Proposal(t.Context(), a.people["both"], p); err != nil || mine.CanSign || mine.Why.English == "" {
		t.Errorf("%+v, %v", mine, err)
	}
	done, err = a.Approve(t.Context(), a.people["supervisor"], p, landbridge.Supervisor, a.assertion("supervisor", done.Digest))
	must(t, err)
	if done.Act.IsZero() {
		t.Fatal("not sent")
	}
	_, err = a.Approve(t.Context(), a.people["supervisor"], p, landbridge.Supervisor, a.assertion("supervisor", done.Digest))
	refused(t, err, fail.Conflict, "does not wait")
}

func TestReturn(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: request()})
	must(t, err)
	done, err := a.Propose(t.Context(), a.people["officer"], d.ID)
	must(t, err)
	refused(t, a.Return(t.Context(), a.people["second"], done.Proposal, "I do not like it"), fail.Denied, "S21")
	refused(t, a.Return(t.Context(), a.people["supervisor"], done.Proposal, " "), fail.Invalid, "words")
	must(t, a.Return(t.Context(), a.people["supervisor"], done.Proposal, "Name the transfer."))
	v, err := a.Draft(t.Context(), a.people["officer"], d.ID)
	must(t, err)
	if v.State != draftOpen || v.Returned != "Name the transfer." || v.Input.Title != request().Title {
		t.Errorf("%+v", v)
	}
	desk, err := a.Desk(t.Context(), a.people["officer"])
	must(t, err)
	if len(desk.Items) != 1 || desk.Items[0].Kind != "returned" {
		t.Errorf("%+v", desk.Items)
	}
	desk, err = a.Desk(t.Context(), a.people["supervisor"])
	must(t, err)
	if len(desk.Items) != 0 {
		t.Errorf("the supervisor still has %+v", desk.Items)
	}
}

// TestKeptUntilTold checks that a case which ends after the day until which it
// may be kept is not erased before the other side has heard that it ended.
func TestKeptUntilTold(t *testing.T) {
	w := sqliteWorld(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	in := request().with("retention_until", process.Text(w.clock.Now().Add(48*time.Hour).Format(time.DateOnly)))
	id := w.send(t, in)
	w.settle(t)
	_, err := b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "refuse",
		Input: Input{Ground: "not_available", Reason: "Closed account.", Fields: process.Values{"consultation": process.Text("not_useful")}}})
	must(t, err)
	w.settle(t)
	w.clock.Add(10 * 24 * time.Hour)
	a.act("officer", id, "close", nil)
	w.settle(t)
	if v := b.view("duty", id); v.State != "closed" {
		t.Errorf("XB sees %s", v.State)
	}
	if v := a.view("officer", id); v.Erased || !v.KeepUntil.After(w.clock.Now()) {
		t.Errorf("XA: erased %t, kept until %v", v.Erased, v.KeepUntil)
	}
	w.clock.Add(envelopeLife + time.Hour)
	w.settle(t)
	if v := a.view("officer", id); !v.Erased {
		t.Errorf("XA keeps it until %v", v.KeepUntil)
	}
}

// TestS15Erasure checks that a case is erased at the end of its time, that
// nothing of it can be opened again, and that number, dates and log stay.
func TestS15Erasure(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a, b := w.nodes["XA"], w.nodes["XB"]
		id := w.send(t, request(), NewFile{Name: "a.txt", Content: bytes.NewReader(bytes.Repeat([]byte("canary-file "), 200_000))})
		w.settle(t)
		_, err := b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "refuse", Input: Input{Ground: "not_available", Reason: "Closed account.", Fields: process.Values{"consultation": process.Text("not_useful")}}})
		must(t, err)
		w.settle(t)
		a.act("officer", id, "close", nil)
		w.settle(t)
		va, vb := a.view("officer", id), b.view("duty", id)
		if va.Review.IsZero() || va.KeepUntil.Format("2006-01-02") != "2028-11-22" || vb.KeepUntil.After(va.KeepUntil) {
			t.Errorf("XA keeps until %v (review %v), XB until %v", va.KeepUntil, va.Review, vb.KeepUntil)
		}
		for range 40 { // a month at a time, the jobs do their work
			w.clock.Add(31 * 24 * time.Hour)
			w.settle(t)
		}
		for _, n := range w.nodes {
			v := n.view("officer", id)
			if !v.Erased || v.Title != "" || len(v.Timeline) != 0 || v.Number != "XA-2026-0001" || v.State != "closed" {
				t.Fatalf("%s: %+v", n.party, v.CaseRow)
			}
			if _, err := n.c.Vault.Key(t.Context(), n.db, owner(id)); !fail.Is(err, fail.Missing) {
				t.Errorf("%s: the key is still there: %v", n.party, err)
			}
			if len(n.bag.forgotten) == 0 {
				t.Errorf("%s: the exchange still holds the payloads", n.party)
			}
			var kept int
			must(t, n.db.QueryRow(t.Context(), `SELECT count(*) FROM casework_act WHERE case_id = $1 AND length(body) > 0`, id).Scan(&kept))
			if kept != 0 {
				t.Errorf("%s: %d bodies are left", n.party, kept)
			}
			list, err := n.Cases(t.Context(), n.people["officer"], Filter{All: true})
			must(t, err)
			if len(list.Cases) != 1 || list.Cases[0].Title != "" {
				t.Errorf("%s lists %+v", n.party, list.Cases)
			}
			entries, err := os.ReadDir(filepath.Join(blobDir(n)))
			must(t, err)
			for _, e := range entries {
				sub, _ := os.ReadDir(filepath.Join(blobDir(n), e.Name()))
				if n.party == "XB" && len(sub) > 0 {
					t.Errorf("XB: stored files are left: %v", sub)
				}
			}
		}
		facts, err := a.log.Newest(t.Context(), 1<<40, 50)
		must(t, err)
		if !slices.ContainsFunc(facts, func(f record.Entered) bool { return f.Kind == factErased }) {
			t.Error("erasing is no fact")
		}
	})
}

// TestNoPlaintextAtRest checks that what a case says stands in no file of the
// node in the clear.
func TestNoPlaintextAtRest(t *testing.T) {
	w := sqliteWorld(t)
	b := w.nodes["XB"]
	id := w.send(t, request(), NewFile{Name: "a.txt", Content: strings.NewReader("canary-file")})
	w.settle(t)
	b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
	b.act("duty", id, "answer", answer())
	w.settle(t)
	for _, n := range w.nodes {
		for _, word := range []string{"Canary-facts", "Canary-answer", "canary-file", "telephone-fraud transfer", "XB00 0000"} {
			notInFiles(t, n, word)
		}
	}
}

// notInFiles searches the node's SQLite file, its log and its stored files.
func notInFiles(t *testing.T, n *testNode, word string) {
	t.Helper()
	var path string
	must(t, n.db.QueryRow(t.Context(), `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path))
	must(t, n.db.Write(t.Context(), func(tx *db.Tx) error { return nil }))
	files, err := filepath.Glob(path + "*")
	must(t, err)
	must(t, filepath.WalkDir(blobDir(n), func(p string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, p)
		}
		return err
	}))
	if len(files) == 0 {
		t.Fatal("no files to search")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		if bytes.Contains(bytes.ToLower(b), bytes.ToLower([]byte(word))) {
			t.Errorf("%s: %s holds %q in the clear", n.party, filepath.Base(f), word)
		}
	}
}

// TestClockJobs checks that a clock that runs out is recorded once, reaches the
// desk of those it names, and that the node ends what nobody takes further.
func TestClockJobs(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a, b := w.nodes["XA"], w.nodes["XB"]
		id := w.send(t, request())
		w.settle(t)
		b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
		w.settle(t)
		w.clock.Add(9 * time.Hour)
		w.settle(t)
		if f := b.facts(id); !slices.Contains(f, factClock) {
			t.Fatalf("facts at XB: %v", f)
		}
		desk, err := b.Desk(t.Context(), b.people["supervisor"])
		must(t, err)
		if !slices.ContainsFunc(desk.Items, func(i DeskItem) bool {
			return i.Kind == "overdue" && i.Clock != nil && i.Clock.Name == "info.urgent.direct"
		}) {
			t.Errorf("the supervisor's desk: %+v", desk.Items)
		}
		n := len(b.facts(id))
		w.clock.Add(time.Hour)
		w.settle(t)
		if len(b.facts(id)) != n {
			t.Errorf("the clock is said again: %v", b.facts(id))
		}
		b.act("duty", id, "ask", process.Values{"question": process.Text("Which transfer?")})
		w.settle(t)
		w.clock.Add(31 * 24 * time.Hour)
		w.settle(t)
		w.settle(t)
		for _, n := range w.nodes {
			v := n.view("officer", id)
			if v.State != "expired" || v.Timeline[0].By.Role != landbridge.System {
				t.Errorf("%s: %s, last act %s", n.party, v.State, v.Timeline[0].Transition)
			}
		}
		if a.view("officer", id).Outcome != "expired" {
			t.Error("XA shows no outcome")
		}
	})
}

// TestOversightSuspends checks S20: the overseer of either side stops a case.
func TestS20OversightSuspends(t *testing.T) {
	w := sqliteWorld(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	_, err := b.Act(t.Context(), b.people["overseer"], ActInput{Case: id, Transition: "suspend", Input: Input{Reason: "complaint received"}})
	must(t, err)
	w.settle(t)
	if v := a.view("officer", id); v.State != "suspended" || len(v.Timeline) == 0 {
		t.Fatalf("XA sees %s", v.State)
	}
	_, err = b.Act(t.Context(), b.people["duty"], ActInput{Case: id, Transition: "acknowledge"})
	refused(t, err, fail.Conflict, "")
	_, err = a.Act(t.Context(), a.people["overseer"], ActInput{Case: id, Transition: "resume", Input: Input{Reason: "unfounded"}})
	must(t, err)
	w.settle(t)
	for _, n := range w.nodes {
		if v := n.view("officer", id); v.State != "received" {
			t.Errorf("%s: %s", n.party, v.State)
		}
	}
}

// TestRightFirstTime checks the requirement lint: what the definition and the
// recipient ask for is named before anything leaves.
func TestRightFirstTime(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	in := request()
	delete(in.Fields, "transfers") // XB requires it, the definition does not
	delete(in.Fields, "facts_summary")
	in.Fields["language"] = process.Text("ru")
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: in})
	must(t, err)
	found := map[string]string{}
	for _, p := range d.Problems {
		if p.Block {
			found[p.Field] = p.Rule
		}
	}
	if len(found) != 3 || found["transfers"] != "XB" || found["facts_summary"] != "form" || found["language"] != "XB" {
		t.Errorf("problems: %v", found)
	}
	_, err = a.Propose(t.Context(), a.people["officer"], d.ID)
	refused(t, err, fail.Invalid, "facts_summary")
	if out := a.take(); len(out) != 0 {
		t.Error("something left")
	}
	if !slices.ContainsFunc(d.Audience, func(v AudienceView) bool { return v.Party == "XF" && !v.Sees && v.Rule == "S28" }) ||
		!slices.ContainsFunc(d.Audience, func(v AudienceView) bool { return v.Party == "XC" && !v.Sees }) ||
		!slices.ContainsFunc(d.Audience, func(v AudienceView) bool { return v.Party == "XB" && v.Sees && v.Rule == "S3" }) {
		t.Errorf("who will see it: %+v", d.Audience)
	}
	if fv := field(d.Groups, "transfers"); fv == nil || !fv.Required {
		t.Error("the form does not mark what XB requires")
	}
}

func field(groups []GroupView, name string) *FieldView {
	for _, g := range groups {
		for i := range g.Fields {
			if g.Fields[i].Field.Name == name {
				return &g.Fields[i]
			}
		}
	}
	return nil
}

// TestDrafts checks autosave, conflicts, and that a draft is its author's.
func TestDrafts(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a := w.nodes["XA"]
		d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB"})
		must(t, err)
		d2, err := a.SaveDraft(t.Context(), a.people["officer"], d.ID, d.Version, Input{Title: "Half a request", Fields: process.Values{"purpose": process.Text("investigation")}})
		must(t, err)
		if d2.Version == d.Version || d2.Input.Title != "Half a request" || len(blocking(d2.Problems)) == 0 {
			t.Errorf("%+v", d2)
		}
		_, err = a.SaveDraft(t.Context(), a.people["officer"], d.ID, d.Version, Input{Title: "from an older page"})
		refused(t, err, fail.Conflict, "changed")
		_, err = a.SaveDraft(t.Context(), a.people["second"], d.ID, 0, Input{Title: "not mine"})
		refused(t, err, fail.Denied, "another person")
		_, err = a.Draft(t.Context(), a.people["operator"], d.ID)
		refused(t, err, fail.Missing, "no such draft")
		list, err := a.Cases(t.Context(), a.people["officer"], Filter{})
		must(t, err)
		if len(list.Cases) != 1 || list.Cases[0].Title != "Half a request" || list.Cases[0].State != "draft" {
			t.Errorf("%+v", list.Cases)
		}
		must(t, a.DropDraft(t.Context(), a.people["officer"], d.ID))
		list, err = a.Cases(t.Context(), a.people["officer"], Filter{})
		must(t, err)
		if len(list.Cases) != 0 {
			t.Errorf("a dropped draft is still listed: %+v", list.Cases)
		}
		// The number is not used again.
		d, err = a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB"})
		must(t, err)
		if d.Number != "XA-2026-0002" {
			t.Errorf("number %s", d.Number)
		}
	})
}

// TestLists checks order, pages and filters.
func TestLists(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a, b := w.nodes["XA"], w.nodes["XB"]
		var ids []landbridge.CaseID
		for i := range 5 {
			in := request()
			in.Title = fmt.Sprintf("Case %d", i)
			if i%2 == 0 {
				in.Fields["urgency"] = process.Text("normal")
				delete(in.Fields, "urgent_reason")
				delete(in.Fields, "urgency_text")
			}
			ids = append(ids, w.send(t, in))
			w.clock.Add(time.Minute)
		}
		w.settle(t)
		for _, id := range ids {
			b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
		}
		w.settle(t)
		all := func(f Filter) (titles []string) {
			for {
				f.Limit = 2
				page, err := b.Cases(t.Context(), b.people["duty"], f)
				must(t, err)
				for _, c := range page.Cases {
					titles = append(titles, c.Title)
				}
				if page.Next == "" {
					return titles
				}
				f.After = page.Next
			}
		}
		for name, tt := range map[string]struct {
			f    Filter
			want string
		}{
			"clock":   {Filter{}, "[Case 1 Case 3 Case 0 Case 2 Case 4]"},
			"changed": {Filter{Sort: "changed", Desc: true}, "[Case 4 Case 3 Case 2 Case 1 Case 0]"},
			"opened":  {Filter{Sort: "opened"}, "[Case 0 Case 1 Case 2 Case 3 Case 4]"},
			"number":  {Filter{Sort: "number", Desc: true}, "[Case 4 Case 3 Case 2 Case 1 Case 0]"},
			"text":    {Filter{Text: "2026-0003"}, "[Case 2]"},
			"title":   {Filter{Text: "cAsE 3"}, "[Case 3]"},
			"many":    {Filter{Text: "case", Sort: "number"}, "[Case 0 Case 1 Case 2 Case 3 Case 4]"},
			"signs":   {Filter{Text: "%"}, "[]"},
			"party":   {Filter{Party: "XA", Sort: "number"}, "[Case 0 Case 1 Case 2 Case 3 Case 4]"},
			"nobody":  {Filter{Party: "XC"}, "[]"},
			"state":   {Filter{State: "closed"}, "[]"},
			"side":    {Filter{Side: "requesting"}, "[]"},
			"process": {Filter{Process: "information-request", Sort: "number"}, "[Case 0 Case 1 Case 2 Case 3 Case 4]"},
			"mine":    {Filter{Mine: true, Sort: "number"}, "[Case 0 Case 1 Case 2 Case 3 Case 4]"},
			"ended":   {Filter{State: "ended"}, "[]"},
		} {
			if got := fmt.Sprint(all(tt.f)); got != tt.want {
				t.Errorf("%s: %s, want %s", name, got, tt.want)
			}
		}
		_, err := b.Cases(t.Context(), b.people["duty"], Filter{Sort: "beauty"})
		refused(t, err, fail.Invalid, "sorted")
		_, err = b.Cases(t.Context(), b.people["duty"], Filter{After: "x"})
		refused(t, err, fail.Invalid, "cursor")
		if id, err := b.Find(t.Context(), b.people["duty"], "XA-2026-0002"); err != nil || id != ids[1] {
			t.Errorf("%v, %v", id, err)
		}
		if _, err := a.Find(t.Context(), a.people["officer"], ""); !fail.Is(err, fail.Missing) {
			t.Errorf("%v", err)
		}
		desk, err := b.Desk(t.Context(), b.people["duty"])
		must(t, err)
		if len(desk.Items) != 5 || desk.Items[0].Case.Title != "Case 1" || desk.Items[0].Clock == nil || desk.Running != 5 {
			t.Errorf("%d items, first %+v, %d running", len(desk.Items), desk.Items[0].Case.Title, desk.Running)
		}
	})
}

// TestRedIsForThePersonsNamed follows a TLP:RED request: its author, its approver,
// the other side's contact point, those who then act on it, and nobody else.
func TestRedIsForThePersonsNamed(t *testing.T) {
	w := sqliteWorld(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	in := request()
	in.Handling = "TLP:RED PAP:RED H1 H2 H3:for the persons named alone"
	id := w.send(t, in)
	w.settle(t)
	sees := func(n *testNode, login string) bool {
		_, err := n.Case(t.Context(), n.people[login], Reading{Case: id})
		if err != nil && !fail.Is(err, fail.Denied) {
			t.Fatal(err)
		}
		return err == nil
	}
	if !sees(a, "officer") || !sees(a, "supervisor") || sees(a, "second") || sees(a, "judge") {
		t.Error("XA: it is for its author and its approver")
	}
	if !sees(b, "duty") || sees(b, "officer") || sees(b, "supervisor") || !sees(b, "overseer") {
		t.Error("XB: it is for the contact point, and for the overseer to check")
	}
	v := b.view("duty", id)
	if v.Marking != in.Handling || strings.Contains(v.Timeline[0].Marking, "sealed") {
		t.Errorf("marking %q", v.Marking)
	}
	f, err := a.whole(a.reading(t.Context()), id)
	must(t, err)
	if h := f.acts[0].Header.Handling; h != "TLP:RED PAP:RED H1 H2 H3:"+handling.SealedText {
		t.Errorf("the header shows %q", h)
	}
}

// TestDroppedIsErased checks that a request that never left is erased in time.
func TestDroppedIsErased(t *testing.T) {
	w := sqliteWorld(t)
	a := w.nodes["XA"]
	d, err := a.NewDraft(t.Context(), a.people["officer"], NewDraft{Process: "information-request", To: "XB", Input: request()})
	must(t, err)
	must(t, a.DropDraft(t.Context(), a.people["officer"], d.ID))
	w.clock.Add(keepDropped - time.Hour)
	w.settle(t)
	if v := a.view("officer", d.Case); v.Erased || v.Title == "" {
		t.Error("erased too early")
	}
	w.clock.Add(2 * time.Hour)
	w.settle(t)
	if v := a.view("officer", d.Case); !v.Erased || v.Title != "" {
		t.Errorf("%+v", v.CaseRow)
	}
}

// TestEraseByOrder checks who may erase before the time is over.
func TestEraseByOrder(t *testing.T) {
	w := sqliteWorld(t)
	b := w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	refused(t, b.Erase(t.Context(), b.people["supervisor"], id, "no longer needed"), fail.Denied, "S15")
	refused(t, b.Erase(t.Context(), b.people["dpo"], id, "no longer needed"), fail.Conflict, "withdraw")
	refused(t, b.Erase(t.Context(), b.people["overseer"], id, ""), fail.Invalid, "words")
	must(t, b.Erase(t.Context(), b.people["overseer"], id, "unlawful request"))
	must(t, b.Erase(t.Context(), b.people["overseer"], id, "twice is no error"))
	if v := b.view("duty", id); !v.Erased {
		t.Error("not erased")
	}
	// What arrives afterwards is refused, and the sender sees why.
	a := w.nodes["XA"]
	a.act("officer", id, "disclose_exculpatory", process.Values{"exculpatory_note": process.Text("a note")})
	for _, p := range a.take() {
		refused(t, b.hand(p), fail.Expired, "erased")
	}
}
