package cli

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"loyal/fingerprint"
)

// demoModels is where the demonstration's models are; absolute, since tests change
// their directory.
var demoModels, _ = filepath.Abs(filepath.Join("..", "demo", "model"))

// setGolden is a recorded set, in the open.
var setGolden, _ = filepath.Abs(filepath.Join("..", "..", "fingerprint", "testdata", "set.golden"))

// smallModel copies the demonstration's model to dir, with changes: files by name.
func smallModel(t *testing.T, dir string, changes map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(demoModels, "base", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of the small model, error %v", len(files), err)
	}
	for _, path := range append(files, filepath.Join(demoModels, "tokenizer.json")) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, filepath.Base(path)), string(data))
	}
	for name, text := range changes {
		write(t, filepath.Join(dir, name), text)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs one command line in a home of its own.
func run(t *testing.T, args ...string) (code ExitCode, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	app := &App{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &messages}
	return ExitCode(app.Run(t.Context(), args)), out.String(), messages.String()
}

// ownHome gives the test a directory as working directory and home.
func ownHome(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, home)
	}
	t.Chdir(home)
}

// bad is a command line on input that cannot be used: what it says, what it hints at.
type bad struct {
	name        string
	args        []string
	code        ExitCode
	error, hint string
}

func runBad(t *testing.T, cases []bad) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := run(t, c.args...)
			message, hint, _ := strings.Cut(stderr, "\nloyal: hint: ")
			if code != c.code || stdout != "" {
				t.Errorf("exit code %d, want %d; stdout %q", code, c.code, stdout)
			}
			if !strings.Contains(message, c.error) || c.error == "" {
				t.Errorf("error %.500q, want %q", message, c.error)
			}
			if !strings.Contains(hint, c.hint) || c.hint == "" {
				t.Errorf("hint %q, want %q", hint, c.hint)
			}
		})
	}
}

// YAML that is small and takes gigabytes to parse is refused.
func TestDeepYAML(t *testing.T) {
	ownHome(t)
	smallModel(t, "m", nil)
	model := "./m"
	write(t, "brackets.yaml", "- prompt: "+strings.Repeat("[", 100_000))
	write(t, "braces.yaml", strings.Repeat("{a: ", 25_000))
	write(t, "many.yaml", strings.Repeat("- prompt: a\n", 600_000))
	write(t, "config.yaml", strings.Repeat("{json: ", 100_000))
	imports := func(file string) []string {
		return []string{"fingerprint", "import", file, model, "--format", "mlprints", "--out", "y.loyal"}
	}
	runBad(t, []bad{
		{"brackets", imports("brackets.yaml"), ExitError, "nested more than", "--format jsonl"},
		{"braces", imports("braces.yaml"), ExitError, "nested more than", "--format jsonl"},
		{"many entries", imports("many.yaml"), ExitError, "more than", "--format jsonl"},
		{"configuration", []string{"version", "--config", "config.yaml"}, ExitUsage,
			"configuration file config.yaml: YAML beyond the limits", "keys of a configuration file"},
	})
}

// ggufFile is a GGUF file with a number of layers and one tensor of a kind.
func ggufFile(layers, kind uint32) string {
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if text, ok := v.(string); ok {
				_ = binary.Write(&b, binary.LittleEndian, uint64(len(text))) // a buffer takes it
				v = []byte(text)
			}
			_ = binary.Write(&b, binary.LittleEndian, v)
		}
	}
	const number, text = uint32(4), uint32(8)
	put([]byte("GGUF"), uint32(3), uint64(1), uint64(4))
	put("general.architecture", text, "llama")
	for _, name := range []string{"embedding_length", "feed_forward_length"} {
		put("llama."+name, number, uint32(64))
	}
	put("llama.block_count", number, layers)
	put("x", uint32(1), uint64(32), kind, uint64(0))
	return b.String() + strings.Repeat("\x00", 31-(b.Len()+31)%32+128)
}

