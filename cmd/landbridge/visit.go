package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/party"
	"landbridge.example/internal/visit"
)

func visitCommand() *command {
	return &command{
		name: "visit", short: "records of high-level visits, exchanges of letters and working groups, agreed between parties",
		example: "landbridge visit list",
		verbs:   []*command{visitList(), visitShow(), visitPropose(), visitCorrect(), visitSay(), visitFile(), visitVerify()},
	}
}

func visitList() *command {
	return &command{
		name: "list", short: "list records, what changed last first", example: "landbridge visit list --kind group",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.VisitQuery{}
			fs.StringVar(&q.Kind, "kind", "", "only visit, letter or group")
			fs.StringVar(&q.Status, "status", "", "only proposed, agreed, declined or withdrawn")
			return func(ctx context.Context, c *caller) error {
				all, err := c.Visits(ctx, q)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"record", "kind", "title", "parties", "status", "public"}, wide: true}
				for _, r := range all.Records {
					v := r.Versions[len(r.Versions)-1]
					status := r.Status
					if r.Waits {
						status += ", waits for you"
					}
					public := ""
					if r.Public != "" {
						public = "public"
					}
					tab.add(r.Record, r.Kind, v.Content.Title, strings.Join(v.Content.Parties, " "), status, public)
				}
				return c.show(all, tab, "There is no record yet; \"landbridge visit propose FILE\" begins one.")
			}
		}),
	}
}

func visitShow() *command {
	return &command{
		name: "show", args: "RECORD", min: 1, max: 1, short: "show one record: its newest version and what each party says",
		example: "landbridge visit show 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return shown(c, visitTable)(c.Visit(ctx, c.args[0])) })),
	}
}

func visitTable(r client.VisitRecord) *table {
	v := r.Versions[0]
	for _, x := range r.Versions {
		if x.Version == r.Newest {
			v = x
		}
	}
	c := v.Content
	tab := keyValues("record", r.Record, "kind", r.Kind, "title", c.Title, "parties", strings.Join(c.Parties, " "), "status", r.Status,
		"version", fmt.Sprintf("%d by %s, %s", v.Number, v.By, v.Version))
	if r.KeptUntil != nil {
		tab.add("kept until", *r.KeptUntil)
	}
	switch {
	case c.Visit != nil:
		tab.add("when", c.Visit.First+" to "+c.Visit.Last+" ("+c.Visit.Zone+")")
		tab.add("where", c.Visit.Place+", host "+c.Visit.Host+", level "+strings.ReplaceAll(c.Visit.Level, "_", " "))
		if c.Visit.CalledOff != "" {
			tab.add("called off", c.Visit.CalledOff)
		}
		for _, i := range c.Visit.Agenda {
			tab.add("agenda", strings.TrimPrefix(cell(i.Start)+" "+i.Title, "- "))
		}
	case c.Letter != nil:
		tab.add("letter", c.Letter.Sent+" from "+c.Letter.From+" to "+strings.Join(c.Letter.To, " ")+" "+c.Letter.Reference)
		if c.Letter.Answers != "" {
			tab.add("answers", c.Letter.Answers)
		}
	case c.Group != nil:
		tab.add("mandate", c.Group.Mandate)
		tab.add("since", strings.TrimSpace(c.Group.Founded+" chair "+c.Group.Chair))
		for _, m := range c.Group.Meetings {
			tab.add("met "+m.Day, strings.TrimSpace(m.Title+" "+m.Place+" "+strings.Join(m.Results, "; ")))
		}
	}
	for _, s := range c.People {
		tab.add("takes part", s.Party+" "+s.Office+" ("+s.Role+")")
	}
	for _, x := range c.Results {
		tab.add("result", x)
	}
	for _, d := range c.Documents {
		tab.add("document", d.Title+" "+d.Digest+" "+d.Link)
	}
	for _, x := range v.Voices {
		word := x.Kind
		if word == "" {
			word = "has not answered"
		}
		if x.Released {
			word += ", released it to the public"
		}
		tab.add(x.Party, strings.TrimSpace(word+" "+x.Note))
	}
	for _, id := range r.Answered {
		tab.add("answered by", id)
	}
	return tab
}

const visitFileHelp = `FILE holds the record as YAML or JSON, with the field names of "landbridge visit show --json" under content:

  kind: visit
  language: en
  title: Visit of the Minister of the Interior
  parties: [XA, XB]
  visit: {host: XB, level: minister, place: Harbour City, zone: Europe/Helsinki, first: "2026-11-24", last: "2026-11-25",
          agenda: [{start: "2026-11-24T07:30:00Z", title: Talks}]}
  people: [{party: XA, office: Minister of the Interior, role: head}]`

