// Package env declares every environment variable that loyal reads, and is the
// only place that reads them.
//
// A variable is a contract like a flag: it is named once, documented once
// ([All] is what `loyal env` prints and docs/environment.md is generated from),
// and a test keeps os.Getenv out of all other packages. Names that other tools
// of the field gave (HF_HOME, OPENAI_API_KEY, NO_COLOR) keep their meaning; our
// own begin with LOYAL_.
//
// An empty variable counts as unset, as it does for the tools whose names we
// share.
package env

import (
	"os"
	"path/filepath"
	"strings"
)

// Variable is one environment variable.
type Variable struct {
	Name string
	// Doc is one sentence for the table, without a period.
	Doc string
	// Default says in words what holds when it is not set; "" is "not set".
	Default string
	// Secret values are never printed.
	Secret bool
	// effective computes the value in force when the variable itself is unset.
	effective func() string
}

// Value returns the variable's value, or "".
func (v *Variable) Value() string { return os.Getenv(v.Name) }

// IsSet reports whether the variable has a value.
func (v *Variable) IsSet() bool { return v.Value() != "" }

// Bool reads a switch: 1, on, yes and true, in any case, are true (the words
// that the Hugging Face hub takes).
func (v *Variable) Bool() bool {
	switch strings.ToLower(v.Value()) {
	case "1", "on", "yes", "true":
		return true
	}
	return false
}

// Effective returns the value in force: the variable's own, or the default
// computed from other variables. It is a secret if v.Secret.
func (v *Variable) Effective() string {
	if v.IsSet() || v.effective == nil {
		return v.Value()
	}
	return v.effective()
}

// The variables, in the order of the table.
var (
	Identity = &Variable{
		Name:      "LOYAL_IDENTITY",
		Doc:       "file with the age identity that opens sealed sets",
		Default:   "`loyal/identity.txt` under the user's configuration directory",
		effective: defaultIdentity,
	}
	Passphrase = &Variable{
		Name:   "LOYAL_PASSPHRASE",
		Doc:    "passphrase for files sealed with one, instead of a question at the terminal",
		Secret: true,
	}
	TestData = &Variable{
		Name: "LOYAL_TESTDATA",
		Doc:  "directory of shared test data; with it set, missing data fails tests instead of skipping them",
	}
	RealData = &Variable{
		Name: "LOYAL_REALDATA",
		Doc:  "directory of real models and tokenizers for tests, as `get-real.sh` prints it",
	}
	Interop = &Variable{
		Name: "LOYAL_INTEROP",
		Doc:  "1 runs the tests against implementations in other languages",
	}
	InteropVenvs = &Variable{
		Name:      "LOYAL_INTEROP_VENVS",
		Doc:       "directory of the Python environments that these tests make and keep",
		Default:   "`loyal/interop` under the user's cache directory",
		effective: defaultInteropVenvs,
	}
	HubCacheDir = &Variable{
		Name:      "HF_HUB_CACHE",
		Doc:       "the Hugging Face hub cache",
		Default:   "`$HF_HOME/hub`",
		effective: func() string { return filepath.Join(HFHome.Effective(), "hub") },
	}
	HFHome = &Variable{
		Name:      "HF_HOME",
		Doc:       "directory of all Hugging Face state",
		Default:   "`$XDG_CACHE_HOME/huggingface`",
		effective: func() string { return filepath.Join(XDGCacheHome.Effective(), "huggingface") },
	}
	HFToken = &Variable{
		Name:    "HF_TOKEN",
		Doc:     "token for the Hugging Face hub",
		Default: "the content of `HF_TOKEN_PATH`",
		Secret:  true,
	}
	HFTokenPath = &Variable{
		Name:      "HF_TOKEN_PATH",
		Doc:       "file with the token for the Hugging Face hub",
		Default:   "`$HF_HOME/token`",
		effective: func() string { return filepath.Join(HFHome.Effective(), "token") },
	}
	HFEndpoint = &Variable{
		Name:      "HF_ENDPOINT",
		Doc:       "address of the hub",
		Default:   "`https://huggingface.co`",
		effective: func() string { return "https://huggingface.co" },
	}
	HFOffline = &Variable{
		Name: "HF_HUB_OFFLINE",
		Doc:  "1 takes models from the cache only",
	}
	OllamaModels = &Variable{
		Name:      "OLLAMA_MODELS",
		Doc:       "Ollama's model store",
		Default:   "`~/.ollama/models`",
		effective: func() string { return underHome(".ollama", "models") },
	}
	OpenAIKey = &Variable{
		Name:   "OPENAI_API_KEY",
		Doc:    "API key sent to the endpoint that is asked",
		Secret: true,
	}
	OpenAIBaseURL = &Variable{
		Name: "OPENAI_BASE_URL",
		Doc:  "endpoint to ask when `--endpoint` is not given",
	}
	EthRPCURL = &Variable{
		Name:      "ETH_RPC_URL",
		Doc:       "JSON-RPC of the Ethereum node to ask when `--rpc-url` is not given",
		Default:   "`http://127.0.0.1:8545`",
		effective: func() string { return "http://127.0.0.1:8545" },
	}
	Licenses = &Variable{
		Name: "LOYAL_LICENSES",
		Doc:  "address of the Licenses contract when `--contract` is not given",
	}
	Keystore = &Variable{
		Name:      "LOYAL_KEYSTORE",
		Doc:       "directory of the key files of Ethereum accounts",
		Default:   "`loyal/keystore` under the user's configuration directory",
		effective: func() string { return underConfig("keystore") },
	}
	DatabaseURL = &Variable{
		Name:   "DATABASE_URL",
		Doc:    "Postgres that keeps state which machines share, instead of files",
		Secret: true,
	}
	NoColor = &Variable{
		Name: "NO_COLOR",
		Doc:  "any value turns colors off",
	}
	XDGCacheHome = &Variable{
		Name:      "XDG_CACHE_HOME",
		Doc:       "base of the caches",
		Default:   "`~/.cache`",
		effective: func() string { return underHome(".cache") },
	}
	XDGConfigHome = &Variable{
		Name:      "XDG_CONFIG_HOME",
		Doc:       "base of the user's configuration (Linux and other Unix; elsewhere the system's own place)",
		Default:   "`~/.config`",
		effective: func() string { dir, _ := os.UserConfigDir(); return dir },
	}
)

// All returns the variables in the order of the table.
func All() []*Variable {
	return []*Variable{
		Identity, Passphrase, TestData, RealData, Interop, InteropVenvs,
		HubCacheDir, HFHome, HFToken, HFTokenPath, HFEndpoint, HFOffline,
		OllamaModels, OpenAIKey, OpenAIBaseURL, EthRPCURL, Licenses, Keystore, DatabaseURL,
		NoColor, XDGCacheHome, XDGConfigHome,
	}
}

// underHome joins a path to the user's home directory; "" when there is none.
func underHome(elem ...string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(append([]string{home}, elem...)...)
}

// defaultIdentity is where the identity lies unless LOYAL_IDENTITY says otherwise.
func defaultIdentity() string { return underConfig("identity.txt") }

// underConfig is a place in our part of the user's configuration.
func underConfig(name string) string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "loyal", name)
}

// defaultInteropVenvs is where Python environments lie unless LOYAL_INTEROP_VENVS
// says otherwise.
func defaultInteropVenvs() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "loyal", "interop")
}
