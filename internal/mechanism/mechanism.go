// Package mechanism keeps the standing groups of parties: the platforms and
// mechanisms of the forum, who takes part, which contact point serves, and a
// calendar the members share.
//
// What a group is stands in its charter, which ships with the release. Who takes
// part and what is in the calendar is made of statements: each party speaks for
// itself alone, in messages its node signs. Joining and leaving is told to every
// party of the directory; the calendar goes to members. The state of a group is
// a pure function of the set of statements, whatever the order in which they
// came, so that two nodes that hold the same set show the same.
//
// Trust: a node can only say what its own party does. A party that tells one
// member something else than another is not noticed before the two compare; a
// group gives nobody a right to anybody's data, so nothing is gained by it.
//
// Limits: [MaxStatements] of one party in one group; a newcomer is sent the
// members' own statements of the last [memory], not the whole history.
package mechanism

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "mechanism", Files: schema} }

// Bounds of a group.
const (
	MaxStatements = 2000 // of one party in one group
	MaxBody       = 16 << 10
	maxAnswer     = 200 // statements sent to a newcomer
	maxNote       = 2000
	maxLine       = 300
	maxAhead      = 5 * time.Minute
	maxSpan       = 62 * 24 * time.Hour // of one entry
	memory        = 400 * 24 * time.Hour
	messageLife   = 30 * 24 * time.Hour
)

// Config is what the Groups need.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Exchange  exchange.Outbox
	Directory *party.Directory
	Keys      *party.Keys
	Clock     func() time.Time
	Random    io.Reader
}

// Groups are the groups as one node knows them.
type Groups struct {
	c      Config
	me     landbridge.PartyID
	access *access.Table
}

// New returns the groups kept in c.DB.
func New(c Config) *Groups { return &Groups{c: c, me: c.Keys.Party, access: access.New()} }

// Handlers returns who takes in messages, by kind, for [exchange.Exchange.Handle].
func (g *Groups) Handlers() map[string]exchange.Handler {
	all := map[string]exchange.Handler{}
	for _, kind := range Kinds() {
		all["mechanism."+kind] = func(tx *db.Tx, in *exchange.Incoming) error {
			o, err := in.Open()
			if err != nil {
				return err
			}
			return g.take(tx, in.From, kind, o.Body, in.Received)
		}
	}
	return all
}

func (g *Groups) now() time.Time { return g.c.Clock().UTC().Truncate(time.Microsecond) }

func (g *Groups) may(p staff.Person, a access.Action) error {
	return g.access.Allow(p.Roles, a).Err()
}

// A Saying is what a person has this party say in a group.
type Saying struct {
	Kind  string // one of Kinds
	Desk  string // of joined: the contact point that serves the group
	Note  string
	Event *Event        // of scheduled
	Of    landbridge.ID // of agreed, declined, cancelled: the entry
}

// Say makes this party say something in a group. It is in the own log and on
// its way to the others in one transaction, or not at all.
func (g *Groups) Say(ctx context.Context, p staff.Person, mechanism string, s Saying) error {
	if err := g.may(p, access.ActInMechanism); err != nil {
		return err
	}
	id, err := landbridge.NewID(g.now(), g.c.Random)
	if err != nil {
		return err
	}
	st := &Statement{Format: format, ID: id, Kind: s.Kind, Mechanism: mechanism, Party: g.me, Made: g.now(), Desk: s.Desk, Note: s.Note, Event: s.Event, Of: s.Of}
	body, err := canon.Encode(st)
	if err != nil {
		return err
	}
	if err := st.check(); err != nil {
		return err
	}
	view, err := g.c.Directory.View(ctx)
	if err != nil {
		return err
	}
	if err := g.desk(view, s); err != nil {
		return err
	}
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := g.statements(tx, mechanism)
		if err != nil {
			return err
		}
		state := Fold(all)
		if err := state.open(st); err != nil {
			return err
		}
		if err := g.keep(tx, st, body, p.Pseudonym, g.now()); err != nil {
			return err
		}
		return g.tell(tx, view, st, body, g.audience(view, state, st))
	})
}

// desk refuses a contact point that this party's record does not name.
func (g *Groups) desk(view *party.View, s Saying) error {
	if s.Desk == "" {
		return nil
	}
	r, err := view.Lookup(g.me)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(r.Contacts, func(c party.Contact) bool { return c.ID == s.Desk }) {
		return fail.New(fail.Invalid, "your party record names no contact point %q; publish it first", clip(s.Desk))
	}
	return nil
}

// audience says who is told: of joining and leaving every party, of the rest the members.
func (g *Groups) audience(view *party.View, state *State, st *Statement) []landbridge.PartyID {
	var all []landbridge.PartyID
	for _, l := range view.All() {
		public := st.Kind == Joined || st.Kind == Left
		if l.Party != g.me && !l.Suspended && (public || state.Member(l.Party)) {
			all = append(all, l.Party)
		}
	}
	return all
}

func (g *Groups) tell(tx *db.Tx, view *party.View, st *Statement, body []byte, to []landbridge.PartyID) error {
	return exchange.Post{Outbox: g.c.Exchange, Keys: g.c.Keys, Random: g.c.Random}.Send(tx, view,
		party.Letter{Kind: "mechanism." + st.Kind, To: to, Body: body, Made: g.now(), Life: messageLife})
}

