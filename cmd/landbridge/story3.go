package main

import (
	"context"
	"strings"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// How far back the demo's clocks stand when a person is arrested, and where
// when the law's forty days are over.
const (
	longAgo = -43 * 24 * time.Hour
	daysAgo = -2 * 24 * time.Hour
)

// acts reads the acts of a chapter from its file, by name. What is written
// about time is said in the time on the nodes' clocks.
func (s *story) acts(name string) (map[string]*requestFile, error) {
	text, err := document(name)
	if err != nil {
		return nil, err
	}
	now := s.f.now().UTC()
	filled := strings.NewReplacer("NOW", now.Format("2006-01-02T15:04Z"), "TODAY", now.Format(time.DateOnly),
		"LATER", now.AddDate(0, 0, 56).Format(time.DateOnly),
		"SOON", now.AddDate(0, 0, 1).Format("2006-01-02T15:04Z"), "AFTER", now.AddDate(0, 0, 3).Format("2006-01-02T15:04Z")).Replace(string(text))
	all := map[string]*requestFile{}
	for part := range strings.SplitSeq(filled, "\n---\n") {
		r, err := parseRequest([]byte(part))
		if err != nil {
			return nil, fail.Because(err, fail.Invalid, "%s: %s", name, fail.Safe(err))
		}
		all[r.Act] = r
	}
	return all, nil
}

// A doer is a person of the story at their node.
type doer struct{ party, login string }

func (d doer) String() string { return d.party + " " + d.login }

// do lets a person do an act in a case, or open one with it; signers approve it
// in the role given with each, in turn.
func (s *story) do(ctx context.Context, who doer, caseID string, r *requestFile, signers ...signer) (client.Done, error) {
	c, err := s.as(who.party, who.login)
	if err != nil {
		return client.Done{}, err
	}
	var done client.Done
	if caseID != "" {
		done, err = c.Act(ctx, client.ActRequest{Case: caseID, Transition: r.Act, Input: r.input()})
	} else {
		var d client.Draft
		if d, err = c.NewDraft(ctx, client.NewDraft{Process: r.Process, To: r.To, Sides: r.Sides, Transition: r.Act, Input: r.input()}); err == nil {
			done, err = c.Propose(ctx, d.ID)
		}
	}
	if err != nil {
		return done, err
	}
	for _, by := range signers {
		other, err := s.as(who.party, by.login)
		if err != nil {
			return done, err
		}
		if done, err = approve(ctx, other, done.Proposal, by.role, s.f.member(who.party).keyFile(by.login)); err != nil {
			return done, err
		}
	}
	if done.Act == "" {
		return done, broken("%s waits for another signature: %+v", r.Act, done.Needs)
	}
	return done, nil
}

// A signer approves an act in a role.
type signer struct{ login, role string }

// arrest tells a provisional arrest of six weeks ago: asked with a judge's
// signature, stopped without a review of rights, ordered, and ended by the
// law's clock when no request for extradition came.
func (s *story) arrest(ctx context.Context) error {
	if err := s.settled(ctx); err != nil {
		return err
	}
	if err := s.f.set(ctx, longAgo); err != nil {
		return err
	}
	acts, err := s.acts("arrest.yaml")
	if err != nil {
		return err
	}
	began := s.a.now()
	done, err := s.do(ctx, doer{"XA", "i.sol"}, "", acts["request"], signer{"a.brehm", "judge"})
	if err != nil {
		return err
	}
	s.arrested = done.Case
	hask, err := s.as("XB", "r.hask")
	if err != nil {
		return err
	}
	if _, err := reached(ctx, hask, s.arrested, "received"); err != nil {
		return err
	}
	s.tell("XA i.sol", "43 days ago: asked XB for a provisional arrest, signed by a judge", done.Number, began)
	began = s.a.now()
	police, judge := doer{"XB", "f.dahl"}, doer{"XB", "r.hask"}
	if _, err := s.do(ctx, judge, s.arrested, acts["order_arrest"]); err != nil {
		return err
	}
	stop, err := s.do(ctx, police, s.arrested, acts["arrest"])
	if err == nil && stop.Stopped == nil || err != nil && !strings.Contains(err.Error(), "S2") && !strings.Contains(err.Error(), "S5") {
		return broken("a person could be arrested without a review of rights: %+v %v", stop, err)
	}
	s.tell("XB f.dahl", "may not arrest on the judge's order alone: a reviewer outside the chain has not spoken", "S2, S5", began)
	began = s.a.now()
	if _, err := s.do(ctx, doer{"XB", "l.osei"}, s.arrested, acts["review_rights"]); err != nil {
		return err
	}
	if _, err := s.do(ctx, police, s.arrested, acts["arrest"], signer{"r.hask", "judge"}); err != nil {
		return err
	}
	if _, err := s.do(ctx, police, s.arrested, acts["inform_person"]); err != nil {
		return err
	}
	if _, err := s.do(ctx, judge, s.arrested, acts["hear_person"]); err != nil {
		return err
	}
	sol, err := s.as("XA", "i.sol")
	if err != nil {
		return err
	}
	if _, err := reached(ctx, sol, s.arrested, "arrested"); err != nil {
		return err
	}
	s.tell("XB", "rights reviewed, arrested with a judge's signature, told why and by whom, counsel and consul called, heard by the judge", "S2, S5, S25", began)
	return s.freed(ctx)
}

// freed lets forty days pass in which XA sends nothing.
func (s *story) freed(ctx context.Context) error {
	sol, err := s.as("XA", "i.sol")
	if err != nil {
		return err
	}
	if err := s.settled(ctx); err != nil {
		return err
	}
	began := s.a.now()
	if err := s.f.set(ctx, daysAgo); err != nil {
		return err
	}
	v, err := reached(ctx, sol, s.arrested, "release_due")
	if err != nil {
		return err
	}
	legal := ""
	for _, c := range v.Clocks {
		if c.Name == "pa.hard" {
			legal = c.Source
		}
	}
	s.tell("XB", "forty days passed and no request for extradition came: the law's clock ended the detention by itself", legal, began)
	began = s.a.now()
	acts, err := s.acts("arrest.yaml")
	if err != nil {
		return err
	}
	if _, err := s.do(ctx, doer{"XB", "f.dahl"}, s.arrested, acts["confirm_release"]); err != nil {
		return err
	}
	if _, err := reached(ctx, sol, s.arrested, "released"); err != nil {
		return err
	}
	s.tell("XB f.dahl", "confirmed that the person is free; XA sees it", "", began)
	if err := s.settled(ctx); err != nil {
		return err
	}
	return s.f.set(ctx, 0)
}

// quiet waits until nothing waits to be delivered: what is on its way when the
// clocks jump would be weeks old when it arrives.
func (s *story) quiet(ctx context.Context, c *client.Client) error {
	return until(ctx, "everything is delivered", func() (bool, error) {
		desk, err := c.Desk(ctx)
		if err != nil {
			return false, err
		}
		for _, p := range desk.Peers {
			if p.Waiting > 0 {
				return false, nil
			}
		}
		return true, nil
	})
}
