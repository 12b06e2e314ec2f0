package sheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"landbridge.example/internal/gpsi/country"
)

// table takes the rows over, in plain form, and notes what cannot be.
func (r *reading) table(g *grid) *Table {
	t := &Table{Unit: r.header[r.unit], Year: r.rep.Year, Variable: r.rep.Variable}
	p := newPatterns()
	kinds := r.kinds(g, p)
	origins := r.originColumns()
	keep := r.columns(g, t, kinds, origins)
	seen := map[string]int{} // place in t.Rows
	lines := map[string]int{}
	units := map[string]bool{}
	for i := r.first; i < len(g.rows); i++ {
		code, ok := r.rowOf(g, i)
		if !ok {
			continue
		}
		row, key := r.row(g, i, code, keep, kinds, p)
		units[code] = true
		if line, twice := lines[key]; twice {
			r.twice(t, row, seen[key], g.line[i], line, code)
			continue
		}
		lines[key], seen[key] = g.line[i], len(t.Rows)
		t.Rows = append(t.Rows, row)
		r.origins(t, g, i, row, code, origins)
	}
	r.rep.Rows, r.rep.Countries = len(t.Rows), len(units)
	r.proposals(g, kinds, p)
	for k, c := range r.rep.Columns {
		if c.Kind == "number" {
			r.mixed(t, k)
		}
	}
	if len(t.Rows) == 0 {
		r.bad(Finding{Rule: "no-rows", Text: "no row below the header is of a country"})
	}
	r.rep.sort()
	return t
}

// kinds says of each column whether it holds numbers: most of what is in it
// could be one.
func (r *reading) kinds(g *grid, p *patterns) []bool {
	numbers := make([]bool, len(r.header))
	for k := range r.header {
		n, filled := 0, 0
		for i := r.first; i < len(g.rows); i++ {
			text := g.at(i, k).text
			if text == "" {
				continue
			}
			switch p.classify(text) {
			case numberMissing, numberError:
				continue
			case numberText, numberDate:
			default:
				n++
			}
			filled++
		}
		numbers[k] = n*2 > filled && k != r.unit && k != r.name && k != r.variable
	}
	return numbers
}

// Parts of headers that speak of where values come from.
func originWords() map[string]string {
	return map[string]string{"source": "source", "licence": "licence", "license": "licence", "method": "method", "note": "note", "notes": "note",
		"footnote": "note", "value_year": "of", "source_year": "of", "data_year": "of"}
}

// originColumns finds columns that speak of where values come from: "source" in
// a long table, "Homicide_source" in a wide one.
func (r *reading) originColumns() map[int][2]string {
	found := map[int][2]string{}
	for k, h := range r.header {
		low := strings.ToLower(h)
		if word, ok := originWords()[low]; ok && r.variable >= 0 {
			found[k] = [2]string{"", word}
			continue
		}
		for _, ending := range []string{"source", "licence", "license", "method", "note", "source_year", "value_year"} {
			column, ok := strings.CutSuffix(low, "_"+ending)
			if !ok {
				continue
			}
			column = h[:len(column)]
			if slices.Contains(r.header, column) && r.variable < 0 {
				found[k] = [2]string{column, originWords()[ending]}
			}
		}
	}
	return found
}

// columns chooses which columns are taken over, and describes them.
func (r *reading) columns(g *grid, t *Table, numbers []bool, origins map[int][2]string) (keep []int) {
	for k, h := range r.header {
		if h == "" {
			continue
		}
		c := Column{Name: h, Kind: "text"}
		switch _, origin := origins[k]; {
		case k == r.unit:
			c.Kind = "country"
		case k == r.name:
			c.Kind = "name"
		case k == r.year:
			c.Kind = "year"
		case k == r.variable:
			c.Kind = "variable"
		case origin:
			c.Kind = "origin"
		case numbers[k]:
			c.Kind = "number"
		}
		for i := r.first; i < len(g.rows); i++ {
			if g.at(i, k).text == "" {
				c.Missing++
			} else {
				c.Values++
			}
		}
		if c.Values == 0 {
			r.note(Finding{Rule: "empty-column", Column: h, Text: "the column holds nothing"})
		}
		r.rep.Columns = append(r.rep.Columns, c)
		if c.Kind != "origin" {
			keep = append(keep, k)
			t.Header = append(t.Header, h)
		}
	}
	return keep
}

