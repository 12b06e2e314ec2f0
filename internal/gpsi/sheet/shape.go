package sheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/internal/gpsi/country"
)

// Words by which tables call their columns, folded to small letters.
func yearWords() []string {
	return []string{"year", "ref_year", "refyear", "time", "period", "date", "année", "annee", "año", "ano", "jahr", "год", "年", "年份", "السنة"}
}

func variableWords() []string {
	return []string{"variable", "indicator", "indicator code", "indicator_code", "series", "series code", "series_code", "icode"}
}

func m49Words() []string {
	return []string{"m49", "m49 code", "area code", "geoareacode", "geo_area", "country code", "numeric code", "location"}
}

func has(words []string, header string) bool {
	return slices.Contains(words, strings.ToLower(strings.TrimSpace(header)))
}

// shape finds header, countries, years and variables of a table.
func (r *reading) shape(g *grid) bool {
	r.unit, r.name, r.year, r.variable = -1, -1, -1, -1
	if len(g.rows) == 0 {
		r.bad(Finding{Rule: "no-table", Text: "the file is empty"})
		return false
	}
	if !r.findHeader(g) || !r.findUnit(g) {
		return false
	}
	r.checkHeader(g)
	r.findVariable(g)
	r.findYear(g)
	r.rep.Unit = r.header[r.unit]
	if r.year >= 0 {
		r.rep.Year = r.header[r.year]
	}
	if r.variable >= 0 {
		r.rep.Variable = r.header[r.variable]
	}
	return true
}

// known looks at a column, from a row on: how many cells name countries, of how
// many that hold something, and how many different codes and names there are.
func (r *reading) known(g *grid, column, from int, header string) (n, filled, codes, names int) {
	seen := map[string]bool{}
	for i := from; i < len(g.rows); i++ {
		text := g.at(i, column).text
		if text == "" {
			continue
		}
		filled++
		by, ok := r.find(text, header)
		if !ok {
			continue
		}
		n++
		switch {
		case seen[text]:
		case by == country.ByName:
			names++
		default:
			codes++
		}
		seen[text] = true
	}
	return n, filled, codes, names
}

// find names the country of a cell. A bare number is a country only under a
// header that says so: else it is a value.
func (r *reading) find(text, header string) (by string, ok bool) {
	_, by, ok = r.countries.Find(text)
	if by == country.ByM49 && !has(m49Words(), header) {
		return "", false
	}
	return by, ok
}

// findHeader finds the line above the first row that names a country.
func (r *reading) findHeader(g *grid) bool {
	at := -1
	if r.o.Header > 0 {
		at = slices.Index(g.line, r.o.Header)
		if at < 0 || at+1 >= len(g.rows) {
			r.bad(Finding{Rule: "no-header", Line: r.o.Header, Text: "there is no such line, or nothing below it", Option: "header"})
			return false
		}
	}
	if at < 0 {
		at = r.guessHeader(g)
	}
	if at < 0 {
		r.bad(Finding{Rule: "no-countries",
			Text: "no column names countries by code or name below a header; say which line is the header, and name the column", Option: "header"})
		return false
	}
	for i := range at {
		if slices.ContainsFunc(g.rows[i], func(c cell) bool { return c.text != "" }) {
			r.note(Finding{Rule: "lines-above", Line: g.line[i], Cell: g.rows[i][0].text, Text: "this line stands above the header and is passed over"})
		}
	}
	r.rep.Header, r.first = g.line[at], at+1
	for k := range g.width() {
		r.header = append(r.header, g.at(at, k).text)
	}
	return true
}

func (r *reading) guessHeader(g *grid) int {
	for i := 1; i < min(len(g.rows), headerRows); i++ {
		for k, c := range g.rows[i] {
			above := g.at(i-1, k)
			if c.text == "" || above.text == "" && above.state != covered {
				continue
			}
			if _, ok := r.find(c.text, above.text); !ok {
				continue
			}
			if _, ok := r.find(above.text, ""); ok {
				continue
			}
			if n, filled, _, _ := r.known(g, k, i, above.text); n*2 >= filled {
				return i - 1
			}
		}
	}
	return -1
}

