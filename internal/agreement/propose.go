package agreement

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// Facts of the register.
const (
	factProposed = "agreement.proposed"
	factReturned = "agreement.returned"
	factEntered  = "agreement.entered"
	factCompared = "agreement.compared"
	factDerogate = "agreement.derogated"
)

// States of a proposal.
const (
	Waiting  = "waiting"
	Entered  = "entered"
	Returned = "returned"
)

// A change is what a proposal freezes: the new form of each instrument, and the
// digest of what it replaces.
type change struct {
	Note        string        `json:"note"`
	Instruments []*Instrument `json:"instruments"`
	Replaces    []string      `json:"replaces"` // digest of the whole row replaced; empty: it is new
}

// A Proposal is a change of the register that waits for a second person.
type Proposal struct {
	ID       landbridge.ID
	Digest   landbridge.Digest // what the second person's passkey signs
	Note     string
	By       string // name of its author, or their pseudonym
	At       time.Time
	State    string
	Reason   string // why it was returned
	Changes  []Change
	Mine     bool // the caller proposed it
	MayEnter bool // the caller may enter it
	Role     landbridge.Role
	Why      string // why not, in a sentence
}

// A Change is one instrument of a proposal.
type Change struct {
	Instrument *Instrument
	Kind       string // new, changed
	Lines      []Difference
}

// approvers may enter what another proposed, in the order in which a person's
// role is chosen.
func approvers() []landbridge.Role {
	return []landbridge.Role{landbridge.CentralAuthority, landbridge.Judge, landbridge.Minister}
}

// Propose asks for a change of the register: new instruments, or new forms of
// known ones. What would change nothing is left out; when nothing is left, the
// answer is an error that says so.
func (g *Register) Propose(ctx context.Context, p staff.Person, all []*Instrument, note string) (landbridge.ID, error) {
	if err := g.may(p, access.WriteAgreements); err != nil {
		return "", err
	}
	note = strings.TrimSpace(note)
	if note == "" || len(note) > maxNote {
		return "", fail.New(fail.Invalid, "say in 1 to %d bytes what changes and why; it stays in the history", maxNote)
	}
	if len(all) == 0 || len(all) > MaxBatch {
		return "", fail.New(fail.Invalid, "a proposal holds 1 to %d instruments", MaxBatch)
	}
	id, err := landbridge.NewID(g.now(), g.c.Random)
	if err != nil {
		return "", err
	}
	err = g.c.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := g.prepare(tx, all, note)
		if err != nil {
			return err
		}
		return g.enterProposal(tx, p, id, c)
	})
	return id, err
}

// prepare checks the instruments and drops those that are as they stand.
func (g *Register) prepare(tx *db.Tx, all []*Instrument, note string) (*change, error) {
	c := &change{Note: note}
	seen := map[string]bool{}
	for _, given := range all {
		i, err := given.normal()
		if err != nil {
			return nil, err
		}
		if err := i.Check(); err != nil {
			return nil, err
		}
		if seen[i.ID] {
			return nil, fail.New(fail.Invalid, "%s stands twice in one proposal", i.ID)
		}
		seen[i.ID] = true
		was, err := rowDigest(tx, i.ID)
		if err != nil {
			return nil, err
		}
		body, err := canon.Encode(i)
		if err != nil {
			return nil, err
		}
		if now := sum(domainInstrument, body).String(); was != now {
			c.Instruments, c.Replaces = append(c.Instruments, i), append(c.Replaces, was)
		}
	}
	if len(c.Instruments) == 0 {
		return nil, fail.New(fail.Conflict, "the register holds exactly this already; nothing to propose")
	}
	return c, nil
}

