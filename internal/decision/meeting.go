package decision

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"landbridge.example"
	"landbridge.example/internal/access"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/internal/staff"
)

// Bounds of a meeting.
const (
	MaxMeeting  = 512 << 10 // bytes of its record
	MaxEvents   = 5000
	maxItems    = 100
	maxLineSize = 300
	maxMinutes  = 64 << 10
	maxTurn     = 3600 // seconds
)

// What a record is about. A meeting between conferences is a consultation;
// visits, exchanges of letters and working groups are light records of the
// same shape.
const (
	AtConference = "conference"
	Consultation = "consultation"
	WorkingGroup = "working-group"
	Visit        = "visit"
	Letters      = "letters"
)

// MeetingKinds lists them.
func MeetingKinds() []string {
	return []string{AtConference, Consultation, WorkingGroup, Visit, Letters}
}

// A Document is one paper of an item in the languages there are.
type Document struct {
	Title string            `json:"title"`
	In    map[string]string `json:"in"` // by language: an https address, or the digest of a text
}

// An Item is one point of an agenda, with what became of it.
type Item struct {
	ID        string              `json:"id"`
	Title     string              `json:"title"`
	Minutes   int                 `json:"minutes,omitempty"` // planned time
	Documents []Document          `json:"documents,omitempty"`
	Drafts    []landbridge.Digest `json:"drafts,omitempty"`
	Matters   []landbridge.Digest `json:"matters,omitempty"`
	Record    string              `json:"record,omitempty"` // the minutes
}

// A Task is an action item: what one delegation is to do by a day.
type Task struct {
	ID    string             `json:"id"`
	Item  string             `json:"item,omitempty"`
	What  string             `json:"what"`
	Party landbridge.PartyID `json:"party"`
	Due   string             `json:"due"`
	Done  string             `json:"done,omitempty"` // the day; empty: open
	// Commitment is the act of the commitment that came of it. Its reports say then whether it is done.
	Commitment landbridge.Digest `json:"commitment,omitzero"`
}

// A Meeting is the record of a meeting, a visit, an exchange of letters or a
// working group, as its host keeps it. The others get it as it stands.
type Meeting struct {
	ID       landbridge.ID        `json:"id"`
	Host     landbridge.PartyID   `json:"host"`
	Revision int64                `json:"revision"`
	Kind     string               `json:"kind"`
	Title    string               `json:"title"`
	Session  string               `json:"session,omitempty"` // id of an edition or session
	Start    time.Time            `json:"start"`
	End      time.Time            `json:"end"`
	Place    string               `json:"place,omitempty"`
	Link     string               `json:"link,omitempty"` // of an outside room
	Parties  []landbridge.PartyID `json:"parties"`
	Rules    FloorRules           `json:"rules"`
	Agenda   []Item               `json:"agenda,omitempty"`
	Result   string               `json:"result,omitempty"`
	Tasks    []Task               `json:"tasks,omitempty"`
}

// ParseMeeting reads the record of a meeting and checks it.
func ParseMeeting(b []byte) (*Meeting, error) {
	if len(b) > MaxMeeting {
		return nil, fail.New(fail.TooLarge, "the record of a meeting has at most %d bytes", MaxMeeting)
	}
	m := new(Meeting)
	switch err := canon.Decode(b, m); {
	case errors.Is(err, canon.ErrMore):
		return nil, fail.New(fail.Invalid, "there is something after the meeting")
	case err != nil:
		return nil, fail.Because(err, fail.Invalid, "this is not the JSON of a meeting")
	}
	return m, m.check()
}

func line(s string, most int, needed bool) bool {
	if len(s) > most || !utf8.ValidString(s) || strings.TrimSpace(s) != s || needed && s == "" {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) < 0
}

func address(s string) bool { return strings.HasPrefix(s, "https://") && line(s, 1000, true) }

