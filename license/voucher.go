package license

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
)

// ErrVoucher reports a file that is no voucher.
var ErrVoucher = errors.New("not a voucher")

// VoucherVersion is that of the file (docs/formats/license-voucher.md).
const VoucherVersion = 1

// Voucher is a maker's promise of a license, free of charge, which its subject or anybody on
// its behalf exchanges for one.
type Voucher struct {
	Offer   uint32         `json:"offer"`
	Subject common.Address `json:"subject"`
	Scope   Scope          `json:"scope"`
	// Duration is in seconds, zero for one period of the offer.
	Duration uint64 `json:"duration"`
	// Nonce is chosen by the maker, who never uses one twice.
	Nonce *big.Int `json:"nonce"`
	// Deadline is the last second at which it is good.
	Deadline uint64 `json:"deadline"`
}

// SignedVoucher is a file.
type SignedVoucher struct {
	Version  int            `json:"version"`
	ChainID  uint64         `json:"chain_id"`
	Contract common.Address `json:"contract"`
	Voucher
	Signature hexutil.Bytes `json:"signature"`
}

// TypedData is what the maker signs, for a contract (EIP-712): wallets show the fields before
// they sign.
func (v *Voucher) TypedData(chainID uint64, contract common.Address) apitypes.TypedData {
	return apitypes.TypedData{
		Types: apitypes.Types{
			"EIP712Domain": {{Name: "name", Type: "string"}, {Name: "version", Type: "string"}, {Name: "chainId", Type: "uint256"}, {Name: "verifyingContract", Type: "address"}},
			"Voucher": {{Name: "offer", Type: "uint32"}, {Name: "subject", Type: "address"}, {Name: "scope", Type: "uint32"},
				{Name: "duration", Type: "uint40"}, {Name: "nonce", Type: "uint256"}, {Name: "deadline", Type: "uint40"}},
		},
		PrimaryType: "Voucher",
		Domain: apitypes.TypedDataDomain{
			Name: "loyal licenses", Version: "1", ChainId: (*math.HexOrDecimal256)(new(big.Int).SetUint64(chainID)), VerifyingContract: contract.Hex(),
		},
		Message: apitypes.TypedDataMessage{
			"offer": fmt.Sprint(v.Offer), "subject": v.Subject.Hex(), "scope": fmt.Sprint(uint32(v.Scope)),
			"duration": fmt.Sprint(v.Duration), "nonce": v.Nonce.String(), "deadline": fmt.Sprint(v.Deadline),
		},
	}
}

// ParseVoucher reads a file. Errors are [ErrVoucher].
func ParseVoucher(data []byte) (*SignedVoucher, error) {
	v := new(SignedVoucher)
	if err := json.Unmarshal(data, v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVoucher, err)
	}
	switch {
	case v.Version != VoucherVersion:
		return nil, fmt.Errorf("%w of version %d, which this program knows", ErrVoucher, VoucherVersion)
	case v.Nonce == nil || v.Nonce.Sign() < 0 || v.Nonce.BitLen() > 256:
		return nil, fmt.Errorf("%w: its nonce is no number of 256 bits", ErrVoucher)
	case v.Duration > ForEver || v.Deadline > ForEver:
		return nil, fmt.Errorf("%w: its times are out of range", ErrVoucher)
	}
	return v, nil
}
