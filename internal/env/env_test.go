package env

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestAllListsEveryVariableOnce(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "env.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if id, ok := lit.Type.(*ast.Ident); ok && id.Name == "Variable" {
			declared++
		}
		return true
	})
	seen := map[string]bool{}
	for _, v := range All() {
		if seen[v.Name] {
			t.Errorf("%s is listed twice", v.Name)
		}
		seen[v.Name] = true
		if v.Doc == "" || strings.HasSuffix(v.Doc, ".") {
			t.Errorf("%s: documentation %q should be one clause without a period", v.Name, v.Doc)
		}
	}
	if len(seen) != declared {
		t.Errorf("All lists %d variables, %d are declared", len(seen), declared)
	}
}

func TestEffectiveValues(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths below are Unix paths")
	}
	for _, v := range All() {
		t.Setenv(v.Name, "")
	}
	t.Setenv("HOME", "/home/ada")
	check := func(v *Variable, want string) {
		t.Helper()
		if got := v.Effective(); got != want {
			t.Errorf("%s = %q, want %q", v.Name, got, want)
		}
	}
	check(HubCacheDir, "/home/ada/.cache/huggingface/hub")
	t.Setenv("XDG_CACHE_HOME", "/cache")
	check(HubCacheDir, "/cache/huggingface/hub")
	check(HFTokenPath, "/cache/huggingface/token")
	t.Setenv("HF_HOME", "/hf")
	check(HubCacheDir, "/hf/hub")
	check(HFTokenPath, "/hf/token")
	t.Setenv("HF_HUB_CACHE", "/hub")
	check(HubCacheDir, "/hub")
	check(OllamaModels, "/home/ada/.ollama/models")
	check(OpenAIBaseURL, "")
}

func TestBool(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "1": true, "TRUE": true, "Yes": true, "on": true, "off": false} {
		t.Setenv(HFOffline.Name, value)
		if got := HFOffline.Bool(); got != want {
			t.Errorf("Bool of %q = %t", value, got)
		}
	}
}

// No other package reads the environment by itself.
func TestEnvironmentIsReadHereOnly(t *testing.T) {
	root := filepath.Join("..", "..")
	readers := map[string]bool{"Getenv": true, "LookupEnv": true, "Environ": true, "ExpandEnv": true}
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "env" && filepath.Base(filepath.Dir(path)) == "internal") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Logf("%s: not looked at: %v", path, err) // the compiler will say more
			return nil
		}
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || !readers[sel.Sel.Name] {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && (pkg.Name == "os" || pkg.Name == "syscall") {
				t.Errorf("%s reads the environment: declare the variable in internal/env", fset.Position(n.Pos()))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatal("no Go files found")
	}
}
