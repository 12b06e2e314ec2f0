package node

import (
	"context"
	"runtime"
	"slices"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/gpsi"
	"landbridge.example/internal/staff"
)

// openIndex builds the register of indices. The secretariat of a demo has the
// demonstration index released from its first start on.
func (n *Node) openIndex(ctx context.Context) (err error) {
	n.Index, err = gpsi.New(gpsi.Config{
		DB: n.DB, Log: n.Log, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys, Blobs: n.Blobs,
		Clock: n.deps.Clock, Random: n.deps.Random, Workers: runtime.GOMAXPROCS(0), Decided: n.methodDecided,
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

// methodDecided refuses a method that names a decision the members did not take,
// or took about something else. The outcome and its text both name it.
func (n *Node) methodDecided(ctx context.Context, digest landbridge.Digest) error {
	f, _, err := n.Decision.Decided(ctx, digest)
	if fail.Is(err, fail.Missing) {
		return fail.New(fail.Conflict,
			"nothing was adopted under %.16s…; put the method to the delegations first, or leave the digest out and say in words what it rests on", digest)
	}
	if err == nil && f.Matter.Subject != kernel.AboutMethodology {
		return fail.New(fail.Conflict, "what was adopted under %.16s… is about %s, not about the method of an index", digest, f.Matter.Subject)
	}
	return err
}
