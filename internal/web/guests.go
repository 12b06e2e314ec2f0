package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
)

func guestRoutes() []route {
	const edition, group, guest = "/delegations/{edition}", "/delegations/{edition}/groups/{group}", "/guests/{guest}"
	return []route{
		{"GET /delegations", access.SeeGuests, false, (*site).guestEditions},
		{"POST /delegations", access.AdmitGuests, false, (*site).openGuestEdition},
		{"GET " + edition, access.SeeGuests, false, (*site).guestEdition},
		{"POST " + edition, access.AdmitGuests, false, (*site).changeGuestEdition},
		{"GET " + edition + "/people", access.SeeGuests, false, (*site).guestList},
		{"POST " + edition + "/people", access.SeeGuests, false, (*site).searchGuests},
		{"GET " + edition + "/badges.pdf", access.AdmitGuests, false, (*site).allBadges},
		{"GET " + edition + "/doors", access.AdmitGuests, false, (*site).guestDoors},
		{"POST " + edition + "/doors", access.AdmitGuests, false, (*site).takeScans},
		{"GET " + edition + "/door.html", access.AdmitGuests, false, (*site).doorPage},
		{"GET " + edition + "/scans.txt", access.AdmitGuests, false, (*site).scanFile},
		{"GET " + edition + "/revoked-badges.txt", access.AdmitGuests, false, (*site).revokedBadges},
		{"GET " + group, access.SeeGuests, false, (*site).guestGroup},
		{"POST " + group, access.NominateGuests, false, (*site).changeGuestGroup},
		{"GET " + guest, access.SeeGuests, false, (*site).guest},
		{"POST " + guest, access.SeeGuests, false, (*site).changeGuest},
		{"GET " + guest + "/letters/{kind}", access.AdmitGuests, false, (*site).guestLetter},
		{"GET " + guest + "/badge.pdf", access.AdmitGuests, false, (*site).guestBadge},
	}
}

// A GuestEditionsView is page/guesteditions: editions that are open for delegations.
type GuestEditionsView struct {
	Frame
	Editions []GuestEditionLine
	MayRun   bool
	Problem  string
	Form     GuestEditionForm
}

// A GuestEditionLine is one edition.
type GuestEditionLine struct {
	Href, ID, Title, Place, Days, Closes, Party string
	Groups, People                              string
	Waiting                                     string // nominations to decide
	WaitingHref                                 string
	Here                                        bool
	State                                       Pill
}

// A GuestEditionForm is what the secretariat says about an edition.
type GuestEditionForm struct {
	ID, Title, Place, Host, Zone, Starts, Ends, Closes, Keep string
	New                                                      bool
}

const formMinute = "2006-01-02T15:04"

func (s *site) guestEditions(v *visit) error {
	return s.showGuestEditions(v, http.StatusOK, GuestEditionForm{Keep: "30", New: true}, "")
}

func (s *site) showGuestEditions(v *visit, status int, form GuestEditionForm, problem string) error {
	all, err := s.Guests.Editions(v.Context(), v.me())
	if err != nil {
		return err
	}
	view := GuestEditionsView{Frame: s.frame(v, v.t.T("guest.title")), MayRun: s.may(v, access.AdmitGuests), Problem: problem, Form: form}
	view.Live = false // a form is being written
	for _, h := range all {
		view.Editions = append(view.Editions, guestEditionLine(v.t, h))
	}
	return s.show(v, status, "guesteditions", view)
}

func guestEditionLine(t *lang.Texts, h delegation.Held) GuestEditionLine {
	l := GuestEditionLine{Href: "/delegations/" + h.ID, ID: h.ID, Title: h.Title, Place: h.Place, Days: days(t, h.Edition), Closes: t.DateTime(h.Closes),
		Party: string(h.Host), Groups: t.Number(int64(h.Groups)), Here: h.Here, State: Pill{"green", t.T("guest.open")}}
	people := h.People[delegation.Nominated] + h.People[delegation.Approved] + h.People[delegation.Proposed]
	l.People = t.Number(int64(people))
	if n := h.People[delegation.Nominated]; n > 0 {
		l.Waiting, l.WaitingHref = t.Number(int64(n)), l.Href+"/people?state="+delegation.Nominated
	}
	if h.Over {
		l.State = Pill{"", t.T("guest.closed")}
	}
	return l
}

// days are the days of an edition, where it takes place.
func days(t *lang.Texts, e delegation.Edition) string {
	first, last := e.Days()
	return t.Date(first) + " – " + t.Date(last)
}

