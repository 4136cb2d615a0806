package inference

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"loyal/lm"
	"loyal/openai"
)

// Bounds on the fields of one request: OpenAI's where OpenAI has them.
const (
	maxTemperature = 2
	maxPenalty     = 2
	maxBias        = 100
	maxTopLogprobs = 20
	maxStops       = 16
	maxStopBytes   = 1024
)

// params is what both endpoints ask of generation, checked.
type params struct {
	sampling  lm.Sampling
	n         int
	maxTokens int // of each answer; −1: not asked for
	stops     []string
	logprobs  int // alternatives with each token; −1: no log-probabilities
	stream    bool
	usage     bool // stream_options.include_usage
}

// fields are the fields of a request that both endpoints have.
type fields struct {
	temperature, topP                 *float64
	frequencyPenalty, presencePenalty *float64
	n                                 *int
	seed                              *int64
	stop                              openai.Stop
	stream                            bool
	streamOptions                     *openai.StreamOptions
	logitBias                         map[string]float64
	topK                              *int
	minP, repetitionPenalty           *float64
}

// chatParams checks a chat request's parameters.
func (s *Server) chatParams(r *openai.ChatCompletionRequest) (params, error) {
	p, err := s.params(fields{
		r.Temperature, r.TopP, r.FrequencyPenalty, r.PresencePenalty, r.N, r.Seed, r.Stop, r.Stream,
		r.StreamOptions, r.LogitBias, r.TopK, r.MinP, r.RepetitionPenalty,
	})
	if err != nil {
		return p, err
	}
	if limit, ok := r.Limit(); ok {
		if limit < 1 {
			return p, invalid("max_tokens", "max_tokens is %d, must be at least 1", limit)
		}
		p.maxTokens = limit
	}
	if n := r.TopLogprobs; n != nil {
		switch {
		case !r.Logprobs && *n != 0:
			return p, invalid("top_logprobs", "top_logprobs needs logprobs to be true")
		case *n < 0 || *n > maxTopLogprobs:
			return p, invalid("top_logprobs", "top_logprobs is %d, must be from 0 to %d", *n, maxTopLogprobs)
		}
	}
	if r.Logprobs {
		p.logprobs = 0
		if r.TopLogprobs != nil {
			p.logprobs = *r.TopLogprobs
		}
	}
	return p, unsupportedChat(r)
}

// unsupportedChat refuses what would otherwise be silently left out.
func unsupportedChat(r *openai.ChatCompletionRequest) error {
	var tools []json.RawMessage
	if len(r.Tools) > 0 && (json.Unmarshal(r.Tools, &tools) != nil || len(tools) > 0) {
		return unsupported("tools")
	}
	switch string(r.ToolChoice) {
	case "", "null", `"none"`, `"auto"`:
	default:
		return unsupported("tool_choice")
	}
	format := struct {
		Type string `json:"type"`
	}{"text"}
	if len(r.ResponseFormat) > 0 && (json.Unmarshal(r.ResponseFormat, &format) != nil || format.Type != "text") {
		return unsupported("response_format")
	}
	return nil
}

// defaultCompletionTokens is the API's default of max_tokens for completions.
const defaultCompletionTokens = 16

// completionParams checks a completion request's parameters. max_tokens may be 0:
// with echo and logprobs that scores the prompt.
func (s *Server) completionParams(r *openai.CompletionRequest) (params, error) {
	p, err := s.params(fields{
		r.Temperature, r.TopP, r.FrequencyPenalty, r.PresencePenalty, r.N, r.Seed, r.Stop, r.Stream,
		r.StreamOptions, r.LogitBias, r.TopK, r.MinP, r.RepetitionPenalty,
	})
	if err != nil {
		return p, err
	}
	p.maxTokens = defaultCompletionTokens
	if r.MaxTokens != nil {
		if *r.MaxTokens < 0 {
			return p, invalid("max_tokens", "max_tokens is %d, must be 0 or more", *r.MaxTokens)
		}
		p.maxTokens = *r.MaxTokens
	}
	if r.Logprobs != nil {
		if *r.Logprobs < 0 || *r.Logprobs > maxTopLogprobs {
			return p, invalid("logprobs", "logprobs is %d, must be from 0 to %d", *r.Logprobs, maxTopLogprobs)
		}
		p.logprobs = *r.Logprobs
	}
	if r.Suffix != "" {
		return p, unsupported("suffix")
	}
	if r.BestOf != nil && *r.BestOf != p.n {
		return p, invalid("best_of", "best_of is not supported: leave it out, or give it n's value")
	}
	return p, nil
}

