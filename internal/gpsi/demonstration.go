package gpsi

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// The demonstrations are indices of real, open statistics that show the method.
// Each is a folder that "landbridge index run" works on as it is.
//
//go:embed demonstration demonstration-years
var demonstrations embed.FS

// A demo is one demonstration. The last of the list is the newest release, so
// what pages show first.
type demo struct{ dir, spec, note string }

func demos() []demo {
	return []demo{
		{"demonstration-years", "gpsi-demo-years.yaml", "First release. Five years that can be compared."},
		{"demonstration", "gpsi-demo.yaml", "First release."},
	}
}

// Demonstrate releases the demonstration indices, unless they were: for the
// secretariat of a demo. It stands for a few of the steps that a real edition
// takes; dissent and correction in it are invented and say so.
func (g *Register) Demonstrate(ctx context.Context) error {
	for _, d := range demos() {
		if err := g.demonstrate(ctx, d); err != nil {
			return fmt.Errorf("releasing %s: %w", d.dir, err)
		}
	}
	return nil
}

func (g *Register) demonstrate(ctx context.Context, d demo) error {
	dir, err := fs.Sub(demonstrations, d.dir)
	if err != nil {
		return err
	}
	text, err := fs.ReadFile(dir, d.spec)
	if err != nil {
		return err
	}
	s, err := readSpec(text)
	if err != nil {
		return err
	}
	var n int
	if err := g.c.DB.QueryRow(ctx, `SELECT count(*) FROM gpsi_release WHERE framework = $1`, s.ID).Scan(&n); err != nil || n > 0 {
		return err
	}
	by := staff.Person{Pseudonym: nodeActor, Roles: []landbridge.Role{landbridge.Secretariat}}
	m, err := g.SetMethod(ctx, by, NewMethod{Text: text, Decision: "none: a demonstration of method, decided by nobody"})
	if err != nil {
		return err
	}
	e, err := g.Begin(ctx, by, NewEdition{Framework: m.Framework, Demonstration: true})
	if err != nil {
		return err
	}
	if err := g.fill(ctx, e, dir, d.spec); err != nil {
		return err
	}
	_, err = g.Release(ctx, by, e.ID, d.note)
	return err
}

// fill gives a demonstration its data and what was said about it.
func (g *Register) fill(ctx context.Context, e Edition, dir fs.FS, specName string) error {
	return g.write(ctx, "preparing the demonstration", func(tx *db.Tx) error {
		e, c, err := g.own(tx, e.ID)
		if err != nil {
			return err
		}
		err = fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path == specName || path == dissentsFile || path == correctionsFile {
				return err
			}
			data, err := fs.ReadFile(dir, path)
			if err != nil {
				return fmt.Errorf("reading the demonstration: %w", err)
			}
			digest, err := put(tx, data)
			c.Files[path] = digest.String()
			return err
		})
		if err != nil {
			return err
		}
		c.What, c.Author = "imported", nodeActor
		if err := g.change(tx, &e, c); err != nil {
			return err
		}
		return g.invented(tx, e, dir)
	})
}

// invented enters the dissent and the correction that the demonstration shows.
func (g *Register) invented(tx *db.Tx, e Edition, dir fs.FS) error {
	text, err := fs.ReadFile(dir, dissentsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the demonstration: %w", err)
	}
	dissents, err := ParseDissents(text)
	if err != nil {
		return err
	}
	if text, err = fs.ReadFile(dir, correctionsFile); err != nil {
		return fmt.Errorf("reading the demonstration: %w", err)
	}
	settled, err := ParseCorrections(text)
	if err != nil {
		return err
	}
	var all []Comment
	for _, d := range dissents {
		all = append(all, Comment{Party: d.Party, Kind: DissentOf, Column: d.About, Text: d.Text, Language: d.Language, State: Open, At: d.At})
	}
	for _, s := range settled {
		state := Declined
		if s.Accepted {
			return fail.New(fail.Invalid, "a correction of the demonstration is declined: its data are as they are")
		}
		all = append(all, Comment{Party: s.Party, Kind: Correction, Unit: s.Unit, Column: s.Column, Year: s.Year, Was: s.Was, Wanted: s.Wanted,
			Source: s.Source, Text: s.Text, State: state, Answer: s.Answer, At: s.At, Answered: s.AnsweredAt})
	}
	for _, c := range all {
		if c.ID, err = g.newID(); err != nil {
			return err
		}
		c.Edition = e.ID
		if err := insertComment(tx, c, ""); err != nil {
			return err
		}
	}
	return nil
}
