package client

import (
	"context"
	"net/http"
)

func decisionRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	created := http.StatusCreated
	return append([]Route{
		{Name: "texts", Method: get, Path: "/texts", Summary: "Texts under negotiation", In: None{}, Out: NegotiatedTexts{}},
		{Name: "tableText", Method: post, Path: "/texts", Summary: "Table a text; this party keeps it",
			In: NegotiatedText{}, Out: DecisionDone{}, Status: created},
		{Name: "text", Method: get, Path: "/texts/{draft}", Summary: "One text: what stands, amendments, versions, translations",
			In: ByDraftText{}, Out: DraftText{}},
		{Name: "translateText", Method: post, Path: "/texts/{draft}/translations", Summary: "Publish a translation of the newest version",
			In: TextTranslation{}, Out: DecisionDone{}, Status: created},
		{Name: "amendText", Method: post, Path: "/texts/{draft}/amendments", Summary: "Propose an amendment",
			In: NewAmendment{}, Out: DecisionDone{}, Status: created},
		{Name: "onAmendment", Method: post, Path: "/texts/{draft}/amendments/{amendment}", Summary: "Support, oppose or withdraw an amendment",
			In: OnAmendment{}, Out: DecisionDone{}, Status: created},
		{Name: "consolidateText", Method: post, Path: "/texts/{draft}/consolidations", Summary: "Make the next version from amendments",
			In: Consolidation{}, Out: DecisionDone{}, Status: created},
		{Name: "compareText", Method: get, Path: "/texts/{draft}/comparison", Summary: "Two versions side by side",
			In: TextComparison{}, Out: ComparedText{}},

		{Name: "matters", Method: get, Path: "/matters", Summary: "What was put to delegations, newest first", In: None{}, Out: Matters{}},
		{Name: "openMatter", Method: post, Path: "/matters", Summary: "Put a text to delegations by consensus, silence or vote",
			In: NewMatter{}, Out: DecisionDone{}, Status: created},
		{Name: "matter", Method: get, Path: "/matters/{matter}", Summary: "One matter: who said what, its clock, what can be done",
			In: ByMatter{}, Out: Matter{}},
		{Name: "actInMatter", Method: post, Path: "/matters/{matter}/acts", Summary: "Say or do something in a matter in this party's name",
			In: MatterAct{}, Out: DecisionDone{}, Status: created},

		{Name: "decisionProposals", Method: get, Path: "/decision-proposals", Summary: "Acts in decisions that wait for a second person",
			In: None{}, Out: DecisionProposals{}},
		{Name: "decisionProposal", Method: get, Path: "/decision-proposals/{proposal}", Summary: "One of them, with the challenge for the passkey",
			In: ByProposal{}, Out: DecisionProposal{}},
		{Name: "approveDecision", Method: post, Path: "/decision-proposals/{proposal}/approve", Summary: "Approve what another person proposed",
			In: ApproveDecision{}, Out: DecisionDone{}, Status: created},
		{Name: "returnDecision", Method: post, Path: "/decision-proposals/{proposal}/return", Summary: "Give it back to its author, with the reason",
			In: ReturnDecision{}, Out: DecisionProposal{}},
	}, append(meetingRoutes(), commitmentRoutes()...)...)
}

func meetingRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	created := http.StatusCreated
	return []Route{
		{Name: "meetings", Method: get, Path: "/meetings", Summary: "Meetings this node knows, the latest first",
			In: None{}, Out: Meetings{}},
		{Name: "saveMeeting", Method: post, Path: "/meetings", Summary: "Begin a meeting, or keep the next revision of its record",
			In: Meeting{}, Out: MeetingFile{}, Status: created},
		{Name: "meeting", Method: get, Path: "/meetings/{meeting}", Summary: "A meeting and its floor as it is now",
			In: ByMeeting{}, Out: MeetingFile{}},
		{Name: "floorEvent", Method: post, Path: "/meetings/{meeting}/floor", Summary: "Enter what happened on the floor; the host does",
			In: FloorEvent{}, Out: MeetingFile{}, Status: created},
		{Name: "askFloor", Method: post, Path: "/meetings/{meeting}/wishes", Summary: "Ask the host for the floor, or take that back",
			In: FloorWish{}, Out: MeetingFile{}, Status: created},
	}
}

func commitmentRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	created := http.StatusCreated
	return []Route{
		{Name: "outcomes", Method: get, Path: "/outcomes", Summary: "What was adopted, newest first", In: None{}, Out: Outcomes{}},
		{Name: "outcomeFile", Method: get, Path: "/outcomes/{matter}/file", Summary: "An outcome with all signed acts, for \"landbridge verify\"",
			In: ByMatter{}, Answer: plain},
		{Name: "decisionProof", Method: get, Path: "/decision-proofs/{act}", Summary: "Proof that this node's log has an act of an adopted matter or a commitment",
			In: BySignedAct{}, Answer: plain},
		{Name: "commitments", Method: get, Path: "/commitments", Summary: "Commitments of all parties",
			In: CommitmentQuery{}, Out: Commitments{}},
		{Name: "commit", Method: post, Path: "/commitments", Summary: "Commit this party; a second person approves it",
			In: NewCommitment{}, Out: DecisionDone{}, Status: created},
		{Name: "commitment", Method: get, Path: "/commitments/{commitment}", Summary: "One commitment with its reports",
			In: ByCommitment{}, Out: Commitment{}},
		{Name: "reportOn", Method: post, Path: "/commitments/{commitment}/reports", Summary: "Report on a commitment of this party",
			In: NewReport{}, Out: DecisionDone{}, Status: created},
		{Name: "followUp", Method: get, Path: "/follow-up", Summary: "What became of what was promised, in the year of a day",
			In: FollowUpQuery{}, Out: FollowUp{}},
		{Name: "pastOutcomes", Method: get, Path: "/past-outcomes", Summary: "Outcomes of the editions 2015 to 2025, as public documents have them",
			In: None{}, Out: PastOutcomes{}},
		{Name: "reminders", Method: get, Path: "/reminders", Summary: "What this party has to do by its clocks",
			In: ReminderQuery{}, Out: Reminders{}},
	}
}

// Texts lists the texts under negotiation.
func (c *Client) Texts(ctx context.Context) (NegotiatedTexts, error) {
	return call[NegotiatedTexts](ctx, c, "texts", None{})
}

// TableText tables a text, which this party then keeps.
func (c *Client) TableText(ctx context.Context, t NegotiatedText) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "tableText", t)
}

// Text returns a text under negotiation.
func (c *Client) Text(ctx context.Context, draft string) (DraftText, error) {
	return call[DraftText](ctx, c, "text", ByDraftText{draft})
}

// TranslateText publishes a translation of a draft's newest version.
func (c *Client) TranslateText(ctx context.Context, t TextTranslation) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "translateText", t)
}

// AmendText proposes an amendment.
func (c *Client) AmendText(ctx context.Context, a NewAmendment) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "amendText", a)
}

// OnAmendment supports, opposes or withdraws an amendment.
func (c *Client) OnAmendment(ctx context.Context, o OnAmendment) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "onAmendment", o)
}

// ConsolidateText makes the next version of a draft.
func (c *Client) ConsolidateText(ctx context.Context, n Consolidation) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "consolidateText", n)
}

// CompareText shows two versions side by side.
func (c *Client) CompareText(ctx context.Context, q TextComparison) (ComparedText, error) {
	return call[ComparedText](ctx, c, "compareText", q)
}

// Matters lists what was put to delegations.
func (c *Client) Matters(ctx context.Context) (Matters, error) {
	return call[Matters](ctx, c, "matters", None{})
}

// OpenMatter puts a text to delegations.
func (c *Client) OpenMatter(ctx context.Context, m NewMatter) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "openMatter", m)
}

// Matter returns one matter.
func (c *Client) Matter(ctx context.Context, matter string) (Matter, error) {
	return call[Matter](ctx, c, "matter", ByMatter{matter})
}

// ActInMatter says or does something in a matter in this party's name.
func (c *Client) ActInMatter(ctx context.Context, a MatterAct) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "actInMatter", a)
}

