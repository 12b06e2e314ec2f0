package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"landbridge.example/client"
	kernel "landbridge.example/decision"
	"landbridge.example/internal/fail"
)

func decisionList() *command {
	return &command{
		name: "list", short: "list the matters put to delegations, and where they stand", example: "landbridge decision list --state open",
		setup: calling(func(fs *flag.FlagSet) work {
			state := fs.String("state", "", "only in this `state`, such as open or adopted")
			return func(ctx context.Context, c *caller) error {
				if *state != "" && !slices.Contains(kernel.States(), kernel.State(*state)) {
					return fail.New(fail.Invalid, "--state is one of %s", strings.Trim(fmt.Sprint(kernel.States()), "[]"))
				}
				all, err := c.Matters(ctx)
				if err != nil {
					return err
				}
				t := &table{head: []string{"matter", "title", "by", "state", "closes", "heard"}, wide: true}
				out := client.Matters{Matters: []client.Matter{}}
				for _, m := range all.Matters {
					if *state != "" && m.State != *state {
						continue
					}
					out.Matters = append(out.Matters, m)
					t.add(m.Matter, m.Title, m.Method, stateWord(m), m.Closes, fmt.Sprintf("%d of %d", m.Heard, len(m.Delegations)))
				}
				return c.show(out, t, "Nothing was put to delegations yet: landbridge decision open.")
			}
		}),
	}
}

func stateWord(m client.Matter) string {
	if m.Due {
		return m.State + ", to be closed by " + m.Keeper
	}
	return m.State
}

func decisionShow() *command {
	return &command{
		name: "show", args: "MATTER", min: 1, max: 1, short: "show a matter: who said what, its clock, what you can do now",
		example: "landbridge decision show 3f0a…",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return shown(c, matterTable)(c.Matter(ctx, c.args[0])) })),
	}
}

func matterTable(m client.Matter) *table {
	t := keyValues("matter", m.Matter, "title", m.Title, "state", stateWord(m), "decided by", strings.TrimSpace(m.Method+" "+m.Majority), "text", m.Text,
		"opens", cell(m.Opens), "closes", cell(m.Closes), "quorum", strconv.Itoa(m.Quorum), "tellers", strings.Join(m.Tellers, " "))
	for _, p := range m.Positions {
		said := p.Said
		if said == "" {
			said = "nothing yet"
		}
		if p.By != "" {
			said += " (by " + p.By + ")"
		}
		if p.Proxy != "" {
			said += " (voice entrusted to " + p.Proxy + ")"
		}
		t.add(p.Party, strings.TrimSpace(said+" "+p.Note))
	}
	if m.Method == "vote" {
		t.add("count", fmt.Sprintf("yes %d, no %d, abstain %d", m.Yes, m.No, m.Abstain))
	}
	for _, r := range m.Remarks {
		t.add(r.Party+" "+r.Kind, strings.TrimSpace(strings.Join(r.Paragraphs, " ")+" "+r.Text))
	}
	for _, r := range m.Refused {
		t.add("without effect", r.Party+" "+r.Kind+": "+strings.ReplaceAll(r.Why, "-", " "))
	}
	if m.Outcome != "" {
		t.add("outcome", m.Outcome)
	}
	for _, s := range m.Signed {
		t.add("signed by "+s.Party, cell(s.At)+" "+s.Act)
	}
	for _, o := range m.Open {
		word := "open to you"
		if o.Two {
			word += "; another person approves it"
		}
		if o.Why != "" {
			word = "not open: " + strings.ReplaceAll(o.Why, "-", " ")
		}
		t.add(o.Kind, word)
	}
	return t
}

