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

func screenWatch() *command {
	return &command{
		name: "watch", args: "[WATCH]", max: 1, short: "list watches, show one, begin one, add subjects, or end one",
		long: "A watch has a purpose, a basis and an end before it has a subject; its subjects are screened again whenever a list changes.",
		example: `landbridge screen watch --title "Suppliers" --basis "Sanctions Act s. 4" --purpose detection --until 2027-03-01 --subject "Ishkar Morvane,
			1971-05-02"`,
		setup: calling(func(fs *flag.FlagSet) work {
			var n client.NewWatch
			var who list
			fs.StringVar(&n.Title, "title", "", "begin a watch with this `title`")
			fs.StringVar(&n.Basis, "basis", "", "the `law` it rests on, and who decided")
			fs.StringVar(&n.Purpose, "purpose", "", "what it is `for`, such as detection")
			fs.StringVar(&n.Until, "until", "", "the `day` it ends, within a year: 2027-03-01")
			fs.Var(&who, "subject", "`name` to watch, with its date of birth after a comma; may be given several times")
			end := fs.String("end", "", "end the watch, with the `reason`")
			return func(ctx context.Context, c *caller) error {
				subjects := subjectsOf(who)
				var w client.ScreenWatch
				var err error
				switch {
				case n.Title != "":
					n.Subjects = subjects
					w, err = c.NewWatch(ctx, n)
				case len(c.args) == 0:
					return listWatches(ctx, c)
				case *end != "":
					w, err = c.EndWatch(ctx, c.args[0], *end)
				case len(subjects) > 0:
					w, err = c.AddSubjects(ctx, client.AddSubjects{Watch: c.args[0], Subjects: subjects})
				default:
					w, err = c.Watch(ctx, c.args[0])
				}
				if err != nil {
					return err
				}
				return showWatch(c, w)
			}
		}),
	}
}

func subjectsOf(names []string) (all []client.ScreenPerson) {
	for _, s := range names {
		name, birth, _ := strings.Cut(s, ",")
		all = append(all, client.ScreenPerson{Name: strings.TrimSpace(name), Birth: strings.TrimSpace(birth)})
	}
	return all
}

func listWatches(ctx context.Context, c *caller) error {
	all, err := c.Watches(ctx)
	if err != nil {
		return err
	}
	tab := &table{head: []string{"watch", "for", "until", "subjects", "open", "title"}}
	for _, w := range all.Watches {
		what := w.Purpose
		if w.Number != "" {
			what = w.Number
		}
		tab.add(w.ID, what, w.Until.Format(time.DateOnly), w.Count, w.Open, w.Title)
	}
	return c.show(all, tab, "You keep no watch. A case gets one with \"landbridge screen case CASE\".")
}

func showWatch(c *caller, w client.ScreenWatch) error {
	tab := &table{head: []string{"subject", "role", "state", "score", "list", "entry", "candidate"}}
	for _, u := range w.Subjects {
		if len(u.Hits) == 0 {
			tab.add(u.Name, u.Role, "no candidate", "", "", "", "")
		}
		for _, h := range u.Hits {
			tab.add(u.Name, u.Role, h.State, fmt.Sprintf("%.4f", h.Score), h.Source.Code+" "+h.Source.Origin, h.Entry+" "+h.Name, h.ID)
		}
	}
	if !c.t.json {
		fmt.Fprintf(c.a.out, "watch %s until %s, %s\n", w.ID, w.Until.Format(time.DateOnly), w.Purpose)
	}
	return c.show(w, tab, "The watch has no subject yet.")
}

func screenCase() *command {
	return &command{
		name: "case", args: "CASE", min: 1, max: 1, short: "put the suspects of a case on its watchlist and screen them",
		example: "landbridge screen case XA-2026-0001",
		setup: calling(func(fs *flag.FlagSet) work {
			all := fs.Bool("all", false, "victims and witnesses as well")
			only := fs.Bool("show", false, "only show the watchlist the case has")
			return func(ctx context.Context, c *caller) error {
				var w client.ScreenWatch
				var err error
				if *only {
					w, err = c.CaseWatch(ctx, c.args[0])
				} else {
					w, err = c.WatchCase(ctx, c.args[0], *all)
				}
				if err != nil {
					return err
				}
				return showWatch(c, w)
			}
		}),
	}
}

func screenHits() *command {
	return &command{
		name: "hits", short: "candidates and matches: the review queue", example: "landbridge screen hits --state proposed",
		setup: calling(func(fs *flag.FlagSet) work {
			var q client.HitQuery
			fs.StringVar(&q.State, "state", "",
				"only in this `state`: candidate, proposed, matched, dismissed, unfreezing, released, delisted, closed (default: what waits)")
			fs.StringVar(&q.After, "after", "", "go on after this `cursor`")
			return func(ctx context.Context, c *caller) error {
				page, err := c.Hits(ctx, q)
				if err != nil {
					return err
				}
				tab := &table{head: []string{"candidate", "state", "score", "subject", "list", "entry", "task"}}
				for _, h := range page.Hits {
					task := ""
					for _, x := range h.Tasks {
						task = x.Kind + " " + x.State + " " + left(c.a, &client.Clock{Due: x.Due})
					}
					tab.add(h.ID, h.State, fmt.Sprintf("%.4f", h.Score), h.Query, h.Source.Code+" "+h.Source.Origin, h.Entry+" "+h.Name, task)
				}
				err = c.show(page, tab, "Nothing waits to be looked at.")
				if page.Next != "" && !c.t.json {
					fmt.Fprintf(c.a.out, "more with --after %s\n", page.Next)
				}
				return err
			}
		}),
	}
}

