package web

import (
	"net/http"
	"net/url"
	"strings"

	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/face"
	"landbridge.example/internal/lang"
)

// A Frame is what every page shows around its own part. Each page's view
// embeds it; templates reach its texts with $.T.
type Frame struct {
	t    *lang.Texts
	sent url.Values // the form that led here; see [Again]

	Title     string
	Lang, Dir string
	Theme     string // "", "light" or "dark"
	Party     string
	PartyName string
	Demo      bool
	Nodes     []DemoNode
	SignedIn  bool
	Person    string
	Roles     string
	Nav       []NavGroup
	Tabs      []NavItem // the few that fit under a thumb
	Mark      *Mark
	Now       string
	NowISO    string
	Style     string
	StaffCSS  string // our own stylesheet, after the shared one
	Once      string // the script that has a form sent once
	Script    string
	Icon      string
	Languages []Choice
	Themes    []Choice
	Here      string // where a change of language leads back to
	Live      bool   // the page follows what happens
	Said      string // what was just done
	Search    string
	CanSearch bool
}

// T returns a text of the catalogue.
func (f Frame) T(key string, args ...any) string { return f.t.T(key, args...) }

// A NavGroup is a few links under a heading.
type NavGroup struct {
	Name  string
	Items []NavItem
}

// A NavItem is one link of the navigation.
type NavItem struct {
	Href, Name string
	Current    bool
	Count      string
}

// A Choice is one of several values in a form.
type Choice struct {
	Value, Name string
	Chosen      bool
}

// A Mark is the handling of a page: on top, at the bottom and on paper.
type Mark struct {
	Class string // tlp-amber
	Label string // TLP:AMBER
	Notes []string
}

// frame prepares what is around a page.
func (s *site) frame(v *visit, title string) Frame {
	now := s.Clock().UTC()
	f := Frame{
		t: v.t, sent: v.PostForm, Title: title, Lang: v.t.Code, Dir: face.Direction(v.t), Theme: face.Theme(v.Request),
		Party: string(s.Party), PartyName: s.partyName(v, s.Party),
		Demo: s.Demo != nil, SignedIn: v.in,
		Now: now.Format("15:04"), NowISO: now.Format("2006-01-02T15:04:05Z"),
		Style: s.assets.Href("look.css"), StaffCSS: s.assets.Href("staff.css"), Once: s.assets.Href("once.js"),
		Script: s.assets.Href("page.js"), Icon: s.assets.Href("mark.svg"),
		Here: v.URL.RequestURI(), Live: v.in && v.Method == http.MethodGet,
	}
	if s.Demo != nil {
		f.Nodes = s.Demo.Nodes
	}
	for _, c := range face.Languages(v.t) {
		f.Languages = append(f.Languages, Choice(c))
	}
	for _, c := range face.Themes(v.t, f.Theme) {
		f.Themes = append(f.Themes, Choice(c))
	}
	if said := "said." + v.URL.Query().Get("said"); v.t.Has(said) {
		f.Said = v.t.T(said)
	}
	if v.in {
		f.Person = v.me().Name
		f.Roles = s.roleNames(v.t, v.me().Roles)
		f.CanSearch = s.may(v, access.ListCases)
		s.navigate(v, &f)
	}
	return f
}

// may reports whether the person's roles allow an action.
func (s *site) may(v *visit, a access.Action) bool { return s.access.Allow(v.me().Roles, a).Allow }

