package gpsi

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/index/bundle"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// States of an edition.
const (
	Draft    = "draft"
	Preview  = "preview" // members have seen it, or were shown it by its publisher
	Released = "released"
	Dropped  = "dropped"
)

// An Edition is an index on its way to a release.
type Edition struct {
	ID            landbridge.ID
	Publisher     landbridge.PartyID
	Framework     string
	Label         string // "2026"
	Title         string
	Demonstration bool
	State         string
	Version       int64 // of its content
	Method        int64 // version of the method; 0 for another party's
	Revises       string
	Until         time.Time // comments are taken until then; zero: not asked for yet
	Made, Changed time.Time
}

// A Content is one version of what an edition is made of.
type Content struct {
	Version int64
	Spec    string            // digest of the specification
	Files   map[string]string // digest by path
	Bundle  string            // digest of a zip file: another party's edition
	What    string            // begun, method, imported, corrected, weighted, shown
	Note    string
	Author  string // pseudonym, or the code of a party
	At      time.Time
}

// A NewEdition begins an edition.
type NewEdition struct {
	Framework     string
	Demonstration bool
	Revises       string // id of the release it is to put right; its data are where it begins
}

const editionColumns = `id, publisher, framework, label, title, demonstration, state, version, method, revises, until_us, made_us, changed_us`

func scanEdition(s scanner) (e Edition, err error) {
	var until, made, changed int64
	err = s.Scan(&e.ID, &e.Publisher, &e.Framework, &e.Label, &e.Title, &e.Demonstration, &e.State, &e.Version, &e.Method, &e.Revises, &until, &made, &changed)
	e.Until, e.Made, e.Changed = db.Moment(until), db.Moment(made), db.Moment(changed)
	return e, err
}

// Editions lists the editions of this node and those it was shown, the latest
// changed first.
func (g *Register) Editions(ctx context.Context) (all []Edition, err error) {
	err = g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		e, err := scanEdition(rows)
		all = append(all, e)
		return err
	}, `SELECT `+editionColumns+` FROM gpsi_edition ORDER BY changed_us DESC, id DESC LIMIT $1`, MaxList)
	if err != nil {
		return nil, fmt.Errorf("reading editions: %w", err)
	}
	return all, nil
}

