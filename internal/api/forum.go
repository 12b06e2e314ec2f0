package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/access"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/forum"
	schedule "landbridge.example/internal/forum/feed"
)

func (a *API) forumRoutes() {
	handle(a, "forumEditions", access.SeeForum, a.forumEditions)
	handle(a, "forumEdition", access.SeeForum, a.forumEdition)
	handle(a, "saveForumEdition", access.WriteForum, a.saveForumEdition)
	handle(a, "forumDraft", access.SeeForum, a.forumDraft)
	handle(a, "changeForumDraft", access.WriteForum, a.changeForumDraft)
	handle(a, "importForumSchedule", access.WriteForum, a.importForumSchedule)
	handle(a, "forumPreview", access.SeeForum, a.forumPreview)
	handle(a, "publishForum", access.PublishForum, a.publishForum)
	handle(a, "forumVersions", access.SeeForum, a.forumVersions)
	handle(a, "forumChanges", access.SeeForum, a.forumChanges)
	handle(a, "forumProgramme", access.SeeForum, a.forumProgramme)
	stream(a, "exportForum", access.SeeForum, a.exportForum)
}

func (a *API) forumEditions(ctx context.Context, c *call, _ client.None) (client.ForumEditions, error) {
	all, err := a.c.Forum.All(ctx, c.person)
	if err != nil {
		return client.ForumEditions{}, err
	}
	now := a.c.Clock()
	current := forum.Current(each(all, func(k forum.Kept) *forum.Edition { return k.Edition }), now)
	return client.ForumEditions{Editions: each(all, func(k forum.Kept) client.ForumEdition {
		return forumEditionView(k, now, k.Edition == current)
	})}, nil
}

func (a *API) forumEdition(ctx context.Context, c *call, in client.ByForumEdition) (client.ForumEdition, error) {
	all, err := a.forumEditions(ctx, c, client.None{})
	if err != nil {
		return client.ForumEdition{}, err
	}
	for _, e := range all.Editions {
		if e.ID == in.Edition {
			return e, nil
		}
	}
	return client.ForumEdition{}, fail.New(fail.Missing, "there is no edition %q; the list of editions shows those there are", clip(in.Edition))
}

func (a *API) saveForumEdition(ctx context.Context, c *call, in client.SaveForumEdition) (client.ForumEdition, error) {
	save := a.c.Forum.SaveEdition
	if in.Along && in.Revision > 0 {
		save = a.c.Forum.MoveEdition
	}
	if err := save(ctx, c.person, editionFrom(in), in.Revision); err != nil {
		return client.ForumEdition{}, err
	}
	return a.forumEdition(ctx, c, client.ByForumEdition{Edition: in.Edition})
}

func (a *API) forumDraft(ctx context.Context, c *call, in client.ByForumEdition) (client.ForumProgramme, error) {
	d, err := a.c.Forum.Draft(ctx, c.person, in.Edition)
	if err != nil {
		return client.ForumProgramme{}, err
	}
	out := programmeView(d, nil)
	out.Conflicts = each(d.Conflicts(), clashView)
	for i := range out.Sessions {
		s := &out.Sessions[i]
		if s.Entry == "" {
			continue
		}
		if s.EntryState, err = a.c.Calls.State(ctx, landbridge.ID(s.Entry)); err != nil {
			return client.ForumProgramme{}, err
		}
	}
	return out, nil
}

func (a *API) changeForumDraft(ctx context.Context, c *call, in client.ForumChanges) (client.ForumApplied, error) {
	e, err := a.forumEdition(ctx, c, client.ByForumEdition{Edition: in.Edition})
	if err != nil {
		return client.ForumApplied{}, err
	}
	r := &forumReader{zone: e.Zone, seen: map[forum.Ref]int64{}}
	changes, err := r.changes(in)
	if err != nil {
		return client.ForumApplied{}, err
	}
	done, err := a.c.Forum.Apply(ctx, c.person, in.Edition, changes)
	if err != nil {
		return client.ForumApplied{}, err
	}
	return client.ForumApplied{Applied: len(done.Conflicts) == 0, Speakers: texts(done.Speakers), Sessions: texts(done.Sessions),
		Conflicts: each(done.Conflicts, clashView), Notes: r.notes}, nil
}

func (a *API) importForumSchedule(ctx context.Context, c *call, in client.ImportForumSchedule) (client.ForumImport, error) {
	none := client.ForumImport{}
	data, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, schedule.MaxFile))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return none, fail.New(fail.TooLarge, "a schedule has at most %d MiB", schedule.MaxFile>>20)
	}
	if err != nil {
		return none, fail.Because(err, fail.Invalid, "the file broke off on its way; send it again")
	}
	draft, err := a.c.Forum.Draft(ctx, c.person, in.Edition)
	if err != nil {
		return none, err
	}
	f, err := schedule.Parse(data, draft.Edition.Zone)
	if err != nil {
		return none, err
	}
	status := in.Status
	if status == "" {
		status = forum.Planned
	}
	changes, report, err := schedule.Plan(f, draft, schedule.Import{Venue: in.Venue, Capacity: in.Capacity, Language: in.Language, Status: status,
		Now: a.c.Clock(), Random: a.c.Random})
	if err != nil {
		return none, err
	}
	out := client.ForumImport{Format: report.Format, Title: report.Title, New: int64(report.New), Changed: int64(report.Changed), Same: int64(report.Same),
		LeftOut: int64(report.LeftOut), Lines: each(report.Lines, func(l schedule.Line) client.ForumLine { return client.ForumLine{What: l.What, Text: l.Text} }),
		Conflicts: []client.ForumConflict{}}
	if !in.Apply || len(changes.Sessions) == 0 {
		return out, nil
	}
	done, err := a.c.Forum.Apply(ctx, c.person, in.Edition, *changes)
	if err != nil {
		return none, err
	}
	out.Applied, out.Conflicts = len(done.Conflicts) == 0, each(done.Conflicts, clashView)
	return out, nil
}

