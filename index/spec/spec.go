// Package spec reads the specification of an index: one YAML file that names
// the data, the indicators and their groups, and the steps from raw numbers to
// ranks, so plainly that a statistician can check it. The format is in
// spec/index.md.
//
// Trust: a specification is taken from strangers. Unknown keys, keys that
// stand twice, anchors and anything else that two readers could read
// differently are refused with their line. Nothing is run here.
package spec

import (
	"landbridge.example/index/formula"
)

// Limits of a specification.
const (
	MaxBytes        = 1 << 20
	MaxSources      = 500
	MaxIndicators   = 2_000
	MaxGroups       = 1_000
	MaxSteps        = 100
	MaxAssumptions  = 20
	MaxChoices      = 200
	MaxReplications = 10_000_000
	MaxCode         = 80 // bytes of a code
)

// Format is the version of the format this package reads, the value of the
// first key, "landbridge-index".
const Format = 1

// Names with a meaning of their own in formulas; no column may have them.
const (
	Self     = "x"        // in transform: the column itself
	Children = "children" // in a group's formula: the weighted mean of its children
)

// A Spec is one specification.
type Spec struct {
	File       string // the name it was read under
	ID         string
	Title      string
	Edition    string
	About      string
	Notice     string // shown wherever the numbers are
	Licence    string
	Index      string // code of the column that is the index; "" is the only group without parent
	Sources    []Source
	Framework  *Framework
	Units      Units
	Indicators []Indicator
	Groups     []Group
	Steps      []Step
	Rank       Rank
	Compare    []Compare
	Trends     *Trends
	Uncertain  *Uncertain
}

// A Source is one data file.
type Source struct {
	Line      int
	File      string
	Skip      int    // lines before the header
	Shape     string // wide, long or years
	Unit      string // header of the unit code
	Name      string // header of the unit's name
	Year      string // header of the year
	Variable  string // long: header of the variable
	Value     string // long: header of the value
	Code      string // years, and long without variable: the code of the one variable
	Pattern   string // years: how a header holds its year, "{year}"
	Columns   map[string]string
	Missing   []string
	Decimal   string
	Thousands string
	Where     *formula.Formula
	Take      string // "", latest, mean, median, sum, min, max: of the years from-to
	From, To  int
	List      bool // its units are the units of the index
	Source    string
	Licence   string
	URL       string
}

// A Framework reads indicators and groups from a table.
type Framework struct {
	Line    int
	File    string
	Columns map[string]string // our field to their header
	Where   *formula.Formula
}

// Units says which units and years take part.
type Units struct {
	Only    []string
	Where   *formula.Formula
	Exclude []Exclusion
	Rename  map[string]string
	From    int
	To      int
}

// An Exclusion takes a unit out, for all years or some, and says why.
type Exclusion struct {
	Line     int
	Unit     string
	From, To int
	Why      string
}

// An Indicator is one measured column.
type Indicator struct {
	Line        int
	Code        string
	Name        string
	Unit        string // of measurement
	About       string
	Column      string           // the data column; "" is the code
	Formula     *formula.Formula // instead of a column
	Direction   int              // +1 more is better, -1 less is better, 0 not said (taken as +1)
	Parent      string
	Weight      *float64
	Denominator string
	Scale       float64 // of the denominator; 0 is 1
	Low, High   *float64
	Worst, Best *float64
	Target      *float64
}

// A Group is a node above indicators.
type Group struct {
	Line   int
	Code   string
	Name   string
	About  string
	Parent string
	Weight *float64
	Level  int // 0: one above its highest child
}

// On selects columns.
type On struct {
	Set   bool     // something was said
	Level int      // a whole level
	Codes []string // or these
}

// A Step is one act on the table. Do is one of the types below.
type Step struct {
	Line int
	Name string // what uncertainty calls it; the kind, unless given
	Kind string
	Do   any
}

// Over says which rows a statistic is taken from: each year alone, all years
// together, or one base year for all.
type Over struct {
	Panel bool
	Year  int // base year; 0 is none
}

// Denominate divides by another column: x / (denominator / scale).
type Denominate struct {
	On    On
	By    string
	Scale float64
}

