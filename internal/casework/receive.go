package casework

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
	"landbridge.example/seal"
)

const (
	jobClock = "casework.clock"
	jobKeep  = "casework.keep"

	maxStrayCases = 1000 // cases of one party known only by acts that wait for their first
)

// An arrival is a message as casework takes it in: verified, and in the log.
type arrival struct {
	envelope *seal.Envelope
	digest   landbridge.Digest
	received time.Time
	entry    int64
	open     func() (seal.Opening, error)
	stored   func() (blob.Ref, bool)
}

func arrived(in *exchange.Incoming) *arrival {
	return &arrival{in.Envelope, in.Digest, in.Received.UTC(), in.LogIndex, in.Open, in.Stored}
}

func (w *Casework) handleAct(tx *db.Tx, in *exchange.Incoming) error {
	return w.takeAct(tx, arrived(in))
}

func (w *Casework) handleExhibit(tx *db.Tx, in *exchange.Incoming) error {
	return w.takeExhibit(tx, arrived(in))
}

// takeAct takes in an act of another party. What is forged, malformed or not
// for this case is refused, and the sender is told. What is well formed and
// signed is kept, also when the process does not allow it: such an act has no
// effect, and both sides see why.
func (w *Casework) takeAct(tx *db.Tx, in *arrival) error {
	h := &in.envelope.Header
	def, err := w.Definition(h.Process)
	if err != nil {
		return err
	}
	opening, err := in.open()
	if err != nil {
		return err
	}
	c, coreText, end, err := parseBody(opening.Body)
	if err != nil {
		return err
	}
	if err := matches(h, c); err != nil {
		return err
	}
	digest := digestOf(coreText)
	for _, a := range end.Approvals {
		if err := staff.CheckApproval(a, digest); err != nil {
			return err
		}
	}
	f, err := w.caseOf(tx, h, def)
	if err != nil {
		return err
	}
	if f.byID[in.digest] != nil {
		return nil // the exchange answers a replay; this is the same act by another way
	}
	if err := w.admits(f, c); err != nil {
		return err
	}
	if c.Sides != nil { // the first act: now the case has a name
		if err := w.name(tx, f, c, h.Created); err != nil {
			return err
		}
	}
	text, err := h.Text()
	if err != nil {
		return err
	}
	row := &actRow{ID: in.digest, Seq: int64(len(f.acts)) + 1, Message: h.ID, header: text, Header: *h, Signature: in.envelope.Signature,
		Salt: opening.Salt, Text: opening.Body, coreText: coreText, Core: c, Tail: end, Arrived: in.received, Entry: in.entry}
	if err := w.enter(tx, f, row); err != nil {
		return err
	}
	return w.taken(tx, f, row)
}

// name gives a case the number and title of the act that opens it.
func (w *Casework) name(tx *db.Tx, f *whole, c *core, opened time.Time) error {
	if !strings.HasPrefix(c.Number, string(c.From)+"-") {
		return fail.New(fail.Invalid, "the number of a case begins with the code of the party that opens it")
	}
	var taken int
	if err := tx.QueryRow(`SELECT count(*) FROM casework_case WHERE number = $1 AND id <> $2`, c.Number, f.ID).Scan(&taken); err != nil {
		return fmt.Errorf("looking for the number of a case: %w", err)
	}
	if taken > 0 {
		return fail.New(fail.Conflict, "another case of %s has the number %s; give this one a number of its own", c.From, c.Number)
	}
	f.Number, f.Origin, f.Opened = c.Number, c.From, opened
	f.title = f.key.Seal([]byte(c.Title), aboutTitle(f.ID))
	return nil
}

// matches checks that what is inside the envelope is what its outside says.
func matches(h *seal.Header, c *core) error {
	var to []landbridge.PartyID
	for _, a := range h.To {
		to = append(to, a.Party)
	}
	switch {
	case c.From != h.From, c.Case != h.Case, c.Process != h.Process.String(), !slices.Equal(c.To, to):
		return fail.New(fail.Invalid, "the act names another sender, case, process or recipients than its envelope; seal it again")
	case len(c.Files) > MaxFiles:
		return fail.New(fail.TooLarge, "an act lists at most %d files", MaxFiles)
	}
	m, err := handling.Parse(c.Handling)
	if err != nil || m.Outside().String() != h.Handling {
		return fail.New(fail.Invalid, "the marking on the envelope is not the marking of the act; seal it again")
	}
	return nil
}

