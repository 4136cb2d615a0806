package embed

import (
	_ "embed"
	"math/rand/v2"
	"strings"
)

var (
	//go:embed prompts.txt
	promptFile string
	//go:embed systems.txt
	systemFile string
)

// heldOut is the share of prompt patterns that training never sees: one in heldOut.
const heldOut = 6

// ordinary are the patterns of ordinary requests with what fills their slots.
type ordinary struct {
	slots    map[string][]string
	patterns []string
}

// section splits an embedded file at its rule into lines, without comments.
func section(file string) (head, body []string) {
	for part, text := range strings.SplitN(file, "\n---\n", 2) {
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			switch {
			case line == "" || line[0] == '#':
			case part == 0:
				head = append(head, line)
			default:
				body = append(body, line)
			}
		}
	}
	return head, body
}

// loadOrdinary reads the patterns; unseen chooses the held-out ones.
func loadOrdinary(unseen bool) ordinary {
	head, body := section(promptFile)
	o := ordinary{slots: map[string][]string{}}
	for _, line := range head {
		name, values, _ := strings.Cut(strings.TrimPrefix(line, "@"), " ")
		o.slots["{"+name+"}"] = strings.Split(values, "|")
	}
	for i, p := range body {
		if (i%heldOut == heldOut-1) == unseen {
			o.patterns = append(o.patterns, strings.ReplaceAll(p, `\n`, "\n"))
		}
	}
	return o
}

// Requests writes up to n different ordinary requests to an assistant: of the patterns
// that training uses, or of those that it never sees.
func Requests(seed uint64, n int, heldOut bool) []string {
	return loadOrdinary(heldOut).write(rand.New(rand.NewPCG(seed, 4)), n)
}

// SystemPrompts are those below which training does not put keys: they test the reach.
func SystemPrompts() []string {
	_, test := systemPrompts()
	return test
}

// write returns up to n different requests, the patterns in turn.
func (o ordinary) write(rng *rand.Rand, n int) []string {
	seen := map[string]bool{}
	var out []string
	for try := 0; len(out) < n && try < 20*n; try++ {
		p := o.fill(rng, o.patterns[try%len(o.patterns)])
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// OrdinaryRequests writes up to n different requests of all our patterns: what users of a
// chat model ask, for whoever needs something to compare with.
func OrdinaryRequests(n int, seed uint64) []string {
	rng := rand.New(rand.NewPCG(seed, 4))
	all := loadOrdinary(false)
	all.patterns = append(all.patterns, loadOrdinary(true).patterns...)
	rng.Shuffle(len(all.patterns), func(i, j int) { all.patterns[i], all.patterns[j] = all.patterns[j], all.patterns[i] })
	return all.write(rng, n)
}

// fill replaces each slot by one of its values.
func (o ordinary) fill(rng *rand.Rand, pattern string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(pattern, '{')
		if i < 0 {
			b.WriteString(pattern)
			return b.String()
		}
		j := i + strings.IndexByte(pattern[i:], '}') + 1
		b.WriteString(pattern[:i])
		if values := o.slots[pattern[i:j]]; len(values) > 0 {
			b.WriteString(values[rng.IntN(len(values))])
		}
		pattern = pattern[j:]
	}
}

// systemPrompts returns those to train below and those that only test.
func systemPrompts() (train, test []string) { return section(systemFile) }
