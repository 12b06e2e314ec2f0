package api

import (
	"bytes"
	"context"
	"net/http"

	"landbridge.example/client"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/delegation/door"
)

func (a *API) takeScans(ctx context.Context, c *call, in client.ByForumEdition) (client.ScansTaken, error) {
	t, err := a.c.Guests.TakeScans(ctx, c.person, in.Edition, http.MaxBytesReader(c.w, c.r.Body, door.MaxFile+1))
	if err != nil {
		return client.ScansTaken{}, err
	}
	return client.ScansTaken{Scans: t.Scans, New: t.New, Unknown: numbers(t.Unknown), Revoked: numbers(t.Revoked), Clashes: each(t.Clashes, clash),
		Clocks: each(t.Clocks, doorClock)}, nil
}

func numbers(in []int) []int {
	if in == nil {
		return []int{}
	}
	return in
}

func clash(c door.Clash) client.DoorClash { return client.DoorClash(c) }

func doorClock(o delegation.Odd) client.DoorClock {
	return client.DoorClock{Door: o.Door, First: o.First, Last: o.Last, Why: o.Why}
}

func (a *API) scans(ctx context.Context, c *call, in client.ByForumEdition) (client.Scans, error) {
	r, err := a.c.Guests.Report(ctx, c.person, in.Edition)
	if err != nil {
		return client.Scans{}, err
	}
	return client.Scans{Edition: in.Edition, Scans: len(r.Book.Scans), Inside: len(r.Entries), Clashes: each(r.Clashes, clash), Clocks: each(r.Clocks, doorClock),
		Unknown: numbers(r.Unknown), Revoked: numbers(r.Revoked),
		Doors: each(r.Doors, func(d delegation.DoorLine) client.DoorLine { return client.DoorLine(d) }),
		Entries: each(r.Entries, func(e door.Entry) client.DoorEntry {
			return client.DoorEntry{Badge: e.Badge, Door: e.First.Door, At: e.First.At, Again: e.Again}
		})}, nil
}

func (a *API) scanFile(ctx context.Context, c *call, in client.ByForumEdition) error {
	if _, err := a.c.Guests.Edition(ctx, in.Edition); err != nil {
		return err
	}
	book, err := a.c.Guests.Scans(ctx, c.person, in.Edition)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := book.WriteTo(&b); err != nil {
		return err
	}
	return c.bytes(plain, b.Bytes())
}
