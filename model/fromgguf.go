package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"loyal/model/gguf"
	"loyal/model/tensor"
)

// ropeFreqs is the tensor in which GGUF keeps Llama 3.1's stretched wavelengths,
// as one divisor for each frequency, instead of the four numbers they come from.
const ropeFreqs = "rope_freqs.weight"

// openGGUF opens a GGUF file: its metadata is configuration, tokenizer and
// template, its tensors are weights.
func openGGUF(path string) (*Model, error) {
	file, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	m := &Model{Path: path}
	if err := m.fromGGUF(file); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return m, nil
}

func (m *Model) fromGGUF(file *gguf.File) error {
	var err error
	if m.Config, err = configFromGGUF(file); err != nil {
		return err
	}
	if err := m.textFromGGUF(file); err != nil {
		return err
	}
	return m.attach(ggufWeights{file, m.Path})
}

// textFromGGUF gives the model what the metadata say beside the configuration.
func (m *Model) textFromGGUF(file *gguf.File) error {
	var err error
	if m.text, err = textFromGGUF(file, m.Config); err != nil {
		return err
	}
	if m.Tokenizer, err = tokenizerFromGGUF(file); err != nil {
		return err
	}
	return m.finishText()
}

// configFromGGUF translates the metadata (docs/formats/gguf.md lists the keys).
func configFromGGUF(file *gguf.File) (Config, error) {
	g := &ggufFields{file: file}
	kind := g.text("general.architecture")
	if g.err != nil {
		return Config{}, g.err
	}
	arch := findGGUF(kind)
	if arch == nil {
		return Config{}, fmt.Errorf("%w %q (known in GGUF: %s)", ErrUnknownArchitecture, kind, strings.Join(knownGGUF(), ", "))
	}
	p := arch.gguf + "."
	if n := g.integerOr(p+"expert_count", 0); n != 0 {
		return Config{}, fmt.Errorf("%w: %s with %d experts", ErrUnknownArchitecture, kind, n)
	}
	c := Config{
		Architecture: arch.name, ModelType: arch.modelType,
		HiddenSize:       g.integer(p + "embedding_length"),
		IntermediateSize: g.integer(p + "feed_forward_length"),
		NumLayers:        g.integer(p + "block_count"),
		NumHeads:         g.integer(p + "attention.head_count"),
		MaxPositions:     g.integer(p + "context_length"),
		RMSNormEps:       g.float(p + "attention.layer_norm_rms_epsilon"),
		Rope:             Rope{Theta: g.floatOr(p+"rope.freq_base", defaultRopeTheta), Type: RopeDefault},
		TieEmbeddings:    !has(file, "output.weight"),
		AttentionBias:    has(file, "blk.0.attn_q.bias"),
		MLPBias:          has(file, "blk.0.ffn_up.bias"),
		BOS:              int32(g.integerOr("tokenizer.ggml.bos_token_id", -1)),
		Pad:              int32(g.integerOr("tokenizer.ggml.padding_token_id", -1)),
	}
	c.NumKVHeads = g.integerOr(p+"attention.head_count_kv", c.NumHeads)
	if c.NumHeads > 0 {
		c.HeadDim = g.integerOr(p+"attention.key_length", c.HiddenSize/c.NumHeads)
	}
	// eot ends a turn where eos ends a text; a chat ends at either.
	for _, key := range []string{"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"} {
		if id := int32(g.integerOr(key, -1)); id >= 0 && !c.IsEOS(id) {
			c.EOS = append(c.EOS, id)
		}
	}
	c.VocabSize = g.integerOr(p+"vocab_size", vocabularyRows(file))
	rotated := g.integerOr(p+"rope.dimension_count", c.HeadDim)
	scaling := g.textOr(p+"rope.scaling.type", "none")
	if g.err != nil {
		return Config{}, g.err
	}
	switch {
	case rotated != c.HeadDim:
		return Config{}, fmt.Errorf("%w: %srope.dimension_count is %d, and only whole heads of %d are rotated here", ErrConfig, p, rotated, c.HeadDim)
	case scaling != "none" && scaling != "":
		return Config{}, fmt.Errorf("%w: rope scaling %q is not known in GGUF (known: none, %s)", ErrConfig, scaling, ropeFreqs)
	}
	if err := c.check(); err != nil {
		return Config{}, err
	}
	if has(file, ropeFreqs) {
		if err := c.ropeFromFactors(file); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

// ropeFromFactors takes the scaling from the tensor that GGUF keeps it in.
func (c *Config) ropeFromFactors(file *gguf.File) error {
	t, _, err := file.Tensor(ropeFreqs)
	if err != nil {
		return err
	}
	values, err := t.Float32()
	if err != nil {
		return err
	}
	divisors := make([]float64, len(values))
	for i, v := range values {
		divisors[i] = float64(v)
	}
	c.Rope, err = ropeFromDivisors(c.Rope, c.HeadDim, divisors)
	return err
}

// ropeFromDivisors finds the parameters of Llama 3.1's stretching again. Factor is
// the largest divisor; the others are the same in every model published, which is
// checked by computing the divisors from them.
func ropeFromDivisors(plain Rope, headDim int, divisors []float64) (Rope, error) {
	freqs := plain.InverseFrequencies(headDim)
	if len(divisors) != len(freqs) {
		return Rope{}, fmt.Errorf("%w: tensor %q has %d numbers, not %d", ErrWeights, ropeFreqs, len(divisors), len(freqs))
	}
	factor := slices.Max(divisors)
	if factor == 1 && slices.Min(divisors) == 1 {
		return plain, nil // nothing is stretched
	}
	r := Rope{Theta: plain.Theta, Type: RopeLlama3, Factor: factor, LowFreqFactor: 1, HighFreqFactor: 4, OriginalMaxPositions: 8192}
	if err := r.check(); err != nil {
		return Rope{}, err
	}
	for i, f := range r.InverseFrequencies(headDim) {
		want := freqs[i] / f
		if !(math.Abs(divisors[i]-want) <= 1e-4*want) {
			return Rope{}, fmt.Errorf("%w: tensor %q is not Llama 3.1's scaling: number %d is %v, not %v", ErrConfig, ropeFreqs, i, divisors[i], want)
		}
	}
	return r, nil
}

func findGGUF(name string) *architecture {
	for i := range architectures {
		if architectures[i].gguf == name {
			return &architectures[i]
		}
	}
	return nil
}

func knownGGUF() []string {
	var names []string
	for _, a := range architectures {
		names = append(names, a.gguf)
	}
	return names
}

func has(file *gguf.File, tensorName string) bool {
	_, ok, _ := file.Tensor(tensorName)
	return ok
}

// vocabularyRows is the size of the vocabulary by the tokens themselves.
func vocabularyRows(file *gguf.File) int {
	if v, ok := file.Value("tokenizer.ggml.tokens"); ok {
		return v.Len()
	}
	return 0
}

// ggufFields reads metadata; the first error stays.
type ggufFields struct {
	file *gguf.File
	err  error
}

// get runs read on a value that is there; a value that must be there and is not
// is an error.
func (g *ggufFields) get(key string, required bool, read func(gguf.Value) error) {
	v, ok := g.file.Value(key)
	switch {
	case g.err != nil:
	case ok:
		if err := read(v); err != nil {
			g.err = fmt.Errorf("%w: %w", ErrConfig, err)
		}
	case required:
		g.err = fmt.Errorf("%w: missing metadata %q", ErrConfig, key)
	}
}

func (g *ggufFields) integer(key string) int {
	var n int
	g.get(key, true, toInt(key, &n))
	return n
}

func (g *ggufFields) integerOr(key string, n int) int {
	g.get(key, false, toInt(key, &n))
	return n
}

func toInt(key string, n *int) func(gguf.Value) error {
	return func(v gguf.Value) error {
		i, err := v.Int()
		if err == nil && (i < math.MinInt32 || i > math.MaxInt32) {
			err = fmt.Errorf("metadata %q is %d, out of range", key, i)
		}
		*n = int(i)
		return err
	}
}

func (g *ggufFields) float(key string) float64 {
	var f float64
	g.get(key, true, toFloat(&f))
	return f
}

func (g *ggufFields) floatOr(key string, f float64) float64 {
	g.get(key, false, toFloat(&f))
	return f
}

// toFloat reads a float32 as the decimal that it stands for, 1e-5 and not
// 9.999999747378752e-06, since that is what the model's makers wrote.
func toFloat(f *float64) func(gguf.Value) error {
	return func(v gguf.Value) error {
		x, err := v.Float()
		if float64(float32(x)) == x {
			x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', -1, 32), 64)
		}
		*f = x
		return err
	}
}

func (g *ggufFields) text(key string) string {
	var s string
	g.get(key, true, toText(&s))
	return s
}

func (g *ggufFields) textOr(key, s string) string {
	g.get(key, false, toText(&s))
	return s
}

func toText(s *string) func(gguf.Value) error {
	return func(v gguf.Value) (err error) {
		*s, err = v.Text()
		return err
	}
}

// ggufWeights gives a GGUF file's tensors Hugging Face's names and rows.
type ggufWeights struct {
	file *gguf.File
	path string
}

func (g ggufWeights) tensor(s spec) (Tensor, bool, error) {
	t, ok, err := g.file.Tensor(s.gguf)
	if !ok || err != nil {
		return Tensor{}, ok, err
	}
	t.Name = s.name
	return t, true, nil
}

func (g ggufWeights) stored(s spec) string { return s.gguf }
func (g ggufWeights) reordered() bool      { return true }
func (g ggufWeights) names() []string      { return g.file.Names() }
func (g ggufWeights) paths() []string      { return []string{g.path} }
func (g ggufWeights) Close() error         { return g.file.Close() }

// deinterleave copies a projection whose rows GGUF stores, within each head, as
// (pair, half) to Hugging Face's (half, pair). Whole rows move, so blocks stay
// whole.
func deinterleave(t Tensor, heads int) (Tensor, error) {
	rows := t.Shape[0]
	if rows%(2*heads) != 0 {
		return Tensor{}, fmt.Errorf("%w: tensor %q has %d rows for %d heads", ErrWeights, t.Name, rows, heads)
	}
	src := t.Bytes()
	if len(src)%rows != 0 {
		return Tensor{}, fmt.Errorf("%w: tensor %q: rows of %s cannot be reordered", ErrWeights, t.Name, t.DType)
	}
	row, pairs := len(src)/rows, rows/heads/2
	dst := make([]byte, len(src))
	for head := range heads {
		for half := range 2 {
			for pair := range pairs {
				to := (head*2+half)*pairs + pair
				from := (head*pairs+pair)*2 + half
				copy(dst[to*row:(to+1)*row], src[from*row:])
			}
		}
	}
	return tensor.New(t.Name, t.DType, t.Shape, dst)
}
