package chain_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"loyal/license/chain"
)

// fails answers a call with an error.
func (r request) fails(message string) bool {
	r.w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(r.w, `{"jsonrpc":"2.0","id":`+string(r.ID)+`,"error":{"code":-32000,"message":"`+message+`"}}`)
	return true
}

// An answer without end is not read to the end.
func TestHugeAnswer(t *testing.T) {
	s, f, _ := faultyScene(t, chain.Options{})
	var written atomic.Int64
	f.on(func(r request) bool {
		part := bytes.Repeat([]byte("0"), 1<<20)
		_, _ = io.WriteString(r.w, `{"jsonrpc":"2.0","id":`+string(r.ID)+`,"result":"0x`)
		for range 200 {
			n, err := r.w.Write(part)
			written.Add(int64(n))
			if err != nil {
				break
			}
		}
		return true
	})
	_, err := s.client.Header(t.Context(), nil)
	if !errors.Is(err, chain.ErrUnreachable) || !strings.Contains(err.Error(), "MiB") {
		t.Errorf("%v", err)
	}
	if n := written.Load(); n > 60<<20 {
		t.Errorf("%d bytes were read", n)
	}
}

// Of an error page the beginning is told.
func TestErrorPage(t *testing.T) {
	s, f, _ := faultyScene(t, chain.Options{})
	f.on(func(r request) bool {
		r.w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(r.w, "<html>\n"+strings.Repeat("sorry ", 10_000))
		return true
	})
	_, err := s.client.Header(t.Context(), nil)
	if !errors.Is(err, chain.ErrUnreachable) || !strings.Contains(err.Error(), "502 Bad Gateway <html> sorry") || len(err.Error()) > 300 {
		t.Errorf("%.400v", err)
	}
}

// A node that gives another block than it was asked for is not believed.
func TestOtherBlock(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{})
	if err := dev.Seal(); err != nil {
		t.Fatal(err)
	}
	block := ask(t, dev.Endpoint(), `{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0x1",false]}`)
	f.on(func(r request) bool {
		_, _ = io.WriteString(r.w, strings.Replace(block, `"id":1`, `"id":`+string(r.ID), 1))
		return true
	})
	if _, err := s.client.Source().Header(t.Context(), 0); !errors.Is(err, chain.ErrContradiction) {
		t.Errorf("%v", err)
	}
}

// Whatever ends the waiting, the transaction's hash is told.
func TestUnsettled(t *testing.T) {
	t.Run("the node goes away", func(t *testing.T) {
		s, f, _ := faultyScene(t, chain.Options{Timeout: 200 * time.Millisecond})
		var sent atomic.Bool
		f.on(func(r request) bool {
			if sent.Load() {
				http.Error(r.w, "gone", http.StatusBadGateway)
				return true
			}
			sent.Store(r.Method == "eth_sendRawTransaction")
			return false
		})
		unsettled(t, pay(s), chain.ErrUnreachable)
	})
	t.Run("nobody knows whether it was taken", func(t *testing.T) {
		s, f, _ := faultyScene(t, chain.Options{})
		f.on(func(r request) bool {
			if r.Method != "eth_sendRawTransaction" {
				return false
			}
			http.Error(r.w, "gone", http.StatusBadGateway)
			return true
		})
		unsettled(t, pay(s), chain.ErrUnreachable)
	})
	t.Run("interrupted", func(t *testing.T) {
		s, f, dev := faultyScene(t, chain.Options{})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		f.on(func(r request) bool {
			if r.Method == "eth_getTransactionReceipt" {
				stop()
			}
			return false
		})
		to := s.alice.Address()
		_, err := s.client.Send(ctx, s.maker, chain.Transaction{To: &to})
		hash := unsettled(t, err, context.Canceled)
		f.on(func(request) bool { return false })
		sealing(t, dev)
		got, err := s.client.Settle(t.Context(), hash)
		if err != nil || got.From != s.maker.Address() || got.TxHash != hash || got.License != 0 {
			t.Errorf("settled: %+v, %v", got, err)
		}
		if _, err := s.client.Settle(t.Context(), common.Hash{1}); !errors.Is(err, chain.ErrNoTransaction) {
			t.Errorf("another: %v", err)
		}
	})
}

func unsettled(t *testing.T, err, because error) common.Hash {
	t.Helper()
	var u *chain.Unsettled
	if !errors.As(err, &u) || u.Hash == (common.Hash{}) || !errors.Is(err, because) {
		t.Fatalf("%v", err)
	}
	return u.Hash
}

// A node that is away for a moment is waited for.
func TestNodeComesBack(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{Timeout: 5 * time.Second})
	sealing(t, dev)
	var away atomic.Int32
	f.on(func(r request) bool {
		if r.Method != "eth_getTransactionReceipt" || away.Add(1) > 3 {
			return false
		}
		http.Error(r.w, "one moment", http.StatusServiceUnavailable)
		return true
	})
	if err := pay(s); err != nil {
		t.Error(err)
	}
}

// What nodes say when they take no transaction.
func TestNotTaken(t *testing.T) {
	for said, want := range map[string]error{
		"transaction underpriced": chain.ErrUnderpriced,
		"max fee per gas less than block base fee: address 0x, maxFeePerGas: 1": chain.ErrUnderpriced,
		"replacement transaction underpriced":                                   chain.ErrUnderpriced,
	} {
		t.Run(said, func(t *testing.T) {
			s, f, _ := faultyScene(t, chain.Options{})
			var sent atomic.Int32
			f.on(func(r request) bool {
				if r.Method != "eth_sendRawTransaction" {
					return false
				}
				sent.Add(1)
				return r.fails(said)
			})
			err := pay(s)
			if !errors.Is(err, want) {
				t.Errorf("%v", err)
			}
			if times := map[bool]int32{true: 1, false: 4}[strings.HasPrefix(said, "replacement")]; sent.Load() != times {
				t.Errorf("sent %d times, want %d", sent.Load(), times)
			}
		})
	}
	// Taken at higher fees.
	s, f, dev := faultyScene(t, chain.Options{})
	sealing(t, dev)
	var sent atomic.Int32
	f.on(func(r request) bool {
		return r.Method == "eth_sendRawTransaction" && sent.Add(1) < 3 && r.fails("transaction underpriced: tip needed 5")
	})
	if err := pay(s); err != nil {
		t.Error(err)
	}
}

// A node that has not kept old states cannot tell when a contract was deployed; one that does
// not answer is an error.
func TestUnknownBirth(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{})
	for range 3 {
		if err := dev.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	f.on(func(r request) bool { return r.Method == "eth_getCode" && r.fails("missing trie node") })
	if n, err := s.client.Source().Birth(t.Context()); n != 0 || err != nil {
		t.Errorf("pruned: block %d, %v", n, err)
	}
	f.on(func(r request) bool {
		if r.Method == "eth_getCode" {
			http.Error(r.w, "gone", http.StatusBadGateway)
		}
		return r.Method == "eth_getCode"
	})
	if _, err := s.client.Source().Birth(t.Context()); !errors.Is(err, chain.ErrUnreachable) {
		t.Errorf("away: %v", err)
	}
}
