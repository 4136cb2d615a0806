package index_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"

	"loyal/license/chain"
	"loyal/license/index"
	"loyal/store"
)

// Of the process that follows the chain until it is killed.
const (
	childFile     = "LOYAL_TEST_INDEX_FILE"
	childURL      = "LOYAL_TEST_INDEX_URL"
	childContract = "LOYAL_TEST_INDEX_CONTRACT"
)

func TestMain(m *testing.M) {
	if os.Getenv(childFile) != "" {
		fmt.Fprintln(os.Stderr, runChild(context.Background()))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func runChild(ctx context.Context) error {
	c, err := chain.Dial(ctx, os.Getenv(childURL), chain.Options{Licenses: common.HexToAddress(os.Getenv(childContract))})
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, os.Getenv(childFile))
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
	rounds := 20
	if testing.Short() {
		rounds = 2
	}
	s := newScene(t)
	r := rand.New(rand.NewPCG(5, 6))
	for range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childFile+"="+s.file, childURL+"="+s.dev.Endpoint(), childContract+"="+s.client.Deployment().Licenses.Hex())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		s.live(r, 25)
		time.Sleep(time.Duration(r.IntN(120)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("it ended by itself: %v", err)
		}
		_ = cmd.Wait()
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
