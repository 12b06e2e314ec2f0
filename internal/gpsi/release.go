package gpsi

import (
	"context"
	"time"

	"landbridge.example"
	"landbridge.example/index"
	"landbridge.example/index/bundle"
	"landbridge.example/index/spec"
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

// An Opened is a release with everything its pages show. It is shared between
// readers and must not be changed.
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
	Licences     []Licence // one line for each source
	Provenance   Provenance
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

// A Budget is how one member spread its points. Party is empty where the
// members agreed that names stay out.
type Budget struct {
	Party  landbridge.PartyID
	Points map[string]float64 // by code of group or indicator
}

// A Licence is the terms of one source.
type Licence struct {
	File, Source, Licence, URL string
}

// A Provenance says of every cell where it comes from.
type Provenance struct{ rows map[cellKey]Origin }

// An Origin is where one value comes from.
type Origin struct {
	Source, Licence, Method, Note string
	Year                          string // of the value, as its source gives it
}

type cellKey struct {
	unit, column string
	year         int
}

// Of returns the origin of a cell: its own if it has one, else that of its
// column. year is 0 where the index has no years.
func (p Provenance) Of(unit, column string, year int) (Origin, bool) {
	for _, k := range []cellKey{{unit, column, year}, {unit, column, 0}, {"", column, year}, {"", column, 0}} {
		if o, ok := p.rows[k]; ok {
			return o, true
		}
	}
	return Origin{}, false
}

// Open returns a release with everything its pages show. Recently opened
// releases are kept, so a second call costs nothing.
func (g *Register) Open(ctx context.Context, id string) (*Opened, error) {
	return nil, fail.New(fail.Missing, "there is no release %q; the list shows those there are", id)
}

// Bundle returns the bundle of a release as a zip file, byte for byte as it was released.
func (g *Register) Bundle(ctx context.Context, id string) ([]byte, error) {
	return nil, fail.New(fail.Missing, "there is no release %q; the list shows those there are", id)
}

// Proof returns, for a release this node made, the proof (C2SP tlog-proof) that
// its digest stands in this node's log, followed by the entry.
func (g *Register) Proof(ctx context.Context, id string) ([]byte, error) {
	return nil, fail.New(fail.Missing, "there is no release %q; the list shows those there are", id)
}
