package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/mechanism"
	"landbridge.example/internal/party"
)

// A MechanismsView is page/mechanisms: the standing groups of parties.
type MechanismsView struct {
	Frame
	Groups []GroupSection
}

// A GroupSection is the groups of one kind.
type GroupSection struct {
	Name  string
	Cards []GroupCard
}

// A GroupCard is one group of the list.
type GroupCard struct {
	Href, Name, Purpose, Members string
	In                           bool
	Next                         string
}

func (s *site) mechanisms(v *visit) error {
	all, err := s.Mechanism.All(v.Context(), v.me())
	if err != nil {
		return err
	}
	t := v.t
	view := MechanismsView{Frame: s.frame(v, t.T("mech.title"))}
	for _, kind := range []string{mechanism.MechanismKind, mechanism.PlatformKind} {
		sec := GroupSection{Name: t.T("mech.kind." + kind)}
		for _, g := range all {
			if g.Kind != kind {
				continue
			}
			card := GroupCard{Href: "/mechanisms/" + g.ID, Name: t.T("mech." + g.ID + ".name"), Purpose: t.T("mech." + g.ID + ".purpose"), In: g.In}
			var in []string
			for _, m := range g.State.Members {
				if m.In {
					in = append(in, string(m.Party))
				}
			}
			card.Members = t.T("mech.members", len(in))
			if len(in) > 0 {
				card.Members += ": " + few(t, in, 8)
			}
			if e := nextEntry(g, s.Clock()); e != nil {
				card.Next = t.DateTime(e.Event.Start) + " · " + e.Event.Title
			}
			sec.Cards = append(sec.Cards, card)
		}
		view.Groups = append(view.Groups, sec)
	}
	return s.show(v, http.StatusOK, "mechanisms", view)
}

func nextEntry(g *mechanism.Group, now time.Time) *mechanism.Entry {
	for i, e := range g.State.Calendar {
		if e.Event.End.After(now) && !e.Cancelled {
			return &g.State.Calendar[i]
		}
	}
	return nil
}

// A MechanismView is page/mechanism: one group.
type MechanismView struct {
	Frame
	ID, Name, Purpose, Kind, Rhythm string
	Processes                       []string
	Members                         []GroupMember
	Desks                           []DeskCard
	Entries, Past                   []EntryLine
	In, MayAct                      bool
	Own                             []Choice // contact points of this party
	Problem                         string
	Calendar                        string
}

// A GroupMember is one party's place in the group.
type GroupMember struct {
	Code, Name, Since, Desk, Note string
	In                            bool
}

// An EntryLine is one entry of the calendar.
type EntryLine struct {
	ID, Title, Place, When, Until, By, Note string
	ISO                                     string
	Status                                  Pill
	Answers                                 []AnswerLine
	Mine, MayAnswer                         bool
}

// An AnswerLine is what one member says to an entry.
type AnswerLine struct {
	Code, Note string
	Kind       Pill
}

func (s *site) mechanism(v *visit) error {
	g, err := s.Mechanism.Show(v.Context(), v.me(), v.PathValue("mechanism"))
	if err != nil {
		return err
	}
	return s.showMechanism(v, http.StatusOK, g, "")
}

func (s *site) showMechanism(v *visit, status int, g *mechanism.Group, problem string) error {
	t := v.t
	view := MechanismView{Frame: s.frame(v, t.T("mech."+g.ID+".name")), ID: g.ID, Name: t.T("mech." + g.ID + ".name"), Purpose: t.T("mech." + g.ID + ".purpose"),
		Kind: t.T("mech.since."+g.Kind, strconv.Itoa(g.Founded)), Rhythm: t.T("mech.rhythm." + g.Rhythm), In: g.In, MayAct: s.may(v, access.ActInMechanism),
		Problem: problem, Calendar: "/mechanisms/" + g.ID + "/calendar.ics"}
	for _, p := range g.Processes {
		view.Processes = append(view.Processes, s.processName(t, p))
	}
	d, err := s.Directory.View(v.Context())
	if err != nil {
		return err
	}
	s.groupMembers(v, &view, g, d.Desks())
	now := s.Clock()
	for _, e := range g.State.Calendar {
		line := s.entryLine(v, &view, e)
		if e.Event.End.After(now) {
			view.Entries = append(view.Entries, line)
		} else {
			view.Past = append(view.Past, line)
		}
	}
	return s.show(v, status, "mechanism", view)
}

