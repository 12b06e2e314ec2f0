package casework

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/process"
	"landbridge.example/seal"
)

// fill returns fields that the transition accepts.
func fill(d *process.Definition, t *process.Transition, r *rand.Rand) process.Values {
	vs := process.Values{}
	for _, name := range t.Asks {
		f := d.Field(name)
		if !d.Shown(f, nil, vs) {
			continue
		}
		switch f.Type {
		case process.BoolType:
			vs[name] = process.Text([]string{"yes", "no"}[r.IntN(2)])
		case process.EnumType:
			vs[name] = process.Text(f.Options[r.IntN(len(f.Options))].Code)
		case process.DatetimeType:
			vs[name] = process.Text("2026-11-23T08:00Z")
		case process.GradeType:
			vs[name] = process.Text("B2")
		case process.DigestType:
			vs[name] = process.Text(strings.Repeat("ab", 32))
		default:
			vs[name] = process.Text(fmt.Sprintf("invented %d", r.IntN(100)))
		}
	}
	return vs
}

// summary writes what a side thinks of a case, so that two sides can be compared.
func (n *testNode) summary(id landbridge.CaseID) string {
	n.t.Helper()
	f, err := n.whole(n.reading(n.t.Context()), id)
	must(n.t, err)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s %s %v\n", f.Number, f.Title, f.State, f.Outcome, f.Marking, f.Sides)
	for _, name := range slices.Sorted(maps.Keys(f.fold.Fields)) {
		fmt.Fprintf(&b, "%s=%v\n", name, f.fold.Fields[name])
	}
	for _, s := range f.fold.Steps {
		fmt.Fprintf(&b, "%s %s by %s -> %s\n", s.Act.ID, s.Act.Transition, s.Act.Party, s.State)
	}
	for _, x := range f.fold.Refused {
		fmt.Fprintf(&b, "refused %s %s\n", x.Act.ID, x.Why.Code)
	}
	for _, x := range f.fold.Waiting {
		fmt.Fprintf(&b, "waiting %s\n", x.Act.ID)
	}
	for _, k := range f.fold.Clocks(start.Add(500 * time.Hour)) {
		fmt.Fprintf(&b, "%s %s %v\n", k.Clock.Name, k.Status, k.Due)
	}
	return b.String()
}

// TestAnyArrivalOrder lets two nodes act at random on one case while the network
// delays, reorders and doubles what they send. When everything has arrived both
// show the same case, and what a side saw in between was never a wrong step.
func TestAnyArrivalOrder(t *testing.T) {
	runs := 12
	if testing.Short() {
		runs = 4
	}
	kept := 0
	w := sqliteWorld(t)
	for seed := range runs {
		r := rand.New(rand.NewPCG(uint64(seed), 5))
		id := w.send(t, request(), NewFile{Name: "a.txt", Content: strings.NewReader(fmt.Sprint(seed))})
		kept += w.play(t, id, r)
		sa, sb := w.nodes["XA"].summary(id), w.nodes["XB"].summary(id)
		if sa != sb {
			t.Fatalf("seed %d: XA sees\n%s\nXB sees\n%s", seed, sa, sb)
		}
		if strings.Contains(sa, "waiting") {
			t.Fatalf("seed %d: something waits although all is here:\n%s", seed, sa)
		}
		// Both memories agree with the fold.
		for _, n := range w.nodes {
			row, err := n.reading(t.Context()).caseRow(id)
			must(t, err)
			f, err := n.whole(n.reading(t.Context()), id)
			must(t, err)
			if row.State != f.fold.State || row.Live != (f.def.State(row.State).Kind != process.End) {
				t.Fatalf("seed %d: %s remembers %s, the acts say %s", seed, n.party, row.State, f.fold.State)
			}
		}
	}
	if kept == 0 {
		t.Error("no acts ever crossed: the test is too tame")
	}
}

