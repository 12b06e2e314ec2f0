package decision

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"landbridge.example"
)

const (
	commitmentForm = "landbridge-commitment/1"
	reportForm     = "landbridge-report/1"
	day            = "2006-01-02"
	maxMilestones  = 40
	maxEvidence    = 40
)

// Where a commitment stands. The first three are what its party reports.
const (
	Running  = "running"
	Kept     = "kept"
	Abandon  = "dropped"
	KeptLate = "kept-late"
	Late     = "late"
)

// A Milestone is a step on the way to a commitment.
type Milestone struct {
	ID, Due, Title string
}

// A Promise is what a party commits itself to.
type Promise struct {
	Title      string
	What       string
	Due        string // the day by which
	Indicator  string // by what one sees that it is kept
	Target     string
	Session    string // edition or session where it was made
	Milestones []Milestone
}

// Evidence is what shows that a report is true: an address, or the digest of a
// file that the party gives out.
type Evidence struct {
	Ref, Title string
}

// A Report is what a party says about its own commitment.
type Report struct {
	State     string // running, kept, dropped
	Day       string // of which it speaks
	Milestone string // if it speaks of one alone
	Value     string // of the indicator
	Text      string // what was done; why it was dropped
	Evidence  []Evidence
}

// Encode returns the one form of the promise.
func (p *Promise) Encode() []byte {
	f := newForm(commitmentForm)
	f.put("title", p.Title)
	f.put("what", p.What)
	f.put("due", p.Due)
	f.put("indicator", p.Indicator)
	f.put("target", p.Target)
	f.put("session", p.Session)
	for _, m := range p.Milestones {
		f.put("milestone", m.ID+" "+m.Due+" "+m.Title)
	}
	return f.bytes()
}

// ParseCommitment reads a promise in its one form.
func ParseCommitment(b []byte) (*Promise, error) {
	c, err := read(b, commitmentForm, MaxAmendment)
	if err != nil {
		return nil, fmt.Errorf("reading a commitment: %w", err)
	}
	p := &Promise{Title: c.one("title"), What: c.one("what"), Due: c.one("due"), Indicator: c.one("indicator"),
		Target: c.maybe("target"), Session: c.maybe("session")}
	for _, line := range c.all("milestone", maxMilestones) {
		id, rest, _ := strings.Cut(line, " ")
		due, title, _ := strings.Cut(rest, " ")
		p.Milestones = append(p.Milestones, Milestone{id, due, title})
	}
	if err := c.end(b, p.Encode()); err != nil {
		return nil, fmt.Errorf("reading a commitment: %w", err)
	}
	return p, p.Check()
}

// Check refuses a promise that nobody could follow up.
func (p *Promise) Check() error {
	if p.Title == "" || p.What == "" || p.Indicator == "" || !plain(p.Title, maxLine, false) || !plain(p.What, maxNote, true) ||
		!plain(p.Indicator, maxNote, false) ||
		!plain(p.Target, maxLine, false) {
		return errors.New("a commitment has a title, says what is done, and by what one sees that it is kept")
	}
	if !isDay(p.Due) || p.Session != "" && !landbridge.ValidName(p.Session, 2*maxID) || len(p.Milestones) > maxMilestones {
		return errors.New("a commitment has a day by which it is kept, such as 2027-09-30")
	}
	seen := map[string]bool{}
	for _, m := range p.Milestones {
		if !landbridge.ValidName(m.ID, maxID) || !isDay(m.Due) || m.Due > p.Due || m.Title == "" || !plain(m.Title, maxLine, false) || seen[m.ID] {
			return errors.New("a milestone has an id of its own, a title, and a day no later than that of the commitment")
		}
		seen[m.ID] = true
	}
	return nil
}

func isDay(s string) bool {
	t, err := time.Parse(day, s)
	return err == nil && t.Year() >= 2000 && t.Year() <= 9000
}

// Encode returns the one form of the report.
func (r *Report) Encode() []byte {
	f := newForm(reportForm)
	f.put("state", r.State)
	f.put("day", r.Day)
	f.put("milestone", r.Milestone)
	f.put("value", r.Value)
	f.put("text", r.Text)
	for _, e := range r.Evidence {
		f.put("evidence", e.Ref+" "+e.Title)
	}
	return f.bytes()
}

// ParseReport reads a report in its one form.
func ParseReport(b []byte) (*Report, error) {
	c, err := read(b, reportForm, MaxAmendment)
	if err != nil {
		return nil, fmt.Errorf("reading a report: %w", err)
	}
	r := &Report{State: c.one("state"), Day: c.one("day"), Milestone: c.maybe("milestone"), Value: c.maybe("value"), Text: c.one("text")}
	for _, line := range c.all("evidence", maxEvidence) {
		ref, title, _ := strings.Cut(line, " ")
		r.Evidence = append(r.Evidence, Evidence{ref, title})
	}
	if err := c.end(b, r.Encode()); err != nil {
		return nil, fmt.Errorf("reading a report: %w", err)
	}
	return r, r.Check()
}

