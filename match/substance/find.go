package substance

import (
	"strings"

	"landbridge.example/match"
)

// Bounds of a search.
const (
	MaxQuery = 200 // bytes of a query that are read
	MaxTop   = 50  // hits one search may ask for

	maxAbbreviation = 4 // letters and digits: what is that short is found letter by letter alone
)

// least is the score from which a name is shown as like the query.
const least match.Score = 8200

// A Hit is a substance that may be the one asked for.
type Hit struct {
	Substance *Substance         `json:"substance"`
	By        string             `json:"by"`    // name or cas
	Name      string             `json:"name"`  // the name or number that fits
	Exact     bool               `json:"exact"` // letter by letter, or the same number
	Score     match.Score        `json:"score"`
	Words     []match.WordReason `json:"words,omitempty"`
}

// Find returns the substances whose CAS number is the query, or whose names are
// like it: at most top, the best first. Nothing found does not mean that a
// substance is free.
func (r *Register) Find(query string, top int) []Hit {
	top = max(1, min(top, MaxTop))
	if len(query) > MaxQuery {
		query = strings.ToValidUTF8(query[:MaxQuery], "")
	}
	if n, ok := number(query); ok {
		hits := []Hit{}
		for _, i := range r.cas[n] {
			hits = append(hits, Hit{Substance: &r.substances[i], By: "cas", Name: n, Exact: true, Score: match.FullScore})
		}
		return hits
	}
	asked := plain(query)
	hits := []Hit{}
	short := strings.IndexFunc(asked, func(c rune) bool { return c > 0x7f }) < 0 && len(strings.ReplaceAll(asked, " ", "")) <= maxAbbreviation
	for _, h := range r.names.NewScreener().Screen(&match.Record{Kind: match.Substance, Names: []match.Name{{Text: asked}}}, top, least) {
		if h.ByName < least || short && h.ByName < match.FullScore { // one letter of PCP makes another substance
			continue
		}
		s := &r.substances[r.at[h.Record.ID]]
		hits = append(hits, Hit{Substance: s, By: "name", Name: r.written(s, h.Name.Text), Exact: h.ByName == match.FullScore, Score: h.ByName, Words: h.Words})
	}
	return hits
}

// written returns a name as the register writes it, from the form it is searched in.
func (r *Register) written(s *Substance, text string) string {
	for _, n := range append([]string{s.Name, s.Chemical}, s.Names...) {
		if plain(n) == text {
			return n
		}
	}
	return s.Name
}

// plain writes Greek letters out, as people type them, and dashes of all kinds
// as spaces.
func plain(s string) string {
	return strings.NewReplacer("α", "alpha ", "β", "beta ", "γ", "gamma ", "Δ", "delta ", "δ", "delta ",
		"-", " ", "‐", " ", "‑", " ", "–", " ", "—", " ", "'", " ", "’", " ").Replace(s)
}

// number returns the CAS number that a query is, if it is one: digits parted by
// dashes of any kind, with or without the word CAS.
func number(query string) (string, bool) {
	s := strings.TrimSpace(strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-").Replace(query))
	if len(s) > 3 && strings.EqualFold(s[:3], "cas") {
		s = strings.TrimLeft(s[3:], " .:#")
	}
	return s, ValidCAS(s)
}

// ValidCAS reports whether s has the form of a CAS number and the right check digit.
func ValidCAS(s string) bool {
	f := strings.Split(s, "-")
	if len(f) != 3 || len(f[0]) < 2 || len(f[0]) > 7 || len(f[1]) != 2 || len(f[2]) != 1 {
		return false
	}
	digits, sum := f[0]+f[1], 0
	for i := range len(digits) {
		d := digits[len(digits)-1-i]
		if d < '0' || d > '9' {
			return false
		}
		sum += (i + 1) * int(d-'0')
	}
	return f[0][0] != '0' && f[2][0] == byte('0'+sum%10)
}
