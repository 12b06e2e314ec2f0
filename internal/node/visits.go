package node

import (
	"context"
	"net/http"

	"landbridge.example"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/dav"
	"landbridge.example/internal/news"
	"landbridge.example/internal/visit"
)

// openVisits builds the records of what parties do together outside cases, the
// news and the personal agendas.
func (n *Node) openVisits(context.Context) error {
	n.Visit = visit.New(visit.Config{
		DB: n.DB, Log: n.Log, Exchange: n.Exchange, Directory: n.Directory, Keys: n.Keys, Clock: n.deps.Clock, Random: n.deps.Random,
	})
	for kind, h := range n.Visit.Handlers() {
		n.Exchange.Handle(kind, h)
	}
	n.News = news.New(news.Config{DB: n.DB, Log: n.Log, Clock: n.deps.Clock, Random: n.deps.Random})
	n.Agenda = agenda.New(agenda.Config{
		DB: n.DB, Log: n.Log, Clock: n.deps.Clock, Random: n.deps.Random, Account: n.Staff.Account,
		Session: func(ctx context.Context, id landbridge.ID) (string, error) {
			s, err := n.Forum.Session(ctx, id)
			if err != nil {
				return "", err
			}
			return s.Edition, nil
		},
	})
	return nil
}

// personal mounts what calendars and address books fetch. Guests have no way to
// the staff pages, so it is on the public listener as well.
func (n *Node) personal(mux *http.ServeMux) {
	h := dav.New(dav.Config{
		Party: n.Party, Agenda: n.Agenda, Forum: n.Forum, Directory: n.Directory, Origin: n.publicOrigin(), Secure: n.secure(), Report: n.report,
	})
	for _, at := range dav.Routes() {
		mux.Handle(at, h)
	}
}
