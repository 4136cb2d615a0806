package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// Block is a block up to which everything is known.
type Block struct {
	Number uint64
	Hash   common.Hash
	Time   uint64 // seconds since 1970
}

// EventKind is what happened to a license.
type EventKind uint8

// What can happen. The comments say what an event's numbers are.
const (
	Licensed        EventKind = iota + 1 // Who holds it; from, until, scope
	Renewed                              // from, until
	Ended                                // at
	Suspended                            // from, until
	Resumed                              // at
	Revoked                              // from
	Transferred                          // to Who; at
	DelegateAdded                        // Who; at
	DelegateRemoved                      // Who; at
	Offered                              // of license 0 of an offer: Model is the hash of its terms
)

var eventNames = []string{"", "licensed", "renewed", "ended", "suspended", "resumed", "revoked", "transferred", "delegate_added", "delegate_removed", "offered"}

func (k EventKind) String() string {
	if int(k) >= len(eventNames) {
		return fmt.Sprintf("event %d", uint8(k))
	}
	return eventNames[k]
}

// MarshalText writes the kind's name.
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Event is something that happened to a license, at its place in the chain.
type Event struct {
	Block   uint64
	Index   uint32 // in the block
	License uint64
	Kind    EventKind
	Model   common.Hash // of Licensed and Offered
	Who     common.Address
	Numbers [3]uint64
}

// Licenses is what a chain has on record about licenses, as events in their order.
type Licenses struct {
	// Of which contract they are, on which chain.
	Chain    uint64
	Contract common.Address

	db                      *DB
	head, usedBy, ofLicense *sql.Stmt
	block, event, usedEver  string
}

const licensesVersion = 2

// licensesSchema: numbers of the chain fit SQLite's 63 bits, since times have 40 bits and an
// offer's number is far below 2^31.
const licensesSchema = `
CREATE TABLE IF NOT EXISTS license_meta (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, chain BIGINT NOT NULL, contract BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS license_blocks (number BIGINT PRIMARY KEY, hash BLOB NOT NULL, time BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS license_events (
	license BIGINT NOT NULL, block BIGINT NOT NULL, idx INTEGER NOT NULL, kind INTEGER NOT NULL, model BLOB, who BLOB,
	a BIGINT NOT NULL, b BIGINT NOT NULL, c BIGINT NOT NULL, PRIMARY KEY (license, block, idx));
CREATE INDEX IF NOT EXISTS license_events_block ON license_events (block);
CREATE TABLE IF NOT EXISTS license_uses (subject BLOB NOT NULL, license BIGINT NOT NULL, block BIGINT NOT NULL, PRIMARY KEY (subject, license, block));
CREATE INDEX IF NOT EXISTS license_uses_block ON license_uses (block);`

// Licenses opens the tables of a contract's licenses, and makes them if they are not there.
// A database of another contract, chain or version is [ErrSchema].
func (d *DB) Licenses(ctx context.Context, chain uint64, contract common.Address) (*Licenses, error) {
	if _, err := d.sql.ExecContext(ctx, d.dialect(licensesSchema)); err != nil {
		return nil, d.failed("make tables", err)
	}
	_, err := d.sql.ExecContext(ctx, d.dialect(`INSERT INTO license_meta VALUES (1, ?, ?, ?) ON CONFLICT DO NOTHING`), licensesVersion, int64(chain), contract[:])
	if err != nil {
		return nil, d.failed("make tables", err)
	}
	l, err := d.KnownLicenses(ctx)
	if err != nil {
		return nil, err
	}
	if l.Chain != chain || l.Contract != contract {
		return nil, d.failed("read tables", fmt.Errorf("%w: of contract %s on chain %d", ErrSchema, l.Contract, l.Chain))
	}
	return l, nil
}

