package visit

// The strings under which this package hashes and signs. Declared once, never reused.
const (
	domainStatement = "landbridge/visit-statement/v1\x00"
	domainErased    = "landbridge/visit-erased/v1\x00"
	domainSignature = "landbridge/visit-signature/v1\x00"
)
