package exchange

// Domain separation: what is hashed for one purpose can never be taken for
// another.
const domainStep = "landbridge/step/v1\x00" // digest of a statement of the ladder

// Kinds of facts this package enters into the log. The digest of each is that
// of the statement; of a submission it is the envelope's own.
const (
	factPrefix    = "message."
	factSubmitted = factPrefix + "submitted"
	factEpoch     = "exchange.epoch"    // a new numbering began
	factSetAside  = "message.set-aside" // a message no handler could take
)
