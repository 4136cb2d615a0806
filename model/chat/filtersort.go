package chat

import (
	"fmt"
	"sort"
	"strings"
)

// sortKeys are the values that items are compared by.
func (s *state) sortKeys(items []any, attr any, caseSensitive bool) ([]any, error) {
	keys := append([]any{}, items...)
	var err error
	if attr != nil && !isAbsent(attr) {
		if keys, err = s.pluck(items, attr, absent); err != nil {
			return nil, err
		}
	}
	if !caseSensitive {
		for i, k := range keys {
			if text, ok := k.(string); ok {
				if err := s.spend(len(text)); err != nil {
					return nil, err
				}
				keys[i] = strings.ToLower(text)
			}
		}
	}
	return keys, s.spend(32 * len(items))
}

func sortFilter(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("reverse", "case_sensitive", "attribute")
	if err != nil {
		return nil, err
	}
	items, err := s.iterate(v)
	if err != nil {
		return nil, err
	}
	keys, err := s.sortKeys(items, args[2], truth(args[1]))
	if err != nil {
		return nil, err
	}
	return s.sorted(items, keys, truth(args[0]))
}

// sorted orders items by their keys, stably.
func (s *state) sorted(items, keys []any, reverse bool) (any, error) {
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	var failed error
	sort.SliceStable(order, func(i, j int) bool {
		if failed != nil {
			return false
		}
		x, y := keys[order[i]], keys[order[j]]
		if reverse {
			x, y = y, x
		}
		ok, err := s.less(x, y, 0)
		if err != nil {
			failed = err
		}
		return ok
	})
	if failed != nil {
		return nil, failed
	}
	out := &listValue{items: make([]any, len(items))}
	for i, j := range order {
		out.items[i] = items[j]
	}
	return out, nil
}

func dictSort(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("case_sensitive", "by", "reverse")
	if err != nil {
		return nil, err
	}
	d, ok := v.(*dictValue)
	if !ok {
		return nil, fmt.Errorf("expected a dict, not %s", typeName(v))
	}
	by, err := textOr(args[1], "key")
	if err != nil {
		return nil, err
	}
	pairs, err := s.pairs(d)
	if err != nil {
		return nil, err
	}
	at := int64(0)
	if by == "value" {
		at = 1
	}
	items := pairs.(*listValue).items
	keys, err := s.sortKeys(items, at, truth(args[0]))
	if err != nil {
		return nil, err
	}
	return s.sorted(items, keys, truth(args[2]))
}

func uniqueFilter(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("case_sensitive", "attribute")
	if err != nil {
		return nil, err
	}
	items, err := s.iterate(v)
	if err != nil {
		return nil, err
	}
	keys, err := s.sortKeys(items, args[1], truth(args[0]))
	if err != nil {
		return nil, err
	}
	out, seen := &listValue{}, newDict()
	for i, k := range keys {
		if !hashable(k) {
			return nil, fmt.Errorf("unhashable type: '%s'", typeName(k))
		}
		if _, twice := seen.get(k); !twice {
			seen.set(k, true)
			out.items = append(out.items, items[i])
		}
	}
	return out, s.spend(64 * len(items))
}

func reverseFilter(s *state, v any, _ callArgs) (any, error) {
	items, err := s.iterate(v)
	if err != nil {
		return nil, err
	}
	if err := s.spend(16 * len(items)); err != nil {
		return nil, err
	}
	out := make([]any, len(items))
	for i, item := range items {
		out[len(items)-1-i] = item
	}
	if _, ok := v.(string); ok {
		return s.join(out, "")
	}
	return &listValue{items: out}, nil
}

func sumFilter(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("attribute", "start")
	if err != nil {
		return nil, err
	}
	items, err := s.iterate(v)
	if err != nil {
		return nil, err
	}
	if args[0] != nil && !isAbsent(args[0]) {
		if items, err = s.pluck(items, args[0], absent); err != nil {
			return nil, err
		}
	}
	total := args[1]
	if isAbsent(total) {
		total = int64(0)
	}
	for _, item := range items {
		if total, err = s.arithmetic("+", total, item); err != nil {
			return nil, err
		}
	}
	return total, nil
}

// extreme is min or max.
func extreme(sign int) filter {
	return func(s *state, v any, a callArgs) (any, error) {
		args, err := a.params("case_sensitive", "attribute")
		if err != nil {
			return nil, err
		}
		items, err := s.iterate(v)
		if err != nil {
			return nil, err
		}
		if len(items) == 0 {
			return undefined{name: "No aggregated item, sequence was empty."}, nil
		}
		keys, err := s.sortKeys(items, args[1], truth(args[0]))
		if err != nil {
			return nil, err
		}
		best := 0
		for i := range keys {
			x, y := keys[i], keys[best]
			if sign > 0 {
				x, y = y, x
			}
			better, err := s.less(x, y, 0)
			if err != nil {
				return nil, err
			}
			if better {
				best = i
			}
		}
		return items[best], nil
	}
}

func attrFilter(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("name")
	if err != nil {
		return nil, err
	}
	name, err := textOr(args[0], "")
	if err != nil {
		return nil, err
	}
	if m := method(v, name); m != nil {
		return m, nil
	}
	if n, ok := v.(*namespace); ok {
		return s.attribute(n, name)
	}
	return undefined{name: fmt.Sprintf("'%s object' has no attribute '%s'", typeName(v), name)}, nil
}

func batchFilter(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("linecount", "fill_with")
	if err != nil {
		return nil, err
	}
	n, err := intOr(args[0], 0)
	if err != nil || n < 1 || n > maxRange {
		return nil, fmt.Errorf("bad size of a batch")
	}
	items, err := s.iterate(v)
	if err != nil {
		return nil, err
	}
	if err := s.spend(40 * (len(items) + int(n))); err != nil {
		return nil, err
	}
	out := &listValue{}
	for len(items) > 0 {
		k := min(int(n), len(items))
		row := append([]any{}, items[:k]...)
		for args[1] != nil && !isAbsent(args[1]) && len(row) < int(n) {
			row = append(row, args[1])
		}
		out.items = append(out.items, &listValue{items: row})
		items = items[k:]
	}
	return out, nil
}
