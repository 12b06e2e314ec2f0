package visit

import (
	"cmp"
	"slices"
	"time"

	"landbridge.example"
)

// How a record stands.
const (
	StatusProposed  = "proposed"  // its newest version waits for a party
	StatusAgreed    = "agreed"    // all parties agreed to its newest version
	StatusDeclined  = "declined"  // a party declined its newest version
	StatusWithdrawn = "withdrawn" // and so did who proposed it
)

// A Version is what a record says, or would say if all agreed.
type Version struct {
	Digest  landbridge.Digest // of the statement that proposed it
	Number  int64
	Content *Content
	By      landbridge.PartyID
	Made    time.Time
	Note    string
	Status  string
	Since   time.Time            // it has this status
	Needed  []landbridge.PartyID // whose agreement it takes: its parties, and those of the version it corrects
	Voices  []Voice              // of each of them
}

// A Voice is what one party says to a version.
type Voice struct {
	Party    landbridge.PartyID
	Kind     string // agreed, declined, withdrawn; empty: nothing yet
	Note     string
	Made     time.Time
	Released bool // it may be public, as far as this party is concerned
}

// Voice returns what a party says to the version.
func (v *Version) Voice(p landbridge.PartyID) (Voice, bool) {
	for _, x := range v.Voices {
		if x.Party == p {
			return x, true
		}
	}
	return Voice{}, false
}

// A State is what the statements about one record come to.
type State struct {
	ID       landbridge.ID
	Versions []*Version // by number
	Newest   *Version   // that was not withdrawn, or the last if all were
	Standing *Version   // the newest that all agreed to; nil: none yet
	Public   *Version   // the newest that all released; nil: none
}

// Parties lists everybody who is or was a party in any version.
func (s *State) Parties() []landbridge.PartyID {
	var all []landbridge.PartyID
	for _, v := range s.Versions {
		all = append(all, v.Content.Parties...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *State) version(d landbridge.Digest) *Version {
	i := slices.IndexFunc(s.Versions, func(v *Version) bool { return v.Digest == d })
	if i < 0 {
		return nil
	}
	return s.Versions[i]
}

// Fold computes the state of a record from its statements. It is a pure
// function of the set: versions are ordered by the chain of corrections, what
// is said to one version by time and then by digest, and a statement that
// refers to what is not there yet counts for nothing until it is. It returns
// nil for a set in which no record begins.
func Fold(all []*Signed) *State {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b *Signed) int {
		return cmp.Or(a.Made.Compare(b.Made), slices.Compare(a.Digest[:], b.Digest[:]))
	})
	all = slices.CompactFunc(all, func(a, b *Signed) bool { return a.Digest == b.Digest })
	s := &State{}
	i := slices.IndexFunc(all, func(x *Signed) bool { return x.Kind == Proposed })
	if i < 0 {
		return nil
	}
	s.ID = all[i].Record
	s.Versions = []*Version{version(all[i], nil)}
	for grew := true; grew; { // a correction may be older by its clock than what it corrects
		grew = false
		for _, x := range all {
			on := s.version(x.Version)
			if x.Kind != Corrected || on == nil || s.version(x.Digest) != nil || !slices.Contains(on.Content.Parties, x.Party) || x.Content.Kind != on.Content.Kind {
				continue
			}
			s.Versions, grew = append(s.Versions, version(x, on)), true
		}
	}
	slices.SortStableFunc(s.Versions, func(a, b *Version) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), a.Made.Compare(b.Made), slices.Compare(a.Digest[:], b.Digest[:]))
	})
	for _, v := range s.Versions {
		v.hear(all)
		if v.Status != StatusWithdrawn || s.Newest == nil || s.Newest.Status == StatusWithdrawn {
			s.Newest = v
		}
		if v.Status == StatusAgreed {
			s.Standing = v
		}
		if v.Status == StatusAgreed && !slices.ContainsFunc(v.Voices, func(x Voice) bool { return !x.Released }) {
			s.Public = v
		}
	}
	return s
}

func version(x *Signed, on *Version) *Version {
	v := &Version{Digest: x.Digest, Number: 1, Content: x.Content, By: x.Party, Made: x.Made, Note: x.Note, Needed: slices.Clone(x.Content.Parties)}
	if on != nil {
		v.Number = on.Number + 1
		v.Needed = append(v.Needed, on.Content.Parties...)
		slices.Sort(v.Needed)
		v.Needed = slices.Compact(v.Needed)
	}
	return v
}

// hear takes what was said to a version, in the order of all. Once all have
// agreed it stands: what is said later changes a record by a correction alone.
func (v *Version) hear(all []*Signed) {
	v.Status, v.Since = StatusProposed, v.Made
	said := map[landbridge.PartyID]Voice{v.By: {Party: v.By, Kind: Agreed, Made: v.Made}}
	released := map[landbridge.PartyID]bool{}
	for _, x := range all {
		switch {
		case !slices.Contains(v.Needed, x.Party):
		case x.Kind == Withheld: // of the whole record, whichever version is named
			released[x.Party] = false
		case x.Version != v.Digest:
		case x.Kind == Released:
			released[x.Party] = true
		case v.Status == StatusAgreed || v.Status == StatusWithdrawn:
		case x.Kind == Withdrawn && x.Party == v.By:
			v.Status, v.Since = StatusWithdrawn, x.Made
			said[x.Party] = Voice{Party: x.Party, Kind: Withdrawn, Note: x.Note, Made: x.Made}
		case x.Kind == Agreed || x.Kind == Declined:
			said[x.Party] = Voice{Party: x.Party, Kind: x.Kind, Note: x.Note, Made: x.Made}
			v.Status, v.Since = v.tally(said), x.Made
		}
	}
	for _, p := range v.Needed {
		x := said[p]
		x.Party, x.Released = p, released[p]
		v.Voices = append(v.Voices, x)
	}
}

func (v *Version) tally(said map[landbridge.PartyID]Voice) string {
	status := StatusAgreed
	for _, p := range v.Needed {
		switch said[p].Kind {
		case Declined:
			return StatusDeclined
		case Agreed:
		default:
			status = StatusProposed
		}
	}
	return status
}
