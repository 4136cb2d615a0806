package devchain

import (
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/math"
)

// travelAPI has the methods by which other development chains travel in time, so that a
// test need not know which it talks to.
type travelAPI struct{ c *Chain }

// IncreaseTime is evm_increaseTime; unlike elsewhere, the block is made at once.
func (a *travelAPI) IncreaseTime(seconds math.HexOrDecimal64) (string, error) {
	if seconds > 1<<36 {
		return "", fmt.Errorf("travel by %d seconds: too far", seconds)
	}
	if err := a.c.Travel(time.Duration(seconds) * time.Second); err != nil {
		return "", err
	}
	return fmt.Sprint(uint64(seconds)), nil
}

// Mine is evm_mine.
func (a *travelAPI) Mine() (hexutil.Uint64, error) {
	if err := a.c.Seal(); err != nil {
		return 0, err
	}
	return 0, nil
}
