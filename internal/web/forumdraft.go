package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/internal/access"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/forum/feed"
)

// A ForumDraftView is page/forumdraft: the programme as the secretariat works on it.
type ForumDraftView struct {
	Frame
	Top       *ForumTop
	Conflicts []string // in English, as the module says them
	Choices   []FieldControl
	Total     string
	Groups    []ForumDraftGroup
	MayWrite  bool
	Empty     bool // nothing at all, not only under this filter
}

// A ForumDraftGroup is the sessions of one day.
type ForumDraftGroup struct {
	Name string
	Rows []ForumDraftRow
}

// A ForumDraftRow is one session of the draft.
type ForumDraftRow struct {
	Href, Number, Time, Zone, Title, Kind, People, Place string
	Status                                               Pill
	Lacks                                                []string
	Fresh                                                bool // not in the newest version
	Gone                                                 bool // its entry was taken back
}

const (
	allDays      = "all"
	maxDraftRows = 200 // sessions; a larger draft opens on one day
)

func (s *site) forumDraft(v *visit) error {
	top, d, err := s.draftOf(v)
	if err != nil {
		return err
	}
	t, q := v.t, v.URL.Query()
	view := ForumDraftView{Frame: s.frame(v, t.T("prog.page.programme")), Top: top, MayWrite: s.may(v, access.WriteForum), Empty: len(d.Sessions) == 0}
	for _, c := range d.Conflicts() {
		view.Conflicts = append(view.Conflicts, sentence(c.Text))
	}
	days := d.Edition.Days()
	if q.Get("day") == "" && len(d.Sessions) > maxDraftRows && len(days) > 0 {
		q.Set("day", days[0])
	}
	e := forumEntry{t, q}
	dayChoices := []Choice{{allDays, t.T("public.forum.filter.all"), false}}
	for _, day := range days {
		dayChoices = append(dayChoices, Choice{day, day, false})
	}
	shown := []Choice{{"", t.T("public.forum.filter.all"), false}}
	for _, k := range append(forum.Statuses(), lackRoom, lackSpeaker) {
		shown = append(shown, Choice{k, t.T("prog.show." + k), false})
	}
	rooms, parts := []Choice{{"", t.T("public.forum.filter.all"), false}}, []Choice{{"", t.T("public.forum.filter.all"), false}}
	for _, x := range d.Rooms {
		name, _ := x.Name.In(t.Code)
		rooms = append(rooms, Choice{x.ID, name, false})
	}
	for _, x := range d.Parts {
		name, _ := x.Name.In(t.Code)
		parts = append(parts, Choice{x.ID, name, false})
	}
	view.Choices = []FieldControl{e.pick("day", t.T("public.forum.filter.day"), dayChoices...), e.pick("show", t.T("prog.show"), shown...),
		e.pick("room", t.T("public.forum.filter.room"), rooms...), e.pick("part", t.T("public.forum.filter.part"), parts...), e.line("q",
			t.T("public.forum.filter.q"), 120)}
	f := forum.Filter{Day: q.Get("day"), Part: q.Get("part"), Room: q.Get("room"), Text: q.Get("q")}
	if f.Day == allDays {
		f.Day = ""
	}
	last, err := s.Forum.Preview(v.Context(), v.me(), d.Edition.ID)
	if err != nil {
		return err
	}
	gone, err := s.Calls.TakenBack(v.Context(), d.Edition.ID)
	if err != nil {
		return err
	}
	n := 0
	for _, x := range d.Select(f) {
		if show := q.Get("show"); show != "" && x.Status != show && !slices.Contains(lacks(x), show) {
			continue
		}
		n++
		day := d.Day(x)
		if k := len(view.Groups); k == 0 || view.Groups[k-1].Name != day {
			view.Groups = append(view.Groups, ForumDraftGroup{Name: day})
		}
		g := &view.Groups[len(view.Groups)-1]
		row := draftRow(v, d, x, last.Last)
		row.Gone = gone[x.Entry] != ""
		g.Rows = append(g.Rows, row)
	}
	view.Total = t.T("public.forum.sessions", n)
	for i := range view.Groups {
		if at, _, err := forum.At(d.Edition.Zone, view.Groups[i].Name+"T12:00"); err == nil {
			view.Groups[i].Name = t.Date(at.In(d.Edition.Location()))
		}
	}
	return s.show(v, http.StatusOK, "forumdraft", view)
}

