package gpsi

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"

	"landbridge.example"
	"landbridge.example/index/bundle"
	"landbridge.example/index/spec"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A Method is one version of the specification of an index, with the decision
// of the forum that it rests on.
type Method struct {
	Framework      string
	Version        int64
	Title          string
	Label          string // the edition its text speaks of
	Spec           string // digest of the text
	Decision       string // which decision, in words
	DecisionDigest string // of the text that was decided; empty where there is none
	Note           string // what is new
	Author         string // pseudonym
	At             time.Time
}

// A NewMethod is a specification to be set in force for coming editions.
type NewMethod struct {
	Text           []byte
	Decision       string // such as "conference of 2026, item 7": needed, for a method is not one person's choice
	DecisionDigest string // of the decided text, if there is one
	Note           string
}

// plainID is what may stand in a release's name. The pattern is anchored.
func plainID(s string) bool {
	return len(s) <= 40 && regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`).MatchString(s)
}

// readSpec parses a specification as this package keeps it.
func readSpec(text []byte) (*spec.Spec, error) {
	s, list := spec.Parse("specification.yaml", text)
	if list.Refused() {
		return nil, fail.Because(list.Err(), fail.Invalid, "the specification must be put right first: %s", clip(list.Brief().Error(), 1500))
	}
	if !plainID(s.ID) || !plainID(s.Edition) {
		return nil, fail.New(fail.Invalid,
			"the specification's id and edition have at most 40 small letters, digits, points and hyphens; they make the release's name")
	}
	for _, src := range s.Sources {
		if src.Licence == "" || src.Source == "" {
			return nil, fail.New(fail.Invalid, "line %d: say source: and licence: for %s; a release names them for every file", src.Line, clip(src.File, 80))
		}
		if bad := reserved(src.File); bad != nil {
			return nil, bad
		}
	}
	if len(s.Sources) > MaxFiles {
		return nil, fail.New(fail.TooLarge, "an index has at most %d files", MaxFiles)
	}
	return s, nil
}

// reserved refuses paths that this package or a bundle uses itself.
func reserved(path string) error {
	switch path {
	case provenanceFile, dissentsFile, correctionsFile, methodsFile, noteFile, bundle.Manifest, bundle.Licences, bundle.SignatureFile:
		return fail.New(fail.Invalid, "%s is a name that releases use themselves; name the file otherwise", path)
	}
	return nil
}

// SetMethod sets a specification in force: the first of a new index, or the
// next version of one. It names the decision it rests on.
func (g *Register) SetMethod(ctx context.Context, by staff.Person, n NewMethod) (m Method, err error) {
	if err := g.may(by, access.PrepareIndex); err != nil {
		return m, err
	}
	s, err := readSpec(n.Text)
	if err != nil {
		return m, err
	}
	m = Method{Framework: s.ID, Label: s.Edition, Author: by.Pseudonym, At: g.now(), DecisionDigest: n.DecisionDigest}
	var errs [4]error
	m.Title, errs[0] = line("title", s.Title, true)
	m.Decision, errs[1] = line("decision that the method rests on", n.Decision, true)
	m.Note, errs[2] = line("note", n.Note, false)
	if n.DecisionDigest != "" {
		_, errs[3] = landbridge.ParseDigest(n.DecisionDigest)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return m, fail.Because(err, fail.Invalid, "%v", err)
	}
	if err := g.rests(ctx, n.DecisionDigest); err != nil {
		return m, err
	}
	err = g.write(ctx, "setting a method", func(tx *db.Tx) error {
		d, err := put(tx, n.Text)
		if err != nil {
			return err
		}
		m.Spec = d.String()
		err = tx.QueryRow(`SELECT coalesce(max(version), 0) + 1 FROM gpsi_method WHERE framework = $1`, m.Framework).Scan(&m.Version)
		if err != nil {
			return err
		}
		if m.Version > maxVersions {
			return fail.New(fail.TooLarge, "a method has at most %d versions", maxVersions)
		}
		_, err = tx.Exec(`INSERT INTO gpsi_method (framework, version, title, label, spec, decision, decision_digest, note, author, made_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			m.Framework, m.Version, m.Title, m.Label, m.Spec, m.Decision, m.DecisionDigest, m.Note, m.Author, db.Micros(m.At))
		if err != nil {
			return err
		}
		_, err = g.fact(tx, factMethod, by.Pseudonym, d, m.Framework, fmt.Sprintf("version %d, edition %s", m.Version, m.Label))
		return err
	})
	return m, err
}

const methodColumns = `framework, version, title, label, spec, decision, decision_digest, note, author, made_us`

func scanMethod(s scanner) (m Method, err error) {
	var at int64
	err = s.Scan(&m.Framework, &m.Version, &m.Title, &m.Label, &m.Spec, &m.Decision, &m.DecisionDigest, &m.Note, &m.Author, &at)
	m.At = db.Moment(at)
	return m, err
}

// Methods lists the versions of every method, by index, the newest first.
func (g *Register) Methods(ctx context.Context) ([]Method, error) {
	return methods(g.reading(ctx), `ORDER BY framework, version DESC LIMIT $1`, MaxList)
}

func methods(s source, rest string, args ...any) (all []Method, err error) {
	err = s.each(func(rows *sql.Rows) error {
		m, err := scanMethod(rows)
		all = append(all, m)
		return err
	}, `SELECT `+methodColumns+` FROM gpsi_method `+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("reading methods: %w", err)
	}
	return all, nil
}

// methodsUpTo are the versions a release rests on, the oldest first.
func methodsUpTo(s source, framework string, version int64) ([]Method, error) {
	return methods(s, `WHERE framework = $1 AND version <= $2 ORDER BY version`, framework, version)
}

// SpecText returns the text of a method's specification.
func (g *Register) SpecText(ctx context.Context, framework string, version int64) ([]byte, error) {
	all, err := methods(g.reading(ctx), `WHERE framework = $1 AND version = $2`, framework, version)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fail.New(fail.Missing, "there is no version %d of the method of %.60q", version, framework)
	}
	return content(g.reading(ctx), all[0].Spec)
}

// rests refuses a decision that nobody took: what a method says it rests on was
// adopted by the members, and this node can prove it.
func (g *Register) rests(ctx context.Context, digest string) error {
	if digest == "" || g.c.Decided == nil {
		return nil
	}
	d, err := landbridge.ParseDigest(digest)
	if err != nil {
		return fail.Because(err, fail.Invalid, "%v", err)
	}
	return g.c.Decided(ctx, d)
}
