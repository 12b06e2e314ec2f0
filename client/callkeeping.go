package client

import (
	"context"
	"net/http"
	"time"
)

// A NewCallFor opens a call.
type NewCallFor struct {
	Edition    string      `json:"edition"`
	Kind       string      `json:"kind" doc:"paper, side-event, expo or award."`
	Title      string      `json:"title"`
	Text       string      `json:"text"`
	Closes     time.Time   `json:"closes"`
	Anonymous  bool        `json:"anonymous,omitempty"`
	MinReviews int         `json:"min_reviews,omitempty" doc:"Papers and awards: at least 2."`
	Criteria   []Criterion `json:"criteria,omitempty"`
	Ends       time.Time   `json:"ends" doc:"End of the edition; if the forum of the node knows the edition, the forum's end counts."`
	KeepDays   int         `json:"keep_days" doc:"1 to 730 days after the end; then entries are erased (S15)."`
}

// A SubmissionReview is a review as those who decide see it.
type SubmissionReview struct {
	Reviewer string         `json:"reviewer"`
	Name     string         `json:"name,omitempty"`
	State    string         `json:"state" doc:"assigned, free, conflict or done."`
	Scores   map[string]int `json:"scores,omitempty"`
	Comment  string         `json:"comment,omitempty" doc:"For the author."`
	Note     string         `json:"note,omitempty" doc:"For the secretariat alone."`
	Score    float64        `json:"score,omitempty" doc:"Weighted mean."`
}

// Submissions are the entries of a call, the best first, without long texts.
type Submissions struct {
	Submissions []Submission `json:"submissions"`
}

// A Panelist is a reviewer or juror of a call.
type Panelist struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	Organisation string     `json:"organisation"`
	Email        string     `json:"email"`
	Came         *time.Time `json:"came,omitempty" doc:"When the invitation was taken."`
	Assigned     int        `json:"assigned"`
	Done         int        `json:"done"`
	Conflicts    int        `json:"conflicts"`
	Near         bool       `json:"near,omitempty" doc:"Beside one entry: stands too near to it."`
	State        string     `json:"state,omitempty" doc:"Beside one entry: of the review."`
}

// Panelists are the reviewers of a call.
type Panelists struct {
	Reviewers []Panelist `json:"reviewers"`
}

// A NewPanelist names a reviewer or juror.
type NewPanelist struct {
	Call         string `path:"call" json:"-"`
	Name         string `json:"name"`
	Organisation string `json:"organisation"`
	Email        string `json:"email"`
}

// An Invited reviewer comes in by a code that opens once.
type Invited struct {
	ID   string `json:"id"`
	Code string `json:"code"`
}

// A PanelistRemoval takes a reviewer out of a call.
type PanelistRemoval struct {
	Reviewer string `path:"reviewer" json:"-"`
	Discard  bool   `json:"discard" doc:"Reviews of entries that are not decided no longer count."`
}

// An Assignment gives an entry to a reviewer.
type Assignment struct {
	Entry    string `path:"entry" json:"-"`
	Reviewer string `json:"reviewer"`
}

// A SubmissionDecision decides an entry.
type SubmissionDecision struct {
	Entry  string `path:"entry" json:"-"`
	Way    string `json:"way" doc:"accepted, declined or revise."`
	Reason string `json:"reason,omitempty"`
}

// A SubmissionPlacement makes a session of the programme of an accepted entry.
// What is left out stands as the entry says it.
type SubmissionPlacement struct {
	Entry    string    `path:"entry" json:"-"`
	Start    string    `json:"start" doc:"RFC 3339, or local to the edition (2026-09-16T09:00)."`
	End      string    `json:"end,omitempty" doc:"Empty: as long as the entry wishes, else half an hour."`
	Room     string    `json:"room,omitempty"`
	Part     string    `json:"part,omitempty"`
	Track    string    `json:"track,omitempty"`
	Kind     string    `json:"kind,omitempty" doc:"Empty: panel for a side event, else talk."`
	Mode     string    `json:"mode,omitempty" doc:"Empty: as the entry wishes, else onsite."`
	Link     string    `json:"link,omitempty"`
	Status   string    `json:"status,omitempty" doc:"planned (the default) or confirmed."`
	Capacity int64     `json:"capacity,omitempty" doc:"0: as the entry wishes, else that of the room."`
	Written  string    `json:"written,omitempty" doc:"Language of the entry's words; empty: guessed by their script."`
	Language string    `json:"language,omitempty" doc:"Spoken on the floor."`
	Title    ForumText `json:"title,omitempty"`
	About    ForumText `json:"about,omitempty"`
	People   []string  `json:"people,omitempty" doc:"Names of those of the entry who speak; empty: all of them."`
	Nobody   bool      `json:"nobody,omitempty" doc:"None of them."`
}

