package portal

import (
	"fmt"
	"slices"
	"time"

	"landbridge.example/internal/forum"
)

const (
	homeNews     = 3 // on the first page
	homeSessions = 8
)

// A HomeView is page/home: the current edition of the forum, what is new, what
// is public here, and how to check it.
type HomeView struct {
	Frame
	Edition *HomeEdition
	News    []NewsLine
	Calls   []CallCard // that are open
	Cards   []Card
	Newest  []ReleaseLine
}

// A HomeEdition is the edition that takes place, comes next or was last.
type HomeEdition struct {
	EditionHead
	Href     string
	Until    string // how far away it is, in words
	Ways     []Link // to its programme, to what it decided
	Today    []SessionRow
	TodayOf  string // the day that Today shows
	Day      string // address of that day
	MoreThan int    // sessions of the day that are not shown
}

// A Card is one room on the home page.
type Card struct{ Href, Title, About string }

func (s *site) home(v *visit) error {
	view := HomeView{Frame: s.frame(v, v.t.T("public.home.title"))}
	for _, r := range rooms() {
		view.Cards = append(view.Cards, Card{Prefix + r.path, v.t.T(r.title), v.t.T(r.about)})
	}
	var err error
	if view.Edition, err = s.homeEdition(v); err != nil {
		return err
	}
	if view.News, err = s.newsLines(v, homeNews); err != nil {
		return err
	}
	if view.Calls, err = s.openCalls(v); err != nil {
		return err
	}
	lines, err := s.releaseLines(v)
	if err != nil {
		return fmt.Errorf("listing releases: %w", err)
	}
	view.Newest = lines[:min(len(lines), 3)]
	return s.show(v, "home", view)
}

// openCalls are the calls that take entries now.
func (s *site) openCalls(v *visit) (open []CallCard, err error) {
	if s.Calls == nil {
		return nil, nil
	}
	all, err := s.Calls.Calls(v.Context(), "")
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if card := s.callCard(v, c); card.Open && len(open) < homeSessions {
			open = append(open, card)
		}
	}
	return open, nil
}

// homeEdition is what the first page says of the current edition.
func (s *site) homeEdition(v *visit) (*HomeEdition, error) {
	all, err := s.Forum.Editions(v.Context())
	if err != nil {
		return nil, err
	}
	e := forum.Current(all, s.Clock())
	if e == nil {
		return nil, nil //nolint:nilnil // none is an answer here
	}
	v.SetPathValue("edition", e.ID)
	_, p, err := s.edition(v)
	if err != nil {
		return nil, err
	}
	h := &HomeEdition{EditionHead: s.head(v, e, p != nil), Href: forumPath + e.ID + "/"}
	h.Until = s.until(v, e)
	for i := range h.Pages {
		h.Pages[i].Current = false
	}
	h.Ways = slices.Clone(h.Pages[1:])
	for _, r := range rooms() { // rooms whose doors stand beside the programme's
		if slices.Contains([]string{"calls/", "calls", "outcomes/", "outcomes", "commitments/", "commitments"}, r.path) {
			h.Ways = append(h.Ways, Link{Prefix + r.path, v.t.T(r.title), false})
		}
	}
	if p != nil && s.Agenda != nil {
		h.Ways = append(h.Ways, Link{guestPath, v.t.T("agenda.title"), false})
	}
	if p == nil || h.Phase != "now" {
		return h, nil
	}
	w := s.writer(v, p)
	day := s.Clock().In(e.Location()).Format(forum.DayLayout)
	found := p.Select(forum.Filter{Day: day})
	h.TodayOf, h.Day = dayText(v.t, day), withQuery(forumPath+e.ID+"/programme", nil, "day", day)
	for _, x := range found {
		if x.End.Before(s.Clock()) {
			continue
		}
		if len(h.Today) == homeSessions {
			h.MoreThan++
			continue
		}
		h.Today = append(h.Today, w.row(x, false))
	}
	return h, nil
}

// until says how far away an edition is, in whole days where it takes place:
// nothing on the page counts, so a page in a cache is never wrong by more than
// a day.
func (s *site) until(v *visit, e *forum.Edition) string {
	if !e.Dated() {
		return ""
	}
	from, to := e.Span()
	midnight := func(at time.Time) time.Time {
		y, m, d := at.In(e.Location()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	const day = 24 * time.Hour
	now, first, last := midnight(s.Clock()), midnight(from), midnight(to.Add(-time.Minute))
	switch {
	case now.Before(first):
		return v.t.T("public.home.in", int(first.Sub(now)/day))
	case now.After(last):
		return v.t.T("public.home.over")
	}
	return v.t.T("public.home.now", int(now.Sub(first)/day)+1, int(last.Sub(first)/day)+1)
}
