package interop

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"loyal/internal/env"
	"loyal/license"
	"loyal/license/chain"
	"loyal/license/devchain"
)

// A program that knows nothing of ours, viem, buys a license over JSON-RPC, reads it back,
// and is refused in the contract's own words.
func TestInteropChain(t *testing.T) {
	if !env.Interop.Bool() {
		t.Skip("LOYAL_INTEROP is not set")
	}
	install := exec.Command("npm", "ci", "--silent")
	install.Dir = "chain"
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("install viem: %v\n%s", err, out)
	}
	dev, err := devchain.Open(devchain.Options{HTTP: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	ctx := t.Context()
	client, err := chain.New(ctx, dev.RPC(), chain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	maker := chain.NewKey(dev.Accounts()[0].Key)
	if _, _, err := client.Deploy(ctx, maker); err != nil {
		t.Fatal(err)
	}
	model, _, err := client.Register(ctx, maker, "smol", "", common.Hash{})
	if err != nil {
		t.Fatal(err)
	}
	offer, _, err := client.MakeOffer(ctx, maker, &chain.Offer{Model: model, Price: big.NewInt(1e16), Period: 3600, Scope: license.Inference})
	if err != nil {
		t.Fatal(err)
	}
	abi, err := filepath.Abs(filepath.Join("..", "license", "contracts", "out", "Licenses.abi"))
	if err != nil {
		t.Fatal(err)
	}
	alice := dev.Accounts()[1]
	in, err := json.Marshal(map[string]any{
		"url": dev.Endpoint(), "chainId": devchain.ChainID, "licenses": client.Deployment().Licenses, "model": model, "offer": offer, "price": "10000000000000000",
		"key": "0x" + hex.EncodeToString(crypto.FromECDSA(alice.Key)), "abi": abi,
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "buy.mjs")
	cmd.Dir, cmd.Stdin = "chain", bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err != nil {
		t.Fatalf("buy.mjs: %v\n%s", err, stderr.String())
	}
	var got struct {
		License, Owner, Refusal, Name, Image string
		Same                                 bool
		Status, Gas                          int
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	if got.License != "4294967297" || !got.Same || got.Status != int(license.Authorized) || got.Owner != alice.Address.Hex() || got.Refusal != "WrongPayment" ||
		got.Name != "Model license 1-1" || !strings.HasPrefix(got.Image, "data:image/svg+xml;base64,") {
		t.Errorf("viem sees %s", raw)
	}
	checked, err := client.Check(ctx, license.Question{Model: model, Subject: alice.Address, Scope: license.Inference})
	if err != nil || checked.Status != license.Authorized {
		t.Errorf("we see %v, %v", checked, err)
	}
	t.Logf("viem bought license %s for %d gas", got.License, got.Gas)
}
