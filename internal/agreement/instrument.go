package agreement

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
)

// A Day is a date as instruments bear it: 2006-01-02. Empty is no date. Days
// compare as text.
type Day string

// DayOf returns the day of a moment, in UTC.
func DayOf(t time.Time) Day { return Day(t.UTC().Format(time.DateOnly)) }

func (d Day) check() bool {
	t, err := time.Parse(time.DateOnly, string(d))
	return err == nil && t.Year() >= 1600 && t.Year() < 2400
}

// The kinds of instrument. Append, never rename.
const (
	Bilateral    = "bilateral"
	Multilateral = "multilateral"
)

// Kinds lists the kinds of instrument.
func Kinds() []string { return []string{Bilateral, Multilateral} }

// Subjects lists what instruments are about.
func Subjects() []string {
	return []string{"police", "mutual-assistance", "extradition", "transfer-of-persons", "assets", "data-protection", "organised-crime", "corruption",
		"drugs", "terrorism", "cybercrime", "migration", "border", "human-rights", "consular", "training", "transport", "general"}
}

// An Instrument is one treaty, agreement or arrangement as this node holds it.
type Instrument struct {
	ID           string     `json:"id"` // xa-xb-police-2019
	Kind         string     `json:"kind"`
	Title        party.Text `json:"title"`
	Short        string     `json:"short,omitempty"` // UNTOC
	Subjects     []string   `json:"subjects"`
	Adopted      Day        `json:"adopted,omitempty"`
	Place        string     `json:"place,omitempty"`
	InForce      Day        `json:"in_force,omitempty"`
	Ended        Day        `json:"ended,omitempty"` // the first day on which it is not in force any more
	Registration string     `json:"registration,omitempty"`
	Depositary   string     `json:"depositary,omitempty"`
	Members      []Member   `json:"parties"`
	Articles     []Article  `json:"articles"`
	Texts        []Text     `json:"texts"`
	Terms        []Term     `json:"terms"`

	// What follows is this node's own word and is not compared with others.
	Void       string `json:"void,omitempty"`       // why the entry does not count: entered by mistake, replaced
	Confidence string `json:"confidence,omitempty"` // read, memory, default
	Source     string `json:"source,omitempty"`
	Note       string `json:"note,omitempty"`
}

// A Member is one party of an instrument and its dates.
type Member struct {
	Party        landbridge.PartyID `json:"party"`
	Signed       Day                `json:"signed,omitempty"`
	Ratified     Day                `json:"ratified,omitempty"`  // or acceded
	InForce      Day                `json:"in_force,omitempty"`  // for this party; a bilateral one has one date for both
	Denounced    Day                `json:"denounced,omitempty"` // the first day on which it does not bind the party any more
	Reservations []Reservation      `json:"reservations,omitempty"`
}

// The kinds of what a party adds to its consent.
const (
	ReservationKind = "reservation"
	DeclarationKind = "declaration"
	ObjectionKind   = "objection"
)

// A Reservation is a party's reservation, declaration, or objection to
// another's reservation.
type Reservation struct {
	Kind      string             `json:"kind"`
	Article   string             `json:"article,omitempty"`
	Made      Day                `json:"made,omitempty"`
	Withdrawn Day                `json:"withdrawn,omitempty"`
	Against   landbridge.PartyID `json:"against,omitempty"`   // of an objection
	Precludes bool               `json:"precludes,omitempty"` // of an objection: the instrument does not enter into force between the two
	Text      string             `json:"text"`
	Terms     []Term             `json:"terms,omitempty"` // what it changes; it can only make a profile stricter
}

// An Article is one article, as far as it is cited.
type Article struct {
	Number  string `json:"number"`
	Heading string `json:"heading"`
	Text    string `json:"text,omitempty"`
}

// A Text is the instrument in one language: an authentic text, or a translation
// that names the language of its original.
type Text struct {
	Language  string `json:"language"`
	Authentic bool   `json:"authentic"`
	Of        string `json:"translation_of,omitempty"`
	By        string `json:"translated_by,omitempty"`
	Body      string `json:"body"`
}

// A Term is what one article says about one process. A process that no term
// names is not covered. Zero values say nothing.
type Term struct {
	Process    string     `json:"process"`
	Article    string     `json:"article"`
	Channels   []string   `json:"channels,omitempty"`
	Languages  []string   `json:"languages,omitempty"`
	Required   []string   `json:"required,omitempty"`          // names of fields
	Excluded   []string   `json:"excluded_offences,omitempty"` // codes of offences
	Assurances []string   `json:"assurances,omitempty"`        // that are asked for
	Deadlines  []Deadline `json:"deadlines,omitempty"`
	MinPenalty int        `json:"min_penalty_months,omitempty"`
	MinLeft    int        `json:"min_remaining_months,omitempty"` // of a sentence to be served
	MaxPersons int        `json:"max_persons,omitempty"`
	Retention  int        `json:"retention_days,omitempty"`
	Arrest     int        `json:"provisional_arrest_days,omitempty"`
	Dual       string     `json:"dual_criminality,omitempty"` // not_required, listed, required
	Death      string     `json:"death_penalty,omitempty"`    // assurance, refuse
	Nationals  string     `json:"own_nationals,omitempty"`    // surrendered, may_refuse, refused
	Transfer   string     `json:"data_transfer,omitempty"`    // adequacy, safeguards, derogation
	Specialty  bool       `json:"specialty,omitempty"`
	Note       string     `json:"note,omitempty"`
}