// Check refuses a report that says nothing, or shows what is no evidence.
func (r *Report) Check() error {
	if !slices.Contains([]string{Running, Kept, Abandon}, r.State) || !isDay(r.Day) || r.Text == "" {
		return errors.New("a report says running, kept or dropped, on which day, and what was done or why not")
	}
	if !plain(r.Text, maxNote, true) || !plain(r.Value, maxLine, false) || r.Milestone != "" && !landbridge.ValidName(r.Milestone, maxID) {
		return fmt.Errorf("the text of a report has at most %d bytes", maxNote)
	}
	for _, e := range r.Evidence {
		_, err := landbridge.ParseDigest(e.Ref)
		if err != nil && !strings.HasPrefix(e.Ref, "https://") || len(e.Ref) > 4*maxLine || e.Title == "" || !plain(e.Title, maxLine, false) {
			return errors.New("evidence is an https address or the digest of a file, and a title")
		}
	}
	return nil
}

// A Given is one report as it was made.
type Given struct {
	*Report
	Act landbridge.Digest
	At  time.Time
}

// A Commitment is a promise with what its party reported on it.
type Commitment struct {
	Act     landbridge.Digest // that made it
	Party   landbridge.PartyID
	At      time.Time
	Matter  landbridge.Digest // from which it follows; zero: none
	Promise *Promise
	Reports []Given // oldest first
}

// FoldCommitments returns the commitments in a set of acts, by their due day,
// party and act. Only the party that made a commitment reports on it.
func FoldCommitments(acts []*Act) []*Commitment {
	var out []*Commitment
	find := map[landbridge.Digest]*Commitment{}
	all := sorted(acts)
	for _, a := range all {
		if a.Kind != Committed {
			continue
		}
		if p, err := ParseCommitment([]byte(a.Body)); err == nil {
			find[a.digest] = &Commitment{Act: a.digest, Party: a.Party, At: a.Made, Matter: a.Matter, Promise: p}
			out = append(out, find[a.digest])
		}
	}
	for _, a := range all {
		c := find[a.Of]
		if a.Kind != Reported || c == nil || c.Party != a.Party || a.Made.Before(c.At) {
			continue
		}
		if r, err := ParseReport([]byte(a.Body)); err == nil && (r.Milestone == "" || c.has(r.Milestone)) {
			c.Reports = append(c.Reports, Given{r, a.digest, a.Made})
		}
	}
	slices.SortStableFunc(out, func(a, b *Commitment) int {
		return strings.Compare(a.Promise.Due+" "+string(a.Party), b.Promise.Due+" "+string(b.Party))
	})
	return out
}

func (c *Commitment) has(milestone string) bool {
	return slices.ContainsFunc(c.Promise.Milestones, func(m Milestone) bool { return m.ID == milestone })
}

// Last returns the last report on the whole, or on one milestone; nil: none was made.
func (c *Commitment) Last(milestone string) *Given {
	for i := len(c.Reports) - 1; i >= 0; i-- {
		if c.Reports[i].Milestone == milestone {
			return &c.Reports[i]
		}
	}
	return nil
}

// Status says where the commitment stands on a day ("2027-09-30").
func (c *Commitment) Status(today string) string { return status(c.Last(""), c.Promise.Due, today) }

// MilestoneStatus says where one milestone stands on a day.
func (c *Commitment) MilestoneStatus(m Milestone, today string) string {
	return status(c.Last(m.ID), m.Due, today)
}

func status(last *Given, due, today string) string {
	switch {
	case last != nil && last.State == Abandon:
		return Abandon
	case last != nil && last.State == Kept && last.Day > due:
		return KeptLate
	case last != nil && last.State == Kept:
		return Kept
	case today > due:
		return Late
	}
	return Running
}

// FollowUp returns the commitments of which a yearly follow-up speaks on a day:
// those due in that year, and older ones that were neither kept nor dropped
// before it began.
func FollowUp(all []*Commitment, today string) []*Commitment {
	if !isDay(today) {
		return nil
	}
	year := today[:4]
	var out []*Commitment
	for _, c := range all {
		last := c.Last("")
		done := last != nil && last.State != Running && last.Day[:4] < year
		if c.Promise.Due[:4] == year || c.Promise.Due[:4] < year && !done {
			out = append(out, c)
		}
	}
	return out
}
