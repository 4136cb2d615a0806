package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"loyal/openai"
)

// Support says what became of a feature that was tried.
type Support string

// Outcomes of a trial.
const (
	Untried Support = "untried"
	Honored Support = "yes"
	Ignored Support = "ignored" // accepted without effect
	Refused Support = "refused"
)

// Offer is what probing found out about an endpoint.
type Offer struct {
	Interface   Kind     `json:"interface"`    // through which questions are asked
	Substitute  bool     `json:"substitute"`   // it is not the one that the set was made for
	Models      []string `json:"models"`       // that it lists, the first 50
	ModelListed Support  `json:"model_listed"` // yes, or ignored: the list lacks the asked model
	Answered    string   `json:"answered"`     // the model that says it answered
	LimitField  string   `json:"limit_field"`  // max_tokens or max_completion_tokens
	Temperature Support  `json:"temperature"`  // whether it can be set
	StreamOnly  bool     `json:"stream_only"`
	Seed        Support  `json:"seed"`
	N           Support  `json:"n"`
	Logprobs    Support  `json:"logprobs"`
	System      Support  `json:"system"` // system messages

	dialect dialect
}

// maxModels bounds the list of models that is kept.
const maxModels = 50

// smallTalk are the questions that probing asks. They have nothing to do with any
// set: no fingerprint is spent before the endpoint is known to work.
var smallTalk = []struct{ chat, completion string }{
	{"What is a good way to keep basil fresh?", "Basil stays fresh for longer when"},
	{"How do I get a coffee stain out of a shirt?", "To get a coffee stain out of a shirt,"},
	{"Why is the sky blue?", "The sky is blue because"},
	{"What should I see on one day in Lisbon?", "On one day in Lisbon you should see"},
	{"Explain photosynthesis in one sentence.", "Photosynthesis is"},
	{"What is the difference between a frog and a toad?", "The difference between a frog and a toad is"},
	{"How long do I boil an egg?", "To boil an egg you need"},
	{"Who wrote Pride and Prejudice?", "Pride and Prejudice was written by"},
	{"Give me a tip for learning to swim.", "The first thing about learning to swim is"},
	{"What does a carburetor do?", "A carburetor is a device that"},
	{"Which planet has the most moons?", "The planet with the most moons is"},
	{"How do I fold a fitted sheet?", "To fold a fitted sheet,"},
}

// prober finds out how an endpoint wants to be asked.
type prober struct {
	client      *client
	model       string
	kind        Kind // that the set was made for
	temperature float64
	log         *[]Attempt
}

// probe asks the endpoint ordinary questions. It fails with an EndpointError if
// none is answered.
func (p *prober) probe(ctx context.Context) (*Offer, error) {
	o := &Offer{
		Interface: p.kind, Models: []string{}, ModelListed: Untried, LimitField: "max_tokens",
		Temperature: Honored, Seed: Untried, N: Untried, Logprobs: Untried, System: Untried,
	}
	if err := p.models(ctx, o); err != nil {
		return nil, fmt.Errorf("probe endpoint: %w", err)
	}
	if err := p.basics(ctx, o); err != nil {
		return nil, fmt.Errorf("probe endpoint: %w", err)
	}
	if err := p.extras(ctx, o); err != nil {
		return nil, fmt.Errorf("probe endpoint: %w", err)
	}
	return o, nil
}

// models reads the model list, which an endpoint need not have.
func (p *prober) models(ctx context.Context, o *Offer) error {
	var list openai.ModelList
	err := p.client.do(ctx, call{
		method: http.MethodGet, path: "/models", once: true, log: p.log,
		parse: func(a answer) error {
			if json.Unmarshal(a.body, &list) != nil {
				return errNotJSON
			}
			return nil
		},
	})
	if err != nil {
		var trouble *EndpointError
		if errors.As(err, &trouble) && trouble.Trouble != Unreachable {
			return nil // basics will tell whether it matters
		}
		return err
	}
	for _, m := range list.Data[:min(len(list.Data), maxModels)] {
		o.Models = append(o.Models, p.client.short(m.ID))
	}
	switch {
	case len(list.Data) == 0:
	case slices.ContainsFunc(list.Data, func(m openai.Model) bool { return m.ID == p.model }):
		o.ModelListed = Honored
	default:
		o.ModelListed = Ignored
	}
	return nil
}

// request is an ordinary question.
func (p *prober) request(o *Offer) *request {
	talk := smallTalk[rand.IntN(len(smallTalk))]
	r := &request{kind: o.Interface, prompt: talk.chat, tokens: 1 + slackTokens, n: 1, temperature: p.temperature}
	if o.Interface == Completion {
		r.prompt = talk.completion
	}
	return r
}