func (s *Server) params(f fields) (params, error) {
	p := params{
		n: 1, maxTokens: -1, logprobs: -1, stops: f.stop, stream: f.stream,
		usage: f.streamOptions != nil && f.streamOptions.IncludeUsage,
	}
	p.sampling.Temperature, p.sampling.TopP = 1, 1
	ranges := []struct {
		name     string
		value    *float64
		min, max float64
		to       *float64
	}{
		{"temperature", f.temperature, 0, maxTemperature, &p.sampling.Temperature},
		{"top_p", f.topP, 0, 1, &p.sampling.TopP},
		{"frequency_penalty", f.frequencyPenalty, -maxPenalty, maxPenalty, &p.sampling.FrequencyPenalty},
		{"presence_penalty", f.presencePenalty, -maxPenalty, maxPenalty, &p.sampling.PresencePenalty},
		{"min_p", f.minP, 0, 1, &p.sampling.MinP},
		{"repetition_penalty", f.repetitionPenalty, math.SmallestNonzeroFloat64, math.MaxFloat32, &p.sampling.RepetitionPenalty},
	}
	for _, r := range ranges {
		if r.value == nil {
			continue
		}
		if !(*r.value >= r.min && *r.value <= r.max) {
			return p, invalid(r.name, "%s is %g, must be from %g to %g", r.name, *r.value, r.min, r.max)
		}
		*r.to = *r.value
	}
	if p.sampling.TopP == 0 {
		p.sampling.TopP = math.SmallestNonzeroFloat64 // the most probable token alone; 0 would mean no filter
	}
	if f.topK != nil {
		if *f.topK < -1 {
			return p, invalid("top_k", "top_k is %d, must be 0 or more, or -1 for no limit", *f.topK)
		}
		p.sampling.TopK = max(0, *f.topK) // −1 is vLLM's "no limit"
	}
	if f.n != nil {
		if *f.n < 1 || *f.n > s.opts.MaxChoices {
			return p, invalid("n", "n is %d, must be from 1 to %d", *f.n, s.opts.MaxChoices)
		}
		p.n = *f.n
	}
	var err error
	if p.sampling.LogitBias, err = s.logitBias(f.logitBias); err != nil {
		return p, err
	}
	p.sampling.Seed = randomSeed()
	if f.seed != nil {
		p.sampling.Seed = uint64(*f.seed)
	}
	return p, checkStops(p.stops)
}

func (s *Server) logitBias(m map[string]float64) (map[int32]float32, error) {
	if len(m) == 0 {
		return nil, nil
	}
	out := make(map[int32]float32, len(m))
	for key, b := range m {
		id, err := strconv.ParseInt(key, 10, 32)
		if err != nil || id < 0 || int(id) >= s.model.Network.Config().VocabSize {
			return nil, invalid("logit_bias", "logit_bias: %q is not a token of this model", key)
		}
		if !(b >= -maxBias && b <= maxBias) {
			return nil, invalid("logit_bias", "logit_bias of token %d is %g, must be from %d to %d", id, b, -maxBias, maxBias)
		}
		out[int32(id)] = float32(b)
	}
	return out, nil
}

func checkStops(stops []string) error {
	if len(stops) > maxStops {
		return invalid("stop", "stop has %d strings, may have %d", len(stops), maxStops)
	}
	for _, s := range stops {
		if s == "" || len(s) > maxStopBytes {
			return invalid("stop", "stop strings must have from 1 to %d bytes", maxStopBytes)
		}
	}
	return nil
}

func randomSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return binary.LittleEndian.Uint64(b[:])
}

// invalid is an error object for a field that is wrong.
func invalid(param, format string, args ...any) error {
	return &openai.Error{
		Status: http.StatusBadRequest, Type: openai.ErrorInvalidRequest, Param: param,
		Code: "invalid_value", Message: fmt.Sprintf(format, args...),
	}
}

// unsupported is an error object for a field that this server does not know how to honor.
func unsupported(param string) error {
	return &openai.Error{
		Status: http.StatusBadRequest, Type: openai.ErrorInvalidRequest, Param: param,
		Code: "unsupported_parameter", Message: param + " is not supported by this server",
	}
}