// A CallDates is how the deadlines of a call stand to the days of its edition.
type CallDates struct {
	Call   string    `json:"call"`
	Closes time.Time `json:"closes"`
	Ends   time.Time `json:"ends" doc:"End of the edition, as the call has it; entries are kept keep_days after it."`
	First  string    `json:"first,omitempty" doc:"First day of the edition now; empty: this node's forum does not know it."`
	Last   string    `json:"last,omitempty"`
	Moved  bool      `json:"moved" doc:"The call was made for other days."`
	Late   bool      `json:"late" doc:"It takes entries when the edition has begun."`
	Offer  time.Time `json:"offer" doc:"The deadline, moved by as much as the edition was; nothing moves by itself."`
}

// A Rescheduling sets the deadline of a call and takes over the days of its edition.
type Rescheduling struct {
	Call   string    `path:"call" json:"-"`
	Closes time.Time `json:"closes"`
}

// A Commendation confirms a proposed commendation or gives it back (S21).
type Commendation struct {
	Entry   string `path:"entry" json:"-"`
	Confirm bool   `json:"confirm"`
}

// PublishedCount says how many entries became public.
type PublishedCount struct {
	Published int `json:"published"`
}

// A Placement gives a stand to an exhibitor, or frees it.
type Placement struct {
	Call  string `path:"call" json:"-"`
	Code  string `json:"code"`
	Entry string `json:"entry,omitempty" doc:"Empty frees the stand."`
}

// A ReviewerCode is the code of an invitation.
type ReviewerCode struct {
	Code string `json:"code"`
}

// ReviewTasks are what a reviewer was given.
type ReviewTasks struct {
	Tasks []ReviewTask `json:"tasks"`
}

// A ReviewTask is one entry that a reviewer was given.
type ReviewTask struct {
	Entry  string `json:"entry"`
	Number int    `json:"number"`
	State  string `json:"state" doc:"assigned, free, conflict or done."`
	Open   bool   `json:"open" doc:"Still waits for a decision."`
}

// A ReviewOf names an entry by a reviewer's secret.
type ReviewOf struct {
	Secret string `json:"secret"`
	Entry  string `json:"entry"`
}

// A ConflictSaid says whether a reviewer has a conflict of interest.
type ConflictSaid struct {
	Secret   string `json:"secret"`
	Entry    string `json:"entry"`
	Conflict bool   `json:"conflict"`
}

// A NewReview judges an entry.
type NewReview struct {
	Secret  string         `json:"secret"`
	Entry   string         `json:"entry"`
	Scores  map[string]int `json:"scores" doc:"By criterion, 0 to 10."`
	Comment string         `json:"comment,omitempty" doc:"For the author."`
	Note    string         `json:"note,omitempty" doc:"For the secretariat alone."`
}

// reviewerRoutes are the calls of reviewers and jurors, who have no account.
func reviewerRoutes() []Route {
	post := http.MethodPost
	return []Route{
		{Name: "acceptReview", Method: post, Path: "/reviews/accept",
			Summary: "Take an invitation by its code, which opens once; the answer holds the reviewer's secret",
			In:      ReviewerCode{}, Out: SubmissionSecret{}, Status: http.StatusCreated},
		{Name: "reviewTasks", Method: post, Path: "/reviews/tasks", Summary: "What a reviewer was given", In: SubmissionSecret{}, Out: ReviewTasks{}},
		{Name: "declareConflict", Method: post, Path: "/reviews/declare", Summary: "Say whether there is a conflict of interest; only who has none reads",
			In: ConflictSaid{}, Status: http.StatusNoContent},
		{Name: "readForReview", Method: post, Path: "/reviews/read", Summary: "An entry, for a reviewer who has no conflict of interest",
			In: ReviewOf{}, Out: Submission{}},
		{Name: "reviewFile", Method: post, Path: "/reviews/file", Summary: "The PDF file of an entry, for a reviewer of a call that is not anonymous",
			In: ReviewOf{}, Out: PaperFile{}},
		{Name: "judge", Method: post, Path: "/reviews/judge", Summary: "Give or replace a review", In: NewReview{}, Status: http.StatusNoContent},
	}
}

