package node

import (
	"context"

	"landbridge.example"
	"landbridge.example/internal/call"
	"landbridge.example/internal/db"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/pace"
	"landbridge.example/internal/staff"
)

// openGuests builds what keeps the people of the forum: its delegations, and
// what is sent in to its calls.
func (n *Node) openGuests(context.Context) error {
	n.Guests = delegation.New(delegation.Config{
		DB: n.DB, Log: n.Log, Vault: n.Vault, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys,
		Clock: n.deps.Clock, Random: n.deps.Random, Public: n.publicOrigin(),
		Dates: func(ctx context.Context, edition string) (delegation.Dates, error) {
			e, err := n.Forum.Known(ctx, edition)
			if err != nil {
				return delegation.Dates{}, err
			}
			return datesOf(e), nil
		},
	})
	n.Calls = call.New(call.Config{DB: n.DB, Log: n.Log, Vault: n.Vault, Blobs: n.Blobs, Clock: n.deps.Clock, Random: n.deps.Random,
		Dates: func(ctx context.Context, edition string) (call.Dates, error) {
			e, err := n.Forum.Known(ctx, edition)
			if err != nil {
				return call.Dates{}, err
			}
			from, to := e.Span()
			return call.Dates{First: e.First, Last: e.Last, Starts: from, Ends: to}, nil
		}})
	n.Gate = pace.New(n.deps.Clock)
	for kind, h := range n.Guests.Handlers() {
		n.Exchange.Handle(kind, h)
	}
	return nil
}

// editionChanged hands what the forum saved to those who keep its people, in
// the same transaction: an edition's days have one source.
func (n *Node) editionChanged(tx *db.Tx, e *forum.Edition) error {
	return n.Guests.Follow(tx, datesOf(e))
}

func datesOf(e *forum.Edition) delegation.Dates {
	from, to := e.Span()
	title, _ := e.Name.In("en")
	place, _ := e.City.In("en")
	return delegation.Dates{ID: e.ID, Title: title, Place: place, Starts: from, Ends: to, Zone: e.Zone}
}

// clearedEntry hands what a call accepted to the forum, which makes a session
// of it: the two keep their own words.
func (n *Node) clearedEntry(tx *db.Tx, p staff.Person, id landbridge.ID) (*forum.Entry, error) {
	x, err := n.Calls.Clear(tx, p, id)
	if err != nil {
		return nil, err
	}
	e := &forum.Entry{ID: x.ID, Edition: x.Edition, Title: x.Content.Title, About: x.Content.Abstract}
	for _, a := range x.People {
		e.People = append(e.People, forum.Named{Name: a.Name, Organisation: a.Organisation})
	}
	if o := x.Content.Event; o != nil {
		e.Event, e.Minutes, e.Seats = true, o.Minutes, o.Seats
		e.Mode = map[string]string{"site": forum.OnSite, "online": forum.Online, "hybrid": forum.Hybrid}[o.Format]
	}
	return e, nil
}
