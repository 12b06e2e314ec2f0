package casework

import (
	"context"
	"database/sql"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/staff"
)

// maxFacts bounds the entries of the own record shown with a case.
const maxFacts = 100

// showTimeline lists the acts, newest first, each with its proof.
func (w *Casework) showTimeline(ctx context.Context, f *whole, v *CaseView) error {
	after := map[landbridge.Digest]string{}
	for _, s := range f.fold.Steps {
		after[s.Act.ID] = s.State
	}
	for i := len(f.acts) - 1; i >= 0; i-- {
		a := f.acts[i]
		t := f.def.Transition(a.Core.Transition)
		av := ActView{ID: a.ID, Message: a.Message, Transition: a.Core.Transition, Label: a.Core.Transition, Party: a.Core.From, By: a.by(),
			Signed: a.Header.Created, Arrived: a.Arrived,
			Applied: true, State: after[a.ID], Marking: a.Core.Handling, Groups: f.groups(a.Core.Fields, a), Reason: a.Core.Reason, Entry: a.Entry}
		if t != nil {
			av.Label = t.Done
		}
		if why, waits := f.without(a.ID); why != nil {
			av.Applied, av.Waiting, av.Why = false, waits, textOf(*why)
		}
		if g := f.def.Ground(a.Core.Ground); g != nil {
			av.Ground = g
		}
		digest := digestOf(a.coreText)
		av.Digest = digest
		for _, given := range a.Tail.Approvals {
			av.Approvals = append(av.Approvals, ApprovalView{PersonView: PersonView{Party: a.Core.From, Pseudonym: given.Person, Role: given.Role},
				Software: given.Software, Valid: staff.CheckApproval(given, digest) == nil})
		}
		for _, fv := range v.Files {
			if fv.Act == a.ID {
				av.Files = append(av.Files, fv)
			}
		}
		var err error
		if av.Cosigned, err = w.c.Log.Cosigners(ctx, a.Entry); err != nil {
			return err
		}
		v.Timeline = append(v.Timeline, av)
	}
	return w.nameApprovers(ctx, v)
}

// nameApprovers puts names to the pseudonyms of this node.
func (w *Casework) nameApprovers(ctx context.Context, v *CaseView) error {
	var ours []string
	for _, a := range v.Timeline {
		for _, given := range a.Approvals {
			if given.Party == w.me {
				ours = append(ours, given.Pseudonym)
			}
		}
	}
	names, err := w.names(ctx, ours)
	for i := range v.Timeline {
		for j := range v.Timeline[i].Approvals {
			given := &v.Timeline[i].Approvals[j]
			if given.Party == w.me {
				given.Name = names[given.Pseudonym]
			}
		}
	}
	return err
}

// showWork lists drafts and proposals of the case.
func (w *Casework) showWork(ctx context.Context, f *whole, v *CaseView) error {
	s := w.reading(ctx)
	drafts, err := f.draftsOf(s, draftOpen)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		v.Drafts = append(v.Drafts, DraftBrief{ID: d.ID, Transition: d.Transition, Label: f.def.Transition(d.Transition).Label,
			By: d.by(w.me), Changed: d.Changed})
		if st := d.Note.Stopped.view(); st != nil && (v.Stopped == nil || st.At.After(v.Stopped.At)) {
			v.Stopped = st
		}
	}
	ids, err := proposalsOf(s, f.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		_, r, err := w.proposal(s, id, "")
		if err != nil {
			return err
		}
		v.Proposals = append(v.Proposals, ProposalBrief{ID: id, Transition: r.Core.Transition, Label: f.def.Transition(r.Core.Transition).Label,
			By: PersonView{Party: w.me, Pseudonym: r.Person, Name: r.Core.By.Name, Role: r.Core.By.Role}, At: db.Moment(r.MadeUS), Needs: needs(r.missing(f))})
	}
	return nil
}

func proposalsOf(s source, id landbridge.CaseID) (ids []landbridge.ID, err error) {
	err = s.each(func(rows *sql.Rows) error {
		var id landbridge.ID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM casework_proposal WHERE case_id = $1 AND state = $2 ORDER BY id`, id, proposalWaiting)
	return ids, err
}

func (d *draftRow) by(me landbridge.PartyID) PersonView {
	return PersonView{Party: me, Pseudonym: d.Person, Name: d.Note.Name, Role: landbridge.Role(d.Note.Role)}
}

// showDelivery lists, for our messages, how far each came and what stopped it.
func (w *Casework) showDelivery(ctx context.Context, f *whole, v *CaseView) error {
	for i := len(f.acts) - 1; i >= 0; i-- {
		a := f.acts[i]
		if !a.Mine {
			continue
		}
		label := a.Core.Transition
		if t := f.def.Transition(label); t != nil {
			label = t.Done
		}
		views, err := w.delivery(ctx, a, label)
		if err != nil {
			return err
		}
		v.Delivery = append(v.Delivery, views...)
	}
	return nil
}

func (w *Casework) delivery(ctx context.Context, a *actRow, label string) (all []DeliveryView, err error) {
	steps, err := w.c.Exchange.Ladder(ctx, a.Message)
	if err != nil {
		return nil, err
	}
	for _, p := range a.Core.To {
		v := DeliveryView{Message: a.Message, Act: a.ID, Label: label, Recipient: p}
		for _, st := range steps {
			if st.To != "" && st.To != p {
				continue
			}
			v.Steps = append(v.Steps, LadderStep{Name: string(st.Rung), At: st.At, Note: st.Reason, Entry: st.LogIndex})
			switch st.Rung {
			case exchange.Refused, exchange.Undeliverable:
				v.Problem = st.Reason
			case exchange.Delivered:
				v.Receipt = true
			}
		}
		all = append(all, v)
	}
	return all, nil
}

// showRecord lists this node's own facts about the case, newest first.
func (w *Casework) showRecord(ctx context.Context, f *whole, v *CaseView) error {
	facts, err := w.c.Log.FactsAbout(ctx, string(f.ID), maxFacts)
	if err != nil {
		return err
	}
	var people []string
	for _, e := range facts {
		if e.Actor != nodeActor {
			people = append(people, e.Actor)
		}
	}
	names, err := w.names(ctx, people)
	slices.Reverse(facts) // the newest first
	for _, e := range facts {
		v.Facts = append(v.Facts, FactView{Entry: e.Index, Kind: e.Kind, Actor: e.Actor, Name: names[e.Actor], Note: e.Note, At: e.Time})
	}
	return err
}
