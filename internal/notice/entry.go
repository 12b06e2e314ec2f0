package notice

import (
	"slices"
	"time"

	"landbridge.example"
	"landbridge.example/internal/casework"
	"landbridge.example/process"
)

// An entry is what a case adds up to as a notice.
type entry struct {
	ID         landbridge.CaseID
	Number     string
	Issuer     landbridge.PartyID
	Side       string
	Kind       string
	State      string
	Published  time.Time // to the police; zero: not now
	Until      time.Time // it ends by itself then; zero while it is not published
	Confirm    time.Time // it has to be confirmed by then; zero: no such clock
	Removed    time.Time // its removal was ordered then
	Removal    string    // why: the code the issuing side gave, or the act
	RemovalAct landbridge.Digest
	Content    *content // nil: nothing is kept
	Parties    []partyLine
	Changed    time.Time
}

// A partyLine is one party of a notice.
type partyLine struct {
	Party  landbridge.PartyID
	Side   string
	Taken  time.Time
	Effect string // effect_here, as the party said it
	Gone   time.Time
}

// content is what a published notice says, sealed at rest.
type content struct {
	Title     string        `json:"title"`
	Persons   []process.Row `json:"persons,omitempty"`
	Offences  []process.Row `json:"offences,omitempty"`
	Seek      string        `json:"seek,omitempty"`
	Caution   string        `json:"caution,omitempty"`
	Text      string        `json:"text,omitempty"` // of the object, the body, the method or the threat
	ListEntry string        `json:"list_entry,omitempty"`
	ShownTo   string        `json:"shown_to,omitempty"`
	Extract   string        `json:"extract,omitempty"` // for the public
}

// removals are the acts that order every party to take a notice out.
var removals = [...]string{"withdraw_published", "order_removal", "remove", "end_validity"}

// reduce turns a case into an entry. It is pure: every node makes the same of
// the same acts, whenever it gets them.
func reduce(s *casework.Standing) *entry {
	e := &entry{ID: s.ID, Number: s.Number, Issuer: s.Origin, Side: s.Side, State: s.State, Kind: kindOf(s), Changed: s.Changed}
	parties := map[landbridge.PartyID]*partyLine{}
	for side, all := range s.Sides {
		for _, p := range all {
			parties[p] = &partyLine{Party: p, Side: side}
		}
	}
	extract := ""
	for i := range s.Steps {
		step := &s.Steps[i]
		p := parties[step.Act.Party]
		switch t := step.Act.Transition; {
		case t == "publish":
			e.Published, extract = step.At, ""
		case t == "publish_extract":
			extract = s.Steps[i].Act.Fields["extract_text"].Text
		case t == "take_in" && p != nil:
			p.Taken, p.Effect = step.At, step.Act.Fields["effect_here"].Text
		case slices.Contains(removals[:], t):
			e.Removed, e.RemovalAct, e.Removal = step.At, step.Act.ID, step.Act.Fields["removal_text"].Text
			if e.Removal == "" {
				e.Removal = t
			}
		case t == "acknowledge_removal" && p != nil:
			p.Gone = step.At
		}
	}
	for _, p := range parties {
		e.Parties = append(e.Parties, *p)
	}
	slices.SortFunc(e.Parties, func(a, b partyLine) int { return compareParty(a.Party, b.Party) })
	if s.State != statePublished {
		if s.State != stateWithheld {
			e.Published = time.Time{}
		}
		return e
	}
	e.Until, e.Confirm = ends(s.Clocks)
	if s.Side == "issuing" || s.Side == "receiving" { // the panel reviews; it does not search
		e.Content = contentOf(s)
		e.Content.Extract = extract
	}
	return e
}

func compareParty(a, b landbridge.PartyID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// kindOf names the kind of a notice: a wanted person has an act of its own.
func kindOf(s *casework.Standing) string {
	if k := s.Fields["notice_kind"].Text; k != "" {
		return k
	}
	if len(s.Steps) > 0 && s.Steps[0].Act.Transition == "submit_wanted" {
		return Wanted
	}
	return ""
}

// ends returns when a published notice ends by itself, and when it has to be
// confirmed. A node that hears nothing any more lets it end all the same (S15).
func ends(clocks []process.Running) (until, confirm time.Time) {
	for _, k := range clocks {
		if k.Clock.Do != "end_validity" || !k.Ended.IsZero() {
			continue
		}
		if until.IsZero() || k.Due.Before(until) {
			until = k.Due
		}
		if k.Clock.Name == "notice.validity" {
			confirm = k.Due
		}
	}
	return until, confirm
}

// contentOf gathers what an officer needs to see.
func contentOf(s *casework.Standing) *content {
	c := &content{Title: s.Title, Persons: s.Fields["persons"].Rows, Offences: s.Fields["offences"].Rows, Seek: s.Fields["seek_text"].Text,
		Caution: s.Fields["caution_text"].Text, ListEntry: s.Fields["list_entry"].Text, ShownTo: s.Fields["published_to"].Text}
	for _, f := range []string{"property_text", "body_description", "method_text", "threat_text", "missing_risk"} {
		if t := s.Fields[f].Text; t != "" {
			c.Text = t
		}
	}
	return c
}

// inForce says whether a notice may be shown to the police now.
func (e *entry) inForce(now time.Time) bool {
	return e.State == statePublished && e.Content != nil && !e.Until.IsZero() && now.Before(e.Until)
}
