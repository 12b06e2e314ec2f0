package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/node"
)

func callCommand() *command {
	return &command{
		name: "call", short: "calls of an edition: papers, side events, expo, awards; reviews, decisions, proceedings",
		long: "The secretariat works with a token, as elsewhere. Authors, reviewers, exhibitors and visitors need none: what is theirs is opened by a\n" +
			"secret, which is read from a file or from standard input (--secret-file -), never from the command line.",
		example: "landbridge call list --edition 2026",
		verbs: []*command{callList(), callOpen(), callSubmissions(), callShow(), callAssign(), callDecide(), callConfirm(), callPublish(), callRetract(),
			callReviewers(), callInvite(), callRemove(), callSubmit(), callLook(), callChange(), callWithdraw(), callFile(),
			callAccept(), callTasks(), callDeclare(), callRead(), callJudge(), callProceedings(), callPaper(),
			callPlan(), callSetPlan(), callPlace(), callShare(), callTakeBack(), callCards()},
	}
}

// Bounds of what the command line reads.
const (
	maxSecret  = 4 << 10
	maxEntry   = 1 << 20
	maxPDFFile = 10 << 20
)

// visitor returns a client for someone without an account: the node's address
// is needed, a token is not.
func (t *target) visitor(a *app) (*client.Client, error) {
	base := t.node
	if base == "" && t.dir == "" {
		base = a.env(envNode)
	}
	if base == "" {
		run, err := node.ReadRunning(folder(a, t.dir))
		if err != nil {
			return nil, fail.New(fail.Unavailable, "say --node with the address of the node that keeps the call")
		}
		base = run.URL
	}
	c, err := client.New(base, "")
	if err != nil {
		return nil, fail.New(fail.Invalid, "%v", err)
	}
	return c, nil
}

// readInput reads a small file, or standard input for "-".
func readInput(a *app, name string, limit int64) ([]byte, error) {
	if name != "-" {
		return readSmall(name, limit)
	}
	b, err := io.ReadAll(io.LimitReader(a.in, limit+1))
	if err != nil {
		return nil, fail.Because(err, fail.Invalid, "standard input cannot be read")
	}
	if int64(len(b)) > limit {
		return nil, fail.New(fail.TooLarge, "standard input is larger than %d bytes", limit)
	}
	return b, nil
}

// a secretFlag says where a secret stands.
func secretFlag(fs *flag.FlagSet) *string {
	return fs.String("secret-file", "", "`file` with the secret; - is standard input")
}

func readSecret(a *app, name string) (string, error) {
	if name == "" {
		return "", fail.New(fail.Invalid, "say --secret-file with the file that holds the secret, or - for standard input")
	}
	b, err := readInput(a, name, maxSecret)
	return strings.TrimSpace(string(b)), err
}

func readJSONInput(a *app, name string, into any) error {
	b, err := readInput(a, name, maxEntry)
	if err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fail.New(fail.Invalid, "%s is not the JSON that is expected: %v", name, err)
	}
	return nil
}

// A callVerb is a verb whose work needs a client and perhaps a secret.
type callVerb struct {
	name, args, short, long, example string
	min, max                         int
	visitor                          bool // needs no token
	secret                           bool
	flags                            func(fs *flag.FlagSet)
	do                               func(ctx context.Context, r *callRun) error
}

// A callRun is one run of a [callVerb].
type callRun struct {
	*app
	c      *client.Client
	args   []string
	secret string
	json   bool
}

func (r *callRun) show(v any, t *table, empty string) error { return show(r.out, r.json, v, t, empty) }

func (v callVerb) command() *command {
	return &command{name: v.name, args: v.args, min: v.min, max: v.max, short: v.short, long: v.long, example: v.example,
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			t := &target{}
			t.flags(fs)
			var from *string
			if v.secret {
				from = secretFlag(fs)
			}
			if v.flags != nil {
				v.flags(fs)
			}
			return func(ctx context.Context, a *app, args []string) (err error) {
				r := &callRun{app: a, args: args, json: t.json}
				connect := t.client
				if v.visitor {
					connect = t.visitor
				}
				if r.c, err = connect(a); err != nil {
					return err
				}
				if v.secret {
					if r.secret, err = readSecret(a, *from); err != nil {
						return err
					}
				}
				return explain(a, v.do(ctx, r))
			}
		}}
}

