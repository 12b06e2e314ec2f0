// Package agenda keeps personal agendas: the sessions of the forum that one
// person picked, and the personal addresses at which that person's calendar and
// address book fetch them.
//
// An agenda belongs to a holder: an account of this node, or a guest, who got
// one by a code that works once. A personal address has a secret, which is
// shown when it is made and never again; only its hash is kept. Its holder ends
// it at any time, and it ends with the account.
//
// Trust: who learns an address and its secret can read one person's agenda and,
// if the holder asked for it, the contact points that the parties publish; a
// guest's secret can also change that guest's picks. It opens nothing else.
// What somebody picked is not in the log: it is nobody's business.
//
// Limits: [MaxPicks] of one holder, [MaxAddresses] that work at a time,
// [MaxCodes] open codes. Crash: a code is used and its address made in one
// transaction, so a code never makes two.
package agenda

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"embed"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

//go:embed schema
var schema embed.FS

// Schema returns the migrations of this package.
func Schema() db.Schema { return db.Schema{Package: "agenda", Files: schema} }

// Bounds.
const (
	MaxPicks     = 500
	MaxAddresses = 10
	MaxCodes     = 5000
	maxName      = 80
	CodeLife     = 60 * 24 * time.Hour
	seenEvery    = 10 * time.Minute // between notes that an address was used
	secretSize   = 16               // bytes of randomness
	addressSize  = 8
)

// Config is what the Agendas need.
type Config struct {
	DB     *db.DB
	Log    *record.Log
	Clock  func() time.Time
	Random io.Reader
	// Session returns the edition of a published session.
	Session func(ctx context.Context, id landbridge.ID) (edition string, err error)
	// Account returns the person behind an account.
	Account func(ctx context.Context, account landbridge.ID) (staff.Person, error)
}

// Agendas are the personal agendas of one node. They are safe for use by many goroutines.
type Agendas struct {
	c      Config
	access *access.Table
}

// New returns the agendas kept in c.DB.
func New(c Config) *Agendas { return &Agendas{c: c, access: access.New()} }

func (g *Agendas) now() time.Time { return g.c.Clock().UTC().Truncate(time.Microsecond) }

// A Holder is whose agenda it is.
type Holder string

const accountPrefix, guestPrefix = "account/", "guest/"

// own returns the agenda of a person who may keep one.
func (g *Agendas) own(p staff.Person) (Holder, error) {
	if err := g.access.Allow(p.Roles, access.KeepAgenda).Err(); err != nil {
		return "", err
	}
	return Holder(accountPrefix + string(p.Account)), nil
}

// A Pick is one session in an agenda.
type Pick struct {
	Session landbridge.ID
	Edition string
	At      time.Time
}

// Pick puts a session into the person's agenda. Twice is the same as once.
func (g *Agendas) Pick(ctx context.Context, p staff.Person, session landbridge.ID) error {
	h, err := g.own(p)
	if err != nil {
		return err
	}
	return g.pick(ctx, h, session)
}

func (g *Agendas) pick(ctx context.Context, h Holder, session landbridge.ID) error {
	edition, err := g.c.Session(ctx, session)
	if err != nil {
		return err
	}
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		var many int64
		if err := tx.QueryRow(`SELECT count(*) FROM agenda_pick WHERE holder = $1`, string(h)).Scan(&many); err != nil {
			return fmt.Errorf("counting picks: %w", err)
		}
		if many >= MaxPicks {
			return fail.New(fail.TooLarge, "an agenda holds at most %d sessions; take some out", MaxPicks)
		}
		_, err := tx.Exec(`INSERT INTO agenda_pick (holder, session, edition, at_us) VALUES ($1, $2, $3, $4) ON CONFLICT (holder, session) DO NOTHING`,
			string(h), string(session), edition, g.now().UnixMicro())
		if err != nil {
			return fmt.Errorf("keeping a pick: %w", err)
		}
		return nil
	})
}

// Drop takes a session out of the person's agenda.
func (g *Agendas) Drop(ctx context.Context, p staff.Person, session landbridge.ID) error {
	h, err := g.own(p)
	if err != nil {
		return err
	}
	return g.drop(ctx, h, session)
}

