package chain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"loyal/license"
	"loyal/license/chain"
	"loyal/license/devchain"
)

// request is a call of JSON-RPC.
type request struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	w      http.ResponseWriter
}

// answer answers it.
func (r request) answer(result string) {
	r.w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(r.w, `{"jsonrpc":"2.0","id":`+string(r.ID)+`,"result":`+result+`}`)
}

// faulty stands between a client and a node. Its hook sees each call and may answer in the
// node's place: true if it has.
type faulty struct {
	*httptest.Server
	hook atomic.Pointer[func(request) bool]
}

func newFaulty(t *testing.T, node string) *faulty {
	t.Helper()
	f := new(faulty)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		call := request{w: w}
		_ = json.Unmarshal(body, &call)
		if hook := f.hook.Load(); hook != nil && (*hook)(call) {
			return
		}
		answer, err := http.Post(node, "application/json", bytes.NewReader(body))
		if err != nil {
			return
		}
		defer answer.Body.Close()
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(w, answer.Body)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *faulty) on(hook func(request) bool) { f.hook.Store(&hook) }

// faultyScene is a scene whose client talks through a faulty connection.
func faultyScene(t *testing.T, o chain.Options) (*scene, *faulty, *devchain.Chain) {
	t.Helper()
	dev, err := devchain.Open(devchain.Options{HTTP: "127.0.0.1:0", Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dev.Close() })
	f := newFaulty(t, dev.Endpoint())
	c, err := chain.Dial(t.Context(), f.URL, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	s := &scene{T: t, chain: dev, client: c, maker: chain.NewKey(dev.Accounts()[0].Key), alice: chain.NewKey(dev.Accounts()[1].Key)}
	return s, f, dev
}

// sealing seals every few milliseconds until the test ends.
func sealing(t *testing.T, dev *devchain.Chain) {
	t.Helper()
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				_ = dev.Seal()
			}
		}
	})
	t.Cleanup(func() { close(stop); done.Wait() })
}

func pay(s *scene) error {
	to := s.alice.Address()
	_, err := s.client.Send(s.Context(), s.maker, chain.Transaction{To: &to, Value: big.NewInt(1)})
	return err
}

func TestNodesThatDoNotAnswer(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter){
		"truncated": func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"resu`) },
		"no JSON":   func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") },
		"an error":  func(w http.ResponseWriter) { http.Error(w, "out of order", http.StatusBadGateway) },
		"silence":   func(http.ResponseWriter) { time.Sleep(300 * time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			s, f, _ := faultyScene(t, chain.Options{Timeout: 100 * time.Millisecond})
			f.on(func(r request) bool { answer(r.w); return true })
			if _, err := s.client.Check(t.Context(), license.Question{}); !errors.Is(err, chain.ErrUnreachable) {
				t.Errorf("check: %v", err)
			}
			if err := pay(s); !errors.Is(err, chain.ErrUnreachable) {
				t.Errorf("send: %v", err)
			}
		})
	}
}

// A node that shows an older chain than before is not believed.
func TestNodeGoesBack(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{})
	var old struct{ Result json.RawMessage }
	if err := json.Unmarshal([]byte(ask(t, dev.Endpoint(), `{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}`)), &old); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := dev.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.client.Header(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	f.on(func(r request) bool {
		if r.Method == "eth_getBlockByNumber" {
			r.answer(string(old.Result))
		}
		return r.Method == "eth_getBlockByNumber"
	})
	if _, err := s.client.Header(t.Context(), nil); !errors.Is(err, chain.ErrWentBack) {
		t.Errorf("%v, want ErrWentBack", err)
	}
}

