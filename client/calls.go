package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Me says who the caller is.
func (c *Client) Me(ctx context.Context) (Me, error) { return call[Me](ctx, c, "me", None{}) }

// Desk returns what needs the caller now.
func (c *Client) Desk(ctx context.Context) (Desk, error) { return call[Desk](ctx, c, "desk", None{}) }

// Cases returns one page of cases.
func (c *Client) Cases(ctx context.Context, q CaseQuery) (CaseList, error) {
	return call[CaseList](ctx, c, "cases", q)
}

// Case returns one case, named by id or number.
func (c *Client) Case(ctx context.Context, id string) (Case, error) {
	return call[Case](ctx, c, "case", ByCase{id})
}

// Act takes a step in a case, or proposes it where it needs an approval.
func (c *Client) Act(ctx context.Context, r ActRequest) (Done, error) {
	return call[Done](ctx, c, "act", r)
}

// File returns the content of a file of a case. Close it.
func (c *Client) File(ctx context.Context, caseID, file string) (io.ReadCloser, error) {
	return stream(ctx, c, "file", ByFile{caseID, file})
}

// ActFile returns the signed act with what opens it.
func (c *Client) ActFile(ctx context.Context, caseID, act string) (ActFile, error) {
	return call[ActFile](ctx, c, "actFile", ByAct{caseID, act})
}

// Drafts returns the caller's drafts.
func (c *Client) Drafts(ctx context.Context) (Drafts, error) {
	return call[Drafts](ctx, c, "drafts", None{})
}

// NewDraft begins a request.
func (c *Client) NewDraft(ctx context.Context, d NewDraft) (Draft, error) {
	return call[Draft](ctx, c, "newDraft", d)
}

// Draft returns one draft, with what is missing or wrong.
func (c *Client) Draft(ctx context.Context, id string) (Draft, error) {
	return call[Draft](ctx, c, "draft", ByDraft{id})
}

// SaveDraft replaces the fields of a draft.
func (c *Client) SaveDraft(ctx context.Context, s SaveDraft) (Draft, error) {
	return call[Draft](ctx, c, "saveDraft", s)
}

// DropDraft throws a draft away.
func (c *Client) DropDraft(ctx context.Context, id string) error {
	_, err := call[struct{}](ctx, c, "dropDraft", ByDraft{id})
	return err
}

// AttachToDraft attaches a file to a draft.
func (c *Client) AttachToDraft(ctx context.Context, f DraftFile, content io.ReadSeeker) (File, error) {
	return upload[File](ctx, c, "attachToDraft", f, content)
}

// Detach takes a file off a draft.
func (c *Client) Detach(ctx context.Context, draft, file string) error {
	_, err := call[struct{}](ctx, c, "detach", ByDraftFile{draft, file})
	return err
}

// Propose freezes a draft and asks for its approval.
func (c *Client) Propose(ctx context.Context, draft string) (Done, error) {
	return call[Done](ctx, c, "propose", ByDraft{draft})
}

// Proposals returns the acts that wait for an approval.
func (c *Client) Proposals(ctx context.Context) (Proposals, error) {
	return call[Proposals](ctx, c, "proposals", None{})
}

// Proposal returns one proposal.
func (c *Client) Proposal(ctx context.Context, id string) (Proposal, error) {
	return call[Proposal](ctx, c, "proposal", ByProposal{id})
}

// Approve approves a proposal with a passkey's assertion over its digest.
func (c *Client) Approve(ctx context.Context, id, role string, assertion json.RawMessage) (Done, error) {
	return call[Done](ctx, c, "approve", Approve{id, role, assertion})
}

// Return gives a proposal back to its author.
func (c *Client) Return(ctx context.Context, id, reason string) (Proposal, error) {
	return call[Proposal](ctx, c, "return", Return{id, reason})
}

// Ladder returns how far a message came at each recipient.
func (c *Client) Ladder(ctx context.Context, caseID, message string) (Deliveries, error) {
	return call[Deliveries](ctx, c, "ladder", ByMessage{caseID, message})
}

// Receipt returns the receipt file of one recipient.
func (c *Client) Receipt(ctx context.Context, caseID, message, party string) (string, error) {
	return call[string](ctx, c, "receipt", ByReceipt{caseID, message, party})
}

// Parties returns the directory.
func (c *Client) Parties(ctx context.Context) (Parties, error) {
	return call[Parties](ctx, c, "parties", None{})
}

