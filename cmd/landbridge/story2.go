package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"landbridge.example/client"
)

// outage kills XB in the middle. XA's officer replies meanwhile, and another
// request, which must never leave, is stopped.
func (s *story) outage(ctx context.Context) error {
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	began := s.a.now()
	if err := s.f.member("XB").kill(); err != nil {
		return err
	}
	s.killed = s.a.now()
	s.tell("XB", "killed in the middle (SIGKILL)", "", began)
	began = s.a.now()
	done, err := oru.Act(ctx, client.ActRequest{Case: s.caseID, Transition: "reply", Input: client.Input{
		Fields: client.Fields{"reply_text": "Both: 18,400.00 at 09:42 and 29,750.00 at 10:05, as in the statement. The recall named only the second."}}})
	if err != nil {
		return err
	}
	s.tell("XA d.oru", "answered the question; it waits in the outbox", "act "+done.Act[:16]+"…", began)
	if err := s.deskSays(ctx, oru, done.Message); err != nil {
		return err
	}
	if err := s.stopped(ctx, oru); err != nil {
		return err
	}
	if err := s.screening(ctx, oru); err != nil {
		return err
	}
	if err := s.rest(ctx, outage-s.a.now().Sub(s.killed)); err != nil {
		return err
	}
	began = s.a.now()
	if err := s.f.member("XB").start(ctx); err != nil {
		return err
	}
	back := s.a.now()
	s.tell("XB", "started again on the same folder", "", began)
	lenn, err := s.as("XB", "k.lenn")
	if err != nil {
		return err
	}
	if _, err := reached(ctx, lenn, s.caseID, "assessing"); err != nil {
		return err
	}
	s.tell("XB", "has the reply that waited", "", back)
	return nil
}

func (s *story) rest(ctx context.Context, d time.Duration) error {
	s.p.step("XB stays down until %.0f s are over", outage.Seconds())
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(max(d, 0)):
		return nil
	}
}

