package eval

import (
	"errors"
	"fmt"
	"strings"

	"loyal/internal/oracle"
	"loyal/lm"
	"loyal/model"
	"loyal/model/tokenizer"
)

// Errors that callers can tell apart.
var (
	// ErrOptions reports options out of range.
	ErrOptions = errors.New("impossible options")
	// ErrNoTokenizer reports a subject that cannot read text.
	ErrNoTokenizer = oracle.ErrNoTokenizer
	// ErrNoPrefix reports a tokenizer without a token that can stand before a text.
	ErrNoPrefix = errors.New("the tokenizer has neither a BOS nor an EOS token")
	// ErrDoc reports a document that cannot be scored.
	ErrDoc = errors.New("a document cannot be scored")
	// ErrDifferent reports results that were not measured on the same documents.
	ErrDifferent = errors.New("not measured on the same documents")
)

// Subject is a model to be measured.
type Subject struct {
	// Name stands in results.
	Name      string
	Net       lm.Network
	Tokenizer *tokenizer.Tokenizer
	// Prompt is the tokens that a server of the model would be sent for a user's message
	// ([Divergence]); nil takes the text as it is.
	Prompt func(user string) ([]int32, error)
	// Digest and Precision name what the network computes, in cache keys. With an empty
	// digest nothing is cached.
	Digest, Precision string
}

// NewSubject is the subject of an open model and a network that has its weights, or
// weights derived from them. Set Digest and Precision to have answers cached.
func NewSubject(name string, m *model.Model, net lm.Network) (Subject, error) {
	prompts, err := oracle.NewPrompts(m)
	if err != nil {
		return Subject{}, err
	}
	s := Subject{Name: name, Net: net, Tokenizer: m.Tokenizer, Prompt: prompts.Raw}
	if m.Template != nil {
		s.Prompt = func(user string) ([]int32, error) { return prompts.Chat("", user) }
	}
	return s, nil
}

// prefix is the token that stands before a text without context: BOS, else EOS.
func (s Subject) prefix() (int32, error) {
	if s.Tokenizer == nil {
		return 0, ErrNoTokenizer
	}
	if id, ok := s.Tokenizer.BOS(); ok {
		return id, nil
	}
	if id, ok := s.Tokenizer.EOS(); ok {
		return id, nil
	}
	return 0, ErrNoPrefix
}

// encode is the tokens of a text that begins something: with the special tokens that
// the tokenizer adds, unless the text begins with the prefix token already.
func (s Subject) encode(text string, prefix int32) []int32 {
	begin := s.Tokenizer.Decode([]int32{prefix}, false)
	return s.Tokenizer.Encode(text, begin == "" || !strings.HasPrefix(text, begin))
}

// encodePair splits context and continuation into tokens. Spaces at the end of the
// context belong to the continuation, whose first token would otherwise be one that
// the model never met; the boundary is where the tokens of the context alone end.
func (s Subject) encodePair(context, continuation string) (before, scored []int32, err error) {
	prefix, err := s.prefix()
	if err != nil {
		return nil, nil, err
	}
	if context == "" {
		scored = s.Tokenizer.Encode(continuation, false)
		if len(scored) > 0 && scored[0] == prefix {
			before, scored = scored[:1], scored[1:]
		} else {
			before = []int32{prefix}
		}
	} else {
		trimmed := strings.TrimRightFunc(context, IsSpace)
		whole := s.encode(context+continuation, prefix)
		before = s.encode(trimmed, prefix)
		n := min(len(before), len(whole))
		scored = whole[n:]
	}
	if len(scored) == 0 {
		return nil, nil, fmt.Errorf("%w: %q has no token of its own after its context", ErrDoc, shorten(continuation))
	}
	if len(before) == 0 {
		before = []int32{prefix}
	}
	return before, scored, nil
}

// shorten cuts a long text for a message.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
