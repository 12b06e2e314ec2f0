package screening

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
	"landbridge.example/match/list"
)

// An Import is one file that is to become the new version of a list.
type Import struct {
	File    io.Reader
	Format  string // un, ofac, csv or json; empty: found in the file
	Version string // as its publisher says, for files that do not say it

	// Whose list it is, for plain files of a list that this node does not have yet.
	Code, Authority, Name string
	Origin                Origin

	// Confirm is why a file that is not plausible (half the entries are gone, it
	// is older than the one in use) is taken all the same.
	Confirm string
}

// An Imported says what a file changed.
type Imported struct {
	Source                  Source
	Version                 int64
	Published               string
	Digest                  landbridge.Digest
	Records                 int
	Added, Changed, Removed int
	Same                    bool // the file is the one in use; nothing was done
	Closed                  int  // candidates that ended because their entry is gone
	Unfreeze                int  // matches whose entry is gone: tasks due within the hour
	Notes                   []string
	Entry                   int64 // in the log
}

// Import reads a file whole and makes it the version in use, or changes
// nothing and says why. What was on a list and is no longer ends with the same
// commit; what is new or changed is screened against the stored subjects at once.
func (s *Screening) Import(ctx context.Context, p staff.Person, in Import) (*Imported, error) {
	if err := s.may(p, access.ImportList); err != nil {
		return nil, err
	}
	if in.Confirm != "" {
		var err error
		if in.Confirm, err = words(in.Confirm, "say why this file is right although it is not plausible"); err != nil {
			return nil, err
		}
	}
	s.filing.Lock()
	defer s.filing.Unlock()
	sh, err := s.shelvedLocked(ctx)
	if err != nil {
		return nil, err
	}
	l, source, err := s.readFile(sh, in)
	if err != nil {
		return nil, s.refuseFile(ctx, p, in.codeOr(l, source), err)
	}
	old := sh.books[source.Code()]
	if old != nil && old.digest == l.Digest {
		return &Imported{Source: source, Version: old.version, Published: old.published, Digest: l.Digest, Records: len(l.Records), Same: true}, nil
	}
	if err := plausible(sh, old, l, in.Confirm); err != nil {
		return nil, s.refuseFile(ctx, p, source.Code(), err)
	}
	return s.shelve(ctx, p, sh, source, l, in.Confirm)
}

func (in Import) codeOr(l *list.List, source Source) string {
	switch {
	case source.Code() != "":
		return source.Code()
	case l != nil && l.Source != "":
		return l.Source
	}
	return in.Code
}

// plausible refuses what is most likely a wrong file, unless a person says why it is right.
func plausible(sh *shelf, old *book, l *list.List, confirm string) error {
	total := len(l.Records)
	for _, b := range sh.books {
		if b != old {
			total += len(b.records)
		}
	}
	if total > MaxEntries {
		return &list.Refusal{Code: "size", Text: fmt.Sprintf("with this file the node would hold more than %d entries", MaxEntries)}
	}
	if old == nil || confirm != "" {
		return nil
	}
	if err := list.Plausible(&list.List{Records: old.records}, l); err != nil {
		return err
	}
	if l.Version != "" && old.published != "" && l.Version < old.published {
		return &list.Refusal{Code: "older",
			Text: fmt.Sprintf("the file is of %s and the list in use of %s; it is kept until an operator confirms that the older one is right",
				clip(l.Version), clip(old.published))}
	}
	return nil
}

