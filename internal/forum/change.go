package forum

import (
	"context"
	"reflect"

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// What changed of a session. The words stand in feeds: append, never rename.
const (
	Added     = "added"
	Dropped   = "dropped" // not in the newer one; only when versions are compared backwards
	Called    = "cancelled"
	Restored  = "restored"
	Moved     = "moved"  // in time
	Placed    = "placed" // in another room, or the room changed
	Renamed   = "renamed"
	Recast    = "people" // other speakers
	Relinked  = "link"
	Reworded  = "text"
	Regrouped = "group" // track or sub-forum
	Respoken  = "language"
	Remade    = "form" // kind, mode, places
)

// ChangeKinds lists what can have changed, in the order in which it is told.
func ChangeKinds() []string {
	return []string{Added, Dropped, Called, Restored, Moved, Placed, Renamed, Recast, Relinked, Respoken, Regrouped, Remade, Reworded}
}

// A Change is what became of one session between two versions.
type Change struct {
	Session landbridge.ID
	What    []string // of ChangeKinds
	Before  *Session // nil: Added
	After   *Session // nil: Dropped
}

// A Diff is what changed from one version to the next.
type Diff struct {
	Version  Version
	From, To *Programme // From is nil for the first version
	Changes  []Change
}

// Compare returns what changed of the sessions from one programme to another,
// in the order of the newer. It is a pure function of the two: the change feed
// is never written by hand. A nil from is an empty programme.
func Compare(from, to *Programme) []Change {
	var all []Change
	if from == nil {
		from = &Programme{Edition: to.Edition}
	}
	for i := range to.Sessions {
		s := &to.Sessions[i]
		old := from.Session(s.ID)
		if old == nil {
			all = append(all, Change{s.ID, []string{Added}, nil, s})
			continue
		}
		if what := differs(from, old, to, s); len(what) > 0 {
			all = append(all, Change{s.ID, what, old, s})
		}
	}
	for i := range from.Sessions {
		if s := &from.Sessions[i]; to.Session(s.ID) == nil {
			all = append(all, Change{s.ID, []string{Dropped}, s, nil})
		}
	}
	return all
}

// differs says in what two states of a session differ for somebody who attends it.
func differs(p *Programme, a *Session, q *Programme, b *Session) []string {
	var what []string
	add := func(changed bool, kind string) {
		if changed {
			what = append(what, kind)
		}
	}
	same := func(x, y Text) bool { return len(x) == 0 && len(y) == 0 || reflect.DeepEqual(x, y) }
	add(a.Status != Cancelled && b.Status == Cancelled, Called)
	add(a.Status == Cancelled && b.Status != Cancelled, Restored)
	add(!a.Start.Equal(b.Start) || !a.End.Equal(b.End) || p.ZoneName(a) != q.ZoneName(b), Moved)
	add(a.Room != b.Room || !samePlace(p, q, a.Room), Placed)
	add(!same(a.Title, b.Title), Renamed)
	add(!sameSeats(p, a, q, b), Recast)
	add(a.Link != b.Link, Relinked)
	add(a.Language != b.Language || !equal(a.Interpreted, b.Interpreted), Respoken)
	add(a.Part != b.Part || a.Track != b.Track, Regrouped)
	add(a.Kind != b.Kind || a.Mode != b.Mode || p.Places(a) != q.Places(b), Remade)
	// The reason of a cancellation is new with it: that is no other text.
	add(!same(a.About, b.About) || a.Status == b.Status && !same(a.Reason, b.Reason), Reworded)
	return what
}

// samePlace reports whether a room is called the same and lies in the same place.
func samePlace(p, q *Programme, room string) bool {
	a, b := p.Room(room), q.Room(room)
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.DeepEqual(a.Name, b.Name) && a.Venue == b.Venue && reflect.DeepEqual(p.Venue(a.Venue), q.Venue(b.Venue))
}

func sameSeats(p *Programme, a *Session, q *Programme, b *Session) bool {
	if !equal(a.People, b.People) {
		return false
	}
	for _, x := range a.People {
		m, n := p.Speaker(x.Speaker), q.Speaker(x.Speaker)
		if m == nil || n == nil || m.Name != n.Name {
			return false
		}
	}
	return true
}

func equal[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// MaxDiffs bounds how many versions a change feed looks back.
const MaxDiffs = 30

// Changes returns what each of the newest versions of an edition changed, the
// newest first; at most [MaxDiffs].
func (g *Register) Changes(ctx context.Context, edition string) ([]Diff, error) {
	all, err := g.Versions(ctx, edition)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fail.New(fail.Missing, "the programme of edition %s is not published yet; come back later", clip(edition))
	}
	var out []Diff
	for i, v := range all[:min(len(all), MaxDiffs)] {
		d := Diff{Version: v}
		if d.To, err = g.Programme(ctx, edition, v.Number); err != nil {
			return nil, err
		}
		if i+1 < len(all) {
			if d.From, err = g.Programme(ctx, edition, all[i+1].Number); err != nil {
				return nil, err
			}
		}
		d.Changes = Compare(d.From, d.To)
		out = append(out, d)
	}
	return out, nil
}
