// Package proof writes and checks files that prove what a chain had on record about a
// license: also that it had nothing.
//
// A proof holds the header of a block, a Merkle proof (EIP-1186) that the block's state has
// the contract with this project's code, and proofs for all slots that the rule reads when it
// answers the question (package license): the subject's records, down to the empty slot of
// who has none. Who checks it needs no chain and trusts nobody but for one thing, the hash of
// the block, which comes from anywhere else: a node of one's own, a block explorer, a
// newspaper. Everything else follows from the hash or is refused.
//
// The rule runs again while it is checked, on the slots that are proved. So the answer in
// the file is there for readers only: an answer that the slots do not give is refused, as is
// a file with a byte too many.
package proof

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"

	"loyal/license"
	"loyal/license/contracts"
)

// Version of the format (docs/formats/license-proof.md).
const Version = 1

// MaxBytes bounds a file: 65 records of licenses with some periods take a tenth.
const MaxBytes = 4 << 20

// ErrProof reports a file that proves nothing, or something else than it says.
var ErrProof = errors.New("the proof does not hold")

// Proof is a file.
type Proof struct {
	Version  int                  `json:"version"`
	Contract contracts.Deployment `json:"contract"`
	Question license.Question     `json:"question"`
	Answer   license.Answer       `json:"answer"`
	// Block is for readers; it is compared with the header.
	Block Block `json:"block"`
	// Header is the header's RLP, whose hash is the block's.
	Header hexutil.Bytes `json:"header"`
	// Account are the nodes of the state trie from the root to the contract.
	Account []hexutil.Bytes `json:"account"`
	// Slots are what was read, in the order in which the rule reads it first.
	Slots []Slot `json:"slots"`
	// Digest is the SHA-256 of the file with zeros in its place. Who changes a file can make a
	// new one, and has then another statement, which is proved or is not; it is there for files
	// that were damaged, since some other questions have the same proof.
	Digest common.Hash `json:"digest"`
}

// Block says which block a proof is about.
type Block struct {
	Number uint64      `json:"number"`
	Time   uint64      `json:"time"`
	Hash   common.Hash `json:"hash"`
}

// Slot is a storage slot with the nodes of the storage trie from its root to the slot, or to
// where it would be.
type Slot struct {
	Slot  common.Hash     `json:"slot"`
	Value common.Hash     `json:"value"`
	Nodes []hexutil.Bytes `json:"nodes"`
}

// Encode writes a proof in its only form.
func (p *Proof) Encode() ([]byte, error) {
	whole := *p
	whole.Digest = common.Hash{}
	data, err := whole.encode()
	if err != nil {
		return nil, err
	}
	whole.Digest = sha256.Sum256(data)
	return whole.encode()
}

func (p *Proof) encode() ([]byte, error) {
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode proof: %w", err)
	}
	return append(data, '\n'), nil
}

// Parse reads a file, which has to be written as [Proof.Encode] does. Errors are [ErrProof].
func Parse(data []byte) (*Proof, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, over %d", ErrProof, len(data), MaxBytes)
	}
	p := new(Proof)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProof, err)
	}
	if p.Version != Version {
		return nil, fmt.Errorf("%w: format version %d, this program knows %d", ErrProof, p.Version, Version)
	}
	again, err := p.Encode()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, data) {
		return nil, fmt.Errorf("%w: the file was changed or damaged", ErrProof)
	}
	return p, nil
}

// Source is a node that can prove.
type Source interface {
	// GetProof is eth_getProof.
	GetProof(ctx context.Context, account common.Address, keys []string, block *big.Int) (*gethclient.AccountResult, error)
}

