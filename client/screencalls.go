package client

import (
	"context"
	"encoding/json"
	"io"
)

// ScreenLists returns the lists in use.
func (c *Client) ScreenLists(ctx context.Context) (ScreenLists, error) {
	return call[ScreenLists](ctx, c, "lists", None{})
}

// ImportList imports a list's file.
func (c *Client) ImportList(ctx context.Context, in ImportList, file io.ReadSeeker) (ImportedList, error) {
	return upload[ImportedList](ctx, c, "importList", in, file)
}

// ListVersion returns one version of a list, with what it changed after a place.
func (c *Client) ListVersion(ctx context.Context, list string, version int64, after int) (ListVersion, error) {
	return call[ListVersion](ctx, c, "listVersion", ByVersion{list, version, after})
}

// ListEntry returns one entry of a list.
func (c *Client) ListEntry(ctx context.Context, list, entry string) (ListEntry, error) {
	return call[ListEntry](ctx, c, "listEntry", ByEntry{list, entry})
}

// ScreenName screens one name.
func (c *Client) ScreenName(ctx context.Context, q ScreenQuestion) (ScreenAnswer, error) {
	return call[ScreenAnswer](ctx, c, "screenName", q)
}

// Watches returns the watches the caller may see.
func (c *Client) Watches(ctx context.Context) (ScreenWatches, error) {
	return call[ScreenWatches](ctx, c, "watches", None{})
}

// NewWatch begins a lawful watch.
func (c *Client) NewWatch(ctx context.Context, n NewWatch) (ScreenWatch, error) {
	return call[ScreenWatch](ctx, c, "newWatch", n)
}

// Watch returns one watch with its subjects.
func (c *Client) Watch(ctx context.Context, id string) (ScreenWatch, error) {
	return call[ScreenWatch](ctx, c, "watch", ByWatch{id})
}

// AddSubjects puts persons or things on a watch.
func (c *Client) AddSubjects(ctx context.Context, a AddSubjects) (ScreenWatch, error) {
	return call[ScreenWatch](ctx, c, "addSubjects", a)
}

// EndWatch ends a watch before its time.
func (c *Client) EndWatch(ctx context.Context, id, reason string) (ScreenWatch, error) {
	return call[ScreenWatch](ctx, c, "endWatch", EndWatch{id, reason})
}

// WatchCase puts the persons of a case on its watchlist.
func (c *Client) WatchCase(ctx context.Context, id string, all bool) (ScreenWatch, error) {
	return call[ScreenWatch](ctx, c, "watchCase", WatchCase{id, all})
}

// CaseWatch returns the watchlist of a case.
func (c *Client) CaseWatch(ctx context.Context, id string) (ScreenWatch, error) {
	return call[ScreenWatch](ctx, c, "caseWatch", ByCase{id})
}

// Hits returns one page of candidates.
func (c *Client) Hits(ctx context.Context, q HitQuery) (ScreenHits, error) {
	return call[ScreenHits](ctx, c, "hits", q)
}

// Hit returns one candidate with every reason.
func (c *Client) Hit(ctx context.Context, id string) (ScreenHit, error) {
	return call[ScreenHit](ctx, c, "hit", ByHit{id})
}

// DismissHit marks a false positive.
func (c *Client) DismissHit(ctx context.Context, d DismissHit) (ScreenHit, error) {
	return call[ScreenHit](ctx, c, "dismissHit", d)
}

// ProposeHit says that a candidate is the listed person.
func (c *Client) ProposeHit(ctx context.Context, p ProposeHit) (ScreenHit, error) {
	return call[ScreenHit](ctx, c, "proposeHit", p)
}

// ConfirmHit confirms a proposed match with a passkey's assertion.
func (c *Client) ConfirmHit(ctx context.Context, id, role string, assertion json.RawMessage) (ScreenHit, error) {
	return call[ScreenHit](ctx, c, "confirmHit", ConfirmHit{id, role, assertion})
}

// ReturnHit gives a proposed match back.
func (c *Client) ReturnHit(ctx context.Context, id, reason string) (ScreenHit, error) {
	return call[ScreenHit](ctx, c, "returnHit", GiveBackHit{id, reason})
}

// RevokeHit lifts a match that was a mistake.
func (c *Client) RevokeHit(ctx context.Context, id, reason string) (ScreenHit, error) {
	return call[ScreenHit](ctx, c, "revokeHit", GiveBackHit{id, reason})
}

// TaskDone notes that a task was done.
func (c *Client) TaskDone(ctx context.Context, id, text string) (ScreenHit, error) {
	return call[ScreenHit](ctx, c, "taskDone", AnswerTask{id, text})
}

// TaskWhy says why a late task is not done.
func (c *Client) TaskWhy(ctx context.Context, id, text string) (ScreenHit, error) {
	return call[ScreenHit](ctx, c, "taskWhy", AnswerTask{id, text})
}

// Batches returns the caller's files of names.
func (c *Client) Batches(ctx context.Context) (ScreenBatches, error) {
	return call[ScreenBatches](ctx, c, "batches", None{})
}

// NewBatch screens a file of names in the background.
func (c *Client) NewBatch(ctx context.Context, in NewScreenBatch, file io.ReadSeeker) (ScreenBatch, error) {
	return upload[ScreenBatch](ctx, c, "newBatch", in, file)
}

// Batch returns how far a file is.
func (c *Client) Batch(ctx context.Context, id string) (ScreenBatch, error) {
	return call[ScreenBatch](ctx, c, "batch", ByBatch{id})
}

// BatchResults returns the answers, one line of JSON for each name. Close it.
func (c *Client) BatchResults(ctx context.Context, id string) (io.ReadCloser, error) {
	return stream(ctx, c, "batchResults", ByBatch{id})
}
