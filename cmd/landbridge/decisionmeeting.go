package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"landbridge.example/client"
)

func decisionOutcomes() *command {
	return &command{
		name: "outcomes", short: "list what was adopted, and who signed it", example: "landbridge decision outcomes",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.Outcomes(ctx)
			if err != nil {
				return err
			}
			t := &table{head: []string{"matter", "title", "by", "adopted", "adopting", "signed"}, wide: true}
			for _, m := range all.Outcomes {
				var signed []string
				for _, s := range m.Signed {
					signed = append(signed, s.Party)
				}
				at := time.Time{}
				if m.Ended != nil {
					at = *m.Ended
				}
				t.add(m.Matter, m.Title, m.Method, at, strings.Join(m.Adopting, " "), orNone(signed))
			}
			return c.show(all, t, "Nothing was adopted yet.")
		})),
	}
}

func decisionOutcome() *command {
	return &command{
		name: "file", args: "MATTER", min: 1, max: 1, short: "save an outcome, or a commitment, with all signed acts, to be checked offline",
		long: "MATTER is a matter that was adopted, or the act of a commitment. The file holds the text, every signed act and\n" +
			"the proofs from this node's log; \"landbridge verify\" computes the result again from it, without any node.",
		example: "landbridge decision file 3f0a… --out declaration.decision\nlandbridge verify declaration.decision --directory directory.txt",
		setup: calling(func(fs *flag.FlagSet) work {
			out := fs.String("out", "", "`file` to write (default: standard output)")
			return func(ctx context.Context, c *caller) error {
				text, err := c.OutcomeFile(ctx, c.args[0])
				if err != nil {
					return err
				}
				return c.saveText(*out, text)
			}
		}),
	}
}

func decisionProof() *command {
	return &command{
		name: "proof", args: "ACT", min: 1, max: 1, short: "write the proof that this node's log has one act", example: "landbridge decision proof 90fe…",
		setup: calling(func(fs *flag.FlagSet) work {
			out := fs.String("out", "", "`file` to write (default: standard output)")
			return func(ctx context.Context, c *caller) error {
				text, err := c.DecisionProof(ctx, c.args[0])
				if err != nil {
					return err
				}
				return c.saveText(*out, text)
			}
		}),
	}
}

// promiseSteps reads "id 2027-03-31 title" lines.
func promiseSteps(all []string) (out []client.PromiseMilestone) {
	for _, s := range all {
		id, rest, _ := strings.Cut(s, " ")
		due, title, _ := strings.Cut(rest, " ")
		out = append(out, client.PromiseMilestone{ID: id, Due: due, Title: title})
	}
	return out
}

func decisionCommit() *command {
	return &command{
		name: "commit", short: "promise something in this party's name; a second person approves it",
		example: `landbridge decision commit --matter 3f0a… --title "Train 40 officers" --what "Two courses." --due 2027-09-30 --indicator "officers trained"`,
		setup: calling(func(fs *flag.FlagSet) work {
			n := client.NewCommitment{}
			var steps list
			fs.StringVar(&n.Matter, "matter", "", "the adopted `matter` it follows from")
			fs.StringVar(&n.Promise.Title, "title", "", "its `title`")
			fs.StringVar(&n.Promise.What, "what", "", "what is done, in `words`")
			fs.StringVar(&n.Promise.Due, "due", "", "the `day` by which, such as 2027-09-30")
			fs.StringVar(&n.Promise.Indicator, "indicator", "", "by `what` one sees that it is kept")
			fs.StringVar(&n.Promise.Target, "target", "", "the `value` to be reached")
			fs.StringVar(&n.Promise.Session, "session", "", "`id` of the edition or session where it was made")
			fs.Var(&steps, "milestone", "`\"id day title\"` of a step; may be given several times")
			return func(ctx context.Context, c *caller) error {
				n.Promise.Milestones = promiseSteps(steps)
				return c.done(c.Commit(ctx, n))
			}
		}),
	}
}

