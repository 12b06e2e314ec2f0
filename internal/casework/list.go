package casework

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
)

// far stands in sorting for "no clock runs".
const far = int64(1) << 62

// sorts maps the names of orders to columns. Every order ends in the id, so
// that pages neither repeat nor leave out a case.
func sortColumn(name string) (string, bool) {
	switch name {
	case "", "clock":
		return fmt.Sprintf("CASE WHEN due_us = 0 THEN %d ELSE due_us END", far), true
	case "changed":
		return "changed_us", true
	case "opened":
		return "opened_us", true
	case "number":
		return "number", true
	}
	return "", false
}

// A query is a WHERE clause under construction.
type query struct {
	where []string
	args  []any
}

func (q *query) add(clause string, args ...any) {
	for _, a := range args {
		q.args = append(q.args, a)
		clause = strings.Replace(clause, "?", "$"+strconv.Itoa(len(q.args)), 1)
	}
	q.where = append(q.where, clause)
}

func (q *query) text() string { return strings.Join(q.where, " AND ") }

// Cases lists the cases the person may know of. Titles are content, so that
// listing is a reading too (S18).
func (w *Casework) Cases(ctx context.Context, p staff.Person, l Filter) (*CasePage, error) {
	if err := w.may(p, access.ListCases); err != nil {
		return nil, err
	}
	q, err := w.filter(p, l)
	if err != nil {
		return nil, err
	}
	page := &CasePage{}
	if err := w.c.DB.QueryRow(ctx, `SELECT count(*) FROM casework_case c WHERE `+q.text(), q.args...).Scan(&page.Total); err != nil {
		return nil, fmt.Errorf("counting cases: %w", err)
	}
	limit := l.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, MaxPage)
	rows, err := w.page(ctx, q, l, limit)
	if err != nil {
		return nil, err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = cursor(rows[limit-1], l.Sort)
	}
	if page.Cases, err = w.rowViews(ctx, rows); err != nil {
		return nil, err
	}
	return page, w.noteListing(ctx, p)
}

// page reads one row more than limit, after the cursor, in the order asked for.
func (w *Casework) page(ctx context.Context, q *query, l Filter, limit int) ([]*caseRow, error) {
	column, ok := sortColumn(l.Sort)
	if !ok {
		return nil, fail.New(fail.Invalid, "cases are sorted by clock, changed, opened or number")
	}
	read := func(after string, n int) ([]*caseRow, error) {
		q := query{where: slices.Clone(q.where), args: slices.Clone(q.args)}
		order, than := "ASC", ">"
		if l.Desc {
			order, than = "DESC", "<"
		}
		if after != "" {
			key, id, err := parseCursor(after)
			if err != nil {
				return nil, err
			}
			var value any = key
			if column != "number" {
				if value, err = strconv.ParseInt(key, 10, 64); err != nil {
					return nil, errCursor()
				}
			}
			q.add(`(`+column+`, id) `+than+` (?, ?)`, value, id)
		}
		return w.rows(ctx, `SELECT `+caseColumns+` FROM casework_case c WHERE `+q.text()+
			` ORDER BY `+column+` `+order+`, id `+order+` LIMIT `+strconv.Itoa(n), q.args...)
	}
	if strings.TrimSpace(l.Text) == "" {
		return read(l.After, limit+1)
	}
	return w.search(ctx, l.Text, limit, func(last *caseRow) ([]*caseRow, error) {
		after := l.After
		if last != nil {
			after = cursor(last, l.Sort)
		}
		return read(after, MaxPage)
	})
}

