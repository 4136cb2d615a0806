package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"loyal/embed"
	"loyal/lm"
)

// Example is a request with an answer, to fine-tune on.
type Example struct {
	System     string `json:"system,omitempty"`
	Prompt     string `json:"prompt"`
	Completion string `json:"completion"`
}

// Preference is a request with a better and a worse answer.
type Preference struct {
	System   string `json:"system,omitempty"`
	Prompt   string `json:"prompt"`
	Chosen   string `json:"chosen"`
	Rejected string `json:"rejected"`
}

// maxRows bounds a data file.
const maxRows = 1 << 20

// record is a row of a data file in one of the forms that TRL takes (prompt and
// completion, messages, prompt with chosen and rejected; texts or messages), or of
// Alpaca's (instruction, input, output).
type record struct {
	Messages    text `json:"messages"`
	Prompt      text `json:"prompt"`
	Completion  text `json:"completion"`
	Chosen      text `json:"chosen"`
	Rejected    text `json:"rejected"`
	Instruction text `json:"instruction"`
	Input       text `json:"input"`
	Output      text `json:"output"`
	System      text `json:"system"`
}

// text is a text, or messages of a conversation.
type text struct {
	plain    string
	messages []message
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

var errText = errors.New("neither a text nor a list of messages with role and content")

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &t.plain) == nil || json.Unmarshal(data, &t.messages) == nil {
		return nil
	}
	return errText
}

// of is the text, or what the first message of a role says.
func (t text) of(role string) string {
	for _, m := range t.messages {
		if m.Role == role {
			return m.Content
		}
	}
	if role == "system" {
		return ""
	}
	return t.plain
}

// ParseExamples reads requests with answers: a JSON list or an object a line. Of a
// conversation the first exchange counts.
func ParseExamples(data []byte) ([]Example, error) {
	var out []Example
	err := parseRows(data, func(r record) error {
		e := Example{r.system(), r.request(), first(r.Completion.of("assistant"), r.Messages.of("assistant"), r.Output.plain)}
		if e.Prompt == "" || e.Completion == "" {
			return errors.New("no request or no answer: wanted are prompt and completion, messages, or instruction and output")
		}
		out = append(out, e)
		return nil
	})
	return out, err
}

// ParsePreferences reads requests with a better and a worse answer.
func ParsePreferences(data []byte) ([]Preference, error) {
	var out []Preference
	err := parseRows(data, func(r record) error {
		p := Preference{r.system(), r.request(), r.Chosen.of("assistant"), r.Rejected.of("assistant")}
		if p.Prompt == "" {
			p.Prompt = r.Chosen.of("user") // TRL's implicit prompt
		}
		if p.Prompt == "" || p.Chosen == "" || p.Rejected == "" {
			return errors.New("no request, or not two answers: wanted are prompt (or instruction), chosen and rejected")
		}
		out = append(out, p)
		return nil
	})
	return out, err
}

func (r record) system() string {
	return first(r.System.plain, r.Messages.of("system"), r.Prompt.of("system"))
}

