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
	"net/url"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // Postgres
	_ "modernc.org/sqlite"             // SQLite
)

// ErrSchema reports a database that another version wrote.
var ErrSchema = errors.New("the database is of another version")

// DB is an open database.
type DB struct {
	sql      *sql.DB
	postgres bool
}

// Open opens a Postgres database by its URL (postgres://…), or a SQLite file by its path,
// which is made if it is not there.
func Open(ctx context.Context, where string) (*DB, error) {
	driver, source, postgres := "sqlite", "file:"+(&url.URL{Path: where}).EscapedPath()+"?"+sqliteOptions, false
	if strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://") {
		driver, source, postgres = "pgx", where, true
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), db.Close())
	}
	return &DB{db, postgres}, nil
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
		return fmt.Errorf("write to database: %w", err)
	}
	if err := work(tx); err != nil {
		return errors.Join(fmt.Errorf("write to database: %w", err), tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write to database: %w", err)
	}
	return nil
}
