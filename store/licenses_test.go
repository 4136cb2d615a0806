package store_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"

	"loyal/internal/env"
	"loyal/store"
)

// eachDatabase runs a test on SQLite, and on Postgres where DATABASE_URL names one, whose
// tables of licenses it empties.
func eachDatabase(t *testing.T, test func(t *testing.T, where string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "a file?with #odd%20name.db")) })
	t.Run("postgres", func(t *testing.T) {
		if !env.DatabaseURL.IsSet() {
			t.Skip("DATABASE_URL is not set")
		}
		test(t, env.DatabaseURL.Value())
	})
}

var contract = common.Address{9}

func open(t *testing.T, where string) *store.Licenses {
	t.Helper()
	db, err := store.Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	l, err := db.Licenses(t.Context(), 1, contract)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func block(n uint64) store.Block {
	return store.Block{Number: n, Hash: common.Hash{byte(n), 1}, Time: 1_800_000_000 + n}
}

func bought(b uint64, id uint64, who byte) store.Event {
	return store.Event{Block: b, License: id, Kind: store.Licensed, Model: common.Hash{7}, Who: common.Address{who}, Numbers: [3]uint64{b, 1<<40 - 1, 3}}
}

func TestAppendAndRollback(t *testing.T) {
	eachDatabase(t, func(t *testing.T, where string) {
		ctx, l := t.Context(), open(t, where)
		if err := l.Clear(ctx); err != nil {
			t.Fatal(err)
		}
		if _, known, err := l.Head(ctx); known || err != nil {
			t.Fatalf("an empty store has a head: %v", err)
		}
		const high = 1<<62 + 5 // an offer's number can be large
		handed := store.Event{Block: 3, Index: 2, License: high, Kind: store.Transferred, Who: common.Address{2}, Numbers: [3]uint64{30}}
		first, later := []store.Event{bought(1, high, 1), bought(2, 6, 1)}, []store.Event{handed, bought(4, 7, 2)}
		for range 2 { // the same again changes nothing
			if err := l.Append(ctx, first, block(1), block(2)); err != nil {
				t.Fatal(err)
			}
			if err := l.Append(ctx, later, block(4)); err != nil {
				t.Fatal(err)
			}
		}
		l = open(t, where)
		check := func(head uint64, uses1, uses2 []uint64, events []store.Event) {
			t.Helper()
			if b, known, err := l.Head(ctx); !known || err != nil || b != block(head) {
				t.Errorf("head %v, %v, %v", b, known, err)
			}
			for who, want := range map[byte][]uint64{1: uses1, 2: uses2} {
				if got, err := l.Uses(ctx, common.Address{who}); err != nil || !cmp.Equal(got, want) {
					t.Errorf("uses of %d: %v, %v, want %v", who, got, err, want)
				}
			}
			if got, err := l.Events(ctx, high); err != nil || !cmp.Equal(got, events) {
				t.Errorf("events: %s, %v", cmp.Diff(events, got), err)
			}
		}
		check(4, []uint64{6, high}, []uint64{7, high}, []store.Event{first[0], handed})
		if all, err := l.All(ctx, 6, 10); err != nil || !cmp.Equal(all, []uint64{7, high}) {
			t.Errorf("after 6: %v, %v", all, err)
		}
		if after, err := l.After(ctx, 2); err != nil || !cmp.Equal(after, later) {
			t.Errorf("after block 2: %s, %v", cmp.Diff(later, after), err)
		}
		if b, known, err := l.Before(ctx, 4); !known || err != nil || b != block(2) {
			t.Errorf("before 4: %v, %v", b, err)
		}
		if err := l.Rollback(ctx, 2); err != nil {
			t.Fatal(err)
		}
		check(2, []uint64{6, high}, nil, first[:1])
		if err := l.Rollback(ctx, 1); err != nil {
			t.Fatal(err)
		}
		check(1, []uint64{high}, nil, first[:1])
	})
}

// The tables are of one contract on one chain.
func TestOtherContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, where string) {
		open(t, where)
		db, err := store.Open(t.Context(), where)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, c := range []struct {
			chain    uint64
			contract common.Address
		}{{2, contract}, {1, common.Address{8}}} {
			if _, err := db.Licenses(t.Context(), c.chain, c.contract); !errors.Is(err, store.ErrSchema) {
				t.Errorf("contract %s on chain %d: %v, want ErrSchema", c.contract, c.chain, err)
			}
		}
	})
}

func TestOpenErrors(t *testing.T) {
	if _, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "directory.db")); err == nil {
		t.Error("a directory that is not there")
	}
	if _, err := store.Open(t.Context(), "postgres://127.0.0.1:1/x?connect_timeout=1"); err == nil {
		t.Error("a server that is not there")
	}
}
