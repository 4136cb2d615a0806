package proof_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"loyal/license/proof"
)

// Whatever a file holds, it is refused with ErrProof or is written as it was read; it is
// never believed about a block that it is not of.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version": 1}`))
	f.Add([]byte(`{"version": 2, "header": "0x"}`))
	empty, err := (&proof.Proof{Version: proof.Version, Header: []byte{0xc0}}).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(empty)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := proof.Parse(data)
		if err != nil {
			if !errors.Is(err, proof.ErrProof) {
				t.Fatal(err)
			}
			return
		}
		if again, err := p.Encode(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%v: written otherwise than it was read", err)
		}
		if p.Verify(common.Hash{1}) == nil {
			t.Fatal("believed about another block")
		}
		// With the hash of its own header the rest is looked at, too.
		if err := p.Verify(crypto.Keccak256Hash(p.Header)); err != nil && !errors.Is(err, proof.ErrProof) {
			t.Fatal(err)
		}
	})
}
