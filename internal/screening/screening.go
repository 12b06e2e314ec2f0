// Package screening holds the lists of one node, the subjects it screens
// against them, and what people made of every candidate.
//
// A list comes in whole or not at all; each version is kept with what it
// changed. A subject belongs to a case or to one officer's lawful watch with a
// purpose and an end, and is screened again when an entry changes. What the
// machine finds is a candidate with its reasons (S24). Two persons and two
// identifiers besides the name make a match (S31); one person with a reason
// makes a false positive, for a while. When an entry is taken off its list,
// screening for it ends with the import, and lifting what was frozen is due
// within the hour. Every screening and every decision is a fact in the log (S18).
//
// There is no search over other nodes: this package knows no peer, sends
// nothing, and answers only people of its own node.
//
// Crash: an import is one commit, so a list is in one version or the other;
// re-screening is a job of that commit. The index in memory is made from rows
// and is swapped after the commit; a crash between loses nothing.
//
// Trust: screening is trusted to show every candidate above the line and to
// let nobody decide alone. Whoever writes a list decides what it says. Who
// controls the node can hide a candidate or add a false one, and the log shows
// which lists were asked and by whom, not that the answer was shown whole.
//
// Limits: [MaxEntries] entries in all lists together, [MaxListFile] bytes of a
// list's file, [MaxSubjects] subjects in one watch, [MaxBatch] names in one file.
package screening

import (
	"context"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "screening", Files: schema} }

// Bounds of this package.
const (
	MaxEntries  = 200_000   // entries of all lists together
	MaxListFile = 64 << 20  // bytes of a list's file as it arrives
	MaxSubjects = 1_000_000 // subjects of one watch
	MaxAtOnce   = 1000      // subjects added in one call
	MaxBatch    = 1_000_000 // names in one file
	MaxPage     = 200       // rows of one page
	MaxTop      = 50        // candidates of one search
	maxListName = 120
	maxReason   = 4000
	maxTitle    = 160
	minQuery    = 2 // letters of a name that is searched
)

// Lines above which something is a candidate.
const (
	leastSearch match.Score = 7000 // when a person asks and looks at the answer
	leastWatch  match.Score = 8000 // when the node asks and a person is called to look
)

// Times.
const (
	searchAgain  = 5 * time.Minute      // the same question within this time is the same screening
	maxWatch     = 366 * 24 * time.Hour // a watch ends after a year at the latest
	maxWhite     = 90 * 24 * time.Hour  // so long a false positive stands (A14)
	keepBatch    = 30 * 24 * time.Hour  // answers to a file of names
	keepRun      = 3 * 366 * 24 * time.Hour
	keepEnded    = 30 * 24 * time.Hour // a watch's content after its end, while nothing is open
	unfreezeTime = time.Hour           // from the import that took an entry off (S31)
	freezeTime   = 24 * time.Hour      // from the confirmed match: "without delay"
	informTime   = 14 * 24 * time.Hour // telling the person (S31)
	reviewTime   = 24 * time.Hour      // looking again at a match whose entry changed
	askEvery     = time.Hour           // how often a late task asks why not
)

// A CasePerson is one person a case is about.
type CasePerson struct {
	Role   string // suspect, victim …
	Person match.Record
}

// A CaseView is what screening may know of a case.
type CaseView struct {
	Number   string
	Title    string
	Purpose  handling.Purpose
	KeyOwner string // of the data key of the case, so that erasing it erases what is here
	Ended    bool
	Persons  []CasePerson
}

// Config is what a Screening needs.
type Config struct {
	DB     *db.DB
	Log    *record.Log
	Vault  *blob.Vault
	Clock  func() time.Time
	Random io.Reader

	// Verify checks a passkey assertion; it is staff's VerifyApproval.
	Verify func(ctx context.Context, p staff.Person, role landbridge.Role, digest landbridge.Digest, assertion []byte) (staff.Approval, error)
	// Names returns the names behind pseudonyms; it is staff's Named.
	Names func(ctx context.Context, pseudonyms ...string) (map[string]string, error)
	// Case opens a case for a person, who must be allowed to read it; the
	// reading is a fact. The node hands it up from casework.
	Case func(ctx context.Context, p staff.Person, id landbridge.CaseID, purpose handling.Purpose) (CaseView, error)

	// Ended reports whether a case is over, so that nobody is screened for it any
	// more. It is asked by the node itself and tells nothing else.
	Ended func(ctx context.Context, id landbridge.CaseID) (bool, error)

	// Engine returns the comparison, made when it is first needed; nil makes one.
	Engine func() *match.Engine

	Changed func(landbridge.CaseID) // told that something changed, after it is on disk; may be nil
	Wake    func()                  // wakes the runner of jobs; may be nil
	Report  func(error)             // told what no caller can be told; may be nil
}

