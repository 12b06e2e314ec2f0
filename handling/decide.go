package handling

import (
	"slices"
	"strings"
	"time"

	"landbridge.example"
)

// A Purpose says what information is used for. It is bound to the information
// when it is asked for; another purpose needs the originator (S3).
type Purpose string

// The purposes. Their names travel in signed acts: append, never rename.
const (
	Prevention    Purpose = "prevention"     // preventing a concrete crime
	Detection     Purpose = "detection"      // finding out whether and by whom
	Investigation Purpose = "investigation"  // of a crime that happened
	Prosecution   Purpose = "prosecution"    // before a court
	Execution     Purpose = "execution"      // of a sentence
	ProtectLife   Purpose = "protect_life"   // averting an imminent danger to a person
	FindMissing   Purpose = "find_missing"   // finding a missing person
	AssetRecovery Purpose = "asset_recovery" // tracing, freezing, returning assets
	Lawfulness    Purpose = "lawfulness"     // checking what was done, by those who check
	PersonRights  Purpose = "person_rights"  // answering the person the data are about
	Delivery      Purpose = "delivery"       // the node carrying sealed bytes and running clocks
)

// Purposes lists what a request may be made for.
func Purposes() []Purpose {
	return []Purpose{Prevention, Detection, Investigation, Prosecution, Execution, ProtectLife, FindMissing, AssetRecovery}
}

// An Action is what someone wants to do with information.
type Action string

// The actions.
const (
	See           Action = "see"             // read it on this node
	Send          Action = "send"            // give it to the other side of the case
	Forward       Action = "forward"         // give it to a party outside the case
	Export        Action = "export"          // take a copy out of the node: print, download
	UseAsEvidence Action = "use_as_evidence" // put it before a court
	CheckOwn      Action = "check_own"       // look it up in own registers
	AskThirdParty Action = "ask_third_party" // look it up where a third party notices
	ActOvertly    Action = "act_overtly"     // do what the person concerned notices
	DeriveRecord  Action = "derive_record"   // make a new record from it
)

// Actions lists every action.
func Actions() []Action {
	return []Action{See, Send, Forward, Export, UseAsEvidence, CheckOwn, AskThirdParty, ActOvertly, DeriveRecord}
}

// An Actor is who wants to do it. An Actor without Person stands for everyone
// at the party who holds the roles, as in a dry run.
type Actor struct {
	Party       landbridge.PartyID // empty for the public
	Person      string             // pseudonym, unique at the party
	Roles       []landbridge.Role
	Participant bool // the party is admitted to the network
}

// A Policy is what is known about one piece of information.
type Policy struct {
	Marking    Marking
	Object     landbridge.Digest    // what it is: the act that carries it
	Originator landbridge.PartyID   // who gave it, and alone may relax its codes
	Parties    []landbridge.PartyID // the sides of the case, the originator among them
	Roles      []landbridge.Role    // whose work it is at each side: the need to know
	Team       []string             // "XA/<pseudonym>" of those who work on the case
	Named      []string             // "XA/<pseudonym>" of those TLP:RED was given to
	Purposes   []Purpose            // what it was given for
	Releases   []Release
	KeepUntil  time.Time // after this it is nobody's to use (S15); zero: not limited here
}

// A Release is the originator's signed permission to do, once its terms are
// met exactly, what a code forbids. It travels as an act of the case.
type Release struct {
	By        landbridge.PartyID
	Object    landbridge.Digest
	Lifts     Action // UseAsEvidence or Forward
	Purpose   Purpose
	Recipient landbridge.PartyID
	From      time.Time
	Until     time.Time // zero: not limited
}

// A Question is put to [Decide].
type Question struct {
	Actor   Actor
	Action  Action
	Purpose Purpose
	To      landbridge.PartyID // for Send and Forward
	At      time.Time
}

// A Decision is the answer, with the one rule that decided.
type Decision struct {
	Allow bool
	Rule  string // such as "S20", "TLP:RED", "H1"
	Key   string // of the sentence in the language catalogues
	Why   string // the sentence in English
}

func yes(rule, key, why string) Decision { return Decision{true, rule, "handling." + key, why} }
func no(rule, key, why string) Decision  { return Decision{false, rule, "handling." + key, why} }