// KnownLicenses opens the tables of whatever contract they are of. A database without them, or
// of another version, is [ErrSchema].
func (d *DB) KnownLicenses(ctx context.Context) (*Licenses, error) {
	var version, id int64
	var of []byte
	err := d.sql.QueryRowContext(ctx, `SELECT version, chain, contract FROM license_meta WHERE id = 1`).Scan(&version, &id, &of)
	if errors.Is(err, sql.ErrNoRows) || isNoTable(err) {
		return nil, d.failed("read tables", fmt.Errorf("%w: it holds no licenses", ErrSchema))
	}
	if err != nil {
		return nil, d.failed("read tables", err)
	}
	if version != licensesVersion {
		return nil, d.failed("read tables", fmt.Errorf("%w: %d, this program knows %d", ErrSchema, version, licensesVersion))
	}
	l := &Licenses{
		Chain: uint64(id), Contract: common.BytesToAddress(of), db: d,
		block:    d.dialect(`INSERT INTO license_blocks VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE SET hash = excluded.hash, time = excluded.time`),
		event:    d.dialect(`INSERT INTO license_events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`),
		usedEver: d.dialect(`INSERT INTO license_uses VALUES (?, ?, ?) ON CONFLICT DO NOTHING`),
	}
	for _, s := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&l.head, `SELECT number, hash, time FROM license_blocks ORDER BY number DESC LIMIT 1`},
		{&l.usedBy, `SELECT ` + eventColumns + ` FROM license_events WHERE license IN (SELECT license FROM license_uses WHERE subject = ?) ORDER BY license, block, idx`},
		{&l.ofLicense, `SELECT ` + eventColumns + ` FROM license_events WHERE license = ? ORDER BY block, idx`},
	} {
		if *s.to, err = d.sql.PrepareContext(ctx, d.dialect(s.text)); err != nil {
			return nil, d.failed("read tables", err)
		}
	}
	return l, nil
}

