// Package facetest reads pages in tests as a strict reader would.
//
// Trust: used by tests only.
//
// Limits: it knows the HTML and SVG our pages use, not all there is.
package facetest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Check looks at a page as a strict reader would: tags close, ids are
// unique, there is one first heading, every control has a label and every table
// a caption, language and direction are set, nothing is inline that the content
// policy would drop, nothing comes from elsewhere.
func Check(page string) []string {
	c := htmlCheck{ids: map[string]int{}, labels: map[string]bool{}}
	rest := page
	for {
		m := tag.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		name := rest[m[4]:m[5]]
		closing := rest[m[2]:m[3]] == "/"
		c.tag(closing, name, rest[m[6]:m[7]])
		rest = rest[m[1]:]
		if !closing && (name == "script" || name == "style") { // what follows the end of one is no text of it
			if i := strings.Index(rest, "</"+name); i > 0 {
				c.bad("text inside <%s>", name)
				rest = rest[i:]
			}
		}
	}
	c.end()
	return c.faults
}

var (
	tag    = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z0-9:_-]+(?:\s*=\s*"[^"]*")?)*)\s*/?>`)
	beside = regexp.MustCompile(`^[a-z]+/[a-z0-9-]+$`) // an address below the page's own folder
	attr   = regexp.MustCompile(`([a-zA-Z0-9:_-]+)(?:\s*=\s*"([^"]*)")?`)
)

type htmlCheck struct {
	faults   []string
	open     []string
	ids      map[string]int
	labels   map[string]bool // ids that a label is for
	controls []map[string]string
	refs     []string // ids that something refers to
	language bool
	table    bool // one began with the tag before
	heads    int  // of the first degree
}

func (c *htmlCheck) bad(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

var void = []string{"meta", "link", "input", "br", "hr", "img", "col", "wbr"}

func (c *htmlCheck) tag(closing bool, name, attributes string) {
	if closing {
		if len(c.open) == 0 || c.open[len(c.open)-1] != name {
			c.bad("</%s> closes %v", name, c.open)
			return
		}
		c.open = c.open[:len(c.open)-1]
		return
	}
	a := map[string]string{}
	for _, m := range attr.FindAllStringSubmatch(attributes, -1) {
		if _, twice := a[m[1]]; twice {
			c.bad("<%s> has %s twice", name, m[1])
		}
		a[m[1]] = m[2]
	}
	if c.table && name != "caption" {
		c.bad("a table begins with <%s>, and says in no caption what it holds", name)
	}
	c.table = name == "table" && !slices.Contains(c.open, "article") // what people wrote keeps its own tables
	c.attributes(name, a)
	if slices.Contains([]string{"p"}, last(c.open)) && slices.Contains([]string{"p", "div", "ul", "ol", "dl", "section", "table", "form"}, name) {
		c.bad("<%s> inside <p>", name)
	}
	if !slices.Contains(void, name) && !slices.Contains([]string{"path", "rect", "circle", "line", "use"}, name) {
		c.open = append(c.open, name)
	}
}

func last(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[len(s)-1]
}

func (c *htmlCheck) attributes(name string, a map[string]string) {
	for k, v := range a {
		if k == "style" || strings.HasPrefix(k, "on") {
			c.bad("<%s> has an inline %s", name, k)
		}
		leads := slices.Contains([]string{"href", "src", "action", "data-ask"}, k)
		// A link for people may lead elsewhere when it does not tell from where they came.
		away := name == "a" && k == "href" && strings.HasPrefix(v, "https://") && strings.Contains(a["rel"], "noreferrer")
		if leads && !away && !strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "#") && !beside.MatchString(v) && !strings.HasPrefix(v, "http://localhost:") {
			c.bad("<%s> leads outside: %s=%q", name, k, v)
		}
	}
	if id, ok := a["id"]; ok {
		if c.ids[id]++; c.ids[id] > 1 || id == "" || strings.ContainsAny(id, " \t") {
			c.bad("the id %q is not unique or not an id", id)
		}
	}
	switch name {
	case "html":
		c.language = a["lang"] != "" && (a["dir"] == "ltr" || a["dir"] == "rtl")
	case "h1":
		c.heads++
	case "label":
		c.labels[a["for"]] = true
		if a["for"] == "" {
			c.bad("a label is for nothing")
		}
	case "input", "select", "textarea":
		if a["type"] != "hidden" {
			c.controls = append(c.controls, a)
		}
	case "progress", "nav":
		if a["aria-label"] == "" {
			c.bad("<%s> has no name", name)
		}
	case "script":
		if a["src"] == "" {
			c.bad("an inline script")
		}
	case "style":
		c.bad("an inline style")
	case "img":
		if _, ok := a["alt"]; !ok {
			c.bad("an image without alt")
		}
	}
	if d := a["aria-describedby"]; d != "" {
		c.refs = append(c.refs, strings.Fields(d)...)
	}
}

func (c *htmlCheck) end() {
	if len(c.open) > 0 {
		c.bad("never closed: %v", c.open)
	}
	if c.heads != 1 {
		c.bad("%d headings of the first degree", c.heads)
	}
	if !c.language {
		c.bad("no language or direction")
	}
	for _, a := range c.controls {
		if a["aria-label"] == "" && !c.labels[a["id"]] {
			c.bad("the control %s (%s) has no label", a["name"], a["id"])
		}
	}
	for id := range c.labels {
		if c.ids[id] == 0 {
			c.bad("a label is for %q, which is not there", id)
		}
	}
	for _, id := range c.refs {
		if c.ids[id] == 0 {
			c.bad("something is described by %q, which is not there", id)
		}
	}
}
