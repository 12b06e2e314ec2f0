package screening

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/match"
	"landbridge.example/match/list"
)

// A book is one list in the version that is in use.
type book struct {
	source    Source
	version   int64
	published string
	digest    landbridge.Digest
	imported  time.Time
	records   []match.Record // by number
}

const maxFree = 4 // screeners kept ready

// A shelf is all lists in use, ready to be searched. It never changes; an
// import puts another in its place.
type shelf struct {
	books    map[string]*book
	entries  map[string]map[string]*match.Record // list and number
	register *match.Register
	free     chan *match.Screener // they remember words they have seen, so they are kept
}

func (s *Screening) newShelf(books map[string]*book) *shelf {
	sh := &shelf{books: books, entries: map[string]map[string]*match.Record{}}
	var all []match.Record
	for _, code := range slices.Sorted(maps.Keys(books)) {
		all = append(all, books[code].records...)
	}
	for i := range all {
		r := &all[i]
		if sh.entries[r.List] == nil {
			sh.entries[r.List] = map[string]*match.Record{}
		}
		sh.entries[r.List][r.ID] = r
	}
	if len(all) > 0 {
		sh.register = s.engine().NewRegister(all, match.RegisterOptions{})
		sh.free = make(chan *match.Screener, maxFree)
	}
	return sh
}

// screen asks the lists. It is safe for use by many goroutines.
func (sh *shelf) screen(q *match.Record, top int, least match.Score) []match.Hit {
	if sh.register == nil {
		return nil
	}
	var sc *match.Screener
	select {
	case sc = <-sh.free:
	default:
		sc = sh.register.NewScreener()
	}
	defer func() {
		select {
		case sh.free <- sc:
		default: // enough are at hand
		}
	}()
	return sc.Screen(q, top, least)
}

// versions names the lists in use with their versions: what the log keeps.
func (sh *shelf) versions() string {
	var all []string
	for _, code := range slices.Sorted(maps.Keys(sh.books)) {
		if b := sh.books[code]; b.version > 0 {
			all = append(all, code+"@"+strconv.FormatInt(b.version, 10))
		}
	}
	return strings.Join(all, " ")
}

// shelved returns the shelf, reading it from the rows the first time.
func (s *Screening) shelved(ctx context.Context) (*shelf, error) {
	if sh := s.shelf.Load(); sh != nil {
		return sh, nil
	}
	s.filing.Lock()
	defer s.filing.Unlock()
	return s.shelvedLocked(ctx)
}

func (s *Screening) shelvedLocked(ctx context.Context) (*shelf, error) {
	if sh := s.shelf.Load(); sh != nil {
		return sh, nil
	}
	books, err := s.readBooks(ctx)
	if err != nil {
		return nil, err
	}
	sh := s.newShelf(books)
	s.shelf.Store(sh)
	return sh, nil
}

func (s *Screening) readBooks(ctx context.Context) (map[string]*book, error) {
	books := map[string]*book{}
	err := s.c.DB.Each(ctx, func(r *sql.Rows) error {
		b := &book{}
		var origin Origin
		var code, authority, name string
		var digest []byte
		var imported int64
		err := r.Scan(&code, &origin, &authority, &name, &b.version, &b.published, &digest, &imported)
		if err != nil {
			return err
		}
		copy(b.digest[:], digest)
		b.imported = db.Moment(imported)
		b.source, err = storedSource(origin, code, authority, name)
		books[code] = b
		return err
	}, `SELECT l.code, l.origin, l.authority, l.name, l.version, v.published, v.digest, v.imported_us
		FROM screening_list l JOIN screening_version v ON v.list = l.code AND v.version = l.version`)
	if err != nil {
		return nil, fmt.Errorf("reading the lists: %w", err)
	}
	for code, b := range books {
		if b.records, err = s.readRecords(ctx, code, b.version); err != nil {
			return nil, err
		}
	}
	return books, nil
}

func listOwner(code string) string { return "screening/list/" + code }

func aboutRecord(code, id string) string { return "record/" + code + "/" + id }

// readRecords returns what a list said in a version.
func (s *Screening) readRecords(ctx context.Context, code string, version int64) (all []match.Record, err error) {
	key, err := s.c.Vault.Key(ctx, s.c.DB, listOwner(code))
	if err != nil {
		return nil, err
	}
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		var id string
		var body []byte
		if err := r.Scan(&id, &body); err != nil {
			return err
		}
		rec, err := openRecord(key, code, id, body)
		all = append(all, rec)
		return err
	}, `SELECT record, body FROM screening_record WHERE list = $1 AND since <= $2 AND (until = 0 OR until > $2)`, code, version)
	if err != nil {
		return nil, fmt.Errorf("reading the list %s: %w", code, err)
	}
	byNumber(all)
	return all, nil
}

// byNumber orders entries the same everywhere: engines sort text differently,
// and equal scores are shown in this order.
func byNumber(all []match.Record) {
	slices.SortFunc(all, func(a, b match.Record) int { return strings.Compare(a.ID, b.ID) })
}

func openRecord(key blob.Key, code, id string, body []byte) (rec match.Record, err error) {
	text, err := key.Open(body, aboutRecord(code, id))
	if err == nil {
		err = json.Unmarshal(text, &rec)
	}
	if err == nil && (rec.List != code || rec.ID != id) {
		err = fmt.Errorf("the record %s of %s says that it is %s of %s", id, code, rec.ID, rec.List)
	}
	return rec, err
}

// record returns what one entry said in a version, or nil when it was not on
// the list then.
func (s *Screening) record(ctx context.Context, code, id string, version int64) (*match.Record, error) {
	key, err := s.c.Vault.Key(ctx, s.c.DB, listOwner(code))
	if fail.Is(err, fail.Missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var rec *match.Record
	err = s.c.DB.Each(ctx, func(r *sql.Rows) error {
		var body []byte
		if err := r.Scan(&body); err != nil {
			return err
		}
		got, err := openRecord(key, code, id, body)
		rec = &got
		return err
	}, `SELECT body FROM screening_record WHERE list = $1 AND record = $2 AND since <= $3 AND (until = 0 OR until > $3)`, code, id, version)
	return rec, err
}

// dataKey returns the key of an owner, making it the first time.
func (s *Screening) dataKey(tx *db.Tx, owner string) (blob.Key, error) {
	key, err := s.c.Vault.KeyTx(tx, owner)
	if fail.Is(err, fail.Missing) {
		return s.c.Vault.Create(tx, owner)
	}
	return key, err
}

// hashOf is the hash of an entry as rows keep it.
func hashOf(r *match.Record) []byte {
	d := list.Hash(*r)
	return d[:]
}
