package devchain_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license/devchain"
)

// child is the first argument of a process that runs a chain until it is killed; the second
// is the chain's directory.
const child = "run-a-chain"

var kills = flag.Int("kills", 5, "how often a process is killed")

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == child {
		if err := runChild(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// runChild sends transactions as fast as it can and says of each block that it is sealed.
func runChild(dir string) error {
	c, err := devchain.Open(devchain.Options{DataDir: dir, OnSeal: func(n uint64, hash common.Hash) {
		fmt.Println(n, hash)
	}})
	if err != nil {
		return err
	}
	a, client := c.Accounts()[0], c.Client()
	id, ctx := big.NewInt(devchain.ChainID), context.Background()
	nonce, err := client.PendingNonceAt(ctx, a.Address)
	if err != nil {
		return err
	}
	for ; ; nonce++ {
		tx, err := types.SignNewTx(a.Key, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
			ChainID: id, Nonce: nonce, To: &a.Address, Value: big.NewInt(1), Gas: 21000, GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(2e9),
		})
		if err != nil {
			return err
		}
		if err := client.SendTransaction(ctx, tx); err != nil {
			return err
		}
		time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond)
	}
}

// Whatever moment a kill comes at, every block that was said to be sealed is there.
func TestKillLosesNothing(t *testing.T) {
	rounds := *kills
	if testing.Short() {
		rounds = 2
	}
	dir, sealed := t.TempDir(), map[uint64]string{}
	for round := range rounds {
		for n, hash := range killed(t, dir, 5+rand.IntN(40)) {
			sealed[n] = hash
		}
		c, err := devchain.Open(devchain.Options{DataDir: dir, Manual: true})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for n, hash := range sealed {
			h, err := c.Client().HeaderByNumber(t.Context(), new(big.Int).SetUint64(n))
			if err != nil || h.Hash().Hex() != hash {
				t.Errorf("round %d: block %d was %s: %v", round, n, hash, err)
			}
			if _, err := c.Client().BalanceAt(t.Context(), c.Accounts()[0].Address, h.Number); err != nil {
				t.Errorf("round %d: the state of block %d: %v", round, n, err)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills, %d blocks sealed, none lost", rounds, len(sealed))
}

// killed runs a chain until it has said so many blocks, kills it a moment later, and
// returns what it said.
func killed(t *testing.T, dir string, blocks int) map[uint64]string {
	t.Helper()
	cmd := exec.Command(os.Args[0], child, dir)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := map[uint64]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var n uint64
		var hash string
		if k, _ := fmt.Sscan(lines.Text(), &n, &hash); k != 2 || len(hash) != 66 {
			continue // cut off by the kill
		}
		said[n] = hash
		if len(said) == blocks {
			time.AfterFunc(time.Duration(rand.IntN(15))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil || len(said) < blocks {
		t.Fatalf("the chain ended by itself after %d blocks: %v\n%s", len(said), err, stderr.String())
	}
	return said
}