// openGuestEdition opens an edition for delegations.
func (s *site) openGuestEdition(v *visit) error {
	form, e, err := readGuestEdition(v, strings.TrimSpace(v.FormValue("id")))
	form.New = true
	if err == nil {
		err = s.Guests.SetEdition(v.Context(), v.me(), e)
	}
	if sayable(err) {
		return s.showGuestEditions(v, http.StatusUnprocessableEntity, form, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/delegations/"+e.ID, "guest-done")
}

// sayable reports whether an error is a sentence for who filled in a form.
func sayable(err error) bool {
	return fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Expired)
}

func readGuestEdition(v *visit, id string) (GuestEditionForm, delegation.Edition, error) {
	get := func(name string) string { return strings.TrimSpace(v.FormValue(name)) }
	f := GuestEditionForm{ID: id, Title: get("title"), Place: get("place"), Host: get("host"), Zone: get("zone"), Starts: get("starts"), Ends: get("ends"),
		Closes: get("closes"), Keep: get("keep")}
	e := delegation.Edition{ID: id, Title: f.Title, Place: f.Place, Host: f.Host, Zone: f.Zone}
	for _, x := range []struct {
		text string
		into *time.Time
	}{{f.Starts, &e.Starts}, {f.Ends, &e.Ends}, {f.Closes, &e.Closes}} {
		if x.text == "" {
			continue
		}
		at, err := formTime(x.text)
		if err != nil {
			return f, e, err
		}
		*x.into = at
	}
	e.KeepDays, _ = strconv.Atoi(f.Keep) // what is no number is refused as 0
	return f, e, nil
}

// A GuestEditionView is page/guestedition: the delegations of one edition.
type GuestEditionView struct {
	Frame
	GuestHead
	Groups   []GuestGroupLine
	Kinds    []Choice
	Parties  []Choice
	Form     GuestEditionForm
	Invite   GuestInvite
	Problem  string
	Settings bool   // what is wrong is in the settings
	Outdated string // how many badges say another end; "": none
}

// A GuestHead is what the pages of an edition have on top.
type GuestHead struct {
	Edition, Name, Place, Days, Closes, Host, Keep string
	MayRun                                         bool
	Tabs2                                          []NavItem
}

// A GuestGroupLine is one delegation.
type GuestGroupLine struct {
	Href, Name, Kind, By, Quota string
	Link                        string // until when a link waits
	People                      []GuestCount
}

// A GuestCount is how many people stand in a state, with where they are listed.
type GuestCount struct{ Href, Class, Text string }

// A GuestInvite is the form for a new delegation.
type GuestInvite struct{ Name, Members, Observers string }

// guestHead returns the head of the pages of an edition.
func (s *site) guestHead(v *visit, edition, here string) (GuestHead, *delegation.Held, error) {
	all, err := s.Guests.Editions(v.Context(), v.me())
	if err != nil {
		return GuestHead{}, nil, err
	}
	i := slices.IndexFunc(all, func(h delegation.Held) bool { return h.ID == edition })
	if i < 0 {
		return GuestHead{}, nil, fail.New(fail.Missing, "this edition is not open for delegations; see the list")
	}
	e, base := &all[i], "/delegations/"+edition
	h := GuestHead{Edition: e.ID, Name: e.Title, Place: e.Place, Days: days(v.t, e.Edition), Closes: v.t.DateTime(e.Closes), Host: string(e.Host),
		Keep: v.t.Date(e.Ends.AddDate(0, 0, e.KeepDays)), MayRun: e.Here && s.may(v, access.AdmitGuests)}
	tabs := []NavItem{{Href: base, Name: v.t.T("guest.tab.groups")}, {Href: base + "/people", Name: v.t.T("guest.tab.people")}}
	if h.MayRun {
		tabs = append(tabs, NavItem{Href: base + "/doors", Name: v.t.T("guest.tab.doors")})
	}
	for i := range tabs {
		tabs[i].Current = tabs[i].Href == here
	}
	h.Tabs2 = tabs
	return h, e, nil
}

func (s *site) guestEdition(v *visit) error {
	return s.showGuestEdition(v, http.StatusOK, GuestEditionView{Invite: GuestInvite{Members: "8", Observers: "4"}})
}

func (s *site) showGuestEdition(v *visit, status int, view GuestEditionView) error {
	id, t := v.PathValue("edition"), v.t
	head, e, err := s.guestHead(v, id, "/delegations/"+id)
	if err != nil {
		return err
	}
	all, err := s.Guests.Delegations(v.Context(), v.me(), id)
	if err != nil {
		return err
	}
	view.Frame, view.GuestHead = s.frame(v, e.Title), head
	if head.MayRun && e.Outdated > 0 && e.Ends.After(s.Clock()) {
		view.Outdated = t.T("guest.outdated", e.Outdated)
	}
	view.Live = !head.MayRun
	if view.Form.Host == "" {
		view.Form = GuestEditionForm{ID: id, Title: e.Title, Place: e.Place, Host: e.Edition.Host, Zone: e.Zone, Starts: e.Starts.Format(formMinute),
			Ends:   e.Ends.Format(formMinute),
			Closes: e.Closes.Format(formMinute), Keep: strconv.Itoa(e.KeepDays)}
	}
	view.Kinds = guestChoices(t, "guest.kind.", delegation.Kinds(), "")
	view.Parties = []Choice{{"", t.T("guest.party.none"), true}}
	parties, err := s.Directory.All(v.Context())
	if err != nil {
		return err
	}
	for _, p := range parties {
		view.Parties = append(view.Parties, Choice{string(p.Party), string(p.Party) + " · " + p.Record.Name.In(t.Code), false})
	}
	for _, d := range all {
		l := GuestGroupLine{Href: "/delegations/" + id + "/groups/" + string(d.ID), Name: d.Name, Kind: t.T("guest.kind." + d.Kind), By: string(d.Party),
			Quota: t.T("guest.quota", d.Members, d.Observers), People: guestCounts(t, "/delegations/"+id+"/people?delegation="+string(d.ID)+"&state=", d.Count)}
		if !d.LinkUntil.IsZero() {
			l.Link = t.DateTime(d.LinkUntil)
		}
		view.Groups = append(view.Groups, l)
	}
	return s.show(v, status, "guestedition", view)
}

func guestStateClass(state string) string {
	return map[string]string{delegation.Nominated: "amber", delegation.Proposed: "amber", delegation.Approved: "green", delegation.Refused: "red"}[state]
}

func guestCounts(t *lang.Texts, href string, count map[string]int) (all []GuestCount) {
	for _, state := range delegation.States() {
		if n := count[state]; n > 0 {
			all = append(all, GuestCount{href + state, guestStateClass(state), t.Number(int64(n)) + " " + t.T("guest.state."+state)})
		}
	}
	return all
}

func guestChoices(t *lang.Texts, prefix string, words []string, now string) (all []Choice) {
	for _, w := range words {
		all = append(all, Choice{w, t.T(prefix + w), w == now})
	}
	return all
}

// changeGuestEdition changes the deadlines of an edition, or invites a delegation.
func (s *site) changeGuestEdition(v *visit) error {
	id := v.PathValue("edition")
	var view GuestEditionView
	var err error
	to := "/delegations/" + id
	switch v.FormValue("do") {
	case "set":
		var e delegation.Edition
		view.Settings = true
		if view.Form, e, err = readGuestEdition(v, id); err == nil {
			err = s.Guests.SetEdition(v.Context(), v.me(), e)
		}
	case "renew":
		if _, err = s.Guests.Renew(v.Context(), v.me(), id); err == nil {
			return v.to(to, "renewed")
		}
	case "invite":
		view.Invite = GuestInvite{v.FormValue("name"), v.FormValue("members"), v.FormValue("observers")}
		d := delegation.Delegation{Edition: id, Kind: v.FormValue("kind"), Party: landbridge.PartyID(v.FormValue("party")), Name: view.Invite.Name}
		if d.Members, d.Observers, err = quota(v); err == nil {
			if d.ID, err = s.Guests.Invite(v.Context(), v.me(), d); err == nil {
				to += "/groups/" + string(d.ID)
			}
		}
	default:
		err = notUnderstood()
	}
	if sayable(err) {
		view.Problem = sentence(fail.Safe(err))
		return s.showGuestEdition(v, http.StatusUnprocessableEntity, view)
	}
	if err != nil {
		return err
	}
	return v.to(to, "guest-done")
}

func quota(v *visit) (members, observers int, err error) {
	members, err1 := strconv.Atoi(strings.TrimSpace(v.FormValue("members")))
	observers, err2 := strconv.Atoi(strings.TrimSpace(v.FormValue("observers")))
	if err1 != nil || err2 != nil {
		return 0, 0, fail.New(fail.Invalid, "write the quota as two numbers: members and observers")
	}
	return members, observers, nil
}

func notUnderstood() error {
	return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
}
