package node

import (
	"context"

	"landbridge.example/internal/call"
	"landbridge.example/internal/db"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/pace"
)

// openGuests builds what keeps the people of the forum: its delegations, and
// what is sent in to its calls.
func (n *Node) openGuests(context.Context) error {
	n.Guests = delegation.New(delegation.Config{
		DB: n.DB, Log: n.Log, Vault: n.Vault, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys,
		Clock: n.deps.Clock, Random: n.deps.Random,
		Dates: func(ctx context.Context, edition string) (delegation.Dates, error) {
			e, err := n.Forum.Known(ctx, edition)
			if err != nil {
				return delegation.Dates{}, err
			}
			return datesOf(e), nil
		},
	})
	n.Calls = call.New(call.Config{DB: n.DB, Log: n.Log, Vault: n.Vault, Blobs: n.Blobs, Clock: n.deps.Clock, Random: n.deps.Random})
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
