package party

// Domain separation: what is hashed for one purpose can never be taken for
// another. Each string is declared once, here.
const (
	domainStatement = "landbridge/directory-statement/v1\x00" // digest of a statement's text
	domainEntry     = "landbridge/directory-entry/v1\x00"     // digest of an entry's text: the chain
)