// rowOf names the country of a row, or says why the row is not taken.
func (r *reading) rowOf(g *grid, i int) (string, bool) {
	filled := 0
	for _, c := range g.rows[i] {
		if c.text != "" {
			filled++
		}
	}
	if filled == 0 {
		return "", false
	}
	c := g.at(i, r.unit)
	if c.state == covered && r.o.Merged == "repeat" {
		c.text = c.shown
	}
	f := Finding{Line: g.line[i], Column: r.header[r.unit], Cell: c.text}
	if code, ok := r.o.Countries[c.text]; ok && c.text != "" {
		if code == None {
			return "", false
		}
		if x, _, ok := r.countries.Find(code); ok {
			return x.Code, true
		}
		f.Rule, f.Text, f.Option = "unknown-country", fmt.Sprintf("the code %s that was chosen for it is not one", clip(code)), "countries"
		r.bad(f)
		return "", false
	}
	if x, by, ok := r.countries.Find(c.text); ok {
		if by == country.ByName {
			r.note(Finding{Rule: "by-name", Column: f.Column, Line: f.Line, Unit: x.Code, Cell: c.text, Text: c.text + " is read as " + x.Code})
		}
		return x.Code, true
	}
	if filled == 1 {
		r.note(Finding{Rule: "footer", Line: g.line[i], Text: "this line has one cell only and is passed over", Cell: c.text})
		return "", false
	}
	r.unknown(g, i, f, c)
	return "", false
}

// unknown asks for the country of a row, with a proposal where there is one.
func (r *reading) unknown(g *grid, i int, f Finding, c cell) {
	switch {
	case c.text == "" && c.state == covered:
		f.Rule, f.Cell, f.Option, f.Value = "merged", c.shown, "merged", "repeat"
		f.Text = "the country is part of a merged cell; say whether each row of the block is meant"
		r.rep.Proposed.Merged = "repeat"
	case c.text == "":
		f.Rule, f.Text = "no-country", "the row has values and no country; fill in the code"
		if r.name >= 0 {
			if x, _, ok := r.countries.Find(g.at(i, r.name).text); ok {
				f.Text += ": by its name it would be " + x.Code
			}
		}
	default:
		f.Rule, f.Option = "unknown-country", "countries"
		f.Text = "no code or name of a country; give its code, or leave the row out if it is a region or a sum"
		f.Value = c.text + " = " + None
		if x, ok := r.countries.Nearest(c.text); ok {
			f.Text += "; did you mean " + x.Code + " (" + x.Name + ")?"
			f.Value = c.text + " = " + x.Code
		}
		if r.rep.Proposed.Countries == nil {
			r.rep.Proposed.Countries = map[string]string{}
		}
		spelling, code, _ := strings.Cut(f.Value, " = ")
		if len(r.rep.Proposed.Countries) < MaxFindings {
			r.rep.Proposed.Countries[spelling] = code
		}
	}
	r.bad(f)
}

// row takes one row over, and names it by country, year and variable.
func (r *reading) row(g *grid, i int, code string, keep []int, numbers []bool, p *patterns) (row []string, key string) {
	year, variable := "", ""
	for _, k := range keep {
		c := g.at(i, k)
		if c.state == covered && r.o.Merged == "repeat" {
			c.text = c.shown
		}
		text := c.text
		f := Finding{Line: g.line[i], Column: r.header[k], Unit: code, Cell: text}
		switch {
		case k == r.unit:
			text = code
		case c.state == hollow:
			f.Rule, f.Text = "formula", "the cell holds a formula that no program has calculated; open the workbook, let it calculate, and save it"
			r.bad(f)
		case c.state == covered && r.o.Merged == "" && numbers[k]:
			f.Rule, f.Cell, f.Option, f.Value = "merged", c.shown, "merged", "first"
			f.Text = "the cell is part of a merged block; say whether the value is that of each cell, or of the first only"
			if r.rep.Proposed.Merged == "" {
				r.rep.Proposed.Merged = "first"
			}
			r.bad(f)
		case k == r.year:
			text = r.yearCell(f, text)
			year = text
		case numbers[k]:
			text = r.number(f, c, p)
		}
		if k == r.variable {
			variable = text
		}
		row = append(row, text)
	}
	return row, code + "\x00" + year + "\x00" + variable
}

