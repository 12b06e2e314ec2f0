package web

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/fail"
)

// A GuestGroupView is page/guestgroup: one delegation, its people, and the
// forms to nominate.
type GuestGroupView struct {
	Frame
	GuestHead
	Self               string // address of this page
	GroupName, Kind    string
	By                 string
	Members, Observers string
	Seats              []GuestSeat
	People             []GuestLine
	More               string // where all are listed, when there are more
	LinkUntil          string
	Secret             string // of a link that was just made
	SecretPage         string
	MayNominate        bool
	MayLink            bool
	Over               bool
	Problem            string
	Form               GuestForm
	Report             []GuestFinding
	Checked            string
}

// A GuestSeat is how many seats of a part are taken.
type GuestSeat struct {
	Part        string
	Taken, Most string
	Full        bool
}

// A GuestFinding is what is wrong with a row of a table.
type GuestFinding struct {
	Row        int
	Name, Text string
}

// A GuestForm is the form for one person.
type GuestForm struct {
	Parts                                   []Choice
	Latin, Name, Title, Nation, Email, Lang string
	Born, Passport, Expires, Mission        string
	Visa                                    bool
}

func readGuestForm(v *visit) (GuestForm, delegation.Nominee) {
	get := func(name string) string { return strings.TrimSpace(v.FormValue(name)) }
	f := GuestForm{Latin: get("latin"), Name: get("name"), Title: get("title"), Nation: strings.ToUpper(get("nation")), Email: get("email"), Lang: get("lang"),
		Born: get("born"), Passport: get("passport"), Expires: get("expires"), Mission: get("mission")}
	n := delegation.Nominee{Part: get("part"), Person: delegation.Person{Latin: f.Latin, Name: f.Name, Title: f.Title, Nation: f.Nation,
		Email: f.Email, Lang: f.Lang}}
	if x := (delegation.Visa{Born: f.Born, Passport: f.Passport, Expires: f.Expires, Mission: f.Mission}); x != (delegation.Visa{}) {
		n.Person.Visa, f.Visa = &x, true
	}
	f.Parts = guestChoices(v.t, "guest.part.", delegation.Parts(), n.Part)
	return f, n
}

func (s *site) guestGroup(v *visit) error {
	return s.showGuestGroup(v, http.StatusOK, GuestGroupView{Form: GuestForm{Parts: guestChoices(v.t, "guest.part.", delegation.Parts(), delegation.Member)}})
}

func (s *site) groupID(v *visit) (landbridge.ID, error) {
	id, err := landbridge.ParseID(v.PathValue("group"))
	if err != nil {
		return "", fail.New(fail.Missing, "there is no such delegation; see the list")
	}
	return id, nil
}

func (s *site) showGuestGroup(v *visit, status int, view GuestGroupView) error {
	id, err := s.groupID(v)
	if err != nil {
		return err
	}
	g, err := s.Guests.Group(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	if g.Delegation.Edition != v.PathValue("edition") {
		return fail.New(fail.Missing, "there is no such delegation in this edition; see the list")
	}
	head, _, err := s.guestHead(v, g.Delegation.Edition, "")
	if err != nil {
		return err
	}
	t := v.t
	view.Frame, view.GuestHead, view.Self = s.frame(v, g.Name), head, "/delegations/"+g.Delegation.Edition+"/groups/"+string(id)
	view.Live = false // a form is being written
	view.GroupName, view.Kind, view.By = g.Name, t.T("guest.kind."+g.Kind), string(g.Party)
	view.Members, view.Observers, view.Over = strconv.Itoa(g.Members), strconv.Itoa(g.Observers), g.Over
	view.MayNominate, view.MayLink = g.MayNominate, g.MayLink
	if !g.LinkUntil.IsZero() {
		view.LinkUntil = t.DateTime(g.LinkUntil)
	}
	for _, part := range delegation.Parts() {
		taken, most := g.Taken[part], g.Seats[part]
		if part == delegation.Member {
			taken += g.Taken[delegation.Deputy]
		}
		view.Seats = append(view.Seats, GuestSeat{t.T("guest.part." + part), t.Number(int64(taken)), t.Number(int64(most)), taken >= most})
	}
	l, err := s.Guests.List(v.Context(), v.me(), delegation.Query{Edition: g.Delegation.Edition, Group: id})
	if err != nil {
		return err
	}
	for _, x := range l.Lines {
		view.People = append(view.People, guestLine(t, x))
	}
	if l.Total > len(l.Lines) {
		view.More = "/delegations/" + g.Delegation.Edition + "/people?delegation=" + string(id)
	}
	return s.show(v, status, "guestgroup", view)
}

// changeGuestGroup nominates, makes a link or changes the quota.
func (s *site) changeGuestGroup(v *visit) error {
	id, err := s.groupID(v)
	if err != nil {
		return err
	}
	self := "/delegations/" + v.PathValue("edition") + "/groups/" + string(id)
	form, one := readGuestForm(v)
	view := GuestGroupView{Form: form}
	switch do := v.FormValue("do"); do {
	case "nominate":
		_, err = s.Guests.Nominate(v.Context(), v.me(), id, []delegation.Nominee{one})
	case "table", "check":
		return s.nominateTable(v, id, do == "check", self)
	case "resize":
		var members, observers int
		if members, observers, err = quota(v); err == nil {
			err = s.Guests.Resize(v.Context(), v.me(), id, members, observers)
		}
	case "link":
		days, e := strconv.Atoi(v.FormValue("days"))
		if e != nil {
			err = fail.New(fail.Invalid, "say for how many days the link works")
			break
		}
		secret, e := s.Guests.Link(v.Context(), v.me(), id, time.Duration(min(days, 1000))*24*time.Hour)
		if err = e; err == nil { // told here and nowhere else
			view.Secret, view.SecretPage = secret, "/public/nominate"
			return s.showGuestGroup(v, http.StatusOK, view)
		}
	default:
		err = notUnderstood()
	}
	if sayable(err) {
		view.Problem = sentence(fail.Safe(err))
		return s.showGuestGroup(v, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return v.to(self, "guest-done")
}

func (s *site) nominateTable(v *visit, id landbridge.ID, check bool, self string) error {
	view := GuestGroupView{Form: GuestForm{Parts: guestChoices(v.t, "guest.part.", delegation.Parts(), delegation.Member)}}
	var table []byte
	file, _, err := v.FormFile("file")
	if err == nil {
		defer file.Close()
		table, err = io.ReadAll(io.LimitReader(file, delegation.MaxTable+1))
	}
	if err != nil {
		view.Problem = v.t.T("guest.table.nofile")
		return s.showGuestGroup(v, http.StatusUnprocessableEntity, view)
	}
	rep, err := s.Guests.NominateTable(v.Context(), v.me(), id, table, check)
	switch {
	case sayable(err):
		view.Problem = sentence(fail.Safe(err))
	case err != nil:
		return err
	case len(rep.Findings) > 0:
		view.Problem = v.t.T("guest.table.bad", len(rep.Findings))
		for _, f := range rep.Findings {
			view.Report = append(view.Report, GuestFinding{f.Row, f.Name, sentence(f.Problem)})
		}
	case check:
		view.Checked = v.t.T("guest.table.good", rep.Rows)
		return s.showGuestGroup(v, http.StatusOK, view)
	default:
		return v.to(self, "guest-done")
	}
	return s.showGuestGroup(v, http.StatusUnprocessableEntity, view)
}
