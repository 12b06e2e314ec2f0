package portal

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/lang"
)

const (
	everyDay  = "all"
	maxWhole  = 120 // sessions; a larger programme opens on one day
	joinEarly = 30 * time.Minute
)

// A ProgrammeView is page/programme.
type ProgrammeView struct {
	Frame
	Edition  EditionHead
	Choices  []Select // what most readers choose by
	More     []Select // what some do, folded away until one of them is chosen
	Text     string
	Total    string
	ZoneNow  string
	MoreOpen bool
	Groups   []SessionGroup
	Feeds    []Link
	Version  *VersionLine
}

// A Select is one choice of a filter.
type Select struct {
	Name    string // of the query
	Label   string
	Options []Option
}

// An Option is one value of a [Select].
type Option struct {
	Value, Name string
	Chosen      bool
}

// A SessionGroup is the sessions of one day, track, room or sub-forum.
type SessionGroup struct {
	Title string
	Lang  string
	Rows  []SessionRow
}

// A SessionRow is one session of a list.
type SessionRow struct {
	Href      string
	Day       string // where the list does not say it, or the reader's day is another
	Time      string
	Zone      string // its own time and zone, where that is not the page's
	Title     Told
	Kind      string
	People    string
	Place     string
	Online    string
	Cancelled bool
}

// A rowWriter writes the sessions of one programme for one reader. Lists hold
// many, so what it prepares once it does not look up again.
type rowWriter struct {
	v     *visit
	p     *forum.Programme
	base  string         // of sessions' addresses; relative on the pages of the edition
	zone  *time.Location // chosen by the reader, or nil
	rooms map[string]string
	names map[landbridge.ID]string
	kinds map[string]string
}

func (s *site) writer(v *visit, p *forum.Programme) *rowWriter {
	base := forumPath + p.Edition.ID + "/"
	if strings.HasPrefix(v.URL.Path, base) { // a short address in each of hundreds of rows
		base = ""
	}
	w := &rowWriter{v: v, p: p, base: base + "session/", rooms: map[string]string{}, names: map[landbridge.ID]string{}, kinds: map[string]string{}}
	if z, err := forum.Zone(v.URL.Query().Get("zone")); err == nil {
		w.zone = z
	}
	for _, r := range p.Rooms {
		w.rooms[r.ID] = told(v.t, r.Name).Text
	}
	for i := range p.Speakers {
		w.names[p.Speakers[i].ID] = p.Speakers[i].Name
	}
	for _, k := range forum.SessionKinds() {
		if k != forum.Talk {
			w.kinds[k] = v.t.T("public.forum.kind." + k)
		}
	}
	return w
}

// location is the zone of a list: one for all its rows, so that they stand in
// the order of their times.
func (w *rowWriter) location() *time.Location {
	if w.zone != nil {
		return w.zone
	}
	return w.p.Edition.Location()
}

func hours(s *forum.Session, z *time.Location) string {
	return s.Start.In(z).Format("15:04") + "–" + s.End.In(z).Format("15:04")
}

