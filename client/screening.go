package client

import (
	"encoding/json"
	"net/http"
	"time"
)

// A ListSource says whose list something is from. Origin is un, regional or
// national: an entry of a national list is never one of the United Nations.
type ListSource struct {
	Code      string `json:"code" doc:"Short name of the list, such as UN."`
	Origin    string `json:"list_source" doc:"un, regional or national."`
	Authority string `json:"authority" doc:"Who made the list."`
	Name      string `json:"name"`
}

// A ScreenList is one list of the node.
type ScreenList struct {
	ListSource
	Version   int64         `json:"version" doc:"Counted by this node."`
	Published string        `json:"published" doc:"The version as its publisher says."`
	Records   int           `json:"records"`
	Imported  time.Time     `json:"imported"`
	Refused   string        `json:"refused,omitempty" doc:"Why a later file was not taken."`
	RefusedAt *time.Time    `json:"refused_at,omitempty"`
	Versions  []ListVersion `json:"versions,omitempty" doc:"The newest first."`
}

// ScreenLists are the lists in use.
type ScreenLists struct {
	Lists []ScreenList `json:"lists"`
}

// A ListVersion is one version of a list, and what it changed.
type ListVersion struct {
	Version   int64        `json:"version"`
	Published string       `json:"published"`
	Digest    string       `json:"digest" doc:"SHA-256 of the file."`
	Records   int          `json:"records"`
	Added     int          `json:"added"`
	Changed   int          `json:"changed"`
	Removed   int          `json:"removed"`
	Imported  time.Time    `json:"imported"`
	By        string       `json:"by"`
	Confirmed string       `json:"confirmed,omitempty" doc:"Why a file that was not plausible was taken."`
	Notes     []string     `json:"notes,omitempty" doc:"What was read with a doubt."`
	Changes   []ListChange `json:"changes,omitempty"`
	More      int          `json:"more,omitempty" doc:"Changes beyond those shown; ask with after."`
}

// A ListChange is what a version did to one entry.
type ListChange struct {
	ID        string   `json:"id"`
	Reference string   `json:"reference,omitempty"`
	Name      string   `json:"name"`
	Kind      string   `json:"kind" doc:"added, changed or removed."`
	Fields    []string `json:"fields,omitempty" doc:"Of a changed entry: which fields say something else."`
}

// A ListEntry is one entry of a list.
type ListEntry struct {
	Source   ListSource      `json:"source"`
	Version  int64           `json:"version"`
	Delisted bool            `json:"delisted" doc:"It was taken off; this is what it last said."`
	Hash     string          `json:"hash" doc:"Of the entry's canonical text."`
	Record   json.RawMessage `json:"record" doc:"As spec/matching.md describes it."`
}

// An ImportList is a list's file, sent as the body.
type ImportList struct {
	Format    string `query:"format" doc:"un, ofac, csv or json; found in the file when empty."`
	Code      string `query:"code" doc:"Of a plain list: its code, such as XA-1373."`
	Origin    string `query:"list_source" doc:"Of a plain list that is new here: regional or national."`
	Authority string `query:"authority" doc:"Of a plain list that is new here: who made it."`
	Name      string `query:"name" doc:"Of a plain list that is new here: what it is called."`
	Version   string `query:"version" doc:"As the publisher says, for files that do not say it."`
	Confirm   string `query:"confirm" doc:"Why a file that is not plausible is right."`
}

// An ImportedList says what a file changed.
type ImportedList struct {
	Source    ListSource `json:"source"`
	Version   int64      `json:"version"`
	Published string     `json:"published"`
	Records   int        `json:"records"`
	Added     int        `json:"added"`
	Changed   int        `json:"changed"`
	Removed   int        `json:"removed"`
	Same      bool       `json:"same" doc:"The file is the one in use; nothing was done."`
	Closed    int        `json:"closed" doc:"Candidates that ended because their entry is gone."`
	Unfreeze  int        `json:"unfreeze" doc:"Matches whose entry is gone: lifting is due within the hour."`
	Notes     []string   `json:"notes,omitempty"`
	Entry     int64      `json:"entry,omitempty" doc:"Position in the log."`
}

// ByVersion names a version of a list.
type ByVersion struct {
	List    string `path:"list"`
	Version int64  `path:"version"`
	After   int    `query:"after" doc:"Changes after this place."`
}

// ByEntry names an entry of a list.
type ByEntry struct {
	List  string `path:"list"`
	Entry string `path:"entry"`
}

// ScreenPerson is whom a screening is about, as people write it; several values
// of one field are divided by a bar.
type ScreenPerson struct {
	Name        string `json:"name"`
	Aliases     string `json:"aliases,omitempty"`
	Kind        string `json:"kind,omitempty" doc:"person, organisation, vessel, aircraft, substance; empty is any."`
	Birth       string `json:"birth,omitempty" doc:"1971-05-02, 1971, ~1971 or 1968..1971."`
	Nationality string `json:"nationality,omitempty"`
	Gender      string `json:"gender,omitempty"`
	Document    string `json:"document,omitempty" doc:"type:number@country."`
}

