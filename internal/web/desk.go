package web

import (
	"net/http"

	"landbridge.example/internal/access"
	"landbridge.example/internal/casework"
)

// A DeskView is page/desk: what needs this person now.
type DeskView struct {
	Frame
	Forum    *ForumView // where the conference stands, for who runs it
	Items    []DeskLine
	Arrivals []CaseLine
	Peers    []PeerLine
	Running  int
	Waiting  int
	MayDraft bool
	Blind    bool // the role sees no case content
	BlindWhy string
}

// A DeskLine is one thing that waits.
type DeskLine struct {
	Href   string
	Title  string
	Sub    string // process and number
	With   string
	Waits  string
	Class  string // colours what is late, stopped, returned or to be approved
	Clock  *Clock
	Since  string
	Urgent bool
}

func (s *site) desk(v *visit) error {
	view := DeskView{Frame: s.frame(v, v.t.T("desk.title")), MayDraft: s.may(v, access.DraftRequest)}
	var err error
	if view.Peers, err = s.peerLines(v); err != nil {
		return err
	}
	if err := s.countIndices(v, &view.Frame); err != nil {
		return err
	}
	if view.Forum, err = s.forumDesk(v); err != nil {
		return err
	}
	decided, err := s.decisionDesk(v)
	if err != nil {
		return err
	}
	if d := s.access.Allow(v.me().Roles, access.ListCases); !d.Allow {
		view.Items = decided
		view.Blind, view.BlindWhy = true, v.t.Or(d.Why, "access."+string(access.ListCases))
		return s.show(v, http.StatusOK, "desk", view)
	}
	d, err := s.Casework.Desk(v.Context(), v.me())
	if err != nil {
		return err
	}
	screened, err := s.screenDesk(v)
	if err != nil {
		return err
	}
	for _, l := range screened {
		if l.Clock != nil { // what has to be lifted or frozen comes before everything
			view.Items = append(view.Items, l)
		}
	}
	for _, i := range d.Items {
		view.Items = append(view.Items, s.deskLine(v, i))
	}
	for _, l := range screened {
		if l.Clock == nil {
			view.Items = append(view.Items, l)
		}
	}
	view.Items = append(view.Items, decided...)
	for _, c := range d.Arrivals {
		view.Arrivals = append(view.Arrivals, s.caseLine(v, c))
	}
	view.Running, view.Waiting = d.Running, d.Waiting
	if n := len(view.Items); n > 0 {
		view.count("/", v.t.Number(int64(n)))
	}
	return s.show(v, http.StatusOK, "desk", view)
}

func (s *site) deskLine(v *visit, i casework.DeskItem) DeskLine {
	c := i.Case
	line := DeskLine{
		Href: "/cases/" + string(c.ID), Title: c.Title, With: s.codes(v, c.With), Waits: s.say(v, c.Process, i.Waits),
		Sub: processTitle(v.t, c.Process, c.Process.ID) + " · " + c.Number, Clock: s.clock(v, c.Process, i.Clock),
		Since: v.t.When(i.Since, s.Clock()), Urgent: c.Urgent,
	}
	line.Class = map[string]string{"approval": "teal", "overdue": "red", "stopped": "red", "returned": "amber"}[i.Kind]
	if i.Proposal != "" {
		line.Href = "/approvals/" + string(i.Proposal)
	}
	if i.Draft != "" {
		line.Href = "/drafts/" + string(i.Draft)
	}
	if line.Title == "" {
		line.Title = v.t.T("case.untitled")
	}
	return line
}

// A CaseLine is one case in a list.
type CaseLine struct {
	ID, Href, Number, Title, Process, With, Side string
	State                                        Pill
	Mark                                         *Mark
	Urgent                                       bool
	Opened, Changed                              string
	Clock                                        *Clock
}

func (s *site) caseLine(v *visit, c casework.CaseRow) CaseLine {
	line := CaseLine{
		ID: string(c.ID), Href: "/cases/" + string(c.ID), Number: c.Number, Title: c.Title, With: s.codes(v, c.With),
		Process: processTitle(v.t, c.Process, c.Process.ID), Side: sideLabel(v.t, c.Process, c.Side, c.Side),
		State: s.statePill(v, c), Mark: mark(v.t, c.Marking), Urgent: c.Urgent,
		Opened: v.t.When(c.Opened, s.Clock()), Changed: v.t.When(c.Changed, s.Clock()), Clock: s.clock(v, c.Process, c.Clock),
	}
	if line.Title == "" {
		line.Title = v.t.T("case.untitled")
	}
	return line
}

// statePill shows a state; its words carry the meaning, the colour helps.
func (s *site) statePill(v *visit, c casework.CaseRow) Pill {
	p := Pill{Text: stateLabel(v.t, c.Process, c.State, c.Label)}
	switch {
	case c.Outcome == "answered":
		p.Class = "green"
	case c.Outcome == "refused" || c.Outcome == "expired":
		p.Class = "red"
	case c.Ended:
	default:
		p.Class = "teal"
	}
	return p
}
