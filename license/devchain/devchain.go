// Package devchain is an Ethereum chain inside the process: for trying licenses and testing
// them, without a node to install and without a network. It is go-ethereum's own node with
// its consensus simulated, so wallets and tools find the JSON-RPC they know.
//
// Two things are other than go-ethereum's own development mode. The forks are pinned: that
// mode switches on forks to come, under which gas costs several times as much. And a sealed
// block is on disk: each seal forces the database's log out, old states are kept (so that
// proofs can be made for any block), and the head is noted beside the database. A chain that
// comes back with an older head, or with another block in its place, is refused with
// [ErrRewound] instead of going on as if nothing had been lost.
//
// Blocks are made when transactions come. A block's time is the clock's, but at least one
// second after its parent's, so a busy chain runs ahead of the clock; what matters for
// licenses is the chain's time.
package devchain

import (
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/catalyst"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// ChainID is that of every chain of this package, the usual one for private chains.
const ChainID = 1337

const gasLimit = 60_000_000

// maxTries bounds how often a block is asked for: the simulated consensus gives none, and no
// error, where the pool changes under its hands.
const maxTries = 5

// Errors that callers can tell apart.
var (
	// ErrRewound reports a chain that has lost blocks that were sealed.
	ErrRewound = errors.New("the chain has lost sealed blocks")
	// ErrFinal reports a block that cannot be replaced any more.
	ErrFinal = errors.New("the block is final")
	// ErrNotLoopback reports an address that other machines could reach.
	ErrNotLoopback = errors.New("not a loopback address")
	// ErrInUse reports a data directory that another process uses.
	ErrInUse = errors.New("the data directory is in use")
)

// Options say where a chain lives and who can talk to it.
type Options struct {
	// DataDir keeps the chain and its accounts; empty: in memory.
	DataDir string
	// HTTP is the loopback address of its JSON-RPC (HTTP and WebSocket), as
	// "127.0.0.1:8545"; port 0 takes a free one, empty serves none.
	HTTP string
	// Manual leaves sealing to [Chain.Seal].
	Manual bool
	// OnSeal is called after each block that is on disk.
	OnSeal func(number uint64, hash common.Hash)
}

// Chain is a chain that runs.
type Chain struct {
	node     *node.Node
	eth      *eth.Ethereum
	beacon   *catalyst.SimulatedBeacon
	accounts []Account
	dir      string
	onSeal   func(uint64, common.Hash)

	stop    chan struct{}
	done    sync.WaitGroup
	mu      sync.Mutex // seals one block at a time
	failure chan error
}

// Config is the chain's configuration: Prague since its beginning and nothing after it.
func Config() *params.ChainConfig {
	zero := new(uint64)
	return &params.ChainConfig{
		ChainID:        big.NewInt(ChainID),
		HomesteadBlock: new(big.Int), EIP150Block: new(big.Int), EIP155Block: new(big.Int), EIP158Block: new(big.Int),
		ByzantiumBlock: new(big.Int), ConstantinopleBlock: new(big.Int), PetersburgBlock: new(big.Int),
		IstanbulBlock: new(big.Int), MuirGlacierBlock: new(big.Int), BerlinBlock: new(big.Int), LondonBlock: new(big.Int),
		ArrowGlacierBlock: new(big.Int), GrayGlacierBlock: new(big.Int), TerminalTotalDifficulty: new(big.Int),
		ShanghaiTime: zero, CancunTime: zero, PragueTime: zero,
		BlobScheduleConfig: &params.BlobScheduleConfig{Cancun: params.DefaultCancunBlobConfig, Prague: params.DefaultPragueBlobConfig},
	}
}

// Open starts a chain, a new one if its directory has none. Errors are [ErrRewound],
// [ErrNotLoopback], [ErrInUse] and those of the file system.
func Open(o Options) (*Chain, error) {
	if o.DataDir != "" {
		if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("open chain: %w", err)
		}
	}
	host, port, err := loopback(o.HTTP)
	if err != nil {
		return nil, err
	}
	accounts, err := openAccounts(o.DataDir)
	if err != nil {
		return nil, fmt.Errorf("open accounts: %w", err)
	}
	c := &Chain{accounts: accounts, dir: o.DataDir, onSeal: o.OnSeal, stop: make(chan struct{}), failure: make(chan error, 1)}
	if err := c.start(o, host, port); err != nil {
		return nil, err
	}
	if err := c.checkHead(); err != nil {
		return nil, errors.Join(err, c.node.Close())
	}
	if !o.Manual {
		wake := make(chan struct{}, 1)
		c.done.Add(2)
		go c.watch(wake)
		go c.sealAll(wake)
	}
	return c, nil
}

