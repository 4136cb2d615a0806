package devchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
)

// head is the newest block that is known to be on disk.
type head struct {
	Number uint64      `json:"number"`
	Hash   common.Hash `json:"hash"`
}

func (c *Chain) headFile() string { return filepath.Join(c.dir, "head.json") }

func (c *Chain) noteHead(h *types.Header) error {
	if c.dir == "" {
		return nil
	}
	data, err := json.Marshal(head{h.Number.Uint64(), h.Hash()})
	if err != nil {
		return err
	}
	return atomicfile.Write(c.headFile(), append(data, '\n'), 0o600)
}

// checkHead compares the chain with the head that was noted last. A kill between the
// database's write and the note leaves the chain ahead, which is no loss.
func (c *Chain) checkHead() error {
	if c.dir == "" {
		return nil
	}
	data, err := readfile.Regular(c.headFile(), 1<<10)
	if errors.Is(err, fs.ErrNotExist) {
		return c.noteHead(c.eth.BlockChain().CurrentBlock())
	}
	if err != nil {
		return fmt.Errorf("open chain: %w", err)
	}
	var noted head
	if err := json.Unmarshal(data, &noted); err != nil {
		return fmt.Errorf("open chain: %s: %w", c.headFile(), err)
	}
	current := c.eth.BlockChain().CurrentBlock().Number.Uint64()
	if current < noted.Number {
		return fmt.Errorf("%w: the last was %d (%s), now it ends at %d", ErrRewound, noted.Number, noted.Hash, current)
	}
	if got := c.eth.BlockChain().GetCanonicalHash(noted.Number); got != noted.Hash {
		return fmt.Errorf("%w: block %d was %s, now it is %s", ErrRewound, noted.Number, noted.Hash, got)
	}
	return nil
}
