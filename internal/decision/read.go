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
	Outcome *kernel.Outcome // nil: nothing was adopted
	Due     bool            // the clock ended and the keeper has not closed it
}

// Matter returns a matter as this node knows it.
func (h *Chamber) Matter(ctx context.Context, p staff.Person, d landbridge.Digest) (*File, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	return h.file(ctx, d)
}

func (h *Chamber) file(ctx context.Context, d landbridge.Digest) (*File, error) {
	n, err := h.count(ctx, d)
	if err != nil {
		return nil, err
	}
	return h.counted(ctx, found{d, n})
}

// counted returns a matter of which the number of acts is known. What it points
// at is shared by all who read it.
func (h *Chamber) counted(ctx context.Context, x found) (*File, error) {
	kept, err := recall(h.memory, h.memory.files, x.about, x.acts, func() (*File, bool, error) {
		r := h.reading(ctx)
		_, result, all, err := matter(r, x.about)
		if err != nil {
			return nil, false, err
		}
		f := &File{Result: result, Digest: x.about, Acts: all, Signers: kernel.Signers(result, all)}
		if f.Text, err = text(r, result.Matter.Text); err != nil && !fail.Is(err, fail.Missing) {
			return nil, false, err
		}
		if result.State == kernel.Adopted {
			if f.Outcome, err = kernel.OutcomeOf(result); err != nil {
				return nil, false, err
			}
		}
		return f, f.Text != nil, nil
	})
	if err != nil {
		return nil, err
	}
	f := *kept
	f.Due = f.Result.Due(h.now())
	return &f, nil
}

// Matters lists the matters this node knows, newest first.
func (h *Chamber) Matters(ctx context.Context, p staff.Person) ([]*File, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	return h.files(ctx)
}

