package decision

import (
	"bytes"
	"database/sql"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/fail"
)

func declaration() *kernel.Text {
	return &kernel.Text{ID: "declaration", Language: "en", Title: "Declaration on safe corridors", Paragraphs: []kernel.Paragraph{
		{ID: "h", Body: "Preamble"}, {ID: "p1", Level: 1, Body: "The delegations met."}, {ID: "p2", Level: 1, Body: "They answer within a day."}}}
}

func (w *world) matter(method string, text landbridge.Digest) kernel.Matter {
	opens := w.clock.Now().Add(time.Minute)
	m := kernel.Matter{Subject: kernel.AboutOutcome, Title: "Declaration", Text: text, Method: method, Session: "2027.main", Opens: opens, Closes: opens.Add(48 * time.Hour),
		Delegations: []landbridge.PartyID{"XA", "XB"}}
	m.Opens, m.Closes = m.Opens.Truncate(time.Microsecond), m.Closes.Truncate(time.Microsecond)
	if method != kernel.Silence {
		m.Quorum = 2
	}
	if method == kernel.Vote {
		m.Majority = kernel.Majority{More: true, Num: 1, Den: 2, Of: kernel.OfCast}
	}
	return m
}

// TestStory: a text with three amendments, a silence broken by one objection,
// a consensus, a signed outcome, two commitments, and the follow-up a year later.
func TestStory(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		tabled, err := s.Table(ctx, s.people["secretary"], declaration())
		must(t, err)
		w.all()
		amend := func(n *testNode, edit func(*kernel.Text)) landbridge.Digest {
			t.Helper()
			x := declaration()
			edit(x)
			am, err := kernel.Amend(declaration(), x, "better so")
			must(t, err)
			d, err := n.Amend(ctx, n.people["liaison"], tabled.Act, am, "")
			must(t, err)
			return d.Act
		}
		one := amend(a, func(x *kernel.Text) { x.Paragraphs[2].Body = "They answer within twelve hours." })
		two := amend(b, func(x *kernel.Text) { x.Paragraphs[2].Body = "They answer within a week." })
		three := amend(b, func(x *kernel.Text) {
			x.Paragraphs = append(x.Paragraphs, kernel.Paragraph{ID: "p3", Level: 1, Body: "They train together."})
		})
		w.all()
		if _, err := s.Consolidate(ctx, s.people["secretary"], tabled.Act, []landbridge.Digest{one, two}, ""); !fail.Is(err, fail.Conflict) {
			t.Errorf("amendments that exclude each other are consolidated: %v", err)
		}
		if _, err := a.OnAmendment(ctx, a.people["liaison"], kernel.Withdrew, tabled.Act, two, ""); !fail.Is(err, fail.Conflict) {
			t.Errorf("XA withdraws what XB proposed: %v", err)
		}
		_, err = b.OnAmendment(ctx, b.people["liaison"], kernel.Withdrew, tabled.Act, two, "")
		must(t, err)
		w.all()
		_, err = s.Consolidate(ctx, s.people["secretary"], tabled.Act, []landbridge.Digest{one, three}, "as discussed")
		must(t, err)
		w.all()
		d, err := a.Draft(ctx, a.people["officer"], tabled.Act)
		must(t, err)
		if len(d.Versions) != 2 || d.Text().Paragraphs[3].ID != "p3" || len(d.Standing()) != 0 {
			t.Fatalf("%+v", d)
		}
		text := d.Text().Digest()

		about, err := s.Open(ctx, s.people["secretary"], w.matter(kernel.Silence, text))
		must(t, err)
		w.clock.Pass(time.Hour)
		w.all()
		_, err = b.say(about, Saying{Kind: kernel.Objected, Note: "Our capital asks for one more week."})
		must(t, err)
		w.all()
		w.is(about, kernel.Broken)

		m := w.matter(kernel.Consensus, text)
		m.Follows = about
		about, err = s.Open(ctx, s.people["secretary"], m)
		must(t, err)
		w.clock.Pass(time.Hour)
		w.all()
		for _, n := range []*testNode{a, b} {
			n.approve(n.say(about, Saying{Kind: kernel.Agreed}))
		}
		if _, err := b.say(about, Saying{Kind: kernel.Reserved, Note: "As far as our law allows.", Paragraphs: []string{"p2", "p9"}}); !fail.Is(err, fail.Invalid) || !strings.Contains(err.Error(), "p9") {
			t.Errorf("XB reserves on a paragraph that is not there: %v", err)
		}
		_, err = b.say(about, Saying{Kind: kernel.Reserved, Note: "As far as our law allows.", Paragraphs: []string{"p2"}})
		must(t, err)
		w.all()
		_, err = s.Close(ctx, s.people["secretary"], about, "")
		must(t, err)
		w.all()
		w.is(about, kernel.Adopted)
		if _, err := s.Close(ctx, s.people["secretary"], about, ""); !fail.Is(err, fail.Conflict) {
			t.Errorf("what is closed is closed again, with nothing new: %v", err)
		}
		if r, err := a.Reminders(ctx, a.people["officer"], w.clock.Now()); err != nil || len(r) != 1 || r[0].Kind != "outcome" {
			t.Errorf("XA is not reminded to sign: %+v %v", r, err)
		}
		for _, n := range []*testNode{a, b} {
			n.approve(n.Sign(ctx, n.people["liaison"], about))
		}
		if _, err := a.Sign(ctx, a.people["liaison"], about); !fail.Is(err, fail.Conflict) {
			t.Errorf("XA signs twice: %v", err)
		}
		w.all()
		f := w.is(about, kernel.Adopted)
		if len(f.Signers) != 2 || len(f.Remarks) != 1 || f.Text == nil {
			t.Fatalf("%+v", f)
		}
		for _, n := range w.nodes { // entered in each log, and proven by it
			for _, x := range f.Signers {
				proof, err := n.Proof(ctx, x.Digest())
				if err != nil || !bytes.Contains(proof, []byte("digest "+x.Digest().String())) {
					t.Errorf("%s: %v", n.me, err)
				}
			}
		}

		if got, o, err := b.Decided(ctx, text); err != nil || got.Digest != about || len(o.Adopting) != 2 {
			t.Errorf("%+v %v", o, err)
		}
		if _, _, err := b.Decided(ctx, declaration().Digest()); !fail.Is(err, fail.Missing) {
			t.Errorf("the first version was not adopted: %v", err)
		}

		promise := func(n *testNode, title string) landbridge.Digest {
			return n.approve(n.Commit(ctx, n.people["liaison"], about, &kernel.Promise{Title: title, What: "What it says.", Due: "2027-06-30", Indicator: "it is done",
				Milestones: []kernel.Milestone{{ID: "half", Due: "2027-03-31", Title: "Half of it"}}}))
		}
		late := &kernel.Promise{Title: "Train officers", What: "As it was.", Due: w.clock.Now().AddDate(0, 0, -2).Format(time.DateOnly), Indicator: "it is done"}
		if _, err := a.Commit(ctx, a.people["liaison"], about, late); !fail.Is(err, fail.Invalid) {
			t.Errorf("XA promises for a day that is over: %v", err)
		}
		kept, _ := promise(a, "Train 40 officers"), promise(b, "Publish contact points")
		w.all()
		if _, err := b.Report(ctx, b.people["liaison"], kept, &kernel.Report{State: kernel.Kept, Day: "2027-06-01", Text: "x"}); !fail.Is(err, fail.Denied) {
			t.Errorf("XB reports on what XA promised: %v", err)
		}
		w.clock.Pass(250 * 24 * time.Hour)
		_, err = a.Report(ctx, a.people["liaison"], kept, &kernel.Report{State: kernel.Kept, Day: "2027-06-01", Text: "44 officers.",
			Evidence: []kernel.Evidence{{Ref: "https://xa.example/report", Title: "Report"}}})
		must(t, err)
		w.all()
		for _, n := range w.nodes {
			all, err := n.FollowUp(ctx, n.now().Format(time.DateOnly))
			must(t, err)
			if len(all) != 2 || all[0].Status("2027-07-30") != kernel.Kept || all[1].Status("2027-07-30") != kernel.Late {
				t.Errorf("%s: %+v", n.me, all)
			}
		}
		if r, err := b.Reminders(ctx, b.people["officer"], w.clock.Now()); err != nil || len(r) != 2 || !r[0].Over || r[0].Kind != "milestone" || r[1].Kind != "commitment" {
			t.Errorf("XB is not reminded: %+v %v", r, err)
		}
		if out, err := b.Outcomes(ctx); err != nil || len(out) != 1 || out[0].Digest != about {
			t.Errorf("%v %v", out, err)
		}
	})
}

