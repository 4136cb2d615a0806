// Package lm is the transformer as the rest of loyal sees it: run text through
// a model, ask for logits at the positions that matter, hand back the gradient
// of those logits, step the optimizer.
//
// It holds the interfaces of a backend, and what is written once above every
// backend: losses (functions of logits at chosen positions), sampling and
// generation. The default backend is [loyal/lm/cpu].
//
// # Forests of segments
//
// Text is given as a forest: a [Segment] is a run of tokens, and its Parent is
// the segment that it continues. Rows that begin alike (the system prompt of a
// chat template, say) hang from one common segment, which is then computed
// once, forward and backward. A token attends to all tokens of its segment's
// ancestors and to those before it in its own segment; its position is the
// number of tokens before it on that path. Nothing is padded.
//
// Tensors are flat, row-major float32; shapes are written in the order of their
// strides, outermost first: logits (P, V) are P rows of V numbers.
package lm

import (
	"context"
	"errors"

	"loyal/model"
)

// Root is the Parent of a segment that continues nothing.
const Root = -1

// Segment is a run of tokens that continues another one.
type Segment struct {
	Tokens []int32
	Parent int // index of an earlier segment of the same forest, or Root
}

// Position names a token of a forest: the Offset-th of segment Segment. The
// logits "at" a position are those that predict the token after it.
type Position struct {
	Segment, Offset int
}

// Errors that callers can tell apart.
var (
	// ErrNonFinite reports NaN or Inf in weights, logits, loss or gradients.
	ErrNonFinite = errors.New("not a finite number")
	// ErrTooLong reports text longer than the model's context.
	ErrTooLong = errors.New("text is longer than the model's context")
)

// Network is a model ready to compute. Its methods may be called from several
// goroutines; they take turns.
type Network interface {
	// Config describes the architecture.
	Config() model.Config

	// Rows runs a forest without gradients and visits the logits at each asked
	// position: row holds VocabSize numbers, valid (and writable) during the call only.
	// Visits come from several goroutines, each position once; the first error ends it.
	// [Logits] and [LogProbs] collect what most callers want.
	Rows(ctx context.Context, forest []Segment, at []Position, visit func(i int, row []float32) error) error

	// NewSequence returns an empty key/value cache.
	NewSequence() Sequence

	// Extend appends tokens to sequences, all in one pass over the weights, and
	// returns the logits after the last token of each, shape (len(feeds), VocabSize).
	// No sequence may occur twice. After an error the sequences are as before.
	Extend(ctx context.Context, feeds []Feed) ([]float32, error)

	// NewTrainer returns a trainer that starts from this network's weights, which
	// stay as they are.
	NewTrainer(TrainOptions) (Trainer, error)

	// Close frees what the network holds. Sequences and trainers of it must not
	// be used afterwards.
	Close() error
}

// Feed is what Extend appends to one sequence: at least one token.
type Feed struct {
	Sequence Sequence
	Tokens   []int32
}

// Sequence is the key/value cache of one text.
type Sequence interface {
	// Len is the number of tokens held.
	Len() int
	// Fork returns an independent sequence with the same tokens.
	Fork() Sequence
	// Truncate forgets all but the first n tokens; n must not exceed Len.
	Truncate(n int)
	// Close returns the memory for reuse.
	Close()
}

// TrainOptions says what trains: the token embedding with all blocks, matrices of some
// blocks, adapters beside them, or neurons that are added to them.
type TrainOptions struct {
	// Layers are the transformer blocks that train, counted from 0; nil means all.
	// Blocks below the lowest are frozen and run once for each text (see
	// Trainer.Cache); frozen ones above it pass gradients through.
	Layers []int
	// TargetModules are the matrices (of Modules) of these blocks that train; nil means
	// all of them and the norms. It is for training without LoRA and Expand.
	TargetModules []string
	// Embeddings also trains the token embedding, the final norm and the output
	// head. It requires that everything else trains too.
	Embeddings bool
	// LoRA, when set, trains low-rank adapters instead of weights.
	LoRA *LoRA
	// Expand, when set, trains new neurons instead of weights.
	Expand *Expand
	// Cached, unless nil, hears how many more tokens Cache has run.
	Cached func(tokens int)
	// Spill bounds what a corpus holds in memory.
	Spill Spill
}

// Spill moves what a corpus keeps of its texts (the output of the frozen blocks, held
// keys and values) to temporary files without a name once either is larger than Bytes;
// 0 keeps everything in memory, as do systems that cannot map files. Of the files only
// what is in use takes memory. They are gone when the trainer is closed, or the process
// ends, whichever way.
type Spill struct {
	Dir   string // "" is the system's directory for temporary files
	Bytes int64
}

// LoRA is a low-rank adapter (Hu et al. 2021, arXiv:2106.09685), with PEFT's names:
// W x + (Alpha/R) B A x, with A (R, in) random and B (out, R) zero at the start.
type LoRA struct {
	R             int
	Alpha         float64
	TargetModules []string // of Modules
	Seed          uint64
}

// Expand makes the MLPs wider: so many more neurons, each a row of gate_proj and
// up_proj, random at the start, and a column of down_proj, zero at the start, so that
// the model begins as its base to the bit. Only new neurons of Layers train.
type Expand struct {
	Neurons int // of a block
	Seed    uint64
}