// play lets both sides act and the network misbehave, and returns how many acts
// ended without effect.
func (w *world) play(t *testing.T, id landbridge.CaseID, r *rand.Rand) int {
	t.Helper()
	type flight struct {
		to landbridge.PartyID
		parcel
	}
	var air, landed []flight
	gather := func() {
		for _, p := range []landbridge.PartyID{"XA", "XB"} {
			for _, pc := range w.nodes[p].take() {
				for _, to := range pc.envelope.Header.To {
					air = append(air, flight{to.Party, pc})
				}
			}
		}
	}
	people := []string{"officer", "duty", "supervisor", "judge", "central", "overseer"}
	for range 40 {
		gather()
		switch {
		case r.IntN(2) == 0 && len(air) > 0: // something arrives, from anywhere in the air
			i := r.IntN(len(air))
			fl := air[i]
			must(t, w.nodes[fl.to].hand(fl.parcel))
			landed = append(landed, fl)
			if r.IntN(3) > 0 { // else it stays in the air, and comes again
				air = slices.Delete(air, i, i+1)
			}
		case r.IntN(6) == 0 && len(landed) > 0:
			fl := landed[r.IntN(len(landed))]
			must(t, w.nodes[fl.to].hand(fl.parcel))
		default:
			n := w.nodes[[]landbridge.PartyID{"XA", "XB"}[r.IntN(2)]]
			n.anything(id, people[r.IntN(len(people))], r)
		}
		w.clock.Add(time.Duration(r.IntN(90)) * time.Minute)
	}
	for range 20 {
		gather()
		if len(air) == 0 {
			break
		}
		r.Shuffle(len(air), func(i, j int) { air[i], air[j] = air[j], air[i] })
		for _, fl := range air {
			must(t, w.nodes[fl.to].hand(fl.parcel))
		}
		air = nil
	}
	f, err := w.nodes["XA"].whole(w.nodes["XA"].reading(t.Context()), id)
	must(t, err)
	return len(f.fold.Refused)
}

// anything makes one act that is open to the person, if there is one.
func (n *testNode) anything(id landbridge.CaseID, login string, r *rand.Rand) {
	n.t.Helper()
	v, err := n.Case(n.t.Context(), n.people[login], Reading{Case: id})
	if fail.Is(err, fail.Missing) {
		return // it has not arrived here yet
	}
	must(n.t, err)
	if len(v.Open) == 0 {
		return
	}
	tr := v.Open[r.IntN(len(v.Open))].Transition
	if tr.Means == process.Withdrawal && r.IntN(4) > 0 { // or every story ends at once
		return
	}
	in := Input{Fields: fill(v.Definition, tr, r)}
	if tr.NeedsIt(process.NeedGround) {
		in.Ground = v.Definition.Grounds[r.IntN(len(v.Definition.Grounds))].Code
	}
	if tr.NeedsIt(process.NeedReason) {
		in.Reason = "an invented reason"
	}
	done, err := n.Act(n.t.Context(), n.people[login], ActInput{Case: id, Transition: tr.Name, Input: in})
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) {
		return // the random form does not do, or a safeguard says no
	}
	must(n.t, err)
	if done.Proposal == "" {
		return
	}
	for _, need := range done.Needs {
		for name, p := range n.people {
			if slices.ContainsFunc(need.Roles, p.Is) && name != login {
				if _, err := n.Approve(n.t.Context(), p, done.Proposal, need.Roles[slices.IndexFunc(need.Roles, p.Is)], n.assertion(name, done.Digest)); err != nil && !fail.Is(err, fail.Conflict) && !fail.Is(err, fail.Denied) {
					n.t.Fatal(err)
				}
				break
			}
		}
	}
}

// TestActsBeforeTheirFirst checks that acts and files that overtake the act that
// opens their case are kept, shown to nobody, and fall into place when it comes.
func TestActsBeforeTheirFirst(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		a, b := w.nodes["XA"], w.nodes["XB"]
		id := w.send(t, request(), NewFile{Name: "a.txt", Content: strings.NewReader("early")})
		_, err := a.Act(t.Context(), a.people["officer"], ActInput{Case: id, Transition: "withdraw", Input: Input{Reason: "sent by mistake"}})
		must(t, err)
		var opening, withdrawal, file parcel
		for _, p := range a.take() {
			switch {
			case p.envelope.Header.Kind == kindExhibit:
				file = p
			case p.envelope.Header.Previous.IsZero():
				opening = p
			default:
				withdrawal = p
			}
		}
		must(t, b.hand(withdrawal))
		must(t, b.hand(file))
		list, err := b.Cases(t.Context(), b.people["duty"], Filter{All: true})
		must(t, err)
		if len(list.Cases) != 0 {
			t.Errorf("a case without its first act is listed: %+v", list.Cases)
		}
		must(t, b.hand(opening))
		must(t, b.hand(opening))
		v := b.view("duty", id)
		if v.State != "withdrawn" || len(v.Files) != 1 || v.Files[0].State != "here" || len(v.Timeline) != 2 { // what was withdrawn is not received any more
			t.Errorf("%s, files %+v, %d acts", v.State, v.Files, len(v.Timeline))
		}
		w.settle(t)
		if sa, sb := a.summary(id), b.summary(id); sa != sb {
			t.Errorf("XA sees\n%s\nXB sees\n%s", sa, sb)
		}
	})
}

