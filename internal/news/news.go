// Package news keeps what the secretariat tells the public: short items, in one
// or more languages, written in Markdown.
//
// An item has a draft and, when it was published, numbered versions; the public
// sees the newest version until the item is withdrawn. Each publication and
// each withdrawal is a fact in the log, with the digest of what was shown.
//
// Trust: who controls this package can tell the public something false in the
// forum's name; the log keeps that it was told. What an author writes can never
// become script on a page: [Render] leaves out what it does not know.
//
// Limits: [MaxItems] items, [MaxVersions] versions of one, [MaxText] bytes of a
// text. Crash: a version and its fact are one transaction.
package news

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

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
func Schema() db.Schema { return db.Schema{Package: "news", Files: schema} }

// Bounds.
const (
	MaxItems    = 5000
	MaxVersions = 100
	MaxText     = 40 << 10
	MaxList     = 500 // items in one list
	maxTitle    = 200
	maxLead     = 600
	maxReason   = 1000
	maxName     = 60 // bytes of an edition's id
)

// How far an item is.
const (
	Draft     = "draft"
	Published = "published"
	Withdrawn = "withdrawn"
)

// Texts are an item's articles by language.
type Texts map[string]Article

// In returns the article in the first of the languages there is, else in
// English, else in any; and which that is.
func (t Texts) In(languages ...string) (Article, string) {
	for _, l := range append(languages, Languages()...) {
		if a, ok := t[l]; ok {
			return a, l
		}
	}
	return Article{}, ""
}

// An Item is a piece of news as the secretariat works on it.
type Item struct {
	ID        landbridge.ID
	Edition   string // of the forum it belongs to; may be empty
	Texts     Texts  // the draft
	State     string
	Revision  int64 // of the draft
	Version   int64 // that was published last; 0: none
	Ahead     bool  // the draft was changed since
	Reason    string
	Made      time.Time
	Changed   time.Time
	Published time.Time // first; zero: never
}

// A Shown is a piece of news as the public sees it.
type Shown struct {
	ID        landbridge.ID
	Edition   string
	Texts     Texts
	Version   int64
	Published time.Time // the first version
	Updated   time.Time // this version
	Digest    landbridge.Digest
	Entry     int64 // in the log
}

// Config is what the Desk needs.
type Config struct {
	DB     *db.DB
	Log    *record.Log
	Clock  func() time.Time
	Random io.Reader
}

// A Desk keeps the news of one node. It is safe for use by many goroutines.
type Desk struct {
	c      Config
	access *access.Table
}

// New returns the desk kept in c.DB.
func New(c Config) *Desk { return &Desk{c: c, access: access.New()} }

func (k *Desk) now() time.Time { return k.c.Clock().UTC().Truncate(time.Microsecond) }

func (k *Desk) may(p staff.Person, a access.Action) error {
	return k.access.Allow(p.Roles, a).Err()
}

// Save writes the draft of an item; an empty id begins one. seen is the
// revision its author saw. It returns the item's id.
func (k *Desk) Save(ctx context.Context, p staff.Person, id landbridge.ID, edition string, texts Texts, seen int64) (landbridge.ID, error) {
	if err := k.may(p, access.WriteNews); err != nil {
		return "", err
	}
	if edition != "" && !landbridge.ValidName(edition, maxName) {
		return "", fail.New(fail.Invalid, "%q is no edition of the forum", clip(edition))
	}
	body, err := encode(texts)
	if err != nil {
		return "", err
	}
	now := k.now()
	if id != "" {
		return id, k.c.DB.Write(ctx, func(tx *db.Tx) error {
			it, err := k.seen(tx, id, seen)
			if err != nil {
				return err
			}
			_, err = tx.Exec(`UPDATE news_item SET edition = $1, draft = $2, revision = $3, author = $4, changed_us = $5 WHERE id = $6`,
				edition, body, it.Revision+1, p.Pseudonym, now.UnixMicro(), string(id))
			if err != nil {
				return fmt.Errorf("saving news: %w", err)
			}
			return nil
		})
	}
	if id, err = landbridge.NewID(now, k.c.Random); err != nil {
		return "", err
	}
	return id, k.c.DB.Write(ctx, func(tx *db.Tx) error {
		var many int64
		if err := tx.QueryRow(`SELECT count(*) FROM news_item`).Scan(&many); err != nil {
			return fmt.Errorf("counting news: %w", err)
		}
		if many >= MaxItems {
			return fail.New(fail.TooLarge, "this node keeps at most %d pieces of news", MaxItems)
		}
		_, err := tx.Exec(`INSERT INTO news_item (id, edition, draft, state, revision, shown, reason, author, made_us, changed_us, public_us)
			VALUES ($1, $2, $3, $4, 1, 0, '', $5, $6, $6, 0)`, string(id), edition, body, Draft, p.Pseudonym, now.UnixMicro())
		if err != nil {
			return fmt.Errorf("saving news: %w", err)
		}
		return nil
	})
}

