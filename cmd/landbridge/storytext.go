package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example/client"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/decision"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff/softkey"
)

// A delegate is who speaks for a state at the conference, and the minister
// without whom nothing commits it.
type delegate struct{ party, speaks, commits string }

func delegates() []delegate {
	return []delegate{{"XA", "i.sol", "j.marek"}, {"XB", "l.orsin", "s.holm"}, {"XC", "y.benn", "d.paz"}}
}

func delegateOf(party string) delegate {
	all := delegates()
	return all[slices.IndexFunc(all, func(d delegate) bool { return d.party == party })]
}

func parties() (all []string) {
	for _, d := range delegates() {
		all = append(all, d.party)
	}
	return all
}

// speaks returns the client of who speaks for a state.
func (s *story) speaks(party string) (*client.Client, error) {
	return s.as(party, delegateOf(party).speaks)
}

// touch signs a challenge with a software passkey.
func touch(keyFile, challenge string) ([]byte, error) {
	text, err := readSmall(keyFile, maxToken)
	if err != nil {
		return nil, err
	}
	key, err := softkey.Parse(string(text))
	if err != nil {
		return nil, fail.New(fail.Invalid, "%v", err)
	}
	b, err := base64.RawURLEncoding.DecodeString(challenge)
	if err != nil {
		return nil, fmt.Errorf("reading the challenge: %w", err)
	}
	return key.Sign(b)
}

// committed has the minister approve what somebody proposed in the name of a state.
func (s *story) committed(ctx context.Context, party string, done client.DecisionDone, err error) (client.DecisionDone, error) {
	if err != nil {
		return done, err
	}
	if done.Proposal == "" {
		return done, broken("one person of %s committed it alone: %+v", party, done)
	}
	d := delegateOf(party)
	c, err := s.as(party, d.commits)
	if err != nil {
		return done, err
	}
	p, err := c.DecisionProposal(ctx, done.Proposal)
	if err != nil {
		return done, err
	}
	assertion, err := touch(s.f.member(party).keyFile(d.commits), p.Challenge)
	if err != nil {
		return done, err
	}
	return c.ApproveDecision(ctx, client.ApproveDecision{Proposal: p.ID, Assertion: assertion})
}

// plenary holds a session with a speaking list: the host keeps it, a delegation
// asks for the floor from its own node.
func (s *story) plenary(ctx context.Context) error {
	if err := s.travel(ctx, 2, 4*time.Hour); err != nil {
		return err
	}
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	now := s.f.now().UTC().Truncate(time.Minute)
	m, err := marsh.SaveMeeting(ctx, client.Meeting{Kind: decision.AtConference, Title: "Plenary of the conference", Session: s.c.edition, Start: now,
		End:   now.Add(2 * time.Hour),
		Place: "Great Hall", Link: "https://rooms.forum.example/plenary", Parties: parties(), Rules: client.FloorRules{Turn: 180, ReplyTurn: 60,
			FreshFirst: true, Alternate: true},
		Agenda: []client.MeetingItem{{ID: "opening", Title: "Opening of the plenary", Minutes: 10}, {ID: "text", Title: s.c.chain.Text.Title,
			Minutes: 90}, {ID: "next", Title: "Place of the next conference", Minutes: 10}}})
	if err != nil {
		return err
	}
	id := m.Meeting.ID
	s.c.meeting = id
	happens := func(kind, party, as, language string) error {
		m, err = marsh.FloorEvent(ctx, client.FloorEvent{Meeting: id, Kind: kind, Item: item(kind), Party: party, As: as, Language: language})
		return err
	}
	if err := errors.Join(happens(decision.ItemOpened, "", "", ""), happens(decision.Asked, "XA", "", "en"), happens(decision.Asked, "XC", "",
		"es")); err != nil {
		return err
	}
	orsin, err := s.speaks("XB")
	if err != nil {
		return err
	}
	err = until(ctx, "XB has the agenda, and its wish is on the list", func() (bool, error) {
		_, err := orsin.AskFloor(ctx, client.FloorWish{Meeting: id, Kind: decision.Asked, As: decision.Point, Language: "en"})
		return err == nil, ignoreMissing(err)
	})
	if err != nil {
		return err
	}
	err = until(ctx, "the point of order stands on the list", func() (bool, error) {
		m, err = marsh.Meeting(ctx, id)
		return err == nil && len(m.Floor.Next) == 3, err
	})
	if err != nil {
		return err
	}
	var order []string
	for _, n := range m.Floor.Next {
		order = append(order, strings.TrimSpace(n.Party+" "+n.As))
	}
	if order[0] != "XB point" {
		return broken("a point of order does not go first: %v", order)
	}
	for range order {
		if err := happens(decision.Called, "", "", ""); err != nil {
			return err
		}
	}
	if err := happens(decision.Ended, "", "", ""); err != nil {
		return err
	}
	s.tell("XF e.marsh", "opened the plenary; the speaking list calls: "+strings.Join(order, ", ")+"; turns of three minutes, a point of order first", "", began)
	return s.tabled(ctx, marsh)
}

