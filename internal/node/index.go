package node

import (
	"context"
	"runtime"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/staff"
)

// openIndex builds the register of indices. The secretariat of a demo has the
// demonstration index released from its first start on.
func (n *Node) openIndex(ctx context.Context) (err error) {
	n.Index, err = gpsi.New(gpsi.Config{
		DB: n.DB, Log: n.Log, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys, Blobs: n.Blobs,
		Clock: n.deps.Clock, Random: n.deps.Random, Workers: runtime.GOMAXPROCS(0),
	})
	if err != nil {
		return err
	}
	for kind, h := range n.Index.Handlers() {
		n.Exchange.Handle(kind, h)
	}
	if !n.Config.Demo {
		return nil
	}
	all, err := n.Staff.People(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(p staff.Person) bool { return p.Is(landbridge.Secretariat) }) {
		return nil
	}
	return n.Index.Demonstrate(ctx)
}
