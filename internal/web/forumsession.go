package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// newThing is how an address names what is being entered.
const newThing = "new"

func (s *site) sessionForm(v *visit) error {
	top, d, x, err := inDraft(s, v, sessionOf)
	if err != nil {
		return err
	}
	page := sessionPage{top, d, x, nil, nil}
	if page.from, err = s.entryOf(v); err != nil {
		return err
	}
	if page.from != nil {
		return s.entrySession(v, page)
	}
	page.q = sessionValues(d, x)
	return s.showSession(v, page, nil)
}

// A sessionPage is one session as a form.
type sessionPage struct {
	top  *ForumTop
	d    *forum.Programme
	x    *forum.Session
	q    url.Values   // what the form holds
	from *forum.Entry // that becomes this session, or nil
}

// sessionOf is the session an address names; a new one begins at nine on the first day.
func sessionOf(v *visit, d *forum.Programme) (*forum.Session, error) {
	id := v.PathValue("session")
	if id == newThing {
		from, _ := d.Edition.Span()
		from = from.Add(9 * time.Hour)
		return &forum.Session{Kind: forum.Talk, Mode: forum.OnSite, Status: forum.Planned, Start: from, End: from.Add(time.Hour), Part: v.URL.Query().Get("part"),
			Room: v.URL.Query().Get("room")}, nil
	}
	if x := d.Session(landbridge.ID(id)); x != nil {
		return x, nil
	}
	return nil, fail.New(fail.Missing, "there is no such session in the draft; it lists those there are")
}

func sessionValues(d *forum.Programme, x *forum.Session) url.Values {
	z := d.Location(x)
	q := url.Values{"kind": {x.Kind}, "mode": {x.Mode}, "status": {x.Status}, "part": {x.Part}, "track": {x.Track}, "room": {x.Room}, "link": {x.Link},
		"start": {x.Start.In(z).Format(forum.LocalLayout)}, "end": {x.End.In(z).Format(forum.LocalLayout)}, "zone": {x.Zone}, "language": {x.Language},
		"interpreted": x.Interpreted, "revision": {strconv.FormatInt(d.Seen[forum.Ref{Kind: forum.KindSession, ID: string(x.ID)}], 10)}}
	if x.Capacity > 0 {
		q.Set("capacity", strconv.FormatInt(x.Capacity, 10))
	}
	putWords(q, "title", x.Title)
	putWords(q, "about", x.About)
	putWords(q, "reason", x.Reason)
	for i, seat := range x.People {
		if who := d.Speaker(seat.Speaker); who != nil {
			q.Set("who."+strconv.Itoa(i), speakerLabel(d, who))
			q.Set("role."+strconv.Itoa(i), seat.Role)
		}
	}
	return q
}

// speakerLabel is how a form names a speaker: by name, and with a part of the
// id where two have the same.
func speakerLabel(d *forum.Programme, who *forum.Speaker) string {
	for i := range d.Speakers {
		if o := &d.Speakers[i]; o.ID != who.ID && o.Name == who.Name {
			return who.Name + " (" + string(who.ID)[len(who.ID)-6:] + ")"
		}
	}
	return who.Name
}

func (s *site) showSession(v *visit, p sessionPage, problems []string) error {
	top, d, x, q := p.top, p.d, p.x, p.q
	t, e := v.t, forumEntry{v.t, q}
	base := "/forum/" + d.Edition.ID + "/sessions/"
	view := ForumFormView{Frame: s.frame(v, t.T("prog.session.new")), Top: top, Heading: t.T("prog.session.new"), Action: base + newThing,
		Revision: q.Get("revision")}
	if x.ID != "" {
		view.Title, view.Heading = x.Title.String(), t.T("prog.session.number", strconv.FormatInt(x.Number, 10))
		view.Action, view.About = base+string(x.ID), t.T("prog.session.published")
		if _, err := s.Forum.Session(v.Context(), x.ID); err != nil { // never published, so nobody's calendar holds it
			view.Remove, view.About = t.T("prog.remove"), t.T("prog.session.private")
		}
	}
	if err := s.sourceOf(v, &view, p); err != nil {
		return err
	}
	view.Groups = append(view.Groups, e.inLanguages(t.T("prog.session.what"), forumWords{"title", t.T("prog.session.title"), forumLine, true},
		forumWords{"about", t.T("prog.session.abstract"), forumText, false})...)
	view.Groups = append(view.Groups, s.sessionPlace(e, d), s.sessionKind(e, d))
	if p.from != nil {
		view.Groups = append(view.Groups, entryPeople(e, p.from))
	}
	view.Groups = append(view.Groups, s.sessionPeople(v, e, d))
	reason := e.inLanguages(t.T("prog.session.cancelling"), forumWords{"reason", t.T("prog.session.reason"), forumNote, false})
	reason[0].Folded = q.Get("status") != forum.Cancelled
	view.Groups = append(view.Groups, reason[0])
	for i := range d.Speakers {
		if len(view.Names) == maxNames {
			break
		}
		view.Names = append(view.Names, speakerLabel(d, &d.Speakers[i]))
	}
	return s.showForm(v, view, problems)
}

