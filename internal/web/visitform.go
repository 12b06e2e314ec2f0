package web

import (
	"net/http"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	record "landbridge.example/internal/visit"
)

const maxFormLines = 200 // of one list of a record; the module allows fewer

// A VisitFormView is page/visitform: a record that is proposed or corrected.
type VisitFormView struct {
	Frame
	Heading   string
	Action    string
	Back      string
	Kind      string // visit, letter or group
	Seen      string // the version that is corrected
	Form      map[string]string
	Languages []Choice
	Parties   []Choice // beside this one
	Hosts     []Choice // of a visit; of a letter the sender; of a group the chair
	Levels    []Choice
	Letters   []Choice // that this one may answer
	Roles     string   // what an office may be, as the form takes it
	Problem   string
	Own       string
	Correcter bool
}

func (s *site) newVisit(v *visit) error {
	kind := v.PathValue("kind")
	if !slices.Contains(record.RecordKinds(), kind) {
		return fail.New(fail.Missing, "there is no such kind of record")
	}
	today := s.Clock().UTC().Format("2006-01-02")
	form := map[string]string{"language": v.t.Code, "first": today, "last": today, "sent": today, "founded": today, "zone": "UTC", "host": string(s.Party)}
	if to := v.URL.Query().Get("answers"); to != "" {
		form["answers"] = to
	}
	return s.showVisitForm(v, http.StatusOK, kind, "", form, nil, "")
}

func (s *site) correctVisit(v *visit) error {
	f, err := s.visitFound(v)
	if err != nil {
		return err
	}
	form, parties := formOf(f.Newest.Content)
	form["seen"] = f.Newest.Digest.String()
	return s.showVisitForm(v, http.StatusOK, f.Newest.Content.Kind, string(f.ID), form, parties, "")
}

func (s *site) showVisitForm(v *visit, status int, kind, id string, form map[string]string, parties []landbridge.PartyID, problem string) error {
	t := v.t
	view := VisitFormView{Frame: s.frame(v, t.T("visits.new."+kind)), Heading: t.T("visits.new." + kind), Action: "/visit-new/" + kind, Back: "/visits",
		Kind: kind,
		Seen: form["seen"], Form: form, Problem: problem, Own: s.partyName(v, s.Party), Correcter: id != "", Roles: strings.Join(record.SeatRoles(), ", ")}
	view.Live = false
	if id != "" {
		view.Heading, view.Action, view.Back = t.T("visits.correct.title"), "/visits/"+id+"/correct", "/visits/"+id
	}
	for _, l := range lang.Languages() {
		view.Languages = append(view.Languages, Choice{l.Code, l.Name, l.Code == form["language"]})
	}
	d, err := s.Directory.View(v.Context())
	if err != nil {
		return err
	}
	if kind == record.GroupKind {
		view.Hosts = append(view.Hosts, Choice{"", "–", form["host"] == ""})
	}
	for _, l := range d.All() {
		name := string(l.Party) + " · " + s.partyName(v, l.Party)
		view.Hosts = append(view.Hosts, Choice{string(l.Party), name, form["host"] == string(l.Party)})
		if l.Party != s.Party {
			view.Parties = append(view.Parties, Choice{string(l.Party), name, slices.Contains(parties, l.Party)})
		}
	}
	for _, l := range record.Levels() {
		view.Levels = append(view.Levels, Choice{l, t.T("public.visits.level." + l), form["level"] == l || form["level"] == "" && l == "minister"})
	}
	if kind == record.LetterKind {
		all, err := s.Visits.List(v.Context(), v.me(), record.Query{Kind: kind})
		if err != nil {
			return err
		}
		view.Letters = []Choice{{"", "–", form["answers"] == ""}}
		for _, f := range all {
			if string(f.ID) != id {
				c := f.Newest.Content
				view.Letters = append(view.Letters, Choice{string(f.ID), c.Title + ", " + t.Day(c.Day()), form["answers"] == string(f.ID)})
			}
		}
	}
	return s.show(v, status, "visitform", view)
}