func (r *reading) yearCell(f Finding, text string) string {
	text = strings.TrimSuffix(western(text), ".0")
	if y, err := strconv.Atoi(text); err != nil || y < 1000 || y > 2999 {
		f.Rule, f.Text = "bad-year", "a year has four digits"
		r.bad(f)
	}
	return text
}

// number reads a cell of a column of numbers.
func (r *reading) number(f Finding, c cell, p *patterns) string {
	if strings.HasSuffix(c.shown, "%") && r.o.Percent == "" && c.text != "" {
		f.Rule, f.Cell, f.Option, f.Value = numberPercent, c.shown, "percent", "number"
		f.Text = fmt.Sprintf("the sheet shows %s and holds %s; say which of the two is meant by the value", c.shown, c.text)
		r.rep.Proposed.Percent = "number"
		r.bad(f)
		return ""
	}
	text, why := p.read(c.text, &r.o)
	if p.date.MatchString(c.shown) {
		f.Cell, text, why = c.shown, "", numberDate
	}
	if strings.HasSuffix(c.shown, "%") && r.o.Percent == "number" && why == "" {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			return strconv.FormatFloat(v*100, 'g', 15, 64)
		}
	}
	if why == "" {
		return text
	}
	f.Rule = why
	switch why {
	case numberMissing, numberError:
		f.Text, f.Option, f.Value = "is this a word for “no value”?", "missing", c.text
	case numberPercent:
		f.Text, f.Option, f.Value = "a percent sign: say whether the value is the number before it, or a share of 1", "percent", "number"
	case numberComma:
		f.Text, f.Option, f.Value = "a decimal comma: say so for the whole table", "decimal", ","
	case numberGroups:
		f.Text, f.Option = "signs between thousands: say so for the whole table", "thousands"
	case numberEither:
		f.Text, f.Option = "this is one number with a thousands sign, and another with a decimal comma; say which sign this table uses", "decimal"
	case numberNote:
		f.Text, f.Option, f.Value = "a mark behind the number: say that marks are to be dropped", "footnotes", "drop"
	case numberPoint:
		f.Text = "a decimal point, or a sign at a place where it groups no thousands, in a table of decimal commas; put it right"
	case numberBound:
		f.Text = "a bound is not a value; put a number in its place and say in a note how it was found"
	case numberDate:
		f.Text = "a date stands where a number should; spreadsheets make dates of numbers such as 1-2: put the number right"
	default:
		f.Text = "text stands where a number should; put it right, or leave the cell empty"
	}
	r.bad(f)
	return ""
}

// proposals puts together what the table itself says of its decimal and
// thousands signs, words for "no value" and marks.
func (r *reading) proposals(g *grid, numbers []bool, p *patterns) {
	votes := map[string]int{} // "decimal ,", "thousands ,"
	for k := range r.header {
		for i := r.first; numbers[k] && i < len(g.rows); i++ {
			r.vote(votes, g.at(i, k).text, p)
		}
	}
	o := &r.rep.Proposed
	comma, point := votes["decimal ,"], votes["decimal ."]
	if o.Decimal == "" && comma > 0 {
		o.Decimal = ","
		if point > 0 {
			o.Decimal = ""
			r.bad(Finding{Rule: "two-decimal-signs",
				Text: fmt.Sprintf("%d numbers can only have a decimal comma, %d only a decimal point; put the fewer right", comma, point)})
		}
	}
	for _, sign := range []string{",", ".", " ", "'"} {
		if o.Thousands == "" && votes["thousands "+sign] > 0 && sign != o.Decimal {
			o.Thousands = sign
		}
	}
	if votes["either"] > 0 && o.Decimal == "" && o.Thousands == "" {
		o.Thousands = "," // the finding says that it is a question
	}
}

