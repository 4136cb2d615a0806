package chain_test

import (
	"context"
	"errors"
	"math/big"
	"net/http/httptest"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"loyal/license"
	"loyal/license/chain"
	"loyal/license/devchain"
)

// clef is a signer as clef is one, with an owner who may refuse or change what is signed.
type clef struct {
	key    *chain.Key
	refuse bool
	change bool
}

func (c *clef) List() []common.Address { return []common.Address{c.key.Address()} }

func (c *clef) SignTransaction(args apitypes.SendTxArgs) (map[string]any, error) {
	if c.refuse {
		return nil, errors.New("request denied")
	}
	if c.change {
		args.Value = hexutil.Big(*big.NewInt(7))
	}
	tx, err := args.ToTransaction()
	if err != nil {
		return nil, err
	}
	if tx, err = c.key.SignTx(context.Background(), tx, big.NewInt(devchain.ChainID)); err != nil {
		return nil, err
	}
	raw, err := tx.MarshalBinary()
	return map[string]any{"raw": hexutil.Bytes(raw), "tx": tx}, err
}

func (c *clef) SignTypedData(_ common.MixedcaseAddress, data apitypes.TypedData) (hexutil.Bytes, error) {
	return c.key.SignTyped(context.Background(), data)
}

func TestExternalSigner(t *testing.T) {
	s := newScene(t)
	server, owner := rpc.NewServer(), &clef{key: s.maker}
	if err := server.RegisterName("account", owner); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()
	e, err := chain.DialExternal(t.Context(), web.URL, common.Address{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	n, _, err := s.client.MakeOffer(t.Context(), e, &chain.Offer{Model: s.model, Price: big.NewInt(5), Period: 100, Scope: license.Inference})
	if err != nil {
		t.Fatal(err)
	}
	d := s.client.Deployment()
	v := &license.SignedVoucher{Version: 1, ChainID: d.ChainID, Contract: d.Licenses, Voucher: license.Voucher{
		Offer: n, Subject: s.alice.Address(), Scope: license.Inference, Nonce: big.NewInt(3), Deadline: s.now() + 100,
	}}
	if v.Signature, err = e.SignTyped(t.Context(), v.TypedData(d.ChainID, d.Licenses)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.client.Redeem(t.Context(), s.alice, v); err != nil {
		t.Errorf("a voucher that the signer signed: %v", err)
	}
	owner.change = true
	if _, err := s.client.CloseOffer(t.Context(), e, n); !errors.Is(err, chain.ErrSigner) {
		t.Errorf("changed by the owner: %v, want ErrSigner", err)
	}
	if _, err := chain.DialExternal(t.Context(), "http://127.0.0.1:1", common.Address{}); !errors.Is(err, chain.ErrNoSigner) {
		t.Errorf("nobody there: %v, want ErrNoSigner", err)
	}
	owner.refuse = true
	if _, err := s.client.CloseOffer(t.Context(), e, n); !errors.Is(err, chain.ErrSigner) {
		t.Errorf("refused by the owner: %v, want ErrSigner", err)
	}
}
