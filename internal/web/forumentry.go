package web

import (
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// entryOf is the accepted entry of a call that a new session is made of, as the
// address names it; nil for a session that comes from no entry.
func (s *site) entryOf(v *visit) (*forum.Entry, error) {
	if v.PathValue("session") != newThing || v.FormValue("entry") == "" {
		return nil, nil //nolint:nilnil // none is an answer
	}
	id, err := landbridge.ParseID(v.FormValue("entry"))
	if err != nil {
		return nil, fail.New(fail.Missing, "there is no such entry; the list of the call shows those there are")
	}
	e, err := s.Forum.Opened(v.Context(), v.me(), id)
	if err != nil {
		return nil, err
	}
	if of := v.PathValue("edition"); e.Edition != of {
		return nil, fail.New(fail.Conflict, "this entry belongs to edition %s; put it into the programme of that one", e.Edition)
	}
	return e, nil
}

// entrySession is the form of a session that an entry becomes: what the entry
// says stands in it, and everybody whom it names takes part.
func (s *site) entrySession(v *visit, p sessionPage) error {
	x := p.from.Session(p.d.Edition, "")
	if old := p.d.OfEntry(p.from.ID); old != nil { // it became one meanwhile, or the page was opened twice
		return v.to("/forum/"+p.d.Edition.ID+"/sessions/"+string(old.ID), "placed")
	}
	p.x, p.q = &x, sessionValues(p.d, &x)
	for _, who := range p.from.People {
		p.q.Add("named", who.Name)
	}
	return s.showSession(v, p, nil)
}

// entryPeople is whom the entry names, to choose who takes part.
func entryPeople(e forumEntry, from *forum.Entry) ForumGroup {
	var all []Choice
	for _, who := range from.People {
		all = append(all, Choice{who.Name, strings.Trim(who.Name+" · "+who.Organisation, " ·"), false})
	}
	g := ForumGroup{Name: e.t.T("prog.entry.people"), Help: e.t.T("prog.entry.people.help")}
	if len(all) == 0 {
		g.Help = e.t.T("prog.entry.people.none")
		return g
	}
	g.Fields = []FieldControl{e.ticks("named", e.t.T("prog.entry.named"), all...)}
	return g
}

// keepSession puts a session into the draft: as a change of it or, where an
// entry becomes the session, together with the people of that entry.
func (s *site) keepSession(v *visit, d *forum.Programme, x *forum.Session, ref forum.Ref, next, said string) (problems []string, err error) {
	entry := v.PostForm.Get("entry")
	if x.ID != "" || entry == "" {
		return s.forumChange(v, d.Edition.ID, forum.Changes{Sessions: []forum.Session{*x}, Seen: seenAs(v, ref)}, next, said)
	}
	id, err := landbridge.ParseID(entry)
	if err != nil {
		return nil, fail.New(fail.Missing, "there is no such entry; the list of the call shows those there are")
	}
	done, err := s.Forum.PlaceEntry(v.Context(), v.me(), d.Edition.ID, forum.Placement{Entry: id, Session: *x, People: v.PostForm["named"]})
	if problems = refused(err, done); len(problems) > 0 {
		return problems, nil
	}
	if err != nil {
		return nil, err
	}
	return nil, v.to(next, said)
}

// An EntrySource is the entry that a session comes from, as the session's form
// shows it.
type EntrySource struct {
	Href  string // "" for who may not open it, and where it is erased
	Text  string
	Class string // of the note: red where it can no longer stand
}

// sourceOf fills in from which entry a session comes, and whether that was
// taken back since.
func (s *site) sourceOf(v *visit, view *ForumFormView, p sessionPage) error {
	id := p.x.Entry
	if p.from != nil {
		view.Entry, id = string(p.from.ID), p.from.ID
		view.Heading, view.Title, view.About = v.t.T("prog.entry.place"), v.t.T("prog.entry.place"), v.t.T("prog.entry.place.text")
	}
	if id == "" {
		return nil
	}
	state, err := s.Calls.State(v.Context(), id)
	if err != nil {
		return err
	}
	view.From = &EntrySource{Text: entryWord(v, state)}
	if s.may(v, access.WriteForum) && state != "" && state != call.Erased && state != call.Withdrawn {
		view.From.Href = "/submissions/" + string(id)
	}
	if takenBack(state) {
		view.From.Class = "red"
	}
	return nil
}

// takenBack reports whether an entry in a state can no longer stand in a
// programme. What was erased when its time of keeping was over can.
func takenBack(state string) bool {
	return state != call.Accepted && state != call.Erased && state != ""
}

// entryWord says in a sentence how a session stands to the entry it comes from.
func entryWord(v *visit, state string) string {
	switch {
	case state == call.Withdrawn:
		return v.t.T("prog.entry.withdrawn")
	case takenBack(state):
		return v.t.T("prog.entry.undecided")
	case state == call.Accepted:
		return v.t.T("prog.entry.from")
	}
	return v.t.T("prog.entry.erased")
}

// An EntrySession is the session that an entry became, as the entry's page
// shows it.
type EntrySession struct {
	Href, Number, Title, When, Place string
	Status                           Pill
}

// entryPlace fills in where an entry stands in the programme, or the way there.
// An edition without a draft at this node has neither.
func (s *site) entryPlace(v *visit, view *EntryView, x *call.Dossier) error {
	d, err := s.Forum.Draft(v.Context(), v.me(), x.Call.Edition)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Conflict) {
		return nil
	}
	if err != nil {
		return err
	}
	base := "/forum/" + d.Edition.ID + "/sessions/"
	at := d.OfEntry(x.ID)
	if at == nil {
		if x.State == call.Accepted && d.Edition.Dated() {
			view.Place = base + newThing + "?entry=" + string(x.ID)
		}
		return nil
	}
	row := draftRow(v, d, at, nil)
	z := d.Location(at)
	view.Session = &EntrySession{base + string(at.ID), strconv.FormatInt(at.Number, 10), row.Title, v.t.Date(at.Start.In(z)) + " " + row.Time,
		row.Place, row.Status}
	return nil
}

// inProgramme lists the entries of an edition that are sessions of its draft.
func (s *site) inProgramme(v *visit, edition string) map[landbridge.ID]bool {
	all := map[landbridge.ID]bool{}
	d, err := s.Forum.Draft(v.Context(), v.me(), edition)
	if err != nil {
		return all // the list of a call does not fail for it
	}
	for i := range d.Sessions {
		all[d.Sessions[i].Entry] = true
	}
	return all
}