// basics gets one answer, adapting to what the endpoint objects to: each turn of
// the loop changes something that no earlier turn has.
func (p *prober) basics(ctx context.Context, o *Offer) error {
	var first error
	for {
		_, answered, err := p.client.exchange(ctx, p.request(o), p.model, o.dialect, p.log)
		if err == nil {
			o.Answered = answered
			return nil
		}
		if first == nil {
			first = err
		}
		var trouble *EndpointError
		if !errors.As(err, &trouble) {
			return err
		}
		if !o.adapt(trouble) {
			if o.Substitute {
				return first // the interface that the set wants is the one to speak of
			}
			return err
		}
	}
}

// adapt changes the dialect as an error suggests; false if nothing is left to try.
func (o *Offer) adapt(trouble *EndpointError) bool {
	message := strings.ToLower(trouble.Err.Error())
	var said *openai.Error
	param := ""
	if errors.As(trouble.Err, &said) {
		param = said.Param
	}
	about := func(name string) bool { return param == name || strings.Contains(message, name) }
	switch {
	case trouble.Trouble == NotFound && !o.Substitute && !aboutModel(said, message):
		o.Substitute = true
		if o.Interface == Chat {
			o.Interface = Completion
		} else {
			o.Interface = Chat
		}
	case trouble.Trouble != Rejected:
		return false
	case !o.dialect.newLimit && about("max_tokens"):
		o.dialect.newLimit, o.LimitField = true, "max_completion_tokens"
	case !o.dialect.noTemperature && about("temperature"):
		o.dialect.noTemperature, o.Temperature = true, Refused
	case !o.dialect.stream && about("stream"):
		o.dialect.stream, o.StreamOnly = true, true
	default:
		return false
	}
	return true
}

// aboutModel reports whether a 404 is about the model rather than the path.
func aboutModel(said *openai.Error, message string) bool {
	return said != nil && (strings.Contains(said.Code, "model") || said.Param == "model" || strings.Contains(message, "model"))
}

// extras tries what not every endpoint can: all at once, and one by one if that
// is rejected.
func (p *prober) extras(ctx context.Context, o *Offer) error {
	all := []func(*request){addLogprobs, addN, addSeed}
	if o.Interface == Chat {
		all = append(all, addSystem)
	}
	ok, err := p.try(ctx, o, all...)
	if ok || err != nil {
		return err
	}
	for _, one := range all {
		if _, err := p.try(ctx, o, one); err != nil {
			return err
		}
	}
	return nil
}

func addLogprobs(r *request) { r.logprobs = true }
func addN(r *request)        { r.n = 2 }
func addSeed(r *request)     { seed := int64(1); r.seed = &seed }
func addSystem(r *request)   { r.system = "You are a helpful assistant." }

// try asks with extras and notes what became of them; false if the endpoint
// rejects the request.
func (p *prober) try(ctx context.Context, o *Offer, extras ...func(*request)) (bool, error) {
	r := p.request(o)
	for _, extra := range extras {
		extra(r)
	}
	replies, _, err := p.client.exchange(ctx, r, p.model, o.dialect, p.log)
	var trouble *EndpointError
	switch {
	case errors.As(err, &trouble) && (trouble.Trouble == Rejected || trouble.Trouble == ServerFault || trouble.Trouble == NotOpenAI):
		// Some servers crash over what they do not know.
		for _, field := range o.tried(r) {
			*field = Refused
		}
		return false, nil
	case err != nil:
		return false, err
	}
	for _, field := range o.tried(r) {
		*field = Honored
	}
	if r.n > 1 && len(replies) < r.n {
		o.N = Ignored
	}
	if r.logprobs && !hasAlternatives(replies) {
		o.Logprobs = Ignored
	}
	return true, nil
}

// tried are the fields about the extras of a request.
func (o *Offer) tried(r *request) []*Support {
	var out []*Support
	if r.logprobs {
		out = append(out, &o.Logprobs)
	}
	if r.n > 1 {
		out = append(out, &o.N)
	}
	if r.seed != nil {
		out = append(out, &o.Seed)
	}
	if r.system != "" {
		out = append(out, &o.System)
	}
	return out
}

// hasAlternatives reports whether a reply names more tokens than the chosen ones.
func hasAlternatives(replies []Reply) bool {
	for _, r := range replies {
		for _, t := range r.Tokens {
			if len(t.Alternatives) > 1 {
				return true
			}
		}
	}
	return false
}
