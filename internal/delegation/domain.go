package delegation

// Strings under which this package hashes. Declared once, never reused.
const (
	domainToken = "landbridge/delegation-link/v1\x00"
	domainFact  = "landbridge/delegation-fact/v1\x00"
)
