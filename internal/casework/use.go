package casework

import (
	"context"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// A Use is something a person wants to do with what one act of a case gave.
type Use struct {
	Case    landbridge.CaseID
	Act     landbridge.Digest
	Action  handling.Action
	Purpose handling.Purpose   // empty: the purpose of the case
	To      landbridge.PartyID // for handling.Forward
}

// MayUse decides a use by the marking of the act, its purpose and the releases
// its giver granted (S3, S16), and records the answer, yes or no. The codes bind
// people: what it refuses is not done.
func (w *Casework) MayUse(ctx context.Context, p staff.Person, u Use) (handling.Decision, error) {
	s := w.reading(ctx)
	f, err := w.whole(s, u.Case)
	if err != nil {
		return handling.Decision{}, err
	}
	if _, err := w.canRead(s, f, p, ""); err != nil {
		return handling.Decision{}, err
	}
	a := f.byID[u.Act]
	if a == nil {
		return handling.Decision{}, fail.New(fail.Missing, "there is no such act in this case")
	}
	m, err := handling.Parse(a.Core.Handling)
	if err != nil {
		return handling.Decision{}, err
	}
	team, err := f.team(s)
	if err != nil {
		return handling.Decision{}, err
	}
	policy := w.policy(f, m, team)
	policy.Object, policy.Originator, policy.Releases = a.ID, a.Core.From, f.releases()
	if u.Purpose == "" {
		u.Purpose = handling.Purpose(f.Purpose)
	}
	actor := handling.Actor{Party: w.me, Person: p.Pseudonym, Roles: p.Roles, Participant: true}
	d := handling.Decide(policy, handling.Question{Actor: actor, Action: u.Action, Purpose: u.Purpose, To: u.To, At: w.now()})
	answer := "refused by " + d.Rule
	if d.Allow {
		answer = "allowed by " + d.Rule
	}
	err = w.c.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := w.fact(tx, factUse, p.Pseudonym, a.ID, f.ID, string(u.Action)+" for "+string(u.Purpose)+" "+answer)
		return err
	})
	return d, err
}

// releases reads the permissions that were granted from the acts that asked for
// them and granted them: exactly this act, this purpose, this party. An answer
// that allowed use as evidence from the start is its own permission.
func (f *whole) releases() (all []handling.Release) {
	type question struct {
		object  landbridge.Digest
		purpose handling.Purpose
		by      landbridge.PartyID
	}
	var open []question
	for _, s := range f.fold.Steps {
		switch f.def.Transition(s.Act.Transition).Means {
		case process.ReleaseAsked:
			object, err := landbridge.ParseDigest(s.Act.Fields["evidence_object"].Text)
			if err == nil {
				open = append(open, question{object, handling.Purpose(s.Act.Fields["evidence_purpose"].Text), s.Act.Party})
			}
		case process.ReleaseGranted:
			for _, q := range open {
				all = append(all, handling.Release{By: s.Act.Party, Object: q.object, Lifts: handling.UseAsEvidence, Purpose: q.purpose, Recipient: q.by, From: s.At})
			}
			open = nil
		case process.ReleaseRefused:
			open = nil
		}
		if s.Act.Fields["evidence_use_allowed"].Text == process.Yes {
			for _, to := range f.others(s.Act.Party) {
				all = append(all, handling.Release{By: s.Act.Party, Object: s.Act.ID, Lifts: handling.UseAsEvidence,
					Purpose: handling.Purpose(f.Purpose), Recipient: to, From: s.At})
			}
		}
	}
	return all
}
