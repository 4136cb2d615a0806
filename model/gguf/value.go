package gguf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// valueType is GGUF's number for a type of metadata (enum gguf_type in gguf.h).
type valueType uint32

const (
	typeUint8 valueType = iota
	typeInt8
	typeUint16
	typeInt16
	typeUint32
	typeInt32
	typeFloat32
	typeBool
	typeString
	typeArray
	typeUint64
	typeInt64
	typeFloat64
)

var valueTypes = map[valueType]struct {
	name string
	size int // of one value, 0 where it varies
}{
	typeUint8: {"uint8", 1}, typeInt8: {"int8", 1}, typeUint16: {"uint16", 2}, typeInt16: {"int16", 2},
	typeUint32: {"uint32", 4}, typeInt32: {"int32", 4}, typeUint64: {"uint64", 8}, typeInt64: {"int64", 8},
	typeFloat32: {"float32", 4}, typeFloat64: {"float64", 8}, typeBool: {"bool", 1},
	typeString: {"string", 0}, typeArray: {"array", 0},
}

func (t valueType) String() string {
	if v, ok := valueTypes[t]; ok {
		return v.name
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// Value is one metadata value, still in the file's bytes. Its methods decode it,
// and fail when it is of another type.
type Value struct {
	key   string
	typ   valueType // of the value, or of an array's elements
	array bool
	count int
	raw   []byte
}

// value reads a type and a value of it.
func (r *reader) value() Value {
	t := valueType(r.uint32())
	return r.valueOf(t, 0)
}

func (r *reader) valueOf(t valueType, depth int) Value {
	v := Value{typ: t, count: 1}
	if t == typeArray {
		v.array, v.typ = true, valueType(r.uint32())
		n := r.uint64()
		// Every element takes at least a byte: a larger count is a lie.
		if r.err == nil && n > uint64(len(r.data)-r.at) {
			r.err = fmt.Errorf("an array of %d values does not fit into the file", n)
		}
		v.count = int(n)
	}
	if depth > maxNesting {
		r.err = fmt.Errorf("arrays nested deeper than %d", maxNesting)
	}
	if r.err != nil {
		return Value{}
	}
	spec, ok := valueTypes[v.typ]
	start := r.at
	switch {
	case !ok:
		r.err = fmt.Errorf("%s is not known", v.typ)
	case v.typ == typeString:
		for i := 0; i < v.count && r.err == nil; i++ {
			r.take(r.uint64())
		}
	case v.typ == typeArray:
		for i := 0; i < v.count && r.err == nil; i++ {
			r.valueOf(typeArray, depth+1)
		}
	default:
		r.take(uint64(v.count) * uint64(spec.size)) // count is below 2⁶³ / 8: the file bounds it
	}
	if r.err != nil {
		return Value{}
	}
	v.raw = r.data[start:r.at]
	return v
}

// Type names the value's type: "uint32", "array of string".
func (v Value) Type() string {
	if v.array {
		return "array of " + v.typ.String()
	}
	return v.typ.String()
}

// Len is the number of elements of an array, 1 for other values.
func (v Value) Len() int { return v.count }

func (v Value) wrong(want string) error {
	return fmt.Errorf("metadata %q is %s, not %s", v.key, v.Type(), want)
}

// Int decodes an integer of any width.
func (v Value) Int() (int64, error) {
	if v.array {
		return 0, v.wrong("an integer")
	}
	n, ok := v.integer(0)
	if !ok {
		return 0, v.wrong("an integer")
	}
	return n, nil
}

// Float decodes a number.
func (v Value) Float() (float64, error) {
	if v.array {
		return 0, v.wrong("a number")
	}
	f, ok := v.float(0)
	if !ok {
		return 0, v.wrong("a number")
	}
	return f, nil
}

// Bool decodes a truth value.
func (v Value) Bool() (bool, error) {
	if v.array || v.typ != typeBool {
		return false, v.wrong("bool")
	}
	return v.raw[0] != 0, nil
}

// Text decodes a string.
func (v Value) Text() (string, error) {
	if v.array || v.typ != typeString {
		return "", v.wrong("a string")
	}
	return string(v.raw[8:]), nil
}

// Texts decodes an array of strings.
func (v Value) Texts() ([]string, error) {
	if !v.array || v.typ != typeString {
		return nil, v.wrong("an array of strings")
	}
	out := make([]string, 0, v.count)
	for raw := v.raw; len(raw) > 0; {
		n := int(binary.LittleEndian.Uint64(raw)) // parsing checked that it fits
		out = append(out, string(raw[8:8+n]))
		raw = raw[8+n:]
	}
	return out, nil
}

// Ints decodes an array of integers.
func (v Value) Ints() ([]int64, error) {
	if !v.array {
		return nil, v.wrong("an array of integers")
	}
	out := make([]int64, v.count)
	for i := range out {
		n, ok := v.integer(i)
		if !ok {
			return nil, v.wrong("an array of integers")
		}
		out[i] = n
	}
	return out, nil
}

// Floats decodes an array of numbers.
func (v Value) Floats() ([]float64, error) {
	if !v.array {
		return nil, v.wrong("an array of numbers")
	}
	out := make([]float64, v.count)
	for i := range out {
		f, ok := v.float(i)
		if !ok {
			return nil, v.wrong("an array of numbers")
		}
		out[i] = f
	}
	return out, nil
}

// integer decodes element i; a uint64 beyond int64 is refused.
func (v Value) integer(i int) (int64, bool) {
	size := valueTypes[v.typ].size
	b := v.raw[i*size:]
	switch v.typ {
	case typeUint8:
		return int64(b[0]), true
	case typeInt8:
		return int64(int8(b[0])), true
	case typeUint16:
		return int64(binary.LittleEndian.Uint16(b)), true
	case typeInt16:
		return int64(int16(binary.LittleEndian.Uint16(b))), true
	case typeUint32:
		return int64(binary.LittleEndian.Uint32(b)), true
	case typeInt32:
		return int64(int32(binary.LittleEndian.Uint32(b))), true
	case typeUint64, typeInt64:
		n := binary.LittleEndian.Uint64(b)
		return int64(n), v.typ == typeInt64 || n <= math.MaxInt64
	}
	return 0, false
}

func (v Value) float(i int) (float64, bool) {
	size := valueTypes[v.typ].size
	b := v.raw[i*size:]
	switch v.typ {
	case typeFloat32:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), true
	case typeFloat64:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), true
	}
	n, ok := v.integer(i)
	return float64(n), ok
}

