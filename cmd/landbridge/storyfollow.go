package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"landbridge.example/client"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/call"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum/fiction"
)

// promised: two states undertake something, and the minutes are kept.
func (s *story) promised(ctx context.Context, matter string) error {
	began := s.a.now()
	var titles []string
	for _, x := range s.c.chain.Commitments {
		c, err := s.speaks(x.Party)
		if err != nil {
			return err
		}
		done, err := c.Commit(ctx, client.NewCommitment{Matter: matter, Promise: client.Promise{Title: x.Title, What: x.What, Due: s.c.after(x.Days),
			Indicator: x.Indicator, Target: x.Target,
			Session: s.c.edition, Milestones: []client.PromiseMilestone{{ID: "first", Due: s.c.after(x.After), Title: x.Milestone}}}})
		if done, err = s.committed(ctx, x.Party, done, err); err != nil {
			return err
		}
		s.c.promises[x.Party] = done.Act
		titles = append(titles, x.Party+": "+x.Title)
	}
	s.tell("XA, XB", "undertook something, each with a day and a way to see that it is done: "+strings.Join(titles, "; "), "S21", began)
	return s.minutes(ctx)
}

// minutes closes the record of the plenary.
func (s *story) minutes(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	m, err := marsh.Meeting(ctx, s.c.meeting)
	if err != nil {
		return err
	}
	x := m.Meeting
	x.Agenda[0].Record = "The plenary opened at nine. The agenda was agreed."
	x.Agenda[1].Record, x.Agenda[1].Drafts, x.Agenda[1].Matters = s.c.chain.Minutes, []string{s.c.draft}, []string{s.c.matter}
	x.Agenda[2].Record = "Borealis invites to Haldvik."
	x.Tasks = []client.ActionItem{{ID: "courts", Item: "text", What: s.c.chain.Task.What, Party: s.c.chain.Task.Party, Due: s.c.after(30)}}
	x.Result = "The declaration was adopted by consensus; two states undertook what they will do by next year."
	_, err = marsh.SaveMeeting(ctx, x)
	return err
}

// reports: months later two states report on what they promised, one with evidence.
func (s *story) reports(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	for _, x := range s.c.chain.Commitments {
		if err := s.travel(ctx, s.c.plan.Days+x.Reported, 9*time.Hour); err != nil {
			return err
		}
		began := s.a.now()
		c, err := s.speaks(x.Party)
		if err != nil {
			return err
		}
		id := s.c.promises[x.Party]
		half := client.NewReport{Commitment: id, ProgressReport: client.ProgressReport{State: kernel.Kept, Day: s.c.after(x.After), Milestone: "first",
			Text: "Done: " + strings.ToLower(x.Milestone[:1]) + x.Milestone[1:] + "."}}
		if _, err := c.ReportOn(ctx, half); err != nil {
			return err
		}
		r := client.NewReport{Commitment: id, ProgressReport: client.ProgressReport{State: kernel.Running, Day: s.c.after(x.Reported), Value: x.Value,
			Text: x.Report}}
		if x.Evidence != "" {
			r.State, r.Evidence = kernel.Kept, []client.ReportEvidence{{Ref: x.Evidence, Title: x.EvidenceTitle}}
		}
		if _, err := c.ReportOn(ctx, r); err != nil {
			return err
		}
		err = until(ctx, "the report is known at the secretariat", func() (bool, error) {
			got, err := marsh.Commitment(ctx, id)
			return err == nil && len(got.Reports) == 2, ignoreMissing(err)
		})
		if err != nil {
			return err
		}
		s.tell(x.Party+" "+delegateOf(x.Party).speaks, fmt.Sprintf("%d days after the conference, reported: %s", x.Reported, x.Report), "", began)
	}
	_, err = marsh.ReportOn(ctx, client.NewReport{Commitment: s.c.promises["XB"], ProgressReport: client.ProgressReport{State: kernel.Kept,
		Day: s.c.after(300), Text: "It looks well."}})
	if !refusedAs(err, fail.Denied) {
		return broken("the secretariat could report for a state: %v", err)
	}
	if err := s.taskDone(ctx, marsh); err != nil {
		return err
	}
	return s.nextYear(ctx, marsh)
}

// taskDone notes that the plenary's action item was done.
func (s *story) taskDone(ctx context.Context, marsh *client.Client) error {
	m, err := marsh.Meeting(ctx, s.c.meeting)
	if err != nil {
		return err
	}
	m.Meeting.Tasks[0].Done = s.c.after(21)
	_, err = marsh.SaveMeeting(ctx, m.Meeting)
	return err
}

