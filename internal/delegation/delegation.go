// Package delegation keeps who comes to an edition of the forum: delegations of
// parties, organisations, associations, scholars, industry and media, each with
// a head, members and observers up to its quota.
//
// Focal points nominate on behalf of people. A party does it on its own node,
// and the nomination travels as a message; others get a link that takes one
// list of people and no second. The secretariat approves; a refusal needs a
// ground, a reason and a second person (S21). Who is approved gets a badge that
// doors check without network (package badge), an invitation and, where asked
// for, a letter for the visa. What the doors noted is merged by package door.
//
// Data on people are no more than that needs: passport and birth are asked for
// a visa letter and refused without one. They rest sealed, each person under a
// key of their own, which is destroyed a set number of days after the edition,
// and [keepRefused] after a refusal or withdrawal (S15). What stays are counts.
//
// Trust: delegation is trusted with names and passports of guests. Who holds
// this node's database and its key-encryption key reads them; who holds the
// database alone reads kinds, states and numbers. It can make no badge without
// the node's signing key.
//
// Limits: [MaxPeople] people in one edition, [MaxNominees] in one nomination.
// Names of the people listed last are held open in memory, so that a list of
// thousands is searched without unsealing each row again.
package delegation

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
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
func Schema() db.Schema { return db.Schema{Package: "delegation", Files: schema} }

// Bounds of an edition's people.
const (
	MaxPeople   = 20_000
	MaxNominees = 100 // people in one nomination
	MaxQuota    = 1000
	MaxDeputies = 3         // of one head; they count as members
	MaxReason   = 1000      // bytes
	MaxLetter   = 256 << 10 // bytes of a letter that is shown to us
	maxGroups   = 2000      // delegations of one edition
	maxOfGroup  = 5000      // people ever put forward for one delegation, refused ones too
	maxEditions = 200
	maxLine     = 120 // bytes of a name, a title, a place
	maxKeepDays = 365
	minReason   = 10
	secretBytes = 20
	linkLife    = 60 * 24 * time.Hour // the longest life of a nomination link
	keepRefused = 30 * 24 * time.Hour
	messageLife = 30 * 24 * time.Hour
)

// Kinds lists the kinds of delegations.
func Kinds() []string {
	return []string{KindParty, "organisation", "ngo", "scholar", "industry", "media"}
}

// KindParty is the kind of a party's own delegation.
const KindParty = "party"

// Parts of a delegation.
const (
	Head     = "head"
	Deputy   = "deputy" // of the head; takes a member's seat
	Member   = "member"
	Observer = "observer"
)

// Parts lists the parts people have in a delegation.
func Parts() []string { return []string{Head, Deputy, Member, Observer} }

// States of a nominated person.
const (
	Nominated = "nominated"
	Approved  = "approved"
	Proposed  = "proposed" // a refusal waits for a second person
	Refused   = "refused"
	Withdrawn = "withdrawn"
	Erased    = "erased"
)

// States lists the states of a person.
func States() []string {
	return []string{Nominated, Approved, Proposed, Refused, Withdrawn, Erased}
}

// GroundQuota is the ground under which the node itself answers what is over a quota.
const GroundQuota = "quota"

// Grounds lists the grounds of a refusal.
func Grounds() []string {
	return []string{GroundQuota, "incomplete", "duplicate", "late", "security", "other"}
}

// Config is what an Office needs.
type Config struct {
	DB        *db.DB
	Log       *record.Log
	Vault     *blob.Vault
	Exchange  exchange.Outbox
	Directory *party.Directory
	Keys      *party.Keys
	Clock     func() time.Time
	Random    io.Reader

	// Dates returns what the forum says of an edition; fail.Missing if it knows none of that id. May be nil.
	Dates func(ctx context.Context, edition string) (Dates, error)

	// Public is the origin of this node's public pages, such as
	// https://forum.example, as letters name it; empty: they name none.
	Public string
}

// An Office keeps the delegations of one node: at the secretariat those of
// everyone, elsewhere this party's own. It is safe for use by many goroutines.
type Office struct {
	c  Config
	me landbridge.PartyID

	mu   sync.Mutex
	open map[landbridge.ID]opened // the roster in memory; the rows are the truth
}

// New returns the office kept in c.DB.
func New(c Config) *Office {
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return &Office{c: c, me: c.Keys.Party, open: map[landbridge.ID]opened{}}
}

func (o *Office) now() time.Time { return o.c.Clock().UTC().Truncate(time.Microsecond) }

// A Person is what is kept on someone who comes.
type Person struct {
	Name   string `json:"name"`            // in their own script
	Latin  string `json:"latin"`           // as in the passport
	Title  string `json:"title,omitempty"` // function
	Nation string `json:"nation,omitempty"`
	Email  string `json:"email,omitempty"`
	Lang   string `json:"lang,omitempty"`
	Visa   *Visa  `json:"visa,omitempty"` // only if a letter for the visa is asked for
}

// A Visa is what a consulate wants to read in a letter.
type Visa struct {
	Born     string `json:"born"`     // 1990-05-31
	Passport string `json:"passport"` // number
	Expires  string `json:"expires"`  // day
	Mission  string `json:"mission"`  // where the visa is asked for
}

