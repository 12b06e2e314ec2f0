package forum

import (
	"context"
	"strings"
	"time"

	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// maxToldClashes bounds how many reasons against a move are told at once.
const maxToldClashes = 5

// MoveEdition changes an edition as [Register.SaveEdition] does and takes the
// sessions of its draft along, in one transaction: each by as many days as the
// first day moved, at the same hour by the clocks of the place, for as long as
// before. Nothing moves when one of them would clash then, such as with what a
// speaker said of when he can come. Readers see it with the next version.
func (g *Register) MoveEdition(ctx context.Context, p staff.Person, e *Edition, seen int64) error {
	return g.save(ctx, p, e, seen, true)
}

// stands refuses an edition with which its draft cannot stand. If the sessions go
// along it returns the change of the draft that is to be written.
func (g *Register) stands(tx *db.Tx, p staff.Person, e *Edition, along bool) (*change, error) {
	d, err := g.draft(tx, e.ID)
	if err != nil {
		return nil, err
	}
	was := d.Edition
	d.Edition = e
	var w *change
	if along {
		w = &change{g: g, tx: tx, by: p.Pseudonym, edition: e.ID, draft: d, c: Changes{Sessions: moved(d.Sessions, was, e)}}
		w.put = d.merge(w.c)
	}
	bad := d.Conflicts()
	if len(bad) == 0 {
		return w, nil
	}
	if !along && bad[0].Kind == ClashOutside {
		return nil, fail.New(fail.Conflict, "%s, or let the sessions move along with the edition", bad[0].Text)
	}
	var told []string
	for _, x := range bad[:min(len(bad), maxToldClashes)] {
		told = append(told, x.Text)
	}
	return nil, fail.New(fail.Conflict, "%s", strings.Join(told, "; "))
}

// moved returns the sessions that another first day moves.
func moved(all []Session, was, now *Edition) (out []Session) {
	from, err1 := time.Parse(DayLayout, was.First)
	to, err2 := time.Parse(DayLayout, now.First)
	if err1 != nil || err2 != nil || from.Equal(to) && was.Zone == now.Zone {
		return nil // known by month, and so without sessions; or not moved
	}
	const day = 24 * time.Hour // both are days of UTC
	days := int(to.Sub(from) / day)
	for _, s := range all {
		at, long := s.Start.In(was.Location()), s.End.Sub(s.Start)
		s.Start = time.Date(at.Year(), at.Month(), at.Day()+days, at.Hour(), at.Minute(), at.Second(), 0, now.Location()).UTC()
		s.End = s.Start.Add(long)
		out = append(out, s)
	}
	return out
}
