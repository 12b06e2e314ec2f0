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

// A Feed is an Atom feed (RFC 4287) of anything. XML takes no control characters:
// [Feed.Bytes] leaves them out of all text.
type Feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"` // filled by Bytes: of the newest entry
	Author  string      `xml:"author>name"`
	Links   []FeedLink  `xml:"link"`
	Entries []FeedEntry `xml:"entry"`
}

// A FeedLink is an address in a feed.
type FeedLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

// A FeedEntry is one entry of a feed. Its times are in RFC 3339.
type FeedEntry struct {
	Lang      string    `xml:"http://www.w3.org/XML/1998/namespace lang,attr,omitempty"` // where it is another than the feed's
	ID        string    `xml:"id"`
	Title     string    `xml:"title"`
	Published string    `xml:"published,omitempty"`
	Updated   string    `xml:"updated"`
	Link      FeedLink  `xml:"link"`
	Summary   string    `xml:"summary"`
	Content   *FeedText `xml:"content"`
}

// A FeedText is the text of an entry.
type FeedText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// Links are those of a feed: to itself, and to the page that says the same.
func Links(self, page string) []FeedLink {
	return []FeedLink{{"self", "application/atom+xml", self}, {"alternate", "text/html", page}}
}

// Page is the link of an entry to its page.
func Page(href string) FeedLink { return FeedLink{"alternate", "text/html", href} }

// FeedTime writes a time for a feed.
func FeedTime(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// Bytes writes the feed.
func (f *Feed) Bytes() ([]byte, error) {
	f.Title, f.Author, f.Updated = xmlText(f.Title), xmlText(f.Author), FeedTime(time.Unix(0, 0))
	for i := range f.Entries {
		e := &f.Entries[i]
		e.Title, e.Summary, f.Updated = xmlText(e.Title), xmlText(e.Summary), max(f.Updated, e.Updated)
		if e.Content != nil {
			e.Content.Text = xmlText(e.Content.Text)
		}
	}
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing a feed: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

// Atom writes what changed as a feed: an entry for each session that a version
// changed, and one for the first version as a whole. Entries are plain text.
func Atom(e *forum.Edition, diffs []forum.Diff, o Options, w Words) ([]byte, error) {
	f := Feed{Lang: o.Language, ID: o.Base + "changes", Title: w.Title, Author: w.Author,
		Links: Links(o.Base+"changes.atom?lang="+o.Language, o.Base+"changes")}
	for _, d := range diffs {
		if d.From == nil || len(d.Changes) == 0 {
			f.Entries = append(f.Entries, FeedEntry{ID: fmt.Sprintf("%schanges?version=%d", o.Base, d.Version.Number),
				Title: w.First(d.Version.Number, d.Version.Sessions), Updated: FeedTime(d.Version.At), Link: Page(o.Base + "changes"), Summary: d.Version.Note})
			continue
		}
		for _, c := range d.Changes {
			if len(f.Entries) < MaxEntries {
				f.Entries = append(f.Entries, o.entry(d, c, w))
			}
		}
	}
	return f.Bytes()
}

func (o Options) entry(d forum.Diff, c forum.Change, w Words) FeedEntry {
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
	return FeedEntry{ID: fmt.Sprintf("%s?version=%d", o.session(s), d.Version.Number), Title: strings.Join(what, ", ") + ": " + o.text(s.Title),
		Updated: FeedTime(d.Version.At), Link: Page(o.session(s)), Summary: strings.Join(lines, "\n")}
}
