package demo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"loyal/license"
	"loyal/license/chain"
	"loyal/license/devchain"
)

// Licensee is what the chain says of who serves the model: a row of the demo's second table.
type Licensee struct {
	Who      string         `json:"who"`
	Address  common.Address `json:"address"`
	Expected license.Status `json:"expected"`
	Status   license.Status `json:"status"`
	Reason   string         `json:"reason"`
	Block    uint64         `json:"block"`
}

// terms is what the demo's licenses are for, in words.
const terms = `{"title": "License of the demo", "uses": ["inference", "serve"], "text": "Alice may serve the model for thirty days."}`

// license sells a license on a chain of this process alone and asks about two servers, of
// which one is the buyer's.
func (r *run) license(ctx context.Context) (err error) {
	dev, err := devchain.Open(devchain.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dev.Close()) }()
	client, err := chain.New(ctx, dev.RPC(), chain.Options{ChainID: devchain.ChainID})
	if err != nil {
		return err
	}
	defer client.Close()
	maker, alice := chain.NewKey(dev.Accounts()[0].Key), chain.NewKey(dev.Accounts()[1].Key)
	server, mallory := dev.Accounts()[2].Address, dev.Accounts()[3].Address
	model, err := r.offer(ctx, client, maker)
	if err != nil {
		return err
	}
	id, _, err := client.Buy(ctx, alice, 1, 1)
	if err != nil {
		return err
	}
	if _, err := client.AddDelegate(ctx, alice, id, server); err != nil {
		return err
	}
	for _, l := range []Licensee{
		{Who: "Alice's server", Address: server, Expected: license.Authorized},
		{Who: "Mallory's", Address: mallory, Expected: license.NoRecord},
	} {
		c, err := client.Check(ctx, license.Question{Model: model, Subject: l.Address, Scope: license.Serve})
		if err != nil {
			return err
		}
		l.Status, l.Reason, l.Block = c.Status, c.Reason(), c.Block.Number
		r.result.Licensees = append(r.result.Licensees, l)
	}
	return nil
}

// offer puts the contracts on the chain, registers the fingerprinted model, commits to its
// weights and offers licenses.
func (r *run) offer(ctx context.Context, client *chain.Client, maker *chain.Key) (common.Hash, error) {
	if _, _, err := client.Deploy(ctx, maker); err != nil {
		return common.Hash{}, err
	}
	model, _, err := client.Register(ctx, maker, fingerprintedName, "", common.Hash{})
	if err != nil {
		return common.Hash{}, err
	}
	digest, err := r.models[fingerprintedName].Digest()
	if err != nil {
		return common.Hash{}, err
	}
	weights, err := hex.DecodeString(strings.TrimPrefix(digest, "sha256:"))
	if err != nil {
		return common.Hash{}, fmt.Errorf("digest: %w", err)
	}
	if _, _, err := client.Commit(ctx, maker, model, chain.Commitment{Weights: common.BytesToHash(weights)}, nil); err != nil {
		return common.Hash{}, err
	}
	hash, err := license.TermsHash([]byte(terms))
	if err != nil {
		return common.Hash{}, err
	}
	_, _, err = client.MakeOffer(ctx, maker, &chain.Offer{
		Model: model, Price: big.NewInt(5e16), Period: 30 * 86400, Scope: license.Inference | license.Serve, Notice: 14 * 86400,
		RevokeRefund: 10_000, TermsHash: hash,
	})
	return model, err
}
