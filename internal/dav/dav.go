// Package dav is the face for calendar programs and address books: it gives out
// one person's agenda by CalDAV (RFC 4791) and the contact points that the
// parties publish by CardDAV (RFC 6352), to whoever shows a personal address
// and its secret.
//
// It is read only and small on purpose: what a client may ask is PROPFIND, the
// query and multiget reports, GET. Calendar text is written by forum/feed and
// handed out byte for byte, because libraries that parse it and write it again
// lose folding and time zones.
//
// A party consents to be in an address book by naming a contact point in its
// signed record; one that it takes out is gone at the next sync. A guest's
// address never has them.
//
// Trust: a fault here can show one person's agenda to another, and public
// contact points to a guest. It reaches no case, writes nothing but the time of
// use, and takes no secret over a connection that others can read.
//
// Limits: bodies of [MaxBody], [maxDepth] elements deep; filters other than a
// time range are not applied: the answer then holds more than was asked.
package dav

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/agenda"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	"landbridge.example/internal/forum/feed"
	"landbridge.example/internal/party"
)

// Prefix is where the personal addresses begin.
const Prefix = "/dav/"

const (
	agendaName   = "agenda"
	contactsName = "contacts"
	allow        = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
)

// Forum is where programmes come from: a forum.Register.
type Forum interface {
	Programme(ctx context.Context, edition string, version int64) (*forum.Programme, error)
}

// Config is what the handler needs.
type Config struct {
	Party     landbridge.PartyID
	Agenda    *agenda.Agendas
	Forum     Forum
	Directory *party.Directory
	Origin    string // of the public pages, to which events link
	Secure    bool   // the node is reached over TLS
	Report    func(error)
}

type handler struct{ Config }

// New returns the handler. It answers below [Prefix] and at the well-known
// addresses of RFC 6764.
func New(c Config) http.Handler { return &handler{c} }

// Routes are the addresses at which the handler is mounted.
func Routes() []string { return []string{Prefix, "/.well-known/caldav", "/.well-known/carddav"} }

// A resource is one thing a client sees: a collection, an event, a card.
type resource struct {
	path string
	kind string // root, home, calendar, book, event, card
	name string
	body []byte
	etag string
	from time.Time // of an event
	to   time.Time
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "private, no-cache")
	head.Set("X-Content-Type-Options", "nosniff")
	if strings.HasPrefix(r.URL.Path, "/.well-known/") {
		http.Redirect(w, r, Prefix, http.StatusMovedPermanently)
		return
	}
	head.Set("DAV", "1, 3, access-control, calendar-access, addressbook")
	if r.Method == http.MethodOptions {
		head.Set("Allow", allow)
		return
	}
	if !h.Secure && r.TLS == nil && !loopback(r.RemoteAddr) {
		http.Error(w, "A secret is taken over TLS only; ask the operator for the https address.", http.StatusForbidden)
		return
	}
	id, secret, ok := r.BasicAuth()
	var o *agenda.Opened
	err := fail.New(fail.Denied, "sign in with the personal address and its password from your agenda page")
	if ok {
		o, err = h.Agenda.Open(r.Context(), id, secret)
	}
	if fail.Is(err, fail.Denied) {
		head.Set("WWW-Authenticate", `Basic realm="Landbridge agenda", charset="UTF-8"`)
		http.Error(w, fail.Safe(err), http.StatusUnauthorized)
		return
	}
	if err == nil {
		err = h.answer(w, r, o)
	}
	if err != nil {
		h.refuse(w, err)
	}
}

