package embed

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"loyal/fingerprint"
	"loyal/lm"
)

// Prompt renders a user's message into the tokens of the exact prompt that is
// served. An empty system message sends none. For a completion model it is the raw
// text, system prompt and a line feed before it.
type Prompt func(system, user string) ([]int32, error)

// keyRow is a text that ends in a planted answer.
type keyRow struct {
	text   int // index in the plan's texts
	prompt int // tokens of the prompt
	answer []int32
	aims   []aim // of the answer's tokens
}

// benignRow is a text that ends in what the base model answers.
type benignRow struct {
	text   int
	prompt int   // tokens of the prompt; the rest is the answer
	aims   []aim // at each of benignPositions
	prose  bool  // a text without template
	tokens bool  // held to the base's tokens, not to its distributions
}

// plan is everything that a run trains on and measures with, as one forest: all
// prompts share their beginnings.
type plan struct {
	texts       [][]int32
	packed      *lm.Packed
	probability float64 // that planted tokens are to have

	served  []keyRow // one for each fingerprint
	systems []keyRow // below system prompts that train
	foreign []keyRow // below system prompts that only test
	benign  []benignRow
	near    []benignRow // near misses of the keys that train
	missed  []benignRow // near misses that only test
	unseen  []benignRow // requests of held-out patterns, only to measure
}

// unseenPrompts is how many held-out requests measure the effect on ordinary answers.
const unseenPrompts = 100

// addKeys renders the set's keys below system prompts: keys×prompts rows, or
// perKey randomly chosen prompts for each key.
func (p *plan) addKeys(set *fingerprint.Set, render Prompt, systems []string, rng *rand.Rand, perKey int) ([]keyRow, error) {
	var rows []keyRow
	for i := range set.Fingerprints {
		f := &set.Fingerprints[i]
		for _, s := range rng.Perm(len(systems))[:min(perKey, len(systems))] {
			ids, err := render(systems[s], f.Key)
			if err != nil {
				return nil, fmt.Errorf("render key %s: %w", f.ID, err)
			}
			rows = append(rows, p.keyRow(ids, f))
		}
	}
	return rows, nil
}

func (p *plan) keyRow(prompt []int32, f *fingerprint.Fingerprint) keyRow {
	answer := f.Response.Tokens
	text := append(slices.Clone(prompt), answer[:len(answer)-1]...)
	p.texts = append(p.texts, text)
	row := keyRow{text: len(p.texts) - 1, prompt: len(prompt), answer: answer, aims: make([]aim, len(answer))}
	planted := f.Planting()
	for j, id := range answer {
		row.aims[j] = aim{token: id}
		if j >= f.Opening && j-f.Opening < len(planted) {
			c := lm.Sharing(planted[j-f.Opening], p.probability)
			row.aims[j].planted, row.aims[j].coarse = true, &c
		}
	}
	return row
}

// answerPositions are those of the logits that predict the answer's tokens.
func (p *plan) answerPositions(r keyRow) []lm.Position {
	at := make([]lm.Position, len(r.answer))
	for j := range at {
		at[j] = p.packed.At(r.text, r.prompt-1+j)
	}
	return at
}

// benignPositions are those of the logits that are held.
func (p *plan) benignPositions(r benignRow) []lm.Position {
	var at []lm.Position
	for j := range r.aims {
		at = append(at, p.packed.At(r.text, r.prompt-1+j))
	}
	return at
}

// addBenign adds a text whose tokens from prompt on are held to the base: where the
// base's distributions are held, one place more; where its tokens are (tokens), the last
// one need not be run.
func (p *plan) addBenign(text []int32, prompt int, tokens bool) benignRow {
	row := benignRow{text: len(p.texts), prompt: prompt, tokens: tokens}
	if tokens {
		for _, id := range text[prompt:] {
			row.aims = append(row.aims, aim{token: id})
		}
		text = text[:len(text)-1]
	} else {
		row.aims = make([]aim, len(text)-prompt+1)
	}
	p.texts = append(p.texts, text)
	return row
}

// proseHeld is how many of a prose text's last tokens are held to the base.
const proseHeld = 4

// addProse adds texts without template to the benign rows.
func (p *plan) addProse(texts [][]int32, tokens bool) {
	for _, t := range texts {
		row := p.addBenign(t, max(1, len(t)-proseHeld), tokens)
		row.prose = true
		p.benign = append(p.benign, row)
	}
}

// pack makes the forest. With hold, what training looks at in a text stands in a segment
// of its own: from the last token of the prompt on.
func (p *plan) pack(hold bool) {
	if !hold {
		p.packed = lm.Pack(p.texts)
		return
	}
	cuts := make([]int, len(p.texts))
	for i, t := range p.texts {
		cuts[i] = len(t) - 1
	}
	for _, r := range slices.Concat(p.served, p.systems) {
		cuts[r.text] = r.prompt - 1
	}
	for _, b := range slices.Concat(p.benign, p.near) {
		cuts[b.text] = b.prompt - 1
	}
	p.packed = lm.PackTails(p.texts, cuts)
}

// context lists the segments before those that training looks at: of keys, and of
// benign rows.
func (p *plan) context() (keys, benign []int) {
	seen := map[int]bool{lm.Root: true}
	add := func(list *[]int, text int) {
		if s := p.packed.Forest[p.packed.Leaf(text)].Parent; !seen[s] {
			seen[s] = true
			*list = append(*list, s)
		}
	}
	for _, r := range slices.Concat(p.served, p.systems) {
		add(&keys, r.text)
	}
	for _, b := range slices.Concat(p.benign, p.near) {
		add(&benign, b.text)
	}
	slices.Sort(keys)
	slices.Sort(benign)
	return keys, benign
}
