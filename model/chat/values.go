package chat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strings"
	"unicode/utf8"
)

// Values of a template are, for Python's types: nil (None), bool, int64, float64,
// string, *listValue (list and tuple), *dictValue, rangeValue, *namespace,
// *loopValue, function, and undefined.

type listValue struct {
	items []any
	tuple bool
}

// dictValue keeps the order of insertion.
type dictValue struct {
	keys   []any
	values []any
	at     map[any]int
}

func newDict() *dictValue { return &dictValue{at: map[any]int{}} }

// hashKey makes equal numbers equal keys, as in Python.
func hashKey(key any) any {
	switch k := key.(type) {
	case bool:
		if k {
			return int64(1)
		}
		return int64(0)
	case float64:
		if k == math.Trunc(k) && math.Abs(k) < 1<<53 {
			return int64(k)
		}
	}
	return key
}

func hashable(key any) bool {
	switch key.(type) {
	case nil, bool, int64, float64, string:
		return true
	}
	return false
}

func (d *dictValue) get(key any) (any, bool) {
	if !hashable(key) {
		return nil, false
	}
	i, ok := d.at[hashKey(key)]
	if !ok {
		return nil, false
	}
	return d.values[i], true
}

// set enters a value; the caller has checked that the key is hashable.
func (d *dictValue) set(key, value any) {
	k := hashKey(key)
	if i, ok := d.at[k]; ok {
		d.values[i] = value
		return
	}
	d.at[k] = len(d.keys)
	d.keys, d.values = append(d.keys, key), append(d.values, value)
}

// rangeValue is range(start, start + n·step, step).
type rangeValue struct{ start, step, n int64 }

// namespace is what namespace() makes: the only thing whose fields can be set.
type namespace struct{ fields *dictValue }

// function is a macro, a method or a global function.
type function func(s *state, a callArgs) (any, error)

// callArgs are evaluated arguments.
type callArgs struct {
	positional []any
	named      map[string]any
	order      []string // of named
}

// undefined is a name without value. Printing it gives nothing, most else fails.
type undefined struct{ name string }

func (u undefined) err() error { return fmt.Errorf("%s", u.name) }

// fromGo turns what encoding/json decodes to, and json.RawMessage, into values.
func (s *state) fromGo(v any, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested more than %d deep", maxNesting)
	}
	switch v := v.(type) {
	case nil, bool, int64, float64:
		return v, nil
	case string:
		s.input += len(v)
		return v, nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case json.Number:
		return number(v)
	case json.RawMessage:
		return s.fromJSON(v)
	case []any:
		list := &listValue{items: make([]any, len(v))}
		for i, x := range v {
			item, err := s.fromGo(x, depth+1)
			if err != nil {
				return nil, err
			}
			list.items[i] = item
		}
		s.input += 16 * len(v)
		return list, nil
	case map[string]any:
		d := newDict()
		for _, key := range sortedKeys(v) {
			x, err := s.fromGo(v[key], depth+1)
			if err != nil {
				return nil, err
			}
			s.input += len(key)
			d.set(key, x)
		}
		return d, nil
	case Message:
		return s.message(v)
	}
	return s.fromOther(v)
}

// fromOther goes through JSON, for slices and structs of any type.
func (s *state) fromOther(v any) (any, error) {
	switch reflect.ValueOf(v).Kind() {
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct, reflect.Pointer,
		reflect.Int8, reflect.Int16, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32:
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		return s.fromJSON(raw)
	}
	return nil, fmt.Errorf("a value of type %T means nothing to a template", v)
}

// fromJSON decodes JSON; objects keep the order of their keys.
func (s *state) fromJSON(raw []byte) (any, error) {
	s.input += len(raw)
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := decodeValue(dec, 0)
	if err != nil {
		return nil, err
	}
	if dec.More() {
		return nil, fmt.Errorf("text after a JSON value")
	}
	return v, nil
}

func decodeValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested more than %d deep", maxNesting)
	}
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		return number(t)
	case json.Delim:
		if t == '[' {
			list := &listValue{}
			for dec.More() {
				v, err := decodeValue(dec, depth+1)
				if err != nil {
					return nil, err
				}
				list.items = append(list.items, v)
			}
			_, err := dec.Token()
			return list, err
		}
		d := newDict()
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := decodeValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			d.set(key, v)
		}
		_, err := dec.Token()
		return d, err
	}
	return t, nil
}

func number(n json.Number) (any, error) {
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	return n.Float64()
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// typeName is Python's name of a value's type, for errors.
func typeName(v any) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case *listValue:
		if v.tuple {
			return "tuple"
		}
		return "list"
	case *dictValue:
		return "dict"
	case rangeValue:
		return "range"
	case *namespace:
		return "Namespace"
	case undefined:
		return "Undefined"
	case *loopValue:
		return "LoopContext"
	}
	return "function"
}

func truth(v any) bool {
	switch v := v.(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case *listValue:
		return len(v.items) > 0
	case *dictValue:
		return len(v.keys) > 0
	case rangeValue:
		return v.n > 0
	}
	return true
}

