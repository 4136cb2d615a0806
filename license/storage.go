package license

import (
	"encoding/binary"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Storage is the storage of the contract at one block.
type Storage interface {
	// Slot is a slot's value, zero where nothing was written.
	Slot(common.Hash) (common.Hash, error)
}

// Slots of the contract's variables, as the compiler lays them out (contracts/out/layout.json;
// a test compares).
const (
	slotRecords = iota
	slotLicenses
	slotPeriods
	slotSuspensions
	slotHoldings
	_ // offerCount
	slotOffers
)

// at is the slot of a mapping's entry: keccak256(key ‖ slot), Solidity documentation,
// "Layout of State Variables in Storage".
func at(slot common.Hash, key common.Hash) common.Hash { return crypto.Keccak256Hash(key[:], slot[:]) }

func number(n uint64) common.Hash { return common.BigToHash(new(big.Int).SetUint64(n)) }

func offset(slot common.Hash, n int64) common.Hash {
	return common.BigToHash(new(big.Int).Add(slot.Big(), big.NewInt(n)))
}

// word is a slot with several numbers in it, the first in the lowest bits.
type word struct {
	slot common.Hash
	used int // bytes that have been taken
}

// next takes a number of so many bytes, at most 8.
func (w *word) next(bytes int) uint64 {
	end := len(w.slot) - w.used
	w.used += bytes
	var full [8]byte
	copy(full[8-bytes:], w.slot[end-bytes:end])
	return binary.BigEndian.Uint64(full[:])
}

func (w *word) address() (a common.Address) {
	end := len(w.slot) - w.used
	w.used += len(a)
	copy(a[:], w.slot[end-len(a):end])
	return a
}

// Record is that a subject used a license from one time to another, zero for still.
type Record struct {
	License    uint64
	Start, End uint64
	// Delegate: as a delegate of the holder, and which holding that was.
	Delegate bool
	Holding  int
}

// Period is a time from start to end, which is exclusive.
type Period struct {
	Start uint64 `json:"start"`
	End   uint64 `json:"end"`
}

// State is what is on record of a license, but for earlier periods, suspensions and holders.
type State struct {
	Scope Scope
	// Last is its last period.
	Last Period
	// RevokedAt is since when it is revoked, perhaps in the future; zero if it is not.
	RevokedAt uint64
	// How many earlier periods, suspensions and earlier holders there are.
	Periods, Suspensions, Transfers int
}

// ForEver is the end of a period that has none.
const ForEver = 1<<40 - 1

// reader reads what the contract's variables hold.
type reader struct{ s Storage }

// records are those of a subject, in the order in which they began.
func (r reader) records(model common.Hash, subject common.Address) (list []Record, err error) {
	base := at(at(number(slotRecords), model), common.BytesToHash(subject[:]))
	for i, n := 0, 1; i < n; i++ {
		slot, err := r.s.Slot(at(base, number(uint64(i))))
		if err != nil {
			return nil, err
		}
		w := word{slot: slot}
		one := Record{License: w.next(8), Start: w.next(5), End: w.next(5), Holding: int(w.next(2)), Delegate: w.next(1) != 0}
		if i == 0 {
			if n = int(w.next(1) + w.next(1)); n == 0 {
				return nil, nil
			}
		}
		list = append(list, one)
	}
	return list, nil
}

func (r reader) state(license uint64) (State, error) {
	slot, err := r.s.Slot(at(number(slotLicenses), number(license)))
	w := word{slot: slot}
	return State{
		Scope: Scope(w.next(4)), Last: Period{w.next(5), w.next(5)}, RevokedAt: w.next(5),
		Periods: int(w.next(2)), Suspensions: int(w.next(2)), Transfers: int(w.next(2)),
	}, err
}

// entry is the entry i of a list that a license has.
func (r reader) entry(list, license uint64, i int) (word, error) {
	slot, err := r.s.Slot(at(at(number(list), number(license)), number(uint64(i))))
	return word{slot: slot}, err
}

func (r reader) period(list, license uint64, i int) (Period, error) {
	w, err := r.entry(list, license, i)
	return Period{w.next(5), w.next(5)}, err
}

// Holding is that an account held a license until it handed it on.
type Holding struct {
	Holder common.Address `json:"holder"`
	Until  uint64         `json:"until"`
}

func (r reader) holding(license uint64, i int) (Holding, error) {
	w, err := r.entry(slotHoldings, license, i)
	return Holding{w.address(), w.next(5)}, err
}

// termsHash is the hash of the terms of an offer: the fourth slot of the structure.
func (r reader) termsHash(offer uint64) (common.Hash, error) {
	return r.s.Slot(offset(at(number(slotOffers), number(offer)), 3))
}
