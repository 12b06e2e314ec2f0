package agreement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/party"
)

// A Query asks for the legal profile of a request from one party to another.
type Query struct {
	From, To  landbridge.PartyID
	Process   string
	Day       Day
	Published *party.Profile // what the requested party asks for in its record; nil: nothing is published
}

// A Standing is one instrument between two parties, and whether it counts.
type Standing struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Counts   bool     `json:"counts"`
	Why      string   `json:"why,omitempty"`   // why it does not count: void, not_yet, ended, denounced, precluded, other_process
	Since    Day      `json:"since,omitempty"` // in force between the two
	Articles []string `json:"articles,omitempty"`
}

// A Basis is the legal profile of (from, to, process) on one day: what may be
// asked, how, and by which article. It is nil-safe to read: without instruments
// Lacking says why there is no profile.
type Basis struct {
	From        landbridge.PartyID `json:"from"`
	To          landbridge.PartyID `json:"to"`
	Process     string             `json:"process"`
	Day         Day                `json:"day"`
	Instruments []Standing         `json:"instruments"`
	Rules       Rules              `json:"rules"`
	Lacking     string             `json:"lacking,omitempty"` // empty: there is a profile
	Reason      string             `json:"reason,omitempty"`  // none, not_covered, no_transfer: the same as a word
}

// OK reports whether a process may start on this basis.
func (b *Basis) OK() bool { return b.Lacking == "" }

// Transfer returns the basis on which personal data may cross the border (S17).
func (b *Basis) Transfer() string { return b.Rules.Word("transfer") }

// Build merges the terms of the instruments that are in force between the two
// parties on the day, and what the requested party publishes. It is pure, and
// the order of the instruments does not matter.
func Build(all []*Instrument, q Query) *Basis {
	b := &Basis{From: q.From, To: q.To, Process: q.Process, Day: q.Day, Rules: Rules{}, Instruments: []Standing{}}
	for _, i := range all {
		st, rules := i.between(q)
		if st == nil {
			continue
		}
		b.Instruments = append(b.Instruments, *st)
		if st.Counts {
			b.Rules = Strictest(b.Rules, rules)
		}
	}
	slices.SortFunc(b.Instruments, func(x, y Standing) int { return strings.Compare(x.ID, y.ID) })
	b.judge(q)
	if q.Published != nil {
		b.Rules = Strictest(b.Rules, Published(q.To, *q.Published))
	}
	return b
}

// judge says why there is no profile, if there is none.
func (b *Basis) judge(q Query) {
	var counts, force []string
	for _, s := range b.Instruments {
		switch {
		case s.Counts:
			counts = append(counts, s.Title)
		case s.Why == "other_process":
			force = append(force, s.Title)
		}
	}
	pair := fmt.Sprintf("%s and %s", q.From, q.To)
	switch {
	case len(counts) > 0 && b.Transfer() != "":
		return
	case len(counts) > 0: // S17
		b.Reason = "no_transfer"
		b.Lacking = fmt.Sprintf("%s covers %s between %s, but no article in force says on which basis personal data may be transferred; enter it as data_transfer",
			strings.Join(counts, ", "), q.Process, pair)
	case len(force) > 0:
		b.Reason = "not_covered"
		b.Lacking = fmt.Sprintf("what is in force between %s on %s (%s) does not cover %s", pair, q.Day, strings.Join(force, ", "), q.Process)
	default:
		b.Reason = "none"
		b.Lacking = fmt.Sprintf("no instrument is in force between %s on %s%s", pair, q.Day, b.almost())
	}
}

// almost names the instruments that would count but for a date.
func (b *Basis) almost() string {
	var all []string
	for _, s := range b.Instruments {
		all = append(all, s.Title+": "+strings.ReplaceAll(s.Why, "_", " "))
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, "; ") + ")"
}

// since returns the first day on which the instrument binds the member; empty
// when there is none.
func (i *Instrument) since(m Member) Day {
	d := m.InForce
	if d == "" && i.Kind == Bilateral {
		d = i.InForce
	}
	if i.InForce == "" || d == "" {
		return ""
	}
	return max(d, i.InForce)
}

// between says how the instrument stands between the two parties of q on its
// day, and what it asks for. It returns nil when they are not both members.
func (i *Instrument) between(q Query) (*Standing, Rules) {
	a, okA := i.Member(q.From)
	b, okB := i.Member(q.To)
	if !okA || !okB || q.From == q.To {
		return nil, nil
	}
	st := &Standing{ID: i.ID, Title: i.Label(), Since: max(i.since(*a), i.since(*b))}
	switch {
	case i.Void != "":
		st.Why = "void"
	case i.since(*a) == "" || i.since(*b) == "" || st.Since > q.Day:
		st.Why = "not_yet"
	case i.Ended != "" && i.Ended <= q.Day:
		st.Why = "ended"
	case a.Denounced != "" && a.Denounced <= q.Day || b.Denounced != "" && b.Denounced <= q.Day:
		st.Why = "denounced"
	case precludes(a, b, q.Day) || precludes(b, a, q.Day):
		st.Why = "precluded"
	}
	if st.Why != "" {
		return st, nil
	}
	rules := Rules{}
	for k := range i.Terms {
		if t := &i.Terms[k]; t.Process == q.Process {
			st.Articles = append(st.Articles, t.Article)
			rules = Strictest(rules, t.rules(Source{Instrument: i.ID, Title: i.Label(), Article: t.Article, Kind: fromArticle}))
		}
	}
	slices.SortFunc(st.Articles, byNumber)
	if len(st.Articles) == 0 {
		st.Why = "other_process"
		return st, nil
	}
	st.Counts = true
	for _, m := range []*Member{a, b} {
		rules = Strictest(rules, i.added(m, q))
	}
	return st, rules
}

// byNumber orders articles as people count: 3, 5, 12, 12 bis.
func byNumber(a, b string) int {
	number := func(s string) (n int) {
		for _, c := range []byte(s) {
			if c < '0' || c > '9' || n > 1_000_000 {
				break
			}
			n = 10*n + int(c-'0')
		}
		return n
	}
	return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a, b))
}

// added returns what a member's reservations and declarations change on the day.
func (i *Instrument) added(m *Member, q Query) Rules {
	rules := Rules{}
	for _, r := range m.Reservations {
		if r.Made > q.Day || r.Withdrawn != "" && r.Withdrawn <= q.Day {
			continue
		}
		for k := range r.Terms {
			if t := &r.Terms[k]; t.Process == q.Process {
				rules = Strictest(rules, t.rules(Source{Instrument: i.ID, Title: i.Label(), Article: t.Article, Party: m.Party, Kind: r.Kind}))
			}
		}
	}
	return rules
}

// precludes reports whether a objected to b's consent in a way that keeps the
// instrument from binding the two.
func precludes(a, b *Member, day Day) bool {
	return slices.ContainsFunc(a.Reservations, func(r Reservation) bool {
		return r.Precludes && r.Against == b.Party && r.Made <= day && (r.Withdrawn == "" || r.Withdrawn > day)
	})
}

// Status says how an instrument stands on a day: void, signed, in_force, ended.
func (i *Instrument) Status(day Day) string {
	switch {
	case i.Void != "":
		return "void"
	case i.Ended != "" && i.Ended <= day:
		return "ended"
	case i.InForce != "" && i.InForce <= day:
		return "in_force"
	}
	return "signed"
}

// Statuses lists the words of Status.
func Statuses() []string { return []string{"in_force", "signed", "ended", "void"} }