func (g *Agendas) drop(ctx context.Context, h Holder, session landbridge.ID) error {
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM agenda_pick WHERE holder = $1 AND session = $2`, string(h), string(session)); err != nil {
			return fmt.Errorf("dropping a pick: %w", err)
		}
		return nil
	})
}

// Picks returns the person's agenda, in the order in which it was picked.
func (g *Agendas) Picks(ctx context.Context, p staff.Person) ([]Pick, error) {
	h, err := g.own(p)
	if err != nil {
		return nil, err
	}
	return g.picks(ctx, h)
}

func (g *Agendas) picks(ctx context.Context, h Holder) ([]Pick, error) {
	var all []Pick
	err := g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var x Pick
		var session string
		var at int64
		err := rows.Scan(&session, &x.Edition, &at)
		x.Session, x.At = landbridge.ID(session), time.UnixMicro(at).UTC()
		all = append(all, x)
		return err
	}, fmt.Sprintf(`SELECT session, edition, at_us FROM agenda_pick WHERE holder = $1 ORDER BY at_us, session LIMIT %d`, MaxPicks), string(h))
	if err != nil {
		return nil, fmt.Errorf("reading an agenda: %w", err)
	}
	return all, nil
}

// An Address is a personal address for calendars and address books.
type Address struct {
	ID       string // the user name, too
	Secret   string // only where it was just made
	Name     string // of the device, as its holder calls it
	Contacts bool   // the address book is there too
	Made     time.Time
	Used     time.Time // about; zero: never
}

// NewAddress makes a personal address. Its secret is in the answer and nowhere else.
func (g *Agendas) NewAddress(ctx context.Context, p staff.Person, name string, contacts bool) (*Address, error) {
	h, err := g.own(p)
	if err != nil {
		return nil, err
	}
	if contacts && !g.access.Allow(p.Roles, access.SeeParties).Allow {
		return nil, fail.New(fail.Denied, "contact points are for those who may see the directory")
	}
	var made *Address
	err = g.c.DB.Write(ctx, func(tx *db.Tx) error {
		made, err = g.make(tx, h, name, contacts, p.Pseudonym)
		return err
	})
	return made, err
}

func (g *Agendas) make(tx *db.Tx, h Holder, name string, contacts bool, actor string) (*Address, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return nil, fail.New(fail.Invalid, "name the device in 1 to %d bytes, so that you know which address to end when it is lost", maxName)
	}
	var many int64
	if err := tx.QueryRow(`SELECT count(*) FROM agenda_address WHERE holder = $1 AND ended_us = 0`, string(h)).Scan(&many); err != nil {
		return nil, fmt.Errorf("counting addresses: %w", err)
	}
	if many >= MaxAddresses {
		return nil, fail.New(fail.TooLarge, "at most %d addresses work at a time; end one you no longer use", MaxAddresses)
	}
	id, err := g.random(addressSize)
	if err != nil {
		return nil, err
	}
	secret, err := g.random(secretSize)
	if err != nil {
		return nil, err
	}
	a := &Address{ID: id, Secret: grouped(secret), Name: name, Contacts: contacts, Made: g.now()}
	_, err = tx.Exec(`INSERT INTO agenda_address (id, holder, name, hash, contacts, made_us, ended_us, used_us) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)`,
		id, string(h), name, hashed(domainSecret, a.Secret), contacts, a.Made.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("keeping an address: %w", err)
	}
	return a, g.fact(tx, "agenda.address-made", actor, id)
}

func (g *Agendas) fact(tx *db.Tx, kind, actor, what string) error {
	if _, err := g.c.Log.Append(tx, record.Fact{Kind: kind, Actor: actor, Digest: landbridge.Sum([]byte(domainAddress + what))}); err != nil {
		return fmt.Errorf("recording an address: %w", err)
	}
	return nil
}

// random returns letters and digits that are read aloud without doubt.
func (g *Agendas) random(size int) (string, error) {
	b := make([]byte, size)
	if _, err := io.ReadFull(g.c.Random, b); err != nil {
		return "", fmt.Errorf("making a secret: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)), nil
}

// grouped puts hyphens into a secret, for those who type it.
func grouped(s string) string {
	var parts []string
	for len(s) > 5 {
		parts, s = append(parts, s[:5]), s[5:]
	}
	return strings.Join(append(parts, s), "-")
}

// hashed is what is kept of a secret: with 128 random bits in it, one SHA-256
// is enough. Hyphens and capitals do not count.
func hashed(domain, text string) []byte {
	plain := strings.ToLower(strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text))
	sum := sha256.Sum256([]byte(domain + plain))
	return sum[:]
}

// Addresses returns the person's addresses that work, the newest first.
func (g *Agendas) Addresses(ctx context.Context, p staff.Person) ([]Address, error) {
	h, err := g.own(p)
	if err != nil {
		return nil, err
	}
	var all []Address
	err = g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var a Address
		var made, used int64
		err := rows.Scan(&a.ID, &a.Name, &a.Contacts, &made, &used)
		a.Made, a.Used = db.Moment(made), db.Moment(used)
		all = append(all, a)
		return err
	}, fmt.Sprintf(`SELECT id, name, contacts, made_us, used_us FROM agenda_address WHERE holder = $1 AND ended_us = 0 ORDER BY made_us DESC, id LIMIT %d`,
		MaxAddresses), string(h))
	if err != nil {
		return nil, fmt.Errorf("reading addresses: %w", err)
	}
	return all, nil
}

// End ends one address of the person's. It works no more from now on.
func (g *Agendas) End(ctx context.Context, p staff.Person, id string) error {
	h, err := g.own(p)
	if err != nil {
		return err
	}
	return g.c.DB.Write(ctx, func(tx *db.Tx) error { return g.end(tx, h, id, p.Pseudonym) })
}

func (g *Agendas) end(tx *db.Tx, h Holder, id, actor string) error {
	var found string
	err := tx.QueryRow(`UPDATE agenda_address SET ended_us = $1 WHERE id = $2 AND holder = $3 AND ended_us = 0 RETURNING id`,
		g.now().UnixMicro(), id, string(h)).Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return fail.New(fail.Missing, "there is no such address, or it was ended before")
	}
	if err != nil {
		return fmt.Errorf("ending an address: %w", err)
	}
	return g.fact(tx, "agenda.address-ended", actor, id)
}

// An Opened is an agenda that somebody showed address and secret of.
type Opened struct {
	Address  string
	Name     string
	Guest    bool
	Contacts bool
	holder   Holder
	g        *Agendas
}

// Open opens the agenda of a personal address. What is wrong about the pair is
// not said; an address that was ended is as unknown as any other.
func (g *Agendas) Open(ctx context.Context, id, secret string) (*Opened, error) {
	denied := fail.New(fail.Denied, "address or secret is wrong, or the address was ended; make a new one on your agenda page")
	o := &Opened{Address: id, g: g}
	var hash []byte
	var holder string
	var used int64
	err := g.c.DB.QueryRow(ctx, `SELECT holder, name, hash, contacts, used_us FROM agenda_address WHERE id = $1 AND ended_us = 0`, id).
		Scan(&holder, &o.Name, &hash, &o.Contacts, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, denied
	}
	if err != nil {
		return nil, fmt.Errorf("opening an agenda: %w", err)
	}
	if subtle.ConstantTimeCompare(hash, hashed(domainSecret, secret)) != 1 {
		return nil, denied
	}
	o.holder = Holder(holder)
	account, ok := strings.CutPrefix(holder, accountPrefix)
	o.Guest = !ok
	if ok {
		p, err := g.c.Account(ctx, landbridge.ID(account))
		if fail.Is(err, fail.Missing) || err == nil && !p.Active {
			return nil, denied
		}
		if err != nil {
			return nil, err
		}
		if _, err := g.own(p); err != nil {
			return nil, denied
		}
		o.Contacts = o.Contacts && g.access.Allow(p.Roles, access.SeeParties).Allow
	}
	if now := g.now(); now.Sub(time.UnixMicro(used)) >= seenEvery {
		err = g.c.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE agenda_address SET used_us = $1 WHERE id = $2`, now.UnixMicro(), id)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("noting the use of an address: %w", err)
	}
	return o, nil
}

