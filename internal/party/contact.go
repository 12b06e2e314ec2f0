package party

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a node must know a far party's hours also on a machine without zone files; about 450 kB

	"landbridge.example"
	"landbridge.example/internal/fail"
)

// A Watch is a span of the week in which somebody is there. One that ends
// before it begins runs past midnight.
type Watch struct {
	Days []string `yaml:"days,flow" json:"days"` // mon, tue, … sun
	From string   `yaml:"from" json:"from"`      // 08:00
	To   string   `yaml:"to" json:"to"`          // 17:30; 24:00 is the end of the day
}

// A Channel is one way to reach a contact point beside its phone and email.
type Channel struct {
	Kind  string `yaml:"kind" json:"kind"` // one of [ChannelKinds]
	Value string `yaml:"value" json:"value"`
	Note  string `yaml:"note,omitempty" json:"note,omitempty"`
}

// A Power says what a contact point may do under a process or about a measure
// of its state: send, receive, decide, execute.
type Power struct {
	Process string   `yaml:"process" json:"process"`
	Measure string   `yaml:"measure,omitempty" json:"measure,omitempty"` // in words, where only one measure is meant
	May     []string `yaml:"may,flow" json:"may"`
}

// Functions lists what a contact point is. The directors' liaison is the office
// of the Director of International Cooperation.
func Functions() []string {
	return []string{"national_unit", "directors_liaison", "duty_desk", "central_authority", "liaison_office", "technical_desk", "data_protection",
		"mechanism_desk", "other"}
}

// ChannelKinds lists the ways in which a contact point is reached.
func ChannelKinds() []string {
	return []string{"hotline", "phone", "fax", "email", "video", "radio", "url"}
}

// May lists what a power allows.
func May() []string { return []string{"send", "receive", "decide", "execute"} }

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts

// extended reports whether the contact point says something that came with record/v2.
func (c Contact) extended() bool {
	return c.Function != "" || c.Person != "" || c.Zone != "" || len(c.Duty)+len(c.Channels)+len(c.Powers) > 0
}

// extended reports whether the record needs form v2.
func (r *Record) extended() bool { return slices.ContainsFunc(r.Contacts, Contact.extended) }

func (c Contact) checkOffice() error {
	if c.Function != "" && !slices.Contains(Functions(), c.Function) {
		return fail.New(fail.Invalid, "function is one of %s", strings.Join(Functions(), ", "))
	}
	if max(len(c.Duty), len(c.Channels), len(c.Powers)) > maxList || len(c.Person) > maxText {
		return fail.New(fail.TooLarge, "at most %d watches, channels and powers", maxList)
	}
	if _, err := c.location(); err != nil || len(c.Duty) > 0 && c.Zone == "" {
		return fail.New(fail.Invalid, "zone is the IANA name of a time zone, such as Asia/Shanghai, and stands wherever duty does")
	}
	for _, w := range c.Duty {
		if err := w.check(); err != nil {
			return err
		}
	}
	for _, ch := range c.Channels {
		bad := strings.TrimSpace(ch.Value) == "" || len(ch.Value)+len(ch.Note) > maxText || strings.ContainsAny(ch.Value, "\r\n")
		if !slices.Contains(ChannelKinds(), ch.Kind) || bad {
			return fail.New(fail.Invalid, "a channel is one of %s, with its number or address on one line", strings.Join(ChannelKinds(), ", "))
		}
	}
	for _, p := range c.Powers {
		bad := slices.ContainsFunc(p.May, func(m string) bool { return !slices.Contains(May(), m) })
		if !landbridge.ValidName(p.Process, landbridge.MaxProcessID) || len(p.May) == 0 || bad || len(p.Measure) > maxText {
			return fail.New(fail.Invalid, "a power names its process and what may be done: %s", strings.Join(May(), ", "))
		}
	}
	return nil
}

func (w Watch) check() error {
	from, okFrom := minutes(w.From)
	to, okTo := minutes(w.To)
	bad := slices.ContainsFunc(w.Days, func(d string) bool { return !slices.Contains(weekdays, d) })
	if len(w.Days) == 0 || bad || !okFrom || !okTo || from == 24*60 || from == to {
		return fail.New(fail.Invalid, "duty has days (mon to sun) and from and to as 08:00 and 17:30")
	}
	return nil
}