// forge seals a body of the test's choice in XA's name.
func (w *world) forge(t *testing.T, id landbridge.CaseID, change func(c *core, end *tail, d *seal.Draft)) parcel {
	t.Helper()
	a := w.nodes["XA"]
	f, err := a.whole(a.reading(t.Context()), id)
	must(t, err)
	c := &core{Format: actFormat, Case: f.ID, Process: f.def.Ref.String(), From: "XA", To: []landbridge.PartyID{"XB"}, Transition: "disclose_exculpatory",
		By: author{Person: "0123456789abcdef", Role: landbridge.Officer}, Handling: "TLP:AMBER PAP:GREEN H1", Fields: process.Values{"exculpatory_note": process.Text("forged")}, Made: a.now()}
	d, err := a.envelope(f, c)
	must(t, err)
	now := a.now()
	d.Kind, d.Previous, d.Created, d.Expires = kindAct, f.last(), now, now.Add(time.Hour)
	end := tail{Parents: f.heads()}
	change(c, &end, &d)
	text, err := canon.Encode(c)
	must(t, err)
	b, err := body(text, end)
	must(t, err)
	e, _, err := seal.Seal(d, b, a.c.Keys.Signing, a.c.Random)
	must(t, err)
	return parcel{envelope: e}
}

// TestWhatIsRefused sends XB acts that are well sealed and signed by XA's key but
// wrong inside: each is refused with a sentence, and leaves no trace in the case.
func TestWhatIsRefused(t *testing.T) {
	w := sqliteWorld(t)
	b := w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	before := b.summary(id)
	other := landbridge.ProcessRef{ID: "information-request", Version: 1, Hash: landbridge.Sum([]byte("another text"))}
	for name, tt := range map[string]struct {
		change func(c *core, end *tail, d *seal.Draft)
		kind   fail.Kind
		word   string
	}{
		"unknown process": {func(c *core, _ *tail, d *seal.Draft) {
			d.Process = landbridge.ProcessRef{ID: "extradition", Version: 3, Hash: other.Hash}
			c.Process = d.Process.String()
		}, fail.Invalid, "does not know"},
		"another text of it":    {func(c *core, _ *tail, d *seal.Draft) { d.Process = other; c.Process = other.String() }, fail.Invalid, "compare the files"},
		"another sender inside": {func(c *core, _ *tail, _ *seal.Draft) { c.From = "XC" }, fail.Invalid, "another sender"},
		"another case inside":   {func(c *core, _ *tail, _ *seal.Draft) { c.Case = "01960000-0000-7000-8000-000000000000" }, fail.Invalid, "another sender, case"},
		"other recipients":      {func(c *core, _ *tail, _ *seal.Draft) { c.To = []landbridge.PartyID{"XB", "XC"} }, fail.Invalid, "recipients"},
		"laxer marking outside": {func(_ *core, _ *tail, d *seal.Draft) { d.Handling = "TLP:CLEAR PAP:CLEAR" }, fail.Invalid, "marking"},
		"opened again": {func(c *core, end *tail, d *seal.Draft) {
			c.Transition, c.Number, c.Sides = "send", "XA-2026-0099", map[string][]landbridge.PartyID{"requesting": {"XA"}, "requested": {"XB"}}
			end.Parents = nil
		}, fail.Conflict, "opened already"},
		"a format of the future": {func(c *core, _ *tail, _ *seal.Draft) { c.Format = "landbridge-act/2" }, fail.Invalid, "landbridge-act/1"},
		"a nameless author":      {func(c *core, _ *tail, _ *seal.Draft) { c.By.Person = "" }, fail.Invalid, "pseudonym"},
		"a path as file name": {func(c *core, _ *tail, _ *seal.Draft) {
			c.Files = []fileLine{{ID: c.Case, Name: "../../etc/passwd", MediaType: "text/plain", SHA256: landbridge.Sum(nil)}}
		}, fail.Invalid, "file name"},
		"an unsorted tail": {func(_ *core, end *tail, _ *seal.Draft) { end.Parents = append(end.Parents, end.Parents...) }, fail.Invalid, "sorted"},
	} {
		err := b.hand(w.forge(t, id, tt.change))
		if !fail.Is(err, tt.kind) || !strings.Contains(fail.Safe(err), tt.word) {
			t.Errorf("%s: %v (%v), want %q", name, err, fail.KindOf(err), tt.word)
		}
	}
	if after := b.summary(id); after != before {
		t.Errorf("the case changed:\n%s", after)
	}
	// An approval that signs something else refuses the act it stands under.
	a := w.nodes["XA"]
	given, err := a.staff.VerifyApproval(t.Context(), a.people["supervisor"], landbridge.Supervisor, landbridge.Sum([]byte("x")), a.assertion("supervisor", landbridge.Sum([]byte("x"))))
	must(t, err)
	err = b.hand(w.forge(t, id, func(_ *core, end *tail, _ *seal.Draft) { end.Approvals = append(end.Approvals, given) }))
	refused(t, err, fail.Unsigned, "approval")
}