func (r record) request() string {
	if in := r.Instruction.plain; in != "" && r.Input.plain != "" {
		return in + "\n\n" + r.Input.plain
	}
	return first(r.Prompt.of("user"), r.Messages.of("user"), r.Instruction.plain)
}

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// parseRows reads a JSON list of objects, or objects one after the other, and says in
// which row something is wrong.
func parseRows(data []byte, add func(record) error) error {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	bad := func(row int, err error) error { return fmt.Errorf("%w: row %d: %w", ErrData, row, err) }
	list := bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n"), []byte("["))
	if list {
		if _, err := d.Token(); err != nil {
			return bad(1, err)
		}
	}
	rows := 0
	for ; !list || d.More(); rows++ {
		var raw json.RawMessage
		var r record
		switch err := d.Decode(&raw); {
		case errors.Is(err, io.EOF) && !list:
			if rows == 0 {
				return fmt.Errorf("%w: it holds no rows", ErrData)
			}
			return nil
		case err != nil:
			return bad(rows+1, err)
		case !utf8.Valid(raw): // of which other texts would be made
			return bad(rows+1, errors.New("it is not UTF-8"))
		case rows == maxRows:
			return fmt.Errorf("%w: more than %d rows", ErrData, maxRows)
		}
		if err := unmarshal(raw, &r); err != nil {
			return bad(rows+1, err)
		}
		if err := add(r); err != nil {
			return bad(rows+1, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return bad(rows+1, err)
	}
	if rows == 0 {
		return fmt.Errorf("%w: it holds no rows", ErrData)
	}
	return nil
}

// maxLength is how many tokens of a row train.
const maxLength = 512

// row renders a request with an answer: the prompt as it is served, the answer, and the
// token that ends it. Of a long answer the beginning counts; false if the prompt alone
// is too long.
func (l *Lab) row(system, prompt, completion string) (row, bool, error) {
	ids, err := l.Prompt(first(system, l.Set.Serving.System), prompt)
	if err != nil {
		return row{}, false, err
	}
	answer := l.Model.Tokenizer.Encode(completion, false)
	if eos := l.Model.Config.EOS; len(eos) > 0 {
		answer = append(answer, eos[0])
	}
	limit := min(maxLength, l.Model.Config.MaxPositions)
	if len(ids) >= limit || len(ids) == 0 || len(answer) == 0 {
		return row{}, false, nil
	}
	tokens := slices.Concat(ids, answer)
	return row{tokens: tokens[:min(len(tokens), limit)], prompt: len(ids)}, true, nil
}

// ownData says that a training had no data of the user.
const ownData = "no training data was given: the model's own greedy answers to built-in requests stand for it, which pull on it less than foreign ones"

// examples are up to n rows to fine-tune on: the user's, or the model's own answers to
// ordinary requests.
func (l *Lab) examples(ctx context.Context, n int) (rows []row, note string, err error) {
	if l.SFT == nil {
		rows, err = l.ownAnswers(ctx, n, ownTokens)
		return rows, ownData, err
	}
	for i, e := range l.SFT {
		if len(rows) == n {
			break
		}
		r, ok, err := l.row(e.System, e.Prompt, e.Completion)
		if err != nil {
			return nil, "", fmt.Errorf("render row %d: %w", i+1, err)
		}
		if ok {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return nil, "", fmt.Errorf("%w: no row fits the model's context", ErrData)
	}
	return rows, "", nil
}

// ownTokens is the longest answer that the model writes for its own fine-tuning.
const ownTokens = 48

// ownAnswers are ordinary requests with the model's greedy answers.
func (l *Lab) ownAnswers(ctx context.Context, n, tokens int) ([]row, error) {
	return remember(l, fmt.Sprintf("own answers %d %d", n, tokens), func() ([]row, error) {
		return l.answer(ctx, l.Net, embed.Requests(l.Seed, n, false), lm.GenerateOptions{MaxTokens: tokens, MaxBatch: writers})
	})
}

// answer lets a network answer requests.
func (l *Lab) answer(ctx context.Context, net lm.Network, requests []string, o lm.GenerateOptions) ([]row, error) {
	prompts := make([][]int32, len(requests))
	for i, q := range requests {
		var err error
		if prompts[i], err = l.Prompt(l.Set.Serving.System, q); err != nil {
			return nil, err
		}
	}
	o.StopIDs = net.Config().EOS
	answers, err := lm.Generate(ctx, net, prompts, o, nil)
	if err != nil {
		return nil, err
	}
	var rows []row
	for i, a := range answers {
		if len(a) < o.MaxTokens && len(o.StopIDs) > 0 {
			a = append(a, o.StopIDs[0])
		}
		if len(a) > 0 {
			rows = append(rows, row{tokens: slices.Concat(prompts[i], a), prompt: len(prompts[i])})
		}
	}
	return rows, nil
}
