package client

// SubstanceQuery looks a substance up.
type SubstanceQuery struct {
	Query string `query:"q" doc:"A name in any script, a synonym or a CAS number."`
	Limit int    `query:"limit" doc:"Hits at most; 5 unless said, 50 at most."`
}

// BySubstance names a substance of the register.
type BySubstance struct {
	Substance string `path:"substance"`
}

// A Substance is one row of the register of controlled substances.
type Substance struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	INN       bool     `json:"inn" doc:"The name is the international non-proprietary name."`
	Names     []string `json:"names" doc:"Synonyms, and names in other scripts."`
	CAS       []string `json:"cas"`
	CASSource string   `json:"cas_source,omitempty" doc:"Empty: from general knowledge; the check digit holds."`
	Chemical  string   `json:"chemical,omitempty"`
	Schedules []string `json:"schedules" doc:"Such as 1961-I, 1971-IV, 1988-II."`
	Check     string   `json:"check" doc:"checked (two sources agree), single (one source) or unchecked (general knowledge)."`
	Sources   []string `json:"sources" doc:"Titles of the texts that were read."`
	Note      string   `json:"note,omitempty"`
}

// A SubstanceHit is a substance that may be the one asked for.
type SubstanceHit struct {
	Substance Substance `json:"substance"`
	By        string    `json:"by" doc:"name or cas."`
	Name      string    `json:"name" doc:"The name or number that fits."`
	Exact     bool      `json:"exact"`
	Score     float64   `json:"score" doc:"Between 0 and 1."`
}

// SubstanceHits answers a look-up. No hit does not mean that a substance is free.
type SubstanceHits struct {
	Tag
	Hits []SubstanceHit `json:"hits"`
}

// A SubstanceClass is the legal text of one jurisdiction that controls a class.
type SubstanceClass struct {
	Jurisdiction string `json:"jurisdiction"`
	Title        string `json:"title"`
	Since        string `json:"since"`
	Language     string `json:"language"`
	Text         string `json:"text" doc:"As written. Nothing here decides whether a substance falls under it."`
	Source       string `json:"source"`
}

// A SubstanceFile is one substance with the laws beside it.
type SubstanceFile struct {
	Tag
	Substance Substance        `json:"substance"`
	Classes   []SubstanceClass `json:"classes"`
}
