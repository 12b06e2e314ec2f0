package forum

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

// SaveEdition enters an edition or changes it. seen is the revision the editor
// saw, 0 for a new one. An edition of the history ships as data and stays.
func (g *Register) SaveEdition(ctx context.Context, p staff.Person, e *Edition, seen int64) error {
	return g.save(ctx, p, e, seen, false)
}

// save is SaveEdition, with the sessions moving along or not.
func (g *Register) save(ctx context.Context, p staff.Person, e *Edition, seen int64, along bool) error {
	if err := g.may(p, access.WriteForum); err != nil {
		return err
	}
	if err := e.Check(); err != nil {
		return err
	}
	if slices.ContainsFunc(g.history, func(h *Edition) bool { return h.ID == e.ID }) {
		return fail.New(fail.Conflict, "edition %s is part of the history that ships with the release; choose another id", e.ID)
	}
	body, err := canon.Encode(e)
	if err != nil {
		return err
	}
	return g.c.DB.Write(ctx, func(tx *db.Tx) error {
		had, err := g.saved(tx, e, seen)
		if err != nil {
			return err
		}
		var w *change
		if had {
			if w, err = g.stands(tx, p, e, along); err != nil {
				return err
			}
		}
		if _, err := g.c.Log.Append(tx, record.Fact{Kind: "forum.edition-saved", Actor: p.Pseudonym,
			Digest: landbridge.Sum(append([]byte(domainEdition), body...)), About: about(e.ID), Note: e.ID}); err != nil {
			return fmt.Errorf("recording an edition: %w", err)
		}
		_, err = tx.Exec(`INSERT INTO forum_edition (id, body, revision, numbers, author, at_us) VALUES ($1, $2, 1, 0, $3, $4)
			ON CONFLICT (id) DO UPDATE SET body = excluded.body, revision = forum_edition.revision + 1, author = excluded.author, at_us = excluded.at_us`,
			e.ID, body, p.Pseudonym, g.now().UnixMicro())
		if err != nil {
			return fmt.Errorf("keeping an edition: %w", err)
		}
		if w != nil && len(w.put) > 0 {
			if err := w.write(); err != nil {
				return err
			}
		}
		if g.c.Changed == nil {
			return nil
		}
		return g.c.Changed(tx, e)
	})
}

// saved refuses what would overwrite another's change, and reports whether the
// edition was there before.
func (g *Register) saved(tx *db.Tx, e *Edition, seen int64) (had bool, err error) {
	var count, revision int64
	err = tx.Each(func(rows *sql.Rows) error {
		var id string
		var r int64
		err := rows.Scan(&id, &r)
		if count++; id == e.ID {
			revision = r
		}
		return err
	}, `SELECT id, revision FROM forum_edition`)
	if err != nil {
		return false, fmt.Errorf("counting editions: %w", err)
	}
	if revision != seen {
		return false, fail.New(fail.Conflict, "edition %s was changed by somebody else, or was there before; load it again and enter your change once more", e.ID)
	}
	if revision == 0 && count >= MaxEditions {
		return false, fail.New(fail.TooLarge, "a node keeps at most %d editions", MaxEditions)
	}
	return revision > 0, nil
}

// about is the matter under which facts of an edition stand.
func about(edition string) string { return "forum " + edition }

// A Kept is an edition as this node keeps it, with what is known of its programme.
type Kept struct {
	*Edition
	Revision int64 // 0: of the history
	Versions int64
	Sessions int64 // of the newest version
	Things   int64 // in the draft
}

// All returns every edition, the oldest first, also those not shown yet.
func (g *Register) All(ctx context.Context, p staff.Person) ([]Kept, error) {
	if err := g.may(p, access.SeeForum); err != nil {
		return nil, err
	}
	return g.all(ctx)
}

func (g *Register) all(ctx context.Context) ([]Kept, error) {
	var own []*Edition
	kept := map[string]Kept{}
	err := g.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var body []byte
		var k Kept
		if err := rows.Scan(&body, &k.Revision, &k.Versions, &k.Sessions, &k.Things); err != nil {
			return err
		}
		e, err := g.edition(body)
		if err != nil {
			return err
		}
		own, kept[e.ID] = append(own, e), k
		return nil
	}, `SELECT e.body, e.revision, (SELECT count(*) FROM forum_version v WHERE v.edition = e.id),
		COALESCE((SELECT v.sessions FROM forum_version v WHERE v.edition = e.id ORDER BY v.version DESC LIMIT 1), 0),
		(SELECT count(*) FROM forum_item i WHERE i.edition = e.id) FROM forum_edition e`)
	if err != nil {
		return nil, fmt.Errorf("listing editions: %w", err)
	}
	list := append(slices.Clone(g.history), own...)
	order(list)
	var out []Kept
	for _, e := range list {
		k := kept[e.ID]
		k.Edition = e
		out = append(out, k)
	}
	return out, nil
}

func (g *Register) edition(body []byte) (*Edition, error) {
	e := new(Edition)
	if err := decode(body, e); err != nil {
		return nil, err
	}
	return e, e.Check()
}

// Editions returns the editions the public may see, the oldest first.
func (g *Register) Editions(ctx context.Context) ([]*Edition, error) {
	all, err := g.all(ctx)
	if err != nil {
		return nil, err
	}
	var out []*Edition
	for _, k := range all {
		if k.Shown {
			out = append(out, k.Edition)
		}
	}
	return out, nil
}

