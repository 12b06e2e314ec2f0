package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"landbridge.example"
	"landbridge.example/client"
	"landbridge.example/internal/fail"
)

// An Answer is what a write was answered, as it is kept for a repetition.
type Answer struct {
	Status int
	ETag   string
	Body   []byte
}

// A Claim says what is known of an idempotency key.
type Claim int

// What may be known of a key.
const (
	Fresh       Claim = iota // never seen: it is ours now
	Answered                 // done; the answer is at hand
	Busy                     // being done right now
	Interrupted              // begun by a process that died; nobody knows whether it was done
)

// Answers remembers durably what writes were answered. The node keeps it.
type Answers interface {
	// Begin claims the key of a person for the request with the given digest.
	// The same key with another digest is fail.Conflict. With again, what a
	// dead process began becomes ours; without, it stays interrupted.
	Begin(ctx context.Context, person landbridge.ID, key string, request landbridge.Digest, again bool) (Answer, Claim, error)
	// Done keeps the answer.
	Done(ctx context.Context, person landbridge.ID, key string, a Answer) error
	// Release forgets a key whose request was refused and so changed nothing.
	Release(ctx context.Context, person landbridge.ID, key string) error
}

// repeatable reports whether a write may simply be done again when nobody
// knows whether it was done: a second time changes nothing that matters. An act
// and a file are not: there the caller must look first.
func repeatable(name string) bool {
	switch name {
	case "act", "attachToDraft", "newWatch", "addSubjects", "newBatch", "newCallFor", "inviteReviewer",
		"newDelegation", "nominate", "nominateTable", "changeForumDraft", "writeNews", "newAgendaAddress", "newAgendaCode":
		return false
	// Signed, told to others, and on the floor the next speaker's turn.
	case "sayInMechanism", "proposeVisit", "tableText", "translateText", "amendText", "onAmendment", "openMatter", "actInMatter",
		"commit", "reportOn", "saveMeeting", "floorEvent":
		return false
	// A second proposal would wait for a second person, a second comment be answered.
	case "proposeAgreements", "importAgreements", "commentOnIndex":
		return false
	}
	return true
}

// once does a write under its idempotency key.
func (a *API) once(rt client.Route, c *call, do func() (any, error)) (Answer, error) {
	key := c.r.Header.Get(keyHeader)
	if len(key) < minKey || len(key) > maxKey {
		return Answer{}, fail.New(fail.Invalid, "send an %s of %d to %d characters with every write, new for each; use the same to repeat this one",
			keyHeader, minKey, maxKey)
	}
	digest, err := requestDigest(rt, c)
	if err != nil {
		return Answer{}, err
	}
	ctx := c.r.Context()
	kept, claim, err := a.c.Answers.Begin(ctx, c.person.ID, key, digest, repeatable(rt.Name))
	if err != nil {
		return Answer{}, err
	}
	switch {
	case claim == Answered:
		c.w.Header().Set("Idempotency-Replayed", "true")
		return kept, nil
	case claim == Busy:
		c.w.Header().Set("Retry-After", "1")
		return Answer{}, fail.New(fail.Unavailable, "this request is being worked on already; ask again in a moment with the same key")
	case claim == Interrupted && !repeatable(rt.Name):
		return Answer{}, fail.New(fail.Conflict,
			"the node stopped while it worked on this request; look whether it was done, and if not, send it with a new %s", keyHeader)
	}
	ans, err := perform(c, do)
	// The caller may have gone away: what was done is still to be kept.
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		if e := a.c.Answers.Release(ctx, c.person.ID, key); e != nil {
			a.c.Logger.ErrorContext(ctx, "releasing an idempotency key", "err", e)
		}
		return Answer{}, err
	}
	if err := a.c.Answers.Done(ctx, c.person.ID, key, ans); err != nil {
		a.c.Logger.ErrorContext(ctx, "keeping an answer", "err", err) // it was done: say so
	}
	return ans, nil
}

// requestDigest names a request, so that one key cannot serve two. A file
// counts by its length: reading it twice would need it stored first.
func requestDigest(rt client.Route, c *call) (landbridge.Digest, error) {
	text := []byte(rt.Method + " " + c.r.URL.RequestURI() + "\n" + c.r.Header.Get("If-Match") + "\n")
	if rt.Body != "" {
		return landbridge.Sum(fmt.Append(text, c.r.ContentLength)), nil
	}
	body, err := buffer(c)
	return landbridge.Sum(append(text, body...)), err
}

// buffer reads the JSON body, so that it can be both digested and decoded.
func buffer(c *call) ([]byte, error) {
	if c.r.Body == nil || c.r.Body == http.NoBody {
		return nil, nil
	}
	b, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, MaxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, errTooLarge()
	}
	if err != nil {
		return nil, fail.Because(err, fail.Unavailable, "the body did not arrive whole; send it again")
	}
	c.r.Body = io.NopCloser(bytes.NewReader(b))
	return b, nil
}

func errTooLarge() error {
	return fail.New(fail.TooLarge, "the body is over %d bytes; attach large content as a file", MaxBody)
}
