package client

import (
	"context"
	"net/http"
	"time"
)

// A CallFor asks for entries to an edition: papers, side events, exhibitors or
// nominations for an award.
type CallFor struct {
	ID         string      `json:"id"`
	Edition    string      `json:"edition"`
	Kind       string      `json:"kind" doc:"paper, side-event, expo or award."`
	Title      string      `json:"title"`
	Text       string      `json:"text"`
	Closes     time.Time   `json:"closes"`
	Open       bool        `json:"open" doc:"Takes entries now."`
	Anonymous  bool        `json:"anonymous" doc:"Reviewers do not see authors."`
	MinReviews int         `json:"min_reviews"`
	Criteria   []Criterion `json:"criteria"`
	Ends       time.Time   `json:"ends" doc:"End of the edition."`
	KeepDays   int         `json:"keep_days" doc:"Days after the end for which entries are kept."`
}

// A Criterion is one thing that reviewers score from 0 to 10.
type Criterion struct {
	Name   string `json:"name"`
	Weight int    `json:"weight"`
}

// CallsFor lists calls.
type CallsFor struct {
	Calls []CallFor `json:"calls"`
}

// A CallsQuery filters calls.
type CallsQuery struct {
	Edition string `query:"edition"`
}

// ByCallFor names a call.
type ByCallFor struct {
	Call string `path:"call" json:"-"`
}

// Submitted is what an entry says, without who says it.
type Submitted struct {
	Title     string              `json:"title"`
	Abstract  string              `json:"abstract"`
	Keywords  []string            `json:"keywords,omitempty"`
	Text      string              `json:"text,omitempty" doc:"Of a paper; plain text."`
	Event     *SubmittedEvent     `json:"event,omitempty" doc:"Of a side event."`
	Exhibitor *SubmittedExhibitor `json:"exhibitor,omitempty" doc:"Of the expo."`
	Project   *SubmittedProject   `json:"project,omitempty" doc:"Of an award."`
}

// A SubmittedEvent is a side event as its organiser wishes it.
type SubmittedEvent struct {
	Format  string `json:"format" doc:"site, online or hybrid."`
	Minutes int    `json:"minutes"`
	Seats   int    `json:"seats"`
	Wishes  string `json:"wishes,omitempty"`
}

// A SubmittedExhibitor is what a visitor of the expo reads.
type SubmittedExhibitor struct {
	Organisation string             `json:"organisation"`
	Site         string             `json:"site,omitempty" doc:"Address of its pages, over TLS."`
	Products     []SubmittedProduct `json:"products"`
}

// A SubmittedProduct is one thing shown.
type SubmittedProduct struct {
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
}

// A SubmittedProject is nominated for an award.
type SubmittedProject struct {
	Organisation string `json:"organisation"`
	Country      string `json:"country"`
	Period       string `json:"period"`
	Results      string `json:"results"`
}

// A SubmissionAuthor wrote, organises, exhibits or nominates. The first is
// written to and has a mail address.
type SubmissionAuthor struct {
	Name         string `json:"name"`
	Organisation string `json:"organisation"`
	Email        string `json:"email,omitempty"`
}

// A NewSubmission enters something into a call.
type NewSubmission struct {
	Call    string             `path:"call" json:"-"`
	Content Submitted          `json:"content"`
	Authors []SubmissionAuthor `json:"authors"`
}

// A SubmissionReceipt lets the author come back. The secret is told once.
type SubmissionReceipt struct {
	Number int    `json:"number"`
	Secret string `json:"secret"`
}

// A SubmissionSecret shows who comes back. It stands in bodies alone.
type SubmissionSecret struct {
	Secret string `json:"secret"`
}

// A ChangedSubmission replaces what was entered.
type ChangedSubmission struct {
	Secret  string    `json:"secret"`
	Content Submitted `json:"content"`
}

// A PaperFile is the PDF file of a paper.
type PaperFile struct {
	Secret string `json:"secret,omitempty"`
	Data   []byte `json:"data" doc:"The PDF, in base64; at most 10 MiB."`
}

// A Submission is one entry, as far as its reader may see it.
type Submission struct {
	ID        string             `json:"id"`
	Call      string             `json:"call"`
	CallTitle string             `json:"call_title"`
	Edition   string             `json:"edition"`
	Kind      string             `json:"kind"`
	Number    int                `json:"number"`
	State     string             `json:"state" doc:"sent, revise, proposed, accepted, declined, withdrawn or erased."`
	Sent      time.Time          `json:"sent"`
	Content   Submitted          `json:"content"`
	Authors   []SubmissionAuthor `json:"authors" doc:"Empty for a reviewer of an anonymous call."`
	File      int64              `json:"file,omitempty" doc:"Bytes of its PDF file."`
	Decision  *EntryDecision     `json:"decision,omitempty"`
	Comments  []string           `json:"comments,omitempty" doc:"Of reviewers, for the author, once it is decided."`
	Published *time.Time         `json:"published,omitempty"`
	Stand     string             `json:"stand,omitempty" doc:"Of an exhibitor."`
	Reviews   []SubmissionReview `json:"reviews,omitempty" doc:"For those who decide."`
	Mean      float64            `json:"mean,omitempty"`
	Count     int                `json:"count,omitempty" doc:"Reviews that count."`
	Panel     []Panelist         `json:"panel,omitempty" doc:"Who may judge it, for those who decide."`
	Criteria  []Criterion        `json:"criteria,omitempty" doc:"For a reviewer."`
	Session   *SubmissionSession `json:"session,omitempty" doc:"That it became, in the draft of the programme; for those who decide."`
}

