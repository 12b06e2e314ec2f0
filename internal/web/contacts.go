package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"landbridge.example/internal/lang"
	"landbridge.example/internal/party"
)

// A ContactsView is page/contacts: the contact points of all parties.
type ContactsView struct {
	Frame
	Desks     []DeskCard
	Parties   []Choice
	Functions []Choice
	Processes []Choice
	Spoken    []Choice
	Duty      bool
	Filtered  bool
	VCard     string
	There     int
}

// A DeskCard is one contact point.
type DeskCard struct {
	Code, Party, Name, Function string
	Person, Phone, Email        string
	Languages, Hours            string
	Present                     Pill
	Until, Local                string
	Channels                    []NameValue
	Watches, Powers             []string
	VCard                       string
}

// desks lists the contact points that the address describes.
func (s *site) desks(v *visit) ([]party.Desk, error) {
	q := v.URL.Query()
	d, err := s.Directory.View(v.Context())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(d.Desks(), func(d party.Desk) bool {
		return q.Get("party") != "" && string(d.Party) != q.Get("party") || q.Get("id") != "" && d.ID != q.Get("id") ||
			q.Get("function") != "" && d.Function != q.Get("function") || q.Get("process") != "" && !d.Serves(q.Get("process")) ||
			q.Get("language") != "" && !slices.Contains(d.Languages, q.Get("language")) || q.Get("duty") == "yes" && !d.Present(s.Clock()).Now
	}), nil
}

func (s *site) contacts(v *visit) error {
	all, err := s.desks(v)
	if err != nil {
		return err
	}
	q, t := v.URL.Query(), v.t
	view := ContactsView{Frame: s.frame(v, t.T("office.title")), Duty: q.Get("duty") == "yes", VCard: with("/contacts.vcf", q, "id", ""),
		Filtered:  q.Get("party")+q.Get("function")+q.Get("process")+q.Get("language")+q.Get("duty") != "",
		Functions: choices(t, "office.function.", party.Functions(), q.Get("function")), Processes: s.processChoices(t, q.Get("process")),
		Spoken: []Choice{{"", t.T("cases.any"), q.Get("language") == ""}}}
	for _, l := range lang.Languages() {
		view.Spoken = append(view.Spoken, Choice{l.Code, t.T("language." + l.Code), l.Code == q.Get("language")})
	}
	if view.Parties, err = s.partyChoices(v, q.Get("party")); err != nil {
		return err
	}
	for _, d := range all {
		card := s.deskCard(v, d)
		if d.Present(s.Clock()).Now {
			view.There++
		}
		view.Desks = append(view.Desks, card)
	}
	return s.show(v, http.StatusOK, "contacts", view)
}

func (s *site) deskCard(v *visit, d party.Desk) DeskCard {
	t := v.t
	card := DeskCard{Code: string(d.Party), Party: d.Name.In(t.Code), Name: d.Contact.Name.In(t.Code), Person: d.Person, Phone: d.Phone, Email: d.Email,
		Languages: languages(t, d.Languages), Hours: d.Hours, VCard: "/contacts.vcf?party=" + string(d.Party) + "&id=" + d.ID}
	if d.Function != "" {
		card.Function = t.T("office.function." + d.Function)
	}
	s.present(v, &card, d.Present(s.Clock()))
	for _, c := range d.Channels {
		card.Channels = append(card.Channels, NameValue{t.T("office.channel." + c.Kind), strings.TrimSpace(c.Value + " " + c.Note)})
	}
	for _, w := range d.Duty {
		days := make([]string, len(w.Days))
		for i, x := range w.Days {
			days[i] = t.T("office.day." + x)
		}
		card.Watches = append(card.Watches, strings.Join(days, " ")+" "+w.From+"–"+w.To)
	}
	for _, p := range d.Powers {
		may := make([]string, len(p.May))
		for i, x := range p.May {
			may[i] = t.T("office.may." + x)
		}
		card.Powers = append(card.Powers, t.T("office.power", strings.TrimSpace(s.processName(t, p.Process)+" "+p.Measure), t.List(may)))
	}
	return card
}

// present says who is there now, in words.
func (s *site) present(v *visit, card *DeskCard, p party.Presence) {
	t, now := v.t, s.Clock()
	span := func() string { return t.Duration(p.Until.Sub(now).Truncate(time.Minute)) }
	switch {
	case !p.Known:
		card.Present = Pill{"", t.T("office.unknown")}
	case p.Now && p.Until.IsZero():
		card.Present = Pill{"green", t.T("office.always")}
	case p.Now:
		card.Present, card.Until = Pill{"green", t.T("office.there")}, t.T("office.until", span())
	default:
		card.Present = Pill{"amber", t.T("office.away")}
		if !p.Until.IsZero() {
			card.Until = t.T("office.from", span())
		}
	}
	if !p.Local.IsZero() {
		card.Local = t.T("office.local", p.Local.Format("15:04"), p.Local.Location().String())
	}
}

// processName returns a process's title in the reader's language, or its id
// where this release does not know it.
func (s *site) processName(t *lang.Texts, id string) string {
	for _, d := range s.Casework.Processes() {
		if d.Ref.ID == id {
			return processTitle(t, d.Ref, d.Title)
		}
	}
	return id
}

func (s *site) contactCards(v *visit) error {
	all, err := s.desks(v)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="contacts.vcf"`)
	v.send(http.StatusOK, "text/vcard; charset=utf-8", []byte(party.VCard(all, v.t.Code, "en")))
	return nil
}
