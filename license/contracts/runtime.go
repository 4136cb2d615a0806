package contracts

import (
	_ "embed" // the code of a deployed contract
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

//go:embed out/Licenses.runtime.json
var runtimeJSON []byte

// Name and version of the EIP-712 domain, in which vouchers are signed.
const (
	DomainName    = "loyal licenses"
	DomainVersion = "1"
)

// Deployment is where the contracts are.
type Deployment struct {
	ChainID  uint64         `json:"chain_id"`
	Licenses common.Address `json:"licenses"`
	Registry common.Address `json:"registry"`
	Card     common.Address `json:"card"`
}

// CodeHash is the hash of the code of the Licenses contract of a deployment. A contract with
// this hash has this project's code, and the values that its constructor put into it, such
// as its own address and chain.
func (d Deployment) CodeHash() (common.Hash, error) {
	var compiled struct {
		Code       string           `json:"code"`
		Immutables map[string][]int `json:"immutables"`
	}
	if err := json.Unmarshal(runtimeJSON, &compiled); err != nil {
		return common.Hash{}, fmt.Errorf("read embedded code: %w", err)
	}
	code, values := common.FromHex(compiled.Code), d.immutables()
	for name, places := range compiled.Immutables {
		value, ok := values[name]
		if !ok {
			return common.Hash{}, fmt.Errorf("embedded code: no value for %s", name)
		}
		for _, p := range places {
			copy(code[p:p+len(value)], value[:])
		}
	}
	return crypto.Keccak256Hash(code), nil
}

func (d Deployment) immutables() map[string]common.Hash {
	chain, self := common.BigToHash(new(big.Int).SetUint64(d.ChainID)), common.BytesToHash(d.Licenses[:])
	name, version := crypto.Keccak256Hash([]byte(DomainName)), crypto.Keccak256Hash([]byte(DomainVersion))
	domain := crypto.Keccak256Hash([]byte("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"))
	return map[string]common.Hash{
		"REGISTRY": common.BytesToHash(d.Registry[:]), "CARD": common.BytesToHash(d.Card[:]),
		"_cachedThis": self, "_cachedChainId": chain, "_hashedName": name, "_hashedVersion": version,
		"_cachedDomainSeparator": crypto.Keccak256Hash(domain[:], name[:], version[:], chain[:], self[:]),
		"_name":                  shortString(DomainName), "_version": shortString(DomainVersion),
	}
}

// shortString is a string of up to 31 bytes with its length in the last byte (OpenZeppelin's
// ShortStrings).
func shortString(s string) (h common.Hash) {
	copy(h[:], s)
	h[31] = byte(len(s))
	return h
}
