package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

func mechanismCommand() *command {
	return &command{
		name: "mechanism", short: "the standing groups of parties: members, contact points, shared calendar",
		example: "landbridge mechanism list",
		verbs:   []*command{mechanismList(), mechanismShow(), mechanismCalendar(), mechanismSay()},
	}
}

func mechanismList() *command {
	return &command{
		name: "list", short: "list the platforms and mechanisms, and who takes part", example: "landbridge mechanism list",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.Mechanisms(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"mechanism", "name", "kind", "since", "members", "this party"}, wide: true}
			for _, m := range all.Mechanisms {
				in := ""
				if m.In {
					in = "member"
				}
				tab.add(m.ID, m.Name, m.Kind, fmt.Sprint(m.Founded), memberCodes(m), in)
			}
			return c.show(all, tab, "")
		})),
	}
}

func memberCodes(m client.Mechanism) string {
	var all []string
	for _, x := range m.Members {
		if x.In {
			all = append(all, x.Party)
		}
	}
	return strings.Join(all, " ")
}

func mechanismShow() *command {
	return &command{
		name: "show", args: "MECHANISM", min: 1, max: 1, short: "show one group: members, processes, calendar", example: "landbridge mechanism show pipeline",
		setup: calling(flagless(func(ctx context.Context, c *caller) error { return shown(c, groupTable)(c.Mechanism(ctx, c.args[0])) })),
	}
}

func groupTable(m client.Mechanism) *table {
	tab := keyValues("mechanism", m.ID, "name", m.Name, "purpose", m.Purpose, "since", fmt.Sprint(m.Founded), "meets", m.Rhythm,
		"processes", strings.Join(m.Processes, ", "))
	for _, x := range m.Members {
		word := "member"
		if !x.In {
			word = "left"
		}
		tab.add(x.Party, strings.TrimSpace(word+" since "+cell(x.Since)+" "+x.Desk+" "+x.Note))
	}
	for _, e := range m.Calendar {
		tab.add(cell(e.Start), e.Title+", "+e.Status+" (by "+e.By+", "+e.ID+")")
		for _, x := range e.Answers {
			if x.Kind != "" {
				tab.add("", strings.TrimSpace(x.Party+" "+x.Kind+" "+x.Note))
			}
		}
	}
	return tab
}

func mechanismCalendar() *command {
	return &command{
		name: "calendar", args: "MECHANISM", min: 1, max: 1, short: "write a group's calendar as iCalendar",
		example: "landbridge mechanism calendar pipeline > pipeline.ics",
		setup:   calling(flagless(func(ctx context.Context, c *caller) error { return c.print(c.MechanismCalendar(ctx, c.args[0])) })),
	}
}

func mechanismSay() *command {
	return &command{
		name: "say", args: "MECHANISM WHAT", min: 2, max: 2, short: "join or leave a group, put an entry into its calendar, or answer one",
		long:    "WHAT is joined, left, scheduled, agreed, declined or cancelled. It is said in this party's name and signed by its node.",
		example: `landbridge mechanism say pipeline scheduled --title "Yearly meeting" --start 2027-03-01T09:00:00Z --end 2027-03-02T16:00:00Z`,
		setup: calling(func(fs *flag.FlagSet) work {
			s := client.GroupSaying{}
			fs.StringVar(&s.Desk, "desk", "", "joined: `id` of the contact point that serves the group")
			fs.StringVar(&s.Note, "note", "", "a few `words`")
			fs.StringVar(&s.Of, "of", "", "agreed, declined, cancelled: `id` of the entry")
			fs.StringVar(&s.Title, "title", "", "scheduled: `title` of the entry")
			fs.StringVar(&s.Place, "place", "", "scheduled: `place`")
			start := fs.String("start", "", "scheduled: `time`, such as 2027-03-01T09:00:00Z")
			end := fs.String("end", "", "scheduled: `time` of the end")
			return func(ctx context.Context, c *caller) error {
				s.Mechanism, s.Kind = c.args[0], c.args[1]
				for name, v := range map[string]struct {
					text string
					into **time.Time
				}{"start": {*start, &s.Start}, "end": {*end, &s.End}} {
					if v.text == "" {
						continue
					}
					at, err := time.Parse(time.RFC3339, v.text)
					if err != nil {
						return fail.New(fail.Invalid, "--%s is a time such as 2027-03-01T09:00:00Z", name)
					}
					*v.into = &at
				}
				return shown(c, groupTable)(c.SayInMechanism(ctx, s))
			}
		}),
	}
}

func partyContacts() *command {
	return &command{
		name: "contacts", args: "[PARTY]", max: 1, short: "list contact points and who is there now, or write them as vCards",
		long:    "Whether somebody is there is computed from the hours the party publishes, in its own time zone; holidays are not in them.",
		example: "landbridge party contacts --process extradition --duty\nlandbridge party contacts XB --vcard > xb.vcf",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.ContactQuery{}
			fs.StringVar(&q.Process, "process", "", "who works under this `process`")
			fs.StringVar(&q.Function, "function", "", "such as directors_liaison or duty_desk")
			fs.StringVar(&q.Language, "language", "", "who speaks this `language`")
			fs.BoolVar(&q.Duty, "duty", false, "only where somebody is there now")
			vcard := fs.Bool("vcard", false, "write vCard 4.0")
			return func(ctx context.Context, c *caller) error {
				q.Party = strings.Join(c.args, "")
				if *vcard {
					return c.print(c.ContactCards(ctx, q))
				}
				all, err := c.Contacts(ctx, q)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"party", "contact point", "there now", "phone", "languages", "for"}, wide: true}
				for _, o := range all.Contacts {
					tab.add(o.Party, o.Name, presence(o), o.Phone, strings.Join(o.Languages, " "), strings.Join(o.Processes, " "))
				}
				return c.show(all, tab, "No contact point fits.")
			}
		}),
	}
}

func presence(o client.Office) string {
	switch p := o.Present; {
	case p == nil:
		return "not known; " + o.Hours
	case p.Now && p.Until == nil:
		return "yes, day and night"
	case p.Now:
		return "yes, until " + cell(*p.Until)
	case p.Until == nil:
		return "no"
	default:
		return "no, from " + cell(*p.Until)
	}
}
