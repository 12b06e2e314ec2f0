// Package casework keeps the cases of one node: drafts, approvals, signed acts
// sent and received, files, clocks, and what all of it adds up to.
//
// A case is the set of the signed acts of its sides. What state it is in is
// computed from that set by [process.Fold], here and at the other side alike;
// the row of a case is a memory of the computation, never its truth. An act
// leaves in the same transaction that records it, logs it and hands it to the
// exchange.
//
// Bodies, titles and files rest sealed under a data key of their case, so that
// erasing a case (S15) is destroying one key.
//
// Trust: casework is trusted to ask for the approvals a process demands and to
// show what was signed. Who controls it can lie about the facts of their own
// side; they cannot make the other side's acts, alter what was sent, or skip an
// approval unnoticed, for the other side checks every act again.
//
// Limits: [MaxActs] acts in a case, [MaxFiles] files in an act, [MaxBody] bytes
// in the text of an act. An act is sealed inside the transaction that records
// it, about a millisecond of the node's one writer; files are sealed before.
package casework

import (
	"context"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/exchange"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/party"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/process"
	"landbridge.example/process/catalogue"
	"landbridge.example/seal"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "casework", Files: schema} }

// Limits of a case.
const (
	MaxActs       = 1000                // acts in one case
	MaxFiles      = 64                  // files in one act
	MaxBody       = 512 << 10           // bytes of one act's text
	MaxPage       = 200                 // rows of one page of a list
	MaxInlineFile = 1 << 20             // bytes of a file kept in its row; larger ones are stored files
	envelopeLife  = 14 * 24 * time.Hour // an act that was not delivered by then is undeliverable
	readAgain     = 5 * time.Minute     // looking again within this time is the same reading
	keepDropped   = 90 * 24 * time.Hour // a request that was drafted and never sent is erased then (S15)
	keepStray     = 60 * 24 * time.Hour // acts whose first never came are erased then; envelopes live 14 days
	maxEarly      = 200                 // acts or files of one case that may wait for earlier ones
)

// A Mail is what casework needs of the exchange.
type Mail interface {
	Submit(tx *db.Tx, e *seal.Envelope, detached *blob.Ref, lane exchange.Lane) error
	Ladder(ctx context.Context, id landbridge.MessageID) ([]exchange.Step, error)
	Retrieved(tx *db.Tx, message landbridge.Digest) error
	Advance(tx *db.Tx, message landbridge.Digest, by landbridge.PartyID, rung exchange.Rung, act landbridge.Digest) error
	Forget(tx *db.Tx, message landbridge.Digest) error
}

// Config is what a Casework needs.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Exchange  Mail // *exchange.Exchange
	Directory *party.Directory
	Law       Law // *agreement.Register: without a profile of its a process does not start (S3)
	Keys      *party.Keys
	Vault     *blob.Vault
	Blobs     *blob.Store
	Clock     func() time.Time
	Random    io.Reader

	// Verify checks a passkey assertion that the person has just made over
	// digest on this node, and returns the approval as it will travel.
	// It is staff's VerifyApproval.
	Verify func(ctx context.Context, p staff.Person, role landbridge.Role, digest landbridge.Digest, assertion []byte) (staff.Approval, error)
	// Names returns the names behind pseudonyms of this node. It is staff's Named.
	Names func(ctx context.Context, pseudonyms ...string) (map[string]string, error)

	// Followers keep registers of the cases of a process, by its name.
	Followers map[string]Follower

	MaxFile int64                   // bytes of one file; 0: 4 GiB
	Changed func(landbridge.CaseID) // told that a case changed, after it is on disk; may be nil
	Wake    func()                  // wakes the runner of jobs; may be nil
	Report  func(error)             // told what no caller can be told; may be nil
}

const defaultMaxFile = 4 << 30

// A Casework is the cases of one node.
type Casework struct {
	c      Config
	me     landbridge.PartyID
	defs   []*listed // by name, the newest version of each last
	access *access.Table
}

