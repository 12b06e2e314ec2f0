package screening

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/match"
)

// A crowd is the names of all stored subjects, turned round: a changed entry
// asks who of them it may be. It is made from rows when it is first needed and
// grows with what is added; the rows are the truth.
//
// New subjects come in segments. Segments of like size are joined, so that a
// million subjects are a handful of segments whatever the order they came in.
type crowd struct {
	mu     sync.Mutex
	loaded bool
	segs   []*segment

	inbox   sync.Mutex // held for moments only: commits wait for it
	follows bool       // somebody reads or has read the rows: keep what comes after
	pending []member   // committed, not in a segment yet
}

// A segment is some subjects with an index of their names.
type segment struct {
	members []member
	search  *match.Searcher // remembers words; the crowd's lock is its own
}

type member struct {
	id    landbridge.ID
	kind  match.Kind
	names []string
}

// maxNear bounds how many subjects one name of an entry may call up.
const maxNear = 1000

func memberOf(id landbridge.ID, r *match.Record) member {
	m := member{id: id, kind: r.Kind}
	for _, n := range r.Names {
		for _, text := range match.Texts(n.Text) { // as a search for the subject takes them
			m.names = append(m.names, strings.Clone(text))
		}
	}
	return m
}

func newSegment(e *match.Engine, all []member) *segment {
	b := e.NewBuilder()
	for i, m := range all {
		for _, n := range m.names {
			for _, text := range append([]string{n}, e.Sides(n, m.kind)...) {
				b.Add(uint32(i), match.Name{Text: text, Quality: match.Primary}, m.kind)
			}
		}
	}
	return &segment{all, b.Index().NewSearcher()}
}

// add takes subjects in. The caller holds the lock.
func (c *crowd) add(e *match.Engine, all []member) {
	for len(c.segs) > 0 {
		last := c.segs[len(c.segs)-1]
		if len(last.members) > 2*len(all) {
			break
		}
		all = append(slices.Clone(last.members), all...)
		c.segs = c.segs[:len(c.segs)-1]
	}
	c.segs = append(c.segs, newSegment(e, all))
}

// near returns the subjects that one entry may be, as far as names say.
func (c *crowd) near(e *match.Engine, r *match.Record) []landbridge.ID {
	var texts []string
	for _, n := range r.Names {
		texts = append(append(texts, n.Text), e.Sides(n.Text, r.Kind)...)
	}
	seen := map[landbridge.ID]bool{}
	var all []landbridge.ID
	for _, s := range c.segs {
		for _, text := range texts {
			for _, f := range s.search.Search(text, r.Kind, maxNear, leastWatch) {
				if id := s.members[f.Record].id; !seen[id] {
					seen[id] = true
					all = append(all, id)
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// load reads all subjects, once.
func (c *crowd) load(ctx context.Context, s *Screening) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loaded {
		return nil
	}
	// From here on commits tell us of new subjects; those before are in the rows.
	c.inbox.Lock()
	c.follows, c.pending = true, nil
	c.inbox.Unlock()
	var all []member
	keys := map[string]*blob.Key{}
	err := s.c.DB.Each(ctx, func(r *sql.Rows) error {
		var id, watch landbridge.ID
		var owner string
		var body []byte
		if err := r.Scan(&id, &watch, &owner, &body); err != nil {
			return err
		}
		key, err := s.keptKey(ctx, keys, owner)
		if err != nil || key == nil {
			return err
		}
		u, err := openSubject(*key, id, watch, body)
		all = append(all, memberOf(id, &u.Person))
		return err
	}, `SELECT u.id, u.watch, w.key_owner, u.body FROM screening_subject u JOIN screening_watch w ON w.id = u.watch WHERE w.ended_us = 0 ORDER BY u.id`)
	if err != nil {
		return fmt.Errorf("reading the subjects: %w", err)
	}
	if len(all) > 0 {
		c.segs = []*segment{newSegment(s.engine(), all)}
	}
	c.loaded = true
	return nil
}

// keptKey returns a data key, remembered for one pass over the rows; nil when
// it was destroyed.
func (s *Screening) keptKey(ctx context.Context, keys map[string]*blob.Key, owner string) (*blob.Key, error) {
	if k, ok := keys[owner]; ok {
		return k, nil
	}
	key, err := s.c.Vault.Key(ctx, s.c.DB, owner)
	switch {
	case fail.Is(err, fail.Missing):
		keys[owner] = nil
	case err != nil:
		return nil, err
	default:
		keys[owner] = &key
	}
	return keys[owner], nil
}

// join tells the crowd of new subjects, from inside a commit.
func (c *crowd) join(all []member) {
	c.inbox.Lock()
	defer c.inbox.Unlock()
	if c.follows {
		c.pending = append(c.pending, all...)
	}
}

// fold puts what commits told us into segments. The caller holds the lock.
func (c *crowd) fold(e *match.Engine) {
	c.inbox.Lock()
	all := c.pending
	c.pending = nil
	c.inbox.Unlock()
	if len(all) > 0 {
		c.add(e, all)
	}
}

// forget drops everything, because subjects were erased: their names are not
// kept in memory either. The rows are read again when they are next needed.
func (c *crowd) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inbox.Lock()
	defer c.inbox.Unlock()
	c.loaded, c.segs, c.follows, c.pending = false, nil, false, nil
}

// nearAll asks for several entries: which subjects each may be.
func (s *Screening) nearAll(ctx context.Context, entries []match.Record) (map[landbridge.ID][]int, error) {
	if err := s.crowd.load(ctx, s); err != nil {
		return nil, err
	}
	s.crowd.mu.Lock()
	defer s.crowd.mu.Unlock()
	s.crowd.fold(s.engine())
	found := map[landbridge.ID][]int{}
	for i := range entries {
		for _, id := range s.crowd.near(s.engine(), &entries[i]) {
			found[id] = append(found[id], i)
		}
	}
	return found, ctx.Err()
}

// subject reads one subject with its watch's key, or nil when it was erased.
func (s *Screening) subject(ctx context.Context, id landbridge.ID) (*Subject, *Watch, error) {
	var body []byte
	var watch landbridge.ID
	var made int64
	err := s.c.DB.QueryRow(ctx, `SELECT watch, body, made_us FROM screening_subject WHERE id = $1`, string(id)).Scan(&watch, &body, &made)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading a subject: %w", err)
	}
	w, err := s.scanWatch(ctx, s.c.DB.QueryRow(ctx, `SELECT `+leanColumns+` FROM screening_watch w WHERE w.id = $1`, string(watch)).Scan)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the watch of a subject: %w", err)
	}
	key, err := s.c.Vault.Key(ctx, s.c.DB, w.keyOwner)
	if fail.Is(err, fail.Missing) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	u, err := openSubject(key, id, watch, body)
	u.Made = db.Moment(made)
	return &u, w, err
}
