package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// classify makes a driver's error one that callers can tell from others.
func classify(err error) error {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff { // without the extended part
		case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
			return fmt.Errorf("%w: %w", ErrNotDatabase, err)
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
		case sqlite3.SQLITE_IOERR:
			return fmt.Errorf("%w: %w", ErrDisk, err)
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return fmt.Errorf("%w: %w", ErrBusy, err)
		case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
			return fmt.Errorf("%w: %w", fs.ErrPermission, err)
		}
		return err
	}
	var connect *pgconn.ConnectError
	var parse *pgconn.ParseConfigError
	if errors.As(err, &connect) || errors.As(err, &parse) {
		return fmt.Errorf("%w: %s", ErrServer, strings.Join(strings.Fields(err.Error()), " ")) // it has a line for each address
	}
	return err
}

// isNoTable reports a statement about a table that is not there.
func isNoTable(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code()&0xff == sqlite3.SQLITE_ERROR && strings.Contains(lite.Error(), "no such table")
	}
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == "42P01" // undefined_table
}
