package decision

// Strings under which this package hashes. Declared once, never reused.
const (
	domainProposal = "landbridge/decision-proposal/v1\x00"
	domainMeeting  = "landbridge/decision-meeting/v1\x00"
)

// Kinds of messages besides those of acts, which are called "decision." and
// the kind of the act.
const (
	kindShare   = "decision.share-given"   // a teller's part of a secret ballot
	kindMissed  = "decision.acts-missed"   // send me these acts again
	kindWish    = "decision.floor-asked"   // a delegation wants to be on the list
	kindMeeting = "decision.meeting-shown" // its record, from the host
)

// Facts besides acts.
const (
	factProposed = "decision.proposed"
	factReturned = "decision.returned"
	factMissed   = "decision.acts-missed"
	factFloor    = "decision.floor-changed"
)
