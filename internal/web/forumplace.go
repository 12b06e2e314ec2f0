package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// A ForumSpeakersView is page/forumspeakers: everybody in the draft.
type ForumSpeakersView struct {
	Frame
	Top      *ForumTop
	Query    string
	Total    string
	Speakers []ForumSpeakerLine
	MayWrite bool
}

// A ForumSpeakerLine is one person of the draft.
type ForumSpeakerLine struct {
	Href, Name, Original, Party, Role string
	Sessions                          string
	Available                         string
	Idle                              bool // in no session
}

const maxSpeakerLines = 300

func (s *site) forumSpeakers(v *visit) error {
	top, d, err := s.draftOf(v)
	if err != nil {
		return err
	}
	view := ForumSpeakersView{Frame: s.frame(v, v.t.T("public.forum.page.speakers")), Top: top, Query: strings.TrimSpace(v.FormValue("q")),
		MayWrite: s.may(v, access.WriteForum)}
	view.Live = false
	count := map[landbridge.ID]int{}
	for i := range d.Sessions {
		for _, x := range d.Sessions[i].People {
			count[x.Speaker]++
		}
	}
	n := 0
	for i := range d.Speakers {
		x := &d.Speakers[i]
		text := strings.ToLower(x.Name + "\n" + x.Original + "\n" + x.Party)
		if view.Query != "" && !strings.Contains(text, strings.ToLower(view.Query)) {
			continue
		}
		if n++; n > maxSpeakerLines {
			continue
		}
		line := ForumSpeakerLine{Href: "/forum/" + d.Edition.ID + "/speakers/" + string(x.ID), Name: x.Name, Original: x.Original, Party: x.Party,
			Role: titleOf(v, x), Sessions: v.t.T("public.forum.sessions", count[x.ID]), Idle: count[x.ID] == 0}
		if len(x.Available) > 0 {
			line.Available = windowsText(v, d, x)
		}
		view.Speakers = append(view.Speakers, line)
	}
	view.Total = v.t.T("prog.speakers.total", n)
	return s.show(v, 200, "forumspeakers", view)
}

// titleOf is what somebody is, and where.
func titleOf(v *visit, x *forum.Speaker) string {
	title, _ := x.Title.In(v.t.Code)
	organisation, _ := x.Organisation.In(v.t.Code)
	return strings.Trim(title+", "+organisation, ", ")
}

func (s *site) speakerForm(v *visit) error {
	top, d, x, err := inDraft(s, v, speakerOf)
	if err != nil {
		return err
	}
	return s.showSpeaker(v, top, d, x, speakerValues(d, x), nil)
}

func speakerOf(v *visit, d *forum.Programme) (*forum.Speaker, error) {
	id := v.PathValue("speaker")
	if id == newThing {
		return &forum.Speaker{}, nil
	}
	if x := d.Speaker(landbridge.ID(id)); x != nil {
		return x, nil
	}
	return nil, fail.New(fail.Missing, "there is no such speaker in the draft; the list shows those there are")
}

func speakerValues(d *forum.Programme, x *forum.Speaker) url.Values {
	q := url.Values{"name": {x.Name}, "original": {x.Original}, "party": {x.Party},
		"revision": {strconv.FormatInt(d.Seen[forum.Ref{Kind: forum.KindSpeaker, ID: string(x.ID)}], 10)}}
	putWords(q, "title", x.Title)
	putWords(q, "organisation", x.Organisation)
	putWords(q, "about", x.About)
	for i, w := range x.Available {
		q.Set("from."+strconv.Itoa(i), w.From.In(d.Edition.Location()).Format(forum.LocalLayout))
		q.Set("to."+strconv.Itoa(i), w.To.In(d.Edition.Location()).Format(forum.LocalLayout))
	}
	return q
}

