package license

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Errors of what people write.
var (
	// ErrModel reports a model that is neither an id nor an owner's name for it.
	ErrModel = errors.New("not a registered model's address")
	// ErrAddress reports an account's address that cannot be one.
	ErrAddress = errors.New("not an account's address")
)

var nameArguments = func() abi.Arguments {
	address, err := abi.NewType("address", "", nil)
	if err != nil {
		panic(err) // the type is the language's own
	}
	text, err := abi.NewType("string", "", nil)
	if err != nil {
		panic(err)
	}
	return abi.Arguments{{Type: address}, {Type: text}}
}()

// ModelID is the id of a model by its name, which belongs to who registered it: the registry's
// modelId.
func ModelID(registrant common.Address, name string) (common.Hash, error) {
	data, err := nameArguments.Pack(registrant, name)
	if err != nil {
		return common.Hash{}, fmt.Errorf("%w: %w", ErrModel, err)
	}
	return crypto.Keccak256Hash(data), nil
}

// ParseModel reads an id (0x and 64 digits) or 0xREGISTRANT/NAME.
func ParseModel(s string) (common.Hash, error) {
	owner, name, named := strings.Cut(s, "/")
	if named {
		account, err := ParseAddress(owner)
		if err != nil {
			return common.Hash{}, err
		}
		if name == "" {
			return common.Hash{}, fmt.Errorf("%w: %q has no name", ErrModel, s)
		}
		return ModelID(account, name)
	}
	var h common.Hash
	if err := h.UnmarshalText([]byte(s)); err != nil {
		return common.Hash{}, fmt.Errorf("%w: %q", ErrModel, s)
	}
	return h, nil
}

// ParseAddress reads an account's address. One with upper- and lower-case letters carries a
// checksum (EIP-55), which has to be right.
func ParseAddress(s string) (common.Address, error) {
	if !strings.HasPrefix(s, "0x") || !common.IsHexAddress(s) {
		return common.Address{}, fmt.Errorf("%w: %q is not 0x and 40 digits", ErrAddress, s)
	}
	a := common.HexToAddress(s)
	if digits := s[2:]; digits != strings.ToLower(digits) && digits != strings.ToUpper(digits) && s != a.Hex() {
		return common.Address{}, fmt.Errorf("%w: the checksum of %q is wrong: a digit was mistyped", ErrAddress, s)
	}
	return a, nil
}

// ParseNumber reads a license: its offer and its number there ("3-14"), or both in one number.
func ParseNumber(s string) (uint64, error) {
	var offer, serial uint32
	if n, err := fmt.Sscanf(s+"\n", "%d-%d\n", &offer, &serial); err == nil && n == 2 {
		return uint64(offer)<<32 | uint64(serial), nil
	}
	var id uint64
	if n, err := fmt.Sscanf(s+"\n", "%v\n", &id); err == nil && n == 1 && id > 1<<32 {
		return id, nil
	}
	return 0, fmt.Errorf("%q is not a license's number, as 3-14", s)
}
