// Package safeyaml reads YAML of unknown origin. The library that parses it panics on
// some malformed documents; here that is an error like any other. It also takes memory
// that grows with the square of the nesting (100 KB of brackets: gigabytes), some
// hundred bytes for each token, and copies what aliases stand for. So the tokens, which
// it finds in linear time, are counted before it parses them. Of several documents the
// library reads the first; here they are an error, so that nothing is left out unseen.
package safeyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"
)

// Errors that callers can tell apart.
var (
	// ErrMalformed reports a document that the parser could not cope with.
	ErrMalformed = errors.New("malformed YAML")
	// ErrLimit reports a document that would take too much memory.
	ErrLimit = errors.New("YAML beyond the limits")
)

const (
	// MaxTokens is enough for 50,000 fingerprints of another tool; half a gigabyte.
	MaxTokens = 1 << 19
	// FewTokens is enough for what people write by hand.
	FewTokens = 1 << 15

	maxBytes = 16 << 20 // the scanner itself takes some ten bytes for each
	maxDepth = 64
	// maxKeys bounds one mapping: the library compares each key with all others.
	maxKeys = 4096
	// maxAliases bounds what aliases of aliases multiply to (some twenty times).
	maxAliases = 8
)

// Unmarshal decodes data, which has at most so many tokens, into v.
func Unmarshal(data []byte, tokens int, v any) (err error) {
	defer func() {
		if recover() != nil {
			err = ErrMalformed
		}
	}()
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors put it; nobody sees it
	if err := check(data, tokens); err != nil {
		return err
	}
	return yaml.Unmarshal(data, v)
}

func check(data []byte, tokens int) error {
	if len(data) > maxBytes {
		return fmt.Errorf("%w: %d bytes, over %d", ErrLimit, len(data), maxBytes)
	}
	var s scanner.Scanner
	s.Init(string(data))
	c := counter{limit: tokens}
	for {
		some, err := s.Scan()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		for _, t := range some {
			if err := c.add(t); err != nil {
				return err
			}
		}
	}
}

// counter measures a document by its tokens, never as less than it is.
type counter struct {
	limit, tokens, aliases int

	directive int  // the line of the last one
	begun     bool // something other than comments and directives has come
	ended     bool // and what closes the document

	flow  []int   // keys so far in each open bracket and brace
	run   int     // tokens since the last scalar that only say what comes: tags, anchors, ?, :
	block []block // those that are open
	line  int     // of the last token
	keys  int     // of the mapping to which the last token belongs
}

type block struct{ column, keys int }

func (c *counter) add(t *token.Token) error {
	c.tokens++
	if err := c.document(t); err != nil {
		return err
	}
	c.nest(t)
	depth := len(c.flow) + c.run + len(c.block)
	at := t.Position.Line
	switch {
	case c.tokens > c.limit:
		return fmt.Errorf("%w: more than %d words and signs up to line %d", ErrLimit, c.limit, at)
	case depth > maxDepth:
		return fmt.Errorf("%w: line %d is nested more than %d deep", ErrLimit, at, maxDepth)
	case c.keys > maxKeys:
		return fmt.Errorf("%w: more than %d keys of one mapping up to line %d", ErrLimit, maxKeys, at)
	case c.aliases > maxAliases:
		return fmt.Errorf("%w: more than %d aliases up to line %d", ErrLimit, maxAliases, at)
	}
	return nil
}

// document refuses a second one.
func (c *counter) document(t *token.Token) error {
	switch t.Type {
	case token.CommentType:
	case token.DirectiveType:
		c.directive = t.Position.Line
	case token.DocumentHeaderType, token.DocumentEndType:
		c.ended = c.begun
	default:
		if t.Position.Line == c.directive {
			return nil
		}
		if c.ended {
			return fmt.Errorf("%w: line %d begins a second document", ErrMalformed, t.Position.Line)
		}
		c.begun = true
	}
	return nil
}

func (c *counter) nest(t *token.Token) {
	begins := t.Position.Line != c.line || t.Type == token.SequenceEntryType
	c.line = t.Position.Line
	if begins && len(c.flow) == 0 {
		c.enter(t)
	}
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		c.flow = append(c.flow, 0)
	case token.SequenceEndType, token.MappingEndType:
		c.flow = c.flow[:max(len(c.flow)-1, 0)]
	case token.MappingValueType:
		c.run++
		c.count()
	case token.TagType, token.AnchorType, token.MappingKeyType:
		c.run++
	case token.AliasType:
		c.aliases++
	case token.CommentType, token.CollectEntryType:
	default:
		c.run = 0
	}
}

// enter notes the block in which a token stands that is the first of its line, or a
// dash.
func (c *counter) enter(t *token.Token) {
	column := t.Position.Column
	for len(c.block) > 0 && c.block[len(c.block)-1].column > column {
		c.block = c.block[:len(c.block)-1]
	}
	switch last := len(c.block) - 1; {
	case last < 0 || c.block[last].column < column:
		c.block = append(c.block, block{column: column})
	case t.Type == token.SequenceEntryType:
		c.block[last].keys = 0
	}
}

// count counts a key.
func (c *counter) count() {
	switch last := len(c.block) - 1; {
	case len(c.flow) > 0:
		c.flow[len(c.flow)-1]++
		c.keys = c.flow[len(c.flow)-1]
	case last >= 0:
		c.block[last].keys++
		c.keys = c.block[last].keys
	}
}