// A SubmissionSession is the session of the programme that an entry became.
type SubmissionSession struct {
	ID     string `json:"id"`
	Number int64  `json:"number"`
	Start  string `json:"start"`
	Room   string `json:"room,omitempty"`
	Status string `json:"status" doc:"planned, confirmed or cancelled."`
}

// An EntryDecision is what became of an entry.
type EntryDecision struct {
	Way    string     `json:"way"`
	Reason string     `json:"reason,omitempty"`
	Mean   float64    `json:"mean,omitempty"`
	Count  int        `json:"count,omitempty"`
	At     *time.Time `json:"at,omitempty"`
}

// A ContactCard is what a visitor gives to one exhibitor.
type ContactCard struct {
	Entry        string     `path:"entry" json:"-"`
	Name         string     `json:"name"`
	Organisation string     `json:"organisation,omitempty"`
	Email        string     `json:"email"`
	Note         string     `json:"note,omitempty"`
	Consent      bool       `json:"consent,omitempty" doc:"The visitor says that this exhibitor may have the card."`
	At           *time.Time `json:"at,omitempty"`
}

// ContactsShared are the cards that an exhibitor was given.
type ContactsShared struct {
	Cards []ContactCard `json:"cards"`
}

// A PublishedEntry is public.
type PublishedEntry struct {
	ID      string             `json:"id"`
	Call    string             `json:"call"`
	Title   string             `json:"call_title"`
	Edition string             `json:"edition"`
	Kind    string             `json:"kind"`
	Number  int                `json:"number"`
	Content Submitted          `json:"content"`
	Authors []SubmissionAuthor `json:"authors"`
	Reason  string             `json:"reason,omitempty" doc:"Why a project is commended."`
	At      time.Time          `json:"at"`
	File    int64              `json:"file,omitempty" doc:"Bytes of its PDF file."`
}

// Proceedings are what was published of one kind in an edition.
type Proceedings struct {
	Entries []PublishedEntry `json:"entries"`
}

// A ProceedingsQuery says what of the public entries is wanted.
type ProceedingsQuery struct {
	Edition string `query:"edition"`
	Kind    string `query:"kind" doc:"paper, side-event, expo or award; empty: paper."`
}

// BySubmission names an entry of a call.
type BySubmission struct {
	Entry string `path:"entry" json:"-"`
}

// An ExpoPlan is the stands of an expo.
type ExpoPlan struct {
	Call   string  `path:"call" json:"-"`
	Stands []Stand `json:"stands"`
}

// A Stand is a place on the plan of a hall, in centimetres from its corner.
type Stand struct {
	Code      string `json:"code"`
	Hall      string `json:"hall"`
	Left      int    `json:"left"`
	Top       int    `json:"top"`
	Wide      int    `json:"wide"`
	Deep      int    `json:"deep"`
	Entry     string `json:"entry,omitempty" doc:"Of a published exhibitor."`
	Taken     bool   `json:"taken,omitempty"`
	Exhibitor string `json:"exhibitor,omitempty"`
}

