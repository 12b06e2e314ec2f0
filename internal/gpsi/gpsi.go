// Package gpsi keeps public security indices on a node: frameworks and their
// methods, data with its sources, editions from draft through the preview of
// the members to release, corrections, dissents, the members' budgets of
// weights, and releases for ever.
//
// A release is one signed bundle (package index/bundle): specification, data,
// licences, results, dissents. Its digest is a fact in the log of the node that
// made it. Nothing is overwritten: a release that is put right is followed by a
// revision that names it, and both stay.
//
// No value of an index decides any cooperation: no module imports this one, and
// a test holds that.
//
// Trust: gpsi is trusted to show members what will be released before it is,
// and to publish what they said about it. Who controls it can publish wrong
// data, and not unnoticed: everyone can calculate a release again from its own
// bundle, sources are named for every cell, and members saw it before.
//
// Limits: see the constants below.
package gpsi

import (
	"context"
	"embed"
	"errors"
	"io"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/seal"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "gpsi", Files: schema} }

// A Mail is what the register needs of the exchange.
type Mail interface {
	Submit(tx *db.Tx, e *seal.Envelope, detached *blob.Ref, lane exchange.Lane) error
}

// Config is what a Register needs.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Exchange  Mail // *exchange.Exchange
	Directory *party.Directory
	Keys      *party.Keys
	Blobs     *blob.Store
	Clock     func() time.Time
	Random    io.Reader
}

// A Register is the indices of one node: those it prepares, those it was shown
// before their release, and all releases it knows.
type Register struct {
	c  Config
	me landbridge.PartyID
}

// New returns the register kept in c.DB.
func New(c Config) (*Register, error) {
	if c.DB == nil || c.Log == nil || c.Directory == nil || c.Keys == nil || c.Clock == nil || c.Random == nil {
		return nil, errors.New("gpsi needs a database, a log, a directory, keys, a clock and randomness")
	}
	return &Register{c: c, me: c.Keys.Party}, nil
}

// now is the time to the microsecond, as rows hold it.
func (g *Register) now() time.Time { return g.c.Clock().UTC().Truncate(time.Microsecond) }

// Releases lists every release this node knows, newest first. Revisions stand
// beside what they revise.
func (g *Register) Releases(ctx context.Context) ([]Release, error) { return nil, nil }