func draftRow(v *visit, d *forum.Programme, x *forum.Session, last *forum.Programme) ForumDraftRow {
	t, z := v.t, d.Location(x)
	title, _ := x.Title.In(t.Code)
	r := ForumDraftRow{Href: "/forum/" + d.Edition.ID + "/sessions/" + string(x.ID), Number: strconv.FormatInt(x.Number, 10),
		Time: x.Start.In(z).Format("15:04") + "–" + x.End.In(z).Format("15:04"), Title: title, Kind: t.T("public.forum.kind." + x.Kind),
		Status: Pill{map[string]string{forum.Planned: "amber", forum.Confirmed: "green", forum.Cancelled: "red"}[x.Status], t.T("prog.status." + x.Status)},
		Fresh:  last != nil && last.Session(x.ID) == nil && x.Status == forum.Confirmed}
	r.Zone = x.Zone
	var names []string
	for _, y := range x.People {
		if who := d.Speaker(y.Speaker); who != nil {
			names = append(names, who.Name)
		}
	}
	if len(names) > 0 {
		r.People = t.List(names)
	}
	if room := d.Room(x.Room); room != nil {
		r.Place, _ = room.Name.In(t.Code)
	}
	if x.Mode != forum.OnSite {
		r.Place = strings.Trim(r.Place+" · "+t.T("public.forum.mode."+x.Mode), " ·")
	}
	for _, l := range lacks(x) {
		r.Lacks = append(r.Lacks, t.T("prog.show."+l))
	}
	return r
}

// draftTable is the draft as a table to work with.
func (s *site) draftTable(v *visit) (string, [][]string, error) {
	_, d, err := s.draftOf(v)
	if err != nil {
		return "", nil, err
	}
	return d.Edition.ID, feed.Table(d, d.Select(forum.Filter{}), feed.Options{Language: v.t.Code}), nil
}

func (s *site) draftCSV(v *visit) error {
	id, rows, err := s.draftTable(v)
	if err != nil {
		return err
	}
	b, err := feed.CSV(rows)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+id+`-draft.csv"`)
	v.send(http.StatusOK, "text/csv; charset=utf-8", b)
	return nil
}

func (s *site) draftXLSX(v *visit) error {
	id, rows, err := s.draftTable(v)
	if err != nil {
		return err
	}
	b, err := feed.XLSX("Draft", rows)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+id+`-draft.xlsx"`)
	v.send(http.StatusOK, feed.XLSXType, b)
	return nil
}

// A ForumPublishView is page/forumpublish: what publishing would change, and what was published.
type ForumPublishView struct {
	Frame
	Top        *ForumTop
	Sentence   string // how many sessions the next version would hold
	Hinder     string // why it cannot be published, in English
	Problem    string
	Note       string
	Changes    []ForumChangeLine
	More       string // changes that are not listed
	First      bool
	Versions   []ForumVersionLine
	MayPublish bool
	TakenBack  []ForumChangeLine // sessions whose entry was taken back
}

// A ForumChangeLine is what would become of one session.
type ForumChangeLine struct {
	What, Title, Href string
	Before, After     string // time and place, where they differ
}

// A ForumVersionLine is one version.
type ForumVersionLine struct {
	Number, At, Note, Sessions, Digest string
	Entry                              int64
}

const maxChangeLines = 200

func (s *site) forumPublish(v *visit) error { return s.showPublish(v, http.StatusOK, "") }

