package node

import (
	"context"

	"landbridge.example/internal/call"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/pace"
)

// openGuests builds what keeps the people of the forum: its delegations, and
// what is sent in to its calls.
func (n *Node) openGuests(context.Context) error {
	n.Guests = delegation.New(delegation.Config{
		DB: n.DB, Log: n.Log, Vault: n.Vault, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys,
		Clock: n.deps.Clock, Random: n.deps.Random,
	})
	n.Calls = call.New(call.Config{DB: n.DB, Log: n.Log, Vault: n.Vault, Blobs: n.Blobs, Clock: n.deps.Clock, Random: n.deps.Random})
	n.Gate = pace.New(n.deps.Clock)
	for kind, h := range n.Guests.Handlers() {
		n.Exchange.Handle(kind, h)
	}
	return nil
}
