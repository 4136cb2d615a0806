package fingerprint

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// leafPrefix distinguishes leaves from inner nodes of a Merkle tree (RFC 6962,
// section 2.1).
const leafPrefix = 0x00

// KeyLeaf is the salted hash of everything of a fingerprint that is fixed before
// its answer: ID, key, candidates, and a commitment to the key from which the
// answer follows. It is what an owner publishes (in a Merkle tree) before the
// beacon that the binding names. The bytes are specified in docs/formats/set.md.
func (s *Set) KeyLeaf(i int) [32]byte {
	f := &s.Fingerprints[i]
	answerKey := AnswerKey(s.Secret, f.Kind, f.Key)
	commitment := sha256.Sum256(encode(domainCommit, answerKey[:]))
	b := append([]byte{leafPrefix}, encode(domainKeyLeaf, f.ID, string(f.Kind), f.Key)...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(f.Candidates)))
	for _, c := range f.Candidates {
		b = appendTokens(b, c.Tokens)
		b = appendPart(b, c.Text)
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(c.Prob))
	}
	b = appendPart(b, commitment[:])
	if m := s.Params.answers(); m > 1 { // how many are planted says how likely a hit is
		b = appendPart(b, binary.BigEndian.AppendUint64(nil, uint64(m)))
	}
	b = appendPart(b, f.Salt)
	return sha256.Sum256(b)
}

// Leaf is the salted hash of the whole fingerprint: its key leaf, the binding
// and the response.
func (s *Set) Leaf(i int) [32]byte {
	f := &s.Fingerprints[i]
	keyLeaf := s.KeyLeaf(i)
	b := append([]byte{leafPrefix}, encode(domainLeaf, keyLeaf[:])...)
	b = appendPart(b, s.Binding.Model)
	b = appendPart(b, s.Binding.Beacon)
	b = appendTokens(b, f.Response.Tokens)
	b = appendPart(b, f.Response.Text)
	b = appendPart(b, f.Salt)
	return sha256.Sum256(b)
}

func appendTokens(b []byte, tokens []int32) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(tokens)))
	for _, t := range tokens {
		b = binary.BigEndian.AppendUint32(b, uint32(t))
	}
	return b
}