func callList() *command {
	var q client.CallsQuery
	return callVerb{name: "list", short: "list the calls of an edition", example: "landbridge call list --edition 2026", visitor: true,
		flags: func(fs *flag.FlagSet) { fs.StringVar(&q.Edition, "edition", "", "`id` of the edition; empty: all") },
		do: func(ctx context.Context, r *callRun) error {
			all, err := r.c.CallsFor(ctx, q)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"call", "edition", "kind", "title", "closes", "open"}, wide: true}
			for _, x := range all.Calls {
				tab.add(x.ID, x.Edition, x.Kind, x.Title, x.Closes, x.Open)
			}
			return r.show(all, tab, "There is no call.")
		}}.command()
}

func callOpen() *command {
	return callVerb{name: "open", args: "FILE", min: 1, max: 1, short: "open a call described in a JSON file (- is standard input)",
		long: "The file holds edition, kind (paper, side-event, expo, award), title, text, closes, anonymous, min_reviews,\n" +
			"criteria (name, weight), ends and keep_days. " +
			"Papers and awards are judged by at least two people; entries are erased keep_days after the edition ended (S15).",
		example: "landbridge call open papers.json",
		do: func(ctx context.Context, r *callRun) error {
			var n client.NewCallFor
			if err := readJSONInput(r.app, r.args[0], &n); err != nil {
				return err
			}
			x, err := r.c.NewCallFor(ctx, n)
			if err != nil {
				return err
			}
			return r.show(x, keyValues("call", x.ID, "kind", x.Kind, "title", x.Title, "closes", cell(x.Closes)), "")
		}}.command()
}

func submissionTable(x client.Submission) *table {
	tab := keyValues("entry", x.ID, "number", fmt.Sprint(x.Number), "call", x.CallTitle, "state", x.State, "title", x.Content.Title, "sent", cell(x.Sent))
	for _, a := range x.Authors {
		tab.add("author", a.Name+", "+a.Organisation)
	}
	tab.add("summary", x.Content.Abstract)
	if d := x.Decision; d != nil {
		tab.add("decision", strings.TrimSpace(d.Way+". "+d.Reason))
	}
	for _, c := range x.Comments {
		tab.add("comment", c)
	}
	if x.Published != nil {
		tab.add("published", *x.Published)
	}
	if x.Stand != "" {
		tab.add("stand", x.Stand)
	}
	if x.File > 0 {
		tab.add("file", fmt.Sprintf("%d bytes", x.File))
	}
	for _, v := range x.Reviews {
		tab.add("review", strings.TrimSpace(fmt.Sprintf("%s %s %.1f %s", v.Name, v.State, v.Score, v.Note)))
	}
	for _, p := range x.Panel {
		near := ""
		if p.Near {
			near = "conflict of interest"
		}
		tab.add("reviewer", strings.TrimSpace(p.ID+" "+p.Name+" "+p.State+" "+near))
	}
	return tab
}

func callSubmissions() *command {
	var csv bool
	return callVerb{name: "submissions", args: "CALL", min: 1, max: 1, short: "list the entries of a call, the best first",
		example: "landbridge call submissions ID --csv > papers.csv",
		flags:   func(fs *flag.FlagSet) { fs.BoolVar(&csv, "csv", false, "write CSV, harmless in spreadsheets") },
		do: func(ctx context.Context, r *callRun) error {
			if csv {
				text, err := r.c.SubmissionsTable(ctx, r.args[0])
				if err == nil {
					_, err = fmt.Fprint(r.out, text)
				}
				return err
			}
			all, err := r.c.Submissions(ctx, r.args[0])
			if err != nil {
				return err
			}
			tab := &table{head: []string{"entry", "no", "state", "mean", "reviews", "title"}}
			for _, x := range all.Submissions {
				tab.add(x.ID, x.Number, x.State, fmt.Sprintf("%.2f", x.Mean), x.Count, x.Content.Title)
			}
			return r.show(all, tab, "Nothing was entered yet.")
		}}.command()
}

