package devchain_test

import (
	"context"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license/devchain"
)

func open(t *testing.T, o devchain.Options) *devchain.Chain {
	t.Helper()
	c, err := devchain.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pay sends one wei from the first account to itself and waits for the block.
func pay(t *testing.T, c *devchain.Chain) *types.Receipt {
	t.Helper()
	ctx, client := t.Context(), c.Client()
	a := c.Accounts()[0]
	nonce, err := client.PendingNonceAt(ctx, a.Address)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := types.SignNewTx(a.Key, types.LatestSignerForChainID(big.NewInt(devchain.ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(devchain.ChainID), Nonce: nonce, To: &a.Address, Value: big.NewInt(1), Gas: 21000,
		GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(2e9),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SendTransaction(ctx, tx); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); time.Since(begin) < 10*time.Second; time.Sleep(time.Millisecond) {
		if r, err := client.TransactionReceipt(ctx, tx.Hash()); err == nil {
			return r
		}
	}
	t.Fatal("the transaction was not sealed")
	return nil
}

func TestSealsWhatComes(t *testing.T) {
	c := open(t, devchain.Options{})
	defer c.Close()
	for want := int64(1); want <= 3; want++ {
		if r := pay(t, c); r.BlockNumber.Int64() != want || r.Status != 1 {
			t.Fatalf("block %s, status %d", r.BlockNumber, r.Status)
		}
	}
}

func TestAccountsAreOfThisChainAlone(t *testing.T) {
	dir := t.TempDir()
	c := open(t, devchain.Options{DataDir: dir})
	first := c.Accounts()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	c = open(t, devchain.Options{DataDir: dir})
	defer c.Close()
	for i, a := range c.Accounts() {
		if a.Address != first[i].Address || !a.Key.Equal(first[i].Key) {
			t.Errorf("%s is another one after opening again", a.Name)
		}
		if b, err := c.Client().BalanceAt(t.Context(), a.Address, nil); err != nil || b.Sign() <= 0 {
			t.Errorf("%s has %v, %v", a.Name, b, err)
		}
		for _, file := range []string{devchain.KeyFile(dir, a.Name), devchain.PasswordFile(dir)} {
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", file, info.Mode(), err)
			}
		}
	}
	other := open(t, devchain.Options{DataDir: t.TempDir()})
	defer other.Close()
	if other.Accounts()[0].Address == first[0].Address {
		t.Error("another chain has the same accounts")
	}
}

func TestOneProcessADirectory(t *testing.T) {
	dir := t.TempDir()
	c := open(t, devchain.Options{DataDir: dir})
	defer c.Close()
	if _, err := devchain.Open(devchain.Options{DataDir: dir}); !errors.Is(err, devchain.ErrInUse) {
		t.Errorf("%v, want ErrInUse", err)
	}
}

func TestOnlyLoopback(t *testing.T) {
	for address, ok := range map[string]bool{"127.0.0.1:0": true, "localhost:0": true, "0.0.0.0:0": false, ":8545": false, "192.0.2.1:1": false, "x": false, "127.0.0.1:x": false} {
		c, err := devchain.Open(devchain.Options{HTTP: address})
		if (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
		if c != nil {
			c.Close()
		}
	}
}

func TestTravel(t *testing.T) {
	c := open(t, devchain.Options{})
	defer c.Close()
	now := func() uint64 {
		h, err := c.Client().HeaderByNumber(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return h.Time
	}
	pay(t, c)
	before := now()
	if err := c.RPC().CallContext(context.Background(), nil, "evm_increaseTime", 3600); err != nil {
		t.Fatal(err)
	}
	if got := now(); got != before+3600 {
		t.Errorf("%d s later, want 3600", got-before)
	}
	pay(t, c)
	if got := now(); got != before+3601 {
		t.Errorf("then %d s later, want 3601", got-before)
	}
}

// A chain that lost blocks says so and does not go on.
func TestRewound(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	c := open(t, devchain.Options{DataDir: dir})
	pay(t, c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	c = open(t, devchain.Options{DataDir: dir})
	pay(t, c)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	newer, err := os.ReadFile(filepath.Join(dir, "head.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "head.json"), newer, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := devchain.Open(devchain.Options{DataDir: copied}); !errors.Is(err, devchain.ErrRewound) {
		t.Errorf("an older chain: %v, want ErrRewound", err)
	}
	c = open(t, devchain.Options{DataDir: dir})
	defer c.Close()
	if n, _ := c.Head(); n != 2 {
		t.Errorf("ends at %d", n)
	}
}

func BenchmarkSeal(b *testing.B) {
	c, err := devchain.Open(devchain.Options{DataDir: b.TempDir(), Manual: true})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for b.Loop() {
		if err := c.Seal(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen starts a chain that is there already, with its port.
func BenchmarkOpen(b *testing.B) {
	o := devchain.Options{DataDir: b.TempDir(), HTTP: "127.0.0.1:0"}
	for b.Loop() {
		c, err := devchain.Open(o)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
