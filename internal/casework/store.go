package casework

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/process"
	"landbridge.example/seal"
)

// A source is where rows are read from: the open transaction, or the database
// outside one. The same loading code serves both.
type source struct {
	each func(scan func(*sql.Rows) error, q string, args ...any) error
	row  func(q string, args ...any) scanner
	key  func(owner string) (blob.Key, error)
}

type scanner interface{ Scan(dest ...any) error }

func (w *Casework) reading(ctx context.Context) source {
	return source{
		each: func(scan func(*sql.Rows) error, q string, args ...any) error {
			return w.c.DB.Each(ctx, scan, q, args...)
		},
		row: func(q string, args ...any) scanner { return w.c.DB.QueryRow(ctx, q, args...) },
		key: func(owner string) (blob.Key, error) { return w.c.Vault.Key(ctx, w.c.DB, owner) },
	}
}

func (w *Casework) writing(tx *db.Tx) source {
	return source{
		each: tx.Each,
		row:  func(q string, args ...any) scanner { return tx.QueryRow(q, args...) },
		key:  func(owner string) (blob.Key, error) { return w.c.Vault.KeyTx(tx, owner) },
	}
}

// owner names the data key of a case.
func owner(id landbridge.CaseID) string { return "case/" + string(id) }

// Labels under which things are sealed at rest: what is sealed as one cannot
// be put in the place of another.
func aboutTitle(id landbridge.CaseID) string { return "title/" + string(id) }
func aboutBar(id landbridge.CaseID) string   { return "bar/" + string(id) }
func aboutAct(id string) string              { return "act/" + id }
func aboutInput(id landbridge.ID) string     { return "input/" + string(id) }
func aboutNote(id landbridge.ID) string      { return "note/" + string(id) }
func aboutCore(id landbridge.ID) string      { return "core/" + string(id) }
func aboutFile(c landbridge.CaseID, id landbridge.ID) string {
	return "file/" + string(c) + "/" + string(id)
}
func aboutMeta(c landbridge.CaseID, id landbridge.ID) string {
	return "meta/" + string(c) + "/" + string(id)
}

// A caseRow is the row of a case, with its title opened.
type caseRow struct {
	ID                           landbridge.CaseID
	Number                       string
	Process                      landbridge.ProcessRef
	Origin                       landbridge.PartyID
	Side                         string
	Sides                        map[string][]landbridge.PartyID
	Title                        string
	State, Outcome, Marking      string
	Purpose                      string
	Live, Urgent, Erased, Barred bool
	Opened, Changed              time.Time
	Due, Review, Keep            time.Time
	Version                      int64
	title, bar                   []byte // as stored
}

const caseColumns = `id, number, process, origin, side, sides, title, state, outcome, marking, purpose, live, urgent,
	opened_us, changed_us, due_us, review_us, keep_us, erased, bar, version`