func (s *site) showSpeaker(v *visit, top *ForumTop, d *forum.Programme, x *forum.Speaker, q url.Values, problems []string) error {
	t, e := v.t, forumEntry{v.t, q}
	base := "/forum/" + d.Edition.ID + "/speakers/"
	view := ForumFormView{Frame: s.frame(v, t.T("prog.speaker.new")), Top: top, Heading: t.T("prog.speaker.new"), Action: base + newThing,
		Revision: q.Get("revision")}
	if x.ID != "" {
		view.Title, view.Heading, view.Action, view.Remove = x.Name, x.Name, base+string(x.ID), t.T("prog.remove")
	}
	name := e.line("name", t.T("prog.speaker.name"), forumLine)
	name.Required, name.Help = true, t.T("prog.speaker.name.help")
	who := ForumGroup{Name: t.T("prog.speaker.who"), Fields: []FieldControl{name, e.line("original", t.T("prog.speaker.original"), forumLine),
		e.line("party", t.T("prog.speaker.party"), 8)}}
	there := ForumGroup{Name: t.T("prog.speaker.available"), Help: t.T("prog.speaker.available.help", d.Edition.Zone)}
	used := 0
	for i := range maxWindows {
		if q.Get("from."+strconv.Itoa(i)) != "" || q.Get("to."+strconv.Itoa(i)) != "" {
			used = i + 1
		}
	}
	for i := range min(used+blankRows, maxWindows) {
		n := strconv.Itoa(i)
		there.Rows = append(there.Rows, []FieldControl{e.control(FieldControl{Name: "from." + n, Kind: "datetime", Label: t.T("prog.speaker.from", i+1)}),
			e.control(FieldControl{Name: "to." + n, Kind: "datetime", Label: t.T("prog.speaker.to", i+1)})})
	}
	view.Groups = append([]ForumGroup{who, there}, e.inLanguages(t.T("prog.speaker.words"), forumWords{"title", t.T("prog.speaker.title"), forumLine, false},
		forumWords{"organisation", t.T("prog.speaker.organisation"), forumLine, false}, forumWords{"about", t.T("prog.speaker.about"), forumText, false})...)
	for i := range d.Sessions {
		y := &d.Sessions[i]
		if x.ID != "" && slices.ContainsFunc(y.People, func(z forum.Seat) bool { return z.Speaker == x.ID }) {
			title, _ := y.Title.In(t.Code)
			at := y.Start.In(d.Location(y))
			view.Groups[1].After = append(view.Groups[1].After, NameValue{title, t.Date(at) + " " + at.Format("15:04") + "–" +
				y.End.In(d.Location(y)).Format("15:04")})
		}
	}
	return s.showForm(v, view, problems)
}

func (s *site) saveSpeaker(v *visit) error {
	top, d, x, err := inDraft(s, v, speakerOf)
	if err != nil {
		return err
	}
	base := "/forum/" + d.Edition.ID + "/speakers"
	ref := forum.Ref{Kind: forum.KindSpeaker, ID: string(x.ID)}
	c, next, said := forum.Changes{Seen: seenAs(v, ref)}, *x, "saved"
	if v.FormValue("do") == "remove" {
		c.Remove, said = []forum.Ref{ref}, "removed"
	} else if wrong := readSpeaker(v.PostForm, d, &next); wrong != nil {
		return s.showSpeaker(v, top, d, x, v.PostForm, refused(wrong, nil))
	} else {
		c.Speakers = []forum.Speaker{next}
	}
	problems, err := s.forumChange(v, d.Edition.ID, c, base, said)
	if len(problems) == 0 {
		return err
	}
	return s.showSpeaker(v, top, d, x, v.PostForm, problems)
}

func readSpeaker(q url.Values, d *forum.Programme, x *forum.Speaker) error {
	x.Name, x.Original, x.Party = strings.TrimSpace(q.Get("name")), strings.TrimSpace(q.Get("original")), strings.ToUpper(strings.TrimSpace(q.Get("party")))
	x.Title, x.Organisation, x.About = getWords(q, "title"), getWords(q, "organisation"), getWords(q, "about")
	x.Available = nil
	for i := range maxWindows {
		a, b := q.Get("from."+strconv.Itoa(i)), q.Get("to."+strconv.Itoa(i))
		if a == "" && b == "" {
			continue
		}
		from, _, err := forum.At(d.Edition.Zone, a)
		if err != nil {
			return err
		}
		to, _, err := forum.At(d.Edition.Zone, b)
		if err != nil {
			return err
		}
		x.Available = append(x.Available, forum.Window{From: from, To: to})
	}
	return nil
}

