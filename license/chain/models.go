package chain

import (
	"context"
	"fmt"
	"math/big"
	"sort"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license/contracts"
)

// Model is what is registered of a model.
type Model struct {
	ID    common.Hash
	Owner common.Address
	// Next is to whom its owner has offered it, zero for nobody.
	Next common.Address
	// Name is that under which it was registered, empty where the node has no logs of that time.
	Name         string
	Registrant   common.Address // whose name it is, zero without it
	URI          string
	MetadataHash common.Hash
	RegisteredAt uint64 // seconds since 1970
	Versions     []Version
}

// Version is what was committed to.
type Version struct {
	Number uint32
	Commitment
	// Opened is whether SetRoot and RuleHash are known: the contract keeps one hash of both,
	// Fingerprints, and they are in the logs.
	Opened       bool
	Fingerprints common.Hash
	CommittedAt  uint64 // seconds since 1970
	Block        uint64
	Parent       *Parent
}

// askRegistry reads from the registry.
func askRegistry[T any](ctx context.Context, c *Client, data []byte, unpack func([]byte) (T, error)) (out T, err error) {
	raw, err := c.view(ctx, c.deployment.Registry, data, nil)
	if err != nil {
		return out, err
	}
	return unpack(raw)
}

// Registered reads what is registered of a model, without its name and versions. An unknown one
// is a [Refused].
func (c *Client) Registered(ctx context.Context, id common.Hash) (*Model, error) {
	m, _, err := c.registered(ctx, id)
	return m, err
}

func (c *Client) registered(ctx context.Context, id common.Hash) (out *Model, versions uint32, err error) {
	m, err := askRegistry(ctx, c, c.registry.PackModelOf(id), c.registry.UnpackModelOf)
	if err != nil {
		return nil, 0, fmt.Errorf("read model: %w", err)
	}
	out = &Model{ID: id, Owner: m.Owner, URI: m.MetadataURI, MetadataHash: m.MetadataHash, RegisteredAt: m.RegisteredAt.Uint64()}
	if out.Next, err = askRegistry(ctx, c, c.registry.PackPendingOwnerOf(id), c.registry.UnpackPendingOwnerOf); err != nil {
		return nil, 0, fmt.Errorf("read model: %w", err)
	}
	return out, m.Versions, nil
}