// formOf turns a content into what the form shows.
func formOf(c *record.Content) (map[string]string, []landbridge.PartyID) {
	form := map[string]string{"language": c.Language, "title": c.Title, "note": c.Note, "results": strings.Join(c.Results, "\n")}
	var people, papers []string
	for _, p := range c.People {
		people = append(people, string(p.Party)+"; "+p.Office+"; "+p.Role)
	}
	for _, d := range c.Documents {
		papers = append(papers, strings.TrimSuffix(d.Title+"; "+d.Digest.String()+"; "+d.Link, "; "))
	}
	form["people"], form["documents"] = strings.Join(people, "\n"), strings.Join(papers, "\n")
	switch {
	case c.Visit != nil:
		form["host"], form["level"], form["place"], form["zone"] = string(c.Visit.Host), c.Visit.Level, c.Visit.Place, c.Visit.Zone
		form["first"], form["last"], form["off"] = c.Visit.First, c.Visit.Last, c.Visit.CalledOff
		var agenda []string
		for _, i := range c.Visit.Agenda {
			agenda = append(agenda, strings.TrimSpace(agendaTime(c.Visit.Zone, i.Start)+" "+i.Title))
		}
		form["agenda"] = strings.Join(agenda, "\n")
	case c.Letter != nil:
		form["host"], form["sent"], form["reference"], form["answers"] = string(c.Letter.From), c.Letter.Sent, c.Letter.Reference, string(c.Letter.Answers)
	case c.Group != nil:
		form["host"], form["mandate"], form["founded"], form["ended"] = string(c.Group.Chair), c.Group.Mandate, c.Group.Founded, c.Group.Ended
		var meetings []string
		for _, m := range c.Group.Meetings {
			meetings = append(meetings, strings.Join(append([]string{m.Day, m.Title, m.Place}, m.Results...), "; "))
		}
		form["meetings"] = strings.Join(meetings, "\n")
	}
	return form, c.Parties
}

// formLines takes a text area apart: one entry for each line that is not empty.
func formLines(v *visit, name string) ([]string, error) {
	var all []string
	for line := range strings.Lines(strings.ReplaceAll(v.FormValue(name), "\r\n", "\n")) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	if len(all) > maxFormLines {
		return nil, fail.New(fail.TooLarge, "a list of a record has at most %d lines", maxFormLines)
	}
	return all, nil
}

// parts takes a line apart at its semicolons.
func parts(line string, least int) []string {
	all := strings.Split(line, ";")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	for len(all) < least {
		all = append(all, "")
	}
	return all
}

// contentOf reads what the form sent.
func (s *site) contentOf(v *visit, kind string) (*record.Content, error) {
	c := &record.Content{Kind: kind, Language: v.FormValue("language"), Title: strings.TrimSpace(v.FormValue("title")),
		Note: strings.TrimSpace(strings.ReplaceAll(v.FormValue("note"), "\r\n", "\n")), Parties: []landbridge.PartyID{s.Party}}
	for _, p := range v.Form["party"] {
		c.Parties = append(c.Parties, landbridge.PartyID(p))
	}
	slices.Sort(c.Parties)
	c.Parties = slices.Compact(c.Parties)
	var err error
	if c.Results, err = formLines(v, "results"); err != nil {
		return nil, err
	}
	people, err := formLines(v, "people")
	if err != nil {
		return nil, err
	}
	for _, line := range people {
		x := parts(line, 3)
		if x[2] == "" {
			x[2] = record.Takes
		}
		c.People = append(c.People, record.Seat{Party: landbridge.PartyID(strings.ToUpper(x[0])), Office: x[1], Role: x[2]})
	}
	papers, err := formLines(v, "documents")
	if err != nil {
		return nil, err
	}
	for _, line := range papers {
		x := parts(line, 3)
		d, err := landbridge.ParseDigest(x[1])
		if err != nil {
			return nil, fail.New(fail.Invalid, "a document is written “title; digest; link”, its digest is a SHA-256 in hexadecimal, and “%s” has none", x[0])
		}
		c.Documents = append(c.Documents, record.Document{Title: x[0], Digest: d, Link: x[2]})
	}
	return c, s.kindOf(v, c)
}

