package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
)

func (a *API) casesRoutes() {
	handle(a, "desk", access.SeeDesk, a.desk)
	handle(a, "cases", access.ListCases, a.cases)
	handle(a, "case", access.ReadCase, a.oneCase)
	handle(a, "act", access.ActOnCase, a.act)
	stream(a, "file", access.OpenExhibit, a.file)
	handle(a, "actFile", access.DownloadReceipt, a.actFile)
	handle(a, "proposals", access.ListCases, a.proposals)
	handle(a, "proposal", access.ReadCase, a.proposal)
	handle(a, "approve", access.ApproveAct, a.approve)
	handle(a, "return", access.ApproveAct, a.giveBack)
}

func (a *API) desk(ctx context.Context, c *call, _ client.None) (client.Desk, error) {
	d, err := a.c.Casework.Desk(ctx, c.person)
	if err != nil {
		return client.Desk{}, err
	}
	peers, err := a.peerList(ctx)
	return client.Desk{
		Items: each(d.Items, func(i casework.DeskItem) client.Task {
			return client.Task{Kind: i.Kind, Case: summary(i.Case), Proposal: string(i.Proposal), Draft: string(i.Draft),
				Waits: i.Waits.English, Clock: clockAt(i.Clock), Since: i.Since}
		}),
		Arrivals: each(d.Arrivals, summary), Running: d.Running, Waiting: d.Waiting, Peers: peers,
	}, err
}

func (a *API) cases(ctx context.Context, c *call, q client.CaseQuery) (client.CaseList, error) {
	if _, err := limit(q.Limit, casework.MaxPage); err != nil {
		return client.CaseList{}, err
	}
	if err := a.caseWords(q); err != nil {
		return client.CaseList{}, err
	}
	page, err := a.c.Casework.Cases(ctx, c.person, casework.Filter{
		State: q.State, All: q.All, Party: landbridge.PartyID(q.Party), Process: q.Process, Mine: q.Mine, Side: q.Side,
		Text: q.Text, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: q.Limit,
	})
	if err != nil {
		return client.CaseList{}, err
	}
	return client.CaseList{Cases: each(page.Cases, summary), Total: page.Total, Next: page.Next}, nil
}

// caseWords refuses words by which cases are filtered that no case can bear. A
// process that is not there is refused with the list itself.
func (a *API) caseWords(q client.CaseQuery) error {
	if (q.State == "" || q.State == "live" || q.State == "ended") && q.Side == "" {
		return nil
	}
	states, sides := a.c.Casework.Words(q.Process)
	if len(states) == 0 {
		return nil
	}
	if q.Process == "" && q.State != "" && q.State != "live" && q.State != "ended" && !slices.Contains(states, q.State) { // they are two hundred
		return fail.New(fail.Invalid, "state is live, ended or one of a process, and no process has %q; name the process to be told its states", clip(q.State))
	}
	return cmp.Or(oneOf("state", q.State, append([]string{"live", "ended"}, states...)...), oneOf("side", q.Side, sides...))
}

// caseID accepts this node's number as well as the id.
func (a *API) caseID(ctx context.Context, c *call, name string) (landbridge.CaseID, error) {
	if id, err := landbridge.ParseID(name); err == nil {
		return id, nil
	}
	return a.c.Casework.Find(ctx, c.person, name)
}

func (a *API) oneCase(ctx context.Context, c *call, in client.ByCase) (client.Case, error) {
	id, err := a.caseID(ctx, c, in.Case)
	if err != nil {
		return client.Case{}, err
	}
	v, err := a.c.Casework.Case(ctx, c.person, casework.Reading{Case: id})
	if err != nil {
		return client.Case{}, err
	}
	c.etag = fmt.Sprintf(`"%s-%d"`, v.State, v.Version)
	return caseView(v), nil
}

func (a *API) act(ctx context.Context, c *call, in client.ActRequest) (client.Done, error) {
	id, err := a.caseID(ctx, c, in.Case)
	if err != nil {
		return client.Done{}, err
	}
	input, err := input(in.Input)
	if err != nil {
		return client.Done{}, err
	}
	d, err := a.c.Casework.Act(ctx, c.person, casework.ActInput{Case: id, Transition: in.Transition, Input: input})
	return c.outcome(d, err)
}