// Any decodes a value of any type to the Go type like it: uint32, string,
// []string, []int32; arrays of arrays to nil.
func (v Value) Any() any {
	switch v.typ {
	case typeUint8:
		return scalarOrList(v, func(b []byte) uint8 { return b[0] })
	case typeInt8:
		return scalarOrList(v, func(b []byte) int8 { return int8(b[0]) })
	case typeUint16:
		return scalarOrList(v, binary.LittleEndian.Uint16)
	case typeInt16:
		return scalarOrList(v, func(b []byte) int16 { return int16(binary.LittleEndian.Uint16(b)) })
	case typeUint32:
		return scalarOrList(v, binary.LittleEndian.Uint32)
	case typeInt32:
		return scalarOrList(v, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) })
	case typeUint64:
		return scalarOrList(v, binary.LittleEndian.Uint64)
	case typeInt64:
		return scalarOrList(v, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
	case typeFloat32:
		return scalarOrList(v, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) })
	case typeFloat64:
		return scalarOrList(v, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
	case typeBool:
		return scalarOrList(v, func(b []byte) bool { return b[0] != 0 })
	case typeString:
		if !v.array {
			return string(v.raw[8:])
		}
		texts, _ := v.Texts() // an array of strings, as this one is, decodes
		return texts
	}
	return nil
}

// scalarOrList decodes one number, or all of an array.
func scalarOrList[T any](v Value, decode func([]byte) T) any {
	if !v.array {
		return decode(v.raw)
	}
	size := valueTypes[v.typ].size
	out := make([]T, v.count)
	for i := range out {
		out[i] = decode(v.raw[i*size:])
	}
	return out
}
