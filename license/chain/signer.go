package chain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// ErrPassword reports a key file that a password does not open.
var ErrPassword = errors.New("wrong password for the key file")

// Key is an account whose key is in memory.
type Key struct {
	key     *ecdsa.PrivateKey
	address common.Address
}

// NewKey is the account of a key.
func NewKey(key *ecdsa.PrivateKey) *Key { return &Key{key, crypto.PubkeyToAddress(key.PublicKey)} }

// OpenKey opens a key file of go-ethereum's form (Web3 Secret Storage, version 3). Errors are
// [ErrPassword] and those of a file that is none.
func OpenKey(file []byte, password string) (*Key, error) {
	k, err := keystore.DecryptKey(file, password)
	if errors.Is(err, keystore.ErrDecrypt) {
		return nil, ErrPassword
	}
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	return NewKey(k.PrivateKey), nil
}

// Address is the account's.
func (k *Key) Address() common.Address { return k.address }

// SignTx signs a transaction for a chain.
func (k *Key) SignTx(_ context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	return types.SignTx(tx, types.LatestSignerForChainID(chainID), k.key)
}

// SignHash signs 32 bytes, with 27 or 28 in the last byte of the signature as contracts
// expect.
func (k *Key) SignHash(_ context.Context, hash common.Hash) ([]byte, error) {
	sig, err := crypto.Sign(hash[:], k.key)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	sig[64] += 27
	return sig, nil
}
