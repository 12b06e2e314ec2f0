package client

import (
	"encoding/json"
	"time"
)

// Names in JSON are lower-case with underscores; times are RFC 3339 in UTC;
// digests are 64 hex digits; ids are UUIDs of version 7.

// Me is who the caller is on this node.
type Me struct {
	Party     string   `json:"party" doc:"Code of the party whose node this is."`
	Person    string   `json:"person" doc:"Id of the person."`
	Login     string   `json:"login" doc:"Name of the account."`
	Name      string   `json:"name" doc:"Name of the person."`
	Roles     []string `json:"roles" doc:"Roles in force now."`
	Pseudonym string   `json:"pseudonym" doc:"The person's name in the log and in acts."`
	May       []string `json:"may" doc:"What the caller may do here, as action names."`
}

// Fields are the values of a form: each a text, a list of texts, or a list of
// rows (objects of texts), as the process definition says.
type Fields map[string]any

// A CaseSummary is one line of a list of cases.
type CaseSummary struct {
	ID      string    `json:"id"`
	Number  string    `json:"number" doc:"The number people use, such as XA-2026-0001, the same at every side."`
	Title   string    `json:"title"`
	Process string    `json:"process" doc:"Process and version, such as information-request@1."`
	Side    string    `json:"side" doc:"The side this node's party takes in the case."`
	With    []string  `json:"with" doc:"The other parties."`
	State   string    `json:"state"`
	Label   string    `json:"label" doc:"The state in words."`
	Outcome string    `json:"outcome,omitempty"`
	Ended   bool      `json:"ended" doc:"True once nothing has to be done any more."`
	Marking string    `json:"marking" doc:"Handling of the case, such as TLP:AMBER."`
	Urgent  bool      `json:"urgent"`
	Opened  time.Time `json:"opened"`
	Changed time.Time `json:"changed"`
	Clock   *Clock    `json:"clock,omitempty" doc:"The running clock that ends first."`
}

// A CaseList is one page of cases.
type CaseList struct {
	Cases []CaseSummary `json:"cases"`
	Total int           `json:"total" doc:"Cases that match, on all pages."`
	Next  string        `json:"next,omitempty" doc:"Give as after for the next page; absent on the last."`
}

// A CaseQuery filters a list of cases.
type CaseQuery struct {
	After   string `query:"after" doc:"Go on after this cursor."`
	Limit   int    `query:"limit" doc:"At most so many; 0 is 50, the most is 200."`
	State   string `query:"state" doc:"A state, or live, or ended; empty is live."`
	All     bool   `query:"all" doc:"Live and ended cases."`
	Process string `query:"process" doc:"Only cases of this process, such as information-request."`
	Party   string `query:"party" doc:"Only cases with this party."`
	Side    string `query:"side" doc:"Only cases in which this node takes this side."`
	Mine    bool   `query:"mine" doc:"Only cases in which the caller acted or drafted."`
	Text    string `query:"q" doc:"Only cases whose number or title has this text."`
	Sort    string `query:"sort" doc:"clock (the default), changed, opened or number."`
	Desc    bool   `query:"desc" doc:"In the opposite order."`
}

// A Case is everything one person may see of a case.
type Case struct {
	Tag
	CaseSummary
	Origin     string       `json:"origin" doc:"The party that opened it."`
	Sides      []Side       `json:"sides"`
	Way        []WayStep    `json:"way" doc:"The drawn way from first step to last."`
	Fields     Fields       `json:"fields" doc:"What was said so far, as far as the caller may see it; what several parties said also under field@party."`
	Open       []OpenAct    `json:"open" doc:"Acts the caller may do now."`
	Closed     []OpenAct    `json:"closed" doc:"Acts of this side that are not open, and why."`
	Timeline   []Act        `json:"timeline" doc:"Every act, the newest first."`
	Files      []File       `json:"files"`
	Clocks     []Clock      `json:"clocks"`
	Drafts     []DraftBrief `json:"drafts"`
	Proposals  []DraftBrief `json:"proposals" doc:"Acts that wait for an approval."`
	Audience   []Audience   `json:"audience" doc:"Who can see this, and why."`
	Safeguards []Safeguard  `json:"safeguards"`
	Delivery   []Delivery   `json:"delivery" doc:"How far each message came, the newest first."`
	Facts      []Fact       `json:"facts" doc:"This node's own record about the case."`
	Question   string       `json:"question,omitempty" doc:"What the other side asks now."`
	Refusal    *Refusal     `json:"refusal,omitempty"`
	Stopped    *Stop        `json:"stopped,omitempty" doc:"The safeguard that kept an act from leaving."`
}