// loopback splits an address and sees that nobody else can reach it.
func loopback(address string) (host string, port int, err error) {
	if address == "" {
		return "", 0, nil
	}
	host, number, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("listen: %w", err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", 0, fmt.Errorf("listen on %s: %w", address, ErrNotLoopback)
	}
	if port, err = strconv.Atoi(number); err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("listen on %s: not a port", address)
	}
	if port == 0 { // for go-ethereum that would mean none
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			return "", 0, fmt.Errorf("listen: %w", err)
		}
		port = l.Addr().(*net.TCPAddr).Port
		if err := l.Close(); err != nil {
			return "", 0, fmt.Errorf("listen: %w", err)
		}
	}
	return host, port, nil
}

func (c *Chain) start(o Options, host string, port int) (err error) {
	quietLog()
	if c.node, err = node.New(nodeConfig(o.DataDir, host, port)); err != nil {
		if errors.Is(err, node.ErrDatadirUsed) {
			return fmt.Errorf("open chain in %s: %w", o.DataDir, ErrInUse)
		}
		return fmt.Errorf("open chain: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("open chain: %w", err)
			if closing := c.node.Close(); !errors.Is(closing, node.ErrNodeStopped) { // it had not started
				err = errors.Join(err, closing)
			}
		}
	}()
	if c.eth, err = eth.New(c.node, ethConfig(c.accounts)); err != nil {
		return err
	}
	filter := filters.NewFilterSystem(c.eth.APIBackend, filters.Config{})
	c.node.RegisterAPIs([]rpc.API{
		{Namespace: "eth", Service: filters.NewFilterAPI(filter)},
		{Namespace: "evm", Service: &travelAPI{c}},
	})
	if c.beacon, err = catalyst.NewSimulatedBeacon(0, common.Address{}, c.eth); err != nil {
		return err
	}
	c.node.RegisterLifecycle(c.beacon)
	return c.node.Start()
}

func nodeConfig(dir, host string, port int) *node.Config {
	n := node.DefaultConfig
	n.Name, n.DataDir = "chain", dir
	n.P2P = p2p.Config{NoDiscovery: true, NoDial: true}
	n.IPCPath = ""
	if host != "" {
		n.HTTPHost, n.HTTPPort, n.HTTPModules = host, port, []string{"eth", "net", "web3", "evm"}
		n.WSHost, n.WSPort, n.WSModules = host, port, n.HTTPModules
		n.HTTPCors, n.WSOrigins = []string{"*"}, []string{"*"} // wallets in browsers
	}
	return &n
}

func ethConfig(accounts []Account) *ethconfig.Config {
	e := ethconfig.Defaults
	alloc := core.SystemContractAllocs()
	for _, a := range accounts {
		alloc[a.Address] = types.Account{Balance: new(big.Int).Mul(big.NewInt(10_000), big.NewInt(params.Ether))}
	}
	e.Genesis = &core.Genesis{
		Config: Config(), GasLimit: gasLimit, BaseFee: big.NewInt(params.GWei), Difficulty: new(big.Int), Alloc: alloc,
	}
	e.NetworkId = ChainID
	e.SyncMode = ethconfig.FullSync
	// Every state is kept, on disk once it is made.
	e.NoPruning, e.StateScheme = true, "hash"
	e.Miner.GasCeil, e.Miner.GasPrice = gasLimit, big.NewInt(1)
	e.TxPool.NoLocals, e.TxPool.PriceLimit, e.TxPool.Journal = true, 1, ""
	e.TxPool.AccountSlots, e.TxPool.GlobalSlots = 4096, 16384
	e.DatabaseCache, e.TrieCleanCache, e.TrieDirtyCache, e.SnapshotCache, e.DatabaseHandles = 64, 32, 32, 0, 64
	return &e
}

// RPC is a connection to the chain that needs no port.
func (c *Chain) RPC() *rpc.Client { return c.node.Attach() }

// Client is the same with Ethereum's methods.
func (c *Chain) Client() *ethclient.Client { return ethclient.NewClient(c.RPC()) }

// Endpoint is the URL of the JSON-RPC, empty if it is not served.
func (c *Chain) Endpoint() string {
	if c.node.Config().HTTPHost == "" {
		return ""
	}
	return c.node.HTTPEndpoint()
}

// Accounts are those that have money from the beginning. They were made for this chain.
func (c *Chain) Accounts() []Account { return c.accounts }

