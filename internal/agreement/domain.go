package agreement

// Strings under which this package hashes. Declared once, never reused.
const (
	domainInstrument = "landbridge/instrument/v1\x00"
	domainProposal   = "landbridge/instrument-change/v1\x00"
	domainFact       = "landbridge/agreement-fact/v1\x00"
)
