package golden

import (
	"context"
	"fmt"
	"math"
	"slices"

	"loyal/lm"
)

// modelFile is golden.json: forward passes and a training run of a small model.
type modelFile struct {
	Forward []struct {
		IDs       []int32   `json:"ids"`
		Logits    []float64 `json:"last_logits"`
		LogSumExp []float64 `json:"position_logsumexp"`
		Greedy    []int32   `json:"greedy"`
	} `json:"forward"`
	Train *trainRun `json:"train"`
}

// trainRun records the loss of a batch, the gradient of every parameter, and the
// losses of full-batch steps of AdamW from the stored weights.
type trainRun struct {
	Rows [][]int32 `json:"rows"`
	// LabelTokens is how many tokens at the end of each row are labels; 0 means 4.
	// The loss is the mean over all labels.
	LabelTokens int                       `json:"label_tokens"`
	Loss        float64                   `json:"loss"`
	Gradients   map[string]gradientRecord `json:"gradients"`
	AdamW       struct {
		LR          float64    `json:"lr"`
		Betas       [2]float64 `json:"betas"`
		Eps         float64    `json:"eps"`
		WeightDecay float64    `json:"weight_decay"`
	} `json:"adamw"`
	// Losses[i] is the loss before step i.
	Losses []float64 `json:"losses_10_steps"`
}

// gradientRecord is a gradient's Euclidean norm and its first values.
type gradientRecord struct {
	L2    float64   `json:"l2"`
	First []float64 `json:"first"`
}

func (f *modelFile) needs() Needs { return Needs{Network: true} }

func (f *modelFile) check(ctx context.Context, s Subject, r *Report) error {
	lines := make([]forwardLine, len(f.Forward))
	for i, e := range f.Forward {
		lines[i] = forwardLine{n: i + 1, label: fmt.Sprintf("forward %d", i+1), ids: e.IDs,
			logits: e.Logits, logSumExp: e.LogSumExp, greedy: e.Greedy, greedyKey: "greedy"}
	}
	if err := checkForward(ctx, lines, s, r); err != nil {
		return err
	}
	if f.Train == nil {
		return nil
	}
	return f.Train.check(ctx, s, r)
}

func (t *trainRun) check(ctx context.Context, s Subject, r *Report) error {
	if s.Network == nil {
		r.skip("train", noWeights)
		return nil
	}
	batch, err := newTrainBatch(t, s.Network.Config().VocabSize)
	if err != nil {
		return err
	}
	trainer, err := s.Network.NewTrainer(lm.TrainOptions{Embeddings: true})
	if err != nil {
		return err
	}
	defer func() { _ = trainer.Close() }() // nothing is kept
	if batch.corpus, err = trainer.Cache(ctx, batch.forest); err != nil {
		return err
	}
	loss, err := batch.backward(ctx, trainer)
	if err != nil {
		return err
	}
	r.number(Loss, "train: loss", loss, t.Loss, math.Max(1, math.Abs(t.Loss)))
	t.checkGradients(trainer.Params(), r)

	step := lm.AdamW{LR: t.AdamW.LR, Beta1: t.AdamW.Betas[0], Beta2: t.AdamW.Betas[1],
		Eps: t.AdamW.Eps, WeightDecay: t.AdamW.WeightDecay}
	for i, want := range t.Losses {
		r.number(Step, fmt.Sprintf("train: losses_10_steps[%d]", i), loss, want, math.Max(1, math.Abs(want)))
		if i+1 == len(t.Losses) {
			break
		}
		if _, err := trainer.Step(step); err != nil {
			return err
		}
		if loss, err = batch.backward(ctx, trainer); err != nil {
			return err
		}
	}
	return nil
}

// checkGradients compares norms and first values of all gradients that were
// recorded, and wants every parameter to be among them.
func (t *trainRun) checkGradients(params []lm.Param, r *Report) {
	names := make([]string, 0, len(params))
	for _, p := range params {
		names = append(names, p.Name)
		want, ok := t.Gradients[p.Name]
		where := "train: gradient of " + p.Name
		if !ok {
			r.add(Gradient, where, math.Inf(1), "a parameter", "none of that name")
			continue
		}
		square := 0.0
		for _, g := range p.Grad {
			square += float64(g) * float64(g)
		}
		scale := math.Max(want.L2, 1e-12)
		r.number(Gradient, where+": l2", math.Sqrt(square), want.L2, scale)
		r.vector(Gradient, where, p.Grad[:min(len(want.First), len(p.Grad))], want.First, scale)
	}
	missing := make([]string, 0)
	for name := range t.Gradients {
		if !slices.Contains(names, name) {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	for _, name := range missing {
		r.add(Gradient, "train: gradient of "+name, math.Inf(1), "no such parameter", "a gradient")
	}
}

// trainBatch is the recorded batch as a trainer takes it.
type trainBatch struct {
	forest []lm.Segment
	corpus lm.Corpus
	pick   []int
	at     []lm.Position
	labels []int32
	vocab  int
}

func newTrainBatch(t *trainRun, vocabulary int) (*trainBatch, error) {
	b := &trainBatch{vocab: vocabulary}
	labels := t.LabelTokens
	if labels == 0 {
		labels = 4
	}
	if labels < 0 || len(t.Rows) == 0 {
		return nil, fmt.Errorf("%w: train: no rows or labels", ErrFormat)
	}
	for i, row := range t.Rows {
		if err := checkIDs("train", vocabulary, row); err != nil {
			return nil, err
		}
		if len(row) <= labels {
			return nil, fmt.Errorf("%w: train: row %d is not longer than its %d labels", ErrFormat, i, labels)
		}
		b.forest = append(b.forest, lm.Segment{Tokens: row, Parent: lm.Root})
		b.pick = append(b.pick, i)
		for k := len(row) - labels; k < len(row); k++ {
			b.at = append(b.at, lm.Position{Segment: i, Offset: k - 1})
			b.labels = append(b.labels, row[k])
		}
	}
	return b, nil
}

// backward runs the batch forward and backward and returns the mean loss.
func (b *trainBatch) backward(ctx context.Context, t lm.Trainer) (float64, error) {
	logits, err := t.Forward(ctx, b.corpus, b.pick, b.at)
	if err != nil {
		return 0, err
	}
	if len(logits) != len(b.labels)*b.vocab {
		return 0, fmt.Errorf("%d logits for %d labels", len(logits), len(b.labels))
	}
	sum := 0.0
	for i, label := range b.labels {
		row := logits[i*b.vocab : (i+1)*b.vocab]
		loss, _ := lm.CrossEntropy(row, label, 1/float32(len(b.labels)), 1)
		sum += loss
	}
	return sum / float64(len(b.labels)), t.Backward(ctx, logits)
}
