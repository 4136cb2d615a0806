package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/google/uuid"

	"loyal/license"
	"loyal/license/chain"
	"loyal/license/devchain"
)

// market is a chain with a model, offers and a license, whose key files are in the working
// directory, and a node that lies (liar).
type market struct {
	*testing.T
	dev   *devchain.Chain
	liar  string
	model string
	alice string

	contract common.Address
}

// newMarket makes offers 1, sold out with license 1-1 of alice; 2, which ends never; 3, with
// consent; 4, closed. poor has no money.
func newMarket(t *testing.T) *market {
	ownHome(t)
	dev, err := devchain.Open(devchain.Options{HTTP: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dev.Close() })
	client, err := chain.New(t.Context(), dev.RPC(), chain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var keys []*chain.Key
	for i, name := range []string{"maker", "alice", "bob"} {
		a := dev.Accounts()[i]
		keys = append(keys, chain.NewKey(a.Key))
		data, err := keystore.EncryptKey(&keystore.Key{Id: uuid.New(), Address: a.Address, PrivateKey: a.Key}, scriptPassword, 2, 1)
		if err != nil {
			t.Fatal(err)
		}
		write(t, name+".json", string(data))
	}
	write(t, "word", scriptPassword)
	write(t, "terms.json", `{"a": 1}`)
	write(t, "other.json", `{"a": 2}`)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, _, err = client.Deploy(ctx, keys[0])
	must(err)
	model, _, err := client.Register(ctx, keys[0], "smol", "", common.Hash{})
	must(err)
	terms, err := license.TermsHash([]byte(`{"a":1}`))
	must(err)
	for _, change := range []func(*chain.Offer){
		func(o *chain.Offer) { o.Supply = 1 },
		func(o *chain.Offer) {
			o.Irrevocable, o.Price = true, new(big.Int).Mul(big.NewInt(1e18), big.NewInt(1e9))
		},
		func(o *chain.Offer) { o.Transfer = chain.TransferWithConsent },
		func(*chain.Offer) {},
	} {
		o := &chain.Offer{Model: model, Price: big.NewInt(5e15), Period: 86400, Scope: license.Inference, TermsHash: terms, MaxSuspension: 60}
		change(o)
		_, _, err := client.MakeOffer(ctx, keys[0], o)
		must(err)
	}
	_, _, err = client.Buy(ctx, keys[1], 1, 1)
	must(err)
	_, err = client.CloseOffer(ctx, keys[0], 4)
	must(err)
	t.Setenv("LOYAL_LICENSES", client.Deployment().Licenses.Hex())
	t.Setenv("ETH_RPC_URL", dev.Endpoint())
	return &market{T: t, dev: dev, liar: newLiar(t, dev.Endpoint()), model: model.Hex(), alice: dev.Accounts()[1].Address.Hex(), contract: client.Deployment().Licenses}
}

// newLiar is a node that answers as the path of its URL says, and else as the true one.
func newLiar(t *testing.T, node string) string {
	t.Helper()
	var sent, heads, answered atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var call struct {
			ID     json.RawMessage
			Method string
			Params []json.RawMessage
		}
		_ = json.Unmarshal(body, &call)
		result := func(text string) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":`+string(call.ID)+`,`+text+`}`)
		}
		newest := call.Method == "eth_getBlockByNumber" && string(call.Params[0]) == `"latest"`
		switch r.URL.Path {
		case "/slow":
			select {
			case <-r.Context().Done():
			case <-time.After(2 * time.Second):
			}
			return
		case "/truncated":
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"resu`)
			return
		case "/page":
			http.Error(w, "<html><body>"+strings.Repeat("out of order ", 500), http.StatusBadGateway)
			return
		case "/huge":
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":"0x`)
			for range 64 {
				if _, err := w.Write(bytes.Repeat([]byte("0"), 1<<20)); err != nil {
					return
				}
			}
			return
		case "/limit":
			if call.Method != "eth_chainId" {
				result(`"error":{"code":-32005,"message":"daily request count exceeded"}`)
				return
			}
		case "/back":
			if newest && heads.Add(1)%2 == 0 { // every other time an old one
				body = bytes.Replace(body, []byte(`"latest"`), []byte(`"0x1"`), 1)
			}
		case "/other":
			if call.Method == "eth_getBlockByNumber" && !newest {
				body = bytes.Replace(body, call.Params[0], []byte(`"0x1"`), 1)
			}
		case "/finality":
			if call.Method == "eth_getBlockByNumber" && string(call.Params[0]) == `"finalized"` {
				otherFinal(w, node, body)
				return
			}
		case "/underpriced":
			if call.Method == "eth_sendRawTransaction" {
				result(`"error":{"code":-32000,"message":"transaction underpriced: tip needed 1000000000"}`)
				return
			}
		case "/lost":
			if call.Method == "eth_sendRawTransaction" {
				sent.Store(1)
			} else if sent.Load() != 0 {
				sent.Add(1)
				http.Error(w, "gone", http.StatusBadGateway)
				return
			}
		case "/away": // for a while, after its first answers
			if n := answered.Add(1); n > 30 && n < 40 {
				http.Error(w, "one moment", http.StatusServiceUnavailable)
				return
			}
		case "/replaced":
			if call.Method == "eth_sendRawTransaction" {
				result(`"error":{"code":-32000,"message":"replacement transaction underpriced"}`)
				return
			}
		}
		relay(w, node, body)
	}))
	t.Cleanup(web.Close)
	return web.URL
}

func relay(w http.ResponseWriter, node string, body []byte) {
	answer, err := http.Post(node, "application/json", bytes.NewReader(body))
	if err != nil {
		return
	}
	defer answer.Body.Close()
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.Copy(w, answer.Body)
}

// otherFinal answers a question for a finalized block with a newest one that was changed.
func otherFinal(w http.ResponseWriter, node string, body []byte) {
	var answer bytes.Buffer
	got, err := http.Post(node, "application/json", bytes.NewReader(bytes.Replace(body, []byte(`"finalized"`), []byte(`"latest"`), 1)))
	if err != nil {
		return
	}
	defer got.Body.Close()
	_, _ = io.Copy(&answer, got.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(bytes.Replace(answer.Bytes(), []byte(`"extraData":"0x`), []byte(`"extraData":"0x00`), 1))
}

// args are those of a command line, with abbreviations: @maker is a key with its password, MODEL
// and ALICE, LIAR/path a node.
func (m *market) args(line string) []string {
	var out []string
	for _, word := range strings.Fields(line) {
		if name, ok := strings.CutPrefix(word, "@"); ok {
			out = append(out, "--key", name+".json", "--password-file", "word")
			continue
		}
		out = append(out, strings.NewReplacer("MODEL", m.model, "ALICE", m.alice, "LIAR", m.liar).Replace(word))
	}
	return out
}

// oneError says whether a command ended with one error and one hint, and nothing else.
func (m *market) oneError(t *testing.T, line string, code ExitCode, message, hint string) {
	t.Helper()
	got, stdout, stderr := run(t, m.args(line)...)
	if got != code {
		t.Errorf("exit code %d, want %d", got, code)
	}
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	if stdout != "" || len(lines) != 2 || !strings.HasPrefix(lines[0], "loyal: error: ") || !strings.HasPrefix(lines[1], "loyal: hint: ") {
		t.Fatalf("not one error with one hint:\n%s%s", stdout, stderr)
	}
	if !strings.Contains(lines[0], message) || len(lines[0]) > 600 {
		t.Errorf("%.700s\nwant %q", lines[0], message)
	}
	if !strings.Contains(lines[1], hint) {
		t.Errorf("%s\nwant %q", lines[1], hint)
	}
}

func TestBadLicenseInput(t *testing.T) {
	m := newMarket(t)
	if code, _, stderr := run(t, m.args("account new poor --password-file word")...); code != ExitOK {
		t.Fatal(stderr)
	}
	write(t, "text.db", strings.Repeat("this is no database ", 100))
	write(t, "wrong", "not the word")
	write(t, "broken.json", `{"a":1`)
	write(t, "empty.json", "")
	write(t, "big.json", strings.Repeat(" ", 2<<20))
	head, _ := m.dev.Head()
	for _, c := range []struct {
		line          string
		code          ExitCode
		message, hint string
	}{
		// The node and the contract.
		{"license show 1-1 --chain-id 1", ExitError, "another chain: the node's has id 1337, expected 1", "--chain-id"},
		{"license show 1-1 --contract ALICE", ExitIntegrity, "not this contract: nothing is deployed at " + m.alice, "--contract"},
		{"license show 1-1 --rpc-url http://127.0.0.1:1", ExitEndpoint, "does not answer", "is the node running"},
		{"license show 1-1 --rpc-url LIAR/slow --timeout 200ms", ExitEndpoint, "the node does not answer within 200ms", "is the node running"},
		{"license show 1-1 --rpc-url LIAR/truncated", ExitEndpoint, "unexpected EOF", "is the node running"},
		{"license show 1-1 --rpc-url LIAR/page", ExitEndpoint, "502 Bad Gateway <html><body>out of order", "is the node running"},
		{"license show 1-1 --rpc-url LIAR/huge", ExitEndpoint, "its answer has more than 32 MiB", "is the node running"},
		{"license show 1-1 --rpc-url LIAR/limit", ExitEndpoint, "the node refuses: daily request count exceeded", "ask another node"},
		{"license show 1-1 --rpc-url LIAR/back", ExitEndpoint, fmt.Sprintf("the node's chain has gone back: from block %d to 1", head), "ask another node"},
		{"license prove --model MODEL --subject ALICE --at 3 --out p.json --rpc-url LIAR/other", ExitEndpoint, "the node contradicts itself: asked for block 3, it gives 1", "cannot be believed"},
		{"license show 1-1 --rpc-url nonsense", ExitEndpoint, "dial unix nonsense", "its address right"},

		// Transactions.
		{"license buy 1 @bob", ExitError, "offer 1 is sold out", "other offers"},
		{"license buy 4 @bob", ExitError, "offer 4 is not on sale now", "other offers"},
		{"license buy 9 @bob", ExitError, "not on record: offer 9", "license offer list"},
		{"license buy 2 @bob", ExitError, "ETH and the fees are missing", "send the account what is missing"},
		{"license buy 3 --key poor --password-file word", ExitError, "0.005 ETH and the fees are missing", "send the account what is missing"},
		{"license buy 3 --periods 0 @bob", ExitError, "0 seconds are no time", ""},
		{"license buy 3 @bob --rpc-url LIAR/underpriced", ExitError, "the node finds the fees too low", "sealed"},
		{"license buy 3 @bob --rpc-url LIAR/replaced", ExitError, "too low to replace a transaction of", "sealed"},
		{"license buy 3 @bob --rpc-url LIAR/lost --timeout 300ms", ExitEndpoint, "was sent and is not settled", "license receipt"},
		{"license buy 3 --terms other.json @bob", ExitIntegrity, "these are not the offer's terms: other.json has hash sha256:", "read the terms"},
		{"license buy 3 --terms broken.json @bob", ExitError, "broken.json: terms are not a JSON document", "one JSON document"},
		{"license buy 3 --terms empty.json @bob", ExitError, "empty.json: terms are not a JSON document", "one JSON document"},
		{"license buy 3 --terms big.json @bob", ExitError, "too large", "right one"},
		{"license buy 3 --terms none.json @bob", ExitError, "none.json", "check the path"},
		{"license renew 1-1 @bob", ExitError, "is not allowed to act for the holder of license 1-1", "another account"},
		{"license cancel 1-1 @bob", ExitError, "does not hold license 1-1", "another account"},
		{"license suspend 1-1 --for 2m @maker", ExitError, "2m0s of suspension in all, and the offer allows 1m0s", "offer show"},
		{"license suspend 1-1 --for 0 @maker", ExitUsage, "--for is no time", "--help"},
		{"license resume 1-1 @maker", ExitError, "license 1-1 is not suspended", "license show"},
		{"license revoke 1-1 @alice", ExitError, "is not the owner of the model of offer 1", "another account"},
		{"license transfer 1-1 --to " + m.dev.Accounts()[2].Address.Hex() + " @alice", ExitError, "cannot be handed on: its offer says so", "offer show"},
		{"license withdraw @bob", ExitError, "nothing is owed to", "--offer"},
		{"license grant 3 --to ALICE --scope serve @maker", ExitError, "the scope serve is not within that of the offer", "offer show"},
		{"license model register smol @maker", ExitError, "is registered already", ""},
		{"license model register " + strings.Repeat("x", 65) + " @maker", ExitError, "the model's name has 65 bytes", ""},
		{"license model accept MODEL @bob", ExitError, "is not offered to", "another account"},
		{"license model transfer MODEL @maker", ExitUsage, "at least one of the flags", "--help"},
		{"license receipt 0x" + strings.Repeat("12", 32), ExitError, "no such transaction", "ask again"},

		// What is not there.
		{"license show 1-77", ExitError, "not on record: license 1-77", "license list"},
		{"license show 9", ExitUsage, `"9" is not a license's number`, "--help"},
		{"license offer show 77", ExitError, "not on record: offer 77", "license offer list"},
		{"license model show 0x" + strings.Repeat("34", 32), ExitError, "there is no model 0x3434", "license model register"},
		{"license model show smol", ExitUsage, "not a registered model's address", "--help"},
		{"license version commit --model MODEL --weights 0x" + strings.Repeat("0", 64) + " @maker", ExitError, "needs the digest of its weights", ""},
		{"license version commit --model MODEL --weights 0x" + strings.Repeat("1", 64) + " --parent MODEL --parent-version 7 @maker", ExitError, "has no version 7", "register"},

		// Times.
		{"license check --model MODEL --subject ALICE --at 9999999999999", ExitUsage, "neither a time", "--help"},
		{"license check --model MODEL --subject ALICE --at 2199-01-01", ExitUsage, "in the future of the chain", "earlier --at"},
		{"license check --model MODEL --subject ALICE --at 1000000", ExitUsage, "in the future of the chain: not found: block 1000000", "earlier --at"},
		{"license check --model MODEL --subject ALICE --at -5", ExitUsage, "neither a time", "--help"},
		{"license list --at 2199-01-01", ExitUsage, "in the future of the chain", "earlier --at"},
		{"license voucher sign 3 --to ALICE --until 2020-01-01 --out v @maker", ExitUsage, "--until is past", "--help"},
		{"license voucher sign 3 --to ALICE --until 5 --out v @maker", ExitUsage, "--until is a time, not a block", "--help"},
		{"license offer new --model MODEL --scope serve --price 0 --terms terms.json --sale-until 2020-01-01 @maker", ExitUsage, "--sale-until is past", "--help"},
		{"license offer new --model MODEL --scope serve --price 0 --terms terms.json --sale-from 2031-01-01 --sale-until 2030-01-01 @maker", ExitUsage, "not after --sale-from", "--help"},
		{"license offer new --model MODEL --scope serve --price 0 --terms terms.json --period 99999999999d @maker", ExitUsage, "is not a time", "--help"},
		{"license offer new --model MODEL --scope serve --price 1.5wei --terms terms.json @maker", ExitUsage, "is not an amount", "--help"},
		{"license offer new --model MODEL --scope serve --price 1e30eth --terms terms.json @maker", ExitUsage, "is not an amount", "--help"},
		{"license offer new --model MODEL --scope 0 --price 0 --terms terms.json @maker", ExitError, "needs at least one use", ""},
		{"license offer new --model MODEL --scope serve --price 0 --cancel-refund 50% --terms terms.json @maker", ExitError, "give a period, or no refunds", ""},
		{"license offer new --model MODEL --scope serve --price 0 --payee ALICE=60 --terms terms.json @maker", ExitError, "come to 60 %, not 100 %", ""},
		{"license offer new --model MODEL --scope serve --price 5 --token ALICE --terms terms.json @maker", ExitError, "no contract is at " + m.alice, ""},
		{"license offer show 3 --rpc-url LIAR/slow --timeout 100ms", ExitEndpoint, "does not answer within 100ms", "is the node running"},

		// Files.
		{"license voucher redeem terms.json @bob", ExitError, "terms.json: not a voucher", "voucher sign"},
		{"license verify-proof terms.json --block-hash 0x" + strings.Repeat("0", 64), ExitIntegrity, "terms.json: the proof does not hold", "ask for it again"},
		{"license verify-proof none.json --block-hash 0x" + strings.Repeat("0", 64), ExitError, "none.json", "check the path"},
		{"license prove --model MODEL --subject ALICE --out no/such/p.json", ExitError, "no/such", "check the path"},
		{"license buy 3 --key bob.json --password-file wrong", ExitError, "bob.json: wrong password", "--password-file"},
		{"license buy 3 --key terms.json --password-file word", ExitError, "terms.json: not a key file", "loyal account new"},
		{"license buy 3 --key big.json --password-file word", ExitError, "too large", "right one"},
		{"license buy 3 --key nobody --password-file word", ExitError, "no such account: nobody", "account list"},
		{"license buy 3 --key bob.json --password-file none", ExitError, "none", "check the path"},
		{"license buy 3", ExitUsage, "no account is named", "--key"},
		{"license buy 3 --signer http://127.0.0.1:1", ExitEndpoint, "the external signer does not answer", "is it running"},
		{"license buy 3 --key bob.json --signer http://127.0.0.1:1", ExitUsage, "no account is named", "one of them"},
		{"chain start --http 0.0.0.0:0", ExitUsage, "not a loopback address", "127.0.0.1"},
		{"chain start --http " + strings.TrimPrefix(m.dev.Endpoint(), "http://"), ExitError, "address already in use", "--http"},
		{"account new ../x --password-file word", ExitUsage, "is not a name for an account", "--help"},
		{"account new poor --password-file word", ExitError, "there is an account of that name", "choose another name"},
		{"account import x --from terms.json --password-file word", ExitError, "not a private key", "digits"},
		{"account import x --from - --password-file -", ExitUsage, "the key or the password, not both", ""},
		{"account new x", ExitUsage, "not a terminal", "LOYAL_PASSPHRASE"},
		{"license list --index text.db", ExitError, "text.db: not a SQLite database", "delete the file"},
		{"license list --index text.db --offline", ExitError, "text.db: not a SQLite database", "delete the file"},
		{"license list --index none.db --offline", ExitError, "there is no such database", "makes it from the chain"},
		{"license list --index no/such.db", ExitError, "no", "check the path"},
		{"license list --offline --contract ALICE", ExitUsage, "no index is named: there is none of", "--index"},
		{"license check --model MODEL --subject ALICE --index none.db", ExitError, "there is no such database", "makes it from the chain"},
	} {
		t.Run(c.line, func(t *testing.T) { m.oneError(t, c.line, c.code, c.message, c.hint) })
	}
	for _, name := range []string{"v", "p.json", "none.db"} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}

// A check that gets no reliable answer says so as a result, with a hint.
func TestUncertainChecks(t *testing.T) {
	m := newMarket(t)
	if code, _, stderr := run(t, "license", "list", "--index", "index.db", "--quiet"); code != ExitOK {
		t.Fatal(stderr)
	}
	now = func() time.Time { return time.Now().Add(time.Hour) }
	t.Cleanup(func() { now = time.Now })
	for line, want := range map[string][2]string{
		"--rpc-url http://127.0.0.1:1":                        {"does not answer", "is the node running"},
		"--rpc-url LIAR/slow --timeout 200ms":                 {"does not answer within 200ms", "is the node running"},
		"--rpc-url LIAR/truncated":                            {"unexpected EOF", "is the node running"},
		"--rpc-url LIAR/limit":                                {"the node refuses: daily request count exceeded", "ask another node"},
		"--rpc-url LIAR/finality":                             {"the node contradicts itself: block", "cannot be believed"},
		"--rpc-url LIAR/other --at 3":                         {"the node contradicts itself: asked for block 3", "cannot be believed"},
		"--index index.db --at " + fmt.Sprint(now().Unix()-1): {"the index does not reach that time", "brings it up to date"},
		"--index index.db --offline --max-age 30m":            {"the newest block known is too old", "up to date"},
		"--max-age 30m":                                       {"the newest block known is too old", "lags"},
	} {
		t.Run(line, func(t *testing.T) {
			code, stdout, stderr := run(t, m.args("license check --json --model MODEL --subject ALICE "+line)...)
			var got struct{ Status, Reason string }
			if err := json.Unmarshal([]byte(stdout), &got); err != nil {
				t.Fatalf("%v: %s%s", err, stdout, stderr)
			}
			if code != ExitEndpoint || got.Status != "chain_uncertain" || !strings.Contains(got.Reason, want[0]) || !strings.Contains(stderr, "loyal: hint: ") || !strings.Contains(stderr, want[1]) {
				t.Errorf("exit code %d, %s: %s\n%s", code, got.Status, got.Reason, stderr)
			}
		})
	}
}

// An index answers with no node at all, and says how far it is behind where there is one.
func TestIndexAnswers(t *testing.T) {
	m := newMarket(t)
	if code, _, stderr := run(t, "license", "list", "--index", "index.db", "--quiet"); code != ExitOK {
		t.Fatal(stderr)
	}
	at, _ := m.dev.Head()
	for range 3 {
		if err := m.dev.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	for line, behind := range map[string]string{
		"--index index.db": "3", "--index index.db --rpc-url http://127.0.0.1:1": "", "--index index.db --offline": "",
		"--index index.db --rpc-url LIAR/huge": "",
	} {
		code, stdout, stderr := run(t, m.args("license check --json --model MODEL --subject ALICE "+line)...)
		var got struct {
			Status, License string
			Block           struct{ Number uint64 }
			Index           struct {
				Contract string
				Behind   *json.Number `json:"blocks_behind"`
			}
			TermsHash string `json:"terms_hash"`
		}
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Fatalf("%s: %v: %s%s", line, err, stdout, stderr)
		}
		said := ""
		if got.Index.Behind != nil {
			said = got.Index.Behind.String()
		}
		if code != ExitOK || got.Status != "authorized" || got.License != "1-1" || len(got.TermsHash) != 66 || got.Block.Number != at || said != behind || stderr != "" {
			t.Errorf("%s: exit code %d, %+v, %q behind, want %q\n%s", line, code, got, said, behind, stderr)
		}
	}
	// Who has nothing is told so, by the index too.
	code, stdout, _ := run(t, m.args("license check --index index.db --offline --model MODEL --subject "+m.dev.Accounts()[2].Address.Hex())...)
	if code != ExitLicense || !strings.HasPrefix(stdout, "no_record: ") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
	// An index of another contract, or of another chain, is no answer.
	m.oneError(t, "license check --model MODEL --subject ALICE --index index.db --contract ALICE", ExitError, "the index is of contract ", "another --index")
	m.oneError(t, "license check --model MODEL --subject ALICE --index index.db --chain-id 5", ExitError, "on chain 1337", "another --index")
	m.oneError(t, "license check --model MODEL --subject ALICE --index index.db --at 99", ExitUsage, "does not know the time of block 99", "--help")
	t.Setenv("DATABASE_URL", "postgres://nobody:secret@127.0.0.1:1/x?connect_timeout=1")
	m.oneError(t, "license list", ExitError, "the database server does not answer", "DATABASE_URL")
	m.oneError(t, "license check --model MODEL --subject ALICE --offline", ExitError, "the database server does not answer", "DATABASE_URL")
}
