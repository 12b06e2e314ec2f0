package casework

import (
	"context"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// Draft returns a draft with everything its form needs: fields with their
// texts, what the other side requires, what is missing, and who will see it.
func (w *Casework) Draft(ctx context.Context, p staff.Person, id landbridge.ID) (*DraftView, error) {
	s := w.reading(ctx)
	f, d, err := w.draft(s, p, id)
	if err != nil {
		return nil, err
	}
	files, err := f.files(s)
	if err != nil {
		return nil, err
	}
	files = ofDraft(files, d.ID)
	t := f.def.Transition(d.Transition)
	dm, err := w.demands(ctx, f, t)
	if err != nil {
		return nil, err
	}
	v := &DraftView{ID: d.ID, Case: f.ID, Number: f.Number, Process: f.def.Ref, Definition: f.def, Transition: t, To: f.others(w.me), Input: d.Input,
		Groups: f.form(t, d.Input.Fields, dm), By: d.by(w.me), State: d.State, Returned: d.Note.Returned, Stopped: d.Note.Stopped.view(),
		Version: d.Version, Changed: d.Changed}
	if v.Input.Handling == "" {
		v.Input.Handling = f.Marking
	}
	if t.NeedsIt(process.NeedGround) {
		v.Grounds = f.def.Grounds
	}
	for _, r := range files {
		v.Files = append(v.Files, r.view(f))
	}
	if v.Problems, err = w.problems(ctx, f, d, files); err != nil {
		return nil, err
	}
	v.Approvals = needs(f.fold.Needed(w.candidate(f, d, len(files))))
	m, err := parseMarking(v.Input.Handling, f.Marking)
	if err != nil { // it stands among the problems
		m, _ = parseMarking(f.Marking, defaultMarking)
	}
	purpose := f.purpose(&core{Fields: d.Input.Fields})
	v.Audience, err = w.audience(ctx, f, m, purpose, w.now())
	return v, err
}

// form arranges the fields of a transition by group, in its order.
func (f *whole) form(t *process.Transition, entered process.Values, dm *demand) (all []GroupView) {
	for _, name := range t.Asks {
		field := f.def.Field(name)
		fv := FieldView{Field: field, Value: entered[name], Required: field.Required, Shown: f.def.Shown(field, f.fold.Fields, entered), By: t.Side}
		if dm.profile != nil && slices.Contains(dm.profile.Required, name) {
			fv.Required = true
		}
		for _, words := range dm.words {
			if words.Field == name {
				fv.Demand = words.Text.In("en")
			}
		}
		all = addField(all, fv)
	}
	return all
}

// Proposal returns a proposal, with exactly what its approvers sign.
func (w *Casework) Proposal(ctx context.Context, p staff.Person, id landbridge.ID) (*ProposalView, error) {
	s := w.reading(ctx)
	f, r, err := w.proposal(s, id, "")
	if err != nil {
		return nil, err
	}
	purpose, err := w.canRead(s, f, p, "")
	if err != nil {
		return nil, err
	}
	if err := w.noteReading(ctx, f, p, purpose); err != nil {
		return nil, err
	}
	c := r.Core
	v := &ProposalView{ID: id, Draft: r.Draft, Case: f.ID, Number: f.Number, Title: c.Title, Process: f.def.Title, Transition: f.def.Transition(c.Transition),
		To: c.To, Marking: c.Handling, Digest: r.Digest, Groups: f.groups(c.Fields, nil), Ground: c.Ground, Reason: c.Reason,
		By: PersonView{Party: w.me, Pseudonym: r.Person, Name: c.By.Name, Role: c.By.Role}, At: db.Moment(r.MadeUS), Needs: needs(r.missing(f)), State: r.State}
	if v.Title == "" {
		v.Title = f.Title
	}
	for _, line := range c.Files {
		v.Files = append(v.Files, FileView{ID: line.ID, Name: line.Name, Title: line.Title, MediaType: line.MediaType, Size: line.Size,
			SHA256: line.SHA256, From: w.me, State: fileDraft})
	}
	var people []string
	for _, a := range r.Given {
		people = append(people, a.Person)
	}
	names, err := w.names(ctx, people)
	if err != nil {
		return nil, err
	}
	for _, a := range r.Given {
		v.Given = append(v.Given, PersonView{Party: w.me, Pseudonym: a.Person, Name: names[a.Person], Role: a.Role})
	}
	v.Roles, v.Why = r.rolesOf(f, p)
	v.CanSign = len(v.Roles) > 0
	m, err := parseMarking(c.Handling, defaultMarking)
	if err != nil {
		return nil, err
	}
	if v.Audience, err = w.audience(ctx, f, m, f.purpose(c), w.now()); err != nil {
		return nil, err
	}
	seen := &whole{caseRow: f.caseRow, def: f.def, acts: f.acts, fold: process.New(f.def)}
	seen.fold.Fields = c.Fields
	v.Checks = seen.safeguards()
	return v, nil
}

// rolesOf returns the roles in which the person may approve, or why none.
func (r *proposalRow) rolesOf(f *whole, p staff.Person) (roles []landbridge.Role, why Text) {
	for _, missing := range r.missing(f) {
		for _, role := range missing {
			if r.maySign(f, p, role) == nil && !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	if len(roles) > 0 {
		return roles, Text{}
	}
	switch {
	case r.State != proposalWaiting:
		why = Text{"case.sign.done", nil, "it does not wait for approval any more"}
	case p.Pseudonym == r.Person:
		why = Text{"case.sign.own", nil, "you wrote it; another person approves it (S21)"}
	case slices.ContainsFunc(r.Given, func(a staff.Approval) bool { return a.Person == p.Pseudonym }):
		why = Text{"case.sign.given", nil, "you have approved it already (S21)"}
	default:
		list := ""
		for _, n := range needs(r.missing(f)) {
			if list != "" {
				list += ", "
			}
			list += process.RoleList(n.Roles)
		}
		why = Text{"case.sign.role", []any{list}, "it needs the approval of " + list}
	}
	return nil, why
}