func screenHit() *command {
	return &command{
		name: "hit", args: "CANDIDATE", min: 1, max: 1, short: "one candidate with every reason, side by side",
		example: "landbridge screen hit 01960000-0000-7000-8000-000000000000",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			return shown(c, hitTable)(c.Hit(ctx, c.args[0]))
		})),
	}
}

func hitTable(h client.ScreenHit) *table {
	tab := keyValues("candidate", h.ID, "state", h.State, "score", fmt.Sprintf("%.4f", h.Score), "subject", h.Query, "entry", h.Entry+" "+h.Name,
		"list", h.Source.Code+", "+h.Source.Origin+", "+h.Source.Authority, "case", h.Number, "why", reasons(h.Reasons, h.Evidence),
		"proposed by", h.ProposedBy, "decided by", h.DecidedBy, "reason", h.Reason, "given back", h.Second)
	for _, i := range h.Identifiers {
		tab.add("identifier "+i.Kind, i.Note)
	}
	for _, x := range h.Tasks {
		tab.add("task "+x.Kind, strings.TrimSpace(x.ID+" "+x.State+", due "+cell(x.Due)+" "+x.Answer))
	}
	return tab
}

func screenDismiss() *command {
	return &command{
		name: "dismiss", args: "CANDIDATE", min: 1, max: 1, short: "mark a false positive, with the reason and for a time",
		example: `landbridge screen dismiss 01960000-0000-7000-8000-000000000000 --reason "Born in 1990; seen in the register."`,
		setup: calling(func(fs *flag.FlagSet) work {
			var d client.DismissHit
			fs.StringVar(&d.Reason, "reason", "", "why it is another person, in `words`")
			fs.StringVar(&d.Until, "until", "", "the `day` it is looked at again (default: in 90 days)")
			return func(ctx context.Context, c *caller) error {
				d.Hit = c.args[0]
				return shown(c, hitTable)(c.DismissHit(ctx, d))
			}
		}),
	}
}

func screenPropose() *command {
	return &command{
		name: "propose", args: "CANDIDATE", min: 1, max: 1, short: "say that a candidate is the listed person; another person confirms",
		example: `landbridge screen propose 01960000-0000-7000-8000-000000000000 --identifier birth="2 May 1971 in both" ` +
			`--identifier document="passport seen" --reason "The passport was seen."`,
		setup: calling(func(fs *flag.FlagSet) work {
			var ids list
			fs.Var(&ids, "identifier",
				"`kind=what was compared`; two kinds at least: birth, document, birth_place, nationality, address, office, photograph, fingerprint, activity")
			reason := fs.String("reason", "", "why it is this person, in `words`")
			return func(ctx context.Context, c *caller) error {
				p := client.ProposeHit{Hit: c.args[0], Reason: *reason}
				for _, s := range ids {
					kind, note, ok := strings.Cut(s, "=")
					if !ok {
						return fail.New(fail.Invalid, "an identifier is written kind=what was compared, not %q", s)
					}
					p.Identifiers = append(p.Identifiers, client.HitIdentifier{Kind: kind, Note: note})
				}
				return shown(c, hitTable)(c.ProposeHit(ctx, p))
			}
		}),
	}
}

func screenConfirm() *command {
	return &command{
		name: "confirm", args: "CANDIDATE", min: 1, max: 1, short: "confirm a proposed match as the second person, with a software passkey",
		example: "landbridge screen confirm 01960000-0000-7000-8000-000000000000 --role supervisor --key people/m.haldor.softkey",
		setup: calling(func(fs *flag.FlagSet) work {
			role := fs.String("role", "supervisor", "the `role` in which to confirm")
			file := keyFlag(fs)
			return func(ctx context.Context, c *caller) error {
				name, err := c.keyFile(*file)
				if err != nil {
					return err
				}
				return shown(c, hitTable)(signHit(ctx, c.Client, c.args[0], *role, name))
			}
		}),
	}
}

func giveBack(name, short string, do func(*client.Client, context.Context, string, string) (client.ScreenHit, error)) *command {
	return &command{
		name: name, args: "CANDIDATE", min: 1, max: 1, short: short,
		example: "landbridge screen " + name + ` 01960000-0000-7000-8000-000000000000 --reason "It is his brother."`,
		setup: calling(func(fs *flag.FlagSet) work {
			reason := fs.String("reason", "", "why, in `words`")
			return func(ctx context.Context, c *caller) error {
				return shown(c, hitTable)(do(c.Client, ctx, c.args[0], *reason))
			}
		}),
	}
}

func answerTask(name, short string, do func(*client.Client, context.Context, string, string) (client.ScreenHit, error)) *command {
	return &command{
		name: name, args: "TASK", min: 1, max: 1, short: short,
		example: "landbridge screen " + name + ` 01960000-0000-7000-8000-000000000000 --text "Lifted by order 8; the bank confirmed."`,
		setup: calling(func(fs *flag.FlagSet) work {
			text := fs.String("text", "", "what was done, or why not, in `words`")
			return func(ctx context.Context, c *caller) error {
				return shown(c, hitTable)(do(c.Client, ctx, c.args[0], *text))
			}
		}),
	}
}