func (m *Meeting) check() error {
	if _, err := landbridge.ParseID(string(m.ID)); err != nil {
		return fail.New(fail.Invalid, "the id of a meeting: %v", err)
	}
	if !slices.Contains(MeetingKinds(), m.Kind) || !line(m.Title, maxLineSize, true) {
		return fail.New(fail.Invalid, "a meeting has a title of 1 to %d bytes and is one of %s", maxLineSize, strings.Join(MeetingKinds(), ", "))
	}
	if !line(m.Place, maxLineSize, false) {
		return fail.New(fail.Invalid, "the place of a meeting has at most %d bytes, without control characters or spaces around it", maxLineSize)
	}
	if !line(m.Result, maxMinutes, false) {
		return fail.New(fail.Invalid, "the result of a meeting has at most %d bytes, without control characters or spaces around it", maxMinutes)
	}
	if m.Session != "" && !landbridge.ValidName(m.Session, 96) || m.Link != "" && !address(m.Link) {
		return fail.New(fail.Invalid, "a session is named by its id, and an outside room by an https address")
	}
	if m.Start.IsZero() || m.End.Before(m.Start) || m.Start.Year() < 2000 || m.End.Year() > 9000 {
		return fail.New(fail.Invalid, "a meeting begins before it ends")
	}
	if len(m.Parties) == 0 || len(m.Parties) > 300 || len(m.Agenda) > maxItems || len(m.Tasks) > 10*maxItems {
		return fail.New(fail.Invalid, "a meeting has parties, and at most %d items", maxItems)
	}
	for _, p := range append([]landbridge.PartyID{m.Host}, m.Parties...) {
		if _, err := landbridge.ParsePartyID(string(p)); err != nil {
			return fail.New(fail.Invalid, "a party of the meeting: %v", err)
		}
	}
	r := m.Rules
	if min(r.Turn, r.ReplyTurn, r.Turns) < 0 || max(r.Turn, r.ReplyTurn) > maxTurn {
		return fail.New(fail.Invalid, "a turn lasts at most %d seconds", maxTurn)
	}
	return m.inner()
}

// inner checks items and tasks.
func (m *Meeting) inner() error {
	seen := map[string]bool{}
	for _, i := range m.Agenda {
		if !landbridge.ValidName(i.ID, 48) || seen[i.ID] || !line(i.Title, maxLineSize, true) || !line(i.Record, maxMinutes, false) || i.Minutes < 0 {
			return fail.New(fail.Invalid, "an item has an id of its own and a title; its minutes have at most %d bytes", maxMinutes)
		}
		seen[i.ID] = true
		for _, d := range i.Documents {
			if !line(d.Title, maxLineSize, true) || len(d.In) == 0 {
				return fail.New(fail.Invalid, "a document has a title and is there in one language at least")
			}
			for l, at := range d.In {
				if _, err := landbridge.ParseDigest(at); err != nil && !address(at) || len(l) < 2 || len(l) > 12 {
					return fail.New(fail.Invalid, "a document is an https address or the digest of a text, for each language")
				}
			}
		}
	}
	tasks := map[string]bool{}
	for _, t := range m.Tasks {
		_, err := time.Parse(time.DateOnly, t.Due)
		if !landbridge.ValidName(t.ID, 48) || tasks[t.ID] || !line(t.What, maxNote, true) || err != nil || t.Item != "" && !seen[t.Item] {
			return fail.New(fail.Invalid, "an action item has an id of its own, says what is to be done, and by which day")
		}
		if _, err := time.Parse(time.DateOnly, t.Done); t.Done != "" && err != nil || t.Party != m.Host && !slices.Contains(m.Parties, t.Party) {
			return fail.New(fail.Invalid, "an action item is done by a party of the meeting, on a day")
		}
		tasks[t.ID] = true
	}
	return nil
}