// nextYear prepares the conference a year later: programme, calls, invitations.
func (s *story) nextYear(ctx context.Context, marsh *client.Client) error {
	began := s.a.now()
	plan, err := fiction.Haldvik()
	if err != nil {
		return err
	}
	first := s.c.first.AddDate(1, 0, 0)
	if err := saveEdition(ctx, marsh, s.c.coming, first, plan); err != nil {
		return err
	}
	if _, err := applied(ctx, marsh, drafted(plan, s.c.coming, first)); err != nil {
		return err
	}
	v, err := marsh.PublishForum(ctx, client.PublishForum{Edition: s.c.coming, Note: "First version"})
	if err != nil {
		return err
	}
	ends := first.AddDate(0, 0, plan.Days)
	if err := s.nextCalls(ctx, marsh, first, ends); err != nil {
		return err
	}
	_, err = marsh.SetDelegationEdition(ctx, client.SetDelegationEdition{Edition: s.c.coming, Title: plan.Name["en"], Place: plan.City["en"],
		Host:   "Forum Secretariat",
		Starts: first, Ends: ends, Closes: first.AddDate(0, 0, -1), KeepDays: 90})
	if err != nil {
		return err
	}
	if err := s.nextGuests(ctx, marsh); err != nil {
		return err
	}
	s.tell("XF e.marsh", fmt.Sprintf("published the programme of the next conference, %s, whose first day is about what was promised",
		plan.Name["en"]), fmt.Sprintf("version %d, log entry %d", v.Version, v.LogIndex), began)
	return nil
}

// nextCalls leaves two papers waiting to be judged.
func (s *story) nextCalls(ctx context.Context, marsh *client.Client, first, ends time.Time) error {
	anyone, err := client.New(s.f.member("XF").config.StaffURL(), "")
	if err != nil {
		return err
	}
	for _, c := range s.c.chain.Calls[:2] {
		n := client.NewCallFor{
			Edition: s.c.coming, Kind: c.Kind, Title: c.Title, Text: c.Text, Anonymous: c.Anonymous, MinReviews: c.Reviews,
			Closes: first.AddDate(0, 0, -1), Ends: ends, KeepDays: keepEntries,
		}
		for _, k := range c.Criteria {
			n.Criteria = append(n.Criteria, client.Criterion{Name: k.Name, Weight: k.Weight})
		}
		made, err := marsh.NewCallFor(ctx, n)
		if err != nil {
			return err
		}
		for _, x := range s.c.chain.Waiting {
			if x.Kind != c.Kind {
				continue
			}
			if _, err := anyone.Submit(ctx, submission(made.ID, x)); err != nil {
				return err
			}
		}
	}
	return nil
}

// nextGuests leaves some people approved, some waiting, and one whose refusal
// waits for a second person.
func (s *story) nextGuests(ctx context.Context, marsh *client.Client) error {
	for _, d := range s.c.chain.Delegations[:3] {
		made, err := marsh.NewDelegation(ctx, client.NewDelegation{
			Edition: s.c.coming, Kind: d.Kind, Party: d.Party, Name: d.Name, Members: 12, Observers: 2,
		})
		if err != nil {
			return err
		}
		if err := s.nominatesFew(ctx, d, made.ID); err != nil {
			return err
		}
	}
	var page client.Guests
	err := until(ctx, "the nominations for the next conference arrived", func() (got bool, err error) {
		page, err = marsh.SearchGuests(ctx, client.GuestQuery{Edition: s.c.coming, State: delegation.Nominated})
		return err == nil && page.Total == 3*few, err
	})
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range page.Guests[:few] {
		ids = append(ids, x.ID)
	}
	if _, err := marsh.ApproveGuests(ctx, client.ApproveGuests{Guests: ids}); err != nil {
		return err
	}
	_, err = marsh.RefuseGuest(ctx, client.GuestRefusal{Guest: page.Guests[2*few-1].ID, Ground: "incomplete",
		Reason: "The function in the delegation is missing."})
	return err
}

// few is how many people of a state are nominated for the next conference.
const few = 6

// nominatesFew leaves some people of a state waiting for the secretariat.
func (s *story) nominatesFew(ctx context.Context, d fiction.Delegation, id string) error {
	c, err := s.as(d.Party, nominators()[d.Party])
	if err != nil {
		return err
	}
	n := client.Nomination{Delegation: id}
	for _, x := range s.c.chain.Guests(d)[:few] {
		n.People = append(n.People, client.GuestPerson{Part: x.Part, Latin: x.Name, Title: x.Title, Nation: d.Party})
	}
	n.People[0].Visa = &client.GuestVisa{Born: "1974-05-31", Passport: "DEMO-000-1", Expires: s.c.after(2000), Mission: "Consulate in Port Merrow"}
	return until(ctx, d.Party+" is invited again", func() (bool, error) {
		_, err := c.Nominate(ctx, n)
		return err == nil, ignoreMissing(err)
	})
}

