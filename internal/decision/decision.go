// Package decision is where parties negotiate texts, decide on them, sign what
// they adopted and follow up what they promised.
//
// What a party says is an act that its node signs; the rules, and what a set of
// acts comes to, are the pure package landbridge.example/decision. Acts travel
// to the delegations of a matter as messages called by the act's kind. They
// prove themselves, so a node that lacks one gets it from any other. Where a
// party commits itself (it agrees, votes, entrusts its voice, signs, promises)
// two persons act (S21).
//
// Trust: a node can only say what its own party says. A keeper can delay; what
// it leaves out of its closing shows at every delegation. In a secret vote this
// node knows its own party's choice until it is cast (sealed, while it waits for a second person), and as a teller one
// random part of every ballot.
//
// Limits: [MaxOfParty] acts of one party in one matter; times are those that
// parties sign, and an act from the future is refused.
package decision

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"slices"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
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
func Schema() db.Schema { return db.Schema{Package: "decision", Files: schema} }

// Bounds.
const (
	MaxOfParty  = 2000 // acts of one party in one matter
	MaxBegun    = 2000 // drafts, matters, commitments or meetings of one party, each
	MaxList     = 500
	maxWaiting  = 200 // proposals that wait for a second person
	maxAsked    = 200 // acts asked for again in one message
	maxNote     = 2000
	maxWishes   = 500 // of one delegation in one meeting, from its own node
	maxAhead    = 5 * time.Minute
	messageLife = 60 * 24 * time.Hour
)

// Config is what the Chamber needs.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Exchange  exchange.Outbox
	Directory *party.Directory
	Keys      *party.Keys
	Vault     *blob.Vault // seals the choice of a secret vote while it waits for a second person
	Clock     func() time.Time
	Random    io.Reader
	// Verify checks a fresh passkey assertion over digest. It is staff's VerifyApproval.
	Verify func(ctx context.Context, p staff.Person, role landbridge.Role, digest landbridge.Digest, assertion []byte) (staff.Approval, error)
}

// A Chamber holds the drafts, matters, outcomes and commitments one node knows.
type Chamber struct {
	c      Config
	me     landbridge.PartyID
	access *access.Table
	memory *memory
}

// New returns the chamber kept in c.DB.
func New(c Config) *Chamber {
	return &Chamber{c: c, me: c.Keys.Party, access: access.New(), memory: newMemory()}
}

// Handlers returns who takes in messages, by kind, for [exchange.Exchange.Handle].
func (h *Chamber) Handlers() map[string]exchange.Handler {
	all := map[string]exchange.Handler{}
	add := func(kind string, take func(*db.Tx, landbridge.PartyID, []byte, time.Time) error) {
		all[kind] = func(tx *db.Tx, in *exchange.Incoming) error {
			o, err := in.Open()
			if err != nil {
				return err
			}
			return take(tx, in.From, o.Body, in.Received)
		}
	}
	for _, kind := range kernel.Kinds() {
		add("decision."+kind, func(tx *db.Tx, _ landbridge.PartyID, body []byte, at time.Time) error {
			return h.take(tx, kind, body, at)
		})
	}
	add(kindShare, h.takeShare)
	add(kindMissed, h.takeMissed)
	add(kindMeeting, h.takeMeeting)
	add(kindWish, h.takeWish)
	return all
}

func (h *Chamber) now() time.Time { return h.c.Clock().UTC().Truncate(time.Microsecond) }

func (h *Chamber) may(p staff.Person, a access.Action) error {
	return h.access.Allow(p.Roles, a).Err()
}

// speaks refuses a person whose only claim to speak is the role of the
// secretariat, unless this is the node of the forum itself: nowhere else does
// it speak for a state.
func (h *Chamber) speaks(p staff.Person, view *party.View, a access.Action) error {
	if err := h.may(p, a); err != nil {
		return err
	}
	without := slices.DeleteFunc(slices.Clone(p.Roles), func(r landbridge.Role) bool { return r == landbridge.Secretariat })
	if view.Secretariat() == h.me {
		return nil
	}
	return h.access.Allow(without, a).Err()
}

// reader is what reads go through: the database, or a transaction under way.
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

func (h *Chamber) reading(ctx context.Context) reader { return outside{ctx, h.c.DB} }

// acts reads signed acts by a condition on decision_act, oldest first.
func acts(r reader, where string, args ...any) ([]*kernel.Act, error) {
	var all []*kernel.Act
	err := r.Each(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		s, err := kernel.ParseSigned(body)
		all = append(all, s.Act)
		return err
	}, `SELECT body FROM decision_act WHERE `+where+fmt.Sprintf(` ORDER BY made_us, digest LIMIT %d`, kernel.MaxActs), args...)
	if err != nil {
		return nil, fmt.Errorf("reading acts: %w", err)
	}
	return all, nil
}

func about(r reader, d landbridge.Digest) ([]*kernel.Act, error) {
	return acts(r, `about = $1`, d.String())
}

// begun returns the act of the given kind that began something, and all its acts.
func begun(r reader, kind string, d landbridge.Digest) (*kernel.Act, []*kernel.Act, error) {
	all, err := about(r, d)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range all {
		if a.Kind == kind && a.About() == d {
			return a, all, nil
		}
	}
	return nil, nil, fail.New(fail.Missing, "this node knows nothing under %.16s…; the list shows what there is", d)
}

// matter returns a matter and its result.
func matter(r reader, d landbridge.Digest) (*kernel.Matter, *kernel.Result, []*kernel.Act, error) {
	a, all, err := begun(r, kernel.Opened, d)
	if err != nil {
		return nil, nil, nil, err
	}
	m, err := kernel.ParseMatter([]byte(a.Body))
	if err != nil {
		return nil, nil, nil, err
	}
	return m, kernel.Fold(m, all), all, nil
}

func draft(r reader, d landbridge.Digest) (*kernel.Draft, error) {
	a, all, err := begun(r, kernel.Tabled, d)
	if err != nil {
		return nil, err
	}
	return kernel.FoldDraft(a, all)
}

// text returns a version of a draft that this node knows.
func text(r reader, d landbridge.Digest) (*kernel.Text, error) {
	var body []byte
	err := r.Each(func(rows *sql.Rows) error { return rows.Scan(&body) }, `SELECT body FROM decision_text WHERE digest = $1`, d.String())
	if err != nil {
		return nil, fmt.Errorf("reading a text: %w", err)
	}
	if body == nil {
		return nil, fail.New(fail.Missing, "this node does not know the text %.16s…; it is tabled first, so that every delegation has it", d)
	}
	return kernel.ParseText(body)
}
