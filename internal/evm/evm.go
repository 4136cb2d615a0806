// Package evm runs contracts in memory, without a chain: thousands of calls a second, at
// any time the test likes. It is for tests of contracts; what has to do with blocks,
// transactions and nodes is tested on license/devchain.
package evm

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// gasLimit is that of one call, as a block has it.
const gasLimit = 60_000_000

// VM is a state that calls change.
type VM struct {
	state  *state.StateDB
	config *params.ChainConfig
	// Time is that of the next call, seconds since 1970; Number is its block.
	Time, Number uint64
}

// Reverted is a call that the contract refused.
type Reverted struct {
	// Data is what it said: the selector of an error and its arguments.
	Data []byte
}

func (r *Reverted) Error() string { return fmt.Sprintf("reverted: %x", r.Data) }

// New makes an empty state under the forks of a configuration.
func New(config *params.ChainConfig, time uint64) (*VM, error) {
	s, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		return nil, fmt.Errorf("new state: %w", err)
	}
	return &VM{state: s, config: config, Time: time, Number: 1}, nil
}

func (v *VM) environment(from common.Address, value *big.Int) *runtime.Config {
	if value == nil {
		value = new(big.Int)
	}
	return &runtime.Config{
		ChainConfig: v.config, Origin: from, GasLimit: gasLimit, Value: value, State: v.state, Time: v.Time,
		BlockNumber: new(big.Int).SetUint64(v.Number), BaseFee: new(big.Int), Random: new(common.Hash),
	}
}

// Deal gives an account money.
func (v *VM) Deal(to common.Address, wei *big.Int) {
	v.state.SetBalance(to, uint256.MustFromBig(wei), tracing.BalanceChangeUnspecified)
}

// Balance is the money of an account, in wei.
func (v *VM) Balance(of common.Address) *big.Int { return v.state.GetBalance(of).ToBig() }

// Deploy creates a contract.
func (v *VM) Deploy(from common.Address, code []byte) (common.Address, error) {
	_, address, _, err := runtime.Create(code, v.environment(from, nil))
	v.finish()
	if err != nil {
		return common.Address{}, fmt.Errorf("deploy: %w", err)
	}
	return address, nil
}

// Created is the address of what an account's last transaction deployed.
func (v *VM) Created(by common.Address) common.Address {
	return crypto.CreateAddress(by, v.state.GetNonce(by)-1)
}

// Call changes the state; what the contract refuses is a [Reverted] and changes nothing.
func (v *VM) Call(from, to common.Address, value *big.Int, data []byte) ([]byte, error) {
	out, _, err := runtime.Call(to, data, v.environment(from, value))
	v.finish()
	return out, refusal(out, err)
}

// Transact is a transaction, which costs what it costs on a chain: also for being one, for
// its data, and less what is given back for freed storage. To the nil address it deploys.
func (v *VM) Transact(from common.Address, to *common.Address, value *big.Int, data []byte) (gas uint64, err error) {
	c := v.environment(from, value)
	c.GasPrice, c.BlobBaseFee = new(big.Int), new(big.Int)
	m := &core.Message{
		To: to, From: from, Nonce: v.state.GetNonce(from), Value: uint256.MustFromBig(c.Value), GasLimit: v.mostGas(),
		GasPrice: new(uint256.Int), GasFeeCap: new(uint256.Int), GasTipCap: new(uint256.Int), Data: data,
	}
	result, err := core.ApplyMessage(runtime.NewEnv(c), m, core.NewGasPool(gasLimit))
	v.finish()
	if err != nil {
		return 0, fmt.Errorf("transact: %w", err)
	}
	return result.UsedGas, refusal(result.ReturnData, result.Err)
}

// mostGas is that of a transaction. After Amsterdam the bound of EIP-7825 is not one for what
// it writes (EIP-8037).
func (v *VM) mostGas() uint64 {
	r := v.config.Rules(new(big.Int).SetUint64(v.Number), true, v.Time)
	if r.IsOsaka && !r.IsAmsterdam {
		return min(gasLimit, params.MaxTxGas)
	}
	return gasLimit
}

// View is a call whose changes are dropped.
func (v *VM) View(to common.Address, data []byte) ([]byte, error) {
	mark := v.state.Snapshot()
	out, _, err := runtime.Call(to, data, v.environment(common.Address{}, nil))
	v.state.RevertToSnapshot(mark)
	return out, refusal(out, err)
}

// ViewGas is what a view uses, without what a transaction costs.
func (v *VM) ViewGas(to common.Address, data []byte) (uint64, error) {
	mark := v.state.Snapshot()
	out, left, err := runtime.Call(to, data, v.environment(common.Address{}, nil))
	v.state.RevertToSnapshot(mark)
	return gasLimit - left, refusal(out, err)
}

// Storage is a slot of a contract.
func (v *VM) Storage(of common.Address, slot common.Hash) common.Hash {
	return v.state.GetState(of, slot)
}

// finish ends a transaction: what was transient is forgotten.
func (v *VM) finish() {
	v.state.Finalise( //nolint:misspell // go-ethereum spells it so
		v.config.Rules(new(big.Int).SetUint64(v.Number), true, v.Time),
	)
}

func refusal(out []byte, err error) error {
	if errors.Is(err, vm.ErrExecutionReverted) {
		return &Reverted{out}
	}
	return err
}
