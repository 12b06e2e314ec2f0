package api

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/handling"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/screening"
	"landbridge.example/internal/staff"
	"landbridge.example/match"
)

func (a *API) screeningRoutes() {
	handle(a, "lists", access.SeeLists, a.lists)
	handle(a, "importList", access.ImportList, a.importList)
	handle(a, "listVersion", access.SeeLists, a.listVersion)
	handle(a, "listEntry", access.SeeLists, a.listEntry)
	handle(a, "screenName", access.ScreenNames, a.screenName)
	handle(a, "watches", access.SeeScreening, a.watches)
	handle(a, "newWatch", access.KeepWatch, a.newWatch)
	handle(a, "watch", access.SeeScreening, a.watch)
	handle(a, "addSubjects", access.KeepWatch, a.addSubjects)
	handle(a, "endWatch", access.SeeScreening, a.endWatch)
	handle(a, "watchCase", access.KeepWatch, a.watchCase)
	handle(a, "caseWatch", access.SeeScreening, a.caseWatch)
	handle(a, "hits", access.SeeScreening, a.hits)
	handle(a, "hit", access.SeeScreening, a.hit)
	handle(a, "dismissHit", access.DecideHit, a.dismissHit)
	handle(a, "proposeHit", access.DecideHit, a.proposeHit)
	handle(a, "confirmHit", access.ConfirmHit, a.confirmHit)
	handle(a, "returnHit", access.ConfirmHit, a.returnHit)
	handle(a, "revokeHit", access.ConfirmHit, a.revokeHit)
	handle(a, "taskDone", access.DecideHit, a.taskDone)
	handle(a, "taskWhy", access.DecideHit, a.taskWhy)
	handle(a, "batches", access.SeeScreening, a.batches)
	handle(a, "newBatch", access.ScreenNames, a.newBatch)
	handle(a, "batch", access.SeeScreening, a.batch)
	stream(a, "batchResults", access.SeeScreening, a.batchResults)
}

func (a *API) lists(ctx context.Context, c *call, _ client.None) (client.ScreenLists, error) {
	all, err := a.c.Screening.Lists(ctx, c.person)
	return client.ScreenLists{Lists: each(all, listView)}, err
}

func (a *API) importList(ctx context.Context, c *call, in client.ImportList) (client.ImportedList, error) {
	done, err := a.c.Screening.Import(ctx, c.person, screening.Import{
		File: http.MaxBytesReader(c.w, c.r.Body, screening.MaxListFile+1), Format: in.Format, Version: in.Version, Code: in.Code,
		Origin: screening.Origin(in.Origin), Authority: in.Authority, Name: in.Name, Confirm: in.Confirm,
	})
	if err != nil {
		return client.ImportedList{}, err
	}
	if done.Same {
		c.status = http.StatusOK
	}
	return client.ImportedList{Source: source(done.Source), Version: done.Version, Published: done.Published, Records: done.Records, Added: done.Added,
		Changed: done.Changed, Removed: done.Removed, Same: done.Same, Closed: done.Closed, Unfreeze: done.Unfreeze, Notes: done.Notes, Entry: done.Entry}, nil
}

func (a *API) listVersion(ctx context.Context, c *call, in client.ByVersion) (client.ListVersion, error) {
	v, err := a.c.Screening.Version(ctx, c.person, in.List, in.Version, in.After)
	if err != nil {
		return client.ListVersion{}, err
	}
	return listVersion(*v), nil
}

func (a *API) listEntry(ctx context.Context, c *call, in client.ByEntry) (client.ListEntry, error) {
	e, err := a.c.Screening.Entry(ctx, c.person, in.List, in.Entry)
	if err != nil {
		return client.ListEntry{}, err
	}
	text, err := json.Marshal(e.Record)
	return client.ListEntry{Source: source(e.Source), Version: e.Version, Delisted: e.Delisted, Hash: e.Hash, Record: text}, err
}

