package gpsi

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A View is an edition with everything that belongs to it.
type View struct {
	Edition
	Own      bool // this node prepares it
	Open     bool // comments are taken now
	Method   *Method
	Newer    bool // the method has a newer version for this edition
	Files    []DataFile
	History  []Content // the newest first
	Imports  []*Import // without their reports
	Shown    []Shown
	Comments []Comment
	Budget   *BudgetRound
	Given    []Points // at the publisher: of all; elsewhere: our own
	Release  *Release // once it is released here
	Hinders  string   // why it cannot be released by this person now; empty: it can
}

// A DataFile is one table that the specification names.
type DataFile struct {
	Path, Source, Licence string
	Here                  bool
	Budget                bool // made by closing the members' budgets
}

// A Shown is one time that an edition went to a party.
type Shown struct {
	Party   landbridge.PartyID
	Version int64
	Message string
	At      time.Time
}

// View returns an edition with everything that belongs to it.
func (g *Register) View(ctx context.Context, by staff.Person, id landbridge.ID) (*View, error) {
	if err := g.may(by, access.SeeIndex); err != nil {
		return nil, err
	}
	s := g.reading(ctx)
	e, err := edition(s, id, "")
	if err != nil {
		return nil, err
	}
	v := &View{Edition: e, Own: e.Publisher == g.me, Open: g.open(e) == nil}
	for _, read := range []func() error{
		func() (err error) { v.History, err = history(s, id); return err },
		func() (err error) { v.Imports, err = imports(s, id); return err },
		func() (err error) { v.Comments, err = comments(s, id); return err },
		func() (err error) { v.Budget, err = budgetRound(s, id); return err },
		func() (err error) { v.Given, err = given(s, id); return err },
		func() (err error) { v.Shown, err = shownTo(s, id); return err },
		func() error { return g.viewRelease(ctx, v) },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	if !v.Own {
		return v, nil
	}
	if err := g.viewFiles(s, v); err != nil {
		return nil, err
	}
	if err := g.may(by, access.ReleaseIndex); err != nil {
		v.Hinders = fail.Safe(err)
	} else if err := g.mayRelease(s, by, e); err != nil {
		if fail.KindOf(err) == fail.Internal {
			return nil, err
		}
		v.Hinders = fail.Safe(err)
	}
	return v, nil
}

func shownTo(s source, id landbridge.ID) (all []Shown, err error) {
	err = s.each(func(rows *sql.Rows) error {
		var x Shown
		var at int64
		err := rows.Scan(&x.Party, &x.Version, &x.Message, &at)
		x.At = db.Moment(at)
		all = append(all, x)
		return err
	}, `SELECT party, version, message, at_us FROM gpsi_shown WHERE edition = $1 ORDER BY version DESC, party LIMIT $2`, string(id), MaxList)
	if err != nil {
		return nil, fmt.Errorf("reading who was shown an edition: %w", err)
	}
	return all, nil
}

// viewRelease finds the release that an edition became.
func (g *Register) viewRelease(ctx context.Context, v *View) error {
	if v.State != Released {
		return nil
	}
	all, err := g.Releases(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(r Release) bool {
		return r.Publisher == v.Publisher && r.Framework == v.Framework && r.Edition == v.Label && r.Revises == v.Revises
	})
	if i >= 0 {
		v.Release = &all[i]
	}
	return nil
}

func (g *Register) viewFiles(s source, v *View) error {
	c := v.History[0]
	all, err := methods(s, `WHERE framework = $1 ORDER BY version DESC`, v.Framework)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Version == v.Edition.Method {
			v.Method = &all[i]
		}
	}
	v.Newer = len(all) > 0 && all[0].Version > v.Edition.Method && all[0].Label == v.Label && (v.State == Draft || v.State == Preview)
	text, err := content(s, c.Spec)
	if err != nil {
		return err
	}
	sp, err := readSpec(text)
	if err != nil {
		return err
	}
	for _, src := range sp.Sources {
		_, here := c.Files[src.File]
		v.Files = append(v.Files, DataFile{Path: src.File, Source: src.Source, Licence: src.Licence, Here: here})
	}
	if w := budgetStep(sp); w != nil {
		_, here := c.Files[w.File]
		v.Files = append(v.Files, DataFile{Path: w.File, Here: here, Budget: true})
	}
	return nil
}

// File returns one data file of an edition of this node, as it is now.
func (g *Register) File(ctx context.Context, by staff.Person, id landbridge.ID, path string) ([]byte, error) {
	if err := g.may(by, access.SeeIndex); err != nil {
		return nil, err
	}
	s := g.reading(ctx)
	e, err := edition(s, id, "")
	if err != nil {
		return nil, err
	}
	c, err := newest(s, e)
	if err != nil {
		return nil, err
	}
	digest, ok := c.Files[path]
	if !ok {
		return nil, fail.New(fail.Missing, "the edition holds no file %.100q", path)
	}
	return content(s, digest)
}

// Waiting counts what needs a person of this node about indices: corrections to
// settle, and budgets to give.
func (g *Register) Waiting(ctx context.Context) (corrections, budgets int, err error) {
	now := g.now().UnixMicro()
	err = g.c.DB.QueryRow(ctx, `SELECT count(*) FROM gpsi_comment c JOIN gpsi_edition e ON e.id = c.edition
		WHERE c.kind = 'correction' AND c.state = 'open' AND e.publisher = $1 AND e.state = 'preview'`, string(g.me)).Scan(&corrections)
	if err != nil {
		return 0, 0, fmt.Errorf("counting corrections: %w", err)
	}
	err = g.c.DB.QueryRow(ctx, `SELECT count(*) FROM gpsi_budget b JOIN gpsi_edition e ON e.id = b.edition
		WHERE b.state = 'open' AND b.until_us > $1 AND e.publisher <> $2 AND e.state = 'preview'
		AND NOT EXISTS (SELECT 1 FROM gpsi_points p WHERE p.edition = b.edition AND p.party = $3)`, now, string(g.me), string(g.me)).Scan(&budgets)
	if err != nil {
		return 0, 0, fmt.Errorf("counting budgets: %w", err)
	}
	return corrections, budgets, nil
}
