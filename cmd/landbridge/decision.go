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

func decisionCommand() *command {
	return &command{
		name: "decision", short: "texts with amendments, decisions of delegations, meetings, outcomes and commitments",
		long: "A text is tabled, amended and consolidated; one exact version is put to delegations by consensus, silence\n" +
			"or vote; what is adopted is signed by every node and followed up. What binds this party waits for a second\n" +
			"person: \"landbridge decision approve\".",
		example: "landbridge decision list",
		verbs: slices.Concat(
			[]*command{decisionTexts(), decisionText(), decisionTable(), decisionTranslate(), decisionAmend(), decisionOn(), decisionConsolidate(), decisionCompare()},
			[]*command{decisionList(), decisionShow(), decisionOpen(), decisionSay(), decisionExtend(), decisionKeeper("close"), decisionKeeper("drop"),
				decisionKeeper("tally"), decisionKeeper("sign"), decisionApprove(), decisionReturn()},
			[]*command{decisionOutcomes(), decisionOutcome(), decisionProof(), decisionCommit(), decisionReport(), decisionCommitments(), decisionFollowUp(),
				decisionHistory(), decisionReminders()},
			[]*command{decisionMeetings(), decisionMeeting(), decisionSaveMeeting(), decisionFloor(), decisionAsk()}),
	}
}

// done prints what came of an act.
func (c *caller) done(d client.DecisionDone, err error) error {
	if err != nil {
		return err
	}
	t := keyValues("text", d.Draft, "matter", d.Matter, "act", d.Act, "proposal", d.Proposal)
	if d.Proposal != "" {
		t.add("next", "another person: landbridge decision approve "+d.Proposal)
	}
	return c.show(d, t, "")
}

func decisionTexts() *command {
	return &command{
		name: "texts", short: "list the texts under negotiation", example: "landbridge decision texts",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.Texts(ctx)
			if err != nil {
				return err
			}
			t := &table{head: []string{"text", "title", "kept by", "versions", "amendments", "languages", "changed"}, wide: true}
			for _, x := range all.Texts {
				t.add(x.Draft, x.Title, x.Keeper, strconv.Itoa(x.Versions), strconv.Itoa(x.Standing), strings.Join(x.Languages, " "), x.Changed)
			}
			return c.show(all, t, "No text was tabled yet: landbridge decision table FILE.")
		})),
	}
}

func decisionText() *command {
	return &command{
		name: "text", args: "TEXT", min: 1, max: 1, short: "show a text with its paragraphs and amendments",
		long:    "With --plain it is written in the form that \"decision amend\" reads: change it, and the difference is your amendment.",
		example: "landbridge decision text 1d0c… --plain > declaration.txt",
		setup: calling(func(fs *flag.FlagSet) work {
			plain := fs.Bool("plain", false, "write the paragraphs as people edit them")
			return func(ctx context.Context, c *caller) error {
				d, err := c.Text(ctx, c.args[0])
				if err != nil {
					return err
				}
				if *plain {
					_, err := fmt.Fprintln(c.a.out, kernelText(d.Text).Plain())
					return err
				}
				t := keyValues("text", d.Draft, "title", d.Title, "kept by", d.Keeper, "stands", d.Newest, "versions", strconv.Itoa(d.Versions),
					"languages", strings.Join(d.Languages, " "))
				for _, p := range d.Text.Paragraphs {
					t.add("{"+p.ID+"} "+p.Number, p.Words)
				}
				for _, x := range d.Amendments {
					t.add("amendment "+x.By, fmt.Sprintf("%s, %s; for: %s; against: %s; %s", x.Act, x.State, orNone(x.Support), orNone(x.Oppose), x.Reason))
					for _, ch := range x.Changes {
						t.add("", strings.TrimSpace(ch.Op+" "+ch.At+" "+ch.Words))
					}
				}
				for _, x := range d.Conflicts {
					if x.Excludes {
						t.add("exclude each other", "two amendments at "+x.At+" ("+x.Kind+")")
					}
				}
				return c.show(d, t, "")
			}
		}),
	}
}

func kernelText(t client.NegotiatedText) *kernel.Text {
	out := &kernel.Text{ID: t.ID, Language: t.Language, Title: t.Title}
	for _, p := range t.Paragraphs {
		out.Paragraphs = append(out.Paragraphs, kernel.Paragraph{ID: p.ID, Level: p.Level, Body: p.Words})
	}
	return out
}

// readParagraphs reads a file of paragraphs, or standard input for "-".
func readParagraphs(a *app, name string) ([]client.TextParagraph, error) {
	b, err := readInput(a, name, 2*kernel.MaxText)
	if err != nil {
		return nil, err
	}
	all, err := kernel.ReadPlain(string(b))
	if err != nil {
		return nil, fail.New(fail.Invalid, "%s: %v", name, err)
	}
	var out []client.TextParagraph
	for _, p := range all {
		out = append(out, client.TextParagraph{ID: p.ID, Level: p.Level, Words: p.Body})
	}
	return out, nil
}

const plainHelp = "FILE holds paragraphs with a blank line between them: \"# \" begins a heading, \"1. \", \"1.1 \" a numbered paragraph.\n" +
	"Ids stand in braces: \"{p3} 1. The words\"; a paragraph without one is new. - is standard input.\n"