func ask(t *testing.T, url, call string) string {
	t.Helper()
	r, err := http.Post(url, "application/json", bytes.NewBufferString(call))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A transaction that the node swallows is sent again until it is sealed.
func TestForgottenTransaction(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{})
	sealing(t, dev)
	var sent atomic.Int32
	f.on(func(r request) bool {
		if r.Method != "eth_sendRawTransaction" || sent.Add(1) > 2 {
			return false
		}
		r.answer(`"` + common.Hash{1}.Hex() + `"`)
		return true
	})
	if err := pay(s); err != nil {
		t.Fatal(err)
	}
	if sent.Load() != 3 {
		t.Errorf("sent %d times, want 3", sent.Load())
	}
}

// One that is sealed while it is being looked for is not missed for having been sealed.
func TestSealedMeanwhile(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{})
	var looked atomic.Int32
	f.on(func(r request) bool {
		if r.Method != "eth_getTransactionByHash" || looked.Add(1) != 1 {
			return false
		}
		if err := dev.Seal(); err != nil {
			t.Error(err)
		}
		r.answer("null")
		return true
	})
	if err := pay(s); err != nil || looked.Load() == 0 {
		t.Errorf("looked for %d times: %v", looked.Load(), err)
	}
}

// A transaction is done when the node's head has come to its block, not when its receipt is
// there.
func TestHeadFollowsReceipt(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{})
	var old struct{ Result json.RawMessage }
	if err := json.Unmarshal([]byte(ask(t, dev.Endpoint(), `{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}`)), &old); err != nil {
		t.Fatal(err)
	}
	sealing(t, dev)
	var late atomic.Int32
	f.on(func(r request) bool {
		if r.Method != "eth_getBlockByNumber" || late.Add(1) > 4 { // the first are for the fees
			return false
		}
		r.answer(string(old.Result))
		return true
	})
	if err := pay(s); err != nil || late.Load() < 5 {
		t.Errorf("asked %d times for the head: %v", late.Load(), err)
	}
}

// One that waits too long is sent again with higher fees, in the same place.
func TestStuckTransaction(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{StuckAfter: 50 * time.Millisecond})
	var sent atomic.Int32
	f.on(func(r request) bool {
		if r.Method == "eth_sendRawTransaction" && sent.Add(1) == 3 {
			go func() { time.Sleep(100 * time.Millisecond); _ = dev.Seal() }()
		}
		return false
	})
	if err := pay(s); err != nil {
		t.Fatal(err)
	}
	if n, err := dev.Client().NonceAt(t.Context(), s.maker.Address(), nil); err != nil || n != 1 || sent.Load() < 3 {
		t.Errorf("sent %d times, nonce %d, %v", sent.Load(), n, err)
	}
}

// Another program's transaction takes the place of ours.
func TestReplacedTransaction(t *testing.T) {
	s, f, dev := faultyScene(t, chain.Options{})
	other, err := chain.New(t.Context(), dev.RPC(), chain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var swallowed atomic.Bool
	f.on(func(r request) bool {
		if r.Method != "eth_sendRawTransaction" {
			return false
		}
		if swallowed.CompareAndSwap(false, true) {
			sealing(t, dev)
			go func() {
				to := s.maker.Address()
				_, _ = other.Send(t.Context(), s.maker, chain.Transaction{To: &to, Value: big.NewInt(2)})
			}()
		}
		r.answer(`"` + common.Hash{1}.Hex() + `"`)
		return true
	})
	if err := pay(s); !errors.Is(err, chain.ErrReplaced) {
		t.Errorf("%v, want ErrReplaced", err)
	}
}

// Several at once of one account: each gets a nonce of its own.
func TestConcurrentSends(t *testing.T) {
	s, _, dev := faultyScene(t, chain.Options{Confirmations: 2})
	sealing(t, dev)
	const n = 12
	failed := make(chan error, n)
	for range n {
		go func() { failed <- pay(s) }()
	}
	for range n {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	got, err := dev.Client().NonceAt(t.Context(), s.maker.Address(), nil)
	if err != nil || got != n {
		t.Errorf("nonce %d, %v", got, err)
	}
}
