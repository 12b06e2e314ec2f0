package client

import (
	"net/http"
	"slices"
)

// A Route is one call of the API. The server, this client and the OpenAPI
// description are all made from the same list, so they cannot drift apart.
type Route struct {
	Name    string // of the operation
	Method  string
	Path    string // under Prefix, with {names} filled from fields tagged path
	Summary string
	In      any    // zero value of the request: fields tagged path, query, header; the rest is the body
	Out     any    // zero value of the answer; nil when there is none
	Status  int    // of success
	Body    string // media type of a body that is not JSON
	Answer  string // media type of an answer that is not JSON
	Open    bool   // asks for no account: what is not public is opened by a secret in the body
}

// Requests that only name a thing.
type (
	// None is a request without parameters.
	None struct{}
	// ByCase names a case by id or by this node's number.
	ByCase struct {
		Case string `path:"case" doc:"Id of the case, or its number."`
	}
	// ByDraft names a draft.
	ByDraft struct {
		Draft string `path:"draft"`
	}
	// ByProposal names a proposal.
	ByProposal struct {
		Proposal string `path:"proposal"`
	}
	// ByParty names a party.
	ByParty struct {
		Party string `path:"party" doc:"Code of the party, such as XB."`
	}
	// ByProcess names a process version.
	ByProcess struct {
		Process string `path:"process" doc:"Name and version, such as information-request@1."`
	}
	// ByMessage names a message of a case.
	ByMessage struct {
		Case    string `path:"case"`
		Message string `path:"message"`
	}
	// ByReceipt names the receipt of one message of a case by one party.
	ByReceipt struct {
		Case    string `path:"case"`
		Message string `path:"message"`
		Party   string `path:"party"`
	}
	// ByFile names a file of a case.
	ByFile struct {
		Case string `path:"case"`
		File string `path:"file"`
	}
	// ByIndex names an entry of the log.
	ByIndex struct {
		Index int64 `path:"index"`
	}
	// DraftFile is the name and type of a file that is attached to a draft.
	DraftFile struct {
		Draft string `path:"draft"`
		Name  string `query:"name" doc:"File name, as the recipient will see it."`
		Type  string `query:"type" doc:"Media type; found from the name when empty."`
		Title string `query:"title" doc:"What it is, in words."`
	}
	// ByDraftFile names a file of a draft.
	ByDraftFile struct {
		Draft string `path:"draft"`
		File  string `path:"file"`
	}
	// ByAct names an act of a case.
	ByAct struct {
		Case string `path:"case"`
		Act  string `path:"act" doc:"Digest of the act's header."`
	}
	// Feed says where the live feed begins.
	Feed struct {
		After int64 `query:"after" doc:"Begin after this position; 0 is now. Last-Event-ID wins over it."`
	}
)

// Lists of things that come without a cursor, because they are short by nature.
type (
	// Drafts are the caller's own drafts.
	Drafts struct {
		Drafts []Draft `json:"drafts"`
	}
	// Proposals are the acts that wait for an approval.
	Proposals struct {
		Proposals []Proposal `json:"proposals"`
	}
	// Deliveries are the ladders of one message.
	Deliveries struct {
		Deliveries []Delivery `json:"deliveries"`
	}
)

const (
	plain  = "text/plain; charset=utf-8"
	octets = "application/octet-stream"
)

