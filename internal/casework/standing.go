package casework

import (
	"context"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/process"
)

// A Standing is what a case adds up to, for a register that stands on the cases
// of one process. Taking it is no reading: nobody sees it until the register
// shows it, which is a fact of the register's own.
type Standing struct {
	ID         landbridge.CaseID
	Number     string
	Title      string
	Origin     landbridge.PartyID
	Side       string // ours
	Sides      map[string][]landbridge.PartyID
	Definition *process.Definition
	State      string
	Fields     process.Values // the last value of each field, of applied acts
	Steps      []process.Step // applied acts, in order
	Clocks     []process.Running
	Changed    time.Time
	Erased     bool     // its content was erased (S15); only ID stands
	Key        blob.Key // of the case: what the register keeps of it is sealed under it and goes with it
}

// A Follower keeps a register of the cases of one process. It is called in the
// transaction that changes a case, so that the register is never behind.
type Follower func(tx *db.Tx, s *Standing) error

// Standing returns what a case adds up to, for building a register anew.
func (w *Casework) Standing(ctx context.Context, id landbridge.CaseID) (*Standing, error) {
	f, err := w.whole(w.reading(ctx), id)
	if err != nil {
		return nil, err
	}
	return f.standing(w.now()), nil
}

func (f *whole) standing(now time.Time) *Standing {
	s := &Standing{ID: f.ID, Number: f.Number, Title: f.Title, Origin: f.Origin, Side: f.Side, Sides: f.Sides, Definition: f.def,
		State: f.State, Changed: f.Changed, Erased: f.Erased, Key: f.key}
	if !f.Erased {
		s.Fields, s.Steps, s.Clocks = f.fold.Fields, f.fold.Steps, f.fold.Clocks(now)
	}
	return s
}

// follow tells the register of the case's process, if there is one.
func (w *Casework) follow(tx *db.Tx, f *whole, erased bool) error {
	follower := w.c.Followers[f.Process.ID]
	if follower == nil {
		return nil
	}
	s := &Standing{ID: f.ID, Number: f.Number, Origin: f.Origin, Side: f.Side, Sides: f.Sides, Definition: f.def, Changed: w.now(), Erased: true}
	if !erased {
		s = f.standing(w.now())
	}
	return follower(tx, s)
}
