package seal

// Domain separation: every hash and signature of this package begins with one
// of these, so that none can be taken for another. The strings are part of
// spec/envelope.md; a test asserts that none is the prefix of another.
const (
	domainEnvelope   = "landbridge/envelope/v1\x00"   // the sender's signature over a header
	domainCore       = "landbridge/core/v1\x00"       // digest of the header fields the payload repeats
	domainCommitment = "landbridge/commitment/v1\x00" // salted commitment to a body
	domainKey        = "landbridge/key/v1\x00"        // names of keys
)
