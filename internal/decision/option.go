package decision

import (
	"context"
	"slices"
	"time"

	"landbridge.example"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/access"
	"landbridge.example/internal/staff"
)

// An Option is something that could be done in a matter, with why it is not
// open to a person now.
type Option struct {
	Kind string // of the act
	Two  bool   // another person approves it (S21)
	Why  string // a word of Whys; empty: it is open
}

// Why something is not open. The words stand on pages: append, never rename.
const (
	NoRole        = "role"           // the person's roles do not allow it
	NoDelegation  = "not-delegation" // this party is no delegation of the matter
	NotKeeper     = "not-keeper"
	NotTeller     = "not-teller"
	NotOpenYet    = "not-open-yet"
	ClockEnded    = "clock-ended"
	Over          = "over"        // the matter was closed, dropped or broken
	ClockRuns     = "clock-runs"  // and not every delegation has spoken
	OnlyOnce      = "only-once"   // the silence was extended before
	NotCounting   = "not-closed"  // ballots are counted when the matter is closed
	CountedNow    = "counted"     // this teller has published its sums
	NotAdopted    = "not-adopted" // nothing was adopted to be signed or to commit to
	SignedAlready = "signed"
	NoVoiceGiven  = "not-entrusted"
)

// Whys lists them.
func Whys() []string {
	return []string{NoRole, NoDelegation, NotKeeper, NotTeller, NotOpenYet, ClockEnded, Over, ClockRuns, OnlyOnce, NotCounting, CountedNow, NotAdopted,
		SignedAlready, NoVoiceGiven}
}

// Options lists what can be done in a matter under its rules, and for what is
// not open to the person now, why.
func (h *Chamber) Options(ctx context.Context, p staff.Person, f *File) ([]Option, error) {
	view, err := h.c.Directory.View(ctx)
	if err != nil {
		return nil, err
	}
	speak, prepare := h.speaks(p, view, access.SpeakInDecisions) == nil, h.may(p, access.PrepareDecisions) == nil
	var out []Option
	for _, k := range inMatter(f.Matter) {
		why := h.closedTo(f, k)
		keeper := slices.Contains([]string{kernel.Extended, kernel.Closed, kernel.Dropped}, k)
		if allowed := speak && !keeper || prepare && keeper; !allowed && (k != kernel.Tallied || !prepare) {
			why = NoRole
		}
		out = append(out, Option{k, commits(k), why})
	}
	return out, nil
}

// inMatter lists the kinds of acts that the rules of a matter know, as a
// person does them: a ballot is a vote.
func inMatter(m *kernel.Matter) []string {
	out := map[string][]string{kernel.Consensus: {kernel.Agreed, kernel.Objected}, kernel.Silence: {kernel.Objected}, kernel.Vote: {kernel.Voted}}[m.Method]
	if m.Proxies > 0 {
		out = append(out, kernel.Entrusted, kernel.Revoked)
	}
	out = append(out, kernel.Reserved, kernel.Dissented, kernel.Explained)
	if m.Method == kernel.Silence {
		out = append(out, kernel.Extended)
	}
	out = append(out, kernel.Closed, kernel.Dropped)
	if m.Secret() {
		out = append(out, kernel.Tallied)
	}
	return append(out, kernel.Subscribed, kernel.Committed)
}

// closedTo says why this party cannot do something now, whoever acts for it.
func (h *Chamber) closedTo(f *File, kind string) string {
	m, now := f.Matter, h.now()
	delegation := slices.Contains(m.Delegations, h.me)
	keeper := m.Keeper == h.me
	switch kind {
	case kernel.Reserved, kernel.Dissented, kernel.Explained:
		return first(reason{!delegation, NoDelegation}, reason{now.Before(m.Opens), NotOpenYet})
	case kernel.Extended:
		return first(reason{!keeper, NotKeeper}, reason{over(f), Over},
			reason{f.Extended, OnlyOnce}, reason{!now.Before(f.Closes), ClockEnded}, reason{now.Before(m.Opens), NotOpenYet})
	case kernel.Dropped:
		return first(reason{!keeper, NotKeeper}, reason{over(f), Over})
	case kernel.Closed:
		early := now.Before(f.Closes) && (m.Method == kernel.Silence || f.Heard < len(m.Delegations))
		return first(reason{!keeper, NotKeeper}, reason{f.State != kernel.Contested && over(f), Over}, reason{f.End.IsZero() && early, ClockRuns})
	case kernel.Tallied:
		return first(reason{!slices.Contains(m.Tellers, h.me), NotTeller}, reason{f.End.IsZero(), NotCounting}, reason{!slices.Contains(f.Waiting, h.me), CountedNow})
	case kernel.Subscribed:
		return first(reason{!delegation && !keeper, NoDelegation}, reason{f.State != kernel.Adopted, NotAdopted}, reason{f.Signers[h.me] != nil, SignedAlready})
	case kernel.Committed:
		return first(reason{f.State != kernel.Adopted, NotAdopted})
	case kernel.Revoked:
		return first(reason{!delegation, NoDelegation}, reason{voiceWhy(f, now) != "", voiceWhy(f, now)}, reason{h.proxy(f) == "", NoVoiceGiven})
	}
	return first(reason{!delegation, NoDelegation}, reason{voiceWhy(f, now) != "", voiceWhy(f, now)})
}

// A reason is a word that counts when its condition holds.
type reason struct {
	holds bool
	word  string
}

// first returns the word of the first condition that holds.
func first(all ...reason) string {
	for _, r := range all {
		if r.holds {
			return r.word
		}
	}
	return ""
}

func over(f *File) bool { return !f.End.IsZero() || f.State == kernel.Abandoned }

// voiceWhy says why no voice can be raised now.
func voiceWhy(f *File, now time.Time) string {
	return first(reason{over(f), Over}, reason{now.Before(f.Matter.Opens), NotOpenYet}, reason{!now.Before(f.Closes), ClockEnded})
}

// proxy returns to whom this party entrusted its voice.
func (h *Chamber) proxy(f *File) landbridge.PartyID {
	for _, x := range f.Positions {
		if x.Party == h.me {
			return x.Proxy
		}
	}
	return ""
}
