// Package country knows the codes under which tables name countries: ISO 3166
// alpha-3 and alpha-2, UN M49, and the spellings of names that statistics use.
//
// Trust: a fault here could take one country's row for another's, so nothing is
// guessed: what is not in the table is not found, and the nearest spelling is
// only ever proposed to a person.
//
// Limits: the list is that of ISO 3166 with short English names; a code or name
// says nothing about the status of a territory.
package country

import (
	"bytes"
	_ "embed" // the table
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed countries.csv
var file []byte

// A Country is one line of the table.
type Country struct {
	Code   string // ISO 3166-1 alpha-3: its name in our tables
	Alpha2 string
	M49    string // three digits
	Name   string // short, in English
	Region string // of the World Bank: "south_asia"
	Point  bool   // whether the next two are known
	Lat    float64
	Lon    float64
}

// A List finds countries.
type List struct {
	all  []Country
	code map[string]int // by every code
	name map[string]int // by every spelling, folded
}

// How a text names a country.
const (
	ByAlpha3 = "alpha-3"
	ByAlpha2 = "alpha-2"
	ByM49    = "m49"
	ByName   = "name"
)

// New reads the table.
func New() (*List, error) {
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the table of countries: %w", err)
	}
	l := &List{code: map[string]int{}, name: map[string]int{}}
	for i, r := range rows[1:] {
		c := Country{Code: r[0], Alpha2: r[1], M49: r[2], Name: r[3], Region: r[5]}
		lat, err1 := strconv.ParseFloat(r[6], 64)
		lon, err2 := strconv.ParseFloat(r[7], 64)
		if err1 == nil && err2 == nil {
			c.Point, c.Lat, c.Lon = true, lat, lon
		}
		l.all = append(l.all, c)
		for _, code := range r[:3] {
			if code != "" {
				l.code[code] = i
			}
		}
		for _, name := range append(strings.Split(r[4], "|"), c.Name) {
			if name != "" {
				l.name[fold(name)] = i
			}
		}
	}
	return l, nil
}

// All returns every country, by code. It must not be changed.
func (l *List) All() []Country { return l.all }

// Find returns the country that a text names, and by which kind of name.
func (l *List) Find(text string) (c Country, by string, ok bool) {
	text = strings.TrimSpace(text)
	code := strings.ToUpper(text)
	if n, err := strconv.Atoi(code); err == nil && n > 0 && n < 1000 {
		code = fmt.Sprintf("%03d", n)
	}
	if i, ok := l.code[code]; ok {
		return l.all[i], map[bool]string{true: ByM49, false: "alpha-" + strconv.Itoa(len(code))}[code[0] <= '9'], true
	}
	if i, ok := l.name[fold(text)]; ok {
		return l.all[i], ByName, true
	}
	return Country{}, "", false
}

// Nearest returns the country whose name or code is spelt most like text, if
// one is near. It is a proposal for a person, never an answer.
func (l *List) Nearest(text string) (Country, bool) {
	text = fold(text)
	best, at := 2+len(text)/4, -1
	if len(text) < 3 || len(text) > maxSpelling {
		return Country{}, false
	}
	for name, i := range l.name {
		d := distance(text, name)
		if d < best || d == best && at >= 0 && l.all[i].Code < l.all[at].Code {
			best, at = d, i
		}
	}
	if at < 0 {
		return Country{}, false
	}
	return l.all[at], true
}

const maxSpelling = 80 // bytes of a text that is compared with names

// fold makes spellings equal that differ in case, accents, and signs only.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ReplaceAll(s, "&", "and")) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// distance counts the single changes that make one text the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(last+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
