package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// An Instrument is one treaty, agreement or arrangement of the register. Days
// are texts such as 2019-04-12.
type Instrument struct {
	ID           string            `json:"id"`
	Kind         string            `json:"kind" doc:"bilateral or multilateral."`
	Title        map[string]string `json:"title" doc:"By language."`
	Short        string            `json:"short,omitempty"`
	Subjects     []string          `json:"subjects"`
	Adopted      string            `json:"adopted,omitempty"`
	Place        string            `json:"place,omitempty"`
	InForce      string            `json:"in_force,omitempty"`
	Ended        string            `json:"ended,omitempty" doc:"The first day on which it is not in force any more."`
	Registration string            `json:"registration,omitempty"`
	Depositary   string            `json:"depositary,omitempty"`
	Members      []InstrumentParty `json:"parties"`
	Articles     []Article         `json:"articles"`
	Texts        []InstrumentText  `json:"texts"`
	Terms        []Term            `json:"terms" doc:"What it says under each process. A process no term names is not covered."`
	Void         string            `json:"void,omitempty" doc:"Why the entry does not count."`
	Confidence   string            `json:"confidence,omitempty" doc:"read, memory or default."`
	Source       string            `json:"source,omitempty"`
	Note         string            `json:"note,omitempty"`
}

// An InstrumentParty is one party of an instrument and its dates.
type InstrumentParty struct {
	Party        string        `json:"party"`
	Signed       string        `json:"signed,omitempty"`
	Ratified     string        `json:"ratified,omitempty"`
	InForce      string        `json:"in_force,omitempty"`
	Denounced    string        `json:"denounced,omitempty" doc:"The first day on which it does not bind the party any more."`
	Reservations []Reservation `json:"reservations,omitempty"`
}

// A Reservation is a party's reservation, declaration or objection.
type Reservation struct {
	Kind      string `json:"kind" doc:"reservation, declaration or objection."`
	Article   string `json:"article,omitempty"`
	Made      string `json:"made,omitempty"`
	Withdrawn string `json:"withdrawn,omitempty"`
	Against   string `json:"against,omitempty"`
	Precludes bool   `json:"precludes,omitempty" doc:"Of an objection: the instrument does not enter into force between the two."`
	Text      string `json:"text"`
	Terms     []Term `json:"terms,omitempty" doc:"What it changes; it can only make a profile stricter."`
}

// An Article is one article, as far as it is cited.
type Article struct {
	Number  string `json:"number"`
	Heading string `json:"heading"`
	Text    string `json:"text,omitempty"`
}

// An InstrumentText is the instrument in one language.
type InstrumentText struct {
	Language  string `json:"language"`
	Authentic bool   `json:"authentic"`
	Of        string `json:"translation_of,omitempty"`
	By        string `json:"translated_by,omitempty"`
	Body      string `json:"body"`
}

// A Term is what one article says about one process.
type Term struct {
	Process    string         `json:"process"`
	Article    string         `json:"article"`
	Channels   []string       `json:"channels,omitempty"`
	Languages  []string       `json:"languages,omitempty"`
	Required   []string       `json:"required,omitempty"`
	Excluded   []string       `json:"excluded_offences,omitempty"`
	Assurances []string       `json:"assurances,omitempty"`
	Deadlines  []TermDeadline `json:"deadlines,omitempty"`
	MinPenalty int            `json:"min_penalty_months,omitempty"`
	MinLeft    int            `json:"min_remaining_months,omitempty"`
	MaxPersons int            `json:"max_persons,omitempty"`
	Retention  int            `json:"retention_days,omitempty"`
	Arrest     int            `json:"provisional_arrest_days,omitempty"`
	Dual       string         `json:"dual_criminality,omitempty" doc:"not_required, listed or required."`
	Death      string         `json:"death_penalty,omitempty" doc:"assurance or refuse."`
	Nationals  string         `json:"own_nationals,omitempty" doc:"surrendered, may_refuse or refused."`
	Transfer   string         `json:"data_transfer,omitempty" doc:"adequacy, safeguards or derogation."`
	Specialty  bool           `json:"specialty,omitempty"`
	Note       string         `json:"note,omitempty"`
}

// A TermDeadline bounds one clock of a process.
type TermDeadline struct {
	Clock string `json:"clock"`
	Hours int    `json:"hours"`
}