// Edition returns one edition the public may see.
func (g *Register) Edition(ctx context.Context, id string) (*Edition, error) {
	all, err := g.Editions(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		if e.ID == id {
			return e, nil
		}
	}
	return nil, noEdition(id)
}

// Known returns one edition whether it is shown or not, for other modules of
// this node that keep something beside it.
func (g *Register) Known(ctx context.Context, id string) (*Edition, error) {
	all, err := g.all(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if k.ID == id {
			return k.Edition, nil
		}
	}
	return nil, noEdition(id)
}

func noEdition(id string) error {
	return fail.New(fail.Missing, "there is no edition %q; the list of editions shows those there are", clip(id))
}

// Current returns the edition that takes place, else the next to come, else the
// one that was last. Nil if none is shown.
func Current(all []*Edition, now time.Time) *Edition {
	var last *Edition
	for _, e := range all {
		last = e
		if e.Phase(now) != Past {
			break
		}
	}
	return last
}

// Session returns a session as it was last published.
func (g *Register) Session(ctx context.Context, id landbridge.ID) (*Session, error) {
	var edition string
	found, err := one(g.reading(ctx), func(rows *sql.Rows) error { return rows.Scan(&edition) },
		`SELECT edition FROM forum_item WHERE kind = $1 AND id = $2`, KindSession, string(id))
	if err != nil {
		return nil, fmt.Errorf("looking for a session: %w", err)
	}
	missing := fail.New(fail.Missing, "there is no published session %q; the programme lists those there are", clip(string(id)))
	if !found {
		return nil, missing
	}
	p, err := g.Programme(ctx, edition, 0)
	if err != nil {
		return nil, err
	}
	if s := p.Session(id); s != nil {
		return s, nil
	}
	return nil, missing
}

// A Version says that a programme was published.
type Version struct {
	Edition  string            `json:"edition"`
	Number   int64             `json:"version"`
	Digest   landbridge.Digest `json:"digest"`
	Note     string            `json:"note,omitempty"`
	Author   string            `json:"-"` // pseudonym
	Sessions int64             `json:"sessions"`
	At       time.Time         `json:"published"`
	Entry    int64             `json:"log_index"`
}

// Versions returns the versions of an edition the public may see, the newest first.
func (g *Register) Versions(ctx context.Context, edition string) ([]Version, error) {
	if _, err := g.Edition(ctx, edition); err != nil {
		return nil, err
	}
	return g.versions(g.reading(ctx), edition)
}

func (g *Register) versions(r reader, edition string) ([]Version, error) {
	var all []Version
	err := r.Each(func(rows *sql.Rows) error {
		v := Version{Edition: edition}
		var digest string
		var at int64
		err := rows.Scan(&v.Number, &digest, &v.Note, &v.Author, &v.Sessions, &at, &v.Entry)
		d, err2 := landbridge.ParseDigest(digest)
		v.Digest, v.At = d, time.UnixMicro(at).UTC()
		all = append(all, v)
		return errors.Join(err, err2)
	}, `SELECT version, digest, note, author, sessions, at_us, log_index FROM forum_version WHERE edition = $1 ORDER BY version DESC`, edition)
	if err != nil {
		return nil, fmt.Errorf("listing versions: %w", err)
	}
	return all, nil
}

// Programme returns one version of an edition's programme, 0 for the newest.
// What it returns is shared: do not change it.
func (g *Register) Programme(ctx context.Context, edition string, version int64) (*Programme, error) {
	e, err := g.Edition(ctx, edition)
	if err != nil {
		return nil, err
	}
	p, err := g.published(g.reading(ctx), edition, version)
	if err != nil || p != nil {
		return p, err
	}
	if version == 0 {
		return nil, fail.New(fail.Missing, "the programme of %s is not published yet; come back later", e.Name)
	}
	return nil, fail.New(fail.Missing, "there is no version %d of this programme; the list of versions shows those there are", version)
}

// published returns a version, or nil if there is none.
func (g *Register) published(r reader, edition string, version int64) (*Programme, error) {
	all, err := g.versions(r, edition)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(v Version) bool { return version == 0 || v.Number == version })
	if i < 0 {
		return nil, nil //nolint:nilnil // none is an answer here
	}
	key := all[i].Digest.String()
	g.mu.Lock()
	p := g.kept[key]
	g.mu.Unlock()
	if p != nil {
		return p, nil
	}
	var body []byte
	if _, err := one(r, func(rows *sql.Rows) error { return rows.Scan(&body) },
		`SELECT body FROM forum_version WHERE edition = $1 AND version = $2`, edition, all[i].Number); err != nil {
		return nil, fmt.Errorf("reading a version: %w", err)
	}
	if landbridge.Sum(append([]byte(domainVersion), body...)) != all[i].Digest {
		return nil, fmt.Errorf("version %d of %s is not what its digest says: the database was changed", all[i].Number, edition)
	}
	if p, err = ParseProgramme(body); err != nil {
		return nil, fmt.Errorf("reading a version: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.kept) >= maxKept {
		clear(g.kept)
	}
	g.kept[key] = p
	return p, nil
}