// A ScreenQuestion is one name and what it is asked for.
type ScreenQuestion struct {
	ScreenPerson
	Purpose string   `json:"purpose" doc:"What the screening is for (S3)."`
	Case    string   `json:"case,omitempty" doc:"Id of the case it is for."`
	Lists   []string `json:"lists,omitempty" doc:"Codes of lists; empty is all."`
	Top     int      `json:"top,omitempty"`
}

// A WordReason says what became of one word of a name.
type WordReason struct {
	Query    string `json:"query,omitempty"`
	Listed   string `json:"listed,omitempty"`
	Role     string `json:"role"`
	How      string `json:"how"`
	Likeness int    `json:"likeness" doc:"Percent."`
}

// A ScreenEvidence says what is known besides the name.
type ScreenEvidence struct {
	What   string `json:"what"`
	State  string `json:"state" doc:"agrees, near, contradicts or missing."`
	Query  string `json:"query,omitempty"`
	Listed string `json:"listed,omitempty"`
	Side   string `json:"missing,omitempty" doc:"Who does not say it: query, list or both."`
}

// A ScreenCandidate is an entry that somebody may be, with every reason; never
// more than that (S24).
type ScreenCandidate struct {
	Source    ListSource       `json:"source"`
	Version   int64            `json:"list_version"`
	ID        string           `json:"id"`
	Reference string           `json:"reference,omitempty"`
	Kind      string           `json:"kind"`
	Score     float64          `json:"score"`
	ByName    float64          `json:"name_score"`
	Query     string           `json:"query_name"`
	Name      string           `json:"name"`
	Quality   string           `json:"quality"`
	Reasons   []WordReason     `json:"reasons"`
	Evidence  []ScreenEvidence `json:"evidence"`
}

// A ScreenAnswer is the candidates of one question.
type ScreenAnswer struct {
	Candidates []ScreenCandidate `json:"candidates"`
	Lists      []ScreenList      `json:"lists"`
	Engine     string            `json:"engine"`
	Notes      []string          `json:"notes,omitempty"`
	Run        string            `json:"run,omitempty" doc:"Id of the screening; absent when the same was asked a moment ago."`
	Entry      int64             `json:"entry,omitempty" doc:"Position in the log."`
}

// A NewWatch is what an officer states before anybody is watched.
type NewWatch struct {
	Title    string         `json:"title"`
	Basis    string         `json:"basis" doc:"The law, and who decided."`
	Purpose  string         `json:"purpose"`
	Until    string         `json:"until" doc:"A day within the next year, such as 2027-03-01."`
	Subjects []ScreenPerson `json:"subjects,omitempty"`
}

// AddSubjects puts persons or things on a watch.
type AddSubjects struct {
	Watch    string         `path:"watch"`
	Subjects []ScreenPerson `json:"subjects"`
}

// ByWatch names a watch.
type ByWatch struct {
	Watch string `path:"watch"`
}

// EndWatch ends a watch before its time.
type EndWatch struct {
	Watch  string `path:"watch"`
	Reason string `json:"reason"`
}

// WatchCase puts the persons of a case on its watchlist.
type WatchCase struct {
	Case string `path:"case"`
	All  bool   `json:"all,omitempty" doc:"Victims and witnesses as well."`
}

// A ScreenWatch is why somebody is screened, and until when.
type ScreenWatch struct {
	ID       string          `json:"id"`
	Case     string          `json:"case,omitempty"`
	Number   string          `json:"number,omitempty"`
	Title    string          `json:"title"`
	Basis    string          `json:"basis"`
	Purpose  string          `json:"purpose"`
	By       string          `json:"by"`
	Made     time.Time       `json:"made"`
	Until    time.Time       `json:"until"`
	Ended    *time.Time      `json:"ended,omitempty"`
	Count    int             `json:"count" doc:"Subjects."`
	Open     int             `json:"open" doc:"Candidates and matches that are open."`
	Subjects []ScreenSubject `json:"subjects,omitempty"`
}

// A ScreenSubject is one person or thing that is screened.
type ScreenSubject struct {
	ID   string      `json:"id"`
	Role string      `json:"role,omitempty"`
	Name string      `json:"name"`
	Hits []ScreenHit `json:"hits"`
}

// ScreenWatches are the watches the caller may see.
type ScreenWatches struct {
	Watches []ScreenWatch `json:"watches"`
}

// A HitQuery filters candidates.
type HitQuery struct {
	State string `query:"state" doc:"candidate, proposed, matched, dismissed, unfreezing, released, delisted or closed; empty is what waits."`
	After string `query:"after"`
	Limit int    `query:"limit"`
}