// TestWhatIsKept sends XB acts that are well formed and not allowed: they are
// kept and shown with the reason, and change nothing.
func TestWhatIsKept(t *testing.T) {
	w := sqliteWorld(t)
	b := w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	for name, change := range map[string]func(c *core, end *tail, d *seal.Draft){
		"answers its own request": func(c *core, _ *tail, _ *seal.Draft) { c.Transition, c.Fields = "answer", answer() },
		"no such act":             func(c *core, _ *tail, _ *seal.Draft) { c.Transition, c.Fields = "arrest", nil },
		"system by hand": func(c *core, _ *tail, _ *seal.Draft) {
			c.Transition, c.Fields, c.By = "lapse_unreceived", nil, author{Role: landbridge.System}
		},
		"role of another": func(c *core, _ *tail, _ *seal.Draft) { c.By.Role = landbridge.Operator },
		"follows nothing": func(_ *core, end *tail, d *seal.Draft) { end.Parents, d.Previous = nil, landbridge.Digest{} },
	} {
		p := w.forge(t, id, change)
		if err := b.hand(p); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		v := b.view("duty", id)
		i := slices.IndexFunc(v.Timeline, func(a ActView) bool { return a.ID == p.envelope.Digest() })
		if i < 0 || v.Timeline[i].Applied || v.Timeline[i].Why.English == "" || v.State != "received" {
			t.Errorf("%s: %+v", name, v.Timeline)
		}
	}
	if f := b.facts(id); !slices.Contains(f, factKept) {
		t.Errorf("facts: %v", f)
	}
	// An act that follows one nobody has waits for it.
	p := w.forge(t, id, func(_ *core, end *tail, _ *seal.Draft) {
		end.Parents = []landbridge.Digest{landbridge.Sum([]byte("lost"))}
	})
	must(t, b.hand(p))
	v := b.view("duty", id)
	i := slices.IndexFunc(v.Timeline, func(a ActView) bool { return a.ID == p.envelope.Digest() })
	if i < 0 || !v.Timeline[i].Waiting {
		t.Errorf("%+v", v.Timeline[0])
	}
	// And a stranger's act never gets in.
	_, err := w.nodes["XA"].log.Size(t.Context())
	must(t, err)
}

