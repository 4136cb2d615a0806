package cli

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"

	"loyal/license/devchain"
)

const scriptPassword = "a word of the tests"

// TestLicenseScripts plays the life of a license on the chain in the process, and again on
// anvil, an implementation of the chain in another language, where it is installed
// (license/contracts/package.json).
func TestLicenseScripts(t *testing.T) {
	t.Run("devchain", func(t *testing.T) {
		c, err := devchain.Open(devchain.Options{HTTP: "127.0.0.1:0"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		var keys []*ecdsa.PrivateKey
		for _, a := range c.Accounts() {
			keys = append(keys, a.Key)
		}
		licenseScripts(t, c.Endpoint(), keys)
	})
	t.Run("anvil", func(t *testing.T) {
		url, keys := startAnvil(t)
		licenseScripts(t, url, keys)
	})
}

// licenseScripts runs the scripts on a chain with these accounts' money.
func licenseScripts(t *testing.T, url string, keys []*ecdsa.PrivateKey) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "license"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("ETH_RPC_URL", url)
			for i, name := range []string{"maker", "alice", "bob"} {
				address := crypto.PubkeyToAddress(keys[i].PublicKey)
				e.Setenv(strings.ToUpper(name), address.Hex())
				data, err := keystore.EncryptKey(&keystore.Key{Id: uuid.New(), Address: address, PrivateKey: keys[i]}, scriptPassword, 2, 1)
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(e.WorkDir, name+".json"), data, 0o600); err != nil {
					return err
				}
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "word"), []byte(scriptPassword+"\n"), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": scriptExits, "damage": scriptDamage, "save": scriptSave,
			"travel": func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(travel(url, args[0])) },
			"now": func(ts *testscript.TestScript, _ bool, args []string) {
				n, err := chainTime(url)
				ts.Check(err)
				ts.Setenv(args[0], fmt.Sprint(n))
			},
		},
		RequireExplicitExec: true,
	})
}

// scriptSave is the script command `save FILE PATH NAME`: it keeps a field of JSON in a
// variable.
func scriptSave(ts *testscript.TestScript, _ bool, args []string) {
	var value any
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	d.UseNumber()
	ts.Check(d.Decode(&value))
	for _, key := range strings.Split(args[1], ".") {
		fields, ok := value.(map[string]any)
		if !ok || fields[key] == nil {
			ts.Fatalf("there is no %s", args[1])
		}
		value = fields[key]
	}
	ts.Setenv(args[2], fmt.Sprint(value))
}

func travel(url, seconds string) error {
	c, err := rpc.Dial(url)
	if err != nil {
		return err
	}
	defer c.Close()
	return errors.Join(c.Call(nil, "evm_increaseTime", json.Number(seconds)), c.Call(nil, "evm_mine"))
}

func chainTime(url string) (uint64, error) {
	c, err := ethclient.Dial(url)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	h, err := c.HeaderByNumber(context.Background(), nil)
	if err != nil {
		return 0, err
	}
	return h.Time, nil
}

// startAnvil runs anvil on a free port with fresh accounts, until the test ends.
func startAnvil(t *testing.T) (url string, keys []*ecdsa.PrivateKey) {
	t.Helper()
	path := filepath.Join("..", "..", "license", "contracts", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil")
	if _, err := os.Stat(path); err != nil {
		t.Skip("anvil is not installed")
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "anvil.json")
	cmd := exec.Command(path, "--host", "127.0.0.1", "--port", port, "--accounts", "3", "--mnemonic-random", "--hardfork", "prague", "--config-out", config)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	url = "http://127.0.0.1:" + port
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if _, err := chainTime(url); err == nil {
			break
		}
		if time.Since(begin) > 30*time.Second {
			t.Fatalf("anvil does not answer: %s", log.String())
		}
	}
	data, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	var made struct {
		Keys []string `json:"private_keys"`
	}
	if err := json.Unmarshal(data, &made); err != nil || len(made.Keys) != 3 {
		t.Fatalf("anvil's accounts: %v", err)
	}
	for _, k := range made.Keys {
		key, err := crypto.HexToECDSA(strings.TrimPrefix(k, "0x"))
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return url, keys
}
