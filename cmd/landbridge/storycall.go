package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum/fiction"
)

// callDays is when the calls close, before the conference; keepEntries how long
// what was sent in is kept after it.
const (
	callDays    = 30
	keepEntries = 365
)

func (s *story) opensCalls(ctx context.Context, marsh *client.Client) error {
	began := s.a.now()
	for _, c := range s.c.chain.Calls {
		n := client.NewCallFor{Edition: s.c.edition, Kind: c.Kind, Title: c.Title, Text: c.Text, Anonymous: c.Anonymous, MinReviews: c.Reviews,
			Closes: s.c.first.AddDate(0, 0, -callDays), Ends: s.c.first.AddDate(0, 0, s.c.plan.Days), KeepDays: keepEntries}
		for _, k := range c.Criteria {
			n.Criteria = append(n.Criteria, client.Criterion{Name: k.Name, Weight: k.Weight})
		}
		made, err := marsh.NewCallFor(ctx, n)
		if err != nil {
			return err
		}
		s.c.calls[c.Kind] = made.ID
	}
	s.tell("XF e.marsh", "opened calls for papers, side events, exhibitors and an award", "", began)
	return s.sentIn(ctx)
}

// sentIn lets people without any account send in.
func (s *story) sentIn(ctx context.Context) error {
	anyone, err := client.New(s.f.member("XF").config.StaffURL(), "")
	if err != nil {
		return err
	}
	began := s.a.now()
	for _, x := range s.c.chain.Entries {
		if _, err := anyone.Submit(ctx, submission(s.c.calls[x.Kind], x)); err != nil {
			return err
		}
	}
	named := s.c.chain.Entries[0]
	named.Text += "\n\nAs " + named.Authors[0].Name + " has shown before."
	_, err = anyone.Submit(ctx, submission(s.c.calls[call.Paper], named))
	if !refusedAs(err, fail.Invalid) {
		return broken("a text that names its author was taken in: %v", err)
	}
	s.tell("anyone", fmt.Sprintf("%d entries came in, without accounts; a paper that names its author was not taken: %s", len(s.c.chain.Entries),
		plainly(explain(s.a, err))), "", began)
	return nil
}

func submission(id string, x fiction.Entry) client.NewSubmission {
	n := client.NewSubmission{Call: id, Content: client.Submitted{Title: x.Title, Abstract: x.Abstract, Keywords: x.Keywords, Text: x.Text}}
	for _, a := range x.Authors {
		n.Authors = append(n.Authors, client.SubmissionAuthor{Name: a.Name, Organisation: a.Organisation, Email: a.Email})
	}
	if e := x.Event; e != nil {
		n.Content.Event = &client.SubmittedEvent{Format: e.Format, Minutes: e.Minutes, Seats: e.Seats, Wishes: e.Wishes}
	}
	if e := x.Exhibitor; e != nil {
		n.Content.Exhibitor = &client.SubmittedExhibitor{Organisation: e.Organisation, Site: e.Site}
		for _, p := range e.Products {
			n.Content.Exhibitor.Products = append(n.Content.Exhibitor.Products, client.SubmittedProduct{Name: p.Name, Text: p.Text})
		}
	}
	if p := x.Project; p != nil {
		n.Content.Project = &client.SubmittedProject{Organisation: p.Organisation, Country: p.Country, Period: p.Period, Results: p.Results}
	}
	return n
}

// review has papers and nominations judged by people who do not know whose they
// are, decides, and publishes.
func (s *story) review(ctx context.Context) error {
	if err := s.travel(ctx, 1-callDays, time.Hour); err != nil {
		return err
	}
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	conflict := ""
	for _, kind := range []string{call.Paper, call.Award} {
		why, err := s.judged(ctx, marsh, kind)
		if err != nil {
			return err
		}
		conflict += why
	}
	if conflict == "" {
		return broken("nobody was kept from judging what they stand too near to")
	}
	s.tell("XF e.marsh", "papers and nominations were scored without names; who stands too near is not given an entry: "+conflict, "", began)
	return s.published(ctx, marsh)
}

// judged invites the reviewers of a call and has them judge everything in it.
// It returns the sentence by which one of them was kept away.
func (s *story) judged(ctx context.Context, marsh *client.Client, kind string) (kept string, err error) {
	anyone, err := client.New(s.f.member("XF").config.StaffURL(), "")
	if err != nil {
		return "", err
	}
	id := s.c.calls[kind]
	sent, err := marsh.Submissions(ctx, id)
	if err != nil {
		return "", err
	}
	near, err := marsh.InviteReviewer(ctx, client.NewPanelist{Call: id, Name: "Ulla Near", Organisation: sent.Submissions[0].Authors[0].Organisation,
		Email: "u.near@near.example"})
	if err != nil {
		return "", err
	}
	if _, err := marsh.AssignReview(ctx, client.Assignment{Entry: sent.Submissions[0].ID, Reviewer: near.ID}); refusedAs(err,
		fail.Denied) && kind == call.Paper {
		kept = plainly(explain(s.a, err))
	} else if !refusedAs(err, fail.Denied) {
		return "", broken("a reviewer was given the paper of a colleague: %v", err)
	}
	if err := marsh.RemoveReviewer(ctx, client.PanelistRemoval{Reviewer: near.ID}); err != nil {
		return "", err
	}
	for i, who := range s.c.chain.Reviewers[kind] {
		in, err := marsh.InviteReviewer(ctx, client.NewPanelist{Call: id, Name: who.Name, Organisation: who.Organisation, Email: who.Email})
		if err != nil {
			return "", err
		}
		mine, err := anyone.AcceptReview(ctx, in.Code)
		if err != nil {
			return "", err
		}
		for _, e := range sent.Submissions {
			if err := s.judges(ctx, marsh, anyone, e, in.ID, mine.Secret, i); err != nil {
				return "", err
			}
		}
	}
	return kept, nil
}

