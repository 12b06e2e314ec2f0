package node

import (
	"context"
	"net"
	"net/http"
	"time"

	"landbridge.example"
	"landbridge.example/internal/lang"
	"landbridge.example/internal/peer"
	"landbridge.example/internal/portal"
)

// openPublic builds the public pages. They stand beside the staff pages, and
// alone on a listener of their own if the operator sets public_listen: there
// nothing but them and the public log answers.
func (n *Node) openPublic(book *lang.Book) (http.Handler, error) {
	pages, err := portal.New(portal.Config{
		Party: n.Party, PartyName: n.partyName, Index: n.Index, Processes: n.Casework, Statistics: n.Casework, Notices: n.Notice, Rights: n.Rights,
		Guests: n.Guests, Calls: n.Calls,
		Gate: n.Gate, Forum: n.Forum, News: n.News, Visits: n.Visit, Decisions: n.Decision, Agenda: n.Agenda,
		NameOf: n.nameOf, Clock: n.deps.Clock, Origin: n.publicOrigin(),
		Lang: book, Random: n.deps.Random, Secure: n.secure(), Demo: n.Config.Demo,
		Report: func(reference string, err error) {
			n.deps.Logger.Error("internal error", "reference", reference, "err", err)
		},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.Handle("/log/", http.StripPrefix("/log", peer.Log(n.Log)))
	n.personal(mux)
	n.public = mux
	return pages, nil
}

// publicOrigin is how feeds and files name this node's public pages. It is
// never what a request says in its Host header: a stranger chooses that.
func (n *Node) publicOrigin() string { return n.Config.PublicOrigin() }

// partyName is the name this party gives itself in a language, or its code.
func (n *Node) partyName(ctx context.Context, language string) string {
	return n.nameOf(ctx, n.Party, language)
}

// nameOf is the name a party gives itself in a language, or its code.
func (n *Node) nameOf(ctx context.Context, p landbridge.PartyID, language string) string {
	all, err := n.Directory.History(ctx, p)
	if err != nil || len(all) == 0 {
		return string(p)
	}
	if name := all[len(all)-1].Record.Name.In(language); name != "" {
		return name
	}
	return string(p)
}

// Deadlines of the face for everyone: bodies are small, bundles may be large.
const (
	readPublic  = time.Minute
	writePublic = 10 * time.Minute
)

// listenPublic opens the listener of the public pages alone, if the operator
// set one. The server is there in any case, so that stopping has one way.
func (n *Node) listenPublic(passed fronts) (*http.Server, net.Listener, error) {
	s := &http.Server{
		Handler: passed.behind(n.public), ReadHeaderTimeout: readHeader, ReadTimeout: readPublic, WriteTimeout: writePublic, IdleTimeout: idleConn,
		MaxHeaderBytes: maxHeader, ErrorLog: serverLog(n.deps.Logger),
	}
	if n.Config.PublicListen == "" {
		return s, nil, nil
	}
	l, err := listen(n.Config.PublicListen, "public_listen")
	if err != nil {
		return nil, nil, err
	}
	l, err = n.overTLS(l)
	return s, l, err
}

// PublicHandler returns the face for everyone: public pages and public log.
func (n *Node) PublicHandler() http.Handler { return n.public }
