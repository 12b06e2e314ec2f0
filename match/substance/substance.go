// Package substance is the register of the schedules of the three United
// Nations drug conventions: the 1961 Schedules I to IV, the 1971 Schedules I to
// IV, the 1988 Tables I and II. Substances are found by name in any script, by
// synonym and by CAS number, with slips of the pen. It was built by hand from
// public texts; every row names its sources.
//
// Trust: it is trusted to say what its sources say, and to say how well each row
// was checked. It decides nothing: a substance that is not here may well be
// controlled. It holds no secret and reads no file, clock or network.
//
// Limits: it is not complete ([Register.Coverage] says how far it goes). It knows
// no chemistry: whether a substance falls under a class is a question to the
// legal text, which stands beside the substances it names, and to a chemist.
package substance

import "landbridge.example/match"

// A Check says how well the schedule of a row was checked.
type Check string

// The checks, the best first.
const (
	Checked   Check = "checked"   // two sources that were read agree
	Single    Check = "single"    // one source was read
	Unchecked Check = "unchecked" // from general knowledge; no source was read yet
)

// A Substance is one row of the register.
type Substance struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	INN       bool     `json:"inn,omitempty"`   // the name is the international non-proprietary name
	Names     []string `json:"names,omitempty"` // synonyms, and names in other scripts
	CAS       []string `json:"cas,omitempty"`
	CASSource string   `json:"cas_source,omitempty"` // empty: from general knowledge
	Chemical  string   `json:"chemical,omitempty"`   // the chemical name, as the source writes it
	Schedules []string `json:"schedules"`
	Sources   []string `json:"sources,omitempty"` // of the schedules
	Check     Check    `json:"check"`
	Note      string   `json:"note,omitempty"`
}

// A Schedule is one schedule or table of a convention.
type Schedule struct {
	Code       string `json:"code"` // such as 1961-I
	Convention string `json:"convention"`
	Name       string `json:"name"`
	What       string `json:"what"`        // drug, substance, precursor, preparation
	CompleteTo string `json:"complete_to"` // how far this register goes
}

// A Source is a text that was read for the register.
type Source struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Where string `json:"where"`
	Read  string `json:"read"`
}

// A Class is the legal text of one jurisdiction that controls a whole class of
// substances. It is kept as written and never computed.
type Class struct {
	ID           string   `json:"id"`
	Jurisdiction string   `json:"jurisdiction"`
	Title        string   `json:"title"`
	Since        string   `json:"since"`
	Language     string   `json:"language"`
	Text         string   `json:"text"`
	Source       string   `json:"source"`
	Beside       []string `json:"beside"` // the substances whose pages show it
}

// A Count says how far the register goes in one schedule.
type Count struct {
	Schedule  Schedule `json:"schedule"`
	All       int      `json:"all"`
	Checked   int      `json:"checked"`
	Single    int      `json:"single"`
	Unchecked int      `json:"unchecked"`
	WithCAS   int      `json:"with_cas"`
}

// A Register holds the rows and finds them. It never changes; any number of
// goroutines may use it.
type Register struct {
	substances []Substance
	schedules  []Schedule
	sources    []Source
	classes    []Class
	at         map[string]int   // id to its place
	cas        map[string][]int // number to places
	names      *match.Register
}

// Substances returns all rows in the order of their ids. They must not be changed.
func (r *Register) Substances() []Substance { return r.substances }

// Schedules returns the schedules in the order of the conventions.
func (r *Register) Schedules() []Schedule { return r.schedules }

// Sources returns what was read.
func (r *Register) Sources() []Source { return r.sources }

// Classes returns the texts that control whole classes.
func (r *Register) Classes() []Class { return r.classes }

// Substance returns one row.
func (r *Register) Substance(id string) (*Substance, bool) {
	i, ok := r.at[id]
	if !ok {
		return nil, false
	}
	return &r.substances[i], true
}

// Schedule returns one schedule by its code.
func (r *Register) Schedule(code string) (Schedule, bool) {
	for _, s := range r.schedules {
		if s.Code == code {
			return s, true
		}
	}
	return Schedule{}, false
}

// Source returns one source by its code.
func (r *Register) Source(code string) (Source, bool) {
	for _, s := range r.sources {
		if s.Code == code {
			return s, true
		}
	}
	return Source{}, false
}

// Beside returns the class-wide texts that name a substance.
func (r *Register) Beside(id string) (all []Class) {
	for _, c := range r.classes {
		for _, b := range c.Beside {
			if b == id {
				all = append(all, c)
			}
		}
	}
	return all
}

// In returns the rows of one schedule.
func (r *Register) In(code string) (all []*Substance) {
	for i := range r.substances {
		for _, c := range r.substances[i].Schedules {
			if c == code {
				all = append(all, &r.substances[i])
			}
		}
	}
	return all
}

// Coverage says, for every schedule, how many rows there are and how well they
// were checked.
func (r *Register) Coverage() []Count {
	all := make([]Count, 0, len(r.schedules))
	for _, s := range r.schedules {
		c := Count{Schedule: s}
		for _, row := range r.In(s.Code) {
			c.All++
			switch row.Check {
			case Checked:
				c.Checked++
			case Single:
				c.Single++
			default:
				c.Unchecked++
			}
			if len(row.CAS) > 0 {
				c.WithCAS++
			}
		}
		all = append(all, c)
	}
	return all
}
