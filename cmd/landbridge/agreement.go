package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/agreement"
	"landbridge.example/internal/fail"
)

func agreementCommand() *command {
	return &command{
		name: "agreement", short: "the register of instruments, and what the law asks of a request, by article",
		example: "landbridge agreement list --with XB",
		verbs: []*command{agreementList(), agreementShow(), agreementProfile(), agreementImport(), agreementExport(),
			agreementEnter(), agreementReturn(), agreementSend()},
	}
}

// filterFlags are the flags of a search in the register.
func filterFlags(fs *flag.FlagSet) *client.AgreementQuery {
	q := &client.AgreementQuery{}
	fs.StringVar(&q.Text, "text", "", "`words` of title, party, article or text, in any script")
	fs.StringVar(&q.Party, "party", "", "only with this `party`")
	fs.StringVar(&q.With, "with", "", "only with this `party` too")
	fs.StringVar(&q.Subject, "subject", "", "only about this `subject`, such as extradition")
	fs.StringVar(&q.Process, "process", "", "only what covers this `process`")
	fs.StringVar(&q.Status, "status", "", "only what is today in_force, signed, ended or void")
	return q
}

func agreementList() *command {
	return &command{
		name: "list", short: "search the register of instruments", example: "landbridge agreement list --text extradition --status in_force",
		setup: calling(func(fs *flag.FlagSet) work {
			q := filterFlags(fs)
			return func(ctx context.Context, c *caller) error {
				var all client.Agreements
				for {
					page, err := c.Agreements(ctx, *q)
					if err != nil {
						return err
					}
					all.Total, all.Agreements = page.Total, append(all.Agreements, page.Agreements...)
					if q.After = page.Next; q.After == "" {
						break
					}
				}
				tab := &table{head: []string{"instrument", "title", "status", "in force", "parties", "processes"}, wide: true}
				for _, r := range all.Agreements {
					tab.add(r.ID, r.Title, r.Status, r.InForce, strings.Join(r.Parties, " "), strings.Join(r.Processes, " "))
				}
				return c.show(all, tab, "No instrument fits; \"landbridge agreement import FILE\" brings some in.")
			}
		}),
	}
}

func agreementShow() *command {
	return &command{
		name: "show", args: "INSTRUMENT", min: 1, max: 1, short: "show one instrument: dates, parties, terms, history, and what others hold",
		example: "landbridge agreement show untoc-2000",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			return shown(c, instrumentTable)(c.Agreement(ctx, c.args[0]))
		})),
	}
}

func instrumentTable(f client.Agreement) *table {
	i := f.Instrument
	tab := keyValues("instrument", i.ID, "title", i.Title["en"], "status", f.Status, "adopted", strings.TrimSpace(i.Adopted+" "+i.Place), "in force", i.InForce,
		"ended", i.Ended, "registered", i.Registration, "depositary", i.Depositary, "subjects", strings.Join(i.Subjects, ", "), "does not count", i.Void,
		"known by", i.Confidence, "revision", strconv.FormatInt(f.Revision, 10), "digest", f.Digest)
	for _, m := range i.Members {
		line := ""
		for _, d := range [][2]string{{"signed", m.Signed}, {"ratified", m.Ratified}, {"in force", m.InForce}, {"denounced", m.Denounced}} {
			if d[1] != "" {
				line += d[0] + " " + d[1] + "  "
			}
		}
		tab.add("party "+m.Party, strings.TrimSpace(line))
		for _, r := range m.Reservations {
			tab.add("", strings.TrimSpace(r.Kind+" "+r.Made+" ")+" to Art. "+r.Article+": "+r.Text)
		}
	}
	for _, a := range i.Articles {
		tab.add("article "+a.Number, a.Heading)
	}
	for _, t := range i.Terms {
		tab.add("under "+t.Process, "Art. "+t.Article)
	}
	for _, k := range f.Copies {
		tab.add(k.Party+" holds", map[string]string{"same": "the same text", "different": "another text", "absent": "nothing under this id",
			"unasked": "not asked yet"}[k.State])
		for _, d := range k.Differences {
			tab.add("", d.Where+": "+d.Was+" → "+d.Now)
		}
	}
	for _, r := range f.History {
		tab.add(fmt.Sprintf("revision %d", r.Number), fmt.Sprintf("%s by %s, entered by %s: %s", cell(r.At), r.Author, r.Approver, r.Note))
	}
	return tab
}

