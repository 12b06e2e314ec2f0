package casework

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
	"landbridge.example/seal"
)

func itoa(n int) string { return strconv.Itoa(n) }

// A Reading says which case is read, and what for (S3, S18).
type Reading struct {
	Case    landbridge.CaseID
	Purpose handling.Purpose // empty: the purpose of the case
}

// Case shows one case. Reading is a fact in the log (S18), with the purpose.
func (w *Casework) Case(ctx context.Context, p staff.Person, r Reading) (*CaseView, error) {
	s := w.reading(ctx)
	f, err := w.whole(s, r.Case)
	if err != nil {
		return nil, err
	}
	purpose, err := w.canRead(s, f, p, r.Purpose)
	if err != nil {
		return nil, err
	}
	if err := w.noteReading(ctx, f, p, purpose); err != nil {
		return nil, err
	}
	now := w.now()
	v := &CaseView{CaseRow: f.row(w.me, now), Definition: f.def, ProcessTitle: f.def.Title, Origin: f.Origin,
		Review: f.Review, KeepUntil: f.Keep, Version: f.Version, Erased: f.Erased}
	v.Title = f.Title
	for _, side := range f.def.Sides {
		v.Sides = append(v.Sides, SideView{Name: side.Name, Label: side.Label, Parties: f.Sides[side.Name], Ours: side.Name == f.Side})
	}
	v.Way, v.Step, v.Steps = f.wayView()
	if f.Erased {
		return v, nil
	}
	v.Groups = f.groups(f.fold.Fields, nil)
	v.Clocks = f.clocks(w.me, now)
	v.Open, v.Closed = f.moves(w.me, p)
	v.Safeguards = f.safeguards()
	v.Question, v.Refusal = f.question(), f.refusal()
	for _, step := range []func(context.Context, *whole, *CaseView) error{w.showFiles, w.showTimeline, w.showWork, w.showDelivery, w.showRecord} {
		if err := step(ctx, f, v); err != nil {
			return nil, err
		}
	}
	m, err := parseMarking(f.Marking, defaultMarking)
	if err != nil {
		return nil, err
	}
	v.Audience, err = w.audience(ctx, f, m, purpose, now)
	return v, err
}

// row shows a case as lists do.
func (r *caseRow) row(me landbridge.PartyID) CaseRow {
	return CaseRow{ID: r.ID, Number: r.Number, Title: r.Title, Process: r.Process, Side: r.Side, With: r.others(me), State: r.State, Outcome: r.Outcome,
		Ended: !r.Live, Marking: r.Marking, Urgent: r.Urgent, Opened: r.Opened, Changed: r.Changed}
}

func (f *whole) row(me landbridge.PartyID, now time.Time) CaseRow {
	v := f.caseRow.row(me)
	if s := f.def.State(f.State); s != nil {
		v.Label = s.Label
	}
	if f.Outcome == noEffect {
		v.Label = "Without effect"
	}
	for _, k := range f.clocks(me, now) {
		if k.Status == "stopped" || k.Status == "late" {
			continue
		}
		if v.Clock == nil || k.Due.Before(v.Clock.Due) {
			nearest := k
			v.Clock = &nearest
		}
	}
	return v
}

// wayView draws the way from the start to the last state, with what was passed.
func (f *whole) wayView() (way []WayStep, step, steps int) {
	reached := map[string]time.Time{f.def.Start(): f.Opened}
	for _, s := range f.fold.Steps {
		reached[s.State] = s.At
	}
	far := 0
	for _, s := range f.def.States {
		if _, ok := reached[s.Name]; ok && s.Way > far {
			far = s.Way
		}
	}
	for n := 1; ; n++ {
		i := slices.IndexFunc(f.def.States, func(s process.State) bool { return s.Way == n })
		if i < 0 {
			break
		}
		s := f.def.States[i]
		ws := WayStep{State: s.Name, Label: s.Label, Status: "ahead", At: reached[s.Name]}
		switch {
		case s.Name == f.fold.State:
			ws.Status, step = "now", n
		case n <= far && ws.At.IsZero() && s.Kind != process.Start: // the case went past it
			ws.Status = "skipped"
		case n <= far:
			ws.Status = "done"
		}
		way = append(way, ws)
	}
	if step == 0 { // beside the way: show it after the last step that was reached
		here := f.def.State(f.fold.State)
		ws := WayStep{State: here.Name, Label: here.Label, Status: "now", At: reached[here.Name]}
		way = slices.Insert(way, min(far, len(way)), ws)
		step = far + 1
		if here.Kind == process.End || here.Outcome == "refused" { // nothing lies ahead
			way = way[:step]
		}
	}
	return way, step, len(way)
}

