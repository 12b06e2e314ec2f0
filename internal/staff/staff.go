// Package staff keeps the people of one node: who they are, which roles they
// hold and until when, the passkeys they sign with, their sessions and tokens.
//
// A person is a human being; an account is what they sign in to. Roles belong
// to accounts and have a start and, where set, an end. Two-person rules compare
// persons, so one person with two accounts is still one (S21). In the log a
// person is a pseudonym; the name stays here.
//
// A passkey is used for two things: to sign in, and to approve one act. For an
// approval the challenge is made from the act's digest alone, so the assertion
// can be carried inside the act and checked by another state's node with
// [CheckApproval], years later and without this node.
//
// Trust: staff is trusted to say who sits at the screen. Someone who controls
// its tables can give themselves an account, but not unnoticed (every change is
// a fact in the log) and cannot make an approval of a passkey they do not hold.
//
// Limits: sessions end after [Config.Idle] without use and [Config.Absolute]
// in any case; setup links work once; ten failed sign-ins from one place close
// it for five minutes.
package staff

import (
	"context"
	"embed"
	"io"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "staff", Files: schema} }

// A Person is a member of staff, acting through one account.
type Person struct {
	ID        landbridge.ID // the human being: what two-person rules compare (S21)
	Account   landbridge.ID // the account they act with
	Login     string        // short name of the account, such as d.oru
	Name      string
	Roles     []landbridge.Role // in force now
	Pseudonym string            // 16 hex digits: the person's name in the log and in acts
	Active    bool
}

// Is reports whether p holds role r now.
func (p Person) Is(r landbridge.Role) bool {
	for _, have := range p.Roles {
		if have == r {
			return true
		}
	}
	return false
}

// Node is the node itself as the author of a change: at set-up, before there
// is a person, and for what clocks do. It holds no role that decides (S24).
func Node() Person {
	return Person{Name: "node", Pseudonym: "node", Roles: []landbridge.Role{landbridge.System}, Active: true}
}

// Config is what a Staff needs.
type Config struct {
	DB     *db.DB
	Clock  func() time.Time
	Random io.Reader
	Party  landbridge.PartyID
	Secret [32]byte // keys pseudonyms; derived from the node's own secrets, the same for ever

	Site    string   // the name a browser shows beside the passkey, such as "Landbridge XA"
	RPID    string   // the domain passkeys are bound to, such as "localhost"
	Origins []string // the addresses of the pages, such as "http://localhost:8301"

	SoftKeys bool          // accept keys of internal/staff/softkey: the demo, and officers who sign with a key file
	Idle     time.Duration // a session unused this long is over; 0 is one hour
	Absolute time.Duration // a session this old is over; 0 is twelve hours
}

// A Staff is the people of one node.
type Staff struct{ c Config }

// New returns the staff kept in c.DB.
func New(c Config) (*Staff, error) { return &Staff{c}, nil }

func todo() error { return fail.New(fail.Internal, "not built yet") }

// A Grant is a role with its time. A zero From is now; a zero Until has no end.
type Grant struct {
	Role        landbridge.Role
	From, Until time.Time
}

// A NewPerson describes someone to enter.
type NewPerson struct {
	Name   string
	Login  string // unique on this node; lower-case
	Grants []Grant
}

// Add enters a person with one account.
func (s *Staff) Add(ctx context.Context, by Person, n NewPerson) (Person, error) {
	return Person{}, todo()
}

// AddAccount gives a person a second account, with roles of its own.
func (s *Staff) AddAccount(ctx context.Context, by Person, person landbridge.ID, login string, grants []Grant) (Person, error) {
	return Person{}, todo()
}

// Grant gives an account a role.
func (s *Staff) Grant(ctx context.Context, by Person, account landbridge.ID, g Grant) error {
	return todo()
}

// EndRole takes a role from an account as of now.
func (s *Staff) EndRole(ctx context.Context, by Person, account landbridge.ID, role landbridge.Role) error {
	return todo()
}

// Deactivate ends a person's accounts, sessions, tokens and keys.
func (s *Staff) Deactivate(ctx context.Context, by Person, person landbridge.ID) error { return todo() }

// People returns every account, by name.
func (s *Staff) People(ctx context.Context) ([]Person, error) { return nil, todo() }

// Account returns the person behind an account.
func (s *Staff) Account(ctx context.Context, account landbridge.ID) (Person, error) {
	return Person{}, todo()
}

// ByLogin returns the person behind the account called login.
func (s *Staff) ByLogin(ctx context.Context, login string) (Person, error) { return Person{}, todo() }

// Named returns the names behind pseudonyms, as far as this node knows them.
func (s *Staff) Named(ctx context.Context, pseudonyms ...string) (map[string]string, error) {
	return nil, todo()
}

// A Session is a signed-in browser. Token is the cookie's value; only its hash is stored.
type Session struct {
	ID       string
	Token    string
	Person   Person
	Started  time.Time
	Seen     time.Time
	Ends     time.Time
	Device   string // what the browser calls itself, shortened
	Software bool   // signed in with a software key
}

// NewSetup makes a one-time link for an account to register its first passkey.
func (s *Staff) NewSetup(ctx context.Context, by Person, account landbridge.ID) (token string, expires time.Time, err error) {
	return "", time.Time{}, todo()
}

// Session returns the session behind a cookie, and keeps it from idling out.
func (s *Staff) Session(ctx context.Context, token string) (Session, error) { return Session{}, todo() }

// SignOut ends one session.
func (s *Staff) SignOut(ctx context.Context, token string) error { return todo() }

// SignOutEverywhere ends every session of a person.
func (s *Staff) SignOutEverywhere(ctx context.Context, p Person) error { return todo() }

// A Token is a key for programs. Text is shown once; only its hash is stored.
type Token struct {
	ID     string
	Text   string
	Name   string
	Scopes []access.Action
	Person Person
	Made   time.Time
	Ends   time.Time
	Used   time.Time
}

// NewToken makes an API token that may do at most the given actions and ends at until.
func (s *Staff) NewToken(ctx context.Context, p Person, name string, scopes []access.Action, until time.Time) (Token, error) {
	return Token{}, todo()
}

// Token returns the token behind its text.
func (s *Staff) Token(ctx context.Context, text string) (Token, error) { return Token{}, todo() }

// VerifyApproval checks a fresh passkey assertion of p over the act named by
// digest and returns what the act carries. The caller sets the Role.
func (s *Staff) VerifyApproval(ctx context.Context, p Person, digest landbridge.Digest, assertion []byte) (Approval, error) {
	return Approval{}, todo()
}