// begin tables the text and opens a matter on it at all nodes.
func (w *world) begin(s *testNode, m func(*kernel.Matter)) landbridge.Digest {
	t := w.t
	t.Helper()
	_, err := s.Table(t.Context(), s.people["secretary"], declaration())
	must(t, err)
	x := w.matter(kernel.Vote, declaration().Digest())
	m(&x)
	about, err := s.Open(t.Context(), s.people["secretary"], x)
	must(t, err)
	w.clock.Pass(time.Hour)
	w.all()
	return about
}

// TestS21Commits: what commits a party needs two persons, and a role.
func TestS21Commits(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		about := w.begin(s, func(*kernel.Matter) {})
		if _, err := a.Say(ctx, a.people["officer"], about, Saying{Kind: kernel.Voted, Choice: kernel.Yes}); !fail.Is(err, fail.Denied) {
			t.Errorf("an officer votes: %v", err)
		}
		d, err := a.Say(ctx, a.people["lawyer"], about, Saying{Kind: kernel.Voted, Choice: kernel.Yes})
		must(t, err)
		if _, err := a.Approve(ctx, a.people["lawyer"], d.Proposal, a.sign("lawyer", d.Proposal)); !fail.Is(err, fail.Denied) {
			t.Errorf("the author approves: %v", err)
		}
		if _, err := a.Approve(ctx, a.people["liaison"], d.Proposal, a.sign("liaison", d.Proposal)); !fail.Is(err, fail.Denied) {
			t.Errorf("a liaison approves: %v", err)
		}
		other, err := a.Say(ctx, a.people["lawyer"], about, Saying{Kind: kernel.Voted, Choice: kernel.No})
		must(t, err)
		if _, err := a.Approve(ctx, a.people["minister"], d.Proposal, a.sign("minister", other.Proposal)); !fail.Is(err, fail.Unsigned) {
			t.Errorf("a signature over another proposal approves: %v", err)
		}
		must(t, a.Return(ctx, a.people["minister"], other.Proposal, "we say yes"))
		w.all()
		if f := w.is(about, kernel.Open); f.Heard != 0 {
			t.Errorf("a proposal counts: %+v", f.Result)
		}
		a.approve(d, nil)
		w.all()
		if f := w.is(about, kernel.Open); f.Yes != 1 {
			t.Errorf("%+v", f.Result)
		}
		late, err := b.say(about, Saying{Kind: kernel.Voted, Choice: kernel.No})
		must(t, err)
		w.clock.Pass(48 * time.Hour)
		if _, err := b.Approve(ctx, b.people["minister"], late.Proposal, b.sign("minister", late.Proposal)); !fail.Is(err, fail.Conflict) {
			t.Errorf("a vote is approved after the clock: %v", err)
		}
		if _, err := s.say(about, Saying{Kind: kernel.Voted, Choice: kernel.No}); !fail.Is(err, fail.Conflict) {
			t.Errorf("the secretariat votes: %v", err)
		}
	})
}

