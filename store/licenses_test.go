package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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
				if got, err := l.UsedBy(ctx, common.Address{who}); err != nil || !cmp.Equal(licensesOf(got), want) {
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

// licensesOf are the licenses of events, each as often as its events are together.
func licensesOf(events []store.Event) (list []uint64) {
	for _, e := range events {
		if len(list) == 0 || list[len(list)-1] != e.License {
			list = append(list, e.License)
		}
	}
	return list
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

// What is opened to read is not made, and says whose it is.
func TestOpenRead(t *testing.T) {
	eachDatabase(t, func(t *testing.T, where string) {
		l := open(t, where)
		if err := l.Append(t.Context(), nil, block(3)); err != nil {
			t.Fatal(err)
		}
		db, err := store.OpenRead(t.Context(), where)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		got, err := db.KnownLicenses(t.Context())
		if err != nil || got.Chain != 1 || got.Contract != contract {
			t.Fatalf("%+v, %v", got, err)
		}
		if b, ok, err := got.Block(t.Context(), 3); !ok || err != nil || b != block(3) {
			t.Errorf("block 3: %+v, %v, %v", b, ok, err)
		}
		if _, ok, err := got.Block(t.Context(), 2); ok || err != nil {
			t.Errorf("block 2: %v, %v", ok, err)
		}
	})
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	use := func(where string) error {
		db, err := store.Open(t.Context(), where)
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.Licenses(t.Context(), 1, contract)
		return err
	}
	read := func(where string) error {
		db, err := store.OpenRead(t.Context(), where)
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.KnownLicenses(t.Context())
		return err
	}
	text := file("text.db", "this is a text and no database of any kind, though it is long enough to have a header of a hundred bytes in it\n")
	for what, c := range map[string]struct{ got, want error }{
		"text":                   {use(text), store.ErrNotDatabase},
		"text to read":           {read(text), store.ErrNotDatabase},
		"nothing to read":        {read(filepath.Join(dir, "none.db")), store.ErrNone},
		"empty to read":          {read(file("empty.db", "")), store.ErrSchema},
		"a directory's absence":  {use(filepath.Join(dir, "no", "such.db")), fs.ErrNotExist},
		"nobody serves":          {use("postgres://nobody:secret@127.0.0.1:1/x?connect_timeout=1"), store.ErrServer},
		"not a server's address": {use("postgres://nobody:secret@127.0.0.1:port/x"), store.ErrServer},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		} else if strings.Contains(c.got.Error(), "secret") {
			t.Errorf("%s: the error tells the password: %v", what, c.got)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none.db")); err == nil {
		t.Error("opening to read made a file")
	}
}
