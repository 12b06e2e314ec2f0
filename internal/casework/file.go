package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"path/filepath"
	"strings"
	"time"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/canon"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

// A NewFile describes a file to attach.
type NewFile struct {
	Name      string // file name as the recipient will see it
	MediaType string // "application/pdf"; empty: found from the name
	Title     string // what it is, in words
	Content   io.Reader
}

// States of files.
const (
	fileDraft    = "draft"    // attached to a draft
	fileSent     = "sent"     // listed by an act of ours
	fileExpected = "expected" // listed by an act, and not here yet
	fileArrived  = "arrived"  // here, sealed to this party, being checked
	fileEarly    = "early"    // here, and no act lists it yet
	fileHere     = "here"     // here, and what the act lists
	fileDamaged  = "damaged"  // here, and not what the act lists
)

// A fileMeta is what is known of a file, at rest.
type fileMeta struct {
	fileLine
	Got     landbridge.Digest `json:"got"` // what arrived, if anything did
	GotSize int64             `json:"got_size"`
}

// A fileRow is a file as stored, with its meta opened.
type fileRow struct {
	fileMeta
	Draft     landbridge.ID
	Act       string
	Party     landbridge.PartyID
	content   []byte // as stored
	stored    string // digest of a stored file, or empty
	Message   landbridge.Digest
	header    []byte
	signature []byte
	State     string
	Made      time.Time
	Retrieved bool
}

const fileColumns = `id, draft_id, act_id, party, meta, content, stored, message, header, signature, state, made_us, retrieved`

func (f *whole) scanFile(scan func(...any) error) (*fileRow, error) {
	var r fileRow
	var id landbridge.ID
	var meta []byte
	var message string
	var made int64
	err := scan(&id, &r.Draft, &r.Act, &r.Party, &meta, &r.content, &r.stored, &message, &r.header, &r.signature, &r.State, &made, &r.Retrieved)
	if err != nil {
		return nil, err
	}
	opened, err := f.key.Open(meta, aboutMeta(f.ID, id))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(opened, &r.fileMeta); err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	r.ID, r.Made = id, db.Moment(made)
	if message != "" {
		r.Message, err = landbridge.ParseDigest(message)
	}
	return &r, err
}

// files lists the files of a case, oldest first.
func (f *whole) files(s source) (all []*fileRow, err error) {
	if f.Erased {
		return nil, nil
	}
	err = s.each(func(rows *sql.Rows) error {
		r, err := f.scanFile(rows.Scan)
		if err == nil {
			all = append(all, r)
		}
		return err
	}, `SELECT `+fileColumns+` FROM casework_file WHERE case_id = $1 ORDER BY made_us, id`, f.ID)
	return all, err
}

func (f *whole) file(s source, id landbridge.ID) (*fileRow, error) {
	r, err := f.scanFile(s.row(`SELECT `+fileColumns+` FROM casework_file WHERE case_id = $1 AND id = $2`, f.ID, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "there is no such file in this case")
	}
	return r, err
}

// ofDraft keeps the files of one draft.
func ofDraft(files []*fileRow, id landbridge.ID) (all []*fileRow) {
	for _, r := range files {
		if r.Draft == id {
			all = append(all, r)
		}
	}
	return all
}

// Attach adds a file to a draft. Its bytes are sealed before they are stored.
func (w *Casework) Attach(ctx context.Context, p staff.Person, draft landbridge.ID, n NewFile) (*FileView, error) {
	f, d, err := w.ownOpen(w.reading(ctx), p, draft)
	if err != nil {
		return nil, err
	}
	id, err := w.newID()
	if err != nil {
		return nil, err
	}
	r := &fileRow{Draft: d.ID, Party: w.me, State: fileDraft, Made: w.now()}
	r.fileLine = fileLine{ID: id, Name: n.Name, Title: strings.TrimSpace(n.Title), MediaType: mediaType(n), SHA256: landbridge.Sum(nil)}
	if err := r.fileLine.check(); err != nil {
		return nil, err
	}
	if err := w.fill(f, r, n.Content); err != nil {
		return nil, err
	}
	r.Got, r.GotSize = r.SHA256, r.Size
	err = w.c.DB.Write(ctx, func(tx *db.Tx) error {
		f, d, err := w.ownOpen(w.writing(tx), p, draft)
		if err != nil {
			return err
		}
		files, err := f.files(w.writing(tx))
		if err != nil {
			return err
		}
		if limit := f.maxFiles(); len(ofDraft(files, d.ID)) >= limit {
			return fail.New(fail.TooLarge, "one act carries at most %d files (S4)", limit)
		}
		return w.insertFile(tx, f, r)
	})
	if err != nil {
		return nil, err
	}
	v := r.view(f)
	return &v, nil
}

