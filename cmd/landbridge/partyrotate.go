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
)

// overlap is how long the old signing key stays good after an ordinary
// rotation: what was signed with it may still be on its way.
const overlap = 14 * 24 * time.Hour

func partyRotate() *command {
	return &command{
		name: "rotate", short: "give this node new signing, sealing and TLS keys, and publish them",
		long: "The node must not run, and the identity key must be in keys/. The old files stay in keys/ under names with\n" +
			"the time; the old sealing key still opens what was sealed to it. With --revoke everything signed by the old key is refused\n" +
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

// rotate makes new keys, publishes them, and puts them in place. The new keys
// are on disk in keys/next before anybody hears of them; a run that died goes
// on from there, so that no published key is ever without its secret half.
func rotate(ctx context.Context, a *app, c node.Config, reason string, since time.Time) error {
	n, err := node.Open(ctx, c, node.Dependencies{})
	if err != nil {
		return err
	}
	record, err := publishNext(ctx, a, n, reason, since)
	if err = errors.Join(err, n.Close()); err != nil {
		return fail.Because(err, fail.KindOf(err), "the new keys are not published, and the old ones are in place as before: %s", plainly(err))
	}
	next := filepath.Join(c.KeysDir(), nextKeys)
	keys, err := party.Load(next, n.Party)
	if err != nil {
		return err
	}
	if err := keys.Replace(c.KeysDir(), a.now()); err != nil {
		return err
	}
	if err := os.RemoveAll(next); err != nil {
		return fmt.Errorf("clearing the place of the next keys: %w", err)
	}
	t := keyValues("signing key", string(keys.Signing.ID()), "sealing key", string(keys.Sealing[0].ID()), "record", record,
		"old keys", c.KeysDir()+"/*.until-…", "next", "landbridge serve --dir "+c.Dir)
	return show(a.out, false, nil, t, "")
}

// nextKeys is the folder inside keys/ in which keys wait to be published.
const nextKeys = "next"

// publishNext publishes the keys in keys/next, which it makes if need be, and
// returns the file with the record.
func publishNext(ctx context.Context, a *app, n *node.Node, reason string, since time.Time) (string, error) {
	if n.Keys.Identity.IsZero() {
		return "", fail.New(fail.Missing, "the identity key of %s is not in %s; bring its file there for this step, and take it away again",
			n.Party, n.Config.KeysDir())
	}
	history, err := n.Directory.History(ctx, n.Party)
	if err != nil {
		return "", err
	}
	last := history[len(history)-1]
	keys, err := keysToCome(a, n)
	if err != nil {
		return "", err
	}
	record := filepath.Join(n.Config.Dir, fmt.Sprintf("record-%d.txt", last.Record.Version+1))
	for _, k := range last.Record.SigningKeys {
		if k.Key == keys.Signing.PublicText() {
			return record, nil // published by a run that died before it could say so
		}
	}
	r, err := keys.Succeed(last, a.now(), overlap)
	if err != nil {
		return "", err
	}
	if reason != "" {
		r.Revoked = append(r.Revoked, party.Revocation{Key: n.Keys.Signing.ID(), Since: since.UTC().Truncate(time.Microsecond), Reason: reason})
	}
	signed, err := party.SignRecord(r, keys.Identity.Signer())
	if err != nil {
		return "", err
	}
	if err := writeFile(record, signed); err != nil {
		return "", err
	}
	_, err = n.Enter(ctx, signed)
	return record, err
}

// keysToCome returns the keys in keys/next, and makes them when there are none.
func keysToCome(a *app, n *node.Node) (*party.Keys, error) {
	next := filepath.Join(n.Config.KeysDir(), nextKeys)
	keys, err := party.Load(next, n.Party)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if err := os.RemoveAll(next); err != nil { // half of a set, which nobody has heard of
		return nil, fmt.Errorf("clearing what an earlier attempt left: %w", err)
	}
	if keys, err = party.Load(n.Config.KeysDir(), n.Party); err != nil {
		return nil, err
	}
	if err := keys.Rotate(a.now(), a.random); err != nil {
		return nil, fmt.Errorf("making keys: %w", err)
	}
	return keys, keys.Save(next)
}