// callRoutes are the calls of the secretariat.
func callRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	return []Route{
		{Name: "newCallFor", Method: post, Path: "/calls", Summary: "Open a call", In: NewCallFor{}, Out: CallFor{}, Status: http.StatusCreated},
		{Name: "callDates", Method: get, Path: "/calls/{call}/dates", Summary: "How the deadlines of a call stand to the days of its edition",
			In: ByCallFor{}, Out: CallDates{}},
		{Name: "rescheduleCall", Method: http.MethodPut, Path: "/calls/{call}/dates",
			Summary: "Set the deadline of a call; it takes over the days that its edition has now", In: Rescheduling{}, Out: CallDates{}},
		{Name: "submissions", Method: get, Path: "/calls/{call}/submissions",
			Summary: "The entries of a call, the best first, without long texts; a fact in the log",
			In:      ByCallFor{}, Out: Submissions{}},
		{Name: "submissionsTable", Method: get, Path: "/calls/{call}/submissions.csv", Summary: "The same as CSV", In: ByCallFor{},
			Answer: "text/csv; charset=utf-8"},
		{Name: "submission", Method: get, Path: "/submissions/{entry}", Summary: "One entry with its text, reviews and panel; a fact in the log",
			In: BySubmission{}, Out: Submission{}},
		{Name: "submissionFile", Method: get, Path: "/submissions/{entry}/file", Summary: "The PDF file of an entry; a fact in the log", In: BySubmission{},
			Answer: octets},
		{Name: "assignReview", Method: post, Path: "/submissions/{entry}/assignments", Summary: "Give an entry to a reviewer; who stands too near is refused",
			In: Assignment{}, Out: Submission{}},
		{Name: "decideSubmission", Method: post, Path: "/submissions/{entry}/decision",
			Summary: "Accept, decline or send back; a commendation waits for a second person",
			In:      SubmissionDecision{}, Out: Submission{}},
		{Name: "confirmCommendation", Method: post, Path: "/submissions/{entry}/commendation", Summary: "Confirm a commendation, or give it back (S21)",
			In: Commendation{}, Out: Submission{}},
		{Name: "scheduleSubmission", Method: post, Path: "/submissions/{entry}/session",
			Summary: "Make a session of the programme's draft of an accepted entry, with its people; once, and what clashes is said and changes nothing",
			In:      SubmissionPlacement{}, Out: ForumApplied{}},
		{Name: "retractSubmission", Method: post, Path: "/submissions/{entry}/retract", Summary: "Take a published entry back", In: BySubmission{},
			Status: http.StatusNoContent},
		{Name: "panel", Method: get, Path: "/calls/{call}/reviewers", Summary: "The reviewers of a call", In: ByCallFor{}, Out: Panelists{}},
		{Name: "inviteReviewer", Method: post, Path: "/calls/{call}/reviewers", Summary: "Name a reviewer; the answer holds the code of their invitation",
			In: NewPanelist{}, Out: Invited{}, Status: http.StatusCreated},
		{Name: "removeReviewer", Method: post, Path: "/reviewers/{reviewer}/removal", Summary: "Take a reviewer out of a call",
			In: PanelistRemoval{}, Status: http.StatusNoContent},
		{Name: "publishCall", Method: post, Path: "/calls/{call}/publication", Summary: "Make the accepted entries of a call public",
			In: ByCallFor{}, Out: PublishedCount{}},
		{Name: "setExpoPlan", Method: http.MethodPut, Path: "/calls/{call}/plan", Summary: "Replace the plan of an expo", In: ExpoPlan{}, Out: ExpoPlan{}},
		{Name: "placeExhibitor", Method: post, Path: "/calls/{call}/placements", Summary: "Give a stand to an exhibitor, or free it", In: Placement{},
			Out: ExpoPlan{}},
	}
}

// NewCallFor opens a call.
func (c *Client) NewCallFor(ctx context.Context, n NewCallFor) (CallFor, error) {
	return call[CallFor](ctx, c, "newCallFor", n)
}

// CallDates says how a call stands to the days of its edition.
func (c *Client) CallDates(ctx context.Context, id string) (CallDates, error) {
	return call[CallDates](ctx, c, "callDates", ByCallFor{id})
}

// RescheduleCall sets the deadline of a call.
func (c *Client) RescheduleCall(ctx context.Context, r Rescheduling) (CallDates, error) {
	return call[CallDates](ctx, c, "rescheduleCall", r)
}

// Submissions returns the entries of a call, the best first.
func (c *Client) Submissions(ctx context.Context, id string) (Submissions, error) {
	return call[Submissions](ctx, c, "submissions", ByCallFor{id})
}

