// Package db opens the node's database, runs its migrations, and turns many
// small writes into few durable commits.
//
// There is one SQL text for both engines, SQLite (embedded, the default) and
// PostgreSQL (by address). What cannot be shared is a method of [DB] or [Tx],
// so a reader sees every difference in this package.
//
// Writes go through [DB.Write]. Callers that arrive together share one
// transaction and one fsync (group commit), each behind a savepoint of its
// own: a caller that fails takes back its own rows and nobody else's. When
// Write returns nil the change is on disk; when it returns an error nothing of
// it is. If the process dies in between, the caller does not know which, so
// whatever it submits carries an id of its own and may be submitted again.
//
// Trust: the database is trusted to keep what it acknowledged. Someone who can
// change its files can destroy the node's memory, but not unnoticed: rows that
// matter have an entry in the log other nodes co-sign.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // engine: PostgreSQL
	_ "modernc.org/sqlite"             // engine: SQLite, the default
)

// Limits of one node's database work.
const (
	MaxBatch     = 512              // callers that share one commit
	maxWaiting   = 4096             // callers in line before Write blocks
	busyTimeout  = 10 * time.Second // how long SQLite waits for another process
	batchTimeout = 60 * time.Second // a commit that takes longer is given up
	maxReaders   = 8
	maxKept      = 512 // statements that stay prepared from commit to commit
)

// A DB is an open database of either engine.
type DB struct {
	postgres bool
	read     *sql.DB
	write    *sql.DB

	queue   chan *request
	stop    chan struct{}
	done    chan struct{}
	closing sync.Once
	parts   []Participant
	kept    preparedSQL
	faults  func(point string) error
}

// Options changes how a database is opened.
type Options struct {
	// Faults, when set, is asked at named points of every commit ("begin",
	// "commit", "committed") and may return an error that stands for a crash
	// there. Only tests set it.
	Faults func(point string) error
}

// Open opens the database named by dsn: a postgres:// address or a file path.
func Open(dsn string, o Options) (*DB, error) {
	d := &DB{
		postgres: strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://"),
		queue:    make(chan *request, maxWaiting),
		stop:     make(chan struct{}),
		done:     make(chan struct{}),
		faults:   o.Faults,
	}
	var err error
	if d.postgres {
		d.read, err = sql.Open("pgx", dsn)
		if err != nil {
			return nil, fmt.Errorf("opening PostgreSQL: %w", err)
		}
		d.write, err = sql.Open("pgx", dsn)
	} else {
		d.read, err = sql.Open("sqlite", sqliteDSN(dsn, "query_only(1)"))
		if err != nil {
			return nil, fmt.Errorf("opening SQLite: %w", err)
		}
		d.write, err = sql.Open("sqlite", sqliteDSN(dsn, "foreign_keys(1)")+"&_txlock=immediate")
	}
	if err != nil {
		d.read.Close()
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	d.read.SetMaxOpenConns(max(2, min(maxReaders, 2*runtime.NumCPU())))
	d.read.SetMaxIdleConns(maxReaders)
	d.write.SetMaxOpenConns(1)
	if err := d.write.Ping(); err != nil {
		d.read.Close()
		d.write.Close()
		return nil, fmt.Errorf("reaching the database: %w", err)
	}
	d.kept.init()
	go d.run()
	return d, nil
}

// sqliteDSN names a SQLite file with the settings every connection needs: WAL
// so that readers never wait, FULL so that a commit is on disk, FAST so that
// what a row no longer says is overwritten in the pages that are written anyway
// (S15; what must not survive at all is sealed under a key that is destroyed).
func sqliteDSN(path, pragma string) string {
	v := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"journal_mode(wal)", "synchronous(full)", "secure_delete(fast)", "temp_store(memory)", pragma,
	}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// Close waits for the commit under way, refuses what waits, and closes both engines' files.
func (d *DB) Close() error {
	d.closing.Do(func() { close(d.stop) })
	<-d.done
	err := d.write.Close()
	if e := d.read.Close(); err == nil {
		err = e
	}
	return err
}

// Postgres reports whether the engine is PostgreSQL.
func (d *DB) Postgres() bool { return d.postgres }

// Query reads outside any transaction.
func (d *DB) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return d.read.QueryContext(ctx, q, args...)
}

// QueryRow reads one row outside any transaction.
func (d *DB) QueryRow(ctx context.Context, q string, args ...any) *sql.Row {
	return d.read.QueryRowContext(ctx, q, args...)
}

// Each runs scan for every row of q.
func (d *DB) Each(ctx context.Context, scan func(*sql.Rows) error, q string, args ...any) error {
	rows, err := d.read.QueryContext(ctx, q, args...)
	if err != nil {
		return err
	}
	return each(rows, scan)
}

func each(rows *sql.Rows, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// SizeBytes returns how much the database occupies on disk.
func (d *DB) SizeBytes(ctx context.Context) (n int64, err error) {
	q := `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
	if d.postgres {
		q = `SELECT pg_database_size(current_database())`
	}
	err = d.read.QueryRowContext(ctx, q).Scan(&n)
	return n, err
}
