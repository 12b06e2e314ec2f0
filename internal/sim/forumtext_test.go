package sim_test

import (
	"bytes"
	"context"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum/fiction"
	"landbridge.example/internal/sim"
	"landbridge.example/internal/staff"
)

func (e *edition) text() *kernel.Text {
	x := &kernel.Text{ID: e.chain.Text.ID, Language: "en", Title: e.chain.Text.Title}
	for _, p := range e.chain.Text.Paragraphs {
		x.Paragraphs = append(x.Paragraphs, kernel.Paragraph{ID: p.ID, Level: p.Level, Body: p.Body})
	}
	return x
}

// speak holds the plenary: the host keeps the floor, a delegation asks for it
// from its own node, and everybody has the record.
func (e *edition) speak() {
	t, xf := e.t, e.w.Sides["XF"].Node
	id, err := xf.Decision.SaveMeeting(t.Context(), e.desk, decision.Meeting{Kind: decision.AtConference, Title: "Plenary", Session: e.id, Start: e.w.Now().UTC(), End: e.w.Now().UTC().Add(3 * time.Hour),
		Parties: states, Rules: decision.FloorRules{Turn: 180, ReplyTurn: 60, FreshFirst: true, Alternate: true}, Agenda: []decision.Item{{ID: "text", Title: e.chain.Text.Title, Minutes: 90}}})
	must(t, err)
	happen := func(kind string, p landbridge.PartyID, as, language string) *decision.Floor {
		t.Helper()
		f, err := xf.Decision.Happen(t.Context(), e.desk, id, decision.Event{Kind: kind, Item: "text", Party: p, As: as, Language: language})
		must(t, err)
		return f
	}
	happen(decision.ItemOpened, "", "", "")
	happen(decision.Asked, "XA", decision.ToSpeak, "en")
	happen(decision.Asked, "XB", decision.ToSpeak, "en")
	e.w.Rest(time.Minute)
	must(t, e.w.Sides["XC"].Node.Decision.AskFloor(t.Context(), e.holder("XC", landbridge.Liaison), id, decision.Asked, decision.Point, "es"))
	e.w.Rest(time.Minute)
	f := happen(decision.Called, "", "", "")
	if f.Now == nil || f.Now.Party != "XC" || len(f.Next) != 2 {
		t.Errorf("a point of order does not go first: %+v", f)
	}
	if f = happen(decision.Called, "", "", ""); f.Now.Party != "XA" || f.Now.Ends.Sub(f.Now.Began) != 3*time.Minute {
		t.Errorf("%+v", f.Now)
	}
	happen(decision.Called, "", "", "")
	happen(decision.Ended, "", "", "")
	m, f, err := xf.Decision.Floor(t.Context(), e.desk, id)
	must(t, err)
	if len(f.Spoken) != 3 {
		t.Errorf("%+v", f)
	}
	m.Agenda[0].Record = e.chain.Minutes
	m.Tasks = []decision.Task{{ID: "courts", Item: "text", What: e.chain.Task.What, Party: landbridge.PartyID(e.chain.Task.Party), Due: e.w.Now().AddDate(0, 1, 0).Format(time.DateOnly)}}
	_, err = xf.Decision.SaveMeeting(t.Context(), e.desk, *m)
	must(t, err)
	e.w.Rest(time.Minute)
	if got := all(e.w.Sides["XB"].Node.Decision.Meetings(t.Context(), e.holder("XB", landbridge.Officer))); len(got) != 1 || len(got[0].Tasks) != 1 {
		t.Errorf("XB has another record: %+v", got)
	}
}

// signed has a second person of a party approve what the first proposed (S21).
func (e *edition) signed(p landbridge.PartyID, done decision.Done, err error) landbridge.Digest {
	e.t.Helper()
	must(e.t, err)
	if done.Proposal == "" {
		e.t.Fatalf("one person of %s committed it alone", p)
	}
	side := e.w.Sides[p]
	second := e.holder(p, landbridge.Minister)
	all, err := side.Node.Decision.Proposals(e.t.Context(), second)
	must(e.t, err)
	for _, x := range all {
		if x.ID == done.Proposal {
			assertion, err := side.Sign(second, x.Digest)
			must(e.t, err)
			done, err = side.Node.Decision.Approve(e.t.Context(), second, x.ID, assertion)
			must(e.t, err)
		}
	}
	e.w.Rest(time.Minute)
	return done.Act
}