func decisionOpen() *command {
	return &command{
		name: "open", args: "DIGEST", min: 1, max: 1, short: "put a version of a text to delegations by consensus, silence or vote",
		long: "DIGEST names the exact version; \"decision text\" shows it as \"stands\". A silence lasts 24 hours at least.",
		example: `landbridge decision open 5be1… --title "Declaration" --method silence --closes 2027-03-01T12:00:00Z --delegation XA --delegation XB` +
			"\nlandbridge decision open 5be1… --title Declaration --method vote --teller XA --teller XF --closes 2027-03-01T12:00:00Z --delegation XA --delegation XB",
		setup: calling(func(fs *flag.FlagSet) work {
			n := client.NewMatter{}
			var parties, tellers list
			fs.StringVar(&n.Title, "title", "", "its `title`")
			fs.StringVar(&n.Subject, "subject", "outcome", "outcome, development, plan, position, joint-action, methodology or procedure")
			fs.StringVar(&n.Method, "method", "consensus", "consensus, silence or vote")
			fs.StringVar(&n.Session, "session", "", "`id` of an edition or session")
			fs.StringVar(&n.Follows, "follows", "", "the `matter` before it, such as a silence that was broken")
			fs.IntVar(&n.Quorum, "quorum", 0, "`delegations` that have to be heard (default: more than half)")
			fs.StringVar(&n.Majority, "majority", "", "of a vote, such as \"at least 2/3 of all\" (default: more than 1/2 of cast)")
			fs.IntVar(&n.Proxies, "proxies", 0, "how many `voices` one delegation may carry for others")
			fs.Var(&parties, "delegation", "a `party` that decides; given for each")
			fs.Var(&tellers, "teller", "makes a vote secret: a `party` that counts it; given for each")
			opens := fs.String("opens", "", "`time` (default: now)")
			closes := fs.String("closes", "", "`time` at which the clock ends")
			return func(ctx context.Context, c *caller) (err error) {
				n.Text, n.Delegations, n.Tellers = c.args[0], parties, tellers
				if n.Closes, err = decisionTime("closes", *closes); err != nil {
					return err
				}
				if *opens != "" {
					if n.Opens, err = decisionTime("opens", *opens); err != nil {
						return err
					}
				}
				return c.done(c.OpenMatter(ctx, n))
			}
		}),
	}
}

func decisionSay() *command {
	return &command{
		name: "say", args: "MATTER WHAT", min: 2, max: 2, short: "say something in a matter in this party's name",
		long: "WHAT is agreed, objected, voted, entrusted, revoked, reserved, dissented or explained. What binds this party\n" +
			"(agreed, voted, entrusted) waits for a second person; an objection is sent at once.",
		example: "landbridge decision say 3f0a… objected --note \"Our capital asks for one more week.\"\nlandbridge decision say 3f0a… voted --choice yes",
		setup: calling(func(fs *flag.FlagSet) work {
			n := client.MatterAct{}
			var paragraphs list
			fs.StringVar(&n.Choice, "choice", "", "of voted: yes, no or abstain")
			fs.StringVar(&n.For, "for", "", "the `party` whose entrusted voice it is")
			fs.StringVar(&n.To, "to", "", "of entrusted: the `party` that shall speak")
			fs.StringVar(&n.Note, "note", "", "the reason, or the reservation, in `words`")
			fs.Var(&paragraphs, "paragraph", "of a reservation: `id` of a paragraph; may be given several times")
			return func(ctx context.Context, c *caller) error {
				n.Matter, n.Kind, n.Paragraphs = c.args[0], c.args[1], paragraphs
				return c.done(c.ActInMatter(ctx, n))
			}
		}),
	}
}

func decisionExtend() *command {
	return &command{
		name: "extend", args: "MATTER", min: 1, max: 1, short: "extend a silence this party keeps, once",
		example: "landbridge decision extend 3f0a… --until 2027-03-08T12:00:00Z --note \"two capitals asked for it\"",
		setup: calling(func(fs *flag.FlagSet) work {
			until := fs.String("until", "", "`time` of the new end")
			note := fs.String("note", "", "why, in `words`")
			return func(ctx context.Context, c *caller) error {
				at, err := decisionTime("until", *until)
				if err != nil {
					return err
				}
				return c.done(c.ActInMatter(ctx, client.MatterAct{Matter: c.args[0], Kind: "extended", Until: &at, Note: *note}))
			}
		}),
	}
}