func (f *whole) maxFiles() int {
	if n := f.def.Limits.Files; n > 0 && n < MaxFiles {
		return n
	}
	return MaxFiles
}

// mediaType takes what was given, without parameters, or looks at the name.
func mediaType(n NewFile) string {
	if media, _, err := mime.ParseMediaType(n.MediaType); err == nil {
		return media
	}
	if media, _, err := mime.ParseMediaType(mime.TypeByExtension(strings.ToLower(filepath.Ext(n.Name)))); err == nil {
		return media
	}
	return "application/octet-stream"
}

// fill reads the content of a file, seals it under the case's key and notes its
// size and SHA-256. A small one goes into the row, a large one into a stored
// file; if the process dies before the row is written, that file is nobody's.
func (w *Casework) fill(f *whole, r *fileRow, content io.Reader) error {
	limit := w.c.MaxFile
	if n := f.def.Limits.FileBytes; n > 0 && n < limit {
		limit = n
	}
	head := make([]byte, MaxInlineFile+1)
	n, err := io.ReadFull(content, head)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.SHA256, r.Size = landbridge.Sum(head[:n]), int64(n)
		r.content = f.key.Seal(head[:n], aboutFile(f.ID, r.ID))
		return nil
	case err != nil:
		return fmt.Errorf("reading a file: %w", err)
	}
	sum := sha256.New()
	var size int64
	all := io.LimitReader(io.MultiReader(bytes.NewReader(head), content), limit+1)
	ref, err := w.encrypt(f.key, io.TeeReader(all, counter{sum, &size}))
	if err != nil {
		return err
	}
	if size > limit {
		return errors.Join(fail.New(fail.TooLarge, "the file is larger than the limit of %d bytes; send it in parts", limit), w.c.Blobs.Delete(ref.Digest))
	}
	r.SHA256, r.Size, r.stored, r.content = landbridge.Digest(sum.Sum(nil)), size, ref.Digest.String(), []byte{}
	return nil
}

// A counter writes on and counts.
type counter struct {
	w io.Writer
	n *int64
}

func (c counter) Write(p []byte) (int, error) {
	*c.n += int64(len(p))
	return c.w.Write(p)
}

// encrypt stores what r yields, sealed under key.
func (w *Casework) encrypt(key blob.Key, r io.Reader) (blob.Ref, error) {
	pr, pw := io.Pipe()
	go func() {
		out, err := key.Encrypt(pw)
		if err == nil {
			if _, err = io.Copy(out, r); err == nil {
				err = out.Close()
			}
		}
		pw.CloseWithError(err)
	}()
	ref, err := w.c.Blobs.Put(pr, 2*w.c.MaxFile+MaxInlineFile)
	pr.CloseWithError(err) // ends the goroutine if the store gave up first
	return ref, err
}

