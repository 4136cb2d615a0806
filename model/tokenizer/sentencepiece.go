package tokenizer

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"unicode/utf8"
)

// Types of pieces, the same in SentencePiece models and GGUF metadata
// (sentencepiece_model.proto, ModelProto.SentencePiece.Type).
const (
	pieceNormal  = 1
	pieceUnknown = 2
	pieceControl = 3
	pieceUser    = 4
	pieceUnused  = 5
	pieceByte    = 6
)

// piece is one entry of a SentencePiece vocabulary.
type piece struct {
	text  string
	score float32
	kind  int
}

// maxPiece bounds the length of a piece in bytes: finding the merges of a piece
// takes the square of it.
const maxPiece = 512

// spieces is a vocabulary in SentencePiece's style with what else it says.
type spieces struct {
	pieces       []piece
	byteFallback bool
	dummyPrefix  bool // text begins with a ▁
	squeeze      bool // spaces at the ends go, runs of spaces become one
	before       []int32
	after        []int32
}

// FromSentencePiece reads a SentencePiece model of type BPE (tokenizer.model).
// The result behaves as Hugging Face's conversion of such models does: control
// symbols are recognized in the text, and BOS begins it.
func FromSentencePiece(proto []byte) (*Tokenizer, error) {
	t, err := fromSentencePiece(proto)
	if err != nil {
		return nil, reading("SentencePiece model", err)
	}
	return t, nil
}

func fromSentencePiece(proto []byte) (*Tokenizer, error) {
	m := spModel{modelType: 1, bos: 1, eos: 2, dummyPrefix: true, squeeze: true, escape: true}
	if err := m.read(proto); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	sp := &spieces{pieces: m.pieces, byteFallback: m.byteFallback, dummyPrefix: m.dummyPrefix, squeeze: m.squeeze}
	if m.bos >= 0 && int(m.bos) < len(m.pieces) {
		sp.before = []int32{m.bos}
	}
	def, err := sp.definition()
	if err != nil {
		return nil, err
	}
	t, err := build(def)
	if err != nil {
		return nil, err
	}
	if m.eos >= 0 && int(m.eos) < len(m.pieces) {
		t.eos = m.eos
	}
	return t, nil
}

// definition expresses the vocabulary as tokenizer.json does.
func (sp *spieces) definition() (*definition, error) {
	def := &definition{byteFallback: sp.byteFallback, fuseUnk: true}
	def.ids = make(map[string]int32, len(sp.pieces))
	def.tokens = make([]string, len(sp.pieces))
	for i, p := range sp.pieces {
		if p.text == "" || len(p.text) > maxPiece || !utf8.ValidString(p.text) {
			return nil, fmt.Errorf("piece %d: %.40q is empty, no text, or longer than %d bytes", i, p.text, maxPiece)
		}
		if other, twice := def.ids[p.text]; twice {
			return nil, fmt.Errorf("pieces %d and %d are both %q", other, i, p.text)
		}
		def.ids[p.text], def.tokens[i] = int32(i), p.text
		switch p.kind {
		case pieceUnknown:
			def.unk, def.hasUnk = p.text, true
			fallthrough
		case pieceControl:
			def.added = append(def.added, addedToken{ID: int32(i), Content: p.text, Special: true})
		case pieceUser:
			def.added = append(def.added, addedToken{ID: int32(i), Content: p.text})
		case pieceNormal, pieceUnused, pieceByte:
		default:
			return nil, fmt.Errorf("piece %d (%q) is of the unknown type %d", i, p.text, p.kind)
		}
		if math.IsNaN(float64(p.score)) {
			return nil, fmt.Errorf("piece %d (%q): its score is not a number", i, p.text)
		}
	}
	def.table = sp.merges(def.ids)
	def.normalizer = sp.normalizer()
	def.decoder = sp.decoder()
	def.postProcessor = templateProcessing(def.tokens, sp.before, sp.after)
	return def, nil
}