// TestSecretVote: two tellers count what neither can read, all nodes check it,
// and nothing of a choice is left anywhere.
func TestSecretVote(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		about := w.begin(s, func(m *kernel.Matter) { m.Tellers = []landbridge.PartyID{"XA", "XF"} })
		proposed, err := a.say(about, Saying{Kind: kernel.Voted, Choice: kernel.Yes})
		must(t, err)
		var digest string
		var body []byte
		must(t, a.db.QueryRow(ctx, `SELECT digest, body FROM decision_proposal WHERE id = $1`, string(proposed.Proposal)).Scan(&digest, &body))
		if bytes.Contains(body, []byte("choice")) || bytes.Contains(body, []byte(about.String())) {
			t.Errorf("a waiting vote lies open: %s", body)
		}
		waits, err := a.Proposal(ctx, a.people["minister"], proposed.Proposal)
		must(t, err)
		if waits.Act.Choice != kernel.Yes || landbridge.Sum(append([]byte(domainProposal), waits.Act.Encode()...)).String() == digest {
			t.Errorf("%+v: the second person reads it, and its digest is not that of the choice alone", waits.Act)
		}
		a.approve(proposed, nil)
		b.approve(b.say(about, Saying{Kind: kernel.Voted, Choice: kernel.Yes}))
		w.all()
		_, err = s.Close(ctx, s.people["secretary"], about, "")
		must(t, err)
		w.all()
		w.is(about, kernel.Counting)
		if r, err := a.Reminders(ctx, a.people["officer"], w.clock.Now()); err != nil || len(r) != 1 || r[0].Kind != "tally" {
			t.Errorf("%+v %v", r, err)
		}
		_, err = a.Tally(ctx, a.people["lawyer"], about)
		must(t, err)
		_, err = s.Tally(ctx, s.people["secretary"], about)
		must(t, err)
		w.all()
		if f := w.is(about, kernel.Adopted); f.Yes != 2 || f.Positions[0].Said != kernel.Cast {
			t.Errorf("%+v", f.Result)
		}
		for _, n := range w.nodes {
			var left int64
			must(t, n.db.QueryRow(ctx, `SELECT (SELECT count(*) FROM decision_share) + (SELECT count(*) FROM decision_proposal WHERE length(body) > 0) + (SELECT count(*) FROM blob_key)`).Scan(&left))
			if left != 0 {
				t.Errorf("%s keeps %d parts of votes", n.me, left)
			}
			must(t, n.db.Each(ctx, func(rows *sql.Rows) error {
				var body []byte
				err := rows.Scan(&body)
				if bytes.Contains(body, []byte("choice")) {
					t.Errorf("%s holds a choice in the open: %s", n.me, body)
				}
				return err
			}, `SELECT body FROM decision_act`))
		}
	})
}

