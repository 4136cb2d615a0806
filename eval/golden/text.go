package golden

import (
	"errors"
	"fmt"
	"time"

	"loyal/model"
	"loyal/model/chat"
)

// tokenizerLine records a tokenizer's work on one text. Absent fields are not
// compared.
type tokenizerLine struct {
	n int

	Text               string  `json:"text"`
	IDs                []int32 `json:"ids"`
	IDsSpecial         []int32 `json:"ids_special"`
	Decoded            *string `json:"decoded"`              // of ids
	DecodedSkipSpecial *string `json:"decoded_skip_special"` // of ids
}

func (l *tokenizerLine) where(field string) string { return fmt.Sprintf("line %d: %s", l.n, field) }

func (l *tokenizerLine) check(s Subject, r *Report) {
	checkEncoding(s, r, l.n, l.Text, l.IDs, l.IDsSpecial)
	for _, d := range []struct {
		field string
		want  *string
		skip  bool
	}{{"decoded", l.Decoded, false}, {"decoded_skip_special", l.DecodedSkipSpecial, true}} {
		switch {
		case d.want == nil:
		case s.Decode == nil:
			r.skip(l.where(d.field), noTokenizer)
		default:
			got, err := s.Decode(l.IDs, d.skip)
			if err != nil {
				r.failed(Text, l.where(d.field), err, fmt.Sprintf("%q", *d.want))
				continue
			}
			r.text(l.where(d.field), got, *d.want)
		}
	}
}

// checkEncoding compares the ids of a text, without and with special tokens; nil
// ones are not recorded.
func checkEncoding(s Subject, r *Report, n int, text string, ids, special []int32) {
	for _, e := range []struct {
		field      string
		want       []int32
		addSpecial bool
	}{{"ids", ids, false}, {"ids_special", special, true}} {
		where := fmt.Sprintf("line %d: %s", n, e.field)
		switch {
		case e.want == nil:
		case s.Encode == nil:
			r.skip(where, noTokenizer)
		default:
			got, err := s.Encode(text, e.addSpecial)
			if err != nil {
				r.failed(IDs, where, err, fmt.Sprint(e.want))
				continue
			}
			r.ids(where, got, e.want)
		}
	}
}

// chatLine records what a chat template renders, or (null) that it refuses.
type chatLine struct {
	n int

	Conversation
	Rendered *string `json:"rendered"`
}

func (l *chatLine) check(s Subject, r *Report) {
	where := fmt.Sprintf("line %d: rendered", l.n)
	if s.Render == nil {
		r.skip(where, noTemplate)
		return
	}
	got, err := s.Render(l.Conversation)
	switch {
	case err == nil && l.Rendered != nil:
		r.text(where, got, *l.Rendered)
	case err == nil:
		r.add(Text, where, 1, fmt.Sprintf("%q", got), "a refusal")
	case l.Rendered != nil:
		r.failed(Text, where, err, fmt.Sprintf("%q", *l.Rendered))
	case errors.Is(err, chat.ErrRaised):
		r.add(Text, where, 0, "", "")
	default:
		r.failed(Text, where, err, "a refusal")
	}
}

// dateLayout is how a conversation's date is written.
const dateLayout = "02 Jan 2006"

// FromTemplate is a Subject's Render for a chat template; bos and eos are the
// texts of these tokens. The date is what the template's clock tells, and also
// its variable date_string.
func FromTemplate(t *chat.Template, bos, eos string) func(Conversation) (string, error) {
	return func(c Conversation) (string, error) {
		o := chat.Options{AddGenerationPrompt: c.AddGenerationPrompt, BOS: bos, EOS: eos}
		if c.DateString != "" {
			now, err := time.Parse(dateLayout, c.DateString)
			if err != nil {
				return "", fmt.Errorf("%w: date_string: %w", ErrFormat, err)
			}
			o.Now = now
			o.Extra = map[string]any{"date_string": c.DateString}
		}
		return t.Render(c.Messages, o)
	}
}

// FromText is a Subject with the tokenizer and the chat template of a model, as
// far as it has them.
func FromText(m *model.Model) Subject {
	var s Subject
	var bos, eos string
	if tok := m.Tokenizer; tok != nil {
		s.Encode = func(text string, addSpecial bool) ([]int32, error) { return tok.Encode(text, addSpecial), nil }
		s.Decode = func(ids []int32, skipSpecial bool) (string, error) { return tok.Decode(ids, skipSpecial), nil }
		if id, ok := tok.BOS(); ok {
			bos, _ = tok.Token(id)
		}
		if id, ok := tok.EOS(); ok {
			eos, _ = tok.Token(id)
		}
	}
	if m.Template != nil {
		s.Render = FromTemplate(m.Template, bos, eos)
	}
	return s
}