func callShow() *command {
	return callVerb{name: "show", args: "ENTRY", min: 1, max: 1, short: "open one entry, with its reviews and who may judge it",
		example: "landbridge call show ID --json",
		do: func(ctx context.Context, r *callRun) error {
			x, err := r.c.Submission(ctx, r.args[0])
			if err != nil {
				return err
			}
			return r.show(x, submissionTable(x), "")
		}}.command()
}

func callAssign() *command {
	return callVerb{name: "assign", args: "ENTRY REVIEWER", min: 2, max: 2, short: "give an entry to a reviewer; who stands too near is refused",
		example: "landbridge call assign ENTRY REVIEWER",
		do: func(ctx context.Context, r *callRun) error {
			x, err := r.c.AssignReview(ctx, client.Assignment{Entry: r.args[0], Reviewer: r.args[1]})
			if err != nil {
				return err
			}
			return r.show(x, submissionTable(x), "")
		}}.command()
}

func callDecide() *command {
	var reason string
	return callVerb{name: "decide", args: "ENTRY WAY", min: 2, max: 2, short: "accept, decline or send an entry back",
		long:    "WAY is accepted, declined or revise. A commendation of an award waits until another person confirms it (S21).",
		example: `landbridge call decide ID revise --reason "Please name your sources."`,
		flags:   func(fs *flag.FlagSet) { fs.StringVar(&reason, "reason", "", "a `sentence`; the author reads it") },
		do: func(ctx context.Context, r *callRun) error {
			x, err := r.c.DecideSubmission(ctx, client.SubmissionDecision{Entry: r.args[0], Way: r.args[1], Reason: reason})
			if err != nil {
				return err
			}
			return r.show(x, submissionTable(x), "")
		}}.command()
}

func callConfirm() *command {
	var back bool
	return callVerb{name: "confirm", args: "ENTRY", min: 1, max: 1, short: "confirm a commendation that another person proposed, or give it back",
		example: "landbridge call confirm ID",
		flags:   func(fs *flag.FlagSet) { fs.BoolVar(&back, "return", false, "give it back") },
		do: func(ctx context.Context, r *callRun) error {
			x, err := r.c.ConfirmCommendation(ctx, client.Commendation{Entry: r.args[0], Confirm: !back})
			if err != nil {
				return err
			}
			return r.show(x, submissionTable(x), "")
		}}.command()
}

func callPublish() *command {
	return callVerb{name: "publish", args: "CALL", min: 1, max: 1, short: "make the accepted entries of a call public", example: "landbridge call publish ID",
		do: func(ctx context.Context, r *callRun) error {
			n, err := r.c.PublishCall(ctx, r.args[0])
			if err != nil {
				return err
			}
			return r.show(n, keyValues("published", fmt.Sprint(n.Published)), "")
		}}.command()
}

func callRetract() *command {
	return callVerb{name: "retract", args: "ENTRY", min: 1, max: 1, short: "take a published entry back", example: "landbridge call retract ID",
		do: func(ctx context.Context, r *callRun) error { return r.c.RetractSubmission(ctx, r.args[0]) }}.command()
}

func callReviewers() *command {
	return callVerb{name: "reviewers", args: "CALL", min: 1, max: 1, short: "list the reviewers or jurors of a call", example: "landbridge call reviewers ID",
		do: func(ctx context.Context, r *callRun) error {
			all, err := r.c.Panel(ctx, r.args[0])
			if err != nil {
				return err
			}
			tab := &table{head: []string{"reviewer", "name", "organisation", "came", "assigned", "done", "conflicts"}}
			for _, x := range all.Reviewers {
				came := "-"
				if x.Came != nil {
					came = cell(*x.Came)
				}
				tab.add(x.ID, x.Name, x.Organisation, came, x.Assigned, x.Done, x.Conflicts)
			}
			return r.show(all, tab, "Nobody reviews this call yet.")
		}}.command()
}