// An AgreementQuery filters the register.
type AgreementQuery struct {
	Text    string `query:"q" doc:"Words of title, party, article or text, in any script."`
	Party   string `query:"party"`
	With    string `query:"with" doc:"A second party: instruments between the two."`
	Subject string `query:"subject"`
	Process string `query:"process"`
	Kind    string `query:"kind"`
	Status  string `query:"status" doc:"in_force, signed, ended or void."`
	After   string `query:"after" doc:"Cursor of the page before."`
	Limit   int    `query:"limit" doc:"At most so many; 0 and the most are 200."`
}

// An AgreementFile names the form in which the register is written.
type AgreementFile struct {
	Format  string `path:"format" doc:"csv or json."`
	Text    string `query:"q"`
	Party   string `query:"party"`
	With    string `query:"with"`
	Subject string `query:"subject"`
	Process string `query:"process"`
	Kind    string `query:"kind"`
	Status  string `query:"status"`
}

// An AgreementRow is one line of the register.
type AgreementRow struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Short     string    `json:"short,omitempty"`
	Kind      string    `json:"kind"`
	Status    string    `json:"status" doc:"Today: in_force, signed, ended or void."`
	InForce   string    `json:"in_force,omitempty"`
	Parties   []string  `json:"parties"`
	Subjects  []string  `json:"subjects"`
	Processes []string  `json:"processes"`
	Revision  int64     `json:"revision"`
	Changed   time.Time `json:"changed"`
}

// Agreements is one page of the register.
type Agreements struct {
	Total      int            `json:"total"`
	Agreements []AgreementRow `json:"agreements"`
	Next       string         `json:"next,omitempty"`
}

// ByAgreement names an instrument.
type ByAgreement struct {
	Agreement string `path:"agreement" doc:"Id of the instrument."`
}

// An Agreement is one instrument with its history and what others hold.
type Agreement struct {
	Tag
	Instrument Instrument          `json:"instrument"`
	Status     string              `json:"status"`
	Digest     string              `json:"digest" doc:"Of what the parties share: equal where they hold the same text."`
	Revision   int64               `json:"revision"`
	Cases      int64               `json:"cases" doc:"Cases opened here that rest on it."`
	History    []AgreementRevision `json:"history"`
	Copies     []AgreementCopy     `json:"copies"`
}

// An AgreementRevision is one form an instrument had.
type AgreementRevision struct {
	Number   int64     `json:"number"`
	Author   string    `json:"author"`
	Approver string    `json:"approver"`
	Note     string    `json:"note"`
	At       time.Time `json:"at"`
	Entry    int64     `json:"entry" doc:"In the log."`
}

// An AgreementCopy is what another party holds.
type AgreementCopy struct {
	Party       string       `json:"party"`
	State       string       `json:"state" doc:"same, different, absent or unasked."`
	At          *time.Time   `json:"at,omitempty"`
	Differences []Difference `json:"differences,omitempty" doc:"Where its text differs from ours, when it has shown it."`
}

// A Difference is one place in which two forms of an instrument differ.
type Difference struct {
	Where string `json:"where"`
	Was   string `json:"was"`
	Now   string `json:"now"`
}

// An AgreementChange proposes new instruments, or new forms of known ones.
type AgreementChange struct {
	Note        string       `json:"note" doc:"What changes and why; it stays in the history."`
	Instruments []Instrument `json:"instruments"`
}

// An AgreementImport is a file of instruments, as the body.
type AgreementImport struct {
	Note string `query:"note" doc:"What changes and why."`
	Dry  bool   `query:"dry" doc:"Only say what it would change."`
}

// An ImportReport says what a file changes, line by line. With a line that is
// wrong nothing is proposed.
type ImportReport struct {
	New      int          `json:"new"`
	Changed  int          `json:"changed"`
	Same     int          `json:"same"`
	Wrong    int          `json:"wrong"`
	Lines    []ImportLine `json:"lines"`
	Proposal string       `json:"proposal,omitempty"`
}

// An ImportLine is what a file says about one instrument.
type ImportLine struct {
	Row  int    `json:"row"`
	ID   string `json:"id"`
	Kind string `json:"kind" doc:"new, changed, same or wrong."`
	Text string `json:"text,omitempty" doc:"What is wrong, and what to do."`
}

