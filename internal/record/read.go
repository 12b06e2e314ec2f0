package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example"
	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

// A head is the newest checkpoint, or one that was offered to witnesses.
type head struct {
	size int64
	note []byte
}

func (l *Log) head(ctx context.Context) (h head, err error) {
	err = l.d.QueryRow(ctx, `SELECT size, note FROM record_head WHERE id = 1`).Scan(&h.size, &h.note)
	if err != nil {
		return h, fmt.Errorf("reading the head of the log: %w", err)
	}
	return h, nil
}

// Size returns how many entries the log has.
func (l *Log) Size(ctx context.Context) (int64, error) {
	h, err := l.head(ctx)
	return h.size, err
}

// Checkpoint returns the newest signed checkpoint with the cosignatures held for it.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	h, err := l.head(ctx)
	if err != nil {
		return nil, err
	}
	return l.cosigned(ctx, h)
}

// cosigned returns the checkpoint h followed by the cosignatures held for it:
// one line of every witness first, the short one that every verifier knows,
// then the post-quantum ones, as many as a note can carry.
func (l *Log) cosigned(ctx context.Context, h head) ([]byte, error) {
	var first, more []string
	err := l.d.Each(ctx, func(r *sql.Rows) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		lines := slices.Collect(strings.Lines(text))
		slices.SortStableFunc(lines, func(a, b string) int { return len(a) - len(b) })
		first = append(first, lines[:min(1, len(lines))]...)
		more = append(more, lines[min(1, len(lines)):]...)
		return nil
	}, `SELECT lines FROM record_cosignature WHERE size = $1 ORDER BY party`, h.size)
	if err != nil {
		return nil, fmt.Errorf("reading cosignatures: %w", err)
	}
	out := slices.Clone(h.note)
	for i, line := range append(first, more...) {
		if i < ledger.MaxSignatures-1 && len(out)+len(line) <= ledger.MaxNote {
			out = append(out, line...)
		}
	}
	return out, nil
}

// best returns the checkpoint that covers index and that most witnesses have
// cosigned, the newest of those, or the newest checkpoint of all.
func (l *Log) best(ctx context.Context, index int64) (head, error) {
	h, err := l.head(ctx)
	if err != nil {
		return h, err
	}
	if index < 0 || index >= h.size {
		return h, fail.New(fail.Missing, "there is no entry %d in this log of %d entries", index, h.size)
	}
	var r head
	err = l.d.QueryRow(ctx, `SELECT r.size, r.note FROM record_round r JOIN record_cosignature c ON c.size = r.size
		WHERE r.size > $1 GROUP BY r.size, r.note ORDER BY count(*) DESC, r.size DESC LIMIT 1`, index).Scan(&r.size, &r.note)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return h, nil
	case err != nil:
		return h, fmt.Errorf("looking for a cosigned checkpoint: %w", err)
	}
	return r, nil
}

// Prove returns a proof (the text of C2SP tlog-proof) that the entry it also
// returns stands at index, under the checkpoint that most witnesses cosigned.
func (l *Log) Prove(ctx context.Context, index int64) (proof, entry []byte, err error) {
	h, err := l.best(ctx, index)
	if err != nil {
		return nil, nil, err
	}
	err = l.d.QueryRow(ctx, `SELECT entry FROM record_fact WHERE idx = $1`, index).Scan(&entry)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the entry %d: %w", index, err)
	}
	hashes, err := l.hashes(ctx, h)
	if err != nil {
		return nil, nil, err
	}
	path, err := tlog.ProveRecord(h.size, index, hashes)
	if err != nil {
		return nil, nil, fmt.Errorf("proving the entry %d: %w", index, err)
	}
	cp, err := l.cosigned(ctx, h)
	if err != nil {
		return nil, nil, err
	}
	return ledger.Proof{Index: index, Hashes: path, Checkpoint: cp}.Format(), entry, nil
}

// hashes reads the tree under a checkpoint. Every tile is checked against it,
// so a proof made from a changed tile is an error here and not a false proof.
func (l *Log) hashes(ctx context.Context, h head) (tlog.HashReader, error) {
	c, _, err := ledger.OpenCheckpoint(h.note, l.c.Verifier)
	if err != nil {
		return nil, fmt.Errorf("opening a stored checkpoint: %w", err)
	}
	return tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, tileReader{ctx, l}), nil
}

// Disclose returns what the other side needs to check what an entry is about.
// It fails with fail.Expired when the fact was erased.
func (l *Log) Disclose(ctx context.Context, index int64) (Disclosure, error) {
	d := Disclosure{Index: index}
	var salt, digest []byte
	err := l.d.QueryRow(ctx, `SELECT entry, salt, digest FROM record_fact WHERE idx = $1`, index).Scan(&d.Entry, &salt, &digest)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Disclosure{}, fail.New(fail.Missing, "there is no entry %d in this log", index)
	case err != nil:
		return Disclosure{}, fmt.Errorf("reading the fact %d: %w", index, err)
	case salt == nil:
		return Disclosure{}, fail.New(fail.Expired, "the fact %d was erased; its entry proves only that something was recorded then", index)
	case len(salt) != len(d.Salt) || len(digest) != len(d.Digest):
		return Disclosure{}, fmt.Errorf("the fact %d is damaged: salt of %d bytes, digest of %d", index, len(salt), len(digest))
	}
	copy(d.Salt[:], salt)
	copy(d.Digest[:], digest)
	e, err := ledger.ParseEntry(d.Entry)
	d.Kind = e.Kind
	return d, err
}

