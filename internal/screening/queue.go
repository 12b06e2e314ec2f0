package screening

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

// A HitLine is one candidate in a list.
type HitLine struct {
	ID       landbridge.ID
	State    State
	Score    match.Score
	Query    string // the subject's name that fits
	Listed   string // the entry's name that it fits
	Entry    string // number of the entry
	Source   Source
	Watch    landbridge.ID
	Title    string // of the watch
	Case     landbridge.CaseID
	Number   string
	Made     time.Time
	Moved    time.Time
	White    time.Time
	Mine     bool // the person proposed it, and so cannot confirm it
	Task     *Task
	Evidence []match.Evidence
}

// A Filter chooses candidates.
type Filter struct {
	State State  // empty: what waits for somebody
	After string // cursor
	Limit int
}

// A HitPage is one page of candidates.
type HitPage struct {
	Hits []HitLine
	Next string
}

// Hits lists candidates a person may see, those that wait longest first.
func (s *Screening) Hits(ctx context.Context, p staff.Person, f Filter) (*HitPage, error) {
	if err := s.may(p, access.SeeScreening); err != nil {
		return nil, err
	}
	limit := f.Limit
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	owner := p.Pseudonym
	if sees(p, &Watch{}) {
		owner = ""
	}
	after, id := cursor(f.After)
	var rows []hitRow
	err := s.c.DB.Each(ctx, func(r *sql.Rows) error {
		h, err := scanHit(r.Scan)
		rows = append(rows, h)
		return err
	}, `SELECT `+hitColumns+` FROM screening_hit h JOIN screening_watch w ON w.id = h.watch
		WHERE ($1 = '' OR w.owner = $1) AND (h.state = $2 OR $2 = '' AND h.state IN ('candidate', 'proposed', 'unfreezing'))
		AND (h.moved_us > $3 OR h.moved_us = $3 AND h.id > $4) ORDER BY h.moved_us, h.id LIMIT $5`, owner, string(f.State), after, id, limit+1)
	if err != nil {
		return nil, fmt.Errorf("reading candidates: %w", err)
	}
	page := &HitPage{}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = fmt.Sprintf("%d.%s", db.Micros(rows[limit-1].Moved), rows[limit-1].ID)
	}
	page.Hits, err = s.lines(ctx, p, rows)
	return page, err
}

// cursor reads where a page goes on.
func cursor(s string) (int64, string) {
	var after int64
	var id string
	if _, err := fmt.Sscanf(s, "%d.%s", &after, &id); err != nil {
		return 0, ""
	}
	return after, id
}

// lines opens rows for a list.
func (s *Screening) lines(ctx context.Context, p staff.Person, rows []hitRow) ([]HitLine, error) {
	sh, err := s.shelved(ctx)
	if err != nil {
		return nil, err
	}
	watches := map[landbridge.ID]*Watch{}
	all := make([]HitLine, 0, len(rows))
	for i := range rows {
		h := &rows[i]
		w := watches[h.Watch]
		if w == nil {
			w, err = s.scanWatch(ctx, s.c.DB.QueryRow(ctx, `SELECT `+leanColumns+` FROM screening_watch w WHERE w.id = $1`, string(h.Watch)).Scan)
			if err != nil {
				return nil, fmt.Errorf("reading the watch of a candidate: %w", err)
			}
			watches[h.Watch] = w
		}
		t, _, err := s.texts(ctx, h, w)
		if err != nil {
			return nil, err
		}
		l := HitLine{ID: h.ID, State: h.State, Score: h.Score, Query: t.Query, Listed: t.Name.Text, Entry: h.Record, Watch: h.Watch, Title: w.Title, Case: h.Case,
			Number: w.Number, Made: h.Made, Moved: h.Moved, White: h.White, Mine: h.Proposer == p.Pseudonym, Evidence: t.Evidence}
		if b := sh.books[h.List]; b != nil {
			l.Source = b.source
		}
		if h.State == Matched || h.State == Unfreezing {
			tasks, err := s.tasksOf(ctx, h.ID, w)
			if err != nil {
				return nil, err
			}
			l.Task = nearest(tasks)
		}
		all = append(all, l)
	}
	return all, nil
}

// nearest is the open task that is due first.
func nearest(all []Task) (first *Task) {
	for i := range all {
		t := &all[i]
		if (t.State == taskOpen || t.State == taskLate) && (first == nil || t.Due.Before(first.Due)) {
			first = t
		}
	}
	return first
}

// hitsOf lists the candidates of a watch by subject.
func (s *Screening) hitsOf(ctx context.Context, w *Watch) (map[landbridge.ID][]HitLine, error) {
	var rows []hitRow
	err := s.c.DB.Each(ctx, func(r *sql.Rows) error {
		h, err := scanHit(r.Scan)
		rows = append(rows, h)
		return err
	}, `SELECT `+hitColumns+` FROM screening_hit h WHERE h.watch = $1 ORDER BY h.score DESC, h.id LIMIT $2`, string(w.ID), MaxPage)
	if err != nil {
		return nil, fmt.Errorf("reading candidates: %w", err)
	}
	lines, err := s.lines(ctx, staff.Person{}, rows)
	by := map[landbridge.ID][]HitLine{}
	for i := range lines {
		by[rows[i].Subject] = append(by[rows[i].Subject], lines[i])
	}
	return by, err
}