// latin reports whether a text can stand in a letter or on a badge: the
// standard fonts of PDF hold Western European letters and no others.
func latin(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > 0xff || r >= 0x7f && r <= 0x9f })
}

func nameLetter(r rune) bool {
	return r <= 0xff && unicode.IsLetter(r) || strings.ContainsRune(" -'.", r)
}

// clean trims the fields and says what is wrong with them.
func (x *Person) clean() error {
	fields := []*string{&x.Name, &x.Latin, &x.Title, &x.Nation, &x.Email, &x.Lang}
	if x.Visa != nil {
		v := *x.Visa
		x.Visa = &v
		fields = append(fields, &v.Born, &v.Passport, &v.Expires, &v.Mission)
		x.Visa = &v
	}
	for _, f := range fields {
		*f = strings.TrimSpace(*f)
		if len(*f) > maxLine {
			return fail.New(fail.TooLarge, "a name, title or place has at most %d bytes; shorten it", maxLine)
		}
		if !utf8.ValidString(*f) || strings.ContainsFunc(*f, unicode.IsControl) {
			return fail.New(fail.Invalid, "a field holds characters that cannot be read; type it again")
		}
	}
	if x.Name == "" {
		x.Name = x.Latin
	}
	switch {
	case x.Latin == "" || strings.ContainsFunc(x.Latin, func(r rune) bool { return !nameLetter(r) }):
		return fail.New(fail.Invalid, "write the name in Latin letters, as the passport has it")
	case x.Nation != "" && (len(x.Nation) != 2 || x.Nation != strings.ToUpper(x.Nation)):
		return fail.New(fail.Invalid, "write the country of the passport as two capital letters, or leave it empty")
	case x.Email != "":
		if a, err := mail.ParseAddress(x.Email); err != nil || a.Address != x.Email {
			return fail.New(fail.Invalid, "write the mail address alone, such as name@ministry.example")
		}
	}
	return x.Visa.check()
}

func (v *Visa) check() error {
	if v == nil {
		return nil
	}
	_, err1 := time.Parse(time.DateOnly, v.Born)
	_, err2 := time.Parse(time.DateOnly, v.Expires)
	if err1 != nil || err2 != nil || v.Passport == "" || v.Mission == "" || !latin(v.Passport+v.Mission) {
		return fail.New(fail.Invalid, "a letter for the visa needs date of birth, passport number and its end (as 1990-05-31) and the consulate, "+
			"in Latin letters; or leave all four empty")
	}
	return nil
}

// Rules about who may do what. The secretariat runs an edition; a focal point
// nominates; whoever checks data protection may look.
func runs(p staff.Person) error {
	if p.Is(landbridge.Secretariat) {
		return nil
	}
	return fail.New(fail.Denied, "delegations are admitted by the secretariat")
}

func nominates(p staff.Person) error {
	if p.Is(landbridge.Secretariat) || p.Is(landbridge.ContactPoint) || p.Is(landbridge.CentralAuthority) {
		return nil
	}
	return fail.New(fail.Denied, "people are nominated by the contact point, the central authority or the secretariat")
}

func sees(p staff.Person) error {
	if p.Is(landbridge.DataProtection) || p.Is(landbridge.Oversight) {
		return nil
	}
	return nominates(p)
}

func (o *Office) fact(tx *db.Tx, kind, actor, about, note string) error {
	digest := landbridge.Sum([]byte(domainFact + kind + "\x00" + about))
	if _, err := o.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: digest, About: about, Note: note}); err != nil {
		return fmt.Errorf("recording %s: %w", kind, err)
	}
	return nil
}

// Kinds of facts; they hold no name of a person.
const (
	factEdition   = "delegation.edition-set"
	factInvited   = "delegation.invited"
	factLinked    = "delegation.link-given"
	factNominated = "delegation.nominated"
	factApproved  = "delegation.approved"
	factProposed  = "delegation.refusal-proposed"
	factReturned  = "delegation.refusal-returned"
	factRefused   = "delegation.refused"
	factWithdrawn = "delegation.withdrawn"
	factDecided   = "delegation.decided"
	factRead      = "delegation.person-read"
	factExported  = "delegation.exported"
	factLetter    = "delegation.letter-given"
	factBadge     = "delegation.badge-given"
	factRevoked   = "delegation.badge-revoked"
	factScanned   = "delegation.scans-taken"
	factErased    = "delegation.erased"
)

func owner(id landbridge.ID) string         { return "delegation/" + string(id) }
func aboutBody(id landbridge.ID) string     { return "delegation body " + string(id) }
func aboutDecision(id landbridge.ID) string { return "delegation decision " + string(id) }

func token(secret string) []byte {
	sum := sha256.Sum256([]byte(domainToken + secret))
	return sum[:]
}

// sealed writes a value under the key of a person.
func sealed(key blob.Key, v any, about string) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(text, about), nil
}

func unsealed(key blob.Key, b []byte, about string, v any) error {
	if len(b) == 0 {
		return nil
	}
	text, err := key.Open(b, about)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

func oneOf(list []string, s string) bool { return slices.Contains(list, s) }

func (o *Office) view() (*party.View, error) { return o.c.Directory.View(context.Background()) }
