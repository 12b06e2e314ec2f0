package lang

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Place returns the name of a country or territory in the language, as the
// Unicode data has it, for an ISO 3166 code of three letters. Where there is
// none, and in English, it is the name given: that of the data at hand. A name
// says nothing about the status of a territory.
func (t *Texts) Place(code, given string) string {
	if t.Code == Fallback || len(code) != 3 {
		return given
	}
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return given
	}
	if name := display.Regions(language.Make(t.Code)).Name(region); name != "" && region.ISO3() == code {
		return name
	}
	return given
}
