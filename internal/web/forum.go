package web

import (
	"slices"
	"strconv"
	"time"

	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

func forumRoutes() []route {
	const e, see, write = "/forum/{edition}", access.SeeForum, access.WriteForum
	return []route{
		{"GET /forum", see, false, (*site).forumStanding},
		{"GET /forum/new", write, false, (*site).newForumEdition},
		{"POST /forum/new", write, false, (*site).saveForumEdition},
		{"GET " + e, see, false, (*site).forumStanding},
		{"GET " + e + "/edit", write, false, (*site).editionForm},
		{"POST " + e + "/edit", write, false, (*site).saveForumEdition},
		{"GET " + e + "/facts", write, false, (*site).factsForm},
		{"POST " + e + "/facts", write, false, (*site).saveFacts},
		{"GET " + e + "/programme", see, false, (*site).forumDraft},
		{"GET " + e + "/programme.csv", see, false, (*site).draftCSV},
		{"GET " + e + "/programme.xlsx", see, false, (*site).draftXLSX},
		{"GET " + e + "/sessions/{session}", see, false, (*site).sessionForm},
		{"POST " + e + "/sessions/{session}", write, false, (*site).saveSession},
		{"GET " + e + "/speakers", see, false, (*site).forumSpeakers},
		{"GET " + e + "/speakers/{speaker}", see, false, (*site).speakerForm},
		{"POST " + e + "/speakers/{speaker}", write, false, (*site).saveSpeaker},
		{"GET " + e + "/places", see, false, (*site).forumPlaces},
		{"GET " + e + "/places/{kind}/{id}", see, false, (*site).placeForm},
		{"POST " + e + "/places/{kind}/{id}", write, false, (*site).savePlace},
		{"GET " + e + "/import", write, false, (*site).forumImport},
		{"POST " + e + "/import", write, false, (*site).doForumImport},
		{"GET " + e + "/publish", see, false, (*site).forumPublish},
		{"POST " + e + "/publish", access.PublishForum, false, (*site).doForumPublish},
	}
}

// A ForumTop is what the pages of one edition have on top.
type ForumTop struct {
	ID, Name, Theme, When, Where string
	Phase                        Pill
	Pages                        []NavItem
	Public                       string // address of its public page, or ""
	Home                         bool   // the page says its name itself
}

// forumEdition finds the edition an address names, else the one that takes
// place, comes next or was last.
func (s *site) forumEdition(v *visit) (*ForumTop, *forum.Kept, error) {
	all, err := s.Forum.All(v.Context(), v.me())
	if err != nil {
		return nil, nil, err
	}
	id := v.PathValue("edition")
	if id == "" {
		id = currentEdition(all, s.Clock())
	}
	i := slices.IndexFunc(all, func(k forum.Kept) bool { return k.ID == id })
	if i < 0 {
		return nil, nil, fail.New(fail.Missing, "there is no such edition of the forum; the list shows those there are")
	}
	return s.forumTop(v, &all[i]), &all[i], nil
}

// currentEdition is the one the secretariat works on: of those on this system
// if there is any, else of the history.
func currentEdition(all []forum.Kept, now time.Time) string {
	var own, any []*forum.Edition
	for _, k := range all {
		any = append(any, k.Edition)
		if k.Revision > 0 {
			own = append(own, k.Edition)
		}
	}
	if e := forum.Current(own, now); e != nil {
		return e.ID
	}
	if e := forum.Current(any, now); e != nil {
		return e.ID
	}
	return ""
}

func (s *site) forumTop(v *visit, k *forum.Kept) *ForumTop {
	t, e := v.t, k.Edition
	name, _ := e.Name.In(t.Code)
	theme, _ := e.Theme.In(t.Code)
	city, _ := e.City.In(t.Code)
	phase := e.Phase(s.Clock())
	top := &ForumTop{ID: e.ID, Name: name, Theme: theme, When: forumDays(v, e), Where: city,
		Phase: Pill{map[string]string{forum.Coming: "amber", forum.Now: "teal"}[phase], t.T("public.forum.phase." + phase)}}
	if e.Shown {
		top.Public = "/public/forum/" + e.ID + "/"
	}
	pages := []string{""}
	if k.Revision > 0 {
		pages = append(pages, "programme", "speakers", "places", "publish")
	}
	for _, p := range pages {
		href := "/forum/" + e.ID
		key := "prog.page.standing"
		if p != "" {
			href, key = href+"/"+p, "prog.page."+p
		}
		top.Pages = append(top.Pages, NavItem{Href: href, Name: t.T(key), Current: v.URL.Path == href || p == "" && v.URL.Path == "/forum"})
	}
	return top
}

func forumDays(v *visit, e *forum.Edition) string {
	from, to := e.Span()
	switch {
	case !e.Dated():
		return v.t.T("date.month."+strconv.Itoa(int(from.Month()))) + " " + strconv.Itoa(from.Year())
	case e.First == e.Last:
		return v.t.Date(from)
	}
	return v.t.Date(from) + " – " + v.t.Date(to.Add(-time.Minute))
}

// draftOf finds the draft an address names.
func (s *site) draftOf(v *visit) (*ForumTop, *forum.Programme, error) {
	top, k, err := s.forumEdition(v)
	if err != nil {
		return nil, nil, err
	}
	d, err := s.Forum.Draft(v.Context(), v.me(), k.ID)
	return top, d, err
}

// inDraft is the draft of the edition an address names, and what else the
// address names in it.
func inDraft[T any](s *site, v *visit, find func(*visit, *forum.Programme) (T, error)) (top *ForumTop, d *forum.Programme, x T, err error) {
	if top, d, err = s.draftOf(v); err == nil {
		x, err = find(v, d)
	}
	return top, d, x, err
}

// A ForumView is page/forum: where an edition stands.
type ForumView struct {
	Frame
	Top       *ForumTop // nil when there is no edition at all
	Countdown string
	Counts    []ForumCount
	Todo      []ForumTask
	Version   string // what was published last
	Editions  []ForumEditionLine
	Own       bool // kept here, so that it has a draft
	MayWrite  bool
}

// A ForumCount is a number with what it counts, and where to see that.
type ForumCount struct{ Name, Value, Href string }

// A ForumTask is something to be done next.
type ForumTask struct{ Text, Href, Class string } // Class: of the mark beside it

// A ForumEditionLine is one edition of the list.
type ForumEditionLine struct {
	Href, Name, Theme, When string
	Phase, Shown            Pill
	Programme               string
}

func (s *site) forumStanding(v *visit) error {
	all, err := s.Forum.All(v.Context(), v.me())
	if err != nil {
		return err
	}
	view := ForumView{Frame: s.frame(v, v.t.T("nav.forum")), MayWrite: s.may(v, access.WriteForum)}
	for _, k := range slices.Backward(all) {
		top := s.forumTop(v, &k)
		line := ForumEditionLine{Href: "/forum/" + k.ID, Name: top.Name, Theme: top.Theme, When: top.When, Phase: top.Phase,
			Shown: Pill{"green", v.t.T("prog.shown.yes")}, Programme: "–"}
		if !k.Shown {
			line.Shown = Pill{"amber", v.t.T("prog.shown.no")}
		}
		if k.Versions > 0 {
			line.Programme = v.t.T("public.forum.version", k.Versions, v.t.T("public.forum.sessions", k.Sessions))
		}
		view.Editions = append(view.Editions, line)
	}
	if len(all) == 0 {
		return s.show(v, 200, "forum", view)
	}
	top, k, err := s.forumEdition(v)
	if err != nil {
		return err
	}
	if err := s.stands(v, top, k, &view); err != nil {
		return err
	}
	return s.show(v, 200, "forum", view)
}

// stands fills in where one edition stands.
func (s *site) stands(v *visit, top *ForumTop, k *forum.Kept, view *ForumView) error {
	view.Top, view.Own, top.Home = top, k.Revision > 0, true
	if days := k.DaysUntil(s.Clock()); days > 0 {
		view.Countdown = v.t.T("prog.countdown", int64(days))
	}
	if !view.Own {
		return nil
	}
	return s.standing(v, k, view)
}

// forumDesk is what the desk of the secretariat says about the conference that
// is prepared. It is nil for everybody else, and while there is none.
func (s *site) forumDesk(v *visit) (*ForumView, error) {
	if s.Forum == nil || !s.may(v, access.WriteForum) {
		return nil, nil
	}
	top, k, err := s.forumEdition(v)
	if fail.Is(err, fail.Missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	view := new(ForumView)
	if err := s.stands(v, top, k, view); err != nil || !view.Own {
		return nil, err
	}
	return view, nil
}

// standing fills in what there is, and what is to be done next.
func (s *site) standing(v *visit, k *forum.Kept, view *ForumView) error {
	t, base := v.t, "/forum/"+k.ID+"/"
	d, err := s.Forum.Draft(v.Context(), v.me(), k.ID)
	if err != nil {
		return err
	}
	p, err := s.Forum.Preview(v.Context(), v.me(), k.ID)
	if err != nil {
		return err
	}
	count := map[string]int{}
	seated := map[string]bool{}
	for i := range d.Sessions {
		x := &d.Sessions[i]
		count[x.Status]++
		for _, lack := range lacks(x) {
			count[lack]++
		}
		for _, y := range x.People {
			seated[string(y.Speaker)] = true
		}
	}
	idle := len(d.Speakers) - len(seated)
	number := func(key string, n int, href string) {
		view.Counts = append(view.Counts, ForumCount{t.T(key), t.Number(int64(n)), base + href})
	}
	number("prog.count.confirmed", count[forum.Confirmed], "programme?show=confirmed&day=all")
	number("prog.count.planned", count[forum.Planned], "programme?show=planned&day=all")
	number("prog.count.cancelled", count[forum.Cancelled], "programme?show=cancelled&day=all")
	number("prog.count.speakers", len(d.Speakers), "speakers")
	number("prog.count.rooms", len(d.Rooms), "places")
	number("prog.count.parts", len(d.Parts), "places")
	task := func(n int, key, href, class string) {
		if n > 0 {
			view.Todo = append(view.Todo, ForumTask{t.T(key, n), base + href, class})
		}
	}
	task(len(d.Conflicts()), "prog.todo.conflicts", "programme", "red")
	if !k.Shown {
		view.Todo = append(view.Todo, ForumTask{t.T("prog.todo.hidden"), base + "edit", "amber"})
	}
	astray, err := s.callsAstray(v, d.Edition.ID)
	if err != nil {
		return err
	}
	if astray > 0 {
		view.Todo = append(view.Todo, ForumTask{t.T("prog.todo.calls", astray), "/calls", "amber"})
	}
	if len(d.Sessions) == 0 {
		view.Todo = append(view.Todo, ForumTask{t.T("prog.todo.empty"), base + "places", "amber"})
	}
	task(count[lackRoom], "prog.todo.noroom", "programme?show=noroom&day=all", "amber")
	task(count[lackSpeaker], "prog.todo.nobody", "programme?show=nobody&day=all", "amber")
	task(count[forum.Planned], "prog.todo.planned", "programme?show=planned&day=all", "")
	task(idle, "prog.todo.idle", "speakers", "")
	if len(d.Sessions) > count[forum.Planned] {
		task(len(p.Changes), "prog.todo.unpublished", "publish", "teal")
	}
	if p.Last != nil {
		view.Version = t.T("public.forum.standing", p.Last.Version, t.DateTime(p.Last.Made))
	}
	return nil
}

// What a session may lack, as the filter of the draft calls it.
const (
	lackRoom    = "noroom"
	lackSpeaker = "nobody"
)

// lacks says what a session that takes place still needs.
func lacks(x *forum.Session) (all []string) {
	if x.Status == forum.Cancelled {
		return nil
	}
	if x.Room == "" && x.Mode != forum.Online {
		all = append(all, lackRoom)
	}
	if len(x.People) == 0 && x.Kind != forum.Pause && x.Kind != forum.Ceremony && x.Kind != forum.Meeting {
		all = append(all, lackSpeaker)
	}
	return all
}