// keep writes a statement and the fact that it was made or came.
func (g *Groups) keep(tx *db.Tx, st *Statement, body []byte, actor string, at time.Time) error {
	var n int64
	err := tx.QueryRow(`SELECT count(*) FROM mechanism_statement WHERE mechanism = $1 AND party = $2`, st.Mechanism, string(st.Party)).Scan(&n)
	if err != nil {
		return fmt.Errorf("counting statements: %w", err)
	}
	if n >= MaxStatements {
		return fail.New(fail.TooLarge, "%s has said more than %d things in %s", st.Party, MaxStatements, st.Mechanism)
	}
	index, err := g.c.Log.Append(tx, record.Fact{Kind: "mechanism." + st.Kind, Actor: actor, Digest: landbridge.Sum(append([]byte(domainStatement), body...)),
		Note: st.Mechanism + " " + string(st.Party)})
	if err != nil {
		return fmt.Errorf("recording a statement: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO mechanism_statement (id, mechanism, party, kind, made_us, body, log_index, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(st.ID), st.Mechanism, string(st.Party), st.Kind, st.Made.UnixMicro(), body, index, at.UnixMicro())
	if err != nil {
		return fmt.Errorf("keeping a statement: %w", err)
	}
	return nil
}

// take takes in what another party says. The same statement again changes nothing.
func (g *Groups) take(tx *db.Tx, from landbridge.PartyID, kind string, body []byte, at time.Time) error {
	st, err := ParseStatement(body)
	if err != nil {
		return err
	}
	if st.Party != from || st.Kind != kind {
		return fail.New(fail.Denied, "a party speaks for itself, and the kind of the message is that of the statement")
	}
	if st.Made.After(at.Add(maxAhead)) {
		return fail.New(fail.Invalid, "the statement was made in the future; correct the clock of your node")
	}
	var known, theirs int64
	err = tx.QueryRow(`SELECT count(*), count(*) FILTER (WHERE party = $2) FROM mechanism_statement WHERE id = $1`, string(st.ID), string(from)).
		Scan(&known, &theirs)
	if err != nil {
		return fmt.Errorf("looking for a statement: %w", err)
	}
	if theirs > 0 {
		return nil
	}
	if known > 0 { // somebody took the id on purpose; who is passed over learns of it
		return fail.New(fail.Conflict, "another party has said something under this id")
	}
	if err := g.keep(tx, st, body, "node", at); err != nil {
		return err
	}
	if st.Kind != Joined {
		return nil
	}
	return g.welcome(tx, st.Mechanism, from)
}

// welcome sends a newcomer what this party has said in the group, when it is a
// member itself. The newcomer was not there when it was said.
func (g *Groups) welcome(tx *db.Tx, mechanism string, to landbridge.PartyID) error {
	all, err := g.statements(tx, mechanism)
	if err != nil {
		return err
	}
	if !Fold(all).Member(g.me) {
		return nil
	}
	view, err := g.c.Directory.View(context.Background())
	if err != nil {
		return err
	}
	var mine []*Statement
	for _, st := range all {
		if st.Party == g.me && st.Made.After(g.now().Add(-memory)) || st.Party == g.me && st.Kind == Joined {
			mine = append(mine, st)
		}
	}
	for _, st := range mine[max(0, len(mine)-maxAnswer):] {
		body, err := canon.Encode(st)
		if err != nil {
			return err
		}
		if err := g.tell(tx, view, st, body, []landbridge.PartyID{to}); err != nil {
			return err
		}
	}
	return nil
}

// reader is what reads go through.
type reader interface {
	Each(scan func(*sql.Rows) error, q string, args ...any) error
}

type outside struct {
	ctx context.Context
	db  *db.DB
}

func (o outside) Each(scan func(*sql.Rows) error, q string, args ...any) error {
	return o.db.Each(o.ctx, scan, q, args...)
}

func (g *Groups) statements(r reader, mechanism string) ([]*Statement, error) {
	var all []*Statement
	err := r.Each(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		st, err := ParseStatement(body)
		all = append(all, st)
		return err
	}, `SELECT body FROM mechanism_statement WHERE mechanism = $1 ORDER BY made_us, id`, mechanism)
	if err != nil {
		return nil, fmt.Errorf("reading what was said in %s: %w", mechanism, err)
	}
	return all, nil
}

// A Group is one group with its state, as this node knows it.
type Group struct {
	Charter
	State *State
	In    bool // this party is a member
}

// All returns every group, in the order of the charters.
func (g *Groups) All(ctx context.Context, p staff.Person) ([]*Group, error) {
	if err := g.may(p, access.SeeMechanisms); err != nil {
		return nil, err
	}
	var out []*Group
	for _, c := range Charters() {
		all, err := g.statements(outside{ctx, g.c.DB}, c.ID)
		if err != nil {
			return nil, err
		}
		s := Fold(all)
		out = append(out, &Group{Charter: c, State: s, In: s.Member(g.me)})
	}
	return out, nil
}

// Show returns one group.
func (g *Groups) Show(ctx context.Context, p staff.Person, id string) (*Group, error) {
	all, err := g.All(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		if x.ID == id {
			return x, nil
		}
	}
	return nil, fail.New(fail.Missing, "there is no mechanism %q; the list shows those there are", clip(id))
}
