package tokenizer_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"loyal/model/tokenizer"
)

// file is a tokenizer.json with the given parts; "" is null.
func file(normalizer, preTokenizer, postProcessor, decoder, model string) string {
	part := func(s string) string {
		if s == "" {
			return "null"
		}
		return s
	}
	if model == "" {
		model = `{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}`
	}
	return fmt.Sprintf(`{"version":"1.0","added_tokens":[],"normalizer":%s,"pre_tokenizer":%s,"post_processor":%s,"decoder":%s,"model":%s}`,
		part(normalizer), part(preTokenizer), part(postProcessor), part(decoder), model)
}

func bpeModel(vocab, merges string) string {
	return file("", "", "", "", fmt.Sprintf(`{"type":"BPE","vocab":%s,"merges":%s}`, vocab, merges))
}

// TestUnsupported holds features that must be refused by name.
func TestUnsupported(t *testing.T) {
	for source, name := range map[string]string{
		file("", `{"type":"BertPreTokenizer"}`, "", "", ""):                                                                      "BertPreTokenizer",
		file("", `{"type":"Split","pattern":{"Regex":"\\w+|x"},"behavior":"Isolated","invert":false}`, "", "", ""):               `\\w+|x`,
		file("", `{"type":"Sequence","pretokenizers":[{"type":"UnicodeScripts"}]}`, "", "", ""):                                  "UnicodeScripts",
		file("", `{"type":"Split","pattern":{"String":"x"},"behavior":"Sideways"}`, "", "", ""):                                  "Sideways",
		file("", `{"type":"Metaspace","replacement":"▁","prepend_scheme":"sometimes"}`, "", "", ""):                              "sometimes",
		file(`{"type":"Precompiled","precompiled_charsmap":"AAAA"}`, "", "", "", ""):                                             "Precompiled",
		file(`{"type":"Sequence","normalizers":[{"type":"BertNormalizer"}]}`, "", "", "", ""):                                    "BertNormalizer",
		file(`{"type":"Replace","pattern":{"Regex":"x+"},"content":""}`, "", "", "", ""):                                         "x+",
		file("", "", `{"type":"Magic"}`, "", ""):                                                                                 "Magic",
		file("", "", `{"type":"TemplateProcessing","single":[{"Sequence":{"id":"B","type_id":0}}],"special_tokens":{}}`, "", ""): `"B"`,
		file("", "", "", `{"type":"WordPiece"}`, ""):                                                                             "WordPiece",
		file("", "", "", "", `{"type":"Unigram","vocab":[["a",0.0]],"unk_id":0}`):                                                "Unigram",
		file("", "", "", "", `{"type":"WordPiece","vocab":{"a":0},"unk_token":"a"}`):                                             "WordPiece",
		file("", "", "", "", `{"type":"BPE","vocab":{"a":0},"merges":[],"continuing_subword_prefix":"##"}`):                      "##",
		file("", "", "", "", `{"type":"BPE","vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}`):                           "</w>",
		file("", "", "", "", `{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}`):                                         "dropout",
	} {
		_, err := tokenizer.FromJSON([]byte(source))
		if !errors.Is(err, tokenizer.ErrUnsupported) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", source, err, name)
		}
	}
}

