package chain

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
	"github.com/google/uuid"
)

// Errors of keys.
var (
	// ErrPassword reports a key file that a password does not open.
	ErrPassword = errors.New("wrong password for the key file")
	// ErrKeyFile reports a file that is no key file.
	ErrKeyFile = errors.New("not a key file of go-ethereum's form, version 3")
	// ErrKey reports what is no private key.
	ErrKey = errors.New("not a private key: 64 hexadecimal digits")
)

// Key is an account whose key is in memory.
type Key struct {
	key     *ecdsa.PrivateKey
	address common.Address
}

// NewKey is the account of a key.
func NewKey(key *ecdsa.PrivateKey) *Key { return &Key{key, crypto.PubkeyToAddress(key.PublicKey)} }

// OpenKey opens a key file of go-ethereum's form (Web3 Secret Storage, version 3). Errors are
// [ErrPassword] and [ErrKeyFile].
func OpenKey(file []byte, password string) (*Key, error) {
	k, err := keystore.DecryptKey(file, password)
	if errors.Is(err, keystore.ErrDecrypt) {
		return nil, ErrPassword
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	return NewKey(k.PrivateKey), nil
}

// GenerateKey makes a new account.
func GenerateKey() (*Key, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	return NewKey(key), nil
}

// ParseKey reads a private key of 64 hexadecimal digits.
func ParseKey(digits string) (*Key, error) {
	key, err := crypto.HexToECDSA(strings.TrimPrefix(strings.TrimSpace(digits), "0x"))
	if err != nil {
		return nil, ErrKey // without what it says: it may quote the key
	}
	return NewKey(key), nil
}

// File is the account as a key file, sealed with a password at go-ethereum's usual cost.
func (k *Key) File(password string) ([]byte, error) {
	data, err := keystore.EncryptKey(&keystore.Key{Address: k.address, PrivateKey: k.key, Id: uuid.New()}, password, keystore.StandardScryptN, keystore.StandardScryptP)
	if err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	return append(data, '\n'), nil
}

// FileAddress is the address that a key file says it is of.
func FileAddress(file []byte) (common.Address, error) {
	var content struct {
		Address string `json:"address"`
		Version any    `json:"version"`
	}
	if err := json.Unmarshal(file, &content); err != nil || !common.IsHexAddress(content.Address) || content.Version == nil {
		return common.Address{}, ErrKeyFile
	}
	return common.HexToAddress(content.Address), nil
}

// Address is the account's.
func (k *Key) Address() common.Address { return k.address }

// SignTx signs a transaction for a chain.
func (k *Key) SignTx(_ context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	return types.SignTx(tx, types.LatestSignerForChainID(chainID), k.key)
}

// SignTyped signs typed data (EIP-712).
func (k *Key) SignTyped(_ context.Context, data apitypes.TypedData) ([]byte, error) {
	hash, _, err := apitypes.TypedDataAndHash(data)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	sig, err := crypto.Sign(hash, k.key)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	sig[64] += 27
	return sig, nil
}