func (w *rowWriter) row(s *forum.Session, dated bool) SessionRow {
	z := w.location()
	from := s.Start.In(z)
	r := SessionRow{Href: w.base + strconv.FormatInt(s.Number, 10), Time: hours(s, z), Title: told(w.v.t, s.Title),
		Kind: w.kinds[s.Kind], Place: w.rooms[s.Room], Cancelled: s.Status == forum.Cancelled}
	if s.Mode != forum.OnSite {
		r.Online = w.online(s.Mode)
	}
	if w.zone == nil && s.Zone != "" && s.Zone != w.p.Edition.Zone {
		r.Zone = hours(s, w.p.Location(s)) + " " + s.Zone
	}
	if dated || from.Format(forum.DayLayout) != w.p.Day(s) {
		r.Day = w.v.t.Date(from)
	}
	var names []string
	for _, x := range s.People {
		if name := w.names[x.Speaker]; name != "" {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		r.People = w.v.t.List(names)
	}
	return r
}

// online says that one can take part from elsewhere: only so, or so too.
func (w *rowWriter) online(mode string) string {
	if mode == forum.Hybrid {
		return w.v.t.T("public.forum.remote")
	}
	return w.v.t.T("public.forum.mode.online")
}

func filterOf(q url.Values) forum.Filter {
	f := forum.Filter{Day: q.Get("day"), Part: q.Get("part"), Track: q.Get("track"), Room: q.Get("room"), Language: q.Get("language"),
		Speaker: landbridge.ID(q.Get("speaker")), Text: q.Get("q")}
	if f.Day == everyDay {
		f.Day = ""
	}
	f.Text = f.Text[:min(len(f.Text), MaxQuery)]
	return f
}

func (s *site) programme(v *visit) error {
	p, err := s.published(v)
	if err != nil {
		return err
	}
	q := v.URL.Query()
	if q.Get("day") == "" && len(p.Sessions) > maxWhole && filterOf(q) == (forum.Filter{}) {
		q.Set("day", s.today(p))
	}
	f := filterOf(q)
	found := p.Select(f)
	w := s.writer(v, p)
	view := ProgrammeView{Frame: s.frame(v, v.t.T("public.forum.page.programme")), Edition: s.head(v, p.Edition, true), Text: f.Text,
		Total: v.t.T("public.forum.sessions", len(found)), Groups: w.groups(q.Get("by"), found)}
	for _, c := range w.choices(q) {
		if c.Name == "day" || c.Name == "part" {
			view.Choices = append(view.Choices, c)
			continue
		}
		view.More, view.MoreOpen = append(view.More, c), view.MoreOpen || q.Get(c.Name) != ""
	}
	view.ZoneNow = v.t.T("public.forum.zone.note", p.Edition.Zone)
	if w.zone != nil {
		view.ZoneNow = v.t.T("public.forum.zone.note", w.zone.String())
	}
	keep := url.Values{}
	for _, k := range []string{"day", "part", "track", "room", "language", "q"} {
		if x := q.Get(k); x != "" && x != everyDay {
			keep.Set(k, x)
		}
	}
	view.Feeds = feeds(forumPath+p.Edition.ID+"/", keep)
	if view.Version, err = s.versionLine(v, p); err != nil {
		return err
	}
	return s.show(v, "programme", view)
}

// today is the day on which a large programme opens: today, or its first.
func (s *site) today(p *forum.Programme) string {
	day := s.Clock().In(p.Edition.Location()).Format(forum.DayLayout)
	days := p.Edition.Days()
	if slices.Contains(days, day) || len(days) == 0 {
		return day
	}
	return days[0]
}

// choices are the filters, each with what there is to choose.
func (w *rowWriter) choices(q url.Values) []Select {
	t, p := w.v.t, w.p
	chosen := func(name, value string) bool { return q.Get(name) == value }
	choice := func(name string, options ...Option) Select {
		c := Select{name, t.T("public.forum.filter." + name), nil}
		for _, o := range options {
			o.Chosen = chosen(name, o.Value)
			c.Options = append(c.Options, o)
		}
		return c
	}
	all := Option{"", t.T("public.forum.filter.all"), false}
	days := []Option{{everyDay, t.T("public.forum.filter.all"), false}}
	for _, d := range p.Edition.Days() {
		days = append(days, Option{d, dayText(t, d), false})
	}
	parts, tracks, rooms, languages := []Option{all}, []Option{all}, []Option{all}, []Option{all}
	for _, x := range p.Parts {
		parts = append(parts, Option{x.ID, told(t, x.Name).Text, false})
	}
	for _, x := range p.Tracks {
		tracks = append(tracks, Option{x.ID, told(t, x.Name).Text, false})
	}
	for _, x := range p.Rooms {
		rooms = append(rooms, Option{x.ID, told(t, x.Name).Text, false})
	}
	for _, l := range lang.Languages() {
		languages = append(languages, Option{l.Code, l.Name, false})
	}
	by := []Option{{"", t.T("public.forum.filter.day"), false}}
	for _, x := range []string{"part", "track", "room"} {
		by = append(by, Option{x, t.T("public.forum.filter." + x), false})
	}
	zones := []Option{{"", p.Edition.Zone, false}}
	for _, z := range readerZones() {
		if z != p.Edition.Zone {
			zones = append(zones, Option{z, z, false})
		}
	}
	if z := q.Get("zone"); w.zone != nil && !slices.Contains(readerZones(), z) {
		zones = append(zones, Option{z, z, false})
	}
	out := []Select{choice("day", days...)}
	for _, c := range []Select{choice("part", parts...), choice("track", tracks...), choice("room", rooms...)} {
		if len(c.Options) > 2 {
			out = append(out, c)
		}
	}
	return append(out, choice("language", languages...), choice("by", by...), choice("zone", zones...))
}

// readerZones are the time zones on offer; an address may name any other.
func readerZones() []string {
	return []string{"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Bogota", "America/Los_Angeles", "America/Mexico_City",
		"America/New_York", "America/Sao_Paulo", "Asia/Almaty", "Asia/Bangkok", "Asia/Dubai", "Asia/Jakarta", "Asia/Karachi", "Asia/Kolkata", "Asia/Riyadh",
		"Asia/Shanghai", "Asia/Singapore", "Asia/Tashkent", "Asia/Tokyo", "Australia/Sydney", "Europe/Istanbul", "Europe/London", "Europe/Moscow", "Europe/Paris"}
}

// groups puts sessions under their day, or what the reader chose.
func (w *rowWriter) groups(by string, found []*forum.Session) []SessionGroup {
	var all []SessionGroup
	at := map[string]int{}
	for _, s := range found {
		key, title := w.group(by, s)
		i, ok := at[key]
		if !ok {
			i = len(all)
			at[key] = i
			all = append(all, SessionGroup{Title: title.Text, Lang: title.Lang})
		}
		all[i].Rows = append(all[i].Rows, w.row(s, by == "part" || by == "track" || by == "room"))
	}
	return all
}

func (w *rowWriter) group(by string, s *forum.Session) (key string, title Told) {
	t := w.v.t
	other := Told{t.T("public.forum.other"), ""}
	switch by {
	case "part":
		if x := w.p.Part(s.Part); x != nil {
			return x.ID, told(t, x.Name)
		}
		return "", other
	case "track":
		if x := w.p.Track(s.Track); x != nil {
			return x.ID, told(t, x.Name)
		}
		return "", other
	case "room":
		if x := w.p.Room(s.Room); x != nil {
			return x.ID, told(t, x.Name)
		}
		return "", Told{t.T("public.forum.mode.online"), ""}
	}
	day := w.p.Day(s)
	return day, Told{dayText(t, day), ""}
}

// publishedSession returns the session an address names, by its number or its
// id, in the programme of the edition it names.
func (s *site) publishedSession(v *visit) (*forum.Programme, *forum.Session, error) {
	p, err := s.published(v)
	if err != nil {
		return nil, nil, err
	}
	name := v.PathValue("session")
	if x := p.Session(landbridge.ID(name)); x != nil {
		return p, x, nil
	}
	for i := range p.Sessions {
		if strconv.FormatInt(p.Sessions[i].Number, 10) == name {
			return p, &p.Sessions[i], nil
		}
	}
	return nil, nil, fail.New(fail.Missing, "there is no such session in the programme; it lists those there are")
}

// A SessionView is page/session.
type SessionView struct {
	Frame
	Edition     EditionHead
	Session     SessionRow
	Kind        string
	When        string // in the zone of the session
	Zone        string
	Yours       string // in the zone the reader chose
	YourZone    string
	About       Told
	Reason      Told
	Place       []Told // room, venue, address, how to reach it
	Part        Told
	Track       Told
	Language    string
	Interpreted string
	Places      string
	People      []SeatLine
	Zones       []Option
	Join        string // address that leads to the room outside, or ""
	JoinHost    string
	Calendar    string
	Changed     string
	EntryOf     string // what the published entry it comes from stands among, such as the proceedings
	Entry       Link
}

// A SeatLine is one person of a session.
type SeatLine struct {
	Href         string
	Name         string
	Original     string
	Role         string
	Title        Told
	Organisation Told
}

func (s *site) session(v *visit) error {
	p, x, err := s.publishedSession(v)
	if err != nil {
		return err
	}
	w := s.writer(v, p)
	w.base = forumPath + p.Edition.ID + "/session/" // this page lies deeper
	z := p.Location(x)
	view := SessionView{Frame: s.frame(v, told(v.t, x.Title).Text), Edition: s.head(v, p.Edition, true), Session: w.row(x, true),
		Kind: v.t.T("public.forum.kind." + x.Kind),
		When: spanOf(v.t, x, z), Zone: p.ZoneName(x), About: told(v.t, x.About), Reason: told(v.t, x.Reason), Language: languageName(x.Language)}
	if w.zone != nil && w.zone.String() != p.ZoneName(x) {
		view.Yours, view.YourZone = spanOf(v.t, x, w.zone), w.zone.String()
	}
	if r := p.Room(x.Room); r != nil {
		view.Place = append(view.Place, told(v.t, r.Name))
		if b := p.Venue(r.Venue); b != nil {
			view.Place = append(view.Place, told(v.t, b.Name), told(v.t, b.Address))
		}
		view.Place = append(view.Place, told(v.t, r.Access))
	}
	view.Place = slices.DeleteFunc(view.Place, func(t Told) bool { return t.Text == "" })
	if y := p.Part(x.Part); y != nil {
		view.Part = told(v.t, y.Name)
	}
	if y := p.Track(x.Track); y != nil {
		view.Track = told(v.t, y.Name)
	}
	var names []string
	for _, l := range x.Interpreted {
		names = append(names, languageName(l))
	}
	if len(names) > 0 {
		view.Interpreted = v.t.List(names)
	}
	if n := p.Places(x); n > 0 {
		view.Places = v.t.Number(n)
	}
	s.rest(v, p, x, &view)
	return s.show(v, "session", view)
}

// rest fills in who speaks, where to join and what to take away.
func (s *site) rest(v *visit, p *forum.Programme, x *forum.Session, view *SessionView) {
	base := forumPath + p.Edition.ID + "/"
	for _, y := range x.People {
		if who := p.Speaker(y.Speaker); who != nil {
			view.People = append(view.People, SeatLine{base + "speakers#p" + string(who.ID), who.Name, who.Original, v.t.T("public.forum.role." + y.Role),
				told(v.t, who.Title), told(v.t, who.Organisation)})
		}
	}
	view.Calendar = view.Session.Href + "/session.ics"
	view.Changed = v.t.DateTime(x.Changed)
	s.entryOf(v, x, view)
	if u, err := url.Parse(x.Link); err == nil && x.Link != "" && x.Status != forum.Cancelled && s.Clock().Before(x.End) {
		view.Join, view.JoinHost = view.Session.Href+"/join", u.Host
	}
	zone := v.URL.Query().Get("zone")
	for _, z := range append([]string{""}, readerZones()...) {
		view.Zones = append(view.Zones, Option{z, cmp.Or(z, p.ZoneName(x)), z == zone})
	}
}

func spanOf(t *lang.Texts, s *forum.Session, z *time.Location) string {
	from, to := s.Start.In(z), s.End.In(z)
	text := t.Date(from) + ", " + from.Format("15:04") + "–"
	if from.Format(forum.DayLayout) != to.Format(forum.DayLayout) {
		text += t.Date(to) + ", "
	}
	return text + to.Format("15:04")
}

func languageName(code string) string {
	for _, l := range lang.Languages() {
		if l.Code == code {
			return l.Name
		}
	}
	return code
}

// join leads to the room outside. The page itself links nowhere else: whoever
// follows this was told before where it leads. It opens half an hour before the
// session and closes with its end.
func (s *site) join(v *visit) error {
	_, x, err := s.publishedSession(v)
	if err != nil {
		return err
	}
	switch now := s.Clock(); {
	case x.Link == "" || x.Status == forum.Cancelled:
		return fail.New(fail.Missing, "this session has no room outside")
	case now.Before(x.Start.Add(-joinEarly)):
		return fail.New(fail.Unavailable, "the room opens half an hour before the session; come back then")
	case !now.Before(x.End):
		return fail.New(fail.Expired, "the session is over, and so is its room")
	}
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(v.w, v.Request, x.Link, http.StatusSeeOther)
	return nil
}