func item(kind string) string {
	if kind == decision.ItemOpened {
		return "text"
	}
	return ""
}

// tabled puts the text before all, with a translation.
func (s *story) tabled(ctx context.Context, marsh *client.Client) error {
	began := s.a.now()
	x := s.c.chain.Text
	text := client.NegotiatedText{ID: x.ID, Language: "en", Title: x.Title}
	french := client.NegotiatedText{ID: x.ID, Language: "fr", Title: x.French.Title}
	for i, p := range x.Paragraphs {
		text.Paragraphs = append(text.Paragraphs, client.TextParagraph{ID: p.ID, Level: p.Level, Words: p.Body})
		french.Paragraphs = append(french.Paragraphs, client.TextParagraph{ID: p.ID, Level: p.Level, Words: x.French.Paragraphs[i]})
	}
	done, err := marsh.TableText(ctx, text)
	if err != nil {
		return err
	}
	if _, err := marsh.TranslateText(ctx, client.TextTranslation{Draft: done.Draft, Text: french}); err != nil {
		return err
	}
	s.c.draft = done.Draft
	s.tell("XF e.marsh", fmt.Sprintf("tabled a text of %d paragraphs, in English and French: %s", len(text.Paragraphs), text.Title),
		"draft "+done.Draft[:16]+"…", began)
	return nil
}

// amended: three amendments; two exclude each other, one of them is taken back;
// the others make the second version, the same at every node.
func (s *story) amended(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	acts := map[string]string{}
	var adopted []string
	for _, a := range s.c.chain.Amendments {
		c, err := s.speaks(a.Party)
		if err != nil {
			return err
		}
		change := client.TextChange{Op: kernel.Replace, At: a.Replace, Level: 1, Words: a.Body}
		if a.After != "" {
			change.Op, change.At, change.ID = kernel.Insert, a.After, a.ID
		}
		var done client.DecisionDone
		err = until(ctx, a.Party+" has the text", func() (bool, error) {
			done, err = c.AmendText(ctx, client.NewAmendment{Draft: s.c.draft, Reason: a.Reason, Changes: []client.TextChange{change}})
			return err == nil, ignoreMissing(err)
		})
		if err != nil {
			return err
		}
		if acts[a.Party] = done.Act; a.Becomes == "adopted" {
			adopted = append(adopted, done.Act)
		}
	}
	if err := s.textAt(ctx, marsh, func(x client.DraftText) bool { return x.Standing == len(acts) && len(x.Conflicts) == 1 }); err != nil {
		return err
	}
	_, err = marsh.ConsolidateText(ctx, client.Consolidation{Draft: s.c.draft, Amendments: []string{acts["XA"], acts["XC"]}})
	if !refusedAs(err, fail.Conflict) {
		return broken("amendments that exclude each other were taken in together: %v", err)
	}
	s.tell("XA, XB, XC", "proposed three amendments; two of them cannot both stand, and every node says so: "+plainly(explain(s.a, err)), "", began)
	return s.consolidated(ctx, marsh, acts["XC"], adopted)
}

