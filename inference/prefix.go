package inference

import (
	"slices"

	"loyal/lm"
)

// minReuse is the shortest common beginning, in tokens, for which a cache is
// copied instead of computed.
const minReuse = 16

// prefixCache keeps the key/value caches of texts that have ended, so that a text
// that begins alike (the next turn of a conversation, another question under the
// same system prompt) goes on from there. The least recently used go first.
type prefixCache struct {
	entries []*prefixEntry // most recently used last
	tokens  int            // in all of them
}

type prefixEntry struct {
	tokens []int32 // seq.Len() of them
	seq    lm.Sequence
}

// put hands a sequence over to the cache. tokens is its text.
func (c *prefixCache) put(tokens []int32, seq lm.Sequence) {
	if len(tokens) < minReuse {
		seq.Close()
		return
	}
	// An entry that the new one contains is of no more use, and the other way round.
	for i, e := range c.entries {
		switch n := lm.CommonPrefix(e.tokens, tokens); n {
		case len(tokens):
			seq.Close()
			c.touch(i)
			return
		case len(e.tokens):
			c.remove(i).seq.Close()
			c.add(tokens, seq)
			return
		}
	}
	c.add(tokens, seq)
}

func (c *prefixCache) add(tokens []int32, seq lm.Sequence) {
	c.entries = append(c.entries, &prefixEntry{slices.Clone(tokens), seq})
	c.tokens += len(tokens)
}

// find returns the entry with the longest common beginning with text, and its length.
func (c *prefixCache) find(text []int32) (best *prefixEntry, n int) {
	for _, e := range c.entries {
		if k := lm.CommonPrefix(e.tokens, text); k > n {
			best, n = e, k
		}
	}
	return best, n
}

// take returns a sequence with the first n tokens of an entry. Where that is the
// whole entry, or all but its last token, the entry itself goes; else it stays and is copied.
func (c *prefixCache) take(e *prefixEntry, n int) lm.Sequence {
	i := slices.Index(c.entries, e)
	if n >= len(e.tokens)-1 {
		seq := c.remove(i).seq
		seq.Truncate(n)
		return seq
	}
	c.touch(i)
	seq := e.seq.Fork()
	seq.Truncate(n)
	return seq
}

// shrink drops entries until they hold no more tokens than this.
func (c *prefixCache) shrink(tokens int) {
	for c.tokens > tokens {
		c.remove(0).seq.Close()
	}
}

func (c *prefixCache) touch(i int) {
	e := c.entries[i]
	c.entries = append(slices.Delete(c.entries, i, i+1), e)
}

func (c *prefixCache) remove(i int) *prefixEntry {
	e := c.entries[i]
	c.entries = slices.Delete(c.entries, i, i+1)
	c.tokens -= len(e.tokens)
	return e
}
