package fingerprint

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// secretNo is one of many different secrets.
func secretNo(i uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, SecretSize-8), i)
}

// chiSquare returns the probability of counts at least as uneven as these, if
// all cells are equally likely.
func chiSquare(counts []int) float64 {
	total := 0
	for _, c := range counts {
		total += c
	}
	want, x := float64(total)/float64(len(counts)), 0.0
	for _, c := range counts {
		x += (float64(c) - want) * (float64(c) - want) / want
	}
	return distuv.ChiSquared{K: float64(len(counts) - 1)}.Survival(x)
}

const secrets = 100_000

// With fixed secrets the test is deterministic; its bound is what a fair choice
// passes with probability 1 − 1e-3 for each k.
func TestChoiceIsUniformOverSecrets(t *testing.T) {
	for _, k := range []int{2, 3, 10, 100} {
		counts := make([]int, k)
		for i := range uint64(secrets) {
			c := Choose(AnswerKey(secretNo(i), Chat, "What is it like to be early?"), Binding{"m", "b"}, k)
			counts[c]++
		}
		if p := chiSquare(counts); p < 1e-3 {
			t.Errorf("k=%d: counts %v, p = %.2g", k, counts, p)
		}
	}
}

func TestChoiceIsUniformOverKeysAndBeacons(t *testing.T) {
	const k = 10
	byKey, byBeacon := make([]int, k), make([]int, k)
	pairs := make([]int, k*k) // choices of neighboring keys, to see dependence
	last := 0
	answerKey := AnswerKey(secretNo(1), Chat, "x")
	for i := range uint64(secrets) {
		text := string(binary.BigEndian.AppendUint64(nil, i))
		c := Choose(AnswerKey(secretNo(1), Chat, text), Binding{"m", "b"}, k)
		byKey[c]++
		pairs[last*k+c]++
		last = c
		byBeacon[Choose(answerKey, Binding{"m", text}, k)]++
	}
	for name, counts := range map[string][]int{"keys": byKey, "pairs of keys": pairs, "beacons": byBeacon} {
		if p := chiSquare(counts); p < 1e-3 {
			t.Errorf("over %s: p = %.2g, counts %v", name, p, counts)
		}
	}
}

// The planted answer's rank is unrelated to how probable the candidates are:
// neither does changing the probabilities change any choice, nor does the mean
// probability of planted answers differ from that of all candidates.
func TestChoiceIsIndependentOfProbabilities(t *testing.T) {
	const k = 10
	rng := rand.New(rand.NewPCG(1, 2))
	var sumPlanted, sumAll, sumVar float64
	for i := range uint64(secrets) {
		probs := make([]float64, k)
		mean, square := 0.0, 0.0
		for j := range probs {
			probs[j] = math.Exp(2 * rng.NormFloat64())
			mean += probs[j] / k
		}
		for _, p := range probs {
			square += (p - mean) * (p - mean) / k
		}
		c := Choose(AnswerKey(secretNo(i), Chat, "key"), Binding{}, k)
		sumPlanted += probs[c]
		sumAll += mean
		sumVar += square
	}
	if z := (sumPlanted - sumAll) / math.Sqrt(sumVar); math.Abs(z) > 3.3 {
		t.Errorf("planted answers are likelier or less likely than their lists: z = %.2f", z)
	}
}

// Every part of the input counts, and parts cannot run into each other.
func TestChoiceDependsOnEveryInput(t *testing.T) {
	const k = 1 << 30
	base := Choose(AnswerKey(secretNo(1), Chat, "key"), Binding{"model", "beacon"}, k)
	for name, other := range map[string]int{
		"secret":             Choose(AnswerKey(secretNo(2), Chat, "key"), Binding{"model", "beacon"}, k),
		"kind":               Choose(AnswerKey(secretNo(1), Completion, "key"), Binding{"model", "beacon"}, k),
		"key":                Choose(AnswerKey(secretNo(1), Chat, "key2"), Binding{"model", "beacon"}, k),
		"model":              Choose(AnswerKey(secretNo(1), Chat, "key"), Binding{"model2", "beacon"}, k),
		"beacon":             Choose(AnswerKey(secretNo(1), Chat, "key"), Binding{"model", "beacon2"}, k),
		"border of binding":  Choose(AnswerKey(secretNo(1), Chat, "key"), Binding{"modelb", "eacon"}, k),
		"border of kind/key": Choose(AnswerKey(secretNo(1), "chatk", "ey"), Binding{"model", "beacon"}, k),
	} {
		if other == base {
			t.Errorf("the choice does not depend on the %s", name)
		}
	}
}

func TestChooseEdges(t *testing.T) {
	if c := Choose([32]byte{}, Binding{}, 1); c != 0 {
		t.Errorf("one candidate: choice %d", c)
	}
	for _, k := range []int{0, -3} {
		if c := Choose([32]byte{}, Binding{}, k); c != -1 {
			t.Errorf("k=%d: choice %d, want -1", k, c)
		}
	}
	// With k = 3·2^61 a bare modulus would give the lower two thirds 3/4 of all
	// choices. Rejection keeps them at 2/3.
	const k, n = 3 << 61, 10_000
	low := 0
	for i := range uint64(n) {
		c := Choose(AnswerKey(secretNo(i), Chat, ""), Binding{}, k)
		if c < 0 || c >= k {
			t.Fatalf("choice %d is out of range", c)
		}
		if c < 1<<62 {
			low++
		}
	}
	if z := (float64(low) - n*2.0/3) / math.Sqrt(n*2.0/9); math.Abs(z) > 3.3 {
		t.Errorf("%d of %d choices in the lower two thirds: z = %.1f", low, n, z)
	}
}
