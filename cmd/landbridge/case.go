package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

func caseCommand() *command {
	return &command{
		name: "case", short: "work cases: ask, answer, approve, prove",
		example: "landbridge case new --process information-request --to XB --file request.yaml --attach statement.pdf",
		verbs:   []*command{caseNew(), caseList(), caseShow(), caseAct(), caseApprove(), caseReturn(), caseAttach(), caseReceipt(), caseExport()},
	}
}

func caseNew() *command {
	return &command{
		name: "new", short: "draft a request, check it against the recipient's profile, and propose it",
		long: "The file is YAML: title, handling, fields by the names of the process definition, attachments.\n" +
			"What is missing is named and the draft is kept; mend the file and go on with --draft.",
		example: "landbridge case new --process information-request --to XB --file request.yaml --attach statement.pdf",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			t := &target{}
			t.flags(fs)
			n := newCase{}
			fs.StringVar(&n.process, "process", "", "`name` of the process (default: from the file)")
			fs.StringVar(&n.to, "to", "", "`code` of the party that is asked (default: from the file)")
			fs.StringVar(&n.file, "file", "", "request `file` (YAML), or - for standard input")
			fs.Var(&n.attach, "attach", "`file` to attach; may be given several times")
			fs.Var(&n.set, "field", "`name=value` that replaces one field of the file; may be given several times")
			fs.StringVar(&n.draft, "draft", "", "`id` of a draft to go on with")
			fs.BoolVar(&n.check, "check", false, "only say what is missing; propose nothing")
			return func(ctx context.Context, a *app, _ []string) error { return explain(a, n.run(ctx, a, t)) }
		},
	}
}

type newCase struct {
	process, to, file, draft string
	attach, set              list
	check                    bool
}

func (n *newCase) run(ctx context.Context, a *app, t *target) error {
	if n.file == "" {
		return fail.New(fail.Invalid, "say which request: --file request.yaml")
	}
	r, err := readRequest(a, n.file)
	if err != nil {
		return err
	}
	if err := r.setFields(n.set); err != nil {
		return err
	}
	c, err := t.client(a)
	if err != nil {
		return err
	}
	d, err := n.draftFor(ctx, c, r)
	if err != nil {
		return err
	}
	if err := attachAll(ctx, c, &d, r.files(n.attach)); err != nil {
		return err
	}
	if d, err = c.Draft(ctx, d.ID); err != nil {
		return err
	}
	if n.check {
		return n.report(a, t, d)
	}
	done, err := c.Propose(ctx, d.ID)
	if p := new(client.Problem); errors.As(err, &p) && len(p.Problems) > 0 {
		printProblems(a, p.Problems)
		return errUnfinished(d)
	}
	if err != nil {
		return err
	}
	return printDone(a, t.json, done)
}

// report says what is missing, without proposing anything.
func (n *newCase) report(a *app, t *target, d client.Draft) error {
	if len(d.Problems) > 0 {
		printProblems(a, d.Problems)
	}
	if blocking(d.Problems) {
		return errUnfinished(d)
	}
	return show(a.out, t.json, d, keyValues("draft", d.ID, "number", d.Number, "ready", "yes"), "")
}

func errUnfinished(d client.Draft) error {
	return fail.New(fail.Invalid, "the request is not complete; mend the file and go on with --draft %s", d.ID)
}

// draftFor begins a draft, or replaces what is written in the one named by --draft.
func (n *newCase) draftFor(ctx context.Context, c *client.Client, r *requestFile) (client.Draft, error) {
	if n.draft != "" {
		d, err := c.Draft(ctx, n.draft)
		if err != nil {
			return d, err
		}
		return c.SaveDraft(ctx, client.SaveDraft{Draft: d.ID, Match: d.ETag, Input: r.input()})
	}
	process, to := r.Process, r.To
	if n.process != "" {
		process = n.process
	}
	if n.to != "" {
		to = n.to
	}
	if process == "" || to == "" && len(r.Sides) == 0 {
		return client.Draft{}, fail.New(fail.Invalid, "say what to ask and whom: --process information-request --to XB; with several parties, sides: in the file")
	}
	return c.NewDraft(ctx, client.NewDraft{Process: process, To: to, Sides: r.Sides, Transition: r.Act, Input: r.input()})
}

