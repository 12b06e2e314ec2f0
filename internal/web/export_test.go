package web

// CheckHTML and Pattern are for the tests that see the pages from outside.
var CheckHTML = checkHTML

// Patterns lists the addresses of the pages.
func Patterns() []string {
	var all []string
	for _, r := range (&site{}).routes() {
		all = append(all, r.pattern)
	}
	return all
}
