package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

func delegationCommand() *command {
	return &command{
		name: "delegation", short: "who comes to an edition of the forum: delegations, nominations, badges, doors",
		long: "The secretariat opens an edition, invites delegations and admits people. A party nominates on its own node;\n" +
			"others are given a link. Badges are checked at the doors without network, and what doors noted is merged.",
		example: "landbridge delegation list 2026",
		verbs: []*command{delegationEditions(), delegationEdition(), delegationList(), delegationInvite(), delegationResize(), delegationLink(),
			delegationNominate(), delegationPeople(), delegationShow(), delegationApprove(), delegationRefuse(), delegationConfirm(), delegationReturn(),
			guestStep("withdraw", "take a person back; a badge of theirs is revoked", (*client.Client).WithdrawGuest),
			guestStep("reissue", "revoke a lost badge and give another", (*client.Client).ReissueBadge),
			delegationForget(), delegationExport(), delegationLetter(), delegationCheck(), delegationBadge(), delegationDoor(), delegationScans()},
	}
}

func counts(m map[string]int) string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, fmt.Sprintf("%d %s", m[k], k))
	}
	return strings.Join(all, ", ")
}

func delegationEditions() *command {
	return &command{
		name: "editions", short: "list the editions that are open for delegations", example: "landbridge delegation editions",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.DelegationEditions(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"edition", "title", "from", "to", "nominations close", "run by", "delegations", "people"}, wide: true}
			for _, e := range all.Editions {
				tab.add(e.ID, e.Title, e.Starts, e.Ends, e.Closes, e.Party, e.Groups, counts(e.People))
			}
			return c.show(all, tab, "No edition is open for delegations.")
		})),
	}
}

func delegationEdition() *command {
	return &command{
		name: "edition", args: "EDITION", min: 1, max: 1, short: "open an edition for delegations, or change its deadlines",
		long: "Title, place and days come from the programme if this node's forum knows the edition; then --title, " +
			"--place, --zone, --starts and --ends are not needed.",
		example: `landbridge delegation edition 2026 --host "Forum Secretariat" --closes 2026-08-01T00:00:00Z --keep-days 30`,
		setup: calling(func(fs *flag.FlagSet) work {
			s := client.SetDelegationEdition{}
			var starts, ends, closes string
			fs.StringVar(&s.Title, "title", "", "`title`, in Latin letters")
			fs.StringVar(&s.Place, "place", "", "`place`, in Latin letters")
			fs.StringVar(&s.Host, "host", "", "who signs the letters, as it is to stand in them")
			fs.StringVar(&s.Zone, "zone", "", "IANA `name` of the time zone, such as Asia/Shanghai (default UTC)")
			fs.StringVar(&starts, "starts", "", "`time`, such as 2026-09-16T00:00:00Z")
			fs.StringVar(&ends, "ends", "", "`time` of the end")
			fs.StringVar(&closes, "closes", "", "`time` at which nominations close")
			fs.IntVar(&s.KeepDays, "keep-days", 30, "`days` after the end; then data on people are erased")
			return func(ctx context.Context, c *caller) error {
				s.Edition = c.args[0]
				for _, v := range []struct {
					name, text string
					into       *time.Time
				}{{"starts", starts, &s.Starts}, {"ends", ends, &s.Ends}, {"closes", closes, &s.Closes}} {
					if v.text == "" {
						continue
					}
					at, err := time.Parse(time.RFC3339, v.text)
					if err != nil {
						return fail.New(fail.Invalid, "--%s is a time such as 2026-09-16T00:00:00Z", v.name)
					}
					*v.into = at
				}
				e, err := c.SetDelegationEdition(ctx, s)
				if err != nil {
					return err
				}
				return c.show(e, keyValues("edition", e.ID, "title", e.Title, "place", e.Place, "host", e.Host, "from", cell(e.Starts), "to", cell(e.Ends),
					"nominations close", cell(e.Closes), "data are kept", fmt.Sprintf("%d days", e.KeepDays)), "")
			}
		}),
	}
}