func agreementProfile() *command {
	return &command{
		name: "profile", args: "PARTY PROCESS", min: 2, max: 2, short: "what the law asks of a request to a party under a process, by article",
		example: "landbridge agreement profile XB information-request",
		setup: calling(func(fs *flag.FlagSet) work {
			from := fs.String("from", "", "the requesting `party` (default: this node's)")
			day := fs.String("day", "", "the `day`, such as 2026-11-22 (default: today)")
			return func(ctx context.Context, c *caller) error {
				p, err := c.LegalProfile(ctx, client.ProfileQuery{From: *from, To: c.args[0], Process: c.args[1], Day: *day})
				if err != nil {
					return err
				}
				tab := &table{head: []string{"what", "value", "from"}, wide: true}
				if !p.OK {
					tab.add("no profile", p.Lacking, "")
				}
				for _, s := range p.Instruments {
					tab.add("instrument "+s.ID, map[bool]string{true: "counts since " + s.Since, false: strings.ReplaceAll(s.Why, "_", " ")}[s.Counts], s.Title)
				}
				for _, r := range p.Rules {
					value := strings.Join(r.Words, ", ")
					if r.Number > 0 {
						value = strconv.Itoa(r.Number)
					}
					tab.add(r.Name, value, strings.Join(r.From, "; "))
				}
				return c.show(p, tab, "")
			}
		}),
	}
}

func agreementImport() *command {
	return &command{
		name: "import", args: "FILE", min: 1, max: 1, short: "read a file of instruments (CSV or JSON) and propose what it changes",
		long: "The report says line by line what is new, changed, the same, or wrong and what to do. With a line that is\n" +
			"wrong nothing is proposed. Another person enters the proposal with \"agreement enter\".",
		example: "landbridge agreement import --dry agreements.csv",
		setup: calling(func(fs *flag.FlagSet) work {
			note := fs.String("note", "", "what changes and why, in `words`")
			dry := fs.Bool("dry", false, "only say what it would change")
			return func(ctx context.Context, c *caller) error {
				text, err := readSmall(c.args[0], agreement.MaxImport)
				if err != nil {
					return err
				}
				if *note == "" {
					*note = "from the file " + filepath.Base(c.args[0])
				}
				r, err := c.ImportAgreements(ctx, client.AgreementImport{Note: *note, Dry: *dry}, text)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"line", "instrument", "is", "what to do"}, wide: true}
				for _, l := range r.Lines {
					tab.add(strconv.Itoa(l.Row), l.ID, l.Kind, l.Text)
				}
				if r.Proposal != "" {
					tab.add("proposal", r.Proposal, "waiting", "another person enters it: landbridge agreement enter "+r.Proposal)
				}
				if err := c.show(r, tab, "The file holds no instrument."); err != nil {
					return err
				}
				if r.Wrong > 0 {
					return fail.New(fail.Invalid, "nothing was proposed: mend the lines that are wrong and send the file again")
				}
				return nil
			}
		}),
	}
}

func agreementExport() *command {
	return &command{
		name: "export", short: "write the register, or what a filter lets through, as a file", example: "landbridge agreement export --format csv > agreements.csv",
		setup: calling(func(fs *flag.FlagSet) work {
			q := filterFlags(fs)
			format := fs.String("format", "json", "json (everything) or csv (parties and dates)")
			return func(ctx context.Context, c *caller) error {
				return c.print(c.AgreementFile(ctx, client.AgreementFile{Format: *format, Text: q.Text, Party: q.Party, With: q.With, Subject: q.Subject,
					Process: q.Process, Status: q.Status}))
			}
		}),
	}
}

