//go:build unix

package cli

import (
	"os"
	"syscall"
	"testing"
)

// What is no regular file is neither read without end nor waited for.
func TestNotRegularFiles(t *testing.T) {
	ownHome(t)
	link := func(model, name, target string) {
		smallModel(t, model, nil)
		if err := os.Remove(model + "/" + name); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, model+"/"+name); err != nil {
			t.Fatal(err)
		}
	}
	link("zero-config", "config.json", "/dev/zero")
	link("zero-tokenizer", "tokenizer.json", "/dev/zero")
	link("zero-weights", "model.safetensors", "/dev/zero")
	link("loop", "config.json", "config.json")
	link("directory", "tokenizer.json", "..")
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Skip(err)
	}
	link("pipe-config", "config.json", "../pipe")
	link("pipe-weights", "model.safetensors", "../pipe")
	smallModel(t, "m", nil)
	smallModel(t, "large", nil)
	if err := os.Truncate("large/tokenizer.json", 1<<30); err != nil { // a hole, which takes no space
		t.Fatal(err)
	}
	inspect := func(model string) []string { return []string{"model", "inspect", model} }
	runBad(t, []bad{
		{"device as configuration", inspect("./zero-config"), ExitError, "config.json: not a regular file", "a file is needed here"},
		{"device as tokenizer", inspect("./zero-tokenizer"), ExitError, "tokenizer.json: not a regular file", "a file is needed here"},
		{"device as weights", inspect("./zero-weights"), ExitError, "model.safetensors: not a regular file", "a file is needed here"},
		{"large tokenizer", inspect("./large"), ExitError, "tokenizer.json: the file is too large: over", "check that it is the right one"},
		{"link to itself", inspect("./loop"), ExitError, "symbolic links", "leads back to itself"},
		{"directory as tokenizer", inspect("./directory"), ExitError, "it is a directory", "a file is needed here"},
		{"pipe as configuration", inspect("./pipe-config"), ExitError, "not a regular file", "a file is needed here"},
		{"pipe as weights", inspect("./pipe-weights"), ExitError, "not a regular file", "a file is needed here"},
		{"pipe as model", inspect("./pipe"), ExitError, "not a regular file", "a file is needed here"},
		{"golden device", []string{"model", "check", "./m", "--golden", "/dev/zero"}, ExitError, "not a regular file", "a file is needed here"},
		{"golden directory", []string{"model", "check", "./m", "--golden", "."}, ExitError, "it is a directory", "a file is needed here"},
		{"set without end", []string{"fingerprint", "show", "/dev/zero"}, ExitError, "too large", "check that it is the right one"},
		{"configuration without end", []string{"version", "--config", "/dev/zero"}, ExitUsage, "too large", "keys of a configuration file"},
		{"directory of keys", []string{"fingerprint", "new", "./m", "--keys", "file:.", "--out", "x"}, ExitError, "it is a directory", "a file is needed here"},
		{"directory to tokenize", []string{"tokenize", "./m", "--file", "."}, ExitError, "is a directory", "path of a file"},
	})
}
