package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Selectors of ERC-20 (EIP-20).
var (
	selectorAllowance = crypto.Keccak256([]byte("allowance(address,address)"))[:4]
	selectorApprove   = crypto.Keccak256([]byte("approve(address,uint256)"))[:4]
)

var (
	addressType, _ = abi.NewType("address", "", nil)
	uint256Type, _ = abi.NewType("uint256", "", nil)
)

// allow lets the Licenses contract take a payment from the signer, if it cannot already.
func (c *Client) allow(ctx context.Context, s Signer, token common.Address, price *big.Int) error {
	data, err := abi.Arguments{{Type: addressType}, {Type: addressType}}.Pack(s.Address(), c.deployment.Licenses)
	if err != nil {
		return fmt.Errorf("allow payment: %w", err)
	}
	out, err := c.view(ctx, token, append(selectorAllowance[:4:4], data...), nil)
	if err != nil {
		return fmt.Errorf("read allowance: %w", err)
	}
	if new(big.Int).SetBytes(out).Cmp(price) >= 0 {
		return nil
	}
	data, err = abi.Arguments{{Type: addressType}, {Type: uint256Type}}.Pack(c.deployment.Licenses, price)
	if err != nil {
		return fmt.Errorf("allow payment: %w", err)
	}
	if _, err := c.Send(ctx, s, Transaction{To: &token, Data: append(selectorApprove[:4:4], data...)}); err != nil {
		return fmt.Errorf("allow payment: %w", err)
	}
	return nil
}