// TestBadJSON holds files that are damaged or contradict themselves.
func TestBadJSON(t *testing.T) {
	for source, want := range map[string]string{
		"":             "ends",
		"[]":           `'['`,
		"{}":           "no model",
		`{"model":{}}`: "no vocabulary",
		`{"model":{"vocab":{"a":0},"merges":[]}} x`:         "after the end",
		`{"model":{"vocab":{"a":0},"merges":[]}`:            "ends",
		bpeModel(`{"a":0,"b":1}`, `["a b"]`):                `merge 0 ("a" "b"): token "ab" is not in the vocabulary`,
		bpeModel(`{"a":0,"ab":1}`, `["a b"]`):               `token "b" is not in the vocabulary`,
		bpeModel(`{"b":0,"ab":1}`, `[["a","b"]]`):           `token "a" is not in the vocabulary`,
		bpeModel(`{"a":0}`, `["a"]`):                        "not two tokens",
		bpeModel(`{"a":0}`, `["a b c"]`):                    "not two tokens",
		bpeModel(`{"a":0}`, `[["a"]]`):                      "a merge of 1",
		bpeModel(`{"a":0,"a":1}`, `[]`):                     "twice",
		bpeModel(`{"a":0,"b":0}`, `[]`):                     "two tokens with id 0",
		bpeModel(`{"a":-1}`, `[]`):                          "no token id",
		bpeModel(`{"a":4294967296}`, `[]`):                  "out of range",
		bpeModel(`{"a":2147483647}`, `[]`):                  "in a vocabulary of 1",
		bpeModel(`{"a":"0"}`, `[]`):                         "no token id",
		bpeModel("{\"a\xff\":0}", `[]`):                     "invalid UTF-8 at byte",
		bpeModel(`{"a\ud800":0}`, `[]`):                     "surrogate",
		bpeModel(`{"a\x":0}`, `[]`):                         "escape",
		bpeModel("{\"a\n\":0}", `[]`):                       "control character",
		bpeModel(`{"a":0}`, strings.Repeat("[", 1000)):      "",
		file("", "", "", "", strings.Repeat(`{"x":`, 1000)): "deep",
		file(strings.Repeat(`{"type":"Sequence","normalizers":[`, 20)+strings.Repeat(`]}`, 20), "", "", "", ""):                                                                "deep",
		file("", strings.Repeat(`{"type":"Sequence","pretokenizers":[`, 20)+strings.Repeat(`]}`, 20), "", "", ""):                                                              "deep",
		file("", `{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}`, "", "", ""):                                                                   "after ByteLevel",
		file("", `{"type":"Split","behavior":"Isolated"}`, "", "", ""):                                                                                                         "no pattern",
		file("", `{"type":"Split","pattern":{"String":""},"behavior":"Isolated"}`, "", "", ""):                                                                                 "empty pattern",
		file(`{"type":"Replace","pattern":{"String":""},"content":"x"}`, "", "", "", ""):                                                                                       "empty pattern",
		file(`{"type":"Sequence","normalizers":[`+strings.Repeat(`{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaa"},`, 9)+`{"type":"NFC"}]}`, "", "", "", ""): "times longer",
		file("", "", "", `{"type":"Sequence","decoders":[`+strings.Repeat(`{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaa"},`, 9)+`{"type":"Fuse"}]}`, ""):   "times longer",
		file(`{"type":"Sequence","normalizers":[`+strings.Repeat(`{"type":"NFC"},`, 40)+`{"type":"NFC"}]}`, "", "", "", ""):                                                    "more than 32",
		file("", `{"type":"Sequence","pretokenizers":[`+strings.Repeat(`{"type":"Digits"},`, 40)+`{"type":"Digits"}]}`, "", "", ""):                                            "more than 32",
		file("", `{"type":"Metaspace","replacement":"ab"}`, "", "", ""):                                                                                                        "not one character",
		file(`{"type":5}`, "", "", "", ""):                                                    "normalizer",
		file("", "", `{"type":"TemplateProcessing","single":[],"special_tokens":{}}`, "", ""): "0 times",
		file("", "", `{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}},{"Sequence":{"id":"A"}}],"special_tokens":{}}`, "", ""):                "not defined",
		file("", "", `{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}},{"Sequence":{"id":"A"}}],"special_tokens":{"x":{"ids":[9]}}}`, "", ""): "no token",
		file("", "", `{"type":"BertProcessing"}`, "", ""):                                                                 "no cls",
		file("", "", "", `{"type":"Strip","content":"ab","start":1,"stop":0}`, ""):                                        "one character",
		file("", "", "", `{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"ByteFallback"}]}`, ""):                  "after Fuse",
		file("", "", "", "", `{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"u"}`):                                `"u" is not in the vocabulary`,
		file("", "", "", "", `{"type":"BPE","vocab":{"a":0},"vocab":{"b":0},"merges":[]}`):                                "second vocabulary",
		`{"added_tokens":[{"id":5,"content":"a"}],"model":{"vocab":{"a":0},"merges":[]}}`:                                 "has id 5, but 0",
		`{"added_tokens":[{"id":0,"content":"b"}],"model":{"vocab":{"a":0},"merges":[]}}`:                                 `the id 0 of "a"`,
		`{"added_tokens":[{"id":2000000000,"content":"b"}],"model":{"vocab":{"a":0},"merges":[]}}`:                        "vocabulary of 1",
		`{"added_tokens":[{"id":1,"content":"` + strings.Repeat("b", 2000) + `"}],"model":{"vocab":{"a":0},"merges":[]}}`: "longer than",
		`{"added_tokens":5,"model":{"vocab":{"a":0},"merges":[]}}`:                                                        "added_tokens",
	} {
		start := time.Now()
		_, err := tokenizer.FromJSON([]byte(source))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "read tokenizer.json: ") {
			t.Errorf("%.200s: %v, want %q", source, err, want)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%.200s takes %v", source, took)
		}
	}
}

