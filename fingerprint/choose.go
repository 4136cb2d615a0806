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
// over answer keys. It reads 64-bit numbers from HMAC-SHA256(answer key,
// binding, counter), drops those above the largest multiple of k (a modulus
// alone would favor small indexes) and reduces the first that is left.
func Choose(answerKey [32]byte, b Binding, k int) int {
	if k < 1 {
		return -1
	}
	n := uint64(k)
	last := math.MaxUint64 - (math.MaxUint64%n+1)%n // largest number kept
	input := encode(domainChoice, b.Model, b.Beacon)
	mac := hmac.New(sha256.New, answerKey[:])
	for counter := uint64(0); ; counter++ {
		mac.Reset()
		mac.Write(binary.BigEndian.AppendUint64(input[:len(input):len(input)], counter))
		sum := mac.Sum(nil)
		for i := 0; i < len(sum); i += 8 {
			if v := binary.BigEndian.Uint64(sum[i:]); v <= last {
				return int(v % n)
			}
		}
	}
}
