package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"landbridge.example/client"
	"landbridge.example/internal/delegation"
	"landbridge.example/internal/delegation/badge"
	"landbridge.example/internal/delegation/door"
	"landbridge.example/internal/forum/fiction"
)

// nominators is who nominates for a state, at its own node.
func nominators() map[string]string {
	return map[string]string{"XA": "i.sol", "XB": "k.lenn", "XC": "n.tamsin"}
}

// invites opens the delegations; their people are nominated by whoever sends them.
func (s *story) invites(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	_, err = marsh.SetDelegationEdition(ctx, client.SetDelegationEdition{Edition: s.c.edition, Title: s.c.plan.Name["en"], Place: s.c.plan.City["en"],
		Host:   "Forum Secretariat",
		Starts: s.c.first, Ends: s.c.first.AddDate(0, 0, s.c.plan.Days), Closes: s.c.first.AddDate(0, 0, -20), KeepDays: 365})
	if err != nil {
		return err
	}
	for _, d := range s.c.chain.Delegations {
		made, err := marsh.NewDelegation(ctx, client.NewDelegation{Edition: s.c.edition, Kind: d.Kind, Party: d.Party, Name: d.Name, Members: d.Members,
			Observers: d.Observers})
		if err != nil {
			return err
		}
		s.c.groups[d.Name] = made.ID
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, d := range s.c.chain.Delegations {
		g.Go(func() error { return s.nominates(ctx, d) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	s.tell("XA, XB, XC", fmt.Sprintf("nominated their people at their own nodes, the secretariat those of others: %s in %d delegations",
		cell(int64(s.c.chain.Size())), len(s.c.groups)), "sealed to XF", began)
	return nil
}

// nominates enters the people of one delegation: those of a state by itself.
func (s *story) nominates(ctx context.Context, d fiction.Delegation) error {
	who := doer{"XF", "e.marsh"}
	if d.Party != "" {
		who = doer{d.Party, nominators()[d.Party]}
	}
	c, err := s.as(who.party, who.login)
	if err != nil {
		return err
	}
	id := s.c.groups[d.Name]
	if d.Party != "" {
		err := until(ctx, who.party+" knows that it is invited", func() (bool, error) {
			_, err := c.Delegation(ctx, id)
			return err == nil, ignoreMissing(err)
		})
		if err != nil {
			return err
		}
	}
	for some := range slices.Chunk(s.c.chain.Guests(d), delegation.MaxNominees) {
		n := client.Nomination{Delegation: id}
		for _, x := range some {
			n.People = append(n.People, client.GuestPerson{Part: x.Part, Latin: x.Name, Title: x.Title, Nation: d.Party, Email: x.Email})
		}
		done, err := c.Nominate(ctx, n)
		if err != nil {
			return err
		}
		if len(done.Entered) != len(some) {
			return broken("%d of %d people of %s were entered: %+v", len(done.Entered), len(some), d.Name, done.Problems)
		}
	}
	return nil
}

func ignoreMissing(err error) error {
	if isMissing(err) {
		return nil
	}
	return err
}

// listed lists the people of the conference in a state.
func (s *story) listed(ctx context.Context, c *client.Client, state string) (all []client.GuestLine, err error) {
	for from := 0; ; {
		page, err := c.SearchGuests(ctx, client.GuestQuery{Edition: s.c.edition, State: state, From: from})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Guests...)
		if from = page.Next; from == 0 {
			return all, nil
		}
	}
}

// admits approves two thousand people, each with a badge of their own.
func (s *story) admits(ctx context.Context) error {
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	err = until(ctx, "all nominations arrived", func() (bool, error) {
		page, err := marsh.SearchGuests(ctx, client.GuestQuery{Edition: s.c.edition, State: delegation.Nominated})
		return err == nil && page.Total == s.c.chain.Size(), err
	})
	if err != nil {
		return err
	}
	all, err := s.listed(ctx, marsh, delegation.Nominated)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(all, delegation.MaxAtOnce) {
		var ids []string
		for _, x := range some {
			ids = append(ids, x.ID)
		}
		done, err := marsh.ApproveGuests(ctx, client.ApproveGuests{Guests: ids})
		if err != nil {
			return err
		}
		if len(done.Approved) != len(ids) {
			return broken("%d of %d people were approved: %+v", len(done.Approved), len(ids), done.Skipped)
		}
	}
	s.tell("XF e.marsh", fmt.Sprintf("approved %s people; each has a badge that a door can check without network", cell(int64(len(all)))), "signed by XF", began)
	return s.withdrew(ctx)
}

// withdrew lets one person stay at home: their badge no longer counts.
func (s *story) withdrew(ctx context.Context) error {
	tamsin, err := s.as("XC", "n.tamsin")
	if err != nil {
		return err
	}
	began := s.a.now()
	number := 0
	err = until(ctx, "XC knows that its people are approved", func() (bool, error) {
		page, err := tamsin.SearchGuests(ctx, client.GuestQuery{Edition: s.c.edition, State: delegation.Approved, Part: delegation.Observer})
		if err != nil || page.Total == 0 {
			return false, err
		}
		number = page.Guests[0].Number
		_, err = tamsin.WithdrawGuest(ctx, page.Guests[0].ID)
		return err == nil, err
	})
	if err != nil {
		return err
	}
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	err = until(ctx, "XF knows who stays at home", func() (bool, error) {
		gone, err := marsh.SearchGuests(ctx, client.GuestQuery{Edition: s.c.edition, State: delegation.Withdrawn})
		return err == nil && gone.Total == 1, err
	})
	if err != nil {
		return err
	}
	s.tell("XC n.tamsin", fmt.Sprintf("took one of its observers back; badge %d is revoked", number), "", began)
	return nil
}

// doors are the three doors of the story.
func doors() []string { return []string{"quay", "garden", "garage"} }

// checkIn lets everybody in at three doors without network, and merges what they noted.
func (s *story) checkIn(ctx context.Context) error {
	if err := s.travel(ctx, 1, 6*time.Hour); err != nil {
		return err
	}
	marsh, err := s.marsh()
	if err != nil {
		return err
	}
	began := s.a.now()
	people, err := s.listed(ctx, marsh, delegation.Approved)
	if err != nil {
		return err
	}
	checked, err := s.offline(ctx, marsh, people)
	if err != nil {
		return err
	}
	files, scans, err := s.scanned(people)
	if err != nil {
		return err
	}
	fresh := 0
	for _, i := range []int{0, 1, 0} { // one is brought twice
		got, err := marsh.TakeScans(ctx, s.c.edition, bytes.NewReader(files[i]))
		if err != nil {
			return err
		}
		fresh += got.New
	}
	early, err := marsh.Scans(ctx, s.c.edition)
	if err != nil {
		return err
	}
	if err := s.travel(ctx, 2, 3*time.Hour); err != nil {
		return err
	}
	late, err := marsh.TakeScans(ctx, s.c.edition, bytes.NewReader(files[2]))
	if err != nil {
		return err
	}
	whole, err := marsh.Scans(ctx, s.c.edition)
	if err != nil {
		return err
	}
	if whole.Inside != len(people) || early.Inside >= whole.Inside || fresh+late.New != scans || len(whole.Clashes)+len(whole.Unknown)+len(whole.Revoked) > 0 {
		return broken("%d people came in, the doors say %d (before the last door %d), of %d scans %d are new: %+v %+v %+v",
			len(people), whole.Inside, early.Inside, scans, fresh+late.New, whole.Clashes, whole.Unknown, whole.Revoked)
	}
	s.tell("three doors", fmt.Sprintf("%s scans without network; one file was brought twice, one a day late: "+
		"first %s, then all %s people are inside, none twice (%s)",
		cell(int64(scans)), cell(int64(early.Inside)), cell(int64(whole.Inside)), checked), "", began)
	return nil
}

// offline reads some badges as a door does: by the keys and the revocations it
// was given in the morning, without asking anybody. One that was changed by a
// letter is refused.
func (s *story) offline(ctx context.Context, marsh *client.Client, people []client.GuestLine) (string, error) {
	raw, err := marsh.BadgeKeys(ctx, s.c.edition)
	if err != nil {
		return "", err
	}
	var keys []ed25519.PublicKey
	for _, k := range raw.Keys {
		b, err := base64.StdEncoding.DecodeString(k)
		if err != nil {
			return "", fmt.Errorf("reading a key: %w", err)
		}
		keys = append(keys, b)
	}
	list, err := marsh.RevokedBadges(ctx, s.c.edition)
	if err != nil {
		return "", err
	}
	revoked, err := badge.ParseRevocations(list, keys)
	if err != nil {
		return "", err
	}
	if len(revoked.Numbers) != 1 {
		return "", broken("the doors' list names %d revoked badges", len(revoked.Numbers))
	}
	const step = 100
	n := 0
	for i := 0; i < len(people); i += step {
		g, err := marsh.Guest(ctx, people[i].ID)
		if err != nil {
			return "", err
		}
		b, err := badge.Verify(g.Badge, s.c.edition, keys, revoked, s.f.now())
		if err != nil || b.Number != people[i].Number || b.Name != people[i].Latin {
			return "", broken("a door refuses the badge of %s: %+v %v", people[i].Latin, b, err)
		}
		swapped := strings.NewReplacer("0", "1", "1", "0").Replace(g.Badge)
		if _, err := badge.Verify("LB1:"+swapped[4:], s.c.edition, keys, revoked, s.f.now()); err == nil && "LB1:"+swapped[4:] != g.Badge {
			return "", broken("a door lets a changed badge in: %s", swapped)
		}
		n++
	}
	return fmt.Sprintf("%d badges read whole and checked with XF's key", n), nil
}

// scanned plays three doors: many are scanned twice, some come in again by
// another door. It returns a file of each, and how many scans there are.
func (s *story) scanned(people []client.GuestLine) (files [3][]byte, scans int, err error) {
	var all [3][]door.Scan
	at := s.c.first.Add(3 * time.Hour)
	for i, p := range people {
		at = at.Add(time.Second)
		note := func(d int, after time.Duration) {
			all[d] = append(all[d], door.Scan{
				Door: doors()[d], Sequence: int64(len(all[d]) + 1), Badge: p.Number, At: at.Add(after),
			})
		}
		note(i%3, 0)
		if i%4 == 0 {
			note(i%3, 3*time.Second)
		}
		if i%5 == 0 {
			note((i+1)%3, time.Hour)
		}
	}
	for i := range all {
		scans += len(all[i])
		book, err := door.New(s.c.edition, all[i]...)
		if err != nil {
			return files, 0, err
		}
		var b bytes.Buffer
		if _, err := book.WriteTo(&b); err != nil {
			return files, 0, err
		}
		files[i] = b.Bytes()
	}
	return files, scans, nil
}