// A Side is one side of a case.
type Side struct {
	Name    string   `json:"name"`
	Parties []string `json:"parties"`
	Ours    bool     `json:"ours"`
}

// A WayStep is one step of the drawn way.
type WayStep struct {
	State  string     `json:"state"`
	Label  string     `json:"label"`
	Status string     `json:"status" doc:"done, now, ahead, or skipped."`
	At     *time.Time `json:"at,omitempty"`
}

// An OpenAct is a kind of act, with why it is not open.
type OpenAct struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	Effect    string   `json:"effect,omitempty" doc:"What it does, in one sentence."`
	Asks      []string `json:"asks,omitempty" doc:"Fields it asks for."`
	Needs     []string `json:"needs,omitempty" doc:"Any of ground, reason, files."`
	Approvals []string `json:"approvals,omitempty" doc:"Signatures it needs from others first."`
	Why       []Reason `json:"why,omitempty" doc:"Why it is not open."`
}

// A Reason is a rule and what it says here.
type Reason struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// A Choice is a code with its words.
type Choice struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

// A Person is someone as a case shows them.
type Person struct {
	Party     string `json:"party"`
	Pseudonym string `json:"pseudonym"`
	Name      string `json:"name,omitempty"`
	Role      string `json:"role"`
}

// An Act is one signed step of a case as the timeline shows it.
type Act struct {
	ID         string     `json:"id" doc:"Digest of the signed header: the act's name for ever."`
	Message    string     `json:"message" doc:"Id of the sealed message that carried it."`
	Transition string     `json:"transition"`
	Label      string     `json:"label"`
	Party      string     `json:"party"`
	By         Person     `json:"by"`
	Approvals  []Approval `json:"approvals,omitempty"`
	Signed     time.Time  `json:"signed" doc:"As signed by its author's node."`
	Arrived    time.Time  `json:"arrived" doc:"At this node."`
	Applied    bool       `json:"applied" doc:"False when the act is kept but does not count."`
	Why        string     `json:"why,omitempty" doc:"Why it does not count."`
	State      string     `json:"state" doc:"State of the case after it."`
	Marking    string     `json:"marking"`
	Fields     Fields     `json:"fields,omitempty"`
	Ground     *Choice    `json:"ground,omitempty"`
	Reason     string     `json:"reason,omitempty"`
	Files      []File     `json:"files,omitempty"`
	Entry      int64      `json:"entry" doc:"Position in this node's log."`
	Cosigned   []string   `json:"cosigned" doc:"Parties that cosigned a checkpoint covering it."`
}

// An ActFile is the signed header of an act with what opens its commitment: it
// shows to whoever holds it what was said and who signed it, without any node.
type ActFile struct {
	Format    string `json:"format" doc:"landbridge-act/1"`
	Header    string `json:"header" doc:"The signed header, its exact text."`
	Signature []byte `json:"signature" doc:"Ed25519, by the sender's node, base64."`
	Salt      []byte `json:"salt" doc:"Of the commitment in the header, base64."`
	Body      []byte `json:"body" doc:"What the act says: its exact bytes, base64."`
}

// ActFormat stands in every [ActFile].
const ActFormat = "landbridge-act/1"

// An Approval is another person's signature under an act.
type Approval struct {
	Person
	Software bool `json:"software" doc:"Made with a software key, not a passkey device."`
	Valid    bool `json:"valid" doc:"Checked on this node."`
}

// A Refusal is a lawful no: a value, not an error.
type Refusal struct {
	Ground Choice    `json:"ground"`
	Reason string    `json:"reason"`
	By     Person    `json:"by"`
	At     time.Time `json:"at"`
}

// A Stop says which safeguard kept an act from leaving, and what to do.
type Stop struct {
	Rule   string    `json:"rule" doc:"Such as S1."`
	Text   string    `json:"text"`
	Advice string    `json:"advice,omitempty"`
	At     time.Time `json:"at"`
	Entry  int64     `json:"entry" doc:"Position of the record in this node's log."`
}

// An ActRequest asks for one step in a case. For files, begin a draft with the
// case and the transition, attach, and propose it.
type ActRequest struct {
	Case       string `path:"case" json:"-"`
	Transition string `json:"transition" doc:"Name of the act, such as acknowledge."`
	Input
}

