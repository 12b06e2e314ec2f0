package casework

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/jobs"
	"landbridge.example/seal"
)

// expect enters the files that an act lists, or holds those that came before it
// against its list.
func (w *Casework) expect(tx *db.Tx, f *whole, row *actRow) error {
	for _, line := range row.Core.Files {
		r, err := f.file(w.writing(tx), line.ID)
		if fail.Is(err, fail.Missing) {
			r = &fileRow{Act: row.ID.String(), Party: row.Core.From, State: fileExpected, Made: row.Arrived}
			r.fileLine = line
			if err := w.insertFile(tx, f, r); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if r.Party != row.Core.From || r.Act != "" {
			continue // another party's id, or listed twice: the first act has it
		}
		r.fileLine, r.Act = line, row.ID.String()
		if r.State == fileEarly {
			if err := w.compare(tx, f, r); err != nil {
				return err
			}
		}
		if err := w.updateFile(tx, f, r); err != nil {
			return err
		}
	}
	return nil
}

// compare holds what arrived against what the act lists.
func (w *Casework) compare(tx *db.Tx, f *whole, r *fileRow) error {
	note := "is what the act lists"
	r.State = fileHere
	if r.Got != r.SHA256 || r.GotSize != r.Size {
		r.State, note = fileDamaged, "is not what the act lists"
	}
	_, err := w.fact(tx, factExhibit, nodeActor, r.Message, f.ID, note)
	return err
}

// takeExhibit takes in a file. It may come before the act that lists it.
func (w *Casework) takeExhibit(tx *db.Tx, in *arrival) error {
	h := &in.envelope.Header
	def, err := w.Definition(h.Process)
	if err != nil {
		return err
	}
	f, err := w.caseOf(tx, h, def)
	if err != nil {
		return err
	}
	if len(f.fold.Sides) > 0 && f.fold.SideOf(h.From) == "" {
		return fail.New(fail.Denied, "%s is no side of this case", h.From)
	}
	r, known, err := w.exhibitRow(tx, f, in)
	if err != nil {
		return err
	}
	if r == nil {
		return nil
	}
	if stored, ok := in.stored(); ok {
		// Rewriting a large file under the case's key takes longer than a
		// transaction may: a job does it. Until then it lies sealed to us.
		r.State, r.stored = fileArrived, stored.Digest.String()
		job := jobs.Job{ID: jobKeep + "/" + string(f.ID) + "/" + string(r.ID), Kind: jobKeep, Body: []byte(string(f.ID) + " " + string(r.ID)), Due: w.now()}
		if err := jobs.Add(tx, job); err != nil {
			return err
		}
		tx.OnCommit(w.c.Wake)
	} else if err := w.takeSmall(tx, f, r, in); err != nil {
		return err
	}
	id := f.ID
	tx.OnCommit(func() { w.c.Changed(id) })
	if known {
		return w.updateFile(tx, f, r)
	}
	return w.insertFile(tx, f, r)
}

// exhibitRow finds the row of a file that arrives, or begins one. It returns nil
// for a file that is here already.
func (w *Casework) exhibitRow(tx *db.Tx, f *whole, in *arrival) (r *fileRow, known bool, err error) {
	h := &in.envelope.Header
	r, err = f.file(w.writing(tx), h.ID)
	switch {
	case fail.Is(err, fail.Missing):
		files, err := f.files(w.writing(tx))
		if err != nil {
			return nil, false, err
		}
		if len(files) >= maxEarly+MaxFiles*max(1, len(f.acts)) {
			return nil, false, fail.New(fail.TooLarge, "more files wait in this case than its acts list; send the act first")
		}
		r = &fileRow{Party: h.From, State: fileEarly, Made: in.received}
		r.ID = h.ID
	case err != nil:
		return nil, false, err
	case r.Party != h.From:
		return nil, false, fail.New(fail.Conflict, "a file with this id belongs to another party; send it again under an id of its own")
	case r.State != fileExpected:
		return nil, false, nil
	default:
		known = true
	}
	text, err := h.Text()
	r.header, r.signature, r.Message = text, in.envelope.Signature, in.digest
	return r, known, err
}

// takeSmall keeps the content of a file that travelled inline.
func (w *Casework) takeSmall(tx *db.Tx, f *whole, r *fileRow, in *arrival) error {
	o, err := in.open()
	if err != nil {
		return err
	}
	r.Got, r.GotSize = landbridge.Sum(o.Body), int64(len(o.Body))
	r.content = f.key.Seal(o.Body, aboutFile(f.ID, r.ID))
	if r.Act == "" {
		r.State = fileEarly
		return nil
	}
	return w.compare(tx, f, r)
}

// keepExhibit rewrites a large file under the key of its case, so that erasing
// the case erases it, and holds it against the list of its act.
func (w *Casework) keepExhibit(ctx context.Context, j jobs.Job) error {
	caseID, id, ok := strings.Cut(string(j.Body), " ")
	if !ok {
		return fail.New(fail.Invalid, "the job names no file")
	}
	s := w.reading(ctx)
	f, err := w.whole(s, landbridge.CaseID(caseID))
	if err != nil || f.Erased {
		return err
	}
	r, err := f.file(s, landbridge.ID(id))
	if err != nil || r.State != fileArrived {
		return err
	}
	ref, err := w.rewrite(f, r)
	if err != nil {
		return err
	}
	err = w.c.DB.Write(ctx, func(tx *db.Tx) error {
		f, err := w.whole(w.writing(tx), f.ID)
		if err != nil {
			return err
		}
		now, err := f.file(w.writing(tx), r.ID)
		if err != nil {
			return err
		}
		if now.State != fileArrived {
			return errStale()
		}
		now.Got, now.GotSize, now.stored, now.State = r.Got, r.GotSize, ref.Digest.String(), fileEarly
		if now.Act != "" {
			if err := w.compare(tx, f, now); err != nil {
				return err
			}
		}
		if err := w.updateFile(tx, f, now); err != nil {
			return err
		}
		id := f.ID
		tx.OnCommit(func() { w.c.Changed(id) })
		return w.c.Exchange.Forget(tx, now.Message) // its own copy is not needed any more
	})
	if err != nil {
		return errors.Join(err, w.c.Blobs.Delete(ref.Digest))
	}
	return nil
}

// rewrite opens a stored payload and seals it under the case's key.
func (w *Casework) rewrite(f *whole, r *fileRow) (blob.Ref, error) {
	header, err := seal.ParseHeader(r.header)
	if err != nil {
		return blob.Ref{}, err
	}
	d, err := landbridge.ParseDigest(r.stored)
	if err != nil {
		return blob.Ref{}, err
	}
	sealed, err := w.c.Blobs.Open(d)
	if err != nil {
		return blob.Ref{}, err
	}
	defer sealed.Close()
	plain, _, err := seal.OpenStream(header, sealed, w.me, w.c.Keys.Sealing...)
	if err != nil {
		return blob.Ref{}, fmt.Errorf("opening a file: %w", err)
	}
	sum := sha256.New()
	var size int64
	ref, err := w.encrypt(f.key, io.TeeReader(plain, counter{sum, &size}))
	r.Got, r.GotSize = landbridge.Digest(sum.Sum(nil)), size
	return ref, err
}