func (r *reading) vote(votes map[string]int, text string, p *patterns) {
	o := &r.rep.Proposed
	s := strings.TrimSpace(strings.TrimSuffix(western(text), "%"))
	switch p.classify(text) {
	case numberPlain:
		if strings.Contains(s, ".") && !(len(s)-strings.LastIndex(s, ".") == 4) { // 1.234 could be a thousand
			votes["decimal ."]++
		}
	case numberMissing, numberError:
		if !slices.Contains(o.Missing, text) && len(o.Missing) < MaxFindings {
			o.Missing = append(o.Missing, text)
		}
	case numberPercent:
		if o.Percent == "" {
			o.Percent = "number"
		}
		if p.comma.MatchString(s) && !p.either.MatchString(s) {
			votes["decimal ,"]++
		}
	case numberComma:
		votes["decimal ,"]++
	case numberEither:
		votes["either"]++
	case numberNote:
		o.Footnotes = "drop"
	case numberGroups:
		switch {
		case p.groups.MatchString(s):
			votes["thousands ,"]++
		case p.pointGroups.MatchString(s):
			votes["thousands ."]++
			if strings.Contains(s, ",") {
				votes["decimal ,"]++
			}
		case strings.ContainsAny(s, "'’"):
			votes["thousands '"]++
		default:
			votes["thousands  "]++
			if strings.Contains(s, ",") {
				votes["decimal ,"]++
			}
		}
	}
}

// twice settles two rows of one country, or asks.
func (r *reading) twice(t *Table, row []string, at, line, before int, code string) {
	f := Finding{Rule: "row-twice", Line: line, Unit: code, Column: r.header[r.unit]}
	switch {
	case slices.Equal(t.Rows[at], row):
		f.Text = fmt.Sprintf("the row stands in line %d already, the same; it is passed over", before)
		r.note(f)
	case r.o.Duplicates == "first":
	case r.o.Duplicates == "last":
		t.Rows[at] = row
	default:
		f.Text, f.Option = fmt.Sprintf("%s stands in line %d already, with other values; take one out, or say which counts", code, before), "duplicates"
		r.bad(f)
	}
}

// origins takes over what a row says of where its values come from.
func (r *reading) origins(t *Table, g *grid, i int, row []string, code string, columns map[int][2]string) {
	year := ""
	if r.year >= 0 {
		year = g.at(i, r.year).text
	}
	by := map[string]*Origin{}
	for k, c := range columns {
		text := g.at(i, k).text
		if text == "" {
			continue
		}
		column := c[0]
		if r.variable >= 0 {
			column = g.at(i, r.variable).text
		}
		o := by[column]
		if o == nil {
			o = &Origin{Unit: code, Column: column, Year: year}
			by[column] = o
		}
		*map[string]*string{"source": &o.Source, "licence": &o.Licence, "method": &o.Method, "note": &o.Note, "of": &o.Of}[c[1]] = text
	}
	for _, h := range append(slices.Clone(r.header), sortedNames(by)...) {
		if o := by[h]; o != nil {
			t.Origins = append(t.Origins, *o)
			delete(by, h)
		}
	}
}

func sortedNames(m map[string]*Origin) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// mixed warns of a column in which shares of 1 and percentages may be mixed:
// many values up to 1, none just above, and many far above.
func (r *reading) mixed(t *Table, column int) {
	k := slices.Index(t.Header, r.rep.Columns[column].Name)
	low, high := 0, 0
	for _, row := range t.Rows {
		v, err := strconv.ParseFloat(row[k], 64)
		switch {
		case err != nil || v == 0:
		case v < 0 || v > 100 || v > 1 && v < 3:
			return
		case v <= 1:
			low++
		default:
			high++
		}
	}
	if low >= 5 && high >= 5 {
		r.note(Finding{Rule: "mixed-scale", Column: t.Header[k],
			Text: fmt.Sprintf("%d values are at most 1 and %d lie above 3: shares and percentages may be mixed", low, high)})
	}
}
