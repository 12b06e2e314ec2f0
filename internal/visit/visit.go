// Package visit keeps light records of what parties do together outside cases:
// high-level visits, letters they exchange, working groups. A record says who
// met, by office, with what agenda and what came of it; documents are named by
// digest.
//
// A record is proposed by one party's node and told to the others by message;
// they agree, decline or correct it. It stands when all its parties agreed to
// the same version, and is public when all of them released that version;
// each may withhold it again. Everything said is a statement signed by its
// party's node, and the state of a record is a pure function of the set of
// statements ([Fold]), so that nodes that hold the same set show the same.
//
// Trust: a node can only say what its own party says. A party that shows two
// partners two different proposals gets no agreement, for agreements name the
// digest. A record gives nobody a right to anybody's data.
//
// Limits: [MaxBegun] records begun and [MaxStatements] statements of one party
// about one record, [MaxEntries] lines of a list in it. Records rest readable in
// the node's database; offices stand in them, not persons. A record that never
// stood is erased [KeepUnagreed] year after the last word about it, one that
// stood [KeepAgreed] years after its day; what is public stays (S15).
package visit

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
func Schema() db.Schema { return db.Schema{Package: "visit", Files: schema} }

// Bounds.
const (
	MaxBegun      = 5000 // records begun by one party
	MaxStatements = 500  // of one party about one record
	MaxParties    = 60   // of one record
	MaxEntries    = 100  // lines of one list of a record
	MaxList       = 500  // records in one list
	MaxBody       = 96 << 10
	maxLine       = 300
	maxText       = 4000
	maxLink       = 500
	maxDays       = 60
	maxAhead      = 5 * time.Minute
	messageLife   = 60 * 24 * time.Hour
)

// Config is what the Register needs.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Exchange  exchange.Outbox
	Directory *party.Directory
	Keys      *party.Keys
	Clock     func() time.Time
	Random    io.Reader
}

// A Register is the records one node knows. It is safe for use by many goroutines.
type Register struct {
	c      Config
	me     landbridge.PartyID
	access *access.Table
}

// New returns the register kept in c.DB.
func New(c Config) *Register { return &Register{c: c, me: c.Keys.Party, access: access.New()} }

// Handlers returns who takes in messages, by kind, for [exchange.Exchange.Handle].
func (g *Register) Handlers() map[string]exchange.Handler {
	all := map[string]exchange.Handler{}
	for _, kind := range Kinds() {
		all["visit."+kind] = func(tx *db.Tx, in *exchange.Incoming) error {
			o, err := in.Open()
			if err != nil {
				return err
			}
			return g.take(tx, kind, o.Body, in.Received)
		}
	}
	return all
}

func (g *Register) now() time.Time { return g.c.Clock().UTC().Truncate(time.Microsecond) }

func (g *Register) may(p staff.Person, a access.Action) error {
	return g.access.Allow(p.Roles, a).Err()
}

// Propose begins a record and returns its id. It is in the own log and on its
// way to the other parties in one transaction, or not at all.
func (g *Register) Propose(ctx context.Context, p staff.Person, c *Content) (landbridge.ID, error) {
	id, err := landbridge.NewID(g.now(), g.c.Random)
	if err != nil {
		return "", err
	}
	return id, g.act(ctx, p, access.WriteVisits, &Statement{ID: id, Kind: Proposed, Record: id, Content: c})
}

// Correct proposes the next version of a record. seen is the version its author saw.
func (g *Register) Correct(ctx context.Context, p staff.Person, record landbridge.ID, seen landbridge.Digest, c *Content, note string) error {
	return g.act(ctx, p, access.WriteVisits, &Statement{Kind: Corrected, Record: record, Version: seen, Content: c, Note: note})
}

// Say has this party agree to a version, decline or withdraw it, release it to
// the public or withhold the record again.
func (g *Register) Say(ctx context.Context, p staff.Person, kind string, record landbridge.ID, version landbridge.Digest, note string) error {
	action := access.WriteVisits
	switch kind {
	case Agreed, Declined, Withdrawn:
	case Released, Withheld:
		action = access.ReleaseVisits
	default:
		return fail.New(fail.Invalid, "%q is nothing a party says about a version; say %s, %s, %s, %s or %s",
			clip(kind), Agreed, Declined, Withdrawn, Released, Withheld)
	}
	return g.act(ctx, p, action, &Statement{Kind: kind, Record: record, Version: version, Note: note})
}

