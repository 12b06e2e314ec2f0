package feed

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"landbridge.example/internal/forum"
)

// AtomType is the content type of a change feed.
const AtomType = "application/atom+xml; charset=utf-8"

// MaxEntries bounds the entries of a change feed.
const MaxEntries = 300

// Words are what a change feed says beside the sessions' own texts.
type Words struct {
	Title  string
	Author string
	Kind   func(kind string) string             // of [forum.ChangeKinds]
	First  func(version, sessions int64) string // of the entry for a whole version
	When   func(p *forum.Programme, s *forum.Session) string
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`
}

// Atom writes what changed as a feed: an entry for each session that a version
// changed, and one for the first version as a whole. Entries are plain text.
func Atom(e *forum.Edition, diffs []forum.Diff, o Options, w Words) ([]byte, error) {
	f := atomFeed{Lang: o.Language, ID: o.Base + "changes", Title: xmlText(w.Title), Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		Author: atomAuthor{xmlText(w.Author)},
		Links:  []atomLink{{"self", "application/atom+xml", o.Base + "changes.atom?lang=" + o.Language}, {"alternate", "text/html", o.Base + "changes"}}}
	for i, d := range diffs {
		at := d.Version.At.UTC().Format(time.RFC3339)
		if i == 0 {
			f.Updated = at
		}
		if d.From == nil || len(d.Changes) == 0 {
			f.Entries = append(f.Entries, atomEntry{
				ID: fmt.Sprintf("%schanges?version=%d", o.Base, d.Version.Number), Title: xmlText(w.First(d.Version.Number, d.Version.Sessions)), Updated: at,
				Link: atomLink{"alternate", "text/html", o.Base + "changes"}, Summary: xmlText(d.Version.Note)})
			continue
		}
		for _, c := range d.Changes {
			if len(f.Entries) < MaxEntries {
				f.Entries = append(f.Entries, o.entry(d, c, w))
			}
		}
	}
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing a feed: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

func (o Options) entry(d forum.Diff, c forum.Change, w Words) atomEntry {
	p, s := d.To, c.After
	if s == nil {
		p, s = d.From, c.Before
	}
	var what []string
	for _, k := range c.What {
		what = append(what, w.Kind(k))
	}
	lines := []string{w.When(p, s)}
	if r := o.room(p, s); r != "" {
		lines = append(lines, r)
	}
	if r := o.text(s.Reason); r != "" {
		lines = append(lines, r)
	}
	return atomEntry{
		ID:    fmt.Sprintf("%s?version=%d", o.session(s), d.Version.Number),
		Title: xmlText(strings.Join(what, ", ") + ": " + o.text(s.Title)), Updated: d.Version.At.UTC().Format(time.RFC3339),
		Link: atomLink{"alternate", "text/html", o.session(s)}, Summary: xmlText(strings.Join(lines, "\n")),
	}
}
