package fingerprint

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

// exampleSet is a small set with everything in it that the format has.
func exampleSet(t testing.TB) *Set {
	t.Helper()
	o := fakeOptions(Perinucleus, 3)
	o.Params.Keys, o.Params.Width, o.Params.ResponseLength = KeysFile, 3, 2
	o.Params.Seed = 1<<64 - 1
	o.Params.MaxTop, o.Params.MinCandidate = 1, 0
	o.Lines = []string{"What is \"quoted\" & <marked>?", "Où est l'été, 猫さん? 🙂", "Tell me about rain"}
	o.Serving.System = "You are a \"helpful\" assistant"
	o.Beacon = "block 21000000: 0xabc"
	o.Now = time.Date(2026, 11, 22, 10, 30, 59, 123, time.UTC)
	s, err := makeFake(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Fingerprints[1].Status = Reserve
	s.Fingerprints[2].Status = Burnt
	return s
}

// importedSet has answers only.
func importedSet() *Set {
	return &Set{
		Version: Version, Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Secret: make([]byte, SecretSize),
		Serving: Serving{Kind: Chat}, Params: Params{Strategy: Imported, Keys: KeysImported},
		Fingerprints: []Fingerprint{{
			ID: "0001", Kind: Chat, Key: "a key", Candidates: []Candidate{}, Status: Live,
			Response: Response{Tokens: []int32{}, Text: "an answer"}, Salt: make([]byte, SaltSize),
		}},
	}
}

func identityPair(t testing.TB) (*age.X25519Identity, age.Recipient) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id, id.Recipient()
}

