package main

import (
	"context"
	"flag"
	"time"

	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

func callSchedule() *command {
	return &command{
		name: "schedule", args: "ENTRY", min: 1, max: 1,
		short: "put an accepted entry into the programme: a session of the draft, with its title, summary and people",
		long: "Title and summary are those of the entry; its authors become speakers, without addresses, and who is a speaker already is found again by\n" +
			"name and organisation. Each entry becomes one session. What clashes is printed, nothing is changed then, and the exit code is 5.\n" +
			"Times are local to the edition (2026-09-16T09:00) or carry an offset.",
		example: "landbridge call schedule ID --start 2027-09-16T14:00 --room hall-b --track rail",
		setup: calling(func(fs *flag.FlagSet) work {
			var p client.SubmissionPlacement
			fs.StringVar(&p.Start, "start", "", "`time` at which it begins")
			fs.StringVar(&p.End, "end", "", "`time` at which it ends; empty: as long as the entry wishes, else half an hour")
			fs.StringVar(&p.Room, "room", "", "`id` of the room")
			fs.StringVar(&p.Part, "part", "", "`id` of the main forum or a sub-forum")
			fs.StringVar(&p.Track, "track", "", "`id` of the track")
			fs.StringVar(&p.Kind, "kind", "", "`kind` of session; empty: panel for a side event, else talk")
			fs.StringVar(&p.Mode, "mode", "", "onsite, online or hybrid; empty: as the entry wishes")
			fs.StringVar(&p.Link, "link", "", "`address` of the room outside, of online and hybrid sessions")
			fs.StringVar(&p.Status, "status", "", "planned (the default) or confirmed")
			fs.StringVar(&p.Written, "written", "", "`language` of the entry's words; empty: guessed by their script")
			fs.StringVar(&p.Language, "language", "", "`language` on the floor")
			fs.Func("person", "`name` of one of the entry's people who speaks, repeated; none: all of them", func(s string) error {
				p.People = append(p.People, s)
				return nil
			})
			fs.BoolVar(&p.Nobody, "nobody", false, "none of the entry's people speaks")
			return func(ctx context.Context, c *caller) error {
				if p.Start == "" {
					return fail.New(fail.Invalid, "say with --start when the session begins")
				}
				p.Entry = c.args[0]
				done, err := c.ScheduleSubmission(ctx, p)
				if err != nil {
					return err
				}
				if !done.Applied {
					printConflicts(c.a, done.Conflicts)
					return fail.New(fail.Conflict, "nothing was changed: %s", done.Conflicts[0].Text)
				}
				tab := keyValues("session", done.Sessions[0])
				for _, n := range done.Notes {
					tab.add("know", n)
				}
				return c.show(done, tab, "")
			}
		}),
	}
}

func callDates() *command {
	return &command{
		name: "dates", args: "CALL", min: 1, max: 1, short: "show how the deadline of a call stands to the days of its edition, or set it",
		long: "When an edition is moved, its calls stay as they are until somebody says so: --follow moves the deadline by as much as the edition moved,\n" +
			"--closes sets another. Both take over the days that the edition has now; entries are kept so many days after those (S15).",
		example: "landbridge call dates ID\nlandbridge call dates ID --follow\nlandbridge call dates ID --closes 2027-05-01T12:00:00Z",
		setup: calling(func(fs *flag.FlagSet) work {
			closes := fs.String("closes", "", "the new deadline, a `time` such as 2027-05-01T12:00:00Z")
			follow := fs.Bool("follow", false, "move it as the edition was moved")
			return func(ctx context.Context, c *caller) error {
				x, err := c.CallDates(ctx, c.args[0])
				if err != nil {
					return err
				}
				if *closes != "" && *follow {
					return fail.New(fail.Invalid, "say either --closes or --follow")
				}
				at := x.Offer
				if *closes != "" {
					if at, err = time.Parse(time.RFC3339, *closes); err != nil {
						return fail.New(fail.Invalid, "%q is no time such as 2027-05-01T12:00:00Z", *closes)
					}
				}
				if *closes != "" || *follow {
					x, err = c.RescheduleCall(ctx, client.Rescheduling{Call: c.args[0], Closes: at})
				}
				return shown(c, callDatesTable)(x, err)
			}
		}),
	}
}

func callDatesTable(x client.CallDates) *table {
	tab := keyValues("call", x.Call, "closes", cell(x.Closes), "kept from", cell(x.Ends))
	if x.First != "" {
		tab.add("edition", x.First+" to "+x.Last)
	}
	if x.Moved {
		tab.add("moved", "the call was made for other days; --follow moves its deadline to "+cell(x.Offer))
	}
	if x.Late {
		tab.add("late", "it takes entries when the edition has begun")
	}
	return tab
}
