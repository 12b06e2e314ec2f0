package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"landbridge.example/client"
)

func callCommand() *command {
	return &command{
		name: "call", short: "calls of an edition: papers, side events, expo, awards; reviews, decisions, proceedings",
		long: "The secretariat works with a token, as elsewhere. Authors, reviewers, exhibitors and visitors need none: what is theirs is opened by a\n" +
			"secret, which is read from a file or from standard input (--secret-file -), never from the command line.",
		example: "landbridge call list --edition 2026",
		verbs: []*command{callList(), callOpen(), callDates(), callSubmissions(), callShow(), callAssign(), callDecide(), callConfirm(), callSchedule(),
			callPublish(), callRetract(),
			callReviewers(), callInvite(), callRemove(), callSubmit(), callLook(), callChange(), callWithdraw(), callFile(),
			callAccept(), callTasks(), callDeclare(), callRead(), callJudge(), callProceedings(), callPaper(),
			callPlan(), callSetPlan(), callPlace(), callShare(), callTakeBack(), callCards()},
	}
}

const maxPDFFile = 10 << 20 // bytes; a node takes no more

func callList() *command {
	return &command{
		name: "list", short: "list the calls of an edition", example: "landbridge call list --edition 2026",
		setup: visiting(func(fs *flag.FlagSet) work {
			var q client.CallsQuery
			fs.StringVar(&q.Edition, "edition", "", "`id` of the edition; empty: all")
			return func(ctx context.Context, c *caller) error {
				all, err := c.CallsFor(ctx, q)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"call", "edition", "kind", "title", "closes", "open"}, wide: true}
				for _, x := range all.Calls {
					tab.add(x.ID, x.Edition, x.Kind, x.Title, x.Closes, x.Open)
				}
				return c.show(all, tab, "There is no call.")
			}
		}),
	}
}

func callOpen() *command {
	return &command{
		name: "open", args: "FILE", min: 1, max: 1, short: "open a call described in a JSON file (- is standard input)",
		long: "The file holds edition, kind (paper, side-event, expo, award), title, text, closes, anonymous, min_reviews,\n" +
			"criteria (name, weight), ends and keep_days. " +
			"Papers and awards are judged by at least two people; entries are erased keep_days after the edition ended (S15).",
		example: "landbridge call open papers.json",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			var n client.NewCallFor
			if err := readJSONInput(c.a, c.args[0], &n); err != nil {
				return err
			}
			x, err := c.NewCallFor(ctx, n)
			if err != nil {
				return err
			}
			return c.show(x, keyValues("call", x.ID, "kind", x.Kind, "title", x.Title, "closes", cell(x.Closes)), "")
		})),
	}
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
	if o := x.Session; o != nil {
		tab.add("session", strings.TrimSpace(fmt.Sprintf("%d %s %s %s %s", o.Number, o.Start, o.Room, o.Status, o.ID)))
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
	return &command{
		name: "submissions", args: "CALL", min: 1, max: 1, short: "list the entries of a call, the best first",
		example: "landbridge call submissions ID --csv > papers.csv",
		setup: calling(func(fs *flag.FlagSet) work {
			var csv bool
			fs.BoolVar(&csv, "csv", false, "write CSV, harmless in spreadsheets")
			return func(ctx context.Context, c *caller) error {
				if csv {
					text, err := c.SubmissionsTable(ctx, c.args[0])
					if err == nil {
						_, err = fmt.Fprint(c.a.out, text)
					}
					return err
				}
				all, err := c.Submissions(ctx, c.args[0])
				if err != nil {
					return err
				}
				tab := &table{head: []string{"entry", "no", "state", "mean", "reviews", "title"}}
				for _, x := range all.Submissions {
					tab.add(x.ID, x.Number, x.State, fmt.Sprintf("%.2f", x.Mean), x.Count, x.Content.Title)
				}
				return c.show(all, tab, "Nothing was entered yet.")
			}
		}),
	}
}

func callShow() *command {
	return &command{
		name: "show", args: "ENTRY", min: 1, max: 1, short: "open one entry, with its reviews and who may judge it",
		example: "landbridge call show ID --json",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			return shown(c, submissionTable)(c.Submission(ctx, c.args[0]))
		})),
	}
}

func callAssign() *command {
	return &command{
		name: "assign", args: "ENTRY REVIEWER", min: 2, max: 2, short: "give an entry to a reviewer; who stands too near is refused",
		example: "landbridge call assign ENTRY REVIEWER",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			return shown(c, submissionTable)(c.AssignReview(ctx, client.Assignment{Entry: c.args[0], Reviewer: c.args[1]}))
		})),
	}
}

