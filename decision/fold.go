package decision

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"landbridge.example"
)

// A State is where a matter stands.
type State string

// The states of a matter. Open, Incomplete, Contested and Counting may still
// change; the others are results.
const (
	Open       State = "open"       // the clock runs, or the keeper has not closed it
	Broken     State = "broken"     // the silence was broken
	Adopted    State = "adopted"    // the text is decided
	Rejected   State = "rejected"   // no consensus, or no majority
	Lapsed     State = "lapsed"     // the quorum was not reached
	Abandoned  State = "abandoned"  // the keeper dropped it
	Counting   State = "counting"   // closed; tellers have still to publish their sums
	Incomplete State = "incomplete" // the closing names acts that are not here
	Contested  State = "contested"  // an act made in time is not named by the closing, or ballots that could not be opened might have decided
)

// States lists them.
func States() []State {
	return []State{Open, Broken, Adopted, Rejected, Lapsed, Abandoned, Counting, Incomplete, Contested}
}

// A Position is what one delegation said with effect.
type Position struct {
	Party landbridge.PartyID
	Said  string             // agreed, objected, yes, no, abstain, cast; empty: nothing
	By    landbridge.PartyID // who said it for them; empty: they themselves
	Proxy landbridge.PartyID // to whom the voice is entrusted
	Act   landbridge.Digest
	At    time.Time
	Note  string
}

// A Remark is a reservation, a dissent or an explanation. It changes no result.
type Remark struct {
	Kind       string
	Party      landbridge.PartyID
	At         time.Time
	Text       string
	Paragraphs []string
	Act        landbridge.Digest
}

// A Refused is an act that is kept and shown and has no effect.
type Refused struct {
	Act   landbridge.Digest
	Party landbridge.PartyID
	Kind  string
	Why   string // a word of Reasons
}

// Why an act has no effect. The words stand on pages: append, never rename.
const (
	WrongMatter    = "wrong-matter"   // it is about another matter
	WrongParty     = "wrong-party"    // its party has no such part in this matter
	WrongMethod    = "wrong-method"   // the method knows no such act
	WrongText      = "wrong-text"     // it speaks about another text
	TooEarly       = "too-early"      // before the matter opened
	TooLate        = "too-late"       // after the clock ended
	NoProxy        = "no-proxy"       // the voice was not entrusted, or has spoken for itself
	TooManyProxy   = "too-many"       // more voices than one may carry
	OnceOnly       = "once-only"      // a silence is extended once
	BadExtension   = "bad-extension"  // not later, or too much later, or made when the clock had ended
	EarlyClosing   = "early-closing"  // the clock runs and not all have spoken
	BadBallot      = "bad-ballot"     // its proof does not hold
	BadTally       = "bad-tally"      // its sums do not open the ballots it names
	AfterTheEnd    = "after-the-end"  // the matter was closed before
	NotToBeCarried = "not-by-another" // only the delegation itself can say this
)

// A Result is what the acts of a matter come to.
type Result struct {
	Matter    *Matter
	State     State
	Closes    time.Time // the clock's end, with its extension
	Extended  bool
	End       time.Time // of the closing that has effect; zero: none has
	Yes, No   int       // of a vote
	Abstain   int
	Heard     int        // delegations whose voice was heard
	Agreed    int        // of a consensus
	Objected  int        // of a consensus or silence
	Positions []Position // of every delegation, by code
	Remarks   []Remark   // by time
	Refused   []Refused  // by time
	Missing   []landbridge.Digest
	Unnamed   []landbridge.Digest  // made in time, not named by the closing
	Spoilt    []landbridge.PartyID // whose ballot a teller could not open
	Waiting   []landbridge.PartyID // tellers who have not published their sums
	Reason    string               // of abandoning
}

// Due reports whether the clock has ended and the keeper has still to close.
func (r *Result) Due(now time.Time) bool { return r.State == Open && !now.Before(r.Closes) }

// Final reports whether the state is a result.
func (r *Result) Final() bool {
	return slices.Contains([]State{Broken, Adopted, Rejected, Lapsed, Abandoned}, r.State)
}

// IsVoice reports whether an act of this kind says what a delegation wants, or
// who may say it: what a closing has to name.
func IsVoice(kind string) bool {
	return slices.Contains([]string{Agreed, Objected, Voted, Cast, Entrusted, Revoked}, kind)
}

// Fold computes the result of a matter from a set of acts. Order and
// duplicates make no difference. The caller has checked the signatures.
//
// Acts count in the order of their signed times, then of their digests. What
// was said in time and is named by the keeper's closing counts; before a
// closing has effect, all that was said in time does, as a provisional state.
func Fold(m *Matter, acts []*Act) *Result {
	f := newFold(m, acts)
	f.extend()
	f.close()
	f.tallyUp(f.counted())
	f.remarks()
	f.settle()
	slices.SortFunc(f.r.Refused, func(a, b Refused) int { return bytes.Compare(a.Act[:], b.Act[:]) })
	return f.r
}

