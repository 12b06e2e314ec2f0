package client

import (
	"context"
	"io"
	"net/http"
)

// forumRoutes are the calls about the forum's editions and their programmes.
func forumRoutes() []Route {
	get, post, put := http.MethodGet, http.MethodPost, http.MethodPut
	const e = "/forum/editions/{edition}"
	return []Route{
		{Name: "forumEditions", Method: get, Path: "/forum/editions", Summary: "The forum's editions, the oldest first, also those not shown yet",
			In: None{}, Out: ForumEditions{}},
		{Name: "forumEdition", Method: get, Path: e, Summary: "One edition", In: ByForumEdition{}, Out: ForumEdition{}},
		{Name: "saveForumEdition", Method: put, Path: e, Summary: "Enter an edition, or change it", In: SaveForumEdition{}, Out: ForumEdition{}},
		{Name: "forumDraft", Method: get, Path: e + "/draft", Summary: "The draft of the programme, with the revision of each thing",
			In: ByForumEdition{}, Out: ForumProgramme{}},
		{Name: "changeForumDraft", Method: post, Path: e + "/draft",
			Summary: "Change several things of the draft at one stroke; what clashes is said and changes nothing",
			In:      ForumChanges{}, Out: ForumApplied{}},
		{Name: "importForumSchedule", Method: post, Path: e + "/imports",
			Summary: "Take in schedule.json, schedule.xml or iCalendar of another system: the report first, then with apply the change",
			In:      ImportForumSchedule{}, Out: ForumImport{}, Body: octets},
		{Name: "forumPreview", Method: get, Path: e + "/preview", Summary: "What publishing the draft would change", In: ByForumEdition{}, Out: ForumPreview{}},
		{Name: "publishForum", Method: post, Path: e + "/versions", Summary: "Make the draft the next version of the programme",
			In: PublishForum{}, Out: ForumVersion{}, Status: http.StatusCreated},
		{Name: "forumVersions", Method: get, Path: e + "/versions", Summary: "The versions of the programme, the newest first", In: ByForumEdition{},
			Out: ForumVersions{}},
		{Name: "forumChanges", Method: get, Path: e + "/changes", Summary: "What each of the newest versions changed", In: ByForumEdition{}, Out: ForumDiffs{}},
		{Name: "forumProgramme", Method: get, Path: e + "/programme", Summary: "A published version of the programme, or some of its sessions",
			In: ForumQuery{}, Out: ForumProgramme{}},
		{Name: "exportForum", Method: get, Path: e + "/export/{format}", Summary: "The programme as iCalendar, schedule.json, schedule.xml, CSV or XLSX",
			In: ForumExport{}, Answer: octets},
	}
}

// ForumEditions returns all editions.
func (c *Client) ForumEditions(ctx context.Context) (ForumEditions, error) {
	return call[ForumEditions](ctx, c, "forumEditions", None{})
}

// ForumEdition returns one edition.
func (c *Client) ForumEdition(ctx context.Context, edition string) (ForumEdition, error) {
	return call[ForumEdition](ctx, c, "forumEdition", ByForumEdition{edition})
}

// SaveForumEdition enters or changes an edition.
func (c *Client) SaveForumEdition(ctx context.Context, s SaveForumEdition) (ForumEdition, error) {
	return call[ForumEdition](ctx, c, "saveForumEdition", s)
}

// ForumDraft returns the draft of a programme.
func (c *Client) ForumDraft(ctx context.Context, edition string) (ForumProgramme, error) {
	return call[ForumProgramme](ctx, c, "forumDraft", ByForumEdition{edition})
}

// ChangeForumDraft changes a draft, or says why not.
func (c *Client) ChangeForumDraft(ctx context.Context, ch ForumChanges) (ForumApplied, error) {
	return call[ForumApplied](ctx, c, "changeForumDraft", ch)
}

// ImportForumSchedule reports on a schedule of another system, and takes it in if so asked.
func (c *Client) ImportForumSchedule(ctx context.Context, i ImportForumSchedule, file io.ReadSeeker) (ForumImport, error) {
	return upload[ForumImport](ctx, c, "importForumSchedule", i, file)
}

// ForumPreview says what publishing would change.
func (c *Client) ForumPreview(ctx context.Context, edition string) (ForumPreview, error) {
	return call[ForumPreview](ctx, c, "forumPreview", ByForumEdition{edition})
}

// PublishForum makes the draft the next version.
func (c *Client) PublishForum(ctx context.Context, p PublishForum) (ForumVersion, error) {
	return call[ForumVersion](ctx, c, "publishForum", p)
}

// ForumVersions returns the versions of a programme.
func (c *Client) ForumVersions(ctx context.Context, edition string) (ForumVersions, error) {
	return call[ForumVersions](ctx, c, "forumVersions", ByForumEdition{edition})
}

// ForumChanges returns what each of the newest versions changed.
func (c *Client) ForumChanges(ctx context.Context, edition string) (ForumDiffs, error) {
	return call[ForumDiffs](ctx, c, "forumChanges", ByForumEdition{edition})
}

// ForumProgramme returns a published programme, or some of its sessions.
func (c *Client) ForumProgramme(ctx context.Context, q ForumQuery) (ForumProgramme, error) {
	return call[ForumProgramme](ctx, c, "forumProgramme", q)
}

// ExportForum returns a programme as a file of another format, to be closed.
func (c *Client) ExportForum(ctx context.Context, e ForumExport) (io.ReadCloser, error) {
	return stream(ctx, c, "exportForum", e)
}