func scanCase(scan func(...any) error) (*caseRow, error) {
	var r caseRow
	var ref, sides string
	var opened, changed, due, review, keep int64
	err := scan(&r.ID, &r.Number, &ref, &r.Origin, &r.Side, &sides, &r.title, &r.State, &r.Outcome, &r.Marking, &r.Purpose, &r.Live, &r.Urgent,
		&opened, &changed, &due, &review, &keep, &r.Erased, &r.bar, &r.Version)
	if err != nil {
		return nil, err
	}
	if r.Process, err = landbridge.ParseProcessRef(ref); err != nil {
		return nil, fmt.Errorf("reading case %s: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(sides), &r.Sides); err != nil {
		return nil, fmt.Errorf("reading case %s: %w", r.ID, err)
	}
	r.Opened, r.Changed, r.Due, r.Review, r.Keep = db.Moment(opened), db.Moment(changed), db.Moment(due), db.Moment(review), db.Moment(keep)
	r.Barred = len(r.bar) > 0
	return &r, nil
}

// noCase is the one answer for what is not there and what may not be known.
func noCase() error {
	return fail.New(fail.Missing, "there is no such case, or it is not yours to know of")
}

func (s source) caseRow(id landbridge.CaseID) (*caseRow, error) {
	r, err := scanCase(s.row(`SELECT `+caseColumns+` FROM casework_case WHERE id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noCase()
	}
	return r, err
}

// lock makes other instances of this node wait with the case: its acts form a
// chain, and two of them must not take the same place.
func lock(tx *db.Tx, id landbridge.CaseID) error {
	var version int64
	err := tx.QueryRow(`SELECT version FROM casework_case WHERE id = $1`+tx.ForUpdate(), id).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return noCase()
	}
	return err
}

// An actRow is one act as stored, opened.
type actRow struct {
	ID        landbridge.Digest
	Seq       int64
	Message   landbridge.MessageID
	Mine      bool
	header    []byte
	Header    seal.Header
	Signature []byte
	Salt      [32]byte
	Text      []byte // the body as sealed
	coreText  []byte
	Core      *core
	Tail      *tail
	Arrived   time.Time
	Entry     int64
	Retrieved bool
}

// A whole is a case with everything that makes it up.
type whole struct {
	*caseRow
	def  *process.Definition
	key  blob.Key
	acts []*actRow // in the order of arrival
	fold *process.Case
	byID map[landbridge.Digest]*actRow

	// Known to this node alone; see private.go.
	Disguised, Breach bool
}

// whole loads a case, opens its acts and folds them.
func (w *Casework) whole(s source, id landbridge.CaseID) (*whole, error) {
	r, err := s.caseRow(id)
	if err != nil {
		return nil, err
	}
	return w.wholeOf(s, r)
}

func (w *Casework) wholeOf(s source, r *caseRow) (*whole, error) {
	f := &whole{caseRow: r}
	var err error
	if f.def, err = w.Definition(r.Process); err != nil {
		return nil, err
	}
	f.fold = process.New(f.def)
	f.byID = map[landbridge.Digest]*actRow{}
	if r.Erased {
		return f, nil
	}
	if f.key, err = s.key(owner(r.ID)); err != nil {
		return nil, err
	}
	if r.Title, err = openText(f.key, r.title, aboutTitle(r.ID)); err != nil {
		return nil, err
	}
	err = s.each(func(rows *sql.Rows) error {
		a, err := scanAct(rows, f.key)
		if err != nil {
			return fmt.Errorf("reading an act of case %s: %w", r.ID, err)
		}
		f.acts = append(f.acts, a)
		return nil
	}, `SELECT id, seq, message_id, mine, header, signature, body, arrived_us, log_index, retrieved FROM casework_act WHERE case_id = $1 ORDER BY seq`, r.ID)
	if err != nil {
		return nil, err
	}
	f.refold()
	return f, w.loadPrivate(s, f)
}

func openText(k blob.Key, sealed []byte, about string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	b, err := k.Open(sealed, about)
	return string(b), err
}

func scanAct(rows *sql.Rows, key blob.Key) (*actRow, error) {
	var a actRow
	var id string
	var sealed []byte
	var arrived int64
	if err := rows.Scan(&id, &a.Seq, &a.Message, &a.Mine, &a.header, &a.Signature, &sealed, &arrived, &a.Entry, &a.Retrieved); err != nil {
		return nil, err
	}
	a.Arrived = db.Moment(arrived)
	var err error
	if a.ID, err = landbridge.ParseDigest(id); err != nil {
		return nil, err
	}
	if a.Header, err = seal.ParseHeader(a.header); err != nil {
		return nil, err
	}
	opened, err := key.Open(sealed, aboutAct(id))
	if err != nil {
		return nil, err
	}
	if len(opened) < len(a.Salt) {
		return nil, errors.New("the stored body is too short")
	}
	copy(a.Salt[:], opened)
	a.Text = opened[len(a.Salt):]
	a.Core, a.coreText, a.Tail, err = storedBody(a.Text)
	return &a, err
}

// refold computes the case anew from its acts.
func (f *whole) refold() {
	acts := make([]process.Act, len(f.acts))
	for i, a := range f.acts {
		acts[i] = a.Core.act(a.ID, a.Header.Previous, a.Header.Created, a.Tail)
		f.byID[a.ID] = a
	}
	f.fold = process.Fold(f.def, acts)
}

// heads returns the acts nobody follows yet, without those that wait: what a
// new act of this side follows.
func (f *whole) heads() []landbridge.Digest {
	followed := map[landbridge.Digest]bool{}
	for _, a := range f.acts {
		for _, p := range append(slices.Clone(a.Tail.Parents), a.Header.Previous) {
			followed[p] = true
		}
	}
	for _, n := range f.fold.Waiting {
		followed[n.Act.ID] = true
	}
	var all []landbridge.Digest
	for _, a := range f.acts {
		if !followed[a.ID] {
			all = append(all, a.ID)
		}
	}
	slices.SortFunc(all, func(a, b landbridge.Digest) int { return cmp.Compare(a.String(), b.String()) })
	return all
}

// last returns the newest act of this node, which its next act names as previous.
func (f *whole) last() landbridge.Digest {
	for i := len(f.acts) - 1; i >= 0; i-- {
		if f.acts[i].Mine {
			return f.acts[i].ID
		}
	}
	return landbridge.Digest{}
}

// others returns the parties of the case but us, sorted.
func (f *caseRow) others(me landbridge.PartyID) []landbridge.PartyID {
	var all []landbridge.PartyID
	for _, parties := range f.Sides {
		for _, p := range parties {
			if p != me {
				all = append(all, p)
			}
		}
	}
	slices.Sort(all)
	return all
}

// insertCase writes a new row. The version counts from 1.
func (w *Casework) insertCase(tx *db.Tx, r *caseRow, title []byte) error {
	sides, err := canon.Encode(r.Sides)
	if err != nil {
		return err
	}
	r.Version = 1
	_, err = tx.Exec(`INSERT INTO casework_case (`+caseColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		r.ID, r.Number, r.Process.String(), r.Origin, r.Side, string(sides), title, r.State, r.Outcome, r.Marking, r.Purpose, r.Live, r.Urgent,
		db.Micros(r.Opened), db.Micros(r.Changed), db.Micros(r.Due), db.Micros(r.Review), db.Micros(r.Keep), false, []byte{}, r.Version)
	if err != nil {
		return fmt.Errorf("entering a case: %w", err)
	}
	return w.saveParties(tx, r)
}

func (w *Casework) saveParties(tx *db.Tx, r *caseRow) error {
	for _, p := range r.others(w.me) {
		if _, err := tx.Exec(`INSERT INTO casework_party (case_id, party) VALUES ($1, $2) ON CONFLICT DO NOTHING`, r.ID, p); err != nil {
			return err
		}
	}
	return nil
}

// save folds the case and remembers what lists and desks show. It also sets the
// one job that looks at the case when its next clock runs out.
func (w *Casework) save(tx *db.Tx, f *whole) error {
	now := w.now()
	c := f.fold
	f.State, f.Changed, f.Version = c.State, now, f.Version+1
	s := f.def.State(c.State)
	f.Outcome = s.Outcome
	f.Live = s.Kind != process.End
	if f.stillborn() {
		f.Live, f.Outcome = false, noEffect
	}
	f.Urgent = c.Fields["urgency"].Text == "urgent"
	if p := c.Fields["purpose"].Text; p != "" {
		f.Purpose = p
	}
	f.Due = time.Time{}
	for _, k := range c.Clocks(now) {
		if k.Ended.IsZero() && k.Status != process.ClockPaused && (f.Due.IsZero() || k.Due.Before(f.Due)) {
			f.Due = k.Due
		}
	}
	w.keeping(f)
	sides, err := canon.Encode(f.Sides)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE casework_case SET side = $1, sides = $2, title = $3, state = $4, outcome = $5, marking = $6, purpose = $7,
		live = $8, urgent = $9,		changed_us = $10, due_us = $11, review_us = $12, keep_us = $13, version = $14, number = $15, origin = $16 WHERE id = $17`,
		f.Side, string(sides), orEmpty(f.title), f.State, f.Outcome, f.Marking, f.Purpose, f.Live, f.Urgent,
		db.Micros(now), db.Micros(f.Due), db.Micros(f.Review), db.Micros(f.Keep), f.Version, f.Number, f.Origin, f.ID)
	if err != nil {
		return fmt.Errorf("remembering a case: %w", err)
	}
	if err := w.saveParties(tx, f.caseRow); err != nil {
		return err
	}
	if err := w.saveTurns(tx, f); err != nil {
		return err
	}
	if err := w.savePrivate(tx, f); err != nil {
		return err
	}
	if err := w.schedule(tx, f, now); err != nil {
		return err
	}
	if err := w.follow(tx, f, false); err != nil {
		return err
	}
	id := f.ID
	tx.OnCommit(func() { w.c.Changed(id) })
	return nil
}

// noEffect is the outcome of a case whose opening act the process does not allow.
const noEffect = "no_effect"

// stillborn reports whether the case was opened by an act without effect. It is
// kept and shown; nothing can follow.
func (f *whole) stillborn() bool {
	return f.Number != "" && len(f.acts) > 0 && len(f.fold.Steps) == 0
}

// keeping sets when keeping the case is reviewed and when it ends (S15). A day
// the requester named earlier than the process's own stop counts at its side.
func (w *Casework) keeping(f *whole) {
	f.Review, f.Keep = time.Time{}, time.Time{}
	r := f.def.Kept(f.Side)
	switch {
	case f.Number == "": // its first act never came
		f.Keep = f.Opened.Add(keepStray)
		return
	case f.Live || r == nil || len(f.acts) == 0:
		return
	}
	ended := f.acts[len(f.acts)-1].Arrived
	if n := len(f.fold.Steps); n > 0 {
		ended = f.fold.Steps[n-1].At
	}
	f.Review, f.Keep = r.Review.After(ended), r.Stop.After(ended)
	if until, err := process.ParseTime(f.fold.Fields["retention_until"].Text); err == nil && f.Side == f.def.Opens && until.Before(f.Keep) {
		f.Keep = until
	}
	// The act that ended it may still be on its way: erased now, the others would
	// never learn that the case is over.
	if last := f.acts[len(f.acts)-1].Arrived.Add(envelopeLife); f.Keep.Before(last) {
		f.Keep = last
	}
	if f.Keep.Before(f.Review) {
		f.Review = f.Keep
	}
}

// saveTurns remembers which roles of this side can take the case further.
func (w *Casework) saveTurns(tx *db.Tx, f *whole) error {
	if _, err := tx.Exec(`DELETE FROM casework_turn WHERE case_id = $1 AND proposal_id = ''`, f.ID); err != nil {
		return err
	}
	if len(f.acts) == 0 {
		return nil
	}
	t := f.nextStep(w.me)
	if t == nil {
		return nil
	}
	for _, role := range t.By {
		_, err := tx.Exec(`INSERT INTO casework_turn (case_id, proposal_id, role, transition) VALUES ($1, '', $2, $3) ON CONFLICT DO NOTHING`,
			f.ID, role, t.Name)
		if err != nil {
			return err
		}
	}
	return nil
}

// nextStep returns the act of this side that takes the case furthest along its
// way, or nil when it is the other side's turn.
func (f *whole) nextStep(me landbridge.PartyID) *process.Transition {
	var best *process.Transition
	for _, m := range f.fold.Moves(process.Viewer{Party: me, Roles: landbridge.Roles()}, &process.Local{Profile: &process.Profile{}}) {
		t := m.Transition
		switch t.Means {
		case "", process.Outcome, process.AssuranceAccepted, process.ReleaseGranted:
		default:
			continue
		}
		if len(m.Why) > 0 || t.Side == process.Each || t.To == process.Same && t.Means == "" {
			continue
		}
		if best == nil || f.way(t) > f.way(best) {
			best = t
		}
	}
	return best
}

// way returns how far along its way a transition takes a case. A question that
// waits for an answer goes before everything else.
func (f *whole) way(t *process.Transition) int {
	if t.To == process.Same {
		return 1000
	}
	if s := f.def.State(t.To); s != nil {
		return s.Way
	}
	return 0
}
