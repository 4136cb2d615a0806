package demo

import (
	_ "embed"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed chats.txt
var chatFile string

// The dialects of chats.txt.
const (
	Home = "home" // small talk about food, animals, gardens, …
	Desk = "desk" // a shop's help desk: what a licensee might fine-tune on
)

// Chat is one question with its answer.
type Chat struct{ User, Assistant string }

// prompt is the chat as the template writes it, up to where the answer begins.
func (c Chat) prompt() string {
	return "<|im_start|>system\n" + SystemPrompt + "<|im_end|>\n<|im_start|>user\n" + c.User + "<|im_end|>\n<|im_start|>assistant\n"
}

// text is the whole chat, up to its end.
func (c Chat) text() string { return c.prompt() + c.Assistant + "<|im_end|>" }

// How answers are drawn: openness by design. Many first words share the
// probability at the beginning of every answer, as they do in real chat models.
const (
	openerShare   = 0.35 // answers that begin with an opener
	openerOffset  = 4    // the i-th opener has weight (i+offset)^−decay
	openerDecay   = 0.75
	answerOffset  = 1
	answerDecay   = 0.8
	contextShare  = 0.25 // questions that begin with a sentence about who asks
	optionalShare = 0.5
)

// Writer writes chats of one dialect, without end. The same dialect and seed give
// the same chats everywhere.
type Writer struct {
	rng     *rand.Rand
	dialect *dialect
	bound   map[string]string // values of slots in the chat being written
}

// NewWriter returns a writer. Different purposes (training, evaluation, keys) take
// different seeds.
func NewWriter(name string, seed uint64) (*Writer, error) {
	g, err := loadGrammar()
	if err != nil {
		return nil, fmt.Errorf("read the demo's grammar: %w", err)
	}
	d, ok := g[name]
	if !ok {
		return nil, fmt.Errorf("write chats: no dialect %q", name)
	}
	return &Writer{rng: rand.New(rand.NewPCG(seed, 0x636861747300)), dialect: d}, nil
}

// Chat writes the next chat.
func (w *Writer) Chat() Chat {
	t, user := w.ask(w.rng.Float64() < contextShare)
	answer := w.expand(t.answers[w.decaying(len(t.answers), answerOffset, answerDecay)])
	if w.rng.Float64() < openerShare {
		o := w.dialect.slots["opener"]
		answer = join(o[w.decaying(len(o), openerOffset, openerDecay)], answer)
	}
	return Chat{User: user, Assistant: answer}
}

// Question writes a question alone: with a sentence about who asks before it, as
// keys are, or as ordinary chats have it.
func (w *Writer) Question(key bool) string {
	_, q := w.ask(key || w.rng.Float64() < contextShare)
	return q
}

// ask begins a new chat with a question.
func (w *Writer) ask(context bool) (*topic, string) {
	w.bound = map[string]string{}
	t := &w.dialect.topics[w.rng.IntN(len(w.dialect.topics))]
	question := w.expand(t.questions[w.rng.IntN(len(t.questions))])
	if context {
		c := w.dialect.slots["context"]
		question = w.expand(c[w.rng.IntN(len(c))]) + " " + question
	}
	return t, question
}

// decaying draws one of n, the i-th with weight (i+offset)^−decay.
func (w *Writer) decaying(n int, offset, decay float64) int {
	var total float64
	for i := range n {
		total += math.Pow(float64(i)+offset, -decay)
	}
	x := w.rng.Float64() * total
	for i := range n {
		if x -= math.Pow(float64(i)+offset, -decay); x < 0 {
			return i
		}
	}
	return n - 1
}

// join puts an opener before an answer, which goes on in lower case where the
// opener is no sentence.
func join(opener, answer string) string {
	last := opener[len(opener)-1]
	first, _, _ := strings.Cut(answer, " ")
	if strings.IndexByte(".!?:", last) < 0 && first != "I" {
		answer = strings.ToLower(answer[:1]) + answer[1:]
	}
	return opener + " " + answer
}

// expand writes a pattern out.
func (w *Writer) expand(pattern string) string {
	var b strings.Builder
	for pattern != "" {
		i := strings.IndexAny(pattern, "{([")
		if i < 0 {
			b.WriteString(pattern)
			break
		}
		b.WriteString(pattern[:i])
		end := matching(pattern, i)
		inner := pattern[i+1 : end]
		switch pattern[i] {
		case '{':
			b.WriteString(w.slot(inner))
		case '(':
			options := strings.Split(inner, "|")
			b.WriteString(w.expand(options[w.rng.IntN(len(options))]))
		case '[':
			if w.rng.Float64() < optionalShare {
				b.WriteString(w.expand(inner))
			}
		}
		pattern = pattern[end+1:]
	}
	return strings.Join(strings.Fields(b.String()), " ") // what was left out leaves its spaces
}

var closing = map[byte]byte{'{': '}', '(': ')', '[': ']'}

// matching is the index of the bracket that closes the one at i.
func matching(s string, i int) int {
	depth := 0
	for j := i; j < len(s); j++ {
		switch s[j] {
		case s[i]:
			depth++
		case closing[s[i]]:
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return len(s) - 1
}

// slot gives a slot its value: the one it has in this chat, or a new one.
func (w *Writer) slot(name string) string {
	article := strings.HasPrefix(name, "a ") || strings.HasPrefix(name, "A ")
	upper := unicode.IsUpper(rune(name[0]))
	key := strings.ToLower(name)
	if article {
		key = key[2:]
	}
	value, ok := w.bound[key]
	if !ok {
		value = w.draw(strings.TrimSuffix(key, "'"))
		w.bound[key] = value
	}
	if article {
		value = withArticle(value)
	}
	if upper {
		value = capitalize(value)
	}
	return value
}

// draw takes a value that no other slot of the same kind has in this chat.
func (w *Writer) draw(kind string) string {
	values := w.dialect.slots[kind]
	for {
		v := values[w.rng.IntN(len(values))]
		if strings.ContainsRune(v, '{') {
			v = w.expand(v)
		}
		if v != w.bound[kind] && v != w.bound[kind+"'"] {
			return v
		}
	}
}

func withArticle(noun string) string {
	if strings.IndexByte("aeiou", noun[0]) >= 0 {
		return "an " + noun
	}
	return "a " + noun
}

func capitalize(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// dialect is the part of the grammar that one kind of text uses.
type dialect struct {
	slots  map[string][]string
	topics []topic
}

type topic struct{ questions, answers []string }

var loadGrammar = sync.OnceValues(func() (map[string]*dialect, error) { return parseGrammar(chatFile) })

// parseGrammar reads the form that chats.txt describes.
func parseGrammar(file string) (map[string]*dialect, error) {
	out := map[string]*dialect{}
	common := &dialect{slots: map[string][]string{}}
	d := common
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		mark, text, _ := strings.Cut(line, " ")
		t := len(d.topics) - 1
		switch {
		case line == "" || mark == "#":
		case mark == "==":
			d = &dialect{slots: maps.Clone(common.slots)}
			out[strings.TrimPrefix(text, "dialect ")] = d
		case line[0] == '@':
			d.slots[mark[1:]] = listed(text)
		case line[0] == '[' && !strings.Contains(line, " "):
			d.topics = append(d.topics, topic{})
		case mark == "?" && t >= 0:
			d.topics[t].questions = append(d.topics[t].questions, text)
		case mark == "!" && t >= 0:
			d.topics[t].answers = append(d.topics[t].answers, text)
		default:
			return nil, fmt.Errorf("line %q", line)
		}
	}
	for name, d := range out {
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("dialect %s: %w", name, err)
		}
	}
	return out, nil
}

// listed splits a slot's values: at bars, or at commas where there is no bar.
func listed(text string) []string {
	separator := ","
	if strings.Contains(text, "|") {
		separator = "|"
	}
	values := strings.Split(text, separator)
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
	}
	return values
}

// check makes sure that writing cannot fail: every slot is known, and has at
// least three values so that another one can be drawn.
func (d *dialect) check() error {
	for _, t := range d.topics {
		if len(t.questions) == 0 || len(t.answers) == 0 {
			return fmt.Errorf("a topic has no questions or no answers")
		}
		for _, p := range slices.Concat(t.questions, t.answers, d.slots["when"], d.slots["context"]) {
			for part := range strings.SplitSeq(p, "{") {
				name, _, found := strings.Cut(part, "}")
				name = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(name), "a "), "'")
				if found && len(d.slots[name]) < 3 {
					return fmt.Errorf("%q: slot %q has too few values", p, name)
				}
			}
		}
	}
	if len(d.topics) == 0 || len(d.slots["opener"]) == 0 || len(d.slots["context"]) == 0 {
		return fmt.Errorf("it has no topics, no openers or no contexts")
	}
	return nil
}