// filter turns a Filter into a WHERE clause.
func (w *Casework) filter(p staff.Person, l Filter) (*query, error) {
	q := &query{}
	q.add(`number <> ''`)
	switch {
	case l.State == "ended":
		q.add(`live = FALSE`)
	case l.State != "" && l.State != "live":
		q.add(`state = ?`, l.State)
	case !l.All:
		q.add(`live = TRUE`)
	}
	if l.Party != "" {
		q.add(`EXISTS (SELECT 1 FROM casework_party t WHERE t.case_id = c.id AND t.party = ?)`, l.Party)
	}
	if l.Process != "" {
		var refs []string
		for _, d := range w.defs {
			if d.Ref.ID == l.Process {
				refs = append(refs, d.Ref.String())
			}
		}
		if len(refs) == 0 {
			return nil, fail.New(fail.Invalid, "there is no process %q", clip(l.Process))
		}
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(refs)), ", ")
		args := make([]any, len(refs))
		for i, r := range refs {
			args[i] = r
		}
		q.add(`process IN (`+marks+`)`, args...)
	}
	if l.Mine {
		q.add(`EXISTS (SELECT 1 FROM casework_member m WHERE m.case_id = c.id AND m.person = ?)`, p.Pseudonym)
	}
	if l.Side != "" {
		q.add(`side = ?`, l.Side)
	}
	return q, nil
}

// maxScanned bounds a search by text: titles rest sealed, so that finding one is
// opening many.
const maxScanned = 2000

// search reads pages of cases and keeps those whose number or title holds the
// text, until it has one more than limit.
func (w *Casework) search(ctx context.Context, text string, limit int, next func(after *caseRow) ([]*caseRow, error)) ([]*caseRow, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	var found []*caseRow
	var last *caseRow
	for scanned := 0; scanned < maxScanned && len(found) <= limit; scanned += MaxPage {
		rows, err := next(last)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			title := ""
			if key, err := w.c.Vault.Key(ctx, w.c.DB, owner(r.ID)); err == nil {
				if title, err = openText(key, r.title, aboutTitle(r.ID)); err != nil {
					return nil, err
				}
			} else if !fail.Is(err, fail.Missing) { // erased: its number is left
				return nil, err
			}
			if strings.Contains(strings.ToLower(r.Number), text) || strings.Contains(strings.ToLower(title), text) {
				found = append(found, r)
			}
		}
		if len(rows) < MaxPage {
			break
		}
		last = rows[len(rows)-1]
	}
	return found, nil
}

func cursor(r *caseRow, sort string) string {
	key := r.Number
	switch sort {
	case "", "clock":
		key = strconv.FormatInt(far, 10)
		if !r.Due.IsZero() {
			key = strconv.FormatInt(db.Micros(r.Due), 10)
		}
	case "changed":
		key = strconv.FormatInt(db.Micros(r.Changed), 10)
	case "opened":
		key = strconv.FormatInt(db.Micros(r.Opened), 10)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(key + " " + string(r.ID)))
}

func errCursor() error {
	return fail.New(fail.Invalid, "the cursor is not one this node gave out; begin the list anew")
}

func parseCursor(s string) (key string, id landbridge.ID, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) > 200 {
		return "", "", errCursor()
	}
	key, text, ok := strings.Cut(string(b), " ")
	if !ok {
		return "", "", errCursor()
	}
	if id, err = landbridge.ParseID(text); err != nil {
		return "", "", errCursor()
	}
	return key, id, nil
}

// rows reads case rows.
func (w *Casework) rows(ctx context.Context, q string, args ...any) (all []*caseRow, err error) {
	err = w.c.DB.Each(ctx, func(rows *sql.Rows) error {
		r, err := scanCase(rows.Scan)
		if err == nil {
			all = append(all, r)
		}
		return err
	}, q, args...)
	if err != nil {
		return nil, fmt.Errorf("listing cases: %w", err)
	}
	return all, nil
}

// rowViews opens what a list shows. Each case is folded: a page is bounded, and
// a clock that is shown must be right.
func (w *Casework) rowViews(ctx context.Context, rows []*caseRow) ([]CaseRow, error) {
	all := []CaseRow{}
	now := w.now()
	for _, r := range rows {
		if r.Erased {
			all = append(all, r.row(w.me))
			continue
		}
		f, err := w.wholeOf(w.reading(ctx), r)
		if fail.Is(err, fail.Missing) { // erased since the rows were read
			continue
		}
		if err != nil {
			return nil, err
		}
		v := f.row(w.me, now)
		v.Title = f.Title
		all = append(all, v)
	}
	return all, nil
}

