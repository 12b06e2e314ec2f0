package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// A story plays what people do, through the API and with their own tokens,
// and keeps what happened, when, and what proves it.
type story struct {
	a     *app
	p     *progress
	f     *federation
	start time.Time
	told  []told
	c     *conference

	arrested string // case of the provisional arrest
	joint    string // case of the joint operation
	caseID   string // of the request that is answered
	number   string // at XA
	killed   time.Time
	refused  string // case of the request that is refused
}

// A told is one line of what happened.
type told struct {
	at, took time.Duration
	who      string
	what     string
	proof    string
}

// Patience of the story. The outage is part of it.
const (
	outage        = 5 * time.Second
	storyPatience = 3 * time.Minute
	pollEvery     = 15 * time.Millisecond
)

// tell keeps a line about what began at the given moment and is done now.
func (s *story) tell(who, what, proof string, began time.Time) {
	now := s.a.now()
	s.told = append(s.told, told{now.Sub(s.start), now.Sub(began), who, what, proof})
	s.p.step("%s: %s", who, what)
}

func (s *story) print() {
	t := &table{head: []string{"after", "took", "who", "what happened", "proof"}, wide: true}
	for _, l := range s.told {
		t.add(fmt.Sprintf("%.2f s", l.at.Seconds()), l.took, l.who, l.what, l.proof)
	}
	fmt.Fprintln(s.a.out)
	t.print(s.a.out)
}

// play tells the whole story. Each chapter fails if what it promises is not so.
func (s *story) play(ctx context.Context) error {
	for _, chapter := range []struct {
		name string
		play func(context.Context) error
	}{
		{"the call", s.prepares},
		{"the nominations", s.invites},
		{"the review", s.review},
		{"the programme", s.programme},
		{"the badges", s.admits},
		{"the second programme", s.reprogramme},
		{"the doors", s.checkIn},
		{"the plenary", s.plenary},
		{"the amendments", s.amended},
		{"the decision", s.silence},
		{"the reports", s.reports},
		{"the arrest", s.arrest},
		{"the request", s.request},
		{"the approval", s.approval},
		{"the question", s.question},
		{"the outage", s.outage},
		{"the answer", s.answer},
		{"the outcome", s.outcome},
		{"the refusal", s.refusal},
		{"the joint operation", s.operation},
		{"the proofs", s.proofs},
		{"the follow-up", s.followUp},
	} {
		if err := chapter.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", chapter.name, explain(s.a, err))
		}
	}
	return nil
}

func (s *story) as(party, login string) (*client.Client, error) {
	return s.f.member(party).client(login)
}

// broken is the error of a promise that was not kept.
func broken(format string, args ...any) error { return fail.New(fail.Conflict, format, args...) }

// until waits for something to become so.
func until(ctx context.Context, what string, so func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, storyPatience)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		ok, err := so()
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return broken("waited %s in vain for this: %s", storyPatience, what)
		case <-tick.C:
		}
	}
}

// reached waits until a case is in a state at a node, and returns it.
func reached(ctx context.Context, c *client.Client, id, state string) (v client.Case, err error) {
	err = until(ctx, "the case is "+state, func() (bool, error) {
		v, err = c.Case(ctx, id)
		if isMissing(err) {
			return false, nil
		}
		return err == nil && v.State == state, err
	})
	return v, err
}

func document(name string) ([]byte, error) { return storyFiles.ReadFile("story/" + name) }

// fileRequest reads a request of the story; dates move with the clock, so that
// it can be told in any year.
func (s *story) fileRequest(name string) (*requestFile, error) {
	text, err := document(name)
	if err != nil {
		return nil, err
	}
	r, err := parseRequest(text)
	if err != nil {
		return nil, err
	}
	now := s.a.now().UTC()
	r.fields["answer_by"] = now.Add(8 * time.Hour).Format("2006-01-02T15:04Z")
	r.fields["retention_until"] = now.AddDate(1, 0, 0).Format(time.DateOnly)
	return r, nil
}

func (s *story) request(ctx context.Context) error {
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	r, err := s.fileRequest("request.yaml")
	if err != nil {
		return err
	}
	began := s.a.now()
	whole := r.fields["answer_by"]
	delete(r.fields, "answer_by") // the officer forgot it
	d, err := oru.NewDraft(ctx, client.NewDraft{Process: r.Process, To: r.To, Input: r.input()})
	if err != nil {
		return err
	}
	s.caseID, s.number = d.Case, d.Number
	s.tell("XA d.oru", "drafted an urgent information request to XB from a file: "+r.Title, d.Number, began)
	missing := ""
	for _, p := range d.Problems {
		if p.Field == "answer_by" && p.Block {
			missing = p.Field + ": " + p.Text + " (" + p.Rule + ")"
		}
	}
	if missing == "" {
		return broken("the form does not say that XB's published profile asks for answer_by: %v", d.Problems)
	}
	s.tell("XA", "the form names what is missing by XB's published profile: "+missing, "", began)
	began = s.a.now()
	r.fields["answer_by"] = whole
	if d, err = oru.SaveDraft(ctx, client.SaveDraft{Draft: d.ID, Match: d.ETag, Input: r.input()}); err != nil {
		return err
	}
	for name, title := range map[string]string{"statement.pdf": "Statement of the victim's account", "bank-report.pdf": "The bank's report"} {
		if err := s.attach(ctx, oru, d.ID, name, title); err != nil {
			return err
		}
	}
	done, err := oru.Propose(ctx, d.ID)
	if err != nil {
		return err
	}
	if done.Proposal == "" {
		return broken("the request did not wait for an approval: %+v", done)
	}
	s.tell("XA d.oru", "completed it, attached the bank's report and the statement, and proposed it", "digest "+done.Digest[:16]+"…", began)
	return nil
}