func callInvite() *command {
	var n client.NewPanelist
	return callVerb{name: "invite", args: "CALL", min: 1, max: 1, short: "name a reviewer or juror; prints the code of their invitation, which opens once",
		example: `landbridge call invite ID --name "Ela Brand" --organisation "Port Academy" --email ela@academy.example`,
		flags: func(fs *flag.FlagSet) {
			fs.StringVar(&n.Name, "name", "", "`name` of the reviewer")
			fs.StringVar(&n.Organisation, "organisation", "", "their `organisation`; who shares it with an author does not judge them")
			fs.StringVar(&n.Email, "email", "", "their mail `address`")
		},
		do: func(ctx context.Context, r *callRun) error {
			n.Call = r.args[0]
			x, err := r.c.InviteReviewer(ctx, n)
			if err != nil {
				return err
			}
			return r.show(x, keyValues("reviewer", x.ID, "code", x.Code), "")
		}}.command()
}

func callRemove() *command {
	var discard bool
	return callVerb{name: "remove", args: "REVIEWER", min: 1, max: 1, short: "take a reviewer out of a call", example: "landbridge call remove ID --discard",
		flags: func(fs *flag.FlagSet) {
			fs.BoolVar(&discard, "discard", false, "what they judged no longer counts for entries that are not decided")
		},
		do: func(ctx context.Context, r *callRun) error {
			return r.c.RemoveReviewer(ctx, client.PanelistRemoval{Reviewer: r.args[0], Discard: discard})
		}}.command()
}

func callProceedings() *command {
	var q client.ProceedingsQuery
	return callVerb{name: "proceedings", args: "[ENTRY]", max: 1, short: "list what was published, or show one entry", visitor: true,
		example: "landbridge call proceedings --edition 2026 --kind paper",
		flags: func(fs *flag.FlagSet) {
			fs.StringVar(&q.Edition, "edition", "", "`id` of the edition")
			fs.StringVar(&q.Kind, "kind", "paper", "paper, side-event, expo or award")
		},
		do: func(ctx context.Context, r *callRun) error {
			if len(r.args) == 1 {
				x, err := r.c.Publication(ctx, r.args[0])
				if err != nil {
					return err
				}
				tab := keyValues("entry", x.ID, "title", x.Content.Title, "summary", x.Content.Abstract, "published", cell(x.At))
				for _, a := range x.Authors {
					tab.add("author", a.Name+", "+a.Organisation)
				}
				if x.Content.Text != "" {
					tab.add("text", x.Content.Text)
				}
				if x.Reason != "" {
					tab.add("commended", x.Reason)
				}
				return r.show(x, tab, "")
			}
			all, err := r.c.Proceedings(ctx, q)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"entry", "no", "title", "by"}}
			for _, x := range all.Entries {
				var by []string
				for _, a := range x.Authors {
					by = append(by, a.Name)
				}
				tab.add(x.ID, x.Number, x.Content.Title, strings.Join(by, ", "))
			}
			return r.show(all, tab, "Nothing is published yet.")
		}}.command()
}

func callPaper() *command {
	var out string
	return callVerb{name: "paper", args: "ENTRY", min: 1, max: 1, short: "save the PDF file of a published paper", visitor: true,
		example: "landbridge call paper ID --out paper.pdf",
		flags:   func(fs *flag.FlagSet) { fs.StringVar(&out, "out", "paper.pdf", "`file` to write") },
		do: func(ctx context.Context, r *callRun) error {
			text, err := r.c.PublishedFile(ctx, r.args[0])
			if err != nil {
				return err
			}
			const mode = 0o644
			if err := os.WriteFile(filepath.Clean(out), []byte(text), mode); err != nil {
				return fmt.Errorf("saving the file: %w", err)
			}
			return nil
		}}.command()
}
