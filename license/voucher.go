package license

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	Offer   uint32
	Subject common.Address
	Scope   Scope
	// Duration is in seconds, zero for one period of the offer.
	Duration uint64
	// Nonce is chosen by the maker, who never uses one twice.
	Nonce *big.Int
	// Deadline is the last second at which it is good.
	Deadline uint64
}

// SignedVoucher is a file.
type SignedVoucher struct {
	Version  int
	ChainID  uint64
	Contract common.Address
	Voucher
	Signature []byte
}

// voucherFile is how a file is written. Its numbers are those that are signed; a nonce is text,
// since many programs lose digits of numbers beyond 2^53.
type voucherFile struct {
	Version   int           `json:"version"`
	ChainID   uint64        `json:"chain_id"`
	Contract  string        `json:"contract"`
	Offer     uint32        `json:"offer"`
	Subject   string        `json:"subject"`
	Scope     uint32        `json:"scope"`
	Duration  uint64        `json:"duration"`
	Nonce     string        `json:"nonce"`
	Deadline  uint64        `json:"deadline"`
	Signature hexutil.Bytes `json:"signature"`
}

// MarshalJSON writes a file.
func (v *SignedVoucher) MarshalJSON() ([]byte, error) {
	return json.Marshal(voucherFile{
		v.Version, v.ChainID, v.Contract.Hex(), v.Offer, v.Subject.Hex(), uint32(v.Scope), v.Duration, v.Nonce.String(), v.Deadline, v.Signature,
	})
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
	var f voucherFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVoucher, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows it", ErrVoucher)
	}
	v := &SignedVoucher{
		Version: f.Version, ChainID: f.ChainID, Signature: f.Signature,
		Voucher: Voucher{Offer: f.Offer, Scope: Scope(f.Scope), Duration: f.Duration, Deadline: f.Deadline},
	}
	if v.Version != VoucherVersion {
		return nil, fmt.Errorf("%w of version %d, which this program knows", ErrVoucher, VoucherVersion)
	}
	for _, a := range []struct {
		to   *common.Address
		text string
	}{{&v.Contract, f.Contract}, {&v.Subject, f.Subject}} {
		var err error
		if *a.to, err = ParseAddress(a.text); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrVoucher, err)
		}
	}
	var ok bool
	if v.Nonce, ok = new(big.Int).SetString(f.Nonce, 10); !ok || v.Nonce.Sign() < 0 || v.Nonce.BitLen() > 256 {
		return nil, fmt.Errorf("%w: its nonce is no number of 256 bits", ErrVoucher)
	}
	if v.Duration > ForEver || v.Deadline > ForEver {
		return nil, fmt.Errorf("%w: its times are out of range", ErrVoucher)
	}
	return v, nil
}