// content opens the plain bytes of a file that is stored here.
func (w *Casework) content(f *whole, r *fileRow) (io.ReadCloser, error) {
	if r.stored == "" {
		b, err := f.key.Open(r.content, aboutFile(f.ID, r.ID))
		return io.NopCloser(bytes.NewReader(b)), err
	}
	d, err := landbridge.ParseDigest(r.stored)
	if err != nil {
		return nil, err
	}
	file, err := w.c.Blobs.Open(d)
	if err != nil {
		return nil, err
	}
	plain, err := f.key.Decrypt(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return readCloser{plain, file}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

func (w *Casework) insertFile(tx *db.Tx, f *whole, r *fileRow) error {
	meta, err := f.sealMeta(r)
	if err != nil {
		return err
	}
	if r.content == nil {
		r.content = []byte{}
	}
	_, err = tx.Exec(`INSERT INTO casework_file (case_id, id, draft_id, act_id, party, meta, content, stored, message,
		header, signature, state, made_us, log_index, retrieved)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		f.ID, r.ID, r.Draft, r.Act, r.Party, meta, r.content, r.stored, digestText(r.Message),
		orEmpty(r.header), orEmpty(r.signature), r.State, db.Micros(r.Made), 0, r.Retrieved)
	if err != nil {
		return fmt.Errorf("entering a file: %w", err)
	}
	return nil
}

func (f *whole) sealMeta(r *fileRow) ([]byte, error) {
	b, err := canon.Encode(r.fileMeta)
	return f.key.Seal(b, aboutMeta(f.ID, r.ID)), err
}

// updateFile writes back what changes after a file was entered.
func (w *Casework) updateFile(tx *db.Tx, f *whole, r *fileRow) error {
	meta, err := f.sealMeta(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`UPDATE casework_file SET act_id = $1, meta = $2, content = $3, stored = $4, message = $5, header = $6, signature = $7,
		state = $8, retrieved = $9 WHERE case_id = $10 AND id = $11`,
		r.Act, meta, orEmpty(r.content), r.stored, digestText(r.Message), orEmpty(r.header),
		orEmpty(r.signature), r.State, r.Retrieved, f.ID, r.ID)
	return err
}

func digestText(d landbridge.Digest) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Detach takes a file off a draft again.
func (w *Casework) Detach(ctx context.Context, p staff.Person, draft, file landbridge.ID) error {
	return w.c.DB.Write(ctx, func(tx *db.Tx) error {
		f, d, err := w.ownOpen(w.writing(tx), p, draft)
		if err != nil {
			return err
		}
		r, err := f.file(w.writing(tx), file)
		if err != nil {
			return err
		}
		if r.Draft != d.ID {
			return fail.New(fail.Missing, "there is no such file in this draft")
		}
		return w.dropFile(tx, f.ID, r)
	})
}

func (w *Casework) dropFiles(tx *db.Tx, id landbridge.CaseID, draft landbridge.ID) error {
	f, err := w.whole(w.writing(tx), id)
	if err != nil {
		return err
	}
	files, err := f.files(w.writing(tx))
	if err != nil {
		return err
	}
	for _, r := range ofDraft(files, draft) {
		if err := w.dropFile(tx, id, r); err != nil {
			return err
		}
	}
	return nil
}

// dropFile removes the row, and the stored file after the commit: a crash in
// between leaves bytes that nobody names and nobody can read.
func (w *Casework) dropFile(tx *db.Tx, id landbridge.CaseID, r *fileRow) error {
	if _, err := tx.Exec(`DELETE FROM casework_file WHERE case_id = $1 AND id = $2`, id, r.ID); err != nil {
		return err
	}
	w.dropStored(tx, r.stored)
	return nil
}

func (w *Casework) dropStored(tx *db.Tx, stored string) {
	d, err := landbridge.ParseDigest(stored)
	if stored == "" || err != nil {
		return
	}
	tx.OnCommit(func() {
		if err := w.c.Blobs.Delete(d); err != nil {
			w.c.Report(fmt.Errorf("deleting a stored file: %w", err))
		}
	})
}

// view shows a file.
func (r *fileRow) view(f *whole) FileView {
	v := FileView{ID: r.ID, Name: r.Name, Title: r.Title, MediaType: r.MediaType, Size: r.Size, SHA256: r.SHA256, From: r.Party, State: r.State}
	if r.Act != "" {
		v.Act, _ = landbridge.ParseDigest(r.Act) // written by us
	}
	return v
}