func (s *story) textAt(ctx context.Context, c *client.Client, so func(client.DraftText) bool) error {
	return until(ctx, "a node has the text as it stands", func() (bool, error) {
		x, err := c.Text(ctx, s.c.draft)
		return err == nil && so(x), ignoreMissing(err)
	})
}

// consolidated takes back one amendment and makes the second version of the others.
func (s *story) consolidated(ctx context.Context, marsh *client.Client, taken string, adopted []string) error {
	began := s.a.now()
	benn, err := s.speaks("XC")
	if err != nil {
		return err
	}
	if _, err := benn.OnAmendment(ctx, client.OnAmendment{Draft: s.c.draft, Amendment: taken, Kind: kernel.Withdrew,
		Note: "We shall say what we need when it is decided."}); err != nil {
		return err
	}
	if err := s.textAt(ctx, marsh, func(x client.DraftText) bool { return x.Standing == len(adopted) }); err != nil {
		return err
	}
	if _, err := marsh.ConsolidateText(ctx, client.Consolidation{Draft: s.c.draft, Amendments: adopted, Note: "As discussed in the plenary."}); err != nil {
		return err
	}
	for _, p := range parties() {
		c, err := s.speaks(p)
		if err != nil {
			return err
		}
		if err := s.textAt(ctx, c, func(x client.DraftText) bool { return x.Versions == 2 }); err != nil {
			return err
		}
	}
	if err := s.translated(ctx, marsh); err != nil {
		return err
	}
	s.tell("XF e.marsh", "one amendment was taken back, the other two make the second version, in both languages; every node computes the same text", "", began)
	return nil
}

// translated publishes the French of the second version: what was amended is
// translated anew, the rest stays.
func (s *story) translated(ctx context.Context, marsh *client.Client) error {
	x, err := marsh.Text(ctx, s.c.draft)
	if err != nil {
		return err
	}
	french := map[string]string{}
	for i, p := range s.c.chain.Text.Paragraphs {
		french[p.ID] = s.c.chain.Text.French.Paragraphs[i]
	}
	for _, a := range s.c.chain.Amendments {
		if a.French != "" {
			french[cmp.Or(a.ID, a.Replace)] = a.French
		}
	}
	text := client.NegotiatedText{ID: x.ID, Language: "fr", Title: s.c.chain.Text.French.Title}
	for _, p := range x.Text.Paragraphs {
		text.Paragraphs = append(text.Paragraphs, client.TextParagraph{ID: p.ID, Level: p.Level, Words: french[p.ID]})
	}
	_, err = marsh.TranslateText(ctx, client.TextTranslation{Draft: s.c.draft, Text: text})
	return err
}

// silence puts the text to a silence procedure, which one objection breaks.
func (s *story) silence(ctx context.Context) error {
	if err := s.travel(ctx, 2, 5*time.Hour); err != nil {
		return err
	}
	began := s.a.now()
	id, err := s.opens(ctx, kernel.Silence, "")
	if err != nil {
		return err
	}
	if err := s.travel(ctx, 2, 9*time.Hour); err != nil {
		return err
	}
	o := s.c.chain.Objection
	c, err := s.speaks(o.Party)
	if err != nil {
		return err
	}
	if _, err := c.ActInMatter(ctx, client.MatterAct{Matter: id, Kind: kernel.Objected, Note: o.Note}); err != nil {
		return err
	}
	if err := s.stands(ctx, id, kernel.Broken); err != nil {
		return err
	}
	s.tell(o.Party+" "+delegateOf(o.Party).speaks, "broke the silence with one objection: "+o.Note, "matter "+id[:16]+"…", began)
	return s.consensus(ctx, id)
}