func (g *Register) enterProposal(tx *db.Tx, p staff.Person, id landbridge.ID, c *change) error {
	var waiting int64
	if err := tx.QueryRow(`SELECT count(*) FROM agreement_proposal WHERE state = $1`, Waiting).Scan(&waiting); err != nil {
		return fmt.Errorf("counting proposals: %w", err)
	}
	if waiting >= maxWaiting {
		return fail.New(fail.TooLarge, "%d proposals wait for a second person; decide them first", maxWaiting)
	}
	body, err := canon.Encode(c)
	if err != nil {
		return err
	}
	if len(body) > MaxImport {
		return fail.New(fail.TooLarge, "a proposal has at most %d bytes; propose in parts", MaxImport)
	}
	digest := sum(domainProposal, []byte(id), body)
	_, err = tx.Exec(`INSERT INTO agreement_proposal (id, digest, body, person, author, state, reason, approver, approval, at_us, ended_us)
		VALUES ($1, $2, $3, $4, $5, $6, '', '', NULL, $7, 0)`,
		string(id), digest.String(), body, string(p.ID), p.Pseudonym, Waiting, g.now().UnixMicro())
	if err != nil {
		return fmt.Errorf("writing a proposal: %w", err)
	}
	_, err = g.fact(tx, factProposed, p.Pseudonym, digest, "", fmt.Sprintf("%d", len(c.Instruments)))
	return err
}

// reader is what reads go through: the database, or a transaction under way.
type reader interface {
	Each(scan func(*sql.Rows) error, q string, args ...any) error
}

// outside reads outside any transaction.
type outside struct {
	ctx context.Context
	db  *db.DB
}

func (o outside) Each(scan func(*sql.Rows) error, q string, args ...any) error {
	return o.db.Each(o.ctx, scan, q, args...)
}

func (g *Register) reading(ctx context.Context) reader { return outside{ctx, g.c.DB} }

// one runs a query that returns at most one row.
func one(r reader, scan func(*sql.Rows) error, q string, args ...any) (found bool, err error) {
	err = r.Each(func(rows *sql.Rows) error {
		found = true
		return scan(rows)
	}, q, args...)
	return found, err
}

func rowDigest(r reader, id string) (digest string, err error) {
	_, err = one(r, func(rows *sql.Rows) error { return rows.Scan(&digest) }, `SELECT digest FROM agreement_instrument WHERE id = $1`, id)
	if err != nil {
		return "", fmt.Errorf("reading the register: %w", err)
	}
	return digest, nil
}

type proposalRow struct {
	Proposal
	body   []byte
	person string
	author string
}

const proposalColumns = `id, digest, body, person, author, state, reason, at_us`

func scanProposal(rows *sql.Rows) (*proposalRow, error) {
	var r proposalRow
	var id, digest string
	var at int64
	if err := rows.Scan(&id, &digest, &r.body, &r.person, &r.author, &r.State, &r.Reason, &at); err != nil {
		return nil, err
	}
	d, err := landbridge.ParseDigest(digest)
	r.ID, r.Digest, r.At = landbridge.ID(id), d, time.UnixMicro(at).UTC()
	return &r, err
}

func proposal(r reader, id landbridge.ID) (*proposalRow, *change, error) {
	var p *proposalRow
	found, err := one(r, func(rows *sql.Rows) (err error) { p, err = scanProposal(rows); return err },
		`SELECT `+proposalColumns+` FROM agreement_proposal WHERE id = $1`, string(id))
	if err != nil {
		return nil, nil, fmt.Errorf("reading a proposal: %w", err)
	}
	if !found {
		return nil, nil, fail.New(fail.Missing, "there is no such proposal; the register lists those that wait")
	}
	c := new(change)
	if err := decode(p.body, c); err != nil {
		return nil, nil, fmt.Errorf("reading a proposal: %w", err)
	}
	p.Note = c.Note
	return p, c, nil
}

// maySign says in which role the person may enter the proposal, or why not.
func (g *Register) maySign(p staff.Person, r *proposalRow) (landbridge.Role, string) {
	if r.State != Waiting {
		return "", "it was decided already"
	}
	if d := g.access.Allow(p.Roles, access.ApproveAgreements); !d.Allow {
		return "", d.Why
	}
	if r.person == string(p.ID) { // S21: persons, not accounts
		return "", "its author proposed it; another person enters it (S21)"
	}
	for _, role := range approvers() {
		if slices.Contains(p.Roles, role) {
			return role, ""
		}
	}
	return "", "no role of yours enters instruments"
}