// openCallRoutes are the calls of authors, exhibitors, visitors and readers, who
// have no account: a secret in the body opens what is theirs.
func openCallRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	all := []Route{
		{Name: "callsFor", Method: get, Path: "/calls", Summary: "The calls of an edition", In: CallsQuery{}, Out: CallsFor{}},
		{Name: "callFor", Method: get, Path: "/calls/{call}", Summary: "One call", In: ByCallFor{}, Out: CallFor{}},
		{Name: "submit", Method: post, Path: "/calls/{call}/submissions",
			Summary: "Enter something into a call; the answer holds the secret that opens it again",
			In:      NewSubmission{}, Out: SubmissionReceipt{}, Status: http.StatusCreated},
		{Name: "lookAtSubmission", Method: post, Path: "/submissions/look", Summary: "An entry, for its author", In: SubmissionSecret{}, Out: Submission{}},
		{Name: "changeSubmission", Method: post, Path: "/submissions/change", Summary: "Replace what was entered", In: ChangedSubmission{}, Out: Submission{}},
		{Name: "withdrawSubmission", Method: post, Path: "/submissions/withdraw", Summary: "Take an entry back; it is erased at once",
			In: SubmissionSecret{}, Status: http.StatusNoContent},
		{Name: "setPaperFile", Method: post, Path: "/submissions/file", Summary: "Put a PDF file beside a paper", In: PaperFile{}, Out: Submission{}},
		{Name: "contactsShared", Method: post, Path: "/submissions/cards", Summary: "The cards that visitors gave to an exhibitor",
			In: SubmissionSecret{}, Out: ContactsShared{}},
		{Name: "shareContact", Method: post, Path: "/exhibitors/{entry}/cards", Summary: "Give a card to one exhibitor; the secret takes it back",
			In: ContactCard{}, Out: SubmissionSecret{}, Status: http.StatusCreated},
		{Name: "takeContactBack", Method: post, Path: "/cards/take-back", Summary: "Take a card back; it is erased", In: SubmissionSecret{},
			Status: http.StatusNoContent},
		{Name: "proceedings", Method: get, Path: "/proceedings", Summary: "What was published of one kind in an edition", In: ProceedingsQuery{},
			Out: Proceedings{}},
		{Name: "publication", Method: get, Path: "/proceedings/{entry}", Summary: "One published entry, with its text", In: BySubmission{},
			Out: PublishedEntry{}},
		{Name: "publishedFile", Method: get, Path: "/proceedings/{entry}/file", Summary: "The PDF file of a published paper", In: BySubmission{},
			Answer: octets},
		{Name: "expoPlan", Method: get, Path: "/calls/{call}/plan", Summary: "The stands of an expo", In: ByCallFor{}, Out: ExpoPlan{}},
	}
	all = append(all, reviewerRoutes()...)
	for i := range all {
		all[i].Open = true
	}
	return all
}

// CallsFor lists the calls of an edition.
func (c *Client) CallsFor(ctx context.Context, q CallsQuery) (CallsFor, error) {
	return call[CallsFor](ctx, c, "callsFor", q)
}

// CallFor returns one call.
func (c *Client) CallFor(ctx context.Context, id string) (CallFor, error) {
	return call[CallFor](ctx, c, "callFor", ByCallFor{id})
}

// Submit enters something into a call.
func (c *Client) Submit(ctx context.Context, s NewSubmission) (SubmissionReceipt, error) {
	return call[SubmissionReceipt](ctx, c, "submit", s)
}

// LookAtSubmission returns an entry to its author.
func (c *Client) LookAtSubmission(ctx context.Context, secret string) (Submission, error) {
	return call[Submission](ctx, c, "lookAtSubmission", SubmissionSecret{secret})
}

// ChangeSubmission replaces what was entered.
func (c *Client) ChangeSubmission(ctx context.Context, s ChangedSubmission) (Submission, error) {
	return call[Submission](ctx, c, "changeSubmission", s)
}

// WithdrawSubmission takes an entry back.
func (c *Client) WithdrawSubmission(ctx context.Context, secret string) error {
	_, err := call[struct{}](ctx, c, "withdrawSubmission", SubmissionSecret{secret})
	return err
}

// SetPaperFile puts a PDF file beside a paper.
func (c *Client) SetPaperFile(ctx context.Context, f PaperFile) (Submission, error) {
	return call[Submission](ctx, c, "setPaperFile", f)
}

// ContactsShared returns the cards that visitors gave to an exhibitor.
func (c *Client) ContactsShared(ctx context.Context, secret string) (ContactsShared, error) {
	return call[ContactsShared](ctx, c, "contactsShared", SubmissionSecret{secret})
}

// ShareContact gives a card to one exhibitor and returns the secret that takes it back.
func (c *Client) ShareContact(ctx context.Context, x ContactCard) (SubmissionSecret, error) {
	return call[SubmissionSecret](ctx, c, "shareContact", x)
}

// TakeContactBack takes a card back.
func (c *Client) TakeContactBack(ctx context.Context, secret string) error {
	_, err := call[struct{}](ctx, c, "takeContactBack", SubmissionSecret{secret})
	return err
}

// Proceedings returns what was published of one kind in an edition.
func (c *Client) Proceedings(ctx context.Context, q ProceedingsQuery) (Proceedings, error) {
	return call[Proceedings](ctx, c, "proceedings", q)
}

// Publication returns one published entry.
func (c *Client) Publication(ctx context.Context, entry string) (PublishedEntry, error) {
	return call[PublishedEntry](ctx, c, "publication", BySubmission{entry})
}

// PublishedFile returns the PDF file of a published paper.
func (c *Client) PublishedFile(ctx context.Context, entry string) (string, error) {
	return call[string](ctx, c, "publishedFile", BySubmission{entry})
}

// ExpoPlan returns the stands of an expo.
func (c *Client) ExpoPlan(ctx context.Context, id string) (ExpoPlan, error) {
	return call[ExpoPlan](ctx, c, "expoPlan", ByCallFor{id})
}