// Check reports whether the disclosure fits its entry: that is what the other
// side does with it.
func (d Disclosure) Check() bool {
	e, err := ledger.ParseEntry(d.Entry)
	return err == nil && e.Kind == d.Kind && ledger.Commit(d.Kind, d.Salt, d.Digest) == e.Commitment
}

const factColumns = `idx, entry, about, note, salt IS NULL`

// Facts returns up to limit facts from index after+1 on, oldest first. Begin with -1.
func (l *Log) Facts(ctx context.Context, after int64, limit int) ([]Entered, error) {
	return l.facts(ctx, `SELECT `+factColumns+` FROM record_fact WHERE idx > $1 ORDER BY idx LIMIT $2`, after, page(limit))
}

// Newest returns the last limit facts before index before, newest first. A
// negative before begins at the end.
func (l *Log) Newest(ctx context.Context, before int64, limit int) ([]Entered, error) {
	if before < 0 {
		before = 1<<63 - 1
	}
	return l.facts(ctx, `SELECT `+factColumns+` FROM record_fact WHERE idx < $1 ORDER BY idx DESC LIMIT $2`, before, page(limit))
}

// FactsAbout returns the last limit facts about one matter, oldest first.
func (l *Log) FactsAbout(ctx context.Context, about string, limit int) ([]Entered, error) {
	var last int64
	err := l.d.QueryRow(ctx, `SELECT last FROM record_about WHERE about = $1`, about).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a matter: %w", err)
	}
	return l.facts(ctx, chain+`SELECT idx, entry, about, note, erased FROM chain ORDER BY idx`, last, int64(-1), page(limit))
}

// Fact returns one fact.
func (l *Log) Fact(ctx context.Context, index int64) (Entered, error) {
	all, err := l.facts(ctx, `SELECT `+factColumns+` FROM record_fact WHERE idx = $1`, index)
	if err != nil {
		return Entered{}, err
	}
	if len(all) == 0 {
		return Entered{}, fail.New(fail.Missing, "there is no entry %d in this log", index)
	}
	return all[0], nil
}

func page(limit int) int64 { return int64(max(1, min(limit, MaxPage))) }

func (l *Log) facts(ctx context.Context, q string, args ...any) ([]Entered, error) {
	sights, err := l.Witnesses(ctx)
	if err != nil {
		return nil, err
	}
	var all []Entered
	err = l.d.Each(ctx, func(r *sql.Rows) error {
		var f Entered
		var text []byte
		if err := r.Scan(&f.Index, &text, &f.About, &f.Note, &f.Erased); err != nil {
			return err
		}
		e, err := ledger.ParseEntry(text)
		if err != nil {
			return fmt.Errorf("the stored entry %d is damaged: %w", f.Index, err)
		}
		f.Kind, f.Time, f.Actor = e.Kind, e.Time, e.Actor
		f.Cosigners = covering(sights, f.Index)
		all = append(all, f)
		return nil
	}, q, args...)
	if err != nil {
		return nil, fmt.Errorf("reading facts: %w", err)
	}
	return all, nil
}

// covering returns who has seen the entry at index.
func covering(sights []Sight, index int64) (parties []landbridge.PartyID) {
	for _, s := range sights {
		if s.Size > index {
			parties = append(parties, s.Party)
		}
	}
	return parties
}

// Cosigners returns the parties whose witness has seen the entry at index.
func (l *Log) Cosigners(ctx context.Context, index int64) ([]landbridge.PartyID, error) {
	sights, err := l.Witnesses(ctx)
	return covering(sights, index), err
}

// A Sight is what one witness has seen of one log.
type Sight struct {
	Party landbridge.PartyID
	Size  int64
	Time  time.Time
}

// Witnesses returns what each witness has cosigned of our log, by party.
func (l *Log) Witnesses(ctx context.Context) (all []Sight, err error) {
	err = l.d.Each(ctx, func(r *sql.Rows) error {
		var s Sight
		var us int64
		if err := r.Scan(&s.Party, &s.Size, &us); err != nil {
			return err
		}
		s.Time = time.UnixMicro(us).UTC()
		all = append(all, s)
		return nil
	}, `SELECT party, cosigned, at_us FROM record_witness WHERE cosigned > 0 ORDER BY party`)
	if err != nil {
		return nil, fmt.Errorf("reading what witnesses have seen: %w", err)
	}
	return all, nil
}

// sentence trims what came from elsewhere to one line of bounded length.
func sentence(s string, limit int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "")
	}
	return s
}
