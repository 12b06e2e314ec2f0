package party

import (
	"fmt"
	"io"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/seal"
)

// A Letter is a short message between nodes that belongs to no case.
type Letter struct {
	Kind string
	To   []landbridge.PartyID
	Body []byte
	Made time.Time
	Life time.Duration // after which it is not delivered any more
}

// Seal seals the letter to its recipients' keys in force and signs it.
func (l Letter) Seal(k *Keys, v *View, random io.Reader) (*seal.Envelope, error) {
	id, err := landbridge.NewID(l.Made, random)
	if err != nil {
		return nil, fmt.Errorf("naming a message: %w", err)
	}
	d := seal.Draft{ID: id, From: k.Party, Kind: l.Kind, Directory: v.Position(), Created: l.Made, Expires: l.Made.Add(l.Life)}
	for _, p := range l.To {
		r, err := v.Lookup(p)
		if err != nil {
			return nil, err
		}
		to, err := r.Recipient()
		if err != nil {
			return nil, err
		}
		d.Recipients = append(d.Recipients, to)
	}
	e, _, err := seal.Seal(d, l.Body, k.Signing, random)
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "the message cannot be sealed: %v", err)
	}
	return e, nil
}
