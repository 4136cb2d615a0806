package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"loyal/inference"
	"loyal/lm"
	"loyal/openai"
)

// maxPrompt bounds what generate reads from stdin, in bytes.
const maxPrompt = 16 << 20

// generateFlags are the flags of `loyal generate`.
type generateFlags struct {
	compute  computeFlags
	prompt   string
	chat     bool
	messages []string
	system   string
	options  inference.WriteOptions
}

// generated is the JSON of `loyal generate`.
type generated struct {
	Text             string              `json:"text"`
	FinishReason     openai.FinishReason `json:"finish_reason"`
	PromptTokens     int                 `json:"prompt_tokens"`
	CompletionTokens int                 `json:"completion_tokens"`
	Seconds          float64             `json:"seconds"`
}

func newGenerateCommand(app *App) *cobra.Command {
	f := generateFlags{}
	cmd := &cobra.Command{
		Use:   "generate MODEL",
		Short: "continue a text, or answer a message",
		Long: `Writes with a model, as it comes. --prompt (or stdin) is continued as it stands;
--message (or, with --chat, stdin) is answered in the model's chat template. Several
messages are the turns of a conversation: user, assistant, user, and so on.

By default each token is the most probable one. With a --temperature above 0 tokens
are drawn, and the same --seed draws the same ones.`,
		Example: `  loyal generate ./smol -m "What is the capital of France?"
  loyal generate org/name --prompt "Once upon a time" --temperature 0.8 --top-p 0.95 --seed 7
  loyal generate model.gguf --chat --system "Answer in one word." --json < question.txt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, app, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.prompt, "prompt", "p", "", "continue this `text`")
	flags.BoolVar(&f.chat, "chat", false, "answer in the model's chat template")
	flags.StringArrayVarP(&f.messages, "message", "m", nil, "answer this `text`; more of them are the turns of a conversation")
	flags.StringVar(&f.system, "system", "", "system message of the conversation")
	flags.IntVarP(&f.options.MaxTokens, "max-tokens", "n", 256, "write at most so many tokens (0: until the context is full)")
	flags.StringArrayVar(&f.options.Stops, "stop", nil, "end before this `text`; may be given several times")
	registerSampling(cmd, &f.options.Sampling)
	f.compute.register(cmd)
	cmd.MarkFlagsMutuallyExclusive("prompt", "message")
	cmd.MarkFlagsMutuallyExclusive("prompt", "chat")
	cmd.MarkFlagsMutuallyExclusive("prompt", "system")
	return cmd
}

// registerSampling adds the flags of sampling to a command.
func registerSampling(cmd *cobra.Command, s *lm.Sampling) {
	flags := cmd.Flags()
	flags.Float64Var(&s.Temperature, "temperature", 0, "divide logits by this and draw; 0: always the most probable token")
	flags.Float64Var(&s.TopP, "top-p", 1, "draw from the most probable tokens that have this probability together")
	flags.IntVar(&s.TopK, "top-k", 0, "draw from so many of the most probable tokens (0: all)")
	flags.Float64Var(&s.MinP, "min-p", 0, "draw from tokens at least this fraction as probable as the best one")
	flags.Float64Var(&s.RepetitionPenalty, "repetition-penalty", 1, "make tokens less probable that are there already (above 1)")
	flags.Uint64Var(&s.Seed, "seed", 0, "the same seed draws the same tokens")
}

// checkSampling turns a flag out of range into wrong usage.
func checkSampling(s lm.Sampling) error {
	if s.RepetitionPenalty <= 0 {
		return usagef("--repetition-penalty must be above 0")
	}
	if err := s.Validate(); err != nil {
		return usagef("%w", err)
	}
	return nil
}

func (f *generateFlags) run(cmd *cobra.Command, app *App, address string) error {
	f.chat = f.chat || len(f.messages) > 0 || f.system != ""
	if f.options.MaxTokens < 0 {
		return usagef("--max-tokens must not be negative")
	}
	for _, stop := range f.options.Stops {
		if stop == "" {
			return usagef("--stop must not be empty")
		}
	}
	if len(f.messages)%2 == 0 && len(f.messages) > 0 {
		return usagef("an even number of messages ends with the assistant's: there is nothing to answer")
	}
	if err := checkSampling(f.options.Sampling); err != nil {
		return err
	}
	if err := f.readStdin(cmd, app); err != nil {
		return err
	}
	engine, err := f.compute.options()
	if err != nil {
		return err
	}
	m, err := app.openServed(cmd.Context(), address, "", engine)
	if err != nil {
		return err
	}
	defer m.close()
	return f.write(cmd.Context(), app, m.Model)
}

// readStdin takes from stdin what the flags do not give.
func (f *generateFlags) readStdin(cmd *cobra.Command, app *App) error {
	if len(f.messages) > 0 || cmd.Flags().Changed("prompt") {
		return nil
	}
	if isTerminal(app.Stdin) {
		return usagef("what should be written? give --prompt, --message, or a text on stdin")
	}
	data, err := io.ReadAll(io.LimitReader(app.Stdin, maxPrompt+1))
	if err != nil {
		return fmt.Errorf("read stdin: %w", err)
	}
	if len(data) > maxPrompt {
		return usagef("stdin has more than %d bytes", maxPrompt)
	}
	if f.chat {
		f.messages = []string{strings.TrimSpace(string(data))}
	} else {
		f.prompt = string(data)
	}
	return nil
}

func (f *generateFlags) write(ctx context.Context, app *App, m inference.Model) error {
	var broken error // of stdout: a reader that has gone ends the work
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	emit := func(piece string) {
		if _, err := io.WriteString(app.Stdout, piece); err != nil && broken == nil {
			broken = fmt.Errorf("write output: %w", err)
			stop()
		}
	}
	if app.JSON {
		emit = nil
	}
	began := time.Now()
	var text inference.Text
	var err error
	if f.chat {
		text, err = inference.Answer(ctx, m, f.conversation(), f.options, emit)
	} else {
		text, err = inference.Write(ctx, m, f.prompt, f.options, emit)
	}
	took := time.Since(began)
	if !app.JSON && text.Text != "" && !strings.HasSuffix(text.Text, "\n") && broken == nil {
		emit("\n")
	}
	if broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	app.Note("%d tokens after %d in %.2f s (%.1f tokens/s)", text.CompletionTokens, text.PromptTokens,
		took.Seconds(), float64(text.CompletionTokens)/took.Seconds())
	if !app.JSON {
		return nil
	}
	reason := openai.FinishStop
	if text.Length {
		reason = openai.FinishLength
	}
	return app.Print(generated{text.Text, reason, text.PromptTokens, text.CompletionTokens, took.Seconds()}, nil)
}

// conversation is the turns that the flags give.
func (f *generateFlags) conversation() (turns []inference.Message) {
	if f.system != "" {
		turns = append(turns, inference.Message{Role: openai.RoleSystem, Content: f.system})
	}
	roles := []string{openai.RoleUser, openai.RoleAssistant}
	for i, text := range f.messages {
		turns = append(turns, inference.Message{Role: roles[i%2], Content: text})
	}
	return turns
}
