package decision

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"landbridge.example"
)

const amendmentForm = "landbridge-amendment/1"

// What an amendment does to a paragraph. The words stand in signed forms.
const (
	Replace = "replace"
	Insert  = "insert"
	Delete  = "delete"
)

// Start is where a paragraph is inserted that comes before all others.
const Start = "-"

// A Change is one difference to a text. Replace and Delete name a paragraph of
// the base; Insert names the one after which the new paragraph stands, or Start.
type Change struct {
	Op    string
	At    string    // id of a paragraph of the base, or Start
	Wants Paragraph // of replace (with the id At) and insert (with a new id)
}

// An Amendment is a difference to one exact text.
type Amendment struct {
	Base    landbridge.Digest
	Reason  string
	Changes []Change // of the same place in the order in which they are to stand
}

// Encode returns the one form of the amendment.
func (a *Amendment) Encode() []byte {
	f := newForm(amendmentForm)
	f.digest("base", a.Base)
	f.put("reason", a.Reason)
	for _, c := range a.Changes {
		line := c.Op + " " + c.At
		if c.Op == Insert {
			line += " " + c.Wants.ID
		}
		if c.Op != Delete {
			line += fmt.Sprintf(" %d %s", c.Wants.Level, c.Wants.Body)
		}
		f.put("change", line)
	}
	return f.bytes()
}

// Digest names the amendment.
func (a *Amendment) Digest() landbridge.Digest { return sum(domainAmendment, a.Encode()) }

// ParseAmendment reads an amendment in its one form. Whether it fits its base
// is for [Amendment.Fits].
func ParseAmendment(b []byte) (*Amendment, error) {
	c, err := read(b, amendmentForm, MaxAmendment)
	if err != nil {
		return nil, fmt.Errorf("reading an amendment: %w", err)
	}
	a := &Amendment{Base: c.digest("base"), Reason: c.maybe("reason")}
	for _, line := range c.all("change", MaxChanges) {
		a.Changes = append(a.Changes, c.change(line))
	}
	if err := c.end(b, a.Encode()); err != nil {
		return nil, fmt.Errorf("reading an amendment: %w", err)
	}
	return a, a.Check()
}

func (c *cursor) change(line string) (out Change) {
	var rest string
	out.Op, rest, _ = strings.Cut(line, " ")
	out.At, rest, _ = strings.Cut(rest, " ")
	switch out.Op {
	case Delete:
		if rest != "" {
			c.fail("a deletion names one paragraph")
		}
	case Replace:
		out.Wants = c.paragraph(out.At + " " + rest)
	case Insert:
		out.Wants = c.paragraph(rest)
	default:
		c.fail("%.40q is no change; there are replace, insert and delete", out.Op)
	}
	return out
}

// Check refuses what no amendment can say, whatever its base.
func (a *Amendment) Check() error {
	if a.Base.IsZero() || len(a.Changes) == 0 || len(a.Changes) > MaxChanges {
		return fmt.Errorf("an amendment names its base and has 1 to %d changes", MaxChanges)
	}
	if !plain(a.Reason, maxNote, true) {
		return fmt.Errorf("the reason of an amendment has at most %d bytes and no control characters", maxNote)
	}
	touched, added := map[string]bool{}, map[string]bool{}
	for _, c := range a.Changes {
		if c.Op != Insert {
			if touched[c.At] {
				return fmt.Errorf("the amendment changes paragraph %s twice", c.At)
			}
			touched[c.At] = true
		}
		if !landbridge.ValidName(c.At, maxID) && (c.At != Start || c.Op != Insert) {
			return fmt.Errorf("%.60q is not the id of a paragraph", c.At)
		}
		switch c.Op {
		case Insert:
			if added[c.Wants.ID] {
				return fmt.Errorf("the amendment inserts paragraph %s twice", c.Wants.ID)
			}
			added[c.Wants.ID] = true
			if err := c.Wants.check(); err != nil {
				return err
			}
		case Replace:
			if c.Wants.ID != c.At {
				return errors.New("a replaced paragraph keeps its id")
			}
			if err := c.Wants.check(); err != nil {
				return err
			}
		case Delete:
			if c.Wants != (Paragraph{}) {
				return errors.New("a deletion has no words")
			}
		default:
			return fmt.Errorf("%.40q is no change", c.Op)
		}
	}
	return nil
}

// Fits refuses an amendment that is not one of this text.
func (a *Amendment) Fits(base *Text) error {
	if a.Base != base.Digest() {
		return errors.New("the amendment is made on another version of the text; make it on the one that stands")
	}
	for _, c := range a.Changes {
		if c.At != Start && base.index(c.At) < 0 {
			return fmt.Errorf("the text has no paragraph %s", c.At)
		}
		if c.Op == Insert && base.index(c.Wants.ID) >= 0 {
			return fmt.Errorf("the text has a paragraph %s already; a new one has a new id", c.Wants.ID)
		}
		if c.Op == Replace && base.Paragraphs[base.index(c.At)] == c.Wants {
			return fmt.Errorf("paragraph %s says exactly this already", c.At)
		}
	}
	return nil
}

// Why two amendments cannot, or should not silently, stand together.
const (
	BothReplace = "replace" // with different words; excludes
	GoneAndNew  = "delete"  // one deletes what the other replaces; excludes
	SameID      = "id"      // both insert different paragraphs under one id; excludes
	SamePlace   = "place"   // both insert at one place: their order is that of their digests
	NextToGone  = "anchor"  // one inserts behind what the other deletes
)

// A Conflict is a place where two amendments meet.
type Conflict struct {
	A, B     landbridge.Digest // A before B
	At       string            // id of the paragraph
	Kind     string
	Excludes bool // they cannot both be adopted
}

