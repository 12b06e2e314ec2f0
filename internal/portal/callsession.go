package portal

import (
	"landbridge.example"
	"landbridge.example/internal/forum"
)

// entryOf leads from a session to the published entry of a call that it comes
// from. What is not public, or was taken back, is not told.
func (s *site) entryOf(v *visit, x *forum.Session, view *SessionView) {
	if x.Entry == "" {
		return
	}
	e, err := s.Calls.Publication(v.Context(), x.Entry)
	if err != nil {
		return // the session stands by itself
	}
	view.EntryOf = v.t.T("public.calls.public." + e.Kind)
	view.Entry = Link{callsPath + "entry/" + string(e.Entry), e.Content.Title, false}
}

// A SessionLine says where and when an entry stands in the published programme.
type SessionLine struct {
	Href, When, Zone, Place string
	Cancelled               bool
}

// sessionOf finds the session that an entry became in the newest programme of
// its edition. Nil: none, or none that is public.
func (s *site) sessionOf(v *visit, edition string, entry landbridge.ID) *SessionLine {
	p, err := s.Forum.Programme(v.Context(), edition, 0)
	if err != nil {
		return nil
	}
	x := p.OfEntry(entry)
	if x == nil {
		return nil
	}
	w := s.writer(v, p)
	row := w.row(x, false)
	return &SessionLine{row.Href, spanOf(v.t, x, p.Location(x)), p.ZoneName(x), row.Place, row.Cancelled}
}