// groupMembers adds who takes part and the contact points that serve the group:
// the one a member named, else those whose function fits.
func (s *site) groupMembers(v *visit, view *MechanismView, g *mechanism.Group, desks []party.Desk) {
	t := v.t
	for _, m := range g.State.Members {
		view.Members = append(view.Members, GroupMember{string(m.Party), s.partyName(v, m.Party), t.Date(m.Since), m.Desk, m.Note, m.In})
		for _, d := range desks {
			if m.In && d.Party == m.Party && (m.Desk == d.ID || m.Desk == "" && (d.Function == g.Function || d.Always())) {
				view.Desks = append(view.Desks, s.deskCard(v, d))
			}
		}
	}
	view.Own = []Choice{{"", t.T("mech.desk.any"), true}}
	for _, d := range desks {
		if d.Party == s.Party {
			view.Own = append(view.Own, Choice{d.ID, d.Contact.Name.In(t.Code), false})
		}
	}
}

func (s *site) entryLine(v *visit, view *MechanismView, e mechanism.Entry) EntryLine {
	t := v.t
	class := map[string]string{mechanism.Agreed: "green", mechanism.Declined: "red", mechanism.Cancelled: "", "proposed": "amber"}
	line := EntryLine{ID: string(e.ID), Title: e.Event.Title, Place: e.Event.Place, When: t.DateTime(e.Event.Start),
		Until: t.DateTime(e.Event.End), Note: e.Event.Note,
		ISO: iso(e.Event.Start), By: s.partyName(v, e.By), Status: Pill{class[e.Status], t.T("mech.status." + e.Status)}, Mine: e.By == s.Party && !e.Cancelled}
	for _, a := range e.Answers {
		if a.Kind != "" {
			line.Answers = append(line.Answers, AnswerLine{string(a.Party), a.Note, Pill{class[a.Kind], t.T("mech.status." + a.Kind)}})
		}
	}
	line.MayAnswer = view.In && !line.Mine && !e.Cancelled
	return line
}

func (s *site) mechanismCalendar(v *visit) error {
	g, err := s.Mechanism.Show(v.Context(), v.me(), v.PathValue("mechanism"))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+g.ID+`.ics"`)
	v.send(http.StatusOK, "text/calendar; charset=utf-8", []byte(g.Calendar(v.t.T("mech."+g.ID+".name"))))
	return nil
}

// sayInMechanism has this party say something in a group.
func (s *site) sayInMechanism(v *visit) error {
	id := v.PathValue("mechanism")
	say := mechanism.Saying{Kind: v.FormValue("do"), Desk: v.FormValue("desk"), Note: strings.TrimSpace(v.FormValue("note")), Of: landbridge.ID(v.FormValue("of"))}
	if !slices.Contains(mechanism.Kinds(), say.Kind) {
		return fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	var err error
	if say.Kind == mechanism.Scheduled {
		say.Event = &mechanism.Event{Title: strings.TrimSpace(v.FormValue("title")), Place: strings.TrimSpace(v.FormValue("place")), Note: say.Note}
		say.Note = ""
		if say.Event.Start, err = formTime(v.FormValue("start")); err == nil {
			say.Event.End, err = formTime(v.FormValue("end"))
		}
	}
	if err == nil {
		err = s.Mechanism.Say(v.Context(), v.me(), id, say)
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.Conflict) {
		g, e := s.Mechanism.Show(v.Context(), v.me(), id)
		if e != nil {
			return e
		}
		return s.showMechanism(v, http.StatusUnprocessableEntity, g, sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/mechanisms/"+id, "said")
}

// formTime reads what a datetime-local control sends, in UTC as the page says.
func formTime(text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fail.New(fail.Invalid, "give beginning and end as dates with times, in UTC")
}