func decisionTable() *command {
	return &command{
		name: "table", args: "FILE", min: 1, max: 1, short: "table a text: this party then keeps it", long: plainHelp,
		example: `landbridge decision table declaration.txt --id corridor-declaration --title "Declaration on safe corridors"`,
		setup: calling(func(fs *flag.FlagSet) work {
			n := client.NegotiatedText{}
			fs.StringVar(&n.ID, "id", "", "`id` of the text in all versions and languages")
			fs.StringVar(&n.Title, "title", "", "its `title`")
			fs.StringVar(&n.Language, "language", "en", "its `language`")
			return func(ctx context.Context, c *caller) (err error) {
				if n.Paragraphs, err = readParagraphs(c.a, c.args[0]); err != nil {
					return err
				}
				return c.done(c.TableText(ctx, n))
			}
		}),
	}
}

func decisionTranslate() *command {
	return &command{
		name: "translate", args: "TEXT FILE", min: 2, max: 2, short: "publish a translation of the version that stands", long: plainHelp +
			"The paragraphs are those of the original, in its order.",
		example: `landbridge decision translate 1d0c… declaration.fr.txt --language fr --title "Déclaration sur les corridors sûrs"`,
		setup: calling(func(fs *flag.FlagSet) work {
			n := client.TextTranslation{}
			fs.StringVar(&n.Text.Title, "title", "", "its `title` in that language")
			fs.StringVar(&n.Text.Language, "language", "", "its `language`")
			return func(ctx context.Context, c *caller) (err error) {
				n.Draft = c.args[0]
				if n.Text.Paragraphs, err = readParagraphs(c.a, c.args[1]); err != nil {
					return err
				}
				return c.done(c.TranslateText(ctx, n))
			}
		}),
	}
}

func decisionAmend() *command {
	return &command{
		name: "amend", args: "TEXT FILE", min: 2, max: 2, short: "propose an amendment: the whole text as you want it", long: plainHelp +
			"\"decision text TEXT --plain\" writes the text that stands; what you change is the amendment.",
		example: `landbridge decision amend 1d0c… declaration.txt --reason "A week is too long for a missing child."`,
		setup: calling(func(fs *flag.FlagSet) work {
			n := client.NewAmendment{}
			fs.StringVar(&n.Reason, "reason", "", "why, in `words`")
			fs.StringVar(&n.Base, "base", "", "`digest` of the version the file was made from; refused when another stands by now")
			return func(ctx context.Context, c *caller) (err error) {
				n.Draft = c.args[0]
				if n.Paragraphs, err = readParagraphs(c.a, c.args[1]); err != nil {
					return err
				}
				return c.done(c.AmendText(ctx, n))
			}
		}),
	}
}

func decisionOn() *command {
	return &command{
		name: "on", args: "TEXT AMENDMENT WHAT", min: 3, max: 3, short: "support, oppose or withdraw an amendment", long: "WHAT is supported, opposed or withdrew.",
		example: "landbridge decision on 1d0c… 77ab… supported",
		setup: calling(func(fs *flag.FlagSet) work {
			note := fs.String("note", "", "a few `words`")
			return func(ctx context.Context, c *caller) error {
				return c.done(c.OnAmendment(ctx, client.OnAmendment{Draft: c.args[0], Amendment: c.args[1], Kind: c.args[2], Note: *note}))
			}
		}),
	}
}

func decisionConsolidate() *command {
	return &command{
		name: "consolidate", args: "TEXT AMENDMENT...", min: 2, max: 500, short: "make the next version of a text this party keeps",
		example: "landbridge decision consolidate 1d0c… 77ab… 90fe…",
		setup: calling(func(fs *flag.FlagSet) work {
			note := fs.String("note", "", "a few `words`")
			return func(ctx context.Context, c *caller) error {
				return c.done(c.ConsolidateText(ctx, client.Consolidation{Draft: c.args[0], Amendments: c.args[1:], Note: *note}))
			}
		}),
	}
}

func decisionCompare() *command {
	return &command{
		name: "compare", args: "TEXT", min: 1, max: 1, short: "show what differs between two versions, or what an amendment changes",
		example: "landbridge decision compare 1d0c… --from 5be1… --to 77ab…",
		setup: calling(func(fs *flag.FlagSet) work {
			from := fs.String("from", "", "`digest` of a version, or of an amendment's act (default: the first version)")
			to := fs.String("to", "", "the same (default: the version that stands)")
			all := fs.Bool("all", false, "paragraphs that stay, too")
			return func(ctx context.Context, c *caller) error {
				v, err := c.CompareText(ctx, client.TextComparison{Draft: c.args[0], From: *from, To: *to})
				if err != nil {
					return err
				}
				t := &table{head: []string{"", "paragraph", "was", "is"}, wide: true}
				for _, l := range v.Lines {
					if mark := map[string]string{"replace": "~", "insert": "+", "delete": "−"}[l.Op]; mark != "" || *all {
						t.add(mark, l.ID, strings.TrimSpace(l.WasNumber+" "+l.Was), strings.TrimSpace(l.NowNumber+" "+l.Now))
					}
				}
				return c.show(v, t, "The two say the same.")
			}
		}),
	}
}

// decisionTime reads a time as people give it.
func decisionTime(name, s string) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fail.New(fail.Invalid, "--%s is a time such as 2027-03-01T09:00:00Z", name)
}

// saveText writes text to a file, or to standard output when there is no name.
func (c *caller) saveText(name, text string) error {
	if name == "" {
		_, err := fmt.Fprint(c.a.out, text)
		return err
	}
	if err := writePublic(name, text); err != nil {
		return err
	}
	return c.show(map[string]string{"file": name}, keyValues("written", name), "")
}
