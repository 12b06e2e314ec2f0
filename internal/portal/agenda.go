package portal

import (
	"context"
	"net/http"
	"slices"

	"landbridge.example"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// Agenda is where guests keep their own agendas: agenda.Agendas.
type Agenda interface {
	Redeem(ctx context.Context, code, name string) (*agenda.Address, error)
	Open(ctx context.Context, address, secret string) (*agenda.Opened, error)
}

const guestPath = Prefix + "agenda"

func agendaRoutes() []route {
	return []route{{"GET " + guestPath, (*site).guestAgenda}, {"POST " + guestPath, (*site).guestForm}}
}

// A GuestView is page/guestagenda: a guest turns a code into a personal address,
// and with it picks sessions. Address and secret travel in forms alone, never in
// an address of a page, and no page keeps them.
type GuestView struct {
	Frame
	Made      *agenda.Address
	URL       string // of the calendar
	Address   string
	Secret    string
	Open      bool
	Days      []GuestDay
	Programme bool // one is published
	Picked    int
	Zone      string
	Problem   string
	Code      string // what was written in the form that was refused
	Device    string
	Redeem    bool // it was the form of a code
}

// A GuestDay is the sessions of one day.
type GuestDay struct {
	Name     string
	Sessions []GuestSession
}

// A GuestSession is one session to pick or drop.
type GuestSession struct {
	ID     string
	Row    SessionRow
	Picked bool
}

func (s *site) guestAgenda(v *visit) error {
	if s.Agenda == nil {
		return s.nothing(v)
	}
	return s.showGuest(v, http.StatusOK, GuestView{})
}

func (s *site) showGuest(v *visit, status int, view GuestView) error {
	view.Frame = s.frame(v, v.t.T("agenda.title"))
	v.w.Header().Set("Cache-Control", "no-store")
	return s.showAs(v, status, "guestagenda", view)
}

func (s *site) guestForm(v *visit) error {
	if s.Agenda == nil {
		return s.nothing(v)
	}
	v.Body = http.MaxBytesReader(v.w, v.Body, MaxForm)
	if err := v.ParseForm(); err != nil {
		return fail.Because(err, fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	if s.Gate != nil {
		if err := s.Gate.Form(v.RemoteAddr); err != nil {
			return err
		}
	}
	view, err := s.guest(v)
	if fail.Is(err, fail.Internal) {
		return err
	}
	if err != nil {
		return s.showGuest(v, http.StatusUnprocessableEntity, GuestView{Problem: capital(fail.Safe(err)), Address: v.PostForm.Get("address"),
			Code: v.PostForm.Get("code"), Device: v.PostForm.Get("device"), Redeem: v.PostForm.Get("do") == "redeem"})
	}
	return s.showGuest(v, http.StatusOK, view)
}

// guest does what the form asks for.
func (s *site) guest(v *visit) (GuestView, error) {
	ctx, form := v.Context(), v.PostForm
	if form.Get("do") == "redeem" {
		made, err := s.Agenda.Redeem(ctx, form.Get("code"), form.Get("device"))
		if err != nil {
			return GuestView{}, err
		}
		return s.guestOpened(v, made, made.ID, made.Secret)
	}
	o, err := s.Agenda.Open(ctx, form.Get("address"), form.Get("secret"))
	if err != nil {
		return GuestView{}, err
	}
	switch form.Get("do") {
	case "pick":
		err = o.Pick(ctx, landbridge.ID(form.Get("session")))
	case "drop":
		err = o.Drop(ctx, landbridge.ID(form.Get("session")))
	case "end":
		return GuestView{}, o.End(ctx)
	}
	if err != nil {
		return GuestView{}, err
	}
	return s.guestOpened(v, nil, form.Get("address"), form.Get("secret"))
}

// guestOpened shows an agenda beside the sessions of the current edition.
func (s *site) guestOpened(v *visit, made *agenda.Address, address, secret string) (GuestView, error) {
	view := GuestView{Made: made, Address: address, Secret: secret, Open: true, URL: s.Origin + "/dav/" + address + "/"}
	o, err := s.Agenda.Open(v.Context(), address, secret)
	if err != nil {
		return view, err
	}
	picks, err := o.Picks(v.Context())
	if err != nil {
		return view, err
	}
	editions, err := s.Forum.Editions(v.Context())
	if err != nil {
		return view, err
	}
	e := forum.Current(editions, s.Clock())
	if e == nil {
		return view, nil
	}
	p, err := s.Forum.Programme(v.Context(), e.ID, 0)
	if fail.Is(err, fail.Missing) {
		return view, nil
	}
	if err != nil {
		return view, err
	}
	view.Programme, view.Zone = true, e.Zone
	w := s.writer(v, p)
	for _, x := range p.Select(forum.Filter{}) {
		day := dayText(v.t, p.Day(x))
		if n := len(view.Days); n == 0 || view.Days[n-1].Name != day {
			view.Days = append(view.Days, GuestDay{Name: day})
		}
		d := &view.Days[len(view.Days)-1]
		g := GuestSession{string(x.ID), w.row(x, false), slices.ContainsFunc(picks, func(y agenda.Pick) bool { return y.Session == x.ID })}
		if g.Picked {
			view.Picked++
		}
		d.Sessions = append(d.Sessions, g)
	}
	return view, nil
}
