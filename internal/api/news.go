package api

import (
	"context"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/news"
)

func (a *API) newsRoutes() {
	handle(a, "news", access.SeeNews, a.news)
	handle(a, "newsItem", access.SeeNews, a.newsItem)
	handle(a, "writeNews", access.WriteNews, a.writeNews)
	handle(a, "saveNews", access.WriteNews, a.saveNews)
	handle(a, "publishNews", access.WriteNews, a.publishNews)
	handle(a, "withdrawNews", access.WriteNews, a.withdrawNews)
	handle(a, "agenda", access.KeepAgenda, a.agenda)
	handle(a, "pickSession", access.KeepAgenda, a.pickSession)
	handle(a, "dropSession", access.KeepAgenda, a.dropSession)
	handle(a, "agendaAddresses", access.KeepAgenda, a.agendaAddresses)
	handle(a, "newAgendaAddress", access.KeepAgenda, a.newAgendaAddress)
	handle(a, "endAgendaAddress", access.KeepAgenda, a.endAgendaAddress)
	handle(a, "newAgendaCode", access.WriteForum, a.newAgendaCode)
}

func (a *API) news(ctx context.Context, c *call, _ client.None) (client.NewsList, error) {
	all, err := a.c.News.List(ctx, c.person)
	return client.NewsList{News: each(all, newsView)}, err
}

func newsView(it *news.Item) client.NewsItem {
	out := client.NewsItem{ID: string(it.ID), Edition: it.Edition, Texts: map[string]client.NewsText{}, State: it.State, Revision: it.Revision,
		Version: it.Version, Ahead: it.Ahead, Reason: it.Reason, Changed: it.Changed, Published: moment(it.Published)}
	for l, x := range it.Texts {
		out.Texts[l] = client.NewsText(x)
	}
	if it.State == news.Published {
		out.Address = "/public/news/" + out.ID
	}
	return out
}

func (a *API) newsItem(ctx context.Context, c *call, in client.ByNews) (client.NewsItem, error) {
	it, err := a.c.News.Show(ctx, c.person, landbridge.ID(in.News))
	if err != nil {
		return client.NewsItem{}, err
	}
	return newsView(it), nil
}

func (a *API) writeNews(ctx context.Context, c *call, in client.WriteNews) (client.NewsItem, error) {
	return a.putNews(ctx, c, "", in.Edition, in.Texts, 0)
}

func (a *API) saveNews(ctx context.Context, c *call, in client.SaveNews) (client.NewsItem, error) {
	return a.putNews(ctx, c, in.News, in.Edition, in.Texts, in.Seen)
}

func (a *API) putNews(ctx context.Context, c *call, id, edition string, in map[string]client.NewsText, seen int64) (client.NewsItem, error) {
	texts := news.Texts{}
	for l, x := range in {
		texts[l] = news.Article(x)
	}
	saved, err := a.c.News.Save(ctx, c.person, landbridge.ID(id), edition, texts, seen)
	if err != nil {
		return client.NewsItem{}, err
	}
	return a.newsItem(ctx, c, client.ByNews{News: string(saved)})
}

func (a *API) publishNews(ctx context.Context, c *call, in client.PublishNews) (client.NewsItem, error) {
	if err := a.c.News.Publish(ctx, c.person, landbridge.ID(in.News), in.Seen); err != nil {
		return client.NewsItem{}, err
	}
	return a.newsItem(ctx, c, client.ByNews{News: in.News})
}

func (a *API) withdrawNews(ctx context.Context, c *call, in client.WithdrawNews) (client.NewsItem, error) {
	if err := a.c.News.Withdraw(ctx, c.person, landbridge.ID(in.News), in.Reason); err != nil {
		return client.NewsItem{}, err
	}
	return a.newsItem(ctx, c, client.ByNews{News: in.News})
}

func (a *API) agenda(ctx context.Context, c *call, _ client.None) (client.Agenda, error) {
	picks, err := a.c.Agenda.Picks(ctx, c.person)
	out := client.Agenda{Picks: []client.AgendaPick{}}
	if err != nil {
		return out, err
	}
	for _, x := range picks {
		pick := client.AgendaPick{Session: string(x.Session), Edition: x.Edition}
		p, err := a.c.Forum.Programme(ctx, x.Edition, 0)
		if err != nil && !fail.Is(err, fail.Missing) {
			return out, err
		}
		if err == nil {
			if s := p.Session(x.Session); s != nil {
				pick.Title, pick.Start, pick.End, pick.Status = s.Title.String(), s.Start, s.End, s.Status
				if r := p.Room(s.Room); r != nil {
					pick.Place = r.Name.String()
				}
			}
		}
		out.Picks = append(out.Picks, pick)
	}
	return out, nil
}

func (a *API) pickSession(ctx context.Context, c *call, in client.ByAgendaSession) (client.Agenda, error) {
	id, err := parseID("session", in.Session)
	if err == nil {
		err = a.c.Agenda.Pick(ctx, c.person, id)
	}
	if err != nil {
		return client.Agenda{}, err
	}
	return a.agenda(ctx, c, client.None{})
}

func (a *API) dropSession(ctx context.Context, c *call, in client.ByAgendaSession) (client.Agenda, error) {
	if err := a.c.Agenda.Drop(ctx, c.person, landbridge.ID(in.Session)); err != nil {
		return client.Agenda{}, err
	}
	return a.agenda(ctx, c, client.None{})
}

func (a *API) agendaAddresses(ctx context.Context, c *call, _ client.None) (client.AgendaAddresses, error) {
	all, err := a.c.Agenda.Addresses(ctx, c.person)
	return client.AgendaAddresses{Addresses: each(all, a.addressView)}, err
}

func (a *API) addressView(x agenda.Address) client.AgendaAddress {
	return client.AgendaAddress{ID: x.ID, Secret: x.Secret, URL: a.c.Public + "/dav/" + x.ID + "/", Name: x.Name, Contacts: x.Contacts,
		Made: x.Made, Used: moment(x.Used)}
}

func (a *API) newAgendaAddress(ctx context.Context, c *call, in client.NewAgendaAddress) (client.AgendaAddress, error) {
	made, err := a.c.Agenda.NewAddress(ctx, c.person, in.Name, in.Contacts)
	if err != nil {
		return client.AgendaAddress{}, err
	}
	return a.addressView(*made), nil
}

func (a *API) endAgendaAddress(ctx context.Context, c *call, in client.ByAgendaAddress) (struct{}, error) {
	return struct{}{}, a.c.Agenda.End(ctx, c.person, in.Address)
}

func (a *API) newAgendaCode(ctx context.Context, c *call, in client.NewAgendaCode) (client.AgendaCode, error) {
	code, ends, err := a.c.Agenda.NewCode(ctx, c.person, in.Label)
	return client.AgendaCode{Code: code, Ends: ends, URL: a.c.Public + "/public/agenda"}, err
}
