package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"landbridge.example/internal/access"
	"landbridge.example/internal/face"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/screening"
	"landbridge.example/match"
)

// A ScreenListsView is page/screenlists: the lists with their versions.
type ScreenListsView struct {
	Frame
	Tabs2     []NavItem
	Lists     []ListCard
	MayImport bool
	Problem   string
	Confirm   bool // the file can be taken with a reason
	Done      *screening.Imported
	DoneText  string
	Origins   []Choice
}

// A ListCard is one list.
type ListCard struct {
	Source              SourceMark
	Name                string
	Published, Imported string
	Version             int64
	Records             string
	Refused, RefusedAt  string
	Versions            []ListVersionRow
}

// A ListVersionRow is one version of a list.
type ListVersionRow struct {
	Href, Version, Published, Imported, By, Confirmed string
	Added, Changed, Removed                           int
}

func (s *site) lists(v *visit) error { return s.showLists(v, http.StatusOK, ScreenListsView{}) }

func (s *site) showLists(v *visit, code int, view ScreenListsView) error {
	t := v.t
	all, err := s.Screening.Lists(v.Context(), v.me())
	if err != nil {
		return err
	}
	view.Frame, view.Tabs2, view.MayImport = s.frame(v, t.T("screen.lists.title")), s.screenTabs(v, "/screening/lists"), s.may(v, access.ImportList)
	view.Origins = []Choice{{"", t.T("screen.origin.known"), true}, {string(screening.National), t.T("screen.origin.word.national"), false},
		{string(screening.Regional), t.T("screen.origin.word.regional"), false}}
	for _, l := range all {
		c := ListCard{Source: sourceMark(t, l.Source), Name: l.Source.Name(), Published: published(t, l.Published), Imported: t.When(l.Imported, s.Clock()),
			Version: l.Version,
			Records: t.Number(int64(l.Records)), Refused: sentence(l.Refused)}
		if l.Refused != "" {
			c.RefusedAt = t.DateTime(l.RefusedAt)
		}
		for _, r := range l.Versions {
			c.Versions = append(c.Versions, ListVersionRow{Href: "/screening/lists/" + l.Source.Code() + "/versions/" + strconv.FormatInt(r.Version, 10),
				Version:   strconv.FormatInt(r.Version, 10),
				Published: published(t, r.Published), Imported: t.When(r.Imported,
					s.Clock()), By: r.By, Confirmed: r.Confirmed, Added: r.Added, Changed: r.Changed, Removed: r.Removed})
		}
		view.Lists = append(view.Lists, c)
	}
	view.Live = !view.MayImport
	return s.show(v, code, "screenlists", view)
}

// importList takes a file into a list.
func (s *site) importList(v *visit) error {
	file, head, err := v.FormFile("file")
	if err != nil {
		return s.showLists(v, http.StatusUnprocessableEntity, ScreenListsView{Problem: v.t.T("screen.import.nofile")})
	}
	defer file.Close()
	done, err := s.Screening.Import(v.Context(), v.me(), screening.Import{
		File: file, Code: strings.TrimSpace(v.FormValue("code")), Origin: screening.Origin(v.FormValue("origin")), Authority: v.FormValue("authority"),
		Name: v.FormValue("name"), Confirm: strings.TrimSpace(v.FormValue("confirm")),
	})
	switch {
	case err == nil:
	case fail.Is(err, fail.Invalid), fail.Is(err, fail.Conflict), fail.Is(err, fail.TooLarge):
		return s.showLists(v, face.Status(fail.KindOf(err)), ScreenListsView{Problem: sentence(fail.Safe(err)), Confirm: fail.Is(err, fail.Conflict)})
	default:
		return err
	}
	text := v.t.T("screen.import.done", done.Source.Code(), done.Version, done.Added, done.Changed, done.Removed)
	if done.Same {
		text = v.t.T("screen.import.same", head.Filename)
	}
	return s.showLists(v, http.StatusOK, ScreenListsView{Done: done, DoneText: text})
}

// A ScreenVersionView is page/screenversion: what a version changed.
type ScreenVersionView struct {
	Frame
	Tabs2                          []NavItem
	Source                         SourceMark
	Version                        int64
	Published, Imported, By        string
	Digest, Confirmed              string
	Records                        string
	Added, NChanged, Removed, More int
	Notes                          []string
	Changes                        []ChangeLine
	Next                           string
}