// Picks returns the agenda.
func (o *Opened) Picks(ctx context.Context) ([]Pick, error) { return o.g.picks(ctx, o.holder) }

// change refuses to let a calendar's secret change the agenda of an account.
func (o *Opened) change() error {
	if !o.Guest {
		return fail.New(fail.Denied, "this agenda is changed on the staff pages, by who is signed in there")
	}
	return nil
}

// Pick puts a session into a guest's agenda.
func (o *Opened) Pick(ctx context.Context, session landbridge.ID) error {
	if err := o.change(); err != nil {
		return err
	}
	return o.g.pick(ctx, o.holder, session)
}

// Drop takes a session out of a guest's agenda.
func (o *Opened) Drop(ctx context.Context, session landbridge.ID) error {
	if err := o.change(); err != nil {
		return err
	}
	return o.g.drop(ctx, o.holder, session)
}

// End ends a guest's address and forgets the agenda.
func (o *Opened) End(ctx context.Context) error {
	if err := o.change(); err != nil {
		return err
	}
	return o.g.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`DELETE FROM agenda_pick WHERE holder = $1`, string(o.holder)); err != nil {
			return fmt.Errorf("forgetting an agenda: %w", err)
		}
		return o.g.end(tx, o.holder, o.Address, "node")
	})
}