// toNumber is a number's value, of bools too.
func toNumber(v any) (i int64, f float64, isInt, ok bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, 1, true, true
		}
		return 0, 0, true, true
	case int64:
		return v, float64(v), true, true
	case float64:
		return 0, v, false, true
	}
	return 0, 0, false, false
}

// equal is Python's ==.
func (s *state) equal(a, b any, depth int) (bool, error) {
	if depth > maxNesting {
		return false, fmt.Errorf("%w: values nested more than %d deep", ErrBudget, maxNesting)
	}
	if err := s.step(1); err != nil {
		return false, err
	}
	if ai, af, aInt, ok := toNumber(a); ok {
		bi, bf, bInt, ok := toNumber(b)
		if aInt && bInt {
			return ok && ai == bi, nil
		}
		return ok && af == bf, nil
	}
	switch x := a.(type) {
	case nil:
		return b == nil, nil
	case string:
		y, ok := b.(string)
		if ok && len(x) == len(y) {
			return x == y, s.step(len(x) >> 6)
		}
		return false, nil
	case undefined:
		_, ok := b.(undefined)
		return ok, nil
	case *listValue:
		y, ok := b.(*listValue)
		if !ok || len(x.items) != len(y.items) || x.tuple != y.tuple {
			return false, nil
		}
		for i := range x.items {
			if same, err := s.equal(x.items[i], y.items[i], depth+1); err != nil || !same {
				return false, err
			}
		}
		return true, nil
	case *dictValue:
		y, ok := b.(*dictValue)
		if !ok || len(x.keys) != len(y.keys) {
			return false, nil
		}
		for i, key := range x.keys {
			v, ok := y.get(key)
			if !ok {
				return false, nil
			}
			if same, err := s.equal(x.values[i], v, depth+1); err != nil || !same {
				return false, err
			}
		}
		return true, nil
	case rangeValue:
		return a == b, nil
	case *namespace:
		y, ok := b.(*namespace)
		return ok && x == y, nil
	case *loopValue:
		y, ok := b.(*loopValue)
		return ok && x == y, nil
	}
	return false, nil
}

// less is Python's <, of numbers, texts and lists.
func (s *state) less(a, b any, depth int) (bool, error) {
	if err := s.step(1); err != nil {
		return false, err
	}
	if ai, af, aInt, ok := toNumber(a); ok {
		if bi, bf, bInt, ok := toNumber(b); ok {
			if aInt && bInt {
				return ai < bi, nil
			}
			return af < bf, nil
		}
	}
	switch x := a.(type) {
	case undefined:
		return false, x.err()
	case string:
		if y, ok := b.(string); ok {
			return x < y, s.step(min(len(x), len(y)) >> 6)
		}
	case *listValue:
		y, ok := b.(*listValue)
		if !ok || x.tuple != y.tuple || depth > maxNesting {
			break
		}
		for i := range min(len(x.items), len(y.items)) {
			same, err := s.equal(x.items[i], y.items[i], depth+1)
			if err != nil {
				return false, err
			}
			if !same {
				return s.less(x.items[i], y.items[i], depth+1)
			}
		}
		return len(x.items) < len(y.items), nil
	}
	if u, ok := b.(undefined); ok {
		return false, u.err()
	}
	return false, fmt.Errorf("'<' not supported between instances of '%s' and '%s'", typeName(a), typeName(b))
}

// length is Python's len.
func (s *state) length(v any) (int, error) {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v), s.step(len(v) >> 6)
	case *listValue:
		return len(v.items), nil
	case *dictValue:
		return len(v.keys), nil
	case rangeValue:
		return int(v.n), nil
	case undefined:
		return 0, nil
	}
	return 0, fmt.Errorf("object of type '%s' has no len()", typeName(v))
}

// iterate returns the elements of what a loop runs over.
func (s *state) iterate(v any) ([]any, error) {
	switch v := v.(type) {
	case *listValue:
		return v.items, s.step(len(v.items) >> 4)
	case *dictValue:
		return v.keys, s.step(len(v.keys) >> 4)
	case rangeValue:
		if err := s.spend(16 * int(v.n)); err != nil {
			return nil, err
		}
		items := make([]any, v.n)
		for i := range items {
			items[i] = v.start + int64(i)*v.step
		}
		return items, nil
	case string:
		if err := s.spend(17 * len(v)); err != nil {
			return nil, err
		}
		items := make([]any, 0, len(v))
		for _, r := range v {
			items = append(items, string(r))
		}
		return items, nil
	case undefined:
		return nil, nil
	}
	return nil, fmt.Errorf("'%s' object is not iterable", typeName(v))
}

// contains is Python's x in v.
func (s *state) contains(v, x any) (bool, error) {
	switch v := v.(type) {
	case string:
		text, ok := x.(string)
		if !ok {
			return false, fmt.Errorf("'in <string>' requires string as left operand, not %s", typeName(x))
		}
		return strings.Contains(v, text), s.step(len(v) >> 6)
	case *dictValue:
		if !hashable(x) {
			return false, fmt.Errorf("unhashable type: '%s'", typeName(x))
		}
		_, ok := v.get(x)
		return ok, nil
	}
	items, err := s.iterate(v)
	if err != nil {
		return false, err
	}
	for _, item := range items {
		if same, err := s.equal(item, x, 0); err != nil || same {
			return same, err
		}
	}
	return false, nil
}
