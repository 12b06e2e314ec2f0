package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"landbridge.example/internal/fail"
	"landbridge.example/ledger"
)

// A Resource is one file of the public log, ready to be served.
type Resource struct {
	Body      []byte
	Type      string // of the content
	Immutable bool   // may be cached for ever; otherwise for no more than seconds
}

// Resource returns what stands at path below the log's prefix, as C2SP
// tlog-tiles lays it out: "checkpoint", "tile/0/000.p/5", "tile/entries/000".
// It fails with fail.Missing for everything else.
func (l *Log) Resource(ctx context.Context, path string) (Resource, error) {
	if path == "checkpoint" {
		b, err := l.Checkpoint(ctx)
		return Resource{Body: b, Type: "text/plain; charset=utf-8"}, err
	}
	p, err := ledger.ParseTilePath(path)
	if err != nil {
		return Resource{}, fail.Because(err, fail.Missing, "there is nothing of the log at this address: %v", err)
	}
	r := Resource{Type: "application/octet-stream", Immutable: true}
	if p.Entries {
		r.Body, err = l.ReadEntries(ctx, p.Index, p.Width)
	} else {
		r.Body, err = l.ReadTile(ctx, p.Level, p.Index, p.Width)
	}
	return r, err
}

func errNoTile() error { return fail.New(fail.Missing, "the log is not as long as this tile yet") }

// ReadTile returns the first width hashes of a tile, or fail.Missing when the
// log is not that long. A tile only grows, so every width it ever had is there.
func (l *Log) ReadTile(ctx context.Context, level int, index int64, width int) ([]byte, error) {
	var data []byte
	err := l.d.QueryRow(ctx, `SELECT data FROM record_tile WHERE level = $1 AND idx = $2`, int64(level), index).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) || err == nil && len(data) < width*tlog.HashSize {
		return nil, errNoTile()
	}
	if err != nil {
		return nil, fmt.Errorf("reading a tile: %w", err)
	}
	return data[:width*tlog.HashSize], nil
}

// ReadEntries returns the first width entries of a bundle, each behind its
// length, or fail.Missing when the log is not that long.
func (l *Log) ReadEntries(ctx context.Context, index int64, width int) ([]byte, error) {
	if width < 1 || width > ledger.Width || index < 0 || index > 1<<54 {
		return nil, errNoTile()
	}
	var bundle []byte
	n, first := 0, index*ledger.Width
	err := l.d.Each(ctx, func(r *sql.Rows) error {
		var entry []byte
		if err := r.Scan(&entry); err != nil {
			return err
		}
		bundle = ledger.AppendBundled(bundle, entry)
		n++
		return nil
	}, `SELECT entry FROM record_fact WHERE idx >= $1 AND idx < $2 ORDER BY idx`, first, first+int64(width))
	if err != nil {
		return nil, fmt.Errorf("reading entries: %w", err)
	}
	if n < width {
		return nil, errNoTile()
	}
	return bundle, nil
}

// A tileReader gives stored tiles to package tlog.
type tileReader struct {
	ctx context.Context
	l   *Log
}

// Height implements tlog.TileReader.
func (tileReader) Height() int { return 8 }

// ReadTiles implements tlog.TileReader.
func (t tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var err error
		if all[i], err = t.l.ReadTile(t.ctx, tile.L, tile.N, tile.W); err != nil {
			return nil, fmt.Errorf("tile %d/%d: %w", tile.L, tile.N, err)
		}
	}
	return all, nil
}

// SaveTiles implements tlog.TileReader. There is nothing to keep: they are ours.
func (tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