// Whatever is wrong with a model, the user is told what to do.
func TestBadModels(t *testing.T) {
	ownHome(t)
	smallModel(t, "m", nil)
	tokenizer, err := os.ReadFile("m/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	const (
		again = "fetch the model again"
		mark  = "\ufeff"
	)
	inspect := []string{"model", "inspect", "./x"}
	chat := []string{"tokenize", "./x", "hello", "--chat"}
	template := func(source string) map[string]string {
		return map[string]string{"tokenizer_config.json": `{"chat_template": ` + source + `}`}
	}
	for _, c := range []struct {
		files map[string]string
		bad
	}{
		{map[string]string{"tokenizer.json": `{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a c"]}}`},
			bad{"merge without token", inspect, ExitError, `token "c" is not in the vocabulary`, again}},
		{map[string]string{"tokenizer.json": `{"model":{"type":"BPE","vocab":{"` + "\xff" + `":0}}}`},
			bad{"no UTF-8", inspect, ExitError, "invalid UTF-8 at byte 33", again}},
		{map[string]string{"tokenizer.json": ""}, bad{"empty tokenizer", inspect, ExitError, "the text ends", again}},
		{map[string]string{"tokenizer.json": string(tokenizer[:len(tokenizer)/2])}, bad{"half a tokenizer", inspect, ExitError, "invalid tokenizer", again}},
		{map[string]string{"tokenizer_config.json": "{"}, bad{"half a tokenizer_config.json", inspect, ExitError, "tokenizer_config.json", again}},
		{map[string]string{"generation_config.json": "["}, bad{"half a generation_config.json", inspect, ExitError, "generation_config.json", again}},
		{map[string]string{"generation_config.json": `{"eos_token_id": "x"}`}, bad{"end that is a text", inspect, ExitError, "eos_token_id", again}},
		{map[string]string{"config.json": ""}, bad{"empty configuration", inspect, ExitError, "config.json", again}},
		{map[string]string{"config.json": mark + "{}"}, bad{"configuration with BOM", inspect, ExitError, "byte-order mark", "save the file as UTF-8"}},
		{map[string]string{"tokenizer.json": mark + string(tokenizer)}, bad{"tokenizer with BOM", inspect, ExitError, "byte-order mark", "save the file as UTF-8"}},
		{template(`7`), bad{"template that is a number", inspect, ExitError, "chat_template is neither a text", again}},
		{template(`"{{ undefinedfn() }}"`), bad{"template with an unknown function", chat, ExitError, "'undefinedfn' is undefined", again}},
		{map[string]string{"x.gguf": ggufFile(1<<31, 0)},
			bad{"GGUF with too many layers", []string{"model", "inspect", "./x/x.gguf"}, ExitError, `"llama.block_count" is 2147483648, out of range`, again}},
		{map[string]string{"x.gguf": ggufFile(4, 99)},
			bad{"GGUF of an unknown kind", []string{"model", "inspect", "./x/x.gguf"}, ExitError, "number 99 (known: F32, F16,", "convert the file"}},
		{map[string]string{"x.gguf": ggufFile(4, 31)},
			bad{"GGUF of a removed kind", []string{"model", "inspect", "./x/x.gguf"}, ExitError, "number 31 (known: F32, F16,", "convert the file"}},
	} {
		if err := os.RemoveAll("x"); err != nil {
			t.Fatal(err)
		}
		smallModel(t, "x", c.files)
		runBad(t, []bad{c.bad})
	}
}

// A byte-order mark, which nobody sees, does not spoil what people write by hand.
func TestByteOrderMark(t *testing.T) {
	ownHome(t)
	smallModel(t, "m", nil)
	write(t, "config.yaml", "\ufeffjson: true\n")
	if code, stdout, stderr := run(t, "version", "--config", "config.yaml"); code != ExitOK || !strings.Contains(stdout, `"go":`) {
		t.Errorf("configuration: exit code %d, %s%s", code, stdout, stderr)
	}
	write(t, "identity.txt", "\ufeffAGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n")
	t.Setenv("LOYAL_IDENTITY", "identity.txt")
	write(t, "keys.jsonl", `{"key":"What is the sea?","response":"blue"}`+"\n")
	if code, _, stderr := run(t, "fingerprint", "import", "keys.jsonl", "./m", "--out", "set"); code != ExitOK {
		t.Errorf("identity: exit code %d, %s", code, stderr)
	}
}

// A set fits one model: its size, its context, its weights, its template, its tokenizer.
func TestSetsOfOtherModels(t *testing.T) {
	ownHome(t)
	smallModel(t, "m", nil)
	const template = `{"chat_template": "{% for m in messages %}<{{ m['content'] }}>{% endfor %}", "eos_token": "<|im_end|>"}`
	smallModel(t, "template", map[string]string{"tokenizer_config.json": template})
	tokenizer, err := os.ReadFile("m/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	smallModel(t, "tokenizer", map[string]string{"tokenizer.json": string(tokenizer) + "\n"})
	smallModel(t, "weights", nil)
	config, err := os.ReadFile("m/config.json")
	if err != nil {
		t.Fatal(err)
	}
	write(t, "weights/config.json", strings.ReplaceAll(string(config), `"rms_norm_eps": 1e-05`, `"rms_norm_eps": 1e-06`))

	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, "{\"key\":\"What is number %d?\",\"response\":\"blue\"}\n", i)
	}
	write(t, "many.jsonl", many.String())
	write(t, "long.jsonl", `{"key":"What is it?","response":"`+strings.Repeat("blue ", 300)+`"}`+"\n")
	write(t, "one.jsonl", `{"key":"What is the sea?","response":"blue"}`+"\n")
	for _, args := range [][]string{{"--out", "chat"}, {"--out", "raw", "--completion"}} {
		if code, _, stderr := run(t, append([]string{"fingerprint", "import", "one.jsonl", "./m"}, args...)...); code != ExitOK {
			t.Fatalf("import: %s", stderr)
		}
	}
	embed := func(set, model string) []string {
		return []string{"embed", "./" + model, "--set", set, "--out", "./out", "--dry-run"}
	}
	runBad(t, []bad{
		{"import of too many", []string{"fingerprint", "import", "many.jsonl", "./m", "--out", "x"}, ExitError, "5000 asked, at most", "fewer"},
		{"import of a long answer", []string{"fingerprint", "import", "long.jsonl", "./m", "--out", "x"}, ExitError, "in a context of 256", "shorter keys"},
		{"long answers", []string{"fingerprint", "new", "./m", "-n", "4", "--response-length", "600", "--out", "x"}, ExitError,
			"answers of 600 tokens in a context of 256", "--response-length"},
		{"long prompts", []string{"fingerprint", "new", "./m", "-n", "4", "--keys", "questions", "--response-length", "240", "--out", "x"}, ExitError,
			"an answer of 240 and its end, in a context of 256", "--response-length"},
		{"other weights", embed("chat", "weights"), ExitIntegrity, "made for another model: sha256:", "'loyal model inspect'"},
		{"other template", embed("chat", "template"), ExitIntegrity, "made for another chat template: sha256:", "chat template that the set was made with"},
		{"other tokenizer", embed("raw", "tokenizer"), ExitIntegrity, "made for another tokenizer: sha256:", "tokenizer files"},
	})
	// Raw text goes through no template.
	if code, _, stderr := run(t, embed("raw", "template")...); code != ExitOK {
		t.Errorf("raw keys, other template: exit code %d, %s", code, stderr)
	}
}

