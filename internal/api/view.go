package api

import (
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/casework"
	"landbridge.example/process"
)

// This file turns what casework shows into the types of package client.

// each maps a list; the result is never nil, so that JSON has [] and not null.
func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func texts[T ~string](in []T) []string { return each(in, func(v T) string { return string(v) }) }

func digest(d landbridge.Digest) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func fieldsOf(groups []casework.GroupView) client.Fields {
	out := client.Fields{}
	for _, g := range groups {
		for _, f := range g.Fields {
			if v := value(f.Value); v != nil {
				out[f.Field.Name] = v
				if f.Party != "" { // of several parties each has its own
					out[f.Field.Name+"@"+string(f.Party)] = v
				}
			}
		}
	}
	return out
}

func valuesOf(in process.Values) client.Fields {
	out := client.Fields{}
	for name, v := range in {
		if v := value(v); v != nil {
			out[name] = v
		}
	}
	return out
}

// value returns v in its JSON form, nil when it is empty.
func value(v process.Value) any {
	switch {
	case v.Rows != nil:
		return each(v.Rows, func(r process.Row) map[string]string { return r })
	case v.Items != nil:
		return v.Items
	case v.Text != "":
		return v.Text
	}
	return nil
}

func clock(c casework.ClockView) client.Clock {
	return client.Clock{Name: c.Name, Label: c.Label, Side: c.Side, Ours: c.Ours, Status: c.Status, Due: c.Due, For: c.For, Force: c.Force, Source: c.Source}
}

func clockAt(c *casework.ClockView) *client.Clock {
	if c == nil {
		return nil
	}
	v := clock(*c)
	return &v
}

func summary(c casework.CaseRow) client.CaseSummary {
	return client.CaseSummary{
		ID: string(c.ID), Number: c.Number, Title: c.Title, Process: c.Process.Name(), Side: c.Side, With: texts(c.With),
		State: c.State, Label: c.Label, Outcome: c.Outcome, Ended: c.Ended, Marking: c.Marking, Urgent: c.Urgent,
		Opened: c.Opened, Changed: c.Changed, Clock: clockAt(c.Clock),
	}
}

func person(p casework.PersonView) client.Person {
	return client.Person{Party: string(p.Party), Pseudonym: p.Pseudonym, Name: p.Name, Role: string(p.Role)}
}

func file(f casework.FileView) client.File {
	return client.File{ID: string(f.ID), Name: f.Name, Title: f.Title, Type: f.MediaType, Size: f.Size, SHA256: digest(f.SHA256),
		From: string(f.From), Act: digest(f.Act), State: f.State}
}

func need(n casework.Need) client.Reason {
	rule := ""
	for i, r := range n.Roles {
		if i > 0 {
			rule += "|"
		}
		rule += string(r)
	}
	return client.Reason{Rule: rule, Text: n.Text.English}
}

func audience(a casework.AudienceView) client.Audience {
	return client.Audience{Party: string(a.Party), Roles: texts(a.Roles), Name: a.Name, Sees: a.Sees, Rule: a.Rule, Text: a.Text.English}
}

func safeguard(s casework.SafeguardView) client.Safeguard {
	return client.Safeguard{Rule: s.Rule, Name: s.Name.English, Status: s.Status, Text: s.Text.English}
}

func stop(s *casework.Stop) *client.Stop {
	if s == nil {
		return nil
	}
	return &client.Stop{Rule: s.Rule, Text: s.Text.English, Advice: s.Advice.English, At: s.At, Entry: s.Entry}
}

func problemView(p casework.Problem) client.FieldProblem {
	return client.FieldProblem{Field: p.Field, Row: p.Row, Part: p.Part, Rule: p.Rule, Text: p.Text.English, Block: p.Block}
}

func done(d *casework.Done) client.Done {
	return client.Done{Case: string(d.Case), Number: d.Number, State: d.State, Act: digest(d.Act), Message: string(d.Message),
		Proposal: string(d.Proposal), Digest: digest(d.Digest), Needs: each(d.Needs, need), Stopped: stop(d.Stopped)}
}

func openAct(o casework.OpenAct) client.OpenAct {
	t := o.Transition
	return client.OpenAct{Name: t.Name, Label: t.Label, Effect: t.Effect, Asks: t.Asks, Needs: t.Needs,
		Approvals: each(o.Approvals, func(n casework.Need) string { return need(n).Rule }),
		Why:       each(o.Why, func(r casework.Reason) client.Reason { return client.Reason{Rule: r.Rule, Text: r.Text.English} })}
}

func ground(g *process.Ground) *client.Choice {
	if g == nil {
		return nil
	}
	return &client.Choice{Code: g.Code, Label: g.Label}
}