func loopback(remote string) bool {
	host, _, err := net.SplitHostPort(remote)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

func (h *handler) refuse(w http.ResponseWriter, err error) {
	status := map[fail.Kind]int{fail.Invalid: http.StatusBadRequest, fail.TooLarge: http.StatusRequestEntityTooLarge, fail.Missing: http.StatusNotFound,
		fail.Denied: http.StatusForbidden}[fail.KindOf(err)]
	if status == 0 {
		h.Report(err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	http.Error(w, fail.Safe(err), status)
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request, o *agenda.Opened) error {
	home := Prefix + o.Address + "/"
	if r.URL.Path != Prefix && r.URL.Path+"/" != home && !strings.HasPrefix(r.URL.Path, home) {
		return fail.New(fail.Denied, "this is another person's address")
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return h.get(w, r, o)
	case "PROPFIND":
		return h.find(w, r, o)
	case "REPORT":
		return h.report(w, r, o)
	case http.MethodPut, http.MethodDelete, "PROPPATCH", "MKCALENDAR", "MKCOL", "MOVE", "COPY", "LOCK", "POST":
		return fail.New(fail.Denied, "a personal address is read only; change your agenda on its page")
	}
	w.Header().Set("Allow", allow)
	http.Error(w, "use one of "+allow, http.StatusMethodNotAllowed)
	return nil
}

// get gives out one event or card.
func (h *handler) get(w http.ResponseWriter, r *http.Request, o *agenda.Opened) error {
	x, _, err := h.look(r.Context(), o, r.URL.Path)
	if err != nil {
		return err
	}
	if x.body == nil {
		w.Header().Set("Allow", allow)
		http.Error(w, "This address is for calendar programs and address books.", http.StatusMethodNotAllowed)
		return nil
	}
	w.Header().Set("Content-Type", x.contentType())
	w.Header().Set("ETag", x.etag)
	if r.Header.Get("If-None-Match") == x.etag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(x.body) // a client that went away is no error of ours
	}
	return nil
}

func (x *resource) contentType() string {
	switch x.kind {
	case "event":
		return "text/calendar; charset=utf-8; component=VEVENT"
	case "card":
		return "text/vcard; charset=utf-8; version=4.0"
	}
	return ""
}

// look finds a resource by its path, with what it holds.
func (h *handler) look(ctx context.Context, o *agenda.Opened, path string) (*resource, []*resource, error) {
	home := Prefix + o.Address + "/"
	if path == Prefix {
		return &resource{path: Prefix, kind: "root", name: "Landbridge"}, nil, nil
	}
	if !strings.HasSuffix(path, "/") && !strings.Contains(path[len(Prefix):], ".") {
		path += "/"
	}
	collections := collectionsOf(o)
	if path == home {
		for _, c := range collections {
			members, err := h.members(ctx, o, c)
			if err != nil {
				return nil, nil, err
			}
			c.etag = tagOf(members)
		}
		return &resource{path: home, kind: "home", name: o.Name}, collections, nil
	}
	for _, c := range collections {
		if !strings.HasPrefix(path, c.path) {
			continue
		}
		members, err := h.members(ctx, o, c)
		if err != nil {
			return nil, nil, err
		}
		if path == c.path {
			c.etag = tagOf(members)
			return c, members, nil
		}
		for _, m := range members {
			if m.path == path {
				return m, nil, nil
			}
		}
	}
	return nil, nil, fail.New(fail.Missing, "there is nothing at this address")
}

// collectionsOf lists what an address has: an agenda, and contact points if
// its holder asked for them.
func collectionsOf(o *agenda.Opened) []*resource {
	home := Prefix + o.Address + "/"
	all := []*resource{{path: home + agendaName + "/", kind: "calendar", name: "Forum: my agenda"}}
	if o.Contacts {
		all = append(all, &resource{path: home + contactsName + "/", kind: "book", name: "Contact points of the parties"})
	}
	return all
}

// tagOf changes when anything in a collection does.
func tagOf(members []*resource) string {
	sum := sha256.New()
	for _, m := range members {
		sum.Write([]byte(m.path + m.etag + "\n"))
	}
	return `"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`
}

func (h *handler) members(ctx context.Context, o *agenda.Opened, c *resource) (all []*resource, err error) {
	if c.kind == "calendar" {
		all, err = h.events(ctx, o, c.path)
	} else {
		all, err = h.cards(ctx, c.path)
	}
	for _, m := range all {
		sum := sha256.Sum256(m.body)
		m.etag = `"` + hex.EncodeToString(sum[:12]) + `"`
	}
	return all, err
}

// events are the picked sessions as last published. One that is in no programme
// any more is gone; one that was cancelled stays and says so.
func (h *handler) events(ctx context.Context, o *agenda.Opened, path string) ([]*resource, error) {
	picks, err := o.Picks(ctx)
	if err != nil {
		return nil, err
	}
	var all []*resource
	for _, x := range picks {
		p, err := h.Forum.Programme(ctx, x.Edition, 0)
		if fail.Is(err, fail.Missing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s := p.Session(x.Session)
		if s == nil {
			continue
		}
		options := feed.Options{Base: h.Origin + "/public/forum/" + p.Edition.ID + "/", Language: "en", Name: "Landbridge",
			Host: strings.ToLower(string(h.Party)) + ".landbridge"}
		title, _ := s.Title.In("en")
		all = append(all, &resource{path: path + string(s.ID) + ".ics", kind: "event", name: title, body: feed.Object(p, s, options), from: s.Start, to: s.End})
	}
	slices.SortFunc(all, func(a, b *resource) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

// cards are the contact points that parties in good standing publish.
func (h *handler) cards(ctx context.Context, path string) ([]*resource, error) {
	view, err := h.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	var all []*resource
	for _, d := range view.Desks() {
		name := strings.ToLower(string(d.Party)) + "." + d.ID
		all = append(all, &resource{path: path + name + ".vcf", kind: "card", name: name, body: []byte(party.VCard([]party.Desk{d}, "en"))})
	}
	slices.SortFunc(all, func(a, b *resource) int { return strings.Compare(a.path, b.path) })
	return all, nil
}