func (g *Register) view(ctx context.Context, p staff.Person, r *proposalRow, c *change) (*Proposal, error) {
	out := r.Proposal
	out.Mine = r.person == string(p.ID)
	out.Role, out.Why = g.maySign(p, r)
	out.MayEnter = out.Why == ""
	out.By = g.name(ctx, r.author)
	for k, i := range c.Instruments {
		ch := Change{Instrument: i, Kind: "new"}
		if c.Replaces[k] != "" {
			ch.Kind = "changed"
			was, err := g.revisionBy(ctx, i.ID, c.Replaces[k])
			if err != nil {
				return nil, err
			}
			if ch.Lines, err = Compare(was, i); err != nil {
				return nil, err
			}
		}
		out.Changes = append(out.Changes, ch)
	}
	return &out, nil
}

func (g *Register) name(ctx context.Context, pseudonym string) string {
	if g.c.Names != nil {
		if names, err := g.c.Names(ctx, pseudonym); err == nil && names[pseudonym] != "" {
			return names[pseudonym]
		}
	}
	return pseudonym
}

// Proposal returns one proposal with what it changes.
func (g *Register) Proposal(ctx context.Context, p staff.Person, id landbridge.ID) (*Proposal, error) {
	if err := g.may(p, access.SeeAgreements); err != nil {
		return nil, err
	}
	r, c, err := proposal(g.reading(ctx), id)
	if err != nil {
		return nil, err
	}
	return g.view(ctx, p, r, c)
}

// Proposals lists what waits for a second person, the oldest first.
func (g *Register) Proposals(ctx context.Context, p staff.Person) ([]*Proposal, error) {
	if err := g.may(p, access.SeeAgreements); err != nil {
		return nil, err
	}
	var rows []*proposalRow
	err := g.reading(ctx).Each(func(r *sql.Rows) error {
		x, err := scanProposal(r)
		rows = append(rows, x)
		return err
	}, `SELECT `+proposalColumns+` FROM agreement_proposal WHERE state = $1 ORDER BY at_us, id LIMIT $2`, Waiting, int64(maxWaiting))
	if err != nil {
		return nil, fmt.Errorf("reading proposals: %w", err)
	}
	var all []*Proposal
	for _, r := range rows {
		c := new(change)
		if err := decode(r.body, c); err != nil {
			return nil, err
		}
		r.Note = c.Note
		v, err := g.view(ctx, p, r, c)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Enter puts a proposal into the register: another person than its author signs
// its digest with a passkey (S21). If we die before the commit, the proposal
// waits as before; after it, everything is in the register and in the log.
func (g *Register) Enter(ctx context.Context, p staff.Person, id landbridge.ID, role landbridge.Role, assertion []byte) error {
	r, _, err := proposal(g.reading(ctx), id)
	if err != nil {
		return err
	}
	best, why := g.maySign(p, r)
	if why != "" {
		kind := fail.Denied
		if r.State != Waiting {
			kind = fail.Conflict
		}
		return fail.New(kind, "%s", why)
	}
	if role == "" {
		role = best
	}
	if !slices.Contains(approvers(), role) {
		return fail.New(fail.Denied, "instruments are entered by a central authority, a judge or a minister (S21)")
	}
	approval, err := g.c.Verify(ctx, p, role, r.Digest, assertion)
	if err != nil {
		return err
	}
	text, err := canon.Encode(approval)
	if err != nil {
		return err
	}
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		r, c, err := proposal(tx, id)
		if err != nil {
			return err
		}
		if r.State != Waiting {
			return fail.New(fail.Conflict, "someone decided this in the meantime; look at it again")
		}
		entry, err := g.fact(tx, factEntered, p.Pseudonym, r.Digest, "", fmt.Sprintf("%d", len(c.Instruments)))
		if err != nil {
			return err
		}
		for k, i := range c.Instruments {
			if err := g.put(tx, i, c.Replaces[k], r.author, p.Pseudonym, c.Note, entry); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`UPDATE agreement_proposal SET state = $1, approver = $2, approval = $3, ended_us = $4 WHERE id = $5`,
			Entered, p.Pseudonym, text, g.now().UnixMicro(), string(id))
		return err
	})
}

