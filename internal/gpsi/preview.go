package gpsi

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"landbridge.example"
	"landbridge.example/index/bundle"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// maxWait is how far away the end of comments may lie.
const maxWait = 366 * 24 * time.Hour

// Calculate opens an edition as it is now: what its pages would show if it were
// released. The last ones are kept, so looking again costs nothing.
func (g *Register) Calculate(ctx context.Context, by staff.Person, id landbridge.ID) (*Opened, error) {
	if err := g.may(by, access.SeeIndex); err != nil {
		return nil, err
	}
	s := g.reading(ctx)
	e, err := edition(s, id, "")
	if err != nil {
		return nil, err
	}
	c, err := newest(s, e)
	if err != nil {
		return nil, err
	}
	words, err := g.said(s, e)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("edition %s %d %d %d", e.ID, c.Version, len(words.dissents), len(words.settled))
	return g.kept.get(key, func() (*Opened, error) {
		r := Release{Publisher: e.Publisher, Framework: e.Framework, Title: e.Title, Edition: e.Label, Demonstration: e.Demonstration,
			Revises: e.Revises, LogIndex: -1}
		if c.Bundle != "" {
			data, err := content(s, c.Bundle)
			if err != nil {
				return nil, err
			}
			all, err := unzip(data)
			if err != nil {
				return nil, err
			}
			r.Digest = all.Digest()
			return open(r, all)
		}
		m, err := g.assemble(ctx, s, e, c, r, words)
		if err != nil {
			return nil, err
		}
		r.Digest = m.contents.Digest()
		return open(r, m.contents)
	})
}

// A Showing sends an edition to the members, who may comment until a day.
type Showing struct {
	To    []landbridge.PartyID // nobody: to all
	Until time.Time
	Note  string
}

// Show sends the edition as it is now to the members, so that each sees its own
// figures before the public does. Changed later, it is shown again.
func (g *Register) Show(ctx context.Context, by staff.Person, id landbridge.ID, n Showing) (to []landbridge.PartyID, err error) {
	if err := g.may(by, access.ReleaseIndex); err != nil {
		return nil, err
	}
	note, err := paragraph("note", n.Note, false)
	if err != nil {
		return nil, err
	}
	until := n.Until.UTC().Truncate(time.Second)
	if now := g.now(); !until.After(now) || until.Sub(now) > maxWait {
		return nil, fail.New(fail.Invalid, "say until when members may comment: a time to come, within a year")
	}
	s := g.reading(ctx)
	e, err := edition(s, id, "")
	if err != nil {
		return nil, err
	}
	if e.Publisher != g.me || e.State != Draft && e.State != Preview {
		return nil, fail.New(fail.Conflict, "only an edition that this node prepares can be shown; this one is %s", e.State)
	}
	o, err := g.Calculate(ctx, by, id)
	if err != nil {
		return nil, err
	}
	zip, err := o.Contents.Zip()
	if err != nil {
		return nil, err
	}
	if len(zip) > MaxBundle {
		return nil, fail.New(fail.TooLarge, "the bundle has %d MiB; at most %d are sent", len(zip)>>20, MaxBundle>>20)
	}
	h := &head{Edition: e.ID, Framework: e.Framework, Label: e.Label, Title: e.Title, Demonstration: e.Demonstration, Version: e.Version,
		Digest: o.Digest.String(), Until: until, Note: note, At: g.now()}
	parcels, err := g.pack(ctx, kindShown, h, zip, n.To...)
	if err != nil {
		return nil, err
	}
	if len(parcels) == 0 {
		return nil, fail.New(fail.Conflict, "there is no other party in the directory to show it to")
	}
	err = g.write(ctx, "showing an edition", func(tx *db.Tx) error {
		to, err = g.shown(tx, by, e, until, parcels)
		return err
	})
	return to, g.clear(err, parcels)
}