// refuseFile records that a file was not taken, and returns why.
func (s *Screening) refuseFile(ctx context.Context, p staff.Person, code string, cause error) error {
	refusal, ok := list.IsRefusal(cause)
	if !ok {
		return cause
	}
	why := fail.New(fail.Invalid, "%s (nothing was changed)", refusal.Text)
	if refusal.Code == "loss" || refusal.Code == "older" {
		why = fail.New(fail.Conflict, "%s (nothing was changed)", refusal.Text)
	}
	if !landbridge.ValidName(strings.ToLower(code), landbridge.MaxPartyID) {
		code = "?"
	}
	err := s.c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE screening_list SET refused_us = $1, refused = $2 WHERE code = $3`, db.Micros(s.now()), refusal.Text, code); err != nil {
			return fmt.Errorf("noting a refused list: %w", err)
		}
		_, err := s.fact(tx, factRefused, p.Pseudonym, "list/"+code, landbridge.Digest{}, code+": "+refusal.Code)
		return err
	})
	if err != nil {
		return err
	}
	return why
}

// shelve writes the new version and puts it in use.
func (s *Screening) shelve(ctx context.Context, p staff.Person, sh *shelf, source Source, l *list.List, confirm string) (*Imported, error) {
	byNumber(l.Records)
	var old *list.List
	next := &book{source: source, version: 1, published: l.Version, digest: l.Digest, imported: s.now(), records: l.Records}
	if b := sh.books[source.Code()]; b != nil {
		old = &list.List{Records: b.records}
		next.version = b.version + 1
	}
	c := list.Compare(old, l)
	books := maps.Clone(sh.books)
	books[source.Code()] = next
	fresh := s.newShelf(books) // before the commit: an engine that fails changes nothing
	done := &Imported{Source: source, Version: next.version, Published: l.Version, Digest: l.Digest, Records: len(l.Records),
		Added: len(c.Added), Changed: len(c.Changed), Removed: len(c.Removed), Notes: l.Notes}
	err := s.c.DB.Write(ctx, func(tx *db.Tx) error {
		done.Closed, done.Unfreeze = 0, 0 // the engine may run this again
		if err := s.writeVersion(tx, p, next, &c, confirm, l.Notes); err != nil {
			return err
		}
		var err error
		if done.Closed, done.Unfreeze, err = s.delist(tx, p.Pseudonym, source, c.Removed); err != nil {
			return err
		}
		if len(c.Added)+len(c.Changed) > 0 {
			id := fmt.Sprintf("%s/%s/%d", jobRescreen, source.Code(), next.version)
			if err := jobs.Add(tx, jobs.Job{ID: id, Kind: jobRescreen, Body: fmt.Appendf(nil, "%s %d", source.Code(), next.version), Due: s.now()}); err != nil {
				return err
			}
		}
		note := fmt.Sprintf("%s@%d: %d entries, %d added, %d changed, %d removed", source.Code(), next.version, done.Records, done.Added, done.Changed,
			done.Removed)
		done.Entry, err = s.fact(tx, factImported, p.Pseudonym, "list/"+source.Code(), l.Digest, note)
		tx.OnCommit(func() { s.shelf.Store(fresh) })
		return err
	})
	if err != nil {
		return nil, err
	}
	s.c.Wake()
	s.c.Changed("")
	return done, nil
}

// writeVersion writes the rows of a version.
func (s *Screening) writeVersion(tx *db.Tx, p staff.Person, b *book, c *list.Changes, confirm string, notes []string) error {
	code := b.source.Code()
	key, err := s.dataKey(tx, listOwner(code))
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO screening_list (code, origin, authority, name, version, refused_us, refused) VALUES ($1, $2, $3, $4, $5, 0, '')
		ON CONFLICT (code) DO UPDATE SET version = excluded.version, refused_us = 0, refused = ''`,
		code, string(b.source.Origin()), b.source.Authority(), b.source.Name(), b.version)
	if err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	text, err := json.Marshal(notes)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO screening_version (list, version, published, digest, records, added, changed, removed, imported_us, actor, confirmed, notes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, code, b.version, b.published, b.digest[:], len(b.records), len(c.Added), len(c.Changed),
		len(c.Removed), db.Micros(b.imported), p.Pseudonym, confirm, string(text))
	if err != nil {
		return fmt.Errorf("writing a version of a list: %w", err)
	}
	return s.writeChanges(tx, key, b, c)
}

// writeChanges closes what is gone or says something else, and adds what is new.
func (s *Screening) writeChanges(tx *db.Tx, key blob.Key, b *book, c *list.Changes) error {
	code, place := b.source.Code(), int64(0)
	records := make(map[string]*match.Record, len(b.records))
	for i := range b.records {
		records[b.records[i].ID] = &b.records[i]
	}
	note := func(id, kind string, fields []string) error {
		place++
		_, err := tx.Exec(`INSERT INTO screening_change (list, version, place, record, kind, fields) VALUES ($1, $2, $3, $4, $5, $6)`,
			code, b.version, place, id, kind, strings.Join(fields, " "))
		return err
	}
	end := func(id string) error {
		_, err := tx.Exec(`UPDATE screening_record SET until = $1 WHERE list = $2 AND record = $3 AND until = 0`, b.version, code, id)
		return err
	}
	add := func(id string) error {
		r := records[id]
		body, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO screening_record (list, record, since, until, hash, body) VALUES ($1, $2, $3, 0, $4, $5)`,
			code, id, b.version, hashOf(r), key.Seal(body, aboutRecord(code, id)))
		return err
	}
	var all []func() error
	for _, ch := range c.Changed {
		all = append(all, func() error { return note(ch.ID, Changed, ch.Fields) }, func() error { return end(ch.ID) }, func() error { return add(ch.ID) })
	}
	for _, id := range c.Added {
		all = append(all, func() error { return note(id, Added, nil) }, func() error { return add(id) })
	}
	for _, id := range c.Removed {
		all = append(all, func() error { return note(id, Removed, nil) }, func() error { return end(id) })
	}
	for _, do := range all {
		if err := do(); err != nil {
			return fmt.Errorf("writing what a list changed: %w", err)
		}
	}
	return nil
}

// Kinds of changes of an entry.
const (
	Added   = "added"
	Changed = "changed"
	Removed = "removed"
)

// sortedCodes lists the codes of a shelf, the United Nations first.
func (sh *shelf) sortedCodes() []string {
	return slices.SortedFunc(maps.Keys(sh.books), func(a, b string) int {
		if (a == codeUN) != (b == codeUN) {
			if a == codeUN {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
}
