package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"

	"landbridge.example/client"
	"landbridge.example/internal/call"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
)

func forumCommand() *command {
	return &command{
		name: "forum", short: "the forum's editions and programmes: drafts, import, publishing, calendars and tables",
		long: "An edition has a draft, on which the secretariat works, and versions, which the public sees. What clashes is refused when it is\n" +
			"written into the draft, with a sentence for each reason.",
		example: "landbridge forum list",
		verbs: []*command{forumList(), forumShow(), forumSave(), forumDraft(), forumApply(), forumImport(), forumPreview(), forumPublish(), forumVersions(),
			forumChanges(), forumProgramme(), forumExport()},
	}
}

func forumList() *command {
	return &command{
		name: "list", short: "list the editions, the oldest first, also those not shown yet", example: "landbridge forum list",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.ForumEditions(ctx)
			if err != nil {
				return err
			}
			tab := &table{head: []string{"edition", "name", "days", "held", "public", "versions", "sessions"}}
			for _, e := range all.Editions {
				tab.add(e.ID, inEnglish(e.Name), e.First+" to "+e.Last, e.Phase, yesNo(e.Shown), e.Versions, e.Sessions)
			}
			return c.show(all, tab, "There is no edition.")
		})),
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// inEnglish is a text in English, or in the first language it has.
func inEnglish(t client.ForumText) string { return forum.Text(t).String() }

func forumShow() *command {
	return &command{
		name: "show", args: "EDITION", min: 1, max: 1, short: "show one edition: theme, days, figures with their sources, outcomes",
		example: "landbridge forum show 2024",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			return shown(c, forumEditionTable)(c.ForumEdition(ctx, c.args[0]))
		})),
	}
}

func forumEditionTable(e client.ForumEdition) *table {
	tab := keyValues("edition", e.ID, "name", inEnglish(e.Name), "theme", inEnglish(e.Theme), "days", e.First+" to "+e.Last+" ("+e.Zone+")",
		"place", strings.TrimSpace(inEnglish(e.City)+", "+e.Mode), "held", e.Phase, "public", yesNo(e.Shown))
	if e.Revision > 0 {
		tab.add("draft", fmt.Sprintf("%d things, revision %d", e.Things, e.Revision))
		tab.add("programme", fmt.Sprintf("%d sessions in version %d", e.Sessions, e.Versions))
	}
	for _, f := range e.Attendance {
		tab.add(f.Of, strings.TrimSpace(fmt.Sprintf("%s %d (%s) %s", f.How, f.Number, f.Source, inEnglish(f.Note))))
	}
	for _, o := range e.Outcomes {
		tab.add("outcome "+o.ID, inEnglish(o.Title))
	}
	return tab
}

func forumSave() *command {
	return &command{
		name: "save", args: "EDITION FILE", min: 2, max: 2, short: "enter an edition from a YAML or JSON file, or change it",
		long: "The file is what \"landbridge forum show --json\" prints, or of that what you write: name, theme, about, mode, city, zone, first,\n" +
			"last, languages, organiser, shown, and after the conference attendance, outcomes and sources. To change an edition, give its revision.",
		example: "landbridge forum save 2027 edition.yaml",
		setup: calling(func(fs *flag.FlagSet) work {
			revision := fs.Int64("revision", 0, "the `number` that was read; a change by somebody else since then is not overwritten")
			along := fs.Bool("along", false, "the sessions move by as many days as the first day, at the same hour")
			return func(ctx context.Context, c *caller) error {
				var file client.ForumEdition // as show prints it; of what the node alone says nothing is taken
				if err := readPlain(c.args[1], &file); err != nil {
					return err
				}
				if file.ID != "" && file.ID != c.args[0] {
					return fail.New(fail.Invalid, "the file is of edition %s, not of %s; name that edition, or take the id out of the file", file.ID, c.args[0])
				}
				s := client.SaveForumEdition{Edition: c.args[0], ForumEditionText: file.ForumEditionText, Revision: file.Revision, Along: *along}
				if *revision > 0 {
					s.Revision = *revision
				}
				return shown(c, forumEditionTable)(c.SaveForumEdition(ctx, s))
			}
		}),
	}
}

