package index_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"

	"loyal/license/chain"
	"loyal/license/index"
	"loyal/store"
)

// child is the first argument of a process that follows a chain until it is killed; the
// index's file, the node's URL and the contract come after it.
const child = "follow-a-chain"

var kills = flag.Int("kills", 5, "how often a process is killed")

func TestMain(m *testing.M) {
	if len(os.Args) == 5 && os.Args[1] == child {
		fmt.Fprintln(os.Stderr, runChild(context.Background(), os.Args[2], os.Args[3], os.Args[4]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func runChild(ctx context.Context, file, url, contract string) error {
	c, err := chain.Dial(ctx, url, chain.Options{Licenses: common.HexToAddress(contract)})
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, file)
	if err != nil {
		return err
	}
	d := c.Deployment()
	l, err := db.Licenses(ctx, d.ChainID, d.Licenses)
	if err != nil {
		return err
	}
	for {
		if _, err := index.New(l).CatchUp(ctx, c.Source(), nil); err != nil {
			return err
		}
	}
}

// An index whose process is killed at any moment goes on and ends up like one that was made
// at once.
func TestKillLosesNothing(t *testing.T) {
	rounds := *kills
	if testing.Short() {
		rounds = 2
	}
	s := newScene(t)
	r := rand.New(rand.NewPCG(5, 6))
	for range rounds {
		cmd := exec.Command(os.Args[0], child, s.file, s.dev.Endpoint(), s.client.Deployment().Licenses.Hex())
		said := new(strings.Builder)
		cmd.Stderr = said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		s.live(r, 25)
		time.Sleep(time.Duration(r.IntN(120)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("it ended by itself: %v", err)
		}
		_ = cmd.Wait()
		if runtime.GOOS != "windows" && cmd.ProcessState.Exited() {
			t.Fatalf("it ended by itself: %s", said)
		}
	}
	s.compare(r)
	kept := s.everything(s.file)
	s.file = filepath.Join(t.TempDir(), "fresh.db")
	s.index = s.open()
	s.catchUp()
	fresh := s.everything(s.file)
	if diff := cmp.Diff(fresh, kept); diff != "" {
		t.Errorf("the index differs from a fresh one: %s", diff)
	}
	t.Logf("%d kills, %d events, none lost", rounds, len(kept))
}

// everything is all events of an index.
func (s *scene) everything(file string) []store.Event {
	s.Helper()
	db, err := store.Open(s.Context(), file)
	if err != nil {
		s.Fatal(err)
	}
	defer db.Close()
	d := s.client.Deployment()
	l, err := db.Licenses(s.Context(), d.ChainID, d.Licenses)
	if err != nil {
		s.Fatal(err)
	}
	events, err := l.After(s.Context(), 0)
	if err != nil {
		s.Fatal(err)
	}
	return events
}
