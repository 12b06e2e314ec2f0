package forum

import (
	"slices"
	"strings"

	"landbridge.example"
)

// A Filter says which sessions of a programme are shown. Its zero value shows all.
type Filter struct {
	Day      string // 2006-01-02, as the edition counts days
	Part     string
	Track    string
	Room     string
	Language string // spoken or interpreted
	Speaker  landbridge.ID
	Text     string
}

// MaxWords bounds the words of a search.
const MaxWords = 8

// Select returns the sessions that the filter lets through, by time.
func (p *Programme) Select(f Filter) []*Session {
	words := strings.Fields(strings.ToLower(f.Text))
	words = words[:min(len(words), MaxWords)]
	var all []*Session
	for i := range p.Sessions {
		s := &p.Sessions[i]
		if f.Day != "" && p.Day(s) != f.Day || f.Part != "" && s.Part != f.Part || f.Track != "" && s.Track != f.Track || f.Room != "" && s.Room != f.Room {
			continue
		}
		if f.Language != "" && s.Language != f.Language && !slices.Contains(s.Interpreted, f.Language) {
			continue
		}
		if f.Speaker != "" && !slices.ContainsFunc(s.People, func(x Seat) bool { return x.Speaker == f.Speaker }) {
			continue
		}
		if len(words) > 0 && !p.holds(s, words) {
			continue
		}
		all = append(all, s)
	}
	return all
}

// holds reports whether every word stands in the session's title or abstract,
// in any language, or in the name of somebody who speaks.
func (p *Programme) holds(s *Session, words []string) bool {
	var b strings.Builder
	for _, t := range []Text{s.Title, s.About} {
		for _, l := range Languages() {
			b.WriteString(strings.ToLower(t[l]) + "\n")
		}
	}
	for _, x := range s.People {
		if who := p.Speaker(x.Speaker); who != nil {
			b.WriteString(strings.ToLower(who.Name+"\n"+who.Original) + "\n")
		}
	}
	text := b.String()
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}
