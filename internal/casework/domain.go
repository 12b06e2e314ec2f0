package casework

// Domain separation: what this package hashes begins with one of these.
const (
	// domainCore names an act before it is sealed: what approvers sign.
	domainCore = "landbridge/act-core/v1\x00"
	// domainToken is for the key of what stands for persons inside this node.
	domainToken = "landbridge/person-token/v1\x00"
	// domainFact is for digests of facts that are not about one act.
	domainFact = "landbridge/case-fact/v1\x00"
)

// Kinds of messages this package sends and takes in.
const (
	kindAct     = "case.act"
	kindExhibit = "case.exhibit"
)

// Kinds of facts this package records.
const (
	factDrafted   = "case.drafted"
	factDropped   = "case.dropped"
	factStopped   = "case.stopped"
	factProposed  = "case.proposed"
	factApproved  = "case.approved"
	factReturned  = "case.returned"
	factSent      = "case.act-sent"
	factTaken     = "case.act-taken"
	factKept      = "case.act-kept" // taken in, but without effect or waiting
	factExhibit   = "case.exhibit-taken"
	factRead      = "case.read"
	factFileRead  = "case.exhibit-read"
	factListed    = "case.listed"
	factClock     = "case.clock-ran-out"
	factUse       = "case.use"
	factBarred    = "case.barred"
	factErased    = "case.erased"
	factReviewDue = "case.review-due"
)