// followUp: a year later everybody sees what was kept and what is late.
func (s *story) followUp(ctx context.Context) error {
	began := s.a.now()
	said := ""
	for _, p := range append(parties(), "XF") {
		login := "e.marsh"
		if p != "XF" {
			login = delegateOf(p).speaks
		}
		c, err := s.as(p, login)
		if err != nil {
			return err
		}
		all, err := c.Commitments(ctx, client.CommitmentQuery{})
		if err != nil {
			return err
		}
		got := map[string]string{}
		for _, x := range all.Commitments {
			got[x.Party] = x.Status
		}
		if len(got) != 2 || got["XA"] != kernel.Kept || got["XB"] != kernel.Late {
			return broken("at %s the commitments stand otherwise: %v", p, got)
		}
		said = fmt.Sprintf("XA: %s, XB: %s", got["XA"], got["XB"])
	}
	s.tell("all", "a year later the follow-up says the same at every node: "+said, "", began)
	if err := s.outcomeHolds(ctx); err != nil {
		return err
	}
	return s.public(ctx)
}

// outcomeHolds computes the adopted text again from its public file, with the
// directory's keys alone; a copy in which one word was changed does not hold.
func (s *story) outcomeHolds(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	text, err := marsh.OutcomeFile(ctx, s.c.matter)
	if err != nil {
		return err
	}
	v := &verifier{directory: filepath.Join(s.f.dir, directoryFile), quorum: -1}
	if err := v.load(""); err != nil {
		return err
	}
	name, forged := filepath.Join(s.f.dir, "declaration.decision"), filepath.Join(s.f.dir, "forged.decision")
	changed := strings.Replace(text, "twenty-four hours", "twenty-four weeks", 1)
	if err := errors.Join(writeFile(name, []byte(text)), writeFile(forged, []byte(changed))); err != nil {
		return err
	}
	good, bad := v.check(ctx, s.a, name), v.check(ctx, s.a, forged)
	if !good.Holds || bad.Holds || changed == text {
		return broken("the file of the outcome says %+v, a changed copy %+v", good, bad)
	}
	s.tell("anyone", "computes the adopted text again from its public file, without any node; with one word changed it does not hold", good.Text, began)
	return nil
}

// public reads what anybody sees, without signing in.
func (s *story) public(ctx context.Context) error {
	began := s.a.now()
	base := s.f.member("XF").config.StaffURL() + "/public/"
	here, next := base+"forum/"+s.c.edition+"/", base+"forum/"+s.c.coming+"/"
	type look struct {
		page  string
		words []string
	}
	looks := []look{
		{base + "forum/", []string{"Haldvik Conference"}},
		{here, []string{"Port Merrow", "Fraud by telephone"}},
		{here + "programme?day=all", []string{"What a wagon knows about itself", "Cancelled"}},
		{here + "speakers", []string{"Ciro Quero"}},
		{here + "changes", []string{"Who may open a sealed wagon"}},
		{here + "calendar.ics", []string{"BEGIN:VTIMEZONE", "STATUS:CANCELLED"}},
		{base + "outcomes/", []string{s.c.chain.Text.Title}},
		{base + "outcomes/" + s.c.matter, []string{"twenty-four hours", "train forty officers", s.c.chain.Reservation.Note, "Français"}},
		{base + "calls/of/" + s.c.edition + "/" + call.Paper, []string{"Tove Brandal", "Josk Arrel"}},
		{here + "programme?day=all", []string{"a leak is reported at night", "Tove Brandal"}},
		{base + "calls/of/" + s.c.edition + "/" + call.Expo, []string{"Listening fibre", "Quay Hall"}},
		{base + "calls/of/" + s.c.edition + "/" + call.Award, []string{"Night trains of Sarrat"}},
		{next + "programme?day=all", []string{"What was promised in Port Merrow"}},
	}
	for _, x := range s.c.chain.Commitments { // the follow-up of the year in which it was due
		looks = append(looks, look{base + "commitments/?year=" + s.c.after(x.Days)[:4], []string{x.Title, x.Report}})
	}
	for _, l := range looks {
		text, err := page(ctx, l.page)
		if err != nil {
			return err
		}
		for _, w := range l.words {
			if !strings.Contains(text, w) {
				return broken("the public does not find %q on %s", w, l.page)
			}
		}
	}
	anyone, err := client.New(s.f.member("XF").config.StaffURL(), "")
	if err != nil {
		return err
	}
	papers, err := anyone.Proceedings(ctx, client.ProceedingsQuery{Edition: s.c.edition, Kind: call.Paper})
	if err != nil {
		return err
	}
	if len(papers.Entries) == 0 {
		return broken("the proceedings are empty")
	}
	s.tell("anyone", fmt.Sprintf("reads it without signing in: programme, changes, speakers, calendar, %d papers, "+
		"the outcome with its proofs, what was kept and what is late", len(papers.Entries)), here, began)
	return nil
}

// maxPage bounds a page that the story reads.
const maxPage = 4 << 20

// page reads a page as anybody does.
func page(ctx context.Context, address string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("asking for %s: %w", address, err)
	}
	r.Header.Set("Accept-Language", "en")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", fmt.Errorf("asking for %s: %w", address, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", address, err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", broken("%s is answered with %s", address, resp.Status)
	}
	return string(b), nil
}