// A Deadline bounds one clock of a process.
type Deadline struct {
	Clock string `json:"clock"`
	Hours int    `json:"hours"`
}

// Channels lists the ways an instrument may allow.
func Channels() []string {
	return []string{"contact_points", "central_authorities", "courts", "diplomatic", "liaison_officers", "interpol"}
}

// Assurances lists the promises an instrument may ask for.
func Assurances() []string {
	return []string{"no_death_penalty", "death_penalty_not_carried_out", "reducible_life_sentence", "detention_conditions", "retrial", "specialty",
		"no_onward_extradition", "consular_visits", "no_evidence_use", "return_of_person"}
}

// Ranks lists the words of a ranked value, the mildest first.
func Ranks(aspect string) []string {
	switch aspect {
	case "dual":
		return []string{"not_required", "listed", "required"}
	case "death":
		return []string{"assurance", "refuse"}
	case "nationals":
		return []string{"surrendered", "may_refuse", "refused"}
	case "transfer":
		return []string{"adequacy", "safeguards", "derogation"}
	}
	return nil
}

// Name returns the title in the first of the languages it has.
func (i *Instrument) Name(langs ...string) string { return i.Title.In(langs...) }

// Label returns what an instrument is called in a sentence.
func (i *Instrument) Label() string {
	if i.Short != "" {
		return i.Short
	}
	return i.Title.In("en")
}

// Member returns the party's entry.
func (i *Instrument) Member(p landbridge.PartyID) (*Member, bool) {
	for k := range i.Members {
		if i.Members[k].Party == p {
			return &i.Members[k], true
		}
	}
	return nil, false
}

// Processes lists what the instrument covers, in order.
func (i *Instrument) Processes() []string {
	var all []string
	for _, t := range i.Terms {
		all = append(all, t.Process)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// normal returns a copy of an instrument in its one form. The caller keeps its
// own as it is: several registers may be given the same.
func (i *Instrument) normal() (*Instrument, error) {
	text, err := canon.Encode(i)
	if err != nil {
		return nil, err
	}
	c := new(Instrument)
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("copying an instrument: %w", err)
	}
	c.normalise()
	return c, nil
}

// normalise puts an instrument into its one form, so that two nodes that hold
// the same hold the same bytes.
func (i *Instrument) normalise() {
	slices.SortFunc(i.Members, func(a, b Member) int { return cmp.Compare(a.Party, b.Party) })
	slices.SortStableFunc(i.Terms, func(a, b Term) int {
		return cmp.Or(cmp.Compare(a.Process, b.Process), cmp.Compare(a.Article, b.Article))
	})
	slices.SortStableFunc(i.Texts, func(a, b Text) int { return cmp.Compare(a.Language, b.Language) })
	i.Subjects = sorted(i.Subjects)
	for k := range i.Terms {
		i.Terms[k].normalise()
	}
	for k := range i.Members {
		for r := range i.Members[k].Reservations {
			for t := range i.Members[k].Reservations[r].Terms {
				i.Members[k].Reservations[r].Terms[t].normalise()
			}
		}
	}
}

func (t *Term) normalise() {
	t.Channels, t.Languages, t.Required = sorted(t.Channels), sorted(t.Languages), sorted(t.Required)
	t.Excluded, t.Assurances = sorted(t.Excluded), sorted(t.Assurances)
	slices.SortFunc(t.Deadlines, func(a, b Deadline) int { return cmp.Compare(a.Clock, b.Clock) })
}

func sorted(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// decode reads JSON strictly: no unknown field and nothing after it.
func decode(b []byte, into any) error {
	switch err := canon.Decode(b, into); {
	case errors.Is(err, canon.ErrMore):
		return fail.New(fail.Invalid, "there is something after the end of the JSON; take it away")
	case err != nil:
		return fail.Because(err, fail.Invalid, "this is not the JSON of an instrument: %s", plainJSON(err))
	}
	return nil
}

// Parse reads one instrument and checks it.
func Parse(b []byte) (*Instrument, error) {
	if len(b) > MaxInstrument {
		return nil, fail.New(fail.TooLarge, "an instrument has at most %d bytes; keep long annexes elsewhere and cite them", MaxInstrument)
	}
	i := new(Instrument)
	if err := decode(b, i); err != nil {
		return nil, err
	}
	i.normalise()
	return i, i.Check()
}

// Shared returns the part of an instrument that the parties to it should hold
// alike: all but this node's own notes.
func (i *Instrument) Shared() ([]byte, error) {
	c := *i
	c.Void, c.Confidence, c.Source, c.Note = "", "", "", ""
	c.normalise()
	return canon.Encode(&c)
}

// Digest names the shared part.
func (i *Instrument) Digest() (landbridge.Digest, error) {
	b, err := i.Shared()
	return sum(domainInstrument, b), err
}