func encode(texts Texts) ([]byte, error) {
	if len(texts) == 0 {
		return nil, fail.New(fail.Invalid, "a piece of news is written in at least one language")
	}
	for l, a := range texts {
		if err := a.check(l); err != nil {
			return nil, err
		}
	}
	b, err := json.Marshal(texts) // keys in order
	if err != nil {
		return nil, fmt.Errorf("writing news: %w", err)
	}
	return b, nil
}

// seen returns an item for a change, if its draft is still what its author saw.
func (k *Desk) seen(tx *db.Tx, id landbridge.ID, seen int64) (*Item, error) {
	all, err := items(tx, `WHERE i.id = $1`, string(id))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, missing(id)
	}
	if all[0].Revision != seen {
		return nil, fail.New(fail.Conflict, "somebody changed this in the meantime; load it again and enter your change once more")
	}
	return all[0], nil
}

func missing(id landbridge.ID) error {
	return fail.New(fail.Missing, "there is no news %q; the list shows what there is", clip(string(id)))
}

// Publish shows the draft to the public, as the next version.
func (k *Desk) Publish(ctx context.Context, p staff.Person, id landbridge.ID, seen int64) error {
	if err := k.may(p, access.WriteNews); err != nil {
		return err
	}
	return k.c.DB.Write(ctx, func(tx *db.Tx) error {
		it, err := k.seen(tx, id, seen)
		if err != nil {
			return err
		}
		if it.State == Published && !it.Ahead {
			return fail.New(fail.Conflict, "this is published as it stands")
		}
		var last int64
		if err := tx.QueryRow(`SELECT COALESCE(max(number), 0) FROM news_version WHERE item = $1`, string(id)).Scan(&last); err != nil {
			return fmt.Errorf("counting versions: %w", err)
		}
		if last >= MaxVersions {
			return fail.New(fail.TooLarge, "this was published %d times; begin a new item", MaxVersions)
		}
		body, err := encode(it.Texts)
		if err != nil {
			return err
		}
		digest := landbridge.Sum(append([]byte(domainVersion+string(id)+"\x00"), body...))
		now := k.now()
		index, err := k.c.Log.Append(tx, record.Fact{Kind: "news.published", Actor: p.Pseudonym, Digest: digest, About: about(id),
			Note: fmt.Sprintf("version %d", last+1)})
		if err != nil {
			return fmt.Errorf("recording a publication: %w", err)
		}
		_, err = tx.Exec(`INSERT INTO news_version (item, number, body, digest, log_index, at_us) VALUES ($1, $2, $3, $4, $5, $6)`,
			string(id), last+1, body, digest.String(), index, now.UnixMicro())
		if err != nil {
			return fmt.Errorf("keeping a version: %w", err)
		}
		first := now
		if !it.Published.IsZero() {
			first = it.Published
		}
		_, err = tx.Exec(`UPDATE news_item SET state = $1, shown = $2, reason = '', changed_us = $3, public_us = $4 WHERE id = $5`,
			Published, last+1, now.UnixMicro(), first.UnixMicro(), string(id))
		if err != nil {
			return fmt.Errorf("publishing: %w", err)
		}
		return nil
	})
}

// Withdraw takes a piece of news from the public, with the reason.
func (k *Desk) Withdraw(ctx context.Context, p staff.Person, id landbridge.ID, reason string) error {
	if err := k.may(p, access.WriteNews); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > maxReason || strings.ContainsFunc(reason, steers) {
		return fail.New(fail.Invalid, "say in 1 to %d bytes of plain text why it is withdrawn", maxReason)
	}
	return k.c.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := items(tx, `WHERE i.id = $1`, string(id))
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return missing(id)
		}
		if all[0].State != Published {
			return fail.New(fail.Conflict, "only what is published is withdrawn")
		}
		digest := landbridge.Sum([]byte(domainVersion + string(id) + "\x00withdrawn\x00" + reason))
		if _, err := k.c.Log.Append(tx, record.Fact{Kind: "news.withdrawn", Actor: p.Pseudonym, Digest: digest, About: about(id)}); err != nil {
			return fmt.Errorf("recording a withdrawal: %w", err)
		}
		_, err = tx.Exec(`UPDATE news_item SET state = $1, reason = $2, changed_us = $3 WHERE id = $4`, Withdrawn, reason, k.now().UnixMicro(), string(id))
		if err != nil {
			return fmt.Errorf("withdrawing: %w", err)
		}
		return nil
	})
}