// edition reads one. lock is the clause that makes other instances wait.
func edition(s source, id landbridge.ID, lock string) (Edition, error) {
	e, err := scanEdition(s.row(`SELECT `+editionColumns+` FROM gpsi_edition WHERE id = $1`+lock, string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return e, fail.New(fail.Missing, "there is no edition %.60q; the list shows those there are", id)
	}
	if err != nil {
		return e, fmt.Errorf("reading an edition: %w", err)
	}
	return e, nil
}

// own reads an edition of this node that can still change.
func (g *Register) own(tx *db.Tx, id landbridge.ID) (Edition, Content, error) {
	e, err := edition(inside{tx}, id, tx.ForUpdate())
	if err != nil {
		return e, Content{}, err
	}
	if e.Publisher != g.me {
		return e, Content{}, fail.New(fail.Denied, "this edition is prepared by %s; ask for a correction there", e.Publisher)
	}
	if e.State != Draft && e.State != Preview {
		return e, Content{}, fail.New(fail.Conflict, "this edition is %s; begin a revision to change something", e.State)
	}
	c, err := newest(inside{tx}, e)
	return e, c, err
}

const contentColumns = `version, spec, files, bundle, what, note, author, at_us`

func scanContent(s scanner) (c Content, err error) {
	var files string
	var at int64
	if err = s.Scan(&c.Version, &c.Spec, &files, &c.Bundle, &c.What, &c.Note, &c.Author, &at); err != nil {
		return c, err
	}
	c.At = db.Moment(at)
	if err := json.Unmarshal([]byte(files), &c.Files); err != nil {
		return c, fmt.Errorf("reading the files of an edition: %w", err)
	}
	return c, nil
}

// newest reads what an edition is made of now.
func newest(s source, e Edition) (Content, error) {
	c, err := scanContent(s.row(`SELECT `+contentColumns+` FROM gpsi_content WHERE edition = $1 AND version = $2`, string(e.ID), e.Version))
	if err != nil {
		return c, fmt.Errorf("reading the content of an edition: %w", err)
	}
	return c, nil
}

func history(s source, id landbridge.ID) (all []Content, err error) {
	err = s.each(func(rows *sql.Rows) error {
		c, err := scanContent(rows)
		all = append(all, c)
		return err
	}, `SELECT `+contentColumns+` FROM gpsi_content WHERE edition = $1 ORDER BY version DESC LIMIT $2`, string(id), MaxList)
	if err != nil {
		return nil, fmt.Errorf("reading the versions of an edition: %w", err)
	}
	return all, nil
}

// change gives an edition its next version. The caller holds its row.
func (g *Register) change(tx *db.Tx, e *Edition, c Content) error {
	if e.Version >= maxVersions {
		return fail.New(fail.TooLarge, "an edition has at most %d versions; release it and begin a revision", maxVersions)
	}
	e.Version++
	e.Changed = g.now()
	c.Version, c.At = e.Version, e.Changed
	if len(c.Files) > MaxFiles {
		return fail.New(fail.TooLarge, "an edition has at most %d files", MaxFiles)
	}
	if c.Files == nil {
		c.Files = map[string]string{}
	}
	_, err := tx.Exec(`INSERT INTO gpsi_content (edition, version, spec, files, bundle, what, note, author, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(e.ID), c.Version, c.Spec, toJSON(c.Files), c.Bundle, c.What, c.Note, c.Author, db.Micros(c.At))
	if err != nil {
		return fmt.Errorf("writing a version of an edition: %w", err)
	}
	return g.saveEdition(tx, e)
}

func (g *Register) saveEdition(tx *db.Tx, e *Edition) error {
	_, err := tx.Exec(`UPDATE gpsi_edition SET state = $1, version = $2, method = $3, until_us = $4, changed_us = $5, title = $6 WHERE id = $7`,
		e.State, e.Version, e.Method, db.Micros(e.Until), db.Micros(e.Changed), e.Title, string(e.ID))
	if err != nil {
		return fmt.Errorf("writing an edition: %w", err)
	}
	return nil
}

// Begin begins an edition under the newest version of its method.
func (g *Register) Begin(ctx context.Context, by staff.Person, n NewEdition) (e Edition, err error) {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return e, err
	}
	id, err := g.newID()
	if err != nil {
		return e, err
	}
	err = g.write(ctx, "beginning an edition", func(tx *db.Tx) error {
		e, err = g.begin(tx, by, id, n)
		return err
	})
	return e, err
}

func (g *Register) begin(tx *db.Tx, by staff.Person, id landbridge.ID, n NewEdition) (e Edition, err error) {
	all, err := methods(inside{tx}, `WHERE framework = $1 ORDER BY version DESC LIMIT 1`, n.Framework)
	if err != nil {
		return e, err
	}
	if len(all) == 0 {
		return e, fail.New(fail.Missing, "there is no method for %.60q; set one first", n.Framework)
	}
	m := all[0]
	now := g.now()
	e = Edition{ID: id, Publisher: g.me, Framework: m.Framework, Label: m.Label, Title: m.Title, Demonstration: n.Demonstration,
		State: Draft, Method: m.Version, Revises: n.Revises, Made: now, Changed: now}
	var open int
	err = tx.QueryRow(`SELECT count(*) FROM gpsi_edition WHERE publisher = $1 AND framework = $2 AND label = $3 AND (state = 'draft' OR state = 'preview')`,
		string(g.me), e.Framework, e.Label).Scan(&open)
	if err != nil {
		return e, err
	}
	if open > 0 {
		return e, fail.New(fail.Conflict, "edition %s of %s is being prepared; release or drop it first", e.Label, e.Framework)
	}
	c := Content{Spec: m.Spec, What: "begun", Author: by.Pseudonym, Files: map[string]string{}}
	if err := g.inherit(tx, &e, &c); err != nil {
		return e, err
	}
	_, err = tx.Exec(`INSERT INTO gpsi_edition (`+editionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		string(e.ID), string(e.Publisher), e.Framework, e.Label, e.Title, e.Demonstration, e.State, int64(0), e.Method, e.Revises, int64(0),
		db.Micros(now), db.Micros(now))
	if err != nil {
		return e, fmt.Errorf("writing an edition: %w", err)
	}
	if err := g.change(tx, &e, c); err != nil {
		return e, err
	}
	_, err = g.fact(tx, factBegun, by.Pseudonym, landbridge.Digest{}, string(e.ID), e.Framework+" "+e.Label)
	return e, err
}

// inherit gives a new edition the data of what it puts right, or of the release
// before it: most tables of one year are those of the last, until they are
// imported anew. A label that was released already can only be revised.
func (g *Register) inherit(tx *db.Tx, e *Edition, c *Content) error {
	var last string
	err := tx.QueryRow(`SELECT coalesce(max(id), '') FROM gpsi_release r WHERE publisher = $1 AND framework = $2 AND label = $3
		AND revision = (SELECT max(revision) FROM gpsi_release WHERE publisher = $4 AND framework = $5 AND label = $6)`,
		string(g.me), e.Framework, e.Label, string(g.me), e.Framework, e.Label).Scan(&last)
	if err != nil {
		return fmt.Errorf("reading the last release: %w", err)
	}
	switch {
	case last != "" && e.Revises != last:
		return fail.New(fail.Conflict,
			"edition %s is released as %s; begin a revision of that release, or set a method that speaks of the next edition", e.Label, last)
	case last == "" && e.Revises != "":
		return fail.New(fail.Conflict,
			"the method in force speaks of edition %s, of which %.80q is no release; set a method that speaks of the edition to revise", e.Label, e.Revises)
	case last == "":
		err := tx.QueryRow(`SELECT coalesce(max(id), '') FROM gpsi_release r WHERE publisher = $1 AND framework = $2
			AND released_us = (SELECT max(released_us) FROM gpsi_release WHERE publisher = $3 AND framework = $4)`,
			string(g.me), e.Framework, string(g.me), e.Framework).Scan(&last)
		if err != nil || last == "" {
			return err
		}
	}
	r, zip, err := release(inside{tx}, last)
	if err != nil {
		return err
	}
	e.Demonstration = r.Demonstration
	data, err := content(inside{tx}, zip)
	if err != nil {
		return err
	}
	old, err := unzip(data)
	if err != nil {
		return err
	}
	return g.takeOver(tx, c, old)
}

// takeOver keeps the data files of a bundle as files of an edition.
func (g *Register) takeOver(tx *db.Tx, c *Content, old bundle.Contents) error {
	text, err := content(inside{tx}, c.Spec)
	if err != nil {
		return err
	}
	s, err := readSpec(text)
	if err != nil {
		return err
	}
	want := []string{provenanceFile}
	for _, src := range s.Sources {
		want = append(want, src.File)
	}
	if s.Framework != nil {
		want = append(want, s.Framework.File)
	}
	if w := budgetStep(s); w != nil {
		want = append(want, w.File)
	}
	for _, path := range want {
		if data, ok := old[path]; ok {
			d, err := put(tx, data)
			if err != nil {
				return err
			}
			c.Files[path] = d.String()
		}
	}
	return nil
}

// UseMethod puts an edition under the newest version of its method. Its data stay.
func (g *Register) UseMethod(ctx context.Context, by staff.Person, id landbridge.ID) error {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return err
	}
	return g.write(ctx, "taking over a method", func(tx *db.Tx) error {
		e, c, err := g.own(tx, id)
		if err != nil {
			return err
		}
		all, err := methods(inside{tx}, `WHERE framework = $1 ORDER BY version DESC LIMIT 1`, e.Framework)
		if err != nil {
			return err
		}
		m := all[0]
		switch {
		case m.Version == e.Method:
			return fail.New(fail.Conflict, "the edition is under version %d already, which is the newest", m.Version)
		case m.Label != e.Label:
			return fail.New(fail.Conflict, "version %d of the method speaks of edition %s; this is %s", m.Version, m.Label, e.Label)
		}
		e.Method, e.Title, c.Spec, c.What, c.Note, c.Author = m.Version, m.Title, m.Spec, "method", fmt.Sprintf("version %d", m.Version), by.Pseudonym
		return g.change(tx, &e, c)
	})
}

// Drop ends an edition that will not be released. What was said about it stays.
func (g *Register) Drop(ctx context.Context, by staff.Person, id landbridge.ID) error {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return err
	}
	return g.write(ctx, "dropping an edition", func(tx *db.Tx) error {
		e, _, err := g.own(tx, id)
		if err != nil {
			return err
		}
		e.State, e.Changed = Dropped, g.now()
		if err := g.saveEdition(tx, &e); err != nil {
			return err
		}
		_, err = g.fact(tx, factDropped, by.Pseudonym, landbridge.Digest{}, string(e.ID), e.Framework+" "+e.Label)
		return err
	})
}

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