// noteListing records that a person looked at a list, once in a while.
func (w *Casework) noteListing(ctx context.Context, p staff.Person) error {
	f := &whole{caseRow: &caseRow{}}
	return w.noteReading(ctx, f, p, listing)
}

// listing stands for the purpose of looking at a list.
const listing = "listing"

// maxDesk bounds a desk: what does not fit is in the list of cases.
const maxDesk = 200

// Desk returns everything that waits for the person, by the clock: approvals,
// acts that are this side's turn, own drafts, and clocks that ran out.
func (w *Casework) Desk(ctx context.Context, p staff.Person) (*Desk, error) {
	if err := w.may(p, access.SeeDesk); err != nil {
		return nil, err
	}
	d := &Desk{Items: []DeskItem{}, Arrivals: []CaseRow{}}
	if w.may(p, access.ListCases) != nil {
		return d, nil // a desk without cases: the operator's, the secretariat's
	}
	for _, step := range []func(context.Context, staff.Person, *Desk) error{w.deskTurns, w.deskDrafts, w.deskLate, w.deskRest} {
		if err := step(ctx, p, d); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(d.Items, func(a, b DeskItem) int {
		if x, y := a.due(), b.due(); x != y {
			return x.Compare(y)
		}
		return b.Since.Compare(a.Since)
	})
	return d, w.noteListing(ctx, p)
}

// due orders items: what has no clock comes last.
func (i DeskItem) due() time.Time {
	if i.Clock == nil {
		return time.Unix(1<<40, 0)
	}
	return i.Clock.Due
}

// inRoles returns a clause that matches the person's roles.
func inRoles(column string, roles []landbridge.Role, from int) (string, []any) {
	marks := make([]string, len(roles))
	args := make([]any, len(roles))
	for i, r := range roles {
		marks[i], args[i] = "$"+strconv.Itoa(from+i), string(r)
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")", args
}

// deskTurns lists proposals that need the person's roles, and cases in which it
// is this side's turn.
func (w *Casework) deskTurns(ctx context.Context, p staff.Person, d *Desk) error {
	if len(p.Roles) == 0 {
		return nil
	}
	type turn struct {
		id         landbridge.CaseID
		proposal   landbridge.ID
		transition string
	}
	var turns []turn
	clause, args := inRoles("t.role", p.Roles, 1)
	err := w.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var t turn
		err := rows.Scan(&t.id, &t.proposal, &t.transition)
		turns = append(turns, t)
		return err
	}, `SELECT DISTINCT t.case_id, t.proposal_id, t.transition FROM casework_turn t JOIN casework_case c ON c.id = t.case_id
		WHERE `+clause+` AND c.live = TRUE ORDER BY t.case_id, t.proposal_id, t.transition LIMIT `+strconv.Itoa(maxDesk), args...)
	if err != nil {
		return fmt.Errorf("listing what waits: %w", err)
	}
	for _, t := range turns {
		f, err := w.whole(w.reading(ctx), t.id)
		if err != nil {
			return err
		}
		item := DeskItem{Kind: "act", Case: w.titled(f), Proposal: t.proposal, Since: f.Changed}
		item.Clock = item.Case.Clock
		tr := f.def.Transition(t.transition)
		item.Waits = waitsFor(f.def, tr)
		if t.proposal != "" {
			_, r, err := w.proposal(w.reading(ctx), t.proposal, "")
			if err != nil {
				return err
			}
			if roles, _ := r.rolesOf(f, p); len(roles) == 0 {
				continue // the person's own, or signed already
			}
			item.Kind, item.Since = "approval", db.Moment(r.MadeUS)
			item.Waits = Text{"desk.approval", []any{tr.Label}, "your approval: " + tr.Label}
		}
		d.Items = append(d.Items, item)
	}
	return nil
}

