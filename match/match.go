// Package match compares names across scripts and finds a name in lists of
// names: persons, organisations, vessels, substances. It folds every script to
// tokens, compares tokens with costs trained on public pairs, aligns whole
// names so that a contradiction costs more than an omission, weighs birth
// date, nationality and documents, and gives a reason for every token.
//
// Trust: match is trusted to rank, never to decide: its answer is a proposal
// with reasons that a person confirms. A fault in it can at most hide a hit or
// add a false one; it holds no secret, reads no file, no clock and no network,
// and the same input gives the same bytes on every machine (all scores are
// whole numbers, computed without floating point).
//
// Limits: a name has at most [MaxName] bytes and [MaxTokens] tokens; what is
// longer is cut there and says so. Han characters are read as Mandarin only.
package match

// Limits. They bound the time of one comparison.
const (
	MaxName   = 512 // bytes of a name that are read
	MaxTokens = 16  // tokens of a name that are compared
)

// A Kind says what a record or a query names. The empty kind means any.
type Kind string

// The kinds of things that lists name.
const (
	Person       Kind = "person"
	Organisation Kind = "organisation"
	Vessel       Kind = "vessel"
	Aircraft     Kind = "aircraft"
	Substance    Kind = "substance"
)

// A Quality says how a list regards one of its names.
type Quality string

// The qualities of names, as the lists give them.
const (
	Primary  Quality = "primary"  // the name under which the record stands
	Good     Quality = "good"     // an alias that identifies
	Weak     Quality = "weak"     // an alias that does not identify by itself
	Original Quality = "original" // the name in the script of its language
)

// A Name is one name of a record.
type Name struct {
	Text    string  `json:"text"`
	Quality Quality `json:"quality"`
}

// A Day is a date of which month and day may be unknown (zero).
type Day struct {
	Year  int `json:"year"`
	Month int `json:"month,omitempty"`
	Day   int `json:"day,omitempty"`
}

// A Birth is what a list says of a date of birth: from one day to another, both
// included; one day or one year when they are equal. About marks "approximately".
type Birth struct {
	From  Day  `json:"from"`
	To    Day  `json:"to"`
	About bool `json:"about,omitempty"`
}

// A Document is a number that identifies: a passport, an IMO number, a CAS number.
type Document struct {
	Type    string `json:"type"`
	Number  string `json:"number"`
	Country string `json:"country,omitempty"`
}

// A Record is one entry of a list, or one stored subject.
type Record struct {
	List          string     `json:"list"`                // the source, such as UN or OFAC
	ID            string     `json:"id"`                  // unique within the list
	Reference     string     `json:"reference,omitempty"` // what people cite, such as QDi.001
	Kind          Kind       `json:"kind"`
	Names         []Name     `json:"names"`
	Gender        string     `json:"gender,omitempty"` // male, female or empty
	Births        []Birth    `json:"births,omitempty"`
	BirthPlaces   []string   `json:"birth_places,omitempty"`
	Nationalities []string   `json:"nationalities,omitempty"` // as the list writes them
	Documents     []Document `json:"documents,omitempty"`
	Programme     string     `json:"programme,omitempty"` // the regime or list within the list
	Positions     []string   `json:"positions,omitempty"`
	Addresses     []string   `json:"addresses,omitempty"`
	ListedOn      string     `json:"listed_on,omitempty"`
	UpdatedOn     string     `json:"updated_on,omitempty"`
	Comment       string     `json:"comment,omitempty"`
}

// A Score says how well two names, or a query and a record, agree: 0 to
// [FullScore], in ten-thousandths.
type Score int

// FullScore is the score of equal names.
const FullScore Score = 10000

// Alert is the least score that a screening shows to a person unless it is told
// otherwise: about one of a thousand unrelated names reaches it against the
// persons of the UN list.
const Alert Score = 8500