// Impute fills missing cells and flags each.
type Impute struct {
	On       On
	Method   string
	Group    string   // text column for group-mean and group-median
	Within   int      // level whose groups bound row-mean and row-median; 0 is the whole row
	Rescale  bool     // row methods work on 0..1
	Value    float64  // for constant
	From     []string // predictors of regression
	MaxYears int      // latest: how far back; 0 is any
	Among    string   // all or ranked
	Over     Over
	Else     string // leave, mean or refuse, where the method finds nothing
}

// Screen takes units out, or out of the ranking.
type Screen struct {
	On        On
	Available *float64
	Nonzero   *float64
	Within    int // the share must hold in every group of this level
	Where     *formula.Formula
	Include   []string
	Exclude   []string
	Drop      bool // else they stay, unranked
}

// Treat tames outliers.
type Treat struct {
	On     On
	Rule   TreatRule
	Except map[string]*TreatRule // nil: leave alone
	Over   Over
}

// A TreatRule says how one column is treated.
type TreatRule struct {
	Skew, Kurtosis float64
	Winsorise      int // most points; -1 no limit
	Force          bool
	Then           string // log-ct, log-ct-plus, log-ct-orig, log-gii, box-cox, keep-original, keep-winsorised
	Lambda         float64
	Combine        bool
	Best           bool // choose what passes, else what is least skewed
}

// Normalise brings columns to one scale and one direction.
type Normalise struct {
	On     On
	Rule   NormRule
	Except map[string]*NormRule // nil: leave alone
	Over   Over
	Among  string
}

// A NormRule says how one column is normalised.
type NormRule struct {
	Line        int
	Method      string
	To          [2]float64
	Mean, SD    float64
	Bounds      *[2]float64
	WorstBest   *[2]float64
	Percentiles *[2]float64
	Clip        string // both, low, high, none
	Reference   string
	Target      *float64
	Cap         bool
	Bands       int
	Thresholds  []float64
}

// Weigh sets weights.
type Weigh struct {
	Level      int
	Method     string // equal, values, pca, optimise, budget
	Values     map[string]float64
	Mixed      string // pca: refuse, absolute, squared or keep
	Overall    bool   // pca: one for the whole level, not one per group
	Objective  string // optimise: balance or infomax
	Importance map[string]float64
	Least      float64 // optimise: no weight goes below this share
	Kind       string  // of correlation
	File       string  // budget: the allocations
	Member     string
	Code       string
	Points     string
	Total      float64
	Combine    string // mean, median
}

// Aggregate makes groups from their children.
type Aggregate struct {
	Levels  []int
	Rule    AggRule
	ByLevel map[int]*AggRule
	Groups  map[string]*AggRule
}

// An AggRule says how one group is made.
type AggRule struct {
	Line    int
	Method  string
	Formula *formula.Formula
	Power   float64
	Minimum float64 // share of children that must be there
	AtLeast int     // number of children that must be there
	Round   *int
	Even    bool // halves go to the even neighbour
	Zero    bool // a geometric or harmonic mean with a zero is zero
	Plus    bool // Mazziotta-Pareto: add the penalty
	Scale   float64
	Shares  *[2]float64 // benefit of the doubt: least and greatest share of one child
	Fill    *Impute     // fills the group where it is missing
}

// Derive makes a new column.
type Derive struct {
	Code    string
	Name    string
	Formula *formula.Formula
}

// Transform changes columns by a formula in which x is the column itself.
type Transform struct {
	On      On
	Formula *formula.Formula
	Over    Over
}

// Clip keeps columns between two values.
type Clip struct {
	On        On
	Low, High *float64
}

// Rounding rounds columns.
type Rounding struct {
	On     On
	Digits int
	Even   bool
}

// Rank says how scores become ranks.
type Rank struct {
	Ascending bool
	Ties      string
	Digits    *int
	Within    []string // text columns inside whose groups ranks are given too
}

// Compare checks a result against a column of published values.
type Compare struct {
	Line      int
	Column    string // of the data
	With      string // code of a result
	Rank      bool
	Tolerance float64
	Year      int
	Where     *formula.Formula
}

// Trends asks for change over time.
type Trends struct {
	Codes []string
	Per   float64
}