// A Screening is the lists and subjects of one node.
type Screening struct {
	c      Config
	access *access.Table

	engine func() *match.Engine
	shelf  atomic.Pointer[shelf]
	filing sync.Mutex // one import at a time
	crowd  crowd

	mu     sync.Mutex
	recent map[recentKey]time.Time // questions of the last minutes
}

type recentKey struct {
	person string
	query  landbridge.Digest
	lists  string
}

// New returns the screening kept in c.DB. Lists are read when they are first
// needed, or by [Screening.Warm].
func New(c Config) *Screening {
	if c.Changed == nil {
		c.Changed = func(landbridge.CaseID) {}
	}
	if c.Wake == nil {
		c.Wake = func() {}
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	if c.Engine == nil {
		c.Engine = sync.OnceValue(match.New)
	}
	return &Screening{c: c, access: access.New(), engine: c.Engine, recent: map[recentKey]time.Time{}}
}

// Jobs returns who runs jobs, by kind, for [jobs.NewRunner].
func (s *Screening) Jobs() map[string]jobs.Handler {
	return map[string]jobs.Handler{jobRescreen: s.runRescreen, jobBatch: s.runBatch, jobClock: s.runClock, jobKeep: s.runKeep}
}

// Warm reads lists and subjects into memory, so that the first question does
// not wait. A node without lists stays small.
func (s *Screening) Warm(ctx context.Context) error {
	sh, err := s.shelved(ctx)
	if err != nil || len(sh.books) == 0 {
		return err
	}
	return s.crowd.load(ctx, s)
}

// may asks the table of roles and actions.
func (s *Screening) may(p staff.Person, a access.Action) error {
	return s.access.Allow(p.Roles, a).Err()
}

func (s *Screening) now() time.Time { return s.c.Clock().UTC().Truncate(time.Microsecond) }

func (s *Screening) newID() (landbridge.ID, error) { return landbridge.NewID(s.now(), s.c.Random) }

const nodeActor = "node"

// fact records something in this node's log. A digest that is not given is of
// kind, matter and note.
func (s *Screening) fact(tx *db.Tx, kind, actor, about string, digest landbridge.Digest, note string) (int64, error) {
	if digest.IsZero() {
		digest = landbridge.Sum([]byte(domainFact + kind + "\x00" + about + "\x00" + note))
	}
	if len(note) > record.MaxNote {
		note = strings.ToValidUTF8(note[:record.MaxNote], "")
	}
	n, err := s.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: digest, About: about, Note: note})
	if err != nil {
		return 0, fmt.Errorf("recording %s: %w", kind, err)
	}
	return n, nil
}

// purpose checks that a person states what for (S3). Checking what was done is
// a purpose too, for those who check.
func purpose(p staff.Person, u handling.Purpose) error {
	if slices.Contains(handling.Purposes(), u) {
		return nil
	}
	checks := p.Is(landbridge.Oversight) || p.Is(landbridge.DataProtection)
	if checks && (u == handling.Lawfulness || u == handling.PersonRights) {
		return nil
	}
	if u == "" {
		return fail.New(fail.Invalid, "say what the screening is for: choose a purpose (S3)")
	}
	return fail.New(fail.Invalid, "%q is no purpose a person may be screened for (S3)", clip(string(u)))
}

// words checks a reason that a person writes.
func words(s, what string) (string, error) {
	s = strings.TrimSpace(s)
	if len(s) < 3 || len(s) > maxReason || strings.ContainsRune(s, 0) {
		return "", fail.New(fail.Invalid, "%s, in 3 to %d characters", what, maxReason)
	}
	return s, nil
}

func errStale() error {
	return fail.New(fail.Conflict, "someone changed this in the meantime; look at it again, then repeat what you did")
}

// clip shortens a text for a sentence.
func clip(s string) string {
	const limit = 40
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