// TestOddJSON holds files that are unusual and right.
func TestOddJSON(t *testing.T) {
	for source, want := range map[string][]int32{
		`{"model":{"merges":["a b"],"vocab":{"a":0,"b":1,"ab":2}}}`:                                                                                       {2, 1},
		`{"model":{"merges":[["\u0061","b"]],"vocab":{"\u0061":0,"b":1,"a\u0062":2,"":3}}}`:                                                               {2, 1},
		`{ "model" : { "type" : "BPE" , "vocab" : { "ab" : 60000 , "b" : 1 , "a" : 0 } , "merges" : [ "a b" ] } , "truncation" : { "max_length" : 1 } } `: {60000, 1},
		`{"model":{"vocab":{"a":0,"b":1},"merges":[],"unk_token":null}}`:                                                                                  {0, 1, 1},
	} {
		tok, err := tokenizer.FromJSON([]byte(source))
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if ids := tok.Encode("abb", true); fmt.Sprint(ids) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", source, ids, want)
		}
		if data, err := tok.JSON(); err != nil || string(data) != source {
			t.Errorf("JSON is not what was read")
		}
	}
}

func TestInvalidText(t *testing.T) {
	tok := real(t, "llama3_2")
	for text, want := range map[string]string{
		"a\xffb": "a\uFFFDb", "\xe2\x82": "\uFFFD", "\xf0\x9f\x98x": "\uFFFDx", "\xc0\xaf": "\uFFFD\uFFFD", "\xed\xa0\x80": "\uFFFD\uFFFD\uFFFD",
	} {
		if got := tok.Decode(tok.Encode(text, false), false); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// message is a protocol buffer of fields, values being uint64, string or []byte.
func message(fields ...any) []byte {
	var b []byte
	for i := 0; i < len(fields); i += 2 {
		n := uint64(fields[i].(int))
		switch v := fields[i+1].(type) {
		case int:
			b = binary.AppendUvarint(binary.AppendUvarint(b, n<<3), uint64(v))
		case string:
			b = append(binary.AppendUvarint(binary.AppendUvarint(b, n<<3|2), uint64(len(v))), v...)
		case []byte:
			b = append(binary.AppendUvarint(binary.AppendUvarint(b, n<<3|2), uint64(len(v))), v...)
		}
	}
	return b
}

func TestBadSentencePiece(t *testing.T) {
	bpe := message(3, 2)
	unk := message(1, "<unk>", 3, 2)
	a := message(1, "a")
	for name, c := range map[string]struct {
		proto []byte
		want  string
	}{
		"empty":        {nil, "unigram"},
		"unigram":      {message(1, unk, 2, message(3, 1)), "unigram"},
		"char":         {message(1, unk, 2, message(3, 4)), "char"},
		"new type":     {message(1, unk, 2, message(3, 77)), "77"},
		"no pieces":    {message(2, bpe), "no pieces"},
		"normalizer":   {message(1, unk, 1, a, 2, bpe, 3, message(1, "nmt_nfkc", 2, "xyz")), "nmt_nfkc"},
		"suffix":       {message(1, unk, 1, a, 2, message(3, 2, 24, 1)), "treat_whitespace_as_suffix"},
		"no escape":    {message(1, unk, 1, a, 2, bpe, 3, message(5, 0)), "escape_whitespaces"},
		"twice":        {message(1, unk, 1, a, 1, a, 2, bpe), `both "a"`},
		"type":         {message(1, unk, 1, message(1, "a", 3, 9), 2, bpe), "unknown type 9"},
		"not text":     {message(1, unk, 1, message(1, "\xff"), 2, bpe), "no text"},
		"long":         {message(1, unk, 1, message(1, strings.Repeat("a", 600)), 2, bpe), "longer"},
		"cut off":      {message(1, unk, 2, bpe)[:5], "damaged"},
		"far too long": {[]byte{0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}, "damaged"},
		"wire type":    {[]byte{0x0B}, "damaged"},
		"field zero":   {[]byte{0x00, 0x00}, "damaged"},
	} {
		_, err := tokenizer.FromSentencePiece(c.proto)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestBadGGUF(t *testing.T) {
	good := func(change map[string]any) map[string]any {
		meta := map[string]any{
			"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "smollm", "tokenizer.ggml.tokens": []string{"a", "b", "ab"},
			"tokenizer.ggml.token_type": []int32{1, 1, 1}, "tokenizer.ggml.merges": []string{"a b"},
		}
		for k, v := range change {
			meta["tokenizer.ggml."+k] = v
		}
		return meta
	}
	tok, err := tokenizer.FromGGUF(good(nil))
	if err != nil || fmt.Sprint(tok.Encode("ab", true)) != "[2]" {
		t.Fatalf("%v", err)
	}
	for name, c := range map[string]struct {
		change map[string]any
		want   string
	}{
		"model":        {map[string]any{"model": "bert"}, "bert"},
		"no model":     {map[string]any{"model": nil}, "no tokenizer.ggml.model"},
		"pre":          {map[string]any{"pre": "klingon"}, "klingon"},
		"no tokens":    {map[string]any{"tokens": nil}, "0 tokens"},
		"types":        {map[string]any{"token_type": []int32{1}}, "3 tokens and 1 types"},
		"wrong type":   {map[string]any{"tokens": "a"}, "not a list of texts"},
		"merge":        {map[string]any{"merges": []string{"a c"}}, `"c" is not in the vocabulary`},
		"no merge":     {map[string]any{"merges": []string{"ab"}}, "not two tokens"},
		"twice":        {map[string]any{"tokens": []string{"a", "b", "a"}}, `both "a"`},
		"not text":     {map[string]any{"tokens": []string{"a", "b", "\xff"}}, "no text"},
		"bos":          {map[string]any{"bos_token_id": uint32(7)}, "in a vocabulary of 3"},
		"bos type":     {map[string]any{"bos_token_id": "x"}, "not an integer"},
		"no bos":       {map[string]any{"add_bos_token": true}, "no tokenizer.ggml.bos_token_id"},
		"no eos":       {map[string]any{"add_eos_token": true}, "no tokenizer.ggml.eos_token_id"},
		"flag":         {map[string]any{"add_bos_token": 1}, "not true or false"},
		"llama scores": {map[string]any{"model": "llama"}, "0 scores"},
		"llama types": {map[string]any{"model": "llama", "scores": []float32{0, 0, 0}, "token_type": []int32{1, 1, 77},
			"add_bos_token": false}, "unknown type 77"},
	} {
		_, err := tokenizer.FromGGUF(good(c.change))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if names := tokenizer.GGUFPreTokenizers(); len(names) < 10 {
		t.Errorf("pre-tokenizers %v", names)
	}
	for _, name := range tokenizer.GGUFPreTokenizers() {
		tok, err := tokenizer.FromGGUF(good(map[string]any{"pre": name, "add_bos_token": false}))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rewritten(t, tok)
	}
}

// TestDescendingIDs reads a vocabulary that begins with its highest id.
func TestDescendingIDs(t *testing.T) {
	const n = 100_000
	var b strings.Builder
	for id := n - 1; id >= 0; id-- {
		fmt.Fprintf(&b, `,"t%d":%d`, id, id)
	}
	tok, err := tokenizer.FromJSON([]byte(bpeModel("{"+b.String()[1:]+"}", "[]")))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int32{0, 7, n - 1} {
		if token, ok := tok.Token(id); !ok || token != fmt.Sprint("t", id) {
			t.Errorf("%d is %q", id, token)
		}
	}
}