// decisionKeeper makes the verbs that need a matter and perhaps a few words.
func decisionKeeper(name string) *command {
	kind := map[string]string{"close": "closed", "drop": "dropped", "tally": "tallied", "sign": "signed"}[name]
	short := map[string]string{"close": "close a matter this party keeps: it names every voice there is",
		"drop":  "end a matter this party keeps, with nothing decided",
		"tally": "publish this party's sums of a secret vote in which it is a teller",
		"sign":  "sign the outcome of an adopted matter; a second person approves it"}[name]
	return &command{
		name: name, args: "MATTER", min: 1, max: 1, short: short, example: "landbridge decision " + name + " 3f0a…",
		setup: calling(func(fs *flag.FlagSet) work {
			note := fs.String("note", "", "why, in `words`")
			return func(ctx context.Context, c *caller) error {
				return c.done(c.ActInMatter(ctx, client.MatterAct{Matter: c.args[0], Kind: kind, Note: *note}))
			}
		}),
	}
}

func decisionApprove() *command {
	return &command{
		name: "approve", args: "[PROPOSAL]", max: 1, short: "approve what another person proposed, or list what waits",
		long:    "Your passkey signs the digest of the act. On the command line a software key file signs, where the node takes such keys.",
		example: "landbridge decision approve 01960000-0000-7000-8000-000000000000 --key people/r.hask.softkey",
		setup: calling(func(fs *flag.FlagSet) work {
			file := keyFlag(fs)
			return func(ctx context.Context, c *caller) error {
				if len(c.args) == 0 {
					return c.proposals(ctx)
				}
				name, err := c.keyFile(*file)
				if err != nil {
					return err
				}
				return c.done(approveDecision(ctx, c.Client, c.args[0], name))
			}
		}),
	}
}

func (c *caller) proposals(ctx context.Context) error {
	all, err := c.DecisionProposals(ctx)
	if err != nil {
		return err
	}
	t := &table{head: []string{"proposal", "what", "in", "by", "since", "you"}, wide: true}
	for _, p := range all.Proposals {
		you := "may approve it"
		if !p.CanApprove {
			you = p.Why
		}
		t.add(p.ID, strings.TrimSpace(p.Kind+" "+p.Choice+" "+p.To), p.Title, p.By, p.At, you)
	}
	return c.show(all, t, "Nothing waits for a second person.")
}

// approveDecision signs what the node says the digest of a proposed act is.
func approveDecision(ctx context.Context, c *client.Client, proposal, keyFile string) (client.DecisionDone, error) {
	var none client.DecisionDone
	key, err := readKey(keyFile)
	if err != nil {
		return none, err
	}
	p, err := c.DecisionProposal(ctx, proposal)
	if err != nil {
		return none, err
	}
	if !p.CanApprove {
		return none, notByYou("approve", p.State, p.Why)
	}
	assertion, err := sign(key, p.Challenge)
	if err != nil {
		return none, err
	}
	return c.ApproveDecision(ctx, client.ApproveDecision{Proposal: proposal, Assertion: assertion})
}

func decisionReturn() *command {
	return &command{
		name: "return", args: "PROPOSAL", min: 1, max: 1, short: "give a proposed act back to its author, with the reason",
		example: `landbridge decision return 01960000-0000-7000-8000-000000000000 --reason "We abstain."`,
		setup: calling(func(fs *flag.FlagSet) work {
			reason := fs.String("reason", "", "why, in `words`")
			return func(ctx context.Context, c *caller) error {
				p, err := c.ReturnDecision(ctx, c.args[0], *reason)
				if err != nil {
					return err
				}
				return c.show(p, keyValues("proposal", p.ID, "state", p.State, "reason", p.Reason), "")
			}
		}),
	}
}

func decisionReminders() *command {
	return &command{
		name: "reminders", short: "what this party has to do by its clocks", example: "landbridge decision reminders --days 60",
		setup: calling(func(fs *flag.FlagSet) work {
			days := fs.Int("days", 30, "within so many `days`")
			return func(ctx context.Context, c *caller) error {
				all, err := c.Reminders(ctx, client.ReminderQuery{Days: *days})
				if err != nil {
					return err
				}
				t := &table{head: []string{"by", "what", "title", "about"}, wide: true}
				for _, r := range all.Reminders {
					when := cell(r.At)
					if r.Over {
						when += " (over)"
					}
					t.add(when, r.Kind, r.Title, r.About)
				}
				return c.show(all, t, "Nothing ends within "+duration(time.Duration(*days)*24*time.Hour)+".")
			}
		}),
	}
}
