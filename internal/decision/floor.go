package decision

import (
	"cmp"
	"slices"
	"time"

	"landbridge.example"
)

// What happens on the floor. The words stand in stored events: append, never rename.
const (
	ItemOpened = "item-opened" // Item is taken up; an open turn ends
	Asked      = "asked"       // Party asks for the floor
	TookBack   = "took-back"   // it does not want it any more
	Called     = "called"      // the chair gives it the floor; an open turn ends
	Ended      = "ended"       // the turn ends
	ListClosed = "list-closed" // nobody new is taken on the list, but for replies and points of order
	ListOpened = "list-opened"
)

// As what a delegation asks for the floor.
const (
	ToSpeak = ""      // to the item
	Point   = "point" // a point of order: goes before all
	Reply   = "reply" // a right of reply: goes after all
)

// An Event is one thing that happened on the floor.
type Event struct {
	Kind     string             `json:"kind"`
	Item     string             `json:"item,omitempty"`
	Party    landbridge.PartyID `json:"party,omitempty"`
	As       string             `json:"as,omitempty"`
	Language string             `json:"language,omitempty"` // in which it will speak, so that booths can be ready
	At       time.Time          `json:"at"`
}

// FloorRules say how long a turn is and who is next. They hold for all
// delegations alike.
type FloorRules struct {
	Turn       int  `json:"turn"`        // seconds of a turn
	ReplyTurn  int  `json:"reply_turn"`  // seconds of a reply or a point of order
	Turns      int  `json:"turns"`       // of one delegation on one item; 0: no limit. Replies and points are not counted
	FreshFirst bool `json:"fresh_first"` // who has spoken less on the item goes first
	Alternate  bool `json:"alternate"`   // among those who are equal, another language than the last speaker's goes first
}

// A Request is a place on the speaking list.
type Request struct {
	Party    landbridge.PartyID
	As       string
	Language string
	At       time.Time
}

// A Turn is one speech.
type Turn struct {
	Request
	Began time.Time
	Ends  time.Time // when its time is over
	Ended time.Time // zero: it still goes on
}

// Over reports whether the time of the turn is used up.
func (t *Turn) Over(now time.Time) bool { return t.Ended.IsZero() && now.After(t.Ends) }

// A Floor is the state of one item: who speaks, who is next, who has spoken.
type Floor struct {
	Item   string
	Now    *Turn     // nil: nobody has the floor
	Next   []Request // in the order in which they are called
	Spoken []Turn
	Closed bool
}

// FoldFloor computes the floor from what happened, in its order. A chair may
// call anybody who is on the list, the first in the list by default; what does
// not fit, such as asking twice, changes nothing.
func FoldFloor(r FloorRules, events []Event) *Floor {
	f := &Floor{}
	for _, e := range events {
		switch e.Kind {
		case ItemOpened:
			f = &Floor{Item: e.Item}
		case ListClosed:
			f.Closed = true
		case ListOpened:
			f.Closed = false
		case Asked:
			if f.may(r, e) {
				f.Next = append(f.Next, Request{e.Party, e.As, e.Language, e.At})
			}
		case TookBack:
			f.Next = slices.DeleteFunc(f.Next, func(q Request) bool { return q.Party == e.Party && q.As == e.As })
		case Called:
			f.call(r, e)
		case Ended:
			f.end(e.At)
		}
		f.sort(r)
	}
	return f
}

// may says whether a delegation can be put on the list.
func (f *Floor) may(r FloorRules, e Event) bool {
	known := slices.ContainsFunc(f.Next, func(q Request) bool { return q.Party == e.Party && q.As == e.As })
	speech := e.As == ToSpeak
	return f.Item != "" && !known && !(speech && (f.Closed || r.Turns > 0 && f.turns(e.Party) >= r.Turns))
}

// turns counts the speeches of a delegation on the item.
func (f *Floor) turns(p landbridge.PartyID) (n int) {
	for _, t := range f.Spoken {
		if t.Party == p && t.As == ToSpeak {
			n++
		}
	}
	if f.Now != nil && f.Now.Party == p && f.Now.As == ToSpeak {
		n++
	}
	return n
}

func (f *Floor) end(at time.Time) {
	if f.Now != nil {
		f.Now.Ended = at
		f.Spoken, f.Now = append(f.Spoken, *f.Now), nil
	}
}

func (f *Floor) call(r FloorRules, e Event) {
	i := slices.IndexFunc(f.Next, func(q Request) bool { return e.Party == "" || q.Party == e.Party && q.As == e.As })
	if i < 0 {
		return
	}
	f.end(e.At)
	q, seconds := f.Next[i], r.Turn
	if q.As != ToSpeak {
		seconds = r.ReplyTurn
	}
	f.Next = slices.Delete(f.Next, i, i+1)
	f.Now = &Turn{Request: q, Began: e.At, Ends: e.At.Add(time.Duration(seconds) * time.Second)}
}

// last returns the language spoken last, or now.
func (f *Floor) last() string {
	if f.Now != nil {
		return f.Now.Language
	}
	if n := len(f.Spoken); n > 0 {
		return f.Spoken[n-1].Language
	}
	return ""
}

// sort puts the list into the order in which it is called: points of order,
// speeches by the rules, replies; within each as they were asked for.
func (f *Floor) sort(r FloorRules) {
	class := func(q Request) int { return map[string]int{Point: 0, ToSpeak: 1, Reply: 2}[q.As] }
	rank := func(q Request) int {
		if r.FreshFirst && q.As == ToSpeak {
			return f.turns(q.Party)
		}
		return 0
	}
	slices.SortStableFunc(f.Next, func(a, b Request) int {
		return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(rank(a), rank(b)), a.At.Compare(b.At), cmp.Compare(a.Party, b.Party))
	})
	if !r.Alternate {
		return
	}
	last := f.last()
	for i := range f.Next {
		j := i
		for k := i; k < len(f.Next) && class(f.Next[k]) == class(f.Next[i]) && rank(f.Next[k]) == rank(f.Next[i]) && f.Next[i].As == ToSpeak; k++ {
			if f.Next[k].Language != last {
				j = k
				break
			}
		}
		q := f.Next[j]
		f.Next = slices.Insert(slices.Delete(f.Next, j, j+1), i, q)
		last = q.Language
	}
}