// DecisionProposals lists the acts that wait for a second person.
func (c *Client) DecisionProposals(ctx context.Context) (DecisionProposals, error) {
	return call[DecisionProposals](ctx, c, "decisionProposals", None{})
}

// DecisionProposal returns one of them.
func (c *Client) DecisionProposal(ctx context.Context, id string) (DecisionProposal, error) {
	return call[DecisionProposal](ctx, c, "decisionProposal", ByProposal{id})
}

// ApproveDecision approves what another person proposed.
func (c *Client) ApproveDecision(ctx context.Context, a ApproveDecision) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "approveDecision", a)
}

// ReturnDecision gives a proposal back to its author.
func (c *Client) ReturnDecision(ctx context.Context, id, reason string) (DecisionProposal, error) {
	return call[DecisionProposal](ctx, c, "returnDecision", ReturnDecision{id, reason})
}

// Meetings lists the meetings the node knows.
func (c *Client) Meetings(ctx context.Context) (Meetings, error) {
	return call[Meetings](ctx, c, "meetings", None{})
}

// SaveMeeting begins a meeting, or keeps the next revision of its record.
func (c *Client) SaveMeeting(ctx context.Context, m Meeting) (MeetingFile, error) {
	return call[MeetingFile](ctx, c, "saveMeeting", m)
}

// Meeting returns a meeting and its floor.
func (c *Client) Meeting(ctx context.Context, id string) (MeetingFile, error) {
	return call[MeetingFile](ctx, c, "meeting", ByMeeting{id})
}

// FloorEvent enters what happened on the floor.
func (c *Client) FloorEvent(ctx context.Context, e FloorEvent) (MeetingFile, error) {
	return call[MeetingFile](ctx, c, "floorEvent", e)
}

// AskFloor asks the host for the floor, or takes that back.
func (c *Client) AskFloor(ctx context.Context, w FloorWish) (MeetingFile, error) {
	return call[MeetingFile](ctx, c, "askFloor", w)
}

// Outcomes lists what was adopted.
func (c *Client) Outcomes(ctx context.Context) (Outcomes, error) {
	return call[Outcomes](ctx, c, "outcomes", None{})
}

// OutcomeFile returns an outcome with all its signed acts, as a file.
func (c *Client) OutcomeFile(ctx context.Context, matter string) (string, error) {
	return call[string](ctx, c, "outcomeFile", ByMatter{matter})
}

// DecisionProof returns the proof that this node's log has an act.
func (c *Client) DecisionProof(ctx context.Context, act string) (string, error) {
	return call[string](ctx, c, "decisionProof", BySignedAct{act})
}

// Commitments lists commitments.
func (c *Client) Commitments(ctx context.Context, q CommitmentQuery) (Commitments, error) {
	return call[Commitments](ctx, c, "commitments", q)
}

// Commit promises something in this party's name.
func (c *Client) Commit(ctx context.Context, n NewCommitment) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "commit", n)
}

// Commitment returns one commitment.
func (c *Client) Commitment(ctx context.Context, id string) (Commitment, error) {
	return call[Commitment](ctx, c, "commitment", ByCommitment{id})
}

// ReportOn reports on a commitment of this party.
func (c *Client) ReportOn(ctx context.Context, r NewReport) (DecisionDone, error) {
	return call[DecisionDone](ctx, c, "reportOn", r)
}

// FollowUp says what became of what was promised in a year.
func (c *Client) FollowUp(ctx context.Context, q FollowUpQuery) (FollowUp, error) {
	return call[FollowUp](ctx, c, "followUp", q)
}

// PastOutcomes lists the outcomes of the editions 2015 to 2025.
func (c *Client) PastOutcomes(ctx context.Context) (PastOutcomes, error) {
	return call[PastOutcomes](ctx, c, "pastOutcomes", None{})
}

// Reminders lists what this party has to do by its clocks.
func (c *Client) Reminders(ctx context.Context, q ReminderQuery) (Reminders, error) {
	return call[Reminders](ctx, c, "reminders", q)
}