// Routes lists every call of the API.
func Routes() []Route {
	get, post, put, del := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return append(slices.Concat(agreementRoutes(), mechanismRoutes(), indexRoutes(), registerRoutes(), noticeRoutes(), rightsRoutes(), delegationRoutes(),
		visitRoutes(), newsRoutes(), screeningRoutes(), forumRoutes(), decisionRoutes(), callRoutes(), openCallRoutes()), []Route{
		{Name: "me", Method: get, Path: "/me", Summary: "Who the caller is, and what they may do here", In: None{}, Out: Me{}},
		{Name: "desk", Method: get, Path: "/desk", Summary: "What needs the caller now", In: None{}, Out: Desk{}},

		{Name: "cases", Method: get, Path: "/cases", Summary: "List cases", In: CaseQuery{}, Out: CaseList{}},
		{Name: "case", Method: get, Path: "/cases/{case}", Summary: "One case, with what is open to the caller and why the rest is not",
			In: ByCase{}, Out: Case{}},
		{Name: "act", Method: post, Path: "/cases/{case}/acts", Summary: "Take a step in a case, or propose it where it needs an approval",
			In: ActRequest{}, Out: Done{}, Status: http.StatusCreated},
		{Name: "actFile", Method: get, Path: "/cases/{case}/acts/{act}", Summary: "The signed act with what opens it, as a file for \"landbridge verify\"",
			In: ByAct{}, Out: ActFile{}},
		{Name: "file", Method: get, Path: "/cases/{case}/files/{file}", Summary: "The content of a file; opening it is a fact in the log",
			In: ByFile{}, Answer: octets},

		{Name: "drafts", Method: get, Path: "/drafts", Summary: "The caller's drafts", In: None{}, Out: Drafts{}},
		{Name: "newDraft", Method: post, Path: "/drafts", Summary: "Begin a request, or an act in a case",
			In: NewDraft{}, Out: Draft{}, Status: http.StatusCreated},
		{Name: "draft", Method: get, Path: "/drafts/{draft}", Summary: "One draft, with what is missing or wrong", In: ByDraft{}, Out: Draft{}},
		{Name: "saveDraft", Method: put, Path: "/drafts/{draft}", Summary: "Replace what was written in a draft", In: SaveDraft{}, Out: Draft{}},
		{Name: "dropDraft", Method: del, Path: "/drafts/{draft}", Summary: "Throw a draft away", In: ByDraft{}, Status: http.StatusNoContent},
		{Name: "attachToDraft", Method: post, Path: "/drafts/{draft}/files", Summary: "Attach a file to a draft",
			In: DraftFile{}, Out: File{}, Status: http.StatusCreated, Body: octets},
		{Name: "detach", Method: del, Path: "/drafts/{draft}/files/{file}", Summary: "Take a file off a draft",
			In: ByDraftFile{}, Status: http.StatusNoContent},
		{Name: "propose", Method: post, Path: "/drafts/{draft}/propose", Summary: "Freeze a draft and ask for its approval",
			In: ByDraft{}, Out: Done{}, Status: http.StatusCreated},

		{Name: "proposals", Method: get, Path: "/proposals", Summary: "Acts that wait for an approval", In: None{}, Out: Proposals{}},
		{Name: "proposal", Method: get, Path: "/proposals/{proposal}", Summary: "One proposal, with the challenge for the approver's passkey",
			In: ByProposal{}, Out: Proposal{}},
		{Name: "approve", Method: post, Path: "/proposals/{proposal}/approve", Summary: "Approve a proposal with a passkey's assertion over its digest",
			In: Approve{}, Out: Done{}, Status: http.StatusCreated},
		{Name: "return", Method: post, Path: "/proposals/{proposal}/return", Summary: "Give a proposal back to its author, with the reason",
			In: Return{}, Out: Proposal{}},

		{Name: "ladder", Method: get, Path: "/cases/{case}/messages/{message}/ladder", Summary: "How far a message came at each recipient, and why no further",
			In: ByMessage{}, Out: Deliveries{}},
		{Name: "receipt", Method: get, Path: "/cases/{case}/messages/{message}/receipts/{party}",
			Summary: "The receipt file of one recipient; \"landbridge verify\" checks it offline",
			In:      ByReceipt{}, Answer: plain},

		{Name: "parties", Method: get, Path: "/parties", Summary: "The directory", In: None{}, Out: Parties{}},
		{Name: "party", Method: get, Path: "/parties/{party}", Summary: "One party of the directory", In: ByParty{}, Out: Party{}},
		{Name: "partyRecord", Method: get, Path: "/parties/{party}/record", Summary: "The party's newest signed record, as text",
			In: ByParty{}, Answer: plain},
		{Name: "directory", Method: get, Path: "/directory", Summary: "The whole directory as one file, for \"landbridge verify\" and for nodes that join",
			In: None{}, Answer: plain},
		{Name: "addStatement", Method: post, Path: "/parties", Summary: "Enter a signed statement, or a whole directory file, into the directory",
			In: Statement{}, Out: Entered{}, Status: http.StatusCreated},
		{Name: "peers", Method: get, Path: "/peers", Summary: "Delivery to every other party: what waits, since when, and why", In: None{}, Out: Peers{}},

		{Name: "facts", Method: get, Path: "/log/facts", Summary: "Facts in this node's log", In: FactQuery{}, Out: Facts{}},
		{Name: "checkpoint", Method: get, Path: "/log/checkpoint", Summary: "The newest signed checkpoint, with its cosignatures",
			In: None{}, Answer: plain},
		{Name: "proof", Method: get, Path: "/log/proofs/{index}", Summary: "Proof that an entry stands in the log", In: ByIndex{}, Out: Proof{}},

		{Name: "processes", Method: get, Path: "/processes", Summary: "Process definitions this node knows", In: None{}, Out: Processes{}},
		{Name: "process", Method: get, Path: "/processes/{process}", Summary: "One definition, with its fields, acts and grounds",
			In: ByProcess{}, Out: Process{}},

		{Name: "health", Method: get, Path: "/health", Summary: "How the node is; open to whoever reaches the address", In: None{}, Out: Health{}},
		{Name: "events", Method: get, Path: "/events", Summary: "Live feed (server-sent events)", In: Feed{}, Out: Event{}, Answer: "text/event-stream"},
	}...)
}

// registerRoutes are the calls that look something up in public law.
func registerRoutes() []Route {
	return []Route{
		{Name: "substances", Method: http.MethodGet, Path: "/substances",
			Summary: "Look a substance up in the schedules of the drug conventions, by name, synonym or CAS number; not recorded",
			In:      SubstanceQuery{}, Out: SubstanceHits{}},
		{Name: "substance", Method: http.MethodGet, Path: "/substances/{substance}",
			Summary: "One substance of the register, with its sources and the class-wide laws beside it", In: BySubstance{}, Out: SubstanceFile{}},
	}
}

// noticeRoutes are the calls of the register of notices.
func noticeRoutes() []Route {
	return []Route{
		{Name: "notices", Method: http.MethodGet, Path: "/notices", Summary: "The notices this node takes part in; they name nobody",
			In: None{}, Out: Notices{}},
		{Name: "searchNotices", Method: http.MethodPost, Path: "/notices/search", Summary: "Look through the notices in force at this node; a fact in the log",
			In: NoticeQuery{}, Out: NoticeHits{}},
		{Name: "noticeRemovals", Method: http.MethodGet, Path: "/notice-removals", Summary: "Notices that were taken back, and how quickly each party takes them out",
			In: None{}, Out: NoticeRemovals{}},
		{Name: "notice", Method: http.MethodGet, Path: "/notices/{case}", Summary: "One notice, with its content while it is in force; reading is a fact in the log",
			In: NoticeReading{}, Out: Notice{}},
	}
}
