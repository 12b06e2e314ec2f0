package party

import (
	"crypto/ed25519"
	"maps"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// A View is the directory as it stands after some position. It is immutable:
// applying an entry gives a new view and leaves the old one as it was.
type View struct {
	position int64
	head     landbridge.Digest
	founding landbridge.Digest
	time     time.Time // of the newest entry
	orderer  landbridge.PartyID
	orderKey string
	parties  map[landbridge.PartyID]*state
	pins     map[landbridge.Digest]landbridge.PartyID
}

// state is what the chain says about one party. It is never changed in place.
type state struct {
	party     landbridge.PartyID
	kind      Kind
	identity  string // note key in force
	suspended bool
	reason    string // of the suspension
	versions  []Version
}

// A Version is one record of a party and where it stands in the chain.
type Version struct {
	Position int64
	Time     time.Time // at which it was ordered
	Digest   landbridge.Digest
	Record   Record

	log     note.Verifier // the keys of the record, read once
	witness []note.Verifier
}

// NewView returns the view of an empty directory.
func NewView() *View {
	return &View{parties: map[landbridge.PartyID]*state{}, pins: map[landbridge.Digest]landbridge.PartyID{}}
}

// Position returns the number of the newest entry, 0 when there is none.
func (v *View) Position() int64 { return v.position }

// Head returns the digest of the newest entry: two nodes at the same position
// with different heads were shown different directories.
func (v *View) Head() landbridge.Digest { return v.head }

// Founding returns the digest of the founding statement: the directory's name.
func (v *View) Founding() landbridge.Digest { return v.founding }

// Secretariat returns the party that orders the directory.
func (v *View) Secretariat() landbridge.PartyID { return v.orderer }

// Lookup returns the record in force of a party that is not suspended.
func (v *View) Lookup(p landbridge.PartyID) (*Record, error) {
	s, err := v.published(p)
	if err != nil {
		return nil, err
	}
	if s.suspended {
		return nil, fail.New(fail.Denied, "%s is suspended from the network: %s. Nothing is exchanged with it until it is reinstated", p, s.reason)
	}
	return &s.last().Record, nil
}

func (s *state) last() *Version { return &s.versions[len(s.versions)-1] }

func (v *View) published(p landbridge.PartyID) (*state, error) {
	s := v.parties[p]
	if s == nil {
		return nil, fail.New(fail.Missing, "there is no party %s in the directory at position %d; ask the secretariat whether it was admitted", p, v.position)
	}
	if len(s.versions) == 0 {
		return nil, fail.New(fail.Missing, "%s was admitted but has not published its record yet; ask it to sign one", p)
	}
	return s, nil
}

// At returns the version of a party's record in force at a position, be the
// party suspended or not.
func (v *View) At(p landbridge.PartyID, position int64) (Version, error) {
	s, err := v.published(p)
	if err != nil {
		return Version{}, err
	}
	for _, x := range slices.Backward(s.versions) {
		if x.Position <= position {
			return x, nil
		}
	}
	return Version{}, fail.New(fail.Missing, "%s had no record at position %d; its first is at %d", p, position, s.versions[0].Position)
}

// History returns every version of a party's record, the oldest first.
func (v *View) History(p landbridge.PartyID) ([]Version, error) {
	s, err := v.published(p)
	if err != nil {
		return nil, err
	}
	return slices.Clone(s.versions), nil
}

// A Listing is one party as a list shows it.
type Listing struct {
	Version
	Party     landbridge.PartyID
	Suspended bool
	Reason    string // of the suspension
}

// All returns every party that has published a record, by code.
func (v *View) All() []Listing {
	var all []Listing
	for _, p := range slices.Sorted(maps.Keys(v.parties)) {
		if s := v.parties[p]; len(s.versions) > 0 {
			all = append(all, Listing{*s.last(), p, s.suspended, s.reason})
		}
	}
	return all
}

// Peers returns the codes of all parties in good standing but one's own.
func (v *View) Peers(me landbridge.PartyID) []landbridge.PartyID {
	var all []landbridge.PartyID
	for _, l := range v.All() {
		if l.Party != me && !l.Suspended {
			all = append(all, l.Party)
		}
	}
	return all
}

// SigningKey returns the key called id of party p for a message that arrives
// now and was made at the given time. Each refusal says what is wrong: unknown
// party, suspended, unknown key, not yet valid, no longer valid, revoked.
func (v *View) SigningKey(p landbridge.PartyID, id seal.KeyID, made time.Time) (ed25519.PublicKey, error) {
	r, err := v.Lookup(p)
	if err != nil {
		return nil, err
	}
	if x, ok := r.revocation(id); ok {
		return nil, fail.New(fail.Unsigned, "%s revoked its signing key %s (%s); ask it to sign again with a key in force", p, id, x.Reason)
	}
	return v.keyIn(p, id, made)
}

// SigningKeyAt returns the key called id of party p for something that was
// surely made at the given time, such as a message in a cosigned log. A later
// suspension does not matter, and a revocation only from its date on.
func (v *View) SigningKeyAt(p landbridge.PartyID, id seal.KeyID, when time.Time) (ed25519.PublicKey, error) {
	s, err := v.published(p)
	if err != nil {
		return nil, err
	}
	if x, ok := s.last().Record.revocation(id); ok && !when.Before(x.Since) {
		return nil, fail.New(fail.Unsigned, "%s revoked its signing key %s for everything since %s (%s)", p, id, x.Since.UTC().Format(time.RFC3339), x.Reason)
	}
	return v.keyIn(p, id, when)
}

// SignedBy reports whether one of the keys that p has published signed what was
// made at the given time; signed is asked of each key in force then, the newest
// first. As for [View.SigningKeyAt], the time must be sure: who says it alone
// can say one before the revocation.
func (v *View) SignedBy(p landbridge.PartyID, when time.Time, signed func(ed25519.PublicKey) bool) (bool, error) {
	s, err := v.published(p)
	if err != nil {
		return false, err
	}
	for _, x := range slices.Backward(s.versions) {
		for _, k := range x.Record.SigningKeys {
			if key, err := v.SigningKeyAt(p, seal.KeyIDOf(k.Key), when); err == nil && signed(key) {
				return true, nil
			}
		}
	}
	return false, nil
}

func (v *View) keyIn(p landbridge.PartyID, id seal.KeyID, when time.Time) (ed25519.PublicKey, error) {
	s, err := v.published(p)
	if err != nil {
		return nil, err
	}
	for _, x := range slices.Backward(s.versions) {
		k, pub, ok := x.Record.key(id)
		if !ok {
			continue
		}
		if when.Before(k.From) {
			return nil, fail.New(fail.Unsigned, "the signing key %s of %s is valid from %s on only", id, p, k.From.UTC().Format(time.RFC3339))
		}
		if !k.Until.IsZero() && !when.Before(k.Until) {
			return nil, fail.New(fail.Unsigned, "the signing key %s of %s was valid until %s; sign with the key in force", id, p, k.Until.UTC().Format(time.RFC3339))
		}
		return pub, nil
	}
	return nil, fail.New(fail.Unsigned, "%s has published no signing key %s up to position %d; it must publish the key before it signs with it", p, id, v.position)
}

// ByPin returns the party in good standing whose certificate has the pin.
func (v *View) ByPin(pin landbridge.Digest) (landbridge.PartyID, bool) {
	p, ok := v.pins[pin]
	return p, ok
}

// Quorum returns how many members must sign a motion about a party: ⌈n/3⌉+1
// of the n members other than that party, and all of them when they are fewer.
func (v *View) Quorum(about landbridge.PartyID) int {
	n := len(v.members(about))
	return min(n, (n+2)/3+1)
}

// members returns the parties in good standing that vote on a motion about a
// party: all but that party and the secretariat, which signs anyway.
func (v *View) members(about landbridge.PartyID) []*state {
	var all []*state
	for _, p := range slices.Sorted(maps.Keys(v.parties)) {
		if s := v.parties[p]; p != about && p != v.orderer && !s.suspended {
			all = append(all, s)
		}
	}
	return all
}