// caseOf loads the case of an incoming message, or enters an empty one: acts may
// arrive before the one that opens their case, and are kept until it is here.
func (w *Casework) caseOf(tx *db.Tx, h *seal.Header, def *process.Definition) (*whole, error) {
	s := w.writing(tx)
	r, err := scanCase(tx.QueryRow(`SELECT `+caseColumns+` FROM casework_case WHERE id = $1`+tx.ForUpdate(), h.Case).Scan)
	if err == nil {
		switch {
		case r.Process != h.Process:
			return nil, fail.New(fail.Conflict, "this case runs under %s; every act of it names that text", r.Process.Name())
		case r.Erased:
			return nil, fail.New(fail.Expired, "this case was erased here at the end of its time; nothing more is taken in")
		}
		return w.wholeOf(s, r)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	if h.Case == "" {
		return nil, fail.New(fail.Invalid, "an act belongs to a case; the envelope names none")
	}
	var stray int
	if err := tx.QueryRow(`SELECT count(*) FROM casework_case WHERE number = '' AND origin = $1`, h.From).Scan(&stray); err != nil {
		return nil, err
	}
	if stray >= maxStrayCases {
		return nil, fail.New(fail.TooLarge, "%d cases of %s wait here for their first act; send those first", stray, h.From)
	}
	if _, err := w.c.Vault.Create(tx, owner(h.Case)); err != nil {
		return nil, err
	}
	r = &caseRow{ID: h.Case, Process: def.Ref, Origin: h.From, State: def.Start(), Live: true, Opened: h.Created,
		Changed: w.now(), Sides: map[string][]landbridge.PartyID{}}
	if err := w.insertCase(tx, r, []byte{}); err != nil {
		return nil, err
	}
	return w.wholeOf(s, r)
}

// admits refuses what can never belong to the case, whatever else arrives.
func (w *Casework) admits(f *whole, c *core) error {
	if len(f.acts) >= MaxActs {
		return fail.New(fail.TooLarge, "this case has %d acts, its limit; open another", MaxActs)
	}
	if c.Sides != nil {
		if f.Number != "" {
			return fail.New(fail.Conflict, "this case was opened already; a case is opened once")
		}
		all := []landbridge.PartyID{}
		for _, parties := range c.Sides {
			all = append(all, parties...)
		}
		slices.Sort(all)
		want := append([]landbridge.PartyID{c.From}, c.To...)
		slices.Sort(want)
		if !slices.Equal(all, want) || !slices.Contains(all, w.me) || c.Number == "" {
			return fail.New(fail.Invalid, "the act that opens a case goes to every party of it, says who takes which side, and gives it a number")
		}
		return nil
	}
	if f.Number == "" { // its first act is not here: nothing is known of the sides
		if len(f.acts) >= maxEarly {
			return fail.New(fail.TooLarge, "%d acts of this case wait here for its first; send that one", maxEarly)
		}
		return nil
	}
	if len(f.fold.Steps) == 0 && len(f.fold.Sides) == 0 {
		return nil // opened by an act that had no effect: kept, shown, and the same for what follows
	}
	want := slices.DeleteFunc(append([]landbridge.PartyID{w.me}, f.others(w.me)...), func(p landbridge.PartyID) bool { return p == c.From })
	slices.Sort(want)
	switch {
	case f.fold.SideOf(c.From) == "":
		return fail.New(fail.Denied, "%s is no side of this case", c.From)
	// S27: a withdrawal, like everything else, reaches every holder or none.
	case !slices.Equal(c.To, want):
		return fail.New(fail.Invalid, "an act goes to every other party of its case")
	}
	return nil
}

// taken does what follows from an act that was entered: facts, the exhibits it
// lists, the evidence it gives about ours, and the acts of the node itself.
func (w *Casework) taken(tx *db.Tx, f *whole, row *actRow) error {
	kind, note := factTaken, row.Core.what()
	if why, waits := f.without(row.ID); why != nil {
		kind, note = factKept, row.Core.Transition+" "+why.Rule
		if waits {
			note = row.Core.Transition + " waits"
		}
	}
	if _, err := w.fact(tx, kind, nodeActor, row.ID, f.ID, note); err != nil {
		return err
	}
	if err := w.expect(tx, f, row); err != nil {
		return err
	}
	if err := w.advance(tx, f, row); err != nil {
		return err
	}
	return w.auto(tx, f)
}

// without says why an act has no effect, if it has none, and whether it waits.
func (f *whole) without(id landbridge.Digest) (*process.Reason, bool) {
	for i, n := range f.fold.Refused {
		if n.Act.ID == id {
			return &f.fold.Refused[i].Why, false
		}
	}
	for i, n := range f.fold.Waiting {
		if n.Act.ID == id {
			return &f.fold.Waiting[i].Why, true
		}
	}
	return nil, false
}

// advance notes on our messages what a person's act at the other side proves:
// that they were acknowledged, and that the case was decided.
func (w *Casework) advance(tx *db.Tx, f *whole, row *actRow) error {
	if why, _ := f.without(row.ID); why != nil || row.Core.By.Role == landbridge.System {
		return nil
	}
	rung := exchange.Acknowledged
	t := f.def.Transition(row.Core.Transition)
	if s := f.def.State(t.To); s != nil && s.Outcome != "" {
		rung = exchange.Decided
	}
	seen := map[landbridge.Digest]bool{}
	for queue := []*actRow{row}; len(queue) > 0; queue = queue[1:] {
		for _, p := range append(slices.Clone(queue[0].Tail.Parents), queue[0].Header.Previous) {
			a := f.byID[p]
			if a == nil || seen[p] {
				continue
			}
			seen[p] = true
			queue = append(queue, a)
			if !a.Mine {
				continue
			}
			if err := w.c.Exchange.Advance(tx, a.ID, row.Core.From, exchange.Acknowledged, row.ID); err != nil {
				return err
			}
			if rung != exchange.Decided || a.Core.Sides == nil {
				continue
			}
			if err := w.c.Exchange.Advance(tx, a.ID, row.Core.From, rung, row.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
