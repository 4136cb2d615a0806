package tokenizer_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"unicode/utf8"

	"loyal/model/tokenizer"
)

// small reads the small tokenizers in testdata, by name.
func small(t testing.TB) map[string]json.RawMessage {
	t.Helper()
	data, err := os.ReadFile("testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]struct {
		Tokenizer json.RawMessage `json:"tokenizer"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]json.RawMessage{}
	for name, c := range all {
		out[name] = c.Tokenizer
	}
	return out
}

// use does with a tokenizer what must never fail.
func use(t *testing.T, tok *tokenizer.Tokenizer, text string) {
	t.Helper()
	ids := tok.Encode(text, true)
	for _, id := range ids {
		if _, ok := tok.Token(id); !ok || int(id) >= tok.VocabSize() {
			t.Fatalf("%q: %d is no token", text, id)
		}
	}
	if again := tok.Encode(text, true); !slices.Equal(ids, again) {
		t.Fatalf("%q: %v, then %v", text, ids, again)
	}
	tok.EncodeOrdinary(text)
	decoded := tok.Decode(ids, false)
	if !utf8.ValidString(decoded) {
		t.Fatalf("%q: decoded %q", text, decoded)
	}
	if streamed := stream(tok, ids, false); streamed != decoded {
		t.Fatalf("%q: streamed %q, decoded %q", text, streamed, decoded)
	}
}

func FuzzFromJSON(f *testing.F) {
	for _, seed := range []string{
		file("", "", "", "", ""),
		file(`{"type":"NFC"}`, `{"type":"ByteLevel","add_prefix_space":true,"use_regex":true}`, `{"type":"RobertaProcessing","cls":["a",0],"sep":["b",1]}`, `{"type":"ByteLevel"}`, ""),
		file(`{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}`,
			`{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}`, "",
			`{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}`,
			`{"type":"BPE","unk_token":"u","fuse_unk":true,"byte_fallback":true,"vocab":{"u":0,"<0x61>":1,"▁":2,"▁▁":3},"merges":[["▁","▁"]]}`),
		`{"added_tokens":[{"id":3,"content":"<s>","special":true,"lstrip":true,"rstrip":true,"normalized":true,"single_word":true}],"model":{"merges":["a b"],"vocab":{"a":0,"b":1,"ab":2}}}`,
	} {
		f.Add([]byte(seed), "aab <s> b")
	}
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		tok, err := tokenizer.FromJSON(data)
		if err != nil {
			return
		}
		use(t, tok, text)
	})
}

func FuzzFromSentencePiece(f *testing.F) {
	unk, bos := message(1, "<unk>", 3, 2), message(1, "<s>", 3, 3)
	f.Add(message(1, unk, 1, bos, 1, message(1, "▁"), 1, message(1, "a"), 1, message(1, "▁a"), 2, message(3, 2)), " a <s>b")
	f.Add(message(1, unk, 1, message(1, "<0x61>", 3, 6), 1, message(1, "xx", 3, 4), 2, message(3, 2, 35, 1, 41, 0), 3, message(1, "identity", 3, 0, 4, 0)), "axx")
	f.Fuzz(func(t *testing.T, proto []byte, text string) {
		tok, err := tokenizer.FromSentencePiece(proto)
		if err != nil {
			return
		}
		use(t, tok, text)
		again := rewritten(t, tok)
		if !slices.Equal(tok.Encode(text, true), again.Encode(text, true)) {
			t.Errorf("%q: %v, through tokenizer.json %v", text, tok.Encode(text, true), again.Encode(text, true))
		}
	})
}

func FuzzEncode(f *testing.F) {
	var all []*tokenizer.Tokenizer
	for name, source := range small(f) {
		tok, err := tokenizer.FromJSON(source)
		if err != nil {
			f.Fatalf("%s: %v", name, err)
		}
		all = append(all, tok)
	}
	for _, seed := range []string{"", "hello  world <s>", "é\u0301\u0301你\xff\x80", "<L> <R> <B>word fox fox", "12 \r\n\n\t 'S"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, tok := range all {
			use(t, tok, text)
		}
	})
}
