package notice

import (
	"strconv"
	"strings"
	"unicode"

	"landbridge.example/match"
	"landbridge.example/match/list"
	"landbridge.example/process"
)

// personRecord turns a person of a notice into what the engine searches.
func personRecord(p process.Row) match.Record {
	r := match.Record{Kind: match.Person, Names: []match.Name{{Text: nameOf(p), Quality: match.Primary}}}
	for _, part := range []string{"also_known_as", "name_original"} {
		for n := range strings.FieldsFuncSeq(p[part], func(c rune) bool { return c == ';' || c == '|' || c == ',' || c == '\n' }) {
			if n = strings.TrimSpace(n); n != "" {
				r.Names = append(r.Names, match.Name{Text: n, Quality: match.Good})
			}
		}
	}
	if b, ok := birthOf(p["birth_date"]); ok {
		r.Births = []match.Birth{b}
	}
	if n := p["nationality"]; n != "" {
		r.Nationalities = []string{n}
	}
	return r
}

func nameOf(p process.Row) string {
	return strings.TrimSpace(p["given_names"] + " " + p["family_name"])
}

func birthOf(s string) (match.Birth, bool) {
	if s == "" {
		return match.Birth{}, false
	}
	return list.ParseBirth(s)
}

// folded keeps letters and digits, in lower case: how numbers are compared.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// recordNumber is the place a record was given in the index.
func recordNumber(r *match.Record) int {
	n, err := strconv.Atoi(r.ID)
	if err != nil {
		panic("notice: a record of the index has no number")
	}
	return n
}
