package casework

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// Propose finishes a draft. If the act needs nobody else's signature it is made
// and sent; otherwise its exact bytes are frozen and wait for approval. If a
// safeguard stops it, Done says which: that is no error, and it is recorded.
func (w *Casework) Propose(ctx context.Context, p staff.Person, draft landbridge.ID) (*Done, error) {
	f, d, err := w.ownOpen(w.reading(ctx), p, draft)
	if err != nil {
		return nil, err
	}
	t := f.def.Transition(d.Transition)
	role, ok := roleFor(p, t)
	if !ok {
		return nil, fail.New(fail.Denied, "%s is done by %s (0.2)", t.Label, process.RoleList(t.By))
	}
	d.Note.Role = string(role)
	files, err := f.files(w.reading(ctx))
	if err != nil {
		return nil, err
	}
	files = ofDraft(files, d.ID)
	if done, err := w.judge(ctx, p, f, d, files); done != nil || err != nil {
		return done, err
	}
	coreText, c, err := w.freeze(f, p, role, d, files)
	if err != nil {
		return nil, err
	}
	a := c.act(landbridge.Digest{}, landbridge.Digest{}, w.now(), &tail{Parents: f.heads()})
	if needed := f.fold.Needed(&a); len(needed) > 0 {
		return w.wait(ctx, p, f, d, coreText, needed)
	}
	return w.finish(ctx, finishing{person: p, caseID: f.ID, draft: d.ID, coreText: coreText})
}

// judge holds a draft against everything that could keep it here. A stop is
// answered as a value.
func (w *Casework) judge(ctx context.Context, p staff.Person, f *whole, d *draftRow, files []*fileRow) (*Done, error) {
	t := f.def.Transition(d.Transition)
	dm, err := w.demands(ctx, f, t)
	if err != nil {
		return nil, err
	}
	a := w.candidate(f, d, len(files))
	if why := w.stopFor(f, a, dm); why != nil {
		return w.stop(ctx, p, f, d, why)
	}
	all, err := w.problems(ctx, f, d, files)
	if err != nil {
		return nil, err
	}
	if some := blocking(all); len(some) > 0 {
		return nil, unfinished(some)
	}
	if why := f.fold.Check(a, f.local(dm.profile)); why != nil {
		return nil, conflictOr(why)
	}
	return nil, nil
}

// stop records that a safeguard kept an act from leaving, and tells its author.
func (w *Casework) stop(ctx context.Context, p staff.Person, f *whole, d *draftRow, why *process.Reason) (*Done, error) {
	err := w.c.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := w.fact(tx, factStopped, p.Pseudonym, landbridge.Digest{}, f.ID, why.Rule+" "+d.Transition)
		if err != nil {
			return err
		}
		d.Note.Stopped = &stopped{Rule: why.Rule, Code: why.Code, Args: why.Args, Text: why.Text, At: w.now(), Entry: n}
		id := f.ID
		tx.OnCommit(func() { w.c.Changed(id) })
		return w.updateDraft(tx, f, d)
	})
	if err != nil {
		return nil, err
	}
	return &Done{Case: f.ID, Number: f.Number, State: f.State, Stopped: d.Note.Stopped.view()}, nil
}

// freeze writes the act down as it will be sent.
func (w *Casework) freeze(f *whole, p staff.Person, role landbridge.Role, d *draftRow, files []*fileRow) ([]byte, *core, error) {
	m, err := parseMarking(d.Input.Handling, f.Marking)
	if err != nil {
		return nil, nil, err
	}
	c := &core{Format: actFormat, Case: f.ID, Process: f.def.Ref.String(), From: w.me, To: f.others(w.me), Transition: d.Transition,
		By: author{Person: p.Pseudonym, Role: role, Name: shortName(p.Name)}, Handling: m.String(), Fields: d.Input.Fields,
		Ground: d.Input.Ground, Reason: d.Input.Reason, Made: w.now()}
	if len(c.Fields) == 0 {
		c.Fields = nil
	}
	if f.fold.State == f.def.Start() {
		c.Number, c.Title, c.Sides = f.Number, d.Input.Title, f.Sides
	}
	for _, r := range files {
		c.Files = append(c.Files, r.fileLine)
	}
	coreText, err := canon.Encode(c)
	if err != nil {
		return nil, nil, fmt.Errorf("writing an act: %w", err)
	}
	if len(coreText) > MaxBody/2 {
		return nil, nil, fail.New(fail.TooLarge, "the text of an act has at most %d bytes; send the rest as a file", MaxBody/2)
	}
	if err := c.check(); err != nil {
		return nil, nil, err
	}
	return coreText, c, nil
}

