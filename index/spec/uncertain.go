package spec

// Uncertain says which choices of the method could reasonably be others.
type Uncertain struct {
	Line         int
	Seed         uint64
	Replications int
	Design       string // random or sobol
	Target       string // code whose ranks are watched; "" is the index
	Vary         []Vary
	Stop         *Stop
	Sobol        SobolPlan
}

// Stop ends the replications early, when the intervals no longer move.
type Stop struct {
	Width float64 // in ranks: how wide the confidence interval of an interval's end may be
	Every int     // replications between two looks
}

// A SobolPlan says how sensitivity is estimated.
type SobolPlan struct {
	Base      int     // points; runs are base * (assumptions + 2)
	Bootstrap int     // resamples for confidence intervals
	Until     float64 // stop when every total index's interval is at most this wide; 0 is never
	Most      int     // points at most, when Until is set
}

// A Vary is one uncertain assumption. Exactly one of the ways is set.
type Vary struct {
	Line    int
	Name    string
	Step    int         // index of the step that varies, -1 if none
	Choices []Step      // the step, written otherwise
	Labels  []string    // of the choices
	Between *Between    // a number of the step
	Noise   *Noise      // on the weights
	Sets    *WeightSets // whole sets of weights
	Drop    *Drop       // leave one out
	Cells   *CellNoise  // on the data
}

// Between varies one number of a step evenly.
type Between struct {
	Key       string
	Low, High float64
	Make      func(v float64) (Step, error) // the step with the number v
}

// Noise multiplies each weight of some levels by an even draw from 1-Share to 1+Share.
type Noise struct {
	Share  float64
	Levels []int
}

// WeightSets names a table of weight sets; one is drawn.
type WeightSets struct {
	File, Set, Code, Weight string
}

// Drop leaves one of the codes out, or none.
type Drop struct {
	Codes []string
	Level int
	None  bool
}

// CellNoise adds an even draw of up to Share standard deviations to cells.
type CellNoise struct {
	Share   float64
	Imputed bool // only cells that were imputed
}