// An AgreementProposal is a change of the register that waits for a second person.
type AgreementProposal struct {
	ID        string                `json:"id"`
	Digest    string                `json:"digest"`
	Challenge string                `json:"challenge" doc:"What the second person's passkey signs, base64url."`
	Note      string                `json:"note"`
	By        string                `json:"by"`
	At        time.Time             `json:"at"`
	State     string                `json:"state" doc:"waiting, entered or returned."`
	Reason    string                `json:"reason,omitempty"`
	CanEnter  bool                  `json:"can_enter"`
	Role      string                `json:"role,omitempty" doc:"In which the caller would enter it."`
	Why       string                `json:"why,omitempty" doc:"Why the caller may not."`
	Changes   []AgreementDifference `json:"changes"`
}

// An AgreementDifference is one instrument of a proposal.
type AgreementDifference struct {
	ID          string       `json:"id"`
	Title       string       `json:"title"`
	Kind        string       `json:"kind" doc:"new or changed."`
	Differences []Difference `json:"differences"`
}

// AgreementProposals are the changes that wait for a second person.
type AgreementProposals struct {
	Proposals []AgreementProposal `json:"proposals"`
}

// An EnterAgreement carries the passkey's assertion over a proposal's digest.
type EnterAgreement struct {
	Proposal  string          `path:"proposal" json:"-"`
	Role      string          `json:"role,omitempty" doc:"In which the caller enters it; empty: the first that may."`
	Assertion json.RawMessage `json:"assertion"`
}

// A ReturnAgreement gives a proposal back to its author.
type ReturnAgreement struct {
	Proposal string `path:"proposal" json:"-"`
	Reason   string `json:"reason"`
}

// A ShowAgreement shows the text this node holds to another party, or takes
// over the text that party showed.
type ShowAgreement struct {
	Agreement string `path:"agreement" json:"-"`
	Party     string `json:"party"`
}

// A ProfileQuery asks for the legal profile of a request.
type ProfileQuery struct {
	From    string `query:"from" doc:"The requesting party; empty: this one."`
	To      string `query:"to" doc:"The requested party."`
	Process string `query:"process"`
	Day     string `query:"day" doc:"Such as 2026-11-22; empty: today."`
}

// A LegalProfile says whether a process may start between two parties on a day,
// and what is asked for, by which article.
type LegalProfile struct {
	From        string          `json:"from"`
	To          string          `json:"to"`
	Process     string          `json:"process"`
	Day         string          `json:"day"`
	OK          bool            `json:"ok" doc:"The process may start."`
	Lacking     string          `json:"lacking,omitempty" doc:"Why it may not."`
	Transfer    string          `json:"transfer,omitempty" doc:"Basis on which personal data may be transferred."`
	Instruments []LegalStanding `json:"instruments" doc:"Instruments between the two, and whether each counts."`
	Rules       []LegalRule     `json:"rules"`
}

// A LegalStanding is one instrument between two parties.
type LegalStanding struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Counts   bool     `json:"counts"`
	Why      string   `json:"why,omitempty" doc:"Why it does not: void, not_yet, ended, denounced, precluded, other_process."`
	Since    string   `json:"since,omitempty"`
	Articles []string `json:"articles,omitempty"`
}

// A LegalRule is one value of a profile and where it comes from.
type LegalRule struct {
	Name   string   `json:"name"`
	Number int      `json:"number,omitempty"`
	Words  []string `json:"words,omitempty"`
	From   []string `json:"from" doc:"Instrument and article, or whose published requirements."`
}

func agreementRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	return []Route{
		{Name: "agreements", Method: get, Path: "/agreements", Summary: "Search the register of instruments", In: AgreementQuery{}, Out: Agreements{}},
		{Name: "agreement", Method: get, Path: "/agreements/{agreement}", Summary: "One instrument, its history, and what the other parties hold",
			In: ByAgreement{}, Out: Agreement{}},
		{Name: "agreementFile", Method: get, Path: "/agreement-files/{format}", Summary: "The register, or what a filter lets through, as a file",
			In: AgreementFile{}, Answer: plain},
		{Name: "legalProfile", Method: get, Path: "/legal-profiles", Summary: "What the law asks of a request from one party to another, by article",
			In: ProfileQuery{}, Out: LegalProfile{}},
		{Name: "proposeAgreements", Method: post, Path: "/agreement-proposals", Summary: "Propose a change of the register; another person enters it",
			In: AgreementChange{}, Out: AgreementProposal{}, Status: http.StatusCreated},
		{Name: "importAgreements", Method: post, Path: "/agreement-imports", Summary: "Read a file of instruments (CSV or JSON) and propose what it changes",
			In: AgreementImport{}, Out: ImportReport{}, Status: http.StatusCreated, Body: octets},
		{Name: "agreementProposals", Method: get, Path: "/agreement-proposals", Summary: "Changes of the register that wait for a second person",
			In: None{}, Out: AgreementProposals{}},
		{Name: "agreementProposal", Method: get, Path: "/agreement-proposals/{proposal}", Summary: "One change, with the challenge for the passkey",
			In: ByProposal{}, Out: AgreementProposal{}},
		{Name: "enterAgreements", Method: post, Path: "/agreement-proposals/{proposal}/enter", Summary: "Enter a change that another person proposed",
			In: EnterAgreement{}, Out: AgreementProposal{}, Status: http.StatusCreated},
		{Name: "returnAgreements", Method: post, Path: "/agreement-proposals/{proposal}/return", Summary: "Give a change back to its author, with the reason",
			In: ReturnAgreement{}, Out: AgreementProposal{}},
		{Name: "showAgreement", Method: post, Path: "/agreements/{agreement}/shown",
			Summary: "Show the text this node holds to another party, which answers with what it holds",
			In:      ShowAgreement{}, Out: Agreement{}, Status: http.StatusCreated},
		{Name: "adoptAgreement", Method: post, Path: "/agreements/{agreement}/adopted", Summary: "Propose to take over the text another party showed",
			In: ShowAgreement{}, Out: AgreementProposal{}, Status: http.StatusCreated},
	}
}

// Agreements searches the register of instruments.
func (c *Client) Agreements(ctx context.Context, q AgreementQuery) (Agreements, error) {
	return call[Agreements](ctx, c, "agreements", q)
}

// Agreement returns one instrument with its history.
func (c *Client) Agreement(ctx context.Context, id string) (Agreement, error) {
	return call[Agreement](ctx, c, "agreement", ByAgreement{id})
}

// AgreementFile returns the register as a file.
func (c *Client) AgreementFile(ctx context.Context, q AgreementFile) (string, error) {
	return call[string](ctx, c, "agreementFile", q)
}

// LegalProfile says what the law asks of a request.
func (c *Client) LegalProfile(ctx context.Context, q ProfileQuery) (LegalProfile, error) {
	return call[LegalProfile](ctx, c, "legalProfile", q)
}

// ProposeAgreements proposes a change of the register.
func (c *Client) ProposeAgreements(ctx context.Context, ch AgreementChange) (AgreementProposal, error) {
	return call[AgreementProposal](ctx, c, "proposeAgreements", ch)
}

// ImportAgreements reads a file of instruments and proposes what it changes.
func (c *Client) ImportAgreements(ctx context.Context, q AgreementImport, file []byte) (ImportReport, error) {
	return upload[ImportReport](ctx, c, "importAgreements", q, bytes.NewReader(file))
}

// AgreementProposals lists the changes that wait for a second person.
func (c *Client) AgreementProposals(ctx context.Context) (AgreementProposals, error) {
	return call[AgreementProposals](ctx, c, "agreementProposals", None{})
}

// AgreementProposal returns one change of the register.
func (c *Client) AgreementProposal(ctx context.Context, id string) (AgreementProposal, error) {
	return call[AgreementProposal](ctx, c, "agreementProposal", ByProposal{id})
}

// EnterAgreements enters a change that another person proposed.
func (c *Client) EnterAgreements(ctx context.Context, e EnterAgreement) (AgreementProposal, error) {
	return call[AgreementProposal](ctx, c, "enterAgreements", e)
}

// ReturnAgreements gives a change back to its author.
func (c *Client) ReturnAgreements(ctx context.Context, id, reason string) (AgreementProposal, error) {
	return call[AgreementProposal](ctx, c, "returnAgreements", ReturnAgreement{id, reason})
}

// ShowAgreement shows the text this node holds to another party.
func (c *Client) ShowAgreement(ctx context.Context, id, party string) (Agreement, error) {
	return call[Agreement](ctx, c, "showAgreement", ShowAgreement{id, party})
}

// AdoptAgreement proposes to take over the text another party showed.
func (c *Client) AdoptAgreement(ctx context.Context, id, party string) (AgreementProposal, error) {
	return call[AgreementProposal](ctx, c, "adoptAgreement", ShowAgreement{id, party})
}
