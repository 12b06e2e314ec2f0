package call

// Strings under which this package hashes. Declared once, never reused.
const (
	domainToken = "landbridge/call-secret/v1\x00"
	domainFact  = "landbridge/call-fact/v1\x00"
)