// Return gives a proposal back, with the reason. Its author may take it back too.
func (g *Register) Return(ctx context.Context, p staff.Person, id landbridge.ID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > maxNote {
		return fail.New(fail.Invalid, "say in 1 to %d bytes why it is returned", maxNote)
	}
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		r, _, err := proposal(tx, id)
		if err != nil {
			return err
		}
		if _, why := g.maySign(p, r); why != "" && !(r.State == Waiting && r.person == string(p.ID)) {
			return fail.New(fail.Denied, "%s", why)
		}
		_, err = tx.Exec(`UPDATE agreement_proposal SET state = $1, reason = $2, approver = $3, ended_us = $4 WHERE id = $5`,
			Returned, reason, p.Pseudonym, g.now().UnixMicro(), string(id))
		if err != nil {
			return fmt.Errorf("returning a proposal: %w", err)
		}
		_, err = g.fact(tx, factReturned, p.Pseudonym, r.Digest, "", "")
		return err
	})
}

// Begin fills the register of a new node, before it has two people who could
// enter anything: what a state brings along. It refuses a register that holds
// something.
func (g *Register) Begin(ctx context.Context, all []*Instrument) error {
	if len(all) > MaxInstruments {
		return fail.New(fail.TooLarge, "a register holds at most %d instruments", MaxInstruments)
	}
	who := staff.Node()
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		var n int64
		if err := tx.QueryRow(`SELECT count(*) FROM agreement_instrument`).Scan(&n); err != nil {
			return fmt.Errorf("counting instruments: %w", err)
		}
		if n > 0 {
			return fail.New(fail.Conflict, "the register holds instruments already; change it by proposals")
		}
		c, err := g.prepare(tx, all, "at the beginning of the register")
		if err != nil {
			return err
		}
		body, err := canon.Encode(c)
		if err != nil {
			return err
		}
		entry, err := g.fact(tx, factEntered, who.Pseudonym, sum(domainProposal, body), "", fmt.Sprintf("%d", len(all)))
		if err != nil {
			return err
		}
		for _, i := range c.Instruments {
			if err := g.put(tx, i, "", who.Pseudonym, who.Pseudonym, c.Note, entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// put writes a new revision of an instrument.
func (g *Register) put(tx *db.Tx, i *Instrument, replaces, author, approver, note string, entry int64) error {
	body, err := canon.Encode(i)
	if err != nil {
		return err
	}
	was, err := rowDigest(tx, i.ID)
	if err != nil {
		return err
	}
	if was != replaces {
		return fail.New(fail.Conflict, "%s changed since this was proposed; propose it again on what stands now", i.ID)
	}
	digest, now := sum(domainInstrument, body).String(), g.now().UnixMicro()
	var revision int64
	err = tx.QueryRow(`INSERT INTO agreement_instrument (id, revision, digest, sort, search, body, changed_us) VALUES ($1, 1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET revision = agreement_instrument.revision + 1, digest = excluded.digest, sort = excluded.sort,
		search = excluded.search, body = excluded.body, changed_us = excluded.changed_us RETURNING revision`,
		i.ID, digest, Fold(i.Name("en")), i.searched(), body, now).Scan(&revision)
	if err != nil {
		return fmt.Errorf("writing an instrument: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO agreement_revision (instrument, revision, digest, body, author, approver, note, at_us, log_index)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, i.ID, revision, digest, body, author, approver, note, now, entry)
	if err != nil {
		return fmt.Errorf("keeping a revision: %w", err)
	}
	return g.mark(tx, i)
}

// mark writes by what an instrument is found.
func (g *Register) mark(tx *db.Tx, i *Instrument) error {
	if _, err := tx.Exec(`DELETE FROM agreement_mark WHERE instrument = $1`, i.ID); err != nil {
		return fmt.Errorf("marking an instrument: %w", err)
	}
	marks := map[string][]string{"kind": {i.Kind}, "subject": i.Subjects, "process": i.Processes()}
	for _, m := range i.Members {
		marks["party"] = append(marks["party"], string(m.Party))
	}
	for kind, values := range marks {
		for _, v := range values {
			if _, err := tx.Exec(`INSERT INTO agreement_mark (instrument, kind, value) VALUES ($1, $2, $3)`, i.ID, kind, v); err != nil {
				return fmt.Errorf("marking an instrument: %w", err)
			}
		}
	}
	return nil
}