func act(a casework.ActView) client.Act {
	return client.Act{
		ID: digest(a.ID), Message: string(a.Message), Transition: a.Transition, Label: a.Label, Party: string(a.Party), By: person(a.By),
		Approvals: each(a.Approvals, func(p casework.ApprovalView) client.Approval {
			return client.Approval{Person: person(p.PersonView), Software: p.Software, Valid: p.Valid}
		}),
		Signed: a.Signed, Arrived: a.Arrived, Applied: a.Applied, Why: a.Why.English, State: a.State, Marking: a.Marking,
		Fields: fieldsOf(a.Groups), Ground: ground(a.Ground), Reason: a.Reason, Files: each(a.Files, file), Entry: a.Entry, Cosigned: texts(a.Cosigned),
	}
}

func delivery(d casework.DeliveryView) client.Delivery {
	return client.Delivery{Message: string(d.Message), Act: digest(d.Act), Label: d.Label, To: string(d.Recipient), Problem: d.Problem, Receipt: d.Receipt,
		Steps: each(d.Steps, func(s casework.LadderStep) client.Step {
			return client.Step{Name: s.Name, At: s.At, Note: s.Note, Entry: s.Entry}
		})}
}

func refusal(r *casework.RefusalView) *client.Refusal {
	if r == nil {
		return nil
	}
	return &client.Refusal{Ground: *ground(&r.Ground), Reason: r.Reason, By: person(r.By), At: r.At}
}

func caseView(v *casework.CaseView) client.Case {
	return client.Case{
		CaseSummary: summary(v.CaseRow), Origin: string(v.Origin), Fields: fieldsOf(v.Groups),
		Sides: each(v.Sides, func(s casework.SideView) client.Side {
			return client.Side{Name: s.Name, Parties: texts(s.Parties), Ours: s.Ours}
		}),
		Way: each(v.Way, func(s casework.WayStep) client.WayStep {
			return client.WayStep{State: s.State, Label: s.Label, Status: s.Status, At: moment(s.At)}
		}),
		Open: each(v.Open, openAct), Closed: each(v.Closed, openAct), Timeline: each(v.Timeline, act), Files: each(v.Files, file),
		Clocks: each(v.Clocks, clock), Audience: each(v.Audience, audience), Safeguards: each(v.Safeguards, safeguard), Delivery: each(v.Delivery, delivery),
		Drafts: each(v.Drafts, func(d casework.DraftBrief) client.DraftBrief {
			return client.DraftBrief{ID: string(d.ID), Transition: d.Transition, Label: d.Label, By: person(d.By), At: d.Changed}
		}),
		Proposals: each(v.Proposals, func(p casework.ProposalBrief) client.DraftBrief {
			return client.DraftBrief{ID: string(p.ID), Transition: p.Transition, Label: p.Label, By: person(p.By), At: p.At, Needs: each(p.Needs, need)}
		}),
		Facts: each(v.Facts, func(f casework.FactView) client.Fact {
			return client.Fact{Index: f.Entry, Kind: f.Kind, Time: f.At, Actor: f.Actor, Name: f.Name, Note: f.Note}
		}),
		Question: v.Question, Refusal: refusal(v.Refusal), Stopped: stop(v.Stopped),
	}
}

func draftView(d *casework.DraftView) client.Draft {
	return client.Draft{
		ID: string(d.ID), Case: string(d.Case), Number: d.Number, Process: d.Process.Name(), Transition: d.Transition.Name, To: texts(d.To),
		Input: client.Input{Title: d.Input.Title, Handling: d.Input.Handling, Fields: valuesOf(d.Input.Fields), Ground: d.Input.Ground, Reason: d.Input.Reason},
		Files: each(d.Files, file), Problems: each(d.Problems, problemView), Audience: each(d.Audience, audience), Approvals: each(d.Approvals, need),
		By: person(d.By), State: d.State, Returned: d.Returned, Stopped: stop(d.Stopped), Version: d.Version, Changed: d.Changed,
	}
}

func proposalView(p *casework.ProposalView) client.Proposal {
	return client.Proposal{
		ID: string(p.ID), Draft: string(p.Draft), Case: string(p.Case), Number: p.Number, Title: p.Title, Process: p.Process,
		Transition: p.Transition.Name, Label: p.Transition.Label, Effect: p.Transition.Effect, To: texts(p.To), Marking: p.Marking,
		Digest: digest(p.Digest), Challenge: challenge(p.Digest), Fields: fieldsOf(p.Groups), Ground: p.Ground, Reason: p.Reason,
		Files: each(p.Files, file), By: person(p.By), At: p.At, Given: each(p.Given, person), Needs: each(p.Needs, need),
		CanSign: p.CanSign, Why: p.Why.English, State: p.State, Audience: each(p.Audience, audience), Safeguards: each(p.Checks, safeguard),
	}
}