// person reads whom a screening is about; what cannot be read of the evidence
// is an error here: a program should not lose it unnoticed.
func screenPerson(p client.ScreenPerson) (match.Record, error) {
	r, notes := screening.Person(screening.Fields{Name: p.Name, Aliases: p.Aliases, Kind: p.Kind, Birth: p.Birth, Nationality: p.Nationality,
		Gender: p.Gender, Document: p.Document})
	if len(notes) > 0 {
		return r, fail.New(fail.Invalid, "%s", notes[0])
	}
	return r, nil
}

func screenPeople(all []client.ScreenPerson) ([]match.Record, error) {
	var out []match.Record
	for _, p := range all {
		r, err := screenPerson(p)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (a *API) screenName(ctx context.Context, c *call, q client.ScreenQuestion) (client.ScreenAnswer, error) {
	r, err := screenPerson(q.ScreenPerson)
	if err != nil {
		return client.ScreenAnswer{}, err
	}
	id := landbridge.CaseID("")
	if q.Case != "" {
		if id, err = a.caseID(ctx, c, q.Case); err != nil {
			return client.ScreenAnswer{}, err
		}
	}
	ans, err := a.c.Screening.Search(ctx, c.person, screening.Question{Person: r, Purpose: handling.Purpose(q.Purpose), Case: id, Top: q.Top, Lists: q.Lists})
	if err != nil {
		return client.ScreenAnswer{}, err
	}
	out := client.ScreenAnswer{Candidates: each(ans.Candidates, candidate), Lists: each(ans.Lists, listView), Engine: ans.Engine, Run: ans.Run, Entry: ans.Entry}
	if ans.Note != "" {
		out.Notes = []string{ans.Note}
	}
	return out, nil
}

func (a *API) watches(ctx context.Context, c *call, _ client.None) (client.ScreenWatches, error) {
	all, err := a.c.Screening.Watches(ctx, c.person)
	return client.ScreenWatches{Watches: each(all, func(w screening.Watch) client.ScreenWatch { return watchView(&w, nil) })}, err
}

func (a *API) newWatch(ctx context.Context, c *call, n client.NewWatch) (client.ScreenWatch, error) {
	until, err := day(n.Until)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	all, err := screenPeople(n.Subjects)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	w, err := a.c.Screening.Begin(ctx, c.person, screening.NewWatch{Title: n.Title, Basis: n.Basis, Purpose: handling.Purpose(n.Purpose), Until: until})
	if err != nil {
		return client.ScreenWatch{}, err
	}
	if len(all) > 0 {
		if _, err := a.c.Screening.Add(ctx, c.person, w.ID, all); err != nil {
			return client.ScreenWatch{}, err
		}
	}
	return a.watchOf(ctx, c.person, w.ID)
}

// day reads a day, which counts to its end.
func day(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, fail.New(fail.Invalid, "write a day as 2027-03-01, not %q", clip(s))
	}
	return t.Add(24*time.Hour - time.Second), nil
}

func (a *API) watchOf(ctx context.Context, p staff.Person, id landbridge.ID) (client.ScreenWatch, error) {
	w, all, err := a.c.Screening.Watch(ctx, p, id)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	return watchView(w, all), nil
}

func (a *API) watch(ctx context.Context, c *call, in client.ByWatch) (client.ScreenWatch, error) {
	id, err := parseID("watch", in.Watch)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	return a.watchOf(ctx, c.person, id)
}

func (a *API) addSubjects(ctx context.Context, c *call, in client.AddSubjects) (client.ScreenWatch, error) {
	id, err := parseID("watch", in.Watch)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	all, err := screenPeople(in.Subjects)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	if _, err := a.c.Screening.Add(ctx, c.person, id, all); err != nil {
		return client.ScreenWatch{}, err
	}
	return a.watchOf(ctx, c.person, id)
}

func (a *API) endWatch(ctx context.Context, c *call, in client.EndWatch) (client.ScreenWatch, error) {
	id, err := parseID("watch", in.Watch)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	if err := a.c.Screening.End(ctx, c.person, id, in.Reason); err != nil {
		return client.ScreenWatch{}, err
	}
	return a.watchOf(ctx, c.person, id)
}

func (a *API) watchCase(ctx context.Context, c *call, in client.WatchCase) (client.ScreenWatch, error) {
	id, err := a.caseID(ctx, c, in.Case)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	w, err := a.c.Screening.WatchCase(ctx, c.person, id, in.All)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	return a.watchOf(ctx, c.person, w.ID)
}

func (a *API) caseWatch(ctx context.Context, c *call, in client.ByCase) (client.ScreenWatch, error) {
	id, err := a.caseID(ctx, c, in.Case)
	if err != nil {
		return client.ScreenWatch{}, err
	}
	w, all, err := a.c.Screening.OfCase(ctx, c.person, id)
	if err == nil && w == nil {
		err = fail.New(fail.Missing, "the case has no watchlist; post to this address to make one")
	}
	if err != nil {
		return client.ScreenWatch{}, err
	}
	return watchView(w, all), nil
}

func (a *API) hits(ctx context.Context, c *call, q client.HitQuery) (client.ScreenHits, error) {
	if _, err := limit(q.Limit, screening.MaxPage); err != nil {
		return client.ScreenHits{}, err
	}
	if err := oneOf("state", q.State, texts(screening.States())...); err != nil {
		return client.ScreenHits{}, err
	}
	page, err := a.c.Screening.Hits(ctx, c.person, screening.Filter{State: screening.State(q.State), After: q.After, Limit: q.Limit})
	if err != nil {
		return client.ScreenHits{}, err
	}
	return client.ScreenHits{Hits: each(page.Hits, hitLine), Next: page.Next}, nil
}

func (a *API) hit(ctx context.Context, c *call, in client.ByHit) (client.ScreenHit, error) {
	id, err := parseID("candidate", in.Hit)
	if err != nil {
		return client.ScreenHit{}, err
	}
	v, err := a.c.Screening.Hit(ctx, c.person, id)
	if err != nil {
		return client.ScreenHit{}, err
	}
	return hitView(v), nil
}

// decided does something with a candidate and answers with what became of it.
func (a *API) decided(ctx context.Context, c *call, hit string, do func(landbridge.ID) error) (client.ScreenHit, error) {
	id, err := parseID("candidate", hit)
	if err != nil {
		return client.ScreenHit{}, err
	}
	if err := do(id); err != nil {
		return client.ScreenHit{}, err
	}
	return a.hit(ctx, c, client.ByHit{Hit: hit})
}

func (a *API) dismissHit(ctx context.Context, c *call, in client.DismissHit) (client.ScreenHit, error) {
	until, err := day(in.Until)
	if err != nil {
		return client.ScreenHit{}, err
	}
	return a.decided(ctx, c, in.Hit, func(id landbridge.ID) error { return a.c.Screening.Dismiss(ctx, c.person, id, in.Reason, until) })
}

func (a *API) proposeHit(ctx context.Context, c *call, in client.ProposeHit) (client.ScreenHit, error) {
	ids := each(in.Identifiers, func(i client.HitIdentifier) screening.Identifier { return screening.Identifier(i) })
	return a.decided(ctx, c, in.Hit, func(id landbridge.ID) error { return a.c.Screening.Propose(ctx, c.person, id, ids, in.Reason) })
}

func (a *API) confirmHit(ctx context.Context, c *call, in client.ConfirmHit) (client.ScreenHit, error) {
	if len(in.Assertion) == 0 {
		return client.ScreenHit{}, fail.New(fail.Invalid, "a match is confirmed with the passkey's assertion over its challenge")
	}
	return a.decided(ctx, c, in.Hit, func(id landbridge.ID) error {
		return a.c.Screening.Confirm(ctx, c.person, id, landbridge.Role(in.Role), in.Assertion)
	})
}

func (a *API) returnHit(ctx context.Context, c *call, in client.GiveBackHit) (client.ScreenHit, error) {
	return a.decided(ctx, c, in.Hit, func(id landbridge.ID) error { return a.c.Screening.Return(ctx, c.person, id, in.Reason) })
}

func (a *API) revokeHit(ctx context.Context, c *call, in client.GiveBackHit) (client.ScreenHit, error) {
	return a.decided(ctx, c, in.Hit, func(id landbridge.ID) error { return a.c.Screening.Revoke(ctx, c.person, id, in.Reason) })
}

func (a *API) taskDone(ctx context.Context, c *call, in client.AnswerTask) (client.ScreenHit, error) {
	return a.answered(ctx, c, in, a.c.Screening.Done)
}

func (a *API) taskWhy(ctx context.Context, c *call, in client.AnswerTask) (client.ScreenHit, error) {
	return a.answered(ctx, c, in, a.c.Screening.WhyNot)
}

func (a *API) answered(ctx context.Context, c *call, in client.AnswerTask, do func(context.Context, staff.Person, landbridge.ID,
	string) error) (client.ScreenHit, error) {
	id, err := parseID("task", in.Task)
	if err != nil {
		return client.ScreenHit{}, err
	}
	hit, err := a.c.Screening.HitOfTask(ctx, c.person, id)
	if err != nil {
		return client.ScreenHit{}, err
	}
	if err := do(ctx, c.person, id, in.Text); err != nil {
		return client.ScreenHit{}, err
	}
	return a.hit(ctx, c, client.ByHit{Hit: string(hit)})
}

func (a *API) batches(ctx context.Context, c *call, _ client.None) (client.ScreenBatches, error) {
	all, err := a.c.Screening.Batches(ctx, c.person)
	return client.ScreenBatches{Batches: each(all, batchView)}, err
}

func (a *API) newBatch(ctx context.Context, c *call, in client.NewScreenBatch) (client.ScreenBatch, error) {
	n := screening.NewBatch{Name: in.Name, Purpose: handling.Purpose(in.Purpose), Kind: match.Kind(in.Kind), File: http.MaxBytesReader(c.w, c.r.Body,
		screening.MaxListFile+1)}
	if in.Least != "" {
		f, err := strconv.ParseFloat(in.Least, 64)
		if err != nil || !(f >= 0 && f <= 1) {
			return client.ScreenBatch{}, fail.New(fail.Invalid, "min is a score between 0 and 1, such as 0.7")
		}
		n.Least = match.Score(math.Round(f * float64(match.FullScore)))
	}
	if in.Case != "" {
		id, err := a.caseID(ctx, c, in.Case)
		if err != nil {
			return client.ScreenBatch{}, err
		}
		n.Case = id
	}
	b, err := a.c.Screening.NewBatch(ctx, c.person, n)
	if err != nil {
		return client.ScreenBatch{}, err
	}
	return batchView(*b), nil
}

func (a *API) batch(ctx context.Context, c *call, in client.ByBatch) (client.ScreenBatch, error) {
	id, err := parseID("file of names", in.Batch)
	if err != nil {
		return client.ScreenBatch{}, err
	}
	b, err := a.c.Screening.Batch(ctx, c.person, id)
	if err != nil {
		return client.ScreenBatch{}, err
	}
	return batchView(*b), nil
}

// batchResults streams the answers. A fault in the middle cuts the connection:
// answers that break off must not look like all of them.
func (a *API) batchResults(ctx context.Context, c *call, in client.ByBatch) error {
	id, err := parseID("file of names", in.Batch)
	if err != nil {
		return err
	}
	w := &later{c: c}
	if err := a.c.Screening.Results(ctx, c.person, id, w); err != nil {
		if w.begun {
			a.c.Logger.ErrorContext(ctx, "sending answers", "batch", in.Batch, "err", err)
			panic(http.ErrAbortHandler)
		}
		return err
	}
	_, err = w.Write(nil)
	return err
}

// later writes its header with the first bytes, so that what fails before is
// answered as a problem.
type later struct {
	c     *call
	begun bool
}

func (l *later) Write(b []byte) (int, error) {
	if !l.begun {
		l.begun = true
		h := l.c.w.Header()
		h.Set("Content-Type", "application/jsonl")
		h.Set("Cache-Control", "no-store")
	}
	return l.c.w.Write(b)
}

var _ io.Writer = (*later)(nil)