func (s *site) sessionPlace(e forumEntry, d *forum.Programme) ForumGroup {
	t := e.t
	rooms := []Choice{{"", t.T("prog.session.noroom"), false}}
	for _, r := range d.Rooms {
		name, _ := r.Name.In(t.Code)
		rooms = append(rooms, Choice{r.ID, name + " · " + t.Number(r.Capacity), false})
	}
	var modes []Choice
	for _, m := range forum.Modes() {
		modes = append(modes, Choice{m, t.T("public.forum.mode." + m), false})
	}
	zone := e.line("zone", t.T("public.forum.filter.zone"), 60)
	zone.Help = t.T("prog.session.zone.help", d.Edition.Zone)
	link := e.line("link", t.T("prog.session.link"), 500)
	link.InputMode, link.Help = "url", t.T("prog.session.link.help")
	places := e.line("capacity", t.T("public.forum.places"), 6)
	places.InputMode, places.Help = "numeric", t.T("prog.session.places.help")
	return ForumGroup{Name: t.T("prog.session.where"), Fields: []FieldControl{
		e.control(FieldControl{Name: "start", Kind: "datetime", Label: t.T("prog.session.start"), Required: true}),
		e.control(FieldControl{Name: "end", Kind: "datetime", Label: t.T("prog.session.end"), Required: true}), zone,
		e.pick("mode", t.T("prog.mode"), modes...), e.pick("room", t.T("public.forum.filter.room"), rooms...), link, places}}
}

func (s *site) sessionKind(e forumEntry, d *forum.Programme) ForumGroup {
	t := e.t
	var kinds, states []Choice
	for _, k := range forum.SessionKinds() {
		kinds = append(kinds, Choice{k, t.T("public.forum.kind." + k), false})
	}
	for _, k := range forum.Statuses() {
		states = append(states, Choice{k, t.T("prog.status." + k), false})
	}
	parts, tracks := []Choice{{"", "–", false}}, []Choice{{"", "–", false}}
	for _, x := range d.Parts {
		name, _ := x.Name.In(t.Code)
		parts = append(parts, Choice{x.ID, name, false})
	}
	for _, x := range d.Tracks {
		name, _ := x.Name.In(t.Code)
		tracks = append(tracks, Choice{x.ID, name, false})
	}
	status := e.pick("status", t.T("prog.session.status"), states...)
	status.Help = t.T("prog.session.status.help")
	return ForumGroup{Name: t.T("prog.session.kind"), Fields: []FieldControl{status, e.pick("kind", t.T("prog.kind"), kinds...),
		e.pick("part", t.T("public.forum.filter.part"), parts...), e.pick("track", t.T("public.forum.filter.track"), tracks...),
		e.pick("language", t.T("prog.session.language"), append([]Choice{{"", "–", false}}, tongues()...)...),
		e.ticks("interpreted", t.T("public.forum.interpreted"), tongues()...)}}
}

// sessionPeople is a row for each person, and a few empty ones; below stands
// when those who are named can come.
func (s *site) sessionPeople(v *visit, e forumEntry, d *forum.Programme) ForumGroup {
	t := e.t
	g := ForumGroup{Name: t.T("prog.session.people"), Help: t.T("prog.session.people.help")}
	used := 0
	for i := range maxSeats {
		if e.q.Get("who."+strconv.Itoa(i)) != "" {
			used = i + 1
		}
	}
	for i := range min(used+blankRows, maxSeats) {
		n := strconv.Itoa(i)
		who := e.line("who."+n, t.T("prog.session.who", i+1), forumLine)
		who.List = "names"
		var roles []Choice
		for _, r := range []string{forum.Speaks, forum.Chairs, forum.Moderates} {
			roles = append(roles, Choice{r, t.T("public.forum.role." + r), false})
		}
		g.Rows = append(g.Rows, []FieldControl{who, e.pick("role."+n, t.T("prog.session.role", i+1), roles...)})
		if x, err := namedSpeaker(d, who.Value); err == nil && x != nil && len(x.Available) > 0 {
			g.After = append(g.After, NameValue{x.Name, windowsText(v, d, x)})
		}
	}
	return g
}

