package casework

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
	"landbridge.example/seal"
)

// A finishing is a draft or proposal on its way to becoming an act.
type finishing struct {
	person   staff.Person
	caseID   landbridge.CaseID
	draft    landbridge.ID
	proposal landbridge.ID // empty: the act needs no approval
	coreText []byte
	approval *staff.Approval // the one just given
}

// An exhibit is a file sealed to the other parties, ready to be handed over.
type exhibit struct {
	row      *fileRow
	envelope *seal.Envelope
	detached *blob.Ref
}

// finish makes an act, or adds one approval to it. Files are sealed before the
// transaction: large ones take their time and must not hold the writer. If the
// process dies here, the stored files are nobody's and the draft is as it was.
func (w *Casework) finish(ctx context.Context, g finishing) (done *Done, err error) {
	exhibits, err := w.sealExhibits(ctx, g)
	if err != nil {
		return nil, err
	}
	err = w.c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		done, err = w.finishTx(tx, g, exhibits)
		return err
	})
	// Nobody will carry the files of an act that was not made. After an internal
	// error it is not known whether it was, for a commit can succeed and its
	// answer be lost; then they stay, which costs space and nothing else.
	if err == nil && done.Act.IsZero() || err != nil && !fail.Is(err, fail.Internal) && !fail.Is(err, fail.Unavailable) {
		for _, x := range exhibits {
			if x.detached != nil {
				err = errors.Join(err, w.c.Blobs.Delete(x.detached.Digest))
			}
		}
	}
	return done, err
}

func (w *Casework) finishTx(tx *db.Tx, g finishing, exhibits []exhibit) (*Done, error) {
	s := w.writing(tx)
	var approvals []staff.Approval
	if err := lock(tx, g.caseID); err != nil {
		return nil, err
	}
	f, err := w.whole(s, g.caseID)
	if err != nil {
		return nil, err
	}
	d, err := f.draft(s, g.draft)
	if err != nil {
		return nil, err
	}
	if g.proposal != "" {
		missing, given, err := w.sign(tx, g)
		if err != nil {
			return nil, err
		}
		if len(missing) > 0 {
			return &Done{Case: f.ID, Number: f.Number, Proposal: g.proposal, Digest: digestOf(g.coreText), Needs: needs(missing), State: f.State}, nil
		}
		approvals = given
	} else if d.State != draftOpen {
		return nil, errStale()
	}
	c := new(core)
	if err := strict(g.coreText, c); err != nil {
		return nil, err
	}
	files := make(map[landbridge.ID]bool)
	for _, x := range exhibits {
		files[x.row.ID] = true
	}
	if slices.ContainsFunc(c.Files, func(l fileLine) bool { return !files[l.ID] }) {
		return nil, errStale() // a file came or went since the files were sealed
	}
	act, err := w.make(tx, f, c, g.coreText, approvals, exhibits)
	if err != nil {
		return nil, err
	}
	d.State, d.Note.Stopped, d.Note.Returned = draftDone, nil, ""
	if err := w.updateDraft(tx, f, d); err != nil {
		return nil, err
	}
	if g.proposal != "" {
		if err := w.endProposal(tx, f.ID, g.proposal, proposalSent); err != nil {
			return nil, err
		}
	}
	return &Done{Case: f.ID, Number: f.Number, Act: act.ID, Message: act.Message, Digest: digestOf(g.coreText), State: f.State}, nil
}

// sign adds the approval to its proposal and returns what is missing still.
func (w *Casework) sign(tx *db.Tx, g finishing) (missing [][]landbridge.Role, given []staff.Approval, err error) {
	f, r, err := w.proposal(w.writing(tx), g.proposal, tx.ForUpdate())
	if err != nil {
		return nil, nil, err
	}
	if err := r.maySign(f, g.person, g.approval.Role); err != nil {
		return nil, nil, err
	}
	b, err := canon.Encode(g.approval)
	if err != nil {
		return nil, nil, err
	}
	_, err = tx.Exec(`INSERT INTO casework_approval (proposal_id, person, role, approval, at_us) VALUES ($1, $2, $3, $4, $5)`,
		r.ID, g.approval.Person, g.approval.Role, b, db.Micros(w.now()))
	if err != nil {
		return nil, nil, fmt.Errorf("entering an approval: %w", err)
	}
	if _, err := w.fact(tx, factApproved, g.person.Pseudonym, r.Digest, f.ID, r.Core.Transition+" "+string(g.approval.Role)); err != nil {
		return nil, nil, err
	}
	if err := w.join(tx, f.ID, g.person.Pseudonym); err != nil {
		return nil, nil, err
	}
	r.Given = append(r.Given, *g.approval)
	missing = r.missing(f)
	id := f.ID
	tx.OnCommit(func() { w.c.Changed(id) })
	return missing, r.Given, w.saveNeeds(tx, f.ID, r.ID, r.Core.Transition, missing)
}

