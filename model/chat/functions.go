package chat

import (
	"fmt"
	"strings"
	"time"
)

// globalFunctions are what a template can call: Jinja's own, and those that
// transformers adds.
var globalFunctions map[string]function

func init() {
	globalFunctions = map[string]function{
		"range":           rangeFunction,
		"namespace":       namespaceFunction,
		"dict":            dictFunction,
		"raise_exception": raiseException,
		"strftime_now":    strftimeNow,
	}
}

func raiseException(s *state, a callArgs) (any, error) {
	args, err := a.params("message")
	if err != nil {
		return nil, err
	}
	text, err := s.str(args[0])
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %s", ErrRaised, text)
}

func strftimeNow(s *state, a callArgs) (any, error) {
	args, err := a.params("format")
	if err != nil {
		return nil, err
	}
	format, err := textOr(args[0], "")
	if err != nil {
		return nil, err
	}
	return strftime(s.now, format)
}

func rangeFunction(_ *state, a callArgs) (any, error) {
	if len(a.positional) == 0 || len(a.positional) > 3 || len(a.named) > 0 {
		return nil, fmt.Errorf("range takes one to three arguments")
	}
	n := [3]int64{0, 0, 1}
	for i, v := range a.positional {
		x, _, isInt, ok := toNumber(v)
		if !ok || !isInt {
			return nil, fmt.Errorf("'%s' object cannot be interpreted as an integer", typeName(v))
		}
		n[i] = x
	}
	start, stop, step := n[0], n[1], n[2]
	if len(a.positional) == 1 {
		start, stop = 0, n[0]
	}
	if step == 0 {
		return nil, fmt.Errorf("range() arg 3 must not be zero")
	}
	span := float64(stop) - float64(start)
	count := span / float64(step)
	if count > maxRange {
		return nil, fmt.Errorf("%w: range of more than %d", ErrBudget, maxRange)
	}
	if count <= 0 {
		return rangeValue{start, step, 0}, nil
	}
	size := stop - start
	full := size / step
	if size%step != 0 {
		full++
	}
	return rangeValue{start, step, full}, nil
}

// namespaceFunction is namespace(dict, name=value, …).
func namespaceFunction(s *state, a callArgs) (any, error) {
	d, err := dictFunction(s, a)
	if err != nil {
		return nil, err
	}
	return &namespace{d.(*dictValue)}, nil
}

func dictFunction(s *state, a callArgs) (any, error) {
	out := newDict()
	if len(a.positional) > 1 {
		return nil, fmt.Errorf("takes at most one positional argument")
	}
	for _, v := range a.positional {
		d, ok := v.(*dictValue)
		if !ok {
			return nil, fmt.Errorf("cannot make a dict of %s", typeName(v))
		}
		for i, key := range d.keys {
			out.set(key, d.values[i])
		}
	}
	for _, name := range a.order {
		out.set(name, a.named[name])
	}
	return out, s.spend(64 * len(out.keys))
}

// strftime is Python's strftime in the C locale.
func strftime(t time.Time, format string) (string, error) {
	layouts := map[byte]string{
		'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'd': "02", 'e': "_2",
		'm': "01", 'y': "06", 'Y': "2006", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM",
		'j': "002", 'Z': "MST", 'z': "-0700", 'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04",
		'D': "01/02/06", 'x': "01/02/06", 'X': "15:04:05", 'c': "Mon Jan _2 15:04:05 2006",
	}
	plain := map[byte]string{'d': "2", 'm': "1", 'I': "3", 'M': "4", 'S': "5"} // %-d
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i++; i == len(format) {
			return "", fmt.Errorf("incomplete time format")
		}
		c, layout := format[i], ""
		switch {
		case c == '%':
			b.WriteByte('%')
			continue
		case c == 'f':
			fmt.Fprintf(&b, "%06d", t.Nanosecond()/1000)
			continue
		case c == '-' && i+1 < len(format):
			i++
			c = format[i]
			if c == 'H' {
				fmt.Fprint(&b, t.Hour())
				continue
			}
			layout = plain[c]
		default:
			layout = layouts[c]
		}
		if layout == "" {
			return "", fmt.Errorf("time format %%%c is not supported", c)
		}
		b.WriteString(t.Format(layout))
	}
	return b.String(), nil
}