// Modules are the matrices of a block, by the last parts of their names.
var Modules = []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}

// AdamW holds the hyperparameters of one optimizer step (Loshchilov & Hutter 2017,
// arXiv:1711.05101), in torch.optim.AdamW's sense and names.
type AdamW struct {
	LR, Beta1, Beta2, Eps, WeightDecay float64
	// MaxGradNorm scales all gradients down to this global L2 norm; 0 does not.
	MaxGradNorm float64
}

// Corpus is a forest whose passage through the frozen blocks has been computed.
type Corpus interface {
	// Len is the number of segments.
	Len() int
}

// Weighted is a token of a forest with a weight.
type Weighted struct {
	Position
	Weight float64
}

// Survey is what Trainer.Survey does; what is empty it leaves out. Whiten and Align are
// for adapters and new neurons, before the first Backward.
type Survey struct {
	// Whiten makes them act on whitened inputs: A P x instead of A x (A being LoRA's,
	// or new rows of gate_proj and up_proj), where P makes the weighted second moment of
	// each module's inputs at these tokens the identity (but for Ridge, a share of the
	// mean diagonal). A change of the weights then disturbs all directions of the usual
	// inputs alike, instead of the strong ones most.
	Whiten []Weighted
	Ridge  float64
	// Align lets them start from what they are to tell apart: the first rows of A become
	// the principal directions of the (whitened) inputs at these positions, as many as
	// there are and A has room for. EVA (Paischer et al. 2024, arXiv:2410.07170) starts A
	// from directions of all training inputs; ours are those of the inputs that matter,
	// seen against the usual ones.
	Align []Position
	// Hold are segments to hold, as Trainer.Hold does.
	Hold []int
	// At are positions whose logits Visit sees, as with Trainer.Rows.
	At    []Position
	Visit func(i int, row []float32) error
}

// Trainer trains part of a network. It is not safe for concurrent use.
//
// A step is: Forward, a loss of its logits, Backward with the loss's gradient
// (as often as wanted: gradients add up), Step.
type Trainer interface {
	// Cache runs a forest through the frozen part of the network and keeps the
	// result for Forward.
	Cache(ctx context.Context, forest []Segment) (Corpus, error)

	// Survey takes from one pass over a corpus, with the weights as they are, what a run
	// wants to know of its texts before it trains.
	Survey(ctx context.Context, c Corpus, s Survey) error

	// Hold runs segments of a corpus, and their ancestors, with the weights as they
	// are, and keeps their keys and values in the blocks that train. From then on
	// Forward takes these as given: it neither runs these segments again nor passes
	// any gradient to them. Held once more, they are computed anew.
	Hold(ctx context.Context, c Corpus, segments []int) error

	// Above returns a trainer of the same adapters or new neurons above another network
	// of the same shape, the base with changed weights, say: parameters, gradients and
	// whitening are this trainer's, and only this one steps. Corpora are each trainer's
	// own.
	Above(Network) (Trainer, error)

	// Forward runs the picked segments of a corpus, and the ancestors they need,
	// and returns logits at positions in picked segments, shape (len(at), VocabSize).
	// It keeps what Backward needs until the next Forward.
	Forward(ctx context.Context, c Corpus, pick []int, at []Position) ([]float32, error)

	// Rows is Network.Rows with the trained weights, on a corpus.
	Rows(ctx context.Context, c Corpus, at []Position, visit func(i int, row []float32) error) error

	// Backward adds to the gradients, given that of the last Forward's logits,
	// shape (len(at), VocabSize), which it may overwrite.
	Backward(ctx context.Context, dlogits []float32) error

	// Step clips the gradients, updates the parameters with AdamW, clears the
	// gradients and returns their global L2 norm before clipping.
	Step(AdamW) (gradNorm float64, err error)

	// Params lists the trainable tensors in a fixed order, with the optimizer's
	// state. The slices are live: they may be read and written between steps
	// (checkpoints, mixing with the base).
	Params() []Param

	// Steps is the number of optimizer steps done, which bias correction counts;
	// SetSteps sets it on resume.
	Steps() int
	SetSteps(int)

	// Weights returns, under the names of the model directory, the tensors that
	// training changed, LoRA merged in: what a checkpoint of the model replaces.
	// They may be the trainer's own memory.
	Weights() map[string][]float32

	// Adapters returns the low-rank adapters in PEFT's form: whitening is part of A. It
	// is nil without LoRA.
	Adapters() []model.AdapterModule

	// Expansion returns the new neurons of every block: what model.Write widens the
	// MLPs with. Those of blocks that do not train write nothing. It is nil without Expand.
	Expansion() *model.Expansion

	// Finish ends the training: it frees gradients and optimizer state, and puts
	// weights, which have the names of Weights, and neurons, which Expansion gave, in
	// the place of the trained ones, so that Rows shows the model as it will be saved.
	// Afterwards only Rows, Cache and Close may be called.
	Finish(weights map[string][]float32, neurons *model.Expansion) error

	Close() error
}

// Param is one trainable tensor with its gradient and AdamW's moments; all of
// len(Value) numbers, shape Shape.
type Param struct {
	Name        string
	Shape       []int
	Value, Grad []float32
	M, V        []float32
}
