// Package safeyaml reads YAML of unknown origin. The library that parses it panics on
// some malformed documents; here that is an error like any other. It also takes memory
// that grows with the square of the nesting (100 KB of brackets: gigabytes), some
// hundred bytes for each token, and copies what aliases stand for. So the tokens, which
// it finds in linear time, are counted before it parses them.
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

	flow  int   // open brackets and braces
	run   int   // tokens since the last scalar that only say what comes: tags, anchors, ?, :
	block []int // columns of the blocks that are open
	line  int   // of the last token
}

func (c *counter) add(t *token.Token) error {
	c.tokens++
	c.nest(t)
	depth := c.flow + c.run + len(c.block)
	at := t.Position.Line
	switch {
	case c.tokens > c.limit:
		return fmt.Errorf("%w: more than %d words and signs up to line %d", ErrLimit, c.limit, at)
	case depth > maxDepth:
		return fmt.Errorf("%w: line %d is nested more than %d deep", ErrLimit, at, maxDepth)
	case c.aliases > maxAliases:
		return fmt.Errorf("%w: more than %d aliases up to line %d", ErrLimit, maxAliases, at)
	}
	return nil
}

func (c *counter) nest(t *token.Token) {
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		c.flow++
	case token.SequenceEndType, token.MappingEndType:
		c.flow = max(c.flow-1, 0)
	case token.TagType, token.AnchorType, token.MappingKeyType, token.MappingValueType:
		c.run++
	case token.AliasType:
		c.aliases++
	case token.CommentType, token.CollectEntryType:
	default:
		c.run = 0
	}
	// Blocks begin at the first token of a line, and at each dash.
	if begins := t.Position.Line != c.line || t.Type == token.SequenceEntryType; begins && c.flow == 0 {
		for len(c.block) > 0 && c.block[len(c.block)-1] >= t.Position.Column {
			c.block = c.block[:len(c.block)-1]
		}
		c.block = append(c.block, t.Position.Column)
	}
	c.line = t.Position.Line
}
