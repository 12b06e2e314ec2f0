package forum

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

// Changes are what one person changes in a draft at one stroke: all of it
// stands, or none. What has an id that the draft holds replaces what is there;
// a speaker or session without an id is the one with the same origin, else new.
type Changes struct {
	Venues   []Venue
	Rooms    []Room
	Parts    []Part
	Tracks   []Track
	Speakers []Speaker
	Sessions []Session
	Remove   []Ref
	Seen     map[Ref]int64 // the revision that the editor saw, of things that another may have changed meanwhile
}

// An Applied is the answer to a change: the ids of what is new, or the reasons
// why nothing was changed.
type Applied struct {
	Speakers  []landbridge.ID
	Sessions  []landbridge.ID
	Conflicts []Conflict
}

// Draft returns the programme as the secretariat works on it.
func (g *Register) Draft(ctx context.Context, p staff.Person, edition string) (*Programme, error) {
	if err := g.may(p, access.SeeForum); err != nil {
		return nil, err
	}
	return g.draft(g.reading(ctx), edition)
}

func (g *Register) draft(r reader, edition string) (*Programme, error) {
	var body []byte
	found, err := one(r, func(rows *sql.Rows) error { return rows.Scan(&body) }, `SELECT body FROM forum_edition WHERE id = $1`, edition)
	if err != nil {
		return nil, fmt.Errorf("reading an edition: %w", err)
	}
	if !found && slices.ContainsFunc(g.history, func(e *Edition) bool { return e.ID == edition }) {
		return nil, fail.New(fail.Conflict, "edition %s is history and has no draft", edition)
	}
	if !found {
		return nil, noEdition(edition)
	}
	d := &Programme{Format: programmeFormat, Seen: map[Ref]int64{}}
	if d.Edition, err = g.edition(body); err != nil {
		return nil, err
	}
	err = r.Each(func(rows *sql.Rows) error {
		var ref Ref
		var body []byte
		var revision int64
		if err := rows.Scan(&ref.Kind, &ref.ID, &body, &revision); err != nil {
			return err
		}
		d.Seen[ref] = revision
		return d.take(ref.Kind, body)
	}, `SELECT kind, id, body, revision FROM forum_item WHERE edition = $1 ORDER BY kind, id`, edition)
	if err != nil {
		return nil, fmt.Errorf("reading a draft: %w", err)
	}
	d.sort()
	return d, nil
}

func (p *Programme) take(kind string, body []byte) error {
	switch kind {
	case KindVenue:
		return append1(&p.Venues, body)
	case KindRoom:
		return append1(&p.Rooms, body)
	case KindPart:
		return append1(&p.Parts, body)
	case KindTrack:
		return append1(&p.Tracks, body)
	case KindSpeaker:
		return append1(&p.Speakers, body)
	case KindSession:
		return append1(&p.Sessions, body)
	}
	return fmt.Errorf("a draft holds a %q, which this release does not know", kind)
}

// append1 appends what body says to a list.
func append1[T any](all *[]T, body []byte) error {
	var x T
	if err := decode(body, &x); err != nil {
		return err
	}
	*all = append(*all, x)
	return nil
}

