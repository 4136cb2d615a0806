package fingerprint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// Domains keep the hashes of different purposes apart. They are part of the
// format: docs/formats/set.md.
const (
	domainAnswerKey = "loyal/fingerprint/answer-key/v1"
	domainChoice    = "loyal/fingerprint/choice/v1"
	domainCommit    = "loyal/fingerprint/answer-key-commitment/v1"
	domainKeyLeaf   = "loyal/fingerprint/key-leaf/v1"
	domainLeaf      = "loyal/fingerprint/leaf/v1"
	domainOrder     = "loyal/fingerprint/audit-order/v1"
)

// encode is the injective encoding of a domain and byte strings that all hashes
// here take as input: each part is preceded by its length, 8 bytes big-endian.
func encode[T string | []byte](domain string, parts ...T) []byte {
	b := appendPart(nil, domain)
	for _, p := range parts {
		b = appendPart(b, p)
	}
	return b
}

func appendPart[T string | []byte](b []byte, part T) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
	return append(b, part...)
}

// AnswerKey is the key from which the answer of one key follows:
// HMAC-SHA256(secret, kind, key). It exists so that the answer of a tested
// fingerprint can be shown to follow from what was committed, by revealing this
// value, while the answers of all others stay secret.
func AnswerKey(secret []byte, kind KeyKind, key string) [32]byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write(encode(domainAnswerKey, string(kind), key))
	return [32]byte(mac.Sum(nil))
}

// Choose returns which of k candidates is planted: exactly uniform in 0 … k−1
// over answer keys. It is the first of ChooseSeveral.
func Choose(answerKey [32]byte, b Binding, k int) int {
	if k < 1 {
		return -1
	}
	return ChooseSeveral(answerKey, b, k, 1)[0]
}

// ChooseSeveral returns which m of k candidates are planted, each ordered choice equally
// likely over answer keys. The i-th is drawn from the k−i that are left, by reading
// 64-bit numbers from HMAC-SHA256(answer key, binding, counter), dropping those above the
// largest multiple of k−i (a modulus alone would favor small indexes) and reducing the
// first that remains. It returns nil if m is not in 1 … k.
func ChooseSeveral(answerKey [32]byte, b Binding, k, m int) []int {
	if m < 1 || m > k {
		return nil
	}
	next := stream(answerKey, b)
	moved := map[int]int{} // places of candidates that are not where they were
	at := func(place int) int {
		if c, ok := moved[place]; ok {
			return c
		}
		return place
	}
	chosen := make([]int, m)
	for i := range chosen {
		n := uint64(k - i)
		last := math.MaxUint64 - (math.MaxUint64%n+1)%n // largest number kept
		v := next()
		for v > last {
			v = next()
		}
		place := int(v % n)
		chosen[i] = at(place)
		moved[place] = at(k - i - 1) // the last one takes its place
	}
	return chosen
}

// stream returns the pseudo-random numbers that choices are made by.
func stream(answerKey [32]byte, b Binding) func() uint64 {
	input := encode(domainChoice, b.Model, b.Beacon)
	mac := hmac.New(sha256.New, answerKey[:])
	counter, sum := uint64(0), []byte(nil)
	return func() uint64 {
		if len(sum) == 0 {
			mac.Reset()
			mac.Write(binary.BigEndian.AppendUint64(input[:len(input):len(input)], counter))
			counter, sum = counter+1, mac.Sum(nil)
		}
		v := binary.BigEndian.Uint64(sum)
		sum = sum[8:]
		return v
	}
}
