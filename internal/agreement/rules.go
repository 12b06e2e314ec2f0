package agreement

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/party"
	"landbridge.example/process"
)

// A Source says where a value comes from: an article of an instrument, what a
// party added to its consent, or what it publishes in its record.
type Source struct {
	Instrument string             `json:"instrument,omitempty"`
	Title      string             `json:"title,omitempty"`
	Article    string             `json:"article,omitempty"`
	Party      landbridge.PartyID `json:"party,omitempty"` // whose reservation or record
	Kind       string             `json:"kind"`            // article, reservation, declaration, objection, record
}

// The kinds of source beside those of a reservation.
const (
	fromArticle = "article"
	fromRecord  = "record"
)

// String names the source as a sentence can cite it.
func (s Source) String() string {
	switch s.Kind {
	case fromRecord:
		return "published requirements of " + string(s.Party)
	case fromArticle:
		return s.Title + ", Art. " + s.Article
	}
	text := s.Kind + " of " + string(s.Party) + " to " + s.Title
	if s.Article != "" {
		text += ", Art. " + s.Article
	}
	return text
}

func compareSources(a, b Source) int {
	return cmp.Or(cmp.Compare(a.Instrument, b.Instrument), cmp.Compare(a.Article, b.Article), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Party, b.Party), cmp.Compare(a.Title, b.Title))
}

// A Value is one rule of a profile and where it comes from. Which of Number and
// Words it uses depends on its name.
type Value struct {
	Number int      `json:"number,omitempty"`
	Words  []string `json:"words,omitempty"`
	From   []Source `json:"from"`
}

// Rules are the values of a profile by name. A name that stands for one of
// many is written with what it is about: "required/answer_by",
// "excluded_offences/tax", "assurances/retrial", "deadlines/answer".
type Rules map[string]Value

// A join says how two values of one name make one.
type join int

const (
	both  join = iota // it holds if either says so
	least             // the smaller number
	most              // the larger number or rank
	among             // what both lists hold
)

// joinOf returns how values of a name merge. Names outside the list are held
// as both: a rule nobody knows is never lost.
func joinOf(name string) join {
	switch head, _, _ := strings.Cut(name, "/"); head {
	case "max_persons", "retention_days", "arrest_days", "deadlines", "max_exhibit_mib":
		return least
	case "min_penalty_months", "min_remaining_months", "dual", "death", "nationals", "transfer":
		return most
	case "languages", "channels":
		return among
	}
	return both
}

// Strictest merges two sets of rules so that the stricter value of each wins,
// whatever the order (S35). It is commutative, associative and idempotent, and
// the result is never looser than either. The sources of a value are those that
// ask for exactly this much; of a list, those that narrowed it.
func Strictest(a, b Rules) Rules {
	out := make(Rules, len(a)+len(b))
	for name, v := range a {
		out[name] = v
	}
	for name, v := range b {
		if was, ok := out[name]; ok {
			v = merge(joinOf(name), was, v)
		}
		out[name] = v
	}
	return out
}

func merge(j join, a, b Value) Value {
	switch {
	case j == least && a.Number < b.Number, j == most && a.Number > b.Number:
		return a
	case j == least && a.Number > b.Number, j == most && a.Number < b.Number:
		return b
	}
	v := Value{Number: a.Number, From: sources(a.From, b.From)}
	if j == among {
		for _, w := range a.Words {
			if slices.Contains(b.Words, w) {
				v.Words = append(v.Words, w)
			}
		}
	}
	return v
}

func sources(a, b []Source) []Source {
	all := append(slices.Clone(a), b...)
	slices.SortFunc(all, compareSources)
	return slices.Compact(all)
}

