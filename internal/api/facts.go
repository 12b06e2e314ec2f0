package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/casework"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/record"
	"landbridge.example/process"
)

// Bounds of a live feed.
const (
	feedPage  = 200              // facts read at a time
	feedBeat  = 15 * time.Second // a comment keeps proxies from closing a silent feed
	feedLife  = time.Hour        // then the caller connects again, so that ended rights end
	feedWrite = 10 * time.Second // a reader who takes longer is dropped
)

func (a *API) people() {
	handle(a, "me", anyone, a.me)
	handle(a, "health", open, a.health)
}

func (a *API) logRoutes() {
	handle(a, "facts", access.SeeLog, a.facts)
	stream(a, "checkpoint", access.SeeLog, a.checkpoint)
	handle(a, "proof", access.SeeLog, a.proof)
	handle(a, "processes", anyone, a.processes)
	handle(a, "process", anyone, a.process)
	stream(a, "events", access.SeeLog, a.events)
}

func (a *API) me(_ context.Context, c *call, _ client.None) (client.Me, error) {
	m := client.Me{Party: string(a.c.Party), Person: string(c.person.ID), Login: c.person.Login, Name: c.person.Name,
		Roles: texts(c.person.Roles), Pseudonym: c.person.Pseudonym, May: []string{}}
	for _, action := range access.Actions() {
		if c.may(action) == nil {
			m.May = append(m.May, string(action))
		}
	}
	return m, nil
}

func (a *API) health(ctx context.Context, c *call, _ client.None) (client.Health, error) {
	h := a.c.Health(ctx)
	if !h.OK {
		c.status = http.StatusServiceUnavailable
	}
	return h, nil
}

// limit bounds a page.
func limit(n, most int) (int, error) {
	if n < 0 || n > most {
		return 0, fail.New(fail.Invalid, "limit is 1 to %d", most)
	}
	if n == 0 {
		return min(defaultPage, most), nil
	}
	return n, nil
}

// factView shows a fact. Which case it is about, and the note, are for those
// who may know of cases; for the operator and the secretariat it is a fact (S28).
func factView(f record.Entered, cases bool) client.Fact {
	if _, err := landbridge.ParseID(f.About); err == nil && !cases {
		f.About, f.Note = "", ""
	}
	return client.Fact{Index: f.Index, Kind: f.Kind, Time: f.Time, Actor: f.Actor, About: f.About, Note: f.Note, Erased: f.Erased, Cosigners: texts(f.Cosigners)}
}

func (a *API) facts(ctx context.Context, c *call, q client.FactQuery) (client.Facts, error) {
	cases := c.may(access.ListCases)
	if q.About != "" && cases != nil {
		return client.Facts{}, cases
	}
	n, err := limit(q.Limit, min(maxPage, record.MaxPage))
	if err != nil {
		return client.Facts{}, err
	}
	out := client.Facts{}
	if out.Size, err = a.c.Log.Size(ctx); err != nil {
		return out, err
	}
	var page []record.Entered
	if q.About != "" {
		page, err = a.c.Log.FactsAbout(ctx, q.About, n)
	} else {
		// Positions begin at 1; the fact at position p has index p-1.
		page, err = a.c.Log.Facts(ctx, q.After-1, n)
		if err == nil && len(page) == n {
			out.Next = page[n-1].Index + 1
		}
	}
	out.Facts = each(page, func(f record.Entered) client.Fact { return factView(f, cases == nil) })
	return out, err
}

func (a *API) checkpoint(ctx context.Context, c *call, _ client.None) error {
	b, err := a.c.Log.Checkpoint(ctx)
	if err != nil {
		return err
	}
	return c.bytes(plain, b)
}

func (a *API) proof(ctx context.Context, _ *call, in client.ByIndex) (client.Proof, error) {
	proof, entry, err := a.c.Log.Prove(ctx, in.Index)
	return client.Proof{Index: in.Index, Entry: string(entry), Proof: string(proof)}, err
}

func processView(d *process.Definition) client.Process {
	return client.Process{ID: d.Ref.ID, Version: d.Ref.Version, Hash: d.Ref.Hash.String(), Title: d.Title, Summary: d.Summary}
}