// TestS1CheckedAgainThere checks that a request for a political offence which a
// node let through against the rules has no effect at the other side: it is kept
// and shown, nothing follows, and it is erased in its time.
func TestS1CheckedAgainThere(t *testing.T) {
	w := sqliteWorld(t)
	b := w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	other := landbridge.CaseID("01a20320-0000-7000-8000-00000000beef")
	p := w.forge(t, id, func(c *core, end *tail, d *seal.Draft) {
		c.Case, c.Number, c.Title, c.Transition = other, "XA-2026-0666", "Insult of a minister", "send"
		c.Sides = map[string][]landbridge.PartyID{"requesting": {"XA"}, "requested": {"XB"}}
		c.Fields = request().with("offences", process.Value{Rows: []process.Row{{"code": "insult_of_officials", "national_provision": "s. 301", "max_penalty": "3y"}}}).Fields
		d.Case, d.Previous, end.Parents = other, landbridge.Digest{}, nil
		text, err := canon.Encode(c)
		must(t, err)
		a := w.nodes["XA"]
		given, err := a.staff.VerifyApproval(t.Context(), a.people["supervisor"], landbridge.Supervisor, digestOf(text), a.assertion("supervisor", digestOf(text)))
		must(t, err)
		end.Approvals = append(end.Approvals, given)
	})
	must(t, b.hand(p))
	if out := b.take(); len(out) != 0 {
		t.Errorf("XB's node answered with %d messages", len(out))
	}
	v := b.view("duty", other)
	if !v.Ended || v.Outcome != noEffect || len(v.Timeline) != 1 || v.Timeline[0].Why.English == "" || v.KeepUntil.IsZero() || len(v.Open) != 0 {
		t.Errorf("%+v, %+v", v.CaseRow, v.Timeline)
	}
	if rule := v.Timeline[0].Why.Key; rule != "process.why.no_sensitive_offence" {
		t.Errorf("because %s", rule)
	}
}

// TestDamagedFile checks that a file which is not what the act lists is never
// shown as the one it lists.
func TestDamagedFile(t *testing.T) {
	w := sqliteWorld(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	id := w.send(t, request(), NewFile{Name: "a.txt", Content: strings.NewReader("as approved")})
	var act, file parcel
	for _, p := range a.take() {
		if p.envelope.Header.Kind == kindExhibit {
			file = p
		} else {
			act = p
		}
	}
	h := file.envelope.Header
	r, err := a.dir.Lookup(t.Context(), "XB")
	must(t, err)
	to, err := r.Recipient()
	must(t, err)
	swapped, _, err := seal.Seal(seal.Draft{ID: h.ID, From: "XA", Recipients: []seal.Recipient{to}, Created: h.Created, Expires: h.Expires, Kind: h.Kind, Case: h.Case, Process: h.Process, Handling: h.Handling, Directory: h.Directory},
		[]byte("something else"), a.c.Keys.Signing, a.c.Random)
	must(t, err)
	for _, order := range [][]parcel{{act, {envelope: swapped}}} {
		for _, p := range order {
			must(t, b.hand(p))
		}
	}
	v := b.view("duty", id)
	if len(v.Files) != 1 || v.Files[0].State != "damaged" {
		t.Fatalf("%+v", v.Files)
	}
	_, _, err = b.OpenFile(t.Context(), b.people["duty"], Reading{Case: id}, v.Files[0].ID)
	refused(t, err, fail.Unsigned, "send it again")
}

// TestLadderRungs checks which rungs an incoming act proves of ours.
func TestLadderRungs(t *testing.T) {
	w := sqliteWorld(t)
	a, b := w.nodes["XA"], w.nodes["XB"]
	id := w.send(t, request())
	w.settle(t)
	f, err := a.whole(a.reading(t.Context()), id)
	must(t, err)
	opening := f.acts[0].ID
	a.take()
	if r := a.bag.rungs[opening]; len(r) != 0 {
		t.Errorf("the node's own receipt proves %v", r)
	}
	b.act("duty", id, "acknowledge", process.Values{"directly_accessible": process.Text("yes")})
	w.settle(t)
	a.take()
	if r := a.bag.rungs[opening]; !slices.Equal(r, []exchange.Rung{exchange.Acknowledged}) {
		t.Errorf("acknowledging proves %v", r)
	}
	b.act("duty", id, "answer", answer())
	w.settle(t)
	a.take()
	if r := a.bag.rungs[opening]; r[len(r)-1] != exchange.Decided {
		t.Errorf("answering proves %v", r)
	}
}