// merges finds the pairs that make up each piece. SentencePiece merges the
// adjacent symbols whose concatenation has the best score; with the pairs ranked
// by it that is byte pair encoding. Of equal scores the longer left side comes
// first, then the longer right side, as transformers' converters rank them.
func (sp *spieces) merges(ids map[string]int32) pairTable {
	type merge struct {
		pair
		merged int32
		score  float32
		length [2]int // in characters
	}
	var all []merge
	mergeable := func(id int32) bool {
		k := sp.pieces[id].kind
		return k == pieceNormal || k == pieceUnused
	}
	for i, p := range sp.pieces {
		if !mergeable(int32(i)) {
			continue
		}
		total, left := utf8.RuneCountInString(p.text), 0
		for cut := range p.text {
			if cut == 0 {
				continue
			}
			left++
			l, okL := ids[p.text[:cut]]
			r, okR := ids[p.text[cut:]]
			if okL && okR && mergeable(l) && mergeable(r) {
				all = append(all, merge{pair{l, r}, int32(i), p.score, [2]int{left, total - left}})
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := &all[i], &all[j]
		if a.score != b.score {
			return a.score > b.score
		}
		if a.length[0] != b.length[0] {
			return a.length[0] > b.length[0]
		}
		return a.length[1] > b.length[1]
	})
	table := newPairTable(len(all))
	for rank, m := range all {
		table.put(m.left, m.right, uint32(rank), uint32(m.merged))
	}
	return table
}

// object is JSON under construction. encoding/json sorts its keys, which is as
// good an order as any.
type object map[string]any

func (sp *spieces) normalizer() json.RawMessage {
	var parts []object
	if sp.squeeze {
		parts = append(parts,
			object{"type": "Replace", "pattern": object{"Regex": patternSpaceEnds}, "content": ""},
			object{"type": "Replace", "pattern": object{"Regex": patternSpaceRun}, "content": " "})
	}
	if sp.dummyPrefix {
		parts = append(parts, object{"type": "Prepend", "prepend": "▁"})
	}
	parts = append(parts, object{"type": "Replace", "pattern": object{"String": " "}, "content": "▁"})
	return mustJSON(object{"type": "Sequence", "normalizers": parts})
}

func (sp *spieces) decoder() json.RawMessage {
	parts := []object{{"type": "Replace", "pattern": object{"String": "▁"}, "content": " "}}
	if sp.byteFallback {
		parts = append(parts, object{"type": "ByteFallback"})
	}
	parts = append(parts, object{"type": "Fuse"})
	if sp.dummyPrefix {
		parts = append(parts, object{"type": "Strip", "content": " ", "start": 1, "stop": 0})
	}
	return mustJSON(object{"type": "Sequence", "decoders": parts})
}

// templateProcessing is the post-processor that puts tokens around a text, or
// null if there are none.
func templateProcessing(tokens []string, before, after []int32) json.RawMessage {
	if len(before)+len(after) == 0 {
		return json.RawMessage("null")
	}
	special := object{}
	one := func(text string, typeID int) []object {
		var items []object
		add := func(ids []int32) {
			for _, id := range ids {
				name := tokens[id]
				special[name] = object{"id": name, "ids": []int32{id}, "tokens": []string{name}}
				items = append(items, object{"SpecialToken": object{"id": name, "type_id": typeID}})
			}
		}
		add(before)
		items = append(items, object{"Sequence": object{"id": text, "type_id": typeID}})
		add(after)
		return items
	}
	return mustJSON(object{
		"type": "TemplateProcessing", "single": one("A", 0), "pair": append(one("A", 0), one("B", 1)...),
		"special_tokens": special,
	})
}

// spModel is a SentencePiece model file (sentencepiece_model.proto).
type spModel struct {
	pieces       []piece
	modelType    uint64 // TrainerSpec.model_type; 2 is BPE
	byteFallback bool
	suffix       bool // treat_whitespace_as_suffix
	bos, eos     int32

	normalizerName string
	charsmap       int // length of precompiled_charsmap
	dummyPrefix    bool
	squeeze        bool // remove_extra_whitespaces
	escape         bool // escape_whitespaces
}

func (m *spModel) check() error {
	types := map[uint64]string{1: "unigram", 3: "word", 4: "char"}
	switch {
	case m.modelType != 2:
		name := types[m.modelType]
		if name == "" {
			name = fmt.Sprint(m.modelType)
		}
		return unsupported("model type", name)
	case m.charsmap > 0:
		return unsupported("normalizer", m.normalizerName)
	case m.suffix:
		return unsupported("option", "treat_whitespace_as_suffix")
	case !m.escape:
		return unsupported("option", "escape_whitespaces=false")
	case len(m.pieces) == 0:
		return fmt.Errorf("no pieces")
	}
	return nil
}

func (m *spModel) read(b []byte) error {
	return protoFields(b, func(field int, number uint64, data []byte) error {
		switch field {
		case 1:
			p := piece{kind: pieceNormal}
			err := protoFields(data, func(field int, number uint64, data []byte) error {
				switch field {
				case 1:
					p.text = string(data)
				case 2:
					p.score = math.Float32frombits(uint32(number))
				case 3:
					p.kind = int(int32(number))
				}
				return nil
			})
			m.pieces = append(m.pieces, p)
			return err
		case 2:
			return protoFields(data, m.trainer)
		case 3:
			return protoFields(data, m.normalizer)
		}
		return nil
	})
}

// trainer reads TrainerSpec.
func (m *spModel) trainer(field int, number uint64, _ []byte) error {
	switch field {
	case 3:
		m.modelType = number
	case 24:
		m.suffix = number != 0
	case 35:
		m.byteFallback = number != 0
	case 41:
		m.bos = int32(number)
	case 42:
		m.eos = int32(number)
	}
	return nil
}

// normalizer reads NormalizerSpec.
func (m *spModel) normalizer(field int, number uint64, data []byte) error {
	switch field {
	case 1:
		m.normalizerName = string(data)
	case 2:
		m.charsmap = len(data)
	case 3:
		m.dummyPrefix = number != 0
	case 4:
		m.squeeze = number != 0
	case 5:
		m.escape = number != 0
	}
	return nil
}

// protoFields calls field for each field of a protocol buffer message: number
// holds varints and fixed-width values, data what is length-delimited.
func protoFields(b []byte, field func(field int, number uint64, data []byte) error) error {
	bad := fmt.Errorf("damaged protocol buffer")
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 || key>>3 == 0 || key>>3 > 1<<29 {
			return bad
		}
		b = b[n:]
		var number uint64
		var data []byte
		switch size := 0; key & 7 {
		case 0:
			if number, size = binary.Uvarint(b); size <= 0 {
				return bad
			}
			b = b[size:]
		case 1:
			if len(b) < 8 {
				return bad
			}
			number, b = binary.LittleEndian.Uint64(b), b[8:]
		case 2:
			length, size := binary.Uvarint(b)
			if size <= 0 || length > uint64(len(b)-size) {
				return bad
			}
			data, b = b[size:size+int(length)], b[size+int(length):]
		case 5:
			if len(b) < 4 {
				return bad
			}
			number, b = uint64(binary.LittleEndian.Uint32(b)), b[4:]
		default:
			return bad
		}
		if err := field(int(key>>3), number, data); err != nil {
			return err
		}
	}
	return nil
}