// minutes reads 08:30 as minutes since midnight.
func minutes(s string) (int, bool) {
	var h, m int
	if n, err := fmt.Sscanf(s, "%02d:%02d", &h, &m); n != 2 || err != nil || s != fmt.Sprintf("%02d:%02d", h, m) {
		return 0, false
	}
	return h*60 + m, h >= 0 && m >= 0 && m < 60 && (h < 24 || h == 24 && m == 0)
}

// location returns the contact point's time zone, UTC when it names none.
// "Local" would be the reader's machine and is refused.
func (c Contact) location() (*time.Location, error) {
	if c.Zone == "Local" {
		return nil, fail.New(fail.Invalid, "Local is no time zone of a record")
	}
	return time.LoadLocation(c.Zone)
}

// Always reports whether somebody is there day and night.
func (c Contact) Always() bool { return strings.TrimSpace(c.Hours) == "24/7" }

// A Presence says whether somebody is on duty at a contact point.
type Presence struct {
	Known bool      // the record says when somebody is there
	Now   bool      // somebody is there now
	Until time.Time // the watch ends, or the next begins; zero: day and night, or not within a week
	Local time.Time // the time there
}

// Present computes from the contact point's own hours and time zone whether
// somebody is there at the given moment. Holidays are not in it.
func (c Contact) Present(at time.Time) Presence {
	zone, err := c.location()
	if err != nil { // the zone of an old record may have gone from the world
		return Presence{}
	}
	p := Presence{Local: at.In(zone)}
	if c.Zone == "" {
		p.Local = time.Time{}
	}
	switch {
	case c.Always():
		p.Known, p.Now = true, true
		return p
	case len(c.Duty) == 0:
		return p
	}
	p.Known = true
	spans := c.spans(at, zone)
	for _, s := range spans {
		if !s[0].After(at) && s[1].After(at) {
			p.Now = true
			if p.Until.Before(s[1]) {
				p.Until = s[1]
			}
		}
	}
	if p.Now {
		return p
	}
	for _, s := range spans {
		if s[0].After(at) && (p.Until.IsZero() || s[0].Before(p.Until)) {
			p.Until = s[0]
		}
	}
	return p
}

// spans lists the watches from the day before at to a week after it. Watches
// that meet are one.
func (c Contact) spans(at time.Time, zone *time.Location) [][2]time.Time {
	var all [][2]time.Time
	y, m, d := at.In(zone).Date()
	for k := -1; k <= 8; k++ {
		day := weekdays[time.Date(y, m, d+k, 12, 0, 0, 0, zone).Weekday()]
		for _, w := range c.Duty {
			if !slices.Contains(w.Days, day) {
				continue
			}
			from, _ := minutes(w.From) // checked when the record was read
			to, _ := minutes(w.To)
			if to <= from {
				to += 24 * 60
			}
			all = append(all, [2]time.Time{time.Date(y, m, d+k, 0, from, 0, 0, zone), time.Date(y, m, d+k, 0, to, 0, 0, zone)})
		}
	}
	slices.SortFunc(all, func(a, b [2]time.Time) int { return a[0].Compare(b[0]) })
	var joined [][2]time.Time
	for _, s := range all {
		if n := len(joined); n > 0 && !s[0].After(joined[n-1][1]) {
			if s[1].After(joined[n-1][1]) {
				joined[n-1][1] = s[1]
			}
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// A Desk is one contact point with whose it is.
type Desk struct {
	Party landbridge.PartyID
	Name  Text // of the party
	Date  time.Time
	Contact
}

// Desks lists the contact points of every party in good standing, in the order
// of the parties.
func (v *View) Desks() []Desk {
	var all []Desk
	for _, l := range v.All() {
		if l.Suspended {
			continue
		}
		for _, c := range l.Record.Contacts {
			all = append(all, Desk{l.Party, l.Record.Name, l.Record.Date, c})
		}
	}
	return all
}

// Serves reports whether the contact point works under the process: it names it
// among its processes or powers, or names none at all.
func (c Contact) Serves(process string) bool {
	return len(c.Processes)+len(c.Powers) == 0 || slices.Contains(c.Processes, process) ||
		slices.ContainsFunc(c.Powers, func(p Power) bool { return p.Process == process })
}