func (g *Register) act(ctx context.Context, p staff.Person, a access.Action, st *Statement) error {
	if err := g.may(p, a); err != nil {
		return err
	}
	st.Format, st.Party, st.Made = format, g.me, g.now()
	if st.ID == "" {
		id, err := landbridge.NewID(st.Made, g.c.Random)
		if err != nil {
			return err
		}
		st.ID = id
	}
	signed, err := sign(st, g.c.Keys.Signing.Sign)
	if err != nil {
		return err
	}
	view, err := g.c.Directory.View(ctx)
	if err != nil {
		return err
	}
	if st.Content != nil {
		if err := known(view, st.Content); err != nil {
			return err
		}
	}
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := statements(tx, st.Record)
		if err != nil {
			return err
		}
		if err := g.open(Fold(before), signed); err != nil {
			return err
		}
		if _, err := g.keep(tx, signed, p.Pseudonym, st.Made); err != nil {
			return err
		}
		return g.tell(tx, view, before, signed)
	})
}

// known refuses parties that are not in the directory.
func known(view *party.View, c *Content) error {
	for _, p := range c.Parties {
		if _, err := view.Lookup(p); err != nil {
			return err
		}
	}
	return nil
}

// open refuses what would count for nothing, in words that say why.
func (g *Register) open(s *State, st *Signed) error {
	if st.Kind == Proposed {
		return nil
	}
	if s == nil || !slices.Contains(s.Parties(), g.me) {
		return fail.New(fail.Missing, "this node knows no record %s; the list shows those there are", clip(string(st.Record)))
	}
	v := s.version(st.Version)
	if v == nil {
		return fail.New(fail.Missing, "the record has no version %.16s…; load it again", st.Version)
	}
	if st.Kind == Corrected {
		if v != s.Newest {
			return fail.New(fail.Conflict, "somebody corrected the record in the meantime; load it again and enter your change once more")
		}
		if !slices.Contains(v.Content.Parties, g.me) {
			return fail.New(fail.Denied, "your party is no party of this version")
		}
		if v.Content.Kind != st.Content.Kind {
			return fail.New(fail.Invalid, "a correction keeps the kind of the record")
		}
		return nil
	}
	voice, ok := v.Voice(g.me)
	if !ok {
		return fail.New(fail.Denied, "your party is no party of this version")
	}
	switch {
	case st.Kind == Released && v.Status != StatusAgreed:
		return fail.New(fail.Conflict, "a version is released after all its parties agreed to it")
	case st.Kind == Released && voice.Released:
		return fail.New(fail.Conflict, "your party released this version already")
	case st.Kind == Released || st.Kind == Withheld:
		return nil
	case v != s.Newest:
		return fail.New(fail.Conflict, "there is a newer version; look at it first")
	case v.Status == StatusAgreed || v.Status == StatusWithdrawn:
		return fail.New(fail.Conflict, "this version is %s; a change is a correction", v.Status)
	case st.Kind == Withdrawn && v.By != g.me:
		return fail.New(fail.Denied, "a version is withdrawn by the party that proposed it; you can decline it")
	case voice.Kind == st.Kind:
		return fail.New(fail.Conflict, "your party said so already")
	}
	return nil
}

// tell sends a statement to everybody who is or was a party. Who is new among
// them gets what was said before as well: statements prove themselves.
func (g *Register) tell(tx *db.Tx, view *party.View, before []*Signed, st *Signed) error {
	old := Fold(before)
	now := Fold(append(slices.Clone(before), st))
	var to, fresh []landbridge.PartyID
	for _, p := range now.Parties() {
		if p == g.me || suspended(view, p) {
			continue
		}
		to = append(to, p)
		if old != nil && !slices.Contains(old.Parties(), p) {
			fresh = append(fresh, p)
		}
	}
	for _, x := range before {
		if err := g.send(tx, view, x, fresh); err != nil {
			return err
		}
	}
	return g.send(tx, view, st, to)
}

func suspended(view *party.View, p landbridge.PartyID) bool {
	return !slices.ContainsFunc(view.All(), func(l party.Listing) bool { return l.Party == p && !l.Suspended })
}

func (g *Register) send(tx *db.Tx, view *party.View, st *Signed, to []landbridge.PartyID) error {
	return exchange.Post{Outbox: g.c.Exchange, Keys: g.c.Keys, Random: g.c.Random}.Send(tx, view,
		party.Letter{Kind: "visit." + st.Kind, To: to, Body: st.Encode(), Made: g.now(), Life: messageLife})
}

