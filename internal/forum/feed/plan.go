package feed

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

// Import says how a file of another system is taken into a draft.
type Import struct {
	Venue    string // id of the venue in which rooms lie that the draft does not know
	Capacity int64  // of such rooms: the files do not say it
	Language string // in which the texts are written
	Status   string // of new sessions: planned, or confirmed
	Now      time.Time
	Random   io.Reader
}

// A Report says what a file would change, and what of it is left out and why.
type Report struct {
	Title   string `json:"title"`
	Format  string `json:"format"`
	New     int    `json:"new"`
	Changed int    `json:"changed"`
	Same    int    `json:"same"`
	LeftOut int    `json:"left_out"`
	Lines   []Line `json:"lines"`
}

// Plan makes the changes that take a file into a draft. A session or speaker
// that was taken from the same system before is found again by the key it has
// there, so that a file can be taken in as often as it changes. What clashes
// with the draft, or with what stands earlier in the file, is left out.
func Plan(f *File, draft *forum.Programme, o Import) (*forum.Changes, *Report, error) {
	if draft.Venue(o.Venue) == nil {
		return nil, nil, fail.New(fail.Invalid, "name a venue of the draft in which new rooms lie; enter it first")
	}
	if !slices.Contains(forum.Languages(), o.Language) || o.Capacity < 1 || o.Status != forum.Planned && o.Status != forum.Confirmed {
		return nil, nil, fail.New(fail.Invalid, "say in which language the file is written, how many a new room takes, and whether sessions are planned or confirmed")
	}
	w := &planner{Import: o, file: f, now: draft.With(forum.Changes{}), out: &forum.Changes{Seen: map[forum.Ref]int64{}},
		report: &Report{Title: f.Title, Format: f.Kind}}
	w.report.Lines = append(w.report.Lines, f.Notes...)
	if bad := w.now.Conflicts(); len(bad) > 0 {
		return nil, nil, fail.New(fail.Conflict, "the draft does not stand as it is: %s", bad[0].Text)
	}
	seen := map[string]bool{}
	for i := range f.Events {
		e := &f.Events[i]
		if e.Key != "" && seen[e.Key] {
			w.leave(e, "stands twice in the file under the same key; the second is left out")
			continue
		}
		seen[e.Key] = true
		if err := w.event(e); err != nil {
			return nil, nil, err
		}
	}
	if n := len(w.report.Lines); n > maxReport {
		w.report.Lines = append(w.report.Lines[:maxReport], Line{"", fmt.Sprintf("%d more lines are not shown.", n-maxReport)})
	}
	return w.out, w.report, nil
}

type planner struct {
	Import
	file   *File
	now    *forum.Programme // the draft with what was taken so far
	out    *forum.Changes
	report *Report
}

func (w *planner) say(what, format string, args ...any) {
	w.report.Lines = append(w.report.Lines, Line{what, fmt.Sprintf(format, args...)})
}

func (w *planner) leave(e *Event, format string, args ...any) {
	w.report.LeftOut++
	w.say(e.name(), format, args...)
}

// event takes one session in, with the room, track and people it needs, or
// leaves all of it out.
func (w *planner) event(e *Event) error {
	switch {
	case e.Key == "":
		w.leave(e, "has no key in the file, so it could not be found again; it is left out")
		return nil
	case e.Title == "" || e.Start.IsZero() || e.End.IsZero():
		w.leave(e, "has no title or no time that can be read; it is left out")
		return nil
	}
	c := &forum.Changes{}
	s, known, err := w.session(e, c)
	if err != nil {
		return err
	}
	if e.Cancelled {
		s.Status, s.Reason = forum.Cancelled, forum.Text{w.Language: "Cancelled in the file of the other system."}
	}
	if e.Cancelled && !known {
		w.leave(e, "is cancelled and was never taken in; it is left out")
		return nil
	}
	if old := w.now.Session(s.ID); old != nil && reflect.DeepEqual(*old, s) {
		w.report.Same++
		return nil
	}
	c.Sessions = []forum.Session{s}
	next, bad := w.now.Adding(*c)
	if len(bad) > 0 {
		w.leave(e, "%s", bad[0].Text)
		return nil
	}
	ref := forum.Ref{Kind: forum.KindSession, ID: string(s.ID)}
	if seen, ok := w.now.Seen[ref]; ok { // what somebody changes before this is applied is not overwritten
		w.out.Seen[ref] = seen
	}
	w.now = next
	w.out.Rooms, w.out.Tracks = append(w.out.Rooms, c.Rooms...), append(w.out.Tracks, c.Tracks...)
	w.out.Speakers, w.out.Sessions = append(w.out.Speakers, c.Speakers...), append(w.out.Sessions, s)
	if known {
		w.report.Changed++
	} else {
		w.report.New++
	}
	for _, r := range c.Rooms {
		w.say(r.Name.String(), "is a new room; the file does not say how many persons it takes, so %d stand there: put it right", r.Capacity)
	}
	return nil
}