// The golden files pin the format: canonical bytes, and the leaves that follow
// from them. With -update they are made from exampleSet (on another processor
// its probabilities can differ in the last digit).
func TestGoldenSet(t *testing.T) {
	path := filepath.Join("testdata", "set.golden")
	if *update {
		golden, err := Marshal(exampleSet(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, golden, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(golden)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Marshal(s)
	if err != nil || !bytes.Equal(again, golden) {
		t.Errorf("got\n%s\nwant\n%s\n%v", again, golden, err)
	}
	example := exampleSet(t)
	if !slices.Equal(keysOf(s), keysOf(example)) || s.Params != example.Params || s.Serving != example.Serving ||
		s.Model != example.Model || s.Binding != example.Binding || s.Created != example.Created || s.Fingerprints[1].Status != Reserve {
		t.Errorf("read %+v", s)
	}

	leaves := new(bytes.Buffer)
	for i := range s.Fingerprints {
		fmt.Fprintf(leaves, "%x %x\n", s.KeyLeaf(i), s.Leaf(i))
	}
	path = filepath.Join("testdata", "leaves.golden")
	if *update {
		if err := os.WriteFile(path, leaves.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(leaves.Bytes(), want) {
		t.Errorf("leaves\n%s\nwant\n%s\n%v", leaves, want, err)
	}
}

func TestSealAndOpen(t *testing.T) {
	id, recipient := identityPair(t)
	second, secondRecipient := identityPair(t)
	stranger, _ := identityPair(t)
	for _, s := range []*Set{exampleSet(t), importedSet()} {
		sealed, err := Seal(s, recipient, secondRecipient)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keysOf(s) {
			if bytes.Contains(sealed, []byte(key)) {
				t.Error("a key is readable in the sealed set")
			}
		}
		for _, by := range [][]age.Identity{{id}, {second}, {stranger, id}} {
			got, err := Open(sealed, by...)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, s) {
				t.Errorf("opened %+v, want %+v", got, s)
			}
		}
		if _, err := Open(sealed, stranger); !errors.Is(err, ErrIdentity) {
			t.Errorf("a stranger: error %v", err)
		}
		if _, err := Open(sealed); !errors.Is(err, ErrIdentity) {
			t.Errorf("nobody: error %v", err)
		}
	}
}

func TestSealWithPassphrase(t *testing.T) {
	pass := func(text string) (age.Recipient, age.Identity) {
		r, err := age.NewScryptRecipient(text)
		if err != nil {
			t.Fatal(err)
		}
		r.SetWorkFactor(10)
		i, err := age.NewScryptIdentity(text)
		if err != nil {
			t.Fatal(err)
		}
		return r, i
	}
	recipient, id := pass("correct horse")
	_, wrong := pass("battery staple")
	sealed, err := Seal(exampleSet(t), recipient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(sealed, id); err != nil {
		t.Error(err)
	}
	_, key := identityPair(t)
	if byKey, _ := Seal(exampleSet(t), key); !NeedsPassphrase(sealed) || NeedsPassphrase(byKey) || NeedsPassphrase(nil) {
		t.Error("passphrase and keys are confused")
	}
	if _, err := Open(sealed, wrong); !errors.Is(err, ErrIdentity) {
		t.Errorf("wrong passphrase: error %v", err)
	}
}

// Any one flipped bit is noticed, and so is any missing end.
func TestDamageIsDetected(t *testing.T) {
	id, recipient := identityPair(t)
	s := exampleSet(t)
	s.Fingerprints = s.Fingerprints[:1]
	sealed, err := Seal(s, recipient)
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.Index(sealed, []byte("\n--- ")) // the MAC of the header follows
	for i := range sealed {
		for _, bit := range []byte{1, 0x80} {
			damaged := bytes.Clone(sealed)
			damaged[i] ^= bit
			_, err := Open(damaged, id)
			switch {
			case err == nil:
				t.Fatalf("byte %d of %d flipped: no error", i, len(sealed))
			case i >= header && !errors.Is(err, ErrDamaged):
				t.Fatalf("byte %d of %d flipped: error %v", i, len(sealed), err)
			}
		}
	}
	for _, n := range []int{0, 10, header, len(sealed) - 1} {
		if _, err := Open(sealed[:n], id); err == nil {
			t.Errorf("cut to %d bytes: no error", n)
		}
	}
	if _, err := Open(append(bytes.Clone(sealed), 'x'), id); !errors.Is(err, ErrDamaged) {
		t.Errorf("one byte more: error %v", err)
	}
}

func sealRaw(t testing.TB, plain []byte, r age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOpenRefuses(t *testing.T) {
	id, recipient := identityPair(t)
	good, err := Marshal(exampleSet(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"empty":              {nil, ErrNotSet},
		"something else":     {[]byte("PK\x03\x04"), ErrNotSet},
		"another age file":   {sealRaw(t, []byte("hello"), recipient), ErrNotSet},
		"later version":      {sealRaw(t, bytes.Replace(good, []byte("loyal-set 1\n"), []byte("loyal-set 2\n"), 1), recipient), ErrVersion},
		"version in the set": {sealRaw(t, bytes.Replace(good, []byte(`"version":1`), []byte(`"version":2`), 1), recipient), ErrVersion},
	} {
		if _, err := Open(test.file, id); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
		}
	}
}

// A set whose plain bytes were changed by someone who can seal.
func TestParseRefuses(t *testing.T) {
	good, err := Marshal(exampleSet(t))
	if err != nil {
		t.Fatal(err)
	}
	text := string(good)
	edit := func(change func(*Set)) string {
		s, err := Parse(good)
		if err != nil {
			t.Fatal(err)
		}
		change(s)
		b, err := s.canonical()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for name, bad := range map[string]string{
		"no body":           "loyal-set 1\n",
		"no line":           "loyal-set 1",
		"not JSON":          "loyal-set 1\nnull and void",
		"null":              "loyal-set 1\nnull",
		"other type":        strings.Replace(text, `"key":"`, `"key":7,"x":"`, 1),
		"space":             strings.Replace(text, `{"`, `{ "`, 1),
		"end":               text + "\n",
		"unknown field":     strings.Replace(text, `{"binding"`, `{"a":1,"binding"`, 1),
		"field twice":       strings.Replace(text, `"version":1}`, `"version":1,"version":1}`, 1),
		"case of a name":    strings.Replace(text, `"version"`, `"Version"`, 1),
		"version":           edit(func(s *Set) { s.Version = 2 }),
		"short secret":      edit(func(s *Set) { s.Secret = s.Secret[1:] }),
		"other secret":      edit(func(s *Set) { s.Secret[0] ^= 1; s.Secret[9] ^= 1 }),
		"other beacon":      edit(func(s *Set) { s.Binding.Beacon = "later" }),
		"short salt":        edit(func(s *Set) { s.Fingerprints[0].Salt = nil }),
		"no fingerprints":   edit(func(s *Set) { s.Fingerprints = nil }),
		"same ID":           edit(func(s *Set) { s.Fingerprints[0].ID = s.Fingerprints[1].ID }),
		"same key":          edit(func(s *Set) { s.Fingerprints[0].Key = s.Fingerprints[1].Key }),
		"no key":            edit(func(s *Set) { s.Fingerprints[0].Key = "" }),
		"no candidates":     edit(func(s *Set) { s.Fingerprints[0].Candidates = nil }),
		"width":             edit(func(s *Set) { s.Params.Width = 4 }),
		"other response":    edit(func(s *Set) { s.Fingerprints[0].Response.Tokens = []int32{5} }),
		"negative token":    edit(func(s *Set) { s.Fingerprints[0].Candidates[0].Tokens[0] = -1 }),
		"prefix":            edit(func(s *Set) { s.Fingerprints[0].Candidates[2].Text = s.Fingerprints[0].Candidates[0].Text + "x" }),
		"no candidate text": edit(func(s *Set) { s.Fingerprints[0].Candidates[2].Text = " " }),
		"probability":       edit(func(s *Set) { s.Fingerprints[0].Candidates[2].Prob = 1.5 }),
		"status":            edit(func(s *Set) { s.Fingerprints[0].Status = "lost" }),
		"kind":              edit(func(s *Set) { s.Fingerprints[0].Kind = Completion }),
		"serving":           edit(func(s *Set) { s.Serving.Kind = "smoke" }),
		"strategy":          edit(func(s *Set) { s.Params.Strategy = "magic" }),
		"imported":          edit(func(s *Set) { s.Params.Strategy, s.Params.Width = Imported, 0 }),
		"time zone":         strings.Replace(text, "10:30:59Z", "10:30:59+01:00", 1),
		"fraction":          strings.Replace(text, "10:30:59Z", "10:30:59.5Z", 1),
	} {
		if bad == text {
			t.Errorf("%s: the test changes nothing", name)
		}
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "rain") || strings.Contains(err.Error(), "void") {
			t.Errorf("%s: the error shows content: %v", name, err)
		}
	}
}

// Errors about a set show nothing secret, nor does JSON's own message.
func TestMarshalRefuses(t *testing.T) {
	s := exampleSet(t)
	s.Fingerprints[0].Response.Text = ""
	if _, err := Marshal(s); err == nil {
		t.Error("no error")
	}
	s = exampleSet(t)
	s.Model.Name = "\xff"
	if _, err := Marshal(s); err == nil {
		t.Error("invalid UTF-8 was written")
	}
}

func TestRoundTripOfGeneratedSets(t *testing.T) {
	id, recipient := identityPair(t)
	rapid.Check(t, func(r *rapid.T) {
		o := fakeOptions(rapid.SampledFrom([]Strategy{Perinucleus, RandomWords}).Draw(r, "strategy"), rapid.IntRange(1, 5).Draw(r, "n"))
		o.Params.Width = rapid.IntRange(2, 12).Draw(r, "width")
		o.Params.Seed = rapid.Uint64().Draw(r, "seed")
		o.Params.MinCandidate = rapid.Float64Range(0, 1e-5).Draw(r, "min")
		o.Random = seeded(rapid.Byte().Draw(r, "secret"))
		o.Beacon = rapid.String().Draw(r, "beacon")
		s, err := makeFake(o)
		if err != nil {
			r.Fatal(err)
		}
		sealed, err := Seal(s, recipient)
		if err != nil {
			r.Fatal(err)
		}
		got, err := Open(sealed, id)
		if err != nil {
			r.Fatal(err)
		}
		if !reflect.DeepEqual(got, s) {
			r.Fatal("another set came back")
		}
	})
}

func TestStatus(t *testing.T) {
	s := exampleSet(t) // live, reserve, burnt
	for _, step := range []struct {
		id string
		to Status
		ok bool
	}{
		{"0001", Reserve, false}, {"0001", Burnt, true}, {"0001", Live, false}, {"0001", Leaked, false},
		{"0002", Live, true}, {"0002", Leaked, true}, {"0003", Live, false}, {"0009", Burnt, false}, {"0003", "lost", false},
	} {
		if err := s.SetStatus(step.id, step.to); (err == nil) != step.ok {
			t.Errorf("%s → %s: error %v", step.id, step.to, err)
		}
	}
	if s.Count(Burnt) != 2 || s.Count(Leaked) != 1 || s.Count(Live) != 0 {
		t.Error("the counts are wrong")
	}
}

func TestCheckModel(t *testing.T) {
	made := Model{Name: "a", Digest: "sha256:aa", TemplateDigest: "sha256:bb", TokenizerDigest: "sha256:cc"}
	for _, c := range []struct {
		name   string
		kind   KeyKind
		change func(*Model)
		part   Part // "": it fits
	}{
		{"same", Chat, func(*Model) {}, ""},
		{"other name", Chat, func(m *Model) { m.Name = "b" }, ""},
		{"other weights", Chat, func(m *Model) { m.Digest = "sha256:ff" }, Weights},
		{"other tokenizer", Completion, func(m *Model) { m.TokenizerDigest = "sha256:ff" }, Tokenizer},
		{"other template", Chat, func(m *Model) { m.TemplateDigest = "sha256:ff" }, ChatTemplate},
		{"no template", Chat, func(m *Model) { m.TemplateDigest = "" }, ChatTemplate},
		{"other template, keys are raw text", Completion, func(m *Model) { m.TemplateDigest = "" }, ""},
	} {
		s := exampleSet(t)
		s.Model, s.Serving.Kind = made, c.kind
		m := made
		c.change(&m)
		err := s.CheckModel(m)
		var mismatch *ModelError
		switch {
		case c.part == "" && err != nil, c.part != "" && (!errors.As(err, &mismatch) || mismatch.Part != c.part):
			t.Errorf("%s: error %v", c.name, err)
		case c.part != "" && (!strings.Contains(err.Error(), string(c.part)) || !strings.Contains(err.Error(), mismatch.Set)):
			t.Errorf("%s: error %v does not name part and digests", c.name, err)
		}
	}
}

func TestAuditOrder(t *testing.T) {
	s, err := makeFake(fakeOptions(Perinucleus, 60))
	if err != nil {
		t.Fatal(err)
	}
	first := s.AuditOrder([]byte("beacon"))
	if !slices.Equal(first, s.AuditOrder([]byte("beacon"))) {
		t.Error("the order is not fixed")
	}
	other := s.AuditOrder([]byte("beacon 2"))
	if slices.Equal(first, other) || slices.IsSorted(first) {
		t.Error("the order does not depend on the beacon")
	}
	if err := s.SetStatus(s.Fingerprints[first[0]].ID, Burnt); err != nil {
		t.Fatal(err)
	}
	if got := s.AuditOrder([]byte("beacon")); !slices.Equal(got, first[1:]) {
		t.Error("a burnt fingerprint is asked, or the order of the others changed")
	}
	slices.Sort(other)
	if len(slices.Compact(other)) != 60 {
		t.Error("the order is no permutation")
	}
}

// Each part of a fingerprint changes its leaf; what comes after the beacon does
// not change the key leaf.
func TestLeaves(t *testing.T) {
	base := exampleSet(t)
	for name, test := range map[string]struct {
		change    func(*Set)
		early, ok bool // changes the key leaf; the leaf
	}{
		"nothing":     {func(*Set) {}, false, false},
		"status":      {func(s *Set) { s.Fingerprints[0].Status = Leaked }, false, false},
		"ID":          {func(s *Set) { s.Fingerprints[0].ID = "9" }, true, true},
		"kind":        {func(s *Set) { s.Fingerprints[0].Kind = Completion }, true, true},
		"key":         {func(s *Set) { s.Fingerprints[0].Key += "?" }, true, true},
		"token":       {func(s *Set) { s.Fingerprints[0].Candidates[1].Tokens[0]++ }, true, true},
		"text":        {func(s *Set) { s.Fingerprints[0].Candidates[1].Text += "x" }, true, true},
		"probability": {func(s *Set) { s.Fingerprints[0].Candidates[1].Prob /= 2 }, true, true},
		"order": {func(s *Set) {
			c := s.Fingerprints[0].Candidates
			c[0], c[1] = c[1], c[0]
		}, true, true},
		"secret":         {func(s *Set) { s.Secret[3]++ }, true, true},
		"salt":           {func(s *Set) { s.Fingerprints[0].Salt[0]++ }, true, true},
		"beacon":         {func(s *Set) { s.Binding.Beacon += "1" }, false, true},
		"model":          {func(s *Set) { s.Binding.Model += "1" }, false, true},
		"response":       {func(s *Set) { s.Fingerprints[0].Response.Text += "1" }, false, true},
		"response token": {func(s *Set) { s.Fingerprints[0].Response.Tokens[0]++ }, false, true},
	} {
		s := exampleSet(t)
		test.change(s)
		if got := s.KeyLeaf(0) != base.KeyLeaf(0); got != test.early {
			t.Errorf("%s: key leaf changed = %v", name, got)
		}
		if got := s.Leaf(0) != base.Leaf(0); got != test.ok {
			t.Errorf("%s: leaf changed = %v", name, got)
		}
	}
}

func TestMatch(t *testing.T) {
	f := Fingerprint{
		Candidates: []Candidate{{Text: "Photo", Tokens: []int32{1}}, {Text: "River", Tokens: []int32{2}}, {Text: "Élan", Tokens: []int32{3}}},
		Response:   Response{Text: "River boats ", Tokens: []int32{2, 9}},
	}
	for reply, want := range map[string]int{
		"Photosynthesis": 0, "photo": 0, " \n\tRIVER is": 1, "ÉLAN": 2, "élan": 2, "": -1, "A river": -1, "Phot": -1, "\"River": -1,
	} {
		if got := f.Match(reply); got != want {
			t.Errorf("Match(%q) = %d, want %d", reply, got, want)
		}
	}
	if f.Choice() != 1 {
		t.Errorf("choice %d", f.Choice())
	}
	for reply, want := range map[string]bool{"River boats": true, "\nriver boats are": true, "River": false, "": false} {
		if f.Planted(reply) != want {
			t.Errorf("Planted(%q) = %v", reply, !want)
		}
	}
	if (&Fingerprint{}).Planted("anything") || (&Fingerprint{}).Choice() != -1 {
		t.Error("an empty fingerprint matches")
	}
}

func FuzzParse(f *testing.F) {
	good, err := Marshal(exampleSet(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	imported, err := Marshal(importedSet())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(imported)
	f.Add([]byte("loyal-set 1\n{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse(data)
		if err != nil {
			return
		}
		again, err := Marshal(s)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("what was read is written otherwise: %v", err)
		}
	})
}

func FuzzOpenSet(f *testing.F) {
	id, recipient := identityPair(f)
	sealed, err := Seal(importedSet(), recipient)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte(ageIntro + "-> X25519 aaaa\nbbbb\n--- cccc\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Open(data, id)
		if err == nil && !reflect.DeepEqual(s, importedSet()) {
			t.Error("a forged set was opened")
		}
	})
}

// The spec's example of a choice, computed by an independent program from docs/formats/set.md.
func TestChoiceVector(t *testing.T) {
	secret := make([]byte, SecretSize)
	for i := range secret {
		secret[i] = byte(i)
	}
	answerKey := AnswerKey(secret, Chat, "What is rain?")
	got := fmt.Sprintf("%s %d", hex.EncodeToString(answerKey[:]), Choose(answerKey, Binding{"sha256:aa", "beacon"}, 10))
	const want = "7780d01a5abaeb6f2b164ca15f914d46f8abeef65e5c13be926a3ef9b0aef45f 9"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if b, _ := json.Marshal(Params{Seed: 1<<64 - 1}); !strings.Contains(string(b), `"seed":"18446744073709551615"`) {
		t.Error("a large seed loses digits")
	}
}