// attachAll attaches files that the draft does not have yet, so that a second
// run after a correction does not attach them twice.
func attachAll(ctx context.Context, c *client.Client, d *client.Draft, files []requestPart) error {
	have := map[string]bool{}
	for _, f := range d.Files {
		have[f.Name] = true
	}
	for _, p := range files {
		name := filepath.Base(p.File)
		if have[name] {
			continue
		}
		f, err := openFile(p.File)
		if err != nil {
			return err
		}
		_, err = c.AttachToDraft(ctx, client.DraftFile{Draft: d.ID, Name: name, Type: p.Type, Title: p.Title}, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func blocking(all []client.FieldProblem) bool {
	for _, p := range all {
		if p.Block {
			return true
		}
	}
	return false
}

// keyValues is a table of two columns.
func keyValues(pairs ...any) *table {
	t := &table{head: []string{"what", "value"}, wide: true}
	for i := 0; i+1 < len(pairs); i += 2 {
		if s, ok := pairs[i+1].(string); ok && s == "" {
			continue
		}
		t.add(pairs[i], pairs[i+1])
	}
	return t
}

// printDone says what became of an act. An act that a safeguard stopped is a
// result, and the exit code says that it did not go out.
func printDone(a *app, asJSON bool, d client.Done) error {
	var next string
	t := keyValues("case", d.Number, "state", d.State, "act", d.Act, "message", d.Message, "proposal", d.Proposal)
	for _, n := range d.Needs {
		t.add("needs", n.Rule+": "+n.Text)
	}
	if d.Proposal != "" {
		next = "landbridge case approve " + d.Proposal
		t.add("next", next)
	}
	if s := d.Stopped; s != nil {
		t.add("stopped by", s.Rule)
		t.add("why", s.Text)
		t.add("what to do", s.Advice)
		t.add("log entry", fmt.Sprint(s.Entry))
	}
	if err := show(a.out, asJSON, d, t, ""); err != nil {
		return err
	}
	if d.Stopped != nil {
		return fail.New(fail.Denied, "%s stopped this act before it left; nothing was sent", d.Stopped.Rule)
	}
	return nil
}

func caseList() *command {
	return &command{
		name: "list", short: "list cases, the nearest clock first",
		example: "landbridge case list --state clarification",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.CaseQuery{}
			fs.StringVar(&q.State, "state", "", "only cases in this `state`, or live, or ended")
			fs.BoolVar(&q.All, "all", false, "live and ended cases")
			fs.StringVar(&q.Process, "process", "", "only cases of this `process`")
			fs.StringVar(&q.Party, "party", "", "only cases with this `party`")
			fs.BoolVar(&q.Mine, "mine", false, "only cases in which I acted or drafted")
			fs.StringVar(&q.Text, "text", "", "only cases whose number or title has this `text`")
			fs.StringVar(&q.Sort, "sort", "", "clock, changed, opened or number")
			fs.IntVar(&q.Limit, "limit", 0, "at most so many")
			fs.StringVar(&q.After, "after", "", "go on after this `cursor`")
			return func(ctx context.Context, c *caller) error {
				page, err := c.Cases(ctx, q)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"number", "with", "state", "clock", "title"}}
				for _, s := range page.Cases {
					tab.add(s.Number, strings.Join(s.With, " "), s.Label, left(c.a, s.Clock), s.Title)
				}
				err = c.show(page, tab, "No case matches. Begin one with \"landbridge case new\".")
				if page.Next != "" && !c.t.json {
					fmt.Fprintf(c.a.out, "%d of %d; more with --after %s\n", len(page.Cases), page.Total, page.Next)
				}
				return err
			}
		}),
	}
}

// left says how much of a clock is left.
func left(a *app, c *client.Clock) string {
	if c == nil {
		return "-"
	}
	if c.Status == "paused" {
		return "paused"
	}
	d := c.Due.Sub(a.now())
	if d < 0 {
		return duration(-d) + " over"
	}
	return duration(d)
}