// An Input is what a person writes in a form.
type Input struct {
	Title    string `json:"title,omitempty" doc:"Of a new case."`
	Handling string `json:"handling,omitempty" doc:"A marking such as TLP:AMBER; empty keeps the case's."`
	Fields   Fields `json:"fields,omitempty"`
	Ground   string `json:"ground,omitempty" doc:"Code of the ground, where one is needed."`
	Reason   string `json:"reason,omitempty"`
}

// A Done says what became of an act: it was made and is on its way (act), it
// waits for an approval (proposal), or a safeguard stopped it (stopped).
type Done struct {
	Case     string   `json:"case"`
	Number   string   `json:"number"`
	State    string   `json:"state"`
	Act      string   `json:"act,omitempty"`
	Message  string   `json:"message,omitempty"`
	Proposal string   `json:"proposal,omitempty"`
	Digest   string   `json:"digest,omitempty" doc:"What approvers sign."`
	Needs    []Reason `json:"needs,omitempty" doc:"Signatures still missing: roles, and in words."`
	Stopped  *Stop    `json:"stopped,omitempty"`
}

// A File is a file of a draft or an act.
type File struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Title  string `json:"title,omitempty" doc:"What it is, in words."`
	Type   string `json:"type" doc:"Media type as declared by its sender."`
	Size   int64  `json:"size" doc:"Bytes."`
	SHA256 string `json:"sha256" doc:"Of the content."`
	From   string `json:"from,omitempty" doc:"Party that attached it."`
	Act    string `json:"act,omitempty" doc:"The act that lists it."`
	State  string `json:"state" doc:"draft, sent, here or expected."`
}

// A Clock is a deadline at the time of the answer.
type Clock struct {
	Name   string    `json:"name"`
	Label  string    `json:"label"`
	Side   string    `json:"side" doc:"Whose deadline it is."`
	Ours   bool      `json:"ours"`
	Status string    `json:"status" doc:"running, paused, stopped or overdue."`
	Due    time.Time `json:"due"`
	For    string    `json:"for" doc:"Its length, such as 8h."`
	Force  string    `json:"force" doc:"legal or policy."`
	Source string    `json:"source"`
}

// An Audience is one group that can or cannot see a case, and why.
type Audience struct {
	Party string   `json:"party,omitempty" doc:"Empty is the public."`
	Roles []string `json:"roles,omitempty"`
	Name  string   `json:"name,omitempty"`
	Sees  bool     `json:"sees"`
	Rule  string   `json:"rule"`
	Text  string   `json:"text"`
}

// A Safeguard is one rule as it stands in this case.
type Safeguard struct {
	Rule   string `json:"rule"`
	Name   string `json:"name"`
	Status string `json:"status" doc:"kept, open or broken."`
	Text   string `json:"text"`
}

// A Delivery is the evidence ladder of one message to one recipient.
type Delivery struct {
	Message string `json:"message"`
	Act     string `json:"act,omitempty"`
	Label   string `json:"label,omitempty"`
	To      string `json:"to"`
	Steps   []Step `json:"steps"`
	Problem string `json:"problem,omitempty" doc:"Why it has not arrived: the first failing rule, or the other node's last answer."`
	Receipt bool   `json:"receipt" doc:"A receipt is kept and can be downloaded."`
}

// A Step is one rung of the evidence ladder.
type Step struct {
	Name      string    `json:"name" doc:"submitted, relayed, delivered, retrieved, acknowledged, decided, undeliverable or refused."`
	At        time.Time `json:"at"`
	Note      string    `json:"note,omitempty" doc:"Reason of a negative step."`
	Entry     int64     `json:"entry,omitempty" doc:"Position in a log."`
	Log       string    `json:"log,omitempty" doc:"Party whose log it is."`
	Cosigners int64     `json:"cosigners,omitempty" doc:"How many other parties signed the log that holds it."`
	Proved    bool      `json:"proved,omitempty" doc:"A proof from that log is held here."`
}

// A DraftBrief points to a draft or a proposal.
type DraftBrief struct {
	ID         string    `json:"id"`
	Transition string    `json:"transition"`
	Label      string    `json:"label"`
	By         Person    `json:"by"`
	At         time.Time `json:"at"`
	Needs      []Reason  `json:"needs,omitempty"`
}

