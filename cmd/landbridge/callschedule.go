package main

import (
	"context"
	"flag"

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