// A ScreenHit is a subject that may be an entry, and what people made of it.
type ScreenHit struct {
	ID          string           `json:"id"`
	State       string           `json:"state"`
	Score       float64          `json:"score"`
	Query       string           `json:"query_name"`
	Name        string           `json:"name"`
	Entry       string           `json:"entry"`
	Source      ListSource       `json:"source"`
	Watch       string           `json:"watch"`
	Case        string           `json:"case,omitempty"`
	Number      string           `json:"number,omitempty"`
	Made        time.Time        `json:"made"`
	Until       *time.Time       `json:"until,omitempty" doc:"Of a false positive: how long it stands."`
	Reasons     []WordReason     `json:"reasons,omitempty"`
	Evidence    []ScreenEvidence `json:"evidence,omitempty"`
	Reason      string           `json:"reason,omitempty"`
	Identifiers []HitIdentifier  `json:"identifiers,omitempty"`
	ProposedBy  string           `json:"proposed_by,omitempty"`
	DecidedBy   string           `json:"decided_by,omitempty"`
	Second      string           `json:"second,omitempty" doc:"Why it was given back or lifted."`
	Tasks       []ScreenTask     `json:"tasks,omitempty"`
	Challenge   string           `json:"challenge,omitempty" doc:"Of a proposed match: what a passkey signs to confirm it, base64url."`
	Digest      string           `json:"digest,omitempty"`
}

// A HitIdentifier is something besides the name that a person compared.
type HitIdentifier struct {
	Kind string `json:"kind" doc:"birth, document, birth_place, nationality, address, office, photograph, fingerprint, activity."`
	Note string `json:"note" doc:"What was compared with what."`
}

// A ScreenTask is something that has to be done, with its clock.
type ScreenTask struct {
	ID     string     `json:"id"`
	Hit    string     `json:"hit"`
	Kind   string     `json:"kind" doc:"freeze, inform, review or unfreeze."`
	State  string     `json:"state" doc:"open, late, done or void."`
	Due    time.Time  `json:"due"`
	Done   *time.Time `json:"done,omitempty"`
	By     string     `json:"by,omitempty"`
	Answer string     `json:"answer,omitempty"`
}

// ScreenHits is one page of candidates.
type ScreenHits struct {
	Hits []ScreenHit `json:"hits"`
	Next string      `json:"next,omitempty"`
}

// ByHit names a candidate.
type ByHit struct {
	Hit string `path:"hit"`
}

// DismissHit marks a false positive.
type DismissHit struct {
	Hit    string `path:"hit"`
	Reason string `json:"reason"`
	Until  string `json:"until,omitempty" doc:"A day; at most 90 days from now, which is what is taken when it is empty."`
}

// ProposeHit says that a candidate is the listed person.
type ProposeHit struct {
	Hit         string          `path:"hit"`
	Identifiers []HitIdentifier `json:"identifiers" doc:"Two kinds at least, besides the name (S31)."`
	Reason      string          `json:"reason"`
}

// ConfirmHit confirms a proposed match with a passkey's assertion.
type ConfirmHit struct {
	Hit       string          `path:"hit"`
	Role      string          `json:"role"`
	Assertion json.RawMessage `json:"assertion"`
}

// GiveBackHit gives a proposed match back, or lifts a match that was a mistake.
type GiveBackHit struct {
	Hit    string `path:"hit"`
	Reason string `json:"reason"`
}

// AnswerTask says what was done, or why not.
type AnswerTask struct {
	Task string `path:"task"`
	Text string `json:"text"`
}

// NewScreenBatch is a file of names, sent as the body.
type NewScreenBatch struct {
	Name    string `query:"name" doc:"Of the file."`
	Purpose string `query:"purpose"`
	Case    string `query:"case"`
	Kind    string `query:"kind" doc:"Of names whose row does not say it."`
	Least   string `query:"min" doc:"Least score of a candidate, such as 0.7."`
}

// ByBatch names a file of names.
type ByBatch struct {
	Batch string `path:"batch"`
}

// A ScreenBatch is a file of names with how far it is.
type ScreenBatch struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Purpose  string     `json:"purpose"`
	By       string     `json:"by"`
	Total    int        `json:"total"`
	Done     int        `json:"done"`
	Found    int        `json:"found" doc:"Names with candidates."`
	Unread   int        `json:"unread" doc:"Rows that could not be screened."`
	Lists    string     `json:"lists"`
	Made     time.Time  `json:"made"`
	Finished *time.Time `json:"finished,omitempty"`
	Until    time.Time  `json:"until" doc:"Then it is erased."`
}

// ScreenBatches are the caller's files of names.
type ScreenBatches struct {
	Batches []ScreenBatch `json:"batches"`
}

