package delegation

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/staff"
)

// PageSize is how many people one page of a list shows.
const PageSize = 100

// An opened person is held in memory as of a revision of their row.
type opened struct {
	revision int64
	person   Person
	words    string // folded, for searching
	latin    string // folded, for sorting
}

// A Query says which people of an edition are listed.
type Query struct {
	Edition string
	Text    string // words that all occur in name, title, country or delegation
	Kind    string // of delegation; empty is all, as below
	Part    string
	State   string
	Group   landbridge.ID
	From    int // how many are left out before the first
}

// A Line is one person in a list.
type Line struct {
	ID, Group   landbridge.ID
	Delegation  string
	Kind, Part  string
	State       string
	Number      int // of the badge
	Name, Latin string
	Title       string
	Nation      string
	Visa        bool      // asked for a letter
	Inside      time.Time // first seen at a door
	Twin        bool      // the same name stands in the edition twice
	revision    int64
}

// A List is one page of people.
type List struct {
	Lines   []Line
	Total   int // on all pages
	Waiting int // nominated, on all pages
}

// List returns people of an edition: heads first within each delegation.
func (o *Office) List(ctx context.Context, p staff.Person, q Query) (*List, error) {
	if err := sees(p); err != nil {
		return nil, err
	}
	all, err := o.list(ctx, q)
	if err != nil {
		return nil, err
	}
	from := min(max(q.From, 0), len(all))
	l := &List{Lines: all[from:min(from+PageSize, len(all))], Total: len(all)}
	for _, x := range all {
		if x.State == Nominated {
			l.Waiting++
		}
	}
	return l, nil
}

func (o *Office) list(ctx context.Context, q Query) ([]Line, error) {
	if err := o.Sweep(ctx); err != nil {
		return nil, err
	}
	all, err := o.rows(ctx, q.Edition)
	if err != nil {
		return nil, err
	}
	if err := o.fill(ctx, q.Edition, all); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.twins(all)
	words := strings.Fields(fold(q.Text))
	named := map[string]string{} // names of delegations, folded
	all = slices.DeleteFunc(all, func(l Line) bool {
		if q.Kind != "" && l.Kind != q.Kind || q.Part != "" && l.Part != q.Part || q.State != "" && l.State != q.State || q.Group != "" && l.Group != q.Group {
			return true
		}
		if len(words) == 0 {
			return false
		}
		if named[l.Delegation] == "" {
			named[l.Delegation] = fold(l.Delegation)
		}
		text, name := o.open[l.ID].words, named[l.Delegation]
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) && !strings.Contains(name, w) })
	})
	slices.SortStableFunc(all, func(a, b Line) int {
		return cmp.Or(strings.Compare(a.Delegation, b.Delegation), cmp.Compare(a.Group, b.Group),
			cmp.Compare(slices.Index(Parts(), a.Part), slices.Index(Parts(), b.Part)), strings.Compare(o.open[a.ID].latin, o.open[b.ID].latin), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func (o *Office) rows(ctx context.Context, edition string) ([]Line, error) {
	var all []Line
	err := o.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var l Line
		var inside int64
		err := rows.Scan(&l.ID, &l.Group, &l.Delegation, &l.Kind, &l.Part, &l.State, &l.Number, &l.revision, &inside)
		l.Inside = db.Moment(inside)
		all = append(all, l)
		return err
	}, `SELECT p.id, p.delegation, g.name, g.kind, p.part, p.state, p.number, p.revision,
			coalesce(i.at_us, 0)
		FROM delegation_person p JOIN delegation_group g ON g.id = p.delegation
		LEFT JOIN (SELECT b.person, min(s.at_us) AS at_us FROM delegation_scan s JOIN delegation_badge b ON b.edition = s.edition AND b.number = s.badge
			WHERE s.edition = $1 GROUP BY b.person) i ON i.person = p.id
		WHERE p.edition = $1 LIMIT $2`, edition, MaxPeople)
	if err != nil {
		return nil, fmt.Errorf("listing people: %w", err)
	}
	return all, nil
}

// fill puts names into lines, unsealing only what changed since it was listed
// last, and that with few questions to the database: after a restart it is everyone.
func (o *Office) fill(ctx context.Context, edition string, all []Line) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.open) > 2*MaxPeople {
		clear(o.open)
	}
	var stale []landbridge.ID
	for _, l := range all {
		if x, ok := o.open[l.ID]; l.State != Erased && (!ok || x.revision != l.revision) {
			stale = append(stale, l.ID)
		}
	}
	if err := o.unsealAll(ctx, edition, stale); err != nil {
		return err
	}
	for i := range all {
		l := &all[i]
		x, ok := o.open[l.ID]
		if l.State == Erased || !ok { // not there: erased since the rows were read
			l.State = Erased
			delete(o.open, l.ID)
			continue
		}
		l.Name, l.Latin, l.Title, l.Nation, l.Visa = x.person.Name, x.person.Latin, x.person.Title, x.person.Nation, x.person.Visa != nil
	}
	return nil
}

