package portal

import (
	"context"
	"html/template"
	"net/http"
	"time"

	"landbridge.example"
	"landbridge.example/internal/forum/feed"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/news"
)

// News is where the secretariat's news comes from: a news.Desk.
type News interface {
	Public(ctx context.Context, edition string) ([]*news.Shown, error)
	PublicItem(ctx context.Context, id landbridge.ID) (*news.Shown, error)
}

const (
	newsPath  = Prefix + "news/"
	newsShown = 60 // items on the page, the newest; the feed has as many
)

func newsRoutes() []route {
	return []route{
		{"GET " + newsPath + "{$}", (*site).news},
		{"GET " + newsPath + "feed.atom", (*site).newsAtom},
		{"GET " + newsPath + "{news}", (*site).newsItem},
	}
}

// A NewsView is page/news: what was told, the newest first.
type NewsView struct {
	Frame
	Items []NewsLine
	Feed  string
}

// A NewsLine is one piece of news in a list.
type NewsLine struct {
	Href        string
	Title, Lead Told
	Date, ISO   string
}

func (s *site) newsLines(v *visit, most int) ([]NewsLine, error) {
	if s.News == nil {
		return nil, nil
	}
	all, err := s.News.Public(v.Context(), "")
	if err != nil {
		return nil, err
	}
	var lines []NewsLine
	for _, x := range all[:min(len(all), most)] {
		a, in := article(v.t, x)
		lines = append(lines, NewsLine{newsPath + string(x.ID), Told{a.Title, in}, Told{a.Lead, in}, v.t.Date(x.Published), isoTime(x.Published)})
	}
	return lines, nil
}

// article is a piece of news in the reader's language, or in the one there is.
func article(t *lang.Texts, x *news.Shown) (a news.Article, other string) {
	a, in := x.Texts.In(t.Code)
	if in == t.Code {
		in = ""
	}
	return a, in
}

func isoTime(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func (s *site) news(v *visit) error {
	view := NewsView{Frame: s.frame(v, v.t.T("public.news.title")), Feed: newsPath + "feed.atom"}
	var err error
	if view.Items, err = s.newsLines(v, newsShown); err != nil {
		return err
	}
	return s.show(v, "news", view)
}

// A NewsItemView is page/newsitem: one piece of news.
type NewsItemView struct {
	Frame
	News        Told
	Lead        Told
	Body        template.HTML // made by news.Render, which lets nothing through that acts
	Date, ISO   string
	Updated     string // when another version than the first is shown
	Standing    string
	Digest      string
	Edition     *Link
	OtherSpoken []Link // the languages it is written in
}

func (s *site) newsItem(v *visit) error {
	if s.News == nil {
		return s.nothing(v)
	}
	x, err := s.News.PublicItem(v.Context(), landbridge.ID(v.PathValue("news")))
	if err != nil {
		return err
	}
	a, in := article(v.t, x)
	body, err := news.Render(a.Body)
	if err != nil {
		return err
	}
	view := NewsItemView{Frame: s.frame(v, a.Title), News: Told{a.Title, in}, Lead: Told{a.Lead, in}, Body: template.HTML(body), //nolint:gosec // see the field
		Date: v.t.Date(x.Published), ISO: isoTime(x.Published), Digest: x.Digest.String(), Standing: v.t.T("public.news.standing", x.Version, x.Entry)}
	if x.Updated.After(x.Published) {
		view.Updated = v.t.DateTime(x.Updated)
	}
	if x.Edition != "" {
		e, err := s.Forum.Editions(v.Context())
		if err != nil {
			return err
		}
		for _, y := range e {
			if y.ID == x.Edition {
				name, _ := y.Name.In(v.t.Code)
				view.Edition = &Link{forumPath + y.ID + "/", name, false}
			}
		}
	}
	for _, l := range lang.Languages() {
		if _, ok := x.Texts[l.Code]; ok {
			view.OtherSpoken = append(view.OtherSpoken, Link{withQuery(v.URL.Path, nil, "lang", l.Code), l.Name, l.Code == v.t.Code})
		}
	}
	return s.show(v, "newsitem", view)
}

// newsAtom is the news as a feed (RFC 4287), in the reader's language.
func (s *site) newsAtom(v *visit) error {
	if s.News == nil {
		return s.nothing(v)
	}
	all, err := s.News.Public(v.Context(), "")
	if err != nil {
		return err
	}
	self := s.Origin + withQuery(newsPath+"feed.atom", nil, "lang", v.t.Code)
	f := feed.Feed{Lang: v.t.Code, ID: self, Title: s.PartyName(v.Context(), v.t.Code) + ": " + v.t.T("public.news.title"),
		Author: s.PartyName(v.Context(), v.t.Code), Links: feed.Links(self, s.Origin+newsPath)}
	for _, x := range all[:min(len(all), newsShown)] {
		a, in := x.Texts.In(v.t.Code)
		body, err := news.Render(a.Body)
		if err != nil {
			return err
		}
		e := feed.FeedEntry{Lang: in, ID: "urn:uuid:" + string(x.ID), Title: a.Title, Published: isoTime(x.Published), Updated: isoTime(x.Updated), Summary: a.Lead,
			Link: feed.Page(s.Origin + newsPath + string(x.ID))}
		if body != "" {
			e.Content = &feed.FeedText{Type: "html", Text: body}
		}
		f.Entries = append(f.Entries, e)
	}
	b, err := f.Bytes()
	if err != nil {
		return err
	}
	v.send(http.StatusOK, feed.AtomType, b)
	return nil
}