// A ForumPlacesView is page/forumplaces: where an edition takes place, and how it is divided.
type ForumPlacesView struct {
	Frame
	Top      *ForumTop
	Sections []ForumSection
	MayWrite bool
}

// A ForumSection is the things of one kind.
type ForumSection struct {
	Name, About, New string // New: where another is entered, or ""
	NewName          string
	Lines            []ForumThing
}

// A ForumThing is a venue, a room, a part or a track.
type ForumThing struct{ Href, Name, Note string }

func (s *site) forumPlaces(v *visit) error {
	top, d, err := s.draftOf(v)
	if err != nil {
		return err
	}
	t, base := v.t, "/forum/"+d.Edition.ID+"/places/"
	view := ForumPlacesView{Frame: s.frame(v, t.T("prog.places")), Top: top, MayWrite: s.may(v, access.WriteForum)}
	view.Live = false
	in := func(x forum.Text) string { text, _ := x.In(t.Code); return text }
	sections := map[string]*ForumSection{}
	for _, k := range placeKinds() {
		sections[k] = &ForumSection{Name: t.T("prog." + k + "s"), About: t.T("prog." + k + ".about"), New: base + k + "/" + newThing, NewName: t.T("prog." + k +
			".new")}
	}
	add := func(kind, id, name, note string) {
		sections[kind].Lines = append(sections[kind].Lines, ForumThing{base + kind + "/" + id, name, note})
	}
	for _, x := range d.Venues {
		add(forum.KindVenue, x.ID, in(x.Name), in(x.Address))
	}
	for _, x := range d.Rooms {
		venue := ""
		if b := d.Venue(x.Venue); b != nil {
			venue = in(b.Name) + " · "
		}
		add(forum.KindRoom, x.ID, in(x.Name), venue+t.T("prog.room.takes", x.Capacity))
	}
	for _, x := range d.Parts {
		add(forum.KindPart, x.ID, in(x.Name), t.T("public.forum.sessions", len(d.Select(forum.Filter{Part: x.ID}))))
	}
	for _, x := range d.Tracks {
		add(forum.KindTrack, x.ID, in(x.Name), t.T("public.forum.sessions", len(d.Select(forum.Filter{Track: x.ID}))))
	}
	for _, k := range placeKinds() {
		view.Sections = append(view.Sections, *sections[k])
	}
	return s.show(v, 200, "forumplaces", view)
}

func placeKinds() []string {
	return []string{forum.KindVenue, forum.KindRoom, forum.KindPart, forum.KindTrack}
}

func (s *site) placeForm(v *visit) error {
	top, d, q, err := inDraft(s, v, placeValues)
	if err != nil {
		return err
	}
	return s.showPlace(v, top, d, q, nil)
}

// placeValues fills the form of the thing an address names.
func placeValues(v *visit, d *forum.Programme) (url.Values, error) {
	kind, id := v.PathValue("kind"), v.PathValue("id")
	q := url.Values{"id": {id}, "revision": {strconv.FormatInt(d.Seen[forum.Ref{Kind: kind, ID: id}], 10)}}
	known := slices.Contains(placeKinds(), kind)
	if known && id == newThing {
		q.Del("id")
		return q, nil
	}
	switch x, r, p, k := d.Venue(id), d.Room(id), d.Part(id), d.Track(id); {
	case kind == forum.KindVenue && x != nil:
		putWords(q, "name", x.Name)
		putWords(q, "address", x.Address)
	case kind == forum.KindRoom && r != nil:
		putWords(q, "name", r.Name)
		putWords(q, "access", r.Access)
		q.Set("venue", r.Venue)
		q.Set("capacity", strconv.FormatInt(r.Capacity, 10))
	case kind == forum.KindPart && p != nil:
		putWords(q, "name", p.Name)
		putWords(q, "about", p.About)
		if p.Main {
			q.Set("main", "yes")
		}
	case kind == forum.KindTrack && k != nil:
		putWords(q, "name", k.Name)
	default:
		return nil, fail.New(fail.Missing, "there is no such place, sub-forum or track in the draft; the list shows those there are")
	}
	return q, nil
}

