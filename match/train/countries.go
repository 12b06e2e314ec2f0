package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// writeCountries writes the names of countries in the six languages of the
// United Nations, from CLDR, and the long names that lists use.
func (t *trainer) writeCountries() error {
	w := &wordList{t: t, seen: map[string]bool{}}
	long := map[string]string{
		"KP": "democratic people's republic of korea|dprk|north korea|korea, north", "KR": "republic of korea|south korea|korea, south",
		"IR": "iran (islamic republic of)|islamic republic of iran", "SY": "syrian arab republic|syria", "RU": "russian federation|russia",
		"TZ": "united republic of tanzania|tanzania", "CD": "democratic republic of the congo|drc|congo, democratic republic of the",
		"CG": "republic of the congo|congo",
		"LA": "lao people's democratic republic|laos", "VN": "viet nam|vietnam", "MD": "republic of moldova|moldova",
		"VE": "venezuela (bolivarian republic of)",
		"BO": "bolivia (plurinational state of)",
		"MK": "north macedonia|macedonia", "PS": "state of palestine|palestine|palestinian", "TR": "türkiye|turkey",
		"GB": "united kingdom|united kingdom of great britain and northern ireland|great britain", "US": "united states|united states of america|usa",
		"CZ": "czechia|czech republic", "CI": "côte d'ivoire|ivory coast", "LY": "libya|libyan arab jamahiriya", "SO": "somalia", "MM": "myanmar|burma",
		"CV": "cabo verde|cape verde", "SZ": "eswatini|swaziland", "TL": "timor-leste|east timor", "HK": "hong kong", "AE": "united arab emirates|uae",
		"SA": "saudi arabia|saudi", "BA": "bosnia and herzegovina|bosnia", "CF": "central african republic", "SS": "south sudan",
		"XA": "azuria", "XB": "borealis", "XC": "caldera", // the states of the demonstration
	}
	b := bytes.NewBufferString("# Names of countries, without spaces. " +
		"From CLDR (Unicode licence) in the languages of the United Nations, and names that lists use.\n")
	for one := 'A'; one <= 'Z'; one++ {
		for two := 'A'; two <= 'Z'; two++ {
			code := string(one) + string(two)
			var names []string
			add := func(s string) {
				if key := strings.Join(w.fold(strings.ReplaceAll(s, "the ", "")), ""); key != "" && !w.seen[key] {
					w.seen[key] = true
					names = append(names, key)
				}
			}
			region, err := language.ParseRegion(code)
			known := err == nil && region.IsCountry() && region.String() == code
			if known || long[code] != "" {
				add(code)
			}
			for s := range strings.SplitSeq(long[code], "|") {
				add(s)
			}
			if known {
				add(region.ISO3())
				for _, tag := range []string{"en", "fr", "es", "ru", "ar", "zh"} {
					add(display.Regions(language.MustParse(tag)).Name(region))
				}
			}
			slices.Sort(names)
			if len(names) > 0 {
				fmt.Fprintf(b, "%s\t%s\n", code, strings.Join(names, " "))
			}
		}
	}
	return t.write("countries.txt", b.Bytes())
}
