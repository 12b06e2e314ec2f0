package dav

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"landbridge.example/internal/agenda"
	"landbridge.example/internal/fail"
)

// Bounds of what a client may send.
const (
	MaxBody  = 256 << 10
	maxDepth = 32
	maxNames = 200  // properties
	maxHrefs = 2000 // of one multiget
	maxName  = 256  // bytes of an element's name with its namespace
)

// Namespaces.
const (
	nsDAV  = "DAV:"
	nsCal  = "urn:ietf:params:xml:ns:caldav"
	nsCard = "urn:ietf:params:xml:ns:carddav"
	nsCS   = "http://calendarserver.org/ns/"
)

// A request is what the body of a PROPFIND or REPORT asks for.
type request struct {
	kind  xml.Name // of its first element; empty: no body
	all   bool     // every property
	names []xml.Name
	hrefs []string
	from  time.Time // of a time range; zero: open
	to    time.Time
}

// parseRequest reads the body of a PROPFIND or REPORT. An empty one asks for
// all properties.
func parseRequest(body io.Reader) (*request, error) {
	q := &request{}
	bad := func(err error) error {
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			return fail.New(fail.TooLarge, "the request has more than %d bytes", MaxBody)
		}
		return fail.Because(err, fail.Invalid, "the body is no XML of a WebDAV request")
	}
	d := xml.NewDecoder(body)
	var stack []xml.Name
	for {
		t, err := d.Token()
		if err == io.EOF && len(stack) == 0 {
			q.all = q.all || q.kind.Local == "" || q.kind.Local == "propfind" && len(q.names) == 0
			return q, nil
		}
		if err != nil {
			return nil, bad(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(stack) >= maxDepth || len(q.names) >= maxNames || len(q.hrefs) >= maxHrefs || len(t.Name.Space)+len(t.Name.Local) > maxName {
				return nil, fail.New(fail.TooLarge, "the request asks for too much at once")
			}
			if err := q.element(stack, t); err != nil {
				return nil, err
			}
			stack = append(stack, t.Name)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 && stack[len(stack)-1] == (xml.Name{Space: nsDAV, Local: "href"}) && len(q.hrefs) > 0 {
				q.hrefs[len(q.hrefs)-1] += string(t)
			}
		}
	}
}

// element takes in one element, below those of stack.
func (q *request) element(stack []xml.Name, t xml.StartElement) error {
	if strings.Contains(t.Name.Local, ":") {
		return fail.New(fail.Invalid, "the body is no XML with namespaces")
	}
	switch {
	case len(stack) == 0:
		if q.kind.Local != "" {
			return fail.New(fail.Invalid, "there is something after the request")
		}
		q.kind = t.Name
	case stack[len(stack)-1] == (xml.Name{Space: nsDAV, Local: "prop"}) && len(stack) == 2:
		if !slices.Contains(q.names, t.Name) {
			q.names = append(q.names, t.Name)
		}
	case t.Name.Space == nsDAV && (t.Name.Local == "allprop" || t.Name.Local == "propname"):
		q.all = true
	case t.Name == (xml.Name{Space: nsDAV, Local: "href"}):
		q.hrefs = append(q.hrefs, "")
	case t.Name == (xml.Name{Space: nsCal, Local: "time-range"}):
		for _, a := range t.Attr {
			at, err := time.Parse("20060102T150405Z", a.Value)
			if err != nil {
				return fail.Because(err, fail.Invalid, "a time range is in UTC, such as 20261124T090000Z")
			}
			switch a.Name.Local {
			case "start":
				q.from = at
			case "end":
				q.to = at
			}
		}
	}
	return nil
}

// path returns the path that an href names.
func path(href string) string {
	u, err := url.Parse(strings.TrimSpace(href))
	if err != nil {
		return ""
	}
	return u.Path
}

func (h *handler) read(w http.ResponseWriter, r *http.Request) (*request, error) {
	return parseRequest(http.MaxBytesReader(w, r.Body, MaxBody))
}

// find answers a PROPFIND.
func (h *handler) find(w http.ResponseWriter, r *http.Request, o *agenda.Opened) error {
	q, err := h.read(w, r)
	if err != nil {
		return err
	}
	x, below, err := h.look(r.Context(), o, r.URL.Path)
	if err != nil {
		return err
	}
	a := newAnswer(o)
	a.add(x, q)
	if r.Header.Get("Depth") != "0" { // an endless depth is answered as one, as the law of it allows
		for _, m := range below {
			a.add(m, q)
		}
	}
	a.send(w)
	return nil
}

// report answers a query or a multiget.
func (h *handler) report(w http.ResponseWriter, r *http.Request, o *agenda.Opened) error {
	q, err := h.read(w, r)
	if err != nil {
		return err
	}
	x, below, err := h.look(r.Context(), o, r.URL.Path)
	if err != nil {
		return err
	}
	kinds := map[xml.Name]string{{Space: nsCal, Local: "calendar-query"}: "calendar", {Space: nsCal, Local: "calendar-multiget"}: "calendar",
		{Space: nsCard, Local: "addressbook-query"}: "book", {Space: nsCard, Local: "addressbook-multiget"}: "book"}
	if kinds[q.kind] == "" || kinds[q.kind] != x.kind {
		return fail.New(fail.Denied, "this report is not supported here; ask for a query or a multiget")
	}
	a := newAnswer(o)
	if strings.HasSuffix(q.kind.Local, "-query") {
		for _, m := range below {
			if (q.from.IsZero() || m.kind != "event" || m.to.After(q.from)) && (q.to.IsZero() || m.kind != "event" || m.from.Before(q.to)) {
				a.add(m, q)
			}
		}
		a.send(w)
		return nil
	}
	told := map[string]bool{}
	for _, href := range q.hrefs {
		p := path(href)
		if told[p] {
			continue
		}
		told[p] = true
		if i := slices.IndexFunc(below, func(m *resource) bool { return m.path == p }); i >= 0 {
			a.add(below[i], q)
		} else {
			a.missing(p)
		}
	}
	a.send(w)
	return nil
}
