package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// JSON returns the tokenizer as a tokenizer.json, which Hugging Face's libraries
// load with the same behavior: what FromJSON read, byte for byte, or one made
// from the vocabulary.
func (t *Tokenizer) JSON() ([]byte, error) {
	if t.source != "" {
		return []byte(t.source), nil
	}
	var w jsonWriter
	d := t.def
	w.text("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": ")
	w.list(len(d.added), "    ", func(i int) { w.value(d.added[i]) })
	for _, part := range []struct {
		name string
		raw  json.RawMessage
	}{
		{"normalizer", d.normalizer}, {"pre_tokenizer", d.preTokenizer},
		{"post_processor", d.postProcessor}, {"decoder", d.decoder},
	} {
		w.text(",\n  \"" + part.name + "\": ")
		if isNull(part.raw) {
			w.text("null")
		} else {
			w.text(string(part.raw))
		}
	}
	w.text(",\n  \"model\": ")
	w.model(d)
	w.text("\n}\n")
	if w.err != nil {
		return nil, fmt.Errorf("write tokenizer.json: %w", w.err)
	}
	return w.b.Bytes(), nil
}

// jsonWriter writes JSON with a token a line, as the library does.
type jsonWriter struct {
	b   bytes.Buffer
	err error
}

func (w *jsonWriter) text(s string) { w.b.WriteString(s) }

func (w *jsonWriter) value(v any) {
	raw, err := encodeJSON(v)
	if err != nil {
		w.err = err
	}
	w.b.Write(raw)
}

func (w *jsonWriter) list(n int, indent string, element func(int)) {
	w.text("[")
	for i := range n {
		if i > 0 {
			w.text(",")
		}
		w.text("\n" + indent)
		element(i)
	}
	if n > 0 {
		w.text("\n" + indent[2:])
	}
	w.text("]")
}

func (w *jsonWriter) model(d *definition) {
	var unk any
	if d.hasUnk {
		unk = d.unk
	}
	w.text("{\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": ")
	w.value(unk)
	w.text(fmt.Sprintf(",\n    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": null,\n"+
		"    \"fuse_unk\": %v,\n    \"byte_fallback\": %v,\n    \"ignore_merges\": %v,\n    \"vocab\": {",
		d.fuseUnk, d.byteFallback, d.ignoreMerges))
	comma := ""
	for id, token := range d.tokens {
		if token == "" {
			continue
		}
		w.text(comma + "\n      ")
		w.value(token)
		w.text(fmt.Sprintf(": %d", id))
		comma = ","
	}
	w.text("\n    },\n    \"merges\": ")
	w.merges(d)
	w.text("\n  }")
}

// merges writes the merges by rank: in the older form "a b" where no token has a
// space in it, else as pairs.
func (w *jsonWriter) merges(d *definition) {
	type ranked struct {
		pair
		rank uint64
	}
	all := make([]ranked, 0, d.table.n)
	pairs := false
	for p, value := range d.table.all {
		all = append(all, ranked{p, value >> 32})
		pairs = pairs || strings.Contains(d.tokens[p.left], " ") || strings.Contains(d.tokens[p.right], " ")
	}
	sort.Slice(all, func(i, j int) bool { return all[i].rank < all[j].rank })
	w.list(len(all), "      ", func(i int) {
		left, right := d.tokens[all[i].left], d.tokens[all[i].right]
		if pairs {
			w.value([]string{left, right})
		} else {
			w.value(left + " " + right)
		}
	})
}

// encodeJSON is json.Marshal without the escapes for HTML.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return slices.Clone(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// mustJSON encodes an object that this package has made of texts and numbers,
// which cannot fail.
func mustJSON(o object) json.RawMessage {
	raw, err := encodeJSON(o)
	if err != nil {
		return json.RawMessage("null")
	}
	return raw
}
