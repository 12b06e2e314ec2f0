package gpsi

import (
	"bytes"
	"compress/flate"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"landbridge.example"
	"landbridge.example/internal/db"
	"landbridge.example/internal/fail"
)

// put keeps a file under its digest. Tables compress well, so they rest
// compressed; the digest is that of the file itself.
func put(tx *db.Tx, content []byte) (landbridge.Digest, error) {
	d := landbridge.Sum(content)
	var n int
	if err := tx.QueryRow(`SELECT count(*) FROM gpsi_file WHERE digest = $1`, d.String()).Scan(&n); err != nil || n > 0 {
		return d, err
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return d, fmt.Errorf("compressing a file: %w", err)
	}
	if _, err := w.Write(content); err != nil {
		return d, fmt.Errorf("compressing a file: %w", err)
	}
	if err := w.Close(); err != nil {
		return d, fmt.Errorf("compressing a file: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO gpsi_file (digest, size, content) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING`,
		d.String(), int64(len(content)), b.Bytes())
	if err != nil {
		return d, fmt.Errorf("keeping a file: %w", err)
	}
	return d, nil
}

// content reads a file. A file that is not what its name says is an error: the
// database was changed from outside.
func content(s source, digest string) ([]byte, error) {
	var packed []byte
	var size int64
	err := s.row(`SELECT size, content FROM gpsi_file WHERE digest = $1`, digest).Scan(&size, &packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fail.New(fail.Missing, "the file %.12s… is not kept here", digest)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), size+1))
	if err != nil || landbridge.Sum(out).String() != digest {
		return nil, fmt.Errorf("the file %s is damaged: %w", digest, errors.Join(err, errors.New("its digest differs")))
	}
	return out, nil
}