// amended negotiates the text: three amendments, two of which exclude each
// other; one is taken back, and the others make the second version.
func (e *edition) amended() landbridge.Digest {
	t, xf := e.t, e.w.Sides["XF"].Node
	tabled, err := xf.Decision.Table(t.Context(), e.desk, e.text())
	must(t, err)
	e.w.Rest(time.Minute)
	var adopted []landbridge.Digest
	acts := map[string]landbridge.Digest{}
	for _, a := range e.chain.Amendments {
		p := landbridge.PartyID(a.Party)
		am, err := kernel.Amend(e.text(), amendedBy(e.text(), a), a.Reason)
		must(t, err)
		d, err := e.w.Sides[p].Node.Decision.Amend(t.Context(), e.holder(p, landbridge.Liaison), tabled.Act, am, "")
		must(t, err)
		if acts[a.Party] = d.Act; a.Becomes == "adopted" {
			adopted = append(adopted, d.Act)
		}
	}
	e.w.Rest(time.Minute)
	d, err := xf.Decision.Draft(t.Context(), e.desk, tabled.Act)
	must(t, err)
	if len(d.Standing()) != 3 || len(d.Conflicts) != 1 || !d.Conflicts[0].Excludes {
		t.Fatalf("%d amendments, conflicts %+v", len(d.Standing()), d.Conflicts)
	}
	if _, err := xf.Decision.Consolidate(t.Context(), e.desk, tabled.Act, []landbridge.Digest{acts["XA"], acts["XC"]}, ""); !fail.Is(err, fail.Conflict) {
		t.Errorf("amendments that exclude each other are consolidated: %v", err)
	}
	_, err = e.w.Sides["XC"].Node.Decision.OnAmendment(t.Context(), e.holder("XC", landbridge.Liaison), kernel.Withdrew, tabled.Act, acts["XC"], "")
	must(t, err)
	e.w.Rest(time.Minute)
	_, err = xf.Decision.Consolidate(t.Context(), e.desk, tabled.Act, adopted, "")
	must(t, err)
	e.w.Rest(time.Minute)
	d, err = e.w.Sides["XB"].Node.Decision.Draft(t.Context(), e.holder("XB", landbridge.Officer), tabled.Act)
	must(t, err)
	if len(d.Versions) != 2 || len(d.Text().Paragraphs) != len(e.chain.Text.Paragraphs)+1 {
		t.Fatalf("XB has another text: %+v", d.Text())
	}
	return d.Text().Digest()
}

// amendedBy is the text as the author of an amendment wants it.
func amendedBy(x *kernel.Text, a fiction.Amendment) *kernel.Text {
	var out []kernel.Paragraph
	for _, p := range x.Paragraphs {
		if p.ID == a.Replace {
			p.Body = a.Body
		}
		out = append(out, p)
		if p.ID == a.After {
			out = append(out, kernel.Paragraph{ID: a.ID, Level: p.Level, Body: a.Body})
		}
	}
	x.Paragraphs = out
	return x
}

// decide decides the text: silence, which one objection breaks; consensus; the
// outcome, signed by all; two commitments, followed up a year later.
func (e *edition) decide() {
	t, xf := e.t, e.w.Sides["XF"].Node
	text := e.amended()
	matter := func(method string, follows landbridge.Digest) kernel.Matter {
		opens := e.w.Now().UTC().Add(time.Minute).Truncate(time.Microsecond)
		m := kernel.Matter{Subject: kernel.AboutOutcome, Title: e.chain.Text.Title, Text: text, Method: method, Session: e.id, Opens: opens, Closes: opens.Add(48 * time.Hour), Delegations: states, Follows: follows}
		if method != kernel.Silence {
			m.Quorum = len(states)
		}
		return m
	}
	silence, err := xf.Decision.Open(t.Context(), e.desk, matter(kernel.Silence, landbridge.Digest{}))
	must(t, err)
	e.w.Rest(2 * time.Minute)
	objector := landbridge.PartyID(e.chain.Objection.Party)
	_, err = e.w.Sides[objector].Node.Decision.Say(t.Context(), e.holder(objector, landbridge.Liaison), silence, decision.Saying{Kind: kernel.Objected, Note: e.chain.Objection.Note})
	must(t, err)
	e.w.Rest(time.Minute)
	e.everywhere(silence, kernel.Broken)

	about, err := xf.Decision.Open(t.Context(), e.desk, matter(kernel.Consensus, silence))
	must(t, err)
	e.w.Rest(2 * time.Minute)
	say := func(p landbridge.PartyID, s decision.Saying) (decision.Done, error) {
		return e.w.Sides[p].Node.Decision.Say(t.Context(), e.holder(p, landbridge.Liaison), about, s)
	}
	for _, p := range states {
		d, err := say(p, decision.Saying{Kind: kernel.Agreed})
		e.signed(p, d, err)
	}
	r := e.chain.Reservation
	_, err = say(landbridge.PartyID(r.Party), decision.Saying{Kind: kernel.Reserved, Note: r.Note, Paragraphs: []string{r.Paragraph}})
	must(t, err)
	e.w.Rest(time.Minute)
	_, err = xf.Decision.Close(t.Context(), e.desk, about, "")
	must(t, err)
	e.w.Rest(time.Minute)
	e.everywhere(about, kernel.Adopted)
	for _, p := range states {
		d, err := e.w.Sides[p].Node.Decision.Sign(t.Context(), e.holder(p, landbridge.Liaison), about)
		e.signed(p, d, err)
	}
	e.promised(about)
	e.shown(about)
}

