package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
)

// Errors of external signers.
var (
	// ErrSigner reports one that does not sign, or signs something else.
	ErrSigner = errors.New("the external signer")
	// ErrNoSigner reports one that does not answer.
	ErrNoSigner = errors.New("the external signer does not answer")
)

// External is an account whose key is with another program, as clef, which asks its owner
// and may sign with a hardware wallet. It speaks clef's JSON-RPC (account_…).
type External struct {
	rpc     *rpc.Client
	address common.Address
}

// DialExternal connects to a signer. Address zero takes its only account. Errors are
// [ErrNoSigner] and [ErrSigner].
func DialExternal(ctx context.Context, url string, address common.Address) (*External, error) {
	r, err := rpc.DialOptions(ctx, url, bounded())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoSigner, err)
	}
	e := &External{rpc: r, address: address}
	if address != (common.Address{}) {
		return e, nil
	}
	var list []common.Address
	if err := e.call(ctx, &list, "account_list"); err != nil {
		r.Close()
		return nil, err
	}
	if len(list) != 1 {
		r.Close()
		return nil, fmt.Errorf("%w shows %d accounts: one has to be named", ErrSigner, len(list))
	}
	e.address = list[0]
	return e, nil
}

// Close ends the connection.
func (e *External) Close() { e.rpc.Close() }

// Address is the account's.
func (e *External) Address() common.Address { return e.address }

func (e *External) call(ctx context.Context, result any, method string, args ...any) error {
	err := e.rpc.CallContext(ctx, result, method, args...)
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case isAnswer(err):
		return fmt.Errorf("%w refuses: %w", ErrSigner, err)
	}
	return fmt.Errorf("%w: %w", ErrNoSigner, failure(err))
}

// SignTx has a transaction signed. Its owner can change a transaction there; a changed one is
// [ErrSigner], since what follows from it is not what was asked for.
func (e *External) SignTx(ctx context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	data := hexutil.Bytes(tx.Data())
	args := apitypes.SendTxArgs{
		From: common.NewMixedcaseAddress(e.address), Nonce: hexutil.Uint64(tx.Nonce()), Gas: hexutil.Uint64(tx.Gas()), Value: hexutil.Big(*tx.Value()), Input: &data,
		MaxFeePerGas: (*hexutil.Big)(tx.GasFeeCap()), MaxPriorityFeePerGas: (*hexutil.Big)(tx.GasTipCap()), ChainID: (*hexutil.Big)(chainID),
	}
	if tx.To() != nil {
		to := common.NewMixedcaseAddress(*tx.To())
		args.To = &to
	}
	var out struct {
		Raw hexutil.Bytes `json:"raw"`
	}
	if err := e.call(ctx, &out, "account_signTransaction", args); err != nil {
		return nil, err
	}
	signed := new(types.Transaction)
	if err := signed.UnmarshalBinary(out.Raw); err != nil {
		return nil, fmt.Errorf("%w: its transaction: %w", ErrSigner, err)
	}
	signer := types.LatestSignerForChainID(chainID)
	if from, err := types.Sender(signer, signed); err != nil || from != e.address || signer.Hash(signed) != signer.Hash(tx) {
		return nil, fmt.Errorf("%w signed another transaction than it was given", ErrSigner)
	}
	return signed, nil
}

// SignTyped has typed data signed (EIP-712).
func (e *External) SignTyped(ctx context.Context, data apitypes.TypedData) ([]byte, error) {
	var out hexutil.Bytes
	if err := e.call(ctx, &out, "account_signTypedData", common.NewMixedcaseAddress(e.address), data); err != nil {
		return nil, err
	}
	return out, nil
}