// A ChangeLine is what a version did to one entry.
type ChangeLine struct {
	Href, Name, Reference string
	Kind                  Pill
	Fields                []SideRow // what the changed fields said and say
}

func (s *site) listVersion(v *visit) error {
	version, err := strconv.ParseInt(v.PathValue("version"), 10, 64)
	if err != nil {
		return fail.New(fail.Missing, "a version of a list is named by its number")
	}
	after, err := strconv.Atoi(v.URL.Query().Get("after"))
	if err != nil || after < 0 {
		after = 0
	}
	d, err := s.Screening.Version(v.Context(), v.me(), v.PathValue("list"), version, after)
	if err != nil {
		return err
	}
	t := v.t
	view := ScreenVersionView{Frame: s.frame(v, t.T("screen.version.title", d.Source.Code(), d.Version)), Tabs2: s.screenTabs(v, "/screening/lists"),
		Source:  sourceMark(t, d.Source),
		Version: d.Version, Published: published(t,
			d.Published), Imported: t.DateTime(d.Imported), By: d.By, Digest: d.Digest, Confirmed: d.Confirmed, Records: t.Number(int64(d.Records)),
		Added: d.Added, NChanged: d.Changed, Removed: d.Removed, More: d.More, Notes: d.Notes}
	for _, c := range d.Changes {
		l := ChangeLine{Href: entryHref(d.Source.Code(), c.ID), Name: c.Name, Reference: c.Reference, Kind: Pill{Text: t.T("screen.change." + c.Kind)}}
		l.Kind.Class = map[string]string{screening.Added: "green", screening.Changed: "amber", screening.Removed: "red"}[c.Kind]
		if l.Reference == "" {
			l.Reference = c.ID
		}
		if c.Kind == screening.Changed && c.Was != nil && c.Is != nil {
			l.Fields = changedRows(v, c.Fields, c.Was, c.Is)
		}
		view.Changes = append(view.Changes, l)
	}
	if d.More > 0 {
		view.Next = with(v.URL.Path, v.URL.Query(), "after", strconv.Itoa(after+len(d.Changes)))
	}
	return s.show(v, http.StatusOK, "screenversion", view)
}

// changedRows shows the fields that say something else, before and after.
func changedRows(v *visit, fields []string, was, is *match.Record) []SideRow {
	var rows []SideRow
	names := map[string]bool{}
	for _, f := range fields {
		names[v.t.T("screen.field."+f)] = true
	}
	for _, r := range sideRows(v.t, was, is) {
		if names[r.Name] {
			rows = append(rows, r)
			delete(names, r.Name)
		}
	}
	for _, f := range []string{"programme", "listed_on", "updated_on", "comment", "reference", "kind"} {
		if n := v.t.T("screen.field." + f); names[n] {
			rows = append(rows, SideRow{Name: n})
		}
	}
	return rows
}

// A ScreenEntryView is page/screenentry: one entry of a list.
type ScreenEntryView struct {
	Frame
	Tabs2                     []NavItem
	Source                    SourceMark
	Name, Reference, ID, Kind string
	Rows                      []SideRow
	Names                     []NameValue
	Delisted                  bool
	Version                   int64
	Published, Hash           string
}

func (s *site) listEntry(v *visit) error {
	e, err := s.Screening.Entry(v.Context(), v.me(), v.PathValue("list"), v.PathValue("entry"))
	if err != nil {
		return err
	}
	t := v.t
	view := ScreenEntryView{Frame: s.frame(v, t.T("screen.entry.title")), Tabs2: s.screenTabs(v, "/screening/lists"), Source: sourceMark(t, e.Source),
		Reference: reference(&e.Record),
		ID:        e.Record.ID, Kind: t.T("screen.kind." + string(e.Record.Kind)), Delisted: e.Delisted, Version: e.Version, Published: published(t,
			e.Published), Hash: e.Hash}
	for i, n := range e.Record.Names {
		if i == 0 {
			view.Name = n.Text
		}
		view.Names = append(view.Names, NameValue{t.T("screen.quality." + string(n.Quality)), n.Text})
	}
	for _, r := range sideRows(t, &match.Record{}, &e.Record) {
		if r.Name != t.T("screen.field.names") {
			view.Rows = append(view.Rows, r)
		}
	}
	return s.show(v, http.StatusOK, "screenentry", view)
}

// published shows what a list says of its own date: a day, where it is a moment.
func published(t *lang.Texts, text string) string {
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.Date(at)
	}
	return text
}