func (g *Register) shown(tx *db.Tx, by staff.Person, was Edition, until time.Time, parcels []parcel) (to []landbridge.PartyID, err error) {
	e, _, err := g.own(tx, was.ID)
	if err != nil {
		return nil, err
	}
	if e.Version != was.Version {
		return nil, fail.New(fail.Conflict, "the edition changed in the meantime; look at it again, then show it")
	}
	sent, err := g.send(tx, parcels)
	if err != nil {
		return nil, err
	}
	for i, p := range parcels {
		for _, r := range p.to {
			to = append(to, r.Party)
			_, err := tx.Exec(`INSERT INTO gpsi_shown (edition, version, party, message, at_us) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (edition, version, party) DO UPDATE SET message = excluded.message, at_us = excluded.at_us`,
				string(e.ID), e.Version, string(r.Party), sent[i].String(), db.Micros(g.now()))
			if err != nil {
				return nil, fmt.Errorf("noting who was shown an edition: %w", err)
			}
		}
	}
	e.State, e.Until, e.Changed = Preview, until, g.now()
	if err := g.saveEdition(tx, &e); err != nil {
		return nil, err
	}
	_, err = g.fact(tx, factShown, by.Pseudonym, landbridge.Digest{}, string(e.ID), fmt.Sprintf("version %d, to %d parties", e.Version, len(to)))
	return to, err
}

// takeShown keeps an edition that another party shows us.
func (g *Register) takeShown(tx *db.Tx, in *arrival) error {
	h := in.head
	if _, err := landbridge.ParseID(string(h.Edition)); err != nil || !plainID(h.Framework) || !plainID(h.Label) || h.Version <= 0 {
		return fail.New(fail.Invalid, "an edition is shown with its id, index, label and version")
	}
	title, err := line("title", h.Title, true)
	if err != nil {
		return err
	}
	note, err := paragraph("note", h.Note, false)
	if err != nil {
		return err
	}
	c, err := unzip(in.file)
	if err != nil {
		return err
	}
	if c.Digest().String() != h.Digest {
		return fail.New(fail.Unsigned, "the bundle is not the one that the message names")
	}
	if _, err := parseBundle(c); err != nil {
		return err
	}
	e, err := edition(inside{tx}, h.Edition, tx.ForUpdate())
	switch {
	case fail.Is(err, fail.Missing):
		if e, err = g.firstShown(tx, in, title); err != nil {
			return err
		}
	case err != nil:
		return err
	case e.Publisher != in.from:
		return fail.New(fail.Denied, "this edition is prepared by %s", e.Publisher)
	case e.State != Preview:
		return fail.New(fail.Conflict, "this edition is %s", e.State)
	}
	file, err := put(tx, in.file)
	if err != nil {
		return err
	}
	e.Until, e.Title = h.Until.UTC(), title
	if err := g.change(tx, &e, Content{Bundle: file.String(), What: "shown", Note: note, Author: string(in.from)}); err != nil {
		return err
	}
	_, err = g.fact(tx, factSeen, nodeActor, c.Digest(), string(e.ID), e.Framework+" "+e.Label)
	return err
}

func (g *Register) firstShown(tx *db.Tx, in *arrival, title string) (e Edition, err error) {
	var open int
	err = tx.QueryRow(`SELECT count(*) FROM gpsi_edition WHERE publisher = $1 AND state = 'preview'`, string(in.from)).Scan(&open)
	if err != nil {
		return e, err
	}
	if open >= MaxEditions {
		return e, fail.New(fail.TooLarge, "%d editions of yours are in preview here; release or drop some", open)
	}
	now, h := g.now(), in.head
	e = Edition{ID: h.Edition, Publisher: in.from, Framework: h.Framework, Label: h.Label, Title: title, Demonstration: h.Demonstration,
		State: Preview, Made: now, Changed: now}
	_, err = tx.Exec(`INSERT INTO gpsi_edition (`+editionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		string(e.ID), string(e.Publisher), e.Framework, e.Label, e.Title, e.Demonstration, e.State, int64(0), int64(0), "", int64(0), db.Micros(now), db.Micros(now))
	if err != nil {
		return e, fmt.Errorf("writing an edition: %w", err)
	}
	return e, nil
}

// parseBundle checks that a bundle has a manifest and a specification that can
// be read. It is calculated when somebody opens it.
func parseBundle(c bundle.Contents) (string, error) {
	id, name, err := bundle.ParseManifest(c[bundle.Manifest])
	if err != nil {
		return "", fail.New(fail.Invalid, "%v", err)
	}
	s, err := readSpec(c[name])
	if err != nil {
		return "", err
	}
	if s.ID != id {
		return "", fail.New(fail.Invalid, "the specification is of %.60q, the manifest of %.60q", s.ID, id)
	}
	return id, nil
}

