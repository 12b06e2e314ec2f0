package match

import (
	"fmt"
	"strings"
)

// A State says what one kind of evidence says of two records.
type State string

// The states of evidence.
const (
	Agrees      State = "agrees"
	Near        State = "near" // it may be the same, written or known inexactly
	Contradicts State = "contradicts"
	Missing     State = "missing"
)

// Evidence is what one kind of knowledge besides names says.
type Evidence struct {
	What   string `json:"what"` // birth, nationality, gender, document
	State  State  `json:"state"`
	Query  string `json:"query,omitempty"`
	Listed string `json:"listed,omitempty"`
	Side   string `json:"missing,omitempty"` // who does not say it: query, list or both

	gain int32 // thousandths of what is lacking to a full score
	loss int32 // thousandths of the score
}

// bare is the most that a name alone can score, so that a hit that is
// confirmed never stands beside one that is not.
const bare Score = 9700

// weighEvidence lists what is known besides names, what is missing, and what
// the score becomes.
func (e *Engine) weighEvidence(name Score, q, r *Record) (Score, []Evidence) {
	var all []Evidence
	if r.Kind == Person {
		all = append(all, births(q.Births, r.Births), e.nations(q.Nationalities, r.Nationalities), genders(q.Gender, r.Gender))
	}
	doc := numbers(q.Documents, r.Documents)
	all = append(all, doc)
	s := name * bare / FullScore
	for _, v := range all {
		s -= s * Score(v.loss) / 1000
	}
	for _, v := range all {
		s += (FullScore - s) * Score(v.gain) / 1000
	}
	if doc.State == Agrees && name < 5000 { // the number agrees and the name does not: a person must look
		s = max(s, 8500)
	}
	return s, all
}

// missing says which side does not say something.
func missing(what string, query, listed bool) Evidence {
	v := Evidence{What: what, State: Missing, Side: "both"}
	switch {
	case query:
		v.Side = "list"
	case listed:
		v.Side = "query"
	}
	return v
}

// births compares dates of birth: the pair that agrees best counts.
func births(q, r []Birth) Evidence {
	if len(q) == 0 || len(r) == 0 {
		return missing("birth", len(q) > 0, len(r) > 0)
	}
	var best Evidence
	for i, a := range q {
		for j, b := range r {
			v := Evidence{What: "birth", Query: a.String(), Listed: b.String()}
			v.State, v.gain, v.loss = compareBirth(a, b)
			if i+j == 0 || v.gain-v.loss > best.gain-best.loss {
				best = v
			}
		}
	}
	return best
}

// compareBirth compares two dates of birth.
func compareBirth(a, b Birth) (s State, gain, loss int32) {
	points := a.From == a.To && b.From == b.To && !a.About && !b.About
	switch {
	case points && a.From == b.From && a.From.Day != 0:
		return Agrees, 600, 0
	case points && a.From.Day != 0 && b.From.Day != 0:
		x, y := a.From, b.From
		switch {
		case x.Year == y.Year && x.Month == y.Day && x.Day == y.Month:
			return Near, 300, 0 // day and month changed places
		case x.Year == y.Year && (x.Month == y.Month || x.Day == y.Day):
			return Near, 200, 0
		case x.Year == y.Year:
			return Near, 0, 30
		case x.Month == y.Month && x.Day == y.Day && abs(x.Year-y.Year) <= 10:
			return Near, 0, 40 // one digit of the year, often
		}
	}
	gap := max(a.From.Year, b.From.Year) - min(last(a), last(b))
	about := 0
	if a.About || b.About {
		about = 2
	}
	switch {
	case gap <= 0 && points && sameMonth(a.From, b.From):
		return Agrees, 350, 0
	case gap <= 0 && a.From == a.To && b.From == b.To:
		return Agrees, 300 - int32(about)*50, 0
	case gap <= 0:
		return Near, 150, 0
	case gap <= about:
		return Near, 50, 0
	case gap == 1 && about == 0:
		return Near, 0, 40
	case gap <= 3:
		return Contradicts, 0, 150
	}
	return Contradicts, 0, 250
}

func last(b Birth) int { return max(b.From.Year, b.To.Year) }

func sameMonth(a, b Day) bool { return a.Month != 0 && a.Month == b.Month }

func abs(n int) int { return max(n, -n) }

// String writes a date of birth as lists write it: 1971-05-02, ~1971, 1968..1971.
func (b Birth) String() string {
	s := b.From.String()
	if b.About {
		s = "~" + s
	}
	if b.To != b.From && b.To.Year != 0 {
		s += ".." + b.To.String()
	}
	return s
}

// String writes a day as far as it is known.
func (d Day) String() string {
	switch {
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// nations compares nationalities: one in common agrees. People have several and
// lists know few, so a difference says little.
func (e *Engine) nations(q, r []string) Evidence {
	if len(q) == 0 || len(r) == 0 {
		return missing("nationality", len(q) > 0, len(r) > 0)
	}
	for _, a := range q {
		for _, b := range r {
			if e.country(a) == e.country(b) {
				return Evidence{What: "nationality", State: Agrees, Query: a, Listed: b, gain: 120}
			}
		}
	}
	return Evidence{What: "nationality", State: Contradicts, Query: strings.Join(q, ", "), Listed: strings.Join(r, ", "), loss: 30}
}

// country returns the code of a country, or the folded name of one that is not known.
func (e *Engine) country(s string) string {
	var b strings.Builder
	for _, w := range e.scan(s) {
		if w.text != "the" {
			b.WriteString(w.text)
		}
	}
	key := b.String()
	if code, ok := e.countries[key]; ok {
		return code
	}
	return key
}

func genders(q, r string) Evidence {
	if q != "male" && q != "female" || r != "male" && r != "female" {
		return missing("gender", q != "", r != "")
	}
	if q == r {
		return Evidence{What: "gender", State: Agrees, Query: q, Listed: r}
	}
	return Evidence{What: "gender", State: Contradicts, Query: q, Listed: r, loss: 120}
}

// numbers compares the numbers of documents. Different numbers say nothing: a
// person has several.
func numbers(q, r []Document) Evidence {
	if len(q) == 0 || len(r) == 0 {
		return missing("document", len(q) > 0, len(r) > 0)
	}
	for _, a := range q {
		for _, b := range r {
			if n := number(a.Number); len(n) >= 4 && n == number(b.Number) && (a.Type == b.Type || len(n) >= 7) {
				return Evidence{What: "document", State: Agrees, Query: a.Type + " " + a.Number, Listed: b.Type + " " + b.Number, gain: 900}
			}
		}
	}
	return Evidence{What: "document", State: Near, Query: a0(q), Listed: a0(r)}
}

func a0(d []Document) string { return d[0].Type + " " + d[0].Number }

// number folds a document number: letters and digits, in capitals.
func number(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return -1
	}, s)
}