func delegationList() *command {
	return &command{
		name: "list", args: "EDITION", min: 1, max: 1,
		short: "list the delegations of an edition", example: "landbridge delegation list 2026",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.Delegations(ctx, c.args[0])
			if err != nil {
				return err
			}
			tab := &table{head: []string{"delegation", "name", "kind", "nominated by", "members", "observers", "people"}, wide: true}
			for _, d := range all.Delegations {
				by := d.Party
				if by == "" && d.LinkUntil != nil {
					by = "link until " + cell(*d.LinkUntil)
				}
				tab.add(d.ID, d.Name, d.Kind, by, d.Members, d.Observers, counts(d.People))
			}
			return c.show(all, tab, "There is no delegation yet; invite one with \"landbridge delegation invite\".")
		})),
	}
}

func delegationTable(d client.Delegation) *table {
	tab := keyValues("delegation", d.ID, "edition", d.Edition, "name", d.Name, "kind", d.Kind, "nominated by", d.Party, "members", fmt.Sprint(d.Members),
		"observers", fmt.Sprint(d.Observers), "people", counts(d.People))
	if d.LinkUntil != nil {
		tab.add("link until", cell(*d.LinkUntil))
	}
	return tab
}

func delegationInvite() *command {
	return &command{
		name: "invite", args: "EDITION NAME", min: 2, max: 2, short: "open a delegation with its quota; a party's node is told",
		example: "landbridge delegation invite 2026 Azuria --kind party --party XA --members 8 --observers 4",
		setup: calling(func(fs *flag.FlagSet) work {
			n := client.NewDelegation{}
			fs.StringVar(&n.Kind, "kind", "party", "party, organisation, ngo, scholar, industry or media")
			fs.StringVar(&n.Party, "party", "", "`code` of the party whose node nominates")
			fs.IntVar(&n.Members, "members", 0, "`seats` beside the head; deputies sit on them")
			fs.IntVar(&n.Observers, "observers", 0, "`seats` of observers")
			return func(ctx context.Context, c *caller) error {
				n.Edition, n.Name = c.args[0], c.args[1]
				return shown(c, delegationTable)(c.NewDelegation(ctx, n))
			}
		}),
	}
}

func delegationResize() *command {
	return &command{
		name: "resize", args: "DELEGATION", min: 1, max: 1, short: "change how many may come; who was approved stays",
		example: "landbridge delegation resize 0190… --members 12 --observers 2",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.DelegationQuota{}
			fs.IntVar(&q.Members, "members", 0, "`seats` beside the head (default: as many as now)")
			fs.IntVar(&q.Observers, "observers", 0, "`seats` of observers (default: as many as now)")
			return func(ctx context.Context, c *caller) error {
				given := map[string]bool{}
				fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
				if !given["members"] && !given["observers"] {
					return fail.New(fail.Invalid, "say how many may come: --members, --observers or both")
				}
				now, err := c.Delegation(ctx, c.args[0])
				if err != nil {
					return err
				}
				if q.Delegation = c.args[0]; !given["members"] {
					q.Members = now.Members
				}
				if !given["observers"] {
					q.Observers = now.Observers
				}
				return shown(c, delegationTable)(c.ResizeDelegation(ctx, q))
			}
		}),
	}
}

func delegationLink() *command {
	return &command{
		name: "link", args: "DELEGATION", min: 1, max: 1,
		short: "make a secret with which a focal point without an account nominates once",
		long: "The secret is told once and kept nowhere. One that was given before no longer works. It is typed " +
			"into the page that is named; it stands in no address.",
		example: "landbridge delegation link 0190… --days 14",
		setup: calling(func(fs *flag.FlagSet) work {
			days := 14
			fs.IntVar(&days, "days", 14, "how many `days` it works, 1 to 60")
			return func(ctx context.Context, c *caller) error {
				l, err := c.NewDelegationLink(ctx, client.NewLink{Delegation: c.args[0], Days: days})
				if err != nil {
					return err
				}
				return c.show(l, keyValues("page", c.Base()+l.Page, "secret", l.Secret, "until", cell(l.Until)), "")
			}
		}),
	}
}

