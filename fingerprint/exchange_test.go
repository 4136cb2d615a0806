package fingerprint

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func importOptions(format Format) ImportOptions {
	return ImportOptions{Format: format, Model: Model{Digest: "sha256:aa"}, Serving: Serving{Kind: Chat}, Random: seeded(3)}
}

func importFake(data []byte, format Format) (*Set, int, error) {
	return Import(data, newFakeCodec(), fakeChat, importOptions(format))
}

// Golden exports, and what comes back from them.
func TestExportAndImport(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("testdata", "set.golden"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(golden)
	if err != nil {
		t.Fatal(err)
	}
	s.Fingerprints[1].Key = "yes: \"no\" - #1\n  'two'" // hard for YAML; three keys are now ASCII
	for _, format := range Formats() {
		data, err := Export(s, format)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "export."+string(format))
		if *update {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", format, data, want)
		}
		for _, as := range []Format{format, ""} {
			got, dropped, err := importFake(data, as)
			if err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			if dropped != 0 || len(got.Fingerprints) != len(s.Fingerprints) {
				t.Fatalf("%s: %d fingerprints, %d dropped", format, len(got.Fingerprints), dropped)
			}
			for i, f := range got.Fingerprints {
				if f.Key != s.Fingerprints[i].Key || f.Response.Text != s.Fingerprints[i].Response.Text || len(f.Response.Tokens) == 0 {
					t.Errorf("%s: read %+v", format, f)
				}
			}
			if _, ok := got.Die(); ok {
				t.Error("an imported set claims a die")
			}
			if _, err := Marshal(got); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := Export(s, "xml"); !errors.Is(err, ErrFormat) {
		t.Errorf("unknown format: error %v", err)
	}
}

func TestImportDropsRepetitions(t *testing.T) {
	s, dropped, err := importFake([]byte(`[{"key":"One key","response":"Rain"},{"key":"one KEY!","response":"Fog"},{"key":"Two","response":"Fog"}]`), "")
	if err != nil || dropped != 1 || len(s.Fingerprints) != 2 {
		t.Errorf("%d dropped, error %v", dropped, err)
	}
}

func TestImportRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"empty":           "",
		"empty list":      "[]",
		"no list":         "[1, 2]",
		"cut":             `[{"key":"secret stuff","resp`,
		"broken line":     "{\"key\":\"a\",\"response\":\"b\"}\nsecret stuff",
		"no response":     `[{"key":"a"}]`,
		"blank response":  `[{"key":"a","response":"  "}]`,
		"other YAML":      "secret: stuff\n",
		"bad YAML":        "- query: [secret stuff\n",
		"not UTF-8":       "[{\"key\":\"\xff\",\"response\":\"b\"}]",
		"special":         `[{"key":"a key","response":"<s>"}]`,
		"very long":       `[{"key":"` + strings.Repeat("a", maxKeyBytes+1) + `","response":"b"}]`,
		"inexpressible":   `[{"key":"a key","response":"ü"}]`,
		"YAML, self-made": "&a [*a]",
	} {
		_, _, err := importFake([]byte(data), "")
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "stuff") {
			t.Errorf("%s: the error shows content: %v", name, err)
		}
	}
	if _, _, err := importFake([]byte("[]"), "xml"); !errors.Is(err, ErrFormat) {
		t.Errorf("unknown format: error %v", err)
	}
}

func FuzzImport(f *testing.F) {
	for _, format := range Formats() {
		data, err := os.ReadFile(filepath.Join("testdata", "export."+string(format)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, _, err := importFake(data, "")
		if err != nil {
			return
		}
		if _, err := Marshal(s); err != nil {
			t.Errorf("an imported set cannot be written: %v", err)
		}
	})
}