func callDecide() *command {
	return &command{
		name: "decide", args: "ENTRY WAY", min: 2, max: 2, short: "accept, decline or send an entry back",
		long:    "WAY is accepted, declined or revise. A commendation of an award waits until another person confirms it (S21).",
		example: `landbridge call decide ID revise --reason "Please name your sources."`,
		setup: calling(func(fs *flag.FlagSet) work {
			var reason string
			fs.StringVar(&reason, "reason", "", "a `sentence`; the author reads it")
			return func(ctx context.Context, c *caller) error {
				return shown(c, submissionTable)(c.DecideSubmission(ctx, client.SubmissionDecision{Entry: c.args[0], Way: c.args[1], Reason: reason}))
			}
		}),
	}
}

func callConfirm() *command {
	return &command{
		name: "confirm", args: "ENTRY", min: 1, max: 1, short: "confirm a commendation that another person proposed, or give it back",
		example: "landbridge call confirm ID",
		setup: calling(func(fs *flag.FlagSet) work {
			var back bool
			fs.BoolVar(&back, "return", false, "give it back")
			return func(ctx context.Context, c *caller) error {
				return shown(c, submissionTable)(c.ConfirmCommendation(ctx, client.Commendation{Entry: c.args[0], Confirm: !back}))
			}
		}),
	}
}

func callPublish() *command {
	return &command{
		name: "publish", args: "CALL", min: 1, max: 1, short: "make the accepted entries of a call public", example: "landbridge call publish ID",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			n, err := c.PublishCall(ctx, c.args[0])
			if err != nil {
				return err
			}
			return c.show(n, keyValues("published", fmt.Sprint(n.Published)), "")
		})),
	}
}

func callRetract() *command {
	return &command{
		name: "retract", args: "ENTRY", min: 1, max: 1, short: "take a published entry back", example: "landbridge call retract ID",
		setup: calling(flagless(func(ctx context.Context, c *caller) error { return c.RetractSubmission(ctx, c.args[0]) })),
	}
}

func callReviewers() *command {
	return &command{
		name: "reviewers", args: "CALL", min: 1, max: 1, short: "list the reviewers or jurors of a call", example: "landbridge call reviewers ID",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.Panel(ctx, c.args[0])
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
			return c.show(all, tab, "Nobody reviews this call yet.")
		})),
	}
}

func callInvite() *command {
	return &command{
		name: "invite", args: "CALL", min: 1, max: 1, short: "name a reviewer or juror; prints the code of their invitation, which opens once",
		example: `landbridge call invite ID --name "Ela Brand" --organisation "Port Academy" --email ela@academy.example`,
		setup: calling(func(fs *flag.FlagSet) work {
			var n client.NewPanelist
			fs.StringVar(&n.Name, "name", "", "`name` of the reviewer")
			fs.StringVar(&n.Organisation, "organisation", "", "their `organisation`; who shares it with an author does not judge them")
			fs.StringVar(&n.Email, "email", "", "their mail `address`")
			return func(ctx context.Context, c *caller) error {
				n.Call = c.args[0]
				x, err := c.InviteReviewer(ctx, n)
				if err != nil {
					return err
				}
				return c.show(x, keyValues("reviewer", x.ID, "code", x.Code), "")
			}
		}),
	}
}

func callRemove() *command {
	return &command{
		name: "remove", args: "REVIEWER", min: 1, max: 1, short: "take a reviewer out of a call", example: "landbridge call remove ID --discard",
		setup: calling(func(fs *flag.FlagSet) work {
			var discard bool
			fs.BoolVar(&discard, "discard", false, "what they judged no longer counts for entries that are not decided")
			return func(ctx context.Context, c *caller) error {
				return c.RemoveReviewer(ctx, client.PanelistRemoval{Reviewer: c.args[0], Discard: discard})
			}
		}),
	}
}

func callProceedings() *command {
	return &command{
		name: "proceedings", args: "[ENTRY]", max: 1, short: "list what was published, or show one entry",
		example: "landbridge call proceedings --edition 2026 --kind paper",
		setup: visiting(func(fs *flag.FlagSet) work {
			var q client.ProceedingsQuery
			fs.StringVar(&q.Edition, "edition", "", "`id` of the edition")
			fs.StringVar(&q.Kind, "kind", "paper", "paper, side-event, expo or award")
			return func(ctx context.Context, c *caller) error {
				if len(c.args) == 1 {
					x, err := c.Publication(ctx, c.args[0])
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
					return c.show(x, tab, "")
				}
				all, err := c.Proceedings(ctx, q)
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
				return c.show(all, tab, "Nothing is published yet.")
			}
		}),
	}
}

func callPaper() *command {
	return &command{
		name: "paper", args: "ENTRY", min: 1, max: 1, short: "save the PDF file of a published paper",
		example: "landbridge call paper ID --out paper.pdf",
		setup: visiting(func(fs *flag.FlagSet) work {
			var out string
			fs.StringVar(&out, "out", "paper.pdf", "`file` to write")
			return func(ctx context.Context, c *caller) error {
				text, err := c.PublishedFile(ctx, c.args[0])
				if err != nil {
					return err
				}
				return writePublic(filepath.Clean(out), text)
			}
		}),
	}
}