const maxTableFile = 1 << 20

func delegationNominate() *command {
	return &command{
		name: "nominate", args: "DELEGATION [NAME]", min: 1, max: 2, short: "nominate one person, or many from a CSV table",
		long: "NAME is in Latin letters, as in the passport. A table has the columns part, latin, name, title, nation, email, lang, born, passport,\n" +
			"expires, mission in any order; part and latin are needed, the last four only for a letter for the visa. Either every row is entered or none,\n" +
			"and the report says what is wrong with which.",
		example: "landbridge delegation nominate 0190… \"Mara Ilven\" --part head --title Director\nlandbridge delegation nominate 0190… --csv people.csv --check",
		setup: calling(func(fs *flag.FlagSet) work {
			var file string
			var check bool
			g := client.GuestPerson{}
			v := client.GuestVisa{}
			fs.StringVar(&file, "csv", "", "`file` with a table of people")
			fs.BoolVar(&check, "check", false, "with --csv: only say what is wrong; enter nobody")
			fs.StringVar(&g.Part, "part", "member", "head, deputy, member or observer")
			fs.StringVar(&g.Name, "name", "", "`name` in its own script")
			fs.StringVar(&g.Title, "title", "", "`function`")
			fs.StringVar(&g.Nation, "nation", "", "`country` of the passport, two letters")
			fs.StringVar(&g.Email, "email", "", "mail `address`")
			fs.StringVar(&g.Lang, "lang", "", "`language` they wish to be spoken to in")
			fs.StringVar(&v.Born, "born", "", "for a visa letter: `day` of birth, such as 1990-05-31")
			fs.StringVar(&v.Passport, "passport", "", "for a visa letter: `number`")
			fs.StringVar(&v.Expires, "expires", "", "for a visa letter: `day` the passport ends")
			fs.StringVar(&v.Mission, "mission", "", "for a visa letter: the `consulate`")
			return func(ctx context.Context, c *caller) error {
				if (file == "") != (len(c.args) == 2) || check && file == "" {
					return fail.New(fail.Invalid, "say either the name of one person, or --csv with a table")
				}
				rep, err := nominated(ctx, c.Client, c.args, file, check, g, v)
				if err != nil {
					return err
				}
				return reportNomination(c, rep, check)
			}
		}),
	}
}

func nominated(ctx context.Context, node *client.Client, args []string, file string, check bool,
	g client.GuestPerson, v client.GuestVisa) (client.NominationReport, error) {
	if file != "" {
		b, err := readSmall(file, maxTableFile)
		if err != nil {
			return client.NominationReport{}, err
		}
		return node.NominateTable(ctx, client.NominationTable{Delegation: args[0], Check: check}, strings.NewReader(string(b)))
	}
	g.Latin = args[1]
	if v != (client.GuestVisa{}) {
		g.Visa = &v
	}
	return node.Nominate(ctx, client.Nomination{Delegation: args[0], People: []client.GuestPerson{g}})
}

func reportNomination(c *caller, rep client.NominationReport, check bool) error {
	tab := &table{head: []string{"row", "name", "what is wrong"}, wide: true}
	for _, p := range rep.Problems {
		tab.add(p.Row, p.Name, p.Text)
	}
	done := fmt.Sprintf("%d people were nominated.", len(rep.Entered))
	if check {
		done = fmt.Sprintf("All %d rows can be entered; nobody was.", rep.Rows)
	}
	if err := c.show(rep, tab, done); err != nil {
		return err
	}
	if len(rep.Problems) > 0 {
		return fail.New(fail.Invalid, "nobody was entered; mend the rows above and send the table again")
	}
	return nil
}