// outcome answers 200 instead of 201 when a safeguard stopped the act: that
// is a result, not an error, and nothing was created.
func (c *call) outcome(d *casework.Done, err error) (client.Done, error) {
	if err != nil {
		return client.Done{}, err
	}
	if d.Stopped != nil {
		c.status = http.StatusOK
	}
	return done(d), nil
}

func (a *API) file(ctx context.Context, c *call, in client.ByFile) error {
	id, err := a.caseID(ctx, c, in.Case)
	if err != nil {
		return err
	}
	f, err := parseID("file", in.File)
	if err != nil {
		return err
	}
	about, content, err := a.c.Casework.OpenFile(ctx, c.person, casework.Reading{Case: id}, f)
	if err != nil {
		return err
	}
	defer content.Close()
	h := c.w.Header()
	// A file from another state is never shown by the browser itself: it is
	// saved, whatever it claims to be.
	h.Set("Content-Type", octets)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": about.Name}))
	h.Set("Content-Length", fmt.Sprint(about.Size))
	h.Set("ETag", `"`+about.SHA256.String()+`"`)
	h.Set("Cache-Control", "no-store")
	// A fault in the middle must not look like the end of the file: the length
	// was promised, so cutting the connection tells the caller.
	if _, err := io.Copy(c.w, content); err != nil {
		a.c.Logger.ErrorContext(ctx, "sending a file", "file", in.File, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

const octets = "application/octet-stream"

func (a *API) actFile(ctx context.Context, c *call, in client.ByAct) (client.ActFile, error) {
	id, err := a.caseID(ctx, c, in.Case)
	if err != nil {
		return client.ActFile{}, err
	}
	d, err := parseDigest("act", in.Act)
	if err != nil {
		return client.ActFile{}, err
	}
	e, o, err := a.c.Casework.ActFile(ctx, c.person, id, d)
	if err != nil {
		return client.ActFile{}, err
	}
	header, err := e.Header.Text()
	return client.ActFile{Format: client.ActFormat, Header: string(header), Signature: e.Signature, Salt: o.Salt[:], Body: o.Body}, err
}

// bytes writes a short answer that is not JSON.
func (c *call) bytes(kind string, b []byte) error {
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("ETag", `"`+landbridge.Sum(b).String()[:24]+`"`)
	_, err := c.w.Write(b)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller is gone
	}
	return nil
}

func (a *API) proposals(ctx context.Context, c *call, _ client.None) (client.Proposals, error) {
	d, err := a.c.Casework.Desk(ctx, c.person)
	if err != nil {
		return client.Proposals{}, err
	}
	out := client.Proposals{Proposals: []client.Proposal{}}
	for _, i := range d.Items {
		if i.Proposal == "" {
			continue
		}
		p, err := a.c.Casework.Proposal(ctx, c.person, i.Proposal)
		if fail.Is(err, fail.Missing) {
			continue // settled since
		}
		if err != nil {
			return out, err
		}
		out.Proposals = append(out.Proposals, proposalView(p))
	}
	return out, nil
}

func (a *API) proposal(ctx context.Context, c *call, in client.ByProposal) (client.Proposal, error) {
	id, err := parseID("proposal", in.Proposal)
	if err != nil {
		return client.Proposal{}, err
	}
	p, err := a.c.Casework.Proposal(ctx, c.person, id)
	if err != nil {
		return client.Proposal{}, err
	}
	return proposalView(p), nil
}

func (a *API) approve(ctx context.Context, c *call, in client.Approve) (client.Done, error) {
	id, err := parseID("proposal", in.Proposal)
	if err != nil {
		return client.Done{}, err
	}
	if len(in.Assertion) == 0 {
		return client.Done{}, fail.New(fail.Invalid, "an approval carries the passkey's assertion over the proposal's challenge")
	}
	d, err := a.c.Casework.Approve(ctx, c.person, id, landbridge.Role(in.Role), in.Assertion)
	return c.outcome(d, err)
}

func (a *API) giveBack(ctx context.Context, c *call, in client.Return) (client.Proposal, error) {
	id, err := parseID("proposal", in.Proposal)
	if err != nil {
		return client.Proposal{}, err
	}
	if err := a.c.Casework.Return(ctx, c.person, id, in.Reason); err != nil {
		return client.Proposal{}, err
	}
	return a.proposal(ctx, c, client.ByProposal{Proposal: in.Proposal})
}