// Make proves the answer to a question at a block, whose time must not be before that of the
// question.
func Make(ctx context.Context, source Source, d contracts.Deployment, h *types.Header, q license.Question) (*Proof, error) {
	if q.At > h.Time {
		return nil, fmt.Errorf("make proof: block %s is of %d, before the time in question", h.Number, h.Time)
	}
	header, err := rlp.EncodeToBytes(h)
	if err != nil {
		return nil, fmt.Errorf("make proof: %w", err)
	}
	r := &remoteStorage{ctx: ctx, source: source, contract: d.Licenses, block: h.Number, known: map[common.Hash]Slot{}}
	answer, err := license.Check(r, q)
	if err != nil {
		return nil, fmt.Errorf("make proof: %w", err)
	}
	p := &Proof{
		Version: Version, Contract: d, Question: q, Answer: answer, Header: header, Account: r.account,
		Block: Block{Number: h.Number.Uint64(), Time: h.Time, Hash: h.Hash()},
	}
	for _, slot := range r.order {
		p.Slots = append(p.Slots, r.known[slot])
	}
	// What a node says is checked like what a stranger says.
	if err := p.Verify(h.Hash()); err != nil {
		return nil, fmt.Errorf("make proof: the node's answer: %w", err)
	}
	return p, nil
}

// remoteStorage reads slots from a node, with their proofs.
type remoteStorage struct {
	ctx      context.Context
	source   Source
	contract common.Address
	block    *big.Int
	account  []hexutil.Bytes
	known    map[common.Hash]Slot
	order    []common.Hash
}

func (r *remoteStorage) Slot(slot common.Hash) (common.Hash, error) {
	if s, ok := r.known[slot]; ok {
		return s.Value, nil
	}
	got, err := r.source.GetProof(r.ctx, r.contract, []string{slot.Hex()}, r.block)
	if err != nil {
		return common.Hash{}, err
	}
	if len(got.StorageProof) != 1 {
		return common.Hash{}, fmt.Errorf("the node proves %d slots instead of one", len(got.StorageProof))
	}
	s := Slot{Slot: slot}
	if v := got.StorageProof[0].Value; v != nil && v.BitLen() <= 256 {
		s.Value = common.BigToHash(v)
	}
	if s.Nodes, err = nodes(got.StorageProof[0].Proof); err != nil {
		return common.Hash{}, err
	}
	if r.account, err = nodes(got.AccountProof); err != nil {
		return common.Hash{}, err
	}
	r.known[slot] = s
	r.order = append(r.order, slot)
	return s.Value, nil
}

func nodes(list []string) (out []hexutil.Bytes, err error) {
	out = []hexutil.Bytes{} // not null in the file
	for _, s := range list {
		b, err := hexutil.Decode(s)
		if err != nil {
			return nil, fmt.Errorf("a node of the proof: %w", err)
		}
		out = append(out, b)
	}
	return out, nil
}

// Verify checks a proof, given the hash of its block from elsewhere. Errors are [ErrProof].
func (p *Proof) Verify(block common.Hash) error {
	root, err := p.verifyHeader(block)
	if err != nil {
		return err
	}
	storage, err := p.verifyContract(root)
	if err != nil {
		return err
	}
	s := &provedStorage{root: storage, slots: p.Slots}
	answer, err := license.Check(s, p.Question)
	if err != nil {
		return err
	}
	if s.used != len(p.Slots) {
		return fmt.Errorf("%w: %d slots that nothing asks for", ErrProof, len(p.Slots)-s.used)
	}
	if answer != p.Answer {
		return fmt.Errorf("%w: the slots say %s of license %d, the file %s of %d", ErrProof, answer.Status, answer.License, p.Answer.Status, p.Answer.License)
	}
	return nil
}

func (p *Proof) verifyHeader(block common.Hash) (root common.Hash, err error) {
	if got := crypto.Keccak256Hash(p.Header); got != block {
		return root, fmt.Errorf("%w: its block is %s, not %s", ErrProof, got, block)
	}
	var h types.Header
	if err := rlp.DecodeBytes(p.Header, &h); err != nil {
		return root, fmt.Errorf("%w: header: %w", ErrProof, err)
	}
	if !h.Number.IsUint64() || p.Block != (Block{h.Number.Uint64(), h.Time, block}) {
		return root, fmt.Errorf("%w: the header is that of block %s at %d", ErrProof, h.Number, h.Time)
	}
	if p.Question.At > h.Time {
		return root, fmt.Errorf("%w: the block is of %d, before the time in question", ErrProof, h.Time)
	}
	return h.Root, nil
}

