package decision

import (
	"cmp"
	"slices"

	"landbridge.example"
)

// A hall hears voices in the order in which they were raised.
type hall struct {
	m     *Matter
	said  map[landbridge.PartyID]Position
	proxy map[landbridge.PartyID]landbridge.PartyID
}

func newHall(m *Matter) *hall {
	return &hall{m, map[landbridge.PartyID]Position{}, map[landbridge.PartyID]landbridge.PartyID{}}
}

func (h *hall) count() int { return len(h.said) }

// carried says how many voices a delegation carries for others.
func (h *hall) carried(by landbridge.PartyID) (n int) {
	for _, to := range h.proxy {
		if to == by {
			n++
		}
	}
	return n
}

// hear lets an act have its effect, or says why it has none. The last word of
// a voice counts, except that nothing takes back the breaking of a silence, and
// that who spoke for itself is not spoken for.
func (h *hall) hear(a named) string {
	whose := cmp.Or(a.For, a.Party)
	switch a.Kind {
	case Entrusted:
		if h.proxy[a.Party] != a.To && h.carried(a.To) >= h.m.Proxies {
			return TooManyProxy
		}
		h.proxy[a.Party] = a.To
		return ""
	case Revoked:
		delete(h.proxy, a.Party)
		return ""
	}
	was, spoke := h.said[whose]
	if a.For != "" && (h.proxy[a.For] != a.Party || spoke && was.By == "") {
		return NoProxy
	}
	if h.m.Method == Silence && spoke {
		return ""
	}
	said := a.Kind
	if a.Kind == Voted {
		said = a.Choice
	}
	p := Position{Said: said, Act: a.digest, At: a.Made, Note: a.Note}
	if a.For != "" {
		p.By = a.Party
	}
	h.said[whose] = p
	return ""
}

// open counts a secret vote from the tellers' sums.
func (f *fold) open() {
	r := f.r
	if len(f.cast) == 0 {
		r.State = Lapsed
		return
	}
	tallies := map[landbridge.PartyID]*Tally{}
	for _, a := range f.acts {
		if a.Kind != Tallied {
			continue
		}
		t, err := ParseTally([]byte(a.Body))
		if err != nil || a.Made.Before(r.End) || !f.accounts(t) || !t.opens(a.Party, f.ballots) {
			f.refuse(a, BadTally)
			continue
		}
		tallies[a.Party] = t // the last that holds counts
	}
	var all []*Tally
	for _, p := range f.m.Tellers {
		if t := tallies[p]; t == nil {
			r.Waiting = append(r.Waiting, p)
		} else {
			all = append(all, t)
		}
	}
	r.State = Counting
	if len(r.Waiting) > 0 {
		return
	}
	// What one teller could not open, all leave out: they tally again.
	for _, t := range all {
		for _, d := range t.Unopened {
			if p := f.cast[d]; !slices.Contains(r.Spoilt, p) {
				r.Spoilt = append(r.Spoilt, p)
			}
		}
	}
	slices.Sort(r.Spoilt)
	for i, t := range all {
		if len(t.Unopened) != len(r.Spoilt) { // one voice has one standing ballot
			r.Waiting = append(r.Waiting, f.m.Tellers[i])
		}
	}
	if len(r.Waiting) > 0 {
		return
	}
	f.decide(all)
}

// accounts reports whether a tally speaks of exactly the ballots that stand.
func (f *fold) accounts(t *Tally) bool {
	if len(t.Ballots)+len(t.Unopened) != len(f.cast) {
		return false
	}
	for _, d := range slices.Concat(t.Ballots, t.Unopened) {
		if _, ok := f.cast[d]; !ok || slices.Contains(t.Ballots, d) && slices.Contains(t.Unopened, d) {
			return false
		}
	}
	return true
}

// decide adds the sums. Where ballots that could not be opened might have
// turned the result, it is contested: no teller decides by leaving out.
func (f *fold) decide(all []*Tally) {
	r := f.r
	n, ok := count(all, len(f.cast))
	if !ok {
		return // sums that open every commitment always add up; without them it stays counting
	}
	r.Yes, r.No, r.Abstain = n[0], n[1], n[2]
	spoilt := len(r.Spoilt)
	r.Heard -= spoilt
	for i, p := range r.Positions {
		if slices.Contains(r.Spoilt, p.Party) {
			r.Positions[i].Said = ""
		}
	}
	r.State = f.carried(r.Yes, r.No, r.Abstain)
	if r.Heard < f.m.Quorum {
		r.State = Lapsed
	}
	if spoilt == 0 {
		return
	}
	if r.State == Lapsed || f.carried(r.Yes+spoilt, r.No, r.Abstain) != f.carried(r.Yes, r.No+spoilt, r.Abstain) {
		r.State = Contested
	}
}
