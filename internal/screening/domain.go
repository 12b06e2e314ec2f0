package screening

// Domain separation: what this package hashes begins with one of these.
const (
	// domainQuery is for the salted commitment to what was asked.
	domainQuery = "landbridge/screening-query/v1\x00"
	// domainRun is for the digest of a screening as the log holds it.
	domainRun = "landbridge/screening-run/v1\x00"
	// domainMatch is for what two persons sign: that somebody is a listed person.
	domainMatch = "landbridge/screening-match/v1\x00"
	// domainFact is for digests of other facts.
	domainFact = "landbridge/screening-fact/v1\x00"
)

// Kinds of facts this package records.
const (
	factImported  = "list.imported"
	factRefused   = "list.refused"
	factSearched  = "screen.searched"
	factBatch     = "screen.batch-begun"
	factBatchDone = "screen.batch-done"
	factScreened  = "screen.subject-screened"
	factRescreen  = "screen.rescreened"
	factWatched   = "screen.watch-begun"
	factWatchEnd  = "screen.watch-ended"
	factRead      = "screen.read"
	factWhite     = "screen.false-positive"
	factProposed  = "screen.match-proposed"
	factConfirmed = "screen.match-confirmed"
	factReturned  = "screen.match-returned"
	factCandidate = "screen.candidates"
	factDelisted  = "screen.delisted"
	factTaskDone  = "screen.task-done"
	factLate      = "screen.task-late"
	factWhyNot    = "screen.why-not"
	factErased    = "screen.erased"
)

// Kinds of jobs this package runs.
const (
	jobRescreen = "screening.rescreen"
	jobBatch    = "screening.batch"
	jobClock    = "screening.clock"
	jobKeep     = "screening.keep"
)