func (a *API) processes(context.Context, *call, client.None) (client.Processes, error) {
	return client.Processes{Processes: each(a.c.Casework.Processes(), processView)}, nil
}

func (a *API) process(_ context.Context, _ *call, in client.ByProcess) (client.Process, error) {
	for _, d := range a.c.Casework.Processes() {
		if in.Process != d.Ref.Name() && in.Process != d.Ref.ID {
			continue
		}
		p := processView(d)
		p.Fields = each(d.Fields, func(f process.Field) client.ProcessField {
			return client.ProcessField{Name: f.Name, Label: f.Label, Type: string(f.Type), Group: f.Group, Help: f.Help, Example: f.Example, Unit: f.Unit,
				Required: f.Required, When: f.When, Many: f.Many, Options: each(f.Options, func(o process.Option) client.Choice {
					return client.Choice{Code: o.Code, Label: o.Label}
				})}
		})
		p.Grounds = each(d.Grounds, func(g process.Ground) client.Choice { return client.Choice{Code: g.Code, Label: g.Label} })
		p.Acts = each(d.Transitions, func(t process.Transition) client.OpenAct {
			return openAct(casework.OpenAct{Transition: &t})
		})
		return p, nil
	}
	return client.Process{}, fail.New(fail.Missing, "this node knows no process %q; %s/processes lists them", clip(in.Process), client.Prefix)
}

// events streams what enters the log. The cursor is the position in the log,
// so a reader who comes back misses nothing and gets nothing twice.
func (a *API) events(ctx context.Context, c *call, in client.Feed) error {
	if a.feeds.Add(1) > maxFeeds {
		a.feeds.Add(-1)
		return fail.New(fail.Unavailable, "too many live feeds are open on this node; try again later")
	}
	defer a.feeds.Add(-1)
	after, err := a.feedStart(ctx, c, in.After)
	if err != nil {
		return err
	}
	cases := c.may(access.ListCases) == nil
	ctx, cancel := context.WithTimeout(ctx, feedLife)
	defer cancel()
	wake, done := a.changes()
	defer done()
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	f := &feed{w: c.w, rc: http.NewResponseController(c.w), clock: a.c.Machine}
	f.say(": this feed goes on from position %d\n\n", after)
	look, beat := time.NewTicker(feedEvery), time.NewTicker(feedBeat)
	defer look.Stop()
	defer beat.Stop()
	for f.err == nil {
		page, err := a.c.Log.Facts(ctx, after-1, feedPage)
		if err != nil {
			return nil // the headers are out: end, and the reader comes back
		}
		for _, x := range page {
			after = x.Index + 1
			v := factView(x, cases)
			f.event(client.Event{Position: after, Kind: v.Kind, About: v.About, Time: v.Time})
		}
		if len(page) == feedPage {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-look.C:
		case <-beat.C:
			f.say(": still here\n\n")
		}
	}
	return nil
}

// feedStart returns the position to go on after: Last-Event-ID, the query, or now.
func (a *API) feedStart(ctx context.Context, c *call, after int64) (int64, error) {
	if last := c.r.Header.Get("Last-Event-ID"); last != "" {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil || n < 0 {
			return 0, fail.New(fail.Invalid, "Last-Event-ID is a position, not %q", clip(last))
		}
		return n, nil
	}
	if after > 0 {
		return after, nil
	}
	return a.c.Log.Size(ctx)
}

func (a *API) changes() (<-chan struct{}, func()) {
	if a.c.Changed == nil {
		return nil, func() {}
	}
	return a.c.Changed()
}

// A feed writes server-sent events and remembers the first error.
type feed struct {
	w     http.ResponseWriter
	rc    *http.ResponseController
	clock func() time.Time
	err   error
}

func (f *feed) say(format string, args ...any) {
	if f.err != nil {
		return
	}
	if err := f.rc.SetWriteDeadline(f.clock().Add(feedWrite)); err != nil {
		f.err = err
		return
	}
	if _, f.err = fmt.Fprintf(f.w, format, args...); f.err == nil {
		f.err = f.rc.Flush()
	}
}

func (f *feed) event(e client.Event) {
	b, err := json.Marshal(e)
	if err != nil {
		panic("api: an event does not marshal: " + err.Error())
	}
	f.say("id: %d\ndata: %s\n\n", e.Position, b)
}
