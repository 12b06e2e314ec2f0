package web

import (
	"net/http"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

func agendaRoutes() []route {
	return []route{
		{"GET /agenda", access.KeepAgenda, false, (*site).agenda},
		{"POST /agenda", access.KeepAgenda, false, (*site).changeAgenda},
	}
}

const agendaOffered = 300 // sessions to pick from on one page

// An AgendaView is page/agenda: the person's own programme, and the addresses
// at which calendars fetch it.
type AgendaView struct {
	Frame
	Picks     []AgendaLine
	Edition   string
	Zone      string // of the times
	Programme string // address of the public programme
	Days      []AgendaDay
	Words     string // that the offered sessions are searched for
	Addresses []AddressLine
	Made      *AddressMade
	Contacts  bool // the person may have the parties' contact points
	MayCode   bool
	Code      string // for a guest, told once
	CodeEnds  string
	CodeURL   string
	Problem   string
}

// An AgendaLine is one session.
type AgendaLine struct {
	ID, Title, When, Where string
	Href                   string
	Cancelled, Gone        bool
	Overlaps               bool
	Picked                 bool
}

// An AgendaDay is the sessions of one day to pick from.
type AgendaDay struct {
	Name     string
	Sessions []AgendaLine
}

// An AddressLine is one personal address.
type AddressLine struct{ ID, Name, Made, Used string }

// An AddressMade is a personal address with its secret, told once.
type AddressMade struct{ URL, User, Secret, Name string }

func (s *site) agenda(v *visit) error { return s.showAgenda(v, http.StatusOK, AgendaView{}) }

func (s *site) showAgenda(v *visit, status int, view AgendaView) error {
	t := v.t
	view.Frame, view.Words = s.frame(v, t.T("agenda.title")), v.URL.Query().Get("q")
	view.Contacts, view.MayCode = s.may(v, access.SeeParties), s.may(v, access.WriteForum)
	picks, err := s.Agenda.Picks(v.Context(), v.me())
	if err != nil {
		return err
	}
	if err := s.agendaPicks(v, &view, picks); err != nil {
		return err
	}
	if err := s.agendaOffer(v, &view, picks); err != nil {
		return err
	}
	all, err := s.Agenda.Addresses(v.Context(), v.me())
	if err != nil {
		return err
	}
	for _, a := range all {
		line := AddressLine{a.ID, a.Name, t.DateTime(a.Made), t.T("agenda.never")}
		if !a.Used.IsZero() {
			line.Used = t.DateTime(a.Used)
		}
		view.Addresses = append(view.Addresses, line)
	}
	return s.show(v, status, "agenda", view)
}

// agendaPicks adds what the person picked, by time, and says what overlaps.
func (s *site) agendaPicks(v *visit, view *AgendaView, picks []agenda.Pick) error {
	type at struct {
		line       AgendaLine
		start, end time.Time
	}
	var all []at
	for _, x := range picks {
		p, err := s.Forum.Programme(v.Context(), x.Edition, 0)
		if err != nil && !fail.Is(err, fail.Missing) {
			return err
		}
		var y *forum.Session
		if err == nil {
			y = p.Session(x.Session)
		}
		if y == nil {
			all = append(all, at{line: AgendaLine{ID: string(x.Session), Title: v.t.T("agenda.gone"), Gone: true}})
			continue
		}
		all = append(all, at{s.agendaLine(v, p, y, true), y.Start, y.End})
	}
	slices.SortStableFunc(all, func(a, b at) int { return a.start.Compare(b.start) })
	for i, x := range all {
		for j, y := range all {
			if i != j && !x.line.Gone && !y.line.Gone && !x.line.Cancelled && !y.line.Cancelled && x.start.Before(y.end) && y.start.Before(x.end) {
				x.line.Overlaps = true
			}
		}
		view.Picks = append(view.Picks, x.line)
	}
	return nil
}

func (s *site) agendaLine(v *visit, p *forum.Programme, y *forum.Session, dated bool) AgendaLine {
	title, _ := y.Title.In(v.t.Code)
	z := p.Location(y)
	line := AgendaLine{ID: string(y.ID), Title: title, Href: "/public/forum/" + p.Edition.ID + "/session/" + string(y.ID), Cancelled: y.Status == forum.Cancelled,
		When: y.Start.In(z).Format("15:04") + "–" + y.End.In(z).Format("15:04")}
	if dated {
		line.When = v.t.Date(y.Start.In(z)) + ", " + line.When
	}
	if r := p.Room(y.Room); r != nil {
		line.Where, _ = r.Name.In(v.t.Code)
	}
	return line
}

// agendaOffer adds the sessions of the current edition to pick from.
func (s *site) agendaOffer(v *visit, view *AgendaView, picks []agenda.Pick) error {
	editions, err := s.Forum.Editions(v.Context())
	if err != nil {
		return err
	}
	e := forum.Current(editions, s.Clock())
	if e == nil {
		return nil
	}
	p, err := s.Forum.Programme(v.Context(), e.ID, 0)
	if fail.Is(err, fail.Missing) {
		return nil // none is published yet
	}
	if err != nil {
		return err
	}
	view.Edition, _ = e.Name.In(v.t.Code)
	view.Zone = p.Edition.Zone
	view.Programme = "/public/forum/" + e.ID + "/programme"
	for i, y := range p.Select(forum.Filter{Text: view.Words}) {
		if i >= agendaOffered {
			break
		}
		day := v.t.Day(p.Day(y))
		if n := len(view.Days); n == 0 || view.Days[n-1].Name != day {
			view.Days = append(view.Days, AgendaDay{Name: day})
		}
		line := s.agendaLine(v, p, y, false)
		line.Picked = slices.ContainsFunc(picks, func(x agenda.Pick) bool { return x.Session == y.ID })
		d := &view.Days[len(view.Days)-1]
		d.Sessions = append(d.Sessions, line)
	}
	return nil
}

// changeAgenda picks and drops sessions, makes and ends addresses. A secret is
// in the answer to the form and on no page after it.
func (s *site) changeAgenda(v *visit) error {
	ctx, me := v.Context(), v.me()
	var err error
	view, said := AgendaView{}, "saved"
	switch v.FormValue("do") {
	case "pick":
		err = s.Agenda.Pick(ctx, me, landbridge.ID(v.FormValue("session")))
	case "drop":
		err = s.Agenda.Drop(ctx, me, landbridge.ID(v.FormValue("session")))
	case "end":
		err = s.Agenda.End(ctx, me, v.FormValue("address"))
	case "address":
		var a *agenda.Address
		if a, err = s.Agenda.NewAddress(ctx, me, v.FormValue("name"), v.FormValue("contacts") != ""); err == nil {
			view.Made = &AddressMade{s.Public + "/dav/" + a.ID + "/", a.ID, a.Secret, a.Name}
			return s.showAgenda(v, http.StatusOK, view)
		}
	case "code":
		var ends time.Time
		if view.Code, ends, err = s.Agenda.NewCode(ctx, me, v.FormValue("label")); err == nil {
			view.CodeEnds, view.CodeURL = v.t.Date(ends), s.Public+"/public/agenda"
			return s.showAgenda(v, http.StatusOK, view)
		}
	default:
		err = fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Missing) {
		view.Problem = sentence(fail.Safe(err))
		return s.showAgenda(v, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return v.to("/agenda", said)
}