// make seals an act, enters it, hands it to the exchange with its exhibits, and
// remembers what the case now is. All of it is one commit, or nothing is.
func (w *Casework) make(tx *db.Tx, f *whole, c *core, coreText []byte, approvals []staff.Approval, exhibits []exhibit) (*actRow, error) {
	if len(f.acts) >= MaxActs {
		return nil, fail.New(fail.TooLarge, "a case has at most %d acts; open another", MaxActs)
	}
	now := w.now()
	heads := f.heads()
	if len(heads) > maxParents {
		heads = heads[:maxParents] // the others are named by the next act
	}
	end := tail{Parents: heads, Approvals: approvals}
	a := c.act(landbridge.Digest{}, f.last(), now, &end)
	if why := f.fold.Check(&a, nil); why != nil {
		return nil, conflictOr(why)
	}
	text, err := body(coreText, end)
	if err != nil {
		return nil, err
	}
	if _, _, _, err := parseBody(text); err != nil { // what the other side would refuse does not leave
		return nil, fmt.Errorf("checking an act before it leaves: %w", err)
	}
	draft, err := w.envelope(f, c)
	if err != nil {
		return nil, err
	}
	draft.Kind, draft.Previous, draft.Created, draft.Expires = kindAct, f.last(), now, now.Add(envelopeLife)
	e, opening, err := seal.Seal(draft, text, w.c.Keys.Signing, w.c.Random)
	if err != nil {
		return nil, fmt.Errorf("sealing an act: %w", err)
	}
	header, err := e.Header.Text()
	if err != nil {
		return nil, err
	}
	row := &actRow{ID: e.Digest(), Seq: int64(len(f.acts)) + 1, Message: e.Header.ID, Mine: true, header: header, Header: e.Header, Signature: e.Signature,
		Salt: opening.Salt, Text: text, coreText: coreText, Core: c, Tail: &end, Arrived: now, Retrieved: true}
	if row.Entry, err = w.fact(tx, factSent, c.By.Person, row.ID, f.ID, c.what()); err != nil {
		return nil, err
	}
	if err := w.began(tx, f, c); err != nil {
		return nil, err
	}
	lane := laneOf(f, c)
	if err := w.hand(tx, f, row, exhibits, lane); err != nil {
		return nil, err
	}
	if err := w.c.Exchange.Submit(tx, e, nil, lane); err != nil {
		return nil, err
	}
	return row, w.enter(tx, f, row)
}

// laneOf chooses the lane: what is urgent does not wait behind what is not.
func laneOf(f *whole, c *core) exchange.Lane {
	if c.Fields["urgency"].Text == "urgent" || f.Urgent {
		return exchange.Urgent
	}
	return exchange.Normal
}

// hand submits the exhibits of an act and notes them as sent.
func (w *Casework) hand(tx *db.Tx, f *whole, act *actRow, exhibits []exhibit, lane exchange.Lane) error {
	for _, x := range exhibits {
		use := lane
		if x.detached != nil {
			use = exchange.Bulk
		}
		if err := w.c.Exchange.Submit(tx, x.envelope, x.detached, use); err != nil {
			return err
		}
		header, err := x.envelope.Header.Text()
		if err != nil {
			return err
		}
		r := x.row
		r.Act, r.State, r.header, r.signature, r.Message, r.Retrieved = act.ID.String(), fileSent, header, x.envelope.Signature, x.envelope.Digest(), true
		if err := w.updateFile(tx, f, r); err != nil {
			return err
		}
	}
	return nil
}