func decisionReport() *command {
	return &command{
		name: "report", args: "COMMITMENT", min: 1, max: 1, short: "report on a commitment of this party",
		example: `landbridge decision report 90fe… --state kept --text "44 officers trained." --value 44 --evidence "https://xa.example/report The report"`,
		setup: calling(func(fs *flag.FlagSet) work {
			n := client.NewReport{}
			var evidence list
			fs.StringVar(&n.State, "state", "running", "running, kept or dropped")
			fs.StringVar(&n.Day, "day", "", "the `day` of which it speaks (default: today)")
			fs.StringVar(&n.Milestone, "milestone", "", "`id` of one milestone, if it speaks of that alone")
			fs.StringVar(&n.Value, "value", "", "the `value` of the indicator")
			fs.StringVar(&n.Text, "text", "", "what was done, or why it was dropped, in `words`")
			fs.Var(&evidence, "evidence", "`\"reference title\"`: an https address or a digest; may be given several times")
			return func(ctx context.Context, c *caller) error {
				n.Commitment = c.args[0]
				if n.Day == "" {
					n.Day = c.a.now().UTC().Format(time.DateOnly)
				}
				for _, e := range evidence {
					ref, title, _ := strings.Cut(e, " ")
					n.Evidence = append(n.Evidence, client.ReportEvidence{Ref: ref, Title: title})
				}
				return c.done(c.ReportOn(ctx, n))
			}
		}),
	}
}

func commitmentTable(all []client.Commitment) *table {
	t := &table{head: []string{"commitment", "party", "title", "due", "status", "last report"}, wide: true}
	for _, x := range all {
		last := ""
		if n := len(x.Reports); n > 0 {
			last = x.Reports[n-1].Day + " " + x.Reports[n-1].Text
		}
		t.add(x.Commitment, x.Party, x.Promise.Title, x.Promise.Due, strings.ReplaceAll(x.Status, "-", " "), last)
	}
	return t
}

func decisionCommitments() *command {
	return &command{
		name: "commitments", short: "list what parties promised, and where it stands", example: "landbridge decision commitments --status late",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.CommitmentQuery{}
			fs.StringVar(&q.Party, "party", "", "only of this `party`")
			fs.StringVar(&q.Status, "status", "", "only running, kept, kept-late, late or dropped")
			fs.StringVar(&q.Day, "day", "", "as they stand on this `day` (default: today)")
			return func(ctx context.Context, c *caller) error {
				all, err := c.Commitments(ctx, q)
				if err != nil {
					return err
				}
				return c.show(all, commitmentTable(all.Commitments), "No party has promised anything here.")
			}
		}),
	}
}

func decisionFollowUp() *command {
	return &command{
		name: "follow-up", short: "what became of what was promised, in the year of a day", example: "landbridge decision follow-up --day 2027-09-30",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.FollowUpQuery{}
			fs.StringVar(&q.Day, "day", "", "the `day` (default: today)")
			return func(ctx context.Context, c *caller) error {
				v, err := c.FollowUp(ctx, q)
				if err != nil {
					return err
				}
				return c.show(v, commitmentTable(v.Commitments), "Nothing is due in that year.")
			}
		}),
	}
}

func decisionHistory() *command {
	return &command{
		name: "history", short: "outcomes of the editions 2015 to 2025, as public documents have them", example: "landbridge decision history",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.PastOutcomes(ctx)
			if err != nil {
				return err
			}
			t := &table{head: []string{"edition", "kind", "title", "undertaken", "seen later"}, wide: true}
			for _, o := range all.Outcomes {
				t.add(o.Edition, o.Kind, o.Title, "", "")
				for _, u := range o.Undertakings {
					t.add("", "", "", u.What, strings.TrimSpace(u.SeenEdition+" "+u.Seen))
				}
			}
			return c.show(all, t, "")
		})),
	}
}

func decisionMeetings() *command {
	return &command{
		name: "meetings", short: "list the meetings this node knows", example: "landbridge decision meetings",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.Meetings(ctx)
			if err != nil {
				return err
			}
			t := &table{head: []string{"meeting", "title", "kind", "host", "start", "parties"}, wide: true}
			for _, m := range all.Meetings {
				t.add(m.ID, m.Title, m.Kind, m.Host, m.Start, strings.Join(m.Parties, " "))
			}
			return c.show(all, t, "No meeting yet: landbridge decision save-meeting FILE.")
		})),
	}
}

func decisionMeeting() *command {
	return &command{
		name: "meeting", args: "MEETING", min: 1, max: 1, short: "show a meeting: agenda, floor, minutes, action items",
		long:    "With --json it is written in the form that \"decision save-meeting\" reads.",
		example: "landbridge decision meeting 01960000-0000-7000-8000-000000000000",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return c.meeting(c.Meeting(ctx, c.args[0])) })),
	}
}

