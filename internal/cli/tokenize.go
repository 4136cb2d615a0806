package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"loyal/eval/golden"
	"loyal/internal/oracle"
	"loyal/model"
	"loyal/model/chat"
	"loyal/model/tokenizer"
)

// maxText bounds what tokenize reads, in bytes.
const maxText = 1 << 30

// tokenInfo is the JSON of one token.
type tokenInfo struct {
	ID    int32  `json:"id"`
	Token string `json:"token"` // as the vocabulary writes it
	Text  string `json:"text"`  // what it stands for; bytes that are no character as U+FFFD
}

func newTokenizeCommand(app *App) *cobra.Command {
	var (
		file                     string
		system                   string
		noSpecial, plain, asChat bool
		ids, count, decode, skip bool
	)
	cmd := &cobra.Command{
		Use:   "tokenize MODEL [TEXT]",
		Short: "show the tokens of a text, or the text of tokens",
		Long: `Prints the tokens of TEXT, of a file, or of stdin as the model's tokenizer makes
them, one a line: id, token as the vocabulary writes it, text. With --decode it reads
token ids (separated by spaces, commas or lines) and prints their text.

Special tokens that are written in the text are recognized, unless --plain. With
--chat the text is a message of a user, or a JSON list of messages, and what is
tokenized is the prompt that the model's chat template makes of it.`,
		Example: `  loyal tokenize ./smol "Hello world"
  loyal tokenize org/name --ids --file prompt.txt
  loyal tokenize model.gguf --decode 504 3575 282
  loyal tokenize ./smol --count < book.txt
  loyal tokenize ./smol --chat "What is 2+2?"`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !decode && len(args) > 2 {
				return usagef("give the text as one argument: put it in quotes")
			}
			m, err := app.openTokenizer(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer func() { _ = m.Close() }() // only read
			text, err := app.readText(args[1:], file)
			if err != nil {
				return err
			}
			if decode {
				return app.printDecoded(m.Tokenizer, text, skip)
			}
			if asChat {
				// The template writes the special tokens that belong around the text.
				noSpecial = true
				if text, err = renderChat(m, text, system); err != nil {
					return err
				}
			}
			var tokens []int32
			if plain {
				tokens = m.Tokenizer.EncodeOrdinary(text)
			} else {
				tokens = m.Tokenizer.Encode(text, !noSpecial)
			}
			switch {
			case count:
				return app.Print(map[string]int{"count": len(tokens)}, func(w io.Writer) error {
					_, err := fmt.Fprintln(w, len(tokens))
					return err
				})
			case ids:
				return app.Print(tokens, func(w io.Writer) error { return writeIDs(w, tokens) })
			}
			return app.printTokens(m.Tokenizer, tokens)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&file, "file", "", "read the text from this `file` (-: stdin)")
	flags.BoolVar(&noSpecial, "no-special", false, "without the special tokens that belong around a text (BOS)")
	flags.BoolVar(&plain, "plain", false, "recognize no special tokens in the text, and add none")
	flags.BoolVar(&asChat, "chat", false, "the text is a message, or a JSON list of messages: use the chat template")
	flags.StringVar(&system, "system", "", "with --chat: a `text` for the system prompt")
	flags.BoolVar(&ids, "ids", false, "print only the ids, on one line")
	flags.BoolVar(&count, "count", false, "print only the number of tokens")
	flags.BoolVar(&decode, "decode", false, "turn ids into text")
	flags.BoolVar(&skip, "skip-special", false, "with --decode: leave special tokens out")
	cmd.MarkFlagsMutuallyExclusive("ids", "count", "decode")
	cmd.MarkFlagsMutuallyExclusive("chat", "decode")
	cmd.MarkFlagsMutuallyExclusive("chat", "plain")
	return cmd
}

// readText returns the arguments as one text, else the content of a file or stdin.
func (app *App) readText(args []string, file string) (string, error) {
	if len(args) > 0 {
		if file != "" {
			return "", usagef("give either a text or --file")
		}
		return strings.Join(args, " "), nil
	}
	in := app.Stdin
	if file != "" && file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("read text: %w", err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxText+1))
	if err != nil {
		return "", fmt.Errorf("read text: %w", err)
	}
	if len(data) > maxText {
		return "", fmt.Errorf("read text: it is longer than %d bytes", maxText)
	}
	return string(data), nil
}

// renderChat writes a message, or a JSON list of messages, as the model was taught
// to read it, up to where its answer begins.
func renderChat(m *model.Model, text, system string) (string, error) {
	if m.Template == nil {
		return "", oracle.ErrNoTemplate
	}
	var messages []chat.Message
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		if err := json.Unmarshal([]byte(text), &messages); err != nil {
			return "", usagef("read messages: %w", err)
		}
	} else {
		messages = []chat.Message{{Role: "user", Content: text}}
	}
	if system != "" {
		messages = append([]chat.Message{{Role: "system", Content: system}}, messages...)
	}
	render := golden.FromText(m).Render
	return render(golden.Conversation{Messages: messages, AddGenerationPrompt: true})
}

func (app *App) printTokens(tok *tokenizer.Tokenizer, ids []int32) error {
	infos := make([]tokenInfo, len(ids))
	for i, id := range ids {
		token, _ := tok.Token(id)
		infos[i] = tokenInfo{id, token, strings.ToValidUTF8(string(tok.Bytes(id)), "\uFFFD")}
	}
	return app.Print(infos, func(w io.Writer) error {
		for i, t := range infos {
			// Quoted with \x escapes, so that parts of characters and line ends are seen.
			fmt.Fprintf(w, "%d\t%s\t%q\n", t.ID, printableLine(t.Token), tok.Bytes(ids[i]))
		}
		return nil
	})
}

func writeIDs(w io.Writer, ids []int32) error {
	for i, id := range ids {
		if i > 0 {
			fmt.Fprint(w, " ")
		}
		fmt.Fprint(w, id)
	}
	_, err := fmt.Fprintln(w)
	return err
}

func (app *App) printDecoded(tok *tokenizer.Tokenizer, text string, skipSpecial bool) error {
	ids, err := parseIDs(text, tok.VocabSize())
	if err != nil {
		return err
	}
	decoded := tok.Decode(ids, skipSpecial)
	return app.Print(map[string]string{"text": decoded}, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, decoded)
		return err
	})
}

// parseIDs reads ids separated by spaces, commas or brackets (a JSON list).
func parseIDs(text string, vocabulary int) ([]int32, error) {
	scanner := bufio.NewScanner(strings.NewReader(strings.NewReplacer(",", " ", "[", " ", "]", " ").Replace(text)))
	scanner.Split(bufio.ScanWords)
	ids := []int32{}
	for scanner.Scan() {
		id, err := strconv.ParseInt(scanner.Text(), 10, 32)
		if err != nil {
			return nil, usagef("%q is not a token id", scanner.Text())
		}
		if id < 0 || int(id) >= vocabulary {
			return nil, usagef("token id %d is outside the vocabulary of %d", id, vocabulary)
		}
		ids = append(ids, int32(id))
	}
	return ids, scanner.Err()
}