// Party returns one party of the directory.
func (c *Client) Party(ctx context.Context, party string) (Party, error) {
	return call[Party](ctx, c, "party", ByParty{party})
}

// PartyRecord returns a party's newest signed record, as text.
func (c *Client) PartyRecord(ctx context.Context, party string) (string, error) {
	return call[string](ctx, c, "partyRecord", ByParty{party})
}

// Directory returns the whole directory as one file.
func (c *Client) Directory(ctx context.Context) (string, error) {
	return call[string](ctx, c, "directory", None{})
}

// AddStatement enters a signed statement into the directory.
func (c *Client) AddStatement(ctx context.Context, text string) (Entered, error) {
	return call[Entered](ctx, c, "addStatement", Statement{text})
}

// Peers returns the state of delivery to every other party.
func (c *Client) Peers(ctx context.Context) (Peers, error) {
	return call[Peers](ctx, c, "peers", None{})
}

// Facts returns one page of the log.
func (c *Client) Facts(ctx context.Context, q FactQuery) (Facts, error) {
	return call[Facts](ctx, c, "facts", q)
}

// Checkpoint returns the newest signed checkpoint of the log, with its cosignatures.
func (c *Client) Checkpoint(ctx context.Context) (string, error) {
	return call[string](ctx, c, "checkpoint", None{})
}

// Proof returns the proof that an entry stands in the log.
func (c *Client) Proof(ctx context.Context, index int64) (Proof, error) {
	return call[Proof](ctx, c, "proof", ByIndex{index})
}

// Processes lists the definitions the node knows.
func (c *Client) Processes(ctx context.Context) (Processes, error) {
	return call[Processes](ctx, c, "processes", None{})
}

// Process returns one definition, named like information-request@1.
func (c *Client) Process(ctx context.Context, name string) (Process, error) {
	return call[Process](ctx, c, "process", ByProcess{name})
}

// Health says how the node is.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return call[Health](ctx, c, "health", None{})
}

// Bounds of the live feed.
const (
	maxEventLine = 64 << 10
	feedRetry    = time.Second
)

// Events calls each for everything that enters the log after the given
// position (0: from now), and goes on after lost connections without a gap
// until ctx ends or each returns an error, which Events then returns.
func (c *Client) Events(ctx context.Context, after int64, each func(Event) error) error {
	for {
		body, err := stream(ctx, c, "events", Feed{after})
		if err == nil {
			after, err = readEvents(body, after, each)
			body.Close()
			if stop := new(stopped); errors.As(err, &stop) {
				return stop.cause
			}
		}
		if p := new(Problem); errors.As(err, &p) && p.Kind != "unavailable" {
			return err
		}
		if err := c.wait(ctx, feedRetry); err != nil {
			return err
		}
	}
}

// stopped wraps the error with which the reader of a feed ended it.
type stopped struct{ cause error }

func (s *stopped) Error() string { return s.cause.Error() }

func readEvents(r io.Reader, after int64, each func(Event) error) (int64, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 4096), maxEventLine)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e Event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return after, fmt.Errorf("reading the live feed: %w", err)
		}
		if e.Position <= after {
			continue
		}
		after = e.Position
		if err := each(e); err != nil {
			return after, &stopped{err}
		}
	}
	return after, lines.Err()
}

// Substances looks a substance up in the schedules of the drug conventions.
func (c *Client) Substances(ctx context.Context, q SubstanceQuery) (SubstanceHits, error) {
	return call[SubstanceHits](ctx, c, "substances", q)
}

// Substance returns one substance of the register.
func (c *Client) Substance(ctx context.Context, id string) (SubstanceFile, error) {
	return call[SubstanceFile](ctx, c, "substance", BySubstance{Substance: id})
}

// Notices lists the notices this node takes part in.
func (c *Client) Notices(ctx context.Context) (Notices, error) {
	return call[Notices](ctx, c, "notices", None{})
}

// SearchNotices looks through the notices in force at this node.
func (c *Client) SearchNotices(ctx context.Context, q NoticeQuery) (NoticeHits, error) {
	return call[NoticeHits](ctx, c, "searchNotices", q)
}

// Notice reads one notice, for a purpose.
func (c *Client) Notice(ctx context.Context, r NoticeReading) (Notice, error) {
	return call[Notice](ctx, c, "notice", r)
}

// NoticeRemovals returns the notices that were taken back, and every party's lag.
func (c *Client) NoticeRemovals(ctx context.Context) (NoticeRemovals, error) {
	return call[NoticeRemovals](ctx, c, "noticeRemovals", None{})
}