func forumDraft() *command {
	return &command{
		name: "draft", args: "EDITION", min: 1, max: 1, short: "show the draft of a programme, and what cannot stand in it",
		example: "landbridge forum draft 2027",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			d, err := c.ForumDraft(ctx, c.args[0])
			if err != nil {
				return err
			}
			if !c.t.json {
				fmt.Fprintf(c.a.out, "%d venues, %d rooms, %d parts, %d tracks, %d speakers; --json shows all.\n", len(d.Venues), len(d.Rooms), len(d.Parts), len(d.Tracks),
					len(d.Speakers))
				printConflicts(c.a, d.Conflicts)
				printTakenBack(c.a, d.Sessions)
			}
			return c.show(d, sessionTable(d), "The draft holds no session yet; see \"landbridge forum apply --help\".")
		})),
	}
}

func sessionTable(p client.ForumProgramme) *table {
	tab := &table{head: []string{"no", "begins", "ends", "title", "room", "speakers", "status", "id"}}
	names := map[string]string{}
	for _, s := range p.Speakers {
		names[s.ID] = s.Name
	}
	for _, s := range p.Sessions {
		var who []string
		for _, x := range s.People {
			who = append(who, names[x.Speaker])
		}
		room := s.Room
		if room == "" {
			room = s.Mode
		}
		tab.add(s.Number, s.Start, clockOf(s.End), inEnglish(s.Title), room, strings.Join(who, ", "), s.Status, s.ID)
	}
	return tab
}

// clockOf is the time of day of a moment as the API writes it.
func clockOf(stamp string) string {
	if _, clock, ok := strings.Cut(stamp, "T"); ok && len(clock) >= len("15:04") {
		return clock[:len("15:04")]
	}
	return stamp
}

// printTakenBack names the sessions whose entry was taken back.
func printTakenBack(a *app, all []client.ForumSession) {
	for _, s := range all {
		switch s.EntryState {
		case "", call.Accepted, call.Erased:
		case call.Withdrawn:
			fmt.Fprintf(a.err, "Session %d: its entry was withdrawn by its author.\n", s.Number)
		default:
			fmt.Fprintf(a.err, "Session %d: its entry was taken back and waits for a decision again.\n", s.Number)
		}
	}
}

func printConflicts(a *app, all []client.ForumConflict) {
	if len(all) == 0 {
		return
	}
	tab := &table{head: []string{"reason", "what", "what to do"}, wide: true}
	for _, c := range all {
		tab.add(c.Kind, strings.TrimSpace(c.Thing.Kind+" "+c.Thing.ID), c.Text)
	}
	tab.print(a.err)
}

func forumApply() *command {
	return &command{
		name: "apply", args: "EDITION FILE", min: 2, max: 2, short: "change several things of a draft at one stroke, from a YAML or JSON file",
		long: "The file lists venues, rooms, parts, tracks, speakers, sessions and remove, in the form of \"landbridge forum draft --json\". All of it\n" +
			"stands, or none: what clashes is printed and the exit code is 5. A speaker or session with an origin is found again by it, so a file can be\n" +
			"applied as often as it changes; sessions may name speakers by their origin. Times are local to the session's zone (2026-09-16T09:00) or\n" +
			"carry an offset; a time that the clocks skip is refused.",
		example: "landbridge forum apply 2027 programme.yaml",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			ch := client.ForumChanges{}
			if err := readPlain(c.args[1], &ch); err != nil {
				return err
			}
			ch.Edition = c.args[0]
			done, err := c.ChangeForumDraft(ctx, ch)
			if err != nil {
				return err
			}
			if !done.Applied {
				printConflicts(c.a, done.Conflicts)
				return fail.New(fail.Conflict, "nothing was changed: %s", done.Conflicts[0].Text)
			}
			tab := keyValues("edition", c.args[0], "changed", fmt.Sprintf("%d venues, %d rooms, %d parts, %d tracks, %d speakers, %d sessions; %d removed",
				len(ch.Venues),
				len(ch.Rooms), len(ch.Parts), len(ch.Tracks), len(ch.Speakers), len(ch.Sessions), len(ch.Remove)))
			for _, n := range done.Notes {
				tab.add("know", n)
			}
			return c.show(done, tab, "")
		})),
	}
}