// waitsFor says what a case waits for when it is this side's turn.
func waitsFor(def *process.Definition, t *process.Transition) Text {
	return Text{"process." + def.Ref.ID + ".act." + t.Name + ".label", nil, t.Label}
}

func (w *Casework) titled(f *whole) CaseRow {
	v := f.row(w.me, w.now())
	v.Title = f.Title
	return v
}

// deskDrafts lists the person's own open drafts; one that was returned or
// stopped says so.
func (w *Casework) deskDrafts(ctx context.Context, p staff.Person, d *Desk) error {
	type mine struct {
		id     landbridge.ID
		caseID landbridge.CaseID
	}
	var all []mine
	err := w.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var m mine
		err := rows.Scan(&m.id, &m.caseID)
		all = append(all, m)
		return err
	}, `SELECT id, case_id FROM casework_draft WHERE person = $1 AND state = $2
		ORDER BY changed_us DESC, id LIMIT `+strconv.Itoa(maxDesk), p.Pseudonym, draftOpen)
	if err != nil {
		return fmt.Errorf("listing drafts: %w", err)
	}
	for _, m := range all {
		f, err := w.whole(w.reading(ctx), m.caseID)
		if err != nil {
			return err
		}
		dr, err := f.draft(w.reading(ctx), m.id)
		if err != nil {
			return err
		}
		item := DeskItem{Kind: "draft", Case: w.titled(f), Draft: m.id, Since: dr.Changed, Waits: Text{"desk.draft", nil, "your draft"}}
		item.Clock = item.Case.Clock
		switch {
		case dr.Note.Stopped != nil:
			item.Kind, item.Waits = "stopped", Text{"desk.stopped", []any{dr.Note.Stopped.Rule}, "stopped by " + dr.Note.Stopped.Rule + " before it left"}
		case dr.Note.Returned != "":
			item.Kind, item.Waits = "returned", Text{"desk.returned", nil, "returned to you: " + dr.Note.Returned}
		}
		d.Items = append(d.Items, item)
	}
	return nil
}

// deskLate lists cases whose clock ran out, for the roles the clock names.
func (w *Casework) deskLate(ctx context.Context, p staff.Person, d *Desk) error {
	now := w.now()
	rows, err := w.rows(ctx, `SELECT `+caseColumns+` FROM casework_case c WHERE live = TRUE AND due_us > 0 AND due_us <= $1
		ORDER BY due_us, id LIMIT `+strconv.Itoa(maxDesk), db.Micros(now))
	if err != nil {
		return err
	}
	for _, r := range rows {
		f, err := w.wholeOf(w.reading(ctx), r)
		if err != nil {
			return err
		}
		if !w.mayRead(f, p) {
			continue
		}
		for _, k := range f.fold.Clocks(now) {
			told := slices.ContainsFunc(append(slices.Clone(k.Clock.Notify), k.Clock.Escalate...), p.Is)
			if k.Status != process.ClockOverdue || !told {
				continue
			}
			item := DeskItem{Kind: "overdue", Case: w.titled(f), Since: k.Due,
				Waits: Text{"desk.overdue", []any{k.Clock.Label}, "out of time: " + k.Clock.Label}}
			for _, c := range f.clocks(w.me, now) {
				if c.Name == k.Clock.Name {
					item.Clock = &c
				}
			}
			d.Items = append(d.Items, item)
		}
	}
	return nil
}

// deskRest adds the newest arrivals and the numbers.
func (w *Casework) deskRest(ctx context.Context, p staff.Person, d *Desk) error {
	rows, err := w.rows(ctx, `SELECT `+caseColumns+` FROM casework_case c WHERE number <> '' AND live = TRUE AND origin <> $1
		ORDER BY changed_us DESC, id DESC LIMIT 8`, w.me)
	if err != nil {
		return err
	}
	if d.Arrivals, err = w.rowViews(ctx, rows); err != nil {
		return err
	}
	return w.c.DB.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM casework_turn t WHERE t.case_id = c.id))
		FROM casework_case c WHERE live = TRUE AND number <> ''`).Scan(&d.Running, &d.Waiting)
}
