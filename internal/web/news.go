package web

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/news"
)

func newsRoutes() []route {
	return []route{
		{"GET /news", access.SeeNews, false, (*site).newsList},
		{"GET /news/new", access.WriteNews, false, (*site).newNews},
		{"POST /news/new", access.WriteNews, false, (*site).saveNews},
		{"GET /news/{news}", access.SeeNews, false, (*site).newsItem},
		{"POST /news/{news}", access.WriteNews, false, (*site).saveNews},
	}
}

// A NewsView is page/news: what the secretariat wrote.
type NewsView struct {
	Frame
	Items    []NewsLine
	MayWrite bool
}

// A NewsLine is one piece of news of the list.
type NewsLine struct {
	Href, Title, Languages, Changed string
	State                           Pill
	Ahead                           bool
}

func (s *site) newsList(v *visit) error {
	all, err := s.News.List(v.Context(), v.me())
	if err != nil {
		return err
	}
	view := NewsView{Frame: s.frame(v, v.t.T("public.news.title")), MayWrite: s.may(v, access.WriteNews)}
	for _, it := range all {
		a, _ := it.Texts.In(v.t.Code)
		line := NewsLine{Href: "/news/" + string(it.ID), Title: a.Title, Changed: v.t.DateTime(it.Changed), State: newsState(v.t, it.State),
			Ahead: it.Ahead && it.State == news.Published}
		var spoken []string
		for _, l := range lang.Languages() {
			if _, ok := it.Texts[l.Code]; ok {
				spoken = append(spoken, l.Name)
			}
		}
		line.Languages = v.t.List(spoken)
		view.Items = append(view.Items, line)
	}
	return s.show(v, http.StatusOK, "news", view)
}

func newsState(t *lang.Texts, state string) Pill {
	class := map[string]string{news.Draft: "amber", news.Published: "green", news.Withdrawn: "red"}
	return Pill{class[state], t.T("news.state." + state)}
}

// A NewsItemView is page/newsitem: one piece of news and its draft.
type NewsItemView struct {
	Frame
	Heading, Action string
	State           Pill
	Ahead           bool
	Reason          string
	Public          string // address of the public page
	Revision        int64
	Articles        []ArticleForm
	Editions        []Choice
	Preview         []ArticlePreview
	MayWrite, New   bool
	MayPublish      bool
	MayWithdraw     bool
	Problem         string
}

// An ArticleForm is the article of one language, as the form shows it.
type ArticleForm struct {
	Code, Name, Dir   string
	Title, Lead, Body string
	Open              bool
}

// An ArticlePreview is an article as the public would see it.
type ArticlePreview struct {
	Code, Name, Title, Lead string
	Body                    template.HTML // made by news.Render, which lets nothing through that acts
}

func (s *site) newNews(v *visit) error {
	return s.showNews(v, http.StatusOK, &news.Item{Texts: news.Texts{}, State: news.Draft}, "")
}

func (s *site) newsItem(v *visit) error {
	it, err := s.News.Show(v.Context(), v.me(), landbridge.ID(v.PathValue("news")))
	if err != nil {
		return err
	}
	return s.showNews(v, http.StatusOK, it, "")
}

func (s *site) showNews(v *visit, status int, it *news.Item, problem string) error {
	t := v.t
	a, _ := it.Texts.In(t.Code)
	view := NewsItemView{Frame: s.frame(v, t.T("public.news.title")), Heading: a.Title, Action: "/news/new", State: newsState(t, it.State), Reason: it.Reason,
		Ahead: it.Ahead && it.State == news.Published, Revision: it.Revision, MayWrite: s.may(v, access.WriteNews), New: it.ID == "", Problem: problem}
	view.Live = false
	if view.New {
		view.Heading = t.T("news.new")
	} else {
		view.Action = "/news/" + string(it.ID)
		view.MayPublish = view.MayWrite && (it.State != news.Published || it.Ahead)
		view.MayWithdraw = view.MayWrite && it.State == news.Published
	}
	if it.State == news.Published {
		view.Public = "/public/news/" + string(it.ID)
	}
	editions, err := s.Forum.Editions(v.Context())
	if err != nil {
		return err
	}
	view.Editions = append(view.Editions, Choice{"", "–", it.Edition == ""})
	for _, e := range editions {
		name, _ := e.Name.In(t.Code)
		view.Editions = append(view.Editions, Choice{e.ID, name, e.ID == it.Edition})
	}
	for _, l := range lang.Languages() {
		x, there := it.Texts[l.Code]
		dir := "ltr"
		if l.Code == "ar" {
			dir = "rtl"
		}
		view.Articles = append(view.Articles, ArticleForm{l.Code, l.Name, dir, x.Title, x.Lead, x.Body, there || view.New && l.Code == t.Code})
		if !there {
			continue
		}
		body, err := news.Render(x.Body)
		if err != nil {
			return err
		}
		view.Preview = append(view.Preview, ArticlePreview{l.Code, l.Name, x.Title, x.Lead, template.HTML(body)}) //nolint:gosec // see the field
	}
	return s.show(v, status, "newsitem", view)
}

// saveNews does what the form of a piece of news asks for: save, publish, withdraw.
func (s *site) saveNews(v *visit) error {
	id := landbridge.ID(v.PathValue("news"))
	seen, _ := strconv.ParseInt(v.FormValue("seen"), 10, 64) // what is no number fits no revision
	it := &news.Item{ID: id, Edition: v.FormValue("edition"), Texts: news.Texts{}, State: news.Draft, Revision: seen}
	clean := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(v.FormValue(name), "\r\n", "\n"))
	}
	for _, l := range news.Languages() {
		a := news.Article{Title: clean("title-" + l), Lead: clean("lead-" + l), Body: clean("body-" + l)}
		if a != (news.Article{}) {
			it.Texts[l] = a
		}
	}
	var err error
	switch v.FormValue("do") {
	case "withdraw":
		if err = s.News.Withdraw(v.Context(), v.me(), id, v.FormValue("reason")); err == nil {
			return v.to("/news/"+string(id), "news-withdrawn")
		}
		it.Texts = nil // this form holds none
	case "save":
		if id, err = s.News.Save(v.Context(), v.me(), id, it.Edition, it.Texts, seen); err == nil {
			return v.to("/news/"+string(id), "saved")
		}
	case "publish":
		if id, err = s.News.Save(v.Context(), v.me(), id, it.Edition, it.Texts, seen); err == nil {
			err = s.News.Publish(v.Context(), v.me(), id, seen+1)
		}
		if err == nil {
			return v.to("/news/"+string(id), "news-published")
		}
	default:
		err = fail.New(fail.Invalid, "the page sent something this node does not understand; load it again")
	}
	if fail.Is(err, fail.Invalid) || fail.Is(err, fail.TooLarge) || fail.Is(err, fail.Conflict) {
		return s.newsAgain(v, it, err)
	}
	return err
}

// newsAgain shows the form once more, with what was written and what is wrong.
func (s *site) newsAgain(v *visit, it *news.Item, why error) error {
	if it.ID != "" {
		kept, err := s.News.Show(v.Context(), v.me(), it.ID)
		if err != nil {
			return err
		}
		if it.Texts != nil {
			kept.Texts, kept.Edition, kept.Revision = it.Texts, it.Edition, it.Revision
		}
		it = kept
	}
	return s.showNews(v, http.StatusUnprocessableEntity, it, sentence(fail.Safe(why)))
}