func forumImport() *command {
	return &command{
		name: "import", args: "EDITION FILE", min: 2, max: 2,
		short: "take in the schedule of another system: the report first, with --apply the change",
		long: "Reads schedule.json and schedule.xml (frab, pretalx) and iCalendar. What was taken from the same system before is found again by its key\n" +
			"there. What clashes with the draft is left out, and the report says why.",
		example: "landbridge forum import 2027 schedule.json --venue centre --language en\nlandbridge forum import 2027 schedule.json --venue centre --apply",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.ImportForumSchedule{}
			fs.StringVar(&q.Venue, "venue", "", "`id` of the venue of rooms that the draft does not know")
			fs.Int64Var(&q.Capacity, "capacity", 100, "how many `persons` such a room takes")
			fs.StringVar(&q.Language, "language", "en", "`language` in which the file is written")
			fs.StringVar(&q.Status, "status", forum.Planned, "`status` of new sessions: planned or confirmed")
			fs.BoolVar(&q.Apply, "apply", false, "change the draft; otherwise only the report is made")
			return func(ctx context.Context, c *caller) error {
				q.Edition = c.args[0]
				file, err := openInput(c.a, c.args[1])
				if err != nil {
					return err
				}
				defer file.Close()
				r, err := c.ImportForumSchedule(ctx, q, file)
				if err != nil {
					return err
				}
				tab := keyValues("file", r.Title+" ("+r.Format+")", "new", fmt.Sprint(r.New), "changed", fmt.Sprint(r.Changed), "the same", fmt.Sprint(r.Same),
					"left out", fmt.Sprint(r.LeftOut), "draft changed", yesNo(r.Applied))
				tab.wide = true
				for _, l := range r.Lines {
					tab.add(l.What, l.Text)
				}
				if err := c.show(r, tab, ""); err != nil || len(r.Conflicts) == 0 {
					return err
				}
				printConflicts(c.a, r.Conflicts)
				return fail.New(fail.Conflict, "nothing was changed: %s", r.Conflicts[0].Text)
			}
		}),
	}
}

func forumPreview() *command {
	return &command{
		name: "preview", args: "EDITION", min: 1, max: 1, short: "say what publishing the draft would change",
		example: "landbridge forum preview 2027",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			p, err := c.ForumPreview(ctx, c.args[0])
			if err != nil {
				return err
			}
			tab := changeTable(p.Changes)
			if !c.t.json {
				fmt.Fprintf(c.a.out, "Version %d would hold %d sessions; %d stay planned.\n", p.Next, p.Sessions, p.Planned)
				if p.Hinder != "" {
					fmt.Fprintf(c.a.out, "It cannot be published yet: %s.\n", p.Hinder)
				}
			}
			return c.show(p, tab, "Nothing changed for those who attend.")
		})),
	}
}

func changeTable(all []client.ForumChange) *table {
	tab := &table{head: []string{"what", "title", "before", "after"}}
	for _, c := range all {
		s := c.After
		if s == nil {
			s = c.Before
		}
		tab.add(strings.Join(c.What, ", "), inEnglish(s.Title), placeAndTime(c.Before), placeAndTime(c.After))
	}
	return tab
}

func placeAndTime(s *client.ForumSession) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(s.Start + "–" + clockOf(s.End) + " " + s.Room)
}

func forumPublish() *command {
	return &command{
		name: "publish", args: "EDITION", min: 1, max: 1, short: "make the draft the next version of the programme, for everyone",
		long:    "Planned sessions and everybody's availability stay in the draft. Every version is kept, and its digest stands in the log.",
		example: `landbridge forum publish 2027 --note "Second announcement"`,
		setup: calling(func(fs *flag.FlagSet) work {
			note := fs.String("note", "", "what readers of the changes should know, in a few `words`")
			return func(ctx context.Context, c *caller) error {
				p, err := c.PublishForum(ctx, client.PublishForum{Edition: c.args[0], Note: *note})
				if err != nil {
					return err
				}
				tab := keyValues("edition", c.args[0], "version", fmt.Sprint(p.Version), "sessions", fmt.Sprint(p.Sessions), "digest", p.Digest, "log entry",
					fmt.Sprint(p.LogIndex))
				return c.show(p, tab, "")
			}
		}),
	}
}