func shortName(s string) string {
	if len(s) > nameLen {
		s = strings.ToValidUTF8(s[:nameLen], "")
	}
	return s
}

// wait freezes an act until it is approved.
func (w *Casework) wait(ctx context.Context, p staff.Person, f *whole, d *draftRow, coreText []byte, needed [][]landbridge.Role) (*Done, error) {
	id, err := w.newID()
	if err != nil {
		return nil, err
	}
	digest := digestOf(coreText)
	err = w.c.DB.Write(ctx, func(tx *db.Tx) error {
		d.State, d.Note.Returned, d.Note.Stopped = draftProposed, "", nil
		if err := w.updateDraft(tx, f, d); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO casework_proposal (id, draft_id, case_id, digest, core, person, state, made_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, d.ID, f.ID, digest.String(), f.key.Seal(coreText, aboutCore(id)), p.Pseudonym, proposalWaiting, db.Micros(w.now()))
		if err != nil {
			return fmt.Errorf("entering a proposal: %w", err)
		}
		if err := w.saveNeeds(tx, f.ID, id, d.Transition, needed); err != nil {
			return err
		}
		caseID := f.ID
		tx.OnCommit(func() { w.c.Changed(caseID) })
		_, err = w.fact(tx, factProposed, p.Pseudonym, digest, f.ID, d.Transition)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Done{Case: f.ID, Number: f.Number, Proposal: id, Digest: digest, Needs: needs(needed), State: f.State}, nil
}

func needs(missing [][]landbridge.Role) (all []Need) {
	for _, roles := range missing {
		list := process.RoleList(roles)
		all = append(all, Need{Roles: roles, Text: Text{"case.needs_approval", []any{list}, "approval by " + list}})
	}
	return all
}

// saveNeeds remembers which roles a proposal waits for, for their desks.
func (w *Casework) saveNeeds(tx *db.Tx, id landbridge.CaseID, proposal landbridge.ID, transition string, missing [][]landbridge.Role) error {
	if _, err := tx.Exec(`DELETE FROM casework_turn WHERE case_id = $1 AND proposal_id = $2`, id, proposal); err != nil {
		return err
	}
	for _, roles := range missing {
		for _, r := range roles {
			_, err := tx.Exec(`INSERT INTO casework_turn (case_id, proposal_id, role, transition) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
				id, proposal, r, transition)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// A proposalRow is a proposal as stored, opened.
type proposalRow struct {
	ID       landbridge.ID
	Draft    landbridge.ID
	Case     landbridge.CaseID
	Digest   landbridge.Digest
	coreText []byte
	Core     *core
	Person   string
	State    string
	MadeUS   int64
	Given    []staff.Approval
}

// proposal loads a proposal, its case and the approvals so far. lock makes other
// instances of this node wait with theirs.
func (w *Casework) proposal(s source, id landbridge.ID, lock string) (*whole, *proposalRow, error) {
	r := proposalRow{ID: id}
	var sealed []byte
	var digest string
	err := s.row(`SELECT draft_id, case_id, digest, core, person, state, made_us FROM casework_proposal WHERE id = $1`+lock, id).
		Scan(&r.Draft, &r.Case, &digest, &sealed, &r.Person, &r.State, &r.MadeUS)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, fail.New(fail.Missing, "there is no such proposal")
	}
	if err != nil {
		return nil, nil, err
	}
	if r.Digest, err = landbridge.ParseDigest(digest); err != nil {
		return nil, nil, err
	}
	f, err := w.whole(s, r.Case)
	if err != nil {
		return nil, nil, err
	}
	if r.coreText, err = f.key.Open(sealed, aboutCore(id)); err != nil {
		return nil, nil, err
	}
	r.Core = new(core)
	if err := strict(r.coreText, r.Core); err != nil {
		return nil, nil, err
	}
	if digestOf(r.coreText) != r.Digest {
		return nil, nil, errors.New("a proposal's bytes differ from its digest")
	}
	err = s.each(func(rows *sql.Rows) error {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		var a staff.Approval
		err := json.Unmarshal(b, &a)
		r.Given = append(r.Given, a)
		return err
	}, `SELECT approval FROM casework_approval WHERE proposal_id = $1 ORDER BY at_us, person`, id)
	return f, &r, err
}

// signatures returns the approvals as the engine sees them.
func signatures(given []staff.Approval) (all []process.Approval) {
	for _, a := range given {
		all = append(all, process.Approval{Role: a.Role, Person: a.Person})
	}
	return all
}

// missing returns the approvals the proposal still lacks.
func (r *proposalRow) missing(f *whole) [][]landbridge.Role {
	a := r.Core.act(landbridge.Digest{}, landbridge.Digest{}, db.Moment(r.MadeUS), &tail{})
	return process.Missing(f.fold.Needed(&a), r.Person, signatures(r.Given))
}

// maySign says whether the person may approve the proposal in the role, and if
// not, why not. Two-person rules compare persons, not accounts (S21).
func (r *proposalRow) maySign(f *whole, p staff.Person, role landbridge.Role) error {
	switch {
	case r.State != proposalWaiting:
		return fail.New(fail.Conflict, "this proposal does not wait for approval any more")
	case p.Pseudonym == r.Person:
		return fail.New(fail.Denied, "its author cannot approve it; another person must (S21)")
	case !p.Is(role):
		return fail.New(fail.Denied, "you do not hold the role %s (S21)", role)
	case slices.ContainsFunc(r.Given, func(a staff.Approval) bool { return a.Person == p.Pseudonym }):
		return fail.New(fail.Denied, "you have approved it already; each approval comes from another person (S21)")
	case !slices.ContainsFunc(r.missing(f), func(roles []landbridge.Role) bool { return slices.Contains(roles, role) }):
		return fail.New(fail.Denied, "it does not need the approval of %s (S21)", role)
	}
	return nil
}

// Approve signs a proposal in the given role with a passkey assertion over its
// digest. With the last signature it needs, the act is made and sent.
func (w *Casework) Approve(ctx context.Context, p staff.Person, id landbridge.ID, role landbridge.Role, assertion []byte) (*Done, error) {
	f, r, err := w.proposal(w.reading(ctx), id, "")
	if err != nil {
		return nil, err
	}
	if err := r.maySign(f, p, role); err != nil {
		return nil, err
	}
	if done, err := w.stillGood(ctx, p, f, r); done != nil || err != nil {
		return done, err
	}
	given, err := w.c.Verify(ctx, p, role, r.Digest, assertion)
	if err != nil {
		return nil, err
	}
	if given.Person != p.Pseudonym || given.Role != role {
		return nil, errors.New("approving: the approval names another person or role")
	}
	if err := staff.CheckApproval(given, r.Digest); err != nil { // what the other side will ask
		return nil, err
	}
	return w.finish(ctx, finishing{person: p, caseID: f.ID, draft: r.Draft, proposal: r.ID, coreText: r.coreText, approval: &given})
}

// stillGood holds a proposal against the case as it is now: it may have moved on
// while the act waited.
func (w *Casework) stillGood(ctx context.Context, p staff.Person, f *whole, r *proposalRow) (*Done, error) {
	d, err := f.draft(w.reading(ctx), r.Draft)
	if err != nil {
		return nil, err
	}
	if err := w.loadPursued(w.reading(ctx), f, d.Input.Fields["persons"]); err != nil {
		return nil, err
	}
	dm, err := w.demands(ctx, f, f.def.Transition(d.Transition))
	if err != nil {
		return nil, err
	}
	a := w.candidate(f, d, len(r.Core.Files))
	if why := w.stopFor(f, a, dm); why != nil {
		return w.stop(ctx, p, f, d, why)
	}
	if err := w.stillLawful(ctx, f, d); err != nil {
		return nil, err
	}
	if why := f.fold.Check(a, f.local(dm.profile)); why != nil {
		return nil, fail.New(fail.Conflict, "the case has moved on since this was proposed: %s; return it to its author (%s)", why.Text, why.Rule)
	}
	return nil, nil
}

// Return sends a proposal back to its author, with the reason.
func (w *Casework) Return(ctx context.Context, p staff.Person, id landbridge.ID, reason string) error {
	reason = strings.TrimSpace(reason)
	if len(reason) < 3 || len(reason) > maxReason {
		return fail.New(fail.Invalid, "say in words why it goes back")
	}
	return w.c.DB.Write(ctx, func(tx *db.Tx) error {
		f, r, err := w.proposal(w.writing(tx), id, tx.ForUpdate())
		if err != nil {
			return err
		}
		if r.State != proposalWaiting {
			return fail.New(fail.Conflict, "this proposal does not wait for approval any more")
		}
		needed := r.missing(f)
		holds := slices.ContainsFunc(needed, func(roles []landbridge.Role) bool { return slices.ContainsFunc(roles, p.Is) })
		if p.Pseudonym != r.Person && !holds {
			return fail.New(fail.Denied, "it is returned by its author or by someone who could approve it (S21)")
		}
		if err := w.endProposal(tx, f.ID, r.ID, proposalReturned); err != nil {
			return err
		}
		d, err := f.draft(w.writing(tx), r.Draft)
		if err != nil {
			return err
		}
		d.State, d.Note.Returned = draftOpen, reason
		if err := w.updateDraft(tx, f, d); err != nil {
			return err
		}
		caseID := f.ID
		tx.OnCommit(func() { w.c.Changed(caseID) })
		_, err = w.fact(tx, factReturned, p.Pseudonym, r.Digest, f.ID, d.Transition)
		return err
	})
}

func (w *Casework) endProposal(tx *db.Tx, id landbridge.CaseID, proposal landbridge.ID, state string) error {
	if _, err := tx.Exec(`UPDATE casework_proposal SET state = $1 WHERE id = $2`, state, proposal); err != nil {
		return err
	}
	return w.saveNeeds(tx, id, proposal, "", nil)
}

// An ActInput is an act in one call: what NewDraft, Attach and Propose do in three.
type ActInput struct {
	Case       landbridge.CaseID
	Transition string
	Input
	Files []NewFile
}

// Act makes one act in a case, or proposes it when it needs approval. If it
// fails half-way, what was entered stays as a draft.
func (w *Casework) Act(ctx context.Context, p staff.Person, in ActInput) (*Done, error) {
	d, err := w.NewDraft(ctx, p, NewDraft{Case: in.Case, Transition: in.Transition, Input: in.Input})
	if err != nil {
		return nil, err
	}
	if d, err = w.SaveDraft(ctx, p, d.ID, 0, in.Input); err != nil { // an open draft may have been there
		return nil, err
	}
	for _, left := range d.Files { // of an earlier try that did not get through
		if err := w.Detach(ctx, p, d.ID, left.ID); err != nil {
			return nil, err
		}
	}
	for _, n := range in.Files {
		if _, err := w.Attach(ctx, p, d.ID, n); err != nil {
			return nil, err
		}
	}
	return w.Propose(ctx, p, d.ID)
}