// session makes a session out of an event: the one it was taken into before, or a new one.
func (w *planner) session(e *Event, c *forum.Changes) (s forum.Session, known bool, err error) {
	for i := range w.now.Sessions {
		if x := &w.now.Sessions[i]; x.Origin == e.Key || string(x.ID) == e.Key || strings.HasPrefix(e.Key, string(x.ID)+"@") {
			s, known = *x, true
		}
	}
	if !known {
		if s.ID, err = landbridge.NewID(w.Now, w.Random); err != nil {
			return s, false, err
		}
		s.Kind, s.Mode, s.Status, s.Origin = kindOf(e.Kind), forum.OnSite, w.Status, e.Key
		s.Edition = w.now.Edition.ID
	}
	s.Title, s.Start, s.End = w.put(s.Title, e.Title), e.Start.UTC().Truncate(time.Minute), e.End.UTC().Truncate(time.Minute)
	about := e.About
	if s.Origin == e.Key { // in a file of ours the subtitle is the sub-forum
		about = joined(e.Subtitle, e.About)
	}
	if about != "" {
		s.About = w.put(s.About, about)
	}
	if slices.Contains(forum.Languages(), e.Language) {
		s.Language = e.Language
	}
	s.Room = w.room(e, c)
	switch {
	case s.Room == "":
		s.Mode = forum.Online
	case s.Mode == forum.Online:
		s.Mode = forum.OnSite
	}
	if e.Link != "" && s.Mode != forum.OnSite {
		s.Link = e.Link
	}
	s.Track = w.track(e, c)
	if len(e.People) > 0 { // a calendar names nobody: who is known stays
		s.People, err = w.people(e, c)
	}
	return s, known, err
}

// put sets a text in the file's language and keeps the translations there are.
func (w *planner) put(have forum.Text, text string) forum.Text {
	out := forum.Text{}
	for l, t := range have {
		out[l] = t
	}
	out[w.Language] = text
	return out
}

func (w *planner) room(e *Event, c *forum.Changes) string {
	if e.Room == "" || e.Room == OnlineRoom {
		return ""
	}
	for _, r := range w.now.Rooms {
		if named(r.Name, e.Room) || strings.HasPrefix(e.Room, r.Name.String()+", ") || strings.HasSuffix(e.Room, " ("+r.ID+")") {
			return r.ID
		}
	}
	id := w.free("room", e.Room, func(id string) bool { return w.now.Room(id) != nil })
	c.Rooms = []forum.Room{{ID: id, Venue: w.Venue, Name: forum.Text{w.Language: e.Room}, Capacity: w.Capacity}}
	return id
}

func (w *planner) track(e *Event, c *forum.Changes) string {
	if e.Track == "" {
		return ""
	}
	for _, t := range w.now.Tracks {
		if named(t.Name, e.Track) {
			return t.ID
		}
	}
	id := w.free("track", e.Track, func(id string) bool { return w.now.Track(id) != nil })
	c.Tracks = []forum.Track{{ID: id, Name: forum.Text{w.Language: e.Track}}}
	return id
}

func named(t forum.Text, name string) bool {
	for _, s := range t {
		if s == name {
			return true
		}
	}
	return false
}

// free makes a plain name out of a title that nothing has yet.
func (w *planner) free(kind, title string, taken func(string) bool) string {
	const most = 40
	id := strings.Join(strings.FieldsFunc(plain(strings.ToLower(title), '-'), func(r rune) bool { return r == '-' }), "-")
	id = strings.Trim(id[:min(len(id), most)], "-")
	if id == "" {
		id = kind
	}
	for n, base := 2, id; taken(id); n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	return id
}

func (w *planner) people(e *Event, c *forum.Changes) ([]forum.Seat, error) {
	var all []forum.Seat
	for _, p := range e.People {
		if p.Name == "" {
			continue
		}
		who, err := w.person(p, c)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(x forum.Seat) bool { return x.Speaker == who }) {
			all = append(all, forum.Seat{Speaker: who, Role: forum.Speaks})
		}
	}
	return all, nil
}

func (w *planner) person(p Person, c *forum.Changes) (landbridge.ID, error) {
	for _, x := range slices.Concat(w.now.Speakers, c.Speakers) {
		if x.Origin == p.Key || string(x.ID) == p.Key {
			return x.ID, nil
		}
	}
	id, err := landbridge.NewID(w.Now, w.Random)
	if err != nil {
		return "", err
	}
	x := forum.Speaker{ID: id, Name: p.Name, Origin: p.Key}
	if p.About != "" {
		x.About = forum.Text{w.Language: p.About}
	}
	c.Speakers = append(c.Speakers, x)
	return id, nil
}

// kindOf reads what other systems call kinds of sessions.
func kindOf(s string) string {
	s = strings.ToLower(s)
	for _, k := range []struct{ word, kind string }{{"keynote", forum.Plenary}, {"plenary", forum.Plenary}, {"panel", forum.Panel}, {"discussion", forum.Panel},
		{"workshop", forum.Workshop}, {"hands-on", forum.Workshop}, {"ceremony", forum.Ceremony}, {"opening", forum.Ceremony}, {"meeting", forum.Meeting},
		{"break", forum.Pause}, {"lunch", forum.Pause}, {"pause", forum.Pause}} {
		if strings.Contains(s, k.word) {
			return k.kind
		}
	}
	return forum.Talk
}