// meeting prints a meeting and its floor.
func (c *caller) meeting(v client.MeetingFile, err error) error {
	if err != nil {
		return err
	}
	m, f := v.Meeting, v.Floor
	t := keyValues("meeting", m.ID, "title", m.Title, "host", m.Host, "revision", fmt.Sprint(m.Revision), "start", cell(m.Start), "end", cell(m.End),
		"place", m.Place, "link", m.Link, "parties", strings.Join(m.Parties, " "))
	for _, i := range m.Agenda {
		name := "item " + i.ID
		if i.ID == f.Item {
			name = "→ " + name
		}
		t.add(name, strings.TrimSpace(i.Title+" "+i.Record))
	}
	if f.Now != nil {
		left := "over by " + duration(f.At.Sub(f.Now.Ends))
		if f.Now.Ends.After(f.At) {
			left = duration(f.Now.Ends.Sub(f.At)) + " left"
		}
		t.add("has the floor", strings.TrimSpace(f.Now.Party+" "+f.Now.As+" "+f.Now.Language)+", "+left)
	}
	for i, q := range f.Next {
		t.add(fmt.Sprintf("next %d", i+1), strings.TrimSpace(q.Party+" "+q.As+" "+q.Language))
	}
	if f.Closed {
		t.add("the list", "is closed")
	}
	for _, x := range m.Tasks {
		state := "open"
		if x.Done != "" {
			state = "done on " + x.Done
		}
		t.add(x.Party+" by "+x.Due, strings.TrimSpace(x.What+" ("+state+") "+x.Commitment))
	}
	if m.Result != "" {
		t.add("result", m.Result)
	}
	return c.show(v, t, "")
}

func decisionSaveMeeting() *command {
	return &command{
		name: "save-meeting", args: "FILE", min: 1, max: 1, short: "begin a meeting, or keep the next revision of its record (JSON)",
		long: "The file is a meeting as \"decision meeting --json\" writes it under \"meeting\". Without an id it is a new one;\n" +
			"with one its revision is the one you read, and is refused when someone changed it since. - is standard input.",
		example: "landbridge decision save-meeting meeting.json",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			m := client.Meeting{}
			if err := readJSONInput(c.a, c.args[0], &m); err != nil {
				return err
			}
			return c.meeting(c.SaveMeeting(ctx, m))
		})),
	}
}

func decisionFloor() *command {
	return &command{
		name: "floor", args: "MEETING WHAT", min: 2, max: 2, short: "enter what happens on the floor of a meeting this party hosts",
		long: "WHAT is item-opened, asked, took-back, called, ended, list-closed or list-opened. Called without --party gives\n" +
			"the floor to the first of the list.",
		example: "landbridge decision floor 01960000-0000-7000-8000-000000000000 called",
		setup: calling(func(fs *flag.FlagSet) work {
			e := client.FloorEvent{}
			fs.StringVar(&e.Item, "item", "", "of item-opened: `id` of the item")
			fs.StringVar(&e.Party, "party", "", "the `party` it is about")
			fs.StringVar(&e.As, "for", "", "point (of order), reply, or empty: to speak")
			fs.StringVar(&e.Language, "language", "", "the `language` it will speak")
			return func(ctx context.Context, c *caller) error {
				e.Meeting, e.Kind = c.args[0], c.args[1]
				return c.meeting(c.FloorEvent(ctx, e))
			}
		}),
	}
}

func decisionAsk() *command {
	return &command{
		name: "ask", args: "MEETING", min: 1, max: 1, short: "ask the host of a meeting for the floor, or take that back",
		example: "landbridge decision ask 01960000-0000-7000-8000-000000000000 --language fr",
		setup: calling(func(fs *flag.FlagSet) work {
			w := client.FloorWish{Kind: "asked"}
			back := fs.Bool("take-back", false, "this party does not want it any more")
			fs.StringVar(&w.As, "for", "", "point (of order), reply, or empty: to speak")
			fs.StringVar(&w.Language, "language", "", "the `language` it will speak")
			return func(ctx context.Context, c *caller) error {
				if w.Meeting = c.args[0]; *back {
					w.Kind = "took-back"
				}
				return c.meeting(c.AskFloor(ctx, w))
			}
		}),
	}
}
