package portal

import (
	"net/url"
	"strings"

	"landbridge.example/internal/face"
	"landbridge.example/internal/lang"
)

// A Frame is what every page shows around its own part. Each page's view
// embeds it; templates reach its texts with $.T.
type Frame struct {
	t *lang.Texts

	Title     string
	Lang, Dir string
	Theme     string // "", "light" or "dark"
	Party     string
	PartyName string
	Demo      bool
	Style     string
	Own       string // our own stylesheet, after the shared one
	Once      string // the script that has a form sent once
	Script    string
	Icon      string
	Languages []face.Choice
	Themes    []face.Choice
	Others    []Alternate // this page in the other languages
	Rooms     []Link
	Here      string // where a change of language leads back to
	Release   *Bar   // of the pages of a release
}

// T returns a text of the catalogue.
func (f Frame) T(key string, args ...any) string { return f.t.T(key, args...) }

// A Link is one link of a list.
type Link struct {
	Href, Name string
	Current    bool
}

// An Alternate is the same page in another language.
type Alternate struct{ Code, Href string }

// A Bar is what the pages of a release have on top: which release this is, what
// must be said of it, and the pages there are.
type Bar struct {
	ID        string
	Title     string
	Edition   string
	Published string // by whom and when
	Demo      bool   // a demonstration of method
	Notice    string // the release's own words
	RevisedBy string // address of the release that puts this one right
	Pages     []Link
}

// frame prepares what is around a page.
func (s *site) frame(v *visit, title string) Frame {
	f := Frame{
		t: v.t, Title: title, Lang: v.t.Code, Dir: face.Direction(v.t), Theme: face.Theme(v.Request),
		Party: string(s.Party), PartyName: s.PartyName(v.Context(), v.t.Code), Demo: s.Demo,
		Style: s.assets.Href("look.css"), Own: s.assets.Href("portal.css"), Once: s.assets.Href("once.js"),
		Script: s.assets.Href("portal.js"), Icon: s.assets.Href("mark.svg"),
		Languages: face.Languages(v.t), Here: v.URL.RequestURI(),
	}
	f.Themes = face.Themes(v.t, f.Theme)
	for _, l := range lang.Languages() {
		f.Others = append(f.Others, Alternate{l.Code, withQuery(v.URL.Path, v.URL.Query(), "lang", l.Code)})
	}
	for _, r := range rooms() {
		f.Rooms = append(f.Rooms, Link{Prefix + r.path, v.t.T(r.title), strings.HasPrefix(v.URL.Path, Prefix+r.path)})
	}
	return f
}

// withQuery returns an address with some values of its query set; an empty
// value takes the key away.
func withQuery(path string, q url.Values, pairs ...string) string {
	out := url.Values{}
	for k, v := range q {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Del(pairs[i])
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	if len(out) == 0 {
		return path
	}
	return path + "?" + out.Encode()
}

// withoutLanguage takes the language out of an address, so that what the reader
// chose by hand is not overruled by the link they once followed.
func withoutLanguage(here string) string {
	u, err := url.Parse(here)
	if err != nil {
		return Prefix
	}
	return withQuery(u.Path, u.Query(), "lang", "")
}