func (s *site) showPlace(v *visit, top *ForumTop, d *forum.Programme, q url.Values, problems []string) error {
	t, e := v.t, forumEntry{v.t, q}
	kind, id := v.PathValue("kind"), v.PathValue("id")
	heading := t.T("prog." + kind + ".new")
	view := ForumFormView{Top: top, Action: "/forum/" + d.Edition.ID + "/places/" + kind + "/" + id, Revision: q.Get("revision"), About: t.T("prog." + kind +
		".about")}
	g := ForumGroup{}
	if id == newThing {
		f := e.line("id", t.T("prog.id"), 60)
		f.Required, f.Help = true, t.T("prog.id.help")
		g.Fields = append(g.Fields, f)
	} else {
		heading, view.Remove = getWords(q, "name").String(), t.T("prog.remove")
	}
	view.Frame, view.Heading = s.frame(v, heading), heading
	words := []forumWords{{"name", t.T("prog.name"), forumLine, true}}
	switch kind {
	case forum.KindVenue:
		words = append(words, forumWords{"address", t.T("prog.venue.address"), forumNote, false})
	case forum.KindRoom:
		var venues []Choice
		for _, x := range d.Venues {
			name, _ := x.Name.In(t.Code)
			venues = append(venues, Choice{x.ID, name, false})
		}
		places := e.line("capacity", t.T("public.forum.places"), 6)
		places.InputMode, places.Required = "numeric", true
		g.Fields = append(g.Fields, e.pick("venue", t.T("prog.venue"), venues...), places)
		words = append(words, forumWords{"access", t.T("prog.room.access"), forumNote, false})
	case forum.KindPart:
		g.Fields = append(g.Fields, e.ticks("main", t.T("prog.part.kind"), Choice{"yes", t.T("prog.part.main"), false}))
		words = append(words, forumWords{"about", t.T("prog.about"), forumText, false})
	}
	texts := e.inLanguages("", words...)
	g.Fields = append(texts[0].Fields, g.Fields...)
	view.Groups = []ForumGroup{g, texts[1]}
	return s.showForm(v, view, problems)
}

func (s *site) savePlace(v *visit) error {
	top, d, _, err := inDraft(s, v, placeValues)
	if err != nil {
		return err
	}
	do := v.FormValue("do")
	q, kind, id := v.PostForm, v.PathValue("kind"), v.PathValue("id")
	if id == newThing {
		if id = strings.TrimSpace(q.Get("id")); d.Seen[forum.Ref{Kind: kind, ID: id}] > 0 || id == newThing {
			return s.showPlace(v, top, d, q, []string{v.t.T("prog.id.taken", id)})
		}
	}
	ref := forum.Ref{Kind: kind, ID: id}
	c, said := forum.Changes{Seen: seenAs(v, ref)}, "saved"
	n, _ := strconv.ParseInt(strings.TrimSpace(q.Get("capacity")), 10, 64) // no number: the module says what is missing
	name := getWords(q, "name")
	switch {
	case do == "remove":
		c.Remove, said = []forum.Ref{ref}, "removed"
	case kind == forum.KindVenue:
		c.Venues = []forum.Venue{{ID: id, Name: name, Address: getWords(q, "address")}}
	case kind == forum.KindRoom:
		c.Rooms = []forum.Room{{ID: id, Name: name, Venue: q.Get("venue"), Capacity: n, Access: getWords(q, "access")}}
	case kind == forum.KindPart:
		c.Parts = []forum.Part{{ID: id, Name: name, About: getWords(q, "about"), Main: q.Get("main") == "yes"}}
	case kind == forum.KindTrack:
		c.Tracks = []forum.Track{{ID: id, Name: name}}
	}
	problems, err := s.forumChange(v, d.Edition.ID, c, "/forum/"+d.Edition.ID+"/places", said)
	if len(problems) == 0 {
		return err
	}
	return s.showPlace(v, top, d, q, problems)
}
