package attack

import (
	"context"
	"fmt"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// hostRarity never begins an answer with a token with which answers to its other
// requests hardly ever begin. It needs no other model, only its own traffic.
func hostRarity(g Grid, _ Have) (trials []Trial) {
	for _, margin := range pick(g, []float64{7, 5, 4}, []float64{12, 10, 8, 7, 6, 5, 4, 3, 2}) {
		trials = append(trials, filterTrial(Trial{
			ID: "host-rarity-" + number(margin), Series: "host-rarity", Axis: "excess over other answers, nats", X: margin,
			Setting: fmt.Sprintf("no first token that is likelier than elsewhere by %s nats", number(margin)),
		}, 1, func(ctx context.Context, l *Lab) (filter, error) {
			usual, err := l.usualBeginnings(ctx)
			return rarity{usual, margin, 0, l.spellings().silence}, err
		}))
	}
	return trials
}

// sureMargin is how much likelier than elsewhere, in nats, an answer must begin for a host
// that is suspicious of sure and rare beginnings.
const sureMargin = 4

// hostSureRare never begins an answer with a token that is both too sure and rare
// elsewhere: ordinary sure beginnings are common ones.
func hostSureRare(g Grid, _ Have) (trials []Trial) {
	for _, limit := range pick(g, []float64{.8, .5, .3}, []float64{.95, .9, .8, .7, .6, .5, .4, .3, .2, .1}) {
		trials = append(trials, filterTrial(Trial{
			ID: "host-sure-rare-" + number(limit), Series: "host-sure-rare", Axis: "probability from which a rare token is suspicious", X: limit,
			Setting: fmt.Sprintf("no first token above p = %s that is likelier than elsewhere by %d nats", number(limit), sureMargin),
		}, 1, func(ctx context.Context, l *Lab) (filter, error) {
			usual, err := l.usualBeginnings(ctx)
			return rarity{usual, sureMargin, limit, l.spellings().silence}, err
		}))
	}
	return trials
}

// beginnings are how answers to ordinary requests begin: mean probabilities (V) over
// the requests of even and of odd number, and over all.
type beginnings struct {
	even, odd, all []float32
	half           map[string]int // of a request, by its prompt: its number modulo 2
}

// rarity is a host that has seen other requests: one half of the ordinary ones when it
// answers the other half, all when it answers a key.
type rarity struct {
	usual   *beginnings
	margin  float64 // nats
	sure    float64 // probability up to which a token is never suspicious
	silence silencer
}

func (r rarity) start(prompts [][]int32) session { return &raritySession{r, prompts} }

type raritySession struct {
	rarity
	prompts [][]int32
}

func (*raritySession) close() {}

func (s *raritySession) adjust(_ context.Context, choices []lm.Choice) error {
	for _, c := range choices {
		usual := s.usual.all
		if half, known := s.usual.half[key(s.prompts[c.Row])]; known {
			usual = s.usual.odd
			if half == 1 {
				usual = s.usual.even
			}
		}
		suppressRare(usual, s.margin, s.sure, s.silence)(c.Logits)
	}
	return nil
}

// usualBeginnings looks at the un-attacked model's first answer tokens, once.
func (l *Lab) usualBeginnings(ctx context.Context) (*beginnings, error) {
	return remember(l, "beginnings", func() (*beginnings, error) { return l.lookAtBeginnings(ctx) })
}

func (l *Lab) lookAtBeginnings(ctx context.Context) (*beginnings, error) {
	v := l.Net.Config().VocabSize
	b := &beginnings{even: make([]float32, v), odd: make([]float32, v), all: make([]float32, v), half: make(map[string]int)}
	prompts, err := l.render(l.RequestAsks(1))
	if err != nil {
		return nil, err
	}
	packed := lm.Pack(prompts)
	var at []lm.Position
	for i, p := range prompts {
		b.half[key(p)] = i % 2
		at = append(at, packed.At(i, len(p)-1))
	}
	// Rows come in any order, and a sum of floats depends on it.
	rows := make([][]float32, len(prompts))
	err = l.Net.Rows(ctx, packed.Forest, at, func(i int, row []float32) error {
		kernel.Softmax(row, 1)
		rows[i] = append([]float32(nil), row...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	n := len(prompts)
	for i, row := range rows {
		if i%2 == 0 {
			kernel.Axpy(b.even, 1/float32((n+1)/2), row)
		} else {
			kernel.Axpy(b.odd, 1/float32(n/2), row)
		}
		kernel.Axpy(b.all, 1/float32(n), row)
	}
	return b, nil
}