// TestLostObjection: an objection that never reached the keeper makes the
// result contested where it is known, and broken once it is handed on; an act
// that did not reach XA is asked for.
func TestLostObjection(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		ctx := t.Context()
		about := w.begin(s, func(m *kernel.Matter) {
			*m = w.matter(kernel.Silence, m.Text)
		})
		d, err := b.say(about, Saying{Kind: kernel.Objected, Note: "no"})
		must(t, err)
		w.deliver(func(kind string, to landbridge.PartyID) bool { return kind == "decision.objected" })
		w.clock.Pass(48 * time.Hour)
		_, err = s.Close(ctx, s.people["secretary"], about, "")
		must(t, err)
		w.all()
		state := func(n *testNode) kernel.State {
			f, err := n.Matter(ctx, n.people["officer"], about)
			must(t, err)
			return f.State
		}
		if state(a) != kernel.Adopted || state(b) != kernel.Contested {
			t.Fatalf("%s %s", state(a), state(b))
		}
		all, err := acts(b.reading(ctx), `digest = $1`, d.Act.String())
		must(t, err)
		signed, err := kernel.Sign(all[0], b.keys.Signing.Sign)
		must(t, err)
		must(t, s.hand("XA", "decision.objected", signed.Encode())) // whoever hands it on
		_, err = s.Close(ctx, s.people["secretary"], about, "it reached us late")
		must(t, err)
		w.all() // XA lacks the objection, asks for it, and gets it
		w.is(about, kernel.Broken)
	})
}

// TestTakeRefuses: nobody speaks for another, nor in the future, nor with a
// changed act; a replay changes nothing.
func TestTakeRefuses(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, b, s *testNode) {
		id, err := landbridge.NewID(w.clock.Now(), a.c.Random)
		must(t, err)
		act := &kernel.Act{ID: id, Kind: kernel.Tabled, Party: "XA", Made: w.clock.Now(), Body: string(declaration().Encode())}
		sign := func(n *testNode) []byte {
			x, err := kernel.Sign(act, n.keys.Signing.Sign)
			must(t, err)
			return x.Encode()
		}
		if err := b.hand("XF", "decision.tabled", sign(s)); !fail.Is(err, fail.Unsigned) {
			t.Errorf("XF speaks for XA: %v", err)
		}
		if err := b.hand("XA", "decision.opened", sign(a)); !fail.Is(err, fail.Denied) {
			t.Errorf("another kind outside than inside: %v", err)
		}
		if err := b.hand("XA", "decision.tabled", append(sign(a), '\n')); !fail.Is(err, fail.Invalid) {
			t.Errorf("another form: %v", err)
		}
		must(t, b.hand("XA", "decision.tabled", sign(a)))
		must(t, b.hand("XF", "decision.tabled", sign(a)))
		if all, err := b.Drafts(t.Context(), b.people["officer"]); err != nil || len(all) != 1 {
			t.Errorf("%v %v", all, err)
		}
		facts, err := b.log.Facts(t.Context(), 0, 100)
		must(t, err)
		n := 0
		for _, f := range facts {
			if f.Kind == "decision.tabled" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d facts of one act", n)
		}
		act.Made = w.clock.Now().Add(time.Hour)
		if err := b.hand("XA", "decision.tabled", sign(a)); !fail.Is(err, fail.Invalid) {
			t.Errorf("from the future: %v", err)
		}
		if err := b.hand("XA", kindMissed, []byte("x")); !fail.Is(err, fail.Invalid) {
			t.Errorf("asked for nothing: %v", err)
		}
	})
}

// TestHandlers: every kind of act has a handler, under its own name.
func TestHandlers(t *testing.T) {
	three(t, func(t *testing.T, w *world, a, _, _ *testNode) {
		all := a.Handlers()
		for _, k := range kernel.Kinds() {
			if all["decision."+k] == nil || !landbridge.ValidName("decision."+k, landbridge.MaxKind) {
				t.Errorf("no handler of %s", k)
			}
		}
		if len(all) != len(kernel.Kinds())+4 {
			t.Errorf("%d handlers", len(all))
		}
	})
}
