package casework

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// A NewDraft says what to draft: a new case (Process and To or Sides), or one act in a
// case that is there (Case and Transition).
type NewDraft struct {
	Process    string                          // "information-request"; the newest version is taken
	To         landbridge.PartyID              // the other side of a new case that has one other party
	Sides      map[string][]landbridge.PartyID // who takes which side, where there are more
	Case       landbridge.CaseID
	Transition string
	Input      Input
}

// An Input is what a person writes in a form. Saving replaces all of it.
type Input struct {
	Title    string         `json:"title,omitempty"`    // of a new case; content, sealed like the rest
	Handling string         `json:"handling,omitempty"` // a marking; empty keeps the case's
	Fields   process.Values `json:"fields,omitempty"`
	Ground   string         `json:"ground,omitempty"`
	Reason   string         `json:"reason,omitempty"`
}

// defaultMarking is what a new case carries unless its author says otherwise:
// what police give each other is intelligence first (H1).
const defaultMarking = "TLP:AMBER PAP:GREEN H1"

// States of drafts and proposals.
const (
	draftOpen     = "open"
	draftProposed = "proposed"
	draftDone     = "done"
	draftDropped  = "dropped"

	proposalWaiting  = "waiting"
	proposalSent     = "sent"
	proposalReturned = "returned"
)

// A draftRow is a draft as stored, opened.
type draftRow struct {
	ID         landbridge.ID
	Case       landbridge.CaseID
	Transition string
	Person     string // pseudonym
	State      string
	Input      Input
	Note       draftNote
	Changed    time.Time
	Version    int64
}

// A draftNote is what happened to a draft.
type draftNote struct {
	Name     string   `json:"name"` // of its author
	Role     string   `json:"role"`
	Returned string   `json:"returned,omitempty"`
	Stopped  *stopped `json:"stopped,omitempty"`
}

// stopped is a Stop at rest: the rule and code, from which its texts are made.
type stopped struct {
	Rule, Code, Text string
	Args             []string
	At               time.Time
	Entry            int64
}

// NewDraft begins a draft. For a new case it takes the case number. If the
// person has an open draft of the same act, that one is returned.
func (w *Casework) NewDraft(ctx context.Context, p staff.Person, n NewDraft) (*DraftView, error) {
	n.Input = tidy(n.Input)
	if n.Case != "" {
		return w.draftAct(ctx, p, n)
	}
	if err := w.may(p, access.DraftRequest); err != nil {
		return nil, err
	}
	def, err := w.newest(n.Process)
	if err != nil {
		return nil, err
	}
	t := opening(def, n.Transition)
	if t == nil {
		return nil, fail.New(fail.Invalid, "the process %s is not opened by %q", def.Ref.Name(), clip(n.Transition))
	}
	sides, err := w.sides(def, n)
	if err != nil {
		return nil, err
	}
	if err := w.canOpen(ctx, def, t, sides); err != nil {
		return nil, err
	}
	if _, ok := roleFor(p, t); !ok {
		return nil, fail.New(fail.Denied, "%s is done by %s (0.2)", t.Label, process.RoleList(t.By))
	}
	var id landbridge.ID
	err = w.c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		id, err = w.openCase(tx, p, def, t, n, sides)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w.Draft(ctx, p, id)
}

// opening returns the transition that opens a case; an empty name takes the first.
func opening(def *process.Definition, name string) *process.Transition {
	for _, t := range def.Opening() {
		if name == "" || t.Name == name {
			return t
		}
	}
	return nil
}

// roleFor returns the role in which the person does the transition.
func roleFor(p staff.Person, t *process.Transition) (landbridge.Role, bool) {
	for _, r := range t.By {
		if p.Is(r) {
			return r, true
		}
	}
	return "", false
}