// groups arranges values by the groups of the definition.
func (f *whole) groups(values process.Values, by *actRow) (all []GroupView) {
	for i := range f.def.Fields {
		field := &f.def.Fields[i]
		v, ok := values[field.Name]
		if !ok || v.IsZero() {
			continue
		}
		fv := FieldView{Field: field, Value: v, Shown: true}
		if by != nil {
			fv.By = f.fold.SideOf(by.Core.From)
			all = addField(all, fv)
			continue
		}
		givers := f.givers(field.Name)
		if len(givers) < 2 {
			fv.By = f.giver(field.Name)
			all = addField(all, fv)
			continue
		}
		for _, g := range givers { // each party's own word: none speaks for another
			fv.By, fv.Party, fv.Value = f.fold.SideOf(g.Party), g.Party, g.Fields[field.Name]
			all = addField(all, fv)
		}
	}
	return all
}

// givers returns, of each party that gave a field, the act that gave it last,
// by the code of the party.
func (f *whole) givers(field string) (all []*process.Act) {
	for i := len(f.fold.Steps) - 1; i >= 0; i-- {
		a := f.fold.Steps[i].Act
		if !a.Fields[field].IsZero() && !slices.ContainsFunc(all, func(b *process.Act) bool { return b.Party == a.Party }) {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b *process.Act) int { return strings.Compare(string(a.Party), string(b.Party)) })
	return all
}

func addField(all []GroupView, fv FieldView) []GroupView {
	i := slices.IndexFunc(all, func(g GroupView) bool { return g.Name == fv.Field.Group })
	if i < 0 {
		all = append(all, GroupView{Name: fv.Field.Group})
		i = len(all) - 1
	}
	all[i].Fields = append(all[i].Fields, fv)
	return all
}

// giver returns the side whose act gave a field last.
func (f *whole) giver(field string) string {
	for i := len(f.fold.Steps) - 1; i >= 0; i-- {
		if a := f.fold.Steps[i].Act; !a.Fields[field].IsZero() {
			return f.fold.SideOf(a.Party)
		}
	}
	return ""
}

func (f *whole) clocks(me landbridge.PartyID, now time.Time) (all []ClockView) {
	side := f.fold.SideOf(me)
	for _, k := range f.fold.Clocks(now) {
		all = append(all, ClockView{Name: k.Clock.Name, Label: k.Clock.Label, Side: k.Clock.Side, Ours: k.Clock.Side == side, Status: string(k.Status),
			Started: k.Started, Due: k.Due, Left: k.Left, Share: k.Share, For: k.Clock.For.String(),
			Force: k.Clock.Force, Source: k.Clock.Source, Confidence: string(k.Clock.Confidence)})
	}
	return all
}

// moves lists the acts of this side: those open to the person, and the others
// with every reason why not.
func (f *whole) moves(me landbridge.PartyID, p staff.Person) (open, closed []OpenAct) {
	if len(f.acts) == 0 {
		return nil, nil // a draft leaves through its form
	}
	for _, m := range f.fold.Moves(process.Viewer{Party: me, Roles: p.Roles, Person: p.Pseudonym}, f.local(&process.Profile{})) {
		t := m.Transition
		o := OpenAct{Transition: t, Form: len(t.Asks) > 0 || len(t.Needs) > 0}
		for _, roles := range t.Approvals {
			o.Approvals = append(o.Approvals, needs([][]landbridge.Role{process.Roles(roles)})...)
		}
		for _, why := range m.Why {
			o.Why = append(o.Why, Reason{Rule: why.Rule, Text: textOf(why)})
		}
		if len(o.Why) == 0 {
			open = append(open, o)
		} else {
			closed = append(closed, o)
		}
	}
	return open, closed
}

// textOf turns a reason of the engine into text of the product.
func textOf(why process.Reason) Text {
	var args []any
	for _, s := range why.Args {
		args = append(args, s)
	}
	return Text{"process.why." + why.Code, args, why.Text}
}

// question returns what the other side asks now, if it waits for a reply.
func (f *whole) question() string {
	for i := len(f.fold.Steps) - 1; i >= 0; i-- {
		if q := f.fold.Steps[i].Act.Fields["question"].Text; q != "" && f.fold.Steps[i].State == f.fold.State {
			return q
		}
	}
	return ""
}

