package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"landbridge.example/client"
)

const (
	unList   = "un_consolidated_2026-02-27.xml.gz"
	payee    = "Roshan Money Exchange" // stands on the list as TAe.011
	payeeRef = "TAe.011"
	cyrillic = "Рошан Мани Эксчейндж"
	namesake = "Abdul Jabbar Omari"  // of somebody who does not exist, born forty years after the listed person
	likeness = "Rahat Shipping Ltd." // a firm that does not exist
)

// screening holds the people of the story against the Security Council's own
// list, while XB is away: nobody fits the suspect, a payee does, in another
// script as well, and a namesake is a near miss. The machine decides nothing.
func (s *story) screening(ctx context.Context, oru *client.Client) error {
	operator, err := s.as("XA", "operator")
	if err != nil {
		return err
	}
	began := s.a.now()
	text, err := document(unList)
	if err != nil {
		return err
	}
	d, err := operator.ImportList(ctx, client.ImportList{}, bytes.NewReader(text))
	if err != nil {
		return err
	}
	if d.Source.Origin != "un" || d.Records < 1000 {
		return broken("the Security Council's list did not come in whole: %+v", d)
	}
	s.tell("XA operator", fmt.Sprintf("imported the Security Council's list of %.10s: %s entries, whole and hashed one by one", d.Published, cell(d.Records)),
		"log entry "+cell(d.Entry), began)
	began = s.a.now()
	w, err := oru.WatchCase(ctx, s.caseID, false)
	if err != nil {
		return err
	}
	if len(w.Subjects) != 1 || len(w.Subjects[0].Hits) != 0 {
		return broken("the suspect of the story is on the list: %+v", w.Subjects)
	}
	hit, err := s.candidate(ctx, oru, payee, "", "organisation")
	if err != nil {
		return err
	}
	cross, err := s.candidate(ctx, oru, cyrillic, "", "organisation")
	if err != nil {
		return err
	}
	near, err := s.candidate(ctx, oru, namesake, "1998-05-02", "person")
	if err != nil {
		return err
	}
	against := ""
	for _, e := range near.Evidence {
		if e.State == "contradicts" {
			against = e.What + " " + e.Query + " against " + e.Listed
		}
	}
	if hit.Reference != payeeRef || cross.Reference != payeeRef || against == "" || near.Score >= hit.Score || !otherScript(cross) {
		return broken("the list answers otherwise than it should: %+v, %+v, %+v", hit, cross, near)
	}
	s.tell("XA d.oru",
		fmt.Sprintf("screened the suspect: nobody on the list; a payee: candidate %s (%.2f); the same in Cyrillic: %s (%.2f), read across scripts; "+
			"a namesake: near miss (%.2f), %s", hit.Reference, hit.Score, cross.Reference, cross.Score, near.Score, against), "candidates only, S24", began)
	return s.payees(ctx, oru)
}

// candidate screens one name and returns the first candidate.
func (s *story) candidate(ctx context.Context, oru *client.Client, name, birth, kind string) (client.ScreenCandidate, error) {
	a, err := oru.ScreenName(ctx, client.ScreenQuestion{ScreenPerson: client.ScreenPerson{Name: name, Birth: birth, Kind: kind},
		Purpose: "investigation", Case: s.caseID})
	if err != nil {
		return client.ScreenCandidate{}, err
	}
	if len(a.Candidates) == 0 || len(a.Candidates[0].Reasons) == 0 {
		return client.ScreenCandidate{}, broken("nobody on the list fits %q", name)
	}
	return a.Candidates[0], nil
}

func otherScript(c client.ScreenCandidate) bool {
	for _, w := range c.Reasons {
		if strings.Contains(w.How, "script") {
			return true
		}
	}
	return false
}

// payees leaves two candidates on the review page, for whoever looks around.
func (s *story) payees(ctx context.Context, oru *client.Client) error {
	w, err := oru.NewWatch(ctx, client.NewWatch{
		Title: "Payees of the account", Basis: "Sanctions Act of Azuria s. 4, decided by the head of the financial crime desk", Purpose: "investigation",
		Until:    s.a.now().AddDate(0, 3, 0).Format(time.DateOnly),
		Subjects: []client.ScreenPerson{{Name: payee, Kind: "organisation"}, {Name: likeness, Kind: "organisation"}},
	})
	if err != nil {
		return err
	}
	if w.Open != 2 {
		return broken("the watch holds other candidates than it should: %+v", w)
	}
	return nil
}