// draftAct begins a draft in a case that is under way.
func (w *Casework) draftAct(ctx context.Context, p staff.Person, n NewDraft) (*DraftView, error) {
	if err := w.may(p, access.ActOnCase); err != nil {
		return nil, err
	}
	var id landbridge.ID
	err := w.c.DB.Write(ctx, func(tx *db.Tx) error {
		f, err := w.whole(w.writing(tx), n.Case)
		if err != nil {
			return err
		}
		t, err := f.open(w.me, p, n.Transition)
		if err != nil {
			return err
		}
		err = tx.QueryRow(`SELECT id FROM casework_draft WHERE case_id = $1 AND transition = $2 AND person = $3 AND state = $4 ORDER BY id LIMIT 1`,
			f.ID, t.Name, p.Pseudonym, draftOpen).Scan(&id)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		d := &draftRow{Case: f.ID, Transition: t.Name, Person: p.Pseudonym, State: draftOpen, Input: n.Input, Note: noteOf(p, t)}
		if err := w.insertDraft(tx, f, d); err != nil {
			return err
		}
		id = d.ID
		_, err = w.fact(tx, factDrafted, p.Pseudonym, landbridge.Digest{}, f.ID, t.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w.Draft(ctx, p, id)
}

// open returns the transition, if it is open to the person now.
func (f *whole) open(me landbridge.PartyID, p staff.Person, name string) (*process.Transition, error) {
	t := f.def.Transition(name)
	if t == nil || t.Auto() {
		return nil, fail.New(fail.Invalid, "the process %s has no act called %q", f.def.Ref.Name(), clip(name))
	}
	for _, m := range f.fold.Moves(process.Viewer{Party: me, Roles: p.Roles, Person: p.Pseudonym}, f.local(nil)) {
		if m.Transition != t {
			continue
		}
		if len(m.Why) > 0 {
			return nil, conflictOr(&m.Why[0])
		}
		return t, nil
	}
	return nil, fail.New(fail.Denied, "%s belongs to the other side", t.Label)
}

// local is what this side alone knows of the case.
func (f *whole) local(p *process.Profile) *process.Local {
	return &process.Local{Profile: p, Barred: f.Barred, Disguised: f.Disguised, Breach: f.Breach}
}

func (w *Casework) insertDraft(tx *db.Tx, f *whole, d *draftRow) (err error) {
	if d.ID, err = w.newID(); err != nil {
		return err
	}
	d.Version, d.Changed = 1, w.now()
	input, note, err := f.sealDraft(d)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO casework_draft (id, case_id, transition, person, state, input, note, changed_us, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		d.ID, d.Case, d.Transition, d.Person, d.State, input, note, db.Micros(d.Changed), d.Version)
	if err != nil {
		return fmt.Errorf("entering a draft: %w", err)
	}
	return w.join(tx, f.ID, d.Person)
}

// join makes a person one of those who work on the case here.
func (w *Casework) join(tx *db.Tx, id landbridge.CaseID, person string) error {
	if person == "" || person == nodeActor {
		return nil
	}
	_, err := tx.Exec(`INSERT INTO casework_member (case_id, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, person)
	return err
}

func (f *whole) sealDraft(d *draftRow) (input, note []byte, err error) {
	in, err := canon.Encode(d.Input)
	if err != nil {
		return nil, nil, err
	}
	if len(in) > MaxBody {
		return nil, nil, fail.New(fail.TooLarge, "the form holds more than %d bytes; send the rest as a file", MaxBody)
	}
	no, err := canon.Encode(d.Note)
	return f.key.Seal(in, aboutInput(d.ID)), f.key.Seal(no, aboutNote(d.ID)), err
}

// updateDraft writes a draft back, if nobody else did since it was read.
func (w *Casework) updateDraft(tx *db.Tx, f *whole, d *draftRow) error {
	input, note, err := f.sealDraft(d)
	if err != nil {
		return err
	}
	d.Changed = w.now()
	res, err := tx.Exec(`UPDATE casework_draft SET state = $1, input = $2, note = $3, changed_us = $4, version = version + 1 WHERE id = $5 AND version = $6`,
		d.State, input, note, db.Micros(d.Changed), d.ID, d.Version)
	if err != nil {
		return fmt.Errorf("saving a draft: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errStale())
	}
	d.Version++
	return nil
}

// draft loads a draft and its case, for the person who works on it.
func (w *Casework) draft(s source, p staff.Person, id landbridge.ID) (*whole, *draftRow, error) {
	var caseID landbridge.CaseID
	err := s.row(`SELECT case_id FROM casework_draft WHERE id = $1`, id).Scan(&caseID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, fail.New(fail.Missing, "there is no such draft")
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := w.whole(s, caseID)
	if err != nil {
		return nil, nil, err
	}
	d, err := f.draft(s, id)
	if err != nil {
		return nil, nil, err
	}
	if d.Person != p.Pseudonym && !w.mayRead(f, p) {
		return nil, nil, fail.New(fail.Missing, "there is no such draft")
	}
	return f, d, w.loadPursued(s, f, d.Input.Fields["persons"])
}

func (f *whole) draft(s source, id landbridge.ID) (*draftRow, error) {
	d := draftRow{ID: id, Case: f.ID}
	var input, note []byte
	var changed int64
	err := s.row(`SELECT transition, person, state, input, note, changed_us, version FROM casework_draft WHERE id = $1`, id).
		Scan(&d.Transition, &d.Person, &d.State, &input, &note, &changed, &d.Version)
	if err != nil {
		return nil, fmt.Errorf("reading a draft: %w", err)
	}
	d.Changed = db.Moment(changed)
	if input, err = f.key.Open(input, aboutInput(id)); err != nil {
		return nil, err
	}
	if note, err = f.key.Open(note, aboutNote(id)); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(input, &d.Input); err != nil {
		return nil, fmt.Errorf("reading a draft: %w", err)
	}
	if err := json.Unmarshal(note, &d.Note); err != nil {
		return nil, fmt.Errorf("reading a draft: %w", err)
	}
	if d.Input.Fields == nil {
		d.Input.Fields = process.Values{}
	}
	return &d, nil
}

// ownOpen loads a draft that the person may change.
func (w *Casework) ownOpen(s source, p staff.Person, id landbridge.ID) (*whole, *draftRow, error) {
	f, d, err := w.draft(s, p, id)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case d.Person != p.Pseudonym:
		return nil, nil, fail.New(fail.Denied, "this draft is another person's; begin one of your own")
	case d.State == draftProposed:
		return nil, nil, fail.New(fail.Conflict, "the draft waits for approval and cannot be changed; ask the approver to return it")
	case d.State != draftOpen:
		return nil, nil, fail.New(fail.Conflict, "this draft is finished; begin a new one")
	}
	return f, d, nil
}

// SaveDraft replaces the draft's input. It never refuses for what is missing:
// that is [DraftView.Problems]. version is the one the person saw; another
// one is a conflict. 0 overwrites whatever is there.
func (w *Casework) SaveDraft(ctx context.Context, p staff.Person, draft landbridge.ID, version int64, in Input) (*DraftView, error) {
	in = tidy(in)
	if strings.ContainsFunc(in.Title, func(r rune) bool { return r < ' ' }) || len(in.Title) > maxTitle {
		return nil, fail.New(fail.Invalid, "the title is one line of at most %d bytes", maxTitle)
	}
	err := w.c.DB.Write(ctx, func(tx *db.Tx) error {
		f, d, err := w.ownOpen(w.writing(tx), p, draft)
		if err != nil {
			return err
		}
		if version != 0 && version != d.Version {
			return errStale()
		}
		if len(in.Fields) > process.MaxFields {
			return fail.New(fail.TooLarge, "a form has at most %d fields", process.MaxFields)
		}
		d.Input = in
		if err := w.updateDraft(tx, f, d); err != nil {
			return err
		}
		if len(f.acts) > 0 { // the title of a case is given with its first act
			return nil
		}
		_, err = tx.Exec(`UPDATE casework_case SET title = $1, changed_us = $2, version = version + 1 WHERE id = $3`,
			f.key.Seal([]byte(in.Title), aboutTitle(f.ID)), db.Micros(w.now()), f.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return w.Draft(ctx, p, draft)
}

// tidy drops what is empty and blanks around texts.
func tidy(in Input) Input {
	for _, s := range []*string{&in.Title, &in.Handling, &in.Ground, &in.Reason} {
		*s = strings.TrimSpace(*s)
	}
	in.Fields = in.Fields.Clean()
	return in
}

// DropDraft gives a draft up. A new case that never left ends with it.
func (w *Casework) DropDraft(ctx context.Context, p staff.Person, draft landbridge.ID) error {
	return w.c.DB.Write(ctx, func(tx *db.Tx) error {
		f, d, err := w.ownOpen(w.writing(tx), p, draft)
		if err != nil {
			return err
		}
		d.State = draftDropped
		if err := w.updateDraft(tx, f, d); err != nil {
			return err
		}
		if err := w.dropFiles(tx, f.ID, d.ID); err != nil {
			return err
		}
		if len(f.acts) == 0 { // kept for a while: what a safeguard stopped is looked at later
			f.Keep = w.now().Add(keepDropped)
			_, err = tx.Exec(`UPDATE casework_case SET live = FALSE, outcome = $1, changed_us = $2, keep_us = $3, version = version + 1 WHERE id = $4`,
				draftDropped, db.Micros(w.now()), db.Micros(f.Keep), f.ID)
			if err != nil {
				return err
			}
			if err := w.schedule(tx, f, w.now()); err != nil {
				return err
			}
		}
		id := f.ID
		tx.OnCommit(func() { w.c.Changed(id) })
		_, err = w.fact(tx, factDropped, p.Pseudonym, landbridge.Digest{}, f.ID, d.Transition)
		return err
	})
}

// draftsOf lists the open drafts of a case.
func (f *whole) draftsOf(s source, state string) ([]*draftRow, error) {
	var ids []landbridge.ID
	err := s.each(func(rows *sql.Rows) error {
		var id landbridge.ID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM casework_draft WHERE case_id = $1 AND state = $2 ORDER BY id`, f.ID, state)
	if err != nil {
		return nil, err
	}
	var all []*draftRow
	for _, id := range ids {
		d, err := f.draft(s, id)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// mayRead reports whether the person works on cases of this kind on this side,
// or checks them.
func (w *Casework) mayRead(f *whole, p staff.Person) bool {
	if slices.ContainsFunc(p.Roles, func(r landbridge.Role) bool { return r == landbridge.Oversight || r == landbridge.DataProtection }) {
		return true
	}
	s := f.def.Side(f.Side)
	return s != nil && slices.ContainsFunc(p.Roles, func(r landbridge.Role) bool { return slices.Contains(s.Roles, r) })
}