// refusal returns the refusal that ended the case, if one did.
func (f *whole) refusal() *RefusalView {
	for i := len(f.fold.Steps) - 1; i >= 0; i-- {
		s := f.fold.Steps[i]
		if f.def.Transition(s.Act.Transition).Means != process.Refusal {
			continue
		}
		v := &RefusalView{Reason: s.Act.Reason, At: s.Act.Time, By: f.byID[s.Act.ID].by()}
		if g := f.def.Ground(s.Act.Ground); g != nil {
			v.Ground = *g
		}
		return v
	}
	return nil
}

func (a *actRow) by() PersonView {
	return PersonView{Party: a.Core.From, Pseudonym: a.Core.By.Person, Name: a.Core.By.Name, Role: a.Core.By.Role}
}

func (w *Casework) showFiles(ctx context.Context, f *whole, v *CaseView) error {
	files, err := f.files(w.reading(ctx))
	for _, r := range files {
		if r.State != fileEarly && r.State != fileDraft {
			v.Files = append(v.Files, r.view(f))
		}
	}
	return err
}

// Find returns the id of the case with the given number, such as XA-2026-0001.
func (w *Casework) Find(ctx context.Context, p staff.Person, number string) (landbridge.CaseID, error) {
	if err := w.may(p, access.ListCases); err != nil {
		return "", err
	}
	var id landbridge.CaseID
	err := w.c.DB.QueryRow(ctx, `SELECT id FROM casework_case WHERE number = $1 AND number <> ''`, number).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", noCase()
	}
	return id, err
}

// OpenFile returns the content of a file, checked against the act that lists
// it. Reading is a fact in the log (S18). The caller closes it.
func (w *Casework) OpenFile(ctx context.Context, p staff.Person, r Reading, id landbridge.ID) (FileView, io.ReadCloser, error) {
	s := w.reading(ctx)
	if err := w.may(p, access.OpenExhibit); err != nil {
		return FileView{}, nil, err
	}
	f, err := w.whole(s, r.Case)
	if err != nil {
		return FileView{}, nil, err
	}
	purpose, err := w.canRead(s, f, p, r.Purpose)
	if err != nil {
		return FileView{}, nil, err
	}
	file, err := f.file(s, id)
	if err != nil {
		return FileView{}, nil, err
	}
	switch file.State {
	case fileExpected, fileArrived:
		return FileView{}, nil, fail.New(fail.Unavailable, "the file has not arrived whole yet; try again in a moment")
	case fileDamaged:
		return FileView{}, nil, fail.New(fail.Unsigned, "what arrived is not what the act lists; ask the sender to send it again")
	case fileEarly:
		return FileView{}, nil, fail.New(fail.Unavailable, "the act that lists this file has not arrived yet")
	}
	content, err := w.content(f, file)
	if err != nil {
		return FileView{}, nil, err
	}
	err = w.c.DB.Write(ctx, func(tx *db.Tx) error {
		if !file.Retrieved && purpose != handling.Lawfulness {
			if err := w.c.Exchange.Retrieved(tx, file.Message); err != nil {
				return err
			}
			if _, err := tx.Exec(`UPDATE casework_file SET retrieved = TRUE WHERE case_id = $1 AND id = $2`, f.ID, file.ID); err != nil {
				return err
			}
		}
		_, err := w.fact(tx, factFileRead, p.Pseudonym, file.SHA256, f.ID, string(purpose))
		return err
	})
	if err != nil {
		return FileView{}, nil, errors.Join(err, content.Close())
	}
	return file.view(f), content, nil
}

// ActFile returns the signed header of an act with its opening, as a text that
// proves what was said to whoever is shown it: spec/process.md.
func (w *Casework) ActFile(ctx context.Context, p staff.Person, id landbridge.CaseID, act landbridge.Digest) (seal.Envelope, seal.Opening, error) {
	s := w.reading(ctx)
	f, err := w.whole(s, id)
	if err != nil {
		return seal.Envelope{}, seal.Opening{}, err
	}
	if _, err := w.canRead(s, f, p, ""); err != nil {
		return seal.Envelope{}, seal.Opening{}, err
	}
	a := f.byID[act]
	if a == nil {
		return seal.Envelope{}, seal.Opening{}, fail.New(fail.Missing, "there is no such act in this case")
	}
	return seal.Envelope{Header: a.Header, Signature: a.Signature}, seal.Opening{Salt: a.Salt, Body: a.Text}, nil
}
