package match

import "strconv"

// A WordReason says what became of one word, or of several that belong together.
type WordReason struct {
	Query    string `json:"query,omitempty"`
	Listed   string `json:"listed,omitempty"`
	Role     string `json:"role"`
	How      string `json:"how"`
	Likeness int    `json:"likeness"` // percent; 0 for words without counterpart
}

// How words were found to be the same, or not.
const (
	HowSame     = "same"
	HowSpelling = "spelling"           // written a little differently
	HowScript   = "other script"       // read in another script
	HowInitial  = "initial"            // one side has only the initial
	HowMeaning  = "same meaning"       // title, legal form or kind of business in other words
	HowShort    = "short form"         // of a given name
	HowLetters  = "initials"           // of several words
	HowJoined   = "written together"   // one side writes it in one word
	HowAgainst  = "against"            // stands against a word of the other side
	HowOmitted  = "only on one side"   // the other side leaves it out
	HowNumber   = "number on one side" // and the other has another or none
)

// reasons explains an alignment, in the order of the query's words; what only
// the listed name has follows.
func (al *alignment) reasons() (all []WordReason) {
	left, right := 0, 0
	for i := range al.a.parts {
		if !al.usedA[i] && al.a.parts[i].role == roleName {
			left++
		}
	}
	for j := range al.b.parts {
		if !al.usedB[j] && al.b.parts[j].role == roleName {
			right++
		}
	}
	next := 0
	for i := range al.a.parts {
		if !al.usedA[i] {
			all = append(all, alone(&al.a.parts[i], right, true))
		}
		for next < len(al.pairs) && al.pairs[next].ai == i {
			all = append(all, al.reason(al.pairs[next]))
			next++
		}
	}
	for j := range al.b.parts {
		if !al.usedB[j] {
			all = append(all, alone(&al.b.parts[j], left, false))
		}
	}
	return all
}

// alone explains a word without counterpart.
func alone(p *part, others int, query bool) WordReason {
	w := WordReason{Role: p.role.String(), How: HowOmitted}
	switch {
	case p.role == roleNumber:
		w.How = HowNumber
	case p.role == roleName && others > 0:
		w.How = HowAgainst
	}
	if query {
		w.Query = p.text
	} else {
		w.Listed = p.text
	}
	return w
}

func (al *alignment) reason(p pairing) WordReason {
	x, y := al.a.parts[p.ai:p.ai+p.an], al.b.parts[p.bi:p.bi+p.bn]
	w := WordReason{Query: joinTexts(x), Listed: joinTexts(y), Role: x[0].role.String(), Likeness: int(100 - p.dist/10)}
	switch {
	case p.how == byInitial:
		w.How = HowInitial
	case p.how == byClass:
		w.How = HowMeaning
	case p.how == byNick:
		w.How = HowShort
	case p.how == byInitials:
		w.How = HowLetters
	case p.how == byJoining:
		w.How = HowJoined
	case x[0].script != y[0].script:
		w.How = HowScript
	case w.Query == w.Listed:
		w.How = HowSame
	default:
		w.How = HowSpelling
	}
	return w
}

func joinTexts(parts []part) string {
	s := ""
	for i, p := range parts {
		if i > 0 {
			s += " "
		}
		s += p.text
	}
	return s
}

// MarshalJSON writes a score as a number between 0 and 1 with four digits.
func (s Score) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }

// String writes a score as a number between 0 and 1 with four digits.
func (s Score) String() string {
	whole, part := int(s)/int(FullScore), int(s)%int(FullScore)
	text := strconv.Itoa(part)
	for len(text) < 4 {
		text = "0" + text
	}
	return strconv.Itoa(whole) + "." + text
}