func (s *story) attach(ctx context.Context, c *client.Client, draft, name, title string) error {
	b, err := document(name)
	if err != nil {
		return err
	}
	_, err = c.AttachToDraft(ctx, client.DraftFile{Draft: draft, Name: name, Title: title}, bytes.NewReader(b))
	return err
}

// waiting returns the proposal of a case that waits for the client's person.
func waiting(ctx context.Context, c *client.Client, caseID string) (client.Proposal, error) {
	all, err := c.Proposals(ctx)
	if err != nil {
		return client.Proposal{}, err
	}
	for _, p := range all.Proposals {
		if p.Case == caseID {
			return p, nil
		}
	}
	return client.Proposal{}, broken("no proposal of the case waits for this person")
}

// sign approves as the supervisor of XA.
func (s *story) sign(ctx context.Context, caseID string) (client.Done, error) {
	haldor, err := s.as("XA", "m.haldor")
	if err != nil {
		return client.Done{}, err
	}
	p, err := waiting(ctx, haldor, caseID)
	if err != nil {
		return client.Done{}, err
	}
	return approve(ctx, haldor, p.ID, "supervisor", s.f.member("XA").keyFile("m.haldor"))
}

func (s *story) approval(ctx context.Context) error {
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	haldor, err := s.as("XA", "m.haldor")
	if err != nil {
		return err
	}
	p, err := waiting(ctx, haldor, s.caseID)
	if err != nil {
		return err
	}
	began := s.a.now()
	_, err = approve(ctx, oru, p.ID, "supervisor", s.f.member("XA").keyFile("d.oru"))
	if !refusedAs(err, fail.Denied) {
		return broken("the officer could approve an own request: %v", err)
	}
	s.tell("XA", "the officer cannot approve the own request: "+plainly(explain(s.a, err)), "S21", began)
	began = s.a.now()
	done, err := s.sign(ctx, s.caseID)
	if err != nil {
		return err
	}
	sent := s.a.now()
	s.tell("XA m.haldor", "approved it with a (software) passkey; it was sealed to XB and sent", "act "+done.Act[:16]+"…", began)
	lenn, err := s.as("XB", "k.lenn")
	if err != nil {
		return err
	}
	if _, err := reached(ctx, lenn, s.caseID, "received"); err != nil {
		return err
	}
	desk, err := lenn.Desk(ctx)
	if err != nil {
		return err
	}
	for _, i := range desk.Items {
		if i.Case.ID == s.caseID {
			s.tell("XB k.lenn", "has it on the desk: "+i.Waits, i.Case.Number, sent)
			return nil
		}
	}
	return broken("the duty officer's desk does not show the case: %+v", desk)
}

// refusedAs reports whether err is a refusal of the given kind.
func refusedAs(err error, kind fail.Kind) bool {
	p := new(client.Problem)
	return errors.As(err, &p) && p.Kind == kind.String() || fail.Is(err, kind)
}

func (s *story) question(ctx context.Context) error {
	lenn, err := s.as("XB", "k.lenn")
	if err != nil {
		return err
	}
	oru, err := s.as("XA", "d.oru")
	if err != nil {
		return err
	}
	began := s.a.now()
	_, err = lenn.Act(ctx, client.ActRequest{Case: s.caseID, Transition: "acknowledge", Input: client.Input{
		Fields: client.Fields{"directly_accessible": "yes", "handled_by": "National contact point, duty desk"}}})
	if err != nil {
		return err
	}
	s.tell("XB k.lenn", "acknowledged it", "", began)
	began = s.a.now()
	ask := "Which of the two transfers of 11 November is meant? Amounts differ from the recall we saw."
	if _, err := lenn.Act(ctx, client.ActRequest{Case: s.caseID, Transition: "ask", Input: client.Input{Fields: client.Fields{"question": ask}}}); err != nil {
		return err
	}
	v, err := reached(ctx, oru, s.caseID, "clarification")
	if err != nil {
		return err
	}
	if v.Question != ask {
		return broken("XA sees another question: %q", v.Question)
	}
	s.tell("XB k.lenn", "asked one question, and XA has it; the clock to answer stands still: "+strings.TrimSpace(ask), "", began)
	return nil
}
