package forum

// Strings under which this package hashes. Declared once, never reused.
const (
	domainEdition = "landbridge/forum-edition/v1\x00"
	domainChange  = "landbridge/forum-change/v1\x00"
	domainVersion = "landbridge/forum-version/v1\x00"
)
