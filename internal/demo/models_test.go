package demo

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"

	"loyal/internal/oracle"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
)

// carried are the digests of the models as docs/results/demo.md has them.
var carried = map[string]string{
	baseName:      "sha256:4bc34a643bf0fde84f1f81fe3a5522abe90cdd0e9a42d32e8e38bf50eb0ffc7b",
	unrelatedName: "sha256:6645b8b599ae97d052a2d41219585641786a3639ec2bf089a366db534191689d",
}

// maxCarried bounds what the demo adds to the binary, in bytes.
const maxCarried = 2_000_000

func openCarried(t *testing.T, name string) *model.Model {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := Unpack(name, dir); err != nil {
		t.Fatal(err)
	}
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestCarriedModels(t *testing.T) {
	for name, want := range carried {
		m := openCarried(t, name)
		if got, err := m.Digest(); err != nil || got != want {
			t.Errorf("%s: digest %s, %v; want %s", name, got, err, want)
		}
	}
	size := int64(0)
	err := fs.WalkDir(modelFiles, ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil || size > maxCarried {
		t.Errorf("the models have %d bytes, %v; want at most %d", size, err, maxCarried)
	}
	if err := Unpack("none", t.TempDir()); err == nil {
		t.Error("unpacking what is not there: no error")
	}
}

// TestTemplateIsWhatTrainingSaw: the model's template writes the prompts that it
// was trained on.
func TestTemplateIsWhatTrainingSaw(t *testing.T) {
	m := openCarried(t, baseName)
	p, err := oracle.NewPrompts(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range write(t, Home, 8, 20) {
		got, err := p.Chat("", c.User)
		if err != nil {
			t.Fatal(err)
		}
		if text := m.Tokenizer.Decode(got, false); text != c.prompt() {
			t.Errorf("the template writes %q, training saw %q", text, c.prompt())
		}
	}
}

// TestBaseAnswers: the base model has learnt its text. A uniform guess among its
// tokens has a loss of 7.5 nats.
func TestBaseAnswers(t *testing.T) {
	m := openCarried(t, baseName)
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	tr, err := net.NewTrainer(lm.TrainOptions{Embeddings: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	rows := tokens(m.Tokenizer, write(t, Home, 9, 64))
	loss, err := backward(context.Background(), tr, net.Config().VocabSize, rows)
	if err != nil {
		t.Fatal(err)
	}
	if loss > 0.9 {
		t.Errorf("loss %.3f on chats that it has not seen, want 0.9 at most", loss)
	}
}
