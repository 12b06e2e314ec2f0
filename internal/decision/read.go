package decision

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A File is a matter with its result and everything said in it.
type File struct {
	*kernel.Result
	Digest  landbridge.Digest
	Text    *kernel.Text // nil: its tabling is still under way
	Acts    []*kernel.Act
	Signers map[landbridge.PartyID]*kernel.Act
	Due     bool // the clock ended and the keeper has not closed it
}

// Matter returns a matter as this node knows it.
func (h *Chamber) Matter(ctx context.Context, p staff.Person, d landbridge.Digest) (*File, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	return h.file(ctx, d)
}

func (h *Chamber) file(ctx context.Context, d landbridge.Digest) (*File, error) {
	r := h.reading(ctx)
	_, result, all, err := matter(r, d)
	if err != nil {
		return nil, err
	}
	f := &File{Result: result, Digest: d, Acts: all, Signers: kernel.Signers(result, all), Due: result.Due(h.now())}
	if f.Text, err = text(r, result.Matter.Text); err != nil && !fail.Is(err, fail.Missing) {
		return nil, err
	}
	return f, nil
}

// Matters lists the matters this node knows, newest first.
func (h *Chamber) Matters(ctx context.Context, p staff.Person) ([]*File, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	return h.files(ctx)
}

func (h *Chamber) files(ctx context.Context) ([]*File, error) {
	var out []*File
	for _, d := range h.newest(ctx, kernel.Opened) {
		if d.err != nil {
			return nil, d.err
		}
		f, err := h.file(ctx, d.about)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

type found struct {
	about landbridge.Digest
	err   error
}

// newest lists what was begun by acts of a kind, newest first.
func (h *Chamber) newest(ctx context.Context, kind string) (out []found) {
	err := h.c.DB.Each(ctx, func(rows *sql.Rows) error {
		var s string
		if err := rows.Scan(&s); err != nil {
			return err
		}
		d, err := landbridge.ParseDigest(s)
		if !slices.ContainsFunc(out, func(f found) bool { return f.about == d }) {
			out = append(out, found{d, err})
		}
		return nil
	}, fmt.Sprintf(`SELECT about FROM decision_act WHERE kind = $1 ORDER BY made_us DESC, digest LIMIT %d`, MaxList), kind)
	if err != nil {
		return []found{{err: fmt.Errorf("listing: %w", err)}}
	}
	return out
}

// Draft returns a text under negotiation.
func (h *Chamber) Draft(ctx context.Context, p staff.Person, d landbridge.Digest) (*kernel.Draft, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	return draft(h.reading(ctx), d)
}

// Drafts lists the drafts this node knows by the acts that tabled them, newest first.
func (h *Chamber) Drafts(ctx context.Context, p staff.Person) ([]*kernel.Draft, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	var out []*kernel.Draft
	for _, f := range h.newest(ctx, kernel.Tabled) {
		if f.err != nil {
			return nil, f.err
		}
		d, err := draft(h.reading(ctx), f.about)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// Commitments returns every commitment this node knows, by due day. They are public.
func (h *Chamber) Commitments(ctx context.Context) ([]*kernel.Commitment, error) {
	all, err := acts(h.reading(ctx), `kind IN ($1, $2)`, kernel.Committed, kernel.Reported)
	return kernel.FoldCommitments(all), err
}

// FollowUp returns the commitments of which the follow-up of a year speaks,
// as it stands on a day ("2027-09-30"). It is public.
func (h *Chamber) FollowUp(ctx context.Context, today string) ([]*kernel.Commitment, error) {
	all, err := h.Commitments(ctx)
	return kernel.FollowUp(all, today), err
}

// Outcomes lists the adopted matters, newest first. They are public.
func (h *Chamber) Outcomes(ctx context.Context) ([]*File, error) {
	all, err := h.files(ctx)
	return slices.DeleteFunc(all, func(f *File) bool { return f.State != kernel.Adopted }), err
}

// Outcome returns an adopted matter. It is public; what was not adopted is not.
func (h *Chamber) Outcome(ctx context.Context, d landbridge.Digest) (*File, error) {
	f, err := h.file(ctx, d)
	if err == nil && f.State != kernel.Adopted {
		err = fail.New(fail.Missing, "there is no such outcome")
	}
	return f, err
}

// Proof returns what proves that this node had an act: the proof of inclusion
// (C2SP tlog-proof), the entry and its salt. It is given out for acts of
// adopted matters and of commitments.
func (h *Chamber) Proof(ctx context.Context, act landbridge.Digest) ([]byte, error) {
	var index int64 = -1
	var body []byte
	err := h.c.DB.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&index, &body) },
		`SELECT log_index, body FROM decision_act WHERE digest = $1`, act.String())
	if err != nil {
		return nil, fmt.Errorf("reading an act: %w", err)
	}
	if index < 0 {
		return nil, fail.New(fail.Missing, "this node knows no such act")
	}
	s, err := kernel.ParseSigned(body)
	if err != nil {
		return nil, err
	}
	if k := s.Act.Kind; k != kernel.Committed && k != kernel.Reported {
		if _, err := h.Outcome(ctx, s.Act.About()); err != nil {
			return nil, err
		}
	}
	proof, entry, err := h.c.Log.Prove(ctx, index)
	if err != nil {
		return nil, err
	}
	d, err := h.c.Log.Disclose(ctx, index)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Write(proof)
	b.WriteByte('\n')
	b.Write(entry)
	fmt.Fprintf(&b, "\nkind %s\nsalt %x\ndigest %s\n", d.Kind, d.Salt, d.Digest)
	return b.Bytes(), nil
}

// A Reminder is something of this party whose clock runs out.
type Reminder struct {
	Kind  string // matter, closing, outcome, milestone, commitment
	About landbridge.Digest
	Title string
	At    time.Time
	Over  bool
}

// Reminders lists what this party has to do by its clocks until a time, the
// most urgent first. It is computed; no reminder can be lost.
func (h *Chamber) Reminders(ctx context.Context, p staff.Person, until time.Time) ([]Reminder, error) {
	files, err := h.Matters(ctx, p)
	if err != nil {
		return nil, err
	}
	var out []Reminder
	add := func(kind string, about landbridge.Digest, title string, at time.Time) {
		if !at.After(until) {
			out = append(out, Reminder{kind, about, title, at, at.Before(h.now())})
		}
	}
	for _, f := range files {
		m := f.Matter
		i := slices.IndexFunc(f.Positions, func(x kernel.Position) bool { return x.Party == h.me })
		switch {
		case f.Due && m.Keeper == h.me:
			add("closing", f.Digest, m.Title, f.Closes)
		case f.State == kernel.Open && i >= 0 && f.Positions[i].Said == "" && !f.Due:
			add("matter", f.Digest, m.Title, f.Closes)
		case f.State == kernel.Counting && slices.Contains(f.Waiting, h.me):
			add("tally", f.Digest, m.Title, f.End)
		case f.State == kernel.Adopted && i >= 0 && f.Signers[h.me] == nil:
			add("outcome", f.Digest, m.Title, f.End)
		}
	}
	all, err := h.Commitments(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		h.remind(c, add)
	}
	slices.SortStableFunc(out, func(a, b Reminder) int { return a.At.Compare(b.At) })
	return out, nil
}

// remind adds what is open of one commitment of this party.
func (h *Chamber) remind(c *kernel.Commitment, add func(string, landbridge.Digest, string, time.Time)) {
	open := func(status string) bool { return status == kernel.Running || status == kernel.Late }
	today := h.now().Format(time.DateOnly)
	if c.Party != h.me || !open(c.Status(today)) {
		return
	}
	end := func(day string) time.Time {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return h.now() // checked when it was read
		}
		return t.Add(24 * time.Hour)
	}
	for _, m := range c.Promise.Milestones {
		if open(c.MilestoneStatus(m, today)) {
			add("milestone", c.Act, m.Title, end(m.Due))
		}
	}
	add("commitment", c.Act, c.Promise.Title, end(c.Promise.Due))
}

// Decided returns the adopted matter whose outcome or text has the digest, for
// those who rest on a decision, such as the method of an index. What was not
// adopted is refused as missing.
func (h *Chamber) Decided(ctx context.Context, digest landbridge.Digest) (*File, *kernel.Outcome, error) {
	all, err := h.Outcomes(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range all {
		o, err := kernel.OutcomeOf(f.Result)
		if err != nil {
			return nil, nil, err
		}
		if o.Digest() == digest || o.Text == digest {
			return f, o, nil
		}
	}
	return nil, nil, fail.New(fail.Missing, "nothing was adopted under %.16s…", digest)
}