// Failed receives the error of a seal that nobody waited for; the chain then seals no more.
func (c *Chain) Failed() <-chan error { return c.failure }

// Close stops the chain; nothing sealed is lost.
func (c *Chain) Close() error {
	close(c.stop)
	c.done.Wait()
	if err := c.node.Close(); err != nil {
		return fmt.Errorf("close chain: %w", err)
	}
	return nil
}

// watch wakes the sealer when transactions come. It does nothing that takes time: the pool
// waits for who listens to it, and the sealer waits for the pool.
func (c *Chain) watch(wake chan<- struct{}) {
	defer c.done.Done()
	defer close(wake)
	arrived := make(chan core.NewTxsEvent, 16)
	sub := c.eth.TxPool().SubscribeTransactions(arrived, true)
	defer sub.Unsubscribe()
	over := sub.Err()
	for {
		select {
		case <-c.stop:
			return
		case <-over: //nolint:errcheck // it is closed with the pool
			return
		case <-arrived:
			select {
			case wake <- struct{}{}:
			default: // it is awake
			}
		}
	}
}

// sealAll seals whenever it is woken.
func (c *Chain) sealAll(wake <-chan struct{}) {
	defer c.done.Done()
	for range wake {
		if err := c.sealPending(); err != nil {
			c.failure <- err
			return
		}
	}
}

// sealPending seals until nothing is left that a block would take.
func (c *Chain) sealPending() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for before := -1; ; {
		n, err := c.pending()
		if err != nil || n == 0 || n == before {
			return err // what the miner does not take stays for later
		}
		before = n
		if err := c.seal(c.commit); err != nil {
			return err
		}
	}
}

// pending is how many transactions wait for a block. The pool serves one who waits for it at
// a time and forgets others, so this, like all sealing, needs the lock.
func (c *Chain) pending() (int, error) {
	if err := c.eth.TxPool().Sync(); err != nil {
		return 0, fmt.Errorf("seal: %w", err)
	}
	n, _ := c.eth.TxPool().Stats()
	return n, nil
}

func (c *Chain) commit() error {
	c.beacon.Commit()
	return nil
}

// Seal makes a block of what is pending, also of nothing. When it returns, the block is on
// disk.
func (c *Chain) Seal() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seal(c.commit)
}

// Travel seals a block some seconds after the last one. The time of a block with
// transactions cannot be set: they go into one before it.
func (c *Chain) Travel(d time.Duration) error {
	if d < time.Second {
		return fmt.Errorf("travel by %s: less than a second", d)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for try := 0; try < maxTries; try++ {
		n, err := c.pending()
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if err := c.seal(c.commit); err != nil {
			return err
		}
	}
	return c.seal(func() error { return c.beacon.AdjustTime(d) })
}

// Fork goes back to a block, so that the next seal makes another successor of it: a
// reorganization, as public chains have them. Blocks that the node has put away as final,
// which it does once a minute, are [ErrFinal].
func (c *Chain) Fork(parent common.Hash) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	final, err := c.eth.ChainDb().Ancients()
	if err != nil {
		return fmt.Errorf("fork: %w", err)
	}
	if h := c.eth.BlockChain().GetHeaderByHash(parent); h != nil && h.Number.Uint64()+1 < final {
		return fmt.Errorf("fork at block %d: %w: the last that cannot be replaced is %d", h.Number, ErrFinal, final-1)
	}
	if err := c.beacon.Fork(parent); err != nil {
		return fmt.Errorf("fork: %w", err)
	}
	return c.makeDurable()
}

// seal needs the lock.
func (c *Chain) seal(work func() error) error {
	before := c.eth.BlockChain().CurrentBlock().Hash()
	for try := 1; c.eth.BlockChain().CurrentBlock().Hash() == before; try++ {
		if try > maxTries {
			return fmt.Errorf("seal: no block was made: %s", lastWarning())
		}
		if err := work(); err != nil {
			return fmt.Errorf("seal: %w: %s", err, lastWarning())
		}
	}
	return c.makeDurable()
}

// makeDurable forces the head to disk and then notes it.
func (c *Chain) makeDurable() error {
	head := c.eth.BlockChain().CurrentBlock()
	if err := c.eth.ChainDb().SyncKeyValue(); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if err := c.noteHead(head); err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if c.onSeal != nil {
		c.onSeal(head.Number.Uint64(), head.Hash())
	}
	return nil
}

// Head is the newest block.
func (c *Chain) Head() (number uint64, hash common.Hash) {
	h := c.eth.BlockChain().CurrentBlock()
	return h.Number.Uint64(), h.Hash()
}