// navigate lists the pages open to the person. What a role may not see is not
// offered; asked for by address, it says by which rule it is closed.
func (s *site) navigate(v *visit, f *Frame) {
	type item struct {
		href, key string
		action    access.Action
		tab       bool
	}
	groups := []struct {
		name  string
		items []item
	}{
		{"nav.work", []item{{"/", "nav.desk", access.SeeDesk, true}, {"/cases", "nav.cases", access.ListCases, true},
			{"/approvals", "nav.approvals", access.ReadCase, true}, {"/notices", "nav.notices", access.SearchNotices, false},
			{"/screening", "nav.screening", access.SeeLists, false},
			{"/agenda", "nav.agenda", access.KeepAgenda, false}}},
		{"nav.together", []item{{"/parties", "nav.parties", access.SeeParties, false}, {"/contacts", "nav.contacts", access.SeeParties, false},
			{"/agreements", "nav.agreements", access.SeeAgreements, false}, {"/mechanisms", "nav.mechanisms", access.SeeMechanisms, false},
			{"/network", "nav.network", access.SeeNetwork, true}, {"/indices", "nav.indices", access.SeeIndex, false},
			{"/substances", "nav.substances", access.SeeSubstances, false}}},
		{"nav.forum", []item{{"/forum", "prog.page.standing", access.SeeForum, s.may(v, access.WriteForum)}, {"/delegations", "nav.guests", access.SeeGuests, false},
			{"/calls", "nav.calls", access.WriteForum, false}, {"/decisions", "nav.decisions", access.SeeDecisions, false},
			{"/meetings", "nav.meetings", access.SeeDecisions, false}, {"/commitments", "nav.commitments", access.SeeDecisions, false},
			{"/visits", "nav.visits", access.SeeVisits, false}, {"/news", "nav.news", access.SeeNews, false}}},
		{"nav.check", []item{{"/record", "nav.record", access.SeeLog, false}, {"/rights", "nav.rights", access.AnswerRights, false},
			{"/people", "nav.people", access.SeeStaff, false},
			{"/about", "nav.about", access.SeeDesk, false}}},
	}
	for _, g := range groups {
		group := NavGroup{Name: v.t.T(g.name)}
		for _, i := range g.items {
			if !s.may(v, i.action) {
				continue
			}
			current := v.URL.Path == i.href || i.href != "/" && strings.HasPrefix(v.URL.Path, i.href+"/") ||
				i.href == "/cases" && (strings.HasPrefix(v.URL.Path, "/drafts/") || strings.HasPrefix(v.URL.Path, "/requests/")) ||
				i.href == "/delegations" && strings.HasPrefix(v.URL.Path, "/guests/") ||
				i.href == "/calls" && strings.HasPrefix(v.URL.Path, "/submissions/") ||
				i.href == "/substances" && strings.HasPrefix(v.URL.Path, "/schedules/")
			n := NavItem{Href: i.href, Name: v.t.T(i.key), Current: current}
			group.Items = append(group.Items, n)
			if i.tab {
				if i.href == "/forum" { // away from its heading it needs the whole name
					n.Name = v.t.T("nav.forum")
				}
				f.Tabs = append(f.Tabs, n)
			}
		}
		if len(group.Items) > 0 {
			f.Nav = append(f.Nav, group)
		}
	}
	f.Tabs = append(f.Tabs, NavItem{Href: "/account", Name: v.t.T("nav.account"), Current: v.URL.Path == "/account"})
}

// count puts a number beside a page's name in the navigation.
func (f *Frame) count(href, n string) {
	for _, g := range f.Nav {
		for i := range g.Items {
			if g.Items[i].Href == href {
				g.Items[i].Count = n
			}
		}
	}
	for i := range f.Tabs {
		if f.Tabs[i].Href == href {
			f.Tabs[i].Count = n
		}
	}
}

// mark returns the banner of a marking. A marking nobody can read is shown as
// the strictest label: what is unclear is not shown around.
func mark(t *lang.Texts, marking string) *Mark {
	m, err := handling.Parse(marking)
	if err != nil {
		return &Mark{Class: "tlp-red", Label: handling.TLPRed.String(), Notes: []string{t.T("mark.unreadable")}}
	}
	k := &Mark{
		Class: "tlp-" + strings.ToLower(strings.TrimPrefix(strings.TrimSuffix(m.TLP.String(), "+STRICT"), "TLP:")),
		Label: m.TLP.String(),
	}
	if m.H1 {
		k.Notes = append(k.Notes, t.T("mark.h1"))
	}
	if m.H2 {
		k.Notes = append(k.Notes, t.T("mark.h2"))
	}
	for _, r := range m.H3 {
		k.Notes = append(k.Notes, t.T("mark.h3", r))
	}
	k.Notes = append(k.Notes, m.PAP.String())
	return k
}
