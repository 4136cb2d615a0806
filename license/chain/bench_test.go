package chain_test

import (
	"math/big"
	"testing"

	"loyal/license"
	"loyal/license/chain"
	"loyal/license/contracts"
	"loyal/license/devchain"
)

// BenchmarkCheck asks a node over HTTP about a holder.
func BenchmarkCheck(b *testing.B) {
	dev, err := devchain.Open(devchain.Options{HTTP: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer dev.Close()
	c, err := chain.Dial(b.Context(), dev.Endpoint(), chain.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	s := chain.NewKey(dev.Accounts()[0].Key)
	if _, _, err := c.Deploy(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	model, _, err := c.Register(b.Context(), s, "smol", "", [32]byte{})
	if err != nil {
		b.Fatal(err)
	}
	terms := contracts.Offer{
		Model: model, Period: 3600, Scope: uint32(license.Inference), Price: new(big.Int), SaleFrom: new(big.Int), SaleUntil: new(big.Int), TermsHash: [32]byte{7},
	}
	to := c.Deployment().Licenses
	if _, err := c.Send(b.Context(), s, chain.Transaction{To: &to, Data: contracts.NewLicenses().PackMakeOffer(terms, nil)}); err != nil {
		b.Fatal(err)
	}
	if _, _, err := c.Buy(b.Context(), s, 1, 1); err != nil {
		b.Fatal(err)
	}
	q := license.Question{Model: model, Subject: s.Address(), Scope: license.Inference}
	for b.Loop() {
		if a, err := c.Check(b.Context(), q); err != nil || a.Status != license.Authorized {
			b.Fatal(a, err)
		}
	}
}