func (h *Chamber) files(ctx context.Context) ([]*File, error) {
	all, err := h.newest(ctx, kernel.Opened)
	var out []*File
	for _, x := range all {
		f, err := h.counted(ctx, x)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, err
}

// Draft returns a text under negotiation.
func (h *Chamber) Draft(ctx context.Context, p staff.Person, d landbridge.Digest) (*kernel.Draft, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	n, err := h.count(ctx, d)
	if err != nil {
		return nil, err
	}
	return h.drafted(ctx, found{d, n})
}

func (h *Chamber) drafted(ctx context.Context, x found) (*kernel.Draft, error) {
	return recall(h.memory, h.memory.drafts, x.about, x.acts, func() (*kernel.Draft, bool, error) {
		d, err := draft(h.reading(ctx), x.about)
		return d, true, err
	})
}

// Drafts lists the drafts this node knows by the acts that tabled them, newest first.
func (h *Chamber) Drafts(ctx context.Context, p staff.Person) ([]*kernel.Draft, error) {
	if err := h.may(p, access.SeeDecisions); err != nil {
		return nil, err
	}
	all, err := h.newest(ctx, kernel.Tabled)
	var out []*kernel.Draft
	for _, x := range all {
		d, err := h.drafted(ctx, x)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, err
}

// promised selects commitments and the reports of those who made them. What
// others report counts for nothing and may bear any time, so it is not read:
// it would take the place of what counts.
const promised = `(kind = $1 OR kind = $2 AND EXISTS (
	SELECT 1 FROM decision_act c WHERE c.digest = decision_act.about AND c.kind = $1 AND c.party = decision_act.party))`

// Commitments returns every commitment this node knows, by due day. They are public.
func (h *Chamber) Commitments(ctx context.Context) ([]*kernel.Commitment, error) {
	var n int64
	err := h.c.DB.QueryRow(ctx, `SELECT count(*) FROM decision_act WHERE `+promised, kernel.Committed, kernel.Reported).Scan(&n)
	if err != nil {
		return nil, fmt.Errorf("counting commitments: %w", err)
	}
	m := h.memory
	m.mu.Lock()
	have := m.vows
	m.mu.Unlock()
	if have.acts != n {
		all, err := acts(h.reading(ctx), promised, kernel.Committed, kernel.Reported)
		if err != nil {
			return nil, err
		}
		have = folded[[]*kernel.Commitment]{n, kernel.FoldCommitments(all)}
		m.mu.Lock()
		m.vows = have
		m.mu.Unlock()
	}
	return slices.Clone(have.value), nil
}

// Commitment returns one commitment by the act that made it. It is public.
func (h *Chamber) Commitment(ctx context.Context, d landbridge.Digest) (*kernel.Commitment, error) {
	all, err := h.Commitments(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Act == d {
			return c, nil
		}
	}
	return nil, fail.New(fail.Missing, "there is no such commitment; the list shows those there are")
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
	Kind  string             // matter, closing, tally, outcome, milestone, commitment, task
	About landbridge.Digest  // the matter or the commitment
	In    landbridge.ID      // of a task: the meeting
	With  landbridge.PartyID // who keeps the matter or holds the meeting; empty for what this party promised
	Title string
	At    time.Time
	Over  bool
}

// Name names what the reminder is about.
func (r Reminder) Name() string {
	if r.In != "" {
		return string(r.In)
	}
	return r.About.String()
}

// Reminders lists what this party has to do by its clocks until a time, the
// most urgent first. It is computed; no reminder can be lost.
func (h *Chamber) Reminders(ctx context.Context, p staff.Person, until time.Time) ([]Reminder, error) {
	files, err := h.Matters(ctx, p)
	if err != nil {
		return nil, err
	}
	var out []Reminder
	add := func(r Reminder) {
		if r.Over = r.At.Before(h.now()); !r.At.After(until) {
			out = append(out, r)
		}
	}
	for _, f := range files {
		m := f.Matter
		i := slices.IndexFunc(f.Positions, func(x kernel.Position) bool { return x.Party == h.me })
		switch {
		case f.Due && m.Keeper == h.me:
			add(Reminder{Kind: "closing", About: f.Digest, With: m.Keeper, Title: m.Title, At: f.Closes})
		case f.State == kernel.Open && i >= 0 && f.Positions[i].Said == "" && !f.Due:
			add(Reminder{Kind: "matter", About: f.Digest, With: m.Keeper, Title: m.Title, At: f.Closes})
		case f.State == kernel.Counting && slices.Contains(f.Waiting, h.me):
			add(Reminder{Kind: "tally", About: f.Digest, With: m.Keeper, Title: m.Title, At: f.End})
		case f.State == kernel.Adopted && i >= 0 && f.Signers[h.me] == nil:
			add(Reminder{Kind: "outcome", About: f.Digest, With: m.Keeper, Title: m.Title, At: f.End})
		}
	}
	all, err := h.Commitments(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		h.remind(c, add)
	}
	tasks, err := h.tasks(ctx, until, all)
	if err != nil {
		return nil, err
	}
	out = append(out, tasks...)
	slices.SortStableFunc(out, func(a, b Reminder) int { return a.At.Compare(b.At) })
	return out, nil
}

// tasks returns the open action items of this party. One that became a
// commitment is reminded of as that.
func (h *Chamber) tasks(ctx context.Context, until time.Time, known []*kernel.Commitment) (out []Reminder, err error) {
	all, err := meetings(h.reading(ctx), `revision > 0`)
	for _, m := range all {
		for _, t := range m.Tasks {
			linked := slices.ContainsFunc(known, func(c *kernel.Commitment) bool { return c.Act == t.Commitment })
			if at := endOf(t.Due, h.now()); t.Party == h.me && t.Done == "" && !linked && !at.After(until) {
				out = append(out, Reminder{Kind: "task", In: m.ID, With: m.Host, Title: t.What, At: at, Over: at.Before(h.now())})
			}
		}
	}
	return out, err
}

// endOf returns the end of a day.
func endOf(day string, otherwise time.Time) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return otherwise // checked when it was read
	}
	return t.Add(24 * time.Hour)
}

// remind adds what is open of one commitment of this party.
func (h *Chamber) remind(c *kernel.Commitment, add func(Reminder)) {
	open := func(status string) bool { return status == kernel.Running || status == kernel.Late }
	today := h.now().Format(time.DateOnly)
	if c.Party != h.me || !open(c.Status(today)) {
		return
	}
	end := func(day string) time.Time { return endOf(day, h.now()) }
	for _, m := range c.Promise.Milestones {
		if open(c.MilestoneStatus(m, today)) {
			add(Reminder{Kind: "milestone", About: c.Act, Title: m.Title, At: end(m.Due)})
		}
	}
	add(Reminder{Kind: "commitment", About: c.Act, Title: c.Promise.Title, At: end(c.Promise.Due)})
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
		if f.Outcome.Digest() == digest || f.Outcome.Text == digest {
			return f, f.Outcome, nil
		}
	}
	return nil, nil, fail.New(fail.Missing, "nothing was adopted under %.16s…", digest)
}