// A Draft is an act in the making. It has no effect and never leaves the node.
type Draft struct {
	Tag
	ID         string         `json:"id"`
	Case       string         `json:"case"`
	Number     string         `json:"number"`
	Process    string         `json:"process"`
	Transition string         `json:"transition"`
	To         []string       `json:"to"`
	Input      Input          `json:"input"`
	Files      []File         `json:"files"`
	Problems   []FieldProblem `json:"problems" doc:"What is missing or wrong, by the definition and the recipient's published profile."`
	Audience   []Audience     `json:"audience" doc:"Who will see this, and why."`
	Approvals  []Reason       `json:"approvals" doc:"Signatures it will need."`
	By         Person         `json:"by"`
	State      string         `json:"state" doc:"open, proposed, done, stopped or dropped."`
	Returned   string         `json:"returned,omitempty" doc:"Why an approver gave it back."`
	Stopped    *Stop          `json:"stopped,omitempty"`
	Version    int64          `json:"version"`
	Changed    time.Time      `json:"changed"`
}

// A NewDraft begins an act: a new case (process, and to or sides), or an act in a case
// that is there (case and transition).
type NewDraft struct {
	Process    string              `json:"process,omitempty" doc:"Name of the process, such as information-request; the newest version is taken."`
	To         string              `json:"to,omitempty" doc:"Code of the other side, where it is one party."`
	Sides      map[string][]string `json:"sides,omitempty" doc:"In place of to: parties by the name of their side."`
	Case       string              `json:"case,omitempty"`
	Transition string              `json:"transition,omitempty"`
	Input      Input               `json:"input"`
}

// A SaveDraft replaces what was written in a draft.
type SaveDraft struct {
	Draft string `path:"draft" json:"-"`
	Match string `header:"If-Match" json:"-" doc:"ETag of the draft as it was read; refused when it changed since."`
	Input
}

// A Proposal is an act, frozen with its digest, that waits for an approval by
// another person.
type Proposal struct {
	Tag
	ID         string      `json:"id"`
	Draft      string      `json:"draft"`
	Case       string      `json:"case"`
	Number     string      `json:"number"`
	Title      string      `json:"title"`
	Process    string      `json:"process"`
	Transition string      `json:"transition"`
	Label      string      `json:"label"`
	Effect     string      `json:"effect,omitempty"`
	To         []string    `json:"to"`
	Marking    string      `json:"marking"`
	Digest     string      `json:"digest" doc:"What the approver's passkey signs, after domain separation."`
	Challenge  string      `json:"challenge" doc:"The WebAuthn challenge for it, base64url."`
	Fields     Fields      `json:"fields"`
	Ground     string      `json:"ground,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Files      []File      `json:"files"`
	By         Person      `json:"by"`
	At         time.Time   `json:"at"`
	Given      []Person    `json:"given" doc:"Approvals so far."`
	Needs      []Reason    `json:"needs" doc:"Approvals that are missing."`
	CanSign    bool        `json:"can_sign" doc:"The caller may approve it."`
	Why        string      `json:"why,omitempty" doc:"Why the caller may not."`
	State      string      `json:"state" doc:"waiting, sent or returned."`
	Audience   []Audience  `json:"audience"`
	Safeguards []Safeguard `json:"safeguards"`
}

// An Approve carries the passkey's assertion over a proposal's digest.
type Approve struct {
	Proposal  string          `path:"proposal" json:"-"`
	Role      string          `json:"role" doc:"The role in which the caller approves, such as supervisor."`
	Assertion json.RawMessage `json:"assertion" doc:"The browser's PublicKeyCredential as JSON."`
}

// A Return gives a proposal back to its author.
type Return struct {
	Proposal string `path:"proposal" json:"-"`
	Reason   string `json:"reason"`
}

// A Desk is what needs the caller now.
type Desk struct {
	Items    []Task        `json:"items" doc:"What waits for the caller, by the clock."`
	Arrivals []CaseSummary `json:"arrivals"`
	Running  int           `json:"running" doc:"Live cases of this node."`
	Waiting  int           `json:"waiting" doc:"Of these, those that wait for the other side."`
	Peers    []Peer        `json:"peers" doc:"The state of the network."`
}

// A Task is one line of the desk.
type Task struct {
	Kind     string      `json:"kind" doc:"approval, act, draft, returned, overdue or stopped."`
	Case     CaseSummary `json:"case"`
	Proposal string      `json:"proposal,omitempty"`
	Draft    string      `json:"draft,omitempty"`
	Waits    string      `json:"waits" doc:"What it waits for."`
	Clock    *Clock      `json:"clock,omitempty"`
	Since    time.Time   `json:"since"`
}
