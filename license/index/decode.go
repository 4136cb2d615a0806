package index

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license/contracts"
	"loyal/store"
)

// decoder fills an event from a log of its kind. The first topic after the event's own is the
// license.
type decoder func(*types.Log, *store.Event) error

// decoders know the events by their topics. Words of data are read as they lie (Solidity's
// ABI, "Formal Specification of the Encoding"): the general decoder takes thirty times as
// long, and an index may have millions to read.
func decoders(calls *contracts.Licenses) map[common.Hash]decoder {
	all := calls.GetABI()
	topic := func(name string) common.Hash { return eventOf(all, name).ID }
	words := func(kind store.EventKind, topics int, which ...int) decoder {
		return func(l *types.Log, e *store.Event) error {
			e.Kind = kind
			if len(l.Topics) != topics {
				return fmt.Errorf("%d topics", len(l.Topics))
			}
			for i, n := range which {
				v, err := word(l.Data, n)
				if err != nil {
					return err
				}
				e.Numbers[i] = v
			}
			return nil
		}
	}
	with := func(inner decoder, who int) decoder {
		return func(l *types.Log, e *store.Event) error {
			if err := inner(l, e); err != nil {
				return err
			}
			e.Who = common.BytesToAddress(l.Topics[who][12:])
			return nil
		}
	}
	return map[common.Hash]decoder{
		topic("Licensed"): func(l *types.Log, e *store.Event) error {
			if err := with(words(store.Licensed, 4, 1, 2, 0), 3)(l, e); err != nil {
				return err
			}
			e.Model = l.Topics[2]
			return nil
		},
		topic("OfferMade"): func(l *types.Log, e *store.Event) error {
			if len(l.Topics) != 4 || len(l.Data) < 32*(offerTerms+1) {
				return fmt.Errorf("%d topics, %d bytes of data", len(l.Topics), len(l.Data))
			}
			e.Kind, e.Model = store.Offered, common.BytesToHash(l.Data[32*offerTerms:32*(offerTerms+1)])
			return nil
		},
		topic("Renewed"):         words(store.Renewed, 2, 0, 1),
		topic("Canceled"):        words(store.Ended, 2, 0),
		topic("Suspended"):       words(store.Suspended, 2, 0, 1),
		topic("Resumed"):         words(store.Resumed, 2, 0),
		topic("Revoked"):         words(store.Revoked, 2, 0),
		topic("DelegateAdded"):   with(words(store.DelegateAdded, 3, 0), 2),
		topic("DelegateRemoved"): with(words(store.DelegateRemoved, 3, 0), 2),
		topic("Transfer"): func(l *types.Log, e *store.Event) error {
			if len(l.Topics) != 4 {
				return fmt.Errorf("%d topics", len(l.Topics))
			}
			if l.Topics[1] == (common.Hash{}) {
				return nil // its making, of which Licensed tells more
			}
			if l.BlockTimestamp == 0 {
				return fmt.Errorf("the node does not say the time of block %d", l.BlockNumber)
			}
			e.Kind, e.Who, e.Numbers[0] = store.Transferred, common.BytesToAddress(l.Topics[2][12:]), l.BlockTimestamp
			return nil
		},
	}
}

// offerTerms is the word of an offer, as the log of its making has it, that is the hash of its
// terms (Offers.sol, struct Offer).
const offerTerms = 12

func eventOf(all abi.ABI, name string) abi.Event {
	e, ok := all.Events[name]
	if !ok {
		panic("the contract has no event " + name) // the bindings are this program's own
	}
	return e
}

// word is a number of at most 64 bits in the data of a log.
func word(data []byte, i int) (uint64, error) {
	if len(data) < 32*(i+1) {
		return 0, fmt.Errorf("%d bytes of data", len(data))
	}
	n := new(big.Int).SetBytes(data[32*i : 32*(i+1)])
	if !n.IsUint64() || n.Uint64() >= 1<<63 {
		return 0, fmt.Errorf("the number %s", n)
	}
	return n.Uint64(), nil
}

// decode reads logs into events. Logs of other kinds are left out.
func (x *Index) decode(logs []types.Log) ([]store.Event, error) {
	out := make([]store.Event, 0, len(logs))
	for i := range logs {
		l := &logs[i]
		if l.Removed || l.Address != x.store.Contract || len(l.Topics) == 0 {
			return nil, fmt.Errorf("%w: a log of %s in block %d that was not asked for", ErrEvents, l.Address, l.BlockNumber)
		}
		read := x.topics[l.Topics[0]]
		if read == nil {
			continue
		}
		e := store.Event{Block: l.BlockNumber, Index: uint32(l.Index)}
		if err := read(l, &e); err != nil {
			return nil, fmt.Errorf("%w: log %d of block %d: %w", ErrEvents, l.Index, l.BlockNumber, err)
		}
		if e.Kind == 0 {
			continue
		}
		id := l.Topics[len(l.Topics)-1] // of a transfer the last one
		if e.Kind != store.Transferred {
			id = l.Topics[1]
		}
		n := id.Big()
		if e.Kind == store.Offered {
			n.Lsh(n, 32)
		}
		if n.BitLen() >= 64 {
			return nil, fmt.Errorf("%w: license %s", ErrEvents, id)
		}
		e.License = n.Uint64()
		out = append(out, e)
	}
	return out, nil
}
