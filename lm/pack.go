package lm

import "slices"

// minShared is the shortest common beginning worth a segment of its own where texts
// are long: shorter ones cost more in bookkeeping than they save.
const minShared = 8

// Packed is a list of texts as a forest in which common beginnings are held, and
// computed, once.
type Packed struct {
	Forest    []Segment
	paths     [][]int // for each text its segments, from the root
	minShared int
}

// Pack builds the forest of some texts, each of at least one token.
func Pack(texts [][]int32) *Packed { return PackShared(texts, minShared) }

// PackShared is Pack, where common beginnings of `shortest` tokens already get a
// segment of their own: many short texts (sentences, say) run faster so.
func PackShared(texts [][]int32, shortest int) *Packed {
	p := &Packed{paths: make([][]int, len(texts)), minShared: max(shortest, 1)}
	all := make([]int, len(texts))
	for i := range all {
		all[i] = i
	}
	// Texts that begin alike become neighbors; the order of equals is kept.
	slices.SortStableFunc(all, func(a, b int) int { return slices.Compare(texts[a], texts[b]) })
	p.add(texts, all, 0, Root)
	return p
}

// PackTails is Pack, but the tokens of text i from cuts[i] on stand in a segment of
// their own, so that what is before them can be held (Trainer.Hold). Cuts lie within
// the texts.
func PackTails(texts [][]int32, cuts []int) *Packed {
	heads := make([][]int32, len(texts))
	for i, t := range texts {
		heads[i] = t[:cuts[i]]
	}
	p := Pack(heads)
	// Tails come right behind their heads: what runs together is neighbors.
	tails := make([][]int, len(p.Forest)) // texts by the segment that they continue
	var whole []int
	for i, path := range p.paths {
		if cuts[i] == 0 {
			whole = append(whole, i)
		} else {
			leaf := path[len(path)-1]
			tails[leaf] = append(tails[leaf], i)
		}
	}
	heading, moved := p.Forest, make([]int, len(p.Forest))
	p.Forest = nil
	add := func(i, parent int) {
		p.Forest = append(p.Forest, Segment{Tokens: texts[i][cuts[i]:], Parent: parent})
		for j, s := range p.paths[i] {
			p.paths[i][j] = moved[s]
		}
		p.paths[i] = append(p.paths[i], len(p.Forest)-1)
	}
	for s, seg := range heading {
		if seg.Parent != Root {
			seg.Parent = moved[seg.Parent]
		}
		p.Forest = append(p.Forest, seg)
		moved[s] = len(p.Forest) - 1
		for _, i := range tails[s] {
			add(i, moved[s])
		}
	}
	for _, i := range whole {
		add(i, Root)
	}
	return p
}

// add hangs the sorted texts, of which the first `depth` tokens are placed, under parent.
func (p *Packed) add(texts [][]int32, sorted []int, depth, parent int) {
	for len(sorted) > 0 {
		n, end := p.group(texts, sorted, depth)
		if n == 1 {
			end = len(texts[sorted[0]])
		}
		if end > depth {
			p.Forest = append(p.Forest, Segment{Tokens: texts[sorted[0]][depth:end], Parent: parent})
			seg := len(p.Forest) - 1
			for _, t := range sorted[:n] {
				p.paths[t] = append(p.paths[t], seg)
			}
			if n > 1 {
				p.add(texts, sorted[:n], end, seg)
			}
		}
		sorted = sorted[n:]
	}
}

// group is how many of the sorted texts share a segment with the first one, and
// where that segment ends. A text that is used up stands alone, with nothing left.
func (p *Packed) group(texts [][]int32, sorted []int, depth int) (n, end int) {
	first := texts[sorted[0]]
	n, end = 1, len(first)
	for n < len(sorted) {
		c := CommonPrefix(first[:end], texts[sorted[n]])
		if c-depth < p.minShared {
			break
		}
		end = c
		n++
	}
	return n, end
}

// At is the position of a token of a text.
func (p *Packed) At(text, token int) Position {
	for _, s := range p.paths[text] {
		n := len(p.Forest[s].Tokens)
		if token < n {
			return Position{Segment: s, Offset: token}
		}
		token -= n
	}
	return Position{Segment: Root, Offset: token}
}

// Leaf is the segment in which a text ends: what to pick to run the whole text.
func (p *Packed) Leaf(text int) int {
	path := p.paths[text]
	return path[len(path)-1]
}