// screeningRoutes lists the calls of screening.
func screeningRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	const created = http.StatusCreated
	return []Route{
		{Name: "lists", Method: get, Path: "/screening/lists", Summary: "The lists in use with their versions", In: None{}, Out: ScreenLists{}},
		{Name: "importList", Method: post, Path: "/screening/lists", Summary: "Import a list's file; it comes in whole or changes nothing",
			In: ImportList{}, Out: ImportedList{}, Status: created, Body: octets},
		{Name: "listVersion", Method: get, Path: "/screening/lists/{list}/versions/{version}", Summary: "One version of a list, with what it changed",
			In: ByVersion{}, Out: ListVersion{}},
		{Name: "listEntry", Method: get, Path: "/screening/lists/{list}/entries/{entry}", Summary: "One entry of a list", In: ByEntry{}, Out: ListEntry{}},
		{Name: "screenName", Method: post, Path: "/screening/search", Summary: "Screen one name; it is a fact in the log, without the name",
			In: ScreenQuestion{}, Out: ScreenAnswer{}},
		{Name: "watches", Method: get, Path: "/screening/watches", Summary: "The watches the caller may see", In: None{}, Out: ScreenWatches{}},
		{Name: "newWatch", Method: post, Path: "/screening/watches", Summary: "Begin a lawful watch with a purpose, a basis and an end",
			In: NewWatch{}, Out: ScreenWatch{}, Status: created},
		{Name: "watch", Method: get, Path: "/screening/watches/{watch}", Summary: "One watch with its subjects", In: ByWatch{}, Out: ScreenWatch{}},
		{Name: "addSubjects", Method: post, Path: "/screening/watches/{watch}/subjects", Summary: "Put persons or things on a watch", In: AddSubjects{},
			Out: ScreenWatch{}},
		{Name: "endWatch", Method: post, Path: "/screening/watches/{watch}/end", Summary: "End a watch before its time", In: EndWatch{}, Out: ScreenWatch{}},
		{Name: "watchCase", Method: post, Path: "/cases/{case}/watch", Summary: "Put the persons of a case on its watchlist", In: WatchCase{}, Out: ScreenWatch{}},
		{Name: "caseWatch", Method: get, Path: "/cases/{case}/watch", Summary: "The watchlist of a case", In: ByCase{}, Out: ScreenWatch{}},
		{Name: "hits", Method: get, Path: "/screening/hits", Summary: "Candidates and matches", In: HitQuery{}, Out: ScreenHits{}},
		{Name: "hit", Method: get, Path: "/screening/hits/{hit}", Summary: "One candidate with every reason", In: ByHit{}, Out: ScreenHit{}},
		{Name: "dismissHit", Method: post, Path: "/screening/hits/{hit}/dismiss", Summary: "Mark a false positive, with reason and end", In: DismissHit{},
			Out: ScreenHit{}},
		{Name: "proposeHit", Method: post, Path: "/screening/hits/{hit}/propose", Summary: "Say that it is the listed person; another person confirms",
			In: ProposeHit{}, Out: ScreenHit{}},
		{Name: "confirmHit", Method: post, Path: "/screening/hits/{hit}/confirm", Summary: "Confirm a proposed match with a passkey", In: ConfirmHit{},
			Out: ScreenHit{}},
		{Name: "returnHit", Method: post, Path: "/screening/hits/{hit}/return", Summary: "Give a proposed match back", In: GiveBackHit{}, Out: ScreenHit{}},
		{Name: "revokeHit", Method: post, Path: "/screening/hits/{hit}/revoke", Summary: "Lift a match that was a mistake", In: GiveBackHit{}, Out: ScreenHit{}},
		{Name: "taskDone", Method: post, Path: "/screening/tasks/{task}/done", Summary: "Note that a task was done, and what was done", In: AnswerTask{},
			Out: ScreenHit{}},
		{Name: "taskWhy", Method: post, Path: "/screening/tasks/{task}/why", Summary: "Say why a late task is not done", In: AnswerTask{}, Out: ScreenHit{}},
		{Name: "batches", Method: get, Path: "/screening/batches", Summary: "The caller's files of names", In: None{}, Out: ScreenBatches{}},
		{Name: "newBatch", Method: post, Path: "/screening/batches", Summary: "Screen a file of names in the background",
			In: NewScreenBatch{}, Out: ScreenBatch{}, Status: created, Body: octets},
		{Name: "batch", Method: get, Path: "/screening/batches/{batch}", Summary: "How far a file is", In: ByBatch{}, Out: ScreenBatch{}},
		{Name: "batchResults", Method: get, Path: "/screening/batches/{batch}/results", Summary: "The answers, one line of JSON for each name",
			In: ByBatch{}, Answer: lines},
	}
}

const lines = "application/jsonl"
