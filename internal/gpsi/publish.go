package gpsi

import (
	"context"
	"fmt"
	"strings"

	"landbridge.example"
	"landbridge.example/index/bundle"
	"landbridge.example/index/problem"
	"landbridge.example/internal/access"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A made is a bundle that was calculated, with what it was made from.
type made struct {
	edition  Edition
	content  Content
	contents bundle.Contents
	warnings problem.List
	release  Release
}

// assemble calculates the bundle of an edition as it is now.
func (g *Register) assemble(ctx context.Context, s source, e Edition, c Content, r Release, said said) (*made, error) {
	text, err := content(s, c.Spec)
	if err != nil {
		return nil, err
	}
	data := bundle.Contents{}
	total := len(text)
	for path, digest := range c.Files {
		if data[path], err = content(s, digest); err != nil {
			return nil, err
		}
		if total += len(data[path]); total > MaxUnpacked/2 {
			return nil, fail.New(fail.TooLarge, "the files of an edition have at most %d MiB together", MaxUnpacked>>21)
		}
	}
	sp, err := readSpec(text)
	if err != nil {
		return nil, err
	}
	if path, equal := standIn(sp); path != "" && data[path] == nil {
		data[path] = equal
	}
	all, err := methodsUpTo(s, e.Framework, e.Method)
	if err != nil {
		return nil, err
	}
	attach := bundle.Contents{noteFile: releaseNote(&r, all), methodsFile: formatMethods(all)}
	if b, ok := data[provenanceFile]; ok {
		attach[provenanceFile] = b
	}
	if len(said.dissents) > 0 {
		attach[dissentsFile] = formatDissents(said.dissents)
	}
	if len(said.settled) > 0 {
		attach[correctionsFile] = formatCorrections(said.settled)
	}
	m := &made{edition: e, content: c, release: r}
	m.contents, m.warnings = bundle.Make(specName(e.Framework), text, files(data), bundle.Options{Context: ctx, Workers: g.c.Workers, Attach: attach})
	if m.warnings.Refused() {
		return nil, refused(m.warnings)
	}
	return m, nil
}

// said is what members said about an edition, as it is published with it.
type said struct {
	dissents []Dissent
	settled  []Settled
}

// next names the release that an edition would become.
func (g *Register) next(s source, e Edition, note string) (Release, error) {
	r := Release{Publisher: g.me, Framework: e.Framework, Title: e.Title, Edition: e.Label, Demonstration: e.Demonstration,
		Revises: e.Revises, Note: note, Released: g.now()}
	err := s.row(`SELECT coalesce(max(revision), 0) + 1 FROM gpsi_release WHERE publisher = $1 AND framework = $2 AND label = $3`,
		string(g.me), e.Framework, e.Label).Scan(&r.Revision)
	if err != nil {
		return r, fmt.Errorf("numbering a release: %w", err)
	}
	r.ID = fmt.Sprintf("%s-%s-%s-%d", strings.ToLower(string(g.me)), e.Framework, e.Label, r.Revision)
	return r, nil
}

// Release publishes an edition: calculates it once more, signs the bundle,
// enters its digest into the log and sends it to the members. Whoever changed
// its data last cannot be the one who releases it: two persons look at it.
func (g *Register) Release(ctx context.Context, by staff.Person, id landbridge.ID, note string) (Release, error) {
	if err := g.may(by, access.ReleaseIndex); err != nil {
		return Release{}, err
	}
	note, err := paragraph("note", note, false)
	if err != nil {
		return Release{}, err
	}
	s := g.reading(ctx)
	e, err := edition(s, id, "")
	if err != nil {
		return Release{}, err
	}
	if err := g.mayRelease(s, by, e); err != nil {
		return Release{}, err
	}
	m, zip, err := g.calculate(ctx, s, e, note)
	if err != nil {
		return Release{}, err
	}
	parcels, err := g.announce(ctx, m, zip)
	if err != nil {
		return Release{}, err
	}
	err = g.write(ctx, "releasing an index", func(tx *db.Tx) error { return g.publish(tx, by, m, zip, parcels) })
	return m.release, g.clear(err, parcels)
}

// mayRelease says why an edition cannot be released now.
func (g *Register) mayRelease(s source, by staff.Person, e Edition) error {
	if e.Publisher != g.me {
		return fail.New(fail.Denied, "this edition is released by %s", e.Publisher)
	}
	if e.State != Draft && e.State != Preview {
		return fail.New(fail.Conflict, "this edition is %s already", e.State)
	}
	if e.State == Draft && !e.Demonstration {
		return fail.New(fail.Conflict, "show the edition to the members first; only a demonstration is released without")
	}
	if !e.Demonstration && g.now().Before(e.Until) {
		return fail.New(fail.Conflict, "members may comment until %s; release it then", e.Until.Format("2006-01-02 15:04 UTC"))
	}
	var open int
	err := s.row(`SELECT count(*) FROM gpsi_comment WHERE edition = $1 AND kind = 'correction' AND state = 'open'`, string(e.ID)).Scan(&open)
	if err != nil {
		return fmt.Errorf("counting corrections: %w", err)
	}
	if open > 0 {
		return fail.New(fail.Conflict, "%d corrections wait for an answer; accept or decline each", open)
	}
	err = s.row(`SELECT count(*) FROM gpsi_budget WHERE edition = $1 AND state = 'open'`, string(e.ID)).Scan(&open)
	if err != nil {
		return fmt.Errorf("looking for an open budget: %w", err)
	}
	if open > 0 {
		return fail.New(fail.Conflict, "the members' budgets are not closed; close them, so that the weights are theirs")
	}
	c, err := newest(s, e)
	if err != nil {
		return err
	}
	if c.Author == by.Pseudonym && by.Pseudonym != nodeActor {
		return fail.New(fail.Denied, "whoever changed the data last does not release them; a second person looks at them and does")
	}
	return nil
}

// calculate makes the signed bundle of an edition.
func (g *Register) calculate(ctx context.Context, s source, e Edition, note string) (*made, []byte, error) {
	c, err := newest(s, e)
	if err != nil {
		return nil, nil, err
	}
	r, err := g.next(s, e, note)
	if err != nil {
		return nil, nil, err
	}
	text, err := content(s, c.Spec)
	if err != nil {
		return nil, nil, err
	}
	sp, err := readSpec(text)
	if err != nil {
		return nil, nil, err
	}
	if w := budgetStep(sp); w != nil && c.Files[w.File] == "" {
		return nil, nil, fail.New(fail.Conflict, "the method takes its weights from the members' budgets; ask for them, and close them")
	}
	r.Notice = strings.TrimSpace(sp.Notice)
	words, err := g.said(s, e)
	if err != nil {
		return nil, nil, err
	}
	m, err := g.assemble(ctx, s, e, c, r, words)
	if err != nil {
		return nil, nil, err
	}
	key := g.c.Keys.Signing
	err = m.contents.Sign(bundle.Signature{ID: r.ID, Party: g.me, At: r.Released, Key: key.PublicText()}, key.Sign)
	if err != nil {
		return nil, nil, fmt.Errorf("signing a release: %w", err)
	}
	zip, err := m.contents.Zip()
	if err != nil {
		return nil, nil, err
	}
	if len(zip) > MaxBundle {
		return nil, nil, fail.New(fail.TooLarge, "the bundle has %d MiB; at most %d are published", len(zip)>>20, MaxBundle>>20)
	}
	m.release.Digest, m.release.Size = m.contents.Digest(), int64(len(zip))
	return m, zip, nil
}

// publish enters a release: rows, fact and messages in one commit. If the
// edition changed since it was calculated, nothing is done.
func (g *Register) publish(tx *db.Tx, by staff.Person, m *made, zip []byte, parcels []parcel) error {
	e, err := edition(inside{tx}, m.edition.ID, tx.ForUpdate())
	if err != nil {
		return err
	}
	again, err := g.next(inside{tx}, e, "")
	if err != nil {
		return err
	}
	now, err := g.said(inside{tx}, e)
	if err != nil {
		return err
	}
	if e.Version != m.edition.Version || again.ID != m.release.ID || len(now.dissents) != countDissents(m) {
		return fail.New(fail.Conflict, "the edition changed in the meantime; look at it again, then release it")
	}
	if err := g.mayRelease(inside{tx}, by, e); err != nil {
		return err
	}
	r := &m.release
	if r.LogIndex, err = g.fact(tx, factReleased, by.Pseudonym, r.Digest, r.ID, ""); err != nil {
		return err
	}
	if err := insertRelease(tx, r, zip); err != nil {
		return err
	}
	e.State, e.Changed = Released, r.Released
	if err := g.saveEdition(tx, &e); err != nil {
		return err
	}
	for i := range parcels {
		parcels[i].head.Release.LogIndex = r.LogIndex
	}
	_, err = g.send(tx, parcels)
	return err
}

func countDissents(m *made) int {
	all, err := ParseDissents(m.contents[dissentsFile])
	if err != nil {
		return -1
	}
	return len(all)
}

func insertRelease(tx *db.Tx, r *Release, zip []byte) error {
	file, err := put(tx, zip)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO gpsi_release (id, publisher, framework, label, revision, title, notice, demonstration,
			released_us, digest, size, log_index, revises, note, bundle)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		r.ID, string(r.Publisher), r.Framework, r.Edition, r.Revision, r.Title, r.Notice, r.Demonstration, db.Micros(r.Released), r.Digest.String(),
		r.Size, r.LogIndex, r.Revises, r.Note, file.String())
	if err != nil {
		return fmt.Errorf("writing a release: %w", err)
	}
	return nil
}
