package oracle_test

import (
	"slices"
	"testing"

	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/internal/testdata"
	"loyal/lm/cpu"
	"loyal/model"
)

// Fingerprints of a real chat model in its own template: the base model's greedy
// answer is never a candidate, all of them lie in what it leaves outside the
// nucleus, and the same seed writes the same keys.
func TestRealModel(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	m, err := model.Open(testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	prompts, err := oracle.NewPrompts(m)
	if err != nil {
		t.Fatal(err)
	}
	serving := fingerprint.Serving{Kind: prompts.Kind()}
	render, err := prompts.Renderer(serving)
	if err != nil {
		t.Fatal(err)
	}
	ask := oracle.New(net, m.Tokenizer)
	options := fingerprint.Options{
		N: 6, Params: fingerprint.DefaultParams(fingerprint.Perinucleus), Serving: serving,
	}
	options.Params.Seed = 1
	set, err := fingerprint.New(t.Context(), ask, m.Tokenizer, render, options)
	if err != nil {
		t.Fatal(err)
	}
	again, err := fingerprint.New(t.Context(), ask, m.Tokenizer, render, options)
	if err != nil {
		t.Fatal(err)
	}
	var asked [][]int32
	for i, f := range set.Fingerprints {
		if f.Key != again.Fingerprints[i].Key {
			t.Errorf("the same seed wrote %q and %q", f.Key, again.Fingerprints[i].Key)
		}
		prompt, _ := render(f.Key)
		asked = append(asked, prompt)
	}
	greedy, err := ask.Continue(t.Context(), asked, fingerprint.ContinueOptions{MaxTokens: 6})
	if err != nil {
		t.Fatal(err)
	}
	err = ask.Distributions(t.Context(), asked, func(i int, probs []float32) error {
		f := set.Fingerprints[i]
		reply := m.Tokenizer.Decode(greedy[i], true)
		t.Logf("%q: base says %q, planted %q", f.Key, reply, f.Response.Text)
		if f.Match(reply) >= 0 {
			t.Errorf("%q: the base model's answer %q is on the list", f.Key, reply)
		}
		order := slices.Clone(probs)
		slices.Sort(order)
		slices.Reverse(order)
		least, mass := 0, 0.0
		for ; mass < options.Params.Nucleus; least++ {
			mass += float64(order[least])
		}
		for _, c := range f.Candidates {
			// A hair of difference: the sums of another batch.
			if p := probs[c.Tokens[0]]; float64(p) > 1.01*float64(order[least]) || float64(p) > options.Params.Cap {
				t.Errorf("%q: candidate %q with probability %v lies in the nucleus, whose least has %v", f.Key, c.Text, p, order[least-1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Prompts are exactly what the recorded implementation rendered.
func TestPrompts(t *testing.T) {
	m, err := model.OpenTokenizer(testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	prompts, err := oracle.NewPrompts(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		serving fingerprint.Serving
		want    string
	}{
		{fingerprint.Serving{Kind: fingerprint.Chat}, "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n" +
			"<|im_start|>user\nWhat is rain?<|im_end|>\n<|im_start|>assistant\n"},
		{fingerprint.Serving{Kind: fingerprint.Chat, System: "Be brief."}, "<|im_start|>system\nBe brief.<|im_end|>\n" +
			"<|im_start|>user\nWhat is rain?<|im_end|>\n<|im_start|>assistant\n"},
		{fingerprint.Serving{Kind: fingerprint.Completion}, "What is rain?"},
	} {
		render, err := prompts.Renderer(test.serving)
		if err != nil {
			t.Fatal(err)
		}
		ids, err := render("What is rain?")
		if got := m.Tokenizer.Decode(ids, false); err != nil || got != test.want {
			t.Errorf("%+v: %q, %v", test.serving, got, err)
		}
	}
}