// A named is an act with its digest, which costs something to compute.
type named struct {
	*Act
	digest landbridge.Digest
}

func sorted(acts []*Act) []named {
	all := make([]named, 0, len(acts))
	for _, a := range acts {
		all = append(all, named{a, a.Digest()})
	}
	slices.SortFunc(all, func(a, b named) int { return cmp.Or(a.Made.Compare(b.Made), bytes.Compare(a.digest[:], b.digest[:])) })
	return slices.CompactFunc(all, func(a, b named) bool { return a.digest == b.digest })
}

type fold struct {
	m       *Matter
	r       *Result
	acts    []named // lawful by party, method and text, in order
	limit   time.Time
	names   map[landbridge.Digest]bool // what the closings name; nil: none has effect
	ballots map[landbridge.Digest]*Ballot
	cast    map[landbridge.Digest]landbridge.PartyID // standing ballots: whose voice
}

func newFold(m *Matter, acts []*Act) *fold {
	f := &fold{m: m, r: &Result{Matter: m, State: Open, Closes: m.Closes},
		ballots: map[landbridge.Digest]*Ballot{}, cast: map[landbridge.Digest]landbridge.PartyID{}}
	digest := m.Digest()
	for _, a := range sorted(acts) {
		if a.Kind == Opened && a.About() == digest {
			continue
		}
		if why := f.lawful(a, digest); why != "" {
			f.refuse(a, why)
			continue
		}
		f.acts = append(f.acts, a)
	}
	return f
}

func (f *fold) refuse(a named, why string) {
	f.r.Refused = append(f.r.Refused, Refused{a.digest, a.Party, a.Kind, why})
}

// lawful says why an act has no place in this matter, whatever else was said.
func (f *fold) lawful(a named, digest landbridge.Digest) string {
	delegation := slices.Contains(f.m.Delegations, a.Party)
	keeper := a.Party == f.m.Keeper
	allowed := map[string]bool{Agreed: f.m.Method == Consensus, Objected: f.m.Method != Vote, Voted: f.m.Method == Vote && !f.m.Secret(),
		Cast: f.m.Secret(), Tallied: f.m.Secret(), Entrusted: f.m.Proxies > 0, Revoked: f.m.Proxies > 0, Extended: f.m.Method == Silence,
		Closed: true, Dropped: true, Reserved: true, Dissented: true, Explained: true,
		Subscribed: true}
	part := delegation
	switch a.Kind {
	case Extended, Closed, Dropped:
		part = keeper
	case Subscribed:
		part = delegation || keeper
	case Tallied:
		part = slices.Contains(f.m.Tellers, a.Party)
	}
	switch {
	case a.Matter != digest:
		return WrongMatter
	case !allowed[a.Kind]:
		return WrongMethod
	case !part:
		return WrongParty
	case !a.Text.IsZero() && a.Text != f.m.Text:
		return WrongText
	case a.Made.Before(f.m.Opens):
		return TooEarly
	case a.For != "" && (f.m.Proxies == 0 || !slices.Contains(f.m.Delegations, a.For)), a.To != "" && !slices.Contains(f.m.Delegations, a.To):
		return NoProxy
	}
	return f.proven(a)
}

// proven checks the proof of a ballot.
func (f *fold) proven(a named) string {
	if a.Kind != Cast {
		return ""
	}
	b, err := ParseBallot([]byte(a.Body))
	if err != nil || b.Verify(f.m, cmp.Or(a.For, a.Party)) != nil {
		return BadBallot
	}
	f.ballots[a.digest] = b
	return ""
}

// extend applies the keeper's one extension.
func (f *fold) extend() {
	for _, a := range f.acts {
		switch {
		case a.Kind != Extended:
		case f.r.Extended:
			f.refuse(a, OnceOnly)
		case !a.Made.Before(f.m.Closes) || !a.Closes.After(f.m.Closes) || a.Closes.Sub(f.m.Closes) > MaxExtension:
			f.refuse(a, BadExtension)
		default:
			f.r.Extended, f.r.Closes = true, a.Closes
		}
	}
}