// enter stores an act that was made or taken in, and folds the case with it.
func (w *Casework) enter(tx *db.Tx, f *whole, a *actRow) error {
	res, err := tx.Exec(`INSERT INTO casework_act (id, case_id, seq, message_id, party, mine, header, signature, body, arrived_us, log_index, retrieved)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING`,
		a.ID.String(), f.ID, a.Seq, a.Message, a.Core.From, a.Mine, a.header, a.Signature, f.key.Seal(append(a.Salt[:], a.Text...), aboutAct(a.ID.String())),
		db.Micros(a.Arrived), a.Entry, a.Retrieved)
	if err != nil {
		return fmt.Errorf("entering an act: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fail.New(fail.Conflict, "this act is known already"))
	}
	if a.Mine {
		if err := w.join(tx, f.ID, a.Core.By.Person); err != nil {
			return err
		}
	}
	f.acts = append(f.acts, a)
	f.refold()
	if a.Core.Sides != nil {
		// Also when the act has no effect: the case is still to be shown to the
		// side it was meant for.
		f.Sides = a.Core.Sides
		for side, parties := range f.Sides {
			if slices.Contains(parties, w.me) {
				f.Side = side
			}
		}
	}
	f.Marking = f.strictest()
	return w.save(tx, f)
}

// envelope begins the envelope of anything that goes to the other parties.
func (w *Casework) envelope(f *whole, c *core) (seal.Draft, error) {
	m, err := handling.Parse(c.Handling)
	if err != nil {
		return seal.Draft{}, err
	}
	view, err := w.c.Directory.View(context.Background())
	if err != nil {
		return seal.Draft{}, err
	}
	id, err := w.newID()
	if err != nil {
		return seal.Draft{}, err
	}
	d := seal.Draft{ID: id, From: w.me, Case: f.ID, Process: f.def.Ref, Handling: m.Outside().String(), Directory: view.Position()}
	for _, p := range c.To {
		if send := w.maySend(f, c, m, p); !send.Allow {
			return seal.Draft{}, fail.New(fail.Denied, "%s: %s (%s)", p, send.Why, send.Rule)
		}
		r, err := view.Lookup(p)
		if err != nil {
			return seal.Draft{}, err
		}
		to, err := r.Recipient()
		if err != nil {
			return seal.Draft{}, err
		}
		d.Recipients = append(d.Recipients, to)
	}
	return d, nil
}

// maySend is the dry run made serious: the same function that shows who will
// see an act decides whether it may go there. TLP:RED goes to the persons the
// other side's contact point names when it opens it.
func (w *Casework) maySend(f *whole, c *core, m handling.Marking, to landbridge.PartyID) handling.Decision {
	actor := handling.Actor{Party: w.me, Person: c.By.Person, Roles: []landbridge.Role{c.By.Role}, Participant: true}
	purpose := f.purpose(c)
	p := w.policy(f, m, []string{c.By.Person})
	if c.By.Role == landbridge.System { // a receipt or the end of a clock says nothing of its own
		return handling.Decision{Allow: true, Rule: "S24"}
	}
	return handling.Decide(p, handling.Question{Actor: actor, Action: handling.Send, Purpose: purpose, To: to, At: w.now()})
}

// sealExhibits seals the files of the act to every recipient.
func (w *Casework) sealExhibits(ctx context.Context, g finishing) ([]exhibit, error) {
	s := w.reading(ctx)
	f, err := w.whole(s, g.caseID)
	if err != nil {
		return nil, err
	}
	c := new(core)
	if err := strict(g.coreText, c); err != nil {
		return nil, err
	}
	var all []exhibit
	for _, line := range c.Files {
		r, err := f.file(s, line.ID)
		if err == nil {
			var x exhibit
			if x, err = w.sealExhibit(f, c, r); err == nil {
				all = append(all, x)
				continue
			}
		}
		for _, x := range all {
			if x.detached != nil {
				err = errors.Join(err, w.c.Blobs.Delete(x.detached.Digest))
			}
		}
		return nil, err
	}
	return all, nil
}

func (w *Casework) sealExhibit(f *whole, c *core, r *fileRow) (exhibit, error) {
	d, err := w.envelope(f, c)
	if err != nil {
		return exhibit{}, err
	}
	now := w.now()
	d.ID, d.Kind, d.Created, d.Expires = r.ID, kindExhibit, now, now.Add(envelopeLife)
	content, err := w.content(f, r)
	if err != nil {
		return exhibit{}, err
	}
	defer content.Close()
	if r.Size <= seal.MaxBody {
		b, err := io.ReadAll(content)
		if err != nil {
			return exhibit{}, fmt.Errorf("reading a file: %w", err)
		}
		e, _, err := seal.Seal(d, b, w.c.Keys.Signing, w.c.Random)
		return exhibit{row: r, envelope: e}, err
	}
	var e *seal.Envelope
	pr, pw := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		var err error
		e, _, err = seal.SealStream(d, content, r.Size, w.c.Keys.Signing, w.c.Random, pw)
		pw.CloseWithError(err)
		failed <- err
	}()
	ref, err := w.c.Blobs.Put(pr, seal.MaxPayload)
	pr.CloseWithError(err)
	if err = errors.Join(<-failed, err); err != nil {
		return exhibit{}, fmt.Errorf("sealing a file: %w", err)
	}
	return exhibit{row: r, envelope: e, detached: &ref}, nil
}

// auto makes the acts that are the node's own and open now, such as receiving.
// Acts that a clock calls for are made by the clock.
func (w *Casework) auto(tx *db.Tx, f *whole) error {
	for range len(f.def.Transitions) {
		t := f.autoStep(w.me, w.now())
		if t == nil {
			return nil
		}
		if err := w.system(tx, f, t); err != nil {
			return err
		}
	}
	return nil
}

// autoStep returns an act of this node's own that is open, if there is one.
func (f *whole) autoStep(me landbridge.PartyID, now time.Time) *process.Transition {
	for i := range f.def.Transitions {
		t := &f.def.Transitions[i]
		if !t.Auto() || slices.ContainsFunc(f.def.Clocks, func(k process.Clock) bool { return k.Do == t.Name }) {
			continue
		}
		a := process.Act{Party: me, Transition: t.Name, Role: landbridge.System, Time: now, Parents: f.heads(), Fields: process.Values{}}
		if len(a.Parents) > 0 && f.fold.Check(&a, nil) == nil {
			return t
		}
	}
	return nil
}

// system makes one act of the node itself.
func (w *Casework) system(tx *db.Tx, f *whole, t *process.Transition) error {
	c := &core{Format: actFormat, Case: f.ID, Process: f.def.Ref.String(), From: w.me, To: f.others(w.me), Transition: t.Name,
		By: author{Role: landbridge.System}, Handling: f.Marking, Made: w.now()}
	text, err := canon.Encode(c)
	if err != nil {
		return err
	}
	_, err = w.make(tx, f, c, text, nil, nil)
	return err
}
