package decision

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example"
)

const matterForm = "landbridge-matter/1"

// How a matter is decided. The words stand in signed forms.
const (
	Consensus = "consensus" // enough delegations agree and none objects
	Silence   = "silence"   // nobody objects before the clock ends
	Vote      = "vote"      // one delegation, one voice, a stated majority
)

// Methods lists them.
func Methods() []string { return []string{Consensus, Silence, Vote} }

// What a decision is about. The words stand in signed forms.
const (
	AboutOutcome     = "outcome"      // a document of a conference
	AboutDevelopment = "development"  // of the forum
	AboutPlan        = "plan"         // a work plan
	AboutPosition    = "position"     // a position taken together
	AboutJointAction = "joint-action" // a joint action
	AboutMethodology = "methodology"  // of an index
	AboutProcedure   = "procedure"    // rules of the meeting itself
)

// Subjects lists them.
func Subjects() []string {
	return []string{AboutOutcome, AboutDevelopment, AboutPlan, AboutPosition, AboutJointAction, AboutMethodology, AboutProcedure}
}

// Bounds of the silence clock and its one extension.
const (
	MinSilence   = 24 * time.Hour
	MaxExtension = 60 * 24 * time.Hour
	maxRunning   = 366 * 24 * time.Hour
)

// Of what a majority is counted.
const (
	OfCast    = "cast"    // yes and no
	OfPresent = "present" // yes, no and abstentions
	OfAll     = "all"     // all delegations
)

// A Majority is the rule under which a vote is carried. Written "more than 1/2
// of cast" or "at least 2/3 of all".
type Majority struct {
	More     bool // more than the share; otherwise at least
	Num, Den int
	Of       string
}

// String returns the written form.
func (m Majority) String() string {
	if m == (Majority{}) {
		return ""
	}
	word := "at least"
	if m.More {
		word = "more than"
	}
	return fmt.Sprintf("%s %d/%d of %s", word, m.Num, m.Den, m.Of)
}

// ParseMajority reads the written form.
func ParseMajority(s string) (Majority, error) {
	bad := errors.New(`a majority is written like "more than 1/2 of cast" or "at least 2/3 of all"`)
	f := strings.Fields(s)
	if len(f) != 5 {
		return Majority{}, bad
	}
	num, den, _ := strings.Cut(f[2], "/")
	n, err := strconv.Atoi(num)
	d, err2 := strconv.Atoi(den)
	m := Majority{f[0] == "more", n, d, f[4]}
	if err != nil || err2 != nil || m.String() != s || m.check() != nil {
		return Majority{}, bad
	}
	return m, nil
}

func (m Majority) check() error {
	ok := m.Num >= 1 && m.Den >= 1 && m.Den <= 100 && (m.Num < m.Den || m.Num == m.Den && !m.More)
	if !ok || 2*m.Num < m.Den || !m.More && 2*m.Num == m.Den || !slices.Contains([]string{OfCast, OfPresent, OfAll}, m.Of) {
		return errors.New("a majority is more than a half at least, of the votes cast, of those present or of all")
	}
	return nil
}

// Met reports whether a vote is carried. A vote without a single yes never is.
func (m Majority) Met(yes, no, abstain, all int) bool {
	of := map[string]int{OfCast: yes + no, OfPresent: yes + no + abstain, OfAll: all}[m.Of]
	if yes == 0 || m.Den == 0 {
		return false
	}
	if m.More {
		return yes*m.Den > m.Num*of
	}
	return yes*m.Den >= m.Num*of
}

// A Matter is one question put to delegations, with the rules under which it is
// decided. Its digest stands in every act about it, so nobody can be shown
// other rules than the rest.
type Matter struct {
	ID          landbridge.ID
	Keeper      landbridge.PartyID // who opened it, and closes it
	Subject     string             // one of Subjects
	Title       string
	Text        landbridge.Digest // of the exact text decided on
	Session     string            // text id of an edition or session; empty: between conferences
	Follows     landbridge.Digest // the matter before it, such as the silence that was broken
	Method      string
	Opens       time.Time
	Closes      time.Time // when the clock ends, if it is not extended
	Delegations []landbridge.PartyID
	Quorum      int      // delegations whose voice must be heard; 0 for silence
	Majority    Majority // of a vote
	Proxies     int      // how many voices one delegation may carry for others
	Tellers     []landbridge.PartyID
}

// Secret reports whether votes are cast as ballots.
func (m *Matter) Secret() bool { return len(m.Tellers) > 0 }