// announce prepares the message that carries a release to the members.
func (g *Register) announce(ctx context.Context, m *made, zip []byte) ([]parcel, error) {
	r := &m.release
	h := &head{Edition: m.edition.ID, Framework: r.Framework, Label: r.Edition, Title: r.Title, Demonstration: r.Demonstration, Digest: r.Digest.String(),
		Note: r.Note, At: r.Released, Release: &releaseHead{ID: r.ID, Revision: r.Revision, Revises: r.Revises, LogIndex: -1}}
	return g.pack(ctx, kindReleased, h, zip)
}

// takeReleased keeps a release of another party, once its signature holds.
func (g *Register) takeReleased(tx *db.Tx, in *arrival) error {
	h := in.head
	c, err := unzip(in.file)
	if err != nil {
		return err
	}
	if _, err := parseBundle(c); err != nil {
		return err
	}
	s, err := bundle.ParseSignature(c[bundle.SignatureFile])
	if err == nil {
		err = s.Check(c.Digest())
	}
	if err != nil {
		return fail.New(fail.Unsigned, "%v", err)
	}
	r := Release{Publisher: in.from, Framework: h.Framework, Edition: h.Label, Title: h.Title, Demonstration: h.Demonstration, Note: h.Note,
		Released: h.At.UTC(), Digest: c.Digest(), Size: int64(len(in.file))}
	if h.Release == nil || h.Release.ID != s.ID || s.Party != in.from || h.Digest != c.Digest().String() {
		return fail.New(fail.Unsigned, "the message and the signature of the release do not speak of the same")
	}
	r.ID, r.Revision, r.Revises, r.LogIndex = h.Release.ID, h.Release.Revision, h.Release.Revises, h.Release.LogIndex
	if err := g.holds(&r, s, c); err != nil {
		return err
	}
	var known string
	err = tx.QueryRow(`SELECT digest FROM gpsi_release WHERE id = $1`, r.ID).Scan(&known)
	switch {
	case err == nil && known == r.Digest.String():
		return nil
	case err == nil:
		return fail.New(fail.Conflict, "%s was released before with another content; a release is followed by a revision, never replaced", r.ID)
	case !errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("reading releases: %w", err)
	}
	if err := insertRelease(tx, &r, in.file); err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE gpsi_edition SET state = 'released', changed_us = $1 WHERE id = $2 AND publisher = $3`,
		db.Micros(g.now()), string(h.Edition), string(in.from))
	if err != nil {
		return fmt.Errorf("ending a preview: %w", err)
	}
	_, err = g.fact(tx, factTaken, nodeActor, r.Digest, r.ID, "")
	return err
}

// holds checks a release of another party against its signature, the key in the
// directory, and its own text.
func (g *Register) holds(r *Release, s bundle.Signature, c bundle.Contents) error {
	view, err := g.c.Directory.View(context.Background())
	if err != nil {
		return err
	}
	record, err := view.Lookup(r.Publisher)
	if err != nil {
		return err
	}
	if !hasKey(record.SigningKeys, s.Key) {
		return fail.New(fail.Unsigned, "the key of the signature is not one of %s in the directory", r.Publisher)
	}
	_, name, err := bundle.ParseManifest(c[bundle.Manifest])
	if err != nil {
		return fail.New(fail.Invalid, "%v", err)
	}
	sp, err := readSpec(c[name])
	if err != nil {
		return err
	}
	want := fmt.Sprintf("%s-%s-%s-%d", lower(r.Publisher), sp.ID, sp.Edition, r.Revision)
	if r.ID != want || sp.ID != r.Framework || sp.Edition != r.Edition || r.Revision < 1 {
		return fail.New(fail.Invalid, "the release would be called %s, not %.80q", want, r.ID)
	}
	if !s.At.Equal(r.Released.Truncate(time.Second)) {
		return fail.New(fail.Invalid, "the message and the signature name different times")
	}
	r.Notice, r.Title = clip(sp.Notice, maxText), clip(sp.Title, 4*maxLine)
	return nil
}