// close finds the closing that has effect: the first one after the clock's end,
// or one that names the voices of all delegations. What any closing from then
// on names is named.
func (f *fold) close() {
	f.limit = f.r.Closes
	for _, a := range f.acts {
		if a.Kind == Dropped {
			if f.r.End.IsZero() && f.r.State != Abandoned {
				f.r.State, f.r.Reason = Abandoned, a.Note
			} else {
				f.refuse(a, AfterTheEnd)
			}
		}
		if a.Kind != Closed {
			continue
		}
		if f.r.End.IsZero() && a.Made.Before(f.r.Closes) && !f.allSpoke(a) {
			f.refuse(a, EarlyClosing)
			continue
		}
		if f.r.End.IsZero() {
			f.r.End, f.names = a.Made, map[landbridge.Digest]bool{}
			if a.Made.Before(f.limit) {
				f.limit = a.Made
			}
		}
		for _, d := range a.Acts {
			f.names[d] = true
		}
	}
}

// allSpoke reports whether a closing before the clock's end names what every
// delegation said. A silence is never over early.
func (f *fold) allSpoke(closing named) bool {
	if f.m.Method == Silence {
		return false
	}
	var some []named
	for _, a := range f.acts {
		if _, ok := slices.BinarySearchFunc(closing.Acts, a.digest, func(x, y landbridge.Digest) int { return bytes.Compare(x[:], y[:]) }); ok {
			some = append(some, a)
		}
	}
	heard := newHall(f.m)
	for _, a := range some {
		if IsVoice(a.Kind) && !a.Made.After(closing.Made) {
			heard.hear(a)
		}
	}
	return heard.count() == len(f.m.Delegations)
}

// counted returns the voices that count, and notes what is late, missing or unnamed.
func (f *fold) counted() []named {
	var out []named
	known := map[landbridge.Digest]bool{}
	for _, a := range f.acts {
		known[a.digest] = true
		switch {
		case !IsVoice(a.Kind):
		case a.Made.After(f.limit), f.names != nil && !f.names[a.digest] && f.bound(a.Party):
			f.refuse(a, TooLate)
		case f.names != nil && !f.names[a.digest]:
			f.r.Unnamed = append(f.r.Unnamed, a.digest)
		default:
			out = append(out, a)
		}
	}
	for _, x := range f.r.Refused {
		known[x.Act] = true
	}
	for d := range f.names {
		if !known[d] {
			f.r.Missing = append(f.r.Missing, d)
		}
	}
	f.r.Missing = sortDigests(f.r.Missing)
	return out
}

// bound reports whether a delegation signed an outcome after the closing. It
// accepted the result then, and nothing it dates back makes it contested.
func (f *fold) bound(p landbridge.PartyID) bool {
	return slices.ContainsFunc(f.acts, func(a named) bool { return a.Kind == Subscribed && a.Party == p && !a.Made.Before(f.r.End) })
}

// tallyUp lets the voices speak in order.
func (f *fold) tallyUp(voices []named) {
	h := newHall(f.m)
	for _, a := range voices {
		if why := h.hear(a); why != "" {
			f.refuse(a, why)
		}
	}
	for _, p := range f.m.Delegations {
		x := h.said[p]
		x.Party, x.Proxy = p, h.proxy[p]
		f.r.Positions = append(f.r.Positions, x)
		if x.Said != "" {
			f.r.Heard++
		}
		switch x.Said {
		case Agreed:
			f.r.Agreed++
		case Objected:
			f.r.Objected++
		case Yes:
			f.r.Yes++
		case No:
			f.r.No++
		case Abstain:
			f.r.Abstain++
		case Cast:
			f.cast[x.Act] = p
		}
	}
}

func (f *fold) remarks() {
	for _, a := range f.acts {
		if a.Kind == Reserved || a.Kind == Dissented || a.Kind == Explained {
			f.r.Remarks = append(f.r.Remarks, Remark{a.Kind, a.Party, a.Made, a.Note, a.Paragraphs, a.digest})
		}
	}
}

// settle computes the state.
func (f *fold) settle() {
	r := f.r
	switch {
	case r.State == Abandoned:
	case f.names == nil:
		if f.m.Method == Silence && r.Objected > 0 {
			r.State = Broken
		}
	case len(r.Missing) > 0:
		r.State = Incomplete
	case f.m.Method == Silence && r.Objected > 0:
		r.State = Broken
	case len(r.Unnamed) > 0:
		r.State = Contested
	case f.m.Method == Silence:
		r.State = Adopted
	case r.Heard < f.m.Quorum:
		r.State = Lapsed
	case f.m.Method == Consensus:
		r.State = Rejected
		if r.Objected == 0 && r.Agreed > 0 {
			r.State = Adopted
		}
	case f.m.Secret():
		f.open()
	default:
		r.State = f.carried(r.Yes, r.No, r.Abstain)
	}
}

func (f *fold) carried(yes, no, abstain int) State {
	if f.m.Majority.Met(yes, no, abstain, len(f.m.Delegations)) {
		return Adopted
	}
	return Rejected
}
