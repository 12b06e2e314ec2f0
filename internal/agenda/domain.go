package agenda

// The strings under which this package hashes. Declared once, never reused.
const (
	domainSecret  = "landbridge/agenda-secret/v1\x00"
	domainCode    = "landbridge/agenda-code/v1\x00"
	domainAddress = "landbridge/agenda-address/v1\x00" // what a fact commits to
)