func about(id landbridge.ID) string { return "news " + string(id) }

// reader is what reads go through, inside a transaction and outside.
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

func items(r reader, where string, args ...any) ([]*Item, error) {
	var all []*Item
	err := r.Each(func(rows *sql.Rows) error {
		it := new(Item)
		var id string
		var draft, shown []byte
		var made, changed, public int64
		if err := rows.Scan(&id, &it.Edition, &draft, &it.State, &it.Revision, &it.Version, &it.Reason, &made, &changed, &public, &shown); err != nil {
			return err
		}
		it.ID, it.Made, it.Changed, it.Published = landbridge.ID(id), db.Moment(made), db.Moment(changed), db.Moment(public)
		it.Ahead = it.Version > 0 && !bytes.Equal(draft, shown)
		all = append(all, it)
		return json.Unmarshal(draft, &it.Texts)
	}, `SELECT i.id, i.edition, i.draft, i.state, i.revision, i.shown, i.reason, i.made_us, i.changed_us, i.public_us, v.body
		FROM news_item i LEFT JOIN news_version v ON v.item = i.id AND v.number = i.shown `+where+
		fmt.Sprintf(` ORDER BY i.changed_us DESC, i.id LIMIT %d`, MaxList), args...)
	if err != nil {
		return nil, fmt.Errorf("reading news: %w", err)
	}
	return all, nil
}

// List returns all news, drafts too, what changed last first.
func (k *Desk) List(ctx context.Context, p staff.Person) ([]*Item, error) {
	if err := k.may(p, access.SeeNews); err != nil {
		return nil, err
	}
	return items(outside{ctx, k.c.DB}, "")
}

// Show returns one item.
func (k *Desk) Show(ctx context.Context, p staff.Person, id landbridge.ID) (*Item, error) {
	if err := k.may(p, access.SeeNews); err != nil {
		return nil, err
	}
	all, err := items(outside{ctx, k.c.DB}, `WHERE i.id = $1`, string(id))
	if err == nil && len(all) == 0 {
		err = missing(id)
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Public returns what the public sees, the newest first. An edition narrows it.
func (k *Desk) Public(ctx context.Context, edition string) ([]*Shown, error) {
	return k.shown(ctx, `AND ($2 = '' OR i.edition = $2)`, edition)
}

// PublicItem returns one piece of news as the public sees it.
func (k *Desk) PublicItem(ctx context.Context, id landbridge.ID) (*Shown, error) {
	all, err := k.shown(ctx, `AND i.id = $2`, string(id))
	if err == nil && len(all) == 0 {
		err = fail.New(fail.Missing, "there is no news at this address, or it was withdrawn; the list shows what there is")
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func (k *Desk) shown(ctx context.Context, and, arg string) ([]*Shown, error) {
	var all []*Shown
	err := k.c.DB.Each(ctx, func(rows *sql.Rows) error {
		s := new(Shown)
		var id, digest string
		var body []byte
		var public, at int64
		if err := rows.Scan(&id, &s.Edition, &s.Version, &body, &digest, &s.Entry, &public, &at); err != nil {
			return err
		}
		d, err := landbridge.ParseDigest(digest)
		s.ID, s.Digest, s.Published, s.Updated = landbridge.ID(id), d, db.Moment(public), db.Moment(at)
		all = append(all, s)
		return errors.Join(err, json.Unmarshal(body, &s.Texts))
	}, `SELECT i.id, i.edition, v.number, v.body, v.digest, v.log_index, i.public_us, v.at_us
		FROM news_item i JOIN news_version v ON v.item = i.id AND v.number = i.shown WHERE i.state = $1 `+and+
		fmt.Sprintf(` ORDER BY i.public_us DESC, i.id LIMIT %d`, MaxList), Published, arg)
	if err != nil {
		return nil, fmt.Errorf("reading news: %w", err)
	}
	return all, nil
}
