package dav

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"

	"landbridge.example/internal/agenda"
)

// An answer is a multistatus under way (RFC 4918, 13).
type answer struct {
	b bytes.Buffer
	o *agenda.Opened
}

func newAnswer(o *agenda.Opened) *answer {
	a := &answer{o: o}
	a.b.WriteString(xml.Header + `<d:multistatus xmlns:d="` + nsDAV + `" xmlns:c="` + nsCal + `" xmlns:r="` + nsCard + `" xmlns:s="` + nsCS + `">`)
	return a
}

// A property is one property with its value as XML.
type property struct {
	name  xml.Name
	tag   string // with its prefix
	value string
}

func text(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "" // a buffer takes everything
	}
	return b.String()
}

func href(path string) string {
	return "<d:href>" + text((&url.URL{Path: path}).EscapedPath()) + "</d:href>"
}

// properties lists what is known of a resource. heavy ones are given only when
// a client names them.
func (a *answer) properties(x *resource) (all []property, heavy []property) {
	prefix := map[string]string{nsDAV: "d:", nsCal: "c:", nsCard: "r:", nsCS: "s:"}
	add := func(space, local, value string) {
		all = append(all, property{xml.Name{Space: space, Local: local}, prefix[space] + local, value})
	}
	home := Prefix + a.o.Address + "/"
	types := map[string]string{"root": "<d:collection/>", "home": "<d:collection/><d:principal/>", "calendar": "<d:collection/><c:calendar/>",
		"book": "<d:collection/><r:addressbook/>"}
	add(nsDAV, "resourcetype", types[x.kind])
	add(nsDAV, "displayname", text(x.name))
	add(nsDAV, "current-user-principal", href(home))
	add(nsDAV, "current-user-privilege-set", "<d:privilege><d:read/></d:privilege>")
	add(nsDAV, "owner", href(home))
	report := func(name string) string {
		return "<d:supported-report><d:report><" + name + "/></d:report></d:supported-report>"
	}
	switch x.kind {
	case "home":
		add(nsDAV, "principal-URL", href(home))
		add(nsCal, "calendar-home-set", href(home))
		if a.o.Contacts {
			add(nsCard, "addressbook-home-set", href(home))
		}
	case "calendar":
		add(nsCal, "supported-calendar-component-set", `<c:comp name="VEVENT"/>`)
		add(nsCal, "supported-calendar-data", `<c:calendar-data content-type="text/calendar" version="2.0"/>`)
		add(nsDAV, "supported-report-set", report("c:calendar-query")+report("c:calendar-multiget"))
		add(nsCS, "getctag", text(x.etag))
	case "book":
		add(nsCard, "supported-address-data", `<r:address-data-type content-type="text/vcard" version="4.0"/>`)
		add(nsDAV, "supported-report-set", report("r:addressbook-query")+report("r:addressbook-multiget"))
		add(nsCS, "getctag", text(x.etag))
	case "event", "card":
		add(nsDAV, "getcontenttype", text(x.contentType()))
		add(nsDAV, "getcontentlength", strconv.Itoa(len(x.body)))
		add(nsDAV, "getetag", text(x.etag))
		whole := property{xml.Name{Space: nsCal, Local: "calendar-data"}, "c:calendar-data", text(string(x.body))}
		if x.kind == "card" {
			whole = property{xml.Name{Space: nsCard, Local: "address-data"}, "r:address-data", whole.value}
		}
		heavy = append(heavy, whole)
	}
	return all, heavy
}

// add answers for one resource: what is asked for and there, and by name what
// is not.
func (a *answer) add(x *resource, q *request) {
	all, heavy := a.properties(x)
	found, lacking := all, []xml.Name(nil)
	if !q.all {
		found = nil
		for _, name := range q.names {
			there := false
			for _, p := range append(all[:len(all):len(all)], heavy...) {
				if p.name == name {
					found, there = append(found, p), true
				}
			}
			if !there {
				lacking = append(lacking, name)
			}
		}
	}
	a.b.WriteString("<d:response>" + href(x.path))
	if len(found) > 0 || len(lacking) == 0 {
		a.b.WriteString("<d:propstat><d:prop>")
		for _, p := range found {
			a.b.WriteString("<" + p.tag + ">" + p.value + "</" + p.tag + ">")
		}
		a.b.WriteString("</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>")
	}
	if len(lacking) > 0 {
		a.b.WriteString("<d:propstat><d:prop>")
		for _, n := range lacking {
			a.b.WriteString("<x:" + n.Local + ` xmlns:x="` + text(n.Space) + `"/>`)
		}
		a.b.WriteString("</d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>")
	}
	a.b.WriteString("</d:response>")
}

func (a *answer) missing(path string) {
	a.b.WriteString("<d:response>" + href(path) + "<d:status>HTTP/1.1 404 Not Found</d:status></d:response>")
}

func (a *answer) send(w http.ResponseWriter) {
	a.b.WriteString("</d:multistatus>")
	w.Header().Set("Content-Type", `application/xml; charset=utf-8`)
	w.WriteHeader(http.StatusMultiStatus)
	_, _ = w.Write(a.b.Bytes()) // a client that went away is no error of ours
}
