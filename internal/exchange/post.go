package exchange

import (
	"io"
	"slices"

	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

// An Outbox takes sealed envelopes, as [Exchange.Submit] does.
type Outbox interface {
	Submit(tx *db.Tx, e *seal.Envelope, detached *blob.Ref, lane Lane) error
}

// A Post sends the letters of a node: short messages that belong to no case.
type Post struct {
	Outbox Outbox
	Keys   *party.Keys
	Random io.Reader
}

// Send seals a letter to its recipients and puts it into the outbox, in as many
// envelopes as they need. It is on its way when the transaction commits. A
// letter to nobody is no letter.
func (p Post) Send(tx *db.Tx, v *party.View, l party.Letter) error {
	for to := range slices.Chunk(l.To, seal.MaxRecipients) {
		l.To = to
		e, err := l.Seal(p.Keys, v, p.Random)
		if err != nil {
			return err
		}
		if err := p.Outbox.Submit(tx, e, nil, Normal); err != nil {
			return err
		}
	}
	return nil
}
