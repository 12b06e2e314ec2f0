package gpsi

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/index"
	"landbridge.example/index/bundle"
	"landbridge.example/index/spec"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// A Release is one published edition of an index, or a revision of one.
type Release struct {
	ID            string // stable, fit for an address: "xf-gpsi-demo-2018-1"
	Publisher     landbridge.PartyID
	Framework     string // id of the index: "gpsi-demo"
	Title         string
	Edition       string // "2018"
	Revision      int64  // 1 is the first release of the edition
	Demonstration bool   // say so on every page and file
	Notice        string // what must stand wherever its numbers are; may be empty
	Released      time.Time
	Digest        landbridge.Digest // of the bundle's manifest: the name of the release for ever
	Size          int64             // bytes of the bundle as a zip file
	LogIndex      int64             // entry in the publisher's log that holds Digest
	Revises       string            // id of the release this one puts right; empty: none
	RevisedBy     string            // id of the release that puts this one right; empty: it is in force
	Note          string            // what is new, or what was put right
}

// An Opened is a release, or an edition before its release, with everything
// its pages show. It is shared between readers and must not be changed.
type Opened struct {
	Release
	Contents bundle.Contents // the files of the bundle by path
	Spec     *spec.Spec
	Model    *index.Model
	Result   *index.Result
	WhatIf   *index.WhatIf

	// From the bundle's own results; empty if the specification asks for none.
	Intervals    []index.RankInterval     // 90 % rank intervals and bands, in order of nominal rank
	Replications int                      // how many runs the intervals rest on
	Sensitivity  []index.SensitivityIndex // Sobol' shares of the assumptions
	Units        []index.UnitSensitivity  // total shares by row, in the order of Sensitivity
	Dissents     []Dissent
	Corrections  []Settled
	Budgets      []Budget  // whose points the weights rest on; empty: they rest on the specification alone
	Methods      []Method  // versions of the method up to this one, with their decisions
	Licences     []Licence // one line for each source
	Provenance   Provenance
	Signature    *bundle.Signature // nil before the release
}

// A Dissent is a member's statement that is published with a release.
type Dissent struct {
	Party    landbridge.PartyID
	Text     string
	Language string // of Text, such as "en"
	About    string // code of a column, or a unit; empty: the whole
	At       time.Time
}

// A Settled is a correction that a member asked for, and what became of it.
type Settled struct {
	Party          landbridge.PartyID
	Unit, Column   string
	Year           int
	Was, Wanted    string
	Source, Text   string
	Accepted       bool
	Answer         string
	At, AnsweredAt time.Time
}

// A Budget is how one member spread its points. Where the members agreed that
// names stay out, Member is a number.
type Budget struct {
	Member string
	Points map[string]float64 // by code of group or indicator
}

// A Licence is the terms of one source.
type Licence struct {
	File, Source, Licence, URL string
}

const releaseColumns = `id, publisher, framework, label, revision, title, notice, demonstration, released_us, digest, size, log_index, revises, note,
	coalesce((SELECT max(n.id) FROM gpsi_release n WHERE n.revises = r.id AND n.publisher = r.publisher), '')`

func scanRelease(s scanner, more ...any) (r Release, err error) {
	var at int64
	var digest string
	err = s.Scan(append([]any{&r.ID, &r.Publisher, &r.Framework, &r.Edition, &r.Revision, &r.Title, &r.Notice, &r.Demonstration, &at, &digest,
		&r.Size, &r.LogIndex, &r.Revises, &r.Note, &r.RevisedBy}, more...)...)
	if err != nil {
		return r, err
	}
	r.Released = db.Moment(at)
	r.Digest, err = landbridge.ParseDigest(digest)
	return r, err
}

// Releases lists every release this node knows, newest first. A release that
// was put right stands beside its revision.
func (g *Register) Releases(ctx context.Context) (all []Release, err error) {
	err = g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		r, err := scanRelease(rows)
		all = append(all, r)
		return err
	}, `SELECT `+releaseColumns+` FROM gpsi_release r ORDER BY released_us DESC, id DESC LIMIT $1`, MaxList)
	if err != nil {
		return nil, fmt.Errorf("reading releases: %w", err)
	}
	return all, nil
}

// release reads one release and the digest of its zip file.
func release(s source, id string) (Release, string, error) {
	var zip string
	r, err := scanRelease(s.row(`SELECT `+releaseColumns+`, bundle FROM gpsi_release r WHERE id = $1`, id), &zip)
	if errors.Is(err, sql.ErrNoRows) {
		return r, "", fail.New(fail.Missing, "there is no release %.80q; the list shows those there are", id)
	}
	if err != nil {
		return r, "", fmt.Errorf("reading a release: %w", err)
	}
	return r, zip, nil
}

// Open returns a release with everything its pages show. Recently opened
// releases are kept, so a second call costs nothing.
func (g *Register) Open(ctx context.Context, id string) (*Opened, error) {
	r, zip, err := release(g.reading(ctx), id)
	if err != nil {
		return nil, err
	}
	o, err := g.kept.get("release "+id, func() (*Opened, error) {
		data, err := content(g.reading(ctx), zip)
		if err != nil {
			return nil, err
		}
		c, err := unzip(data)
		if err != nil {
			return nil, err
		}
		return open(r, c)
	})
	if err != nil {
		return nil, err
	}
	if o.RevisedBy != r.RevisedBy { // it was put right after it was opened
		fresh := *o
		fresh.Release = r
		return &fresh, nil
	}
	return o, nil
}

// Bundle returns the bundle of a release as a zip file, byte for byte as it was released.
func (g *Register) Bundle(ctx context.Context, id string) ([]byte, error) {
	_, zip, err := release(g.reading(ctx), id)
	if err != nil {
		return nil, err
	}
	return content(g.reading(ctx), zip)
}

// Proof returns, for a release this node made, the proof (C2SP tlog-proof) that
// an entry stands in this node's log, the entry, and what shows that the entry
// is about this release: its salt. With them anyone can check that this digest
// was published no later than the checkpoint.
func (g *Register) Proof(ctx context.Context, id string) ([]byte, error) {
	r, _, err := release(g.reading(ctx), id)
	if err != nil {
		return nil, err
	}
	if r.Publisher != g.me {
		return nil, fail.New(fail.Missing, "the proof is in the log of %s, at entry %d; its node gives it out", r.Publisher, r.LogIndex)
	}
	proof, entry, err := g.c.Log.Prove(ctx, r.LogIndex)
	if err != nil {
		return nil, err
	}
	d, err := g.c.Log.Disclose(ctx, r.LogIndex)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Write(proof)
	b.WriteByte('\n')
	b.Write(entry)
	fmt.Fprintf(&b, "\nkind %s\nsalt %x\ndigest %s\n", d.Kind, d.Salt, d.Digest)
	return b.Bytes(), nil
}

// unzip unpacks a bundle within the limits of this package.
func unzip(data []byte) (bundle.Contents, error) {
	if len(data) > MaxBundle {
		return nil, fail.New(fail.TooLarge, "a bundle has at most %d MiB", MaxBundle>>20)
	}
	c, err := bundle.ParseZipWithin(data, MaxUnpacked)
	if err != nil {
		return nil, fail.New(fail.Invalid, "the bundle cannot be unpacked: %v", err)
	}
	return c, nil
}