func agreementEnter() *command {
	return &command{
		name: "enter", args: "[PROPOSAL]", max: 1, short: "enter a change that another person proposed, or list what waits",
		long:    "Your passkey signs the digest of the change. On the command line a software key file signs, where the node takes such keys.",
		example: "landbridge agreement enter 01960000-0000-7000-8000-000000000000 --key people/a.brehm.softkey",
		setup: calling(func(fs *flag.FlagSet) work {
			file := keyFlag(fs)
			return func(ctx context.Context, c *caller) error {
				if len(c.args) == 0 {
					return listChanges(ctx, c)
				}
				name, err := c.keyFile(*file)
				if err != nil {
					return err
				}
				p, err := enterChange(ctx, c.Client, c.args[0], name)
				if err != nil {
					return err
				}
				return c.show(p, keyValues("proposal", p.ID, "state", p.State, "note", p.Note), "")
			}
		}),
	}
}

func listChanges(ctx context.Context, c *caller) error {
	all, err := c.AgreementProposals(ctx)
	if err != nil {
		return err
	}
	tab := &table{head: []string{"proposal", "by", "instruments", "note", "you"}, wide: true}
	for _, p := range all.Proposals {
		you := "may enter it"
		if !p.CanEnter {
			you = p.Why
		}
		tab.add(p.ID, p.By, strconv.Itoa(len(p.Changes)), p.Note, you)
	}
	return c.show(all, tab, "No change of the register waits.")
}

// enterChange signs what the node says the digest of the change is.
func enterChange(ctx context.Context, c *client.Client, proposal, keyFile string) (client.AgreementProposal, error) {
	var none client.AgreementProposal
	key, err := readKey(keyFile)
	if err != nil {
		return none, err
	}
	p, err := c.AgreementProposal(ctx, proposal)
	if err != nil {
		return none, err
	}
	if !p.CanEnter {
		return none, notByYou("enter", p.State, p.Why)
	}
	assertion, err := sign(key, p.Challenge)
	if err != nil {
		return none, err
	}
	return c.EnterAgreements(ctx, client.EnterAgreement{Proposal: proposal, Role: p.Role, Assertion: assertion})
}

func agreementReturn() *command {
	return &command{
		name: "return", args: "PROPOSAL", min: 1, max: 1, short: "give a change back to its author, with the reason",
		example: `landbridge agreement return 01960000-0000-7000-8000-000000000000 --reason "XB ratified on 12 May."`,
		setup: calling(func(fs *flag.FlagSet) work {
			reason := fs.String("reason", "", "why, in `words`")
			return func(ctx context.Context, c *caller) error {
				p, err := c.ReturnAgreements(ctx, c.args[0], *reason)
				if err != nil {
					return err
				}
				return c.show(p, keyValues("proposal", p.ID, "state", p.State, "reason", p.Reason), "")
			}
		}),
	}
}

func agreementSend() *command {
	return &command{
		name: "send", args: "INSTRUMENT PARTY", min: 2, max: 2, short: "show another party the text this node holds; its node says whether it holds the same",
		example: "landbridge agreement send xa-xb-police-1992 XB",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			f, err := c.ShowAgreement(ctx, c.args[0], c.args[1])
			if err != nil {
				return err
			}
			return c.show(f, keyValues("shown to", c.args[1], "digest", f.Digest, "its answer", "stands in \"landbridge agreement show "+c.args[0]+"\""), "")
		})),
	}
}

// readAgreements reads a file of instruments for a new register. No name, no file.
func readAgreements(name string) ([]*agreement.Instrument, error) {
	if name == "" {
		return nil, nil
	}
	b, err := readSmall(name, agreement.MaxImport)
	if err != nil {
		return nil, err
	}
	r, err := agreement.Read(b, func(...string) (map[string]*agreement.Instrument, error) { return nil, nil })
	if err != nil {
		return nil, err
	}
	for _, l := range r.Lines {
		if l.Kind == "wrong" {
			return nil, fail.New(fail.Invalid, "%s, line %d: %s", filepath.Base(name), l.Row, l.Text)
		}
	}
	return r.Instruments, nil
}