// A HitView is one candidate with everything a person needs to decide.
type HitView struct {
	HitLine
	Subject     Subject
	EntryNow    EntryView
	EntrySame   bool // the entry says what it said when this was found
	ByName      match.Score
	Name        match.Name
	Words       []match.WordReason
	Purpose     string
	Reason      string
	Identifiers []Identifier
	Proposer    string
	Decider     string
	Second      string // why it was returned or revoked
	Software    bool   // a software key confirmed it
	Decided     time.Time
	Tasks       []Task
	Kinds       []string // of identifiers that may be named
	MayDecide   bool
	MayConfirm  bool
	Digest      landbridge.Digest // of a proposed match: what is signed to confirm it
}

// Hit returns one candidate. Reading it is a fact (S18).
func (s *Screening) Hit(ctx context.Context, p staff.Person, id landbridge.ID) (*HitView, error) {
	h, w, err := s.hit(ctx, p, id)
	if err != nil {
		return nil, err
	}
	lines, err := s.lines(ctx, p, []hitRow{*h})
	if err != nil {
		return nil, err
	}
	v := &HitView{HitLine: lines[0], Purpose: string(w.Purpose), Decided: h.Moved}
	t, r, err := s.texts(ctx, h, w)
	if err != nil {
		return nil, err
	}
	v.ByName, v.Name, v.Words = t.ByName, t.Name, t.Words
	v.Reason, v.Identifiers, v.Second = r.Reason, r.Identifiers, r.Second
	v.Software = r.Approval != nil && r.Approval.Software
	e, err := s.entry(ctx, h.List, h.Record)
	if err != nil {
		return nil, err
	}
	v.EntryNow, v.Kinds = *e, Identifiers(e.Record.Kind)
	v.Kinds = slices.DeleteFunc(v.Kinds, func(k string) bool { return !states(&e.Record, k) })
	v.EntrySame = string(hashOf(&e.Record)) == string(h.Hash)
	if u, _, err := s.subject(ctx, h.Subject); err != nil {
		return nil, err
	} else if u != nil {
		v.Subject = *u
	}
	if v.Tasks, err = s.tasksOf(ctx, id, w); err != nil {
		return nil, err
	}
	v.MayDecide = s.may(p, access.DecideHit) == nil
	v.MayConfirm = s.may(p, access.ConfirmHit) == nil
	if h.State == Proposed {
		v.Digest = matchDigest(h, &r)
	}
	who := []string{h.Proposer, h.Decider}
	for _, t := range v.Tasks {
		who = append(who, t.actor)
	}
	err = s.named(ctx, func(names map[string]string) {
		v.Proposer, v.Decider = nameOr(names, h.Proposer), nameOr(names, h.Decider)
		for i := range v.Tasks {
			v.Tasks[i].By = nameOr(names, v.Tasks[i].actor)
		}
	}, who...)
	if err != nil {
		return nil, err
	}
	return v, s.noteRead(ctx, p, s.aboutHitRow(h), "candidate "+h.List)
}

// A DeskItem is one thing of screening that waits for a person.
type DeskItem struct {
	Hit    landbridge.ID
	Kind   string // look, confirm, or the kind of a task
	Query  string
	Listed string
	Source Source
	Number string
	Made   time.Time
	Due    time.Time // zero when there is no clock
	Late   bool
}

const maxDesk = 30 // items of one desk

// Desk returns what waits for this person: tasks by their clock, matches to
// confirm, candidates to look at.
func (s *Screening) Desk(ctx context.Context, p staff.Person) (all []DeskItem, err error) {
	if s.may(p, access.SeeScreening) != nil || s.may(p, access.DecideHit) != nil && s.may(p, access.ConfirmHit) != nil {
		return nil, nil
	}
	page, err := s.Hits(ctx, p, Filter{Limit: maxDesk})
	if err != nil {
		return nil, err
	}
	matched, err := s.Hits(ctx, p, Filter{State: Matched, Limit: maxDesk})
	if err != nil {
		return nil, err
	}
	for _, l := range slices.Concat(page.Hits, matched.Hits) {
		i := DeskItem{Hit: l.ID, Kind: "look", Query: l.Query, Listed: l.Listed, Source: l.Source, Number: l.Number, Made: l.Moved}
		switch {
		case l.Task != nil:
			i.Kind, i.Due, i.Late = string(l.Task.Kind), l.Task.Due, l.Task.State == taskLate
		case l.State == Matched:
			continue // nothing is left to do
		case l.State == Proposed && (l.Mine || s.may(p, access.ConfirmHit) != nil):
			continue // it waits for somebody else
		case l.State == Proposed:
			i.Kind = "confirm"
		}
		all = append(all, i)
	}
	slices.SortStableFunc(all, func(a, b DeskItem) int {
		if a.Due.IsZero() != b.Due.IsZero() {
			if b.Due.IsZero() {
				return -1
			}
			return 1
		}
		return a.Due.Compare(b.Due)
	})
	return all[:min(len(all), maxDesk)], nil
}
