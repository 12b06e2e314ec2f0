package match

import (
	"cmp"
	"slices"
)

// A Register is lists ready to be searched: the names of their records in an
// index, and what is known of each record besides. It never changes; any number
// of screeners may share it.
type Register struct {
	e       *Engine
	x       *Index
	records []Record
	name    []uint16            // name of the index to its place in the record
	numbers map[string][]uint32 // document number to records
}

// RegisterOptions say what of the records is searched.
type RegisterOptions struct {
	HideOriginal bool // names in other scripts than Latin are left out, to measure what is found without them
}

// NewRegister indexes records. It keeps the slice, which must not change.
func (e *Engine) NewRegister(records []Record, o RegisterOptions) *Register {
	r := &Register{e: e, records: records, numbers: map[string][]uint32{}}
	b := e.NewBuilder()
	for i := range records {
		for k, n := range records[i].Names {
			if o.HideOriginal && !latinOnly(n.Text) {
				continue
			}
			if b.Add(uint32(i), n, records[i].Kind) {
				r.name = append(r.name, uint16(k))
			}
			for _, side := range e.Sides(n.Text, records[i].Kind) {
				if b.Add(uint32(i), Name{Text: side, Quality: n.Quality}, records[i].Kind) {
					r.name = append(r.name, uint16(k))
				}
			}
		}
		for _, d := range records[i].Documents {
			if n := number(d.Number); len(n) >= 4 {
				r.numbers[n] = append(r.numbers[n], uint32(i))
			}
		}
	}
	r.x = b.Index()
	return r
}

func latinOnly(s string) bool {
	for _, c := range s {
		if k := ScriptOf(c); k != Latin && k != Digits && k != NoScript {
			return false
		}
	}
	return true
}

// Records returns how many records the register has.
func (r *Register) Records() int { return len(r.records) }

// Names returns how many names it is searched by.
func (r *Register) Names() int { return r.x.Names() }

// A Hit is a record that may be whom the query names, with every reason.
type Hit struct {
	Record   *Record      `json:"-"`
	Score    Score        `json:"score"`
	ByName   Score        `json:"name_score"` // of the names alone
	Query    string       `json:"query_name"` // the name of the query that fits
	Name     Name         `json:"name"`       // the name of the record that it fits
	Words    []WordReason `json:"words"`
	Evidence []Evidence   `json:"evidence"`

	order uint32 // of the record in the register
}

// A Screener screens against one register. It is for one goroutine.
type Screener struct {
	r *Register
	s *Searcher
}

// NewScreener returns a screener of r.
func (r *Register) NewScreener() *Screener { return &Screener{r: r, s: r.x.NewSearcher()} }

// Screen returns the records that fit the query best: at most top, none below
// least, the best first, equal ones in the order of the register. The query's
// kind may be empty.
func (s *Screener) Screen(q *Record, top int, least Score) []Hit {
	top = max(1, min(top, maxTop))
	var hits []Hit
	at := map[uint32]int{}
	note := func(record uint32, h Hit) {
		h.order = record
		if i, ok := at[record]; !ok {
			at[record] = len(hits)
			hits = append(hits, h)
		} else if h.ByName > hits[i].ByName {
			hits[i] = h
		}
	}
	// Evidence may take away or add: look a little deeper than asked for.
	for _, n := range q.Names {
		for _, text := range s.r.e.Asked(n.Text, q.Kind) {
			for _, f := range s.s.Search(text, q.Kind, top+top/2+4, least) {
				rec := &s.r.records[f.Record]
				note(f.Record, Hit{Record: rec, ByName: f.Score, Query: text, Name: rec.Names[s.r.name[f.Name]]})
			}
		}
	}
	for _, d := range q.Documents {
		for _, i := range s.r.numbers[number(d.Number)] {
			if _, ok := at[i]; !ok && len(q.Names) > 0 {
				rec := &s.r.records[i]
				note(i, Hit{Record: rec, Query: q.Names[0].Text, Name: rec.Names[0], ByName: s.r.e.Compare(q.Names[0].Text, rec.Names[0].Text, rec.Kind).Score})
			}
		}
	}
	for i := range hits {
		hits[i].Score, hits[i].Evidence = s.r.e.weighEvidence(hits[i].ByName, q, hits[i].Record)
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.ByName, a.ByName), cmp.Compare(a.order, b.order))
	})
	hits = hits[:min(len(hits), top)]
	for len(hits) > 0 && hits[len(hits)-1].Score < least*bare/FullScore {
		hits = hits[:len(hits)-1]
	}
	for i := range hits {
		hits[i].Words = s.r.e.explain(hits[i].Query, hits[i].Name.Text, hits[i].Record.Kind)
	}
	return hits
}

// explain returns the reasons of two names, word by word.
func (e *Engine) explain(query, listed string, kind Kind) []WordReason {
	person := kind == Person || kind == ""
	return e.compare([]string{query}, append([]string{listed}, e.Sides(listed, kind)...), person, false).Words
}