// Conflicts lists where amendments of one text meet, in a fixed order. The
// same amendment twice meets nothing.
func Conflicts(all []*Amendment) []Conflict {
	all = distinct(all)
	var out []Conflict
	for i, a := range all {
		for _, b := range all[i+1:] {
			out = append(out, meet(a, b)...)
		}
	}
	return out
}

func meet(a, b *Amendment) []Conflict {
	var out []Conflict
	add := func(at, kind string, excludes bool) {
		c := Conflict{a.Digest(), b.Digest(), at, kind, excludes}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, x := range a.Changes {
		for _, y := range b.Changes {
			switch {
			case x.Op == Insert && y.Op == Insert:
				if x.Wants.ID == y.Wants.ID && x != y {
					add(x.Wants.ID, SameID, true)
				} else if x != y && x.At == y.At {
					add(x.At, SamePlace, false)
				}
			case x.At != y.At:
			case x.Op == Insert || y.Op == Insert:
				if x.Op == Delete || y.Op == Delete {
					add(x.At, NextToGone, false)
				}
			case x.Op == Replace && y.Op == Replace:
				if x.Wants != y.Wants {
					add(x.At, BothReplace, true)
				}
			case x.Op != y.Op:
				add(x.At, GoneAndNew, true)
			}
		}
	}
	slices.SortFunc(out, func(x, y Conflict) int { return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.Kind, y.Kind)) })
	return out
}

// distinct returns the amendments by digest, each once.
func distinct(all []*Amendment) []*Amendment {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b *Amendment) int { x, y := a.Digest(), b.Digest(); return bytes.Compare(x[:], y[:]) })
	return slices.CompactFunc(all, func(a, b *Amendment) bool { return a.Digest() == b.Digest() })
}

// Consolidate returns the text that a set of amendments makes of base. The
// order of the set makes no difference. It refuses amendments of another text
// and ones that exclude each other.
func Consolidate(base *Text, set []*Amendment) (*Text, error) {
	set = distinct(set)
	changed, gone, behind := map[string]Paragraph{}, map[string]bool{}, map[string][]Paragraph{}
	for _, a := range set {
		if err := errors.Join(a.Check(), a.Fits(base)); err != nil {
			return nil, err
		}
		for _, c := range a.Changes {
			switch c.Op {
			case Replace:
				changed[c.At] = c.Wants
			case Delete:
				gone[c.At] = true
			case Insert:
				if !slices.Contains(behind[c.At], c.Wants) { // two that insert the very same
					behind[c.At] = append(behind[c.At], c.Wants)
				}
			}
		}
	}
	for _, c := range Conflicts(set) {
		if c.Excludes {
			return nil, fmt.Errorf("two amendments exclude each other at paragraph %s", c.At)
		}
	}
	out := &Text{ID: base.ID, Language: base.Language, Title: base.Title, Original: base.Original}
	out.Paragraphs = append(out.Paragraphs, behind[Start]...)
	for _, p := range base.Paragraphs {
		if q, ok := changed[p.ID]; ok {
			p = q
		}
		if !gone[p.ID] {
			out.Paragraphs = append(out.Paragraphs, p)
		}
		out.Paragraphs = append(out.Paragraphs, behind[p.ID]...)
	}
	return out, out.Check()
}

// Amend returns the amendment that makes wanted of base, so that people edit a
// text and the difference is found. Title, language and order of what stays
// cannot change by amendment.
func Amend(base, wanted *Text, reason string) (*Amendment, error) {
	if err := wanted.Check(); err != nil {
		return nil, err
	}
	if base.ID != wanted.ID || base.Title != wanted.Title || base.Language != wanted.Language || base.Original != wanted.Original {
		return nil, errors.New("an amendment changes paragraphs; title and language stay")
	}
	a := &Amendment{Base: base.Digest(), Reason: reason}
	last, at := -1, Start
	for _, p := range wanted.Paragraphs {
		i := base.index(p.ID)
		switch {
		case i < 0:
			a.Changes = append(a.Changes, Change{Insert, at, p})
			continue
		case i < last:
			return nil, fmt.Errorf("paragraph %s moved; delete it and insert it under a new id", p.ID)
		case base.Paragraphs[i] != p:
			a.Changes = append(a.Changes, Change{Replace, p.ID, p})
		}
		last, at = i, p.ID
	}
	for _, p := range base.Paragraphs {
		if wanted.index(p.ID) < 0 {
			a.Changes = append(a.Changes, Change{Op: Delete, At: p.ID})
		}
	}
	if len(a.Changes) == 0 {
		return nil, errors.New("nothing is different")
	}
	return a, a.Check()
}

// A Difference is what became of one paragraph between two versions.
type Difference struct {
	Op       string // replace, insert, delete; empty: it stays
	Was, Now Paragraph
}

// Compare shows two versions of a text side by side, in the order of the new
// one, with what is gone at the place where it stood.
func Compare(was, now *Text) []Difference {
	var out []Difference
	next := 0 // paragraphs of was that were shown
	gone := func(until int) {
		for ; next < until; next++ {
			if p := was.Paragraphs[next]; now.index(p.ID) < 0 {
				out = append(out, Difference{Op: Delete, Was: p})
			}
		}
	}
	for _, p := range now.Paragraphs {
		i := was.index(p.ID)
		if i < 0 {
			out = append(out, Difference{Op: Insert, Now: p})
			continue
		}
		gone(i)
		next = max(next, i+1)
		d := Difference{Was: was.Paragraphs[i], Now: p}
		if d.Was != d.Now {
			d.Op = Replace
		}
		out = append(out, d)
	}
	gone(len(was.Paragraphs))
	return out
}