func queryFlags(fs *flag.FlagSet, q *client.GuestQuery) {
	fs.StringVar(&q.Text, "text", "", "`words` that all occur in name, function, country or delegation")
	fs.StringVar(&q.Kind, "kind", "", "of delegation: party, organisation, ngo, scholar, industry or media")
	fs.StringVar(&q.Part, "part", "", "head, deputy, member or observer")
	fs.StringVar(&q.State, "state", "", "nominated, approved, proposed, refused, withdrawn or erased")
	fs.StringVar(&q.Delegation, "delegation", "", "`id` of a delegation")
}

// everyone reads all pages of a list.
func everyone(ctx context.Context, node *client.Client, q client.GuestQuery) (client.Guests, error) {
	all := client.Guests{Guests: []client.GuestLine{}}
	for {
		page, err := node.SearchGuests(ctx, q)
		if err != nil {
			return all, err
		}
		all.Guests, all.Total = append(all.Guests, page.Guests...), page.Total
		if page.Next == 0 || page.Next <= q.From {
			return all, nil
		}
		q.From = page.Next
	}
}

func delegationPeople() *command {
	return &command{
		name: "people", args: "EDITION", min: 1, max: 1, short: "list and search the people of an edition",
		example: "landbridge delegation people 2026 --state nominated",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.GuestQuery{}
			queryFlags(fs, &q)
			return func(ctx context.Context, c *caller) error {
				q.Edition = c.args[0]
				all, err := everyone(ctx, c.Client, q)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"person", "name", "delegation", "part", "state", "badge", "inside since"}}
				for _, g := range all.Guests {
					inside, number := "", ""
					if g.Inside != nil {
						inside = cell(*g.Inside)
					}
					if g.Number > 0 {
						number = fmt.Sprint(g.Number)
					}
					name := g.Latin
					if g.Twin {
						name += " (twice)"
					}
					tab.add(g.ID, name, g.Of, g.Part, g.State, number, inside)
				}
				return c.show(all, tab, "Nobody fits.")
			}
		}),
	}
}

func guestTable(g client.Guest) *table {
	tab := keyValues("person", g.ID, "name", g.Person.Latin, "own script", g.Person.Name, "function", g.Person.Title, "country", g.Person.Nation,
		"mail", g.Person.Email,
		"delegation", g.Of, "part", g.Part, "state", g.State)
	if g.Ground != "" {
		tab.add("refusal", g.Ground+": "+g.Reason)
	}
	if g.Number > 0 {
		tab.add("badge", fmt.Sprint(g.Number))
		tab.add("badge text", g.Badge)
	}
	if v := g.Person.Visa; v != nil {
		tab.add("visa letter", fmt.Sprintf("born %s, passport %s until %s, %s", v.Born, v.Passport, v.Expires, v.Mission))
	}
	tab.wide = true
	return tab
}

func guestStep(name, short string, do func(*client.Client, context.Context, string) (client.Guest, error)) *command {
	return &command{
		name: name, args: "PERSON", min: 1, max: 1, short: short, example: "landbridge delegation " + name + " 0190…",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			g, err := do(c.Client, ctx, c.args[0])
			if err != nil {
				return err
			}
			return c.show(g, guestTable(g), "")
		})),
	}
}

func delegationShow() *command {
	return guestStep("show", "show one person; opening is a fact in the log", (*client.Client).Guest)
}

// keepFile writes what a node streams to a file, or to standard output.
func keepFile(a *app, body io.ReadCloser, name string) error {
	defer body.Close()
	if name == "" || name == "-" {
		_, err := io.Copy(a.out, body)
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // names and passports: for who asked alone
	if err != nil {
		return fail.Because(err, fail.Denied, "%s cannot be written", name)
	}
	if _, err := io.Copy(f, body); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	fmt.Fprintf(a.err, "Written to %s.\n", name)
	return nil
}