// Decide says whether the actor may do it, and which rule decides. What no
// rule allows is refused.
func Decide(p Policy, q Question) Decision {
	if d, ok := always(p, q); ok {
		return d
	}
	reach := audience(p, q.Actor)
	if !reach.Allow {
		return reach
	}
	if d, ok := onPurpose(p, q); ok {
		return d
	}
	switch q.Action {
	case See, DeriveRecord:
		return reach
	case Send:
		return onSend(p, q)
	case Forward:
		return onForward(p, q)
	case Export:
		if p.Marking.TLP == TLPRed {
			return no("TLP:RED", "red_no_copy", "TLP:RED stays with the persons it was given to; no copy leaves the node")
		}
		return reach
	case UseAsEvidence:
		return onEvidence(p, q)
	case CheckOwn, AskThirdParty, ActOvertly:
		return onAction(p, q)
	}
	return no("default", "unknown_action", "no rule allows this, and what no rule allows is refused")
}

// always holds what no marking changes.
func always(p Policy, q Question) (Decision, bool) {
	switch {
	case !p.KeepUntil.IsZero() && q.At.After(p.KeepUntil): // S15
		return no("S15", "kept_too_long", "the time for keeping this is over; it waits for erasure"), true
	case slices.Contains(q.Actor.Roles, landbridge.Secretariat): // S28
		return no("S28", "secretariat", "the secretariat carries sealed bytes and never sees content"), true
	case slices.Equal(q.Actor.Roles, []landbridge.Role{landbridge.System}): // S24
		if q.Action == See && q.Purpose == Delivery && slices.Contains(p.Parties, q.Actor.Party) {
			return yes("S24", "system_delivery", "the node itself carries, checks and keeps it, and decides nothing about people"), true
		}
		return no("S24", "system_decides_nothing", "the node itself carries messages; what concerns people is decided by people"), true
	case q.Actor.Party != "" && checks(q.Actor) && slices.Contains(p.Parties, q.Actor.Party): // S20
		if q.Action == See && (q.Purpose == Lawfulness || q.Purpose == PersonRights) {
			return yes("S20", "oversight", "those who check lawfulness see everything on their own node; their reading is recorded"), true
		}
		if !works(p, q.Actor) {
			return no("S20", "oversight_only_checks", "those who check lawfulness read for that purpose and for no other"), true
		}
	}
	return Decision{}, false
}

// checks reports whether the actor holds a role that checks the work of others.
func checks(a Actor) bool {
	return slices.Contains(a.Roles, landbridge.Oversight) || slices.Contains(a.Roles, landbridge.DataProtection)
}

// works reports whether the case is the actor's work at its party.
func works(p Policy, a Actor) bool {
	if a.Person != "" && slices.Contains(p.Team, who(a)) {
		return true
	}
	return slices.ContainsFunc(a.Roles, func(r landbridge.Role) bool { return slices.Contains(p.Roles, r) })
}

func who(a Actor) string { return string(a.Party) + "/" + a.Person }

// state returns the state a party belongs to: XA for both XA and XA-FIU.
func state(p landbridge.PartyID) string {
	s, _, _ := strings.Cut(string(p), "-")
	return s
}

// audience says whether the TLP label lets the actor see it at all.
func audience(p Policy, a Actor) Decision {
	side := slices.Contains(p.Parties, a.Party)
	sameState := slices.ContainsFunc(p.Parties, func(q landbridge.PartyID) bool { return state(q) == state(a.Party) })
	switch t := p.Marking.TLP; {
	case t == TLPRed:
		if side && a.Person != "" && slices.Contains(p.Named, who(a)) {
			return yes("TLP:RED", "red_named", "named as a reader of this TLP:RED information")
		}
		return no("TLP:RED", "red_others", "TLP:RED is for the named persons alone")
	case side && works(p, a):
		return yes("S3", "side", "works on this case at one of its sides")
	case side && t >= TLPAmber:
		return no(t.String(), "need_to_know", "the case is not this person's work, and the label asks for a need to know")
	case side:
		return yes(t.String(), "colleague", "the label lets everyone at a side of the case see it")
	case t == TLPClear:
		return yes("TLP:CLEAR", "clear", "TLP:CLEAR may be shown to anyone")
	case t == TLPGreen && a.Participant:
		return yes("TLP:GREEN", "green", "TLP:GREEN may be shown within the community of participants")
	case t == TLPAmber && sameState && a.Party != "" && works(p, a):
		return yes("TLP:AMBER", "same_state", "a competent authority of a state that is a side of the case")
	case a.Party == "":
		return no(t.String(), "public", "the label does not let it become public")
	}
	return no(p.Marking.TLP.String(), "outside", "not a side of the case; carries sealed bytes at most")
}

