package gpsi

// domainFact is for digests of facts that are not about one file.
const domainFact = "landbridge/index-fact/v1\x00"

// Kinds of messages this package sends and takes in.
const (
	kindShown    = "index.shown"              // an edition before its release, to the members
	kindAsked    = "index.correction-asked"   // a member says that a value is wrong
	kindAnswered = "index.correction-settled" // what became of it
	kindDissent  = "index.dissented"          // a member's statement, to be published
	kindBudget   = "index.budget-asked"       // how would you spread the points?
	kindGiven    = "index.budget-given"       // so
	kindReleased = "index.released"           // the bundle, signed
)

// Kinds of facts this package records.
const (
	factMethod   = "index.method-set"
	factBegun    = "index.edition-begun"
	factChecked  = "index.table-checked"
	factImported = "index.table-imported"
	factDropped  = "index.edition-dropped"
	factShown    = "index.edition-shown"
	factSeen     = "index.edition-received"
	factAsked    = "index.correction-asked"
	factSettled  = "index.correction-settled"
	factDissent  = "index.dissented"
	factBudget   = "index.budget-asked"
	factGiven    = "index.budget-given"
	factClosed   = "index.budget-closed"
	factReleased = "index.released"
	factTaken    = "index.release-received"
)