// Model is Registered with everything.
func (c *Client) Model(ctx context.Context, id common.Hash) (*Model, error) {
	out, versions, err := c.registered(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := c.readName(ctx, out); err != nil {
		return nil, fmt.Errorf("read model's name: %w", err)
	}
	for n := uint32(1); n <= versions; n++ {
		v, err := c.version(ctx, id, n)
		if err != nil {
			return nil, fmt.Errorf("read version %d: %w", n, err)
		}
		out.Versions = append(out.Versions, *v)
	}
	return out, nil
}

func (c *Client) version(ctx context.Context, model common.Hash, n uint32) (*Version, error) {
	v, err := askRegistry(ctx, c, c.registry.PackVersionOf(model, n), c.registry.UnpackVersionOf)
	if err != nil {
		return nil, err
	}
	out := &Version{Number: n, Commitment: Commitment{Weights: v.Weights}, Fingerprints: v.Fingerprints, CommittedAt: v.CommittedAt.Uint64(), Block: v.BlockNumber}
	if v.Derived {
		p, err := askRegistry(ctx, c, c.registry.PackParentOf(model, n), c.registry.UnpackParentOf)
		if err != nil {
			return nil, err
		}
		out.Parent = &Parent{Model: p.Model, Version: p.Version}
	}
	topic := c.registry.GetABI().Events[contracts.ModelRegistryVersionCommittedEventName].ID
	logs, err := c.registryLogs(ctx, v.BlockNumber, v.BlockNumber, topic, model, common.BigToHash(big.NewInt(int64(n))))
	if err != nil {
		return nil, err
	}
	for i := range logs {
		e, err := c.registry.UnpackVersionCommittedEvent(&logs[i])
		if err == nil && FingerprintsHash(e.SetRoot, e.RuleHash) == out.Fingerprints {
			out.SetRoot, out.RuleHash, out.Opened = e.SetRoot, e.RuleHash, true
		}
	}
	return out, nil
}

// FingerprintsHash is what the registry keeps of a set's root and the rule's hash.
func FingerprintsHash(setRoot, ruleHash common.Hash) common.Hash {
	return hashOf(append(setRoot[:len(setRoot):len(setRoot)], ruleHash[:]...))
}

// readName finds the log in which a model was registered, by the time of its block.
func (c *Client) readName(ctx context.Context, m *Model) error {
	from, err := c.blockFrom(ctx, m.RegisteredAt)
	if err != nil {
		return err
	}
	to, err := c.blockFrom(ctx, m.RegisteredAt+1)
	if err != nil {
		return err
	}
	if from == to {
		return nil // the node has no blocks of that time
	}
	logs, err := c.registryLogs(ctx, from, to-1, c.registry.GetABI().Events[contracts.ModelRegistryModelRegisteredEventName].ID, m.ID)
	if err != nil {
		return err
	}
	for i := range logs {
		if e, err := c.registry.UnpackModelRegisteredEvent(&logs[i]); err == nil {
			m.Name, m.Registrant = e.Name, e.Owner
		}
	}
	return nil
}

// registryLogs are logs of the registry; none where the node has not kept them.
func (c *Client) registryLogs(ctx context.Context, from, to uint64, topics ...common.Hash) (logs []types.Log, err error) {
	q := ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(to), Addresses: []common.Address{c.deployment.Registry}}
	for _, t := range topics {
		q.Topics = append(q.Topics, []common.Hash{t})
	}
	err = c.ask(ctx, func(ctx context.Context) (err error) {
		logs, err = c.eth.FilterLogs(ctx, q)
		return err
	})
	if isAnswer(err) {
		return nil, nil
	}
	return logs, err
}

// blockFrom is the number of the first block that is not before a time, by bisection; one more
// than the newest if there is none.
func (c *Client) blockFrom(ctx context.Context, t uint64) (uint64, error) {
	newest, err := c.Header(ctx, nil)
	if err != nil {
		return 0, err
	}
	var failed error
	n := sort.Search(int(newest.Number.Uint64())+1, func(i int) bool {
		if failed != nil {
			return true
		}
		h, err := c.Header(ctx, big.NewInt(int64(i)))
		if err != nil {
			failed = err
			return true
		}
		return h.Time >= t
	})
	if isAnswer(failed) || isNotFound(failed) { // pruned
		return 0, nil
	}
	return uint64(n), failed
}

// SetMetadata changes where a model's metadata is, and what it is.
func (c *Client) SetMetadata(ctx context.Context, s Signer, model common.Hash, uri string, metadata common.Hash) (*types.Receipt, error) {
	return c.owning(ctx, "change metadata", s, c.registry.PackSetMetadata(model, uri, metadata))
}

// OfferModel offers a model to another owner, who has to accept; zero takes that back.
func (c *Client) OfferModel(ctx context.Context, s Signer, model common.Hash, to common.Address) (*types.Receipt, error) {
	return c.owning(ctx, "transfer model", s, c.registry.PackOfferOwnership(model, to))
}

// AcceptModel accepts a model that was offered to the signer.
func (c *Client) AcceptModel(ctx context.Context, s Signer, model common.Hash) (*types.Receipt, error) {
	return c.owning(ctx, "accept model", s, c.registry.PackAcceptOwnership(model))
}

// owning sends a transaction to the registry.
func (c *Client) owning(ctx context.Context, what string, s Signer, data []byte) (*types.Receipt, error) {
	r, err := c.Send(ctx, s, Transaction{To: &c.deployment.Registry, Data: data})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return r, nil
}