// fewStale is up to how many people are read one by one.
const fewStale = 20

// unsealAll opens people into memory; who was erased meanwhile is left out of it.
func (o *Office) unsealAll(ctx context.Context, edition string, ids []landbridge.ID) error {
	for _, id := range ids {
		delete(o.open, id)
	}
	if len(ids) == 0 {
		return nil
	}
	wanted := make(map[landbridge.ID]bool, len(ids))
	owners := make([]string, len(ids))
	for i, id := range ids {
		wanted[id], owners[i] = true, owner(id)
	}
	keys, err := o.c.Vault.Keys(ctx, o.c.DB, owners)
	if err != nil {
		return err
	}
	take := func(rows *sql.Rows) error {
		var id landbridge.ID
		var revision int64
		var body []byte
		if err := rows.Scan(&id, &revision, &body); err != nil {
			return err
		}
		key, ok := keys[owner(id)]
		if !ok || !wanted[id] || len(body) == 0 {
			return nil
		}
		var x Person
		if err := unsealed(key, body, aboutBody(id), &x); err != nil {
			return err
		}
		o.open[id] = opened{revision, x, fold(strings.Join([]string{x.Name, x.Latin, x.Title, x.Nation}, " ")), fold(x.Latin)}
		return nil
	}
	if len(ids) > fewStale {
		return o.c.DB.Each(ctx, take, `SELECT id, revision, body FROM delegation_person WHERE edition = $1`, edition)
	}
	for _, id := range ids {
		if err := o.c.DB.Each(ctx, take, `SELECT id, revision, body FROM delegation_person WHERE id = $1`, id); err != nil {
			return fmt.Errorf("reading people: %w", err)
		}
	}
	return nil
}

func (o *Office) unseal(ctx context.Context, id landbridge.ID) (*Person, *row, error) {
	r, err := readRow(id, o.c.DB.QueryRow(ctx, selectPerson, id))
	if err != nil {
		return nil, nil, err
	}
	key, err := o.c.Vault.Key(ctx, o.c.DB, owner(id))
	if err != nil {
		return nil, nil, err
	}
	var x Person
	return &x, r, unsealed(key, r.body, aboutBody(id), &x)
}

// twins marks people of the same name who are both still to come. The caller
// holds the lock of the roster.
func (o *Office) twins(all []Line) {
	seen := map[string]int{}
	for i := range all {
		l := &all[i]
		if l.State == Erased || l.State == Refused || l.State == Withdrawn {
			continue
		}
		name := o.open[l.ID].latin + " " + l.Nation
		if k, ok := seen[name]; ok {
			l.Twin, all[k].Twin = true, true
		}
		seen[name] = i
	}
}

// fold brings text into the form in which it is searched: without case and marks.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	return strings.TrimSpace(s)
}

// A View is one person, opened.
type View struct {
	Line
	Person      Person
	Decision    Decision
	Edition     Edition
	MayDecide   bool // approve or propose a refusal
	MayConfirm  bool // a refusal that waits
	MayWithdraw bool

	here bool // this node runs the edition
}

// Open returns everything on one person, and records that it was read (S18).
func (o *Office) Open(ctx context.Context, p staff.Person, id landbridge.ID) (*View, error) {
	if err := sees(p); err != nil {
		return nil, err
	}
	x, r, err := o.unseal(ctx, id)
	if err != nil {
		return nil, err
	}
	v := &View{Line: Line{ID: id, Group: r.group, Part: r.part, State: r.state, Number: r.number, Name: x.Name, Latin: x.Latin, Title: x.Title, Nation: x.Nation,
		Visa: x.Visa != nil}, Person: *x}
	err = o.c.DB.Write(ctx, func(tx *db.Tx) error {
		d, e, host, err := o.group(tx, r.group)
		if err != nil {
			return err
		}
		v.Delegation, v.Kind, v.Edition = d.Name, d.Kind, *e
		var inside int64
		if err := tx.QueryRow(`SELECT coalesce(min(s.at_us), 0) FROM delegation_badge b JOIN delegation_scan s ON s.edition = b.edition AND s.badge = b.number
			WHERE b.person = $1`, id).Scan(&inside); err != nil {
			return err
		}
		v.Inside = db.Moment(inside)
		said, err := o.said(tx, r)
		if err != nil {
			return err
		}
		v.Decision = *said
		v.here = host == o.me
		here := v.here && p.Is(landbridge.Secretariat)
		v.MayDecide = here && (r.state == Nominated || r.state == Approved)
		v.MayConfirm = here && r.state == Proposed && r.proposedBy != p.Pseudonym
		v.MayWithdraw = nominates(p) == nil && (here || host != o.me) && (r.state == Nominated || r.state == Approved || r.state == Proposed)
		return o.fact(tx, factRead, p.Pseudonym, owner(id), "")
	})
	return v, err
}