// SubmissionsTable returns the entries of a call as CSV.
func (c *Client) SubmissionsTable(ctx context.Context, id string) (string, error) {
	return call[string](ctx, c, "submissionsTable", ByCallFor{id})
}

// Submission opens one entry for those who decide.
func (c *Client) Submission(ctx context.Context, entry string) (Submission, error) {
	return call[Submission](ctx, c, "submission", BySubmission{entry})
}

// SubmissionFile returns the PDF file of an entry to those who decide.
func (c *Client) SubmissionFile(ctx context.Context, entry string) (string, error) {
	return call[string](ctx, c, "submissionFile", BySubmission{entry})
}

// AssignReview gives an entry to a reviewer.
func (c *Client) AssignReview(ctx context.Context, a Assignment) (Submission, error) {
	return call[Submission](ctx, c, "assignReview", a)
}

// DecideSubmission accepts, declines or sends back.
func (c *Client) DecideSubmission(ctx context.Context, d SubmissionDecision) (Submission, error) {
	return call[Submission](ctx, c, "decideSubmission", d)
}

// ConfirmCommendation confirms a commendation, or gives it back.
func (c *Client) ConfirmCommendation(ctx context.Context, x Commendation) (Submission, error) {
	return call[Submission](ctx, c, "confirmCommendation", x)
}

// ScheduleSubmission makes a session of an accepted entry, or says why not.
func (c *Client) ScheduleSubmission(ctx context.Context, p SubmissionPlacement) (ForumApplied, error) {
	return call[ForumApplied](ctx, c, "scheduleSubmission", p)
}

// RetractSubmission takes a published entry back.
func (c *Client) RetractSubmission(ctx context.Context, entry string) error {
	_, err := call[struct{}](ctx, c, "retractSubmission", BySubmission{entry})
	return err
}

// Panel returns the reviewers of a call.
func (c *Client) Panel(ctx context.Context, id string) (Panelists, error) {
	return call[Panelists](ctx, c, "panel", ByCallFor{id})
}

// InviteReviewer names a reviewer.
func (c *Client) InviteReviewer(ctx context.Context, n NewPanelist) (Invited, error) {
	return call[Invited](ctx, c, "inviteReviewer", n)
}

// RemoveReviewer takes a reviewer out of a call.
func (c *Client) RemoveReviewer(ctx context.Context, r PanelistRemoval) error {
	_, err := call[struct{}](ctx, c, "removeReviewer", r)
	return err
}

// PublishCall makes the accepted entries of a call public.
func (c *Client) PublishCall(ctx context.Context, id string) (PublishedCount, error) {
	return call[PublishedCount](ctx, c, "publishCall", ByCallFor{id})
}

// SetExpoPlan replaces the plan of an expo.
func (c *Client) SetExpoPlan(ctx context.Context, p ExpoPlan) (ExpoPlan, error) {
	return call[ExpoPlan](ctx, c, "setExpoPlan", p)
}

// PlaceExhibitor gives a stand to an exhibitor, or frees it.
func (c *Client) PlaceExhibitor(ctx context.Context, p Placement) (ExpoPlan, error) {
	return call[ExpoPlan](ctx, c, "placeExhibitor", p)
}

// AcceptReview takes an invitation by its code and returns the reviewer's secret.
func (c *Client) AcceptReview(ctx context.Context, code string) (SubmissionSecret, error) {
	return call[SubmissionSecret](ctx, c, "acceptReview", ReviewerCode{code})
}

// ReviewTasks returns what a reviewer was given.
func (c *Client) ReviewTasks(ctx context.Context, secret string) (ReviewTasks, error) {
	return call[ReviewTasks](ctx, c, "reviewTasks", SubmissionSecret{secret})
}

// DeclareConflict says whether a reviewer has a conflict of interest.
func (c *Client) DeclareConflict(ctx context.Context, s ConflictSaid) error {
	_, err := call[struct{}](ctx, c, "declareConflict", s)
	return err
}

// ReadForReview returns an entry to a reviewer.
func (c *Client) ReadForReview(ctx context.Context, r ReviewOf) (Submission, error) {
	return call[Submission](ctx, c, "readForReview", r)
}

// ReviewFile returns the PDF file of an entry to a reviewer.
func (c *Client) ReviewFile(ctx context.Context, r ReviewOf) (PaperFile, error) {
	return call[PaperFile](ctx, c, "reviewFile", r)
}

// Judge gives or replaces a review.
func (c *Client) Judge(ctx context.Context, r NewReview) error {
	_, err := call[struct{}](ctx, c, "judge", r)
	return err
}