// Apply changes a draft. When the draft would not stand afterwards nothing is
// changed, and the answer says why, in sentences: a refusal is no error.
func (g *Register) Apply(ctx context.Context, p staff.Person, edition string, c Changes) (*Applied, error) {
	if err := g.may(p, access.WriteForum); err != nil {
		return nil, err
	}
	if n := len(c.Venues) + len(c.Rooms) + len(c.Parts) + len(c.Tracks) + len(c.Speakers) + len(c.Sessions) + len(c.Remove); n == 0 || n > MaxChanges {
		return nil, fail.New(fail.Invalid, "a change holds 1 to %d things", MaxChanges)
	}
	var out *Applied
	err := g.c.DB.Write(ctx, func(tx *db.Tx) error {
		w := &change{g: g, tx: tx, by: p.Pseudonym, edition: edition, c: c, out: &Applied{}}
		w.c.Sessions, w.c.Speakers = slices.Clone(c.Sessions), slices.Clone(c.Speakers)
		out = w.out
		return w.run()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// A change is one Apply under way.
type change struct {
	g       *Register
	tx      *db.Tx
	by      string
	edition string
	c       Changes
	entry   landbridge.ID // that becomes a new session, or ""
	out     *Applied
	draft   *Programme
	last    *Programme // the newest version, or nil
	put     []thing
}

type thing struct {
	Ref   Ref
	Value any
}

func (w *change) run() (err error) {
	if w.draft, err = w.g.draft(w.tx, w.edition); err != nil {
		return err
	}
	if w.last, err = w.g.published(w.tx, w.edition, 0); err != nil {
		return err
	}
	if err := w.number(); err != nil {
		return err
	}
	for ref, seen := range w.c.Seen {
		if w.draft.Seen[ref] != seen {
			return fail.New(fail.Conflict, "%s %s was changed by somebody else since you opened it; load it again and enter your change once more",
				ref.Kind, clip(ref.ID))
		}
	}
	w.put = w.draft.merge(w.c)
	if err := w.remove(); err != nil {
		return err
	}
	for i := range w.c.Sessions {
		if err := w.keepsPublished(&w.c.Sessions[i]); err != nil {
			return err
		}
	}
	if w.out.Conflicts = w.draft.Conflicts(); len(w.out.Conflicts) > 0 {
		w.out.Sessions, w.out.Speakers = nil, nil
		return nil
	}
	return w.write()
}

// number gives what is new its id, and sessions their number.
func (w *change) number() error {
	var next int64
	if err := w.tx.QueryRow(`SELECT numbers FROM forum_edition WHERE id = $1`+w.tx.ForUpdate(), w.edition).Scan(&next); err != nil {
		return fmt.Errorf("reading the numbers of an edition: %w", err)
	}
	for i := range w.c.Speakers {
		x := &w.c.Speakers[i]
		id, err := w.id(cmp.Or(x.ID, w.draft.speakerFrom(x.Origin)))
		if err != nil {
			return err
		}
		x.ID = id
		w.out.Speakers = append(w.out.Speakers, id)
	}
	for i := range w.c.Sessions {
		s := &w.c.Sessions[i]
		id, err := w.id(cmp.Or(s.ID, w.draft.sessionFrom(s.Origin)))
		if err != nil {
			return err
		}
		w.seat(s)
		s.ID, s.Edition, s.Start, s.End = id, w.edition, s.Start.UTC(), s.End.UTC()
		s.Sequence, s.Changed, s.Status = 0, time.Time{}, cmp.Or(s.Status, Planned) // only versions count and say when
		w.out.Sessions = append(w.out.Sessions, id)
		s.Entry = w.entry
		if old := w.draft.Session(id); old != nil {
			s.Number, s.Entry = old.Number, old.Entry // whoever replaces a session need not know what it came from
			continue
		}
		next++
		s.Number = next
	}
	return nil
}

func (w *change) id(have landbridge.ID) (landbridge.ID, error) {
	if have != "" {
		return have, nil
	}
	return landbridge.NewID(w.g.now(), w.g.c.Random)
}

// seat puts the id of a speaker where a session names the speaker's origin, so
// that one file can bring speakers together with their sessions.
func (w *change) seat(s *Session) {
	s.People = slices.Clone(s.People)
	for i := range s.People {
		x := &s.People[i]
		if _, err := landbridge.ParseID(string(x.Speaker)); err == nil {
			continue
		}
		from := string(x.Speaker)
		if k := slices.IndexFunc(w.c.Speakers, func(y Speaker) bool { return from != "" && y.Origin == from }); k >= 0 {
			x.Speaker = w.c.Speakers[k].ID
			continue
		}
		x.Speaker = cmp.Or(w.draft.speakerFrom(from), x.Speaker)
	}
}

// speakerFrom and sessionFrom find again what came from another system, by the
// key it has there.
func (p *Programme) speakerFrom(origin string) landbridge.ID {
	if x := pick(p.Speakers, func(x *Speaker) bool { return origin != "" && x.Origin == origin }); x != nil {
		return x.ID
	}
	return ""
}

func (p *Programme) sessionFrom(origin string) landbridge.ID {
	if x := pick(p.Sessions, func(x *Session) bool { return origin != "" && x.Origin == origin }); x != nil {
		return x.ID
	}
	return ""
}

// With returns the programme with what c puts into it; everything new has its
// id already. What c removes is left alone. The programme itself stays as it is.
func (p *Programme) With(c Changes) *Programme {
	d := *p
	d.Venues, d.Rooms, d.Parts = slices.Clone(p.Venues), slices.Clone(p.Rooms), slices.Clone(p.Parts)
	d.Tracks, d.Speakers, d.Sessions = slices.Clone(p.Tracks), slices.Clone(p.Speakers), slices.Clone(p.Sessions)
	d.merge(c)
	return &d
}

// merge puts changes into the programme, and lists what it put.
func (p *Programme) merge(c Changes) (all []thing) {
	put(&all, &p.Venues, c.Venues, func(x Venue) Ref { return Ref{KindVenue, x.ID} })
	put(&all, &p.Rooms, c.Rooms, func(x Room) Ref { return Ref{KindRoom, x.ID} })
	put(&all, &p.Parts, c.Parts, func(x Part) Ref { return Ref{KindPart, x.ID} })
	put(&all, &p.Tracks, c.Tracks, func(x Track) Ref { return Ref{KindTrack, x.ID} })
	put(&all, &p.Speakers, c.Speakers, func(x Speaker) Ref { return Ref{KindSpeaker, string(x.ID)} })
	put(&all, &p.Sessions, c.Sessions, func(x Session) Ref { return Ref{KindSession, string(x.ID)} })
	return all
}

func put[T any](all *[]thing, have *[]T, changed []T, ref func(T) Ref) {
	for _, x := range changed {
		r := ref(x)
		*all = append(*all, thing{r, x})
		if i := slices.IndexFunc(*have, func(y T) bool { return ref(y) == r }); i >= 0 {
			(*have)[i] = x
			continue
		}
		*have = append(*have, x)
	}
}

// remove takes things out. What a version showed is cancelled, not removed:
// calendars that hold it would never hear of it.
func (w *change) remove() error {
	d := w.draft
	for _, r := range w.c.Remove {
		if _, there := d.Seen[r]; !there {
			return fail.New(fail.Missing, "there is no %s %s in the draft; load it again", r.Kind, clip(r.ID))
		}
		if r.Kind == KindSession && w.last != nil && w.last.Session(landbridge.ID(r.ID)) != nil {
			return fail.New(fail.Conflict, "this session was published; cancel it with a reason, so that calendars which hold it hear of it")
		}
	}
	gone := func(kind, id string) bool { return slices.Contains(w.c.Remove, Ref{kind, id}) }
	d.Venues = slices.DeleteFunc(d.Venues, func(x Venue) bool { return gone(KindVenue, x.ID) })
	d.Rooms = slices.DeleteFunc(d.Rooms, func(x Room) bool { return gone(KindRoom, x.ID) })
	d.Parts = slices.DeleteFunc(d.Parts, func(x Part) bool { return gone(KindPart, x.ID) })
	d.Tracks = slices.DeleteFunc(d.Tracks, func(x Track) bool { return gone(KindTrack, x.ID) })
	d.Speakers = slices.DeleteFunc(d.Speakers, func(x Speaker) bool { return gone(KindSpeaker, string(x.ID)) })
	d.Sessions = slices.DeleteFunc(d.Sessions, func(x Session) bool { return gone(KindSession, string(x.ID)) })
	return nil
}

// keepsPublished refuses to make a published session a plan again.
func (w *change) keepsPublished(s *Session) error {
	if s.Status == Planned && w.last != nil && w.last.Session(s.ID) != nil {
		return fail.New(fail.Conflict, "%s was published and cannot be a plan again; cancel it with a reason, or keep it confirmed", s.name())
	}
	return nil
}

func (w *change) write() error {
	at := w.g.now().UnixMicro()
	what, err := json.Marshal(struct {
		Put    []thing
		Remove []Ref
	}{w.put, w.c.Remove})
	if err != nil {
		return fmt.Errorf("writing a change: %w", err)
	}
	if _, err := w.g.c.Log.Append(w.tx, record.Fact{Kind: "forum.draft-changed", Actor: w.by, Digest: landbridge.Sum(append([]byte(domainChange), what...)),
		About: about(w.edition), Note: fmt.Sprintf("%s: %d put, %d removed", w.edition, len(w.put), len(w.c.Remove))}); err != nil {
		return fmt.Errorf("recording a change: %w", err)
	}
	for _, t := range w.put {
		body, err := canon.Encode(t.Value)
		if err != nil {
			return err
		}
		if _, err := w.tx.Exec(`INSERT INTO forum_item (edition, kind, id, body, revision, author, at_us) VALUES ($1, $2, $3, $4, 1, $5, $6)
			ON CONFLICT (edition, kind, id) DO UPDATE SET body = excluded.body, revision = forum_item.revision + 1, author = excluded.author, at_us = excluded.at_us`,
			w.edition, t.Ref.Kind, t.Ref.ID, body, w.by, at); err != nil {
			return fmt.Errorf("keeping a change: %w", err)
		}
	}
	for _, r := range w.c.Remove {
		if _, err := w.tx.Exec(`DELETE FROM forum_item WHERE edition = $1 AND kind = $2 AND id = $3`, w.edition, r.Kind, r.ID); err != nil {
			return fmt.Errorf("removing a thing: %w", err)
		}
	}
	var top int64
	for i := range w.c.Sessions {
		top = max(top, w.c.Sessions[i].Number)
	}
	if _, err := w.tx.Exec(`UPDATE forum_edition SET numbers = $1 WHERE id = $2 AND numbers < $1`, top, w.edition); err != nil {
		return fmt.Errorf("keeping the numbers of an edition: %w", err)
	}
	return nil
}

// Publish makes the draft the next version. Planned sessions, and speakers of
// no session in it, stay in the draft; so does everybody's availability.
func (g *Register) Publish(ctx context.Context, p staff.Person, edition, note string) (*Version, error) {
	if err := g.may(p, access.PublishForum); err != nil {
		return nil, err
	}
	if err := checkText("the note", note, maxNote); err != nil {
		return nil, err
	}
	var v *Version
	err := g.c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		v, err = g.publish(tx, p, edition, note)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (g *Register) publish(tx *db.Tx, p staff.Person, edition, note string) (*Version, error) {
	var revision int64 // the row is held, so that two who publish take turns
	if err := tx.QueryRow(`SELECT revision FROM forum_edition WHERE id = $1`+tx.ForUpdate(), edition).Scan(&revision); errors.Is(err, sql.ErrNoRows) {
		return nil, noEdition(edition)
	} else if err != nil {
		return nil, fmt.Errorf("reading an edition: %w", err)
	}
	d, err := g.draft(tx, edition)
	if err != nil {
		return nil, err
	}
	last, err := g.published(tx, edition, 0)
	if err != nil {
		return nil, err
	}
	v := &Version{Edition: edition, Number: 1, Note: note, Author: p.Pseudonym, At: g.now()}
	if last != nil {
		v.Number = last.Version + 1
	}
	next := d.publishable(last, v)
	if err := g.publishes(d, last, next); err != nil {
		return nil, err
	}
	body, err := canon.Encode(next)
	if err != nil {
		return nil, err
	}
	if len(body) > MaxBody {
		return nil, fail.New(fail.TooLarge, "a version has at most %d bytes; shorten abstracts and biographies", MaxBody)
	}
	v.Digest, v.Sessions = landbridge.Sum(append([]byte(domainVersion), body...)), int64(len(next.Sessions))
	if v.Entry, err = g.c.Log.Append(tx, record.Fact{Kind: "forum.published", Actor: p.Pseudonym, Digest: v.Digest, About: about(edition),
		Note: fmt.Sprintf("%s version %d", edition, v.Number)}); err != nil {
		return nil, fmt.Errorf("recording a version: %w", err)
	}
	if _, err = tx.Exec(`INSERT INTO forum_version (edition, version, digest, note, author, sessions, body, log_index, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		edition, v.Number, v.Digest.String(), note, p.Pseudonym, v.Sessions, body, v.Entry, v.At.UnixMicro()); err != nil {
		return nil, fmt.Errorf("keeping a version: %w", err)
	}
	return v, nil
}

// publishes refuses a version that cannot be or says nothing new.
func (g *Register) publishes(d, last, next *Programme) error {
	if bad := d.Conflicts(); len(bad) > 0 {
		return fail.New(fail.Conflict, "%s", bad[0].Text)
	}
	if !d.Edition.Shown {
		return fail.New(fail.Conflict, "edition %s is not shown to the public yet; show it first", d.Edition.ID)
	}
	if len(next.Sessions) == 0 {
		return fail.New(fail.Conflict, "no session is confirmed; confirm those that are to be published")
	}
	if next.Version > MaxVersions {
		return fail.New(fail.TooLarge, "an edition has at most %d versions", MaxVersions)
	}
	if last == nil {
		return nil
	}
	same := *next
	same.Version, same.Made = last.Version, last.Made
	a, err1 := canon.Encode(&same)
	b, err2 := canon.Encode(last)
	if err1 == nil && err2 == nil && bytes.Equal(a, b) {
		return fail.New(fail.Conflict, "nothing changed since version %d; there is nothing to publish", last.Version)
	}
	return nil
}

// publishable is the draft without what is not for the public.
func (p *Programme) publishable(last *Programme, v *Version) *Programme {
	next := &Programme{Format: programmeFormat, Edition: p.Edition, Version: v.Number, Made: v.At,
		Venues: p.Venues, Rooms: p.Rooms, Parts: p.Parts, Tracks: p.Tracks}
	seated := map[landbridge.ID]bool{}
	for _, s := range p.Sessions {
		if s.Status == Planned {
			continue
		}
		for _, x := range s.People {
			seated[x.Speaker] = true
		}
		next.Sessions = append(next.Sessions, s)
	}
	for _, x := range p.Speakers {
		if seated[x.ID] {
			x.Available = nil
			next.Speakers = append(next.Speakers, x)
		}
	}
	for i := range next.Sessions {
		next.count(last, &next.Sessions[i], v)
	}
	next.sort()
	return next
}

// count gives a session the number of its changes: calendars take a higher
// number for a newer state (RFC 5545, SEQUENCE).
func (p *Programme) count(last *Programme, s *Session, v *Version) {
	s.Sequence, s.Changed = 0, v.At
	if last == nil {
		return
	}
	old := last.Session(s.ID)
	switch {
	case old == nil:
	case len(differs(last, old, p, s)) == 0:
		s.Sequence, s.Changed = old.Sequence, old.Changed
	default:
		s.Sequence = old.Sequence + 1
	}
}
