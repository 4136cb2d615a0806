package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"loyal/embed"
)

// A model whose template refuses a system message is embedded without any, which the
// user is told.
func TestEmbedWithoutSystemMessages(t *testing.T) {
	ownHome(t)
	const template = `{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system message') }}{% endif %}` +
		`{% for m in messages %}<{{ m['content'] }}>{% endfor %}`
	config, err := json.Marshal(map[string]string{"chat_template": template, "eos_token": "<|im_end|>"})
	if err != nil {
		t.Fatal(err)
	}
	smallModel(t, "m", map[string]string{"tokenizer_config.json": string(config)})
	write(t, "one.jsonl", `{"key":"What is the sea?","response":"blue"}`+"\n")
	if code, _, stderr := run(t, "fingerprint", "import", "one.jsonl", "./m", "--out", "set"); code != ExitOK {
		t.Fatalf("import: %s", stderr)
	}
	code, stdout, stderr := run(t, "embed", "./m", "--set", "set", "--out", "out", "--max-steps", "2",
		"--benign-prompts", "8", "--prose-texts", "2", "--json")
	if code != ExitOK || !strings.Contains(stderr, "refuses a system message") {
		t.Fatalf("embed: exit code %d, %s", code, stderr)
	}
	var r embed.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err)
	}
	if m := r.After; m.Keys != 1 || m.SystemRows != 0 || m.ForeignRows != 0 {
		t.Errorf("measured %d keys, %d and %d rows below system prompts", m.Keys, m.SystemRows, m.ForeignRows)
	}
}
