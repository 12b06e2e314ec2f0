package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"landbridge.example/internal/fail"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
	"landbridge.example/seal"
)

// overlap is how long the old signing key stays good after an ordinary
// rotation: what was signed with it may still be on its way.
const overlap = 14 * 24 * time.Hour

func partyRotate() *command {
	return &command{
		name: "rotate", short: "give this node new signing and sealing keys, and publish them",
		long: "The node must not run, and the identity key must be in keys/. The old files go to keys/before-…; the old\n" +
			"sealing key still opens what was sealed to it. With --revoke everything signed by the old key is refused\n" +
			"everywhere from now on. Start the node again afterwards.",
		example: `landbridge party rotate --dir /srv/landbridge --revoke "The machine was broken into on 3 December."`,
		setup: func(fs *flag.FlagSet) func(context.Context, *app, []string) error {
			dir := dirFlag(fs)
			revoke := fs.String("revoke", "", "the `reason` to revoke the old signing key")
			since := fs.String("since", "", "with --revoke: the last `time` (2026-12-03T08:00:00Z) at which it was surely ours; now when left out")
			return func(ctx context.Context, a *app, _ []string) error {
				c, err := loadConfig(a, *dir, nil)
				if err != nil {
					return err
				}
				at := a.now().UTC()
				if *since != "" {
					if at, err = time.Parse(time.RFC3339, *since); err != nil || at.After(a.now()) {
						return fail.New(fail.Invalid, "--since is a time in the past, written like 2026-12-03T08:00:00Z")
					}
				}
				return rotate(ctx, a, c, *revoke, at)
			}
		},
	}
}

// rotate makes the new keys, puts them in place, and publishes them. If the
// secretariat is not reached, the old files come back. If the program dies in
// between, the record lies in the data folder and "party add" publishes it.
func rotate(ctx context.Context, a *app, c node.Config, reason string, since time.Time) error {
	was, keys, err := currentRecord(ctx, a, c)
	if err != nil {
		return err
	}
	old, err := keys.Rotate(a.random)
	if err != nil {
		return fmt.Errorf("making keys: %w", err)
	}
	signed, err := rotatedRecord(a, was, keys, old, reason, since)
	if err != nil {
		return err
	}
	record := filepath.Join(c.Dir, fmt.Sprintf("record-%d.txt", was.Record.Version+1))
	if err := writeFile(record, signed); err != nil {
		return err
	}
	before := filepath.Join(c.KeysDir(), "before-"+a.now().UTC().Format("20060102T150405Z"))
	if err := swapKeys(c, keys, before); err != nil {
		return err
	}
	n, err := node.Open(ctx, c, node.Dependencies{})
	if err == nil {
		_, err = n.Enter(ctx, signed)
		err = errors.Join(err, n.Close())
	}
	if err != nil {
		return fail.Because(errors.Join(err, swapBack(c, before)), fail.KindOf(err), "the new keys were not published, and the old ones are back in place: %s", plainly(err))
	}
	t := keyValues("signing key", string(keys.Signing.ID()), "sealing key", string(keys.Sealing[0].ID()), "record", record,
		"old keys", before, "next", "landbridge serve --dir "+c.Dir)
	return show(a.out, false, nil, t, "")
}

// currentRecord opens the node and reads what the directory says of it.
func currentRecord(ctx context.Context, a *app, c node.Config) (*party.Statement, *party.Keys, error) {
	keys, err := loadKeys(a, c.Dir)
	if err != nil {
		return nil, nil, err
	}
	n, err := node.Open(ctx, c, node.Dependencies{})
	if err != nil {
		return nil, nil, err
	}
	defer n.Close()
	history, err := n.Directory.History(ctx, keys.Party)
	if err != nil {
		return nil, nil, err
	}
	entries, err := n.Directory.Since(ctx, history[len(history)-1].Position-1)
	if err != nil {
		return nil, nil, err
	}
	e, err := party.ParseEntry(entries[0])
	if err != nil {
		return nil, nil, err
	}
	return e.Statement, keys, nil
}

// rotatedRecord is the record that names the new keys.
func rotatedRecord(a *app, was *party.Statement, keys *party.Keys, old seal.SigningKey, reason string, since time.Time) ([]byte, error) {
	r := was.Record
	now := a.now().UTC().Truncate(time.Microsecond)
	r.Version, r.Previous, r.Date = r.Version+1, was.Digest(), now
	for i, k := range r.SigningKeys {
		if k.Key == old.PublicText() && k.Until.IsZero() {
			r.SigningKeys[i].Until = now.Add(overlap)
		}
	}
	r.SigningKeys = append(r.SigningKeys, party.SigningKey{Key: keys.Signing.PublicText(), From: now})
	r.SealingKeys = nil
	for _, k := range keys.Sealing {
		r.SealingKeys = append(r.SealingKeys, party.SealingKey{Key: k.PublicText()})
	}
	if reason != "" {
		r.Revoked = append(r.Revoked, party.Revocation{Key: old.ID(), Since: since.Truncate(time.Microsecond), Reason: reason})
	}
	return party.SignRecord(r, keys.Identity.Signer())
}

// The files that a rotation replaces.
var rotated = [...]string{"signing.key", "sealing.key"}

// swapKeys moves the old files away and writes the new ones.
func swapKeys(c node.Config, keys *party.Keys, before string) error {
	if err := os.Mkdir(before, 0o700); err != nil {
		return fmt.Errorf("making a place for the old keys: %w", err)
	}
	for _, name := range rotated {
		if err := os.Rename(filepath.Join(c.KeysDir(), name), filepath.Join(before, name)); err != nil {
			return errors.Join(fmt.Errorf("moving the old keys: %w", err), swapBack(c, before))
		}
	}
	if err := keys.Save(c.KeysDir()); err != nil {
		return errors.Join(err, swapBack(c, before))
	}
	return nil
}

// swapBack undoes swapKeys. The new keys were never published, so they are of
// no use and may go.
func swapBack(c node.Config, before string) error {
	var errs []error
	for _, name := range rotated {
		err := os.Rename(filepath.Join(before, name), filepath.Join(c.KeysDir(), name))
		if !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errors.Join(errs...), os.Remove(before))
}