// verifyContract sees that the contract is there with this project's code.
func (p *Proof) verifyContract(root common.Hash) (storage common.Hash, err error) {
	value, err := lookUp(root, p.Contract.Licenses[:], p.Account)
	if err != nil {
		return storage, fmt.Errorf("%w: contract: %w", ErrProof, err)
	}
	if value == nil {
		return storage, fmt.Errorf("%w: the block has no contract at %s", ErrProof, p.Contract.Licenses)
	}
	var account types.StateAccount
	if err := rlp.DecodeBytes(value, &account); err != nil {
		return storage, fmt.Errorf("%w: contract: %w", ErrProof, err)
	}
	want, err := p.Contract.CodeHash()
	if err != nil {
		return storage, err
	}
	if !bytes.Equal(account.CodeHash, want[:]) {
		return storage, fmt.Errorf("%w: the contract at %s has other code", ErrProof, p.Contract.Licenses)
	}
	return account.Root, nil
}

// provedStorage gives out slots whose proofs hold, in the order of the file.
type provedStorage struct {
	root  common.Hash
	slots []Slot
	used  int
}

func (s *provedStorage) Slot(slot common.Hash) (common.Hash, error) {
	if i := slices.IndexFunc(s.slots[:s.used], func(o Slot) bool { return o.Slot == slot }); i >= 0 {
		return s.slots[i].Value, nil
	}
	if s.used == len(s.slots) || s.slots[s.used].Slot != slot {
		return common.Hash{}, fmt.Errorf("%w: no proof of slot %s", ErrProof, slot)
	}
	one := s.slots[s.used]
	s.used++
	value, err := lookUp(s.root, slot[:], one.Nodes)
	if err != nil {
		return common.Hash{}, fmt.Errorf("%w: slot %s: %w", ErrProof, slot, err)
	}
	var content []byte
	if value != nil {
		if err := rlp.DecodeBytes(value, &content); err != nil || len(content) > 32 {
			return common.Hash{}, fmt.Errorf("%w: slot %s: no number", ErrProof, slot)
		}
	}
	if common.BytesToHash(content) != one.Value {
		return common.Hash{}, fmt.Errorf("%w: slot %s is %x, not %s", ErrProof, slot, content, one.Value)
	}
	return one.Value, nil
}

// lookUp follows nodes from a root to the entry for a key, nil if there is none. Each node
// has to be used.
func lookUp(root common.Hash, key []byte, list []hexutil.Bytes) ([]byte, error) {
	db := &nodeSet{nodes: map[common.Hash][]byte{}, used: map[common.Hash]bool{}}
	for _, n := range list {
		db.nodes[crypto.Keccak256Hash(n)] = n
	}
	if len(db.nodes) != len(list) {
		return nil, errors.New("a node is there twice")
	}
	var value []byte
	if root != types.EmptyRootHash { // of a trie without entries there are no nodes
		var err error
		if value, err = trie.VerifyProof(root, crypto.Keccak256(key), db); err != nil {
			return nil, err
		}
	}
	if len(db.used) != len(list) {
		return nil, errors.New("a node that is not on the way")
	}
	return value, nil
}

// nodeSet is the database that trie.VerifyProof asks.
type nodeSet struct {
	nodes map[common.Hash][]byte
	used  map[common.Hash]bool
}

func (s *nodeSet) Has(key []byte) (bool, error) {
	_, ok := s.nodes[common.BytesToHash(key)]
	return ok, nil
}

func (s *nodeSet) Get(key []byte) ([]byte, error) {
	h := common.BytesToHash(key)
	n, ok := s.nodes[h]
	if !ok {
		return nil, fmt.Errorf("no node %s", h)
	}
	s.used[h] = true
	return n, nil
}