// Append adds what happened up to a block. What is there already stays as it is, so a span
// that was interrupted can be added again.
func (l *Licenses) Append(ctx context.Context, events []Event, upTo ...Block) error {
	return l.db.transact(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, l.event)
		if err != nil {
			return err
		}
		use, err := tx.PrepareContext(ctx, l.usedEver)
		if err != nil {
			return err
		}
		for _, e := range events {
			var model, who []byte
			if e.Kind == Licensed || e.Kind == Offered {
				model = e.Model[:]
			}
			if e.Who != (common.Address{}) {
				who = e.Who[:]
			}
			if _, err := insert.ExecContext(ctx, int64(e.License), int64(e.Block), e.Index, e.Kind, model, who,
				int64(e.Numbers[0]), int64(e.Numbers[1]), int64(e.Numbers[2])); err != nil {
				return err
			}
			if e.Kind == Licensed || e.Kind == Transferred || e.Kind == DelegateAdded {
				if _, err := use.ExecContext(ctx, who, int64(e.License), int64(e.Block)); err != nil {
					return err
				}
			}
		}
		for _, b := range upTo {
			if _, err := tx.ExecContext(ctx, l.block, int64(b.Number), b.Hash[:], int64(b.Time)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Rollback forgets everything after a block.
func (l *Licenses) Rollback(ctx context.Context, after uint64) error {
	return l.db.transact(ctx, func(tx *sql.Tx) error {
		for _, statement := range []string{
			`DELETE FROM license_events WHERE block > ?`, `DELETE FROM license_uses WHERE block > ?`, `DELETE FROM license_blocks WHERE number > ?`,
		} {
			if _, err := tx.ExecContext(ctx, l.db.dialect(statement), int64(after)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Head is the newest block up to which everything is known; false if there is none.
func (l *Licenses) Head(ctx context.Context) (Block, bool, error) {
	b, err := scanBlock(l.head.QueryRowContext(ctx))
	if errors.Is(err, sql.ErrNoRows) {
		return Block{}, false, nil
	}
	return b, err == nil, err
}

// Before is the newest known block before a number; false if there is none.
func (l *Licenses) Before(ctx context.Context, number uint64) (Block, bool, error) {
	b, err := scanBlock(l.db.sql.QueryRowContext(ctx, l.db.dialect(`SELECT number, hash, time FROM license_blocks WHERE number < ? ORDER BY number DESC LIMIT 1`), int64(number)))
	if errors.Is(err, sql.ErrNoRows) {
		return Block{}, false, nil
	}
	return b, err == nil, err
}

// Block is a known block of a number; false if it is not one of those that are remembered.
func (l *Licenses) Block(ctx context.Context, number uint64) (Block, bool, error) {
	b, err := scanBlock(l.db.sql.QueryRowContext(ctx, l.db.dialect(`SELECT number, hash, time FROM license_blocks WHERE number = ?`), int64(number)))
	if errors.Is(err, sql.ErrNoRows) {
		return Block{}, false, nil
	}
	return b, err == nil, err
}

func scanBlock(row *sql.Row) (b Block, err error) {
	var number, time int64
	var hash []byte
	if err := row.Scan(&number, &hash, &time); err != nil {
		return b, fmt.Errorf("read blocks: %w", classify(err))
	}
	return Block{uint64(number), common.BytesToHash(hash), uint64(time)}, nil
}

// UsedBy are the events of all licenses that a subject ever used, as holder or delegate; those
// of a license together and in their order.
func (l *Licenses) UsedBy(ctx context.Context, subject common.Address) ([]Event, error) {
	rows, err := l.usedBy.QueryContext(ctx, subject[:])
	return scanEvents(rows, err)
}

// Events are those of a license, in their order.
func (l *Licenses) Events(ctx context.Context, license uint64) ([]Event, error) {
	rows, err := l.ofLicense.QueryContext(ctx, int64(license))
	return scanEvents(rows, err)
}

// eventColumns are what scanEvents reads.
const eventColumns = `license, block, idx, kind, model, who, a, b, c`

func scanEvents(rows *sql.Rows, err error) (list []Event, _ error) {
	if err != nil {
		return nil, fmt.Errorf("read events: %w", classify(err))
	}
	defer func() { _ = rows.Close() }() // its error is that of Err
	for rows.Next() {
		var e Event
		var id, block, a, b, c int64
		var model, who []byte
		if err := rows.Scan(&id, &block, &e.Index, &e.Kind, &model, &who, &a, &b, &c); err != nil {
			return nil, fmt.Errorf("read events: %w", classify(err))
		}
		e.License, e.Block, e.Numbers = uint64(id), uint64(block), [3]uint64{uint64(a), uint64(b), uint64(c)}
		e.Model, e.Who = common.BytesToHash(model), common.BytesToAddress(who)
		list = append(list, e)
	}
	return list, classify(rows.Err())
}

// Clear forgets everything.
func (l *Licenses) Clear(ctx context.Context) error {
	return l.db.transact(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{"license_events", "license_uses", "license_blocks"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
}

// All are all licenses, in the order of their numbers, from one after a number on; at most
// limit of them.
func (l *Licenses) All(ctx context.Context, after uint64, limit int) (list []uint64, err error) {
	rows, err := l.db.sql.QueryContext(ctx, l.db.dialect(`SELECT license FROM license_events WHERE kind = ? AND license > ? ORDER BY license LIMIT ?`), Licensed, int64(after), limit)
	if err != nil {
		return nil, fmt.Errorf("read licenses: %w", classify(err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read licenses: %w", classify(err))
		}
		list = append(list, uint64(id))
	}
	return list, classify(rows.Err())
}

// After are the events of blocks after one, in the order of the chain.
func (l *Licenses) After(ctx context.Context, block uint64) ([]Event, error) {
	rows, err := l.db.sql.QueryContext(ctx, l.db.dialect(`SELECT `+eventColumns+` FROM license_events WHERE block > ? ORDER BY block, idx`), int64(block))
	return scanEvents(rows, err)
}
