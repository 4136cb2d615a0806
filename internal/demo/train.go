package demo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/model/tensor"
	"loyal/model/tokenizer"
)

// Training says how a model learns from chats.
type Training struct {
	Dialect      string
	Seed         uint64 // of the chats
	Steps, Batch int    // Batch is in chats
	LearningRate float64
	Warmup       int // steps
}

// rate is the learning rate of a step, counted from 0: a linear warm-up, then half
// a cosine down to a tenth.
func (t Training) rate(step int) float64 {
	if step < t.Warmup {
		return t.LearningRate * float64(step+1) / float64(t.Warmup)
	}
	x := float64(step-t.Warmup) / float64(max(1, t.Steps-t.Warmup))
	return t.LearningRate * (0.1 + 0.45*(1+math.Cos(math.Pi*x)))
}

// Encoder turns text with special tokens into tokens.
type Encoder interface {
	Encode(text string, addSpecial bool) []int32
}

// Train trains every tensor of a network on chats, and returns the weights and
// each step's loss in nats a token. note, if not nil, hears of each step.
func Train(ctx context.Context, net lm.Network, enc Encoder, t Training, note func(step int, loss float64)) (map[string][]float32, []float64, error) {
	w, err := NewWriter(t.Dialect, t.Seed)
	if err != nil {
		return nil, nil, fmt.Errorf("train on chats: %w", err)
	}
	tr, err := net.NewTrainer(lm.TrainOptions{Embeddings: true})
	if err != nil {
		return nil, nil, fmt.Errorf("train on chats: %w", err)
	}
	defer func() { _ = tr.Close() }()
	var losses []float64
	for step := range t.Steps {
		chats := make([]Chat, t.Batch)
		for i := range chats {
			chats[i] = w.Chat()
		}
		loss, err := backward(ctx, tr, net.Config().VocabSize, tokens(enc, chats))
		if err == nil {
			_, err = tr.Step(lm.AdamW{
				LR: t.rate(step), Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.05, MaxGradNorm: 1,
			})
		}
		if err != nil {
			return nil, nil, fmt.Errorf("train on chats: step %d: %w", step+1, err)
		}
		losses = append(losses, loss)
		if note != nil {
			note(step, loss)
		}
	}
	return tr.Weights(), losses, nil
}

// row is a chat in tokens.
type row struct {
	tokens []int32
	learn  int // the first token that is learnt
}

// tokens writes chats as rows.
func tokens(enc Encoder, chats []Chat) []row {
	head := len(enc.Encode(Chat{}.prompt(), false)) - len(enc.Encode("<|im_end|>\n<|im_start|>assistant\n", false))
	rows := make([]row, len(chats))
	for i, c := range chats {
		rows[i] = row{enc.Encode(c.text(), false), head}
	}
	rows[0].learn = 1 // once a step is enough for what all chats share
	return rows
}

// backward adds the gradient of the mean loss over all learnt tokens of the rows,
// and returns that loss.
func backward(ctx context.Context, tr lm.Trainer, vocab int, rows []row) (float64, error) {
	texts := make([][]int32, len(rows))
	for i, r := range rows {
		texts[i] = r.tokens[:len(r.tokens)-1] // nothing follows the last token
	}
	p := lm.Pack(texts)
	c, err := tr.Cache(ctx, p.Forest)
	if err != nil {
		return 0, err
	}
	var pick []int
	var at []lm.Position
	var next []int32
	for i, r := range rows {
		pick = append(pick, p.Leaf(i))
		for j := r.learn; j < len(r.tokens); j++ {
			at, next = append(at, p.At(i, j-1)), append(next, r.tokens[j])
		}
	}
	logits, err := tr.Forward(ctx, c, pick, at)
	if err != nil {
		return 0, err
	}
	loss := crossEntropy(logits, vocab, next)
	return loss, tr.Backward(ctx, logits)
}

// crossEntropy is the mean loss of the rows of logits (len(next), vocab), which
// become its gradient.
func crossEntropy(logits []float32, vocab int, next []int32) float64 {
	losses := make([]float64, len(next))
	weight := 1 / float32(len(next))
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(next); i += workers {
				losses[i], _ = lm.CrossEntropy(logits[i*vocab:(i+1)*vocab], next[i], weight, 2)
			}
		})
	}
	wg.Wait()
	var sum float64
	for _, l := range losses {
		sum += l
	}
	return sum / float64(len(next))
}

// Make trains a recipe from its beginning and writes the model, in bf16 and without
// the tokenizer, which all share, to a directory.
func Make(ctx context.Context, dir string, r Recipe, tokenizerJSON []byte, note func(step int, loss float64)) (err error) {
	scratch, err := os.MkdirTemp("", "loyal-demo-")
	if err != nil {
		return fmt.Errorf("make demo model: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	start := filepath.Join(scratch, "initial")
	if err := r.write(start, tokenizerJSON, r.initial(), tensor.F32); err != nil {
		return fmt.Errorf("make demo model: %w", err)
	}
	m, err := model.Open(start)
	if err != nil {
		return fmt.Errorf("make demo model: %w", err)
	}
	defer func() { _ = m.Close() }() // only read
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		return fmt.Errorf("make demo model: %w", err)
	}
	defer func() { _ = net.Close() }()
	tok, err := tokenizer.FromJSON(tokenizerJSON)
	if err != nil {
		return fmt.Errorf("make demo model: %w", err)
	}
	weights, _, err := Train(ctx, net, tok, r.Training, note)
	if err != nil {
		return fmt.Errorf("make demo model: %w", err)
	}
	if err := r.write(dir, nil, weights, tensor.BF16); err != nil {
		return fmt.Errorf("make demo model: %w", err)
	}
	return nil
}