// New returns the casework kept in c.DB. It refuses to start with a definition
// that does not load or that Lint has something against.
func New(c Config) (*Casework, error) {
	if c.Changed == nil {
		c.Changed = func(landbridge.CaseID) {}
	}
	if c.Wake == nil {
		c.Wake = func() {}
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	if c.MaxFile == 0 {
		c.MaxFile = defaultMaxFile
	}
	if c.Law == nil {
		return nil, fail.New(fail.Internal, "casework needs a register of instruments")
	}
	w := &Casework{c: c, me: c.Keys.Party, access: access.New()}
	return w, w.loadCatalogue()
}

// A listed is a definition this release ships. It is read when a case or a page
// first needs it.
type listed struct {
	catalogue.File
	once sync.Once
	def  *process.Definition
	err  error
}

// read parses the definition. One that Lint has something against is not put
// in force: no case opens under it and none is read under it.
func (l *listed) read() (*process.Definition, error) {
	l.once.Do(func() {
		d, err := process.Parse(l.Text)
		if err != nil {
			l.err = fmt.Errorf("reading the process %s: %w", l.Ref.Name(), err)
			return
		}
		if found := process.Lint(d); len(found) > 0 {
			l.err = fmt.Errorf("the process %s breaks %s: %s: %s", l.Ref.Name(), found[0].Rule, found[0].Where, found[0].Text)
			return
		}
		l.def = d
	})
	return l.def, l.err
}

// loadCatalogue lists the definitions this release ships.
func (w *Casework) loadCatalogue() error {
	files, err := catalogue.List()
	if err != nil {
		return fmt.Errorf("reading the catalogue: %w", err)
	}
	for _, f := range files {
		w.defs = append(w.defs, &listed{File: f})
	}
	return nil
}

// Handlers returns who takes in messages, by kind, for [exchange.Exchange.Handle].
func (w *Casework) Handlers() map[string]exchange.Handler {
	return map[string]exchange.Handler{kindAct: w.handleAct, kindExhibit: w.handleExhibit}
}

// Jobs returns who runs jobs, by kind, for [jobs.NewRunner].
func (w *Casework) Jobs() map[string]jobs.Handler {
	return map[string]jobs.Handler{jobClock: w.runClock, jobKeep: w.keepExhibit}
}

// Words lists the states in which a case can be and the sides on which a node
// can stand, in all versions of a process that this node knows; of all processes
// if none is named.
func (w *Casework) Words(name string) (states, sides []string) {
	for _, l := range w.defs {
		if name != "" && l.Ref.ID != name {
			continue
		}
		d, err := l.read()
		if err != nil {
			w.c.Report(err)
			continue
		}
		for _, s := range d.States {
			states = append(states, s.Name)
		}
		for _, s := range d.Sides {
			sides = append(sides, s.Name)
		}
	}
	slices.Sort(states)
	slices.Sort(sides)
	return slices.Compact(states), slices.Compact(sides)
}

// Processes lists the definitions a new case can be opened with: the newest
// version of each, by name. One that cannot be read is reported and left out.
func (w *Casework) Processes() []*process.Definition {
	var all []*process.Definition
	for i, l := range w.defs {
		if i+1 < len(w.defs) && w.defs[i+1].Ref.ID == l.Ref.ID {
			continue
		}
		d, err := l.read()
		if err != nil {
			w.c.Report(err)
			continue
		}
		all = append(all, d)
	}
	return all
}

// Definition returns the definition called ref. Name, version and hash must all
// fit: a file that differs in one letter is another law.
func (w *Casework) Definition(ref landbridge.ProcessRef) (*process.Definition, error) {
	var other *listed
	for _, l := range w.defs {
		switch {
		case l.Ref == ref:
			return l.read()
		case l.Ref.Name() == ref.Name():
			other = l
		}
	}
	if other != nil {
		return nil, fail.New(fail.Invalid, "this node's text of %s has the hash %.12s…, the message names %.12s…; compare the files, and send under a text both hold",
			ref.Name(), other.Ref.Hash, ref.Hash)
	}
	return nil, fail.New(fail.Invalid, "this node does not know the process %s; update it, or send under a version that its party record names", ref.Name())
}

// Text returns the exact bytes of a definition: what its hash is made of.
func (w *Casework) Text(ref landbridge.ProcessRef) ([]byte, error) {
	for _, l := range w.defs {
		if l.Ref == ref {
			return l.File.Text, nil
		}
	}
	return nil, fail.New(fail.Missing, "this node does not know the process %s", ref.Name())
}

// newest returns the newest definition of the process called id.
func (w *Casework) newest(id string) (*process.Definition, error) {
	for i := len(w.defs) - 1; i >= 0; i-- {
		if w.defs[i].Ref.ID == id {
			return w.defs[i].read()
		}
	}
	return nil, fail.New(fail.Invalid, "there is no process %q; see the list of processes", clip(id))
}

// may asks the table of roles and actions. Pages and the API ask it too; here it
// holds for whoever comes by another way.
func (w *Casework) may(p staff.Person, a access.Action) error {
	return w.access.Allow(p.Roles, a).Err()
}

// now is the time to the microsecond, as envelopes and rows hold it.
func (w *Casework) now() time.Time { return w.c.Clock().UTC().Truncate(time.Microsecond) }

func (w *Casework) newID() (landbridge.ID, error) { return landbridge.NewID(w.now(), w.c.Random) }

// fact records something about a case in this node's log.
func (w *Casework) fact(tx *db.Tx, kind, actor string, digest landbridge.Digest, about landbridge.CaseID, note string) (int64, error) {
	if actor == "" {
		actor = nodeActor
	}
	if digest.IsZero() {
		digest = landbridge.Sum([]byte(domainFact + kind + "\x00" + string(about) + "\x00" + note))
	}
	n, err := w.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: digest, About: string(about), Note: note})
	if err != nil {
		return 0, fmt.Errorf("recording %s: %w", kind, err)
	}
	return n, nil
}

const nodeActor = "node"

// errStale says that someone else changed what the caller was looking at.
func errStale() error {
	return fail.New(fail.Conflict, "someone changed this in the meantime; look at it again, then repeat what you did")
}

// conflictOr turns a definition's "why not" into an error a person can act on.
func conflictOr(why *process.Reason) error {
	kind := fail.Conflict
	if why.Rule == "side" || why.Rule == "role" || why.Rule == "S21" {
		kind = fail.Denied
	}
	return fail.New(kind, "%s (%s)", why.Text, why.Rule)
}

// marking parses a marking that a person wrote; empty takes the fallback.
func parseMarking(s, fallback string) (handling.Marking, error) {
	if strings.TrimSpace(s) == "" {
		s = fallback
	}
	m, err := handling.Parse(s)
	if err != nil {
		return m, fail.New(fail.Invalid, "handling: %v", err)
	}
	if len(m.String()) > handling.MaxText {
		return m, fail.New(fail.TooLarge, "handling: the restrictions together are longer than %d bytes", handling.MaxText)
	}
	return m, nil
}
