package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"landbridge.example"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

// An index is the notices in force, ready to be searched. It is made anew when
// a row has changed.
type index struct {
	entries []*entry
	names   *match.Register
	of      []int // record of names to its entry
}

// load returns the index of what is in the table now.
func (g *Register) load(ctx context.Context) (*index, error) {
	var stamp string
	err := g.c.DB.QueryRow(ctx, `SELECT count(*) || '/' || coalesce(sum(version), 0) || '/' || coalesce(max(changed_us), 0) FROM notice_entry`).Scan(&stamp)
	if err != nil {
		return nil, fmt.Errorf("looking for notices: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.index != nil && g.stamp == stamp {
		return g.index, nil
	}
	all, err := g.entries(ctx, true, `WHERE state = $1 ORDER BY published_us, case_id LIMIT $2`, statePublished, MaxShown)
	if err != nil {
		return nil, err
	}
	x := &index{}
	var records []match.Record
	for _, e := range all {
		if e.Content == nil {
			continue
		}
		x.entries = append(x.entries, e)
		for _, p := range e.Content.Persons {
			r := personRecord(p)
			r.ID = strconv.Itoa(len(records))
			records = append(records, r)
			x.of = append(x.of, len(x.entries)-1)
		}
	}
	x.names = g.c.Engine().NewRegister(records, match.RegisterOptions{})
	g.stamp, g.index = stamp, x
	return x, nil
}

// Search looks through the notices in force at this node. It is a fact in the
// log, with the purpose and the number of hits, found or not (S3, S18).
func (g *Register) Search(ctx context.Context, p staff.Person, q Query) (*Answer, error) {
	if err := g.may(p, access.SearchNotices); err != nil {
		return nil, err
	}
	if err := q.check(p); err != nil {
		return nil, err
	}
	x, err := g.load(ctx)
	if err != nil {
		return nil, err
	}
	now := g.now()
	a := &Answer{Hits: []Hit{}}
	for _, e := range x.entries {
		if e.inForce(now) {
			a.Searched++
		}
	}
	a.Hits = x.find(q, now)
	for i := range a.Hits {
		if err := g.around(ctx, &a.Hits[i], now); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("writing the search down: %w", err)
	}
	digest := landbridge.Sum(append([]byte(domainSearch), text...))
	err = g.c.DB.Write(ctx, func(tx *db.Tx) error { // S18: before anything is shown
		return g.fact(tx, factSearched, p.Pseudonym, digest, "notice", fmt.Sprintf("%s hits=%d", q.Purpose, len(a.Hits)))
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// check refuses a search without a purpose or without enough to go by.
func (q *Query) check(p staff.Person) error {
	q.Name, q.Number, q.About = strings.TrimSpace(q.Name), strings.TrimSpace(q.Number), strings.TrimSpace(q.About)
	if err := mayFor(p, handling.Purpose(q.Purpose)); err != nil {
		return err
	}
	switch {
	case len(q.Name) > MaxQuery || len(q.Number) > MaxQuery || len(q.About) > MaxQuery:
		return fail.New(fail.TooLarge, "a name or number has at most %d bytes", MaxQuery)
	case letters(q.Name) < minQuery && letters(q.Number) < minDigit:
		return fail.New(fail.Invalid, "give a name of %d letters or a number of %d signs, or more; notices are not browsed (S4)", minQuery, minDigit)
	}
	if _, ok := birthOf(q.Birth); q.Birth != "" && !ok {
		return fail.New(fail.Invalid, "write the date of birth as 1971-05-02, 1971 or ~1971")
	}
	return nil
}

// mayFor refuses a reading without a purpose: those who work on cases name what
// they work for, those who check may only check (S3).
func mayFor(p staff.Person, purpose handling.Purpose) error {
	checking := purpose == handling.Lawfulness || purpose == handling.PersonRights
	switch {
	case !checking && !slices.Contains(handling.Purposes(), purpose):
		return fail.New(fail.Invalid, "say what it is for; choose one of the purposes (S3)")
	case checking != (p.Is(landbridge.DataProtection) || p.Is(landbridge.Oversight)):
		return fail.New(fail.Denied, "who checks looks in order to check, and nobody else does (S3)")
	}
	return nil
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// find returns the notices in force that fit, the best first.
func (x *index) find(q Query, now time.Time) []Hit {
	hits := []Hit{}
	seen := map[landbridge.CaseID]bool{}
	add := func(e *entry, h Hit) {
		if seen[e.ID] || !e.inForce(now) || q.Kind != "" && q.Kind != e.Kind || len(hits) == MaxHits {
			return
		}
		seen[e.ID] = true
		h.Line = e.line(now)
		hits = append(hits, h)
	}
	if n := folded(q.Number); letters(n) >= minDigit {
		for _, e := range x.entries {
			if strings.Contains(folded(e.Content.Text), n) {
				add(e, Hit{Name: e.Content.Title, Score: match.FullScore})
			}
			for _, p := range e.Content.Persons {
				if strings.Contains(folded(p["document"]), n) {
					add(e, Hit{Name: nameOf(p), Score: match.FullScore})
				}
			}
		}
	}
	if letters(q.Name) >= minQuery {
		asked := match.Record{Kind: match.Person, Names: []match.Name{{Text: q.Name, Quality: match.Primary}}}
		if b, ok := birthOf(q.Birth); ok {
			asked.Births = []match.Birth{b}
		}
		for _, h := range x.names.NewScreener().Screen(&asked, MaxHits, match.Alert) {
			add(x.entries[x.of[recordNumber(h.Record)]], Hit{Name: h.Name.Text, Score: h.Score, Words: h.Words, Evidence: h.Evidence})
		}
	}
	return hits
}

// around adds what this state said about the notice, and how fresh it is.
func (g *Register) around(ctx context.Context, h *Hit, now time.Time) (err error) {
	if h.Effect, err = g.effect(ctx, h.Case); err != nil {
		return err
	}
	h.Stale, err = g.stale(ctx, h.Issuer, now)
	return err
}

// effect is what this state said the notice leads to here.
func (g *Register) effect(ctx context.Context, id landbridge.CaseID) (string, error) {
	all, err := g.parties(ctx, id)
	if err != nil {
		return "", err
	}
	for _, p := range all {
		if p.Party == g.c.Party {
			return p.Effect, nil
		}
	}
	return "", nil
}

// stale says when the issuing state was last reached, if that is too long ago
// to rely on its silence: a withdrawal may be waiting on its way (S27).
func (g *Register) stale(ctx context.Context, issuer landbridge.PartyID, now time.Time) (*time.Time, error) {
	if issuer == g.c.Party {
		return nil, nil
	}
	heard, err := g.c.Heard(ctx, issuer)
	if err != nil || now.Sub(heard) <= heardWithin {
		return nil, err
	}
	return &heard, nil
}

// Read shows one notice. Reading is a fact in the log (S18).
func (g *Register) Read(ctx context.Context, p staff.Person, id landbridge.CaseID, purpose string) (*Notice, error) {
	if err := g.may(p, access.SearchNotices); err != nil {
		return nil, err
	}
	if err := mayFor(p, handling.Purpose(purpose)); err != nil {
		return nil, err
	}
	all, err := g.entries(ctx, true, `WHERE case_id = $1`, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fail.New(fail.Missing, "this node holds no such notice")
	}
	e, now := all[0], g.now()
	n := &Notice{Line: e.line(now), Reason: e.Removal}
	if e.inForce(now) { // what is withheld, over or taken back has no content here any more
		c := e.Content
		n.Title, n.Persons, n.Offences, n.Seek, n.Caution, n.Text = c.Title, c.Persons, c.Offences, c.Seek, c.Caution, c.Text
		n.List, n.ShownTo, n.Extract = c.ListEntry, c.ShownTo, c.Extract
	}
	if n.Effect, err = g.effect(ctx, id); err != nil {
		return nil, err
	}
	if n.Stale, err = g.stale(ctx, e.Issuer, now); err != nil {
		return nil, err
	}
	parties, err := g.parties(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, l := range parties {
		n.Parties = append(n.Parties, PartyLine(l))
	}
	digest := landbridge.Sum(append([]byte(domainRead), id...))
	return n, g.c.DB.Write(ctx, func(tx *db.Tx) error { return g.fact(tx, factRead, p.Pseudonym, digest, string(id), purpose) })
}
