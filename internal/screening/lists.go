package screening

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
	"landbridge.example/match/list"
)

// A ListView is one list of this node.
type ListView struct {
	Source    Source
	Version   int64
	Published string // as the publisher says
	Records   int
	Imported  time.Time
	Refused   string // why a later file was not taken, if one was not
	RefusedAt time.Time
	Versions  []VersionView // newest first
}

// A VersionView is one version of a list.
type VersionView struct {
	Source                           Source
	Version                          int64
	Published, Digest, By, Confirmed string
	Records, Added, Changed, Removed int
	Imported                         time.Time
	Notes                            []string
	Changes                          []ChangeView // of one version asked for
	More                             int          // changes beyond those shown
}

// A ChangeView is what a version did to one entry.
type ChangeView struct {
	ID, Reference, Name string
	Kind                string // added, changed, removed
	Fields              []string
	Was, Is             *match.Record // what the changed fields said and say
}

// An EntryView is one entry of a list, with whose it is.
type EntryView struct {
	Source    Source
	Record    match.Record
	Version   int64 // of the list
	Published string
	Delisted  bool   // it is not on the version in use
	Hash      string // of the entry's canonical text
}

// Lists returns the lists in use with their versions, the United Nations first.
func (s *Screening) Lists(ctx context.Context, p staff.Person) ([]ListView, error) {
	if err := s.may(p, access.SeeLists); err != nil {
		return nil, err
	}
	sh, err := s.shelved(ctx)
	if err != nil {
		return nil, err
	}
	var all []ListView
	for _, code := range sh.sortedCodes() {
		b := sh.books[code]
		v := ListView{Source: b.source, Version: b.version, Published: b.published, Records: len(b.records), Imported: b.imported}
		var refused int64
		if err := s.c.DB.QueryRow(ctx, `SELECT refused_us, refused FROM screening_list WHERE code = $1`, code).Scan(&refused, &v.Refused); err != nil {
			return nil, fmt.Errorf("reading a list: %w", err)
		}
		v.RefusedAt = db.Moment(refused)
		if v.Versions, err = s.versions(ctx, b.source); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

const versionColumns = `version, published, digest, records, added, changed, removed, imported_us, actor, confirmed, notes`

func scanVersion(scan func(...any) error, source Source) (VersionView, error) {
	v := VersionView{Source: source}
	var digest []byte
	var imported int64
	var notes string
	err := scan(&v.Version, &v.Published, &digest, &v.Records, &v.Added, &v.Changed, &v.Removed, &imported, &v.By, &v.Confirmed, &notes)
	if err != nil {
		return v, err
	}
	v.Digest, v.Imported = fmt.Sprintf("%x", digest), db.Moment(imported)
	return v, json.Unmarshal([]byte(notes), &v.Notes)
}

func (s *Screening) versions(ctx context.Context, source Source) (all []VersionView, err error) {
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		v, err := scanVersion(r.Scan, source)
		all = append(all, v)
		return err
	}, `SELECT `+versionColumns+` FROM screening_version WHERE list = $1 ORDER BY version DESC LIMIT $2`, source.Code(), MaxPage)
	if err != nil {
		return nil, fmt.Errorf("reading versions: %w", err)
	}
	return all, s.named(ctx, func(names map[string]string) {
		for i := range all {
			all[i].By = nameOr(names, all[i].By)
		}
	}, pseudonyms(all)...)
}

func pseudonyms(all []VersionView) (names []string) {
	for _, v := range all {
		names = append(names, v.By)
	}
	return names
}

// named asks for the names behind pseudonyms.
func (s *Screening) named(ctx context.Context, use func(map[string]string), pseudonyms ...string) error {
	slices.Sort(pseudonyms)
	names, err := s.c.Names(ctx, slices.Compact(pseudonyms)...)
	if err == nil {
		use(names)
	}
	return err
}

func nameOr(names map[string]string, pseudonym string) string {
	if n, ok := names[pseudonym]; ok {
		return n
	}
	return pseudonym
}

// Version returns one version with what it changed, from the given place on.
func (s *Screening) Version(ctx context.Context, p staff.Person, code string, version int64, after int) (*VersionView, error) {
	if err := s.may(p, access.SeeLists); err != nil {
		return nil, err
	}
	sh, err := s.shelved(ctx)
	if err != nil {
		return nil, err
	}
	b := sh.books[code]
	if b == nil {
		return nil, noList(code)
	}
	v, err := scanVersion(s.c.DB.QueryRow(ctx, `SELECT `+versionColumns+` FROM screening_version WHERE list = $1 AND version = $2`, code, version).Scan,
		b.source)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "the list %s has no version %d here", code, version)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a version: %w", err)
	}
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		var c ChangeView
		var fields string
		err := r.Scan(&c.ID, &c.Kind, &fields)
		c.Fields = strings.Fields(fields)
		v.Changes = append(v.Changes, c)
		return err
	}, `SELECT record, kind,
		fields FROM screening_change WHERE list = $1 AND version = $2 AND place > $3 ORDER BY place LIMIT $4`, code, version, after, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("reading what a version changed: %w", err)
	}
	v.More = max(0, v.Added+v.Changed+v.Removed-after-len(v.Changes))
	for i := range v.Changes {
		if err := s.fillChange(ctx, code, version, &v.Changes[i]); err != nil {
			return nil, err
		}
	}
	return &v, s.named(ctx, func(names map[string]string) { v.By = nameOr(names, v.By) }, v.By)
}

func (s *Screening) fillChange(ctx context.Context, code string, version int64, c *ChangeView) (err error) {
	if c.Kind != Removed {
		if c.Is, err = s.record(ctx, code, c.ID, version); err != nil {
			return err
		}
	}
	if c.Kind != Added {
		if c.Was, err = s.record(ctx, code, c.ID, version-1); err != nil {
			return err
		}
	}
	for _, r := range []*match.Record{c.Was, c.Is} {
		if r != nil && len(r.Names) > 0 {
			c.Reference, c.Name = r.Reference, r.Names[0].Text
		}
	}
	return nil
}

// Entry returns an entry of a list; one that was taken off is returned as it
// last was, and says so.
func (s *Screening) Entry(ctx context.Context, p staff.Person, code, id string) (*EntryView, error) {
	if err := s.may(p, access.SeeLists); err != nil {
		return nil, err
	}
	return s.entry(ctx, code, id)
}

func (s *Screening) entry(ctx context.Context, code, id string) (*EntryView, error) {
	sh, err := s.shelved(ctx)
	if err != nil {
		return nil, err
	}
	b := sh.books[code]
	if b == nil {
		return nil, noList(code)
	}
	v := &EntryView{Source: b.source, Version: b.version, Published: b.published}
	if r := sh.entries[code][id]; r != nil {
		v.Record = *r
	} else {
		var until int64
		err := s.c.DB.QueryRow(ctx, `SELECT COALESCE(MAX(until), 0) FROM screening_record WHERE list = $1 AND record = $2`, code, id).Scan(&until)
		if err != nil {
			return nil, fmt.Errorf("reading an entry: %w", err)
		}
		last, err := s.record(ctx, code, id, until-1)
		if err != nil || last == nil {
			return nil, errors.Join(err, fail.New(fail.Missing, "the list %s never had an entry %s here", code, clip(id)))
		}
		v.Record, v.Delisted, v.Version = *last, true, until-1
	}
	v.Hash = list.Hash(v.Record).String()
	return v, nil
}

func noList(code string) error {
	return fail.New(fail.Missing, "this node has no list %s; the page of lists shows those it has", clip(code))
}
