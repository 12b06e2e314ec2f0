package notice

// Strings under which this package hashes. Declared once, never reused.
const (
	domainSearch = "landbridge/notice-search/v1\x00"
	domainRead   = "landbridge/notice-read/v1\x00"
)

// Labels under which things are sealed at rest.
func aboutBody(id string) string { return "notice/" + id }