func (a *API) forumPreview(ctx context.Context, c *call, in client.ByForumEdition) (client.ForumPreview, error) {
	v, err := a.c.Forum.Preview(ctx, c.person, in.Edition)
	if err != nil {
		return client.ForumPreview{}, err
	}
	out := client.ForumPreview{Next: v.Next.Version, Sessions: int64(len(v.Next.Sessions)), Planned: int64(v.Planned), Changes: changeViews(v.Last, v.Next,
		v.Changes)}
	if v.Last != nil {
		out.Last = v.Last.Version
	}
	if v.Hinder != nil {
		out.Hinder = fail.Safe(v.Hinder)
	}
	return out, nil
}

func (a *API) publishForum(ctx context.Context, c *call, in client.PublishForum) (client.ForumVersion, error) {
	v, err := a.c.Forum.Publish(ctx, c.person, in.Edition, in.Note)
	if err != nil {
		return client.ForumVersion{}, err
	}
	return versionView(*v), nil
}

func (a *API) forumVersions(ctx context.Context, _ *call, in client.ByForumEdition) (client.ForumVersions, error) {
	all, err := a.c.Forum.Versions(ctx, in.Edition)
	return client.ForumVersions{Versions: each(all, versionView)}, err
}

func (a *API) forumChanges(ctx context.Context, _ *call, in client.ByForumEdition) (client.ForumDiffs, error) {
	all, err := a.c.Forum.Changes(ctx, in.Edition)
	return client.ForumDiffs{Versions: each(all, func(d forum.Diff) client.ForumDiff {
		return client.ForumDiff{ForumVersion: versionView(d.Version), Changes: changeViews(d.From, d.To, d.Changes)}
	})}, err
}

func (a *API) forumProgramme(ctx context.Context, _ *call, in client.ForumQuery) (client.ForumProgramme, error) {
	p, err := a.c.Forum.Programme(ctx, in.Edition, in.Version)
	if err == nil {
		err = dayOrNone(in.Day)
	}
	if err != nil {
		return client.ForumProgramme{}, err
	}
	return programmeView(p, p.Select(forum.Filter{Day: in.Day, Part: in.Part, Track: in.Track, Room: in.Room, Language: in.Language,
		Speaker: landbridge.ID(in.Speaker), Text: in.Text})), nil
}

func (a *API) exportForum(ctx context.Context, c *call, in client.ForumExport) error {
	p, err := a.exported(ctx, c, in)
	if err == nil {
		err = dayOrNone(in.Day)
	}
	if err != nil {
		return err
	}
	if in.In == "" {
		in.In = "en"
	}
	sessions := p.Select(forum.Filter{Day: in.Day, Part: in.Part, Track: in.Track, Room: in.Room, Language: in.Language,
		Speaker: landbridge.ID(in.Speaker), Text: in.Text})
	o := schedule.Options{Base: a.c.Public + "/public/forum/" + p.Edition.ID + "/", Language: in.In, Name: "Landbridge",
		Host: strings.ToLower(string(a.c.Party)) + ".landbridge"}
	var b []byte
	kind := octets
	switch in.Format {
	case "ics":
		kind, b = schedule.CalendarType, schedule.Calendar(p, sessions, o)
	case "json":
		kind = "application/json"
		b, err = schedule.ScheduleJSON(p, o)
	case "xml":
		kind = "text/xml; charset=utf-8"
		b, err = schedule.ScheduleXML(p, o)
	case "csv":
		kind = "text/csv; charset=utf-8"
		b, err = schedule.CSV(schedule.Table(p, sessions, o))
	case "xlsx":
		kind = schedule.XLSXType
		b, err = schedule.XLSX("Programme", schedule.Table(p, sessions, o))
	default:
		return fail.New(fail.Invalid, "a programme is written as ics, json, xml, csv or xlsx")
	}
	if err != nil {
		return err
	}
	return c.bytes(kind, b)
}

// exported is the programme that is meant. A draft goes out only as a table to
// work with: a calendar or feed of it would be taken for the programme.
func (a *API) exported(ctx context.Context, c *call, in client.ForumExport) (*forum.Programme, error) {
	if !in.Draft {
		return a.c.Forum.Programme(ctx, in.Edition, 0)
	}
	if in.Format != "csv" && in.Format != "xlsx" {
		return nil, fail.New(fail.Invalid, "a draft is written as csv or xlsx; publish it before you write calendars and feeds")
	}
	return a.c.Forum.Draft(ctx, c.person, in.Edition)
}