// Stricter reports whether a asks at least as much as b in everything.
func Stricter(a, b Rules) bool {
	for name, theirs := range b {
		ours, ok := a[name]
		if !ok {
			return false
		}
		switch joinOf(name) {
		case least:
			ok = ours.Number <= theirs.Number
		case most:
			ok = ours.Number >= theirs.Number
		case among:
			ok = !slices.ContainsFunc(ours.Words, func(w string) bool { return !slices.Contains(theirs.Words, w) })
		}
		if !ok {
			return false
		}
	}
	return true
}

// Names lists the names of the rules, in order.
func (r Rules) Names() []string { return slices.Sorted(maps.Keys(r)) }

// About lists what the rules called head are about: the fields of "required".
func (r Rules) About(head string) []string {
	var all []string
	for _, name := range r.Names() {
		if h, rest, ok := strings.Cut(name, "/"); ok && h == head {
			all = append(all, rest)
		}
	}
	return all
}

// Word returns the word of a ranked value, empty when there is none.
func (r Rules) Word(name string) string {
	ranks := Ranks(name)
	if v, ok := r[name]; ok && v.Number >= 1 && v.Number <= len(ranks) {
		return ranks[v.Number-1]
	}
	return ""
}

// Rules returns what the term says, without its source.
func (t *Term) Rules() Rules { return t.rules(Source{Article: t.Article, Kind: fromArticle}) }

// rules returns what one term says.
func (t *Term) rules(from Source) Rules {
	r := Rules{}
	src := []Source{from}
	number := func(name string, n int) {
		if n > 0 {
			r[name] = Value{Number: n, From: src}
		}
	}
	list := func(name string, words []string) {
		if len(words) > 0 {
			r[name] = Value{Words: sorted(words), From: src}
		}
	}
	flags := func(head string, words []string) {
		for _, w := range words {
			r[head+"/"+w] = Value{From: src}
		}
	}
	rank := func(name, word string) { number(name, slices.Index(Ranks(name), word)+1) }
	list("channels", t.Channels)
	list("languages", t.Languages)
	flags("required", t.Required)
	flags("excluded_offences", t.Excluded)
	flags("assurances", t.Assurances)
	for _, d := range t.Deadlines {
		number("deadlines/"+d.Clock, d.Hours)
	}
	number("min_penalty_months", t.MinPenalty)
	number("min_remaining_months", t.MinLeft)
	number("max_persons", t.MaxPersons)
	number("retention_days", t.Retention)
	number("arrest_days", t.Arrest)
	rank("dual", t.Dual)
	rank("death", t.Death)
	rank("nationals", t.Nationals)
	rank("transfer", t.Transfer)
	if t.Specialty {
		r["specialty"] = Value{From: src}
	}
	return r
}

// Published returns what a party asks for in its record under one process.
func Published(who landbridge.PartyID, p party.Profile) Rules {
	t := Term{Process: p.Process, Languages: p.Languages, Required: p.Required, Excluded: p.Excluded, MaxPersons: p.MaxPersons, MinPenalty: p.MinPenaltyMonths}
	if p.DualCriminality {
		t.Dual = "required"
	}
	src := Source{Kind: fromRecord, Party: who}
	r := t.rules(src)
	if p.MaxExhibitMiB > 0 {
		r["max_exhibit_mib"] = Value{Number: p.MaxExhibitMiB, From: []Source{src}}
	}
	return r
}

// Profile returns the part of the rules that a process definition checks by itself.
func (r Rules) Profile() process.Profile {
	p := process.Profile{Required: r.About("required"), Excluded: r.About("excluded_offences"),
		MaxPersons: r["max_persons"].Number, MinPenaltyMonths: r["min_penalty_months"].Number}
	if v, ok := r["languages"]; ok {
		if p.Languages = v.Words; len(v.Words) == 0 {
			p.Languages = []string{process.NoLanguage}
		}
	}
	return p
}

// Cite returns where a value comes from, in one line; empty when there is no value.
func (r Rules) Cite(name string) string {
	var all []string
	for _, s := range r[name].From {
		all = append(all, s.String())
	}
	return strings.Join(all, "; ")
}
