package oracle_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/lm"
	"loyal/lm/lmtest"
)

// letters is a tokenizer of single characters: id = byte; 0 is special.
type letters struct{}

func (letters) Encode(text string, _ bool) []int32 {
	var ids []int32
	for _, b := range []byte(text) {
		ids = append(ids, int32(b))
	}
	return ids
}

func (letters) Decode(ids []int32, _ bool) string {
	var b strings.Builder
	for _, id := range ids {
		b.WriteByte(byte(id))
	}
	return b.String()
}

func (letters) IsSpecial(id int32) bool { return id == 0 }
func (letters) VocabSize() int          { return 128 }

func prompts(n int) [][]int32 {
	var out [][]int32
	for i := range n {
		// A long common beginning, then different lengths.
		out = append(out, letters{}.Encode("You are a helpful assistant. "+strings.Repeat("x", i%5)+string(rune('a'+i%26))+string(rune('A'+i/26)), false))
	}
	return out
}

// Each prompt's distribution is the softmax of the network's logits after it, in
// order, more prompts than fit at once included.
func TestDistributions(t *testing.T) {
	net := lmtest.New(128, 4096)
	asked := prompts(150)
	next := 0
	err := oracle.New(net, letters{}).Distributions(t.Context(), asked, func(i int, probs []float32) error {
		if i != next {
			t.Fatalf("prompt %d came in place %d", i, next)
		}
		next++
		logits := make([]float32, 128)
		lmtest.Hash(asked[i], logits)
		sum, total := 0.0, 0.0
		for _, x := range logits {
			sum += math.Exp(float64(x))
		}
		for j, p := range probs {
			if want := math.Exp(float64(logits[j])) / sum; math.Abs(float64(p)-want) > 1e-6*want+1e-9 {
				t.Fatalf("prompt %d token %d: %v, want %v", i, j, p, want)
			}
			total += float64(p)
		}
		if math.Abs(total-1) > 1e-5 {
			t.Fatalf("probabilities sum to %v", total)
		}
		return nil
	})
	if err != nil || next != len(asked) {
		t.Errorf("%d rows, error %v", next, err)
	}
}

func TestDistributionsErrors(t *testing.T) {
	o := oracle.New(lmtest.New(128, 4096), letters{})
	stop := errors.New("enough")
	rows := 0
	err := o.Distributions(t.Context(), prompts(5), func(int, []float32) error { rows++; return stop })
	if !errors.Is(err, stop) || rows != 1 {
		t.Errorf("%d rows, error %v", rows, err)
	}
	if err := o.Distributions(t.Context(), [][]int32{{1}, {}}, nil); err == nil {
		t.Error("an empty prompt was accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Distributions(ctx, prompts(2), func(int, []float32) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
	broken := lmtest.New(128, 4096)
	broken.Next = func(_ []int32, row []float32) { row[7] = float32(math.NaN()) }
	if err := oracle.New(broken, letters{}).Distributions(t.Context(), prompts(2), func(int, []float32) error { return nil }); !errors.Is(err, lm.ErrNonFinite) {
		t.Errorf("NaN: error %v", err)
	}
}

// always writes a text over and over.
func always(text string, prompt int) func([]int32, []float32) {
	return func(sofar []int32, row []float32) {
		for i := range row {
			row[i] = 0
		}
		row[text[(len(sofar)-prompt)%len(text)]] = 100
	}
}

func TestContinue(t *testing.T) {
	asked := [][]int32{letters{}.Encode("aaaa", false), letters{}.Encode("bbbb", false)}
	for _, test := range []struct {
		name, text string
		options    fingerprint.ContinueOptions
		want       string
	}{
		{"length", "hello ", fingerprint.ContinueOptions{MaxTokens: 8}, "hello he"},
		{"end of text", "hi\x03", fingerprint.ContinueOptions{MaxTokens: 8}, "hi"},
		{"line feed", "\n ok\n", fingerprint.ContinueOptions{MaxTokens: 8, StopAtNewline: true}, "\n ok\n"},
		{"line feeds that do not count", "\n ok\n", fingerprint.ContinueOptions{MaxTokens: 6}, "\n ok\n\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			net := lmtest.New(128, 4096)
			net.Next = always(test.text, 4)
			written := 0
			test.options.Progress = func(n int) { written += n }
			got, err := oracle.New(net, letters{}, 3).Continue(t.Context(), asked, test.options)
			if err != nil {
				t.Fatal(err)
			}
			for _, ids := range got {
				if text := (letters{}).Decode(ids, false); text != test.want {
					t.Errorf("wrote %q, want %q", text, test.want)
				}
			}
			if written != 2*len(test.want) {
				t.Errorf("progress of %d tokens", written)
			}
		})
	}
}

func TestContinueIsReproducible(t *testing.T) {
	o := oracle.New(lmtest.New(128, 4096), letters{})
	options := fingerprint.ContinueOptions{MaxTokens: 12, Temperature: 1, Seed: 5}
	first, err := o.Continue(t.Context(), prompts(70), options)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := o.Continue(t.Context(), prompts(70), options)
	alone, _ := o.Continue(t.Context(), prompts(1), options)
	if !reflect.DeepEqual(first, again) || !slices.Equal(first[0], alone[0]) {
		t.Error("the same seed writes different texts")
	}
	options.Seed = 6
	if other, _ := o.Continue(t.Context(), prompts(70), options); reflect.DeepEqual(first, other) {
		t.Error("the seed does not matter")
	}
}

// A span's surprisal is the mean of −log p of its tokens, each after those before it, of
// more prompts than fit at once too.
func TestSurprisals(t *testing.T) {
	o := oracle.New(lmtest.New(128, 4096), letters{})
	asked := prompts(150)
	spans := make([][2]int, len(asked))
	for i, p := range asked {
		spans[i] = [2]int{1 + i%20, len(p) - i%3}
	}
	got, err := o.Surprisals(t.Context(), asked, spans)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range asked {
		want := 0.
		for j := spans[i][0]; j < spans[i][1]; j++ {
			err := o.Distributions(t.Context(), [][]int32{p[:j]}, func(_ int, probs []float32) error {
				want -= math.Log(float64(probs[p[j]])) / float64(spans[i][1]-spans[i][0])
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if math.Abs(got[i]-want) > 1e-4*want {
			t.Errorf("prompt %d: %v, want %v", i, got[i], want)
		}
	}
}
