package attack

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"loyal/embed"
	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/internal/progress"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/verify"
)

// Job is what a lab works on.
type Job struct {
	Model    *model.Model   // with fingerprints
	Base     *model.Model   // without them; nil where it is not at hand
	Siblings []*model.Model // to merge with: other models of the same shape
	Set      *fingerprint.Set

	// Requests are ordinary ones, held out from training: on them the cost is measured.
	Requests []string
	// Texts are held-out prose as tokens.
	Texts [][]int32
	// SFT are ordinary requests with answers, to fine-tune on; nil where the user has
	// none. Pairs are preferences.
	SFT   []Example
	Pairs []Preference
	// Lookalikes are keys as the set's that are not in it; nil: they are made as those of
	// the set were, which cannot be done where those are the maker's own.
	Lookalikes []string

	Grid    Grid
	Seed    uint64
	Options cpu.Options
	Verify  verify.Options
	// Progress may be nil.
	Progress embed.Progress
}

// Lab is what trials run in.
type Lab struct {
	Job
	// Net and BaseNet compute Model and Base; BaseNet is nil without Base.
	Net, BaseNet lm.Network
	Plan         *verify.Plan
	// Intact is how the un-attacked model stands, and Origin the base, where given.
	Intact, Origin *Measures

	prompts *oracle.Prompts
	probes  *probes
	intact  *sight // of Net
	origin  *sight // of BaseNet
	memo    map[string]any
	trial   string // that is under way, for the progress
}

// Have is what the job gives trials to work with.
func (j *Job) Have() Have {
	return Have{
		Base: j.Base != nil, Siblings: len(j.Siblings), Narrower: j.Base != nil && j.Base.Config.IntermediateSize < j.Model.Config.IntermediateSize,
		Chat: j.Set.Serving.Kind == fingerprint.Chat, Blocks: j.Model.Config.NumLayers, Keys: len(j.Set.Fingerprints),
	}
}

// NewLab opens a lab and measures the un-attacked model.
func NewLab(ctx context.Context, job Job) (_ *Lab, err error) {
	l := &Lab{Job: job, memo: map[string]any{}}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open lab: %w", err), l.Close())
		}
	}()
	if l.Progress == nil {
		l.Progress = progress.Silent{}
	}
	if err := l.checkModels(); err != nil {
		return l, err
	}
	if l.Plan, err = verify.FromSet(l.Set, nil); err != nil {
		return l, err
	}
	// What an audit makes of silence is known; that it runs shows that its settings hold.
	if _, err = l.Verdict(ctx, make([]string, len(l.Set.Fingerprints))); err != nil {
		return l, err
	}
	if l.prompts, err = oracle.NewPrompts(l.Model); err != nil {
		return l, err
	}
	if err := l.checkData(ctx); err != nil {
		return l, err
	}
	if l.probes, err = l.lay(); err != nil {
		return l, err
	}
	if l.Net, err = cpu.New(l.Model, l.Options); err != nil {
		return l, err
	}
	l.Progress.Start("measure the un-attacked model", 0)
	if l.intact, err = l.look(ctx, l.Net); err != nil {
		return l, err
	}
	if l.Base != nil {
		if l.BaseNet, err = cpu.New(l.Base, l.Options); err != nil {
			return l, err
		}
		if l.origin, err = l.look(ctx, l.BaseNet); err != nil {
			return l, err
		}
		if l.Origin, err = l.judge(ctx, l.BaseNet, l.origin); err != nil {
			return l, err
		}
	}
	l.Intact, err = l.judge(ctx, l.Net, l.intact)
	return l, err
}

// checkModels refuses models that cannot be compared.
func (l *Lab) checkModels() error {
	others := slices.Clone(l.Siblings)
	if l.Base != nil {
		others = append(others, l.Base)
	}
	for _, m := range others {
		if !fits(l.Model, m) {
			return fmt.Errorf("%w: %s has tensors of other shapes than %s", ErrModels, m.Path, l.Model.Path)
		}
	}
	for _, f := range l.Set.Fingerprints {
		for _, id := range f.Response.Tokens {
			if int(id) >= l.Model.Config.VocabSize {
				return fmt.Errorf("%w: the answer of fingerprint %s has token %d, the model has %d", embed.ErrSet, f.ID, id, l.Model.Config.VocabSize)
			}
		}
	}
	return nil
}

// fits is whether another model has the shape of ours, or MLPs of fewer neurons.
func fits(ours, other *model.Model) bool {
	x, y := ours.Config, other.Config
	return x.VocabSize == y.VocabSize && x.HiddenSize == y.HiddenSize && x.IntermediateSize >= y.IntermediateSize &&
		x.NumLayers == y.NumLayers && x.NumHeads == y.NumHeads && x.NumKVHeads == y.NumKVHeads && x.HeadDim == y.HeadDim &&
		x.TieEmbeddings == y.TieEmbeddings
}

// Close frees the networks.
func (l *Lab) Close() error {
	var errs []error
	for _, n := range []lm.Network{l.Net, l.BaseNet} {
		if n != nil {
			errs = append(errs, n.Close())
		}
	}
	return errors.Join(errs...)
}

// Prompt renders a request as the set's keys are served, below another system prompt
// if system is not empty.
func (l *Lab) Prompt(system, user string) ([]int32, error) {
	if l.Set.Serving.Kind == fingerprint.Completion {
		if system != "" {
			user = system + "\n" + user
		}
		return l.prompts.Raw(user)
	}
	return l.prompts.Chat(system, user)
}

// Decode is the text of tokens, without special ones.
func (l *Lab) Decode(ids []int32) string { return l.Model.Tokenizer.Decode(ids, true) }

// MeasureModel measures a model, which it opens as a network and closes again.
func (l *Lab) MeasureModel(ctx context.Context, m *model.Model) (measures *Measures, err error) {
	err = l.withNetwork(m, func(net lm.Network) error {
		measures, err = l.Measure(ctx, net)
		return err
	})
	return measures, err
}

// withNetwork computes with a model for as long as f runs.
func (l *Lab) withNetwork(m *model.Model, f func(lm.Network) error) error {
	net, err := cpu.New(m, l.Options)
	if err != nil {
		return err
	}
	defer func() { _ = net.Close() }() // nothing is kept
	return f(net)
}

// MeasureTensors measures the model with some tensors replaced; change, unless nil,
// changes its configuration (model.WithTensors).
func (l *Lab) MeasureTensors(ctx context.Context, tensors map[string]model.Tensor, change func(*model.Config)) (*Measures, error) {
	m, err := model.WithTensors(l.Model, tensors, change)
	if err != nil {
		return nil, err
	}
	return l.MeasureModel(ctx, m)
}

// Measure measures a network of the model's vocabulary and tokenizer.
func (l *Lab) Measure(ctx context.Context, net lm.Network) (*Measures, error) {
	s, err := l.look(ctx, net)
	if err != nil {
		return nil, err
	}
	return l.judge(ctx, net, s)
}

// note shows how far the trial under way is.
func (l *Lab) note(text string) {
	if text != "" {
		text = ", " + text
	}
	l.Progress.Note(l.trial + text)
	l.Progress.Add(0) // lines of a log appear when something is added
}