// judges lets one reviewer judge one entry.
func (s *story) judges(ctx context.Context, marsh, anyone *client.Client, e client.Submission, reviewer, secret string, i int) error {
	x, err := s.c.entry(e.Content.Title)
	if err != nil {
		return err
	}
	if _, err := marsh.AssignReview(ctx, client.Assignment{Entry: e.ID, Reviewer: reviewer}); err != nil {
		return err
	}
	if err := anyone.DeclareConflict(ctx, client.ConflictSaid{Secret: secret, Entry: e.ID}); err != nil {
		return err
	}
	got, err := anyone.ReadForReview(ctx, client.ReviewOf{Secret: secret, Entry: e.ID})
	if err != nil {
		return err
	}
	if x.Kind == call.Paper && len(got.Authors) > 0 {
		return broken("a reviewer reads who wrote %q", e.Content.Title)
	}
	scores := map[string]int{}
	for j, k := range got.Criteria {
		scores[k.Name] = x.Scores[i][j]
	}
	return anyone.Judge(ctx, client.NewReview{Secret: secret, Entry: e.ID, Scores: scores})
}

func (c *conference) entry(title string) (fiction.Entry, error) {
	for _, x := range c.chain.Entries {
		if x.Title == title {
			return x, nil
		}
	}
	return fiction.Entry{}, broken("nobody sent in %q", title)
}

// published decides every entry, gives out the stands and publishes.
func (s *story) published(ctx context.Context, marsh *client.Client) error {
	began := s.a.now()
	aster, err := s.as("XF", "t.aster")
	if err != nil {
		return err
	}
	plan := client.ExpoPlan{Call: s.c.calls[call.Expo]}
	for _, x := range s.c.chain.Stands {
		plan.Stands = append(plan.Stands, client.Stand{Code: x.Code, Hall: x.Hall, Left: x.Left, Top: x.Top, Wide: x.Wide, Deep: x.Deep})
	}
	if _, err := marsh.SetExpoPlan(ctx, plan); err != nil {
		return err
	}
	counts := map[string]int{}
	for kind, id := range s.c.calls {
		sent, err := marsh.Submissions(ctx, id)
		if err != nil {
			return err
		}
		for _, e := range sent.Submissions {
			if err := s.decided(ctx, marsh, aster, e); err != nil {
				return err
			}
		}
		n, err := marsh.PublishCall(ctx, id)
		if err != nil {
			return err
		}
		counts[kind] = n.Published
	}
	want := map[string]int{}
	for _, x := range s.c.chain.Entries {
		if x.Way == call.Accepted {
			want[x.Kind]++
		}
	}
	if fmt.Sprint(want) != fmt.Sprint(counts) {
		return broken("published were %v, accepted %v", counts, want)
	}
	s.tell("XF e.marsh", fmt.Sprintf("decided and published: %d papers, %d side events, %d exhibitors on a plan, %d commendation, which a second person confirmed",
		counts[call.Paper], counts[call.SideEvent], counts[call.Expo], counts[call.Award]), "S21", began)
	return nil
}

// decided decides one entry as the story wants it. A commendation takes two.
func (s *story) decided(ctx context.Context, marsh, aster *client.Client, e client.Submission) error {
	x, err := s.c.entry(e.Content.Title)
	if err != nil {
		return err
	}
	got, err := marsh.DecideSubmission(ctx, client.SubmissionDecision{Entry: e.ID, Way: x.Way, Reason: x.Reason})
	if err != nil {
		return err
	}
	if x.Kind == call.Award {
		_, err := marsh.ConfirmCommendation(ctx, client.Commendation{Entry: e.ID, Confirm: true})
		if got.State != call.Proposed || !refusedAs(err, fail.Denied) || !strings.Contains(fmt.Sprint(err), "S21") {
			return broken("one person could commend a project alone: %v", err)
		}
		if _, err := aster.ConfirmCommendation(ctx, client.Commendation{Entry: e.ID, Confirm: true}); err != nil {
			return err
		}
	}
	if x.Stand != "" {
		_, err = marsh.PlaceExhibitor(ctx, client.Placement{Call: s.c.calls[call.Expo], Code: x.Stand, Entry: e.ID})
	}
	return err
}