// keep writes a statement, the fact that it was made or came, and how the
// record stands now. It reports whether the statement is new here.
func (g *Register) keep(tx *db.Tx, st *Signed, actor string, at time.Time) (bool, error) {
	if over, err := erased(tx, st.Record); err != nil || over {
		return false, err
	}
	var known, many, begun int64
	err := tx.QueryRow(`SELECT count(*) FILTER (WHERE digest = $1), count(*) FILTER (WHERE record = $2), count(*) FILTER (WHERE kind = $3)
		FROM visit_statement WHERE party = $4`, st.Digest.String(), string(st.Record), Proposed, string(st.Party)).Scan(&known, &many, &begun)
	if err != nil {
		return false, fmt.Errorf("counting statements: %w", err)
	}
	if known > 0 {
		return false, nil
	}
	if many >= MaxStatements || st.Kind == Proposed && begun >= MaxBegun {
		return false, fail.New(fail.TooLarge, "%s has said more than %d things about this record, or begun more than %d", st.Party, MaxStatements, MaxBegun)
	}
	if err := begunOnce(tx, st); err != nil {
		return false, err
	}
	index, err := g.c.Log.Append(tx, record.Fact{Kind: "visit." + st.Kind, Actor: actor, Digest: st.Digest,
		About: "visit " + string(st.Record), Note: string(st.Party)})
	if err != nil {
		return false, fmt.Errorf("recording a statement: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO visit_statement (digest, record, kind, party, made_us, body, log_index, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		st.Digest.String(), string(st.Record), st.Kind, string(st.Party), st.Made.UnixMicro(), st.Encode(), index, at.UnixMicro())
	if err != nil {
		return false, fmt.Errorf("keeping a statement: %w", err)
	}
	return true, g.follow(tx, st.Record, at)
}

// begunOnce refuses a second beginning of a record. [Fold] takes the earliest,
// and anybody can write an early time: who learns the id, which a public record
// shows, would put another record in its place.
func begunOnce(tx *db.Tx, st *Signed) error {
	if st.Kind != Proposed {
		return nil
	}
	var n int64
	if err := tx.QueryRow(`SELECT count(*) FROM visit_statement WHERE record = $1 AND kind = $2`, string(st.Record), Proposed).Scan(&n); err != nil {
		return fmt.Errorf("looking for a record: %w", err)
	}
	if n > 0 {
		return fail.New(fail.Conflict, "the record %s was begun before; a change to it is a correction", st.Record)
	}
	return nil
}

// follow keeps the row of a record by which lists are made.
func (g *Register) follow(tx *db.Tx, id landbridge.ID, at time.Time) error {
	all, err := statements(tx, id)
	if err != nil {
		return err
	}
	s := Fold(all)
	if s == nil {
		return nil // its beginning is still under way
	}
	c := s.Newest.Content
	answers := ""
	if c.Letter != nil {
		answers = string(c.Letter.Answers)
	}
	_, err = tx.Exec(`INSERT INTO visit_record (id, kind, status, day, answers, mine, public, changed_us, erase_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, status = excluded.status, day = excluded.day, answers = excluded.answers,
		mine = excluded.mine, public = excluded.public, changed_us = excluded.changed_us, erase_us = excluded.erase_us`,
		string(id), c.Kind, s.Newest.Status, c.Day(), answers, slices.Contains(s.Parties(), g.me), s.Public != nil, at.UnixMicro(), eraseMicros(kept(s, all)))
	if err != nil {
		return fmt.Errorf("keeping a record: %w", err)
	}
	return nil
}

// take takes in a statement, whoever hands it on: it proves itself. The same
// statement again changes nothing.
func (g *Register) take(tx *db.Tx, kind string, body []byte, at time.Time) error {
	st, err := ParseSigned(body)
	if err != nil {
		return err
	}
	if st.Kind != kind {
		return fail.New(fail.Denied, "the kind of the message is that of the statement")
	}
	if st.Made.After(at.Add(maxAhead)) {
		return fail.New(fail.Invalid, "the statement was made in the future; correct the clock of your node")
	}
	view, err := g.c.Directory.View(context.Background())
	if err != nil {
		return err
	}
	if err := Verify(view, st); err != nil {
		return err
	}
	_, err = g.keep(tx, st, "node", at)
	return err
}

// Verify checks the signature of a statement with the keys its party has published.
func Verify(view *party.View, st *Signed) error {
	ok, err := view.SignedBy(st.Party, st.Made, st.Verify)
	if err == nil && !ok {
		err = fail.New(fail.Unsigned, "the statement is not signed with a key of %s that was in force when it was made", st.Party)
	}
	return err
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

func statements(r reader, id landbridge.ID) ([]*Signed, error) {
	var all []*Signed
	err := r.Each(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		st, err := ParseSigned(body)
		all = append(all, st)
		return err
	}, `SELECT body FROM visit_statement WHERE record = $1 ORDER BY made_us, digest`, string(id))
	if err != nil {
		return nil, fmt.Errorf("reading what was said about a record: %w", err)
	}
	return all, nil
}
