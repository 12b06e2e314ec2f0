package decision

import (
	"errors"
	"slices"
	"time"

	"landbridge.example"
)

// A Proposed is one amendment with what is said of it.
type Proposed struct {
	Act       landbridge.Digest
	By        landbridge.PartyID
	At        time.Time
	Amendment *Amendment
	Note      string
	Support   []landbridge.PartyID // by code, without its author
	Oppose    []landbridge.PartyID
	Withdrawn bool
	Adopted   landbridge.Digest // the act that consolidated it; zero: none has
	Stale     bool              // made on a version that stands no more
}

// States of an amendment.
const (
	Stands    = "standing"
	Withdrawn = "withdrawn"
	Taken     = "adopted"
	Stale     = "stale" // made on a version that stands no more
)

// State says in a word where the amendment stands.
func (p *Proposed) State() string {
	switch {
	case p.Withdrawn:
		return Withdrawn
	case !p.Adopted.IsZero():
		return Taken
	case p.Stale:
		return Stale
	}
	return Stands
}

// A Version is one state of the text.
type Version struct {
	Act     landbridge.Digest // that tabled or consolidated it
	At      time.Time
	Text    *Text
	Digest  landbridge.Digest
	Adopted []landbridge.Digest // acts of the amendments in it that were not in the one before
}

// A Draft is a text under negotiation.
type Draft struct {
	Keeper     landbridge.PartyID
	Versions   []Version // oldest first; at least one
	Amendments []*Proposed
	Conflicts  []Conflict // between amendments that stand on the newest version
	Refused    []Refused
	// Translations by the digest of their original, by language: the last one counts.
	Translations map[landbridge.Digest]map[string]Translation
}

// A Translation is a version in another language, and who published it.
type Translation struct {
	By   landbridge.PartyID
	Text *Text
}

// Why an act of a draft has no effect.
const (
	UnknownAct   = "unknown-act"   // it names an act that is not here or is none of this kind
	BadAmendment = "bad-amendment" // it does not fit the text it names, or none of its versions
	BadText      = "bad-text"      // the amendments make another text than it says
	Gone         = "gone"          // the amendment was withdrawn or is settled
)

// Text returns the newest version.
func (d *Draft) Text() *Text { return d.Versions[len(d.Versions)-1].Text }

// Standing returns the amendments on the newest version that were neither
// withdrawn nor adopted.
func (d *Draft) Standing() []*Proposed {
	var out []*Proposed
	for _, p := range d.Amendments {
		if !p.Withdrawn && !p.Stale && p.Adopted.IsZero() {
			out = append(out, p)
		}
	}
	return out
}

// FoldDraft computes the state of a text under negotiation from a set of acts.
// Order and duplicates make no difference. tabled is the act that began it.
func FoldDraft(tabled *Act, acts []*Act) (*Draft, error) {
	if tabled.Kind != Tabled {
		return nil, errors.New("a draft begins with the act that tabled its text")
	}
	t, err := ParseText([]byte(tabled.Body))
	if err != nil {
		return nil, err
	}
	about := tabled.Digest()
	d := &Draft{Keeper: tabled.Party, Versions: []Version{{Act: about, At: tabled.Made, Text: t, Digest: t.Digest()}}}
	for _, a := range sorted(acts) {
		if a.digest == about {
			continue
		}
		if why := d.take(a, about, tabled.Made); why != "" {
			d.Refused = append(d.Refused, Refused{a.digest, a.Party, a.Kind, why})
		}
	}
	newest := d.Versions[len(d.Versions)-1].Digest
	var standing []*Amendment
	for _, p := range d.Amendments {
		p.Stale = p.Amendment.Base != newest && p.Adopted.IsZero()
		if !p.Stale && !p.Withdrawn && p.Adopted.IsZero() {
			standing = append(standing, p.Amendment)
		}
	}
	d.Conflicts = Conflicts(standing)
	return d, nil
}

// take applies one act, or says why it has no effect.
func (d *Draft) take(a named, about landbridge.Digest, since time.Time) string {
	switch {
	case a.Matter != about:
		return WrongMatter
	case a.Made.Before(since):
		return TooEarly
	}
	switch a.Kind {
	case Amended:
		return d.amend(a)
	case Supported, Opposed, Withdrew:
		return d.speak(a)
	case Consolidated:
		return d.consolidate(a)
	case Translated:
		return d.translate(a)
	}
	return WrongMethod
}

func (d *Draft) amend(a named) string {
	x, err := ParseAmendment([]byte(a.Body))
	if err != nil {
		return BadAmendment
	}
	i := slices.IndexFunc(d.Versions, func(v Version) bool { return v.Digest == x.Base })
	if i < 0 || x.Fits(d.Versions[i].Text) != nil {
		return BadAmendment
	}
	d.Amendments = append(d.Amendments, &Proposed{Act: a.digest, By: a.Party, At: a.Made, Amendment: x, Note: a.Note})
	return ""
}

func (d *Draft) find(act landbridge.Digest) *Proposed {
	for _, p := range d.Amendments {
		if p.Act == act {
			return p
		}
	}
	return nil
}

func (d *Draft) speak(a named) string {
	p := d.find(a.Of)
	switch {
	case p == nil:
		return UnknownAct
	case (a.Kind == Withdrew) != (a.Party == p.By):
		return WrongParty
	case p.Withdrawn || !p.Adopted.IsZero():
		return Gone
	case a.Kind == Withdrew:
		p.Withdrawn = true
		return ""
	}
	without := func(all []landbridge.PartyID) []landbridge.PartyID {
		return slices.DeleteFunc(all, func(x landbridge.PartyID) bool { return x == a.Party })
	}
	p.Support, p.Oppose = without(p.Support), without(p.Oppose)
	if a.Kind == Supported {
		p.Support = append(p.Support, a.Party)
		slices.Sort(p.Support)
	} else {
		p.Oppose = append(p.Oppose, a.Party)
		slices.Sort(p.Oppose)
	}
	return ""
}

// consolidate makes the next version. The text is computed, never believed.
func (d *Draft) consolidate(a named) string {
	if a.Party != d.Keeper {
		return WrongParty
	}
	var all []*Amendment
	for _, x := range a.Acts {
		p := d.find(x)
		switch {
		case p == nil:
			return UnknownAct
		case p.Withdrawn || !p.Adopted.IsZero():
			return Gone
		}
		all = append(all, p.Amendment)
	}
	t, err := Consolidate(d.Text(), all)
	if err != nil {
		return BadAmendment
	}
	digest := t.Digest()
	if digest != a.Text || slices.ContainsFunc(d.Versions, func(v Version) bool { return v.Digest == digest }) {
		return BadText
	}
	for _, x := range a.Acts {
		d.find(x).Adopted = a.digest
	}
	d.Versions = append(d.Versions, Version{a.digest, a.Made, t, digest, a.Acts})
	return ""
}

// translate keeps a translation that fits its original.
func (d *Draft) translate(a named) string {
	t, err := ParseText([]byte(a.Body))
	if err != nil {
		return BadText
	}
	i := slices.IndexFunc(d.Versions, func(v Version) bool { return v.Digest == t.Original })
	if i < 0 || t.Translates(d.Versions[i].Text) != nil {
		return BadText
	}
	if d.Translations == nil {
		d.Translations = map[landbridge.Digest]map[string]Translation{}
	}
	if d.Translations[t.Original] == nil {
		d.Translations[t.Original] = map[string]Translation{}
	}
	d.Translations[t.Original][t.Language] = Translation{a.Party, t}
	return ""
}