// findUnit finds the column of countries: the one that was named, or the one
// that holds most of them, by code rather than by name.
func (r *reading) findUnit(g *grid) bool {
	if r.o.Unit != "" {
		if r.unit = slices.Index(r.header, r.o.Unit); r.unit < 0 {
			r.bad(Finding{Rule: "unknown-column", Column: r.o.Unit,
				Text: "there is no such column; the table has " + clip(strings.Join(r.header, ", ")), Option: "unit"})
			return false
		}
	}
	best, names := 0, 0
	for k := range r.header {
		n, filled, codes, spelt := r.known(g, k, r.first, r.header[k])
		if n == 0 || n*2 < filled {
			continue
		}
		if spelt > codes && spelt > names {
			names, r.name = spelt, k
		}
		if score := spelt + 3*codes; r.o.Unit == "" && score > best {
			best, r.unit = score, k
		}
	}
	if r.unit < 0 {
		r.bad(Finding{Rule: "no-countries", Text: "no column names countries by code or name; say which does", Option: "unit"})
		return false
	}
	if r.name == r.unit {
		r.name = -1
	}
	return true
}

// checkHeader finds columns without a name, and two of one name.
func (r *reading) checkHeader(g *grid) {
	seen := map[string]int{}
	for k, h := range r.header {
		filled := false
		for i := r.first; i < len(g.rows) && !filled; i++ {
			filled = g.at(i, k).text != ""
		}
		switch first, twice := seen[h]; {
		case h == "" && filled && g.at(r.first-1, k).state == covered:
			r.bad(Finding{Rule: "merged-header", Line: r.rep.Header, Cell: g.at(r.first-1, k).shown,
				Text: fmt.Sprintf("the header of column %d is part of a merged cell; give every column a name of its own", k+1)})
		case h == "" && filled:
			r.bad(Finding{Rule: "no-name", Line: r.rep.Header, Text: fmt.Sprintf("column %d has values and no name; name it, or empty it", k+1)})
		case h != "" && twice && filled:
			r.bad(Finding{Rule: "column-twice", Line: r.rep.Header, Column: h, Text: fmt.Sprintf("columns %d and %d have the same name; rename one", first+1, k+1)})
		case h != "" && !twice:
			seen[h] = k
		}
	}
}

func (r *reading) findVariable(g *grid) {
	if r.o.Variable == None {
		return
	}
	if r.o.Variable != "" {
		if r.variable = slices.Index(r.header, r.o.Variable); r.variable < 0 {
			r.bad(Finding{Rule: "unknown-column", Column: r.o.Variable, Text: "there is no such column", Option: "variable"})
		}
		return
	}
	for k, h := range r.header {
		if has(variableWords(), h) && k != r.unit {
			r.variable = k
			r.note(Finding{Rule: "long-table", Column: h, Text: "the table is read as a long one: each row a value of the variable that this column names"})
			return
		}
	}
}

// findYear finds the column of years. Two that could be it are a question.
func (r *reading) findYear(g *grid) {
	var can []int
	origins := r.originColumns()
	for k, h := range r.header {
		_, origin := origins[k]
		if k != r.unit && k != r.variable && h != "" && !origin && (has(yearWords(), h) || strings.Contains(strings.ToLower(h), "year")) && r.years(g, k) {
			can = append(can, k)
		}
	}
	switch {
	case r.o.Year == None:
	case r.o.Year != "":
		if r.year = slices.Index(r.header, r.o.Year); r.year < 0 {
			r.bad(Finding{Rule: "unknown-column", Column: r.o.Year, Text: "there is no such column", Option: "year"})
		}
	case len(can) == 1:
		r.year = can[0]
	case len(can) > 1:
		var names []string
		for _, k := range can {
			names = append(names, r.header[k])
		}
		r.bad(Finding{Rule: "two-years", Column: names[0], Text: "several columns hold years: " + strings.Join(names, ", ") +
			"; choose the one that values speak of, or “-” if they are years of sources", Option: "year", Value: names[0]})
		r.rep.Proposed.Year = names[0]
	}
}

// years reports whether every value of a column is a year.
func (r *reading) years(g *grid, column int) bool {
	n := 0
	for i := r.first; i < len(g.rows); i++ {
		text := g.at(i, column).text
		if text == "" {
			continue
		}
		y, err := strconv.Atoi(strings.TrimSuffix(text, ".0"))
		if err != nil || y < 1000 || y > 2999 {
			return false
		}
		n++
	}
	return n > 0
}
