package call

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"landbridge.example"
	"landbridge.example/internal/blob"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
	"landbridge.example/internal/staff"
)

const (
	sealedRoom = 1 << 20 // what sealing may add to a file
	pdfTail    = 2048    // bytes from the end in which a PDF says that it is whole
	noFile     = "this entry has no file"
)

// CheckPDF reports what keeps data from being taken as the file of a paper: it
// must be a whole PDF of at most [MaxFile] bytes that says in no open part that
// it runs something or carries other files. Packed parts are not looked into:
// readers get the file as a download, never shown by the page.
func CheckPDF(data []byte) error {
	switch {
	case len(data) > MaxFile:
		return fail.New(fail.TooLarge, "a file has at most %d MiB", MaxFile>>20)
	case !bytes.HasPrefix(data, []byte("%PDF-")) || !bytes.Contains(data[max(0, len(data)-pdfTail):], []byte("%%EOF")):
		return fail.New(fail.Invalid, "the file is not a whole PDF; export it again as PDF")
	}
	for _, word := range []string{"/JavaScript", "/JS ", "/JS(", "/Launch", "/EmbeddedFile", "/RichMedia", "/Encrypt"} {
		if bytes.Contains(data, []byte(word)) {
			return fail.New(fail.Invalid, "the PDF runs programs, carries other files or is locked (it says %s); export it again without", word)
		}
	}
	return nil
}

// SetFile puts a PDF beside a paper, or in the place of the one that was there,
// as long as the paper can be changed. Its bytes rest sealed under the entry's key.
func (d *Desk) SetFile(ctx context.Context, secret string, data []byte) (err error) {
	if d.c.Blobs == nil {
		return fail.New(fail.Unavailable, "this node takes no files; send the text alone")
	}
	if err := CheckPDF(data); err != nil {
		return err
	}
	r, err := readRow(d.c.DB.QueryRow(ctx, selectEntry+`token = $1`, token(secret)), noSecret)
	if err != nil {
		return err
	}
	key, err := d.c.Vault.Key(ctx, d.c.DB, owner(r.id))
	if err != nil {
		return err
	}
	ref, err := d.put(key, data)
	if err != nil {
		return err
	}
	defer func() { // a crash before this leaves sealed bytes that nobody names
		if err != nil {
			err = errors.Join(err, d.c.Blobs.Delete(ref.Digest))
		}
	}()
	return d.byAuthor(ctx, secret, func(tx *db.Tx, r *row, c *Call, _ blob.Key) error {
		if c.Kind != Paper {
			return fail.New(fail.Invalid, "only a paper has a file")
		}
		if err := d.changeable(r, c); err != nil {
			return err
		}
		if err := d.dropFile(tx, r.id); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO call_file (entry, sealed, size, at_us) VALUES ($1, $2, $3, $4)`,
			r.id, ref.Digest.String(), len(data), db.Micros(d.now())); err != nil {
			return fmt.Errorf("keeping a file: %w", err)
		}
		return d.fact(tx, factFile, "node", r.id)
	})
}

// put seals data and stores it, outside any transaction.
func (d *Desk) put(key blob.Key, data []byte) (blob.Ref, error) {
	var sealed bytes.Buffer
	w, err := key.Encrypt(&sealed)
	if err != nil {
		return blob.Ref{}, fmt.Errorf("sealing a file: %w", err)
	}
	if _, err := w.Write(data); err != nil {
		return blob.Ref{}, fmt.Errorf("sealing a file: %w", err)
	}
	if err := w.Close(); err != nil {
		return blob.Ref{}, fmt.Errorf("sealing a file: %w", err)
	}
	return d.c.Blobs.Put(&sealed, MaxFile+sealedRoom)
}

// dropFile forgets the file of an entry. Its bytes go after the commit; if we
// crash in between, what stays is sealed, and noise once the key is gone.
func (d *Desk) dropFile(tx *db.Tx, entry landbridge.ID) error {
	var name string
	err := tx.QueryRow(`DELETE FROM call_file WHERE entry = $1 RETURNING sealed`, entry).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("forgetting a file: %w", err)
	}
	return d.deleteAfter(tx, name)
}

func (d *Desk) deleteAfter(tx *db.Tx, name string) error {
	digest, err := landbridge.ParseDigest(name)
	if err != nil {
		return fmt.Errorf("reading the name of a file: %w", err)
	}
	if d.c.Blobs != nil {
		tx.OnCommit(func() { _ = d.c.Blobs.Delete(digest) }) // nobody names it any more, whether it is there or not
	}
	return nil
}

// file opens the sealed file of an entry.
func (d *Desk) file(ctx context.Context, entry landbridge.ID) ([]byte, error) {
	var name string
	err := d.c.DB.QueryRow(ctx, `SELECT sealed FROM call_file WHERE entry = $1`, entry).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) || err == nil && d.c.Blobs == nil {
		return nil, fail.New(fail.Missing, noFile)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	key, err := d.c.Vault.Key(ctx, d.c.DB, owner(entry))
	if err != nil {
		return nil, err
	}
	f, err := d.blob(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	plain, err := key.Decrypt(f)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(plain, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("opening a file: %w", err)
	}
	return b, nil
}

func (d *Desk) blob(name string) (io.ReadCloser, error) {
	digest, err := landbridge.ParseDigest(name)
	if err != nil {
		return nil, fmt.Errorf("reading the name of a file: %w", err)
	}
	return d.c.Blobs.Open(digest)
}

// File returns the file of an entry to those who decide; that is recorded.
func (d *Desk) File(ctx context.Context, p staff.Person, entry landbridge.ID) ([]byte, error) {
	if err := runs(p); err != nil {
		return nil, err
	}
	b, err := d.file(ctx, entry)
	if err != nil {
		return nil, err
	}
	return b, d.c.DB.Write(ctx, func(tx *db.Tx) error { return d.fact(tx, factRead, p.Pseudonym, entry) })
}

// ReviewFile returns the file of an entry to a reviewer who may read it. Of an
// anonymous call nobody gets it: a PDF names its author in many ways.
func (d *Desk) ReviewFile(ctx context.Context, secret string, entry landbridge.ID) ([]byte, error) {
	e, err := d.Read(ctx, secret, entry)
	if err != nil {
		return nil, err
	}
	if e.Call.Anonymous {
		return nil, fail.New(fail.Denied, "this call is reviewed without names: judge by the text; the file is for the proceedings")
	}
	return d.file(ctx, entry)
}

// PublishedFile returns the file of a published paper, for everyone.
func (d *Desk) PublishedFile(ctx context.Context, entry landbridge.ID) ([]byte, error) {
	var name string
	err := d.c.DB.QueryRow(ctx, `SELECT file FROM call_published WHERE entry = $1`, entry).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (name == "" || d.c.Blobs == nil) {
		return nil, fail.New(fail.Missing, noFile)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	f, err := d.blob(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	return b, nil
}