// onPurpose refuses every purpose but those the information was given for (S3).
func onPurpose(p Policy, q Question) (Decision, bool) {
	if p.Marking.TLP == TLPClear && q.Action == See {
		return Decision{}, false
	}
	recipient := q.Actor.Party
	if q.Action == Forward {
		recipient = q.To
	}
	if !slices.Contains(p.Purposes, q.Purpose) && !released(p, q, recipient) {
		return no("S3", "purpose", "it was given for another purpose; a new purpose needs the originator's consent"), true
	}
	return Decision{}, false
}

func onSend(p Policy, q Question) Decision {
	switch {
	case q.Actor.Party != p.Originator:
		return no("S16", "not_yours_to_send", "only its originator sends it; others forward it")
	case !slices.Contains(p.Parties, q.To):
		return no("S28", "not_a_side", "the recipient is not a side of the case")
	}
	return yes("S3", "send", "sealed to the other side of the case, which is its audience")
}

func onForward(p Policy, q Question) Decision {
	if slices.Contains(p.Parties, q.To) {
		return no("S16", "already_there", "the recipient is a side of the case already")
	}
	if released(p, q, q.To) {
		return yes("S16", "released", "the originator released exactly this, for this purpose, to this recipient")
	}
	switch {
	case p.Marking.H2:
		return no("H2", "h2", "H2: not passed on without the originator's permission; ask for a release")
	case p.Marking.TLP >= TLPAmber && (p.Marking.TLP != TLPAmber || state(q.To) != state(q.Actor.Party)):
		return no(p.Marking.TLP.String(), "tlp_forward", "the label keeps it with those who have it; ask the originator for a release")
	case p.Originator != q.Actor.Party && p.Marking.TLP != TLPClear: // third-party rule
		return no("S16", "third_party", "what another party gave is passed on only with its release")
	}
	return yes(p.Marking.TLP.String(), "forward", "the label lets it go to this recipient")
}

func onEvidence(p Policy, q Question) Decision {
	switch {
	case p.Originator == q.Actor.Party:
		return yes("S16", "own_evidence", "it is the actor's own information")
	case !p.Marking.H1:
		return yes("H1", "no_h1", "it does not carry H1")
	case released(p, q, q.Actor.Party):
		return yes("S16", "released", "the originator released exactly this, for this purpose, to this recipient")
	}
	return no("H1", "h1", "H1: not used as evidence without the originator's permission; ask for a release")
}

// released looks for a release by the originator that names exactly this
// object, this action, this purpose and this recipient, and is in force.
func released(p Policy, q Question, recipient landbridge.PartyID) bool {
	return slices.ContainsFunc(p.Releases, func(r Release) bool {
		return r.By == p.Originator && r.Object == p.Object && !r.Object.IsZero() && r.Lifts == q.Action &&
			r.Purpose == q.Purpose && r.Recipient == recipient &&
			!q.At.Before(r.From) && (r.Until.IsZero() || !q.At.After(r.Until))
	})
}

func onAction(p Policy, q Question) Decision {
	limit := map[Action]PAP{CheckOwn: PAPRed, AskThirdParty: PAPAmber, ActOvertly: PAPGreen}[q.Action]
	if p.Marking.PAP > limit {
		return no(p.Marking.PAP.String(), "pap", "the label does not permit an action that others can notice")
	}
	return yes(p.Marking.PAP.String(), "pap_allows", "the label permits this action")
}

// A Reading is one line of a dry run: who, and the decision.
type Reading struct {
	Actor    Actor
	Decision Decision
}

// Audience is the dry run behind "who will see this, and why": it decides
// seeing for every actor given, in their order.
func Audience(p Policy, purpose Purpose, at time.Time, actors []Actor) []Reading {
	all := make([]Reading, len(actors))
	for i, a := range actors {
		use := purpose
		if checks(a) && !works(p, a) {
			use = Lawfulness
		}
		all[i] = Reading{a, Decide(p, Question{Actor: a, Action: See, Purpose: use, At: at})}
	}
	return all
}