func forumVersions() *command {
	return &command{
		name: "versions", args: "EDITION", min: 1, max: 1, short: "list the versions of a programme, the newest first",
		example: "landbridge forum versions 2027",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.ForumVersions(ctx, c.args[0])
			if err != nil {
				return err
			}
			tab := &table{head: []string{"version", "published", "sessions", "log entry", "note"}}
			for _, x := range all.Versions {
				tab.add(x.Version, x.Published, x.Sessions, x.LogIndex, x.Note)
			}
			return c.show(all, tab, "The programme is not published yet.")
		})),
	}
}

func forumChanges() *command {
	return &command{
		name: "changes", args: "EDITION", min: 1, max: 1, short: "show what each version of a programme changed",
		example: "landbridge forum changes 2027",
		setup: calling(flagless(func(ctx context.Context, c *caller) error {
			all, err := c.ForumChanges(ctx, c.args[0])
			if err != nil {
				return err
			}
			tab := &table{head: []string{"version", "what", "title", "before", "after"}}
			for _, d := range all.Versions {
				for _, row := range changeTable(d.Changes).rows {
					tab.add(d.Version, row[0], row[1], row[2], row[3])
				}
			}
			return c.show(all, tab, "Nothing changed.")
		})),
	}
}

func forumProgramme() *command {
	return &command{
		name: "programme", args: "EDITION", min: 1, max: 1, short: "show the published programme, or some of its sessions",
		example: "landbridge forum programme 2027 --day 2027-09-14 --language fr",
		setup: calling(func(fs *flag.FlagSet) work {
			q := client.ForumQuery{}
			fs.Int64Var(&q.Version, "version", 0, "`number` of the version; 0 is the newest")
			f := forumFilter{&q.Day, &q.Part, &q.Track, &q.Room, &q.Language, &q.Speaker, &q.Text}
			f.flags(fs)
			return func(ctx context.Context, c *caller) error {
				q.Edition = c.args[0]
				p, err := c.ForumProgramme(ctx, q)
				if err != nil {
					return err
				}
				return c.show(p, sessionTable(p), "No session fits.")
			}
		}),
	}
}

// A forumFilter is the flags that choose sessions.
type forumFilter struct{ day, part, track, room, language, speaker, text *string }

func (f forumFilter) flags(fs *flag.FlagSet) {
	fs.StringVar(f.day, "day", "", "only this `day`, such as 2027-09-14")
	fs.StringVar(f.part, "part", "", "only this `part`: the main forum or a sub-forum")
	fs.StringVar(f.track, "track", "", "only this `track`")
	fs.StringVar(f.room, "room", "", "only this `room`")
	fs.StringVar(f.language, "language", "", "only what is spoken or interpreted in this `language`")
	fs.StringVar(f.speaker, "speaker", "", "only sessions with this speaker's `id`")
	fs.StringVar(f.text, "text", "", "only where these `words` stand")
}

func forumExport() *command {
	formats := []string{"ics", "json", "xml", "csv", "xlsx"}
	return &command{
		name: "export", args: "EDITION", min: 1, max: 1, short: "write the programme as iCalendar, schedule.json, schedule.xml, CSV or XLSX",
		example: "landbridge forum export 2027 --format xlsx --out programme.xlsx",
		setup: calling(func(fs *flag.FlagSet) work {
			e := client.ForumExport{}
			fs.StringVar(&e.Format, "format", "ics", "`format`: "+strings.Join(formats, ", "))
			fs.StringVar(&e.In, "in", "en", "`language` of the texts")
			fs.BoolVar(&e.Draft, "draft", false, "the draft instead of what is published; csv and xlsx only")
			out := fs.String("out", "", "`file` to write; default: standard output")
			f := forumFilter{&e.Day, &e.Part, &e.Track, &e.Room, &e.Language, &e.Speaker, &e.Text}
			f.flags(fs)
			return func(ctx context.Context, c *caller) error {
				if e.Edition = c.args[0]; !slices.Contains(formats, e.Format) {
					return fail.New(fail.Invalid, "--format is one of %s", strings.Join(formats, ", "))
				}
				body, err := c.ExportForum(ctx, e)
				if err != nil {
					return err
				}
				return writeOut(c.a, *out, body)
			}
		}),
	}
}