// deskSays waits until XA's desk says that XB is not there, and why the reply
// has not arrived.
func (s *story) deskSays(ctx context.Context, oru *client.Client, message string) error {
	began := s.a.now()
	err := until(ctx, "the desk says that XB is down and that mail waits", func() (bool, error) {
		desk, err := oru.Desk(ctx)
		if err != nil {
			return false, err
		}
		for _, p := range desk.Peers {
			if p.Party == "XB" && !p.Up && p.Waiting > 0 && p.LastError != "" {
				s.tell("XA", "the desk says: XB is down, "+plural(p.Waiting, "message waits", "messages wait")+": "+p.LastError, "", began)
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	l, err := oru.Ladder(ctx, s.caseID, message)
	if err != nil {
		return err
	}
	for _, d := range l.Deliveries {
		for _, st := range d.Steps {
			if st.Name == "delivered" {
				return broken("the reply counts as delivered to a node that is dead")
			}
		}
	}
	return nil
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return cell(n) + " " + many
}

// stopped tries to send a request about a political offence.
func (s *story) stopped(ctx context.Context, oru *client.Client) error {
	began := s.a.now()
	r, err := s.fileRequest("political.yaml")
	if err != nil {
		return err
	}
	d, err := oru.NewDraft(ctx, client.NewDraft{Process: r.Process, To: r.To, Input: r.input()})
	if err != nil {
		return err
	}
	done, err := oru.Propose(ctx, d.ID)
	if err != nil {
		return err
	}
	if done.Stopped == nil || done.Stopped.Rule != "S1" || done.Act != "" || done.Proposal != "" {
		return broken("a request about a political offence was not stopped by S1: %+v", done)
	}
	facts, err := oru.Facts(ctx, client.FactQuery{About: d.Case})
	if err != nil {
		return err
	}
	for _, f := range facts.Facts {
		if f.Index == done.Stopped.Entry {
			s.tell("XA", "a second request, with a political offence code, was stopped before it left: "+done.Stopped.Text,
				"S1, log entry "+cell(done.Stopped.Entry), began)
			return nil
		}
	}
	return broken("the stopped attempt is not in the log at %d", done.Stopped.Entry)
}

// answer sends two files back. They arrive whole, and reading them is known.
func (s *story) answer(ctx context.Context) error {
	lenn, err := s.as("XB", "k.lenn")
	if err != nil {
		return err
	}
	began := s.a.now()
	d, err := lenn.NewDraft(ctx, client.NewDraft{Case: s.caseID, Transition: "answer", Input: client.Input{Fields: client.Fields{
		"answer_text": "The holder is Jaro Veskarin, born 1998, of Room 6, 41 Ropewalk, Haldvik. " +
			"Register extract and movements are attached; 212.40 BOR were left.",
		"answer_complete":        "yes",
		"source_grade":           "A1",
		"obtained_under_duress":  "no",
		"exculpatory":            "yes",
		"exculpatory_text":       "A second device was enrolled the day before from outside Borealis: the holder may not have acted himself.",
		"special_data_in_answer": "no",
		"evidence_use_allowed":   "no",
	}}})
	if err != nil {
		return err
	}
	for _, f := range [][2]string{{"account-holder.pdf", "Extract of the account register"}, {"movements.csv", "Movements since the account was opened"}} {
		if err := s.attach(ctx, lenn, d.ID, f[0], f[1]); err != nil {
			return err
		}
	}
	done, err := lenn.Propose(ctx, d.ID)
	if err != nil {
		return err
	}
	if done.Act == "" {
		return broken("the answer did not leave: %+v", done)
	}
	s.tell("XB k.lenn", "answered with two files", "act "+done.Act[:16]+"…", began)
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	if err := s.readFiles(ctx, oru); err != nil {
		return err
	}
	began = s.a.now()
	err = until(ctx, "XB knows that the answer was opened", func() (bool, error) {
		l, err := lenn.Ladder(ctx, s.caseID, done.Message)
		return err == nil && hasStep(l, "retrieved"), err
	})
	s.tell("XB", "knows, signed by XA, that a person there opened the answer", "", began)
	return err
}

func hasStep(l client.Deliveries, name string) bool {
	for _, d := range l.Deliveries {
		for _, st := range d.Steps {
			if st.Name == name {
				return true
			}
		}
	}
	return false
}

func (s *story) readFiles(ctx context.Context, oru *client.Client) error {
	began := s.a.now()
	if _, err := reached(ctx, oru, s.caseID, "answered"); err != nil {
		return err
	}
	var files []client.File
	err := until(ctx, "both files of the answer are here", func() (bool, error) {
		v, err := oru.Case(ctx, s.caseID)
		files = nil
		for _, f := range v.Files {
			if f.From == "XB" && f.State == "here" {
				files = append(files, f)
			}
		}
		return len(files) == 2, err
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		body, err := oru.File(ctx, s.caseID, f.ID)
		if err != nil {
			return err
		}
		h := sha256.New()
		_, err = io.Copy(h, body)
		body.Close()
		if err != nil {
			return err
		}
		want, err := document(f.Name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(want)
		if got := h.Sum(nil); hex.EncodeToString(got) != f.SHA256 || string(got) != string(sum[:]) {
			return broken("%s is not what XB sent", f.Name)
		}
	}
	s.tell("XA d.oru", "retrieved both files; they are byte for byte what XB attached", "sha256 "+files[0].SHA256[:12]+"…, "+files[1].SHA256[:12]+"…", began)
	return nil
}

func (s *story) outcome(ctx context.Context) error {
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	lenn, err := s.as("XB", "k.lenn")
	if err != nil {
		return err
	}
	began := s.a.now()
	_, err = oru.Act(ctx, client.ActRequest{Case: s.caseID, Transition: "report_outcome", Input: client.Input{Fields: client.Fields{
		"outcome_use": "as_stated", "outcome_helped": "helped", "outcome_harm": "no", "used_as_evidence": "no", "exculpatory_found": "yes",
		"outcome_text": "The device was traced to a call centre outside both states; the holder is heard as a witness. 212.40 BOR were secured.",
	}}})
	if err != nil {
		return err
	}
	if _, err := reached(ctx, lenn, s.caseID, "outcome_reported"); err != nil {
		return err
	}
	s.tell("XA d.oru", "reported the outcome, and XB has it", "", began)
	return nil
}

// refusal: a third request, lawful and lawfully refused.
func (s *story) refusal(ctx context.Context) error {
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	lenn, err := s.as("XB", "k.lenn")
	if err != nil {
		return err
	}
	r, err := s.fileRequest("minor.yaml")
	if err != nil {
		return err
	}
	began := s.a.now()
	d, err := oru.NewDraft(ctx, client.NewDraft{Process: r.Process, To: r.To, Input: r.input()})
	if err != nil {
		return err
	}
	if _, err := oru.Propose(ctx, d.ID); err != nil {
		return err
	}
	if _, err := s.sign(ctx, d.Case); err != nil {
		return err
	}
	s.refused = d.Case
	if _, err := reached(ctx, lenn, d.Case, "received"); err != nil {
		return err
	}
	const ground = "minor_or_no_offence"
	_, err = lenn.Act(ctx, client.ActRequest{Case: d.Case, Transition: "refuse", Input: client.Input{
		Ground: ground, Reason: "Damage to a fence is punishable by six months at most; our law sets the line at one year.",
		Fields: client.Fields{"consultation": "not_useful"}}})
	if err != nil {
		return err
	}
	v, err := reached(ctx, oru, d.Case, "refused")
	if err != nil {
		return err
	}
	if v.Refusal == nil || v.Refusal.Ground.Code != ground {
		return broken("XA does not see the ground: %+v", v.Refusal)
	}
	s.tell("XB k.lenn", "refused a third request; XA sees the ground and the reason: "+v.Refusal.Ground.Label, ground, began)
	return nil
}