// SaveMeeting keeps the next revision of a record that this party hosts and
// sends it to the parties of the meeting. An empty id begins one.
func (h *Chamber) SaveMeeting(ctx context.Context, p staff.Person, m Meeting) (landbridge.ID, error) {
	if err := h.may(p, access.PrepareDecisions); err != nil {
		return "", err
	}
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return "", err
	}
	begins := m.ID == ""
	if begins {
		if m.ID, err = landbridge.NewID(h.now(), h.c.Random); err != nil {
			return "", err
		}
		m.Revision = 0
	}
	m.Host, m.Start, m.End = h.me, m.Start.UTC(), m.End.UTC()
	m.Revision++
	if err := m.check(); err != nil {
		return "", err
	}
	body, err := canon.Encode(&m)
	if err != nil {
		return "", err
	}
	var to []landbridge.PartyID
	for _, l := range view.All() {
		if l.Party != h.me && !l.Suspended && slices.Contains(m.Parties, l.Party) {
			to = append(to, l.Party)
		}
	}
	return m.ID, h.c.DB.Write(ctx, func(tx *db.Tx) error {
		was, err := meeting(tx, m.ID)
		switch {
		case fail.Is(err, fail.Missing) && begins:
		case err != nil:
			return err
		case was.Host != h.me || was.Revision != m.Revision-1:
			return fail.New(fail.Conflict, "someone changed this record in the meantime, or another party keeps it; look at it again")
		}
		if err := h.keepMeeting(tx, &m, body, p.Pseudonym, h.now()); err != nil {
			return err
		}
		return h.tell(tx, view, kindMeeting, body, to)
	})
}

func (h *Chamber) keepMeeting(tx *db.Tx, m *Meeting, body []byte, actor string, at time.Time) error {
	var others int64
	if err := tx.QueryRow(`SELECT count(*) FROM decision_meeting WHERE host = $1 AND id <> $2`, string(m.Host), string(m.ID)).Scan(&others); err != nil {
		return fmt.Errorf("counting meetings: %w", err)
	}
	if others >= MaxBegun {
		return fail.New(fail.TooLarge, "%s holds more than %d meetings", m.Host, MaxBegun)
	}
	digest := landbridge.Sum(append([]byte(domainMeeting), body...))
	_, err := h.c.Log.Append(tx, record.Fact{Kind: kindMeeting, Actor: actor, Digest: digest, Note: string(m.Host)})
	if err != nil {
		return fmt.Errorf("recording a meeting: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO decision_meeting (id, host, session, start_us, revision, body, at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET session = excluded.session, start_us = excluded.start_us, revision = excluded.revision,
		body = excluded.body, at_us = excluded.at_us`,
		string(m.ID), string(m.Host), m.Session, m.Start.UnixMicro(), m.Revision, body, at.UnixMicro())
	if err != nil {
		return fmt.Errorf("keeping a meeting: %w", err)
	}
	return nil
}

// takeMeeting takes in the record of a meeting from its host. An older
// revision changes nothing.
func (h *Chamber) takeMeeting(tx *db.Tx, from landbridge.PartyID, body []byte, at time.Time) error {
	m, err := ParseMeeting(body)
	if err != nil {
		return err
	}
	if m.Host != from || !slices.Contains(m.Parties, h.me) {
		return fail.New(fail.Denied, "the record of a meeting comes from its host, and goes to its parties")
	}
	was, err := meeting(tx, m.ID)
	switch {
	case fail.Is(err, fail.Missing):
	case err != nil:
		return err
	case was.Host != from:
		return fail.New(fail.Denied, "another party hosts this meeting")
	case was.Revision >= m.Revision:
		return nil
	}
	return h.keepMeeting(tx, m, body, "node", at)
}

func meetings(r reader, where string, args ...any) ([]*Meeting, error) {
	var all []*Meeting
	err := r.Each(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		m, err := ParseMeeting(body)
		all = append(all, m)
		return err
	}, `SELECT body FROM decision_meeting WHERE `+where+fmt.Sprintf(` ORDER BY start_us DESC, id LIMIT %d`, MaxList), args...)
	if err != nil {
		return nil, fmt.Errorf("reading meetings: %w", err)
	}
	return all, nil
}

func meeting(r reader, id landbridge.ID) (*Meeting, error) {
	all, err := meetings(r, `id = $1`, string(id))
	if err == nil && len(all) == 0 {
		err = fail.New(fail.Missing, "there is no such meeting; the list shows those there are")
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Meetings lists the meetings, visits, letters and working groups this node
// knows, the latest first.
func (h *Chamber) Meetings(ctx context.Context, p staff.Person) ([]*Meeting, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	return meetings(h.reading(ctx), `revision > 0`)
}