func (s *site) showPublish(v *visit, status int, problem string) error {
	top, k, err := s.forumEdition(v)
	if err != nil {
		return err
	}
	p, err := s.Forum.Preview(v.Context(), v.me(), k.ID)
	if err != nil {
		return err
	}
	t := v.t
	view := ForumPublishView{Frame: s.frame(v, t.T("prog.page.publish")), Top: top, First: p.Last == nil, Problem: problem, Note: v.FormValue("note"),
		Sentence:   t.T("prog.publish.next", p.Next.Version, t.T("public.forum.sessions", len(p.Next.Sessions)), p.Planned),
		MayPublish: s.may(v, access.PublishForum)}
	view.Live = false
	if p.Hinder != nil {
		view.Hinder = sentence(p.Hinder.Error())
	}
	for i, c := range p.Changes {
		if view.First || i == maxChangeLines {
			break
		}
		view.Changes = append(view.Changes, changeLine(v, p, c))
	}
	if n := len(p.Changes) - maxChangeLines; n > 0 && !view.First {
		view.More = t.T("prog.publish.more", n)
	}
	if view.TakenBack, err = s.publishesTakenBack(v, p.Next); err != nil {
		return err
	}
	if k.Shown {
		all, err := s.Forum.Versions(v.Context(), k.ID)
		if err != nil {
			return err
		}
		for _, x := range all {
			view.Versions = append(view.Versions, ForumVersionLine{strconv.FormatInt(x.Number, 10), t.DateTime(x.At), x.Note,
				t.T("public.forum.sessions", x.Sessions), x.Digest.String(), x.Entry})
		}
	}
	return s.show(v, status, "forumpublish", view)
}

// publishesTakenBack lists the sessions of the next version that come from
// entries which were taken back: it can be published with them, and somebody
// should know it.
func (s *site) publishesTakenBack(v *visit, next *forum.Programme) (all []ForumChangeLine, err error) {
	gone, err := s.Calls.TakenBack(v.Context(), next.Edition.ID)
	if err != nil {
		return nil, err
	}
	for i := range next.Sessions {
		x := &next.Sessions[i]
		if state := gone[x.Entry]; state != "" && x.Status != forum.Cancelled {
			title, _ := x.Title.In(v.t.Code)
			all = append(all, ForumChangeLine{What: entryWord(v, state), Title: title, Href: "/forum/" + next.Edition.ID + "/sessions/" + string(x.ID)})
		}
	}
	return all, nil
}

func changeLine(v *visit, p *forum.Preview, c forum.Change) ForumChangeLine {
	var what []string
	for _, k := range c.What {
		what = append(what, v.t.T("public.forum.change."+k))
	}
	x := cmp.Or(c.After, c.Before)
	l := ForumChangeLine{What: v.t.List(what), Href: "/forum/" + p.Next.Edition.ID + "/sessions/" + string(c.Session)}
	l.Title, _ = x.Title.In(v.t.Code)
	at := func(d *forum.Programme, x *forum.Session) string {
		if x == nil {
			return ""
		}
		from := x.Start.In(d.Location(x))
		text := v.t.Date(from) + " " + from.Format("15:04") + "–" + x.End.In(d.Location(x)).Format("15:04")
		if r := d.Room(x.Room); r != nil {
			name, _ := r.Name.In(v.t.Code)
			text += ", " + name
		}
		return text
	}
	l.Before, l.After = at(p.Last, c.Before), at(p.Next, c.After)
	if l.Before == l.After {
		l.Before = ""
	}
	return l
}

func (s *site) doForumPublish(v *visit) error {
	id := v.PathValue("edition")
	_, err := s.Forum.Publish(v.Context(), v.me(), id, strings.TrimSpace(strings.ReplaceAll(v.FormValue("note"), "\r\n", "\n")))
	if problems := refused(err, nil); len(problems) > 0 {
		return s.showPublish(v, http.StatusUnprocessableEntity, problems[0])
	}
	if err != nil {
		return err
	}
	return v.to("/forum/"+id+"/publish", "published")
}
