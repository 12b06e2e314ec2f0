package node

import (
	"context"

	"landbridge.example/internal/visit"
)

// openVisits builds the records of what parties do together outside cases.
func (n *Node) openVisits(context.Context) error {
	n.Visit = visit.New(visit.Config{
		DB: n.DB, Log: n.Log, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys, Clock: n.deps.Clock, Random: n.deps.Random,
	})
	for kind, h := range n.Visit.Handlers() {
		n.Exchange.Handle(kind, h)
	}
	return nil
}