// Encode returns the one form of the matter.
func (m *Matter) Encode() []byte {
	f := newForm(matterForm)
	f.put("id", string(m.ID))
	f.party("keeper", m.Keeper)
	f.put("subject", m.Subject)
	f.put("title", m.Title)
	f.digest("text", m.Text)
	f.put("session", m.Session)
	f.digest("follows", m.Follows)
	f.put("method", m.Method)
	f.time("opens", m.Opens)
	f.time("closes", m.Closes)
	f.party("delegation", m.Delegations...)
	f.put("quorum", number(m.Quorum))
	f.put("majority", m.Majority.String())
	f.put("proxies", number(m.Proxies))
	f.party("teller", m.Tellers...)
	return f.bytes()
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (c *cursor) number(key string) int {
	v := c.maybe(key)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > MaxDelegations {
		c.fail("%s is a number from 1 to %d", key, MaxDelegations)
	}
	return n
}

// ParseMatter reads a matter in its one form.
func ParseMatter(b []byte) (*Matter, error) {
	c, err := read(b, matterForm, MaxAct)
	if err != nil {
		return nil, fmt.Errorf("reading a matter: %w", err)
	}
	m := &Matter{ID: landbridge.ID(c.one("id")), Keeper: c.party("keeper"), Subject: c.one("subject"), Title: c.one("title"), Text: c.digest("text"),
		Session: c.maybe("session"), Follows: c.digest("follows"), Method: c.one("method"), Opens: c.time("opens"), Closes: c.time("closes"),
		Delegations: c.parties("delegation", MaxDelegations), Quorum: c.number("quorum")}
	if s := c.maybe("majority"); s != "" {
		if m.Majority, err = ParseMajority(s); err != nil {
			c.fail("%w", err)
		}
	}
	m.Proxies, m.Tellers = c.number("proxies"), c.parties("teller", MaxTellers)
	if err := c.end(b, m.Encode()); err != nil {
		return nil, fmt.Errorf("reading a matter: %w", err)
	}
	return m, m.Check()
}

// Check refuses rules that cannot decide anything fairly.
func (m *Matter) Check() error {
	if _, err := landbridge.ParseID(string(m.ID)); err != nil {
		return fmt.Errorf("the id of a matter: %w", err)
	}
	if _, err := landbridge.ParsePartyID(string(m.Keeper)); err != nil {
		return fmt.Errorf("who keeps a matter: %w", err)
	}
	if !slices.Contains(Subjects(), m.Subject) || !slices.Contains(Methods(), m.Method) {
		return fmt.Errorf("a matter is about one of %s, and decided by %s", strings.Join(Subjects(), ", "), strings.Join(Methods(), ", "))
	}
	if m.Title == "" || !plain(m.Title, maxLine, false) || m.Text.IsZero() {
		return fmt.Errorf("a matter has a title of 1 to %d bytes and names the text it decides on", maxLine)
	}
	if m.Session != "" && !landbridge.ValidName(m.Session, 2*maxID) {
		return errors.New("a session is named by its id")
	}
	if !micro(m.Opens) || !micro(m.Closes) || !m.Closes.After(m.Opens) || m.Closes.Sub(m.Opens) > maxRunning {
		return errors.New("a matter opens before it closes, to the microsecond in UTC, and runs a year at most")
	}
	if err := set(m.Delegations, 1, MaxDelegations); err != nil {
		return fmt.Errorf("the delegations: %w", err)
	}
	if m.Tellers != nil {
		if err := set(m.Tellers, 1, MaxTellers); err != nil {
			return fmt.Errorf("the tellers: %w", err)
		}
	}
	return m.rules()
}

// rules checks what each method needs.
func (m *Matter) rules() error {
	if m.Method == Silence {
		if m.Quorum != 0 || m.Majority != (Majority{}) || m.Proxies != 0 || m.Secret() {
			return errors.New("a silence procedure has a clock and nothing else: no quorum, majority, proxies or tellers")
		}
		if m.Closes.Sub(m.Opens) < MinSilence {
			return fmt.Errorf("a silence lasts %d hours at least, so that capitals can be asked", int(MinSilence/time.Hour))
		}
		return nil
	}
	if m.Quorum < 1 || m.Quorum > len(m.Delegations) {
		return errors.New("the quorum is a number of delegations from 1 to all")
	}
	if m.Proxies < 0 || m.Proxies >= MaxDelegations {
		return errors.New("a delegation carries a stated number of other voices")
	}
	if m.Method == Consensus {
		if m.Majority != (Majority{}) || m.Secret() {
			return errors.New("a consensus is open and has no majority")
		}
		return nil
	}
	return m.Majority.check()
}

func micro(t time.Time) bool {
	return !t.IsZero() && t.Year() >= 2000 && t.Year() <= 9000 && t.Location() == time.UTC && t.Equal(t.Truncate(time.Microsecond))
}

// set refuses a list of parties that is not sorted with each once.
func set(all []landbridge.PartyID, least, most int) error {
	if len(all) < least || len(all) > most {
		return fmt.Errorf("%d to %d parties are named", least, most)
	}
	for i, p := range all {
		if _, err := landbridge.ParsePartyID(string(p)); err != nil {
			return err
		}
		if i > 0 && all[i-1] >= p {
			return errors.New("parties stand by their codes, each once")
		}
	}
	return nil
}

// Digest names the matter in every act about it.
func (m *Matter) Digest() landbridge.Digest { return sum(domainMatter, m.Encode()) }