// windowsText says when somebody can come, in the time of the edition.
func windowsText(v *visit, d *forum.Programme, x *forum.Speaker) string {
	var all []string
	for _, w := range x.Available {
		from, to := w.From.In(d.Edition.Location()), w.To.In(d.Edition.Location())
		text := v.t.Date(from) + " " + from.Format("15:04") + "–"
		if from.Format(forum.DayLayout) != to.Format(forum.DayLayout) {
			text += v.t.Date(to) + " "
		}
		all = append(all, text+to.Format("15:04"))
	}
	return v.t.List(all)
}

func namedSpeaker(d *forum.Programme, label string) (*forum.Speaker, error) {
	if label = strings.TrimSpace(label); label == "" {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	var found *forum.Speaker
	for i := range d.Speakers {
		x := &d.Speakers[i]
		if speakerLabel(d, x) == label {
			return x, nil
		}
		if strings.EqualFold(x.Name, label) || x.Original == label {
			if found != nil {
				return nil, fail.New(fail.Invalid, "there are several speakers called %s; choose one from the list", label)
			}
			found = x
		}
	}
	if found == nil {
		return nil, fail.New(fail.Invalid, "there is no speaker called %s; enter the speaker first, or choose one from the list", label)
	}
	return found, nil
}

func (s *site) saveSession(v *visit) error {
	top, d, x, err := inDraft(s, v, sessionOf)
	if err != nil {
		return err
	}
	page := sessionPage{top, d, x, sessionValues(d, x), nil}
	base := "/forum/" + d.Edition.ID + "/programme"
	ref := forum.Ref{Kind: forum.KindSession, ID: string(x.ID)}
	if v.FormValue("do") == "remove" {
		problems, err := s.forumChange(v, d.Edition.ID, forum.Changes{Remove: []forum.Ref{ref}, Seen: seenAs(v, ref)}, base, "removed")
		if len(problems) == 0 {
			return err
		}
		return s.showSession(v, page, problems)
	}
	next, said := *x, "saved"
	twice, wrong := readSession(v.PostForm, d, &next)
	if twice {
		said = "twice"
	}
	var problems []string
	if wrong != nil {
		problems = refused(wrong, nil)
	} else {
		at := base + "?day=" + next.Start.In(d.Edition.Location()).Format(forum.DayLayout)
		problems, err = s.keepSession(v, d, &next, ref, at, said)
	}
	if len(problems) == 0 {
		return err
	}
	if page.q = v.PostForm; x.ID == "" {
		if page.from, err = s.entryOf(v); err != nil {
			return err
		}
	}
	return s.showSession(v, page, problems)
}

// readSession puts what a form holds into a session.
func readSession(q url.Values, d *forum.Programme, x *forum.Session) (twice bool, err error) {
	x.Title, x.About, x.Reason = getWords(q, "title"), getWords(q, "about"), getWords(q, "reason")
	x.Kind, x.Mode, x.Status, x.Part, x.Track, x.Room = q.Get("kind"), q.Get("mode"), q.Get("status"), q.Get("part"), q.Get("track"), q.Get("room")
	x.Link, x.Zone, x.Language, x.Interpreted = strings.TrimSpace(q.Get("link")), strings.TrimSpace(q.Get("zone")), q.Get("language"), q["interpreted"]
	if x.Status != forum.Cancelled {
		x.Reason = nil
	}
	if x.Zone == d.Edition.Zone {
		x.Zone = ""
	}
	var again bool
	var e1, e2, e3 error
	x.Start, twice, e1 = forum.At(cmp.Or(x.Zone, d.Edition.Zone), q.Get("start"))
	x.End, again, e2 = forum.At(cmp.Or(x.Zone, d.Edition.Zone), q.Get("end"))
	x.Capacity = 0
	if text := strings.TrimSpace(q.Get("capacity")); text != "" {
		if x.Capacity, e3 = strconv.ParseInt(text, 10, 64); e3 != nil {
			e3 = fail.New(fail.Invalid, "places are a number, such as 120")
		}
	}
	x.People = nil
	for i := range maxSeats {
		who, err := namedSpeaker(d, q.Get("who."+strconv.Itoa(i)))
		if err != nil {
			return false, err
		}
		if who != nil && !slices.ContainsFunc(x.People, func(y forum.Seat) bool { return y.Speaker == who.ID }) {
			x.People = append(x.People, forum.Seat{Speaker: who.ID, Role: cmp.Or(q.Get("role."+strconv.Itoa(i)), forum.Speaks)})
		}
	}
	for _, e := range []error{e1, e2, e3} {
		if e != nil {
			return false, e
		}
	}
	return twice || again, nil
}