// kindOf reads the part of the form that one kind of record has.
func (s *site) kindOf(v *visit, c *record.Content) error {
	host := landbridge.PartyID(v.FormValue("host"))
	switch c.Kind {
	case record.VisitKind:
		c.Visit = &record.Visit{Host: host, Level: v.FormValue("level"), Place: strings.TrimSpace(v.FormValue("place")), Zone: strings.TrimSpace(v.FormValue("zone")),
			First: v.FormValue("first"), Last: v.FormValue("last"), CalledOff: strings.TrimSpace(v.FormValue("off"))}
		agenda, err := formLines(v, "agenda")
		for _, line := range agenda {
			item := record.Item{Title: line}
			const stamp = len("2006-01-02 15:04")
			if len(line) > stamp && line[stamp] == ' ' && line[0] >= '0' && line[0] <= '9' && line[4] == '-' {
				if item.Start, err = record.Local(c.Visit.Zone, line[:stamp]); err != nil {
					return err
				}
				item.Title = strings.TrimSpace(line[stamp:])
			}
			c.Visit.Agenda = append(c.Visit.Agenda, item)
		}
		return err
	case record.LetterKind:
		c.Letter = &record.Letter{From: host, Sent: v.FormValue("sent"), Reference: strings.TrimSpace(v.FormValue("reference")),
			Answers: landbridge.ID(v.FormValue("answers"))}
		c.Letter.To = slices.DeleteFunc(slices.Clone(c.Parties), func(p landbridge.PartyID) bool { return p == host })
	case record.GroupKind:
		c.Group = &record.Group{Chair: host, Mandate: strings.TrimSpace(strings.ReplaceAll(v.FormValue("mandate"), "\r\n", "\n")),
			Founded: v.FormValue("founded"), Ended: v.FormValue("ended")}
		meetings, err := formLines(v, "meetings")
		if err != nil {
			return err
		}
		for _, line := range meetings {
			x := parts(line, 3)
			m := record.Meeting{Day: x[0], Title: x[1], Place: x[2]}
			m.Results = slices.DeleteFunc(x[3:], func(r string) bool { return r == "" })
			if len(m.Results) == 0 {
				m.Results = nil
			}
			c.Group.Meetings = append(c.Group.Meetings, m)
		}
	}
	return nil
}

func (s *site) proposeVisit(v *visit) error {
	kind := v.PathValue("kind")
	if !slices.Contains(record.RecordKinds(), kind) {
		return fail.New(fail.Missing, "there is no such kind of record")
	}
	if err := v.ParseForm(); err != nil {
		return fail.Because(err, fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	c, err := s.contentOf(v, kind)
	var id landbridge.ID
	if err == nil {
		id, err = s.Visits.Propose(v.Context(), v.me(), c)
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Missing) {
		return s.showVisitForm(v, http.StatusUnprocessableEntity, kind, "", sent(v), sentParties(v), sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/visits/"+string(id), "said")
}

// sent is what the form sent, to be shown again.
func sent(v *visit) map[string]string {
	form := map[string]string{}
	for k := range v.PostForm {
		form[k] = v.PostForm.Get(k)
	}
	return form
}

func sentParties(v *visit) (all []landbridge.PartyID) {
	for _, p := range v.PostForm["party"] {
		all = append(all, landbridge.PartyID(p))
	}
	return all
}

func (s *site) saveCorrection(v *visit) error {
	f, err := s.visitFound(v)
	if err != nil {
		return err
	}
	if err := v.ParseForm(); err != nil {
		return fail.Because(err, fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	kind := f.Newest.Content.Kind
	c, err := s.contentOf(v, kind)
	var seen landbridge.Digest
	if err == nil {
		if seen, err = landbridge.ParseDigest(v.FormValue("seen")); err != nil {
			err = fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
		}
	}
	if err == nil {
		err = s.Visits.Correct(v.Context(), v.me(), f.ID, seen, c, strings.TrimSpace(v.FormValue("why")))
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Missing) || fail.Is(err, fail.Conflict) {
		return s.showVisitForm(v, http.StatusUnprocessableEntity, kind, string(f.ID), sent(v), sentParties(v), sentence(fail.Safe(err)))
	}
	if err != nil {
		return err
	}
	return v.to("/visits/"+string(f.ID), "said")
}
