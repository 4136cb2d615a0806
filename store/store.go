// Package store keeps state in a database: SQLite in a file, or Postgres where several
// machines share it. The two hold the same tables and pass the same tests.
//
// What is here can be made again from where it came from (a chain, a log), so a schema of
// another version is an error that says so, not a migration of what is worthless old.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // Postgres
	_ "modernc.org/sqlite"             // SQLite
)

// Errors that callers can tell apart.
var (
	// ErrSchema reports a database of another contract or chain, that another version wrote, or of something else.
	ErrSchema = errors.New("the database is of another contract or version")
	// ErrNone reports a file that is to be read and is not there.
	ErrNone = errors.New("there is no such database")
	// ErrNotDatabase reports a file that is no SQLite database, or a damaged one.
	ErrNotDatabase = errors.New("not a SQLite database, or a damaged one")
	// ErrServer reports a database server that cannot be reached or does not let us in.
	ErrServer = errors.New("the database server does not answer")
	// ErrDisk reports a file that cannot be read or written.
	ErrDisk = errors.New("the disk does not take or give the data")
	// ErrBusy reports a database that another program keeps to itself.
	ErrBusy = errors.New("another program writes to the database")
)

// DB is an open database.
type DB struct {
	sql      *sql.DB
	postgres bool
	file     string // of SQLite
}

// Open opens a Postgres database by its URL (postgres://…), or a SQLite file by its path,
// which is made if it is not there. Errors of this package's calls are [ErrNotDatabase],
// [ErrServer], [ErrDisk], [ErrBusy] and those of files.
func Open(ctx context.Context, where string) (*DB, error) { return open(ctx, where, sqliteOptions) }

// OpenRead opens a database that is there, to read only; one that is not is [ErrNone].
func OpenRead(ctx context.Context, where string) (*DB, error) {
	if !isServer(where) {
		_, err := os.Stat(where)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open database: %w: %w", ErrNone, err)
		}
		if err != nil {
			return nil, fmt.Errorf("open database: %w", err)
		}
	}
	return open(ctx, where, "mode=ro&_pragma=busy_timeout(10000)")
}

func isServer(where string) bool {
	return strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://")
}

func open(ctx context.Context, where, options string) (*DB, error) {
	driver, source, postgres := "sqlite", "file:"+(&url.URL{Path: where}).EscapedPath()+"?"+options, false
	if isServer(where) {
		driver, source, postgres = "pgx", where, true
	} else if _, err := os.Stat(filepath.Dir(where)); err != nil {
		return nil, fmt.Errorf("open database: %w", err) // SQLite says less
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", classify(err))
	}
	d := &DB{sql: db, postgres: postgres}
	if !postgres {
		d.file = where
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(d.failed("open database", err), db.Close())
	}
	return d, nil
}

// failed says what was being done with which file; a server's URL may hold a password and is
// not told.
func (d *DB) failed(what string, err error) error {
	if d.file == "" {
		return fmt.Errorf("%s: %w", what, classify(err))
	}
	return fmt.Errorf("%s: %s: %w", what, d.file, classify(err))
}

// sqliteOptions: readers do not wait for the writer, and what is committed is on disk at the
// next checkpoint at the latest; a killed process loses nothing, a lost machine at most what
// can be read from the chain again.
const sqliteOptions = "_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_txlock=immediate"

// Close closes the database.
func (d *DB) Close() error { return d.sql.Close() }

// dialect writes a statement for the database at hand: ? becomes $1, $2, … and BLOB becomes
// BYTEA in Postgres.
func (d *DB) dialect(statement string) string {
	if !d.postgres {
		return statement
	}
	var out strings.Builder
	n := 0
	for _, r := range strings.ReplaceAll(statement, "BLOB", "BYTEA") {
		if r == '?' {
			n++
			fmt.Fprintf(&out, "$%d", n)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// transact runs work in a transaction.
func (d *DB) transact(ctx context.Context, work func(*sql.Tx) error) error {
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write to database: %w", classify(err))
	}
	if err := work(tx); err != nil {
		err = fmt.Errorf("write to database: %w", classify(err))
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, undo)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write to database: %w", classify(err))
	}
	return nil
}