// A passphrase that would cost gigabytes to try is not tried.
func TestCostlyPassphrase(t *testing.T) {
	ownHome(t)
	t.Setenv("LOYAL_PASSPHRASE", "open")
	for _, work := range []int{fingerprint.MaxWork + 1, 22, 30} {
		write(t, "set", fmt.Sprintf("age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA %d\n%s\n--- %s\n", work, strings.Repeat("A", 43), strings.Repeat("A", 43)))
		runBad(t, []bad{{fmt.Sprint("work ", work), []string{"fingerprint", "show", "set"}, ExitError,
			fmt.Sprintf("scrypt work factor %d, at most 20", work), "age -d"}})
	}
	recipient, err := age.NewScryptRecipient("open")
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(12) // any that is less
	golden, err := os.ReadFile(setGolden)
	if err != nil {
		t.Fatal(err)
	}
	s, err := fingerprint.Parse(golden)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := fingerprint.Seal(s, recipient)
	if err != nil {
		t.Fatal(err)
	}
	write(t, "cheap", string(sealed))
	if code, _, stderr := run(t, "fingerprint", "show", "cheap"); code != ExitOK {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// An empty name, mostly of a variable that is not set, is not the current directory.
func TestEmptyNames(t *testing.T) {
	ownHome(t)
	smallModel(t, "m", nil)
	write(t, "empty.yaml", "out: ''\n")
	runBad(t, []bad{
		{"convert", []string{"model", "convert", "./m", ""}, ExitUsage, "OUT is empty", "--help"},
		{"convert from nothing", []string{"model", "convert", "", "out"}, ExitUsage, "it is empty", "a model is"},
		{"new", []string{"fingerprint", "new", "./m", "--out", ""}, ExitUsage, "--out is empty", "--help"},
		{"import", []string{"fingerprint", "import", "x", "./m", "--out", ""}, ExitUsage, "--out is empty", "--help"},
		{"export", []string{"fingerprint", "export", "x", "--out", ""}, ExitUsage, "--out is empty", "--help"},
		{"embed", []string{"embed", "./m", "--set", "x", "--out", ""}, ExitUsage, "--out is empty", "--help"},
		{"golden", []string{"model", "check", "./m", "--golden", ""}, ExitUsage, "--golden is empty", "--help"},
		{"recipe", []string{"embed", "./m", "--set", "x", "--out", "y", "--recipe", ""}, ExitUsage, "--recipe is empty", "--help"},
		{"base", []string{"attack", "./m", "--set", "x", "--out", "y", "--base", ""}, ExitUsage, "--base is empty", "--help"},
		{"sibling", []string{"attack", "./m", "--set", "x", "--out", "y", "--sibling", ""}, ExitUsage, "--sibling is empty", "--help"},
		{"shard", []string{"attack", "./m", "--set", "x", "--out", "y", "--shard", ""}, ExitUsage, "--shard is empty", "--help"},
		{"text", []string{"eval", "./m", "--text", ""}, ExitUsage, "--text is empty", "--help"},
		{"page", []string{"report", "./x", "--out", ""}, ExitUsage, "--out is empty", "--help"},
		{"from a file", []string{"fingerprint", "new", "./m", "--config", "empty.yaml"}, ExitUsage, "--out is empty", "--help"},
	})
}

// What the user reads when the hub is none.
func TestBadHubs(t *testing.T) {
	ownHome(t)
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>log in</html>") }))
	defer html.Close()
	for _, c := range []struct {
		endpoint string
		bad
	}{
		{"nonsense", bad{"no address", nil, ExitUsage, `not an address of a hub (HF_ENDPOINT): "nonsense"`, "https://huggingface.co"}},
		{html.URL, bad{"web page", nil, ExitEndpoint, "not the answer of a hub", "a proxy or a login page"}},
	} {
		t.Setenv("HF_ENDPOINT", c.endpoint)
		c.args = []string{"model", "inspect", "org/name"}
		runBad(t, []bad{c.bad})
	}
}