// NewCode makes a code by which a guest gets an agenda, once. label is for
// whoever hands it out; it names no person.
func (g *Agendas) NewCode(ctx context.Context, p staff.Person, label string) (code string, ends time.Time, err error) {
	if err := g.access.Allow(p.Roles, access.WriteForum).Err(); err != nil {
		return "", ends, err
	}
	if len(label) > maxName || !utf8.ValidString(label) || strings.ContainsFunc(label, unicode.IsControl) {
		return "", ends, fail.New(fail.Invalid, "a label has at most %d bytes of plain text", maxName)
	}
	text, err := g.random(secretSize)
	if err != nil {
		return "", ends, err
	}
	now := g.now()
	code, ends = grouped(text), now.Add(CodeLife)
	return code, ends, g.c.DB.Write(ctx, func(tx *db.Tx) error {
		var many int64
		if err := tx.QueryRow(`SELECT count(*) FROM agenda_code WHERE used_us = 0 AND ends_us > $1`, now.UnixMicro()).Scan(&many); err != nil {
			return fmt.Errorf("counting codes: %w", err)
		}
		if many >= MaxCodes {
			return fail.New(fail.TooLarge, "%d codes are open; wait until some are used or over", MaxCodes)
		}
		_, err := tx.Exec(`INSERT INTO agenda_code (hash, label, address, made_us, ends_us, used_us) VALUES ($1, $2, '', $3, $4, 0)`,
			hashed(domainCode, code), strings.TrimSpace(label), now.UnixMicro(), ends.UnixMicro())
		if err != nil {
			return fmt.Errorf("keeping a code: %w", err)
		}
		return g.fact(tx, "agenda.code-made", p.Pseudonym, string(hashed(domainCode, code)))
	})
}

// Redeem turns a guest's code into a personal address. A code works once: of
// two who redeem it at the same moment, one is refused.
func (g *Agendas) Redeem(ctx context.Context, code, name string) (*Address, error) {
	var made *Address
	err := g.c.DB.Write(ctx, func(tx *db.Tx) error {
		id, err := landbridge.NewID(g.now(), g.c.Random)
		if err != nil {
			return err
		}
		if made, err = g.make(tx, Holder(guestPrefix+string(id)), name, false, "node"); err != nil {
			return err
		}
		var label string
		err = tx.QueryRow(`UPDATE agenda_code SET used_us = $1, address = $2 WHERE hash = $3 AND used_us = 0 AND ends_us > $1 RETURNING label`,
			g.now().UnixMicro(), made.ID, hashed(domainCode, code)).Scan(&label)
		if errors.Is(err, sql.ErrNoRows) {
			return fail.New(fail.Denied, "this code is unknown, over or was used before; ask the secretariat for a new one")
		}
		if err != nil {
			return fmt.Errorf("using a code: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}