func visitPropose() *command {
	return &command{
		name: "propose", args: "FILE", min: 1, max: 1, short: "propose a record to its other parties", long: visitFileHelp,
		example: "landbridge visit propose visit.yaml",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			t := &target{}
			t.flags(fs)
			return func(ctx context.Context, a *app, args []string) error {
				content := client.VisitContent{}
				if err := readPlain(args[0], &content); err != nil {
					return err
				}
				c, err := t.client(a)
				if err != nil {
					return err
				}
				r, err := c.ProposeVisit(ctx, content)
				if err != nil {
					return explain(a, err)
				}
				return show(a.out, t.json, r, visitTable(r), "")
			}
		},
	}
}

func visitCorrect() *command {
	return &command{
		name: "correct", args: "RECORD FILE", min: 2, max: 2, short: "propose the next version of a record: a correction, or its results", long: visitFileHelp,
		example: "landbridge visit correct 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f visit.yaml --note results",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			t := &target{}
			t.flags(fs)
			in := client.VisitCorrection{}
			fs.StringVar(&in.Note, "note", "", "`what` was corrected, and why")
			fs.StringVar(&in.Seen, "seen", "", "the `version` you corrected (default: the newest)")
			return func(ctx context.Context, a *app, args []string) error {
				if err := readPlain(args[1], &in.Content); err != nil {
					return err
				}
				c, err := t.client(a)
				if err != nil {
					return err
				}
				in.Record = args[0]
				if in.Seen == "" {
					r, err := c.Visit(ctx, in.Record)
					if err != nil {
						return explain(a, err)
					}
					in.Seen = r.Newest
				}
				r, err := c.CorrectVisit(ctx, in)
				if err != nil {
					return explain(a, err)
				}
				return show(a.out, t.json, r, visitTable(r), "")
			}
		},
	}
}

func visitSay() *command {
	return &command{
		name: "say", args: "RECORD agreed|declined|withdrawn|released|withheld", min: 2, max: 2,
		short:   "agree to the newest version, decline or withdraw it; release what all agreed to, or withhold it again",
		example: "landbridge visit say 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f agreed",
		setup: calling(func(fs *flag.FlagSet) work {
			in := client.VisitSaying{}
			fs.StringVar(&in.Note, "note", "", "a `word` with it; of declined: the reason")
			fs.StringVar(&in.Version, "version", "", "another `version` than the newest")
			return func(ctx context.Context, c *caller) error {
				in.Record, in.Kind = c.args[0], c.args[1]
				return shown(c, visitTable)(c.SayOnVisit(ctx, in))
			}
		}),
	}
}

func visitFile() *command {
	return &command{
		name: "file", args: "RECORD", min: 1, max: 1, short: "write everything said about a record, signed",
		example: "landbridge visit file 0196f3c2-7d1e-7000-8000-3a1b2c3d4e5f > record.txt",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return c.print(c.VisitFile(ctx, c.args[0])) })),
	}
}

func visitVerify() *command {
	return &command{
		name: "verify", args: "FILE", min: 1, max: 1, short: "check the signatures of a record's statements, without a node",
		long:    "FILE is what \"landbridge visit file\" or the public page gives; the directory file is that of \"landbridge party export --all\".",
		example: "landbridge visit verify record.txt --directory directory.txt",
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			directory := fs.String("directory", "", "`file` with the directory")
			return func(_ context.Context, a *app, args []string) error {
				if *directory == "" {
					return fail.New(fail.Invalid, "say --directory with the directory file: it holds the keys")
				}
				return verifyVisit(a, args[0], *directory)
			}
		},
	}
}

func verifyVisit(a *app, name, directory string) error {
	text, err := readSmall(directory, maxStatementFile)
	if err != nil {
		return err
	}
	view, err := party.ParseFile(text, landbridge.Digest{})
	if err != nil {
		return err
	}
	b, err := readSmall(name, visit.MaxStatements*visit.MaxBody)
	if err != nil {
		return err
	}
	said, err := visit.ParseEvidence(b)
	if err != nil {
		return err
	}
	for _, st := range said {
		if err := visit.Verify(view, st); err != nil {
			fmt.Fprintf(a.out, "%s of %s on %s: %s\n", st.Kind, cell(string(st.Party)), cell(st.Made), fail.Safe(err))
			return errNotHolding
		}
		fmt.Fprintf(a.out, "%s %s on %s: holds\n", cell(string(st.Party)), st.Kind, cell(st.Made))
	}
	s := visit.Fold(said)
	if s == nil {
		fmt.Fprintln(a.out, "The signatures hold. The file does not hold the beginning of the record, so how it stands cannot be said.")
		return nil
	}
	fmt.Fprintf(a.out, "%s: %s\n", cell(s.Newest.Content.Title), s.Newest.Status)
	fmt.Fprintf(a.out, "Keys: directory at position %d, founding %s\n", view.Position(), view.Founding())
	return nil
}