// opens puts the newest version to the three states, and waits until all have it.
func (s *story) opens(ctx context.Context, method, follows string) (string, error) {
	marsh, err := s.marsh()
	if err != nil {
		return "", err
	}
	text, err := marsh.Text(ctx, s.c.draft)
	if err != nil {
		return "", err
	}
	m := client.NewMatter{Title: s.c.chain.Text.Title, Subject: kernel.AboutOutcome, Text: text.Newest, Session: s.c.edition, Follows: follows, Method: method,
		Closes: s.f.now().UTC().Add(30 * time.Hour).Truncate(time.Second), Delegations: parties()}
	if method != kernel.Silence {
		m.Quorum = len(m.Delegations)
	}
	done, err := marsh.OpenMatter(ctx, m)
	if err != nil {
		return "", err
	}
	return done.Matter, s.stands(ctx, done.Matter, kernel.Open)
}

// stands waits until a matter stands so at all three states and the secretariat.
func (s *story) stands(ctx context.Context, id string, state kernel.State) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	all := []*client.Client{marsh}
	for _, p := range parties() {
		c, err := s.speaks(p)
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	for _, c := range all {
		err := until(ctx, "the matter is "+string(state)+" everywhere", func() (bool, error) {
			m, err := c.Matter(ctx, id)
			return err == nil && m.State == string(state), ignoreMissing(err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// consensus decides the same text a day later, with a reservation, and every
// state's node signs the outcome.
func (s *story) consensus(ctx context.Context, follows string) error {
	if err := s.travel(ctx, 3, 8*time.Hour); err != nil {
		return err
	}
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	id, err := s.opens(ctx, kernel.Consensus, follows)
	if err != nil {
		return err
	}
	if err := s.travel(ctx, 3, 9*time.Hour); err != nil {
		return err
	}
	s.c.matter = id
	for _, p := range parties() {
		c, err := s.speaks(p)
		if err != nil {
			return err
		}
		done, err := c.ActInMatter(ctx, client.MatterAct{Matter: id, Kind: kernel.Agreed})
		if _, err = s.committed(ctx, p, done, err); err != nil {
			return err
		}
	}
	r := s.c.chain.Reservation
	c, err := s.speaks(r.Party)
	if err != nil {
		return err
	}
	if _, err := c.ActInMatter(ctx, client.MatterAct{Matter: id, Kind: kernel.Reserved, Note: r.Note, Paragraphs: []string{r.Paragraph}}); err != nil {
		return err
	}
	err = until(ctx, "the secretariat has heard all three", func() (bool, error) {
		m, err := marsh.Matter(ctx, id)
		return err == nil && m.Agreed == len(parties()) && len(m.Remarks) == 1, err
	})
	if err != nil {
		return err
	}
	if _, err := marsh.ActInMatter(ctx, client.MatterAct{Matter: id, Kind: kernel.Closed}); err != nil {
		return err
	}
	if err := s.stands(ctx, id, kernel.Adopted); err != nil {
		return err
	}
	s.tell("XA, XB, XC", "agreed a day later, each by two persons; XC's reservation stands beside the text; adopted by consensus", "S21", began)
	return s.signs(ctx, id)
}

// signs has every state's node sign the outcome.
func (s *story) signs(ctx context.Context, id string) error {
	began := s.a.now()
	for _, p := range parties() {
		c, err := s.speaks(p)
		if err != nil {
			return err
		}
		done, err := c.ActInMatter(ctx, client.MatterAct{Matter: id, Kind: kernel.Subscribed})
		if _, err = s.committed(ctx, p, done, err); err != nil {
			return err
		}
	}
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	var m client.Matter
	err = until(ctx, "all have signed the outcome", func() (bool, error) {
		m, err = marsh.Matter(ctx, id)
		return err == nil && len(m.Signed) == len(parties()), err
	})
	if err != nil {
		return err
	}
	for _, x := range m.Signed {
		proof, err := marsh.DecisionProof(ctx, x.Act)
		if err != nil {
			return err
		}
		if !strings.Contains(proof, x.Act) {
			return broken("the proof of the signature of %s proves something else", x.Party)
		}
	}
	s.tell("XA, XB, XC", "signed the outcome; each signature has a proof in the public log", "outcome "+m.Outcome[:16]+"…", began)
	return s.promised(ctx, id)
}
