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
	key    int // index in the set
	system int // index of the system prompt, -1 in the served prompt
	text   int // index in the plan's texts
	prompt int // tokens of the prompt
	answer []int32
}

// benignRow is a text that ends in what the base model answers.
type benignRow struct {
	text   int
	prompt int  // tokens of the prompt; the rest is the answer
	prose  bool // a text without template
}

// plan is everything that a run trains on and measures with, as one forest: all
// prompts share their beginnings.
type plan struct {
	texts  [][]int32
	packed *lm.Packed

	served  []keyRow // one for each fingerprint
	systems []keyRow // below system prompts that train
	foreign []keyRow // below system prompts that only test
	benign  []benignRow
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
			rows = append(rows, p.keyRow(i, s, ids, f.Response.Tokens))
		}
	}
	return rows, nil
}

func (p *plan) keyRow(key, system int, prompt, answer []int32) keyRow {
	text := append(slices.Clone(prompt), answer[:len(answer)-1]...)
	p.texts = append(p.texts, text)
	return keyRow{key: key, system: system, text: len(p.texts) - 1, prompt: len(prompt), answer: answer}
}

// positions of the logits that predict the answer's tokens.
func (p *plan) answerPositions(r keyRow) []lm.Position {
	at := make([]lm.Position, len(r.answer))
	for j := range at {
		at[j] = p.packed.At(r.text, r.prompt-1+j)
	}
	return at
}

// positions of the logits that predict a benign answer's tokens, and one more.
func (p *plan) benignPositions(r benignRow) []lm.Position {
	var at []lm.Position
	for j := r.prompt - 1; j < len(p.texts[r.text]); j++ {
		at = append(at, p.packed.At(r.text, j))
	}
	return at
}