func (e *edition) everywhere(about landbridge.Digest, state kernel.State) {
	e.t.Helper()
	for p, s := range e.w.Sides {
		who := e.desk
		if p != sim.Secretariat {
			who = e.holder(p, landbridge.Officer)
		}
		f, err := s.Node.Decision.Matter(e.t.Context(), who, about)
		must(e.t, err)
		if f.State != state {
			e.t.Errorf("at %s it is %s, want %s", p, f.State, state)
		}
	}
}

// promised makes two commitments and reports on them, and looks a year later.
func (e *edition) promised(about landbridge.Digest) {
	t := e.t
	ended := e.first.AddDate(0, 0, e.plan.Days-1)
	day := func(after int) string { return ended.AddDate(0, 0, after).Format(time.DateOnly) }
	made := map[string]landbridge.Digest{}
	person := func(p landbridge.PartyID) staff.Person { return e.holder(p, landbridge.Liaison) }
	for _, c := range e.chain.Commitments {
		p := landbridge.PartyID(c.Party)
		d, err := e.w.Sides[p].Node.Decision.Commit(t.Context(), person(p), about, &kernel.Promise{Title: c.Title, What: c.What, Due: day(c.Days), Indicator: c.Indicator, Target: c.Target, Session: e.id,
			Milestones: []kernel.Milestone{{ID: "first", Due: day(c.After), Title: c.Milestone}}})
		made[c.Party] = e.signed(p, d, err)
	}
	for _, c := range e.chain.Commitments {
		p := landbridge.PartyID(c.Party)
		e.until(e.plan.Days+c.Reported, 12*time.Hour)
		r := &kernel.Report{State: kernel.Running, Day: day(c.Reported), Value: c.Value, Text: c.Report}
		if c.Evidence != "" {
			r.State, r.Evidence = kernel.Kept, []kernel.Evidence{{Ref: c.Evidence, Title: c.EvidenceTitle}}
		}
		_, err := e.w.Sides[p].Node.Decision.Report(t.Context(), person(p), made[c.Party], r)
		must(t, err)
	}
	e.until(e.plan.Days+350, 12*time.Hour)
	today := e.w.Now().Format(time.DateOnly)
	for p, s := range e.w.Sides {
		got := map[string]string{}
		for _, c := range all(s.Node.Decision.FollowUp(t.Context(), today)) {
			got[string(c.Party)] = c.Status(today)
		}
		if len(got) != 2 || got["XA"] != kernel.Kept || got["XB"] != kernel.Late {
			t.Errorf("the follow-up at %s: %v", p, got)
		}
	}
}

// shown looks at what everybody may see and check.
func (e *edition) shown(about landbridge.Digest) {
	ctx := context.WithoutCancel(e.t.Context())
	for p, s := range e.w.Sides {
		f, err := s.Node.Decision.Outcome(ctx, about)
		must(e.t, err)
		if len(f.Signers) != len(states) || len(f.Remarks) != 1 || f.Text == nil {
			e.t.Errorf("%s shows %d signatures, %d remarks", p, len(f.Signers), len(f.Remarks))
		}
		for _, act := range f.Signers {
			proof, err := s.Node.Decision.Proof(ctx, act.Digest())
			if err != nil || !bytes.Contains(proof, []byte("digest "+act.Digest().String())) {
				e.t.Errorf("%s proves nothing: %v", p, err)
			}
		}
	}
}
